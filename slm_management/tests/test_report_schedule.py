# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime
from unittest.mock import patch

import pytz
from psycopg2 import IntegrityError, errors

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .schedule_case import ScheduleCase

LOG = "odoo.addons.slm_management.models.slm_report_schedule_run"


class TestReportSchedulePeriods(ScheduleCase):
    """Which periods are reported, and when."""

    def test_month_that_is_over(self):
        self.run_schedules("2024-01-31", "23:59")
        self.assertReported()
        self.run_schedules("2024-02-01", "00:01")
        [report] = self.assertReported("2024-01-01")
        self.assertEqual(report.date_to, date(2024, 1, 31))
        self.assertEqual(report.state, "published")
        self.assertEqual(report.partner_id, self.organisation)
        self.assertTrue(report.content)

    def test_the_day_is_that_of_the_company(self):
        """In Auckland February begins while it is January in Berlin."""
        self.company.partner_id.tz = "Pacific/Auckland"
        self.go("2024-02-01", "00:01", pytz.timezone("Pacific/Auckland"))
        self.run_schedules()
        self.assertReported("2024-01-01")

    def test_days_after_the_end(self):
        self.schedule.delay_days = 5
        self.run_schedules("2024-02-04", "23:00")
        self.assertReported()
        self.run_schedules("2024-02-05", "00:10")
        self.assertReported("2024-01-01")

    def test_delay_has_bounds(self):
        for days in (0, 91):
            with (
                self.subTest(days=days),
                mute_logger("odoo.sql_db"),
                self.assertRaises(errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.schedule.delay_days = days
                self.env.flush_all()

    def test_nothing_of_the_past(self):
        """By default the period that runs is the first one that counts."""
        self.assertEqual(self.schedule.date_start, date(2024, 1, 1))
        self.run_schedules("2024-01-20")
        self.assertReported()

    def test_the_past_if_asked(self):
        """A day in the middle of a period means that period."""
        self.schedule.date_start = "2023-11-15"
        self.run_schedules("2024-01-20")
        self.assertReported("2023-11-01", "2023-12-01")

    def test_late_run_makes_up_what_is_missing(self):
        self.run_schedules("2024-05-03")
        reports = self.assertReported(
            "2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"
        )
        self.assertEqual(reports.ids, sorted(reports.ids), "The oldest comes first")

    def test_each_period_once(self):
        self.run_schedules("2024-02-01")
        self.run_schedules("2024-02-01")
        self.run_schedules("2024-02-28")
        self.assertReported("2024-01-01")

    def test_more_than_one_run_can_make(self):
        self.schedule.date_start = "2023-01-01"
        with patch(f"{LOG}.AT_ONCE", 5):
            self.run_schedules("2024-01-20")
        self.assertEqual(len(self.schedule.report_ids), 12)

    def test_weeks(self):
        weekly = self.create_schedule(period="week")
        self.assertEqual(weekly.date_start, date(2024, 1, 8))
        self.run_schedules("2024-01-22", "00:05")
        self.assertReported("2024-01-08", "2024-01-15", schedule=weekly)

    def test_fiscal_periods(self):
        self.company.slm_fiscal_month = "4"
        expected = {
            "quarter": ["2024-01-01", "2024-04-01", "2024-07-01"],
            "half_year": ["2023-10-01", "2024-04-01"],
            "year": ["2023-04-01"],
        }
        schedules = {period: self.create_schedule(period=period) for period in expected}
        self.run_schedules("2024-10-01", "00:05")
        for period, days in expected.items():
            with self.subTest(period=period):
                self.assertReported(*days, schedule=schedules[period])

    def test_fiscal_year_that_is_moved(self):
        """What was reported is not reported again with other bounds."""
        schedule = self.create_schedule(period="quarter")
        self.run_schedules("2024-07-01")
        self.company.slm_fiscal_month = "2"
        self.run_schedules("2024-08-01")
        self.assertReported("2024-01-01", "2024-04-01", "2024-05-01", schedule=schedule)

    def test_another_length(self):
        """Months that were reported do not come back as quarters, and it goes on."""
        self.schedule.date_start = "2023-07-01"
        self.run_schedules("2024-02-01")
        self.assertEqual(len(self.schedule.report_ids), 7)
        self.schedule.write({"period": "quarter", "date_start": "2023-07-01"})
        self.run_schedules("2024-04-01")
        self.assertEqual(len(self.schedule.report_ids), 8)
        newest = self.schedule.report_ids.sorted("id")[-1]
        self.assertEqual(
            (newest.period, str(newest.date_to)), ("quarter", "2024-03-31")
        )

    def test_another_length_begins_now(self):
        self.schedule.period = "year"
        self.assertEqual(self.schedule.date_start, date(2024, 1, 1))

    def test_archived(self):
        self.schedule.active = False
        self.run_schedules("2024-03-10")
        self.assertReported()
        self.schedule.active = True
        self.run_schedules("2024-04-01")
        self.assertReported("2024-03-01")

    def test_archived_by_mistake(self):
        """What was not due yet meanwhile still comes."""
        self.schedule.delay_days = 5
        self.run_schedules("2024-02-03")
        self.schedule.active = False
        self.schedule.active = True
        self.run_schedules("2024-02-05")
        self.assertReported("2024-01-01")

    def test_first_day_is_near(self):
        """A slip of the pen has no reports of centuries made, nor stops the others."""
        for day in ("0001-01-01", "1924-01-01", "9999-12-31"):
            with self.subTest(day=day), self.assertRefused("too far from today"):
                self.schedule.date_start = day

    def test_company_that_is_archived(self):
        self.env["res.users"].search([("company_id", "=", self.company.id)]).write(
            {"active": False}
        )
        self.env.cr.execute(
            "UPDATE res_company SET active = FALSE WHERE id = %s", [self.company.id]
        )
        self.env.invalidate_all()
        self.run_schedules("2024-02-01")
        self.assertReported()

    def test_next_one_is_shown(self):
        self.schedule.delay_days = 3
        self.assertEqual(self.schedule.next_date, date(2024, 2, 3))
        self.assertEqual(self.schedule.next_period, "January 2024")
        self.run_schedules("2024-02-03")
        self.assertEqual(self.schedule.next_period, "February 2024")
        self.schedule.active = False
        self.assertFalse(self.schedule.next_date)

    def test_what_is_reported(self):
        schedule = self.create_provider_schedule(
            service_ids=self.service.ids, customer_ids=self.organisation.ids
        )
        self.run_schedules("2024-02-01")
        [report] = self.assertReported("2024-01-01", schedule=schedule)
        self.assertEqual(report.audience, "provider")
        self.assertEqual(report.service_ids, self.service)
        self.assertEqual(report.customer_ids, self.organisation)
        self.assertFalse(report.partner_id)


class TestReportScheduleWaking(ScheduleCase):
    """The job is woken when there is something to do."""

    def test_midnight_of_the_company(self):
        self.assertIn(datetime(2024, 1, 31, 23), self.get_triggers())

    def test_next_one_after_a_run(self):
        self.run_schedules("2024-02-01")
        self.assertIn(datetime(2024, 2, 29, 23), self.get_triggers())

    def test_at_once_for_what_is_due(self):
        self.schedule.date_start = "2023-12-01"
        self.assertIn(self.env.cr.now(), self.get_triggers())

    def test_what_fails_is_tried_again(self):
        error = RuntimeError("No ink")
        with (
            patch.object(type(self.schedule), "_create_report", side_effect=error),
            mute_logger(LOG),
        ):
            self.run_schedules("2024-02-01")
        self.assertEqual(self.schedule.retry_at, datetime(2024, 2, 1, 9))
        self.assertIn(self.schedule.retry_at, self.get_triggers())


class TestReportScheduleFailing(ScheduleCase):
    """Whatever breaks, a period is neither lost nor reported twice."""

    #: a method that every report goes through, by model
    STEPS = [
        ("slm.report.schedule", "_create_report"),
        ("slm.service.report", "_take_content"),
        ("slm.service.report", "action_publish"),
        ("slm.report.delivery", "_deliver"),
        ("slm.service.report", "_render_pdf"),
        ("slm.service.report", "_render_xlsx"),
        ("slm.report.delivery", "_create_attachments"),
        ("slm.report.delivery", "_make_mail"),
        ("slm.report.delivery", "_wake_mail_cron"),
        ("slm.report.schedule", "_forget_failure"),
    ]

    def break_at(self, model, method):
        return patch.object(
            type(self.env[model]), method, side_effect=RuntimeError("Out of order")
        )

    def test_each_step(self):
        """Nothing of a report is there, and an hour later it is made as if nothing had
        been."""
        schedules = {step: self.create_schedule() for step in self.STEPS}
        self.schedule.active = False
        for model, method in self.STEPS:
            with self.subTest(model=model, method=method):
                (self.schedule.browse().union(*schedules.values())).active = False
                schedule = schedules[model, method]
                schedule.write({"active": True, "date_start": "2024-01-01"})
                with self.break_at(model, method), mute_logger(LOG):
                    self.run_schedules("2024-02-01", "09:00")
                self.assertFalse(schedule.report_ids)
                self.assertFalse(schedule.delivery_ids)
                self.assertIn("Out of order", schedule.failure)
                self.run_schedules("2024-02-01", "09:30")
                self.assertFalse(schedule.report_ids, "It is left alone for a while")
                self.run_schedules("2024-02-01", "10:00")
                self.assertReported("2024-01-01", schedule=schedule)
                self.assertEqual(len(schedule.delivery_ids.mail_id), 1)
                self.assertFalse(schedule.failure or schedule.retry_at)

    def test_others_go_on(self):
        other = self.create_schedule(name="Other", partner_id=self.department.id)
        create = type(self.schedule)._create_report

        def fail_one(schedule, days):
            if schedule == self.schedule:
                raise RuntimeError("Out of order")
            return create(schedule, days)

        with (
            patch.object(type(self.schedule), "_create_report", fail_one),
            self.assertLogs(LOG, "ERROR"),
        ):
            self.run_schedules("2024-03-01")
        self.assertReported()
        self.assertReported("2024-01-01", "2024-02-01", schedule=other)

    def test_error_of_the_database(self):
        """A transaction that the database has given up is not the end of the run."""
        other = self.create_schedule(name="Other")

        def divide(schedule, days):
            if schedule == self.schedule:
                self.env.cr.execute("SELECT 1 / 0")
            return create(schedule, days)

        create = type(self.schedule)._create_report
        with (
            patch.object(type(self.schedule), "_create_report", divide),
            mute_logger(LOG, "odoo.sql_db"),
        ):
            self.run_schedules("2024-02-01")
        self.assertIn("division by zero", self.schedule.failure)
        self.assertReported("2024-01-01", schedule=other)

    def test_told_once(self):
        step = ("slm.report.schedule", "_create_report")
        with self.break_at(*step), mute_logger(LOG):
            for hour in (9, 10, 11):
                self.run_schedules("2024-02-01", f"{hour:02}:00")
        [todo] = self.get_todos(self.schedule)
        self.assertIn("Out of order", todo.note)
        self.run_schedules("2024-02-01", "12:00")
        self.assertFalse(self.get_todos(self.schedule), "It has come right")

    def test_later_periods_wait(self):
        """What follows a period that failed is not made before it."""
        step = ("slm.report.schedule", "_create_report")
        with self.break_at(*step) as broken, mute_logger(LOG):
            self.run_schedules("2024-04-01")
        self.assertEqual(broken.call_count, 1)
        self.run_schedules("2024-04-01", "11:00")
        self.assertReported("2024-01-01", "2024-02-01", "2024-03-01")

    def test_busy(self):
        """What somebody else holds is left to him, and looked at again."""
        locked = patch.object(
            type(self.schedule),
            "try_lock_for_update",
            lambda records, **kwargs: records.browse(),
        )
        with locked:
            self.run_schedules("2024-02-01")
        self.assertReported()
        self.assertFalse(self.schedule.failure)
        self.assertIn(datetime(2024, 2, 1, 8, 5), self.get_triggers())

    def test_other_job_was_faster(self):
        """It has made the period since this one looked: the index stops the second."""
        self.run_schedules("2024-02-01")
        january = (date(2024, 1, 1), date(2024, 1, 31))
        blind = patch.object(
            type(self.schedule),
            "_get_due_periods",
            lambda schedules: {schedule: [january] for schedule in schedules},
        )
        with blind, mute_logger("odoo.sql_db"):
            self.run_schedules("2024-02-01", "10:00")
        self.assertReported("2024-01-01")
        self.assertFalse(self.schedule.failure)
        self.assertEqual(len(self.schedule.delivery_ids), 1)

    def test_nobody_in_charge(self):
        self.manager.active = False
        step = ("slm.report.schedule", "_create_report")
        with self.break_at(*step), self.assertLogs(LOG, "WARNING") as logs:
            self.run_schedules("2024-02-01")
        self.assertTrue(any("Nobody is in charge" in line for line in logs.output))
        self.assertTrue(self.schedule.failure)


class TestReportScheduleByHand(ScheduleCase):
    """A draft waits for the responsible person."""

    def setUp(self):
        super().setUp()
        self.schedule.is_automatic = False
        self.run_schedules("2024-02-01")
        self.report = self.schedule.report_ids

    def test_draft_and_activity(self):
        self.assertEqual(self.report.state, "draft")
        self.assertFalse(self.schedule.delivery_ids)
        [todo] = self.get_todos(self.report)
        self.assertEqual(todo.summary, f"Publish {self.report._get_title()}")

    def test_delivered_when_published(self):
        self.report.with_user(self.manager).action_publish()
        self.assertEqual(self.schedule.delivery_ids.state, "waiting")
        self.assertFalse(self.get_todos(self.report))
        self.run_schedules()
        self.assertEqual(len(self.schedule.delivery_ids.mail_id), 1)
        self.run_schedules()
        self.assertEqual(len(self.send_queue()), 1)

    def test_papers_that_fail(self):
        """Publishing does not wait for papers; that they fail is told."""
        self.report.with_user(self.manager).action_publish()
        broken = patch.object(
            type(self.report), "_render_pdf", side_effect=RuntimeError("No ink")
        )
        post = "odoo.addons.slm_management.models.slm_report_delivery_post"
        with broken, mute_logger(post):
            self.run_schedules()
        self.assertEqual(self.schedule.delivery_ids.state, "waiting")
        self.assertIn("No ink", self.schedule.failure)
        self.assertTrue(self.get_todos(self.schedule))
        self.run_schedules("2024-02-01", "10:00")
        self.assertTrue(self.schedule.delivery_ids.mail_id)
        self.assertFalse(self.schedule.failure)

    def test_not_made_again(self):
        self.run_schedules("2024-02-15")
        self.assertEqual(len(self.schedule.report_ids), 1)

    def test_schedule_of_another_customer_by_now(self):
        """Who is the customer then does not get what is about the former one."""
        other = self.env["res.partner"].create(
            {"name": "Other", "is_company": True, "email": "other@example.com"}
        )
        self.schedule.write({"partner_id": other.id, "recipient_ids": other.ids})
        self.report.with_user(self.manager).action_publish()
        delivery = self.schedule.delivery_ids
        self.assertEqual((delivery.partner_id, delivery.state), (other, "failed"))
        self.run_schedules()
        self.assertFalse(delivery.mail_id, "It was never written")

    def test_new_version_reaches_the_same(self):
        self.report.with_user(self.manager).action_publish()
        self.run_schedules()
        self.report.with_user(self.manager).action_new_version()
        draft = self.schedule.report_ids - self.report
        self.assertEqual(draft.version, 2)
        draft.with_user(self.manager).action_publish()
        self.run_schedules()
        self.assertEqual(len(self.schedule.delivery_ids.mail_id), 2)
        newest = self.schedule.delivery_ids.filtered(lambda d: d.report_id == draft)
        self.assertIn("It is version 2", " ".join(newest.mail_id.body_html.split()))


class TestReportScheduleRules(ScheduleCase):
    """What a schedule has to say, and who may have its reports."""

    def assertRefusedWith(self, text, **vals):
        with self.assertRefused(text):
            self.create_schedule(**vals)

    def test_customer_is_named(self):
        self.assertRefusedWith("say which customer", partner_id=False)

    def test_reaches_somebody(self):
        self.assertRefusedWith("choose who gets", recipient_ids=False)
        self.assertRefusedWith("reach nobody", by_email=False, on_portal=False)
        with self.assertRefused("reach nobody"):
            self.create_provider_schedule(by_email=False)

    def test_email_with_nothing_in_it(self):
        nothing = {"with_pdf": False, "with_xlsx": False}
        self.create_schedule(**nothing)
        self.assertRefusedWith("attach the PDF", on_portal=False, **nothing)

    def test_stranger(self):
        self.assertRefusedWith("Stranger belongs", recipient_ids=self.stranger.ids)
        with self.assertRefused("Stranger belongs"):
            self.schedule.recipient_ids += self.stranger

    def test_another_customer(self):
        """Who may have reports of one customer may not have those of another one."""
        with self.assertRefused("Petra belongs"):
            self.schedule.partner_id = self.stranger

    def test_customer_by_default(self):
        """Values that were not given are looked at, too."""
        context = {"default_partner_id": self.stranger.id}
        schedules = self.env["slm.report.schedule"].with_context(**context)
        with self.assertRefused("Petra belongs"):
            schedules.create(
                {
                    "name": "x",
                    "user_id": self.manager.id,
                    "recipient_ids": self.person.ids,
                }
            )

    def test_whole_organisation(self):
        """What is about a department may go to whoever is of its organisation."""
        self.organisation.email = "office@example.com"
        schedule = self.create_schedule(
            partner_id=self.department.id, recipient_ids=self.organisation.ids
        )
        self.assertTrue(schedule)

    def test_organisation_below(self):
        """What is about a group may go to its daughters, and not the reverse."""
        daughter = self.env["res.partner"].create(
            {
                "name": "Daughter",
                "is_company": True,
                "parent_id": self.organisation.id,
                "email": "daughter@example.com",
            }
        )
        self.create_schedule(recipient_ids=daughter.ids)
        self.assertRefusedWith(
            "Petra belongs", partner_id=daughter.id, recipient_ids=self.person.ids
        )

    def test_desk(self):
        for user in (self.administrator, self.manager):
            self.create_schedule(recipient_ids=user.partner_id.ids)
            self.create_provider_schedule(recipient_ids=user.partner_id.ids)
        for user in (self.agent, self.helpdesk_user):
            with self.assertRefused("belongs neither"):
                self.create_schedule(recipient_ids=user.partner_id.ids)
            with self.assertRefused("no administrator or manager"):
                self.create_provider_schedule(recipient_ids=user.partner_id.ids)

    def test_provider_report_for_a_customer(self):
        with self.assertRefused("Petra is no administrator"):
            self.create_provider_schedule(recipient_ids=self.person.ids)
        with self.assertRefused("Petra is no administrator"):
            self.schedule.audience = "provider"

    def test_desk_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.create_user(
            "foreign",
            "slm_management.group_slm_manager",
            company_id=other.id,
            company_ids=other.ids,
        )
        with self.assertRefused("no administrator or manager"):
            self.create_provider_schedule(recipient_ids=foreign.partner_id.ids)
        self.assertRefusedWith("Choose another responsible", user_id=foreign.id)

    def test_address(self):
        self.department.email = False
        for email in (False, "nobody"):
            self.department.email = email
            self.assertRefusedWith(
                "no valid e-mail address", recipient_ids=self.department.ids
            )

    def test_portal_only(self):
        """Without e-mail, a recipient must find the report on the portal."""
        self.create_schedule(by_email=False)
        self.person.slm_service_reports = False
        self.assertRefusedWith("can not see it", by_email=False)
        self.create_schedule(by_email=False, partner_id=self.person.id)
        self.assertRefusedWith(
            "can not see it", by_email=False, recipient_ids=self.department.ids
        )

    def test_archived_recipient(self):
        self.department.write({"email": "dep@example.com", "active": False})
        self.assertRefusedWith("is archived", recipient_ids=self.department.ids)

    def test_responsible(self):
        self.assertRefusedWith("Choose another responsible", user_id=self.agent.id)

    def test_access(self):
        for user in (self.agent, self.helpdesk_user, self.portal_user):
            for model in ("slm.report.schedule", "slm.report.delivery"):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
        schedule = self.schedule.with_user(self.administrator)
        schedule.name = "Renamed"
        with self.assertRaises(AccessError):
            schedule.unlink()
        self.schedule.with_user(self.manager).unlink()

    def test_deliveries_are_not_written(self):
        self.run_schedules("2024-02-01")
        delivery = self.schedule.delivery_ids.with_user(self.manager)
        with self.assertRaises(AccessError):
            delivery.write({"partner_id": self.stranger.id})

    def test_who_is_in_it_is_not_deleted(self):
        """It would reach nobody, or be about everybody."""
        customer = self.env["res.partner"].create({"name": "Only One"})
        team = self.env["helpdesk.ticket.team"].create({"name": "Alone"})
        schedule = self.create_provider_schedule(
            customer_ids=customer.ids, team_ids=team.ids
        )
        reader = self.person.copy({"parent_id": self.organisation.id})
        self.create_schedule(recipient_ids=reader.ids)
        for record in (reader, customer, schedule.team_ids):
            with (
                self.subTest(record=record),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                record.unlink()

    def test_who_is_archived_stays_in_it(self):
        """It would be about everybody."""
        team = self.env["helpdesk.ticket.team"].create({"name": "Alone"})
        service = self.env["slm.service"].create({"name": "Alone"})
        schedule = self.create_provider_schedule(
            team_ids=team.ids, service_ids=service.ids
        )
        team.write({"active": False})
        service.write({"active": False})
        self.env.invalidate_all()
        self.run_schedules("2024-02-01")
        self.assertEqual(schedule.report_ids.team_ids, team)
        self.assertEqual(schedule.report_ids.service_ids, service)

    def test_used_one_is_not_deleted(self):
        self.run_schedules("2024-02-01")
        with self.assertRaises(UserError):
            self.schedule.with_user(self.manager).unlink()

    def test_made_by_a_manager(self):
        """All of it with the rights of those who use it."""
        with self.acting(self.manager):
            schedule = (
                self.env["slm.report.schedule"]
                .with_user(self.manager)
                .create(
                    {
                        "name": "Mine",
                        "partner_id": self.organisation.id,
                        "recipient_ids": self.person.ids,
                    }
                )
            )
        self.assertEqual(schedule.user_id, self.manager)
        self.assertEqual(schedule.next_date, date(2024, 2, 1))
        self.assertEqual(schedule.report_count + schedule.failed_count, 0)
