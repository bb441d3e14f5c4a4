# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SlmTermMixin(models.AbstractModel):
    """Papers that end on a day: they expire by themselves, and remind before."""

    _name = "slm.term.mixin"
    _description = "Term with a Reminder"
