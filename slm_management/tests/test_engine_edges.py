# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from odoo.tests import BaseCase

from ..engine import Event, Terms, WorkTime, fold

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2024, 4, 22)
#: Wednesday to Friday of the second week are holidays, too.
HOLIDAYS = {9, 10, 11}
SLA, OTHER_SLA = 7, 8


def moment(text):
    """``"Tue 16:30"`` of the first week; ``"Tue+1 16:30"`` of the second, and so on."""
    day, clock = text.split()
    name, _plus, week = day.partition("+")
    number = "Mon Tue Wed Thu Fri Sat Sun".split().index(name) + 7 * int(week or 0)
    hours, minutes, *seconds = map(int, clock.split(":"))
    return MONDAY + timedelta(number, (hours * 60 + minutes) * 60 + sum(seconds))


def office():
    """Mon-Fri 8-12 and 13-17, four weeks, without the holidays."""
    spans = [
        (MONDAY + day * DAY + hour * HOUR, MONDAY + day * DAY + (hour + 4) * HOUR)
        for day in range(28)
        for hour in (8, 13)
        if day % 7 < 5 and day not in HOLIDAYS
    ]
    return WorkTime(spans, MONDAY - DAY, MONDAY + 28 * DAY)


def terms(minutes, agreement=SLA, metric="completion", **options):
    return Terms(agreement, {metric: [1, minutes * 60]}, **options).to_fact()


class EdgeCase(BaseCase):
    """One ticket with one clock, told by hand."""

    worktime = office()

    def history(self, *lines):
        """Events of pairs ``("Mon 08:00", facts)``; the first creates the ticket."""
        first = {"phase": "waiting", "sla": None}
        events = [Event(moment(when), "x", facts) for when, facts in lines]
        return [events[0]._replace(after=first | events[0].after), *events[1:]]

    def clock(self, now, *lines, metric="completion", agreement=SLA):
        args = (self.history(*lines), agreement, metric, self.worktime, moment(now))
        return fold(*args)

    def assertClock(self, clock, **expected):
        shown = {name: getattr(clock, name) for name in expected}
        if "elapsed" in shown:
            shown["elapsed"] /= 60
        for name, value in expected.items():
            if name.endswith(("_at", "deadline")) and value:
                expected[name] = moment(value)
        self.assertEqual(shown, expected)


class TestEngineEdgesCreate(EdgeCase):
    """Tickets created at any hour, with two hours to complete."""

    def test_deadline_of_two_hours(self):
        for created, deadline in (
            ("Mon 06:30", "Mon 10:00"),  # before opening
            ("Mon 08:00", "Mon 10:00"),  # exactly at opening
            ("Mon 10:00", "Mon 12:00"),  # to the end of the morning, not to 13:00
            ("Mon 12:30", "Mon 15:00"),  # in the lunch break
            ("Mon 16:59:59", "Tue 09:59:59"),  # in the last second
            ("Mon 17:00", "Tue 10:00"),  # exactly at closing
            ("Mon 23:59:59", "Tue 10:00"),
            ("Fri 16:00", "Mon+1 09:00"),  # before a weekend
            ("Sat 12:00", "Mon+1 10:00"),  # in a weekend
            ("Wed+1 10:00", "Mon+2 10:00"),  # on a holiday
            ("Tue+1 16:00", "Mon+2 09:00"),  # before holidays and a weekend
        ):
            with self.subTest(created=created):
                clock = self.clock(created, (created, {"sla": terms(120)}))
                self.assertClock(
                    clock,
                    state="running",
                    deadline=deadline,
                    started_at=created,
                    elapsed=0,
                    outcome="pending",
                )

    def test_created_and_done_at_once(self):
        done = {"phase": "completed", "sla": terms(120)}
        clock = self.clock("Mon 09:00", ("Mon 09:00", done))
        self.assertClock(
            clock, state="stopped", outcome="met", elapsed=0, stopped_at="Mon 09:00"
        )

    def test_exactly_at_the_target_is_met(self):
        """Also in the closed hours behind it: nothing more was used there."""
        for done in ("Mon 12:00", "Mon 12:30", "Mon 13:00"):
            clock = self.clock(
                "Tue 12:00",
                ("Mon 10:00", {"sla": terms(120)}),
                (done, {"phase": "completed"}),
            )
            self.assertClock(clock, outcome="met", elapsed=120, deadline="Mon 12:00")

    def test_a_second_later_is_missed(self):
        clock = self.clock(
            "Tue 12:00",
            ("Mon 10:00", {"sla": terms(120)}),
            ("Mon 13:00:01", {"phase": "completed"}),
        )
        self.assertClock(clock, outcome="missed", breached_at="Mon 12:00")

    def test_target_that_the_hours_never_reach(self):
        clock = self.clock("Mon 09:00", ("Mon 09:00", {"sla": terms(60 * 500)}))
        self.assertClock(clock, state="running", deadline=None, overrun_at=None)
        self.assertIsNone(clock.next_action_at(moment("Mon 09:00")))

    def test_no_service_hours(self):
        closed = WorkTime([], MONDAY, MONDAY + 28 * DAY)
        history = self.history(("Mon 09:00", {"sla": terms(60)}))
        clock = fold(history, SLA, "completion", closed, moment("Fri 09:00"))
        self.assertClock(clock, state="running", deadline=None, elapsed=0)
        self.assertEqual(clock.outcome, "pending")


