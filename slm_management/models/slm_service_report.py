# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

MANAGER = "slm_management.group_slm_manager"
#: what says which figures are taken
PARAMETERS = frozenset(
    {
        "company_id",
        "period",
        "date_from",
        "date_to",
        "audience",
        "partner_id",
        "service_ids",
        "customer_ids",
        "team_ids",
        "expiring_days",
    }
)
#: what computing and publishing write down, and nobody else
SEAL = {
    "state": "draft",
    "version": 1,
    "previous_version_id": False,
    "content": False,
    "computed_at": False,
    "published_on": False,
    "published_by_id": False,
    "schedule_id": False,
}
#: what of a published report goes on: its chatter
CHATTER = ("message_", "activity_", "website_message_")


class SlmServiceReport(models.Model):
    """What was delivered in a period, for the provider or for one customer.

    A snapshot: the figures are taken when it is made, and again on demand, as long as
    it is a draft. Once a manager has published it nothing of it changes any more, with
    whatever rights; a correction is a new version.
    """

    _name = "slm.service.report"
    _description = "Service Report"
    _inherit = [
        "slm.service.report.content",
        "slm.service.report.teller",
        "slm.period.mixin",
        "slm.report.file.mixin",
        "slm.version.mixin",
        "slm.naming.mixin",
        "slm.code.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "date_to desc, id desc"
    _rec_names_search = ["code", "name", "partner_id"]
    _content = PARAMETERS | {"name", "code"}
    _naming = ("many2one", "many2many")

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(
        string="Title",
        help="Empty: the customer and the period say it, in the language of the "
        "reader.",
    )
    audience = fields.Selection(
        [("provider", "Provider"), ("customer", "Customer")],
        required=True,
        default="customer",
        help="Customer: only tickets and agreements of that customer, and nothing of "
        "what is internal.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="An organisation, a department or a person; all below are included.",
    )
    # who archives or deletes the only one would have figures of all in a new version
    service_ids = fields.Many2many(
        "slm.service",
        string="Services",
        ondelete="restrict",
        context={"active_test": False},
        check_company=True,
        help="Empty: all services.",
    )
    customer_ids = fields.Many2many(
        "res.partner",
        "slm_service_report_customer_rel",
        string="Customers",
        ondelete="restrict",
        context={"active_test": False},
        check_company=True,
        help="Of whom the provider reports. Empty: of all.",
    )
    team_ids = fields.Many2many(
        "helpdesk.ticket.team",
        string="Teams",
        ondelete="restrict",
        context={"active_test": False},
        check_company=True,
        help="Empty: all teams.",
    )
    expiring_days = fields.Integer(
        string="Days to Look Ahead",
        default=90,
        help="Agreements and contracts of the company that end within so many days "
        "after the period are listed, in the provider's view only. 0: none.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
    )
    previous_version_id = fields.Many2one(
        "slm.service.report",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    next_version_ids = fields.One2many(
        "slm.service.report",
        "previous_version_id",
        string="Next Versions",
        readonly=True,
    )
    content = fields.Json(readonly=True, copy=False)
    document = fields.Json(
        compute="_compute_document",
        help="What the report says, in the language of the reader.",
    )
    period_text = fields.Char(string="Period", compute="_compute_period_text")
    is_period_over = fields.Boolean(compute="_compute_is_period_over")
    computed_at = fields.Datetime(string="Figures of", readonly=True, copy=False)
    published_on = fields.Datetime(readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    schedule_id = fields.Many2one(
        "slm.report.schedule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    delivery_ids = fields.One2many(
        "slm.report.delivery", "report_id", string="Deliveries", readonly=True
    )
    line_ids = fields.One2many(
        "slm.service.report.line", "report_id", string="Rows", readonly=True
    )
    late_ids = fields.One2many(
        "slm.service.report.line",
        "report_id",
        string="Breaches",
        domain=[("outcome", "!=", "excluded")],
        copy=False,
    )
    excluded_ids = fields.One2many(
        "slm.service.report.line",
        "report_id",
        string="Exclusions",
        domain=[("outcome", "=", "excluded")],
        copy=False,
    )

    _code_uniq = models.UniqueIndex(
        "(code, company_id, version)",
        "The code of a report must be unique in its company.",
    )
    # Whoever drafts at the same time is stopped by this.
    _draft_uniq = models.UniqueIndex(
        "(code, company_id) WHERE state = 'draft'",
        "Somebody has just drafted a version of this report. Open that one.",
    )
    # Two jobs at once do not make a period twice.
    _schedule_uniq = models.UniqueIndex(
        "(schedule_id, date_to) WHERE previous_version_id IS NULL",
        "A schedule reports each period once. Make a new version of that report.",
    )
    _expiring_days_positive = models.Constraint(
        "CHECK(expiring_days >= 0)", "The days to look ahead can not be negative."
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("audience", "partner_id")
    def _check_customer(self):
        for report in self:
            if report.audience == "customer" and not report.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(report)s is for a customer, but names none. Choose the "
                        "customer, or make it a report for the provider.",
                        report=report.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends(
        "name", "code", "version", "partner_id", "audience", "period", "date_from"
    )
    @api.depends_context("lang")
    def _compute_display_name(self):
        super()._compute_display_name()
        if self.env.context.get("import_compat"):
            return
        for report in self.filtered("date_from"):
            version = f" (v{report.version})" if report.version > 1 else ""
            code = f"[{report.code}] " if report.code else ""
            report.display_name = f"{code}{report._get_title()}{version}"

    @api.depends("content", "state", "line_ids")
    @api.depends_context("lang")
    def _compute_document(self):
        for report in self:
            report.document = report._get_screen_document()

    @api.depends("period", "date_from", "date_to", "company_id")
    @api.depends_context("lang")
    def _compute_period_text(self):
        for report in self:
            days = report.date_from and report.date_to
            report.period_text = days and report._tell_report_period()

    @api.depends("date_to", "company_id")
    def _compute_is_period_over(self):
        for report in self:
            report.is_period_over = report._is_period_over()

    @api.onchange("audience")
    def _onchange_audience(self):
        if self.audience == "provider":
            self.partner_id = False
        else:
            self.customer_ids = self.team_ids = False

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [vals | SEAL for vals in vals_list]
        reports = super().create(vals_list)
        reports._compute_figures()
        return reports

    def write(self, vals):
        self.check_access("write")
        if any(not name.startswith(CHATTER) for name in vals):
            self._check_changeable()
            self._check_unsealed(vals)
        res = super().write(vals)
        if PARAMETERS & vals.keys():
            self._compute_figures()
        return res

    def copy_data(self, default=None):
        """Without a title, the copy has none, either."""
        return [
            vals if report.name else dict(vals, name=False)
            for report, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _check_unsealed(self, vals):
        """What computing and publishing write down is not written by anybody else."""
        if not self.env.su and (sealed := vals.keys() & SEAL.keys()):
            raise AccessError(
                self.env._(
                    "%(fields)s of %(reports)s are not written: compute the report, "
                    "publish it, or make a new version.",
                    fields=", ".join(sorted(sealed)),
                    reports=", ".join(self.mapped("display_name")),
                )
            )

    def _get_frozen_message(self):
        return self.env._(
            "%(report)s has been published and does not change any more, nor is it "
            "deleted. Make a new version of it.",
            report=self.display_name,
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_compute(self):
        """Take the figures of drafts again."""
        self._check_changeable()
        self._compute_figures()

    def action_publish(self):
        """From now on nothing of it changes any more, and those whom it is for see it.

        Managers only; the superuser does so for schedules.
        """
        self._check_manager()
        self._check_changeable()
        for report in self:
            report._check_over()
        # figures of a period that still went on are not all of it
        self.filtered(lambda r: not (r.content or {}).get("over"))._compute_figures()
        self._lock()
        self.sudo().write(
            {
                "state": "published",
                "published_on": fields.Datetime.now(),
                "published_by_id": self.env.uid,
            }
        )
        # the unique index looks at rows, and a new version may come next
        self.flush_recordset()
        self.env["slm.report.delivery"]._deliver(self)

    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            self.check_access("read")  # first, as the error names them
            raise AccessError(
                self.env._(
                    "Only a service level manager publishes reports: %(reports)s.",
                    reports=", ".join(self.mapped("display_name")),
                )
            )

    def _check_over(self):
        if not self._is_period_over():
            raise UserError(
                self.env._(
                    "%(report)s can not be published yet: its period lasts until "
                    "%(day)s. Publish it when that day is over.",
                    report=self.display_name,
                    day=format_date(self.env, self.date_to),
                )
            )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _compute_figures(self):
        """Take rows and content of drafts; in a bounded number of queries for each."""
        for report in self.sudo():
            report._lock()
            self.env["slm.service.report.line"].sudo()._take_lines(report)
            content = report._take_content()
            report.write({"content": content, "computed_at": fields.Datetime.now()})

    def _lock(self):
        """Nobody publishes what somebody else is changing."""
        self.flush_recordset()
        self.sudo().lock_for_update(allow_referencing=True)

    def _is_period_over(self):
        today = self.env["slm.matcher"]._get_day(
            fields.Datetime.now(), self.company_id or self.env.company
        )
        return bool(self.date_to and self.date_to < today)

    def _create_next_version(self):
        """As superuser: people do not say which version it is."""
        self.browse().check_access("create")
        newest = self._get_versions()[0].sudo()
        return newest.copy(newest._prepare_next_version_vals()).sudo(False)

    def _prepare_next_version_vals(self):
        # whoever got this version gets the next one
        schedule = {"schedule_id": self.schedule_id.id}
        return SEAL | schedule | super()._prepare_next_version_vals()

    def _get_screen_document(self):
        return self._get_document()
