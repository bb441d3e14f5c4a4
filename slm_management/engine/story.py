# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Why this deadline: the life of a clock, told line by line."""

from datetime import datetime
from typing import NamedTuple

from .fold import fold
from .rules import CANCEL, PAUSE, RUN, STOP, Event, moves

_SPANS = {PAUSE: "paused", STOP: "stopped", CANCEL: "cancelled"}


class StoryLine(NamedTuple):
    """One line of the story of a clock.

    :param what: ``event`` (something changed at ``start``), ``ran``, ``outside`` (the
        clock ran but the service hours did not), ``paused``, ``stopped``,
        ``cancelled``, ``breach``, ``deadline``
    :param start: naive UTC
    :param end: naive UTC; of a moment, the same as ``start``
    :param used: seconds of service time used in this line
    :param total: seconds used at its end
    :param target: seconds promised at its end, or None
    :param event: the cause, on ``event`` lines
    """

    what: str
    start: datetime
    end: datetime
    used: int
    total: int
    target: int | None
    event: Event | None = None


def explain(events, agreement, metric, worktime, now):
    """The story of one clock, as :class:`StoryLine` in order of time.

    Takes the arguments of :func:`~.fold.fold` and tells the same story: the used time
    of the lines up to a clock's stop adds up to its ``elapsed``. After the last event
    it goes on to ``now``, and ends with the deadline if that lies ahead.

    >>> from .rules import Terms
    >>> from .worktime import WorkTime
    >>> def at(h):
    ...     return datetime(2024, 1, 1, h)
    >>> office = WorkTime([(at(8), at(12)), (at(13), at(17))], at(0), at(23))
    >>> sla = Terms(7, {"completion": [1, 4 * 3600]}).to_fact()
    >>> history = [Event(at(10), "created", {"phase": "waiting", "sla": sla})]
    >>> for line in explain(history, 7, "completion", office, at(14)):
    ...     print(line.what, line.start.hour, line.end.hour, line.used // 3600)
    event 10 10 0
    ran 10 12 2
    outside 12 13 0
    ran 13 14 1
    deadline 15 15 0
    """
    clock = fold(events, agreement, metric, worktime, now)
    if clock.state is None:
        return []
    lines, total, mode, since = [], 0, None, None
    for move in moves(events, agreement, metric):
        if mode:
            lines += _span(mode, since, move.at, total, lines, worktime)
            total = lines[-1].total if lines else 0
        lines.append(
            StoryLine("event", move.at, move.at, 0, total, move.target, move.event)
        )
        since = move.at
        mode = STOP if mode == STOP and move.mode == CANCEL else move.mode
    lines += _span(mode, since, max(now, since), total, lines, worktime)
    return _with_marks(lines, clock)


def _span(mode, start, end, total, lines, worktime):
    """The lines between two events in which the clock was in ``mode``."""
    if start >= end:
        return []
    target = lines[-1].target
    if mode != RUN:
        return [StoryLine(_SPANS[mode], start, end, 0, total, target)]
    told, cursor = [], start
    for opens, closes in worktime.intervals(start, end):
        if cursor < opens:
            told.append(StoryLine("outside", cursor, opens, 0, total, target))
        used = worktime.elapsed(opens, closes)
        total += used
        told.append(StoryLine("ran", opens, closes, used, total, target))
        cursor = closes
    if cursor < end:
        told.append(StoryLine("outside", cursor, end, 0, total, target))
    return told


def _with_marks(lines, clock):
    """Insert the breach where it happened; add a deadline that lies ahead."""
    marks = []
    if clock.breached_at:
        marks.append(("breach", clock.breached_at))
    elif clock.state == "running" and clock.deadline:
        marks.append(("deadline", clock.deadline))
    for what, at in marks:
        before = [line for line in lines if line.end <= at]
        total = before[-1].total if before else 0
        mark = StoryLine(what, at, at, 0, total, clock.target)
        lines.insert(len(before), mark)
    return lines
