# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.fields import Command
from odoo.tools import mute_logger

from .common import tell
from .escalation_case import EscalationCommon


class TestEscalationMessages(EscalationCommon):
    """Who is told, and what."""

    def fire(self, ticket, text="mon 11:00"):
        self.run_at(text)
        return self.get_rows(ticket)[-1:]

    def test_desk(self):
        """Ticket, metric, share and deadline, in the time zone of who reads it."""
        self.watcher.tz = "Asia/Shanghai"
        self.create_ladder(75)
        ticket = self.create_work(name="Mail is down")
        self.fire(ticket)
        message = self.get_messages(ticket, self.watcher)
        self.assertEqual(
            message.subject,
            f"{ticket.number} Mail is down: 75 % of the target for Completion is used "
            "(SLA)",
        )
        self.assertIn("07:00:00 PM (Asia/Shanghai)", message.body)
        self.assertIn(f"model=helpdesk.ticket&amp;res_id={ticket.id}", message.body)
        self.assertEqual(message.author_id, self.env.ref("base.partner_root"))
        self.assertNotIn(self.agreement.name, message.body)
        self.assertTrue(message.is_internal)

    def test_late(self):
        self.create_ladder(150)
        ticket = self.create_work()
        self.fire(ticket, "mon 15:00")
        message = self.get_messages(ticket, self.watcher)
        self.assertIn("Completion is late, 150 % of the target", message.subject)
        self.assertIn("The deadline was", message.body)

    def test_each_in_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.watcher.lang = "fr_FR"
        self.create_ladder({"percent": 75, "notify_assignee": True})
        ticket = self.create_work()
        self.fire(ticket)
        self.assertEqual(len(self.get_messages(ticket)), 2)
        french = self.get_messages(ticket, self.watcher)
        self.assertIn("08/01/2024", french.body)
        self.assertEqual(french.partner_ids, self.watcher.partner_id)

    def test_mails_are_queued(self):
        """Nothing leaves in the transaction, and the queue is woken."""
        self.create_ladder(75)
        ticket = self.create_work()
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        triggers = self.env["ir.cron.trigger"]
        before = triggers.search_count([("cron_id", "=", queue.id)])
        with patch(
            "odoo.addons.base.models.ir_mail_server.IrMail_Server._connect__",
            side_effect=OSError("the mail server is down"),
        ) as connect:
            self.fire(ticket)
        self.assertFalse(connect.called)
        mail = self.env["mail.mail"].search([("res_id", "=", ticket.id)])
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids, self.watcher.partner_id)
        self.assertGreater(triggers.search_count([("cron_id", "=", queue.id)]), before)

    def test_inbox(self):
        self.watcher.notification_type = "inbox"
        self.create_ladder(75)
        ticket = self.create_work()
        self.fire(ticket)
        notification = self.get_messages(ticket, self.watcher).notification_ids
        self.assertEqual(notification.notification_type, "inbox")

    def test_push_is_queued(self):
        """Core sends a push there and then, which would not be taken back."""
        self.watcher.notification_type = "inbox"
        parameters = self.env["ir.config_parameter"].sudo()
        for name in ("private", "public"):
            parameters.set_param(f"mail.web_push_vapid_{name}_key", "key")
        self.env["mail.push.device"].create(
            {
                "partner_id": self.watcher.partner_id.id,
                "endpoint": "https://push.example.com/1",
                "keys": "{}",
            }
        )
        self.create_ladder(75)
        ticket = self.create_work()
        with patch("odoo.addons.mail.models.mail_thread.push_to_end_point") as push:
            self.fire(ticket)
        self.assertFalse(push.called)
        self.assertEqual(self.env["mail.push"].search_count([]), 1)

    def test_it_is_no_answer(self):
        """Whoever is told has not been answered."""
        nobody = {"user_ids": False, "notify_customer": True}
        self.create_ladder(nobody | {"percent": 50}, metric=False)
        ticket = self.create_ticket()
        self.run_at("mon 08:30")
        self.assertTrue(self.get_messages(ticket, self.person))
        self.assertClock(ticket, "response", state="running")

    def test_customer(self):
        """He reads of his ticket and of what was promised, and of nothing internal."""
        nobody = {"user_ids": False, "notify_customer": True}
        self.create_ladder(nobody | {"percent": 75}, nobody | {"percent": 150})
        ticket = self.create_work(name="Mail is down")
        row = self.fire(ticket)
        self.assertEqual(row.recipient_ids, self.person)
        message = self.get_messages(ticket, self.person)
        self.assertEqual(message.subject, f"Your request {ticket.number} Mail is down")
        self.assertIn("We have promised a solution by", message.body)
        for secret in (self.agreement.name, self.agreement.code, "75", "SLA"):
            self.assertNotIn(secret, message.body.replace(ticket.number, ""))
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertIn("/mail/view?", mail.body_html)
        self.assertNotIn("Internal", mail.body_html)
        self.fire(ticket, "mon 15:00")
        late = self.get_messages(ticket, self.person)[-1]
        self.assertIn("We had promised a solution by", late.body)

    def test_customer_hears_nothing_of_ola(self):
        """The step reaches nobody, so the manager is told."""
        ola = self.create_agreement(
            "OLA",
            consumers=[],
            kind="ola",
            team_id=self.team.id,
            manager_id=self.leader.id,
            targets=[{"completion": 60}],
        )
        nobody = {"user_ids": False, "notify_customer": True}
        self.create_ladder(nobody | {"percent": 50}, agreement=ola)
        ticket = self.create_work()
        row = self.fire(ticket, "mon 08:30")
        self.assertFalse(self.get_messages(ticket, self.person))
        self.assertEqual(row.recipient_ids, self.leader.partner_id)
        self.assertIn("so the manager was told", row.message)
        self.assertIn("(OLA)", self.get_messages(ticket).subject)

    def test_customer_without_address(self):
        self.person.email = False
        self.create_ladder({"percent": 75, "notify_customer": True})
        ticket = self.create_work()
        row = self.fire(ticket)
        self.assertEqual(row.recipient_ids, self.watcher.partner_id)
        self.assertIn("no e-mail address", row.message)

    def test_other_readers_do_not_see_it(self):
        """A message is for those whom it addresses."""
        self.create_ladder(75)
        ticket = self.create_work()
        self.fire(ticket)
        message = self.get_messages(ticket)
        self.assertTrue(message.with_user(self.watcher).has_access("read"))
        self.assertFalse(message.with_user(self.portal_user).has_access("read"))

    def test_nobody_is_assigned(self):
        """Nobody else is told, the row says so; a step that does nothing at all then
        tells the manager."""
        assignee = {"user_ids": False, "notify_assignee": True}
        self.create_ladder(
            assignee | {"percent": 50},
            assignee | {"percent": 75, "raise_priority": True},
        )
        ticket = self.create_work(user_id=False)
        row = self.fire(ticket, "mon 10:00")
        self.assertEqual(row.recipient_ids, self.manager.partner_id)
        self.assertIn("so the manager was told", row.message)
        row = self.fire(ticket, "mon 11:00")
        self.assertEqual((row.state, row.recipient_ids.ids), ("fired", []))
        self.assertIn("There was nobody to notify", row.message)

    def test_nobody_at_all(self):
        self.agreement.manager_id = False
        self.create_ladder({"percent": 50, "notify_leader": True, "user_ids": False})
        ticket = self.create_work(team_id=False)
        row = self.fire(ticket, "mon 10:00")
        self.assertEqual((row.state, row.recipient_ids.ids), ("fired", []))

    def test_archived_users_are_left_out(self):
        self.create_ladder({"percent": 75, "notify_manager": True})
        self.watcher.active = False
        row = self.fire(self.create_work())
        self.assertEqual(row.recipient_ids, self.manager.partner_id)


