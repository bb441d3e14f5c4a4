# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import SlmCommon


class RevisionCommon(SlmCommon):
    """Two services, a process and a configuration item; only new lines count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.revisions = cls.env["slm.revision"]
        cls.process = cls.env["slm.process"].create(
            {"name": "Report", "service_ids": [Command.set(cls.service.ids)]}
        )
        cls.item = cls.env["slm.configuration.item"].create({"name": "Server"})
        cls.team = cls.env["helpdesk.ticket.team"].create({"name": "First Line"})

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.start = self.revisions.search([], order="id desc", limit=1).id or 0

    def get_lines(self, *records, order="id"):
        domain = [("id", ">", self.start)]
        lines = self.revisions.search(domain, order=order)
        keys = [(record._name, record.id) for record in records]
        return lines.filtered(lambda x: (x.res_model, x.res_id) in keys or not keys)

    def assertTold(self, expected, *records):
        """The new lines, as (what, from, to); of all records, or of some."""
        told = [
            (line.what, line.old_value or "", line.new_value or "")
            for line in self.get_lines(*records)
        ]
        self.assertEqual(sorted(told), sorted(expected))


class TestRevisionAppendOnly(RevisionCommon):
    """Nobody invents, changes or deletes history, by no road."""

    def setUp(self):
        super().setUp()
        self.line = self.service.revision_ids[:1]
        self.vals = {
            "res_model": "slm.service",
            "res_id": self.service.id,
            "kind": "changed",
            "field_name": "name",
            "old_value": "Nice",
            "new_value": "Bad",
            "at": "2024-01-01 00:00:00",
        }

    def assertUntouched(self, roads):
        for name, road in roads.items():
            before = self.revisions.search_read([], order="id")
            with self.subTest(road=name):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    road()
                    self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(self.revisions.search_read([], order="id"), before, name)

    def test_by_the_orm(self):
        for user in (self.manager, self.env.ref("base.user_admin"), self.env.user):
            for su in (False, True):
                revisions = self.revisions.with_user(user).sudo(su)
                line = revisions.browse(self.line.id)
                self.assertUntouched(
                    {
                        "create": lambda r=revisions: r.create(self.vals),
                        "batch": lambda r=revisions: r.create([self.vals] * 2),
                        "write": lambda r=line: r.write({"new_value": "Bad"}),
                        "no write": lambda r=line: r.write({}),
                        "unlink": lambda r=line: r.unlink(),
                        "copy": lambda r=line: r.copy(),
                        "save": lambda r=line: r.web_save({"new_value": "Bad"}, {}),
                        "new": lambda r=revisions: r.web_save(self.vals, {}),
                    }
                )

    def test_through_its_record(self):
        service = self.service.with_user(self.manager)
        commands = {
            "create": Command.create(self.vals),
            "update": Command.update(self.line.id, {"new_value": "Bad"}),
            "delete": Command.delete(self.line.id),
            "unlink": Command.unlink(self.line.id),
            "clear": Command.clear(),
            "set": Command.set([]),
            "link": Command.link(self.process.revision_ids[:1].id),
        }
        self.assertUntouched(
            {
                name: lambda c=command: service.write({"revision_ids": [c]})
                for name, command in commands.items()
            }
        )
        self.assertUntouched(
            {
                "new record": lambda: service.create(
                    {"name": "New", "revision_ids": [Command.create(self.vals)]}
                )
            }
        )

    def test_by_import(self):
        revisions = self.revisions.with_user(self.manager)
        names = list(self.vals)
        before = revisions.search_count([])
        revisions.load(names, [[str(self.vals[name]) for name in names]])
        self.assertEqual(revisions.search_count([]), before)

    def test_by_a_mail_alias(self):
        """What an alias creates, it creates as superuser, with any defaults."""
        create = self.revisions.sudo().with_context(
            **{f"default_{name}": value for name, value in self.vals.items()}
        )
        self.assertUntouched({"alias": lambda: create.create({})})
        self.assertFalse(hasattr(self.revisions, "message_new"))

    def test_no_context_hides_a_change(self):
        context = {
            "tracking_disable": True,
            "mail_notrack": True,
            "slm_revision_gathered": [],
            "slm_revision_watched": [],
            "import_file": True,
            "install_mode": True,
        }
        self.service.with_user(self.manager).with_context(**context).name = "E-mail"
        self.assertTold([("Name", "Mail", "E-mail")])

    def test_who_changed_things_can_not_be_deleted(self):
        self.service.with_user(self.manager).name = "E-mail"
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.manager.unlink()
        self.assertEqual(self.get_lines().user_id, self.manager)

    def test_who_reads_it(self):
        for user in (self.agent, self.administrator, self.manager):
            self.assertTrue(self.revisions.with_user(user).search([]))
        for user in (self.portal_user, self.helpdesk_user):
            with self.assertRaises(AccessError):
                self.revisions.with_user(user).search([])
        company = self._create_company(name="Other Ltd")
        theirs = self.env["slm.service"].create({"name": "X", "company_id": company.id})
        lines = self.revisions.with_user(self.agent).search([])
        self.assertFalse(lines & theirs.revision_ids)


class TestRevision(RevisionCommon):
    """Each change is one line: what, from, to, who, when."""

    # ------------------------------------------------------------------
    # Fields of a record
    # ------------------------------------------------------------------

    def test_who_and_when(self):
        self.at("tue 09:30")
        self.service.with_user(self.administrator).name = "E-mail"
        (line,) = self.get_lines()
        self.assertEqual(line.user_id, self.administrator)
        self.assertEqual(line.at, self.at("tue 09:30"))
        self.assertEqual(line.company_id, self.company)
        self.assertEqual(line.record_name, self.service.display_name)
        self.assertEqual(line.kind, "changed")

    def test_each_field(self):
        kind = self.env["slm.service.type"].create({"name": "Office"})
        self.service.write(
            {
                "name": "E-mail",
                "description": "<p>Letters,<br/><b>fast</b></p>",
                "type_id": kind.id,
                "manager_id": self.manager.id,
                "icon": "fa-envelope",
            }
        )
        self.assertTold(
            [
                ("Name", "Mail", "E-mail"),
                ("Description", "", "Letters,\n*fast*"),
                ("Service Type", "", "Office"),
                ("Service Manager", "", self.manager.display_name),
            ]
        )

    def test_nothing_is_told_where_nothing_changes(self):
        self.service.write(
            {
                "name": "Mail",
                "dependency_ids": [Command.clear()],
                "process_ids": [Command.link(self.process.id)],
                "icon": "fa-lock",
            }
        )
        self.process.write(
            {
                "description": "",
                "service_ids": [Command.set(self.service.ids)],
                "publication_ids": [],
            }
        )
        self.assertTold([])

    def test_states_and_versions(self):
        self.process.action_publish()
        draft = self.env["slm.process"].browse(
            self.process.action_new_version()["res_id"]
        )
        draft.action_publish()
        self.assertTold(
            [("State", "Draft", "Published"), ("State", "Published", "Retired")],
            self.process,
        )
        created, published = self.get_lines(draft)
        self.assertEqual(created.kind, "created")
        self.assertIn("Version: 2", created.new_value)
        self.assertEqual(published.new_value, "Published")
        self.assertIn("Processes", self.get_lines(self.service).mapped("what"))

    def test_archiving(self):
        self.item.action_archive()
        self.assertTold([("Active", "yes", "no")])

    def test_creation_tells_all_and_comes_first(self):
        process = self.env["slm.process"].create(
            {
                "name": "Order",
                "service_ids": [Command.set(self.service.ids)],
                "consumer_ids": [Command.create({"partner_id": self.organisation.id})],
            }
        )
        process.name = "Order something"
        created, changed = self.get_lines(process)
        self.assertEqual(created.what, "Created")
        for text in ("Name: Order", "Services: [", "Publication: Consumer: Customer"):
            self.assertIn(text, created.new_value)
        self.assertEqual(created.at, changed.at)
        process.invalidate_recordset(["revision_ids"])
        self.assertEqual(process.revision_ids, changed + created)

    def test_a_copy_is_created_once(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.process.with_context(lang="zh_CN").name = "报告"
        copy = self.process.copy()
        self.assertEqual(self.get_lines(copy).mapped("kind"), ["created"])

    def test_deletion_is_told_and_history_stays(self):
        dependent = self.env["slm.service"].create(
            {"name": "Fax", "dependency_ids": [Command.set(self.other_service.ids)]}
        )
        self.process.service_ids = [Command.clear()]
        self.start = self.revisions.search([], order="id desc", limit=1).id
        name, id_ = dependent.display_name, dependent.id
        dependent.with_user(self.manager).unlink()
        self.assertTold([("Needed by", name, "")], self.other_service)
        lines = self.revisions.search(
            [("res_model", "=", "slm.service"), ("res_id", "=", id_)]
        )
        self.assertEqual(lines.mapped("kind"), ["deleted", "created"])
        self.assertEqual(lines[0].record_name, name)
        self.assertEqual(lines[0].user_id, self.manager)
        self.assertIn("Depends on: ", lines[0].old_value)
        with self.assertRaises(UserError):
            lines[0].action_open()

    def test_deletion_of_both_sides(self):
        first = self.env["slm.service"].create({"name": "First"})
        second = self.env["slm.service"].create(
            {"name": "Second", "dependency_ids": [Command.set(first.ids)]}
        )
        self.start = self.revisions.search([], order="id desc", limit=1).id
        (first | second).unlink()
        self.assertEqual(self.get_lines().mapped("kind"), ["deleted"] * 2)

    # ------------------------------------------------------------------
    # Languages
    # ------------------------------------------------------------------

    def test_a_translation_is_a_change_of_its_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        chinese = self.service.with_context(lang="zh_CN")
        self.service.description = "<p>Letters</p>"
        self.start = self.revisions.search([], order="id desc", limit=1).id
        chinese.write({"name": "邮件", "description": "<p>信</p>"})
        lines = self.get_lines()
        self.assertEqual(set(lines.mapped("lang")), {"zh_CN"})
        self.assertEqual(
            sorted(
                zip(lines.mapped("old_value"), lines.mapped("new_value"), strict=True)
            ),
            [("Letters", "信"), ("Mail", "邮件")],
        )
        for line in lines:
            self.assertIn(" · 简体中文", line.what)

    def test_the_translation_dialog(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.service.description = "<p>Letters</p>"
        self.start = self.revisions.search([], order="id desc", limit=1).id
        service = self.service.with_user(self.manager)
        service.update_field_translations("name", {"zh_CN": "邮件", "en_US": "E-mail"})
        service.update_field_translations("description", {"zh_CN": {"Letters": "信"}})
        told = {
            (line.field_name, line.lang, line.old_value, line.new_value)
            for line in self.get_lines()
        }
        self.assertEqual(
            told,
            {
                ("name", "zh_CN", "Mail", "邮件"),
                ("name", "en_US", "Mail", "E-mail"),
                ("description", "zh_CN", "Letters", "信"),
            },
        )
        service.update_field_translations("name", {"zh_CN": "邮件"})
        self.assertEqual(len(self.get_lines()), 3)

    def test_one_language_is_not_named(self):
        self.service.name = "E-mail"
        if len(self.env["res.lang"].get_installed()) == 1:
            self.assertFalse(self.get_lines().lang)

    # ------------------------------------------------------------------
    # Both sides
    # ------------------------------------------------------------------

    def test_dependencies_on_both_sides(self):
        mail, printing = self.service.display_name, self.other_service.display_name
        self.service.dependency_ids = self.other_service
        self.assertTold([("Depends on", "", printing)], self.service)
        self.assertTold([("Needed by", "", mail)], self.other_service)
        self.other_service.dependent_ids = [Command.clear()]
        self.assertEqual(len(self.get_lines()), 4)
        self.assertTold(
            [("Depends on", "", printing), ("Depends on", printing, "")], self.service
        )

    def test_processes_and_items_on_both_sides(self):
        mail, printing = self.service.display_name, self.other_service.display_name
        for record, what in (
            (self.process, "Processes"),
            (self.item, "Configuration Items"),
        ):
            self.start = self.revisions.search([], order="id desc", limit=1).id
            before = record.service_ids.mapped("display_name")
            record.service_ids = self.service | self.other_service
            after = "\n".join(sorted((mail, printing)))
            self.assertTold([("Services", "\n".join(before), after)], record)
            name = record.display_name
            self.assertTold([(what, "", name)], self.other_service)
        self.start = self.revisions.search([], order="id desc", limit=1).id
        self.service.configuration_item_ids = [Command.unlink(self.item.id)]
        self.assertTold(
            [("Configuration Items", self.item.display_name, "")], self.service
        )
        self.assertTold([("Services", after, printing)], self.item)

    def test_a_new_record_is_told_on_the_other_side(self):
        item = self.env["slm.configuration.item"].create(
            {"name": "Disk", "service_ids": [Command.set(self.service.ids)]}
        )
        self.assertTold([("Configuration Items", "", item.display_name)], self.service)
        self.assertEqual(self.get_lines(item).mapped("kind"), ["created"])
        name = item.display_name
        item.unlink()
        self.assertEqual(
            self.get_lines(self.service).mapped("old_value"), [False, name]
        )

    def test_made_through_the_other_side(self):
        self.service.process_ids = [Command.create({"name": "Inner"})]
        process = self.service.process_ids - self.process
        self.assertEqual(len(self.get_lines(self.service)), 1)
        self.assertEqual(
            self.get_lines(process).mapped("what"), ["Created", "Services"]
        )

    def test_archived_ones_count(self):
        self.other_service.action_archive()
        self.start = self.revisions.search([], order="id desc", limit=1).id
        self.service.dependency_ids = [Command.link(self.other_service.id)]
        self.assertTold(
            [("Depends on", "", self.other_service.display_name)], self.service
        )

    def test_a_long_list_tells_what_differs(self):
        items = self.env["slm.configuration.item"].create(
            [{"name": f"Item {i}"} for i in range(40)]
        )
        self.service.configuration_item_ids = items
        self.start = self.revisions.search([], order="id desc", limit=1).id
        self.item.service_ids = self.service
        name = self.item.display_name
        expected = [
            ("Configuration Items", "… and 40 others", f"{name}\n… and 40 others")
        ]
        self.assertTold(expected, self.service)
        self.start = self.revisions.search([], order="id desc", limit=1).id
        self.service.configuration_item_ids = [Command.unlink(self.item.id)]
        expected = [
            ("Configuration Items", f"{name}\n… and 40 others", "… and 40 others")
        ]
        self.assertTold(expected, self.service)

    def test_lists_in_short_tell_what_came_and_went(self):
        third = self.env["slm.service"].create({"name": "Third"})
        self.service.dependency_ids = self.other_service
        self.service.dependency_ids = third
        line = self.get_lines(self.service)[-1]
        self.assertTrue(line.is_list)
        self.assertEqual(line.old_short, f"− {self.other_service.display_name}")
        self.assertEqual(line.new_short, f"+ {third.display_name}")

    # ------------------------------------------------------------------
    # Publication
    # ------------------------------------------------------------------

    def publish(self, *contacts):
        lines = self.env["slm.publication"].create(
            [
                {"process_id": self.process.id, "partner_id": contact and contact.id}
                for contact in contacts
            ]
        )
        self.start = self.revisions.search([], order="id desc", limit=1).id
        return lines

    def test_lines_of_the_publication(self):
        line = self.env["slm.publication"].create(
            {"process_id": self.process.id, "partner_id": self.organisation.id}
        )
        line.partner_id = False
        line.unlink()
        self.assertTold(
            [
                ("Publication", "", "Consumer: Customer"),
                ("Publication", "Consumer: Customer", "Consumer: Everybody"),
                ("Publication", "Consumer: Everybody", ""),
            ]
        )

    def test_a_line_by_default_of_a_context(self):
        lines = self.env["slm.publication"].with_context(
            default_process_id=self.process.id
        )
        lines.create({"partner_id": self.organisation.id})
        self.assertTold([("Publication", "", "Consumer: Customer")])

    def test_one_save_is_one_line(self):
        first, second = self.publish(self.organisation, self.stranger)
        for name in ("publication_ids", "consumer_ids"):
            with self.subTest(name=name), self.env.cr.savepoint() as savepoint:
                self.process.write(
                    {
                        name: [
                            Command.update(first.id, {"partner_id": self.person.id}),
                            Command.delete(second.id),
                            Command.create({"partner_id": False}),
                        ]
                    }
                )
                self.assertTold(
                    [
                        (
                            "Publication",
                            "Consumer: Customer\nConsumer: Stranger",
                            f"Consumer: {self.person.display_name}\n"
                            "Consumer: Everybody",
                        )
                    ]
                )
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_save_of_the_form(self):
        self.publish(self.organisation)
        with Form(self.process.with_user(self.administrator)) as form:
            with form.consumer_ids.new() as line:
                line.partner_id = self.stranger
            with form.provider_ids.new() as line:
                line.team_id = self.team
        self.assertTold(
            [
                (
                    "Publication",
                    "Consumer: Customer",
                    "Consumer: Customer\nConsumer: Stranger\nProvider: First Line",
                )
            ]
        )

    def test_the_same_line_again_is_no_change(self):
        line = self.publish(self.organisation)
        self.process.consumer_ids = [
            Command.delete(line.id),
            Command.create({"partner_id": self.organisation.id, "sequence": 3}),
        ]
        self.assertTold([])

    def test_a_line_that_moves(self):
        line = self.publish(self.organisation)
        other = self.env["slm.process"].create({"name": "Other"})
        self.start = self.revisions.search([], order="id desc", limit=1).id
        line.process_id = other
        self.assertTold([("Publication", "Consumer: Customer", "")], self.process)
        self.assertTold([("Publication", "", "Consumer: Customer")], other)

    def test_a_line_that_moves_within_a_save_of_its_process(self):
        line = self.publish(self.organisation)
        other = self.env["slm.process"].create({"name": "Other"})
        self.start = self.revisions.search([], order="id desc", limit=1).id
        self.process.publication_ids = [
            Command.update(line.id, {"process_id": other.id})
        ]
        self.assertTold([("Publication", "Consumer: Customer", "")], self.process)
        self.assertTold([("Publication", "", "Consumer: Customer")], other)

    def test_a_contact_is_deleted(self):
        contact = self.env["res.partner"].create({"name": "Gone"})
        self.publish(contact, self.organisation)
        contact.unlink()
        self.assertTold(
            [
                (
                    "Publication",
                    "Consumer: Customer\nConsumer: Gone",
                    "Consumer: Customer",
                )
            ]
        )

    def test_contacts_are_merged(self):
        twin = self.env["res.partner"].create({"name": "Twin"})
        self.item.owner_id = twin
        self.publish(twin)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((twin | self.stranger).ids, self.stranger)
        self.assertTold(
            [
                ("Publication", "Consumer: Twin", "Consumer: Stranger"),
                ("Owner", "Twin", "Stranger"),
            ]
        )

    def test_a_team_is_deleted(self):
        self.process.provider_ids = [Command.create({"team_id": self.team.id})]
        self.start = self.revisions.search([], order="id desc", limit=1).id
        self.team.unlink()
        self.assertTold([("Publication", "Provider: First Line", "")])

    def test_a_delivering_team_is_deleted(self):
        self.service.team_ids = self.team
        self.service.active = False
        self.start = self.revisions.search([], order="id desc", limit=1).id
        self.team.unlink()
        self.assertTold([("Delivering Teams", "First Line", "")], self.service)

    # ------------------------------------------------------------------
    # Many at once
    # ------------------------------------------------------------------

    def count_queries(self, road):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        road()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def make(self, number):
        return self.env["slm.configuration.item"].create(
            [
                {"name": f"Item {i}", "service_ids": [Command.set(self.service.ids)]}
                for i in range(number)
            ]
        )

    def assertBounded(self, road):
        """The number of queries does not follow the number of records."""
        few, many, warm = self.make(5), self.make(60), self.make(2)
        self.count_queries(lambda: road(warm))
        few = self.count_queries(lambda: road(few))
        many = self.count_queries(lambda: road(many))
        self.assertLessEqual(many, few + 3)

    def test_batches_of_writes(self):
        self.assertBounded(lambda items: items.write({"name": "Other"}))
        self.assertBounded(
            lambda items: items.write(
                {"service_ids": [Command.link(self.other_service.id)]}
            )
        )
        self.assertBounded(
            lambda items: self.other_service.write(
                {"configuration_item_ids": [Command.set(items.ids)]}
            )
        )

    def test_batches_of_creations(self):
        """Beside what each creation costs without a history."""
        costs = {}
        for number in (5, 60):
            costs[number] = self.count_queries(lambda n=number: self.make(n))
        self.patch(
            self.env.registry["slm.revision.mixin"], "_revise_others", lambda *a: None
        )
        self.patch(self.env.registry["slm.revision"], "_record_batch", lambda *a: None)
        bare = {}
        for number in (5, 60):
            bare[number] = self.count_queries(lambda n=number: self.make(n))
        growth = (costs[60] - bare[60]) - (costs[5] - bare[5])
        self.assertLessEqual(growth, 3, f"{costs} {bare}")

    def test_import(self):
        self.env["slm.configuration.item"].with_user(self.manager).load(
            ["code", "name", "status"],
            [[f"IMP{i}", f"Item {i}", "Planned"] for i in range(20)],
        )
        self.assertEqual(self.get_lines().mapped("kind"), ["created"] * 20)
        self.assertEqual(self.get_lines().user_id, self.manager)
        self.env["slm.configuration.item"].load(
            ["code", "status"], [[f"IMP{i}", "In Service"] for i in range(20)]
        )
        changed = self.get_lines()[20:]
        self.assertEqual(set(changed.mapped("what")), {"Status"})
        self.assertEqual(len(changed), 20)

    def test_what_is_not_revised_costs_nothing(self):
        watched = []
        mixin = self.env.registry["slm.revision.mixin"]
        self.patch(
            mixin, "_get_revised", lambda *args, **kwargs: watched.append(args) or {}
        )
        self.service.write({"icon": "fa-lock"})
        self.item.write({"location": "Cellar"})
        self.assertFalse(watched)
        self.assertTold([])

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def test_actions(self):
        self.service.name = "E-mail"
        action = self.service.with_user(self.agent).action_view_revisions()
        found = self.revisions.search(action["domain"])
        self.assertEqual(found, self.service.revision_ids)
        opened = found[0].with_user(self.agent).action_open()
        self.assertEqual(opened["res_id"], self.service.id)
        self.assertEqual(opened["res_model"], "slm.service")
