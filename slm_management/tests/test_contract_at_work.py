# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import Form, warmup
from odoo.tools.safe_eval import safe_eval

from odoo.addons.slm_management.models.slm_contract_finder import Subject

from .common import SlmCommon

#: all queries of reading the panel of a ticket, core's included
PANEL = 36
FEW, MANY = 1, 20
FIELDS = ("slm_contract_ids", "slm_contract_briefs", "slm_warranty_notice")


class ContractsCase(SlmCommon):
    """A supplier with people and a subsidiary, and contracts; it is Monday, 8 January
    2024."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        cls.supplier, cls.carrier = partners.create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "phone": f"+49 30 {name}",
                    "email": f"{name.lower()}@example.com",
                }
                for name in ("Vendor", "Carrier")
            ]
        )
        cls.hotline = partners.create(
            {
                "name": "Henry",
                "parent_id": cls.supplier.id,
                "slm_contact_role": "Hotline",
                "slm_contact_calendar_id": cls.always.id,
                "phone": "+49 30 4711",
                "email": "henry@example.com",
            }
        )
        cls.web, cls.host = cls.env["slm.configuration.item"].create(
            [{"name": name} for name in ("Web server", "Host")]
        )
        cls.foreign_company = cls._create_company(name="Other Ltd")

    @classmethod
    def create_contract(cls, name="Support", **vals):
        """A contract with the supplier, in force until further notice."""
        vals = {
            "name": name,
            "partner_id": cls.supplier.id,
            "effective_date": "2023-01-01",
        } | vals
        return cls.env["slm.contract"].create(vals)

    @classmethod
    def create_uc(cls, **vals):
        vals = {
            "name": "UC",
            "kind": "uc",
            "partner_id": cls.supplier.id,
            "targets": [
                {"priority": "3", "response": 30, "completion": 600},
                {"closure": 90},
            ],
        } | vals
        return cls.create_agreement(consumers=[], **vals)

    def as_agent(self, record):
        """The record as an agent reads it, with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(self.agent)

    def get_briefs(self, ticket):
        return self.as_agent(ticket).slm_contract_briefs or []

    def get_brief(self, contract):
        """What an agent reads of one contract on a ticket with its supplier."""
        ticket = self.create_ticket(slm_supplier_id=contract.partner_id.id)
        found = {brief["id"]: brief for brief in self.get_briefs(ticket)}
        return found[contract.id]

    def assertFound(self, ticket, *contracts):
        """An agent sees exactly these contracts on a ticket, in this order."""
        ticket = self.as_agent(ticket)
        self.assertEqual(
            [brief["id"] for brief in ticket.slm_contract_briefs or []],
            [contract.id for contract in contracts],
        )
        self.assertEqual(ticket.slm_contract_ids.ids, [c.id for c in contracts])


