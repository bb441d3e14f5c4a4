# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from .common import SlmCommon


class TestTicketCatalogue(SlmCommon):
    """Service, process and configuration items of a ticket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fault = cls.create_process("Fault", "incident", cls.service)
        cls.wish = cls.create_process(
            "Wish", "request", cls.service | cls.other_service
        )
        cls.web = cls.create_item("Web server")
        cls.host = cls.create_item("Host")
        cls.loose = cls.create_item("Loose")
        cls.service.configuration_item_ids = cls.web | cls.host
        cls.other_service.configuration_item_ids = cls.host
        cls.foreign_company = cls._create_company(name="Other Ltd")

    @classmethod
    def create_process(cls, name, kind, services, publish=True, **vals):
        process = cls.env["slm.process"].create(
            {
                "name": name,
                "kind": kind,
                "service_ids": [Command.set(services.ids)],
                "publication_ids": [Command.create({"role": "consumer"})],
                **vals,
            }
        )
        if publish:
            process.action_publish()
        return process

    @classmethod
    def create_item(cls, name, **vals):
        return cls.env["slm.configuration.item"].create({"name": name, **vals})

    def open_form(self, ticket=None):
        """The form of the helpdesk, as an agent has it."""
        ticket = ticket or self.env["helpdesk.ticket"]
        form = Form(ticket.with_user(self.agent))
        if not ticket:
            form.name = "It does not work"
            form.description = "Please help"
        return form

    # ------------------------------------------------------------------
    # Process
    # ------------------------------------------------------------------

    def test_process_says_its_kind(self):
        form = self.open_form()
        form.slm_service_id = self.service
        form.slm_process_id = self.fault
        self.assertEqual(form.slm_process_kind, "incident")
        form.slm_process_id = self.wish
        self.assertEqual(form.slm_process_kind, "request")
        self.assertEqual(form.save().slm_process_kind, "request")

    def test_kind_is_free_without_a_process(self):
        form = self.open_form()
        form.slm_process_kind = "problem"
        form.slm_process_id = self.fault
        with self.assertRaisesRegex(AssertionError, "readonly"):
            form.slm_process_kind = "problem"
        form.slm_process_id = self.env["slm.process"]
        form.slm_process_kind = "complaint"
        self.assertEqual(form.save().slm_process_kind, "complaint")

    def test_kind_is_that_of_the_process(self):
        """Not only on the screen."""
        ticket = self.create_ticket(slm_process_id=self.fault.id)
        self.assertEqual(ticket.slm_process_kind, "incident")
        with self.assertRefused(ticket.number):
            ticket.with_user(self.agent).slm_process_kind = "request"
        ticket.with_user(self.agent).write(
            {"slm_process_id": False, "slm_process_kind": "request"}
        )

    def test_process_on_one_service_says_which(self):
        form = self.open_form()
        form.slm_process_id = self.fault
        self.assertEqual(form.slm_service_id, self.service)
        form = self.open_form()
        form.slm_process_id = self.wish
        self.assertFalse(form.slm_service_id, "It could be either of them")
        form.slm_service_id = self.other_service
        self.assertEqual(form.slm_process_id, self.wish)

    def test_process_does_not_change_the_service(self):
        form = self.open_form()
        form.slm_service_id = self.other_service
        form.slm_process_id = self.wish
        self.assertEqual(form.slm_service_id, self.other_service)

    def test_service_clears_a_process_that_does_not_fit(self):
        form = self.open_form()
        form.slm_service_id = self.service
        form.slm_process_id = self.fault
        form.slm_service_id = self.other_service
        self.assertFalse(form.slm_process_id)
        form.slm_process_id = self.wish
        form.slm_service_id = self.service
        self.assertEqual(form.slm_process_id, self.wish)
        form.slm_service_id = self.env["slm.service"]
        self.assertEqual(form.slm_process_id, self.wish)

    def test_processes_to_choose_from(self):
        """Published ones of the ticket's company, and of its service, if any."""
        self.create_process("Draft", "change", self.service, publish=False)
        self.create_process("Old", "change", self.service).action_retire()
        self.assertEqual(self.get_choice(self.other_service), self.wish)
        self.assertEqual(self.get_choice(self.service), self.fault | self.wish)
        self.assertEqual(
            self.get_choice(self.env["slm.service"]), self.fault | self.wish
        )

    def get_choice(self, service):
        """What the picker of processes offers on a form with this service."""
        form = self.open_form()
        node = form._view["tree"].xpath("//field[@name='slm_process_id']")[0]
        context = {"company_id": self.company.id, "slm_service_id": service.id}
        domain = (
            node.get("domain")
            or self.env["helpdesk.ticket"]._fields["slm_process_id"].domain
        )
        mine = [("company_id", "=", self.company.id)]
        return self.env["slm.process"].search(safe_eval(domain, context) + mine)

    def test_draft_is_refused(self):
        draft = self.create_process("Draft", "change", self.service, publish=False)
        with self.assertRefused("draft"):
            self.create_ticket(slm_process_id=draft.id)

    def test_retired_version_stays(self):
        ticket = self.create_ticket(slm_process_id=self.fault.id)
        self.fault.action_retire()
        ticket.with_user(self.agent).slm_process_id = self.fault
        self.assertEqual(ticket.slm_process_id, self.fault)

    # ------------------------------------------------------------------
    # Configuration items
    # ------------------------------------------------------------------

    def find(self, model, name="", **context):
        """What a picker shows to an agent, in its order."""
        records = self.env[model].with_user(self.agent).with_context(**context)
        found = records.web_name_search(name, {"display_name": {}}, limit=8)
        return records.browse([values["id"] for values in found]).mapped("name")

    def test_items_of_the_service_come_first(self):
        items = "slm.configuration.item"
        first = self.create_item("A host of nobody", code="0")
        self.assertEqual(self.find(items)[0], first.name, "The register's own order")
        found = self.find(items, slm_picked_service=self.service.id)
        self.assertEqual(found, ["Web server", "Host", first.name, "Loose"])
        found = self.find(items, "host", slm_picked_service=self.other_service.id)
        self.assertEqual(found, ["Host", first.name])
        found = self.find(items, slm_picked_service=False)
        self.assertEqual(found[0], first.name)

    def test_services_of_the_items_come_first(self):
        only = self.service.create({"name": "Only the host's", "code": "ZZ"})
        only.configuration_item_ids = self.host
        self.service.create({"name": "Nobody's", "code": "0"})
        services = "slm.service"
        self.assertEqual(self.find(services)[0], "Nobody's")
        picked = (self.web | self.host).ids
        self.assertEqual(
            self.find(services, slm_picked_items=picked),
            ["Mail", "Print", "Only the host's", "Nobody's"],
            "First what they share, then what uses one of them",
        )

    def test_order_keeps_the_limit(self):
        items = self.env["slm.configuration.item"].with_user(self.agent)
        items = items.with_context(slm_picked_service=self.service.id)
        for limit in (1, 2, 3):
            self.assertEqual(len(items.name_search(limit=limit)), limit)
        self.assertEqual(len(items.name_search(limit=None)), 3)
        self.assertEqual(
            items.name_search(domain=[("name", "=", "Loose")])[0][0], self.loose.id
        )

    def test_order_opens_no_door(self):
        """Neither by the context nor by the domain somebody finds what is not his."""
        secret = self.create_item("Secret", company_id=self.foreign_company.id)
        service = self.service.create(
            {"name": "Theirs", "company_id": self.foreign_company.id}
        )
        service.configuration_item_ids = secret
        found = self.find("slm.configuration.item", slm_picked_service=service.id)
        self.assertNotIn("Secret", found)
        found = self.find("slm.service", slm_picked_items=secret.ids)
        self.assertNotIn("Theirs", found)
        odd = {"slm_picked_service": ["NewId_1", None, {}]}
        self.assertEqual(len(self.find("slm.configuration.item", **odd)), 3)
        services = self.service.with_user(self.portal_user)
        with self.assertRaises(AccessError):
            services.with_context(slm_picked_items=self.web.ids).name_search()
        items = self.web.with_user(self.portal_user)
        with self.assertRaises(AccessError):
            items.with_context(slm_picked_service=self.service.id).name_search()

    def test_item_says_its_service(self):
        form = self.open_form()
        form.slm_configuration_item_ids.add(self.loose)
        self.assertFalse(form.slm_service_id, "It has none")
        form.slm_configuration_item_ids.clear()
        form.slm_configuration_item_ids.add(self.host)
        self.assertFalse(form.slm_service_id, "It has two")
        form.slm_configuration_item_ids.add(self.web)
        self.assertEqual(form.slm_service_id, self.service, "They share one")
        self.assertEqual(form.save().slm_service_id, self.service)

    def test_item_does_not_change_the_service(self):
        form = self.open_form()
        form.slm_service_id = self.other_service
        form.slm_configuration_item_ids.add(self.web)
        self.assertEqual(form.slm_service_id, self.other_service)

    def test_item_says_a_service_of_the_process(self):
        """Never one for which the process would be cleared."""
        change = self.create_process(
            "Change", "change", self.other_service | self.service.create({"name": "X"})
        )
        form = self.open_form()
        form.slm_process_id = change
        form.slm_configuration_item_ids.add(self.web)
        self.assertFalse(form.slm_service_id)
        form.slm_configuration_item_ids.add(self.host)
        self.assertFalse(form.slm_service_id)
        form.slm_configuration_item_ids.remove(self.web.id)
        self.assertEqual(form.slm_service_id, self.other_service)
        self.assertEqual(form.slm_process_id, change)

    def test_archived_services_are_not_proposed(self):
        self.other_service.active = False
        form = self.open_form()
        form.slm_configuration_item_ids.add(self.host)
        self.assertEqual(form.slm_service_id, self.service)

    def test_item_of_another_company(self):
        """Refused without its name, also to whom it is not hidden."""
        ticket = self.create_ticket()
        foreign = self.create_item("Secret", company_id=self.foreign_company.id)
        with self.assertRaises(ValidationError) as caught:
            ticket.slm_configuration_item_ids = foreign
        self.assertIn(ticket.number, str(caught.exception))
        self.assertNotIn("Secret", str(caught.exception))
        with self.assertRaises(AccessError) as caught:
            ticket.with_user(self.agent).slm_configuration_item_ids = foreign
        self.assertNotIn("Secret", str(caught.exception))
        with self.assertRaises(ValidationError):
            self.create_ticket(slm_configuration_item_ids=foreign.ids)
        foreign.active = False
        with self.assertRaises(ValidationError):
            ticket.slm_configuration_item_ids = foreign

    def test_ticket_moves_to_another_company(self):
        """It leaves behind what is of its company before, or stays."""
        for vals in (
            {"slm_service_id": self.service.id},
            {"slm_process_id": self.fault.id},
            {"slm_configuration_item_ids": self.loose.ids},
        ):
            ticket = self.create_ticket(**vals)
            with self.subTest(vals=vals), self.assertRefused("Choose"):
                ticket.company_id = self.foreign_company
            ticket.write(
                dict.fromkeys(vals, False) | {"company_id": self.foreign_company.id}
            )
            self.assertEqual(ticket.company_id, self.foreign_company)

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------

    def test_order_on_the_form(self):
        form = self.open_form()
        names = [node.get("name") for node in form._view["tree"].iter("field")]
        expected = [
            "slm_service_id",
            "slm_process_id",
            "slm_process_kind",
            "slm_configuration_item_ids",
            "slm_agreement_id",
        ]
        start = names.index("slm_service_id")
        self.assertEqual(names[start : start + 5], expected)

    def test_grouping(self):
        self.create_ticket(slm_configuration_item_ids=(self.web | self.host).ids)
        self.create_ticket(slm_process_id=self.fault.id)
        tickets = self.env["helpdesk.ticket"].with_user(self.agent)
        mine = [("company_id", "=", self.company.id)]
        groups = tickets.formatted_read_group(
            mine, ["slm_configuration_item_ids"], ["__count"]
        )
        self.assertEqual(sum(group["__count"] for group in groups), 3)
        groups = tickets.formatted_read_group(mine, ["slm_process_id"], ["__count"])
        self.assertEqual([group["__count"] for group in groups], [1, 1])

    def test_others_see_nothing_of_it(self):
        ticket = self.create_ticket(
            slm_process_id=self.fault.id, slm_configuration_item_ids=self.web.ids
        )
        for name in ("slm_process_id", "slm_configuration_item_ids"):
            for user in (self.helpdesk_user, self.portal_user):
                theirs = ticket.with_user(user)
                with self.assertRaises(AccessError):
                    theirs.read([name])
                with self.assertRaises(AccessError):
                    theirs.search([(name, "!=", False)])
            with self.assertRaises(AccessError):
                ticket.with_user(self.helpdesk_user).write({name: False})

    # ------------------------------------------------------------------
    # Events and clocks
    # ------------------------------------------------------------------

    def test_change_of_process_is_told(self):
        ticket = self.create_ticket(
            slm_service_id=self.service.id, slm_process_id=self.fault.id
        )
        self.at("mon 09:00")
        ticket.with_user(self.agent).slm_process_id = self.wish
        (event,) = self.get_events(ticket, "service")
        self.assertEqual(event.user_id, self.agent)
        self.assertIn(
            f"process: {self.fault.display_name} → {self.wish.display_name}",
            event.description,
        )
        self.assertIn("process kind: Incident → Business Request", event.description)

    def test_process_of_the_same_kind(self):
        """It is told, and nothing is asked anew."""
        other = self.create_process("Other fault", "incident", self.service)
        ticket = self.create_ticket(slm_process_id=self.fault.id)
        before = ticket.slm_agreement_id
        self.at("mon 09:00")
        ticket.slm_process_id = other
        (event,) = self.get_events(ticket, "service")
        self.assertEqual(event.after, {"process": other.id})
        self.assertEqual(ticket.slm_agreement_id, before)

    def test_items_are_no_fact(self):
        ticket = self.create_ticket()
        events = len(ticket.slm_event_ids)
        ticket.slm_configuration_item_ids = self.web
        self.env.flush_all()
        self.assertEqual(len(ticket.slm_event_ids), events)

    def test_agreement_is_matched_by_the_kind(self):
        incident = self.env.ref("slm_management.process_kind_incident")
        mine = self.create_agreement(
            name="Incidents", process_kind_ids=incident.ids, sequence=1
        )
        ticket = self.create_ticket(slm_process_id=self.fault.id)
        self.assertEqual(ticket.slm_agreement_id, mine)
        self.at("mon 09:00")
        ticket.slm_process_id = self.wish
        self.env.flush_all()
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        self.at("mon 10:00")
        ticket.slm_process_id = self.fault
        self.env.flush_all()
        self.assertEqual(ticket.slm_agreement_id, mine)
        self.assertHealthy(ticket)

    # ------------------------------------------------------------------
    # Copies
    # ------------------------------------------------------------------

    def test_copy(self):
        ticket = self.create_ticket(
            slm_service_id=self.service.id,
            slm_process_id=self.fault.id,
            slm_configuration_item_ids=self.web.ids,
        )
        for user in (self.agent, self.helpdesk_user):
            copy = ticket.with_user(user).copy().sudo()
            self.assertEqual(copy.slm_service_id, self.service)
            self.assertEqual(copy.slm_process_id, self.fault)
            self.assertEqual(copy.slm_process_kind, "incident")
            self.assertFalse(copy.slm_configuration_item_ids)

    def test_copy_of_a_retired_process(self):
        """A new ticket is not opened under it; its kind still tells what it is."""
        ticket = self.create_ticket(slm_process_id=self.fault.id)
        self.fault.action_retire()
        copy = ticket.copy()
        self.assertFalse(copy.slm_process_id)
        self.assertEqual(copy.slm_process_kind, "incident")

    def test_copy_with_another_process(self):
        ticket = self.create_ticket(slm_process_id=self.fault.id)
        copy = ticket.copy({"slm_process_id": self.wish.id})
        self.assertEqual(copy.slm_process_kind, "request")
        copy = ticket.copy({"slm_process_id": False})
        self.assertEqual(copy.slm_process_kind, "incident")
