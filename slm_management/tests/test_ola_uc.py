# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import closing
from unittest.mock import patch

from odoo import Command, fields

from .common import moment, tell, week
from .holders_case import DESK, FIELD, SUPPLIER, HoldersCase


class TestHandOver(HoldersCase):
    """A team has its own clocks for as long as it holds a ticket."""

    def test_beside_the_sla(self):
        """The SLA's clocks, deadlines and status are what they are without an OLA."""
        ticket = self.create_ticket(team_id=self.desk.id)
        self.assertDeadlines(ticket, "mon 09:00", "mon 12:00", "mon 17:00")
        self.assertEqual(len(ticket.slm_clock_ids), 6)
        self.assertEqual(len(ticket.slm_current_clock_ids), 3)
        for metric, deadline in (
            ("response", "mon 08:30"),
            ("completion", "mon 10:00"),
            ("closure", "mon 12:00"),
        ):
            self.assertClock(
                ticket,
                metric,
                self.desk_ola,
                kind="ola",
                cycle=1,
                state="running",
                started="mon 08:00",
                deadline=deadline,
            )
        self.assertEqual(tell(ticket.slm_deadline), "mon 09:00")
        clocks = ticket.slm_alongside_clock_ids
        self.assertEqual(clocks.agreement_id, self.desk_ola)

    def test_each_team_has_its_own_share(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 09:00")
        self.assertClock(
            ticket,
            agreement=self.desk_ola,
            state="stopped",
            stopped="mon 09:00",
            used=60,
            outcome="met",
            next=False,
        )
        self.assertClock(
            ticket,
            agreement=self.field_ola,
            state="running",
            started="mon 09:00",
            used=0,
            deadline="mon 12:00",
        )
        self.assertClock(ticket, used=60, deadline="mon 12:00", state="running")

    def test_met_or_missed_at_the_hand_over(self):
        for text, outcome, breached in (
            ("mon 10:00", "met", False),
            ("mon 10:00:01", "missed", "mon 10:00"),
            ("mon 11:00", "missed", "mon 10:00"),
        ):
            with self.subTest(text=text):
                self.at("mon 08:00")
                ticket = self.create_ticket(team_id=self.desk.id, phase="working")
                self.hand_over(ticket, self.field, text)
                self.assertClock(
                    ticket,
                    agreement=self.desk_ola,
                    outcome=outcome,
                    breached=breached,
                    stopped=text,
                )

    def test_return_is_a_new_cycle(self):
        """With its own clock and its own deadline, each time."""
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 09:00")
        self.hand_over(ticket, self.desk, "mon 14:00")
        self.assertClock(
            ticket, agreement=self.desk_ola, cycle=2, used=0, deadline="mon 16:00"
        )
        self.hand_over(ticket, self.field, "mon 14:30")
        self.hand_over(ticket, self.desk, "mon 15:00")
        self.move(ticket, "closed", "mon 16:00")
        self.assertEqual(
            self.get_cycles(ticket, self.desk_ola),
            [
                (1, "mon 08:00", "mon 09:00", 60, "met"),
                (2, "mon 14:00", "mon 14:30", 30, "met"),
                (3, "mon 15:00", "mon 16:00", 60, "met"),
            ],
        )
        self.assertEqual(
            self.get_cycles(ticket, self.field_ola),
            [
                (1, "mon 09:00", "mon 14:00", 240, "missed"),
                (2, "mon 14:30", "mon 15:00", 30, "met"),
            ],
        )
        self.assertClock(ticket, used=420, outcome="missed")

    def test_two_olas_in_a_row(self):
        """The second team has all of its time, however late the first one was."""
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 16:00")
        self.move(ticket, "completed", "tue 10:00")
        self.assertClock(ticket, agreement=self.desk_ola, outcome="missed", used=420)
        self.assertClock(
            ticket,
            agreement=self.field_ola,
            outcome="met",
            used=180,
            deadline="tue 10:00",
        )

    def test_two_olas_of_one_team(self):
        """One is in force at a time: the first that fits."""
        urgent = self.create_ola(
            self.desk,
            {"completion": 30},
            sequence=1,
            service_ids=self.service.ids,
        )
        mail = self.create_ticket(team_id=self.desk.id, slm_service_id=self.service.id)
        self.assertClock(mail, agreement=urgent, deadline="mon 08:30")
        self.assertFalse(self.get_clock(mail, agreement=self.desk_ola))
        other = self.create_ticket(team_id=self.desk.id)
        self.assertClock(other, agreement=self.desk_ola, deadline="mon 10:00")

    def test_other_ola_takes_over_inside_a_cycle(self):
        """It looks at the whole cycle; the replaced one is cancelled as it stood."""
        mail_ola = self.create_ola(
            self.desk,
            {"completion": 30},
            sequence=1,
            service_ids=self.service.ids,
            calendar_id=self.always.id,
        )
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.at("mon 08:20")
        ticket.slm_service_id = self.service
        self.assertClock(
            ticket, agreement=self.desk_ola, state="cancelled", outcome="excluded"
        )
        self.assertClock(ticket, agreement=mail_ola, cycle=1, deadline="mon 08:30")
        self.at("mon 08:25")
        ticket.slm_service_id = False
        self.assertClock(
            ticket, agreement=self.desk_ola, cycle=1, used=25, deadline="mon 10:00"
        )

    def test_team_without_an_ola(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.spare, "mon 09:00")
        self.assertClock(ticket, agreement=self.desk_ola, state="stopped", used=60)
        running = ticket.slm_clock_ids.filtered(lambda c: c.state == "running")
        self.assertEqual(running.agreement_id, self.agreement)
        self.hand_over(ticket, self.desk, "mon 10:00")
        self.assertClock(ticket, agreement=self.desk_ola, cycle=2, deadline="mon 12:00")

    def test_ticket_without_a_team(self):
        ticket = self.create_ticket(phase="working")
        self.assertEqual(ticket.slm_clock_ids.agreement_id, self.agreement)
        self.hand_over(ticket, self.desk, "mon 09:00")
        self.assertClock(
            ticket, agreement=self.desk_ola, started="mon 09:00", deadline="mon 11:00"
        )
        self.at("mon 10:00")
        ticket.team_id = False
        self.assertClock(ticket, agreement=self.desk_ola, state="stopped", used=60)

    def test_other_service_hours_than_the_sla(self):
        self.desk_ola.calendar_id = self.always
        self.at("mon 16:30")
        ticket = self.create_ticket(team_id=self.desk.id)
        self.assertClock(ticket, agreement=self.desk_ola, deadline="mon 18:30")
        self.assertClock(ticket, deadline="tue 11:30")
        self.move(ticket, "completed", "mon 18:00")
        self.assertClock(ticket, agreement=self.desk_ola, used=90, outcome="met")
        self.assertClock(ticket, used=30)

    def test_ticket_without_an_sla(self):
        """An OLA holds beside the SLA, also where there is none."""
        ticket = self.create_ticket(
            partner_id=self.stranger.id, team_id=self.desk.id, phase="working"
        )
        self.assertFalse(ticket.slm_agreement_id)
        self.assertClock(ticket, agreement=self.desk_ola, deadline="mon 10:00")
        self.assertEqual(ticket.slm_status, "none")
        self.at("mon 10:01")
        self.run_cron()
        self.assertClock(ticket, agreement=self.desk_ola, breached="mon 10:00")
        self.assertEqual(ticket.slm_status, "none")

    def test_batch(self):
        tickets = self.create_ticket(team_id=self.desk.id, phase="working")
        tickets |= self.create_ticket(team_id=self.spare.id, phase="working")
        tickets |= self.create_ticket(phase="working")
        self.hand_over(tickets, self.field, "mon 09:00")
        for ticket in tickets:
            self.assertClock(ticket, agreement=self.field_ola, deadline="mon 12:00")
        self.assertClock(tickets[0], agreement=self.desk_ola, used=60)
        self.assertEqual(len(tickets.slm_clock_ids), 3 * 6 + 3)


class TestOlaLife(HoldersCase):
    """Pauses, ends and changes inside of a cycle."""

    def create_at_desk(self, phase="working", **vals):
        return self.create_ticket(team_id=self.desk.id, phase=phase, **vals)

    def test_customer_pauses(self):
        ticket = self.create_at_desk()
        self.move(ticket, "wait_customer", "mon 09:00")
        self.assertClock(
            ticket, agreement=self.desk_ola, state="paused", deadline=False, next=False
        )
        self.move(ticket, "working", "mon 11:00")
        self.assertClock(ticket, agreement=self.desk_ola, deadline="mon 12:00")
        self.assertClock(ticket, "closure", self.desk_ola, used=60)

    def test_supplier_pauses_only_if_agreed(self):
        for agreed, state, used in ((False, "running", 60), (True, "paused", 60)):
            with self.subTest(agreed=agreed):
                self.desk_ola.pause_supplier = agreed
                self.at("mon 08:00")
                ticket = self.create_at_desk()
                self.wait_for(ticket, self.vendor, "mon 09:00")
                self.assertClock(
                    ticket, agreement=self.desk_ola, state=state, used=used
                )
                self.assertClock(ticket, state="running")
                self.move(ticket, "working", "mon 10:00")
                used += 0 if agreed else 60
                self.assertClock(ticket, agreement=self.desk_ola, used=used)

    def test_sla_pauses_for_suppliers_and_the_ola_does_not(self):
        self.agreement.pause_supplier = True
        ticket = self.create_at_desk()
        self.wait_for(ticket, self.vendor, "mon 09:00")
        self.assertClock(ticket, state="paused")
        self.assertClock(ticket, agreement=self.desk_ola, state="running")

    def test_handed_over_in_a_pause(self):
        """The next team takes a paused clock over, and none of the time before."""
        ticket = self.create_at_desk()
        self.move(ticket, "wait_customer", "mon 09:00")
        self.hand_over(ticket, self.field, "mon 10:00")
        self.assertClock(ticket, agreement=self.desk_ola, used=60, outcome="met")
        self.assertClock(ticket, agreement=self.field_ola, state="paused", used=0)
        self.move(ticket, "working", "mon 13:00")
        self.assertClock(ticket, agreement=self.field_ola, deadline="mon 16:00")

    def test_cancelled_and_reopened_is_the_same_cycle(self):
        ticket = self.create_at_desk()
        self.move(ticket, "cancelled", "mon 09:00")
        self.assertClock(
            ticket, agreement=self.desk_ola, state="cancelled", outcome="excluded"
        )
        self.move(ticket, "working", "tue 08:00")
        self.assertClock(
            ticket, agreement=self.desk_ola, cycle=1, used=60, deadline="tue 09:00"
        )

    def test_handed_over_while_cancelled(self):
        """It stays cancelled; the time of the next team begins at the re-opening."""
        ticket = self.create_at_desk()
        self.move(ticket, "cancelled", "mon 09:00")
        self.hand_over(ticket, self.field, "mon 10:00")
        self.assertClock(
            ticket, agreement=self.desk_ola, state="cancelled", outcome="excluded"
        )
        self.assertClock(ticket, agreement=self.field_ola, state="cancelled", used=0)
        self.move(ticket, "working", "mon 11:00")
        self.assertClock(
            ticket, agreement=self.field_ola, cycle=1, used=0, deadline="mon 15:00"
        )
        self.assertClock(ticket, agreement=self.desk_ola, state="cancelled", used=60)

    def test_cancelled_and_reopened_after_a_return(self):
        ticket = self.create_at_desk()
        self.hand_over(ticket, self.field, "mon 09:00")
        self.hand_over(ticket, self.desk, "mon 10:00")
        self.move(ticket, "cancelled", "mon 10:30")
        self.assertEqual(
            [line[4] for line in self.get_cycles(ticket, self.desk_ola)],
            ["met", "excluded"],
        )
        self.move(ticket, "working", "mon 11:00")
        self.assertClock(
            ticket, agreement=self.desk_ola, cycle=2, used=30, deadline="mon 13:30"
        )

    def test_completed_and_reopened_in_the_same_team(self):
        """It resumes; the time it stood completed is not counted."""
        ticket = self.create_at_desk()
        self.move(ticket, "completed", "mon 09:00")
        self.assertClock(ticket, agreement=self.desk_ola, outcome="met", used=60)
        self.assertClock(ticket, "closure", self.desk_ola, state="running")
        self.move(ticket, "working", "tue 09:00")
        self.assertClock(
            ticket,
            agreement=self.desk_ola,
            cycle=1,
            state="running",
            used=60,
            deadline="tue 10:00",
            stopped=False,
        )

    def test_completed_and_reopened_by_another_team(self):
        """What the first team has delivered is not taken back."""
        ticket = self.create_at_desk()
        self.move(ticket, "completed", "mon 09:00")
        self.hand_over(
            ticket, self.field, "tue 09:00", stage_id=self.stages["working"].id
        )
        self.assertClock(
            ticket,
            agreement=self.desk_ola,
            state="stopped",
            stopped="mon 09:00",
            used=60,
        )
        self.assertClock(
            ticket, "closure", self.desk_ola, stopped="tue 09:00", used=540
        )
        self.assertClock(ticket, agreement=self.field_ola, used=0, deadline="tue 12:00")
        self.assertClock(ticket, used=60, deadline="tue 12:00")

    def test_priority_inside_a_cycle(self):
        """The used time stays; the new target holds from the change on."""
        target = self.prepare_target({"priority": "3", "completion": 90})
        self.desk_ola.target_ids = [Command.create(target)]
        ticket = self.create_at_desk()
        self.at("mon 09:00")
        ticket.priority = "3"
        self.assertClock(
            ticket, agreement=self.desk_ola, target=90, used=60, deadline="mon 09:30"
        )
        self.hand_over(ticket, self.field, "mon 09:10")
        self.at("mon 09:20")
        ticket.priority = "1"
        self.assertClock(ticket, agreement=self.desk_ola, target=90, used=70)
        self.hand_over(ticket, self.desk, "mon 09:30")
        self.assertClock(ticket, agreement=self.desk_ola, target=120, cycle=2)

    def test_priority_below_what_is_used(self):
        target = self.prepare_target({"priority": "3", "completion": 30})
        self.desk_ola.target_ids = [Command.create(target)]
        ticket = self.create_at_desk()
        self.at("mon 09:00")
        ticket.priority = "3"
        self.assertClock(ticket, agreement=self.desk_ola, breached="mon 09:00")

    def test_priority_without_a_promise(self):
        self.desk_ola.target_ids.priority = "1"
        ticket = self.create_at_desk()
        self.at("mon 09:00")
        ticket.priority = "0"
        self.assertClock(ticket, agreement=self.desk_ola, state="cancelled", used=60)
        self.at("mon 09:30")
        ticket.priority = "1"
        self.assertClock(
            ticket, agreement=self.desk_ola, state="running", deadline="mon 10:00"
        )

    def test_archived_and_restored(self):
        ticket = self.create_at_desk()
        self.at("mon 09:00")
        ticket.action_archive()
        self.assertClock(ticket, agreement=self.desk_ola, state="cancelled", next=False)
        self.at("tue 09:00")
        self.run_cron()
        ticket.action_unarchive()
        self.assertClock(
            ticket, agreement=self.desk_ola, cycle=1, used=60, deadline="tue 10:00"
        )

    def test_duplicate(self):
        ticket, original = self.create_at_desk(), self.create_at_desk()
        self.at("mon 09:00")
        ticket.duplicate_id = original
        self.assertClock(
            ticket, agreement=self.desk_ola, state="cancelled", outcome="excluded"
        )
        self.assertClock(original, agreement=self.desk_ola, state="running")

    def test_copy_begins_anew(self):
        ticket = self.create_at_desk()
        self.hand_over(ticket, self.field, "mon 09:00")
        copy = ticket.copy()
        self.assertClock(
            copy, agreement=self.field_ola, cycle=1, started="mon 09:00", used=0
        )
        self.assertFalse(self.get_clock(copy, agreement=self.desk_ola))

    def test_delete(self):
        ticket = self.create_at_desk()
        self.hand_over(ticket, self.field, "mon 09:00")
        clocks, shares = ticket.slm_clock_ids, ticket.slm_time_share_ids
        self.assertTrue(shares)
        ticket.unlink()
        self.assertFalse(clocks.exists())
        self.assertFalse(shares.exists())

    def test_hours_edited(self):
        """Open clocks are counted again, clocks of cycles that are over never."""
        desk_hours = self.create_calendar("Desk", (8, 12), (13, 17))
        (self.desk_ola | self.field_ola).calendar_id = desk_hours
        ticket = self.create_at_desk()
        self.hand_over(ticket, self.field, "mon 09:00")
        self.hand_over(ticket, self.desk, "mon 10:00")
        desk_hours.attendance_ids = week((9, 12), (13, 14))
        self.run_cron("replan")
        self.assertEqual(
            self.get_cycles(ticket, self.desk_ola),
            [
                (1, "mon 08:00", "mon 09:00", 60, "met"),
                (2, "mon 10:00", False, 0, "pending"),
            ],
        )
        self.move(ticket, "completed", "mon 16:00")
        self.assertClock(ticket, agreement=self.desk_ola, cycle=2, used=180)
        self.assertClock(ticket, agreement=self.desk_ola, breached="mon 12:00")
        self.assertEqual(
            self.get_cycles(ticket, self.desk_ola)[0],
            (1, "mon 08:00", "mon 09:00", 60, "met"),
        )

    def test_holiday_forgotten(self):
        """It is made good in the cycle that runs; the SLA on other hours stays."""
        desk_hours = self.create_calendar("Desk", (8, 12), (13, 17))
        self.desk_ola.calendar_id = desk_hours
        ticket = self.create_at_desk()
        self.at("mon 09:00")
        self.create_holiday("mon", "mon", calendar=desk_hours)
        self.run_cron("replan")
        self.assertClock(ticket, agreement=self.desk_ola, used=0, deadline="tue 10:00")
        self.assertClock(ticket, deadline="mon 12:00")
        self.assertEqual(len(self.get_events(ticket, "hours")), 1)

    def test_tickets_older_than_the_module(self):
        """They begin at their creation, with the team that they have today."""
        ticket = self.create_at_desk()
        query = "UPDATE helpdesk_ticket SET slm_facts = NULL WHERE id = %s"
        for table in ("slm_clock", "slm_ticket_event"):
            self.env.cr.execute(f"DELETE FROM {table} WHERE ticket_id = %s", ticket.ids)
        self.env.cr.execute(query, ticket.ids)
        self.env.invalidate_all()
        self.at("mon 09:00")
        ticket.action_slm_start()
        self.assertClock(ticket, agreement=self.desk_ola, started="mon 08:00", used=60)


class TestOlaBreach(HoldersCase):
    """A breach of an OLA or UC is recorded; nobody who requests reads of it."""

    def test_breach_is_an_event_and_no_note(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        messages = ticket.message_ids
        self.at("mon 10:01")
        for _run in range(2):
            self.run_cron()
        self.assertClock(
            ticket,
            agreement=self.desk_ola,
            breached="mon 10:00",
            outcome="missed",
            state="running",
            next=False,
        )
        event = self.get_events(ticket, "breach")
        self.assertEqual(event.at, moment("mon 10:00"))
        self.assertEqual(event.after["breach"]["agreement"], self.desk_ola.id)
        self.assertEqual(ticket.message_ids, messages)
        self.assertEqual(ticket.slm_status, "on_track")

    def test_at_risk_shows_the_sla_only(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.assertClock(ticket, agreement=self.desk_ola, risk="mon 09:36")
        self.at("mon 09:40")
        self.run_cron()
        self.assertEqual(ticket.slm_status, "on_track")

    def test_breach_in_a_later_cycle(self):
        """Each cycle breaches for itself."""
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 10:30")
        self.hand_over(ticket, self.desk, "mon 11:00")
        self.assertClock(ticket, agreement=self.desk_ola, cycle=2, breached=False)
        self.at("mon 14:01")
        self.run_cron()
        self.assertClock(ticket, agreement=self.desk_ola, breached="mon 14:00")
        marks = [
            mark.get("cycle", 1)
            for mark in self.get_events(ticket, "breach").mapped(
                lambda event: event.after["breach"]
            )
            if mark["agreement"] == self.desk_ola.id and mark["metric"] == "completion"
        ]
        self.assertEqual(marks, [1, 2])

    def test_breach_by_a_hand_over_before_the_cron(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 10:30")
        self.assertClock(ticket, agreement=self.desk_ola, breached="mon 10:00")
        self.run_cron()
        breaches = self.get_events(ticket, "breach")
        self.assertEqual(len(breaches), 1)
        self.assertFalse(self.get_breach_notes(ticket))

    def test_sla_breach_is_told_and_names_no_ola(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.at("mon 13:30")
        self.run_cron()
        note = self.get_breach_notes(ticket)
        self.assertEqual(len(note), 1)
        self.assertEqual(note.body.count("<li>"), 1, "of the SLA, not of the OLA")
        self.assertEqual(ticket.slm_status, "breached")

    def test_breach_of_a_supplier(self):
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor)
        self.at("mon 12:30")
        self.move(ticket, "wait_customer", "mon 14:00")
        self.assertClock(ticket, agreement=self.vendor_uc, breached="mon 12:00")
        kinds = [
            e.after["breach"]["agreement"] for e in self.get_events(ticket, "breach")
        ]
        self.assertIn(self.vendor_uc.id, kinds)


class TestOlaResponse(HoldersCase):
    """When a team has responded."""

    def assertResponse(self, ticket, agreement, **expected):
        self.assertClock(ticket, "response", agreement, **expected)

    def test_new_ticket_leaves_waiting(self):
        ticket = self.create_ticket(team_id=self.desk.id)
        self.assertResponse(ticket, self.desk_ola, deadline="mon 08:30")
        self.move(ticket, "working", "mon 08:10")
        self.assertResponse(
            ticket, self.desk_ola, state="stopped", used=10, outcome="met"
        )

    def test_new_ticket_is_answered(self):
        ticket = self.create_ticket(team_id=self.desk.id)
        self.answer(ticket, "mon 08:10")
        self.assertResponse(ticket, self.desk_ola, stopped="mon 08:10", outcome="met")
        self.assertResponse(ticket, self.agreement, stopped="mon 08:10")

    def test_new_ticket_is_assigned(self):
        """Whom it is given to has not looked at it yet."""
        ticket = self.create_ticket(team_id=self.desk.id)
        self.at("mon 08:10")
        ticket.user_id = self.agent
        self.assertResponse(ticket, self.desk_ola, state="running")

    def test_new_ticket_handed_on_unread(self):
        """The second team gets it in waiting, so it has to react, too."""
        ticket = self.create_ticket(team_id=self.desk.id)
        self.hand_over(ticket, self.field, "mon 08:20")
        self.assertResponse(ticket, self.desk_ola, stopped="mon 08:20", outcome="met")
        self.assertResponse(ticket, self.field_ola, deadline="mon 09:20")
        self.move(ticket, "working", "mon 08:40")
        self.assertResponse(ticket, self.field_ola, used=20, outcome="met")

    def test_later_team_assigns_somebody(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 09:00")
        self.assertResponse(ticket, self.field_ola, state="running")
        self.move(ticket, "waiting", "mon 09:05")
        self.move(ticket, "working", "mon 09:10")
        self.assertResponse(ticket, self.field_ola, state="running")
        self.at("mon 09:20")
        ticket.user_id = self.agent
        self.assertResponse(ticket, self.field_ola, used=20, outcome="met")
        self.at("mon 09:30")
        ticket.user_id = False
        self.assertResponse(ticket, self.field_ola, stopped="mon 09:20")

    def test_later_team_answers(self):
        """The answer of the first team was not its own."""
        ticket = self.create_ticket(team_id=self.desk.id)
        self.answer(ticket, "mon 08:10")
        self.hand_over(
            ticket, self.field, "mon 09:00", stage_id=self.stages["working"].id
        )
        self.assertResponse(ticket, self.field_ola, state="running")
        self.answer(ticket, "mon 09:15")
        self.assertResponse(ticket, self.field_ola, used=15, outcome="met")
        self.hand_over(ticket, self.desk, "mon 10:00")
        self.assertResponse(ticket, self.desk_ola, cycle=2, state="running")
        self.assertResponse(ticket, self.agreement, stopped="mon 08:10")

    def test_later_team_completes(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 09:00")
        self.move(ticket, "completed", "mon 09:30")
        self.assertResponse(ticket, self.field_ola, used=30, outcome="met")

    def test_handed_over_to_somebody(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 09:00", user_id=self.agent.id)
        self.assertResponse(ticket, self.field_ola, used=0, outcome="met")

    def test_later_team_waits(self):
        """Before it has responded, the customer pauses; the supplier if agreed."""
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 09:00")
        self.move(ticket, "wait_customer", "mon 09:10")
        self.assertResponse(ticket, self.field_ola, state="paused", used=10)
        self.wait_for(ticket, self.vendor, "mon 09:20")
        self.assertResponse(ticket, self.field_ola, state="running")
        self.field_ola.pause_supplier = True
        ticket.priority = "2"
        self.assertResponse(ticket, self.field_ola, state="paused", used=10)

    def test_answer_without_a_team(self):
        ticket = self.create_ticket()
        self.answer(ticket, "mon 08:10")
        self.hand_over(ticket, self.field, "mon 08:20")
        self.assertResponse(ticket, self.field_ola, state="running")


class TestUc(HoldersCase):
    """A supplier has his clocks while a ticket waits for him."""

    def test_runs_while_it_waits(self):
        ticket = self.create_ticket(phase="working", slm_supplier_id=self.vendor.id)
        self.assertFalse(self.get_clock(ticket, agreement=self.vendor_uc))
        self.move(ticket, "wait_supplier", "mon 09:00")
        for metric, deadline in (
            ("response", "mon 10:00"),
            ("completion", "mon 14:00"),
            ("closure", "tue 09:00"),
        ):
            self.assertClock(
                ticket,
                metric,
                self.vendor_uc,
                kind="uc",
                cycle=1,
                state="running",
                started="mon 09:00",
                deadline=deadline,
            )
        self.move(ticket, "working", "mon 10:30")
        self.assertClock(
            ticket,
            agreement=self.vendor_uc,
            stopped="mon 10:30",
            used=90,
            outcome="met",
        )
        self.assertClock(ticket, "response", self.vendor_uc, outcome="missed")

    def test_any_phase_ends_it(self):
        for phase in ("waiting", "working", "wait_customer", "completed", "closed"):
            with self.subTest(phase=phase):
                self.at("mon 08:00")
                ticket = self.create_ticket(phase="working")
                self.wait_for(ticket, self.vendor)
                self.move(ticket, phase, "mon 09:00")
                self.assertClock(
                    ticket, agreement=self.vendor_uc, state="stopped", used=60
                )

    def test_waits_again(self):
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor, "mon 08:00")
        self.move(ticket, "working", "mon 09:00")
        self.move(ticket, "wait_supplier", "mon 10:00")
        self.move(ticket, "closed", "mon 16:00")
        self.assertEqual(
            self.get_cycles(ticket, self.vendor_uc),
            [
                (1, "mon 08:00", "mon 09:00", 60, "met"),
                (2, "mon 10:00", "mon 16:00", 300, "missed"),
            ],
        )

    def test_other_supplier_has_other_clocks(self):
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor, "mon 08:00")
        self.wait_for(ticket, self.carrier, "mon 09:00")
        self.assertClock(ticket, agreement=self.vendor_uc, used=60, state="stopped")
        self.assertClock(
            ticket, agreement=self.carrier_uc, used=0, deadline="mon 14:00"
        )
        self.wait_for(ticket, self.vendor, "mon 10:00")
        self.assertClock(ticket, agreement=self.vendor_uc, cycle=2, used=0)
        self.assertClock(ticket, agreement=self.carrier_uc, used=60, state="stopped")

    def test_supplier_is_merged(self):
        """Two contacts of one supplier become one: he has had the ticket all along."""
        twin = self.env["res.partner"].create({"name": "Twin", "is_company": True})
        ticket = self.create_ticket(phase="working", team_id=self.desk.id)
        self.wait_for(ticket, self.vendor, "mon 09:00")
        self.at("mon 10:00")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.vendor | twin).ids, dst_partner=twin)
        self.env.invalidate_all()
        self.at("mon 11:00")
        ticket.priority = "3"
        self.move(ticket, "working", "mon 11:30")
        self.assertEqual(
            self.get_cycles(ticket, self.vendor_uc),
            [(1, "mon 09:00", "mon 11:30", 150, "met")],
        )
        self.assertEqual(self.get_stored(ticket), {"Desk": 60, "Twin": 150})

    def test_supplier_without_a_contract(self):
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.stranger)
        self.assertEqual(ticket.slm_clock_ids.agreement_id, self.agreement)

    def test_supplier_is_named_later(self):
        """His time begins when he is named."""
        ticket = self.create_ticket(phase="wait_supplier")
        self.at("mon 09:00")
        ticket.slm_supplier_id = self.vendor
        self.assertClock(ticket, agreement=self.vendor_uc, started="mon 09:00", used=0)
        self.at("mon 10:00")
        ticket.slm_supplier_id = False
        self.assertClock(ticket, agreement=self.vendor_uc, state="stopped", used=60)

    def test_team_changes_while_it_waits(self):
        """The supplier goes on, and so does the OLA of whoever holds the ticket."""
        ticket = self.create_ticket(phase="working", team_id=self.desk.id)
        self.wait_for(ticket, self.vendor, "mon 08:00")
        self.hand_over(ticket, self.field, "mon 09:00")
        self.assertClock(ticket, agreement=self.vendor_uc, cycle=1, state="running")
        self.assertClock(ticket, agreement=self.desk_ola, used=60, state="stopped")
        self.assertClock(ticket, agreement=self.field_ola, state="running")

    def test_pause_of_an_sla_does_not_pause_the_supplier(self):
        self.agreement.pause_supplier = True
        self.vendor_uc.pause_supplier = True
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor, "mon 09:00")
        self.assertClock(ticket, state="paused", used=60)
        self.assertClock(ticket, agreement=self.vendor_uc, state="running")

    def test_cancelled(self):
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor, "mon 09:00")
        self.move(ticket, "cancelled", "mon 10:00")
        self.assertClock(
            ticket, agreement=self.vendor_uc, state="cancelled", outcome="excluded"
        )
        self.move(ticket, "wait_supplier", "mon 11:00")
        self.assertClock(
            ticket, agreement=self.vendor_uc, cycle=2, used=0, deadline="mon 16:00"
        )

    def test_archived_while_it_waits(self):
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor, "mon 09:00")
        self.at("mon 10:00")
        ticket.action_archive()
        self.assertClock(ticket, agreement=self.vendor_uc, state="cancelled")
        self.at("mon 11:00")
        ticket.action_unarchive()
        self.assertClock(
            ticket, agreement=self.vendor_uc, cycle=1, used=60, deadline="mon 15:00"
        )

    def test_answer_is_not_the_suppliers(self):
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor, "mon 09:00")
        self.answer(ticket, "mon 09:10")
        self.assertClock(ticket, "response", self.vendor_uc, state="running")


