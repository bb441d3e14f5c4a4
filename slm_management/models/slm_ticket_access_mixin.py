# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import functools

from odoo import models
from odoo.fields import Domain


class SlmTicketAccessMixin(models.AbstractModel):
    """Records that belong to a ticket: read by whoever may read it, written by nobody.

    Whom the model's own access rights let in is asked first; administrators and
    managers of service levels then see all, everybody else what their tickets allow.
    Only ``slm.clockwork`` writes them, in SQL.
    """

    _name = "slm.ticket.access.mixin"
    _description = "Access by the Ticket"
    _inherit = ["slm.unwritten.mixin"]

    def _slm_sees_all(self):
        return self.env.su or self.env.user.has_group(
            "slm_management.group_slm_administrator"
        )

    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not bypass_access and not self._slm_sees_all():
            tickets = self.env["helpdesk.ticket"].with_context(active_test=False)
            domain = Domain(domain) & Domain("ticket_id", "in", tickets._search([]))
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or not any(self._ids) or self._slm_sees_all():
            return result
        visible = self.sudo().ticket_id.with_env(self.env)._filtered_access(operation)
        allowed = self.sudo().filtered(lambda r: r.ticket_id.id in visible._ids)
        forbidden = self - allowed.with_env(self.env)
        if not forbidden:
            return None
        error = self.env["ir.rule"]._make_access_error
        return forbidden, functools.partial(error, operation, forbidden)
