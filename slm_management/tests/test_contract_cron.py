# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from contextlib import closing
from datetime import date, datetime
from functools import partial
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from .common import tell
from .test_contract_reminder import ContractCommon

LOGGER = "odoo.addons.slm_management.models.slm_contract_milestone"
TEMPLATE = "slm_management.mail_template_contract_reminder"


class TestContractDigest(ContractCommon):
    """Many dates are many activities, and one e-mail a day for each manager."""

    def make_many(self, count, end="2024-01-31", **vals):
        contracts = self.env["slm.contract"]
        for number in range(count):
            contracts += self.make(f"Contract {number}", end_date=end, **vals)
        return contracts

    def test_one_mail_for_many_dates(self):
        contracts = self.make_many(3, warranty_date="2024-01-20")
        self.run_at("2024-01-12")
        mail = self.get_mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing", "The mail server is not waited for")
        self.assertEqual(mail.subject, "6 dates of your contracts")
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)
        lines = self.tell_lines(mail)
        self.assertEqual(len(lines), 6)
        self.assertEqual(lines[0], ("Contract 0", "End of Warranty: 01/20/2024"))
        self.assertEqual(lines[5], ("Contract 2", "End of Term: 01/31/2024"))
        for contract in contracts:
            self.assertEqual(len(contract.activity_ids), 2)
            self.assertIn(f"res_id={contract.id}", mail.body_html)

    def test_one_date_is_the_subject(self):
        contract = self.make(end_date="2024-01-31")
        self.run_cron("contracts")
        subject = f"{contract.display_name}: End of Term: 01/31/2024"
        self.assertEqual(self.get_mails().subject, subject)

    def test_a_long_list_is_cut(self):
        with patch.object(self.registry_module(), "TOLD", 2):
            self.make_many(5)
            self.run_cron("contracts")
        mail = self.get_mails()
        self.assertEqual(len(self.tell_lines(mail)), 2)
        self.assertIn("and 3 more", " ".join(mail.body_html.split()))

    @classmethod
    def registry_module(cls):
        from ..models import slm_contract_milestone

        return slm_contract_milestone

    def test_late_comers_wait_until_tomorrow(self):
        self.make(end_date="2024-01-31")
        self.run_cron("contracts")
        late = self.make("Late", end_date="2024-02-01")
        for _time in range(2):
            self.run_at("2024-01-08 15:00:00")
        self.assertEqual(len(self.get_mails()), 1)
        self.assertFalse(late.activity_ids)
        self.run_at("2024-01-09")
        self.assertEqual(self.tell_news(), ["End of Term: 02/01/2024"])

    def test_what_can_not_wait_does_not(self):
        self.make(end_date="2024-01-31")
        self.run_cron("contracts")
        self.get_mails()
        self.make("Waits", end_date="2024-01-09")
        last = self.make("Last Day", end_date="2024-01-08")
        self.run_cron("contracts")
        told = [(self.manager.login, [("Last Day", "End of Term: 01/08/2024")])]
        self.assertEqual(self.tell_mails(), told)
        self.assertEqual(len(last.activity_ids), 1)

    def test_two_managers(self):
        self.make_many(2)
        self.make("Other", end_date="2024-01-31", manager_id=self.administrator.id)
        self.run_cron("contracts")
        told = {login: len(lines) for login, lines in self.tell_mails()}
        logins = self.manager.login, self.administrator.login
        self.assertEqual(told, dict(zip(logins, (2, 1), strict=True)))

    def test_without_an_address(self):
        self.manager.partner_id.email = False
        contract = self.make(end_date="2024-01-31")
        with self.assertLogs(LOGGER, logging.INFO) as log:
            self.run_cron("contracts")
        self.assertIn("No e-mail", log.output[0])
        self.assertEqual(len(contract.activity_ids), 1)
        self.assertFalse(self.get_mails())

    def test_nobody_at_all(self):
        contract = self.make(end_date="2024-01-31")
        nobody = patch.object(
            self.registry["slm.contract"],
            "_get_reminder_user",
            lambda self: self.env["res.users"],
        )
        with nobody, self.assertLogs(LOGGER, "WARNING") as log:
            self.run_cron("contracts")
        self.assertIn("Nobody is in charge", log.output[0])
        self.assertIn(contract.display_name, log.output[0])
        self.assertFalse(contract.activity_ids)
        contract.manager_id = self.administrator
        self.run_at("2024-01-09")
        [(login, _lines)] = self.tell_mails()
        self.assertEqual(login, self.administrator.login, "He was waited for")

    def test_deleting_what_was_told_sends_no_second_mail(self):
        contract = self.make(end_date="2024-01-31")
        self.run_cron("contracts")
        contract.unlink()
        self.make("Late", end_date="2024-01-31")
        self.run_cron("contracts")
        self.assertEqual(len(self.get_mails()), 1)


