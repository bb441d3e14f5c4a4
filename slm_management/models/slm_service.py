# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SlmService(models.Model):
    """A service that IT delivers: one line of the service catalogue."""

    _name = "slm.service"
    _description = "Service"
    _inherit = [
        "slm.naming.mixin",
        "slm.code.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "type_id, code, id"
    _rec_names_search = ["code", "name"]

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(tracking=True)
    type_id = fields.Many2one(
        "slm.service.type", string="Service Type", index=True, tracking=True
    )
    description = fields.Html(translate=True)
    manager_id = fields.Many2one(
        "res.users",
        string="Service Manager",
        tracking=True,
        domain=[("share", "=", False)],
    )
    team_ids = fields.Many2many(
        "helpdesk.ticket.team",
        string="Delivering Teams",
        help="The teams that deliver this service.",
    )
    active = fields.Boolean(default=True, tracking=True)
    agreement_ids = fields.Many2many("slm.agreement", string="Agreements", copy=False)
    agreement_count = fields.Integer(compute="_compute_agreement_count")
    open_ticket_count = fields.Integer(compute="_compute_open_ticket_count")

    _code_uniq = models.UniqueIndex(
        "(code, company_id)", "The code of a service must be unique in its company."
    )

    @api.depends("agreement_ids")
    def _compute_agreement_count(self):
        for service in self:
            service.agreement_count = len(service.agreement_ids)

    def _compute_open_ticket_count(self):
        counts = dict(
            self.env["helpdesk.ticket"]._read_group(
                [("slm_service_id", "in", self.ids), ("closed", "=", False)],
                ["slm_service_id"],
                ["__count"],
            )
        )
        for service in self:
            service.open_ticket_count = counts.get(service, 0)

    @api.model_create_multi
    def create(self, vals_list):
        services = super().create(vals_list)
        services._get_all_agreements().check_access("write")
        return services

    def write(self, vals):
        if "agreement_ids" not in vals:
            return super().write(vals)
        # A relation asks nobody: who may write drafts only can not add a service to
        # what is in force, nor take one away.
        before = {service: service._get_all_agreements() for service in self}
        res = super().write(vals)
        for service, agreements in before.items():
            after = service._get_all_agreements()
            ((agreements | after) - (agreements & after)).check_access("write")
        return res

    def _get_all_agreements(self):
        """Also archived ones, and those that the user does not see."""
        agreements = self.env["slm.agreement"].sudo().with_context(active_test=False)
        found = agreements.search([("service_ids", "in", self.ids)])
        return found.with_env(self.env)

    def action_view_agreements(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_agreement_action"
        )
        return dict(action, domain=[("service_ids", "in", self.ids)], context={})

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.helpdesk_ticket_action_all"
        )
        return dict(action, domain=[("slm_service_id", "in", self.ids)])
