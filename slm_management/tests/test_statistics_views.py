# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import ast
import json
from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import tell
from .statistics_case import NOW, StatisticsCase

CLOCKS, TICKETS = "slm.clock.statistics", "slm.ticket.statistics"
MONTHS = [date(2023, month, 1) for month in range(2, 13)] + [date(2024, 1, 1)]
FAVOURITES = 7
HTTP = "odoo.http"


class FavouritesCase(StatisticsCase):
    def get_spans(self):
        """The last twelve months, as favourites mean them."""
        last = [*MONTHS[1:], date(2024, 2, 1)]
        periods = [
            (first, date.fromordinal(after.toordinal() - 1))
            for first, after in zip(MONTHS, last, strict=True)
        ]
        return self.env["slm.figures"]._get_spans(periods, self.company)

    def get_year(self):
        spans = self.get_spans()
        return spans[0]._replace(end=spans[-1].end)

    def get_scope(self, **narrowed):
        return self.env["slm.figures"]._get_scope(self.company, **narrowed)

    def read_favourite(self, name, measures):
        """``{(values it is grouped by): {measure: value}}`` as its pivot has them."""
        favourite = self.env.ref(f"slm_management.ir_filters_{name}")
        context = safe_eval(favourite.context)
        domain = ast.literal_eval(favourite.domain)
        by = context["pivot_row_groupby"] + context["pivot_column_groupby"]
        groups = (
            self.env[favourite.model_id]
            .with_user(self.manager)
            .formatted_read_group(domain, by, measures)
        )
        return {
            tuple(self._get_value(group[name]) for name in by): {
                measure: group[measure] for measure in measures
            }
            for group in groups
        }

    def _get_value(self, value):
        """Of a record the id, of a month its first day."""
        if isinstance(value, (tuple, list)):
            value = value[0]
        if isinstance(value, str) and value.count("-") == 2:
            return date.fromisoformat(value)
        return value or None

    def assertCompliance(self, found, expected):
        """Share and counts of each group are those of the figures."""
        self.assertTrue(found)
        told = {
            key: (
                round(values["share_met:avg"], 6),
                values["met_count:sum"],
                values["missed_count:sum"],
            )
            for key, values in found.items()
        }
        decided = {
            key: (round(figures["share"], 6), figures["met"], figures["missed"])
            for key, figures in expected.items()
            if figures["share"] is not None
        }
        self.assertEqual(told, decided)


class TestFavourites(FavouritesCase):
    MEASURES = ("share_met:avg", "met_count:sum", "missed_count:sum")

    def get_clock_figures(self, *by, spans=None, **narrowed):
        return self.env["slm.figures"]._get_clock_figures(
            self.get_scope(**narrowed), spans or [self.get_year()], by=by
        )

    def test_everybody_has_them_and_their_views_can_show_them(self):
        for model in (CLOCKS, TICKETS):
            fields = self.env[model].fields_get()
            action = self.env.ref(f"slm_management.{model.replace('.', '_')}_action")
            found = self.env["ir.filters"].with_user(self.own_agent)
            for favourite in found.get_filters(model, action.id):
                with self.subTest(favourite=favourite["name"]):
                    self.assertFalse(favourite["user_ids"])
                    self._check_context(safe_eval(favourite["context"]), fields)
        shipped = self.env["ir.filters"].search([("model_id", "in", [CLOCKS, TICKETS])])
        self.assertEqual(len(shipped), FAVOURITES)
        self.assertEqual(set(shipped.mapped("name")), set(shipped._slm_get_names()))

    def test_they_are_called_as_the_reader_speaks(self):
        """Unless somebody gave one another name."""
        mine = self.env.ref("slm_management.ir_filters_causes")
        mine.name = "Reasons"
        names = {"By Team": "按团队", "Breach Causes": "超时原因"}
        with patch.object(type(mine), "_slm_get_names", lambda self: names):
            found = self.env["ir.filters"].get_filters(CLOCKS, mine.action_id.id)
        told = {favourite["name"] for favourite in found}
        self.assertLessEqual({"按团队", "Reasons", "By Month"}, told)

    def _check_context(self, context, fields):
        for name in ("pivot_row_groupby", "pivot_column_groupby", "graph_groupbys"):
            for group in context[name]:
                self.assertTrue(fields[group.split(":")[0]]["groupable"], group)
        for measure in (*context["pivot_measures"], context["graph_measure"]):
            self.assertTrue(measure == "__count" or fields[measure].get("aggregator"))

    def test_compliance_by_month(self):
        self.assertCompliance(
            self.read_favourite("compliance_month", self.MEASURES),
            self.get_clock_figures("metric", spans=self.get_spans(), kinds=["sla"]),
        )

    def test_compliance_by_service_and_priority(self):
        figures = self.get_clock_figures("service", "priority", kinds=["sla"])
        self.assertCompliance(
            self.read_favourite("compliance_service", self.MEASURES),
            {key[1:]: value for key, value in figures.items()},
        )

    def test_compliance_by_team(self):
        figures = self.get_clock_figures("team", "kind")
        self.assertCompliance(
            self.read_favourite("compliance_team", self.MEASURES),
            {key[1:]: value for key, value in figures.items()},
        )

    def test_causes_of_breaches(self):
        figures = self.get_clock_figures("cause", "metric")
        found = self.read_favourite("causes", ("__count",))
        self.assertTrue(found)
        self.assertEqual(
            {key: values["__count"] for key, values in found.items()},
            {key[1:]: v["breached"] for key, v in figures.items() if v["breached"]},
        )

    def test_volume_by_month(self):
        figures = self.env["slm.figures"]._get_ticket_figures(
            self.get_scope(), self.get_spans()
        )
        opened = self.read_favourite("opened", ("opened_count:sum",))
        self.assertEqual(
            {key: values["opened_count:sum"] for key, values in opened.items()},
            {key: value["opened"] for key, value in figures.items() if value["opened"]},
        )
        closed = self.read_favourite(
            "closed",
            ("closed_count:sum", "completed_count:sum", "first_contact_share:avg"),
        )
        self.assertTrue(closed)
        for key, values in closed.items():
            self.assertEqual(values["closed_count:sum"], figures[key]["closed"])
            self.assertEqual(values["completed_count:sum"], figures[key]["completed"])
            self.assertAlmostEqual(
                values["first_contact_share:avg"] or None,
                figures[key]["first_contact_share"] or None,
            )

    def test_arrivals(self):
        figures = self.env["slm.figures"]
        expected = figures._get_arrivals(self.get_scope(), self.get_year())
        found = self.read_favourite("arrivals", ("opened_count:sum",))
        self.assertEqual(
            {
                (int(day) + 1, int(hour)): values["opened_count:sum"]
                for (hour, day), values in found.items()
            },
            expected,
        )


