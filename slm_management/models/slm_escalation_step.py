# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmEscalationStep(models.Model):
    """One rung of a ladder: when it is due, and what is done then."""

    _name = "slm.escalation.step"
    _description = "Escalation Step"
    _inherit = ["slm.naming.mixin"]
    _order = "policy_id, sequence, id"

    policy_id = fields.Many2one(
        "slm.escalation.policy", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
