# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResUsers(models.Model):
    """Who looks after contracts gets one e-mail a day about their dates."""

    _inherit = "res.users"

    slm_contracts_told_on = fields.Date(
        string="Told of Contracts on",
        groups=fields.NO_ACCESS,
        copy=False,
        help="The day of the last e-mail about dates of contracts, where the user "
        "works.",
    )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        if vals.get("active", True):
            return super().write(vals)
        with self.env["slm.contract.milestone"]._leaving(self):
            return super().write(vals)

    def unlink(self):
        with self.env["slm.contract.milestone"]._leaving(self):
            return super().unlink()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_archive(self):
        """Core deletes what they have to do, dates of contracts that run on as well."""
        with self.env["slm.contract.milestone"]._leaving(self):
            return super().action_archive()
