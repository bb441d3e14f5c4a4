# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo import api, models
from odoo.tools import SQL


class SlmClockworkStore(models.AbstractModel):
    """Rows are written in bulk, and breaches are told. See ``slm.clockwork``.

    SQL, because clocks and events are nobody's to edit, and because the ORM would touch
    the ticket's write date.
    """

    _name = "slm.clockwork.store"
    _description = "Clockwork: Rows Are Stored"

    @api.model
    def _store(self, books, clock_rows, share_rows, ticket_rows):
        events = [event for book in books.values() for event in book.new_events]
        # The ticket first: its row is what two who come at once meet at.
        self._sql_update("helpdesk.ticket", ticket_rows, merged={"slm_facts"})
        self._sql_insert("slm.ticket.event", events)
        self._sql_insert("slm.clock", [row for row in clock_rows if "id" not in row])
        self._sql_update("slm.clock", self._trim_rows(books, clock_rows))
        self._sql_insert("slm.time.share", [r for r in share_rows if "id" not in r])
        self._sql_update("slm.time.share", [r for r in share_rows if "id" in r])
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
        """Insert rows of column values in one statement; their ids in order."""
        if not rows:
            return []
        model = self.env[model_name]
        columns = SQL(", ").join(map(SQL.identifier, rows[0]))
        ids = self.env.execute_query(
            SQL(
                "INSERT INTO %(table)s (%(columns)s) SELECT %(columns)s "
                "FROM json_populate_recordset(NULL::%(table)s, %(rows)s) RETURNING id",
                table=SQL.identifier(model._table),
                columns=columns,
                rows=self._to_json(rows),
            )
        )
        model.invalidate_model()
        return [id_ for [id_] in ids]

    @api.model
    def _sql_update(self, model_name, rows, merged=()):
        """Update rows that carry their ``id`` in one statement.

        :param merged: JSON columns whose keys are laid over those that are there
        """
        if not rows:
            return
        model = self.env[model_name]
        names = [name for name in rows[0] if name != "id"]
        assignment = {True: "%s = COALESCE(t.%s, '{}') || v.%s", False: "%s = v.%s"}
        assignments = SQL(", ").join(
            SQL(
                assignment[name in merged],
                *[SQL.identifier(name)] * (3 if name in merged else 2),
            )
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

    @api.model
    def _announce(self, books):
        """One note on each ticket that is found late, however many clocks are, and one
        on each whose agreement is found to have expired."""
        late = {book.ticket: book.breached for book in books.values() if book.breached}
        ended = {b.ticket: b.newly_expired for b in books.values() if b.newly_expired}
        tickets = self.env["helpdesk.ticket"].sudo()
        self._log_notes(
            {t.id: t._slm_breach_message(late[t.id]) for t in tickets.browse(late)}
        )
        self._log_notes(
            {t.id: t._slm_expired_message(ended[t.id]) for t in tickets.browse(ended)}
        )

    @api.model
    def _log_notes(self, bodies):
        """:param bodies: ``{ticket id: HTML}``"""
        if not bodies:
            return
        tickets = self.env["helpdesk.ticket"].sudo().browse(bodies)
        # It is not the word of whoever happens to write, who may be the requester.
        author = self.env.ref("base.partner_root")
        # Of internal messages, core keeps only comments from who asks by their id.
        tickets._message_log_batch(bodies, author_id=author.id, message_type="comment")
