# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the dates of a contract mean.

All dates are days in the time zone of whoever signed, and each is the last day of what
it ends: a term until 31 December is in force on that day. A date that is not known is
None.

Months are counted as people who sign contracts count them. A span that begins with an
event ends on the day of the same number, or on the last day of a month that has no such
day (German Civil Code, sections 188 II and III). A term that ends with a month is
followed by terms that end with a month.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

#: where a contract may stand
STANDINGS = (
    "preparation",
    "in_force",
    "initially_accepted",
    "finally_accepted",
    "in_warranty",
    "out_of_warranty",
    "ended",
    "terminated",
)
#: who signed has something to do, or may claim something
BINDING = ("in_force", "initially_accepted", "finally_accepted", "in_warranty")
#: what a period of notice may be counted in
UNITS = ("days", "weeks", "months")


class PaperDates(NamedTuple):
    """The dates of a contract that decide where it stands."""

    effective: date | None = None
    initial: date | None = None
    final: date | None = None
    warranty: date | None = None
    end: date | None = None
    terminated: date | None = None


#: which of two dates must not come after the other one
ORDER = (
    ("effective", "initial"),
    ("initial", "final"),
    ("effective", "final"),
    ("final", "warranty"),
    ("initial", "warranty"),
    ("effective", "warranty"),
    ("effective", "end"),
    ("effective", "terminated"),
)


def disorder(dates):
    """Pairs of names of dates of which the first one comes after the second one.

    >>> disorder(PaperDates(date(2024, 3, 1), initial=date(2024, 2, 1)))
    [('effective', 'initial')]
    >>> disorder(PaperDates(date(2024, 3, 1), end=date(2024, 3, 1)))
    []
    """
    return [
        (first, second)
        for first, second in ORDER
        if (one := getattr(dates, first))
        and (other := getattr(dates, second))
        and one > other
    ]


def standing(dates, today):
    """Where a contract stands on a day, one of :data:`STANDINGS`.

    A warranty runs from the final acceptance on, and outlives the term. Without a final
    acceptance nothing is in warranty, but the end of a warranty is one all the same.

    >>> paper = PaperDates(date(2024, 1, 1), final=date(2024, 6, 1))
    >>> standing(paper, date(2023, 12, 31)), standing(paper, date(2024, 6, 1))
    ('preparation', 'finally_accepted')
    >>> paper = paper._replace(warranty=date(2026, 6, 1), end=date(2024, 12, 31))
    >>> standing(paper, date(2026, 6, 1)), standing(paper, date(2026, 6, 2))
    ('in_warranty', 'out_of_warranty')
    >>> standing(PaperDates(date(2024, 1, 1), end=date(2024, 12, 31)), date(2025, 1, 1))
    'ended'
    """
    if _has_come(dates.terminated, today):
        return "terminated"
    if not _has_come(dates.effective, today):
        return "preparation"
    accepted = _has_come(dates.final, today)
    if dates.warranty and dates.warranty < today:
        return "out_of_warranty"
    if dates.warranty and accepted:
        return "in_warranty"
    if dates.end and dates.end < today:
        return "ended"
    if accepted:
        return "finally_accepted"
    return "initially_accepted" if _has_come(dates.initial, today) else "in_force"


def is_binding(dates, today):
    """Whether a contract is in force on a day, whatever was accepted.

    Its warranty may be over while its term still runs, as with hardware under a
    maintenance contract; a term has to be said for that.

    >>> paper = PaperDates(date(2024, 1, 1), warranty=date(2024, 6, 1))
    >>> is_binding(paper, date(2024, 6, 2))
    False
    >>> is_binding(paper._replace(end=date(2025, 1, 1)), date(2024, 6, 2))
    True
    """
    where = standing(dates, today)
    if where == "out_of_warranty":
        return bool(dates.end and dates.end >= today)
    return where in BINDING


def warranty_end(accepted, months):
    """The last day of a warranty of so many months after an acceptance.

    >>> warranty_end(date(2024, 1, 31), 1), warranty_end(date(2024, 2, 29), 12)
    (datetime.date(2024, 2, 29), datetime.date(2025, 2, 28))
    """
    return _move(accepted, months)


def later_end(end, months, times=1):
    """The last day of the term that follows a number of terms later.

    It is counted from the first end, so that no day is lost in a short month.

    :param months: length of one of these terms; negative: go back

    >>> end = date(2024, 1, 31)
    >>> [later_end(end, 1, n).day for n in range(4)]
    [31, 29, 31, 30]
    >>> [later_end(date(2024, 1, 30), 1, n).day for n in range(4)]
    [30, 29, 30, 30]
    >>> later_end(date(2024, 2, 29), 12), later_end(date(2023, 2, 28), 12)
    (datetime.date(2025, 2, 28), datetime.date(2024, 2, 29))
    """
    moved = _move(end, months * times)
    if not _ends_month(end) or moved == date.min:
        return moved
    return moved.replace(day=monthrange(moved.year, moved.month)[1])


def notice_day(end, count, unit):
    """The last day on which notice can be given so that a term ends on its last day.

    :param count: length of the period of notice
    :param unit: what it is counted in, of :data:`UNITS`

    >>> notice_day(date(2026, 12, 31), 3, "months")
    datetime.date(2026, 9, 30)
    >>> notice_day(date(2025, 2, 28), 3, "months")
    datetime.date(2024, 11, 30)
    >>> notice_day(date(2025, 3, 1), 1, "weeks")
    datetime.date(2025, 2, 22)
    """
    if unit == "months":
        return later_end(end, -count)
    days = count * (7 if unit == "weeks" else 1)
    return date.fromordinal(max(end.toordinal() - days, 1))


def renewals(end, months, today, given=None, count=0, unit="days"):
    """How many times a term has gone on tacitly by a day.

    It goes on when it is over and nobody has given notice in time. Notice that was
    given too late for one end counts for the next one.

    :param end: last day of the first term
    :param months: length of the terms that follow; 0: none does
    :param given: day on which notice was given, or None
    :param count: period of notice, see :func:`notice_day`

    >>> end = date(2024, 12, 31)
    >>> renewals(end, 12, end), renewals(end, 12, date(2025, 1, 1))
    (0, 1)
    >>> renewals(end, 0, date(2030, 1, 1))
    0
    >>> in_time, late = date(2024, 9, 30), date(2024, 10, 1)
    >>> renewals(end, 12, date(2030, 1, 1), in_time, 3, "months")
    0
    >>> renewals(end, 12, date(2030, 1, 1), late, 3, "months")
    1
    """
    times, last = 0, end
    while months > 0 and last < min(today, date.max):
        if given and given <= notice_day(last, count, unit):
            break
        times += 1
        last = later_end(end, months, times)
    return times


def scale(days):
    """Where days lie on a line from the first to the last one, in percent.

    >>> scale([date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 5)])
    [0.0, 25.0, 100.0]
    >>> scale([date(2024, 1, 1)])
    [0.0]
    """
    first = min(days, default=None)
    length = (max(days, default=None) - first).days if days else 0
    return [round(100 * (day - first).days / (length or 1), 2) for day in days]


def _has_come(day, today):
    return bool(day and day <= today)


def _ends_month(day):
    return day == date.max or (day + timedelta(days=1)).day == 1


def _move(day, months):
    """Months later or earlier, not beyond the ends of the calendar."""
    try:
        return day + relativedelta(months=months)
    except (ValueError, OverflowError):
        return date.max if months > 0 else date.min
