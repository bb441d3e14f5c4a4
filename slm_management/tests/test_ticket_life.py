# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import Form

from .common import SlmCommon, moment, tell


class TestCreation(SlmCommon):
    """Clocks start when the ticket is created, however that happens."""

    def test_create_in_hours(self):
        ticket = self.create_ticket()
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        self.assertDeadlines(ticket, "mon 09:00", "mon 12:00", "mon 17:00")
        self.assertEqual(len(ticket.slm_clock_ids), 3)
        for clock in ticket.slm_clock_ids:
            self.assertEqual(clock.state, "running")
            self.assertEqual(clock.outcome, "pending")
            self.assertEqual(clock.company_id, self.company)
            self.assertEqual(clock.calendar_id, self.office)
        self.assertEqual(ticket.slm_event_ids.mapped("kind"), ["created"])

    def test_create_around_hours(self):
        """Before, at and after the edges of service hours."""
        cases = (
            ("mon 06:00", "mon 09:00", "mon 12:00", "mon 17:00"),
            ("mon 08:00", "mon 09:00", "mon 12:00", "mon 17:00"),
            ("mon 16:59:59", "tue 08:59:59", "tue 11:59:59", "tue 16:59:59"),
            ("mon 17:00", "tue 09:00", "tue 12:00", "tue 17:00"),
            ("mon 22:00", "tue 09:00", "tue 12:00", "tue 17:00"),
            ("mon 12:00", "mon 14:00", "mon 17:00", "tue 12:00"),
            ("mon 12:30", "mon 14:00", "mon 17:00", "tue 12:00"),
            ("mon 11:30", "mon 13:30", "mon 16:30", "tue 11:30"),
            ("sat 10:00", "mon+1 09:00", "mon+1 12:00", "mon+1 17:00"),
        )
        for created, *deadlines in cases:
            with self.subTest(created=created):
                self.at(created)
                ticket = self.create_ticket()
                self.assertDeadlines(ticket, *deadlines)
                self.assertClock(ticket, "response", started=created)

    def test_create_on_holiday(self):
        self.create_holiday("mon", "mon")
        self.at("mon 10:00")
        ticket = self.create_ticket()
        self.assertDeadlines(ticket, "tue 09:00", "tue 12:00", "tue 17:00")

    def test_create_before_long_weekend(self):
        """Half an hour before four days off."""
        self.create_holiday("fri", "fri")
        self.create_holiday("mon+1", "mon+1")
        self.at("thu 16:30")
        ticket = self.create_ticket()
        self.assertDeadlines(ticket, "tue+1 08:30", "tue+1 11:30", "tue+1 16:30")

    def test_create_by_form(self):
        form = Form(self.env["helpdesk.ticket"].with_user(self.agent))
        form.name = "By form"
        form.description = "What an agent types"
        form.partner_id = self.person
        ticket = form.save()
        self.assertDeadlines(ticket, "mon 09:00", "mon 12:00", "mon 17:00")
        self.assertEqual(ticket.slm_event_ids.user_id, self.agent)

    def test_create_by_user_without_rights(self):
        """A helpdesk user needs none of our groups to get an agreement."""
        form = Form(self.env["helpdesk.ticket"].with_user(self.helpdesk_user))
        form.name = "By somebody else"
        form.description = "Without our groups"
        form.partner_id = self.person
        ticket = form.save().sudo()
        self.assertDeadlines(ticket, "mon 09:00", "mon 12:00", "mon 17:00")
        self.assertEqual(ticket.slm_event_ids.user_id, self.helpdesk_user)

    def test_create_as_portal_and_public(self):
        """As the portal's controllers do: in sudo, with an acting user of no rights."""
        public = self.env.ref("base.public_user")
        for user in (self.portal_user, public):
            with self.subTest(user=user.login):
                tickets = self.env["helpdesk.ticket"].with_user(user).sudo()
                ticket = tickets.create(
                    {
                        "name": "Portal",
                        "description": "x",
                        "partner_id": self.person.id,
                        "company_id": self.company.id,
                    }
                )
                self.assertDeadlines(ticket, "mon 09:00", "mon 12:00", "mon 17:00")
                self.assertEqual(ticket.slm_event_ids.user_id, user)
                ticket.stage_id = self.stages["working"]
                self.assertClock(ticket, "response", state="stopped")
                event = self.get_events(ticket, "phase")
                self.assertEqual(event.user_id, user)

    def test_create_by_import(self):
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": "slm_test.person", "record": self.person, "noupdate": True}]
        )
        result = self.env["helpdesk.ticket"].load(
            ["name", "description", "partner_id/id", "priority"],
            [
                ["First", "x", "slm_test.person", "Medium"],
                ["Second", "y", "slm_test.person", "Very High"],
            ],
        )
        self.assertFalse(result["messages"])
        first, second = self.env["helpdesk.ticket"].browse(result["ids"])
        self.assertDeadlines(first, "mon 09:00", "mon 12:00", "mon 17:00")
        self.assertDeadlines(second, "mon 08:30", "mon 10:00", "mon 12:00")

    def test_create_at_time_of_import(self):
        """An importer says when a ticket was created, and when it was changed."""
        tickets = self.env["helpdesk.ticket"].with_context(slm_silent=True)
        self.at("wed 10:00")
        ticket = tickets.with_context(slm_at=moment("mon 10:00")).create(
            {"name": "Old", "description": "x", "partner_id": self.person.id}
        )
        self.assertDeadlines(ticket, "mon 11:00", "mon 15:00", "tue 10:00")
        ticket = ticket.with_context(slm_at=moment("mon 10:30"))
        ticket.stage_id = self.stages["working"]
        ticket = ticket.with_context(slm_at=moment("mon 16:00"))
        ticket.stage_id = self.stages["closed"]
        self.assertClock(ticket, "response", stopped="mon 10:30", outcome="met")
        self.assertClock(ticket, breached="mon 15:00", outcome="missed")
        self.assertClock(ticket, "closure", stopped="mon 16:00", outcome="met")
        self.assertFalse(self.get_breach_notes(ticket))

    def test_create_late_raises_one_alarm(self):
        """A ticket entered after the fact is late at once: one note, all metrics."""
        self.at("wed 10:00")
        tickets = self.env["helpdesk.ticket"].with_context(slm_at=moment("mon 10:00"))
        ticket = tickets.create(
            {"name": "Old", "description": "x", "partner_id": self.person.id}
        )
        self.assertEqual(ticket.slm_status, "on_track", "as it was at that time")
        ticket = ticket.with_context(slm_at=None)
        for _run in range(2):
            self.run_cron()
            self.assertEqual(ticket.slm_status, "breached")
            self.assertEqual(len(self.get_breach_notes(ticket)), 1)
        self.assertClock(ticket, "response", breached="mon 11:00")
        self.assertClock(ticket, "completion", breached="mon 15:00")

    def test_create_many(self):
        vals = {"name": "One of many", "description": "x"}
        tickets = self.env["helpdesk.ticket"].create(
            [
                vals | {"partner_id": self.person.id},
                vals | {"partner_id": self.person.id, "priority": "3"},
                vals | {"partner_id": self.stranger.id},
                vals,
            ]
        )
        self.assertDeadlines(tickets[0], "mon 09:00", "mon 12:00", "mon 17:00")
        self.assertDeadlines(tickets[1], "mon 08:30", "mon 10:00", "mon 12:00")
        for ticket in tickets[2:]:
            self.assertDeadlines(ticket)
            self.assertEqual(ticket.slm_status, "none")
            self.assertEqual(ticket.slm_event_ids.mapped("kind"), ["created"])

    def test_create_in_any_phase(self):
        """Imports and automation create tickets that are past waiting."""
        cases = {
            "working": ("stopped", "running", "running"),
            "wait_customer": ("stopped", "paused", "paused"),
            "wait_supplier": ("stopped", "running", "running"),
            "completed": ("stopped", "stopped", "running"),
            "closed": ("stopped", "stopped", "stopped"),
            "cancelled": ("cancelled", "cancelled", "cancelled"),
        }
        for phase, states in cases.items():
            with self.subTest(phase=phase):
                ticket = self.create_ticket(phase=phase)
                shown = [
                    self.get_clock(ticket, metric).state
                    for metric in ("response", "completion", "closure")
                ]
                self.assertEqual(shown, list(states))
                self.assertEqual(
                    set(ticket.slm_clock_ids.mapped("elapsed_seconds")), {0}
                )

    def test_target_without_metric(self):
        """Nothing promised for a metric: no clock for it."""
        self.agreement.target_ids.write({"closure_minutes": 0, "response_minutes": 0})
        ticket = self.create_ticket()
        self.assertEqual(ticket.slm_clock_ids.mapped("metric"), ["completion"])
        self.assertDeadlines(ticket, completion="mon 12:00")

    def test_target_of_two_years(self):
        """Beyond what is usually compiled."""
        self.agreement.target_ids.write({"closure_minutes": 5 * 260 * 480})
        ticket = self.create_ticket()
        self.assertEqual(ticket.slm_closure_deadline.year, 2028)
        clock = self.get_clock(ticket, "closure")
        story = self.env["slm.explanation"].create({"clock_id": clock.id})._get_lines()
        self.assertEqual(story[-1]["what"], "deadline")