class TestOlaUcMatching(HoldersCase):
    """Which OLA and which UC holds."""

    def assertOla(self, ticket, ola):
        found = ticket.slm_clock_ids.filtered(lambda c: c.kind == "ola").agreement_id
        self.assertEqual(found, ola)

    def assertUc(self, supplier, uc, **vals):
        ticket = self.create_ticket(
            phase="wait_supplier", slm_supplier_id=supplier.id, **vals
        )
        found = ticket.slm_clock_ids.filtered(lambda c: c.kind == "uc").agreement_id
        self.assertEqual(found, uc)

    def test_services_of_an_ola(self):
        self.desk_ola.service_ids = self.service
        none = self.env["slm.agreement"]
        for service, ola in (
            (self.service, self.desk_ola),
            (self.other_service, none),
            (self.service.browse(), none),
        ):
            vals = {"slm_service_id": service.id}
            self.assertOla(self.create_ticket(team_id=self.desk.id, **vals), ola)

    def test_kinds_of_an_ola(self):
        self.desk_ola.process_kind_ids = self.env.ref(
            "slm_management.process_kind_incident"
        )
        for kind, ola in (
            ("incident", self.desk_ola),
            ("request", self.env["slm.agreement"]),
            (False, self.env["slm.agreement"]),
        ):
            ticket = self.create_ticket(team_id=self.desk.id, slm_process_kind=kind)
            self.assertOla(ticket, ola)

    def test_state_of_an_ola(self):
        for ola in (
            self.create_ola(self.spare, DESK, activate=False),
            self.create_ola(self.spare, DESK, active=False),
        ):
            ticket = self.create_ticket(team_id=self.spare.id)
            self.assertOla(ticket, ola.browse())
        self.desk_ola.action_terminate()
        ticket = self.create_ticket(team_id=self.desk.id)
        self.assertOla(ticket, self.desk_ola.browse())

    def test_ola_of_another_company(self):
        """A team of all companies has the OLA of the ticket's company."""
        other = self._create_company(name="Other Company")
        shared = self.desk.create({"name": "Shared", "company_id": False})
        hours = self.create_calendar("Other", (8, 12), company_id=other.id)
        foreign = self.create_ola(
            shared, DESK, company_id=other.id, calendar_id=hours.id, sequence=1
        )
        ticket = self.create_ticket(team_id=shared.id)
        self.assertEqual(ticket.company_id, self.company)
        self.assertOla(ticket, foreign.browse())
        own = self.create_ola(shared, FIELD)
        self.assertOla(self.create_ticket(team_id=shared.id), own)

    def test_day_of_creation(self):
        """In force is what was when the ticket came in, also for a later team."""
        self.field_ola.date_end = "2024-01-08"
        later = self.create_ola(self.field, FIELD, date_start="2024-01-09")
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "tue 09:00")
        self.assertClock(ticket, agreement=self.field_ola, state="running")
        self.assertFalse(self.get_clock(ticket, agreement=later))
        fresh = self.create_ticket(team_id=self.field.id)
        self.assertOla(fresh, later)

    def test_expired_ola_is_none(self):
        self.desk_ola.date_end = "2024-01-05"
        ticket = self.create_ticket(team_id=self.desk.id)
        self.assertOla(ticket, self.desk_ola.browse())
        self.assertFalse(ticket.slm_expired_agreement_id, "that is the SLA's")

    def test_ola_is_no_sla(self):
        """Nobody is promised an OLA, not even if it is published by mistake."""
        line = {"partner_id": self.stranger.id}
        ola = self.create_ola(self.spare, DESK, publication_ids=[Command.create(line)])
        ticket = self.create_ticket(partner_id=self.stranger.id)
        self.assertFalse(ticket.slm_agreement_id)
        self.assertFalse(self.get_clock(ticket, agreement=ola))

    def test_supplier_belongs_to_his_company(self):
        person = self.env["res.partner"].create(
            {"name": "Hot line", "parent_id": self.vendor.id}
        )
        self.assertUc(person, self.vendor_uc)
        own = self.create_uc(person, SUPPLIER)
        self.assertUc(person, own)
        self.assertUc(self.vendor, self.vendor_uc)

    def test_services_of_a_uc(self):
        self.vendor_uc.service_ids = self.service
        self.assertUc(self.vendor, self.vendor_uc, slm_service_id=self.service.id)
        self.assertUc(
            self.vendor, self.vendor_uc.browse(), slm_service_id=self.other_service.id
        )

    def test_day_of_creation_for_a_uc(self):
        self.vendor_uc.date_end = "2024-01-08"
        later = self.create_uc(self.vendor, SUPPLIER, date_start="2024-01-09")
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor, "wed 09:00")
        self.assertClock(ticket, agreement=self.vendor_uc, state="running")
        self.assertUc(self.vendor, later)

    def test_uc_of_another_company(self):
        other = self._create_company(name="Other Company")
        hours = self.create_calendar("Other", (8, 12), company_id=other.id)
        foreign = self.create_uc(
            self.stranger, SUPPLIER, company_id=other.id, calendar_id=hours.id
        )
        self.assertUc(self.stranger, foreign.browse())


