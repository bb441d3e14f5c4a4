# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import datetime
from io import BytesIO
from unittest.mock import patch
from urllib.parse import urlencode

from openpyxl import load_workbook
from reportlab.pdfgen.canvas import Canvas

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.slm_management.report import slm_period_paper
from odoo.addons.slm_management.report.paper_binder import PaperBinder

from .paper_case import PaperReader
from .report_case import ReportCase

REPORT = "slm_management.action_report_slm_service_report"


class ReportPaperCase(PaperReader, ReportCase):
    """Reports of the week in which one ticket was late and another one still is."""

    report = REPORT

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.lang = "en_US"
        cls.organisation.lang = "en_US"
        cls.manager.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.live()
        self.record = self.create_computed(name="Week of the Customer")

    def create_computed(self, **vals):
        report = self.create_report(**vals)
        report.action_compute()
        return report

    def read_book(self, content):
        return load_workbook(BytesIO(content))

    def export(self, records, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.manager)
        return reports._render_xlsx(f"{REPORT}_xlsx", records.ids, {})[0]


class TestServiceReportPaper(ReportPaperCase):
    """What the paper says."""

    def tell(self, report=None, **context):
        return self.render(report or self.record, self.manager, **context)

    def test_content(self):
        text = self.tell()
        document = self.record._get_document("en_US")
        self.assertSays(
            text, "Service Report", "Week of the Customer", self.record.code
        )
        self.assertSays(text, *document["sentences"])
        self.assertSays(text, *(f["text"] for f in document["key_figures"]))
        self.assertSays(text, "Office SLA", "50.0 %", "▼", "Mail", "Ticket Priorities")
        self.assertSays(text, self.late.number, "Too late", self.open.number)

    def test_charts_have_their_figures(self):
        page = self.render_page(self.record, self.manager)
        charts = page.xpath("//table[contains(@class, 'o_slm_columns')]")
        trend = self.record._get_document("en_US")["trend"]
        self.assertEqual(len(charts), 1 + len(trend["shares"]))
        for chart in charts:
            cells = chart.xpath(".//td[contains(@class, 'o_slm_column')]")
            self.assertEqual(len(cells), 12)
        volume = charts[0].xpath(".//div[contains(@class, 'o_slm_pair')]")[-1]
        heights = [div.get("style") for div in volume.xpath("./div")]
        self.assertEqual(heights, ["height: 46px", "height: 31px"])

    def test_draft_is_marked_until_it_is_published(self):
        mark = "//div[contains(@class, 'header')]//*[contains(@class, 'o_slm_state')]"
        self.assertEqual(
            len(self.render_page(self.record, self.manager).xpath(mark)), 1
        )
        self.record.with_user(self.manager).action_publish()
        self.assertFalse(self.render_page(self.record, self.manager).xpath(mark))
        self.assertConceals(self.tell(), "Draft")

    def test_never_computed(self):
        report = self.create_report(name="Empty One")
        report.sudo().write({"content": False})
        text = self.tell(report)
        self.assertSays(text, "Empty One", "have not been computed yet")
        self.assertConceals(text, "None", "False")
        book = self.read_book(self.export(report))
        self.assertEqual(len(book.sheetnames), 1)

    def test_nothing_happened(self):
        report = self.create_computed(date_from="2023-01-02", date_to="2023-01-08")
        text = self.tell(report)
        self.assertSays(text, "No promised time was missed", "Nothing was excluded")
        self.assertConceals(text, "None", "False")

    def test_language_of_the_customer(self):
        self.organisation.lang = "zh_CN"
        text = self.tell(lang="en_US")
        self.assertSays(text, "办公", "邮件")
        self.assertConceals(text, "Office SLA")
        self.assertIn("2024", self.record._get_report_base_filename())

    def test_provider_paper_is_in_the_language_of_the_reader(self):
        report = self.create_computed(audience="provider", name="All")
        self.assertSays(self.tell(report), "Office SLA")
        self.manager.lang = "zh_CN"
        self.assertSays(self.tell(report), "办公")

    def test_customer_reads_nothing_internal(self):
        self.desk.name = "Night Shift"
        self.record.action_compute()
        inside = {"team": "Night Shift", "stranger": "Other SLA", "foreign": "Foreign"}
        provider = self.create_computed(audience="provider", name="All")
        self.assertSays(self.tell(provider), *inside.values())
        self.assertConceals(self.tell(), *inside.values(), "Operational", "Escalation")
        book = self.read_book(self.export(self.record))
        told = [str(c.value) for sheet in book for row in sheet.rows for c in row]
        self.assertConceals("\n".join(told), *inside.values(), "OLA")
        self.assertNotIn("Team", [cell.value for cell in book["Breaches"][1]])

    def test_excluded(self):
        self.exclude(self.late)
        self.record.action_compute()
        reason = self.env.ref("slm_management.slm_exclusion_reason_user").name
        text = self.tell()
        self.assertSays(text[text.index("Exclusions") :], reason, self.late.number)

    def test_markup_in_titles(self):
        self.late.name = "<b>bold</b><script>x</script>"
        self.record.action_compute()
        page = self.render_page(self.record, self.manager)
        self.assertIn(self.late.name, page.text_content())

    def test_file_name(self):
        self.organisation.name = "A/B: C"
        name = self.record._get_report_base_filename()
        self.assertTrue(name.startswith(f"{self.record.code} A-B- C "))
        action = self.env.ref(REPORT)
        self.assertIn("_get_report_base_filename", action.print_report_name)

    def test_screen_shows_the_first_rows_only(self):
        with patch.object(slm_period_paper, "PART_SIZE", 2):
            text = self.tell()
        self.assertSays(text, "The first rows only")
        self.assertConceals(self.tell(), "The first rows only")


