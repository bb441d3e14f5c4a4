# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.tools import SQL

#: what the stages of helpdesk_mgmt mean; other stages are guessed by their flags
STAGE_PHASES = {
    "helpdesk_mgmt.helpdesk_ticket_stage_new": "waiting",
    "helpdesk_mgmt.helpdesk_ticket_stage_in_progress": "working",
    "helpdesk_mgmt.helpdesk_ticket_stage_awaiting": "wait_customer",
    "helpdesk_mgmt.helpdesk_ticket_stage_done": "closed",
    "helpdesk_mgmt.helpdesk_ticket_stage_cancelled": "cancelled",
    "helpdesk_mgmt.helpdesk_ticket_stage_rejected": "cancelled",
}
#: what keeps records of ours from being deleted in one go
LINKS = (
    ("res_partner", "slm_supplier_category_id"),
    ("res_partner", "slm_contact_calendar_id"),
    ("helpdesk_ticket", "slm_process_id"),
    ("slm_process", "previous_version_id"),
    ("slm_agreement", "previous_version_id"),
    ("slm_service_report", "previous_version_id"),
    ("slm_service_type", "parent_id"),
)
#: what goes before all else when the module goes, in this order
TABLES = (
    "slm_contract_milestone",
    "slm_contract_acceptance",
    "slm_contract",
    "slm_supplier_interaction",
    "slm_supplier_evaluation",
    "slm_supplier_criterion",
    "slm_report_delivery",
    "slm_service_report_line",
    "slm_service_report",
    "slm_report_schedule",
    "slm_gap_analysis_line",
    "slm_gap_analysis",
    "slm_exclusion",
    "slm_escalation",
    "slm_time_share",
    "slm_clock",
    "slm_ticket_event",
    "slm_agreement_conflict",
    "slm_publication",
    "slm_agreement",
    "slm_escalation_policy",
    "slm_process",
    "slm_configuration_item",
    "slm_service",
    "slm_service_type",
    "slm_revision",
)
CALENDARS = ("calendar_5x8", "calendar_5x9", "calendar_7x24")


def post_init_hook(env):
    """Fit the module into the database that it finds."""
    _set_stage_phases(env)
    _set_calendar_time_zones(env)


def uninstall_hook(env):
    """Free what Odoo removes one by one before it drops our tables.

    Clocks hold service hours, processes their older versions, items contacts, and the
    history users; what is removed would even be written down there.
    """
    for table, column in LINKS:
        names = {"table": SQL.identifier(table), "column": SQL.identifier(column)}
        env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s = NULL WHERE %(column)s IS NOT NULL",
                **names,
            )
        )
    for table in TABLES:
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.invalidate_all()


def _set_stage_phases(env):
    for xmlid, phase in STAGE_PHASES.items():
        if stage := env.ref(xmlid, raise_if_not_found=False):
            stage.slm_phase = phase


def _set_calendar_time_zones(env):
    """Shipped service hours lie in the time zone of the company that installs them."""
    tz = env.company.resource_calendar_id.tz or "UTC"
    for name in CALENDARS:
        if calendar := env.ref(f"slm_management.{name}", raise_if_not_found=False):
            calendar.write({"tz": tz, "global_leave_ids": [fields.Command.clear()]})
