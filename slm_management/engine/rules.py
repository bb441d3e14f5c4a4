# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which event starts, pauses or stops which clock.

A ticket's history is a list of :class:`Event`. Each event carries the facts that
changed (and only those), so the facts at any moment are the events' facts laid over
each other in order. :func:`moves` turns that history into the moves of one clock;
:mod:`fold` does the arithmetic. What a phase means for a metric stands in ``MODES``
and nowhere else.

Facts that matter here:

=================  ====================================================================
``phase``          one of ``PHASES``
``active``         False: the ticket is archived or a duplicate; no clock may run
``answered``       True: an internal user has answered in public
``sla``            the terms of the SLA in force, as :class:`Terms` writes them, or None
``ola``            those of the OLA with the team that holds the ticket
``uc``             those of the UC with the supplier
``expired``        id of the SLA that would be in force if it had not expired
``team``           id of the team that holds the ticket
``user``           id of the assignee
``supplier``       id of the supplier that the ticket waits for, or would
``team_answered``  True: it has been answered in public since the team holds it
``hours``          present: service hours were changed by somebody (no other meaning)
``breach``         ``{"agreement": id, "metric": name}``: that clock was breached
                   ``at``; in another cycle than the first its number is ``cycle``
``exclusion``      the same with ``excluded``: whether that clock, if it was missed, is
                   left out of what is counted (no clock is moved by it)
=================  ====================================================================
"""

from datetime import datetime
from typing import NamedTuple

from .cycles import cut

METRICS = ("response", "completion", "closure")

PHASES = (
    "waiting",
    "working",
    "wait_customer",
    "wait_supplier",
    "completed",
    "closed",
    "cancelled",
)

#: facts that tell of a clock and move none
MARKS = frozenset({"breach", "exclusion"})

RUN, PAUSE, STOP, CANCEL = "run", "pause", "stop", "cancel"

#: What a clock does in each phase. The pause in ``wait_supplier`` is the agreement's
#: choice (see ``_mode``); response stops for good when it first leaves ``waiting``.
MODES = {
    "response": {
        "waiting": RUN,
        "working": STOP,
        "wait_customer": STOP,
        "wait_supplier": STOP,
        "completed": STOP,
        "closed": STOP,
        "cancelled": CANCEL,
    },
    "completion": {
        "waiting": RUN,
        "working": RUN,
        "wait_customer": PAUSE,
        "wait_supplier": RUN,
        "completed": STOP,
        "closed": STOP,
        "cancelled": CANCEL,
    },
    "closure": {
        "waiting": RUN,
        "working": RUN,
        "wait_customer": PAUSE,
        "wait_supplier": RUN,
        "completed": RUN,
        "closed": STOP,
        "cancelled": CANCEL,
    },
}


class Event(NamedTuple):
    """One line of a ticket's history; see the module for the facts in ``after``."""

    at: datetime
    kind: str
    after: dict
    user: str = ""
    note: str = ""


class Terms(NamedTuple):
    """What an agreement promises on a ticket, as an event records it.

    :param agreement: its id
    :param targets: metric to ``[target id, seconds]``; a metric without a promise is
        not in it
    :param pause_supplier: whether waiting for a supplier pauses its clocks
    :param risk_percent: used share of a target from which the clock is at risk
    """

    agreement: int
    targets: dict
    pause_supplier: bool = False
    risk_percent: int = 80

    @classmethod
    def of(cls, fact):
        """The terms of a recorded fact, or None if nothing is in force."""
        return cls(**fact) if fact else None

    def seconds(self, metric):
        """The promise for a metric in seconds of service time, or None."""
        return (self.targets.get(metric) or (0, None))[1] or None

    def to_fact(self):
        """As JSON for an event's ``after``."""
        return self._asdict()


class Move(NamedTuple):
    """What one event means to one clock.

    :param at: naive UTC
    :param mode: ``run``, ``pause``, ``stop`` or ``cancel``
    :param target: seconds of service time promised from now on; None: nothing is
        promised, the clock only counts
    :param risk_percent: see :class:`Terms`
    :param event: the cause
    """

    at: datetime
    mode: str
    target: int | None
    risk_percent: int
    event: Event


class Key(NamedTuple):
    """Which clock of a ticket: see :func:`moves` for its parts."""

    agreement: int
    metric: str
    kind: str = "sla"
    cycle: int = 1


