# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import share_met

#: a stretch of time from one naive UTC instant to before another, and its key
Span = namedtuple("Span", "key, start, end")
NOTHING = SQL()
#: days that somebody mistyped are not beyond what can be calculated with
EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)

CAUSES = [
    ("team", "Our Team"),
    ("other_team", "Another Team"),
    ("supplier", "Supplier"),
    ("customer", "Customer Wait"),
]

#: clocks with all that they are grouped by; PostgreSQL leaves out what is not asked for
CLOCKS = SQL(
    """
    slm_clock clock
    LEFT JOIN slm_agreement agreement ON agreement.id = clock.agreement_id
    LEFT JOIN helpdesk_ticket ticket ON ticket.id = clock.ticket_id
    LEFT JOIN res_partner requester ON requester.id = ticket.partner_id
    """
)
#: clocks that count at all: not those that were cancelled, nor those of a team or a
#: supplier who got a ticket when all had been done, or handed it on at once
COUNTS = SQL(
    """
    clock.state != 'cancelled'
    AND (clock.kind = 'sla' OR clock.stopped_at IS NULL
         OR clock.stopped_at != clock.started_at)
    """
)
#: clocks that have ended, and how
ENDED = SQL(
    "clock.state = 'stopped' AND clock.outcome IN ('met', 'missed', 'excluded')"
)
#: the team that a clock is about: that of its OLA, else the one that has the ticket
TEAM = SQL("CASE clock.kind WHEN 'ola' THEN agreement.team_id ELSE ticket.team_id END")
#: who used most of the service time of the ticket of a clock that is late, by the time
#: shares; of several the first in this order. A UC clock runs only while the supplier
#: has the ticket.
CAUSE = SQL(
    """
    CASE WHEN clock.breached_at IS NULL THEN NULL
         WHEN clock.kind = 'uc' THEN 'supplier'
         ELSE (
            SELECT party.name
              FROM slm_time_share share,
           LATERAL (SELECT CASE WHEN share.party != 'team' THEN share.party
                                WHEN share.team_id IS NOT DISTINCT FROM %s THEN 'team'
                                ELSE 'other_team' END AS name) party
             WHERE share.ticket_id = clock.ticket_id AND share.seconds > 0
          GROUP BY party.name
          ORDER BY SUM(share.seconds) DESC,
                   array_position(%s::text[], party.name::text)
             LIMIT 1) END
    """,
    TEAM,
    [cause for cause, _label in CAUSES],
)
#: what clocks can be grouped by
CLOCKS_BY = {
    "metric": SQL("clock.metric"),
    "kind": SQL("clock.kind"),
    "agreement": SQL("clock.agreement_id"),
    "promise": SQL("clock.target_seconds"),
    "service": SQL("ticket.slm_service_id"),
    "process_kind": SQL("ticket.slm_process_kind"),
    "priority": SQL("ticket.priority"),
    "customer": SQL("requester.commercial_partner_id"),
    "team": TEAM,
    "cause": CAUSE,
}
#: what tickets can be grouped by
TICKETS_BY = {
    "agreement": SQL("ticket.slm_agreement_id"),
    "service": CLOCKS_BY["service"],
    "process_kind": CLOCKS_BY["process_kind"],
    "priority": CLOCKS_BY["priority"],
    "customer": CLOCKS_BY["customer"],
    "team": SQL("ticket.team_id"),
}
#: what a ticket is narrowed and grouped by
COLUMNS = SQL(
    """
    old.id, old.company_id, old.slm_service_id, old.slm_process_kind, old.priority,
    old.partner_id, old.team_id, old.user_id, old.slm_agreement_id
    """
)
#: a row for each stretch in which a ticket was open, see ``engine.stretches``, and
#: whether it is the first one that ended with its completion. Tickets that are older
#: than this module are counted by what the helpdesk says of them, and are not known to
#: have been completed.
STRETCHES = SQL(
    """
    (
        SELECT %(columns)s, 1 AS number, old.slm_opened_at AS born_at,
               old.slm_opened_at AS opened_at, old.slm_ended_at AS ended_at,
               'completed' AS how, old.slm_ended_at IS NOT NULL AS completes, 1 AS times
          FROM helpdesk_ticket old
         WHERE old.slm_opened_at IS NOT NULL AND old.slm_stretches IS NULL
     UNION ALL
        SELECT %(columns)s, stretch.number, old.slm_opened_at,
               (stretch.value->>0)::timestamp, (stretch.value->>1)::timestamp,
               stretch.value->>2, stretch.number IS NOT DISTINCT FROM (
                   SELECT MIN(done.number)
                     FROM jsonb_array_elements(old.slm_stretches)
                          WITH ORDINALITY AS done (value, number)
                    WHERE done.value->>2 IN ('completed', 'closed')),
               jsonb_array_length(old.slm_stretches)
          FROM helpdesk_ticket old,
               jsonb_array_elements(old.slm_stretches)
               WITH ORDINALITY AS stretch (value, number)
         WHERE old.slm_stretches IS NOT NULL
     UNION ALL
        SELECT %(columns)s, 1, old.create_date, old.create_date,
               CASE WHEN stage.closed THEN GREATEST(
                        old.create_date, COALESCE(old.closed_date, old.write_date))
                    WHEN old.active AND old.duplicate_id IS NULL THEN NULL
                    ELSE GREATEST(old.create_date, old.write_date) END,
               NULL, FALSE, 1
          FROM helpdesk_ticket old
     LEFT JOIN helpdesk_ticket_stage stage ON stage.id = old.stage_id
         WHERE old.slm_opened_at IS NULL
    ) ticket
    LEFT JOIN res_partner requester ON requester.id = ticket.partner_id
    """,
    columns=COLUMNS,
)
#: figures of tickets that were completed
COMPLETED = frozenset({"completed", "first_contact", "first_contact_share"})
#: a ticket of one stretch that nobody waited with and that no team gave away
FIRST_CONTACT = SQL(
    """
    ticket.times = 1
    AND NOT EXISTS (
        SELECT FROM slm_ticket_event event
         WHERE event.ticket_id = ticket.id
           AND (event.after->>'phase' IN ('wait_customer', 'wait_supplier')
                OR (event.before->>'team' IS NOT NULL AND event.after ? 'team')))
    """
)


