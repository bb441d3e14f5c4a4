# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models


class HelpdeskTicketTeam(models.Model):
    _inherit = "helpdesk.ticket.team"

    @api.ondelete(at_uninstall=False)
    def _slm_unlink_publications(self):
        """Where a deleted team is named it goes, and the history says so."""
        lines = self.env["slm.publication"].sudo()
        lines.search([("team_id", "in", self.ids)]).unlink()
        services = self.env["slm.service"].sudo().with_context(active_test=False)
        services = services.search([("team_ids", "in", self.ids)])
        services.team_ids = [fields.Command.unlink(team.id) for team in self]

    def _retrieve_dashboard(self):
        """Two more cards, for those who work with service levels."""
        cards = super()._retrieve_dashboard()
        if self.env.user.has_group("slm_management.group_slm_agent"):
            cards += self._slm_get_cards()
        return cards

    def _slm_get_cards(self):
        tickets = self.env["helpdesk.ticket"]
        soon = fields.Datetime.now() + timedelta(hours=1)
        late = tickets.search_count(
            [("closed", "=", False), ("slm_status", "=", "breached")]
        )
        due = tickets.search_count(
            [
                ("slm_status", "in", ("on_track", "at_risk")),
                ("slm_deadline", "<=", soon),
            ]
        )
        return [
            {
                "name": self.env._("Service Level Breached"),
                "value": late,
                "sequence": 3,
                "icon": "fa-bell",
                "show": True,
                "action": "slm_management.helpdesk_ticket_action_breached",
            },
            {
                "name": self.env._("Due within an Hour"),
                "value": due,
                "sequence": 4,
                "icon": "fa-clock-o",
                "show": True,
                "action": "slm_management.helpdesk_ticket_action_due",
            },
        ]
