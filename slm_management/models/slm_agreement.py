# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import Terms, most_specific

#: A target line as :func:`most_specific` reads it.
TargetLine = namedtuple("TargetLine", "service process_kind priority target")


class SlmAgreement(models.Model):
    """A promise on services: an SLA with a customer."""

    _name = "slm.agreement"
    _description = "Service Level Agreement"
    _inherit = [
        "slm.naming.mixin",
        "slm.code.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "sequence, date_start desc, id desc"
    _rec_names_search = ["code", "name"]

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(tracking=True)
    kind = fields.Selection(
        [("sla", "SLA")],
        required=True,
        default="sla",
        help="SLA: with a customer.",
    )
    sequence = fields.Integer(
        default=10,
        help="Of several agreements that fit a ticket equally well, the first one "
        "holds.",
    )
    description = fields.Html(translate=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        tracking=True,
        help="The customer who signed. Whom the agreement covers is said by its "
        "publication.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Service Hours",
        required=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        default=lambda self: (
            self.env.company.slm_calendar_id or self.env.company.resource_calendar_id
        ),
        domain="[('company_id', 'in', [False, company_id]), "
        "('flexible_hours', '=', False)]",
        help="The hours in which the clocks of this agreement run.",
    )
    calendar_warning = fields.Char(compute="_compute_calendar_warning")
    day_minutes = fields.Integer(
        string="Minutes of a Day",
        compute="_compute_day_minutes",
        help="What a day means in a target: the average day of the service hours.",
    )
    service_ids = fields.Many2many(
        "slm.service", string="Services", help="Empty: all services."
    )
    process_kind_ids = fields.Many2many(
        "slm.process.kind", string="Process Kinds", help="Empty: all kinds."
    )
    manager_id = fields.Many2one(
        "res.users",
        string="Service Level Manager",
        tracking=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    date_start = fields.Date(
        string="Valid from",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    date_end = fields.Date(
        string="Valid until",
        tracking=True,
        help="The last day on which it is valid. Empty: until further notice.",
    )
    pause_supplier = fields.Boolean(
        string="Pause while waiting for a supplier",
        help="If set, the clocks stand while a ticket waits for a supplier.",
        tracking=True,
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
        tracking=True,
        index=True,
    )
    active = fields.Boolean(default=True)
    ticket_ids = fields.One2many(
        "helpdesk.ticket", "slm_agreement_id", string="Tickets"
    )
    ticket_count = fields.Integer(compute="_compute_ticket_count")

    _code_uniq = models.UniqueIndex(
        "(code, company_id)",
        "The code of an agreement must be unique in its company.",
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

    @api.depends("calendar_id.hours_per_day")
    def _compute_day_minutes(self):
        for agreement in self:
            hours = agreement.calendar_id.sudo().hours_per_day
            agreement.day_minutes = round(hours * 60) or 24 * 60

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
