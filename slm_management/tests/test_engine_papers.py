# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The dates of contracts against slow models that count days one by one."""

from datetime import date, timedelta
from itertools import permutations

from hypothesis import assume, given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import (
    PaperDates,
    disorder,
    is_binding,
    later_end,
    notice_day,
    renewals,
    scale,
    standing,
    warranty_end,
)
from ..engine.papers import BINDING, STANDINGS, UNITS
from .engine_cases import examples

DAY = timedelta(days=1)
FIRST, LAST = date.min, date.max
#: what comes after what, in the words of the issue
LADDER = ("effective", "initial", "final", "warranty")

#: around a leap day, where months are short
days = st.dates(date(2023, 12, 20), date(2024, 3, 10))
month_ends = st.sampled_from([31, 60, 91, 366]).map(
    lambda number: date(2024, 1, 1) + (number - 1) * DAY
)
some_days = st.one_of(days, month_ends, st.dates(date(1999, 1, 1), date(2033, 1, 1)))
all_days = st.one_of(st.dates(), st.sampled_from([FIRST, LAST]), some_days)
huge = st.one_of(st.integers(0, 60), st.integers(0, 2**31 - 1), st.just(10**9))
maybe = st.one_of(st.none(), days)
papers = st.builds(PaperDates, maybe, maybe, maybe, maybe, maybe, maybe)


def ends_a_month(day):
    return day == LAST or (day + DAY).day == 1


def find_day(year, month, number):
    """The day of a number in a month, or the last one before; None: no such year."""
    for candidate in range(number, 0, -1):
        try:
            return date(year, month, candidate)
        except ValueError:
            continue
    return None


def walk_months(day, months, number=None):
    """So many months on, one by one; the day of the number, or the last one before."""
    year, month = day.year, day.month
    for _step in range(abs(months)):
        month += 1 if months > 0 else -1
        if month in (0, 13):
            year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return find_day(year, month, number or day.day)


def walk_terms(end, months):
    """The end so many months on: an end of a month leads to an end of a month."""
    return walk_months(end, months, 31 if ends_a_month(end) else None)


def walk_notice(end, count, unit):
    if unit == "months":
        return walk_terms(end, -count)
    for _step in range(count * {"days": 1, "weeks": 7}[unit]):
        end -= DAY
    return end


def walk_renewals(end, months, today, notice=None, count=0, unit="days"):
    """Let the days pass; on each the term may be over, and go on."""
    times, day, last = 0, end, end
    while day < today:
        day += DAY
        in_time = notice and notice <= walk_notice(last, count, unit)
        if day > last and not in_time:
            times += 1
            last = walk_terms(end, months * times)
    return times


def walk_standing(paper, today):
    """Let the days pass; on each something may happen to the paper."""
    state, accepted = "preparation", None
    for number in range(min(filter(None, [*paper, today])).toordinal(), 10**6):
        day = date.fromordinal(number)
        if day == paper.effective:
            state = "in_force"
        if day == paper.initial and state == "in_force":
            state = "initially_accepted"
        if day == paper.final and state != "ended":
            state = "in_warranty" if paper.warranty else "finally_accepted"
        accepted = accepted or day == paper.final
        if paper.end and day == paper.end + DAY and state != "out_of_warranty":
            state = state if accepted and paper.warranty else "ended"
        if paper.warranty and day == paper.warranty + DAY:
            state = "out_of_warranty"
        if paper.terminated and day >= paper.terminated:
            state = "terminated"
        if day == today:
            return state


