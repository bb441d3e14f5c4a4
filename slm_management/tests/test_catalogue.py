# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from ast import literal_eval

from psycopg2 import IntegrityError
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, warmup
from odoo.tools import mute_logger

from .common import SlmCommon

FEW, MANY = 3, 40
#: queries of the pictures of services that are read already: the graph
PICTURE = 1
#: queries of a page of the list: rows, and one or two for each column of counts
LIST = 9


class CatalogueCase(SlmCommon):
    """Services by their initial; :meth:`link` makes them depend on each other."""

    def create_services(self, *names, **vals):
        vals_list = [{"name": name} | vals for name in names]
        services = self.env["slm.service"].create(vals_list)
        return services if len(names) > 1 else services.ensure_one()

    def create_chain(self, *names):
        """Services of which each needs the next one."""
        services = self.create_services(*names)
        for service, needed in zip(services, services[1:], strict=False):
            service.dependency_ids = needed
        return services

    def create_process(self, services, publish=True, **vals):
        process = self.env["slm.process"].create(
            {"name": "Ask for it", "service_ids": [fields.Command.set(services.ids)]}
            | vals
        )
        if publish:
            process.action_publish()
        self.env.flush_all()
        return process

    def create_other_company(self):
        return self._create_company(name="Other Company")


class TestDependencies(CatalogueCase):
    """No circle, no other company, and a picture of who needs whom."""

    def test_itself(self):
        service = self.create_services("Mail")
        name = service.display_name
        with self.assertRefused(f"{name} → {name}"):
            service.dependency_ids = service

    def test_direct_circle(self):
        mail, net = self.create_chain("Mail", "Net")
        names = (net.display_name, mail.display_name, net.display_name)
        with self.assertRefused(" → ".join(names)):
            net.dependency_ids = mail

    def test_long_circle(self):
        services = self.create_chain("Shop", "Web", "Net", "Power")
        circle = [services[-1], *services]
        with self.assertRefused(" → ".join(circle_names(circle))):
            services[-1].dependency_ids = services[0]
        self.assertFalse(services[-1].dependency_ids)

    def test_circle_from_the_other_side(self):
        mail, net = self.create_chain("Mail", "Net")
        with self.assertRefused("in a circle"):
            mail.dependent_ids = net

    def test_circle_of_archived(self):
        """An archived service may come back, and the circle with it."""
        mail, web, net = self.create_chain("Mail", "Web", "Net")
        web.active = False
        with self.assertRefused(web.display_name):
            net.dependency_ids = mail

    def test_diamond(self):
        shop, web, net = self.create_chain("Shop", "Web", "Net")
        shop.dependency_ids += net
        self.assertEqual(shop.dependency_ids, web + net)

    def test_company(self):
        """Nothing of another company, from either side and on every relation."""
        company = self.create_other_company()
        service = self.create_services("Mail")
        other = self.create_services("Theirs", company_id=company.id)
        process = self.create_process(other, publish=False, company_id=company.id)
        item = self.env["slm.configuration.item"].create(
            {"name": "Server", "company_id": company.id}
        )
        for name, record in (
            ("dependency_ids", other),
            ("dependent_ids", other),
            ("process_ids", process),
            ("configuration_item_ids", item),
        ):
            with self.subTest(name=name), self.assertRefused("its own company"):
                service[name] = record

    def test_move_to_another_company(self):
        mail = self.create_chain("Mail", "Net")[0]
        with self.assertRefused("its own company"):
            mail.company_id = self.create_other_company()

    def test_move_of_what_is_named(self):
        """Tickets and agreements stay in their company, and so does their service."""
        company = self.create_other_company()
        asked, promised, free = self.create_services("Asked", "Promised", "Free")
        ticket = self.create_ticket(slm_service_id=asked.id)
        ticket.active = False
        self.create_agreement(
            activate=False, service_ids=[fields.Command.set(promised.ids)]
        )
        with self.assertRefused("named by tickets (1)"):
            asked.company_id = company
        with self.assertRefused("named by agreements (1)"):
            (promised | free).company_id = company
        free.company_id = company
        self.assertEqual(free.company_id, company)

    def test_types_and_teams_of_another_company(self):
        company = self.create_other_company()
        service = self.create_services("Mail")
        kinds = self.env["slm.service.type"]
        theirs = kinds.create({"name": "Theirs", "company_id": company.id})
        shared, ours = kinds.create([{"name": "Shared"}, {"name": "Ours"}])
        team = self.env["helpdesk.ticket.team"].create(
            {"name": "Their Desk", "company_id": company.id}
        )
        with self.assertRefused("Theirs", UserError):
            service.type_id = theirs
        with self.assertRefused("Their Desk", UserError):
            service.team_ids = team
        with self.assertRefused("Theirs", UserError):
            ours.parent_id = theirs
        service.type_id = shared
        with self.assertRefused("Shared has services"):
            shared.company_id = company
        service.type_id = ours
        ours.parent_id = shared
        with self.assertRefused("Shared has services or sub-types"):
            shared.company_id = company
        ours.company_id = self.company
        self.assertEqual(service.type_id.company_id, service.company_id)

    def test_type_of_a_service_stays(self):
        """Else the service would lose it, and its history not say so."""
        kind = self.env["slm.service.type"].create({"name": "Office"})
        self.create_services("Mail", type_id=kind.id, active=False)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            kind.with_user(self.manager).unlink()

    # ------------------------------------------------------------------
    # The picture
    # ------------------------------------------------------------------

    def get_levels(self, service):
        nodes = service.dependency_picture["nodes"]
        return {node["name"]: node["level"] for node in nodes}

    def test_picture(self):
        """Two levels each way, and no further."""
        services = self.create_chain("a", "b", "c", "d", "e", "f", "g")
        d = services[3]
        self.assertEqual(self.get_levels(d), {"b": 2, "c": 1, "d": 0, "e": -1, "f": -2})
        edges = [(services[i].id, services[i + 1].id) for i in range(1, 5)]
        picture = d.dependency_picture
        self.assertEqual(sorted(map(tuple, picture["edges"])), edges)
        own = next(node for node in picture["nodes"] if not node["level"])
        self.assertEqual(
            own,
            {
                "id": d.id,
                "name": "d",
                "code": d.code,
                "icon": "fa-cube",
                "active": True,
                "level": 0,
            },
        )

    def test_picture_of_archived(self):
        mail, net = self.create_chain("Mail", "Net")
        net.active = False
        nodes = mail.dependency_picture["nodes"]
        self.assertEqual([n["active"] for n in nodes], [True, False])

    def test_picture_of_a_loner(self):
        picture = self.create_services("Mail").dependency_picture
        self.assertEqual(len(picture["nodes"]), 1)
        self.assertFalse(picture["edges"])

    def test_picture_before_it_is_saved(self):
        with Form(self.env["slm.service"].with_user(self.administrator)) as form:
            self.assertEqual(form.dependency_picture, {"nodes": [], "edges": []})
            form.name = "Mail"

    def create_star(self, count):
        """A service that others need, and that needs others."""
        middle = self.create_services("Middle")
        around = self.create_services(*(f"Around {n}" for n in range(2 * count)))
        middle.dependency_ids = around[:count]
        middle.dependent_ids = around[count:]
        self.env.flush_all()
        self.env.invalidate_all()
        return (middle + around).with_user(self.agent)

    @warmup
    def test_picture_queries_few(self):
        self._test_picture_queries(FEW)

    @warmup
    def test_picture_queries_many(self):
        self._test_picture_queries(MANY)

    def _test_picture_queries(self, count):
        services = self.create_star(count)
        services.mapped("company_id")  # as a form reads the service first
        with self.assertQueryCount(PICTURE):
            pictures = services.mapped("dependency_picture")
        self.assertEqual(len(pictures[0]["nodes"]), 2 * count + 1)

    @warmup
    def test_graph_query(self):
        services = self.create_star(MANY)
        company = services[0].company_id
        with self.assertQueryCount(1):
            graph = services._get_dependencies(company)
        self.assertEqual(sum(map(len, graph.values())), 2 * MANY)

    def test_graph_follows_the_cache(self):
        """What is written but not flushed is in it."""
        mail, net = self.create_services("Mail", "Net")
        net.dependent_ids += mail
        graph = mail._get_dependencies(mail.company_id)
        self.assertEqual(graph[mail.id], net.ids)


