# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from itertools import count
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..models import slm_clock
from .common import SlmCommon, moment, tell, week

LOGGER = "odoo.addons.slm_management.models.slm_clock"


class EndlessError(BaseException):
    """The same ticket comes again and again: nobody catches this."""


class CronCommon(SlmCommon):
    def get_triggers(self, name="due"):
        cron = self.env.ref(f"slm_management.ir_cron_{name}")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        return [tell(trigger.call_at) for trigger in triggers.sorted("call_at")]

    def get_failure(self):
        """A function that fails; called too often it ends the test."""
        attempts = count()

        def fail():
            raise (EndlessError if next(attempts) > 20 else ValueError)("It fails")

        return fail

    def break_tickets(self, broken):
        """Folding these tickets raises an error."""
        clockwork = self.env.registry["slm.clockwork"]
        fold_book = clockwork._fold_book
        fail_once_more = self.get_failure()

        def fail(self, book, now):
            if book.ticket in broken.ids:
                fail_once_more()
            return fold_book(self, book, now)

        return patch.object(clockwork, "_fold_book", fail)


class TestCronDue(CronCommon):
    """Breaches are recorded and posted once, within a minute, whatever fails."""

    def test_breach(self):
        ticket = self.create_ticket()
        self.at("mon 09:01")
        self.run_cron()
        self.assertClock(
            ticket, "response", breached="mon 09:00", outcome="missed", state="running"
        )
        self.assertEqual(ticket.slm_status, "breached")
        event = self.get_events(ticket, "breach")
        self.assertEqual(event.at, moment("mon 09:00"))
        note = self.get_breach_notes(ticket)
        self.assertEqual(len(note), 1)
        self.assertIn("Response", note.body)
        self.assertIn("Europe/Berlin", note.body)
        self.assertTrue(note.subtype_id.internal, "The customer does not see it")

    def test_breach_note_is_for_the_desk(self):
        """Not for the requester who guesses its id, and it names no agreement, as a
        colleague who follows the ticket reads it."""
        ticket = self.create_ticket()
        self.at("mon 09:01")
        self.run_cron()
        note = self.get_breach_notes(ticket)
        ticket.with_user(self.portal_user).check_access("read")
        with self.assertRaises(AccessError):
            note.with_user(self.portal_user).read(["body"])
        self.assertNotIn(ticket.slm_agreement_id.code, note.body)
        self.assertNotIn(ticket.slm_agreement_id.name, note.body)

    def test_breach_once(self):
        ticket = self.create_ticket()
        for text in ("mon 09:01", "mon 09:02", "tue 09:00", "wed 09:00"):
            self.at(text)
            self.run_cron()
            self.run_cron()
        self.assertEqual(len(self.get_events(ticket, "breach")), 3)
        notes = self.get_breach_notes(ticket)
        self.assertEqual(len(notes), 2, "Of completion and closure there is one note")

    def test_breach_by_a_write_before_the_cron(self):
        ticket = self.create_ticket()
        self.move(ticket, "working", "mon 09:30")
        self.assertClock(ticket, "response", breached="mon 09:00", outcome="missed")
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)
        self.run_cron()
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)

    def test_breach_by_an_answer_before_the_cron(self):
        ticket = self.create_ticket()
        self.at("mon 09:30")
        ticket.with_user(self.agent).message_post(
            body="Sorry for the delay",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertClock(ticket, "response", breached="mon 09:00", outcome="missed")
        author = self.get_breach_notes(ticket).author_id
        self.assertEqual(author, self.env.ref("base.partner_root"), "Not the agent")

    def test_no_breach_at_the_target(self):
        """In the very second of the deadline nothing is late yet."""
        ticket = self.create_ticket(phase="working")
        self.assertClock(ticket, deadline="mon 12:00", risk="mon 11:12")
        self.at("mon 12:00")
        self.run_cron()
        self.at("mon 13:00")
        self.run_cron()
        self.assertClock(ticket, breached=False, next="mon 13:00:01")
        self.assertEqual(ticket.slm_status, "at_risk")
        self.at("mon 13:00:01")
        self.run_cron()
        self.assertClock(ticket, breached="mon 12:00")

    def test_next_action(self):
        ticket = self.create_ticket()
        self.assertClock(ticket, "response", risk="mon 08:48", next="mon 08:48")
        self.at("mon 08:48")
        self.run_cron()
        self.assertEqual(ticket.slm_status, "at_risk")
        self.assertClock(ticket, "response", next="mon 09:00:01")
        self.at("mon 09:00:01")
        self.run_cron()
        self.assertClock(ticket, "response", next=False, breached="mon 09:00")

    def test_paused_clock_never_breaches(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 09:00")
        for metric in ("completion", "closure"):
            self.assertClock(ticket, metric, next=False, deadline=False)
        self.at("mon+4 09:00")
        self.run_cron()
        self.assertFalse(self.get_breach_notes(ticket))
        self.assertFalse(ticket.slm_clock_ids.filtered("breached_at"))

    def test_ticket_write_date_stays(self):
        ticket = self.create_ticket()
        self.at("mon 10:00")
        self.run_cron()
        self.assertEqual(ticket.slm_status, "breached")
        self.assertEqual(tell(ticket.write_date), "mon 08:00")

    def test_only_what_is_due(self):
        """The fold of tickets that are not due is not even looked at."""
        late = self.create_ticket()
        self.at("mon 09:00:01")
        early = self.create_ticket()
        with self.break_tickets(early):
            self.run_cron()
        self.assertEqual(late.slm_status, "breached")
        self.assertEqual(early.slm_status, "on_track")

    def test_failing_ticket_is_skipped_and_tried_again(self):
        tickets = self.create_ticket()
        tickets |= self.create_ticket()
        tickets |= self.create_ticket()
        self.at("mon 09:01")
        with self.break_tickets(tickets[1]), self.assertLogs(LOGGER, "ERROR") as log:
            self.run_cron()
        self.assertIn(str(tickets[1].id), log.output[0])
        shown = tickets.mapped(lambda ticket: bool(self.get_breach_notes(ticket)))
        self.assertEqual(shown, [True, False, True])
        self.assertClock(tickets[1], "response", next="mon 09:06", breached=False)
        self.at("mon 09:05")
        self.run_cron()
        self.assertClock(tickets[1], "response", breached=False)
        self.at("mon 09:06")
        self.run_cron()
        self.assertClock(tickets[1], "response", breached="mon 09:00")
        self.assertEqual(len(self.get_breach_notes(tickets[1])), 1)

    @mute_logger(LOGGER)
    def test_failing_note_does_not_block_others(self):
        """A breach is not half recorded if its note can not be posted."""
        tickets = self.create_ticket() | self.create_ticket()
        self.at("mon 09:01")
        model = self.env.registry["helpdesk.ticket"]
        breach_message = model._slm_breach_message
        fail_once_more = self.get_failure()

        def fail(self, breached):
            if self == tickets[0]:
                fail_once_more()
            return breach_message(self, breached)

        with patch.object(model, "_slm_breach_message", fail):
            self.run_cron()
        self.assertFalse(self.get_events(tickets[0], "breach"))
        self.assertTrue(self.get_events(tickets[1], "breach"))

    def test_batches(self):
        """More than one transaction takes: all are done."""
        tickets = self.env["helpdesk.ticket"]
        for _number in range(5):
            tickets |= self.create_ticket()
        self.at("mon 09:01")
        with patch.object(slm_clock, "BATCH_SIZE", 2):
            self.run_cron()
        self.assertEqual(tickets.mapped("slm_status"), ["breached"] * 5)

    @mute_logger(LOGGER)
    def test_batches_with_a_failing_ticket(self):
        """What fails does not come again at once, so the others have their turn."""
        tickets = self.env["helpdesk.ticket"]
        for _number in range(5):
            tickets |= self.create_ticket()
        self.at("mon 09:01")
        broken = tickets[:2]
        with patch.object(slm_clock, "BATCH_SIZE", 2), self.break_tickets(broken):
            self.run_cron()
        self.assertEqual(
            tickets.mapped("slm_status"), ["on_track"] * 2 + ["breached"] * 3
        )
        self.at("mon 09:06")
        self.run_cron()
        self.assertEqual(tickets.mapped("slm_status"), ["breached"] * 5)

    def test_due_clocks_of_a_deleted_ticket(self):
        ticket = self.create_ticket()
        self.at("mon 09:01")
        ticket.unlink()
        self.run_cron()

    # ------------------------------------------------------------------
    # Waking up
    # ------------------------------------------------------------------

    def test_wake_at_the_next_deadline(self):
        self.env["ir.cron.trigger"].search([]).unlink()
        self.at("mon 10:00")
        self.create_ticket()
        self.assertEqual(self.get_triggers(), ["mon 10:48"])
        self.create_ticket(partner_id=False)
        self.create_ticket()
        self.assertEqual(self.get_triggers(), ["mon 10:48"], "One is enough")
        self.create_ticket(priority="3")
        self.assertEqual(self.get_triggers(), ["mon 10:24", "mon 10:48"])

    def test_wake_again_after_a_run(self):
        self.env["ir.cron.trigger"].search([]).unlink()
        self.create_ticket()
        self.assertEqual(self.get_triggers(), ["mon 08:48"])
        self.at("mon 08:48")
        self.run_cron()
        self.assertIn("mon 09:00:01", self.get_triggers())

    def test_wake_by_a_user_without_rights(self):
        self.env["ir.cron.trigger"].search([]).unlink()
        ticket = self.create_ticket(phase="wait_customer")
        self.assertEqual(self.get_triggers(), [])
        ticket.with_user(self.helpdesk_user).stage_id = self.stages["working"]
        self.assertEqual(self.get_triggers(), ["mon 11:12"])

    def test_nothing_due_wakes_nobody(self):
        self.env["slm.clock"].search([])
        self.env["ir.cron.trigger"].search([]).unlink()
        self.create_ticket(partner_id=False)
        self.run_cron()
        self.assertEqual(self.get_triggers(), [])

    def test_what_others_have_locked_is_left_for_a_moment(self):
        """The cron does not run on and on while somebody else is writing."""
        ticket = self.create_ticket()
        self.at("mon 08:48")
        self.env["ir.cron.trigger"].search([]).unlink()
        clock = self.env.registry["slm.clock"]
        with patch.object(clock, "_lock_tickets", lambda _self, tickets: tickets[:0]):
            self.run_cron()
        self.assertEqual(self.get_triggers(), ["mon 08:48:10"])
        self.at("mon 08:48:10")
        self.run_cron()
        self.assertEqual(ticket.slm_status, "at_risk")

    def test_cron_is_not_deactivated(self):
        """It runs at least each minute, in case nobody woke it."""
        cron = self.env.ref("slm_management.ir_cron_due")
        self.assertTrue(cron.active)
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "minutes"))


