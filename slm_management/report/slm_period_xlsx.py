# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from collections import namedtuple
from datetime import date, datetime

from odoo import api, models

#: a table: what it is called, its columns, and lists of as many values each
Sheet = namedtuple("Sheet", "name, columns, rows")
#: label, one of the ``FORMATS``, and how wide it is in characters
Column = namedtuple("Column", "label, kind, width", defaults=("text", 14))
#: number formats; 14 and 22 show days and times as each user writes them
FORMATS = {
    "text": {"text_wrap": True},
    "count": {"num_format": "#,##0"},
    "number": {"num_format": "0.0"},
    "percent": {"num_format": "0.0%"},
    "hours": {"num_format": "#,##0.00"},
    "day": {"num_format": 14, "align": "left"},
    "moment": {"num_format": 22, "align": "left"},
}
#: what names of sheets can not have, and how long they can be
FORBIDDEN, LONGEST = re.compile(r"[\[\]:*?/\\]+"), 31
#: as much text as a cell can have
LONGEST_TEXT = 32_767
#: spreadsheets know no day before this year
FIRST_YEAR = 1900


class SlmPeriodXlsx(models.AbstractModel):
    """A report about a period as a spreadsheet: a sheet for each table, with numbers
    and days that can be sorted and summed.

    Shares are percents, durations hours of service time, times those of the company.
    Rows go to the disk as they come, so that their number does not matter.
    """

    _name = "slm.period.xlsx"
    _description = "Report about a Period as a Spreadsheet"
    _inherit = ["slm.period.paper", "report.report_xlsx.abstract"]

    def get_workbook_options(self):
        """Rows go to the disk as they are written, and text is never taken for a
        formula, a number or a link."""
        return {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }

    def create_xlsx_report(self, docids, data):
        # on all roads, and before anything else
        self._check_reader(self.env[self._paper_model])
        return super().create_xlsx_report(docids, data)

    def generate_xlsx_report(self, workbook, data, records):
        self._check_reader(records)
        styles = self._prepare_styles(workbook)
        for record in records:
            lang = record._get_paper_lang()
            writer, record = (
                self.with_context(lang=lang),
                record.with_context(lang=lang),
            )
            prefix = f"{record.code} " if len(records) > 1 else ""
            for sheet in writer._iter_sheets(record, record._get_document(lang)):
                writer._write_sheet(workbook, styles, sheet, prefix)

    def _get_objs_for_report(self, docids, data):
        """The selected records, of no other model, whatever the request says."""
        ids = docids or self.env.context.get("active_ids") or []
        return self.env[self._paper_model].browse(dict.fromkeys(ids)).exists()

    @api.model
    def _iter_sheets(self, record, document):
        """The tables, each a :class:`Sheet`.

        :param document: what the record tells of itself in the language of the context
        """
        raise NotImplementedError()

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    @api.model
    def _prepare_styles(self, workbook):
        """Formats by kind of value, and that of heads."""
        header = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        return {"header": workbook.add_format(header)} | {
            kind: workbook.add_format({"valign": "top", **style})
            for kind, style in FORMATS.items()
        }

    @api.model
    def _write_sheet(self, workbook, styles, sheet, prefix=""):
        name = FORBIDDEN.sub("-", f"{prefix}{sheet.name}")[:LONGEST].strip("'")
        page = workbook.add_worksheet(name)
        self._write_header(page, styles, sheet.columns)
        last = 0
        for last, values in enumerate(sheet.rows, 1):
            for number, value in enumerate(values):
                kind = sheet.columns[number].kind
                self._write(page, last, number, value, kind, styles)
        page.autofilter(0, 0, last, len(sheet.columns) - 1)

    @api.model
    def _write_header(self, page, styles, columns):
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer("&L&A&R&P / &N")
        for number, column in enumerate(columns):
            page.set_column(number, number, column.width)
            page.write_string(0, number, column.label, styles["header"])

    @api.model
    def _write(self, page, row, column, value, kind, styles):
        """A value, or a pair of a value and its kind if it is not the column's."""
        if isinstance(value, tuple):
            value, kind = value
        if value is None or value is False or value == "":
            return
        style = styles[kind]
        if isinstance(value, date | datetime) and value.year >= FIRST_YEAR:
            page.write_datetime(row, column, value, style)
        elif isinstance(value, int | float):
            page.write_number(row, column, self._scale(value, kind), style)
        else:
            page.write_string(row, column, str(value)[:LONGEST_TEXT], style)

    @api.model
    def _scale(self, value, kind):
        """A number in the unit of its column: shares of one, and hours."""
        return value / {"percent": 100, "hours": 3600}.get(kind, 1)
