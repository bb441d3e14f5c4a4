"""The cron: its cost follows what is due, not how many clocks run."""

from datetime import datetime

from tools import database

from . import desk
from .peer import in_turn, measured
from .report import Result

HOURS = "slm_management.calendar_7x24"
SIDES = ("small", "large")
#: minutes since creation of a ticket whose response clock (8 hours) has just begun, is
#: at risk, or is used up
FRESH, AT_RISK, LATE = 10, 7 * 60, 9 * 60


def run(bench):
    """The same number of due clocks among few and among many."""
    due = bench.size(1_000, 20)
    totals = {"small": bench.size(10_000, 100), "large": bench.size(100_000, 1_000)}
    seeds = {side: populate(bench, side, totals[side], due) for side in SIDES}
    turns = [lambda side=side: once(bench, side, seeds[side], due) for side in SIDES]
    runs = dict(zip(SIDES, in_turn(bench.size(5, 1), *turns), strict=True))
    best = {side: min(run["seconds"] for run in runs[side]) * 1000 for side in SIDES}
    queries = {side: runs[side][-1]["queries"] for side in SIDES}
    label = f"cron, {due:,} due among {totals['large']:,} running clocks"
    against = f"among {totals['small']:,}"
    return [
        Result(label, best["large"], best["small"], "ms", against, most=1.2),
        Result(f"{label}: queries", queries["large"], queries["small"], "", against),
    ]


def populate(bench, side, total, due):
    """Running clocks in a database; the ids of seeds that become due."""
    peer = bench.peer(side)
    peer.call("bench.desk:promise_ours", calendar=HOURS)
    seeds = peer.call("bench.cron:make_seeds")
    total -= due * desk.CLOCKS
    peer.call("bench.cron:fill", ticket_id=seeds.pop("fresh"), total=total)
    return seeds


def once(bench, side, seeds, due):
    """Let clocks become due, look after the tables, run the cron, clean up."""
    peer = bench.peer(side)
    tickets = peer.call("bench.cron:make_due", seeds=seeds, due=due)
    look_after(peer.database)
    result = peer.call("bench.cron:run_cron", ticket_ids=tickets)
    bench.check(result["value"] == [due, 0], f"{due} due, none left: {result['value']}")
    peer.call("bench.desk:forget", ticket_ids=tickets)
    return result


def look_after(name):
    """What PostgreSQL does by itself in time: remove dead rows, count the others."""
    with database.cursor(name) as cr:
        cr.execute(
            "VACUUM ANALYZE helpdesk_ticket, slm_clock, slm_ticket_event, mail_message"
        )


# ----------------------------------------------------------------------
# In the peer
# ----------------------------------------------------------------------


def make_seeds(env):
    """Tickets to be copied, each folded when it was created, not since."""
    seeds = {}
    for name, minutes in (("fresh", FRESH), ("at_risk", AT_RISK), ("late", LATE)):
        # Two, as the priorities go from 0 (8 hours) upwards.
        seeds[name] = desk.add_tickets(env, 1, minutes)[0]
    # The seeds themselves shall not be due; only their copies are.
    env.cr.execute(
        "UPDATE slm_clock SET next_action_at = NULL WHERE ticket_id IN %s RETURNING id",
        [tuple(seeds.values())],
    )
    env.cr.commit()
    return seeds


def fill(env, ticket_id, total):
    """Copies of a ticket that is not due, all clocks each."""
    desk.multiply(env, ticket_id, total // desk.CLOCKS, spread=300)
    _see_next_action(env)
    env.cr.commit()


def _see_next_action(env):
    """Give the copies back what their seeds lack: when to look at them next."""
    env.cr.execute(
        """
        UPDATE slm_clock SET next_action_at = at_risk_at
         WHERE next_action_at IS NULL AND state = 'running' AND breached_at IS NULL
           AND ticket_id IN (SELECT id FROM helpdesk_ticket
                              WHERE number LIKE 'BENCH%')
        """
    )


def make_due(env, seeds, due):
    """Copies of the seeds, half of them at risk and half late; their ids."""
    made = []
    for ticket_id in seeds.values():
        made += desk.multiply(env, ticket_id, due // len(seeds), spread=300)
    _see_next_action(env)
    env.cr.commit()
    return made


def run_cron(env, ticket_ids):
    """The cron as Odoo runs it; the value is what was due before and after."""
    clocks = env["slm.clock"].sudo().with_user(env.ref("base.user_root"))
    before = _count_due(env)
    result = measured(env, clocks._cron_due)
    result["value"] = [before, _count_due(env)]
    return result


def _count_due(env):
    env.cr.execute(
        "SELECT count(*) FROM slm_clock WHERE next_action_at <= %s",
        [datetime.utcnow()],
    )
    return env.cr.fetchone()[0]
