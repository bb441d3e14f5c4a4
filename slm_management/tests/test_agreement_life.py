# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import SlmCommon, tell
from .test_import_export import FileCase


class LifeCommon(SlmCommon):
    """People act on agreements, as the superuser may do more. Today is 2024-01-08."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "First Line", "company_id": cls.company.id}
        )
        cls.other_team = cls.team.create(
            {"name": "Second Line", "company_id": cls.company.id}
        )

    def draft(self, user=None, **vals):
        agreement = self.create_agreement(name="Gold", activate=False, **vals)
        return agreement.with_user(user or self.manager)

    def approve(self, **vals):
        """An agreement that the manager has approved."""
        agreement = self.draft(**vals)
        agreement.action_approve()
        return agreement

    def make_version(self, agreement, **vals):
        """The next version, being drafted."""
        action = agreement.action_new_version()
        version = agreement.browse(action["res_id"])
        version.write(vals)
        return version

    def replace(self, agreement, start="2024-02-01", **vals):
        """The next version, approved."""
        version = self.make_version(agreement, date_start=start, **vals)
        version.action_approve()
        return version


class TestAgreementStates(LifeCommon):
    """Draft, review, active, expired or terminated; only a manager approves."""

    def test_draft_review_active_terminated(self):
        agreement = self.draft(self.administrator)
        agreement.action_submit()
        self.assertEqual(agreement.state, "review")
        agreement.action_draft()
        self.assertEqual(agreement.state, "draft")
        agreement.action_submit()
        agreement.with_user(self.manager).action_approve()
        self.assertEqual(agreement.state, "active")
        self.assertEqual(agreement.approved_by_id, self.manager)
        self.assertEqual(agreement.approved_on, date(2024, 1, 8))
        agreement.with_user(self.manager).action_terminate()
        self.assertEqual(agreement.state, "terminated")

    def test_a_draft_is_approved_without_a_review(self):
        self.assertEqual(self.approve().state, "active")

    def test_the_former_name_of_the_approval(self):
        agreement = self.draft()
        agreement.action_activate()
        self.assertEqual(agreement.state, "active")

    def test_only_a_manager_approves(self):
        for user in (self.administrator, self.agent, self.helpdesk_user):
            agreement = self.draft(user)
            roads = {
                "action": agreement.action_approve,
                "former name": agreement.action_activate,
                "write": lambda a=agreement: a.write({"state": "active"}),
                "save": lambda a=agreement: a.web_save({"state": "active"}, {}),
                "expired": lambda a=agreement: a.write({"state": "expired"}),
                "terminated": lambda a=agreement: a.write({"state": "terminated"}),
                "terminate": agreement.action_terminate,
            }
            self.assertClosed(roads, agreement)

    def assertClosed(self, roads, agreement):
        for name, road in roads.items():
            with self.subTest(user=agreement.env.user.login, road=name):
                with self.assertRaises(AccessError):
                    road()
                self.assertEqual(agreement.sudo().state, "draft")

    def test_an_administrator_creates_drafts_only(self):
        agreements = self.env["slm.agreement"].with_user(self.administrator)
        vals = {
            "name": "Mine",
            "calendar_id": self.office.id,
            "date_start": "2023-01-01",
            "target_ids": [Command.create({"completion_minutes": 60})],
        }
        for state in ("active", "expired", "terminated"):
            with self.subTest(state=state), self.assertRaises(AccessError):
                agreements.create(vals | {"state": state})
            with self.subTest(default=state), self.assertRaises(AccessError):
                agreements.with_context(default_state=state).create(vals)
        self.assertEqual(agreements.create(vals | {"state": "review"}).state, "review")

    def test_an_administrator_ends_and_replaces_nothing(self):
        agreement = self.approve().with_user(self.administrator)
        roads = (
            agreement.action_terminate,
            agreement.action_new_version,
            agreement.action_apply_to_tickets,
            lambda: agreement.copy({"code": agreement.code, "version": 2}),
            lambda: agreement.copy({"code": agreement.code, "version": 2, "name": "X"}),
            lambda: agreement.write({"date_end": "2024-06-30"}),
        )
        for road in roads:
            with self.assertRaises(AccessError):
                road()
        draft = self.draft(self.administrator)
        for vals in ({"version": 2}, {"previous_version_id": agreement.id}):
            with self.assertRaises(AccessError):
                draft.write(vals)

    def test_nobody_writes_an_approval(self):
        agreement = self.draft(self.administrator)
        for vals in (
            {"approved_by_id": self.administrator.id},
            {"approved_on": "2024-01-01"},
            {"is_replaced": True},
            {"reminded_for": "2024-01-01"},
        ):
            with self.subTest(vals=vals):
                with self.assertRaises(AccessError):
                    agreement.write(vals)
                context = {f"default_{name}": value for name, value in vals.items()}
                for made in (
                    agreement.copy(vals),
                    agreement.with_context(**context).copy(),
                ):
                    self.assertFalse(made[next(iter(vals))])

    def test_no_way_back(self):
        cases = (
            ("active", "draft", "new version"),
            ("active", "review", "new version"),
            ("active", "expired", "change the end"),
            ("terminated", "active", "new version"),
            ("terminated", "draft", "new version"),
            ("draft", "terminated", "approve or delete"),
            ("draft", "expired", "approve or delete"),
        )
        for before, after, remedy in cases:
            with self.subTest(before=before, after=after):
                agreement = self.draft() if before == "draft" else self.approve()
                if before == "terminated":
                    agreement.action_terminate()
                with self.assertRefused(remedy, UserError):
                    agreement.state = after
        expired = self.approve()
        expired.date_end = "2024-01-07"
        with self.assertRefused("change the end", UserError):
            expired.action_approve()
        expired.action_terminate()
        self.assertEqual(expired.state, "terminated")

    def test_a_manager_creates_what_is_in_force(self):
        """As an import does; the checks are those of an approval."""
        vals = {"name": "Paper", "calendar_id": self.office.id, "state": "active"}
        target = {"target_ids": [Command.create({"completion_minutes": 60})]}
        agreements = self.env["slm.agreement"].with_user(self.manager)
        with self.assertRefused("no targets"):
            agreements.create(vals)
        with self.assertRefused("names no team"):
            agreements.create(vals | target | {"kind": "ola"})
        agreement = agreements.create(vals | target)
        self.assertEqual(agreement.approved_by_id, self.manager)
        with self.assertRefused("has been approved", UserError):
            agreement.name = "Other"
        past = {"date_start": "2022-01-01", "date_end": "2022-12-31"}
        self.assertEqual(agreements.create(vals | target | past).state, "expired")

    def test_an_ola_needs_a_team_and_a_uc_a_partner(self):
        cases = (
            ("ola", "names no team", {"team_id": self.team.id}),
            ("uc", "names no supplier", {"partner_id": self.stranger.id}),
        )
        for kind, text, remedy in cases:
            with self.subTest(kind=kind):
                agreement = self.draft(kind=kind)
                with self.assertRefused(text):
                    agreement.action_approve()
                agreement.write(remedy)
                agreement.action_approve()
                self.assertEqual(agreement.state, "active")

    def test_only_an_ola_names_a_team(self):
        for kind in ("sla", "uc"):
            with self.subTest(kind=kind), self.assertRefused("no OLA"):
                self.draft(kind=kind, team_id=self.team.id)


class TestAgreementContent(LifeCommon):
    """What is or was in force changes by a new version only."""

    def get_changes(self):
        other = self.create_calendar("Other", (9, 12))
        process = self.env["slm.process"].create(
            {"name": "Report", "service_ids": [Command.set(self.service.ids)]}
        )
        kind = self.env["slm.process.kind"].search([], limit=1)
        return (
            {"kind": "uc"},
            {"code": "X"},
            {"name": "Other"},
            {"description": "<p>Other</p>"},
            {"deliverables": "<p>Other</p>"},
            {"partner_id": self.stranger.id},
            {"team_id": self.team.id},
            {"calendar_id": other.id},
            {"service_ids": [Command.link(self.service.id)]},
            {"process_ids": [Command.link(process.id)]},
            {"process_kind_ids": [Command.link(kind.id)]},
            {"pause_supplier": True},
            {"availability_target": 99.0},
            {"attainment_target": 99.0},
            {"date_start": "2023-06-01"},
            {"target_ids": [Command.create({"completion_minutes": 60})]},
            {"target_ids": [Command.clear()]},
        )

    def assertFrozen(self, agreement):
        for vals in self.get_changes():
            with self.subTest(state=agreement.state, vals=vals):
                with self.assertRefused("new version", UserError):
                    agreement.write(vals)
        with self.assertRefused("new version", UserError):
            agreement.unlink()

    def test_content_is_frozen(self):
        active, expired, terminated = (self.approve() for _state in range(3))
        expired.date_end = "2024-01-07"
        terminated.action_terminate()
        for agreement in (active, expired, terminated):
            self.assertFrozen(agreement)

    def test_content_of_drafts_and_reviews_is_open(self):
        for state in ("draft", "review"):
            for vals in self.get_changes():
                if vals.keys() & {"team_id", "code"}:
                    continue
                with self.subTest(state=state, vals=vals):
                    targets = [{"response": 5, "priority": "3"}]
                    agreement = self.draft(self.administrator, targets=targets)
                    agreement.state = state
                    agreement.write(vals)

    def test_content_may_come_with_the_approval(self):
        agreement = self.draft(targets=[])
        lines = [Command.create({"completion_minutes": 60})]
        agreement.write({"state": "active", "target_ids": lines, "name": "Best"})
        self.assertEqual(agreement.target_ids.completion_minutes, 60)
        with self.assertRefused("new version", UserError):
            agreement.target_ids = lines

    def test_targets_are_frozen(self):
        agreement = self.approve(targets=[{"completion": 60}])
        line, draft = agreement.target_ids, self.draft(targets=[{"response": 9}])
        vals = {"agreement_id": agreement.id, "response_minutes": 1, "priority": "2"}
        context = {"default_agreement_id": agreement.id}
        roads = {
            "create": lambda: line.create(vals),
            "default": lambda: line.with_context(**context).create(
                {"response_minutes": 1, "priority": "2"}
            ),
            "write": lambda: line.write({"completion_minutes": 90}),
            "unlink": lambda: line.with_context(slm_agreement_written=True).unlink(),
            "copy": lambda: line.copy({"priority": "3"}),
            "move away": lambda: line.write({"agreement_id": draft.id}),
            "move in": lambda: draft.target_ids.write(vals),
            "steal": lambda: draft.write({"target_ids": [Command.set(line.ids)]}),
        }
        for name, road in roads.items():
            with self.subTest(road=name):
                with self.assertRefused("new version", UserError):
                    road()
        self.assertEqual(agreement.target_ids, line)

    def test_a_level_is_loaded_into_drafts_only(self):
        wizard = self.env["slm.load.levels"].with_user(self.manager)
        levels = self.env.ref("slm_management.service_level_urgent").ids
        vals = {"agreement_id": self.approve().id, "level_ids": [Command.set(levels)]}
        with self.assertRefused("new version", UserError):
            wizard.create(vals).action_load()

    def test_content_is_frozen_from_the_service(self):
        agreement = self.approve(service_ids=self.service.ids)
        agreement.action_archive()
        mine, other = (self.service + self.other_service).with_user(self.manager)
        for service, command in (
            (other, Command.link(agreement.id)),
            (mine, Command.unlink(agreement.id)),
            (mine, Command.clear()),
            (mine, Command.update(agreement.id, {"name": "Other"})),
        ):
            with self.subTest(command=command):
                with self.assertRefused("new version", UserError):
                    service.with_context(active_test=False).agreement_ids = [command]
        with self.assertRefused("new version", UserError):
            other.create({"name": "X", "agreement_ids": [Command.link(agreement.id)]})

    def test_translations_are_content(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        agreement = self.approve(description="<p>Gold</p>")
        with self.assertRefused(agreement.code, UserError):
            agreement.update_field_translations("name", {"zh_CN": "黄金"})
        with self.assertRefused(agreement.code, UserError):
            agreement.update_field_translations(
                "description", {"zh_CN": {"Gold": "黄金"}}
            )
        with self.assertRefused(agreement.code, UserError):
            agreement.with_context(lang="zh_CN").name = "黄金"

    def test_what_a_manager_may_change_any_time(self):
        agreement = self.approve()
        policy = self.env["slm.escalation.policy"].search([], limit=1)
        line = {"partner_id": self.stranger.id}
        for vals in (
            {"date_end": "2024-12-31"},
            {"publication_ids": [Command.create(line)]},
            {"manager_id": self.administrator.id},
            {"reminder_days": 60},
            {"risk_percent": 50},
            {"sequence": 3},
            {"escalation_policy_id": policy.id},
            {"active": False},
        ):
            with self.subTest(vals=vals):
                agreement.write(vals)
        agreement.publication_ids.unlink()

    def test_the_superuser_may_migrate(self):
        agreement = self.approve().sudo()
        agreement.name = "Migrated"
        agreement.target_ids[0].completion_minutes = 7
        agreement.state = "draft"
        self.assertFalse(agreement.approved_on)


class TestAgreementVersions(LifeCommon):
    """Copy, edit, approve: the old version ends the day before."""

    def test_a_new_version_is_a_draft_of_all_that_was(self):
        agreement = self.approve(
            service_ids=self.service.ids, date_end="2024-12-31", description="<p>X</p>"
        )
        version = self.make_version(agreement)
        self.assertRecordValues(
            version,
            [
                {
                    "code": agreement.code,
                    "version": 2,
                    "previous_version_id": agreement.id,
                    "state": "draft",
                    "name": "Gold",
                    "service_ids": self.service.ids,
                    "date_start": date(2024, 1, 8),
                    "date_end": date(2024, 12, 31),
                    "approved_by_id": False,
                    "approved_on": False,
                    "is_replaced": False,
                }
            ],
        )
        self.assertEqual(
            version.target_ids.mapped("completion_minutes"),
            agreement.target_ids.mapped("completion_minutes"),
        )
        self.assertEqual(version.publication_ids.partner_id, self.organisation)
        self.assertEqual(agreement.state, "active", "Until the new one is approved")

    def test_there_is_one_open_draft(self):
        agreement = self.approve()
        version = self.make_version(agreement)
        self.assertEqual(self.make_version(agreement), version)
        version.action_submit()
        self.assertEqual(self.make_version(agreement), version)
        self.assertEqual(self.make_version(version), version)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            agreement.copy({"code": agreement.code, "version": 3})

    def test_an_administrator_edits_the_draft_of_a_version(self):
        agreement = self.approve()
        version = self.make_version(agreement).with_user(self.administrator)
        version.name = "Platinum"
        version.action_submit()
        self.assertEqual(
            agreement.with_user(self.administrator).action_new_version()["res_id"],
            version.id,
        )

    def test_the_old_version_ends_the_day_before(self):
        agreement = self.approve()
        version = self.replace(agreement, "2024-02-01")
        self.assertEqual(agreement.date_end, date(2024, 1, 31))
        self.assertEqual(agreement.state, "active", "Until then")
        self.assertTrue(agreement.is_replaced)
        self.assertFalse(version.is_replaced)

    def test_the_old_version_has_ended_yesterday(self):
        agreement = self.approve()
        self.replace(agreement, "2024-01-08")
        self.assertEqual(agreement.date_end, date(2024, 1, 7))
        self.assertEqual(agreement.state, "expired")

    def test_the_old_version_had_ended_earlier(self):
        agreement = self.approve(date_end="2024-01-15")
        version = self.replace(agreement, "2024-02-01", date_end=False)
        self.assertEqual(agreement.date_end, date(2024, 1, 15))
        self.assertEqual(version.state, "active")

    def test_the_old_version_was_terminated(self):
        agreement = self.approve()
        agreement.action_terminate()
        self.replace(agreement, "2024-01-08")
        self.assertEqual(agreement.state, "terminated")
        self.assertFalse(agreement.date_end)
        self.assertTrue(agreement.is_replaced)

    def test_a_version_that_starts_too_early(self):
        agreement = self.approve(date_start="2024-01-05")
        for start in ("2024-01-05", "2024-01-04"):
            version = self.make_version(agreement, date_start=start)
            with self.assertRefused("start later", UserError) as _refused:
                version.action_approve()
            self.assertEqual(version.state, "draft")
        self.assertFalse(agreement.date_end)
        try:
            version.action_approve()
        except UserError as error:
            for name in (agreement.display_name, version.display_name):
                self.assertIn(name, str(error))

    def test_two_versions_do_not_overlap(self):
        agreement = self.approve()
        self.replace(agreement, "2024-02-01")
        for end in ("2024-02-01", False):
            with self.assertRefused("replaces it"):
                agreement.date_end = end
        agreement.date_end = "2024-01-20"

    def test_a_term_that_is_over_is_not_repeated(self):
        agreement = self.approve(date_end="2024-01-05")
        self.assertEqual(agreement.state, "expired")
        version = self.make_version(agreement)
        self.assertEqual(version.date_start, date(2024, 1, 8))
        self.assertFalse(version.date_end)

    def test_three_versions(self):
        first = self.approve()
        second = self.replace(first, "2024-02-01")
        third = self.replace(first, "2024-03-01")
        self.assertEqual(third.version, 3)
        self.assertEqual(third.previous_version_id, second)
        versions = first + second + third
        self.assertEqual(versions.mapped("is_replaced"), [True, True, False])
        self.assertEqual(second.date_end, date(2024, 2, 29))
        action = second.action_view_versions()
        self.assertEqual(first.search(action["domain"]), third + second + first)
        self.assertEqual(second.version_count, 3)

    def test_names_tell_versions_apart(self):
        agreement = self.approve(code="G-1")
        version = self.make_version(agreement)
        self.assertEqual(agreement.display_name, "[G-1] Gold")
        self.assertEqual(version.display_name, "[G-1] Gold (v2)")

    def test_a_copy_is_an_agreement_of_its_own(self):
        agreement = self.approve()
        copy = agreement.copy()
        self.assertNotEqual(copy.code, agreement.code)
        self.assertRecordValues(
            copy,
            [
                {
                    "version": 1,
                    "previous_version_id": False,
                    "state": "draft",
                    "name": "Gold (copy)",
                    "approved_by_id": False,
                }
            ],
        )
        copy.date_start = "2024-01-01"
        copy.action_approve()
        self.assertFalse(agreement.is_replaced)

    def test_a_version_keeps_code_and_company(self):
        version = self.make_version(self.approve())
        with self.assertRefused("can not follow"):
            version.code = "OTHER"

    def test_the_new_version_holds_from_its_first_day(self):
        agreement = self.approve(service_ids=self.service.ids)
        version = self.replace(agreement, "2024-01-09")
        need = {"slm_service_id": self.service.id}
        self.agreement.action_terminate()
        today = self.create_ticket(**need)
        self.at("tue 00:00")
        tomorrow = self.create_ticket(**need)
        self.assertEqual(today.slm_agreement_id, agreement)
        self.assertEqual(tomorrow.slm_agreement_id, version)


class TestAgreementTickets(LifeCommon):
    """Running tickets keep their version, unless the manager applies the new one."""

    def test_running_tickets_keep_theirs(self):
        ticket = self.create_ticket()
        self.assertClock(ticket, target=240)
        agreement = self.agreement.with_user(self.manager)
        version = self.make_version(agreement)
        version.target_ids.write({"completion_minutes": 60})
        version.action_approve()
        self.assertEqual(agreement.state, "expired")
        ticket.priority = "2"
        self.assertEqual(ticket.slm_agreement_id, agreement)
        self.assertClock(ticket, target=240)
        self.assertEqual(self.create_ticket().slm_agreement_id, version)

    def test_apply_an_sla(self):
        tickets = [self.create_ticket() for _number in range(3)]
        waiting, completed, closed = tickets
        self.move(completed, "completed", "mon 08:30")
        self.move(closed, "closed")
        agreement = self.agreement.with_user(self.manager)
        version = self.make_version(agreement)
        version.target_ids.write({"completion_minutes": 60})
        version.action_approve()
        self.at("mon 08:45")
        action = version.action_apply_to_tickets()
        self.assertIn("1", action["params"]["message"])
        self.assertEqual(waiting.slm_agreement_id, version)
        self.assertClock(waiting, target=60, deadline="mon 09:00")
        self.assertEqual((completed + closed).slm_agreement_id, self.agreement)
        event = self.get_events(waiting, "agreement")
        self.assertEqual(event.user_id, self.manager)
        self.assertIn(": 0", version.action_apply_to_tickets()["params"]["message"])

    def test_apply_an_sla_over_two_versions(self):
        ticket = self.create_ticket()
        first = self.agreement.with_user(self.manager)
        self.replace(first, "2024-01-07")
        third = self.replace(first, "2024-01-08")
        third.action_apply_to_tickets()
        self.assertEqual(ticket.slm_agreement_id, third)

    def create_ola(self, **vals):
        return self.approve(kind="ola", team_id=self.team.id, consumers=[], **vals)

    def test_apply_an_ola(self):
        agreement = self.create_ola()
        mine, elsewhere, closed = (
            self.create_ticket(team_id=self.team.id) for _number in range(3)
        )
        elsewhere.team_id = self.other_team
        self.move(closed, "closed", "mon 08:30")
        version = self.make_version(agreement)
        version.target_ids.write({"completion_minutes": 90})
        version.action_approve()
        self.assertClock(mine, agreement=agreement, target=240, state="running")
        action = version.action_apply_to_tickets()
        self.assertIn("1", action["params"]["message"])
        self.assertClock(mine, agreement=version, target=90, state="running")
        self.assertClock(mine, agreement=agreement, state="cancelled")
        for ticket in elsewhere + closed:
            self.assertFalse(self.get_clock(ticket, agreement=version))

    def test_apply_a_uc(self):
        agreement = self.approve(kind="uc", partner_id=self.stranger.id, consumers=[])
        ticket = self.create_ticket(slm_supplier_id=self.stranger.id)
        self.move(ticket, "wait_supplier", "mon 08:30")
        version = self.make_version(agreement)
        version.target_ids.write({"completion_minutes": 90})
        version.action_approve()
        version.action_apply_to_tickets()
        self.assertClock(ticket, agreement=version, target=90, state="running")

    def test_what_can_not_be_applied(self):
        alone, draft = self.approve(), self.make_version(self.approve())
        for agreement in (alone, draft):
            with self.assertRefused("can not take over", UserError):
                agreement.action_apply_to_tickets()

    def test_many_tickets_cost_a_bounded_number_of_queries(self):
        agreement = self.create_ola()
        counts = []
        for number in (2, 12):
            vals = {
                "name": "X",
                "description": "X",
                "partner_id": self.person.id,
                "team_id": self.team.id,
            }
            self.env["helpdesk.ticket"].create([vals] * number)
            agreement = self.replace(
                agreement, agreement.date_start + timedelta(days=1)
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            agreement.action_apply_to_tickets()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 10)


class TestAgreementHistory(LifeCommon):
    """Every change lands in the history."""

    def get_lines(self, *records):
        self.env.flush_all()
        keys = {(record._name, record.id) for record in records}
        lines = self.env["slm.revision"].search([("id", ">", self.start)], order="id")
        return lines.filtered(lambda line: (line.res_model, line.res_id) in keys)

    def told(self, *records):
        return [
            (line.what, line.old_value or "", line.new_value or "")
            for line in self.get_lines(*records)
        ]

    def begin(self):
        self.env.flush_all()
        newest = self.env["slm.revision"].search([], order="id desc", limit=1)
        self.start = newest.id or 0

    def test_fields_and_states(self):
        agreement = self.draft()
        self.begin()
        agreement.write({"name": "Best", "reminder_days": 10})
        agreement.action_approve()
        agreement.date_end = "2024-01-07"
        self.assertEqual(
            sorted(self.told(agreement)),
            [
                ("Name", "Gold", "Best"),
                ("Remind before the End (days)", "30", "10"),
                ("State", "Active", "Expired"),
                ("State", "Draft", "Active"),
                ("Valid until", "", "2024-01-07"),
            ],
        )
        self.assertEqual(self.get_lines(agreement).user_id, self.manager)

    def test_publication_and_targets_by_roads_of_their_own(self):
        agreement = self.draft(targets=[{"completion": 60}])
        line, target = agreement.publication_ids, agreement.target_ids
        self.begin()
        line.partner_id = self.stranger
        line.copy({"partner_id": False})
        target.completion_minutes = 120
        target.create(
            {"agreement_id": agreement.id, "response_minutes": 5} | {"priority": "3"}
        )
        target.unlink()
        self.assertEqual(
            [what for what, _old, _new in self.told(agreement)],
            ["Publication", "Publication", "Targets", "Targets", "Targets"],
        )
        first, second, third = self.told(agreement)[:3]
        self.assertEqual(first[1:], ("Consumer: Customer", "Consumer: Stranger"))
        self.assertIn("Consumer: Everybody", second[2])
        self.assertIn("1h", third[1])
        self.assertIn("2h", third[2])

    def test_lines_through_the_form(self):
        agreement = self.draft(targets=[{"completion": 60}])
        self.begin()
        agreement.write(
            {
                "target_ids": [
                    Command.update(agreement.target_ids.id, {"response_minutes": 5})
                ],
                "publication_ids": [Command.clear()],
            }
        )
        told = [what for what, _old, _new in self.told(agreement)]
        self.assertEqual(sorted(told), ["Publication", "Targets"])

    def test_both_sides_of_services(self):
        agreement = self.draft()
        self.begin()
        agreement.service_ids = self.service
        self.service.with_user(self.manager).agreement_ids = [Command.clear()]
        name = agreement.display_name
        self.assertEqual(
            self.told(agreement, self.service),
            [
                ("Services", "", self.service.display_name),
                ("Agreements", "", name),
                ("Agreements", name, ""),
                ("Services", self.service.display_name, ""),
            ],
        )

    def test_a_version_and_its_approval(self):
        agreement = self.approve()
        self.begin()
        version = self.replace(agreement, "2024-02-01")
        created = self.get_lines(version)[0]
        self.assertEqual(created.kind, "created")
        self.assertIn("Version: 2", created.new_value)
        self.assertEqual(self.told(agreement), [("Valid until", "", "2024-01-31")])

    def test_time_leaves_a_line(self):
        agreement = self.approve(date_end="2024-01-08")
        self.begin()
        self.at("tue 00:00")
        self.run_cron("terms")
        self.assertEqual(self.told(agreement), [("State", "Active", "Expired")])
        self.assertEqual(self.get_lines(agreement).user_id, self.env.user)


class TestAgreementTerm(LifeCommon):
    """Dates and states agree without anybody opening the form."""

    def get_wakings(self):
        cron = self.env.ref("slm_management.ir_cron_terms")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        return {trigger.call_at for trigger in triggers}

    def move_company(self, tz):
        self.company.partner_id.tz = tz

    def test_an_end_in_the_past_expires_at_save(self):
        agreement = self.approve()
        agreement.date_end = "2024-01-08"
        self.assertEqual(agreement.state, "active", "Its last day")
        agreement.date_end = "2024-01-07"
        self.assertEqual(agreement.state, "expired")

    def test_an_end_moved_to_today_or_later_revives(self):
        for end in ("2024-01-08", "2024-12-31", False):
            agreement = self.approve(date_end="2024-01-05")
            self.assertEqual(agreement.state, "expired")
            agreement.date_end = end
            self.assertEqual(agreement.state, "active")

    def test_a_terminated_one_stays_terminated(self):
        agreement = self.approve(date_end="2024-01-08")
        agreement.action_terminate()
        agreement.date_end = "2024-12-31"
        agreement.date_end = "2024-01-01"
        self.at("wed 08:00")
        self.run_cron("terms")
        self.assertEqual(agreement.state, "terminated")

    def test_drafts_do_not_expire(self):
        draft = self.draft(date_end="2024-01-07")
        self.run_cron("terms")
        self.assertEqual(draft.state, "draft")

    def test_right_at_midnight_of_the_company(self):
        """The server counts in UTC; a day begins and ends where the company is."""
        cases = {
            "Europe/Berlin": "mon+1 00:00",
            "Asia/Shanghai": "sun 17:00",
            "America/Los_Angeles": "mon+1 09:00",
        }
        for tz, midnight in cases.items():
            with self.subTest(tz=tz):
                self.at("mon 08:00")
                self.move_company(tz)
                agreement = self.approve(date_end="2024-01-14")
                instant = self.at(midnight)
                self.assertIn(instant, self.get_wakings())
                self.at(instant - timedelta(seconds=1))
                self.run_cron("terms")
                self.assertEqual(agreement.state, "active")
                self.assertEqual(agreement._get_last_day(), date(2024, 1, 14))
                self.at(instant)
                self.run_cron("terms")
                self.assertEqual(agreement.state, "expired")
                self.assertEqual(agreement._get_last_day(), date(2024, 1, 14))

    def test_at_save_it_is_the_day_of_the_company(self):
        cases = {
            ("Asia/Shanghai", "sun 16:59"): "active",
            ("Asia/Shanghai", "sun 17:00"): "expired",
            ("America/Los_Angeles", "mon+1 08:59"): "active",
            ("America/Los_Angeles", "mon+1 09:00"): "expired",
        }
        for (tz, text), state in cases.items():
            with self.subTest(tz=tz, text=text):
                self.at("mon 08:00")
                self.move_company(tz)
                agreement = self.approve()
                self.at(text)
                agreement.date_end = "2024-01-14"
                self.assertEqual(agreement.state, state)

    def test_requesters_see_it_by_the_day_of_the_company(self):
        self.move_company("America/Los_Angeles")
        self.agreement.date_end = "2024-01-08"
        agreements = self.env["slm.agreement"].with_user(self.portal_user)
        self.at("tue 08:59")
        self.assertIn(
            self.agreement,
            agreements.sudo().search(
                agreements.sudo()._get_published_domain(self.portal_user)
            ),
        )
        self.at("tue 09:00")
        self.assertNotIn(
            self.agreement,
            agreements.sudo().search(
                agreements.sudo()._get_published_domain(self.portal_user)
            ),
        )

    def test_after_three_days_of_outage(self):
        agreement = self.approve(date_end="2024-01-08")
        self.at("thu 10:00")
        self.assertEqual(agreement.state, "active", "Nobody was there")
        self.run_cron("terms")
        self.assertEqual(agreement.state, "expired")
        self.assertEqual(agreement.date_end, date(2024, 1, 8))

    def test_archived_ones_expire(self):
        agreement = self.approve(date_end="2024-01-08", active=False)
        self.at("tue 00:00")
        self.run_cron("terms")
        self.assertEqual(agreement.state, "expired")

    def test_companies_are_each_on_their_own_day(self):
        other = self._create_company(name="Far Away")
        other.partner_id.tz = "America/Los_Angeles"
        self.manager.company_ids += other
        far = self.create_agreement(
            date_end="2024-01-08",
            company_id=other.id,
            manager_id=self.manager.id,
            calendar_id=self.create_calendar("Far", (8, 12), company_id=other.id).id,
        )
        near = self.approve(date_end="2024-01-08")
        self.at("tue 00:00")
        self.run_cron("terms")
        self.assertEqual((near.state, far.state), ("expired", "active"))
        self.at("tue 09:00")
        self.run_cron("terms")
        self.assertEqual(far.state, "expired")

    def test_moved_time_zone(self):
        """What the dates said of midnight is looked at again each day."""
        agreement = self.approve(date_end="2024-01-09")
        self.assertEqual(
            {tell(moment) for moment in self.get_wakings()}, {"wed 00:00", "mon 08:00"}
        )
        self.move_company("Asia/Shanghai")
        self.run_cron("terms")
        self.assertIn("tue 17:00", {tell(moment) for moment in self.get_wakings()})
        self.at("tue 17:00")
        self.run_cron("terms")
        self.assertEqual(agreement.state, "expired")

    def test_one_that_fails_stops_nobody(self):
        bad, good = (self.approve(date_end="2024-01-08") for _number in range(2))
        self.at("tue 00:00")
        life = self.env.registry["slm.agreement"]
        follow = life._follow_term

        def fail(record, today):
            if record == bad:
                raise ValueError("It fails")
            return follow(record, today)

        logger = "odoo.addons.slm_management.models.slm_term_mixin"
        with patch.object(life, "_follow_term", fail), self.assertLogs(logger) as log:
            self.run_cron("terms")
        self.assertEqual(len(log.output), 1)
        self.assertIn(f"({bad.id},)", log.output[0])
        self.assertEqual((bad.state, good.state), ("active", "expired"))
        self.run_cron("terms")
        self.assertEqual(bad.state, "expired")

    def test_many_in_batches(self):
        agreements = self.env["slm.agreement"].browse(
            self.approve(date_end="2024-01-08").id for _number in range(5)
        )
        self.at("tue 00:00")
        size = "odoo.addons.slm_management.models.slm_term_mixin.BATCH_SIZE"
        with patch(size, 2):
            self.run_cron("terms")
        self.assertEqual(set(agreements.mapped("state")), {"expired"})

    def test_what_somebody_else_has_locked_is_left_to_him(self):
        agreement = self.approve(date_end="2024-01-08")
        self.at("tue 00:00")
        nothing = agreement.browse()
        with patch.object(
            self.env.registry["slm.agreement"],
            "try_lock_for_update",
            lambda record, **kwargs: nothing,
        ):
            self.run_cron("terms")
        self.assertEqual(agreement.state, "active")

    def test_midnight(self):
        """Also where clocks are changed at midnight."""
        cases = {
            ("Europe/Berlin", date(2024, 1, 8)): "2024-01-07 23:00",
            ("America/Havana", date(2024, 3, 10)): "2024-03-10 05:00",
            ("America/Havana", date(2024, 11, 3)): "2024-11-03 04:00",
            ("Africa/Cairo", date(2024, 4, 26)): "2024-04-25 22:00",
        }
        matcher = self.env["slm.matcher"]
        for (tz, day), expected in cases.items():
            with self.subTest(tz=tz, day=day):
                self.move_company(tz)
                midnight = matcher._get_midnight(day, self.company)
                self.assertEqual(f"{midnight:%Y-%m-%d %H:%M}", expected)
                before = midnight - timedelta(seconds=1)
                self.assertEqual(matcher._get_day(midnight, self.company), day)
                self.assertLess(matcher._get_day(before, self.company), day)


class TestAgreementFiles(FileCase):
    """Versions stay apart in files, and files bring what is in force."""

    COLUMNS = ["code", "version", "name", "date_start", "date_end", "state"]

    def setUp(self):
        super().setUp()
        export = "slm_management.group_slm_manager,base.group_allow_export"
        self.user = self.create_user("files", export)

    def create_versions(self):
        first = self.create_agreement(name="Gold", code="G-1").with_user(self.user)
        action = first.action_new_version()
        second = first.browse(action["res_id"])
        second.write({"name": "Gold plus", "date_start": "2024-02-01"})
        second.action_approve()
        return first + second

    def export(self, records, columns):
        rows = records.with_user(self.user).with_context(import_compat=True)
        return rows.export_data(columns)["datas"]

    def test_a_round_trip(self):
        versions = self.create_versions()
        rows = self.export(versions, self.COLUMNS)
        self.assertEqual([row[:2] for row in rows], [["G-1", 1], ["G-1", 2]])
        rows = [[str(value) for value in row] for row in rows]
        result = self.run_import("slm.agreement", rows, self.COLUMNS, user=self.user)
        self.assertImported(result, versions)
        rows[0][2] = "Else"
        result = self.run_import("slm.agreement", rows, self.COLUMNS, user=self.user)
        self.assertBroken(result, (0, "has been approved"))

    def test_relations_name_the_version(self):
        versions = self.create_versions()
        self.service.agreement_ids = versions
        rows = self.export(self.service, ["code", "agreement_ids"])
        self.assertEqual(set(rows[0][1].split(",")), {"G-1 (v1)", "G-1 (v2)"})
        found = self.env["slm.agreement"].name_search("G-1 (v1)", operator="=")
        self.assertEqual([id_ for id_, _name in found], versions[0].ids)

    def test_into_an_empty_company(self):
        """In any order, the newest first as a list has them."""
        company = self.create_other_company()
        calendar = self.create_calendar("Theirs", (8, 12), company_id=company.id)
        user = self.create_user(
            "elsewhere", "slm_management.group_slm_manager", company_id=company.id
        )
        columns = [*self.COLUMNS, "calendar_id", "target_ids/completion_minutes"]
        rows = [
            ["G-1", "2", "Plus", "2024-02-01", "", "active", calendar.name, "60"],
            ["G-1", "1", "Gold", "2023-01-01", "", "active", calendar.name, "60"],
        ]
        result = self.run_import("slm.agreement", rows, columns, user=user)
        self.assertImported(result)
        second, first = self.env["slm.agreement"].browse(result["ids"])
        self.assertEqual(second.previous_version_id, first)
        self.assertEqual(first.date_end, date(2024, 1, 31))
        self.assertEqual((first.is_replaced, second.is_replaced), (True, False))
        self.assertEqual((first + second).approved_by_id, user)

    def test_an_administrator_imports_drafts(self):
        for state, message in (("active", "Agreement"), ("draft", None)):
            rows = [["N-1", "New", self.office.name, "60", state]]
            columns = ["code", "name", "calendar_id", "target_ids/completion_minutes"]
            result = self.run_import("slm.agreement", rows, [*columns, "state"])
            self.assertEqual(bool(result["ids"]), not message)
