# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import SlmCommon, moment


class TestExclusion(SlmCommon):
    """Missed clocks are left out of what is counted, and count again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reference = "slm_management.slm_exclusion_reason_user"
        cls.reason = cls.env.ref(reference)

    def miss(self, **vals):
        """The completion clock of a ticket that was done an hour too late."""
        self.at("mon 08:00")
        ticket = self.create_ticket(**vals)
        self.move(ticket, "completed", "mon 14:00")
        clock = self.get_clock(ticket)
        self.assertEqual((clock.state, clock.outcome), ("stopped", "missed"))
        return clock

    def ask(self, user, clocks, **vals):
        """What the dialog does that the button opens, as a user."""
        action = clocks.with_user(user).action_exclude()
        vals = {"reason_id": self.reason.id, "note": "Wrong plug"} | vals
        wizard = self.env["slm.exclude"].with_user(user)
        wizard.with_context(**action["context"]).create(vals).action_exclude()
        return clocks.sudo().exclusion_ids[:1].with_user(user)

    def decide(self, user, exclusions, decision, remark=False):
        """What the dialog does that the buttons of a list open, as a user."""
        context = {"active_model": "slm.exclusion", "active_ids": exclusions.ids}
        wizard = self.env["slm.exclusion.decision"].with_user(user)
        vals = {"decision": decision, "remark": remark}
        wizard.with_context(**context).create(vals).action_decide()

    def count(self, clock):
        """Met, missed, excluded and share of the day of a clock."""
        figures = self.env["slm.figures"]
        day = moment("mon 12:00").date()
        spans = figures._get_spans([(day, day)], self.company)
        scope = figures._get_scope(self.company)
        found = figures._get_clock_figures(scope, spans, ("metric",))
        found = found.get((day, clock.metric), {})
        return [found.get(k) for k in ("met", "missed", "excluded", "share")]

    # ------------------------------------------------------------------
    # Who does what
    # ------------------------------------------------------------------

    def test_manager_excludes_at_once(self):
        clock = self.miss()
        self.assertEqual(self.count(clock), [0, 1, 0, 0.0])
        exclusion = self.ask(self.manager, clock)
        self.assertRecordValues(
            exclusion,
            [
                {
                    "state": "approved",
                    "ticket_id": clock.ticket_id.id,
                    "agreement_id": self.agreement.id,
                    "metric": "completion",
                    "company_id": self.company.id,
                    "reason_id": self.reason.id,
                    "note": "Wrong plug",
                    "proposed_by_id": self.manager.id,
                    "proposed_on": moment("mon 14:00"),
                    "decided_by_id": self.manager.id,
                    "decided_on": moment("mon 14:00"),
                }
            ],
        )
        self.assertEqual(
            (clock.outcome, clock.exclusion_state), ("excluded", "approved")
        )
        self.assertEqual(self.count(clock), [0, 0, 1, None])

    def test_event_tells_reason_and_author(self):
        clock = self.miss()
        self.ask(self.manager, clock)
        [event] = self.get_events(clock.ticket_id, "exclusion")
        self.assertEqual(event.user_id, self.manager)
        self.assertEqual(event.note, "User Error: Wrong plug")
        self.assertIn("completion left out", event.description.lower())

    def test_agent_proposes_and_manager_approves(self):
        clock = self.miss()
        exclusion = self.ask(self.agent, clock)
        self.assertEqual((exclusion.state, clock.exclusion_state), ("proposed",) * 2)
        self.assertFalse(exclusion.decided_by_id)
        self.assertEqual(clock.outcome, "missed")
        self.assertFalse(self.get_events(clock.ticket_id, "exclusion"))
        self.at("tue 09:00")
        self.decide(self.manager, exclusion, "approve", "Agreed")
        self.assertEqual((exclusion.state, exclusion.remark), ("approved", "Agreed"))
        self.assertEqual(exclusion.proposed_by_id, self.agent)
        self.assertEqual(exclusion.decided_by_id, self.manager)
        self.assertEqual(exclusion.decided_on, moment("tue 09:00"))
        self.assertEqual(clock.outcome, "excluded")

    def test_manager_rejects_and_it_may_be_proposed_again(self):
        clock = self.miss()
        exclusion = self.ask(self.agent, clock)
        self.decide(self.manager, exclusion, "reject", " ")
        self.assertEqual((exclusion.state, exclusion.remark), ("rejected", False))
        self.assertEqual((clock.outcome, clock.exclusion_state), ("missed", False))
        self.ask(self.agent, clock)
        self.assertEqual(clock.exclusion_ids.mapped("state"), ["proposed", "rejected"])

    def test_manager_withdraws_and_it_counts_again(self):
        clock = self.miss()
        exclusion = self.ask(self.manager, clock)
        self.decide(self.manager, exclusion, "withdraw", "It was us")
        self.assertEqual(
            (exclusion.state, exclusion.remark), ("withdrawn", "It was us")
        )
        self.assertEqual((clock.outcome, clock.exclusion_state), ("missed", False))
        self.assertEqual(self.count(clock), [0, 1, 0, 0.0])
        event = self.get_events(clock.ticket_id, "exclusion")[-1]
        self.assertEqual(event.note, "It was us")
        self.ask(self.manager, clock)
        self.assertEqual(clock.outcome, "excluded")

    def test_proposer_withdraws_what_is_not_decided(self):
        exclusion = self.ask(self.agent, self.miss())
        self.assertTrue(exclusion.may_withdraw)
        with self.assertRefused("withdrawn by who made it", AccessError):
            self.decide(self.administrator, exclusion, "withdraw")
        self.decide(self.agent, exclusion, "withdraw")
        self.assertEqual(exclusion.state, "withdrawn")
        with self.assertRefused("nothing left to withdraw"):
            self.decide(self.agent, exclusion, "withdraw")

    def test_proposer_does_not_withdraw_what_was_approved(self):
        clock = self.miss()
        exclusion = self.ask(self.agent, clock)
        exclusion.with_user(self.manager).action_approve()
        exclusion.invalidate_recordset()
        self.assertFalse(exclusion.may_withdraw)
        with self.assertRefused("service level manager", AccessError):
            self.decide(self.agent, exclusion, "withdraw")
        self.assertEqual(clock.outcome, "excluded")

    def test_only_managers_decide(self):
        clock = self.miss()
        exclusion = self.ask(self.administrator, clock)
        self.assertEqual(exclusion.state, "proposed")
        for user in (self.agent, self.administrator):
            for decision in ("approve", "reject"):
                with self.subTest(user=user.login, decision=decision):
                    self.assertFalse(exclusion.with_user(user).may_decide)
                    with self.assertRefused(
                        "Only a service level manager", AccessError
                    ):
                        self.decide(user, exclusion, decision)
        # not by the rights of somebody else, either
        with self.assertRefused("Only a service level manager", AccessError):
            exclusion.with_user(self.administrator).sudo().action_approve()
        self.assertTrue(exclusion.with_user(self.manager).may_decide)

    # ------------------------------------------------------------------
    # What is excluded
    # ------------------------------------------------------------------

    def test_only_what_was_missed(self):
        self.at("mon 08:00")
        ticket = self.create_ticket()
        clocks = ticket.slm_clock_ids
        with self.assertRefused("has not stopped yet"):
            self.ask(self.manager, clocks)
        self.move(ticket, "completed", "mon 09:00")
        with self.assertRefused(f"{ticket.number}, {self.agreement.code}: Completion"):
            self.ask(self.manager, self.get_clock(ticket))
        self.move(ticket, "cancelled", "mon 10:00")
        with self.assertRefused("it was cancelled"):
            self.ask(self.manager, self.get_clock(ticket, "closure"))
        self.assertFalse(clocks.exclusion_ids)

    def test_nothing_is_nothing_to_exclude(self):
        with self.assertRefused("Choose the clocks"):
            self.env["slm.clock"].with_user(self.manager).action_exclude()

    def test_breached_clock_that_runs(self):
        self.at("mon 08:00")
        ticket = self.create_ticket()
        self.at("mon 16:00")
        self.run_cron()
        clock = self.get_clock(ticket)
        self.assertTrue(clock.breached_at)
        with self.assertRefused("has not stopped yet"):
            self.ask(self.agent, clock)

    def test_once_only(self):
        clock = self.miss()
        self.ask(self.agent, clock)
        for user in (self.agent, self.manager):
            with self.assertRefused("proposed already"):
                self.ask(user, clock)
        clock.exclusion_ids.with_user(self.manager).action_approve()
        with self.assertRefused("excluded already"):
            self.ask(self.manager, clock)

    def test_decided_once(self):
        exclusion = self.ask(self.agent, self.miss()).with_user(self.manager)
        exclusion.action_reject()
        with self.assertRefused(exclusion.display_name):
            exclusion.action_approve()
        self.assertEqual(exclusion.state, "rejected")

    def test_two_at_once(self):
        """Whoever comes second does not see the first one: the database refuses."""
        clock = self.miss()
        self.ask(self.agent, clock)
        model = type(self.env["slm.exclusion"])
        blind = patch.object(model, "_get_open", lambda self, clocks: {})
        with blind, mute_logger("odoo.sql_db"), self.env.cr.savepoint() as savepoint:
            with self.assertRaises(UniqueViolation) as caught:
                self.ask(self.agent, clock)
            savepoint.rollback()
        told = self.env["slm.exclusion"]._sql_error_to_message(caught.exception)
        self.assertIn("somebody has proposed it", told)

    def test_words(self):
        clock = self.miss()
        for note in (" ", "\n"):
            with self.assertRefused("Say in a note"):
                self.ask(self.agent, clock, note=note)
        self.reason.active = False
        with self.assertRefused("User Error is archived"):
            self.ask(self.agent, clock)

    def test_dialog_shows_clocks_and_needs_words(self):
        clock = self.miss()
        context = clock.with_user(self.agent).action_exclude()["context"]
        form = Form(
            self.env["slm.exclude"].with_user(self.agent).with_context(**context)
        )
        self.assertEqual(form.clock_ids.ids, clock.ids)
        self.assertFalse(form.is_manager)
        form.reason_id = self.reason
        self.assertIn("documentation", form.reason_description)
        with self.assertRaises(AssertionError):
            form.save()
        form.note = "Wrong plug"
        form.save().action_exclude()
        self.assertEqual(clock.exclusion_state, "proposed")

    def test_many_at_once(self):
        clocks = self.miss()
        for _number in range(4):
            clocks |= self.miss()
        clocks |= self.get_clock(clocks[0].ticket_id, "response")
        exclusions = self.env["slm.exclusion"]
        self.ask(self.agent, clocks)
        exclusions = clocks.exclusion_ids.with_user(self.manager)
        self.assertEqual(len(exclusions), 6)
        self.decide(self.manager, exclusions, "approve")
        self.assertEqual(set(clocks.mapped("outcome")), {"excluded"})
        self.assertEqual(len(self.get_events(clocks[0].ticket_id, "exclusion")), 2)

    def test_one_of_many_is_wrong(self):
        good, bad = self.miss(), self.get_clock(self.create_ticket())
        with self.assertRefused("has not stopped yet"):
            self.ask(self.manager, good | bad)
        self.assertEqual(good.outcome, "missed")

    def test_query_budget(self):
        few = self.miss() | self.miss()
        many = self.env["slm.clock"].union(*(self.miss() for _number in range(8)))
        self.ask(self.manager, self.miss())
        counts = []
        for clocks in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["slm.exclusion"].with_user(self.manager)._propose(
                clocks, self.reason, "Wrong plug"
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.assertLessEqual(counts[0], 30)

    # ------------------------------------------------------------------
    # What happens later
    # ------------------------------------------------------------------

    def test_opened_again_and_missed_again(self):
        clock = self.miss()
        self.ask(self.manager, clock)
        self.move(clock.ticket_id, "working", "tue 09:00")
        self.assertEqual((clock.state, clock.outcome), ("running", "excluded"))
        self.move(clock.ticket_id, "completed", "tue 11:00")
        self.assertEqual((clock.state, clock.outcome), ("stopped", "excluded"))
        self.assertEqual(clock.exclusion_state, "approved")
        self.assertFalse(clock.ticket_id._slm_rebuild())

    def test_withdrawn_while_opened_again(self):
        clock = self.miss()
        exclusion = self.ask(self.manager, clock)
        self.move(clock.ticket_id, "working", "tue 09:00")
        exclusion.action_withdraw()
        self.assertEqual((clock.state, clock.outcome), ("running", "missed"))

    def test_withdrawn_when_cancelled(self):
        clock = self.miss()
        exclusion = self.ask(self.manager, clock)
        self.move(clock.ticket_id, "working", "tue 09:00")
        self.move(clock.ticket_id, "cancelled", "tue 10:00")
        exclusion.action_withdraw()
        self.assertEqual((clock.state, clock.outcome), ("cancelled", "excluded"))

    def test_proposal_waits_while_opened_again(self):
        clock = self.miss()
        exclusion = self.ask(self.agent, clock).with_user(self.manager)
        self.move(clock.ticket_id, "working", "tue 09:00")
        with self.assertRefused("has not stopped yet"):
            exclusion.action_approve()
        self.move(clock.ticket_id, "completed", "tue 11:00")
        exclusion.action_approve()
        self.assertEqual(clock.outcome, "excluded")

    def test_rebuild_keeps_it(self):
        clock = self.miss()
        self.ask(self.manager, clock)
        self.assertEqual(clock.ticket_id._slm_rebuild(), [])
        clock.invalidate_recordset()
        self.assertEqual(clock.outcome, "excluded")

    def test_hours_edited_later(self):
        clock = self.miss()
        self.create_holiday("mon", "mon")
        exclusion = self.ask(self.manager, clock)
        self.assertEqual(clock.outcome, "excluded")
        exclusion.action_withdraw()
        self.assertEqual(clock.outcome, "missed")

    def test_deleted_with_its_ticket(self):
        clock = self.miss()
        exclusion = self.ask(self.manager, clock)
        clock.ticket_id.unlink()
        self.assertFalse(exclusion.exists())


class TestExclusionAccess(SlmCommon):
    """Nobody writes exclusions, and who may not read a ticket does not see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("slm_management.slm_exclusion_reason_user")
        cls.at(cls, "mon 08:00")
        cls.ticket = cls.create_ticket(user_id=cls.agent.id)
        cls.at(cls, "mon 14:00")
        cls.ticket.stage_id = cls.stages["completed"]
        cls.clock = cls.get_clock(cls, cls.ticket)
        # who has tickets of his own only
        group = "slm_management.group_slm_agent"
        cls.other_agent = cls.create_user("other_agent", group)

    def propose(self, user):
        exclusions = self.env["slm.exclusion"].with_user(user)
        return exclusions._propose(self.clock, self.reason, "Wrong plug")

    def test_agent_of_other_tickets(self):
        exclusion = self.propose(self.agent).with_user(self.other_agent)
        self.assertFalse(exclusion.search([]))
        for do in (
            lambda: exclusion.read(["note"]),
            exclusion.action_withdraw,
            exclusion.action_reject,
            self.clock.with_user(self.other_agent).action_exclude,
            lambda: self.propose(self.other_agent),
            lambda: self.clock.with_user(self.other_agent).sudo().action_exclude(),
        ):
            with self.assertRaises(AccessError):
                do()

    def test_dialog_with_clocks_of_others(self):
        wizard = self.env["slm.exclude"].with_user(self.other_agent)
        vals = {
            "clock_ids": [(6, 0, self.clock.ids)],
            "reason_id": self.reason.id,
            "note": "Mine",
        }
        with self.assertRaises(UserError):
            wizard.create(vals).action_exclude()
        self.assertFalse(self.clock.exclusion_ids)

    def test_requesters(self):
        exclusion = self.propose(self.agent)
        for user in (self.portal_user, self.helpdesk_user):
            for do in (
                lambda user=user: exclusion.with_user(user).read(["note"]),
                exclusion.with_user(user).action_approve,
                exclusion.with_user(user).action_withdraw,
                exclusion.with_user(user).sudo().action_withdraw,
                self.clock.with_user(user).action_exclude,
                self.clock.with_user(user).sudo().action_exclude,
                lambda user=user: (
                    self.env["slm.exclusion.reason"].with_user(user).search([])
                ),
                lambda user=user: self.propose(user),
            ):
                with self.assertRaises(AccessError):
                    do()

    def test_nobody_writes(self):
        exclusion = self.propose(self.agent)
        vals = {"clock_id": self.clock.id, "reason_id": self.reason.id}
        for user in (self.agent, self.administrator, self.manager, self.env.user):
            for do in (
                lambda e: e.create(vals),
                lambda e: e.write({"state": "approved"}),
                lambda e: e.unlink(),
                lambda e: e.copy(),
            ):
                for record in (exclusion.with_user(user), exclusion.with_user(1)):
                    with self.assertRaises(AccessError):
                        do(record)
        self.assertEqual(exclusion.state, "proposed")

    def test_company(self):
        company = self._create_company(name="Elsewhere Ltd")
        manager = self.create_user(
            "far_manager",
            "slm_management.group_slm_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        exclusion = self.propose(self.agent).with_user(manager)
        self.assertFalse(exclusion.search([]))
        for do in (
            exclusion.action_approve,
            exclusion.action_reject,
            exclusion.sudo().action_withdraw,
            self.clock.with_user(manager).action_exclude,
            lambda: self.propose(manager),
        ):
            with self.assertRaises(AccessError):
                do()

    def test_list_action_is_for_the_desk(self):
        action = self.env.ref("slm_management.slm_clock_action_exclude")
        context = {"active_model": "slm.clock", "active_ids": self.clock.ids}
        opened = action.with_user(self.agent).with_context(**context).run()
        self.assertEqual(opened["res_model"], "slm.exclude")
        with self.assertRaises(AccessError):
            action.with_user(self.helpdesk_user).with_context(**context).run()

    # ------------------------------------------------------------------
    # Reasons
    # ------------------------------------------------------------------

    def test_shipped_reasons(self):
        shipped = self.env["ir.model.data"].search(
            [("model", "=", "slm.exclusion.reason"), ("module", "=", "slm_management")]
        )
        reasons = self.env["slm.exclusion.reason"].browse(shipped.mapped("res_id"))
        self.assertEqual(len(reasons), 6)
        self.assertTrue(all(reasons.mapped("description")))

    def test_administrators_add_reasons(self):
        reasons = self.env["slm.exclusion.reason"]
        added = reasons.with_user(self.administrator).create({"name": "Strike"})
        added.active = False
        with self.assertRaises(AccessError):
            reasons.with_user(self.agent).create({"name": "Mine"})
        with self.assertRaises(AccessError):
            added.unlink()

    def test_used_reason_stays(self):
        self.propose(self.agent)
        with self.assertRefused("User Error. Archive it", ValidationError):
            self.reason.with_user(self.manager).unlink()
        unused = self.env.ref("slm_management.slm_exclusion_reason_load")
        unused.with_user(self.manager).unlink()
        self.reason.with_user(self.manager).active = False
        self.assertEqual(self.clock.exclusion_ids.reason_id, self.reason)
