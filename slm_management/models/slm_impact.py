# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SlmImpact(models.AbstractModel):
    """What a failure of configuration items touches."""

    _name = "slm.impact"
    _description = "Impact of a Failure"
