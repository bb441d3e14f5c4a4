# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class SlmServiceType(models.Model):
    """A branch of the service catalogue's tree."""

    _name = "slm.service.type"
    _description = "Service Type"
    _inherit = ["slm.import.mixin", "slm.published.mixin"]
    _check_company_auto = True
    _parent_store = True
    _rec_name = "complete_name"
    _order = "complete_name, id"
    _rec_names_search = ["code", "complete_name", "name"]
    _requester_fields = frozenset({"name", "complete_name", "code", "active"})

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        string="Full Name",
        compute="_compute_complete_name",
        recursive=True,
        store=True,
        help="With the types above it, as it is sorted and looked up.",
    )
    code = fields.Char(index=True)
    parent_id = fields.Many2one(
        "slm.service.type",
        string="Parent Type",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("slm.service.type", "parent_id", string="Sub-types")
    service_ids = fields.One2many("slm.service", "type_id", string="Services")
    company_id = fields.Many2one(
        "res.company", help="Empty: the type is shared by all companies."
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE code IS NOT NULL",
        "The code of a service type must be unique in its company.",
    )

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._(
                    "The service type %(name)s can not be its own ancestor. "
                    "Choose another parent.",
                    name=self[:1].name,
                )
            )

    @api.constrains("active")
    def _check_active(self):
        archived = self.filtered(lambda kind: not kind.active)
        if used := archived.sudo().service_ids.filtered("active"):
            raise ValidationError(
                self.env._(
                    "The type %(type)s still has active services: %(services)s. "
                    "Archive these or give them another type first.",
                    type=used[0].type_id.display_name,
                    services=", ".join(used[:10].mapped("display_name")),
                )
            )

    @api.constrains("company_id")
    def _check_companies_below(self):
        for kind in self.sudo().with_context(active_test=False):
            company = kind.company_id
            below = [*kind.service_ids, *kind.child_ids]
            if company and any(record.company_id != company for record in below):
                raise ValidationError(
                    self.env._(
                        "%(type)s has services or sub-types outside of %(company)s. "
                        "Give them another type first.",
                        type=kind.display_name,
                        company=company.name,
                    )
                )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        # One text for all languages: it is the order of the tree.
        for kind in self.with_context(lang=None):
            parent = kind.parent_id.complete_name
            kind.complete_name = f"{parent} / {kind.name}" if parent else kind.name

    @api.depends("complete_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """The full name in the language of the user."""
        super()._compute_display_name()
        if self.env.context.get("import_compat"):
            return
        for kind in self:
            parent = kind.sudo().parent_id.display_name
            kind.display_name = f"{parent} / {kind.name}" if parent else kind.name

    @api.model
    def _get_published_domain(self, user):
        """An active type with a service that is published to the user."""
        services = self.env["slm.service"].sudo()._get_published_domain(user)
        return Domain("active", "=", True) & Domain("service_ids", "any!", services)
