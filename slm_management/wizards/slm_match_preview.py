# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmMatchPreview(models.TransientModel):
    """Which agreement would hold, and why: of a ticket, or of one that is not there."""

    _name = "slm.match.preview"
    _description = "Try It"
    _inherit = ["slm.naming.mixin"]

    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True, ondelete="cascade")