class TestEscalationActions(EscalationCommon):
    """What a step does beside telling people."""

    def create_action(self, code, name="Action"):
        return self.env["ir.actions.server"].create(
            {
                "name": name,
                "model_id": self.env.ref("helpdesk_mgmt.model_helpdesk_ticket").id,
                "state": "code",
                "code": code,
            }
        )

    def create_acting(self, **vals):
        """A ladder of one step at 75 % that notifies nobody."""
        return self.create_ladder({"percent": 75, "user_ids": False} | vals)

    def test_activity(self):
        todo = self.env.ref("mail.mail_activity_data_todo")
        for recipient, user in (
            ("assignee", self.agent),
            ("leader", self.leader),
            ("manager", self.manager),
            ("user", self.watcher),
        ):
            with self.subTest(recipient=recipient):
                self.at("mon 08:00")
                self.watcher.group_ids += self.agent.group_ids
                self.create_acting(
                    activity_type_id=todo.id,
                    activity_recipient=recipient,
                    activity_user_id=self.watcher.id,
                    activity_summary="Look at it",
                    activity_days=2,
                )
                user.group_ids += self.env.ref("helpdesk_mgmt.group_helpdesk_user")
                ticket = self.create_work()
                self.run_at("mon 11:00")
                activity = ticket.activity_ids
                self.assertEqual(activity.user_id, user)
                self.assertEqual(activity.summary, "Look at it")
                self.assertEqual(str(activity.date_deadline), "2024-01-10")
                self.assertIn(user.name, self.get_rows(ticket).actions)

    def test_activity_for_nobody(self):
        todo = self.env.ref("mail.mail_activity_data_todo")
        self.create_acting(activity_type_id=todo.id)
        ticket = self.create_work(user_id=False)
        self.run_at("mon 11:00")
        self.assertFalse(ticket.activity_ids)
        self.assertIn("nobody to give the activity", self.get_rows(ticket).message)

    def test_reassign(self):
        other = self.env["helpdesk.ticket.team"].create(
            {"name": "Other", "user_ids": [Command.set(self.watcher.ids)]}
        )
        self.create_acting(reassign_team_id=other.id, reassign_user_id=self.watcher.id)
        ticket = self.create_work()
        self.run_at("mon 11:00")
        self.assertEqual((ticket.team_id, ticket.user_id), (other, self.watcher))
        event = self.get_events(ticket, "assignment")
        self.assertEqual(event.user_id, self.env.ref("base.user_root"))
        self.assertIn("Escalation: 75 %", event.note)
        self.assertIn("Reassigned to Other", self.get_rows(ticket).actions)

    def test_reassign_to_who_has_it(self):
        self.create_acting(reassign_user_id=self.agent.id)
        ticket = self.create_work()
        events = ticket.slm_event_ids
        self.run_at("mon 11:00")
        self.assertEqual(ticket.slm_event_ids, events)
        self.assertIn("had the ticket already", self.get_rows(ticket).message)

    def test_raise_priority(self):
        """One up, and no further than the highest."""
        self.create_acting(raise_priority=True)
        ticket, highest = self.create_work(), self.create_work(priority="3")
        self.run_at("mon 11:00")
        self.assertEqual((ticket.priority, highest.priority), ("2", "3"))
        self.assertIn("the highest already", self.get_rows(highest).message)

    def test_server_action(self):
        action = self.create_action("record.write({'name': record.name + '!'})", "Mark")
        self.create_acting(server_action_id=action.id)
        ticket = self.create_work(name="Mail")
        self.run_at("mon 11:00", "mon 11:01")
        self.assertEqual(ticket.name, "Mail!")
        self.assertEqual(self.get_rows(ticket).actions, "Ran Mark")

    def create_webhook(self):
        return self.env["ir.actions.server"].create(
            {
                "name": "Hook",
                "model_id": self.env.ref("helpdesk_mgmt.model_helpdesk_ticket").id,
                "state": "webhook",
                "webhook_url": "https://hook.example.com",
            }
        )

    def test_webhook_leaves_after_the_commit(self):
        self.create_acting(server_action_id=self.create_webhook().id)
        self.create_work()
        cr = self.env.cr
        self.at("mon 11:00")
        with patch("requests.post") as post:
            self.env["slm.clock"]._get_due()._act()
            self.assertFalse(post.called)
            cr.postcommit.run()
            self.assertEqual(post.call_count, 1)
            cr.postcommit.run()
            self.assertEqual(post.call_count, 1)

    def test_webhook_of_what_is_taken_back(self):
        """The action failed after it had called the hook: nothing leaves."""
        code = self.create_action("raise UserError('no')")
        both = self.env["ir.actions.server"].create(
            {
                "name": "Both",
                "model_id": code.model_id.id,
                "state": "multi",
                "child_ids": [Command.set((self.create_webhook() | code).ids)],
            }
        )
        self.create_acting(server_action_id=both.id)
        ticket = self.create_work()
        self.at("mon 11:00")
        with patch("requests.post") as post:
            self.env["slm.clock"]._get_due()._act()
            self.env.cr.postcommit.run()
        self.assertFalse(post.called)
        self.assertEqual(self.get_rows(ticket).state, "failed")


