# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from ..engine import Share, shares

#: models of those who can hold a ticket
HOLDERS = {"team": "helpdesk.ticket.team", "supplier": "res.partner"}


class SlmClockworkSharer(models.AbstractModel):
    """Events become shares of time. See ``slm.clockwork``."""

    _name = "slm.clockwork.sharer"
    _description = "Clockwork: Who Used the Time"

    @api.model
    def _get_share_calendar(self, book):
        """The hours over which time is shared, or None if there are none to count."""
        agreement = book.recorded_agreement
        if agreement:
            return self._get_calendar(book, agreement)[0]
        company = self.env["res.company"].sudo().browse(book.company)
        key = (None, book.company)
        if key not in book.calendars:
            calendar = company.slm_calendar_id or company.resource_calendar_id
            calendar = calendar.with_company(company)
            usable = calendar and not calendar._slm_problem()
            book.calendars[key] = (calendar if usable else None, None)
        return book.calendars[key][0]

    @api.model
    def _find_gone(self, books):
        """Note in the books who held a ticket once and was deleted since.

        At most a query for teams and one for suppliers, and none as long as everybody
        is known by the tickets or their stored shares.
        """
        for party, model in HOLDERS.items():
            held, known = set(), set()
            for book in books.values():
                held.update(event.after.get(party) for event in book.history)
                known.update(
                    holder for _party, holder in book.shares if _party == party
                )
                known.add(book.actual[party])
            unknown = held - known - {None}
            if unknown:
                gone = unknown - set(self.env[model].browse(unknown).exists().ids)
                for book in books.values():
                    book.gone.update((party, holder) for holder in gone)

    @api.model
    def _share(self, book, calendar, now):
        """List of :class:`~..engine.Share` of a ticket, until ``now``; as stored if
        there are no hours to count any more."""
        if not calendar:
            stored = book.shares.items()
            return [Share(*party, row["seconds"], False) for party, row in stored]
        worktime = calendar._slm_worktime(book.history[0].at, now)
        return shares(book.history, worktime, now, book.gone)

    @api.model
    def _share_book(self, book, now):
        """The rows to store of who used the time; those that are new or have changed.

        Nothing is counted before the first event after the creation. A finished ticket
        keeps its shares, whatever becomes of the service hours.
        """
        if not book.shares and len(book.history) == 1 and now <= book.last_at:
            return []
        calendar = self._get_share_calendar(book)
        counted = self._share(book, calendar, now)
        if not calendar or self._are_shares_frozen(book, counted, calendar):
            return []
        rows = [self._prepare_share_row(book, share, calendar) for share in counted]
        return [row for row in rows if row]

    @api.model
    def _are_shares_frozen(self, book, counted, calendar):
        stored = {share["calendar_id"] for share in book.shares.values()}
        finished = book.was_finished and self._are_shares_stored(book, counted)
        return finished and stored == {calendar.id}

    @api.model
    def _are_shares_stored(self, book, counted):
        """Whether a ticket is finished and all who used its time have their rows.

        Whoever is deleted takes his row along: all is to be counted again.
        """
        if not book.shares or book.gone or any(share.ticking for share in counted):
            return False
        used = {share[:2] for share in counted if share.seconds}
        return used <= book.shares.keys()

    @api.model
    def _prepare_share_row(self, book, share, calendar):
        row = {
            "ticket_id": book.ticket,
            "party": share.party,
            "team_id": share.holder if share.party == "team" else None,
            "partner_id": share.holder if share.party == "supplier" else None,
            "seconds": share.seconds,
            "calendar_id": calendar.id,
            "company_id": book.company,
        }
        if stored := book.shares.get((share.party, share.holder)):
            return (
                row | {"id": stored["id"]} if not row.items() <= stored.items() else {}
            )
        return row if share.seconds else {}

    @api.model
    def _store_missing_shares(self, tickets):
        """Tickets that were finished before there were time shares get theirs.

        Counted over the service hours of today, as when something happens to such a
        ticket. Those that have any keep what they have.
        """
        books = self._open_books(tickets)
        self._read_histories(books)
        self._find_gone(books)
        now, rows = self._now(), []
        for book in books.values():
            if not book.shares:
                rows += self._share_book(book, max(now, book.last_at))
        self._sql_insert("slm.time.share", rows)

    @api.model
    def _get_shares(self, tickets):
        """Who has used the time of tickets until this moment.

        Finished tickets: as stored. Three queries and what compiling hours takes.

        :return: ``{ticket id: [(party, id of team or supplier or None, seconds), …]}``
        """
        books = self._open_books(tickets)
        self._read_histories(books)
        self._find_gone(books)
        now = self._now()
        shared = {}
        for book in books.values():
            counted = self._share(book, self._get_share_calendar(book), now)
            if self._are_shares_stored(book, counted):
                stored = book.shares
                counted = [
                    share._replace(seconds=stored[share[:2]]["seconds"])
                    for share in counted
                    if share[:2] in stored
                ]
            shared[book.ticket] = [tuple(share[:3]) for share in counted if share[2]]
        return shared

    @api.model
    def _merge_suppliers(self, sources, target):
        """Contacts become one: so do their time shares on each ticket, and who waits
        for one of them goes on waiting."""
        partners = sources | target
        self._rename_suppliers(sources, target)
        self.env.execute_query(
            SQL(
                """
                WITH merged AS (
                    SELECT ticket_id, MIN(id) AS id, SUM(seconds) AS seconds
                      FROM slm_time_share WHERE partner_id IN %(partners)s
                  GROUP BY ticket_id HAVING COUNT(*) > 1
                ), rest AS (
                    DELETE FROM slm_time_share s USING merged m
                     WHERE s.ticket_id = m.ticket_id AND s.id != m.id
                       AND s.partner_id IN %(partners)s
                )
                UPDATE slm_time_share s SET seconds = m.seconds
                  FROM merged m WHERE s.id = m.id RETURNING s.id
                """,
                partners=partners._ids,
            )
        )

    @api.model
    def _rename_suppliers(self, sources, target):
        """Histories name the contact that is left; else he would begin a new cycle.

        A history that names several of them stays: two cycles would become one.
        """
        self.env["helpdesk.ticket"].flush_model(["slm_supplier_id"])
        tickets = self.env.execute_query(
            SQL(
                """
                SELECT ticket_id FROM slm_ticket_event
                 WHERE (after->>'supplier')::int IN %(partners)s AND ticket_id IN (
                        SELECT ticket_id FROM slm_time_share
                         WHERE partner_id IN %(sources)s
                         UNION
                        SELECT id FROM helpdesk_ticket
                         WHERE slm_supplier_id IN %(sources)s)
              GROUP BY ticket_id HAVING COUNT(DISTINCT after->>'supplier') = 1
                """,
                partners=(sources | target)._ids,
                sources=sources._ids,
            )
        )
        for model, column, key in (
            ("slm.ticket.event", "before", "ticket_id"),
            ("slm.ticket.event", "after", "ticket_id"),
            ("helpdesk.ticket", "slm_facts", "id"),
        ):
            self._rename_in(model, column, key, sources, target, tickets)

    @api.model
    def _rename_in(self, model, column, key, sources, target, tickets):
        """The same in one JSON column of the rows of tickets."""
        if not tickets:
            return
        self.env.execute_query(
            SQL(
                "UPDATE %(table)s SET %(column)s = "
                "jsonb_set(%(column)s, '{supplier}', to_jsonb(%(target)s)) "
                "WHERE %(key)s IN %(tickets)s "
                "AND (%(column)s->>'supplier')::int IN %(sources)s RETURNING id",
                table=SQL.identifier(self.env[model]._table),
                column=SQL.identifier(column),
                key=SQL.identifier(key),
                tickets=tuple(ticket for [ticket] in tickets),
                sources=sources._ids,
                target=target.id,
            )
        )
        self.env[model].invalidate_model([column], flush=False)
