# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import re
from io import BytesIO
from tempfile import TemporaryFile

from odoo import api, models
from odoo.exceptions import UserError

from .paper_binder import PaperBinder

_logger = logging.getLogger(__name__)

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
#: a page with nothing but its head and its foot, which an empty one does not get
BLANK = "<!DOCTYPE html><html><body><p>&#160;</p></body></html>"
DELAY = "--javascript-delay"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Long papers are printed in parts, each record for itself; and so is what
        could not be printed in one piece."""
        report = self._get_report(report_ref)
        paper = self._get_rendering_context_model(report)
        in_parts = getattr(paper, "_in_parts", None)
        if not res_ids or in_parts is None:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        if not in_parts:
            try:
                return super()._render_qweb_pdf_prepare_streams(
                    report_ref, data, res_ids
                )
            except UserError as error:
                _logger.info("%s is printed anew: %s", report.report_name, error)
        return self._slm_print_records(report, res_ids)

    def _slm_print_records(self, report, res_ids):
        paper = self._get_rendering_context_model(report)
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
        with TemporaryFile(prefix="slm.paper.") as file:
            binder = PaperBinder(file)
            for doc in paper._iter_parts(record):
                self._slm_print_part(report, doc, binder)
            binder.close(paper._get_heading(record), doc["lang"])
            file.seek(0)
            return BytesIO(file.read())

    def _slm_print_part(self, report, doc, binder):
        """Add some pages to those that are bound.

        wkhtmltopdf counts the pages and makes a head and a foot for each of them; then
        it lays out the tables once more, and if that gives a page more than before, it
        crashes. So it never sees both: head and foot are printed once, on a blank page
        which the binder puts behind all others.
        """
        # with debug, styles come one by one, and some of them too late
        printer = self.with_context(debug=False, slm_in_parts=True)
        values = {"docs": [doc], "report_type": "pdf", "debug": False}
        html = printer._render_template(report.report_name, values)
        report = report.with_context(debug=False)
        bodies, _ids, header, footer, arguments = report._prepare_html(html)
        options = {"report_ref": report, "specific_paperformat_args": arguments}
        if not binder.pages:
            margins = {
                "header": self._slm_lighten(header),
                "footer": self._slm_lighten(footer),
            }
            binder.frame(printer._run_wkhtmltopdf([BLANK], **margins, **options))
        binder.add(printer._run_wkhtmltopdf(bodies, **options))

    @api.model
    def _slm_lighten(self, html):
        """A head or a foot that loads nothing."""
        return LOADED.sub("", html).replace("</head>", f"{STYLE}</head>", 1)

    @api.model
    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """No part waits for scripts, of which it has none."""
        arguments = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("slm_in_parts") and DELAY in arguments:
            arguments[arguments.index(DELAY) + 1] = "0"
        return arguments
