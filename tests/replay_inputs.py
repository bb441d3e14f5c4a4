"""Logs and policies for the tests of ``./dev replay``, made up from a seed."""

import csv
import json
import random
from datetime import datetime, timedelta

COLUMNS = (
    "number",
    "incident_state",
    "sys_mod_count",
    "caller_id",
    "opened_at",
    "sys_updated_by",
    "sys_updated_at",
    "category",
    "priority",
    "assignment_group",
    "assigned_to",
)
PRIORITIES = ("1 - Critical", "2 - High", "3 - Moderate", "4 - Low")
STATES = {
    "Queued": "waiting",
    "New": "waiting",
    "In hand": "working",
    "Ask user": "wait_customer",
    "Ask vendor": "wait_supplier",
    "Fixed": "completed",
    "Done, really": "closed",
}
FIRST = datetime(2017, 3, 6)


def policy():
    """A policy that has little in common with the one in the shared data."""
    every = dict.fromkeys(PRIORITIES, {"response": 45, "completion": 400})
    return {
        "timezone": "Asia/Kolkata",
        "holidays": ["2017-03-13", "2017-03-17", "2017-03-17"],
        "calendars": {
            "long": {
                "days": [0, 1, 2, 3, 4, 5],
                "hours": [["19:30", "24:00"], ["00:00", "01:15"], ["07:20", "12:00"]],
                "holidays": True,
            },
            "all": {
                "days": [0, 1, 2, 3, 4, 5, 6],
                "hours": [["00:00", "12:00"], ["12:00", "24:00"]],
                "holidays": False,
            },
            "sunday": {"days": [6], "hours": [["08:00", "08:30"]], "holidays": True},
        },
        "agreements": [
            {"code": "REST", "calendar": "long", "sequence": 30}
            | {"categories": None, "targets": every},
            {"code": "NEVER", "calendar": "all", "sequence": 1}
            | {"categories": [], "targets": every},
            {"code": "ODD", "calendar": "sunday", "sequence": 5}
            | {"categories": ["?", "Printer"]}
            | {"targets": dict.fromkeys(PRIORITIES, {"closure": 40, "response": None})},
            {"code": "MAIL", "calendar": "all", "sequence": 7}
            | {"categories": ["Mail, and more"]}
            | {
                "targets": {
                    PRIORITIES[0]: {"response": 10, "completion": 60, "closure": 90},
                    PRIORITIES[1]: {"response": 30, "completion": 240, "closure": 900},
                    PRIORITIES[2]: {"response": 90, "completion": 600, "closure": 2000},
                    PRIORITIES[3]: {"response": 600, "completion": 2000, "closure": 1},
                }
            },
            {"code": "LATE", "calendar": "all", "sequence": 7}
            | {"categories": ["Mail, and more"], "targets": every},
        ],
        "states": STATES,
    }


def with_holders(content, *agreements):
    """A policy with OLAs and UCs, too: dicts of what they have beside the usual."""
    usual = {"sequence": 1, "categories": None}
    usual["targets"] = {
        priority: {"response": 30 * n, "completion": 200 * n, "closure": 900 * n}
        for n, priority in enumerate(PRIORITIES, 1)
    }
    added = [usual | agreement for agreement in agreements]
    return content | {"agreements": [*content["agreements"], *added]}


def policy_of_holders():
    """The policy with OLAs of both teams and contracts of two vendors.

    Of two OLAs for one category the first in the file holds.
    """
    return with_holders(
        policy(),
        {"code": "DESK-MAIL", "kind": "ola", "team": "Desk", "calendar": "all"}
        | {"categories": ["Mail, and more", "?"], "sequence": 4},
        {"code": "DESK", "kind": "ola", "team": "Desk", "calendar": "long"}
        | {"sequence": 4},
        {"code": "NOTHING", "kind": "ola", "team": "Desk", "calendar": "all"}
        | {"categories": []},
        {"code": "FIELD", "kind": "ola", "team": "Field", "calendar": "all"}
        | {"pause_supplier": True},
        {"code": "UNSEEN", "kind": "ola", "team": "Nobody's", "calendar": "all"},
        {"code": "UC-A", "kind": "uc", "supplier": "Vendor A", "calendar": "all"}
        | {"categories": ["Mail, and more"]},
        {"code": "UC-B", "kind": "uc", "supplier": "Vendor B", "calendar": "long"},
    )


def rows_of_holders():
    """Events in which tickets go from hand to hand; a vendor is called as a caller."""
    chance = random.Random(11)
    vendors = ["?", "?", "Vendor A", "Vendor B", "Ann"]
    return [event | {"vendor": chance.choice(vendors)} for event in rows(seed=13)]


def rows(seed=7, incidents=60):
    """Events of made-up incidents, the incidents' lines mixed."""
    chance = random.Random(seed)
    events = []
    for index in range(incidents):
        events += _incident(chance, f"REQ{seed}-{index:03}")
    chance.shuffle(events)
    return events


def _incident(chance, number):
    """The life of one incident; the last event need not close it."""
    moment = FIRST + timedelta(minutes=chance.randrange(20 * 1440))
    first = {
        "number": number,
        "caller_id": chance.choice(["?", "Ann", 'Bob "the" builder', "Łucja, 李"]),
        "opened_at": moment.strftime("%d-%m-%Y %H:%M"),
        "category": chance.choice(["?", "Printer", "Mail, and more", "Other"]),
        "sys_updated_by": chance.choice(["?", "Cleo"]),
    }
    priority = chance.choice(PRIORITIES)
    events = []
    for count in range(chance.randrange(1, 9)):
        # Often at a round time, so that it meets the edges of the service hours.
        pause = chance.choice([0, 5, 30, 60, 90, 600, 1440, chance.randrange(3000)])
        moment += timedelta(minutes=pause - (20 if not count else 0))
        if chance.random() < 0.25:
            priority = chance.choice(PRIORITIES)
        events.append(
            first
            | {
                "incident_state": chance.choice(list(STATES)),
                "sys_mod_count": count * 5,
                "sys_updated_at": moment.strftime("%d-%m-%Y %H:%M"),
                "priority": priority,
                "assignment_group": chance.choice(["?", "Desk", "Field"]),
                "assigned_to": chance.choice(["?", "Dora", "Emil"]),
            }
        )
    return events


def write_log(path, events, columns=COLUMNS):
    """A log file."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(events)
    return path


def write_policy(path, content):
    """A policy file."""
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path
