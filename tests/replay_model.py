"""What a replay must show, worked out minute by minute: slow, simple, no shared code.

It reads the log and the policy itself and counts one minute after the other.
"""

import csv
import json
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
RUNS = {
    "response": {"waiting"},
    "completion": {"waiting", "working", "wait_supplier"},
    "closure": {"waiting", "working", "wait_supplier", "completed"},
}
PAUSES = {"wait_customer"}


def expected(log, policy):
    """The lines that ``--out`` must have, as a list of dicts."""
    with open(policy, encoding="utf-8") as file:
        policy = json.load(file)
    with open(log, encoding="utf-8", newline="") as file:
        incidents = defaultdict(list)
        for row in csv.DictReader(file):
            incidents[row["number"]].append(row)
    hours = {name: Hours(policy, name) for name in policy["calendars"]}
    lines = []
    for number, rows in incidents.items():
        rows.sort(
            key=lambda row: (at(row["sys_updated_at"]), int(row["sys_mod_count"]))
        )
        agreement = choose(policy["agreements"], rows[0]["category"])
        for metric in RUNS if agreement else ():
            clock = Clock(metric, agreement["targets"], hours[agreement["calendar"]])
            if line := clock.run(rows, policy["states"]):
                lines.append({"ticket": number, "agreement": agreement["code"]} | line)
    return lines


def at(text):
    """A time of the log."""
    return datetime.strptime(text, "%d-%m-%Y %H:%M")


def choose(agreements, category):
    """The first agreement by sequence whose categories hold this one."""
    for agreement in sorted(agreements, key=lambda a: a["sequence"]):
        if agreement["categories"] is None or category in agreement["categories"]:
            return agreement
    return None


class Hours:
    """Whether a minute is service time; asked once, then remembered."""

    def __init__(self, policy, name):
        self.zone = ZoneInfo(policy["timezone"])
        self.calendar = policy["calendars"][name]
        self.holidays = policy["holidays"] if self.calendar["holidays"] else []
        self.known = {}

    def open(self, minute):
        """Whether service time runs in the minute that begins here."""
        if minute not in self.known:
            self.known[minute] = self.look(minute)
        return self.known[minute]

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


def iso(moment):
    """A moment as the result file has it."""
    return moment and moment.strftime("%Y-%m-%dT%H:%M:%SZ")
