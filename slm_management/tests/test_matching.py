# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
from datetime import date, timedelta

from odoo import fields

from ..engine import VERDICTS, Need
from .common import SlmCommon

#: how many agreements of a kind, and how many needs, are made up at random
OFFERS, NEEDS = 60, 150
FEW, MANY = 50, 500
#: queries of one explanation in words, however many agreements it hears
EXPLAIN = 18


class TestMatching(SlmCommon):
    """Which agreement holds for a ticket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Each test says by itself what is on offer.
        cls.agreement.action_terminate()

    def assertMatch(self, agreement, expired=None, **vals):
        ticket = self.create_ticket(**vals)
        self.assertEqual(ticket.slm_agreement_id.name, agreement and agreement.name)
        self.assertEqual(
            ticket.slm_expired_agreement_id.name, (expired and expired.name) or False
        )
        return ticket

    # ------------------------------------------------------------------
    # Consumers
    # ------------------------------------------------------------------

    def test_closest_consumer_wins(self):
        """Person before department before organisation before everybody."""
        lines = [self.person, self.department, self.organisation, False]
        offers = [
            self.create_agreement(
                name=consumer and consumer.name or "Everybody",
                consumers=[consumer],
                # An order that must not matter.
                sequence=10 * (4 - rank),
            )
            for rank, consumer in enumerate(lines)
        ]
        for offer in offers:
            self.assertMatch(offer)
            offer.action_terminate()
        self.assertMatch(False)

    def test_consumer_covers_everyone_below(self):
        offer = self.create_agreement(consumers=[self.organisation])
        for partner in (self.organisation, self.department, self.person):
            self.assertMatch(offer, partner_id=partner.id)
        self.assertMatch(False, partner_id=self.stranger.id)

    def test_consumer_does_not_cover_who_is_above(self):
        offer = self.create_agreement(consumers=[self.department])
        self.assertMatch(offer, partner_id=self.person.id)
        self.assertMatch(False, partner_id=self.organisation.id)

    def test_line_for_everybody(self):
        offer = self.create_agreement(consumers=[False])
        self.assertMatch(offer)
        self.assertMatch(offer, partner_id=self.stranger.id)
        self.assertMatch(offer, partner_id=False)

    def test_no_line_covers_nobody(self):
        self.create_agreement(consumers=[])
        self.assertMatch(False)
        self.assertMatch(False, partner_id=False)

    def test_provider_line_covers_nobody(self):
        team = self.env["helpdesk.ticket.team"].create({"name": "Provider"})
        line = {"role": "provider", "team_id": team.id}
        self.create_agreement(
            consumers=[], publication_ids=[fields.Command.create(line)]
        )
        self.assertMatch(False)
        self.assertMatch(False, partner_id=False, team_id=team.id)

    def test_ticket_without_partner(self):
        """Covered by a line for everybody, and by no other."""
        self.create_agreement(consumers=[self.organisation])
        self.assertMatch(False, partner_id=False)

    # ------------------------------------------------------------------
    # Order
    # ------------------------------------------------------------------

    def test_order_of_agreements(self):
        first = self.create_agreement(name="First", sequence=5)
        self.create_agreement(name="Second", sequence=6, date_start="2024-01-01")
        self.assertMatch(first)

    def test_order_of_lines(self):
        """Agreements of the same order: the line that stands first."""
        first = self.create_agreement(name="First", date_start="2022-01-01")
        second = self.create_agreement(name="Second")
        second.publication_ids.sequence = 20
        self.assertMatch(first)
        first.publication_ids.sequence = 30
        self.assertMatch(second)

    def test_newest_wins(self):
        self.create_agreement(name="Old", date_start="2022-01-01")
        new = self.create_agreement(name="New", date_start="2024-01-02")
        self.create_agreement(name="Older", date_start="2021-01-01")
        self.assertMatch(new)
        newest = self.create_agreement(name="Newest", date_start="2024-01-02")
        self.assertMatch(newest)

    # ------------------------------------------------------------------
    # Services and kinds of process
    # ------------------------------------------------------------------

    def test_services(self):
        offer = self.create_agreement(service_ids=self.service.ids)
        self.assertMatch(offer, slm_service_id=self.service.id)
        self.assertMatch(False, slm_service_id=self.other_service.id)
        self.assertMatch(False)

    def test_services_that_do_not_fit_leave_it_to_others(self):
        """A closer consumer whose services do not fit is passed over."""
        self.create_agreement(
            name="Person", consumers=[self.person], service_ids=self.service.ids
        )
        offer = self.create_agreement(name="Organisation")
        self.assertMatch(offer, slm_service_id=self.other_service.id)

    def test_process_kinds(self):
        incident = self.env.ref("slm_management.process_kind_incident")
        offer = self.create_agreement(process_kind_ids=incident.ids)
        self.assertMatch(offer, slm_process_kind="incident")
        self.assertMatch(False, slm_process_kind="request")
        self.assertMatch(False)

    def test_target_of_service_kind_and_priority(self):
        """The most specific line: service first, then kind, then priority."""
        self.create_agreement(
            targets=[
                {"completion": 600},
                {"completion": 500, "priority": "3"},
                {"completion": 400, "process_kind": "incident"},
                {"completion": 300, "service_id": self.service.id},
                {
                    "completion": 200,
                    "service_id": self.service.id,
                    "process_kind": "incident",
                    "priority": "3",
                },
            ]
        )
        other, service = self.other_service.id, self.service.id
        cases = (
            (600, other, "request", "1"),
            (500, other, "request", "3"),
            (400, other, "incident", "3"),
            (300, service, "incident", "1"),
            (300, service, "request", "3"),
            (200, service, "incident", "3"),
        )
        for target, service, kind, priority in cases:
            with self.subTest(target=target):
                ticket = self.create_ticket(
                    slm_service_id=service, slm_process_kind=kind, priority=priority
                )
                self.assertClock(ticket, target=target)

    # ------------------------------------------------------------------
    # Validity
    # ------------------------------------------------------------------

    def test_only_what_is_active(self):
        offer = self.create_agreement(activate=False)
        self.assertMatch(False)
        for state in ("review", "terminated"):
            offer.state = state
            self.assertMatch(False)
        offer.action_activate()
        self.assertMatch(offer)
        offer.action_archive()
        self.assertMatch(False)

    def test_validity_by_day_of_the_company(self):
        """Days are those of the company's time zone, both ends belong to it."""
        offer = self.create_agreement(date_start="2024-01-08", date_end="2024-01-09")
        cases = (
            ("mon 00:00", offer, None),
            ("tue 23:59", offer, None),
            ("wed 00:00", False, offer),
            ("wed 08:00", False, offer),
        )
        self.at("mon 00:00")
        for text, agreement, expired in cases:
            with self.subTest(at=text):
                self.at(text)
                self.assertMatch(agreement, expired)
        self.at("mon 00:00")
        offer.date_start = "2024-01-09"
        self.assertMatch(False)

    def test_only_an_expired_one_fits(self):
        old = self.create_agreement(name="Old", date_end="2023-06-30")
        older = self.create_agreement(name="Older", date_end="2023-03-31")
        older.state = "expired"
        ticket = self.assertMatch(False, expired=old)
        self.assertEqual(ticket.slm_status, "none")
        new = self.create_agreement(name="New", date_start="2024-01-01")
        self.assertMatch(new)
        ticket.slm_agreement_id = new
        self.assertFalse(ticket.slm_expired_agreement_id, "Chosen by hand")

    def test_set_to_expired_before_its_end(self):
        """Who set it to expired means it, whatever the dates say."""
        offer = self.create_agreement()
        self.at("wed 08:00")
        old = self.create_ticket(partner_id=False)
        self.at("thu 08:00")
        offer.state = "expired"
        self.assertMatch(False, expired=offer)
        old.partner_id = self.person
        self.assertEqual(old.slm_agreement_id, offer, "in force when that came in")

    def test_closest_expired_one_is_shown(self):
        own = self.create_agreement(
            name="Own", consumers=[self.person], date_end="2023-03-31"
        )
        self.create_agreement(
            name="All", consumers=[self.organisation], date_end="2023-06-30"
        )
        self.assertMatch(False, expired=own)

    def test_expired_one_goes_when_another_fits(self):
        offer = self.create_agreement(date_end="2023-06-30")
        mail = self.create_agreement(name="Mail", service_ids=self.service.ids)
        ticket = self.assertMatch(False, expired=offer)
        ticket.slm_service_id = self.service
        self.assertEqual(ticket.slm_agreement_id, mail)
        self.assertFalse(ticket.slm_expired_agreement_id)

    def test_agreement_that_ends_stays_on_running_tickets(self):
        offer = self.create_agreement()
        ticket = self.assertMatch(offer)
        offer.write({"date_end": "2024-01-08", "state": "expired"})
        self.at("wed 09:00")
        self.move(ticket, "working")
        ticket.priority = "3"
        self.assertEqual(ticket.slm_agreement_id, offer)

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def test_agreement_of_another_company(self):
        """Also as superuser, with both companies at hand, whoever acts."""
        other = self._create_company(name="Other Company")
        foreign = self.create_agreement(
            name="Foreign",
            consumers=[self.organisation, False],
            company_id=other.id,
            calendar_id=self.create_calendar("Other", (8, 12), company_id=other.id).id,
        )
        both = [self.company.id, other.id]
        tickets = self.env["helpdesk.ticket"].with_context(allowed_company_ids=both)
        vals = {"name": "x", "description": "x", "partner_id": self.person.id}
        ticket = tickets.create(vals | {"company_id": self.company.id})
        self.assertFalse(ticket.slm_agreement_id)
        foreign_ticket = tickets.create(vals | {"company_id": other.id})
        self.assertEqual(foreign_ticket.slm_agreement_id, foreign)
        user = self.portal_user
        ticket = self.env["helpdesk.ticket"].with_user(user).sudo().create(vals)
        self.assertEqual(ticket.company_id, self.company)
        self.assertFalse(ticket.slm_agreement_id)

    def test_companies_in_one_batch(self):
        """Tickets of two companies, created at once, and a line for everybody each."""
        other = self._create_company(name="Other Company")
        calendar = self.create_calendar("Other", (8, 12), company_id=other.id)
        companies = (self.company, other)
        offers = [
            self.create_agreement(
                name=company.name,
                consumers=[False],
                company_id=company.id,
                calendar_id=(calendar if company == other else self.office).id,
            )
            for company in companies
        ]
        tickets = self.env["helpdesk.ticket"].create(
            [
                {"name": "x", "description": "x", "company_id": company.id}
                for company in companies
            ]
        )
        self.assertEqual([t.slm_agreement_id for t in tickets], offers)

    def test_ticket_moves_to_another_company(self):
        other = self._create_company(name="Other Company")
        offer = self.create_agreement(name="Here")
        calendar = self.create_calendar("Night", (20, 24), company_id=other.id)
        foreign = self.create_agreement(
            name="There", company_id=other.id, calendar_id=calendar.id
        )
        ticket = self.assertMatch(offer, phase="working")
        self.at("mon 09:00")
        ticket.company_id = other
        self.assertEqual(ticket.slm_agreement_id, foreign)
        self.assertClock(ticket, deadline="tue 00:00", used=0)
        self.assertEqual(self.get_clock(ticket).company_id, other)

    def test_customer_gets_another_parent(self):
        """Who moves to another organisation takes no running ticket along."""
        offer = self.create_agreement()
        ticket = self.assertMatch(offer)
        self.person.parent_id = self.stranger
        self.move(ticket, "working", "mon 08:30")
        self.assertEqual(ticket.slm_agreement_id, offer)
        self.assertMatch(False)

    def test_batch_is_matched_at_once(self):
        """Many needs, few queries: the cost follows the kinds of need."""
        self.create_agreement(consumers=[self.organisation])
        partners = self.env["res.partner"].create(
            [{"name": str(i), "parent_id": self.department.id} for i in range(20)]
        )
        needs = [
            self.env["slm.clockwork"]._prepare_need(book)
            for book in self.env["slm.clockwork"]
            ._open_books(
                self.env["helpdesk.ticket"].create(
                    [
                        {"name": "x", "description": "x", "partner_id": p.id}
                        for p in partners
                    ]
                )
            )
            .values()
        ]
        matcher = self.env["slm.matcher"]
        matcher._match_batch(needs[:2])
        self.env.invalidate_all()
        with self.assertQueryCount(9):
            matches = matcher._match_batch(needs)
        self.assertEqual(len(matches), 20)