class TestServiceReportParts(ReportPaperCase):
    """Long papers are made of parts."""

    def split(self, size):
        paper = self.env["report.slm_management.report_slm_service_report"]
        with patch.object(slm_period_paper, "PART_SIZE", size):
            return [*paper._iter_parts(self.record)]

    def test_no_part_has_more_rows(self):
        parts = self.split(2)
        sizes = [sum(len(t["rows"]) for t in part["tables"]) for part in parts]
        self.assertEqual(sizes, [2, 2, 2])
        self.assertEqual([part["is_first"] for part in parts], [True, False, False])
        self.assertTrue(all(t["goes_on"] for p in parts[1:] for t in p["tables"][:1]))

    def test_parts_have_all_rows_once(self):
        def rows(parts):
            return [
                r for part in parts for table in part["tables"] for r in table["rows"]
            ]

        for size in (1, 2, 3, 5, 6, 7):
            self.assertEqual(rows(self.split(size)), rows(self.split(100)))
        self.assertEqual(len(rows(self.split(100))), 6)

    def test_no_table_is_lost(self):
        titles = [t["title"] for part in self.split(6) for t in part["tables"]]
        self.assertEqual(titles, ["Breaches", "Exclusions"])

    def test_a_table_that_begins_with_a_part(self):
        """It is not said to be empty at the end of the part before."""
        self.exclude(self.late)
        self.record.action_compute()
        parts = self.split(5)
        sizes = [[len(table["rows"]) for table in p["tables"]] for p in parts]
        self.assertEqual(sizes, [[5], [1]])
        [table] = parts[1]["tables"]
        self.assertEqual(table["title"], "Exclusions")
        self.assertFalse(table.get("goes_on"))

    def test_binder(self):
        writer = PdfFileWriter()
        for _page in range(2):
            writer.add_blank_page(595, 842)
        single = BytesIO()
        writer.write(single)
        file = BytesIO()
        binder = PaperBinder(file)
        for _part in range(3):
            binder.add(single.getvalue())
        binder.close("A (title) 标题", "zh_CN")
        reader = PdfFileReader(file)
        texts = [page.extract_text().strip() for page in reader.pages]
        self.assertEqual(texts, [f"{number} / 6" for number in range(1, 7)])
        self.assertEqual(reader.metadata["/Title"], "A (title) 标题")

    def test_binder_frames(self):
        """Each page has what is drawn on the first one of the frame, and its own."""
        file = BytesIO()
        binder = PaperBinder(file)
        binder.frame(self.draw("Head"))
        binder.add(self.draw("One", "Two"))
        binder.close()
        found = [page.extract_text() for page in PdfFileReader(file).pages]
        self.assertEqual(len(found), 2)
        for text, own, number in zip(
            found, ("One", "Two"), ("1 / 2", "2 / 2"), strict=True
        ):
            self.assertSays(text, "Head", own, number)

    def draw(self, *pages):
        """A PDF with a word on each page."""
        file = BytesIO()
        canvas = Canvas(file)
        for text in pages:
            canvas.drawString(72, 500, text)
            canvas.showPage()
        canvas.save()
        return file.getvalue()