class TestContractAtWork(ContractsCase):
    """Which contracts are seen on a ticket."""

    # ------------------------------------------------------------------
    # By which way
    # ------------------------------------------------------------------

    def test_by_item(self):
        contract = self.create_contract(configuration_item_ids=self.web.ids)
        ticket = self.create_ticket(
            slm_configuration_item_ids=(self.web | self.host).ids
        )
        self.assertFound(ticket, contract)
        ways = self.get_briefs(ticket)[0]["ways"]
        self.assertEqual(ways, [{"kind": "item", "name": self.web.display_name}])
        self.assertFound(self.create_ticket(slm_configuration_item_ids=self.host.ids))

    def test_by_service(self):
        contract = self.create_contract(service_ids=self.service.ids)
        ticket = self.create_ticket(slm_service_id=self.service.id)
        self.assertFound(ticket, contract)
        ways = self.get_briefs(ticket)[0]["ways"]
        self.assertEqual(ways, [{"kind": "service", "name": self.service.display_name}])
        self.assertFound(self.create_ticket(slm_service_id=self.other_service.id))

    def test_by_supplier(self):
        contract = self.create_contract()
        ticket = self.create_ticket(slm_supplier_id=self.supplier.id)
        self.assertFound(ticket, contract)
        ways = self.get_briefs(ticket)[0]["ways"]
        self.assertEqual(ways, [{"kind": "supplier", "name": ""}])
        self.assertFound(self.create_ticket(slm_supplier_id=self.carrier.id))

    def test_by_a_person_of_the_supplier(self):
        """as clocks of a UC are found: by whom he belongs to"""
        contract = self.create_contract()
        self.assertFound(self.create_ticket(slm_supplier_id=self.hotline.id), contract)

    def test_concluded_with_a_person(self):
        """A contract with a person of the supplier is one with the supplier."""
        contract = self.create_contract(partner_id=self.hotline.id)
        colleague = self.hotline.copy({"name": "Harry"})
        for partner in (self.supplier, self.hotline, colleague):
            self.assertFound(self.create_ticket(slm_supplier_id=partner.id), contract)

    def test_a_subsidiary_has_its_own(self):
        subsidiary = self.supplier.create(
            {"name": "Sub", "is_company": True, "parent_id": self.supplier.id}
        )
        of_sub = self.create_contract(name="Sub", partner_id=subsidiary.id)
        of_group = self.create_contract(name="Group")
        self.assertFound(self.create_ticket(slm_supplier_id=self.supplier.id), of_group)
        self.assertFound(
            self.create_ticket(slm_supplier_id=subsidiary.id), of_group, of_sub
        )

    def test_all_ways_the_closest_first(self):
        by_supplier = self.create_contract(name="Frame", effective_date="2023-06-01")
        by_service = self.create_contract(
            name="Service",
            partner_id=self.carrier.id,
            service_ids=self.service.ids,
            effective_date="2023-05-01",
        )
        by_all = self.create_contract(
            name="All",
            service_ids=self.service.ids,
            configuration_item_ids=(self.web | self.host).ids,
            effective_date="2023-04-01",
        )
        ticket = self.create_ticket(
            slm_service_id=self.service.id,
            slm_supplier_id=self.supplier.id,
            slm_configuration_item_ids=(self.web | self.host).ids,
        )
        self.assertFound(ticket, by_all, by_service, by_supplier)
        ways = [way["kind"] for way in self.get_briefs(ticket)[0]["ways"]]
        self.assertEqual(ways, ["item", "item", "service", "supplier"])

    def test_nothing(self):
        self.create_contract()
        self.assertFound(self.create_ticket())

    def test_customers(self):
        """What another customer has signed is nothing to this one's ticket."""
        ours = self.create_contract(
            partner_role="customer",
            partner_id=self.organisation.id,
            service_ids=self.service.ids,
        )
        ticket = self.create_ticket(slm_service_id=self.service.id)
        self.assertFound(ticket, ours)
        ticket.partner_id = self.stranger
        self.assertFound(ticket)
        ticket.partner_id = False
        self.assertFound(ticket)
        ticket.write({"partner_id": self.person.id, "slm_service_id": False})
        ticket.slm_supplier_id = self.organisation
        self.assertFound(ticket)

    # ------------------------------------------------------------------
    # In force
    # ------------------------------------------------------------------

    def test_only_in_force(self):
        ticket = self.create_ticket(slm_supplier_id=self.supplier.id)
        contract = self.create_contract()
        for vals in (
            {"effective_date": False},
            {"effective_date": "2024-01-09"},
            {"end_date": "2024-01-07"},
            {"terminated_date": "2024-01-08"},
            {"warranty_date": "2024-01-07"},
            {"active": False},
        ):
            with self.subTest(vals):
                before = {name: contract[name] for name in vals}
                self.assertFound(ticket, contract)
                contract.write(vals)
                self.assertFound(ticket)
                contract.write(before)

    def test_the_day_is_the_company_s(self):
        """Sunday 23:30 in London is Monday in Berlin."""
        contract = self.create_contract(end_date="2024-01-07")
        ticket = self.create_ticket(slm_supplier_id=self.supplier.id)
        self.agent.tz = "Europe/London"
        self.at("sun 23:59")
        contract.end_date = "2024-01-14"
        self.assertFound(ticket, contract)
        self.at("mon+1 00:30")
        self.assertFound(ticket)

    def test_out_of_warranty_with_a_term(self):
        contract = self.create_contract(
            warranty_date="2024-01-07", end_date="2024-12-31"
        )
        warranty = self.get_brief(contract)["warranty"]
        self.assertEqual(
            warranty, {"state": "out", "text": "Warranty ended on 01/07/2024"}
        )

    # ------------------------------------------------------------------
    # Whose
    # ------------------------------------------------------------------

    def create_foreign(self):
        """A contract with the same supplier of another company."""
        return self.create_contract(company_id=self.foreign_company.id)

    def test_another_company(self):
        """Also for who works for both: the ticket's company decides."""
        foreign = self.create_foreign()
        ticket = self.create_ticket(slm_supplier_id=self.supplier.id)
        self.assertFound(ticket)
        self.agent.company_ids |= self.foreign_company
        both = (self.company | self.foreign_company).ids
        ticket = self.as_agent(ticket).with_context(allowed_company_ids=both)
        self.assertTrue(foreign.with_env(ticket.env).has_access("read"))
        self.assertFalse(ticket.slm_contract_briefs)
        self.assertFalse(ticket.slm_contract_ids)

    def test_tickets_of_two_companies_at_once(self):
        ours, theirs = self.create_contract(), self.create_foreign()
        subjects = [
            Subject(company.id, supplier=self.supplier.id)
            for company in (self.company, self.foreign_company)
        ]
        found = self.env["slm.contract.finder"].sudo()._get_contracts_batch(subjects)
        self.assertEqual([list(found[s]) for s in subjects], [[ours], [theirs]])

    def test_an_id_that_was_guessed(self):
        """An agent asks as if his ticket were of another company."""
        self.create_foreign()
        ticket = self.env["helpdesk.ticket"].with_user(self.agent)
        shown = ticket.new(
            {
                "company_id": self.foreign_company.id,
                "slm_supplier_id": self.supplier.id,
            }
        )
        self.assertFalse(shown.slm_contract_briefs)

    def test_requesters(self):
        """They have no road to it."""
        self.create_contract()
        ticket = self.create_ticket(slm_supplier_id=self.supplier.id)
        for user in (self.portal_user, self.helpdesk_user):
            as_user = ticket.with_user(user)
            self.assertTrue(as_user.has_access("read"))
            for name in FIELDS:
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError):
                        as_user.read([name])
                    self.assertNotIn(name, as_user.fields_get())

    def test_fields_are_not_stored_nor_related(self):
        """By a related field anybody may sort and group, whatever its groups."""
        for name in FIELDS:
            field = self.env["helpdesk.ticket"]._fields[name]
            self.assertFalse(field.store or field.related, name)
            self.assertEqual(field.groups, "slm_management.group_slm_agent")

    # ------------------------------------------------------------------
    # On the form
    # ------------------------------------------------------------------

    def test_form(self):
        """It follows what is chosen, before anything is saved."""
        contract = self.create_contract(configuration_item_ids=self.web.ids)
        form = Form(self.env["helpdesk.ticket"].with_user(self.agent))
        form.name = form.description = "It does not work"
        self.assertFalse(form.slm_contract_briefs)
        form.slm_configuration_item_ids.add(self.web)
        self.assertEqual([b["id"] for b in form.slm_contract_briefs], contract.ids)
        form.slm_configuration_item_ids.remove(self.web.id)
        self.assertFalse(form.slm_contract_briefs)
        form.stage_id = self.stages["wait_supplier"]
        form.slm_supplier_id = self.supplier
        self.assertEqual([b["id"] for b in form.slm_contract_briefs], contract.ids)

    def test_form_of_a_saved_ticket(self):
        contract = self.create_contract(service_ids=self.service.ids)
        form = Form(self.as_agent(self.create_ticket()))
        self.assertFalse(form.slm_contract_briefs)
        form.slm_service_id = self.service
        self.assertEqual([b["id"] for b in form.slm_contract_briefs], contract.ids)

    def test_lists_do_not_load_it(self):
        views = self.env["helpdesk.ticket"].get_views(
            [(False, "list"), (False, "kanban")]
        )["views"]
        for view in views.values():
            for name in FIELDS:
                self.assertNotIn(name, view["arch"])

    # ------------------------------------------------------------------
    # Queries
    # ------------------------------------------------------------------

    def create_many(self, count):
        """A ticket with many contracts, each with hours, a UC, people, an item."""
        items = self.web.create([{"name": f"Item {n}"} for n in range(count)])
        for number, item in enumerate(items):
            partner = self.supplier.copy({"name": f"Supplier {number}"})
            self.hotline.copy(
                {
                    "parent_id": partner.id,
                    "slm_contact_role": "Hotline",
                    "slm_contact_calendar_id": self.office.copy().id,
                }
            )
            uc = self.create_uc(
                partner_id=partner.id, calendar_id=self.always.copy().id
            )
            self.create_contract(
                partner_id=partner.id,
                configuration_item_ids=item.ids,
                agreement_ids=uc.ids,
                calendar_id=number % 2 and self.office.copy().id,
                warranty_date="2024-01-07",
                end_date="2030-01-01",
            )
        return self.create_ticket(slm_configuration_item_ids=items.ids)

    def count_queries(self, ticket):
        for _run in ("warms up", "counts"):
            ticket = self.as_agent(ticket)
            before = self.cr.sql_log_count
            found = ticket.read(FIELDS)
            counted = self.cr.sql_log_count - before
        return counted, len(found[0]["slm_contract_briefs"])

    @warmup
    def test_queries(self):
        few, found_few = self.count_queries(self.create_many(FEW))
        many, found_many = self.count_queries(self.create_many(MANY))
        self.assertEqual((found_few, found_many), (FEW, MANY))
        self.assertLessEqual(many, PANEL)
        self.assertEqual(many, few)

    def test_a_batch(self):
        """Many tickets are one question."""
        finder = self.env["slm.contract.finder"].with_user(self.agent)
        contract = self.create_contract(service_ids=self.service.ids)
        company = self.company.id
        subjects = [
            Subject(company, service=self.service.id),
            Subject(company, supplier=self.supplier.id),
            Subject(company),
        ]
        found = finder._get_contracts_batch(subjects)
        self.assertEqual(found[subjects[0]], {contract: [("service", self.service.id)]})
        self.assertEqual(
            found[subjects[1]], {contract: [("supplier", self.supplier.id)]}
        )
        self.assertEqual(found[subjects[2]], {})
        self.assertEqual(finder._get_contracts_batch([]), {})


