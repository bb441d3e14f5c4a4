# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController

from .offers import to_id


def may_close(ticket):
    """Whether the user may close a ticket on its page.

    He must be able to read it, and stand on the requester's side or be allowed to write
    it: who only follows it does not end it.
    """
    ticket = ticket.with_user(request.env.user)
    if not ticket.has_access("read"):
        return False
    side = ticket.sudo().partner_id.commercial_partner_id
    own = side and side == request.env.user.partner_id.commercial_partner_id
    return bool(own or ticket.has_access("write"))


def get_offered_stages(ticket):
    """The stages that the ticket page of helpdesk_mgmt offers to close it with."""
    ticket = ticket.sudo()
    if ticket.team_id:
        stages = ticket.team_id._get_applicable_stages()
    else:
        stages = ticket.stage_id.search(
            [
                ("company_id", "in", [False, ticket.company_id.id]),
                ("team_ids", "=", False),
            ]
        )
    return stages.filtered("close_from_portal")


class CloseController(HelpdeskTicketController):
    """Close tickets on the portal: only those that are the user's to close.

    Our page posts. A link in an old mail still works, for whom the mail was to: the
    requester himself, as anybody may be led to a link without knowing what it does.
    """

    @http.route()
    def support_ticket_close(self, **kw):
        ticket = self._slm_find_ticket(kw.get("ticket_id"))
        if not ticket:
            return request.redirect("/my", code=302)
        if self._slm_is_meant(ticket) and may_close(ticket):
            self._slm_close(ticket, to_id(kw.get("stage_id")))
        return request.redirect(f"/my/ticket/{ticket.id}", code=302)

    def _slm_find_ticket(self, ticket_id):
        """The ticket as the user sees it: one that he does not see is not there."""
        tickets = request.env["helpdesk.ticket"]
        if not tickets.has_access("read"):
            return tickets
        return tickets.search([("id", "=", to_id(ticket_id))])

    def _slm_is_meant(self, ticket):
        """A form of ours was sent, or the requester himself followed a link."""
        method = request.httprequest.method
        own = ticket.sudo().partner_id == request.env.user.partner_id
        return method == "POST" or (method == "GET" and own)

    def _slm_close(self, ticket, stage_id):
        """As superuser, like helpdesk_mgmt; the user is named on the event."""
        ticket = ticket.sudo()
        stage = get_offered_stages(ticket).filtered(lambda x: x.id == stage_id)
        if stage and not ticket.closed:
            ticket.stage_id = stage
