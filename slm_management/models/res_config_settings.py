# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    slm_calendar_id = fields.Many2one(
        related="company_id.slm_calendar_id", readonly=False
    )
    slm_risk_percent = fields.Integer(
        related="company_id.slm_risk_percent", readonly=False
    )
    slm_fiscal_month = fields.Selection(
        related="company_id.slm_fiscal_month", readonly=False
    )
    slm_gap_period = fields.Selection(
        related="company_id.slm_gap_period", readonly=False
    )
    slm_portal_deadlines = fields.Boolean(
        related="company_id.slm_portal_deadlines", readonly=False
    )
