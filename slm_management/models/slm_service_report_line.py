# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..engine import METRICS
from .slm_figures import CAUSES


class SlmServiceReportLine(models.Model):
    """A clock that a report answers for, as it was when the report was made."""

    _name = "slm.service.report.line"
    _description = "Breach in a Service Report"
    _order = "report_id, id"

    report_id = fields.Many2one(
        "slm.service.report",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="report_id.company_id")
    clock_id = fields.Many2one(
        "slm.clock", readonly=True, index="btree_not_null", ondelete="set null"
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket", readonly=True, index="btree_not_null", ondelete="set null"
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS], readonly=True
    )
    cause = fields.Selection(CAUSES, readonly=True)
