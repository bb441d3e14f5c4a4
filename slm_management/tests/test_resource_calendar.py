# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta
from random import Random

import pytz

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, new_test_user

from odoo.addons.base.tests.common import BaseCommon

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)

OFFICE = [(day, first, first + 4) for day in range(5) for first in (8, 13)]
ALWAYS = [(day, 0, 24) for day in range(7)]
NIGHTS = [(day, *hours) for day in range(7) for hours in ((0, 6), (22, 24))]
ODD = [(0, 6.25, 9.75), (2, 0.5, 3), (4, 23, 24), (5, 0, 1.5), (6, 1.75, 2.25)]
WEEKS = {"office": OFFICE, "always": ALWAYS, "nights": NIGHTS, "odd": ODD}

#: Time zones with the local day of a change of their clocks, and what is odd there.
CHANGES = (
    ("Europe/Berlin", datetime(2024, 3, 31)),
    ("Europe/Berlin", datetime(2024, 10, 27)),
    ("Australia/Lord_Howe", datetime(2024, 4, 7)),  # by half an hour
    ("Australia/Lord_Howe", datetime(2024, 10, 6)),
    ("Australia/Adelaide", datetime(2024, 4, 7)),  # +09:30 and +10:30
    ("Asia/Tehran", datetime(2021, 3, 22)),  # at midnight, +03:30
    ("Asia/Tehran", datetime(2021, 9, 22)),
    ("America/Sao_Paulo", datetime(2017, 10, 15)),  # at midnight
    ("America/Sao_Paulo", datetime(2018, 2, 18)),
    ("Africa/Casablanca", datetime(2024, 3, 10)),  # for Ramadan
    ("Africa/Casablanca", datetime(2024, 4, 14)),
    ("Pacific/Apia", datetime(2011, 12, 30)),  # a day that never was
    ("America/St_Johns", datetime(2010, 3, 14)),  # a minute after midnight
    ("America/St_Johns", datetime(2010, 11, 7)),
    ("Asia/Kathmandu", datetime(2024, 5, 5)),  # +05:45, no change
)


class ServiceHoursCase(BaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "A"})
        cls.other_company = cls.env["res.company"].create({"name": "B"})
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )

    @classmethod
    def create_hours(cls, lines, tz="UTC", **values):
        """Service hours; ``lines``: (weekday, from, to) or (…, week) for two weeks."""
        two_weeks = any(len(line) > 3 for line in lines)
        commands = [
            Command.create(
                {
                    "name": "Line",
                    "dayofweek": str(line[0]),
                    "hour_from": line[1],
                    "hour_to": line[2],
                    "day_period": "full_day",
                    "week_type": str(line[3]) if two_weeks else False,
                }
            )
            for line in lines
        ]
        return cls.env["resource.calendar"].create(
            {
                "name": "Hours",
                "tz": tz,
                "company_id": cls.company.id,
                "two_weeks_calendar": two_weeks,
                "attendance_ids": [Command.clear(), *commands],
                "global_leave_ids": [Command.clear()],
                **values,
            }
        )

    @classmethod
    def create_leave(cls, first, last, calendar=None, company=None, **values):
        leave = cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id if calendar else False,
                "date_from": first,
                "date_to": last,
                **values,
            }
        )
        if company is not None:
            leave.company_id = company
        return leave

    def leave_domain(self, calendar):
        company = calendar.company_id or calendar.env.company
        return [
            ("time_type", "=", "leave"),
            ("company_id", "in", [False, company.id]),
        ]

    def core_plan(self, calendar, start, seconds):
        return calendar.sudo().plan_hours(
            seconds / 3600,
            start,
            compute_leaves=True,
            domain=self.leave_domain(calendar),
        )

    def core_elapsed(self, calendar, start, end):
        """Seconds by core, which counts forwards only."""
        if start > end:
            return -self.core_elapsed(calendar, end, start)
        hours = calendar.sudo().get_work_hours_count(
            start, end, domain=self.leave_domain(calendar)
        )
        return hours * 3600


