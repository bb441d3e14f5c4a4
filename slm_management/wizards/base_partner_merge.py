# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import ExitStack

from odoo import api, models
from odoo.fields import Domain


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging moves what names contacts, in SQL; the history says so all the same."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env["slm.clockwork"]._merge_suppliers(src_partners, dst_partner)
        lines = self.env["slm.publication"].sudo().with_context(active_test=False)
        lines = lines.search([("partner_id", "in", src_partners.ids)])
        with ExitStack() as stack:
            stack.enter_context(lines.process_id._revising({"publication_ids"}))
            for model in self.env.registry["slm.revision.mixin"]._inherit_children:
                records, names = self._slm_get_naming(model, src_partners)
                stack.enter_context(records._revising(names))
            res = super()._update_foreign_keys(src_partners, dst_partner)
            self.env.invalidate_all()
        return res

    @api.model
    def _slm_get_naming(self, model, partners):
        """Records of a model with a history that name contacts, and in which fields."""
        records = self.env[model].sudo().with_context(active_test=False)
        names = [
            name
            for name in records._revised
            if records._fields[name].type == "many2one"
            and records._fields[name].comodel_name == "res.partner"
        ]
        domain = Domain.OR([[(name, "in", partners.ids)] for name in names])
        return (records.search(domain) if names else records), names
