# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .paper_case import TODO, PaperCase

REPORT = "slm_management.action_report_slm_scorecard"


class ScorecardCase(PaperCase):
    report = REPORT

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.criteria = cls.env["slm.supplier.criterion"].search([])
        cls.earlier = cls.evaluate("2023-01-01", "2023-06-30", [3, 3, 3, 3, 3])
        cls.last = cls.evaluate("2023-07-01", "2023-12-31", [5, 4, 4, 4, 4])

    @classmethod
    def evaluate(cls, date_from, date_to, scores, confirm=True, **vals):
        evaluation = cls.env["slm.supplier.evaluation"].create(
            {
                "partner_id": cls.vendor.id,
                "date_from": date_from,
                "date_to": date_to,
            }
            | vals
        )
        for line, score in zip(evaluation.line_ids, scores, strict=True):
            line.score = str(score)
        if confirm:
            evaluation.action_confirm()
        return evaluation

    def get_card(self, partner=None, user=None, **context):
        cards = self.env["slm.supplier.scorecard"].with_user(user or self.agent)
        cards = cards.with_context(**context)
        return cards.get_scorecard((partner or self.vendor).id)

    def go_inside(self, user, records):
        return self.get_card(records, user)

    def keep_waiting(self, *spans):
        """A ticket for each span in which it waits for the supplier."""
        for start, stop in spans:
            self.at(start)
            ticket = self.create_ticket()
            self.wait_for(ticket, self.vendor)
            self.move(ticket, "working", stop)


