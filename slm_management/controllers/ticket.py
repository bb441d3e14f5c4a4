# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup, escape

from odoo import fields
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import LazyTranslate

from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk

from .close import may_close
from .offers import tell_last_day, was_offered
from .words import tell_duration, tell_moment

_lt = LazyTranslate(__name__)

#: what a clock says to the customer, by metric and by :meth:`_slm_get_case`
SENTENCES = {
    "response": {
        "due": _lt("We answer by %(deadline)s; that is in %(time)s of service time."),
        "open": _lt("We answer within %(time)s of service time."),
        "paused": _lt("After that we answer within %(time)s of service time."),
        "late": _lt("We wanted to answer by %(deadline)s and are late."),
        "met": _lt("We answered on %(moment)s, in time."),
        "missed": _lt("We wanted to answer by %(deadline)s; it was %(moment)s."),
    },
    "completion": {
        "due": _lt(
            "We complete your request by %(deadline)s; that is in %(time)s of service "
            "time."
        ),
        "open": _lt("We complete your request within %(time)s of service time."),
        "paused": _lt(
            "After that we complete your request within %(time)s of service time."
        ),
        "late": _lt("We wanted to complete your request by %(deadline)s and are late."),
        "met": _lt("Your request was completed on %(moment)s, in time."),
        "missed": _lt(
            "We wanted to complete your request by %(deadline)s; it was %(moment)s."
        ),
    },
    "closure": {
        "due": _lt(
            "We close the ticket by %(deadline)s; that is in %(time)s of service time."
        ),
        "open": _lt("We close the ticket within %(time)s of service time."),
        "paused": _lt(
            "After that we close the ticket within %(time)s of service time."
        ),
        "late": _lt("We wanted to close the ticket by %(deadline)s and are late."),
        "met": _lt("The ticket was closed on %(moment)s, in time."),
        "missed": _lt(
            "We wanted to close the ticket by %(deadline)s; it was %(moment)s."
        ),
    },
}
#: a picture and its colour; nothing alarms before it is late
LOOKS = {
    "due": "fa-clock-o text-primary",
    "open": "fa-clock-o text-primary",
    "paused": "fa-pause text-info",
    "late": "fa-exclamation-circle text-danger",
    "met": "fa-check text-success",
    "missed": "fa-exclamation-circle text-warning",
}


