# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import date, timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.misc import split_every

_logger = logging.getLogger(__name__)

TODO = "mail.mail_activity_data_todo"
TEMPLATE = "slm_management.mail_template_contract_reminder"
#: contracts that are renewed between two commits
BATCH_SIZE = 100
#: lines of a digest; of more, the number is told
TOLD = 50
#: what is further away is seen by the job when it comes near
FORESIGHT = timedelta(days=1000)
#: which field of the contract holds which milestone, and the one with its lead time
SOURCES = {
    "effective": ("effective_date", None),
    "initial": ("initial_acceptance_date", None),
    "final": ("final_acceptance_date", None),
    "notice": ("notice_date", "notice_lead_days"),
    "term": ("end_date", "term_lead_days"),
    "warranty": ("warranty_date", "warranty_lead_days"),
}


class SlmContractMilestone(models.Model):
    """One date of a contract: for the calendar, and for its reminder.

    The rows follow from the contracts, and nobody else writes them. A reminder is due
    from its lead time before the date on, once for each date: a date that moves is
    another one. A date that was past when it was entered is no news.

    The person in charge gets an activity for each, and at most one e-mail a day with
    all that has come up since; only what may not wait for tomorrow comes on top.
    """

    _name = "slm.contract.milestone"
    _description = "Contract Date"
    _order = "date, id"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    contract_id = fields.Many2one(
        "slm.contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    acceptance_id = fields.Many2one(
        "slm.contract.acceptance",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(related="contract_id.partner_id")
    manager_id = fields.Many2one(related="contract_id.manager_id")
    kind = fields.Selection(
        [
            ("effective", "Effective"),
            ("initial", "Initial Acceptance"),
            ("final", "Final Acceptance"),
            ("acceptance", "Planned Acceptance"),
            ("notice", "Last Day to Give Notice"),
            ("term", "End of Term"),
            ("warranty", "End of Warranty"),
            ("renewed", "Tacitly Renewed"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Date(required=True, readonly=True, index=True)
    remind_date = fields.Date(
        string="Remind from",
        readonly=True,
        help="Empty: nobody is reminded of such a date.",
    )
    is_live = fields.Boolean(
        string="Live",
        readonly=True,
        help="The contract stands, and what is planned for the date is not done yet.",
    )
    is_pending = fields.Boolean(
        string="Reminder to Come",
        readonly=True,
        help="Its reminder is yet to come.",
    )
    reminded_for = fields.Date(
        string="Reminded of",
        readonly=True,
        help="The date of which somebody has been reminded.",
    )
    reminded_on = fields.Date(readonly=True)
    reminded_user_id = fields.Many2one(
        "res.users", string="Who Was Reminded", readonly=True, ondelete="set null"
    )
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")

    _date_uniq = models.UniqueIndex(
        "(contract_id, kind, COALESCE(acceptance_id, 0))",
        "A contract has each date once.",
    )
    _pending_idx = models.Index("(company_id, remind_date) WHERE is_pending")

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("kind", "contract_id.display_name", "acceptance_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for milestone in self:
            what = milestone.acceptance_id.name
            title = kinds.get(milestone.kind, "")
            what = f"{title} “{what}”" if what else title
            milestone.display_name = f"{milestone.contract_id.display_name}: {what}"

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_superuser()
        return super().create(vals_list)

    def write(self, vals):
        self._check_superuser()
        return super().write(vals)

    def unlink(self):
        self._check_superuser()
        self._drop_activities()
        return super().unlink()

    @api.model
    def _check_superuser(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "The dates of a contract follow from the contract and its "
                    "acceptances. Change them there."
                )
            )

    # ------------------------------------------------------------------
    # Agreeing with the contracts
    # ------------------------------------------------------------------

    @api.model
    def _sync(self, contracts):
        """Let the rows of contracts say what the contracts say."""
        contracts = contracts.sudo()
        todays = contracts._get_todays(contracts.company_id)
        rows = self.sudo().search([("contract_id", "in", contracts.ids)])
        held = {(row.contract_id, row.kind, row.acceptance_id): row for row in rows}
        news = []
        for contract in contracts:
            today = todays[contract.company_id]
            for key, wanted in self._prepare_rows(contract).items():
                row = held.pop(key, self.sudo())
                vals = row._prepare_changes(wanted, today)
                if row:
                    row._change(vals)
                else:
                    news.append(vals)
        gone = self.sudo().union(*held.values())
        gone.filtered(lambda row: row.kind != "renewed").unlink()
        gone.exists()._live_on()
        self.sudo().create(news)

    @api.model
    def _prepare_rows(self, contract):
        """``{(contract, kind, acceptance): values}`` of the dates that it has."""
        none = contract.acceptance_ids.browse()
        lives = self._is_standing(contract)
        rows = {}
        for kind, (name, lead_name) in SOURCES.items():
            if contract[name]:
                live = lives and not (kind == "notice" and contract.notice_given_date)
                lead = contract[lead_name] if lead_name else None
                rows[contract, kind, none] = self._prepare_row(
                    contract, kind, contract[name], lead, live
                )
        for line in contract.acceptance_ids.filtered("planned_date"):
            lead, live = contract.acceptance_lead_days, lives and not line.result
            rows[contract, "acceptance", line] = self._prepare_row(
                contract, "acceptance", line.planned_date, lead, live
            ) | {"acceptance_id": line.id}
        return rows

    @api.model
    def _prepare_row(self, contract, kind, day, lead, live):
        """:param lead: days of the reminder before it, None: there is none"""
        remind = lead is not None and date.fromordinal(max(day.toordinal() - lead, 1))
        return {
            "contract_id": contract.id,
            "company_id": contract.company_id.id,
            "kind": kind,
            "date": day,
            "remind_date": remind,
            "is_live": live,
        }

    @api.model
    def _is_standing(self, contract):
        """Whether anybody is to be reminded of it: not of drafts, nor of dead papers."""
        return bool(
            contract.active and contract.effective_date and not contract.terminated_date
        )

    def _prepare_changes(self, wanted, today):
        """What is written on a row, or into a new one, so that it is as wanted."""
        day, live = wanted["date"], wanted["is_live"]
        comes = live and not (self.is_live and self.date == day)
        known = self.reminded_for == day
        if comes and day < today:
            wanted, known = dict(wanted, reminded_for=day), True
        pending = bool(live and wanted["remind_date"] and not known)
        return dict(wanted, is_pending=pending)

    def _change(self, vals):
        """Write what differs; an activity on what is not so any more goes."""
        changes = {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changes.keys() & {"date", "is_live"}:
            self._drop_activities()
        if changes:
            self.write(changes)

    def _live_on(self):
        """Announcements of renewals stay as long as their contract stands."""
        for row in self:
            live = self._is_standing(row.contract_id)
            row._change({"is_live": live, "is_pending": live and row.is_pending})

    def _drop_activities(self):
        self.activity_id.filtered("active").unlink()

    @api.model
    def _announce_renewal(self, contract, former):
        """Have somebody told that a term has gone on.

        :param former: the last day of the term that is over
        """
        day = date.fromordinal(former.toordinal() + 1)
        row = self.sudo().search(
            [("contract_id", "=", contract.id), ("kind", "=", "renewed")]
        )
        row.unlink()
        row.create(
            self._prepare_row(contract, "renewed", day, 0, True) | {"is_pending": True}
        )

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_contracts(self):
        """What time alone does to contracts: tacit renewals, then reminders."""
        if self._renew_due() and self._remind_due():
            self._wake_cron(overdue=False)
            self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _renew_due(self):
        """:return: False if the time of this run was over before the work was done"""
        contracts = self.env["slm.contract"].sudo()
        domain = contracts._get_renewable_domain(contracts._get_every_today())
        due = contracts.search(domain)
        for batch in split_every(BATCH_SIZE, due.ids, contracts.browse):
            self._do_each(batch, lambda contract: contract._renew())
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=1):
                return False
        return True

    @api.model
    def _remind_due(self):
        """One user after the other, each in a transaction of its own."""
        due = self._get_due()
        by_user = due.grouped(lambda row, users=due._get_users(): users[row])
        for user, rows in by_user.items():
            rows._remind(user)
            if not self.env["ir.cron"]._commit_progress(len(rows), remaining=1):
                return False
        return True

    @api.model
    def _get_due(self):
        todays = self.env["slm.contract"]._get_every_today()
        due = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("remind_date", "<=", today)
            for company, today in todays.items()
        )
        return self.sudo().search(Domain("is_pending", "=", True) & due)

    @api.model
    def _do_each(self, records, act):
        """Let one that fails be logged and left alone."""
        for record in records:
            try:
                with self.env.cr.savepoint():
                    # Whom somebody else has locked is met by him, or the next time.
                    act(record.try_lock_for_update(allow_referencing=True))
            except SerializationFailure:
                _logger.info("Another worker was faster with %s", record)
            except Exception:
                _logger.exception("%s could not be met", record)

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def _remind(self, user):
        """Tell one user of what is due; all of it, or nothing and the log says why."""
        try:
            with self.env.cr.savepoint():
                rows = self.try_lock_for_update(allow_referencing=True)
                rows = rows.filtered("is_pending")
                rows._remind_now(user)
        except SerializationFailure:
            _logger.info("Another worker was faster with %s", self)
        except Exception:
            _logger.exception("%s could not be reminded of contracts", user.login)

    def _remind_now(self, user):
        todays = self.env["slm.contract"]._get_todays(self.company_id)
        rows = self
        if self._had_digest(user, todays):
            rows = self.filtered(lambda row: row._can_not_wait(todays))
        rows._note_reminder(user, todays)
        if rows and user:
            rows._schedule_activities(user)
            rows._send_digest(user, todays)
        elif rows:
            names = ", ".join(rows.contract_id.mapped("display_name"))
            _logger.warning("Nobody is in charge of contracts: %s", names)

    @api.model
    def _had_digest(self, user, todays):
        """Whether a user got the e-mail of this day already."""
        told = Domain("reminded_user_id", "=", user.id)
        days = Domain("reminded_on", "in", [*todays.values()])
        return bool(user and self.search_count(told & days, limit=1))

    def _can_not_wait(self, todays):
        """Whether tomorrow is too late to tell it."""
        return self.kind != "renewed" and self.date <= todays[self.company_id]

    def _note_reminder(self, user, todays):
        for company, rows in self.grouped("company_id").items():
            rows.write({"is_pending": False, "reminded_on": todays[company]})
        for day, rows in self.grouped("date").items():
            rows.write({"reminded_for": day, "reminded_user_id": user.id})

    def _get_users(self):
        """``{row: who is reminded}``, nobody where there is none."""
        contracts = self.contract_id
        users = {contract: contract._get_reminder_user() for contract in contracts}
        return {row: users[row.contract_id] for row in self}

    def _schedule_activities(self, user):
        rows = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        try:
            with self.env.cr.savepoint():
                rows._create_activities(user)
        except SerializationFailure:
            raise
        except Exception:
            # One of them is in the way of the others: find out which.
            self._do_each(rows, lambda row: row._create_activities(user))

    def _create_activities(self, user):
        activities = self.env["mail.activity"].create(
            [row._prepare_activity_vals(user) for row in self]
        )
        for row, activity in zip(self, activities, strict=True):
            row.activity_id = activity

    def _prepare_activity_vals(self, user):
        self.ensure_one()
        return {
            "activity_type_id": self.env.ref(TODO).id,
            "res_model_id": self.env["ir.model"]._get_id("slm.contract"),
            "res_id": self.contract_id.id,
            "user_id": user.id,
            "summary": self._tell_short(),
            "date_deadline": self.date,
        }

    def _tell_short(self):
        """A line on the date, in the language of the context."""
        self.ensure_one()
        day = format_date(self.env, self.date)
        if self.kind == "renewed":
            end = format_date(self.env, self.contract_id.end_date)
            return self.env._("Tacitly renewed until %(date)s", date=end)
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        if self.acceptance_id:
            return self.env._(
                "%(what)s: acceptance planned on %(date)s",
                what=self.acceptance_id.name,
                date=day,
            )
        return self.env._("%(what)s: %(date)s", what=kinds[self.kind], date=day)

    def _send_digest(self, user, todays):
        """Queue one e-mail, in the user's language; the mail server is not waited for.

        A template that somebody has broken keeps nothing else from happening.
        """
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not (template and user.email):
            _logger.info("No e-mail on contracts can be sent to %s", user.login)
            return
        rows = self.with_context(lang=user.lang).sorted(lambda r: (r.date, r.id))
        template = template.with_context(
            lang=user.lang,
            slm_lines=[row._prepare_line(todays) for row in rows[:TOLD]],
            slm_count=len(rows),
            slm_more=len(rows[TOLD:]),
        )
        try:
            with self.env.cr.savepoint():
                template.send_mail(rows[0].id)
        except Exception:
            _logger.exception("The e-mail on contracts to %s failed", user.login)

    def _prepare_line(self, todays):
        """What the e-mail says of a date, as plain values."""
        contract = self.contract_id
        return {
            "name": contract.display_name,
            "partner": contract.partner_id.display_name,
            "text": self._tell_short(),
            "date": format_date(self.env, self.date),
            "is_past": self.date < todays[self.company_id] and self.kind != "renewed",
            "url": f"{contract.get_base_url()}/mail/view"
            f"?model=slm.contract&res_id={contract.id}",
        }

    # ------------------------------------------------------------------
    # Waking
    # ------------------------------------------------------------------

    @api.model
    def _wake_cron(self, companies=None, overdue=True):
        """See that the job runs at the midnight at which it has something to do next.

        :param companies: look at these only; without, at all
        :param overdue: also at once, for what is due; the job itself leaves that to
            the next day, or it would go round for ever
        """
        cron = self.env.ref(
            "slm_management.ir_cron_contracts", raise_if_not_found=False
        )
        moments = self._get_next_moments(companies, overdue) if cron else set()
        triggers = self.env["ir.cron.trigger"].sudo()
        pending = [("cron_id", "=", cron and cron.id), ("call_at", "in", [*moments])]
        moments -= set(triggers.search(pending).mapped("call_at")) if moments else set()
        if moments:
            cron.sudo()._trigger(at=moments)

    @api.model
    def _get_next_moments(self, companies=None, overdue=True):
        """The next instant for each company, naive UTC; now for what is due."""
        matcher, now = self.env["slm.matcher"], fields.Datetime.now()
        days = {}
        for company, day in self._get_next_days(companies):
            days[company] = min(day, days.get(company, day))
        todays = self.env["slm.contract"]._get_todays(days)
        first = {c: today + timedelta(days=not overdue) for c, today in todays.items()}
        return {
            max(now, matcher._get_midnight(max(day, first[company]), company))
            for company, day in days.items()
            if day < first[company] + FORESIGHT
        }

    @api.model
    def _get_next_days(self, companies=None):
        """Pairs of a company and a day on which there is something to do."""
        within = Domain("company_id", "in", companies.ids) if companies else Domain.TRUE
        reminders = self.sudo()._read_group(
            within & Domain("is_pending", "=", True),
            ["company_id"],
            ["remind_date:min"],
        )
        contracts = self.env["slm.contract"].sudo()
        renewable = Domain("renewal", "=", "tacit") & Domain(
            "terminated_date", "=", False
        )
        ends = contracts._read_group(
            within & renewable, ["company_id"], ["end_date:min"]
        )
        following = [
            (company, date.fromordinal(min(end.toordinal() + 1, date.max.toordinal())))
            for company, end in ends
            if end
        ]
        return [*reminders, *following]
