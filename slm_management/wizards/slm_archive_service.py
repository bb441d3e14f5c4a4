# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmArchiveService(models.TransientModel):
    """What still needs services, before they are archived."""

    _name = "slm.archive.service"
    _description = "Archive Services"

    service_ids = fields.Many2many("slm.service", required=True)
