# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmExclude(models.TransientModel):
    """Asks why missed clocks are to be left out of what is counted."""

    _name = "slm.exclude"
    _description = "Exclude from Reports"

    clock_ids = fields.Many2many("slm.clock", readonly=True)
    reason_id = fields.Many2one("slm.exclusion.reason", string="Reason", required=True)
    note = fields.Text(required=True)
