# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmAgreementConflict(models.Model):
    """A promise of an SLA that the OLAs and UCs behind it can not keep together."""

    _name = "slm.agreement.conflict"
    _description = "Inconsistent Promise"
    _inherit = ["slm.naming.mixin"]
    _order = "agreement_id, service_id, id"
    _rec_name = "agreement_id"

    agreement_id = fields.Many2one(
        "slm.agreement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    service_id = fields.Many2one("slm.service", readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
