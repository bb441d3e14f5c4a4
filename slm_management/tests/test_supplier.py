# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from ..models.res_partner import WRITTEN
from .common import SlmCommon

FORM = "slm_management.res_partner_view_form_supplier"


class SupplierCase(SlmCommon):
    """A supplier with two people, and a keeper of contacts who is none of suppliers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        cls.supplier = partners.create(
            {"name": "Northern Networks", "is_company": True, "slm_is_supplier": True}
        )
        cls.hotline = partners.create(
            {
                "name": "Hanna",
                "parent_id": cls.supplier.id,
                "slm_contact_role": "Hotline",
            }
        )
        cls.plain = partners.create({"name": "Corner Shop", "is_company": True})
        contacts = "base.group_partner_manager"
        cls.keeper = cls.create_user("keeper", f"base.group_user,{contacts}")
        cls.agent_keeper = cls.create_user(
            "agent_keeper", f"slm_management.group_slm_agent,{contacts}"
        )

    @classmethod
    def create_evaluation(cls, partner, **vals):
        vals = {
            "partner_id": partner.id,
            "date_from": "2023-01-01",
            "date_to": "2023-12-31",
            "company_id": cls.company.id,
        } | vals
        return cls.env["slm.supplier.evaluation"].create(vals)

    @classmethod
    def create_interaction(cls, partner, **vals):
        vals = {"name": "Spare parts", "partner_id": partner.id} | vals
        return cls.env["slm.supplier.interaction"].create(vals)

    def merge(self, user, *partners):
        """Merge contacts into the first of them."""
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user)
        ids = [partner.id for partner in partners]
        wizard._merge(ids, partners[0].with_user(user), extra_checks=False)
        self.env.invalidate_all()


class TestSupplierGuard(SupplierCase):
    """Who keeps contacts does not keep supplier files by that, on no road."""

    def assertRefusedToKeepers(self, road):
        for user in (self.keeper, self.agent_keeper):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                with self.acting(user), self.env.cr.savepoint():
                    road(self.env["res.partner"].with_user(user))
                    self.env.flush_all()
        self.env.invalidate_all()

    def test_every_field_is_guarded(self):
        """A field that somebody adds to the file is guarded, too."""
        stored = {
            name
            for name, field in self.env["res.partner"]._fields.items()
            if name.startswith("slm_") and field.store and field.column_type
        }
        self.assertEqual(stored, WRITTEN)
        for name in stored:
            field = self.env["res.partner"]._fields[name]
            self.assertEqual(field.groups, "slm_management.group_slm_agent", name)
            self.assertFalse(field.copy, name)

    def test_create(self):
        self.assertRefusedToKeepers(
            lambda partners: partners.create({"name": "X", "slm_is_supplier": True})
        )

    def test_create_by_defaults(self):
        self.assertRefusedToKeepers(
            lambda partners: partners.with_context(
                default_slm_is_supplier=True, default_slm_supplier_status="approved"
            ).create({"name": "X"})
        )

    def test_write(self):
        for values in (
            {"slm_is_supplier": True},
            {"slm_supplier_status": "approved"},
            {"slm_contact_role": "Boss"},
            {"slm_account_manager_id": self.manager.id},
            {"slm_contact_calendar_id": self.office.id},
        ):
            self.assertRefusedToKeepers(
                lambda partners, values=values: partners.browse(self.plain.id).write(
                    values
                )
            )

    def test_write_does_not_tell(self):
        """To hit what stands there is refused like anything else."""
        supplier = self.supplier.with_user(self.keeper)
        errors = set()
        for status in ("candidate", "watch"):
            with self.assertRaises(AccessError) as caught:
                supplier.write({"slm_supplier_status": status})
            errors.add(str(caught.exception))
        self.assertEqual(len(errors), 1)

    def test_write_of_the_same(self):
        """What an agent sends along unchanged is no writing."""
        supplier = self.supplier.with_user(self.agent_keeper)
        supplier.write({"slm_supplier_status": "candidate", "phone": "+49 30 1"})
        self.assertEqual(self.supplier.phone, "+49 30 1")

    def test_children(self):
        for command in (
            Command.create({"name": "X", "slm_contact_role": "Boss"}),
            Command.update(self.hotline.id, {"slm_contact_role": "Boss"}),
        ):
            self.assertRefusedToKeepers(
                lambda partners, command=command: partners.browse(
                    self.supplier.id
                ).write({"child_ids": [command]})
            )

    def test_import(self):
        for user in (self.keeper, self.agent_keeper):
            partners = self.env["res.partner"].with_user(user)
            with mute_logger("odoo.sql_db"):
                result = partners.load(
                    ["name", "slm_is_supplier"], [["Imported", "True"]]
                )
            self.assertFalse(result["ids"], user.login)
            self.assertFalse(partners.search([("name", "=", "Imported")]))

    def test_copy(self):
        """A copy has no file; one with a file is refused."""
        copy = self.supplier.with_user(self.keeper).copy()
        self.assertFalse(copy.sudo().slm_is_supplier)
        self.assertRefusedToKeepers(
            lambda partners: partners.browse(self.supplier.id).copy(
                {"slm_is_supplier": True}
            )
        )

    def test_user_form(self):
        """Users are contacts, too: by their fields nobody comes to the file."""
        with self.assertRaises(AccessError):
            self.keeper.with_user(self.keeper).write({"slm_is_supplier": True})
        with self.assertRaises(AccessError):
            self.agent.with_user(self.agent).write({"slm_is_supplier": True})

    def test_lists_of_documents(self):
        """The lists on the file are no way to write documents."""
        evaluation = self.create_evaluation(self.supplier)
        interaction = self.create_interaction(self.supplier)
        for name, record in (
            ("slm_evaluation_ids", evaluation),
            ("slm_interaction_ids", interaction),
        ):
            self.assertRefusedToKeepers(
                lambda partners, name=name, record=record: partners.browse(
                    self.plain.id
                ).write({name: [Command.link(record.id)]})
            )

    def test_merge(self):
        self.assertRefusedToKeepers(
            lambda partners: self.merge(partners.env.user, self.plain, self.supplier)
        )
        self.assertTrue(self.supplier.exists())
        self.assertFalse(self.plain.slm_is_supplier)

    def test_merge_into_a_supplier(self):
        """A double without a file may go."""
        for user in (self.keeper, self.agent_keeper):
            double = self.env["res.partner"].create({"name": "Northern Netwroks"})
            self.merge(user, self.supplier, double)
            self.assertFalse(double.exists())
            self.assertEqual(self.supplier.slm_supplier_status, "candidate")

    def test_ordinary_contacts(self):
        """Agents with rights on contacts go on creating contacts."""
        partners = self.env["res.partner"].with_user(self.agent_keeper)
        contact = partners.create({"name": "New", "child_ids": [(0, 0, {"name": "C"})]})
        contact.write({"phone": "1", "parent_id": self.supplier.id})
        self.assertEqual(contact.slm_file_id, self.supplier)

    def test_actions(self):
        for user in (self.keeper, self.agent_keeper, self.agent):
            for name in ("action_slm_make_supplier", "action_slm_close_file"):
                with self.subTest(user=user.login, name=name):
                    with self.assertRaises(AccessError):
                        getattr(self.supplier.with_user(user), name)()


class TestSupplierFile(SupplierCase):
    """What is kept on a supplier, by whom, and who sees it."""

    def create_contract(self, partner, **vals):
        return self.env["slm.contract"].create(
            {"name": "Maintenance", "partner_id": partner.id} | vals
        )

    # ------------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------------

    def test_administrator_keeps_files(self):
        """Without rights on contacts beside: supplier, people and their hours."""
        self.assertFalse(self.administrator.has_group("base.group_partner_manager"))
        partners = self.env["res.partner"].with_user(self.administrator)
        partners = partners.with_context(
            default_slm_is_supplier=True, default_is_company=True
        )
        with Form(partners, FORM) as form:
            form.name = "Elbe Hardware"
            form.slm_account_manager_id = self.manager
            with form.child_ids.new() as line:
                line.name = "Egon"
                line.slm_contact_role = "Escalations"
                line.slm_contact_calendar_id = self.office
        supplier = form.record
        self.assertTrue(supplier.is_company)
        self.assertEqual(supplier.slm_supplier_status, "candidate")
        person = supplier.child_ids
        self.assertEqual((person.type, person.is_company), ("contact", False))
        self.assertEqual(person.slm_contact_role, "Escalations")
        self.assertFalse(person.slm_is_supplier, "The company is the supplier")
        self.assertEqual(person.slm_file_id, supplier)

    def test_administrator_renames_holder_of_account(self):
        """Core renames the holder of accounts along, and asks for rights on them."""
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "DE1", "partner_id": self.supplier.id}
        )
        self.assertEqual(bank.acc_holder_name, "Northern Networks")
        self.supplier.with_user(self.administrator).name = "Nordic Networks"
        self.assertEqual(bank.acc_holder_name, "Nordic Networks")

    def test_nobody_renames_by_that(self):
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "DE1", "partner_id": self.supplier.id}
        )
        with self.assertRaises(AccessError):
            self.supplier.with_user(self.agent).name = "Mine"
        self.assertEqual(bank.acc_holder_name, "Northern Networks")

    def test_administrator_does_not_delete_contacts(self):
        with self.assertRaises(AccessError):
            self.plain.with_user(self.administrator).unlink()

    def test_make_supplier(self):
        """Of a contact person, his company becomes the supplier."""
        person = self.env["res.partner"].create(
            {"name": "Carl", "parent_id": self.plain.id}
        )
        action = person.with_user(self.administrator).action_slm_make_supplier()
        self.assertEqual(action["res_id"], self.plain.id)
        self.assertTrue(self.plain.slm_is_supplier)
        self.assertFalse(person.slm_is_supplier)
        self.assertEqual(self.plain.slm_supplier_status, "candidate")

    def test_status_is_never_empty(self):
        self.supplier.slm_supplier_status = "approved"
        self.supplier.slm_supplier_status = False
        self.assertEqual(self.supplier.slm_supplier_status, "candidate")

    def test_close_file(self):
        self.supplier.with_user(self.administrator).action_slm_close_file()
        self.assertFalse(self.supplier.slm_is_supplier)
        self.assertFalse(self.supplier.slm_supplier_status)

    def test_close_file_with_history(self):
        for create in (self.create_interaction, self.create_evaluation):
            record = create(self.supplier)
            with self.assertRefused("Retired", ValidationError):
                with self.env.cr.savepoint():
                    self.supplier.action_slm_close_file()
            self.env.invalidate_all()
            record.unlink()

    # ------------------------------------------------------------------
    # The file
    # ------------------------------------------------------------------

    def test_family(self):
        """What names one of his people is on his file; what names others is not."""
        contracts = self.create_contract(self.supplier)
        contracts |= self.create_contract(self.hotline)
        self.create_contract(self.plain)
        item = self.env["slm.configuration.item"].create(
            {"name": "Switch", "supplier_id": self.hotline.id}
        )
        ticket = self.create_ticket(phase="wait_supplier")
        ticket.slm_supplier_id = self.hotline
        self.create_ticket().slm_supplier_id = self.supplier
        uc = self.create_agreement(
            kind="uc", partner_id=self.supplier.id, consumers=[], activate=False
        )
        supplier = self.supplier.with_user(self.agent)
        self.assertEqual(supplier.slm_file_contract_ids, contracts)
        self.assertEqual(supplier.slm_file_item_ids, item)
        self.assertEqual(supplier.slm_waiting_ticket_ids, ticket)
        self.assertEqual(supplier.slm_file_uc_ids, uc)
        counts = ("contract", "item", "waiting_ticket", "uc")
        shown = [supplier[f"slm_{name}_count"] for name in counts]
        self.assertEqual(shown, [2, 1, 1, 1])

    def test_file_of_an_archived_supplier(self):
        """Archiving hides the supplier, and changes nothing on his file."""
        contract = self.create_contract(self.hotline)
        self.create_interaction(self.supplier)
        (self.supplier | self.hotline).action_archive()
        supplier = self.supplier.with_user(self.agent)
        self.assertEqual(supplier.slm_file_contract_ids, contract)
        self.assertEqual(supplier.slm_interaction_count, 1)
        self.assertEqual(supplier.slm_supplier_status, "candidate")
        found = self.env["res.partner"].search([("slm_is_supplier", "=", True)])
        self.assertNotIn(self.supplier, found)

    def test_tickets_that_the_agent_may_read(self):
        ticket = self.create_ticket(phase="wait_supplier")
        ticket.slm_supplier_id = self.supplier
        agent = self.create_user("own", "slm_management.group_slm_agent")
        ticket.user_id = self.helpdesk_user
        self.assertEqual(self.supplier.with_user(agent).slm_waiting_ticket_count, 0)

    def test_other_company(self):
        other = self._create_company(name="Elsewhere")
        foreign = self.create_contract(self.supplier, company_id=other.id)
        supplier = self.supplier.with_user(self.agent)
        self.assertNotIn(foreign, supplier.slm_file_contract_ids)
        self.supplier.company_id = other
        with self.assertRaises(AccessError):
            supplier.read(["slm_supplier_status"])
        found = supplier.search([("slm_is_supplier", "=", True)])
        self.assertNotIn(supplier, found)

    def test_counts_in_batch(self):
        """A list of suppliers costs as many queries as one supplier does."""
        names = ["slm_contract_count", "slm_waiting_ticket_count"]

        def count(suppliers):
            self.env.flush_all()
            self.env.invalidate_all()
            suppliers = suppliers.with_user(self.agent)
            suppliers.mapped("commercial_partner_id")
            before = self.env.cr.sql_log_count
            suppliers.read([*names, "slm_interaction_count", "slm_evaluation_count"])
            return self.env.cr.sql_log_count - before

        more = self.env["res.partner"].create(
            [
                {"name": f"S{number}", "is_company": True, "slm_is_supplier": True}
                for number in range(20)
            ]
        )
        for supplier in more:
            self.create_contract(supplier)
        count(self.supplier)
        self.assertLessEqual(count(more), count(self.supplier) + 2)

    def test_requesters_see_nothing(self):
        for user in (self.keeper, self.helpdesk_user, self.portal_user):
            partners = self.env["res.partner"].with_user(user)
            self.assertFalse([n for n in partners.fields_get() if n.startswith("slm_")])
            with self.assertRaises(AccessError):
                partners.search([("slm_is_supplier", "=", True)])

    def test_ordinary_form(self):
        """The button to the file is on the form of agents only."""

        def has_button(user):
            view = self.env["res.partner"].with_user(user).get_view(view_type="form")
            arch = etree.fromstring(view["arch"])
            return bool(arch.xpath("//button[@name='action_slm_open_file']"))

        self.assertTrue(has_button(self.agent))
        self.assertFalse(has_button(self.keeper))
        action = self.hotline.with_user(self.agent).action_slm_open_file()
        self.assertEqual(action["res_id"], self.supplier.id)

    def test_no_chatter(self):
        """Every internal user reads the chatter of a contact: the file is not in it."""
        view = self.env["res.partner"].get_view(self.env.ref(FORM).id, "form")
        self.assertNotIn("<chatter", view["arch"])
        partners = self.env["res.partner"]
        tracked = partners._track_get_fields()
        self.assertFalse(WRITTEN & set(tracked))
        before = self.supplier.message_ids
        self.supplier.slm_supplier_status = "watch"
        self.create_interaction(self.supplier)
        self.flush_tracking()
        self.assertEqual(self.supplier.message_ids, before)

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    # ------------------------------------------------------------------
    # Installing, deleting, merging
    # ------------------------------------------------------------------

    def test_installation_rewrites_nothing(self):
        """A column with a default or a compute would be filled for every contact."""
        for name in WRITTEN:
            field = self.env["res.partner"]._fields[name]
            self.assertFalse(field.default, name)
            self.assertFalse(field.compute, name)
            self.assertFalse(field.required, name)

    def test_unlink_what_is_named(self):
        for create in (
            self.create_contract,
            self.create_interaction,
            self.create_evaluation,
        ):
            record = create(self.supplier)
            with self.assertRefused("Archive the contact instead", UserError):
                self.supplier.unlink()
            record.unlink()
        self.hotline.unlink()
        self.supplier.unlink()
        self.assertFalse(self.supplier.exists())

    def test_unlink_does_not_tell(self):
        """Which documents there are is told to the desk only."""
        self.create_contract(self.supplier)
        for user, told in ((self.keeper, False), (self.agent_keeper, True)):
            with self.assertRaises(UserError) as caught:
                self.supplier.with_user(user).unlink()
            self.assertEqual("Contract" in str(caught.exception), told)

    def test_merge_suppliers(self):
        """Everything goes over to the one that is left."""
        double = self.plain
        double.write(
            {"slm_is_supplier": True, "slm_account_manager_id": self.manager.id}
        )
        self.supplier.slm_supplier_status = "approved"
        person = self.env["res.partner"].create(
            {"name": "Carl", "parent_id": double.id, "email": "carl@example.com"}
        )
        contract = self.create_contract(double)
        interaction = self.create_interaction(double, contact_ids=[(4, person.id)])
        evaluation = self.create_evaluation(double)
        ticket = self.create_ticket(phase="wait_supplier")
        ticket.slm_supplier_id = double
        self.merge(self.env.user, self.supplier, double)
        self.assertFalse(double.exists())
        records = (contract, interaction, evaluation)
        for record in records:
            self.assertEqual(record.partner_id, self.supplier, record)
        self.assertEqual(ticket.slm_supplier_id, self.supplier)
        self.assertEqual(interaction.contact_ids, person)
        self.assertEqual(self.supplier.slm_supplier_status, "approved")
        self.assertEqual(self.supplier.slm_account_manager_id, self.manager)
        self.assertEqual(self.supplier.slm_waiting_ticket_ids, ticket)

    def test_merge_evaluations_of_the_same_period(self):
        """Both stay; the confirmed one is the evaluation of that period."""
        self.plain.slm_is_supplier = True
        kept = self.create_evaluation(self.plain)
        kept.sudo().write({"state": "confirmed"})
        other = self.create_evaluation(self.supplier)
        elsewhen = self.create_evaluation(self.plain, date_to="2023-06-30")
        self.merge(self.env.user, self.supplier, self.plain)
        evaluations = kept | other | elsewhen
        self.assertEqual(self.supplier.slm_evaluation_ids, evaluations)
        self.assertEqual(evaluations.filtered("is_merged"), other)
        self.assertEqual(kept.state, "confirmed")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.create_evaluation(self.supplier)

    def test_merge_leaves_others_alone(self):
        third = self.env["res.partner"].create({"name": "T", "slm_is_supplier": True})
        self.plain.slm_is_supplier = True
        evaluations = self.create_evaluation(third) | self.create_evaluation(self.plain)
        self.merge(self.env.user, self.supplier, self.plain)
        self.assertFalse(evaluations.filtered("is_merged"))
