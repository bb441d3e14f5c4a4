# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmContractOverview(models.AbstractModel):
    """What screens show around a contract: its bar of dates, its open points, and what
    an agent wants to know of it while he works on a ticket."""

    _name = "slm.contract.overview"
    _description = "What Stands around a Contract"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    open_activity_ids = fields.Many2many(
        "mail.activity",
        string="Open Points",
        compute="_compute_open_activity_ids",
        help="What is left to do after its acceptances.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    def _compute_open_activity_ids(self):
        for contract in self:
            contract.open_activity_ids = contract.acceptance_ids.activity_ids
