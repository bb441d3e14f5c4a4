# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import METRICS, Event, fold
from .engine_cases import (
    AGREEMENT,
    COVER,
    at,
    compiled,
    examples,
    histories,
    painted,
    spans_of_a_calendar,
    to_events,
    waits,
)
from .slow_model import SlowClock


class TestEngineFold(BaseCase):
    """The fold against the slow model, and against itself."""

    @examples(500)
    @given(spans_of_a_calendar, histories(), waits, st.sampled_from(METRICS))
    def test_fold_equals_slow_model(self, spans, history, wait, metric):
        now = min(history[-1][0] + wait, COVER)
        events, flags = to_events(history), painted(spans)
        clock = fold(events, AGREEMENT, metric, compiled(spans), at(now))
        slow = SlowClock(history, AGREEMENT, metric, flags.__getitem__, now, COVER)
        self.assertEqual(clock.state is not None, slow.exists)
        if slow.exists:
            self.assertEqual(self._shown(clock), self._shown_by_model(slow))

    def _shown(self, clock):
        return {
            "state": clock.state,
            "outcome": clock.outcome,
            "used": clock.elapsed,
            "target": clock.target,
            "stopped": clock.stopped_at,
            "breached": clock.breached_at,
            "deadline": clock.deadline,
            "at risk": clock.at_risk_at,
            "overrun": clock.overrun_at,
        }

    def _shown_by_model(self, slow):
        return {
            "state": slow.state,
            "outcome": slow.outcome,
            "used": slow.used * 60,
            "target": slow.target and slow.target * 60,
            "stopped": at(slow.stopped_at),
            "breached": at(slow.breached_at),
            "deadline": at(slow.deadline),
            "at risk": at(slow.at_risk_at),
            "overrun": at(slow.overrun_at),
        }

    @examples(300)
    @given(
        spans_of_a_calendar,
        histories(),
        st.lists(st.integers(0, COVER), max_size=6),
        st.sampled_from(METRICS),
    )
    def test_day_to_day_equals_rebuild(self, spans, history, looks, metric):
        """Who looks when, and so which breaches were recorded when, changes nothing.

        Each look folds what is known by then and records a breach that it finds. In
        the end the clock is the same as if nobody had looked before.
        """
        worktime, events = compiled(spans), to_events(history)
        known, coming = [], list(events)
        for minute in sorted([*looks, *(minute for minute, _changed in history)]):
            while coming and coming[0].at <= at(minute):
                known.append(coming.pop(0))
                self._look(known, metric, worktime, known[-1].at)
            if known:
                self._look(known, metric, worktime, at(minute))
        lived = fold(known, AGREEMENT, metric, worktime, at(COVER))
        rebuilt = fold(events, AGREEMENT, metric, worktime, at(COVER))
        self.assertEqual(self._shown(lived), self._shown(rebuilt))

    def _look(self, known, metric, worktime, now):
        """What the clockwork does at an event and in its cron; returns nothing."""
        clock = fold(known, AGREEMENT, metric, worktime, now)
        recorded = [event for event in known if "breach" in event.after]
        if clock.breached_at and clock.state != "cancelled" and not recorded:
            self.assertLessEqual(clock.breached_at, now)
            mark = {"breach": {"agreement": AGREEMENT, "metric": metric}}
            known.append(Event(clock.breached_at, "breach", mark))
        if recorded:
            self.assertEqual(clock.breached_at, recorded[0].at)

    @examples(200)
    @given(spans_of_a_calendar, histories(), st.sampled_from(METRICS))
    def test_time_alone_only_adds(self, spans, history, metric):
        """A later look never shows less used time, nor takes a breach back."""
        worktime, events = compiled(spans), to_events(history)
        used, breached_at = 0, None
        for minute in range(history[-1][0], COVER + 1, 211):
            clock = fold(events, AGREEMENT, metric, worktime, at(minute))
            self.assertGreaterEqual(clock.elapsed, used)
            if breached_at:
                self.assertEqual(clock.breached_at, breached_at)
            used, breached_at = clock.elapsed, clock.breached_at

    @examples(200)
    @given(spans_of_a_calendar, histories(), st.sampled_from(METRICS))
    def test_next_action_is_when_something_changes(self, spans, history, metric):
        """Until then nothing happens by itself; then the clock is at risk or late."""
        worktime, events = compiled(spans), to_events(history)
        now = history[-1][0]
        clock = fold(events, AGREEMENT, metric, worktime, at(now))
        due = clock.next_action_at(at(now))
        if clock.state != "running":
            self.assertIsNone(due)
        if due is None or due > at(COVER):
            return
        later = fold(events, AGREEMENT, metric, worktime, due)
        self.assertTrue(later.breached_at or later.at_risk_at <= due)
        if not later.breached_at:
            self.assertGreater(later.next_action_at(due), due)
        if due > at(now) + (at(1) - at(0)):
            before = fold(events, AGREEMENT, metric, worktime, due - (at(1) - at(0)))
            self.assertEqual(before.breached_at, clock.breached_at)

    @examples(100)
    @given(spans_of_a_calendar, histories(), st.sampled_from(METRICS))
    def test_events_that_change_nothing(self, spans, history, metric):
        """Assigning somebody moves no deadline."""
        worktime, events = compiled(spans), to_events(history)
        noted = [*events, Event(events[-1].at, "assignment", {"user": 9})]
        now = at(min(COVER, history[-1][0] + 60))
        plain = fold(events, AGREEMENT, metric, worktime, now)
        self.assertEqual(
            self._shown(plain),
            self._shown(fold(noted, AGREEMENT, metric, worktime, now)),
        )
