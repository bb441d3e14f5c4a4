# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import MagicMock, patch

import pytz

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .common import BERLIN, SlmCommon

REFUSED = "Connection refused by the dead server"


class ScheduleCase(SlmCommon):
    """A schedule that reports each month to Petra of the customer, since January 2024.

    Papers are made in a moment: the file says which one it is, and in which language.
    """

    #: the papers as they are printed
    real_papers = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen.move_to(datetime(2024, 1, 8, 7))
        cls.person.slm_service_reports = True
        cls.schedule = cls.create_schedule()

    @classmethod
    def create_schedule(cls, **vals):
        vals = {
            "name": "Monthly",
            "user_id": cls.manager.id,
            "partner_id": cls.organisation.id,
            "recipient_ids": cls.person.ids,
            "company_id": cls.company.id,
        } | vals
        return cls.env["slm.report.schedule"].create(vals)

    @classmethod
    def create_provider_schedule(cls, **vals):
        vals = {
            "name": "Provider",
            "audience": "provider",
            "partner_id": False,
            "recipient_ids": cls.manager.partner_id.ids,
        } | vals
        return cls.create_schedule(**vals)

    def setUp(self):
        super().setUp()
        if self.real_papers:
            return
        reports = type(self.env["slm.service.report"])
        for kind in ("pdf", "xlsx"):
            patcher = patch.object(reports, f"_render_{kind}", self.fake_paper(kind))
            self.startPatcher(patcher)

    @staticmethod
    def fake_paper(kind):
        def render(report, lang=None):
            return f"{kind} {report.date_from} {lang}".encode()

        return render

    # ------------------------------------------------------------------
    # Doing
    # ------------------------------------------------------------------

    def go(self, day, clock="09:00", tz=BERLIN):
        """Now it is a day and a time in a zone, that of the company."""
        local = datetime.fromisoformat(f"{day} {clock}")
        return self.at(tz.localize(local).astimezone(pytz.utc).replace(tzinfo=None))

    def run_schedules(self, day=None, clock="09:00"):
        if day:
            self.go(day, clock)
        self.run_cron("report_schedules")
        self.env.invalidate_all()

    def get_triggers(self):
        cron = self.env.ref("slm_management.ir_cron_report_schedules")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        return {*triggers.mapped("call_at")}

    @contextmanager
    def mail_server(self, error=None):
        """A mail server that takes e-mails, or does not answer.

        :return: the messages that it took
        """
        took = []

        def connect(*_args, **_kwargs):
            if error:
                raise OSError(error)
            return MagicMock()

        def send(_server, message, *_args, **_kwargs):
            took.append(message)
            return message["Message-Id"]

        with (
            patch.object(IrMail_Server, "_disable_send", lambda server: False),
            patch.object(IrMail_Server, "_connect__", connect),
            patch.object(IrMail_Server, "send_email", send),
        ):
            yield took

    def send_queue(self, error=None):
        """The queue of e-mails, as far as they are reports.

        :return: the messages that went
        """
        self.env.flush_all()
        mails = self.env["slm.report.delivery"].search([]).mail_id
        with self.mail_server(error) as took:
            self.env["mail.mail"].process_email_queue(email_ids=mails.ids)
        self.env.invalidate_all()
        return took

    # ------------------------------------------------------------------
    # Asserting
    # ------------------------------------------------------------------

    def assertReported(self, *periods, schedule=None):
        """Check which periods a schedule has reported: their first days, in order."""
        reports = (schedule or self.schedule).report_ids.sorted("date_from")
        self.assertEqual([str(report.date_from) for report in reports], [*periods])
        return reports

    def get_todos(self, record, user=None):
        return record.activity_ids.filtered(
            lambda activity: activity.user_id == (user or self.manager)
        )
