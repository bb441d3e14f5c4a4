"""Statistics of a month and of a year, in SQL, beside a plain loop over records.

The data are made in bulk and seeded: a year of tickets with three clocks each, a third
of which waited for the customer, some late, some excluded, some opened again.
"""

from datetime import date, timedelta

from tools import database

from .peer import in_turn, measured
from .report import Result

#: what PostgreSQL looks after by itself in time
TABLES = "helpdesk_ticket, slm_clock, slm_ticket_event, slm_time_share, res_partner"
#: days of the data; the last month that is over lies within
DAYS = 365
SERVICES = 12


def run(bench):
    """A month by all that a report asks for, and the trend of twelve months."""
    tickets = bench.size(300_000, 600)
    peer = bench.peer("figures")
    peer.call("bench.desk:promise_ours")
    rows = peer.call("bench.figures:fill", tickets=tickets)
    with database.cursor(peer.database) as cr:
        cr.execute(f"VACUUM ANALYZE {TABLES}")
    timed = {
        name: best(peer, name, bench.size(5, 1))
        for name in ("clocks", "month", "trend", "report", "dashboard")
    }
    [loops] = in_turn(1, lambda: peer.call("bench.figures:loop"))
    bench.check(
        loops[0]["value"] == timed["clocks"]["value"],
        f"the loop counts {loops[0]['value']}, SQL {timed['clocks']['value']}",
    )
    costs = peer.call("bench.figures:costs")
    return tell(timed, loops[0], rows, costs)


def best(peer, name, times):
    """The fastest of some runs, all warm."""
    peer.call(f"bench.figures:{name}")
    [runs] = in_turn(times, lambda: peer.call(f"bench.figures:{name}"))
    return min(runs, key=lambda run: run["seconds"])


def tell(timed, loop, rows, costs):
    """Times in milliseconds, with what they were taken of and what plans cost."""
    size = f"{rows['tickets']:,} tickets and {rows['clocks']:,} clocks"
    loop_ms = loop["seconds"] * 1000
    by_loop = f"ORM loop over {rows['month']:,} clocks, plan costs {costs['loop']:,.0f}"
    labels = {
        "clocks": f"figures of clocks by metric, a month of {size}",
        "month": "figures, all of a month",
        "trend": "figures, trend of 12 months",
        "report": "figures, service report of a month with its trend",
        "dashboard": "figures, dashboard",
    }
    results = []
    for name, label in labels.items():
        run, note = timed[name], f"{timed[name]['queries']} queries"
        if name in costs:
            note += f", plan costs {costs[name]:,.0f}"
        sides = (loop_ms, "ms", by_loop, 5) if name == "clocks" else ()
        results.append(Result(label, run["seconds"] * 1000, *sides, note=note))
    return results


# ----------------------------------------------------------------------
# In the peer: data
# ----------------------------------------------------------------------


def fill(env, tickets):
    """A seeded year of tickets, by SQL; how many rows there are."""
    env["slm.service"].create([{"name": f"Service {i}"} for i in range(SERVICES)])
    env.flush_all()
    env.cr.execute("SELECT setseed(0.42)")
    env.cr.execute(_LIVES, {**_facts(env), "tickets": tickets, "days": DAYS})
    for statement in (_TICKETS, _CLOCKS, _EVENTS, _SHARES):
        env.cr.execute(statement, _facts(env))
    env.cr.execute("DROP TABLE bench_life")
    env.cr.commit()
    first, last = _month()
    return {
        "tickets": _count(env, "SELECT count(*) FROM helpdesk_ticket"),
        "clocks": _count(env, "SELECT count(*) FROM slm_clock"),
        "month": _count(
            env,
            "SELECT count(*) FROM slm_clock WHERE stopped_at >= %s AND stopped_at < %s",
            first,
            last + timedelta(1),
        ),
    }


def _count(env, query, *arguments):
    env.cr.execute(query, arguments)
    return env.cr.fetchone()[0]


def _facts(env):
    """Ids that the rows name."""
    sla = env["slm.agreement"].search([("kind", "=", "sla")], limit=1)
    stage = "helpdesk_mgmt.helpdesk_ticket_stage_"
    requesters = env["res.partner"].search([("name", "=like", "Requester %")])
    return {
        "company": env.company.id,
        "team": env["helpdesk.ticket.team"].search([("name", "=", "Bench")]).id,
        "agreement": sla.id,
        "targets": sla.target_ids.ids,
        "calendar": sla.calendar_id.id,
        "services": env["slm.service"].search([]).ids,
        "requesters": requesters.ids,
        "open": env.ref(f"{stage}in_progress").id,
        "done": env.ref(f"{stage}done").id,
    }


