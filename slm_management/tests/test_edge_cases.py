# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Our acceptance list of edge cases, by name, for SLA, OLA and UC at once.

What other products get wrong, collected before this one was begun: each test quotes its
case. The same cases are tested one by one for the engine in ``test_engine_edges`` and
for SLAs in ``test_ticket_life``, ``test_cron`` and ``test_resource_calendar``.
"""

from datetime import datetime

from odoo import Command, fields

from .common import tell, week
from .holders_case import DESK, HoldersCase


class EdgeCase(HoldersCase):
    """A ticket of the customer at the desk: completion in 240 and in 120 minutes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder = cls.env["slm.escalation.policy"].create(
            {
                "name": "Ladder",
                "step_ids": [
                    Command.create({"percent": percent, "notify_manager": True})
                    for percent in (75, 100)
                ],
            }
        )
        (cls.agreement | cls.desk_ola).manager_id = cls.manager

    def create_at(self, text, phase="working", **vals):
        self.at(text)
        return self.create_ticket(team_id=self.desk.id, phase=phase, **vals)

    def assertCompletion(self, ticket, sla, ola, **expected):
        """Deadlines of SLA and OLA, and what else the clocks of both show."""
        self.assertClock(ticket, deadline=sla, **expected)
        self.assertClock(ticket, agreement=self.desk_ola, deadline=ola, **expected)

    def assertBoth(self, ticket, **expected):
        self.assertClock(ticket, **expected)
        self.assertClock(ticket, agreement=self.desk_ola, **expected)

    def get_fired(self, ticket):
        self.env.flush_all()
        ticket.invalidate_recordset(["slm_escalation_ids"])
        return ticket.slm_escalation_ids.filtered(lambda row: row.state == "fired")


class TestEdgeCreate(EdgeCase):
    """“1. Create”."""

    def assertCreated(self, text, sla, ola):
        """A ticket that waits for a supplier from the start runs for all three."""
        ticket = self.create_at(
            text, phase="wait_supplier", slm_supplier_id=self.vendor.id
        )
        self.assertCompletion(ticket, sla, ola, started=text, used=0, state="running")
        self.assertClock(ticket, agreement=self.vendor_uc, deadline=sla, started=text)

    def test_create_before_opening(self):
        """“Create: before opening”"""
        self.assertCreated("mon 06:30", "mon 12:00", "mon 10:00")

    def test_create_exactly_at_opening(self):
        """“exactly at opening”"""
        self.assertCreated("mon 08:00", "mon 12:00", "mon 10:00")

    def test_create_exactly_at_closing(self):
        """“exactly at closing”"""
        self.assertCreated("mon 17:00", "tue 12:00", "tue 10:00")

    def test_create_in_the_last_second(self):
        """“last second”"""
        self.assertCreated("mon 16:59:59", "tue 11:59:59", "tue 09:59:59")

    def test_create_in_lunch(self):
        """“in lunch”"""
        self.assertCreated("mon 12:30", "mon 17:00", "mon 15:00")

    def test_create_on_a_holiday(self):
        """“on holiday”"""
        self.create_holiday("tue", "tue")
        self.assertCreated("tue 10:00", "wed 12:00", "wed 10:00")

    def test_create_before_a_weekend_of_four_days(self):
        """“on the day before a 4-day weekend”"""
        self.create_holiday("fri", "fri")
        self.create_holiday("mon+1", "mon+1")
        self.assertCreated("thu 16:30", "tue+1 11:30", "tue+1 09:30")


