# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import date
from unittest.mock import patch

from odoo.tools import SQL

from .portal_case import PortalCase

URL = "/my/service-reports"
PUBLISHED = f"{URL}/published"
#: nothing that a visitor sends breaks a page
GARBAGE = (
    "length=century",
    "length=",
    "length[]=month",
    "length=month&length=week",
    "date=yesterday",
    "date=2024-02-30",
    "date=0001-01-01",
    "date=9999-12-31",
    "date=99999999999999-01-01",
    "date=-1",
    "date=1e9",
    "date=2024-01-01&date=2024-01-02",
    "date=%00",
    "scope=everybody",
    "scope[]=organisation",
    "company=0",
    "company=-1",
    "company=999999999999999999999",
    "company=%D9%A1",
    "company=1%20or%201=1",
    "length=year&date=1990-01-01",
)


class ServiceReportCase(PortalCase):
    """Petra's tickets, one of a colleague of hers, and one of a stranger.

    They are of January 2024, and it is the fifth of February.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        cls.colleague = partners.create(
            {"name": "Karl", "parent_id": cls.department.id}
        )
        cls.child = partners.create({"name": "Paul", "parent_id": cls.person.id})
        cls.create_process("Ask for help")
        vals = {"slm_service_id": cls.service.id}
        hidden = {"slm_service_id": cls.other_service.id}
        cls.at(cls, "mon 08:00")
        cls.prompt = cls.create_ticket(**vals)
        cls.late = cls.create_ticket(**hidden)
        cls.open = cls.create_ticket()
        cls.colleagues = cls.create_ticket(partner_id=cls.colleague.id, **vals)
        cls.childs = cls.create_ticket(partner_id=cls.child.id, **vals)
        cls.strangers = cls.create_ticket(partner_id=cls.stranger.id, **vals)
        for ticket, text in (
            (cls.prompt, "mon 09:00"),
            (cls.strangers, "mon 09:30"),
            (cls.late, "wed 10:00"),
            (cls.colleagues, "thu 10:00"),
            (cls.childs, "thu 11:00"),
        ):
            cls.at(cls, text)
            ticket.stage_id = cls.stages["closed"]
        cls.at(cls, "mon+4 09:00")
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.at("mon+4 09:00")
        self.env["slm.clock"]._get_due()._act()
        self.log_in()

    @classmethod
    def entitle(cls, partner=None):
        partner = partner or cls.person
        partner.slm_service_reports = True

    @classmethod
    def create_report(cls, partner=None, publish=True, **vals):
        vals = {
            "name": "January for Petra",
            "partner_id": (partner or cls.person).id,
            "audience": "customer",
            "period": "month",
            "date_from": "2024-01-01",
            "date_to": "2024-01-31",
        } | vals
        report = cls.env["slm.service.report"].create(vals)
        if publish:
            report.action_publish()
        return report

    def deliver(self, report, partner=None, **vals):
        vals = {
            "report_id": report.id,
            "partner_id": (partner or self.person).id,
            "on_portal": True,
        } | vals
        return self.env["slm.report.delivery"].create(vals)

    def read_table(self, name):
        """Rows of a table as lists of texts, without its head."""
        return [
            [" ".join(cell.text_content().split()) for cell in row.xpath("./*")]
            for row in self.page.xpath(f"//table[@name='{name}']/tbody/tr")
        ]

    def read_counts(self):
        names = ("opened", "closed", "reopened", "open_at_end")
        return [int(self.find(f"slm_{name}")[0]) for name in names]

    def read_pictures(self):
        pictures = self.page.xpath("//*[@data-picture]")
        return [json.loads(found.get("data-picture")) for found in pictures]

    def get_oracle(self, tickets, days=("2024-01-01", "2024-01-31"), by=()):
        """Figures of tickets that are named one by one, and of their SLA clocks."""
        figures = self.env["slm.figures"]
        ids = SQL("(SELECT id FROM helpdesk_ticket WHERE id IN %s)", tickets._ids)
        scope = figures._get_scope(self.company, kinds=["sla"], tickets=ids)
        span = figures._get_span(*map(date.fromisoformat, days), self.company)
        counted = figures._get_ticket_figures(scope, [span], by)
        clocks = figures._get_clock_figures(scope, [span], (*by, "metric"))
        return counted, clocks

    def assertStatistics(self, tickets):
        """The page shows the figures of these tickets, and of no other."""
        counted, clocks = self.get_oracle(tickets)
        [counted] = counted.values()
        names = ("opened", "closed", "reopened", "open_at_end")
        self.assertEqual(self.read_counts(), [counted[name] for name in names])
        expected = {
            key[1]: [f"{f['share']:.1f} %", str(f["met"]), str(f["missed"])]
            for key, f in clocks.items()
            if f["share"] is not None
        }
        shown = {
            row[0].lower(): row[1:4]
            for row in self.read_table("slm_metrics")
            if row[1] != "–"
        }
        self.assertEqual(shown, expected)
        share = counted["first_contact_share"]
        self.assertEqual(self.find("slm_first_contact"), [f"{share:.1f} %"])


class TestPortalStatistics(ServiceReportCase):
    """Figures of whoever looks."""

    # ------------------------------------------------------------------
    # Whose
    # ------------------------------------------------------------------

    def test_own(self):
        """Not those of colleagues, nor of contacts below."""
        self.visit(URL)
        self.assertEqual(self.read_counts(), [3, 2, 0, 1])
        self.assertStatistics(self.prompt | self.late | self.open)
        self.assertFalse(self.find("slm_scopes"))

    def test_organisation(self):
        """With the right, and at the first glance."""
        self.entitle()
        everything = self.prompt | self.late | self.open | self.colleagues | self.childs
        for url in (URL, f"{URL}?scope=organisation"):
            self.visit(url)
            self.assertStatistics(everything)
            self.assertEqual(self.find("slm_scopes"), ["MineMy organisation"])
        self.visit(f"{URL}?scope=own")
        self.assertStatistics(self.prompt | self.late | self.open)

    def test_without_the_right(self):
        self.entitle()
        self.person.slm_service_reports = False
        self.visit(f"{URL}?scope=organisation")
        self.assertStatistics(self.prompt | self.late | self.open)

    def test_internal_requester(self):
        employee = self.create_user("employee", "base.group_user")
        employee.partner_id.parent_id = self.department
        self.colleagues.partner_id = employee.partner_id
        self.log_in(employee)
        self.visit(URL)
        self.assertStatistics(self.colleagues)
        self.entitle(employee.partner_id)
        self.visit(URL)
        everything = self.prompt | self.late | self.open | self.colleagues | self.childs
        self.assertStatistics(everything)

    def test_agent_as_requester(self):
        """The same holds for everybody."""
        self.log_in(self.agent)
        self.visit(URL)
        self.assertTrue(self.find("slm_no_statistics"))

    def test_others_change_nothing(self):
        before = self.visit(URL).text
        figures = before[before.index("slm_period") :]
        self.at("mon+4 09:01")
        for partner in (self.stranger, self.colleague, self.child, self.department):
            self.create_ticket(partner_id=partner.id)
        self.create_report(self.stranger)
        self.move(self.strangers, "working")
        self.move(self.colleagues, "working")
        after = self.visit(URL).text
        self.assertEqual(after[after.index("slm_period") :], figures)

    def test_other_companies(self):
        """Each has days and figures of its own; whoever had no tickets is not named."""
        self.visit(URL)
        self.assertFalse(self.page.xpath("//select[@name='company']"))
        company = self._create_company(name="Second Desk")
        self.at("mon+4 09:05")
        self.create_ticket(company_id=company.id)
        self.visit(f"{URL}?date=2024-02-01")
        options = self.page.xpath("//select[@name='company']/option")
        names = [option.text_content() for option in options]
        self.assertEqual(names, ["Service Desk Ltd", "Second Desk"])
        self.assertEqual(self.read_counts(), [0, 0, 0, 1])
        self.visit(f"{URL}?date=2024-02-01&company={company.id}")
        self.assertEqual(self.read_counts(), [1, 0, 0, 1])

    # ------------------------------------------------------------------
    # What is named
    # ------------------------------------------------------------------

    def test_services(self):
        """One that is published to him by name; the other one, and none, together."""
        self.visit(URL)
        rows = {row[0]: row[1:] for row in self.read_table("slm_services")}
        self.assertEqual(rows.keys(), {"Mail", "Other services"})
        self.assertEqual(rows["Mail"][:4], ["1", "1", "0", "0"])
        self.assertEqual(rows["Other services"][:4], ["2", "1", "0", "1"])
        self.assertEqual(rows["Mail"][4:], ["100.0 % 1 of 1"] * 3)
        self.assertIn("0 of 1", rows["Other services"][5])
        self.assertNotIn("Print", self.page.text_content())

    def test_agreements(self):
        self.agreement.write({"attainment_target": 90})
        self.visit(URL)
        [row] = self.read_table("slm_agreements")
        self.assertEqual(row[:2], ["Office SLA", "90.0 %"])
        self.assertIn("1 of 2", row[3])
        self.agreement.publication_ids.partner_id = self.stranger
        self.visit(URL)
        [row] = self.read_table("slm_agreements")
        self.assertEqual(row[:2], ["Other agreements", "–"])
        self.assertNotIn("Office SLA", self.page.text_content())

    def test_promises_kept_back(self):
        """Companies may keep them back on the portal."""
        self.company.slm_portal_deadlines = False
        self.visit(URL)
        self.assertEqual(self.read_counts(), [3, 2, 0, 1])
        self.assertFalse(self.read_table("slm_metrics"))
        self.assertFalse(self.read_table("slm_agreements"))
        [volume] = self.read_pictures()
        self.assertFalse("%" in volume)

    def test_internal_clocks(self):
        """OLAs and UCs are none of a requester's business."""
        team = self.env["helpdesk.ticket.team"].create({"name": "Team"})
        self.create_agreement("OLA", kind="ola", team_id=team.id)
        before = self.visit(URL).text
        self.at("mon+4 09:10")
        self.open.team_id = team
        self.env.flush_all()
        self.assertIn("ola", self.open.slm_clock_ids.mapped("kind"))
        after = self.visit(f"{URL}?date=2024-02-01")
        self.assertNotIn("OLA", after.text)
        self.assertEqual(self.visit(URL).text.count("<td"), before.count("<td"))

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------

    def test_last_whole_month(self):
        self.visit(URL)
        self.assertIn("January 2024", self.find("slm_period")[0])

    def test_periods(self):
        for length, days in (
            ("week", ("01/29/2024", "02/04/2024")),
            ("quarter", ("10/01/2023", "12/31/2023")),
            ("half_year", ("07/01/2023", "12/31/2023")),
            ("year", ("01/01/2023", "12/31/2023")),
        ):
            with self.subTest(length=length):
                self.visit(f"{URL}?length={length}")
                [period] = self.find("slm_period")
                self.assertIn(" – ".join(days), period)
                self.visit(f"{URL}?length={length}&date=2024-02-05")
                self.assertEqual(len(self.read_table("slm_trend_tickets")), 12)

    def test_current_one_so_far(self):
        """Also for whom some day to come is told."""
        for day in ("2024-02-01", "2024-02-05", "2031-07-01"):
            self.visit(f"{URL}?date={day}")
            self.assertIn("February 2024 (so far)", self.find("slm_period")[0])
        self.assertEqual(self.read_counts(), [0, 0, 0, 1])
        before = self.page.xpath("//a[@title='Period before']/@href")
        self.assertIn("date=2024-01-01", before[0])
        self.assertTrue(self.page.xpath("//a[@title='Period after'][@href='#']"))

    def test_fiscal_year(self):
        self.company.slm_fiscal_month = "4"
        self.visit(f"{URL}?length=year")
        self.assertIn("04/01/2022 – 03/31/2023", self.find("slm_period")[0])

    def test_garbage(self):
        """It is as if it had not been sent."""
        for query in GARBAGE:
            with self.subTest(query=query):
                response = self.visit(f"{URL}?{query}")
                self.assertEqual(response.status_code, 200)
                self.assertTrue(self.find("slm_choice"))

    # ------------------------------------------------------------------
    # Trend
    # ------------------------------------------------------------------

    def test_trend(self):
        """Each picture says what its table says, and the last row what stands above."""
        self.visit(URL)
        volume, compliance = self.read_pictures()
        rows = self.read_table("slm_trend_tickets")
        for column, series in ((1, 0), (2, 1), (4, 2)):
            shown = [int(row[column]) for row in rows]
            self.assertEqual(volume["series"][series]["data"], shown)
        self.assertEqual([int(cell) for cell in rows[-1][1:]], self.read_counts())
        rows = self.read_table("slm_trend_metrics")
        for rank, series in enumerate(compliance["series"], 1):
            shown = [
                "–" if share is None else f"{share:.1f} %" for share in series["data"]
            ]
            self.assertEqual([row[rank] for row in rows], shown)
        metrics = self.read_table("slm_metrics")
        self.assertEqual(rows[-1][1:], [row[1] for row in metrics])

    def test_accessible(self):
        """Pictures have names, and each stands by a table with heads."""
        self.visit(URL)
        for picture in self.page.xpath("//*[@data-picture]"):
            [canvas] = picture.xpath("./canvas")
            self.assertEqual(canvas.get("role"), "img")
            self.assertIn("table below", canvas.get("aria-label"))
            [table] = picture.xpath("./following-sibling::div//table")
            self.assertTrue(table.xpath("./caption"))
            self.assertTrue(table.xpath(".//th[@scope='row']"))
        for select in self.page.xpath("//main//select"):
            self.assertTrue(select.get("aria-label"))

    # ------------------------------------------------------------------
    # The page
    # ------------------------------------------------------------------

    def test_nothing(self):
        portal = self.create_user("nobody", "base.group_portal")
        self.log_in(portal)
        self.visit(URL)
        self.assertTrue(self.find("slm_no_statistics"))
        self.assertFalse(self.read_pictures())

    def test_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.portal_user.lang = "zh_CN"
        self.log_in()
        self.visit(URL)
        self.assertIn("2024年1月", self.find("slm_period")[0])
        self.assertEqual(self.read_counts(), [3, 2, 0, 1])

    def test_read_only(self):
        """The pages run on a replica: none of their cursors may write."""
        report = self.create_report()
        for url in (URL, f"{URL}?length=year", PUBLISHED, f"{URL}/{report.id}"):
            with self.subTest(url=url):
                self.visit(url)  # what is compiled once is out of the way
                cursor = self.registry.cursor
                with patch.object(
                    self.registry, "cursor", side_effect=cursor
                ) as opened:
                    self.assertEqual(self.visit(url).status_code, 200)
                kinds = {
                    call.kwargs.get("readonly", False) for call in opened.mock_calls
                }
                self.assertEqual(kinds, {True})

    def test_home(self):
        self.visit("/my")
        [entry] = self.page.xpath(f"//a[@href='{URL}']")
        placeholder = "data-placeholder_count='slm_report_count'"
        self.assertTrue(entry.xpath(f".//*[@{placeholder}]"))
        card = entry.xpath("./ancestor::div[contains(@class, 'o_portal_index_card')]")
        self.assertNotIn("d-none", card[0].get("class"))

    def test_public(self):
        self.authenticate(None, None)
        for url in (URL, PUBLISHED, f"{URL}/1", f"{URL}/1/pdf", f"{URL}/1/xlsx"):
            with self.subTest(url=url):
                self.assertIn("/web/login", self.visit(url).url)

    def test_queries(self):
        """As many for twelve tickets as for three."""
        statistics = self.env["slm.portal.statistics"].with_user(self.portal_user)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            statistics._get_statistics(statistics._choose())
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for _number in range(9):
            self.create_ticket(slm_service_id=self.other_service.id)
        self.assertLessEqual(count(), few)


