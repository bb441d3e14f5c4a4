# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A clock that looks at its watch every minute: slow, and obviously right.

It is written from the rules of the clock as people state them and shares no code with
the engine: no stretches, no bisection, no sums of differences. Time is a number of
minutes, a calendar is the set of minutes that are open, and the clock goes through
them one by one. Everything that happens, happens on a full minute.
"""

RUNNING, PAUSED, STOPPED, CANCELLED = "running", "paused", "stopped", "cancelled"


class SlowClock:
    """One metric of one agreement on one ticket, minute by minute.

    :param history: list of ``(minute, facts that changed)``, in order
    :param agreement: id of the clock's agreement
    :param metric: ``response``, ``completion`` or ``closure``
    :param is_open: whether the service hours run in the minute that begins at a minute
    :param now: minute up to which the clock is watched
    :param end: minute at which the known service hours end
    """

    kind = "sla"

    def __init__(self, history, agreement, metric, is_open, now, end):
        self.agreement, self.metric = agreement, metric
        self.is_open, self.end = is_open, end
        self.facts = {}
        self.state = self.target = self.breached_at = self.stopped_at = None
        self.risk = 100
        self.used = 0
        #: how much was used to the first minute at which it was
        self.reached = {}
        #: since when exactly the target is used, or the last event while it was
        self.brink = None
        self.responded = self.over = False
        self.terms = self._first_terms(history)
        self.exists = self._last_promise(history) is not None
        if self.exists:
            self._live(list(enumerate(history)), self._last_promise(history), now)

    # ------------------------------------------------------------------
    # Knowing the future: when is a promise withdrawn for good?
    # ------------------------------------------------------------------

    def _own(self, facts):
        terms = facts.get(self.kind)
        return terms if terms and terms["agreement"] == self.agreement else None

    def _first_terms(self, history):
        """An agreement that takes over judges the past by its own first terms."""
        for _minute, facts in history:
            if self._own(facts):
                return self._own(facts)
        return None

    def _promise(self, facts):
        """Minutes promised by these facts, or None."""
        own = self._own(facts)
        promise = own and own["targets"].get(self.metric)
        return promise[1] // 60 if promise and promise[1] else None

    def _last_promise(self, history):
        """Index of the last event after which something was promised."""
        facts, last = {}, None
        for index, (_minute, changed) in enumerate(history):
            facts = facts | changed
            if self._promise(facts):
                last = index
        return last

    # ------------------------------------------------------------------
    # The passing of time
    # ------------------------------------------------------------------

    def _live(self, coming, last_promise, now):
        minute = coming[0][1][0]
        while True:
            while coming and coming[0][1][0] == minute:
                index, (_minute, changed) = coming.pop(0)
                self._happen(minute, changed, index > last_promise)
            if minute >= now:
                break
            self._pass_minute(minute)
            minute += 1
        self.now = minute

    def _pass_minute(self, minute):
        if self.state != RUNNING or self.over or not self.is_open(minute):
            return
        self.used += 1
        self.reached.setdefault(self.used, minute + 1)
        if self.used == self.target:
            self.brink = minute + 1
        if self.target and self.used > self.target and self.breached_at is None:
            self.breached_at = self.brink

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------

    def _happen(self, minute, changed, last_promise_is_past):
        before, self.facts = self.facts, self.facts | changed
        if self.over:
            return
        if self.target and self.used == self.target:
            self.brink = minute
        self.terms = self._own(self.facts) or self.terms
        wanted = self._wanted_after(before)
        if last_promise_is_past and self._withdraw(wanted):
            return
        if wanted in (STOPPED, CANCELLED) and self.state == STOPPED:
            self._promise_late(minute)
        elif wanted == STOPPED:
            self._look_whether_late(minute)
            self.state, self.stopped_at = STOPPED, minute
            self._promise_late(minute)
        else:
            self.state, self.stopped_at = wanted, None
            self._take_promise()
            if wanted == RUNNING:
                self._look_whether_late(minute)
        if self.target and self.used == self.target:
            self.brink = minute

    def _wanted_after(self, before):
        """What the ticket wants of the clock now; ``before``: what it was like."""
        return self._wanted()

    def _wanted(self):
        """What the ticket wants of the clock, by its phase."""
        phase = self.facts["phase"]
        if self.facts.get("active") is False or phase == "cancelled":
            return CANCELLED
        if self.metric == "response":
            if phase != "waiting" or self.facts.get("answered"):
                self.responded = True
            return STOPPED if self.responded else RUNNING
        if phase == "closed" or (phase == "completed" and self.metric == "completion"):
            return STOPPED
        if phase == "wait_customer":
            return PAUSED
        if phase == "wait_supplier" and self.terms and self.terms["pause_supplier"]:
            return PAUSED
        return RUNNING

    def _withdraw(self, wanted):
        """The promise is gone for good. Is the clock over, by that?"""
        if self._own(self.facts) and wanted == STOPPED:
            return False  # it stops, and does so under the old promise
        if self.state != STOPPED:
            self.state = CANCELLED
        self.over = True
        return True

    def _take_promise(self):
        self.target = self._promise(self.facts)
        own = self._own(self.facts)
        self.risk = own["risk_percent"] if own else 100

    def _promise_late(self, minute):
        if self.target is None:
            self._take_promise()
            self._look_whether_late(minute)

    def _look_whether_late(self, minute):
        late = self.target and self.used > self.target
        if late and self.breached_at is None:
            self.breached_at = minute

    # ------------------------------------------------------------------
    # What it shows
    # ------------------------------------------------------------------

    @property
    def outcome(self):
        if self.state == CANCELLED:
            return "excluded"
        if self.breached_at is not None:
            return "missed"
        return "met" if self.state == STOPPED else "pending"

    @property
    def deadline(self):
        return self._minute_of(self.target)

    @property
    def at_risk_at(self):
        if self.state != RUNNING or self.deadline is None:
            return None
        return self._minute_of(self.target * self.risk // 100)

    @property
    def overrun_at(self):
        """Begin of the first open minute behind the deadline."""
        if self.state != RUNNING or self.deadline is None:
            return None
        behind = range(self.deadline, self.end)
        return next((minute for minute in behind if self.is_open(minute)), None)

    def _minute_of(self, amount):
        """When ``amount`` was used, or will be if nothing happens any more."""
        if self.state == CANCELLED:
            return None
        if amount <= self.used:
            return self.reached[amount]
        if self.state == PAUSED:
            return None
        used, minute = self.used, self.now if self.state == RUNNING else self.stopped_at
        while used < amount and minute < self.end:
            used += self.is_open(minute)
            minute += 1
        return minute if used == amount else None


class SlowCycleClock(SlowClock):
    """One metric of an OLA or UC in one cycle: while its party holds the ticket.

    :param kind: ``ola`` or ``uc``
    :param cycle: which time it is that the agreement has the ticket
    """

    def __init__(self, history, kind, cycle, agreement, *args):
        self.kind = kind
        self.began_in = None
        parts = slow_cycles(history, kind, agreement)
        if cycle > len(parts):
            self.exists = False
        else:
            super().__init__(parts[cycle - 1], agreement, *args)

    def _is_dead(self, facts):
        return facts.get("active") is False or facts["phase"] == "cancelled"

    def _wanted_after(self, before):
        if not self.facts.get("handed over"):
            return self._wanted()
        if self._is_dead(before) or self._is_dead(self.facts):
            return CANCELLED
        return STOPPED

    def _wanted(self):
        if self.began_in is None:
            self.began_in = self.facts["phase"]
        if self._is_dead(self.facts):
            return CANCELLED
        if self.kind == "uc":
            return RUNNING  # the supplier's clocks run as long as he has the ticket
        if self.metric == "response":
            return self._wanted_of_reaction()
        return super()._wanted()

    def _wanted_of_reaction(self):
        """The team reacts by taking the ticket up, in public or among themselves."""
        phase, anew = self.facts["phase"], self.began_in == "waiting"
        if self.facts.get("team_answered"):
            self.responded = True
        elif anew and phase != "waiting":
            self.responded = True
        elif not anew and (self.facts.get("user") or phase in ("completed", "closed")):
            self.responded = True
        if self.responded:
            return STOPPED
        if anew:
            return RUNNING
        pauses = ["wait_customer"]
        if self.terms and self.terms["pause_supplier"]:
            pauses.append("wait_supplier")
        return PAUSED if phase in pauses else RUNNING


def slow_cycles(history, kind, agreement):
    """The histories of the cycles in which an agreement was in force.

    Each begins with all facts as they were then. If the ticket was handed over, the
    event by which it was ends it, and says so.
    """
    parts, current, holder, facts = [], None, None, {}
    for minute, changed in history:
        facts = facts | changed
        new_holder = _who_holds(facts, kind)
        if new_holder != holder:
            if current:
                ending = {"handed over": True}
                for name in {"phase", "active"} & changed.keys():
                    ending[name] = changed[name]
                current.append((minute, ending))
            current = [(minute, facts)] if new_holder else None
            if current:
                parts.append(current)
            holder = new_holder
        elif current:
            current.append((minute, changed))
    return [
        part
        for part in parts
        if any((f.get(kind) or {}).get("agreement") == agreement for _m, f in part)
    ]


def _who_holds(facts, kind):
    if kind == "ola":
        return facts.get("team")
    return facts.get("supplier") if facts["phase"] == "wait_supplier" else None


def slow_shares(history, is_open, now):
    """``{(party, holder): minutes}``: each open minute is booked on somebody."""
    used = {}
    for minute in range(history[0][0], now):
        facts = {}
        for when, changed in history:
            if when <= minute:
                facts |= changed
        if not is_open(minute) or facts.get("active") is False:
            continue
        if facts["phase"] in ("waiting", "working"):
            booked = "team", facts.get("team")
        elif facts["phase"] == "wait_supplier":
            booked = "supplier", facts.get("supplier")
        elif facts["phase"] == "wait_customer":
            booked = "customer", None
        else:
            continue
        used[booked] = used.get(booked, 0) + 1
    return used
