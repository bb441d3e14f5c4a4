# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from io import BytesIO
from unittest.mock import patch

from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.slm_management.report import slm_period_paper

from .paper_case import PaperReader
from .report_case import ReportCase

REPORT = "slm_management.action_report_slm_gap_analysis"


class GapPaperCase(PaperReader, ReportCase):
    """The gaps of a week in which one ticket was late and another one still is."""

    report = REPORT

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.live()
        vals = {"period": "week", "date_from": "2024-01-08", "date_to": "2024-01-14"}
        self.analysis = self.env["slm.gap.analysis"].create(vals)
        self.analysis.action_compute()

    def export(self, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.manager)
        content = reports._render_xlsx(f"{REPORT}_xlsx", self.analysis.ids, {})[0]
        return load_workbook(BytesIO(content))


class TestGapAnalysisPaper(GapPaperCase):
    """What paper and spreadsheet of a gap analysis say."""

    def tell(self):
        return self.render(self.analysis, self.manager)

    def test_content(self):
        document = self.analysis._get_document("en_US")
        text = self.tell()
        self.assertSays(text, document["heading"], document["number"], "To Review")
        self.assertSays(text, *document["summary"], "Office SLA", "▼", "50.0 %")
        self.assertConceals(text, "None", "False")

    def test_measures(self):
        line = self.analysis.line_ids.filtered("is_below")[:1]
        vals = {"measure": "=Train the desk", "measure_date": "2024-02-01"}
        line.write(vals | {"owner_id": self.manager.id})
        self.assertSays(self.tell(), "=Train the desk", self.manager.name, "02/01/2024")
        sheet = self.export()["Promises"]
        cells = [c for row in sheet.iter_rows() for c in row]
        [cell] = [cell for cell in cells if cell.value == vals["measure"]]
        self.assertEqual(cell.data_type, "s")
        self.assertTrue(any(cell.is_date for cell in cells))

    def test_language_of_the_reader(self):
        self.manager.lang = "zh_CN"
        self.assertSays(self.tell(), "邮件")

    def test_nothing_promised(self):
        self.analysis.line_ids.sudo().unlink()
        self.assertSays(self.tell(), "No agreement was active in this period.")
        self.assertIn("Promises", self.export().sheetnames)

    def test_parts_have_all_lines(self):
        paper = self.env["report.slm_management.report_slm_gap_analysis"]
        with patch.object(slm_period_paper, "PART_SIZE", 2):
            parts = [*paper._iter_parts(self.analysis)]
        rows = [
            row for part in parts for table in part["tables"] for row in table["rows"]
        ]
        self.assertEqual(len(rows), len(self.analysis.line_ids))
        self.assertGreater(len(parts), 1)

    def test_sheets(self):
        book = self.export()
        self.assertEqual(
            book.sheetnames, ["Gap Analysis", "Summary", "Promises", "Trend"]
        )
        head, *rows = book["Promises"].values
        self.assertEqual(len(rows), len(self.analysis.line_ids))
        label = self.analysis._get_document("en_US")["labels"]["share_text"]
        shares = [row[head.index(label)] for row in rows]
        told = [row["share"] for batch in self.analysis._iter_rows() for row in batch]
        self.assertEqual(shares, [s if s is None else s / 100 for s in told])
        self.assertIn(0.5, shares)
        for sheet in book:
            self.assertEqual(sheet.freeze_panes, "A2")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_only_administrators(self):
        for user in self.agent | self.portal_user | self.helpdesk_user:
            reports = self.env["ir.actions.report"].with_user(user).sudo()
            with self.assertRaises(AccessError):
                reports._render_qweb_html(REPORT, self.analysis.ids)
            with self.assertRaises(AccessError):
                self.export(user)


@tagged("post_install", "-at_install")
class TestGapAnalysisPdf(GapPaperCase, HttpCase):
    """The PDF itself."""

    def run_cron(self, name="due"):
        """As a test of roads is in the registry's test mode anyway."""
        cron = self.env.ref(f"slm_management.ir_cron_{name}")
        self.assertIs(cron.method_direct_trigger(), True)

    def test_pages(self):
        with patch.object(slm_period_paper, "PART_SIZE", 6):
            pages = self.render_pdf(self.analysis, self.manager)
        self.assertGreater(len(pages), 1)
        for number, page in enumerate(pages, 1):
            self.assertSays(page, self.analysis.code, f"{number} / {len(pages)}")
