# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ..engine import METRICS, OPEN_STATES, Terms, breaches, fold, moves
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
    def _fold(self, book, agreement_id, metric, now):
        """The :class:`~..engine.ClockState` of one clock."""
        calendar = self._get_calendar(book, agreement_id)[0]
        since = book.history[0].at
        args = (book.history, agreement_id, metric)
        state = fold(*args, calendar._slm_worktime(since, now), now)
        if state.state in ("running", "stopped") and not state.deadline:
            # The target lies beyond what is usually compiled, or there is no time left.
            state = fold(*args, calendar._slm_worktime(since, now, far=True), now)
        return state

    @api.model
    def _fold_book(self, book, now):
        """Bring ``book.clocks`` up to date; the rows that are new or have changed."""
        rows = []
        agreements = {a for a, _metric in book.clocks} | {book.recorded_agreement}
        for agreement in sorted(agreements - {None}):
            for metric in METRICS:
                row = self._fold_clock(book, agreement, metric, now)
                if row:
                    rows.append(row)
        return rows

    @api.model
    def _fold_clock(self, book, agreement, metric, now):
        """The row to store of one clock, or None if it stays as it is."""
        stored = book.clocks.get((agreement, metric))
        in_force = agreement == book.recorded_agreement
        if stored and not in_force and stored["state"] not in OPEN_STATES:
            return None
        state = self._fold(book, agreement, metric, now)
        if not state.state:
            return None
        if stored and stored["state"] == "stopped" and self._is_stale(book, stored):
            if stored["stopped_at"] == state.stopped_at:
                return None
        known = breaches(book.history, agreement, metric)
        if state.breached_at and not known:
            self._record_breach(book, agreement, metric, state.breached_at)
        row = self._prepare_clock_row(book, agreement, metric, state, now)
        if stored:
            row["id"] = stored["id"]
            if row.items() <= stored.items():
                return None
        book.clocks[agreement, metric] = row
        return row

    @api.model
    def _is_stale(self, book, stored):
        """Whether a clock was counted over other service hours than today's."""
        calendar, hours_key = self._get_calendar(book, stored["agreement_id"])
        return (stored["calendar_id"], stored["hours_key"]) != (calendar.id, hours_key)

    @api.model
    def _prepare_clock_row(self, book, agreement, metric, state, now):
        calendar, hours_key = self._get_calendar(book, agreement)
        return {
            "ticket_id": book.ticket,
            "agreement_id": agreement,
            "target_id": self._get_target_id(book, agreement, metric),
            "kind": "sla",
            "metric": metric,
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
            "next_action_at": state.next_action_at(now),
            "state": state.state,
            "outcome": state.outcome,
            "hours_key": hours_key,
        }

    @api.model
    def _get_target_id(self, book, agreement, metric):
        """The target line whose promise the clock is under.

        Two lines may promise the same, so what comes after a stop is left out: a
        stopped clock stays under the line that held until then.
        """
        lines = {
            terms.targets[metric][0]
            for event in book.history
            if (terms := Terms.of(event.after.get("sla")))
            and terms.agreement == agreement
            and metric in terms.targets
        }
        if len(lines) < 2:
            return next(iter(lines), None)
        found, sla, stopped = None, None, False
        for move in moves(book.history, agreement, metric):
            sla = move.event.after.get("sla", sla)
            stopped = move.mode == STOP or (stopped and move.mode == CANCEL)
            terms = Terms.of(sla)
            mine = terms and terms.agreement == agreement and metric in terms.targets
            if mine and not (stopped and found):
                found = terms.targets[metric][0]
        return found

    @api.model
    def _prepare_ticket_row(self, book, now):
        """What the ticket itself shows of its clocks, for lists and filters."""
        clocks = {
            metric: book.clocks[book.agreement, metric]
            for metric in METRICS
            if (book.agreement, metric) in book.clocks
        }
        deadlines = {m: clock["deadline"] for m, clock in clocks.items()}
        due = [
            clock["deadline"]
            for clock in clocks.values()
            if clock["state"] == "running" and clock["deadline"]
        ]
        return {
            "id": book.ticket,
            "slm_facts": book.facts,
            "slm_agreement_id": book.agreement or None,
            "slm_expired_agreement_id": not book.agreement and book.expired or None,
            **{f"slm_{metric}_deadline": deadlines.get(metric) for metric in METRICS},
            "slm_deadline": min(due, default=None),
            "slm_status": self._get_status(clocks.values(), now),
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
