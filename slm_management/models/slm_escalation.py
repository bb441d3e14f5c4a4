# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError


class SlmEscalation(models.Model):
    """A step that was taken for a clock, or skipped: when, to whom, and what failed."""

    _name = "slm.escalation"
    _description = "Escalation"
    _inherit = ["slm.ticket.access.mixin"]
    _order = "id desc"
    _log_access = False

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, ondelete="cascade"
    )
    clock_id = fields.Many2one(
        "slm.clock", required=True, readonly=True, ondelete="cascade"
    )
    step_id = fields.Many2one("slm.escalation.step", readonly=True, ondelete="restrict")

    company_id = fields.Many2one("res.company", readonly=True)

    def _refuse(self):
        raise AccessError(
            self.env._("What was escalated is written down by the clocks, only.")
        )
