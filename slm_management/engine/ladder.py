# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ladders of escalation: which steps are due on a clock, and which are taken.

A rung is due at a threshold of *used service time*, so what would be due at night is
due in the morning. A clock goes on after its target is used up, and so do its rungs.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

ONE_SECOND = timedelta(seconds=1)


class Rung(NamedTuple):
    """When one step of a ladder is due.

    :param step: its id
    :param metric: the metric whose clocks it is for; None: all
    :param basis: ``percent`` of the target, or ``minutes`` of service time to the
        deadline: negative before it, positive after it
    :param value: so many percent or minutes

    >>> [Rung(1, None, *when).threshold(3600)
    ...  for when in (("percent", 75), ("percent", 150), ("minutes", -20),
    ...               ("minutes", 15), ("minutes", -90))]
    [2700, 5400, 2400, 4500, 0]
    """

    step: int
    metric: str | None
    basis: str
    value: int

    def threshold(self, target):
        """Seconds of service time after which it is due under a target in seconds."""
        if self.basis == "percent":
            return target * self.value // 100
        return max(target + 60 * self.value, 0)

    def is_passed(self, used, target):
        """Whether so much is used; exactly the target is in time, it takes more.

        >>> half, full = Rung(1, None, "percent", 50), Rung(2, None, "percent", 100)
        >>> half.is_passed(1800, 3600), full.is_passed(3600, 3600)
        (True, False)
        """
        threshold = self.threshold(target)
        return used > threshold if threshold == target else used >= threshold


class Ladder(NamedTuple):
    """The rungs of a policy; ``key`` is another one whenever they are due otherwise."""

    key: str | None = None
    rungs: tuple = ()

    def of(self, metric):
        """The rungs for clocks of a metric."""
        return [rung for rung in self.rungs if rung.metric in (None, metric)]


class Taken(NamedTuple):
    """What became of a rung on a clock.

    :param live: it was taken (or skipped) and has not been armed again since
    :param target: the longest target under which that happened, in seconds
    """

    live: bool
    target: int


def passed_at(rung, clock):
    """The instant at which a rung came to be due on a clock, or will, or None.

    It is when the threshold was used; or the change of the target, or the attachment of
    the clock, by which the threshold came to lie in the past.

    :param clock: a :class:`~.fold.ClockState`, running
    """
    threshold = rung.threshold(clock.target)
    if threshold == clock.target:
        used_at = clock.overrun_at and clock.overrun_at.replace(microsecond=0)
        used_at = used_at and used_at + ONE_SECOND
    else:
        used_at = _whole_second(clock.when_used(threshold))
    return used_at and max(used_at, clock.promised_at or datetime.min)


def due_at(rung, clock):
    """When a rung is to be taken: as :func:`passed_at`, but never in closed hours.

    >>> from .fold import fold
    >>> from .rules import Event, Terms
    >>> from .worktime import WorkTime
    >>> def at(h, m=0):
    ...     return datetime(2024, 1, 1, h, m)
    >>> office = WorkTime([(at(8), at(12)), (at(13), at(17))], at(0), at(23))
    >>> sla = Terms(7, {"completion": [1, 4 * 3600]}).to_fact()
    >>> history = [Event(at(9), "created", {"phase": "waiting", "sla": sla})]
    >>> clock = fold(history, 7, "completion", office, at(9))
    >>> for value in (50, 80, 100, 150):
    ...     print(due_at(Rung(1, None, "percent", value), clock))
    2024-01-01 11:00:00
    2024-01-01 13:12:00
    2024-01-01 14:00:01
    2024-01-01 16:00:00
    """
    passed = passed_at(rung, clock)
    if not passed:
        return None
    # What came to be due while the clock stood still is due when it goes on.
    due = max(passed, clock.resumed_at or datetime.min)
    if due in (clock.promised_at, clock.resumed_at):
        return _whole_second(clock.worktime.plan(due, 0))
    return due


def is_open(rung, clock, taken):
    """Whether a rung may still be taken on a clock.

    Once it was, only under a longer target than ever before.

    :param taken: :class:`Taken` or None
    """
    return not taken or (not taken.live and taken.target < clock.target)


def is_rearmed(rung, clock, taken):
    """Whether a rung that was taken comes to be due again, by a longer target.

    >>> from .fold import ClockState
    >>> rung, taken = Rung(1, None, "percent", 75), Taken(True, 3600)
    >>> [is_rearmed(rung, ClockState("running", target=target, elapsed=3000), taken)
    ...  for target in (3600, 3900, 7200)]
    [False, False, True]
    """
    if clock.state not in ("running", "paused") or not taken or not taken.live:
        return False
    longer = clock.target is not None and taken.target < clock.target
    return longer and not rung.is_passed(clock.elapsed, clock.target)


def open_rungs(ladder, metric, clock, taken, quiet_until=None):
    """The rungs that may still be taken on a running clock.

    :param taken: ids of steps to :class:`Taken`
    :param quiet_until: what came to be due until then is of the past: never taken
    """
    if clock.state != "running" or clock.target is None:
        return []
    rungs = [r for r in ladder.of(metric) if is_open(r, clock, taken.get(r.step))]
    if not quiet_until:
        return rungs
    passed = ((rung, passed_at(rung, clock)) for rung in rungs)
    return [rung for rung, at in passed if not at or at > quiet_until]


def pick(due, target, holds):
    """Of the rungs that are due at once on a clock: what becomes of each.

    Those with the highest threshold are taken, of which the condition holds; nobody
    wants to hear of the lower ones, too.

    :param holds: function of a rung: whether its condition holds
    :return: lists of rungs: taken, with an unmet condition, lower ones

    >>> ladder = [Rung(step, None, "percent", 25 * step) for step in (1, 2, 3, 4)]
    >>> lists = pick(ladder, 3600, lambda rung: rung.step != 4)
    >>> [[rung.step for rung in rungs] for rungs in lists]
    [[3], [4], [2, 1]]
    """
    taken, unmet, lower = [], [], []
    for rung in sorted(due, key=lambda rung: -rung.threshold(target)):
        if taken and rung.threshold(target) < taken[0].threshold(target):
            lower.append(rung)
        elif holds(rung):
            taken.append(rung)
        else:
            unmet.append(rung)
    return taken, unmet, lower


def _whole_second(moment):
    """The first whole second that is not before an instant; None stays None."""
    if not moment or not moment.microsecond:
        return moment
    return moment.replace(microsecond=0) + ONE_SECOND
