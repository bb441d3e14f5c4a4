# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from werkzeug.urls import url_encode

from odoo import http
from odoo.http import request
from odoo.tools import format_date

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

REPORTS = "/my/service-reports"
PUBLISHED = f"{REPORTS}/published"
PAGE_SIZE = 20
#: rows of a table on the screen; files have them all
SHOWN_ROWS = 100
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ServiceReportPortal(CustomerPortal):
    """Statistics of service levels, and published reports, for those they are about.

    Who may see what is asked of ``slm.portal.statistics``, each time. Templates get
    plain values only. What is not for him is answered as what is missing.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "slm_report_count" in counters:
            values["slm_report_count"] = self._slm_count_news()
        return values

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    @http.route(REPORTS, type="http", auth="user", website=True, readonly=True)
    def portal_my_service_reports(
        self, length=None, date=None, scope=None, company=None, gone=None, **kw
    ):
        """The statistics of a period.

        :param date: any day of it
        :param scope: ``own`` or ``organisation``
        :param gone: set when somebody asked for a report that is not his
        """
        statistics = self._slm_get_statistics()
        chosen = statistics._choose(length, date, scope, company)
        values = self._slm_prepare_layout("slm_service_reports", gone=bool(gone))
        values["statistics"] = statistics._get_statistics(chosen)
        values["choice"] = self._slm_prepare_choice(statistics, chosen)
        values["pictures"] = self._slm_prepare_pictures(values["statistics"])
        return request.render("slm_management.portal_my_service_reports", values)

    @http.route(
        [PUBLISHED, f"{PUBLISHED}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_published_reports(self, page=1, **kw):
        """The published reports, the latest first."""
        reports = request.env["slm.service.report"].sudo()
        domain = self._slm_get_statistics()._get_report_domain()
        pager = portal_pager(
            url=PUBLISHED,
            total=reports.search_count(domain),
            page=page,
            step=PAGE_SIZE,
        )
        found = reports.search(domain, limit=PAGE_SIZE, offset=max(0, pager["offset"]))
        values = self._slm_prepare_layout("slm_published_reports", pager=pager)
        values["reports"] = self._slm_prepare_reports(found)
        return request.render("slm_management.portal_my_published_reports", values)

    @http.route(
        f"{REPORTS}/<int:report_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_service_report(self, report_id, **kw):
        """One report on the screen; it tells by another route that it was seen."""
        report = self._slm_find_report(report_id)
        if not report:
            return self._slm_refuse()
        values = self._slm_prepare_layout("slm_service_report")
        values["report"] = self._slm_prepare_report(report, set())
        values["document"] = report._get_document(request.env.lang)
        values["tables"] = {
            section: next(report._iter_rows(section, size=SHOWN_ROWS), [])
            for section in ("late", "excluded")
        }
        values["pictures"] = self._slm_prepare_document_pictures(values["document"])
        return request.render("slm_management.portal_my_service_report", values)

    @http.route(
        [f"{REPORTS}/<int:report_id>/<any(pdf, xlsx):kind>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_service_report_file(self, report_id, kind, **kw):
        """One report as a file, in the language of who asks. Who has it has seen it."""
        report = self._slm_find_report(report_id)
        if not report:
            return self._slm_refuse()
        content = getattr(report, f"_render_{kind}")(request.env.lang)
        self._slm_get_statistics()._find_news(report)._mark_seen()
        name = f"{report.code} v{report.version}.{kind}"
        headers = {
            "Content-Type": TYPES[kind],
            "Content-Length": len(content),
            "Content-Disposition": http.content_disposition(name),
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return request.make_response(content, headers=list(headers.items()))

    @http.route(f"{REPORTS}/<int:report_id>/seen", type="jsonrpc", auth="user")
    def portal_my_service_report_seen(self, report_id, **kw):
        """He has opened the page of a report; nothing is told, whatever there is."""
        statistics = self._slm_get_statistics()
        if report := self._slm_find_report(report_id):
            statistics._find_news(report)._mark_seen()

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _slm_get_statistics(self):
        return request.env["slm.portal.statistics"]

    def _slm_find_report(self, report_id):
        return self._slm_get_statistics()._find_report(report_id)

    def _slm_count_news(self):
        return len(self._slm_get_statistics()._find_news())

    def _slm_refuse(self):
        return request.redirect(f"{REPORTS}?gone=1")

    def _slm_prepare_layout(self, page_name, **values):
        return {
            **self._prepare_portal_layout_values(),
            "page_name": page_name,
            "news_count": self._slm_count_news(),
            **values,
        }

    # ------------------------------------------------------------------
    # Choosing
    # ------------------------------------------------------------------

    def _slm_prepare_choice(self, statistics, chosen):
        """What is chosen, and what else there is, with addresses."""
        choices, first = statistics._get_choices(chosen), chosen["days"][0].isoformat()
        told = dict(choices["periods"])[first]
        days = [format_date(request.env, day) for day in chosen["days"]]
        args = {"length": chosen["length"], "date": first}
        if statistics._sees_organisation():
            args["scope"] = "organisation" if chosen["wide"] else "own"
        if len(choices["companies"]) > 1:
            args["company"] = chosen["company"].id

        def link(**other):
            return f"{REPORTS}?{url_encode(args | other)}"

        return {
            **args,
            "told": told,
            "days": days,
            "periods": choices["periods"],
            "companies": choices["companies"],
            "lengths": [
                (length, label, link(length=length))
                for length, label in choices["lengths"]
            ],
            "scopes": self._slm_prepare_scopes(args, link),
            "before": choices["before"] and link(date=choices["before"]),
            "after": choices["after"] and link(date=choices["after"]),
        }

    def _slm_prepare_scopes(self, args, link):
        """The switch, for whom there is one."""
        labels = {
            "own": request.env._("Mine"),
            "organisation": request.env._("My organisation"),
        }
        return [
            (scope, label, link(scope=scope))
            for scope, label in labels.items()
            if "scope" in args
        ]

    def _slm_prepare_pictures(self, statistics):
        """Texts that the script draws from."""
        trend = statistics["trend"]
        return {
            name: json.dumps(trend[name])
            for name in ("volume", "compliance")
            if name in trend
        }

    # ------------------------------------------------------------------
    # Published reports
    # ------------------------------------------------------------------

    def _slm_prepare_reports(self, reports):
        news = set(self._slm_get_statistics()._find_news().report_id.ids)
        return [self._slm_prepare_report(report, news) for report in reports]

    def _slm_prepare_report(self, report, news):
        return {
            "id": report.id,
            "name": report._get_title(),
            "code": report.code,
            "version": report.version,
            "customer": report._get_customer_name(),
            "company": report.company_id.name,
            "period": report.period_text,
            "published": format_date(request.env, report.published_on),
            "is_new": report.id in news,
        }

    def _slm_prepare_document_pictures(self, document):
        """As the statistics have them, of what the report has kept."""
        if document["is_empty"]:
            return {}
        trend = document["trend"]
        labels = [period["short"] for period in trend["periods"]]
        kinds = {"opened": "bar", "closed": "bar", "open_at_end": "line"}
        series = {line["name"]: line for line in trend["tickets"]}
        volume = [
            self._slm_prepare_curve(series[name], kind) for name, kind in kinds.items()
        ]
        shares = [self._slm_prepare_curve(line, "line") for line in trend["shares"]]
        pictures = {"volume": {"labels": labels, "series": volume}}
        if shares:
            pictures["compliance"] = {"labels": labels, "series": shares, "max": 100}
        return {name: json.dumps(picture) for name, picture in pictures.items()}

    def _slm_prepare_curve(self, line, kind):
        return {"label": line["label"], "kind": kind, "data": line["values"]}
