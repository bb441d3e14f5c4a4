# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from lxml import etree
from psycopg2 import IntegrityError
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import Form
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import SlmCommon


class TestConfigurationItem(SlmCommon):
    """The register of configuration items and their relations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.item_type = cls.env["slm.configuration.item.type"].create(
            {"name": "Server", "code": "SRV"}
        )
        cls.web = cls.create_item("Web server")
        cls.host = cls.create_item("Host 1")
        cls.disk = cls.create_item("Disk")
        cls.foreign_company = cls._create_company(name="Other Ltd")
        cls.foreign = cls.create_item("Foreign", company_id=cls.foreign_company.id)

    @classmethod
    def create_item(cls, name, **vals):
        return cls.env["slm.configuration.item"].create({"name": name, **vals})

    @classmethod
    def relate(cls, source, kind, target):
        return cls.env["slm.configuration.item.relation"].create(
            {"source_id": source.id, "kind": kind, "target_id": target.id}
        )

    def get_history(self, item):
        """``[(what, from, to)]``, the oldest first, without the creation."""
        self.env.flush_all()
        item.invalidate_recordset(["revision_ids"])
        lines = item.revision_ids.filtered(lambda line: line.kind == "changed")
        return [
            (line.what, line.old_value, line.new_value) for line in lines.sorted("id")
        ]

    # ------------------------------------------------------------------
    # The item
    # ------------------------------------------------------------------

    def test_code(self):
        self.assertTrue(self.web.code)
        self.assertNotEqual(self.web.code, self.host.code)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.create_item("Twin", code=self.web.code)

    def test_same_code_in_another_company(self):
        item = self.create_item(
            "Twin", code=self.web.code, company_id=self.foreign_company.id
        )
        self.assertEqual(item.code, self.web.code)

    def test_search_by_serial(self):
        self.web.serial = "SN-4711"
        found = self.web.name_search("4711")
        self.assertEqual([id_ for id_, _name in found], self.web.ids)

    def test_warranty_before_purchase(self):
        self.host.purchase_date = "2024-01-05"
        with self.assertRefused("Host 1"):
            self.host.warranty_date = "2024-01-04"
        with self.assertRefused("01/04/2024"):
            self.host.warranty_date = "2024-01-04"
        with self.assertRefused("01/05/2024"):
            self.host.warranty_date = "2024-01-04"
        self.host.warranty_date = "2024-01-05"

    def test_warranty_expired(self):
        self.host.warranty_date = "2024-01-08"
        self.assertFalse(self.host.warranty_expired, "The last day belongs to it")
        self.host.warranty_date = "2024-01-07"
        self.assertTrue(self.host.warranty_expired)
        self.host.status = "retired"
        self.assertFalse(self.host.warranty_expired, "Nobody cares any more")

    def test_warranty_filters(self):
        self.web.warranty_date = "2024-01-07"
        self.host.warranty_date = "2024-01-08"
        self.disk.warranty_date = "2024-04-08"
        self.assertFiltered("warranty_expired", self.web)
        self.assertFiltered("warranty_expiring", self.host)
        self.disk.warranty_date = "2024-04-07"
        self.assertFiltered("warranty_expiring", self.host | self.disk)
        self.host.status = "retired"
        self.assertFiltered("warranty_expiring", self.disk)

    def assertFiltered(self, name, items):
        """A filter of the search view finds these, of the three items."""
        view = self.env.ref("slm_management.slm_configuration_item_view_search")
        node = etree.fromstring(view.arch).find(f".//filter[@name='{name}']")
        domain = Domain(safe_eval(node.get("domain")))
        three = self.web | self.host | self.disk
        self.assertEqual(three.search(domain & Domain("id", "in", three.ids)), items)

    def test_type_of_another_company(self):
        foreign_type = self.item_type.create(
            {"name": "Theirs", "company_id": self.foreign_company.id}
        )
        with self.assertRaises(UserError):
            self.web.type_id = foreign_type
        self.web.type_id = self.item_type
        with self.assertRefused(self.item_type.name):
            self.item_type.company_id = self.foreign_company
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.item_type.unlink()

    def test_types_count_their_items(self):
        (self.web | self.host).type_id = self.item_type
        self.assertEqual(self.item_type.item_count, 2)
        action = self.item_type.action_view_items()
        self.assertEqual(self.web.search(action["domain"]), self.web | self.host)

    def test_open_tickets(self):
        ticket = self.create_ticket(slm_configuration_item_ids=self.web.ids)
        self.create_ticket(slm_configuration_item_ids=self.web.ids, phase="closed")
        self.assertEqual(self.web.open_ticket_count, 1)
        self.assertEqual(self.host.open_ticket_count, 0)
        action = self.web.action_view_tickets()
        tickets = ticket.search(action["domain"])
        self.assertEqual(len(tickets), 2, "All are listed, the open ones by a filter")
        self.assertIn("search_default_open", action["context"])

    def test_services_of_another_company(self):
        service = self.service.create(
            {"name": "Secret", "company_id": self.foreign_company.id}
        )
        with self.assertRaises(ValidationError) as caught:
            self.web.service_ids = service
        self.assertIn("Web server", str(caught.exception))
        self.assertNotIn("Secret", str(caught.exception))

    # ------------------------------------------------------------------
    # Relations
    # ------------------------------------------------------------------

    def test_both_directions_are_readable(self):
        relation = self.relate(self.web, "runs_on", self.host)
        names = (self.web.display_name, self.host.display_name)
        self.assertEqual(relation.display_name, "{} runs on {}".format(*names))
        self.assertEqual(self.web.relation_ids, relation)
        self.assertEqual(self.host.reverse_relation_ids, relation)
        labels = dict(relation._fields["reverse_kind"]._description_selection(self.env))
        self.assertEqual(labels[relation.reverse_kind], "Carries")

    def test_every_kind_has_a_reverse(self):
        relations = self.env["slm.configuration.item.relation"]._fields
        kinds = dict(relations["kind"].selection)
        reverse_kinds = dict(relations["reverse_kind"].selection)
        self.assertEqual(kinds.keys(), reverse_kinds.keys())
        self.assertFalse(set(kinds.values()) & set(reverse_kinds.values()))
        sentences = self.disk.relation_ids._get_sentences("A", "B")
        self.assertEqual(sentences.keys(), kinds.keys())

    def test_entered_on_the_other_side(self):
        self.relate(self.web, "depends_on", self.host)
        with Form(self.host.with_user(self.administrator)) as form:
            with form.reverse_relation_ids.new() as line:
                line.reverse_kind = "runs_on"
                line.source_id = self.web
        self.assertEqual(
            [(r.source_id, r.kind) for r in self.host.reverse_relation_ids],
            [(self.web, "depends_on"), (self.web, "runs_on")],
            "One of another kind is no duplicate",
        )
        with Form(self.host.with_user(self.administrator)) as form:
            with form.reverse_relation_ids.edit(0) as line:
                line.reverse_kind = "connected_to"
        self.assertEqual(
            sorted(self.host.reverse_relation_ids.mapped("kind")),
            ["connected_to", "runs_on"],
        )

    def test_duplicates(self):
        self.relate(self.web, "runs_on", self.host)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.relate(self.web, "runs_on", self.host)
        self.relate(self.web, "depends_on", self.host)

    def test_to_itself(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.relate(self.web, "depends_on", self.web)

    def test_not_part_of_itself(self):
        self.relate(self.disk, "part_of", self.host)
        self.relate(self.host, "part_of", self.web)
        names = (self.disk, self.host, self.web)
        with self.assertRefused(self.web.display_name):
            self.relate(self.web, "part_of", self.disk)
        with self.assertRefused(" → ".join(item.display_name for item in names)):
            self.relate(self.web, "part_of", self.disk)

    def test_does_not_run_on_itself(self):
        self.relate(self.web, "runs_on", self.host)
        with self.assertRefused("can not run on itself"):
            self.relate(self.host, "runs_on", self.web)
        self.relate(self.host, "part_of", self.web)

    def test_circle_by_a_change(self):
        self.relate(self.web, "part_of", self.host)
        relation = self.relate(self.host, "depends_on", self.web)
        with self.assertRefused("can not be part of itself"):
            relation.kind = "part_of"

    def test_items_may_depend_on_each_other(self):
        for kind in ("depends_on", "connected_to"):
            self.relate(self.web, kind, self.host)
            self.relate(self.host, kind, self.web)
        self.assertEqual(len(self.web.relation_ids), 2)

    def test_another_company(self):
        with self.assertRaises(ValidationError) as caught:
            self.relate(self.web, "runs_on", self.foreign)
        self.assertIn("its own company", str(caught.exception))
        self.assertNotIn("Foreign", str(caught.exception))

    def test_item_moves_to_another_company(self):
        self.host.company_id = self.foreign_company
        self.relate(self.host, "runs_on", self.foreign)
        with self.assertRefused("Host 1"):
            self.host.company_id = self.company

    def test_item_with_tickets_moves_to_another_company(self):
        self.create_ticket(slm_configuration_item_ids=self.host.ids)
        with self.assertRefused("Host 1"):
            self.host.company_id = self.foreign_company

    def test_batch_moves_to_another_company(self):
        """The check of many costs what the check of one does."""
        self.create_ticket(slm_configuration_item_ids=self.host.ids)
        items = self.web | self.host | self.disk
        with self.assertRefused("Host 1"):
            items.company_id = self.foreign_company
        items.mapped("company_id")
        with self.assertQueryCount(1):
            items._check_ticket_companies()

    def test_foreign_item_is_not_named(self):
        """Who guesses an id learns nothing, whatever happens to be there."""
        administrator = self.web.with_user(self.administrator)
        with self.assertRaises(AccessError) as caught:
            administrator.relation_ids.create(
                {
                    "source_id": self.web.id,
                    "target_id": self.foreign.id,
                    "kind": "part_of",
                }
            )
        self.assertNotIn("Foreign", str(caught.exception))

    # ------------------------------------------------------------------
    # History
    # ------------------------------------------------------------------

    def test_history_of_the_item(self):
        self.web.with_user(self.administrator).write(
            {"status": "in_repair", "criticality": "3"}
        )
        self.assertEqual(
            self.get_history(self.web),
            [
                ("Status", "In Service", "In Repair"),
                ("Criticality", "Medium", "Critical"),
            ],
        )

    def test_history_of_both_items(self):
        relation = self.relate(self.web, "runs_on", self.host)
        there = f"Runs on: {self.host.display_name}"
        back = f"Carries: {self.web.display_name}"
        self.assertEqual(self.get_history(self.web), [("Relations", False, there)])
        self.assertEqual(
            self.get_history(self.host), [("Relations of Others", False, back)]
        )
        relation.unlink()
        self.assertIn(("Relations", there, False), self.get_history(self.web))
        self.assertIn(("Relations of Others", back, False), self.get_history(self.host))

    def test_history_of_those_left_behind(self):
        self.relate(self.web, "runs_on", self.host)
        there = f"Runs on: {self.host.display_name}"
        self.host.with_user(self.manager).unlink()
        self.assertIn(("Relations", there, False), self.get_history(self.web))

    # ------------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------------

    def test_agent_reads(self):
        self.relate(self.web, "runs_on", self.host)
        item = self.web.with_user(self.agent)
        self.assertEqual(item.relation_ids.target_id.name, "Host 1")
        for do in (
            lambda: item.write({"name": "Mine"}),
            lambda: item.create({"name": "New"}),
            lambda: item.relation_ids.write({"kind": "part_of"}),
            lambda: item.relation_ids.unlink(),
            lambda: item.unlink(),
            lambda: self.item_type.with_user(self.agent).write({"name": "Mine"}),
        ):
            with self.assertRaises(AccessError):
                do()

    def test_agent_sees_no_other_company(self):
        items = self.web.with_user(self.agent).search([])
        self.assertNotIn(self.foreign, items)

    def test_administrator_writes(self):
        with Form(
            self.env["slm.configuration.item"].with_user(self.administrator)
        ) as f:
            f.name = "Switch"
            f.type_id = self.item_type
            f.service_ids.add(self.service)
            with f.relation_ids.new() as line:
                line.kind = "connected_to"
                line.target_id = self.host
        switch = self.web.search([("name", "=", "Switch")])
        self.assertEqual(switch.relation_ids.target_id, self.host)
        self.assertEqual(self.service.configuration_item_ids, switch)
        switch.with_user(self.administrator).relation_ids.unlink()
        with self.assertRaises(AccessError):
            switch.with_user(self.administrator).unlink()

    def test_requesters_see_nothing(self):
        internal = self.create_user("internal", "base.group_user")
        self.relate(self.web, "runs_on", self.host)
        for user in (self.portal_user, internal, self.helpdesk_user):
            for records in (self.web, self.item_type, self.web.relation_ids):
                theirs = records.with_user(user)
                for do in (
                    lambda theirs=theirs: theirs.read(["display_name"]),
                    lambda theirs=theirs: theirs.search([]),
                    lambda theirs=theirs: theirs.name_search("e"),
                    lambda theirs=theirs: theirs._read_group([], ["id"]),
                ):
                    with self.assertRaises(AccessError):
                        do()
