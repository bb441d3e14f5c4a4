# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Core looks for files as superuser and leaves out afterwards what may not be
        read: by a condition on who uploaded a file, say, anybody would learn what is
        kept on suppliers, and an agent what other companies keep."""
        if not (self.env.su or bypass_access):
            domain = Domain(domain).map_conditions(self._slm_ask_as_user)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.model
    def _slm_ask_as_user(self, condition):
        """The same condition, with what it asks of other records asked already."""
        name, _dot, path = condition.field_expr.partition(".")
        operator, inner = condition.operator, condition.value
        field = self._fields.get(name)
        if not (field and field.relational):
            return condition
        if path:
            operator, inner = "any", Domain(path, operator, inner)
        elif operator not in ("any", "not any") or not isinstance(inner, Domain | list):
            return condition
        records = self.env[field.comodel_name].with_context(active_test=False)
        return Domain(name, operator, records._search(Domain(inner)))
