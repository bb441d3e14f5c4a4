# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which event starts, pauses or stops which clock.

A ticket's history is a list of :class:`Event`. Each event carries the facts that
changed (and only those), so the facts at any moment are the events' facts laid over
each other in order. :func:`moves` turns that history into the moves of one clock;
:mod:`fold` does the arithmetic. What a phase means for a metric stands in ``MODES``
and nowhere else.

Facts that matter here:

===========  ==========================================================================
``phase``    one of ``PHASES``
``active``   False: the ticket is archived or a duplicate; no clock may run
``answered`` True: an internal user has answered in public
``sla``      the terms in force, as :class:`Terms` writes them, or None
``hours``    present: service hours were changed by somebody (no other meaning)
``breach``   ``{"agreement": id, "metric": name}``: that clock was breached ``at``
===========  ==========================================================================
"""

from datetime import datetime
from typing import NamedTuple

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


def moves(events, agreement, metric):
    """The moves of one clock of an SLA, in order; one for each event but breaches.

    :param events: iterable of :class:`Event` in order; the first creates the ticket
    :param agreement: id of the agreement whose clock it is
    :param metric: one of ``METRICS``

    The clock counts from the ticket's creation, also while its agreement is not (yet)
    in force: an agreement that takes over looks at the whole life of the ticket, and
    whether waiting for a supplier was a pause is for its own terms to say. An event
    that stops the clock does so under the promise that held until then, even if the
    agreement promises nothing for the new priority.

    >>> t = datetime(2024, 1, 1)
    >>> sla = Terms(7, {"response": [1, 1800]}).to_fact()
    >>> history = [
    ...     Event(t, "created", {"phase": "waiting", "sla": None}),
    ...     Event(t, "service", {"sla": sla}),
    ...     Event(t, "phase", {"phase": "working"}),
    ...     Event(t, "phase", {"phase": "waiting"})]
    >>> [(m.mode, m.target) for m in moves(history, 7, "response")]
    [('run', None), ('run', 1800), ('stop', 1800), ('stop', 1800)]
    """
    events = [event for event in events if "breach" not in event.after]
    facts, responded, target, mine = {}, False, None, None
    latest = next(filter(None, (_own_terms(e.after, agreement) for e in events)), None)
    for event in events:
        facts.update(event.after)
        if "sla" in event.after:
            mine = _own_terms(facts, agreement)
            latest = mine or latest
        mode = _mode(facts, metric, latest)
        if metric == "response" and mode != CANCEL:
            responded = responded or mode == STOP or bool(facts.get("answered"))
            mode = STOP if responded else mode
        kept = target if mine and mode == STOP else None
        target = mine and mine.seconds(metric) or kept
        yield Move(event.at, mode, target, mine.risk_percent if mine else 100, event)


def lifetime(events, agreement, metric):
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
    history = list(moves(events, agreement, metric))
    promised = [i for i, move in enumerate(history) if move.target is not None]
    end = promised[-1] + 1 if promised else 0
    return history[:end], next(iter(history[end:]), None)


def _own_terms(facts, agreement):
    """The terms in these facts if they are this agreement's, or None."""
    fact = facts.get("sla")
    return Terms.of(fact) if fact and fact["agreement"] == agreement else None


def _mode(facts, metric, terms):
    """What the facts want of a clock, the memory of a given response apart."""
    if facts.get("active") is False:
        return CANCEL
    mode = MODES[metric][facts["phase"]]
    supplier_pauses = terms and terms.pause_supplier and mode == RUN
    if supplier_pauses and facts["phase"] == "wait_supplier":
        return PAUSE
    return mode


def breaches(events, agreement, metric):
    """Instants at which a breach of this clock was recorded.

    >>> t = datetime(2024, 1, 1)
    >>> mark = {"agreement": 7, "metric": "closure"}
    >>> breaches([Event(t, "breach", {"breach": mark})], 7, "closure")
    [datetime.datetime(2024, 1, 1, 0, 0)]
    """
    mark = {"agreement": agreement, "metric": metric}
    return [event.at for event in events if event.after.get("breach") == mark]
