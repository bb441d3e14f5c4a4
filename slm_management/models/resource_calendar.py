# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import datetime, timedelta
from itertools import islice

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..engine import WorkTime, week_grid

_logger = logging.getLogger(__name__)

AGENT = "slm_management.group_slm_agent"

#: WorkTimes of this process by database, calendar, fingerprint and whether they look
#: far. Changed hours have another fingerprint, so nothing ever clears it; the oldest
#: make room. A plain dict: this is read millions of times and written hardly ever.
_COMPILED = {}
MAX_COMPILED = 256
#: the same for normal weeks
_NORMAL = {}

#: how far deadlines are looked for, in years; the far one only if they are not found
YEARS_AHEAD, YEARS_FAR = 3, 25
#: two weeks in which no clock is changed, wherever; they begin on a Monday
NORMAL_WEEKS = [
    (datetime(2024, month, 1), datetime(2024, month, 15)) for month in (1, 7)
]
#: stretches of service time that a client gets to let a clock tick
NEXT_HOURS = 6


class ResourceCalendar(models.Model):
    """Service hours: a working time in which clocks run."""

    _inherit = "resource.calendar"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    slm_agreement_ids = fields.One2many(
        "slm.agreement",
        "calendar_id",
        string="Agreements",
        groups=AGENT,
    )
    slm_hours_key = fields.Char(
        compute="_compute_slm_hours_key",
        compute_sudo=True,
        groups=AGENT,
        help="Fingerprint of everything that decides on the service hours.",
    )
    slm_week_grid = fields.Json(compute="_compute_slm_week_grid")
    slm_hours_changed_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        groups=AGENT,
        help="Who changed the hours or holidays last, as the tickets' events tell.",
    )
    slm_hours_changed_at = fields.Datetime(readonly=True, copy=False, groups=AGENT)

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("schedule_type", "flexible_hours", "attendance_ids")
    def _check_slm_usable(self):
        for calendar in self:
            agreements = calendar.sudo().slm_agreement_ids
            if agreements and calendar.flexible_hours:
                known = agreements.sudo(False)._filtered_access("read")[:1]
                raise ValidationError(
                    self.env._(
                        "“%(calendar)s” can not get flexible hours: the clocks of "
                        "%(agreement)s run in it. Give that agreement other service "
                        "hours first.",
                        calendar=calendar.display_name,
                        agreement=known.display_name or self.env._("an agreement"),
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends_context("company")
    @api.depends(
        "tz",
        "company_id",
        "two_weeks_calendar",
        "flexible_hours",
        "duration_based",
        "attendance_ids.dayofweek",
        "attendance_ids.hour_from",
        "attendance_ids.hour_to",
        "attendance_ids.day_period",
        "attendance_ids.display_type",
        "attendance_ids.week_type",
        "leave_ids.date_from",
        "leave_ids.date_to",
        "leave_ids.time_type",
        "leave_ids.resource_id",
        "leave_ids.company_id",
    )
    def _compute_slm_hours_key(self):
        keys = self._slm_read_hours_keys()
        for calendar in self:
            calendar.slm_hours_key = keys.get(calendar._origin.id, False)

    @api.depends(
        "attendance_ids.dayofweek",
        "attendance_ids.hour_from",
        "attendance_ids.hour_to",
        "attendance_ids.day_period",
        "attendance_ids.week_type",
        "two_weeks_calendar",
    )
    def _compute_slm_week_grid(self):
        for calendar in self:
            calendar.slm_week_grid = calendar._slm_get_week_grids()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        res = super().write(vals)
        if self._slm_is_hours_change(vals):
            self._slm_hours_changed()
        return res

    # ------------------------------------------------------------------
    # Service time
    # ------------------------------------------------------------------

    def _slm_plan(self, start, seconds):
        """The instant at which ``seconds`` of service time are used up from ``start``.

        :param start: naive UTC datetime
        :param seconds: int or float; negative: the latest instant from which they pass
            until ``start``
        :return: naive UTC datetime; False if the service hours end before
        """
        moment = self._slm_worktime(start).plan(start, seconds)
        if moment is None:
            since = start - timedelta(days=366 * YEARS_FAR) if seconds < 0 else start
            moment = self._slm_worktime(since, start, far=True).plan(start, seconds)
        return moment or False

    def _slm_elapsed(self, start, end):
        """Seconds of service time between two naive UTC datetimes."""
        self.ensure_one()
        first, last = min(start, end), max(start, end)
        return self._slm_worktime(first, last).elapsed(start, end)

    def _slm_get_next_hours(self, start):
        """The next few stretches of service time, from ``start`` on.

        :param start: naive UTC datetime
        :return: list of pairs of naive UTC datetimes; they lie within a week, which
            begins when service time runs next
        """
        self.ensure_one()
        worktime = self._slm_worktime(start)
        opens = worktime.plan(start, 0)
        if opens is None:
            return []
        last = min(opens + timedelta(days=7), worktime.end)
        return list(islice(worktime.intervals(opens, last), NEXT_HOURS))

    def _slm_worktime(self, since, until=None, far=False):
        """The compiled service time from ``since`` to ``until`` and years beyond.

        :param since: naive UTC datetime
        :param until: naive UTC datetime, not before ``since``; empty: ``since``
        :param far: look as far into the future as we ever do
        :return: :class:`~..engine.WorkTime`
        """
        calendar_id, until = self.id, until or since
        # The field's value by the short way: with its usual price, looking up the
        # compiled hours would cost more than planning with them.
        cached = self._fields["slm_hours_key"]._get_cache(self.env).get(calendar_id)
        hours_key = cached or self.sudo().slm_hours_key
        key = (self.env.cr.dbname, calendar_id, hours_key, far)
        worktime = _COMPILED.get(key)
        if worktime is not None:
            if worktime.start <= since and until <= worktime.end:
                return worktime
            since, until = min(since, worktime.start), max(until, worktime.end)
        worktime = self._slm_compile(since, until, far)
        while len(_COMPILED) >= MAX_COMPILED:
            _COMPILED.pop(next(iter(_COMPILED), None), None)
        _COMPILED[key] = worktime
        return worktime

    def _slm_compile(self, since, until, far):
        """Compile core's own working intervals: equal by construction."""
        self.ensure_one()
        if self.flexible_hours:
            raise UserError(
                self.env._(
                    "“%(calendar)s” has flexible hours, which say how long but not "
                    "when. Clocks need fully fixed hours.",
                    calendar=self.display_name,
                )
            )
        years = YEARS_FAR if far else YEARS_AHEAD
        last_year = max(until.year, fields.Datetime.now().year) + years + 1
        first = datetime(min(since.year, fields.Datetime.now().year - 1), 1, 1)
        last = datetime(min(last_year, 9000), 1, 1)
        return self._slm_compile_between(
            first, last, domain=self._slm_get_leave_domain()
        )

    def _slm_compile_between(self, first, last, **options):
        """:param options: of core's ``_work_intervals_batch``"""
        calendar = self.sudo().with_context(employee_timezone=None)
        try:
            intervals = calendar._work_intervals_batch(
                pytz.utc.localize(first), pytz.utc.localize(last), **options
            )[False]
        except ValueError:
            # Core can not read hours such as 23.995; a ticket must be created anyway.
            _logger.exception("The service hours %s can not be read", self.name)
            intervals = ()
        naive = (
            (
                start.astimezone(pytz.utc).replace(tzinfo=None),
                end.astimezone(pytz.utc).replace(tzinfo=None),
            )
            for start, end, _lines in intervals
        )
        return WorkTime(naive, first, last)

    def _slm_get_normal_hours(self):
        """Service time of two weeks without time off: one time in winter, one time in
        summer, as time zones differ in when they change.

        Always of the same weeks, so that what follows does not depend on the day.

        :return: list of :class:`~..engine.WorkTime`; empty ones of flexible hours
        """
        self.ensure_one()
        key = (self.env.cr.dbname, self.id, self.sudo().slm_hours_key)
        if key not in _NORMAL:
            while len(_NORMAL) >= MAX_COMPILED:
                _NORMAL.pop(next(iter(_NORMAL), None), None)
            _NORMAL[key] = [
                WorkTime((), first, last)
                if self.flexible_hours
                else self._slm_compile_between(first, last, compute_leaves=False)
                for first, last in NORMAL_WEEKS
            ]
        return _NORMAL[key]

    def _slm_get_company(self):
        return self.company_id or self.env.company

    def _slm_get_leave_domain(self):
        """Holidays that count: of the company, not of whoever happens to look."""
        return [
            ("time_type", "=", "leave"),
            ("company_id", "in", [False, self._slm_get_company().id]),
        ]

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _slm_read_hours_keys(self):
        """``{id: fingerprint}``; one query.

        A module that adds to the working time in other ways extends this, so that its
        changes are noticed.
        """
        calendars = self._origin
        if not calendars:
            return {}
        names = ["tz", "company_id", "two_weeks_calendar", "flexible_hours"]
        calendars.flush_model([*names, "duration_based"])
        self.env["resource.calendar.attendance"].flush_model()
        self.env["resource.calendar.leaves"].flush_model()
        query = SQL(
            """
            SELECT c.id, md5(concat_ws('|', c.tz, c.two_weeks_calendar,
                c.flexible_hours, c.duration_based,
                (SELECT string_agg(concat_ws(',', dayofweek, hour_from, hour_to,
                                             day_period, display_type, week_type),
                                   ';' ORDER BY id)
                   FROM resource_calendar_attendance WHERE calendar_id = c.id),
                (SELECT string_agg(concat_ws(',', date_from, date_to),
                                   ';' ORDER BY date_from, date_to)
                   FROM resource_calendar_leaves
                  WHERE (calendar_id = c.id OR calendar_id IS NULL)
                    AND resource_id IS NULL AND time_type = 'leave'
                    AND (company_id IS NULL
                         OR company_id = COALESCE(c.company_id, %s)))))
              FROM resource_calendar c WHERE c.id IN %s
            """,
            self.env.company.id,
            calendars._ids,
        )
        return dict(self.env.execute_query(query))

    def _slm_is_hours_change(self, vals):
        names = ("tz", "company_id", "two_weeks_calendar", "schedule_type")
        lines = ("attendance_ids", "attendance_ids_1st_week", "attendance_ids_2nd_week")
        leaves = ("leave_ids", "global_leave_ids")
        return any(name in vals for name in (*names, *lines, *leaves))

    def _slm_hours_changed(self):
        """Hours or holidays were edited: remember by whom, fold open clocks later."""
        if not self:
            return
        self.env["resource.calendar"].invalidate_model(["slm_hours_key"])
        used = self.sudo().filtered("slm_agreement_ids")
        if used:
            used.slm_hours_changed_by_id = self.env.user
            used.slm_hours_changed_at = fields.Datetime.now()
            used._slm_replan_later()
            used.slm_agreement_ids._recheck_promises()

    def _slm_replan_later(self):
        cron = self.env.ref("slm_management.ir_cron_replan", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    def _slm_problem(self):
        """Why no clock can run in these hours, as text; False: they can be used."""
        self.ensure_one()
        if self.flexible_hours:
            return self.env._(
                "flexible hours are no fixed times. Choose fully fixed hours."
            )
        if self and not self._slm_plan(fields.Datetime.now(), 1):
            return self.env._(
                "there is not a single working hour in it. Add working hours, or "
                "remove the time off that closes them."
            )
        return False

    def _slm_get_week_grids(self):
        """``[{"name": label, "rows": 7 lists of 24 shares}]``; two for two weeks."""
        self.ensure_one()
        lines = self.attendance_ids.filtered(
            lambda line: not line.display_type and line.day_period != "lunch"
        )
        if not self.two_weeks_calendar:
            return [{"name": "", "rows": self._slm_get_rows(lines)}]
        return [
            {
                "name": name,
                "rows": self._slm_get_rows(
                    lines.filtered(lambda line, week=week: line.week_type == week)
                ),
            }
            for week, name in (
                ("0", self.env._("First week")),
                ("1", self.env._("Second week")),
            )
        ]

    @api.model
    def _slm_get_rows(self, lines):
        return week_grid(
            (int(line.dayofweek), line.hour_from, line.hour_to) for line in lines
        )
