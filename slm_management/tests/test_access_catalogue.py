# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .access_world import SECRET, AccessWorld


class TestRequester(AccessWorld):
    """Requesters see what is published to them, and nothing else."""

    def find(self, user, name="slm.process"):
        model = self.env[name].with_user(user).with_context(active_test=False)
        return model.search([]).with_env(self.env)

    def assertSees(self, user, record, message=None):
        with self.subTest(user=user.login, record=record.name, sees=True):
            self.assertIn(record, self.find(user, record._name), message)
            self.assertTrue(record.with_user(user).read(["name"]))

    def assertSeesNot(self, user, record, message=None):
        with self.subTest(user=user.login, record=record.name, sees=False):
            self.assertNotIn(record, self.find(user, record._name), message)
            with self.assertRaises(AccessError):
                record.with_user(user).read(["name"])

    # ------------------------------------------------------------------
    # Who is covered
    # ------------------------------------------------------------------

    def test_what_is_published(self):
        """To the organisation, the department, the person and everybody."""
        for user in self.requesters[:-1]:
            for name, visible in self.visible[user].items():
                with self.subTest(user=user.login, model=name):
                    self.assertEqual(self.find(user, name), visible)

    def test_public_sees_nothing(self):
        for name in ("slm.process", "slm.service", "slm.service.type"):
            with self.subTest(model=name), self.assertRaises(AccessError):
                self.find(self.public_user, name)

    def test_the_desk_sees_all(self):
        for user in (self.agent, self.administrator, self.manager):
            foreign = self.hidden_processes.filtered(
                lambda process: process.company_id == self.other_company
            )
            for process in self.hidden_processes - foreign:
                self.assertSees(user, process)
            self.assertSeesNot(user, foreign)

    def test_hidden_records(self):
        """Other customers', a sibling department's, drafts, retired, archived, of
        another company, published to nobody or to providers only."""
        for user in (self.portal_user, self.employee):
            for record in (
                *self.hidden_processes,
                *self.hidden_services,
                self.hidden_type,
                self.archived_type,
                self.branch,
            ):
                self.assertSeesNot(user, record)

    def test_one_of_two_processes(self):
        """Of a service he sees that process only which is published to him."""
        service = self.mixed_service.with_user(self.portal_user)
        self.assertEqual(service.name, "Mixed")
        processes = self.env["slm.process"].with_user(self.portal_user)
        mixed = self.for_organisation | self.rivals
        found = processes.search([("id", "in", mixed.ids)])
        self.assertEqual(found.with_env(self.env), self.for_organisation)

    def test_life_of_a_process(self):
        user = self.portal_user
        process = self.create_process("New", self.organisation, state="draft")
        service = process.service_ids
        self.assertSeesNot(user, process)
        self.assertSeesNot(user, service)
        process.action_publish()
        self.assertSees(user, process)
        self.assertSees(user, service)
        process.action_archive()
        self.assertSeesNot(user, process)
        self.assertSeesNot(user, service)
        process.action_unarchive()
        process.action_retire()
        self.assertSeesNot(user, process)
        self.assertSeesNot(user, service)

    def test_publication_changes(self):
        user, process = self.portal_user, self.rivals
        self.assertSeesNot(user, process)
        process.publication_ids.partner_id = self.department
        self.assertSees(user, process)
        process.publication_ids.partner_id = False
        self.assertSees(self.helpdesk_user, process)
        process.publication_ids.unlink()
        self.assertSeesNot(user, process)

    def test_person_moves(self):
        """He loses at once what his organisation was shown."""
        user = self.portal_user
        self.assertSees(user, self.for_department)
        self.person.parent_id = self.rival
        self.assertSeesNot(user, self.for_department)
        self.assertSeesNot(user, self.for_organisation)
        self.assertSees(user, self.for_person)
        self.assertSees(user, self.rivals)
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.transaction.clear()
        self.assertSeesNot(user, self.for_department)
        self.department.parent_id = self.rival
        self.person.parent_id = self.department
        self.assertSees(user, self.for_department)
        self.assertSeesNot(user, self.for_organisation)

    def test_group_comes_and_goes(self):
        """Who joins the desk sees all of it, who leaves is a requester again."""
        group = self.env.ref("slm_management.group_slm_agent")
        self.employee.group_ids += group
        self.assertSees(self.employee, self.rivals)
        self.assertTrue(self.mixed_service.with_user(self.employee).process_ids)
        self.employee.group_ids -= group
        self.assertSeesNot(self.employee, self.rivals)
        with self.assertRaises(AccessError):
            self.mixed_service.with_user(self.employee).mapped("process_ids")

    # ------------------------------------------------------------------
    # The cache
    # ------------------------------------------------------------------

    def test_cache_of_the_superuser(self):
        """What sudo has read in the transaction is not handed to a requester."""
        service = self.mixed_service.with_user(self.portal_user)
        trusted = service.sudo()
        trusted.read([])
        self.assertTrue(trusted.process_ids and trusted.team_ids.name)
        for name in ("process_ids", "team_ids", "manager_id", "revision_ids"):
            with self.subTest(field=name):
                for go in (
                    lambda name=name: service[name],
                    lambda name=name: service.read([name]),
                    lambda name=name: service.web_read({name: {}}),
                ):
                    with self.assertRaises(AccessError):
                        go()
        self.hidden_type.sudo().mapped("name")
        with self.assertRaises(AccessError):
            self.hidden_type.with_user(self.portal_user).read(["name"])

    # ------------------------------------------------------------------
    # Forms and defaults
    # ------------------------------------------------------------------

    def test_forged_ticket(self):
        """Who works with tickets and has no group of ours gets nothing by a form."""
        tickets = self.env["helpdesk.ticket"].with_user(self.desk_manager)
        forged = {
            "slm_service_id": self.hidden_services[0].id,
            "slm_process_id": self.rivals.id,
            "slm_configuration_item_ids": [Command.set(self.item.ids)],
        }
        for name, value in forged.items():
            nested = {name: {"fields": {"display_name": {}}}}
            spec = {"name": {}, "team_id": {}, "company_id": {}}
            context = {f"default_{name}": value}
            vals = {"name": "x", "description": "x", name: value}
            roads = {
                "onchange": lambda v=vals, n=name, s=nested: tickets.onchange(
                    v, [n], s
                ),
                "visible part": lambda v=vals, n=name, s=spec: tickets.onchange(
                    v, [n], s
                ),
                "opening": lambda c=context, s=nested: tickets.with_context(
                    **c
                ).onchange({}, [], s),
                "create": lambda v=vals: tickets.create(v),
                "default": lambda c=context: tickets.with_context(**c).create(
                    {"name": "x", "description": "x"}
                ),
                "write": lambda n=name, v=value: self.ticket.with_user(
                    self.desk_manager
                ).write({n: v}),
            }
            for road, go in roads.items():
                with self.subTest(field=name, road=road):
                    with self.assertRaises(UserError) as caught:
                        go()
                    self.assertNotIn(SECRET, str(caught.exception))

    def test_defaults_of_a_user(self):
        """A default that he has set for himself tells him no name."""
        self.env["ir.default"].with_user(self.desk_manager).set(
            "helpdesk.ticket", "slm_process_id", self.rivals.id, user_id=True
        )
        tickets = self.env["helpdesk.ticket"].with_user(self.desk_manager)
        shown = tickets.onchange({}, [], {"name": {}, "team_id": {}})
        self.assertNotIn(SECRET, str(shown))
        with self.assertRaises(AccessError):
            tickets.onchange({}, [], {"slm_process_id": {"fields": {"name": {}}}})

    # ------------------------------------------------------------------
    # Discussions
    # ------------------------------------------------------------------

    def test_message_to_a_requester(self):
        """Whom somebody of the desk addresses gets that message, and no other."""
        message = self.mixed_service.with_user(self.administrator).message_post(
            body="For you",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.employee.partner_id.ids,
        )
        messages = self.env["mail.message"].with_user(self.employee)
        domain = [("model", "=", "slm.service"), ("res_id", "=", self.mixed_service.id)]
        self.assertEqual(messages.search(domain), message)
        self.assertNotIn(SECRET, str(messages.search(domain).read(["body"])))

    def test_the_desk_discusses(self):
        """Nothing of it is closed to those who work with it."""
        for user in (self.administrator, self.manager):
            service = self.mixed_service.with_user(user)
            service.message_post(body="Hello")
            service.message_subscribe(self.agent.partner_id.ids)
            service.message_unsubscribe(self.agent.partner_id.ids)
            self.assertTrue(service.message_ids)
            self.assertTrue(service.activity_ids)
        service = self.mixed_service.with_user(self.agent)
        self.assertTrue(service.message_ids)
        files = self.env["ir.attachment"].with_user(self.agent)
        domain = [("res_model", "=", "slm.service"), ("res_id", "=", service.id)]
        self.assertTrue(files.search(domain))
        followers = self.env["mail.followers"].with_user(self.agent)
        self.assertTrue(followers.search(domain))


