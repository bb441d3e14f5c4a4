# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Figures of service levels counted by hand: slow, and obviously right.

It is written from the docstring of ``slm.figures`` and shares no code with it, nor with
the engine: rows are read as they are, one after the other, and what they mean is told
here again in plain Python. Nothing is grouped, joined or summed by the database, days
are looked at where the company is, and percentiles are drawn with a ruler.
"""

from collections import defaultdict
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

OPEN = ("waiting", "working", "wait_customer", "wait_supplier")
DONE = ("completed", "closed")
#: of several parties that used as much time the first one
CAUSES = ("team", "other_team", "supplier", "customer")
TABLES = {
    "tickets": "helpdesk_ticket",
    "stages": "helpdesk_ticket_stage",
    "agreements": "slm_agreement",
    "partners": "res_partner",
    "clocks": "slm_clock",
    "events": "slm_ticket_event",
    "shares": "slm_time_share",
}


class Recount:
    """The figures of one company.

    :param fetch: a function from a query to its rows as dicts
    :param company: its id
    :param zone: name of its time zone
    :param now: naive UTC
    """

    def __init__(self, fetch, company, zone, now):
        self.company, self.zone, self.now = company, ZoneInfo(zone), now
        for name, table in TABLES.items():
            setattr(self, name, fetch(f"SELECT * FROM {table} ORDER BY id"))
        self.ticket = {row["id"]: row for row in self.tickets}
        self.stage = {row["id"]: row for row in self.stages}
        self.agreement = {row["id"]: row for row in self.agreements}
        self.partner = {row["id"]: row for row in self.partners}
        self.history, self.shared = defaultdict(list), defaultdict(list)
        for event in sorted(self.events, key=lambda row: (row["at"], row["id"])):
            self.history[event["ticket_id"]].append(event)
        for share in self.shares:
            self.shared[share["ticket_id"]].append(share)

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------

    def day(self, instant):
        """The day of an instant where the company is."""
        aware = instant.replace(tzinfo=timezone.utc)
        return aware.astimezone(self.zone).date()

    def within(self, instant, first, last):
        return instant is not None and first <= self.day(instant) <= last

    def over(self, last):
        """Naive UTC at which the day after the last one begins; at most now."""
        midnight = datetime.combine(last + timedelta(days=1), time(), self.zone)
        return min(midnight.astimezone(timezone.utc).replace(tzinfo=None), self.now)

    # ------------------------------------------------------------------
    # Whose
    # ------------------------------------------------------------------

    def is_meant(self, ticket, where, team, agreement, kind=None):
        """Whether what belongs to a ticket is in scope."""
        person = ticket["partner_id"]
        asked = {
            "services": {ticket["slm_service_id"]},
            "customers": set(self.chain(person)),
            "persons": {person},
            "teams": {team},
            "agreements": {agreement},
            "kinds": {kind} if kind else None,
            "tickets": {ticket["id"]},
        }
        for name, having in asked.items():
            wanted = where.get(name)
            if wanted is not None and having is not None and not having & {*wanted}:
                return False
        return True

    def chain(self, partner):
        """A contact and all above it."""
        while partner:
            yield partner
            partner = self.partner[partner]["parent_id"]

    def customer(self, ticket):
        person = self.partner.get(ticket["partner_id"])
        return person and person["commercial_partner_id"]

    # ------------------------------------------------------------------
    # Tickets
    # ------------------------------------------------------------------

    def stretches(self, ticket):
        """``[[opened, ended, how], …]`` of one ticket."""
        if not ticket["slm_facts"]:
            return [self.untracked(ticket)]
        facts, found = {}, []
        for event in self.history[ticket["id"]]:
            facts |= event["after"]
            is_open = facts["phase"] in OPEN and facts.get("active") is not False
            was_open = found and not found[-1][1]
            if not found:
                found.append([event["at"], None, None])
                was_open = True
            elif is_open and not was_open:
                found.append([event["at"], None, None])
            if was_open and not is_open:
                archived = facts.get("active") is False
                how = "archived" if archived else facts["phase"]
                found[-1][1:] = event["at"], how
        return found

    def untracked(self, ticket):
        """What the helpdesk knows of a ticket without a history."""
        created, ended = ticket["create_date"], None
        if self.stage.get(ticket["stage_id"], {}).get("closed"):
            ended = ticket["closed_date"] or ticket["write_date"]
        elif not ticket["active"] or ticket["duplicate_id"]:
            ended = ticket["write_date"]
        return [created, ended and max(ended, created), None]

    def is_first_contact(self, ticket, stretches):
        team, history = None, self.history[ticket["id"]]
        for event in history:
            if event["after"].get("phase") in ("wait_customer", "wait_supplier"):
                return False
            if "team" in event["after"]:
                if team and event["after"]["team"] != team:
                    return False
                team = event["after"]["team"]
        return len(stretches) == 1

    def ticket_keys(self, ticket):
        return {
            "agreement": ticket["slm_agreement_id"],
            "service": ticket["slm_service_id"],
            "process_kind": ticket["slm_process_kind"],
            "priority": ticket["priority"],
            "customer": self.customer(ticket),
            "team": ticket["team_id"],
        }

    def count_tickets(self, first, last, by=(), **where):
        """``{values of by: figures}``, without what is all zero."""
        counted = defaultdict(lambda: defaultdict(list))
        for ticket in self.tickets:
            if ticket["company_id"] != self.company or not self.is_meant(
                ticket, where, ticket["team_id"], ticket["slm_agreement_id"]
            ):
                continue
            keys = self.ticket_keys(ticket)
            self.look_at(ticket, first, last, counted[tuple(keys[name] for name in by)])
        return {key: self.tell_tickets(seen) for key, seen in counted.items() if seen}

    def look_at(self, ticket, first, last, seen):
        """What has happened to a ticket, in lists by the names of the figures."""
        stretches = self.stretches(ticket)
        done = [index for index, life in enumerate(stretches) if life[2] in DONE][:1]
        for index, (opened, ended, _how) in enumerate(stretches):
            if self.within(opened, first, last):
                seen["reopened" if index else "opened"].append(ticket)
            if self.within(ended, first, last):
                seen["closed"].append(ticket)
                if index in done:
                    seen["completed"].append(ticket)
                    if self.is_first_contact(ticket, stretches):
                        seen["first_contact"].append(ticket)
            gone = ended is not None and self.day(ended) <= last
            if self.day(opened) <= last and not gone:
                age = self.over(last) - stretches[0][0]
                seen["ages"].append(max(age.total_seconds(), 0))

    def tell_tickets(self, seen):
        names = ("opened", "reopened", "closed", "completed", "first_contact")
        told = {name: len(seen[name]) for name in names}
        rest = told["completed"] - told["first_contact"]
        return told | {
            "open_at_end": len(seen["ages"]),
            "age_median_seconds": percentile(seen["ages"], 0.5),
            "age_max_seconds": max(seen["ages"], default=None),
            "first_contact_share": share(told["first_contact"], rest),
        }

    def count_arrivals(self, first, last, **where):
        """``{(day of the week from 1, hour): tickets}``"""
        found = defaultdict(int)
        for ticket in self.tickets:
            opened = self.stretches(ticket)[0][0]
            if (
                ticket["company_id"] == self.company
                and self.within(opened, first, last)
                and self.is_meant(
                    ticket, where, ticket["team_id"], ticket["slm_agreement_id"]
                )
            ):
                local = opened.replace(tzinfo=timezone.utc).astimezone(self.zone)
                found[local.isoweekday(), local.hour] += 1
        return dict(found)

    # ------------------------------------------------------------------
    # Clocks
    # ------------------------------------------------------------------

    def team(self, clock):
        if clock["kind"] == "ola":
            return self.agreement[clock["agreement_id"]]["team_id"]
        return self.ticket[clock["ticket_id"]]["team_id"]

    def counts(self, clock):
        """Whether a clock counts at all."""
        if clock["state"] == "cancelled" or clock["company_id"] != self.company:
            return False
        return clock["kind"] == "sla" or clock["stopped_at"] != clock["started_at"]

    def cause(self, clock):
        """Who is to blame that a clock is late."""
        if not clock["breached_at"]:
            return None
        if clock["kind"] == "uc":
            return "supplier"
        used = dict.fromkeys(CAUSES, 0)
        for row in self.shared[clock["ticket_id"]]:
            own = row["team_id"] == self.team(clock)
            other = row["party"] == "team" and not own
            used["other_team" if other else row["party"]] += row["seconds"]
        most = max(used.values())
        return next(name for name in CAUSES if used[name] == most) if most else None

    def clock_keys(self, clock):
        ticket = self.ticket[clock["ticket_id"]]
        return {
            "metric": clock["metric"],
            "kind": clock["kind"],
            "agreement": clock["agreement_id"],
            "promise": clock["target_seconds"],
            "service": ticket["slm_service_id"],
            "process_kind": ticket["slm_process_kind"],
            "priority": ticket["priority"],
            "customer": self.customer(ticket),
            "team": self.team(clock),
            "cause": self.cause(clock),
        }

    def find_clocks(self, **where):
        """The clocks in scope."""
        for clock in self.clocks:
            ticket = self.ticket[clock["ticket_id"]]
            subject = (self.team(clock), clock["agreement_id"], clock["kind"])
            if self.counts(clock) and self.is_meant(ticket, where, *subject):
                yield clock

    def has_ended(self, clock, first, last):
        return clock["state"] == "stopped" and self.within(
            clock["stopped_at"], first, last
        )

    def is_breached(self, clock, first, last):
        excluded = clock["outcome"] == "excluded"
        return not excluded and self.within(clock["breached_at"], first, last)

    def ran_on(self, clock, last):
        """Whether a clock had not stopped when a day was over."""
        return not clock["stopped_at"] or self.day(clock["stopped_at"]) > last

    def count_clocks(self, first, last, by=(), **where):
        """``{values of by: figures}``, without what is all zero."""
        counted = defaultdict(list)
        for clock in self.find_clocks(**where):
            ended = self.has_ended(clock, first, last)
            if ended or self.is_breached(clock, first, last):
                keys = self.clock_keys(clock)
                counted[tuple(keys[name] for name in by)].append(clock)
        return {
            key: self.tell_clocks(clocks, first, last)
            for key, clocks in counted.items()
        }

    def tell_clocks(self, clocks, first, last):
        ended = [clock for clock in clocks if self.has_ended(clock, first, last)]
        late = [clock for clock in clocks if self.is_breached(clock, first, last)]
        count = defaultdict(int)
        for clock in ended:
            count[clock["outcome"]] += 1
        used = [c["elapsed_seconds"] for c in ended if c["outcome"] != "excluded"]
        return {
            "ended": len(ended),
            "met": count["met"],
            "missed": count["missed"],
            "excluded": count["excluded"],
            "share": share(count["met"], count["missed"]),
            "median_seconds": percentile(used, 0.5),
            "p90_seconds": percentile(used, 0.9),
            "mean_seconds": sum(used) / len(used) if used else None,
            "breached": len(late),
            "breached_running": len([c for c in late if self.ran_on(c, last)]),
        }

    def find_late(self, first, last, **where):
        """``{id of the clock: (outcome, cause)}`` of what has to be answered for."""
        found = {}
        for clock in self.find_clocks(**where):
            if self.has_ended(clock, first, last):
                if clock["outcome"] in ("missed", "excluded"):
                    found[clock["id"]] = clock["outcome"], self.cause(clock)
            elif self.is_breached(clock, first, last) and self.ran_on(clock, last):
                found[clock["id"]] = "running", self.cause(clock)
        return found

    def count_open(self, first, last, **where):
        """What has not ended now: due on these days, and late already."""
        due, late = [], []
        for clock in self.find_clocks(**where):
            if clock["stopped_at"] or clock["outcome"] == "excluded":
                continue
            if clock["breached_at"]:
                late.append(clock)
            elif clock["state"] == "running":
                due += [clock] if self.within(clock["deadline"], first, last) else []
        return {
            "due": len(due),
            "due_tickets": len({clock["ticket_id"] for clock in due}),
            "late": len(late),
            "late_tickets": len({clock["ticket_id"] for clock in late}),
        }

    def count_time_used(self, first, last, **where):
        """``{(party, team or supplier): seconds}`` of what has ended for good."""
        used = defaultdict(int)
        for ticket in self.tickets:
            subject = (ticket["team_id"], ticket["slm_agreement_id"])
            if (
                ticket["slm_facts"]
                and ticket["company_id"] == self.company
                and self.is_meant(ticket, where, *subject)
                and self.within(self.stretches(ticket)[-1][1], first, last)
            ):
                for row in self.shared[ticket["id"]]:
                    holder = row["team_id"] or row["partner_id"]
                    used[row["party"], holder] += row["seconds"]
        return {key: seconds for key, seconds in used.items() if seconds}


def share(good, bad):
    """Percent; None if there is nothing."""
    return 100 * good / (good + bad) if good + bad else None


def percentile(values, part):
    """Where a straight line between the two neighbours of a rank is."""
    if not values:
        return None
    values = sorted(values)
    rank = part * (len(values) - 1)
    below = int(rank)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (rank - below)
