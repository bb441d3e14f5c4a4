# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

PHASES = [
    ("waiting", "Waiting"),
    ("working", "Working"),
    ("wait_customer", "Waiting for Customer"),
    ("wait_supplier", "Waiting for Supplier"),
    ("completed", "Completed"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
#: phases in which a ticket has ended, one way or another
ENDED = ("completed", "closed", "cancelled")


class HelpdeskTicketStage(models.Model):
    """A stage says by its phase what it means to the clocks."""

    _inherit = "helpdesk.ticket.stage"

    slm_phase = fields.Selection(
        PHASES,
        string="Service Level Phase",
        compute="_compute_slm_phase",
        store=True,
        readonly=False,
        groups="slm_management.group_slm_agent",
        help="Waiting: nobody works on it yet; the response clock runs. Waiting for "
        "Customer: clocks pause. Completed stops the completion clock, Closed also the "
        "closure clock. Cancelled: no clock counts any more.",
    )

    @api.depends("closed", "unattended")
    def _compute_slm_phase(self):
        """A first guess for stages of a desk; what somebody has chosen stays."""
        for stage in self:
            if stage.slm_phase:
                continue
            if stage.closed:
                stage.slm_phase = "closed"
            else:
                stage.slm_phase = "waiting" if stage.unattended else "working"

    def write(self, vals):
        if "slm_phase" in vals:
            self._slm_check_reopening(vals["slm_phase"])
        res = super().write(vals)
        if "slm_phase" in vals:
            tickets = self.env["helpdesk.ticket"].sudo()
            tickets = tickets.with_context(active_test=False)
            tickets.search([("stage_id", "in", self.ids)])._slm_sync()
        return res

    def _slm_check_reopening(self, phase):
        """No edit of a stage re-opens the tickets that have ended in it."""
        ended = self.sudo().filtered(lambda stage: stage.slm_phase in ENDED)
        if phase in ENDED or not ended:
            return
        tickets = self.env["helpdesk.ticket"].sudo().with_context(active_test=False)
        domain = [("stage_id", "in", ended.ids), ("slm_event_ids", "!=", False)]
        if found := tickets.search(domain, limit=1):
            raise ValidationError(
                self.env._(
                    "Tickets have ended in the stage “%(stage)s”; with this phase "
                    "their clocks would run again. Make another stage for what is "
                    "not ended.",
                    stage=found.stage_id.name,
                )
            )
