# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo import models
from odoo.fields import Domain

from .access_matrix import AccessMatrix


class TestAccessMutation(AccessMatrix):
    """The matrix finds what is open: rules are taken away in turn, and it says so."""

    def assertFound(self, text, *sections, user=None):
        """It was closed, and it is open now, on a road to what is named."""
        found = self.find_openings([user or self.employee], sections)
        self.assertIn(text, "\n".join(found), f"{len(found)} openings")

    def patch_registry(self, model, name, value):
        self.startPatcher(patch.object(self.registry[model], name, value))

    def drop_rule(self, name):
        rule = self.env.ref(f"slm_management.{name}")
        rule.domain_force = "[(1, '=', 1)]"
        self.env.flush_all()

    def test_nothing_is_open_before(self):
        sections = ("rows", "hidden_rows", "threads", "forged")
        self.assertEqual(self.find_openings([self.employee], sections), [])

    def test_record_rule(self):
        names = ("slm.process", "slm.service", "slm.service.type")
        for name in (*names, "slm.agreement", "slm.target"):
            with self.subTest(model=name):
                self.drop_rule(f"{name.replace('.', '_')}_rule_requester")
                self.assertFound(f"{name}: search yields", "rows")

    def test_access_to_a_model(self):
        self.env["ir.model.access"].create(
            {
                "name": "Everybody",
                "model_id": self.env["ir.model"]._get_id("slm.configuration.item"),
                "group_id": self.env.ref("base.group_user").id,
                "perm_read": True,
            }
        )
        self.assertFound("slm.configuration.item: search", "models", "records")

    def test_whitelist(self):
        process = self.registry["slm.process"]
        wider = process._requester_fields | {"publication_ids"}
        self.patch_registry("slm.process", "_requester_fields", wider)
        self.assertFound("slm.process.publication_ids: probe", "fields")

    def test_whitelist_of_agreements(self):
        for name, field in (
            ("slm.agreement", "publication_ids"),
            ("slm.agreement", "partner_id"),
            ("slm.agreement", "calendar_id"),
            ("slm.target", "company_id"),
        ):
            with self.subTest(model=name, field=field):
                wider = self.registry[name]._requester_fields | {field}
                self.patch_registry(name, "_requester_fields", wider)
                self.assertFound(f"{name}.{field}: probe", "fields")

    def test_conditions_of_an_agreement(self):
        """Each of them keeps something away: kind, state, days, coverage, services."""
        domain_of = self.registry["slm.agreement"]._get_published_domain
        for name in ("kind", "state", "active", "date_start", "date_end"):
            with self.subTest(without=name):

                def wider(records, user, without=name):
                    return domain_of(records, user).map_conditions(
                        lambda condition: (
                            Domain.TRUE
                            if condition.field_expr == without
                            else condition
                        )
                    )

                self.patch_registry("slm.agreement", "_get_published_domain", wider)
                self.assertFound("slm.agreement: search", "rows")

    def test_targets_of_hidden_services(self):
        def wider(self, user):
            published = self.env["slm.agreement"].sudo()._get_published_domain(user)
            return Domain("agreement_id", "any!", published)

        self.patch_registry("slm.target", "_get_published_domain", wider)
        self.assertFound("slm.target: search yields", "rows")

    def test_access_to_what_stands_behind(self):
        """Conflicts, escalations, shares, ladders: one line of access opens them."""
        for name in (
            "slm.agreement.conflict",
            "slm.escalation.policy",
            "slm.escalation.step",
            "slm.contract",
            "slm.supplier.evaluation",
        ):
            self.env["ir.model.access"].create(
                {
                    "name": "Everybody",
                    "model_id": self.env["ir.model"]._get_id(name),
                    "group_id": self.env.ref("base.group_user").id,
                    "perm_read": True,
                }
            )
            with self.subTest(model=name):
                self.assertFound(f"{name}: search", "models", "records")

    def test_groups_of_a_field(self):
        field = self.registry["helpdesk.ticket"]._fields["slm_status"]
        self.startPatcher(patch.object(field, "groups", None))
        self.assertFound("helpdesk.ticket.slm_status: read", "others")

    def test_groups_of_a_supplier_file(self):
        field = self.registry["res.partner"]._fields["slm_supplier_status"]
        self.startPatcher(patch.object(field, "groups", None))
        name = "res.partner.slm_supplier_status"
        self.assertFound(f"{name}: read", "others", user=self.portal_user)

    def test_conditions_on_followers(self):
        """Core looks for them as superuser."""
        method = "_slm_find_followers"
        self.patch_registry("helpdesk.ticket", method, lambda _self, domain: domain)
        path = "helpdesk.ticket.message_partner_ids.slm_supplier_status"
        self.assertFound(f"{path}: probe", "detours")

    def test_hook_of_messages(self):
        hook = "_mail_get_operation_for_mail_message_operation"
        core = getattr(self.registry["mail.thread"], hook)
        self.patch_registry("slm.service", hook, core)
        self.assertFound("mail.message: search", "threads")

    def test_rules_of_what_hangs_on_documents(self):
        for name, model in (
            ("ir_attachment_rule_catalogue", "ir.attachment"),
            ("mail_followers_rule_catalogue", "mail.followers"),
            ("mail_notification_rule_catalogue", "mail.notification"),
        ):
            with self.subTest(rule=name):
                self.drop_rule(name)
                self.assertFound(f"{model}: name", "threads")

    def test_conditions_and_groups(self):
        """What the mixin watches itself, as the ORM does not."""
        core = models.BaseModel
        for name in ("slm.service", "slm.process"):
            method = "_read_group_groupby"
            self.patch_registry(name, method, getattr(core, method))
        self.assertFound("slm.service.team_ids: group yields", "fields")
        self.patch_registry("slm.service", "_check_conditions", lambda *args: None)
        self.assertFound("slm.service.message_partner_ids: probe yields", "fields")

    def test_names_of_forged_references(self):
        self.patch_registry("mail.message", "_slm_is_hidden", lambda *args: False)
        self.assertFound("mail.message naming", "forged", user=self.portal_user)
        self.assertFound("mail.activity naming", "forged")

    def test_method_without_a_check(self):
        def action_leak(self):
            return self.sudo().display_name

        action_leak.__module__ = "odoo.addons.slm_management.models.slm_process"
        definition = next(
            c
            for c in self.registry["slm.process"].mro()
            if c.__module__ == action_leak.__module__
        )
        definition.action_leak = action_leak
        self.addCleanup(delattr, definition, "action_leak")
        self.assertFound("action_leak", "methods")
