# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import date, timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

AGENT = "slm_management.group_slm_agent"

#: papers that are looked at between two commits
BATCH_SIZE = 100
#: days that a run of the cron looks ahead, to be woken in time if clocks were changed
LOOK_AHEAD = 2
#: what is further away is seen by the cron when it comes near
FORESIGHT = timedelta(days=1000)
TODO = "mail.mail_activity_data_todo"


class SlmTermMixin(models.AbstractModel):
    """Papers that end on a day: somebody is reminded before, and told at the end.

    Days are days in the time zone of the paper's company. Whoever saves a paper makes
    its state agree with its dates at once; time alone does it by the cron, which a
    trigger wakes at midnight. What the cron does follows from the dates, not from when
    it ran: after an outage it makes good what is still due.

    The person in charge is reminded once per term: :attr:`reminded_for` is the end of
    the term of which he was. A later end is another term. An earlier one is still the
    same, and if it had been told before, it is not told again.

    The model that uses the mixin has ``company_id``, names the fields that its end
    follows from in :attr:`_term_fields`, and says in the hooks what it is about. The
    mixin comes before the one of revisions.
    """

    _name = "slm.term.mixin"
    _description = "Term with a Reminder"

    #: the fields that the end, and whether anybody waits for it, follow from
    _term_fields = ("date_end", "active")
    #: external ids of the e-mails
    _reminder_template = None
    _end_template = None

    reminder_days = fields.Integer(
        string="Remind before the End (days)",
        default=30,
        help="How long before its end the service level manager is reminded. 0: on the "
        "last day.",
    )
    reminder_date = fields.Date(
        string="Remind on",
        compute="_compute_reminder_date",
        store=True,
        index="btree_not_null",
        help="The day of the next reminder. Empty: there is none to come.",
    )
    reminded_for = fields.Date(
        string="Reminded of the End on",
        readonly=True,
        copy=False,
        help="The end of which the service level manager has been reminded.",
    )
    reminder_user_id = fields.Many2one(
        "res.users",
        string="Who Is Reminded",
        compute="_compute_reminder_user_id",
        compute_sudo=True,
        help="The service level manager, else whoever approved it.",
    )

    _reminder_days_not_negative = models.Constraint(
        "CHECK(reminder_days >= 0)",
        "The lead time of a reminder can not be negative.",
    )

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _get_term_end(self):
        """The last day of the term, or False."""
        self.ensure_one()
        return self.date_end

    def _is_term_running(self):
        """Whether it is in force, so that it may end."""
        self.ensure_one()
        return True

    def _is_term_awaited(self):
        """Whether somebody wants to know of the end."""
        self.ensure_one()
        return self.active and self._is_term_running()

    def _get_reminder_day(self):
        """The day on which the person in charge is to be reminded, or False."""
        self.ensure_one()
        end = self._get_term_end()
        if not end or not self._is_term_awaited():
            return False
        if self.reminded_for and self.reminded_for >= end:
            return False
        return date.fromordinal(max(end.toordinal() - self.reminder_days, 1))

    def _get_reminder_users(self):
        """Who may be reminded, the first one who is there is."""
        return self.env["res.users"]

    def _is_followed(self, vals):
        """Whether a write asks for the state to be looked at."""
        return vals.keys() & {*self._term_fields, "company_id"}

    def _follow_term(self, today):
        """Make the state agree with the end; tell the person in charge of an end."""

    @api.model
    def _get_due_domain(self, today):
        """Those on which time has something to do by the end of a day."""
        return Domain("reminder_date", "<=", today)

    def _prepare_reminder_activity(self):
        """Values for ``activity_schedule``, in the language of the person in charge."""
        self.ensure_one()
        end = self._get_term_end()
        return {
            "summary": self.env._(
                "%(name)s ends on %(date)s",
                name=self.display_name,
                date=format_date(self.env, end),
            ),
            "date_deadline": end,
        }

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends(lambda self: (*self._term_fields, "reminder_days", "reminded_for"))
    def _compute_reminder_date(self):
        for record in self:
            record.reminder_date = record._get_reminder_day()

    def _compute_reminder_user_id(self):
        for record in self:
            users = record._get_reminder_users().filtered(
                lambda user, company=record.company_id: (
                    # what it tells is for the desk of the company only
                    user.active
                    and user.has_group(AGENT)
                    and company in user.company_ids
                )
            )
            record.reminder_user_id = users[:1]

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.filtered(lambda record: record._is_term_running())._follow_terms()
        records._wake_cron()
        return records

    def write(self, vals):
        res = super().write(vals)
        if self._is_followed(vals):
            self._adjust_reminded()
            self._follow_terms()
        if vals.keys() & {*self._term_fields, "company_id", "reminder_days"}:
            self._wake_cron()
        return res

    def _adjust_reminded(self):
        """An earlier end is the same term; a later one is another, and what was to be
        done about the former is done with."""
        for record in self.sudo():
            end, reminded_for = record._get_term_end(), record.reminded_for
            if reminded_for and end and end < reminded_for:
                record.reminded_for = end
            elif reminded_for and (not end or end > reminded_for):
                record._forget_reminder()

    def _forget_reminder(self):
        self.sudo().activity_unlink([TODO])

    def _follow_terms(self):
        for record in self:
            record._follow_term(record._get_today())

    def _get_today(self):
        """The day that it is now, where the company is."""
        self.ensure_one()
        now = fields.Datetime.now()
        return self.env["slm.matcher"]._get_day(now, self.company_id.sudo())

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_terms(self):
        """What time alone does to all papers that end."""
        for name in sorted(self.env.registry["slm.term.mixin"]._inherit_children):
            if not self.env[name]._abstract and not self.env[name]._meet_due_terms():
                return

    @api.model
    def _meet_due_terms(self):
        """Go through what is due in batches; one that fails is logged and left alone.

        :return: False if the time of this run was over before the work was done
        """
        cron, seen = self.env["ir.cron"], self.browse()
        while due := self._get_due_terms(seen):
            seen |= due
            due._meet_each_alone()
            if not cron._commit_progress(len(due), remaining=1):
                return False
        self._get_due_terms(ahead=LOOK_AHEAD)._wake_cron(overdue=False)
        cron._commit_progress(remaining=0)
        return True

    @api.model
    def _get_due_terms(self, seen=(), ahead=0):
        """Not more than a batch, without those that were seen.

        :param ahead: of how many days more
        """
        matcher, now = self.env["slm.matcher"], fields.Datetime.now()
        records = self.sudo().with_context(active_test=False)
        [[companies]] = records._read_group([], [], ["company_id:recordset"])
        days = companies.grouped(lambda company: matcher._get_day(now, company))
        due = Domain.OR(
            Domain("company_id", "in", members.ids)
            & self._get_due_domain(day + timedelta(days=ahead))
            for day, members in days.items()
        )
        unseen = Domain("id", "not in", [record.id for record in seen])
        return records.search(due & unseen, limit=BATCH_SIZE)

    def _meet_each_alone(self):
        for record in self:
            try:
                with self.env.cr.savepoint():
                    # Whom somebody else has locked is met by him, or the next time.
                    record.try_lock_for_update(allow_referencing=True)._meet_term()
            except SerializationFailure:
                _logger.info("Another worker was faster with %s", record)
            except Exception:
                _logger.exception("The term of %s could not be met", record)

    def _meet_term(self):
        for record in self:
            today = record._get_today()
            record._follow_term(today)
            if record.reminder_date and record.reminder_date <= today:
                record._remind()

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def _remind(self):
        """One activity and one e-mail, once per term."""
        self.ensure_one()
        self.reminded_for = self._get_term_end()
        user = self.reminder_user_id
        if not user:
            _logger.warning("%s ends soon, and nobody is in charge", self.display_name)
            return
        # quick: the activity sends no e-mail of its own
        record = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        vals = record._prepare_reminder_activity()
        record.activity_schedule(TODO, user_id=user.id, **vals)
        self._tell(self._reminder_template)

    def _tell(self, template):
        """Queue an e-mail to the person in charge, in his language.

        A template that somebody has broken keeps nothing else from happening.

        :param template: external id
        """
        self.ensure_one()
        record, user = self.sudo(), self.sudo().reminder_user_id
        template = template and record.env.ref(template, raise_if_not_found=False)
        if not (template and user.email):
            _logger.info("No e-mail on the end of %s can be sent", self.display_name)
            return
        try:
            with self.env.cr.savepoint():
                template.with_context(lang=user.lang).send_mail(record.id)
        except Exception:
            _logger.exception("The e-mail on the end of %s failed", self.display_name)

    # ------------------------------------------------------------------
    # Waking
    # ------------------------------------------------------------------

    def _wake_cron(self, overdue=True):
        """See that the cron runs when time has something to do on these records.

        :param overdue: also at once, for what is due already
        """
        cron = self.env.ref("slm_management.ir_cron_terms", raise_if_not_found=False)
        now = fields.Datetime.now()
        moments = {moment for record in self for moment in record._get_moments()}
        moments = {max(now, moment) for moment in moments if overdue or moment > now}
        if not (cron and moments):
            return
        triggers = self.env["ir.cron.trigger"].sudo()
        pending = [("cron_id", "=", cron.id), ("call_at", "in", list(moments))]
        moments -= set(triggers.search(pending).mapped("call_at"))
        cron.sudo()._trigger(at=moments)

    def _get_moments(self):
        """The instants at which a day of the term begins, naive UTC."""
        self.ensure_one()
        end = self._get_term_end()
        days = [self.reminder_date]
        if end and end < date.max and self._is_term_running():
            days.append(end + timedelta(days=1))
        matcher, company = self.env["slm.matcher"], self.company_id.sudo()
        today = self._get_today()
        return [
            matcher._get_midnight(max(day, today), company)
            for day in days
            if day and day <= today + FORESIGHT
        ]
