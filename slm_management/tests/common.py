# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of this module, and of modules that extend it, build upon.

Times are written as people at the desk say them: ``"mon 09:00"`` is nine o'clock in
Berlin on the Monday of the week in which the tests play, ``"tue+1 08:30:15"`` a Tuesday
a week later. :func:`moment` and :func:`tell` translate to naive UTC and back.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import pytz

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.base.tests.common import BaseCommon

BERLIN = pytz.timezone("Europe/Berlin")
MONDAY = datetime(2024, 1, 8)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: minutes; a ticket has priority "1" unless it says otherwise
TARGETS = (
    {"response": 60, "completion": 240, "closure": 480},
    {"priority": "3", "response": 30, "completion": 120, "closure": 240},
)
#: how :meth:`SlmCommon.assertClock` names a clock's columns
TIMES = {
    "started": "started_at",
    "deadline": "deadline",
    "stopped": "stopped_at",
    "breached": "breached_at",
    "risk": "at_risk_at",
    "next": "next_action_at",
}
MINUTES = {"used": "elapsed_seconds", "target": "target_seconds"}


def moment(text):
    """Naive UTC of a time as people at the desk say it."""
    day, clock = text.split()
    name, _plus, weeks = day.partition("+")
    hour, minute, second = (*map(int, clock.split(":")), 0)[:3]
    days = DAYS.index(name) + 7 * int(weeks or 0)
    local = MONDAY + timedelta(days, hours=hour, minutes=minute, seconds=second)
    return BERLIN.localize(local).astimezone(pytz.utc).replace(tzinfo=None)


def tell(instant):
    """The reverse of :func:`moment`; False and None stay False."""
    if not instant:
        return False
    local = pytz.utc.localize(instant).astimezone(BERLIN).replace(tzinfo=None)
    weeks, day = divmod((local - MONDAY).days, 7)
    clock = local.strftime("%H:%M:%S.%f" if local.microsecond else "%H:%M:%S")
    return f"{DAYS[day]}{f'+{weeks}' if weeks else ''} {clock.removesuffix(':00')}"


def week(*hours, days=range(5)):
    """Commands for ``attendance_ids``: the same hours on each of some days."""
    return [fields.Command.clear()] + [
        fields.Command.create(
            {
                "name": f"{DAYS[day]} {start}",
                "dayofweek": str(day),
                "hour_from": start,
                "hour_to": end,
                "day_period": "full_day" if end - start > 12 else "morning",
            }
        )
        for day in days
        for start, end in hours
    ]


