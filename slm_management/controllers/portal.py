# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.tools import format_date, format_datetime

from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk

from ..engine import format_duration

COLOURS = {
    "on_track": "success",
    "at_risk": "warning",
    "breached": "danger",
    "paused": "info",
    "met": "success",
    "missed": "danger",
    "cancelled": "secondary",
}


class CustomerPortal(CustomerPortalHelpdesk):
    """The requester's page of a ticket tells what was promised for it."""

    def _ticket_get_page_view_values(self, ticket, access_token, **kwargs):
        """Add ``slm``: plain values, as no record of ours ever reaches the template.

        Whether the page may be seen has been asked before.
        """
        values = super()._ticket_get_page_view_values(ticket, access_token, **kwargs)
        values["slm"] = self._slm_prepare_values(ticket.sudo())
        return values

    def _slm_prepare_values(self, ticket):
        """What a requester may know: the promise to him, and nothing around it."""
        agreement, expired = ticket.slm_agreement_id, ticket.slm_expired_agreement_id
        values = {"promised": False, "expired": False}
        if agreement and ticket.company_id.slm_portal_deadlines:
            clocks = ticket.slm_current_clock_ids
            values |= {
                "promised": True,
                "agreement": agreement._covers(ticket.partner_id) and agreement.name,
                "service": ticket.slm_service_id.name,
                "clocks": [self._slm_prepare_clock(clock) for clock in clocks],
            }
        elif expired and not agreement:
            values["expired"] = {
                "code": expired.code,
                "date": format_date(ticket.env, expired.date_end),
            }
        return values

    def _slm_prepare_clock(self, clock):
        status = self._slm_get_status(clock)
        metrics = dict(clock._fields["metric"]._description_selection(clock.env))
        return {
            "metric": metrics[clock.metric],
            "status": status,
            "label": self._slm_get_statuses(clock.env)[status],
            "colour": COLOURS[status],
            "deadline": clock.deadline
            and format_datetime(clock.env, clock.deadline, tz=clock.timezone),
            "timezone": clock.timezone,
            "remaining": self._slm_get_remaining(clock),
        }

    def _slm_get_status(self, clock):
        """The status of a clock at this moment, whatever the cron has recorded yet."""
        if clock.state == "cancelled":
            return "cancelled"
        if clock.state == "stopped":
            return clock.outcome if clock.outcome in ("met", "missed") else "cancelled"
        if clock.breached_at or clock.remaining_seconds < 0:
            return "breached"
        if clock.state == "paused":
            return "paused"
        at_risk = clock.at_risk_at and clock.at_risk_at <= fields.Datetime.now()
        return "at_risk" if at_risk else "on_track"

    def _slm_get_remaining(self, clock):
        """How much service time is left to an open clock, as text."""
        if clock.state not in ("running", "paused"):
            return ""
        time = format_duration(abs(clock.remaining_seconds) // 60, 0)
        if clock.remaining_seconds < 0:
            return clock.env._("overdue by %(time)s", time=time)
        return clock.env._("%(time)s left", time=time)

    def _slm_get_statuses(self, env):
        return {
            "on_track": env._("On track"),
            "at_risk": env._("At risk"),
            "breached": env._("Overdue"),
            "paused": env._("Paused"),
            "met": env._("Met"),
            "missed": env._("Missed"),
            "cancelled": env._("Cancelled"),
        }
