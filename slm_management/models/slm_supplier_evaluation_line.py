# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from .slm_supplier_criterion import MANAGER


class SlmSupplierEvaluationLine(models.Model):
    """The score of a supplier by one criterion, and why."""

    _name = "slm.supplier.evaluation.line"
    _description = "Score of a Supplier"
    _order = "evaluation_id, sequence, id"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    evaluation_id = fields.Many2one(
        "slm.supplier.evaluation", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="evaluation_id.company_id", store=True)
    criterion_id = fields.Many2one(
        "slm.supplier.criterion", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(related="criterion_id.sequence", store=True)
    weight = fields.Integer(
        help="What the criterion weighed when the evaluation was drafted."
    )
    score = fields.Selection(
        [
            ("1", "1 – Bad"),
            ("2", "2 – Poor"),
            ("3", "3 – Fair"),
            ("4", "4 – Good"),
            ("5", "5 – Excellent"),
        ],
        help="1 is the worst and 5 the best.",
    )
    reason = fields.Char(help="Why the supplier gets this score.")

    _criterion_uniq = models.UniqueIndex(
        "(evaluation_id, criterion_id)", "A criterion is scored once in an evaluation."
    )
    _weight_not_negative = models.Constraint(
        "CHECK(weight >= 0)", "A weight can not be negative."
    )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._settle_weight(vals) for vals in vals_list]
        lines = super().create(vals_list)
        if not self.env.su:
            lines.evaluation_id._check_draft()
        return lines

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self.evaluation_id._check_draft()
            if "weight" in vals or "criterion_id" in vals:
                self.env["slm.supplier.criterion"]._check_manager()
        res = super().write(vals)
        if "evaluation_id" in vals and not self.env.su:
            self.evaluation_id._check_draft()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        self.evaluation_id._check_draft()

    @api.model
    def _settle_weight(self, vals):
        """Who may not say what a criterion weighs takes what it weighs today."""
        may_say = self.env.su or self.env.user.has_group(MANAGER)
        if may_say and "weight" in vals:
            return vals
        criterion = self.env["slm.supplier.criterion"].browse(vals.get("criterion_id"))
        return dict(vals, weight=criterion.weight)