class TestCronReplan(CronCommon):
    """Service hours change: open clocks follow in the background, others do not."""

    def setUp(self):
        super().setUp()
        self.env["ir.cron.trigger"].search([]).unlink()

    def assertReplanned(self, ticket, author, **deadlines):
        """One ``hours`` event by its author; the ticket itself was not written."""
        self.assertDeadlines(ticket, **deadlines)
        events = self.get_events(ticket, "hours")
        self.assertEqual(events.user_id, author)
        self.assertEqual(len(events), 1)
        self.assertEqual(tell(ticket.write_date), "mon 08:00")

    def test_holiday_in_the_future(self):
        self.agreement.target_ids[0].closure_minutes = 960
        ticket = self.create_ticket()
        self.assertEqual(tell(ticket.slm_closure_deadline), "tue 17:00")
        self.at("mon 09:30")
        self.env["resource.calendar.leaves"].with_user(self.administrator).create(
            {
                "name": "Forgotten",
                "calendar_id": self.office.id,
                "date_from": moment("tue 00:00"),
                "date_to": moment("tue 23:59:59"),
            }
        )
        self.assertEqual(tell(ticket.slm_closure_deadline), "tue 17:00", "Not yet")
        self.assertEqual(self.get_triggers("replan"), ["mon 09:30"])
        self.run_cron("replan")
        self.assertReplanned(
            ticket,
            self.administrator,
            response="mon 09:00",
            completion="mon 12:00",
            closure="wed 17:00",
        )

    def test_holiday_in_the_past(self):
        """A forgotten holiday is made good: the past is folded anew as well."""
        ticket = self.create_ticket(phase="working")
        self.at("mon 11:00")
        holiday = self.create_holiday("mon", "mon")
        self.run_cron("replan")
        self.assertReplanned(
            ticket,
            self.env.user,
            response="mon 09:00",
            completion="tue 12:00",
            closure="tue 17:00",
        )
        self.assertClock(ticket, used=0)
        holiday.unlink()
        self.run_cron("replan")
        self.assertClock(ticket, deadline="mon 12:00")

    def test_holiday_moved(self):
        holiday = self.create_holiday("tue", "tue")
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 09:00")
        self.move(ticket, "working", "mon 16:00")
        self.assertClock(ticket, deadline="wed 10:00")
        holiday.write(
            {"date_from": moment("wed 00:00"), "date_to": moment("wed 23:59:59")}
        )
        self.run_cron("replan")
        self.assertClock(ticket, deadline="tue 10:00")

    def test_holiday_of_all_calendars(self):
        """A closing day without a calendar is one for the whole company."""
        ticket = self.create_ticket(phase="working")
        self.create_holiday("mon", "mon", calendar_id=False)
        self.run_cron("replan")
        self.assertClock(ticket, deadline="tue 12:00")

    def test_holiday_of_another_company(self):
        ticket = self.create_ticket(phase="working")
        other = self._create_company(name="Other Company")
        leaves = self.env["resource.calendar.leaves"].with_company(other)
        holiday = leaves.create(
            {"date_from": moment("mon 00:00"), "date_to": moment("mon 23:59:59")}
        )
        self.assertEqual(holiday.company_id, other)
        self.run_cron("replan")
        self.assertClock(ticket, deadline="mon 12:00")
        self.assertFalse(self.get_events(ticket, "hours"))

    def test_leave_of_a_person(self):
        """Somebody's time off closes no service hours."""
        ticket = self.create_ticket(phase="working")
        resource = self.env["resource.resource"].create(
            {"name": "Somebody", "calendar_id": self.office.id}
        )
        self.create_holiday("mon", "mon", resource_id=resource.id)
        self.run_cron("replan")
        self.assertClock(ticket, deadline="mon 12:00")

    def test_hours_edited(self):
        ticket = self.create_ticket(phase="working")
        self.at("mon 09:00")
        self.office.with_user(self.manager).attendance_ids = week((8, 10), (14, 18))
        self.run_cron("replan")
        self.assertReplanned(
            ticket,
            self.manager,
            response="mon 09:00",
            completion="mon 16:00",
            closure="tue 10:00",
        )

    def test_hours_edited_line_by_line(self):
        ticket = self.create_ticket(phase="working")
        line = self.office.attendance_ids.filtered(
            lambda line: line.dayofweek == "0" and line.hour_from == 8
        )
        line.with_user(self.administrator).hour_to = 11
        self.run_cron("replan")
        self.assertReplanned(
            ticket,
            self.administrator,
            response="mon 09:00",
            completion="mon 14:00",
            closure="tue 09:00",
        )

    def test_time_zone_edited(self):
        ticket = self.create_ticket(phase="working")
        self.office.tz = "Europe/London"
        self.run_cron("replan")
        self.assertClock(ticket, deadline="mon 13:00")

    def test_edit_that_moves_nothing(self):
        """No event, no write; and the clock is not looked at again and again."""
        ticket = self.create_ticket(phase="working")
        self.create_holiday("mon+9", "mon+9")
        self.run_cron("replan")
        self.assertFalse(self.get_events(ticket, "hours"))
        self.assertFalse(self.env["slm.clock"]._get_stale())

    def test_calendar_of_the_agreement_replaced(self):
        """An approved agreement keeps its hours; an import may correct them."""
        ticket = self.create_ticket(phase="working")
        self.at("mon 09:00")
        self.agreement.with_user(self.manager).sudo().calendar_id = self.always
        self.assertEqual(self.get_triggers("replan"), ["mon 09:00"])
        self.run_cron("replan")
        self.assertReplanned(
            ticket,
            self.manager,
            response="mon 09:00",
            completion="mon 12:00",
            closure="mon 16:00",
        )
        self.assertEqual(self.get_clock(ticket).calendar_id, self.always)

    def test_stopped_clocks_stay(self):
        ticket = self.create_ticket()
        self.move(ticket, "completed", "mon 11:00")
        self.at("mon 16:00")
        self.create_holiday("mon", "mon")
        self.run_cron("replan")
        self.assertClock(ticket, "response", used=180, breached="mon 09:00")
        self.assertClock(ticket, used=180, stopped="mon 11:00", deadline="mon 12:00")
        self.assertClock(ticket, "closure", used=0, deadline="tue 17:00")
        self.move(ticket, "closed", "tue 09:00")
        self.assertClock(ticket, used=180, stopped="mon 11:00", deadline="mon 12:00")
        self.assertClock(ticket, "closure", used=60, outcome="met")

    def test_closed_ticket_stays(self):
        ticket = self.create_ticket()
        self.move(ticket, "closed", "mon 11:00")
        events = len(ticket.slm_event_ids)
        self.create_holiday("mon", "mon")
        self.run_cron("replan")
        ticket.invalidate_recordset()
        self.assertEqual(len(ticket.slm_event_ids), events)
        self.assertClock(ticket, "closure", used=180, outcome="met")
        told = self.env["slm.explanation"].create(
            {"clock_id": ticket.slm_clock_ids[0].id}
        )
        self.assertTrue(told.hours_edited, "its story is over other hours, and says so")

    def test_reopened_after_an_edit_of_hours(self):
        """It goes on over today's hours, the past included."""
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "closed", "mon 11:00")
        self.at("mon 16:00")
        self.create_holiday("mon", "mon")
        self.run_cron("replan")
        self.move(ticket, "working", "tue 08:00")
        self.assertClock(ticket, used=0, deadline="tue 12:00")

    def test_paused_clock(self):
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "wait_customer", "mon 10:00")
        self.at("tue 09:00")
        self.create_holiday("mon", "mon")
        self.run_cron("replan")
        self.assertClock(ticket, state="paused", used=0, deadline=False, next=False)
        self.move(ticket, "working")
        self.assertClock(ticket, deadline="tue 14:00")

    def test_late_by_the_edit(self):
        """More hours in the past may use up a target: late at the change, one note."""
        self.office.attendance_ids = week((10, 12), (13, 17))
        ticket = self.create_ticket(phase="working")
        self.assertClock(ticket, deadline="mon 15:00")
        self.at("mon 14:00")
        self.office.attendance_ids = week((8, 17))
        self.run_cron("replan")
        self.assertClock(ticket, breached="mon 14:00", used=360, outcome="missed")
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)

    def test_breach_before_the_edit_stays(self):
        """It happened, though the cron had not yet looked, and stays."""
        ticket = self.create_ticket(phase="working")
        self.at("mon 14:00")
        self.create_holiday("mon", "mon")
        self.run_cron("replan")
        self.assertClock(ticket, breached="mon 12:00", outcome="missed")
        self.assertEqual(len(self.get_breach_notes(ticket)), 1)

    def test_no_breach_over_hours_that_are_gone(self):
        """Hours are edited in time, the clock is looked at after its old deadline."""
        ticket = self.create_ticket(phase="working")
        self.at("mon 11:59")
        self.create_holiday("mon", "mon")
        self.at("mon 14:00")
        self.run_cron("due")
        self.assertClock(ticket, breached=False, used=0, deadline="tue 12:00")
        self.assertFalse(self.get_breach_notes(ticket))

    def test_late_soon_after_the_edit(self):
        """Late when the new hours have used up the target, not when it is seen."""
        ticket = self.create_ticket(phase="working")
        self.at("mon 10:00")
        self.office.attendance_ids = week((7, 17))
        self.agreement.calendar_id = self.always
        self.at("mon 12:30")
        self.run_cron("replan")
        self.assertClock(ticket, breached="mon 12:00", used=270, outcome="missed")
        self.assertEqual(self.get_events(ticket, "hours").at, moment("mon 10:00"))

    def test_other_company_of_the_hours(self):
        """Hours of another company have its holidays."""
        shared = self.create_calendar("Shared", (8, 12), (13, 17), company_id=False)
        self.agreement.calendar_id = shared
        other = self._create_company(name="Other Company")
        holiday = self.create_holiday("mon", "mon", calendar=shared)
        holiday.company_id = other
        ticket = self.create_ticket(phase="working")
        self.assertClock(ticket, deadline="mon 12:00")
        self.env["ir.cron.trigger"].search([]).unlink()
        shared.company_id = other
        self.assertEqual(self.get_triggers("replan"), ["mon 08:00"])
        self.run_cron("replan")
        self.assertClock(ticket, deadline="tue 12:00")

    @mute_logger(LOGGER)
    def test_failing_ticket_is_skipped_and_tried_again(self):
        tickets = self.create_ticket() | self.create_ticket() | self.create_ticket()
        self.create_holiday("mon", "mon")
        with self.break_tickets(tickets[1]):
            self.run_cron("replan")
        shown = tickets.mapped(lambda ticket: tell(ticket.slm_completion_deadline))
        self.assertEqual(shown, ["tue 12:00", "mon 12:00", "tue 12:00"])
        self.run_cron("replan")
        self.assertDeadlines(tickets[1], "tue 09:00", "tue 12:00", "tue 17:00")

    def test_batches(self):
        tickets = self.env["helpdesk.ticket"]
        for _number in range(5):
            tickets |= self.create_ticket()
        self.create_holiday("mon", "mon")
        with patch.object(slm_clock, "BATCH_SIZE", 2):
            self.run_cron("replan")
        shown = tickets.mapped(lambda ticket: tell(ticket.slm_completion_deadline))
        self.assertEqual(shown, ["tue 12:00"] * 5)

    def test_shared_calendar_and_holiday_of_one_company(self):
        """One calendar, two companies, a closing day of one of them."""
        shared = self.create_calendar("Shared", (8, 12), (13, 17), company_id=False)
        other = self._create_company(name="Other Company")
        self.agreement.calendar_id = shared
        self.create_agreement(company_id=other.id, calendar_id=shared.id)
        here = self.create_ticket()
        there = self.create_ticket(company_id=other.id)
        self.create_holiday("mon", "mon", calendar_id=shared.id)
        self.run_cron("replan")
        self.assertClock(here, deadline="tue 12:00")
        self.assertClock(there, deadline="mon 12:00")
        self.assertFalse(self.get_events(there, "hours"))

    def test_a_write_before_the_cron(self):
        """Who writes before the cron counts by the hours as they are now."""
        ticket = self.create_ticket(phase="working")
        self.at("mon 10:00")
        self.create_holiday("mon", "mon")
        ticket.priority = "3"
        self.assertClock(ticket, used=0, deadline="tue 10:00")
        self.run_cron("replan")
        self.assertClock(ticket, used=0, deadline="tue 10:00")


