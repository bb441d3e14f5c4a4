# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_date

from ..engine import last_period, period_months, weighted_score

MANAGER = "slm_management.group_slm_manager"
#: what the confirmation writes down, and nobody else
SEAL = {
    "state": "draft",
    "confirmed_by_id": False,
    "confirmed_on": False,
    # by a merge of suppliers, which writes it in SQL
    "is_merged": False,
}
#: what follows from other records: nobody says it
FOLLOWS = ("total",)


class SlmSupplierEvaluation(models.Model):
    """A supplier judged for a period, by weighted criteria.

    Administrators draft it, a service level manager confirms it; after that it does not
    change. The weights are those of the day on which it was drafted; only a manager
    weighs otherwise, or leaves a criterion out.
    """

    _name = "slm.supplier.evaluation"
    _description = "Supplier Evaluation"
    _inherit = [
        "slm.supplier.evaluation.plan",
        "slm.supplier.mixin",
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
    category_id = fields.Many2one(
        related="partner_id.slm_supplier_category_id", string="Category"
    )
    period = fields.Selection(
        [
            ("3", "Quarter"),
            ("6", "Half-Year"),
            ("12", "Year"),
            ("0", "Other"),
        ],
        compute="_compute_period",
        readonly=False,
        help="Choose one to evaluate the last that is over.",
    )
    date_from = fields.Date(
        string="Period from",
        required=True,
        default=lambda self: self._get_last_period(3)[0],
    )
    date_to = fields.Date(
        string="Period until",
        required=True,
        default=lambda self: self._get_last_period(3)[1],
    )
    is_period_over = fields.Boolean(compute="_compute_is_period_over")
    user_id = fields.Many2one(
        "res.users",
        string="Evaluator",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="restrict",
    )
    line_ids = fields.One2many(
        "slm.supplier.evaluation.line",
        "evaluation_id",
        string="Scores",
        copy=True,
        default=lambda self: self._prepare_line_commands(),
    )
    total = fields.Float(
        string="Total Score",
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
        tracking=True,
    )
    missing_scores = fields.Char(
        compute="_compute_missing_scores",
        help="The criteria that have to be scored before it can be confirmed.",
    )
    may_weigh = fields.Boolean(compute="_compute_may_weigh")
    confirmed_by_id = fields.Many2one(
        "res.users",
        string="Confirmed by",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    confirmed_on = fields.Date(string="Confirmed on", readonly=True, copy=False)
    is_merged = fields.Boolean(
        string="Of a Merged Supplier",
        readonly=True,
        copy=False,
        help="When two suppliers became one, both had been evaluated for this period.",
    )
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
        string="Difference",
        compute="_compute_previous_id",
        digits=(3, 2),
        aggregator=None,
        help="How much better (or worse) the total is than the previous one.",
    )
    picture = fields.Json(
        compute="_compute_picture", help="The scores, and those before, to be drawn."
    )

    _code_uniq = models.UniqueIndex(
        "(code, company_id)",
        "The code of an evaluation must be unique in its company.",
    )
    _period_uniq = models.UniqueIndex(
        "(partner_id, company_id, date_from, date_to) WHERE is_merged IS NOT TRUE",
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
        found = self._find_previous()
        for evaluation in self:
            before = found[evaluation]
            evaluation.previous_id = before
            evaluation.previous_total = before.total
            compared = before.total and evaluation.total
            evaluation.difference = compared and evaluation.total - before.total

    @api.depends(
        "line_ids.name",
        "line_ids.score",
        "line_ids.previous_score",
        "date_from",
        "date_to",
    )
    @api.depends_context("lang")
    def _compute_picture(self):
        for evaluation in self:
            lines = evaluation.line_ids.filtered("criterion_id")
            series = {
                evaluation._tell_period(): [int(line.score or 0) for line in lines],
            }
            if before := evaluation.previous_id:
                series[before._tell_period()] = lines.mapped("previous_score")
            evaluation.picture = {
                "axes": lines.mapped("name"),
                "series": [{"name": k, "values": v} for k, v in series.items()],
            }

    @api.depends("line_ids.score", "line_ids.weight", "line_ids.criterion_id.name")
    @api.depends_context("lang")
    def _compute_missing_scores(self):
        for evaluation in self:
            missing = evaluation._get_unscored().criterion_id.mapped("name")
            if not missing and not evaluation.total:
                missing = [self.env._("at least one criterion")]
            evaluation.missing_scores = ", ".join(missing)

    @api.depends_context("uid")
    def _compute_may_weigh(self):
        self.may_weigh = self.env.user.has_group(MANAGER)

    @api.depends("date_from", "date_to")
    def _compute_period(self):
        for evaluation in self:
            days = (evaluation.date_from, evaluation.date_to)
            evaluation.period = str(period_months(*days) if all(days) else 0)

    @api.depends("date_to", "company_id")
    def _compute_is_period_over(self):
        for evaluation in self:
            today = evaluation._get_today(evaluation.company_id)
            evaluation.is_period_over = (
                not evaluation.date_to or evaluation.date_to < today
            )

    @api.depends("partner_id.name", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_name(self):
        for evaluation in self:
            parts = (evaluation.partner_id.name, evaluation._tell_period())
            evaluation.name = ", ".join(filter(None, parts))

    @api.onchange("period")
    def _onchange_period(self):
        if months := int(self.period or 0):
            if months != self._get_months():
                self.date_from, self.date_to = self._get_last_period(months)

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Who is evaluated every year, say, is so also by hand."""
        months = int(self.partner_id.slm_evaluation_interval or 0)
        if months and self._get_months() and not self._origin:
            self.date_from, self.date_to = self._get_last_period(months)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        mine = self._without_defaults(self, FOLLOWS)
        vals_list = [self._without(vals, FOLLOWS) | SEAL for vals in vals_list]
        evaluations = super(SlmSupplierEvaluation, mine).create(vals_list)
        evaluations._complete()
        return evaluations.with_env(self.env)

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self.check_access("write")
        self._check_draft()
        self._check_seal(vals)
        return super().write(self._without(vals, FOLLOWS))

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

    def _check_seal(self, vals):
        """The state changes by the button only, which asks for what is missing."""
        for name in vals.keys() & SEAL.keys():
            if any(
                self._fields[name].convert_to_write(evaluation[name], evaluation)
                != vals[name]
                for evaluation in self
            ):
                self._check_manager()
                raise UserError(self.env._("Confirm an evaluation by its button."))

    def _complete(self):
        """Only a manager leaves a criterion out that counts."""
        if self.env.user.has_group(MANAGER):
            return
        commands = self._prepare_line_commands()
        for evaluation in self:
            there = evaluation.line_ids.criterion_id.ids
            missing = [
                command
                for command in commands
                if command[2]["weight"] and command[2]["criterion_id"] not in there
            ]
            if missing:
                evaluation.line_ids = missing

    @api.model
    def _without(self, vals, names):
        return {name: value for name, value in vals.items() if name not in names}

    @api.model
    def _without_defaults(self, records, names):
        """Records in a context without defaults of some fields."""
        defaults = {f"default_{name}" for name in names}
        context = self._without(self.env.context, defaults)
        return records.with_context(context)  # pylint: disable=context-overridden

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_confirm(self):
        """Seal evaluations; all criteria that count have to be scored."""
        self._check_manager()
        self.check_access("write")
        self._check_draft()
        self._check_scored()
        self.line_ids._freeze()
        for company, evaluations in self.grouped("company_id").items():
            evaluations.sudo().write(
                {
                    "state": "confirmed",
                    "confirmed_by_id": self.env.uid,
                    "confirmed_on": self._get_today(company),
                }
            )
        self.sudo().activity_feedback(["mail.mail_activity_data_todo"])

    def _check_scored(self):
        for evaluation in self:
            if missing := evaluation.missing_scores:
                raise UserError(
                    self.env._(
                        "%(evaluation)s can not be confirmed yet. Score what is "
                        "missing: %(criteria)s.",
                        evaluation=evaluation.display_name,
                        criteria=missing,
                    )
                )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _prepare_line_commands(self):
        """A line for each criterion, with what it weighs today."""
        criteria = self.env["slm.supplier.criterion"].search([("active", "=", True)])
        return [
            Command.create({"criterion_id": c.id, "weight": c.weight}) for c in criteria
        ]

    def _get_unscored(self):
        """Lines that count and have no score."""
        return self.line_ids.filtered(lambda line: line.weight and not line.score)

    def _tell_period(self):
        days = (self.date_from, self.date_to)
        return " – ".join(format_date(self.env, day) for day in days if day)

    def _get_months(self):
        """How long its period is; 0: it is not one of the calendar."""
        days = (self.date_from, self.date_to)
        return period_months(*days) if all(days) else 0

    def _get_last_period(self, months):
        """The last whole one, as its first and its last day."""
        return last_period(self._get_today(self.company_id), months)

    @api.model
    def _get_today(self, company):
        company = (company or self.env.company).sudo()
        return self.env["slm.matcher"]._get_day(fields.Datetime.now(), company)

    def _find_previous(self):
        """``{evaluation: the last confirmed one of a period before}``"""
        confirmed = self.search(
            [
                ("partner_id", "in", self.partner_id._origin.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "=", "confirmed"),
                ("is_merged", "=", False),
            ],
            order="date_to desc, id desc",
        )
        whose = confirmed.grouped(lambda e: (e.partner_id, e.company_id))
        return {
            evaluation: whose.get(
                (evaluation.partner_id._origin, evaluation.company_id), self.browse()
            ).filtered(
                lambda other, evaluation=evaluation: (
                    evaluation.date_to and other.date_to < evaluation.date_to
                )
            )[:1]
            for evaluation in self
        }

    def _get_topic_figures(self):
        """``{evaluation: {topic: what the clocks of the supplier say}}``, one query for
        each period and company."""
        figures = self.env["slm.supplier.figures"]
        whole = self.filtered(lambda e: e.partner_id and e.date_from and e.date_to)
        found = {}
        for key, evaluations in whole.grouped(
            lambda e: (e.company_id, e.date_from, e.date_to)
        ).items():
            counted = figures._get_topics_batch(evaluations.partner_id, *key)
            found |= {e: counted[e.partner_id] for e in evaluations}
        return {evaluation: found.get(evaluation, {}) for evaluation in self}
