# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from ast import literal_eval

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .common import SlmCommon, moment

MODULE = "slm_management"
#: fields on models of others that anybody who reads the model may see, and why
ALLOWED = {
    ("resource.calendar", "slm_week_grid"): "hours drawn from what core shows anyway",
}
#: only for administrators of the system, whom Odoo lets change anything
SYSTEM_MODELS = {"res.config.settings"}


class TestAccessMatrix(SlmCommon):
    """Requesters meet closed doors on every road to everything that is ours.

    Models, fields and relations are taken from the registry, so what somebody adds
    later is covered without a line here. What shall be open to requesters needs a line
    in ``ALLOWED`` or a test of its own that says what exactly they see.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        employee = cls.create_user("employee", "base.group_user")
        desk_manager = cls.create_user(
            "desk_manager", "helpdesk_mgmt.group_helpdesk_manager"
        )
        cls.strangers = (
            cls.env.ref("base.public_user"),
            cls.portal_user,
            employee,
            cls.helpdesk_user,
            desk_manager,
        )
        cls.env["slm.service.type"].create({"name": "Office"})
        cls.ticket = cls.create_ticket(
            slm_service_id=cls.service.id, user_id=cls.helpdesk_user.id
        )
        cls.ticket.message_subscribe(employee.partner_id.ids)
        cls.env.flush_all()

    # ------------------------------------------------------------------
    # What is ours
    # ------------------------------------------------------------------

    @classmethod
    def get_our_models(cls):
        """Names of the models that this module adds, without abstract ones."""
        return sorted(
            name
            for name, model in cls.registry.items()
            if model._original_module == MODULE and not model._abstract
        )

    @classmethod
    def get_our_fields(cls):
        """Pairs of model and field that this module adds to models of others."""
        return sorted(
            (model, name)
            for model, model_class in cls.registry.items()
            if model_class._original_module != MODULE and not model_class._abstract
            for name, field in model_class._fields.items()
            if set(field._modules) == {MODULE}
        )

    def get_record(self, name):
        """A record to try it with: of our ticket where there is one."""
        if name == "helpdesk.ticket":
            return self.ticket
        records = self.env[name].with_context(active_test=False)
        if "ticket_id" in records._fields and not records._transient:
            return records.search([("ticket_id", "=", self.ticket.id)], limit=1)
        return records.search([], limit=1)

    # ------------------------------------------------------------------
    # Roads
    # ------------------------------------------------------------------

    @staticmethod
    def roads_to_record(record):
        logged = {"metadata": lambda: record.get_metadata()}
        return (logged if record._log_access else {}) | {
            "read": lambda: record.read(["id"]),
            "name": lambda: record.read(["display_name"]),
            "attribute": lambda: record.display_name,
            "web_read": lambda: record.web_read({"display_name": {}}),
            "export": lambda: record.export_data([".id", "display_name"]),
            "copied": lambda: record.copy_data(),
            "write": lambda: record.write({}),
            "unlink": lambda: record.unlink(),
            "copy": lambda: record.copy(),
        }

    @staticmethod
    def roads_to_model(model):
        everything = {"display_name": {}}
        by_name = {"name_create": lambda: model.name_create("x")}
        return (by_name if model._rec_name else {}) | {
            "search": lambda: model.search([]),
            "count": lambda: model.search_count([]),
            "search_read": lambda: model.search_read([], ["display_name"]),
            "web_search_read": lambda: model.web_search_read([], everything),
            "name_search": lambda: model.name_search(""),
            "web_name_search": lambda: model.web_name_search("", everything),
            "group": lambda: model.formatted_read_group([], [], ["__count"]),
            "group by id": lambda: model.web_read_group([], ["id"], ["__count"]),
            "create": lambda: model.create({}),
            "onchange": lambda: model.onchange({}, [], everything),
            "views": lambda: model.get_views([(False, "form")]),
        }

    @staticmethod
    def roads_to_field(record, name):
        model = record.browse()
        only = Domain("id", "in", record.ids)
        roads = {
            "attribute": lambda: record[name],
            "read": lambda: record.read([name]),
            "web_read": lambda: record.web_read({name: {}}),
            "search_read": lambda: model.search_read([], [name], limit=1),
            "export": lambda: record.export_data([name]),
            "write": lambda: record.write({name: False}),
            "create": lambda: model.create({name: False}),
        }
        field = record._fields[name]
        if field._description_searchable:
            roads["probe"] = lambda: model.search(only & Domain(name, "!=", False))
            roads["sort"] = lambda: model.search(only, order=name)
        if field._description_groupable and (field.store or not field.relational):
            groupby = f"{name}:day" if field.type in ("date", "datetime") else name
            roads["group"] = lambda: model.formatted_read_group(only, [groupby])
        if field.aggregator:
            total = f"{name}:{field.aggregator}"
            roads["total"] = lambda: model.formatted_read_group(only, [], [total])
        if field.relational:
            nested = {name: {"fields": {"display_name": {}}}}
            roads["nested"] = lambda: record.web_read(nested)
            roads["dotted"] = lambda: record.mapped(f"{name}.display_name")
            roads["exported"] = lambda: record.export_data([f"{name}/id"])
            probe = Domain(f"{name}.id", ">", 0)
            roads["probed"] = lambda: model.search(only & probe)
        return roads

    def assertClosed(self, roads, **where):
        """Each road ends with an error, and not because of a slip of ours."""
        for road, go in roads.items():
            with self.subTest(road=road, **where), self.env.cr.savepoint() as savepoint:
                try:
                    found = go()
                    self.env.flush_all()
                except (AccessError, UserError) as error:
                    self.assertNotIn(self.agreement.name, str(error))
                else:
                    self.fail(f"This road is open: {found}")
                finally:
                    savepoint.rollback()
                    self.env.invalidate_all(flush=False)

    # ------------------------------------------------------------------
    # Tests
    # ------------------------------------------------------------------

    def test_there_is_something_to_try(self):
        self.assertGreaterEqual(
            {*self.get_our_models()},
            {"slm.agreement", "slm.publication", "slm.clock", "slm.explanation"},
        )
        ours = self.get_our_fields()
        for model, name in (
            ("helpdesk.ticket", "slm_status"),
            ("helpdesk.ticket.stage", "slm_phase"),
            ("resource.calendar", "slm_agreement_ids"),
            ("res.company", "slm_risk_percent"),
        ):
            self.assertIn((model, name), ours)
        for name in self.get_our_models():
            if not self.env[name]._transient:
                with self.subTest(model=name):
                    self.assertTrue(self.get_record(name), "A record to try it with")
        for pair in ALLOWED:
            self.assertIn(pair, ours, "An exception that is not needed any more")

    def test_models(self):
        for name in self.get_our_models():
            for user in self.strangers:
                model = self.env[name].with_user(user)
                where = {"model": name, "user": user.login}
                self.assertClosed(self.roads_to_model(model), **where)

    def test_records(self):
        for name in self.get_our_models():
            for user in self.strangers:
                if record := self.get_record(name):
                    roads = self.roads_to_record(record.with_user(user))
                    self.assertClosed(roads, model=name, user=user.login)

    def test_fields(self):
        """Whoever may read the record itself does not get to our fields on it."""
        for name, field in self.get_our_fields():
            if (name, field) in ALLOWED or name in SYSTEM_MODELS:
                continue
            record = self.get_record(name)
            for user in self.strangers:
                roads = self.roads_to_field(record.with_user(user), field)
                where = {"model": name, "field": field, "user": user.login}
                self.assertClosed(roads, **where)

    def test_fields_behind_relations(self):
        """Nor by a detour over what a ticket leads to, as its stage or company."""
        ours = self.get_our_fields()
        for user in self.strangers:
            ticket = self.ticket.with_user(user)
            for detour, relation in ticket._fields.items():
                if relation.type != "many2one" or not relation.store:
                    continue
                for name, field in ours:
                    if name == relation.comodel_name and (name, field) not in ALLOWED:
                        roads = self.roads_behind(ticket, detour, field)
                        self.assertClosed(
                            roads, user=user.login, path=f"{detour}.{field}"
                        )

    def roads_behind(self, record, detour, name):
        model, path = record.browse(), f"{detour}.{name}"
        only = Domain("id", "in", record.ids)
        nested = {detour: {"fields": {name: {}}}}
        roads = {
            "web_read": lambda: record.web_read(nested),
            "export": lambda: record.export_data([f"{detour}/{name}"]),
        }
        field = self.env[record._fields[detour].comodel_name]._fields[name]
        if field._description_searchable:
            roads["probe"] = lambda: model.search(only & Domain(path, "!=", False))
        if field._description_groupable and (field.store or not field.relational):
            roads["group"] = lambda: model.formatted_read_group(only, [path])
        return roads

    def test_fields_are_not_described(self):
        ours = self.get_our_fields()
        for name in {model for model, _field in ours} - SYSTEM_MODELS:
            hidden = {field for model, field in ours if model == name}
            hidden -= {field for model, field in ALLOWED if model == name}
            for user in self.strangers:
                model = self.env[name].with_user(user)
                with self.subTest(model=name, user=user.login):
                    self.assertFalse(hidden & model.fields_get().keys())

    def test_system_models(self):
        for name in SYSTEM_MODELS:
            for user in self.strangers:
                model = self.env[name].with_user(user)
                with self.subTest(model=name, user=user.login):
                    self.assertFalse(model.has_access("read"))
                    self.assertFalse(model.has_access("create"))

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

    def test_allowed_fields_tell_no_agreement(self):
        """An exception shows its value, and leads no further."""
        for name, field in ALLOWED:
            with self.subTest(model=name, field=field):
                self.assertFalse(self.env[name]._fields[field].relational)
                self.assertIn("employee", self.strangers[2].login)
                record = self.get_record(name).with_user(self.strangers[2])
                self.assertNotIn(self.agreement.name, str(record.read([field])))


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
