# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SlmServiceReportContent(models.AbstractModel):
    """What a service report says, taken once from the figures and kept since."""

    _name = "slm.service.report.content"
    _description = "Content of a Service Report"
