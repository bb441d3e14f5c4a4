# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SlmDashboard(models.AbstractModel):
    """What the dashboard "Service Levels" shows, as plain values."""

    _name = "slm.dashboard"
    _description = "Dashboard of Service Levels"
