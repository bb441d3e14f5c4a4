# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SlmExclusionReason(models.Model):
    """Why a missed clock is left out of what is counted.

    One that was used stays, as reports name it; it is archived instead.
    """

    _name = "slm.exclusion.reason"
    _description = "Reason of an Exclusion"
    _order = "sequence, id"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        translate=True, help="When it may be used, for whoever decides."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True, help="Archived reasons can not be chosen any more."
    )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_unused(self):
        exclusions = self.env["slm.exclusion"].sudo()
        used = exclusions._read_group([("reason_id", "in", self.ids)], ["reason_id"])
        if used:
            raise ValidationError(
                self.env._(
                    "Clocks were excluded for this reason: %(names)s. Archive it "
                    "instead of deleting it.",
                    names=", ".join(reason.name for [reason] in used),
                )
            )
