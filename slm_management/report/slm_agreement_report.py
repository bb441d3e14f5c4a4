# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_date, formatLang

from ..controllers.words import draw_hours, tell_duration, tell_hours
from ..engine import METRICS
from .slm_paper import AGENT


class SlmAgreementReport(models.AbstractModel):
    """An agreement on paper, to be signed: plain texts in the language of the partner.

    It says what the parties promise each other and nothing else: not to whom else the
    agreement is published, and not which agreements stand behind it. A requester gets
    it on the portal, printed as superuser: his copy is in his language, and names only
    what is published to him.
    """

    _name = "report.slm_management.report_slm_agreement"
    _description = "Agreement on Paper"
    _inherit = ["slm.paper"]
    _paper_model = "slm.agreement"

    @api.model
    def _check_reader(self, agreements):
        """Requesters print on the portal only, where it has been asked whether the
        agreement covers them."""
        if not (self.env.su or self.env.user.has_group(AGENT)):
            raise AccessError(
                self.env._("Only agents of service levels can print agreements.")
            )
        agreements.check_access("read")

    @api.model
    def _prepare_document(self, agreement):
        """All that the paper of one agreement says."""
        langs = [agreement.partner_id.lang, self.env.user.lang, "en_US"]
        if self._is_for_requester():
            langs = [self.env.lang, *langs[1:]]
        lang = next(filter(None, langs))
        # also services that are archived: without any it would be for all
        agreement = agreement.with_context(lang=lang, active_test=False)
        writer = self.with_context(lang=lang)
        return {
            **writer._prepare_margins(agreement, agreement.company_id),
            "name": agreement.name,
            "kind": agreement.kind,
            "title": writer._get_title(agreement),
            "number": writer._get_number(agreement),
            "state": writer._get_state(agreement),
            "parties": writer._get_parties(agreement),
            "description": writer._get_text(agreement.description),
            "services": writer._get_services(agreement),
            "all_services": not agreement.service_ids,
            "scope": writer._get_scope(agreement),
            "hours": writer._get_hours(agreement),
            "targets": writer._get_targets(agreement),
            "day": writer._get_day(agreement),
            "pause_supplier": agreement.pause_supplier,
            "shares": writer._get_shares(agreement),
            "deliverables": writer._get_text(agreement.deliverables),
            "contacts": writer._get_contacts(agreement),
            "escalation": writer._get_escalation(agreement),
            "term": writer._get_term(agreement),
        }

    # ------------------------------------------------------------------
    # Who reads it
    # ------------------------------------------------------------------

    @api.model
    def _is_for_requester(self):
        return not self.env.user.has_group(AGENT)

    @api.model
    def _keep_known(self, records):
        """Of services, processes and targets those that the reader may know of."""
        if not self._is_for_requester():
            return records
        return records.filtered("is_published_to_me")

    @api.model
    def _keep_own(self, partner):
        """The customer who signs, unless he is another one than the reader's."""
        if not self._is_for_requester():
            return partner
        reader = self.env.user.partner_id.id
        above = self.env["slm.matcher"]._get_chains([reader]).get(reader, [])
        return partner.filtered(lambda x: x.id in above)

    # ------------------------------------------------------------------
    # What it is, and between whom
    # ------------------------------------------------------------------

    @api.model
    def _get_title(self, agreement):
        titles = {
            "sla": self.env._("Service Level Agreement"),
            "ola": self.env._("Operational Level Agreement"),
            "uc": self.env._("Underpinning Contract"),
        }
        return titles[agreement.kind]

    @api.model
    def _get_number(self, agreement):
        return self.env._(
            "%(code)s, version %(version)s",
            code=agreement.code,
            version=agreement.version,
        )

    @api.model
    def _get_state(self, agreement):
        """What has to be said of a paper that is not in force, else nothing."""
        if agreement.state in ("draft", "review"):
            return self.env._("Draft")
        if agreement.state == "active":
            return ""
        names = dict(agreement._fields["state"]._description_selection(self.env))
        return names[agreement.state]

    @api.model
    def _get_parties(self, agreement):
        """Who promises first, then to whom it is promised: dicts of texts."""
        company = self._prepare_party(agreement.company_id.partner_id)
        partner = self._prepare_party(self._keep_own(agreement.partner_id))
        if agreement.kind == "sla":
            return [
                {"role": self.env._("Provider"), **company},
                {"role": self.env._("Customer"), **partner},
            ]
        if agreement.kind == "uc":
            return [
                {"role": self.env._("Supplier"), **partner},
                {"role": self.env._("Client"), **company},
            ]
        team = {"name": agreement.team_id.name or "", "lines": [company["name"]]}
        return [
            {"role": self.env._("Team"), **team},
            {"role": self.env._("Client"), **company},
        ]

    # ------------------------------------------------------------------
    # What is promised
    # ------------------------------------------------------------------

    @api.model
    def _get_services(self, agreement):
        return [
            {"code": service.code, "name": service.name}
            for service in self._keep_known(agreement.service_ids)
        ]

    @api.model
    def _get_scope(self, agreement):
        """The kinds of requests it is for, as text."""
        names = [
            *agreement.process_kind_ids.mapped("display_name"),
            *self._keep_known(agreement.process_ids).mapped("display_name"),
        ]
        if not (agreement.process_kind_ids or agreement.process_ids):
            names = [self.env._("All kinds of requests")]
        return ", ".join(names) or "–"

    @api.model
    def _get_hours(self, agreement):
        """The service hours in words, and as weeks of days of 24 cells."""
        calendar = agreement.calendar_id
        return {
            "name": "" if self._is_for_requester() else calendar.name,
            **tell_hours(self.env, calendar, paper=True),
            "grids": draw_hours(self.env, calendar, paper=True),
        }

    @api.model
    def _get_targets(self, agreement):
        """A table: ``columns`` of texts, ``rows`` of as many texts each.

        What no line limits has no column, nor has a metric that nobody promises.
        """
        targets = self._keep_known(agreement.target_ids)
        labels = {
            name: field["string"]
            for name, field in targets.fields_get(attributes=["string"]).items()
        }
        columns = [
            name
            for name in (
                "service_id",
                "process_kind",
                "priority",
                *(f"{metric}_minutes" for metric in METRICS),
            )
            if any(target[name] for target in targets)
        ]
        return {
            "columns": [labels[name] for name in columns],
            "rows": [
                [self._tell_target(target, name) for name in columns]
                for target in targets
            ],
        }

    @api.model
    def _tell_target(self, target, name):
        if name.endswith("_minutes"):
            day = target.agreement_id.day_minutes
            return tell_duration(self.env, target[name], day) if target[name] else "–"
        if name == "service_id":
            return target.service_id.name or self.env._("All services")
        if not target[name]:
            return self.env._("All")
        field = target._fields[name]
        return dict(field._description_selection(target.env))[target[name]]

    @api.model
    def _get_day(self, agreement):
        """What a day of service time is, as text."""
        return tell_duration(self.env, agreement.day_minutes)

    @api.model
    def _get_shares(self, agreement):
        """Availability and attainment in percent, as texts; empty: not promised."""
        return {
            "availability": self._tell_percent(agreement.availability_target),
            "attainment": self._tell_percent(agreement.attainment_target),
        }

    @api.model
    def _tell_percent(self, percent):
        if not percent:
            return ""
        decimals = f"{percent:.3f}".rstrip("0").partition(".")[2]
        return formatLang(self.env, percent, digits=len(decimals))

    # ------------------------------------------------------------------
    # Who cares for it, and how long it holds
    # ------------------------------------------------------------------

    @api.model
    def _get_contacts(self, agreement):
        """Pairs of a role and who has it: the manager, and teams as their names."""
        manager = agreement.manager_id.partner_id
        reach = [manager.name, manager.email, manager.phone]
        lines = agreement.publication_ids.filtered(lambda line: line.role == "provider")
        if self._is_for_requester():
            lines = lines.browse()
        teams = lines.team_id if agreement.kind == "sla" else agreement.team_id
        contacts = {
            self.env._("Service level manager"): [text for text in reach if text],
            self.env._("Teams"): teams.mapped("name"),
        }
        return [(role, texts) for role, texts in contacts.items() if texts]

    @api.model
    def _get_escalation(self, agreement):
        """Pairs of when and what, as texts: roles, but none of the people behind.

        Requesters do not learn of it: it is for who signs.
        """
        if self._is_for_requester():
            return []
        labels = {
            "notify_assignee": self.env._("the person in charge is told"),
            "notify_leader": self.env._("the team leader is told"),
            "notify_manager": self.env._("the service level manager is told"),
            "notify_customer": self.env._("the customer is told"),
            "user_ids": self.env._("others who can help are told"),
            "reassign_team_id": self.env._("another team takes over"),
            "reassign_user_id": self.env._("somebody else takes over"),
            "raise_priority": self.env._("the priority is raised"),
        }
        told = [
            (
                step.display_name,
                ", ".join(t for name, t in labels.items() if step[name]),
            )
            for step in agreement.escalation_policy_id.step_ids
        ]
        return [(when, what) for when, what in told if what]

    @api.model
    def _get_term(self, agreement):
        """Sentences on how long it holds and what it takes the place of."""
        told = [self._tell_term(agreement)]
        if agreement.date_end and agreement.reminder_days:
            told.append(
                self.env._(
                    "%(days)s days before the end, the parties begin to agree on what "
                    "follows.",
                    days=agreement.reminder_days,
                )
            )
        told.append(self.env._("What it says changes by a new, signed version only."))
        return told + self._get_versions(agreement)

    @api.model
    def _tell_term(self, agreement):
        start = format_date(self.env, agreement.date_start)
        if not agreement.date_end:
            return self.env._(
                "It holds from %(start)s until further notice.", start=start
            )
        return self.env._(
            "It holds from %(start)s until %(end)s, both included.",
            start=start,
            end=format_date(self.env, agreement.date_end),
        )

    @api.model
    def _get_versions(self, agreement):
        previous = agreement.previous_version_id
        if not previous:
            return []
        return [
            self.env._(
                "Version %(version)s takes the place of version %(previous)s.",
                version=agreement.version,
                previous=previous.version,
            )
        ]
