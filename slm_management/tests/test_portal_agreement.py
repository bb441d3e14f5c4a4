# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, sql_db
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import week
from .portal_case import PortalCase

URL = "/my/agreements"


class TestPortalAgreement(PortalCase):
    """What a requester sees of the SLAs that cover him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.write(
            {
                "code": "SLA-7",
                "description": "<p>We <b>care</b>.</p>",
                "deliverables": "<p>A report each month.</p>",
                "date_end": "2024-12-31",
                "availability_target": 99.5,
                "attainment_target": 90,
                "manager_id": cls.manager.id,
            }
        )

    def setUp(self):
        super().setUp()
        self.log_in()

    def open(self, agreement=None):
        return self.visit(f"{URL}/{(agreement or self.agreement).id}")

    def find_rows(self):
        """Names of the agreements that are listed."""
        rows = self.page.xpath("//*[@name='slm_agreement']//a")
        return [row.text_content().strip() for row in rows]

    def find_table(self):
        """Texts of the table of targets, its head first."""
        return [
            [" ".join(cell.text_content().split()) for cell in row.xpath("./*")]
            for row in self.page.xpath("//*[@name='slm_targets']//tr")
        ]

    def assertNotShown(self, agreement):
        """Neither in the list nor by its id, and its address is as a missing one."""
        self.visit(URL)
        self.assertNotIn(agreement.name, self.page.text_content())
        missing = self.visit(f"{URL}/999999")
        hidden = self.open(agreement)
        self.assertEqual(hidden.url, missing.url)
        self.assertEqual(hidden.status_code, missing.status_code)
        self.assertNotIn(agreement.name, hidden.text)
        self.assertTrue(self.find("slm_gone"))

    # ------------------------------------------------------------------
    # The list
    # ------------------------------------------------------------------

    def test_list(self):
        self.create_agreement("Another SLA", [False])
        self.visit(URL)
        self.assertEqual(self.find_rows(), ["Another SLA", "Office SLA"])
        [_other, row] = self.find("slm_agreement")
        self.assertIn("SLA-7 · Version 1", row)
        self.assertIn("All services", row)
        self.assertIn("Valid from 01/01/2023 until 12/31/2024", row)

    def test_home(self):
        self.visit("/my")
        [entry] = self.page.xpath(f"//a[@href='{URL}']")
        placeholder = "data-placeholder_count='slm_agreement_count'"
        self.assertTrue(entry.xpath(f".//*[@{placeholder}]"))
        self.env.flush_all()
        counters = {"counters": ["slm_agreement_count"]}
        found = self.make_jsonrpc_request("/my/counters", counters)
        self.assertEqual(found, {"slm_agreement_count": 1})

    def test_pages(self):
        self.create_many(44)
        self.visit(URL)
        self.assertEqual(len(self.find_rows()), 20)
        self.visit(f"{URL}/page/3")
        self.assertEqual(len(self.find_rows()), 5)
        self.visit(f"{URL}/page/99")
        self.assertEqual(len(self.find_rows()), 5)

    def test_nothing(self):
        self.agreement.action_terminate()
        self.visit(URL)
        self.assertTrue(self.find("slm_no_agreements"))

    def test_public(self):
        self.authenticate(None, None)
        for url in (URL, f"{URL}/{self.agreement.id}"):
            with self.subTest(url=url):
                self.assertIn("/web/login", self.visit(url).url)

    # ------------------------------------------------------------------
    # Which ones
    # ------------------------------------------------------------------

    def test_only_those_that_cover_me(self):
        company = self._create_company(name="Other")
        hours = self.create_calendar("Other", (8, 12), company_id=company.id)
        team = self.env["helpdesk.ticket.team"].create({"name": "Team"})
        sibling = self.organisation.create(
            {"name": "Sales", "parent_id": self.organisation.id}
        )
        for vals in (
            {"name": "Of a stranger", "consumers": [self.stranger]},
            {"name": "Of a sibling", "consumers": [sibling]},
            {"name": "Of nobody", "consumers": []},
            {"name": "An OLA", "kind": "ola", "team_id": team.id},
            {"name": "A UC", "kind": "uc", "partner_id": self.stranger.id},
            {"name": "A draft", "activate": False},
            {"name": "To come", "date_start": "2024-01-09"},
            {"name": "Is over", "date_end": "2024-01-07"},
            {
                "name": "Of a company",
                "company_id": company.id,
                "calendar_id": hours.id,
            },
        ):
            with self.subTest(name=vals["name"]):
                self.assertNotShown(self.create_agreement(**vals))

    def test_day_of_the_company(self):
        """It is over when the day is over where the company is, not the reader."""
        self.agreement.date_end = "2024-01-08"
        self.portal_user.tz = "Pacific/Kiritimati"
        self.at("mon 23:00")
        self.assertEqual(self.open().status_code, 200)
        self.assertFalse(self.find("slm_gone"))
        self.at("tue 00:30")
        self.assertNotShown(self.agreement)

    def test_promises_are_kept_back(self):
        self.company.slm_portal_deadlines = False
        self.assertNotShown(self.agreement)

    def test_desk(self):
        """Agents see here what covers them, as everybody else."""
        self.log_in(self.manager)
        self.assertNotShown(self.agreement)

    # ------------------------------------------------------------------
    # An agreement
    # ------------------------------------------------------------------

    def test_page(self):
        self.assertEqual(self.open().status_code, 200)
        for name, text in (
            ("slm_code", "SLA-7 · Version 1"),
            ("slm_validity", "Valid from 01/01/2023 until 12/31/2024"),
            ("slm_description", "We care."),
            ("slm_deliverables", "A report each month."),
            ("slm_services", "Services All services"),
        ):
            with self.subTest(name=name):
                self.assertEqual(self.find(name), [text])
        self.assertIn("99.5 %", self.find("slm_availability")[0])
        self.assertIn("90 %", self.find("slm_attainment")[0])
        self.assertIn("Mon – Fri", self.find("slm_hours")[0])
        self.assertIn("Europe/Berlin", self.find("slm_hours")[0])
        self.assertIn("a day of it has 8 h", self.find("slm_note")[0])

    def test_targets(self):
        self.open()
        self.assertEqual(
            self.find_table(),
            [
                [
                    "Ticket Priority",
                    "We answer within",
                    "We complete it within",
                    "We close it within",
                ],
                ["Any priority", "1 h", "4 h", "1 d"],
                ["Very High", "30 min", "2 h", "4 h"],
            ],
        )
        self.assertTrue(self.find("slm_overlap"))
        self.agreement.action_terminate()
        lines = ({"priority": p, "response": 5} for p in "01")
        self.open(self.create_agreement("By priority", targets=tuple(lines)))
        self.assertFalse(self.find("slm_overlap"))

    def test_lines_of_services(self):
        """A line for a service that is not offered to him is not there."""
        hidden = self.create_service("Secret Vault", offered=False)
        agreement = self.create_agreement(
            targets=(
                {"service_id": self.service.id, "response": 11},
                {"service_id": hidden.id, "response": 13},
                {"process_kind": "incident", "completion": 17},
            ),
            service_ids=[Command.set((self.service | hidden).ids)],
        )
        page = self.open(agreement)
        self.assertEqual(
            self.find_table(),
            [
                [
                    "Service",
                    "Kind of Request",
                    "We answer within",
                    "We complete it within",
                ],
                ["Mail", "Any kind", "11 min", "–"],
                ["All services", "Incident", "–", "17 min"],
            ],
        )
        self.assertEqual(self.find("slm_services"), ["Services Mail"])
        for text in ("Secret Vault", "13 min"):
            self.assertNotIn(text, page.text)
        self.visit(URL)
        self.assertNotIn("Secret Vault", self.page.text_content())

    def test_services_that_are_not_offered(self):
        """One for hidden or archived services is not for all of them."""
        hidden = self.create_service("Secret Vault", offered=False)
        agreement = self.create_agreement(service_ids=[Command.set(hidden.ids)])
        for active in (True, False):
            hidden.active = active
            with self.subTest(active=active):
                self.open(agreement)
                self.assertEqual(self.find("slm_services"), ["Services –"])

    def test_grid(self):
        self.open()
        states = self.page.xpath("//*[@name='slm_grid']//td/@data-state")
        self.assertEqual(len(states), 7 * 24)
        self.assertEqual(states.count("full"), 5 * 8)

    def test_grid_of_two_weeks(self):
        self.office.write({"two_weeks_calendar": True, "attendance_ids": week((8, 12))})
        lines = self.office.attendance_ids
        lines.filtered(lambda line: line.dayofweek < "3").week_type = "0"
        lines.filtered(lambda line: line.dayofweek >= "3").week_type = "1"
        self.open()
        grids = self.page.xpath("//*[@name='slm_grid']//table")
        names = [grid.xpath("string(caption)") for grid in grids]
        self.assertEqual(names, ["This week", "Next week"])
        this = lines.get_week_type(fields.Date.today())
        full = [len(grid.xpath(".//td[@data-state='full']")) for grid in grids]
        self.assertEqual(full, [8, 12] if this else [12, 8])

    def test_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.agreement.with_context(lang="de_DE").name = "Büro-SLA"
        self.agreement.date_end = "2024-12-31"
        self.portal_user.lang = "de_DE"
        self.log_in()
        self.open()
        self.assertIn("Büro-SLA", self.page.xpath("string(//h3)"))
        self.assertIn("Mo. – Fr.", self.find("slm_hours")[0])
        self.assertIn("99,5 %", self.find("slm_availability")[0])

    def test_nothing_internal(self):
        """No publication, no partner, no people, no other agreement, no ladder."""
        team = self.env["helpdesk.ticket.team"].create({"name": "Secret Team"})
        self.organisation.name = "Secret Customer"
        self.office.name = "Secret Hours"
        self.manager.name = "Secret Manager"
        ladder = self.env["slm.escalation.policy"].create({"name": "Secret Ladder"})
        self.agreement.write(
            {
                "partner_id": self.organisation.id,
                "escalation_policy_id": ladder.id,
                "publication_ids": [
                    Command.create({"partner_id": self.stranger.id}),
                    Command.create({"role": "provider", "team_id": team.id}),
                ],
            }
        )
        self.create_agreement("Secret OLA", kind="ola", team_id=team.id)
        self.agreement.message_post(body="Secret talk")
        page = self.open()
        self.assertNotIn("Secret", self.page.xpath("string(//main)"))
        self.assertNotIn(self.stranger.name, page.text)

    def test_link_of_a_service(self):
        """The promise on the page of a service leads to the agreement."""
        self.visit(f"/my/services/{self.service.id}")
        [link] = self.page.xpath("//*[@name='slm_promise']//a")
        self.assertEqual(link.text_content().strip(), "Office SLA")
        self.assertEqual(link.get("href"), f"{URL}/{self.agreement.id}")
        self.visit(link.get("href"))
        self.assertFalse(self.find("slm_gone"))

    # ------------------------------------------------------------------
    # The document
    # ------------------------------------------------------------------

    def print_for(self, user, agreement=None, lang="en_US"):
        """What is printed on the portal for a user, as text: tests make no files."""
        agreement = agreement or self.agreement
        self.env.flush_all()
        self.env.invalidate_all()
        reports = self.env["ir.actions.report"].with_user(user).sudo()
        content, _kind = reports.with_context(lang=lang)._render_qweb_html(
            "slm_management.action_report_slm_agreement", agreement.ids
        )
        return content.decode()

    def test_document(self):
        self.open()
        [link] = self.page.xpath("//a[@name='slm_document']/@href")
        response = self.url_open(link)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        name = response.headers["Content-Disposition"]
        self.assertIn("SLA-7%20v1.pdf", name)
        paper = self.print_for(self.portal_user)
        for text in ("Office SLA", "We <b>care</b>", "30 min", "99.5"):
            self.assertIn(text, paper)

    def test_document_of_others(self):
        """As missing ones: rival, OLA, draft; and the desk's route is closed to him."""
        team = self.env["helpdesk.ticket.team"].create({"name": "Team"})
        hidden = (
            self.create_agreement("Rival", [self.stranger]),
            self.create_agreement("OLA", [False], kind="ola", team_id=team.id),
            self.create_agreement("Draft", [False], activate=False),
        )
        for agreement in hidden:
            with self.subTest(agreement=agreement.name):
                response = self.visit(f"{URL}/{agreement.id}/document")
                self.assertEqual(response.url.partition("?")[2], "gone=1")
                self.assertIn("text/html", response.headers["Content-Type"])
        report = "slm_management.report_slm_agreement"
        for agreement in (self.agreement, *hidden):
            with mute_logger("odoo.http"):
                page = self.visit(f"/report/html/{report}/{agreement.id}")
            self.assertGreaterEqual(page.status_code, 400)
            self.assertNotIn(agreement.name, page.text)

    def test_document_is_the_reader_s(self):
        """The desk prints all of it; a requester's copy keeps back what he may not
        know: another customer, teams, hidden services and their lines, the ladder."""
        hidden = self.create_service("Secret Vault", offered=False)
        team = self.env["helpdesk.ticket.team"].create({"name": "Secret Team"})
        self.stranger.name = "Secret Customer"
        self.office.name = "Secret Hours"
        step = {"percent": 75, "notify_manager": True, "name": "Secret Step"}
        ladder = self.env["slm.escalation.policy"].create(
            {"name": "Ladder", "step_ids": [Command.create(step)]}
        )
        agreement = self.create_agreement(
            "Shared SLA",
            [self.organisation, self.stranger],
            (
                {"service_id": self.service.id, "response": 11},
                {"service_id": hidden.id, "response": 13},
            ),
            partner_id=self.stranger.id,
            escalation_policy_id=ladder.id,
            service_ids=[Command.set((self.service | hidden).ids)],
            activate=False,
        )
        line = {"role": "provider", "team_id": team.id}
        agreement.publication_ids = [Command.create(line)]
        agreement.action_activate()
        paper = self.print_for(self.portal_user, agreement)
        for text in ("Shared SLA", "11 min", "Mail"):
            self.assertIn(text, paper)
        self.assertNotIn("13 min", paper)
        self.assertNotIn("Secret", paper)
        full = self.print_for(self.agent, agreement)
        for text in ("Vault", "Team", "Customer", "Hours", "Step"):
            self.assertIn(f"Secret {text}", full)
        self.assertIn("13 min", full)

    def test_document_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.organisation.lang = "en_US"
        self.agreement.partner_id = self.organisation
        self.agreement.with_context(lang="de_DE").name = "Büro-SLA"
        self.portal_user.lang = "de_DE"
        paper = self.print_for(self.portal_user, lang="de_DE")
        self.assertIn("Büro-SLA", paper)
        self.assertNotIn("Office SLA", paper)
        self.assertIn("Office SLA", self.print_for(self.agent, lang="de_DE"))

    # ------------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------------

    def create_many(self, count, lines=1):
        targets = [{"response": 10 + n, "priority": str(n)} for n in range(lines)]
        for number in range(count):
            service = self.create_service(f"S{number}")
            self.create_agreement(
                f"Many {number}",
                [False],
                targets,
                service_ids=[Command.set(service.ids)],
            )

    def count_queries(self, url):
        """Of a page that was opened before."""
        self.visit(url)
        before = sql_db.sql_counter
        self.assertEqual(self.visit(url).status_code, 200)
        return sql_db.sql_counter - before

    def test_queries_do_not_follow_numbers(self):
        self.create_many(1)
        page = f"{URL}/{self.agreement.id}"
        few = [self.count_queries(url) for url in (URL, page)]
        self.create_many(18)
        rest = ({"priority": p, "process_kind": "incident"} for p in "0123")
        self.agreement.target_ids = [
            Command.create(self.prepare_target(vals | {"response": 5})) for vals in rest
        ]
        many = [self.count_queries(url) for url in (URL, page)]
        self.assertEqual(many, few)
        self.assertLess(max(many), 40)
