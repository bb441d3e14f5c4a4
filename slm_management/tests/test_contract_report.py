# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .paper_case import PaperCase

REPORT = "slm_management.action_report_slm_contract"


class TestContractReport(PaperCase):
    report = REPORT

    def test_between_whom(self):
        text = self.render(self.contract)
        self.assertSays(text, "Contract Sheet", "Hardware Care", self.contract.code)
        self.assertSays(text, "number of the partner: HW-77", "Servers are repaired")
        self.assertSays(text, "Supplier Vendor Kai 12", "Client Service Desk Ltd")
        self.assertSays(text, "Signed by: Anna Alt, Purchasing")
        self.assertSays(text, "Contract Manager", self.manager.name)

    def test_customer_is_the_other_way_round(self):
        self.contract.agreement_ids = False
        self.contract.partner_role = "customer"
        text = self.render(self.contract)
        self.assertSays(text, "Provider Service Desk Ltd", "Customer Vendor")

    def test_dates_and_state(self):
        text = self.render(self.contract)
        self.assertSays(text, "In Warranty", "As of 01/08/2024")
        self.assertSays(text, "Effective on 01/01/2023", "End of Term 12/31/2024")
        self.assertSays(text, "Initial Acceptance 02/02/2023")
        self.assertSays(text, "Final Acceptance 06/05/2023")
        self.assertSays(text, "Warranty until 06/05/2025", "Notice until 09/30/2024")

    def test_value(self):
        self.assertSays(self.render(self.contract), "12,000.50")
        self.contract.amount = 0
        self.assertConceals(self.render(self.contract), "0.00")

    def test_bar_is_to_scale(self):
        bar = self.contract.timeline
        page = self.render_page(self.contract)
        spans = page.xpath("//div[contains(@class, 'o_slm_bar_line')]/div")
        self.assertEqual(len(spans), len(bar["spans"]))
        for drawn, span in zip(spans, bar["spans"], strict=True):
            width = span["end"] - span["start"]
            self.assertEqual(
                drawn.get("style"), f"left: {span['start']}%; width: {width}%"
            )
        marks = page.find_class("o_slm_bar_mark")
        self.assertEqual(len(marks), len(bar["marks"]))

    def test_acceptances_and_what_is_open(self):
        text = self.render(self.contract)
        self.assertSays(text, "Racks Signed by Anna and Otto Initial 02/01/2023")
        self.assertSays(text, "Servers One fan is loud Final 06/01/2023 06/05/2023")
        self.assertSays(text, "Accepted with Reservations")
        self.assertSays(text, "Spare Parts Partial 02/01/2024 – –")
        self.assertSays(text, f"Servers Missing manual {self.manager.name} 01/05/2024")

    def test_support_hours_are_its_own_or_those_of_its_ucs(self):
        self.assertSays(self.render(self.contract), "Office, time zone Europe/Berlin")
        self.contract.calendar_id = self.always
        text = self.render(self.contract)
        self.assertSays(text, "Always, time zone Europe/Berlin")
        self.assertConceals(text, "Office,")

    def test_what_it_carries_and_its_files(self):
        self.contract.text_ids = [Command.create({"name": "signed.pdf", "raw": b"x"})]
        self.contract.annex_ids = [Command.create({"name": "annex.pdf", "raw": b"x"})]
        text = self.render(self.contract)
        self.assertSays(text, self.vendor_uc.display_name, self.service.display_name)
        self.assertSays(text, "Contract Text signed.pdf", "Annexes annex.pdf")

    def test_files_that_the_reader_may_not_open_are_not_named(self):
        foreign = self.env["ir.attachment"].create(
            {"name": "salary.pdf", "res_model": "res.company", "res_id": 0, "raw": b"x"}
        )
        self.contract.annex_ids = [Command.link(foreign.id)]
        self.assertConceals(self.render(self.contract), "salary.pdf")

    def test_reminders(self):
        text = self.render(self.contract)
        self.assertSays(text, "End of Term 12/31/2024 11/01/2024 to come")
        self.contract.milestone_ids.filtered(lambda m: m.kind == "term").sudo().write(
            {
                "reminded_on": "2024-01-07",
                "reminded_user_id": self.manager.id,
                "is_pending": False,
            }
        )
        self.assertSays(
            self.render(self.contract), f"{self.manager.name}, on 01/07/2024"
        )

    def test_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.service.with_context(lang="fr_FR").name = "Courrier"
        self.agent.lang = "fr_FR"
        text = self.render(self.contract)
        self.assertSays(text, "05/06/2023", "Courrier", "lun. – ven.")
        self.agent.lang = "en_US"
        self.vendor.lang = "fr_FR"
        text = self.render(self.contract, lang="fr_FR")
        self.assertSays(text, "06/05/2023", "Mon – Fri")

    def test_nothing_is_filled_in(self):
        empty = self.env["slm.contract"].create(
            {"name": "Empty", "partner_id": self.carrier.id, "manager_id": False}
        )
        text = self.render(empty | self.contract)
        self.assertSays(text, "In Preparation", "No acceptances are planned", "HW-77")
        self.assertSays(text, "It is not said yet from when on it is effective")
        self.assertConceals(self.render(empty), "False", "None", "Reminders", "Files")


