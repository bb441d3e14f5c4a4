# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..engine import METRICS

AGENT = "slm_management.group_slm_agent"
MANAGER = "slm_management.group_slm_manager"
#: states in which a clock can not be proposed once more
OPEN = ("proposed", "approved")
#: how many clocks an error names
SHOWN = 15


class SlmExclusion(models.Model):
    """A missed clock that is left out of what is counted, or is proposed to be.

    Who may read a ticket proposes it, a service level manager decides; he also takes
    back what was approved. The clock stays as it is, also if its ticket is opened again
    and it is missed once more: only what it counts as changes, by an event of the
    ticket. Reports that were published before say what they said.

    Only the methods here write the rows, in SQL.
    """

    _name = "slm.exclusion"
    _description = "Exclusion"
    _inherit = ["slm.ticket.access.mixin"]
    _order = "id desc"
    _log_access = False

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    clock_id = fields.Many2one(
        "slm.clock", required=True, readonly=True, index=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(
        "slm.agreement", readonly=True, index=True, ondelete="restrict"
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS], readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    target_seconds = fields.Integer(related="clock_id.target_seconds", string="Target")
    elapsed_seconds = fields.Integer(
        related="clock_id.elapsed_seconds",
        string="Used",
        help="Service time that the clock has used, in seconds.",
    )
    stopped_at = fields.Datetime(
        related="clock_id.stopped_at", string="Clock Stopped at"
    )
    day_minutes = fields.Integer(related="agreement_id.day_minutes")
    reason_id = fields.Many2one(
        "slm.exclusion.reason",
        string="Reason",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    note = fields.Text(readonly=True, help="What has happened, by who proposed it.")
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="proposed",
        help="Proposed: the clock counts until a manager decides.\n"
        "Approved: it is left out of what is counted.\n"
        "Rejected: it counts.\n"
        "Withdrawn: it counts again, or was not to be decided on any more.",
    )
    proposed_by_id = fields.Many2one("res.users", string="Proposed by", readonly=True)
    proposed_on = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one(
        "res.users",
        string="Decided by",
        readonly=True,
        help="Who approved, rejected or withdrew it last.",
    )
    decided_on = fields.Datetime(readonly=True)
    remark = fields.Text(readonly=True, help="What was said about the decision.")
    may_decide = fields.Boolean(compute="_compute_may_decide")
    may_withdraw = fields.Boolean(compute="_compute_may_decide")

    _open_uniq = models.UniqueIndex(
        "(clock_id) WHERE state IN ('proposed', 'approved')",
        "This clock is excluded already, or somebody has proposed it.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("state", "proposed_by_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        is_manager = self._is_manager()
        for exclusion in self:
            proposed = exclusion.state == "proposed"
            mine = exclusion.proposed_by_id == self.env.user
            exclusion.may_decide = is_manager and proposed
            exclusion.may_withdraw = (proposed and mine) or (
                is_manager and exclusion.state == "approved"
            )

    @api.depends("ticket_id", "metric", "reason_id")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        for exclusion in self:
            number = exclusion.ticket_id.number
            metric = metrics.get(exclusion.metric)
            reason = exclusion.reason_id.name
            exclusion.display_name = f"{number}, {metric}: {reason}"

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_approve(self, remark=None):
        """Leave the clocks of proposals out of what is counted, from now on.

        :param remark: text about the decision, or None
        """
        self._check_manager()
        self._check_state("proposed")
        self._check_clocks(self.sudo().clock_id)
        self._decide("approved", remark)
        self._store_outcome(True)

    def action_reject(self, remark=None):
        """Turn proposals down: their clocks count, and may be proposed again.

        :param remark: text about the decision, or None
        """
        self._check_manager()
        self._check_state("proposed")
        self._decide("rejected", remark)

    def action_withdraw(self, remark=None):
        """Take back proposals of one's own or, as a manager, what was approved.

        What was approved counts again from now on.

        :param remark: text about the decision, or None
        """
        self.sudo(False).check_access("read")
        self._check_withdrawal()
        approved = self.filtered(lambda exclusion: exclusion.state == "approved")
        self._decide("withdrawn", remark)
        if approved:
            approved._store_outcome(False)

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.model
    def _is_manager(self):
        return self.env.user.has_group(MANAGER)

    def _check_manager(self):
        self.sudo(False).check_access("read")
        if not self._is_manager():
            raise AccessError(
                self.env._("Only a service level manager decides on exclusions.")
            )

    def _check_state(self, state):
        if others := self.filtered(lambda exclusion: exclusion.state != state):
            raise ValidationError(
                self.env._(
                    "It has been decided on already, or was withdrawn: %(names)s. "
                    "Leave it out of the selection.",
                    names=", ".join(others.sudo().mapped("display_name")),
                )
            )

    def _check_withdrawal(self):
        for exclusion in self.sudo():
            if exclusion.state not in OPEN:
                exclusion._refuse_withdrawal()
            if not exclusion.may_withdraw:
                raise AccessError(
                    self.env._(
                        "%(name)s: a proposal is withdrawn by who made it, what was "
                        "approved by a service level manager.",
                        name=exclusion.display_name,
                    )
                )

    def _refuse_withdrawal(self):
        raise ValidationError(
            self.env._(
                "%(name)s was rejected or withdrawn before, there is nothing left to "
                "withdraw.",
                name=self.display_name,
            )
        )

    @api.model
    def _check_proposer(self, clocks):
        """Whether the user may propose to leave clocks out of what is counted."""
        if not self.env.user.has_group(AGENT):
            raise AccessError(self.env._("Only the desk proposes exclusions."))
        clocks.with_env(self.sudo(False).env).check_access("read")
        self._check_clocks(clocks.sudo(), self._get_open(clocks))

    @api.model
    def _check_clocks(self, clocks, known=None):
        """Whether clocks have been missed and stopped, and are not known already.

        :param known: ``{clock id: state of its exclusion}``
        """
        if not clocks:
            raise ValidationError(self.env._("Choose the clocks to be excluded."))
        texts = self._get_obstacles()
        found = [
            f"{clock.ticket_id.number}, {clock.display_name}: {texts[obstacle]}"
            for clock in clocks
            if (obstacle := self._get_obstacle(clock, known or {}))
        ]
        if found:
            raise ValidationError(
                self.env._("Only missed clocks that have stopped are excluded:")
                + "\n"
                + "\n".join(found[:SHOWN])
                + ("\n…" if found[SHOWN:] else "")
            )

    @api.model
    def _get_obstacle(self, clock, known):
        """The key of ``_get_obstacles`` that says why not, or None."""
        if clock.state == "cancelled":
            return "cancelled"
        if clock.id in known:
            return known[clock.id]
        if clock.state != "stopped":
            return "open"
        return None if clock.outcome == "missed" else clock.outcome

    @api.model
    def _get_obstacles(self):
        return {
            "cancelled": self.env._("it was cancelled, so it counts nowhere."),
            "open": self.env._("it has not stopped yet, so wait for that."),
            "met": self.env._("it was met."),
            "pending": self.env._("it has not been missed."),
            "excluded": self.env._("it is excluded already."),
            "approved": self.env._("it is excluded already."),
            "proposed": self.env._(
                "it has been proposed already. A service level manager decides on that."
            ),
        }

    @api.model
    def _check_words(self, reason, note):
        if not (note or "").strip():
            raise ValidationError(
                self.env._("Say in a note what has happened, for who reads reports.")
            )
        if not reason.active:
            raise ValidationError(
                self.env._(
                    "The reason %(name)s is archived. Choose another one.",
                    name=reason.display_name or "–",
                )
            )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _propose(self, clocks, reason, note):
        """Propose to leave missed clocks out of what is counted, as who asks.

        What a manager proposes is approved. The number of queries does not follow the
        number of clocks.

        :param reason: record of ``slm.exclusion.reason``
        :param note: text, what has happened
        :return: the exclusions
        """
        self._check_proposer(clocks)
        self._check_words(reason, note)
        shared = self._prepare_shared(reason, note)
        rows = [shared | self._prepare_row(clock) for clock in clocks.sudo()]
        ids = self.env["slm.clockwork"]._sql_insert(self._name, rows)
        exclusions = self.browse(ids)
        exclusions._forget_cached()
        if shared["state"] == "approved":
            exclusions._store_outcome(True)
        return exclusions

    @api.model
    def _prepare_shared(self, reason, note):
        now, user = fields.Datetime.now(), self.env.uid
        decided = self._is_manager()
        return {
            "reason_id": reason.id,
            "note": note.strip(),
            "state": "approved" if decided else "proposed",
            "proposed_by_id": user,
            "proposed_on": now,
            "decided_by_id": user if decided else None,
            "decided_on": now if decided else None,
        }

    @api.model
    def _prepare_row(self, clock):
        return {
            "clock_id": clock.id,
            "ticket_id": clock.ticket_id.id,
            "agreement_id": clock.agreement_id.id,
            "metric": clock.metric,
            "company_id": clock.company_id.id,
        }

    @api.model
    def _get_open(self, clocks):
        """``{clock id: state}`` of clocks that are excluded or proposed."""
        found = self.sudo().search_fetch(
            [("clock_id", "in", clocks.ids), ("state", "in", OPEN)],
            ["clock_id", "state"],
        )
        return {exclusion.clock_id.id: exclusion.state for exclusion in found}

    def _decide(self, state, remark):
        decision = {
            "state": state,
            "decided_by_id": self.env.uid,
            "decided_on": fields.Datetime.now(),
            "remark": (remark or "").strip() or None,
        }
        rows = [{"id": exclusion.id} | decision for exclusion in self]
        self.env["slm.clockwork"]._sql_update(self._name, rows)
        self._forget_cached()

    def _store_outcome(self, is_excluded):
        """Let the clocks count no more, or again; their tickets tell why."""
        exclusions = self.sudo()
        notes = {
            exclusion.clock_id.id: exclusion._tell_why(is_excluded)
            for exclusion in exclusions
        }
        clocks = exclusions.clock_id
        self.env["slm.clockwork"]._exclude_batch(clocks, is_excluded, notes)

    def _tell_why(self, is_excluded):
        """The note of the event; None if there is nothing to say."""
        if not is_excluded:
            return self.remark or None
        return f"{self.reason_id.name}: {self.note}"

    def _forget_cached(self):
        clocks = self.sudo().clock_id
        clocks.invalidate_recordset(["exclusion_ids", "exclusion_state"], flush=False)

    def _refuse(self):
        raise AccessError(
            self.env._(
                "Exclusions are proposed from a missed clock and decided on by a "
                "service level manager; nobody writes them."
            )
        )
