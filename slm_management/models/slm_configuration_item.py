# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmConfigurationItem(models.Model):
    """A component that services need: for the desk only, never for requesters."""

    _name = "slm.configuration.item"
    _description = "Configuration Item"
    _inherit = [
        "slm.naming.mixin",
        "slm.code.mixin",
        "slm.revision.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "code, id"
    _rec_names_search = ["code", "name", "serial"]
    _revised = {
        "code": None,
        "name": None,
        "type_id": None,
        "status": None,
        "criticality": None,
        "owner_id": None,
        "supplier_id": None,
        "service_ids": "configuration_item_ids",
        "active": None,
    }

    name = fields.Char(required=True)
    type_id = fields.Many2one(
        "slm.configuration.item.type", string="Type", index=True, check_company=True
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
    )
    criticality = fields.Selection(
        [("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Critical")],
        required=True,
        default="1",
    )
    owner_id = fields.Many2one(
        "res.partner", string="Owner", index="btree_not_null", ondelete="restrict"
    )
    location = fields.Char()
    serial = fields.Char(string="Serial Number", index="btree_not_null")
    supplier_id = fields.Many2one(
        "res.partner", string="Supplier", index="btree_not_null", ondelete="restrict"
    )
    purchase_date = fields.Date(string="Purchased on")
    warranty_date = fields.Date(string="Warranty until")
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
    relation_ids = fields.One2many(
        "slm.configuration.item.relation",
        "source_id",
        string="Relations",
        help="What this item needs or belongs to.",
    )
    reverse_relation_ids = fields.One2many(
        "slm.configuration.item.relation", "target_id", string="Relations of Others"
    )
    ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        "slm_configuration_item_ticket_rel",
        "configuration_item_id",
        "ticket_id",
        string="Tickets",
        copy=False,
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code, company_id)",
        "The code of a configuration item must be unique in its company.",
    )
