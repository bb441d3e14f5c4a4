# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

#: what a stored clock and its fold must agree on
FOLDED = (
    "target_id",
    "started_at",
    "target_seconds",
    "elapsed_seconds",
    "as_of",
    "deadline",
    "at_risk_at",
    "overrun_at",
    "stopped_at",
    "breached_at",
    "state",
    "outcome",
)


class SlmClockworkChecker(models.AbstractModel):
    """Stored clocks against their events. See ``slm.clockwork``."""

    _name = "slm.clockwork.checker"
    _description = "Clockwork: Clocks Are Compared"

    @api.model
    def _compare(self, book):
        """Where stored clocks differ from their events, as a list of dicts.

        Clocks that were counted over other service hours than today's are left out:
        a stopped one is frozen, and of an open one an event will tell.
        """
        differences = self._compare_ticket(book)
        for (agreement, metric), stored in book.clocks.items():
            if self._is_stale(book, stored):
                continue
            now = stored["as_of"] or self._now()
            state = self._fold(book, agreement, metric, now)
            row = self._prepare_clock_row(book, agreement, metric, state, now)
            differences += [
                self._prepare_difference(
                    book, name, stored[name], row[name], stored["id"]
                )
                for name in FOLDED
                if stored[name] != row[name]
            ]
        return differences

    @api.model
    def _compare_ticket(self, book):
        """Facts that the events do not bear out, and promised clocks that miss."""
        facts = {}
        for event in book.history:
            facts.update(event.after)
        facts = {key: facts.get(key) for key in book.facts}
        differences = []
        if facts != book.facts:
            differences.append(
                self._prepare_difference(book, "slm_facts", book.facts, facts)
            )
        promised = book.terms.targets if book.terms else {}
        for metric in promised:
            if (book.recorded_agreement, metric) not in book.clocks:
                differences.append(
                    self._prepare_difference(book, metric, None, "clock")
                )
        return differences

    @api.model
    def _prepare_difference(self, book, name, stored, folded, clock=None):
        return {
            "ticket_id": book.ticket,
            "clock_id": clock,
            "field": name,
            "stored": stored,
            "folded": folded,
        }
