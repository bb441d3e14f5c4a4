# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmPublish(models.TransientModel):
    """Who will see a process, before it is published."""

    _name = "slm.publish"
    _description = "Publish a Process"
    _inherit = ["slm.naming.mixin"]

    process_id = fields.Many2one("slm.process", required=True, ondelete="cascade")
