# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from typing import NamedTuple

from odoo import api, models
from odoo.tools import format_date

from ..engine import Need, Verdict

#: what a verdict is shown as if it fits; the others do not
BADGES = {"holds": "success", "newer": "info", "order": "info", "closer": "info"}


class Case(NamedTuple):
    """A verdict and all that its sentence is made of.

    :param agreement: the record, which the user may read
    :param winner: the record of what holds; empty: nothing
    :param names: ``{(model, id): name}``
    """

    need: Need
    kind: str
    verdict: Verdict
    agreement: object
    winner: object
    names: dict

    def name(self, model, record_id):
        return self.names.get((model, record_id)) or "–"


class SlmMatchTeller(models.AbstractModel):
    """Why an agreement holds or does not, as text. See ``slm.matcher``."""

    _name = "slm.match.teller"
    _description = "Matching as Text"

    @api.model
    def _tell_batch(self, need, kind, verdicts):
        """Verdicts as dicts of texts, for a page; a bounded number of queries.

        Agreements that the user may not read are left out.

        :return: list of dicts: ``agreement`` (id), ``name``, ``validity``, ``rule``,
            ``badge`` (colour), ``label``, ``text``
        """
        agreements = self.env["slm.agreement"].with_context(active_test=False)
        agreements = agreements.browse(verdict.agreement for verdict in verdicts)
        readable = agreements._filtered_access("read")
        heard = [x for x in verdicts if x.agreement in readable._ids]
        winner = readable.browse(x.agreement for x in heard if x.rule == "holds")
        names = self._get_names(need, heard, kind)
        return [
            self._tell(Case(need, kind, x, readable.browse(x.agreement), winner, names))
            for x in heard
        ]

    @api.model
    def _get_names(self, need, verdicts, kind):
        """Of what the ticket is about, and of who promises: both are the user's to see
        where the ticket or the agreement is."""
        holder = "helpdesk.ticket.team" if kind == "ola" else "res.partner"
        ids = {
            "slm.service": {need.service},
            "slm.process": {need.process},
            "helpdesk.ticket.team": {need.team},
            "res.partner": {need.partner, need.supplier},
        }
        ids[holder] |= {verdict.offer.partner for verdict in verdicts}
        return {
            (model, record.id): record.display_name
            for model, known in ids.items()
            for record in self.env[model].sudo().browse(known - {None, False})
        }

    # ------------------------------------------------------------------
    # One verdict
    # ------------------------------------------------------------------

    @api.model
    def _tell(self, case):
        verdict, agreement = case.verdict, case.agreement
        return {
            "agreement": agreement.id,
            "name": agreement.display_name,
            "validity": self._tell_validity(agreement),
            "rule": verdict.rule,
            "badge": "warning"
            if verdict.expired
            else BADGES.get(verdict.rule, "light"),
            "label": self._tell_label(verdict),
            "text": getattr(self, f"_tell_{verdict.rule}")(case),
        }

    @api.model
    def _tell_validity(self, agreement):
        start = format_date(self.env, agreement.date_start)
        if not agreement.date_end:
            return self.env._("from %(start)s", start=start)
        end = format_date(self.env, agreement.date_end)
        return f"{start} – {end}"

    @api.model
    def _tell_label(self, verdict):
        if verdict.rule == "holds":
            return self.env._("Holds")
        if verdict.expired:
            return self.env._("Expired")
        fits = verdict.rule in BADGES
        return self.env._("Fits, too") if fits else self.env._("Does not fit")

    @api.model
    def _tell_archived(self, case):
        return self.env._("It is archived.")

    @api.model
    def _tell_unapproved(self, case):
        if case.agreement.state == "review":
            return self.env._("It is in review and not approved yet.")
        return self.env._("It is a draft and not approved yet.")

    @api.model
    def _tell_terminated(self, case):
        return self.env._("It is terminated.")

    @api.model
    def _tell_later(self, case):
        return self.env._(
            "It starts on %(date)s, after the day on which the ticket was created.",
            date=format_date(self.env, case.agreement.date_start),
        )

    @api.model
    def _tell_ended(self, case):
        """Its last day is told if it was over by then: it may have been ended before
        it, and when is not known."""
        last = case.agreement.date_end
        text = self.env._("It had expired when the ticket was created.")
        if last and last < case.need.day:
            text = self.env._("It ended on %(date)s.", date=format_date(self.env, last))
        if not case.verdict.expired:
            return text
        return self.env._("%(ended)s It would hold otherwise.", ended=text)

    @api.model
    def _tell_holder(self, case):
        return getattr(self, f"_tell_holder_of_{case.kind}")(case)

    @api.model
    def _tell_holder_of_sla(self, case):
        if case.verdict.offer.partner is None:
            return self.env._("It is published to nobody.")
        if not case.need.partner:
            return self.env._("It is not published to everybody.")
        return self.env._(
            "It does not cover %(requester)s.",
            requester=case.name("res.partner", case.need.partner),
        )

    @api.model
    def _tell_holder_of_ola(self, case):
        team = case.verdict.offer.partner
        if not team:
            return self.env._("It names no team.")
        team = case.name("helpdesk.ticket.team", team)
        if not case.need.team:
            return self.env._("It is of the team %(team)s; there is none.", team=team)
        return self.env._("It is of another team: %(team)s.", team=team)

    @api.model
    def _tell_holder_of_uc(self, case):
        supplier = case.verdict.offer.partner
        if not supplier:
            return self.env._("It names no supplier.")
        supplier = case.name("res.partner", supplier)
        if not case.need.supplier:
            return self.env._(
                "It is with the supplier %(supplier)s; there is none.",
                supplier=supplier,
            )
        return self.env._("It is with another supplier: %(name)s.", name=supplier)

    @api.model
    def _tell_service(self, case):
        if not case.need.service:
            return self.env._("It is for certain services, and none is chosen.")
        return self.env._(
            "It does not cover the service %(service)s.",
            service=case.name("slm.service", case.need.service),
        )

    @api.model
    def _tell_process(self, case):
        need = case.need
        if need.process:
            return self.env._(
                "It covers neither the process %(process)s nor its kind.",
                process=case.name("slm.process", need.process),
            )
        if need.process_kind:
            field = self.env["slm.process"]._fields["kind"]
            kinds = dict(field._description_selection(self.env))
            return self.env._(
                "It does not cover the process kind %(kind)s.",
                kind=kinds[need.process_kind],
            )
        return self.env._("It is for certain processes, and none is chosen.")

    @api.model
    def _tell_closer(self, case):
        if case.kind == "uc":
            return self.env._(
                "%(winner)s is with a contact that is closer to the supplier.",
                winner=case.winner.display_name,
            )
        return self.env._(
            "%(winner)s is published to a closer consumer.",
            winner=case.winner.display_name,
        )

    @api.model
    def _tell_order(self, case):
        return self.env._(
            "%(winner)s comes first in the order of the agreements.",
            winner=case.winner.display_name,
        )

    @api.model
    def _tell_newer(self, case):
        return self.env._("%(winner)s is newer.", winner=case.winner.display_name)

    @api.model
    def _tell_holds(self, case):
        holder = case.verdict.offer.partner
        if case.kind == "ola":
            return self.env._(
                "It is of the team %(team)s.",
                team=case.name("helpdesk.ticket.team", holder),
            )
        if case.kind == "uc":
            return self.env._(
                "It is with %(supplier)s.", supplier=case.name("res.partner", holder)
            )
        if not holder:
            return self.env._("It is published to everybody.")
        return self.env._(
            "It is published to %(consumer)s.",
            consumer=case.name("res.partner", holder),
        )