@tagged("post_install", "-at_install")
class SlmCommon(BaseCommon):
    """A company in Berlin, a customer of three levels, people of every role, an SLA.

    Time stands still; :meth:`at` moves it, for the clock of the server as for the
    transaction. After each test every ticket is folded again from its events, and there
    must be no difference; a test that tampers with data sets ``tampered``.
    """

    #: the test has made stored clocks and events differ on purpose
    tampered = False

    # ------------------------------------------------------------------
    # Fixture
    # ------------------------------------------------------------------

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time(moment("mon 06:00"))
        cls.frozen = freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.company.partner_id.tz = "Europe/Berlin"
        cls.office = cls.create_calendar("Office", (8, 12), (13, 17))
        cls.always = cls.create_calendar("Always", (0, 24), days=range(7))
        cls._set_up_stages()
        cls._set_up_customer()
        cls._set_up_people()
        cls.service = cls.env["slm.service"].create({"name": "Mail"})
        cls.other_service = cls.env["slm.service"].create({"name": "Print"})
        cls.agreement = cls.create_agreement(name="Office SLA")

    def setUp(self):
        super().setUp()
        self.at("mon 08:00")

    def tearDown(self):
        if not self.tampered:
            self.assertHealthy()
        super().tearDown()

    @classmethod
    def setup_independent_company(cls, **kwargs):
        return cls._create_company(name="Service Desk Ltd", **kwargs)

    @classmethod
    def _set_up_stages(cls):
        stages = cls.env["helpdesk.ticket.stage"]
        prefix = "helpdesk_mgmt.helpdesk_ticket_stage_"
        shipped = {
            "waiting": "new",
            "working": "in_progress",
            "wait_customer": "awaiting",
            "closed": "done",
            "cancelled": "cancelled",
        }
        cls.stages = {
            phase: cls.env.ref(prefix + name) for phase, name in shipped.items()
        }
        for phase in ("completed", "wait_supplier"):
            cls.stages[phase] = stages.create(
                {"name": phase, "slm_phase": phase, "sequence": 90}
            )

    @classmethod
    def _set_up_customer(cls):
        partners = cls.env["res.partner"]
        cls.organisation = partners.create({"name": "Customer", "is_company": True})
        cls.department = partners.create(
            {"name": "Accounting", "parent_id": cls.organisation.id}
        )
        cls.stranger = partners.create(
            {"name": "Stranger", "email": "stranger@example.com"}
        )

    @classmethod
    def _set_up_people(cls):
        cls.portal_user = cls.create_user("portal", "base.group_portal")
        cls.person = cls.portal_user.partner_id
        cls.person.write(
            {
                "parent_id": cls.department.id,
                "name": "Petra",
                "email": "petra@example.com",
            }
        )
        all_tickets = "helpdesk_mgmt.group_helpdesk_user"
        cls.helpdesk_user = cls.create_user("helpdesk", all_tickets)
        cls.agent = cls.create_user(
            "agent", f"{all_tickets},slm_management.group_slm_agent"
        )
        cls.administrator = cls.create_user(
            "administrator", "slm_management.group_slm_administrator"
        )
        cls.manager = cls.create_user("manager", "slm_management.group_slm_manager")

    @classmethod
    def create_user(cls, login, groups, **vals):
        vals = {"company_id": cls.company.id, "email": f"{login}@slm.test"} | vals
        user = new_test_user(
            cls.env,
            login=f"slm_{login}",
            groups=groups,
            context={"no_reset_password": True},
            tz="Europe/Berlin",
            **vals,
        )
        return user

    @classmethod
    def create_calendar(cls, name, *hours, days=range(5), **vals):
        vals = {
            "name": name,
            "tz": "Europe/Berlin",
            "company_id": cls.company.id,
            "attendance_ids": week(*hours, days=days),
            "global_leave_ids": [fields.Command.clear()],
        } | vals
        return cls.env["resource.calendar"].create(vals)

    @classmethod
    def create_agreement(
        cls, name="SLA", consumers=None, targets=TARGETS, activate=True, **vals
    ):
        """An agreement in force, as it is after ``action_activate``.

        :param consumers: contacts that it covers, in order; False for everybody.
            Without: the customer
        :param targets: dicts of minutes by metric, and of what the line is for
        """
        if consumers is None:
            consumers = [cls.organisation]
        vals = {
            "name": name,
            "calendar_id": cls.office.id,
            "date_start": "2023-01-01",
            "publication_ids": [
                fields.Command.create({"partner_id": consumer and consumer.id})
                for consumer in consumers
            ],
            "target_ids": [
                fields.Command.create(cls.prepare_target(target)) for target in targets
            ],
        } | vals
        agreement = cls.env["slm.agreement"].create(vals)
        if activate:
            agreement.action_activate()
        return agreement

    @classmethod
    def prepare_target(cls, target):
        """Values of ``slm.target``: ``response`` is short for ``response_minutes``."""
        metrics = ("response", "completion", "closure")
        return {f"{k}_minutes" if k in metrics else k: v for k, v in target.items()}

    @classmethod
    def create_ticket(cls, **vals):
        """A ticket of the customer's person; ``phase`` is short for ``stage_id``."""
        vals = {
            "name": "It does not work",
            "description": "Please help",
            "partner_id": cls.person.id,
        } | vals
        if "phase" in vals:
            vals["stage_id"] = cls.stages[vals.pop("phase")].id
        return cls.env["helpdesk.ticket"].create(vals)

    @classmethod
    def create_holiday(cls, first, last, calendar=None, **vals):
        """Close service hours from the start of one day to the end of another.

        Core gives a leave the company of its calendar, else the current one.
        """
        calendar = cls.office if calendar is None else calendar
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "date_from": moment(f"{first} 00:00"),
                "date_to": moment(f"{last} 23:59:59"),
            }
            | vals
        )

    # ------------------------------------------------------------------
    # Doing
    # ------------------------------------------------------------------

    def at(self, text):
        """Now it is another time, on the server and for the transaction."""
        self.env.flush_all()
        now = moment(text) if isinstance(text, str) else text
        self.frozen.move_to(now)
        self.env.cr._now = now
        return now

    def move(self, ticket, phase, text=None):
        """Move a ticket to the stage of a phase, at a time."""
        if text:
            self.at(text)
        ticket.stage_id = self.stages[phase]

    def run_cron(self, name="due"):
        """Run one of the module's scheduled jobs as the scheduler does."""
        cron = self.env.ref(f"slm_management.ir_cron_{name}")
        with self.enter_registry_test_mode():
            self.assertIs(cron.method_direct_trigger(), True)

    @contextmanager
    def acting(self, user):
        """As in a request of a user: where contacts are written or linked by commands,
        core asks for the rights of who began the transaction."""
        env = self.env(user=user.id)
        with patch.object(self.env.transaction, "default_env", env):
            yield

    def get_clock(self, ticket, metric="completion", agreement=None):
        agreement = agreement or ticket.slm_agreement_id
        return ticket.slm_clock_ids.filtered(
            lambda clock: clock.metric == metric and clock.agreement_id == agreement
        )

    def get_breach_notes(self, ticket):
        return ticket.message_ids.filtered(
            lambda message: "Service level breached" in (message.body or "")
        )

    def get_events(self, ticket, kind):
        self.env.flush_all()
        ticket.invalidate_recordset(["slm_event_ids"])
        return ticket.slm_event_ids.filtered(lambda event: event.kind == kind)

    # ------------------------------------------------------------------
    # Asserting
    # ------------------------------------------------------------------

    def assertClock(self, ticket, metric="completion", agreement=None, **expected):
        """Check what a clock shows: columns by name, see ``TIMES`` and ``MINUTES``."""
        clock = self.get_clock(ticket, metric, agreement)
        self.assertEqual(len(clock), 1, f"The ticket has one {metric} clock")
        shown = {}
        for name in expected:
            if name in TIMES:
                shown[name] = tell(clock[TIMES[name]])
            elif name in MINUTES:
                shown[name] = clock[MINUTES[name]] / 60
            else:
                shown[name] = clock[name]
        self.assertEqual(shown, expected, f"The {metric} clock")

    def assertDeadlines(self, ticket, response=False, completion=False, closure=False):
        shown = {
            "response": tell(ticket.slm_response_deadline),
            "completion": tell(ticket.slm_completion_deadline),
            "closure": tell(ticket.slm_closure_deadline),
        }
        expected = {
            "response": response,
            "completion": completion,
            "closure": closure,
        }
        self.assertEqual(shown, expected)

    @contextmanager
    def assertRefused(self, text, exception=ValidationError):
        """It is refused with an error that says why, and nothing of it stays."""
        with self.assertRaises(exception) as caught:
            yield
            self.env.flush_all()
        self.assertIn(text, str(caught.exception))

    def assertHealthy(self, tickets=None):
        """Folding tickets again from their events yields what is stored."""
        if tickets is None:
            tickets = self.env["helpdesk.ticket"].with_context(active_test=False)
            tickets = tickets.search([("create_uid", "!=", False)]).filtered(
                lambda ticket: ticket.create_date <= fields.Datetime.now()
            )
        self.env.flush_all()
        self.assertEqual(tickets._slm_rebuild(), [])
