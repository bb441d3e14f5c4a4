# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from calendar import timegm
from datetime import datetime, timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..engine import METRICS

_logger = logging.getLogger(__name__)

#: clocks a cron takes in one transaction
BATCH_SIZE = 200
#: how long a clock that failed is left alone
RETRY_AFTER = timedelta(minutes=5)
#: how long what somebody else is writing is left alone
BUSY_AFTER = timedelta(seconds=10)


def _to_epoch(moment):
    """Seconds since 1970 of a naive UTC datetime; False stays False."""
    return moment and timegm(moment.timetuple())


class SlmClock(models.Model):
    """One metric of one agreement on one ticket.

    The rows are what the engine makes of the ticket's events; only ``slm.clockwork``
    writes them, in SQL, so no field is computed or tracked.
    """

    _name = "slm.clock"
    _description = "Clock"
    _inherit = ["slm.ticket.access.mixin"]
    _order = "ticket_id desc, kind desc, agreement_id, cycle, metric desc, id"
    _log_access = False

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, ondelete="cascade"
    )
    agreement_id = fields.Many2one(
        "slm.agreement", required=True, readonly=True, ondelete="restrict"
    )
    target_id = fields.Many2one("slm.target", readonly=True, ondelete="restrict")
    kind = fields.Selection(
        selection="_selection_kind", required=True, readonly=True, default="sla"
    )
    team_id = fields.Many2one(related="agreement_id.team_id")
    partner_id = fields.Many2one(
        related="agreement_id.partner_id", string="Customer or Supplier"
    )
    holder_name = fields.Char(
        string="Team or Supplier",
        compute="_compute_holder_name",
        help="Who has the ticket while an OLA or UC clock runs.",
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS],
        required=True,
        readonly=True,
    )
    cycle = fields.Integer(
        required=True,
        readonly=True,
        default=1,
        help="Which time it is that the team or the supplier of the agreement has the "
        "ticket. An SLA has one cycle.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Service Hours",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    started_at = fields.Datetime(readonly=True)
    target_seconds = fields.Integer(
        readonly=True, help="Service time that is promised, in seconds."
    )
    elapsed_seconds = fields.Integer(
        readonly=True, help="Service time used until the last event, in seconds."
    )
    as_of = fields.Datetime(
        readonly=True, help="Until when the elapsed time is counted."
    )
    deadline = fields.Datetime(
        readonly=True,
        help="When the target is used up. Empty while the clock is paused.",
    )
    at_risk_at = fields.Datetime(readonly=True)
    overrun_at = fields.Datetime(
        readonly=True,
        help="From here on more than the target is used, if nothing happens before.",
    )
    stopped_at = fields.Datetime(readonly=True)
    breached_at = fields.Datetime(readonly=True)
    next_action_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        [
            ("running", "Running"),
            ("paused", "Paused"),
            ("stopped", "Stopped"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
    )
    outcome = fields.Selection(
        [
            ("pending", "Pending"),
            ("met", "Met"),
            ("missed", "Missed"),
            ("excluded", "Excluded"),
        ],
        required=True,
        readonly=True,
    )
    hours_key = fields.Char(
        readonly=True, help="Fingerprint of the service hours it was counted over."
    )
    ladder_key = fields.Char(
        readonly=True, help="Fingerprint of the ladder by which it is escalated."
    )
    quiet_until = fields.Datetime(
        readonly=True,
        help="Steps of a ladder that were due until then are not taken, as it was "
        "imported then.",
    )
    used_seconds = fields.Integer(
        string="Used",
        compute="_compute_used_seconds",
        help="Service time used until now, in seconds.",
    )
    remaining_seconds = fields.Integer(
        string="Remaining",
        compute="_compute_used_seconds",
        help="Service time that is left now, in seconds; negative: too much used.",
    )
    countdown = fields.Json(
        compute="_compute_countdown",
        help="What a client needs to let the clock tick.",
    )
    day_minutes = fields.Integer(related="agreement_id.day_minutes")
    timezone = fields.Selection(related="calendar_id.tz", string="Time Zone")
    exclusion_ids = fields.One2many("slm.exclusion", "clock_id", readonly=True)
    exclusion_state = fields.Selection(
        [("proposed", "Exclusion Proposed"), ("approved", "Left out of Reports")],
        string="In Reports",
        compute="_compute_exclusion_state",
        help="Whether it is left out of what is counted. Empty: it counts.",
    )

    _ticket_agreement_metric_uniq = models.UniqueIndex(
        "(ticket_id, agreement_id, metric, cycle)",
        "A ticket has one clock for each agreement, metric and cycle.",
    )
    _next_action_at_idx = models.Index(
        "(next_action_at) WHERE next_action_at IS NOT NULL"
    )
    _agreement_open_idx = models.Index(
        "(agreement_id, company_id, hours_key) WHERE state IN ('running', 'paused')"
    )
    _agreement_idx = models.Index("(agreement_id, metric)")
    # what the figures of a period are counted by, see ``slm.figures``
    _stopped_at_idx = models.Index("(company_id, stopped_at) WHERE state = 'stopped'")
    _breached_at_idx = models.Index(
        "(company_id, breached_at) WHERE breached_at IS NOT NULL"
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    def _compute_used_seconds(self):
        now = fields.Datetime.now()
        for clock in self:
            used = clock.elapsed_seconds
            if clock.state == "running" and clock.as_of < now:
                calendar = clock.calendar_id.with_company(clock.company_id)
                used += calendar._slm_elapsed(clock.as_of, now)
            clock.used_seconds = used
            clock.remaining_seconds = clock.target_seconds - used

    def _compute_countdown(self):
        now = fields.Datetime.now()
        for clock in self:
            clock.countdown = clock._prepare_countdown(now)

    @api.depends("kind", "agreement_id.team_id", "agreement_id.partner_id")
    def _compute_holder_name(self):
        for clock in self:
            agreement = clock.agreement_id
            holders = {"ola": agreement.team_id, "uc": agreement.partner_id}
            clock.holder_name = clock.kind in holders and holders[clock.kind].name

    @api.depends("exclusion_ids.state")
    def _compute_exclusion_state(self):
        states = self.env["slm.exclusion"]._get_open(self)
        for clock in self:
            clock.exclusion_state = states.get(clock.id)

    @api.depends("metric", "agreement_id")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        for clock in self:
            metric = metrics.get(clock.metric)
            clock.display_name = f"{clock.agreement_id.code}: {metric}"

    def _refuse(self):
        raise AccessError(
            self.env._("Clocks follow from the events of their ticket, only.")
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_explain(self):
        """Open the story of the deadline."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why this deadline?"),
            "res_model": "slm.explanation",
            "view_mode": "form",
            "target": "new",
            "context": {"default_clock_id": self.id, "dialog_size": "extra-large"},
        }

    def action_exclude(self):
        """Ask why these clocks are to be left out of what is counted."""
        self.env["slm.exclusion"]._check_proposer(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exclude from Reports"),
            "res_model": "slm.exclude",
            "view_mode": "form",
            "target": "new",
            "context": {"default_clock_ids": self.ids},
        }

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_due(self):
        """Record breaches and risks that are due, and sleep until the next one.

        Cost follows what is due: rows are found by a partial index, locked so that a
        second worker takes others, and stored in short transactions.
        """
        cron = self.env["ir.cron"]
        while clocks := self._get_due():
            clocks._act()
            if not cron._commit_progress(len(clocks), remaining=self._count_due()):
                return
        now, moment = fields.Datetime.now(), self._get_next_action()
        is_busy = moment and moment <= now
        self._wake_at(now + BUSY_AFTER if is_busy else moment)

    @api.model
    def _cron_replan(self):
        """Fold running clocks again whose service hours or ladders have changed."""
        cron = self.env["ir.cron"]
        seen = self.env["helpdesk.ticket"]
        while tickets := self._get_stale(seen.ids):
            seen |= tickets
            self._each_alone(tickets, self.env["slm.clockwork"]._refold)
            if not cron._commit_progress(len(tickets), remaining=1):
                return
        cron._commit_progress(remaining=0)

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _selection_kind(self):
        return (
            self.env["slm.agreement"]._fields["kind"]._description_selection(self.env)
        )

    def _prepare_countdown(self, now):
        """All that shows the clock as it is at ``now`` and lets it tick from then on.

        Instants are seconds since 1970. ``hours`` are the next stretches of service
        time, as pairs: only within them a running clock ticks.
        """
        self.ensure_one()
        hours = []
        if self.state == "running":
            calendar = self.calendar_id.with_company(self.company_id)
            hours = calendar._slm_get_next_hours(now)
        return {
            "now": _to_epoch(now),
            "state": self.state,
            "outcome": self.outcome,
            "used": self.used_seconds,
            "target": self.target_seconds,
            "late": bool(self.breached_at),
            "at_risk_at": _to_epoch(self.at_risk_at),
            "deadline": _to_epoch(self.deadline),
            "timezone": self.timezone,
            "day_minutes": self.day_minutes,
            "hours": [[_to_epoch(moment) for moment in pair] for pair in hours],
        }

    def _get_next_due(self):
        """Of the clocks of a ticket the one to look at: due next, else a paused one."""
        running = self.filtered(lambda clock: clock.state == "running")
        if running:
            return min(running, key=lambda clock: clock.deadline or datetime.max)
        return self.filtered(lambda clock: clock.state == "paused")[:1]

    def _is_frozen(self):
        """Whether a clock has stopped over service hours that were edited since."""
        calendar = self.calendar_id.with_company(self.company_id)
        return self.state == "stopped" and self.hours_key != calendar.slm_hours_key

    @api.model
    def _get_due(self):
        """A batch of clocks to act on now, earliest first; their tickets are locked.

        What another worker has taken is passed over, so that several share the work.
        """
        due = self.sudo().search(
            [("next_action_at", "<=", fields.Datetime.now())],
            order="next_action_at, id",
            limit=10 * BATCH_SIZE,
        )
        for start in range(0, len(due), BATCH_SIZE):
            batch = due[start : start + BATCH_SIZE]
            if free := self._lock_tickets(batch.ticket_id):
                return batch.filtered(lambda clock, free=free: clock.ticket_id in free)
        return due.browse()

    @api.model
    def _lock_tickets(self, tickets):
        """Those of the tickets that are free, locked for this transaction.

        Left out is what somebody else is writing, or has written since the transaction
        began, as that is not what it sees. Everybody takes the row of the ticket before
        those of its clocks, so nobody waits for us while we wait for him.
        """
        if not tickets:
            return tickets
        query = "SELECT id FROM helpdesk_ticket WHERE id IN %s FOR NO KEY UPDATE"
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL(query + " SKIP LOCKED", tickets._ids), log_exceptions=False
                )
                return tickets.browse(ticket for [ticket] in self.env.cr.fetchall())
        except SerializationFailure:
            half = len(tickets) // 2
            parts = (tickets[:half], tickets[half:]) if half else ()
            return tickets.browse().concat(*map(self._lock_tickets, parts))

    @api.model
    def _count_due(self):
        return self.sudo().search_count(
            [("next_action_at", "<=", fields.Datetime.now())], limit=10 * BATCH_SIZE
        )

    @api.model
    def _get_next_action(self):
        """The instant of the next due clock, or None."""
        first = self.sudo().search(
            [("next_action_at", "!=", False)], order="next_action_at", limit=1
        )
        return first.next_action_at or None

    def _act(self):
        """Fold due clocks and take the steps of their ladders that are due.

        One that fails is logged, left alone and tried again. Nothing encloses the
        steps, so that what they do is undone by the whole transaction or not at all.
        """
        now = fields.Datetime.now()
        clockwork = self.env["slm.clockwork"]
        clockwork._climb(self._each_alone(self.ticket_id, clockwork._refold))
        query = "UPDATE slm_clock SET next_action_at = %s WHERE id IN %s AND %s >= "
        self.env.execute_query(
            SQL(
                query + "next_action_at RETURNING id", now + RETRY_AFTER, self._ids, now
            )
        )
        self.invalidate_recordset(["next_action_at"], flush=False)

    @api.model
    def _each_alone(self, tickets, do):
        """Do something for all tickets at once or, if that fails, for each alone.

        For which it fails then, and why, is in the log.

        :return: all dicts together that ``do`` has returned
        """
        if not tickets:
            return {}
        try:
            with self.env.cr.savepoint():
                return do(tickets) or {}
        except Exception:
            count = len(tickets)
            _logger.info("Clocks of %s tickets: one by one", count, exc_info=True)
        done = {}
        for ticket in tickets:
            try:
                with self.env.cr.savepoint():
                    done |= do(ticket) or {}
            except Exception:
                _logger.exception("The clocks of ticket %s failed", ticket.id)
        return done

    @api.model
    def _get_stale(self, without=()):
        """Tickets with open clocks counted over other service hours than today's, or
        that are escalated by another ladder.

        Locked for this transaction, at most a batch of them.

        :param without: ids of tickets to leave out
        """
        for agreement, company in self._get_open_agreements():
            calendar = agreement.calendar_id.with_company(company)
            ladder = agreement.escalation_policy_id._get_ladder()
            stale = self.sudo().search(
                [
                    ("agreement_id", "=", agreement.id),
                    ("company_id", "=", company.id),
                    ("state", "in", ("running", "paused")),
                    ("ticket_id", "not in", without),
                    "|",
                    "|",
                    ("hours_key", "!=", calendar.slm_hours_key),
                    ("calendar_id", "!=", calendar.id),
                    ("ladder_key", "!=", ladder.key or False),
                ],
                order="id",
                limit=BATCH_SIZE,
            )
            if tickets := self._lock_tickets(stale.ticket_id):
                return tickets
        return self.env["helpdesk.ticket"]

    @api.model
    def _get_open_agreements(self):
        """Pairs of agreement and company that have open clocks."""
        return self.sudo()._read_group(
            [("state", "in", ("running", "paused"))], ["agreement_id", "company_id"]
        )

    @api.model
    def _wake_at(self, moment):
        """See that the cron runs at ``moment``, unless it will run before anyway."""
        if not moment:
            return
        cron = self.env.ref("slm_management.ir_cron_due", raise_if_not_found=False)
        if not cron:
            return
        cron = cron.sudo()
        trigger = self.env["ir.cron.trigger"].sudo()
        pending = [("cron_id", "=", cron.id), ("call_at", "<=", moment)]
        if not trigger.search_count(pending, limit=1):
            cron._trigger(at=moment)