class TestContractMessage(ContractCommon):
    """The e-mail is for whom it was sent to."""

    def test_nobody_else_reads_it(self):
        self.make(end_date="2024-01-31")
        self.run_cron("contracts")
        message = self.get_mails().mail_message_id
        self.assertFalse(message.model or message.res_id)
        users = self.env["res.users"]
        users += self.create_user("employee", "base.group_user")
        users += self.portal_user | self.helpdesk_user | self.agent
        for user in users:
            asked = message.with_user(user)
            with self.assertRaises(AccessError):
                asked.read(["body"])
            found = asked.search([("id", "=", message.id)])
            self.assertFalse(found, user.login)
            self.assertFalse(asked.search([("body", "ilike", "End of Term")]))

    def test_nor_the_dates(self):
        row = self.get_row(self.make(end_date="2024-01-31"), "term")
        for user in (self.portal_user, self.helpdesk_user):
            with self.assertRaises(AccessError):
                row.with_user(user).read(["date"])
        self.assertEqual(row.with_user(self.agent).date, date(2024, 1, 31))

    def test_when_he_was_told_is_nobodys_business(self):
        with self.assertRaises(AccessError):
            self.manager.with_user(self.agent).read(["slm_contracts_told_on"])


class TestContractFaults(ContractCommon):
    """What fails, is locked or killed keeps nothing else from happening."""

    def make_two(self, **vals):
        return self.make("Bad", **vals), self.make("Good", **vals)

    def fail_for(self, contract, model, name, error=ValueError):
        """A method fails for records of a contract."""
        origin = getattr(self.registry[model], name)

        def act(records, *args, **kwargs):
            of = records if model == "slm.contract" else records.contract_id
            if contract in of:
                raise error("It fails")
            return origin(records, *args, **kwargs)

        return patch.object(self.registry[model], name, act)

    def test_a_broken_template(self):
        contract = self.make(end_date="2024-01-31")
        templates = self.registry["mail.template"]
        broken = patch.object(templates, "send_mail", side_effect=ValueError)
        with broken, mute_logger(LOGGER):
            self.run_cron("contracts")
        self.assertEqual(len(contract.activity_ids), 1)
        self.assertFalse(self.get_row(contract, "term").is_pending)

    def test_a_deleted_template(self):
        contract = self.make(end_date="2024-01-31")
        self.env.ref(TEMPLATE).unlink()
        self.run_cron("contracts")
        self.assertEqual(len(contract.activity_ids), 1)

    def test_one_that_can_not_be_told(self):
        """It is tried again, and the others are told meanwhile, once."""
        bad, good = self.make_two(end_date="2024-01-31")
        for name in ("_prepare_activity_vals", "_prepare_line"):
            broken = self.fail_for(bad, "slm.contract.milestone", name)
            with broken, mute_logger(LOGGER):
                for _time in range(2):
                    self.run_cron("contracts")
        told = [(self.manager.login, [("Good", "End of Term: 01/31/2024")])]
        self.assertEqual(self.tell_mails(), told)
        self.assertEqual((len(good.activity_ids), len(bad.activity_ids)), (1, 0))
        self.run_at("2024-01-09")
        told = [(self.manager.login, [("Bad", "End of Term: 01/31/2024")])]
        self.assertEqual(self.tell_mails(), told)
        self.assertEqual((len(good.activity_ids), len(bad.activity_ids)), (1, 1))

    def test_the_database_refuses_one(self):
        bad, good = self.make_two(end_date="2024-01-31")
        origin = self.registry["slm.contract.milestone"]._prepare_activity_vals

        def prepare(row, user):
            vals = origin(row, user)
            # refused when it is written
            return vals | (
                {"activity_type_id": 2**30} if row.contract_id == bad else {}
            )

        rows = self.registry["slm.contract.milestone"]
        with patch.object(rows, "_prepare_activity_vals", prepare):
            with mute_logger(LOGGER, "odoo.sql_db"):
                self.run_cron("contracts")
        self.assertEqual((len(good.activity_ids), len(bad.activity_ids)), (1, 0))
        self.assertTrue(self.get_row(bad, "term").is_pending)

    def test_one_user_whose_reminders_fail(self):
        self.make("Bad", end_date="2024-01-31", manager_id=self.administrator.id)
        self.make("Good", end_date="2024-01-31")
        origin = self.registry["slm.contract.milestone"]._remind_now

        def remind(rows, user):
            if user == self.administrator:
                raise ValueError("It fails")
            return origin(rows, user)

        rows = self.registry["slm.contract.milestone"]
        with patch.object(rows, "_remind_now", remind), mute_logger(LOGGER):
            self.run_cron("contracts")
        self.assertEqual([login for login, _l in self.tell_mails()], ["slm_manager"])
        self.run_cron("contracts")
        logins = [login for login, _lines in self.tell_mails()]
        self.assertEqual(logins, [self.administrator.login])

    def test_one_that_can_not_be_renewed(self):
        tacit = {"end_date": "2024-01-31", "renewal": "tacit", "renewal_months": 1}
        bad, good = self.make_two(**tacit)
        with self.fail_for(bad, "slm.contract", "_renew_times"), mute_logger(LOGGER):
            self.run_at("2024-02-01")
        self.assertEqual(bad.end_date, date(2024, 1, 31))
        self.assertEqual(good.end_date, date(2024, 2, 29))
        self.run_at("2024-02-02")
        self.assertEqual(bad.end_date, date(2024, 2, 29))
        notes = good.message_ids.filtered(lambda m: "tacitly" in (m.body or ""))
        self.assertEqual(len(notes), 1)

    def meanwhile(self, act):
        """Somebody else does something at the first commit of the job."""
        todo = [act]

        def commit(crons, *args, **kwargs):
            self.env.flush_all()
            if todo:
                todo.pop()()
                self.env.flush_all()
            self.env.invalidate_all()
            return float("inf")

        return patch.object(self.registry["ir.cron"], "_commit_progress", commit)

    def test_what_ends_while_others_are_renewed(self):
        tacit = {"end_date": "2024-01-31", "renewal": "tacit", "renewal_months": 1}
        for act in (
            lambda last: last.action_terminate(),
            lambda last: last.action_archive(),
            lambda last: last.write({"renewal": "none", "renewal_months": 0}),
        ):
            self.go_to("2024-01-08")
            contracts = self.make("One", **tacit) + self.make("Two", **tacit)
            self.go_to("2024-02-01")
            ended = contracts.browse()

            def end(act=act, contracts=contracts):
                nonlocal ended
                ended = contracts.filtered(lambda c: not c.renewal_count)
                act(ended)

            one_by_one = patch(f"{LOGGER}.BATCH_SIZE", 1)
            with one_by_one, self.meanwhile(end):
                self.milestones._cron_contracts()
            self.assertEqual(len(ended), 1)
            self.assertEqual(ended.end_date, date(2024, 1, 31))
            self.assertEqual((contracts - ended).end_date, date(2024, 2, 29))

    def test_what_moves_while_others_are_told(self):
        """It is told when it is due now, not when it was."""
        one = self.make("One", end_date="2024-01-31")
        two = self.make("Two", end_date="2024-01-31", manager_id=self.administrator.id)

        def move():
            waiting = (one + two).filtered(lambda c: not c.sudo().activity_ids)
            waiting.end_date = "2024-12-31"

        with self.meanwhile(move):
            self.milestones._cron_contracts()
        self.assertEqual(len(self.get_mails()), 1)
        self.assertEqual(len((one + two).sudo().activity_ids), 1)

    def test_another_worker_was_faster(self):
        contract = self.make(end_date="2024-01-31")
        self.env["ir.cron.trigger"].search([]).unlink()
        rows, error = self.registry["slm.contract.milestone"], SerializationFailure
        broken = patch.object(rows, "_remind_now", side_effect=error)
        with broken, self.assertNoLogs(LOGGER, "WARNING"):
            self.run_cron("contracts")
        self.assertFalse(self.get_mails())
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        moments = [tell(moment) for moment in triggers.mapped("call_at")]
        self.assertIn("mon 08:05", moments, "He comes again soon")
        self.run_cron("contracts")
        self.assertEqual(len(contract.activity_ids), 1)

    def test_what_others_are_writing_is_left_for_a_moment(self):
        contract = self.make(end_date="2024-01-31")
        rows = self.registry["slm.contract.milestone"]
        locked = patch.object(
            rows, "try_lock_for_update", lambda self, **kw: self.browse()
        )
        with locked:
            self.run_cron("contracts")
        self.assertFalse(self.get_mails())
        self.assertTrue(self.get_row(contract, "term").is_pending)

    def test_the_second_worker_finds_the_work_done(self):
        self.make(end_date="2024-01-31")
        self.env.flush_all()
        due = self.milestones._get_due()
        due._remind(self.manager)
        self.env.invalidate_all()
        due._remind(self.manager)
        self.assertEqual(len(self.get_mails()), 1)

    def test_killed_between_two_users(self):
        """Who was told stays told; the others are, by the next run."""
        self.make(end_date="2024-01-31")
        self.make("Other", end_date="2024-01-31", manager_id=self.administrator.id)
        crons = self.registry["ir.cron"]
        with patch.object(crons, "_commit_progress", return_value=0):
            self.milestones._cron_contracts()
        self.assertEqual(len(self.get_mails()), 1)
        with patch.object(crons, "_commit_progress", return_value=0):
            self.milestones._cron_contracts()
        self.assertEqual(len(self.get_mails()), 1)
        self.run_cron("contracts")
        self.assertFalse(self.get_mails())


