# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
from datetime import date, timedelta
from statistics import median

from odoo import fields

from ..engine import METRICS
from .common import moment
from .holders_case import SUPPLIER, HoldersCase

JANUARY = (date(2024, 1, 1), date(2024, 1, 31))


class TestSupplierFigures(HoldersCase):
    """What clocks of UCs say about a supplier."""

    # ------------------------------------------------------------------
    # Doing
    # ------------------------------------------------------------------

    def visit(self, supplier, start, end=None, **vals):
        """A ticket that waits for a supplier from one time to another."""
        self.at(start)
        ticket = self.create_ticket(phase="working", **vals)
        self.wait_for(ticket, supplier)
        if end:
            self.move(ticket, "working", end)
        return ticket

    def count(self, supplier=None, period=JANUARY, company=None):
        supplier = supplier or self.vendor
        company = company or self.company
        figures = self.env["slm.supplier.figures"]
        return figures._get_compliance_batch(supplier, company, *period)[supplier]

    def told(self, *args, **kwargs):
        """(met, missed, breaches) of the completion."""
        told = self.count(*args, **kwargs)["completion"]
        return told["met"], told["missed"], told["breaches"]

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    def test_figures(self):
        self.visit(self.vendor, "mon 08:00", "mon 09:00")
        self.visit(self.vendor, "tue 08:00", "tue 10:00")
        self.visit(self.vendor, "wed 08:00", "wed 16:00")
        self.assertEqual(
            self.count()["completion"],
            {
                "ended": 3,
                "met": 2,
                "missed": 1,
                "share": 200 / 3,
                "median_seconds": 7200,
                "breaches": 1,
            },
        )

    def test_nothing_is_none(self):
        self.assertEqual(self.count().keys(), set(METRICS))
        nothing = self.count()["response"]
        self.assertEqual((nothing["ended"], nothing["breaches"]), (0, 0))
        self.assertIsNone(nothing["share"])
        self.assertIsNone(nothing["median_seconds"])

    def test_other_supplier_is_not_counted(self):
        self.visit(self.carrier, "mon 08:00", "mon 09:00")
        self.assertEqual(self.told(), (0, 0, 0))
        self.assertEqual(self.told(self.carrier), (1, 0, 0))

    def test_customers_and_teams_are_not_counted(self):
        """Clocks of an SLA with the same partner are not his promises."""
        self.create_agreement(consumers=[False], partner_id=self.vendor.id, sequence=1)
        ticket = self.create_ticket(phase="working")
        self.move(ticket, "closed", "mon 09:00")
        self.assertTrue(self.get_clock(ticket).outcome == "met")
        self.assertEqual(self.told(), (0, 0, 0))

    def test_late_and_still_there(self):
        """A breach is told at once, the end of the clock when it comes."""
        self.visit(self.vendor, "mon 08:00")
        self.at("mon 15:00")
        self.run_cron()
        self.assertEqual(self.told(), (0, 0, 1))

    def test_cancelled_is_out(self):
        ticket = self.visit(self.vendor, "mon 08:00")
        self.at("mon 15:00")
        self.run_cron()
        self.move(ticket, "cancelled", "mon 16:00")
        self.assertEqual(self.told(), (0, 0, 0))

    def test_excluded_is_out(self):
        """A manager has left it out: neither a promise that was broken nor a breach."""
        ticket = self.visit(self.vendor, "mon 08:00", "mon 16:00")
        self.assertEqual(self.told(), (0, 1, 1))
        clock = self.get_clock(ticket, "completion", self.vendor_uc)
        self.env["slm.clockwork"]._exclude(clock, True, "force majeure")
        self.assertEqual(self.told(), (0, 0, 0))
        self.assertEqual(self.count()["completion"]["ended"], 0)
        self.assertEqual(self.count()["response"]["missed"], 1)

    def test_handed_on_at_once_is_out(self):
        """Who had a ticket for no time at all has not kept a promise."""
        self.visit(self.vendor, "mon 08:00", "mon 08:00")
        self.assertEqual(self.told(), (0, 0, 0))

    def test_another_company_counts_its_own(self):
        self.visit(self.vendor, "mon 08:00", "mon 09:00")
        other = self._create_company(name="Other")
        self.assertEqual(self.told(company=other), (0, 0, 0))

    def test_days_are_those_of_the_company(self):
        """Half past midnight in Berlin is the day before in Greenwich."""
        self.vendor_uc.calendar_id = self.always
        self.visit(self.vendor, "sun 23:00", "mon+1 00:30")
        sunday, monday = date(2024, 1, 14), date(2024, 1, 15)
        self.assertEqual(self.told(period=(sunday, sunday)), (0, 0, 0))
        self.assertEqual(self.told(period=(monday, monday)), (1, 0, 0))

    def test_bounds_are_exact(self):
        self.vendor_uc.calendar_id = self.always
        self.visit(self.vendor, "sun 23:00", "mon+1 00:00")
        sunday, monday = date(2024, 1, 14), date(2024, 1, 15)
        self.assertEqual(self.told(period=(sunday, sunday)), (0, 0, 0))
        self.assertEqual(self.told(period=(monday, monday)), (1, 0, 0))

    def test_family(self):
        """A contract with the hot line is one with its company, and the reverse."""
        hotline, sales = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.carrier.id} for name in ("Hot", "Sales")]
        )
        self.create_uc(hotline, SUPPLIER)
        self.visit(hotline, "mon 08:00", "mon 09:00")
        self.assertEqual(self.told(self.carrier), (1, 0, 0))
        self.assertEqual(self.told(hotline), (1, 0, 0))
        self.assertEqual(self.told(sales), (0, 0, 0), "that is not her contract")
        self.visit(self.carrier, "tue 08:00", "tue 09:00")
        self.assertEqual(self.told(sales), (1, 0, 0))
        self.assertEqual(self.told(hotline), (2, 0, 0))

    def test_subsidiary_is_somebody_else(self):
        subsidiary = self.env["res.partner"].create(
            {"name": "Branch", "is_company": True, "parent_id": self.carrier.id}
        )
        self.create_uc(subsidiary, SUPPLIER)
        self.visit(subsidiary, "mon 08:00", "mon 09:00")
        self.assertEqual(self.told(self.carrier), (0, 0, 0))

    def test_topics(self):
        self.visit(self.vendor, "mon 08:00", "mon 10:00")
        figures = self.env["slm.supplier.figures"]
        topics = figures._get_topics_batch(self.vendor, self.company, *JANUARY)
        topics = topics[self.vendor]
        self.assertEqual(topics["response"]["missed"], 1)
        self.assertEqual(topics["quality"]["met"], 2, "completion and closure")

    def test_months(self):
        self.visit(self.vendor, "mon 08:00", "mon 09:00")
        self.visit(self.vendor, "thu+3 08:00", "thu+3 16:00")  # 1 February
        figures = self.env["slm.supplier.figures"]
        months = figures._get_monthly_compliance(
            self.vendor, self.company, date(2023, 12, 15), date(2024, 2, 10)
        )
        firsts = [date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1)]
        self.assertEqual({day for day, _metric in months}, {*firsts})
        self.assertEqual(len(months), 9)
        told = [months[day, "completion"] for day in firsts]
        self.assertEqual([f["met"] for f in told], [0, 1, 0])
        self.assertEqual([f["missed"] for f in told], [0, 0, 1])
        self.assertEqual([f["breaches"] for f in told], [0, 0, 1])

    def test_months_are_clipped(self):
        self.visit(self.vendor, "mon 08:00", "mon 09:00")
        figures = self.env["slm.supplier.figures"]
        months = figures._get_monthly_compliance(
            self.vendor, self.company, date(2024, 1, 9), date(2024, 1, 31)
        )
        self.assertEqual(months[date(2024, 1, 1), "completion"]["ended"], 0)

    def test_one_query(self):
        figures = self.env["slm.supplier.figures"]
        partners = self.vendor | self.carrier | self.stranger
        self.env.flush_all()
        figures._get_compliance_batch(partners, self.company, *JANUARY)
        with self.assertQueryCount(1):
            figures._get_compliance_batch(partners, self.company, *JANUARY)
        year = (date(2023, 1, 1), date(2024, 12, 31))
        with self.assertQueryCount(1):
            figures._get_monthly_compliance(self.vendor, self.company, *year)

    def test_mistyped_years(self):
        for period in ((date.min, date.max), (date(24, 1, 1), date(9999, 12, 31))):
            self.assertEqual(self.told(period=period), (0, 0, 0))
        self.assertEqual(self.told(period=JANUARY[::-1]), (0, 0, 0))

    # ------------------------------------------------------------------
    # The same by hand
    # ------------------------------------------------------------------

    def test_random_tickets(self):
        """Whatever happens, the figures are what one counts in Python."""
        dice = random.Random(5)
        for _number in range(25):
            start = moment("mon 08:00") + timedelta(minutes=dice.randrange(20000))
            supplier = dice.choice([self.vendor, self.carrier])
            end = start + timedelta(minutes=dice.choice([20, 100, 500, 3000]))
            ticket = self.visit(supplier, start)
            ends = dice.choice(["working", "closed", "cancelled", None])
            if ends:
                self.move(ticket, ends, end)
        self.at("mon+4 08:00")
        self.run_cron()
        for _number in range(20):
            first = date(2024, 1, 8) + timedelta(days=dice.randrange(20))
            period = (first, first + timedelta(days=dice.randrange(10)))
            for supplier in (self.vendor, self.carrier):
                with self.subTest(period=period, supplier=supplier.name):
                    found = self.count(supplier, period)
                    self.assertEqual(found, self.recount(supplier, *period))

    def recount(self, supplier, first, last):
        def within(instant):
            zoned = self.env.user.with_context(tz="Europe/Berlin")
            local = instant and fields.Datetime.context_timestamp(zoned, instant)
            return local and first <= local.date() <= last

        clocks = self.env["slm.clock"].search(
            [("kind", "=", "uc"), ("agreement_id.partner_id", "=", supplier.id)]
        )
        clocks = clocks.filtered(lambda c: c.state != "cancelled")
        return {
            metric: self.tell(
                clocks.filtered(lambda c, m=metric: c.metric == m), within
            )
            for metric in METRICS
        }

    def tell(self, clocks, within):
        ended = clocks.filtered(lambda c: c.state == "stopped" and within(c.stopped_at))
        met = len(ended.filtered(lambda c: c.outcome == "met"))
        return {
            "ended": len(ended),
            "met": met,
            "missed": len(ended) - met,
            "share": 100 * met / len(ended) if ended else None,
            "median_seconds": median(ended.mapped("elapsed_seconds"))
            if ended
            else None,
            "breaches": len(clocks.filtered(lambda c: within(c.breached_at))),
        }
