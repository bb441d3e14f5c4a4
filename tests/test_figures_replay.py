"""Figures of a replayed log are what one counts by hand, row by row.

The real log lies beside the clone and not in it; without it, only a made-up one is
counted. What is counted by hand is in ``slm_management/tests/figures_model.py``.
"""

import json
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import replay_inputs
from test_replay import LOG, POLICY, execute, needs_real_log, replay

from tools import database as databases
from tools import paths

COMPARE = Path(__file__).with_name("figures_compare.py")


@pytest.fixture(scope="module")
def name(template):
    """A database that the command makes by itself."""
    name = f"slm_sys_{os.getpid()}_figures"
    yield name
    databases.drop(name)
    (paths.state("applied") / name).unlink(missing_ok=True)


def compare(name):
    """How many figures agree, and which do not."""
    run = execute(COMPARE, name)
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_figures_of_a_made_up_log(name, tmp_path):
    """Teams, suppliers, re-opened tickets, a time zone of half an hour."""
    columns = (*replay_inputs.COLUMNS, "vendor")
    events = replay_inputs.rows_of_holders()
    log = replay_inputs.write_log(tmp_path / "log.csv", events, columns)
    policy = replay_inputs.write_policy(
        tmp_path / "policy.json", replay_inputs.policy_of_holders()
    )
    run = replay(log, policy, name)
    assert run.returncode == 0, run.stderr
    agreeing, differences = compare(name)
    assert differences == []
    assert agreeing > 5_000


@needs_real_log
def test_figures_of_the_real_log(name, tmp_path):
    """All of 500 incidents, by everything they can be counted by."""
    content = replay_inputs.with_holders(
        json.loads(POLICY.read_text("utf-8")),
        {"code": "OLA-70", "kind": "ola", "team": "Group 70", "calendar": "5x9"},
        {"code": "OLA-25", "kind": "ola", "team": "Group 25", "calendar": "7x24"},
        {"code": "UC", "kind": "uc", "supplier": "The Vendor", "calendar": "5x8"},
    )
    policy = replay_inputs.write_policy(tmp_path / "policy.json", content)
    run = replay(LOG, policy, name)
    assert run.returncode == 0, run.stderr
    agreeing, differences = compare(name)
    assert differences == []
    assert agreeing > 20_000
