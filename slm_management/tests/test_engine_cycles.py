# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import METRICS, Event, breach_mark, cycles, explain, fold
from .engine_cases import (
    AGREEMENT,
    COVER,
    at,
    compiled,
    examples,
    painted,
    spans_of_a_calendar,
    to_events,
    travels,
    waits,
)
from .slow_model import SlowCycleClock, slow_cycles

#: what the clock of a cycle and its slow model must agree on
SHOWN = {
    "state": "state",
    "outcome": "outcome",
    "elapsed": "used",
    "target": "target",
    "started_at": None,
    "stopped_at": "stopped_at",
    "breached_at": "breached_at",
    "deadline": "deadline",
    "at_risk_at": "at_risk_at",
    "overrun_at": "overrun_at",
}
clocks = st.tuples(
    st.sampled_from(METRICS), st.sampled_from(["ola", "uc"]), st.integers(1, 2)
)


class TestEngineCycles(BaseCase):
    """Clocks of OLAs and UCs: against the slow model, and against themselves."""

    def shown(self, clock):
        return {name: getattr(clock, name) for name in SHOWN}

    def shown_by_model(self, slow, started_at):
        shown = {
            name: getattr(slow, its_name)
            for name, its_name in SHOWN.items()
            if its_name
        }
        for name in shown:
            if name.endswith(("_at", "deadline")):
                shown[name] = at(shown[name])
        shown["elapsed"] *= 60
        shown["target"] = shown["target"] and shown["target"] * 60
        return shown | {"started_at": started_at}

    @examples(700)
    @given(spans_of_a_calendar, travels(), waits)
    def test_fold_equals_slow_model(self, spans, history, wait):
        """All clocks of all cycles, and none in a cycle that is not."""
        now = min(history[-1][0] + wait, COVER)
        for kind in ("ola", "uc"):
            parts = slow_cycles(history, kind, AGREEMENT)
            for cycle, part in enumerate([*parts, None], 1):
                for which in product(METRICS, [kind], [cycle]):
                    self._check_against_model(spans, history, now, which, part)

    def _check_against_model(self, spans, history, now, which, part):
        metric, kind, cycle = which
        args = (to_events(history), AGREEMENT, metric, compiled(spans), at(now))
        clock = fold(*args, kind, cycle)
        args = (AGREEMENT, metric, painted(spans).__getitem__, now, COVER)
        slow = SlowCycleClock(history, kind, cycle, *args)
        self.assertEqual(clock.state is not None, slow.exists)
        if slow.exists:
            expected = self.shown_by_model(slow, at(part[0][0]))
            self.assertEqual(self.shown(clock), expected, which)

    @examples(300)
    @given(travels(), st.sampled_from(["ola", "uc"]))
    def test_cycles_equal_slow_model(self, history, kind):
        found = cycles(to_events(history), kind)
        numbers = [c.numbers[AGREEMENT] for c in found if AGREEMENT in c.numbers]
        parts = slow_cycles(history, kind, AGREEMENT)
        self.assertEqual(numbers, list(range(1, len(parts) + 1)))
        began = [at(history[c.first][0]) for c in found if AGREEMENT in c.numbers]
        self.assertEqual(began, [at(part[0][0]) for part in parts])

    @examples(300)
    @given(travels(), st.sampled_from(["ola", "uc"]))
    def test_what_comes_later_renumbers_nothing(self, history, kind):
        """A clock keeps its cycle, whatever is appended to the history."""
        events = to_events(history)
        for count in range(1, len(events) + 1):
            known, later = cycles(events[:count], kind), cycles(events, kind)
            for before, after in zip(known, later, strict=False):
                self.assertEqual(
                    (before.holder, before.first), (after.holder, after.first)
                )
                self.assertLessEqual(before.numbers.items(), after.numbers.items())
                if before.last is not None:
                    self.assertEqual(before, after)

    @examples(300)
    @given(
        spans_of_a_calendar,
        travels(),
        st.lists(st.integers(0, COVER), max_size=6),
        clocks,
    )
    def test_day_to_day_equals_rebuild(self, spans, history, looks, which):
        """Who looks when, and so which breaches were recorded when, changes nothing."""
        worktime, events = compiled(spans), to_events(history)
        known, coming = [], list(events)
        for minute in sorted([*looks, *(minute for minute, _changed in history)]):
            while coming and coming[0].at <= at(minute):
                known.append(coming.pop(0))
                self._look(known, worktime, known[-1].at, which)
            if known:
                self._look(known, worktime, at(minute), which)
        metric, *place = which
        lived = fold(known, AGREEMENT, metric, worktime, at(COVER), *place)
        rebuilt = fold(events, AGREEMENT, metric, worktime, at(COVER), *place)
        self.assertEqual(self.shown(lived), self.shown(rebuilt))

    def _look(self, known, worktime, now, which):
        """What the clockwork does at an event and in its cron; returns nothing."""
        metric, kind, cycle = which
        clock = fold(known, AGREEMENT, metric, worktime, now, kind, cycle)
        recorded = [event for event in known if "breach" in event.after]
        if clock.breached_at and clock.state != "cancelled" and not recorded:
            self.assertLessEqual(clock.breached_at, now)
            mark = {"breach": breach_mark(AGREEMENT, metric, kind, cycle)}
            known.append(Event(clock.breached_at, "breach", mark))
        if recorded:
            self.assertEqual(clock.breached_at, recorded[0].at)

    @examples(300)
    @given(spans_of_a_calendar, travels(), waits, clocks)
    def test_story_adds_up(self, spans, history, wait, which):
        """Line by line it is what the clock has used, from its cycle's beginning."""
        metric, *place = which
        now = at(min(history[-1][0] + wait, COVER))
        args = (to_events(history), AGREEMENT, metric, compiled(spans), now, *place)
        clock, lines = fold(*args), explain(*args)
        self.assertEqual(bool(lines), clock.state is not None)
        if not lines:
            return
        self.assertEqual(sum(line.used for line in lines), clock.elapsed)
        told = [line for line in lines if line.what != "deadline"]
        self.assertEqual((told[0].start, told[-1].end), (clock.started_at, now))
        for line, following in zip(told, told[1:], strict=False):
            self.assertEqual(line.end, following.start)
        marks = [line.start for line in lines if line.what == "breach"]
        self.assertEqual(marks, [clock.breached_at] if clock.breached_at else [])

    @examples(200)
    @given(spans_of_a_calendar, travels(), clocks)
    def test_cycle_that_is_over_stays(self, spans, history, which):
        """Neither time nor events move the clock of a cycle that has ended."""
        metric, kind, cycle = which
        events, worktime = to_events(history), compiled(spans)
        ended = [c for c in cycles(events, kind) if c.numbers.get(AGREEMENT) == cycle]
        if not ended or ended[0].last is None:
            return
        short = events[: ended[0].last + 1]
        args = (AGREEMENT, metric, worktime)
        then = fold(short, *args, short[-1].at, kind, cycle)
        now = fold(events, *args, at(COVER), kind, cycle)
        self.assertEqual(self.shown(then), self.shown(now))
        self.assertIn(now.state, (None, "stopped", "cancelled"))
