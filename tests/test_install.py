"""The module comes into a desk that already works, and leaves it working."""

import contextlib
import datetime

import pytest

from tools import database as databases
from tools import odoo_runner, templates
from tools.odoo_env import close, odoo_env

OLD_TICKETS = 3
DASHBOARD = "slm_management_spreadsheet"


@pytest.fixture
def old_desk(make_database):
    """A helpdesk with tickets, some of them handled, without our module."""
    name = make_database(templates.base())
    with odoo_env(name) as env:
        tickets = env["helpdesk.ticket"].create(
            [
                {"name": f"Old {number}", "description": "From before"}
                for number in range(OLD_TICKETS)
            ]
        )
        tickets[0].stage_id = env.ref("helpdesk_mgmt.helpdesk_ticket_stage_in_progress")
        env["helpdesk.ticket.stage"].create({"name": "Parked", "closed": False})
    close(name)
    return name


@contextlib.contextmanager
def opened(name):
    """An environment that leaves nothing open behind."""
    try:
        with odoo_env(name) as env:
            yield env
    finally:
        close(name)


def test_old_tickets_are_untouched_until_asked(old_desk):
    """Installing writes nothing on tickets; asked, their clocks begin at creation."""
    before = read_tickets(old_desk)
    faults = odoo_runner.install(old_desk, ["slm_management"], "Installing")
    assert not faults
    assert DASHBOARD not in databases.installed(old_desk)
    assert read_tickets(old_desk) == before
    with opened(old_desk) as env:
        tickets = env["helpdesk.ticket"].search([("name", "like", "Old")])
        assert len(tickets) == OLD_TICKETS
        assert not env["slm.ticket.event"].search([])
        tickets[0].priority = "3"
        assert not tickets.slm_event_ids, "a ticket that is not tracked has no events"
        make_agreement_for_all(env)
        tickets.action_slm_start()
        assert len(tickets.slm_clock_ids) == OLD_TICKETS
        assert set(tickets.slm_event_ids.mapped("kind")) >= {"created"}
        assert not tickets._slm_rebuild()


def test_stages_of_the_desk_get_phases(old_desk):
    """Shipped stages mean what their names say; others are guessed by their flags."""
    odoo_runner.install(old_desk, ["slm_management"], "Installing")
    with opened(old_desk) as env:
        stages = env["helpdesk.ticket.stage"].search([])
        phases = dict(stages.mapped(lambda stage: (stage.name, stage.slm_phase)))
    assert phases == {
        "New": "waiting",
        "In Progress": "working",
        "Awaiting": "wait_customer",
        "Done": "closed",
        "Cancelled": "cancelled",
        "Rejected": "cancelled",
        "Parked": "working",
    }


def test_beside_helpdesk_mgmt_sla(old_desk):
    """Both count on the same ticket and do not disturb each other."""
    modules = ["helpdesk_mgmt_sla", "slm_management"]
    assert not odoo_runner.install(old_desk, modules, "Installing both")
    with opened(old_desk) as env:
        make_agreement_for_all(env)
        team = env["helpdesk.ticket.team"].create({"name": "Both", "use_sla": True})
        team.resource_calendar_id = env.company.resource_calendar_id
        env["helpdesk.sla"].create(
            {
                "name": "Theirs",
                "hours": 2,
                "stage_id": env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done").id,
            }
        )
        values = {"name": "Both", "description": "x", "team_id": team.id}
        ticket = env["helpdesk.ticket"].create(values)
        assert ticket.slm_clock_ids and ticket.ticket_sla_ids


def test_uninstall_leaves_a_working_helpdesk(old_desk, caplog):
    """Beside Odoo's dashboards ours comes by itself, and goes with the module. After
    use and uninstalling nothing of ours is left, and tickets go on."""
    for module in ("spreadsheet_dashboard", "slm_management"):
        assert not odoo_runner.install(old_desk, [module], f"Installing {module}")
    assert DASHBOARD in databases.installed(old_desk)
    with opened(old_desk) as env:
        make_agreement_for_all(env)
        ticket = env["helpdesk.ticket"].create({"name": "Tracked", "description": "x"})
        make_papers(env, ticket)
    with opened(old_desk) as env:
        module = env["ir.module.module"].search([("name", "=", "slm_management")])
        module.button_immediate_uninstall()
    assert {record.levelname for record in caplog.records} == {"INFO"}
    with opened(old_desk) as env:
        ticket = env["helpdesk.ticket"].search([("name", "=", "Tracked")])
        ticket.stage_id = env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        env["helpdesk.ticket"].create({"name": "After", "description": "x"})
        name = [("name", "=", "Service Levels")]
        assert not env["spreadsheet.dashboard"].search_count(name)
        assert not env["spreadsheet.dashboard.group"].search_count(name)
    assert left_over(old_desk) == []


