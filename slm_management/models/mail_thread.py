# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _search_message_partner_ids(self, operator, operand):
        """Core looks for followers as superuser: by a condition on them, anybody would
        learn what the file of a supplier says."""
        if operator in ("any", "not any") and not self.env.su:
            self._slm_check_conditions(self.env["res.partner"], operand)
        return super()._search_message_partner_ids(operator, operand)

    @api.model
    def _slm_check_conditions(self, records, domain):
        """Refuse conditions on fields that the user may not read."""
        for condition in Domain(domain).iter_conditions():
            name, _dot, path = condition.field_expr.partition(".")
            if not (field := records._fields.get(name)):
                continue
            records._check_field_access(field, "read")
            if field.relational and path:
                inner = Domain(path, condition.operator, condition.value)
            elif field.relational and condition.operator in ("any", "not any"):
                inner = condition.value
            else:
                continue
            if isinstance(inner, Domain | list):
                self._slm_check_conditions(self.env[field.comodel_name], inner)
