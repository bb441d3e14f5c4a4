# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class SlmConfigurationItem(models.Model):
    """A component that services need: for the desk only, never for requesters."""

    _name = "slm.configuration.item"
    _description = "Configuration Item"
    _inherit = [
        "slm.consistency.mixin",
        "slm.naming.mixin",
        "slm.code.mixin",
        "slm.revision.mixin",
        "slm.proposal.mixin",
        "slm.warranty.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "code, id"
    _rec_names_search = ["code", "name", "serial"]
    _proposed_by = {"slm_picked_service": "service_ids"}
    _decisive = frozenset(
        {"supplier_id", "service_ids", "status", "active", "company_id"}
    )
    _revised = {
        "code": None,
        "name": None,
        "type_id": None,
        "status": None,
        "criticality": None,
        "owner_id": None,
        "supplier_id": None,
        "service_ids": "configuration_item_ids",
        "contract_ids": "configuration_item_ids",
        "relation_ids": None,
        "reverse_relation_ids": None,
        "active": None,
    }

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(required=True)
    type_id = fields.Many2one(
        "slm.configuration.item.type",
        string="Type",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    status = fields.Selection(
        [
            ("planned", "Planned"),
            ("in_service", "In Service"),
            ("in_repair", "In Repair"),
            ("retired", "Retired"),
        ],
        required=True,
        default="in_service",
        index=True,
        help="A retired item carries nothing any more: it is not proposed on tickets, "
        "and no failure goes through it.",
    )
    criticality = fields.Selection(
        [("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Critical")],
        required=True,
        default="1",
        help="How much it matters if this item fails.",
    )
    owner_id = fields.Many2one(
        "res.partner",
        string="Owner",
        index="btree_not_null",
        ondelete="restrict",
        help="Who answers for the item, or whom it belongs to.",
    )
    location = fields.Char(help="Where it stands, for example a site, room or rack.")
    serial = fields.Char(string="Serial Number", index="btree_not_null")
    supplier_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        index="btree_not_null",
        ondelete="restrict",
        help="Who delivered it, and repairs it under warranty.",
    )
    purchase_date = fields.Date(string="Purchased on")
    warranty_date = fields.Date(
        string="Warranty until",
        help="The last day of the warranty. Empty: its contracts say it.",
    )
    description = fields.Html()
    service_ids = fields.Many2many(
        "slm.service",
        "slm_configuration_item_service_rel",
        "configuration_item_id",
        "service_id",
        string="Services",
        domain="[('company_id', '=', company_id)]",
        help="The services that use this item.",
    )
    contract_ids = fields.Many2many(
        "slm.contract",
        "slm_configuration_item_contract_rel",
        "configuration_item_id",
        "contract_id",
        string="Contracts",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="The contracts that cover it.",
    )
    contract_count = fields.Integer(
        string="Number of Contracts", compute="_compute_contract_count"
    )
    contract_briefs = fields.Json(
        string="Contracts in Force",
        compute="_compute_contract_briefs",
        help="What one has to know of the contracts that cover it and are in force.",
    )
    relation_ids = fields.One2many(
        "slm.configuration.item.relation",
        "source_id",
        string="Relations",
        help="What this item needs or belongs to.",
    )
    reverse_relation_ids = fields.One2many(
        "slm.configuration.item.relation",
        "target_id",
        string="Relations of Others",
        help="Which items need this one or belong to it.",
    )
    active = fields.Boolean(default=True)
    open_ticket_count = fields.Integer(
        string="Open Tickets", compute="_compute_open_ticket_count"
    )
    impact_summary = fields.Char(string="Impact", compute="_compute_impact")
    impact_item_ids = fields.Many2many(
        "slm.configuration.item",
        string="Touched Items",
        compute="_compute_impact",
        help="The items that do not work if this one fails, the closest first.",
    )
    impact_service_ids = fields.Many2many(
        "slm.service",
        string="Touched Services",
        compute="_compute_impact",
        help="The services that use one of these items, or depend on such a service, "
        "the closest first.",
    )
    impact_service_count = fields.Integer(
        string="Number of Touched Services", compute="_compute_impact"
    )
    impact_agreement_ids = fields.Many2many(
        "slm.agreement",
        string="Touched Agreements",
        compute="_compute_impact",
        help="The SLAs in force that cover one of these services.",
    )
    impact_partner_ids = fields.Many2many(
        "res.partner",
        string="Touched Customers",
        compute="_compute_impact",
        help="Who signed one of these agreements, or is named in its publication.",
    )
    impact_everybody = fields.Boolean(
        string="Touches Everybody",
        compute="_compute_impact",
        help="One of these agreements is published to everybody.",
    )

    _code_uniq = models.UniqueIndex(
        "(code, company_id)",
        "The code of a configuration item must be unique in its company.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("purchase_date", "warranty_date")
    def _check_dates(self):
        for item in self:
            purchase, warranty = item.purchase_date, item.warranty_date
            if purchase and warranty and warranty < purchase:
                raise ValidationError(
                    self.env._(
                        "The warranty of %(item)s would end on %(warranty)s, before it "
                        "was purchased on %(purchase)s. Correct one of the dates.",
                        item=item.display_name,
                        warranty=format_date(self.env, warranty),
                        purchase=format_date(self.env, purchase),
                    )
                )

    @api.constrains("service_ids", "company_id")
    def _check_companies(self):
        """What is of another company is not named: who writes may not see it."""
        for item in self.sudo().with_context(active_test=False):
            others = item.relation_ids.target_id | item.reverse_relation_ids.source_id
            if (item.service_ids.company_id | others.company_id) - item.company_id:
                raise ValidationError(
                    self.env._(
                        "%(item)s can only be linked to services and configuration "
                        "items of its own company. Choose others, or take these links "
                        "away before it moves to another company.",
                        item=item.display_name,
                    )
                )

    @api.constrains("company_id")
    def _check_ticket_companies(self):
        tickets = self.env["helpdesk.ticket"].sudo().with_context(active_test=False)
        for company, items in self.grouped("company_id").items():
            domain = [
                ("slm_configuration_item_ids", "in", items.ids),
                ("company_id", "!=", company.id),
            ]
            if ticket := tickets.search(domain, limit=1):
                item = (items & ticket.slm_configuration_item_ids)[:1]
                raise ValidationError(
                    self.env._(
                        "%(item)s can not move to another company: there are tickets "
                        "about it. Register it there as a new item.",
                        item=item.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("contract_ids", "company_id")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_contract_briefs(self):
        """Those in force, also of a form that is not saved yet."""
        for item in self:
            contracts = item.contract_ids._origin._filtered_access("read")
            company = item.company_id._origin
            binding = contracts.filtered(
                lambda contract, company=company: (
                    contract.active
                    and contract.is_binding
                    and contract.company_id == company
                )
            )
            item.contract_briefs = binding._get_briefs()

    @api.depends("contract_ids")
    def _compute_contract_count(self):
        for item in self:
            item.contract_count = len(item.contract_ids)

    def _compute_open_ticket_count(self):
        counts = dict(
            self.env["helpdesk.ticket"]._read_group(
                [
                    ("slm_configuration_item_ids", "in", self.ids),
                    ("closed", "=", False),
                ],
                ["slm_configuration_item_ids"],
                ["__count"],
            )
        )
        for item in self:
            item.open_ticket_count = counts.get(item._origin, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_impact(self):
        """As it is stored: what is being edited counts when it is saved."""
        impacts = self.env["slm.impact"]._get_impact_batch(self)
        for item, impact in impacts.items():
            item.impact_summary = self.env["slm.impact"]._tell(impact)
            item.impact_item_ids = impact.items
            item.impact_service_ids = impact.services
            item.impact_service_count = len(impact.services)
            item.impact_agreement_ids = impact.agreements
            item.impact_partner_ids = impact.partners
            item.impact_everybody = impact.everybody

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_relations(self):
        """Relations of a deleted item go with it, and the others' history says so."""
        (self.sudo().relation_ids | self.sudo().reverse_relation_ids).unlink()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.helpdesk_ticket_action_all"
        )
        domain = [("slm_configuration_item_ids", "in", self.ids)]
        return dict(action, domain=domain, context={"search_default_open": 1})

    def action_view_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_contract_action"
        )
        domain = [("configuration_item_ids", "in", self.ids)]
        return dict(action, domain=domain, context={})

    def action_view_impact(self):
        """The services that a failure of the item touches."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_service_action"
        )
        domain = [("id", "in", self.impact_service_ids.ids)]
        return dict(action, domain=domain, context={})

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _get_revised_value(self, name):
        if name != "reverse_relation_ids":
            return super()._get_revised_value(name)
        kinds = self._get_relation_labels("reverse_kind")
        return {
            line.id: f"{kinds[line.kind]}: {line.source_id.display_name}"
            for line in self.reverse_relation_ids
        }

    @api.model
    def _get_line_name(self, line):
        if line._name != "slm.configuration.item.relation":
            return super()._get_line_name(line)
        kinds = self._get_relation_labels("kind")
        return f"{kinds[line.kind]}: {line.target_id.display_name}"

    @api.model
    def _get_relation_labels(self, field_name):
        field = self.env["slm.configuration.item.relation"]._fields[field_name]
        return dict(field._description_selection(self.env))
