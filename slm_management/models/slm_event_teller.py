# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

#: facts that are ids, and of what
RECORD_FACTS = {
    "stage": "helpdesk.ticket.stage",
    "service": "slm.service",
    "process": "slm.process",
    "partner": "res.partner",
    "company": "res.company",
    "team": "helpdesk.ticket.team",
    "supplier": "res.partner",
    "user": "res.users",
}
#: facts that carry the id of an agreement
AGREEMENT_FACTS = dict.fromkeys(
    ("sla", "ola", "uc", "expired", "breach", "exclusion"), "slm.agreement"
)
#: facts that are values of a selection field
SELECTION_FACTS = {
    "phase": ("helpdesk.ticket.stage", "slm_phase"),
    "priority": ("helpdesk.ticket", "priority"),
    "process_kind": ("helpdesk.ticket", "slm_process_kind"),
}


class SlmEventTeller(models.AbstractModel):
    """Events as text: what changed, from what, to what."""

    _name = "slm.event.teller"
    _description = "Events as Text"

    @api.model
    def _tell_batch(self, events):
        """``{event: text}``; a bounded number of queries for any number of events."""
        events = events.sudo()
        names = self._get_names(events)
        labels = self._get_labels()
        told = {}
        for event in events:
            before, after = event.before or {}, event.after or {}
            parts = [
                self._tell_fact(fact, before.get(fact), value, names, labels)
                for fact, value in after.items()
            ]
            parts = [part for part in parts if part]
            told[event.with_env(self.env)] = "; ".join(
                ([event.note] if event.note else []) + parts
            )
        return told

    @api.model
    def _get_labels(self):
        return {
            "phase": self.env._("phase"),
            "stage": self.env._("stage"),
            "priority": self.env._("priority"),
            "service": self.env._("service"),
            "process": self.env._("process"),
            "process_kind": self.env._("process kind"),
            "partner": self.env._("requester"),
            "company": self.env._("company"),
            "team": self.env._("team"),
            "supplier": self.env._("supplier"),
            "user": self.env._("assigned to"),
        }

    @api.model
    def _get_names(self, events):
        """``{(fact, value): name}`` for all values in the events."""
        ids = {fact: set() for fact in RECORD_FACTS | AGREEMENT_FACTS}
        for event in events:
            for facts in (event.before or {}, event.after or {}):
                for fact in ids.keys() & facts.keys():
                    ids[fact].add(self._get_id(facts[fact]))
        names = {}
        for fact, model in (RECORD_FACTS | AGREEMENT_FACTS).items():
            records = self.env[model].sudo().browse(ids[fact] - {None, False}).exists()
            names.update({(fact, r.id): r.display_name for r in records})
        for fact, (model, field) in SELECTION_FACTS.items():
            labels = self.env[model]._fields[field]._description_selection(self.env)
            names.update({(fact, value): label for value, label in labels})
        return names

    @api.model
    def _get_id(self, value):
        """The id in a fact: terms and breaches carry that of their agreement."""
        return value["agreement"] if isinstance(value, dict) else value

    @api.model
    def _tell_fact(self, fact, before, after, names, labels):
        """One changed fact as text; empty: nothing worth telling."""
        special = getattr(self, f"_tell_{fact}", None)
        if special:
            return special(before, after, names)
        if fact not in labels:
            return ""
        nothing = "–"
        now = names.get((fact, after), nothing)
        if before is None:
            return f"{labels[fact]}: {now}" if after else ""
        return f"{labels[fact]}: {names.get((fact, before), nothing)} → {now}"

    @api.model
    def _tell_sla(self, before, after, names):
        if not after and before:
            return self.env._("no agreement in force")
        return self._tell_terms("sla", before, after, names)

    @api.model
    def _tell_expired(self, before, after, names):
        if not after:
            return ""
        name = names.get(("expired", after), "–")
        return self.env._("%(agreement)s has expired", agreement=name)

    @api.model
    def _tell_ola(self, before, after, names):
        return self._tell_terms("ola", before, after, names)

    @api.model
    def _tell_uc(self, before, after, names):
        return self._tell_terms("uc", before, after, names)

    @api.model
    def _tell_terms(self, kind, before, after, names):
        if not after:
            return ""
        name = names.get((kind, after["agreement"]), "–")
        if before and before["agreement"] == after["agreement"]:
            return self.env._("new targets of %(agreement)s", agreement=name)
        return self.env._("agreement %(agreement)s", agreement=name)

    @api.model
    def _tell_breach(self, before, after, names):
        return self.env._(
            "%(agreement)s: %(metric)s target used up",
            agreement=names.get(("breach", after["agreement"]), "–"),
            metric=self._tell_metric(after["metric"]),
        )

    @api.model
    def _tell_exclusion(self, before, after, names):
        clock = {
            "agreement": names.get(("exclusion", after["agreement"]), "–"),
            "metric": self._tell_metric(after["metric"]),
        }
        if after["excluded"]:
            return self.env._("%(agreement)s: %(metric)s left out of reports", **clock)
        return self.env._("%(agreement)s: %(metric)s counts in reports again", **clock)

    @api.model
    def _tell_metric(self, metric):
        metrics = (
            self.env["slm.clock"]._fields["metric"]._description_selection(self.env)
        )
        return dict(metrics).get(metric, metric)

    @api.model
    def _tell_answered(self, before, after, names):
        return self.env._("first public answer") if after else ""

    @api.model
    def _tell_team_answered(self, before, after, names):
        return self.env._("first public answer of the team") if after else ""

    @api.model
    def _tell_active(self, before, after, names):
        if before is None:
            return "" if after else self.env._("archived")
        return self.env._("restored") if after else self.env._("archived or duplicate")

    @api.model
    def _tell_hours(self, before, after, names):
        return self.env._("service hours changed")
