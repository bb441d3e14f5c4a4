# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import METRICS, Event, Terms, explain, fold
from .engine_cases import (
    AGREEMENT,
    COVER,
    OFFICE,
    at,
    compiled,
    examples,
    histories,
    spans_of_a_calendar,
    to_events,
    waits,
)


class TestEngineStory(BaseCase):
    """The story tells the same as the fold."""

    @examples(400)
    @given(spans_of_a_calendar, histories(), waits, st.sampled_from(METRICS))
    def test_story_of_anything(self, spans, history, wait, metric):
        now = at(min(history[-1][0] + wait, COVER))
        args = (to_events(history), AGREEMENT, metric, compiled(spans), now)
        clock, lines = fold(*args), explain(*args)
        self.assertEqual(bool(lines), clock.state is not None)
        if not lines:
            return
        self._check_time(lines, now, clock)
        self._check_sums(lines, clock)
        self._check_marks(lines, clock)

    def _check_time(self, lines, now, clock):
        """Lines follow each other without a gap, up to now."""
        told = [line for line in lines if line.what != "deadline"]
        self.assertEqual(told[0].start, clock.started_at)
        self.assertEqual(told[-1].end, now)
        for line, following in zip(told, told[1:], strict=False):
            self.assertEqual(line.end, following.start)
        for line in told:
            moment = line.what in ("event", "breach")
            self.assertEqual(moment, line.start == line.end, line)

    def _check_sums(self, lines, clock):
        total = 0
        for line in lines:
            self.assertTrue(line.what == "ran" or not line.used, line)
            total += line.used
            if line.what != "deadline":
                self.assertEqual(line.total, total, line)
        self.assertEqual(total, clock.elapsed)

    def _check_marks(self, lines, clock):
        marks = [(x.what, x.start) for x in lines if x.what in ("breach", "deadline")]
        if clock.breached_at:
            self.assertEqual(marks, [("breach", clock.breached_at)])
        elif clock.state == "running" and clock.deadline:
            self.assertEqual(marks, [("deadline", clock.deadline)])
        else:
            self.assertEqual(marks, [])

    def _explain(self, history, now):
        args = (history, AGREEMENT, "completion", compiled(OFFICE), at(now))
        return [
            (line.what, line.start.strftime("%H:%M"), line.used // 60, line.total // 60)
            for line in explain(*args)
        ]

    def _created(self, hour, minutes):
        sla = Terms(AGREEMENT, {"completion": [1, minutes * 60]}).to_fact()
        return Event(at(hour * 60), "created", {"phase": "waiting", "sla": sla})

    def test_no_clock_no_story(self):
        history = [Event(at(0), "created", {"phase": "waiting", "sla": None})]
        self.assertEqual(self._explain(history, 60), [])

    def test_line_is_split_at_the_breach(self):
        self.assertEqual(
            self._explain([self._created(8, 60)], 10 * 60),
            [
                ("event", "08:00", 0, 0),
                ("ran", "08:00", 60, 60),
                ("breach", "09:00", 0, 60),
                ("ran", "09:00", 60, 120),
            ],
        )

    def test_breach_by_a_change_stands_behind_it(self):
        less = Terms(AGREEMENT, {"completion": [2, 1800]}).to_fact()
        history = [
            self._created(8, 240),
            Event(at(9 * 60), "priority", {"priority": "3", "sla": less}),
        ]
        told = self._explain(history, 10 * 60)
        self.assertEqual(
            [line[:2] for line in told],
            [
                ("event", "08:00"),
                ("ran", "08:00"),
                ("event", "09:00"),
                ("breach", "09:00"),
                ("ran", "09:00"),
            ],
        )

    def test_breach_recorded_before_a_holiday_was_entered(self):
        """Over the new hours the clock stood, yet the breach keeps its instant."""
        mark = {"breach": {"agreement": AGREEMENT, "metric": "completion"}}
        history = [
            self._created(6, 60),
            Event(at(7 * 60), "breach", mark),
            Event(at(9 * 60), "hours", {"hours": True}),
        ]
        self.assertEqual(
            [line[:2] for line in self._explain(history, 9 * 60)],
            [
                ("event", "06:00"),
                ("outside", "06:00"),
                ("breach", "07:00"),
                ("outside", "07:00"),
                ("ran", "08:00"),
                ("event", "09:00"),
            ],
        )

    def test_story_ends_when_the_agreement_is_replaced(self):
        other = Terms(8, {"completion": [3, 600]}).to_fact()
        history = [
            self._created(8, 240),
            Event(at(9 * 60), "agreement", {"sla": other}),
            Event(at(10 * 60), "phase", {"phase": "completed"}),
        ]
        self.assertEqual(
            self._explain(history, 11 * 60),
            [
                ("event", "08:00", 0, 0),
                ("ran", "08:00", 60, 60),
                ("event", "09:00", 0, 60),
                ("cancelled", "09:00", 0, 60),
            ],
        )

    def test_stopped_clock_stays_stopped_when_replaced(self):
        history = [
            self._created(8, 240),
            Event(at(9 * 60), "phase", {"phase": "completed"}),
            Event(at(10 * 60), "agreement", {"sla": None}),
        ]
        self.assertEqual(
            [line[:2] for line in self._explain(history, 11 * 60)],
            [
                ("event", "08:00"),
                ("ran", "08:00"),
                ("event", "09:00"),
                ("stopped", "09:00"),
                ("event", "10:00"),
                ("stopped", "10:00"),
            ],
        )

    def test_target_on_the_lines(self):
        """A stopping event is told under the target under which it stopped."""
        less = Terms(AGREEMENT, {"completion": [2, 1800]}).to_fact()
        done = {"phase": "completed", "sla": less}
        history = [self._created(8, 240), Event(at(9 * 60), "phase", done)]
        args = (history, AGREEMENT, "completion", compiled(OFFICE), at(600))
        self.assertEqual({line.target for line in explain(*args)}, {240 * 60})
        self.assertEqual(fold(*args).target, 240 * 60)