class ReportRoadCase(ReportPaperCase, HttpCase):
    def run_cron(self, name="due"):
        """As a test of roads is in the registry's test mode anyway."""
        cron = self.env.ref(f"slm_management.ir_cron_{name}")
        self.assertIs(cron.method_direct_trigger(), True)


@tagged("post_install", "-at_install")
class TestServiceReportPdf(ReportRoadCase):
    """The PDF itself."""

    def test_pages_are_bound_and_numbered(self):
        with patch.object(slm_period_paper, "PART_SIZE", 2):
            pages = self.render_pdf(self.record, self.manager)
        whole = " ".join(pages)
        self.assertGreaterEqual(len(pages), 3)
        for number, page in enumerate(pages, 1):
            self.assertSays(page, self.record.code, f"{number} / {len(pages)}")
        self.assertSays(whole, "(continued)", self.late.number, self.open.number)

    def test_several_at_once(self):
        other = self.create_computed(audience="provider", name="All of It")
        whole = " ".join(self.render_pdf(self.record | other, self.manager))
        self.assertSays(whole, "Week of the Customer", "All of It")
        book = self.read_book(self.export(self.record | other))
        self.assertTrue(any(self.record.code in name for name in book.sheetnames))
        self.assertTrue(any(other.code in name for name in book.sheetnames))

    def test_heads_and_rows_are_never_printed_together(self):
        """As wkhtmltopdf crashes when rows take a page more than there are heads."""
        asked = []

        def run(reports, bodies, header=None, footer=None, **options):
            asked.append((self.late.number in "".join(bodies), bool(header or footer)))
            return origin(reports, bodies, header=header, footer=footer, **options)

        printer = self.registry["ir.actions.report"]
        origin = printer._run_wkhtmltopdf
        with patch.object(printer, "_run_wkhtmltopdf", run):
            self.render_pdf(self.record, self.manager)
        self.assertEqual(asked, [(False, True), (True, False)])

    def test_what_crashes_is_printed_in_another_way(self):
        crash = "Wkhtmltopdf failed (error code: -11)."

        def run(reports, bodies, header=None, **options):
            if header and self.agreement.name in "".join(bodies):
                raise UserError(crash)
            return origin(reports, bodies, header=header, **options)

        self.report = "slm_management.action_report_slm_agreement"
        printer = self.registry["ir.actions.report"]
        origin = printer._run_wkhtmltopdf
        with patch.object(printer, "_run_wkhtmltopdf", run):
            pages = self.render_pdf(self.agreement, self.manager)
        self.assertSays(pages[0], self.agreement.name, f"1 / {len(pages)}")

    def test_other_reports_are_printed_as_ever(self):
        self.report = "slm_management.action_report_slm_agreement"
        pages = self.render_pdf(self.agreement, self.manager)
        self.assertSays(pages[0], f"1 of {len(pages)}")


