"""Service report, gap analysis, dashboard and portal of the replayed log agree with a
recount by hand, on screen, in PDF and XLSX, in English and in Chinese.

The log lies beside the clone and not in it; without it, these tests are skipped.
"""

import io
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import replay_model
from conftest import Rpc, running_server
from report_recount import Month
from test_replay import EXPECTED, LOG, POLICY, execute, needs_real_log, replay

from tools import database as databases
from tools import paths

pytestmark = needs_real_log
YEAR, MONTH = 2016, 3
DAYS = {"date_from": "2016-03-01", "date_to": "2016-03-31", "period": "month"}
METRICS = {
    "en_US": {"Response": "response", "Completion": "completion", "Closure": "closure"},
    "zh_CN": {"响应": "response", "完成": "completion", "关闭": "closure"},
}
LANGUAGES = pytest.mark.parametrize("lang", METRICS)
DASHBOARD = """
import json, sys
from tools.odoo_env import configure, odoo_env, quiet
configure()
quiet()
from freezegun import freeze_time
with freeze_time("2016-03-31 20:00:00"), odoo_env(sys.argv[1]) as env:
    env = env(user=env.ref("base.user_admin"), context={"lang": sys.argv[2]})
    print(json.dumps(env["slm.dashboard"].get_dashboard({}), default=str))
"""


# ----------------------------------------------------------------------
# Fixtures: the log replayed, a server on it, a report of a month
# ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def database(template):
    """A database that the command makes by itself."""
    name = f"slm_sys_{os.getpid()}_reports"
    run = replay(LOG, POLICY, name)
    assert run.returncode == 0, run.stderr
    yield name
    databases.drop(name)
    (paths.state("applied") / name).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def server(database):
    with running_server(database) as running:
        yield running


@pytest.fixture(scope="module")
def rpc(server):
    client = Rpc(server, "admin")
    installed = client(
        "base.language.install", "create", {"lang_ids": languages(client)}
    )
    client("base.language.install", "lang_install", [installed])
    client("ir.config_parameter", "set_param", "report.url", server.url)
    return client


def languages(client):
    context = {"active_test": False}
    domain = [("code", "=", "zh_CN")]
    found = client("res.lang", "search", domain, context=context)
    return [(6, 0, found)]


@pytest.fixture(scope="module")
def report(rpc):
    """The provider's report of the month, published."""
    values = {"name": "March", "audience": "provider", **DAYS}
    made = rpc("slm.service.report", "create", values)
    rpc("slm.service.report", "action_publish", [made])
    return made


@pytest.fixture(scope="module")
def month(rpc, report):
    """The same month, counted by hand."""
    [read] = rpc("slm.service.report", "read", [report], ["content"])
    policy, _hours, incidents = replay_model.read(LOG, POLICY)
    lines = [json.loads(line) for line in EXPECTED.read_text("utf-8").splitlines()]
    zone = read["content"]["timezone"]
    return Month(YEAR, MONTH, zone, incidents, policy["states"], lines)


# ----------------------------------------------------------------------
# What is compared
# ----------------------------------------------------------------------


def number(text):
    """The first number in a text; None: there is none."""
    found = re.search(r"[\d,.]*\d", str(text))
    return float(found[0].replace(",", "")) if found else None


def code_of(text):
    """The code in ``[SLA-CORE] Name``."""
    return re.search(r"\[(.+?)\]", text)[1]


def is_near(found, wanted, digits=1):
    """Equal but for rounding, or both nothing."""
    if found is None or wanted is None:
        return found == wanted
    return abs(found - wanted) <= 0.5 * 10**-digits + 1e-9


def check_row(row, wanted):
    """:param row: ended, missed, running and share as they are shown"""
    *counts, share = map(number, row)
    assert counts == [wanted[k] for k in ("ended", "missed", "breached_running")]
    assert is_near(share, wanted["share"])


# ----------------------------------------------------------------------
# The service report
# ----------------------------------------------------------------------


