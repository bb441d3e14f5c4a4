# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain


class ResourceCalendarLeaves(models.Model):
    """A holiday moves deadlines, also one that is forgotten and entered later."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._slm_hours_changed()
        return leaves

    def write(self, vals):
        calendars = self._slm_get_calendars()
        res = super().write(vals)
        (calendars | self._slm_get_calendars())._slm_hours_changed()
        return res

    def unlink(self):
        calendars = self._slm_get_calendars()
        res = super().unlink()
        calendars._slm_hours_changed()
        return res

    def _slm_hours_changed(self):
        self._slm_get_calendars()._slm_hours_changed()

    def _slm_get_calendars(self):
        """The calendars that these leaves close; without one, all of the company."""
        closing = self.sudo().filtered(lambda leave: not leave.resource_id)
        calendars = closing.calendar_id
        general = closing.filtered(lambda leave: not leave.calendar_id)
        if general:
            domain = Domain.TRUE
            if all(leave.company_id for leave in general):
                domain = Domain("company_id", "in", [False, *general.company_id.ids])
            calendars |= calendars.with_context(active_test=False).search(domain)
        return calendars
