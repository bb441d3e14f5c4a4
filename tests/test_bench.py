"""The benchmarks work; how fast anything is depends on the machine and is no test."""

import doctest
import json
import os
import subprocess
import sys

import pytest

from bench import report
from tools import paths

KEYS = {"bench", "ours", "theirs", "ratio", "unit", "least", "most", "verdict"}


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A quick run of all benchmarks: what it printed, and its JSON lines."""
    out = tmp_path_factory.mktemp("bench") / "bench.jsonl"
    run = subprocess.run(
        [sys.executable, paths.ROOT / "bench" / "run.py", "--quick", "--out", out],
        env=dict(os.environ, PYTHONPATH=str(paths.ROOT)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout, [json.loads(line) for line in out.read_text().splitlines()]


def test_every_benchmark_measures_both_sides(quick):
    """All that the project promises is measured, and the work itself is right."""
    _printed, (machine, *results) = quick
    assert {"cores", "python", "postgresql"} <= machine["machine"].keys()
    assert all(KEYS <= result.keys() and result["ours"] > 0 for result in results)
    promised = [r for r in results if r["least"] or r["most"]]
    assert all(result["ratio"] > 0 for result in promised)
    topics = {result["bench"].split()[0].rstrip(",") for result in promised}
    promising = {"plan", "create", "stage", "cron", "contracts", "figures", "papers"}
    assert topics == promising
    assert any(result["bench"].startswith("holiday") for result in results)


def test_planned_deadlines_equal_those_of_core(quick):
    """Every deadline that was timed was compared as well."""
    _printed, (_machine, *results) = quick
    notes = {r["note"] for r in results if r["bench"].endswith("_slm_plan")}
    assert notes == {"20 of 20 equal"}


def test_the_table_is_for_people(quick):
    """The table stands beside the JSON lines and ends with a verdict."""
    printed, lines = quick
    table = printed[printed.index("benchmark  ") : printed.index("{")]
    assert table.strip().count("\n") == len(lines) - 1
    last = printed.strip().splitlines()[-1]
    assert last.startswith(("MISSED: ", "All ratios are reached."))


def test_report():
    """The examples in the report's docstrings hold."""
    assert doctest.testmod(report).failed == 0
