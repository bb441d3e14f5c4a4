# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The state of a clock: the fold of its moves over service time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .rules import CANCEL, PAUSE, RUN, STOP, breaches, course, lifetime_of

ONE_SECOND = timedelta(seconds=1)
STATES = {RUN: "running", PAUSE: "paused", STOP: "stopped", CANCEL: "cancelled"}


@dataclass
class ClockState:
    """What a clock shows.

    Instants are naive UTC, durations seconds of service time. ``elapsed`` is counted
    up to ``as_of``; a running clock goes on from there. A state of None means that the
    agreement never promised anything for this metric: there is no clock.
    """

    state: str | None = None
    started_at: datetime | None = None
    target: int | None = None
    #: since when the target holds
    promised_at: datetime | None = None
    #: since when it runs; of one that does not, since when it did
    resumed_at: datetime | None = None
    elapsed: int = 0
    as_of: datetime | None = None
    deadline: datetime | None = None
    at_risk_at: datetime | None = None
    #: first instant at which more than the target would be used
    overrun_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None
    risk_percent: int = 100
    #: stretches in which the clock ran: (from, to, used before)
    runs: list = field(default_factory=list, repr=False)
    worktime: object = field(default=None, repr=False, compare=False)

    @property
    def outcome(self):
        """``pending``; ``met`` or ``missed`` once known; ``excluded`` if cancelled."""
        if self.state == "cancelled":
            return "excluded"
        if self.breached_at:
            return "missed"
        return "met" if self.state == "stopped" else "pending"

    def next_action_at(self, now):
        """When somebody has to look at the clock next, or None.

        Whoever stops the clock exactly at the target is in time, also in the closed
        hours behind it. So a breach is looked for once a second too much is used.
        """
        if self.state != "running" or self.breached_at or not self.overrun_at:
            return None
        if self.at_risk_at and now < self.at_risk_at < self.overrun_at:
            return self.at_risk_at
        return self.overrun_at.replace(microsecond=0) + ONE_SECOND

    def when_used(self, seconds):
        """When the clock has used ``seconds``, or would if it went on from here.

        None for a paused clock that has not used them yet (nobody knows), for a
        cancelled one, and where the service hours end before.
        """
        if self.state == "cancelled":
            return None
        if self.elapsed >= seconds:
            return self._when_used_in_past(seconds)
        if self.state == "paused":
            return None
        base = self.stopped_at or self.as_of
        return self.worktime.plan(base, seconds - self.elapsed)

    def _when_used_in_past(self, seconds):
        for since, until, before in self.runs:
            if before + self.worktime.elapsed(since, until) >= seconds:
                return self.worktime.plan(since, seconds - before)
        return None


def fold(events, agreement, metric, worktime, now, kind="sla", cycle=1):
    """The state of one clock at ``now``.

    :param events: the ticket's history in order, see :mod:`rules`
    :param agreement: id of the clock's agreement
    :param metric: ``response``, ``completion`` or ``closure``
    :param worktime: :class:`~.worktime.WorkTime` that covers the history and ``now``
    :param now: naive UTC; an instant before the last event counts as that event's
    :param kind: of the agreement: ``sla``, ``ola`` or ``uc``
    :param cycle: which cycle of an OLA or UC, see :mod:`cycles`
    :return: :class:`ClockState`

    The rules:

    - Elapsed time is service time while the clock runs. Nothing but events moves it.
    - A clock is breached when it uses more than its target; ``breached_at`` is the
      instant at which the target was used up, or the event after it if that came before
      more was used. To stop with exactly the target used is in time, whatever the hour.
      A change that leaves less than is used up breaches at the change; on a paused
      clock, when it next runs or stops.
    - A recorded breach stays, whatever happens afterwards.
    - An event that stops the clock stops it under the old target; a stopped clock keeps
      that target. Resumed, it goes on from what it had used, under today's target.
    - An agreement that is replaced leaves its clocks cancelled as they stood, unless
      they had stopped before.
    - The clocks of an OLA or UC stop when the ticket is handed over, and stay so.

    >>> from .rules import Event, Terms
    >>> from .worktime import WorkTime
    >>> def at(h, m=0):
    ...     return datetime(2024, 1, 1, h, m)
    >>> office = WorkTime([(at(8), at(12)), (at(13), at(17))], at(0), at(23))
    >>> sla = Terms(7, {"completion": [1, 4 * 3600]}).to_fact()
    >>> history = [
    ...     Event(at(9), "created", {"phase": "waiting", "sla": sla}),
    ...     Event(at(10), "phase", {"phase": "wait_customer"}),
    ...     Event(at(14), "phase", {"phase": "working"})]
    >>> clock = fold(history, 7, "completion", office, at(15))
    >>> clock.state, clock.elapsed / 3600, clock.deadline
    ('running', 2.0, datetime.datetime(2024, 1, 1, 17, 0))
    >>> history.append(Event(at(17), "phase", {"phase": "completed"}))
    >>> fold(history, 7, "completion", office, at(18)).outcome
    'met'
    """
    events = list(events)
    known = breaches(events, agreement, metric, kind, cycle)
    path = course(events, agreement, kind, cycle)
    return fold_course(path, metric, worktime, now, known)


