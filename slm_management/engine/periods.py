# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Periods of reports: weeks, and months, quarters … of a calendar or fiscal year.

A period is a pair of its first and its last day. Fiscal years are those that begin on
the first day of a month; with ``start=1`` they are calendar years.
"""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

#: months of a period by its name; weeks have none
LENGTHS = {"week": 0, "month": 1, "quarter": 3, "half_year": 6, "year": 12}
ONE_DAY = timedelta(days=1)


def calendar_period(day, months, start=1):
    """The period of so many months in which a day lies.

    :param months: its length; a divisor of 12
    :param start: the month, from 1 to 12, in which a year begins

    >>> [str(day) for day in calendar_period(date(2024, 2, 29), 3)]
    ['2024-01-01', '2024-03-31']
    >>> [str(day) for day in calendar_period(date(2024, 2, 29), 6, start=4)]
    ['2023-10-01', '2024-03-31']
    >>> [str(day) for day in calendar_period(date(2024, 1, 1), 12)]
    ['2024-01-01', '2024-12-31']
    """
    passed = (day.month - start) % 12 % months
    first = day.replace(day=1) - relativedelta(months=passed)
    return first, first + relativedelta(months=months - 1, day=31)


def last_period(day, months, start=1):
    """The period of so many months that was over last when a day began.

    >>> [str(day) for day in last_period(date(2024, 1, 8), 3)]
    ['2023-10-01', '2023-12-31']
    >>> [str(day) for day in last_period(date(2024, 3, 31), 12)]
    ['2023-01-01', '2023-12-31']
    """
    return calendar_period(
        calendar_period(day, months, start)[0] - ONE_DAY, months, start
    )


def period_months(first, last):
    """How many months a calendar period of the usual lengths has; 0 if it is none.

    >>> [period_months(date(2024, 1, 1), date(2024, m, 30)) for m in (6, 9)]
    [6, 0]
    """
    return next(
        (m for m in (3, 6, 12) if calendar_period(first, m) == (first, last)), 0
    )


def period_of(day, length, start=1):
    """The period of a named length in which a day lies; weeks begin on Mondays.

    :param length: a key of ``LENGTHS``

    >>> [str(day) for day in period_of(date(2024, 1, 1), "week")]
    ['2024-01-01', '2024-01-07']
    >>> [str(day) for day in period_of(date(2024, 1, 1), "quarter", start=2)]
    ['2023-11-01', '2024-01-31']
    """
    if length == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    return calendar_period(day, LENGTHS[length], start)


def period_over(day, length, start=1):
    """The period of a named length that was over last when a day began.

    >>> [str(day) for day in period_over(date(2024, 1, 7), "week")]
    ['2023-12-25', '2023-12-31']
    >>> [str(day) for day in period_over(date(2024, 4, 1), "year", start=4)]
    ['2023-04-01', '2024-03-31']
    """
    return period_of(period_of(day, length, start)[0] - ONE_DAY, length, start)


def trail(first, last, length, count, start=1):
    """So many periods that follow each other, the last of which is the one given.

    They are fewer if there are no days before.

    :param length: a key of ``LENGTHS``; another one: the periods before are as many
        days long as the one given
    :return: list of periods, the earliest first

    >>> for days in trail(date(2024, 3, 1), date(2024, 3, 31), "month", 3):
    ...     print(*days)
    2024-01-01 2024-01-31
    2024-02-01 2024-02-29
    2024-03-01 2024-03-31
    >>> [str(days[0]) for days in trail(date(2024, 3, 1), date(2024, 3, 10), None, 2)]
    ['2024-02-20', '2024-03-01']
    """
    found, days = [(first, last)], last - first + ONE_DAY
    while len(found) < count and found[0][0] - date.min > days:
        before = found[0][0] - ONE_DAY
        known = length in LENGTHS
        equal = (found[0][0] - days, before)
        found.insert(0, period_of(before, length, start) if known else equal)
    return found


def periods_since(first, day, length, start=1):
    """The periods that began on a day or after it and were over when another one began.

    :return: list of periods, the earliest first

    >>> for days in periods_since(date(2024, 1, 15), date(2024, 4, 2), "month"):
    ...     print(*days)
    2024-02-01 2024-02-29
    2024-03-01 2024-03-31
    """
    found, current = [], period_over(day, length, start)
    while current[0] >= first:
        found.insert(0, current)
        current = period_of(current[0] - ONE_DAY, length, start)
    return found
