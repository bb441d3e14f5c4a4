# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import moment
from .holders_case import HoldersCase

PLAN = "odoo.addons.slm_management.models.slm_supplier_evaluation_plan"


class EvaluationCase(HoldersCase):
    """A supplier, and criteria that weigh as they are shipped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor.slm_is_supplier = True
        names = ("quality", "delivery", "response", "price", "cooperation")
        cls.criteria = {
            name: cls.env.ref(f"slm_management.slm_supplier_criterion_{name}")
            for name in names
        }
        cls.Evaluation = cls.env["slm.supplier.evaluation"]

    def create_evaluation(self, user=None, **vals):
        vals = {
            "partner_id": self.vendor.id,
            "date_from": "2024-01-01",
            "date_to": "2024-03-31",
        } | vals
        return self.Evaluation.with_user(user or self.administrator).create(vals)

    def score(self, evaluation, **scores):
        for line in evaluation.line_ids:
            name = next(n for n, c in self.criteria.items() if c == line.criterion_id)
            line.score = str(scores.get(name, scores.get("rest", 3)))

    def create_confirmed(self, score=4, **vals):
        evaluation = self.create_evaluation(self.manager, **vals)
        self.score(evaluation, rest=score)
        evaluation.action_confirm()
        return evaluation

    def get_line(self, evaluation, name):
        return evaluation.line_ids.filtered(
            lambda line: line.criterion_id == self.criteria[name]
        )

    def get_weights(self, evaluation):
        self.env.flush_all()
        evaluation.invalidate_recordset()
        return evaluation.line_ids.mapped("weight")


class TestEvaluation(EvaluationCase):
    """Scores, their total, and what they are compared with."""

    def test_shipped_criteria(self):
        evaluation = self.create_evaluation()
        self.assertEqual(
            evaluation.line_ids.criterion_id.mapped("name"),
            ["Quality", "Delivery", "Response", "Price", "Cooperation"],
        )
        self.assertEqual(self.get_weights(evaluation), [30, 20, 20, 15, 15])

    def test_total(self):
        evaluation = self.create_evaluation()
        self.assertEqual(evaluation.total, 0)
        self.get_line(evaluation, "quality").score = "5"
        self.assertEqual(evaluation.total, 5)
        self.get_line(evaluation, "price").score = "2"
        self.assertEqual(evaluation.total, 4, "(5 × 30 + 2 × 15) / 45")

    def test_default_period(self):
        for day, first, last in (
            ("2024-01-08", "2023-10-01", "2023-12-31"),
            ("2024-04-01", "2024-01-01", "2024-03-31"),
        ):
            self.at(moment("mon 12:00").replace(month=int(day[5:7]), day=int(day[8:])))
            evaluation = self.Evaluation.new({})
            self.assertEqual(str(evaluation.date_from), first)
            self.assertEqual(str(evaluation.date_to), last)

    def test_form(self):
        """A period is chosen with one click, or comes with the supplier."""
        self.vendor.slm_evaluation_interval = "12"
        with Form(self.Evaluation.with_user(self.administrator)) as form:
            self.assertEqual(form.period, "3")
            form.partner_id = self.vendor
            self.assertEqual(str(form.date_from), "2023-01-01")
            self.assertEqual(form.period, "12")
            form.period = "6"
            self.assertEqual(str(form.date_from), "2023-07-01")
            self.assertEqual(str(form.date_to), "2023-12-31")
            form.date_to = "2023-12-30"
            self.assertEqual(form.period, "0")
            form.partner_id = self.carrier
            self.assertEqual(str(form.date_to), "2023-12-30", "as it was typed")
            with form.line_ids.edit(0) as line:
                line.score = "4"
            self.assertEqual(form.total, 4)
            form.partner_id = self.vendor
        self.assertEqual(form.record.total, 4)

    def test_period_in_order(self):
        with self.assertRefused("before it begins"):
            self.create_evaluation(date_from="2024-02-01", date_to="2024-01-01")

    def test_previous(self):
        """The last confirmed one of a period before, of the same company."""
        old = self.create_confirmed(2, date_from="2022-01-01", date_to="2022-12-31")
        before = self.create_confirmed(3, date_from="2023-01-01", date_to="2023-12-31")
        self.create_evaluation(date_from="2023-06-01", date_to="2023-12-30")
        later = self.create_confirmed(5, date_from="2025-01-01", date_to="2025-12-31")
        evaluation = self.create_evaluation()
        self.score(evaluation, rest=4)
        self.assertEqual(evaluation.previous_id, before)
        self.assertEqual((evaluation.previous_total, evaluation.difference), (3, 1))
        line = evaluation.line_ids[0]
        self.assertEqual((line.previous_score, line.difference), (3, 1))
        self.assertEqual((later | before).mapped("previous_id"), before | old)
        self.assertFalse(old.previous_id)

    def test_previous_takes_one_query(self):
        evaluations = self.Evaluation
        for year in range(2010, 2020):
            days = {"date_from": f"{year}-01-01", "date_to": f"{year}-12-31"}
            evaluations |= self.create_confirmed(**days)
        counts = []
        for some in (evaluations[:2], evaluations):
            self.env.flush_all()
            self.env.invalidate_all()
            some.mapped("partner_id.name")
            some.mapped("line_ids.score")
            before = self.cr.sql_log_count
            some.mapped("previous_total")
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_picture(self):
        self.create_confirmed(3, date_from="2023-01-01", date_to="2023-12-31")
        evaluation = self.create_evaluation()
        self.get_line(evaluation, "quality").score = "5"
        picture = evaluation.picture
        self.assertEqual(picture["axes"][:2], ["Quality", "Delivery"])
        self.assertEqual(
            [series["values"] for series in picture["series"]],
            [[5, 0, 0, 0, 0], [3, 3, 3, 3, 3]],
        )

    def test_copy(self):
        """What is copied is nobody's judgement yet, and weighs what is today's."""
        evaluation = self.create_confirmed()
        self.criteria["price"].weight = 50
        days = {"date_from": "2024-04-01", "date_to": "2024-06-30"}
        for user in (self.administrator, self.manager):
            copy = evaluation.with_user(user).copy(days)
            self.assertEqual((copy.state, copy.total), ("draft", 0))
            self.assertFalse(copy.confirmed_by_id)
            self.assertFalse(any(copy.line_ids.mapped("score")))
            self.assertEqual(self.get_weights(copy), [30, 20, 20, 50, 15])
            copy.unlink()

    @mute_logger("odoo.sql_db")
    def test_of_suppliers_only(self):
        for act in (
            lambda: self.create_evaluation(partner_id=self.carrier.id),
            lambda: self.create_evaluation().write({"partner_id": self.carrier.id}),
        ):
            with self.assertRefused("Carrier is no supplier"):
                act()

    def test_once_a_period(self):
        self.create_evaluation()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.create_evaluation()


class TestSuggestion(EvaluationCase):
    """What the clocks say beside the scores; the evaluator decides."""

    def visit(self, day, end=None):
        self.at(f"{day} 08:00")
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor)
        if end:
            self.move(ticket, "working", f"{day} {end}")
        return ticket

    def test_suggestion(self):
        self.visit("mon", "08:30")
        self.visit("tue", "09:30")
        evaluation = self.create_evaluation()
        response = self.get_line(evaluation, "response")
        self.assertEqual((response.clock_count, response.share_met), (2, 50))
        self.assertEqual((response.breach_count, response.median_seconds), (1, 3600))
        self.assertEqual(response.suggested_score, 1)
        quality = self.get_line(evaluation, "quality")
        self.assertEqual((quality.clock_count, quality.suggested_score), (4, 5))
        price = self.get_line(evaluation, "price")
        self.assertEqual((price.clock_count, price.suggested_score), (0, 0))

    def test_late_and_still_there(self):
        """A target that is used up counts, although its clock has not stopped."""
        self.visit("mon", "09:00")
        self.visit("tue")
        self.at("wed 12:00")
        self.run_cron()
        quality = self.get_line(self.create_evaluation(), "quality")
        self.assertEqual((quality.share_met, quality.breach_count), (100, 2))
        self.assertEqual(quality.suggested_score, 1)

    def test_only_of_the_period(self):
        self.visit("mon", "09:00")
        evaluation = self.create_evaluation(
            date_from="2023-10-01", date_to="2023-12-31"
        )
        self.assertEqual(self.get_line(evaluation, "response").clock_count, 0)
        evaluation.date_to = "2024-01-08"
        self.assertEqual(self.get_line(evaluation, "response").clock_count, 1)
        self.carrier.slm_is_supplier = True
        evaluation.partner_id = self.carrier
        self.assertEqual(self.get_line(evaluation, "response").clock_count, 0)

    def test_form_shows_figures(self):
        """They follow the supplier and the period before anything is saved."""
        self.visit("mon", "09:00")
        form = Form(self.Evaluation.with_user(self.administrator))
        form.partner_id = self.vendor
        form.date_from, form.date_to = "2024-01-01", "2024-01-31"
        with form.line_ids.edit(2) as line:
            self.assertEqual((line.clock_count, line.suggested_score), (1, 5))
        form.date_from, form.date_to = "2023-12-01", "2023-12-31"
        with form.line_ids.edit(2) as line:
            self.assertEqual((line.clock_count, line.suggested_score), (0, 0))

    def test_take(self):
        self.visit("mon", "09:00")
        evaluation = self.create_evaluation()
        evaluation.line_ids.action_take_suggestion()
        response = self.get_line(evaluation, "response")
        self.assertEqual(response.score, "5")
        self.assertEqual(
            response.reason, "Clocks 1, met 100.0 %, median 1h, breaches 0"
        )
        self.assertFalse(self.get_line(evaluation, "price").score)
        response.write({"score": "2", "reason": "Nobody spoke to us"})
        self.assertEqual(response.suggested_score, 5, "the evaluator decides")
        response.action_take_suggestion()
        self.assertEqual(response.reason, "Nobody spoke to us")

    def test_frozen_with_the_confirmation(self):
        self.visit("mon", "08:30")
        evaluation = self.create_confirmed()
        line = self.get_line(evaluation, "response")
        self.visit("tue", "16:00")
        self.criteria["response"].sudo().suggested_by = False
        evaluation.invalidate_recordset()
        line.invalidate_recordset()
        self.assertEqual((line.clock_count, line.share_met), (1, 100))
        self.assertEqual((line.median_seconds, line.suggested_score), (1800, 5))


class TestConfirmation(EvaluationCase):
    """Only managers confirm; what is confirmed does not change."""

    def test_confirm(self):
        evaluation = self.create_evaluation()
        self.score(evaluation, rest=4)
        evaluation.with_user(self.manager).action_confirm()
        self.assertEqual(evaluation.state, "confirmed")
        self.assertEqual(evaluation.confirmed_by_id, self.manager)
        self.assertEqual(evaluation.confirmed_on, date(2024, 1, 8))

    def test_what_is_missing(self):
        evaluation = self.create_evaluation(self.manager)
        self.get_line(evaluation, "quality").score = "4"
        self.assertEqual(
            evaluation.missing_scores, "Delivery, Response, Price, Cooperation"
        )
        with self.assertRefused("Delivery, Response", UserError):
            evaluation.action_confirm()
        evaluation.line_ids.weight = 0
        self.assertEqual(evaluation.missing_scores, "at least one criterion")
        with self.assertRefused("at least one criterion", UserError):
            evaluation.action_confirm()
        self.get_line(evaluation, "quality").weight = 1
        evaluation.action_confirm()

    def test_nobody_else_confirms(self):
        """Not by the button, a write, a creation, an import or a default."""
        evaluation = self.create_evaluation()
        self.score(evaluation, rest=4)
        for user in (self.agent, self.administrator, self.helpdesk_user):
            mine = evaluation.with_user(user)
            with self.assertRaises(AccessError):
                mine.action_confirm()
            with self.assertRaises(AccessError):
                mine.write({"state": "confirmed"})
            with self.assertRaises(AccessError):
                mine.write({"confirmed_by_id": self.manager.id})
        self.assertEqual(evaluation.state, "draft")

    def test_no_way_around_the_button(self):
        evaluation = self.create_evaluation(self.manager)
        with self.assertRefused("by its button", UserError):
            evaluation.write({"state": "confirmed"})
        seal = {"state": "confirmed", "confirmed_by_id": self.agent.id, "total": 5}
        days = {"date_from": "2022-01-01", "date_to": "2022-12-31"}
        for user in (self.administrator, self.manager):
            context = {f"default_{name}": value for name, value in seal.items()}
            for number, (vals, defaults) in enumerate([(seal, {}), ({}, context)]):
                days["date_from"] = f"202{number}-01-01"
                mine = self.Evaluation.with_user(user).with_context(**defaults)
                made = mine.create({"partner_id": self.vendor.id} | days | vals)
                self.assertEqual((made.state, made.total), ("draft", 0))
                self.assertFalse(made.confirmed_by_id)
                made.write({"total": 5})
                self.assertEqual(made.total, 0)
                made.unlink()

    def test_import(self):
        columns = ["partner_id/.id", "date_from", "date_to", "state", "total"]
        row = [str(self.vendor.id), "2022-01-01", "2022-12-31", "confirmed", "5"]
        mine = self.Evaluation.with_user(self.administrator)
        done = mine.load(columns, [row])
        made = mine.browse(done["ids"])
        self.assertEqual((made.state, made.total), ("draft", 0))
        self.score(made)
        made.with_user(self.manager).action_confirm()
        columns = [".id", "date_to"]
        done = mine.load(columns, [[str(made.id), "2022-11-30"]])
        self.assertFalse(done["ids"])
        self.assertIn("does not change any more", done["messages"][0]["message"])

    def test_sealed(self):
        """Nobody changes anything of it, the manager neither."""
        sealed = self.create_confirmed()
        line = sealed.line_ids[0]
        changes = [
            (sealed, {"partner_id": self.carrier.id}),
            (sealed, {"date_from": "2020-01-01"}),
            (sealed, {"date_to": "2025-01-01"}),
            (sealed, {"user_id": self.agent.id}),
            (sealed, {"notes": "Not so good"}),
            (sealed, {"code": "X"}),
            (sealed, {"state": "draft"}),
            (sealed, {"total": 1}),
            (sealed, {"line_ids": [Command.clear()]}),
            (sealed, {"line_ids": [Command.update(line.id, {"score": "1"})]}),
            (line, {"score": "1"}),
            (line, {"reason": "Because"}),
            (line, {"weight": 1}),
            (line, {"figures": {"ended": 9}}),
            (line, {"criterion_id": self.criteria["price"].id}),
        ]
        for user in (self.administrator, self.manager):
            for record, vals in changes:
                with self.subTest(user=user.login, vals=vals):
                    with self.assertRefused("does not change any more", UserError):
                        record.with_user(user).write(vals)
            with self.assertRefused("does not change any more", UserError):
                sealed.with_user(user).unlink()
            with self.assertRefused("does not change any more", UserError):
                line.with_user(user).unlink()

    def test_lines_do_not_move(self):
        sealed = self.create_confirmed()
        draft = self.create_evaluation(date_from="2024-04-01", date_to="2024-06-30")
        green = self.env["slm.supplier.criterion"].create({"name": "Green"})
        for user in (self.administrator, self.manager):
            mine = draft.with_user(user)
            with self.assertRefused("", UserError):
                mine.line_ids[0].evaluation_id = sealed
            with self.assertRefused("", UserError):
                mine.line_ids = [Command.link(sealed.line_ids[0].id)]
            with self.assertRefused("", UserError):
                vals = {"evaluation_id": sealed.id, "criterion_id": green.id}
                mine.line_ids[0].copy(vals)
            with self.assertRefused("", UserError):
                self.vendor.with_user(user).slm_evaluation_ids = [
                    Command.delete(sealed.id)
                ]
        other = self.create_evaluation(date_from="2024-07-01", date_to="2024-09-30")
        with self.assertRefused("stays in its evaluation", UserError):
            draft.with_user(self.manager).line_ids[0].evaluation_id = other

    def test_criteria_leave_it_alone(self):
        sealed = self.create_confirmed()
        before = (sealed.total, self.get_weights(sealed))
        self.criteria["price"].write({"weight": 99, "name": "Costs"})
        self.criteria["quality"].active = False
        sealed.invalidate_recordset()
        self.assertEqual((sealed.total, self.get_weights(sealed)), before)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.criteria["price"].unlink()

    def test_chatter_stays_open(self):
        sealed = self.create_confirmed()
        sealed.with_user(self.administrator).message_post(body="Sent to the supplier")
        self.assertIn("Sent to", sealed.message_ids[0].body)

    def test_what_was_planned_is_done(self):
        evaluation = self.create_evaluation(self.manager)
        self.score(evaluation)
        evaluation._ask(date(2024, 1, 8))
        evaluation.activity_schedule(
            "mail.mail_activity_data_todo",
            summary="Tell them",
            user_id=self.manager.id,
            automated=False,
        )
        evaluation.action_confirm()
        self.assertEqual(evaluation.activity_ids.mapped("summary"), ["Tell them"])

    def test_criteria_named_anew(self):
        """What was scored keeps its name; what is scored now has the new one."""
        self.env["res.lang"]._activate_lang("zh_CN")
        price = self.criteria["price"]
        price.with_context(lang="zh_CN").name = "价格"
        evaluation = self.create_confirmed()
        price.name = "Costs"
        price.with_context(lang="zh_CN").name = "成本"
        draft = self.create_evaluation(date_from="2024-04-01", date_to="2024-06-30")
        for record, names in ((evaluation, "Price 价格"), (draft, "Costs 成本")):
            line = self.get_line(record, "price")
            chinese = line.with_context(lang="zh_CN")
            self.assertEqual(f"{line.name} {chinese.name}", names)
            self.assertIn(line.name, record.picture["axes"])

    def test_agents_read(self):
        evaluation = self.create_evaluation().with_user(self.agent)
        self.assertEqual(evaluation.line_ids[0].clock_count, 0)
        self.assertTrue(evaluation.picture)
        for act in (
            lambda: evaluation.write({"notes": "x"}),
            lambda: evaluation.line_ids[0].write({"score": "1"}),
            lambda: evaluation.line_ids[0].unlink(),
            lambda: self.create_evaluation(self.agent, date_to="2024-01-31"),
        ):
            with self.assertRaises(AccessError):
                act()
        for user in (self.portal_user, self.helpdesk_user):
            with self.assertRaises(AccessError):
                evaluation.with_user(user).read(["total"])


class TestWeights(EvaluationCase):
    """What criteria weigh is said by managers."""

    def test_criteria(self):
        price = self.criteria["price"].with_user(self.administrator)
        for vals in ({"weight": 90}, {"weight": 0}, {"active": False}):
            with self.assertRefused("Only a service level manager", AccessError):
                price.write(vals)
        price.write({"name": "Costs", "sequence": 5})
        price.with_user(self.manager).weight = 90
        with self.assertRaises(AccessError):
            price.with_user(self.agent).write({"name": "Mine"})

    def test_new_criteria(self):
        """Administrators add them; they do not count until a manager says so."""
        mine = self.env["slm.supplier.criterion"].with_user(self.administrator)
        self.assertEqual(mine.create({"name": "Green"}).weight, 0)
        for vals, context in (
            ({"weight": 5}, {}),
            ({}, {"default_weight": 5}),
        ):
            with self.assertRefused("Only a service level manager", AccessError):
                mine.with_context(**context).create({"name": "Grey"} | vals)
        with self.assertRefused("Only a service level manager", AccessError):
            self.criteria["price"].with_user(self.administrator).copy()
        done = mine.load(["name", "weight"], [["Blue", "5"]])
        self.assertFalse(done["ids"])
        with self.assertRefused("Only a service level manager", AccessError):
            mine.browse(self.criteria["price"].id).action_archive()

    def test_lines(self):
        """Not in a line, nor by leaving others out."""
        line = self.create_evaluation().line_ids[0]
        for act in (
            lambda: line.write({"weight": 99}),
            lambda: line.write({"criterion_id": self.criteria["price"].id}),
            lambda: line.unlink(),
            lambda: line.evaluation_id.write({"line_ids": [Command.clear()]}),
        ):
            with self.assertRefused("Only a service level manager", AccessError):
                act()
        line.write({"weight": 30, "score": "4"})
        line.with_user(self.manager).weight = 99
        self.assertEqual(line.evaluation_id.line_ids[0].weight, 99)

    def test_creation(self):
        """Whoever is no manager gets all criteria with what they weigh."""
        price = self.criteria["price"]
        lines = [Command.create({"criterion_id": price.id, "weight": 99})]
        shipped = [30, 20, 20, 15, 15]
        for vals, context in (
            ({"line_ids": lines}, {}),
            ({"line_ids": []}, {}),
            ({}, {"default_weight": 99}),
            ({}, {"default_line_ids": lines}),
        ):
            with self.subTest(vals=vals, context=context):
                self.Evaluation = self.Evaluation.with_context(**context)
                made = self.create_evaluation(**vals)
                self.assertEqual(self.get_weights(made), shipped)
                made.unlink()
                self.Evaluation = self.env["slm.supplier.evaluation"]
        made = self.create_evaluation(self.manager, line_ids=lines)
        self.assertEqual(self.get_weights(made), [99])

    def test_range(self):
        line = self.create_evaluation(self.manager).line_ids[0]
        for weight in (-1, 1001):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                with self.cr.savepoint():
                    line.weight = weight
                    self.env.flush_all()


class TestPlan(EvaluationCase):
    """Evaluations that plan themselves; it is the 8th of January 2024."""

    def setUp(self):
        super().setUp()
        self.vendor.write(
            {
                "slm_account_manager_id": self.administrator.id,
                "slm_evaluation_interval": "3",
                "company_id": self.company.id,
            }
        )

    def run_on(self, year, month, day):
        self.at(moment("mon 08:00").replace(year=year, month=month, day=day))
        self.run_cron("evaluations")
        return self.get_planned()

    def get_planned(self, supplier=None):
        supplier = supplier or self.vendor
        return self.Evaluation.search(
            [("partner_id", "=", supplier.id)], order="date_to"
        )

    def tell(self, evaluations):
        return [f"{e.date_from} {e.date_to}" for e in evaluations]

    def test_first_one(self):
        """For the period in which the interval was set, when it is over."""
        self.assertEqual(self.vendor.slm_next_evaluation_date, date(2024, 4, 1))
        self.assertFalse(self.run_on(2024, 1, 8))
        self.assertFalse(self.run_on(2024, 3, 31))
        made = self.run_on(2024, 4, 1)
        self.assertEqual(self.tell(made), ["2024-01-01 2024-03-31"])
        self.assertEqual(made.state, "draft")
        self.assertEqual(made.company_id, self.company)
        self.assertEqual(made.user_id, self.administrator)
        self.assertEqual(self.get_weights(made), [30, 20, 20, 15, 15])
        self.assertEqual(self.vendor.slm_next_evaluation_date, date(2024, 7, 1))

    def test_activity(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.administrator.lang = "fr_FR"
        activity = self.run_on(2024, 4, 3).activity_ids
        self.assertEqual(activity.user_id, self.administrator)
        self.assertEqual(activity.date_deadline, date(2024, 4, 17))
        self.assertIn("Vendor", activity.summary)
        self.assertIn("31/03/2024", activity.summary, "in his language")

    def test_once(self):
        for day in (1, 1, 2, 30):
            made = self.run_on(2024, 4, day)
        self.assertEqual(len(made), 1)
        self.assertEqual(len(made.activity_ids), 1)
        self.vendor.slm_next_evaluation_date = "2024-04-30"
        self.assertEqual(len(self.run_on(2024, 4, 30)), 1, "the period has one")

    def test_outage(self):
        """Of what was missed, only the last whole period."""
        self.assertEqual(self.tell(self.run_on(2025, 2, 10)), ["2024-10-01 2024-12-31"])
        self.assertEqual(self.vendor.slm_next_evaluation_date, date(2025, 4, 1))

    def test_day_taken_away(self):
        """Who is evaluated regularly is not forgotten, as a list would not tell."""
        self.at("mon 12:00")
        self.vendor.slm_evaluation_interval = "3"
        self.vendor.slm_next_evaluation_date = False
        self.assertEqual(str(self.vendor.slm_next_evaluation_date), "2024-04-01")
        self.vendor.write(
            {"slm_evaluation_interval": "12", "slm_next_evaluation_date": False}
        )
        self.assertEqual(str(self.vendor.slm_next_evaluation_date), "2025-01-01")
        self.vendor.slm_evaluation_interval = False
        self.assertFalse(self.vendor.slm_next_evaluation_date)

    def test_intervals(self):
        for months, following, expected in (
            ("6", (2024, 7, 1), "2024-01-01 2024-06-30"),
            ("12", (2025, 1, 1), "2024-01-01 2024-12-31"),
        ):
            self.at("mon 08:00")
            self.vendor.slm_evaluation_interval = months
            made = self.run_on(*following)
            self.assertEqual(self.tell(made)[-1], expected)
            made.unlink()

    def test_never(self):
        self.vendor.slm_evaluation_interval = False
        self.assertFalse(self.vendor.slm_next_evaluation_date)
        self.assertFalse(self.run_on(2024, 4, 1))

    def test_retired(self):
        for vals in (
            {"slm_supplier_status": "retired"},
            {"slm_supplier_status": "approved", "slm_is_supplier": False},
            {"slm_is_supplier": True, "active": False},
        ):
            self.vendor.write(vals)
            self.assertFalse(self.run_on(2024, 4, 1), vals)

    def test_made_by_hand_before(self):
        mine = self.create_evaluation()
        made = self.run_on(2024, 4, 1)
        self.assertEqual(made, mine)
        self.assertFalse(made.activity_ids)
        self.assertEqual(self.vendor.slm_next_evaluation_date, date(2024, 7, 1))

    def test_day_of_the_company(self):
        """In Berlin it is April two hours before it is in Greenwich."""
        self.at(moment("mon 08:00").replace(month=3, day=31, hour=21))
        self.run_cron("evaluations")
        self.assertFalse(self.get_planned())
        self.at(moment("mon 08:00").replace(month=3, day=31, hour=22, minute=1))
        self.run_cron("evaluations")
        self.assertEqual(len(self.get_planned()), 1)

    def test_one_fails(self):
        """It is logged and tried again; the others are not kept from it."""
        self.carrier.write({"slm_is_supplier": True, "slm_evaluation_interval": "3"})
        plan = type(self.Evaluation)._plan

        def fail(model, supplier):
            plan(model, supplier)
            if supplier == self.vendor:
                raise ValueError("broken")

        with (
            patch.object(type(self.Evaluation), "_plan", fail),
            self.assertLogs(PLAN, "ERROR"),
        ):
            self.assertFalse(self.run_on(2024, 4, 1))
        self.assertEqual(len(self.get_planned(self.carrier)), 1)
        self.assertEqual(len(self.run_on(2024, 4, 2)), 1)
        self.assertEqual(len(self.get_planned(self.carrier)), 1)

    def test_who_is_asked(self):
        """The account manager if he may score there, else a manager."""
        evaluations = self.Evaluation
        for user, asked in (
            (self.administrator, self.administrator),
            (self.agent, None),
            (self.helpdesk_user, None),
            (self.env["res.users"], None),
        ):
            self.vendor.slm_account_manager_id = user
            found = evaluations._get_planned_evaluator(self.vendor, self.company)
            if asked:
                self.assertEqual(found, asked)
            else:
                self.assertTrue(found.has_group("slm_management.group_slm_manager"))
                self.assertIn(self.company, found.company_ids)
        self.vendor.slm_account_manager_id = self.administrator
        other = self._create_company(name="Other")
        found = evaluations._get_planned_evaluator(self.vendor, other)
        self.assertNotEqual(found, self.administrator)

    def test_in_which_company(self):
        """The supplier's, his account manager's, that of most contracts, the first."""
        other = self._create_company(name="Other")
        get_company = self.Evaluation._get_planning_company
        self.vendor.company_id = False
        self.assertEqual(get_company(self.vendor), self.company)
        self.vendor.slm_account_manager_id = False
        contracts = self.env["slm.contract"]
        contracts.search([("partner_id", "=", self.vendor.id)]).unlink()
        first = self.env["res.company"].search([], limit=1)
        self.assertEqual(get_company(self.vendor), first)
        contracts.create(
            {"name": "Lines", "partner_id": self.vendor.id, "company_id": other.id}
        )
        self.assertEqual(get_company(self.vendor), other)

    def test_only_administrators_plan(self):
        for name, value in (
            ("slm_next_evaluation_date", "2024-02-01"),
            ("slm_evaluation_interval", "12"),
        ):
            with self.assertRaises(AccessError):
                self.vendor.with_user(self.agent).write({name: value})
        self.vendor.with_user(self.administrator).slm_evaluation_interval = "12"
        self.assertEqual(self.vendor.slm_next_evaluation_date, date(2025, 1, 1))

    def test_nothing_due_is_cheap(self):
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.Evaluation._get_due_suppliers()


class TestEvaluationCompanies(EvaluationCase):
    """Evaluations of another company are nobody else's."""

    def test_rule(self):
        other = self._create_company(name="Other")
        foreign = self.Evaluation.create(
            {"partner_id": self.vendor.id, "company_id": other.id}
        )
        for record in (foreign, foreign.line_ids[0]):
            with self.assertRaises(AccessError):
                record.with_user(self.manager).read(["display_name"])
        mine = self.create_evaluation(self.manager)
        with self.assertRaises(AccessError):
            mine.company_id = other

    def test_lines_follow(self):
        """Nobody puts a score into another company."""
        other = self._create_company(name="Other")
        line = self.create_evaluation().line_ids[0]
        line.write({"company_id": other.id})
        self.env.flush_all()
        line.invalidate_recordset()
        self.assertEqual(line.company_id, self.company)

    def test_supplier_of_another_company(self):
        other = self._create_company(name="Other")
        self.carrier.company_id = other
        with self.assertRaises(UserError):
            self.create_evaluation(self.manager, partner_id=self.carrier.id)
