# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Command

from ..engine import KINDS_OF_AGREEMENT
from .common import moment, tell
from .escalation_case import EscalationCommon


class TestEscalationTime(EscalationCommon):
    """When a step is due: by service time, before and after the target."""

    def test_default_ladder(self):
        """75 % assignee, 90 % with team leader, 100 % manager, 150 % manager again."""
        self.agreement.target_ids.write({"response_minutes": 0, "closure_minutes": 0})
        self.agreement.escalation_policy_id = self.default_ladder
        ticket = self.create_work()
        times = ("mon 10:59", "mon 11:00", "mon 11:36", "mon 13:00", "mon 13:00:01")
        self.run_at(*times, "mon 14:59", "mon 15:00", "tue 12:00")
        rows = self.get_rows(ticket)
        self.assertEqual(
            [(tell(row.fired_at), row.recipient_ids.ids, row.percent) for row in rows],
            [
                ("mon 11:00", self.agent.partner_id.ids, 75),
                (
                    "mon 11:36",
                    (self.agent.partner_id | self.leader.partner_id).sorted().ids,
                    90,
                ),
                ("mon 13:00:01", self.manager.partner_id.ids, 100),
                ("mon 15:00", self.manager.partner_id.ids, 150),
            ],
        )
        self.assertEqual(set(rows.mapped("state")), {"fired"})
        self.assertEqual(rows.mapped("due_at"), rows.mapped("fired_at"))

    def test_next_action_is_the_next_step(self):
        self.create_ladder(50, 90, 150)
        ticket = self.create_work()
        shown = []
        for text in ("mon 10:00", "mon 11:12", "mon 11:36", "mon 13:00:01"):
            shown.append(tell(self.get_clock(ticket).next_action_at))
            self.run_at(text)
        self.assertEqual(shown, ["mon 10:00", "mon 11:12", "mon 11:36", "mon 13:00:01"])
        self.assertClock(ticket, breached="mon 12:00", next="mon 15:00")
        self.run_at("mon 15:00")
        self.assertClock(ticket, next=False)

    def test_minutes_before_and_after(self):
        self.create_ladder(
            {"basis": "minutes", "minutes": -30}, {"basis": "minutes", "minutes": 45}
        )
        ticket = self.create_work()
        self.run_at("mon 11:29", "mon 11:30", "mon 13:44", "mon 13:45")
        self.assertEqual(
            self.get_fired(ticket),
            [("30 min before, Completion", "mon 11:30")]
            + [("45 min after, Completion", "mon 13:45")],
        )

    def test_minutes_before_more_than_the_target(self):
        """It is due at once, when service time runs."""
        self.create_ladder({"basis": "minutes", "minutes": -600})
        self.at("mon 07:00")
        ticket = self.create_work()
        self.run_at("mon 07:30")
        self.assertFalse(self.get_rows(ticket))
        self.run_at("mon 08:00")
        self.assertEqual(len(self.get_fired(ticket)), 1)

    def test_at_the_deadline_is_in_time(self):
        """Whoever stops the clock exactly at the target has kept the promise."""
        self.create_ladder({"basis": "minutes", "minutes": 0})
        ticket = self.create_work()
        self.run_at("mon 12:00", "mon 12:30", "mon 13:00")
        self.move(ticket, "completed")
        self.run_at("mon 13:00:01", "mon 14:00")
        self.assertClock(ticket, outcome="met")
        self.assertFalse(self.get_rows(ticket))

    def test_outside_hours_is_inside(self):
        """150 % of the target of a ticket from Monday afternoon lie on Tuesday."""
        self.create_ladder(150)
        self.at("mon 13:30")
        ticket = self.create_work()
        self.assertClock(ticket, deadline="tue 08:30")
        self.run_at("mon 17:00", "mon 19:30", "tue 03:00", "tue 10:29")
        self.assertFalse(self.get_rows(ticket))
        self.run_at("tue 10:30")
        self.assertEqual(self.get_fired(ticket), [("150 %, Completion", "tue 10:30")])

    def test_change_outside_hours_is_escalated_inside(self):
        """A step that comes to be due by a change at night waits for the morning."""
        self.create_ladder(75)
        ticket = self.create_work()
        self.at("mon 10:00")
        self.move(ticket, "working")
        self.at("mon 12:30")
        other = self.create_work()
        self.at("mon 15:00")
        self.move(ticket, "completed")
        self.at("mon 20:00")
        other.priority = "3"
        self.run_at("mon 20:01")
        self.assertFalse(self.get_rows(other))
        self.run_at("tue 08:00")
        self.assertEqual(len(self.get_fired(other)), 1)

    def test_goes_on_outside_hours_is_escalated_inside(self):
        """A step that was due while the clock did not run waits for the morning."""
        self.create_ladder(75)
        late, shortened = self.create_work(), self.create_work()
        self.move(late, "wait_customer", "mon 11:05")
        self.move(shortened, "wait_customer", "mon 10:00")
        self.at("mon 10:30")
        shortened.priority = "3"
        self.move(late | shortened, "working", "mon 20:00")
        self.run_at("mon 20:01")
        self.assertFalse(self.get_rows(late) | self.get_rows(shortened))
        self.run_at("tue 08:00")
        for ticket in (late, shortened):
            self.assertEqual(len(self.get_fired(ticket)), 1)

    def test_every_metric(self):
        self.create_ladder(50, metric=False)
        ticket = self.create_ticket()
        self.run_at("mon 08:30", "mon 10:00", "mon 13:00")
        self.assertEqual(
            self.get_rows(ticket).mapped("metric"),
            ["response", "completion", "closure"],
        )

    def test_far_beyond_the_compiled_hours(self):
        """A step at ten times a target of months lies years ahead."""
        self.agreement.target_ids.write({"completion_minutes": 2 * 260 * 480})
        self.create_ladder(1000)
        ticket = self.create_work()
        clock = self.get_clock(ticket)
        clock_target = self.agreement.target_ids.filtered(lambda t: not t.priority)
        self.assertEqual(clock.target_id, clock_target)
        self.assertLess(clock.next_action_at, clock.deadline, "The risk comes first")
        self.assertHealthy()
        self.at("mon+110 08:00")
        self.run_cron()
        clock.invalidate_recordset()
        self.assertTrue(clock.breached_at)
        self.assertGreater(clock.next_action_at.year, 2040)

    def test_agreement_without_ladder(self):
        ticket = self.create_work()
        self.run_at("mon 11:00", "tue 11:00")
        self.assertFalse(self.get_rows(ticket))
        self.assertFalse(self.get_clock(ticket).ladder_key)


