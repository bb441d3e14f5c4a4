"""Compares all figures of a database with a recount of its rows, and tells it as JSON.

Run by ``test_figures_replay.py`` as ``./dev python`` runs scripts; takes the name of
the database. Some clocks are excluded for the comparison, and nothing of it stays.
"""

import json
import sys
from datetime import date, timedelta
from unittest.mock import patch

from tools import paths
from tools.odoo_env import configure, odoo_env, quiet


def compare(env):
    """``(number of figures that agree, what does not)`` of all companies."""
    from odoo import fields

    exclude_some(env)
    agreeing, differences, now = 0, [], fields.Datetime.now()
    with patch.object(fields.Datetime, "now", lambda *_args: now):
        for company in env["res.company"].search([]):
            comparison = Comparison(env, company)
            comparison.run()
            agreeing += comparison.agreeing
            differences += comparison.differences
    return agreeing, differences


def exclude_some(env):
    """Every seventh clock that was missed."""
    missed = [("outcome", "=", "missed"), ("state", "!=", "cancelled")]
    for clock in env["slm.clock"].search(missed, order="id")[::7]:
        env["slm.clockwork"]._exclude(clock, True, "for the comparison")
    env.flush_all()


class Comparison:
    """The figures of one company, counted twice."""

    def __init__(self, env, company):
        from odoo import fields
        from odoo.tools import SQL

        # By its file: the tests beside it are none of our business.
        sys.path.insert(0, str(paths.ROOT / "slm_management" / "tests"))
        from figures_model import Recount

        self.env, self.company, self.figures = env, company, env["slm.figures"]
        zone = company.partner_id.tz or company.resource_calendar_id.tz or "UTC"
        self.model = Recount(
            lambda query: env.execute_query_dict(SQL(query)),
            company.id,
            zone,
            fields.Datetime.now(),
        )
        self.agreeing, self.differences = 0, []

    def run(self):
        from odoo.addons.slm_management.models.slm_figures import CLOCKS_BY, TICKETS_BY

        for scope in self.scopes():
            for period in self.periods():
                self.compare_single(period, scope)
            for get, count, names in (
                (
                    self.figures._get_clock_figures,
                    self.model.count_clocks,
                    CLOCKS_BY,
                ),
                (
                    self.figures._get_ticket_figures,
                    self.model.count_tickets,
                    TICKETS_BY,
                ),
            ):
                for by in ((), *((name,) for name in names), ("service", "priority")):
                    self.compare_spans(get, count, by, scope)

    def periods(self):
        """All months of the log, some days, and all of it."""
        opened = [
            self.model.stretches(ticket)[0][0].date()
            for ticket in self.model.tickets
            if ticket["company_id"] == self.company.id
        ]
        if not opened:
            return []
        months, first = [], min(opened).replace(day=1)
        while first <= max(opened) and len(months) < 24:
            following = (first + timedelta(days=31)).replace(day=1)
            months.append((first, following - timedelta(days=1)))
            first = following
        days = [
            (one, one + timedelta(n)) for n, one in enumerate(sorted(opened)[9::90])
        ]
        whole = (months[0][0] - timedelta(days=3), date(2099, 12, 31))
        return list({period[0]: period for period in (*months, *days, whole)}.values())

    def scopes(self):
        """Everything; what some services, customers and teams have to do with."""
        yield {}
        tickets = [t for t in self.model.tickets if t["company_id"] == self.company.id]
        for name, column in (
            ("services", "slm_service_id"),
            ("customers", "partner_id"),
            ("teams", "team_id"),
        ):
            ids = sorted({ticket[column] for ticket in tickets} - {None})
            yield {name: ids[::3]}

    def compare_spans(self, get, count, by, scope):
        spans = self.figures._get_spans(self.periods(), self.company)
        found = get(self.figures._get_scope(self.company, **scope), spans, by)
        wanted = {
            (period[0], *key): figures
            for period in self.periods()
            for key, figures in count(*period, by, **scope).items()
        }
        for key in found.keys() | wanted.keys():
            self.compare_figures(
                (by, scope, key), found.get(key, {}), wanted.get(key, {})
            )

    def compare_single(self, period, scope):
        made = self.figures._get_scope(self.company, **scope)
        span = self.figures._get_span(*period, self.company)
        rows = self.env.execute_query_dict(self.figures._get_late_sql(made, span))
        late = {row["clock_id"]: (row["outcome"], row["cause"]) for row in rows}
        self.compare_figures(
            ("late", period), late, self.model.find_late(*period, **scope)
        )
        for get, count in (
            (self.figures._get_arrivals, self.model.count_arrivals),
            (self.figures._get_open_figures, self.model.count_open),
            (self.figures._get_time_used, self.model.count_time_used),
        ):
            self.compare_figures(
                (get.__name__, period), get(made, span), count(*period, **scope)
            )

    def compare_figures(self, message, found, wanted):
        for name in found.keys() | wanted.keys():
            pair = found.get(name), wanted.get(name)
            if is_same(*pair):
                self.agreeing += 1
            else:
                self.differences.append(str((self.company.name, message, name, pair)))


def is_same(found, wanted):
    """Equal; of numbers with a fraction, up to the last digits."""
    if isinstance(found, float) and isinstance(wanted, int | float):
        return abs(found - wanted) < 1e-6
    return found == wanted


if __name__ == "__main__":
    configure()
    quiet()
    with odoo_env(sys.argv[1], commit=False) as env:
        print(json.dumps(compare(env)))
