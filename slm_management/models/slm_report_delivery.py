# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmReportDelivery(models.Model):
    """A report on its way to one recipient."""

    _name = "slm.report.delivery"
    _description = "Delivery of a Report"
    _order = "id desc"

    schedule_id = fields.Many2one(
        "slm.report.schedule", readonly=True, index=True, ondelete="cascade"
    )
    report_id = fields.Many2one(
        "slm.service.report",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Recipient", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )

    _recipient_uniq = models.UniqueIndex(
        "(report_id, partner_id)", "A report goes to each recipient once."
    )
