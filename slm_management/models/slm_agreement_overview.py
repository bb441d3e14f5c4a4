# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain


class SlmAgreementOverview(models.AbstractModel):
    """What screens show around an agreement: its tickets and clocks, who took its
    place, how long a calendar draws it."""

    _name = "slm.agreement.overview"
    _description = "What Stands around an Agreement"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    ticket_count = fields.Integer(
        string="Number of Tickets",
        compute="_compute_ticket_count",
        help="Tickets for which it is in force; of an OLA or UC, those that it has "
        "clocks on.",
    )
    clock_count = fields.Integer(
        string="Number of Clocks", compute="_compute_clock_count"
    )
    contract_count = fields.Integer(
        string="Number of Contracts", compute="_compute_contract_count"
    )
    service_count = fields.Integer(
        string="Number of Services", compute="_compute_service_count"
    )
    replaced_by_id = fields.Many2one(
        "slm.agreement", string="Replaced by", compute="_compute_replaced_by_id"
    )
    replaced_from = fields.Date(compute="_compute_replaced_by_id")
    escalation_step_ids = fields.Many2many(
        "slm.escalation.step",
        string="Escalation Steps",
        compute="_compute_escalation_step_ids",
    )
    date_stop = fields.Date(
        string="Drawn until",
        compute="_compute_date_stop",
        search="_search_date_stop",
        help="Where a calendar ends it: without an end, with the next year.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    def _compute_ticket_count(self):
        slas = self.filtered(lambda agreement: agreement.kind == "sla")
        tickets = self.env["helpdesk.ticket"]._read_group(
            [("slm_agreement_id", "in", slas.ids)], ["slm_agreement_id"], ["__count"]
        )
        counts = dict(tickets) | (self - slas)._count_clocks("ticket_id:count_distinct")
        for agreement in self:
            agreement.ticket_count = counts.get(agreement, 0)

    def _compute_clock_count(self):
        counts = self._count_clocks("__count")
        for agreement in self:
            agreement.clock_count = counts.get(agreement, 0)

    def _count_clocks(self, aggregate):
        return dict(
            self.env["slm.clock"]._read_group(
                [("agreement_id", "in", self.ids)], ["agreement_id"], [aggregate]
            )
        )

    @api.depends("contract_ids")
    def _compute_contract_count(self):
        for agreement in self:
            agreement.contract_count = len(agreement.contract_ids)

    @api.depends("service_ids")
    def _compute_service_count(self):
        for agreement in self:
            agreement.service_count = len(agreement.service_ids)

    @api.depends("next_version_ids.state", "next_version_ids.date_start")
    def _compute_replaced_by_id(self):
        for agreement in self:
            later = agreement.next_version_ids.filtered(
                lambda version: version.state not in version._drafting
            )[:1]
            agreement.replaced_by_id = later
            agreement.replaced_from = later.date_start

    @api.depends("escalation_policy_id.step_ids")
    def _compute_escalation_step_ids(self):
        for agreement in self:
            agreement.escalation_step_ids = agreement.escalation_policy_id.step_ids

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

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_tickets(self):
        self.ensure_one()
        name = (
            "slm_agreement_id" if self.kind == "sla" else "slm_clock_ids.agreement_id"
        )
        return self._prepare_view(
            "helpdesk_ticket_action_all", Domain(name, "=", self.id)
        )

    def action_view_clocks(self):
        self.ensure_one()
        return self._prepare_view(
            "slm_clock_action", Domain("agreement_id", "=", self.id)
        )

    def action_view_contracts(self):
        self.ensure_one()
        return self._prepare_view(
            "slm_contract_action", Domain("agreement_ids", "in", self.ids)
        )

    def action_view_services(self):
        self.ensure_one()
        domain = Domain("id", "in", self.service_ids.ids)
        action = self._prepare_view("slm_service_action", domain)
        # Also those that have been archived since are covered.
        return dict(action, context={"active_test": False})

    def _prepare_view(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"slm_management.{name}")
        return dict(action, domain=list(domain), context={})
