# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Why this deadline: the life of a clock, told line by line."""

from datetime import datetime
from typing import NamedTuple

from .fold import fold
from .rules import CANCEL, PAUSE, RUN, STOP, Event, lifetime

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


def explain(events, agreement, metric, worktime, now, kind="sla", cycle=1):
    """The story of one clock, as :class:`StoryLine` in order of time.

    Takes the arguments of :func:`~.fold.fold` and tells the same story: the used time
    of all lines adds up to the clock's ``elapsed``. After the last event it goes on to
    ``now``. A breach stands at its instant, between what was used before and after it;
    a running clock that is in time ends with its deadline. Of an agreement that was
    replaced it tells no more than that: the clock stays cancelled, or stopped if it had
    stopped before.

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
    >>> history.append(Event(at(16), "agreement", {"sla": None}))
    >>> for line in explain(history, 7, "completion", office, at(18))[3:]:
    ...     print(line.what, line.start.hour, line.end.hour, line.used // 3600)
    ran 13 15 2
    breach 15 15 0
    ran 15 16 1
    event 16 16 0
    cancelled 16 18 0
    """
    events = list(events)
    in_force, withdrawal = lifetime(events, agreement, metric, kind, cycle)
    if not in_force:
        return []
    telling = _Telling(worktime)
    for move in in_force:
        telling.tell(move)
    if withdrawal:
        telling.tell(withdrawal._replace(mode=CANCEL))
    telling.go_on_until(now)
    telling.mark(fold(events, agreement, metric, worktime, now, kind, cycle))
    return telling.lines


class _Telling:
    """A story while it is told; a clock that stands still is told as one line."""

    def __init__(self, worktime):
        self.worktime = worktime
        self.lines = []
        self.mode = self.target = None
        self.total = 0

    def tell(self, move):
        """What the clock did until the event, and the event."""
        self.go_on_until(move.at)
        stopped = self.mode == STOP and move.mode in (STOP, CANCEL)
        if self.target is None or not (stopped or move.mode == STOP):
            self.target = move.target
        self.mode = STOP if stopped else move.mode
        self._add("event", move.at, move.at, event=move.event)

    def go_on_until(self, end):
        """What the clock does while nothing happens to it."""
        if not self.lines or self.lines[-1].end >= end:
            return
        start = self.lines[-1].end
        if self.mode == RUN:
            self._run(start, end)
        else:
            self._add(_SPANS[self.mode], start, end)

    def _run(self, cursor, end):
        for opens, closes in self.worktime.intervals(cursor, end):
            if cursor < opens:
                self._add("outside", cursor, opens)
            self._add("ran", opens, closes, self.worktime.elapsed(opens, closes))
            cursor = closes
        if cursor < end:
            self._add("outside", cursor, end)

    def _add(self, what, start, end, used=0, event=None):
        self.total += used
        line = StoryLine(what, start, end, used, self.total, self.target, event)
        self.lines.append(line)

    # ------------------------------------------------------------------
    # Moments that are no events
    # ------------------------------------------------------------------

    def mark(self, clock):
        """Insert the breach where it happened, or else add the deadline."""
        if clock.breached_at:
            at, after = clock.breached_at, self._split(clock.breached_at)
            before = self.lines[max(after - 1, 0)]
            mark = StoryLine("breach", at, at, 0, before.total, before.target)
            self.lines.insert(after, mark)
        elif clock.state == "running" and clock.deadline:
            at, after = clock.deadline, self._split(clock.deadline)
            mark = StoryLine("deadline", at, at, 0, clock.target, clock.target)
            self.lines.insert(after, mark)

    def _split(self, at):
        """Split the line that goes across ``at``; the place of what comes after it."""
        for place, line in enumerate(self.lines):
            if line.start < at < line.end:
                self.lines[place : place + 1] = self._halve(line, at)
        return sum(line.end <= at for line in self.lines)

    def _halve(self, line, at):
        used = self.worktime.elapsed(line.start, at) if line.what == "ran" else 0
        total = line.total - line.used + used
        return (
            line._replace(end=at, used=used, total=total),
            line._replace(start=at, used=line.used - used),
        )