class TestEdgePause(EdgeCase):
    """“2. Pause”."""

    def test_pause_starts_and_ends_outside_hours(self):
        """“starts and ends outside hours”"""
        ticket = self.create_at("mon 16:00")
        self.move(ticket, "wait_customer", "mon 19:00")
        self.assertBoth(ticket, state="paused", used=60)
        self.move(ticket, "working", "tue 07:00")
        self.assertCompletion(ticket, "tue 11:00", "tue 09:00", used=60)

    def test_pause_spans_weekend_and_holiday(self):
        """“spans weekend + holiday”"""
        self.create_holiday("mon+1", "mon+1")
        ticket = self.create_at("fri 15:00")
        self.move(ticket, "wait_customer", "fri 16:00")
        self.move(ticket, "working", "tue+1 10:00")
        self.assertCompletion(ticket, "tue+1 14:00", "tue+1 11:00", used=60)

    def test_pause_of_zero_length(self):
        """“zero length”"""
        ticket = self.create_at("mon 08:00")
        self.move(ticket, "wait_customer", "mon 09:00")
        self.move(ticket, "working")
        self.assertCompletion(ticket, "mon 12:00", "mon 10:00", used=60)

    def test_paused_to_paused_for_another_reason(self):
        """“paused -> paused (other reason)”: no minute runs in between"""
        (self.agreement | self.desk_ola).pause_supplier = True
        ticket = self.create_at("mon 08:00")
        self.move(ticket, "wait_customer", "mon 09:00")
        self.wait_for(ticket, self.vendor, "mon 10:00")
        self.move(ticket, "wait_customer", "mon 11:00")
        self.assertBoth(ticket, state="paused", used=60)
        self.move(ticket, "working", "mon 13:00")
        self.assertCompletion(ticket, "mon 16:00", "mon 14:00")
        self.assertClock(ticket, agreement=self.vendor_uc, used=60, outcome="met")

    def test_started_paused(self):
        """“started paused”"""
        ticket = self.create_at("mon 08:00", phase="wait_customer")
        self.assertBoth(ticket, state="paused", used=0, deadline=False, next=False)
        self.move(ticket, "working", "mon 09:00")
        self.assertCompletion(ticket, "mon 14:00", "mon 11:00", started="mon 08:00")

    def test_paused_to_resolved_in_one_write(self):
        """“paused -> resolved in one write”, with another priority and team in it"""
        ticket = self.create_at("mon 08:00")
        self.move(ticket, "wait_customer", "mon 09:00")
        self.hand_over(
            ticket,
            self.field,
            "fri 09:00",
            stage_id=self.stages["completed"].id,
            priority="3",
        )
        self.assertBoth(ticket, state="stopped", used=60, outcome="met", breached=False)
        self.assertClock(ticket, target=240)
        self.assertClock(ticket, agreement=self.field_ola, used=0, outcome="met")

    def test_paused_and_escalation_due_during_the_pause(self):
        """“paused and escalation due during the pause”: it comes after it"""
        (self.agreement | self.desk_ola).escalation_policy_id = self.ladder
        ticket = self.create_at("mon 08:00")
        self.move(ticket, "wait_customer", "mon 09:00")
        self.assertBoth(ticket, next=False, risk=False)
        for text in ("mon 09:30", "mon 11:00", "tue 12:00"):
            self.at(text)
            self.run_cron()
        completion = self.get_fired(ticket).filtered(lambda r: r.metric != "response")
        self.assertFalse(completion)
        self.assertEqual(ticket.slm_status, "paused")
        self.move(ticket, "working", "wed 08:00")
        self.at("wed 08:30")
        self.run_cron()
        fired = self.get_fired(ticket).filtered(lambda r: r.metric == "completion")
        self.assertEqual(fired.agreement_id, self.desk_ola)
        self.assertEqual(fired.mapped("used_seconds"), [90 * 60])

    def test_pause_older_than_the_agreement(self):
        """“pause older than the agreement (retroactive)”"""
        ticket = self.create_at("mon 08:00", partner_id=False)
        self.desk_ola.service_ids = self.service
        ticket.slm_service_id = self.other_service
        self.move(ticket, "wait_customer", "mon 09:00")
        self.move(ticket, "working", "mon 11:00")
        self.at("mon 11:30")
        ticket.write({"slm_service_id": self.service.id, "partner_id": self.person.id})
        self.assertCompletion(
            ticket, "mon 15:00", "mon 12:00", used=90, started="mon 08:00"
        )


