# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Command

from .common import SlmCommon, tell


class EscalationCommon(SlmCommon):
    """A team with a leader and an assignee, a manager, and ladders for the SLA.

    A ticket that is worked on from Monday 8:00 is to be completed after four hours of
    service: at 12:00, so that 75 % are used at 11:00, 90 % at 11:36, more than all
    after 13:00:00 and 150 % at 15:00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls.create_user("leader", "slm_management.group_slm_agent")
        cls.watcher = cls.create_user("watcher", "slm_management.group_slm_agent")
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {
                "name": "First Line",
                "company_id": cls.company.id,
                "user_id": cls.leader.id,
                "user_ids": [Command.set((cls.agent | cls.leader).ids)],
            }
        )
        cls.agreement.manager_id = cls.manager
        cls.default_ladder = cls.env.ref("slm_management.slm_escalation_policy_default")

    # ------------------------------------------------------------------
    # Fixture
    # ------------------------------------------------------------------

    @classmethod
    def create_ladder(cls, *steps, agreement=None, **vals):
        """A ladder for the completion of an agreement's tickets; it is given to it.

        :param steps: percent, or dicts of values; they notify the watcher unless they
            say otherwise
        :param vals: of all steps
        """
        values = [s if isinstance(s, dict) else {"percent": s} for s in steps]
        usual = {"metric": "completion", "user_ids": [Command.set(cls.watcher.ids)]}
        policy = cls.env["slm.escalation.policy"].create(
            {
                "name": "Ladder",
                "step_ids": [Command.create(usual | vals | step) for step in values],
            }
        )
        (agreement or cls.agreement).escalation_policy_id = policy
        return policy

    def create_work(self, **vals):
        """A ticket of the team that the agent works on."""
        vals = {"team_id": self.team.id, "user_id": self.agent.id} | vals
        return self.create_ticket(**{"phase": "working"} | vals)

    def run_at(self, *texts):
        for text in texts:
            self.at(text)
            self.run_cron()

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    def get_rows(self, ticket):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["slm.escalation"].search(
            [("ticket_id", "=", ticket.id)], order="id"
        )

    def get_steps(self, ticket):
        """What was taken, as ``(name of the step, state, when)``."""
        return [(r.name, r.state, tell(r.fired_at)) for r in self.get_rows(ticket)]

    def get_fired(self, ticket):
        """Name and time of the steps that were fired."""
        return [
            (name, when)
            for name, state, when in self.get_steps(ticket)
            if state == "fired"
        ]

    def get_messages(self, ticket, user=None):
        """What was sent to people about a ticket, oldest first."""
        domain = [
            ("model", "=", "helpdesk.ticket"),
            ("res_id", "=", ticket.id),
            ("message_type", "=", "user_notification"),
        ]
        messages = self.env["mail.message"].search(domain, order="id")
        partner = user and (user.partner_id if user._name == "res.users" else user)
        return messages.filtered(lambda m: not partner or partner in m.partner_ids)
