# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

MANAGER = "slm_management.group_slm_manager"


class SlmSupplierCriterion(models.Model):
    """What suppliers are judged by, and how much it weighs.

    Administrators may add criteria; what they weigh is said by a service level manager.
    """

    _name = "slm.supplier.criterion"
    _description = "Criterion of Evaluations"
    _order = "sequence, id"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    weight = fields.Integer(
        default=0,
        help="Its share in the total, compared with the weights of the others. 0: it "
        "is asked for, and does not count.",
    )
    description = fields.Text(
        translate=True, help="What a good and what a bad score mean."
    )
    suggested_by = fields.Selection(
        [
            ("response", "Response Times"),
            ("quality", "Completion and Closure Times"),
        ],
        string="Suggested from",
        help="Which clocks of the supplier's UCs suggest a score. Empty: none.",
    )
    active = fields.Boolean(default=True)
    may_weigh = fields.Boolean(compute="_compute_may_weigh")

    _weight_range = models.Constraint(
        "CHECK(weight BETWEEN 0 AND 1000)",
        "The weight of a criterion lies between 0 and 1000.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends_context("uid")
    def _compute_may_weigh(self):
        self.may_weigh = self.env.user.has_group(MANAGER)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        criteria = super().create(vals_list)
        # also what came by the defaults of a context
        if any(criteria.mapped("weight")):
            self._check_manager()
        return criteria

    def write(self, vals):
        if vals.keys() & {"weight", "active"}:
            self.check_access("write")
            self._check_manager()
        return super().write(vals)

    def _get_names(self):
        """``{code of a language: its name in it}``"""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return {code: self.with_context(lang=code).name for code in languages}

    @api.model
    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._(
                    "Only a service level manager changes what the criteria of "
                    "evaluations weigh."
                )
            )