class TestMonths(BaseCase):
    """Ends of months, leap days, ends of the calendar."""

    @examples(400)
    @given(some_days, st.integers(0, 40))
    def test_warranty_is_counted_in_months(self, accepted, months):
        self.assertEqual(warranty_end(accepted, months), walk_months(accepted, months))

    @examples(400)
    @given(some_days, st.integers(1, 30), st.integers(-12, 12))
    def test_terms_follow_each_other(self, end, months, times):
        expected = walk_terms(end, months * times)
        self.assertEqual(later_end(end, months, times), expected)

    @examples(300)
    @given(all_days, huge, st.integers(-50, 50))
    def test_terms_know_their_direction(self, end, months, times):
        moved = later_end(end, months, times)
        self.assertLessEqual(moved, max(end, later_end(end, months, times + 1)))
        if months and times > 0 and end < LAST:
            self.assertGreater(moved, end)
        if months and times < 0 and end > FIRST:
            self.assertLess(moved, end)

    @examples(200)
    @given(month_ends, st.integers(-40, 40))
    def test_ends_of_months_come_back(self, end, months):
        there = later_end(end, months)
        self.assertTrue(ends_a_month(there))
        self.assertEqual(later_end(there, -months), end)

    @examples(300)
    @given(some_days, st.integers(0, 40), st.sampled_from(UNITS))
    def test_notice_is_counted_back(self, end, count, unit):
        self.assertEqual(notice_day(end, count, unit), walk_notice(end, count, unit))

    @examples(300)
    @given(all_days, huge, st.sampled_from(UNITS))
    def test_longer_notice_is_not_later(self, end, count, unit):
        day = notice_day(end, count, unit)
        self.assertLessEqual(day, end)
        self.assertLessEqual(notice_day(end, count + 1, unit), day)

    @examples(300)
    @given(all_days, huge)
    def test_longer_warranty_is_not_shorter(self, accepted, months):
        end = warranty_end(accepted, months)
        self.assertLessEqual(accepted, end)
        self.assertLessEqual(end, warranty_end(accepted, months + 1))

    def test_named_days(self):
        january, leap = date(2024, 1, 31), date(2024, 2, 29)
        self.assertEqual(warranty_end(january, 1), leap)
        self.assertEqual(warranty_end(date(2023, 1, 31), 1), date(2023, 2, 28))
        self.assertEqual(warranty_end(leap, 12), date(2025, 2, 28))
        self.assertEqual(warranty_end(leap, 48), date(2028, 2, 29))
        self.assertEqual(later_end(date(2025, 2, 28), 1), date(2025, 3, 31))
        self.assertEqual(later_end(date(2024, 2, 28), 12), date(2025, 2, 28))
        self.assertEqual(notice_day(date(2024, 3, 31), 1, "months"), leap)

    def test_ends_of_the_calendar(self):
        self.assertEqual(warranty_end(LAST, 1), LAST)
        self.assertEqual(warranty_end(FIRST, 10**9), LAST)
        self.assertEqual(later_end(date(1, 3, 31), -(10**9)), FIRST)
        self.assertEqual(notice_day(date(1, 3, 31), 3, "months"), FIRST)
        self.assertEqual(notice_day(FIRST, 2**31, "weeks"), FIRST)
        self.assertEqual(renewals(date(9999, 11, 30), 1, LAST), 1)
        self.assertEqual(renewals(LAST, 1, LAST), 0)


class TestRenewals(BaseCase):
    """Terms that go on by themselves."""

    span = st.integers(1, 14)
    notice = st.one_of(st.none(), days, st.dates(date(2024, 1, 1), date(2027, 1, 1)))
    todays = st.dates(date(2023, 12, 1), date(2026, 6, 30))

    @examples(150)
    @given(days, span, todays, notice, st.integers(0, 5), st.sampled_from(UNITS))
    def test_like_day_by_day(self, end, months, today, given_on, count, unit):
        args = (end, months, today, given_on, count, unit)
        self.assertEqual(renewals(*args), walk_renewals(*args))

    @examples(150)
    @given(days, span, todays)
    def test_ends_today_or_later(self, end, months, today):
        times = renewals(end, months, today)
        self.assertGreaterEqual(later_end(end, months, times), min(end, today))
        if times:
            self.assertLess(later_end(end, months, times - 1), today)
            self.assertGreaterEqual(later_end(end, months, times), today)

    @examples(100)
    @given(days, span, todays, notice, st.integers(0, 5))
    def test_an_outage_changes_nothing(self, end, months, today, given_on, count):
        """Once after days without the job, or day by day: the same."""
        step = today - timedelta(days=45)
        args = (given_on, count, "weeks")
        before = renewals(end, months, step, *args)
        after = renewals(end, months, today, *args)
        self.assertLessEqual(before, after)
        reached = later_end(end, months, before)
        if reached >= today:
            self.assertEqual(before, after)

    def test_notice(self):
        end, later = date(2024, 12, 31), date(2026, 6, 1)
        for given_on, times in (
            (None, 2),
            (date(2024, 9, 30), 0),
            (date(2024, 10, 1), 1),
            (date(2025, 9, 30), 1),
            (date(2025, 10, 1), 2),
        ):
            found = renewals(end, 12, later, given_on, 3, "months")
            self.assertEqual(found, times, given_on)

    def test_january_goes_through_february(self):
        first = date(2024, 1, 31)
        ends = [later_end(first, 1, renewals(first, 1, day)) for day in (
            date(2024, 1, 31), date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1)
        )]  # fmt: skip
        self.assertEqual([end.isoformat()[5:] for end in ends],
                         ["01-31", "02-29", "03-31", "04-30"])  # fmt: skip


