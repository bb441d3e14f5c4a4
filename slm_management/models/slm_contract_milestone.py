# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from contextlib import contextmanager
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
CRON = "slm_management.ir_cron_contracts"
#: contracts that are renewed between two commits
BATCH_SIZE = 100
#: lines of a digest; of more, the number is told
TOLD = 50
#: what is further away is seen by the job when it comes near
FORESIGHT = timedelta(days=1000)
#: how long what somebody else is writing is left alone
BUSY_AFTER = timedelta(minutes=5)
ONE_DAY = timedelta(days=1)
#: contracts whose rows follow later, in the cache of the cursor
WAITING = "slm_contract_waiting"
#: of a date about which nothing is to be told any more
SETTLED = {"is_pending": False, "is_withdrawn": False}
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
    another one. A date that was past when it was entered is no news, nor is one that
    comes back before another one has been told; only the activity that went with it
    comes back, too.

    The person in charge gets an activity for each, and at most one e-mail a day with
    all that has come up since; only what may not wait for tomorrow comes on top. His
    day is the one of his own company, as he may look after contracts of several.
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
    reminded_on = fields.Date(
        readonly=True, help="The day on which it was, where the one reminded works."
    )
    reminded_user_id = fields.Many2one(
        "res.users", string="Who Was Reminded", readonly=True, ondelete="set null"
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    is_withdrawn = fields.Boolean(
        string="Activity Withdrawn",
        readonly=True,
        help="Its activity was still to be done when the date moved, or the contract "
        "ended. It comes back with the date.",
    )

    _date_uniq = models.UniqueIndex(
        "(contract_id, kind, COALESCE(acceptance_id, 0))",
        "A contract has each date once.",
    )
    _pending_idx = models.Index("(company_id, remind_date) WHERE is_pending IS TRUE")

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("kind", "contract_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """What it is comes first: a calendar has room for a few words."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for milestone in self:
            what = kinds.get(milestone.kind, "")
            milestone.display_name = f"{what}: {milestone.contract_id.name or ''}"

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
    # Actions
    # ------------------------------------------------------------------

    def action_view_contract(self):
        self.ensure_one()
        return self.contract_id.get_formview_action()

    # ------------------------------------------------------------------
    # Agreeing with the contracts
    # ------------------------------------------------------------------

    @api.model
    def _sync(self, contracts):
        """Let the rows of contracts say what the contracts say."""
        contracts = contracts.sudo()
        rows = self.sudo().search([("contract_id", "in", contracts.ids)])
        held = {(row.contract_id, row.kind, row.acceptance_id): row for row in rows}
        wanted = {}
        for contract in contracts:
            wanted |= self._prepare_rows(contract)
        for key, row in held.items():
            if row.kind == "renewed":
                wanted[key] = row._prepare_announcement()
        gone = rows.browse().union(*(held[key] for key in held.keys() - wanted.keys()))
        gone.unlink()
        self.sudo()._write_wanted(wanted, held)

    @api.model
    @contextmanager
    def _waiting(self, contracts):
        """Let the rows follow once at the end of a block, not on each write in it; the
        job, which does that, is not woken."""
        waiting = self.env.cr.cache.setdefault(WAITING, set())
        waiting |= {*contracts.ids}
        try:
            yield
        finally:
            waiting -= {*contracts.ids}
        self._sync(contracts)

    @api.model
    def _get_followed(self, contracts):
        """Those of contracts that are not in a block of :meth:`_waiting`."""
        waiting = self.env.cr.cache.get(WAITING, ())
        return contracts.filtered(lambda contract: contract.id not in waiting)

    def _write_wanted(self, wanted, held):
        """:param wanted: values by key; :param held: the rows that there are"""
        todays = self.env["slm.contract"]._get_todays(
            self.env["res.company"].browse({w["company_id"] for w in wanted.values()})
        )
        days = {company.id: today for company, today in todays.items()}
        changes = {
            key: held.get(key, self)._prepare_changes(vals, days[vals["company_id"]])
            for key, vals in wanted.items()
        }
        held = {key: row for key, row in held.items() if key in wanted}
        moved = [row for key, row in held.items() if row._is_moved(changes[key])]
        self.browse().union(*moved)._withdraw_activities()
        for key, row in held.items():
            row._write_changes(changes[key])
        self.create([vals for key, vals in changes.items() if key not in held])

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
        """Whether anybody is to be reminded of it: no draft, nor dead paper."""
        return bool(
            contract.active and contract.effective_date and not contract.terminated_date
        )

    def _prepare_announcement(self):
        """What is wanted of the news that a term has gone on: they are no news any more
        when the contract is dead, or somebody has entered another end."""
        contract = self.contract_id
        live = self._is_standing(contract) and contract.renewal_count > 0
        return self._prepare_row(contract, "renewed", self.date, 0, live)

    def _prepare_changes(self, wanted, today):
        """What is written on a row, or into a new one, so that it is as wanted."""
        day, live = wanted["date"], wanted["is_live"]
        known = self.reminded_for == day and not self.is_withdrawn
        if not (live and wanted["remind_date"]):
            pending = False
        elif self.is_live and self.date == day:
            pending = self.is_pending
        else:
            past = day < today and wanted["kind"] != "renewed"
            pending = not (known or past)
        return dict(wanted, is_pending=pending)

    def _is_moved(self, vals):
        """Whether what is to be done about its date is not so any more."""
        return self.date != vals["date"] or self.is_live and not vals["is_live"]

    def _write_changes(self, vals):
        changes = {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changes:
            self.write(changes)

    def _withdraw_activities(self):
        """Nothing is to be done about these dates as they are, for now."""
        open_ones = self.filtered("activity_id.active")
        open_ones.write({"is_withdrawn": True})
        open_ones._drop_activities()

    def _drop_activities(self):
        self.activity_id.filtered("active").unlink()

    @api.model
    def _forget(self, acceptances):
        """Take away the rows of acceptances that go, with what is to be done."""
        self.sudo().search([("acceptance_id", "in", acceptances.ids)]).unlink()

    @api.model
    def _announce_renewals(self, formers):
        """Have somebody told that terms have gone on.

        :param formers: ``{contract: the last day of the term that is over}``
        """
        ids = [contract.id for contract in formers]
        held = Domain("contract_id", "in", ids) & Domain("kind", "=", "renewed")
        self.sudo().search(held).unlink()
        self.sudo().create(
            [
                self._prepare_row(contract, "renewed", former + ONE_DAY, 0, True)
                | {"is_pending": True}
                for contract, former in formers.items()
            ]
        )

    @api.model
    def _hand_over(self, contracts):
        """Somebody else may look after contracts now: what his predecessor has not done
        is told to him. What was given to a third is left with him."""
        todos = Domain("activity_id.active", "=", True)
        rows = self.sudo().search(todos & Domain("contract_id", "in", contracts.ids))
        users = rows._get_users()
        rows.filtered(
            lambda row: (
                row.activity_id.user_id == row.reminded_user_id
                and users[row] not in (row.reminded_user_id, users[row].browse())
            )
        )._tell_again()
        # what nobody could be told may have waited for this
        self._wake_cron(contracts.company_id)

    @api.model
    @contextmanager
    def _leaving(self, leavers):
        """What users who go have not done is told to others: it goes with them."""
        todos = Domain("activity_id.active", "=", True)
        rows = self.sudo().search(
            todos & Domain("activity_id.user_id", "in", leavers.ids)
        )
        yield
        rows.invalidate_recordset()
        if rows:
            rows._tell_again()
            self._wake_cron(rows.company_id)

    def _tell_again(self):
        """Nobody knows of them who could do something about them."""
        self._drop_activities()
        live = self.filtered("is_live")
        live.write(dict(SETTLED, is_pending=True, reminded_for=False))

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
        for batch in split_every(BATCH_SIZE, due.ids):
            # somebody may have ended some since they were found, before a commit
            still_due = contracts.search(domain & Domain("id", "in", batch))
            self._do_all(still_due, lambda contracts: contracts._renew())
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=1):
                return False
        return True

    @api.model
    def _remind_due(self):
        """One user after the other, each in a transaction of its own."""
        due = self._get_due()
        users = due._get_users()
        by_user = due.grouped(lambda row: users[row])
        for user, rows in by_user.items():
            rows._remind(user)
            if not self.env["ir.cron"]._commit_progress(len(rows), remaining=1):
                return False
        return True

    @api.model
    def _get_due(self):
        """Nobody can look after those of a company that is archived."""
        todays = self.env["slm.contract"]._get_every_today()
        due = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("remind_date", "<=", today)
            for company, today in todays.items()
            if company.active
        )
        return self.sudo().search(Domain("is_pending", "=", True) & due)

    @api.model
    def _do_all(self, records, act):
        """At once or, if one of them is in the way of the others, each alone."""
        try:
            with self.env.cr.savepoint():
                act(self._lock(records))
        except Exception:
            self._do_each(records, act)

    @api.model
    def _do_each(self, records, act):
        """Let one that fails be logged and left alone."""
        for record in records:
            try:
                with self.env.cr.savepoint():
                    act(self._lock(record))
            except SerializationFailure:
                self._come_again(record)
            except Exception:
                _logger.exception("%s could not be met", record)

    @api.model
    def _lock(self, records):
        """Those that nobody else is writing just now."""
        locked = records.try_lock_for_update(allow_referencing=True)
        if busy := records - locked:
            self._come_again(busy)
        return locked

    @api.model
    def _come_again(self, records):
        """Look in a moment at what was busy, as it may not come by itself."""
        _logger.info("Somebody else is writing %s", records)
        self._wake_at({fields.Datetime.now().replace(second=0) + BUSY_AFTER})

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def _remind(self, user):
        """Tell one user of what is due; all of it, or nothing and the log says why."""
        try:
            with self.env.cr.savepoint():
                self._lock(self)._filter_due()._remind_now(user)
        except SerializationFailure:
            self._come_again(self)
        except Exception:
            _logger.exception("%s could not be reminded of contracts", user.login)

    def _filter_due(self):
        """Without those that somebody has moved since they were found, or told."""
        todays = self.env["slm.contract"]._get_todays(self.company_id)
        return self.filtered(
            lambda row: row.is_pending and row.remind_date <= todays[row.company_id]
        )

    def _remind_now(self, user):
        if not user:
            self._tell_nobody()
            return
        todays = self.env["slm.contract"]._get_todays(self.company_id | user.company_id)
        today = todays[user.company_id]
        known = self.filtered(lambda row: row.reminded_for == row.date)
        news = self - known
        if user.slm_contracts_told_on == today:
            news = news.filtered(lambda row: row._can_not_wait(todays))
        lines = (known | news)._schedule_activities(user, todays)
        told = news.filtered(lambda row: row in lines)
        known.filtered(lambda row: row in lines).write(SETTLED)
        if told:
            user.slm_contracts_told_on = today
            told._note_reminder(user, today)
            told._send_digest(user, [lines[row] for row in told])

    def _tell_nobody(self):
        """They stay due until somebody is in charge."""
        if self:
            names = ", ".join(self.contract_id.mapped("display_name"))
            _logger.warning("Nobody is in charge of contracts: %s", names)

    def _can_not_wait(self, todays):
        """Whether tomorrow is too late to tell it."""
        return self.kind != "renewed" and self.date <= todays[self.company_id]

    def _note_reminder(self, user, today):
        self.write(dict(SETTLED, reminded_on=today, reminded_user_id=user.id))
        for day, rows in self.grouped("date").items():
            rows.reminded_for = day

    def _get_users(self):
        """``{row: who is reminded}``, nobody where there is none."""
        contracts = self.contract_id
        users = {contract: contract._get_reminder_user() for contract in contracts}
        return {row: users[row.contract_id] for row in self}

    def _schedule_activities(self, user, todays):
        """:return: ``{row: what the e-mail says of it}``; one that can not be told is
        in the log, and tried again"""
        lines = {}

        def schedule(rows):
            told = {row: row._prepare_line(todays) for row in rows}
            rows._create_activities(user)
            self.env.flush_all()
            lines.update(told)

        told_in = {"lang": user.lang, "mail_activity_quick_update": True}
        self._do_all(self.with_context(**told_in), schedule)
        return lines

    def _create_activities(self, user):
        activities = self.env["mail.activity"].create(
            [row._prepare_activity_vals(user) for row in self]
        )
        for row, activity in zip(self, activities, strict=True):
            row.activity_id = activity

    def _prepare_activity_vals(self, user):
        self.ensure_one()
        return {
            "activity_type_id": self.env["ir.model.data"]._xmlid_to_res_id(TODO),
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

    def _send_digest(self, user, lines):
        """Queue one e-mail, in the user's language; the mail server is not waited for.

        A template that somebody has broken keeps nothing else from happening. The
        message belongs to no document: whoever may read one of these contracts, may not
        all of them.

        :param lines: of :meth:`_prepare_line`
        """
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not (template and user.email):
            _logger.info("No e-mail on contracts can be sent to %s", user.login)
            return
        told = self.with_context(lang=user.lang)._prepare_digest(lines)
        template = template.with_context(lang=user.lang, **told)
        try:
            with self.env.cr.savepoint():
                apart = {"model": False, "res_id": False}
                template.send_mail(self[0].id, email_values=apart)
        except SerializationFailure:
            raise
        except Exception:
            _logger.exception("The e-mail on contracts to %s failed", user.login)

    @api.model
    def _prepare_digest(self, lines):
        """What the template gets: plain values only."""
        return {
            "slm_subject": self._tell_subject(lines),
            "slm_lines": lines[:TOLD],
            "slm_more": len(lines[TOLD:]),
        }

    @api.model
    def _tell_subject(self, lines):
        if len(lines) == 1:
            [line] = lines
            return f"{line['name']}: {line['text']}"
        return self.env._("%(count)s dates of your contracts", count=len(lines))

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
        self._wake_at(self._get_next_moments(companies, overdue))

    @api.model
    def _wake_at(self, moments):
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if not (cron and moments):
            return
        pending = [("cron_id", "=", cron.id), ("call_at", "in", [*moments])]
        triggers = self.env["ir.cron.trigger"].sudo().search(pending)
        if moments := moments - {*triggers.mapped("call_at")}:
            cron.sudo()._trigger(at=moments)

    @api.model
    def _get_next_moments(self, companies=None, overdue=True):
        """The next instant for each company, naive UTC; now for what is due."""
        matcher, now = self.env["slm.matcher"], fields.Datetime.now()
        days = {}
        for company, day in self._get_next_days(companies):
            if company.active:
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
        going_on = contracts._get_tacit_domain() & Domain("end_date", "<", date.max)
        ends = contracts._read_group(
            within & going_on, ["company_id"], ["end_date:min"]
        )
        return [*reminders, *((company, end + ONE_DAY) for company, end in ends)]
