# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..engine import Book, Event, Key, exclusion_mark

#: kinds of agreements that hold beside the SLA, for a part of a ticket's life
ALONGSIDE = ("ola", "uc")
#: the columns that make a :class:`~..engine.Key`
KEY_COLUMNS = ("agreement_id", "metric", "kind", "cycle")
#: what a ticket keeps of when it was open
STRETCHES = ("slm_opened_at", "slm_ended_at", "slm_stretches")
#: ticket fields whose values are facts
FACT_FIELDS = (
    "stage_id",
    "active",
    "duplicate_id",
    "priority",
    "slm_service_id",
    "slm_process_id",
    "slm_process_kind",
    "partner_id",
    "company_id",
    "team_id",
    "user_id",
    "slm_supplier_id",
    "slm_agreement_id",
    "slm_facts",
)


class SlmClockwork(models.AbstractModel):
    """Writes down what happens to tickets and keeps their clocks.

    The one idea: facts of a ticket that changed become an event, clocks are folded from
    the events, and what the fold says is stored. Nothing here moves a deadline by
    itself. All is done for many tickets at once, as superuser, and not through
    ``write`` of the ticket, whose write date stays.

    The work is done in rooms of their own: the recorder turns facts into events, the
    folder makes clocks of events, the sharer tells who used the time, the escalator
    climbs the ladders, the store writes rows, the checker compares.
    """

    _name = "slm.clockwork"
    _description = "Clockwork"
    _inherit = [
        "slm.clockwork.recorder",
        "slm.clockwork.folder",
        "slm.clockwork.sharer",
        "slm.clockwork.escalator",
        "slm.clockwork.store",
        "slm.clockwork.checker",
    ]

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
    def _apply(self, tickets, agreement):
        """Let an OLA or UC take over from the version that is in force on tickets."""
        books = self._open_books(tickets)
        self._read_histories(books)
        self._record_changed_hours(books)
        for book in books.values():
            book.alongside[agreement.kind] = agreement.id
        self._record(books, note=agreement.display_name)
        self._keep(books)

    @api.model
    def _refold(self, tickets):
        """Fold tickets to this very moment, over the service hours of this moment.

        Time alone may use up a target, and so may hours that were edited.

        :return: the books, ``{ticket id: Book}``
        """
        books = self._open_books(tickets)
        self._read_histories(books)
        self._record_changed_hours(books)
        self._keep(books)
        return books

    @api.model
    def _rebuild(self, tickets):
        """Fold tickets anew, store it; see ``helpdesk.ticket._slm_rebuild``."""
        books = self._open_books(tickets)
        self._read_histories(books)
        differences = [d for book in books.values() for d in self._compare(book)]
        for book in books.values():
            book.trusted = False
        self._record_changed_hours(books)
        self._keep(books)
        return differences

    @api.model
    def _store_stretches(self, tickets):
        """Tickets are told when they were open, of histories older than that."""
        books = self._open_books(tickets)
        self._read_histories(books)
        self._sql_update(
            "helpdesk.ticket",
            [
                {"id": book.ticket} | self._prepare_stretches(book)
                for book in books.values()
            ],
        )

    @api.model
    def _exclude(self, clock, is_excluded, note):
        """What :meth:`_exclude_batch` does, for one clock."""
        self._exclude_batch(clock, is_excluded, {clock.id: note})

    @api.model
    def _exclude_batch(self, clocks, is_excluded, notes):
        """Leave missed clocks out of what is counted, or count them again.

        The clocks themselves stand as they are, also those whose hours were edited
        since; only what they count as is stored. The number of queries does not follow
        that of the clocks.

        :param notes: texts of their events by their ids
        """
        clocks = clocks.sudo()
        self._lock_tickets(clocks.ticket_id)
        books = self._open_books(clocks.ticket_id)
        self._read_histories(books)
        rows = []
        for clock in clocks:
            book = books[clock.ticket_id.id]
            row = book.stored[clock.id]
            key = Key(*(row[name] for name in KEY_COLUMNS))
            mark = {"exclusion": exclusion_mark(is_excluded, *key)}
            at, author = max(self._now(), book.last_at), self._get_author()
            book.append(at, "exclusion", mark, user_id=author, note=notes[clock.id])
            outcome = self._get_excluded_outcome(row, is_excluded)
            rows.append({"id": clock.id, "outcome": outcome})
        events = [event for book in books.values() for event in book.new_events]
        self._sql_insert("slm.ticket.event", events)
        self._sql_update("slm.clock", rows)
        self._forget_cached(books)

    @api.model
    def _get_excluded_outcome(self, row, is_excluded):
        """What a clock counts as; it may have been cancelled since it was excluded."""
        if row["state"] == "cancelled" or row["outcome"] in ("met", "pending"):
            return row["outcome"]
        return "excluded" if is_excluded else "missed"

    @api.model
    def _lock_tickets(self, tickets):
        """Wait for the rows of tickets, which everybody takes before their clocks."""
        query = "SELECT id FROM helpdesk_ticket WHERE id IN %s ORDER BY id "
        self.env.execute_query(SQL(query + "FOR NO KEY UPDATE", tickets._ids))

    @api.model
    def _keep(self, books, silent=False):
        """Fold the books and store events, clocks and what the tickets show of them.

        :param silent: breaches are recorded and not announced, nothing is escalated
        """
        now = self._now()
        silent = silent or self._get_import("slm_silent")
        clock_rows, share_rows, ticket_rows = [], [], []
        self._find_gone(books)
        for book in books.values():
            book.quiet_until = silent and fields.Datetime.now() or None
            folded = self._fold_book(book, max(now, book.last_at))
            clock_rows += folded
            share_rows += self._share_book(book, max(now, book.last_at))
            ticket_rows.append(self._prepare_ticket_row(book, now))
        self._store(books, clock_rows, share_rows, ticket_rows)
        self._store_rearmed(books)
        if not silent:
            self._announce(books)
        self.env["slm.clock"]._wake_at(
            min(
                (r["next_action_at"] for r in clock_rows if r["next_action_at"]),
                default=None,
            )
        )

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
                       t.slm_opened_at, t.slm_ended_at, t.slm_stretches,
                       t.slm_agreement_id, t.slm_expired_agreement_id,
                       COALESCE(s.slm_phase, 'waiting') AS phase, t.stage_id AS stage,
                       COALESCE(t.active, FALSE) AND t.duplicate_id IS NULL AS active,
                       t.priority, t.slm_service_id AS service,
                       t.slm_process_id AS process,
                       t.slm_process_kind AS process_kind, t.partner_id AS partner,
                       t.team_id AS team, t.user_id AS user,
                       t.slm_supplier_id AS supplier
                  FROM helpdesk_ticket t
             LEFT JOIN helpdesk_ticket_stage s ON s.id = t.stage_id
                 WHERE t.id IN %s AND (t.slm_facts IS NOT NULL) = %s
              ORDER BY t.id
                """,
                tickets._ids,
                started,
            )
        )
        shared = {"calendars": {}, "ladders": {}}
        return {row["id"]: self._prepare_book(row, shared) for row in rows}

    @api.model
    def _prepare_book(self, row, shared):
        facts = row.pop("slm_facts") or {}
        return Book(
            ticket=row.pop("id"),
            created_at=row.pop("create_date").replace(microsecond=0),
            created_by=row.pop("create_uid"),
            facts=facts,
            stored_facts=facts,
            stretches={name: row.pop(name) for name in STRETCHES},
            alongside={k: (facts.get(k) or {}).get("agreement") for k in ALONGSIDE},
            agreement=row.pop("slm_agreement_id"),
            expired=row.pop("slm_expired_agreement_id"),
            company=row["company"],
            actual=row,
            **shared,
        )

    @api.model
    def _read_histories(self, books):
        """Load events, clocks and time shares of the books; three queries."""
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
            key = Key(*(clock[name] for name in KEY_COLUMNS))
            book.clocks[key] = book.stored[clock["id"]] = clock
        shares = self.env.execute_query_dict(
            SQL("SELECT * FROM slm_time_share WHERE ticket_id IN %s", tuple(books))
        )
        for share in shares:
            holder = share["team_id"] or share["partner_id"]
            books[share["ticket_id"]].shares[share["party"], holder] = share
        self._read_taken(books)