def circle_names(services):
    return [service.display_name for service in services]


class TestArchive(CatalogueCase):
    """Who archives what is needed is told by what, and asked."""

    def archive(self, services, user=None):
        """The wizard that asks, or None."""
        services = services.with_user(user or self.manager)
        action = services.action_archive()
        if action is True or not action:
            return None
        self.assertEqual(action["res_model"], "slm.archive.service")
        self.assertEqual(action["views"], [(False, "form")])
        wizards = services.env["slm.archive.service"]
        return wizards.with_context(**action["context"]).create({})

    def test_needed_by_nobody(self):
        service = self.create_services("Mail")
        self.create_agreement(name="Draft", activate=False, service_ids=service.ids)
        self.create_process(service, publish=False)
        self.create_agreement(name="Ended", service_ids=service.ids).action_terminate()
        self.create_process(service).action_retire()
        self.assertIsNone(self.archive(service))
        self.assertFalse(service.active)

    def test_needed_by_an_agreement(self):
        service = self.create_services("Mail")
        self.create_agreement(name="Gold", service_ids=service.ids)
        wizard = self.archive(service)
        self.assertTrue(service.active)
        self.assertIn("Gold", wizard.needing)
        self.assertIn(service.display_name, wizard.needing)
        self.assertIn("Active agreements", wizard.needing)
        wizard.action_archive_anyway()
        self.assertFalse(service.active)

    def test_needed_by_a_target(self):
        """The agreement is for all services, but says something of this one."""
        service = self.create_services("Mail")
        target = {"response": 10, "service_id": service.id}
        self.create_agreement(name="Gold", targets=[target])
        self.assertIn("Gold", self.archive(service).needing)

    def test_needed_by_a_process(self):
        service = self.create_services("Mail")
        self.create_process(service, name="Report a fault")
        wizard = self.archive(service)
        self.assertTrue(service.active)
        self.assertIn("Report a fault", wizard.needing)

    def test_needed_by_a_service(self):
        mail, net = self.create_chain("Mail", "Net")
        wizard = self.archive(net)
        self.assertTrue(net.active)
        self.assertIn(mail.display_name, wizard.needing)
        mail.active = False
        self.assertIsNone(self.archive(net))
        self.assertFalse(net.active)

    def test_both_ends(self):
        """Who archives both has said so."""
        services = self.create_chain("Mail", "Net")
        self.assertIsNone(self.archive(services))
        self.assertFalse(any(services.mapped("active")))

    def test_needed_and_not(self):
        """One question for all that was selected; nothing happens before the answer."""
        used, free = self.create_services("Used", "Free")
        self.create_process(used)
        wizard = self.archive(used + free)
        self.assertEqual(wizard.others, 1)
        self.assertIn(used.display_name, wizard.needing)
        self.assertNotIn(free.display_name, wizard.needing)
        self.assertTrue(used.active and free.active)
        wizard.action_archive_anyway()
        self.assertFalse(used.active or free.active)

    def test_archived_already(self):
        used, old = self.create_services("Used", "Old")
        self.create_process(old)
        old.active = False
        self.assertIsNone(self.archive(used + old))

    def test_plain_write(self):
        """An import is asked nothing."""
        service = self.create_services("Mail")
        self.create_process(service)
        service.with_user(self.administrator).write({"active": False})
        self.assertFalse(service.active)

    def test_who_may(self):
        service = self.create_services("Mail")
        self.create_process(service)
        with self.assertRaises(AccessError):
            self.archive(service, self.agent)
        self.archive(service, self.administrator).action_archive_anyway()
        self.assertFalse(service.active)

    def test_names_of_hidden_records(self):
        """What the user may not read is counted, not named."""
        service = self.create_services("Mail")
        agreement = self.create_agreement(name="Secret", service_ids=service.ids)
        self.env["ir.rule"].create(
            {
                "name": "Hide",
                "model_id": self.env["ir.model"]._get_id("slm.agreement"),
                "domain_force": [("id", "!=", agreement.id)],
            }
        )
        wizard = self.archive(service, self.administrator)
        self.assertNotIn("Secret", wizard.needing)
        self.assertIn("1 that you may not see", wizard.needing)

    def test_foreign_services(self):
        """An id that is guessed tells nothing."""
        company = self.create_other_company()
        other = self.create_services("Secret", company_id=company.id)
        wizards = self.env["slm.archive.service"].with_user(self.administrator)
        wizards = wizards.with_context(default_service_ids=other.ids)
        with self.assertRaises(AccessError) as caught:
            wizards.onchange({}, [], {"needing": {}, "service_ids": {}})
        self.assertNotIn("Secret", str(caught.exception))
        with self.assertRaises(AccessError):
            wizards.create({}).action_archive_anyway()
        self.assertTrue(other.active)

    def test_restore(self):
        service = self.create_services("Mail", active=False)
        service.with_user(self.administrator).action_unarchive()
        self.assertTrue(service.active)

    def test_type_in_use(self):
        kind = self.env["slm.service.type"].create({"name": "Office"})
        service = self.create_services("Mail", type_id=kind.id)
        with self.assertRefused(service.display_name):
            kind.with_user(self.administrator).action_archive()
        service.active = False
        kind.action_archive()
        with self.assertRefused("Restore the type"):
            service.active = True
        with self.assertRefused("Restore the type"):
            self.create_services("Print", type_id=kind.id)


