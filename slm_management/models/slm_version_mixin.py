# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class SlmVersionMixin(models.AbstractModel):
    """What has been in force does not change: its next version is drafted.

    Versions are records with the same code and company, and numbers that count up; one
    of them is drafted at a time. The model that uses the mixin has a ``state``,
    ``previous_version_id`` and ``next_version_ids``, and names its :attr:`_content`. It
    inherits this mixin before those of codes and of revisions.
    """

    _name = "slm.version.mixin"
    _description = "Versions"

    #: the fields that do not change any more once a version was in force
    _content = frozenset()
    #: the states in which a version is being drafted
    _drafting = frozenset({"draft"})

    version = fields.Integer(
        default=1, required=True, readonly=True, copy=False, aggregator=None
    )
    version_count = fields.Integer(
        string="Number of Versions", compute="_compute_version_count"
    )

    # Below the first one, there would be one before what is in force.
    _version_positive = models.Constraint(
        "CHECK(version > 0)", "Versions are counted from 1."
    )

    @api.constrains("previous_version_id", "code", "version", "company_id")
    def _check_previous_version(self):
        for record in self.sudo():
            previous = record.previous_version_id
            if previous and (
                previous.code != record.code
                or previous.company_id != record.company_id
                or previous.version >= record.version
            ):
                raise ValidationError(
                    self.env._(
                        "%(record)s can not follow %(previous)s: a version has the "
                        "code and the company of the one before it, and a higher "
                        "number.",
                        record=record.display_name,
                        previous=previous.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("version")
    def _compute_display_name(self):
        super()._compute_display_name()
        if self.env.context.get("import_compat"):
            return
        for record in self:
            if record.version > 1:
                record.display_name = f"{record.display_name} (v{record.version})"

    @api.depends("code", "company_id")
    def _compute_version_count(self):
        groups = self.with_context(active_test=False)._read_group(
            [("code", "in", self.mapped("code"))], ["code", "company_id"], ["__count"]
        )
        counts = {(code, company.id): count for code, company, count in groups}
        for record in self:
            record.version_count = counts.get((record.code, record.company_id.id), 0)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        if self._content & vals.keys():
            self._check_changeable()
        return super().write(vals)

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        """The road of the translation dialog."""
        if field_name in self._content:
            self._check_changeable()
        return super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )

    def copy_data(self, default=None):
        """A copy is a record of its own; a next version names what it follows."""
        vals_list = super().copy_data(default)
        if "name" in (default or {}) or "previous_version_id" in (default or {}):
            return vals_list
        return [
            dict(vals, name=self.env._("%(name)s (copy)", name=record.name))
            for record, vals in zip(self, vals_list, strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_if_changeable(self):
        self._check_changeable()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_new_version(self):
        """Draft the next version, or open the one that is being drafted."""
        self.ensure_one()
        drafts = self._get_versions().filtered(lambda v: v.state in self._drafting)
        draft = drafts[:1] or self._create_next_version()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "view_mode": "form",
        }

    def action_view_versions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"slm_management.{self._table}_action"
        )
        versions = self._get_versions()
        context = {"active_test": False}
        return dict(action, domain=[("id", "in", versions.ids)], context=context)

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _get_all_versions(self):
        """All versions of all of these records."""
        if not self:
            return self
        records = self.with_context(active_test=False).search(
            [("code", "in", self.mapped("code"))]
        )
        keys = {(record.code, record.company_id.id) for record in self}
        return records.filtered(lambda r: (r.code, r.company_id.id) in keys)

    def _get_versions(self):
        """All versions of the record, the newest first."""
        self.ensure_one()
        return self.with_context(active_test=False).search(
            [("code", "=", self.code), ("company_id", "=", self.company_id.id)],
            order="version desc",
        )

    def _check_changeable(self):
        """Refuse to change, or to delete, what is or was in force."""
        # first, as the error names the record
        self.check_access("write")
        for record in self._get_frozen():
            raise UserError(record._get_frozen_message())

    def _get_frozen(self):
        """Those of the records that do not change any more."""
        return self.sudo().filtered(lambda record: record.state not in self._drafting)

    def _get_frozen_message(self):
        raise NotImplementedError

    def _create_next_version(self):
        newest = self._get_versions()[0]
        return newest.copy(newest._prepare_next_version_vals())

    def _prepare_next_version_vals(self):
        self.ensure_one()
        return {
            "code": self.code,
            "version": self.version + 1,
            "previous_version_id": self.id,
        }

    @api.model
    def _get_line_name(self, line):
        """In the history, a line of a publication says which side it is on."""
        name = super()._get_line_name(line)
        if line._name != "slm.publication":
            return name
        roles = dict(line._fields["role"]._description_selection(self.env))
        return f"{roles[line.role]}: {name}"
