# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..controllers.words import tell_duration, tell_hours
from ..engine import METRICS


class SlmContractBrief(models.AbstractModel):
    """What an agent wants to know of a contract while he works on a ticket.

    Plain values and sentences in the user's language: whoever may read a contract may
    read this, also if service hours or contacts are closed to him elsewhere.
    """

    _name = "slm.contract.brief"
    _description = "Contract in Brief"

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _get_briefs(self):
        """List of dicts, one for each contract in order; a bounded number of queries.

        ``id``, ``name``, ``numbers``, ``partner`` (``role``, ``name``, ``phone``,
        ``email``), ``manager``, ``state``, ``warranty`` (``state``: ``in``, ``out``,
        ``open`` or ``none``; ``text``), ``term``, ``hours`` (list of what
        :func:`~..controllers.words.tell_hours` tells, each with a ``name``),
        ``contacts`` and ``agreements``.
        """
        self.check_access("read")
        contracts = self.sudo()
        todays = self._get_todays(contracts.company_id)
        contacts = contracts._get_service_contacts()
        contracts._fetch_together(self.env["res.partner"].union(*contacts.values()))
        return [
            contract._prepare_brief(todays[contract.company_id], contacts[contract])
            for contract in contracts
        ]

    def _fetch_together(self, contacts):
        """Read what is told of all of them at once: a record that was picked out of
        others is read alone."""
        agreements = self.agreement_ids
        calendars = self.calendar_id | agreements.calendar_id
        calendars |= contacts.sudo().slm_contact_calendar_id
        calendars.mapped("tz")
        calendars.attendance_ids.mapped("display_type")
        agreements.target_ids.mapped("agreement_id.day_minutes")
        agreements.target_ids.mapped("service_id.display_name")

    def _prepare_brief(self, today, contacts):
        agreements = self._get_agreements_in_force(today)
        return {
            "id": self.id,
            "name": self.name,
            "numbers": " · ".join(filter(None, [self.code, self.external_number])),
            "partner": self._tell_partner(),
            "manager": self.manager_id.name or "",
            "state": dict(self._fields["state"]._description_selection(self.env))[
                self.state
            ],
            "warranty": self._tell_warranty(today),
            "term": self._tell_term(today),
            "hours": self._tell_support_hours(agreements),
            "contacts": [self._tell_contact(contact) for contact in contacts],
            "agreements": [self._tell_agreement(record) for record in agreements],
        }

    def _tell_partner(self):
        roles = dict(self._fields["partner_role"]._description_selection(self.env))
        return {
            "role": roles[self.partner_role],
            "name": self.partner_id.display_name,
            "phone": self.partner_id.phone or "",
            "email": self.partner_id.email or "",
        }

    # ------------------------------------------------------------------
    # Warranty and term
    # ------------------------------------------------------------------

    def _tell_warranty(self, today):
        """``{"state": …, "text": …}``"""
        env, end = self.env, self.warranty_date
        day = end and format_date(env, end)
        if end and end < today:
            return {"state": "out", "text": env._("Warranty ended on %s", day)}
        accepted = self.final_acceptance_date
        if end and accepted and accepted <= today:
            return {"state": "in", "text": env._("In warranty until %s", day)}
        if end:
            text = env._("Warranty until %s, not accepted yet", day)
            return {"state": "open", "text": text}
        if self.warranty_months:
            months = self.warranty_months
            text = env._("Warranty of %s months from the final acceptance on", months)
            return {"state": "open", "text": text}
        return {"state": "none", "text": env._("No warranty")}

    def _tell_term(self, today):
        env, end = self.env, self.end_date
        if not end:
            return env._("Until further notice")
        day = format_date(env, end)
        if end < today:
            return env._("Term ended on %s", day)
        if self.renewal == "tacit" and not self.notice_given_date:
            return env._("Term until %s, renewed tacitly", day)
        return env._("Term until %s", day)

    # ------------------------------------------------------------------
    # Hours
    # ------------------------------------------------------------------

    def _tell_support_hours(self, agreements):
        """Those of the contract, else those of the agreements that it carries.

        Agreements name them if they differ from each other.
        """
        if self.calendar_id:
            return [self._tell_calendar(self.calendar_id)]
        calendars = agreements.calendar_id
        return [
            self._tell_calendar(
                calendar,
                ", ".join(
                    agreements.filtered(
                        lambda a, calendar=calendar: a.calendar_id == calendar
                    ).mapped("name")
                )
                if len(calendars) > 1
                else "",
            )
            for calendar in calendars
        ]

    @api.model
    def _tell_calendar(self, calendar, name=""):
        return tell_hours(self.env, calendar) | {"name": name}

    # ------------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------------

    def _get_service_contacts(self):
        """``{contract: contacts}``: who has a role in service, or hours in which he can
        be reached, at the partner; not those who are of another company of ours."""
        partners = self.partner_id
        firms = partners.commercial_partner_id
        contacts = self.env["res.partner"].search(
            (
                Domain("commercial_partner_id", "in", firms.ids)
                | Domain("parent_id", "in", partners.ids)
            )
            & (
                Domain("slm_contact_role", "!=", False)
                | Domain("slm_contact_calendar_id", "!=", False)
            )
        )
        return {contract: contract._pick_contacts(contacts) for contract in self}

    def _pick_contacts(self, contacts):
        partner, ours = self.partner_id, self.company_id.parent_ids
        return contacts.filtered(
            lambda contact: (
                (
                    contact.commercial_partner_id == partner.commercial_partner_id
                    or contact.parent_id == partner
                )
                and (not contact.company_id or contact.company_id in ours)
            )
        )

    @api.model
    def _tell_contact(self, contact):
        calendar = contact.slm_contact_calendar_id
        return {
            "id": contact.id,
            "name": contact.name or contact.display_name,
            "role": contact.slm_contact_role or "",
            "phone": contact.phone or "",
            "email": contact.email or "",
            "hours": [self._tell_calendar(calendar)] if calendar else [],
        }

    # ------------------------------------------------------------------
    # Agreements
    # ------------------------------------------------------------------

    def _get_agreements_in_force(self, today):
        return self.agreement_ids.filtered(
            lambda agreement: (
                agreement.active
                and agreement.state == "active"
                and agreement.date_start <= today
                and (not agreement.date_end or agreement.date_end >= today)
            )
        )

    @api.model
    def _tell_agreement(self, agreement):
        return {
            "id": agreement.id,
            "name": agreement.display_name,
            "targets": [self._tell_target(target) for target in agreement.target_ids],
        }

    @api.model
    def _tell_target(self, target):
        """What it is for, and a readable duration of each metric that it promises."""
        durations = {metric: target[f"{metric}_minutes"] for metric in METRICS}
        return {"scope": self._tell_scope(target)} | {
            metric: tell_duration(self.env, minutes, target.agreement_id.day_minutes)
            if minutes
            else ""
            for metric, minutes in durations.items()
        }

    @api.model
    def _tell_scope(self, target):
        kinds = dict(target._fields["process_kind"]._description_selection(self.env))
        priorities = dict(target._selection_priority())
        priority = priorities.get(target.priority)
        parts = [
            target.service_id.display_name,
            kinds.get(target.process_kind),
            priority and self.env._("priority %s", priority),
        ]
        return ", ".join(filter(None, parts)) or self.env._("All tickets")