class Course(NamedTuple):
    """What a cycle of a history says to all clocks of one agreement.

    :param steps: for each event but breaches the event, the facts after it, the terms
        in force, and those by which it is judged whether waiting for a supplier is a
        pause: the last or else the first ones
    :param ending: the event that ended the cycle, or None
    :param lines: for each metric ever promised, the ids of its target lines
    """

    kind: str
    steps: list
    ending: Event | None
    lines: dict


def course(events, agreement, kind="sla", cycle=1):
    """The :class:`Course` of an agreement; takes the arguments of :func:`moves`.

    >>> t = datetime(2024, 1, 1)
    >>> sla = Terms(7, {"response": [1, 1800]}).to_fact()
    >>> history = [Event(t, "created", {"phase": "waiting", "sla": sla})]
    >>> course(history, 7).lines
    {'response': {1}}
    """
    events, ending = cut(events, kind, agreement, cycle)
    events = [event for event in events if not MARKS & event.after.keys()]
    own = [_own_terms(event.after, agreement, kind) for event in events]
    latest = next(filter(None, own), None)
    facts, mine, steps, lines = {}, None, [], {}
    for event, terms in zip(events, own, strict=True):
        facts = facts | event.after
        if kind in event.after:
            mine, latest = terms, terms or latest
            for metric, (line, _seconds) in (terms.targets if terms else {}).items():
                lines.setdefault(metric, set()).add(line)
        steps.append((event, facts, mine, latest))
    return Course(kind, steps, ending, lines)


def moves(events, agreement, metric, kind="sla", cycle=1):
    """The moves of one clock, in order; one for each event of its cycle but ``MARKS``.

    :param events: iterable of :class:`Event` in order; the first creates the ticket
    :param agreement: id of the agreement whose clock it is
    :param metric: one of ``METRICS``
    :param kind: of the agreement: ``sla``, ``ola`` or ``uc``
    :param cycle: which of its cycles, see :mod:`cycles`

    The clock counts from the beginning of its cycle (of an SLA: from the ticket's
    creation), also while its agreement is not (yet) in force: an agreement that takes
    over looks at the whole of it, and whether waiting for a supplier was a pause is for
    its own terms to say. An event that stops the clock does so under the promise that
    held until then, even if the agreement promises nothing for the new priority. The
    event that ends a cycle stops its clocks, unless the ticket is cancelled.

    >>> t = datetime(2024, 1, 1)
    >>> sla = Terms(7, {"response": [1, 1800]}).to_fact()
    >>> history = [
    ...     Event(t, "created", {"phase": "waiting", "sla": None}),
    ...     Event(t, "service", {"sla": sla}),
    ...     Event(t, "phase", {"phase": "working"}),
    ...     Event(t, "phase", {"phase": "waiting"})]
    >>> [(m.mode, m.target) for m in moves(history, 7, "response")]
    [('run', None), ('run', 1800), ('stop', 1800), ('stop', 1800)]
    >>> ola = Terms(8, {"completion": [2, 600]}).to_fact()
    >>> history += [
    ...     Event(t, "assignment", {"team": 3, "ola": ola}),
    ...     Event(t, "assignment", {"team": 4, "ola": None})]
    >>> [(m.mode, m.target) for m in moves(history, 8, "completion", "ola")]
    [('run', 600), ('stop', 600)]
    """
    yield from _moves(course(events, agreement, kind, cycle), metric)


def _moves(path, metric):
    mode, target, mine = None, None, None
    reacted = _Reaction(path.kind)
    for event, facts, mine, latest in path.steps:
        mode = _mode(facts, metric, latest, path.kind)
        if metric == "response":
            mode = reacted.mode(facts, latest, mode)
        kept = target if mine and mode == STOP else None
        target = mine and mine.seconds(metric) or kept
        yield Move(event.at, mode, target, mine.risk_percent if mine else 100, event)
    if path.ending:
        facts = path.steps[-1][1] | path.ending.after
        cancelled = CANCEL in (mode, _mode(facts, metric, None, path.kind))
        risk_percent = mine.risk_percent if mine else 100
        end_mode = CANCEL if cancelled else STOP
        yield Move(path.ending.at, end_mode, target, risk_percent, path.ending)


def lifetime(events, agreement, metric, kind="sla", cycle=1):
    """The moves of one clock as long as something was promised, and what ended that.

    Takes the arguments of :func:`moves`.

    :return: list of the moves up to the last one with a target, and the :class:`Move`
        after it, by which the promise was withdrawn for good, or None

    >>> t = datetime(2024, 1, 1)
    >>> history = [
    ...     Event(t, "created", {"phase": "waiting",
    ...                          "sla": Terms(7, {"response": [1, 1800]}).to_fact()}),
    ...     Event(t, "agreement", {"sla": None})]
    >>> in_force, withdrawal = lifetime(history, 7, "response")
    >>> [move.event.kind for move in in_force], withdrawal.event.kind
    (['created'], 'agreement')
    """
    return lifetime_of(course(events, agreement, kind, cycle), metric)


