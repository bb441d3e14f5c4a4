# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, http
from odoo.tests import HttpCase, new_test_user, tagged


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
        self.assertIn("left", page)
        self.assertNotIn("Secret Customer Gold", page)

    def test_pages_render(self):
        ticket = self.submit()
        for url in ("/my/tickets", f"/my/ticket/{ticket.id}"):
            response = self.url_open(url)
            self.assertEqual(response.status_code, 200)
            self.assertIn("From the portal", response.text)