class Scope(
    namedtuple(
        "Scope", "company services customers teams kinds agreements tickets persons"
    )
):
    """Whose figures: a company, narrowed by ids; None does not narrow, an empty list is
    nothing.

    :param company: record
    :param services: ids of services
    :param customers: ids of contacts; all below them are meant, too
    :param teams: ids of teams
    :param kinds: of agreements, for clocks only
    :param agreements: ids of agreements
    :param tickets: SQL that selects the ids of tickets, or None
    :param persons: ids of contacts; tickets of these only, not of those below them
    """

    __slots__ = ()


class SlmFigures(models.AbstractModel):
    """Every figure of every report, view, dashboard and page is defined here, once.

    A period goes from the first instant of a day to before the first one of another, in
    the time zone of the company. What is counted is what tickets and clocks are now:
    who re-opens a ticket takes its completion out of the period in which it was
    completed, until it is completed again. Published reports keep what they said.

    *Of tickets*, each by the service, process kind, priority, agreement, customer and
    team that it has now:

    * ``opened``: created in the period
    * ``reopened``: how often a ticket that had ended was opened again in it
    * ``closed``: how often a ticket ended in it: it was completed, closed, cancelled or
      archived while it was open
    * ``open_at_end``: open at the end of the period, or now if that is to come. So
      ``open_at_end`` of one period + ``opened`` + ``reopened`` − ``closed`` of the next
      one is ``open_at_end`` of that
    * ``age_median_seconds``, ``age_max_seconds``: time since the creation of those that
      are open at the end, calendar time; None if there are none
    * ``completed``: tickets that were completed or closed for the first time in it
    * ``first_contact``: those of them that never waited for the customer or a supplier,
      were not taken from the team that had them, and have not been opened again
    * ``first_contact_share``: in percent of ``completed``; None if there are none

    *Of clocks*, those of OLAs by their team, all others by the ticket's. What was
    cancelled counts nowhere, nor does a clock of an OLA or UC that was over when it
    began, because all had been done, or because the ticket was handed on at once:

    * ``ended``: clocks that stopped in the period; they are ``met``, ``missed`` or
      ``excluded`` (missed, and a manager left them out)
    * ``share``: met / (met + missed) in percent; None if there are none
    * ``median_seconds``, ``p90_seconds``, ``mean_seconds``: service time that those met
      and missed have used; percentiles are interpolated as PERCENTILE_CONT of SQL does
    * ``breached``: clocks whose target was used up in the period, excluded ones apart
    * ``breached_running``: those of them that still ran or paused when it was over

    The cause of a breach is the party that used most of the service time of the ticket
    (see ``slm.time.share``): the team that the clock is about, another team, a supplier
    or the customer who was waited for; of a UC clock it is the supplier.

    Nobody's access is asked for here: that is up to whoever shows it, see
    :meth:`_get_reader_tickets`.
    """

    _name = "slm.figures"
    _description = "Figures of Service Levels"

    # ------------------------------------------------------------------
    # Whose and when
    # ------------------------------------------------------------------

    @api.model
    def _get_scope(self, company, **narrowed):
        """A :class:`Scope`; takes its fields by name, ids as lists or records."""
        values = dict.fromkeys(Scope._fields[1:]) | narrowed
        for name, value in values.items():
            if isinstance(value, models.BaseModel):
                values[name] = value.ids
        return Scope(company, **values)

    @api.model
    def _get_reader_tickets(self):
        """SQL that selects the tickets that the user may read; None: he sees all."""
        if self.env["slm.clock"]._slm_sees_all():
            return None
        tickets = self.env["helpdesk.ticket"].with_context(active_test=False)
        return tickets._search([]).subselect()

    @api.model
    def _get_span(self, date_from, date_to, company):
        """Days of a company, both included, as instants: from one to before another."""
        matcher, company = self.env["slm.matcher"], company.sudo()
        days = (date_from, date_to + timedelta(days=1) if date_to < LATEST else LATEST)
        days = (min(max(day, EARLIEST), LATEST) for day in days)
        return Span(date_from, *(matcher._get_midnight(day, company) for day in days))

    @api.model
    def _get_spans(self, periods, company):
        """Spans of pairs of a first and a last day; their key is the first day.

        No two may begin on one day: they would be told as one.
        """
        return [self._get_span(*period, company) for period in periods]

    # ------------------------------------------------------------------
    # Clocks
    # ------------------------------------------------------------------

    @api.model
    def _get_clock_figures(self, scope, spans, by=()):
        """``{(key of the span, *values of by): figures}``, in one query.

        :param spans: list of :class:`Span`
        :param by: keys of ``CLOCKS_BY``
        :return: of what there is nothing, there is no key; see
            :meth:`_prepare_clock_figures`
        """
        names = {name: CLOCKS_BY[name] for name in by}
        condition = self._get_condition(scope, TEAM, SQL("clock"))
        return self._count_clocks(spans, names, condition)

    @api.model
    def _count_clocks(self, spans, names, condition, ctes=NOTHING, joins=NOTHING):
        """The same, for other rooms that narrow and group clocks in ways of their own.

        :param names: ``{name: SQL}`` to group by
        :param ctes: SQL of further table expressions, each with a comma behind it
        :param joins: SQL that joins them to ``CLOCKS``
        """
        if not spans:
            return {}
        self._flush()
        width = len(names) + 1
        rows = self.env.execute_query(
            self._get_clock_query(spans, names, condition, ctes, joins)
        )
        return {row[:width]: self._prepare_clock_figures(*row[width:]) for row in rows}

    @api.model
    def _get_clock_query(self, spans, names, condition, ctes=NOTHING, joins=NOTHING):
        return SQL(
            """
            WITH RECURSIVE %(ctes)s
            span (key, span_start, span_end)
                AS NOT MATERIALIZED (VALUES %(spans)s),
            happened AS (
                SELECT span.key, %(columns)s clock.outcome,
                       clock.elapsed_seconds AS seconds, 0 AS breached, 0 AS running
                  FROM %(clocks)s %(joins)s
                  JOIN span ON clock.stopped_at >= span.span_start
                   AND clock.stopped_at < span.span_end
                 WHERE %(ended)s AND %(counts)s AND %(condition)s
             UNION ALL
                SELECT span.key, %(columns)s NULL, NULL, 1,
                       (clock.stopped_at IS NULL
                        OR clock.stopped_at >= span.span_end)::int
                  FROM %(clocks)s %(joins)s
                  JOIN span ON clock.breached_at >= span.span_start
                   AND clock.breached_at < span.span_end
                 WHERE clock.outcome != 'excluded' AND %(counts)s AND %(condition)s
            )
            SELECT key, %(names)s
                   COUNT(*) FILTER (WHERE outcome = 'met'),
                   COUNT(*) FILTER (WHERE outcome = 'missed'),
                   COUNT(*) FILTER (WHERE outcome = 'excluded'),
                   PERCENTILE_CONT(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds)
                       FILTER (WHERE outcome IN ('met', 'missed')),
                   (AVG(seconds) FILTER (WHERE outcome IN ('met', 'missed')))::float,
                   SUM(breached), SUM(running)
              FROM happened
             GROUP BY key %(group)s
            """,
            ctes=ctes,
            spans=self._get_spans_sql(spans),
            columns=SQL().join(
                SQL("%s AS %s, ", sql, SQL.identifier(name))
                for name, sql in names.items()
            ),
            names=SQL().join(SQL("%s, ", SQL.identifier(name)) for name in names),
            group=SQL().join(SQL(", %s", SQL.identifier(name)) for name in names),
            clocks=CLOCKS,
            joins=joins,
            ended=ENDED,
            counts=COUNTS,
            condition=condition,
        )

    @api.model
    def _prepare_clock_figures(
        self,
        met=0,
        missed=0,
        excluded=0,
        percentiles=None,
        mean=None,
        breached=0,
        running=0,
    ):
        median, p90 = percentiles or (None, None)
        return {
            "ended": met + missed + excluded,
            "met": met,
            "missed": missed,
            "excluded": excluded,
            "share": share_met(met, missed),
            "median_seconds": median,
            "p90_seconds": p90,
            "mean_seconds": mean,
            "breached": breached,
            "breached_running": running,
        }

    # ------------------------------------------------------------------
    # Tickets
    # ------------------------------------------------------------------

    @api.model
    def _get_ticket_figures(self, scope, spans, by=(), first_contact=True):
        """``{(key of the span, *values of by): figures}``, in three queries.

        :param spans: list of :class:`Span`
        :param by: keys of ``TICKETS_BY``
        :param first_contact: False: without the figures of ``COMPLETED``, which take
            longest over many tickets
        :return: of what there is nothing, there is no key; see
            :meth:`_prepare_ticket_figures`
        """
        if not spans:
            return {}
        self._flush()
        found = {}
        queries = [self._get_flow_query, self._get_backlog_query]
        queries += [self._get_completed_query] if first_contact else []
        for query in queries:
            for row in self.env.execute_query_dict(query(scope, spans, by)):
                key = (row.pop("key"), *(row.pop(f"by_{name}") for name in by))
                found.setdefault(key, {}).update(row)
        left_out = () if first_contact else COMPLETED
        return {
            key: {
                name: value
                for name, value in self._prepare_ticket_figures(**row).items()
                if name not in left_out
            }
            for key, row in found.items()
        }

    @api.model
    def _get_flow_query(self, scope, spans, by):
        return SQL(
            """
            WITH span (key, span_start, span_end)
                AS NOT MATERIALIZED (VALUES %(spans)s),
            happened AS (
                SELECT span.key, %(columns)s
                       (ticket.number = 1)::int AS opened,
                       (ticket.number > 1)::int AS reopened, 0 AS closed
                  FROM %(stretches)s
                  JOIN span ON ticket.opened_at >= span.span_start
                   AND ticket.opened_at < span.span_end
                 WHERE %(condition)s
             UNION ALL
                SELECT span.key, %(columns)s 0, 0, 1
                  FROM %(stretches)s
                  JOIN span ON ticket.ended_at >= span.span_start
                   AND ticket.ended_at < span.span_end
                 WHERE %(condition)s
            )
            SELECT key, %(names)s SUM(opened) AS opened, SUM(reopened) AS reopened,
                   SUM(closed) AS closed
              FROM happened
             GROUP BY key %(group)s
            """,
            **self._get_ticket_sql(scope, spans, by),
        )

    @api.model
    def _get_backlog_query(self, scope, spans, by):
        return SQL(
            """
            WITH span (key, span_start, span_end)
                AS NOT MATERIALIZED (VALUES %(spans)s),
            happened AS (
                SELECT span.key, %(columns)s
                       EXTRACT(EPOCH FROM GREATEST('0', LEAST(
                           span.span_end, %(now)s) - ticket.born_at)) AS age
                  FROM %(stretches)s
                  JOIN span ON ticket.opened_at < span.span_end
                   AND (ticket.ended_at IS NULL OR ticket.ended_at >= span.span_end)
                 WHERE %(condition)s
            )
            SELECT key, %(names)s COUNT(*) AS open_at_end,
                   PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY age)
                       AS age_median_seconds,
                   MAX(age)::float AS age_max_seconds
              FROM happened
             GROUP BY key %(group)s
            """,
            now=fields.Datetime.now(),
            **self._get_ticket_sql(scope, spans, by),
        )

    @api.model
    def _get_completed_query(self, scope, spans, by):
        return SQL(
            """
            WITH span (key, span_start, span_end)
                AS NOT MATERIALIZED (VALUES %(spans)s),
            happened AS (
                SELECT span.key, %(columns)s (%(first)s)::int AS first_contact
                  FROM %(stretches)s
                  JOIN span ON ticket.ended_at >= span.span_start
                   AND ticket.ended_at < span.span_end
                 WHERE ticket.completes AND %(condition)s
            )
            SELECT key, %(names)s COUNT(*) AS completed,
                   SUM(first_contact) AS first_contact
              FROM happened
             GROUP BY key %(group)s
            """,
            first=FIRST_CONTACT,
            **self._get_ticket_sql(scope, spans, by),
        )

    @api.model
    def _get_ticket_sql(self, scope, spans, by):
        """What the queries for tickets have in common."""
        names = {f"by_{name}": TICKETS_BY[name] for name in by}
        return {
            "spans": self._get_spans_sql(spans),
            "stretches": STRETCHES,
            "condition": self._get_condition(scope, TICKETS_BY["team"], SQL("ticket")),
            "columns": SQL().join(
                SQL("%s AS %s, ", sql, SQL.identifier(name))
                for name, sql in names.items()
            ),
            "names": SQL().join(SQL("%s, ", SQL.identifier(name)) for name in names),
            "group": SQL().join(SQL(", %s", SQL.identifier(name)) for name in names),
        }

    @api.model
    def _prepare_ticket_figures(
        self,
        opened=0,
        reopened=0,
        closed=0,
        open_at_end=0,
        age_median_seconds=None,
        age_max_seconds=None,
        completed=0,
        first_contact=0,
    ):
        return {
            "opened": opened,
            "reopened": reopened,
            "closed": closed,
            "open_at_end": open_at_end,
            "age_median_seconds": age_median_seconds,
            "age_max_seconds": age_max_seconds,
            "completed": completed,
            "first_contact": first_contact,
            "first_contact_share": share_met(first_contact, completed - first_contact),
        }

    @api.model
    def _get_arrivals(self, scope, span):
        """``{(day of the week from 1, Monday, to 7, hour): tickets opened}``.

        Days and hours are those of the company.
        """
        self._flush()
        timezone = self._get_timezone(scope.company)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT EXTRACT(ISODOW FROM local.at)::int,
                       EXTRACT(HOUR FROM local.at)::int, COUNT(*)
                  FROM %(stretches)s,
               LATERAL (SELECT ticket.opened_at AT TIME ZONE 'UTC'
                               AT TIME ZONE %(timezone)s AS at) local
                 WHERE ticket.number = 1 AND ticket.opened_at >= %(start)s
                   AND ticket.opened_at < %(end)s AND %(condition)s
                 GROUP BY 1, 2
                """,
                stretches=STRETCHES,
                timezone=timezone,
                start=span.start,
                end=span.end,
                condition=self._get_condition(scope, TICKETS_BY["team"], SQL("ticket")),
            )
        )
        return {(day, hour): count for day, hour, count in rows}

    # ------------------------------------------------------------------
    # What is open, and who used the time
    # ------------------------------------------------------------------

    @api.model
    def _get_open_figures(self, scope, span):
        """Clocks that have not ended now, and how many tickets they are of.

        * ``due``, ``due_tickets``: running clocks that are not breached and whose
          target is used up in the span if nothing happens before
        * ``late``, ``late_tickets``: clocks that are breached and still run or pause;
          excluded ones apart
        """
        self._flush()
        [figures] = self.env.execute_query_dict(
            SQL(
                """
                SELECT COUNT(*) FILTER (WHERE NOT late) AS due,
                       COUNT(DISTINCT ticket_id) FILTER (WHERE NOT late) AS due_tickets,
                       COUNT(*) FILTER (WHERE late) AS late,
                       COUNT(DISTINCT ticket_id) FILTER (WHERE late) AS late_tickets
                  FROM (
                    SELECT clock.ticket_id, clock.breached_at IS NOT NULL AS late
                      FROM %(clocks)s
                     WHERE clock.state IN ('running', 'paused')
                       AND (clock.breached_at IS NOT NULL
                            OR (clock.state = 'running' AND clock.deadline >= %(start)s
                                AND clock.deadline < %(end)s))
                       AND clock.outcome != 'excluded'
                       AND %(counts)s AND %(condition)s
                  ) open
                """,
                clocks=CLOCKS,
                counts=COUNTS,
                start=span.start,
                end=span.end,
                condition=self._get_condition(scope, TEAM, SQL("clock")),
            )
        )
        return figures

    @api.model
    def _get_time_used(self, scope, span):
        """``{(party, id of the team or supplier or None): seconds}``.

        Service time, from their creation on, of tickets that ended in the span and have
        not been opened since, see ``slm.time.share``.
        """
        self._flush()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT share.party, COALESCE(share.team_id, share.partner_id),
                       SUM(share.seconds)
                  FROM slm_time_share share
                  JOIN helpdesk_ticket ticket ON ticket.id = share.ticket_id
                 WHERE share.seconds > 0 AND ticket.slm_opened_at IS NOT NULL
                   AND ticket.slm_ended_at >= %(start)s
                   AND ticket.slm_ended_at < %(end)s AND %(condition)s
                 GROUP BY 1, 2
                """,
                start=span.start,
                end=span.end,
                condition=self._get_condition(scope, TICKETS_BY["team"], SQL("ticket")),
            )
        )
        return {(party, holder): seconds for party, holder, seconds in rows}

    # ------------------------------------------------------------------
    # Single clocks
    # ------------------------------------------------------------------

    @api.model
    def _get_late_sql(self, scope, span):
        """SQL of a row for each clock that a report of a period has to answer for.

        Those that were missed or excluded in it, and those that were breached in it and
        still ran when it was over. Columns: ``clock_id``, ``ticket_id``,
        ``agreement_id``, ``kind``, ``metric``, ``service_id``, ``priority``,
        ``partner_id``, ``team_id``, ``target_seconds``, ``elapsed_seconds``,
        ``started_at``, ``stopped_at``, ``breached_at``, ``outcome`` (``missed``,
        ``excluded`` or ``running``) and ``cause``. In no order.
        """
        return SQL(
            """
            SELECT clock.id AS clock_id, clock.ticket_id, clock.agreement_id,
                   clock.kind, clock.metric, ticket.slm_service_id AS service_id,
                   ticket.priority, ticket.partner_id, %(team)s AS team_id,
                   clock.target_seconds, clock.elapsed_seconds, clock.started_at,
                   clock.stopped_at, clock.breached_at,
                   CASE WHEN clock.stopped_at >= %(start)s
                         AND clock.stopped_at < %(end)s THEN clock.outcome
                        ELSE 'running' END AS outcome,
                   %(cause)s AS cause
              FROM %(clocks)s
             WHERE %(counts)s AND %(condition)s AND (
                    (%(ended)s AND clock.outcome != 'met'
                     AND clock.stopped_at >= %(start)s AND clock.stopped_at < %(end)s)
                 OR (clock.outcome != 'excluded'
                     AND clock.breached_at >= %(start)s AND clock.breached_at < %(end)s
                     AND (clock.stopped_at IS NULL OR clock.stopped_at >= %(end)s)))
            """,
            team=TEAM,
            cause=CAUSE,
            clocks=CLOCKS,
            counts=COUNTS,
            ended=ENDED,
            start=span.start,
            end=span.end,
            condition=self._get_condition(scope, TEAM, SQL("clock")),
        )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _flush(self):
        self.env["helpdesk.ticket"].flush_model()
        self.env["slm.agreement"].flush_model(["team_id", "partner_id", "company_id"])
        self.env["res.partner"].flush_model(["parent_id", "commercial_partner_id"])
        self.env["helpdesk.ticket.stage"].flush_model(["closed"])

    @api.model
    def _get_spans_sql(self, spans):
        if len({span.key for span in spans}) < len(spans):
            raise ValueError("Spans with the same key would be told as one")
        return SQL(", ").join(
            SQL("(%s::date, %s::timestamp, %s::timestamp)", *span) for span in spans
        )

    @api.model
    def _get_day_sql(self, source, column):
        """SQL of the day of an instant, in the time zone of the row's company."""
        return SQL("%s::date", self._get_local_sql(source, column))

    @api.model
    def _get_local_sql(self, source, column):
        """SQL of an instant as it was told where the row's company is."""
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        zones = [
            SQL("WHEN %s THEN %s", company.id, self._get_timezone(company))
            for company in companies.search([])
        ]
        return SQL(
            "(%(at)s AT TIME ZONE 'UTC' AT TIME ZONE "
            "CASE %(company)s %(zones)s ELSE 'UTC' END)",
            at=SQL.identifier(source, column),
            company=SQL.identifier(source, "company_id"),
            zones=SQL(" ").join(zones),
        )

    @api.model
    def _get_timezone(self, company):
        return self.env["slm.matcher"]._get_timezone(company.sudo())

    @api.model
    def _get_condition(self, scope, team, source):
        """SQL that is true of what is in scope.

        :param team: SQL of its team
        :param source: the alias whose company counts, ``clock`` or ``ticket``
        """
        is_clock = source == SQL("clock")
        ticket_id = SQL("clock.ticket_id") if is_clock else SQL("ticket.id")
        by = CLOCKS_BY if is_clock else TICKETS_BY
        parts = [SQL("%s.company_id = %s", source, scope.company.id)]
        for column, ids in (
            (by["service"], scope.services),
            (by["agreement"], scope.agreements),
            (team, scope.teams),
            (SQL("clock.kind"), scope.kinds if is_clock else None),
            (SQL("ticket.partner_id"), scope.persons),
        ):
            if ids is not None:
                listed = SQL("%s IN %s", column, tuple(ids)) if ids else SQL("FALSE")
                parts.append(listed)
        if scope.customers is not None:
            customers = self._get_customers_sql(scope.customers)
            parts.append(SQL("ticket.partner_id IN %s", customers))
        if scope.tickets is not None:
            parts.append(SQL("%s IN %s", ticket_id, scope.tickets))
        return SQL(" AND ").join(parts)

    @api.model
    def _get_customers_sql(self, customers):
        """SQL that selects the contacts and all below them, also archived ones."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        return partners._search([("id", "child_of", list(customers))]).subselect()