class TestNewVersion(HoldersCase):
    """Tickets keep the version that they had, unless the new one is applied."""

    def create_next(self, agreement, **minutes):
        """What takes the place of an agreement, as an approved version does."""
        values = {f"{metric}_minutes": value for metric, value in minutes.items()}
        agreement.date_end = "2024-01-08"
        copy = agreement.copy({"date_start": "2024-01-09", "date_end": False})
        copy.target_ids.write(values)
        copy.action_activate()
        return copy

    def apply(self, ticket, agreement, text):
        self.at(text)
        self.env["slm.clockwork"]._apply(ticket, agreement)
        self.env.invalidate_all()

    def test_running_ticket_keeps_its_version(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.create_next(self.desk_ola, completion=30)
        self.hand_over(ticket, self.field, "tue 09:00")
        self.hand_over(ticket, self.desk, "tue 10:00")
        self.assertClock(ticket, agreement=self.desk_ola, cycle=2, target=120)

    def test_apply(self):
        """The new one looks at the whole cycle; the old one is cancelled."""
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        new = self.create_next(self.desk_ola, completion=180)
        self.apply(ticket, new, "mon 09:00")
        self.assertClock(ticket, agreement=self.desk_ola, state="cancelled", used=60)
        self.assertClock(
            ticket, agreement=new, cycle=1, used=60, target=180, deadline="mon 11:00"
        )
        event = ticket.slm_event_ids.sorted("id")[-1]
        self.assertEqual((event.kind, event.user_id), ("agreement", self.env.user))
        self.assertIn(new.name, event.note)

    def test_apply_a_shorter_one(self):
        """Late by the change: at the change, and no note."""
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        new = self.create_next(self.desk_ola, completion=30)
        self.apply(ticket, new, "mon 09:00")
        self.assertClock(ticket, agreement=new, breached="mon 09:00")
        self.assertFalse(self.get_breach_notes(ticket))

    def test_apply_a_contract(self):
        """Also before the ticket waits: it is in force when it does."""
        ticket = self.create_ticket(phase="working", slm_supplier_id=self.vendor.id)
        new = self.create_next(self.vendor_uc, completion=60)
        self.apply(ticket, new, "mon 09:00")
        self.move(ticket, "wait_supplier", "mon 10:00")
        self.assertClock(ticket, agreement=new, target=60, deadline="mon 11:00")
        self.assertFalse(self.get_clock(ticket, agreement=self.vendor_uc))

    def test_applied_version_stays_until_the_team_changes(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        new = self.create_next(self.desk_ola, completion=180)
        self.apply(ticket, new, "mon 09:00")
        ticket.priority = "3"
        self.assertClock(ticket, agreement=new, state="running")


class TestBudget(HoldersCase):
    """The number of queries does not follow the number of tickets."""

    def count(self, tickets, **vals):
        """Queries that a write takes, without those that core needs for it."""
        clockwork = self.env.registry["slm.clockwork"]
        with patch.object(clockwork, "_sync", lambda self, *args: None):
            without = self.count_queries(tickets, vals)
        return self.count_queries(tickets, vals) - without

    def count_queries(self, tickets, vals):
        for _run in ("warms up", "counts"):
            self.env.flush_all()
            self.env.invalidate_all()
            with closing(self.cr.savepoint(flush=False)):
                before = self.cr.sql_log_count
                tickets.write(vals)
                self.env.flush_all()
                counted = self.cr.sql_log_count - before
            self.env.transaction.clear()
        return counted

    def create_many(self, number, **vals):
        vals = {"name": "One of many", "description": "x", "priority": "1"} | vals
        vals |= {"partner_id": self.person.id, "team_id": self.desk.id}
        return self.env["helpdesk.ticket"].create([dict(vals) for _n in range(number)])

    def assertBudget(self, prepare, **vals):
        counted = {}
        for number in (5, 50):
            tickets = self.create_many(number)
            prepare(tickets)
            counted[number] = self.count(tickets, **vals)
        self.assertEqual(counted[5], counted[50])
        self.assertLessEqual(counted[50], 25)

    def later(self):
        self.at(fields.Datetime.add(fields.Datetime.now(), minutes=10))

    def test_hand_over(self):
        self.assertBudget(lambda tickets: self.later(), team_id=self.field.id)

    def test_return(self):
        def prepare(tickets):
            self.later()
            self.hand_over(tickets, self.field)
            self.later()

        self.assertBudget(prepare, team_id=self.desk.id)

    def test_waiting_for_a_supplier(self):
        stage = self.stages["wait_supplier"]
        vals = {"stage_id": stage.id, "slm_supplier_id": self.vendor.id}
        self.assertBudget(lambda tickets: self.later(), **vals)