class TestEdgeChange(EdgeCase):
    """“3. Change mid-flight”."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        urgent = {"priority": "3", "completion": 90, "response": 10}
        cls.desk_ola.target_ids = [Command.create(cls.prepare_target(urgent))]

    def set_priority(self, ticket, priority, text):
        self.at(text)
        ticket.priority = priority

    def test_priority_up_without_pauses(self):
        """“priority up … without pauses”"""
        ticket = self.create_at("mon 08:00")
        self.set_priority(ticket, "3", "mon 09:00")
        self.assertCompletion(ticket, "mon 10:00", "mon 09:30", used=60)

    def test_priority_down_without_pauses(self):
        """“priority … down … without pauses”"""
        ticket = self.create_at("mon 08:00", priority="3")
        self.assertCompletion(ticket, "mon 10:00", "mon 09:30")
        self.set_priority(ticket, "1", "mon 09:00")
        self.assertCompletion(ticket, "mon 12:00", "mon 10:00", used=60)

    def test_priority_up_with_pauses(self):
        """“priority up … with … pauses”: one before, one in which it changes"""
        ticket = self.create_at("mon 08:00")
        self.move(ticket, "wait_customer", "mon 08:30")
        self.move(ticket, "working", "mon 09:00")
        self.move(ticket, "wait_customer", "mon 09:30")
        self.set_priority(ticket, "3", "mon 10:00")
        self.assertBoth(ticket, state="paused", used=60)
        self.move(ticket, "working", "mon 11:00")
        self.assertCompletion(ticket, "mon 12:00", "mon 11:30", used=60)

    def test_priority_down_with_pauses(self):
        """“priority … down with … pauses”"""
        ticket = self.create_at("mon 08:00", priority="3")
        self.move(ticket, "wait_customer", "mon 08:30")
        self.set_priority(ticket, "1", "mon 09:00")
        self.move(ticket, "working", "mon 10:00")
        self.assertCompletion(ticket, "mon 14:30", "mon 11:30", used=30)

    def test_agreement_swapped(self):
        """“agreement swapped”: the new ones look at the whole past, over their hours"""
        sla = self.create_agreement(
            name="Mail", service_ids=self.service.ids, calendar_id=self.always.id
        )
        sla.sequence = 1
        ola = self.create_ola(
            self.desk,
            DESK,
            service_ids=self.service.ids,
            calendar_id=self.always.id,
            sequence=1,
        )
        ticket = self.create_at("mon 11:00")
        self.move(ticket, "wait_customer", "mon 11:30")
        self.move(ticket, "working", "mon 12:00")
        self.at("mon 13:00")
        ticket.slm_service_id = self.service
        self.assertEqual(ticket.slm_agreement_id, sla)
        self.assertClock(ticket, agreement=sla, used=90, deadline="mon 15:30")
        self.assertClock(ticket, agreement=ola, used=90, deadline="mon 13:30")
        for old in (self.agreement, self.desk_ola):
            self.assertClock(ticket, agreement=old, state="cancelled", used=30)

    def test_team_set_later(self):
        """“team … set later”: the team's time begins then, the customer's did before"""
        ticket = self.create_ticket(phase="working")
        self.hand_over(ticket, self.desk, "mon 09:00")
        self.assertCompletion(ticket, "mon 12:00", "mon 11:00")
        self.assertEqual(self.get_stored(ticket), {"team": 60})

    def test_customer_set_later(self):
        """“customer … set later”"""
        ticket = self.create_at("mon 08:00", partner_id=False)
        self.assertClock(ticket, agreement=self.desk_ola, deadline="mon 10:00")
        self.at("mon 09:00")
        ticket.partner_id = self.person
        self.assertCompletion(ticket, "mon 12:00", "mon 10:00", used=60)

    def test_contract_set_later(self):
        """“contract set later”: the SLA by hand, a supplier's by naming him"""
        ticket = self.create_at(
            "mon 08:00", partner_id=self.stranger.id, phase="wait_supplier"
        )
        self.at("mon 09:00")
        ticket.slm_agreement_id = self.agreement
        self.assertCompletion(ticket, "mon 12:00", "mon 10:00", used=60)
        self.at("mon 10:00")
        ticket.slm_supplier_id = self.vendor
        self.assertClock(ticket, agreement=self.vendor_uc, deadline="mon 15:00")

    def test_calendar_edited(self):
        """“calendar edited”"""
        ticket = self.create_at("mon 08:00")
        self.at("mon 09:00")
        self.office.attendance_ids = week((8, 9), (14, 18))
        self.run_cron("replan")
        self.assertCompletion(ticket, "mon 17:00", "mon 15:00")

    def test_holiday_added_in_the_past(self):
        """“holiday added in the past”: a forgotten one is made good"""
        ticket = self.create_at("mon 15:00")
        self.at("wed 08:30")
        self.create_holiday("tue", "tue")
        self.run_cron("replan")
        self.assertClock(ticket, used=150, deadline="wed 10:00")
        self.assertClock(ticket, agreement=self.desk_ola, breached="mon 17:00")

    def test_holiday_added_in_the_future(self):
        """“holiday added … in the future”"""
        ticket = self.create_at("mon 16:00")
        self.create_holiday("tue", "tue")
        self.run_cron("replan")
        self.assertCompletion(ticket, "wed 11:00", "wed 09:00")
        self.assertEqual(len(self.get_events(ticket, "hours")), 1)

    def test_target_lengthened_after_a_warning(self):
        """“target lengthened after a warning fired (must re-arm)”"""
        (self.agreement | self.desk_ola).escalation_policy_id = self.ladder
        ticket = self.create_at("mon 08:00", priority="3")
        self.at("mon 09:30")
        self.run_cron()
        self.assertBoth(ticket, breached=False)
        warned = self.get_warned(ticket)
        self.assertEqual(
            warned,
            [(self.agreement, "mon 09:30", 90), (self.desk_ola, "mon 09:30", 90)],
        )
        ticket.priority = "1"
        self.assertCompletion(ticket, "mon 12:00", "mon 10:00", breached=False)
        self.assertEqual(ticket.slm_status, "on_track")
        for text in ("mon 09:31", "mon 10:59"):
            self.at(text)
            self.run_cron()
        self.at("mon 11:00")
        self.run_cron()
        self.assertEqual(
            [line for line in self.get_warned(ticket) if line[0] == self.agreement],
            [(self.agreement, "mon 09:30", 90), (self.agreement, "mon 11:00", 180)],
        )

    def get_warned(self, ticket):
        """``[(agreement, when, minutes used)]`` of completion at 75 %, in order."""
        rows = self.get_fired(ticket).filtered(
            lambda row: row.metric == "completion" and row.step_id.percent == 75
        )
        return [
            (row.agreement_id, tell(row.fired_at), row.used_seconds / 60)
            for row in rows.sorted(lambda r: (r.fired_at, -(r.kind == "sla"), r.id))
        ]

    def test_target_shortened_below_elapsed(self):
        """“shortened below elapsed (breach now, one alarm)”"""
        self.agreement.escalation_policy_id = self.ladder
        ticket = self.create_at("mon 08:00")
        self.set_priority(ticket, "3", "mon 09:45")
        self.assertClock(ticket, breached=False)
        self.assertClock(ticket, agreement=self.desk_ola, breached="mon 09:45")
        self.set_priority(ticket, "1", "mon 09:50")
        self.set_priority(ticket, "3", "mon 11:00")
        self.assertClock(ticket, breached="mon 11:00", outcome="missed")
        for _run in range(2):
            self.run_cron()
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)
        completion = ticket.slm_escalation_ids.filtered(
            lambda row: row.metric == "completion"
        )
        self.assertEqual(len(completion.filtered(lambda r: r.state == "fired")), 1)
        self.assertEqual(completion.filtered("step_id").step_id, self.ladder.step_ids)