class TestEscalationOnce(EscalationCommon):
    """Each step is taken once for each clock and cycle."""

    def test_two_runs_fire_once(self):
        self.create_ladder(75)
        ticket = self.create_work()
        self.run_at("mon 11:00", "mon 11:00", "mon 11:01")
        self.assertEqual(len(self.get_rows(ticket)), 1)
        self.assertEqual(len(self.get_messages(ticket, self.watcher)), 1)

    def test_write_does_not_fire(self):
        """Only the cron does; a write wakes it."""
        self.create_ladder(75)
        ticket = self.create_work()
        self.at("mon 11:10")
        ticket.priority = "2"
        self.assertFalse(self.get_rows(ticket))
        self.assertClock(ticket, next="mon 11:10")
        self.run_cron()
        self.assertEqual(len(self.get_fired(ticket)), 1)

    def test_paused_never(self):
        self.create_ladder(75, 150)
        ticket = self.create_work()
        self.move(ticket, "wait_customer", "mon 10:59")
        self.run_at("mon 11:30", "tue 11:30")
        self.assertFalse(self.get_rows(ticket))
        self.assertClock(ticket, next=False)

    def test_due_and_paused_fires_when_it_goes_on(self):
        """The cron was late; meanwhile the ticket was paused."""
        self.create_ladder(75)
        ticket = self.create_work()
        self.move(ticket, "wait_customer", "mon 11:05")
        self.run_at("mon 11:06")
        self.assertFalse(self.get_rows(ticket))
        self.move(ticket, "working", "tue 09:00")
        self.run_cron()
        self.assertEqual(self.get_fired(ticket), [("75 %, Completion", "tue 09:00")])

    def test_stopped_never(self):
        self.create_ladder(75)
        ticket = self.create_work()
        self.move(ticket, "completed", "mon 11:05")
        self.run_at("mon 11:06", "tue 11:30")
        self.assertFalse(self.get_rows(ticket))

    def test_cancelled_never(self):
        self.create_ladder(75)
        ticket = self.create_work()
        self.move(ticket, "cancelled", "mon 11:05")
        self.run_at("mon 11:06", "tue 11:30")
        self.assertFalse(self.get_rows(ticket))

    def test_archived_never(self):
        self.create_ladder(75)
        ticket = self.create_work()
        self.at("mon 10:00")
        ticket.active = False
        self.run_at("mon 11:06", "tue 11:30")
        self.assertFalse(self.get_rows(ticket))

    def test_several_due_at_once(self):
        """Only the highest is taken, the others are recorded as skipped."""
        self.create_ladder(75, 90, 100, 150)
        ticket = self.create_work()
        self.run_at("mon 14:00")
        self.assertEqual(
            self.get_steps(ticket),
            [
                ("100 %, Completion", "fired", "mon 14:00"),
                ("90 %, Completion", "skipped", "mon 14:00"),
                ("75 %, Completion", "skipped", "mon 14:00"),
            ],
        )
        self.assertIn("higher step", self.get_rows(ticket)[1].message)
        self.assertEqual(len(self.get_messages(ticket, self.watcher)), 1)
        self.run_at("mon 15:00", "mon 16:00")
        self.assertEqual(len(self.get_fired(ticket)), 2)

    def test_late_when_attached(self):
        """A clock that is late when it gets its agreement raises one alarm."""
        self.create_ladder(75, 90, 100)
        self.agreement.service_ids = self.service
        ticket = self.create_work()
        self.assertFalse(ticket.slm_clock_ids)
        self.at("mon 15:00")
        ticket.slm_service_id = self.service
        self.run_cron()
        self.assertEqual(self.get_fired(ticket), [("100 %, Completion", "mon 15:00")])
        self.assertEqual(len(self.get_rows(ticket)), 3)

    def test_shortened_below_what_is_used(self):
        """It is breached at the change, and there is one alarm."""
        self.create_ladder(75, 100)
        ticket = self.create_work()
        self.at("mon 10:30")
        ticket.priority = "3"
        self.assertClock(ticket, breached="mon 10:30")
        self.run_at("mon 10:30", "mon 10:31")
        self.assertEqual(self.get_fired(ticket), [("100 %, Completion", "mon 10:30")])
        self.assertEqual(len(self.get_messages(ticket, self.watcher)), 1)

    def test_same_threshold(self):
        """Steps at the same threshold are due by the same rule: all are taken."""
        self.create_ladder(75, {"percent": 75, "name": "Second"})
        ticket = self.create_work()
        self.run_at("mon 11:00")
        self.assertEqual(len(self.get_fired(ticket)), 2)

    def test_ladder_given_later(self):
        """A running clock that is past its steps raises one alarm, too."""
        ticket = self.create_work()
        self.at("mon 11:40")
        self.create_ladder(75, 90, 150)
        self.run_cron("replan")
        self.assertClock(ticket, next="mon 11:40")
        self.run_cron()
        self.assertEqual(self.get_fired(ticket), [("90 %, Completion", "mon 11:40")])
        self.assertClock(ticket, next="mon 13:00:01")

    def test_edited_ladder(self):
        """What is edited holds for running clocks; what was taken stays so."""
        policy = self.create_ladder(50, 90)
        ticket = self.create_work()
        self.run_at("mon 10:00")
        first, second = policy.step_ids
        first.percent = 60
        second.percent = 80
        self.run_cron("replan")
        self.run_at("mon 10:30", "mon 11:12")
        self.assertEqual(
            self.get_fired(ticket),
            [("50 %, Completion", "mon 10:00"), ("80 %, Completion", "mon 11:12")],
        )

    def test_removed_step(self):
        """The history keeps what it was called; nobody is hindered."""
        policy = self.create_ladder(50, 90)
        ticket = self.create_work()
        self.run_at("mon 10:00")
        policy.step_ids[0].unlink()
        self.assertEqual(self.get_fired(ticket), [("50 %, Completion", "mon 10:00")])
        self.run_at("mon 11:36")
        self.assertEqual(len(self.get_fired(ticket)), 2)