class TestServiceReportXlsx(ReportPaperCase):
    """What the spreadsheet has."""

    def test_sheets(self):
        book = self.read_book(self.export(self.record))
        self.assertEqual(
            book.sheetnames,
            [
                "Service Report",
                "Summary",
                "Compliance",
                "Services",
                "Ticket Priorities",
                "Trend",
                "Causes",
                "Breaches",
                "Late and Running",
                "Exclusions",
            ],
        )
        for sheet in book:
            self.assertEqual(sheet.freeze_panes, "A2")
            self.assertTrue(sheet.auto_filter.ref)

    def get_rows(self, sheet):
        head, *rows = sheet.values
        return [dict(zip(head, row, strict=True)) for row in rows]

    def test_versions_at_once(self):
        """They have the same number, and each has its sheets."""
        self.record.with_user(self.manager).action_publish()
        self.record.with_user(self.manager).action_new_version()
        both = self.record + self.record.next_version_ids
        names = self.read_book(self.export(both)).sheetnames
        self.assertEqual(len(names), 20)
        self.assertEqual(len({name.lower() for name in names}), 20)

    def test_long_codes_at_once(self):
        """Names of sheets are cut, and still differ."""
        other = self.create_computed(audience="provider")
        self.record.code, other.code = "'" + "A" * 40, "a" * 41
        names = self.read_book(self.export(self.record + other)).sheetnames
        self.assertEqual(len(names), 21)
        self.assertLessEqual(max(map(len, names)), 31)

    def test_long_texts(self):
        """As much of them as a cell can have."""
        self.record.late_ids.remark = "=" + "\U0001f600é" * 20_000
        rows = self.get_rows(self.read_book(self.export(self.record))["Breaches"])
        for text in (row["What Was Done"] for row in rows):
            self.assertGreater(len(text), 20_000)
            self.assertLessEqual(len(text.encode("utf-16-le")) // 2, 32_767)

    def test_values_have_types(self):
        book = self.read_book(self.export(self.record))
        row = self.get_rows(book["Breaches"])[0]
        self.assertEqual(row["Number"], self.late.number)
        self.assertIsInstance(row["Late by (h)"], int | float)
        self.assertIsInstance(row["Breached at"], datetime)
        self.assertEqual(
            row["Started"], datetime(2024, 1, 8, 8), "time of the company, not UTC"
        )
        [kept] = {r["Share Kept"] for r in self.get_rows(book["Compliance"])}
        self.assertEqual(kept, 0.5)
        cell = book["Compliance"].cell(2, 5)
        self.assertEqual(cell.number_format, "0.0%")
        trend = self.get_rows(book["Trend"])
        self.assertEqual(len(trend), 12)
        self.assertEqual(trend[-1]["To"], datetime(2024, 1, 14))

    def test_rows_go_to_their_sheets(self):
        self.exclude(self.late)
        self.record.action_compute()
        book = self.read_book(self.export(self.record))
        found = {
            name: {row["Number"] for row in self.get_rows(book[name])}
            for name in ("Breaches", "Late and Running", "Exclusions")
        }
        late, running = {self.late.number}, {self.open.number}
        self.assertEqual(
            found, {"Breaches": late, "Late and Running": running, "Exclusions": late}
        )

    def test_no_formulas(self):
        for name in ("=1+1", "+1", "-1", "@SUM(A1)", "http://example.com"):
            self.late.name = name
            self.record.action_compute()
            book = self.read_book(self.export(self.record))
            sheet = book["Breaches"]
            cells = [c for row in sheet.iter_rows() for c in row if c.value == name]
            self.assertEqual({c.data_type for c in cells}, {"s"})
            self.assertFalse(any(c.hyperlink for c in cells))

    def test_expiring_is_for_the_provider(self):
        self.agreement.date_end = "2024-02-01"
        provider = self.create_computed(audience="provider", name="All")
        book = self.read_book(self.export(provider))
        [row] = self.get_rows(book["Expiring"])
        self.assertEqual(row["Date"], datetime(2024, 2, 1))
        self.assertIn("Team", [cell.value for cell in book["Breaches"][1]])

    def test_language(self):
        self.organisation.lang = "zh_CN"
        book = self.read_book(self.export(self.record))
        told = {cell.value for row in book.worksheets[2].rows for cell in row}
        self.assertTrue(any("办公" in str(value) for value in told))


@tagged("post_install", "-at_install")
class TestServiceReportRoads(ReportRoadCase):
    """Who gets it on which road."""

    def setUp(self):
        super().setUp()
        self.outsiders = self.agent | self.portal_user | self.helpdesk_user

    def get_urls(self, record):
        names = {"html": "", "pdf": "", "xlsx": "_xlsx"}
        for converter, suffix in names.items():
            name = f"slm_management.report_slm_service_report{suffix}"
            yield converter, f"/report/{converter}/{name}/{record.id}"

    @mute_logger(
        "odoo.addons.base.models.ir_rule",
        "odoo.addons.web.controllers.report",
        "odoo.addons.report_xlsx.controllers.main",
        "odoo.http",
    )
    def assertClosedTo(self, user, record):
        self.authenticate(user.login, user.login)
        for converter, url in self.get_urls(record):
            kind = "xlsx" if converter == "xlsx" else "qweb-pdf"
            query = urlencode({"data": json.dumps([url, kind]), "context": "{}"})
            for road in (url, f"/report/download?{query}"):
                answer = self.url_open(road, timeout=60)
                self.assertNotIn(b"PK", answer.content[:4], road)
                self.assertConceals(answer.text, "Week of the Customer", "Too late")

    def test_only_administrators_by_address(self):
        for user in self.outsiders:
            with self.subTest(user.login):
                self.assertClosedTo(user, self.record)

    def test_not_of_another_company(self):
        other = self._create_company(name="Other Ltd")
        stranger = self.create_user(
            "elsewhere",
            "slm_management.group_slm_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertClosedTo(stranger, self.record)

    def test_superuser_does_not_open_it_for_others(self):
        for user in self.outsiders:
            reports = self.env["ir.actions.report"].with_user(user).sudo()
            with self.assertRaises(AccessError):
                reports._render_qweb_html(REPORT, self.record.ids)
            with self.assertRaises(AccessError):
                self.export(self.record, user)

    def test_manager_by_address(self):
        self.authenticate(self.manager.login, self.manager.login)
        for converter, url in self.get_urls(self.record):
            answer = self.url_open(url, timeout=60)
            self.assertEqual(answer.status_code, 200)
            if converter == "html":
                self.assertSays(answer.text, "Week of the Customer", "Too late")
            if converter == "xlsx":
                self.assertEqual(answer.content[:2], b"PK")

    def test_name_of_the_download(self):
        self.authenticate(self.manager.login, self.manager.login)
        url = dict(self.get_urls(self.record))["xlsx"]
        query = urlencode({"data": json.dumps([url, "xlsx"]), "context": "{}"})
        answer = self.url_open(f"/report/download?{query}")
        self.assertIn(self.record.code, answer.headers["Content-Disposition"])

    def test_files_for_who_has_been_asked_before(self):
        """The portal and e-mail hand out files; nobody reaches them by RPC."""
        record = self.record.with_user(self.portal_user).sudo()
        html = record._render_pdf("en_US").decode()
        self.assertSays(html, "Week of the Customer")
        self.assertEqual(record._render_xlsx("zh_CN")[:2], b"PK")
        for name in ("_render_pdf", "_render_xlsx"):
            with self.assertRaises(AccessError), mute_logger("odoo.http"):
                self.call(name)

    def call(self, name):
        call_kw(self.record.with_user(self.manager), name, [self.record.ids], {})