class TestContractReportTerm(PaperCase):
    """Term, renewal, notice and end, in words."""

    report = REPORT

    def assertTold(self, *sentences, **vals):
        self.contract.write(vals)
        self.assertSays(self.render(self.contract), *sentences)

    def test_term(self):
        self.assertTold("effective from 01/01/2023, and its term ends on 12/31/2024")
        self.assertTold(
            "effective from 01/01/2023 until further notice",
            end_date=False,
            renewal="none",
        )

    def test_renewal(self):
        self.assertTold("tacitly, each time for a number of months: 12.")
        self.assertTold("only if both parties agree", renewal="agreement")
        self.assertTold("It is not renewed.", renewal="none")

    def test_renewals_so_far(self):
        self.contract.end_date = "2023-12-31"
        self.contract._renew()
        self.assertTold("Tacit renewals so far: 1. The first term ended on 12/31/2023")

    def test_notice(self):
        self.assertTold("notice in months: 3.", "to give notice is 09/30/2024")
        self.assertTold("notice in weeks: 3.", notice_unit="weeks")
        self.assertTold("notice in days: 3.", notice_unit="days")
        self.assertTold("given on 01/03/2024", notice_given_date="2024-01-03")

    def test_warranty(self):
        self.assertTold("The warranty ends on 06/05/2025.")
        self.final.write({"actual_date": False, "result": False})
        self.assertTold("from the final acceptance on: 24.")

    def test_termination(self):
        self.assertTold("terminated on 01/05/2024.", terminated_date="2024-01-05")
        self.assertTold("on 01/05/2024: Bankrupt", termination_reason="Bankrupt")


@tagged("post_install", "-at_install")
class TestContractReportRoads(PaperCase, HttpCase):
    report = REPORT

    def test_only_agents(self):
        self.assertClosed("html", self.contract, "Hardware Care", "HW-77")

    def test_pdf_road_is_closed(self):
        self.assertClosed("pdf", self.contract, "Hardware Care", "HW-77")

    def test_superuser_does_not_open_it_for_others(self):
        reports = self.env["ir.actions.report"].with_user(self.vendor_user).sudo()
        with self.assertRaises(AccessError):
            reports._render_qweb_html(self.report, self.contract.ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_other_company(self):
        _company, foreign = self.create_other_company()
        with self.assertRaises(AccessError):
            self.render(foreign)

    def test_agent_by_address(self):
        self.authenticate(self.agent.login, self.agent.login)
        report = self.env.ref(self.report)
        url = f"/report/html/{report.report_name}/{self.contract.id}"
        self.assertSays(self.url_open(url).text, "Hardware Care")

    def test_pdf_in_chinese(self):
        """Pages have a head, a foot and their numbers, and Chinese can be read."""
        self.contract.name = "服务器维护合同"
        self.env["res.lang"]._activate_lang("zh_CN")
        self.agent.lang = "zh_CN"
        pages = self.render_pdf(self.contract)
        self.assertSays(pages[0], "服务器维护合同", "2024")
        for number, page in enumerate(pages, 1):
            self.assertSays(page, self.contract.code, f"{number}", f"{len(pages)}")
