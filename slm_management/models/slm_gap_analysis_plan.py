# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields, models

from ..engine import period_of, period_over, trail

_logger = logging.getLogger(__name__)

CRON = "slm_management.ir_cron_gap_analyses"
MANAGER = "slm_management.group_slm_manager"
TODO = "mail.mail_activity_data_todo"
#: periods that are made good at most, after an outage
MOST = 12
#: how long after midnight a period is looked at: what was due at its end is stored
AFTER_MIDNIGHT = timedelta(minutes=5)
#: how long what somebody else is writing, and what has failed, is left alone
BUSY_AFTER = timedelta(minutes=5)
RETRY_AFTER = timedelta(hours=1)
#: how long the manager has, in days
DUE_AFTER = timedelta(days=14)
ONE_DAY = timedelta(days=1)


class SlmGapAnalysisPlan(models.AbstractModel):
    """Analyses that make themselves at the end of each period of their company.

    Each period once: the company knows up to which day it has been done, and is written
    in the same transaction. An analysis that somebody has made of such a period by hand
    is the one of that period, and one that is deleted does not come back. The first
    time, and after another length was chosen, only the last period is made; after an
    outage all that are missing, but not more than a year of months.

    A run that comes late takes the figures of the period as they are then.
    """

    _name = "slm.gap.analysis.plan"
    _description = "Gap Analyses That Make Themselves"

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_gap_analyses(self):
        """Make what is missing, each in a transaction of its own."""
        self._wake_cron(overdue=False)
        due, failed = self._get_due(), set()
        left = len(due)
        self.env["ir.cron"]._commit_progress(remaining=left)
        for company, days in due:
            # the periods of a company follow each other
            if company.id not in failed and not self._make_alone(company, *days):
                failed.add(company.id)
            left -= 1
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                return

    @api.model
    def _get_due(self):
        """Pairs of a company and a period."""
        companies = self.env["res.company"].sudo()
        companies = companies.search([("slm_gap_period", "!=", "none")], order="id")
        return [(c, days) for c in companies for days in self._get_missing_periods(c)]

    @api.model
    def _get_missing_periods(self, company):
        """The periods of a company that are over and have not been made, in order."""
        length, start = company.slm_gap_period, company._slm_get_first_month()
        if length == "none":
            return []
        last = period_over(self._get_today(company), length, start)
        done = company.slm_gap_done_until
        periods = trail(*last, length, MOST, start) if done else [last]
        return [days for days in periods if not done or days[1] > done]

    @api.model
    def _make_alone(self, company, first, last):
        """Let one that fails be logged, left alone and tried again.

        :return: whether the period is settled
        """
        try:
            with self.env.cr.savepoint():
                if company.try_lock_for_update(allow_referencing=True):
                    self._make_once(company, first, last)
                    return True
                self._come_again(BUSY_AFTER)
        except SerializationFailure:
            _logger.info("Another worker was faster with company %s", company.id)
            self._come_again(BUSY_AFTER)
        except Exception:
            _logger.exception(
                "No gap analysis from %s was made in company %s", first, company.id
            )
            self._come_again(RETRY_AFTER)
        return False

    @api.model
    def _make_once(self, company, first, last):
        """Under the lock of the company, whose settings may have changed since."""
        company.invalidate_recordset(["slm_gap_period", "slm_gap_done_until"])
        if (first, last) not in self._get_missing_periods(company):
            return
        analyses = self.sudo().with_company(company)
        domain = [
            ("company_id", "=", company.id),
            ("date_from", "=", first),
            ("date_to", "=", last),
            ("period", "!=", "custom"),
        ]
        if not analyses.search_count(domain, limit=1):
            analyses._make(company, first, last)
        company.slm_gap_done_until = last

    @api.model
    def _make(self, company, first, last):
        analysis = self.create(
            {
                "company_id": company.id,
                "period": company.slm_gap_period,
                "date_from": first,
                "date_to": last,
                "manager_id": self._get_default_manager(company).id,
            }
        )
        analysis._ask()

    def _ask(self):
        """Put it on the list of its manager, in his language."""
        user = self.manager_id
        if not user:
            _logger.warning("Nobody may review gap analyses: %s", self.display_name)
            return
        analysis = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        self.review_activity_id = analysis.activity_schedule(
            TODO,
            self._get_today(self.company_id) + DUE_AFTER,
            analysis.env._(
                "Review the gap analysis: %(period)s",
                period=analysis._tell_own_period(),
            ),
            user_id=user.id,
        )

    # ------------------------------------------------------------------
    # Waking
    # ------------------------------------------------------------------

    @api.model
    def _wake_cron(self, overdue=True):
        """See that the job runs when the period of a company will be over.

        :param overdue: also at once
        """
        matcher, moments = self.env["slm.matcher"], set()
        companies = self.env["res.company"].sudo()
        for company in companies.search([("slm_gap_period", "!=", "none")]):
            today, start = self._get_today(company), company._slm_get_first_month()
            _first, last = period_of(today, company.slm_gap_period, start)
            midnight = matcher._get_midnight(last + ONE_DAY, company)
            moments.add(midnight + AFTER_MIDNIGHT)
        if overdue:
            moments.add(fields.Datetime.now())
        self._wake_at(moments)

    @api.model
    def _come_again(self, later):
        self._wake_at({fields.Datetime.now().replace(second=0, microsecond=0) + later})

    @api.model
    def _wake_at(self, moments):
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if not (cron and moments):
            return
        pending = [("cron_id", "=", cron.id), ("call_at", "in", [*moments])]
        triggers = self.env["ir.cron.trigger"].sudo().search(pending)
        if moments := moments - {*triggers.mapped("call_at")}:
            cron.sudo()._trigger(at=moments)

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_today(self, company):
        company = (company or self.env.company).sudo()
        return self.env["slm.matcher"]._get_day(fields.Datetime.now(), company)

    @api.model
    def _get_default_manager(self, company):
        """Who asks, if he is a service level manager of a company, else the first of
        them, or nobody."""
        managers = self.env.ref(MANAGER).sudo().all_user_ids.sorted("id")
        managers = managers.filtered(
            lambda user: (
                user.active and user.id != SUPERUSER_ID and company in user.company_ids
            )
        )
        return managers & self.env.user or managers[:1]
