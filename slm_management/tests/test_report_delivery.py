# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .schedule_case import REFUSED, ScheduleCase


class DeliveryCase(ScheduleCase):
    def setUp(self):
        super().setUp()
        self.deliver()

    def deliver(self):
        self.run_schedules("2024-02-01")
        self.delivery = self.schedule.delivery_ids
        self.mail = self.delivery.mail_id

    def break_down(self, day="2024-02-01", clock="09:00", error=REFUSED):
        """The queue is worked off in vain, and the job looks at what has become."""
        self.go(day, clock)
        self.assertFalse(self.send_queue(error))
        self.run_schedules()

    def add_schedule(self, **vals):
        """One more that has just reported January."""
        create = self.create_schedule
        if vals.pop("provider", False):
            create = self.create_provider_schedule
        schedule = create(date_start="2024-01-01", **vals)
        self.run_schedules("2024-02-01", "10:00")
        return schedule

    def body(self, delivery=None):
        return " ".join((delivery or self.delivery).mail_id.body_html.split())


class TestReportLetter(DeliveryCase):
    """What a recipient gets."""

    def test_letter(self):
        [message] = self.send_queue()
        self.assertEqual(message["To"], '"Petra" <petra@example.com>')
        self.assertEqual(message["Subject"], "Service report: Customer, January 2024")
        self.assertEqual(message["Reply-To"], self.manager.email_formatted)
        names = [part.get_filename() for part in message.iter_attachments()]
        self.assertEqual([name.split(".")[-1] for name in names], ["pdf", "xlsx"])
        self.assertIn("Customer January 2024", names[0])
        self.assertEqual(self.delivery.state, "sent")
        self.assertEqual(self.delivery.sent_on, self.env.cr.now())
        self.assertEqual(self.delivery.email, "petra@example.com")

    def test_link_without_token(self):
        """Whoever opens it logs in: an e-mail that is passed on opens nothing."""
        self.assertIn(f"/my/service-reports/{self.delivery.report_id.id}", self.body())
        self.assertNotIn("token", self.body())
        self.assertNotIn("/mail/view", self.body())

    def test_no_link_for_who_can_not_log_in(self):
        self.department.email = "dep@example.com"
        schedule = self.add_schedule(recipient_ids=self.department.ids)
        self.assertNotIn("href", self.body(schedule.delivery_ids))

    def test_no_document_and_no_follower(self):
        """An e-mail lets nobody into the report's chatter."""
        message = self.mail.mail_message_id
        self.assertFalse(message.model or message.res_id)
        report = self.delivery.report_id
        self.assertNotIn(self.person, report.message_follower_ids.partner_id)
        self.assertNotIn(self.person, self.schedule.message_follower_ids.partner_id)
        with self.assertRaises(AccessError):
            report.with_user(self.portal_user).read(["name"])
        self.assertFalse(report.message_ids & message)

    def test_attachments_are_the_desk_s(self):
        """They are no public files, and seen by whoever may see the delivery."""
        files = self.mail.attachment_ids
        self.assertFalse(any(files.mapped("public")))
        self.assertEqual(len(files.with_user(self.manager).mapped("name")), 2)
        with self.assertRaises(AccessError):
            files.with_user(self.agent).mapped("name")
        with self.assertRaises(AccessError):
            files.with_user(self.portal_user).mapped("name")

    def test_one_of_two_files(self):
        schedule = self.add_schedule(with_pdf=False)
        [file] = schedule.delivery_ids.mail_id.attachment_ids
        self.assertTrue(file.name.endswith(".xlsx"))
        self.assertEqual(file.raw, b"xlsx 2024-01-01 en_US")

    def test_languages(self):
        """Each in his own: subject, text and files, which are made once for each."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("slm_management.mail_template_service_report")
        subject = template.subject.replace("Service report", "Bericht")
        template.with_context(lang="de_DE").subject = subject
        self.person.lang = "de_DE"
        others = self.env["res.partner"].create(
            [
                {
                    "name": f"{lang} {number}",
                    "parent_id": self.organisation.id,
                    "email": f"{lang}{number}@example.com",
                    "lang": lang,
                }
                for lang in ("fr_FR", "en_US")
                for number in range(2)
            ]
        )
        reports = type(self.delivery.report_id)
        with patch.object(reports, "_render_pdf", autospec=True) as rendered:
            rendered.side_effect = self.fake_paper("pdf")
            schedule = self.add_schedule(recipient_ids=(self.person | others).ids)
        self.assertEqual(rendered.call_count, 3)
        for delivery in schedule.delivery_ids:
            lang = delivery.partner_id.lang
            contents = delivery.mail_id.attachment_ids.sorted("id").mapped("raw")
            expected = [
                f"{kind} 2024-01-01 {lang}".encode() for kind in ("pdf", "xlsx")
            ]
            self.assertEqual(contents, expected)
        german = schedule.delivery_ids.filtered(lambda d: d.partner_id == self.person)
        self.assertEqual(german.mail_id.subject, "Bericht: Customer, Januar 2024")

    def test_template_is_gone(self):
        self.env.ref("slm_management.mail_template_service_report").unlink()
        with mute_logger("odoo.addons.slm_management.models.slm_report_schedule_run"):
            schedule = self.add_schedule()
        self.assertIn("Update the module", schedule.failure)

    def test_desk_gets_the_internal_page(self):
        schedule = self.add_schedule(provider=True)
        delivery = schedule.delivery_ids
        self.assertIn("model=slm.service.report", delivery._get_url())
        self.assertNotIn("token", delivery._get_url())
        self.assertFalse(delivery.on_portal)


class TestReportDeadServer(DeliveryCase):
    """A mail server that does not answer costs time, and nothing else."""

    def test_failed_and_seen(self):
        self.break_down()
        self.assertEqual(self.delivery.state, "failed")
        self.assertIn(REFUSED, self.delivery.reason)
        self.assertEqual(self.schedule.failed_count, 1)
        found = self.env["slm.report.schedule"].search([("failed_count", ">", 0)])
        self.assertEqual(found, self.schedule)
        none = self.env["slm.report.schedule"].search([("failed_count", "=", 0)])
        self.assertNotIn(self.schedule, none)

    def test_job_is_woken(self):
        self.env["ir.cron.trigger"].search([]).unlink()
        self.send_queue(REFUSED)
        self.assertIn(self.env.cr.now(), self.get_triggers())

    def test_told_once(self):
        self.break_down()
        [todo] = self.get_todos(self.schedule)
        self.assertIn("did not reach Petra", todo.summary)
        self.assertIn(REFUSED, todo.note)
        self.run_schedules("2024-02-01", "09:20")
        self.break_down(clock="09:20")
        self.assertEqual(len(self.get_todos(self.schedule)), 1)

    def test_one_activity_for_all(self):
        self.department.email = "dep@example.com"
        recipients = self.department | self.person
        schedule = self.add_schedule(recipient_ids=recipients.ids)
        self.break_down(clock="10:00")
        [todo] = self.get_todos(schedule)
        self.assertIn("Accounting", todo.summary)
        self.assertIn("Petra", todo.summary)

    def test_growing_pauses(self):
        """After 15 minutes, an hour, four hours, then each day for two weeks."""
        pauses, now = [], self.go("2024-02-01")
        while True:
            self.at(now)
            self.send_queue(REFUSED)
            self.run_schedules()
            if not self.delivery.retry_at:
                break
            self.assertEqual(self.delivery.state, "failed")
            pauses.append(self.delivery.retry_at - now)
            now = self.at(self.delivery.retry_at)
            self.run_schedules()
            self.assertEqual(self.delivery.state, "waiting")
        expected = [timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4)]
        self.assertEqual(pauses, expected + [timedelta(days=1)] * 14)
        self.run_schedules("2024-06-01")
        self.assertEqual(self.delivery.state, "failed", "It is left to people")

    def test_repeated_when_it_is_back(self):
        self.break_down()
        self.assertEqual(self.delivery.retry_at, datetime(2024, 2, 1, 8, 15))
        self.assertIn(self.delivery.retry_at, self.get_triggers())
        self.run_schedules("2024-02-01", "09:14")
        self.assertFalse(self.send_queue())
        self.run_schedules("2024-02-01", "09:15")
        self.assertEqual(len(self.send_queue()), 1)
        self.assertEqual(self.delivery.state, "sent")
        self.assertFalse(self.delivery.reason)
        self.run_schedules()
        self.assertFalse(self.get_todos(self.schedule), "Nothing is left to do")

    def test_sent_once(self):
        self.assertEqual(len(self.send_queue()), 1)
        for day in ("2024-02-01", "2024-02-02", "2024-02-20"):
            self.run_schedules(day)
            self.assertFalse(self.send_queue())
        with self.assertRaises(UserError):
            self.delivery.with_user(self.manager).action_send_again()

    def test_sent_stays_sent(self):
        """Whoever clears away old e-mails does not send them again."""
        self.send_queue()
        self.mail.unlink()
        self.run_schedules("2024-02-02")
        self.assertEqual(self.delivery.state, "sent")
        self.assertFalse(self.delivery.mail_id)

    def test_deleted_before_it_left(self):
        self.mail.unlink()
        self.run_schedules("2024-02-01", "09:10")
        self.assertEqual(self.delivery.state, "failed")
        self.assertIn("deleted", self.delivery.reason)
        self.delivery.with_user(self.manager).action_send_again()
        self.assertEqual(len(self.send_queue()), 1)

    def test_cancelled_in_the_queue(self):
        """What somebody does not want to go goes by the button only."""
        self.mail.cancel()
        self.run_schedules()
        self.assertEqual(self.delivery.state, "failed")
        self.assertFalse(self.delivery.retry_at)
        self.run_schedules("2024-02-05")
        self.assertFalse(self.send_queue())

    def test_deleted_after_it_failed(self):
        self.break_down()
        self.mail.unlink()
        self.run_schedules("2024-02-05")
        self.assertFalse(self.delivery.mail_id)
        self.assertEqual(self.delivery.state, "failed")

    def test_one_that_can_not_be_repeated(self):
        """Others of its batch are repeated all the same."""
        other = self.add_schedule().delivery_ids
        self.break_down(clock="10:00")
        check = type(other)._check_recipient

        def fail(delivery):
            if delivery == other:
                raise RuntimeError("Broken")
            return check(delivery)

        post = "odoo.addons.slm_management.models.slm_report_delivery_post"
        with patch.object(type(other), "_check_recipient", fail), mute_logger(post):
            self.run_schedules("2024-02-01", "11:30")
        self.assertEqual(self.delivery.state, "waiting")
        self.assertEqual(other.state, "failed")

    def test_older_version_does_not_follow_the_newer(self):
        self.break_down()
        report = self.delivery.report_id
        report.with_user(self.manager).action_new_version()
        newer = self.schedule.report_ids - report
        newer.with_user(self.manager).action_publish()
        self.run_schedules("2024-02-01", "11:00")
        [message] = self.send_queue()
        self.assertEqual(message["Message-Id"], newer.delivery_ids.mail_id.message_id)
        self.assertEqual(self.delivery.state, "failed")
        self.assertIn("newer version", self.delivery.reason)

    def test_row_is_written_before_it_leaves(self):
        """Whoever writes into it at the same time stops the e-mail, and not what is
        noted after it has left: it would leave once more."""
        states = []

        def send(_server, message, *_args, **_kwargs):
            self.env.cr.execute("SELECT state FROM slm_report_delivery")
            states.extend(state for (state,) in self.env.cr.fetchall())
            return message["Message-Id"]

        with self.mail_server(), patch.object(IrMail_Server, "send_email", send):
            self.env["mail.mail"].process_email_queue(email_ids=self.mail.ids)
        self.assertEqual(states, ["failed"])
        self.assertEqual(self.delivery.state, "sent")

    def test_by_button(self):
        self.break_down()
        self.delivery.with_user(self.administrator).action_send_again()
        self.assertEqual(self.delivery.state, "waiting")
        self.assertEqual(len(self.send_queue()), 1)
        self.assertEqual(self.delivery.state, "sent")

    def test_button_is_not_for_agents(self):
        self.break_down()
        for user in (self.agent, self.portal_user):
            with self.assertRaises(AccessError):
                self.delivery.with_user(user).action_send_again()
            with self.assertRaises(AccessError):
                self.delivery.with_user(user).sudo().action_send_again()

    def test_refused_address(self):
        """The server answers, and does not want this one."""

        def refuse(*_args, **_kwargs):
            raise AssertionError(IrMail_Server.NO_VALID_RECIPIENT)

        with (
            self.mail_server(),
            patch.object(IrMail_Server, "send_email", refuse),
        ):
            self.env["mail.mail"].process_email_queue(email_ids=self.mail.ids)
        self.assertEqual(self.delivery.state, "failed")
        self.assertTrue(self.delivery.reason)

    def test_others_mails_go(self):
        """What is ours does not stand in the way of other e-mails."""
        mail = self.env["mail.mail"].create(
            {"subject": "Other", "email_to": "x@example.com", "body_html": "x"}
        )
        with self.mail_server() as took:
            self.env["mail.mail"].process_email_queue(email_ids=(mail | self.mail).ids)
        self.assertEqual(len(took), 2)
        self.assertEqual(mail.state, "sent")


class TestReportMovedRecipient(DeliveryCase):
    """Who may not have it any more gets nothing, and somebody is told."""

    def move_away(self):
        self.person.parent_id = self.stranger

    def test_before_it_is_made(self):
        self.move_away()
        self.run_schedules("2024-03-01")
        newest = self.schedule.delivery_ids - self.delivery
        self.assertEqual(newest.state, "failed")
        self.assertIn("Petra belongs neither to Customer", newest.reason)
        self.assertFalse(newest.mail_id)
        [todo] = self.get_todos(self.schedule)
        self.assertIn("belongs neither", todo.note)
        self.run_schedules("2024-03-20")
        self.assertFalse(newest.mail_id, "It is not repeated by itself")

    def test_while_it_waits_in_the_queue(self):
        self.move_away()
        self.assertFalse(self.send_queue())
        self.assertEqual(self.delivery.state, "failed")
        self.assertEqual(self.mail.state, "cancel")
        self.run_schedules()
        self.assertEqual(len(self.get_todos(self.schedule)), 1)

    def test_while_it_is_repeated(self):
        self.break_down()
        self.move_away()
        self.run_schedules("2024-02-01", "10:00")
        self.assertFalse(self.send_queue())
        self.assertIn("belongs neither", self.delivery.reason)

    def test_retried_by_the_administrator_of_odoo(self):
        """On the road of core's list of e-mails."""
        self.break_down()
        self.move_away()
        self.mail.mark_outgoing()
        self.assertFalse(self.send_queue())
        self.assertEqual(self.delivery.state, "failed")

    def test_archived(self):
        self.portal_user.active = False
        self.person.active = False
        self.assertFalse(self.send_queue())
        self.assertIn("archived", self.delivery.reason)
        self.run_schedules("2024-03-01")
        self.assertEqual({*self.schedule.delivery_ids.mapped("state")}, {"failed"})

    def test_manager_who_is_none_any_more(self):
        schedule = self.add_schedule(
            provider=True, recipient_ids=self.administrator.partner_id.ids
        )
        group = self.env.ref("slm_management.group_slm_administrator")
        self.administrator.group_ids -= group
        self.mail.state = "sent"
        self.assertFalse(self.send_queue())
        self.assertEqual(schedule.delivery_ids.state, "failed")

    def test_button_says_why(self):
        self.move_away()
        self.send_queue()
        with self.assertRefused("belongs neither", UserError):
            self.delivery.with_user(self.manager).action_send_again()

    def test_back_again(self):
        """Once he is back he may have it; what was written is still right."""
        self.move_away()
        self.send_queue()
        self.person.parent_id = self.department
        self.delivery.with_user(self.manager).action_send_again()
        self.assertEqual(len(self.send_queue()), 1)
        self.assertEqual(self.delivery.state, "sent")

    def test_others_get_theirs(self):
        self.department.email = "dep@example.com"
        recipients = self.department | self.person
        schedule = self.create_schedule(
            date_start="2024-01-01", recipient_ids=recipients.ids
        )
        self.move_away()
        self.run_schedules("2024-02-01", "10:00")
        states = {d.partner_id: d.state for d in schedule.delivery_ids}
        self.assertEqual(states, {self.department: "waiting", self.person: "failed"})

    def test_new_address(self):
        """He is the same person: it goes to where he is to be reached now."""
        self.person.email = "new@example.com"
        [message] = self.send_queue()
        self.assertIn("new@example.com", message["To"])


