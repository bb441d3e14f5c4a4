# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from contextlib import contextmanager
from datetime import date, datetime
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tools import mute_logger

from .test_gap_analysis import GapCommon

LOGGER = "odoo.addons.slm_management.models.slm_gap_analysis_plan"


class GapCronCommon(GapCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companies = cls.env["res.company"].search([("id", "!=", cls.company.id)])
        companies.slm_gap_period = "none"
        cls.cron = cls.env.ref("slm_management.ir_cron_gap_analyses")
        managers = cls.env.ref("slm_management.group_slm_manager").all_user_ids
        (managers - cls.manager).company_ids -= cls.company

    def run_at(self, moment):
        """Run the job at a time, naive UTC."""
        self.at(moment)
        self.env["ir.cron.trigger"].search([]).unlink()
        self.run_cron("gap_analyses")

    def get_periods(self, company=None):
        domain = [("company_id", "=", (company or self.company).id)]
        found = self.analyses.search(domain, order="date_from")
        return [str(analysis.date_from) for analysis in found]

    def get_moments(self):
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        return triggers.sorted("call_at").mapped("call_at")

    def create_company(self, tz, **vals):
        company = self._create_company(name=f"In {tz}")
        company.partner_id.tz = tz
        company.write({"slm_gap_period": "month"} | vals)
        self.manager.company_ids += company
        return company

    @contextmanager
    def failing(self, company, error=ValueError):
        """No analysis can be made in a company."""
        origin = self.registry["slm.gap.analysis"]._make

        def make(analyses, of, *args):
            if of == company:
                raise error("It fails")
            return origin(analyses, of, *args)

        with patch.object(self.registry["slm.gap.analysis"], "_make", make):
            yield


class TestGapCron(GapCronCommon):
    """Each period once, whatever happens."""

    def test_the_first_time(self):
        """Only the last period, told to the manager."""
        self.make_four()
        self.run_at(datetime(2024, 2, 1, 3))
        analysis = self.analyses.search([("company_id", "=", self.company.id)])
        self.assertEqual(analysis.date_to, date(2024, 1, 31))
        self.assertEqual((analysis.period, analysis.state), ("month", "draft"))
        self.assertEqual(analysis.manager_id, self.manager)
        self.assertEqual(self.get_line(analysis).ended, 4)
        [activity] = analysis.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.summary, "Review the gap analysis: January 2024")
        self.assertEqual(activity.date_deadline, date(2024, 2, 15))

    def test_once(self):
        for hour in (3, 4, 12):
            self.run_at(datetime(2024, 2, 1, hour))
        self.assertEqual(self.get_periods(), ["2024-01-01"])
        self.run_at(datetime(2024, 2, 29, 22))
        self.assertEqual(self.get_periods(), ["2024-01-01"])
        self.run_at(datetime(2024, 3, 1, 0))
        self.assertEqual(self.get_periods(), ["2024-01-01", "2024-02-01"])

    def test_review_ends_the_activity(self):
        self.run_at(datetime(2024, 2, 1, 3))
        analysis = self.analyses.search([("company_id", "=", self.company.id)])
        activity = analysis.review_activity_id
        other = self.create_user("second", "slm_management.group_slm_manager")
        analysis.manager_id = other
        self.assertEqual(activity.user_id, other)
        analysis.line_ids[0].write(
            {"owner_id": self.manager.id, "measure_date": "2024-03-01"}
        )
        analysis.with_user(self.manager).action_review()
        self.assertFalse(activity.active)
        self.assertEqual(len(analysis.activity_ids), 1, "The measure is still to do")

    def test_made_by_hand(self):
        """It is the one of the period."""
        self.at(datetime(2024, 2, 1, 3))
        mine = self.make()
        self.run_at(datetime(2024, 2, 1, 4))
        self.assertEqual(self.get_periods(), ["2024-01-01"])
        mine.unlink()
        self.run_at(datetime(2024, 2, 1, 5))
        self.assertEqual(self.get_periods(), [], "Who deletes it means it")

    def test_other_days_by_hand(self):
        self.at(datetime(2024, 2, 1, 3))
        self.make(period="custom")
        self.run_at(datetime(2024, 2, 1, 4))
        self.assertEqual(self.get_periods(), ["2024-01-01"] * 2)

    def test_after_an_outage(self):
        self.run_at(datetime(2024, 2, 1, 3))
        self.run_at(datetime(2024, 5, 20, 3))
        months = ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"]
        self.assertEqual(self.get_periods(), months)

    def test_not_more_than_a_year(self):
        self.run_at(datetime(2024, 2, 1, 3))
        self.run_at(datetime(2025, 9, 2, 3))
        periods = self.get_periods()
        self.assertEqual((len(periods), periods[1]), (13, "2024-09-01"))

    def test_late_is_the_same(self):
        self.make_four()
        self.at(datetime(2024, 2, 1, 3))
        prompt = self.make(period="custom")
        self.answer("mon+5 09:00", "mon+5 12:00")
        self.run_at(datetime(2024, 3, 20, 3))
        late = self.analyses.search([("date_from", "=", "2024-02-01")])
        self.assertTrue(late)
        self.at(datetime(2024, 3, 20, 4))
        late = self.make()
        names = ("met", "missed", "share", "gap", "p90_seconds", "cause_count")
        for name in names:
            self.assertEqual(late.line_ids.mapped(name), prompt.line_ids.mapped(name))

    def test_never(self):
        self.company.slm_gap_period = "none"
        self.run_at(datetime(2024, 2, 1, 3))
        self.assertFalse(self.get_periods())

    def test_another_length(self):
        """It begins anew, with the last period."""
        self.run_at(datetime(2024, 2, 1, 3))
        self.company.slm_gap_period = "quarter"
        self.run_at(datetime(2024, 2, 10, 3))
        self.assertEqual(self.get_periods(), ["2023-10-01", "2024-01-01"])
        self.run_at(datetime(2024, 4, 1, 3))
        self.assertEqual(self.get_periods()[-1], "2024-01-01")
        self.company.slm_gap_period = "none"
        self.company.slm_gap_period = "quarter"
        self.run_at(datetime(2024, 8, 1, 3))
        self.assertEqual(self.get_periods()[-1], "2024-04-01")

    def test_fiscal_quarters(self):
        self.company.write({"slm_gap_period": "quarter", "slm_fiscal_month": "2"})
        self.run_at(datetime(2024, 5, 1, 3))
        self.assertEqual(self.get_periods(), ["2024-02-01"])

    def test_nobody_to_ask(self):
        self.manager.group_ids = self.agent.group_ids
        with self.assertLogs(LOGGER, "WARNING") as log:
            self.run_at(datetime(2024, 2, 1, 3))
        self.assertIn("Nobody may review", log.output[0])
        analysis = self.analyses.search([("company_id", "=", self.company.id)])
        self.assertFalse(analysis.manager_id or analysis.activity_ids)


