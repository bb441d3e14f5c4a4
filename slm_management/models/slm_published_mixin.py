# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain

AGENT = "slm_management.group_slm_agent"


class SlmPublishedMixin(models.AbstractModel):
    """What requesters may see if it is published to them, and of it what is named here.

    A requester is whoever has none of the groups of this module. The record rule of the
    model, ``[("is_published_to_me", "=", True)]``, says which records; which fields is
    said by ``_requester_fields``. All others are closed, also those that other add-ons
    bring, on every road: reading, searching, sorting, grouping. The ORM asks for the
    access to a field on most of them, the others are watched here.

    The model that uses the mixin says in :meth:`_get_published_domain` what is
    published to a user.
    """

    _name = "slm.published.mixin"
    _description = "Published to Requesters"

    #: the fields that requesters may read, beside ``id`` and ``display_name``
    _requester_fields = frozenset()

    is_published_to_me = fields.Boolean(
        string="Published to Me",
        compute="_compute_is_published_to_me",
        search="_search_is_published_to_me",
        compute_sudo=True,
    )

    @api.depends_context("uid")
    def _compute_is_published_to_me(self):
        visible = self.search(
            Domain("id", "in", self.ids) & Domain("is_published_to_me", "=", True)
        )
        for record in self:
            record.is_published_to_me = record._origin in visible

    @api.model
    def _search_is_published_to_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        # As a subquery, so that requesters may search by it: what it looks at is not
        # for them.
        records = self.sudo().with_context(active_test=False)
        published = records._search(self._get_published_domain(self.env.user))
        return Domain("id", "in", published)

    @api.model
    def _get_published_domain(self, user):
        """The domain of the records that are published to a user; run as superuser."""
        raise NotImplementedError

    @api.model
    def _is_requester(self):
        """Whether who asks is a requester. The superuser is none."""
        return not (self.env.su or self.env.user.has_group(AGENT))

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        return (
            field.name in self._requester_fields
            or field.name in ("id", "display_name")
            or not self._is_requester()
        )

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not bypass_access and self._is_requester():
            self._check_conditions(domain)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.model
    def _check_conditions(self, domain):
        """A condition tells as much as a value.

        The ORM does not ask for a field that is searched by a method, nor for the one
        by which it climbs a hierarchy.
        """
        for condition in Domain(domain).iter_conditions():
            name, _dot, path = condition.field_expr.partition(".")
            operator, value = condition.operator, condition.value
            if not (field := self._fields.get(name)):
                continue
            self._check_field_access(field, "read")
            records = self.env[field.comodel_name] if field.relational else self
            if not isinstance(records, SlmPublishedMixin):
                continue
            if path:
                records._check_conditions(Domain(path, operator, value))
            elif operator in ("any", "not any") and isinstance(value, Domain | list):
                records._check_conditions(value)
            elif operator in ("child_of", "parent_of"):
                records._check_hierarchy()

    @api.model
    def _check_hierarchy(self):
        if parent := self._fields.get(self._parent_name):
            self._check_field_access(parent, "read")

    def get_external_id(self):
        self.check_access("read")
        return super().get_external_id()

    def _read_group_groupby(self, alias, groupby_spec, query):
        # The ORM does not ask for a many2many field by which it groups.
        name = groupby_spec.partition(":")[0].partition(".")[0]
        if field := self._fields.get(name):
            self._check_field_access(field, "read")
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _check_access(self, operation):
        # Whom a contact belongs to may have changed since it was computed.
        self.invalidate_recordset(["is_published_to_me"], flush=False)
        return super()._check_access(operation)