class TestLife(SlmCommon):
    """Response, completion, closure; pauses; the status that a ticket shows."""

    def test_response_stops_when_work_begins(self):
        ticket = self.create_ticket()
        self.move(ticket, "working", "mon 08:20")
        self.assertClock(
            ticket,
            "response",
            state="stopped",
            outcome="met",
            used=20,
            stopped="mon 08:20",
            next=False,
        )
        self.assertClock(ticket, state="running", deadline="mon 12:00")

    def test_response_never_restarts(self):
        ticket = self.create_ticket()
        self.move(ticket, "working", "mon 08:20")
        self.move(ticket, "waiting", "mon 08:40")
        self.at("mon 16:00")
        self.run_cron()
        self.assertClock(ticket, "response", stopped="mon 08:20", outcome="met")

    def test_completion_and_closure(self):
        ticket = self.create_ticket()
        self.move(ticket, "working", "mon 08:20")
        self.move(ticket, "completed", "mon 10:00")
        self.assertClock(ticket, state="stopped", outcome="met", used=120)
        self.assertClock(ticket, "closure", state="running", deadline="mon 17:00")
        self.move(ticket, "closed", "mon 16:00")
        self.assertClock(ticket, stopped="mon 10:00", used=120)
        self.assertClock(ticket, "closure", state="stopped", outcome="met", used=420)

    def test_straight_to_closed(self):
        """All three stop when a ticket is closed at once."""
        ticket = self.create_ticket()
        self.move(ticket, "closed", "mon 08:45")
        for metric in ("response", "completion", "closure"):
            self.assertClock(ticket, metric, state="stopped", used=45, outcome="met")

    def test_stop_exactly_at_target(self):
        ticket = self.create_ticket()
        self.move(ticket, "closed", "mon 09:00")
        self.assertClock(ticket, "response", outcome="met", used=60, breached=False)

    def test_stop_a_second_late(self):
        ticket = self.create_ticket()
        self.move(ticket, "closed", "mon 09:00:01")
        self.assertClock(ticket, "response", outcome="missed", breached="mon 09:00")
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)

    def test_stop_in_closed_hours_after_target(self):
        """Exactly the target is used until lunch; nobody uses more during lunch."""
        ticket = self.create_ticket()
        self.move(ticket, "completed", "mon 12:40")
        self.assertClock(ticket, outcome="met", used=240, breached=False)
        self.move(ticket, "closed", "mon 23:00")
        self.assertClock(ticket, "closure", outcome="met", used=480, breached=False)

    def test_pause_and_resume(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 10:00")
        self.assertClock(ticket, state="paused", used=120, deadline=False, next=False)
        self.assertDeadlines(ticket, "mon 09:00")
        self.move(ticket, "working", "mon 14:00")
        self.assertClock(ticket, state="running", used=120, deadline="mon 16:00")
        self.assertClock(ticket, "closure", deadline="tue 11:00")

    def test_pause_outside_hours(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 19:00")
        self.move(ticket, "working", "tue 07:00")
        self.assertClock(ticket, "closure", used=480, outcome="pending")
        self.assertClock(ticket, "closure", deadline="mon 17:00", breached=False)

    def test_pause_over_weekend_and_holiday(self):
        self.create_holiday("mon+1", "mon+1")
        self.at("fri 15:00")
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "fri 16:00")
        self.move(ticket, "working", "tue+1 10:00")
        self.assertClock(ticket, used=60, deadline="tue+1 14:00")

    def test_pause_of_no_length(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 10:00")
        self.move(ticket, "working")
        self.assertClock(ticket, state="running", used=120, deadline="mon 12:00")

    def test_pause_after_pause(self):
        """Paused for one reason, then for another."""
        self.agreement.pause_supplier = True
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 10:00")
        self.move(ticket, "wait_supplier", "mon 11:00")
        self.assertClock(ticket, state="paused", used=120)
        self.move(ticket, "wait_customer", "mon 15:00")
        self.move(ticket, "working", "mon 16:00")
        self.assertClock(ticket, state="running", used=120, deadline="tue 09:00")

    def test_supplier_pauses_by_agreement_only(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_supplier", "mon 10:00")
        self.assertClock(ticket, state="running", deadline="mon 12:00")
        self.agreement.pause_supplier = True
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_supplier", "mon 10:30")
        self.assertClock(ticket, state="paused", used=30)

    def test_started_paused(self):
        ticket = self.create_ticket(phase="wait_customer")
        self.assertClock(ticket, state="paused", used=0, deadline=False, next=False)
        self.move(ticket, "working", "wed 08:00")
        self.assertClock(ticket, started="mon 08:00", used=0, deadline="wed 12:00")

    def test_paused_straight_to_done_after_deadline(self):
        """Resolved from a hold, long after the deadline that it would have had."""
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 09:00")
        self.at("thu 09:00")
        self.run_cron()
        self.move(ticket, "closed")
        self.assertClock(ticket, state="stopped", outcome="met", used=60)
        self.assertClock(ticket, "closure", state="stopped", outcome="met", used=60)
        self.assertEqual(ticket.slm_status, "met")
        self.at("fri+3 09:00")
        self.run_cron()
        self.assertEqual(ticket.slm_status, "met")
        self.assertFalse(self.get_breach_notes(ticket))

    def test_paused_to_completed_and_back_in_one_write(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 09:00")
        self.at("mon 15:00")
        ticket.write({"stage_id": self.stages["completed"].id, "priority": "3"})
        self.assertClock(ticket, state="stopped", used=60, stopped="mon 15:00")

    def test_status_and_next_deadline(self):
        """What the ticket shows, through all that it can be."""
        ticket = self.create_ticket()
        shown = [("created", ticket.slm_status, tell(ticket.slm_deadline))]

        def step(name, text, phase=None):
            self.at(text)
            if phase:
                self.move(ticket, phase)
            self.run_cron()
            shown.append((name, ticket.slm_status, tell(ticket.slm_deadline)))

        step("response at 48 of 60 minutes", "mon 08:48")
        step("working", "mon 08:50", "working")
        step("paused", "mon 09:00", "wait_customer")
        step("working again", "mon 10:00", "working")
        step("at risk", "mon 13:20")
        step("completed", "mon 13:30", "completed")
        step("closed", "mon 14:30", "closed")
        step("working once more", "mon 15:00", "working")
        step("late", "tue 15:00")
        step("paused while late", "tue 15:01", "wait_customer")
        step("closed late", "tue 15:02", "closed")
        step("cancelled", "tue 15:03", "cancelled")
        expected = [
            ("created", "on_track", "mon 09:00"),
            ("response at 48 of 60 minutes", "at_risk", "mon 09:00"),
            ("working", "on_track", "mon 12:00"),
            ("paused", "paused", False),
            ("working again", "on_track", "mon 14:00"),
            ("at risk", "at_risk", "mon 14:00"),
            ("completed", "on_track", "tue 09:00"),
            ("closed", "met", False),
            ("working once more", "at_risk", "mon 15:30"),
            ("late", "breached", "mon 15:30"),
            ("paused while late", "breached", False),
            ("closed late", "breached", False),
            ("cancelled", "breached", False),
        ]
        self.assertEqual(shown, expected)

    def test_status_without_agreement(self):
        ticket = self.create_ticket(partner_id=self.stranger.id)
        self.assertEqual(ticket.slm_status, "none")
        self.assertFalse(ticket.slm_clock_ids)
        self.assertFalse(ticket.slm_deadline)


class TestChange(SlmCommon):
    """What is changed in the middle of a ticket's life."""

    def test_priority_up(self):
        ticket = self.create_ticket(phase="working")
        self.at("mon 09:00")
        ticket.priority = "3"
        self.assertClock(ticket, target=120, used=60, deadline="mon 10:00")
        self.assertClock(ticket, "closure", target=240, deadline="mon 12:00")

    def test_priority_down(self):
        ticket = self.create_ticket(phase="working", priority="3")
        self.assertClock(ticket, deadline="mon 10:00")
        self.at("mon 09:00")
        ticket.priority = "1"
        self.assertClock(ticket, target=240, used=60, deadline="mon 12:00")

    def test_priority_up_after_pause(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 08:30")
        self.move(ticket, "working", "mon 10:00")
        self.at("mon 10:30")
        ticket.priority = "3"
        self.assertClock(ticket, used=60, deadline="mon 11:30")

    def test_priority_up_and_down_in_pause(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 08:30")
        self.at("mon 09:00")
        ticket.priority = "3"
        self.assertClock(ticket, state="paused", used=30, target=120, deadline=False)
        self.move(ticket, "working", "mon 10:00")
        self.assertClock(ticket, used=30, deadline="mon 11:30")
        self.move(ticket, "wait_customer", "mon 10:30")
        self.at("mon 11:00")
        ticket.priority = "1"
        self.move(ticket, "working", "mon 13:00")
        self.assertClock(ticket, used=60, deadline="mon 16:00")

    def test_priority_up_and_down_again(self):
        ticket = self.create_ticket(phase="working")
        self.at("mon 09:00")
        ticket.priority = "3"
        self.at("mon 09:30")
        ticket.priority = "1"
        self.assertClock(ticket, used=90, deadline="mon 12:00", breached=False)
        self.assertEqual(len(self.get_events(ticket, "priority")), 2)

    def test_target_shortened_below_elapsed(self):
        """Late by the change: at the change, with one alarm for all metrics."""
        ticket = self.create_ticket(phase="working")
        self.at("mon 15:00")
        self.run_cron()
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)
        other = self.create_ticket()
        self.at("tue 08:10")
        self.assertClock(other, breached=False)
        other.priority = "3"
        self.assertClock(other, "response", breached="mon 16:00")
        self.assertClock(other, breached="tue 08:10", deadline="mon 17:00")
        self.assertEqual(len(self.get_breach_notes(other)), 1)
        self.run_cron()
        self.assertEqual(len(self.get_breach_notes(other)), 1)

    def test_target_shortened_exactly_to_elapsed(self):
        ticket = self.create_ticket(phase="working")
        self.at("mon 10:00")
        ticket.priority = "3"
        self.assertClock(ticket, used=120, deadline="mon 10:00", breached=False)
        self.at("mon 10:01")
        self.run_cron()
        self.assertClock(ticket, breached="mon 10:00", outcome="missed")

    def test_target_shortened_in_pause(self):
        """A paused clock is late when it next runs."""
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 11:00")
        self.at("mon 14:00")
        ticket.priority = "3"
        self.run_cron()
        self.assertClock(ticket, state="paused", breached=False, next=False)
        self.assertFalse(self.get_breach_notes(ticket))
        self.move(ticket, "working", "mon 15:00")
        self.assertClock(ticket, breached="mon 15:00", outcome="missed")
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)

    def test_target_lengthened_after_risk(self):
        """A warning that has been given is armed again."""
        ticket = self.create_ticket(phase="working", priority="3")
        self.assertClock(ticket, risk="mon 09:36")
        self.at("mon 09:40")
        self.run_cron()
        self.assertEqual(ticket.slm_status, "at_risk")
        ticket.priority = "1"
        self.assertEqual(ticket.slm_status, "on_track")
        self.assertClock(ticket, risk="mon 11:12", next="mon 11:12")

    def test_target_lengthened_after_breach(self):
        """A breach that has happened stays."""
        ticket = self.create_ticket(phase="working", priority="3")
        self.at("mon 10:30")
        self.run_cron()
        self.assertClock(ticket, breached="mon 10:00")
        ticket.priority = "1"
        self.move(ticket, "closed", "mon 10:40")
        self.assertClock(ticket, breached="mon 10:00", outcome="missed", target=240)
        self.assertEqual(len(self.get_events(ticket, "breach")), 1)

    def test_breach_unseen_before_the_target_was_lengthened(self):
        """The write that comes before the cron notes what has happened."""
        ticket = self.create_ticket(phase="working", priority="3")
        self.at("mon 10:30")
        ticket.priority = "1"
        self.assertClock(ticket, breached="mon 10:00", outcome="missed")

    def test_edited_agreement_keeps_its_promise(self):
        """An edited target holds for a ticket when that next asks for a promise."""
        ticket = self.create_ticket(phase="working")
        self.agreement.target_ids[0].completion_minutes = 60
        self.move(ticket, "wait_customer", "mon 09:30")
        self.move(ticket, "working", "mon 09:30")
        self.assertClock(ticket, target=240, deadline="mon 12:00")
        self.agreement.target_ids[0].completion_minutes = 300
        ticket.slm_process_kind = "incident"
        self.assertClock(ticket, target=300, deadline="mon 14:00")

    def test_stopped_clock_keeps_its_target(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "completed", "mon 11:00")
        self.at("mon 11:30")
        ticket.priority = "3"
        self.assertClock(ticket, target=240, used=180, outcome="met")
        self.assertClock(ticket, "closure", target=240, used=210)

    def test_team_change_moves_the_stage(self):
        """The stage follows by compute, so no stage is among the written values."""
        teams = self.env["helpdesk.ticket.team"]
        first, second = teams.create([{"name": "First"}, {"name": "Second"}])
        hold = self.env["helpdesk.ticket.stage"].create(
            {
                "name": "Held by the first team",
                "team_ids": first.ids,
                "slm_phase": "wait_customer",
                "sequence": 50,
            }
        )
        ticket = self.create_ticket(team_id=first.id, phase="working")
        self.at("mon 09:00")
        ticket.stage_id = hold
        self.assertClock(ticket, state="paused", used=60)
        self.at("mon 11:00")
        ticket.with_user(self.helpdesk_user).team_id = second
        self.assertEqual(ticket.stage_id, self.stages["waiting"])
        self.assertClock(ticket, state="running", used=60, deadline="mon 15:00")
        event = self.get_events(ticket, "phase")[-1:]
        self.assertEqual(event.user_id, self.helpdesk_user)
        self.assertEqual(event.after["team"], second.id)

    def test_one_event_for_one_write(self):
        ticket = self.create_ticket()
        self.at("mon 08:10")
        ticket.write(
            {
                "priority": "3",
                "stage_id": self.stages["working"].id,
                "user_id": self.agent.id,
            }
        )
        self.assertEqual(ticket.slm_event_ids.mapped("kind"), ["created", "phase"])
        self.assertEqual(ticket.slm_event_ids[1].before["priority"], "1")
        self.assertEqual(ticket.slm_event_ids[1].after["priority"], "3")

    def test_write_of_other_values_is_no_event(self):
        ticket = self.create_ticket()
        ticket.write({"name": "Another title", "color": 3})
        ticket.priority = "1"
        self.assertEqual(ticket.slm_event_ids.mapped("kind"), ["created"])

    def test_batch_write(self):
        tickets = self.create_ticket() | self.create_ticket(partner_id=False)
        tickets |= self.create_ticket(priority="3")
        self.at("mon 08:15")
        tickets.write({"stage_id": self.stages["working"].id, "priority": "3"})
        self.assertClock(tickets[0], deadline="mon 10:00")
        self.assertClock(tickets[2], "response", used=15, outcome="met")
        self.assertEqual(tickets[1].slm_status, "none")


class TestAgreementChange(SlmCommon):
    """Another agreement takes over: the whole life counts, over its own hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mail_agreement = cls.create_agreement(
            name="Mail around the clock",
            consumers=[cls.stranger],
            calendar_id=cls.always.id,
            service_ids=cls.service.ids,
            targets=[{"response": 30, "completion": 300, "closure": 24 * 60}],
        )

    def test_service_set_late(self):
        ticket = self.create_ticket(partner_id=self.stranger.id)
        self.assertFalse(ticket.slm_agreement_id)
        self.move(ticket, "working", "mon 08:20")
        self.move(ticket, "wait_customer", "mon 09:00")
        self.move(ticket, "working", "mon 11:00")
        self.at("mon 12:30")
        ticket.slm_service_id = self.service
        self.assertEqual(ticket.slm_agreement_id, self.mail_agreement)
        self.assertClock(ticket, "response", state="stopped", used=20, outcome="met")
        self.assertClock(
            ticket, started="mon 08:00", used=150, deadline="mon 15:00", target=300
        )

    def test_service_set_in_a_pause_that_is_older(self):
        ticket = self.create_ticket(partner_id=self.stranger.id, phase="working")
        self.move(ticket, "wait_customer", "mon 09:00")
        self.at("wed 09:00")
        ticket.slm_service_id = self.service
        self.assertClock(ticket, state="paused", used=60, breached=False, next=False)
        self.move(ticket, "working", "wed 10:00")
        self.assertClock(ticket, used=60, deadline="wed 14:00")

    def test_late_when_attached(self):
        """One alarm, dated by the change, and none again."""
        ticket = self.create_ticket(partner_id=self.stranger.id)
        self.at("wed 09:00")
        ticket.slm_service_id = self.service
        for metric in ("response", "completion", "closure"):
            self.assertClock(ticket, metric, breached="wed 09:00", outcome="missed")
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)
        self.run_cron()
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)
        self.assertEqual(len(self.get_events(ticket, "breach")), 3)

    def test_attached_after_it_was_stopped(self):
        ticket = self.create_ticket(partner_id=self.stranger.id)
        self.move(ticket, "closed", "mon 10:00")
        self.at("thu 09:00")
        ticket.slm_service_id = self.service
        self.assertClock(ticket, stopped="mon 10:00", used=120, outcome="met")
        self.assertClock(ticket, "response", outcome="missed", used=120)

    def test_requester_changed_late(self):
        ticket = self.create_ticket(slm_service_id=self.service.id)
        self.move(ticket, "wait_customer", "mon 08:15")
        self.move(ticket, "working", "mon 11:15")
        self.assertClock(ticket, used=15, deadline="mon 16:00")
        self.at("mon 12:15")
        ticket.partner_id = self.stranger
        self.assertEqual(ticket.slm_agreement_id, self.mail_agreement)
        self.assertClock(ticket, started="mon 08:00", used=75, deadline="mon 16:00")
        old = self.agreement
        self.assertClock(ticket, "response", old, state="stopped", outcome="met")
        self.assertClock(
            ticket, "completion", old, state="cancelled", outcome="excluded", used=60
        )
        self.assertClock(ticket, "closure", old, state="cancelled", next=False)
        self.assertEqual(ticket.slm_current_clock_ids.agreement_id, self.mail_agreement)

    def test_requester_changed_and_back(self):
        """The first agreement goes on as if it had never been away."""
        ticket = self.create_ticket(phase="working")
        self.at("mon 09:00")
        ticket.partner_id = False
        self.assertFalse(ticket.slm_agreement_id)
        self.assertEqual(ticket.slm_status, "none")
        self.assertFalse(ticket.slm_deadline)
        self.at("mon 10:00")
        ticket.partner_id = self.person
        self.assertClock(ticket, state="running", used=120, deadline="mon 12:00")
        self.assertEqual(len(ticket.slm_clock_ids), 3)

    def test_requester_of_another_company_below_the_same_agreement(self):
        """Somebody else of the same customer: nothing moves."""
        ticket = self.create_ticket(phase="working")
        self.at("mon 09:00")
        ticket.partner_id = self.department
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        self.assertClock(ticket, deadline="mon 12:00")
        self.assertEqual(len(self.get_events(ticket, "requester")), 1)

    def test_agreement_is_matched_as_of_creation(self):
        """What counts is what was in force on the day the ticket came in."""
        ticket = self.create_ticket(partner_id=False)
        self.agreement.date_end = "2024-01-09"
        self.at("thu 09:00")
        ticket.partner_id = self.person
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        self.assertFalse(ticket.slm_expired_agreement_id)

    def test_choice_by_hand_stays(self):
        ticket = self.create_ticket(slm_service_id=self.service.id, phase="working")
        self.at("mon 09:00")
        ticket.with_user(self.agent).slm_agreement_id = self.mail_agreement
        self.assertClock(ticket, used=60, deadline="mon 13:00")
        ticket.priority = "3"
        self.move(ticket, "wait_customer", "mon 10:00")
        self.assertEqual(ticket.slm_agreement_id, self.mail_agreement)
        self.at("mon 11:00")
        ticket.slm_service_id = self.other_service
        self.assertEqual(ticket.slm_agreement_id, self.agreement)

    def test_choice_by_hand_with_another_service(self):
        """Who changes both at once means it."""
        ticket = self.create_ticket()
        ticket.write(
            {
                "slm_service_id": self.service.id,
                "slm_agreement_id": self.mail_agreement.id,
            }
        )
        self.assertEqual(ticket.slm_agreement_id, self.mail_agreement)

    def test_choice_at_creation(self):
        ticket = self.create_ticket(slm_agreement_id=self.mail_agreement.id)
        self.assertEqual(ticket.slm_agreement_id, self.mail_agreement)
        self.assertClock(ticket, deadline="mon 13:00")

    def test_agreement_taken_away_by_hand(self):
        ticket = self.create_ticket(phase="working")
        ticket.slm_agreement_id = False
        self.assertEqual(
            set(ticket.slm_clock_ids.mapped("state")), {"stopped", "cancelled"}
        )
        self.assertEqual(ticket.slm_status, "none")
        ticket.priority = "3"
        self.assertFalse(ticket.slm_agreement_id)

    def test_agreement_without_fitting_target(self):
        self.agreement.target_ids[0].priority = "0"
        ticket = self.create_ticket(priority="2")
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        self.assertFalse(ticket.slm_clock_ids)
        self.assertEqual(ticket.slm_status, "none")
        ticket.priority = "3"
        self.assertClock(ticket, deadline="mon 10:00")

    def test_promise_withdrawn(self):
        """A priority for which nothing is promised: the clock is cancelled."""
        self.agreement.target_ids[0].priority = "1"
        ticket = self.create_ticket(phase="working")
        self.at("mon 09:00")
        ticket.priority = "0"
        self.assertClock(ticket, state="cancelled", outcome="excluded", next=False)
        self.assertFalse(ticket.slm_deadline)


class TestEnd(SlmCommon):
    """Cancel, re-open, duplicate, copy, archive, delete."""

    def test_cancel(self):
        ticket = self.create_ticket()
        self.move(ticket, "cancelled", "mon 08:30")
        for metric in ("response", "completion", "closure"):
            self.assertClock(
                ticket, metric, state="cancelled", outcome="excluded", next=False
            )
        self.assertEqual(ticket.slm_status, "none")
        self.assertDeadlines(ticket)
        self.at("thu 08:00")
        self.run_cron()
        self.assertFalse(self.get_breach_notes(ticket))

    def test_cancel_what_was_late(self):
        """A breach that nobody had noted happened all the same, and stays."""
        ticket = self.create_ticket(phase="working")
        replaced = self.create_ticket(phase="working")
        self.at("mon 14:00")
        self.move(ticket, "cancelled")
        replaced.partner_id = self.stranger
        for late in (ticket, replaced):
            self.assertClock(
                late,
                agreement=self.agreement,
                state="cancelled",
                breached="mon 12:00",
                outcome="excluded",
            )
            self.assertEqual(len(self.get_events(late, "breach")), 1)
            self.assertEqual(len(self.get_breach_notes(late)), 1)
        self.create_holiday("mon", "mon")
        self.move(ticket, "working", "tue 08:00")
        self.assertClock(ticket, breached="mon 12:00", outcome="missed")

    def test_reopen_after_cancel(self):
        ticket = self.create_ticket()
        self.move(ticket, "cancelled", "mon 08:30")
        self.move(ticket, "waiting", "tue 09:30")
        self.assertClock(ticket, "response", used=30, deadline="tue 10:00")
        self.assertClock(ticket, used=30, deadline="tue 14:00")

    def test_reopen_soon(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "completed", "mon 10:00")
        self.move(ticket, "working", "mon 10:05")
        self.assertClock(ticket, state="running", used=120, deadline="mon 13:05")
        self.assertClock(ticket, stopped=False, outcome="pending")
        self.assertClock(ticket, "closure", deadline="mon 17:00")

    def test_reopen_after_deadline(self):
        """The time it stood completed is not counted."""
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "closed", "mon 10:00")
        self.move(ticket, "working", "wed 10:00")
        self.assertClock(ticket, used=120, deadline="wed 12:00", breached=False)
        self.assertClock(ticket, "closure", used=120, deadline="wed 17:00")
        self.assertEqual(ticket.slm_status, "on_track")

    def test_reopen_after_months(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "closed", "mon 10:00")
        self.move(ticket, "working", "mon+9 10:00")
        self.assertClock(ticket, used=120, deadline="mon+9 12:00")
        self.at("mon+9 13:30")
        self.run_cron()
        self.assertClock(ticket, breached="mon+9 12:00")

    def test_reopen_what_was_late(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "closed", "mon 14:00")
        self.assertClock(ticket, breached="mon 12:00")
        self.move(ticket, "working", "tue 10:00")
        self.assertClock(ticket, state="running", outcome="missed", next=False)
        self.move(ticket, "closed", "tue 11:00")
        self.assertClock(ticket, breached="mon 12:00", used=360)
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)

    def test_completed_then_closed_keeps_completion(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "completed", "mon 10:00")
        self.move(ticket, "closed", "mon 11:00")
        self.assertClock(ticket, stopped="mon 10:00", used=120)
        self.assertClock(ticket, "closure", stopped="mon 11:00", used=180)

    def test_cancel_what_was_completed(self):
        """What has been delivered is not taken back."""
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "completed", "mon 10:00")
        self.move(ticket, "cancelled", "mon 11:00")
        self.assertClock(ticket, state="stopped", outcome="met")
        self.assertClock(ticket, "closure", state="cancelled", outcome="excluded")

    def test_duplicate_wizard(self):
        original, ticket = self.create_ticket(), self.create_ticket()
        self.at("mon 08:30")
        wizard = self.env["helpdesk.ticket.duplicate.wizard"].create(
            {
                "ticket_id": ticket.id,
                "duplicate_of_id": original.id,
                "target_stage_id": self.stages["closed"].id,
            }
        )
        wizard.action_confirm()
        self.assertEqual(set(ticket.slm_clock_ids.mapped("outcome")), {"excluded"})
        self.assertEqual(ticket.slm_status, "none")
        self.assertClock(original, state="running", deadline="mon 12:00")
        self.at("mon 09:30")
        ticket.duplicate_id = False
        self.move(ticket, "waiting")
        self.assertClock(ticket, used=30, deadline="mon 14:00")

    def test_copy(self):
        ticket = self.create_ticket(slm_service_id=self.service.id, priority="3")
        self.move(ticket, "working", "mon 11:00")
        self.assertEqual(ticket.slm_status, "breached")
        self.at("mon 14:00")
        copy = ticket.copy()
        self.assertEqual(copy.slm_service_id, self.service)
        self.assertDeadlines(copy, "mon 14:30", "mon 16:00", "tue 09:00")
        self.assertEqual(copy.slm_status, "on_track")
        self.assertEqual(copy.slm_event_ids.mapped("kind"), ["created"])
        self.assertFalse(copy.slm_clock_ids & ticket.slm_clock_ids)

    def test_copy_takes_no_agreement_along(self):
        """A choice by hand was for that ticket."""
        other = self.create_agreement(consumers=[], calendar_id=self.always.id)
        ticket = self.create_ticket(slm_agreement_id=other.id)
        self.assertEqual(ticket.copy().slm_agreement_id, self.agreement)

    def test_archive_and_unarchive(self):
        ticket = self.create_ticket(phase="working")
        self.at("mon 09:00")
        ticket.action_archive()
        self.assertClock(ticket, state="cancelled", outcome="excluded", next=False)
        self.assertEqual(ticket.slm_status, "met", "the response was in time")
        self.at("tue 09:00")
        self.run_cron()
        ticket.action_unarchive()
        self.assertClock(ticket, state="running", used=60, deadline="tue 12:00")
        self.assertClock(ticket, "response", state="stopped", outcome="met")

    def test_delete(self):
        ticket = self.create_ticket()
        clocks, events = ticket.slm_clock_ids, ticket.slm_event_ids
        self.assertTrue(clocks and events)
        ticket.unlink()
        self.assertFalse(clocks.exists())
        self.assertFalse(events.exists())
        self.at("tue 09:00")
        self.run_cron()