class TestEscalationRearmed(EscalationCommon):
    """A step that was taken is due again by a longer target, and by nothing else."""

    def test_longer_target(self):
        self.create_ladder(75)
        ticket = self.create_work(priority="3")
        self.run_at("mon 09:30")
        self.at("mon 09:40")
        ticket.priority = "1"
        first = self.get_rows(ticket)
        self.assertEqual(tell(first.rearmed_at), "mon 09:40")
        self.assertClock(ticket, next="mon 11:00")
        self.run_at("mon 11:00")
        self.assertEqual(
            self.get_fired(ticket),
            [("75 %, Completion", "mon 09:30"), ("75 %, Completion", "mon 11:00")],
        )
        self.assertEqual(self.get_rows(ticket).mapped("target_seconds"), [7200, 14400])

    def test_longer_target_that_is_used_already(self):
        """75 % of the new target are used, too: no second warning of the same kind."""
        self.create_ladder(75)
        ticket = self.create_work(priority="3")
        self.run_at("mon 09:30")
        self.at("mon 11:30")
        ticket.priority = "1"
        self.run_at("mon 11:31", "mon 16:00")
        self.assertEqual(len(self.get_rows(ticket)), 1)
        self.assertFalse(self.get_rows(ticket).rearmed_at)

    def test_shorter_target(self):
        self.create_ladder(75)
        ticket = self.create_work()
        self.run_at("mon 11:00")
        ticket.priority = "3"
        self.run_at("mon 11:01", "mon 16:00")
        self.assertEqual(len(self.get_rows(ticket)), 1)

    def test_there_and_back(self):
        """Back under the target for which it was taken it is not due again."""
        self.create_ladder(75)
        ticket = self.create_work(priority="3")
        self.run_at("mon 09:30")
        for text, priority in (("mon 09:40", "1"), ("mon 09:50", "3")):
            self.at(text)
            ticket.priority = priority
            self.run_cron()
        self.assertEqual(len(self.get_rows(ticket)), 1)
        self.at("mon 09:55")
        ticket.priority = "1"
        self.run_at("mon 11:00")
        self.assertEqual(len(self.get_fired(ticket)), 2)

    def test_while_paused(self):
        self.create_ladder(75)
        ticket = self.create_work(priority="3")
        self.run_at("mon 09:30")
        self.move(ticket, "wait_customer", "mon 09:40")
        ticket.priority = "1"
        self.move(ticket, "working", "mon 10:00")
        self.run_at("mon 11:19")
        self.assertEqual(len(self.get_fired(ticket)), 1)
        self.run_at("mon 11:20")
        self.assertEqual(len(self.get_fired(ticket)), 2)

    def test_edited_hours_do_not(self):
        self.create_ladder(75)
        ticket = self.create_work()
        self.run_at("mon 11:00")
        self.create_holiday("mon", "mon")
        self.run_cron("replan")
        self.assertClock(ticket, used=0)
        self.run_at("mon 11:05", "tue 11:00", "tue 11:30")
        self.assertEqual(len(self.get_rows(ticket)), 1)


