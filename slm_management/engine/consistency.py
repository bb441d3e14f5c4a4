# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How long it takes at worst if several promises are used up one after the other.

An office is open from 8 to 17, an evening shift from 17 to 18, others always:

>>> from datetime import datetime, timedelta
>>> monday, day, hour = datetime(2024, 1, 1), timedelta(days=1), timedelta(hours=1)
>>> def week(days, opens, closes):
...     return WorkTime(
...         [(monday + n * day + opens * hour, monday + n * day + closes * hour)
...          for n in days], monday, monday + 7 * day)
>>> office, evening = week(range(5), 8, 17), week(range(5), 17, 18)
>>> always, never = week(range(7), 0, 24), week((), 0, 0)
>>> def hours(promised, *stretches):
...     stretches = [(worktime, n * 3600) for worktime, n in stretches]
...     return longest(promised, stretches, 7 * day) / 3600

In the same hours promises just add up, and four hours around the clock are four
hours of the office at most:

>>> hours(office, (office, 2), (office, 3)), hours(office, (office, 2), (always, 4))
(5.0, 6.0)

A promise around the clock that an office is to keep waits for the whole weekend: a
ticket that comes on Friday just after 15:00 is done on Monday at 8:00.

>>> hours(always, (office, 2))
65.0

Here it is worst on Friday just after 17:00: the evening's hour is over on Monday
when the office has closed, which then needs the whole of Tuesday.

>>> hours(always, (evening, 1), (office, 9))
96.0
>>> longest(always, [(never, 60)], 7 * day) is None
True
"""

from itertools import permutations
from operator import itemgetter

from .worktime import MICROSECOND, WorkTime

#: stretches that are tried in every order; of more, those in the same hours are one
MAX_FREE = 4


def longest(promised, stretches, period):
    """Service time of a promise that passes at worst while others are used up.

    Each stretch takes all of its time in its own hours, then the next one begins; in
    which order, and when it all begins, is whatever makes it longest. A promise holds
    together with those behind it if this is not more than its own time.

    With more than :data:`MAX_FREE` stretches, those in the same hours follow each other
    directly; with as many different hours only one order is looked at.

    :param promised: :class:`WorkTime`, the hours of the promise
    :param stretches: pairs of a :class:`WorkTime` and seconds, int and above 0
    :param period: timedelta after which all of these hours repeat, for example a week;
        each of them covers one from the same instant on
    :return: int, seconds; None if there are hours that never open
    """
    if all(worktime is promised for worktime, _seconds in stretches):
        return sum(seconds for _worktime, seconds in stretches)
    sizes = {w: _size(w, period) for w in (promised, *map(itemgetter(0), stretches))}
    if not all(sizes[worktime] for worktime, _seconds in stretches):
        return None
    # Whole periods shift the end by as many of them, wherever they begin.
    periods = sum((seconds - 1) // sizes[w] for w, seconds in stretches)
    rests = [(w, (seconds - 1) % sizes[w] + 1) for w, seconds in stretches]
    unrolled = {w: _unroll(w, period, 2 * len(rests) + 1) for w in sizes}
    rests = [(unrolled[worktime], seconds) for worktime, seconds in rests]
    first = promised.start + len(rests) * period
    window = first, first + period
    edges = _edges(unrolled.values(), window)
    worst = max(
        _longest_in_order(unrolled[promised], order, edges, window)
        for order in _orders(rests)
    )
    return periods * sizes[promised] + worst


def _size(worktime, period):
    """Seconds of service time in a period."""
    return round(worktime.elapsed(worktime.start, worktime.start + period))


def _unroll(worktime, period, times):
    """The hours of one period, ``times`` times."""
    start = worktime.start
    once = list(worktime.intervals(start, start + period))
    again = [
        (first + n * period, last + n * period)
        for n in range(times)
        for first, last in once
    ]
    return WorkTime(again, start, start + times * period)


def _edges(worktimes, window):
    """The instants in a period, as ``window``, at which any of the hours change."""
    edges = set()
    for worktime in worktimes:
        for first, last in worktime.intervals(*window):
            edges |= {first, _fold(last, window)}
    return edges


def _fold(moment, window):
    """The same instant of the period that begins with the window."""
    low, high = window
    return low + (moment - low) % (high - low)


def _orders(stretches):
    """The orders that may make a difference; neighbours in the same hours are one."""
    if len(stretches) > MAX_FREE:
        totals = {}
        for worktime, seconds in stretches:
            totals[worktime] = totals.get(worktime, 0) + seconds
        stretches = tuple(totals.items())
    if len(stretches) > MAX_FREE:
        return {stretches}
    return {_join(order) for order in permutations(stretches)}


def _join(order):
    joined = []
    for worktime, seconds in order:
        if joined and joined[-1][0] is worktime:
            seconds += joined.pop()[1]
        joined.append((worktime, seconds))
    return tuple(joined)


def _longest_in_order(promised, order, edges, window):
    """What passes at worst in one order.

    Between two of the candidates it is a linear function of the instant at which it
    begins. At a candidate it may leap, because the last second of a day is not the
    first of the next one: so just behind it counts, too.
    """
    starts = edges
    for worktime, seconds in reversed(order):
        back = {_fold(worktime.plan(moment, -seconds), window) for moment in starts}
        starts = back | edges
    behind = {start + MICROSECOND for start in starts}
    # The moment behind is no part of the result.
    return round(max(_passes(promised, order, start) for start in starts | behind))


def _passes(promised, order, start):
    """Service time of the promise that passes from ``start`` on."""
    moment = start
    for worktime, seconds in order:
        moment = worktime.plan(moment, seconds)
    return promised.elapsed(start, moment)