class TestStatistics(FavouritesCase):
    def get_row(self, ticket, **domain):
        conditions = [(name, "=", value) for name, value in domain.items()]
        return self.env[CLOCKS].search([("ticket_id", "=", ticket.id), *conditions])

    def test_hours_of_a_clock(self):
        """Used until it ended; over its target only if it was missed."""
        tickets = self.create_ticket(priority="1") | self.create_ticket(priority="3")
        self.at(NOW + timedelta(minutes=45))
        tickets.stage_id = self.stages["working"]
        told = [
            (row.result, row.target_hours, row.used_hours, row.over_hours)
            for row in (self.get_row(t, metric="response") for t in tickets)
        ]
        self.assertEqual(told, [("met", 1.0, 0.75, 0.0), ("missed", 0.5, 0.75, 0.25)])
        running = self.get_row(tickets[0], metric="closure")
        self.assertEqual((running.result, running.used_hours), ("running", 0.0))
        self.assertEqual(tell(running.deadline), "thu+3 15:00")

    def test_a_ticket_by_its_stretches(self):
        ticket = self.create_ticket(user_id=self.agent.id)
        self.move(ticket, "closed", "mon+4 15:00")
        self.move(ticket, "working", "wed+4 15:00")
        self.at("thu+4 15:00")
        rows = self.env[TICKETS].search([("ticket_id", "=", ticket.id)], order="id")
        self.assertEqual(rows.mapped("is_open"), [False, True])
        self.assertEqual(rows.mapped("how"), ["closed", False])
        self.assertEqual(rows.mapped("lead_days"), [5.0, 0.0])
        self.assertEqual(rows.mapped("age_days"), [0.0, 8.0])
        self.assertEqual(rows.user_id, self.agent)
        self.assertEqual(rows.mapped("weekday"), ["2", "2"])
        self.assertEqual(rows.mapped("hour"), ["15", "15"])

    def test_pending_changes_are_seen(self):
        """Nothing needs to be saved first for a search or a group to see it."""
        ticket = self.tickets[:1]
        team = self.field if ticket.team_id != self.field else self.spare
        ticket.write({"team_id": team.id, "priority": "2"})
        found = self.env[TICKETS].search([("ticket_id", "=", ticket.id)])
        self.assertEqual(found.team_id, team)
        groups = self.env[CLOCKS]._read_group(
            [("ticket_id", "=", ticket.id)], ["priority"]
        )
        self.assertEqual(groups, [("2",)])

    def test_rows_open_their_ticket_and_story(self):
        row = self.env[CLOCKS].with_user(self.agent).search([], limit=1)
        action = row.action_view_ticket()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("helpdesk.ticket", row.ticket_id.id),
        )
        story = row.action_explain()
        self.assertEqual(story["context"]["default_clock_id"], row.id)
        row = self.env[TICKETS].with_user(self.agent).search([], limit=1)
        self.assertEqual(row.action_view_ticket()["res_id"], row.ticket_id.id)

    def test_nobody_writes_them(self):
        for model in (CLOCKS, TICKETS):
            row = self.env[model].search([], limit=1)
            for attempt in (
                lambda row=row: row.write({"ticket_id": False}),
                row.unlink,
                lambda row=row: row.create({}),
            ):
                with self.assertRaises(AccessError):
                    attempt()

    def test_words_are_those_of_the_ticket(self):
        tickets = self.env["helpdesk.ticket"].fields_get(["priority"])
        for model in (CLOCKS, TICKETS):
            told = self.env[model].fields_get(["priority"])["priority"]
            self.assertEqual(told["selection"], tickets["priority"]["selection"])
            self.assertEqual(told["string"], "Ticket Priority")
        weekday = self.env[TICKETS].fields_get(["weekday"])["weekday"]
        self.assertEqual(weekday["selection"][0], ("0", "Monday"))

    def test_views(self):
        for model in (CLOCKS, TICKETS):
            views = [(False, kind) for kind in ("pivot", "graph", "list", "search")]
            found = self.env[model].with_user(self.own_agent).get_views(views)
            self.assertEqual(set(found["views"]), {kind for _id, kind in views})
            labels = [f["string"] for f in self.env[model].fields_get().values()]
            self.assertEqual(len(labels), len(set(labels)))


