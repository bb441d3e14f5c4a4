# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_date

from .slm_period_mixin import PERIODS
from .slm_report_recipients import Terms

#: what a change of means for whom the report may reach
ADDRESSING = ("company_id", "audience", "partner_id", "recipient_ids")
WAYS = ("by_email", "on_portal", "with_pdf", "with_xlsx")
LONGEST_DELAY = 90
#: between today and the first day that counts
FARTHEST = timedelta(days=5 * 366)


class SlmReportSchedule(models.Model):
    """Who gets which service report, and when.

    Each period that begins with its first one is reported once, when it is over for
    some days: see ``slm.report.schedule.run``. Quarters, half-years and years are those
    of the company's fiscal year, as in all reports.
    """

    _name = "slm.report.schedule"
    _description = "Schedule of Reports"
    _inherit = [
        "slm.report.recipients",
        "slm.report.schedule.run",
        "slm.naming.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "name, id"
    _naming = ("many2one", "many2many")

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(
        required=True,
        help="For those who work with it; recipients see the title of the report.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Publishes what waits for it, and is told of what could not be made or "
        "delivered. Recipients answer to this person.",
    )
    audience = fields.Selection(
        selection=lambda self: (
            self.env["slm.service.report"]
            ._fields["audience"]
            ._description_selection(self.env)
        ),
        required=True,
        default="customer",
        tracking=True,
        help="Customer: only tickets and agreements of that customer, and nothing of "
        "what is internal.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="An organisation, a department or a person; all below are included.",
    )
    # who archives or deletes the only one would have reports of all instead
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
        "slm_report_schedule_customer_rel",
        string="Customers",
        ondelete="restrict",
        context={"active_test": False},
        help="Of whom the provider reports. Empty: of all.",
    )
    team_ids = fields.Many2many(
        "helpdesk.ticket.team",
        string="Teams",
        ondelete="restrict",
        context={"active_test": False},
        help="Empty: all teams.",
    )
    period = fields.Selection(
        PERIODS,
        string="Length",
        required=True,
        default="month",
        tracking=True,
        help="Weeks begin on Mondays; quarters, half-years and years follow the fiscal "
        "year of the company.",
    )
    date_start = fields.Date(
        string="First Day That Counts",
        required=True,
        compute="_compute_date_start",
        store=True,
        readonly=False,
        precompute=True,
        help="The period in which it lies is the first one that is reported. Move it "
        "back to have past periods made up.",
    )
    delay_days = fields.Integer(
        string="Days After the End",
        required=True,
        default=1,
        help="So many days after the last day of a period its report is made: 1 is the "
        "first day after it. Later means that more of what is excluded afterwards is "
        "in it.",
    )
    recipient_ids = fields.Many2many(
        "res.partner",
        "slm_report_schedule_recipient_rel",
        string="Recipients",
        ondelete="restrict",
        required=True,
        context={"active_test": False},
        tracking=True,
        help="Contacts of the customer, and users who are administrators or managers "
        "of service levels.",
    )
    by_email = fields.Boolean(string="By E-Mail", default=True, tracking=True)
    with_pdf = fields.Boolean(string="Attach PDF", default=True)
    with_xlsx = fields.Boolean(string="Attach Spreadsheet", default=True)
    on_portal = fields.Boolean(
        string="Notice on the Portal",
        default=True,
        help="The report is shown as new on the portal until a recipient has opened "
        "it.",
    )
    is_automatic = fields.Boolean(
        string="Publish by Itself",
        default=True,
        tracking=True,
        help="If not, the report is made as a draft, and goes out when the responsible "
        "person publishes it.",
    )
    failure = fields.Text(
        readonly=True, copy=False, help="Why the last attempt to make a report failed."
    )
    retry_at = fields.Datetime(string="Tried Again at", readonly=True, copy=False)
    failure_activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    report_ids = fields.One2many("slm.service.report", "schedule_id", readonly=True)
    delivery_ids = fields.One2many("slm.report.delivery", "schedule_id", readonly=True)
    report_count = fields.Integer(compute="_compute_report_count")
    delivery_count = fields.Integer(compute="_compute_delivery_count")
    failed_count = fields.Integer(
        string="Failed Deliveries",
        compute="_compute_delivery_count",
        search="_search_failed_count",
    )
    next_date = fields.Date(
        string="Next Report on",
        compute="_compute_next",
        help="The day on which it is made.",
    )
    next_period = fields.Char(string="For", compute="_compute_next")

    _delay_range = models.Constraint(
        f"CHECK(delay_days BETWEEN 1 AND {LONGEST_DELAY})",
        f"A report is made between 1 and {LONGEST_DELAY} days after its period.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("audience", "partner_id")
    def _check_customer(self):
        for schedule in self:
            if schedule.audience == "customer" and not schedule.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(schedule)s: say which customer it reports about.",
                        schedule=schedule.name,
                    )
                )

    @api.constrains("audience", *WAYS)
    def _check_ways(self):
        for schedule in self:
            terms = schedule._get_terms()
            if not (terms.by_email or terms.on_portal):
                raise ValidationError(
                    self.env._(
                        "%(schedule)s: its reports would reach nobody. Send them by "
                        "e-mail, or announce those for a customer on the portal.",
                        schedule=schedule.name,
                    )
                )
            if terms.by_email and not (
                schedule.with_pdf or schedule.with_xlsx or terms.on_portal
            ):
                raise ValidationError(
                    self.env._(
                        "%(schedule)s: attach the PDF or the spreadsheet, or there is "
                        "nothing in its e-mails.",
                        schedule=schedule.name,
                    )
                )

    @api.constrains(*ADDRESSING, "by_email", "on_portal")
    def _check_recipients(self):
        for schedule in self:
            recipients, terms = schedule.recipient_ids, schedule._get_terms()
            if not recipients:
                raise ValidationError(
                    self.env._(
                        "%(schedule)s: choose who gets its reports.",
                        schedule=schedule.name,
                    )
                )
            found = [schedule._get_objection(partner, terms) for partner in recipients]
            if objections := "\n".join(filter(None, found)):
                raise ValidationError(
                    self.env._(
                        "%(schedule)s can not reach these recipients. Take them off "
                        "it, or mend their contacts.\n%(objections)s",
                        schedule=schedule.name,
                        objections=objections,
                    )
                )

    @api.constrains("date_start")
    def _check_date_start(self):
        """A slip of the pen would have reports of centuries made."""
        for schedule in self:
            today = schedule._get_today()
            if abs(schedule.date_start - today) > FARTHEST:
                raise ValidationError(
                    self.env._(
                        "%(schedule)s: %(day)s is too far from today. Choose a first "
                        "day within %(years)s years.",
                        schedule=schedule.name,
                        day=format_date(self.env, schedule.date_start),
                        years=FARTHEST.days // 366,
                    )
                )

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for schedule in self:
            if not schedule._is_reader(
                schedule.user_id.sudo().partner_id, schedule.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(schedule)s: %(user)s is no administrator or manager of "
                        "service levels in %(company)s. Choose another responsible.",
                        schedule=schedule.name,
                        user=schedule.user_id.name,
                        company=schedule.company_id.name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("period", "company_id")
    def _compute_date_start(self):
        """The period that runs now: nothing of the past goes out unless asked for."""
        for schedule in self:
            if schedule.period and schedule.company_id:
                schedule.date_start = schedule._get_period(schedule._get_today())[0]

    @api.depends(
        "active", "period", "date_start", "delay_days", "company_id", "report_ids"
    )
    @api.depends_context("lang")
    def _compute_next(self):
        for schedule, days in self._get_next_periods().items():
            schedule.next_date = days and schedule._get_due_day(days)
            schedule.next_period = days and schedule._tell_days(days)

    @api.depends("report_ids")
    def _compute_report_count(self):
        counts = dict(
            self.env["slm.service.report"]._read_group(
                [("schedule_id", "in", self.ids)], ["schedule_id"], ["__count"]
            )
        )
        for schedule in self:
            schedule.report_count = counts.get(schedule._origin, 0)

    @api.depends("delivery_ids.state")
    def _compute_delivery_count(self):
        rows = self.env["slm.report.delivery"]._read_group(
            [("schedule_id", "in", self.ids)], ["schedule_id", "state"], ["__count"]
        )
        counts = {(schedule, state): count for schedule, state, count in rows}
        for schedule in self:
            key = schedule._origin
            schedule.failed_count = counts.get((key, "failed"), 0)
            schedule.delivery_count = sum(
                counts.get((key, state), 0) for state in ("waiting", "sent", "failed")
            )

    def _search_failed_count(self, operator, value):
        """Only whether there are any."""
        if operator not in (">", "=", "!=", "in", "not in"):
            return NotImplemented
        zero = value in (0, False) or (operator in ("in", "not in") and 0 in value)
        if not zero:
            return NotImplemented
        failed = [("delivery_ids", "any", [("state", "=", "failed")])]
        wants_some = operator in (">", "!=", "not in")
        return failed if wants_some else ["!", *failed]

    @api.onchange("audience")
    def _onchange_audience(self):
        """What is for the other one goes."""
        if self.audience == "provider":
            self.partner_id = False
        else:
            self.customer_ids = self.team_ids = [Command.clear()]

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        schedules = super().create(vals_list)
        # a default would not have been looked at: it is no value that was given
        schedules._check_customer()
        schedules._check_ways()
        schedules._check_recipients()
        schedules._check_user()
        schedules._wake_cron()
        return schedules

    def write(self, vals):
        sleepers = self.filtered(lambda s: not s.active) if vals.get("active") else None
        res = super().write(vals)
        if sleepers and "date_start" not in vals:
            sleepers._skip_slept()
        if vals.keys() & {"active", "company_id", "period", "date_start", "delay_days"}:
            self._wake_cron()
        return res

    def _skip_slept(self):
        """What was due while it was archived is nothing that anybody waits for."""
        for schedule in self:
            coming = schedule._get_first_coming()[0]
            schedule.date_start = max(schedule.date_start, coming)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.filtered("report_ids")
        if used:
            raise UserError(
                self.env._(
                    "%(schedules)s: reports of it are there, and who got them is "
                    "written down here. Archive it instead.",
                    schedules=", ".join(used.mapped("name")),
                )
            )

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%(name)s (copy)", name=schedule.name))
            if "name" not in (default or {})
            else vals
            for schedule, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_reports(self):
        return self._prepare_action("slm_service_report_action")

    def action_view_deliveries(self):
        return self._prepare_action("slm_report_delivery_action")

    def action_view_failed(self):
        action = self._prepare_action("slm_report_delivery_action")
        return action | {"context": {"search_default_failed": 1}}

    def _prepare_action(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"slm_management.{name}")
        return action | {
            "domain": [("schedule_id", "=", self.id)],
            "context": {"create": False},
        }

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _get_terms(self):
        self.ensure_one()
        is_customers = self.audience == "customer"
        return Terms(
            self.company_id,
            self.partner_id if is_customers else self.partner_id.browse(),
            self.by_email,
            # what is the provider's own is never on the portal
            self.on_portal and is_customers,
        )
