# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..engine import METRICS, Rung

#: a change of one of these moves the instant at which a step is due
RUNG_FIELDS = {"policy_id", "metric", "basis", "percent", "minutes"}
#: what says, if it is set, that a step tells somebody
NOTIFYING_FIELDS = (
    "notify_assignee",
    "notify_leader",
    "notify_manager",
    "notify_customer",
    "user_ids",
)
#: what changes a ticket, so that its other clocks are to be looked at anew
MOVING_FIELDS = (
    "reassign_user_id",
    "reassign_team_id",
    "raise_priority",
    "server_action_id",
)
#: what says, if it is set, that a step does something
ACTION_FIELDS = (*NOTIFYING_FIELDS, *MOVING_FIELDS, "activity_type_id")


class SlmEscalationStep(models.Model):
    """One rung of a ladder: when it is due, and what is done then.

    What it does is done in this order: notify, reassign, raise the priority, schedule
    an activity, run the server action; see ``slm.escalation.actor``.
    """

    _name = "slm.escalation.step"
    _description = "Escalation Step"
    _inherit = ["slm.naming.mixin"]
    _order = "policy_id, sequence, id"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    policy_id = fields.Many2one(
        "slm.escalation.policy", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    name = fields.Char(
        translate=True, help="Empty: the step is named after when it is due."
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS],
        help="Empty: the step is for every metric.",
    )
    basis = fields.Selection(
        [("percent", "Percent of the target"), ("minutes", "Minutes to the deadline")],
        string="Due by",
        required=True,
        default="percent",
    )
    percent = fields.Integer(
        default=75,
        help="Share of the target that is used when the step is due; more than 100: "
        "after the deadline.",
    )
    minutes = fields.Integer(
        default=-30,
        help="Service minutes to the deadline: negative before it, positive after it.",
    )
    when = fields.Char(compute="_compute_when")
    filter_domain = fields.Char(
        string="Condition",
        help="The step is taken only for tickets that fit when it is due. Empty: for "
        "all.",
    )
    notify_assignee = fields.Boolean(string="Notify the Assignee")
    notify_leader = fields.Boolean(string="Notify the Team Leader")
    notify_manager = fields.Boolean(string="Notify the Service Level Manager")
    notify_customer = fields.Boolean(
        string="Notify the Customer",
        help="The contact of the ticket, and only of clocks of an SLA. What he gets "
        "says nothing of teams, suppliers or agreements.",
    )
    user_ids = fields.Many2many(
        "res.users", string="Notify Users", domain=[("share", "=", False)]
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        string="Activity",
        ondelete="restrict",
        domain=[("res_model", "in", [False, "helpdesk.ticket"])],
    )
    activity_recipient = fields.Selection(
        [
            ("assignee", "Assignee"),
            ("leader", "Team Leader"),
            ("manager", "Service Level Manager"),
            ("user", "User"),
        ],
        string="Activity for",
        default="assignee",
    )
    activity_user_id = fields.Many2one(
        "res.users",
        string="User of the Activity",
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    activity_summary = fields.Char(translate=True)
    activity_days = fields.Integer(
        string="Days for the Activity", help="0: it is due on the same day."
    )
    reassign_team_id = fields.Many2one(
        "helpdesk.ticket.team", string="Reassign to Team", ondelete="restrict"
    )
    reassign_user_id = fields.Many2one(
        "res.users",
        string="Reassign to User",
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    raise_priority = fields.Boolean(
        help="By one, up to the highest. The targets of the higher priority hold then."
    )
    server_action_id = fields.Many2one(
        "ir.actions.server",
        string="Run Server Action",
        ondelete="restrict",
        groups="base.group_system",
        domain=[("model_id.model", "=", "helpdesk.ticket")],
        help="It runs as the superuser on the ticket, so only whoever may write server "
        "actions may choose one. Webhooks are server actions.",
    )
    what = fields.Char(string="Actions", compute="_compute_what")

    _percent_range = models.Constraint(
        "CHECK(basis <> 'percent' OR percent BETWEEN 1 AND 1000)",
        "An escalation step is due at 1 to 1000 percent of the target.",
    )
    _activity_days_not_negative = models.Constraint(
        "CHECK(activity_days >= 0)",
        "An activity can not be due before it is scheduled.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("policy_id", *ACTION_FIELDS)
    def _check_actions(self):
        for step in self.sudo():
            if not any(step[name] for name in ACTION_FIELDS):
                raise ValidationError(
                    self.env._(
                        "The step “%(step)s” of %(policy)s does nothing. Choose whom "
                        "it notifies or another action, or remove it.",
                        step=step.display_name,
                        policy=step.policy_id.display_name,
                    )
                )

    @api.constrains("activity_type_id", "activity_recipient", "activity_user_id")
    def _check_activity(self):
        for step in self:
            needs = step.activity_type_id and step.activity_recipient in (False, "user")
            if needs and not step.activity_user_id:
                raise ValidationError(
                    self.env._(
                        "The step “%(step)s” of %(policy)s schedules an activity for "
                        "nobody. Say whose it is.",
                        step=step.display_name,
                        policy=step.policy_id.display_name,
                    )
                )

    @api.constrains("user_ids", "activity_user_id", "reassign_user_id")
    def _check_users(self):
        for step in self:
            users = step.user_ids | step.activity_user_id | step.reassign_user_id
            if shared := users.filtered("share")[:1]:
                raise ValidationError(
                    self.env._(
                        "%(user)s can not have a part in the step “%(step)s”: only "
                        "internal users can. Remove them from it.",
                        user=shared.name,
                        step=step.display_name,
                    )
                )

    @api.constrains("server_action_id")
    def _check_server_action(self):
        for step in self.sudo():
            action = step.server_action_id
            if action and action.model_name != "helpdesk.ticket":
                raise ValidationError(
                    self.env._(
                        "The server action “%(action)s” is not for tickets. Choose "
                        "another one for the step “%(step)s”.",
                        action=action.name,
                        step=step.display_name,
                    )
                )

    @api.constrains("filter_domain")
    def _check_filter_domain(self):
        """It is tried as whoever writes it: nobody asks for what he may not see."""
        tickets = self.env["helpdesk.ticket"].sudo(False)
        for step in self:
            try:
                tickets._search(step._get_domain())
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The condition of the step “%(step)s” of %(policy)s can not "
                        "be used: %(error)s\nMend it, or leave it empty.",
                        step=step.display_name,
                        policy=step.policy_id.display_name,
                        error=error,
                    )
                ) from error

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("metric", "basis", "percent", "minutes")
    @api.depends_context("lang")
    def _compute_when(self):
        for step in self:
            step.when = step._tell_when()

    @api.depends(*ACTION_FIELDS)
    @api.depends_context("lang")
    def _compute_what(self):
        for step in self:
            step.what = ", ".join(step.sudo()._tell_what())

    @api.depends("name", "metric", "basis", "percent", "minutes")
    @api.depends_context("lang")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        for step in self:
            parts = [step._tell_when(), metrics.get(step.metric)]
            step.display_name = step.name or ", ".join(filter(None, parts))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps._check_runs_code()
        self.policy_id._replan_later()
        return steps

    def write(self, vals):
        self._check_runs_code()
        res = super().write(vals)
        self._check_runs_code()
        if RUNG_FIELDS & vals.keys():
            self.policy_id._replan_later()
        return res

    def unlink(self):
        self._check_runs_code()
        self.policy_id._replan_later()
        return super().unlink()

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _check_runs_code(self):
        """Who decides when and on which tickets code runs as the superuser."""
        user = self.env.user
        if self.env.su or user.has_group("base.group_system"):
            return
        if user.has_group("slm_management.group_slm_manager"):
            return
        if step := self.sudo().filtered("server_action_id")[:1]:
            raise AccessError(
                self.env._(
                    "The step “%(step)s” of %(policy)s runs a server action, which "
                    "acts as the superuser. Ask a service level manager to change it.",
                    step=step.display_name,
                    policy=step.policy_id.display_name,
                )
            )

    def _prepare_rung(self):
        """When it is due, as :class:`~..engine.Rung`."""
        self.ensure_one()
        return Rung(self.id, self.metric or None, self.basis, self[self.basis])

    def _get_domain(self):
        """The condition as a :class:`Domain` on tickets."""
        self.ensure_one()
        try:
            conditions = literal_eval((self.filter_domain or "").strip() or "[]")
        except (SyntaxError, ValueError) as error:
            text = self.env._("it is no list of conditions with plain values.")
            raise ValueError(text) from error
        return Domain(conditions)

    def _moves_ticket(self):
        self.ensure_one()
        return any(self[name] for name in MOVING_FIELDS)

    def _notifies(self):
        self.ensure_one()
        return any(self[name] for name in NOTIFYING_FIELDS)

    def _tell_when(self):
        self.ensure_one()
        if self.basis == "percent":
            return self.env._("%(percent)s %%", percent=self.percent)
        if not self.minutes:
            return self.env._("at the deadline")
        if self.minutes < 0:
            return self.env._("%(count)s min before", count=-self.minutes)
        return self.env._("%(count)s min after", count=self.minutes)

    def _tell_what(self):
        """What it does, as a list of short texts."""
        self.ensure_one()
        names = {
            "notify_assignee": self.env._("assignee"),
            "notify_leader": self.env._("team leader"),
            "notify_manager": self.env._("service level manager"),
            "user_ids": ", ".join(self.user_ids.mapped("name")),
            "notify_customer": self.env._("customer"),
            "reassign_team_id": f"→ {self.reassign_team_id.name}",
            "reassign_user_id": f"→ {self.reassign_user_id.name}",
            "raise_priority": self.env._("raise priority"),
            "activity_type_id": self.activity_type_id.name,
            "server_action_id": self.server_action_id.name,
        }
        return [text for name, text in names.items() if self[name]]
