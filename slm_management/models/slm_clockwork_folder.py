# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ..engine import (
    KINDS_OF_AGREEMENT,
    METRICS,
    OPEN_STATES,
    Key,
    Terms,
    breaches,
    changes,
    excluded,
    fold_course,
    moves,
    stretches,
)
from ..engine.rules import CANCEL, STOP


class SlmClockworkFolder(models.AbstractModel):
    """Events become clocks, clocks what a ticket shows. See ``slm.clockwork``."""

    _name = "slm.clockwork.folder"
    _description = "Clockwork: Events Become Clocks"

    @api.model
    def _get_calendar(self, book, agreement_id):
        """The service hours of an agreement for a ticket, and their fingerprint."""
        key = (agreement_id, book.company)
        if key not in book.calendars:
            agreement = self.env["slm.agreement"].sudo().browse(agreement_id)
            company = self.env["res.company"].sudo().browse(book.company)
            calendar = agreement.calendar_id.with_company(company)
            book.calendars[key] = (calendar, calendar.slm_hours_key)
        return book.calendars[key]

    @api.model
    def _fold(self, book, key, now):
        """The :class:`~..engine.ClockState` of one clock."""
        calendar = self._get_calendar(book, key.agreement)[0]
        state = self._fold_over(book, key, now, calendar)
        if state.state in ("running", "stopped") and not state.deadline:
            # The target lies beyond what is usually compiled, or there is no time left.
            state = self._fold_over(book, key, now, calendar, far=True)
        return state

    @api.model
    def _fold_over(self, book, key, now, calendar, far=False):
        worktime = calendar._slm_worktime(book.history[0].at, now, far=far)
        course = book.get_course(key.agreement, key.kind, key.cycle)
        known = breaches(book.history, *key)
        return fold_course(course, key.metric, worktime, now, known)

    @api.model
    def _fold_book(self, book, now):
        """Bring ``book.clocks`` up to date; the rows that are new or have changed."""
        rows = []
        for key in self._get_keys(book):
            row = self._fold_clock(book, key, now)
            if row:
                rows.append(row)
        return rows

    @api.model
    def _get_keys(self, book):
        """The clocks of a ticket: each agreement's, for each metric ever promised."""
        agreements = {key.agreement for key in book.clocks if key.kind == "sla"}
        agreements |= {book.recorded_agreement} - {None}
        spans = [(agreement, "sla", 1) for agreement in sorted(agreements)]
        for kind in KINDS_OF_AGREEMENT[1:]:
            for cycle in book.get_cycles(kind):
                spans += [(a, kind, number) for a, number in cycle.numbers.items()]
        return [
            Key(agreement, metric, kind, cycle)
            for agreement, kind, cycle in spans
            for metric in METRICS
            if metric in book.get_course(agreement, kind, cycle).lines
        ]

    @api.model
    def _fold_clock(self, book, key, now):
        """The row to store of one clock, or None if it stays as it is."""
        stored = book.clocks.get(key)
        if stored and self._is_over(book, key, stored):
            return None
        state = self._fold(book, key, now)
        if not state.state:
            return None
        book.states[key] = state
        if stored and stored["state"] == "stopped" and self._is_stale(book, stored):
            if stored["stopped_at"] == state.stopped_at:
                return None
        if state.breached_at and not breaches(book.history, *key):
            self._record_breach(book, key, state.breached_at)
        self._rearm(book, key, state)
        row = self._prepare_clock_row(book, key, state, now)
        if stored:
            row["id"] = stored["id"]
            if row.items() <= stored.items():
                return None
        book.clocks[key] = row
        return row

    @api.model
    def _is_over(self, book, key, stored):
        """Whether nothing can happen to a clock any more.

        A response that was given stays given, under whatever promise it was.
        """
        if stored["state"] in OPEN_STATES:
            return False
        responded = key.metric == "response" and stored["state"] == "stopped"
        return (book.trusted and responded) or not book.is_current(key)

    @api.model
    def _is_stale(self, book, stored):
        """Whether a clock was counted over other service hours than today's."""
        calendar, hours_key = self._get_calendar(book, stored["agreement_id"])
        return (stored["calendar_id"], stored["hours_key"]) != (calendar.id, hours_key)

    @api.model
    def _prepare_clock_row(self, book, key, state, now):
        calendar, hours_key = self._get_calendar(book, key.agreement)
        return {
            "ticket_id": book.ticket,
            "agreement_id": key.agreement,
            "target_id": self._get_target_id(book, key),
            "kind": key.kind,
            "metric": key.metric,
            "cycle": key.cycle,
            "calendar_id": calendar.id,
            "company_id": book.company,
            "started_at": state.started_at,
            "target_seconds": state.target,
            "elapsed_seconds": int(state.elapsed),
            "as_of": state.as_of if state.state == "running" else None,
            "deadline": state.deadline,
            "at_risk_at": state.at_risk_at,
            "overrun_at": state.overrun_at,
            "stopped_at": state.stopped_at,
            "breached_at": state.breached_at,
            "next_action_at": self._get_next_action(book, key, state, now),
            "state": state.state,
            "outcome": self._get_outcome(book, key, state),
            "hours_key": hours_key,
            "ladder_key": self._get_ladder(book, key.agreement).key,
            "quiet_until": self._get_quiet_until(book, key),
        }

    @api.model
    def _get_outcome(self, book, key, state):
        """What counts of a clock; somebody may have excluded one that was missed."""
        missed = state.outcome == "missed"
        return "excluded" if missed and excluded(book.history, *key) else state.outcome

    @api.model
    def _get_next_action(self, book, key, state, now):
        """When somebody has to look at a clock next; None: nobody has to.

        At its risk, its breach or a step of its ladder, whichever comes first.
        """
        step = self._get_next_step(book, key, state, now)
        return min(filter(None, (state.next_action_at(now), step)), default=None)

    @api.model
    def _get_target_id(self, book, key):
        """The target line whose promise the clock is under.

        Two lines may promise the same, so what comes after a stop is left out: a
        stopped clock stays under the line that held until then.
        """
        course = book.get_course(key.agreement, key.kind, key.cycle)
        lines = course.lines.get(key.metric, ())
        if len(lines) < 2:
            return next(iter(lines), None)
        found, fact, stopped = None, None, False
        for move in moves(book.history, *key):
            fact = move.event.after.get(key.kind, fact)
            stopped = move.mode == STOP or (stopped and move.mode == CANCEL)
            terms = self._get_own_terms(fact, key)
            if terms and not (stopped and found):
                found = terms.targets[key.metric][0]
        return found

    @api.model
    def _get_own_terms(self, fact, key):
        """The terms of a fact if they promise what the clock measures, or None."""
        terms = Terms.of(fact)
        mine = terms and terms.agreement == key.agreement
        return terms if mine and key.metric in terms.targets else None

    @api.model
    def _prepare_ticket_row(self, book, now):
        """What the ticket itself shows of its clocks, for lists and filters."""
        clocks = {
            metric: book.clocks[Key(book.agreement, metric)]
            for metric in METRICS
            if Key(book.agreement, metric) in book.clocks
        }
        deadlines = {m: clock["deadline"] for m, clock in clocks.items()}
        due = [
            clock["deadline"]
            for clock in clocks.values()
            if clock["state"] == "running" and clock["deadline"]
        ]
        return {
            "id": book.ticket,
            "slm_facts": changes(book.stored_facts, book.facts)[1],
            "slm_agreement_id": book.agreement or None,
            "slm_expired_agreement_id": not book.agreement and book.expired or None,
            **{f"slm_{metric}_deadline": deadlines.get(metric) for metric in METRICS},
            "slm_deadline": min(due, default=None),
            "slm_status": self._get_status(clocks.values(), now),
            **self._prepare_stretches(book),
        }

    @api.model
    def _prepare_stretches(self, book):
        """When a ticket was open; a list only if it is not open or completed for the
        first time, as most are."""
        found = stretches(book.history)
        plain = len(found) == 1 and found[0].how in (None, "completed", "closed")
        return {
            "slm_opened_at": found[0].opened_at,
            "slm_ended_at": found[-1].ended_at,
            "slm_stretches": None if plain else found,
        }

    @api.model
    def _get_status(self, clocks, now):
        """The status of a ticket by the clocks in force."""
        clocks = [clock for clock in clocks if clock["state"] != "cancelled"]
        if not clocks:
            return "none"
        if any(clock["breached_at"] for clock in clocks):
            return "breached"
        running = [clock for clock in clocks if clock["state"] == "running"]
        if any(clock["at_risk_at"] and clock["at_risk_at"] <= now for clock in running):
            return "at_risk"
        if running:
            return "on_track"
        paused = any(clock["state"] == "paused" for clock in clocks)
        return "paused" if paused else "met"
