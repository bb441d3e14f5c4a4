# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime
from odoo.tools.misc import babel_locale_parse, get_lang, posix_to_ldml

from ..engine import (
    KINDS_OF_AGREEMENT,
    MATCHED_BY,
    METRICS,
    Book,
    Key,
    format_duration,
)
from ..models.slm_clockwork import ALONGSIDE
from ..models.slm_process_kind import PROCESS_KINDS

#: what the result follows from
INPUTS = (
    "ticket_id",
    "company_id",
    "partner_id",
    "service_id",
    "process_id",
    "process_kind",
    "priority",
    "at",
    "team_id",
    "supplier_id",
)
#: of these at least one must be chosen before anything is shown
SUBJECTS = ("partner_id", "service_id", "process_id", "team_id", "supplier_id")
#: the fields that show what holds, by kind
SHOWN = {"sla": "agreement_id", "ola": "ola_id", "uc": "uc_id"}


class SlmMatchPreview(models.TransientModel):
    """Which agreement would hold, and why: of a ticket, or of one that is not there.

    With a ticket it explains what holds for it. Without, it shows what a ticket with
    these values would get: matched, recorded and folded as a real one, on a
    :class:`~..engine.Book` that is never stored.
    """

    _name = "slm.match.preview"
    _description = "Try It"
    _inherit = ["slm.naming.mixin"]

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    partner_id = fields.Many2one("res.partner", string="Requester", ondelete="cascade")
    service_id = fields.Many2one(
        "slm.service", domain="[('company_id', '=', company_id)]", ondelete="cascade"
    )
    process_id = fields.Many2one(
        "slm.process",
        domain="[('company_id', '=', company_id), ('state', '=', 'published')] "
        "+ ([('service_ids', 'in', service_id)] if service_id else [])",
        ondelete="cascade",
    )
    process_kind = fields.Selection(
        PROCESS_KINDS,
        compute="_compute_process_kind",
        store=True,
        readonly=False,
        help="It follows from the process; without a process it may be chosen.",
    )
    priority = fields.Selection(
        selection="_selection_priority", string="Ticket Priority", default="1"
    )
    at = fields.Datetime(
        string="Time of Creation",
        required=True,
        default=fields.Datetime.now,
        help="The agreement is chosen by this day, and the clocks start at this time.",
    )
    team_id = fields.Many2one(
        "helpdesk.ticket.team",
        domain="[('company_id', 'in', [False, company_id])]",
        ondelete="cascade",
        help="Who would get the ticket: shows the OLA of the team.",
    )
    supplier_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        ondelete="cascade",
        help="Whom the ticket would wait for: shows the contract (UC) with him, and "
        "its deadlines if the ticket waited for him from the start.",
    )
    agreement_id = fields.Many2one("slm.agreement", compute="_compute_result")
    expired_agreement_id = fields.Many2one(
        "slm.agreement", string="Expired Agreement", compute="_compute_result"
    )
    ola_id = fields.Many2one("slm.agreement", string="OLA", compute="_compute_result")
    uc_id = fields.Many2one(
        "slm.agreement", string="Supplier Contract (UC)", compute="_compute_result"
    )
    answer = fields.Html(compute="_compute_result", sanitize=False)
    candidates = fields.Html(compute="_compute_result", sanitize=False)

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("process_id")
    def _compute_process_kind(self):
        for preview in self:
            if preview.process_id:
                preview.process_kind = preview.process_id.kind

    @api.depends(*INPUTS)
    @api.depends_context("lang", "tz", "uid", "allowed_company_ids")
    def _compute_result(self):
        for preview in self:
            preview._check_readable()
            books = preview._get_books() if preview._is_asked() else {}
            preview._show_agreements(books)
            sections = preview._get_sections(books)
            preview.answer = preview._render("answer", sections)
            preview.candidates = preview._render("candidates", sections)

    @api.onchange("company_id")
    def _onchange_company_id(self):
        """What is of another company does not stay."""
        for name in ("service_id", "process_id", "team_id"):
            company = self[name].company_id
            if company and company != self.company_id:
                self[name] = False

    @api.onchange("service_id")
    def _onchange_service_id(self):
        """A process that is not one of the service's does not stay."""
        services = self.process_id.service_ids._origin
        if self.service_id and self.service_id._origin not in services:
            self.process_id = False

    @api.onchange("process_id")
    def _onchange_process_id(self):
        """A process on exactly one service says which."""
        services = self.process_id.service_ids
        if not self.service_id and len(services) == 1:
            self.service_id = services

    # ------------------------------------------------------------------
    # What holds
    # ------------------------------------------------------------------

    def _check_readable(self):
        """A form that is not saved yet holds inputs as new records, open to all.

        Of a ticket that may be read, all that it is about may be named.
        """
        self.browse().check_access("read")
        for name in ("ticket_id",) if self.ticket_id else INPUTS:
            if self._fields[name].type == "many2one":
                self[name]._origin.check_access("read")

    def _is_asked(self):
        chosen = any(self[name] for name in SUBJECTS)
        return bool(self.ticket_id or (chosen and self.company_id and self.at))

    def _get_books(self):
        """``{kind: Book}`` of what is asked for: the SLA, OLA and UC if there is a team
        or a supplier."""
        if self.ticket_id:
            return self._get_ticket_books()
        books = {"sla": self._make_book()}
        if self.team_id:
            books["ola"] = books["sla"]
        if self.supplier_id:
            books["uc"] = self._make_book(phase="wait_supplier")
        return books

    def _get_ticket_books(self):
        clockwork, ticket = self.env["slm.clockwork"], self.ticket_id._origin
        opened = clockwork._open_books(ticket, started=ticket.slm_is_tracked)
        clockwork._read_histories(opened)
        book = opened[ticket.id]
        if not book.history:
            book.begins_at = book.created_at
        actual = {
            "sla": True,
            "ola": book.actual["team"],
            "uc": book.actual["supplier"],
        }
        return {kind: book for kind in KINDS_OF_AGREEMENT if actual[kind]}

    def _make_book(self, phase=None):
        """The book of a ticket that is not there, with the event of its creation."""
        book = Book(
            ticket=0,
            company=self.company_id._origin.id,
            created_at=self.at,
            created_by=None,
            actual=self._prepare_facts(phase),
            facts={},
            agreement=None,
            expired=None,
            begins_at=self.at,
            alongside=dict.fromkeys(ALONGSIDE),
        )
        self.env["slm.clockwork"]._record({book.ticket: book})
        return book

    def _prepare_facts(self, phase):
        stage = self._get_stage()
        return {
            "company": self.company_id._origin.id,
            "phase": phase or stage.slm_phase or "waiting",
            "stage": stage.id or None,
            "active": True,
            "priority": self.priority or None,
            "service": self.service_id._origin.id or None,
            "process": self.process_id._origin.id or None,
            "process_kind": self.process_kind or None,
            "partner": self.partner_id._origin.id or None,
            "team": self.team_id._origin.id or None,
            "user": None,
            "supplier": self.supplier_id._origin.id or None,
        }

    def _get_stage(self):
        """The one in which a ticket begins."""
        team = self.team_id._origin.sudo().with_company(self.company_id._origin)
        return team._get_applicable_stages()[:1]

    def _get_in_force(self, kind, book):
        """The id of the agreement that holds, or False."""
        if self.ticket_id and kind == "sla":
            return book.agreement or False
        return book.get_recorded(kind) or False

    def _show_agreements(self, books):
        agreements = self.env["slm.agreement"].with_context(active_test=False)
        for kind, name in SHOWN.items():
            found = books.get(kind) and self._get_in_force(kind, books[kind])
            self[name] = agreements.browse(found or [])._filtered_access("read")
        book = books.get("sla")
        expired = book and not self.agreement_id and book.expired
        expired = agreements.browse(expired or [])
        self.expired_agreement_id = expired._filtered_access("read")

    # ------------------------------------------------------------------
    # As text
    # ------------------------------------------------------------------

    def _render(self, part, sections):
        values = {
            "sections": sections,
            "tried": not self.ticket_id,
            "timezone": self._tz,
        }
        template = f"slm_management.slm_match_preview_{part}"
        return self.env["ir.qweb"]._render(template, values)

    def _get_sections(self, books):
        """One for each kind that is asked for, as dicts of texts."""
        return [self._prepare_section(kind, book) for kind, book in books.items()]

    def _prepare_section(self, kind, book):
        need = self.env["slm.clockwork"]._prepare_need(book)
        verdicts = self.env["slm.matcher"]._explain(need, kind)
        rows = self.env["slm.match.teller"]._tell_batch(need, kind, verdicts)
        agreement = self[SHOWN[kind]]
        titles = {
            "sla": self.env._("Service Level Agreement (SLA)"),
            "ola": self.env._("Agreement of the Team (OLA)"),
            "uc": self.env._("Contract with the Supplier (UC)"),
        }
        return {
            "kind": kind,
            "title": titles[kind],
            "agreement": agreement.id,
            "name": agreement.display_name,
            "hours": self._tell_hours(agreement.calendar_id),
            "text": self._tell_result(kind, agreement),
            "expired": kind == "sla" and bool(self.expired_agreement_id),
            "origin": self._tell_origin(kind, book, rows) if self.ticket_id else "",
            "deadlines": self._tell_deadlines(kind, book, agreement),
            "rows": rows,
        }

    def _tell_hours(self, calendar):
        calendar = calendar.sudo()
        return f"{calendar.name} ({calendar.tz})" if calendar else ""

    def _tell_result(self, kind, agreement):
        """What is to be said if nothing holds."""
        if agreement:
            return ""
        if kind == "sla" and self.expired_agreement_id:
            return self._tell_expired(self.expired_agreement_id)
        texts = {
            "sla": self.env._("No SLA covers this: there are no deadlines."),
            "ola": self.env._("The team has no OLA that covers this."),
            "uc": self.env._("No contract with the supplier covers this."),
        }
        return texts[kind]

    def _tell_expired(self, agreement):
        last = agreement.date_end
        if not last or last > fields.Date.today():
            return self.env._(
                "Nothing is in force: %(agreement)s has expired. The ticket works, "
                "without deadlines.",
                agreement=agreement.display_name,
            )
        return self.env._(
            "Nothing is in force: %(agreement)s ended on %(date)s. The ticket works, "
            "without deadlines.",
            agreement=agreement.display_name,
            date=format_date(self.env, last),
        )

    # ------------------------------------------------------------------
    # How a ticket got what it has
    # ------------------------------------------------------------------

    def _tell_origin(self, kind, book, rows):
        """Whether the rules of today say what the ticket has, or where else it came
        from."""
        holds = next((row for row in rows if row["rule"] == "holds"), None)
        agreement, attached = self[SHOWN[kind]], self._get_attachment(kind, book)
        if attached and self._is_by_hand(kind, attached):
            return self._tell_by_hand(attached, agreement)
        if agreement.id == (holds["agreement"] if holds else False):
            return self.env._("It was found by the rules.") if agreement else ""
        return self._tell_earlier(attached, holds)

    def _get_attachment(self, kind, book):
        """The record of the event by which the ticket came to what it has."""
        events = self.env["slm.ticket.event"].sudo()
        if not book.history:
            return events
        events = self.ticket_id._origin.sudo().slm_event_ids.sorted(
            lambda event: (event.at, event.id)
        )
        attached, known = events.browse(), None
        for event in events.filtered(lambda event: kind in (event.after or {})):
            terms = event.after[kind]
            if (terms or {}).get("agreement") != known or not attached:
                attached, known = event, (terms or {}).get("agreement")
        return attached

    def _is_by_hand(self, kind, event):
        """Nothing but the agreement changed: no rule asked for that."""
        return event.kind != "created" and not MATCHED_BY[kind] & event.after.keys()

    def _tell_by_hand(self, event, agreement):
        values = {
            "user": event.user_id.display_name or "–",
            "date": self._tell_moment(event.at, self._tz),
        }
        if not agreement:
            return self.env._("It was removed by %(user)s on %(date)s.", **values)
        return self.env._("It was chosen by %(user)s on %(date)s.", **values)

    def _tell_earlier(self, event, holds):
        now = self.env._("By the rules of today none would hold.")
        if holds:
            now = self.env._(
                "By the rules of today %(agreement)s would hold.",
                agreement=holds["name"],
            )
        if not event:
            return now
        return self.env._(
            "It has been so since %(date)s: by the agreements as they were then, or "
            "chosen by hand. %(now)s",
            date=self._tell_moment(event.at, self._tz),
            now=now,
        )

    # ------------------------------------------------------------------
    # Deadlines
    # ------------------------------------------------------------------

    def _get_clocks(self, kind, book, agreement):
        """``{metric: ClockState}`` of the clocks that the ticket would have."""
        clockwork = self.env["slm.clockwork"]
        keys = [Key(agreement.id, metric, kind) for metric in METRICS]
        states = {
            key.metric: clockwork._fold(book, key, self.at)
            for key in clockwork._get_keys(book)
            if key in keys
        }
        return {metric: state for metric, state in states.items() if state.state}

    def _tell_deadlines(self, kind, book, agreement):
        if self.ticket_id or not agreement:
            return []
        clocks = self._get_clocks(kind, book, agreement)
        field = self.env["slm.clock"]._fields["metric"]
        labels = dict(field._description_selection(self.env))
        return [
            {
                "metric": labels[metric],
                **self._tell_clock(clocks.get(metric), agreement),
            }
            for metric in METRICS
        ]

    def _tell_clock(self, clock, agreement):
        if not clock:
            return {"target": "", "text": self.env._("nothing is promised")}
        target = format_duration(clock.target // 60, agreement.day_minutes)
        if not clock.deadline:
            text = self.env._("no deadline: the service hours end before")
            return {"target": target, "text": text}
        there = agreement.calendar_id.sudo().tz
        local = {tz: self._tell_moment(clock.deadline, tz) for tz in (self._tz, there)}
        return {
            "target": target,
            "deadline": clock.deadline,
            "text": local[self._tz],
            "there": f"{local[there]} ({there})" if there != self._tz else "",
        }

    @property
    def _tz(self):
        return self.env.context.get("tz") or self.env.user.tz or "UTC"

    def _tell_moment(self, moment, tz):
        """Weekday, date and time, without seconds."""
        lang = get_lang(self.env)
        pattern = re.sub(r"\W?%S", "", f"{lang.date_format} {lang.time_format}")
        pattern = posix_to_ldml(pattern, locale=babel_locale_parse(lang.code))
        return format_datetime(self.env, moment, tz=tz, dt_format=f"EEE {pattern}")

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _selection_priority(self):
        return self.env["slm.target"]._selection_priority()
