# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SlmClockworkEscalator(models.AbstractModel):
    """Steps of ladders that are due are taken. See ``slm.clockwork``."""

    _name = "slm.clockwork.escalator"
    _description = "Clockwork: Ladders Are Climbed"
