# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _slm_unlink_publications(self):
        """Lines of a deleted contact go with it, and the history says so."""
        lines = self.env["slm.publication"].sudo()
        lines.search([("partner_id", "in", self.ids)]).unlink()