#: lives of tickets: when they begin and end, what they use
_LIVES = """
    CREATE TEMP TABLE bench_life AS
    SELECT nextval('helpdesk_ticket_id_seq')::int AS id, n, lives.born,
           CASE WHEN random() < 0.99 THEN date_trunc('second', lives.born
               + make_interval(secs => 600 + random() ^ 3 * 864000)) END AS ended,
           random() < 0.33 AS waited, random() < 0.03 AS again,
           (n %% 4)::text AS priority,
           (%(services)s)[1 + n %% array_length(%(services)s, 1)] AS service,
           (%(requesters)s)[1 + n %% array_length(%(requesters)s, 1)]
               AS requester,
           (random() ^ 2 * 36000)::int AS used
      FROM generate_series(1, %(tickets)s) n,
   LATERAL (SELECT date_trunc('second', now() AT TIME ZONE 'UTC'
                - make_interval(secs => (n * 0 + random()) * %(days)s * 86400)) AS born
           ) lives
"""
_TICKETS = """
    INSERT INTO helpdesk_ticket (id, company_id, number, name, description, active,
           priority, stage_id, team_id, partner_id, slm_service_id, slm_agreement_id,
           slm_facts, slm_status, slm_opened_at, slm_ended_at, slm_stretches,
           create_date, create_uid, write_date, write_uid)
    SELECT id, %(company)s, 'BENCH' || id, 'Ticket ' || n, '<p>It does not work.</p>',
           TRUE, priority, CASE WHEN ended IS NULL THEN %(open)s ELSE %(done)s END,
           %(team)s, requester, service, %(agreement)s, '{}', 'none', born, ended,
           CASE WHEN again AND ended IS NOT NULL THEN jsonb_build_array(
               jsonb_build_array(born, born + (ended - born) / 2, 'completed'),
               jsonb_build_array(born + (ended - born) * 0.75, ended, 'completed')) END,
           born, 1, born, 1
      FROM bench_life
"""
_CLOCKS = """
    INSERT INTO slm_clock (ticket_id, agreement_id, target_id, kind, metric, cycle,
           calendar_id, company_id, started_at, target_seconds, elapsed_seconds,
           as_of, deadline, stopped_at, breached_at, state, outcome)
    SELECT life.id, %(agreement)s, (%(targets)s)[1 + life.n %% 4], 'sla',
           metric.name, 1, %(calendar)s, %(company)s, born, metric.target, clock.used,
           CASE WHEN clock.stopped IS NULL THEN born END,
           born + make_interval(secs => metric.target), clock.stopped,
           CASE WHEN clock.used > metric.target
                THEN born + make_interval(secs => metric.target) END,
           CASE WHEN clock.stopped IS NULL THEN 'running' ELSE 'stopped' END,
           CASE WHEN clock.stopped IS NULL AND clock.used <= metric.target
                    THEN 'pending'
                WHEN clock.used <= metric.target THEN 'met'
                WHEN life.n %% 50 = 0 AND clock.stopped IS NOT NULL THEN 'excluded'
                ELSE 'missed' END
      FROM bench_life life,
           (VALUES ('response', 4000, 0.2), ('completion', 20000, 0.9),
                   ('closure', 28000, 1)) metric (name, target, part),
   LATERAL (SELECT (life.used * metric.part)::int AS used,
                   CASE WHEN metric.name = 'response'
                        THEN LEAST(ended, born + make_interval(secs => life.used / 5))
                        ELSE ended END AS stopped) clock
"""
_EVENTS = """
    INSERT INTO slm_ticket_event (ticket_id, at, kind, before, after)
    SELECT id, born, 'created', NULL::jsonb,
           '{"phase": "waiting", "team": 1}'::jsonb
      FROM bench_life
 UNION ALL
    SELECT id, born + (ended - born) / 3, 'phase', '{"phase": "waiting"}',
           CASE WHEN waited THEN '{"phase": "wait_customer"}'::jsonb
                ELSE '{"phase": "working"}' END
      FROM bench_life WHERE ended IS NOT NULL
 UNION ALL
    SELECT id, ended, 'phase', '{"phase": "working"}', '{"phase": "completed"}'
      FROM bench_life WHERE ended IS NOT NULL
"""
_SHARES = """
    INSERT INTO slm_time_share (ticket_id, party, team_id, seconds, calendar_id,
           company_id)
    SELECT id, 'team', %(team)s, used, %(calendar)s, %(company)s FROM bench_life
 UNION ALL
    SELECT id, 'customer', NULL, (random() * 20000)::int, %(calendar)s, %(company)s
      FROM bench_life WHERE waited
"""


