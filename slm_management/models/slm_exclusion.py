# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..engine import METRICS


class SlmExclusion(models.Model):
    """A missed clock that is left out of what is counted, or is proposed to be."""

    _name = "slm.exclusion"
    _description = "Exclusion"
    _inherit = ["slm.ticket.access.mixin"]
    _order = "id desc"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    clock_id = fields.Many2one(
        "slm.clock", required=True, readonly=True, index=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(
        "slm.agreement", readonly=True, index=True, ondelete="restrict"
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS], readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    reason_id = fields.Many2one(
        "slm.exclusion.reason",
        string="Reason",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    note = fields.Text(readonly=True)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="proposed",
    )
    proposed_by_id = fields.Many2one("res.users", readonly=True)
    proposed_on = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)

    _open_uniq = models.UniqueIndex(
        "(clock_id) WHERE state IN ('proposed', 'approved')",
        "This clock is excluded already, or somebody has proposed it.",
    )
