# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError


class SlmAttachmentMixin(models.AbstractModel):
    """Files in fields of a document are read by whoever reads the document.

    A file that is uploaded on a form belongs to nobody until the form is saved, and
    would be its uploader's for ever. It becomes the document's then. A file that
    somebody else uploaded, or of another document, is not taken: whoever names its id
    is refused. A copy of a document has no files.
    """

    _name = "slm.attachment.mixin"
    _description = "Files of a Document"

    #: the fields with files, many2many to ``ir.attachment``
    _file_fields = ()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records:
            record._adopt_files(record._get_files())
        return records

    def write(self, vals):
        if not vals.keys() & {*self._file_fields}:
            return super().write(vals)
        held = {record: record._get_files() for record in self}
        res = super().write(vals)
        for record in self:
            record._adopt_files(record._get_files() - held[record])
        return res

    def copy_data(self, default=None):
        names = {*self._file_fields} - (default or {}).keys()
        return [
            {name: value for name, value in vals.items() if name not in names}
            for vals in super().copy_data(default)
        ]

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _adopt_files(self, files):
        """Let files that have come become the document's, or refuse them."""
        self.ensure_one()
        strays = files.filtered(self._is_stray)
        if not (self.env.su or all(map(self._has_file, files - strays))):
            # without a name: it may not be for whoever tries
            raise AccessError(
                self.env._(
                    "%(document)s can not have a file that somebody else has uploaded, "
                    "or that belongs to another document. Upload it here.",
                    document=self.display_name,
                )
            )
        if strays:
            strays.write({"res_model": self._name, "res_id": self.id, "public": False})

    def _get_files(self):
        """All files in the fields, those that the user may not read as well."""
        files = self.env["ir.attachment"].sudo()
        return files.union(*(self.sudo()[name] for name in self._file_fields))

    def _has_file(self, file):
        return (file.res_model, file.res_id) == (self._name, self.id)

    @api.model
    def _is_stray(self, file):
        return (
            not file.res_id
            and not file.res_field
            and file.create_uid.id == self.env.uid
            and file.res_model in (False, self._name)
        )