class TestEscalationKinds(EscalationCommon):
    """OLAs and UCs have clocks of their own, in each cycle."""

    def create_ola(self, team, *steps, **vals):
        agreement = self.create_agreement(
            f"OLA {team.name}",
            consumers=[],
            kind="ola",
            team_id=team.id,
            targets=[{"completion": 60}],
            **vals,
        )
        if steps:
            self.create_ladder(*steps, agreement=agreement)
        return agreement

    def create_team(self, name="Second Line"):
        return self.env["helpdesk.ticket.team"].create(
            {"name": name, "company_id": self.company.id}
        )

    def test_return_fires_in_its_own_cycle(self):
        self.create_ola(self.team, 50)
        other = self.create_team()
        ticket = self.create_work()
        self.run_at("mon 08:30")
        for text, team in (("mon 08:40", other), ("mon 09:00", self.team)):
            self.at(text)
            ticket.team_id = team
        self.run_at("mon 09:29", "mon 09:30", "mon 09:31")
        rows = self.get_rows(ticket)
        self.assertEqual(rows.mapped("cycle"), [1, 2])
        self.assertEqual(set(rows.mapped("kind")), {"ola"})
        self.assertEqual([tell(at) for at in rows.mapped("fired_at")][1], "mon 09:30")

    def test_kinds_side_by_side(self):
        self.create_ola(self.team, 100)
        self.create_ladder(75)
        supplier = self.env["res.partner"].create({"name": "Supplier"})
        contract = self.create_agreement(
            "UC",
            consumers=[],
            kind="uc",
            partner_id=supplier.id,
            targets=[{"completion": 60}],
        )
        self.create_ladder(50, agreement=contract)
        ticket = self.create_work(slm_supplier_id=supplier.id)
        self.run_at("mon 09:00:01")
        self.move(ticket, "wait_supplier", "mon 10:00")
        self.run_at("mon 10:30", "mon 11:00")
        rows = self.get_rows(ticket)
        self.assertEqual(rows.mapped("kind"), ["ola", "uc", "sla"])
        self.assertEqual(set(rows.mapped("kind")), set(KINDS_OF_AGREEMENT))

    def test_ladders_that_hand_a_ticket_round(self):
        """It comes to an end, though each hand-over opens a new cycle."""
        other = self.create_team()
        at_once = {"basis": "minutes", "minutes": -60, "user_ids": False}
        self.create_ola(self.team, at_once | {"reassign_team_id": other.id})
        self.create_ola(other, at_once | {"reassign_team_id": self.team.id})
        ticket = self.create_work()
        self.run_at("mon 08:00", "mon 08:01", "mon 09:01")
        rows = self.get_rows(ticket)
        self.assertEqual(max(rows.mapped("cycle")), 11)
        self.assertIn("handed round 10 times", rows[-1].message)

    def test_cascade(self):
        """A step raises the priority; under the shorter target another one is due."""
        self.create_ladder(
            {"percent": 50, "raise_priority": True, "user_ids": False}, 75, 90
        )
        ticket = self.create_work(priority="2")
        self.run_at("mon 10:00")
        self.assertEqual(ticket.priority, "3")
        self.assertEqual(
            self.get_fired(ticket),
            [("50 %, Completion", "mon 10:00"), ("90 %, Completion", "mon 10:00")],
        )
        event = self.get_events(ticket, "priority")
        self.assertEqual(event.user_id, self.env.ref("base.user_root"))
        self.assertEqual(event.note, "Escalation: 50 %, Completion")

    def test_other_clocks_wait_for_a_step_that_moves_the_ticket(self):
        """Completion and closure are due at once; the first one closes the ticket."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Close",
                "model_id": self.env.ref("helpdesk_mgmt.model_helpdesk_ticket").id,
                "state": "code",
                "code": f"record.write({{'stage_id': {self.stages['closed'].id}}})",
            }
        )
        code = {"server_action_id": action.id, "user_ids": False}
        self.create_ladder(code | {"percent": 50}, metric=False)
        ticket = self.create_work()
        self.run_at("mon 14:00")
        self.assertEqual(len(self.get_rows(ticket)), 1)
        self.assertEqual(ticket.stage_id, self.stages["closed"])


class TestEscalationCondition(EscalationCommon):
    """Conditions are asked when a step fires, under the lock of the ticket."""

    def test_checked_when_it_fires(self):
        self.create_ladder({"percent": 75, "filter_domain": "[('priority', '=', '2')]"})
        ticket, other = self.create_work(), self.create_work(priority="2")
        self.at("mon 10:00")
        (ticket | other).write({"priority": "2"})
        other.priority = "1"
        self.run_at("mon 11:00", "mon 11:01")
        self.assertEqual(self.get_fired(ticket), [("75 %, Completion", "mon 11:00")])
        row = self.get_rows(other)
        self.assertEqual(row.state, "skipped")
        self.assertIn("condition did not hold", row.message)
        self.assertFalse(self.get_messages(other))

    def test_highest_whose_condition_holds(self):
        never = "[('priority', '=', '9')]"
        self.create_ladder(50, 75, {"percent": 90, "filter_domain": never})
        ticket = self.create_work()
        self.run_at("mon 11:40")
        self.assertEqual(
            [(name, state) for name, state, _when in self.get_steps(ticket)],
            [
                ("75 %, Completion", "fired"),
                ("50 %, Completion", "skipped"),
                ("90 %, Completion", "skipped"),
            ],
        )

    def test_condition_that_can_not_be_read_any_more(self):
        """It is told; the next lower step is taken, and other tickets' are."""
        policy = self.create_ladder(50, 75)
        ticket = self.create_work()
        self.env.cr.execute(
            "UPDATE slm_escalation_step SET filter_domain = %s WHERE id = %s",
            ("[('gone', '=', 1)]", policy.step_ids[1].id),
        )
        self.run_at("mon 11:40")
        states = {row.name: row.state for row in self.get_rows(ticket)}
        self.assertEqual(
            states, {"50 %, Completion": "fired", "75 %, Completion": "failed"}
        )


