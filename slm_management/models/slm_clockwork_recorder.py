# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import datetime, timedelta

from odoo import api, models
from odoo.tools import SQL

from ..engine import (
    KINDS_OF_AGREEMENT,
    MATCHED_BY,
    OPEN_STATES,
    breach_mark,
    changes,
    kind_of,
)
from .slm_matcher import Need

#: a change of one of these asks the agreement anew what it promises
TERMS_BY = frozenset({"service", "process_kind", "priority"})
#: no transaction that creates tickets takes longer
TRANSACTION_TIME = timedelta(hours=1)


class SlmClockworkRecorder(models.AbstractModel):
    """Facts that changed become events. See ``slm.clockwork``."""

    _name = "slm.clockwork.recorder"
    _description = "Clockwork: Facts Become Events"

    @api.model
    def _has_changed(self, book, extra=None):
        actual = book.actual | self._complete(book, extra)
        return (
            book.agreement != book.recorded_agreement
            or changes(book.facts, actual)[1] != {}
        )

    @api.model
    def _complete(self, book, extra):
        """Facts that no field holds; who answers does so for the team, if any."""
        extra = extra or {}
        if extra.get("answered") and book.actual["team"]:
            return extra | {"team_answered": True}
        return extra

    @api.model
    def _record(self, books, extra=None, note=None):
        """Append one event to each book: all that has changed since the last one."""
        for book in books.values():
            book.actual |= self._complete(book, extra)
        self._match_agreements(books)
        terms = self._get_terms(books)
        for book in books.values():
            book.actual |= terms[book.ticket] | self._forget_answer(book)
            book.actual |= self._note_expired(book)
            before, after = changes(book.facts, book.actual)
            if "phase" in after and self._has_stale_hours(book):
                after["hours"] = True
            book.append(
                self._get_event_time(book),
                kind_of(after) if book.facts else "created",
                after,
                before=before if book.facts else None,
                user_id=book.created_by if book.begins_at else self._get_author(),
                note=note,
            )
            book.facts = book.facts | book.actual

    @api.model
    def _forget_answer(self, book):
        """Whoever gets a ticket has not answered it yet."""
        handed_over = book.facts.get("team") != book.actual["team"]
        forgotten = handed_over and book.facts.get("team_answered")
        return {"team_answered": False} if forgotten else {}

    @api.model
    def _note_expired(self, book):
        """The agreement that would be in force if it had not expired; the desk is told
        once of each."""
        if book.newly_expired in [event.after.get("expired") for event in book.history]:
            book.newly_expired = None
        expired = not book.agreement and book.expired or None
        return {"expired": expired} if expired or "expired" in book.facts else {}

    @api.model
    def _get_author(self):
        """Who does it: an import says so in its context."""
        return self._get_import("slm_by") or self.env.uid

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
        """Find anew the agreements of the books whose facts ask for it.

        An SLA that somebody has chosen by hand stays until the ticket's service,
        process or requester changes.
        """
        for kind in KINDS_OF_AGREEMENT:
            needs = {
                book.ticket: self._prepare_need(book)
                for book in books.values()
                if self._asks_for_match(book, kind)
            }
            matches = self.env["slm.matcher"]._match_batch(needs.values(), kind)
            for ticket, need in needs.items():
                self._set_match(books[ticket], kind, *matches[need])

    @api.model
    def _asks_for_match(self, book, kind):
        asks = MATCHED_BY[kind] & changes(book.facts, book.actual)[1].keys()
        if kind == "sla":
            chosen = book.agreement != book.recorded_agreement and book.agreement
            return asks and not chosen
        holder = book.actual["team" if kind == "ola" else "supplier"]
        return asks and (holder or book.alongside[kind])

    @api.model
    def _set_match(self, book, kind, agreement, expired):
        if kind == "sla":
            book.newly_expired = expired if expired != book.expired else None
            book.agreement, book.expired = agreement, expired
        else:
            book.alongside[kind] = agreement or None

    @api.model
    def _prepare_need(self, book):
        company = self.env["res.company"].sudo().browse(book.company)
        created_at = book.history[0].at if book.history else self._get_event_time(book)
        actual = book.actual
        return Need(
            partner=actual["partner"] or False,
            service=actual["service"] or False,
            process_kind=actual["process_kind"] or False,
            company=book.company,
            day=self.env["slm.matcher"]._get_day(created_at, company),
            process=actual["process"] or False,
            team=actual["team"] or False,
            supplier=actual["supplier"] or False,
        )

    @api.model
    def _get_terms(self, books):
        """``{ticket id: {kind of agreement: fact}}``: what is promised from now on.

        Terms in force stay as recorded until the ticket asks for others, so that an
        edited agreement does not change a promise behind anybody's back.
        """
        known, terms = {}, {}
        for book in books.values():
            chosen = {"sla": book.agreement or None, **book.alongside}
            terms[book.ticket] = {
                kind: agreement and self._get_fact(book, kind, agreement, known)
                for kind, agreement in chosen.items()
            }
        return terms

    @api.model
    def _get_fact(self, book, kind, agreement_id, known):
        """:param known: terms found before, by what they follow from"""
        same = agreement_id == book.get_recorded(kind)
        if same and not TERMS_BY & changes(book.facts, book.actual)[1].keys():
            return book.facts[kind]
        actual = book.actual
        subject = (actual["service"], actual["process_kind"], actual["priority"])
        if (agreement_id, subject) not in known:
            agreement = self.env["slm.agreement"].sudo().browse(agreement_id)
            known[agreement_id, subject] = agreement._get_terms(*subject).to_fact()
        return known[agreement_id, subject]

    @api.model
    def _has_stale_hours(self, book):
        """Whether a stopped clock in force was counted over other hours."""
        return any(
            clock["state"] == "stopped" and self._is_stale(book, clock)
            for key, clock in book.clocks.items()
            if book.is_current(key)
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
        for key, clock in book.clocks.items():
            overrun_at = clock["overrun_at"]
            if not overrun_at or clock["breached_at"]:
                continue
            if overrun_at < self._get_hours_change(book, clock)[0]:
                self._record_breach(book, key, clock["deadline"])

    @api.model
    def _record_hours(self, book):
        """An event for changed service hours, if an open clock shows it."""
        for key, clock in book.clocks.items():
            if clock["state"] not in OPEN_STATES:
                continue
            state = self._fold(book, key, clock["as_of"] or self._now())
            folded = (state.elapsed, state.deadline)
            if folded != (clock["elapsed_seconds"], clock["deadline"]):
                at, author = self._get_hours_change(book, clock)
                at = max(at, book.last_at)
                note = self._get_calendar(book, key.agreement)[0].name
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
    def _record_breach(self, book, key, at):
        """What an OLA or UC promises is told by its escalation, not on the ticket."""
        book.append(at, "breach", {"breach": breach_mark(*key)})
        if key.kind == "sla":
            book.breached.append((key.agreement, key.metric, at))
