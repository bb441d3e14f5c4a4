# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from calendar import monthrange
from datetime import date, datetime, timedelta
from unittest.mock import patch

import pytz
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from odoo.exceptions import UserError
from odoo.fields import Command

from .common import SlmCommon
from .engine_cases import examples

TODAY = date(2024, 1, 8)


class ContractCommon(SlmCommon):
    """Contracts of the manager, in Berlin; only new e-mails count. Today is
    2024-01-08."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milestones = cls.env["slm.contract.milestone"]
        cls.cron = cls.env.ref("slm_management.ir_cron_contracts")

    def setUp(self):
        super().setUp()
        self.seen = self.env["mail.mail"].search([])

    @classmethod
    def make(cls, name="Hosting", **vals):
        """A contract as the manager enters it."""
        vals = {
            "name": name,
            "partner_id": cls.organisation.id,
            "manager_id": cls.manager.id,
            "effective_date": "2023-01-01",
        } | vals
        return cls.env["slm.contract"].with_user(cls.manager).create(vals)

    def plan(self, day, **vals):
        """A contract with an acceptance on a day."""
        line = {"name": "Rollout", "planned_date": day}
        return self.make(acceptance_ids=[Command.create(line)], **vals)

    def accept(self, contract, result="accepted"):
        contract.acceptance_ids.write(
            {"result": result, "actual_date": result and contract._get_today()}
        )

    def go_to(self, day, company=None):
        """Now it is a time of a company; a day is its first second."""
        moment = datetime.fromisoformat(str(day))
        begin = moment.replace(hour=0, minute=0, second=0)
        midnight = self.env["slm.matcher"]._get_midnight(
            begin.date(), company or self.company
        )
        self.at(midnight + (moment - begin))

    def run_at(self, day, company=None):
        self.go_to(day, company)
        self.run_cron("contracts")

    def get_mails(self):
        """Those that were queued since the last look, oldest first."""
        mails = self.env["mail.mail"].search([], order="id") - self.seen
        self.seen += mails
        return mails

    def tell_mails(self):
        """``[(login, [(contract, what is told of it)])]`` of new e-mails."""
        return [
            (mail.recipient_ids.user_ids.login, self.tell_lines(mail))
            for mail in self.get_mails()
        ]

    def tell_lines(self, mail):
        return [
            (
                line.xpath("string(a)").split("] ")[-1].strip(),
                line.xpath("string(strong)").strip(),
            )
            for line in html.fromstring(mail.body_html).iter("li")
        ]

    def tell_news(self):
        """What new e-mails tell, all in one list."""
        return [text for _login, lines in self.tell_mails() for _name, text in lines]

    def tell_todos(self, contract):
        todos = contract.sudo().activity_ids
        return todos.sorted("date_deadline").mapped("summary")

    def get_row(self, contract, kind):
        rows = self.milestones.search([("contract_id", "=", contract.id)])
        return rows.filtered(lambda row: row.kind == kind)


class TestContractReminder(ContractCommon):
    """Of each date once, in its lead time; never of what is past, moved or dead."""

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------

    def assertToldFrom(self, day, text, contract):
        """Nothing the second before, one e-mail and one activity then."""
        day = date.fromisoformat(day)
        self.run_at(f"{day - timedelta(days=1)} 23:59:59")
        self.assertEqual((self.tell_mails(), self.tell_todos(contract)), ([], []))
        self.run_at(day)
        told = [(self.manager.login, [(contract.name, text)])]
        self.assertEqual(self.tell_mails(), told)
        self.assertEqual(self.tell_todos(contract), [text])
        for _time in range(2):
            self.run_cron("contracts")
        self.run_at(day + timedelta(days=1))
        self.assertEqual((self.tell_mails(), len(contract.activity_ids)), ([], 1))

    def test_end_of_term(self):
        contract = self.make(end_date="2024-03-31", term_lead_days=60)
        self.assertToldFrom("2024-01-31", "End of Term: 03/31/2024", contract)

    def test_last_day_to_give_notice(self):
        contract = self.make(
            end_date="2024-06-30",
            notice_period=3,
            notice_lead_days=20,
            term_lead_days=0,
        )
        text = "Last Day to Give Notice: 03/31/2024"
        self.assertToldFrom("2024-03-11", text, contract)

    def test_end_of_warranty(self):
        contract = self.make(
            final_acceptance_date="2023-02-28",
            warranty_months=12,
            warranty_lead_days=30,
        )
        self.assertToldFrom("2024-01-29", "End of Warranty: 02/28/2024", contract)

    def test_planned_acceptance(self):
        contract = self.plan("2024-02-29", acceptance_lead_days=14)
        text = "Rollout: acceptance planned on 02/29/2024"
        self.assertToldFrom("2024-02-15", text, contract)

    def test_no_lead_time_is_the_day_itself(self):
        contract = self.make(end_date="2024-02-29", term_lead_days=0)
        self.assertToldFrom("2024-02-29", "End of Term: 02/29/2024", contract)

    def test_each_date_has_its_own_lead_time(self):
        contract = self.plan(
            "2024-02-01",
            warranty_date="2024-02-01",
            end_date="2024-02-01",
            notice_period=1,
            notice_unit="days",
            acceptance_lead_days=1,
            warranty_lead_days=2,
            term_lead_days=3,
            notice_lead_days=3,
        )
        told = {}
        for day in range(27, 33):
            now = date(2024, 1, 1) + timedelta(days=day - 1)
            self.run_at(now)
            told[now.day] = self.tell_news()
        self.assertEqual(told[28], ["Last Day to Give Notice: 01/31/2024"])
        self.assertEqual(told[29], ["End of Term: 02/01/2024"])
        self.assertEqual(told[30], ["End of Warranty: 02/01/2024"])
        self.assertEqual(told[31], ["Rollout: acceptance planned on 02/01/2024"])
        self.assertEqual(told[27] + told[1], [])
        self.assertEqual(len(contract.activity_ids), 4)

    def test_dates_without_a_reminder(self):
        self.make(
            effective_date="2024-01-09",
            initial_acceptance_date="2024-01-10",
            final_acceptance_date="2024-01-11",
        )
        self.run_at("2024-01-12")
        self.assertFalse(self.tell_mails())

    def test_the_day_is_the_one_of_the_company(self):
        self.company.partner_id.tz = "Pacific/Kiritimati"
        contract = self.make(end_date="2024-02-01", term_lead_days=0)
        self.at(datetime(2024, 1, 31, 9, 59, 59))
        self.run_cron("contracts")
        self.assertFalse(self.tell_mails())
        self.at(datetime(2024, 1, 31, 10))
        self.run_cron("contracts")
        self.assertEqual(len(self.get_mails()), 1)
        self.assertEqual(contract.activity_ids.date_deadline, date(2024, 2, 1))

    def test_the_ends_of_time(self):
        contract = self.make(
            end_date="9999-12-31",
            warranty_date="2024-02-01",
            warranty_lead_days=36525,
            notice_period=36525,
        )
        self.run_cron("contracts")
        self.assertEqual(self.tell_news(), ["End of Warranty: 02/01/2024"])
        self.assertTrue(self.get_row(contract, "term").is_pending)

    def test_nobody_writes_the_dates(self):
        contract = self.make(end_date="2024-02-01")
        row = self.get_row(contract, "term").with_user(self.manager)
        with self.assertRefused("follow from the contract", UserError):
            row.date = "2024-03-01"
        with self.assertRefused("follow from the contract", UserError):
            row.unlink()
        with self.assertRefused("follow from the contract", UserError):
            row.create({"contract_id": contract.id, "kind": "term"})

    # ------------------------------------------------------------------
    # Past when entered
    # ------------------------------------------------------------------

    def test_what_is_past_when_entered_is_no_news(self):
        contract = self.plan(
            "2024-01-07",
            end_date="2024-01-07",
            warranty_date="2024-01-07",
            notice_period=1,
        )
        self.run_cron("contracts")
        contract.name = "Another name"
        contract.term_lead_days = 90
        self.run_at("2024-01-09")
        self.assertEqual((self.tell_mails(), self.tell_todos(contract)), ([], []))

    def test_today_is_not_past(self):
        self.make(end_date=TODAY)
        self.run_cron("contracts")
        self.assertEqual(self.tell_news(), ["End of Term: 01/08/2024"])

    def test_past_by_an_outage_is_told(self):
        contract = self.make(end_date="2024-01-20", term_lead_days=5)
        self.run_at("2024-01-25")
        mail = self.get_mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("(this is past)", mail.body_html)
        self.assertEqual(self.tell_todos(contract), ["End of Term: 01/20/2024"])

    # ------------------------------------------------------------------
    # Moves
    # ------------------------------------------------------------------

    def told(self, **vals):
        """A contract whose end has been told."""
        contract = self.make(end_date="2024-01-20", term_lead_days=30, **vals)
        self.run_cron("contracts")
        self.assertEqual(self.tell_news(), ["End of Term: 01/20/2024"])
        return contract

    def test_moved_later(self):
        contract = self.told()
        contract.end_date = "2024-06-30"
        self.assertFalse(contract.activity_ids, "Nothing to be done by then")
        self.run_at("2024-05-30")
        self.assertFalse(self.tell_mails())
        self.run_at("2024-05-31")
        self.assertEqual(self.tell_news(), ["End of Term: 06/30/2024"])
        self.assertEqual(self.tell_todos(contract), ["End of Term: 06/30/2024"])

    def test_moved_earlier(self):
        contract = self.told()
        contract.end_date = "2024-01-15"
        self.run_at("2024-01-09")
        self.assertEqual(self.tell_news(), ["End of Term: 01/15/2024"])
        self.assertEqual(self.tell_todos(contract), ["End of Term: 01/15/2024"])

    def test_moved_away_and_back(self):
        """He knows; but what was to be done has come back to be done."""
        contract = self.told()
        contract.end_date = "2024-06-30"
        contract.end_date = "2024-01-20"
        self.run_at("2024-01-09")
        self.assertFalse(self.tell_mails())
        self.assertEqual(self.tell_todos(contract), ["End of Term: 01/20/2024"])

    def test_what_was_done_does_not_come_back(self):
        contract = self.told()
        contract.activity_ids.action_feedback()
        contract.end_date = "2024-06-30"
        contract.end_date = "2024-01-20"
        self.run_at("2024-01-09")
        self.assertEqual((self.tell_mails(), self.tell_todos(contract)), ([], []))

    def test_what_came_back_and_was_done_does_not_come_back_again(self):
        contract = self.told()
        contract.active = False
        contract.active = True
        self.run_at("2024-01-09")
        contract.activity_ids.action_feedback()
        contract.active = False
        contract.active = True
        self.run_at("2024-01-10")
        self.assertEqual((self.tell_mails(), self.tell_todos(contract)), ([], []))

    def test_another_one_has_been_told_in_between(self):
        contract = self.told()
        contract.end_date = "2024-01-25"
        self.run_at("2024-01-09")
        contract.end_date = "2024-01-20"
        self.run_at("2024-01-10")
        self.assertEqual(
            self.tell_news(), ["End of Term: 01/25/2024", "End of Term: 01/20/2024"]
        )
        self.assertEqual(self.tell_todos(contract), ["End of Term: 01/20/2024"])

    def test_moved_into_the_past_and_back(self):
        contract = self.told()
        contract.end_date = "2024-01-02"
        self.run_at("2024-01-09")
        self.assertFalse(contract.activity_ids)
        contract.end_date = "2024-01-20"
        self.run_at("2024-01-10")
        self.assertFalse(self.tell_mails(), "The last that he was told is right")
        self.assertEqual(self.tell_todos(contract), ["End of Term: 01/20/2024"])

    def test_taken_away(self):
        contract = self.told()
        contract.end_date = False
        self.assertFalse(contract.activity_ids)
        self.assertFalse(self.get_row(contract, "term"))

    def test_a_longer_lead_time_is_due_at_once_and_none_tells_twice(self):
        contract = self.make(end_date="2024-06-30", term_lead_days=10)
        self.run_cron("contracts")
        self.assertFalse(self.tell_mails())
        contract.term_lead_days = 300
        self.run_cron("contracts")
        self.assertEqual(self.tell_news(), ["End of Term: 06/30/2024"])
        contract.term_lead_days = 310
        self.run_at("2024-01-09")
        self.assertFalse(self.tell_mails())

    def test_an_acceptance_moves_and_goes(self):
        contract = self.plan("2024-01-10")
        self.run_cron("contracts")
        line = contract.acceptance_ids
        line.planned_date = "2024-01-11"
        self.run_at("2024-01-09")
        text = "Rollout: acceptance planned on 01/11/2024"
        self.assertEqual(self.tell_news()[1:], [text])
        self.assertEqual(self.tell_todos(contract), [text])
        line.unlink()
        self.assertFalse(contract.activity_ids)

    # ------------------------------------------------------------------
    # Dead papers, and their revival
    # ------------------------------------------------------------------

    def assertDies(self, die, revive):
        """A contract, or what is due of it, dies: before, and after it was told."""
        contract = self.plan(
            "2024-01-20", end_date="2024-01-20", warranty_date="2024-01-20"
        )
        contract.write({"warranty_lead_days": 5, "term_lead_days": 5})
        contract.acceptance_lead_days = 5
        die(contract)
        self.run_at("2024-01-16")
        self.assertEqual((self.tell_mails(), self.tell_todos(contract)), ([], []))
        revive(contract)
        self.run_cron("contracts")
        self.assertEqual(len(self.tell_news()), 3, "Revived")
        self.assertEqual(len(contract.activity_ids), 3)
        die(contract)
        self.assertFalse(contract.activity_ids, "Nothing to be done")
        self.run_at("2024-01-17")
        self.assertFalse(contract.activity_ids)
        revive(contract)
        self.run_cron("contracts")
        self.assertFalse(self.tell_mails(), "Nobody is told twice")
        self.assertEqual(len(contract.activity_ids), 3)
        die(contract)
        self.go_to("2024-01-21")
        revive(contract)
        self.run_cron("contracts")
        self.assertEqual((self.tell_mails(), self.tell_todos(contract)), ([], []))

    def test_terminated(self):
        self.assertDies(
            lambda contract: contract.action_terminate(),
            lambda contract: contract.action_reinstate(),
        )

    def test_archived(self):
        self.assertDies(
            lambda contract: contract.action_archive(),
            lambda contract: contract.action_unarchive(),
        )

    def test_not_effective_yet(self):
        self.assertDies(
            lambda contract: contract.write({"effective_date": False}),
            lambda contract: contract.write({"effective_date": "2023-01-01"}),
        )

    def test_an_acceptance_that_is_done(self):
        for number, result in enumerate(("accepted", "rejected")):
            self.go_to(date(2024, 1, 8 + number))
            contract = self.plan("2024-01-20")
            self.run_cron("contracts")
            self.assertEqual(len(self.tell_news()), 1)
            self.accept(contract, result)
            self.assertFalse(contract.activity_ids)
            self.accept(contract, False)
            self.run_cron("contracts")
            self.assertEqual(len(contract.activity_ids), 1)
            self.assertFalse(self.tell_mails())

    def test_notice_that_was_given(self):
        contract = self.make(
            end_date="2024-06-30", notice_period=5, renewal="tacit", renewal_months=12
        )
        contract.term_lead_days = 0
        self.run_at("2024-01-09")
        self.assertEqual(self.tell_news(), ["Last Day to Give Notice: 01/31/2024"])
        contract.notice_given_date = "2024-01-09"
        self.assertFalse(contract.activity_ids)
        self.run_at("2024-07-01")
        self.assertEqual(self.tell_news(), ["End of Term: 06/30/2024"])
        self.assertEqual(contract.end_date, date(2024, 6, 30))

    def test_a_deleted_contract(self):
        contract = self.told()
        contract.unlink()
        self.run_at("2024-01-09")
        self.assertFalse(self.tell_mails())

    # ------------------------------------------------------------------
    # Tacit renewal
    # ------------------------------------------------------------------

    def tacit(self, end="2024-01-31", months=1, **vals):
        vals = {"term_lead_days": 5, "notice_period": 0} | vals
        return self.make(end_date=end, renewal="tacit", renewal_months=months, **vals)

    def test_renewal(self):
        contract = self.tacit(months=12)
        self.run_at("2024-01-31 23:59:59")
        self.assertEqual(contract.end_date, date(2024, 1, 31))
        self.assertEqual(self.tell_news(), ["End of Term: 01/31/2024"])
        self.run_at("2024-02-01")
        self.assertEqual(contract.end_date, date(2025, 1, 31))
        self.assertEqual(self.tell_news(), ["Tacitly renewed until 01/31/2025"])
        self.assertEqual(
            self.tell_todos(contract), ["Tacitly renewed until 01/31/2025"]
        )
        [note] = contract.message_ids.filtered(lambda m: "tacitly" in (m.body or ""))
        self.assertIn("ended on 01/31/2024", note.body)
        self.assertIn("renewed until 01/31/2025", note.body)
        self.assertTrue(note.subtype_id.internal)
        lines = contract.revision_ids.filtered(lambda r: r.field_name == "end_date")
        self.assertEqual(lines[:1].new_value, "2025-01-31")
        for _time in range(2):
            self.run_cron("contracts")
        self.run_at("2025-01-25")
        self.assertFalse(self.tell_mails(), "Announced once")
        self.run_at("2025-01-26")
        self.assertEqual(self.tell_news(), ["End of Term: 01/31/2025"])

    def test_month_ends_and_leap_days(self):
        contract = self.tacit("2023-12-31")
        ends = []
        for month in range(1, 5):
            self.run_at(date(2024, month, 1))
            ends.append(str(contract.end_date))
        self.assertEqual(ends, ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"])
        leap = self.tacit("2024-02-29", 12, name="Leap")
        self.run_at("2028-02-28")
        self.assertEqual(leap.end_date, date(2028, 2, 29))

    def test_an_outage_over_several_terms(self):
        contract = self.tacit(notice_period=1)
        self.run_at("2024-06-15")
        self.assertEqual(contract.end_date, date(2024, 6, 30))
        self.assertEqual(contract.renewal_count, 5)
        self.assertEqual(self.tell_news(), ["Tacitly renewed until 06/30/2024"])
        self.assertEqual(len(contract.activity_ids), 1)
        notes = contract.message_ids.filtered(lambda m: "tacitly" in (m.body or ""))
        self.assertEqual(len(notes), 1)

    def test_notice_in_time_and_too_late(self):
        in_time = self.tacit(notice_period=2, notice_unit="weeks")
        late = self.tacit(name="Late", notice_period=2, notice_unit="weeks")
        self.go_to("2024-01-18")
        in_time.notice_given_date = "2024-01-17"
        late.notice_given_date = "2024-01-18"
        self.run_at("2024-08-01")
        self.assertEqual(in_time.end_date, date(2024, 1, 31))
        self.assertEqual(late.end_date, date(2024, 2, 29), "For the next end")

    def test_none_that_is_dead(self):
        dead = self.tacit(), self.tacit(), self.tacit(), self.tacit()
        dead[0].action_terminate()
        dead[1].active = False
        dead[2].effective_date = False
        dead[3].renewal = "agreement"
        self.run_at("2024-08-01")
        for contract in dead:
            self.assertEqual(contract.end_date, date(2024, 1, 31))

    def test_a_dead_one_has_no_announcement(self):
        contract = self.tacit()
        self.run_at("2024-02-01")
        self.assertEqual(len(contract.activity_ids), 1)
        contract.action_terminate()
        self.assertFalse(contract.activity_ids)
        contract.action_reinstate()
        self.get_mails()
        self.run_at("2024-02-02")
        self.assertFalse(self.tell_mails())
        self.assertEqual(len(contract.activity_ids), 1)
        contract.end_date = "2024-04-30"
        self.assertFalse(contract.activity_ids, "Somebody has taken care")

    def test_another_length_counts_from_the_present_end(self):
        contract = self.tacit("2022-12-31", 12, effective_date="2022-01-01")
        self.run_cron("contracts")
        self.assertEqual(contract.end_date, date(2024, 12, 31))
        contract.renewal_months = 24
        self.run_at("2025-01-01")
        self.assertEqual(contract.end_date, date(2026, 12, 31))

    def test_a_term_until_the_end_of_time(self):
        contract = self.tacit("2024-01-31", 1)
        # a form refuses it; a database may hold it
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE slm_contract SET renewal_months = 2147483647 WHERE id = %s",
            [contract.id],
        )
        self.env.invalidate_all()
        self.run_at("2024-02-01")
        self.assertEqual(contract.end_date, date.max)
        self.run_at("2024-02-02")

    # ------------------------------------------------------------------
    # To whom
    # ------------------------------------------------------------------

    def test_in_the_language_of_the_manager(self):
        lang = self.env["res.lang"]._activate_lang("de_DE")
        lang.date_format = "%d.%m.%Y"
        self.manager.lang = "de_DE"
        template = self.env.ref("slm_management.mail_template_contract_reminder")
        body = template.body_html.replace("these dates", "diese Daten")
        template.with_context(lang="de_DE").body_html = body
        texts = {
            "%(what)s: %(date)s": "%(what)s am %(date)s",
            "%(count)s dates of your contracts": "%(count)s Daten Ihrer Verträge",
        }
        translate = "odoo.orm.environments.get_translation"
        with patch(translate, self.get_translation(texts)):
            contract = self.make(end_date="2024-01-31")
            self.run_at("2024-01-09")
            [mail] = self.get_mails()
            self.make(end_date="2024-01-31", warranty_date="2024-01-31")
            self.run_at("2024-01-10")
            [other] = self.get_mails()
        self.assertIn("am 31.01.2024", mail.subject)
        self.assertEqual(other.subject, "2 Daten Ihrer Verträge")
        self.assertIn("diese Daten", mail.body_html)
        self.assertIn("am 31.01.2024", mail.body_html)
        self.assertIn("am 31.01.2024", contract.activity_ids.summary)

    def get_translation(self, texts):
        """The function of core, with texts of ours in German."""

        def translate(module, lang, source, args):
            source = texts.get(source, source) if lang == "de_DE" else source
            return source % args if args else source

        return translate

    def test_a_new_manager(self):
        contract = self.make(end_date="2024-01-31")
        contract.manager_id = self.administrator
        self.run_cron("contracts")
        [(login, _lines)] = self.tell_mails()
        self.assertEqual(login, self.administrator.login)
        self.assertEqual(contract.activity_ids.user_id, self.administrator)

    def assertManagerIsTold(self, contract):
        self.run_cron("contracts")
        [(login, _lines)] = self.tell_mails()
        self.assertEqual(login, self.manager.login)
        self.assertEqual(contract.activity_ids.user_id, self.manager)

    def test_a_manager_who_has_left(self):
        """Whoever entered the contract is told."""
        contract = self.make(end_date="2024-01-31", manager_id=self.administrator.id)
        self.administrator.active = False
        self.assertManagerIsTold(contract)

    def test_a_manager_who_is_not_of_the_desk(self):
        contract = self.make(end_date="2024-01-31", manager_id=self.helpdesk_user.id)
        self.assertManagerIsTold(contract)

    def test_a_manager_of_another_company(self):
        other = self._create_company(name="Other Company")
        contract = self.make(end_date="2024-01-31", manager_id=self.administrator.id)
        companies = [Command.set(other.ids)]
        self.administrator.write({"company_ids": companies, "company_id": other.id})
        self.assertManagerIsTold(contract)

    def test_what_is_not_done_is_told_to_the_next_manager(self):
        """What is done is done, and what was given to a third is left with him."""
        contract = self.make(
            end_date="2024-01-31",
            warranty_date="2024-01-31",
            notice_period=1,
            notice_unit="days",
        )
        self.run_cron("contracts")
        self.get_mails()
        given = self.get_row(contract, "warranty").activity_id
        given.user_id = self.helpdesk_user
        self.get_mails()
        self.get_row(contract, "notice").activity_id.action_feedback()
        contract.manager_id = self.administrator
        self.run_cron("contracts")
        line = ("Hosting", "End of Term: 01/31/2024")
        self.assertEqual(self.tell_mails(), [(self.administrator.login, [line])])
        self.assertEqual(given.user_id, self.helpdesk_user)
        self.assertEqual((contract.activity_ids - given).user_id, self.administrator)
        self.assertEqual(len(contract.activity_ids), 2)

    def assertLeaverIsFollowed(self, leave):
        """What he did is done; the rest is told to somebody who is there."""
        contract = self.make(
            end_date="2024-01-31",
            warranty_date="2024-01-31",
            manager_id=self.administrator.id,
        )
        self.run_cron("contracts")
        self.get_mails()
        term = self.get_row(contract, "term").activity_id
        (contract.activity_ids - term).action_feedback()
        leave(self.administrator)
        self.run_cron("contracts")
        line = ("Hosting", "End of Term: 01/31/2024")
        self.assertEqual(self.tell_mails(), [(self.manager.login, [line])])
        self.assertEqual(contract.activity_ids.user_id, self.manager)
        self.assertEqual(self.tell_todos(contract), [line[1]])
        self.run_cron("contracts")
        self.assertFalse(self.tell_mails())

    def test_a_manager_who_leaves(self):
        self.assertLeaverIsFollowed(lambda user: user.action_archive())

    def test_a_manager_who_is_deleted(self):
        self.assertLeaverIsFollowed(lambda user: user.unlink())

    def test_a_manager_who_is_archived_by_an_import(self):
        self.assertLeaverIsFollowed(lambda user: user.write({"active": False}))

    def test_some_manager_where_nobody_else_is_left(self):
        group = "slm_management.group_slm_manager"
        second = self.create_user("second", group)
        contract = self.make(end_date="2024-01-31", manager_id=False)
        contract = contract.with_user(second)
        self.manager.active = False
        self.run_cron("contracts")
        todo = contract.activity_ids
        self.assertTrue(todo.user_id.has_group(group))
        self.assertIn(self.company, todo.user_id.company_ids)


# ----------------------------------------------------------------------
# By chance
# ----------------------------------------------------------------------

#: how each date is told
TEXTS = {
    "term": "End of Term: {}",
    "notice": "Last Day to Give Notice: {}",
    "warranty": "End of Warranty: {}",
    "acceptance": "Rollout: acceptance planned on {}",
}
NAMES = ("One", "Two", "Three")
#: days from now; often about today, where the rules part
near = st.one_of(*[st.integers(-2, 12)] * 3, st.sampled_from((-1, 0, 0, 1)))
perhaps = st.one_of(near, near, near, st.none())
#: what somebody may do, to which contract
moves = st.tuples(
    st.sampled_from(NAMES),
    st.one_of(
        *[st.tuples(st.just("end"), perhaps)] * 4,
        *[st.tuples(st.just("warranty"), perhaps)] * 2,
        *[st.tuples(st.just("planned"), perhaps)] * 2,
        *[st.tuples(st.just("back"), st.sampled_from(("end", "warranty")))] * 2,
        st.tuples(st.just("period"), st.integers(0, 6)),
        st.tuples(st.just("lead"), st.integers(0, 9)),
        st.tuples(st.just("accepted"), st.booleans()),
        st.tuples(st.just("archived"), st.booleans()),
        st.tuples(st.just("terminated"), st.booleans()),
        st.tuples(st.just("effective"), st.booleans()),
        st.tuples(st.just("given"), st.booleans()),
        st.tuples(st.just("tacit"), st.booleans()),
        st.tuples(st.just("manager"), st.integers(0, 1)),
        *[st.tuples(st.just("finish"), st.none())] * 2,
        *[st.tuples(st.just("blink"), st.none())] * 2,
    ),
)
#: a contract has dates from the beginning, or there would be little to tell
begins = st.tuples(
    st.tuples(st.just("end"), near),
    st.tuples(st.just("warranty"), near),
    st.tuples(st.just("planned"), near),
    st.tuples(st.just("period"), st.integers(0, 6)),
    st.tuples(st.just("tacit"), st.booleans()),
    st.tuples(st.just("manager"), st.integers(0, 1)),
)
#: hours until then, rarely an outage, and whether the job runs before
waits = st.tuples(
    st.one_of(
        *[st.integers(0, 5)] * 3,
        *[st.integers(0, 30)] * 7,
        st.integers(300, 2400),
    ),
    st.sampled_from((True, True, True, True, False)),
)
zones = st.sampled_from(
    ["Europe/Berlin", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"]
)


def month_later(first, times):
    """So many months after a day; the end of a month is followed by ends of months."""
    year, month = divmod(first.year * 12 + first.month - 1 + times, 12)
    last = monthrange(year, month + 1)[1]
    is_last = first.day == monthrange(first.year, first.month)[1]
    return date(year, month + 1, last if is_last else min(first.day, last))


class Told:
    """What is known of one date: its present day, and what was told of it."""

    def __init__(self):
        self.day = self.known = None
        self.live = self.awaits = self.open = self.lost = False
        self.text = None

    def become(self, day, live, today):
        """It is this day now; nothing happens if it was."""
        if (day, live) == (self.day, self.live):
            return
        if self.open and (day != self.day or not live):
            self.open, self.lost = False, True
        comes = live and day and (day >= today)
        self.awaits = bool(comes and (day != self.known or self.lost))
        self.day, self.live = day, live
        if day is None:
            self.__init__()


class Paper:
    """What the rules ask for of one contract, without any of our code."""

    def __init__(self, name):
        self.name, self.manager, self.lead, self.period = name, 0, 5, 0
        self.end = self.anchor = self.warranty = self.planned = self.given = None
        self.times, self.news = 0, Told()
        self.effective, self.archived = True, False
        self.terminated = self.accepted = self.tacit = False
        self.former = {}
        self.dates = {kind: Told() for kind in TEXTS}

    def stands(self):
        return self.effective and not (self.archived or self.terminated)

    def get_notice(self):
        return self.end - timedelta(days=self.period) if self.end else None

    def follow(self, today):
        stands = self.stands()
        notice = self.get_notice() if self.period else None
        for kind, day, live in (
            ("term", self.end, stands),
            ("notice", notice, stands and not self.given),
            ("warranty", self.warranty, stands),
            ("acceptance", self.planned, stands and not self.accepted),
        ):
            self.dates[kind].become(day, bool(live and day), today)
        self.news.become(self.news.day, bool(stands and self.times), date.min)

    def renew(self, today):
        if not (self.tacit and self.stands()):
            return
        former, notice = self.end, self.get_notice()
        while self.end < today and not (self.given and self.given <= notice):
            self.times += 1
            self.end = month_later(self.anchor, self.times)
            notice = self.get_notice()
        if self.end != former:
            self.news = Told()
            self.news.become(former + timedelta(days=1), True, date.min)
            self.follow(today)

    def get_due(self, today):
        """``[(Told, text, whether it can wait)]``"""
        due = [
            (told, TEXTS[kind].format(f"{told.day:%m/%d/%Y}"), told.day > today)
            for kind, told in self.dates.items()
            if told.awaits and told.day - timedelta(days=self.lead) <= today
        ]
        if self.news.awaits:
            until = f"{self.end:%m/%d/%Y}" if self.end else ""
            due.append((self.news, f"Tacitly renewed until {until}", True))
        return due

    def get_open(self):
        told = [*self.dates.values(), self.news]
        return sorted(known.text for known in told if known.open)


class Expected:
    """All contracts, and the e-mails of their managers."""

    def __init__(self):
        self.papers = {name: Paper(name) for name in NAMES}
        self.mailed = {}

    def run(self, today):
        """``[(manager, [(contract, text)])]`` of the e-mails of a run of the job."""
        for paper in self.papers.values():
            paper.renew(today)
        return [
            (manager, sorted(lines))
            for manager in (0, 1)
            if (lines := self.tell(manager, today))
        ]

    def tell(self, manager, today):
        had, lines = self.mailed.get(manager) == today, []
        for paper in self.papers.values():
            for told, text, can_wait in paper.get_due(today):
                if paper.manager != manager:
                    continue
                if told.known != told.day:
                    if had and can_wait:
                        continue
                    lines.append((paper.name, text))
                    told.known = told.day
                told.awaits, told.lost, told.open, told.text = False, False, True, text
        if lines:
            self.mailed[manager] = today
        return lines


class TestContractReminderByChance(ContractCommon):
    """Random contracts, moves and outages: each due reminder exactly once, none early,
    none for dead papers, and one e-mail a day."""

    @given(
        zones,
        st.tuples(*[begins] * len(NAMES)),
        st.lists(st.tuples(waits, moves), min_size=25, max_size=30),
    )
    @examples(16)
    def test_each_due_reminder_exactly_once(self, zone, starts, story):
        crons = self.registry["ir.cron"]
        with (
            self.env.cr.savepoint() as savepoint,
            patch.object(crons, "_commit_progress", return_value=float("inf")),
        ):
            self.play(zone, starts, story)
            savepoint.rollback()
        self.env.invalidate_all()

    def play(self, zone, starts, story):
        now = datetime(2024, 1, 26, 6)
        today = self.go_on(now, zone)
        self.managers = self.manager, self.administrator
        self.seen = self.env["mail.mail"].search([])
        self.contracts = {name: self.make_plain(name) for name in NAMES}
        expected = Expected()
        for paper, moves in zip(expected.papers.values(), starts, strict=True):
            for kind, value in moves:
                self.do(paper, kind, value, today)
        for (hours, runs), (name, (kind, value)) in story:
            now += timedelta(hours=hours)
            today = self.go_on(now, zone)
            if runs:
                self.run_and_compare(expected, today)
            self.do(expected.papers[name], kind, value, today)
        self.run_and_compare(expected, today)

    def go_on(self, now, zone):
        """It is now; :return: the day where all of them work"""
        self.at(now)
        self.company.partner_id.tz = zone
        return pytz.utc.localize(now).astimezone(pytz.timezone(zone)).date()

    def make_plain(self, name):
        leads = ("acceptance", "term", "notice", "warranty")
        line = {"name": "Rollout", "kind": "partial"}
        contract = self.make(
            name,
            notice_unit="days",
            renewal_months=1,
            acceptance_ids=[Command.create(line)],
            **{f"{lead}_lead_days": 5 for lead in leads},
        )
        return contract.sudo()

    def run_and_compare(self, expected, today):
        wanted = expected.run(today)
        self.milestones._cron_contracts()
        logins = [manager.login for manager in self.managers]
        told = sorted(
            (logins.index(x), sorted(lines)) for x, lines in self.tell_mails()
        )
        self.assertEqual(told, wanted)
        for name, paper in expected.papers.items():
            contract = self.contracts[name]
            self.assertEqual(sorted(self.tell_todos(contract)), paper.get_open())
            self.assertEqual(contract.end_date, paper.end or False)

    def do(self, paper, kind, value, today):
        contract = self.contracts[paper.name]
        getattr(self, f"do_{kind}")(paper, contract, value, today)
        paper.follow(today)
        self.assertEqual(sorted(self.tell_todos(contract)), paper.get_open())

    def do_end(self, paper, contract, days, today):
        end = days if days is None else today + timedelta(days=days)
        self.set_end(paper, contract, end)

    def set_end(self, paper, contract, end):
        if paper.tacit and not end:
            return
        paper.former["end"] = paper.end
        contract.end_date = end
        paper.end = paper.anchor = end
        paper.times = 0

    def do_warranty(self, paper, contract, days, today):
        day = days if days is None else today + timedelta(days=days)
        self.set_warranty(paper, contract, day)

    def set_warranty(self, paper, contract, day):
        paper.former["warranty"] = paper.warranty
        contract.warranty_date = paper.warranty = day

    def do_back(self, paper, contract, kind, today):
        """To what it was before."""
        if kind in paper.former:
            getattr(self, f"set_{kind}")(paper, contract, paper.former[kind])

    def do_planned(self, paper, contract, days, today):
        paper.planned = days if days is None else today + timedelta(days=days)
        contract.acceptance_ids.planned_date = paper.planned

    def do_accepted(self, paper, contract, value, today):
        if paper.effective:
            self.accept(contract, "accepted" if value else False)
            paper.accepted = value

    def do_period(self, paper, contract, days, today):
        contract.notice_period = paper.period = days

    def do_lead(self, paper, contract, days, today):
        names = ("acceptance", "term", "notice", "warranty")
        contract.write({f"{name}_lead_days": days for name in names})
        paper.lead = days

    def do_archived(self, paper, contract, value, today):
        contract.active, paper.archived = not value, value

    def do_blink(self, paper, contract, value, today):
        """Dead for a moment: who knows is not told again, what is done stays done."""
        self.do(paper, "archived", True, today)
        self.do(paper, "archived", False, today)

    def do_terminated(self, paper, contract, value, today):
        contract.terminated_date = value and today
        paper.terminated = value

    def do_effective(self, paper, contract, value, today):
        if paper.accepted:
            return
        contract.effective_date = value and "2023-01-01"
        paper.effective = value

    def do_given(self, paper, contract, value, today):
        paper.given = today if value else None
        contract.notice_given_date = paper.given

    def do_tacit(self, paper, contract, value, today):
        if paper.end:
            contract.renewal = "tacit" if value else "none"
            paper.tacit = value

    def do_manager(self, paper, contract, number, today):
        """What the former one has not done is told to him."""
        contract.manager_id = self.managers[number]
        for told in (*paper.dates.values(), paper.news):
            if told.open and number != paper.manager:
                told.open, told.awaits, told.known = False, True, None
        paper.manager = number

    def do_finish(self, paper, contract, value, today):
        contract.activity_ids.action_feedback()
        for told in (*paper.dates.values(), paper.news):
            told.open = False
