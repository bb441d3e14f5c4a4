# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

EVENT_KINDS = [
    ("created", "Created"),
    ("phase", "Phase"),
    ("answer", "Answer"),
    ("priority", "Ticket Priority"),
    ("service", "Service"),
    ("requester", "Requester"),
    ("agreement", "Agreement"),
    ("assignment", "Assignment"),
    ("archive", "Archive"),
    ("hours", "Service Hours"),
    ("breach", "Breach"),
    ("exclusion", "Exclusion"),
    ("note", "Note"),
]


class SlmTicketEvent(models.Model):
    """The history of a ticket, as far as it can move a deadline. Append-only.

    Clocks are folded from these lines and from nothing else, so nobody may change or
    delete one, whatever their rights. ``before`` and ``after`` hold the facts that
    changed, see ``engine.rules`` and ``engine.facts``.
    """

    _name = "slm.ticket.event"
    _description = "Ticket Event"
    _inherit = ["slm.ticket.access.mixin"]
    _order = "at, id"
    _log_access = False

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, ondelete="cascade"
    )
    at = fields.Datetime(string="When", required=True, readonly=True)
    kind = fields.Selection(EVENT_KINDS, required=True, readonly=True)
    before = fields.Json(readonly=True)
    after = fields.Json(readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Who", readonly=True, ondelete="set null"
    )
    note = fields.Char(readonly=True)
    company_id = fields.Many2one(related="ticket_id.company_id")
    description = fields.Char(string="What", compute="_compute_description")

    _ticket_at_idx = models.Index("(ticket_id, at, id)")

    @api.depends("kind", "before", "after", "note")
    def _compute_description(self):
        tell = self.env["slm.event.teller"]._tell_batch(self)
        for event in self:
            event.description = tell[event]

    @api.depends("kind", "at")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = kinds.get(event.kind)

    def _refuse(self):
        raise AccessError(
            self.env._(
                "The history of a ticket is append-only: its events can be neither "
                "invented, changed nor deleted."
            )
        )
