# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple
from datetime import timedelta

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
    _description = "Agreement"
    _inherit = [
        "slm.agreement.life",
        "slm.agreement.overview",
        "slm.consistency.mixin",
        "slm.version.mixin",
        "slm.term.mixin",
        "slm.naming.mixin",
        "slm.code.mixin",
        "slm.revision.mixin",
        "slm.summary.mixin",
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

    _drafting = frozenset({"draft", "review"})
    _content = frozenset(
        {
            "kind",
            "code",
            "version",
            "previous_version_id",
            "company_id",
            "name",
            "description",
            "deliverables",
            "partner_id",
            "team_id",
            "calendar_id",
            "service_ids",
            "process_ids",
            "process_kind_ids",
            "pause_supplier",
            "availability_target",
            "attainment_target",
            "date_start",
            "target_ids",
        }
    )
    _revised = dict.fromkeys(
        (
            "code",
            "version",
            "kind",
            "name",
            "state",
            "description",
            "deliverables",
            "partner_id",
            "team_id",
            "calendar_id",
            "process_kind_ids",
            "process_ids",
            "manager_id",
            "date_start",
            "date_end",
            "reminder_days",
            "availability_target",
            "attainment_target",
            "pause_supplier",
            "risk_percent",
            "escalation_policy_id",
            "sequence",
            "target_ids",
            "publication_ids",
            "active",
        )
    ) | {"service_ids": "agreement_ids", "contract_ids": "agreement_ids"}

    _decisive = frozenset(
        {
            "kind",
            "state",
            "active",
            "company_id",
            "partner_id",
            "team_id",
            "calendar_id",
            "service_ids",
            "process_kind_ids",
            "process_ids",
            "date_start",
            "date_end",
            "sequence",
            "pause_supplier",
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
    contract_ids = fields.Many2many(
        "slm.contract",
        "slm_agreement_contract_rel",
        "agreement_id",
        "contract_id",
        string="Contracts",
        copy=False,
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="The legal papers that carry it.",
    )
    active = fields.Boolean(default=True)
    ticket_ids = fields.One2many(
        "helpdesk.ticket", "slm_agreement_id", string="Tickets"
    )
    conflict_ids = fields.One2many(
        "slm.agreement.conflict",
        "agreement_id",
        string="Inconsistent Promises",
        readonly=True,
        help="What is promised here and can not be kept by the OLAs and UCs behind it.",
    )
    conflict_count = fields.Integer(
        string="Number of Inconsistent Promises", compute="_compute_conflict_count"
    )
    conflict_notice = fields.Html(
        string="What Can Not Be Kept",
        compute="_compute_conflict_notice",
        sanitize=False,
    )

    _code_uniq = models.UniqueIndex(
        "(code, company_id, version)",
        "The code of an agreement must be unique in its company.",
    )
    # Whoever drafts at the same time is stopped by this.
    _draft_uniq = models.UniqueIndex(
        "(code, company_id) WHERE state IN ('draft', 'review')",
        "Another version of this agreement is being drafted already. Open that one "
        "and go on with it.",
    )
    _target_percent_range = models.Constraint(
        "CHECK(availability_target BETWEEN 0 AND 100 "
        "AND attainment_target BETWEEN 0 AND 100)",
        "Availability and attainment are shares from 0 to 100 percent.",
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

    @api.constrains("contract_ids", "kind")
    def _check_contract_ids(self):
        self.sudo().contract_ids._check_agreement_kinds()

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

    def _compute_conflict_count(self):
        conflicts = self.env["slm.agreement.conflict"]._read_group(
            [("agreement_id", "in", self.ids)], ["agreement_id"], ["__count"]
        )
        counts = dict(conflicts)
        for agreement in self:
            agreement.conflict_count = counts.get(agreement._origin, 0)

    @api.depends_context("lang")
    def _compute_conflict_notice(self):
        conflicts = self.env["slm.agreement.conflict"]
        found = conflicts.search([("agreement_id", "in", self.ids)])
        by_agreement = found.grouped("agreement_id")
        for agreement in self:
            mine = by_agreement.get(agreement._origin, conflicts)
            agreement.conflict_notice = mine._get_notice() if mine else False

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind != "ola":
            self.team_id = False

    @api.onchange("kind", "company_id")
    def _onchange_escalation(self):
        """A new agreement is offered the ladder that is shipped."""
        ladder = self.env.ref(
            "slm_management.slm_escalation_policy_default", raise_if_not_found=False
        )
        if ladder and ladder.active and not (self._origin or self.escalation_policy_id):
            self.escalation_policy_id = ladder

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """A new SLA covers its customer, unless somebody says otherwise."""
        if self.kind != "sla":
            return
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
        if vals.keys() & {"calendar_id", "escalation_policy_id"}:
            self.calendar_id._slm_replan_later()
        return res

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_conflicts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_agreement_conflict_action"
        )
        return dict(action, domain=[("agreement_id", "in", self.ids)], context={})

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
        yesterday = self._get_today() - timedelta(days=1)
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

    def _get_rechecked(self):
        """An OLA or UC may matter to any SLA of its company."""
        slas = self.filtered(lambda agreement: agreement.kind == "sla")
        return slas, (self - slas).company_id

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
