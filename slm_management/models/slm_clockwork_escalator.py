# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import (
    Key,
    Ladder,
    Rung,
    Taken,
    due_at,
    is_rearmed,
    open_rungs,
    pick,
)
from .slm_clock import RETRY_AFTER


@dataclass
class Climb:
    """A step that is due on a clock, and what becomes of it."""

    book: object
    key: Key
    rung: Rung
    step: models.BaseModel
    #: columns of ``slm.escalation``
    row: dict
    #: language of what is written down
    lang: str | None = None
    ticket: models.BaseModel = None
    agreement: models.BaseModel = None
    #: what messages say, see ``slm.escalation.teller``
    facts: dict = field(default_factory=dict)
    #: what messages have in common
    envelope: dict = field(default_factory=dict)
    recipients: models.BaseModel = None
    done: list = field(default_factory=list)
    remarks: list = field(default_factory=list)

    @property
    def clock_id(self):
        return self.row["clock_id"]

    @property
    def is_taken(self):
        return self.row["state"] == "fired"


class SlmClockworkEscalator(models.AbstractModel):
    """Steps of ladders that are due are taken. See ``slm.clockwork``.

    When a step is due is the engine's to say (``engine.ladder``); a clock knows it as
    its ``next_action_at``. Writes of users only move that instant: it is the cron that
    climbs, on tickets that it has locked and folded to this very moment. A step is
    written down before it is taken, in the same transaction; what it does may write on
    the ticket, whose clocks are folded as after any write.
    """

    _name = "slm.clockwork.escalator"
    _description = "Clockwork: Ladders Are Climbed"

    # ------------------------------------------------------------------
    # When: a part of folding
    # ------------------------------------------------------------------

    @api.model
    def _get_ladder(self, book, agreement_id):
        if agreement_id not in book.ladders:
            agreement = self.env["slm.agreement"].sudo().browse(agreement_id)
            policy = agreement.escalation_policy_id
            book.ladders[agreement_id] = policy._get_ladder() if policy else Ladder()
        return book.ladders[agreement_id]

    @api.model
    def _read_ladders(self, books):
        """Load the ladders of all agreements in the books at once."""
        agreements = {key.agreement for book in books.values() for key in book.clocks}
        ladders = {
            agreement.id: agreement.escalation_policy_id._get_ladder()
            for agreement in self.env["slm.agreement"].sudo().browse(agreements)
        }
        for book in books.values():
            book.ladders |= ladders

    @api.model
    def _read_taken(self, books):
        """Load which steps were taken; one query, and none without ladders."""
        self._read_ladders(books)
        clocks = [
            clock["id"]
            for book in books.values()
            for clock in book.stored.values()
            if self._get_ladder(book, clock["agreement_id"]).rungs
        ]
        if not clocks:
            return
        rows = self.env.execute_query(
            SQL(
                """
                SELECT ticket_id, clock_id, step_id, bool_or(rearmed_at IS NULL),
                       max(target_seconds)
                  FROM slm_escalation
                 WHERE clock_id IN %s AND step_id IS NOT NULL
              GROUP BY ticket_id, clock_id, step_id
                """,
                tuple(clocks),
            )
        )
        for ticket, clock, step, live, target in rows:
            taken = books[ticket].taken.setdefault(clock, {})
            taken[step] = Taken(live, target)

    @api.model
    def _get_taken(self, book, key):
        return book.taken.get(book.clocks.get(key, {}).get("id"), {})

    @api.model
    def _rearm(self, book, key, state):
        """A longer target makes steps come due again that were taken before."""
        taken = self._get_taken(book, key)
        for rung in self._get_ladder(book, key.agreement).of(key.metric):
            before = taken.get(rung.step)
            if is_rearmed(rung, state, before):
                taken[rung.step] = before._replace(live=False)
                book.rearmed.append((book.clocks[key]["id"], rung.step))

    @api.model
    def _store_rearmed(self, books):
        pairs = [pair for book in books.values() for pair in book.rearmed]
        if not pairs:
            return
        self.env.execute_query(
            SQL(
                "UPDATE slm_escalation SET rearmed_at = %s "
                "WHERE rearmed_at IS NULL AND (clock_id, step_id) IN %s RETURNING id",
                self._now(),
                tuple(pairs),
            )
        )
        self.env["slm.escalation"].invalidate_model(["rearmed_at"], flush=False)

    @api.model
    def _get_next_step(self, book, key, state, now):
        """When the next step of a clock's ladder is due, not before ``now``; or None.

        The target may be near and the next step far beyond what is usually compiled.
        """
        rungs = self._get_open_rungs(book, key, state)
        if not rungs:
            return None
        moments = list(filter(None, (due_at(rung, state) for rung in rungs)))
        if not moments:
            calendar = self._get_calendar(book, key.agreement)[0]
            far = self._fold_over(book, key, now, calendar, far=True)
            moments = list(filter(None, (due_at(rung, far) for rung in rungs)))
        return max(min(moments), now) if moments else None

    @api.model
    def _get_open_rungs(self, book, key, state):
        ladder = self._get_ladder(book, key.agreement)
        if not ladder.rungs:
            return []
        quiet_until = self._get_quiet_until(book, key)
        taken = self._get_taken(book, key)
        return open_rungs(ladder, key.metric, state, taken, quiet_until)

    @api.model
    def _get_quiet_until(self, book, key):
        """Until when a clock is of the past: steps that were due then are not taken."""
        if not self._get_ladder(book, key.agreement).rungs:
            return None
        stored = book.clocks.get(key, {}).get("quiet_until")
        return max(filter(None, (book.quiet_until, stored)), default=None)

    # ------------------------------------------------------------------
    # Climbing
    # ------------------------------------------------------------------

    @api.model
    def _climb(self, books):
        """Take the steps that are due on tickets that were just folded.

        One that writes on its ticket lets the other clocks of it wait for the next
        round, as it may stop them or change what they promise; and make more due.
        """
        while books:
            climbs, moved = self._plan(books)
            if climbs:
                self._record_climbs(climbs)
                moved -= self._take([climb for climb in climbs if climb.is_taken])
            tickets = self.env["helpdesk.ticket"].sudo().browse(moved)
            books = self.env["slm.clock"]._each_alone(tickets, self._refold)

    @api.model
    def _plan(self, books):
        """What becomes of each step that is due: list of :class:`Climb`, and the ids of
        tickets on which one of them writes."""
        due = {
            (book.ticket, key): rungs
            for book in books.values()
            for key, state in book.states.items()
            if (rungs := self._get_due_rungs(book, key, state))
        }
        holding = self._get_holding(due)
        climbs, moved = [], set()
        for (ticket, key), rungs in due.items():
            if ticket in moved:
                continue
            planned = self._plan_clock(books[ticket], key, rungs, holding)
            climbs += planned
            if any(climb.is_taken and climb.step._moves_ticket() for climb in planned):
                moved.add(ticket)
        return climbs, moved

    @api.model
    def _get_due_rungs(self, book, key, state):
        """Rungs of a stored clock that are due at the moment of its fold."""
        if state.state != "running" or "id" not in book.clocks.get(key, {}):
            return []
        rungs = self._get_open_rungs(book, key, state)
        return [r for r in rungs if (due_at(r, state) or datetime.max) <= state.as_of]

    @api.model
    def _get_holding(self, due):
        """``{step id: ids of tickets for which its condition holds}``, None instead of
        the ids if it can not be asked; one query for each step with a condition."""
        tickets = defaultdict(set)
        for (ticket, _key), rungs in due.items():
            for rung in rungs:
                tickets[rung.step].add(ticket)
        steps = self.env["slm.escalation.step"].sudo().browse(tickets)
        return {
            step.id: self._ask_condition(step, tickets[step.id])
            for step in steps
            if step.filter_domain
        }

    @api.model
    def _ask_condition(self, step, ticket_ids):
        model = self.env["helpdesk.ticket"].with_user(SUPERUSER_ID)
        among = Domain("id", "in", list(ticket_ids))
        try:
            with self.env.cr.savepoint():
                tickets = model.with_context(active_test=False)
                return set(tickets.search(among & step._get_domain())._ids)
        except Exception:
            return None

    @api.model
    def _plan_clock(self, book, key, rungs, holding):
        """What becomes of the steps that are due at once on a clock."""
        env = self._get_company_env(book)
        remarks = {
            "unmet": env._("Its condition did not hold."),
            "lower": env._("A higher step was due at the same time."),
            "broken": env._("Its condition can not be read any more: mend the step."),
        }

        def holds(rung):
            return book.ticket in (holding.get(rung.step, {book.ticket}) or ())

        taken, unmet, lower = pick(rungs, book.states[key].target, holds)
        outcomes = dict.fromkeys(taken, ("fired", None))
        outcomes |= dict.fromkeys(lower, ("skipped", remarks["lower"]))
        for rung in unmet:
            is_broken = holding[rung.step] is None
            broken, other = ("failed", remarks["broken"]), ("skipped", remarks["unmet"])
            outcomes[rung] = broken if is_broken else other
        return [
            self._prepare_climb(env, book, key, rung, *outcome)
            for rung, outcome in outcomes.items()
        ]

    @api.model
    def _get_company_env(self, book):
        """What is written down is written in the language of the company."""
        company = self.env["res.company"].sudo().browse(book.company)
        return self.with_context(lang=company.partner_id.lang or self.env.lang).env

    @api.model
    def _prepare_climb(self, env, book, key, rung, outcome, message):
        step = env["slm.escalation.step"].sudo().browse(rung.step)
        state = book.states[key]
        row = {
            "ticket_id": book.ticket,
            "clock_id": book.clocks[key]["id"],
            "step_id": rung.step,
            "name": step.display_name,
            "agreement_id": key.agreement,
            "kind": key.kind,
            "metric": key.metric,
            "cycle": key.cycle,
            "company_id": book.company,
            "state": outcome,
            "due_at": due_at(rung, state),
            "fired_at": self._now(),
            "target_seconds": state.target,
            "used_seconds": int(state.elapsed),
            "threshold_seconds": rung.threshold(state.target),
            "actions": None,
            "message": message,
        }
        return Climb(book, key, rung, step, row, env.lang)

    # ------------------------------------------------------------------
    # Writing down and doing
    # ------------------------------------------------------------------

    @api.model
    def _record_climbs(self, climbs):
        """Write down what is about to be done, and when the clocks are due next."""
        rows = [climb.row for climb in climbs]
        ids = self._sql_insert("slm.escalation", rows)
        clocks = {}
        for climb, escalation in zip(climbs, ids, strict=True):
            climb.row["id"] = escalation
            book, key, state = climb.book, climb.key, climb.book.states[climb.key]
            taken = book.taken.setdefault(climb.clock_id, {})
            taken[climb.rung.step] = Taken(True, state.target)
            clocks[climb.clock_id] = (book, key, state, state.as_of)
        self._sql_update(
            "slm.clock",
            [
                {"id": clock, "next_action_at": self._get_next_action(*folded)}
                for clock, folded in clocks.items()
            ],
        )

    @api.model
    def _take(self, climbs):
        """Do what the steps say, and write down what came of it.

        :return: ids of tickets that are to be left alone for now
        """
        if not climbs:
            return set()
        self._prepare_messages(climbs)
        actor = self.env["slm.escalation.actor"]
        done, again = [], []
        for climb in climbs:
            (done if actor._act(climb) else again).append(climb)
        self._store_outcomes(done)
        self._leave_due(again)
        if any(climb.done for climb in done):
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return {climb.book.ticket for climb in again}

    @api.model
    def _prepare_messages(self, climbs):
        """What the messages of the steps need, for all of them at once."""
        tickets = self.env["helpdesk.ticket"].with_user(SUPERUSER_ID)
        tickets = tickets.browse({climb.book.ticket for climb in climbs})
        self._give_tokens(tickets)
        author = self.env.ref("base.partner_root").sudo()
        reply_to = tickets._notify_get_reply_to(author.email_formatted, author.id)
        domains = tickets._mail_get_alias_domains(default_company=self.env.company)
        agreements = self.env["slm.agreement"].sudo()
        agreements = agreements.browse({climb.key.agreement for climb in climbs})
        for climb in climbs:
            climb.ticket = tickets.browse(climb.book.ticket).with_prefetch(tickets._ids)
            climb.agreement = agreements.browse(climb.key.agreement)
            climb.recipients = self.env["res.partner"]
            climb.facts = self._prepare_facts(climb)
            climb.envelope = {
                "author_id": author.id,
                "email_from": author.email_formatted,
                "reply_to": reply_to[climb.ticket.id],
                "record_alias_domain_id": domains[climb.ticket.id].id,
                "record_company_id": climb.book.company,
                "tracking_value_ids": [],
            }

    @api.model
    def _give_tokens(self, tickets):
        """The links in e-mails need one; core would write on each ticket for itself."""
        bare = tickets.filtered(lambda ticket: not ticket.access_token)
        rows = [{"id": ticket.id, "access_token": str(uuid4())} for ticket in bare]
        self._sql_update("helpdesk.ticket", rows)

    @api.model
    def _prepare_facts(self, climb):
        """See ``slm.escalation.teller``."""
        state, ticket = climb.book.states[climb.key], climb.ticket
        return {
            "id": ticket.id,
            "ticket": f"{ticket.number} {ticket.name}",
            "metric": climb.key.metric,
            "kind": climb.key.kind,
            "percent": int(state.elapsed) * 100 // state.target,
            "is_late": state.elapsed > state.target,
            "deadline": state.deadline,
            "tz": climb.agreement.calendar_id.tz,
        }

    @api.model
    def _store_outcomes(self, climbs):
        """What a step has deleted, be it its ticket, needs no outcome any more."""
        if not climbs:
            return
        names = ("id", "state", "actions", "message")
        rows = [{name: climb.row[name] for name in names} for climb in climbs]
        self._sql_update("slm.escalation", rows)
        pairs = [(c.row["id"], partner) for c in climbs for partner in c.recipients.ids]
        if pairs:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO slm_escalation_res_partner_rel "
                    "(escalation_id, partner_id) SELECT e.id, p.id "
                    "FROM (VALUES %s) AS told(escalation_id, partner_id) "
                    "JOIN slm_escalation e ON e.id = told.escalation_id "
                    "JOIN res_partner p ON p.id = told.partner_id",
                    SQL(", ").join(SQL("%s", pair) for pair in pairs),
                )
            )
        self.env["slm.escalation"].invalidate_model(flush=False)

    @api.model
    def _leave_due(self, climbs):
        """Somebody else was writing: nothing was done, it is tried again later.

        So are steps of other clocks that wait for this one.
        """
        if not climbs:
            return
        query = SQL(
            "DELETE FROM slm_escalation WHERE id IN %s RETURNING id",
            tuple(climb.row["id"] for climb in climbs),
        )
        self.env.execute_query(query)
        self.env["slm.escalation"].invalidate_model(flush=False)
        self.env.execute_query(
            SQL(
                "UPDATE slm_clock SET next_action_at = %s WHERE ticket_id IN %s "
                "AND (id IN %s OR next_action_at <= %s) RETURNING id",
                self._now() + RETRY_AFTER,
                tuple(climb.book.ticket for climb in climbs),
                tuple(climb.clock_id for climb in climbs),
                self._now(),
            )
        )
        self.env["slm.clock"].invalidate_model(["next_action_at"], flush=False)
