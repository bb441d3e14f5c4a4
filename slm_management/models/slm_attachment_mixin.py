# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class SlmAttachmentMixin(models.AbstractModel):
    """Files in fields of a document are read by whoever reads the document.

    A file that is uploaded on a form belongs to nobody until the form is saved, and
    would be its uploader's for ever. It becomes the document's then; a file that
    somebody else uploaded, or of another document, stays where it is.
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
        records._adopt_files(self._file_fields)
        return records

    def write(self, vals):
        res = super().write(vals)
        self._adopt_files(vals.keys() & {*self._file_fields})
        return res

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _adopt_files(self, names):
        for record in self if names else ():
            files = record.sudo().mapped(lambda r: self._get_files(r, names))
            files.filtered(self._is_stray).write(
                {"res_model": self._name, "res_id": record.id}
            )

    @api.model
    def _get_files(self, record, names):
        files = self.env["ir.attachment"].sudo()
        for name in names:
            files |= record[name]
        return files

    def _is_stray(self, file):
        return (
            not file.res_id
            and not file.res_field
            and file.create_uid.id == self.env.uid
            and file.res_model in (False, self._name)
        )