class TestEscalationPast(EscalationCommon):
    """What is imported or begins late is not escalated for the past."""

    def import_ticket(self, text, **vals):
        context = {"slm_at": moment(text), "slm_silent": True}
        model = self.env["helpdesk.ticket"].with_context(**context)
        ticket = model.create(
            {
                "name": "Old",
                "description": "Old",
                "partner_id": self.person.id,
                "stage_id": self.stages["working"].id,
            }
            | vals
        )
        return ticket

    def test_silent_import(self):
        """Only steps that come to be due after the import are taken."""
        self.create_ladder(50, 75, 90, 150)
        self.at("mon 11:10")
        ticket = self.import_ticket("mon 08:00").with_context(
            slm_at=None, slm_silent=False
        )
        self.run_at("mon 11:11")
        self.assertFalse(self.get_rows(ticket))
        self.run_at("mon 11:36", "mon 15:00")
        self.assertEqual(
            self.get_fired(ticket),
            [("90 %, Completion", "mon 11:36"), ("150 %, Completion", "mon 15:00")],
        )

    def test_replay_of_years_ago(self):
        """A ticket of a log: late for long, and nobody hears of it."""
        self.create_ladder(50, 75, 100, 150)
        self.at("mon+9 08:00")
        ticket = self.import_ticket("mon 08:00")
        context = {"slm_at": moment("mon 10:00"), "slm_silent": True}
        ticket.with_context(**context).priority = "2"
        ticket = ticket.with_context(slm_at=None, slm_silent=False)
        self.run_at("mon+9 08:01", "mon+9 12:00")
        self.assertFalse(self.get_rows(ticket))
        self.assertFalse(self.get_messages(ticket))

    def test_target_changes_after_the_import(self):
        """What a change makes due now is not of the past."""
        self.create_ladder(75)
        self.at("mon 10:00")
        ticket = self.import_ticket("mon 08:00").with_context(
            slm_at=None, slm_silent=False
        )
        self.at("mon 10:10")
        ticket.priority = "3"
        self.run_cron()
        self.assertEqual(self.get_fired(ticket), [("75 %, Completion", "mon 10:10")])

    def test_adopted(self):
        """A ticket that is older than the module."""
        self.create_ladder(50, 75, 100)
        self.agreement.action_terminate()
        ticket = self.create_work()
        ticket.slm_event_ids.invalidate_recordset()
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM slm_ticket_event WHERE ticket_id = %s", [ticket.id]
        )
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET slm_facts = NULL WHERE id = %s", [ticket.id]
        )
        self.env.invalidate_all()
        agreement = self.create_agreement("Newer")
        agreement.escalation_policy_id = self.agreement.escalation_policy_id
        self.at("mon 11:10")
        ticket.action_slm_start()
        self.assertTrue(self.get_clock(ticket))
        self.run_at("mon 11:11")
        self.assertFalse(self.get_rows(ticket))
        self.run_at("mon 13:00:01")
        self.assertEqual(len(self.get_fired(ticket)), 1)

    def test_created_with_steps_as_values(self):
        """Commands of a form are as good as records."""
        policy = self.env["slm.escalation.policy"].create({"name": "Empty"})
        policy.step_ids = [
            Command.create({"percent": 10, "notify_manager": True}),
        ]
        self.assertEqual(policy._get_ladder().rungs[0].value, 10)