def test_there_is_something_to_count(month):
    """Else all the rest would agree on nothing."""
    assert month.count_tickets()["closed"] > 400
    clocks = month.count_clocks("agreement", "metric")
    assert len(clocks) == 6
    assert all(figures["missed"] for figures in clocks.values())


@LANGUAGES
def test_screen(new_page, rpc, report, month, lang):
    """Key figures and the table of compliance."""
    user = rpc("res.users", "search", [("login", "=", "admin")])
    rpc("res.users", "write", user, {"lang": lang})
    page = new_page("admin")
    page.goto(f"/odoo/action-slm_management.slm_service_report_action/{report}")
    page.wait_for_selector(".o_slm_service_report table")
    wanted, seen = month.count_clocks("agreement", "metric"), set()
    rows = page.locator(".o_slm_service_report section table").first.locator("tbody tr")
    for row in rows.all():
        cells = row.locator("th, td").all_inner_texts()
        key = code_of(cells[0]), METRICS[lang][cells[1].strip()]
        seen.add(key)
        check_row([cells[6], cells[7], cells[9], cells[3]], wanted[key])
    assert seen == wanted.keys()
    assert not page.console_errors
    rpc("res.users", "write", user, {"lang": "en_US"})


@LANGUAGES
def test_workbook(rpc, report, month, lang):
    """Real numbers: shares as parts of one, durations in hours."""
    wanted, seen = month.count_clocks("agreement", "metric"), set()
    for row in sheet(download(rpc, report, lang, "xlsx"), has="SLA-CORE"):
        if not any(str(cell).startswith("[SLA-") for cell in row):
            continue
        at = next(i for i, cell in enumerate(row) if str(cell).startswith("[SLA-"))
        key = code_of(row[at]), METRICS[lang][row[at + 1]]
        seen.add(key)
        figures = wanted[key]
        told = [cell for cell in row[at + 2 :] if isinstance(cell, int | float)]
        assert any(is_near(cell * 100, figures["share"], 6) for cell in told)
        for name in ("ended", "met", "missed", "breached_running"):
            assert figures[name] in told
        for name in ("median", "p90", "mean"):
            hours = figures[name] / 3600
            assert any(is_near(cell, hours, 3) for cell in told), (name, hours, told)
    assert seen == wanted.keys()


@LANGUAGES
def test_paper(rpc, report, month, lang):
    """The numbers of each agreement and metric stand in one line of the PDF."""
    import pypdf

    pdf = pypdf.PdfReader(io.BytesIO(download(rpc, report, lang, "pdf")))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    for figures in month.count_clocks("agreement", "metric").values():
        share = f"{figures['share']:.1f}"
        assert re.search(rf"(?<!\d){re.escape(share)} ?%", text), share
        for name in ("ended", "missed"):
            told = f"{figures[name]:,}"
            assert re.search(rf"(?<!\d){told}(?!\d)", text), (name, told)


def test_volume(rpc, report, month):
    """Counts of tickets in the report and its trend, and of the month before."""
    [read] = rpc("slm.service.report", "read", [report], ["content"])
    *_before, february, march = read["content"]["trend"]
    wanted = month.count_tickets()
    assert {name: march["tickets"][name] for name in wanted} == wanted
    flow = wanted["opened"] + wanted["reopened"] - wanted["closed"]
    assert february["tickets"]["open_at_end"] + flow == wanted["open_at_end"]


# ----------------------------------------------------------------------
# The gap analysis, the dashboard, the portal
# ----------------------------------------------------------------------


def test_gap_analysis(rpc, month):
    """Promises of all services and priorities together are those of the month."""
    made = rpc("slm.gap.analysis", "create", {"name": "March", **DAYS})
    lines = rpc(
        "slm.gap.analysis.line",
        "search_read",
        [("analysis_id", "=", made)],
        ["agreement_code", "metric", "met", "missed", "target_seconds"],
    )
    found = Counter()
    for line in lines:
        for name in ("met", "missed"):
            found[line["agreement_code"], line["metric"], name] += line[name]
    for key, figures in month.count_clocks("agreement", "metric").items():
        assert {n: found[(*key, n)] for n in ("met", "missed")} == {
            n: figures[n] for n in ("met", "missed")
        }
    by_promise = month.count_clocks("agreement", "metric", "target_seconds")
    for key, figures in by_promise.items():
        kept = [li for li in lines if of_line(li) == key]
        assert sum(line["met"] for line in kept) == figures["met"], key