class TestEdgeStop(EdgeCase):
    """“4. Stop/reopen”."""

    def test_reopened_after_five_minutes(self):
        """“reopen after 5 min”"""
        ticket = self.create_at("mon 08:00")
        self.move(ticket, "completed", "mon 09:00")
        self.move(ticket, "working", "mon 09:05")
        self.assertCompletion(ticket, "mon 13:05", "mon 10:05", used=60, stopped=False)

    def test_reopened_after_the_deadline(self):
        """“after deadline”"""
        ticket = self.create_at("mon 08:00")
        self.move(ticket, "closed", "mon 09:00")
        self.move(ticket, "working", "tue 10:00")
        self.assertCompletion(ticket, "tue 14:00", "tue 11:00", breached=False)

    def test_reopened_after_months(self):
        """“after months”"""
        ticket = self.create_at("mon 08:00")
        self.move(ticket, "closed", "mon 09:00")
        self.move(ticket, "working", "mon+11 10:00")
        self.assertCompletion(ticket, "mon+11 14:00", "mon+11 11:00", used=60)
        self.at("mon+11 14:00:01")
        self.run_cron()
        self.assertClock(ticket, agreement=self.desk_ola, breached="mon+11 11:00")
        self.assertClock(ticket, breached="mon+11 14:00")

    def test_resolved_and_closed(self):
        """“resolved vs closed”: completion keeps the first, closure takes the second"""
        ticket = self.create_at("mon 08:00")
        self.move(ticket, "completed", "mon 09:00")
        self.move(ticket, "closed", "mon 10:00")
        self.assertBoth(ticket, stopped="mon 09:00", used=60)
        for agreement in (self.agreement, self.desk_ola):
            self.assertClock(
                ticket, "closure", agreement, stopped="mon 10:00", used=120
            )

    def test_merged(self):
        """“merge”: helpdesk merges by the duplicate wizard, with a closing stage"""
        original, ticket = self.create_at("mon 08:00"), self.create_at("mon 08:00")
        self.at("mon 09:00")
        self.env["helpdesk.ticket.duplicate.wizard"].create(
            {
                "ticket_id": ticket.id,
                "duplicate_of_id": original.id,
                "target_stage_id": self.stages["closed"].id,
            }
        ).action_confirm()
        self.assertBoth(ticket, state="cancelled", outcome="excluded", next=False)
        self.assertCompletion(original, "mon 12:00", "mon 10:00")
        self.assertEqual(self.get_used(ticket), {"Desk": 60})

    def test_duplicate_and_back(self):
        """“duplicate”: its clocks stand, and go on if it was none"""
        original, ticket = self.create_at("mon 08:00"), self.create_at("mon 08:00")
        self.at("mon 09:00")
        ticket.duplicate_id = original
        self.assertBoth(ticket, state="cancelled", outcome="excluded", next=False)
        self.at("mon 11:00")
        self.run_cron()
        ticket.duplicate_id = False
        self.assertCompletion(ticket, "mon 15:00", "mon 12:00", used=60)

    def test_deleted(self):
        """“delete”: nothing of it is left, and the cron goes on"""
        ticket = self.create_at("mon 08:00")
        self.wait_for(ticket, self.vendor, "mon 09:00")
        self.hand_over(ticket, self.field, "mon 09:30")
        left = [ticket.slm_clock_ids, ticket.slm_event_ids, ticket.slm_time_share_ids]
        self.assertEqual(len(left[0]), 12)
        ticket.unlink()
        self.assertFalse(any(records.exists() for records in left))
        self.at("tue 09:00")
        self.run_cron()

    def test_archived(self):
        """“archive”: its clocks stand, and go on where they were"""
        ticket = self.create_at("mon 08:00")
        self.at("mon 09:00")
        ticket.action_archive()
        self.assertBoth(ticket, state="cancelled", next=False)
        self.at("tue 08:00")
        self.run_cron()
        self.assertFalse(self.get_breach_notes(ticket))
        ticket.action_unarchive()
        self.assertCompletion(ticket, "tue 11:00", "tue 09:00", used=60)


