# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError

#: who handles reports about periods
ADMINISTRATOR = "slm_management.group_slm_administrator"
#: rows of tables that are printed at a time
PART_SIZE = 300
#: height of a full column of a picture, in pixels
HEIGHT = 46


class SlmPeriodPaper(models.AbstractModel):
    """A report about a period on paper, which may have any number of rows.

    It is printed in parts of :data:`PART_SIZE` rows, see ``ir.actions.report``, so that
    what is in memory does not depend on how many there are. The first part has all that
    is not a long table; a table goes on in the next part under the same heads.
    """

    _name = "slm.period.paper"
    _description = "Report about a Period on Paper"
    _inherit = ["slm.paper"]

    _in_parts = True

    @api.model
    def _check_reader(self, records):
        """Administrators and managers, and who has asked before: the portal and e-mail
        print as the superuser himself, who nobody can be from outside."""
        if self.env.uid == SUPERUSER_ID:
            return
        if not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(
                self.env._(
                    "Only administrators and managers of service levels print and "
                    "export these reports: ask one of them."
                )
            )
        records.with_user(self.env.user).check_access("read")

    @api.model
    def _prepare_document(self, record):
        """The first part: what is shown on the screen."""
        parts = self._iter_parts(record)
        doc = next(parts)
        doc["is_cut"] = next(parts, None) is not None
        return doc

    # ------------------------------------------------------------------
    # Parts
    # ------------------------------------------------------------------

    @api.model
    def _get_heading(self, record):
        return record._get_report_base_filename()

    @api.model
    def _iter_parts(self, record):
        lang = record._get_paper_lang()
        writer, record = self.with_context(lang=lang), record.with_context(lang=lang)
        document = record._get_document(lang)
        head = writer._prepare_head(record, document)
        doc, room = {**head, "is_first": True, "tables": []}, PART_SIZE
        doc |= writer._prepare_content(document)
        for table, rows in writer._iter_tables(record, document):
            is_begun = False
            for row in rows:
                if not room:
                    yield doc
                    doc, room = {**head, "is_first": False, "tables": []}, PART_SIZE
                if not is_begun or not doc["tables"]:
                    doc["tables"].append({**table, "rows": [], "goes_on": is_begun})
                    is_begun = True
                doc["tables"][-1]["rows"].append(row)
                room -= 1
            if not is_begun:
                doc["tables"].append({**table, "rows": []})
        yield doc

    @api.model
    def _prepare_head(self, record, document):
        """What each part needs: keys of ``_prepare_margins``, ``title``, ``name``,
        ``number`` and ``state``.

        :param document: what the record tells of itself in the language of the paper
        """
        return {
            **self._prepare_margins(record, record.company_id),
            "is_numbered": True,
            "height": HEIGHT,
        }

    @api.model
    def _prepare_content(self, document):
        """What only the first part has."""
        return {}

    @api.model
    def _iter_tables(self, record, document):
        """Pairs of a table and its rows.

        A table has ``title``, ``empty`` (what is said if there are no rows) and
        ``columns``, each with ``label``, ``width`` (as in CSS) and ``is_number``. A row
        is a list of cells, a cell a list of pairs of a text and a class of CSS.
        """
        return iter(())

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _prepare_cell(self, *lines):
        """Lines that say something; texts or pairs of a text and a class."""
        pairs = (line if isinstance(line, tuple) else (line, "") for line in lines)
        return [(text, kind) for text, kind in pairs if text]

    @api.model
    def _prepare_column(self, label, width, is_number=False):
        return {"label": label, "width": width, "is_number": is_number}