# ----------------------------------------------------------------------
# In the peer: what is timed
# ----------------------------------------------------------------------


def _month():
    """The last month that is over."""
    last = date.today().replace(day=1) - timedelta(1)
    return last.replace(day=1), last


def _asked(env, count):
    """The figures, the scope of all, and so many months as spans."""
    from odoo.addons.slm_management.engine import trail

    figures = env["slm.figures"]
    months = trail(*_month(), "month", count)
    scope = figures._get_scope(env.company)
    return figures, scope, figures._get_spans(months, env.company)


def clocks(env):
    """Clocks of a month by metric; the value is what the loop counts as well."""
    figures, scope, spans = _asked(env, 1)

    def count():
        found = figures._get_clock_figures(scope, spans, ("metric",))
        return {key[1]: told["ended"] for key, told in found.items()}

    return measured(env, count)


def month(env):
    """All that is asked of a month."""
    figures, scope, spans = _asked(env, 1)

    def count():
        figures._get_clock_figures(scope, spans, ("metric",))
        for by in (("agreement", "metric"), ("service", "priority"), ("cause",)):
            figures._get_clock_figures(scope, spans, by)
        figures._get_ticket_figures(scope, spans)
        figures._get_ticket_figures(scope, spans, ("service",))
        return True

    return measured(env, count)


def trend(env):
    """Volume and compliance of twelve months."""
    figures, scope, spans = _asked(env, 12)

    def count():
        tickets = figures._get_ticket_figures(scope, spans, first_contact=False)
        clocks = figures._get_clock_figures(scope, spans, ("metric",))
        return [len(tickets), len(clocks)]

    return measured(env, count)


def report(env):
    """A service report of the provider, all that it says."""
    first, last = _month()
    values = {"audience": "provider", "date_from": first, "date_to": last}
    made = env["slm.service.report"].create({"name": "Bench", **values})
    return measured(env, lambda: bool(made.action_compute()) or True)


def dashboard(env):
    """The dashboard, all that it shows at first."""
    return measured(env, lambda: bool(env["slm.dashboard"].get_dashboard({})))


def loop(env):
    """The same as ``clocks`` by a plain loop over records."""
    first, last = _month()
    span = env["slm.figures"]._get_span(first, last, env.company)

    def count():
        env.invalidate_all()
        found = {}
        clocks = env["slm.clock"].search(
            [
                ("stopped_at", ">=", span.start),
                ("stopped_at", "<", span.end),
                ("outcome", "in", ["met", "missed", "excluded"]),
            ]
        )
        for clock in clocks:
            found.setdefault(clock.metric, []).append(clock.elapsed_seconds)
        return {metric: len(sorted(used)) for metric, used in found.items()}

    return measured(env, count)


def costs(env):
    """What PostgreSQL thinks that the plans cost, of all queries together."""
    figures, scope, spans = _asked(env, 12)
    found = {
        "clocks": _cost(env, next(_queries(figures, scope, spans[-1:]))),
        "month": sum(_cost(env, q) for q in _queries(figures, scope, spans[-1:])),
        "trend": sum(_cost(env, q) for q in _queries(figures, scope, spans)),
    }
    loop = "SELECT * FROM slm_clock WHERE stopped_at >= %s AND stopped_at < %s"
    found["loop"] = _cost(env, loop, spans[-1].start, spans[-1].end)
    return found


def _queries(figures, scope, spans):
    """The query of the clocks by metric, and those of the tickets."""
    from odoo.addons.slm_management.models import slm_figures as parts

    condition = figures._get_condition(scope, parts.TEAM, parts.SQL("clock"))
    names = {"metric": parts.CLOCKS_BY["metric"]}
    yield figures._get_clock_query(spans, names, condition)
    yield figures._get_flow_query(scope, spans, ())
    yield figures._get_backlog_query(scope, spans, ())
    if len(spans) == 1:
        yield figures._get_completed_query(scope, spans, ())


def _cost(env, query, *arguments):
    from odoo.tools import SQL

    query = query if isinstance(query, SQL) else SQL(query, *arguments)
    env.cr.execute(SQL("EXPLAIN (FORMAT JSON) %s", query))
    return env.cr.fetchone()[0][0]["Plan"]["Total Cost"]
