# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import importlib.util
import random
from datetime import date, datetime, timedelta
from pathlib import Path

from odoo import fields
from odoo.tools import SQL

from ..models.slm_figures import CLOCKS_BY, TICKETS_BY
from .common import DAYS, MONDAY
from .figures_model import Recount
from .holders_case import HoldersCase

MIGRATION = Path(__file__).parent.parent / "migrations/19.0.1.4.0/post-figures.py"
HOUR = 3600
#: what a figure is told as where there are no tickets or clocks
ZERO = {"opened": 0, "reopened": 0, "closed": 0, "open_at_end": 0}


def day(text):
    """The date of ``"mon+1"`` and the like."""
    name, _plus, weeks = text.partition("+")
    return (MONDAY + timedelta(DAYS.index(name) + 7 * int(weeks or 0))).date()


class FiguresCase(HoldersCase):
    """Figures are asked for by the names of days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.figures = cls.env["slm.figures"]

    def span(self, first, last=None, company=None):
        last = last or first
        days = (day(d) if isinstance(d, str) else d for d in (first, last))
        return self.figures._get_span(*days, company or self.company)

    def tickets(self, first, last=None, by=(), company=None, **scope):
        """Figures of tickets; by nothing: as a dict with the zeros."""
        company = company or self.company
        found = self.figures._get_ticket_figures(
            self.figures._get_scope(company, **scope),
            [self.span(first, last, company)],
            by,
        )
        return self.pick(found, by, self.figures._prepare_ticket_figures())

    def clocks(self, first, last=None, by=(), company=None, **scope):
        company = company or self.company
        found = self.figures._get_clock_figures(
            self.figures._get_scope(company, **scope),
            [self.span(first, last, company)],
            by,
        )
        return self.pick(found, by, self.figures._prepare_clock_figures())

    def completion(self, *args, **scope):
        """The same of the completion clocks of SLAs."""
        found = self.clocks(*args, by=("metric", "kind"), **scope)
        return found.get(("completion", "sla"), self.figures._prepare_clock_figures())

    def pick(self, found, by, nothing):
        found = {key[1:]: figures for key, figures in found.items()}
        return found if by else found.get((), nothing)

    def assertFigures(self, found, **expected):
        self.assertEqual({name: found[name] for name in expected}, expected)

    def refold(self, tickets):
        self.env["slm.clockwork"]._refold(tickets)

    def exclude(self, clock, is_excluded=True):
        self.env["slm.clockwork"]._exclude(clock, is_excluded, "force majeure")
        self.env.invalidate_all()

    def untrack(self, tickets):
        """As if they were older than this module."""
        self.env.flush_all()
        for table in ("slm_ticket_event", "slm_clock", "slm_time_share"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE ticket_id IN %s",
                    SQL.identifier(table),
                    tickets._ids,
                )
            )
        self.env.cr.execute(
            SQL(
                "UPDATE helpdesk_ticket SET slm_facts = NULL, slm_opened_at = NULL, "
                "slm_ended_at = NULL, slm_stretches = NULL WHERE id IN %s",
                tickets._ids,
            )
        )
        self.env.invalidate_all()


class TestTicketFigures(FiguresCase):
    """Tickets opened, closed, open at the end, and first contacts."""

    # ------------------------------------------------------------------
    # Opened and closed
    # ------------------------------------------------------------------

    def test_nothing(self):
        self.assertEqual(self.tickets("mon"), self.figures._prepare_ticket_figures())
        self.assertFigures(self.tickets("mon"), **ZERO, first_contact_share=None)

    def test_opened_and_closed(self):
        ticket = self.create_ticket()
        self.move(ticket, "closed", "wed 10:00")
        self.at("fri 10:00")
        self.assertFigures(self.tickets("mon"), opened=1, closed=0, open_at_end=1)
        self.assertFigures(self.tickets("tue"), opened=0, closed=0, open_at_end=1)
        self.assertFigures(self.tickets("wed"), opened=0, closed=1, open_at_end=0)
        self.assertFigures(
            self.tickets("mon", "wed"), opened=1, closed=1, open_at_end=0, completed=1
        )
        self.assertFigures(self.tickets("thu"), **ZERO)

    def test_midnight_belongs_to_the_day_that_begins(self):
        self.at("tue 00:00")
        ticket = self.create_ticket()
        self.move(ticket, "closed", "wed 00:00")
        self.assertFigures(self.tickets("mon"), **ZERO)
        self.assertFigures(self.tickets("tue"), opened=1, closed=0, open_at_end=1)
        self.assertFigures(self.tickets("wed"), opened=0, closed=1, completed=1)

    def test_days_when_clocks_are_changed(self):
        """The last Sunday of March begins an hour later in Greenwich than it ends."""
        for text in ("03-30 22:59:59", "03-30 23:00:00", "03-31 21:59:59"):
            self.at(datetime.fromisoformat(f"2024-{text}"))
            self.create_ticket()
        self.at(datetime(2024, 3, 31, 22))
        self.create_ticket()
        counted = [
            self.tickets(date(2024, 3, 30) + timedelta(days=days))["opened"]
            for days in range(3)
        ]
        self.assertEqual(counted, [1, 2, 1])

    def test_reopened(self):
        """Each time counts, also several on one day; the completion only once."""
        ticket = self.create_ticket()
        for hour in (9, 10, 11):
            self.move(ticket, "completed", f"tue {hour}:00")
            self.move(ticket, "closed", f"tue {hour}:10")
            self.move(ticket, "working", f"tue {hour}:30")
        self.assertFigures(self.tickets("mon"), opened=1, reopened=0, open_at_end=1)
        self.assertFigures(
            self.tickets("tue"),
            opened=0, reopened=3, closed=3, open_at_end=1, completed=1,
            first_contact=0,
        )  # fmt: skip

    def test_created_when_all_had_been_done(self):
        self.create_ticket(phase="closed")
        self.assertFigures(
            self.tickets("mon"), opened=1, closed=1, open_at_end=0, completed=1
        )

    def test_cancelled_and_archived_are_closed_and_not_completed(self):
        self.move(self.create_ticket(), "cancelled")
        self.create_ticket().active = False
        self.assertFigures(
            self.tickets("mon"), opened=2, closed=2, open_at_end=0, completed=0
        )

    def test_completed_after_all(self):
        """What was archived by mistake is completed when it is, for the first time."""
        ticket = self.create_ticket()
        ticket.active = False
        self.at("tue 09:00")
        ticket.active = True
        self.move(ticket, "completed", "tue 10:00")
        self.move(ticket, "working", "wed 10:00")
        self.move(ticket, "completed", "wed 11:00")
        self.assertFigures(self.tickets("mon"), closed=1, completed=0)
        self.assertFigures(
            self.tickets("tue"), reopened=1, closed=1, completed=1, first_contact=0
        )
        self.assertFigures(self.tickets("wed"), reopened=1, closed=1, completed=0)

    def test_what_an_ended_ticket_does_is_not_counted(self):
        ticket = self.create_ticket()
        self.move(ticket, "completed", "mon 09:00")
        self.move(ticket, "closed", "tue 09:00")
        ticket.active = False
        self.assertFigures(self.tickets("mon"), closed=1)
        self.assertFigures(self.tickets("tue"), **ZERO, completed=0)

    def test_older_than_the_module(self):
        """Counted by what the helpdesk says; nobody knows whether it was completed."""
        tickets = [self.create_ticket(name=name) for name in "abcd"]
        opened, closed, archived, double = tickets
        self.at("tue 10:00")
        self.move(closed, "closed")
        archived.active = False
        double.duplicate_id = opened
        self.at("wed 10:00")
        self.untrack(opened | closed | archived | double)
        self.assertFigures(self.tickets("mon"), opened=4, closed=0, open_at_end=4)
        self.assertFigures(
            self.tickets("tue"), opened=0, closed=3, open_at_end=1, completed=0
        )
        self.assertFigures(self.tickets("wed"), closed=0, open_at_end=1)

    def test_closed_before_it_was_created(self):
        """An import may say so; then it was open for no time at all."""
        ticket = self.create_ticket(phase="closed")
        self.untrack(ticket)
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET closed_date = '2023-12-01' WHERE id = %s",
            [ticket.id],
        )
        self.assertFigures(self.tickets("mon"), opened=1, closed=1, open_at_end=0)

    # ------------------------------------------------------------------
    # Backlog
    # ------------------------------------------------------------------

    def test_ages(self):
        first = self.create_ticket()
        self.at("mon 20:00")
        self.create_ticket()
        self.move(first, "closed", "tue 08:00")
        self.move(first, "working", "tue 20:00")
        self.at("tue 22:00")
        self.create_ticket()
        self.at("thu 08:00")
        self.assertFigures(
            self.tickets("tue"),
            open_at_end=3, age_median_seconds=28 * HOUR, age_max_seconds=40 * HOUR,
        )  # fmt: skip

    def test_until_now(self):
        """Of a period that goes on it is what is open now, and its age is now."""
        self.create_ticket()
        self.at("tue 08:00")
        for last in ("tue", "fri", "mon+9"):
            self.assertFigures(
                self.tickets("mon", last),
                opened=1, open_at_end=1, age_max_seconds=24 * HOUR,
            )  # fmt: skip
        self.assertFigures(self.tickets("mon+8"), opened=0, open_at_end=1)

    def test_reopening_takes_the_completion_back(self):
        ticket = self.create_ticket()
        self.move(ticket, "closed", "mon 10:00")
        self.assertEqual(self.completion("mon")["ended"], 1)
        self.move(ticket, "working", "tue 10:00")
        self.assertEqual(self.completion("mon")["ended"], 0)
        self.assertFigures(self.tickets("mon"), closed=1, open_at_end=0)

    # ------------------------------------------------------------------
    # First contact
    # ------------------------------------------------------------------

    def complete(self, ticket):
        self.move(ticket, "working")
        self.move(ticket, "completed")

    def test_first_contact(self):
        self.complete(self.create_ticket(team_id=self.desk.id))
        given = self.create_ticket()
        given.team_id = self.field
        self.complete(given)
        self.assertFigures(
            self.tickets("mon"), completed=2, first_contact=2, first_contact_share=100
        )

    def test_no_first_contact(self):
        handed = self.create_ticket(team_id=self.desk.id)
        self.hand_over(handed, self.field)
        waited = self.create_ticket(team_id=self.desk.id)
        self.move(waited, "wait_customer")
        visited = self.create_ticket(team_id=self.desk.id)
        self.wait_for(visited, self.vendor)
        again = self.create_ticket(team_id=self.desk.id)
        self.complete(again)
        self.move(again, "working", "tue 08:00")
        self.at("mon 08:00")
        for ticket in handed | waited | visited | self.create_ticket():
            self.complete(ticket)
        self.assertFigures(
            self.tickets("mon"), completed=5, first_contact=1, first_contact_share=20
        )

    # ------------------------------------------------------------------
    # Arrivals
    # ------------------------------------------------------------------

    def test_arrivals(self):
        """Hours are those of the company: midnight in Berlin is 23 in Greenwich."""
        for text in ("mon 00:00", "mon 00:59:59", "sun 23:30", "mon+1 00:10"):
            self.at(text)
            ticket = self.create_ticket()
        self.move(ticket, "closed", "tue+1 10:00")
        self.move(ticket, "working", "tue+1 11:00")
        scope = self.figures._get_scope(self.company)
        found = self.figures._get_arrivals(scope, self.span("mon", "sun+1"))
        self.assertEqual(found, {(1, 0): 3, (7, 23): 1})
        found = self.figures._get_arrivals(scope, self.span("tue", "sun"))
        self.assertEqual(found, {(7, 23): 1})


class TestClockFigures(FiguresCase):
    """Clocks that ended, and those that were late."""

    def serve(self, start, end, **vals):
        """A ticket from one time to another."""
        self.at(start)
        ticket = self.create_ticket(phase="working", **vals)
        if end:
            self.move(ticket, "completed", end)
        return ticket

    # ------------------------------------------------------------------
    # Ended
    # ------------------------------------------------------------------

    def test_figures(self):
        """Four hours are promised."""
        for start, end in (
            ("mon 08:00", "mon 09:00"),
            ("tue 08:00", "tue 10:00"),
            ("wed 08:00", "wed 12:00"),
            ("thu 08:00", "thu 17:00"),
        ):
            self.serve(start, end)
        self.assertEqual(
            self.completion("mon", "sun"),
            {
                "ended": 4,
                "met": 3,
                "missed": 1,
                "excluded": 0,
                "share": 75,
                "median_seconds": 3 * HOUR,
                "p90_seconds": 6.8 * HOUR,
                "mean_seconds": 3.75 * HOUR,
                "breached": 1,
                "breached_running": 0,
            },
        )

    def test_midnight(self):
        self.serve("mon 08:00", "tue 00:00")
        self.assertFigures(
            self.completion("mon"), ended=0, breached=1, breached_running=1
        )
        self.assertFigures(
            self.completion("tue"), ended=1, missed=1, breached=0, breached_running=0
        )

    def test_late_as_it_was(self):
        """What still ran when a period was over, whatever became of it."""
        ticket = self.serve("mon 08:00", None)
        self.at("mon 16:00")
        self.refold(ticket)
        self.move(ticket, "wait_customer", "wed 09:00")
        for last, running in (("mon", 1), ("wed", 1)):
            self.assertFigures(
                self.completion("mon", last), breached=1, breached_running=running
            )
        self.move(ticket, "completed", "thu 09:00")
        self.assertFigures(self.completion("mon", "wed"), ended=0, breached_running=1)
        self.assertFigures(self.completion("mon", "thu"), ended=1, breached_running=0)
        self.assertFigures(self.completion("tue", "wed"), breached=0, ended=0)

    def test_cancelled_counts_nowhere(self):
        """A response that was given before stays given."""
        ticket = self.serve("mon 08:00", None)
        self.at("mon 16:00")
        self.refold(ticket)
        self.assertFigures(self.completion("mon"), breached=1)
        self.move(ticket, "cancelled", "tue 09:00")
        found = self.clocks("mon", "sun", by=("metric",))
        self.assertEqual(set(found), {("response",)})
        told = self.env["slm.clock.statistics"].search([("ticket_id", "=", ticket.id)])
        self.assertEqual(told.mapped("metric"), ["response"])

    def test_what_was_over_when_it_began(self):
        """The field team gets a ticket that is done, and one for no time at all."""
        done = self.create_ticket(phase="closed", team_id=self.desk.id)
        self.hand_over(done, self.field, "mon 09:00")
        passed = self.create_ticket(team_id=self.field.id)
        self.hand_over(passed, self.desk)
        self.hand_over(passed, self.spare, "mon 10:00")
        found = self.clocks("mon", by=("agreement", "metric"), kinds=["ola"])
        self.assertEqual({key[0] for key in found}, {self.desk_ola.id})
        self.assertEqual(sum(figures["ended"] for figures in found.values()), 3)

    def test_promises(self):
        self.serve("mon 08:00", "mon 09:00")
        self.serve("mon 08:00", "mon 09:00", priority="3")
        found = self.clocks("mon", by=("metric", "promise", "priority"))
        self.assertIn(("completion", 240 * 60, "1"), found)
        self.assertIn(("completion", 120 * 60, "3"), found)

    # ------------------------------------------------------------------
    # Excluded
    # ------------------------------------------------------------------

    def test_excluded(self):
        """It leaves the share, the used time and the breaches, and is told apart."""
        self.serve("mon 08:00", "mon 09:00")
        clock = self.get_clock(self.serve("tue 08:00", "tue 17:00"))
        self.exclude(clock)
        self.assertFigures(
            self.completion("mon", "sun"),
            ended=2, met=1, missed=0, excluded=1, share=100,
            median_seconds=HOUR, p90_seconds=HOUR, mean_seconds=HOUR,
            breached=0, breached_running=0,
        )  # fmt: skip
        self.exclude(clock, False)
        self.assertFigures(
            self.completion("mon", "sun"), missed=1, excluded=0, share=50, breached=1
        )

    def test_excluded_while_it_runs(self):
        ticket = self.serve("mon 08:00", None)
        self.at("tue 08:00")
        self.refold(ticket)
        self.exclude(self.get_clock(ticket))
        self.assertFigures(
            self.completion("mon"), breached=0, breached_running=0, excluded=0
        )
        self.assertEqual(self.late("mon"), {})
        scope = self.figures._get_scope(self.company)
        counted = self.figures._get_open_figures(scope, self.span("tue"))
        self.assertEqual((counted["late"], counted["late_tickets"]), (0, 0))
        self.move(ticket, "completed", "tue 10:00")
        self.assertFigures(self.completion("tue"), ended=1, excluded=1, share=None)

    def test_exclusion_stays(self):
        """Over a rebuild, hours that were edited, and a ticket that is opened again."""
        ticket = self.serve("mon 08:00", "mon 17:00")
        self.exclude(self.get_clock(ticket))
        self.assertEqual(ticket._slm_rebuild(), [])
        self.create_holiday("tue", "tue")
        self.assertEqual(ticket._slm_rebuild(), [])
        self.assertFigures(self.completion("mon"), excluded=1)
        self.move(ticket, "working", "wed 08:00")
        self.assertFigures(self.completion("mon"), ended=0, breached=0)
        self.move(ticket, "completed", "wed 09:00")
        self.assertFigures(self.completion("wed"), ended=1, excluded=1)

    def test_frozen_clock_is_excluded(self):
        """Hours were edited since it stopped; the clock stands as it was."""
        ticket = self.serve("mon 08:00", "mon 17:00")
        self.create_holiday("mon", "mon")
        clock = self.get_clock(ticket)
        self.exclude(clock)
        self.assertEqual((clock.outcome, clock.elapsed_seconds), ("excluded", 8 * HOUR))
        self.assertFigures(self.completion("mon"), excluded=1)

    def test_exclusion_of_a_second_cycle(self):
        """The first one of the same team, as late, is not meant."""
        self.at("mon 08:00")
        ticket = self.create_ticket(team_id=self.desk.id)
        for back, away in (("mon", "tue"), ("wed", "thu")):
            self.hand_over(ticket, self.desk, f"{back} 08:00")
            self.hand_over(ticket, self.spare, f"{away} 17:00")
        clock = self.get_clock(ticket, "completion", self.desk_ola)
        self.assertEqual((clock.cycle, clock.outcome), (2, "missed"))
        self.exclude(clock)
        found = self.clocks("mon", "sun", by=("metric",), kinds=["ola"])
        self.assertFigures(found["completion",], missed=1, excluded=1)
        self.assertEqual(ticket._slm_rebuild(), [])
        found = self.clocks("thu", by=("metric",), kinds=["ola"])
        self.assertFigures(found["completion",], missed=0, excluded=1)

    # ------------------------------------------------------------------
    # Whose fault
    # ------------------------------------------------------------------

    def causes(self, **scope):
        """``{cause: breaches}`` of completion clocks that were late."""
        found = self.clocks("mon", "sun", by=("metric", "cause"), **scope)
        return {
            cause: figures["breached"]
            for (metric, cause), figures in found.items()
            if metric == "completion" and cause
        }

    def test_cause_team(self):
        ticket = self.serve("mon 08:00", None, team_id=self.spare.id)
        self.move(ticket, "wait_customer", "mon 16:00")
        self.move(ticket, "working", "tue 08:00")
        self.move(ticket, "completed", "tue 09:00")
        self.assertEqual(self.causes(), {"team": 1})

    def test_cause_is_told_of_what_was_late(self):
        self.serve("mon 08:00", "mon 09:00", team_id=self.spare.id)
        self.assertEqual(self.causes(), {})
        self.assertIn(("completion", None), self.clocks("mon", by=("metric", "cause")))

    def test_cause_another_team(self):
        """For the SLA it is the team that had it before; for its OLA it is itself."""
        ticket = self.serve("mon 08:00", None, team_id=self.desk.id)
        self.hand_over(ticket, self.field, "mon 16:00")
        self.move(ticket, "completed", "mon 17:00")
        self.assertEqual(self.causes(kinds=["sla"]), {"other_team": 1})
        self.assertEqual(self.causes(kinds=["ola"]), {"team": 1})
        self.assertEqual(self.causes(teams=self.desk.ids), {"team": 1})
        self.assertEqual(self.causes(teams=self.field.ids), {"other_team": 1})

    def test_cause_supplier(self):
        """A UC is the supplier's, even if the team took longer."""
        ticket = self.serve("mon 08:00", None, team_id=self.spare.id)
        self.wait_for(ticket, self.vendor, "mon 10:00")
        self.move(ticket, "working", "mon 16:00")
        self.move(ticket, "wait_customer", "tue 08:00")
        self.move(ticket, "completed", "tue 09:00")
        self.assertEqual(self.causes(kinds=["sla"]), {"supplier": 1})
        self.assertEqual(self.causes(kinds=["uc"]), {"supplier": 1})
        self.move(ticket, "working", "wed 08:00")
        self.move(ticket, "completed", "fri 17:00")
        self.assertEqual(self.causes(kinds=["sla"]), {"team": 1})
        self.assertEqual(self.causes(kinds=["uc"]), {"supplier": 1})

    def test_cause_customer(self):
        ticket = self.serve("mon 08:00", None, team_id=self.spare.id)
        self.move(ticket, "wait_customer", "mon 16:00")
        self.move(ticket, "completed", "thu 16:00")
        self.assertEqual(self.causes(), {"customer": 1})

    def test_cause_of_a_tie(self):
        """Our team comes first, then another one, the supplier, the customer."""
        ticket = self.serve("mon 08:00", None, team_id=self.spare.id)
        self.move(ticket, "wait_customer", "mon 17:00")
        self.move(ticket, "completed", "tue 17:00")
        self.assertEqual(self.causes(kinds=["sla"]), {"team": 1})
        self.move(ticket, "wait_customer", "wed 08:00")
        self.wait_for(ticket, self.vendor, "wed 09:00")
        self.move(ticket, "completed", "thu 10:00")
        self.assertEqual(self.causes(kinds=["sla"]), {"supplier": 1})

    def test_cause_of_several_teams_and_suppliers(self):
        """Two other teams together are longer than ours."""
        ticket = self.serve("mon 08:00", None, team_id=self.desk.id)
        self.hand_over(ticket, self.field, "mon 11:00")
        self.hand_over(ticket, self.spare, "mon 15:00")
        self.move(ticket, "completed", "tue 10:00")
        self.assertEqual(self.causes(kinds=["sla"]), {"other_team": 1})

    def test_cause_unknown(self):
        self.tampered = True
        self.serve("mon 08:00", "mon 17:00", team_id=self.spare.id)
        self.env.cr.execute("DELETE FROM slm_time_share")
        self.assertEqual(self.causes(), {})
        self.assertFigures(self.completion("mon"), breached=1)

    # ------------------------------------------------------------------
    # Single ones
    # ------------------------------------------------------------------

    def late(self, first, last=None, **scope):
        """``{ticket id: (outcome, cause)}`` of completion clocks of SLAs."""
        scope = self.figures._get_scope(self.company, kinds=["sla"], **scope)
        query = self.figures._get_late_sql(scope, self.span(first, last))
        return {
            row["ticket_id"]: (row["outcome"], row["cause"])
            for row in self.env.execute_query_dict(query)
            if row["metric"] == "completion"
        }

    def test_late(self):
        met = self.serve("mon 08:00", "mon 09:00")
        missed = self.serve("mon 08:00", "tue 09:00")
        running = self.serve("mon 08:00", "wed 09:00")
        excluded = self.serve("mon 08:00", "tue 10:00")
        self.exclude(self.get_clock(excluded))
        self.assertEqual(
            self.late("mon", "tue"),
            {
                missed.id: ("missed", "team"),
                running.id: ("running", "team"),
                excluded.id: ("excluded", "team"),
            },
        )
        self.assertNotIn(met.id, self.late("mon", "sun"))
        self.assertEqual(self.late("wed"), {running.id: ("missed", "team")})
        self.assertEqual(self.late("thu"), {})
        self.assertEqual(
            self.late("mon", "tue", tickets=SQL("(%s)", missed.id)).keys(), {missed.id}
        )