class TestContractBrief(ContractsCase):
    """What is told of a contract."""

    def test_who(self):
        contract = self.create_contract(
            external_number="EXT 1", manager_id=self.manager.id
        )
        brief = self.get_brief(contract)
        self.assertEqual(brief["name"], "Support")
        self.assertEqual(brief["numbers"], f"{contract.code} · EXT 1")
        self.assertEqual(brief["manager"], self.manager.name)
        self.assertEqual(
            brief["partner"],
            {
                "role": "Supplier",
                "name": "Vendor",
                "phone": "+49 30 Vendor",
                "email": "vendor@example.com",
            },
        )

    def test_own_hours(self):
        contract = self.create_contract(
            calendar_id=self.always.id, agreement_ids=self.create_uc().ids
        )
        (hours,) = self.get_brief(contract)["hours"]
        self.assertEqual(hours["timezone"], "Europe/Berlin")
        (row,) = hours["weeks"][0]["rows"]
        self.assertEqual(list(row), ["Every day", "around the clock"])

    def test_hours_of_ucs(self):
        contract = self.create_contract(agreement_ids=self.create_uc().ids)
        (hours,) = self.get_brief(contract)["hours"]
        (row,) = hours["weeks"][0]["rows"]
        self.assertEqual(row[0], "Mon – Fri")
        self.assertEqual(hours["name"], "", "There is nothing to tell apart")
        night = self.create_uc(name="Night", calendar_id=self.always.id)
        contract.agreement_ids |= night
        names = [hours["name"] for hours in self.get_brief(contract)["hours"]]
        self.assertEqual(sorted(names), ["Night", "UC"])

    def test_no_hours(self):
        self.assertEqual(self.get_brief(self.create_contract())["hours"], [])

    def test_warranty(self):
        contract = self.create_contract(end_date="2030-12-31")
        for vals, state, text in (
            ({}, "none", "No warranty"),
            ({"warranty_months": 12}, "open", "Warranty of 12 months from the final "),
            ({"final_acceptance_date": "2023-01-31"}, "in", "until 01/31/2024"),
            ({"warranty_months": 0, "warranty_date": "2024-01-08"}, "in", "01/08/2024"),
            ({"warranty_date": "2024-01-07"}, "out", "ended on 01/07/2024"),
            (
                {"final_acceptance_date": False, "warranty_date": "2025-01-07"},
                "open",
                "until 01/07/2025, not accepted yet",
            ),
        ):
            with self.subTest(vals):
                contract.write(vals)
                warranty = self.get_brief(contract)["warranty"]
                self.assertEqual(warranty["state"], state)
                self.assertIn(text, warranty["text"])

    def test_term(self):
        contract = self.create_contract()
        for vals, text in (
            ({}, "Until further notice"),
            ({"end_date": "2024-01-08"}, "Term until 01/08/2024"),
            (
                {"renewal": "tacit", "renewal_months": 12},
                "Term until 01/08/2024, renewed tacitly",
            ),
            ({"notice_given_date": "2024-01-01"}, "Term until 01/08/2024"),
            (
                {
                    "renewal": "none",
                    "end_date": "2024-01-05",
                    "final_acceptance_date": "2023-06-01",
                    "warranty_date": "2025-06-01",
                },
                "Term ended on 01/05/2024",
            ),
        ):
            with self.subTest(vals):
                contract.write(vals)
                self.assertEqual(self.get_brief(contract)["term"], text)

    def test_contacts(self):
        """People of the supplier with a role or hours; not those who have neither, have
        left, or are known to another company only."""
        people = self.supplier.create(
            [
                {"name": "Nobody"},
                {"name": "Gone", "slm_contact_role": "Sales", "active": False},
                {
                    "name": "Foreign",
                    "slm_contact_role": "Sales",
                    "company_id": self.foreign_company.id,
                },
                {"name": "Hours", "slm_contact_calendar_id": self.office.id},
            ]
        )
        people.write({"parent_id": self.supplier.id})
        self.supplier.create({"name": "Unrelated", "slm_contact_role": "Hotline"})
        contract = self.create_contract()
        contacts = {c["name"]: c for c in self.get_brief(contract)["contacts"]}
        self.assertEqual(contacts.keys(), {"Henry", "Hours"})
        henry = contacts["Henry"]
        self.assertEqual(henry["role"], "Hotline")
        self.assertEqual(henry["phone"], "+49 30 4711")
        self.assertEqual(henry["email"], "henry@example.com")
        (row,) = henry["hours"][0]["weeks"][0]["rows"]
        self.assertEqual(list(row), ["Every day", "around the clock"])

    def test_a_service_company_as_contact(self):
        """A contact directly below the partner is his, also if it is a company."""
        desk = self.supplier.create(
            {
                "name": "Vendor Service",
                "is_company": True,
                "parent_id": self.supplier.id,
                "slm_contact_role": "Escalations",
            }
        )
        contacts = self.get_brief(self.create_contract())["contacts"]
        self.assertIn(desk.id, [contact["id"] for contact in contacts])

    def test_targets(self):
        uc = self.create_uc()
        contract = self.create_contract(agreement_ids=uc.ids)
        (agreement,) = self.get_brief(contract)["agreements"]
        self.assertEqual(agreement["id"], uc.id)
        self.assertEqual(
            agreement["targets"],
            [
                {
                    "scope": "priority Very High",
                    "response": "30 min",
                    "completion": "1 d 2 h",
                    "closure": "",
                },
                {
                    "scope": "All tickets",
                    "response": "",
                    "completion": "",
                    "closure": "1 h 30 min",
                },
            ],
        )

    def test_targets_of_what_is_in_force(self):
        uc = self.create_uc()
        contract = self.create_contract(agreement_ids=uc.ids)
        draft = self.create_uc(name="Draft", activate=False)
        later = self.create_uc(name="Later", date_start="2024-01-09")
        contract.agreement_ids |= draft | later
        told = self.get_brief(contract)["agreements"]
        self.assertEqual([agreement["id"] for agreement in told], uc.ids)
        uc.action_terminate()
        self.assertEqual(self.get_brief(contract)["agreements"], [])

    def test_a_new_version_of_a_uc(self):
        """The papers that carry it carry its next version."""
        uc = self.create_uc(date_start="2023-01-01")
        contract = self.create_contract(agreement_ids=uc.ids)
        action = uc.action_new_version()
        version = uc.browse(action["res_id"])
        self.assertEqual(version.contract_ids, contract)
        version.action_approve()
        told = self.get_brief(contract)["agreements"]
        self.assertEqual([agreement["id"] for agreement in told], version.ids)

    def test_in_the_user_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        contract = self.create_contract(
            warranty_date="2024-01-07", end_date="2025-01-01"
        )
        ticket = self.create_ticket(slm_supplier_id=self.supplier.id)
        ticket = self.as_agent(ticket).with_context(lang="fr_FR")
        (brief,) = ticket.slm_contract_briefs
        self.assertEqual(brief["id"], contract.id)
        self.assertIn("07/01/2024", brief["warranty"]["text"])

    def test_what_is_closed_elsewhere(self):
        """An agent who may not read service hours or contacts reads it here."""
        contract = self.create_contract(
            calendar_id=self.always.id, agreement_ids=self.create_uc().ids
        )
        ticket = self.create_ticket(slm_supplier_id=self.supplier.id)
        self.env["ir.rule"].create(
            [
                {
                    "name": f"Nobody reads {model}",
                    "model_id": self.env["ir.model"]._get_id(model),
                    "domain_force": "[('id', '=', 0)]",
                }
                for model in ("resource.calendar", "resource.calendar.attendance")
            ]
        )
        (brief,) = self.get_briefs(ticket)
        self.assertEqual(brief["id"], contract.id)
        self.assertTrue(brief["hours"][0]["weeks"][0]["rows"])
        with self.assertRaises(AccessError):
            self.always.with_user(self.agent).check_access("read")

    def test_requesters(self):
        contract = self.create_contract()
        with self.assertRaises(AccessError):
            contract.with_user(self.helpdesk_user)._get_briefs()


