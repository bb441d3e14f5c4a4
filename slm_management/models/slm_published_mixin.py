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
    bring, on every road that the ORM knows: reading, searching, sorting, grouping.

    The model that uses the mixin says in :meth:`_get_published_domain` what is published
    to some contacts.
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
        open_fields = {"id", "display_name", *self._requester_fields}
        return field.name in open_fields or not self._is_requester()

    def _check_access(self, operation):
        # Whom a contact belongs to may have changed since it was computed.
        self.invalidate_recordset(["is_published_to_me"], flush=False)
        return super()._check_access(operation)
