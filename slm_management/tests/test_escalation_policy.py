# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, warmup
from odoo.tools import mute_logger

from .escalation_case import EscalationCommon

#: queries for each clock on which a step fires that tells one person by e-mail
FOR_EACH = 12
#: queries of a run of the cron beside them, ladder or not
FOR_ALL = 60
FEW, MANY = 5, 45


class TestEscalationPolicy(EscalationCommon):
    """Ladders as people write them."""

    def test_default_ladder_is_shipped(self):
        self.assertEqual(self.default_ladder.name, "Default Ladder")
        self.assertEqual(
            [(step.when, step.what) for step in self.default_ladder.step_ids],
            [
                ("75 %", "assignee"),
                ("90 %", "assignee, team leader"),
                ("100 %", "service level manager"),
                ("150 %", "service level manager"),
            ],
        )
        self.assertFalse(any(self.default_ladder.step_ids.mapped("metric")))

    def test_form_offers_the_default_ladder(self):
        """A new agreement has it in the form; no import gets it unasked."""
        with Form(self.env["slm.agreement"].with_user(self.manager)) as form:
            self.assertEqual(form.escalation_policy_id, self.default_ladder)
            form.name = "New"
        self.assertFalse(self.agreement.escalation_policy_id)
        with Form(self.agreement.copy()) as form:
            self.assertFalse(form.escalation_policy_id)

    def test_step_without_action(self):
        with self.assertRefused("does nothing. Choose whom"):
            self.create_ladder({"percent": 10, "user_ids": False})
        step = self.create_ladder(10).step_ids
        with self.assertRefused("“10 %, Completion” of"):
            step.user_ids = False

    def test_company_of_its_agreements(self):
        """A ladder does not move away from under its agreements."""
        policy = self.create_ladder(75)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRefused("agreements of other companies use it"):
            policy.company_id = other
        policy.company_id = self.company
        self.agreement.escalation_policy_id = False
        policy.company_id = other

    def test_percent_range(self):
        for percent in (0, 1001):
            with (
                self.subTest(percent=percent),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.create_ladder(percent)
        self.create_ladder(1, 1000)

    def test_condition_is_checked(self):
        for condition in ("[('gone', '=', 1)]", "priority", "[(", "[('priority')]"):
            with self.subTest(condition=condition):
                with self.assertRefused("The condition of the step"):
                    self.create_ladder({"percent": 10, "filter_domain": condition})
        with self.assertRefused("no list of conditions with plain values"):
            self.create_ladder({"percent": 10, "filter_domain": "[('id', '=', uid)]"})

    def test_condition_asks_for_nothing_hidden(self):
        """Who writes it may see what it asks for."""
        ladders = self.env["slm.escalation.policy"].with_user(self.administrator)
        step = {
            "percent": 10,
            "notify_manager": True,
            "filter_domain": "[('slm_facts', '!=', False)]",
        }
        with self.assertRefused("The condition of the step"):
            ladders.create({"name": "Curious", "step_ids": [Command.create(step)]})

    def test_users_are_internal(self):
        users = [Command.set(self.portal_user.ids)]
        with self.assertRefused("only internal users can"):
            self.create_ladder({"percent": 10, "user_ids": users})

    def test_activity_of_somebody(self):
        todo = self.env.ref("mail.mail_activity_data_todo")
        with self.assertRefused("an activity for nobody"):
            self.create_ladder(
                {
                    "percent": 10,
                    "activity_type_id": todo.id,
                    "activity_recipient": "user",
                }
            )

    def test_names(self):
        steps = self.create_ladder(
            {"percent": 75, "name": "Wake up"},
            {"percent": 120, "metric": False},
            {"basis": "minutes", "minutes": -15},
            {"basis": "minutes", "minutes": 0},
        ).step_ids
        self.assertEqual(
            steps.mapped("display_name"),
            ["Wake up", "120 %", "15 min before, Completion"]
            + ["at the deadline, Completion"],
        )

    def test_copy(self):
        policy = self.create_ladder(75, 90)
        copy = policy.copy()
        self.assertEqual(copy.name, "Ladder (copy)")
        self.assertEqual(copy.step_ids.mapped("percent"), [75, 90])
        self.assertNotEqual(copy.code, policy.code)

    def test_button_to_agreements(self):
        policy = self.create_ladder(75)
        self.assertEqual(policy.agreement_count, 1)
        domain = policy.action_view_agreements()["domain"]
        self.assertEqual(self.env["slm.agreement"].search(domain), self.agreement)


class TestEscalationAccess(EscalationCommon):
    """Who writes ladders, and who reads what was escalated."""

    def create_coded(self):
        """A step that runs code as the superuser."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Code",
                "model_id": self.env.ref("helpdesk_mgmt.model_helpdesk_ticket").id,
                "state": "code",
                "code": "record",
            }
        )
        policy = self.create_ladder({"percent": 75, "server_action_id": action.id})
        return policy.step_ids

    def test_administrator_writes_ladders(self):
        policy = self.create_ladder(75).with_user(self.administrator)
        policy.step_ids.percent = 80
        policy.step_ids = [Command.create({"percent": 90, "notify_manager": True})]
        policy.step_ids[0].unlink()
        self.assertEqual(policy.step_ids.mapped("percent"), [90])

    def test_agent_does_not(self):
        step = self.create_ladder(75).step_ids.with_user(self.agent)
        self.assertEqual(step.percent, 75)
        with self.assertRaises(AccessError):
            step.percent = 80

    def test_server_action_is_for_system_administrators(self):
        step = self.create_ladder(75).step_ids
        action = self.create_coded().server_action_id
        for user in (self.administrator, self.manager):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                step.with_user(user).server_action_id = action
        self.manager.group_ids += self.env.ref("base.group_system")
        step.with_user(self.manager).server_action_id = action

    def test_step_with_code_is_for_managers(self):
        """Nobody else says when, and on which tickets, the superuser acts."""
        step = self.create_coded()
        weaker, manager = (
            step.with_user(self.administrator),
            step.with_user(self.manager),
        )
        with self.assertRefused("Ask a service level manager", AccessError):
            weaker.percent = 10
        with self.assertRefused("Ask a service level manager", AccessError):
            weaker.unlink()
        with self.assertRaises(AccessError):
            weaker.policy_id.copy()
        manager.percent = 10
        self.assertEqual(step.percent, 10)

    def test_agent_reads_rows_of_tickets_he_may_read(self):
        self.create_ladder(75)
        ticket, other = self.create_work(), self.create_work()
        self.run_at("mon 11:00")
        reader = self.create_user("reader", "slm_management.group_slm_agent")
        other.user_id = self.leader
        ticket.user_id = False
        ticket.team_id = False
        ticket.user_id = reader
        self.env.flush_all()
        rows = self.env["slm.escalation"].with_user(reader).search([])
        self.assertEqual(rows.ticket_id, ticket)
        with self.assertRaises(AccessError):
            self.get_rows(other).with_user(reader).read(["name"])
        self.assertEqual(ticket.with_user(reader).slm_escalation_ids, rows)

    def test_requesters_read_none(self):
        self.create_ladder(75)
        self.create_work()
        self.run_at("mon 11:00")
        for user in (self.portal_user, self.helpdesk_user):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.env["slm.escalation"].with_user(user).search([])

    def test_nobody_writes_rows(self):
        self.create_ladder(75)
        row = self.get_rows(self.create_work())
        self.run_at("mon 11:00")
        row = self.env["slm.escalation"].search([])
        for user in (self.manager, self.env.user):
            with self.subTest(user=user.name):
                with self.assertRaises(AccessError):
                    row.with_user(user).write({"message": "changed"})
                with self.assertRaises(AccessError):
                    row.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    row.with_user(user).create({"ticket_id": row.ticket_id.id})


class TestEscalationBudget(EscalationCommon):
    """What a ladder costs the database."""

    def create_tickets(self, count):
        vals = {
            "name": "One of many",
            "description": "x",
            "partner_id": self.person.id,
            "team_id": self.team.id,
            "user_id": self.agent.id,
            "stage_id": self.stages["working"].id,
        }
        self.at("mon 08:00")
        return self.env["helpdesk.ticket"].create([vals] * count)

    def count_due(self, count, text="mon 11:00"):
        """Queries of one run of the cron in which a step fires for so many clocks."""
        tickets = self.create_tickets(count)
        self.at(text)
        self.env.flush_all()
        self.env.invalidate_all()
        cron = self.env.registry["ir.cron"]
        before = self.env.cr.sql_log_count
        with patch.object(cron, "_commit_progress", lambda *_args, **_kw: 60):
            self.env["slm.clock"]._cron_due()
        self.env.flush_all()
        counted = self.env.cr.sql_log_count - before
        rows = self.env["slm.escalation"].search([("ticket_id", "in", tickets.ids)])
        tickets.active = False
        return counted, len(rows)

    @warmup
    def test_queries_for_each_clock(self):
        self.create_ladder({"percent": 75, "notify_assignee": True, "user_ids": False})
        self.count_due(1)
        few, fired = self.count_due(FEW)
        self.assertEqual(fired, FEW)
        many, fired = self.count_due(MANY)
        self.assertEqual(fired, MANY)
        for_each = (many - few) / (MANY - FEW)
        self.assertLess(for_each, FOR_EACH, (few, many))
        self.assertLess(few - FEW * for_each, FOR_ALL, (few, many))

    @warmup
    def test_skipped_steps_cost_nothing_each(self):
        never = "[('priority', '=', '3')]"
        self.create_ladder({"percent": 75, "filter_domain": never}, 50, 60)
        self.default_ladder.active = True
        self.create_ladder({"percent": 75, "filter_domain": never})
        self.count_due(1)
        few, skipped = self.count_due(FEW)
        self.assertEqual(skipped, FEW)
        many, _skipped = self.count_due(MANY)
        self.assertEqual(few, many)

    @warmup
    def test_agreement_without_ladder_costs_nothing(self):
        """The same run asks no question more than before there were ladders."""
        self.create_tickets(1)
        escalator = self.env.registry["slm.clockwork.escalator"]
        clockwork = self.env.registry["slm.clockwork"]
        self.count_due(1, "mon 11:30")
        counted, rows = self.count_due(FEW, "mon 11:30")
        self.assertFalse(rows)
        with (
            patch.object(clockwork, "_read_taken", lambda *_args: None),
            patch.object(clockwork, "_climb", lambda *_args: None),
            patch.object(escalator, "_store_rearmed", lambda *_args: None),
        ):
            without, _rows = self.count_due(FEW, "mon 11:30")
        self.assertEqual(counted, without)

    @warmup
    def test_many_agreements_with_ladders(self):
        """They are read at once, whose tickets ever are written together."""
        counted = []
        for count in (1, 1, 12):
            teams = self.team.create([{"name": f"Team {i}"} for i in range(count)])
            for team in teams:
                ola = self.create_agreement(
                    consumers=[],
                    targets=[{"completion": 240}],
                    kind="ola",
                    team_id=team.id,
                )
                self.create_ladder(75, 90, agreement=ola)
            tickets = self.create_tickets(count)
            for ticket, team in zip(tickets, teams, strict=True):
                ticket.team_id = team
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            tickets.stage_id = self.stages["wait_customer"]
            counted.append(self.env.cr.sql_log_count - before)
        self.assertLess(counted[2] - counted[1], 12, counted)