class TicketPortal(CustomerPortalHelpdesk):
    """The requester's page of a ticket tells what was promised for it."""

    def _ticket_get_page_view_values(self, ticket, access_token, **kwargs):
        """Add ``slm``: plain values, as no record of ours ever reaches the template.

        Whether the page may be seen has been asked before.
        """
        values = super()._ticket_get_page_view_values(ticket, access_token, **kwargs)
        values["slm"] = self._slm_prepare_values(ticket.sudo())
        if not may_close(ticket):
            values["closed_stages"] = values["closed_stages"].browse()
        return values

    def _slm_prepare_values(self, ticket):
        """What a requester may know: what he asked for, and the promise to him."""
        agreement, expired = ticket.slm_agreement_id, ticket.slm_expired_agreement_id
        values = {"promise": {}, "expired": "", **self._slm_prepare_subject(ticket)}
        if agreement and ticket.company_id.slm_portal_deadlines:
            values["promise"] = self._slm_prepare_promise(ticket)
        elif not agreement and expired and expired._covers(ticket.partner_id):
            values["expired"] = self._slm_tell_expired(expired)
        return values

    # ------------------------------------------------------------------
    # What it is about
    # ------------------------------------------------------------------

    def _slm_prepare_subject(self, ticket):
        """Names of service and process, if they were ever offered to the requester."""
        service, process = ticket.slm_service_id, ticket.slm_process_id
        partner = ticket.partner_id
        by_service = Domain("service_ids", "in", service.ids)
        by_process = Domain("id", "=", process.id)
        return {
            "service": was_offered(process, by_service, partner) and service.name,
            "process": was_offered(process, by_process, partner) and process.name,
        }

    def _slm_tell_expired(self, agreement):
        code, last = agreement.code, tell_last_day(agreement)
        if not last:
            return request.env._(
                "The service level agreement %(agreement)s was not in force any more "
                "when this ticket was opened. No deadlines are promised for it.",
                agreement=code,
            )
        return request.env._(
            "The service level agreement %(agreement)s ended on %(date)s. No deadlines "
            "are promised for this ticket.",
            agreement=code,
            date=last,
        )

    # ------------------------------------------------------------------
    # What was promised
    # ------------------------------------------------------------------

    def _slm_prepare_promise(self, ticket):
        agreement, clocks = ticket.slm_agreement_id, ticket.slm_current_clock_ids
        timezone = self._slm_get_timezone(ticket)
        lines = [self._slm_prepare_line(clock, timezone) for clock in clocks]
        return {
            "agreement": agreement._covers(ticket.partner_id) and agreement.name,
            "any": bool(clocks),
            "pause": self._slm_tell_pause(ticket),
            "lines": [line for line in lines if line],
            "timezone": timezone,
        }

    def _slm_get_timezone(self, ticket):
        """The one in which the user lives, else that of the service hours."""
        hours = ticket.slm_agreement_id.calendar_id
        return request.env.user.tz or hours.tz or "UTC"

    def _slm_prepare_line(self, clock, timezone):
        """What a clock says: a sentence and a picture; None if it says nothing."""
        case = self._slm_get_case(clock)
        if not case:
            return None
        text = escape(request.env._(SENTENCES[clock.metric][case]))
        words = self._slm_get_words(clock, timezone)
        strong = Markup("<strong>%s</strong>")
        return {
            "text": text % {name: strong % word for name, word in words.items()},
            "look": LOOKS[case],
            "case": case,
        }

    def _slm_get_words(self, clock, timezone):
        def tell(moment):
            return tell_moment(request.env, moment, timezone) if moment else ""

        left = max(0, clock.remaining_seconds)
        return {
            "deadline": tell(self._slm_get_due(clock)),
            "moment": tell(clock.stopped_at),
            # a minute that has begun is still there
            "time": tell_duration(request.env, -(-left // 60)),
        }

    def _slm_get_due(self, clock):
        """When it is due, or was: once late, a deadline that came later (for another
        priority, by other hours) is not the one that was missed."""
        until = clock.stopped_at or fields.Datetime.now()
        due, missed_at = clock.deadline, clock.breached_at
        return due if due and (due < until or not missed_at) else missed_at

    def _slm_get_case(self, clock):
        """How it stands at this moment, whatever the cron has recorded yet.

        None: nothing is to be said, as nothing is due any more.
        """
        if clock.state == "stopped":
            silent = clock.outcome == "met" and self._slm_is_unanswered(clock)
            # what is left out of reports was late all the same
            case = "met" if clock.outcome == "met" else "missed"
            return None if silent else case
        if clock.state == "cancelled":
            return None
        if clock.state == "paused" and not clock.breached_at:
            # one whose target has shrunk is not late before it runs again
            return "paused" if clock.remaining_seconds >= 0 else None
        if clock.breached_at or clock.remaining_seconds < 0:
            return "late" if clock.deadline or clock.breached_at else "open"
        return "due" if clock.deadline else "open"

    def _slm_is_unanswered(self, clock):
        """Whether the requester's side ended the ticket before we had answered."""
        if clock.metric != "response":
            return False
        ticket = clock.ticket_id
        ended = ticket.slm_event_ids.filtered(
            lambda event: event.at == clock.stopped_at and event.kind == "phase"
        )
        side = ticket.partner_id.commercial_partner_id
        users = ended.user_id.partner_id.commercial_partner_id
        return bool(side and users <= side and users)

    def _slm_tell_pause(self, ticket):
        """Why the time stands still, if it does."""
        clocks = ticket.slm_current_clock_ids
        if "paused" not in clocks.mapped("state"):
            return ""
        reasons = {
            "wait_customer": request.env._(
                "The time stands still while we wait for your answer."
            ),
            "wait_supplier": request.env._(
                "The time stands still while we wait for a supplier."
            ),
        }
        return reasons.get(
            ticket.stage_id.slm_phase,
            request.env._("The time stands still at the moment."),
        )