class TestEdgeZones(EdgeCase):
    """“5. Time zones”; instants are UTC, worked out by hand."""

    def assertPlanned(self, tz, created, sla, ola, hours=((8, 16),), **vals):
        """Completion in 240 and in 120 minutes, on hours of each day in a time zone."""
        calendar = self.create_calendar("There", *hours, days=range(7), tz=tz, **vals)
        (self.agreement | self.desk_ola).write(
            {"calendar_id": calendar.id, "date_start": "2010-01-01"}
        )
        ticket = self.create_at(datetime.fromisoformat(created))
        shown = [
            fields.Datetime.to_string(self.get_clock(ticket, agreement=a).deadline)
            for a in (self.agreement, self.desk_ola)
        ]
        self.assertEqual(shown, [f"{sla}:00", f"{ola}:00"])
        return ticket

    def test_berlin(self):
        """“Berlin”: an hour on Saturday, the rest on the day of the change"""
        cases = (
            ("2024-03-30 14:00", "2024-03-31 09:00", "2024-03-31 07:00"),
            ("2024-10-26 13:00", "2024-10-27 10:00", "2024-10-27 08:00"),
        )
        for created, *deadlines in cases:
            with self.subTest(created=created):
                self.assertPlanned("Europe/Berlin", created, *deadlines)

    def test_sao_paulo(self):
        """“Sao Paulo (historic midnight change)”: a day without its first hour, and an
        evening with 23 o'clock twice"""
        self.assertPlanned(
            *("America/Sao_Paulo", "2017-10-15 02:30"),
            *("2017-10-15 07:00", "2017-10-15 05:00"),
            hours=((0, 8),),
        )
        self.assertPlanned(
            *("America/Sao_Paulo", "2018-02-18 00:00"),
            *("2018-02-19 02:00", "2018-02-18 02:00"),
            hours=((22, 24),),
        )

    def test_tehran(self):
        """“Tehran … (half hour)”: from +03:30 to +04:30, at midnight"""
        self.assertPlanned(
            *("Asia/Tehran", "2021-03-21 11:30"),
            *("2021-03-22 06:30", "2021-03-22 04:30"),
        )

    def test_adelaide(self):
        """“… Adelaide (half hour)”: from +10:30 to +09:30"""
        self.assertPlanned(
            *("Australia/Adelaide", "2024-04-06 04:30"),
            *("2024-04-07 01:30", "2024-04-06 23:30"),
        )

    def test_sydney(self):
        """“Sydney”: from +10 to +11"""
        self.assertPlanned(
            *("Australia/Sydney", "2024-10-05 05:00"),
            *("2024-10-06 00:00", "2024-10-05 22:00"),
        )

    def test_server_in_utc_and_user_elsewhere(self):
        """“server UTC, user elsewhere”: whose clock it is says the agreement"""
        self.agent.tz = "America/New_York"
        model = self.env["helpdesk.ticket"].with_user(self.agent)
        for tz in ("America/New_York", "Pacific/Auckland", False):
            ticket = model.with_context(tz=tz).create(
                {
                    "name": "From elsewhere",
                    "description": "x",
                    "partner_id": self.person.id,
                    "team_id": self.desk.id,
                }
            )
            self.assertCompletion(ticket, "mon 12:00", "mon 10:00")

    def test_night_shift_across_the_change(self):
        """“night shift 22:00-06:00 across the change”: seven hours, and nine"""
        for created, closure in (
            ("2024-03-30 21:00", "2024-03-31 21:00"),
            ("2024-10-26 20:00", "2024-10-27 04:00"),
        ):
            with self.subTest(created=created):
                at = datetime.fromisoformat(created)
                ticket = self.assertPlanned(
                    "Europe/Berlin",
                    created,
                    fields.Datetime.to_string(fields.Datetime.add(at, hours=4))[:16],
                    fields.Datetime.to_string(fields.Datetime.add(at, hours=2))[:16],
                    hours=((22, 24), (0, 6)),
                )
                self.assertEqual(
                    fields.Datetime.to_string(ticket.slm_closure_deadline)[:16], closure
                )

    def test_two_week_calendar(self):
        """“two-week calendars”: Monday morning in this week, Wednesday in the next"""
        line_model = self.env["resource.calendar.attendance"]
        this_week = line_model.get_week_type(datetime(2024, 1, 8).date())
        lines = [("0", this_week), ("2", 1 - this_week)]
        calendar = self.office.create(
            {
                "name": "Two weeks",
                "tz": "Europe/Berlin",
                "company_id": self.company.id,
                "two_weeks_calendar": True,
                "global_leave_ids": [Command.clear()],
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": "Line",
                            "dayofweek": day,
                            "hour_from": 8,
                            "hour_to": 11,
                            "day_period": "morning",
                            "week_type": str(kind),
                        }
                    )
                    for day, kind in lines
                ],
            }
        )
        (self.agreement | self.desk_ola).calendar_id = calendar
        ticket = self.create_at("mon 08:00")
        self.assertCompletion(ticket, "wed+1 09:00", "mon 10:00")
        self.assertEqual(tell(ticket.slm_closure_deadline), "mon+2 10:00")
        self.assertClock(ticket, "closure", self.desk_ola, deadline="wed+1 09:00")

    def test_supplier_in_another_zone(self):
        """Customer, team and supplier each on the hours of their place"""
        sydney = self.create_calendar("Sydney", (8, 16), tz="Australia/Sydney")
        self.vendor_uc.calendar_id = sydney
        ticket = self.create_at("mon 08:00", phase="wait_supplier")
        ticket.slm_supplier_id = self.vendor
        self.assertCompletion(ticket, "mon 12:00", "mon 10:00")
        # 8:00 in Sydney on Tuesday is 22:00 in Berlin on Monday
        self.assertClock(ticket, agreement=self.vendor_uc, deadline="tue 02:00")
