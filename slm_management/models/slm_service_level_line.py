# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import METRICS, DurationError, parse_duration
from .slm_process_kind import PROCESS_KINDS


class SlmServiceLevelLine(models.Model):
    """One target of a service level, durations as people write them."""

    _name = "slm.service.level.line"
    _description = "Service Level Target"
    _order = "sequence, id"

    level_id = fields.Many2one(
        "slm.service.level", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    process_kind = fields.Selection(PROCESS_KINDS, help="Empty: all kinds.")
    # not just “Priority”: that is the name of a service level, and one msgid
    priority = fields.Selection(
        selection="_selection_priority",
        string="Ticket Priority",
        help="Empty: all priorities.",
    )
    response = fields.Char(help="For example 30m, 4h or 2d. Empty: no target.")
    completion = fields.Char(help="For example 2h, 12h or 5d. Empty: no target.")
    closure = fields.Char(help="For example 10d. Empty: no target.")

    @api.constrains("level_id", "response", "completion", "closure")
    def _check_durations(self):
        for line in self:
            values = [line._parse(metric, 480) for metric in METRICS]
            if not any(values):
                raise ValidationError(
                    self.env._(
                        "A target of the service level %(level)s promises nothing. "
                        "Enter a response, completion or closure time.",
                        level=line.level_id.name,
                    )
                )

    @api.depends("response", "completion", "closure")
    def _compute_display_name(self):
        for line in self:
            parts = (line.response, line.completion, line.closure)
            line.display_name = " / ".join(part for part in parts if part)

    def _selection_priority(self):
        return (
            self.env["helpdesk.ticket"]
            ._fields["priority"]
            ._description_selection(self.env)
        )

    def _parse(self, metric, day_minutes):
        try:
            return parse_duration(self[metric], day_minutes)
        except DurationError as error:
            raise ValidationError(
                self.env._(
                    "“%(text)s” in the service level %(level)s is not a duration. "
                    "Write for example 30m, 1h 30m or 2d.",
                    text=error,
                    level=self.level_id.name,
                )
            ) from error

    def _prepare_target_vals(self, day_minutes):
        """Values of ``slm.target``; ``day_minutes``: what a day is, in minutes."""
        self.ensure_one()
        durations = {f"{m}_minutes": self._parse(m, day_minutes) for m in METRICS}
        return {
            "process_kind": self.process_kind,
            "priority": self.priority,
            **durations,
        }
