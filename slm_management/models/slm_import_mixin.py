# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

#: how a record is named in a cell: ``CODE``, ``[CODE] Name``, either with `` (v2)``
KEY = re.compile(
    r"(?:\[(?P<named>[^\]]+)\].*?|(?P<code>.+?))(?: \(v(?P<version>\d+)\))?"
)
#: the columns that tell one line of a file from another
KEY_COLUMNS = {"code", "version", "company_id"}


class SlmImportMixin(models.AbstractModel):
    """Codes are the keys of imports and exports through Odoo's own tools.

    A line of a file is for the record that its external or database id names. Without
    such an id, or with an external one that is unknown here, it is for the record of
    the current company (or of the one in the line) that has its code, archived or not.
    Only a line with no code or with a new one makes a record.

    Cells of relations take codes, and an export that is meant to be imported again
    writes them. Lines may come in any order. What a line leaves as it is is not
    written, so the file may hold what must not change any more.

    Of a model with versions (a field ``version``) a line is for the version that it
    names, else for the newest one.
    """

    _name = "slm.import.mixin"
    _description = "Codes as Keys of Imports"

    # ------------------------------------------------------------------
    # Export
    # ------------------------------------------------------------------

    @api.depends("code")
    @api.depends_context("import_compat")
    def _compute_display_name(self):
        super()._compute_display_name()
        if not self.env.context.get("import_compat"):
            return
        for record in self:
            record.display_name = record._get_import_key() or record.display_name

    def _get_import_key(self):
        """What stands for the record in a file, or False."""
        self.ensure_one()
        if self.code and "version" in self._fields:
            return f"{self.code} (v{self.version})"
        return self.code

    def export_data(self, fields_to_export):
        """What is exported to be imported again is complete, with what is archived."""
        records = self
        if self.env.context.get("import_compat", True):
            records = self.with_context(import_compat=True, active_test=False)
        return super(SlmImportMixin, records).export_data(fields_to_export)

    # ------------------------------------------------------------------
    # Import
    # ------------------------------------------------------------------

    @api.model
    def load(self, fields, data):
        if self.env.context.get("install_module"):
            return super().load(fields, data)
        if messages := self._find_repeated(fields, data):
            return {"ids": False, "messages": messages, "nextrow": 0}
        records = self.with_context(slm_import=True, active_test=False)
        if later := self._get_later_columns(fields):
            return records._load_in_two_steps(fields, data, later)
        return super(SlmImportMixin, records).load(fields, data)

    @api.model
    def _find_repeated(self, fields, data):
        """Messages on lines whose code stands on a line above; nobody says which of
        them counts."""
        if "code" not in fields or {"id", ".id"} & set(fields):
            return []
        at = fields.index("code")
        keys = [i for i, f in enumerate(fields) if f.split("/")[0] in KEY_COLUMNS]
        seen, messages = set(), []
        for row, line in enumerate(data):
            key = tuple(str(line[column]).strip() for column in keys)
            if line[at] and key in seen:
                messages.append(self._prepare_repeated(row, line[at]))
            seen.add(key)
        return messages

    @api.model
    def _prepare_repeated(self, row, code):
        return {
            "type": "error",
            "record": row,
            "rows": {"from": row, "to": row},
            "field": "code",
            "message": self.env._(
                "The code %(code)s is on several lines of the file, but it stands for "
                "one record. Keep one of these lines.",
                code=code,
            ),
        }

    @api.model
    def _get_later_columns(self, fields):
        """Columns that may name what comes further down in the file."""
        paths = [path.split("/")[0] for path in fields]
        types = [getattr(self._fields.get(name), "type", None) for name in paths]
        if "one2many" in types or self.env.context.get("import_skip_records"):
            return []  # a record has no line of its own then, or may be left out
        return [
            column
            for column, name in enumerate(paths)
            if types[column] in ("many2one", "many2many")
            and self._fields[name].comodel_name == self._name
        ]

    @api.model
    def _load_in_two_steps(self, fields, data, later):
        """First the records, then what they have to do with each other."""
        first = [column for column in range(len(fields)) if column not in later]
        load = super().load
        with self.env.cr.savepoint() as savepoint:
            done = load(
                [fields[column] for column in first],
                [[line[column] for column in first] for line in data],
            )
            if not done["ids"]:
                return done
            linked = load(
                [".id", *(fields[column] for column in later)],
                [
                    [str(id_), *(line[column] for column in later)]
                    for id_, line in zip(done["ids"], data, strict=False)
                ],
            )
            if not linked["ids"]:
                savepoint.rollback()
        messages = done["messages"] + linked["messages"]
        return dict(done, ids=linked["ids"], messages=messages)

    def _load_records(self, data_list, update=False):
        if not self.env.context.get("slm_import"):
            return super()._load_records(data_list, update)
        self._resolve_codes(data_list)
        try:
            return super()._load_records(data_list, update)
        except UserError as error:
            if len(data_list) == 1:
                raise
            # Core would blame the first line of the batch; after any other error it
            # goes line by line, and finds out which one it is.
            raise ValueError(str(error)) from error

    def _load_records_write(self, values):
        if self.env.context.get("slm_import"):
            if not values.get("code"):
                values.pop("code", None)
            values = {k: v for k, v in values.items() if not self._holds(k, v)}
        return super()._load_records_write(values)

    @api.model
    def _resolve_codes(self, data_list):
        """Give the lines that are known by their code alone the id of the record."""
        xml_ids = [data["xml_id"] for data in data_list if data.get("xml_id")]
        known = {
            f"{module}.{name}"
            for _id, module, name, _model, _res_id, _noupdate, exists in (
                self.env["ir.model.data"].sudo()._lookup_xmlids(xml_ids, self)
            )
            if exists
        }
        lines = [
            data
            for data in data_list
            if data["values"].get("code")
            and not data["values"].get("id")
            and data.get("xml_id") not in known
        ]
        codes = {str(data["values"]["code"]).strip() for data in lines}
        found = self._find_by_code(codes)
        for data in lines:
            if record := self._choose(found, data["values"]):
                data.pop("xml_id", None)
                data["values"]["id"] = record.id

    @api.model
    def _find_by_code(self, codes, domain=None):
        records = self.with_context(active_test=False)
        return records.search(Domain("code", "in", list(codes)) & Domain(domain or []))

    @api.model
    def _choose(self, records, values):
        """The one that a line is for: that of its company, and the newest version.

        :param values: ``code``, and ``company_id`` and ``version`` if they are known
        """
        companies = [self.env.company.id, False]
        if "company_id" in values:
            companies = [values["company_id"]]
        versioned = "version" in self._fields
        for company in companies:
            fit = records.sudo().filtered(
                lambda r, company=company: (
                    r.code == str(values["code"]).strip()
                    and r.company_id.id == company
                    and (not values.get("version") or r.version == values["version"])
                )
            )
            if fit:
                newest = fit.sorted("version")[-1] if versioned else fit[0]
                return newest.sudo(False)
        return self.browse()

    def _holds(self, name, value):
        """Whether a field has a value, given as for :meth:`write`, already."""
        field = self._fields[name]
        held = self.with_context(active_test=False)[name]
        if field.type in ("one2many", "many2many"):
            commands = value or []
            return len(commands) == 1 and (
                commands[0][0] == Command.SET and set(commands[0][2]) == set(held.ids)
            )
        if field.type == "properties":
            return False
        return (
            field.convert_to_record(field.convert_to_cache(value, self), self) == held
        )

    # ------------------------------------------------------------------
    # Cells of relations
    # ------------------------------------------------------------------

    @api.model
    @api.readonly
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """An import asks for ``=``: whoever has that code comes before all names."""
        if operator == "=" and (record := self._find_by_key(name, domain)):
            return [(record.id, record.display_name)]
        return super().name_search(name, domain, operator, limit)

    @api.model
    def _find_by_key(self, key, domain=None):
        key = str(key or "").strip()
        match = KEY.fullmatch(key)
        if not match:
            return self.browse()
        code, version = match["named"] or match["code"], match["version"]
        records = self._find_by_code({key, code}, domain)
        whole = self._choose(records, {"code": key})
        if whole or (version and "version" not in self._fields):
            return whole
        return self._choose(records, {"code": code, "version": int(version or 0)})
