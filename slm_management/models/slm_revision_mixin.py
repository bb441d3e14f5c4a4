# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import html2plaintext


class SlmRevisionMixin(models.AbstractModel):
    """Every change of the named fields becomes a line of ``slm.revision``.

    A relation that both sides are governed by is named with the field on the other
    side: if a service is given another one that it needs, the history of both says so.
    Values are kept as text, as they read at the time. The history lives apart from the
    chatter, because followers may be requesters.

    Lines of a one2many change by roads of their own; their model calls
    :meth:`_revising` on the records that they belong to.
    """

    _name = "slm.revision.mixin"
    _description = "History of Changes"

    #: ``{field: field on the other side or None}``
    _revised = {}

    revision_ids = fields.One2many(
        "slm.revision", "res_id", string="History", readonly=True, copy=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        created = [record._prepare_revision_vals("created") for record in records]
        self.env["slm.revision"]._record_batch(created)
        empty = {record: {} for record in records}
        relations = [name for name, other in self._revised.items() if other]
        records._revise_others(empty, records._get_revised(relations))
        return records

    def write(self, vals):
        with self._revising(self._revised.keys() & vals.keys()):
            return super().write(vals)

    def unlink(self):
        deleted = [record._prepare_revision_vals("deleted") for record in self.sudo()]
        relations = [name for name, other in self._revised.items() if other]
        before = self._get_revised(relations)
        others = self._get_others(before)
        res = super().unlink()
        self.env["slm.revision"]._record_batch(deleted)
        gone = {record: {} for record in before}
        self._revise_others(before, gone, others)
        return res

    # ------------------------------------------------------------------
    # Watching
    # ------------------------------------------------------------------

    @contextmanager
    def _revising(self, names):
        """Compare the records before and after the block, and write down what differs.

        What is watched already, by a block around this one, is left to that one.
        """
        watched = self.env.cr.cache.setdefault("slm_revising", set())
        mine = {(self._name, id_, name) for id_ in self._ids for name in names}
        mine -= watched
        names = [name for name in self._revised if name in {key[2] for key in mine}]
        if not names:
            yield
            return
        before = self._get_revised(names)
        watched |= mine
        try:
            yield
        finally:
            watched -= mine
        after = self._get_revised(names)
        self._revise(before, after)
        self._revise_others(before, after)

    def _get_revised(self, names):
        """``{record: {field: value}}``; of a relation ``{id: name}``, else text."""
        records = self.sudo().with_context(active_test=False)
        return {
            record: {name: record._get_revised_value(name) for name in names}
            for record in records
        }

    def _get_revised_value(self, name):
        field, value = self._fields[name], self[name]
        if field.type in ("one2many", "many2many"):
            return {line.id: self._get_line_name(line) for line in value}
        if field.type == "many2one":
            return value.display_name or ""
        if field.type == "html":
            return html2plaintext(value or "").strip()
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return str(value) if value else ""

    @api.model
    def _get_line_name(self, line):
        """How a record that a relation leads to is named in the history."""
        return line.display_name or ""

    def _revise(self, before, after):
        lines = [
            record._prepare_revision_vals("changed", name, old, after[record][name])
            for record, values in before.items()
            for name, old in values.items()
            if old != after[record][name]
        ]
        self.env["slm.revision"]._record_batch(lines)

    def _prepare_revision_vals(self, kind, name=None, old=None, new=None):
        company = self.company_id if "company_id" in self._fields else None
        return {
            "res_model": self._name,
            "res_id": self.id,
            "record_name": self.display_name,
            "kind": kind,
            "field_name": name,
            "old_value": self._tell_revised(old),
            "new_value": self._tell_revised(new),
            "company_id": company and company.id,
        }

    @api.model
    def _tell_revised(self, value):
        if isinstance(value, dict):
            return "\n".join(sorted(value.values()))
        return value or False

    # ------------------------------------------------------------------
    # The other side
    # ------------------------------------------------------------------

    def _get_others(self, values):
        """The records on the other side, with what they hold there by now.

        :param values: of some records, as :meth:`_get_revised` gives them
        :return: ``{record: {field: {id: name}}}``
        """
        found = {}
        for held in values.values():
            for name in held:
                if not (other := self._revised[name]):
                    continue
                records = self.env[self._fields[name].comodel_name].browse(held[name])
                for record, value in records._get_revised([other]).items():
                    found.setdefault(record, {}).update(value)
        return found

    def _revise_others(self, before, after, others_before=None):
        """Write down on the other side what has come or gone there.

        :param others_before: what those that are left behind held, where it can not be
            told any more as the records are gone
        """
        moved = {}
        for record, old in before.items():
            for name, other in self._revised.items():
                if not other:
                    continue
                then, now = old.get(name) or {}, after[record].get(name) or {}
                records = self.env[self._fields[name].comodel_name].sudo()
                for id_ in then.keys() ^ now.keys():
                    changes = moved.setdefault((records.browse(id_), other), {})
                    changes[record] = id_ in now
        self._record_moved(moved, others_before or {})

    def _record_moved(self, moved, others_before):
        lines = []
        for (other, name), changes in moved.items():
            if not other.exists():
                continue
            now = other._get_revised([name])
            now = next(iter(now.values()))[name]
            then = dict(now)
            known = others_before.get(other, {}).get(name, {})
            for record, has_come in changes.items():
                if has_come:
                    then.pop(record.id, None)
                else:
                    then[record.id] = known.get(record.id) or record.display_name
            if then != now:
                vals = other._prepare_revision_vals("changed", name, then, now)
                lines.append(vals)
        self.env["slm.revision"]._record_batch(lines)
