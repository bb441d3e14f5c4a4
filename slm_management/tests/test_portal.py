# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from datetime import timedelta

from odoo import fields, http
from odoo.tests import HttpCase, new_test_user, tagged

from .portal_case import PortalCase


@tagged("post_install", "-at_install")
class TestPortal(HttpCase):
    """Tickets that customers open and close by the pages of helpdesk_mgmt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        always = cls.env["resource.calendar"].create(
            {
                "name": "Always",
                "global_leave_ids": [fields.Command.clear()],
                "attendance_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(
                            {
                                "name": day,
                                "dayofweek": day,
                                "hour_from": 0,
                                "hour_to": 24,
                                "day_period": "full_day",
                            }
                        )
                        for day in "0123456"
                    ),
                ],
            }
        )
        cls.user = new_test_user(
            cls.env,
            login="slm_portal_page",
            groups="base.group_portal",
            context={"no_reset_password": True},
        )
        cls.agreement = cls.env["slm.agreement"].create(
            {
                "name": "Around the clock",
                "date_start": "2020-01-01",
                "calendar_id": always.id,
                "publication_ids": [
                    fields.Command.create({"partner_id": cls.user.partner_id.id})
                ],
                "target_ids": [
                    fields.Command.create(
                        {"response_minutes": 60, "completion_minutes": 240}
                    )
                ],
            }
        )
        cls.agreement.action_activate()

    def submit(self):
        self.authenticate("slm_portal_page", "slm_portal_page")
        response = self.url_open(
            "/submitted/ticket",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "subject": "From the portal",
                "description": "Please help",
            },
        )
        self.assertEqual(response.status_code, 200)
        return self.env["helpdesk.ticket"].search(
            [("partner_id", "=", self.user.partner_id.id)]
        )

    def test_submit_and_close(self):
        """Run by a user without any right of ours, who is on the events."""
        ticket = self.submit()
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        self.assertEqual(ticket.slm_event_ids.user_id, self.user)
        created_at = ticket.create_date.replace(microsecond=0)
        clocks = ticket.slm_clock_ids.sorted("target_seconds")
        self.assertEqual(clocks.mapped("metric"), ["response", "completion"])
        for clock in clocks:
            self.assertEqual(clock.state, "running")
            self.assertEqual(clock.started_at, created_at)
            target = timedelta(seconds=clock.target_seconds)
            self.assertEqual(clock.deadline, created_at + target)
        done = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        self.url_open(f"/ticket/close?ticket_id={ticket.id}&stage_id={done.id}")
        ticket.invalidate_recordset()
        clocks.invalidate_recordset()
        self.assertEqual(ticket.stage_id, done)
        self.assertEqual(clocks.mapped("outcome"), ["met", "met"])
        self.assertEqual(ticket.slm_status, "met")
        self.assertEqual(ticket.slm_event_ids[-1:].user_id, self.user)
        self.assertEqual(ticket._slm_rebuild(), [])

    def test_message_of_a_customer_by_the_portal(self):
        ticket = self.submit()
        response = self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "helpdesk.ticket",
                "thread_id": ticket.id,
                "post_data": {
                    "body": "Is there anybody?",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
            },
        )
        self.assertTrue(response)
        clock = ticket.slm_clock_ids.filtered(lambda c: c.metric == "response")
        self.assertEqual(clock.state, "running")
        self.assertEqual(ticket.slm_event_ids.mapped("kind"), ["created"])

    def test_agreement_of_another_customer(self):
        """Chosen by hand, its deadlines hold, and its name is not the requester's."""
        ticket = self.submit()
        url = f"/my/ticket/{ticket.id}"
        self.assertIn("Around the clock", self.url_open(url).text)
        other = self.agreement.copy({"name": "Secret Customer Gold"})
        other.publication_ids.partner_id = self.env["res.partner"].create({"name": "S"})
        other.action_activate()
        ticket.slm_agreement_id = other
        page = self.url_open(url).text
        self.assertIn("slm_card", page)
        self.assertIn("We answer by", page)
        self.assertNotIn("Secret Customer Gold", page)

    def test_pages_render(self):
        ticket = self.submit()
        for url in ("/my/tickets", f"/my/ticket/{ticket.id}"):
            response = self.url_open(url)
            self.assertEqual(response.status_code, 200)
            self.assertIn("From the portal", response.text)


