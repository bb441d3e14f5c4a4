# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError

PARTIES = [
    ("team", "Team"),
    ("supplier", "Supplier"),
    ("customer", "Customer"),
]


class SlmTimeShare(models.Model):
    """Who used the time: service time of a ticket that passed at one party.

    The shares of a ticket add up to the service time in which it was open, see
    ``engine.shares``. They are counted over the hours of its SLA, without one over
    those of its company, until its last event or breach; :meth:`_get_shares` of
    ``slm.clockwork`` counts to this moment.
    """

    _name = "slm.time.share"
    _description = "Time Share"
    _inherit = ["slm.ticket.access.mixin"]
    _order = "ticket_id desc, id"
    _log_access = False

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, ondelete="cascade"
    )
    party = fields.Selection(
        PARTIES, string="Used by", required=True, readonly=True, index=True
    )
    team_id = fields.Many2one(
        "helpdesk.ticket.team", readonly=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
    )
    seconds = fields.Integer(
        string="Used", readonly=True, help="Service time in seconds."
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Service Hours",
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    # of the ticket, to be searched for also by who sees all shares but not all tickets
    ended_at = fields.Datetime(related="ticket_id.slm_ended_at", string="Ticket Ended")
    service_id = fields.Many2one(related="ticket_id.slm_service_id")
    requester_id = fields.Many2one(related="ticket_id.partner_id", string="Requester")
    ticket_team_id = fields.Many2one(
        related="ticket_id.team_id", string="Team of the Ticket"
    )

    _holder_uniq = models.UniqueIndex(
        "(ticket_id, party, (COALESCE(team_id, partner_id, 0)))",
        "A ticket has one time share for each party.",
    )

    def action_view_ticket(self):
        self.ensure_one()
        return self.ticket_id.get_formview_action()

    def _refuse(self):
        raise AccessError(
            self.env._("Time shares follow from the events of their ticket, only.")
        )
