# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import SlmCommon
from .paper_case import PaperReader


class AgreementReportCase(PaperReader, SlmCommon):
    """An SLA of which all is agreed, and what stands behind it."""

    report = "slm_management.action_report_slm_agreement"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.lang = "en_US"
        cls.organisation.write({"street": "Kai 12", "city": "Hamburg"})
        cls.team = cls.env["helpdesk.ticket.team"].create({"name": "Network"})
        cls.supplier = cls.env["res.partner"].create(
            {"name": "Elbe Lines", "is_company": True, "street": "Deich 3"}
        )
        cls.ladder = cls._create_ladder()
        cls.sla = cls._create_sla()
        cls.ola = cls.create_agreement(
            "Second Level", consumers=[], kind="ola", team_id=cls.team.id
        )
        cls.uc = cls.create_agreement(
            "Carrier Contract", consumers=[], kind="uc", partner_id=cls.supplier.id
        )

    @classmethod
    def _create_ladder(cls):
        step = {
            "percent": 75,
            "notify_leader": True,
            "user_ids": [fields.Command.set(cls.agent.ids)],
        }
        return cls.env["slm.escalation.policy"].create(
            {"name": "Secret Ladder", "step_ids": [fields.Command.create(step)]}
        )

    @classmethod
    def _create_sla(cls, **vals):
        vals = {
            "name": "Gold for the Customer",
            "consumers": [cls.organisation, cls.stranger],
            "partner_id": cls.organisation.id,
            "service_ids": [fields.Command.set(cls.service.ids)],
            "availability_target": 99.5,
            "attainment_target": 95,
            "deliverables": "<p>Monthly report</p>",
            "description": "<p>Mail for all</p>",
            "date_end": "2024-12-31",
            "manager_id": cls.manager.id,
            "escalation_policy_id": cls.ladder.id,
            "targets": [{"priority": "3", "response": 30, "completion": 480}],
        } | vals
        return cls.create_agreement(**vals)


class TestAgreementReport(AgreementReportCase):
    def test_between_whom(self):
        text = self.render(self.sla)
        self.assertSays(text, "Service Level Agreement", "Gold for the Customer")
        self.assertSays(text, f"{self.sla.code}, version 1")
        self.assertSays(text, "Provider Service Desk Ltd", "Customer Customer Kai 12")
        self.assertSays(text, "Signatures", "Place, date", "Name, function")

    def test_what_is_promised(self):
        text = self.render(self.sla)
        self.assertSays(text, "Mail for all", f"Mail {self.service.code}")
        self.assertSays(text, "Very High 30 min 1 d", "A day (d) of it has 8 h")
        self.assertSays(text, "at least 99.5 % of", "At least 95 % of")
        self.assertSays(text, "Monthly report")
        self.assertConceals(text, "Closure")

    def test_hours_in_words_and_as_a_grid(self):
        text = self.render(self.sla)
        self.assertSays(text, "Office, time zone Europe/Berlin", "Mon – Fri")
        self.assertSays(text, "08:00 AM – 12:00 PM, 01:00 PM – 05:00 PM")
        cells = self.render_page(self.sla).find_class("o_slm_cell")
        self.assertEqual(len(cells), 7 * 24)
        full = [cell for cell in cells if "o_slm_full" in cell.get("class")]
        self.assertEqual(len(full), 5 * 8)

    def test_two_weeks_are_the_first_and_the_second(self):
        """On paper, “this week” would be that of whoever reads it."""
        self.sla.sudo().calendar_id = self._create_two_weeks()
        text = self.render(self.sla)
        self.assertSays(text, "First week", "Second week")
        self.assertConceals(text, "This week", "Next week")

    def _create_two_weeks(self):
        lines = [
            {
                "name": "Morning",
                "dayofweek": "0",
                "hour_from": 8,
                "hour_to": 12 + int(week),
                "day_period": "morning",
                "week_type": week,
            }
            for week in "01"
        ]
        return self.create_calendar(
            "Two Weeks",
            two_weeks_calendar=True,
            attendance_ids=[
                fields.Command.clear(),
                *(fields.Command.create(line) for line in lines),
            ],
        )

    def test_term_contacts_escalation(self):
        text = self.render(self.sla)
        self.assertSays(text, "from 01/01/2023 until 12/31/2024, both included")
        self.assertSays(text, "30 days before the end")
        self.assertSays(text, "Service level manager", self.manager.email)
        self.assertSays(text, "75 %", "the team leader is told")

    def test_nothing_of_others(self):
        """Neither whom it is published to, nor what stands behind it, nor who acts."""
        text = self.render(self.sla)
        self.assertConceals(text, "Stranger", "Everybody")
        self.assertConceals(text, self.ola.name, self.uc.name, "Elbe Lines")
        self.assertConceals(text, "Secret Ladder", self.agent.name)

    def test_ola_is_between_team_and_company(self):
        text = self.render(self.ola)
        self.assertSays(text, "Operational Level Agreement", "Team Network")
        self.assertSays(text, "Client Service Desk Ltd", "while the team has")

    def test_uc_is_between_supplier_and_company(self):
        text = self.render(self.uc)
        self.assertSays(text, "Underpinning Contract", "Supplier Elbe Lines Deich 3")
        self.assertSays(text, "Client Service Desk Ltd", "waits for the supplier")

    def test_draft_says_so(self):
        draft = self._create_sla(name="Silver", activate=False)
        self.assertSays(self.render(draft), "Draft")
        self.assertConceals(self.render(self.sla), "Draft")
        self.sla.action_terminate()
        self.assertSays(self.render(self.sla), "Terminated")

    def test_nothing_is_filled_in(self):
        """A draft with its name alone is a paper, too, of whatever kind."""
        for kind in ("sla", "ola", "uc"):
            draft = self.env["slm.agreement"].create(
                {"name": "Empty", "kind": kind, "manager_id": False}
            )
            text = self.render(draft)
            self.assertSays(text, "Empty", "No targets are agreed yet", "Signatures")
            self.assertSays(text, "until further notice")
            self.assertConceals(text, "False", "None", "Escalation", "Availability")

    def test_language_of_the_partner(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.sla.sudo().with_context(lang="fr_FR").name = "Or pour le client"
        self.organisation.lang = "fr_FR"
        text = self.render(self.sla | self.uc)
        self.assertSays(text, "Or pour le client", "lun. – ven.", "01/01/2023 ")
        self.assertSays(text, "99,5 %", "Carrier Contract", "Mon – Fri")
        self.assertConceals(text, "Gold for the Customer")

    def test_second_version_says_what_it_replaces(self):
        manager = self.sla.with_user(self.manager)
        second = self.sla.browse(manager.action_new_version()["res_id"])
        self.assertSays(self.render(second), "version 2", "the place of version 1")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_requesters_get_no_paper(self):
        for user in (
            self.portal_user,
            self.create_user("colleague", "base.group_user"),
        ):
            with self.assertRaises(AccessError):
                self.render(self.sla, user)


@tagged("post_install", "-at_install")
class TestAgreementPdf(AgreementReportCase, HttpCase):
    def test_pdf(self):
        """It comes out as pages with their numbers, in Chinese, too."""
        self.sla.sudo().name = "华东精密 标准服务"
        pages = self.render_pdf(self.sla | self.uc)
        self.assertGreaterEqual(len(pages), 2)
        self.assertSays(pages[0], "华东精密 标准服务", "Page 1 of")