class TestWarranty(ContractsCase):
    """Which items are out of warranty, and where it is said."""

    def assertWarranty(self, item, end, expired):
        """The same by field, by search and by filter."""
        as_agent = self.as_agent(item)
        self.assertEqual(str(as_agent.warranty_end or ""), end)
        self.assertEqual(as_agent.warranty_expired, expired)
        self.assertEqual(bool(as_agent.warranty_color), expired)
        this = Domain("id", "=", item.id)
        for value in (True, False):
            found = as_agent.search(this & Domain("warranty_expired", "=", value))
            self.assertEqual(bool(found), expired is value, value)
        for operator, value in (("=", end or False), ("<=", end), (">=", end)):
            if value or operator == "=":
                domain = this & Domain("warranty_end", operator, value)
                self.assertEqual(as_agent.search(domain), item, (operator, value))
        for operator in ("<", ">"):
            domain = this & Domain("warranty_end", operator, end or "2024-01-01")
            self.assertFalse(as_agent.search(domain), operator)

    def test_own_date(self):
        self.assertWarranty(self.web, "", False)
        self.web.warranty_date = "2024-01-08"
        self.assertWarranty(self.web, "2024-01-08", False)
        self.web.warranty_date = "2024-01-07"
        self.assertWarranty(self.web, "2024-01-07", True)
        self.web.status = "retired"
        self.assertWarranty(self.web, "2024-01-07", False)

    def test_date_of_contracts(self):
        """The latest one counts."""
        vals = {"configuration_item_ids": self.web.ids}
        self.create_contract(warranty_date="2023-12-31", **vals)
        self.assertWarranty(self.web, "2023-12-31", True)
        self.create_contract(warranty_date="2024-01-08", **vals)
        self.assertWarranty(self.web, "2024-01-08", False)
        self.create_contract(**vals)
        self.assertWarranty(self.web, "2024-01-08", False)
        self.assertWarranty(self.host, "", False)

    def test_own_date_comes_first(self):
        self.create_contract(
            warranty_date="2025-01-01", configuration_item_ids=self.web.ids
        )
        self.web.warranty_date = "2024-01-07"
        self.assertWarranty(self.web, "2024-01-07", True)

    def test_contracts_that_do_not_count(self):
        contract = self.create_contract(
            warranty_date="2025-01-01", configuration_item_ids=self.web.ids
        )
        for vals in (
            {"effective_date": False},
            {"effective_date": "2024-01-09"},
            {"terminated_date": "2024-01-01"},
            {"end_date": "2024-01-07"},
            {"active": False},
        ):
            with self.subTest(vals):
                before = {name: contract[name] for name in vals}
                self.assertWarranty(self.web, "2025-01-01", False)
                contract.write(vals)
                self.assertWarranty(self.web, "", False)
                contract.write(before)

    def test_archived_contract_where_archived_ones_are_shown(self):
        self.create_contract(
            warranty_date="2024-01-07",
            configuration_item_ids=self.web.ids,
            active=False,
        )
        web = self.as_agent(self.web).with_context(active_test=False)
        self.assertTrue(web.contract_ids)
        self.assertFalse(web.warranty_end)

    def test_warranty_outlives_the_term(self):
        contract = self.create_contract(
            final_acceptance_date="2023-06-01",
            warranty_date="2024-01-08",
            end_date="2023-12-31",
            configuration_item_ids=self.web.ids,
        )
        self.assertWarranty(self.web, "2024-01-08", False)
        contract.warranty_date = "2024-01-07"
        self.assertWarranty(self.web, "2024-01-07", True)

    def test_midnight_is_the_company_s(self):
        self.web.warranty_date = "2024-01-08"
        self.agent.tz = "America/New_York"
        self.at("mon 23:59")
        self.assertWarranty(self.web, "2024-01-08", False)
        self.at("tue 00:01")
        self.assertWarranty(self.web, "2024-01-08", True)

    def test_searched_without_a_flush(self):
        """What was written a moment ago is found."""
        contract = self.create_contract(
            warranty_date="2025-01-01", configuration_item_ids=self.web.ids
        )
        expired = Domain("id", "=", self.web.id) & Domain("warranty_expired", "=", True)
        self.assertFalse(self.web.search(expired))
        contract.warranty_date = "2024-01-01"
        self.assertTrue(self.web.search(expired))

    def test_sorted_and_grouped(self):
        self.web.warranty_date = "2024-03-01"
        self.create_contract(
            warranty_date="2024-02-01", configuration_item_ids=self.host.ids
        )
        items = (self.web | self.host).with_user(self.agent)
        domain = [("id", "in", items.ids)]
        self.assertEqual(items.search(domain, order="warranty_end"), items[::-1])
        groups = items._read_group(domain, ["warranty_end:month"], ["__count"])
        self.assertEqual([str(day) for day, _n in groups], ["2024-02-01", "2024-03-01"])

    def test_filter_of_items(self):
        self.web.warranty_date = "2024-01-07"
        view = self.env.ref("slm_management.slm_configuration_item_view_search")
        node = etree.fromstring(view.arch).find(".//filter[@name='warranty_expired']")
        self.assertEqual(node.get("string"), "Out of Warranty")
        domain = Domain(safe_eval(node.get("domain")))
        both = self.web | self.host
        domain &= Domain("id", "in", both.ids)
        self.assertEqual(self.as_agent(both).search(domain), self.web)

    def test_list_of_items_in_a_batch(self):
        items = self.web.create([{"name": f"Item {n}"} for n in range(MANY)])
        for item in items:
            self.create_contract(
                warranty_date="2024-01-01", configuration_item_ids=item.ids
            )
        self.as_agent(items).mapped("warranty_end")
        items = self.as_agent(items)
        with self.assertQueryCount(8):
            self.assertTrue(all(items.mapped("warranty_expired")))

    # ------------------------------------------------------------------
    # On tickets
    # ------------------------------------------------------------------

    def test_notice(self):
        ticket = self.create_ticket(
            slm_configuration_item_ids=(self.web | self.host).ids
        )
        self.assertFalse(self.as_agent(ticket).slm_warranty_notice)
        self.web.warranty_date = "2024-01-07"
        self.assertEqual(
            self.as_agent(ticket).slm_warranty_notice,
            f"{self.web.display_name} (until 01/07/2024)",
        )
        self.create_contract(
            warranty_date="2024-01-05", configuration_item_ids=self.host.ids
        )
        notice = self.as_agent(ticket).slm_warranty_notice
        self.assertIn(f"{self.host.display_name} (until 01/05/2024)", notice)

    def test_notice_while_editing(self):
        self.web.warranty_date = "2024-01-07"
        form = Form(self.env["helpdesk.ticket"].with_user(self.agent))
        form.name = form.description = "It does not work"
        self.assertFalse(form.slm_warranty_notice)
        form.slm_configuration_item_ids.add(self.web)
        self.assertIn(self.web.display_name, form.slm_warranty_notice)
        form.slm_configuration_item_ids.remove(self.web.id)
        self.assertFalse(form.slm_warranty_notice)

    def test_notice_names_nothing_of_another_company(self):
        """As little as the tags beside it do."""
        foreign = self.web.create(
            {
                "name": "Secret",
                "company_id": self.foreign_company.id,
                "warranty_date": "2024-01-07",
            }
        )
        self.env.invalidate_all()
        tickets = self.env["helpdesk.ticket"].with_user(self.agent)
        values = {"slm_configuration_item_ids": [Command.set(foreign.ids)]}
        with self.assertRaises(AccessError):
            tickets.onchange(
                values, ["slm_configuration_item_ids"], {"slm_warranty_notice": {}}
            )

    def test_marked_on_the_form(self):
        arch = self.env["helpdesk.ticket"].with_user(self.agent).get_view()["arch"]
        form = etree.fromstring(arch)
        tags = form.find(".//field[@name='slm_configuration_item_ids']")
        self.assertIn("warranty_color", tags.get("options"))
        notice = form.find(".//field[@name='slm_warranty_notice']")
        self.assertEqual(notice.getparent().get("invisible"), "not slm_warranty_notice")

    def test_filter_of_tickets(self):
        self.web.warranty_date = "2024-01-07"
        ticket = self.create_ticket(slm_configuration_item_ids=self.web.ids)
        other = self.create_ticket(slm_configuration_item_ids=self.host.ids)
        view = self.env.ref("slm_management.helpdesk_ticket_view_search")
        node = etree.fromstring(view.arch).find(
            ".//filter[@name='slm_out_of_warranty']"
        )
        domain = Domain(safe_eval(node.get("domain")))
        domain &= Domain("id", "in", (ticket | other).ids)
        self.assertEqual(self.as_agent(ticket).search(domain), ticket)