class TestFiguresScope(FiguresCase):
    """Whose figures, and how they are asked for."""

    def setUp(self):
        super().setUp()
        self.ticket = self.create_ticket(
            team_id=self.desk.id, slm_service_id=self.service.id
        )
        self.move(self.ticket, "closed", "mon 17:00")

    def counted(self, **scope):
        """(tickets opened, clocks ended) on Monday."""
        ended = self.clocks("mon", **scope)["ended"]
        return self.tickets("mon", **scope)["opened"], ended

    def test_empty_lists_are_nothing(self):
        self.assertEqual(self.counted(), (1, 6))
        for name in ("services", "customers", "teams", "agreements", "persons"):
            with self.subTest(name=name):
                self.assertEqual(self.counted(**{name: []}), (0, 0))
                self.assertEqual(self.counted(**{name: None}), (1, 6))
        self.assertEqual(self.counted(kinds=[]), (1, 0), "tickets are of no kind")

    def test_narrowed(self):
        other = self.create_agreement(name="Other")
        for name, mine, others in (
            ("services", self.service, self.other_service),
            ("customers", self.person, self.stranger),
            ("persons", self.person, self.department),
            ("teams", self.desk, self.field),
        ):
            with self.subTest(name=name):
                self.assertEqual(self.counted(**{name: mine}), (1, 6))
                self.assertEqual(self.counted(**{name: others.ids}), (0, 0))
                self.assertEqual(self.counted(**{name: mine | others}), (1, 6))
        self.assertEqual(self.counted(agreements=self.agreement), (1, 3))
        self.assertEqual(self.counted(agreements=self.desk_ola), (0, 3))
        self.assertEqual(self.counted(agreements=other), (0, 0))
        self.assertEqual(self.counted(kinds=["sla"]), (1, 3))

    def test_customers_are_meant_with_all_below(self):
        """Also those that were archived, and what is below them."""
        self.assertEqual(self.counted(customers=self.organisation), (1, 6))
        self.assertEqual(self.counted(customers=self.department), (1, 6))
        self.portal_user.active = False
        self.person.active = False
        self.department.active = False
        self.assertEqual(self.counted(customers=self.organisation), (1, 6))

    def test_teams_of_olas(self):
        """An OLA is its team's, wherever the ticket has gone since."""
        self.hand_over(self.ticket, self.spare, "tue 09:00")
        self.assertEqual(self.counted(teams=self.desk), (0, 3))
        self.assertEqual(self.counted(teams=self.spare), (1, 3))
        found = self.clocks("mon", by=("kind", "team"))
        self.assertEqual(set(found), {("ola", self.desk.id), ("sla", self.spare.id)})

    def test_customer_is_the_organisation(self):
        for found in (
            self.tickets("mon", by=("customer",)),
            self.clocks("mon", by=("customer",)),
        ):
            self.assertEqual(set(found), {(self.organisation.id,)})

    def test_other_companies(self):
        """Nothing of one company is told in another."""
        other = self._create_company(name="Other")
        other.partner_id.tz = "Asia/Kolkata"
        self.create_agreement(
            consumers=[False], company_id=other.id, calendar_id=self.env[
                "resource.calendar"
            ].with_company(other).create({"name": "Theirs", "company_id": other.id}).id,
        )  # fmt: skip
        self.at("mon 19:29:59")
        first = self.create_ticket(company_id=other.id)
        self.at("mon 19:30")
        second = self.create_ticket(company_id=other.id)
        self.move(first | second, "closed")
        self.assertEqual(self.counted(), (1, 6))
        self.assertEqual(self.counted(company=other), (1, 0))
        self.assertFigures(self.tickets("tue", company=other), opened=1, closed=2)
        self.assertEqual(self.clocks("tue", company=other)["ended"], 6)

    def test_tickets_of_a_reader(self):
        """Who may not read all tickets is told of his own."""
        own = self.create_user(
            "own",
            "helpdesk_mgmt.group_helpdesk_user_own,slm_management.group_slm_agent",
        )
        mine = self.create_ticket(user_id=own.id)
        self.move(mine, "closed")
        figures = self.figures.with_user(own)
        scope = figures._get_scope(self.company, tickets=figures._get_reader_tickets())
        [found] = figures._get_ticket_figures(scope, [self.span("mon")]).values()
        self.assertEqual(found["opened"], 1)
        [found] = figures._get_clock_figures(scope, [self.span("mon")]).values()
        self.assertEqual(found["ended"], 3)
        for user in (self.administrator, self.manager):
            self.assertIsNone(self.figures.with_user(user)._get_reader_tickets())

    # ------------------------------------------------------------------
    # Spans
    # ------------------------------------------------------------------

    def test_spans(self):
        days = [(day("mon") + timedelta(days=n),) * 2 for n in range(3)]
        spans = self.figures._get_spans(days, self.company)
        scope = self.figures._get_scope(self.company)
        found = self.figures._get_ticket_figures(scope, spans)
        self.assertEqual(set(found), {(day("mon"),)}, "no key of what is nothing")
        self.assertEqual(self.figures._get_clock_figures(scope, []), {})
        self.assertEqual(self.figures._get_ticket_figures(scope, []), {})

    def test_spans_may_overlap_and_not_be_mistaken(self):
        scope = self.figures._get_scope(self.company)
        periods = [(day("mon"), day("sun")), (day("sun") - timedelta(9), day("mon"))]
        spans = self.figures._get_spans(periods, self.company)
        found = self.figures._get_ticket_figures(scope, spans)
        self.assertEqual([f["opened"] for f in found.values()], [1, 1])
        with self.assertRaises(ValueError):
            self.figures._get_ticket_figures(scope, [spans[0], spans[0]])

    def test_mistyped_years(self):
        self.assertEqual(self.tickets(date.min, date.max)["opened"], 1)
        self.assertFigures(self.tickets("tue", "mon"), opened=0, closed=0)
        self.assertEqual(self.clocks(date(24, 1, 1), date(9999, 12, 31))["ended"], 6)

    def test_queries(self):
        """Their number does not follow that of the spans, nor of what is asked for."""
        figures, scope = self.figures, self.figures._get_scope(
            self.company, services=self.service, teams=self.desk
        )  # fmt: skip
        weeks = [(day("mon") + timedelta(7 * n),) * 2 for n in range(53)]
        for periods in (weeks[:1], weeks):
            spans = figures._get_spans(periods, self.company)
            self.env.flush_all()
            for by in ((), tuple(CLOCKS_BY)):
                with self.assertQueryCount(1):
                    figures._get_clock_figures(scope, spans, by)
            for by in ((), tuple(TICKETS_BY)):
                with self.assertQueryCount(3):
                    figures._get_ticket_figures(scope, spans, by)
        with self.assertQueryCount(1):
            figures._get_arrivals(scope, spans[0])