class TestSupplierScorecard(ScorecardCase):
    def test_supplier_and_score(self):
        card = self.get_card()
        self.assertEqual(card["supplier"]["name"], "Vendor")
        self.assertEqual(card["supplier"]["status"], "Approved")
        self.assertEqual(card["supplier"]["manager"], self.manager.name)
        self.assertEqual(card["score"]["total"], self.last.total)
        change = round(self.last.total - 3, 2)
        self.assertAlmostEqual(card["score"]["change"], change)
        self.assertEqual(card["score"]["change_text"], f"+{change:.2f}")

    def test_evaluations_over_time(self):
        self.evaluate("2024-01-01", "2024-01-07", [1, 1, 1, 1, 1], confirm=False)
        evaluations = self.get_card()["evaluations"]
        self.assertEqual(
            [row["id"] for row in evaluations["rows"]], [self.earlier.id, self.last.id]
        )
        self.assertEqual(
            [c["name"] for c in evaluations["criteria"]], self.criteria.mapped("name")
        )
        self.assertEqual(evaluations["rows"][1]["scores"], [5, 4, 4, 4, 4])
        self.assertEqual(evaluations["rows"][1]["short"], "Dec 2023")

    def test_last_eight_evaluations(self):
        for year in range(2010, 2019):
            self.evaluate(f"{year}-01-01", f"{year}-12-31", [2, 2, 2, 2, 2])
        rows = self.get_card()["evaluations"]["rows"]
        self.assertEqual(len(rows), 8)
        self.assertEqual(rows[-1]["id"], self.last.id)
        self.assertEqual(rows[0]["short"], "Dec 2013")

    def test_compared_as_on_the_form(self):
        """With one of a period before, that has not been merged away."""
        self.evaluate("2023-01-01", "2023-12-31", [2, 2, 2, 2, 2])
        twin = self.evaluate("2023-02-01", "2023-06-30", [5, 5, 5, 5, 5])
        twin.is_merged = True
        card = self.get_card()
        self.assertEqual(card["score"]["change_text"], "−1.00")
        shown = [row["id"] for row in card["evaluations"]["rows"]]
        self.assertNotIn(twin.id, shown)
        self.assertEqual(len(shown), 3)

    def test_compliance_per_metric_and_month(self):
        self.keep_waiting(("tue 09:00", "tue 09:30"), ("tue 10:00", "tue 11:30"))
        self.keep_waiting(("tue+4 09:00", "tue+4 09:30"))
        compliance = self.get_card()["compliance"]
        labels = [month["label"] for month in compliance["months"]]
        self.assertEqual((labels[0], labels[-1]), ("Mar 2023", "Feb 2024"))
        response = compliance["metrics"][0]
        self.assertEqual(response["label"], "Response")
        january, february = response["months"][-2:]
        self.assertEqual((january["ended"], january["missed"]), (2, 1))
        self.assertEqual(january["share_text"], "50.0 %")
        self.assertEqual(january["breaches"], 1)
        self.assertEqual((february["ended"], february["share"]), (1, 100))
        self.assertEqual(february["median_text"], "30 min")
        self.assertEqual(response["total"]["ended"], 3)
        self.assertEqual(response["months"][0]["share_text"], "–")

    def test_figures_open_the_clocks_behind(self):
        self.keep_waiting(("tue 09:00", "tue 09:30"), ("tue 10:00", "tue 11:30"))
        self.env.flush_all()
        compliance = self.get_card()["compliance"]
        clocks = self.env["slm.clock"].with_user(self.agent)
        for metric in compliance["metrics"]:
            for month, cell in zip(compliance["months"], metric["months"], strict=True):
                domain = [
                    *compliance["domain"],
                    ("metric", "=", metric["metric"]),
                    ("stopped_at", ">=", month["start"]),
                    ("stopped_at", "<", month["end"]),
                ]
                self.assertEqual(clocks.search_count(domain), cell["ended"])

    def test_contracts_in_force_and_their_next_dates(self):
        self.create_contract(
            name="Old",
            end_date="2023-12-31",
            renewal="none",
            warranty_months=0,
            acceptance_ids=[],
        )
        sooner = self.create_contract(
            name="Sooner", end_date="2024-01-20", renewal="none", notice_period=0
        )
        contracts = self.get_card()["contracts"]
        self.assertEqual(contracts["count"], 2)
        self.assertEqual(
            [row["id"] for row in contracts["rows"]], [sooner.id, self.contract.id]
        )
        self.assertEqual(
            contracts["rows"][1]["dates"],
            [
                {"label": "Spare Parts", "text": "02/01/2024"},
                {"label": "Last Day to Give Notice", "text": "09/30/2024"},
                {"label": "End of Term", "text": "12/31/2024"},
            ],
        )

    def test_open_follow_ups(self):
        record = self.env["slm.supplier.interaction"].create(
            {"name": "Visit", "partner_id": self.vendor.id}
        )
        day = {"date_deadline": "2024-01-09", "user_id": self.manager.id}
        record.activity_schedule(TODO, summary="Send offer", **day)
        self.carrier_uc.activity_schedule(TODO, summary="Elsewhere", **day)
        follow_ups = self.get_card()["follow_ups"]
        self.assertEqual(
            [row["summary"] for row in follow_ups["rows"]],
            ["Missing manual", "Send offer"],
        )
        late, planned = follow_ups["rows"]
        self.assertEqual((late["is_late"], planned["is_late"]), (True, False))
        self.assertEqual(late["owner"], self.manager.name)
        self.assertEqual(planned["due"], "01/09/2024")
        self.assertEqual(planned["model"], record._name)

    def test_tickets_waiting_now(self):
        ticket, done = self.create_ticket(), self.create_ticket()
        self.wait_for(ticket, self.vendor, "mon 09:00")
        self.wait_for(done, self.vendor)
        self.move(done, "working")
        tickets = self.get_card()["tickets"]
        self.assertEqual(tickets["count"], 1)
        self.assertEqual(tickets["rows"][0]["number"], ticket.number)
        found = self.env["helpdesk.ticket"].search(tickets["domain"])
        self.assertEqual(found, ticket)

    def test_below_and_above_in_his_entity_count(self):
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.vendor.id}
        )
        self.assertEqual(self.get_card(branch)["contracts"]["count"], 1)
        self.contract.partner_id = branch
        self.assertEqual(self.get_card()["contracts"]["count"], 1)
        self.assertEqual(self.get_card(self.carrier)["contracts"]["count"], 0)

    def test_nothing_of_other_companies(self):
        other, foreign = self.create_other_company()
        foreign.effective_date = "2023-01-01"
        self.agent.company_ids |= other
        both = {"allowed_company_ids": [self.company.id, other.id]}
        self.assertEqual(self.get_card(**both)["contracts"]["ids"], self.contract.ids)
        turned = {"allowed_company_ids": [other.id, self.company.id]}
        card = self.get_card(**turned)
        self.assertEqual(card["contracts"]["ids"], foreign.ids)
        self.assertEqual(card["evaluations"]["rows"], [])
        self.assertEqual(card["supplier"]["company"], "Other Ltd")

    def test_a_contact_of_whom_nothing_is_known(self):
        card = self.get_card(self.stranger)
        self.assertIsNone(card["score"]["total"])
        self.assertEqual(card["contracts"], {"count": 0, "rows": [], "ids": []})
        text = self.render(self.stranger)
        self.assertSays(text, "No evaluation has been confirmed yet")
        self.assertConceals(text, "False", "None")

    def test_plain_values(self):
        self.assertTrue(json.dumps(self.get_card()))

    def test_queries_are_bounded(self):
        for name in map(str, range(12)):
            self.create_contract(name=name)
        self.get_card()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.get_card()
        self.assertLessEqual(self.cr.sql_log_count - before, 60)


