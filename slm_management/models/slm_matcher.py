# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import Need, Offer, choose_offer, verdicts

__all__ = ["Need", "Offer", "SlmMatcher"]


class SlmMatcher(models.AbstractModel):
    """Which agreement holds for a ticket, and why.

    What the rules are is said in :mod:`..engine.matching`; here they get what they look
    at.
    """

    _name = "slm.matcher"
    _description = "Matching of Agreements"

    @api.model
    def _match_batch(self, needs, kind="sla"):
        """The agreement in force for each need, and the expired one where none is.

        Of SLAs the closest consumer wins (person, department, organisation,
        everybody), then the order of the agreements and of their lines, then the
        newest. An OLA fits by the team that holds the ticket, a UC by the supplier or
        whom he belongs to. A bounded number of queries, however many needs there are.

        :param needs: iterable of :class:`Need`
        :param kind: of the agreements: ``sla``, ``ola`` or ``uc``
        :return: dict of need to ``(agreement id or False, expired id or False)``
        """
        needs = set(needs)
        if not needs:
            return {}
        chains = self._get_need_chains(needs, kind)
        holders = {holder for chain in chains.values() for holder in chain}
        companies = {need.company for need in needs}
        offers = self._get_offers(companies, holders - {False}, kind)
        return {need: choose_offer(need, chains[need], offers) for need in needs}

    @api.model
    def _explain(self, need, kind="sla"):
        """What becomes of each agreement of a kind in the need's company.

        All of them are heard: drafts, terminated and archived ones, each version. A
        bounded number of queries, however many agreements there are.

        :param need: :class:`Need`
        :return: list of :class:`~..engine.Verdict`, what holds first; what it says is
            what :meth:`_match_batch` does
        """
        chain = self._get_need_chains([need], kind)[need]
        agreements = self.env["slm.agreement"].sudo().with_context(active_test=False)
        domain = [("kind", "=", kind), ("company_id", "=", need.company)]
        agreements = agreements.search(domain)
        if kind != "sla":
            return verdicts(need, chain, self._prepare_offers(agreements))
        lines = agreements.publication_ids.filtered(lambda x: x.role == "consumer")
        offers = self._prepare_offers(lines.agreement_id, lines)
        nobodys = self._prepare_offers(agreements - lines.agreement_id)
        return verdicts(need, chain, offers + nobodys)

    @api.model
    def _get_need_chains(self, needs, kind):
        """Whose offers count for each need, closest first."""
        if kind == "ola":
            return {need: [need.team] for need in needs}
        name = "supplier" if kind == "uc" else "partner"
        chains = self._get_chains({getattr(need, name) for need in needs} - {False})
        everybody = [False] if kind == "sla" else []
        return {need: chains.get(getattr(need, name), []) + everybody for need in needs}

    @api.model
    def _get_chains(self, partner_ids):
        """``{partner id: [itself, its parent, …]}``, closest first; one query."""
        if not partner_ids:
            return {}
        query = SQL(
            """
            WITH RECURSIVE chain(origin, id, depth) AS (
                SELECT id, id, 0 FROM res_partner WHERE id IN %s
                UNION ALL
                SELECT chain.origin, partner.parent_id, depth + 1
                  FROM chain JOIN res_partner partner ON partner.id = chain.id
                 WHERE partner.parent_id IS NOT NULL AND depth < 50
            )
            SELECT origin, array_agg(id ORDER BY depth) FROM chain GROUP BY origin
            """,
            tuple(partner_ids),
            to_flush=self.env["res.partner"]._fields["parent_id"],
        )
        return dict(self.env.execute_query(query))

    @api.model
    def _get_offers_domain(self, company_ids, kind):
        return Domain(
            [
                ("kind", "=", kind),
                ("state", "in", ("active", "expired")),
                ("active", "=", True),
                ("company_id", "in", list(company_ids)),
            ]
        )

    @api.model
    def _get_offers(self, company_ids, holder_ids, kind="sla"):
        """``{who is offered it: [Offer, …]}``, the winning one first."""
        domain = self._get_offers_domain(company_ids, kind)
        agreements, lines = self.env["slm.agreement"].sudo(), None
        if kind == "sla":
            lines = self.env["slm.publication"].sudo()
            lines = lines.search(
                Domain("role", "=", "consumer")
                & Domain("partner_id", "in", [False, *holder_ids])
                & Domain("agreement_id", "any", domain)
            )
            agreements = lines.agreement_id
        else:
            holder = "team_id" if kind == "ola" else "partner_id"
            agreements = agreements.search(
                domain & Domain(holder, "in", list(holder_ids))
            )
        offers = {}
        for offer in sorted(self._prepare_offers(agreements, lines)):
            offers.setdefault(offer.partner, []).append(offer)
        return offers

    @api.model
    def _prepare_offers(self, agreements, lines=None):
        """List of :class:`Offer`: one for each consumer line, else for each agreement.

        :param lines: consumer lines of these agreements, which are SLAs; without, an
            SLA is offered to nobody
        """
        # What is only for an archived service is not for all of them.
        agreements = agreements.with_context(active_test=False)
        versions = self._get_process_versions(agreements)
        common = {a.id: self._prepare_common(a, versions) for a in agreements}
        if lines:
            return [
                Offer(
                    sequence=line.agreement_id.sequence,
                    line_sequence=line.sequence,
                    partner=line.partner_id.id,
                    **common[line.agreement_id.id],
                )
                for line in lines
            ]
        return [
            Offer(
                sequence=agreement.sequence,
                line_sequence=0,
                partner=self._get_holder(agreement) or None,
                **common[agreement.id],
            )
            for agreement in agreements
        ]

    @api.model
    def _get_holder(self, agreement):
        """The id of who promises it; an SLA is nobody's without a consumer line."""
        if agreement.kind == "sla":
            return None
        return agreement["team_id" if agreement.kind == "ola" else "partner_id"].id

    @api.model
    def _prepare_common(self, agreement, versions):
        processes = [
            versions[process.code, process.company_id]
            for process in agreement.process_ids
        ]
        return {
            "newest": (-agreement.date_start.toordinal(), -agreement.id),
            "agreement": agreement.id,
            "company": agreement.company_id.id,
            "services": frozenset(agreement.service_ids.ids),
            "process_kinds": frozenset(agreement.process_kind_ids.mapped("code")),
            "processes": frozenset().union(*processes),
            "date_start": agreement.date_start,
            "date_end": agreement._get_last_day(),
            "state": agreement.state,
            "active": agreement.active,
        }

    @api.model
    def _get_process_versions(self, agreements):
        """``{(code, company): ids}`` of all versions of the processes in agreements."""
        versions = {}
        for process in agreements.process_ids._get_all_versions():
            key = (process.code, process.company_id)
            versions.setdefault(key, set()).add(process.id)
        return versions

    @api.model
    def _get_day(self, moment, company):
        """The date of a naive UTC instant in the time zone of a company."""
        return fields.Datetime.context_timestamp(
            self.with_context(tz=self._get_timezone(company)), moment
        ).date()

    @api.model
    def _get_midnight(self, day, company):
        """The naive UTC instant at which a day begins in the time zone of a company.

        Where clocks are changed at midnight it may come twice, or not at all.
        """
        tz = pytz.timezone(self._get_timezone(company))
        local = datetime.combine(day, time.min)
        moments = (
            tz.normalize(tz.localize(local, is_dst=dst)) for dst in (True, False)
        )
        first = min(moment for moment in moments if moment.date() >= day)
        return first.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _get_timezone(self, company):
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"
