# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

MODELS = ("slm.clock.statistics", "slm.ticket.statistics")


class IrFilters(models.Model):
    _inherit = "ir.filters"

    @api.model
    def get_filters(self, model, *args, **kwargs):
        """Names of favourites have one language; those that are shipped with the
        statistics are told in that of the reader, unless somebody renamed them."""
        found = super().get_filters(model, *args, **kwargs)
        if model in MODELS:
            names = self._slm_get_names()
            for favourite in found:
                favourite["name"] = names.get(favourite["name"], favourite["name"])
        return found

    @api.model
    def _slm_get_names(self):
        return {
            "By Month": self.env._("By Month"),
            "By Service and Priority": self.env._("By Service and Priority"),
            "By Team": self.env._("By Team"),
            "Breach Causes": self.env._("Breach Causes"),
            "Opened by Month": self.env._("Opened by Month"),
            "Closed by Month": self.env._("Closed by Month"),
            "By Weekday and Hour": self.env._("By Weekday and Hour"),
        }
