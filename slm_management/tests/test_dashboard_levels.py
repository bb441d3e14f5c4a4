# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from .statistics_case import NOW, StatisticsCase

JANUARY = (date(2024, 1, 1), date(2024, 1, 31))
DECEMBER = (date(2023, 12, 1), date(2023, 12, 31))


class DashboardCase(StatisticsCase):
    def get_dashboard(self, user=None, **filters):
        dashboard = self.env["slm.dashboard"].with_user(user or self.manager)
        ids = {name: records.ids for name, records in filters.items()}
        return dashboard.get_dashboard(ids)

    def find_figures(self, value):
        """Every figure that a dashboard has, wherever it is."""
        if isinstance(value, dict):
            if "of" in value:
                yield value
            for inner in value.values():
                yield from self.find_figures(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from self.find_figures(inner)

    def get_behind(self, data, figure, user):
        """What a click on a figure opens."""
        domain = [*data["domains"][figure["of"]], *figure["domain"]]
        return self.env[data["models"][figure["of"]]].with_user(user).search(domain)

    def get_filters(self):
        return (
            {},
            {"services": self.service},
            {"customers": self.organisation},
            {"customers": self.person | self.stranger, "teams": self.desk},
            {"teams": self.field | self.spare, "services": self.other_service},
        )

    def get_scope(self, **narrowed):
        return self.env["slm.figures"]._get_scope(self.company, **narrowed)

    def get_span(self, days):
        return self.env["slm.figures"]._get_span(*days, self.company)


class TestDashboardFigures(DashboardCase):
    """They are those of ``slm.figures``, and open what they count."""

    def test_every_figure_opens_what_it_counts(self):
        for user in (self.manager, self.own_agent):
            for filters in self.get_filters():
                data = self.get_dashboard(user, **filters)
                figures = list(self.find_figures(data))
                self.assertGreater(len(figures), 50)
                with self.subTest(user=user.login, filters=filters):
                    for figure in figures:
                        self._check_behind(data, figure, user)

    def _check_behind(self, data, figure, user):
        behind = self.get_behind(data, figure, user)
        if figure["of"] == "shares":
            count = sum(behind.mapped("seconds"))
        else:
            count = len(behind)
        self.assertEqual(count, figure["count"], figure)
        if figure.get("value") is not None:
            shares = behind.mapped("share_met")
            self.assertAlmostEqual(sum(shares) / len(shares), figure["value"])

    def test_every_cell_of_the_arrivals_opens_what_it_counts(self):
        """Its domain is that of all with its weekday and hour, as in the client."""
        for user in (self.manager, self.own_agent):
            data = self.get_dashboard(user, services=self.service)
            base = [*data["domains"]["tickets"], *data["arrivals"]["domain"]]
            rows = self.env["slm.ticket.statistics"].with_user(user)
            for row in data["arrivals"]["rows"]:
                day = [*base, ("weekday", "=", row["weekday"])]
                self.assertEqual(sum(row["counts"]), rows.search_count(day))
                for hour, count in enumerate(row["counts"]):
                    found = rows.search_count([*day, ("hour", "=", f"{hour:02}")])
                    self.assertEqual(count, found)

    def test_they_are_those_of_the_figures(self):
        figures, scope = self.env["slm.figures"], self.get_scope()
        data = self.get_dashboard()
        for key, days in (("now", JANUARY), ("before", DECEMBER)):
            span = self.get_span(days)
            tickets = figures._get_ticket_figures(scope, [span])[span.key,]
            shown = {r["part"]: r[key] for r in data["volume"]["rows"]}
            for part in ("opened", "reopened", "closed", "open_at_end"):
                self.assertEqual(shown[part]["count"], tickets[part])
            self._check_compliance(data["compliance"]["rows"], key, scope, span)

    def _check_compliance(self, rows, key, scope, span):
        found = self.env["slm.figures"]._get_clock_figures(
            scope, [span], by=("kind", "metric")
        )
        self.assertTrue(found)
        nothing = self.env["slm.figures"]._prepare_clock_figures()
        for row in rows:
            expected = found.get((span.key, row["kind"], row["metric"]), nothing)
            for part in ("met", "missed", "excluded"):
                self.assertEqual(row[key][part]["count"], expected[part])
            self.assertEqual(row[key]["share"]["value"], expected["share"])
            self.assertEqual(row[key]["late"]["count"], expected["breached_running"])
        shown = {(row["kind"], row["metric"]) for row in rows}
        self.assertLessEqual({k[1:] for k, v in found.items() if v["ended"]}, shown)

    def test_targets_reached(self):
        """An agreement counts once for each metric of which something was decided."""
        figures = self.env["slm.figures"]._get_clock_figures(
            self.get_scope(kinds=["sla"]),
            [self.get_span(JANUARY)],
            by=("metric", "agreement"),
        )
        judged = {
            key[1:]: value["share"] >= 80
            for key, value in figures.items()
            if key[2] == self.agreement.id and value["share"] is not None
        }
        self.assertTrue(judged)
        total = self.get_dashboard()["compliance"]["total"]["now"]["reached"]
        self.assertEqual(total["text"], f"{sum(judged.values())} of {len(judged)}")
        self.assertEqual(total["domain"], [("id", "in", self.agreement.ids)])
        self.env.flush_all()
        self.env.cr.execute("UPDATE slm_agreement SET attainment_target = 0")
        self.env.invalidate_all()
        total = self.get_dashboard()["compliance"]["total"]["now"]["reached"]
        self.assertEqual((total["text"], total["count"]), ("–", 0))

    def test_today(self):
        """Due: what runs and ends today; late: what is breached, running or paused."""
        before = self.get_dashboard()["today"]
        self.at(NOW + timedelta(hours=17))
        start = self.get_dashboard()["today"]
        self.create_ticket(priority="1")
        paused = self.create_ticket(priority="3")
        data = self.get_dashboard()["today"]
        changed = {part: data[part]["count"] - start[part]["count"] for part in data}
        self.assertEqual(changed, {"due": 6, "late": 0, "breached": 0})
        self.at(NOW + timedelta(hours=18, minutes=10))
        self.run_cron()
        self.move(paused, "wait_customer")
        data = self.get_dashboard()["today"]
        self.assertGreaterEqual(data["late"]["count"], before["late"]["count"] + 1)
        self.assertIn("ticket", data["late"]["note"])
        found = self.env["slm.clock.statistics"].search([("result", "=", "late")])
        self.assertEqual(len(found), data["late"]["count"])

    def test_worst_services_first(self):
        rows = self.get_dashboard()["services"]["rows"]
        shares = [row["share"]["value"] for row in rows]
        self.assertGreater(len(shares), 1)
        self.assertEqual(shares, sorted(shares))
        self.assertEqual(
            {row["name"] for row in rows} - {"No service"},
            {
                self.env["slm.service"].browse(row["id"]).display_name
                for row in rows
                if row["id"]
            },
        )

    def test_who_used_the_time(self):
        """Of tickets that ended this month all the time since they were created."""
        self.assertTrue(self.get_dashboard()["time"]["rows"])
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.at(NOW + timedelta(minutes=30))
        ticket.slm_supplier_id = self.vendor
        self.move(ticket, "wait_supplier")
        self.at(NOW + timedelta(minutes=50))
        before = self.env["slm.figures"]._get_time_used(
            self.get_scope(), self.get_span(JANUARY)
        )
        self.move(ticket, "closed")
        after = self.env["slm.figures"]._get_time_used(
            self.get_scope(), self.get_span(JANUARY)
        )
        used = {key: after[key] - before.get(key, 0) for key in after}
        self.assertEqual(
            {key: seconds for key, seconds in used.items() if seconds},
            {("team", self.desk.id): 1800, ("supplier", self.vendor.id): 1200},
        )
        total = self.get_dashboard()["time"]["total"]
        self.assertEqual(total["count"], sum(after.values()))

    def test_trend(self):
        """Twelve months, the last of which is what is shown of this month."""
        data = self.get_dashboard()
        trend = data["trend"]
        self.assertEqual(len(trend["months"]), 12)
        self.assertEqual(trend["months"][-1]["label"], data["compliance"]["now"])
        shares = {
            row["metric"]: row["now"]["share"]["value"]
            for row in data["compliance"]["rows"]
            if row["kind"] == "sla"
        }
        for row in trend["metrics"]:
            self.assertEqual(row["cells"][-1]["value"], shares.get(row["metric"]))
        volume = {row["part"]: row["now"]["count"] for row in data["volume"]["rows"]}
        for row in trend["volume"]:
            self.assertEqual(row["cells"][-1]["count"], volume[row["part"]])

    def test_filters(self):
        """Customers are meant with all below them, also archived ones; what is
        filtered by is not more than what is not."""
        self.department.active = False
        everything = self.get_dashboard()["arrivals"]["count"]
        parts = [
            self.get_dashboard(customers=customers)["arrivals"]["count"]
            for customers in (self.organisation, self.stranger)
        ]
        self.assertTrue(all(parts))
        self.assertEqual(sum(parts), everything)

    def test_empty(self):
        nobody = self.env["res.partner"].create({"name": "Nobody"})
        data = self.get_dashboard(customers=nobody)
        self.assertTrue(data["is_empty"])
        self.assertEqual(data["compliance"]["rows"], [])
        self.assertEqual(data["time"]["rows"], [])
        self.assertFalse(self.get_dashboard()["is_empty"])


class TestDashboardAccess(DashboardCase):
    def test_only_agents(self):
        for user in (self.portal_user, self.helpdesk_user):
            with self.assertRaises(AccessError):
                self.get_dashboard(user)
            with self.assertRaises(AccessError):
                self.env["slm.dashboard"].with_user(user).sudo().get_dashboard({})

    def test_tickets_that_he_may_read(self):
        """Also as superuser it is for who asks."""
        allowed = self.env["helpdesk.ticket"].with_user(self.own_agent)
        allowed = allowed.with_context(active_test=False).search([])
        self.assertLess(len(allowed), len(self.tickets))
        data = self.get_dashboard(self.own_agent)
        self.assertEqual(data["arrivals"]["count"], len(allowed & self.tickets))
        dashboard = self.env["slm.dashboard"].with_user(self.own_agent).sudo()
        self.assertEqual(dashboard.get_dashboard(), data)
        for figure in self.find_figures(data):
            if figure["of"] != "agreements":
                behind = self.get_behind(data, figure, self.own_agent)
                self.assertLessEqual(behind.ticket_id.sudo(), allowed.sudo())

    def test_one_company(self):
        """The current one, whatever else the reader may see."""
        other = self._create_company(name="Other Ltd")
        self.manager.company_ids |= other
        data = self.get_dashboard(self.manager)
        self.assertEqual(data["company"], self.company.name)
        dashboard = self.env["slm.dashboard"].with_user(self.manager)
        companies = [other.id, self.company.id]
        turned = dashboard.with_context(allowed_company_ids=companies)
        abroad = turned.get_dashboard({})
        self.assertEqual(abroad["company"], "Other Ltd")
        self.assertTrue(abroad["is_empty"])

    def test_plain_values(self):
        self.assertTrue(json.dumps(self.get_dashboard()))

    def test_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.manager.lang = "zh_CN"
        self.env["slm.service"].browse(self.service.id).with_context(
            lang="zh_CN"
        ).name = "邮件"
        data = self.env["slm.dashboard"].with_user(self.manager)
        data = data.with_context(lang="zh_CN").get_dashboard({})
        self.assertIn("年", data["compliance"]["now"])
        self.assertTrue(any("邮件" in row["name"] for row in data["services"]["rows"]))

    def test_queries_are_bounded(self):
        """However many tickets, services and months there are."""
        for user, limit in ((self.manager, 40), (self.own_agent, 50)):
            self.get_dashboard(user)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.get_dashboard(user)
            self.assertLessEqual(self.cr.sql_log_count - before, limit)


class TestDashboardRoads(DashboardCase, HttpCase):
    told = 8

    def call(self, user, **filters):
        self.authenticate(user.login, user.login)
        params = {
            "model": "slm.dashboard",
            "method": "get_dashboard",
            "args": [filters],
            "kwargs": {},
        }
        response = self.url_open(
            "/web/dataset/call_kw/slm.dashboard/get_dashboard",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()

    def test_rpc(self):
        for user in (self.portal_user, self.helpdesk_user):
            with self.subTest(user=user.login), mute_logger("odoo.http"):
                name = self.call(user)["error"]["data"]["name"]
                self.assertEqual(name, "odoo.exceptions.AccessError")
        answer = self.call(self.own_agent, services=self.service.ids)
        self.assertEqual(answer["result"]["company"], self.company.name)
