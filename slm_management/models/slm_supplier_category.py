# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmSupplierCategory(models.Model):
    """What suppliers deliver, so that they can be compared."""

    _name = "slm.supplier.category"
    _description = "Supplier Category"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex(
        "((name->>'en_US'))",
        "There is a category of suppliers with this name already.",
    )
