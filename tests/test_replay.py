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
def real_policy(folder):
    """The real policy, with OLAs of some groups and a contract."""
    content = replay_inputs.with_holders(
        json.loads(POLICY.read_text("utf-8")),
        {"code": "OLA-70", "kind": "ola", "team": "Group 70", "calendar": "5x9"},
        {"code": "OLA-25", "kind": "ola", "team": "Group 25", "calendar": "7x24"}
        | {"pause_supplier": True},
        {"code": "OLA-24", "kind": "ola", "team": "Group 24", "calendar": "5x8"}
        | {"categories": ["Category 26", "Category 53", "Category 45"]},
        {"code": "UC", "kind": "uc", "supplier": "The Vendor", "calendar": "5x8"},
    )
    return replay_inputs.write_policy(folder / "real.json", content)


@pytest.fixture(scope="module")
def real(name, folder, real_policy):
    """The run on the real log, all kinds of agreements; it makes the database."""
    options = ["--out", folder / "real.jsonl"]
    options += ["--time-shares", folder / "real_shares.jsonl"]
    return replay(LOG, real_policy, name, *options)


@pytest.fixture(scope="module")
def made_up(name, folder, request):
    """The run on the made-up log, after the real one if there is one."""
    if EXPECTED.exists():
        request.getfixturevalue("real")
    options = ["--out", folder / "made_up.jsonl"]
    return replay(folder / "log.csv", folder / "policy.json", name, *options)


@pytest.fixture(scope="module")
def travelled(name, folder, made_up):
    """The run on a made-up log of tickets that go from hand to hand."""
    columns = (*replay_inputs.COLUMNS, "vendor")
    events = replay_inputs.rows_of_holders()
    log = replay_inputs.write_log(folder / "travelled.csv", events, columns)
    content = replay_inputs.policy_of_holders()
    policy = replay_inputs.write_policy(folder / "travelled.json", content)
    options = ["--out", folder / "travelled.jsonl"]
    options += ["--time-shares", folder / "travelled_shares.jsonl"]
    return replay(log, policy, name, *options)


@pytest.fixture(scope="module")
def database(name, made_up):
    """What the server of these tests serves."""
    return name


# ----------------------------------------------------------------------
# The main job
# ----------------------------------------------------------------------


def split(path):
    """The lines of SLAs as they are in the file, and those of OLAs and UCs, read."""
    lines = path.read_text().splitlines()
    slas = [line for line in lines if '"kind"' not in line]
    return slas, [json.loads(line) for line in lines if '"kind"' in line]


def by_clock(lines):
    """Lines of OLAs and UCs by what makes a clock."""
    names = ("ticket", "kind", "agreement", "cycle", "metric")
    found = {tuple(line[name] for name in names): line for line in lines}
    assert len(found) == len(lines)
    return found


def shares_in(path):
    """``{ticket: {(party, name): seconds}}`` of a file of time shares."""
    shares = {}
    for line in read(path):
        shares.setdefault(line["ticket"], {})[line["party"], line["name"]] = line[
            "seconds"
        ]
    return shares


@needs_real_log
def test_every_expected_line_agrees(real, folder):
    """All clocks of the real log show what another program worked out; OLAs and UCs
    beside them change no character of it."""
    assert real.returncode == 0, real.stderr
    slas, others = split(folder / "real.jsonl")
    assert len(slas) == 1500
    assert slas == EXPECTED.read_text().splitlines()
    assert len(others) > 1000


@needs_real_log
def test_real_log_without_olas(real, name, folder):
    """Under the policy as it is, the file is what is expected, line by line."""
    lines = LOG.read_text("utf-8").splitlines(keepends=True)
    part, out = folder / "slas.csv", folder / "slas.jsonl"
    part.write_text("".join(lines[:300]), "utf-8")
    run = replay(part, POLICY, name, "--out", out)
    assert run.returncode == 0, run.stderr
    found = out.read_text().splitlines()[:-3]  # the last incident may be cut
    assert found == EXPECTED.read_text().splitlines()[: len(found)]
    assert len(found) > 90


@needs_real_log
def test_teams_and_suppliers_of_the_real_log(real, folder, real_policy):
    """All cycles of all teams with an OLA, and of the supplier, are as counted."""
    _slas, found = split(folder / "real.jsonl")
    wanted = replay_model.expected_of_holders(LOG, real_policy)
    assert by_clock(found) == by_clock(wanted)
    assert max(line["cycle"] for line in found) > 1
    assert {line["kind"] for line in found} == {"ola", "uc"}


@needs_real_log
def test_who_used_the_time_of_the_real_log(real, folder, real_policy):
    """Every number is as counted, and each ticket's add up to what its SLA counts."""
    shares = shares_in(folder / "real_shares.jsonl")
    wanted = replay_model.expected_shares(LOG, real_policy)
    assert shares == {ticket: used for ticket, used in wanted.items() if used}
    completion = {
        line["ticket"]: line["elapsed_seconds"]
        for line in read(EXPECTED)
        if line["metric"] == "completion"
    }
    for ticket, seconds in completion.items():
        used = shares.get(ticket, {}).items()
        assert seconds == sum(n for (party, _name), n in used if party != "customer")
    total = sum(sum(used.values()) for used in shares.values())
    lines = [line.split() for line in real.stdout.splitlines()]
    assert ["total", f"{total / 3600:,.1f}", "100.0"] in lines


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