def fold_course(path, metric, worktime, now, known):
    """What :func:`fold` returns, of a :class:`~.rules.Course`.

    :param known: instants of breaches that were recorded
    """
    in_force, withdrawal = lifetime_of(path, metric)
    if not in_force:
        return ClockState()
    folding = _Fold(worktime)
    for move in in_force:
        folding.apply(move)
    recorded = min(known, default=None)
    return folding.finish(now, recorded, withdrawal.at if withdrawal else None)


class _Fold:
    """A clock while its moves are applied, one after the other."""

    def __init__(self, worktime):
        self.worktime = worktime
        self.clock = ClockState(worktime=worktime)
        self.mode = None

    def apply(self, move):
        """Bring the clock to ``move.at`` and do what the event wants of it."""
        clock = self.clock
        clock.started_at = clock.started_at or move.at
        self._advance(move.at)
        if self.mode == STOP and move.mode in (STOP, CANCEL):
            self._promise_late(move)
            return
        if "hours" in move.event.after:
            # What looks late only over the new hours became late by the change.
            clock.breached_at = None
        if move.mode == STOP:
            self._stop(move)
        else:
            self._go_on(move)

    def _stop(self, move):
        """Stop under the old target, if there was one."""
        self._check_used_up(move.at)
        self.clock.stopped_at, self.mode = move.at, STOP
        self._promise_late(move)

    def _promise_late(self, move):
        """Only a clock that stopped before anything was promised gets a target."""
        if self.clock.target is None:
            self._promise(move)
            self._check_used_up(move.at)

    def _go_on(self, move):
        """Run, pause or cancel under the target that holds from now on."""
        if move.mode == RUN and self.mode != RUN:
            self.clock.resumed_at = move.at
        self.clock.stopped_at, self.mode = None, move.mode
        self._promise(move)
        if move.mode == RUN:
            self._check_used_up(move.at)

    def _promise(self, move):
        if move.target != self.clock.target:
            self.clock.promised_at = move.at
        self.clock.target, self.clock.risk_percent = move.target, move.risk_percent

    # ------------------------------------------------------------------
    # Time
    # ------------------------------------------------------------------

    def _advance(self, at):
        """Count the service time until ``at``; see whether it used up the target."""
        clock = self.clock
        since, clock.as_of = clock.as_of, at
        if self.mode != RUN:
            return
        used_before = clock.elapsed
        clock.runs.append((since, at, used_before))
        clock.elapsed += self.worktime.elapsed(since, at)
        if clock.target is None or clock.breached_at:
            return
        if clock.elapsed > clock.target:
            left = clock.target - used_before
            clock.breached_at = self.worktime.plan(since, left) if left else since

    def _check_used_up(self, at):
        """Breach at a change that leaves less than is used up."""
        clock = self.clock
        if clock.target is not None and clock.elapsed > clock.target:
            clock.breached_at = clock.breached_at or at

    # ------------------------------------------------------------------
    # Result
    # ------------------------------------------------------------------

    def finish(self, now, recorded_breach, withdrawn_at):
        """Close the books at ``now``, or when the agreement was replaced."""
        clock = self.clock
        self._advance(max(withdrawn_at or now, clock.as_of))
        clock.breached_at = recorded_breach or clock.breached_at
        if withdrawn_at and self.mode != STOP:
            self.mode = CANCEL
        clock.state = STATES[self.mode]
        clock.deadline = clock.when_used(clock.target)
        if clock.state == "running" and clock.deadline:
            share = clock.target * clock.risk_percent // 100
            clock.at_risk_at = clock.when_used(share)
            clock.overrun_at = self.worktime.plan(clock.deadline, 0)
        return clock
