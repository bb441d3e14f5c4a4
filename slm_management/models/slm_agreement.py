# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine import Terms, most_specific

#: A target line as :func:`most_specific` reads it.
TargetLine = namedtuple("TargetLine", "service process_kind priority target")


class SlmAgreement(models.Model):
    """A promise on services, in one version.

    An SLA is a promise to a customer, an OLA one of an internal team, a UC one of a
    supplier. What is in force does not change: a new version is drafted, and when that
    one is approved the old one ends the day before it starts. Tickets keep the version
    that they were opened under, unless the manager applies the new one to them.
    """

    _name = "slm.agreement"
    _description = "Service Level Agreement"
    _inherit = [
        "slm.naming.mixin",
        "slm.code.mixin",
        "slm.revision.mixin",
        "slm.summary.mixin",
        "slm.term.mixin",
        "slm.desk.thread",
    ]
    _check_company_auto = True
    _order = "sequence, date_start desc, id desc"
    _rec_names_search = ["code", "name"]
    _requester_fields = frozenset(
        {
            "name",
            "code",
            "kind",
            "description",
            "deliverables",
            "version",
            "state",
            "sequence",
            "date_start",
            "date_end",
            "hours_grid",
            "day_minutes",
            "availability_target",
            "attainment_target",
            "active",
        }
    )

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    kind = fields.Selection(
        [("sla", "SLA"), ("ola", "OLA"), ("uc", "UC")],
        required=True,
        default="sla",
        index=True,
        help="SLA: with a customer. OLA: with an internal team; its clocks run while "
        "the team holds a ticket. UC: with a supplier; its clocks run while a ticket "
        "waits for that supplier.",
    )
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    previous_version_id = fields.Many2one(
        "slm.agreement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    next_version_ids = fields.One2many(
        "slm.agreement", "previous_version_id", string="Next Versions", readonly=True
    )
    sequence = fields.Integer(
        default=10,
        help="Of several agreements that fit a ticket equally well, the first one "
        "holds.",
    )
    description = fields.Html(translate=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Partner",
        index="btree_not_null",
        help="The customer who signed, or the supplier. Whom an SLA covers is said by "
        "its publication.",
    )
    team_id = fields.Many2one(
        "helpdesk.ticket.team",
        string="Team",
        index="btree_not_null",
        ondelete="restrict",
        help="The internal team that promises it.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Service Hours",
        required=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: (
            self.env.company.slm_calendar_id or self.env.company.resource_calendar_id
        ),
        domain="[('company_id', 'in', [False, company_id]), "
        "('flexible_hours', '=', False)]",
        help="The hours in which the clocks of this agreement run.",
    )
    calendar_warning = fields.Char(compute="_compute_calendar_warning")
    hours_grid = fields.Json(
        string="Week of Service Hours",
        compute="_compute_hours_grid",
        compute_sudo=True,
        help="The hours themselves, as requesters see no working times.",
    )
    day_minutes = fields.Integer(
        string="Minutes of a Day",
        compute="_compute_day_minutes",
        compute_sudo=True,
        help="What a day means in a target: the average day of the service hours.",
    )
    service_ids = fields.Many2many(
        "slm.service", string="Services", help="Empty: all services."
    )
    process_kind_ids = fields.Many2many(
        "slm.process.kind",
        string="Process Kinds",
        help="Without kinds and processes it is for all kinds.",
    )
    process_ids = fields.Many2many(
        "slm.process",
        string="Processes",
        help="Single processes that are covered beside the kinds, in all versions.",
    )
    manager_id = fields.Many2one(
        "res.users",
        string="Service Level Manager",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    date_start = fields.Date(
        string="Valid from",
        required=True,
        default=fields.Date.context_today,
    )
    date_end = fields.Date(
        string="Valid until",
        help="The last day on which it is valid. Empty: until further notice.",
    )
    date_stop = fields.Date(
        string="Drawn until",
        compute="_compute_date_stop",
        search="_search_date_stop",
        help="Where a calendar ends it: without an end, with the next year.",
    )
    reminder_days = fields.Integer(
        string="Remind before the End (days)",
        default=30,
        help="How long before its end the service level manager is reminded. 0: on the "
        "last day.",
    )
    reminded_for = fields.Date(
        readonly=True,
        copy=False,
        help="The end of which the service level manager has been reminded.",
    )
    availability_target = fields.Float(
        string="Availability (%)",
        digits=(6, 3),
        help="Share of the service hours in which the services are to be available. "
        "0: nothing is promised.",
    )
    attainment_target = fields.Float(
        string="Attainment (%)",
        digits=(6, 3),
        help="Share of the clocks that are to be met in a period. 0: nothing is "
        "promised.",
    )
    deliverables = fields.Html(
        translate=True,
        help="What is delivered beside the services themselves, such as service "
        "reports: what, when and to whom.",
    )
    escalation_policy_id = fields.Many2one(
        "slm.escalation.policy",
        string="Escalation",
        ondelete="restrict",
        check_company=True,
        help="The ladder of steps that are taken as a target is used up. Empty: none.",
    )
    pause_supplier = fields.Boolean(
        string="Pause while waiting for a supplier",
        help="If set, the clocks stand while a ticket waits for a supplier.",
    )
    risk_percent = fields.Integer(
        string="At risk from (%)",
        default=lambda self: self.env.company.slm_risk_percent,
        help="Share of a target from which a ticket is shown as at risk.",
    )
    target_ids = fields.One2many(
        "slm.target", "agreement_id", string="Targets", copy=True
    )
    publication_ids = fields.One2many(
        "slm.publication", "agreement_id", string="Publication", copy=True
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "In Review"),
            ("active", "Active"),
            ("expired", "Expired"),
            ("terminated", "Terminated"),
        ],
        required=True,
        default="draft",
        copy=False,
        index=True,
    )
    active = fields.Boolean(default=True)
    ticket_ids = fields.One2many(
        "helpdesk.ticket", "slm_agreement_id", string="Tickets"
    )
    ticket_count = fields.Integer(compute="_compute_ticket_count")

    _code_uniq = models.UniqueIndex(
        "(code, company_id, version)",
        "The code of an agreement must be unique in its company.",
    )
    _target_percent_range = models.Constraint(
        "CHECK(availability_target BETWEEN 0 AND 100 "
        "AND attainment_target BETWEEN 0 AND 100)",
        "Availability and attainment are shares from 0 to 100 percent.",
    )
    _reminder_days_not_negative = models.Constraint(
        "CHECK(reminder_days >= 0)",
        "The lead time of a reminder can not be negative.",
    )
    _risk_percent_range = models.Constraint(
        "CHECK(risk_percent BETWEEN 1 AND 100)",
        "The share from which a ticket is at risk lies between 1 and 100 percent.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for agreement in self:
            if agreement.date_end and agreement.date_end < agreement.date_start:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s would end on %(end)s, before it starts on "
                        "%(start)s. Correct one of the dates.",
                        agreement=agreement.display_name,
                        end=agreement.date_end,
                        start=agreement.date_start,
                    )
                )

    @api.constrains("calendar_id")
    def _check_calendar_id(self):
        for agreement in self:
            if problem := agreement.calendar_id.sudo()._slm_problem():
                raise ValidationError(
                    self.env._(
                        "%(agreement)s can not use the service hours “%(calendar)s”: "
                        "%(problem)s",
                        agreement=agreement.display_name,
                        calendar=agreement.calendar_id.display_name,
                        problem=problem,
                    )
                )

    @api.constrains("service_ids")
    def _check_service_ids(self):
        self.target_ids._check_service()

    @api.constrains("state", "target_ids")
    def _check_target_ids(self):
        for agreement in self:
            if agreement.state == "active" and not agreement.target_ids:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s has no targets, so it promises nothing. Add a "
                        "target or load a service level before it is activated.",
                        agreement=agreement.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("calendar_id")
    def _compute_calendar_warning(self):
        for agreement in self:
            problem = agreement.calendar_id.sudo()._slm_problem()
            agreement.calendar_warning = problem

    @api.depends("calendar_id.slm_week_grid")
    @api.depends_context("lang")
    def _compute_hours_grid(self):
        for agreement in self:
            agreement.hours_grid = agreement.calendar_id.slm_week_grid

    @api.depends("calendar_id.hours_per_day")
    def _compute_day_minutes(self):
        for agreement in self:
            hours = agreement.calendar_id.hours_per_day
            agreement.day_minutes = round(hours * 60) or 24 * 60

    @api.depends("date_start", "date_end")
    def _compute_date_stop(self):
        today = fields.Date.context_today(self)
        for agreement in self:
            begins = max(today, agreement.date_start or today)
            next_year = begins + relativedelta(years=1, month=12, day=31)
            agreement.date_stop = agreement.date_end or next_year

    def _search_date_stop(self, operator, value):
        if operator != ">=":
            return NotImplemented
        return Domain("date_end", "=", False) | Domain("date_end", operator, value)

    def _compute_ticket_count(self):
        counts = dict(
            self.env["helpdesk.ticket"]._read_group(
                [("slm_agreement_id", "in", self.ids)],
                ["slm_agreement_id"],
                ["__count"],
            )
        )
        for agreement in self:
            agreement.ticket_count = counts.get(agreement, 0)

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """A new agreement covers its customer, unless somebody says otherwise."""
        consumers = self.publication_ids.filtered(lambda line: line.role == "consumer")
        if self.partner_id and not consumers:
            line = {"role": "consumer", "partner_id": self.partner_id.id}
            self.publication_ids = [fields.Command.create(line)]

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        # Targets may all go before others come: the constraint looks at the end.
        written = self.with_context(slm_agreement_written=True)
        res = super(SlmAgreement, written).write(vals)
        # Who may write drafts only can not put them in force either.
        self.check_access("write")
        if "calendar_id" in vals:
            self.calendar_id._slm_replan_later()
        return res

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_activate(self):
        """Put agreements in force; tickets created from now on get them."""
        self.write({"state": "active"})

    def action_draft(self):
        self.write({"state": "draft"})

    def action_terminate(self):
        self.write({"state": "terminated"})

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.helpdesk_ticket_action_all"
        )
        return dict(action, domain=[("slm_agreement_id", "in", self.ids)])

    def action_load_levels(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "slm.load.levels",
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Load Service Levels"),
            "context": {"default_agreement_id": self.id},
        }

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_published_domain(self, user):
        """SLAs in force whose consumer lines cover the user's contact."""
        partner = user.partner_id.id
        above = self.env["slm.matcher"]._get_chains([partner]).get(partner, [])
        lines = self.env["slm.publication"].sudo()
        covering = lines._read_group(
            Domain("role", "=", "consumer")
            & Domain("partner_id", "in", [False, *above])
            & Domain("agreement_id", "!=", False),
            ["agreement_id"],
        )
        return (
            Domain("id", "in", [agreement.id for [agreement] in covering])
            & Domain("kind", "=", "sla")
            & Domain("state", "=", "active")
            & Domain("active", "=", True)
            & self._get_valid_domain(user.company_ids)
        )

    @api.model
    def _get_valid_domain(self, companies):
        """What is valid today, where each of the companies is."""
        matcher, now = self.env["slm.matcher"], fields.Datetime.now()
        days = companies.grouped(lambda company: matcher._get_day(now, company))
        return Domain.OR(
            Domain("company_id", "in", members.ids)
            & Domain("date_start", "<=", day)
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", day))
            for day, members in days.items()
        )

    def _get_last_day(self):
        """The last day on which it is valid, or False; an expired one is over."""
        self.ensure_one()
        if self.state != "expired":
            return self.date_end
        yesterday = fields.Date.today() - timedelta(days=1)
        return min(self.date_end or yesterday, yesterday)

    def _covers(self, partner):
        """Whether it is published to a contact: to him, to somebody above, to all.

        Somebody may have chosen it by hand for a ticket of another customer.
        """
        self.ensure_one()
        chains = self.env["slm.matcher"]._get_chains(partner.ids)
        covered = {False, *chains.get(partner.id, ())}
        lines = self.publication_ids.filtered(lambda line: line.role == "consumer")
        return not covered.isdisjoint(line.partner_id.id for line in lines)

    def _get_terms(self, service_id, process_kind, priority):
        """What the agreement promises a ticket, as :class:`~..engine.Terms`.

        :param service_id: id or False, as ``process_kind`` and ``priority``
        """
        self.ensure_one()
        lines = [
            TargetLine(
                target.service_id.id, target.process_kind, target.priority, target
            )
            for target in self.target_ids
        ]
        best = most_specific(lines, service_id, process_kind, priority)
        return Terms(
            agreement=self.id,
            targets=best.target._seconds_by_metric() if best else {},
            pause_supplier=self.pause_supplier,
            risk_percent=self.risk_percent,
        )
