# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import formatLang
from odoo.tools.mail import is_html_empty

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..engine import METRICS
from .offers import MINE
from .promises import get_heads, tell_note, tell_validity
from .words import draw_hours, tell_duration, tell_hours

AGREEMENTS = "/my/agreements"
PAGE_SIZE = 20
REPORT = "slm_management.action_report_slm_agreement"
#: companies may keep their promises back on the portal
SHOWN = MINE & Domain("company_id.slm_portal_deadlines", "=", True)


class AgreementPortal(CustomerPortal):
    """The SLAs in force that cover whoever looks.

    Templates get plain values only. What is not for him is answered as what is missing.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "slm_agreement_count" in counters:
            values["slm_agreement_count"] = self._slm_get_agreements().search_count(
                SHOWN
            )
        return values

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    @http.route(
        [AGREEMENTS, f"{AGREEMENTS}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_agreements(self, page=1, gone=None, **kw):
        """The agreements, by name.

        :param gone: set when somebody asked for one that is not his, or is over
        """
        agreements = self._slm_get_agreements()
        pager = portal_pager(
            url=AGREEMENTS,
            total=agreements.search_count(SHOWN),
            page=page,
            step=PAGE_SIZE,
        )
        found = agreements.search(
            SHOWN,
            order="name, version desc, id",
            limit=PAGE_SIZE,
            offset=max(0, pager["offset"]),
        )
        values = self._prepare_portal_layout_values()
        values |= {
            "page_name": "slm_agreements",
            "pager": pager,
            "agreements": self._slm_prepare_rows(found),
            "gone": bool(gone),
        }
        return request.render("slm_management.portal_my_agreements", values)

    @http.route(
        f"{AGREEMENTS}/<int:agreement_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_agreement(self, agreement_id, **kw):
        """One agreement."""
        agreement = self._slm_find_agreement(agreement_id)
        if not agreement:
            return request.redirect(f"{AGREEMENTS}?gone=1")
        values = self._prepare_portal_layout_values()
        values |= {
            "page_name": "slm_agreement",
            "agreement": self._slm_tell_agreement(agreement),
        }
        return request.render("slm_management.portal_my_agreement", values)

    @http.route(
        f"{AGREEMENTS}/<int:agreement_id>/document",
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_agreement_document(self, agreement_id, **kw):
        """One agreement as a document. It is printed as superuser: the report looks at
        who asks for it and keeps back what is not for him."""
        agreement = self._slm_find_agreement(agreement_id)
        if not agreement:
            return request.redirect(f"{AGREEMENTS}?gone=1")
        reports = request.env["ir.actions.report"].sudo()
        reports = reports.with_company(agreement.company_id)
        content, _kind = reports._render_qweb_pdf(REPORT, agreement.ids)
        name = f"{agreement.code} v{agreement.version}.pdf"
        headers = {
            "Content-Type": "application/pdf",
            "Content-Length": len(content),
            "Content-Disposition": http.content_disposition(name),
        }
        return request.make_response(content, headers=list(headers.items()))

    # ------------------------------------------------------------------
    # What they tell
    # ------------------------------------------------------------------

    def _slm_get_agreements(self):
        # also services that are archived: without any it would be for all
        agreements = request.env["slm.agreement"].sudo()
        return agreements.with_context(active_test=False)

    def _slm_find_agreement(self, agreement_id):
        """The agreement if it covers him and is in force, else none."""
        domain = SHOWN & Domain("id", "=", agreement_id)
        return self._slm_get_agreements().search(domain)

    def _slm_prepare_rows(self, agreements):
        offered = self._slm_get_offered(agreements)
        return [self._slm_prepare_row(agreement, offered) for agreement in agreements]

    def _slm_prepare_row(self, agreement, offered):
        named = agreement.service_ids
        return {
            "id": agreement.id,
            "name": agreement.name,
            "code": agreement.code,
            "version": agreement.version,
            "validity": tell_validity(request.env, agreement),
            "all_services": not named,
            "services": (offered & named).mapped("name"),
        }

    def _slm_get_offered(self, agreements):
        """Services that are named and that he may know of, in their order."""
        services = request.env["slm.service"].sudo()
        domain = MINE & Domain("id", "in", agreements.service_ids.ids)
        return services.search_fetch(domain, ["name"])

    def _slm_tell_agreement(self, agreement):
        """All that the page of an agreement tells."""
        offered = self._slm_get_offered(agreement)
        calendar = agreement.calendar_id
        return {
            **self._slm_prepare_row(agreement, offered),
            "links": [(service.id, service.name) for service in offered],
            "description": self._slm_get_text(agreement.description),
            "deliverables": self._slm_get_text(agreement.deliverables),
            "hours": tell_hours(request.env, calendar),
            "grids": draw_hours(request.env, calendar),
            "targets": self._slm_tell_targets(agreement),
            "note": tell_note(request.env, agreement),
            "availability": self._slm_tell_percent(agreement.availability_target),
            "attainment": self._slm_tell_percent(agreement.attainment_target),
        }

    def _slm_tell_targets(self, agreement):
        """A table: names of its columns, and rows of a text for each of them.

        Columns of which no line says anything are left out. Lines for services that he
        must not know of are not there. They may ``overlap``.
        """
        targets = request.env["slm.target"].sudo()
        lines = targets.search(MINE & Domain("agreement_id", "=", agreement.id))
        heads = self._slm_get_target_heads()
        rows = [self._slm_tell_target(line) for line in lines]
        shown = [column for column in range(len(heads)) if any(r[column] for r in rows)]
        scopes = {tuple(map(bool, row[: -len(METRICS)])) for row in rows}
        empty = self._slm_get_empty_cells()
        return {
            "columns": [heads[column] for column in shown],
            "rows": [
                [row[column] or empty[column] for column in shown] for row in rows
            ],
            "overlap": len(scopes) > 1,
        }

    def _slm_get_target_heads(self):
        return (
            request.env._("Service"),
            request.env._("Kind of Request"),
            request.env._("Ticket Priority"),
            *get_heads(request.env),
        )

    def _slm_get_empty_cells(self):
        return (
            request.env._("All services"),
            request.env._("Any kind"),
            request.env._("Any priority"),
            *("–" for _metric in METRICS),
        )

    def _slm_tell_target(self, line):
        """A text for each column; empty: it says nothing."""
        kinds = dict(line._fields["process_kind"]._description_selection(request.env))
        priorities = dict(line._selection_priority())
        minutes = [line[f"{metric}_minutes"] for metric in METRICS]
        return [
            line.service_id.name,
            kinds.get(line.process_kind),
            priorities.get(line.priority),
            *(
                value and tell_duration(request.env, value, line.day_minutes)
                for value in minutes
            ),
        ]

    def _slm_tell_percent(self, share):
        """A share in percent as text, without superfluous zeros; empty: none."""
        if not share:
            return ""
        digits = len(f"{share:.3f}".rstrip("0").partition(".")[2])
        return f"{formatLang(request.env, share, digits=digits)} %"

    def _slm_get_text(self, html):
        return html if html and not is_html_empty(html) else ""