class TestStatisticsAccess(FavouritesCase):
    """An agent sees the rows of tickets that he may read, on every road."""

    def get_allowed(self):
        tickets = self.env["helpdesk.ticket"].with_user(self.own_agent)
        return tickets.with_context(active_test=False).search([])

    def test_search_and_read(self):
        allowed = self.get_allowed()
        self.assertTrue(allowed)
        self.assertLess(len(allowed), len(self.tickets))
        for model in (CLOCKS, TICKETS):
            rows = self.env[model].search([])
            own = rows.with_user(self.own_agent).search([])
            expected = rows.filtered(lambda row: row.ticket_id in allowed)
            self.assertEqual(set(own.ids), set(expected.ids))
            foreign = (rows - own.sudo())[:1].with_user(self.own_agent)
            with self.assertRaises(AccessError):
                foreign.read(["team_id"])
            with self.assertRaises(AccessError):
                foreign.action_view_ticket()

    def test_groups_pivot_and_export(self):
        allowed = self.get_allowed()
        for model in (CLOCKS, TICKETS):
            rows = self.env[model].with_user(self.own_agent)
            [(count,)] = rows._read_group([], aggregates=["__count"])
            self.assertEqual(count, len(rows.search([])))
            groups = rows.formatted_read_group([], ["ticket_id"], ["__count"])
            self.assertLessEqual({g["ticket_id"][0] for g in groups}, set(allowed.ids))
            sets = rows.formatted_read_grouping_sets([], [[], ["team_id"]], ["__count"])
            self.assertEqual(sets[0][0]["__count"], count)
            table = rows.search([]).export_data(["ticket_id/id", "team_id/name"])
            self.assertEqual(len(table["datas"]), count)
            foreign = self.env[model].search([]) - rows.search([]).sudo()
            with self.assertRaises(AccessError):
                foreign.with_user(self.own_agent).export_data(["team_id/name"])

    def test_requesters_see_nothing(self):
        for user in (self.portal_user, self.helpdesk_user):
            for model in (CLOCKS, TICKETS):
                rows = self.env[model].with_user(user)
                with self.assertRaises(AccessError):
                    rows.search([])
                with self.assertRaises(AccessError):
                    rows._read_group([], aggregates=["__count"])

    def test_other_companies(self):
        other = self._create_company(name="Other Ltd")
        user = self.create_user(
            "abroad",
            "slm_management.group_slm_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for model in (CLOCKS, TICKETS):
            self.assertFalse(self.env[model].with_user(user).search([]))


class TestStatisticsRoads(FavouritesCase, HttpCase):
    told = 8

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        response = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()

    def test_rpc(self):
        """What the pivot and the graph ask for is limited for agents, and closed for
        others."""
        self.authenticate(self.own_agent.login, self.own_agent.login)
        rows = self.env[CLOCKS].with_user(self.own_agent).search([])
        [group] = self.call(
            CLOCKS,
            "formatted_read_group",
            domain=[],
            groupby=[],
            aggregates=["__count"],
        )["result"]
        self.assertEqual(group["__count"], len(rows))
        self.authenticate(self.portal_user.login, self.portal_user.login)
        roads = {
            "formatted_read_group": {"groupby": [], "aggregates": ["__count"]},
            "web_search_read": {"specification": {}},
        }
        for model in (CLOCKS, TICKETS):
            for method, asked in roads.items():
                with self.subTest(model=model, method=method), mute_logger(HTTP):
                    answer = self.call(model, method, domain=[], **asked)
                    name = answer["error"]["data"]["name"]
                    self.assertEqual(name, "odoo.exceptions.AccessError")
