# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.misc import Callbacks

_logger = logging.getLogger(__name__)

AGENT = "slm_management.group_slm_agent"

#: in later cycles of an OLA or UC ladders do not reassign any more: two of them that
#: give a ticket to each other come to an end
MAX_RETURNS = 10


class SlmEscalationActor(models.AbstractModel):
    """Does what steps of ladders say. See ``slm.clockwork.escalator``.

    Everything is done as OdooBot in the transaction that records it: e-mails are
    queued, webhooks leave after the commit. So a crash loses all of it or nothing, and
    what was recorded is not done again. An action that fails is taken back and told;
    the other actions of the step are done all the same.

    A ladder may be shared by companies, and is edited by people of one of them: what it
    does stays in the company of the ticket.
    """

    _name = "slm.escalation.actor"
    _description = "Actions of Escalations"

    # ------------------------------------------------------------------
    # Entry point
    # ------------------------------------------------------------------

    @api.model
    def _act(self, climb):
        """Do all actions of a step for a clock.

        :param climb: a ``Climb`` of the escalator; its row and recipients are filled in
        :return: False if somebody else was writing the same rows: nothing was done, and
            it is to be tried again
        """
        actor = self.with_user(SUPERUSER_ID).with_context(
            lang=climb.lang, mail_notify_force_send=False, slm_queue_push=True
        )
        try:
            failed = actor._act_each(climb)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            return False
        climb.row["state"] = "failed" if failed else "fired"
        climb.row["actions"] = "\n".join(climb.done) or None
        climb.row["message"] = "\n".join(climb.remarks) or None
        return True

    @api.model
    def _act_each(self, climb):
        """Each action alone, so that one that fails spoils nothing else.

        :return: whether one has failed
        """
        actions = self._get_actions(climb.step)
        if len(actions) == 1:
            return self._try(actions[0], climb)
        with self._alone():
            return any([self._try(do, climb) for do in actions])

    @api.model
    def _try(self, do, climb):
        """Do it, or take it back and tell. Whether it has failed."""
        recipients = climb.recipients
        try:
            with self._alone():
                do(climb)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            climb.recipients = recipients
            _logger.info("Step %s of a ladder failed", climb.step.id, exc_info=True)
            text = self.env["slm.escalation.teller"]._tell_error(error)
            climb.remarks.append(text)
            return True
        return False

    @contextmanager
    def _alone(self):
        """A savepoint that takes back, too, what was to happen after the commit."""
        cr = self.env.cr
        outer, cr.postcommit = cr.postcommit, Callbacks()
        try:
            with cr.savepoint():
                yield
            outer.add(cr.postcommit.run)
        finally:
            cr.postcommit = outer

    @api.model
    def _get_actions(self, step):
        actions = {
            self._notify: step._notifies(),
            self._reassign: step.reassign_team_id or step.reassign_user_id,
            self._raise_priority: step.raise_priority,
            self._schedule: step.activity_type_id,
            self._run: step.server_action_id,
        }
        return [do for do, is_wanted in actions.items() if is_wanted]

    # ------------------------------------------------------------------
    # Notifications
    # ------------------------------------------------------------------

    @api.model
    def _notify(self, climb):
        """Tell people of the desk, and the contact of the ticket.

        A step that is to notify, reaches nobody and does nothing else tells the service
        level manager.
        """
        desk = self._get_desk(climb)
        customer = self._get_customer(climb) - desk.partner_id
        manager = self._filter_users(climb, climb.agreement.manager_id)
        if not (desk or customer) and len(self._get_actions(climb.step)) == 1:
            desk = manager
            if manager:
                text = self.env._("Nobody to notify, so the manager was told.")
                climb.remarks.append(text)
        if not (desk or customer):
            climb.remarks.append(self.env._("There was nobody to notify."))
        agents = desk.filtered(lambda user: user.has_group(AGENT))
        self._send(climb, agents.partner_id, "_tell_desk")
        self._send(climb, (desk - agents).partner_id, "_tell_colleague")
        self._send(climb, customer, "_tell_customer")
        if climb.recipients:
            names = ", ".join(climb.recipients.mapped("name"))
            climb.done.append(self.env._("Notified: %(names)s", names=names))

    @api.model
    def _get_desk(self, climb):
        step, ticket = climb.step, climb.ticket
        users = step.user_ids
        users |= ticket.user_id if step.notify_assignee else users
        users |= ticket.team_id.user_id if step.notify_leader else users
        users |= climb.agreement.manager_id if step.notify_manager else users
        return self._filter_users(climb, users)

    @api.model
    def _filter_users(self, climb, users):
        """Those who are there, and may work in the company of the ticket."""
        company = climb.ticket.company_id
        return users.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )

    @api.model
    def _get_customer(self, climb):
        """The contact of the ticket; of OLA and UC he hears nothing."""
        nobody = self.env["res.partner"]
        if not climb.step.notify_customer or climb.key.kind != "sla":
            return nobody
        customer = climb.ticket.partner_id
        if customer.email:
            return customer
        climb.remarks.append(self.env._("The customer has no e-mail address."))
        return nobody

    @api.model
    def _send(self, climb, partners, tell):
        """One message for all who read the same language and time zone.

        :param tell: name of the method of ``slm.escalation.teller`` for these readers
        """
        groups = defaultdict(self.env["res.partner"].browse)
        for partner in partners:
            groups[partner.lang or climb.lang, partner.tz] |= partner
        for (lang, tz), readers in groups.items():
            teller = self.env["slm.escalation.teller"].with_context(lang=lang)
            subject, body = getattr(teller, tell)(climb.facts, tz)
            climb.ticket.with_context(self.env.context, lang=lang).message_notify(
                subject=subject,
                body=body,
                partner_ids=readers.ids,
                # The usual one calls it internal communication, also to customers.
                email_layout_xmlid="mail.mail_notification_light",
                **climb.envelope,
            )
        climb.recipients |= partners

    # ------------------------------------------------------------------
    # Changes of the ticket
    # ------------------------------------------------------------------

    @api.model
    def _reassign(self, climb):
        """To a team, a user, or both. Who has the ticket already keeps it."""
        if climb.key.cycle > MAX_RETURNS:
            text = self.env._(
                "Not reassigned: it has been handed round %(count)s times.",
                count=MAX_RETURNS,
            )
            climb.remarks.append(text)
            return
        team, user = climb.step.reassign_team_id, climb.step.reassign_user_id
        companies = climb.ticket.company_id.parent_ids
        if team.company_id - companies or user - self._filter_users(climb, user):
            text = self.env._(
                "Not reassigned: who was to get it is archived, or of another company."
            )
            climb.remarks.append(text)
            return
        vals = {}
        if team and climb.ticket.team_id != team:
            vals["team_id"] = team.id
        if user and (vals or climb.ticket.user_id != user):
            vals["user_id"] = user.id
        names = " / ".join(filter(None, [team.name, user.name]))
        if not vals:
            text = self.env._("%(names)s had the ticket already.", names=names)
            climb.remarks.append(text)
            return
        self._write(climb, vals)
        climb.done.append(self.env._("Reassigned to %(names)s", names=names))

    @api.model
    def _raise_priority(self, climb):
        """By one. The highest one stays."""
        options = climb.ticket._fields["priority"]._description_selection(self.env)
        values = [value for value, _label in options]
        place = values.index(climb.ticket.priority) + 1
        if place == len(values):
            climb.remarks.append(self.env._("The priority is the highest already."))
            return
        self._write(climb, {"priority": values[place]})
        text = self.env._("Priority raised: %(name)s", name=options[place][1])
        climb.done.append(text)

    @api.model
    def _write(self, climb, vals):
        """Write on the ticket; its event says by which step."""
        note = self.env._("Escalation: %(step)s", step=climb.row["name"])
        climb.ticket.with_context(self.env.context, slm_note=note).write(vals)

    # ------------------------------------------------------------------
    # Activities and server actions
    # ------------------------------------------------------------------

    @api.model
    def _schedule(self, climb):
        step, ticket = climb.step, climb.ticket
        users = {
            "assignee": ticket.user_id,
            "leader": ticket.team_id.user_id,
            "manager": climb.agreement.manager_id,
        }
        user = users.get(step.activity_recipient, step.activity_user_id)
        if not self._filter_users(climb, user):
            text = self.env._("There was nobody to give the activity to.")
            climb.remarks.append(text)
            return
        today = fields.Date.context_today(ticket.with_context(tz=user.tz))
        ticket.with_context(self.env.context, lang=user.lang).activity_schedule(
            activity_type_id=step.activity_type_id.id,
            summary=step.with_context(lang=user.lang).activity_summary,
            user_id=user.id,
            date_deadline=today + timedelta(days=step.activity_days),
        )
        names = {"activity": step.activity_type_id.name, "user": user.name}
        climb.done.append(self.env._("%(activity)s for %(user)s", **names))

    @api.model
    def _run(self, climb):
        """A webhook is sent after the commit, so never twice; see core's."""
        action = climb.step.server_action_id
        action.with_user(SUPERUSER_ID).with_context(
            self.env.context,
            active_model="helpdesk.ticket",
            active_id=climb.ticket.id,
            active_ids=climb.ticket.ids,
        ).run()
        climb.done.append(self.env._("Ran %(action)s", action=action.name))
