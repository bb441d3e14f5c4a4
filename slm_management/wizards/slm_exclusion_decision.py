# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmExclusionDecision(models.TransientModel):
    """Asks for a remark on what is decided about exclusions."""

    _name = "slm.exclusion.decision"
    _description = "Decide on Exclusions"

    exclusion_ids = fields.Many2many(
        "slm.exclusion",
        string="Exclusions",
        default=lambda self: self._get_selected(),
    )
    decision = fields.Selection(
        [("approve", "Approve"), ("reject", "Reject"), ("withdraw", "Withdraw")],
        required=True,
    )
    remark = fields.Text(help="For who has proposed it. It may be left out.")

    def action_decide(self):
        """Decide as who asks: the exclusions know who may."""
        self.ensure_one()
        decide = {
            "approve": self.exclusion_ids.action_approve,
            "reject": self.exclusion_ids.action_reject,
            "withdraw": self.exclusion_ids.action_withdraw,
        }
        decide[self.decision](self.remark)
        return {"type": "ir.actions.act_window_close"}

    def _get_selected(self):
        """What was selected where the dialog was opened."""
        context = self.env.context
        is_ours = context.get("active_model") == "slm.exclusion"
        return context.get("active_ids") if is_ours else False
