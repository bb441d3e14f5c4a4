# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from ast import literal_eval

from odoo import fields
from odoo.exceptions import AccessError, UserError

from . import access_roads as roads_of
from .access_matrix import (
    READABLE,
    READABLE_ON_OTHERS,
    SYSTEM_MODELS,
    AccessMatrix,
)
from .access_world import SECRET
from .common import SlmCommon, moment

#: what the groups of this module may do with which model: read, write, create, delete.
#: A model that is missing here fails the test.
CRUD = {
    "slm.agreement": {"agent": "r", "administrator": "rwc", "manager": "rwcd"},
    "slm.agreement.conflict": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.archive.service": {"administrator": "rwc", "manager": "rwc"},
    "slm.clock": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.clock.statistics": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.configuration.item": {
        "agent": "r",
        "administrator": "rwc",
        "manager": "rwcd",
    },
    "slm.configuration.item.relation": {
        "agent": "r",
        "administrator": "rwcd",
        "manager": "rwcd",
    },
    "slm.configuration.item.type": {
        "agent": "r",
        "administrator": "rwc",
        "manager": "rwcd",
    },
    "slm.contract": {"agent": "r", "administrator": "rwc", "manager": "rwcd"},
    "slm.contract.acceptance": {
        "agent": "r",
        "administrator": "rwcd",
        "manager": "rwcd",
    },
    "slm.contract.milestone": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.escalation": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.escalation.policy": {
        "agent": "r",
        "administrator": "rwc",
        "manager": "rwcd",
    },
    "slm.escalation.step": {
        "agent": "r",
        "administrator": "rwcd",
        "manager": "rwcd",
    },
    "slm.exclude": {"agent": "rwc", "administrator": "rwc", "manager": "rwc"},
    "slm.exclusion": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.exclusion.decision": {
        "agent": "rwc",
        "administrator": "rwc",
        "manager": "rwc",
    },
    "slm.exclusion.reason": {
        "agent": "r",
        "administrator": "rwc",
        "manager": "rwcd",
    },
    "slm.explanation": {"agent": "rwc", "administrator": "rwc", "manager": "rwc"},
    "slm.gap.analysis": {"administrator": "rwcd", "manager": "rwcd"},
    "slm.gap.analysis.line": {"administrator": "rw", "manager": "rw"},
    "slm.load.levels": {"administrator": "rwc", "manager": "rwc"},
    "slm.match.preview": {"agent": "rwc", "administrator": "rwc", "manager": "rwc"},
    "slm.process": {"agent": "r", "administrator": "rwc", "manager": "rwcd"},
    "slm.process.kind": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.publication": {"agent": "r", "administrator": "rwcd", "manager": "rwcd"},
    "slm.publish": {"administrator": "rwc", "manager": "rwc"},
    "slm.report.delivery": {"administrator": "r", "manager": "r"},
    "slm.report.schedule": {"administrator": "rwc", "manager": "rwcd"},
    "slm.revision": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.service": {"agent": "r", "administrator": "rwc", "manager": "rwcd"},
    "slm.service.level": {"agent": "r", "administrator": "rwc", "manager": "rwcd"},
    "slm.service.level.line": {
        "agent": "r",
        "administrator": "rwc",
        "manager": "rwcd",
    },
    "slm.service.report": {"administrator": "rwcd", "manager": "rwcd"},
    "slm.service.report.line": {"administrator": "rw", "manager": "rw"},
    "slm.service.type": {"agent": "r", "administrator": "rwc", "manager": "rwcd"},
    "slm.supplier.category": {
        "agent": "r",
        "administrator": "rwc",
        "manager": "rwcd",
    },
    "slm.supplier.criterion": {
        "agent": "r",
        "administrator": "rwc",
        "manager": "rwcd",
    },
    "slm.supplier.evaluation": {
        "agent": "r",
        "administrator": "rwcd",
        "manager": "rwcd",
    },
    "slm.supplier.evaluation.line": {
        "agent": "r",
        "administrator": "rwcd",
        "manager": "rwcd",
    },
    "slm.supplier.interaction": {
        "agent": "r",
        "administrator": "rwc",
        "manager": "rwcd",
    },
    "slm.supplier.ranking": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.target": {"agent": "r", "administrator": "rwcd", "manager": "rwcd"},
    "slm.ticket.event": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.ticket.statistics": {"agent": "r", "administrator": "r", "manager": "r"},
    "slm.time.share": {"agent": "r", "administrator": "r", "manager": "r"},
}
#: history: nobody writes it by the ORM, whatever his rights
APPEND_ONLY = (
    "slm.revision",
    "slm.ticket.event",
    "slm.clock",
    "slm.time.share",
    "slm.escalation",
    "slm.exclusion",
)
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


