# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _compute_res_name(self):
        """As for messages: one that is not saved yet names no document of ours to whom
        has no access to it."""
        res = super()._compute_res_name()
        is_hidden = self.env["mail.message"]._slm_is_hidden
        for activity in self:
            if not activity.id and is_hidden(activity.res_model, activity.res_id):
                activity.res_name = False
        return res

    def _action_done(self, *args, **kwargs):
        """The activity of a measure against a gap is the measure."""
        res = super()._action_done(*args, **kwargs)
        self.env["slm.gap.analysis.line"]._note_done(self)
        return res
