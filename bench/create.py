"""Creating tickets: what four clocks for each add to bare helpdesk_mgmt."""

from . import desk
from .peer import in_turn, measured
from .report import Result

SIDES = ("ours", "bare", "sla")
#: Without the messages that core writes on each ticket, which cost more than anything
#: else; the harder comparison, as nothing of it hides behind them.
LEAN = {"tracking_disable": True}


def run(bench):
    """Create the same tickets on each side in one call."""
    count = bench.size(500, 10)
    label = f"create {count} tickets"
    return [
        *compare(bench, count, bench.size(5, 1), label, LEAN),
        *compare(bench, count, 1, f"{label} with core's messages", {}),
    ]


def compare(bench, count, repetitions, label, context):
    """Time the sides in turn, in a context of core's."""
    turns = [
        lambda side=side: bench.peer(side).call(
            "bench.create:once", count=count, context=context
        )
        for side in SIDES
    ]
    runs = dict(zip(SIDES, in_turn(repetitions, *turns), strict=True))
    bench.check(runs["ours"][0]["value"] == desk.CLOCKS * count, "all clocks on each")
    best = {side: min(run["seconds"] for run in runs[side]) * 1000 for side in SIDES}
    queries = {side: runs[side][-1]["queries"] for side in SIDES}
    clocks = f"{label}, {desk.CLOCKS} clocks each of SLA and OLA"
    return tell(clocks, label, best, queries)


def tell(clocks, label, best, queries):
    """The results."""
    bare, sla = "bare helpdesk_mgmt", "helpdesk_mgmt_sla, three policies"
    note = f"{best['sla'] / best['bare']:.3g}× bare helpdesk_mgmt"
    return [
        Result(clocks, best["ours"], best["bare"], "ms", bare, most=1.5),
        Result(clocks, best["ours"], best["sla"], "ms", sla, note=note),
        Result(f"{label}: queries", queries["ours"], queries["bare"], "", bare),
        Result(f"{label}: queries", queries["ours"], queries["sla"], "", sla),
    ]


# ----------------------------------------------------------------------
# In the peer
# ----------------------------------------------------------------------


def once(env, count, context):
    """Create tickets and flush; the value is the number of clocks that came of it."""
    values = desk.ticket_values(env, count)
    env.flush_all()
    env.invalidate_all()

    def work():
        tickets = env["helpdesk.ticket"].with_context(**context).create(values)
        env.flush_all()
        return tickets

    result = measured(env, work)
    result["value"] = _count_clocks(env, result["value"])
    return result


def _count_clocks(env, tickets):
    if "slm.clock" not in env:
        return 0
    return env["slm.clock"].sudo().search_count([("ticket_id", "in", tickets.ids)])