class TestContractWaking(ContractCommon):
    """The job is woken at the midnights at which it has something to do."""

    def setUp(self):
        super().setUp()
        self.env["ir.cron.trigger"].search([]).unlink()

    def get_moments(self):
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        return triggers.sorted("call_at").mapped("call_at")

    def test_at_midnight(self):
        contract = self.make(end_date="2024-02-29", term_lead_days=10)
        self.assertEqual(self.get_moments(), [datetime(2024, 2, 18, 23)])
        contract.name = "Again"
        contract.warranty_date = "2025-02-28"
        self.assertEqual(len(self.get_moments()), 1, "One is enough")
        contract.term_lead_days = 11
        self.assertEqual(self.get_moments()[0], datetime(2024, 2, 17, 23))

    def test_at_once_for_what_is_due(self):
        self.make(end_date="2024-01-31")
        self.assertEqual(self.get_moments(), [fields.Datetime.now()])

    def test_in_summer_time(self):
        self.make(end_date="2024-07-31", term_lead_days=0)
        self.assertEqual(self.get_moments(), [datetime(2024, 7, 30, 22)])

    def test_the_day_after_a_tacit_term(self):
        self.make(end_date="2024-01-31", renewal="tacit", renewal_months=1)
        self.run_cron("contracts")
        self.assertIn(datetime(2024, 1, 31, 23), self.get_moments())

    def run_alone(self):
        """What a run leaves to be woken for."""
        self.env["ir.cron.trigger"].search([]).unlink()
        self.run_cron("contracts")
        return self.get_moments()

    def test_it_does_not_go_round(self):
        """Neither late-comers, nor bad ones, nor renewals wake it at once."""
        self.make(end_date="2024-01-31")
        self.make("Renewed", end_date="2024-01-01", renewal="tacit", renewal_months=12)
        self.assertEqual(self.run_alone(), [datetime(2024, 11, 1, 23)])
        self.make("Late", end_date="2024-01-31")
        tomorrow = [datetime(2024, 1, 8, 23)]
        self.assertEqual(self.run_alone(), tomorrow)
        rows = self.registry["slm.contract.milestone"]
        with patch.object(rows, "_prepare_line", side_effect=ValueError):
            with mute_logger(LOGGER):
                self.go_to("2024-01-09")
                self.assertEqual(self.run_alone(), [datetime(2024, 1, 9, 23)])

    def test_notice_in_time_wakes_nobody(self):
        contract = self.make(
            end_date="2024-01-31",
            renewal="tacit",
            renewal_months=1,
            notice_given_date="2024-01-08",
        )
        self.run_cron("contracts")
        self.go_to("2024-02-10")
        self.assertEqual(self.run_alone(), [])
        todays = contract._get_every_today()
        domain = contract._get_renewable_domain(todays)
        self.assertFalse(contract.search(domain), "Nobody looks at it day by day")

    def test_nothing_wakes_nobody(self):
        self.make()
        self.make("Draft", effective_date=False, end_date="2024-01-31")
        self.make("Far", end_date="9999-12-31", renewal="tacit", renewal_months=1)
        self.assertEqual(self.run_alone(), [])

    def test_progress_of_the_job(self):
        self.make(end_date="2024-01-31")
        self.make("Other", end_date="2024-01-31", manager_id=self.administrator.id)
        self.make("Renewed", end_date="2024-01-01", renewal="tacit", renewal_months=12)
        progress = []

        def commit(self, processed=0, *, remaining=None, **kwargs):
            progress.append((processed, remaining))
            return float("inf")

        with patch.object(self.registry["ir.cron"], "_commit_progress", commit):
            self.milestones._cron_contracts()
        self.assertEqual(progress, [(1, 1), (2, 1), (1, 1), (0, 0)])
        progress.clear()
        with patch.object(self.registry["ir.cron"], "_commit_progress", commit):
            self.milestones._cron_contracts()
        self.assertEqual(progress, [(0, 0)])


