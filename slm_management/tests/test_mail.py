# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from itertools import count

from odoo.tools import mute_logger

from .common import SlmCommon

#: no two e-mails have the same id
NUMBERS = count(1)
MAIL = """From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{message_id}@slm.test>
{more}Content-Type: text/plain; charset=utf-8

{body}
"""


class MailCommon(SlmCommon):
    @classmethod
    def default_env_context(cls):
        """Mail as it is in use, with its followers and notifications."""
        return {"no_reset_password": True}

    def setUp(self):
        super().setUp()
        self.ticket = self.create_ticket()

    def receive(self, sender, reply_to=None, ticket_vals=None):
        """An e-mail comes in by the gateway; a reply to a message of a ticket."""
        number = next(NUMBERS)
        more = f"In-Reply-To: {reply_to.message_id}\n" if reply_to else ""
        text = MAIL.format(
            sender=sender,
            to="help@slm.test",
            subject="It does not work",
            message_id=f"test-{number}",
            more=more,
            body="Some text",
        )
        gateway = self.env["mail.thread"].with_context(fetchmail_cron_running=True)
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            thread_id = gateway.message_process(
                "helpdesk.ticket", text, custom_values=ticket_vals
            )
        return self.env["helpdesk.ticket"].browse(thread_id)

    def post(self, user, ticket=None, **kwargs):
        """What the composer of a ticket sends."""
        kwargs = {
            "body": "Some text",
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_comment",
        } | kwargs
        ticket = (ticket or self.ticket).with_user(user)
        return ticket.message_post(**kwargs)

    def assertAnswered(self, ticket=None, text="mon 08:30", user=None):
        ticket = ticket or self.ticket
        self.assertClock(ticket, "response", state="stopped", stopped=text)
        event = self.get_events(ticket, "answer")
        self.assertEqual(len(event), 1)
        if user:
            self.assertEqual(event.user_id, user)

    def assertUnanswered(self, ticket=None):
        ticket = ticket or self.ticket
        self.assertClock(ticket, "response", state="running", deadline="mon 09:00")
        self.assertFalse(self.get_events(ticket, "answer"))


