"""``./dev replay``: a log and a policy become tickets whose clocks are right.

The real log lies beside the clone and not in it; without it, only made-up ones are
replayed. What the made-up ones must show is worked out minute by minute, see
``replay_model.py``.
"""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import replay_inputs
import replay_model

from replay.broken import BrokenError
from replay.log import read_log
from replay.policy import METRICS, PHASES, read_policy
from tools import database as databases
from tools import paths

SHARED = paths.ROOT.parent / "shared" / "data"
LOG, POLICY = SHARED / "incident_log.csv", SHARED / "policy.json"
EXPECTED = SHARED / "incident_log.expected.jsonl"
needs_real_log = pytest.mark.skipif(
    not EXPECTED.exists(), reason="the real log, ../shared/data, is not there"
)
TABLES = (
    *("helpdesk_ticket", "slm_ticket_event", "slm_clock", "slm_agreement"),
    *("slm_target", "slm_service", "res_users", "res_partner", "res_company"),
    *("helpdesk_ticket_team", "helpdesk_ticket_stage", "resource_calendar"),
    *("resource_calendar_leaves", "ir_config_parameter", "mail_message", "mail_mail"),
)
REBUILD = """
import sys
from tools.odoo_env import configure, odoo_env, quiet
configure()
quiet()
with odoo_env(sys.argv[1]) as env:
    tickets = env["helpdesk.ticket"].with_context(active_test=False).search([])
    print(len(tickets), tickets._slm_rebuild())
"""
FAIL_AT_THE_END = """
import sys
from replay import importer, run
def fail(self, incidents, tickets):
    raise RuntimeError("the disk is full")
importer.Importer.set_dates = fail
sys.exit(run.main(sys.argv[1:]))
"""


# ----------------------------------------------------------------------
# Fixtures
# ----------------------------------------------------------------------


def execute(*arguments):
    """Run Python in the environment, as ``./dev python`` does."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=dict(os.environ, PYTHONPATH=str(paths.ROOT)),
        capture_output=True,
        text=True,
        check=False,
    )


def replay(log, policy, name, *options):
    """Run the command."""
    options = ["--policy", policy, "--database", name, *options]
    return execute(paths.ROOT / "replay" / "run.py", log, *options)


def read(path):
    """The lines of a result file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def snapshot(name):
    """How many rows a database has of all that a replay makes."""
    with databases.cursor(name) as cr:
        counts = {}
        for table in TABLES:
            cr.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cr.fetchone()[0]
        return counts