class TestStanding(BaseCase):
    """Where a contract stands."""

    def test_order_is_complete(self):
        """Whatever comes first on the ladder must not come later in time."""
        early, late = date(2024, 1, 1), date(2024, 1, 2)
        for first, second in permutations(PaperDates._fields, 2):
            paper = PaperDates(**{first: late, second: early})
            ladder = first in LADDER and second in LADDER
            wrong = ladder and LADDER.index(first) < LADDER.index(second)
            wrong |= first == "effective" and second in ("end", "terminated")
            self.assertEqual(disorder(paper), [(first, second)] if wrong else [])

    @examples(400)
    @given(papers)
    def test_disorder_names_what_is_wrong(self, paper):
        pairs = disorder(paper)
        for first, second in pairs:
            self.assertGreater(getattr(paper, first), getattr(paper, second))
        known = [getattr(paper, name) for name in LADDER if getattr(paper, name)]
        ends = [day for day in (paper.end, paper.terminated) if day and paper.effective]
        in_order = known == sorted(known) and all(d >= paper.effective for d in ends)
        self.assertEqual(not pairs, in_order)

    @examples(500)
    @given(papers, days)
    def test_like_day_by_day(self, paper, today):
        assume(not disorder(paper))
        if not paper.effective:
            paper = PaperDates(terminated=paper.terminated)
        self.assertEqual(standing(paper, today), walk_standing(paper, today))

    @examples(400)
    @given(papers, days)
    def test_any_dates_stand_somewhere(self, paper, today):
        state = standing(paper, today)
        self.assertIn(state, STANDINGS)
        binding = is_binding(paper, today)
        if state == "out_of_warranty":
            term_runs = paper.end is not None and paper.end >= today
            self.assertIs(binding, term_runs)
        else:
            self.assertIs(binding, state in BINDING)

    @examples(300)
    @given(papers, days)
    def test_time_goes_one_way(self, paper, today):
        """Nothing becomes less finished by waiting."""
        assume(not disorder(paper))
        state, later = standing(paper, today), standing(paper, today + DAY)
        if not (state == "ended" and later in ("in_warranty", "out_of_warranty")):
            order = [*STANDINGS[:5], "ended", "out_of_warranty", "terminated"]
            self.assertLessEqual(order.index(state), order.index(later))

    @examples(100)
    @given(st.builds(PaperDates, *[st.one_of(st.none(), all_days)] * 6), all_days)
    def test_ends_of_the_calendar(self, paper, today):
        self.assertIn(standing(paper, today), STANDINGS)
        disorder(paper)

    @examples(200)
    @given(st.lists(all_days, max_size=6))
    def test_scale(self, dates):
        places = scale(dates)
        self.assertEqual(len(places), len(dates))
        order = sorted(range(len(dates)), key=lambda i: dates[i])
        self.assertEqual([places[i] for i in order], sorted(places))
        if len(set(dates)) > 1:
            self.assertEqual((min(places), max(places)), (0.0, 100.0))
        else:
            self.assertFalse(any(places))
