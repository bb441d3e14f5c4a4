# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from lxml import etree

from odoo import fields
from odoo.fields import Domain
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from .common import SlmCommon, moment


class TestViewsAgreement(SlmCommon):
    """Menus, lists and forms show what they say they show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["helpdesk.ticket.team"].create({"name": "Network"})
        cls.supplier = cls.env["res.partner"].create({"name": "Elbe Lines"})
        cls.ola = cls.create_agreement(
            "Second Level", consumers=[], kind="ola", team_id=cls.team.id
        )
        cls.uc = cls.create_agreement(
            "Carrier", consumers=[], kind="uc", partner_id=cls.supplier.id
        )
        cls.expired = cls.create_agreement("Old", date_end="2023-12-31")
        cls.all = cls.agreement | cls.ola | cls.uc | cls.expired

    def find(self, name, filters=()):
        """Those of our agreements that an action shows when it opens."""
        action = self.env.ref(f"slm_management.{name}")
        context = safe_eval(action.context or "{}")
        prefix = "search_default_"
        names = {key.removeprefix(prefix) for key in context if key.startswith(prefix)}
        domain = Domain(safe_eval(action.domain or "[]", {"uid": self.env.uid}))
        for filter_name in names | set(filters):
            domain &= self.get_filter(filter_name)
        return self.all.search(domain & Domain("id", "in", self.all.ids))

    def get_filter(self, name):
        arch = self.env["slm.agreement"].get_view(
            self.env.ref("slm_management.slm_agreement_view_search").id, "search"
        )["arch"]
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return Domain(safe_eval(node.get("domain", "[]"), {"uid": self.env.uid}))

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------

    def test_a_list_for_each_kind(self):
        self.assertEqual(
            self.find("slm_agreement_action_sla"), self.agreement | self.expired
        )
        self.assertEqual(self.find("slm_agreement_action_ola"), self.ola)
        self.assertEqual(self.find("slm_agreement_action_uc"), self.uc)

    def test_valid_today(self):
        self.assertEqual(
            self.find("slm_agreement_action_valid"),
            self.agreement | self.ola | self.uc,
        )
        self.ola.date_end = "2024-01-09"
        self.at("tue 12:00")
        self.assertIn(self.ola, self.find("slm_agreement_action_valid"))
        self.at("wed 12:00")
        self.assertNotIn(self.ola, self.find("slm_agreement_action_valid"))
        self.assertIn(self.ola, self.find("slm_agreement_action_expired"))

    def test_expired_leaves_out_what_was_replaced(self):
        self.assertEqual(self.find("slm_agreement_action_expired"), self.expired)
        manager = self.expired.with_user(self.manager)
        second = self.expired.browse(manager.action_new_version()["res_id"])
        self.assertEqual(self.find("slm_agreement_action_expired"), self.expired)
        second.with_user(self.manager).action_approve()
        self.assertFalse(self.find("slm_agreement_action_expired"))

    def test_ends_within_its_lead_time(self):
        """Each by its own lead time, whether the reminder has gone out or not."""
        self.ola.write({"date_end": "2024-01-20", "reminder_days": 30})
        self.uc.write({"date_end": "2024-01-20", "reminder_days": 5})
        found = self.find("slm_agreement_action", ["remind"])
        self.assertEqual(found, self.ola)

    def test_calendar_draws_what_has_no_end(self):
        self.assertFalse(self.agreement.date_end)
        self.assertEqual(str(self.agreement.date_stop), "2025-12-31")
        drawn = self.all.search([("date_stop", ">=", "2030-01-01")])
        self.assertIn(self.agreement, drawn)
        self.assertNotIn(self.expired, drawn)

    # ------------------------------------------------------------------
    # Form
    # ------------------------------------------------------------------

    def test_form_of_each_kind(self):
        """What makes no sense for the kind is not asked for."""
        agreements = self.env["slm.agreement"].with_user(self.administrator)
        with Form(agreements.with_context(default_kind="ola")) as form:
            form.name = "First Level"
            form.team_id = self.team
            with self.assertRaises(AssertionError):
                form.partner_id = self.supplier
        with Form(agreements.with_context(default_kind="uc")) as form:
            form.name = "Paper"
            form.partner_id = self.supplier
            with self.assertRaises(AssertionError):
                form.team_id = self.team
        self.assertFalse(form.record.publication_ids)

    def test_what_was_approved_is_read_only(self):
        with Form(self.agreement.with_user(self.manager)) as form:
            for name in ("name", "partner_id", "calendar_id", "date_start"):
                with self.assertRaises(AssertionError):
                    form[name] = form[name]
            form.date_end = "2024-12-31"
        self.assertEqual(str(self.agreement.date_end), "2024-12-31")

    def test_who_took_its_place(self):
        manager = self.agreement.with_user(self.manager)
        second = self.agreement.browse(manager.action_new_version()["res_id"])
        self.assertFalse(self.agreement.replaced_by_id)
        second.date_start = "2024-02-01"
        second.with_user(self.manager).action_approve()
        self.assertEqual(self.agreement.replaced_by_id, second)
        self.assertEqual(str(self.agreement.replaced_from), "2024-02-01")

    # ------------------------------------------------------------------
    # Tickets and clocks
    # ------------------------------------------------------------------

    def test_counts_lead_to_what_is_counted(self):
        ticket = self.create_ticket(team_id=self.team.id)
        other = self.create_ticket()
        self.at("mon 09:00")
        phase = self.stages["wait_supplier"]
        ticket.write({"stage_id": phase.id, "slm_supplier_id": self.supplier.id})
        self.env.flush_all()
        self.all.invalidate_recordset()
        for agreement, tickets in (
            (self.agreement, ticket | other),
            (self.ola, ticket),
            (self.uc, ticket),
        ):
            found = self.follow(agreement.action_view_tickets())
            self.assertEqual(found, tickets)
            self.assertEqual(agreement.ticket_count, len(tickets))
            clocks = self.follow(agreement.action_view_clocks())
            self.assertEqual(clocks.agreement_id, agreement)
            self.assertEqual(agreement.clock_count, len(clocks))

    def follow(self, action):
        return self.env[action["res_model"]].search(action["domain"])

    def test_services_that_are_archived_stay_in_sight(self):
        draft = self.create_agreement(
            activate=False, service_ids=[fields.Command.set(self.service.ids)]
        )
        action = draft.action_view_services()
        self.assertEqual(self.follow(action), self.service)
        self.assertEqual(draft.service_count, 1)
        self.assertFalse(action["context"]["active_test"])

    def test_ticket_form_asks_for_the_supplier(self):
        """Only while it waits for one, and then with a hint until he is named."""
        ticket = self.create_ticket()
        with Form(ticket.with_user(self.agent)) as form:
            with self.assertRaises(AssertionError):
                form.slm_supplier_id = self.supplier
            form.stage_id = self.stages["wait_supplier"]
            form.slm_supplier_id = self.supplier
        self.assertEqual(ticket.slm_supplier_id, self.supplier)

    def test_clocks_name_who_holds_them(self):
        ticket = self.create_ticket(team_id=self.team.id, phase="wait_supplier")
        ticket.slm_supplier_id = self.supplier
        names = dict(ticket.slm_clock_ids.mapped(lambda c: (c.kind, c.holder_name)))
        self.assertEqual(names, {"sla": False, "ola": "Network", "uc": "Elbe Lines"})

    def test_time_shares_lead_to_their_ticket(self):
        ticket = self.create_ticket(team_id=self.team.id)
        self.at("mon 10:00")
        ticket.stage_id = self.stages["working"]
        share = ticket.slm_time_share_ids[:1]
        self.assertEqual(
            share.seconds, (moment("mon 10:00") - moment("mon 08:00")).seconds
        )
        action = share.action_view_ticket()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (ticket._name, ticket.id)
        )
