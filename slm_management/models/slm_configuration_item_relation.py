# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

RELATION_KINDS = [
    ("depends_on", "Depends on"),
    ("runs_on", "Runs on"),
    ("connected_to", "Connected to"),
    ("part_of", "Part of"),
]


class SlmConfigurationItemRelation(models.Model):
    """How one configuration item stands to another one: *source* runs on *target*.

    A failure of the target touches the source. A part is the other way round: its
    failure touches the whole.
    """

    _name = "slm.configuration.item.relation"
    _description = "Relation of Configuration Items"
    _inherit = ["slm.naming.mixin"]
    _order = "source_id, kind, id"

    source_id = fields.Many2one(
        "slm.configuration.item",
        string="Item",
        required=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        RELATION_KINDS, string="Relation", required=True, default="depends_on"
    )
    target_id = fields.Many2one(
        "slm.configuration.item",
        string="Other Item",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="source_id.company_id", store=True, string="Company"
    )

    _uniq = models.UniqueIndex(
        "(source_id, target_id, kind)", "This relation has been entered already."
    )
    _not_itself = models.Constraint(
        "CHECK(source_id <> target_id)",
        "A configuration item can not be related to itself.",
    )
