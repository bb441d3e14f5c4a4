# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is offered to whoever asks.

The same for everybody: also agents find here only what is published to them. All is
asked as superuser, as requesters may neither search by ``is_published_to_me`` nor read
what the pages are made of; so each domain begins with ``MINE``, and records are for
controllers, never for templates.
"""

from odoo import fields
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine import Need

MINE = Domain("is_published_to_me", "=", True)


def to_id(text):
    """The id that a visitor has sent; 0, which no record has, if it is none."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def find_service(env, service_id):
    """The service if it is offered, else none: hidden and missing are the same."""
    domain = MINE & Domain("id", "=", to_id(service_id))
    return env["slm.service"].sudo().search(domain)


def find_processes(env, service):
    """The ways to ask for something of a service."""
    domain = MINE & Domain("service_ids", "in", service.ids)
    return env["slm.process"].sudo().search(domain)


def find_offer(env, service_id, process_id):
    """A service and one of its processes; both are empty if that is not offered."""
    service = find_service(env, service_id)
    process = find_processes(env, service).filtered_domain(
        [("id", "=", to_id(process_id))]
    )
    return (service if process else service.browse()), process


def was_offered(processes, domain, partner):
    """Whether one of the processes is, or was, published to a contact.

    A ticket is still about what its requester has asked for when that is no longer
    offered; what somebody of the desk has filed it under is another matter.

    :param domain: of the processes in question
    """
    chain = processes.env["slm.matcher"]._get_chains(partner.ids).get(partner.id, ())
    covering = Domain("role", "=", "consumer") & Domain(
        "partner_id", "in", [False, *chain]
    )
    found = Domain(domain) & Domain("state", "!=", "draft")
    found &= Domain("publication_ids", "any", covering)
    processes = processes.sudo().with_context(active_test=False)
    return bool(processes.search_count(found, limit=1))


def find_expired(env, service, process):
    """The agreement, as superuser, that would hold for a request of the user today if
    it had not expired; empty: one is in force, or there never was one for him."""
    company, matcher = process.company_id, env["slm.matcher"]
    need = Need(
        partner=env.user.partner_id.id,
        service=service.id,
        process_kind=process.kind,
        company=company.id,
        day=matcher._get_day(fields.Datetime.now(), company),
        process=process.id,
    )
    _agreement, expired = matcher._match_batch([need])[need]
    return env["slm.agreement"].sudo().browse(expired or [])


def tell_last_day(agreement):
    """The last day of an expired agreement as text, if there was one and it is over: it
    may have been ended before it, and when is not known."""
    last = agreement.date_end
    ended = last and last <= fields.Date.today()
    return format_date(agreement.env, last) if ended else ""