class TestGapCronFaults(GapCronCommon):
    """What fails, is locked or killed keeps nothing else from happening."""

    def setUp(self):
        super().setUp()
        self.other = self.create_company("Europe/Berlin")

    def test_one_company_fails(self):
        with self.failing(self.company), mute_logger(LOGGER):
            self.run_at(datetime(2024, 2, 1, 3))
        self.assertEqual(self.get_periods(), [])
        self.assertEqual(self.get_periods(self.other), ["2024-01-01"])
        self.assertIn(datetime(2024, 2, 1, 4), self.get_moments(), "It is tried again")
        self.run_at(datetime(2024, 2, 1, 4))
        self.assertEqual(self.get_periods(), ["2024-01-01"])
        self.assertEqual(self.get_periods(self.other), ["2024-01-01"])

    def test_a_failure_lets_no_period_out(self):
        self.run_at(datetime(2024, 2, 1, 3))
        with self.failing(self.company), self.assertLogs(LOGGER, logging.ERROR) as log:
            self.run_at(datetime(2024, 4, 1, 3))
        self.assertEqual(len(log.output), 1, "The first one of a company is enough")
        self.run_at(datetime(2024, 4, 1, 4))
        months = ["2024-01-01", "2024-02-01", "2024-03-01"]
        self.assertEqual(self.get_periods(), months)

    def test_killed_on_the_way(self):
        """What was committed stays, once; the rest is made by the next run."""
        self.run_at(datetime(2024, 2, 1, 3))
        self.at(datetime(2024, 4, 1, 3))
        crons = self.registry["ir.cron"]
        calls = []

        def commit(cron, processed=0, **kwargs):
            calls.append(processed)
            return 0 if processed else 1

        with patch.object(crons, "_commit_progress", commit):
            self.analyses._cron_gap_analyses()
        self.assertEqual(calls, [0, 1])
        self.assertEqual(self.get_periods(), ["2024-01-01", "2024-02-01"])
        self.run_at(datetime(2024, 4, 1, 4))
        months = ["2024-01-01", "2024-02-01", "2024-03-01"]
        self.assertEqual(self.get_periods(), months)
        self.assertEqual(self.get_periods(self.other), months)

    def test_killed_within_one(self):
        """Nothing of it stays, and it is made again."""
        analyses = self.registry["slm.gap.analysis"]
        broken = patch.object(analyses, "_ask", side_effect=ValueError)
        with broken, mute_logger(LOGGER):
            self.run_at(datetime(2024, 2, 1, 3))
        self.assertEqual(self.get_periods(), [])
        self.assertFalse(self.company.sudo().slm_gap_done_until)
        self.run_at(datetime(2024, 2, 1, 4))
        self.assertEqual(self.get_periods(), ["2024-01-01"])

    def test_another_worker_was_faster(self):
        with self.failing(self.company, SerializationFailure):
            with self.assertNoLogs(LOGGER, "WARNING"):
                self.run_at(datetime(2024, 2, 1, 3))
        self.assertIn(datetime(2024, 2, 1, 3, 5), self.get_moments())
        self.run_at(datetime(2024, 2, 1, 3, 5))
        self.assertEqual(self.get_periods(), ["2024-01-01"])

    def test_another_worker_is_at_it(self):
        companies = self.registry["res.company"]
        locked = patch.object(
            companies, "try_lock_for_update", lambda self, **kw: self.browse()
        )
        with locked:
            self.run_at(datetime(2024, 2, 1, 3))
        self.assertEqual(self.get_periods(), [])
        self.assertIn(datetime(2024, 2, 1, 3, 5), self.get_moments())

    def test_settings_that_change_meanwhile(self):
        """What was found is not made when nobody wants it any more."""
        self.at(datetime(2024, 2, 1, 3))
        [(company, days), *_others] = self.analyses._get_due()
        company.slm_gap_period = "none"
        self.assertTrue(self.analyses._make_alone(company, *days))
        self.assertEqual(self.get_periods(company), [])


