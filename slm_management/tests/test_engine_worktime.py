# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import sys
from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import OutsideCoverageError, WorkTime
from .engine_cases import (
    COVER,
    OFFICE,
    START,
    at,
    compiled,
    examples,
    lengths,
    painted,
    spans_of_a_calendar,
)

MICROSECOND, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
DAY = timedelta(days=1)
minutes = st.one_of(
    st.integers(0, COVER // 60).map(lambda hour: hour * 60), st.integers(0, COVER)
)
moments = st.one_of(
    minutes.map(at),
    st.integers(0, COVER * 60_000_000).map(lambda us: START + us * MICROSECOND),
)
amounts = st.one_of(
    lengths.map(lambda length: length * 60),
    st.integers(1, 40 * 3600),
    st.floats(0.001, 40 * 3600),
)


class TestEngineWorktime(BaseCase):
    """Laws that hold for any service hours."""

    # ------------------------------------------------------------------
    # plan and elapsed
    # ------------------------------------------------------------------

    @examples(300)
    @given(spans_of_a_calendar, moments, amounts)
    def test_plan_is_the_earliest_instant(self, spans, start, seconds):
        worktime = compiled(spans)
        end = worktime.plan(start, seconds)
        left = worktime.elapsed(start, worktime.end)
        if end is None:
            self.assertLessEqual(left, seconds)
            return
        if not seconds:
            return
        self.assertAlmostEqual(worktime.elapsed(start, end), seconds, places=5)
        self.assertGreater(end, start)
        before = worktime.elapsed(start, end - MICROSECOND)
        self.assertLess(before, worktime.elapsed(start, end))

    @examples(300)
    @given(spans_of_a_calendar, moments, amounts)
    def test_plan_backwards_is_the_latest_instant(self, spans, end, seconds):
        assume(seconds)
        worktime = compiled(spans)
        start = worktime.plan(end, -seconds)
        if start is None:
            self.assertLess(worktime.elapsed(worktime.start, end), seconds)
            return
        self.assertAlmostEqual(worktime.elapsed(start, end), seconds, places=5)
        after = worktime.elapsed(start + MICROSECOND, end)
        self.assertLess(after, worktime.elapsed(start, end))

    @examples(200)
    @given(spans_of_a_calendar, moments, amounts)
    def test_backwards_is_the_mirror_of_forwards(self, spans, moment, seconds):
        """Turned around, the calendar plans backwards what it planned forwards."""
        assume(seconds)
        turned = compiled([(COVER - last, COVER - first) for first, last in spans])

        def turn(instant):
            return instant and START + (at(COVER) - instant)

        forwards = compiled(spans).plan(moment, seconds)
        self.assertEqual(turn(forwards), turned.plan(turn(moment), -seconds))

    @examples(200)
    @given(spans_of_a_calendar, moments)
    def test_plan_nothing(self, spans, start):
        """Zero seconds from now: now, if it is open, else the next opening."""
        worktime = compiled(spans)
        opening = worktime.plan(start, 0)
        if opening is None:
            self.assertEqual(worktime.elapsed(start, worktime.end), 0)
            return
        self.assertEqual(opening == start, worktime.is_open(start))
        self.assertTrue(worktime.is_open(opening))
        self.assertEqual(worktime.elapsed(start, opening), 0)

    @examples(200)
    @given(spans_of_a_calendar, moments, amounts, amounts)
    def test_plan_in_two_steps(self, spans, start, one, two):
        assume(one and two)
        one, two = round(one, 6), round(two, 6)
        worktime = compiled(spans)
        halfway = worktime.plan(start, one)
        assume(halfway)
        end, direct = worktime.plan(halfway, two), worktime.plan(start, one + two)
        self.assertEqual(end is None, direct is None)
        if end:
            self.assertAlmostEqual(end, direct, delta=MICROSECOND)

    @examples(200)
    @given(spans_of_a_calendar, moments, amounts, amounts)
    def test_plan_is_monotonic(self, spans, start, one, two):
        worktime = compiled(spans)
        less, more = sorted((one, two))
        late = worktime.plan(start, more)
        if late is not None:
            self.assertLessEqual(worktime.plan(start, less), late)

    @examples(300)
    @given(spans_of_a_calendar, moments, moments, moments)
    def test_elapsed_is_additive(self, spans, one, two, three):
        elapsed = compiled(spans).elapsed
        self.assertAlmostEqual(
            elapsed(one, two) + elapsed(two, three), elapsed(one, three), places=5
        )
        self.assertEqual(elapsed(one, two), -elapsed(two, one))
        self.assertEqual(elapsed(one, one), 0)
        self.assertLessEqual(abs(elapsed(one, two)), abs((two - one).total_seconds()))

    @examples(200)
    @given(spans_of_a_calendar, minutes, minutes)
    def test_elapsed_counts_open_minutes(self, spans, one, two):
        first, last = sorted((one, two))
        open_minutes = sum(painted(spans)[first:last])
        used = compiled(spans).elapsed(at(first), at(last))
        self.assertEqual(used, open_minutes * 60)
        self.assertIsInstance(used, int)

    # ------------------------------------------------------------------
    # intervals and is_open
    # ------------------------------------------------------------------

    @examples(200)
    @given(spans_of_a_calendar, moments, moments)
    def test_intervals(self, spans, one, two):
        worktime, (start, end) = compiled(spans), sorted((one, two))
        cursor, total = None, timedelta()
        for opens, closes in worktime.intervals(start, end):
            self.assertTrue(start <= opens < closes <= end)
            self.assertTrue(cursor is None or cursor < opens, "they do not touch")
            self.assertTrue(worktime.is_open(opens))
            self.assertTrue(closes == end or not worktime.is_open(closes))
            cursor, total = closes, total + (closes - opens)
        self.assertAlmostEqual(
            total.total_seconds(), worktime.elapsed(start, end), places=5
        )

    def test_intervals_from_and_to_edges(self):
        morning, afternoon = (at(480), at(720)), (at(780), at(1020))
        worktime = compiled(OFFICE)
        for start, end, expected in (
            (480, 1020, [morning, afternoon]),
            (720, 1020, [afternoon]),
            (720, 780, []),
            (480, 780, [morning]),
            (600, 600, []),
            (600, 500, []),
        ):
            with self.subTest(start=start, end=end):
                told = worktime.intervals(at(start), at(end))
                self.assertEqual(list(told), expected)

    @examples(200)
    @given(spans_of_a_calendar, minutes)
    def test_is_open(self, spans, minute):
        flags = painted(spans)
        self.assertEqual(compiled(spans).is_open(at(minute)), bool(flags[minute]))

    @examples(200)
    @given(spans_of_a_calendar, st.randoms(use_true_random=False))
    def test_order_and_cuts_do_not_matter(self, spans, random):
        """Pieces in any order, touching or overlapping, are the same service hours."""
        pieces = []
        for first, last in spans:
            cut = random.randint(first, last)
            pieces += [(first, cut), (cut, last), (first, last)]
        random.shuffle(pieces)
        whole, cut = compiled(spans), compiled(pieces)
        self.assertEqual(
            list(whole.intervals(START, at(COVER))),
            list(cut.intervals(START, at(COVER))),
        )
        self.assertEqual(len(whole), len(cut))

    # ------------------------------------------------------------------
    # Gaps that Odoo's calendars leave
    # ------------------------------------------------------------------

    @examples(100)
    @given(st.integers(1, 6), st.integers(0, 10**12), st.integers(0, 10**12))
    def test_midnight_gap_is_closed(self, days, one, two):
        always = WorkTime(
            [
                (START + i * DAY, START + (i + 1) * DAY - MICROSECOND)
                for i in range(days)
            ],
            START,
            START + days * DAY,
        )
        self.assertEqual(len(always), 1)
        span = days * 86_400_000_000
        first, last = sorted((one % span, two % span))
        used = always.elapsed(START + first * MICROSECOND, START + last * MICROSECOND)
        self.assertEqual(used, (last - first) / 1_000_000)

    def test_second_behind_a_leave_is_closed(self):
        """Holidays until 23:59:59, in time zones at all quarters of an hour."""
        for quarter in range(4):
            midnight = START + DAY + timedelta(minutes=15 * quarter)
            leave_end = midnight - timedelta(seconds=1)
            gap = (leave_end, midnight - MICROSECOND)
            closed = WorkTime([gap], START, START + 3 * DAY)
            self.assertFalse(closed, quarter)
            opened = WorkTime([gap, (midnight, midnight + DAY)], START, START + 3 * DAY)
            self.assertEqual(
                list(opened.intervals(START, START + 3 * DAY)),
                [(midnight, midnight + DAY)],
            )

    def test_ordinary_starts_are_not_moved(self):
        for start in (
            at(14),
            at(59),
            at(59) + timedelta(seconds=58),
            at(7) + 59 * SECOND,
        ):
            worktime = WorkTime([(start, at(120))], START, at(COVER))
            self.assertEqual(next(worktime.intervals(START, at(COVER)))[0], start)

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------

    def test_outside_of_the_cover_nothing_is_known(self):
        worktime = compiled(OFFICE)
        for outside in (START - MICROSECOND, at(COVER) + MICROSECOND):
            for question in (
                lambda out=outside: worktime.plan(out, 60),
                lambda out=outside: worktime.elapsed(START, out),
                lambda out=outside: worktime.elapsed(out, START),
                lambda out=outside: worktime.is_open(out),
                lambda out=outside: list(worktime.intervals(START, out)),
            ):
                self.assertRaises(OutsideCoverageError, question)
            self.assertFalse(worktime.covers(START, outside))
        self.assertTrue(worktime.covers(START, at(COVER)))

    def test_no_hours_at_all(self):
        for worktime in (compiled([]), compiled([(60, 60), (90, 30)])):
            self.assertFalse(worktime)
            self.assertEqual(len(worktime), 0)
            self.assertEqual(worktime.elapsed(START, at(COVER)), 0)
            self.assertFalse(worktime.is_open(at(60)))
            self.assertEqual(list(worktime.intervals(START, at(COVER))), [])
            for seconds in (-1, 0, 1):
                self.assertIsNone(worktime.plan(at(60), seconds))

    def test_before_1970_and_far_away(self):
        first, last = datetime(1890, 5, 1, 8), datetime(1890, 5, 1, 16)
        late, later = datetime(8000, 1, 1), datetime(8000, 1, 2)
        worktime = WorkTime([(first, last), (late, later)], first - DAY, later)
        self.assertEqual(worktime.plan(first, 9 * 3600), datetime(8000, 1, 1, 1))
        self.assertEqual(worktime.plan(late, -3600), datetime(1890, 5, 1, 15))

    def test_space(self):
        """24 bytes a stretch, and nothing in proportion to the covered time."""
        years = timedelta(days=3653)
        spans = [(START + i * DAY, START + i * DAY + DAY / 3) for i in range(3653)]
        worktime = WorkTime(spans, START, START + years)
        self.assertEqual(len(worktime), 3653)
        empty = sys.getsizeof(WorkTime([], START, START + years))
        grown = sys.getsizeof(worktime) - empty
        self.assertLess(grown, 24 * 3653 * 1.3)
