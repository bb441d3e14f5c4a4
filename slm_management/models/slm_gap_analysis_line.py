# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..engine import METRICS
from .slm_figures import CAUSES


class SlmGapAnalysisLine(models.Model):
    """One promise of an agreement, and how it was kept."""

    _name = "slm.gap.analysis.line"
    _description = "Gap"
    _order = "analysis_id, id"

    analysis_id = fields.Many2one(
        "slm.gap.analysis", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="analysis_id.company_id")
    agreement_id = fields.Many2one(
        "slm.agreement", readonly=True, index=True, ondelete="restrict"
    )
    service_id = fields.Many2one(
        "slm.service", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS], readonly=True
    )
    cause = fields.Selection(CAUSES, string="Main Cause", readonly=True)
