# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from html import escape

from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools.mail import is_html_empty

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from .offers import MINE, find_processes, find_service
from .promises import tell_promises
from .words import tell_hours

CATALOGUE = "/my/services"
PAGE_SIZE = 24
#: what is read of a search: words that all have to be found
MAX_WORDS = 8


class CataloguePortal(CustomerPortal):
    """The service catalogue: what is offered to whoever looks, and nothing else.

    Templates get plain values only.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "service_count" in counters:
            services = request.env["slm.service"].sudo()
            values["service_count"] = services.search_count(MINE)
        return values

    # ------------------------------------------------------------------
    # The catalogue
    # ------------------------------------------------------------------

    @http.route(
        [CATALOGUE, f"{CATALOGUE}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_services(
        self, page=1, search=None, filterby=None, sortby=None, gone=None, **kw
    ):
        """The services that are offered, as cards.

        :param filterby: id of a service type; what is below it is found, too
        :param gone: set when somebody asked for a service that is not offered
        """
        values = self._prepare_portal_layout_values()
        values |= self._slm_prepare_toolbar(search, filterby, sortby)
        values |= self._slm_prepare_cards(page, values)
        values |= {"page_name": "slm_services", "gone": bool(gone)}
        return request.render("slm_management.portal_my_services", values)

    def _slm_prepare_toolbar(self, search, filterby, sortby):
        """What may be chosen, and what was; anything unknown is as if not sent."""
        types = self._slm_get_types()
        sortings = self._slm_get_sortings()
        return {
            # no text of PostgreSQL has a zero byte
            "search": (search or "").replace("\0", "").strip(),
            "types": types,
            "filterby": filterby if filterby in dict(types) else "",
            "sortings": [(key, label) for key, (label, _order) in sortings.items()],
            "sortby": sortby if sortby in sortings else next(iter(sortings)),
        }

    def _slm_prepare_cards(self, page, chosen):
        services = request.env["slm.service"].sudo()
        domain = self._slm_get_catalogue_domain(chosen["search"], chosen["filterby"])
        args = {name: chosen[name] for name in ("search", "filterby", "sortby")}
        pager = portal_pager(
            url=CATALOGUE,
            url_args={name: value for name, value in args.items() if value},
            total=services.search_count(domain),
            page=page,
            step=PAGE_SIZE,
        )
        _label, order = self._slm_get_sortings()[chosen["sortby"]]
        found = services.search(
            domain, order=order, limit=PAGE_SIZE, offset=max(0, pager["offset"])
        )
        return {"pager": pager, "services": self._slm_prepare_services(found)}

    def _slm_get_catalogue_domain(self, search, filterby):
        domain = MINE
        for word in search.split()[:MAX_WORDS]:
            # a description is stored as HTML
            places = {"name": word, "code": word, "description": escape(word, False)}
            domain &= Domain.OR(
                Domain(name, "ilike", text) for name, text in places.items()
            )
        if filterby:
            types = request.env["slm.service.type"].sudo()
            below = types.search([("id", "child_of", int(filterby))])
            domain &= Domain("type_id", "in", below.ids)
        return domain

    def _slm_get_sortings(self):
        """``{key: (label, order)}``, the usual one first."""
        return {
            "type": (request.env._("Type"), "type_id, name, id"),
            "name": (request.env._("Name"), "name, id"),
        }

    def _slm_get_types(self):
        """Pairs of id, as text, and full name, of the types of offered services and of
        those above them, by which these are found, too."""
        types = request.env["slm.service.type"].sudo()
        types = types.search([("id", "parent_of", types.search(MINE).ids)])
        pairs = [(str(kind.id), kind.display_name) for kind in types]
        return sorted(pairs, key=lambda pair: pair[1].lower())

    def _slm_prepare_services(self, services):
        return [
            {
                "id": service.id,
                "name": service.name,
                "icon": service.icon,
                "type": service.type_id.display_name or "",
                "teaser": service.summary,
            }
            for service in services
        ]

    # ------------------------------------------------------------------
    # A service
    # ------------------------------------------------------------------

    @http.route(
        f"{CATALOGUE}/<int:service_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_service(self, service_id, **kw):
        """One service. One that is not offered is answered as one that is not."""
        service = find_service(request.env, service_id)
        if not service:
            return request.redirect(f"{CATALOGUE}?gone=1")
        values = self._prepare_portal_layout_values()
        values |= {"page_name": "slm_service", "service": self._slm_tell(service)}
        return request.render("slm_management.portal_my_service", values)

    def _slm_tell(self, service):
        """All that the page of a service tells."""
        processes = find_processes(request.env, service)
        promises = self._slm_get_promises(service, processes)
        [card] = self._slm_prepare_services(service)
        return {
            **card,
            "description": self._slm_get_html(service.description),
            "manager": service.manager_id.active and service.manager_id.name,
            "processes": [self._slm_tell_process(process) for process in processes],
            "promises": promises,
            "hours": None if promises else self._slm_get_usual_hours(service),
        }

    def _slm_tell_process(self, process):
        kinds = dict(process._fields["kind"]._description_selection(request.env))
        return {
            "id": process.id,
            "name": process.name,
            "kind": kinds[process.kind],
            "description": self._slm_get_html(process.description),
            "button": self._slm_get_buttons().get(process.kind),
        }

    def _slm_get_buttons(self):
        """What to press, by the kind of process."""
        return {
            "incident": request.env._("Report an incident"),
            "request": request.env._("Request this service"),
            "problem": request.env._("Report a problem"),
            "complaint": request.env._("Make a complaint"),
            "change": request.env._("Ask for a change"),
        }

    def _slm_get_promises(self, service, processes):
        """The agreements that cover the user, unless the company keeps them back."""
        if not service.company_id.slm_portal_deadlines:
            return []
        return tell_promises(request.env, service, processes)

    def _slm_get_usual_hours(self, service):
        """The hours of the company, where no agreement says when there is service."""
        calendar = service.company_id.slm_calendar_id
        usable = calendar and not calendar.flexible_hours
        return tell_hours(request.env, calendar) if usable else None

    def _slm_get_html(self, html):
        return html if html and not is_html_empty(html) else ""
