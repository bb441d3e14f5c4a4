# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import get_lang, split_every

_logger = logging.getLogger(__name__)

TEMPLATE = "slm_management.mail_template_service_report"
MAIL_CRON = "mail.ir_cron_mail_scheduler_action"
#: how long an e-mail that failed is left alone, the first time, the second …
PAUSES = [
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    *[timedelta(days=1)] * 14,
]
#: deliveries between two commits
BATCH_SIZE = 50
#: recipients that an activity names; of more, the number is told
NAMED = 10
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SlmReportDeliveryPost(models.AbstractModel):
    """How deliveries come about, and what becomes of them.

    E-mails go into core's queue, and nothing here talks to a mail server. Core commits
    after each e-mail, so one that was sent is known to be sent; a process that dies in
    the moment between the server's "accepted" and that commit sends it once more, under
    the same Message-Id, by which mail programs know it for the same one. While no
    server answers core gives up at once: what failed is put into the queue again after
    ``PAUSES``.
    """

    _name = "slm.report.delivery.post"
    _description = "Post for Reports"

    # ------------------------------------------------------------------
    # Delivering
    # ------------------------------------------------------------------

    @api.model
    def _deliver(self, reports):
        """Let reports that were published go to the recipients of their schedules.

        Their e-mails are written in a moment, or by the caller in this transaction. To
        ask for it again changes nothing.
        """
        for report in reports.sudo().filtered("schedule_id.active"):
            schedule = report.schedule_id
            known = report.delivery_ids.partner_id
            self.sudo().create(
                [
                    self._prepare_delivery(schedule, report, partner)
                    for partner in schedule.recipient_ids - known
                ]
            )
            schedule._drop_publish_todo(report)
            self.env["slm.report.schedule"]._wake_at({fields.Datetime.now()})

    @api.model
    def _prepare_delivery(self, schedule, report, partner):
        lang = get_lang(self.env, partner.lang or schedule.company_id.partner_id.lang)
        writer = self.with_context(lang=schedule.user_id.lang)
        # the schedule may be about another customer by now
        terms = self._get_terms_of(report, schedule.by_email, schedule.on_portal)
        return {
            "schedule_id": schedule.id,
            "report_id": report.id,
            "partner_id": partner.id,
            "by_email": terms.by_email,
            "on_portal": terms.on_portal and self._sees_on_portal(partner, terms),
            "lang": lang.code,
            "objection": writer._get_objection(partner, terms),
        }

    # ------------------------------------------------------------------
    # E-mails
    # ------------------------------------------------------------------

    def _make_mails(self):
        """Write the e-mails of those that wait for one; each language's files once."""
        waiting = self.filtered(lambda d: d.state == "waiting" and not d.mail_id)
        for (report, lang), deliveries in waiting.grouped(
            lambda d: (d.report_id, d.lang)
        ).items():
            files = self._render_files(deliveries.schedule_id, report, lang)
            for delivery in deliveries:
                delivery._make_mail(files)
        if waiting:
            self._wake_mail_cron()

    @api.model
    def _render_files(self, schedule, report, lang):
        """Names, contents and types of what is attached."""
        name = report.with_context(slm_paper_lang=lang)._get_report_base_filename()
        files = []
        if schedule.with_pdf:
            content = report._render_pdf(lang)
            files.append((f"{name}.pdf", content, "application/pdf"))
        if schedule.with_xlsx:
            files.append((f"{name}.xlsx", report._render_xlsx(lang), SPREADSHEET))
        return files

    def _make_mail(self, files):
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not template:
            raise UserError(
                self.env._(
                    "The template of the e-mail with service reports is gone. Update "
                    "the module to get it back."
                )
            )
        values = {
            # it belongs to no document: a recipient is no reader of internal records
            "model": False,
            "res_id": False,
            "attachment_ids": self._create_attachments(files).ids,
            # what became of it has to be seen
            "auto_delete": False,
        }
        told = self.with_context(lang=self.lang)._prepare_letter(files)
        template = template.with_context(lang=self.lang, slm_letter=told)
        mail_id = template.send_mail(self.id, email_values=values)
        self.write(
            {
                "mail_id": mail_id,
                "written_on": fields.Datetime.now(),
                "email": self.partner_id.email,
            }
        )

    def _create_attachments(self, files):
        """They go with the delivery, where one sees what was sent."""
        return self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "mimetype": mimetype,
                    "res_model": "slm.report.delivery",
                    "res_id": self.id,
                }
                for name, content, mimetype in files
            ]
        )

    def _prepare_letter(self, files):
        """What the template gets, in the language of the context: plain values."""
        report = self.report_id
        return {
            "title": report._get_title(),
            "version": report.version > 1 and report.version,
            "period": report.period_text,
            "recipient": self.partner_id.name,
            "sender": report.company_id.name,
            "has_files": bool(files),
            "url": self._get_url(),
        }

    def _get_url(self):
        """Where the recipient finds the report; nothing for who can not log in.

        No token: whoever opens it logs in, and is asked who he is.
        """
        terms = self._get_terms()
        base = self.report_id.get_base_url()
        if self._sees_on_portal(self.partner_id, terms):
            return f"{base}/my/service-reports/{self.report_id.id}"
        if self._is_reader(self.partner_id, terms.company):
            model = self.report_id._name
            return f"{base}/mail/view?model={model}&res_id={self.report_id.id}"
        return False

    @api.model
    def _wake_mail_cron(self):
        cron = self.env.ref(MAIL_CRON, raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    # ------------------------------------------------------------------
    # What becomes of e-mails
    # ------------------------------------------------------------------

    @api.model
    def _find_by_mails(self, mails):
        return self.sudo().search([("mail_id", "in", mails.ids)])

    @api.model
    def _hold_back(self, mails):
        """The last look before e-mails leave: their recipients may have moved."""
        for delivery in self._find_by_mails(mails):
            # also what was held back before, and somebody puts into the queue again
            if delivery.mail_id.state == "outgoing":
                delivery._check_recipient()

    def _follow_up(self):
        """Have the job see to what has failed, and to what has come right."""
        if self.filtered(lambda d: d.state == "failed" or d.activity_id):
            self.env["slm.report.schedule"]._wake_at({fields.Datetime.now()})

    def _check_recipient(self):
        """:return: whether the recipient may have it; if not, it is withdrawn"""
        terms, writer = self._get_terms(), self.with_context(lang=self.user_id.lang)
        self.objection = (
            writer._get_objection(self.partner_id, terms) or writer._tell_replaced()
        )
        if self.objection:
            self.retry_at = False
            self.mail_id.filtered(lambda m: m.state != "sent").state = "cancel"
        return not self.objection

    def _tell_replaced(self):
        """Nobody gets an older version after the newer one."""
        newer = self.report_id.next_version_ids
        if "published" in newer.mapped("state"):
            return self.env._("A newer version of the report has been published.")
        return ""

    def _send_again(self):
        """Put those that failed into the queue again.

        :return: those that their recipients may not have
        """
        refused = self.browse()
        for delivery in self.filtered(lambda d: d.state == "failed"):
            if not delivery._check_recipient():
                refused |= delivery
                continue
            delivery.write({"retry_at": False, "tries": delivery.tries + 1})
            if delivery.mail_id:
                delivery.mail_id.mark_outgoing()
            else:
                delivery.written_on = False
        self._make_mails()
        self._wake_mail_cron()
        return refused

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _see_to_all(self):
        """:return: False if the time of this run was over before the work was done"""
        deliveries = self.sudo()
        return (
            deliveries._see_to(self._get_settled_domain(), self._settle)
            and deliveries._see_to_unwritten()
            and deliveries._see_to(self._get_repeated_domain(), self._repeat)
            and deliveries._see_to(self._get_failed_domain(), self._note_failures)
        )

    @api.model
    def _get_settled_domain(self):
        return Domain("state", "!=", "failed") & Domain("activity_id", "!=", False)

    @api.model
    def _get_planned_domain(self):
        """What somebody has cancelled or deleted meanwhile is for the button."""
        planned = Domain("state", "=", "failed") & Domain("retry_at", "!=", False)
        return planned & Domain("mail_id.state", "=", "exception")

    @api.model
    def _get_repeated_domain(self):
        now = fields.Datetime.now()
        return self._get_planned_domain() & Domain("retry_at", "<=", now)

    @api.model
    def _get_failed_domain(self):
        """Those that nobody has been told of, or that are to be repeated some time."""
        repeatable = (
            Domain("retry_at", "=", False)
            & Domain("tries", "<", len(PAUSES))
            & Domain("mail_id.state", "=", "exception")
        )
        untold = Domain("is_told", "=", False)
        return Domain("state", "=", "failed") & (untold | repeatable)

    @api.model
    def _get_retry_moments(self):
        """The first instant at which an e-mail is put into the queue again."""
        planned = self._get_planned_domain()
        first = self.sudo().search(planned, order="retry_at", limit=1)
        return {first.retry_at} if first else set()

    @api.model
    def _see_to(self, domain, act):
        """Do something with some deliveries, batch by batch; of a batch that fails one
        by one. What fails alone is left for the next run, and the log says why."""
        found = self.search(domain, order="id")
        for batch in split_every(BATCH_SIZE, found.ids, self.browse):
            if not batch._try_to(act, domain) and len(batch) > 1:
                for delivery in batch:
                    delivery._try_to(act, domain)
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=1):
                return False
        return True

    def _try_to(self, act, domain):
        """:return: False if it failed, and nothing of it was done"""
        try:
            with self.env.cr.savepoint():
                locked = self.try_lock_for_update(allow_referencing=True)
                # somebody may have sent some since they were found
                act(locked.filtered_domain(domain))
        except SerializationFailure:
            _logger.info("Somebody else is busy with deliveries %s", self.ids)
        except Exception as error:
            level = logging.ERROR if len(self) == 1 else logging.INFO
            _logger.log(
                level, "Deliveries %s could not be seen to", self.ids, exc_info=error
            )
            return False
        return True

    @api.model
    def _see_to_unwritten(self):
        """The e-mails of what somebody has published by hand, report by report."""
        now = fields.Datetime.now()
        waiting = Domain("state", "=", "waiting") & Domain("mail_id", "=", False)
        rested = Domain("schedule_id.retry_at", "=", False)
        rested |= Domain("schedule_id.retry_at", "<=", now)
        found = self.search(waiting & rested, order="id")
        for deliveries in found.grouped("report_id").values():
            deliveries._write_alone()
            if not self.env["ir.cron"]._commit_progress(1, remaining=1):
                return False
        return True

    def _write_alone(self):
        schedule = self.schedule_id
        try:
            with self.env.cr.savepoint():
                self.try_lock_for_update(allow_referencing=True)._make_mails()
                schedule._forget_failure()
        except SerializationFailure:
            schedule._come_again()
        except Exception as error:
            _logger.exception("The e-mails of schedule %s were not made", schedule.id)
            schedule._note_failure(error)

    def _repeat(self, deliveries):
        deliveries._send_again()

    def _settle(self, deliveries):
        """What its activity asked for has come right."""
        activities = deliveries.activity_id
        deliveries.activity_id = False
        left = self.sudo().search([("activity_id", "in", activities.ids)]).activity_id
        (activities - left).filtered("active").unlink()

    def _note_failures(self, deliveries):
        """Plan the next try, and tell the responsible person of what is news."""
        now = fields.Datetime.now()
        for delivery in deliveries:
            if delivery._is_repeatable():
                delivery.retry_at = now + PAUSES[delivery.tries]
        news = deliveries.filtered(lambda delivery: not delivery.is_told)
        for failed in news.grouped(lambda d: (d.schedule_id, d.report_id)).values():
            failed._tell_failure()
        news.is_told = True

    def _is_repeatable(self):
        is_open = not self.objection and not self.retry_at
        has_failed = self.mail_id.state == "exception"
        return is_open and has_failed and self.tries < len(PAUSES)

    def _tell_failure(self):
        """One activity for all recipients of a report that did not get it."""
        schedule, report = self.schedule_id, self.report_id
        user = schedule._get_responsible()
        if not user:
            return
        names = self.partner_id.mapped("name")
        more = f" … (+{len(names) - NAMED})" if len(names) > NAMED else ""

        def tell(env):
            return env._(
                "%(report)s did not reach %(recipients)s",
                report=report.with_env(env)._get_title(),
                recipients=", ".join(names[:NAMED]) + more,
            )

        reasons = ", ".join({delivery.reason or "" for delivery in self[:NAMED]})
        activity = schedule._schedule_todo(schedule, user, tell, note=reasons)
        self.activity_id = activity
