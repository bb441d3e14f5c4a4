# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import secrets

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController

from .catalogue import CATALOGUE
from .offers import find_expired, find_offer, tell_last_day

#: what forms and addresses carry, and where the session keeps what it stands for
TOKEN = "slm_request"
KEPT = "slm_requests"
#: forms that somebody may have open at a time, each for something else
MAX_KEPT = 20


class RequestRefused(UserError):
    """Something is asked for that is not offered, or was not asked for by our pages."""


class RequestController(HelpdeskTicketController):
    """Asking for a service by one of its processes.

    Service and process stay in the session; the form carries a token for them, which
    means nothing in any other session. Whether they are offered is asked again when the
    form comes back, as it may lie open for days.
    """

    @http.route(
        f"{CATALOGUE}/<int:service_id>/request/<int:process_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_request_service(self, service_id, process_id, **kw):
        """Open the form for a new ticket with a service and a process."""
        service, process = find_offer(request.env, service_id, process_id)
        if not process:
            return request.redirect(f"{CATALOGUE}?gone=1")
        token = self._slm_keep(service, process)
        return request.redirect(f"/new/ticket?{TOKEN}={token}")

    @http.route()
    def create_new_ticket(self, **kw):
        try:
            return super().create_new_ticket(**kw)
        except RequestRefused as error:
            return self._slm_refuse(error, kw)

    @http.route()
    def submit_ticket(self, **kw):
        try:
            return super().submit_ticket(**kw)
        except RequestRefused as error:
            return self._slm_refuse(error, kw)

    # ------------------------------------------------------------------
    # What is asked for
    # ------------------------------------------------------------------

    def _slm_keep(self, service, process):
        """Keep it in the session; the oldest gives way if there are too many.

        :return: the token for it, the same one if it is kept already
        """
        kept, offer = dict(request.session.get(KEPT) or {}), [service.id, process.id]
        tokens = [token for token, known in kept.items() if known == offer]
        token = tokens[0] if tokens else secrets.token_urlsafe(16)
        kept.pop(token, None)
        kept[token] = offer
        request.session[KEPT] = dict(list(kept.items())[-MAX_KEPT:])
        return token

    def _slm_get_request(self, sent):
        """Service and process that a form is about, as superuser; None if it has none.

        :param sent: all that was sent. Beside the token nothing of ours may be in it:
            nobody says by id what a ticket is about.
        :raise RequestRefused: with one and the same text, whatever is wrong
        """
        ours = {name for name in sent if name.startswith("slm_")}
        if not ours:
            return None
        kept = request.session.get(KEPT) or {}
        ids = kept.get(sent.get(TOKEN)) if ours == {TOKEN} else None
        service, process = find_offer(request.env, *(ids or (0, 0)))
        if not process:
            raise RequestRefused(
                request.env._(
                    "What you have asked for is not offered, or not any more. Nothing "
                    "was sent, and your text is kept below: send it as a general "
                    "ticket, or copy it and choose a service again."
                )
            )
        return service, process

    # ------------------------------------------------------------------
    # The form
    # ------------------------------------------------------------------

    def _get_create_new_ticket_values(self, **kw):
        """Add ``slm``: plain values of what is asked for and of what was typed."""
        asked = self._slm_get_request(kw)
        values = super()._get_create_new_ticket_values(**kw)
        values["slm"] = {"typed": {}, "refused": "", "request": {}}
        if asked:
            values |= self._slm_prepare_choices(*asked, values)
            values["slm"]["request"] = self._slm_tell_request(*asked, kw[TOKEN])
            values["page_name"] = "slm_request"
        return values

    def _slm_prepare_choices(self, service, process, values):
        """Only what goes with the company; no team if the process has one."""
        choices = {
            name: values[name]
            and values[name].filtered(
                lambda x: x.company_id.id in (False, process.company_id.id)
            )
            for name in ("teams", "categories")
        }
        if self._slm_get_team(process):
            choices["teams"] = False
        return choices

    def _slm_tell_request(self, service, process, token):
        return {
            "token": token,
            "service": service.name,
            "icon": service.icon,
            "process": process.name,
            "url": f"{CATALOGUE}/{service.id}",
            "expired": self._slm_tell_expired(
                find_expired(request.env, service, process)
            ),
        }

    def _slm_tell_expired(self, agreement):
        """What a requester is told before he asks, if nothing is in force any more."""
        if not agreement:
            return ""
        last = tell_last_day(agreement)
        if not last:
            return request.env._(
                "The service level agreement %(agreement)s for this is not in force "
                "any more. You can send your request all the same; no deadlines are "
                "promised for it.",
                agreement=agreement.code,
            )
        return request.env._(
            "The service level agreement %(agreement)s for this ended on %(date)s. You "
            "can send your request all the same; no deadlines are promised for it.",
            agreement=agreement.code,
            date=last,
        )

    def _slm_refuse(self, error, sent):
        """The form again with what was typed, for a general ticket."""
        typed = {k: v for k, v in sent.items() if not k.startswith("slm_")}
        refused = str(error)
        if not (typed.get("subject") or typed.get("description")):
            # an old address, or the session in which it was made is over
            refused = request.env._(
                "What you have asked for is not offered, or not any more. Choose a "
                "service again, or send a general ticket."
            )
        values = self._get_create_new_ticket_values(**typed)
        values["slm"] |= {"typed": typed, "refused": refused}
        response = request.render("helpdesk_mgmt.portal_create_ticket", values)
        response.status_code = 400
        return response

    # ------------------------------------------------------------------
    # The ticket
    # ------------------------------------------------------------------

    def _prepare_submit_ticket_vals(self, **kw):
        asked = self._slm_get_request(kw)
        vals = super()._prepare_submit_ticket_vals(**kw)
        if asked:
            vals |= self._slm_prepare_vals(*asked, vals)
        return vals

    def _slm_prepare_vals(self, service, process, vals):
        """A ticket of the company of the process, for its team if nobody chose one."""
        company = process.company_id
        teams, categories = (
            request.env[f"helpdesk.ticket.{name}"].sudo().with_company(company)
            for name in ("team", "category")
        )
        category = categories.browse(vals.get("category_id") or [])
        team = teams.browse(vals.get("team_id") or []) or self._slm_get_team(process)
        team, category = (
            chosen if chosen.company_id <= company else chosen.browse()
            for chosen in (team, category)
        )
        return {
            "company_id": company.id,
            "category_id": category.id,
            "team_id": team.id,
            "stage_id": team.with_company(company)._get_applicable_stages()[:1].id,
            "slm_service_id": service.id,
            "slm_process_id": process.id,
        }

    def _slm_get_team(self, process):
        """The one team that takes it, if there is one in the company."""
        team = process.sudo()._get_team()
        return team if team.company_id <= process.company_id else team.browse()