class TestDelete(CatalogueCase):
    """What something is about is archived, not deleted."""

    def assertStays(self, service, text):
        with self.assertRefused(f"{text}. Archive it", UserError):
            service.with_user(self.manager).unlink()
        self.assertTrue(service.exists())

    def test_named_by_a_ticket(self):
        service = self.create_services("Mail")
        ticket = self.create_ticket(slm_service_id=service.id)
        self.assertStays(service, "tickets (1)")
        ticket.active = False
        self.assertStays(service, "tickets (1)")

    def test_named_by_an_agreement(self):
        service = self.create_services("Mail")
        agreement = self.create_agreement(activate=False, service_ids=service.ids)
        self.assertStays(service, "agreements (1)")
        agreement.active = False
        self.assertStays(service, "agreements (1)")
        agreement.service_ids = False
        service.with_user(self.manager).unlink()
        self.assertFalse(service.exists())

    def test_named_by_a_target(self):
        service = self.create_services("Mail")
        target = {"response": 10, "service_id": service.id}
        self.create_agreement(targets=[target])
        self.assertStays(service, "targets of agreements (1)")

    def test_named_by_a_process(self):
        service = self.create_services("Mail")
        process = self.create_process(service)
        self.assertStays(service, "processes (1)")
        process.action_retire()
        process.active = False
        self.assertStays(service, "processes (1)")

    def test_named_by_nothing(self):
        mail, net = self.create_chain("Mail", "Net")
        net.with_user(self.manager).unlink()
        self.assertFalse(net.exists())
        self.assertFalse(mail.dependency_ids)