class TestPortalPublishedReports(ServiceReportCase):
    """Reports that were published to whoever looks."""

    def find_reports(self):
        found = self.page.xpath("//*[@name='slm_report']//h5/a")
        return [link.text_content().strip() for link in found]

    def count_news(self):
        self.env.flush_all()
        counters = {"counters": ["slm_report_count"]}
        return self.make_jsonrpc_request("/my/counters", counters)["slm_report_count"]

    def test_list(self):
        self.create_report()
        self.create_report(name="A draft", publish=False)
        self.create_report(
            name="Of the provider", audience="provider", partner_id=False
        )
        self.create_report(self.department, name="Of the department")
        self.create_report(self.colleague, name="Of Karl")
        self.create_report(self.child, name="Of Paul")
        self.create_report(self.stranger, name="Of a stranger")
        self.visit(PUBLISHED)
        self.assertEqual(self.find_reports(), ["January for Petra"])
        self.entitle()
        self.visit(PUBLISHED)
        names = ["January for Petra", "Of Karl", "Of Paul", "Of the department"]
        self.assertEqual(sorted(self.find_reports()), names)

    def test_archived_contact(self):
        """What was of the organisation stays of the organisation."""
        self.create_report(self.colleague, name="Of Karl")
        self.colleague.active = False
        self.entitle()
        self.visit(PUBLISHED)
        self.assertEqual(self.find_reports(), ["Of Karl"])

    def test_pages(self):
        for number in range(45):
            self.create_report(name=f"Report {number}")
        seen = []
        for page, count in ((1, 20), (2, 20), (3, 5), (99, 5)):
            self.visit(f"{PUBLISHED}/page/{page}")
            self.assertEqual(len(self.find_reports()), count)
            seen += self.find_reports()
        self.assertEqual(len(set(seen)), 45)

    def test_nothing(self):
        self.visit(PUBLISHED)
        self.assertTrue(self.find("slm_no_reports"))

    def test_document(self):
        """On the screen it says what it says on paper."""
        report = self.create_report()
        self.visit(f"{URL}/{report.id}")
        document = report._get_document("en_US")
        text = " ".join(self.page.text_content().split())
        for figure in document["key_figures"]:
            self.assertIn(figure["text"], text)
        for sentence in document["sentences"]:
            self.assertIn(" ".join(sentence.split()), text)
        rows = [row for batch in report._iter_rows("late") for row in batch]
        self.assertEqual(len(self.read_table("slm_late")), len(rows))
        self.assertIn(self.late.number, text)
        volume, compliance = self.read_pictures()
        self.assertEqual(volume["series"][0]["data"][-1], 4, "Hers and Paul's")
        self.assertEqual(len(compliance["labels"]), 12)

    def test_stays_as_it_was(self):
        report = self.create_report()
        before = self.visit(f"{URL}/{report.id}").text
        self.prompt.name = "Another name"
        self.create_ticket()
        self.move(self.prompt, "working")
        after = self.visit(f"{URL}/{report.id}").text
        start = '<div name="slm_sentences"'
        self.assertEqual(after.split(start)[1:], before.split(start)[1:])

    def test_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        report = self.create_report()
        self.portal_user.lang = "zh_CN"
        self.log_in()
        self.visit(f"{URL}/{report.id}")
        document = report._get_document("zh_CN")
        self.assertIn(document["period_text"], self.page.text_content())

    def test_files(self):
        report = self.create_report()
        for kind, start in (("pdf", b""), ("xlsx", b"PK")):
            with self.subTest(kind=kind):
                response = self.visit(f"{URL}/{report.id}/{kind}")
                self.assertEqual(response.status_code, 200)
                self.assertTrue(response.content.startswith(start))
                headers = response.headers
                self.assertIn("private", headers["Cache-Control"])
                self.assertIn("no-store", headers["Cache-Control"])
                name = f"{report.code} v1.{kind}".replace(" ", "%20")
                self.assertIn("attachment", headers["Content-Disposition"])
                self.assertIn(name, headers["Content-Disposition"])

    def test_files_are_of_their_language(self):
        report = self.create_report()
        rendered = patch.object(
            self.registry["slm.service.report"], "_render_xlsx", return_value=b"x"
        )
        with rendered as render:
            self.visit(f"{URL}/{report.id}/xlsx")
        render.assert_called_once_with("en_US")

    # ------------------------------------------------------------------
    # What is new
    # ------------------------------------------------------------------

    def test_news(self):
        report = self.create_report()
        delivery = self.deliver(report)
        self.deliver(report, self.colleague)
        self.assertEqual(self.count_news(), 1)
        self.visit(PUBLISHED)
        self.assertEqual(self.find("slm_news"), ["1 new"])
        self.assertEqual(self.find("slm_new"), ["New"])
        self.visit(f"{URL}/{report.id}")
        self.assertFalse(delivery.seen_on, "The page only reads")
        self.make_jsonrpc_request(f"{URL}/{report.id}/seen")
        self.env.invalidate_all()
        self.assertTrue(delivery.seen_on)
        self.assertEqual(self.count_news(), 0)
        self.visit(PUBLISHED)
        self.assertFalse(self.find("slm_new"))

    def test_file_is_seen(self):
        """Also of what there was no notice of on the portal."""
        report = self.create_report()
        delivery = self.deliver(report, on_portal=False)
        self.assertEqual(self.count_news(), 0)
        self.visit(f"{URL}/{report.id}/xlsx")
        self.env.invalidate_all()
        self.assertTrue(delivery.seen_on)

    def test_news_of_others(self):
        """What he may not see is not counted, and he marks nobody else's."""
        self.entitle()
        report = self.create_report(self.department)
        mine, other = self.deliver(report), self.deliver(report, self.colleague)
        self.assertEqual(self.count_news(), 1)
        self.person.slm_service_reports = False
        self.assertEqual(self.count_news(), 0)
        self.make_jsonrpc_request(f"{URL}/{report.id}/seen")
        self.env.invalidate_all()
        self.assertFalse(mine.seen_on)
        self.entitle()
        self.make_jsonrpc_request(f"{URL}/{report.id}/seen")
        self.env.invalidate_all()
        self.assertTrue(mine.seen_on)
        self.assertFalse(other.seen_on)


class TestServiceReportsRight(ServiceReportCase):
    """Administrators say who sees the figures of an organisation, and of which one."""

    def test_another_organisation(self):
        self.entitle()
        self.person.parent_id = self.organisation
        self.assertTrue(self.person.slm_service_reports)
        self.person.parent_id = self.stranger
        self.assertFalse(self.person.slm_service_reports)

    def test_organisation_that_moves(self):
        self.entitle()
        self.organisation.parent_id = self.stranger
        self.assertTrue(self.person.slm_service_reports, "It is a company of its own")
        self.organisation.is_company = False
        self.assertFalse(self.person.slm_service_reports)

    def test_moved_and_entitled(self):
        self.person.write({"parent_id": self.stranger.id, "slm_service_reports": True})
        self.assertTrue(self.person.slm_service_reports)

    def test_copy(self):
        self.entitle()
        self.assertFalse(self.person.copy().slm_service_reports)

    def test_supplier_file_that_is_closed(self):
        self.person.slm_is_supplier = True
        self.entitle()
        self.person.action_slm_close_file()
        self.assertTrue(self.person.slm_service_reports)
