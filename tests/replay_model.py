"""What a replay must show, worked out minute by minute: slow, simple, no shared code.

It reads the log and the policy itself and counts one minute after the other.
:func:`expected` are the lines of SLAs, :func:`expected_of_holders` those of OLAs and
UCs, :func:`expected_shares` who used the time.
"""

import csv
import json
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
BEGINNING = datetime(2016, 1, 1)
RUNS = {
    "response": {"waiting"},
    "completion": {"waiting", "working", "wait_supplier"},
    "closure": {"waiting", "working", "wait_supplier", "completed"},
}
PAUSES = {"wait_customer"}


PARTIES = {
    "waiting": "team",
    "working": "team",
    "wait_supplier": "supplier",
    "wait_customer": "customer",
}


def read(log, policy):
    """The policy, its hours by name, and the rows of each incident in order."""
    with open(policy, encoding="utf-8") as file:
        policy = json.load(file)
    with open(log, encoding="utf-8", newline="") as file:
        incidents = defaultdict(list)
        for row in csv.DictReader(file):
            incidents[row["number"]].append(row)
    for rows in incidents.values():
        rows.sort(
            key=lambda row: (at(row["sys_updated_at"]), int(row["sys_mod_count"]))
        )
    hours = {name: Hours(policy, name) for name in policy["calendars"]}
    return policy, hours, incidents


def expected(log, policy):
    """The lines that ``--out`` must have, as a list of dicts."""
    policy, hours, incidents = read(log, policy)
    lines = []
    for number, rows in incidents.items():
        agreement = choose(policy["agreements"], rows[0]["category"])
        for metric in RUNS if agreement else ():
            clock = Clock(metric, agreement["targets"], hours[agreement["calendar"]])
            if line := clock.run(rows, policy["states"]):
                lines.append({"ticket": number, "agreement": agreement["code"]} | line)
    return lines


def at(text):
    """A time of the log."""
    return datetime.strptime(text, "%d-%m-%Y %H:%M")


def choose(agreements, category, kind="sla", holder=None):
    """The first agreement by sequence whose categories hold this one."""
    for agreement in sorted(agreements, key=lambda a: a["sequence"]):
        if agreement.get("kind", "sla") != kind:
            continue
        if holder != agreement.get({"ola": "team", "uc": "supplier"}.get(kind)):
            continue
        if agreement["categories"] is None or category in agreement["categories"]:
            return agreement
    return None


def expected_of_holders(log, policy):
    """The lines of OLAs and UCs that ``--out`` must have, as a list of dicts."""
    policy, hours, incidents = read(log, policy)
    lines = []
    for number, rows in incidents.items():
        steps = list(tell(rows, policy))
        for kind in ("ola", "uc"):
            lines += held_lines(number, steps, rows[0]["category"], kind, policy, hours)
    return lines


def tell(rows, policy):
    """What holds from when on, as dicts; first the ticket as it is created."""
    opened = at(rows[0]["opened_at"])
    first = {"phase": "waiting", "team": None, "user": None, "supplier": None}
    yield first | {"at": opened, "priority": rows[0]["priority"]}
    for row in rows:
        step = {
            "at": max(at(row["sys_updated_at"]), opened),
            "priority": row["priority"],
            "phase": policy["states"][row["incident_state"]],
            "team": known(row["assignment_group"]),
            "user": known(row["assigned_to"]),
            "supplier": known(row.get("vendor", "?")),
        }
        if step["phase"] == "wait_supplier" and not step["supplier"]:
            step["supplier"] = only_supplier(policy, rows[0]["category"])
        yield step


def known(text):
    """A text of the log, None if it is unknown."""
    return None if text in ("?", "") else text


def only_supplier(policy, category):
    """The supplier of all contracts for a category, if it is one."""
    suppliers = {
        agreement["supplier"]
        for agreement in policy["agreements"]
        if agreement.get("kind") == "uc"
        and (agreement["categories"] is None or category in agreement["categories"])
    }
    return suppliers.pop() if len(suppliers) == 1 else None


def held_lines(number, steps, category, kind, policy, hours):
    """The lines of one incident for its teams or its suppliers."""
    counts, lines = defaultdict(int), []
    for holder, inside, ending in stretches(steps, kind):
        agreement = choose(policy["agreements"], category, kind, holder)
        if not agreement:
            continue
        code = agreement["code"]
        counts[code] += 1
        for metric in RUNS:
            clock = HeldClock(metric, agreement, hours[agreement["calendar"]])
            line = clock.live(inside, ending)
            line |= {"kind": kind, "cycle": counts[code]}
            lines.append({"ticket": number, "agreement": code} | line)
    return lines


def stretches(steps, kind):
    """Who has the ticket: his name, the steps meanwhile, when it leaves him or None."""
    found = []
    for step in steps:
        waits = step["phase"] == "wait_supplier"
        holder = step["team"] if kind == "ola" else waits and step["supplier"]
        if found and found[-1][0] == holder:
            found[-1][1].append(step)
        else:
            if found:
                found[-1][2] = step["at"]
            found.append([holder, [step], None])
    return [stretch for stretch in found if stretch[0]]


def expected_shares(log, policy):
    """``{ticket: {(party, name): seconds}}`` for the tickets that have an SLA."""
    policy, hours, incidents = read(log, policy)
    shares = {}
    for number, rows in incidents.items():
        agreement = choose(policy["agreements"], rows[0]["category"])
        if not agreement:
            continue
        counting, used = hours[agreement["calendar"]], defaultdict(int)
        steps = list(tell(rows, policy))
        for step, following in zip(steps, steps[1:], strict=False):
            party = PARTIES.get(step["phase"])
            seconds = 60 * counting.count(step["at"], following["at"])
            if party and seconds:
                used[party, step.get(party)] += seconds
        shares[number] = dict(used)
    return shares


