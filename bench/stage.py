"""Changing the stage of tickets: to the requester, back, and done."""

from . import desk
from .peer import in_turn, measured
from .report import Result

SIDES = ("ours", "sla", "bare")
STEPS = ("awaiting", "in_progress", "done")


def run(bench):
    """Move the same number of tickets through three stages on each side."""
    count = bench.size(500, 10)
    return [
        *compare(bench, count, bench.size(4, 1), whole=False),
        *compare(bench, count, 1, whole=True),
    ]


def compare(bench, count, repetitions, whole):
    """Time the sides in turn, each time with new tickets.

    :param whole: with what core does at the end of the request, which is tracking, and
        for Done five hundred mails, so that one is left out
    """
    steps = STEPS[:2] if whole else STEPS
    turns = [
        lambda side=side: move(bench.peer(side), count, steps, whole) for side in SIDES
    ]
    runs = dict(zip(SIDES, in_turn(repetitions, *turns), strict=True))
    best = {side: best_of(runs[side], steps) for side in SIDES}
    label = f"stage of {count} tickets"
    return tell(f"{label}, with core's tracking" if whole else label, best, whole)


def tell(label, best, whole):
    """The results: each step, and all of them."""
    sla, bare = "helpdesk_mgmt_sla, three policies", "bare helpdesk_mgmt"
    results = []
    for step in best["ours"]:
        least = 10 if step == "all" and not whole else None
        figures = (best["ours"][step], best["sla"][step])
        results.append(Result(f"{label}: {step}", *figures, "ms", sla, least))
    figures = (best["ours"]["all"], best["bare"]["all"])
    return [*results, Result(f"{label}: all", *figures, "ms", bare)]


def move(peer, count, steps, whole):
    """Each stage in a request of its own; ``{stage: seconds and queries}``."""
    ids = peer.call("bench.desk:add_tickets", count=count, minutes_ago=120)
    done = {
        step: peer.call("bench.stage:once", ticket_ids=ids, step=step, whole=whole)
        for step in steps
    }
    peer.call("bench.desk:forget", ticket_ids=ids)
    return done


def best_of(runs, steps):
    """The best milliseconds of each step, and of all."""
    best = {step: min(run[step]["seconds"] for run in runs) * 1000 for step in steps}
    return best | {"all": sum(best.values())}


# ----------------------------------------------------------------------
# In the peer
# ----------------------------------------------------------------------


def once(env, ticket_ids, step, whole):
    """Write a stage on all tickets at once, and keep it."""
    stage = env.ref(desk.STAGE + step)
    tickets = env["helpdesk.ticket"].with_context(tracking_disable=not whole)
    tickets = tickets.browse(ticket_ids)
    env.invalidate_all()

    def work():
        tickets.write({"stage_id": stage.id})
        env.flush_all()
        if whole:
            env.cr.flush()

    result = measured(env, work)
    env.cr.commit()
    return result