class TestRebuild(CronCommon):
    """Folding from the events again finds what is not as it should be."""

    def rebuild(self, tickets):
        self.env.flush_all()
        return tickets._slm_rebuild()

    def test_healthy(self):
        tickets = self.create_ticket() | self.create_ticket(partner_id=False)
        self.at("mon 10:00")
        self.assertEqual(self.rebuild(tickets), [])
        self.assertEqual(self.rebuild(self.env["helpdesk.ticket"]), [])
        action = tickets.action_slm_rebuild()
        self.assertEqual(action["params"]["type"], "success")

    def test_tampered_clock(self):
        ticket = self.create_ticket()
        clock = self.get_clock(ticket)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE slm_clock SET deadline = deadline + interval '1 day', "
            "elapsed_seconds = 7 WHERE id = %s",
            [clock.id],
        )
        differences = self.rebuild(ticket)
        self.assertEqual(
            {(d["ticket_id"], d["clock_id"], d["field"]) for d in differences},
            {
                (ticket.id, clock.id, "deadline"),
                (ticket.id, clock.id, "elapsed_seconds"),
            },
        )
        difference = next(d for d in differences if d["field"] == "deadline")
        self.assertEqual(difference["folded"], moment("mon 12:00"))
        self.assertEqual(difference["stored"], moment("tue 12:00"))
        self.assertDeadlines(ticket, "mon 09:00", "mon 12:00", "mon 17:00")
        self.assertEqual(self.rebuild(ticket), [])

    def test_tampered_outcome_of_a_stopped_clock(self):
        ticket = self.create_ticket()
        self.move(ticket, "closed", "mon 14:00")
        self.env.cr.execute(
            "UPDATE slm_clock SET outcome = 'met', breached_at = NULL "
            "WHERE ticket_id = %s AND metric = 'completion'",
            [ticket.id],
        )
        self.env.invalidate_all()
        fields_found = {d["field"] for d in self.rebuild(ticket)}
        self.assertEqual(fields_found, {"outcome", "breached_at"})
        self.assertEqual(self.rebuild(ticket), [], "It is mended")
        self.assertClock(ticket, outcome="missed", breached="mon 12:00")

    def test_missing_clock(self):
        ticket = self.create_ticket()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM slm_clock WHERE ticket_id = %s", [ticket.id])
        self.env.invalidate_all()
        self.assertEqual(len(self.rebuild(ticket)), 3)
        self.assertEqual(self.rebuild(ticket), [])
        self.assertClock(ticket, deadline="mon 12:00")

    def test_tampered_facts(self):
        ticket = self.create_ticket()
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE helpdesk_ticket
                  SET slm_facts = slm_facts || '{"priority": "3"}' WHERE id = %s""",
            [ticket.id],
        )
        self.env.invalidate_all()
        self.assertEqual([d["field"] for d in self.rebuild(ticket)], ["slm_facts"])
        self.tampered = True

    def test_action_reports(self):
        ticket = self.create_ticket()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM slm_clock WHERE ticket_id = %s", [ticket.id])
        self.env.invalidate_all()
        params = ticket.with_user(self.agent).action_slm_rebuild()["params"]
        self.assertEqual(params["type"], "warning")
        self.assertIn(ticket.number, params["message"])

    def test_frozen_clock_is_no_difference(self):
        """A stopped clock whose hours were edited afterwards is left out."""
        ticket = self.create_ticket()
        self.move(ticket, "closed", "mon 11:00")
        self.create_holiday("mon", "mon")
        self.run_cron("replan")
        self.assertEqual(self.rebuild(ticket), [])
        self.assertClock(ticket, used=180)

    def test_overdue_clock_is_no_difference(self):
        """What only the cron has not seen yet is no fault; the breach is recorded."""
        ticket = self.create_ticket()
        self.at("mon 10:00")
        self.assertEqual(self.rebuild(ticket), [])
        self.assertClock(ticket, "response", breached="mon 09:00")

    def test_life_of_a_busy_ticket(self):
        """After each step of a long life the events bear out what is stored."""
        self.create_agreement(
            name="Night",
            consumers=[self.stranger],
            calendar_id=self.always.id,
            pause_supplier=True,
        )
        ticket = self.create_ticket()
        now = moment("mon 08:00")
        steps = [
            {"stage_id": self.stages["working"].id},
            {"priority": "3"},
            {"stage_id": self.stages["wait_customer"].id},
            {"partner_id": self.stranger.id},
            {"stage_id": self.stages["wait_supplier"].id},
            {"priority": "0"},
            {"stage_id": self.stages["completed"].id},
            {"stage_id": self.stages["working"].id},
            {"partner_id": self.person.id, "slm_service_id": self.service.id},
            {"active": False},
            {"active": True},
            {"stage_id": self.stages["cancelled"].id},
            {"stage_id": self.stages["waiting"].id},
            {"stage_id": self.stages["closed"].id},
        ]
        for number, vals in enumerate(steps):
            now += timedelta(hours=5, minutes=7 * number)
            self.at(now)
            if number % 3 == 0:
                self.run_cron()
            if number == 7:
                self.create_holiday("mon", "mon")
            if number == 8:
                self.run_cron("replan")
            ticket.write(vals)
            with self.subTest(step=number):
                self.assertEqual(self.rebuild(ticket), [])
        self.assertEqual(len(ticket.slm_event_ids.filtered("user_id")), 15)
        changes = ticket.slm_event_ids.filtered(lambda event: event.kind != "breach")
        times = changes.sorted("id").mapped("at")
        self.assertEqual(times, sorted(times), "A history goes forward")
