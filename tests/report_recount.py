"""Figures of a month of a log, counted by hand from the log and from expected clocks.

Slow, simple, no code of the project: what reports, gap analyses, the dashboard and the
portal say of a replayed log has to be this.
"""

from collections import defaultdict
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from replay_model import at

OPEN = {"waiting", "working", "wait_customer", "wait_supplier"}
NOBODY = "?"


class Month:
    """One month of a time zone."""

    def __init__(self, year, month, zone, incidents, states, lines):
        following = (year, month + 1) if month < 12 else (year + 1, 1)
        self.start, self.end = (
            datetime(*first, 1, tzinfo=ZoneInfo(zone))
            .astimezone(timezone.utc)
            .replace(tzinfo=None)
            for first in ((year, month), following)
        )
        self.incidents, self.states, self.lines = incidents, states, lines

    def holds(self, moment):
        return moment is not None and self.start <= moment < self.end

    # ------------------------------------------------------------------
    # Tickets
    # ------------------------------------------------------------------

    def count_tickets(self, caller=None):
        """``opened``, ``reopened``, ``closed``, ``open_at_end``."""
        counts = dict.fromkeys(("opened", "reopened", "closed", "open_at_end"), 0)
        for rows in self.incidents.values():
            if caller and rows[0]["caller_id"] != caller:
                continue
            stretches = self.stretches(rows)
            for number, (opened, closed) in enumerate(stretches):
                counts["reopened" if number else "opened"] += self.holds(opened)
                counts["closed"] += self.holds(closed)
                is_open = opened < self.end and (closed is None or closed >= self.end)
                counts["open_at_end"] += is_open
        return counts

    def stretches(self, rows):
        """Pairs of when an incident was opened and when it ended, None: not yet."""
        found = [(at(rows[0]["opened_at"]), None)]
        for row in rows:
            is_open = self.states[row["incident_state"]] in OPEN
            moment = at(row["sys_updated_at"])
            opened, closed = found[-1]
            if closed is None and not is_open:
                found[-1] = (opened, moment)
            elif closed is not None and is_open:
                found.append((moment, None))
        return found

    # ------------------------------------------------------------------
    # Clocks
    # ------------------------------------------------------------------

    def count_clocks(self, *by, caller=None):
        """``{values of by: figures}`` of what was met or missed in the month.

        :param by: keys of the expected lines
        """
        used, missed, late = defaultdict(list), defaultdict(int), defaultdict(int)
        for line in self.lines:
            rows = self.incidents[line["ticket"]]
            if caller and rows[0]["caller_id"] != caller:
                continue
            key = tuple(line[name] for name in by)
            stopped, breached = moment(line["stopped_at"]), moment(line["breached_at"])
            if self.holds(stopped) and line["outcome"] in ("met", "missed"):
                used[key].append(line["elapsed_seconds"])
                missed[key] += line["outcome"] == "missed"
            elif self.holds(breached) and (not stopped or stopped >= self.end):
                late[key] += 1
        return {
            key: self.prepare(sorted(used[key]), missed[key], late[key])
            for key in used.keys() | late.keys()
        }

    def prepare(self, used, missed, late):
        ended = len(used)
        return {
            "ended": ended,
            "met": ended - missed,
            "missed": missed,
            "breached_running": late,
            "share": 100 * (ended - missed) / ended if ended else None,
            "median": between(used, 0.5),
            "p90": between(used, 0.9),
            "mean": sum(used) / ended if ended else None,
        }


def moment(text):
    """Naive UTC of a time in the expected lines, or None."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") if text else None


def between(values, share):
    """A percentile of sorted values, on the straight line between two of them."""
    if not values:
        return None
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
