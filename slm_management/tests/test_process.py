# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import SlmCommon


class ProcessCommon(SlmCommon):
    """A process on mail, published to the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "First Line", "company_id": cls.company.id}
        )
        cls.process = cls.create_process("Report a fault")
        cls.process.action_publish()

    @classmethod
    def create_process(cls, name, consumers=None, **vals):
        """A draft.

        :param consumers: contacts; False for everybody. Without: the customer
        """
        consumers = [cls.organisation] if consumers is None else consumers
        vals = {
            "name": name,
            "kind": "incident",
            "description": "<p>Tell us what does not work</p>",
            "service_ids": [Command.set(cls.service.ids)],
            "consumer_ids": [
                Command.create({"partner_id": consumer and consumer.id})
                for consumer in consumers
            ],
            "provider_ids": [Command.create({"team_id": cls.team.id})],
        } | vals
        return cls.env["slm.process"].create(vals)

    def make_version(self, process=None):
        action = (process or self.process).action_new_version()
        return self.env["slm.process"].browse(action["res_id"])

    def sees(self, user, process):
        """Whether a user finds a process by himself."""
        self.env.invalidate_all()
        processes = self.env["slm.process"].with_user(user)
        return bool(processes.search_count([("id", "=", process.id)]))


class TestProcessVersion(ProcessCommon):
    """A published process changes by a new version only."""

    # ------------------------------------------------------------------
    # Content
    # ------------------------------------------------------------------

    def test_content_of_a_published_one_is_locked(self):
        for vals in (
            {"name": "Other"},
            {"code": "X"},
            {"kind": "change"},
            {"description": "<p>Other</p>"},
            {"service_ids": [Command.link(self.other_service.id)]},
            {"service_ids": [Command.clear()]},
            {"version": 7},
            {"previous_version_id": False},
            {"company_id": self._create_company(name="Other Ltd").id},
        ):
            with self.subTest(vals=vals):
                with self.assertRefused("was published", UserError):
                    self.process.with_user(self.manager).write(vals)
        self.process.action_retire()
        with self.assertRefused("was published", UserError):
            self.process.name = "Other"

    def test_content_is_locked_from_the_service(self):
        for service, command in (
            (self.other_service, Command.link(self.process.id)),
            (self.service, Command.unlink(self.process.id)),
            (self.service, Command.clear()),
            (self.service, Command.update(self.process.id, {"name": "Other"})),
            (self.service, Command.delete(self.process.id)),
        ):
            with self.subTest(command=command):
                with self.assertRefused("was published", UserError):
                    service.with_user(self.manager).process_ids = [command]
        with self.assertRefused("was published", UserError):
            self.env["slm.service"].create(
                {"name": "New", "process_ids": [Command.link(self.process.id)]}
            )

    def test_content_of_an_archived_one_is_locked_from_the_service(self):
        self.process.action_archive()
        with self.assertRefused("was published", UserError):
            self.other_service.process_ids = [Command.link(self.process.id)]
        with self.assertRefused("was published", UserError):
            self.env["slm.service"].create(
                {"name": "New", "process_ids": [Command.link(self.process.id)]}
            )

    def test_services_of_processes_can_not_be_deleted(self):
        self.agreement.unlink()
        with self.assertRefused("can not be deleted", UserError):
            self.service.unlink()

    def test_translations_are_content(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        with self.assertRefused(self.process.code, UserError):
            self.process.update_field_translations("name", {"zh_CN": "报告故障"})
        with self.assertRefused(self.process.code, UserError):
            self.process.update_field_translations(
                "description", {"zh_CN": {"Tell us what does not work": "请说明"}}
            )
        with self.assertRefused(self.process.code, UserError):
            self.process.with_context(lang="zh_CN").name = "报告故障"

    def test_publication_may_change_any_time(self):
        process = self.process.with_user(self.administrator)
        process.consumer_ids = [Command.create({"partner_id": self.stranger.id})]
        self.assertEqual(process.consumer_names, "Customer, Stranger")
        process.provider_ids = [Command.clear()]
        self.assertFalse(process.provider_names)
        self.assertEqual(len(process.publication_ids), 2)

    def test_a_line_without_a_contact_reads_everybody(self):
        process = self.create_process("Complain", [False])
        self.assertEqual(process.consumer_names, "Everybody")

    def test_the_form_locks_content(self):
        with Form(self.process.with_user(self.administrator)) as form:
            with self.assertRaises(AssertionError):
                form.name = "Other"
            with form.consumer_ids.new() as line:
                line.partner_id = self.stranger
        self.assertEqual(self.process.consumer_names, "Customer, Stranger")

    # ------------------------------------------------------------------
    # Versions
    # ------------------------------------------------------------------

    def test_a_new_version_is_a_draft_of_all_that_was(self):
        draft = self.make_version()
        self.assertRecordValues(
            draft,
            [
                {
                    "code": self.process.code,
                    "version": 2,
                    "previous_version_id": self.process.id,
                    "state": "draft",
                    "name": "Report a fault",
                    "kind": "incident",
                    "service_ids": self.service.ids,
                    "consumer_names": "Customer",
                    "provider_names": "First Line",
                }
            ],
        )
        self.assertIn("(v2)", draft.display_name)
        self.assertEqual(self.process.state, "published")

    def test_a_new_version_keeps_translations(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        process = self.create_process("Order")
        process.with_context(lang="zh_CN").write(
            {"name": "订购", "description": "<p>请说明</p>"}
        )
        process.action_publish()
        draft = self.make_version(process).with_context(lang="zh_CN")
        self.assertEqual(draft.name, "订购")
        self.assertIn("请说明", draft.description)

    def test_there_is_one_open_draft(self):
        draft = self.make_version()
        self.assertEqual(self.make_version(), draft)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.process.copy({"code": self.process.code, "version": 3})

    def test_publishing_retires_the_version_before(self):
        draft = self.make_version()
        draft.with_user(self.administrator).action_publish()
        self.assertEqual(self.process.state, "retired")
        self.assertEqual(draft.state, "published")
        third = self.make_version(self.process)
        self.assertEqual(third.version, 3)
        self.assertEqual(third.previous_version_id, draft)

    def test_publishing_retires_an_archived_version(self):
        draft = self.make_version()
        self.process.action_archive()
        draft.action_publish()
        self.assertEqual(self.process.state, "retired")

    def test_one_version_is_published_at_a_time(self):
        """Who published at the same time did not see the other one."""
        draft = self.make_version()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "UPDATE slm_process SET state = 'published' WHERE id = %s", [draft.id]
            )

    def test_the_same_code_in_another_company_is_another_process(self):
        company = self._create_company(name="Other Ltd")
        service = self.env["slm.service"].create(
            {"name": "Mail", "company_id": company.id}
        )
        other = self.create_process(
            "Theirs",
            code=self.process.code,
            company_id=company.id,
            service_ids=[Command.set(service.ids)],
            provider_ids=[],
        )
        other.action_publish()
        self.assertEqual(self.process.state, "published")
        self.assertEqual(other.version_count, 1)

    def test_code_is_unique_per_version(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.create_process("Other", code=self.process.code)

    def test_a_version_stays_with_its_process(self):
        draft = self.make_version()
        with self.assertRefused("can not follow"):
            draft.code = "OTHER"
        with self.assertRefused("can not follow"):
            draft.version = 1
        other = self.create_process("Other")
        with self.assertRefused("can not follow"):
            other.previous_version_id = self.process

    def test_versions_may_be_imported_in_any_state(self):
        published = self.create_process("Now", code="IMP", version=3, state="published")
        self.create_process("Then", code="IMP", version=2, state="retired")
        newer = self.create_process("Newer", code="IMP", version=4, state="published")
        self.assertEqual(published.state, "retired")
        self.assertEqual(newer.state, "published")
        self.assertEqual(newer.version_count, 3)

    def test_only_drafts_can_be_deleted(self):
        draft = self.make_version()
        draft.with_user(self.manager).unlink()
        with self.assertRefused("can not be deleted", UserError):
            self.process.with_user(self.manager).unlink()
        self.process.action_retire()
        with self.assertRefused("can not be deleted", UserError):
            self.process.with_user(self.manager).unlink()

    def test_what_an_agreement_names_is_not_deleted(self):
        """Without it the agreement would be for all processes."""
        process = self.create_process("Order")
        agreement = self.create_agreement(activate=False)
        agreement.process_ids = process
        agreement.action_approve()
        with self.assertRaisesRegex(UserError, "named by agreements"):
            process.with_user(self.manager).unlink()
        self.assertEqual(agreement.process_ids, process)

    def test_what_is_retired_does_not_come_back(self):
        self.process.action_retire()
        for state in ("draft", "published"):
            with self.assertRefused("can not become", UserError):
                self.process.state = state

    def test_what_is_published_is_no_draft_any_more(self):
        with self.assertRefused("can not become", UserError):
            self.process.state = "draft"
        draft = self.make_version()
        with self.assertRefused("can not become", UserError):
            draft.state = "retired"

    def test_it_needs_a_service_to_be_published(self):
        draft = self.create_process("Empty", service_ids=[])
        with self.assertRefused("names no service"):
            draft.action_publish()

    def test_services_are_of_its_company(self):
        company = self._create_company(name="Other Ltd")
        service = self.env["slm.service"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        with self.assertRefused("of its own company"):
            self.create_process("Mixed", service_ids=[Command.set(service.ids)])

    def test_providers_are_of_its_company(self):
        """A team gives tickets its company, and the process is of another one."""
        company = self._create_company(name="Other Ltd")
        teams = self.env["helpdesk.ticket.team"].create(
            [
                {"name": "Theirs", "company_id": company.id},
                {"name": "Ours", "company_id": self.company.id},
                {"name": "Everybody's", "company_id": False},
            ]
        )
        draft = self.create_process("Mixed")
        with self.assertRefused("Choose a team of"):
            draft.provider_ids = [Command.create({"team_id": teams[0].id})]
        fit = [Command.create({"team_id": team.id}) for team in teams[1:]]
        draft.provider_ids = fit
        draft.service_ids = False
        with self.assertRefused("Choose a team of"):
            draft.company_id = company

    def test_a_copy_is_a_process_of_its_own(self):
        draft = self.make_version()
        copy = draft.copy()
        self.assertNotEqual(copy.code, self.process.code)
        self.assertRecordValues(
            copy,
            [
                {
                    "name": "Report a fault (copy)",
                    "version": 1,
                    "previous_version_id": False,
                    "state": "draft",
                    "service_ids": self.service.ids,
                    "consumer_names": "Customer",
                }
            ],
        )
        copy.action_publish()
        self.assertEqual(self.process.state, "published")

    # ------------------------------------------------------------------
    # Who works with it
    # ------------------------------------------------------------------

    def test_tickets_keep_their_version(self):
        ticket = self.create_ticket(slm_process_id=self.process.id)
        draft = self.make_version()
        draft.kind = "request"
        draft.action_publish()
        self.assertEqual(ticket.slm_process_id, self.process)
        self.assertEqual(ticket.slm_process_kind, "incident")
        self.assertEqual(self.process.ticket_count, 1)
        self.assertEqual(draft.ticket_count, 0)

    def test_agents_read_old_versions(self):
        draft = self.make_version()
        self.assertTrue(self.sees(self.agent, draft))
        draft.action_publish()
        self.assertTrue(self.sees(self.agent, self.process))
        self.assertIn("not work", self.process.with_user(self.agent).description)

    def test_requesters_see_the_published_version(self):
        draft = self.make_version()
        self.assertTrue(self.sees(self.portal_user, self.process))
        self.assertFalse(self.sees(self.portal_user, draft))
        draft.action_publish()
        self.assertFalse(self.sees(self.portal_user, self.process))
        self.assertTrue(self.sees(self.portal_user, draft))
        draft.action_retire()
        self.assertFalse(self.sees(self.portal_user, draft))

    def test_who_publishes(self):
        draft = self.make_version()
        for user in (self.agent, self.portal_user, self.helpdesk_user):
            for method in ("action_publish", "action_preview"):
                with self.assertRaises(AccessError):
                    getattr(draft.with_user(user), method)()
            with self.assertRaises(AccessError):
                self.process.with_user(user).action_retire()
        draft.with_user(self.administrator).action_publish()

    def test_actions_open_tickets_and_versions(self):
        ticket = self.create_ticket(slm_process_id=self.process.id)
        draft = self.make_version()
        processes, tickets = self.env["slm.process"], self.env["helpdesk.ticket"]
        action = draft.action_view_versions()
        found = processes.with_context(active_test=False).search(action["domain"])
        self.assertEqual(found, draft | self.process)
        self.assertEqual(draft.version_count, 2)
        domain = self.process.action_view_tickets()["domain"]
        self.assertEqual(tickets.search(domain), ticket)

    # ------------------------------------------------------------------
    # Looking for processes
    # ------------------------------------------------------------------

    def search(self, name, operator, value):
        ours = Domain("id", "in", self.ours.ids)
        return self.env["slm.process"].search(ours & Domain(name, operator, value))

    def test_search_by_who_is_covered(self):
        everybody = self.create_process("Complain", [False])
        department = self.create_process("Book", [self.department])
        stranger = self.create_process("Other", [self.stranger])
        self.ours = self.process | everybody | department | stranger
        for contact, found in (
            (self.person, self.process | everybody | department),
            (self.organisation, self.process | everybody),
            (self.stranger, everybody | stranger),
        ):
            covered = self.search("covered_partner_id", "in", contact.ids)
            self.assertEqual(covered, found, contact.name)
        self.assertEqual(
            self.search("covered_partner_id", "ilike", "Stranger"),
            everybody | stranger,
        )

    def test_search_by_what_is_below_a_consumer(self):
        department = self.create_process("Book", [self.department])
        self.ours = self.process | department
        self.assertEqual(
            self.search("publication_ids.partner_id", "child_of", "Customer"),
            self.process | department,
        )
        self.assertEqual(
            self.search("publication_ids.partner_id", "child_of", "Accounting"),
            department,
        )

    def test_the_description_in_short(self):
        draft = self.create_process("Long", description=f"<p>{'word ' * 100}</p>")
        self.assertLessEqual(len(draft.summary), 160)
        self.assertEqual(self.process.summary, "Tell us what does not work")


class TestPublish(ProcessCommon):
    """The assistant names exactly those who see the process."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(name="Other Ltd")
        portal, internal = "base.group_portal", "base.group_user"
        cls.colleague = cls.place(portal, "colleague", cls.department)
        cls.elsewhere = cls.place(portal, "elsewhere", cls.organisation)
        cls.foreigner = cls.place(portal, "foreigner", cls.stranger)
        cls.employee = cls.place(internal, "employee", cls.department)
        cls.clerk = cls.place(internal, "clerk", None)
        cls.archived = cls.place(portal, "archived", cls.department, active=False)
        other = {
            "company_id": cls.other_company.id,
            "company_ids": [Command.set(cls.other_company.ids)],
        }
        cls.abroad = cls.place(portal, "abroad", cls.department, **other)
        companies = cls.company | cls.other_company
        both = {"company_ids": [Command.set(companies.ids)]}
        cls.commuter = cls.place(portal, "commuter", cls.department, **both)
        cls.desk_agent = cls.place(
            "slm_management.group_slm_agent", "desk_agent", cls.department
        )

    @classmethod
    def place(cls, groups, login, parent, **vals):
        """A user whose contact stands below another one."""
        user = cls.create_user(f"p_{login}", groups, **vals)
        user.partner_id.parent_id = parent
        return user

    def preview(self, process, user=None):
        action = process.with_user(user or self.administrator).action_preview()
        wizards = self.env["slm.publish"].with_user(user or self.administrator)
        return wizards.browse(action["res_id"])

    def assertPreviewed(self, process):
        """The preview of a draft is what each user sees after it was published."""
        wizard = self.preview(process)
        portal, internal = wizard.portal_user_ids, wizard.internal_user_ids
        counts = (wizard.portal_count, wizard.internal_count)
        self.assertEqual(counts, (len(portal), len(internal)))
        wizard.action_publish()
        self.assertEqual(process.state, "published")
        users = self.env["res.users"].with_context(active_test=False).search([])
        agent = self.env.ref("slm_management.group_slm_agent")
        seeing = users.filtered(
            lambda user: (
                user.active
                and agent not in user.all_group_ids
                and self.finds(user, process)
            )
        )
        self.assertEqual(
            sorted(portal.mapped("login")),
            sorted(seeing.filtered("share").mapped("login")),
        )
        colleagues = seeing.filtered(lambda user: not user.share)
        self.assertEqual(
            sorted(internal.mapped("login")), sorted(colleagues.mapped("login"))
        )
        again = self.preview(process)
        self.assertEqual(again.portal_user_ids, portal)
        self.assertEqual(again.internal_user_ids, internal)
        return portal | internal

    def finds(self, user, process):
        try:
            return self.sees(user, process)
        except AccessError:
            return False

    def test_organisation(self):
        audience = self.assertPreviewed(self.create_process("Order"))
        self.assertEqual(
            set(audience),
            {
                self.portal_user,
                self.colleague,
                self.elsewhere,
                self.employee,
                self.commuter,
            },
        )

    def test_department(self):
        audience = self.assertPreviewed(self.create_process("Order", [self.department]))
        self.assertNotIn(self.elsewhere, audience)
        self.assertIn(self.colleague, audience)

    def test_person(self):
        audience = self.assertPreviewed(self.create_process("Order", [self.person]))
        self.assertEqual(audience, self.portal_user)

    def test_everybody(self):
        audience = self.assertPreviewed(self.create_process("Order", [False]))
        for user in (self.foreigner, self.clerk, self.helpdesk_user):
            self.assertIn(user, audience)
        for user in (
            self.archived,
            self.abroad,
            self.desk_agent,
            self.env.ref("base.public_user"),
        ):
            self.assertNotIn(user, audience)

    def test_several_lines_count_once(self):
        consumers = [self.person, self.organisation, self.department, self.stranger]
        audience = self.assertPreviewed(self.create_process("Order", consumers))
        self.assertIn(self.foreigner, audience)
        self.assertEqual(len(audience), len(set(audience)))

    def test_nobody(self):
        draft = self.create_process("Order", [])
        self.assertFalse(self.preview(draft).has_consumers)
        self.assertFalse(self.assertPreviewed(draft))

    def test_an_archived_process_is_seen_by_nobody(self):
        draft = self.create_process("Order")
        draft.action_archive()
        self.assertFalse(self.assertPreviewed(draft))

    def test_somebody_in_the_chain_is_archived(self):
        self.elsewhere.partner_id.parent_id = self.department
        self.department.active = False
        self.assertIn(
            self.elsewhere, self.assertPreviewed(self.create_process("Order"))
        )

    def test_what_a_published_one_replaces(self):
        draft = self.make_version()
        self.assertEqual(self.preview(draft).replaced_id, self.process)
        self.assertFalse(self.preview(self.process).replaced_id)

    def test_without_services_nothing_is_published(self):
        draft = self.create_process("Order", service_ids=[])
        wizard = self.preview(draft)
        self.assertFalse(wizard.has_services)
        with self.assertRefused("names no service"):
            wizard.action_publish()

    def test_the_screen_is_loaded_page_by_page(self):
        wizard = self.preview(self.create_process("Order", [False]))
        specification = {
            "portal_count": {},
            "portal_user_ids": {
                "fields": {"name": {}, "login": {}, "parent_id": {"fields": {}}},
                "limit": 2,
            },
        }
        (read,) = wizard.web_read(specification)
        named = [line for line in read["portal_user_ids"] if "name" in line]
        self.assertEqual(len(named), 2)
        self.assertEqual(len(read["portal_user_ids"]), read["portal_count"])

    def test_the_number_of_queries_does_not_follow_the_users(self):
        wizard = self.preview(self.create_process("Order"))

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.read(["portal_count", "internal_count"])
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        people = self.env["res.partner"].create(
            [{"name": f"P{i}", "parent_id": self.department.id} for i in range(30)]
        )
        portal = self.env.ref("base.group_portal")
        self.env["res.users"].with_context(no_reset_password=True).create(
            [
                {
                    "login": f"slm_many_{person.id}",
                    "partner_id": person.id,
                    "group_ids": [Command.set(portal.ids)],
                    "company_id": self.company.id,
                    "company_ids": [Command.set(self.company.ids)],
                }
                for person in people
            ]
        )
        count()  # new users clear caches
        self.assertLessEqual(count(), few)
        self.assertGreater(wizard.portal_count, 30)