@pytest.fixture(scope="module")
def name(template):
    """A database that the command makes by itself."""
    name = f"slm_sys_{os.getpid()}_replay"
    yield name
    databases.drop(name)
    (paths.state("applied") / name).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder for files, with a made-up log and policy in it."""
    folder = tmp_path_factory.mktemp("replay")
    replay_inputs.write_log(folder / "log.csv", replay_inputs.rows())
    replay_inputs.write_policy(folder / "policy.json", replay_inputs.policy())
    return folder


@pytest.fixture(scope="module")
def real(name, folder):
    """The run on the real log; it makes the database."""
    return replay(LOG, POLICY, name, "--out", folder / "real.jsonl")


@pytest.fixture(scope="module")
def made_up(name, folder, request):
    """The run on the made-up log, after the real one if there is one."""
    if EXPECTED.exists():
        request.getfixturevalue("real")
    options = ["--out", folder / "made_up.jsonl"]
    return replay(folder / "log.csv", folder / "policy.json", name, *options)


@pytest.fixture(scope="module")
def database(name, made_up):
    """What the server of these tests serves."""
    return name


# ----------------------------------------------------------------------
# The main job
# ----------------------------------------------------------------------


@needs_real_log
def test_every_expected_line_agrees(real, folder):
    """All clocks of the real log show what another program worked out."""
    assert real.returncode == 0, real.stderr
    assert read(folder / "real.jsonl") == read(EXPECTED)


@needs_real_log
def test_counts_table_and_progress(real):
    """The command tells what it did while it does it, and what came out."""
    assert "500 tickets imported with 3469 events, 0 already there" in real.stdout
    lines = [line.split() for line in real.stdout.splitlines()]
    assert ["SLA-CORE", "response", "84", "96", "0", "0", "180"] in lines
    assert ["SLA-STANDARD", "closure", "197", "123", "0", "0", "320"] in lines
    assert "100% 3469/3469" in real.stderr


@needs_real_log
def test_the_model_agrees_with_the_real_log(folder):
    """The slow model of these tests is right where the truth is known."""
    lines = LOG.read_text("utf-8").splitlines(keepends=True)
    part = folder / "part.csv"
    part.write_text("".join(lines[:500]), "utf-8")
    found = replay_model.expected(part, POLICY)
    complete = {line["ticket"] for line in found[:-3]}  # the last may be cut
    wanted = [line for line in read(EXPECTED) if line["ticket"] in complete]
    assert found[:-3] == wanted


def test_other_policy_and_incidents(made_up, folder):
    """Other hours, time zones, targets, states, unknown values: still right."""
    assert made_up.returncode == 0, made_up.stderr
    wanted = replay_model.expected(folder / "log.csv", folder / "policy.json")
    assert len(wanted) > 80
    assert read(folder / "made_up.jsonl") == wanted


def test_same_file_twice(made_up, name, folder):
    """Nothing is imported twice, and the result is written all the same."""
    before = snapshot(name)
    out = folder / "again.jsonl"
    run = replay(folder / "log.csv", folder / "policy.json", name, "--out", out)
    assert run.returncode == 0, run.stderr
    assert "0 tickets imported with 0 events, 60 already there" in run.stdout
    assert "nothing is imported twice" in run.stdout
    assert snapshot(name) == before
    assert read(out) == read(folder / "made_up.jsonl")


def test_rebuild_finds_no_difference(made_up, name):
    """What was stored line by line equals the fold of all events."""
    run = execute("-c", REBUILD, name)
    count, differences = run.stdout.split(" ", 1)
    assert int(count) >= 60
    assert ast.literal_eval(differences) == []


def test_tickets_are_on_the_screens(rpc):
    """The administrator sees tickets with clocks, events and explanations."""
    domain = [("number", "=like", "REQ7-%")]
    fields = ["number", "slm_clock_ids", "slm_event_ids", "slm_status", "create_date"]
    companies = rpc("res.company", "search", [])
    context = {"allowed_company_ids": companies}
    model = "helpdesk.ticket"
    tickets = rpc(model, "search_read", domain, fields, context=context)
    assert len(tickets) == 60
    assert {ticket["create_date"][:4] for ticket in tickets} == {"2017"}
    ticket = max(tickets, key=lambda ticket: len(ticket["slm_clock_ids"]))
    assert ticket["slm_status"] != "none"
    ids, fields = ticket["slm_event_ids"], ["kind", "description"]
    events = rpc("slm.ticket.event", "read", ids, fields, context=context)
    assert events[0]["kind"] == "created"
    assert any("Log 0: " in event["description"] for event in events)
    action = rpc("slm.clock", "action_explain", ticket["slm_clock_ids"][:1])
    assert action["res_model"] == "slm.explanation"


def test_one_event_for_each_line(made_up, name):
    """Each line of the log is one event, even if it changes nothing."""
    with databases.cursor(name) as cr:
        cr.execute(
            """SELECT count(*) FILTER (WHERE note LIKE 'Log %'),
                      count(*) FILTER (WHERE kind = 'created'),
                      count(*) FILTER (WHERE note IS NULL
                                         AND kind NOT IN ('created', 'breach'))
                 FROM slm_ticket_event e JOIN helpdesk_ticket t ON t.id = e.ticket_id
                WHERE t.number LIKE 'REQ7-%'"""
        )
        assert cr.fetchone() == (len(replay_inputs.rows()), 60, 0)


# ----------------------------------------------------------------------
# Nothing by halves
# ----------------------------------------------------------------------


def test_broken_input_makes_no_database(folder):
    """All is checked before anything is touched; every broken line is named."""
    events = replay_inputs.rows()
    events[3] = events[3] | {"sys_updated_at": "31-02-2017 10:00"}
    events[8] = events[8] | {"incident_state": "Lost"}
    log = replay_inputs.write_log(folder / "broken.csv", events)
    name = f"slm_sys_{os.getpid()}_never"
    run = replay(log, folder / "policy.json", name)
    assert run.returncode != 0
    assert "line 5: sys_updated_at is '31-02-2017 10:00'" in run.stderr
    assert "line 10: incident_state 'Lost'" in run.stderr
    assert not databases.exists(name)


def test_other_history_is_refused(made_up, name, folder):
    """A known number with another history: said, and nothing is imported."""
    events = replay_inputs.rows() + replay_inputs.rows(seed=8, incidents=2)
    events[0] = events[0] | {"sys_mod_count": 77}
    log = replay_inputs.write_log(folder / "other.csv", events)
    before = snapshot(name)
    run = replay(log, folder / "policy.json", name)
    assert run.returncode != 0
    assert f"another history: {events[0]['number']}" in run.stderr
    assert snapshot(name) == before


def test_failure_at_the_end_leaves_nothing(made_up, name, folder):
    """A failure after all tickets were made takes all of them back."""
    log = replay_inputs.write_log(folder / "new.csv", replay_inputs.rows(9, 3))
    before = snapshot(name)
    arguments = (log, "--policy", folder / "policy.json", "--database", name)
    run = execute("-c", FAIL_AT_THE_END, *arguments)
    assert run.returncode != 0
    assert "the disk is full" in run.stderr
    assert snapshot(name) == before


# ----------------------------------------------------------------------
# Broken logs
# ----------------------------------------------------------------------

HEADER = ",".join(replay_inputs.COLUMNS)
GOOD = "R1,New,0,Ann,01-03-2017 10:00,?,01-03-2017 10:05,?,2 - High,?,?"


def problems(path, reader, *arguments):
    """What is wrong with a file."""
    with pytest.raises(BrokenError) as caught:
        reader(path, *arguments)
    return caught.value.problems


@pytest.mark.parametrize(
    ("content", "lines", "text"),
    [
        (b"", [1], "empty"),
        (b"\n\n", [1], "empty"),
        (HEADER.encode() + b"\n", [1], "no event"),
        (f"{HEADER}\n{GOOD}\n".replace("priority,", ""), [1], "'priority' is missing"),
        (f"{HEADER},number\n{GOOD},R2\n", [1], "'number' is there 2 times"),
        (f"{HEADER}\n{GOOD}\n{GOOD},?\n", [3], "fields: 12, but the header has 11"),
        (f"{HEADER}\n{GOOD}\nR1,New\n", [3], "fields: 2, but"),
        (f"{HEADER}\n{GOOD}\n{GOOD.replace('R1', '?')}\n", [3], "number is empty"),
        (f"{HEADER}\n{GOOD}\n{GOOD.replace('New', 'Old')}\n", [3], "'Old' is not one"),
        (f"{HEADER}\n{GOOD}\n{GOOD.replace('2 - High', 'P2')}\n", [3], "'P2' is not"),
        (f"{HEADER}\n{GOOD.replace('New,0', 'New,x')}\n", [2], "not a whole number"),
        (f"{HEADER}\n{GOOD.replace('10:05', '25:00')}\n", [2], "not a date"),
        (f"{HEADER}\n{GOOD.replace('01-03-2017 10:00', '?')}\n", [2], "opened_at is"),
        (f"{HEADER}\n{GOOD.replace('2017 10:05', '0017 10:05')}\n", [2], "the year"),
        (f'{HEADER}\n{GOOD}\n"R1"x,New\n{GOOD}\n', [3], "not a line of CSV"),
        (f'{HEADER}\n{GOOD}\n"R1,New\n{GOOD}\n', [3], "not a line of CSV"),
        (f"{HEADER}\n{GOOD}\n{GOOD.replace('Ann', 'A' + chr(0))}\n", [3], "NUL"),
        (f"{HEADER}\n{GOOD}\n".encode() + b"R\xff1,New\n", [3], "not UTF-8"),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), [1], "not UTF-8"),
        (f"{HEADER}\n{GOOD}\n  \n{',' * 10}\n", [4], "number is empty"),
        (f"{HEADER}\nR1\n{GOOD}\n\nR2\n", [2, 5], "fields: 1, but the header has 11"),
    ],
)
def test_broken_log(tmp_path, content, lines, text):
    """Each broken line is named by its number in the file."""
    data = content if isinstance(content, bytes) else content.encode()
    path = tmp_path / "log.csv"
    path.write_bytes(data)
    found = problems(path, read_log, {"New": "waiting"})
    assert sorted({line for line, _text in found}) == lines
    assert any(text in problem for _line, problem in found)


def test_every_broken_line_is_named(tmp_path):
    """Of many broken lines, the numbers at least."""
    path = tmp_path / "log.csv"
    path.write_text("\n".join([HEADER, GOOD] + ["R1,New"] * 500))
    with pytest.raises(BrokenError) as caught:
        read_log(path, {"New": "waiting"})
    told = caught.value.lines()
    assert f"{path}, line 3: fields: 2, but the header has 11" in told
    assert told[-1] == f"{path}, also broken: lines 103-502"


def test_log_is_read_as_people_write_it(tmp_path):
    """A byte order mark, Windows line ends, quotes and blank lines do no harm."""
    path = tmp_path / "log.csv"
    lines = [HEADER, GOOD, "", GOOD.replace("Ann", '"A, B"'), ""]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    (incident,) = read_log(path, {"New": "waiting"})
    assert (incident.number, len(incident.lines)) == ("R1", 2)
    assert incident.lines[1].line == 4


# ----------------------------------------------------------------------
# Broken policies
# ----------------------------------------------------------------------


def change(content, place, value):
    """A policy with another value in one place; None: without it."""
    *way, last = place
    part = content
    for key in way:
        part = part[key]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return content


@pytest.mark.parametrize(
    ("place", "value", "text"),
    [
        (["timezone"], None, "'timezone' is missing"),
        (["timezone"], "Mars/Base", '"Mars/Base" is not a time zone'),
        (["timezone"], ["UTC"], "is not a time zone"),
        (["holidays"], None, "'holidays' is missing"),
        (["holidays"], ["2017-02-30"], "'2017-02-30' is not a date"),
        (["calendars"], [], "calendars: an object"),
        (["calendars", "all", "days"], [7], "7 is not one of 0"),
        (["calendars", "all", "days"], [], "not a single day"),
        (["calendars", "all", "hours"], [["08:00", "24:01"]], "'24:01' is not a time"),
        (["calendars", "all", "hours"], [["12:00", "08:00"]], "08:00 is not after"),
        (["calendars", "all", "hours"], [["08:00"]], "is not a pair of times"),
        (["calendars", "all", "holidays"], None, "'holidays' is missing"),
        (
            ["calendars", "all", "hours"],
            [["08:00", "12:00"], ["11:30", "13:00"]],
            "overlap at 11:30",
        ),
        (["agreements"], [], "agreements: there are none"),
        (["agreements", 0, "code"], None, "'code' is missing"),
        (["agreements", 0, "code"], "MAIL", "agreement MAIL: there are 2"),
        (["agreements", 0, "calendar"], "5x8", "there is no calendar '5x8'"),
        (["agreements", 0, "sequence"], "1", "is not a whole number"),
        (["agreements", 0, "categories"], None, "'categories' is missing"),
        (["agreements", 0, "targets"], {}, "nothing is promised"),
        (["agreements", 0, "targets"], {"P1": {"response": 1}}, "no such priority"),
        (["agreements", 0, "targets", "4 - Low"], {"fix": 1}, "no such metric 'fix'"),
        (["agreements", 0, "targets", "4 - Low"], {"closure": -1}, "-1 is not a whole"),
        (["agreements", 0, "kind"], "ola", 'the kind "ola" is not known'),
        (["states"], None, "'states' is missing"),
        (["states", "New"], "asleep", "no such phase 'asleep'"),
    ],
)
def test_broken_policy(tmp_path, place, value, text):
    """Whatever is wrong with a policy is told before anything happens."""
    content = change(json.loads(json.dumps(replay_inputs.policy())), place, value)
    path = replay_inputs.write_policy(tmp_path / "policy.json", content)
    assert any(text in problem for _line, problem in problems(path, read_policy))


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"{\n 'a'", 2),
        (b"{\n\n\xff}", 3),
        (b"[]", 0),
        (b'{"a": 1, "a": 2}', 0),
    ],
)
def test_policy_that_is_no_json(tmp_path, data, line):
    """The line at which it ends to be JSON is named."""
    path = tmp_path / "policy.json"
    path.write_bytes(data)
    assert problems(path, read_policy)[0][0] == line


def test_words_are_those_of_the_engine():
    """The reader of policies knows the metrics and phases of the module."""
    tree = ast.parse((paths.MODULE_DIR / "engine" / "rules.py").read_text("utf-8"))
    words = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and getattr(node.targets[0], "id", None) in ("METRICS", "PHASES")
    }
    assert words == {"METRICS": METRICS, "PHASES": PHASES}