def test_other_teams_and_suppliers(travelled, folder):
    """Vendors named and guessed, two OLAs of a team, teams that nobody is in."""
    assert travelled.returncode == 0, travelled.stderr
    files = folder / "travelled.csv", folder / "travelled.json"
    slas, found = split(folder / "travelled.jsonl")
    assert [json.loads(line) for line in slas] == replay_model.expected(*files)
    wanted = replay_model.expected_of_holders(*files)
    assert by_clock(found) == by_clock(wanted)
    codes = {line["agreement"] for line in found}
    assert codes == {"DESK-MAIL", "DESK", "FIELD", "UC-A", "UC-B"}
    shares = shares_in(folder / "travelled_shares.jsonl")
    wanted = replay_model.expected_shares(*files)
    assert shares == {ticket: used for ticket, used in wanted.items() if used}


def test_kind_and_cycle_stand_on_lines_of_olas_and_ucs_only(travelled, folder):
    """A ticket's SLA comes first; its lines are what they are without the others."""
    seen = {}
    for line in read(folder / "travelled.jsonl"):
        other = "kind" in line
        assert other == ("cycle" in line)
        assert other or not seen.get(line["ticket"]), "SLAs come first"
        seen[line["ticket"]] = other
    assert any(seen.values())


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


def test_rebuild_finds_no_difference(made_up, travelled, name):
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


@pytest.mark.parametrize("prefix", ["REQ7", "REQ13"])
def test_one_event_for_each_line(made_up, travelled, name, prefix):
    """Each line of the log is one event, even if it changes nothing."""
    lines = replay_inputs.rows() if prefix == "REQ7" else replay_inputs.rows(seed=13)
    with databases.cursor(name) as cr:
        cr.execute(
            """SELECT count(*) FILTER (WHERE note LIKE 'Log %%'),
                      count(*) FILTER (WHERE kind = 'created'),
                      count(*) FILTER (WHERE note IS NULL
                                         AND kind NOT IN ('created', 'breach'))
                 FROM slm_ticket_event e JOIN helpdesk_ticket t ON t.id = e.ticket_id
                WHERE t.number LIKE %s""",
            [f"{prefix}-%"],
        )
        assert cr.fetchone() == (len(lines), 60, 0)


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
        (["agreements", 0, "kind"], "msa", 'the kind "msa" is not known; use "sla"'),
        (["agreements", 0, "kind"], ["sla"], "is not known"),
        (["agreements", 0, "kind"], "ola", "REST: kind \"ola\" needs 'team', the"),
        (["agreements", 0, "kind"], "uc", "REST: kind \"uc\" needs 'supplier', the"),
        (["agreements", 0, "team"], "Desk", 'remove it, or write "kind": "ola"'),
        (["agreements", 0, "supplier"], "V", 'remove it, or write "kind": "uc"'),
        (["agreements", 0, "pause_supplier"], "yes", "true or false, not"),
        (["agreements", 5, "team"], None, "DESK-MAIL: kind \"ola\" needs 'team'"),
        (["agreements", 5, "team"], "?", "DESK-MAIL: kind \"ola\" needs 'team'"),
        (["agreements", 5, "supplier"], "V", "DESK-MAIL: 'supplier' is for kind 'uc'"),
        (["agreements", 10, "supplier"], 3, "UC-A: kind \"uc\" needs 'supplier'"),
        (["agreements", 10, "team"], "Desk", "UC-A: 'team' is for kind 'ola' only"),
        (["states"], None, "'states' is missing"),
        (["states", "New"], "asleep", "no such phase 'asleep'"),
    ],
)
def test_broken_policy(tmp_path, place, value, text):
    """Whatever is wrong with a policy is told before anything happens."""
    content = json.loads(json.dumps(replay_inputs.policy_of_holders()))
    content = change(content, place, value)
    path = replay_inputs.write_policy(tmp_path / "policy.json", content)
    assert any(text in problem for _line, problem in problems(path, read_policy))


def test_policies_of_the_documentation(tmp_path):
    """The examples in both READMEs are policies."""
    for name in ("README.md", "replay/README.md"):
        text = (paths.ROOT / name).read_text("utf-8")
        start = text.index('    {\n      "timezone"')
        path = tmp_path / "policy.json"
        path.write_text(text[start : text.index("\n    }\n", start) + 6])
        kinds = [agreement.kind for agreement in read_policy(path).agreements]
        assert kinds == ["sla", "ola", "uc"], name


def test_kinds_of_agreements(tmp_path):
    """What is not said is an SLA without a pause for suppliers."""
    content = replay_inputs.policy_of_holders()
    policy = read_policy(replay_inputs.write_policy(tmp_path / "policy.json", content))
    kinds = {agreement.code: agreement.kind for agreement in policy.agreements}
    assert (kinds["REST"], kinds["DESK"], kinds["UC-A"]) == ("sla", "ola", "uc")
    paused = [a.code for a in policy.agreements if a.pause_supplier]
    assert paused == ["FIELD"]
    assert policy.find("Mail, and more").code == "MAIL"
    guessed = [policy.guess_supplier(c) for c in ("Mail, and more", "Printer", "")]
    assert guessed == ["", "Vendor B", "Vendor B"]
    assert not policy.unused


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