class TestEngineEdgesPause(EdgeCase):
    """Pauses; four hours to complete from Monday 9:00."""

    created = ("Mon 09:00", {"sla": terms(240)})

    def paused(self, since, until):
        resumed = (until, {"phase": "working"})
        return self.clock(
            until, self.created, (since, {"phase": "wait_customer"}), resumed
        )

    def test_deadline_after_a_pause(self):
        for since, until, deadline in (
            ("Mon 10:00", "Mon 11:00", "Mon 15:00"),  # inside a day
            ("Mon 10:00", "Mon 10:00", "Mon 14:00"),  # of no length
            ("Mon 12:00", "Mon 13:00", "Mon 14:00"),  # in the lunch break
            ("Mon 12:15", "Mon 12:45", "Mon 14:00"),
            ("Mon 12:30", "Mon 13:30", "Mon 14:30"),  # from outside to inside
            ("Mon 11:30", "Mon 12:30", "Mon 14:30"),  # from inside to outside
            ("Mon 10:00", "Tue 10:00", "Tue 14:00"),  # over night
            ("Mon 10:00", "Fri 18:00", "Mon+1 11:00"),  # several days
            ("Mon 10:00", "Mon+1 06:00", "Mon+1 11:00"),  # over a weekend
            ("Mon 10:00", "Fri+1 20:00", "Mon+2 11:00"),  # weekend and holidays
        ):
            with self.subTest(since=since, until=until):
                self.assertClock(
                    self.paused(since, until), state="running", deadline=deadline
                )

    def test_while_paused_nothing_is_due(self):
        pause = ("Mon 10:00", {"phase": "wait_customer"})
        clock = self.clock("Fri 10:00", self.created, pause)
        self.assertClock(
            clock, state="paused", elapsed=60, deadline=None, breached_at=None
        )
        self.assertIsNone(clock.next_action_at(moment("Fri 10:00")))

    def test_two_reasons_one_pause(self):
        """Customer, then supplier, then customer again: no minute runs between."""
        clock = self.clock(
            "Wed 09:00",
            ("Mon 09:00", {"sla": terms(240, pause_supplier=True)}),
            ("Mon 10:00", {"phase": "wait_customer"}),
            ("Mon 11:00", {"phase": "wait_supplier"}),
            ("Tue 09:00", {"phase": "wait_customer"}),
        )
        self.assertClock(clock, state="paused", elapsed=60)

    def test_supplier_pauses_only_if_agreed(self):
        waiting = ("Mon 10:00", {"phase": "wait_supplier"})
        for agreed, elapsed in ((False, 120), (True, 60)):
            created = ("Mon 09:00", {"sla": terms(240, pause_supplier=agreed)})
            clock = self.clock("Mon 11:00", created, waiting)
            self.assertClock(clock, elapsed=elapsed)

    def test_started_paused(self):
        created = ("Mon 09:00", {"phase": "wait_customer", "sla": terms(240)})
        clock = self.clock("Mon 11:00", created)
        self.assertClock(
            clock, state="paused", elapsed=0, started_at="Mon 09:00", deadline=None
        )
        clock = self.clock("Mon 11:00", created, ("Mon 11:00", {"phase": "working"}))
        self.assertClock(clock, state="running", deadline="Mon 16:00")

    def test_from_pause_straight_to_done(self):
        """Long after the target's wall-clock time, but in time."""
        clock = self.clock(
            "Fri 12:00",
            self.created,
            ("Mon 10:00", {"phase": "wait_customer"}),
            ("Fri 10:00", {"phase": "completed"}),
        )
        self.assertClock(
            clock, state="stopped", outcome="met", elapsed=60, stopped_at="Fri 10:00"
        )

    def test_from_pause_straight_to_done_after_a_breach(self):
        clock = self.clock(
            "Fri 12:00",
            self.created,
            ("Mon 15:00", {"phase": "wait_customer"}),
            ("Fri 10:00", {"phase": "completed"}),
        )
        self.assertClock(clock, outcome="missed", breached_at="Mon 14:00", elapsed=300)

    def test_response_does_not_pause(self):
        """To ask the customer something is a response."""
        created = ("Mon 09:00", {"sla": terms(60, metric="response")})
        pause = ("Mon 09:30", {"phase": "wait_customer"})
        clock = self.clock("Tue 09:00", created, pause, metric="response")
        self.assertClock(clock, state="stopped", elapsed=30, outcome="met")

    def test_pause_older_than_the_agreement(self):
        """An agreement that comes late counts the pauses before it, too."""
        pauses = (
            ("wait_customer", False, "Mon 16:00"),
            ("wait_supplier", True, "Mon 16:00"),
            ("wait_supplier", False, "Mon 14:00"),
        )
        for phase, agreed, deadline in pauses:
            with self.subTest(phase=phase, agreed=agreed):
                clock = self.clock(
                    "Mon 13:00",
                    ("Mon 09:00", {}),
                    ("Mon 10:00", {"phase": phase}),
                    ("Mon 12:00", {"phase": "working"}),
                    ("Mon 12:30", {"sla": terms(240, pause_supplier=agreed)}),
                )
                self.assertClock(clock, deadline=deadline, started_at="Mon 09:00")

    def test_target_shortened_during_a_pause(self):
        """Late, but it counts only when the clock runs again or stops."""
        lines = (
            self.created,
            ("Mon 11:00", {"phase": "wait_customer"}),
            ("Mon 11:30", {"sla": terms(60)}),
        )
        clock = self.clock("Tue 09:00", *lines)
        self.assertClock(clock, state="paused", breached_at=None, deadline="Mon 10:00")
        for phase, state in (("working", "running"), ("completed", "stopped")):
            clock = self.clock("Tue 12:00", *lines, ("Tue 09:00", {"phase": phase}))
            self.assertClock(clock, state=state, breached_at="Tue 09:00")