class TestAccessMatrix(AccessMatrix):
    """Requesters meet closed doors on every road to everything that is ours.

    Models, fields, relations and methods are taken from the registry, so what somebody
    adds later is covered without a line here. What requesters may see is stated once,
    in ``access_matrix``.
    """

    def assertClosed(self, *sections):
        # Whoever manages the helpdesk has all the rights of those who work there.
        for user in {*self.requesters} - {self.helpdesk_user}:
            with self.subTest(user=user.login):
                self.assertEqual(self.find_openings([user], sections), [])

    # ------------------------------------------------------------------
    # What is stated
    # ------------------------------------------------------------------

    def test_there_is_something_to_try(self):
        self.assertGreaterEqual(
            {*self.get_our_models()},
            {"slm.agreement", "slm.publication", "slm.clock", "slm.revision"},
        )
        ours = self.get_our_fields()
        for model, name in (
            ("helpdesk.ticket", "slm_status"),
            ("helpdesk.ticket", "slm_process_id"),
            ("helpdesk.ticket.stage", "slm_phase"),
            ("resource.calendar", "slm_agreement_ids"),
            ("res.company", "slm_risk_percent"),
            ("res.partner", "slm_is_supplier"),
            ("res.partner", "slm_contract_ids"),
            ("res.partner", "slm_service_reports"),
        ):
            self.assertIn((model, name), ours)
        for name in self.get_our_models():
            if not self.env[name]._transient:
                with self.subTest(model=name):
                    self.assertTrue(self.get_record(name), "A record to try it with")
        for pair in READABLE_ON_OTHERS:
            self.assertIn(pair, ours, "An exception that is not needed any more")
        for record in self.threads:
            for hanging in self.get_hanging(record):
                self.assertTrue(hanging, "Something hangs on the document")
        self.assertIn(("slm.process", "action_retire"), self.get_our_methods())
        self.assertIn("mail.activity", self.get_reference_models())

    def test_what_is_readable(self):
        """Each line of the table is needed, and true."""
        for user in self.requesters:
            for name, records in self.visible[user].items():
                expected = {"id", "display_name"} | READABLE[name]
                for record in records.with_user(user):
                    with self.subTest(user=user.login, record=str(record)):
                        self.assertEqual(record.read()[0].keys(), expected)
                        self.assertEqual(record.fields_get().keys(), expected)
                        self.assertNotIn(SECRET, str(record.read()))
                        for field in expected:
                            self.assertEqual(record[field], record.sudo()[field])

    def test_visible_rows(self):
        """On every road a requester finds exactly what is published to him."""
        for user in self.requesters:
            for name, visible in self.visible[user].items():
                model = self.env[name].with_user(user)
                if not visible:
                    continue
                for road, go in roads_of.roads_to_rows(model).items():
                    with self.subTest(user=user.login, model=name, road=road):
                        self.assertEqual({*go()}, {*visible.ids})

    # ------------------------------------------------------------------
    # What must be closed
    # ------------------------------------------------------------------

    def test_models(self):
        self.assertClosed("models", "records")

    def test_rows(self):
        self.assertClosed("rows", "hidden_rows")

    def test_fields(self):
        self.assertClosed("fields")

    def test_fields_on_models_of_others(self):
        """Whoever may read the record itself does not get to our fields on it."""
        self.assertClosed("others", "descriptions")

    def test_fields_behind_relations(self):
        """Nor by a detour over what a ticket or a service leads to."""
        self.assertClosed("detours")

    def test_threads(self):
        self.assertClosed("threads")

    def test_methods(self):
        self.assertClosed("methods")

    def test_forged_references(self):
        self.assertClosed("forged")

    def test_system_models(self):
        for name in SYSTEM_MODELS:
            for user in self.requesters:
                model = self.env[name].with_user(user)
                with self.subTest(model=name, user=user.login):
                    self.assertFalse(model.has_access("read"))
                    self.assertFalse(model.has_access("create"))

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    def test_every_model_has_a_company_rule(self):
        """Global, so no group opens another company."""
        rules = self.env["ir.rule"].search([("global", "=", True)])
        for name in self.get_our_models():
            model = self.env[name]
            if model._transient or "company_id" not in model._fields:
                continue
            domains = rules.filtered(lambda r, n=name: r.model_id.model == n)
            with self.subTest(model=name):
                self.assertIn("company_id", str(domains.mapped("domain_force")))

    def test_rules_name_every_thread(self):
        """What core does not ask the document for is closed by rules, which name it."""
        names = ("mail_notification_rule_catalogue", "ir_attachment_rule_catalogue")
        notifications, files = (
            self.env.ref(f"slm_management.{name}").domain_force for name in names
        )
        for name in self.get_our_models():
            with self.subTest(model=name):
                if "message_ids" in self.env[name]._fields:
                    self.assertIn(f'"{name}"', notifications)
                if name in READABLE:
                    self.assertIn(f'"{name}"', files)

    def test_allowed_fields_tell_no_agreement(self):
        """An exception shows its value, and leads no further."""
        for name, field in READABLE_ON_OTHERS:
            with self.subTest(model=name, field=field):
                self.assertFalse(self.env[name]._fields[field].relational)
                record = self.get_record(name).with_user(self.employee)
                self.assertNotIn(SECRET, str(record.read([field])))

    # ------------------------------------------------------------------
    # The desk
    # ------------------------------------------------------------------

    def test_rights_of_the_desk(self):
        self.assertEqual({*CRUD}, {*self.get_our_models()})
        for name, rights in CRUD.items():
            for role in ("agent", "administrator", "manager"):
                model = self.env[name].with_user(getattr(self, role))
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=name, role=role, operation=operation):
                        self.assertEqual(
                            model.has_access(operation), letter in rights.get(role, "")
                        )

    def test_history_is_append_only(self):
        """For everyone, also for the manager by RPC, also as superuser."""
        for name in APPEND_ONLY:
            record = self.get_record(name)
            for user in (self.agent, self.administrator, self.manager, self.env.user):
                for mine in (record.with_user(user), record.with_user(user).sudo()):
                    for road, go in {
                        "write": lambda mine=mine: mine.write({}),
                        "create": lambda mine=mine: mine.create({}),
                        "unlink": lambda mine=mine: mine.unlink(),
                        "copy": lambda mine=mine: mine.copy(),
                    }.items():
                        with (
                            self.subTest(model=name, user=user.login, road=road),
                            self.assertRaises(AccessError),
                        ):
                            go()


