# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SlmConfigurationItemType(models.Model):
    """What a configuration item is: server, laptop, application."""

    _name = "slm.configuration.item.type"
    _description = "Configuration Item Type"
    _inherit = ["slm.import.mixin"]
    _order = "sequence, name, id"
    _rec_names_search = ["code", "name"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        index=True, help="A short name, for example to import items by it."
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", help="Empty: the type is shared by all companies."
    )
    item_count = fields.Integer(string="Items", compute="_compute_item_count")
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE code IS NOT NULL",
        "The code of a configuration item type must be unique in its company.",
    )

    @api.constrains("company_id")
    def _check_items_companies(self):
        items = self.env["slm.configuration.item"].sudo()
        items = items.with_context(active_test=False)
        for item_type in self.filtered("company_id"):
            domain = [
                ("type_id", "=", item_type.id),
                ("company_id", "!=", item_type.company_id.id),
            ]
            if items.search_count(domain, limit=1):
                raise ValidationError(
                    self.env._(
                        "%(type)s is the type of items outside of %(company)s. Give "
                        "them another type first.",
                        type=item_type.display_name,
                        company=item_type.company_id.name,
                    )
                )

    def _compute_item_count(self):
        counts = dict(
            self.env["slm.configuration.item"]._read_group(
                [("type_id", "in", self.ids)], ["type_id"], ["__count"]
            )
        )
        for item_type in self:
            item_type.item_count = counts.get(item_type, 0)

    def action_view_items(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_configuration_item_action"
        )
        context = {"default_type_id": self.id}
        return dict(action, domain=[("type_id", "in", self.ids)], context=context)