def of_line(line):
    return line["agreement_code"], line["metric"], line["target_seconds"]


@LANGUAGES
def test_dashboard(database, rpc, month, lang):
    """On the last evening of the month."""
    run = execute("-c", DASHBOARD, database, lang)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    wanted = month.count_clocks("metric")
    compliance = {row["metric"]: row for row in told["compliance"]["rows"]}
    assert compliance.keys() == {metric for [metric] in wanted}
    for [metric], figures in wanted.items():
        row = compliance[metric]
        assert is_near(number(row["now"]["share"]["text"]), figures["share"]), metric
        assert number(row["now"]["missed"]["text"]) == figures["missed"], metric


@LANGUAGES
def test_portal(new_page, rpc, month, lang):
    """A caller sees what was promised to him and how it was kept, and no more."""
    callers = Counter(rows[0]["caller_id"] for rows in month.incidents.values())
    callers.pop("?", None)
    caller = next(
        name for name, _count in callers.most_common() if " " in name and name != "?"
    )
    login = make_portal_user(rpc, caller, lang)
    page = new_page(login, locale=lang.replace("_", "-"))
    page.goto("/my/service-reports?length=month&date=2016-03-15")
    wanted = month.count_tickets(caller)
    for name, count in wanted.items():
        assert number(page.inner_text(f"[name=slm_{name}]")) == count, name
    clocks = month.count_clocks("metric", caller=caller)
    for row in page.locator("table[name=slm_metrics] tbody tr").all():
        label, share, met, missed, *_rest = row.locator("th, td").all_inner_texts()
        figures = clocks[METRICS[lang][label.strip()],]
        assert (number(met), number(missed)) == (figures["met"], figures["missed"])
        assert is_near(number(share), figures["share"], 0)
    assert clocks


def make_portal_user(rpc, caller, lang):
    """The login of a caller, in a language."""
    login = f"caller.{lang}"
    [partner] = rpc("res.partner", "search", [("name", "=", caller)])
    groups = rpc("res.groups", "search", [("full_name", "ilike", "portal")])
    values = {"name": caller, "login": login, "password": login, "lang": lang}
    group = (6, 0, groups[:1])
    found = rpc("res.users", "search", [("partner_id", "=", partner)])
    if found:
        rpc("res.users", "write", found, values)
    else:
        values |= {"partner_id": partner, "group_ids": [group]}
        rpc("res.users", "create", values)
    return login


# ----------------------------------------------------------------------
# Files
# ----------------------------------------------------------------------


def download(rpc, report, lang, kind):
    """A file of a report, as the administrator fetches it."""
    road = {"pdf": "report/pdf", "xlsx": "report/xlsx"}[kind]
    name = "slm_management.report_slm_service_report"
    name += "_xlsx" if kind == "xlsx" else ""
    user = rpc("res.users", "search", [("login", "=", "admin")])
    rpc("res.users", "write", user, {"lang": lang})
    url = f"{rpc.server.url}/{road}/{name}/{report}?"
    url += urlencode({"context": json.dumps({"lang": lang})})
    with rpc.opener.open(url, timeout=120) as answer:
        content = answer.read()
    rpc("res.users", "write", user, {"lang": "en_US"})
    return content


def sheet(content, has):
    """The rows of the sheet in which a text stands first."""
    import openpyxl

    for page in openpyxl.load_workbook(io.BytesIO(content), data_only=True):
        rows = list(page.iter_rows(values_only=True))
        if page.title and any(has in str(cell) for row in rows for cell in row):
            return rows
    raise AssertionError(f"no sheet has {has}")