def lifetime_of(path, metric):
    """What :func:`lifetime` returns, of a :class:`Course`."""
    history = list(_moves(path, metric))
    promised = [i for i, move in enumerate(history) if move.target is not None]
    end = promised[-1] + 1 if promised else 0
    return history[:end], next(iter(history[end:]), None)


def _own_terms(facts, agreement, kind):
    """The terms in these facts if they are this agreement's, or None."""
    fact = facts.get(kind)
    return Terms.of(fact) if fact and fact["agreement"] == agreement else None


def _mode(facts, metric, terms, kind):
    """What the facts want of a clock, the memory of a given response apart."""
    if facts.get("active") is False or facts["phase"] == "cancelled":
        return CANCEL
    if kind == "uc":
        # Its cycle is the wait for the supplier, all of it.
        return RUN
    mode = MODES[metric][facts["phase"]]
    supplier_pauses = terms and terms.pause_supplier and mode == RUN
    if supplier_pauses and facts["phase"] == "wait_supplier":
        return PAUSE
    return mode


class _Reaction:
    """The memory of a response: once given, it stays given in that cycle.

    A team that gets a ticket on which others have worked can not take it out of
    ``waiting``: it takes it up by being assigned. What a supplier does is not told
    before the ticket comes back from him.
    """

    def __init__(self, kind):
        self.kind = kind
        self.given = False
        self.fresh = None

    def mode(self, facts, terms, mode):
        """What a response clock does if its phase alone would have it do ``mode``."""
        if self.kind == "uc":
            return mode
        if self.kind == "ola":
            mode = self._mode_of_team(facts, terms, mode)
        if mode == CANCEL:
            return mode
        answer = "answered" if self.kind == "sla" else "team_answered"
        self.given = self.given or mode == STOP or bool(facts.get(answer))
        return STOP if self.given else mode

    def _mode_of_team(self, facts, terms, mode):
        if self.fresh is None:
            self.fresh = facts["phase"] == "waiting"
        if self.fresh or mode == CANCEL:
            return mode
        # It pauses as all that is being worked on does.
        taken_up = facts.get("user")
        return STOP if taken_up else _mode(facts, "completion", terms, self.kind)


def breach_mark(agreement, metric, kind="sla", cycle=1):
    """The fact that tells of a breach of this clock.

    >>> breach_mark(7, "closure"), breach_mark(8, "closure", "ola", 2)["cycle"]
    ({'agreement': 7, 'metric': 'closure'}, 2)
    """
    mark = {"agreement": agreement, "metric": metric}
    return mark if cycle == 1 else mark | {"cycle": cycle}


def breaches(events, agreement, metric, kind="sla", cycle=1):
    """Instants at which a breach of this clock was recorded.

    >>> t = datetime(2024, 1, 1)
    >>> mark = {"agreement": 7, "metric": "closure"}
    >>> breaches([Event(t, "breach", {"breach": mark})], 7, "closure")
    [datetime.datetime(2024, 1, 1, 0, 0)]
    """
    mark = breach_mark(agreement, metric, kind, cycle)
    return [event.at for event in events if event.after.get("breach") == mark]


def exclusion_mark(is_excluded, *key):
    """The fact that tells that a clock is left out of what is counted, or no more.

    >>> exclusion_mark(True, 7, "closure")
    {'agreement': 7, 'metric': 'closure', 'excluded': True}
    """
    return breach_mark(*key) | {"excluded": is_excluded}


def excluded(events, agreement, metric, kind="sla", cycle=1):
    """Whether this clock is to be left out of what is counted, if it was missed.

    >>> t = datetime(2024, 1, 1)
    >>> history = [
    ...     Event(t, "exclusion", {"exclusion": exclusion_mark(excluded, 7, "closure")})
    ...     for excluded in (True, False)]
    >>> excluded(history[:1], 7, "closure"), excluded(history, 7, "closure")
    (True, False)
    """
    wanted = {
        flag: exclusion_mark(flag, agreement, metric, kind, cycle)
        for flag in (True, False)
    }
    marks = [event.after.get("exclusion") for event in events]
    known = [mark for mark in marks if mark in wanted.values()]
    return bool(known) and known[-1]["excluded"]
