"""Two cron workers at once: everything is done, and nothing twice."""

import subprocess
import sys
from datetime import datetime, timedelta

from tools import templates
from tools.odoo_env import close, odoo_env

DUE = 450
WORKER = """
from tools.odoo_env import odoo_env
import sys
with odoo_env(sys.argv[1]) as env:
    env["slm.clock"]._cron_due()
"""


def test_two_workers_share_what_is_due(make_database):
    """Each breach is recorded once and posted once, whoever took the clock."""
    name = make_database(templates.module())
    make_due_tickets(name)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, name],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _number in range(2)
    ]
    outputs = [worker.communicate(timeout=300)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], outputs
    with odoo_env(name) as env:
        clocks = env["slm.clock"].search([])
        assert set(clocks.mapped("outcome")) == {"missed"}
        assert not clocks.filtered("next_action_at")
        events = env["slm.ticket.event"].search([("kind", "=", "breach")])
        assert len(events) == DUE
        notes = env["mail.message"].search(
            [("model", "=", "helpdesk.ticket"), ("body", "ilike", "was used up")]
        )
        assert sorted(notes.mapped("res_id")) == sorted(clocks.ticket_id.ids)
        assert not clocks.ticket_id._slm_rebuild()
    close(name)


def make_due_tickets(name):
    """Tickets whose only clock is overdue, and nobody has looked yet."""
    with odoo_env(name) as env:
        env["slm.agreement"].create(
            {
                "name": "Everybody",
                "date_start": "2020-01-01",
                "calendar_id": env.ref("slm_management.calendar_7x24").id,
                "publication_ids": [(0, 0, {"role": "consumer"})],
                "target_ids": [(0, 0, {"completion_minutes": 60})],
                "state": "active",
            }
        )
        tickets = env["helpdesk.ticket"].with_context(
            slm_at=datetime.now().replace(microsecond=0) - timedelta(hours=3),
            tracking_disable=True,
        )
        tickets.create([{"name": f"Due {n}", "description": "x"} for n in range(DUE)])
    close(name)


def test_a_worker_and_users_at_once(make_database):
    """A worker leaves alone what users are writing, and takes it when they are done."""
    name = make_database(templates.module())
    make_due_tickets(name)
    with odoo_env(name) as env:
        due = env["slm.clock"]._get_due().ticket_id
        saved, open_form = due[0], due[1]
        env.cr.rollback()
        assert env["slm.clock"].search_count([]) == DUE, "Here the worker begins"
        with env.registry.cursor() as user, env.registry.cursor() as other:
            saved.with_env(env(cr=user)).name = "Saved"
            user.commit()
            open_form.with_env(env(cr=other)).name = "Not saved yet"
            other.flush()
            taken = env["slm.clock"]._get_due()
            assert due - taken.ticket_id == saved | open_form
            taken._act()
            env.cr.commit()
        env["slm.clock"]._cron_due()
        assert set(env["slm.clock"].search([]).mapped("outcome")) == {"missed"}
    close(name)