def make_agreement_for_all(env):
    """An SLA in force that covers everybody."""
    agreement = env["slm.agreement"].create(
        {
            "name": "Everybody",
            "date_start": "2020-01-01",
            "calendar_id": env.ref("slm_management.calendar_7x24").id,
            "publication_ids": [(0, 0, {"role": "consumer"})],
            "target_ids": [(0, 0, {"completion_minutes": 60})],
        }
    )
    agreement.action_activate()
    return agreement


def make_papers(env, ticket):
    """A supplier with a file, a contract with a text, and all that belongs to them;
    each with a discussion, a follower and something to do."""
    supplier = make_supplier(env)
    contract = make_contract(env, supplier)
    partner = {"partner_id": supplier.id}
    interaction = env["slm.supplier.interaction"].create(
        partner | {"name": "Call", "ticket_id": ticket.id}
    )
    evaluation = env["slm.supplier.evaluation"].create(
        partner | {"date_from": "2024-01-01", "date_to": "2024-03-31"}
    )
    evaluation.line_ids.write({"score": "3"})
    for record in (contract, contract.acceptance_ids, interaction, evaluation):
        record.message_post(body="x")
        record.message_subscribe(env.user.partner_id.ids)
        record.activity_schedule(summary="x")
    evaluation.action_confirm()


def make_supplier(env):
    category = env["slm.supplier.category"].create({"name": "Lines"})
    supplier = env["res.partner"].create({"name": "Supplier", "is_company": True})
    supplier.write(
        {
            "slm_is_supplier": True,
            "slm_supplier_category_id": category.id,
            "slm_account_manager_id": env.uid,
            "slm_contact_calendar_id": env.ref("slm_management.calendar_5x8").id,
        }
    )
    return supplier


def make_contract(env, supplier):
    """In force, with a date of which somebody has been reminded."""
    today = datetime.date.today()
    contract = env["slm.contract"].create(
        {
            "name": "Lines",
            "partner_id": supplier.id,
            "effective_date": today,
            "end_date": today + datetime.timedelta(days=9),
            "calendar_id": env.ref("slm_management.calendar_5x8").id,
            "text_ids": [(0, 0, {"name": "Text", "raw": b"Text"})],
            "acceptance_ids": [(0, 0, {"name": "All", "planned_date": today})],
        }
    )
    env["slm.contract.milestone"]._cron_contracts()
    assert contract.activity_ids
    return contract


def read_tickets(name):
    """Everything about tickets that core and helpdesk_mgmt store."""
    with databases.cursor(name) as cr:
        cr.execute(
            """SELECT to_jsonb(t) - ARRAY(
                          SELECT column_name::text FROM information_schema.columns
                           WHERE table_name = 'helpdesk_ticket'
                             AND column_name LIKE 'slm%%')
                 FROM helpdesk_ticket t ORDER BY id"""
        )
        return [row for (row,) in cr.fetchall()]


def left_over(name):
    """Tables, columns and records of ours in a database, and what hung on these."""
    with databases.cursor(name) as cr:
        cr.execute(
            """SELECT relname::text FROM pg_class WHERE relname LIKE 'slm%'
               UNION SELECT column_name::text FROM information_schema.columns
                      WHERE column_name LIKE 'slm\\_%'
               UNION SELECT name FROM ir_model_data WHERE module LIKE 'slm\\_man%'
               UNION SELECT 'message' FROM mail_message WHERE model LIKE 'slm.%'
               UNION SELECT 'activity' FROM mail_activity WHERE res_model LIKE 'slm.%'
               UNION SELECT 'follower' FROM mail_followers WHERE res_model LIKE 'slm.%'
               UNION SELECT 'file' FROM ir_attachment WHERE res_model LIKE 'slm.%'"""
        )
        return [found for (found,) in cr.fetchall()]
