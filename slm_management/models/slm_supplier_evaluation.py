# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_date

from ..engine import weighted_score

MANAGER = "slm_management.group_slm_manager"
#: what a confirmation writes down
SEAL = {"state", "confirmed_by_id", "confirmed_on"}


class SlmSupplierEvaluation(models.Model):
    """A supplier judged for a period, by weighted criteria.

    Administrators draft it, a service level manager confirms it; after that it does not
    change. The weights are those of the day on which it was drafted.
    """

    _name = "slm.supplier.evaluation"
    _description = "Supplier Evaluation"
    _inherit = [
        "slm.naming.mixin",
        "slm.code.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "date_to desc, id desc"
    _rec_names_search = ["code", "partner_id"]

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(compute="_compute_name")
    partner_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('slm_is_supplier', '=', True)]",
    )
    category_id = fields.Many2one(
        related="partner_id.slm_supplier_category_id", string="Category"
    )
    date_from = fields.Date(string="Period from", required=True)
    date_to = fields.Date(string="Period until", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Evaluator",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    line_ids = fields.One2many(
        "slm.supplier.evaluation.line",
        "evaluation_id",
        string="Scores",
        copy=True,
        default=lambda self: self._prepare_line_commands(),
    )
    total = fields.Float(
        compute="_compute_total",
        store=True,
        digits=(3, 2),
        aggregator="avg",
        help="The mean of the scores, each counted by its weight: from 1 (bad) to 5 "
        "(excellent). 0: nothing has been scored yet.",
    )
    notes = fields.Html(string="Conclusion")
    state = fields.Selection(
        [("draft", "Draft"), ("confirmed", "Confirmed")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    confirmed_by_id = fields.Many2one(
        "res.users",
        string="Confirmed by",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    confirmed_on = fields.Date(readonly=True, copy=False)
    previous_id = fields.Many2one(
        "slm.supplier.evaluation",
        string="Previous Evaluation",
        compute="_compute_previous_id",
        help="The last confirmed one of a period before.",
    )
    previous_total = fields.Float(
        compute="_compute_previous_id", digits=(3, 2), aggregator=None
    )
    difference = fields.Float(
        string="Change",
        compute="_compute_previous_id",
        digits=(3, 2),
        aggregator=None,
        help="How much better (or worse) the total is than the previous one.",
    )

    _code_uniq = models.UniqueIndex(
        "(code, company_id)",
        "The code of an evaluation must be unique in its company.",
    )
    _period_uniq = models.UniqueIndex(
        "(partner_id, company_id, date_from, date_to)",
        "This supplier has an evaluation of this period already. Open that one and go "
        "on with it.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for evaluation in self:
            if evaluation.date_to < evaluation.date_from:
                raise ValidationError(
                    self.env._(
                        "The period of %(evaluation)s would end on %(end)s, before it "
                        "begins on %(begin)s. Correct one of the dates.",
                        evaluation=evaluation.display_name,
                        begin=format_date(self.env, evaluation.date_from),
                        end=format_date(self.env, evaluation.date_to),
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("line_ids.score", "line_ids.weight")
    def _compute_total(self):
        for evaluation in self:
            scores = [(int(li.score or 0), li.weight) for li in evaluation.line_ids]
            evaluation.total = weighted_score(scores)

    @api.depends("partner_id", "company_id", "date_to", "total")
    def _compute_previous_id(self):
        for evaluation in self:
            before = evaluation._find_previous()
            evaluation.previous_id = before
            evaluation.previous_total = before.total
            compared = before.total and evaluation.total
            evaluation.difference = compared and evaluation.total - before.total

    @api.depends("partner_id.name", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_name(self):
        for evaluation in self:
            days = (evaluation.date_from, evaluation.date_to)
            period = " – ".join(format_date(self.env, day) for day in days if day)
            evaluation.name = f"{evaluation.partner_id.name or ''}, {period}"

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {name: value for name, value in vals.items() if name not in SEAL}
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        self.check_access("write")
        if not self.env.su:
            self._check_draft()
            if vals.keys() & SEAL:
                self._check_manager()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        self._check_draft()

    def _check_draft(self):
        """What was confirmed does not change; a deletion by the superuser neither."""
        if confirmed := self.filtered(lambda e: e.state == "confirmed"):
            raise UserError(
                self.env._(
                    "%(evaluation)s has been confirmed and does not change any more. "
                    "Evaluate the supplier again, for another period.",
                    evaluation=confirmed[0].display_name,
                )
            )

    @api.model
    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._("Only a service level manager confirms evaluations.")
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_confirm(self):
        """Seal evaluations; all criteria that count have to be scored."""
        self._check_manager()
        self._check_draft()
        for evaluation in self:
            evaluation._check_scored()
            evaluation.write(
                {
                    "state": "confirmed",
                    "confirmed_by_id": self.env.uid,
                    "confirmed_on": fields.Date.context_today(self),
                }
            )
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _check_scored(self):
        lines = self.line_ids.filtered(lambda line: line.weight and not line.score)
        if lines or not self.total:
            raise UserError(
                self.env._(
                    "%(evaluation)s can not be confirmed yet: score %(criteria)s.",
                    evaluation=self.display_name,
                    criteria=", ".join(lines.criterion_id.mapped("name"))
                    or self.env._("at least one criterion"),
                )
            )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _prepare_line_commands(self):
        """A line for each criterion, with what it weighs today."""
        criteria = self.env["slm.supplier.criterion"].search([])
        return [
            Command.create({"criterion_id": c.id, "weight": c.weight}) for c in criteria
        ]

    def _find_previous(self):
        self.ensure_one()
        if not (self.partner_id and self.date_to):
            return self.browse()
        return self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "confirmed"),
                ("date_to", "<", self.date_to),
                ("id", "!=", self._origin.id),
            ],
            order="date_to desc, id desc",
            limit=1,
        )

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_plan(self):
        """Draft the evaluations whose period is over."""