class TestForgery(SlmCommon):
    """What a client may send, and what must not come of it."""

    def setUp(self):
        super().setUp()
        self.ticket = self.create_ticket(user_id=self.agent.id)

    def prepare_ticket(self):
        return {"name": "x", "description": "x", "partner_id": self.person.id}

    def test_context_of_a_copy(self):
        """Any client sends any context; none of it is written as superuser."""
        secret = self.env["ir.attachment"].create({"name": "s", "raw": b"secret"})
        clock = self.get_clock(self.ticket)
        team = self.env["helpdesk.ticket.team"].create({"name": "Team"})
        team.user_ids = self.helpdesk_user
        admins = self.env.ref("base.group_system")
        desk = self.helpdesk_user
        forged = {
            "attachment_ids": [fields.Command.update(secret.id, {"public": True})],
            "slm_clock_ids": [fields.Command.update(clock.id, {"outcome": "met"})],
            "slm_event_ids": [
                fields.Command.create({"at": moment("mon 08:05"), "kind": "note"})
            ],
            "user_ids": [
                fields.Command.update(
                    desk.id, {"group_ids": [fields.Command.link(admins.id)]}
                )
            ],
        }
        tickets = self.env["helpdesk.ticket"].with_user(desk)
        ticket = tickets.with_context(slm_copied=forged).create(
            self.prepare_ticket() | {"team_id": team.id}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(secret.public)
        self.assertEqual(clock.outcome, "pending")
        self.assertEqual(ticket.sudo().slm_event_ids.mapped("kind"), ["created"])
        self.assertFalse(desk.has_group("base.group_system"))

    def test_context_of_an_import(self):
        """Only an import, which is superuser, says when something has happened."""
        earlier = fields.Datetime.now().replace(year=2020)
        context = {"slm_at": earlier, "slm_note": "forged", "slm_silent": True}
        for user in (self.helpdesk_user, self.agent, self.manager):
            with self.subTest(user=user.login):
                tickets = self.env["helpdesk.ticket"].with_user(user)
                ticket = tickets.with_context(**context).create(self.prepare_ticket())
                ticket.write({"priority": "3"})
                events = ticket.sudo().slm_event_ids
                ticket.sudo().write({"priority": "2"})
                self.assertGreater(min(events.mapped("at")), earlier)
                self.assertFalse(any(events.mapped("note")))

    def test_defaults_of_a_mail_alias(self):
        """Who manages teams sets them, and mail is received as superuser."""
        desk = self.create_user("desk", "helpdesk_mgmt.group_helpdesk_manager")
        team = self.env["helpdesk.ticket.team"].create({"name": "Team"})
        clock = self.get_clock(self.ticket)
        event = {"at": "2024-01-01 00:00:00", "kind": "note", "note": "forged"}
        for command in (
            {"slm_event_ids": [(0, 0, event)]},
            {"slm_clock_ids": [(0, 0, {"agreement_id": self.agreement.id})]},
            {"slm_clock_ids": [(1, clock.id, {"outcome": "met"})]},
        ):
            team.with_user(desk).alias_defaults = str(command)
            tickets = self.env["helpdesk.ticket"].with_user(desk).sudo()
            with self.subTest(command=command), self.assertRaises(AccessError):
                tickets.message_new(
                    {"subject": "x", "body": "x", "from": "petra@example.com"},
                    literal_eval(team.alias_defaults),
                )
        for record in (clock, self.ticket.slm_event_ids):
            for go in (
                lambda record=record: record.sudo().write({}),
                lambda record=record: record.sudo().unlink(),
                lambda record=record: record.sudo().copy(),
            ):
                with self.assertRaises(AccessError):
                    go()

    def test_nobody_silences_a_breach(self):
        self.at("tue 08:00")
        ticket = self.ticket.with_user(self.helpdesk_user)
        ticket.with_context(slm_silent=True).priority = "0"
        self.assertTrue(self.get_breach_notes(self.ticket))

    def test_derived_fields(self):
        """Read-only fields of a screen are open to RPC, if nothing closes them."""
        for user in (self.agent, self.manager):
            ticket = self.ticket.with_user(user)
            for vals in (
                {"slm_status": "met"},
                {"slm_deadline": False},
                {"slm_completion_deadline": moment("mon 08:05")},
                {"slm_expired_agreement_id": self.agreement.id},
            ):
                with self.subTest(vals=vals), self.assertRaises(AccessError):
                    ticket.write(vals)

    def test_agreement_that_can_not_hold(self):
        draft = self.create_agreement(name="Secret draft", activate=False)
        ended = self.create_agreement(name="Secret ended")
        ended.action_terminate()
        company = self._create_company(name="Other Company")
        calendar = self.create_calendar("Other", (8, 12), company_id=company.id)
        foreign = self.create_agreement(
            name="Secret foreign", company_id=company.id, calendar_id=calendar.id
        )
        tickets = self.env["helpdesk.ticket"].with_user(self.agent)
        for agreement in (draft, ended, foreign):
            vals = {"slm_agreement_id": agreement.id}
            with self.subTest(agreement=agreement.name):
                with self.assertRaises(UserError) as caught:
                    tickets.browse(self.ticket.id).write(vals)
                self.assertNotIn("Secret", str(caught.exception))
                with self.assertRaises(UserError):
                    tickets.create(self.prepare_ticket() | vals)
        service = self.env["slm.service"].create(
            {"name": "Secret", "company_id": company.id}
        )
        with self.assertRaises(UserError):
            tickets.browse(self.ticket.id).slm_service_id = service

    def test_supplier_of_another_company(self):
        """Who guesses its id would be told its name."""
        company = self._create_company(name="Other Company")
        supplier = self.env["res.partner"].create(
            {"name": "Secret", "company_id": company.id}
        )
        vals = {"slm_supplier_id": supplier.id}
        tickets = self.env["helpdesk.ticket"].with_user(self.agent)
        for write in (
            lambda: tickets.browse(self.ticket.id).write(vals),
            lambda: tickets.create(self.prepare_ticket() | vals),
        ):
            with self.assertRaises(UserError) as caught:
                write()
            self.assertNotIn("Secret", str(caught.exception))
        supplier.company_id = self.company
        tickets.browse(self.ticket.id).write(vals)

    def test_copy_into_another_company(self):
        """A service stays in its company; who copies need not know of it."""
        company = self._create_company(name="Other Company")
        self.ticket.slm_service_id = self.service
        user = self.helpdesk_user
        user.company_ids += company
        ticket = self.ticket.with_user(user).with_context(
            allowed_company_ids=(self.company + company).ids
        )
        copy = ticket.copy({"company_id": company.id, "team_id": False})
        self.assertFalse(copy.sudo().slm_service_id)
        self.assertEqual(ticket.copy().sudo().slm_service_id, self.service)

    def test_actions_of_agents(self):
        ticket = self.ticket.with_user(self.helpdesk_user)
        for action in ("action_slm_start", "action_slm_rebuild"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(ticket, action)()

    def test_services_of_what_is_in_force(self):
        """The other end of the relation is no way around the manager."""
        draft = self.create_agreement(name="Draft", activate=False)
        archived = self.create_agreement(name="Archived", active=False)
        service = self.service.with_user(self.administrator)
        for agreement in (self.agreement, archived):
            with self.subTest(agreement=agreement.name):
                link = [fields.Command.link(agreement.id)]
                with self.assertRaises(AccessError):
                    service.agreement_ids = link
                with self.assertRaises(AccessError):
                    service.create({"name": "New", "agreement_ids": link})
                agreement.service_ids = self.service
                service.copy()
                self.assertEqual(agreement.service_ids, self.service)
        for command in (
            fields.Command.unlink(self.agreement.id),
            fields.Command.clear(),
            fields.Command.set([]),
        ):
            with self.subTest(command=command), self.assertRaises(AccessError):
                service.agreement_ids = [command]
        service.agreement_ids = [fields.Command.link(draft.id)]
        self.assertEqual(draft.service_ids, self.service)

    def test_hours_of_another_company(self):
        """Core lets only administrators of the system write hours, and has no rule."""
        company = self._create_company(name="Other Company")
        calendar = self.create_calendar("Other", (8, 12), company_id=company.id)
        for user in (self.administrator, self.manager):
            theirs = calendar.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    theirs.name = "Mine"
                with self.assertRaises(AccessError):
                    theirs.attendance_ids[0].hour_from = 7
                with self.assertRaises(AccessError):
                    theirs.attendance_ids[0].unlink()
                with self.assertRaises(AccessError):
                    theirs.unlink()
                self.office.with_user(user).name = "Office hours"
        draft = self.create_agreement(activate=False).with_user(self.administrator)
        with self.assertRaises(UserError):
            draft.calendar_id = calendar

    def test_names_of_another_company(self):
        """An id that is guessed is refused before anything tells its name."""
        company = self._create_company(name="Other Company")
        calendar = self.create_calendar("Other", (8, 12), company_id=company.id)
        foreign = self.create_agreement(
            name="Secret", company_id=company.id, calendar_id=calendar.id
        )
        service = self.env["slm.service"].create(
            {"name": "Secret", "company_id": company.id}
        )
        draft = self.create_agreement(activate=False)
        level = self.env.ref("slm_management.service_level_urgent")
        forged = (
            ("slm.target", {"agreement_id": foreign.id}),
            ("slm.target", {"agreement_id": draft.id, "service_id": service.id}),
            ("slm.publication", {"agreement_id": foreign.id, "role": "provider"}),
            ("slm.load.levels", {"agreement_id": foreign.id, "level_ids": level.ids}),
        )
        for name, vals in forged:
            model = self.env[name].with_user(self.administrator)
            context = {f"default_{key}": value for key, value in vals.items()}
            with self.subTest(model=name, vals=vals):
                for go in (
                    lambda model=model, vals=vals: model.create(vals),
                    lambda model=model, ctx=context: model.with_context(**ctx).create(
                        {}
                    ),
                ):
                    with self.assertRaises(AccessError) as caught:
                        go()
                    self.assertNotIn("Secret", str(caught.exception))
        for vals in ({"agreement_id": foreign.id}, {"service_id": service.id}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                draft.target_ids[0].with_user(self.administrator).write(vals)

    def test_name_of_a_foreign_clock(self):
        """Not even what the clock is called, nor its story before it is saved."""
        agent = self.create_user("own", "slm_management.group_slm_agent")
        clock = self.get_clock(self.ticket)
        wizards = self.env["slm.explanation"].with_user(agent)
        spec = {"clock_id": {"fields": {"display_name": {}}}, "story": {}}
        with self.assertRaises(AccessError):
            wizards.create({"clock_id": clock.id})
        with self.assertRaises(AccessError):
            wizards.with_context(default_clock_id=clock.id).create({})
        with self.assertRaises(AccessError):
            wizards.with_context(default_clock_id=clock.id).onchange({}, [], spec)
        with self.assertRaises(AccessError):
            wizards.onchange({"clock_id": clock.id}, ["clock_id"], spec)

    def test_explanation_before_it_is_saved(self):
        clock = self.get_clock(self.ticket)
        wizards = self.env["slm.explanation"].with_user(self.agent)
        shown = wizards.with_context(default_clock_id=clock.id).onchange(
            {}, [], {"clock_id": {}, "story": {}}
        )
        self.assertIn("o_slm_story", shown["value"]["story"])

    def test_calendar_in_use_names_no_agreement(self):
        """To an administrator of the system who is not of service levels."""
        user = self.create_user("system", "base.group_system")
        user.group_ids -= self.env.ref("slm_management.group_slm_manager")
        self.assertFalse(user.has_group("slm_management.group_slm_agent"))
        with self.assertRaises(UserError) as caught:
            self.office.with_user(user).schedule_type = "flexible"
        self.assertNotIn("Office SLA", str(caught.exception))
        with self.assertRaises(UserError) as caught:
            self.office.with_user(self.manager).schedule_type = "flexible"
        self.assertIn("Office SLA", str(caught.exception))