class TestCode(CatalogueCase):
    """A code names one record of its company."""

    def test_next_number(self):
        first, second = self.create_services("Mail", "Print")
        self.assertTrue(first.code and second.code)
        self.assertNotEqual(first.code, second.code)

    def test_typed(self):
        service = self.create_services("Mail", code=" MAIL ")
        self.assertEqual(service.code, "MAIL")
        service.code = " POST "
        self.assertEqual(service.code, "POST")

    def test_emptied(self):
        """It takes the next number, as it does when it is made."""
        service = self.create_services("Mail", code="MAIL")
        service.code = False
        self.assertTrue(service.code)

    def test_number_that_is_taken(self):
        taken = self.env["slm.service"]._next_code()
        number = int(taken.removeprefix("SVC")) + 1
        self.create_services("Mail", code=f"SVC{number:04}")
        self.assertNotEqual(self.create_services("Print").code, f"SVC{number:04}")

    def test_comma(self):
        with self.assertRefused("has a comma"):
            self.create_services("Mail", code="A,B")

    def test_unique(self):
        self.create_services("Mail", code="MAIL", active=False)
        company = self.create_other_company()
        self.create_services("Mail", code="MAIL", company_id=company.id)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.create_services("Mail", code="MAIL")


class TestViews(CatalogueCase):
    """What lists and cards show."""

    def test_summary(self):
        service = self.create_services(
            "Mail", description="<p>Mail <b>and</b> <a href='http://x.y'>more</a></p>"
        )
        self.assertEqual(service.summary, "Mail and more")
        service.description = f"<p>{'word ' * 100}</p>"
        self.assertLessEqual(len(service.summary), 160)
        self.assertTrue(service.summary.endswith("…"))
        service.description = f"<p>{'服务说明' * 100}</p>"
        self.assertEqual(service.summary, f"{'服务说明' * 40}"[:159] + "…")
        service.description = "<ul><li>One.</li><li>Two.</li></ul>"
        self.assertEqual(service.summary, "One. Two.")
        service.description = False
        self.assertFalse(service.summary)

    def get_services(self, xmlid):
        """What the list of an action shows."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"slm_management.{xmlid}"
        )
        records = self.env["slm.service"].with_user(self.agent)
        if "active_test" in action["context"]:
            records = records.with_context(active_test=False)
        return records.search(literal_eval(action["domain"]))

    def test_type_in_every_language(self):
        """Whoever reads in Chinese sees the whole tree in Chinese, and finds it so; the
        order is the same for all."""
        self.env["res.lang"]._activate_lang("zh_CN")
        types = self.env["slm.service.type"].with_user(self.administrator)
        above = types.create({"name": "Workplace"})
        kind = types.create({"name": "Phones", "parent_id": above.id})
        chinese = kind.with_context(lang="zh_CN")
        chinese.name, chinese.parent_id.name = "电话", "办公"
        self.assertEqual(chinese.display_name, "办公 / 电话")
        self.assertEqual(
            kind.with_context(lang="en_US").display_name, "Workplace / Phones"
        )
        self.assertEqual(kind.complete_name, "Workplace / Phones")
        found = types.with_context(lang="zh_CN").name_search("电话")
        self.assertEqual(found, [(kind.id, "办公 / 电话")])

    def test_active_and_inactive(self):
        on, off = self.create_services("On", "Off")
        off.active = False
        self.assertEqual(self.get_services("slm_service_action") & (on + off), on)
        inactive = self.get_services("slm_service_action_inactive")
        self.assertEqual(inactive & (on + off), off)

    def test_buttons(self):
        service = self.create_services("Mail")
        process = self.create_process(service)
        agreement = self.create_agreement(service_ids=service.ids)
        item = self.env["slm.configuration.item"].create({"name": "Server"})
        service.configuration_item_ids = item
        ticket = self.create_ticket(slm_service_id=service.id)
        self.create_ticket(slm_service_id=service.id, phase="closed")
        for name, count, button, record in (
            ("process_count", 1, "action_view_processes", process),
            ("agreement_count", 1, "action_view_agreements", agreement),
            ("configuration_item_count", 1, "action_view_configuration_items", item),
            ("open_ticket_count", 1, "action_view_tickets", ticket),
        ):
            with self.subTest(name=name):
                self.assertEqual(service.with_user(self.agent)[name], count)
                action = getattr(service.with_user(self.agent), button)()
                self.assertEqual(action["res_model"], record._name)
                self.assertIn(record, record.search(action["domain"]))

    @warmup
    def test_list_queries_few(self):
        self._test_list_queries(FEW)

    @warmup
    def test_list_queries_many(self):
        self._test_list_queries(MANY)

    def _test_list_queries(self, count):
        services = self.create_services(*(f"Service {n}" for n in range(count)))
        for service in services[:10]:
            self.create_process(service)
        services.agreement_ids = self.create_agreement(name="Gold")
        columns = ("code", "type_id", "name", "summary", "manager_id", "team_ids")
        counts = (
            "process_count",
            "agreement_count",
            "open_ticket_count",
            "configuration_item_count",
        )
        specification = {name: {} for name in (*columns, *counts)}
        self.env.flush_all()
        self.env.invalidate_all()
        records = self.env["slm.service"].with_user(self.agent)
        with self.assertQueryCount(LIST):
            found = records.web_search_read([("id", "in", services.ids)], specification)
        self.assertEqual(found["length"], count)
