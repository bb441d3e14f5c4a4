# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from io import BytesIO
from tempfile import TemporaryFile

from odoo import models

from .paper_binder import PaperBinder


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Long papers are printed in parts, each record for itself."""
        report = self._get_report(report_ref)
        paper = self._get_rendering_context_model(report)
        if not (res_ids and getattr(paper, "_in_parts", False)):
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        records = self.env[report.model].browse(dict.fromkeys(res_ids))
        paper._check_reader(records)
        return {
            record.id: {"stream": self._slm_print(report, record), "attachment": None}
            for record in records
        }

    def _slm_print(self, report, record):
        """The PDF of a record, as a stream.

        Neither the pages nor the browser that makes them ever hold more than one part.
        """
        paper = self._get_rendering_context_model(report)
        title, lang = paper._get_heading(record)
        with TemporaryFile(prefix="slm.paper.") as file:
            binder = PaperBinder(file, title, lang)
            for doc in paper._iter_parts(record):
                binder.add(self._slm_print_part(report, doc))
            binder.close()
            file.seek(0)
            return BytesIO(file.read())

    def _slm_print_part(self, report, doc):
        """A PDF of some pages, as bytes."""
        # with debug, styles come one by one, and some of them too late
        printer = self.with_context(debug=False)
        values = {"docs": [doc], "report_type": "pdf", "debug": False}
        html = printer._render_template(report.report_name, values)
        report = report.with_context(debug=False)
        bodies, _ids, header, footer, arguments = report._prepare_html(html)
        return printer._run_wkhtmltopdf(
            bodies,
            report_ref=report,
            header=header,
            footer=footer,
            specific_paperformat_args=arguments,
        )
