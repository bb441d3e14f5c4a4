"""The daily job of contracts: its cost follows what is due, not how many there are."""

from datetime import date, timedelta

from tools import database

from .peer import in_turn, measured
from .report import Result

SIDES = ("small", "large")
#: days until the next date of a contract that is not due
FAR = 300


def run(bench):
    """The same number of due dates among few contracts and among many."""
    due = bench.size(50, 5)
    totals = {"small": bench.size(100, 20), "large": bench.size(10_000, 200)}
    for side in SIDES:
        bench.peer(side).call("bench.contracts:fill", total=totals[side])
    turns = [lambda side=side: once(bench, side, due) for side in SIDES]
    runs = dict(zip(SIDES, in_turn(bench.size(5, 1), *turns), strict=True))
    best = {side: min(run["seconds"] for run in runs[side]) * 1000 for side in SIDES}
    queries = {side: runs[side][-1]["queries"] for side in SIDES}
    label = f"contracts, daily job, {due} due among {totals['large']:,}"
    against = f"among {totals['small']:,}"
    return [
        Result(label, best["large"], best["small"], "ms", against, most=1.5),
        Result(f"{label}: queries", queries["large"], queries["small"], "", against),
    ]


def once(bench, side, due):
    """Let dates come near, look after the tables, run the job."""
    peer = bench.peer(side)
    peer.call("bench.contracts:make_due", due=due)
    with database.cursor(peer.database) as cr:
        cr.execute("VACUUM ANALYZE slm_contract, slm_contract_milestone, mail_activity")
    result = peer.call("bench.contracts:run_cron")
    bench.check(result["value"] == [due, 0], f"{due} due, none left: {result['value']}")
    return result


# ----------------------------------------------------------------------
# In the peer
# ----------------------------------------------------------------------


def fill(env, total):
    """Contracts with four dates each, by SQL from one that the ORM has made."""
    partner = env["res.partner"].create({"name": "Bench Supplier"})
    seed = env["slm.contract"].create(
        {
            "name": "Bench",
            "partner_id": partner.id,
            "effective_date": date.today() - timedelta(FAR),
            "end_date": date.today() + timedelta(FAR),
            "warranty_date": date.today() + timedelta(2 * FAR),
            "notice_period": 1,
        }
    )
    env.flush_all()
    copy(env, "slm_contract", seed.ids, {"code": "'BENCH' || n"}, total - 1)
    env.cr.execute(
        """
        INSERT INTO slm_contract_milestone (contract_id, company_id, kind, date,
               remind_date, is_live, is_pending)
        SELECT c.id, m.company_id, m.kind, m.date, m.remind_date, m.is_live,
               m.is_pending
          FROM slm_contract c, slm_contract_milestone m
         WHERE c.code LIKE 'BENCH%%' AND m.contract_id = %s
        """,
        seed.ids,
    )
    env.cr.commit()


def copy(env, table, ids, changes, number):
    """Copies of rows, with some columns computed from ``n``."""
    env.cr.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_name = %s AND column_name NOT IN %s""",
        [table, ("id", *changes)],
    )
    names = [name for [name] in env.cr.fetchall()]
    columns = ", ".join([*changes, *names])
    values = ", ".join([*changes.values(), *names])
    env.cr.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} "
        f"FROM {table}, generate_series(1, %s) n WHERE id IN %s",
        [number, tuple(ids)],
    )


def make_due(env, due):
    """Let some dates come into their lead time, of which nobody has been told today."""
    env.cr.execute(
        """
        UPDATE res_users SET slm_contracts_told_on = NULL
         WHERE slm_contracts_told_on IS NOT NULL;
        UPDATE slm_contract_milestone
           SET is_pending = TRUE, reminded_for = NULL, remind_date = CURRENT_DATE
         WHERE id IN (SELECT id FROM slm_contract_milestone WHERE kind = 'term'
                       ORDER BY reminded_for NULLS FIRST, id LIMIT %s)
        """,
        [due],
    )
    env.cr.commit()


def run_cron(env):
    """The job as Odoo runs it; the value is what was due before and after."""
    root = env.ref("base.user_root")
    milestones = env["slm.contract.milestone"].sudo().with_user(root)
    before = _count_due(env)
    result = measured(env, milestones._cron_contracts)
    env.cr.commit()
    result["value"] = [before, _count_due(env)]
    return result


def _count_due(env):
    env.cr.execute(
        """SELECT count(*) FROM slm_contract_milestone
            WHERE is_pending AND remind_date <= CURRENT_DATE"""
    )
    return env.cr.fetchone()[0]
