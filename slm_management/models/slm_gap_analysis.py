# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmGapAnalysis(models.Model):
    """What was promised against what was measured in a period, of all agreements."""

    _name = "slm.gap.analysis"
    _description = "Gap Analysis"
    _inherit = [
        "slm.period.mixin",
        "slm.report.file.mixin",
        "slm.code.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "date_to desc, id desc"
    _rec_names_search = ["code", "name"]

    name = fields.Char(string="Title", required=True)
    state = fields.Selection(
        [("draft", "To Review"), ("reviewed", "Reviewed"), ("closed", "Closed")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
    )
    manager_id = fields.Many2one(
        "res.users",
        string="Service Level Manager",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    computed_at = fields.Datetime(string="Figures of", readonly=True, copy=False)
    line_ids = fields.One2many(
        "slm.gap.analysis.line", "analysis_id", string="Promises", copy=False
    )

    _code_uniq = models.UniqueIndex(
        "(code, company_id)", "The code of an analysis must be unique in its company."
    )
