# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SlmSupplierMixin(models.AbstractModel):
    """Records that are about a supplier: a contact with a supplier file."""

    _name = "slm.supplier.mixin"
    _description = "About a Supplier"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    partner_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('slm_is_supplier', '=', True)]",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("partner_id")
    def _check_partner_id(self):
        for record in self.sudo():
            if not record.partner_id.slm_is_supplier:
                raise ValidationError(
                    self.env._(
                        "%(partner)s is no supplier. Choose one, or make it a supplier "
                        "first.",
                        partner=record.partner_id.display_name,
                    )
                )
