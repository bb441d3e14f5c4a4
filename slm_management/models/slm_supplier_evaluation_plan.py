# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools.misc import split_every

from ..engine import calendar_period, last_period

_logger = logging.getLogger(__name__)

ADMINISTRATOR = "slm_management.group_slm_administrator"
MANAGER = "slm_management.group_slm_manager"
#: suppliers between two commits
BATCH_SIZE = 50
#: how long the evaluator has, in days
DUE_AFTER = timedelta(days=14)


class SlmSupplierEvaluationPlan(models.AbstractModel):
    """Evaluations that plan themselves.

    A supplier with an interval gets a draft when a quarter, half-year or year of the
    calendar is over, from the day that his file names. That day is the end of the
    period in which the interval was set: nobody is asked for what was before. Whoever
    was missed for long is evaluated for the last whole period, not for each.

    A supplier is evaluated in one company: his own, else that of his account manager,
    else the one with most of his contracts, else the first of all. Who is asked: his
    account manager, if he may score there, else a service level manager.
    """

    _name = "slm.supplier.evaluation.plan"
    _description = "Evaluations That Plan Themselves"

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_plan(self):
        """Draft the evaluations whose period is over, each once."""
        due = self._get_due_suppliers()
        left = len(due)
        for batch in split_every(BATCH_SIZE, due.ids, due.browse):
            for supplier in batch:
                self._plan_alone(supplier)
            left -= len(batch)
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                return

    @api.model
    def _get_due_suppliers(self):
        # in the east the day begins before that of the server
        tomorrow = fields.Date.today() + timedelta(days=1)
        return (
            self.env["res.partner"]
            .sudo()
            .search(
                [
                    ("slm_is_supplier", "=", True),
                    ("slm_evaluation_interval", "!=", False),
                    ("slm_supplier_status", "!=", "retired"),
                    ("slm_next_evaluation_date", "<=", tomorrow),
                ],
                order="id",
            )
        )

    @api.model
    def _plan_alone(self, supplier):
        """Let one that fails be logged, left alone and tried again tomorrow."""
        try:
            with self.env.cr.savepoint():
                # Whom somebody else has locked is met by him, or the next time.
                if supplier.try_lock_for_update(allow_referencing=True):
                    self._plan(supplier)
        except SerializationFailure:
            _logger.info("Another worker was faster with supplier %s", supplier.id)
        except Exception:
            _logger.exception("No evaluation of supplier %s was planned", supplier.id)

    @api.model
    def _plan(self, supplier):
        company = self._get_planning_company(supplier)
        today = self._get_today(company)
        if supplier.slm_next_evaluation_date > today:
            return
        months = int(supplier.slm_evaluation_interval)
        first, last = last_period(today, months)
        evaluations = self.sudo().with_company(company)
        if not evaluations.search_count(
            [
                ("partner_id", "=", supplier.id),
                ("company_id", "=", company.id),
                ("date_from", "=", first),
                ("date_to", "=", last),
            ],
            limit=1,
        ):
            evaluations._draft(supplier, company, first, last)._ask(today)
        supplier.slm_next_evaluation_date = self._get_following_day(today, months)

    @api.model
    def _draft(self, supplier, company, first, last):
        user = self._get_planned_evaluator(supplier, company)
        return self.create(
            {
                "partner_id": supplier.id,
                "company_id": company.id,
                "date_from": first,
                "date_to": last,
                "user_id": user.id,
            }
        )

    def _ask(self, today):
        """Put it on the list of its evaluator, in his language."""
        user = self.user_id
        if not user:
            _logger.warning("Nobody may evaluate suppliers: %s", self.display_name)
            return
        evaluation = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        evaluation.activity_schedule(
            "mail.mail_activity_data_todo",
            today + DUE_AFTER,
            evaluation.env._(
                "Evaluate %(supplier)s for %(period)s",
                supplier=evaluation.partner_id.name,
                period=evaluation._tell_period(),
            ),
            user_id=user.id,
        )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _plan_first(self, suppliers):
        """Name the day after the period that runs now; none without an interval."""
        for supplier in suppliers.sudo():
            months = int(supplier.slm_evaluation_interval or 0)
            today = self._get_today(self._get_planning_company(supplier))
            day = self._get_following_day(today, months) if months else False
            supplier.slm_next_evaluation_date = day

    @api.model
    def _get_following_day(self, today, months):
        return calendar_period(today, months)[1] + timedelta(days=1)

    @api.model
    def _get_planning_company(self, supplier):
        """The company in which a supplier is evaluated."""
        company = supplier.company_id or supplier.slm_account_manager_id.company_id
        if company:
            return company
        [(company, _count)] = self.env["slm.contract"].sudo()._read_group(
            [("partner_id", "=", supplier.id), ("partner_role", "=", "supplier")],
            ["company_id"],
            ["__count"],
            order="__count desc, company_id",
            limit=1,
        ) or [(None, 0)]
        return company or self.env["res.company"].sudo().search([], limit=1)

    @api.model
    def _get_planned_evaluator(self, supplier, company):
        """Who is asked to evaluate a supplier in a company, or nobody."""
        managers = self.env.ref(MANAGER).sudo().all_user_ids
        for users in (supplier.slm_account_manager_id, managers.sorted("id")):
            fit = users.filtered(
                lambda user: (
                    user.active
                    and company in user.company_ids
                    and user.has_group(ADMINISTRATOR)
                )
            )
            if fit:
                return fit[0]
        return self.env["res.users"]