class TestEscalationCompanies(EscalationCommon):
    """A ladder of no company is edited by people of one and climbed in all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(name="Other Company")
        cls.stranger = cls.create_user(
            "stranger",
            "slm_management.group_slm_administrator",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.foreign_team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Foreign", "company_id": cls.other_company.id}
        )

    def climb(self, **vals):
        """What becomes of a step that the stranger has changed."""
        policy = self.create_ladder(75)
        policy.step_ids.with_user(self.stranger).write({"user_ids": False} | vals)
        ticket = self.create_work()
        self.run_at("mon 11:00")
        return ticket, self.get_rows(ticket)

    def test_nobody_is_told_of_tickets_of_another_company(self):
        ticket, row = self.climb(user_ids=[Command.set(self.stranger.ids)])
        self.assertEqual(row.recipient_ids, self.manager.partner_id)
        self.assertFalse(self.get_messages(ticket, self.stranger))

    def test_tickets_stay_in_their_company(self):
        for vals in (
            {"reassign_team_id": self.foreign_team.id},
            {"reassign_user_id": self.stranger.id},
        ):
            with self.subTest(vals=vals):
                self.at("mon 08:00")
                ticket, row = self.climb(**vals)
                self.assertEqual(
                    (ticket.team_id, ticket.user_id), (self.team, self.agent)
                )
                self.assertIn("Not reassigned", row.message)

    def test_activities_are_for_people_of_the_company(self):
        ticket, row = self.climb(
            activity_type_id=self.env.ref("mail.mail_activity_data_todo").id,
            activity_recipient="user",
            activity_user_id=self.stranger.id,
        )
        self.assertFalse(ticket.activity_ids)
        self.assertIn("nobody to give the activity", row.message)


class TestEscalationFailing(EscalationCommon):
    """What fails is told, and spoils nothing else."""

    def patch_actor(self, name, fail):
        """An action of the actor fails; ``fail`` takes the climb."""
        actor = self.env.registry["slm.escalation.actor"]
        original = getattr(actor, name)

        def do(this, climb):
            fail(climb)
            return original(this, climb)

        return patch.object(actor, name, do)

    def test_failing_server_action_does_not_block_the_next(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Fail for one",
                "model_id": self.env.ref("helpdesk_mgmt.model_helpdesk_ticket").id,
                "state": "code",
                "code": "if record.priority == '2': raise UserError('It is broken')",
            }
        )
        self.create_ladder({"percent": 75, "server_action_id": action.id})
        tickets = self.create_work() | self.create_work(priority="2")
        tickets |= self.create_work()
        self.run_at("mon 11:00", "mon 11:01", "mon 11:06")
        rows = [self.get_rows(ticket) for ticket in tickets]
        self.assertEqual([r.state for r in rows], ["fired", "failed", "fired"])
        self.assertEqual(rows[1].message, "It is broken")
        self.assertEqual(rows[1].recipient_ids, self.watcher.partner_id)
        self.assertEqual(len(self.get_messages(tickets[1])), 1)

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_failing_mail_server_does_not_block_the_next(self):
        """The mail waits in the queue; the steps go on."""
        self.create_ladder(75, 90)
        tickets = self.create_work() | self.create_work()
        self.run_at("mon 11:00")
        mails = self.env["mail.mail"].search([("res_id", "in", tickets.ids)])
        with patch(
            "odoo.addons.base.models.ir_mail_server.IrMail_Server._connect__",
            side_effect=OSError("the mail server is down"),
        ):
            mails.send()
        self.run_at("mon 11:36")
        for ticket in tickets:
            self.assertEqual(len(self.get_fired(ticket)), 2)

    def test_failing_notification(self):
        """What failed half-way leaves no trace but the row."""

        def fail(climb):
            climb.ticket.message_post(body="Half of it")
            raise ValueError("x" * 900)

        self.create_ladder({"percent": 75, "raise_priority": True})
        ticket = self.create_work()
        with self.patch_actor("_notify", fail):
            self.run_at("mon 11:00")
        row = self.get_rows(ticket)
        self.assertEqual((row.state, len(row.message)), ("failed", 500))
        self.assertFalse(row.recipient_ids)
        self.assertEqual(ticket.priority, "2", "The other action is done")
        self.assertFalse(ticket.message_ids.filtered(lambda m: "Half" in m.body))

    def test_serialization_failure_is_tried_again(self):
        """Somebody else was writing: the step is left due, and no failure of its."""
        self.create_ladder(75)
        ticket, other = self.create_work(), self.create_work()

        def fail(climb):
            if climb.ticket == ticket:
                raise SerializationFailure

        with self.patch_actor("_notify", fail):
            self.run_at("mon 11:00")
        self.assertFalse(self.get_rows(ticket))
        self.assertClock(ticket, next="mon 11:05")
        self.assertEqual(len(self.get_fired(other)), 1)
        self.run_at("mon 11:04", "mon 11:05")
        row = self.get_rows(ticket)
        self.assertEqual((row.state, tell(row.fired_at)), ("fired", "mon 11:05"))
        self.assertEqual(tell(row.due_at), "mon 11:00")

    def test_breaches_are_recorded_whatever_fails(self):
        def fail(climb):
            raise ValueError("It fails")

        self.create_ladder(100)
        ticket = self.create_work()
        with self.patch_actor("_notify", fail):
            self.run_at("mon 13:00:01")
        self.assertEqual(self.get_rows(ticket).state, "failed")
        self.assertClock(ticket, breached="mon 12:00")
        self.assertEqual(ticket.slm_status, "breached")

    def create_code(self, code):
        return self.env["ir.actions.server"].create(
            {
                "name": "Code",
                "model_id": self.env.ref("helpdesk_mgmt.model_helpdesk_ticket").id,
                "state": "code",
                "code": code,
            }
        )

    def test_serialization_failure_of_a_step_that_moves_the_ticket(self):
        """It is not tried again and again in a transaction that sees no better; the
        other clocks of the ticket wait with it."""
        tries = []

        def fail(climb):
            tries.append(climb.key.metric)
            if len(tries) > 3:
                raise ValueError("It does not end")
            raise SerializationFailure

        self.create_ladder(75, raise_priority=True, metric=False)
        ticket = self.create_ticket(team_id=self.team.id)
        with self.patch_actor("_raise_priority", fail):
            self.run_at("mon 16:00")
        self.assertEqual(len(tries), 1)
        self.assertFalse(self.get_rows(ticket))
        self.assertClock(ticket, "response", next="mon 16:05")
        self.assertClock(ticket, "completion", next="mon 16:05")
        self.run_at("mon 16:05")
        self.assertEqual(len(self.get_fired(ticket)), 3)

    def test_server_action_that_deletes_the_ticket(self):
        """What was written down goes with it, and the next ones are not blocked."""
        action = self.create_code("if record.priority == '2': record.unlink()")
        self.create_ladder({"percent": 75, "server_action_id": action.id})
        gone, other = self.create_work(priority="2"), self.create_work()
        self.run_at("mon 11:00")
        self.assertFalse(gone.exists())
        self.assertEqual(len(self.get_fired(other)), 1)

    def test_error_that_is_no_text(self):
        """What an error says may be bytes that nobody can read."""
        action = self.create_code("raise UserError('Broken: \\udc80')")
        self.create_ladder({"percent": 75, "server_action_id": action.id})
        ticket = self.create_work()
        self.run_at("mon 11:00")
        row = self.get_rows(ticket)
        self.assertEqual((row.state, row.message), ("failed", "Broken: ?"))
