# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Command
from odoo.tests import Form

from .common import SlmCommon

ITEM = "slm.configuration.item"
#: the queries of the impact, whatever the numbers: the graph; items, services,
#: agreements; what these name; whom they are for, and their contacts
BUDGET = 7


class TestImpact(SlmCommon):
    """What a failure of a configuration item touches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement.action_terminate()
        cls.rack = cls.create_item("Rack")
        cls.host = cls.create_item("Host")
        cls.web = cls.create_item("Web")
        cls.shop = cls.create_item("Shop")
        cls.portal = cls.create_service("Portal")

    @classmethod
    def create_item(cls, name, **vals):
        return cls.env[ITEM].create({"name": name, **vals})

    @classmethod
    def create_service(cls, name, items=(), **vals):
        ids = [item.id for item in items]
        return cls.env["slm.service"].create(
            {"name": name, "configuration_item_ids": [Command.set(ids)], **vals}
        )

    @classmethod
    def relate(cls, source, kind, target):
        return cls.env["slm.configuration.item.relation"].create(
            {"source_id": source.id, "kind": kind, "target_id": target.id}
        )

    def get_impact(self, item, user=None):
        item = item.with_user(user or self.agent)
        return (
            self.env["slm.impact"]
            .with_user(item.env.user)
            ._get_impact_batch(item)[item]
        )

    def assertTouched(self, item, *expected):
        """Which items a failure touches, with their distance, the closest first."""
        impact = self.get_impact(item)
        touched = [(other.name, impact.distances[other]) for other in impact.items]
        self.assertEqual(touched, list(expected))

    def assertServices(self, item, *expected):
        impact = self.get_impact(item)
        touched = [(each.name, impact.distances[each]) for each in impact.services]
        self.assertEqual(touched, list(expected))

    # ------------------------------------------------------------------
    # Items
    # ------------------------------------------------------------------

    def test_direction(self):
        """A target touches the source; a part touches the whole."""
        for kind in ("depends_on", "runs_on", "connected_to"):
            with self.subTest(kind=kind):
                relation = self.relate(self.web, kind, self.host)
                self.assertTouched(self.host, ("Web", 1))
                self.assertTouched(self.web)
                relation.unlink()
        self.relate(self.host, "part_of", self.rack)
        self.assertTouched(self.host, ("Rack", 1))
        self.assertTouched(self.rack)

    def test_distance_is_the_shortest(self):
        self.relate(self.host, "part_of", self.rack)
        self.relate(self.shop, "depends_on", self.web)
        self.relate(self.web, "runs_on", self.host)
        self.assertTouched(self.host, ("Rack", 1), ("Web", 1), ("Shop", 2))
        self.relate(self.shop, "connected_to", self.host)
        self.assertTouched(self.host, ("Rack", 1), ("Web", 1), ("Shop", 1))

    def test_circle(self):
        self.relate(self.web, "depends_on", self.host)
        self.relate(self.host, "depends_on", self.shop)
        self.relate(self.shop, "depends_on", self.web)
        self.assertTouched(self.host, ("Web", 1), ("Shop", 2))

    def test_circle_of_services(self):
        """Services in a circle are refused; what an import has left does no harm."""
        one = self.create_service("One", [self.web])
        two = self.create_service("Two")
        self.env.cr.execute(
            "INSERT INTO slm_service_dependency_rel (service_id, dependency_id) "
            "VALUES (%s, %s), (%s, %s)",
            [one.id, two.id, two.id, one.id],
        )
        self.assertServices(self.web, ("One", 1), ("Two", 2))

    def test_retired_in_the_middle(self):
        """It does not carry the failure, nor is it touched or fails itself."""
        self.relate(self.web, "runs_on", self.host)
        self.relate(self.shop, "depends_on", self.web)
        for vals in ({"status": "retired"}, {"active": False}):
            with self.subTest(**vals):
                self.web.write(vals)
                self.assertTouched(self.host)
                self.assertTouched(self.web)
                self.web.write({"status": "in_service", "active": True})
        for status in ("planned", "in_repair"):
            self.web.status = status
            self.assertTouched(self.host, ("Web", 1), ("Shop", 2))

    def test_batch_equals_each(self):
        self.relate(self.web, "runs_on", self.host)
        self.relate(self.shop, "depends_on", self.web)
        self.create_service("Store", [self.shop])
        items = self.rack | self.host | self.web | self.shop
        batch = self.env["slm.impact"]._get_impact_batch(items)
        self.assertEqual(list(batch), list(items))
        for item in items:
            alone = self.env["slm.impact"]._get_impact_batch(item)[item]
            self.assertEqual(batch[item], alone)

    # ------------------------------------------------------------------
    # Services
    # ------------------------------------------------------------------

    def test_services(self):
        """Directly, and through dependencies of services."""
        self.relate(self.web, "runs_on", self.host)
        store = self.create_service("Store", [self.web])
        self.portal.dependency_ids = store
        self.create_service("Unrelated", [self.rack])
        self.assertServices(self.web, ("Store", 1), ("Portal", 2))
        self.assertServices(self.host, ("Store", 2), ("Portal", 3))
        self.assertServices(self.shop)

    def test_archived_service(self):
        store = self.create_service("Store", [self.web])
        self.portal.dependency_ids = store
        store.active = False
        self.assertServices(self.web)

    # ------------------------------------------------------------------
    # Agreements and customers
    # ------------------------------------------------------------------

    def test_agreements(self):
        store = self.create_service("Store", [self.web])
        named = self.create_agreement(name="Named", service_ids=store.ids)
        every = self.create_agreement(name="On all services")
        other = self.create_agreement(name="Other", service_ids=self.portal.ids)
        self.create_agreement(name="Draft", service_ids=store.ids, activate=False)
        self.create_agreement(
            name="Later", service_ids=store.ids, date_start="2024-02-01"
        )
        over = self.create_agreement(name="Over", service_ids=store.ids)
        over.state = "expired"
        archived = self.create_agreement(name="Archived", service_ids=store.ids)
        archived.active = False
        self.assertEqual(self.get_impact(self.web).agreements, every + named)
        self.portal.dependency_ids = store
        self.assertEqual(self.get_impact(self.web).agreements, every + other + named)
        self.assertFalse(self.get_impact(self.rack).agreements)

    def test_agreement_on_archived_services_only(self):
        """It is not one on all services."""
        old = self.create_service("Old")
        self.create_service("Store", [self.web])
        self.create_agreement(name="On old ones", service_ids=old.ids)
        old.active = False
        self.assertFalse(self.get_impact(self.web).agreements)

    def test_customers(self):
        store = self.create_service("Store", [self.web])
        self.create_agreement(
            partner_id=self.stranger.id,
            consumers=[self.department],
            service_ids=store.ids,
        )
        impact = self.get_impact(self.web)
        self.assertEqual(impact.partners, self.department | self.stranger)
        self.assertFalse(impact.everybody)
        self.create_agreement(consumers=[False], service_ids=store.ids)
        self.assertTrue(self.get_impact(self.web).everybody)

    def test_provider_lines_are_no_customers(self):
        store = self.create_service("Store", [self.web])
        team = self.env["helpdesk.ticket.team"].create({"name": "Desk"})
        agreement = self.create_agreement(
            consumers=[self.department], service_ids=store.ids
        )
        agreement.publication_ids.create(
            {"agreement_id": agreement.id, "role": "provider", "team_id": team.id}
        )
        impact = self.get_impact(self.web)
        self.assertEqual(impact.partners, self.department)
        self.assertFalse(impact.everybody)

    # ------------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------------

    def test_other_companies(self):
        """An agreement on all services is one on those of its own company."""
        company = self._create_company(name="Other Ltd")
        calendar = self.create_calendar("Theirs", (8, 16), company_id=company.id)
        self.create_agreement(
            name="Theirs", company_id=company.id, calendar_id=calendar.id
        )
        ours = self.create_agreement(name="Ours")
        self.create_service("Store", [self.web])
        theirs = self.create_item("Theirs", company_id=company.id)
        self.create_service("Their store", [theirs], company_id=company.id)
        both = self.web | theirs
        impacts = self.env["slm.impact"]._get_impact_batch(both)
        self.assertEqual(impacts[self.web].agreements, ours)
        self.assertEqual(impacts[theirs].agreements.name, "Theirs")
        # to whom is not of that company, nothing of it is told
        impact = self.env["slm.impact"].with_user(self.agent)
        told = impact._get_impact_batch(both.with_user(self.agent))
        impact = told[theirs.with_user(self.agent)]
        self.assertFalse(impact.services | impact.items.service_ids)
        self.assertFalse(impact.agreements)
        self.assertFalse(impact.partners)

    def test_hidden_contacts(self):
        store = self.create_service("Store", [self.web])
        company = self._create_company(name="Other Ltd")
        hidden = self.stranger.create({"name": "Hidden", "company_id": company.id})
        self.create_agreement(consumers=[self.department], service_ids=store.ids)
        self.env["slm.publication"].create(
            {"agreement_id": self.get_impact(self.web).agreements.id}
            | {"partner_id": hidden.id}
        )
        self.assertIn(hidden, self.get_impact(self.web, self.env.user).partners)
        self.assertEqual(self.get_impact(self.web).partners, self.department)

    # ------------------------------------------------------------------
    # On the form
    # ------------------------------------------------------------------

    def test_form(self):
        self.relate(self.web, "runs_on", self.host)
        store = self.create_service("Store", [self.web])
        agreement = self.create_agreement(service_ids=store.ids)
        form = Form(self.host.with_user(self.agent))
        self.assertEqual(form.impact_item_ids.ids, self.web.ids)
        self.assertEqual(form.impact_service_ids.ids, store.ids)
        self.assertEqual(form.impact_service_count, 1)
        self.assertEqual(form.impact_agreement_ids.ids, agreement.ids)
        self.assertEqual(form.impact_partner_ids.ids, self.organisation.ids)
        self.assertIn("services (1)", form.impact_summary)
        action = self.host.action_view_impact()
        self.assertEqual(store.search(action["domain"]), store)

    def test_form_of_what_touches_nothing(self):
        self.assertIn("touches nothing", self.rack.impact_summary)

    def test_form_of_a_new_item(self):
        with Form(self.env[ITEM].with_user(self.administrator)) as form:
            form.name = "New"
            self.assertFalse(form.impact_service_count)

    # ------------------------------------------------------------------
    # How much it costs
    # ------------------------------------------------------------------

    def generate(self, count):
        """Items in chains of ten, with circles, on a host; twice as many relations.

        :return: the host
        """
        base = self.create_item(f"Base of {count}")
        company = self.company.id
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO slm_configuration_item
                   (name, code, company_id, status, criticality, active)
            SELECT 'G' || n, %(code)s || n, %(company)s, 'in_service', '1', true
              FROM generate_series(1, %(count)s) AS n
            RETURNING id
            """,
            {"code": f"G{count}-", "company": company, "count": count},
        )
        ids = [id_ for (id_,) in self.env.cr.fetchall()]
        edges = []
        for number, id_ in enumerate(ids):
            below = ids[number - 1] if number % 10 else base.id
            around = ids[(number + 7) % count]
            edges += [(id_, "runs_on", below), (id_, "depends_on", around)]
        self.env.cr.executemany(
            "INSERT INTO slm_configuration_item_relation "
            f"(source_id, kind, target_id, company_id) VALUES (%s, %s, %s, {company})",
            edges,
        )
        services = self.create_service("Top", self.env[ITEM].browse(ids[-5:]))
        self.portal.dependency_ids = services
        self.create_agreement(consumers=[self.department, self.organisation])
        self.env.invalidate_all()
        return base

    def measure(self, count):
        """The numbers of what is touched, within the budget."""
        base = self.generate(count).with_user(self.agent)
        return self.count_queries(base)[base]

    def count_queries(self, items):
        """The impacts, within the budget; what is known of the user is warm."""
        impact = self.env["slm.impact"].with_user(self.agent)
        impact._get_impact_batch(items)
        self.env.invalidate_all()
        self.company.mapped("parent_path")
        with self.assertQueryCount(BUDGET):
            return impact._get_impact_batch(items)

    def test_budget(self):
        """The same queries for 50 items and for 5,000 with 10,000 relations."""
        for count in (50, 5000):
            with self.subTest(count=count):
                found = self.measure(count)
                self.assertEqual(len(found.items), count)
                self.assertEqual(len(found.services), 2)
                self.assertEqual(found.partners, self.department | self.organisation)
                self.portal.dependency_ids = False

    def test_budget_of_a_batch(self):
        self.generate(50)
        items = self.env[ITEM].with_user(self.agent).search([])
        self.assertGreater(len(items), 50)
        self.count_queries(items)
