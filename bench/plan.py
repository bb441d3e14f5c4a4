"""Planning deadlines: our compiled service hours against core's ``plan_hours``."""

import random
import sys
import time
import tracemalloc
from datetime import datetime, timedelta

from .peer import in_turn, timed
from .report import Result

NAMES = ("5x8", "7x24", "two_weeks")
LABELS = {
    "5x8": "5×8 with holidays",
    "7x24": "7×24",
    "two_weeks": "two weeks, 09:00-17:30 / 06:00-14:00",
}
CORE = "resource.calendar.plan_hours"


def run(bench):
    """Plan the same random deadlines in three kinds of service hours."""
    peer = bench.peer("ours")
    calendars = peer.call("bench.plan:prepare")
    results = []
    for name in NAMES:
        results += compare(peer, name, calendars[name], bench.size(300, 20), bench)
    return results


def compare(peer, name, calendar, cases, bench):
    """Time both sides in turn and compare every answer."""
    sides = [
        lambda side=side: peer.call(
            "bench.plan:once", calendar=calendar, side=side, cases=cases
        )
        for side in ("core", "orm", "engine")
    ]
    core, orm, engine = map(min, in_turn(bench.size(7, 1), *sides))
    wrong = peer.call("bench.plan:count_different", calendar=calendar, cases=cases)
    size = peer.call("bench.plan:weigh", calendar=calendar)
    note = f"{cases - wrong} of {cases} equal"
    label = f"plan {LABELS[name]}"
    return [
        Result(f"{label}: WorkTime.plan", engine, core, "µs", CORE, 400, note=note),
        Result(f"{label}: _slm_plan", orm, core, "µs", CORE, 400, note=note),
        Result(f"{label}: compile once", size["ms"], unit="ms", note=size["what"]),
        Result(f"{label}: size", size["kib"], unit="KiB"),
        Result(f"{label}: peak while compiling", size["peak_kib"], unit="KiB"),
    ]


# ----------------------------------------------------------------------
# In the peer
# ----------------------------------------------------------------------


def prepare(env):
    """Service hours to plan in; ``{name: id}``."""
    made = {
        "5x8": _office(env),
        "7x24": env.ref("slm_management.calendar_7x24").id,
        "two_weeks": _two_weeks(env),
    }
    env.cr.commit()
    return made


def _office(env):
    """Monday to Friday, 8 to 12 and 13 to 17, with ten holidays a year."""
    calendar = env.ref("slm_management.calendar_5x8").copy({"name": "Bench"})
    days = [datetime(year, month, 11) for year in _years() for month in range(3, 13)]
    env["resource.calendar.leaves"].create(
        [
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "date_from": day,
                "date_to": day + timedelta(hours=23, minutes=59, seconds=59),
            }
            for day in days
        ]
    )
    return calendar.id


def _years():
    this_year = datetime.utcnow().year
    return range(this_year - 1, this_year + 2)


def _two_weeks(env):
    """Late shift in one week, early shift in the other."""
    calendar = env["resource.calendar"].create(
        {"name": "Bench, two weeks", "two_weeks_calendar": True, "tz": "Europe/Paris"}
    )
    calendar.attendance_ids.unlink()
    shifts = {"0": (9, 17.5), "1": (6, 14)}
    env["resource.calendar.attendance"].create(
        [
            {
                "name": "Shift",
                "calendar_id": calendar.id,
                "week_type": week,
                "dayofweek": str(day),
                "hour_from": first,
                "hour_to": last,
                "day_period": "morning",
            }
            for week, (first, last) in shifts.items()
            for day in range(5)
        ]
    )
    return calendar.id


def _cases(count):
    """Random starts within a year, and half an hour to eighty hours of work."""
    chance = random.Random(19)
    first = datetime(datetime.utcnow().year, 1, 1)
    return [
        (
            first + timedelta(seconds=chance.randrange(365 * 86400)),
            chance.randrange(1800, 80 * 3600, 60),
        )
        for _ in range(count)
    ]


def once(env, calendar, side, cases):
    """Microseconds for one deadline."""
    calendar = env["resource.calendar"].browse(calendar)
    plan = _planner(calendar, side)
    cases = [(start, _amount(side, seconds)) for start, seconds in _cases(cases)]
    plan(*cases[0])
    rounds = 1 if side == "core" else 50

    def work():
        for _ in range(rounds):
            for start, amount in cases:
                plan(start, amount)

    return timed(work) / rounds / len(cases) * 1e6


def _amount(side, seconds):
    return seconds / 3600 if side == "core" else seconds


def _planner(calendar, side):
    if side == "orm":
        return calendar._slm_plan
    if side == "engine":
        return calendar._slm_worktime(_cases(1)[0][0]).plan
    return lambda start, hours: calendar.plan_hours(hours, start, compute_leaves=True)


def count_different(env, calendar, cases):
    """How many deadlines are not core's.

    Core loses a microsecond at each midnight of a 24-hour day, as documented.
    """
    calendar = env["resource.calendar"].browse(calendar)
    wrong = 0
    for start, seconds in _cases(cases):
        core = calendar.plan_hours(seconds / 3600, start, compute_leaves=True)
        ours = calendar._slm_plan(start, seconds)
        midnights = (core.date() - start.date()).days + 1
        wrong += not timedelta(0) <= core - ours <= timedelta(microseconds=midnights)
    return wrong


def weigh(env, calendar):
    """What compiled service hours cost: memory, peak memory, time."""
    calendar = env["resource.calendar"].browse(calendar)
    now = datetime.utcnow()
    started = time.perf_counter()
    worktime = calendar._slm_compile(now, now, False)
    seconds = time.perf_counter() - started
    tracemalloc.start()
    calendar._slm_compile(now, now, False)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    years = worktime.end.year - worktime.start.year
    return {
        "ms": seconds * 1000,
        "kib": sys.getsizeof(worktime) / 1024,
        "peak_kib": peak / 1024,
        "what": f"{len(worktime)} stretches in {years} years",
    }
