# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmExclusionReason(models.Model):
    """Why a missed clock is left out of what is counted."""

    _name = "slm.exclusion.reason"
    _description = "Reason of an Exclusion"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        translate=True, help="When it may be used, for whoever decides."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