class TestEngineEdgesChange(EdgeCase):
    """Changes mid-flight, and tickets that come back."""

    created = ("Mon 09:00", {"sla": terms(240)})

    def test_priority_keeps_used_time_and_pauses(self):
        clock = self.clock(
            "Mon 14:00",
            self.created,
            ("Mon 10:00", {"phase": "wait_customer"}),
            ("Mon 10:30", {"sla": terms(120)}),
            ("Mon 14:00", {"phase": "working"}),
        )
        self.assertClock(clock, elapsed=60, deadline="Mon 15:00", target=120 * 60)

    def test_priority_down_gives_time(self):
        clock = self.clock(
            "Mon 11:00", self.created, ("Mon 11:00", {"sla": terms(480)})
        )
        self.assertClock(clock, deadline="Tue 09:00", elapsed=120)

    def test_priority_up_below_what_is_used(self):
        clock = self.clock("Mon 12:00", self.created, ("Mon 11:00", {"sla": terms(60)}))
        self.assertClock(clock, breached_at="Mon 11:00", outcome="missed")

    def test_breach_stays_when_the_target_grows(self):
        clock = self.clock(
            "Mon 16:00", self.created, ("Mon 15:00", {"sla": terms(4800)})
        )
        self.assertClock(clock, breached_at="Mon 14:00", outcome="missed")

    def test_no_promise_for_the_priority_with_which_it_stops(self):
        """It stops under the old promise, so it is not withdrawn."""
        nothing = Terms(SLA, {}).to_fact()
        done = ("Mon 10:00", {"phase": "completed", "sla": nothing})
        clock = self.clock("Mon 12:00", self.created, done)
        self.assertClock(
            clock, state="stopped", outcome="met", elapsed=60, target=240 * 60
        )

    def test_no_promise_for_the_new_priority(self):
        nothing = ("Mon 10:00", {"sla": Terms(SLA, {}).to_fact()})
        done = ("Mon 11:00", {"phase": "completed"})
        clock = self.clock("Mon 12:00", self.created, nothing, done)
        self.assertClock(clock, state="cancelled", outcome="excluded", elapsed=60)

    def test_agreement_replaced_and_back(self):
        lines = (
            self.created,
            ("Mon 10:00", {"sla": terms(60, agreement=OTHER_SLA)}),
        )
        clock = self.clock("Mon 11:00", *lines)
        self.assertClock(clock, state="cancelled", elapsed=60)
        other = self.clock("Mon 11:00", *lines, agreement=OTHER_SLA)
        self.assertClock(other, state="running", elapsed=120, breached_at="Mon 10:00")
        back = (*lines, ("Mon 11:00", {"sla": terms(240)}))
        clock = self.clock("Mon 12:00", *back)
        self.assertClock(clock, state="running", elapsed=180, deadline="Mon 14:00")

    def test_agreement_late_and_its_target_long_used_up(self):
        """The change puts the deadline in the past: it is late from then on."""
        clock = self.clock(
            "Wed 09:00", ("Mon 09:00", {}), ("Tue 12:00", self.created[1])
        )
        self.assertClock(clock, breached_at="Tue 12:00", deadline="Mon 14:00")

    def test_agreement_for_a_ticket_that_was_done_and_then_cancelled(self):
        clock = self.clock(
            "Wed 09:00",
            ("Mon 09:00", {}),
            ("Mon 10:00", {"phase": "completed"}),
            ("Mon 11:00", {"phase": "cancelled", "sla": terms(240)}),
        )
        self.assertClock(
            clock, state="stopped", outcome="met", elapsed=60, stopped_at="Mon 10:00"
        )

    def test_reopened(self):
        done = ("Mon 11:00", {"phase": "completed"})
        for again, deadline in (
            ("Mon 11:05", "Mon 14:05"),  # after five minutes
            ("Tue 09:00", "Tue 11:00"),  # after the old deadline
            ("Mon+3 09:00", "Mon+3 11:00"),  # after weeks
        ):
            with self.subTest(again=again):
                clock = self.clock(
                    again, self.created, done, (again, {"phase": "working"})
                )
                self.assertClock(
                    clock, state="running", deadline=deadline, stopped_at=None
                )

    def test_reopened_under_a_shorter_target(self):
        clock = self.clock(
            "Tue 10:00",
            self.created,
            ("Mon 11:00", {"phase": "completed"}),
            ("Tue 08:00", {"sla": terms(60)}),
            ("Tue 09:00", {"phase": "working"}),
        )
        self.assertClock(clock, breached_at="Tue 09:00", target=3600)

    def test_stopped_clock_ignores_a_new_priority(self):
        clock = self.clock(
            "Tue 10:00",
            self.created,
            ("Mon 11:00", {"phase": "completed"}),
            ("Tue 08:00", {"sla": terms(60)}),
        )
        self.assertClock(clock, outcome="met", target=240 * 60, deadline="Mon 14:00")

    def test_response_once_given_stays_given(self):
        created = ("Mon 09:00", {"sla": terms(60, metric="response")})
        first = ("Mon 09:30", {"phase": "working"})
        back = ("Mon 10:00", {"phase": "waiting"})
        clock = self.clock("Tue 10:00", created, first, back, metric="response")
        self.assertClock(
            clock, state="stopped", elapsed=30, stopped_at="Mon 09:30", outcome="met"
        )

    def test_answer_is_a_response_and_no_completion(self):
        both = Terms(SLA, {"response": [1, 3600], "completion": [1, 7200]}).to_fact()
        lines = (("Mon 09:00", {"sla": both}), ("Mon 09:10", {"answered": True}))
        response = self.clock("Mon 10:00", *lines, metric="response")
        self.assertClock(response, state="stopped", elapsed=10)
        self.assertClock(self.clock("Mon 10:00", *lines), state="running", elapsed=60)

    def test_cancelled_and_archived(self):
        for gone in ({"phase": "cancelled"}, {"active": False}):
            with self.subTest(gone=gone):
                clock = self.clock("Tue 10:00", self.created, ("Mon 10:00", gone))
                self.assertClock(
                    clock, state="cancelled", outcome="excluded", elapsed=60
                )
                self.assertIsNone(clock.next_action_at(moment("Tue 10:00")))

    def test_back_from_the_archive(self):
        clock = self.clock(
            "Tue 09:00",
            self.created,
            ("Mon 10:00", {"active": False}),
            ("Tue 09:00", {"active": True}),
        )
        self.assertClock(clock, state="running", elapsed=60, deadline="Tue 12:00")

    def test_closure_runs_on_after_completion(self):
        created = ("Mon 09:00", {"sla": terms(240, metric="closure")})
        done = ("Mon 10:00", {"phase": "completed"})
        clock = self.clock("Mon 11:00", created, done, metric="closure")
        self.assertClock(clock, state="running", elapsed=120)
        closed = ("Mon 11:00", {"phase": "closed"})
        clock = self.clock("Mon 12:00", created, done, closed, metric="closure")
        self.assertClock(clock, state="stopped", elapsed=120, outcome="met")


