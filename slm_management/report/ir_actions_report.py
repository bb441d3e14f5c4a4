# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from io import BytesIO
from tempfile import TemporaryFile

from odoo import api, models

from .paper_binder import PaperBinder

#: styles and scripts that a page loads from the server
LOADED = re.compile(r"<link\b[^>]*>|<script\b[^>]*\bsrc=[^>]*>\s*</script>")
#: what heads and feet take of these styles
STYLE = """
<style>
    * { box-sizing: border-box; }
    html, body { height: 100%; }
    body { margin: 0; padding: 0 16px; line-height: 1.5; overflow: hidden; }
    table { border-collapse: collapse; }
    img { vertical-align: middle; }
    .w-100 { width: 100%; }
    .text-end { text-align: right; }
    .fw-bold { font-weight: bold; }
</style>
"""
DELAY = "--javascript-delay"


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
        printer = self.with_context(debug=False, slm_in_parts=True)
        values = {"docs": [doc], "report_type": "pdf", "debug": False}
        html = printer._render_template(report.report_name, values)
        report = report.with_context(debug=False)
        bodies, _ids, header, footer, arguments = report._prepare_html(html)
        return printer._run_wkhtmltopdf(
            bodies,
            report_ref=report,
            header=self._slm_lighten(header),
            footer=self._slm_lighten(footer),
            specific_paperformat_args=arguments,
        )

    @api.model
    def _slm_lighten(self, html):
        """A head or a foot that loads nothing: it is drawn anew for each page."""
        return LOADED.sub("", html).replace("</head>", f"{STYLE}</head>", 1)

    @api.model
    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """No part waits for scripts, of which it has none."""
        arguments = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("slm_in_parts") and DELAY in arguments:
            arguments[arguments.index(DELAY) + 1] = "0"
        return arguments
