# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..engine import METRICS


class SlmEscalation(models.Model):
    """A step that was taken for a clock, or skipped: when, to whom, and what failed.

    A step has one row for each clock, and a further one after a longer target has armed
    it again; a cycle of an OLA or UC has clocks of its own.
    """

    _name = "slm.escalation"
    _description = "Escalation"
    _inherit = ["slm.ticket.access.mixin"]
    _order = "id desc"
    _log_access = False

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    clock_id = fields.Many2one(
        "slm.clock", required=True, readonly=True, ondelete="cascade"
    )
    step_id = fields.Many2one(
        "slm.escalation.step",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Empty: the step has been removed from its ladder since.",
    )
    name = fields.Char(
        string="Step Taken", readonly=True, help="What the step was called then."
    )
    agreement_id = fields.Many2one(
        "slm.agreement", readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(selection="_selection_kind", readonly=True)
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS], readonly=True
    )
    cycle = fields.Integer(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    state = fields.Selection(
        [("fired", "Fired"), ("skipped", "Skipped"), ("failed", "Failed")],
        required=True,
        readonly=True,
    )
    due_at = fields.Datetime(
        string="Due", readonly=True, help="When the step came to be due."
    )
    fired_at = fields.Datetime(
        string="Taken", readonly=True, help="When it was taken, or skipped."
    )
    target_seconds = fields.Integer(
        string="Target", readonly=True, help="Service time that was promised then."
    )
    used_seconds = fields.Integer(
        string="Used", readonly=True, help="Service time that was used then."
    )
    threshold_seconds = fields.Integer(
        string="Threshold",
        readonly=True,
        help="Service time after which the step was due.",
    )
    percent = fields.Integer(
        string="Used (%)", compute="_compute_percent", help="Share of the target."
    )
    day_minutes = fields.Integer(related="agreement_id.day_minutes")
    recipient_ids = fields.Many2many(
        "res.partner",
        "slm_escalation_res_partner_rel",
        "escalation_id",
        "partner_id",
        string="Notified",
        readonly=True,
    )
    actions = fields.Text(string="Done", readonly=True)
    message = fields.Text(
        string="Remark",
        readonly=True,
        help="Why it was skipped, what failed, or who could not be reached.",
    )
    rearmed_at = fields.Datetime(
        string="Armed Again",
        readonly=True,
        help="When a longer target made the step come due again.",
    )

    _clock_step_uniq = models.UniqueIndex(
        "(clock_id, step_id) WHERE rearmed_at IS NULL",
        "A step is taken once for each clock.",
    )
    _clock_idx = models.Index("(clock_id)")

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("used_seconds", "target_seconds")
    def _compute_percent(self):
        for escalation in self:
            target = escalation.target_seconds
            escalation.percent = target and escalation.used_seconds * 100 // target

    @api.depends("name", "ticket_id")
    def _compute_display_name(self):
        for escalation in self:
            number = escalation.ticket_id.number
            escalation.display_name = f"{number}: {escalation.name}"

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _refuse(self):
        raise AccessError(
            self.env._("What was escalated is written down by the clocks, only.")
        )

    def _selection_kind(self):
        return (
            self.env["slm.agreement"]._fields["kind"]._description_selection(self.env)
        )
