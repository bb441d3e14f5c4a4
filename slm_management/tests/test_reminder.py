# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import date, datetime, timedelta
from unittest.mock import patch

import pytz
from hypothesis import example, given
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tools import mute_logger

from .engine_cases import examples
from .test_agreement_life import LifeCommon

LOGGER = "odoo.addons.slm_management.models.slm_term_mixin"
TODAY = date(2024, 1, 8)


class ReminderCommon(LifeCommon):
    """An agreement that the manager has approved; only new e-mails count.

    It ends on 2024-02-29, and he is to be reminded from 2024-01-30 on.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls.create_agreement(name="Gold", activate=False).with_user(
            cls.manager
        )
        cls.term.write({"manager_id": cls.manager.id, "date_end": "2024-02-29"})
        cls.term.action_approve()

    def setUp(self):
        super().setUp()
        self.seen = self.env["mail.mail"].search([])

    def run_at(self, text):
        """Let the cron run at a time of the company, or an instant."""
        if isinstance(text, str):
            day = datetime.fromisoformat(text)
            zone = self.env["slm.matcher"]._get_midnight(day.date(), self.company)
            text = zone + (day - datetime.combine(day.date(), datetime.min.time()))
        self.at(text)
        self.run_cron("terms")

    def get_mails(self):
        """Those that were queued since the last look, oldest first."""
        mails = self.env["mail.mail"].search([], order="id") - self.seen
        self.seen += mails
        return mails

    def get_subjects(self):
        return self.get_mails().mapped("subject")

    def get_todos(self, agreement=None):
        return (agreement or self.term).sudo().activity_ids


class TestReminder(ReminderCommon):
    """One activity and one e-mail, once per term."""

    def test_when_the_lead_time_is_reached(self):
        self.run_at("2024-01-29 23:59:59")
        self.assertFalse(self.get_subjects())
        self.assertEqual(self.term.reminder_date, date(2024, 1, 30))
        self.run_at("2024-01-30 00:00:00")
        mail = self.get_mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing", "The mail server is not waited for")
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)
        self.assertIn(self.term.display_name, mail.subject)
        self.assertIn("ends on 02/29/2024", mail.subject)
        self.assertIn(f"res_id={self.term.id}", mail.body_html)
        todo = self.get_todos()
        self.assertEqual(todo.user_id, self.manager)
        self.assertEqual(todo.date_deadline, date(2024, 2, 29))
        self.assertIn("Gold", todo.summary)
        self.assertEqual(
            todo.activity_type_id, self.env.ref("mail.mail_activity_data_todo")
        )
        self.assertFalse(self.term.reminder_date)

    def test_once_per_term(self):
        for text in ("2024-01-30 00:00:00", "2024-01-30 12:00:00", "2024-02-10 00:00"):
            self.run_at(text)
            self.run_cron("terms")
        self.assertEqual(len(self.get_mails()), 1)
        self.assertEqual(len(self.get_todos()), 1)

    def test_it_wakes_at_the_day_itself(self):
        cron = self.env.ref("slm_management.ir_cron_terms")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        moments = triggers.mapped("call_at")
        self.assertIn(datetime(2024, 1, 29, 23), moments, "Midnight in Berlin")
        self.assertIn(datetime(2024, 2, 29, 23), moments)
        self.term.reminder_days = 10
        triggers = triggers.search([("cron_id", "=", cron.id)])
        self.assertIn(datetime(2024, 2, 18, 23), triggers.mapped("call_at"))

    def test_no_days_before_is_the_last_day(self):
        self.term.reminder_days = 0
        self.run_at("2024-02-28 23:00:00")
        self.assertFalse(self.get_mails())
        self.run_at("2024-02-29 00:00:00")
        self.assertEqual(len(self.get_mails()), 1)

    def test_approved_within_the_window(self):
        agreement = self.draft(date_end="2024-01-20", manager_id=self.manager.id)
        self.run_cron("terms")
        self.assertFalse(self.get_mails(), "A draft promises nothing")
        agreement.action_approve()
        self.run_cron("terms")
        self.assertEqual(len(self.get_mails()), 1)

    def test_moved_later_it_is_armed_again(self):
        self.run_at("2024-01-30 00:00:00")
        todo = self.get_todos()
        self.term.date_end = "2024-06-30"
        self.assertFalse(todo.exists(), "That has been done")
        self.assertEqual(self.term.reminder_date, date(2024, 5, 31))
        self.run_at("2024-05-30 00:00:00")
        self.assertEqual(len(self.get_mails()), 1)
        self.run_at("2024-05-31 00:00:00")
        self.assertEqual(len(self.get_mails()), 1)
        self.assertEqual(self.get_todos().date_deadline, date(2024, 6, 30))

    def test_moved_later_within_the_window_it_fires_again(self):
        self.run_at("2024-01-30 00:00:00")
        self.term.date_end = "2024-02-29"
        self.run_cron("terms")
        self.assertEqual(len(self.get_mails()), 1, "It did not move")
        self.term.date_end = "2024-03-01"
        self.run_at("2024-01-31 00:00:00")
        self.assertEqual(len(self.get_mails()), 1)
        self.assertEqual(len(self.get_todos()), 1)

    def test_moved_earlier_into_the_window_it_fires_once(self):
        self.term.date_end = "2024-01-20"
        for _time in range(2):
            self.run_cron("terms")
        self.assertEqual(len(self.get_mails()), 1)

    def test_moved_earlier_after_it_was_told_it_stays_silent(self):
        self.run_at("2024-01-30 00:00:00")
        self.get_mails()
        self.term.date_end = "2024-02-20"
        self.assertEqual(self.term.reminded_for, date(2024, 2, 20))
        self.run_cron("terms")
        self.assertFalse(self.get_mails())
        self.term.date_end = "2024-02-25"
        self.run_cron("terms")
        self.assertEqual(len(self.get_mails()), 1, "Later than what he knows")

    def test_a_longer_lead_time_is_due_at_once(self):
        self.term.reminder_days = 60
        self.run_cron("terms")
        self.assertEqual(len(self.get_mails()), 1)
        self.term.reminder_days = 90
        self.run_cron("terms")
        self.assertFalse(self.get_mails(), "Once per term")

    def test_an_endless_one_reminds_of_nothing(self):
        self.term.date_end = False
        self.run_at("2024-02-29 00:00:00")
        self.assertFalse(self.get_mails())
        self.assertFalse(self.term.reminder_date)

    def test_an_endless_lead_time(self):
        self.term.reminder_days = 2**31 - 1
        self.run_cron("terms")
        self.assertEqual(len(self.get_mails()), 1)

    def test_an_end_at_the_end_of_time(self):
        self.term.date_end = "9999-12-31"
        self.run_cron("terms")
        self.assertFalse(self.get_mails())

    def test_nothing_for_a_terminated_one(self):
        self.term.action_terminate()
        self.run_at("2024-02-10 00:00:00")
        self.assertFalse(self.get_mails())
        self.assertFalse(self.get_todos())

    def test_a_terminated_one_has_nothing_to_do_any_more(self):
        self.run_at("2024-01-30 00:00:00")
        self.assertTrue(self.get_todos())
        self.term.action_terminate()
        self.assertFalse(self.get_todos())

    def test_nothing_for_a_replaced_version(self):
        version = self.replace(self.term, "2024-02-20", date_end=False)
        self.assertEqual(self.term.date_end, date(2024, 2, 19))
        self.run_at("2024-02-10 00:00:00")
        self.run_at("2024-02-20 00:00:00")
        self.assertEqual(self.term.state, "expired")
        self.assertFalse(self.get_mails())
        self.assertFalse(self.get_todos() | self.get_todos(version))

    def test_a_replaced_version_has_nothing_to_do_any_more(self):
        self.run_at("2024-01-30 00:00:00")
        self.replace(self.term, "2024-02-20")
        self.assertFalse(self.get_todos())

    def test_nothing_for_an_archived_one(self):
        self.term.active = False
        self.run_at("2024-02-10 00:00:00")
        self.assertFalse(self.get_mails())
        self.term.active = True
        self.run_cron("terms")
        self.assertEqual(len(self.get_mails()), 1)

    def test_an_outage_until_the_end(self):
        """What is over is told as over, not as ending soon."""
        self.run_at("2024-03-02 10:00:00")
        [subject] = self.get_subjects()
        self.assertIn("ended on 02/29/2024", subject)
        self.assertFalse(self.get_todos())

    def test_three_days_of_outage_before_the_end(self):
        self.run_at("2024-02-02 10:00:00")
        self.assertEqual(len(self.get_mails()), 1)
        self.assertEqual(len(self.get_todos()), 1)

    # ------------------------------------------------------------------
    # To whom
    # ------------------------------------------------------------------

    def test_in_the_language_of_the_manager(self):
        lang = self.env["res.lang"]._activate_lang("de_DE")
        lang.date_format = "%d.%m.%Y"
        self.manager.lang = "de_DE"
        self.term.with_context(lang="de_DE").sudo().name = "Goldvertrag"
        self.run_at("2024-01-30 00:00:00")
        [subject] = self.get_subjects()
        self.assertIn("Goldvertrag", subject)
        self.assertIn("29.02.2024", subject)
        self.assertIn("Goldvertrag", self.get_todos().summary)

    def test_without_a_manager_whoever_approved_it(self):
        self.term.manager_id = False
        self.run_at("2024-01-30 00:00:00")
        self.assertEqual(self.get_todos().user_id, self.manager)
        self.assertEqual(self.get_mails().recipient_ids, self.manager.partner_id)

    def test_a_manager_who_has_left(self):
        self.term.manager_id = self.administrator
        self.administrator.active = False
        self.run_at("2024-01-30 00:00:00")
        self.assertEqual(self.get_todos().user_id, self.manager)

    def test_a_manager_who_is_not_of_the_desk(self):
        """Whoever lost his groups, or the company, may not know of it any more."""
        other = self._create_company(name="Other Company")
        for vals in (
            {"group_ids": [Command.set(self.env.ref("base.group_user").ids)]},
            {"company_ids": [Command.set(other.ids)], "company_id": other.id},
        ):
            group = "slm_management.group_slm_manager"
            user = self.create_user(f"left-{len(vals)}", group)
            self.term.manager_id = user
            self.assertEqual(self.term.reminder_user_id, user)
            user.write(vals)
            self.term.invalidate_recordset(["reminder_user_id"])
            self.assertEqual(self.term.reminder_user_id, self.manager)

    def test_a_manager_without_an_address(self):
        self.manager.partner_id.email = False
        with self.assertLogs(LOGGER, logging.INFO) as log:
            self.run_at("2024-01-30 00:00:00")
        self.assertIn("No e-mail", log.output[0])
        self.assertEqual(len(self.get_todos()), 1)
        self.assertFalse(self.get_mails())

    def test_nobody_at_all(self):
        self.term.manager_id = False
        self.term.sudo().approved_by_id = False
        with self.assertLogs(LOGGER, "WARNING") as log:
            self.run_at("2024-01-30 00:00:00")
        self.assertIn("nobody is in charge", log.output[0])
        self.assertFalse(self.get_todos())
        with self.assertNoLogs(LOGGER, "WARNING"):
            self.run_cron("terms")

    def test_a_broken_template_loses_neither_activity_nor_end(self):
        templates = self.env.registry["mail.template"]
        broken = patch.object(templates, "send_mail", side_effect=ValueError("Broken"))
        with broken, mute_logger(LOGGER):
            self.run_at("2024-01-30 00:00:00")
            self.assertEqual(len(self.get_todos()), 1)
            self.run_at("2024-03-01 00:00:00")
        self.assertEqual(self.term.state, "expired")

    def test_a_deleted_template(self):
        self.env.ref("slm_management.mail_template_agreement_reminder").unlink()
        self.run_at("2024-01-30 00:00:00")
        self.assertEqual(len(self.get_todos()), 1)

    # ------------------------------------------------------------------
    # At the end
    # ------------------------------------------------------------------

    def test_at_the_end_the_manager_is_told(self):
        self.run_at("2024-01-30 00:00:00")
        self.get_mails()
        self.run_at("2024-02-29 23:59:59")
        self.assertFalse(self.get_mails())
        self.run_at("2024-03-01 00:00:00")
        self.run_cron("terms")
        mail = self.get_mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("ended on 02/29/2024", mail.subject)
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)
        self.assertEqual(self.term.state, "expired")

    def test_an_end_by_hand_is_told_too(self):
        self.term.date_end = "2024-01-07"
        self.assertIn("ended on 01/07/2024", self.get_subjects()[0])

    def test_nobody_is_told_of_what_was_over_when_it_came(self):
        agreement = self.draft(date_end="2023-12-31", manager_id=self.manager.id)
        agreement.action_approve()
        self.assertEqual(agreement.state, "expired")
        self.assertFalse(self.get_mails())

    def test_nobody_is_told_of_a_terminated_one(self):
        self.term.action_terminate()
        self.run_at("2024-03-01 00:00:00")
        self.assertFalse(self.get_mails())

    def test_two_workers_do_not_do_it_twice(self):
        """Whoever comes second finds the work done, as he reads after the lock."""
        self.at(datetime(2024, 1, 30))
        self.env.flush_all()
        due = self.term.sudo()._get_due_terms()
        self.assertIn(self.term, due)
        due._meet_each_alone()
        self.env.invalidate_all()
        due._meet_each_alone()
        self.assertEqual(len(self.get_mails()), 1)


#: what somebody may do, by chance: move the end by days from now, change the lead time
ends = st.tuples(st.just("end"), st.integers(-1, 12))
moves = st.one_of(
    *[ends] * 8,
    st.tuples(st.just("end"), st.none()),
    st.tuples(st.just("lead"), st.integers(0, 15)),
    st.tuples(st.just("archive"), st.booleans()),
    st.tuples(st.just("replace"), st.integers(0, 10)),
    st.tuples(st.just("terminate"), st.none()),
)
#: hours until the next thing happens, and whether the cron runs then
waits = st.tuples(st.integers(0, 40), st.booleans())
#: he is told, the end is moved to before what he knows, and a little later again
TOLD_EARLIER_LATER = [
    ((0, False), ("end", 3)),
    ((1, True), ("end", 1)),
    ((1, False), ("end", 2)),
    ((1, True), ("lead", 5)),
]
zones = st.sampled_from(
    ["Europe/Berlin", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"]
)


class Expected:
    """What the rules ask for, told day by day and without any of our code."""

    def __init__(self, end):
        self.end, self.lead, self.told = end, 5, None
        self.awaited, self.state, self.mails = True, "active", []

    def save(self, today, **vals):
        self.__dict__.update(vals)
        if "end" in vals:
            if self.told and self.end:
                self.told = min(self.told, self.end)
            if self.state == "expired" and not self.is_over(today):
                self.state = "active"
        self.expire(today)

    def is_over(self, today):
        return bool(self.end and self.end < today)

    def expire(self, today):
        if self.state == "active" and self.is_over(today):
            self.state = "expired"
            if self.awaited:
                self.mails.append(("ended", self.end))

    def run(self, today):
        self.expire(today)
        knows = self.told and self.end and self.told >= self.end
        if self.state != "active" or not self.end or not self.awaited or knows:
            return
        if today >= self.end - timedelta(days=self.lead):
            self.told = self.end
            self.mails.append(("ends", self.end))


class TestReminderByChance(ReminderCommon):
    """Random moves of dates and outages: each due reminder exactly once, none early,
    none for dead or replaced versions."""

    def tell_mails(self):
        told = []
        for subject in self.get_subjects():
            words = subject.split()
            end = datetime.strptime(words[-1], "%m/%d/%Y").date()
            told.append((words[-3], end))
        return told

    def do(self, kind, value, expected, today):
        term = self.story
        if kind == "end":
            end = None if value is None else today + timedelta(days=value)
            if end and end < term.date_start or expected.replaced:
                return
            term.date_end = end or False
            expected.save(today, end=end)
        elif kind == "lead":
            term.reminder_days = value
            expected.lead = value
        elif kind == "archive":
            term.active = not value
            expected.archived = value
        elif kind == "terminate":
            term.action_terminate()
            expected.state = "terminated"
        elif not expected.replaced and expected.state != "terminated":
            self.do_replace(value, expected, today)
        expected.awaited = not (expected.archived or expected.replaced)

    def do_replace(self, days, expected, today):
        start = today + timedelta(days=days)
        self.replace(self.story, start, date_end=False, reminder_days=0)
        last = start - timedelta(days=1)
        expected.replaced, expected.awaited = True, False
        end = min(expected.end or last, last)
        if end != expected.end:
            expected.save(today, end=end)

    @example("Europe/Berlin", TOLD_EARLIER_LATER)
    @given(zones, st.lists(st.tuples(waits, moves), min_size=6, max_size=16))
    @examples(150)
    def test_each_due_reminder_exactly_once(self, zone, story):
        with self.env.cr.savepoint() as savepoint:
            self.play(zone, story)
            savepoint.rollback()
        self.env.invalidate_all()

    def play(self, zone, story):
        now = datetime(2024, 1, 8, 6)
        self.at(now)
        self.term.sudo().active = False
        self.company.partner_id.tz = zone
        self.story = self.draft(
            date_end="2024-01-20", reminder_days=5, manager_id=self.manager.id
        )
        self.story.action_approve()
        self.seen = self.env["mail.mail"].search([])
        expected = Expected(date(2024, 1, 20))
        expected.archived = expected.replaced = False
        for (hours, runs), (kind, value) in story:
            now += timedelta(hours=hours)
            self.at(now)
            local = pytz.utc.localize(now).astimezone(pytz.timezone(zone))
            today = local.date()
            if runs:
                due = self.env["slm.agreement"]._get_due_terms()
                due._meet_each_alone()
                expected.run(today)
            self.do(kind, value, expected, today)
            self.assertEqual(self.tell_mails(), expected.mails)
            expected.mails.clear()
            self.assertEqual(self.story.state, expected.state)