class TestPortalTicket(PortalCase):
    """What the page of a ticket says about it, in words of the customer."""

    def create_request(self, **vals):
        vals = {"slm_process_id": self.process.id} | vals
        return self.create_ticket(slm_service_id=self.service.id, **vals)

    def read_page(self, ticket, user=None):
        """Sentences of the clocks, by the kind of sentence."""
        self.log_in(user)
        self.visit(f"/my/ticket/{ticket.id}")
        return [
            (line.get("data-case"), " ".join(line.text_content().split()))
            for line in self.page.xpath("//*[@name='slm_card']//li")
        ]

    def answer(self, ticket):
        """In public, as somebody of the desk."""
        ticket.with_user(self.agent).message_post(
            body="We are on it",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    # ------------------------------------------------------------------
    # Sentences
    # ------------------------------------------------------------------

    def test_running(self):
        ticket = self.create_request()
        self.assertEqual(
            self.read_page(ticket),
            [
                (
                    "due",
                    "We answer by Mon 09:00 AM; that is in 1 h of service time.",
                ),
                (
                    "due",
                    "We complete your request by Mon 12:00 PM; that is in 4 h of "
                    "service time.",
                ),
                (
                    "due",
                    "We close the ticket by Mon 05:00 PM; that is in 8 h of service "
                    "time.",
                ),
            ],
        )
        self.assertEqual(self.find("slm_service"), ["Service: Mail"])
        self.assertEqual(self.find("slm_process"), ["Process: Get a Mailbox"])
        self.assertFalse(self.find("slm_pause"))

    def test_time_goes_on(self):
        """Service time, not hours of the day; a minute that has begun still counts."""
        ticket = self.create_request()
        self.at("mon 12:30:15")
        self.answer(ticket)
        text = dict(self.read_page(ticket)[2:])["due"]
        self.assertIn("by Mon 05:00 PM; that is in 4 h of", text)
        self.at("mon 13:00:15")
        text = dict(self.read_page(ticket)[2:])["due"]
        self.assertIn("by Mon 05:00 PM; that is in 4 h of", text)
        self.at("mon 13:01")
        text = dict(self.read_page(ticket)[2:])["due"]
        self.assertIn("that is in 3 h 59 min of", text)

    def test_at_risk_does_not_alarm(self):
        ticket = self.create_request()
        calm = self.read_page(ticket)
        looks = self.page.xpath("//*[@name='slm_card']//li/i/@class")
        self.at("mon 08:55")
        self.run_cron()
        self.assertEqual(ticket.slm_status, "at_risk")
        self.assertEqual(
            [case for case, _text in self.read_page(ticket)],
            [case for case, _text in calm],
        )
        self.assertEqual(self.page.xpath("//*[@name='slm_card']//li/i/@class"), looks)
        self.assertNotIn("risk", self.find("slm_card")[0].lower())

    def test_met(self):
        ticket = self.create_request()
        self.at("mon 08:40")
        self.answer(ticket)
        self.move(ticket, "completed", "mon 10:00")
        self.move(ticket, "closed", "mon 11:00")
        self.assertEqual(
            self.read_page(ticket),
            [
                ("met", "We answered on Mon 08:40 AM, in time."),
                ("met", "Your request was completed on Mon 10:00 AM, in time."),
                ("met", "The ticket was closed on Mon 11:00 AM, in time."),
            ],
        )

    def test_late(self):
        """From the very second on, before the cron has recorded it; then missed."""
        ticket = self.create_request()
        self.at("mon 09:00:01")
        late = ("late", "We wanted to answer by Mon 09:00 AM and are late.")
        self.assertEqual(self.read_page(ticket)[0], late)
        self.run_cron()
        self.assertEqual(self.read_page(ticket)[0], late)
        self.at("mon 09:30")
        self.answer(ticket)
        self.assertEqual(
            self.read_page(ticket)[0],
            ("missed", "We wanted to answer by Mon 09:00 AM; it was Mon 09:30 AM."),
        )

    def test_late_and_left_out_of_reports(self):
        """Nobody makes undone that it was late, whatever it counts as."""
        ticket = self.create_request()
        self.at("mon 09:30")
        self.answer(ticket)
        said = self.read_page(ticket)
        self.assertEqual(said[0][0], "missed")
        reason = self.env.ref("slm_management.slm_exclusion_reason_user")
        clock = self.get_clock(ticket, "response")
        self.env["slm.exclusion"]._propose(clock, reason, "Wrong plug")
        self.assertEqual(clock.outcome, "excluded")
        self.assertEqual(self.read_page(ticket), said)

    def test_late_for_another_priority(self):
        """What was missed is told, not the later deadline of a lower priority."""
        self.agreement.target_ids = [
            fields.Command.clear(),
            fields.Command.create({"priority": "3", "completion_minutes": 60}),
            fields.Command.create({"completion_minutes": 240}),
        ]
        ticket = self.create_request(priority="3")
        self.at("mon 09:30")
        self.run_cron()
        ticket.priority = "1"
        late = "We wanted to complete your request by Mon 09:00 AM and are late."
        self.assertEqual(self.read_page(ticket), [("late", late)])
        self.move(ticket, "completed", "mon 10:00")
        missed = (
            "We wanted to complete your request by Mon 09:00 AM; it was Mon 10:00 AM."
        )
        self.assertEqual(self.read_page(ticket), [("missed", missed)])

    def test_waiting_for_the_customer(self):
        ticket = self.create_request()
        self.answer(ticket)
        self.move(ticket, "wait_customer", "mon 09:00")
        self.at("mon 11:00")
        self.assertEqual(
            self.read_page(ticket)[1:],
            [
                (
                    "paused",
                    "After that we complete your request within 3 h of service time.",
                ),
                (
                    "paused",
                    "After that we close the ticket within 7 h of service time.",
                ),
            ],
        )
        self.assertEqual(
            self.find("slm_pause"),
            ["The time stands still while we wait for your answer."],
        )

    def test_waiting_for_a_supplier(self):
        """Only if the agreement says so, and no name."""
        ticket = self.create_request()
        self.move(ticket, "wait_supplier")
        self.read_page(ticket)
        self.assertFalse(self.find("slm_pause"))
        self.agreement.pause_supplier = True
        ticket = self.create_request(phase="wait_supplier")
        self.assertIn("paused", dict(self.read_page(ticket)))
        self.assertEqual(
            self.find("slm_pause"),
            ["The time stands still while we wait for a supplier."],
        )

    def test_late_while_paused(self):
        ticket = self.create_request()
        self.move(ticket, "wait_customer", "mon 14:00")
        self.assertEqual(
            self.read_page(ticket)[1],
            (
                "late",
                "We wanted to complete your request by Mon 12:00 PM and are late.",
            ),
        )

    def test_target_shrunk_while_paused(self):
        """It is not late yet, and there is no time left to tell."""
        self.agreement.target_ids = [
            fields.Command.clear(),
            fields.Command.create({"completion_minutes": 480}),
            fields.Command.create({"priority": "3", "completion_minutes": 60}),
        ]
        ticket = self.create_request()
        self.move(ticket, "wait_customer", "mon 11:00")
        self.assertEqual([case for case, _text in self.read_page(ticket)], ["paused"])
        ticket.priority = "3"
        self.assertEqual(self.read_page(ticket), [])
        self.assertTrue(self.find("slm_pause"))

    def test_cancelled(self):
        ticket = self.create_request()
        self.move(ticket, "cancelled")
        self.assertEqual(self.read_page(ticket), [])
        [card] = self.find("slm_card")
        self.assertIn("Nothing is due for this ticket any more.", card)

    def test_nothing_is_promised(self):
        self.agreement.target_ids = [
            fields.Command.clear(),
            fields.Command.create({"priority": "3", "response_minutes": 5}),
        ]
        self.assertEqual(self.read_page(self.create_request()), [])
        self.assertIn("No deadline is promised", self.find("slm_card")[0])

    def test_closed_by_the_requester(self):
        """Nobody claims to have answered."""
        ticket = self.create_request()
        done = self.stages["closed"]
        ticket.with_user(self.portal_user).sudo().stage_id = done
        self.assertEqual(
            [text for _case, text in self.read_page(ticket)],
            [
                "Your request was completed on Mon 08:00 AM, in time.",
                "The ticket was closed on Mon 08:00 AM, in time.",
            ],
        )

    def test_dates_beyond_a_week(self):
        ticket = self.create_request()
        self.at("mon 08:40")
        self.answer(ticket)
        for now, told in (
            ("sun 23:00", "We answered on Mon 08:40 AM, in time."),
            ("mon+1 00:00", "We answered on 01/08/2024 08:40 AM, in time."),
        ):
            self.at(now)
            self.assertEqual(self.read_page(ticket)[0][1], told)

    def test_language_and_time_zone(self):
        """Days and times as the reader writes them, where he lives, told once."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.portal_user.write({"tz": "Asia/Shanghai", "lang": "fr_FR"})
        ticket = self.create_request()
        text = self.read_page(ticket)[0][1]
        self.assertIn("lun. 16:00", text)
        self.assertEqual(self.find("slm_card")[0].count("Asia/Shanghai"), 1)
        self.assertNotIn("Europe/Berlin", self.find("slm_card")[0])
        self.portal_user.tz = False
        self.assertIn("lun. 09:00", self.read_page(ticket)[0][1])
        self.assertEqual(self.find("slm_card")[0].count("Europe/Berlin"), 1)

    # ------------------------------------------------------------------
    # What is not told
    # ------------------------------------------------------------------

    def test_no_internal_figure(self):
        self.company.slm_portal_deadlines = True
        ticket = self.create_request(team_id=self.team.id)
        self.at("mon 08:37")
        self.read_page(ticket)
        # the token of the session is drawn by chance, and may hold any digits
        text = re.sub(r"[0-9a-f]{40}o\d+", "", self.page.text_content())
        for word in (
            *("%", "3600", "2220", "1380", self.agreement.code, self.service.code),
            *(self.process.code, self.team.name, "slm.clock"),
        ):
            self.assertNotIn(word, text)

    def test_deadlines_are_kept_back(self):
        """By the setting; what was asked for is no secret to who asked for it."""
        self.company.slm_portal_deadlines = False
        self.assertEqual(self.read_page(self.create_request()), [])
        self.assertFalse(self.find("slm_card"))
        self.assertEqual(self.find("slm_service"), ["Service: Mail"])

    def test_what_the_desk_has_filed_it_under(self):
        """Names that were never offered to the requester are not told to him."""
        service = self.create_service("Secret Storage", offered=False)
        process = self.create_process(
            "Secret Way", services=service, consumers=[self.stranger]
        )
        ticket = self.create_ticket(
            slm_service_id=service.id, slm_process_id=process.id
        )
        self.read_page(ticket)
        self.assertFalse(self.find("slm_service"))
        self.assertFalse(self.find("slm_process"))
        self.assertNotIn("Secret", self.page.text_content())

    def test_retired_later(self):
        """He still knows what he has asked for."""
        ticket = self.create_request()
        self.process.action_retire()
        self.read_page(ticket)
        self.assertEqual(self.find("slm_service"), ["Service: Mail"])
        self.assertEqual(self.find("slm_process"), ["Process: Get a Mailbox"])

    def test_expired(self):
        self.agreement.date_end = "2024-01-05"
        ticket = self.create_request()
        self.assertEqual(self.read_page(ticket), [])
        [text] = self.find("slm_expired")
        self.assertIn(f"{self.agreement.code} ended on 01/05/2024. No", text)

    def test_ended_before_its_last_day(self):
        """It did not end on a day that is to come, nor on none."""
        for last in ("2024-12-31", False):
            self.agreement.write({"date_end": last, "state": "expired"})
            ticket = self.create_request()
            self.read_page(ticket)
            [text] = self.find("slm_expired")
            self.assertIn(f"{self.agreement.code} was not in force any more", text)
            self.assertNotIn("ended on", text)

    def test_plain_ticket(self):
        """Without anything of ours the page is that of helpdesk_mgmt."""
        self.agreement.action_terminate()
        self.assertEqual(self.read_page(self.create_ticket()), [])
        for name in ("slm_service", "slm_process", "slm_card", "slm_expired"):
            self.assertFalse(self.find(name))

    def test_column_of_helpdesk_mgmt(self):
        """Customer and buttons are there: without our template they are not."""
        self.read_page(self.create_request())
        sidebar = self.page.xpath("//*[@id='sidebar_content']")[0].text_content()
        self.assertIn("Petra", sidebar)
        self.assertTrue(self.page.xpath("//form[@action='/ticket/close']"))
