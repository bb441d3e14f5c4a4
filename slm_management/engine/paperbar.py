# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The dates of a contract as a bar that is drawn to scale.

The bar is cut where a contract comes to stand elsewhere, see
:func:`~.papers.standing`. Its length is the time from the first date to the last one,
and to today if that is not far away. What still holds without a date on which it ends
runs on beyond the last one.
"""

from datetime import date, timedelta
from typing import NamedTuple

from .papers import BINDING, standing

#: what ends on such a date ends with the day, and not before it
LAST_DAYS = ("warranty", "end")
#: how far today may be away, and yet be on the bar of dates that are closer together
NEAR = timedelta(days=90)


class Extent(NamedTuple):
    """From which day until which a bar is drawn; whether it is open at its end."""

    first: date
    last: date
    is_open: bool


def edges(dates):
    """Where the dates that are known lie, ``{name: day}``, the earliest one first.

    >>> from .papers import PaperDates
    >>> found = edges(PaperDates(date(2024, 1, 1), end=date(2024, 12, 31)))
    >>> {name: str(day) for name, day in found.items()}
    {'effective': '2024-01-01', 'end': '2025-01-01'}
    """
    found = {
        name: _later(day, int(name in LAST_DAYS))
        for name, day in dates._asdict().items()
        if day
    }
    return dict(sorted(found.items(), key=lambda item: item[1]))


def extent(dates, today):
    """The days that a bar reaches over, or None if no date is known.

    Today is on it, unless it is further away than all dates are from each other.

    >>> from .papers import PaperDates
    >>> paper = PaperDates(date(2024, 1, 1), end=date(2024, 12, 31))
    >>> [str(extent(paper, date(year, 6, 1)).last) for year in (2024, 2025, 2030)]
    ['2025-01-01', '2025-06-01', '2025-01-01']
    >>> extent(PaperDates(date(2024, 1, 1)), date(2024, 6, 1)).is_open
    True
    """
    days = [*edges(dates).values()]
    if not days:
        return None
    first, last = days[0], days[-1]
    near = max(last - first, NEAR)
    is_open = standing(dates, date.max) in BINDING
    if today < first and first - today <= near:
        first = today
    if today > last and (is_open or today - last <= near):
        last = today
    if is_open:
        last = _later(last, max((last - first).days // 12, 14))
    return Extent(first, max(last, _later(first, 1)), is_open)


def course(dates, first, last):
    """Where a contract stands between two days: standings, each with the day on which
    it begins and the one on which the next begins.

    >>> from .papers import PaperDates
    >>> paper = PaperDates(date(2024, 1, 1), final=date(2024, 3, 1))
    >>> paper = paper._replace(warranty=date(2025, 2, 28))
    >>> for what, begun, over in course(paper, date(2024, 1, 1), date(2025, 6, 1)):
    ...     print(what, begun, over)
    in_force 2024-01-01 2024-03-01
    in_warranty 2024-03-01 2025-03-01
    out_of_warranty 2025-03-01 2025-06-01
    """
    turns = [first, *(day for day in edges(dates).values() if first < day < last)]
    spans = []
    for turn in turns:
        where = standing(dates, turn)
        if not spans or spans[-1][0] != where:
            spans.append((where, turn))
    overs = [begun for _where, begun in spans[1:]] + [last]
    return [(*span, over) for span, over in zip(spans, overs, strict=True)]


def stagger(places, width):
    """In which rows labels are written, each to the right of its place.

    No label lies on another one, nor on the line that leads from the bar to another.

    :param places: in order, in the unit of the width

    >>> stagger([0, 30, 40, 100], 20)
    [0, 1, 0, 0]
    >>> stagger([0, 5, 10], 20)
    [2, 1, 0]
    """
    rows = []
    for number, place in reversed([*enumerate(places)]):
        beside = zip(places[number + 1 :], rows, strict=True)
        near = [row for other, row in beside if other < place + width]
        rows.insert(0, max(near, default=-1) + 1)
    return rows


def _later(day, days):
    """Days later, not beyond the end of the calendar."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))