class Hours:
    """Whether a minute is service time; asked once, then remembered."""

    def __init__(self, policy, name):
        self.zone = ZoneInfo(policy["timezone"])
        self.calendar = policy["calendars"][name]
        self.holidays = policy["holidays"] if self.calendar["holidays"] else []
        self.known = {}
        #: minutes of service time until each minute since the beginning
        self.counted = [0]

    def open(self, minute):
        """Whether service time runs in the minute that begins here."""
        if minute not in self.known:
            self.known[minute] = self.look(minute)
        return self.known[minute]

    def count(self, start, end):
        """Minutes of service time between two minutes, each of them looked at."""
        return self.count_until(end) - self.count_until(start)

    def count_until(self, minute):
        """The same since the beginning of all logs."""
        index = (minute - BEGINNING) // MINUTE
        while len(self.counted) <= index:
            last = BEGINNING + (len(self.counted) - 1) * MINUTE
            self.counted.append(self.counted[-1] + self.open(last))
        return self.counted[index]

    def look(self, minute):
        """The calendar's word on a minute."""
        local = minute.replace(tzinfo=timezone.utc).astimezone(self.zone)
        if local.weekday() not in self.calendar["days"]:
            return False
        if local.date().isoformat() in self.holidays:
            return False
        clock = local.strftime("%H:%M")
        return any(start <= clock < end for start, end in self.calendar["hours"])


class Clock:
    """One metric of one ticket."""

    def __init__(self, metric, targets, hours):
        self.metric, self.targets, self.hours = metric, targets, hours
        self.mode, self.used = None, 0
        self.target = self.full_at = self.stopped = self.breached = None

    def run(self, rows, states):
        """The line of this clock after all events; None if nothing was promised."""
        now = opened = at(rows[0]["opened_at"])
        self.event(opened, "waiting", rows[0]["priority"])
        for row in rows:
            then = max(at(row["sys_updated_at"]), opened)
            self.full_at = None
            while now < then:
                self.minute(now)
                now += MINUTE
            self.event(then, states[row["incident_state"]], row["priority"])
        return self.line() if self.target is not None else None

    def minute(self, now):
        """Let one minute pass."""
        if self.mode != "run" or not self.hours.open(now):
            return
        if self.target is not None and self.used >= self.target:
            self.breached = self.breached or self.full_at or self.since
        self.used += 1
        if self.used == self.target:
            self.full_at = now + MINUTE

    def event(self, now, phase, priority):
        """Something has happened; stopping comes before a new target."""
        mode = "run" if phase in RUNS[self.metric] else "stop"
        if phase in PAUSES and self.metric != "response":
            mode = "pause"
        if self.metric == "response" and self.mode == "stop":
            mode = "stop"
        if mode == "stop":
            if self.mode != "stop":
                self.check(now)
                self.stopped = now
        else:
            self.stopped = None
            self.target = (self.targets.get(priority) or {}).get(self.metric)
            if mode == "run":
                self.check(now)
        self.mode, self.since = mode, now

    def check(self, now):
        """More than the target is used: late, at the latest now."""
        if self.target is not None and self.used > self.target:
            self.breached = self.breached or now

    def line(self):
        """As the result file has it."""
        ended = "met" if self.stopped else "pending"
        return {
            "metric": self.metric,
            "target_seconds": self.target * 60,
            "elapsed_seconds": self.used * 60,
            "stopped_at": iso(self.stopped),
            "breached_at": iso(self.breached),
            "outcome": "missed" if self.breached else ended,
        }


class HeldClock(Clock):
    """One metric of an OLA or UC while its team or supplier has the ticket."""

    def __init__(self, metric, agreement, hours):
        super().__init__(metric, agreement["targets"], hours)
        self.kind = agreement["kind"]
        self.pauses = set(PAUSES)
        if agreement.get("pause_supplier"):
            self.pauses.add("wait_supplier")
        self.anew = None

    def live(self, steps, ending):
        """The line of this clock; ``ending``: when the ticket was handed over."""
        now = steps[0]["at"]
        self.anew = steps[0]["phase"] == "waiting"
        for step, until in zip(
            steps, [*(step["at"] for step in steps[1:]), ending], strict=True
        ):
            self.full_at = None
            self.take(step)
            while until and now < until:
                self.minute(now)
                now += MINUTE
        if ending and self.mode != "stop":
            self.check(ending)
            self.stopped = ending
        return self.line()

    def take(self, step):
        """Something has happened; stopping comes before a new target."""
        mode = self.want(step)
        if mode == "stop" and self.mode == "stop":
            return
        if mode == "stop":
            self.check(step["at"])
            self.stopped = step["at"]
        if mode != "stop" or self.target is None:
            self.stopped = self.stopped if mode == "stop" else None
            self.target = self.targets[step["priority"]][self.metric]
            if mode == "run":
                self.check(step["at"])
        self.mode, self.since = mode, step["at"]

    def want(self, step):
        """What the ticket wants of the clock."""
        phase = step["phase"]
        if self.kind == "uc":
            return "run"
        metric = self.metric
        if metric == "response":
            reacted = phase != "waiting" if self.anew else step["user"]
            if reacted or self.mode == "stop":
                return "stop"
            metric = "completion"
        if phase in self.pauses:
            return "pause"
        return "run" if phase in RUNS[metric] else "stop"


def iso(moment):
    """A moment as the result file has it."""
    return moment and moment.strftime("%Y-%m-%dT%H:%M:%SZ")