class TestGapCronZones(GapCronCommon):
    """A day begins where a company is."""

    def test_at_midnight(self):
        tokyo = self.create_company("Asia/Tokyo")
        pacific = self.create_company("America/Los_Angeles")
        self.run_at(datetime(2024, 1, 31, 14, 59))
        self.assertEqual(self.get_periods(tokyo), ["2023-12-01"])
        self.run_at(datetime(2024, 1, 31, 15, 5))
        self.assertEqual(self.get_periods(tokyo), ["2023-12-01", "2024-01-01"])
        self.assertEqual(self.get_periods(), ["2023-12-01"])
        self.run_at(datetime(2024, 1, 31, 23, 5))
        self.assertEqual(self.get_periods(), ["2023-12-01", "2024-01-01"])
        self.assertEqual(self.get_periods(pacific), ["2023-12-01"])
        self.run_at(datetime(2024, 2, 1, 8, 5))
        self.assertEqual(self.get_periods(pacific), ["2023-12-01", "2024-01-01"])

    def test_wakes_up(self):
        self.run_at(datetime(2024, 2, 1, 3))
        self.assertEqual(self.get_moments(), [datetime(2024, 2, 29, 23, 5)])
        self.create_company("Asia/Tokyo")
        self.run_at(datetime(2024, 2, 1, 4))
        moments = [datetime(2024, 2, 29, 15, 5), datetime(2024, 2, 29, 23, 5)]
        self.assertEqual(self.get_moments(), moments)

    def test_wakes_up_in_summer_time(self):
        self.run_at(datetime(2024, 3, 20, 3))
        self.assertEqual(self.get_moments(), [datetime(2024, 3, 31, 22, 5)])
        self.run_at(datetime(2024, 3, 31, 22, 5))
        self.assertEqual(self.get_periods()[-1], "2024-03-01")
        self.run_at(datetime(2024, 10, 31, 12))
        self.assertEqual(self.get_moments(), [datetime(2024, 10, 31, 23, 5)])

    def test_settings_wake_it(self):
        self.env["ir.cron.trigger"].search([]).unlink()
        self.at("mon 09:00")
        self.company.slm_gap_period = "quarter"
        moments = [datetime(2024, 1, 8, 8), datetime(2024, 3, 31, 22, 5)]
        self.assertEqual(self.get_moments(), moments)
        self.env["ir.cron.trigger"].search([]).unlink()
        self.company.slm_fiscal_month = "2"
        self.assertEqual(self.get_moments()[-1], datetime(2024, 1, 31, 23, 5))
        self.env["ir.cron.trigger"].search([]).unlink()
        self.company.name = "Other"
        self.assertFalse(self.get_moments())

    def test_clocks_at_midnight(self):
        """What ends in the last minute belongs to the period, and not to the next."""
        self.answer(datetime(2024, 1, 31, 15, 30), datetime(2024, 1, 31, 22, 59, 59))
        self.answer(datetime(2024, 1, 31, 15, 30), datetime(2024, 1, 31, 23))
        self.run_at(datetime(2024, 2, 1, 3))
        analysis = self.analyses.search([("company_id", "=", self.company.id)])
        self.assertEqual(self.get_line(analysis).ended, 1)

    def test_two_companies_of_one_manager(self):
        self.create_company("Asia/Tokyo")
        self.run_at(datetime(2024, 2, 1, 3))
        analyses = self.analyses.search([])
        self.assertEqual(analyses.manager_id, self.manager)
        self.assertEqual(len(analyses), 2)