class TestFiguresRecounted(FiguresCase):
    """Whatever happens to tickets, all figures are what one counts by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dice = random.Random(6)
        cls.print_sla = cls.create_agreement(
            name="Print SLA",
            consumers=[False],
            service_ids=cls.other_service.ids,
            calendar_id=cls.always.id,
            sequence=1,
        )
        cls.all_tickets = cls.env["helpdesk.ticket"]
        cls.requesters = cls.person | cls.department | cls.stranger
        cls.services = cls.service | cls.other_service
        cls.teams = cls.desk | cls.field | cls.spare

    # ------------------------------------------------------------------
    # Lives
    # ------------------------------------------------------------------

    def one_of(self, records):
        """One of them, or none."""
        return self.dice.choice([*records, records.browse()])

    def live(self, steps):
        """Tickets come and are worked on, for some months; clocks change meanwhile."""
        actions = [getattr(self, f"do_{name}") for name in ("phase",) * 5]
        actions += [self.do_phase] + [
            getattr(self, f"do_{name}")
            for name in (
                *("team", "team", "supplier", "supplier", "answer", "priority"),
                *("archive", "service", "exclude", "exclude", "requester"),
            )
        ]
        for step in range(steps):
            self.pass_time()
            if step < 8 or self.dice.random() < 0.12:
                self.do_create()
            self.dice.choice(actions)(self.dice.choice(self.all_tickets[-15:]))
            if not step % 15:
                self.refold(self.all_tickets)

    def pass_time(self):
        now = fields.Datetime.now()
        waits = [timedelta(minutes=n) for n in (0, 0, 7, 60, 240, 600, 1500)]
        midnight = self.span(date.fromordinal(now.toordinal() + 1)).start
        self.at(self.dice.choice([*[now + wait for wait in waits], midnight]))

    def do_create(self):
        self.all_tickets |= self.create_ticket(
            partner_id=self.one_of(self.requesters).id,
            slm_service_id=self.one_of(self.services).id,
            team_id=self.one_of(self.teams).id,
            priority=self.dice.choice("0123"),
            slm_process_kind=self.dice.choice(["incident", "request", False]),
            phase=self.dice.choice(["waiting"] * 6 + ["working", "closed"]),
        )

    def do_phase(self, ticket):
        phases = ("waiting", "working", "wait_customer", "completed", "closed")
        self.move(ticket, self.dice.choice([*phases * 3, "cancelled"]))

    def do_team(self, ticket):
        ticket.team_id = self.one_of(self.teams)

    def do_supplier(self, ticket):
        self.wait_for(ticket, self.one_of(self.vendor | self.carrier))

    def do_answer(self, ticket):
        self.answer(ticket)

    def do_priority(self, ticket):
        ticket.priority = self.dice.choice("0123")

    def do_archive(self, ticket):
        ticket.active = not ticket.active

    def do_service(self, ticket):
        ticket.slm_service_id = self.one_of(self.services)

    def do_requester(self, ticket):
        ticket.partner_id = self.one_of(self.requesters)

    def do_exclude(self, _ticket):
        domain = [("outcome", "in", ("missed", "excluded"))]
        clocks = self.env["slm.clock"].search([*domain, ("state", "!=", "cancelled")])
        if clocks:
            clock = self.dice.choice(clocks)
            self.exclude(clock, clock.outcome == "missed")

    # ------------------------------------------------------------------
    # Comparing
    # ------------------------------------------------------------------

    def recount(self, company=None):
        self.env.flush_all()
        company = company or self.company
        return Recount(
            lambda query: self.env.execute_query_dict(SQL(query)),
            company.id,
            company.partner_id.tz,
            fields.Datetime.now(),
        )

    def get_periods(self):
        """Months with those that are to come, weeks and days across them."""
        today = fields.Datetime.now().date()
        months = [
            (date(2024, n, 1), date(2024, n + 1, 1) - timedelta(days=1))
            for n in range(1, today.month + 2)
        ]
        days = [date(2024, 1, 8) + timedelta(self.dice.randrange(90)) for _n in "1234"]
        periods = [*months, (date(2023, 1, 2), date(2025, 1, 5))]
        periods += [
            (first, first + timedelta(self.dice.randrange(12))) for first in days
        ]
        return list({period[0]: period for period in periods}.values())

    def get_scopes(self):
        yield {}
        yield {"services": self.service.ids}
        yield {"customers": self.organisation.ids}
        yield {"customers": (self.department | self.stranger).ids, "kinds": ["sla"]}
        yield {"persons": self.department.ids}
        yield {"teams": self.desk.ids, "kinds": ["ola", "uc"]}
        yield {"teams": (self.field | self.spare).ids, "services": self.services.ids}
        yield {"agreements": (self.print_sla | self.desk_ola).ids}
        yield {"tickets": self.all_tickets.ids[::3]}
        yield {"services": []}

    def get_groups(self, names):
        yield ()
        yield from ((name,) for name in names)
        yield ("service", "priority", "team")
        yield tuple(names)

    def prepare(self, scope):
        tickets = scope.get("tickets")
        tickets = tickets and SQL("(SELECT unnest(%s))", tickets)
        return self.figures._get_scope(self.company, **scope | {"tickets": tickets})

    def assertSame(self, found, expected, message):
        """Figures by key; those of fractions up to the last digits."""
        self.assertEqual(found.keys(), expected.keys(), message)
        for key, figures in found.items():
            self.assertEqual(figures.keys(), expected[key].keys())
            for name, value in figures.items():
                told = (message, key, name)
                if value is None or expected[key][name] is None:
                    self.assertEqual(value, expected[key][name], told)
                self.assertAlmostEqual(value or 0, expected[key][name] or 0, 6, told)

    def compare(self, get, count, names):
        periods = self.get_periods()
        spans = self.figures._get_spans(periods, self.company)
        for scope in self.get_scopes():
            for by in self.get_groups(names):
                found = get(self.prepare(scope), spans, by)
                expected = {
                    (period[0], *key): figures
                    for period in periods
                    for key, figures in count(*period, by, **scope).items()
                }
                self.assertSame(found, expected, (scope, by))

    def test_random_lives(self):
        self.live(420)
        self.check_variety()
        self.untrack(self.all_tickets[-4:])
        model = self.recount()
        with self.subTest("clocks"):
            self.compare(self.figures._get_clock_figures, model.count_clocks, CLOCKS_BY)
        with self.subTest("tickets"):
            self.compare(
                self.figures._get_ticket_figures, model.count_tickets, TICKETS_BY
            )
        with self.subTest("single ones"):
            self.check_single(model)
        with self.subTest("balance"):
            self.check_balance()
        with self.subTest("statistics"):
            self.check_statistics(model)

    def check_variety(self):
        """There is something of everything, or the comparison says little."""
        whole = (date(2024, 1, 1), date(2024, 12, 31))
        found = self.clocks(*whole, by=("kind", "cause"))
        self.assertEqual({kind for kind, _cause in found}, {"sla", "ola", "uc"})
        causes = {cause for _kind, cause in found}
        self.assertEqual(causes, {None, "team", "other_team", "supplier", "customer"})
        clocks, tickets = self.clocks(*whole), self.tickets(*whole)
        for name, least in (("excluded", 5), ("missed", 20), ("breached_running", 3)):
            self.assertGreaterEqual(clocks[name], least, name)
        for name, least in (("reopened", 10), ("completed", 10), ("first_contact", 2)):
            self.assertGreaterEqual(tickets[name], least, name)

    def check_single(self, model):
        for period in self.get_periods():
            span = self.figures._get_span(*period, self.company)
            for scope in self.get_scopes():
                made = self.prepare(scope)
                rows = self.env.execute_query_dict(
                    self.figures._get_late_sql(made, span)
                )
                late = {r["clock_id"]: (r["outcome"], r["cause"]) for r in rows}
                self.assertEqual(len(late), len(rows))
                self.assertEqual(late, model.find_late(*period, **scope))
                for get, count in (
                    (self.figures._get_arrivals, model.count_arrivals),
                    (self.figures._get_open_figures, model.count_open),
                    (self.figures._get_time_used, model.count_time_used),
                ):
                    self.assertEqual(get(made, span), count(*period, **scope))

    def check_balance(self):
        """What was open, and came, and went, is what is open."""
        days = [date(2024, 1, 7) + timedelta(n) for n in range(130)]
        spans = self.figures._get_spans([(one, one) for one in days], self.company)
        scope = self.figures._get_scope(self.company)
        found = self.figures._get_ticket_figures(scope, spans)
        is_open = 0
        for one in days:
            told = found.get((one,), ZERO)
            is_open += told["opened"] + told["reopened"] - told["closed"]
            self.assertEqual(told["open_at_end"], is_open, one)

    def check_statistics(self, model):
        """Rows that are summed are what is counted."""
        mine = ("company_id", "=", self.company.id)
        for first, last in self.get_periods():
            ended = [mine, ("date", ">=", first), ("date", "<=", last)]
            names = ("met", "missed", "excluded")
            sums = self.env["slm.clock.statistics"]._read_group(
                ended, ["kind", "cause"], [f"{name}_count:sum" for name in names]
            )
            counted = model.count_clocks(first, last, ("kind", "cause"))
            self.assertEqual(
                {(kind, cause or None): told for kind, cause, *told in sums},
                {
                    key: [figures[name] for name in names]
                    for key, figures in counted.items()
                    if figures["ended"]
                },
            )
            for name, column in (
                ("opened", "opened_on"),
                ("reopened", "opened_on"),
                ("closed", "ended_on"),
                ("completed", "ended_on"),
                ("first_contact", "ended_on"),
            ):
                within = [mine, (column, ">=", first), (column, "<=", last)]
                [[total]] = self.env["slm.ticket.statistics"]._read_group(
                    within, [], [f"{name}_count:sum"]
                )
                counted = model.count_tickets(first, last).get((), {})
                self.assertEqual(total or 0, counted.get(name, 0), name)

    def test_late_and_running_statistics(self):
        """Those of now are those that were breached whenever and run now."""
        self.live(60)
        [[late]] = self.env["slm.clock.statistics"]._read_group(
            [("company_id", "=", self.company.id)], [], ["late_count:sum"]
        )
        whole = (date(2023, 1, 1), date(2025, 1, 1))
        self.assertEqual(late or 0, self.clocks(*whole)["breached_running"])


class TestFiguresUpgrade(FiguresCase):
    """Tickets of the version before get what figures are counted by."""

    def migrate(self):
        spec = importlib.util.spec_from_file_location("slm_post_figures", MIGRATION)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()

    def read_all(self):
        """All that the script has to fill."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                "SELECT id, slm_opened_at, slm_ended_at, slm_stretches, write_date "
                "FROM helpdesk_ticket ORDER BY id"
            )
        ), self.env.execute_query(
            SQL(
                "SELECT ticket_id, party, team_id, partner_id, seconds, calendar_id, "
                "company_id FROM slm_time_share ORDER BY 1, 2, 3, 4"
            )
        )

    def forget(self):
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET slm_opened_at = NULL, slm_ended_at = NULL, "
            "slm_stretches = NULL"
        )
        self.env.invalidate_all()

    def create_lives(self):
        """One that is open, done, opened again, archived, cancelled, and untracked."""
        tickets = self.env["helpdesk.ticket"]
        for _number in range(6):
            tickets |= self.create_ticket(team_id=self.desk.id)
        _open, done, again, archived, cancelled, untracked = tickets
        self.move(done | again, "completed", "mon 10:00")
        self.move(again, "working", "mon 11:00")
        archived.active = False
        self.move(cancelled, "cancelled", "mon 12:00")
        self.untrack(untracked)
        self.at("tue 10:00")
        return tickets

    def test_stretches_are_filled(self):
        self.create_lives()
        before = self.read_all()
        self.forget()
        self.migrate()
        self.assertEqual(self.read_all(), before)
        self.assertEqual(sum(1 for row in before[0] if row[3]), 3)

    def test_stored_as_when_they_happen(self):
        """Told from the histories, of any tickets, and nothing else is touched."""
        tickets = self.create_lives()
        before = self.read_all()
        self.forget()
        self.env["slm.clockwork"]._store_stretches(tickets)
        self.env["slm.clockwork"]._store_stretches(tickets.browse())
        self.assertEqual(self.read_all(), before)

    def test_missing_shares_of_finished_tickets(self):
        """Those of tickets that are open come with what happens to them next."""
        tickets = self.create_lives()
        self.env.flush_all()
        before = self.read_all()[1]
        kept = tickets[4]
        self.env.cr.execute(
            "UPDATE slm_time_share SET seconds = 77 WHERE ticket_id = %s", [kept.id]
        )
        self.env.cr.execute(
            "DELETE FROM slm_time_share WHERE ticket_id != %s", [kept.id]
        )
        self.forget()
        self.migrate()
        finished = (tickets[1] | tickets[3])._ids
        found = self.read_all()[1]
        self.assertEqual(
            [row for row in found if row[0] != kept.id],
            [row for row in before if row[0] in finished],
        )
        self.assertEqual([row[4] for row in found if row[0] == kept.id], [77])
        self.migrate()
        self.assertEqual(self.read_all()[1], found, "twice is once")