class TestMatchingExplained(SlmCommon):
    """What is explained is what is done, whatever there is to choose from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.action_terminate()
        cls.random = random.Random(20240108)
        cls.teams = cls.env["helpdesk.ticket.team"].create(
            [{"name": f"Team {number}"} for number in range(3)]
        )
        cls.branch = cls.env["res.partner"].create(
            {"name": "Branch", "parent_id": cls.organisation.id}
        )
        cls.partners = (
            cls.organisation | cls.department | cls.person | cls.stranger | cls.branch
        )
        cls.services = cls.service | cls.other_service
        cls.kinds = cls.env["slm.process.kind"].search([])
        cls.processes = cls.env["slm.process"].create(
            [
                {"name": f"Process {number}", "service_ids": cls.services.ids}
                for number in range(3)
            ]
        )

    def pick(self, records, share=0.5):
        """Some of the records, mostly none."""
        return records.filtered(lambda _record: self.random.random() < share)

    def make_up(self, kind):
        """An agreement in any state, for anybody and anything; few days matter."""
        start = date(2024, 1, 8) + timedelta(self.random.randint(-9, 2))
        end = start + timedelta(self.random.randint(0, 9))
        consumers = [*self.pick(self.partners, 0.3)]
        consumers += [False] if self.random.random() < 0.2 else []
        agreement = self.create_agreement(
            kind=kind,
            consumers=consumers if kind == "sla" else [],
            activate=False,
            partner_id=self.random.choice(self.partners).id,
            team_id=kind == "ola" and self.random.choice(self.teams).id,
            date_start=start,
            date_end=self.random.random() < 0.7 and end,
            sequence=self.random.choice((5, 10)),
            service_ids=self.pick(self.services, 0.3).ids,
            process_kind_ids=self.pick(self.kinds, 0.1).ids,
            process_ids=self.pick(self.processes, 0.1).ids,
        )
        for line in agreement.publication_ids:
            line.sequence = self.random.choice((1, 2))
        return agreement

    def shuffle_states(self, agreements):
        """By SQL: what is in force does not change by hand, and states have a way."""
        states = ("draft", "review", "active", "active", "active", "expired")
        self.env.flush_all()
        for agreement in agreements:
            self.env.cr.execute(
                "UPDATE slm_agreement SET state = %s, active = %s WHERE id = %s",
                [
                    self.random.choice((*states, "terminated")),
                    self.random.random() < 0.9,
                    agreement.id,
                ],
            )
        self.env.invalidate_all()

    def make_up_need(self):
        choose = self.random.choice
        return Need(
            partner=choose([*self.partners.ids, False]),
            service=choose([*self.services.ids, False]),
            process_kind=choose([*self.kinds.mapped("code"), False]),
            company=self.company.id,
            day=date(2024, 1, 8) + timedelta(self.random.randint(-3, 3)),
            process=choose([*self.processes.ids, False]),
            team=choose([*self.teams.ids, False]),
            supplier=choose([*self.partners.ids, False]),
        )

    def assertExplained(self, kind, agreements):
        needs = {self.make_up_need() for _number in range(NEEDS)}
        matcher = self.env["slm.matcher"]
        matches = matcher._match_batch(needs, kind)
        for need in needs:
            verdicts = matcher._explain(need, kind)
            self.assertEqual(len(verdicts), len({v.agreement for v in verdicts}))
            self.assertLessEqual(set(agreements._ids), {v.agreement for v in verdicts})
            holds = [v.agreement for v in verdicts if v.rule == "holds"]
            expired = [v.agreement for v in verdicts if v.expired]
            found = (
                holds[0] if holds else False,
                expired[0] if expired else False,
            )
            self.assertEqual(found, matches[need], need)
            self.assertLessEqual(len(holds + expired), 1)
            self.assertIn(verdicts[0].agreement, holds + expired or [verdicts[0][0]])
        return matches

    def test_explained_is_what_is_done(self):
        for kind in ("sla", "ola", "uc"):
            agreements = self.env["slm.agreement"].concat(
                *[self.make_up(kind) for _number in range(OFFERS)]
            )
            self.shuffle_states(agreements)
            with self.subTest(kind):
                matches = self.assertExplained(kind, agreements)
                # the made up world is one in which much happens
                self.assertGreater(len({a for a, _e in matches.values()}), 5)
                self.assertGreater(len({e for _a, e in matches.values()}), 2)

    def test_every_rule_is_met(self):
        """In such a world each rule is the first one that some agreement fails."""
        agreements = self.env["slm.agreement"].concat(
            *[self.make_up("sla") for _number in range(OFFERS)]
        )
        self.shuffle_states(agreements)
        rules = {
            verdict.rule
            for _number in range(NEEDS)
            for verdict in self.env["slm.matcher"]._explain(self.make_up_need())
        }
        self.assertEqual(rules, set(VERDICTS))

    def multiply(self, kind, count):
        """Copies of one agreement, with a line and two services each, by SQL."""
        offer = self.create_agreement(
            name="Many",
            kind=kind,
            consumers=[self.organisation],
            partner_id=self.organisation.id,
            team_id=kind == "ola" and self.teams[0].id,
            service_ids=self.services.ids,
            process_ids=self.processes.ids,
        )
        self.env.flush_all()
        columns = "kind, state, name, date_start, company_id, calendar_id, sequence"
        columns += ", version, active, partner_id, team_id, risk_percent"
        self.env.cr.execute(
            f"INSERT INTO slm_agreement (code, {columns}) "
            f"SELECT 'M' || id || '-' || n, {columns} "
            "FROM slm_agreement, generate_series(1, %s) n WHERE id = %s",
            [count - 1, offer.id],
        )
        for table, column in (
            ("slm_agreement_slm_service_rel", "slm_service_id"),
            ("slm_agreement_slm_process_rel", "slm_process_id"),
        ):
            self.env.cr.execute(
                f"INSERT INTO {table} (slm_agreement_id, {column}) "
                f"SELECT a.id, {column} FROM slm_agreement a, {table} "
                "WHERE a.code LIKE %s "
                "AND slm_agreement_id = %s",
                [f"M{offer.id}-%", offer.id],
            )
        self.env.cr.execute(
            "INSERT INTO slm_publication (agreement_id, role, sequence, partner_id) "
            "SELECT id, 'consumer', 10, %s FROM slm_agreement WHERE code LIKE %s",
            [self.organisation.id, f"M{offer.id}-%"],
        )
        self.env.invalidate_all()
        return offer

    def count_queries(self, need, kind):
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        verdicts = self.env["slm.matcher"]._explain(need, kind)
        rows = self.env["slm.match.teller"]._tell_batch(need, kind, verdicts)
        return len(rows), self.env.cr.sql_log_count - before

    def test_queries(self):
        """As many for five hundred agreements as for fifty, words included."""
        need = Need(
            partner=self.person.id,
            service=self.service.id,
            process_kind="incident",
            company=self.company.id,
            day=date(2024, 1, 8),
            process=self.processes[0].id,
            team=self.teams[0].id,
            supplier=self.person.id,
        )
        for kind in ("sla", "ola", "uc"):
            self.multiply(kind, FEW)
            self.count_queries(need, kind)
            few, queries = self.count_queries(need, kind)
            self.multiply(kind, MANY)
            many, more = self.count_queries(need, kind)
            self.assertGreaterEqual(few, FEW)
            self.assertGreaterEqual(many, MANY)
            with self.subTest(kind):
                self.assertEqual(queries, more)
                self.assertLessEqual(more, EXPLAIN)
