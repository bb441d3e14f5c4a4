# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import ExitStack

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.res_partner import WRITTEN

#: lists of contacts, of whom none is deleted
LISTS = [
    ("slm.service.report", "customer_ids"),
    ("slm.report.schedule", "customer_ids"),
    ("slm.report.schedule", "recipient_ids"),
]


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging moves what names contacts, in SQL; the history says so all the same."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        self._slm_check_files(partner_ids, dst_partner)
        partners = self.env["res.partner"].sudo().browse(partner_ids).exists()
        entitled = partners._slm_find_entitled()
        users = {p: p.with_context(active_test=False).user_ids for p in partners}
        res = super()._merge(partner_ids, dst_partner, extra_checks)
        self.env.invalidate_all()
        self._slm_disentitle(entitled, users)
        return res

    @api.model
    def _slm_disentitle(self, entitled, users):
        """The right to the service reports of an organisation is none to those of
        another one, be it that a contact or that his organisation becomes another; nor
        does somebody get it by becoming a contact who has it, unless an administrator
        of service levels says so.

        :param entitled: ``{contact: its organisation}`` before
        :param users: ``{contact that was merged: its users}`` before
        """
        is_administrator = self.env["res.partner"]._slm_is_administrator()
        merged = {o for partner, o in entitled.items() if partner in users}
        for partner in {*entitled, *users}:
            if not (partner.exists() and partner.slm_service_reports):
                continue
            known = merged if partner in users else {entitled[partner]}
            found = partner.with_context(active_test=False).user_ids
            is_same = is_administrator or users.get(partner, found) == found
            if partner.commercial_partner_id not in known or not is_same:
                partner.slm_service_reports = False

    @api.model
    def _slm_check_files(self, partner_ids, dst_partner):
        """What is kept on suppliers would go over to another contact, or get lost.

        Refused before anything is touched; what is kept, and on whom, is not told.
        """
        if self.env["res.partner"]._slm_is_administrator():
            return
        partners = self.env["res.partner"].browse(partner_ids).exists()
        merged = (partners - (dst_partner or partners.browse())).sudo()
        if any(partner[name] for partner in merged for name in WRITTEN):
            raise AccessError(
                self.env._(
                    "These contacts can not be merged by you: the service desk keeps "
                    "files on some of them. Ask an administrator of service levels."
                )
            )

    @api.model
    def _slm_keep_evaluations(self, partners, target):
        """Of each period one evaluation counts; the others stay, marked as such."""
        evaluations = self.env["slm.supplier.evaluation"]
        evaluations.flush_model()
        self.env.execute_query(
            SQL(
                """
                WITH ranked AS (
                    SELECT id, ROW_NUMBER() OVER (
                        PARTITION BY company_id, date_from, date_to
                        ORDER BY state = 'confirmed' DESC, partner_id = %(target)s DESC,
                                 id) AS rank
                      FROM slm_supplier_evaluation
                     WHERE partner_id IN %(partners)s AND is_merged IS NOT TRUE
                )
                UPDATE slm_supplier_evaluation e SET is_merged = TRUE
                  FROM ranked r WHERE r.id = e.id AND r.rank > 1 RETURNING e.id
                """,
                target=target.id,
                partners=partners._ids,
            )
        )
        evaluations.invalidate_model()

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self._slm_keep_evaluations(src_partners | dst_partner, dst_partner)
        self.env["slm.clockwork"]._merge_suppliers(src_partners, dst_partner)
        lines = self.env["slm.publication"].sudo().with_context(active_test=False)
        lines = lines.search([("partner_id", "in", src_partners.ids)])
        with ExitStack() as stack:
            stack.enter_context(lines.process_id._revising({"publication_ids"}))
            for model in self.env.registry["slm.revision.mixin"]._inherit_children:
                records, names = self._slm_get_naming(model, src_partners)
                stack.enter_context(records._revising(names))
            self._slm_drop_deliveries(src_partners | dst_partner, dst_partner)
            res = super()._update_foreign_keys(src_partners, dst_partner)
            self._slm_drop_listed(src_partners)
            self.env.invalidate_all()
        return res

    @api.model
    def _slm_drop_deliveries(self, partners, target):
        """A report goes to each recipient once. Core would drop all deliveries to who
        is merged, also those of reports that the one who is left never got."""
        self.env["slm.report.delivery"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH ranked AS (
                    SELECT id, ROW_NUMBER() OVER (
                        PARTITION BY report_id
                        ORDER BY partner_id = %(target)s DESC, id) AS rank
                      FROM slm_report_delivery WHERE partner_id IN %(partners)s
                )
                DELETE FROM slm_report_delivery d
                 USING ranked r WHERE r.id = d.id AND r.rank > 1
                """,
                target=target.id,
                partners=partners._ids,
            )
        )

    @api.model
    def _slm_drop_listed(self, partners):
        """Core leaves those of a list on which the other one stands, too."""
        for model, name in LISTS:
            field = self.env[model]._fields[name]
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE %s IN %s",
                    SQL.identifier(field.relation),
                    SQL.identifier(field.column2),
                    partners._ids,
                )
            )

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