class TestPublicationLines(AccessWorld):
    """An administrator publishes processes, and drafts of agreements."""

    def setUp(self):
        super().setUp()
        draft = self.create_agreement(name="Draft", activate=False)
        self.line = self.for_everybody.publication_ids.with_user(self.administrator)
        self.in_force = self.agreement.publication_ids.with_user(self.administrator)
        self.drafted = draft.publication_ids.with_user(self.administrator)

    def test_lines_of_a_process(self):
        process = self.for_everybody.with_user(self.administrator)
        self.line.partner_id = self.rival
        process.publication_ids = [Command.create({"partner_id": self.sibling.id})]
        self.line.unlink()
        self.assertEqual(process.publication_ids.partner_id, self.sibling)

    def test_no_detour_to_what_is_in_force(self):
        """Neither by moving a line there, nor by taking one away."""
        there = {"process_id": False, "agreement_id": self.agreement.id}
        here = {"process_id": self.for_everybody.id, "agreement_id": False}
        for line in (self.line, self.drafted):
            with self.subTest(line=line.id), self.assertRaises(AccessError):
                line.write(there)
            with self.assertRaises(AccessError):
                line.copy(there)
        process = self.for_everybody.with_user(self.administrator)
        for go in (
            lambda: self.in_force.write(here),
            lambda: self.in_force.unlink(),
            lambda: process.write(
                {"publication_ids": [Command.link(self.in_force.id)]}
            ),
            lambda: process.write(
                {"publication_ids": [Command.update(self.in_force.id, here)]}
            ),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                go()
        self.assertEqual(self.in_force.sudo().agreement_id, self.agreement)

    def test_between_a_process_and_a_draft(self):
        draft = self.drafted.agreement_id
        self.line.write({"process_id": False, "agreement_id": draft.id})
        self.assertEqual(self.line.agreement_id, draft)

    def test_agents_publish_nothing(self):
        line = self.line.with_user(self.agent)
        for go in (
            lambda: line.write({"partner_id": False}),
            lambda: line.unlink(),
            lambda: line.copy(),
            lambda: self.for_everybody.with_user(self.agent).action_retire(),
        ):
            with self.assertRaises(AccessError):
                go()
