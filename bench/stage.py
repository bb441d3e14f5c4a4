"""Changing the stage of tickets: to the requester, back, and done."""

from . import desk
from .peer import in_turn, measured
from .report import Result

SIDES = ("ours", "sla", "bare")
STEPS = ("awaiting", "in_progress", "done")


def run(bench):
    """Move the same number of tickets through three stages on each side."""
    count = bench.size(500, 10)
    tickets = {
        side: bench.peer(side).call(
            "bench.desk:add_tickets", count=count, minutes_ago=120
        )
        for side in SIDES
    }
    results = []
    for whole in (False, True):
        results += compare(bench, tickets, count, whole)
    return results


def compare(bench, tickets, count, whole):
    """Time the sides in turn.

    :param whole: with what core does at the end of the request: tracking and mails
    """
    turns = [
        lambda side=side: bench.peer(side).call(
            "bench.stage:once", ticket_ids=tickets[side], whole=whole
        )
        for side in SIDES
    ]
    runs = dict(
        zip(SIDES, in_turn(bench.size(2 if whole else 5, 1), *turns), strict=True)
    )
    label = f"stage of {count} tickets"
    if whole:
        label = f"{label}, with core's tracking and mails"
    names = {"sla": "helpdesk_mgmt_sla, two policies", "bare": "bare helpdesk_mgmt"}
    best = {side: best_of(runs[side]) for side in SIDES}
    results = []
    for step in (*STEPS, "all"):
        name = f"{label}: {'all three' if step == 'all' else step}"
        least = 10 if step == "all" and not whole else None
        figures = (best["ours"][step], best["sla"][step])
        results.append(Result(name, *figures, "ms", names["sla"], least))
    figures = (best["ours"]["all"], best["bare"]["all"])
    results.append(Result(f"{label}: all three", *figures, "ms", names["bare"]))
    return results


def best_of(runs):
    """The best milliseconds of each step, and of all."""
    best = {step: min(run[step]["seconds"] for run in runs) * 1000 for step in STEPS}
    return best | {"all": sum(best.values())}


# ----------------------------------------------------------------------
# In the peer
# ----------------------------------------------------------------------


def once(env, ticket_ids, whole):
    """Write each stage on all tickets at once."""
    return {step: _move(env, ticket_ids, step, whole) for step in STEPS}


def _move(env, ticket_ids, step, whole):
    stage = env.ref(desk.STAGE + step)
    env.invalidate_all()
    tickets = env["helpdesk.ticket"].with_context(tracking_disable=not whole)
    tickets = tickets.browse(ticket_ids)

    def work():
        tickets.write({"stage_id": stage.id})
        env.flush_all()
        if whole:
            env.cr.flush()

    return measured(env, work)
