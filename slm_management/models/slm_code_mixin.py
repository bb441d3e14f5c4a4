# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SlmCodeMixin(models.AbstractModel):
    """A ``code`` from a sequence, unique in its company; it may also be typed.

    The model that uses the mixin needs an ``ir.sequence`` whose code is the name of the
    model, and a unique index on ``(code, company_id)``.
    """

    _name = "slm.code.mixin"
    _description = "Code from a Sequence"
    _inherit = ["slm.import.mixin"]

    code = fields.Char(
        copy=False,
        index=True,
        help="Leave it empty to take the next number of the sequence.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    @api.constrains("code")
    def _check_code(self):
        for record in self:
            if "," in (record.code or ""):
                raise ValidationError(
                    self.env._(
                        "The code %(code)s has a comma in it. Files for import and "
                        "export list codes with commas between them: choose a code "
                        "without.",
                        code=record.code,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            code = str(vals.get("code") or "").strip()
            vals["code"] = code or self._next_code(vals.get("company_id"))
        return super().create(vals_list)

    def write(self, vals):
        if "code" in vals:
            code = str(vals["code"] or "").strip()
            company = vals.get("company_id") or self[:1].company_id.id
            vals = dict(vals, code=code or self._next_code(company))
        return super().write(vals)

    @api.model
    def _next_code(self, company_id=None):
        """The next free code in a company (empty: the current one)."""
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        sequence = self.env["ir.sequence"].with_company(company).sudo()
        records = self.with_context(active_test=False).sudo()
        domain = [("company_id", "=", company.id)]
        while code := sequence.next_by_code(self._name):
            if not records.search_count([*domain, ("code", "=", code)], limit=1):
                return code
        return code

    @api.depends("code", "name")
    def _compute_display_name(self):
        super()._compute_display_name()
        if self.env.context.get("import_compat"):
            return
        for record in self:
            code = f"[{record.code}] " if record.code else ""
            record.display_name = f"{code}{record.name or ''}"
