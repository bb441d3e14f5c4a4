# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Service time as a compiled function of real time."""

from array import array
from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta

EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
MINUTE = 60 * SECOND


class OutsideCoverageError(ValueError):
    """An instant lies before the first or after the last compiled one."""


def _to_us(moment):
    """Microseconds since 1970 of a naive UTC datetime."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def _from_us(us):
    """The naive UTC datetime of a number of microseconds since 1970."""
    # A product is made in half the time of timedelta(microseconds=us).
    return EPOCH + MICROSECOND * us


def _close_start(us):
    """Move the start behind a leave that ends at hh:59:59 to the full hour.

    Odoo's leaves end by default at 23:59:59 of some time zone; the second that is
    left over is nobody's service time. Offsets of time zones are multiples of a
    quarter of an hour, hence the minutes 14, 29, 44 and 59.
    """
    minute_of_quarter = us // MINUTE % 15
    into_minute = us % MINUTE
    if minute_of_quarter == 14 and into_minute >= 59 * SECOND:
        return us - into_minute + MINUTE
    return us


def _close_end(us):
    """Give back the microsecond that ``24:00`` loses as ``23:59:59.999999``."""
    return us + 1 if us % SECOND == SECOND - 1 else us


class WorkTime:
    """When service time runs, compiled once and asked often.

    :param intervals: pairs ``(start, end)`` of naive UTC datetimes in any order; they
        may touch or overlap. Empty pairs are dropped.
    :param start: naive UTC, first covered instant
    :param end: naive UTC, end of the covered time. Outside of the cover nothing is
        known, so nothing is answered: see :class:`OutsideCoverageError`.

    Two artefacts of Odoo's calendars are closed while compiling: the microsecond
    missing before each midnight of a 24-hour day, and the second behind a leave that
    ends at 23:59:59. So ``7x24`` means every second:

    >>> day = timedelta(days=1)
    >>> monday = datetime(2024, 1, 1)
    >>> week = [monday + i * day for i in range(7)]
    >>> always = WorkTime(
    ...     [(start, start + day - MICROSECOND) for start in week],
    ...     monday, monday + 7 * day)
    >>> always.elapsed(monday, monday + 7 * day) == 7 * 86400
    True
    >>> len(always)
    1

    Office hours from 8 to 12 and from 13 to 17 on two days, 16 hours in all:

    >>> def at(d, h, m=0):
    ...     return datetime(2024, 1, d, h, m)
    >>> office = WorkTime(
    ...     [(at(d, h), at(d, h + 4)) for d in (1, 2) for h in (8, 13)],
    ...     at(1, 0), at(3, 0))
    >>> office.plan(at(1, 10), 4 * 3600)
    datetime.datetime(2024, 1, 1, 15, 0)
    >>> office.elapsed(at(1, 11), at(2, 9)) / 3600
    6.0

    Space: 24 bytes for each interval. Time: O(log n) for each question.
    """

    __slots__ = ("_after", "_ends", "_high", "_low", "_starts", "end", "start")

    def __init__(self, intervals, start, end):
        self.start, self.end = start, end
        self._low, self._high = _to_us(start), _to_us(end)
        self._starts, self._ends = array("q"), array("q")
        #: service microseconds used up at the end of each interval
        self._after = array("q")
        pairs = sorted(
            (_close_start(_to_us(first)), _close_end(_to_us(last)))
            for first, last in intervals
        )
        self._merge(pairs)
        self._accumulate()

    def _merge(self, pairs):
        for first, last in pairs:
            if first >= last:
                continue
            if self._ends and first <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], last)
            else:
                self._starts.append(first)
                self._ends.append(last)

    def _accumulate(self):
        total = 0
        for first, last in zip(self._starts, self._ends, strict=True):
            total += last - first
            self._after.append(total)

    def __len__(self):
        """Number of separate stretches of service time."""
        return len(self._starts)

    def __bool__(self):
        """Whether there is any service time at all."""
        return bool(self._starts)

    def __sizeof__(self):
        arrays = (self._starts, self._ends, self._after)
        return object.__sizeof__(self) + sum(map(lambda a: a.__sizeof__(), arrays))

    def covers(self, first, last):
        """Whether both instants lie in the compiled time."""
        return self.start <= min(first, last) and max(first, last) <= self.end

    # ------------------------------------------------------------------
    # Questions
    # ------------------------------------------------------------------

    def plan(self, start, seconds):
        """The instant at which ``seconds`` of service time are used up from ``start``.

        :param start: naive UTC
        :param seconds: int or float. Positive: the earliest such instant, so 4 hours
            from 8:00 are up at 12:00, not at 13:00. Zero: ``start`` itself if service
            time runs there, else its next beginning. Negative: the latest instant
            from which ``-seconds`` pass until ``start``.
        :return: naive UTC datetime, or None if the compiled time ends before
        :raise OutsideCoverageError: ``start`` is outside of the compiled time

        >>> week = WorkTime(
        ...     [(datetime(2024, 1, d, 8), datetime(2024, 1, d, 12)) for d in (1, 2)],
        ...     datetime(2024, 1, 1), datetime(2024, 1, 3))
        >>> week.plan(datetime(2024, 1, 1, 8), 4 * 3600)
        datetime.datetime(2024, 1, 1, 12, 0)
        >>> week.plan(datetime(2024, 1, 1, 12), 0)
        datetime.datetime(2024, 1, 2, 8, 0)
        >>> week.plan(datetime(2024, 1, 2, 9), -2 * 3600)
        datetime.datetime(2024, 1, 1, 11, 0)
        >>> week.plan(datetime(2024, 1, 1, 8), 9 * 3600) is None
        True
        """
        origin = self._covered(start)
        amount = round(seconds * SECOND)
        if amount > 0:
            found = self._plan_forward(origin, amount)
        elif amount < 0:
            found = self._plan_backward(origin, -amount)
        else:
            found = self._next_open(origin)
        return None if found is None else EPOCH + MICROSECOND * found

    def elapsed(self, start, end):
        """Seconds of service time between two instants; negative if they are swapped.

        :return: int if the result is whole seconds, else float
        :raise OutsideCoverageError: an instant is outside of the compiled time

        >>> noon = WorkTime(
        ...     [(datetime(2024, 1, 1, 8), datetime(2024, 1, 1, 12))],
        ...     datetime(2024, 1, 1), datetime(2024, 1, 2))
        >>> noon.elapsed(datetime(2024, 1, 1, 11), datetime(2024, 1, 1, 20))
        3600
        >>> noon.elapsed(datetime(2024, 1, 1, 20), datetime(2024, 1, 1, 11))
        -3600
        """
        used = self._used_at(self._covered(end)) - self._used_at(self._covered(start))
        return used // SECOND if used % SECOND == 0 else used / SECOND

    def is_open(self, moment):
        """Whether service time runs at ``moment`` (the end of a stretch is closed)."""
        us = self._covered(moment)
        i = bisect_right(self._starts, us) - 1
        return i >= 0 and us < self._ends[i]

    def intervals(self, start, end):
        """Stretches of service time in ``[start, end)``, clipped, in order.

        >>> noon = WorkTime(
        ...     [(datetime(2024, 1, 1, 8), datetime(2024, 1, 1, 12))],
        ...     datetime(2024, 1, 1), datetime(2024, 1, 2))
        >>> list(noon.intervals(datetime(2024, 1, 1, 9), datetime(2024, 1, 1, 20)))
        [(datetime.datetime(2024, 1, 1, 9, 0), datetime.datetime(2024, 1, 1, 12, 0))]
        """
        low, high = self._covered(start), self._covered(end)
        for i in range(bisect_right(self._ends, low), len(self._starts)):
            first, last = max(low, self._starts[i]), min(high, self._ends[i])
            if first >= last:
                return
            yield _from_us(first), _from_us(last)

    # ------------------------------------------------------------------
    # Helpers, in microseconds
    # ------------------------------------------------------------------

    def _covered(self, moment):
        """``moment`` in microseconds, if it is covered."""
        delta = moment - EPOCH
        us = (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds
        if self._low <= us <= self._high:
            return us
        raise OutsideCoverageError(
            f"{moment} is outside of the compiled time {self.start} to {self.end}"
        )

    def _used_at(self, us):
        """Service time used from the start of the cover until ``us``."""
        i = bisect_left(self._ends, us)
        if i == len(self._ends):
            return self._after[-1] if self._after else 0
        first = self._starts[i]
        return self._after[i] - self._ends[i] + (us if us > first else first)

    def _next_open(self, us):
        i = bisect_right(self._ends, us)
        return max(us, self._starts[i]) if i < len(self._starts) else None

    def _plan_forward(self, origin, amount):
        ends, after = self._ends, self._after
        i = bisect_left(ends, origin)
        if i == len(ends):
            return None
        first = self._starts[i]
        goal = after[i] - ends[i] + (origin if origin > first else first) + amount
        if goal > after[i]:
            i = bisect_left(after, goal, i)
            if i == len(after):
                return None
        return ends[i] - after[i] + goal

    def _plan_backward(self, origin, amount):
        goal = self._used_at(origin) - amount
        if goal < 0:
            return None
        i = bisect_right(self._after, goal)
        return self._ends[i] - self._after[i] + goal