class TestSupplierScorecardPaper(ScorecardCase):
    def test_it_says_what_the_screen_shows(self):
        self.keep_waiting(("tue 09:00", "tue 09:30"), ("tue 10:00", "tue 11:30"))
        card, text = self.get_card(), self.render(self.vendor)
        self.assertSays(text, "Supplier Scorecard Vendor", "Approved", "Approved")
        score = card["score"]
        self.assertSays(text, f"{score['text']} / 5 ({score['change_text']})")
        for row in card["evaluations"]["rows"]:
            scores = " ".join(map(str, row["scores"]))
            self.assertSays(text, f"{row['period']} {scores} {row['text']}")
        for metric in card["compliance"]["metrics"]:
            self.assertSays(text, self._tell_metric(metric))
        self.assertSays(text, "Contracts in Force (1)", "Open Follow-ups (1)")
        self.assertSays(text, f"Missing manual {self.final.display_name}")

    def _tell_metric(self, metric):
        total = metric["total"]
        return (
            f"{metric['label']} : {total['share_text']} · kept: {total['met']} "
            f"· missed: {total['missed']} · median used: {total['median_text']} "
            f"· breaches: {total['breaches']}"
        )

    def test_columns_are_as_high_as_the_share(self):
        self.keep_waiting(("tue 09:00", "tue 09:30"), ("tue 10:00", "tue 11:30"))
        page = self.render_page(self.vendor)
        columns = page.xpath("//td[contains(@class, 'o_slm_column')]/div")
        self.assertEqual(columns[0].get("style"), "height: 30px")

    def test_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.agent.lang, self.vendor.lang = "fr_FR", "en_US"
        text = self.render(self.vendor)
        self.assertSays(text, "déc. 2023".split()[1], "08/01/2024", "4,")


@tagged("post_install", "-at_install")
class TestSupplierScorecardRoads(ScorecardCase, HttpCase):
    def test_only_agents(self):
        self.assertClosed("html", self.vendor, "Missing manual", "Hardware Care")

    def test_pdf_road_is_closed(self):
        self.assertClosed("pdf", self.vendor, "Missing manual", "Hardware Care")

    @mute_logger("odoo.http")
    def test_rpc_is_closed(self):
        for user in self.outsiders:
            self.authenticate(user.login, user.login)
            params = {
                "model": "slm.supplier.scorecard",
                "method": "get_scorecard",
                "args": [self.vendor.id],
                "kwargs": {},
            }
            answer = self.url_open(
                "/web/dataset/call_kw/slm.supplier.scorecard/get_scorecard",
                data=json.dumps({"params": params}),
                headers={"Content-Type": "application/json"},
            ).json()
            self.assertIn("AccessError", answer["error"]["data"]["name"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_supplier_of_another_company(self):
        other, _foreign = self.create_other_company()
        hidden = self.env["res.partner"].create(
            {"name": "Hidden", "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            self.get_card(hidden)

    def test_pdf_in_chinese(self):
        self.vendor.name = "华北网络供应商"
        self.env["res.lang"]._activate_lang("zh_CN")
        self.agent.lang = "zh_CN"
        pages = self.render_pdf(self.vendor)
        self.assertSays(pages[0], "华北网络供应商", "2024")
        for number, page in enumerate(pages, 1):
            self.assertSays(page, f"{number}", f"{len(pages)}")
