# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SlmExclude(models.TransientModel):
    """Asks why missed clocks are to be left out of what is counted."""

    _name = "slm.exclude"
    _description = "Exclude from Reports"

    clock_ids = fields.Many2many("slm.clock", string="Clocks")
    reason_id = fields.Many2one(
        "slm.exclusion.reason", string="Reason", required=True, ondelete="cascade"
    )
    reason_description = fields.Text(
        related="reason_id.description", string="When It May Be Used"
    )
    note = fields.Text(
        required=True,
        help="What has happened. Customers read it in their service reports, so be "
        "brief.",
    )
    is_manager = fields.Boolean(compute="_compute_is_manager")

    @api.depends_context("uid")
    def _compute_is_manager(self):
        self.is_manager = self.env["slm.exclusion"]._is_manager()

    def action_exclude(self):
        """Propose it; what a manager proposes is approved."""
        self.ensure_one()
        self.env["slm.exclusion"]._propose(self.clock_ids, self.reason_id, self.note)
        return {"type": "ir.actions.act_window_close"}
