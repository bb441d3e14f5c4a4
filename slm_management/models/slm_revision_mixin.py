# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter
from contextlib import ExitStack, contextmanager

from odoo import api, fields, models
from odoo.tools import html2plaintext

#: what is being watched, in the cache of the cursor: nothing that a client sends
WATCHED = "slm_revision_watched"
#: how many names of a list that stay as they are a line tells; of more, the number
TOLD = 20


class SlmRevisionMixin(models.AbstractModel):
    """Every change of the named fields becomes a line of ``slm.revision``.

    A relation that both sides are governed by is named with the field on the other
    side: if a service is given another one that it needs, the history of both says so.
    Values are kept as text, as they read at the time; creation and deletion tell all of
    them. The history lives apart from the chatter, because followers may be requesters.

    Lines of a one2many change by roads of their own; their model calls
    :meth:`_revising` on the records that they belong to.
    """

    _name = "slm.revision.mixin"
    _description = "History of Changes"

    #: ``{field: field on the other side or None}``
    _revised = {}
    #: ``{field: the one of _revised that also changes when this one is written}``
    _revised_through = {}

    revision_ids = fields.One2many(
        "slm.revision", "res_id", string="History", readonly=True, copy=False
    )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        revisions = self.env["slm.revision"]
        with revisions._gathering() as lines:
            records = super().create(vals_list)
        # What comes with a new record is told by its first line.
        lines = [line for line in lines if not records._is_about(line)]
        after = records._get_revised(self._revised)
        revisions._record_batch(records._prepare_whole("created", after) + lines)
        records._revise_others(dict.fromkeys(after, {}), after)
        return records

    def copy(self, default=None):
        revisions = self.env["slm.revision"]
        with revisions._gathering() as lines:
            copies = super().copy(default)
        # Translations are written after the creation, and are no change.
        revisions._record_batch(
            [
                line
                for line in lines
                if line["kind"] != "changed" or not copies._is_about(line)
            ]
        )
        return copies

    def write(self, vals):
        names = {self._revised_through.get(name, name) for name in vals}
        with self._revising(self._revised.keys() & names):
            return super().write(vals)

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        """The road of the translation dialog; each language is a change of its own."""
        names = self._revised.keys() & {field_name}
        with ExitStack() as stack:
            for lang in list(translations):
                stack.enter_context(self.with_context(lang=lang)._revising(names))
            return super()._update_field_translations(
                field_name, translations, *args, **kwargs
            )

    def unlink(self):
        before = self.exists()._get_revised(self._revised)
        deleted = self._prepare_whole("deleted", before)
        names = {record.id: record.display_name for record in before}
        res = super().unlink()
        self.env["slm.revision"]._record_batch(deleted)
        self._revise_others(before, dict.fromkeys(before, {}), names)
        return res

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_revisions(self):
        """The whole history of the record, to be filtered and grouped."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_revision_action"
        )
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        name = self.env._("History of %(name)s", name=self.display_name)
        return dict(action, name=name, domain=domain, context={})

    # ------------------------------------------------------------------
    # Watching
    # ------------------------------------------------------------------

    @contextmanager
    def _revising(self, names):
        """Compare the records before and after the block, and write down what differs.

        What is watched already, by a block around this one, is left to that one.
        """
        watched = self.env.cr.cache.setdefault(WATCHED, set())
        mine = {self._get_watch_key(id_, n) for id_ in self._ids if id_ for n in names}
        mine -= watched
        if not mine:
            yield
            return
        before = self._get_revised(names, mine)
        watched |= mine
        try:
            yield
            after = self._get_revised(names, mine)
            self._revise(before, after)
            self._revise_others(before, after)
        finally:
            watched -= mine

    @api.model
    def _get_watch_key(self, id_, name):
        lang = self._fields[name].translate and (self.env.lang or "en_US")
        return self._name, id_, name, lang

    def _get_revised(self, names, keys=None):
        """``{record: {field: value}}``; of a relation ``{id: name}``, else text.

        :param keys: without, all fields of all records
        """
        records = self.sudo().with_context(active_test=False, import_compat=False)
        return {
            record: {
                name: record._get_revised_value(name)
                for name in self._revised
                if name in names
                and (keys is None or self._get_watch_key(record.id, name) in keys)
            }
            for record in records
            if record.id
        }

    def _get_revised_value(self, name):
        field, value = self._fields[name], self[name]
        if field.relational:
            return {line.id: self._get_line_name(line) for line in value}
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

    @api.model
    def _differs(self, name, old, new):
        """Of records elsewhere it counts which they are, not what they are called."""
        if self._fields[name].type == "one2many":
            return Counter(old.values()) != Counter(new.values())
        if isinstance(old, dict):
            return old.keys() != new.keys()
        return old != new

    def _revise(self, before, after):
        lines = [
            record._prepare_changed(name, old, after[record][name])
            for record, values in before.items()
            for name, old in values.items()
            if self._differs(name, old, after[record][name])
        ]
        self.env["slm.revision"]._record_batch(lines)

    # ------------------------------------------------------------------
    # The other side
    # ------------------------------------------------------------------

    def _revise_others(self, before, after, names=None):
        """Write down on the other side of relations what has come or gone there.

        :param names: of the records by id, where they are gone
        """
        lines = []
        for name, other in self._revised.items():
            if other:
                moved = self._get_moved(name, before, after)
                lines += self._prepare_moved(name, other, moved, names)
        self.env["slm.revision"]._record_batch(lines)

    @api.model
    def _get_moved(self, name, before, after):
        """``{id on the other side: {record: whether it has come}}``"""
        moved = {}
        for record, values in after.items():
            then, now = before[record].get(name) or {}, values.get(name) or {}
            for id_ in then.keys() ^ now.keys():
                moved.setdefault(id_, {})[record] = id_ in now
        return moved

    def _prepare_moved(self, name, other, moved, names):
        watched = self.env.cr.cache.get(WATCHED, ())
        records = self.env[self._fields[name].comodel_name].sudo()
        records = records.with_context(active_test=False, import_compat=False)
        others = records.browse(moved).exists()
        return [
            record._prepare_moved_line(other, moved[record.id], names)
            for record in others
            if record._get_watch_key(record.id, other) not in watched
        ]

    def _prepare_moved_line(self, name, changes, names):
        """:param changes: ``{record: whether it has come}``"""
        told = {
            record: names[record.id] if names else record.display_name
            for record in changes
        }
        gone = {record.id: told[record] for record, come in changes.items() if not come}
        come = {record.id: told[record] for record, come in changes.items() if come}
        kept = self[name].filtered(lambda line: line.id not in come)
        # Of many names, only the number is told: so nobody has to look them up.
        many = len(kept) > TOLD
        kept = {line.id: "" if many else self._get_line_name(line) for line in kept}
        return self._prepare_changed(name, kept | gone, kept | come)

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def _is_about(self, line):
        return line["res_model"] == self._name and line["res_id"] in self._ids

    @api.model
    def _prepare_whole(self, kind, values):
        """Lines on records that begin or end, with all that they hold."""
        column = "new_value" if kind == "created" else "old_value"
        return [
            dict(
                record._prepare_revision_vals(kind), **{column: record._tell_all(held)}
            )
            for record, held in values.items()
        ]

    def _prepare_changed(self, name, old, new):
        if isinstance(old, dict):
            old, new = self._tell_lists(old, new)
        many = len(self.env["res.lang"].get_installed()) > 1
        lang = many and self._fields[name].translate and (self.env.lang or "en_US")
        return dict(
            self._prepare_revision_vals("changed"),
            field_name=name,
            old_value=old or False,
            new_value=new or False,
            lang=lang or False,
        )

    def _prepare_revision_vals(self, kind):
        company = self.company_id if "company_id" in self._fields else None
        return {
            "res_model": self._name,
            "res_id": self.id,
            "record_name": self.display_name,
            "kind": kind,
            "company_id": company and company.id,
        }

    @api.model
    def _tell_lists(self, old, new):
        """Two lists as texts, one name a line; a long part that stays is not told."""
        kept = {id_ for id_ in old if id_ in new and old[id_] == new[id_]}
        if len(kept) <= TOLD:
            return "\n".join(sorted(old.values())), "\n".join(sorted(new.values()))
        others = self.env._("… and %(count)s others", count=len(kept))
        return tuple(
            "\n".join([*sorted(v for k, v in side.items() if k not in kept), others])
            for side in (old, new)
        )

    def _tell_all(self, values):
        """What a record holds, as text: a field a line."""
        told = []
        for name, value in values.items():
            if isinstance(value, dict):
                names = sorted(value.values())
                if len(names) > TOLD:
                    count = len(names) - TOLD
                    rest = self.env._("… and %(count)s others", count=count)
                    names[TOLD:] = [rest]
                value = ", ".join(names)
            if value:
                told.append(
                    f"{self._fields[name]._description_string(self.env)}: {value}"
                )
        return "\n".join(told)