class TestAnswer(MailCommon):
    """Response stops at the first public answer of an internal user."""

    def setUp(self):
        super().setUp()
        self.at("mon 08:30")

    def test_answer_of_an_agent(self):
        self.post(self.agent)
        self.assertAnswered(user=self.agent)
        self.assertClock(self.ticket, state="running", deadline="mon 12:00")

    def test_answer_of_somebody_without_our_groups(self):
        self.post(self.helpdesk_user)
        self.assertAnswered(user=self.helpdesk_user)

    def test_second_answer_changes_nothing(self):
        self.post(self.agent)
        self.at("mon 08:50")
        self.post(self.helpdesk_user)
        self.assertAnswered(user=self.agent)
        self.assertEqual(len(self.ticket.slm_event_ids), 2)

    def test_answer_in_a_later_stage(self):
        self.move(self.ticket, "working", "mon 08:40")
        self.at("mon 08:50")
        self.post(self.agent)
        self.assertClock(self.ticket, "response", stopped="mon 08:40")

    def test_answer_too_late(self):
        self.at("mon 09:30")
        self.post(self.agent)
        self.assertAnswered(text="mon 09:30")
        self.assertClock(
            self.ticket, "response", breached="mon 09:00", outcome="missed", used=90
        )
        self.assertEqual(len(self.get_breach_notes(self.ticket)), 1)

    def test_answer_by_email(self):
        message = self.post(self.portal_user)
        self.receive(self.agent.email_formatted, reply_to=message)
        self.assertAnswered()
        self.assertEqual(self.ticket.message_ids[0].message_type, "email")

    def test_answer_before_there_is_an_agreement(self):
        """Whoever takes over later knows that there was an answer."""
        ticket = self.create_ticket(partner_id=False)
        self.at("mon 08:45")
        self.post(self.agent, ticket)
        self.at("mon 10:00")
        ticket.partner_id = self.person
        self.assertClock(ticket, "response", stopped="mon 08:45", outcome="met")

    def test_customer_is_no_answer(self):
        self.post(self.portal_user)
        self.assertUnanswered()

    def test_customer_by_email_is_no_answer(self):
        message = self.post(self.portal_user)
        self.receive(self.person.email_formatted, reply_to=message)
        self.receive("somebody@else.example", reply_to=message)
        self.assertUnanswered()
        self.assertEqual(len(self.ticket.message_ids.filtered("email_from")), 4)

    def test_internal_note_is_no_answer(self):
        self.post(self.agent, subtype_xmlid="mail.mt_note")
        self.post(self.agent, is_internal=True)
        self.assertUnanswered()

    def test_reply_to_an_internal_note_is_no_answer(self):
        note = self.post(self.helpdesk_user, subtype_xmlid="mail.mt_note")
        self.receive(self.agent.email_formatted, reply_to=note)
        self.assertUnanswered()

    def test_automatic_message_is_no_answer(self):
        for message_type in ("auto_comment", "notification", "out_of_office"):
            with self.subTest(message_type=message_type):
                self.post(self.agent, message_type=message_type)
                self.assertUnanswered()

    def test_internal_requester_is_no_answer(self):
        """Who works here and asks for help does not answer to themselves."""
        self.create_agreement(consumers=[self.helpdesk_user.partner_id])
        self.at("mon 08:00")
        ticket = self.create_ticket(partner_id=self.helpdesk_user.partner_id.id)
        self.at("mon 08:30")
        self.post(self.helpdesk_user, ticket)
        self.assertUnanswered(ticket)
        self.post(self.agent, ticket)
        self.assertAnswered(ticket, user=self.agent)

    def test_colleague_of_the_requester_is_no_answer(self):
        """In an in-house desk everybody is internal; only the desk answers."""
        colleague = self.create_user("colleague", "base.group_user")
        colleague.partner_id.parent_id = self.organisation
        self.ticket.message_subscribe(colleague.partner_id.ids)
        self.post(colleague)
        self.assertUnanswered()
        self.agent.partner_id.parent_id = self.organisation
        self.post(self.agent)
        self.assertAnswered(user=self.agent)

    def test_answer_in_the_name_of_a_customer(self):
        """An agent enters by hand what the customer said on the telephone."""
        self.post(self.agent, author_id=self.person.id)
        self.assertUnanswered()

    def test_log_is_no_answer(self):
        self.ticket.with_user(self.agent)._message_log(body="Some text")
        self.move(self.ticket, "waiting")
        self.assertUnanswered()

    def test_messages_of_old_tickets(self):
        """A ticket without history stays without."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET slm_facts = NULL WHERE id = %s",
            [self.ticket.id],
        )
        self.env.invalidate_all()
        events = len(self.ticket.slm_event_ids)
        self.post(self.agent)
        self.assertEqual(len(self.ticket.slm_event_ids), events)


class TestGateway(MailCommon):
    """Tickets that come by e-mail."""

    def test_ticket_of_a_known_person(self):
        ticket = self.receive(self.person.email_formatted)
        self.assertEqual(ticket.partner_id, self.person)
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        self.assertUnanswered(ticket)
        self.assertDeadlines(ticket, "mon 09:00", "mon 12:00", "mon 17:00")

    def test_ticket_of_somebody_unknown(self):
        ticket = self.receive("somebody@else.example")
        self.assertFalse(ticket.slm_agreement_id)
        everybody = self.create_agreement(name="All", consumers=[False])
        ticket = self.receive("somebody@else.example")
        self.assertEqual(ticket.slm_agreement_id, everybody)
        self.assertUnanswered(ticket)

    def test_ticket_of_a_colleague(self):
        """The e-mail that opens a ticket is no answer to it."""
        self.create_agreement(consumers=[self.helpdesk_user.partner_id])
        ticket = self.receive(self.helpdesk_user.email_formatted)
        self.assertEqual(ticket.partner_id, self.helpdesk_user.partner_id)
        self.assertUnanswered(ticket)

    def test_ticket_by_the_alias_of_a_team(self):
        """The gateway acts for the team's company, not for that of a user."""
        other = self._create_company(name="Other Company")
        calendar = self.create_calendar("Other", (8, 10), company_id=other.id)
        foreign = self.create_agreement(
            name="Foreign", company_id=other.id, calendar_id=calendar.id
        )
        team = self.env["helpdesk.ticket.team"].create(
            {"name": "Abroad", "company_id": other.id}
        )
        ticket = self.receive(
            self.person.email_formatted, ticket_vals={"team_id": team.id}
        )
        self.assertEqual(ticket.company_id, other)
        self.assertEqual(ticket.slm_agreement_id, foreign)
        self.assertClock(ticket, deadline="tue 10:00")

    def test_customer_answers_and_the_stage_follows(self):
        """A stage set by whatever reads the e-mail resumes the clocks."""
        self.move(self.ticket, "wait_customer", "mon 09:00")
        self.at("mon 11:00")
        message = self.ticket.message_ids[-1:]
        self.receive(self.person.email_formatted, reply_to=message)
        self.assertClock(self.ticket, state="paused")
        ticket = self.ticket.with_user(self.env.ref("base.public_user")).sudo()
        ticket.stage_id = self.stages["working"]
        self.assertClock(self.ticket, state="running", used=60, deadline="mon 15:00")