class TestContractsOfCatalogue(ContractsCase):
    """Contracts on the forms of items, services and agreements."""

    def test_item(self):
        contract = self.create_contract(configuration_item_ids=self.web.ids)
        over = self.create_contract(
            end_date="2024-01-07", configuration_item_ids=self.web.ids
        )
        web = self.as_agent(self.web)
        self.assertEqual([b["id"] for b in web.contract_briefs], contract.ids)
        self.assertEqual(web.contract_count, 2)
        action = web.action_view_contracts()
        found = contract.with_user(self.agent).search(action["domain"])
        self.assertEqual(found, contract | over)
        self.assertFalse(self.as_agent(self.host).contract_briefs)

    def test_item_while_editing(self):
        contract = self.create_contract(
            configuration_item_ids=self.host.ids,
            warranty_date="2024-01-07",
            end_date="2025-01-01",
        )
        form = Form(self.web.with_user(self.administrator))
        self.assertFalse(form.contract_briefs)
        self.assertFalse(form.warranty_expired)
        form.contract_ids.add(contract)
        self.assertEqual([b["id"] for b in form.contract_briefs], contract.ids)
        self.assertTrue(form.warranty_expired)

    def test_archived_contract_of_an_item(self):
        contract = self.create_contract(configuration_item_ids=self.web.ids)
        contract.action_archive()
        self.assertFalse(self.as_agent(self.web).contract_briefs)
        web = self.as_agent(self.web).with_context(active_test=False)
        self.assertFalse(web.contract_briefs)

    def test_service(self):
        contract = self.create_contract(service_ids=self.service.ids)
        service = self.as_agent(self.service)
        self.assertEqual(service.contract_count, 1)
        domain = service.action_view_contracts()["domain"]
        self.assertEqual(contract.with_user(self.agent).search(domain), contract)

    def test_agreement(self):
        uc = self.create_uc()
        contract = self.create_contract(agreement_ids=uc.ids)
        uc = self.as_agent(uc)
        self.assertEqual(uc.contract_count, 1)
        domain = uc.action_view_contracts()["domain"]
        self.assertEqual(contract.with_user(self.agent).search(domain), contract)

    def test_without_contract_in_force(self):
        self.create_contract(configuration_item_ids=self.web.ids)
        self.create_contract(
            configuration_item_ids=self.host.ids, end_date="2024-01-07"
        )
        view = self.env.ref("slm_management.slm_configuration_item_view_search")
        node = etree.fromstring(view.arch).find(".//filter[@name='without_contract']")
        domain = Domain(safe_eval(node.get("domain")))
        both = self.web | self.host
        domain &= Domain("id", "in", both.ids)
        self.assertEqual(self.as_agent(both).search(domain), self.host)
