# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import closing
from unittest.mock import patch

from odoo.tests import warmup

from .common import SlmCommon

#: queries that the clocks add to a call of core's, however many tickets it is for: to
#: create them, to write what moves a clock, what may move them to another agreement,
#: and what no clock minds
CREATE, WRITE, REMATCH, OTHER = 20, 15, 24, 2
#: all queries of a write, core's included
TOTAL = 14
#: queries of one batch of the cron: look, lock, fold, store, tell, look again
DUE = 33
FEW, MANY = 5, 50


class TestQueryBudget(SlmCommon):
    """What the clocks cost the database is bounded, whatever the number of tickets.

    What core itself needs is measured in the same test with the clocks switched off, as
    it asks several questions for each ticket that is created.
    """

    def create_tickets(self, count):
        """Tickets of different priorities, created in one call."""
        return self.env["helpdesk.ticket"].create(
            [
                {
                    "name": f"Ticket {number}",
                    "description": "Please help",
                    "partner_id": self.person.id,
                    "priority": str(number % 4),
                }
                for number in range(count)
            ]
        )

    def count_queries(self, work):
        """Queries of some work that is undone again, with warm registry caches."""
        for _run in ("warms up", "counts"):
            self.env.flush_all()
            self.env.invalidate_all()
            with closing(self.cr.savepoint(flush=False)):
                before = self.cr.sql_log_count
                work()
                self.env.flush_all()
                counted = self.cr.sql_log_count - before
            self.env.transaction.clear()
        return counted

    def count_ours(self, work):
        """How many more queries it takes with the clocks than without."""
        clockwork = self.env.registry["slm.clockwork"]
        with (
            patch.object(clockwork, "_start", lambda self, tickets: None),
            patch.object(clockwork, "_sync", lambda self, *args: None),
        ):
            without = self.count_queries(work)
        return self.count_queries(work) - without

    def assertBudget(self, budget, work):
        """It stays within the budget for few records as for many.

        :param work: a function of a number of tickets that returns what is to be done
        """
        counted = {count: self.count_ours(work(count)) for count in (1, FEW, MANY)}
        self.assertLessEqual(max(counted.values()), budget, counted)
        self.assertEqual(counted[FEW], counted[MANY], counted)

    # ------------------------------------------------------------------
    # Tests
    # ------------------------------------------------------------------

    def test_create(self):
        self.assertBudget(CREATE, lambda count: lambda: self.create_tickets(count))

    def test_create_without_agreement(self):
        self.agreement.action_terminate()
        self.assertBudget(CREATE, lambda count: lambda: self.create_tickets(count))

    def write_later(self, **vals):
        """A function as :meth:`assertBudget` wants it: tickets are written to."""

        def prepare(count):
            tickets = self.create_tickets(count)
            return lambda: tickets.write(vals)

        return prepare

    def test_write_priority(self):
        self.assertBudget(WRITE, self.write_later(priority="3"))

    def test_write_stage(self):
        stage = self.stages["wait_customer"]
        self.assertBudget(WRITE, self.write_later(stage_id=stage.id))

    def test_write_done(self):
        self.assertBudget(WRITE, self.write_later(stage_id=self.stages["closed"].id))

    def test_write_service(self):
        """The agreement is asked for anew."""
        other = self.create_agreement(name="Mail", service_ids=self.service.ids)
        other.sequence = 1
        self.assertBudget(REMATCH, self.write_later(slm_service_id=self.service.id))

    def test_write_what_no_clock_minds(self):
        self.assertBudget(OTHER, self.write_later(name="Another name"))

    # ------------------------------------------------------------------
    # The same in core's own terms
    # ------------------------------------------------------------------

    @warmup
    def test_write_stage_total(self):
        tickets = self.create_tickets(MANY)
        self.env.invalidate_all()
        with self.assertQueryCount(TOTAL):
            tickets.write({"stage_id": self.stages["wait_customer"].id})

    @warmup
    def test_write_priority_total(self):
        tickets = self.create_tickets(MANY)
        self.env.invalidate_all()
        with self.assertQueryCount(TOTAL):
            tickets.write({"priority": "3"})

    def run_due(self):
        """One run of the cron in this transaction."""
        cron = self.env.registry["ir.cron"]
        with patch.object(cron, "_commit_progress", lambda *_args, **_kw: 60):
            self.env["slm.clock"]._cron_due()

    @warmup
    def test_cron_few(self):
        self._test_cron(FEW)

    @warmup
    def test_cron_many(self):
        self._test_cron(MANY)

    def _test_cron(self, count):
        """Some of the tickets are at risk, some are late."""
        self.at("mon 08:00")
        tickets = self.create_tickets(count)
        self.at("mon 08:50")
        self.env.invalidate_all()
        with self.assertQueryCount(DUE):
            self.run_due()
        self.assertEqual(set(tickets.mapped("slm_status")), {"at_risk", "breached"})
