# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

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
        for key, stored in book.clocks.items():
            if self._is_stale(book, stored):
                continue
            now = stored["as_of"] or self._now()
            state = self._fold(book, key, now)
            row = self._prepare_clock_row(book, key, state, now)
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
        differences += self._compare_stretches(book)
        return differences + [
            self._prepare_difference(book, key.metric, None, "clock")
            for key in self._get_promised(book)
            if key not in book.clocks
        ]

    @api.model
    def _compare_stretches(self, book):
        """When a ticket was open, as it is stored and as its events have it."""
        folded = self._prepare_stretches(book)
        return [
            self._prepare_difference(book, name, book.stretches[name], value)
            for name, value in json.loads(self._to_json(folded)).items()
            if json.loads(self._to_json(book.stretches[name])) != value
        ]

    @api.model
    def _get_promised(self, book):
        """The clocks that must be there by the terms in force."""
        keys = [key for key in self._get_keys(book) if book.is_current(key)]
        return [k for k in keys if k.metric in book.get_terms(k.kind).targets]

    @api.model
    def _prepare_difference(self, book, name, stored, folded, clock=None):
        return {
            "ticket_id": book.ticket,
            "clock_id": clock,
            "field": name,
            "stored": stored,
            "folded": folded,
        }
