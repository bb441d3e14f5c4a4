# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from .slm_period_mixin import PERIODS


class SlmReportSchedule(models.Model):
    """Who gets which service report, and when."""

    _name = "slm.report.schedule"
    _description = "Schedule of Reports"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    audience = fields.Selection(
        selection=lambda self: (
            self.env["slm.service.report"]
            ._fields["audience"]
            ._description_selection(self.env)
        ),
        required=True,
        default="customer",
    )
    period = fields.Selection(PERIODS, required=True, default="month")
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="restrict")
    recipient_ids = fields.Many2many("res.partner", string="Recipients")
    report_ids = fields.One2many("slm.service.report", "schedule_id", readonly=True)
    delivery_ids = fields.One2many("slm.report.delivery", "schedule_id", readonly=True)
