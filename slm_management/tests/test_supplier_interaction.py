# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from .common import SlmCommon, moment


class TestSupplierInteraction(SlmCommon):
    """Records of contacts with suppliers: what is noted, by whom, what follows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        cls.supplier = partners.create(
            {"name": "Northern Networks", "is_company": True, "slm_is_supplier": True}
        )
        cls.hotline = partners.create({"name": "Hanna", "parent_id": cls.supplier.id})
        cls.other_company = cls._create_company(name="Elsewhere")

    def create_interaction(self, user=None, **vals):
        records = self.env["slm.supplier.interaction"].with_user(user or self.env.user)
        return records.create(
            {"name": "Spare parts", "partner_id": self.supplier.id} | vals
        )

    def create_waiting_ticket(self, supplier=None, **vals):
        ticket = self.create_ticket(phase="wait_supplier", **vals)
        ticket.slm_supplier_id = supplier or self.supplier
        return ticket

    def plan_follow_up(self, record, day="2024-01-12", user=None):
        return record.activity_schedule(
            "mail.mail_activity_data_todo",
            fields.Date.to_date(day),
            summary="Ask again",
            user_id=(user or self.manager).id,
        )

    # ------------------------------------------------------------------
    # The record
    # ------------------------------------------------------------------

    def test_form(self):
        """The defaults: now, by telephone, me; and how long it took."""
        self.at("mon 09:00")
        records = self.env["slm.supplier.interaction"].with_user(self.administrator)
        with Form(records) as form:
            form.name = "Spare parts"
            form.partner_id = self.supplier
            form.contact_ids.add(self.hotline)
            form.duration_minutes = 30
        record = form.record
        self.assertEqual(record.user_ids, self.administrator)
        self.assertEqual((record.kind, record.code[:2]), ("call", record.code[:2]))
        self.assertEqual(record.date, moment("mon 09:00"))
        self.assertEqual(record.date_stop, moment("mon 09:30"))

    def test_people_of_another_supplier(self):
        """They are refused, and go when the supplier changes on the form."""
        with self.assertRefused("does not belong to"):
            self.create_interaction(contact_ids=[(4, self.stranger.id)])
        other = self.stranger
        other.slm_is_supplier = True
        record = self.create_interaction(contact_ids=[(4, self.hotline.id)])
        with self.assertRefused("does not belong to"):
            record.partner_id = other
        self.env.invalidate_all()
        with Form(record) as form:
            form.partner_id = other
            self.assertFalse(form.contact_ids.ids)

    def test_people_below_a_department(self):
        department = self.hotline.create(
            {"name": "South", "parent_id": self.supplier.id, "is_company": True}
        )
        person = self.hotline.create({"name": "Sven", "parent_id": department.id})
        self.assertTrue(self.create_interaction(contact_ids=[(4, person.id)]))

    def test_only_with_suppliers(self):
        with self.assertRefused("is no supplier"):
            self.create_interaction(partner_id=self.stranger.id)

    def test_file_becomes_the_records(self):
        """Who may read the record reads its files, whoever uploaded them."""
        file = self.env["ir.attachment"].with_user(self.administrator)
        file = file.create(
            {"name": "a.txt", "raw": b"A", "res_model": "slm.supplier.interaction"}
        )
        record = self.create_interaction(
            self.administrator, attachment_ids=[(4, file.id)]
        )
        self.assertEqual(file.res_id, record.id)
        self.env.invalidate_all()
        self.assertEqual(file.with_user(self.agent).raw, b"A")
        with self.assertRaises(AccessError):
            file.with_user(self.helpdesk_user).read(["raw"])

    # ------------------------------------------------------------------
    # From the supplier, from a ticket
    # ------------------------------------------------------------------

    def open_form(self, action, user):
        records = self.env[action["res_model"]].with_user(user)
        return Form(records.with_context(**action["context"]))

    def test_from_the_supplier(self):
        supplier = self.supplier.with_user(self.administrator)
        with self.open_form(
            supplier.action_slm_log_interaction(), self.administrator
        ) as form:
            form.name = "Visit"
        self.assertEqual(form.record.partner_id, self.supplier)
        self.assertEqual(supplier.slm_interaction_count, 1)
        self.assertIn(form.record, supplier.slm_interaction_ids)

    def test_from_a_ticket(self):
        """It waits for a person of the supplier, who is one of their people then."""
        ticket = self.create_waiting_ticket(self.hotline)
        ticket.user_id = self.manager
        action = ticket.with_user(self.manager).action_slm_log_interaction()
        with self.open_form(action, self.manager) as form:
            form.kind = "email"
        record = form.record
        self.assertEqual(record.ticket_id, ticket)
        self.assertEqual(record.company_id, ticket.company_id)
        self.assertEqual(record.partner_id, self.supplier)
        self.assertEqual(record.contact_ids, self.hotline)
        self.assertEqual(ticket.slm_interaction_count, 1)
        action = ticket.action_slm_view_interactions()
        self.assertEqual(record.search(action["domain"]), record)

    def test_from_a_ticket_without_a_supplier(self):
        """A contact without a file is nobody to propose."""
        ticket = self.create_waiting_ticket(self.stranger)
        action = ticket.action_slm_log_interaction()
        self.assertNotIn("default_partner_id", action["context"])
        self.assertEqual(action["context"]["default_contact_ids"], [])

    def test_ticket_chosen_on_the_form(self):
        ticket = self.create_waiting_ticket()
        form = Form(self.env["slm.supplier.interaction"])
        form.ticket_id = ticket
        self.assertEqual(form.partner_id, self.supplier)

    def test_ticket_is_deleted(self):
        ticket = self.create_waiting_ticket()
        record = self.create_interaction(ticket_id=ticket.id)
        ticket.unlink()
        self.assertFalse(record.exists().ticket_id)
        self.assertTrue(record.exists())

    # ------------------------------------------------------------------
    # Follow-ups
    # ------------------------------------------------------------------

    def test_plan_follow_up(self):
        """Core's dialog: what, by whom, until when; the supplier's file shows it."""
        record = self.create_interaction()
        action = record.with_user(self.administrator).action_plan_follow_up()
        wizard = self.env[action["res_model"]].with_user(self.administrator)
        with Form(wizard.with_context(**action["context"])) as form:
            form.activity_user_id = self.manager
            form.date_deadline = "2024-01-12"
        form.record.action_schedule_activities()
        activity = record.activity_ids
        self.assertEqual(activity.summary, "Spare parts")
        self.assertEqual(activity.user_id, self.manager)
        supplier = self.supplier.with_user(self.agent)
        self.assertEqual(supplier.slm_follow_up_ids, activity)

    def test_open_follow_ups(self):
        """Done ones go; those of another supplier were never there."""
        other = self.stranger
        other.slm_is_supplier = True
        late = self.plan_follow_up(self.create_interaction(), "2024-01-05")
        soon = self.plan_follow_up(self.create_interaction(), "2024-01-20")
        self.plan_follow_up(self.create_interaction(partner_id=other.id))
        supplier = self.supplier.with_user(self.agent)
        self.assertEqual(supplier.slm_follow_up_ids.ids, (late | soon).ids)
        late.with_user(self.manager).action_done()
        self.env.invalidate_all()
        self.assertEqual(supplier.slm_follow_up_ids, soon)

    def test_search_filters(self):
        """Open, late and mine, as the search view asks for them."""
        records = self.env["slm.supplier.interaction"].with_user(self.manager)
        late = self.create_interaction()
        self.plan_follow_up(late, "2024-01-05")
        soon = self.create_interaction()
        self.plan_follow_up(soon, "2024-01-20", self.administrator)
        none = self.create_interaction()
        self.assertEqual(records.search([("activity_ids", "!=", False)]), late | soon)
        self.assertEqual(records.search([("activity_state", "=", "overdue")]), late)
        mine = [("activity_user_id", "=", self.manager.id)]
        self.assertEqual(records.search(mine), late)
        self.assertNotIn(none, records.search([("activity_ids", "!=", False)]))

    # ------------------------------------------------------------------
    # Access
    # ------------------------------------------------------------------

    def test_agents_read(self):
        record = self.create_interaction()
        self.assertEqual(record.with_user(self.agent).name, "Spare parts")
        with self.assertRaises(AccessError):
            self.create_interaction(self.agent)
        with self.assertRaises(AccessError):
            record.with_user(self.agent).notes = "Mine"
        with self.assertRaises(AccessError):
            self.supplier.with_user(self.agent).action_slm_log_interaction()

    def test_requesters_see_nothing(self):
        record = self.create_interaction()
        ticket = self.create_waiting_ticket()
        for user in (self.helpdesk_user, self.portal_user):
            with self.assertRaises(AccessError):
                record.with_user(user).read(["name"])
            for name in ("action_slm_log_interaction", "action_slm_view_interactions"):
                with self.assertRaises(AccessError):
                    getattr(ticket.with_user(user), name)()

    def test_deleting_is_for_managers(self):
        record = self.create_interaction()
        with self.assertRaises(AccessError):
            record.with_user(self.administrator).unlink()
        record.with_user(self.administrator).action_archive()
        record.with_user(self.manager).unlink()

    def test_ticket_out_of_reach(self):
        """A ticket that the writer may not read is not named, by no road."""
        ticket = self.create_waiting_ticket()
        ticket.user_id = self.helpdesk_user
        self.assertFalse(ticket.with_user(self.administrator).has_access("read"))
        with self.assertRaises(AccessError):
            self.create_interaction(self.administrator, ticket_id=ticket.id)
        record = self.create_interaction(self.administrator)
        with self.assertRaises(AccessError):
            record.ticket_id = ticket
        with self.assertRaises(AccessError):
            record.with_context(default_ticket_id=ticket.id).create(
                {"name": "X", "partner_id": self.supplier.id}
            )
        with self.assertRaises(AccessError):
            ticket.with_user(self.administrator).action_slm_log_interaction()

    def test_form_tells_nothing_of_a_ticket_out_of_reach(self):
        ticket = self.create_waiting_ticket()
        ticket.user_id = self.helpdesk_user
        records = self.env["slm.supplier.interaction"].with_user(self.administrator)
        self.env.invalidate_all()
        spec = {"partner_id": {}, "ticket_id": {}, "company_id": {}}
        with self.assertRaises(AccessError):
            records.onchange({"ticket_id": ticket.id}, ["ticket_id"], spec)

    def test_people_out_of_reach(self):
        secret = self.env["res.partner"].create(
            {"name": "Secret", "company_id": self.other_company.id}
        )
        with (
            self.acting(self.administrator),
            self.assertRaises(AccessError) as caught,
        ):
            self.create_interaction(
                self.administrator, contact_ids=[Command.link(secret.id)]
            )
        self.assertNotIn("Secret", str(caught.exception))

    def test_other_company(self):
        """Neither supplier nor ticket of another company, whoever writes."""
        foreign = self.env["res.partner"].create(
            {
                "name": "Foreign",
                "slm_is_supplier": True,
                "company_id": self.other_company.id,
            }
        )
        with self.assertRaises(AccessError):
            self.create_interaction(self.administrator, partner_id=foreign.id)
        with self.assertRaises(UserError):
            self.create_interaction(partner_id=foreign.id)
        ticket = self.create_ticket(company_id=self.other_company.id, partner_id=False)
        with self.assertRaises(UserError):
            self.create_interaction(ticket_id=ticket.id)

    def test_ticket_stays_in_its_company(self):
        """Else the record would name a ticket of another company."""
        ticket = self.create_ticket(partner_id=False)
        record = self.create_interaction(ticket_id=ticket.id)
        record.active = False
        with self.assertRefused("can not move", ValidationError):
            ticket.company_id = self.other_company
        self.env.invalidate_all()
        record.ticket_id = False
        ticket.company_id = self.other_company
