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


class Offer(NamedTuple):
    """A consumer line of an agreement that may fit. Sorts by what wins first."""

    sequence: int
    line_sequence: int
    newest: tuple
    agreement: int
    partner: int
    company: int
    services: frozenset
    process_kinds: frozenset
    date_start: date
    date_end: date

    def fits(self, need):
        """Whether it promises something for this service and kind of process."""
        services, kinds = self.services, self.process_kinds
        return (
            self.company == need.company
            and (not services or need.service in services)
            and (not kinds or need.process_kind in kinds)
            and self.date_start <= need.day
        )

    def is_over(self, need):
        return bool(self.date_end and self.date_end < need.day)


class SlmMatcher(models.AbstractModel):
    """Which agreement holds for a ticket."""

    _name = "slm.matcher"
    _description = "Matching of Agreements"

    @api.model
    def _match_batch(self, needs):
        """The SLA in force for each need, and the expired one where none is.

        The closest consumer wins (person, department, organisation, everybody), then
        the order of the agreements and of their lines, then the newest. Three queries
        and what it takes to read the offers, however many needs there are.

        :param needs: iterable of :class:`Need`
        :return: dict of need to ``(agreement id or False, expired id or False)``
        """
        needs = set(needs)
        chains = self._get_chains({need.partner for need in needs} - {False})
        partners = {ancestor for chain in chains.values() for ancestor in chain}
        offers = self._get_offers({need.company for need in needs}, partners)
        return {
            need: self._match(need, chains.get(need.partner, []), offers)
            for need in needs
        }

    def _match(self, need, chain, offers):
        """``chain``: the requester and everybody above, closest first."""
        expired = False
        for partner in (*chain, False):
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
    def _get_offers_domain(self, company_ids, partner_ids):
        return Domain(
            [
                ("role", "=", "consumer"),
                ("partner_id", "in", [False, *partner_ids]),
                ("agreement_id.kind", "=", "sla"),
                ("agreement_id.state", "in", ("active", "expired")),
                ("agreement_id.active", "=", True),
                ("company_id", "in", list(company_ids)),
            ]
        )

    @api.model
    def _get_offers(self, company_ids, partner_ids):
        """``{partner id or False: [Offer, …]}``, the winning one first."""
        domain = self._get_offers_domain(company_ids, partner_ids)
        lines = self.env["slm.publication"].sudo().search(domain)
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
