# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..engine import (
    MATCHED_BY,
    METRICS,
    Event,
    Terms,
    breaches,
    changes,
    fold,
    kind_of,
    moves,
)
from ..engine.rules import CANCEL, STOP
from .slm_matcher import Need

#: ticket fields whose values are facts
FACT_FIELDS = (
    "stage_id",
    "active",
    "duplicate_id",
    "priority",
    "slm_service_id",
    "slm_process_kind",
    "partner_id",
    "company_id",
    "team_id",
    "user_id",
    "slm_agreement_id",
    "slm_facts",
)
#: a change of one of these asks the agreement anew what it promises
TERMS_BY = frozenset({"service", "process_kind", "priority"})
#: what a stored clock and its fold must agree on
FOLDED = (
    "target_id",
    "started_at",
    "target_seconds",
    "elapsed_seconds",
    "as_of",
    "deadline",
    "at_risk_at",
    "overrun_at",
    "stopped_at",
    "breached_at",
    "state",
    "outcome",
)
OPEN_STATES = ("running", "paused")
#: no transaction that creates tickets takes longer
TRANSACTION_TIME = timedelta(hours=1)


@dataclass
class Book:
    """All about one ticket that its clocks are made of."""

    ticket: int
    company: int
    created_at: datetime
    created_by: int | None
    #: facts as they are now; those that no field holds are missing
    actual: dict
    #: facts as the last event left them
    facts: dict
    agreement: int | None
    expired: int | None
    #: when the history begins, if the creation is not happening now
    begins_at: datetime | None = None
    history: list = field(default_factory=list)
    #: clocks, ``(agreement, metric)`` to their columns
    clocks: dict = field(default_factory=dict)
    #: the same as they are stored, by id
    stored: dict = field(default_factory=dict, repr=False)
    new_events: list = field(default_factory=list)
    #: breaches found now: ``(agreement, metric, instant)``
    breached: list = field(default_factory=list)
    #: what ``_get_calendar`` has found; shared by all books that are open together
    calendars: dict = field(default_factory=dict, repr=False)

    @property
    def terms(self):
        return Terms.of(self.facts.get("sla"))

    @property
    def recorded_agreement(self):
        fact = self.facts.get("sla")
        return fact["agreement"] if fact else None

    @property
    def last_at(self):
        return max(event.at for event in self.history)

    def append(self, at, kind, after, **row):
        """Add an event to the history and to what will be stored."""
        self.history.append(Event(at, kind, after))
        values = {"ticket_id": self.ticket, "at": at, "kind": kind, "after": after}
        self.new_events.append(
            {"before": None, "user_id": None, "note": None} | values | row
        )


