# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from ..engine import PaperDates, course, standing
from .common import SlmCommon

MODELS = ("slm.contract", "slm.contract.acceptance", "slm.contract.milestone")


class ContractCase(SlmCommon):
    """A contract that is in force, and the people who look at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create({"name": "Elbe Lines"})
        cls.contract = cls.create_contract("Storage")

    @classmethod
    def create_contract(cls, name, **vals):
        vals = {
            "name": name,
            "partner_id": cls.supplier.id,
            "effective_date": "2023-06-01",
        } | vals
        return cls.env["slm.contract"].create(vals)

    def plan(self, **vals):
        vals = {"contract_id": self.contract.id, "name": "All of it"} | vals
        return self.env["slm.contract.acceptance"].create(vals)

    def find(self, name, filters=(), user=None):
        """Those of our contracts that an action shows when it opens."""
        action = self.env.ref(f"slm_management.{name}")
        domain = Domain(safe_eval(action.domain or "[]", {"uid": self.env.uid}))
        for filter_name in filters:
            domain &= self.get_filter(action.res_model, filter_name)
        records = self.env[action.res_model].with_user(user or self.env.user)
        return records.sudo(False).search(domain)

    def get_filter(self, model, name):
        view = self.env.ref(f"slm_management.{model.replace('.', '_')}_view_search")
        arch = self.env[model].get_view(view.id, "search")["arch"]
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return Domain(safe_eval(node.get("domain"), {"uid": self.env.uid}))


class TestViewsContract(ContractCase):
    """Menus, lists and forms of contracts show what they say they show."""

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------

    def test_in_force_until_the_last_day(self):
        self.contract.end_date = "2024-01-09"
        draft = self.create_contract("Draft", effective_date=False)
        later = self.create_contract("Later", effective_date="2024-01-10")
        self.at("tue 23:59")
        found = self.find("slm_contract_action_in_force")
        self.assertEqual(found, self.contract)
        self.at("wed 00:00")
        self.assertEqual(self.find("slm_contract_action_in_force"), later)
        self.assertEqual(self.find("slm_contract_action_expired"), self.contract)
        self.assertEqual(self.find("slm_contract_action", ["preparation"]), draft)
        self.assertEqual(
            self.find("slm_contract_action"), self.contract | later | draft
        )

    def test_expired_is_out_of_warranty(self):
        """Even with a term that runs; what was terminated is not expired."""
        self.contract.write(
            {"final_acceptance_date": "2023-07-31", "warranty_date": "2024-01-09"}
        )
        maintained = self.contract.copy(
            {
                "effective_date": "2023-06-01",
                "warranty_date": "2024-01-09",
                "end_date": "2024-12-31",
            }
        )
        self.assertFalse(self.find("slm_contract_action_expired"))
        self.at("wed 12:00")
        both = self.contract | maintained
        self.assertEqual(self.find("slm_contract_action_expired"), both)
        self.assertEqual(self.find("slm_contract_action_in_force"), maintained)
        self.assertEqual(self.find("slm_contract_action", ["out_of_warranty"]), both)
        self.contract.action_terminate()
        self.assertEqual(self.find("slm_contract_action_expired"), maintained)
        self.assertEqual(
            self.find("slm_contract_action", ["terminated"]), self.contract
        )

    def test_expiring_within_its_lead_time(self):
        self.contract.write({"end_date": "2024-01-20", "term_lead_days": 10})
        self.at("tue 23:59")
        self.assertFalse(self.find("slm_contract_action_expiring"))
        self.at("wed 00:00")
        self.assertEqual(self.find("slm_contract_action_expiring"), self.contract)
        self.at("sun+1 00:00")
        self.assertFalse(self.find("slm_contract_action_expiring"))

    def test_each_company_has_its_day(self):
        """Tuesday noon in Berlin is Wednesday on Kiritimati."""
        island = self._create_company(name="Kiritimati Ltd")
        island.partner_id.tz = "Pacific/Kiritimati"
        self.env.user.company_ids |= island
        away = self.create_contract("Away", company_id=island.id)
        for contract in (self.contract, away):
            contract.write({"end_date": "2024-01-09", "term_lead_days": 0})
        both = self.env["slm.contract"].with_context(
            allowed_company_ids=[self.company.id, island.id]
        )
        self.at("tue 12:00")
        in_force = both.search([("is_binding", "=", True)])
        self.assertEqual(in_force, self.contract)
        self.assertEqual(both.search([("is_expiring", "=", True)]), self.contract)
        self.assertEqual(away.timeline["today"]["date"], "2024-01-10")
        self.assertEqual(self.contract.timeline["today"]["date"], "2024-01-09")

    def test_notice(self):
        """This month, and within its lead time; not once it has been given."""
        self.contract.write(
            {"end_date": "2024-04-30", "notice_period": 3, "notice_lead_days": 7}
        )
        self.assertEqual(self.contract.notice_date, date(2024, 1, 31))
        month = ["notice_month"]
        self.assertEqual(self.find("slm_contract_action", month), self.contract)
        self.assertFalse(self.find("slm_contract_action", ["notice_near"]))
        self.assertFalse(self.contract.is_notice_near)
        self.at("wed+2 08:00")
        self.contract.invalidate_recordset()
        self.assertEqual(
            self.find("slm_contract_action", ["notice_near"]), self.contract
        )
        self.assertTrue(self.contract.is_notice_near)
        self.contract.notice_given_date = "2024-01-24"
        self.assertFalse(self.contract.is_notice_near)
        self.assertFalse(self.find("slm_contract_action", ["notice_near"]))
        self.assertFalse(self.find("slm_contract_action", month))

    def test_other_filters(self):
        self.contract.manager_id = self.env.user
        sold = self.create_contract(
            "Sold",
            partner_role="customer",
            partner_id=self.organisation.id,
            manager_id=self.manager.id,
            active=False,
        )
        self.assertEqual(self.find("slm_contract_action", ["mine"]), self.contract)
        self.assertFalse(self.find("slm_contract_action", ["customers"]))
        self.assertEqual(self.find("slm_contract_action", ["inactive"]), sold)
        sold.active = True
        self.assertEqual(self.find("slm_contract_action", ["customers"]), sold)
        found = self.find("slm_contract_action", ["suppliers"])
        self.assertEqual(found, self.contract)

    def test_groups(self):
        """By the state, although it is not stored, and by the month of the end."""
        self.create_contract("Draft", effective_date=False)
        self.create_contract("Old", end_date="2023-12-31")
        contracts = self.env["slm.contract"].with_user(self.agent)
        for name in ("state", "partner_id", "manager_id", "end_date:month"):
            field = name.split(":")[0]
            self.assertTrue(contracts.fields_get([field])[field]["groupable"])
            result = contracts.web_read_group([], [name], ["__count"])
            self.assertTrue(result["groups"])
        groups = contracts.formatted_read_group([], ["state"], ["__count"])
        counts = {group["state"]: group["__count"] for group in groups}
        self.assertEqual(counts, {"in_force": 1, "preparation": 1, "ended": 1})
        for group in groups:
            found = contracts.search(group["__extra_domain"])
            self.assertEqual(found.mapped("state"), [group["state"]])

    def test_what_comes_next(self):
        self.assertFalse(self.contract.next_date)
        self.contract.write({"end_date": "2024-12-31", "notice_period": 3})
        self.assertEqual(self.contract.next_kind, "notice")
        self.assertEqual(self.contract.next_date, date(2024, 9, 30))
        self.plan(planned_date="2024-02-01")
        self.assertEqual(self.contract.next_kind, "acceptance")
        self.contract.action_terminate()
        self.assertFalse(self.contract.next_kind)

    def test_a_longer_list_asks_no_more(self):
        view = self.env.ref("slm_management.slm_contract_view_list")
        contracts = self.env["slm.contract"].with_user(self.agent)
        arch = etree.fromstring(contracts.get_view(view.id, "list")["arch"])
        names = {node.get("name"): {} for node in arch.xpath("//field")}
        for number in range(2):
            self.create_contract(f"Paper {number}", end_date="2024-12-31")
        contracts.web_search_read([], names)
        counts = []
        for _round in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            contracts.web_search_read([], names)
            counts.append(self.env.cr.sql_log_count - start)
            for number in range(12):
                self.create_contract(f"Other {number}", end_date="2024-12-31")
        self.assertEqual(*counts)

    # ------------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------------

    def test_views_of_every_role(self):
        kinds = ("form", "list", "search", "kanban", "calendar")
        shipped = self.env["ir.ui.view"].search(
            [("model", "in", MODELS), ("type", "in", kinds)]
        )
        self.assertGreaterEqual(len(shipped), 12)
        for user in (self.agent, self.administrator, self.manager):
            for view in shipped:
                with self.subTest(user=user.login, view=view.name):
                    model = self.env[view.model].with_user(user)
                    self.assertTrue(model.get_view(view.id, view.type)["arch"])

    def get_buttons(self, user):
        contracts = self.env["slm.contract"].with_user(user)
        view = self.env.ref("slm_management.slm_contract_view_form")
        arch = etree.fromstring(contracts.get_view(view.id, "form")["arch"])
        return {node.get("name") for node in arch.xpath("//header/button")}

    def test_terminate_is_for_managers(self):
        buttons = {"action_ask_termination", "action_reinstate"}
        self.assertLessEqual(buttons, self.get_buttons(self.manager))
        for user in (self.administrator, self.agent):
            self.assertFalse(buttons & self.get_buttons(user))
            with self.assertRaises(AccessError):
                self.contract.with_user(user).action_terminate()

    def test_terminate_asks_why(self):
        contract = self.contract.with_user(self.manager)
        action = contract.action_ask_termination()
        self.assertEqual((action["target"], action["res_id"]), ("new", contract.id))
        [[view_id, _kind]] = action["views"]
        with self.assertRaises(AssertionError):
            Form(contract, view_id).save()
        with Form(contract, view_id) as form:
            form.termination_reason = "Out of business"
        contract.action_terminate()
        self.assertEqual(contract.state, "terminated")
        self.assertEqual(contract.termination_reason, "Out of business")
        contract.action_reinstate()
        self.assertEqual((contract.state, contract.attention), ("in_force", False))

    def test_agents_read_the_form(self):
        self.contract.write(
            {
                "end_date": "2024-01-20",
                "service_ids": [Command.set(self.service.ids)],
                "acceptance_ids": [
                    Command.create({"name": "All", "planned_date": "2024-01-10"})
                ],
            }
        )
        form = Form(self.contract.with_user(self.agent))
        self.assertEqual(form.service_count, 1)
        self.assertIn("All", form.attention)
        with self.assertRaises(AccessError):
            form.name = "Mine"
            form.save()

    # ------------------------------------------------------------------
    # Form
    # ------------------------------------------------------------------

    def test_form_of_a_new_contract(self):
        contracts = self.env["slm.contract"].with_user(self.administrator)
        with Form(contracts) as form:
            form.name = "Network"
            form.partner_id = self.supplier
            self.assertFalse(form.timeline)
            form.effective_date = "2024-01-01"
            form.final_acceptance_date = "2024-01-05"
            form.warranty_months = 12
            self.assertEqual(form.warranty_date, date(2025, 1, 5))
            with self.assertRaises(AssertionError):
                form.warranty_date = "2030-01-01"
            kinds = [span["kind"] for span in form.timeline["spans"]]
            self.assertEqual(kinds, ["in_force", "in_warranty"])
        self.assertEqual(form.record.manager_id, self.administrator)
        self.assertEqual(form.record.state, "in_warranty")

    def test_dates_that_acceptances_tell(self):
        """They are entered there, and only there."""
        with Form(self.contract.with_user(self.administrator)) as form:
            form.initial_acceptance_date = "2023-07-01"
            with form.acceptance_ids.new() as line:
                line.kind = "final"
                line.name = "All"
                line.planned_date = "2023-08-01"
            with self.assertRaises(AssertionError):
                form.final_acceptance_date = "2023-08-02"
            with form.acceptance_ids.edit(0) as line:
                line.actual_date = "2023-08-03"
                line.result = "accepted"
            self.assertEqual(form.final_acceptance_date, date(2023, 8, 3))
        self.assertEqual(self.contract.state, "finally_accepted")
        self.assertEqual(str(self.contract.initial_acceptance_date), "2023-07-01")

    def test_a_line_has_a_day_and_a_result(self):
        with self.assertRaises(AssertionError):
            with Form(self.contract.with_user(self.administrator)) as form:
                with form.acceptance_ids.new() as line:
                    line.name = "All"
                    line.actual_date = "2023-08-03"

    def test_what_is_near(self):
        """In the words of the reminder; late acceptances stay until they are done."""
        line = self.plan(planned_date="2024-01-10")
        self.contract.write({"end_date": "2024-01-20", "term_lead_days": 1})
        self.assertEqual(
            self.contract.attention, "All of it: acceptance planned on 01/10/2024"
        )
        self.at("sat+1 08:00")
        self.contract.invalidate_recordset()
        lines = self.contract.attention.split("\n")
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[1], "End of Term: 01/20/2024")
        line.write({"actual_date": "2024-01-12", "result": "accepted"})
        self.assertEqual(self.contract.attention, lines[1])
        self.at("sun+1 08:00")
        self.contract.invalidate_recordset()
        self.assertFalse(self.contract.attention)

    def test_smart_buttons(self):
        uc = self.create_agreement(
            "Carrier", consumers=[], kind="uc", partner_id=self.supplier.id
        )
        item = self.env["slm.configuration.item"].create({"name": "Disk"})
        self.contract.write(
            {
                "agreement_ids": [Command.set(uc.ids)],
                "service_ids": [Command.set(self.service.ids)],
                "configuration_item_ids": [Command.set(item.ids)],
            }
        )
        for name, records in (
            ("agreement", uc),
            ("service", self.service),
            ("configuration_item", item),
        ):
            self.assertEqual(self.contract[f"{name}_count"], 1)
            action = getattr(self.contract, f"action_view_{name}s")()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, records)

    # ------------------------------------------------------------------
    # Acceptances and dates
    # ------------------------------------------------------------------

    def test_late_acceptances(self):
        name = "slm_contract_acceptance_action"
        line = self.plan(planned_date="2024-01-09")
        self.at("tue 23:59")
        self.assertFalse(self.find(name, ["late"]) | line.filtered("is_late"))
        self.at("wed 00:00")
        line.invalidate_recordset()
        self.assertEqual(self.find(name, ["late"]), line)
        self.assertEqual(self.find(name, ["planned", "late"]), line)
        self.assertTrue(line.is_late)
        line.write({"actual_date": "2024-01-10", "result": "reservations"})
        self.assertFalse(self.find(name, ["late"]))
        self.assertEqual(self.find(name, ["done", "reservations"]), line)
        self.assertFalse(line.is_late)

    def test_open_points(self):
        line = self.plan(planned_date="2024-01-09")
        name = "slm_contract_acceptance_action"
        self.assertFalse(self.find(name, ["open_points"]))
        action = line.with_user(self.administrator).action_add_open_point()
        schedule = self.env[action["res_model"]].with_user(self.administrator)
        with Form(schedule.with_context(**action["context"])) as form:
            form.summary = "Labels are missing"
            form.activity_user_id = self.agent
            form.date_deadline = "2024-01-15"
        form.record.action_schedule_activities()
        self.assertEqual(line.open_point_count, 1)
        self.contract.invalidate_recordset()
        self.assertEqual(self.contract.open_activity_ids, line.activity_ids)
        self.assertEqual(line.activity_ids.summary, "Labels are missing")
        self.assertEqual(self.find(name, ["open_points"]), line)
        contracts = self.find("slm_contract_action", ["open_points"])
        self.assertEqual(contracts, self.contract)
        line.activity_ids.action_feedback("Done")
        line.invalidate_recordset()
        self.assertFalse(line.open_point_count)
        self.assertFalse(self.find(name, ["open_points"]))

    def test_dates_lead_to_their_contract(self):
        self.contract.end_date = "2024-12-31"
        dates = self.find("slm_contract_milestone_action", ["live", "coming"])
        self.assertEqual(dates.mapped("kind"), ["term"])
        action = dates.with_user(self.agent).action_view_contract()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("slm.contract", self.contract.id)
        )
        self.contract.action_terminate()
        self.assertFalse(self.find("slm_contract_milestone_action", ["live"]))

    def test_nobody_writes_dates(self):
        self.contract.end_date = "2024-12-31"
        dates = self.contract.milestone_ids
        with self.assertRaises(UserError):
            dates.with_user(self.manager).write({"date": "2025-01-01"})


class TestContractBar(ContractCase):
    """The figures of the bar."""

    def get_bar(self, **vals):
        self.contract.write(vals)
        return self.contract.timeline

    def get_spans(self, bar):
        return [(span["kind"], span["start"], span["end"]) for span in bar["spans"]]

    def get_marks(self, bar):
        return [(mark["kind"], mark["at"]) for mark in bar["marks"]]

    def test_to_scale(self):
        bar = self.get_bar(
            effective_date="2024-01-01",
            initial_acceptance_date="2024-01-05",
            final_acceptance_date="2024-01-21",
            warranty_date="2024-04-09",
        )
        self.assertEqual(
            self.get_spans(bar),
            [
                ("in_force", 0, 4),
                ("initially_accepted", 4, 20),
                ("in_warranty", 20, 100),
            ],
        )
        self.assertEqual(
            self.get_marks(bar),
            [("effective", 0), ("initial", 4), ("final", 20), ("warranty", 100)],
        )
        self.assertEqual((bar["first"], bar["last"]), ("2024-01-01", "2024-04-10"))
        self.assertEqual((bar["today"]["at"], bar["today"]["side"]), (7, ""))
        self.assertFalse(bar["is_open"])

    def test_a_span_ends_with_its_last_day(self):
        bar = self.get_bar(effective_date="2023-01-01", end_date="2023-12-31")
        span = bar["spans"][0]
        self.assertEqual((span["from"], span["to"]), ("2023-01-01", "2023-12-31"))
        self.assertEqual(bar["spans"][1]["from"], "2024-01-01")
        self.assertEqual(bar["spans"][1]["label"], "Term Ended")

    def test_every_day_of_a_span_is_what_it_says(self):
        day, one = date(2024, 1, 1), timedelta(days=1)
        paper = PaperDates(day, day + 3 * one, day + 5 * one, day + 9 * one)
        for dates in (
            paper,
            paper._replace(end=day + 12 * one),
            paper._replace(end=day + 2 * one, warranty=None),
            paper._replace(terminated=day + 7 * one),
            paper._replace(effective=None),
        ):
            first, last = day - 5 * one, day + 20 * one
            spans = course(dates, first, last)
            for what, begun, over in spans:
                for number in range((over - begun).days):
                    self.assertEqual(standing(dates, begun + number * one), what)
            self.assertEqual((spans[0][1], spans[-1][2]), (first, last))

    def test_without_an_end_it_is_open(self):
        bar = self.get_bar(effective_date="2020-01-08")
        self.assertTrue(bar["is_open"])
        self.assertEqual(self.get_marks(bar), [("effective", 0)])
        self.assertEqual([span["kind"] for span in bar["spans"]], ["in_force"])
        self.assertTrue(80 < bar["today"]["at"] < 100)

    def test_terminated(self):
        self.contract.end_date = "2024-12-31"
        self.contract.action_terminate()
        bar = self.contract.timeline
        kinds = [span["kind"] for span in bar["spans"]]
        self.assertEqual(kinds, ["in_force", "terminated"])
        self.assertEqual(bar["marks"][1]["kind"], "terminated")

    def test_today_is_not_on_the_bar_of_long_ago(self):
        bar = self.get_bar(effective_date="2010-01-01", end_date="2010-12-31")
        self.assertEqual((bar["today"]["at"], bar["today"]["side"]), (100, "after"))
        self.assertEqual([span["kind"] for span in bar["spans"]], ["in_force"])
        bar = self.get_bar(effective_date="2030-01-01", end_date="2030-12-31")
        self.assertEqual((bar["today"]["at"], bar["today"]["side"]), (0, "before"))

    def test_without_dates_there_is_none(self):
        self.assertIs(self.get_bar(effective_date=False), False)
        bar = self.get_bar(end_date="2024-12-31")
        self.assertEqual([span["kind"] for span in bar["spans"]], ["preparation"])

    def test_one_day_one_mark(self):
        bar = self.get_bar(
            effective_date="2024-01-01",
            initial_acceptance_date="2024-01-01",
            end_date="2024-12-31",
        )
        self.assertEqual(
            [mark["labels"] for mark in bar["marks"]],
            [["Effective on", "Initial Acceptance"], ["End of Term"]],
        )

    def test_labels_are_staggered(self):
        bar = self.get_bar(
            effective_date="2024-01-01",
            initial_acceptance_date="2024-01-05",
            final_acceptance_date="2024-01-08",
            end_date="2026-12-31",
        )
        self.assertEqual([mark["row"] for mark in bar["marks"]], [2, 1, 0, 0])
        self.assertEqual(bar["rows"], 3)

    def test_the_last_day_of_the_calendar(self):
        bar = self.get_bar(effective_date="2024-01-01", end_date="9999-12-31")
        self.assertEqual(bar["last"], "9999-12-31")
        self.assertEqual(bar["marks"][-1]["at"], 100)

    def test_it_speaks_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        contract = self.contract.with_context(lang="zh_CN")
        contract.end_date = "2024-12-31"
        self.assertEqual(contract.timeline["marks"][1]["text"], "2024/12/31")