class TestContractCompanies(ContractCommon):
    """Dates are days of their company; the digest is one for all of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_company(name="Overseas Ltd")
        cls.other.partner_id.tz = "America/New_York"
        cls.manager.company_ids = [Command.link(cls.other.id)]

    def make_overseas(self, name="Overseas", **vals):
        manager = self.manager.with_company(self.other)
        vals = {"name": name, "partner_id": self.organisation.id} | vals
        vals |= {"manager_id": manager.id, "effective_date": "2023-01-01"}
        contracts = self.env["slm.contract"].with_user(manager)
        return contracts.with_company(self.other).create(vals)

    def test_one_digest_for_both(self):
        self.make(end_date="2024-01-31")
        contract = self.make_overseas(end_date="2024-01-31")
        self.assertEqual(contract.company_id, self.other)
        self.run_at("2024-01-09")
        self.assertEqual([len(lines) for _login, lines in self.tell_mails()], [2])
        self.assertEqual(contract.sudo().activity_ids.user_id, self.manager)

    def test_a_day_of_each(self):
        """At midnight in New York it is 06:00 of the same day in Berlin."""
        self.make(end_date="2024-01-31", term_lead_days=0)
        contract = self.make_overseas(end_date="2024-01-31", term_lead_days=0)
        self.run_at("2024-01-31")
        self.assertEqual([len(lines) for _login, lines in self.tell_mails()], [1])
        self.run_at("2024-01-30 23:59:59", self.other)
        self.assertFalse(self.tell_mails())
        self.run_at("2024-01-31", self.other)
        self.assertEqual(self.tell_news(), ["End of Term: 01/31/2024"], "Last day")
        self.assertEqual(len(contract.sudo().activity_ids), 1)

    def test_not_two_digests_at_two_midnights(self):
        for day in range(1, 5):
            end = date(2024, 1, 20 + day)
            self.make(f"Here {day}", end_date=end, term_lead_days=10)
            self.make_overseas(f"There {day}", end_date=end, term_lead_days=10)
        told = []
        for day in range(10, 17):
            for company in (self.company, self.other):
                self.run_at(date(2024, 1, day), company)
                told.append(len(self.tell_news()))
        self.assertEqual(told, [0, 0, 1, 0, 2, 0, 2, 0, 2, 0, 1, 0, 0, 0])

    def test_the_job_is_run_by_anybody(self):
        """Neither the companies nor the rights of who runs it matter."""
        self.make(end_date="2024-01-31")
        self.make_overseas(end_date="2024-01-31")
        tacit = {"end_date": "2024-01-01", "renewal": "tacit", "renewal_months": 12}
        contract = self.make_overseas("Renewed", **tacit)
        user = self.create_user("runner", "base.group_system")
        self.cron.user_id = user
        self.run_cron("contracts")
        self.assertEqual([len(lines) for _login, lines in self.tell_mails()], [3])
        self.assertEqual(contract.sudo().end_date, date(2025, 1, 1))

    def test_an_archived_company(self):
        """It waits, and catches up if the company comes back."""
        contract = self.make_overseas(end_date="2024-01-31").sudo()
        self.make(end_date="2024-01-31")
        self.other.active = False
        self.env["ir.cron.trigger"].search([]).unlink()
        with self.assertNoLogs(LOGGER, "WARNING"):
            self.run_at("2024-01-09")
        self.assertEqual([len(lines) for _login, lines in self.tell_mails()], [1])
        self.assertFalse(self.env["ir.cron.trigger"].search([]))
        self.other.active = True
        self.run_at("2024-01-10")
        self.assertEqual(len(self.tell_news()), 1)
        self.assertEqual(len(contract.activity_ids), 1)

    def test_moved_to_another_company(self):
        contract = self.make(end_date="2024-01-31", term_lead_days=0)
        contract.sudo().company_id = self.other
        row = self.get_row(contract, "term")
        self.assertEqual(row.company_id, self.other)


class TestContractBudget(ContractCommon):
    """What the job costs follows from what is due, not from how many there are."""

    def fill(self, count):
        """Contracts with four dates each that are far away, by SQL."""
        seed = self.make(
            f"Seed {count}",
            end_date="2034-12-31",
            warranty_date="2034-12-31",
            notice_period=1,
            renewal="tacit",
            renewal_months=12,
        )
        self.env.flush_all()
        self.copy_rows("slm_contract", seed.ids, count, code=f"'C{count}.' || n")
        self.env.cr.execute(
            """
            INSERT INTO slm_contract_milestone
                   (contract_id, company_id, kind, date, remind_date, is_live,
                    is_pending)
            SELECT c.id, m.company_id, m.kind, m.date, m.remind_date, m.is_live,
                   m.is_pending
              FROM slm_contract c, slm_contract_milestone m
             WHERE c.name = %s AND c.id != m.contract_id AND m.contract_id = %s
            """,
            [seed.name, seed.id],
        )
        self.env.cr.execute("ANALYZE slm_contract, slm_contract_milestone")
        self.env.invalidate_all()

    def copy_rows(self, table, ids, count, **changes):
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = %s AND column_name NOT IN %s",
            [table, ("id", *changes)],
        )
        names = [name for [name] in self.env.cr.fetchall()]
        columns, values = [*changes, *names], [*changes.values(), *names]
        self.env.cr.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
            f"FROM {table}, generate_series(1, %s) n WHERE id IN %s",
            [count, tuple(ids)],
        )

    def make_due(self, count, **vals):
        seed = {"partner_id": self.organisation.id, "manager_id": self.manager.id}
        seed |= {"effective_date": "2023-01-01", "end_date": "2024-01-31"} | vals
        return self.env["slm.contract"].create(
            [dict(seed, name=f"Due {number}") for number in range(count)]
        )

    def count_queries(self, work):
        """Queries of some work that is undone again, with warm registry caches."""
        crons = self.registry["ir.cron"]
        for _run in ("warms up", "counts"):
            self.env.flush_all()
            self.env.invalidate_all()
            with (
                closing(self.cr.savepoint(flush=False)),
                patch.object(crons, "_commit_progress", return_value=float("inf")),
            ):
                before = self.cr.sql_log_count
                work()
                self.env.flush_all()
                counted = self.cr.sql_log_count - before
            self.env.transaction.clear()
        return counted

    def test_ten_thousand_contracts(self):
        self.make_due(5)
        run = self.milestones._cron_contracts
        self.fill(100)
        few = self.count_queries(run)
        self.fill(9_900)
        many = self.count_queries(run)
        logging.getLogger(__name__).info("Queries of the job: %s, %s", few, many)
        self.assertEqual(few, many)
        self.assertLessEqual(many, 60)

    def test_many_dates_of_one_manager(self):
        run, counted = self.milestones._cron_contracts, {}
        for number in (10, 300):
            contracts = self.make_due(number)
            counted[number] = self.count_queries(run)
            contracts.unlink()
        logging.getLogger(__name__).info("Queries by dates due: %s", counted)
        self.assertLessEqual(counted[300], counted[10] + 20)

    def test_many_renewals(self):
        run, counted = self.milestones._cron_contracts, {}
        vals = {"end_date": "2024-01-07", "renewal": "tacit", "renewal_months": 12}
        for number in (5, 50):
            contracts = self.make_due(number, **vals)
            counted[number] = self.count_queries(run)
            contracts.unlink()
        logging.getLogger(__name__).info("Queries by renewals: %s", counted)
        self.assertLessEqual(counted[50], counted[5] + 20)

    def test_many_changes(self):
        """Moved, told, archived: the rows of many contracts follow in one go."""
        counted = {}
        for number in (5, 100):
            contracts = self.make_due(number, warranty_date="2024-06-30")
            self.run_at("2024-01-09")
            moves = ({"end_date": "2024-02-29"}, {"active": False})
            counted[number] = [
                self.count_queries(partial(contracts.write, vals)) for vals in moves
            ]
            contracts.unlink()
            self.manager.sudo().slm_contracts_told_on = False
        logging.getLogger(__name__).info("Queries by changes: %s", counted)
        for few, many in zip(counted[5], counted[100], strict=True):
            self.assertLessEqual(many, few + 10)

    def test_the_index_finds_what_is_due(self):
        self.fill(3_000)
        domain = [("company_id", "=", self.company.id), ("is_pending", "=", True)]
        domain.append(("remind_date", "<=", date(2024, 1, 8)))
        query = self.milestones.sudo()._search(domain).select()
        plan = self.env.execute_query(SQL("EXPLAIN %s", query))
        self.assertIn("pending_idx", " ".join(line for [line] in plan))
