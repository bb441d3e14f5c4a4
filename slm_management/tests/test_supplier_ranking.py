# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError
from odoo.fields import Command

from .common import moment
from .holders_case import HoldersCase


class TestSupplierRanking(HoldersCase):
    """Suppliers of a category in order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.network, cls.power = cls.env["slm.supplier.category"].create(
            [{"name": "Network test"}, {"name": "Power test"}]
        )
        cls.third = cls.env["res.partner"].create({"name": "Third"})
        suppliers = cls.vendor | cls.carrier | cls.third
        suppliers.write(
            {"slm_is_supplier": True, "slm_supplier_category_id": cls.network.id}
        )

    def judge(self, supplier, score, year=2023, **vals):
        """A confirmed evaluation with the same score by each criterion."""
        evaluation = self.env["slm.supplier.evaluation"].create(
            {
                "partner_id": supplier.id,
                "company_id": self.company.id,
                "date_from": f"{year}-01-01",
                "date_to": f"{year}-12-31",
            }
            | vals
        )
        evaluation.line_ids.score = str(score)
        evaluation.action_confirm()
        return evaluation

    def get_rows(self, user=None, **domain):
        rows = self.env["slm.supplier.ranking"].with_user(user or self.agent)
        domain = {
            "category_id": self.network.id,
            "company_id": self.company.id,
        } | domain
        rows.invalidate_model()
        return rows.search([(name, "=", value) for name, value in domain.items()])

    def get_row(self, supplier, **domain):
        return self.get_rows(partner_id=supplier.id, **domain)

    def test_order(self):
        self.judge(self.carrier, 5)
        self.judge(self.third, 3)
        rows = self.get_rows()
        self.assertEqual(
            rows.partner_id.ids, (self.carrier | self.third | self.vendor).ids
        )
        self.assertEqual(rows.mapped("rank"), [1, 2, 0])
        self.assertEqual(rows.mapped("total"), [5, 3, 0])

    def test_equals_share_a_place(self):
        self.judge(self.carrier, 4)
        self.judge(self.third, 4)
        self.judge(self.vendor, 3)
        ranks = {row.partner_id: row.rank for row in self.get_rows()}
        self.assertEqual(ranks, {self.carrier: 1, self.third: 1, self.vendor: 3})

    def test_each_category_for_itself(self):
        self.carrier.slm_supplier_category_id = self.power
        self.judge(self.carrier, 5)
        self.judge(self.third, 3)
        self.assertEqual(self.get_row(self.third).rank, 1)
        carrier = self.get_row(self.carrier, category_id=self.power.id)
        self.assertEqual(carrier.rank, 1)

    def test_last_confirmed_counts(self):
        last = self.judge(self.vendor, 2, 2023)
        self.judge(self.vendor, 4, 2022)
        draft = self.judge(self.vendor, 3, 2021).copy(
            {"date_from": "2024-01-01", "date_to": "2024-01-05"}
        )
        draft.line_ids.score = "5"
        row = self.get_row(self.vendor)
        self.assertEqual(row.evaluation_id, last)
        self.assertEqual((row.total, row.previous_total), (2, 4))
        self.assertEqual(row.trend, "worse")
        self.assertEqual(str(row.confirmed_on), "2024-01-08")

    def test_trend(self):
        self.judge(self.vendor, 3, 2022)
        self.assertFalse(self.get_row(self.vendor).trend, "nothing to compare with")
        self.judge(self.vendor, 3, 2023)
        self.assertEqual(self.get_row(self.vendor).trend, "same")
        self.judge(self.vendor, 4, 2024)
        self.assertEqual(self.get_row(self.vendor).trend, "better")

    def test_previous_ends_before(self):
        """As on the form: one that ends on the same day is not the one before."""
        self.judge(self.vendor, 5, 2022)
        self.judge(self.vendor, 2, 2023, date_from="2023-10-01")
        year = self.judge(self.vendor, 4, 2023)
        row = self.get_row(self.vendor)
        self.assertEqual((row.evaluation_id, row.previous_total), (year, 5))
        self.assertEqual(row.previous_total, year.previous_total)

    def test_merged_do_not_count(self):
        """Of the evaluations of one period the one that counts is ranked."""
        self.judge(self.vendor, 4, 2022).is_merged = True
        self.env.flush_all()
        first = self.judge(self.vendor, 3, 2022)
        last = self.judge(self.vendor, 5, 2023)
        self.judge(self.vendor, 1, 2023, date_from="2023-07-01").is_merged = True
        row = self.get_row(self.vendor)
        self.assertEqual((row.evaluation_id, row.total), (last, 5))
        self.assertEqual(row.previous_total, 3)
        self.assertEqual(last.previous_id, first)

    def test_clocks(self):
        """What the figures say of the last twelve months."""
        for start, end in (("mon 08:00", "mon 09:00"), ("tue 08:00", "tue 16:00")):
            self.at(start)
            ticket = self.create_ticket(phase="working")
            self.wait_for(ticket, self.vendor)
            self.move(ticket, "working", end)
        row = self.get_row(self.vendor)
        self.assertEqual((row.clock_count, row.breach_count), (6, 2))
        self.assertAlmostEqual(row.share_met, 400 / 6)
        self.assertEqual(self.get_row(self.carrier).clock_count, 0)
        self.at(moment("wed 12:00") + relativedelta(years=1))
        row = self.get_row(self.vendor)
        self.assertEqual((row.clock_count, row.breach_count), (0, 0))
        self.assertEqual(row.share_met, 0)

    def test_what_does_not_count(self):
        """Clocks that a manager has excluded, and a visit that took no time."""
        self.at("mon 08:00")
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor)
        self.move(ticket, "working", "mon 16:00")
        self.wait_for(ticket, self.vendor)
        self.move(ticket, "working")
        row = self.get_row(self.vendor)
        self.assertEqual((row.clock_count, row.breach_count), (3, 2))
        clock = ticket.slm_clock_ids.filtered(
            lambda c: (
                (c.metric, c.outcome) == ("completion", "missed")
                and c.agreement_id == self.vendor_uc
            )
        )
        self.env["slm.clockwork"]._exclude(clock, True, "force majeure")
        row = self.get_row(self.vendor)
        self.assertEqual((row.clock_count, row.breach_count), (2, 1))

    def test_first_day_of_the_twelve_months(self):
        self.at("mon 08:00")
        ticket = self.create_ticket(phase="working")
        self.wait_for(ticket, self.vendor)
        self.move(ticket, "working", "mon 09:00")
        self.at(moment("mon 23:00") + relativedelta(years=1))
        self.assertEqual(self.get_row(self.vendor).clock_count, 3)
        self.at(moment("tue 01:00") + relativedelta(years=1))
        self.assertEqual(self.get_row(self.vendor).clock_count, 0)

    def test_who_is_not_ranked(self):
        self.judge(self.carrier, 5)
        self.carrier.slm_supplier_status = "retired"
        self.third.active = False
        self.vendor.slm_is_supplier = False
        self.assertFalse(self.get_rows())

    def test_companies(self):
        """One does not see how another company judges."""
        other = self._create_company(name="Other")
        self.judge(self.vendor, 5)
        hidden = self.get_row(self.vendor, company_id=other.id)
        self.assertFalse(hidden, "the agent is not of that company")
        self.agent.company_ids = [Command.link(other.id)]
        rows = self.env["slm.supplier.ranking"].with_user(self.agent)
        rows = rows.with_context(allowed_company_ids=(self.company | other).ids)
        rows = rows.search([("partner_id", "=", self.vendor.id)])
        self.assertEqual(
            {row.company_id: row.rank for row in rows}, {self.company: 1, other: 0}
        )
        self.vendor.company_id = self.company
        rows.invalidate_model()
        self.assertEqual(rows.search([("id", "in", rows.ids)]).company_id, self.company)

    def test_nobody_else_reads_it(self):
        for user in (self.portal_user, self.helpdesk_user):
            with self.assertRaises(AccessError):
                self.get_rows(user)

    def test_nobody_writes_it(self):
        row = self.get_row(self.vendor).with_user(self.manager)
        with self.assertRaises(AccessError):
            row.write({"rank": 1})
        with self.assertRaises(AccessError):
            row.unlink()

    def test_opens_the_supplier(self):
        action = self.get_row(self.vendor).action_open_supplier()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", self.vendor.id)
        )

    def test_grouped(self):
        self.judge(self.vendor, 4)
        action = self.env.ref("slm_management.slm_supplier_ranking_action")
        self.assertIn("group_category", action.context)
        rows = self.env["slm.supplier.ranking"].with_user(self.agent)
        groups = rows._read_group(
            [("company_id", "=", self.company.id)], ["category_id"], ["__count"]
        )
        self.assertIn((self.network, 3), groups)
