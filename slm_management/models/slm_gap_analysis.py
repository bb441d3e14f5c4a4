# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from itertools import compress

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .slm_period_mixin import PERIODS

MANAGER = "slm_management.group_slm_manager"
#: what the steps and the figures write down, and nobody else
SEAL = {
    "state": "draft",
    "computed_at": False,
    "reviewed_by_id": False,
    "reviewed_on": False,
    "closed_by_id": False,
    "closed_on": False,
    "closed_settings": False,
    "review_activity_id": False,
}
#: what the figures follow from
SPAN = {"period", "date_from", "date_to", "company_id"}
#: what discussions and attachments write on a document
OF_THREADS = {"message_main_attachment_id"}


class SlmGapAnalysis(models.Model):
    """What was promised against what was measured in a period, of all agreements.

    Administrators draft it and plan measures; a service level manager reviews it, and
    closes it when its measures are done. Until then its figures can be taken again;
    after that nothing changes any more. There is one analysis of each period of the
    calendar in a company; of other periods there may be several.
    """

    _name = "slm.gap.analysis"
    _description = "Gap Analysis"
    _inherit = [
        "slm.gap.analysis.plan",
        "slm.gap.analysis.figures",
        "slm.gap.analysis.content",
        "slm.period.mixin",
        "slm.report.file.mixin",
        "slm.naming.mixin",
        "slm.code.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "date_to desc, id desc"
    _rec_names_search = ["code", "name"]

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(
        string="Title",
        translate=True,
        copy=False,
        help="Leave it empty to name it after its period.",
    )
    state = fields.Selection(
        [("draft", "To Review"), ("reviewed", "Reviewed"), ("closed", "Closed")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    manager_id = fields.Many2one(
        "res.users",
        string="Service Level Manager",
        default=lambda self: self._get_default_manager(self.env.company),
        domain=lambda self: [
            ("share", "=", False),
            ("all_group_ids", "in", self.env.ref(MANAGER).ids),
        ],
        help="Who reviews and closes it.",
    )
    computed_at = fields.Datetime(string="Figures of", readonly=True, copy=False)
    reviewed_by_id = fields.Many2one(
        "res.users",
        string="Reviewed by",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    reviewed_on = fields.Date(string="Reviewed on", readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        "res.users", string="Closed by", readonly=True, copy=False, ondelete="restrict"
    )
    closed_on = fields.Date(string="Closed on", readonly=True, copy=False)
    closed_settings = fields.Json(
        readonly=True,
        copy=False,
        help="By which it tells days and whose it is, once it is closed.",
    )
    review_activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, ondelete="set null"
    )
    line_ids = fields.One2many(
        "slm.gap.analysis.line", "analysis_id", string="Promises", copy=False
    )
    sla_line_ids = fields.One2many(
        "slm.gap.analysis.line",
        "analysis_id",
        string="Promises of SLAs",
        domain=[("kind", "=", "sla")],
        copy=False,
    )
    ola_line_ids = fields.One2many(
        "slm.gap.analysis.line",
        "analysis_id",
        string="Promises of OLAs",
        domain=[("kind", "=", "ola")],
        copy=False,
    )
    uc_line_ids = fields.One2many(
        "slm.gap.analysis.line",
        "analysis_id",
        string="Promises of UCs",
        domain=[("kind", "=", "uc")],
        copy=False,
    )
    is_period_over = fields.Boolean(compute="_compute_is_period_over")
    promise_count = fields.Integer(
        string="Number of Promises", compute="_compute_counts"
    )
    below_count = fields.Integer(
        string="Below Attainment",
        compute="_compute_counts",
        help="Promises whose attainment was not reached.",
    )
    measure_count = fields.Integer(string="Open Measures", compute="_compute_counts")
    share = fields.Float(
        string="Share Met (%)",
        compute="_compute_counts",
        help="Of all clocks that were met or missed.",
    )
    measured_count = fields.Integer(string="Met or Missed", compute="_compute_counts")

    _code_uniq = models.UniqueIndex(
        "(code, company_id)", "The code of an analysis must be unique in its company."
    )
    _period_uniq = models.UniqueIndex(
        "(company_id, date_from, date_to) WHERE period != 'custom'",
        "There is a gap analysis of this period in this company already. Open that one "
        "and go on with it; once it is closed it stays as it is.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("manager_id", "company_id")
    def _check_manager_id(self):
        for analysis in self.filtered("manager_id"):
            user = analysis.manager_id.sudo()
            company = analysis.company_id
            if not (user.has_group(MANAGER) and company in user.company_ids):
                raise ValidationError(
                    self.env._(
                        "%(user)s can not review %(analysis)s: only a service level "
                        "manager of %(company)s does. Choose one.",
                        user=user.name,
                        analysis=analysis.display_name,
                        company=company.sudo().name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("date_to", "company_id")
    def _compute_is_period_over(self):
        for analysis in self:
            analysis.is_period_over = analysis._is_over()

    @api.depends(
        "line_ids.is_below",
        "line_ids.has_measure",
        "line_ids.measure_done",
        "line_ids.met",
        "line_ids.missed",
    )
    def _compute_counts(self):
        lines = self.env["slm.gap.analysis.line"]
        sums = ["__count", "share:avg", "met:sum", "missed:sum"]
        domain = [("analysis_id", "in", self.ids)]
        below = [*domain, ("is_below", "=", True)]
        todo = [*domain, ("has_measure", "=", True), ("measure_done", "=", False)]
        by = ["analysis_id"]
        totals = {a.id: v for a, *v in lines._read_group(domain, by, sums)}
        below, todo = (
            {a.id: count for a, count in lines._read_group(d, by, ["__count"])}
            for d in (below, todo)
        )
        for analysis in self:
            count, share, met, missed = totals.get(analysis._origin.id, (0, 0, 0, 0))
            analysis.promise_count = count
            analysis.share = share or 0.0
            analysis.measured_count = met + missed
            analysis.below_count = below.get(analysis._origin.id, 0)
            analysis.measure_count = todo.get(analysis._origin.id, 0)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        unnamed = [not vals.get("name") for vals in vals_list]
        analyses = super().create([self._complete_vals(vals) for vals in vals_list])
        self.browse(compress(analyses.ids, unnamed))._name_after_period()
        analyses._take_figures()
        return analyses

    @api.model
    def _complete_vals(self, vals):
        """What is not said follows from the company and the length."""
        company = self.env["res.company"].browse(vals.get("company_id"))
        company = company or self.env.company
        vals = vals | {"name": vals.get("name") or self.env._("Gap Analysis")}
        if "manager_id" not in vals:
            vals["manager_id"] = self._get_default_manager(company).id
        if vals.get("period") in dict(PERIODS) and "date_from" not in vals:
            days = self._get_last_period(vals["period"], company)
            vals |= dict(zip(("date_from", "date_to"), days, strict=True))
        return vals if self.env.su else vals | SEAL

    def write(self, vals):
        self.check_access("write")
        if vals.keys() - OF_THREADS:
            self._check_open()
        if not self.env.su:
            self._check_written(vals)
        named = self.filtered(lambda analysis: analysis._is_named_after_period())
        res = super().write(vals)
        if "name" not in vals:
            unnamed = named if vals.keys() & SPAN else self.browse()
        else:
            unnamed = self.filtered(lambda analysis: not analysis.name)
        unnamed._name_after_period()
        if vals.keys() & SPAN:
            self._take_figures()
        if "manager_id" in vals:
            self._hand_over()
        return res

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        """The road of the translation dialog."""
        self.check_access("write")
        self._check_open()
        return super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_open()
        if any(analysis.state != "draft" for analysis in self):
            self._check_manager()

    def unlink(self):
        activities = self.sudo().line_ids.activity_id
        res = super().unlink()
        activities.exists().unlink()
        return res

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _check_open(self):
        """What is closed does not change, whoever asks."""
        for analysis in self.sudo():
            if analysis.state == "closed":
                raise UserError(
                    self.env._(
                        "%(analysis)s is closed: it does not change any more, and can "
                        "not be deleted. Enter new measures in a later analysis.",
                        analysis=analysis.display_name,
                    )
                )

    def _check_written(self, vals):
        """The steps have their buttons, and what was reviewed keeps its period."""
        if any(
            self._is_changed(name, vals[name]) for name in vals.keys() & SEAL.keys()
        ):
            raise UserError(
                self.env._(
                    "%(analyses)s: reviews, closes and figures come about by their "
                    "buttons; they are not written.",
                    analyses=", ".join(self.mapped("display_name")),
                )
            )
        reviewed = self.filtered(lambda analysis: analysis.state == "reviewed")
        if any(reviewed._is_changed(name, vals[name]) for name in vals.keys() & SPAN):
            raise UserError(
                self.env._(
                    "%(analyses)s has been reviewed for its period. Make another "
                    "analysis for other days.",
                    analyses=", ".join(reviewed.mapped("display_name")),
                )
            )

    def _is_changed(self, name, value):
        field = self._fields[name]
        return any(
            field.convert_to_record(field.convert_to_cache(value, record), record)
            != record[name]
            for record in self
        )

    def _check_manager(self):
        """Also asked of who comes as superuser for somebody."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only a service level manager reviews, closes or deletes gap "
                    "analyses: ask one of them."
                )
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_compute(self):
        """Take the figures again; measures stay."""
        self.check_access("write")
        self._check_open()
        self._take_figures()

    def action_review(self):
        """The manager has seen it, and measures are planned."""
        self._step("draft", "reviewed")

    def action_close(self):
        """Seal it; all its measures are done."""
        self._check_manager()
        self.check_access("write")
        for analysis in self:
            analysis._check_may_close()
        for analysis in self:
            settings = analysis._get_live_settings()
            analysis.sudo().closed_settings = settings
        self._step("reviewed", "closed")

    def action_view_lines(self):
        """Its promises as a list that can be filtered and grouped."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_gap_analysis_line_action"
        )
        context = {"search_default_below": self.below_count > 0}
        if self.env.context.get("slm_open_measures"):
            context = {"search_default_open_measures": True}
        domain = [("analysis_id", "=", self.id)]
        return dict(
            action, domain=domain, context=context, view_mode="list,pivot,graph"
        )

    def _step(self, before, after):
        self._check_manager()
        self.check_access("write")
        self._check_open()
        for analysis in self.filtered(lambda analysis: analysis.state != before):
            analysis._refuse_step(after)
        for company, analyses in self.grouped("company_id").items():
            analyses.sudo().write(
                {
                    "state": after,
                    f"{after}_by_id": self.env.uid,
                    f"{after}_on": self._get_today(company),
                }
            )
        if review := self.sudo().review_activity_id.filtered("active"):
            review.action_feedback()

    def _refuse_step(self, after):
        states = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(analysis)s is “%(state)s” and can not become “%(after)s” now. An "
                "analysis is reviewed once, and closed after that.",
                analysis=self.display_name,
                state=states[self.state],
                after=states[after],
            )
        )

    def _check_may_close(self):
        if not self.is_period_over:
            raise UserError(
                self.env._(
                    "%(analysis)s can not be closed: its period is not over, so its "
                    "figures may change. Close it after %(day)s.",
                    analysis=self.display_name,
                    day=self._tell_day(self.date_to),
                )
            )
        if self.measure_count:
            raise UserError(
                self.env._(
                    "%(analysis)s can not be closed yet: %(count)s of its measures are "
                    "open. Mark them as done, or take them out.",
                    analysis=self.display_name,
                    count=self.measure_count,
                )
            )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _tell_title(self):
        """What it is called unless somebody says otherwise, in the current language."""
        return self.env._("Gap Analysis: %(period)s", period=self._tell_own_period())

    def _is_named_after_period(self):
        return self.name == self._tell_title()

    def _name_after_period(self):
        """In every language; the one of the context is written like any other."""
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        for analysis in self.sudo():
            analysis.name = analysis.with_context(lang="en_US")._tell_title()
            titles = {
                code: analysis.with_context(lang=code)._tell_title() for code in langs
            }
            analysis.update_field_translations("name", titles)

    def _hand_over(self):
        """The review is on the list of who is its manager now."""
        for analysis in self.sudo():
            activity = analysis.review_activity_id.filtered("active")
            if activity and analysis.manager_id:
                activity.user_id = analysis.manager_id
