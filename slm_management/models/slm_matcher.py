# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class Need(NamedTuple):
    """What matching has to know of a ticket: ids, or False where it has none.

    :param day: the ticket's creation day in the time zone of its company
    """

    partner: int
    service: int
    process_kind: str
    company: int
    day: date
    process: int = False
    team: int = False
    supplier: int = False


class Offer(NamedTuple):
    """What may fit: a consumer line of an SLA, or an OLA, or a UC.

    Sorts by what wins first. ``partner`` is who is offered it: a contact, False for
    everybody, the team of an OLA, the supplier of a UC.
    """

    sequence: int
    line_sequence: int
    newest: tuple
    agreement: int
    partner: int
    company: int
    services: frozenset
    process_kinds: frozenset
    processes: frozenset
    date_start: date
    date_end: date

    def fits(self, need):
        """Whether it promises something for this service and kind of process."""
        services = self.services
        return (
            self.company == need.company
            and (not services or need.service in services)
            and self.fits_process(need)
            and self.date_start <= need.day
        )

    def fits_process(self, need):
        """Kinds and processes are one list: who is in either of them is covered."""
        if not (self.process_kinds or self.processes):
            return True
        by_kind = need.process_kind in self.process_kinds
        return by_kind or need.process in self.processes

    def is_over(self, need):
        return bool(self.date_end and self.date_end < need.day)


class SlmMatcher(models.AbstractModel):
    """Which agreement holds for a ticket."""

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
        return {need: self._match(need, chains[need], offers) for need in needs}

    @api.model
    def _get_need_chains(self, needs, kind):
        """Whose offers count for each need, closest first."""
        if kind == "ola":
            return {need: [need.team] for need in needs}
        name = "supplier" if kind == "uc" else "partner"
        chains = self._get_chains({getattr(need, name) for need in needs} - {False})
        everybody = [False] if kind == "sla" else []
        return {need: chains.get(getattr(need, name), []) + everybody for need in needs}

    def _match(self, need, chain, offers):
        """``chain``: the requester and everybody above, closest first."""
        expired = False
        for partner in chain:
            fitting = [offer for offer in offers.get(partner, ()) if offer.fits(need)]
            for offer in fitting:
                if not offer.is_over(need):
                    return offer.agreement, False
            if fitting and not expired:
                expired = max(fitting, key=lambda offer: offer.date_end).agreement
        return False, expired

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
        if kind == "sla":
            lines = self.env["slm.publication"].sudo()
            lines = lines.search(
                Domain("role", "=", "consumer")
                & Domain("partner_id", "in", [False, *holder_ids])
                & Domain("agreement_id", "any", domain)
            )
        else:
            holder = "team_id" if kind == "ola" else "partner_id"
            lines = self.env["slm.agreement"].sudo()
            lines = lines.search(domain & Domain(holder, "in", list(holder_ids)))
        offers = {}
        for offer in sorted(line._prepare_offer() for line in lines):
            offers.setdefault(offer.partner, []).append(offer)
        return offers

    @api.model
    def _get_day(self, moment, company):
        """The date of a naive UTC instant in the time zone of a company."""
        tz = company.partner_id.tz or company.resource_calendar_id.tz or "UTC"
        return fields.Datetime.context_timestamp(
            self.with_context(tz=tz), moment
        ).date()
