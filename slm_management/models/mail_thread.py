# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _search_message_partner_ids(self, operator, operand):
        """Core looks for followers as superuser: by a condition on them, anybody would
        learn what the file of a supplier says, and an agent what other companies keep.

        Contacts are looked for as the user, therefore, before core is asked.
        """
        if isinstance(operand, Domain | list) and operator in ("any", "not any"):
            operand = self._slm_find_followers(Domain(operand))
        return super()._search_message_partner_ids(operator, operand)

    @api.model
    def _slm_find_followers(self, domain):
        partners = self.env["res.partner"].with_context(active_test=False)
        return partners._search(domain)
