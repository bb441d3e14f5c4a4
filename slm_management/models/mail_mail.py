# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        """Reports go only to whom they may still reach."""
        self.env["slm.report.delivery"]._hold_back(self)
        return super().send(*args, **kwargs)

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Who writes into a report's delivery just now makes this fail before the
        e-mail leaves, not after: it would be sent twice. Core does so with its own."""
        self.env["slm.report.delivery"]._find_by_mails(self).flush_recordset()
        return super()._prepare_outgoing_list(*args, **kwargs)

    def _postprocess_sent_message(self, *args, **kwargs):
        """What has become of a report's e-mail is seen to at once."""
        deliveries = self.env["slm.report.delivery"]._find_by_mails(self)
        res = super()._postprocess_sent_message(*args, **kwargs)
        deliveries._follow_up()
        return res
