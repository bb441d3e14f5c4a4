"""Editing service hours in which many clocks run."""

from datetime import datetime, timedelta

from . import cron, desk
from .peer import in_turn, measured
from .report import Result

HOURS = "slm_management.calendar_5x8"


def run(bench):
    """A holiday more, again and again: what the user waits for, then the background."""
    total = bench.size(20_000, 100)
    ours, bare = bench.peer("edit"), bench.peer("bare")
    ours.call("bench.desk:promise_ours", calendar=HOURS)
    ours.call("bench.edit:fill", total=total)
    cron.look_after(ours.database)
    frozen = ours.call("bench.edit:checksum")
    bare.call("bench.edit:make_calendar")
    replans = []

    def write_ours():
        wrote = ours.call("bench.edit:add_holiday")
        replans.append(ours.call("bench.edit:replan"))
        return wrote

    def write_bare():
        return bare.call("bench.edit:add_holiday")

    written, plain = in_turn(bench.size(3, 1), write_ours, write_bare)
    check(bench, ours, replans, total, frozen)
    return tell(written, plain, replans, total)


def check(bench, ours, replans, total, frozen):
    """All that run are folded over the new hours, all that stopped are as they were."""
    bench.check(all(r["value"] == [total, 0] for r in replans), f"all folded {replans}")
    bench.check(ours.call("bench.edit:checksum") == frozen, "stopped clocks are frozen")
    bench.check(
        not ours.call("bench.edit:differences"), "a rebuild finds no difference"
    )


def tell(written, plain, replans, total):
    """The results."""
    label = f"holiday in hours with {total:,} running clocks"
    wrote = min(run["seconds"] for run in written) * 1000
    bare = min(run["seconds"] for run in plain) * 1000
    replan = min(run["seconds"] for run in replans)
    against = "the same in core, nothing else installed"
    note = f"{total / replan:,.0f} clocks a second"
    return [
        Result(f"{label}: the user waits", wrote, bare, "ms", against),
        Result(f"{label}: folded in the background", replan, unit="s", note=note),
    ]


# ----------------------------------------------------------------------
# In the peer
# ----------------------------------------------------------------------


def fill(env, total):
    """Open tickets of twenty ages with all clocks each, and some that are done."""
    ages = range(0, 10 * 24 * 60, 12 * 60)
    share, rest = divmod(total // desk.CLOCKS, len(ages))
    for i, minutes in enumerate(ages):
        ticket_id = desk.add_tickets(env, 1, minutes)[0]
        # The seed is one of them.
        desk.multiply(env, ticket_id, share + (i < rest) - 1)
    done = desk.add_tickets(env, 20, 5 * 24 * 60)
    tickets = desk.import_at(env, 60).browse(done)
    tickets.write({"stage_id": env.ref(desk.STAGE + "done").id})
    env.flush_all()
    for ticket_id in done:
        desk.multiply(env, ticket_id, 20)
    env.cr.execute("UPDATE slm_clock SET next_action_at = NULL")
    env.cr.commit()


def checksum(env):
    """A fingerprint of all stopped clocks."""
    env.cr.execute(
        "SELECT md5(string_agg(c::text, ';' ORDER BY id)) FROM slm_clock c "
        "WHERE state = 'stopped'"
    )
    return env.cr.fetchone()[0]


def make_calendar(env):
    """Hours in the bare database, to give the same holiday."""
    env["resource.calendar"].create({"name": "Bench"})
    env.cr.commit()


def add_holiday(env):
    """One more day off, the next working day that is none yet."""
    hours = env.ref(HOURS, raise_if_not_found=False)
    hours = hours or env["resource.calendar"].search([("name", "=", "Bench")], limit=1)
    day = _next_day(hours)
    env.invalidate_all()

    def work():
        env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": hours.id,
                "date_from": day,
                "date_to": day + timedelta(hours=23, minutes=59, seconds=59),
            }
        )
        env.cr.commit()

    return measured(env, work)


def _next_day(hours):
    last = max(hours.leave_ids.mapped("date_from"), default=datetime.utcnow())
    day = datetime(last.year, last.month, last.day) + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def replan(env):
    """The background work; the value is how many clocks were stale before and after."""
    clocks = env["slm.clock"].with_user(env.ref("base.user_root"))
    before = _count_stale(env)
    result = measured(env, clocks._cron_replan)
    result["value"] = [before, _count_stale(env)]
    return result


def _count_stale(env):
    env.invalidate_all()
    key = env.ref(HOURS).slm_hours_key
    return (
        env["slm.clock"]
        .sudo()
        .search_count(
            [("state", "in", ("running", "paused")), ("hours_key", "!=", key)]
        )
    )


def differences(env):
    """What a rebuild of some tickets finds."""
    tickets = env["helpdesk.ticket"].search([], limit=200)
    return len(tickets._slm_rebuild())
