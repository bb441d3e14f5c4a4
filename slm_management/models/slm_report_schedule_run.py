# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import period_of, periods_since

_logger = logging.getLogger(__name__)

TODO = "mail.mail_activity_data_todo"
CRON = "slm_management.ir_cron_report_schedules"
#: the index that has the last word on whether a period was reported
UNIQUE = "slm_service_report_schedule_uniq"
#: how long what failed is left alone, and what somebody else is writing
RETRY_AFTER = timedelta(hours=1)
BUSY_AFTER = timedelta(minutes=5)
#: reports that one run makes at most; the next one goes on
AT_ONCE = 50
#: how much of an error is kept
ERROR_SIZE = 1000
ONE_DAY = timedelta(days=1)


class SlmReportScheduleRun(models.AbstractModel):
    """Schedules that run by themselves.

    A period is due when it has been over for the days that the schedule says, and its
    last day is in no report of the schedule. So a run that comes late, or after an
    outage, makes up what is missing, the oldest first; and whoever changes from months
    to quarters does not get the months again.

    The report, its publication, the deliveries and their e-mails come in one
    transaction: a process that dies at any place leaves either all of it or nothing.
    Two runs at once are kept apart by a lock on the schedule and, where one has not
    seen yet what the other has done, by a unique index.
    """

    _name = "slm.report.schedule.run"
    _description = "Schedules That Run by Themselves"

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_report_schedules(self):
        """Make what is due, then see to the deliveries."""
        deliveries = self.env["slm.report.delivery"]
        if self._make_due() and deliveries._see_to_all():
            self._wake_cron(overdue=False)
            self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _make_due(self):
        """:return: False if the time of this run was over before the work was done"""
        work, failed = self._get_work(), set()
        for number, (schedule, days) in enumerate(work[:AT_ONCE], 1):
            # what comes after a period that failed waits for it
            if schedule not in failed and not schedule._make_alone(days):
                failed.add(schedule)
            left = self.env["ir.cron"]._commit_progress(1, remaining=len(work) - number)
            if not left:
                return False
        return len(work) <= AT_ONCE

    @api.model
    def _get_work(self):
        """Pairs of a schedule and a period that is due, the oldest period first."""
        now = fields.Datetime.now()
        tried = Domain("retry_at", "=", False) | Domain("retry_at", "<=", now)
        schedules = self.sudo().search(tried & Domain("company_id.active", "=", True))
        return sorted(
            (
                (schedule, days)
                for schedule, periods in schedules._get_due_periods().items()
                for days in periods
            ),
            key=lambda pair: (pair[1][1], pair[0].id),
        )

    def _make_alone(self, days):
        """Make one report; one that fails is told of, and tried again later.

        :return: whether it was made, by whomever
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                if not self.try_lock_for_update(allow_referencing=True):
                    self._come_again()
                    return False
                self._make(days)
        except SerializationFailure:
            self._come_again()
            return False
        except Exception as error:
            if self._is_made_by_another(error):
                return True
            _logger.exception("No report of schedule %s was made", self.id)
            self._note_failure(error)
            return False
        return True

    @api.model
    def _is_made_by_another(self, error):
        return (
            isinstance(error, UniqueViolation) and error.diag.constraint_name == UNIQUE
        )

    def _come_again(self):
        _logger.info("Somebody else is busy with schedule %s", self.id)
        self._wake_at({fields.Datetime.now().replace(second=0) + BUSY_AFTER})

    # ------------------------------------------------------------------
    # Making
    # ------------------------------------------------------------------

    def _make(self, days):
        """The report of a period with all that follows, if nobody has made it yet."""
        if not self.active or days not in self._get_due_periods()[self]:
            return
        report = self._create_report(days)
        if self.is_automatic:
            report.action_publish()
            report.delivery_ids._make_mails()
        else:
            self._ask_to_publish(report)
        self._forget_failure()

    def _create_report(self, days):
        reports = self.env["slm.service.report"].with_company(self.company_id)
        return reports.create(self._prepare_report_vals(days))

    def _prepare_report_vals(self, days):
        own = self.audience == "provider"
        return {
            "company_id": self.company_id.id,
            "schedule_id": self.id,
            "audience": self.audience,
            "period": self.period,
            "date_from": days[0],
            "date_to": days[1],
            "partner_id": not own and self.partner_id.id,
            "service_ids": self.service_ids.ids,
            "customer_ids": own and self.customer_ids.ids or [],
            "team_ids": own and self.team_ids.ids or [],
        }

    def _ask_to_publish(self, report):
        """It waits for somebody; who publishes it has it delivered."""
        user = self._get_responsible()
        if user:
            self._schedule_todo(
                report,
                user,
                lambda env: env._(
                    "Publish %(report)s", report=report.with_env(env)._get_title()
                ),
            )

    @api.model
    def _drop_publish_todo(self, report):
        """It has been published, whoever was asked to."""
        report.activity_unlink([TODO])

    # ------------------------------------------------------------------
    # Failing
    # ------------------------------------------------------------------

    def _note_failure(self, error):
        """Keep why, and tell the responsible person once."""
        reason = str(error)[:ERROR_SIZE] or type(error).__name__
        try:
            with self.env.cr.savepoint():
                is_known = bool(self.failure)
                retry_at = fields.Datetime.now() + RETRY_AFTER
                self.write({"failure": reason, "retry_at": retry_at})
                if not is_known:
                    self._tell_failure(reason)
        except Exception:
            _logger.exception("The failure of schedule %s was not noted", self.id)

    def _tell_failure(self, reason):
        user = self._get_responsible()
        if user:
            self.failure_activity_id = self._schedule_todo(
                self,
                user,
                lambda env: env._("Its report could not be made"),
                note=reason,
            )

    def _forget_failure(self):
        if self.failure or self.retry_at:
            self.failure_activity_id.filtered("active").unlink()
            self.write({"failure": False, "retry_at": False})

    def _get_responsible(self):
        """Who is told, or nobody and the log says so."""
        user = self.user_id.filtered(
            lambda user: self._is_reader(user.partner_id, self.company_id)
        )
        if not user:
            _logger.warning("Nobody is in charge of schedule %s", self.id)
        return user

    @api.model
    def _schedule_todo(self, record, user, tell, note=""):
        """An activity for somebody, in his language.

        :param tell: called with an environment in that language
        """
        context = {"lang": user.lang, "mail_activity_quick_update": True}
        record = record.with_context(**context)
        today = self.env["slm.matcher"]._get_day(
            fields.Datetime.now(), record.company_id
        )
        return record.activity_schedule(
            TODO, today, tell(record.env), note, user_id=user.id
        )

    # ------------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------------

    def _get_today(self):
        company = self.company_id
        return self.env["slm.matcher"]._get_day(fields.Datetime.now(), company)

    def _get_period(self, day):
        """First and last day of the period in which a day lies."""
        return period_of(day, self.period, self.company_id._slm_get_first_month())

    def _get_first_coming(self):
        """The first period of which the report is not due yet."""
        today = self._get_today()
        days = self._get_period(today)
        while self._get_due_day(before := self._get_period(days[0] - ONE_DAY)) > today:
            days = before
        return days

    def _get_due_day(self, days):
        """The day on which the report of a period is made."""
        return days[1] + timedelta(days=self.delay_days)

    def _get_due_moment(self, days):
        """The instant at which that day begins, naive UTC."""
        day = self._get_due_day(days)
        return self.env["slm.matcher"]._get_midnight(day, self.company_id)

    def _tell_days(self, days):
        start = self.company_id._slm_get_first_month()
        return self.env["slm.period.mixin"]._tell_period(*days, self.period, start)

    def _get_due_periods(self):
        """``{schedule: periods that are to be reported by now, the oldest first}``."""
        told = self._get_told_days()
        return {
            schedule: schedule._filter_untold(
                told.get(schedule.id, ()), schedule._get_today()
            )
            for schedule in self
        }

    def _filter_untold(self, told, today):
        """:param told: pairs of first and last days of reports"""
        month = self.company_id._slm_get_first_month()
        over = today - timedelta(days=self.delay_days - 1)
        first = self._get_period(self.date_start)[0]
        return [
            days
            for days in periods_since(first, over, self.period, month)
            if not any(since <= days[1] <= until for since, until in told)
        ]

    def _get_told_days(self):
        """``{id of a schedule: first and last days of its reports}``."""
        reports = self.env["slm.service.report"].sudo()
        domain = [("schedule_id", "in", self._origin.ids)]
        told = {}
        for report in reports.search_fetch(
            domain, ["schedule_id", "date_from", "date_to"]
        ):
            days = (report.date_from, report.date_to)
            told.setdefault(report.schedule_id.id, []).append(days)
        return told

    def _get_next_periods(self):
        """``{schedule: what is due first, else the period that comes}``; None for what
        is not complete yet, or archived."""
        told = self._get_told_days()
        return {
            schedule: (
                schedule._find_next_period(told.get(schedule._origin.id, ()))
                if schedule.active
                and schedule.date_start
                and schedule.period
                and schedule.company_id
                else None
            )
            for schedule in self
        }

    def _find_next_period(self, told):
        today = self._get_today()
        if due := self._filter_untold(told, today):
            return due[0]
        days = self._get_period(self.date_start)
        while self._get_due_day(days) <= today or any(
            since <= days[1] <= until for since, until in told
        ):
            days = self._get_period(days[1] + ONE_DAY)
        return days

    # ------------------------------------------------------------------
    # Waking
    # ------------------------------------------------------------------

    @api.model
    def _wake_cron(self, overdue=True):
        """See that the job runs when it has something to do next.

        :param overdue: also at once, for what is due; the job itself leaves that to its
            next turn, or it would go round for ever
        """
        now = fields.Datetime.now()
        moments = self._get_next_moments()
        if overdue:
            moments = {max(now, moment) for moment in moments}
        self._wake_at({moment for moment in moments if overdue or moment > now})

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
    def _get_next_moments(self):
        """Instants, naive UTC, at which something is to be done next: the first one,
        and the first one to come."""
        schedules = self.sudo().search([("company_id.active", "=", True)])
        moments = {
            schedule.retry_at or schedule._get_due_moment(days)
            for schedule, days in schedules._get_next_periods().items()
            if days
        }
        moments |= self.env["slm.report.delivery"]._get_retry_moments()
        now = fields.Datetime.now()
        later = {moment for moment in moments if moment > now}
        return {min(found) for found in (moments, later) if found}
