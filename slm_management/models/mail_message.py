# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _compute_record_name(self):
        """Core names the document as superuser: whoever reads a message may.

        A message that is not saved yet is read by nobody; a client makes one up with
        any id, and would be told the names of all our documents.
        """
        res = super()._compute_record_name()
        for message in self:
            if not message.id and self._slm_is_hidden(message.model, message.res_id):
                message.record_name = False
        return res

    def _slm_is_hidden(self, model, res_id):
        """Whether a document is ours, and the user, though superuser now, has no
        access to it."""
        if not (model or "").startswith("slm.") or model not in self.env:
            return False
        document = self.env[model].sudo(False).browse(res_id).exists()
        return not document.has_access("read")
