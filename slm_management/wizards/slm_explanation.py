# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_datetime

from ..engine import Event, explain, format_duration


class SlmExplanation(models.TransientModel):
    """Why this deadline: the story of a clock, line by line."""

    _name = "slm.explanation"
    _description = "Why this deadline?"
    _inherit = ["slm.naming.mixin"]

    clock_id = fields.Many2one("slm.clock", required=True, ondelete="cascade")
    ticket_id = fields.Many2one(related="clock_id.ticket_id", related_sudo=False)
    agreement_id = fields.Many2one(related="clock_id.agreement_id", related_sudo=False)
    metric = fields.Selection(related="clock_id.metric", related_sudo=False)
    state = fields.Selection(related="clock_id.state", related_sudo=False)
    outcome = fields.Selection(related="clock_id.outcome", related_sudo=False)
    deadline = fields.Datetime(related="clock_id.deadline", related_sudo=False)
    timezone = fields.Selection(related="clock_id.timezone", related_sudo=False)
    calendar_id = fields.Many2one(related="clock_id.calendar_id", related_sudo=False)
    story = fields.Html(compute="_compute_story", sanitize=False)
    hours_edited = fields.Boolean(
        compute="_compute_story",
        help="The service hours were edited after the clock had stopped.",
    )

    @api.depends("clock_id")
    def _compute_story(self):
        for wizard in self:
            # A form that is not saved yet holds it as a new record, open to all.
            clock = wizard.clock_id._origin
            clock.check_access("read")
            wizard.story = wizard._tell() if clock else False
            wizard.hours_edited = clock.sudo()._is_frozen()

    def _tell(self):
        values = {"lines": self._get_lines(), "timezone": self.timezone}
        return self.env["ir.qweb"]._render(
            "slm_management.slm_explanation_story", values
        )

    def _get_lines(self):
        """The story as dicts of texts, in the time zone of the service hours."""
        clock = self.clock_id._origin.sudo()
        return [self._prepare_line(line) for line in self._explain(clock)]

    def _explain(self, clock):
        """:class:`~..engine.StoryLine` of a clock; each event knows its record."""
        records = clock.ticket_id.slm_event_ids.sorted(lambda e: (e.at, e.id))
        told = self.env["slm.event.teller"]._tell_batch(records)
        events = [
            Event(
                record.at,
                record.kind,
                record.after or {},
                record.user_id.display_name or "",
                told[record],
            )
            for record in records
        ]
        calendar = clock.calendar_id.with_company(clock.company_id)
        now = max(fields.Datetime.now(), records[-1:].at)
        until = max(now, clock.deadline or now)
        worktime = calendar._slm_worktime(records[:1].at, until)
        subject = (clock.agreement_id.id, clock.metric)
        return explain(events, *subject, worktime, now, clock.kind, clock.cycle)

    def _prepare_line(self, line):
        tz, day_minutes = self.timezone, self.clock_id.day_minutes
        labels = self._get_labels()
        return {
            "what": line.what,
            "label": labels[line.what],
            "start": format_datetime(self.env, line.start, tz=tz),
            "end": format_datetime(self.env, line.end, tz=tz)
            if line.end != line.start
            else "",
            "used": format_duration(line.used // 60, day_minutes) if line.used else "",
            "total": format_duration(line.total // 60, day_minutes),
            "text": line.event.note if line.event else "",
            "who": line.event.user if line.event else "",
        }

    def _get_labels(self):
        return {
            "event": self.env._("Event"),
            "ran": self.env._("Clock ran"),
            "outside": self.env._("Outside service hours"),
            "paused": self.env._("Paused"),
            "stopped": self.env._("Stopped"),
            "cancelled": self.env._("Cancelled"),
            "breach": self.env._("Target used up"),
            "deadline": self.env._("Deadline"),
        }
