# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import (
    LENGTHS,
    last_period,
    period_months,
    period_of,
    period_over,
    periods_since,
    trail,
)
from .engine_cases import examples

ONE_DAY = timedelta(days=1)
#: about leap years, turns of centuries and years
days = st.one_of(
    st.dates(date(1999, 1, 1), date(2033, 12, 31)),
    st.dates(date(1890, 1, 1), date(2110, 12, 31)),
    st.builds(
        lambda year, shift: date(year, 3, 1) + timedelta(days=shift),
        st.sampled_from([1900, 2000, 2023, 2024, 2100]),
        st.integers(-70, 3),
    ),
)
lengths = st.sampled_from(sorted(LENGTHS))
starts = st.integers(1, 12)
counts = st.integers(1, 30)


class TestEnginePeriods(BaseCase):
    """Weeks, months … of calendar and fiscal years."""

    def assertFollowing(self, periods):
        """No day between two of them, and none in both."""
        for before, after in zip(periods, periods[1:], strict=False):
            self.assertEqual(before[1] + ONE_DAY, after[0])

    @examples(300)
    @given(days, lengths, starts)
    def test_a_day_lies_in_one_period(self, day, length, start):
        """Periods tile time: each day has one, and all days of it have the same."""
        first, last = period_of(day, length, start)
        self.assertLessEqual(first, day)
        self.assertLessEqual(day, last)
        for other in (first, last, first + (last - first) / 2):
            self.assertEqual(period_of(other, length, start), (first, last))
        for other in (first - ONE_DAY, last + ONE_DAY):
            self.assertNotEqual(period_of(other, length, start), (first, last))

    @examples(300)
    @given(days, lengths, starts)
    def test_where_they_begin(self, day, length, start):
        first, last = period_of(day, length, start)
        following = last + ONE_DAY
        if length == "week":
            self.assertEqual((first.weekday(), following - first), (0, 7 * ONE_DAY))
            return
        months = LENGTHS[length]
        self.assertEqual((first.day, following.day), (1, 1))
        self.assertEqual((first.month - start) % months, 0)
        passed = 12 * (following.year - first.year) + following.month - first.month
        self.assertEqual(passed, months)

    @examples(200)
    @given(days, lengths)
    def test_years_begin_in_january_unless_told(self, day, length):
        self.assertEqual(period_of(day, length), period_of(day, length, 1))
        self.assertEqual(period_of(day, "year")[0], date(day.year, 1, 1))

    @examples(200)
    @given(days, starts)
    def test_short_periods_fit_into_long_ones(self, day, start):
        for short, long in (
            ("month", "quarter"),
            ("quarter", "half_year"),
            ("half_year", "year"),
        ):
            inner, outer = (period_of(day, name, start) for name in (short, long))
            self.assertLessEqual(outer[0], inner[0])
            self.assertLessEqual(inner[1], outer[1])

    @examples(300)
    @given(days, lengths, starts)
    def test_what_is_over(self, day, length, start):
        """The last one that was over when the day began, and not one that goes on."""
        over, current = period_over(day, length, start), period_of(day, length, start)
        self.assertLess(over[1], day)
        self.assertFollowing([over, current])
        if LENGTHS[length]:
            self.assertEqual(over, last_period(day, LENGTHS[length], start))

    @examples(200)
    @given(days, lengths, starts, counts)
    def test_trail(self, day, length, start, count):
        current = period_of(day, length, start)
        found = trail(*current, length, count, start)
        self.assertEqual((len(found), found[-1]), (count, current))
        self.assertFollowing(found)
        for first, last in found:
            self.assertEqual(period_of(first, length, start), (first, last))

    @examples(200)
    @given(days, st.integers(0, 400), counts, st.sampled_from([None, "custom"]))
    def test_trail_of_any_days(self, first, more, count, length):
        last = first + timedelta(days=more)
        found = trail(first, last, length, count)
        self.assertEqual((len(found), found[-1]), (count, (first, last)))
        self.assertFollowing(found)
        self.assertEqual({end - begin for begin, end in found}, {last - first})

    @examples(200)
    @given(days, st.integers(-800, 800), lengths, starts)
    def test_since(self, first, more, length, start):
        """Each that began on the first day or later and is over, each once."""
        day = first + timedelta(days=more)
        found = periods_since(first, day, length, start)
        wanted, current = [], period_of(first, length, start)
        while current[1] < day:
            wanted += [current] if current[0] >= first else []
            current = period_of(current[1] + ONE_DAY, length, start)
        self.assertEqual(found, wanted)

    @examples(100)
    @given(days)
    def test_lengths_are_known_again(self, day):
        for name, months in LENGTHS.items():
            known = period_months(*period_of(day, name))
            self.assertEqual(known, months if months in (3, 6, 12) else 0)

    def test_ends_of_the_calendar(self):
        """Whoever mistypes a year gets a period, and no crash."""
        for length in LENGTHS.keys() - {"week"}:
            self.assertEqual(period_of(date.max, length)[1], date.max)
            self.assertEqual(period_of(date.min, length)[0], date.min)
        for length in LENGTHS:
            found = trail(
                date(3, 1, 1), period_of(date(3, 1, 1), length)[1], length, 99
            )
            self.assertLess(len(found), 99 if length == "year" else 100)
        ages = trail(date(2024, 1, 1), date(2924, 1, 1), "custom", 12)
        self.assertEqual(len(ages), 3)
        self.assertFollowing(ages)