class TestReportNotice(DeliveryCase):
    """What is new on the portal."""

    def test_unread_until_seen(self):
        self.assertTrue(self.delivery.on_portal)
        self.assertFalse(self.delivery.seen_on)
        seen = self.go("2024-02-02")
        self.delivery.with_user(self.portal_user)._mark_seen()
        self.go("2024-02-03")
        self.delivery._mark_seen()
        self.assertEqual(self.delivery.seen_on, seen)

    def test_portal_only(self):
        schedule = self.add_schedule(by_email=False)
        delivery = schedule.delivery_ids
        self.assertEqual(delivery.state, "sent")
        self.assertTrue(delivery.on_portal)
        self.assertFalse(delivery.mail_id or delivery.seen_on)

    def test_no_notice_for_who_does_not_find_it(self):
        self.person.slm_service_reports = False
        schedule = self.add_schedule()
        self.assertFalse(schedule.delivery_ids.on_portal)
        self.assertTrue(schedule.delivery_ids.mail_id)


class TestReportRealPapers(ScheduleCase):
    """As they are printed; while tests run, the PDF is its page."""

    real_papers = True

    def test_papers(self):
        self.run_schedules("2024-02-01")
        pdf, xlsx = self.schedule.delivery_ids.mail_id.attachment_ids.sorted("id")
        self.assertIn(b"January 2024", pdf.raw)
        self.assertIn(b"Customer", pdf.raw)
        self.assertEqual(xlsx.raw[:2], b"PK")
        self.assertEqual(pdf.name.removesuffix(".pdf"), xlsx.name.removesuffix(".xlsx"))
