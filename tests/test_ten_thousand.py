"""Ten thousand clocks due at once: two workers, one of them killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest

from bench.desk import multiply
from tools import database as databases
from tools import templates
from tools.odoo_env import close, odoo_env

DUE = 10_000
#: escalations after which a worker is killed
KILLED_AFTER = 1_500
WORKER = """
from tools.odoo_env import odoo_env
import sys
with odoo_env(sys.argv[1]) as env:
    env["slm.clock"]._cron_due()
"""


@pytest.fixture(scope="module")
def worked(make_database):
    """A database in which all was due, after two workers, a kill -9 and a third."""
    name = make_database(templates.module())
    make_due_clocks(name)
    first, second = start_worker(name), start_worker(name)
    done_before = wait_for(name, KILLED_AFTER)
    os.kill(first.pid, signal.SIGKILL)
    first.wait(timeout=60)
    third = start_worker(name)
    outputs = [worker.communicate(timeout=500)[0] for worker in (second, third)]
    assert [second.returncode, third.returncode] == [0, 0], outputs
    assert done_before < DUE, "It was killed in the middle of the work"
    return name


def start_worker(name):
    """A process that runs the cron until nothing is due."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, name],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(name, count):
    """How many escalations are committed, once there are so many."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        found = count_rows(name, "SELECT count(*) FROM slm_escalation")
        if found >= count:
            return found
        time.sleep(0.2)
    raise AssertionError(f"After five minutes not even {count} were done")


def count_rows(name, query):
    """The number that a query yields."""
    with databases.cursor(name) as cr:
        cr.execute(query)
        return cr.fetchone()[0]


def make_due_clocks(name):
    """Tickets with one clock each that is overdue, and a ladder of two steps."""
    with odoo_env(name) as env:
        policy = env["slm.escalation.policy"].create(
            {
                "name": "Two steps",
                "step_ids": [
                    (0, 0, {"percent": 90, "notify_manager": True}),
                    (0, 0, {"percent": 100, "notify_manager": True}),
                ],
            }
        )
        env["slm.agreement"].create(
            {
                "name": "Everybody",
                "date_start": "2020-01-01",
                "calendar_id": env.ref("slm_management.calendar_7x24").id,
                "publication_ids": [(0, 0, {"role": "consumer"})],
                "target_ids": [(0, 0, {"completion_minutes": 60})],
                "escalation_policy_id": policy.id,
                "manager_id": env.ref("base.user_admin").id,
                "state": "active",
            }
        )
        created_at = datetime.now().replace(microsecond=0) - timedelta(hours=3)
        tickets = env["helpdesk.ticket"].with_context(
            slm_at=created_at, tracking_disable=True
        )
        seed = tickets.create({"name": "Due", "description": "x"})
        multiply(env, seed.id, DUE - 1, spread=600)
        env.cr.commit()
    close(name)


def test_each_breach_is_recorded_once(worked):
    """Nothing is lost and nothing is repeated of the breaches."""
    query = "SELECT count(*), count(DISTINCT ticket_id) FROM slm_ticket_event"
    with databases.cursor(worked) as cr:
        cr.execute(f"{query} WHERE kind = 'breach'")
        assert cr.fetchone() == (DUE, DUE)
        cr.execute("SELECT outcome, count(*) FROM slm_clock GROUP BY outcome")
        assert cr.fetchall() == [("missed", DUE)]


def test_each_step_is_taken_once(worked):
    """Of each ladder one step fired and the lower one is recorded as skipped."""
    with databases.cursor(worked) as cr:
        cr.execute(
            "SELECT state, count(*), count(DISTINCT clock_id) FROM slm_escalation "
            "GROUP BY state ORDER BY state"
        )
        assert cr.fetchall() == [("fired", DUE, DUE), ("skipped", DUE, DUE)]


def test_each_one_is_told_once(worked):
    """One note of the breach and one notification of the manager on each ticket."""
    with databases.cursor(worked) as cr:
        cr.execute(
            "SELECT message_type, count(*), count(DISTINCT res_id) FROM mail_message "
            "WHERE model = 'helpdesk.ticket' AND message_type IN "
            "('comment', 'user_notification') GROUP BY message_type ORDER BY 1"
        )
        assert cr.fetchall() == [
            ("comment", DUE, DUE),
            ("user_notification", DUE, DUE),
        ]


def test_nothing_is_left_to_do(worked):
    """No clock is due any more, and stored clocks are what their events say."""
    query = "SELECT count(*) FROM slm_clock WHERE next_action_at IS NOT NULL"
    assert count_rows(worked, query) == 0
    with odoo_env(worked) as env:
        assert not env["helpdesk.ticket"].search([], limit=500)._slm_rebuild()
    close(worked)
