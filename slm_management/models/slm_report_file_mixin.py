# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import SUPERUSER_ID, models
from odoo.tools.misc import get_lang

#: what names of files can not have on some system
FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


class SlmReportFileMixin(models.AbstractModel):
    """A report about a period that is handed out as files.

    The model that uses it has ``code``, ``company_id`` and the fields of
    ``slm.period.mixin``; its actions are named after it:
    ``action_report_<model>`` and ``action_report_<model>_xlsx``.
    """

    _name = "slm.report.file.mixin"
    _description = "Report with Files"

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _render_pdf(self, lang=None):
        """The report as PDF, as bytes, for who may read it: that has been asked before.

        While tests run it is the page as HTML, as with all reports of Odoo, unless the
        context has ``force_report_rendering``.

        :param lang: code of a language; without it, that of the customer of whom the
            report is, else the reader's
        """
        printer = self._get_printer(lang)
        report = printer._get_report(self._get_paper_action())
        return printer._render_qweb_pdf(report, self.ids)[0]

    def _render_xlsx(self, lang=None):
        """The report as a spreadsheet; see :meth:`_render_pdf`."""
        printer = self._get_printer(lang)
        report = printer._get_report(f"{self._get_paper_action()}_xlsx")
        return printer._render_xlsx(report, self.ids, {})[0]

    def _get_printer(self, lang):
        """Reports as superuser, in the report's company and in a language."""
        self.ensure_one()
        printer = self.env["ir.actions.report"].with_company(self.company_id)
        lang = lang or self._get_paper_lang()
        return printer.with_context(slm_paper_lang=lang).with_user(SUPERUSER_ID)

    def _get_paper_action(self):
        return f"slm_management.action_report_{self._name.replace('.', '_')}"

    def _get_paper_lang(self):
        """The language that was asked for, else the customer's, else the reader's."""
        wanted = self.env.context.get("slm_paper_lang")
        lang = wanted or self._get_customer().lang or self.env.user.lang
        return get_lang(self.env, lang).code

    def _get_customer(self):
        """The customer of whom the report is and who gets it; of others nobody."""
        is_for_customer = "audience" in self._fields and self.audience == "customer"
        return self.partner_id if is_for_customer else self.env["res.partner"]

    def _get_report_base_filename(self):
        """Code, customer and period, as name of a file."""
        self.ensure_one()
        writer = self.with_context(lang=self._get_paper_lang())
        customer = writer._get_customer().display_name
        parts = [writer.code, customer, writer._get_period_name()]
        return FORBIDDEN.sub("-", " ".join(part for part in parts if part))

    def _get_period_name(self):
        """The period as people call it, in the language of the context."""
        start = self.company_id._slm_get_first_month()
        return self._tell_period(self.date_from, self.date_to, self.period, start)
