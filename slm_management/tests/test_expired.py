# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import Form

from .common import SlmCommon
from .portal_case import PortalCase


class TestExpiredDesk(SlmCommon):
    """What the desk is told if only an expired agreement fits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.write(
            {
                "service_ids": [Command.set(cls.service.ids)],
                "date_end": "2024-01-05",
            }
        )

    def get_notes(self, ticket):
        return ticket.message_ids.filtered(
            lambda message: "No service level agreement" in (message.body or "")
        )

    # ------------------------------------------------------------------
    # The note
    # ------------------------------------------------------------------

    def test_note(self):
        ticket = self.create_ticket(slm_service_id=self.service.id)
        note = self.get_notes(ticket)
        self.assertEqual(len(note), 1)
        self.assertIn("ended on 01/05/2024", note.body)
        self.assertTrue(note.is_internal)
        self.assertEqual(note.author_id, self.env.ref("base.partner_root"))
        self.assertEqual(note.message_type, "comment")

    def test_note_names_no_agreement(self):
        """A colleague of the requester who follows the ticket reads it, too."""
        note = self.get_notes(self.create_ticket(slm_service_id=self.service.id))
        self.assertNotIn(self.agreement.code, note.body)
        self.assertNotIn(self.agreement.name, note.body)

    def test_note_is_no_answer(self):
        ticket = self.create_ticket(slm_service_id=self.service.id)
        self.assertFalse(ticket.slm_facts and ticket.slm_facts.get("answered"))

    def test_note_when_the_service_comes_later(self):
        ticket = self.create_ticket()
        self.assertFalse(self.get_notes(ticket))
        ticket.with_user(self.agent).slm_service_id = self.service
        note = self.get_notes(ticket)
        self.assertEqual(len(note), 1)
        self.assertEqual(note.author_id, self.env.ref("base.partner_root"))

    def test_note_of_many_tickets(self):
        """Each gets its own; what is not about an expired agreement gets none."""
        vals = {"name": "x", "description": "x", "partner_id": self.person.id}
        tickets = self.env["helpdesk.ticket"].create(
            [vals | {"slm_service_id": self.service.id}, vals]
        )
        self.assertEqual([len(self.get_notes(ticket)) for ticket in tickets], [1, 0])

    def test_note_once(self):
        """Not again by later writes, nor when the same one is found again."""
        ticket = self.create_ticket(slm_service_id=self.service.id)
        for vals in (
            {"priority": "3"},
            {"slm_process_kind": "incident"},
            {"partner_id": self.department.id},
            {"slm_service_id": self.other_service.id},
            {"slm_service_id": self.service.id},
        ):
            ticket.write(vals)
        self.assertEqual(ticket.slm_expired_agreement_id, self.agreement)
        self.assertEqual(len(self.get_notes(ticket)), 1)

    def test_note_for_another_one(self):
        other = self.create_agreement(
            name="Printing",
            service_ids=self.other_service.ids,
            date_end="2024-01-04",
        )
        ticket = self.create_ticket(slm_service_id=self.service.id)
        ticket.slm_service_id = self.other_service
        self.assertEqual(ticket.slm_expired_agreement_id, other)
        self.assertEqual(len(self.get_notes(ticket)), 2)

    def test_no_note_if_one_is_chosen(self):
        chosen = self.create_agreement(name="Chosen", consumers=[])
        ticket = self.create_ticket(
            slm_service_id=self.service.id, slm_agreement_id=chosen.id
        )
        self.assertFalse(self.get_notes(ticket))

    def test_no_note_of_a_silent_import(self):
        silent = self.env["helpdesk.ticket"].with_context(slm_silent=True)
        ticket = silent.create(
            {
                "name": "x",
                "description": "x",
                "partner_id": self.person.id,
                "slm_service_id": self.service.id,
            }
        )
        self.assertEqual(ticket.slm_expired_agreement_id, self.agreement)
        self.assertFalse(self.get_notes(ticket))

    def test_note_without_a_last_day(self):
        self.agreement.write({"date_end": False, "state": "expired"})
        note = self.get_notes(self.create_ticket(slm_service_id=self.service.id))
        self.assertIn("has expired", note.body)
        self.assertNotIn("ended on", note.body)

    def test_note_in_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.partner_id.lang = "de_DE"
        note = self.get_notes(self.create_ticket(slm_service_id=self.service.id))
        self.assertIn("05.01.2024", note.body)

    def test_the_ticket_works(self):
        ticket = self.create_ticket(slm_service_id=self.service.id)
        self.move(ticket, "working", "mon 09:00")
        self.move(ticket, "closed", "mon 10:00")
        self.assertEqual(ticket.slm_status, "none")
        self.assertFalse(ticket.slm_clock_ids)

    # ------------------------------------------------------------------
    # The history
    # ------------------------------------------------------------------

    def test_history(self):
        """It says which one had expired, and that it is not so any more."""
        ticket = self.create_ticket(slm_service_id=self.service.id)
        [event] = self.get_events(ticket, "created")
        self.assertEqual(event.after["expired"], self.agreement.id)
        self.assertIn(f"{self.agreement.display_name} has expired", event.description)
        valid = self.create_agreement(name="Valid", consumers=[])
        ticket.slm_agreement_id = valid
        [event] = self.get_events(ticket, "agreement")
        self.assertIs(event.after["expired"], None)
        self.assertNotIn("expired", event.description)

    def test_history_of_others(self):
        ticket = self.create_ticket()
        [event] = self.get_events(ticket, "created")
        self.assertNotIn("expired", event.after)

    # ------------------------------------------------------------------
    # The form
    # ------------------------------------------------------------------

    def get_form(self, ticket=None):
        tickets = self.env["helpdesk.ticket"].with_user(self.agent)
        return Form(ticket.with_user(self.agent) if ticket else tickets)

    def test_banner_before_saving(self):
        """As soon as the service is chosen, and gone with the next one."""
        with self.get_form() as form:
            form.name, form.description = "x", "x"
            form.partner_id = self.person
            self.assertFalse(form.slm_expired_shown_id)
            form.slm_service_id = self.service
            self.assertEqual(form.slm_expired_shown_id, self.agreement)
            self.assertEqual(str(form.slm_expired_on), "2024-01-05")
            form.slm_service_id = self.other_service
            self.assertFalse(form.slm_expired_shown_id)
            form.slm_service_id = self.service
        ticket = form.record
        self.assertEqual(ticket.slm_expired_agreement_id, self.agreement)
        self.assertEqual(ticket.slm_expired_shown_id, self.agreement)

    def test_banner_of_a_ticket_that_is_edited(self):
        ticket = self.create_ticket()
        with self.get_form(ticket) as form:
            form.slm_service_id = self.service
            self.assertEqual(form.slm_expired_shown_id, self.agreement)
            form.slm_service_id = self.other_service
            self.assertFalse(form.slm_expired_shown_id)

    def test_banner_by_the_day_of_creation(self):
        """What was in force when the ticket came is in force for it."""
        self.agreement.date_end = "2024-01-08"
        ticket = self.create_ticket()
        self.at("wed 09:00")
        with self.get_form(ticket) as form:
            form.slm_service_id = self.service
            self.assertFalse(form.slm_expired_shown_id)
        self.assertEqual(ticket.slm_agreement_id, self.agreement)

    def test_banner_goes_with_a_choice(self):
        chosen = self.create_agreement(name="Chosen", consumers=[])
        ticket = self.create_ticket(slm_service_id=self.service.id)
        with self.get_form(ticket) as form:
            self.assertEqual(form.slm_expired_shown_id, self.agreement)
            form.slm_agreement_id = chosen
            self.assertFalse(form.slm_expired_shown_id)
        self.assertFalse(ticket.slm_expired_shown_id)

    def test_banner_replaces_what_is_in_force(self):
        """The agreement in the form goes when the ticket is saved."""
        mine = self.create_agreement(
            name="Printing", service_ids=self.other_service.ids
        )
        ticket = self.create_ticket(slm_service_id=self.other_service.id)
        self.assertEqual(ticket.slm_agreement_id, mine)
        with self.get_form(ticket) as form:
            form.slm_service_id = self.service
            self.assertEqual(form.slm_expired_shown_id, self.agreement)
        self.assertFalse(ticket.slm_agreement_id)

    def test_banner_of_one_that_was_ended_early(self):
        """It did not end on a day that is to come, nor on none."""
        for last in ("2024-12-31", False):
            self.agreement.write({"date_end": last, "state": "expired"})
            ticket = self.create_ticket(slm_service_id=self.service.id)
            self.assertEqual(ticket.slm_expired_shown_id, self.agreement)
            self.assertFalse(ticket.slm_expired_on)

    def test_banner_of_a_list_matches_nothing(self):
        """Tickets that are saved show what is stored."""
        tickets = self.env["helpdesk.ticket"]
        for _number in range(3):
            tickets |= self.create_ticket(slm_service_id=self.service.id)
        with patch.object(
            self.env.registry["slm.matcher"], "_match_batch", side_effect=AssertionError
        ):
            shown = tickets.mapped("slm_expired_shown_id")
        self.assertEqual(shown, self.agreement)


class TestExpiredPortal(PortalCase):
    """What a requester is told if only an expired agreement fits."""

    def ask(self, process=None):
        process = process or self.process
        url = f"/my/services/{process.service_ids.id}/request/{process.id}"
        return self.visit(url)

    def submit(self):
        [token] = self.page.xpath("//input[@name='slm_request']/@value")
        before = self.env["helpdesk.ticket"].search([])
        self.response = self.post(
            "/submitted/ticket", subject="x", description="x", slm_request=token
        )
        return self.env["helpdesk.ticket"].search([]) - before

    def test_in_force(self):
        self.log_in()
        self.ask()
        self.assertFalse(self.find("slm_expired"))

    def test_form_and_page(self):
        """The form tells it, the request still works, and its page tells it again."""
        self.agreement.date_end = "2024-01-05"
        self.log_in()
        self.ask()
        [text] = self.find("slm_expired")
        self.assertIn(f"{self.agreement.code} for this ended on 01/05/2024.", text)
        self.assertIn("You can send your request all the same", text)
        ticket = self.submit()
        self.assertEqual(ticket.slm_expired_agreement_id, self.agreement)
        self.visit(self.response.headers["Location"])
        [text] = self.find("slm_expired")
        self.assertIn(f"{self.agreement.code} ended on 01/05/2024.", text)

    def test_ended_before_its_last_day(self):
        self.log_in()
        for last in ("2024-12-31", False):
            self.agreement.write({"date_end": last, "state": "expired"})
            self.ask()
            [text] = self.find("slm_expired")
            self.assertIn(f"{self.agreement.code} for this is not in force any", text)
            self.assertNotIn("ended on", text)

    def test_of_others(self):
        """Nobody learns of an agreement that does not cover him."""
        self.agreement.publication_ids.partner_id = self.stranger
        self.agreement.date_end = "2024-01-05"
        self.log_in()
        response = self.ask()
        self.assertFalse(self.find("slm_expired"))
        self.assertNotIn(self.agreement.code, response.text)

    def test_of_another_service_or_process(self):
        incident = self.env.ref("slm_management.process_kind_incident")
        self.agreement.write(
            {"date_end": "2024-01-05", "process_kind_ids": incident.ids}
        )
        broken = self.create_process("Broken", kind="incident")
        self.log_in()
        self.ask()
        self.assertFalse(self.find("slm_expired"))
        self.ask(broken)
        self.assertTrue(self.find("slm_expired"))
        self.agreement.service_ids = self.other_service
        self.ask(broken)
        self.assertFalse(self.find("slm_expired"))

    def test_of_a_single_process(self):
        self.agreement.write(
            {"date_end": "2024-01-05", "process_ids": self.process.ids}
        )
        other = self.create_process("Another")
        self.log_in()
        self.ask()
        self.assertTrue(self.find("slm_expired"))
        self.ask(other)
        self.assertFalse(self.find("slm_expired"))

    def test_another_one_is_in_force(self):
        self.agreement.date_end = "2024-01-05"
        self.create_agreement(consumers=[False])
        self.log_in()
        self.ask()
        self.assertFalse(self.find("slm_expired"))

    def test_plain_ticket(self):
        """Of a ticket that is about nothing yet nothing is known."""
        self.agreement.date_end = "2024-01-05"
        self.log_in()
        self.visit("/new/ticket")
        self.assertFalse(self.find("slm_expired"))

    def test_page_after_the_coverage_has_gone(self):
        """The ticket names it, but it covers its requester no longer."""
        self.agreement.date_end = "2024-01-05"
        self.log_in()
        self.ask()
        ticket = self.submit()
        self.agreement.publication_ids.partner_id = self.stranger
        self.visit(f"/my/ticket/{ticket.id}")
        self.assertFalse(self.find("slm_expired"))
        self.assertNotIn(self.agreement.code, self.page.text_content())