class TestServiceHoursLikeCore(ServiceHoursCase):
    """Ours against core's, question by question.

    Equal to the microsecond, except for what core loses itself: one microsecond at each
    midnight on which a line ends at 24:00.
    """

    def allowance(self, calendar, start, end):
        """How many microseconds core may have lost between two instants."""
        if all(line.hour_to < 24 for line in calendar.attendance_ids):
            return timedelta()
        return (abs(end - start).days + 2) * MICROSECOND

    def assertPlanned(self, calendar, start, seconds):
        ours = calendar._slm_plan(start, seconds)
        core = self.core_plan(calendar, start, seconds)
        if not (ours and core):
            self.assertEqual(ours, core, (start, seconds))
            return
        allowed = self.allowance(calendar, start, core)
        if allowed and abs(ours - core) > allowed:
            # Core missed the end of a stretch by that microsecond.
            used = self.core_elapsed(calendar, start, ours)
            self.assertAlmostEqual(
                used, seconds, delta=allowed.total_seconds(), msg=(start, seconds)
            )
            return
        self.assertLessEqual(abs(ours - core), allowed, (start, seconds))

    def assertElapsed(self, calendar, start, end):
        ours = calendar._slm_elapsed(start, end)
        core = self.core_elapsed(calendar, start, end)
        allowed = self.allowance(calendar, start, end).total_seconds()
        # Core adds up floats of hours.
        self.assertAlmostEqual(ours, core, delta=allowed + 1e-7, msg=(start, end))

    def ask(self, calendar, around, random, count):
        """Random questions around a local day, many of them on edges."""
        centre = pytz.timezone(calendar.tz).localize(around).astimezone(pytz.utc)
        centre = centre.replace(tzinfo=None)
        window = calendar._slm_worktime(centre - 5 * DAY).intervals(
            centre - 5 * DAY, centre + 5 * DAY
        )
        edges = [edge for stretch in window for edge in stretch] or [centre]
        for _question in range(count):
            start, end = (
                random.choice(
                    [
                        random.choice(edges),
                        random.choice(edges) + random.choice([-1, 1]) * SECOND,
                        centre + random.randint(-5 * 86400, 5 * 86400) * SECOND,
                    ]
                )
                for _moment in "se"
            )
            hours = random.choice([0, 0.25, 1, 2, 4, 8, 24, 33.75, 80])
            seconds = random.choice([hours * 3600, random.randint(1, 300_000), 1200])
            self.assertPlanned(calendar, start, seconds)
            if seconds:
                self.assertPlanned(calendar, start, -seconds)
            self.assertElapsed(calendar, start, end)

    def test_changes_of_clocks(self):
        random = Random(1)
        for zone, day in CHANGES:
            with freeze_time(day):
                for name, lines in WEEKS.items():
                    with self.subTest(zone=zone, day=day, week=name):
                        calendar = self.create_hours(lines, zone)
                        self.ask(calendar, day, random, 4)

    def test_random_calendars(self):
        random = Random(2)
        for number in range(24):
            zone, day = random.choice(CHANGES)
            with freeze_time(day), self.subTest(number=number, zone=zone):
                calendar = self.create_hours(self.random_lines(random), zone)
                self.add_random_leaves(calendar, day, random)
                self.ask(calendar, day, random, 8)

    def random_lines(self, random):
        """Up to three lines a day on quarters of an hour; now and then two weeks."""
        two_weeks = random.random() < 0.4
        lines = []
        for week in range(2 if two_weeks else 1):
            for day in random.sample(range(7), random.randint(1, 7)):
                marks = sorted(random.sample(range(97), 2 * random.randint(1, 3)))
                for first, last in zip(marks[::2], marks[1::2], strict=True):
                    line = (day, first / 4, last / 4)
                    lines.append((*line, week) if two_weeks else line)
        return lines

    def add_random_leaves(self, calendar, day, random):
        for _leave in range(random.randint(0, 6)):
            first = day + random.randint(-12 * 96, 12 * 96) * timedelta(minutes=15)
            last = first + random.randint(1, 3 * 96) * timedelta(minutes=15)
            self.create_leave(
                first,
                last,
                calendar=random.choice([calendar, calendar, None]),
                company=random.choice(
                    [None, self.company, self.other_company, self.env["res.company"]]
                ),
                time_type=random.choice(["leave", "leave", "leave", "other"]),
            )

    def test_shipped_hours(self):
        random = Random(3)
        day = datetime(2024, 3, 31)
        for name in ("calendar_5x8", "calendar_5x9", "calendar_7x24"):
            calendar = self.env.ref(f"slm_management.{name}")
            with freeze_time(day), self.subTest(hours=name):
                self.ask(calendar, day, random, 8)


