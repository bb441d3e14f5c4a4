# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..engine import format_duration, suggest_score
from .slm_supplier_criterion import MANAGER

#: what follows from other records: nobody says it
FOLLOWS = ("figures", "company_id", "sequence")


class SlmSupplierEvaluationLine(models.Model):
    """The score of a supplier by one criterion, and why.

    Of criteria that the clocks of his UCs have something to say about, it shows what
    they say. With the confirmation these figures stay as they were.
    """

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
    # Under "names" of the figures it stays as it was when they were frozen.
    name = fields.Char(compute="_compute_name")
    description = fields.Text(related="criterion_id.description")
    sequence = fields.Integer(related="criterion_id.sequence", store=True)
    weight = fields.Integer(
        copy=False,
        help="What the criterion weighed when the evaluation was drafted.",
    )
    score = fields.Selection(
        [
            ("1", "1 – Bad"),
            ("2", "2 – Poor"),
            ("3", "3 – Fair"),
            ("4", "4 – Good"),
            ("5", "5 – Excellent"),
        ],
        copy=False,
        help="1 is the worst and 5 the best.",
    )
    reason = fields.Text(copy=False, help="Why the supplier gets this score.")
    previous_score = fields.Integer(
        string="Previous",
        compute="_compute_previous_score",
        help="The score in the previous evaluation; 0: none.",
    )
    difference = fields.Integer(
        string="Difference",
        compute="_compute_previous_score",
        help="How much better (or worse) it is than in the previous evaluation.",
    )
    figures = fields.Json(
        readonly=True, copy=False, help="What the clocks said at the confirmation."
    )
    clock_count = fields.Integer(
        string="Clocks",
        compute="_compute_figures",
        help="How many clocks of the supplier's UCs stopped in the period.",
    )
    share_met = fields.Float(
        string="Met (%)",
        compute="_compute_figures",
        digits=(4, 1),
        help="How many of them stopped in time, in percent.",
    )
    median_seconds = fields.Integer(
        string="Median Used",
        compute="_compute_figures",
        help="The service time that they used: half of them less, half of them more.",
    )
    breach_count = fields.Integer(
        string="Breaches",
        compute="_compute_figures",
        help="How many targets were used up in the period, also of clocks that have "
        "not stopped since.",
    )
    clock_story = fields.Text(
        string="UC Clocks",
        compute="_compute_clock_story",
        help="What the clocks of the supplier's UCs say: how many stopped in the "
        "period, how many of them in time, the service time that half of them used, "
        "and how many targets were used up.",
    )
    suggested_score = fields.Integer(
        string="Suggested",
        compute="_compute_figures",
        help="From how many promises were kept in the period, and how many broken: 5 "
        "from 98 %, 4 from 95 %, 3 from 90 %, 2 from 80 %. 0: the clocks have nothing "
        "to say. The evaluator decides.",
    )

    _criterion_uniq = models.UniqueIndex(
        "(evaluation_id, criterion_id)", "A criterion is scored once in an evaluation."
    )
    _weight_range = models.Constraint(
        "CHECK(weight BETWEEN 0 AND 1000)",
        "A weight lies between 0 and 1000.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("criterion_id.name", "figures")
    @api.depends_context("lang")
    def _compute_name(self):
        for line in self:
            names = (line.figures or {}).get("names", {})
            lang = line.env.lang or "en_US"
            stays = names.get(lang) or names.get("en_US")
            line.name = stays or line.criterion_id.name

    @api.depends("score", "criterion_id", "evaluation_id.previous_id")
    def _compute_previous_score(self):
        for line in self:
            before = line.evaluation_id.previous_id.line_ids.filtered(
                lambda other, line=line: other.criterion_id == line.criterion_id
            )
            previous, score = int(before[:1].score or 0), int(line.score or 0)
            line.previous_score = previous
            line.difference = score - previous if score and previous else 0

    @api.depends(
        "criterion_id.suggested_by",
        "figures",
        "evaluation_id.state",
        "evaluation_id.partner_id",
        "evaluation_id.company_id",
        "evaluation_id.date_from",
        "evaluation_id.date_to",
    )
    def _compute_figures(self):
        counted = self.evaluation_id._get_topic_figures()
        for line in self:
            if line.evaluation_id.state == "confirmed":
                told = line.figures or {}
            else:
                told = counted.get(line.evaluation_id, {})
                told = told.get(line.criterion_id.suggested_by) or {}
            line.clock_count = told.get("ended")
            line.share_met = told.get("share")
            line.median_seconds = told.get("median_seconds")
            line.breach_count = told.get("breaches")
            # each promise counts once: it was kept, or it was broken
            line.suggested_score = suggest_score(
                told.get("met", 0), told.get("breaches", 0)
            )

    @api.depends("clock_count", "share_met", "median_seconds", "breach_count")
    @api.depends_context("lang")
    def _compute_clock_story(self):
        for line in self:
            told = line.clock_count or line.breach_count
            line.clock_story = line._tell_figures() if told else False

    @api.depends("name", "score")
    def _compute_display_name(self):
        for line in self:
            score = f": {line.score}" if line.score else ""
            line.display_name = f"{line.name or ''}{score}"

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create([self._settle_weight(vals) for vals in vals_list])
        lines = self.env["slm.supplier.evaluation"]._without_defaults(self, FOLLOWS)
        vals_list = [lines._settle_weight(vals) for vals in vals_list]
        lines = super(SlmSupplierEvaluationLine, lines).create(vals_list)
        lines.evaluation_id._check_draft()
        return lines.with_env(self.env)

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self.check_access("write")
        vals = {name: value for name, value in vals.items() if name not in FOLLOWS}
        self.evaluation_id._check_draft()
        self._check_stays(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        """Without a line the others weigh more."""
        self.evaluation_id._check_draft()
        if any(self.mapped("weight")):
            self.env["slm.supplier.criterion"]._check_manager()

    def _check_stays(self, vals):
        """A line stays in its evaluation, and weighs what a manager says."""
        if {vals.get("evaluation_id")} - {None, *self.evaluation_id.ids}:
            raise UserError(
                self.env._(
                    "A score stays in its evaluation. Enter another one in the other "
                    "evaluation."
                )
            )
        if any(
            self._fields[name].convert_to_write(line[name], line) != vals[name]
            for name in vals.keys() & {"weight", "criterion_id"}
            for line in self
        ):
            self.env["slm.supplier.criterion"]._check_manager()

    @api.model
    def _settle_weight(self, vals):
        """Who may not say what a criterion weighs takes what it weighs today.

        What follows from other records is left out.
        """
        if not self.env.su:
            vals = {name: value for name, value in vals.items() if name not in FOLLOWS}
        may_say = self.env.su or self.env.user.has_group(MANAGER)
        if may_say and "weight" in vals:
            return vals
        criterion = vals.get("criterion_id") or self.env.context.get(
            "default_criterion_id"
        )
        criterion = self.env["slm.supplier.criterion"].browse(criterion)
        return dict(vals, weight=criterion.weight)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_take_suggestion(self):
        """Score what the clocks suggest; without a reason, they are the reason."""
        for line in self.filtered("suggested_score"):
            reason = line.reason or line._tell_figures()
            line.write({"score": str(line.suggested_score), "reason": reason})

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _tell_figures(self):
        """What the clocks say, in a line."""
        self.ensure_one()
        if not self.clock_count:
            return self.env._("Clocks 0, breaches %(count)s", count=self.breach_count)
        return self.env._(
            "Clocks %(count)s, met %(share)s %%, median %(median)s, breaches "
            "%(breaches)s",
            count=self.clock_count,
            share=formatLang(self.env, self.share_met, digits=1),
            median=format_duration(self.median_seconds // 60, 0),
            breaches=self.breach_count,
        )

    def _freeze(self):
        """Let the figures stay as they are, in each line, so that nobody who is
        writing one just now comes later than the confirmation. Also what the criteria
        are called: one that is named anew does not say what was scored."""
        counted = self.evaluation_id._get_topic_figures()
        names = {criterion: criterion._get_names() for criterion in self.criterion_id}
        for line in self.sudo():
            told = counted[line.evaluation_id].get(line.criterion_id.suggested_by)
            line.figures = (told or {}) | {"names": names[line.criterion_id]}