class SlmClockwork(models.AbstractModel):
    """Writes down what happens to tickets and keeps their clocks.

    The one idea: facts of a ticket that changed become an event, clocks are folded from
    the events, and what the fold says is stored. Nothing here moves a deadline by
    itself. All is done for many tickets at once, as superuser, and not through
    ``write`` of the ticket, whose write date stays.
    """

    _name = "slm.clockwork"
    _description = "Clockwork"

    # ------------------------------------------------------------------
    # Entry points
    # ------------------------------------------------------------------

    @api.model
    def _start(self, tickets):
        """Begin the history of tickets that have none, at their creation."""
        books = self._open_books(tickets, started=False)
        self._record(books)
        self._keep(books)

    @api.model
    def _adopt(self, tickets):
        """Begin the history of tickets that are older than this module.

        It starts at their creation, with the stages that the chatter has tracked; of
        everything else only today's value is known. Breaches of the past are recorded
        and not announced.
        """
        books = self._open_books(tickets, started=False)
        stages = self._get_tracked_stages(books)
        today = {}
        for book in books.values():
            book.begins_at = book.created_at
            today[book.ticket] = {
                name: book.actual[name] for name in ("phase", "stage")
            }
            if book.ticket in stages:
                book.actual |= stages[book.ticket][0][1]
        self._record(books)
        for book in books.values():
            for at, _before, after, user in stages.get(book.ticket, ()):
                self._record_stage(book, at, after, user)
            self._record_stage(book, self._now(), today[book.ticket], None)
        self._keep(books, silent=True)

    @api.model
    def _sync(self, tickets, extra=None, note=None):
        """Write down what has changed since the last event, and fold.

        :param extra: facts that are no fields, such as ``{"answered": True}``
        :param note: text of the event; with a note there is one even if no fact changed
        """
        books = self._open_books(tickets)
        changed = {
            ticket: book
            for ticket, book in books.items()
            if note or self._has_changed(book, extra)
        }
        self._read_histories(changed)
        self._record_changed_hours(changed)
        self._record(changed, extra, note)
        self._keep(changed)

    @api.model
    def _refold(self, tickets):
        """Fold tickets to this very moment, over the service hours of this moment.

        Time alone may use up a target, and so may hours that were edited.
        """
        books = self._open_books(tickets)
        self._read_histories(books)
        self._record_changed_hours(books)
        self._keep(books)

    @api.model
    def _rebuild(self, tickets):
        """Fold tickets anew, store it; see ``helpdesk.ticket._slm_rebuild``."""
        books = self._open_books(tickets)
        self._read_histories(books)
        differences = [d for book in books.values() for d in self._compare(book)]
        self._record_changed_hours(books)
        self._keep(books)
        return differences

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _now(self):
        """The instant of what happens now; an import says it in its context."""
        return self._get_import("slm_at") or fields.Datetime.now()

    @api.model
    def _get_import(self, key):
        """What an import says in its context; it runs as the superuser himself.

        Any client may send any context, which ``sudo`` keeps, and nobody else may
        choose when something has happened, or have it go unnoticed.
        """
        importing = self.env.uid == SUPERUSER_ID
        return self.env.context.get(key) if importing else None

    @api.model
    def _open_books(self, tickets, started=True):
        """``{ticket id: Book}`` of the tickets whose history has begun, or has not."""
        if not tickets:
            return {}
        tickets = tickets.sudo()
        tickets.flush_recordset(FACT_FIELDS)
        self.env["helpdesk.ticket.stage"].flush_model(["slm_phase"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT t.id, t.company_id AS company, t.create_date, t.create_uid,
                       t.slm_facts,
                       t.slm_agreement_id, t.slm_expired_agreement_id,
                       COALESCE(s.slm_phase, 'waiting') AS phase, t.stage_id AS stage,
                       COALESCE(t.active, FALSE) AND t.duplicate_id IS NULL AS active,
                       t.priority, t.slm_service_id AS service,
                       t.slm_process_kind AS process_kind, t.partner_id AS partner,
                       t.team_id AS team, t.user_id AS user
                  FROM helpdesk_ticket t
             LEFT JOIN helpdesk_ticket_stage s ON s.id = t.stage_id
                 WHERE t.id IN %s AND (t.slm_facts IS NOT NULL) = %s
              ORDER BY t.id
                """,
                tickets._ids,
                started,
            )
        )
        calendars = {}
        return {row["id"]: self._prepare_book(row, calendars) for row in rows}

    @api.model
    def _prepare_book(self, row, calendars):
        return Book(
            ticket=row.pop("id"),
            created_at=row.pop("create_date").replace(microsecond=0),
            created_by=row.pop("create_uid"),
            facts=row.pop("slm_facts") or {},
            agreement=row.pop("slm_agreement_id"),
            expired=row.pop("slm_expired_agreement_id"),
            company=row["company"],
            actual=row,
            calendars=calendars,
        )

    @api.model
    def _read_histories(self, books):
        """Load events and stored clocks of the books; two queries."""
        if not books:
            return
        events = self.env.execute_query(
            SQL(
                "SELECT ticket_id, at, kind, after FROM slm_ticket_event "
                "WHERE ticket_id IN %s ORDER BY ticket_id, at, id",
                tuple(books),
            )
        )
        for ticket, at, kind, after in events:
            books[ticket].history.append(Event(at, kind, after or {}))
        clocks = self.env.execute_query_dict(
            SQL("SELECT * FROM slm_clock WHERE ticket_id IN %s", tuple(books))
        )
        for clock in clocks:
            book = books[clock["ticket_id"]]
            book.clocks[clock["agreement_id"], clock["metric"]] = clock
            book.stored[clock["id"]] = clock

    # ------------------------------------------------------------------
    # Recording: facts become events
    # ------------------------------------------------------------------

    @api.model
    def _has_changed(self, book, extra=None):
        actual = book.actual | (extra or {})
        return (
            book.agreement != book.recorded_agreement
            or changes(book.facts, actual)[1] != {}
        )

    @api.model
    def _record(self, books, extra=None, note=None):
        """Append one event to each book: all that has changed since the last one."""
        for book in books.values():
            book.actual |= extra or {}
        self._match_agreements(books)
        terms = self._get_terms(books)
        for book in books.values():
            book.actual["sla"] = terms[book.ticket]
            before, after = changes(book.facts, book.actual)
            if "phase" in after and self._has_stale_hours(book):
                after["hours"] = True
            book.append(
                self._get_event_time(book),
                kind_of(after) if book.facts else "created",
                after,
                before=before if book.facts else None,
                user_id=book.created_by if book.begins_at else self.env.uid,
                note=note,
            )
            book.facts = book.facts | book.actual

    @api.model
    def _record_stage(self, book, at, after, user):
        """An event of the past: the ticket came into another stage."""
        before, after = changes(book.facts, after)
        if after:
            at = max(at.replace(microsecond=0), book.last_at)
            book.append(at, "phase", after, before=before, user_id=user)
            book.facts = book.facts | after

    @api.model
    def _get_tracked_stages(self, books):
        """``{ticket id: [(instant, facts before, facts after, user id), …]}``."""
        if not books:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.res_id, m.date, v.old_value_integer, a.slm_phase,
                       v.new_value_integer, b.slm_phase, v.create_uid
                  FROM mail_tracking_value v
                  JOIN mail_message m ON m.id = v.mail_message_id
                  JOIN ir_model_fields f ON f.id = v.field_id
                  JOIN helpdesk_ticket_stage a ON a.id = v.old_value_integer
                  JOIN helpdesk_ticket_stage b ON b.id = v.new_value_integer
                 WHERE m.model = 'helpdesk.ticket' AND f.name = 'stage_id'
                   AND m.res_id IN %s
              ORDER BY m.date, v.id
                """,
                tuple(books),
            )
        )
        tracked = defaultdict(list)
        for ticket, at, old, old_phase, new, new_phase, user in rows:
            before = {"stage": old, "phase": old_phase}
            after = {"stage": new, "phase": new_phase}
            tracked[ticket].append((at, before, after, user))
        return tracked

    @api.model
    def _get_event_time(self, book):
        """Now, but never before the last event: a history goes forward.

        The first event is the creation. Its date is the start of the transaction, so it
        is believed only if that is not long ago: imports and frozen times know better.
        """
        now = self._now()
        if book.history:
            return max(now, book.last_at)
        if book.begins_at:
            return book.begins_at
        fresh = book.created_at <= now < book.created_at + TRANSACTION_TIME
        return book.created_at if fresh else now

    @api.model
    def _match_agreements(self, books):
        """Set ``agreement`` and ``expired`` of the books that must be matched anew.

        An agreement that somebody has chosen by hand stays until the ticket's service,
        process or requester changes.
        """
        needs = {}
        for book in books.values():
            chosen = book.agreement != book.recorded_agreement and book.agreement
            asks = MATCHED_BY & changes(book.facts, book.actual)[1].keys()
            if asks and not chosen:
                needs[book.ticket] = self._prepare_need(book)
        matches = self.env["slm.matcher"]._match_batch(needs.values())
        for ticket, need in needs.items():
            books[ticket].agreement, books[ticket].expired = matches[need]

    @api.model
    def _prepare_need(self, book):
        company = self.env["res.company"].sudo().browse(book.company)
        created_at = book.history[0].at if book.history else self._get_event_time(book)
        return Need(
            partner=book.actual["partner"] or False,
            service=book.actual["service"] or False,
            process_kind=book.actual["process_kind"] or False,
            company=book.company,
            day=self.env["slm.matcher"]._get_day(created_at, company),
        )

    @api.model
    def _get_terms(self, books):
        """``{ticket id: fact}``: what the agreement of each book promises from now on.

        Terms in force stay as recorded until the ticket asks for others, so that an
        edited agreement does not change a promise behind anybody's back.
        """
        known, terms = {}, {}
        for book in books.values():
            if not book.agreement:
                terms[book.ticket] = None
                continue
            same = book.agreement == book.recorded_agreement
            if same and not TERMS_BY & changes(book.facts, book.actual)[1].keys():
                terms[book.ticket] = book.facts["sla"]
                continue
            actual = book.actual
            key = (
                book.agreement,
                actual["service"],
                actual["process_kind"],
                actual["priority"],
            )
            if key not in known:
                agreement = self.env["slm.agreement"].sudo().browse(key[0])
                known[key] = agreement._get_terms(*key[1:]).to_fact()
            terms[book.ticket] = known[key]
        return terms

    @api.model
    def _has_stale_hours(self, book):
        """Whether a stopped clock of the agreement was counted over other hours."""
        return any(
            clock["state"] == "stopped" and self._is_stale(book, clock)
            for clock in book.clocks.values()
            if clock["agreement_id"] == book.agreement
        )

    @api.model
    def _record_changed_hours(self, books):
        """What changed hours did to open clocks, told before what comes now."""
        for book in books.values():
            if any(
                clock["state"] in OPEN_STATES and self._is_stale(book, clock)
                for clock in book.clocks.values()
            ):
                self._record_overdue(book)
                self._record_hours(book)

    @api.model
    def _record_overdue(self, book):
        """Breaches that nobody noted before the hours changed did happen."""
        for (agreement, metric), clock in book.clocks.items():
            overrun_at = clock["overrun_at"]
            if not overrun_at or clock["breached_at"]:
                continue
            if overrun_at < self._get_hours_change(book, clock)[0]:
                self._record_breach(book, agreement, metric, clock["deadline"])

    @api.model
    def _record_hours(self, book):
        """An event for changed service hours, if an open clock shows it."""
        for (agreement, metric), clock in book.clocks.items():
            if clock["state"] not in OPEN_STATES:
                continue
            state = self._fold(book, agreement, metric, clock["as_of"] or self._now())
            folded = (state.elapsed, state.deadline)
            if folded != (clock["elapsed_seconds"], clock["deadline"]):
                at, author = self._get_hours_change(book, clock)
                at = max(at, book.last_at)
                note = self._get_calendar(book, agreement)[0].name
                book.append(at, "hours", {"hours": True}, user_id=author, note=note)
                return

    @api.model
    def _get_hours_change(self, book, clock):
        """When the hours over which a clock was counted changed, and by whom.

        By editing them, or by giving the agreement others. The instant is now if nobody
        knows better: a change that the clock has seen already is not the one.
        """
        now = self._now()
        as_of = clock["as_of"] or datetime.min
        calendar = self._get_calendar(book, clock["agreement_id"])[0]
        if clock["calendar_id"] == calendar.id:
            at, author = calendar.slm_hours_changed_at, calendar.slm_hours_changed_by_id
        else:
            agreement = self.env["slm.agreement"].sudo().browse(clock["agreement_id"])
            at, author = agreement.write_date, agreement.write_uid
        at = at.replace(microsecond=0) if at else now
        return at if as_of <= at <= now else now, author.id or None

    @api.model
    def _record_breach(self, book, agreement, metric, at):
        mark = {"agreement": agreement, "metric": metric}
        book.append(at, "breach", {"breach": mark})
        book.breached.append((agreement, metric, at))

    # ------------------------------------------------------------------
    # Folding
    # ------------------------------------------------------------------

    @api.model
    def _get_calendar(self, book, agreement_id):
        """The service hours of an agreement for a ticket, and their fingerprint."""
        key = (agreement_id, book.company)
        if key not in book.calendars:
            agreement = self.env["slm.agreement"].sudo().browse(agreement_id)
            company = self.env["res.company"].sudo().browse(book.company)
            calendar = agreement.calendar_id.with_company(company)
            book.calendars[key] = (calendar, calendar.slm_hours_key)
        return book.calendars[key]

    @api.model
    def _fold(self, book, agreement_id, metric, now):
        """The :class:`~..engine.ClockState` of one clock."""
        calendar = self._get_calendar(book, agreement_id)[0]
        since = book.history[0].at
        args = (book.history, agreement_id, metric)
        state = fold(*args, calendar._slm_worktime(since, now), now)
        if state.state in ("running", "stopped") and not state.deadline:
            # The target lies beyond what is usually compiled, or there is no time left.
            state = fold(*args, calendar._slm_worktime(since, now, far=True), now)
        return state

    @api.model
    def _keep(self, books, silent=False):
        """Fold the books and store events, clocks and what the tickets show of them.

        :param silent: breaches are recorded and not announced
        """
        now = self._now()
        clock_rows, ticket_rows = [], []
        for book in books.values():
            folded = self._fold_book(book, max(now, book.last_at))
            clock_rows += folded
            ticket_rows.append(self._prepare_ticket_row(book, now))
        self._store(books, clock_rows, ticket_rows)
        if not (silent or self._get_import("slm_silent")):
            self._announce(books)
        self.env["slm.clock"]._wake_at(
            min(
                (r["next_action_at"] for r in clock_rows if r["next_action_at"]),
                default=None,
            )
        )

    @api.model
    def _fold_book(self, book, now):
        """Bring ``book.clocks`` up to date; the rows that are new or have changed."""
        rows = []
        agreements = {a for a, _metric in book.clocks} | {book.recorded_agreement}
        for agreement in sorted(agreements - {None}):
            for metric in METRICS:
                row = self._fold_clock(book, agreement, metric, now)
                if row:
                    rows.append(row)
        return rows

    @api.model
    def _fold_clock(self, book, agreement, metric, now):
        """The row to store of one clock, or None if it stays as it is."""
        stored = book.clocks.get((agreement, metric))
        in_force = agreement == book.recorded_agreement
        if stored and not in_force and stored["state"] not in OPEN_STATES:
            return None
        state = self._fold(book, agreement, metric, now)
        if not state.state:
            return None
        if stored and stored["state"] == "stopped" and self._is_stale(book, stored):
            if stored["stopped_at"] == state.stopped_at:
                return None
        known = breaches(book.history, agreement, metric)
        if state.breached_at and not known:
            self._record_breach(book, agreement, metric, state.breached_at)
        row = self._prepare_clock_row(book, agreement, metric, state, now)
        if stored:
            row["id"] = stored["id"]
            if row.items() <= stored.items():
                return None
        book.clocks[agreement, metric] = row
        return row

    @api.model
    def _is_stale(self, book, stored):
        """Whether a clock was counted over other service hours than today's."""
        calendar, hours_key = self._get_calendar(book, stored["agreement_id"])
        return (stored["calendar_id"], stored["hours_key"]) != (calendar.id, hours_key)

    @api.model
    def _prepare_clock_row(self, book, agreement, metric, state, now):
        calendar, hours_key = self._get_calendar(book, agreement)
        return {
            "ticket_id": book.ticket,
            "agreement_id": agreement,
            "target_id": self._get_target_id(book, agreement, metric),
            "kind": "sla",
            "metric": metric,
            "calendar_id": calendar.id,
            "company_id": book.company,
            "started_at": state.started_at,
            "target_seconds": state.target,
            "elapsed_seconds": int(state.elapsed),
            "as_of": state.as_of if state.state == "running" else None,
            "deadline": state.deadline,
            "at_risk_at": state.at_risk_at,
            "overrun_at": state.overrun_at,
            "stopped_at": state.stopped_at,
            "breached_at": state.breached_at,
            "next_action_at": state.next_action_at(now),
            "state": state.state,
            "outcome": state.outcome,
            "hours_key": hours_key,
        }

    @api.model
    def _get_target_id(self, book, agreement, metric):
        """The target line whose promise the clock is under.

        Two lines may promise the same, so what comes after a stop is left out: a
        stopped clock stays under the line that held until then.
        """
        lines = {
            terms.targets[metric][0]
            for event in book.history
            if (terms := Terms.of(event.after.get("sla")))
            and terms.agreement == agreement
            and metric in terms.targets
        }
        if len(lines) < 2:
            return next(iter(lines), None)
        found, sla, stopped = None, None, False
        for move in moves(book.history, agreement, metric):
            sla = move.event.after.get("sla", sla)
            stopped = move.mode == STOP or (stopped and move.mode == CANCEL)
            terms = Terms.of(sla)
            mine = terms and terms.agreement == agreement and metric in terms.targets
            if mine and not (stopped and found):
                found = terms.targets[metric][0]
        return found

    # ------------------------------------------------------------------
    # Storing
    # ------------------------------------------------------------------

    @api.model
    def _prepare_ticket_row(self, book, now):
        """What the ticket itself shows of its clocks, for lists and filters."""
        clocks = {
            metric: book.clocks[book.agreement, metric]
            for metric in METRICS
            if (book.agreement, metric) in book.clocks
        }
        deadlines = {m: clock["deadline"] for m, clock in clocks.items()}
        due = [
            clock["deadline"]
            for clock in clocks.values()
            if clock["state"] == "running" and clock["deadline"]
        ]
        return {
            "id": book.ticket,
            "slm_facts": book.facts,
            "slm_agreement_id": book.agreement or None,
            "slm_expired_agreement_id": not book.agreement and book.expired or None,
            **{f"slm_{metric}_deadline": deadlines.get(metric) for metric in METRICS},
            "slm_deadline": min(due, default=None),
            "slm_status": self._get_status(clocks.values(), now),
        }

    @api.model
    def _get_status(self, clocks, now):
        """The status of a ticket by the clocks in force."""
        clocks = [clock for clock in clocks if clock["state"] != "cancelled"]
        if not clocks:
            return "none"
        if any(clock["breached_at"] for clock in clocks):
            return "breached"
        running = [clock for clock in clocks if clock["state"] == "running"]
        if any(clock["at_risk_at"] and clock["at_risk_at"] <= now for clock in running):
            return "at_risk"
        if running:
            return "on_track"
        paused = any(clock["state"] == "paused" for clock in clocks)
        return "paused" if paused else "met"

    @api.model
    def _store(self, books, clock_rows, ticket_rows):
        events = [event for book in books.values() for event in book.new_events]
        # The ticket first: its row is what two who come at once meet at.
        self._sql_update("helpdesk.ticket", ticket_rows)
        self._sql_insert("slm.ticket.event", events)
        self._sql_insert("slm.clock", [row for row in clock_rows if "id" not in row])
        self._sql_update("slm.clock", self._trim_rows(books, clock_rows))
        self._forget_cached(books)

    @api.model
    def _forget_cached(self, books):
        """Our fields of the tickets are read again; what others wrote stays cached."""
        tickets = self.env["helpdesk.ticket"].browse(books)
        ours = [name for name in tickets._fields if name.startswith("slm_")]
        tickets.invalidate_recordset(ours, flush=False)

    @api.model
    def _trim_rows(self, books, clock_rows):
        """Rows of stored clocks, without the columns in which none of them changes."""
        stored = {}
        for book in books.values():
            stored |= book.stored
        rows = [(row, stored[row["id"]]) for row in clock_rows if "id" in row]
        changing = {
            name
            for row, old in rows
            for name, value in row.items()
            if old[name] != value
        }
        return [{name: row[name] for name in ("id", *changing)} for row, _old in rows]

    @api.model
    def _sql_insert(self, model_name, rows):
        """Insert rows of column values in one statement."""
        if not rows:
            return
        model = self.env[model_name]
        columns = SQL(", ").join(map(SQL.identifier, rows[0]))
        self.env.execute_query(
            SQL(
                "INSERT INTO %(table)s (%(columns)s) SELECT %(columns)s "
                "FROM json_populate_recordset(NULL::%(table)s, %(rows)s) RETURNING id",
                table=SQL.identifier(model._table),
                columns=columns,
                rows=self._to_json(rows),
            )
        )
        model.invalidate_model()

    @api.model
    def _sql_update(self, model_name, rows):
        """Update rows that carry their ``id`` in one statement."""
        if not rows:
            return
        model = self.env[model_name]
        names = [name for name in rows[0] if name != "id"]
        assignments = SQL(", ").join(
            SQL("%s = v.%s", SQL.identifier(name), SQL.identifier(name))
            for name in names
        )
        self.env.execute_query(
            SQL(
                "UPDATE %(table)s t SET %(assignments)s "
                "FROM json_populate_recordset(NULL::%(table)s, %(rows)s) v "
                "WHERE t.id = v.id RETURNING t.id",
                table=SQL.identifier(model._table),
                assignments=assignments,
                rows=self._to_json(rows),
            )
        )
        model.browse(row["id"] for row in rows).invalidate_recordset(names, flush=False)

    @api.model
    def _to_json(self, rows):
        return json.dumps(rows, default=lambda at: at.isoformat(" ", "seconds"))

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    @api.model
    def _announce(self, books):
        """One note on each ticket that is found late, however many clocks are."""
        late = {book.ticket: book for book in books.values() if book.breached}
        if not late:
            return
        tickets = self.env["helpdesk.ticket"].sudo().browse(late)
        bodies = {
            ticket.id: ticket._slm_breach_message(late[ticket.id].breached)
            for ticket in tickets
        }
        # It is not the word of whoever happens to write, who may be the requester.
        author = self.env.ref("base.partner_root")
        tickets._message_log_batch(bodies, author_id=author.id)

    # ------------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------------

    @api.model
    def _compare(self, book):
        """Where stored clocks differ from their events, as a list of dicts.

        Clocks that were counted over other service hours than today's are left out:
        a stopped one is frozen, and of an open one an event will tell.
        """
        differences = self._compare_ticket(book)
        for (agreement, metric), stored in book.clocks.items():
            if self._is_stale(book, stored):
                continue
            now = stored["as_of"] or self._now()
            state = self._fold(book, agreement, metric, now)
            row = self._prepare_clock_row(book, agreement, metric, state, now)
            differences += [
                self._prepare_difference(
                    book, name, stored[name], row[name], stored["id"]
                )
                for name in FOLDED
                if stored[name] != row[name]
            ]
        return differences

    @api.model
    def _compare_ticket(self, book):
        """Facts that the events do not bear out, and promised clocks that miss."""
        facts = {}
        for event in book.history:
            facts.update(event.after)
        facts = {key: facts.get(key) for key in book.facts}
        differences = []
        if facts != book.facts:
            differences.append(
                self._prepare_difference(book, "slm_facts", book.facts, facts)
            )
        promised = book.terms.targets if book.terms else {}
        for metric in promised:
            if (book.recorded_agreement, metric) not in book.clocks:
                differences.append(
                    self._prepare_difference(book, metric, None, "clock")
                )
        return differences

    @api.model
    def _prepare_difference(self, book, name, stored, folded, clock=None):
        return {
            "ticket_id": book.ticket,
            "clock_id": clock,
            "field": name,
            "stored": stored,
            "folded": folded,
        }