class TestServiceHours(ServiceHoursCase):
    """What service hours mean, in numbers."""

    monday = datetime(2024, 4, 22)

    # ------------------------------------------------------------------
    # Every second, and not one too many
    # ------------------------------------------------------------------

    def test_always_means_every_second(self):
        calendar = self.create_hours(ALWAYS, "Europe/Berlin")
        for days in (1, 7, 30, 366):
            end = self.monday + days * DAY
            self.assertEqual(calendar._slm_elapsed(self.monday, end), days * 86400)
            self.assertEqual(calendar._slm_plan(self.monday, days * 86400), end)
            self.assertEqual(calendar._slm_plan(end, -days * 86400), self.monday)
        start = datetime(2024, 4, 22, 21, 59, 59)
        self.assertEqual(calendar._slm_plan(start, 2), start + 2 * SECOND)

    def test_leave_until_a_second_before_midnight(self):
        """Core's default end of a holiday leaves no second of service time."""
        for zone in ("UTC", "Europe/Berlin", "Asia/Kathmandu", "Asia/Tehran"):
            with self.subTest(zone=zone):
                calendar = self.create_hours(ALWAYS, zone)
                local = pytz.timezone(zone).localize(datetime(2024, 4, 23))
                midnight = local.astimezone(pytz.utc).replace(tzinfo=None)
                self.create_leave(midnight, midnight + DAY - SECOND, calendar)
                before, after = midnight - HOUR, midnight + DAY + HOUR
                self.assertEqual(calendar._slm_elapsed(before, after), 7200)
                self.assertEqual(
                    calendar._slm_plan(before, 3601), after - 3599 * SECOND
                )

    def test_night_shift(self):
        calendar = self.create_hours(NIGHTS)
        evening = self.monday + 22 * HOUR
        self.assertEqual(calendar._slm_plan(evening, 8 * 3600), self.monday + 30 * HOUR)
        self.assertEqual(calendar._slm_plan(evening, 8 * 3600 + 1).hour, 22)
        self.assertEqual(len(list(self._nights(calendar))), 3)

    def _nights(self, calendar):
        start = self.monday + 12 * HOUR
        return calendar._slm_worktime(start).intervals(start, start + 3 * DAY)

    def test_nights_on_which_clocks_change(self):
        always = self.create_hours(ALWAYS, "Europe/Berlin")
        night = self.create_hours([(6, 1, 4)], "Europe/Berlin")
        zone = pytz.timezone("Europe/Berlin")
        for day, of_day, of_night in (
            (datetime(2024, 3, 31), 23, 2),
            (datetime(2024, 10, 27), 25, 4),
            (datetime(2024, 5, 5), 24, 3),
        ):
            start, end = (
                zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)
                for local in (day, day + DAY)
            )
            with self.subTest(day=day):
                self.assertEqual(always._slm_elapsed(start, end), of_day * 3600)
                self.assertEqual(always._slm_plan(start, of_day * 3600), end)
                self.assertEqual(night._slm_elapsed(start, end), of_night * 3600)

    def test_two_weeks(self):
        """In one week mornings, in the other afternoons."""
        calendar = self.create_hours([(0, 8, 12, 0), (0, 13, 17, 1)])
        week_type = self.env["resource.calendar.attendance"].get_week_type
        for week in range(4):
            monday = self.monday + 7 * week * DAY
            opens = calendar._slm_plan(monday, 0)
            self.assertEqual(opens.hour, 13 if week_type(monday.date()) else 8)
            self.assertEqual(calendar._slm_elapsed(monday, monday + 7 * DAY), 4 * 3600)

    def test_partial_leave(self):
        calendar = self.create_hours(OFFICE)
        self.create_leave(self.monday + 9 * HOUR, self.monday + 14.5 * HOUR, calendar)
        self.assertEqual(
            calendar._slm_elapsed(self.monday, self.monday + DAY), 3.5 * 3600
        )
        self.assertEqual(
            calendar._slm_plan(self.monday + 8 * HOUR, 2 * 3600),
            self.monday + 15.5 * HOUR,
        )

    def test_other_time_off_does_not_close(self):
        calendar = self.create_hours(OFFICE)
        self.create_leave(self.monday, self.monday + DAY, calendar, time_type="other")
        self.assertEqual(calendar._slm_elapsed(self.monday, self.monday + DAY), 28800)

    def test_leave_of_a_person_does_not_close(self):
        calendar = self.create_hours(OFFICE)
        person = self.env["resource.resource"].create(
            {"name": "Person", "calendar_id": calendar.id}
        )
        self.create_leave(
            self.monday, self.monday + DAY, calendar, resource_id=person.id
        )
        self.assertEqual(calendar._slm_elapsed(self.monday, self.monday + DAY), 28800)

    def test_zero_and_fractions(self):
        calendar = self.create_hours(OFFICE)
        for start, seconds, end in (
            (7, 0, 8),
            (12, 0, 13),
            (8, 0, 8),
            (17, 0, 32),
            (8, 4 * 3600, 12),
            (8, 900, 8.25),
        ):
            with self.subTest(start=start, seconds=seconds):
                self.assertEqual(
                    calendar._slm_plan(self.monday + start * HOUR, seconds),
                    self.monday + end * HOUR,
                )
        start = self.monday + 12 * HOUR - SECOND
        self.assertEqual(calendar._slm_plan(start, 0.5), start + SECOND / 2)
        self.assertEqual(calendar._slm_plan(start, 1.5), start + HOUR + 1.5 * SECOND)

    # ------------------------------------------------------------------
    # Far away
    # ------------------------------------------------------------------

    def test_two_years_of_service_time(self):
        """8.4 years of office hours: further than is usually looked, and than core."""
        calendar = self.create_hours(OFFICE)
        start, seconds = self.monday + 8 * HOUR, 2 * 365 * 86400
        weeks = seconds // (40 * 3600)
        end = self.monday + timedelta(days=7 * (weeks - 1) + 4, hours=17)
        self.assertEqual(calendar._slm_plan(start, seconds), end)
        self.assertEqual(calendar._slm_plan(end, -seconds), start)
        self.assertEqual(calendar._slm_elapsed(start, end), seconds)
        self.assertFalse(self.core_plan(calendar, start, seconds))

    def test_two_years_of_office_weeks(self):
        calendar = self.create_hours(OFFICE)
        start, seconds = self.monday + 8 * HOUR, 104 * 40 * 3600
        self.assertEqual(
            calendar._slm_plan(start, seconds), self.core_plan(calendar, start, seconds)
        )

    def test_no_hours(self):
        calendar = self.create_hours([])
        for seconds in (-3600, 0, 3600):
            self.assertIs(calendar._slm_plan(self.monday, seconds), False)
        self.assertEqual(calendar._slm_elapsed(self.monday, self.monday + 9 * DAY), 0)

    def test_closed_for_ever(self):
        calendar = self.create_hours(OFFICE)
        self.create_leave(datetime(2000, 1, 1), datetime(2200, 1, 1), calendar)
        self.assertIs(calendar._slm_plan(self.monday, 60), False)
        self.assertEqual(calendar._slm_elapsed(self.monday, self.monday + 9 * DAY), 0)

    def test_long_ago(self):
        calendar = self.create_hours(OFFICE)
        start = datetime(1999, 12, 31, 16)
        self.assertEqual(calendar._slm_plan(start, 7200), datetime(2000, 1, 3, 9))

    # ------------------------------------------------------------------
    # Whose holidays count
    # ------------------------------------------------------------------

    def askers(self, calendar):
        """The calendar as different people and the system ask it."""
        own = {"company_id": self.company.id, "company_ids": self.company.ids}
        other = {
            "company_id": self.other_company.id,
            "company_ids": [self.other_company.id, self.company.id],
        }
        group = "base.group_user"
        user_a = new_test_user(self.env, "slm_hours_a", groups=group, **own)
        user_b = new_test_user(self.env, "slm_hours_b", groups=group, **other)
        portal = new_test_user(
            self.env, "slm_hours_portal", groups="base.group_portal", **own
        )
        yield "superuser", calendar.sudo()
        yield "superuser of B", calendar.sudo().with_company(self.other_company)
        yield (
            "user of A",
            calendar.with_user(user_a).with_context(
                allowed_company_ids=self.company.ids
            ),
        )
        yield (
            "user of B",
            calendar.with_user(user_b).with_context(
                allowed_company_ids=(self.other_company + self.company).ids
            ),
        )
        yield "portal", calendar.with_user(portal).sudo()

    def test_leave_of_another_company_never_counts(self):
        calendar = self.create_hours(OFFICE)
        day = (self.monday, self.monday + DAY)
        self.create_leave(*day, company=self.other_company)
        for who, asked in self.askers(calendar):
            with self.subTest(who=who):
                self.assertEqual(asked._slm_elapsed(*day), 28800)
                self.assertEqual(
                    asked._slm_plan(self.monday, 3600), self.monday + 9 * HOUR
                )

    def test_leave_of_the_company_always_counts(self):
        calendar = self.create_hours(OFFICE)
        day = (self.monday, self.monday + DAY)
        self.create_leave(*day, company=self.company)
        for who, asked in self.askers(calendar):
            with self.subTest(who=who):
                self.assertEqual(asked._slm_elapsed(*day), 0)

    def test_shared_hours_have_the_holidays_of_the_company_that_asks(self):
        calendar = self.create_hours(OFFICE, company_id=False)
        day = (self.monday, self.monday + DAY)
        self.create_leave(*day, company=self.other_company)
        for company, seconds in ((self.company, 28800), (self.other_company, 0)):
            asked = calendar.with_company(company)
            self.assertEqual(asked._slm_elapsed(*day), seconds)

    def test_leave_without_company_counts_everywhere_at_once(self):
        calendar = self.create_hours(OFFICE)
        day = (self.monday, self.monday + DAY)
        self.assertEqual(calendar._slm_elapsed(*day), 28800)
        leave = self.create_leave(*day, company=self.env["res.company"])
        self.assertFalse(leave.company_id)
        self.assertEqual(calendar._slm_elapsed(*day), 0)
        leave.date_from += 12 * HOUR
        self.assertEqual(calendar._slm_elapsed(*day), 4 * 3600)
        leave.unlink()
        self.assertEqual(calendar._slm_elapsed(*day), 28800)

    def test_leave_tells_all_hours_that_it_closes(self):
        """Their running clocks are folded again, archived hours included."""
        calendar = self.create_hours(OFFICE)
        self.create_agreement(calendar)
        calendar.active = False
        leave = self.create_leave(self.monday, self.monday + DAY, company=self.company)
        for company in (self.company, self.env["res.company"]):
            leave.company_id = company
            calendar.slm_hours_changed_by_id = False
            with self.subTest(company=company.name):
                leave.date_to += HOUR
                self.assertEqual(calendar.slm_hours_changed_by_id, self.env.user)

    # ------------------------------------------------------------------
    # Edited hours
    # ------------------------------------------------------------------

    def test_edits_hold_at_once(self):
        calendar = self.create_hours(OFFICE)
        week = (self.monday, self.monday + 7 * DAY)
        line = calendar.attendance_ids[0]
        for edit, hours in (
            (lambda: None, 40),
            (lambda: line.write({"hour_to": 11}), 39),
            (lambda: line.unlink(), 36),
            (lambda: self.create_leave(*week, calendar), 0),
            (lambda: calendar.leave_ids.write({"date_from": week[1] - 2 * DAY}), 36),
            (lambda: calendar.write({"attendance_ids": [Command.clear()]}), 0),
        ):
            edit()
            self.assertEqual(calendar._slm_elapsed(*week) / 3600, hours)

    def test_another_time_zone_holds_at_once(self):
        calendar = self.create_hours(OFFICE, "UTC")
        self.assertEqual(calendar._slm_plan(self.monday, 0).hour, 8)
        calendar.tz = "Europe/Berlin"
        self.assertEqual(calendar._slm_plan(self.monday, 0).hour, 6)

    def test_rollback_gives_the_old_result(self):
        calendar = self.create_hours(OFFICE)
        day = (self.monday, self.monday + DAY)
        self.assertEqual(calendar._slm_elapsed(*day), 28800)
        for edit in (
            lambda: calendar.attendance_ids.unlink(),
            lambda: self.create_leave(*day, calendar),
            lambda: self.create_leave(*day, company=self.company),
        ):
            with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
                edit()
                self.assertEqual(calendar._slm_elapsed(*day), 0)
                raise ZeroDivisionError
            self.assertEqual(calendar._slm_elapsed(*day), 28800)

    def test_cover_grows_to_both_sides(self):
        calendar = self.create_hours(OFFICE)
        for year in (2024, 2002, 2050, 2024, 1990):
            start = datetime(year, 6, 1)
            used = calendar._slm_elapsed(start, start + 28 * DAY)
            self.assertEqual(used, 160 * 3600, year)

    # ------------------------------------------------------------------
    # Hours that can not be used
    # ------------------------------------------------------------------

    def create_agreement(self, calendar):
        return self.env["slm.agreement"].create(
            {
                "name": "Promise",
                "calendar_id": calendar.id,
                "company_id": calendar.company_id.id,
            }
        )

    def test_agreement_refuses_flexible_hours(self):
        calendar = self.create_hours(OFFICE, schedule_type="flexible")
        with self.assertRaisesRegex(ValidationError, "flexible"):
            self.create_agreement(calendar)

    def test_agreement_refuses_empty_hours(self):
        with self.assertRaisesRegex(ValidationError, "not a single working hour"):
            self.create_agreement(self.create_hours([]))

    def test_hours_in_use_do_not_become_flexible(self):
        calendar = self.create_hours(OFFICE)
        self.create_agreement(calendar)
        for values in ({"schedule_type": "flexible"}, {"flexible_hours": True}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, "flexible"),
                self.env.cr.savepoint(),
            ):
                calendar.write(values)
        self.assertFalse(calendar.flexible_hours)

    def test_hours_nobody_uses_may_become_flexible(self):
        calendar = self.create_hours(OFFICE)
        calendar.schedule_type = "flexible"
        self.assertTrue(calendar.flexible_hours)
        with self.assertRaisesRegex(UserError, "flexible"):
            calendar._slm_plan(datetime(2024, 1, 1, 8), 3600)

    def test_closing_hours_in_use_warns(self):
        calendar = self.create_hours(OFFICE)
        agreement = self.create_agreement(calendar)
        self.assertFalse(agreement.calendar_warning)
        calendar.attendance_ids.unlink()
        agreement.invalidate_recordset(["calendar_warning"])
        self.assertIn("not a single working hour", agreement.calendar_warning)

    # ------------------------------------------------------------------
    # The grid
    # ------------------------------------------------------------------

    def test_week_grid(self):
        calendar = self.create_hours(OFFICE)
        (week,) = calendar.slm_week_grid
        self.assertEqual([sum(row) for row in week["rows"]], [8] * 5 + [0] * 2)

    def test_week_grid_without_breaks(self):
        calendar = self.create_hours(OFFICE)
        calendar.attendance_ids = [
            Command.create(
                {
                    "name": "Lunch",
                    "dayofweek": "0",
                    "hour_from": 12,
                    "hour_to": 13,
                    "day_period": "lunch",
                }
            )
        ]
        self.assertEqual(calendar.slm_week_grid[0]["rows"][0][12], 0)

    def test_week_grid_of_two_weeks(self):
        calendar = self.create_hours([(0, 8, 12, 0), (0, 13, 17, 1)])
        first, second = calendar.slm_week_grid
        self.assertEqual(first["rows"][0][8:12], [1] * 4)
        self.assertEqual(second["rows"][0][8:12], [0] * 4)
        self.assertEqual(second["rows"][0][13:17], [1] * 4)
