# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..engine import format_duration


class SlmLoadLevels(models.TransientModel):
    """Load service levels into an agreement as targets."""

    _name = "slm.load.levels"
    _description = "Load Service Levels"
    _inherit = ["slm.naming.mixin"]

    agreement_id = fields.Many2one("slm.agreement", required=True, ondelete="cascade")
    service_id = fields.Many2one(
        "slm.service", help="The service the targets are for. Empty: all services."
    )
    level_ids = fields.Many2many(
        "slm.service.level", string="Service Levels", required=True
    )
    replace = fields.Boolean(
        string="Replace all targets",
        help="Remove the targets that the agreement has now.",
    )
    day_hint = fields.Char(compute="_compute_day_hint")

    @api.depends("agreement_id")
    def _compute_day_hint(self):
        for wizard in self:
            wizard.day_hint = self.env._(
                "In the service hours of this agreement, a day is %(duration)s.",
                duration=format_duration(wizard.agreement_id.day_minutes, 0),
            )

    def action_load(self):
        self.ensure_one()
        agreement = self.agreement_id
        vals_list = [
            dict(vals, service_id=self.service_id.id, sequence=10 * rank)
            for rank, vals in enumerate(
                self.level_ids.sorted()._prepare_target_vals_list(agreement.day_minutes)
            )
        ]
        commands = [fields.Command.create(vals) for vals in vals_list]
        if self.replace:
            commands.insert(0, fields.Command.clear())
        agreement.write({"target_ids": commands})
        return {"type": "ir.actions.act_window_close"}
