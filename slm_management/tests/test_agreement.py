# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import SlmCommon


class TestAgreement(SlmCommon):
    """What can be saved, and the error that says why not."""

    # ------------------------------------------------------------------
    # Targets
    # ------------------------------------------------------------------

    def test_targets_overlap(self):
        cases = (
            [{"completion": 60}, {"completion": 90}],
            [{"completion": 60, "priority": "2"}, {"response": 9, "priority": "2"}],
            [
                {"completion": 60, "service_id": self.service.id},
                {"completion": 90, "service_id": self.service.id},
            ],
        )
        for targets in cases:
            with (
                self.subTest(targets=targets),
                self.assertRefused("overlap"),
            ):
                self.create_agreement(targets=targets)

    def test_targets_overlap_after_an_edit(self):
        agreement = self.create_agreement()
        with self.assertRefused("overlap"):
            agreement.target_ids[1].priority = False

    def test_targets_beside_each_other(self):
        """More specific is no overlap."""
        self.create_agreement(
            targets=[
                {"completion": 60},
                {"completion": 60, "priority": "2"},
                {"completion": 60, "process_kind": "incident"},
                {"completion": 60, "service_id": self.service.id},
                {"completion": 60, "service_id": self.other_service.id},
            ]
        )

    def test_same_targets_in_two_agreements(self):
        self.create_agreement(targets=[{"completion": 60}])
        self.create_agreement(targets=[{"completion": 60}])

    def test_target_is_empty(self):
        for target in ({"completion": 0}, {"priority": "1"}):
            with (
                self.subTest(target=target),
                self.assertRefused("promises nothing"),
            ):
                self.create_agreement(targets=[target])

    def test_target_is_emptied(self):
        agreement = self.create_agreement(targets=[{"completion": 60}])
        with self.assertRefused("promises nothing"):
            agreement.target_ids.completion_minutes = 0

    @mute_logger("odoo.sql_db")
    def test_target_is_negative(self):
        with self.assertRefused("minutes_not_negative", IntegrityError):
            self.create_agreement(targets=[{"completion": -1}])

    def test_target_of_a_service_outside(self):
        with self.assertRefused("not among the services"):
            self.create_agreement(
                service_ids=self.other_service.ids,
                targets=[{"completion": 60, "service_id": self.service.id}],
            )
        agreement = self.create_agreement(
            targets=[{"completion": 60, "service_id": self.service.id}]
        )
        with self.assertRefused("not among the services"):
            agreement.service_ids = self.other_service

    def test_target_says_what_it_is_for(self):
        agreement = self.create_agreement(
            targets=[{"response": 30, "completion": 960, "priority": "3"}]
        )
        name = agreement.target_ids.display_name
        self.assertIn("all services", name)
        self.assertIn("Very High", name)
        self.assertIn("30m", name)
        self.assertIn("2d", name)

    # ------------------------------------------------------------------
    # Validity and state
    # ------------------------------------------------------------------

    def test_end_before_start(self):
        with self.assertRefused("before it starts"):
            self.create_agreement(date_start="2024-02-01", date_end="2024-01-31")
        agreement = self.create_agreement(
            date_start="2024-02-01", date_end="2024-02-01"
        )
        with self.assertRefused("before it starts"):
            agreement.date_end = "2024-01-31"

    def test_active_without_targets(self):
        with self.assertRefused("no targets"):
            self.create_agreement(targets=[])
        draft = self.create_agreement(targets=[], activate=False)
        self.assertEqual(draft.state, "draft")
        with self.assertRefused("no targets"):
            draft.action_activate()

    def test_last_target_of_an_active_one_is_removed(self):
        with self.assertRefused("no targets"):
            self.agreement.target_ids = [fields.Command.clear()]

    def test_last_target_of_an_active_one_is_deleted(self):
        with self.assertRefused("no targets"):
            self.agreement.target_ids.unlink()

    def test_code_by_sequence_and_by_hand(self):
        first, second = self.create_agreement(), self.create_agreement()
        self.assertTrue(first.code.startswith("AGR"))
        self.assertNotEqual(first.code, second.code)
        typed = self.create_agreement(code="SLA-7")
        self.assertEqual(typed.display_name, "[SLA-7] SLA")
        number = int(second.code.removeprefix("AGR")) + 1
        self.create_agreement(code=f"AGR{number:04}")
        self.assertEqual(self.create_agreement().code, f"AGR{number + 1:04}")

    @mute_logger("odoo.sql_db")
    def test_code_is_unique_in_its_company(self):
        self.create_agreement(code="SLA-7")
        other = self._create_company(name="Other Company")
        self.create_agreement(
            code="SLA-7", company_id=other.id, calendar_id=self.always_shared().id
        )
        with self.assertRefused("code_uniq", IntegrityError):
            self.create_agreement(code="SLA-7")

    def always_shared(self):
        return self.create_calendar("Shared", (0, 24), days=range(7), company_id=False)

    def test_copy_is_a_draft_of_its_own(self):
        copy = self.agreement.copy()
        self.assertEqual(copy.state, "draft")
        self.assertNotEqual(copy.code, self.agreement.code)
        self.assertEqual(len(copy.target_ids), len(self.agreement.target_ids))
        self.assertEqual(copy.publication_ids.partner_id, self.organisation)
        self.assertFalse(copy.publication_ids & self.agreement.publication_ids)

    def test_agreement_with_clocks_is_not_deleted(self):
        self.create_ticket()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRefused("slm_clock", IntegrityError),
        ):
            self.agreement.unlink()

    def test_customer_is_covered_by_default(self):
        form = Form(self.env["slm.agreement"])
        form.name = "By form"
        form.partner_id = self.organisation
        agreement = form.save()
        self.assertEqual(agreement.publication_ids.partner_id, self.organisation)
        self.assertEqual(agreement.publication_ids.role, "consumer")

    @mute_logger("odoo.sql_db")
    def test_risk_percent_range(self):
        for percent in (0, 101):
            with (
                self.subTest(percent=percent),
                self.assertRefused("risk_percent_range", IntegrityError),
            ):
                self.create_agreement(risk_percent=percent)

    def test_risk_percent(self):
        self.agreement.risk_percent = 50
        ticket = self.create_ticket()
        self.assertClock(ticket, risk="mon 10:00")

    # ------------------------------------------------------------------
    # Publication
    # ------------------------------------------------------------------

    def test_publication_roles(self):
        team = self.env["helpdesk.ticket.team"].create({"name": "Provider"})
        with self.assertRefused("needs a team"):
            self.env["slm.publication"].create(
                {"agreement_id": self.agreement.id, "role": "provider"}
            )
        with self.assertRefused("names a contact"):
            self.env["slm.publication"].create(
                {"agreement_id": self.agreement.id, "team_id": team.id}
            )

    # ------------------------------------------------------------------
    # Service hours
    # ------------------------------------------------------------------

    def test_calendar_without_hours(self):
        empty = self.create_calendar("Empty")
        with self.assertRefused("not a single working hour"):
            self.create_agreement(calendar_id=empty.id)

    def test_calendar_closed_for_ever(self):
        closed = self.create_calendar("Closed", (8, 12))
        self.create_holiday("mon", "sun+2000", calendar=closed)
        with self.assertRefused("not a single working hour"):
            self.create_agreement(calendar_id=closed.id)

    def test_calendar_with_flexible_hours(self):
        flexible = self.create_calendar("Flexible", (8, 12))
        flexible.schedule_type = "flexible"
        self.assertTrue(flexible.flexible_hours)
        with self.assertRefused("flexible hours"):
            self.create_agreement(calendar_id=flexible.id)

    def test_calendar_becomes_flexible(self):
        with self.assertRefused("flexible hours"):
            self.office.schedule_type = "flexible"

    def test_calendar_loses_its_hours(self):
        """No deadline and a warning on the agreement; never a crash."""
        ticket = self.create_ticket()
        self.assertFalse(self.agreement.calendar_warning)
        self.office.attendance_ids = [fields.Command.clear()]
        self.agreement.invalidate_recordset()
        self.assertIn("not a single working hour", self.agreement.calendar_warning)
        self.run_cron("replan")
        self.assertDeadlines(ticket)
        self.assertClock(ticket, state="running", deadline=False, next=False)
        other = self.create_ticket()
        self.assertDeadlines(other)
        self.assertEqual(other.slm_status, "on_track")
        self.at("fri 09:00")
        self.run_cron()
        self.move(other, "closed")
        self.assertClock(other, used=0, outcome="met")

    # ------------------------------------------------------------------
    # Service levels
    # ------------------------------------------------------------------

    def load(self, agreement, *names, **vals):
        levels = [self.env.ref(f"slm_management.service_level_{n}").id for n in names]
        wizard = self.env["slm.load.levels"].create(
            {"agreement_id": agreement.id, "level_ids": [fields.Command.set(levels)]}
            | vals
        )
        wizard.action_load()
        return wizard

    def get_targets(self, agreement):
        return {
            target.priority: (target.response_minutes, target.completion_minutes)
            for target in agreement.target_ids
        }

    def test_load_classic_levels(self):
        """A day of a level is a day of the agreement's service hours."""
        names = ("urgent", "priority", "regular", "advisory")
        cases = ((self.office, 480), (self.always, 1440))
        for calendar, day in cases:
            with self.subTest(calendar=calendar.name):
                agreement = self.create_agreement(
                    targets=[], activate=False, calendar_id=calendar.id
                )
                wizard = self.load(agreement, *names)
                expected = {
                    "3": (30, 120),
                    "2": (240, 720),
                    "1": (1440, 5 * day),
                    "0": (5 * day, 10 * day),
                }
                self.assertEqual(self.get_targets(agreement), expected)
                self.assertIn(f"{day // 60}h", wizard.day_hint)

    def test_load_beside_and_instead(self):
        agreement = self.create_agreement(targets=[{"completion": 60}])
        self.load(agreement, "urgent")
        self.assertEqual(self.get_targets(agreement), {False: (0, 60), "3": (30, 120)})
        with self.assertRefused("overlap"):
            self.load(agreement, "urgent")
        self.load(agreement, "urgent", service_id=self.service.id)
        self.assertEqual(len(agreement.target_ids), 3)
        self.load(agreement, "regular", replace=True)
        self.assertEqual(self.get_targets(agreement), {"1": (1440, 2400)})

    def test_level_with_nonsense(self):
        level = self.env.ref("slm_management.service_level_urgent")
        for text in ("soon", "2x", "h"):
            with (
                self.subTest(text=text),
                self.assertRefused("not a duration"),
            ):
                level.line_ids.response = text
        with self.assertRefused("promises nothing"):
            level.line_ids.write({"response": False, "completion": False})

    def test_level_edited_later_leaves_agreements(self):
        agreement = self.create_agreement(targets=[], activate=False)
        self.load(agreement, "urgent")
        level = self.env.ref("slm_management.service_level_urgent")
        level.line_ids.response = "1h"
        self.assertEqual(self.get_targets(agreement), {"3": (30, 120)})


class TestServiceCatalogue(SlmCommon):
    def test_code_and_counts(self):
        self.assertTrue(self.service.code.startswith("SVC"))
        self.create_ticket(slm_service_id=self.service.id)
        self.create_ticket(slm_service_id=self.service.id, phase="closed")
        self.assertEqual(self.service.open_ticket_count, 1)
        self.agreement.service_ids = self.service
        self.service.invalidate_recordset()
        self.assertEqual(self.service.agreement_count, 1)
        self.assertEqual(self.agreement.ticket_count, 2)