class TestEngineEdgesHours(EdgeCase):
    """Service hours edited while the clock runs."""

    def fold_over(self, worktime, *lines, now="Mon 16:00"):
        args = (self.history(*lines), SLA, "completion", worktime, moment(now))
        return fold(*args)

    def test_forgotten_holiday_is_made_good(self):
        tuesday_on = [
            span
            for span in self.worktime.intervals(
                moment("Tue 00:00"), moment("Sun+3 00:00")
            )
        ]
        without_monday = WorkTime(tuesday_on, MONDAY - DAY, MONDAY + 28 * DAY)
        lines = (
            ("Mon 09:00", {"sla": terms(240)}),
            ("Mon 12:00", {"hours": True}),
        )
        clock = self.fold_over(without_monday, *lines)
        self.assertClock(clock, elapsed=0, deadline="Tue 12:00", breached_at=None)

    def test_late_by_the_change_itself(self):
        """More hours in the past use up the target: late at the change, not before."""
        always = WorkTime(
            [(MONDAY - DAY, MONDAY + 28 * DAY)], MONDAY - DAY, MONDAY + 28 * DAY
        )
        lines = (
            ("Mon 09:00", {"sla": terms(240)}),
            ("Mon 13:30", {"hours": True}),
        )
        clock = self.fold_over(always, *lines)
        self.assertClock(clock, breached_at="Mon 13:30", deadline="Mon 13:00")

    def test_recorded_breach_stays(self):
        mark = {"breach": {"agreement": SLA, "metric": "completion"}}
        closed = WorkTime([], MONDAY - DAY, MONDAY + 28 * DAY)
        lines = (
            ("Mon 09:00", {"sla": terms(60)}),
            ("Mon 10:00", mark),
            ("Mon 11:00", {"hours": True}),
        )
        clock = self.fold_over(closed, *lines)
        self.assertClock(clock, breached_at="Mon 10:00", outcome="missed", elapsed=0)

    def test_stopped_clock_is_not_touched_by_the_note(self):
        lines = (
            ("Mon 09:00", {"sla": terms(60)}),
            ("Mon 11:00", {"phase": "completed"}),
        )
        noted = (*lines, ("Mon 12:00", {"hours": True}))
        clock = self.fold_over(self.worktime, *noted)
        self.assertClock(clock, breached_at="Mon 10:00", outcome="missed")
