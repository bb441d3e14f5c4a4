# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import SlmCommon, moment

#: models of which people without our groups must not see a record; of the catalogue
#: they see what is published to them, see ``test_access_catalogue``, and of agreements,
#: see ``test_access_agreement``
OURS = (
    "slm.publication",
    "slm.revision",
    "slm.configuration.item",
    "slm.configuration.item.type",
    "slm.service.level",
    "slm.service.level.line",
    "slm.process.kind",
    "slm.clock",
    "slm.ticket.event",
)


class TestStrangers(SlmCommon):
    """Who has none of our groups learns nothing, on no road."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls.create_user("employee", "base.group_user")
        cls.desk_manager = cls.create_user(
            "desk_manager", "helpdesk_mgmt.group_helpdesk_manager"
        )
        cls.strangers = (
            cls.portal_user,
            cls.employee,
            cls.helpdesk_user,
            cls.desk_manager,
            cls.env.ref("base.public_user"),
        )

        cls.env["slm.service.type"].create({"name": "Office"})
        kind = cls.env["slm.configuration.item.type"].create({"name": "Server"})
        cls.env["slm.configuration.item"].create({"name": "S1", "type_id": kind.id})

    def setUp(self):
        super().setUp()
        self.ticket = self.create_ticket(slm_service_id=self.service.id)
        self.ticket.message_subscribe(self.employee.partner_id.ids)

    def get_our_fields(self, model="helpdesk.ticket"):
        names = self.env[model]._fields
        return [name for name in names if name.startswith("slm_")]

    def each_stranger(self, model="helpdesk.ticket"):
        for user in self.strangers:
            with self.subTest(user=user.login):
                yield self.env[model].with_user(user)

    def test_every_field_has_a_group(self):
        """A field that somebody adds and forgets to protect is found here."""
        models = ("helpdesk.ticket", "helpdesk.ticket.stage", "helpdesk.ticket.team")
        for model in models:
            for name in self.get_our_fields(model):
                with self.subTest(model=model, field=name):
                    self.assertTrue(self.env[model]._fields[name].groups)

    def test_fields_are_not_described(self):
        for tickets in self.each_stranger():
            if not tickets.has_access("read"):
                continue
            names = tickets.fields_get()
            self.assertFalse([name for name in names if name.startswith("slm_")])

    def test_fields_are_not_read(self):
        for tickets in self.each_stranger():
            ticket = tickets.browse(self.ticket.id)
            for name in self.get_our_fields():
                with self.subTest(field=name), self.assertRaises(AccessError):
                    ticket.read([name])
            with self.assertRaises(AccessError):
                ticket.mapped("slm_clock_ids.deadline")

    def test_fields_are_not_exported(self):
        for tickets in self.each_stranger():
            ticket = tickets.browse(self.ticket.id)
            with self.assertRaises(UserError):
                ticket.export_data(["name", "slm_status", "slm_agreement_id/name"])

    def test_fields_are_not_searched(self):
        """Nor probed: a domain tells as much as a value."""
        domains = (
            [("slm_status", "=", "on_track")],
            [("slm_deadline", ">", "2024-01-01")],
            [("slm_agreement_id.name", "ilike", "office")],
            [("slm_clock_ids.state", "=", "running")],
            [("slm_clock_ids", "any", [("metric", "=", "response")])],
            [("slm_event_ids", "!=", False)],
            [("stage_id.slm_phase", "=", "waiting")],
            [("partner_id.helpdesk_ticket_ids.slm_status", "=", "breached")],
        )
        for tickets in self.each_stranger():
            for domain in domains:
                with self.subTest(domain=domain), self.assertRaises(AccessError):
                    tickets.search_count(domain)

    def test_fields_are_not_grouped_or_sorted(self):
        for tickets in self.each_stranger():
            for groupby in ("slm_status", "slm_agreement_id", "slm_deadline:day"):
                with self.subTest(groupby=groupby), self.assertRaises(AccessError):
                    tickets._read_group([], [groupby], ["__count"])
            with self.assertRaises(AccessError):
                tickets._read_group([], [], ["slm_deadline:min"])
            with self.assertRaises(AccessError):
                tickets.search([], order="slm_deadline")
            with self.assertRaises(AccessError):
                tickets.search([], order="slm_agreement_id")

    def test_fields_are_not_written(self):
        other = self.create_agreement(name="Better")
        for tickets in self.each_stranger():
            ticket = tickets.browse(self.ticket.id)
            for vals in (
                {"slm_agreement_id": other.id},
                {"slm_status": "met"},
                {"slm_service_id": False},
            ):
                with self.subTest(vals=vals), self.assertRaises(AccessError):
                    ticket.write(vals)

    def test_fields_are_not_created(self):
        tickets = self.env["helpdesk.ticket"].with_user(self.helpdesk_user)
        with self.assertRaises(AccessError):
            tickets.create(
                {
                    "name": "x",
                    "description": "x",
                    "slm_agreement_id": self.agreement.id,
                }
            )

    def test_models_are_closed(self):
        for name in OURS:
            for model in self.each_stranger(name):
                with self.subTest(model=name):
                    with self.assertRaises(AccessError):
                        model.search([])
                    with self.assertRaises(AccessError):
                        model.search_count([])
                    with self.assertRaises(AccessError):
                        model._read_group([], [], ["__count"])
                    record = self.env[name].search([], limit=1)
                    with self.assertRaises(AccessError):
                        record.with_user(model.env.user).read(["id", "display_name"])
                    with self.assertRaises(AccessError):
                        model.name_search("")

    def test_what_is_published_to_nobody(self):
        """Services that no process is published for are seen by the desk alone."""
        for name in ("slm.service", "slm.service.type", "slm.process"):
            for model in self.each_stranger(name):
                if model.env.user._is_public():
                    continue
                with self.subTest(model=name):
                    self.assertFalse(model.search([]))
                    self.assertEqual(model.search_count([]), 0)
                    self.assertFalse(model.name_search(""))

    def test_wizards_are_closed(self):
        wizards = ("slm.explanation", "slm.load.levels", "slm.publish")
        for name in (*wizards, "slm.archive.service"):
            for model in self.each_stranger(name):
                with self.subTest(model=name), self.assertRaises(AccessError):
                    model.create({})

    def test_calendar_tells_no_agreement(self):
        calendars = self.env["resource.calendar"].with_user(self.employee)
        with self.assertRaises(AccessError):
            calendars.browse(self.office.id).read(["slm_agreement_ids"])
        with self.assertRaises(AccessError):
            calendars.search([("slm_agreement_ids.name", "ilike", "a")])

    def test_breach_note_is_internal(self):
        """The portal shows the messages of a ticket, but not this one."""
        self.at("mon 10:00")
        self.run_cron()
        note = self.get_breach_notes(self.ticket)
        self.assertTrue(note)
        messages = self.env["mail.message"].with_user(self.portal_user)
        domain = [("model", "=", "helpdesk.ticket"), ("res_id", "=", self.ticket.id)]
        self.assertNotIn(note.id, messages.search(domain).ids)

    def test_tracking_tells_nothing(self):
        """No value of ours is tracked in the chatter of a ticket."""
        ticket = self.ticket.with_context(tracking_disable=False, mail_notrack=False)
        self.move(ticket, "working", "mon 09:30")
        ticket.slm_service_id = self.other_service
        self.env.flush_all()
        tracked = ticket.message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertFalse([name for name in tracked if name.startswith("slm_")])

    def test_they_work_as_before(self):
        """The desk's own people write on and close tickets, and clocks follow."""
        user = self.helpdesk_user
        form = Form(self.ticket.with_user(user))
        form.priority = "3"
        form.stage_id = self.stages["working"]
        form.save()
        self.assertClock(self.ticket, deadline="mon 10:00")
        copy = self.ticket.with_user(user).copy()
        self.assertEqual(copy.sudo().slm_service_id, self.service)
        self.assertEqual(copy.sudo().slm_agreement_id, self.agreement)
        self.assertEqual(copy.sudo().slm_event_ids.mapped("kind"), ["created"])
        copy.action_archive()
        self.assertEqual(self.get_clock(copy.sudo()).state, "cancelled")
        self.assertFalse(
            [n for n in self.ticket.with_user(user).read()[0] if n.startswith("slm_")]
        )

    def test_portal_closes_its_ticket(self):
        """As the portal does: in sudo, and the acting user is on the event."""
        self.at("mon 08:30")
        ticket = self.ticket.with_user(self.portal_user).sudo()
        ticket.stage_id = self.stages["closed"]
        self.assertClock(self.ticket, "closure", state="stopped", used=30)
        self.assertEqual(
            self.get_events(self.ticket, "phase").user_id, self.portal_user
        )


class TestAgents(SlmCommon):
    """Clocks are seen by whoever sees their ticket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        agent = "slm_management.group_slm_agent"
        cls.own = cls.create_user("own", agent)
        cls.mate = cls.create_user(
            "mate", f"helpdesk_mgmt.group_helpdesk_user_team,{agent}"
        )
        teams = cls.env["helpdesk.ticket.team"]
        cls.team = teams.create(
            {"name": "Team", "user_ids": [fields.Command.set((cls.own | cls.mate).ids)]}
        )
        cls.other_team = teams.create({"name": "Other team"})
        cls.ticket_own = cls.create_ticket(team_id=cls.team.id, user_id=cls.own.id)
        cls.ticket_team = cls.create_ticket(team_id=cls.team.id, user_id=cls.mate.id)
        cls.ticket_other = cls.create_ticket(team_id=cls.other_team.id)
        cls.tickets = cls.ticket_own | cls.ticket_team | cls.ticket_other
        cls.expected = (
            (cls.own, cls.ticket_own),
            (cls.mate, cls.ticket_own | cls.ticket_team),
            (cls.agent, cls.tickets),
            (cls.administrator, cls.tickets),
            (cls.manager, cls.tickets),
        )

    def test_clocks_and_events_of_tickets_they_may_read(self):
        for user, tickets in self.expected:
            for name in ("slm.clock", "slm.ticket.event"):
                with self.subTest(user=user.login, model=name):
                    records = self.env[name].with_user(user)
                    domain = [("ticket_id", "in", self.tickets.ids)]
                    found = records.search(domain)
                    self.assertEqual(found.sudo().ticket_id, tickets)
                    self.assertEqual(records.search_count(domain), len(found))
                    groups = records._read_group(domain, ["ticket_id"], ["__count"])
                    self.assertEqual({group[0].id for group in groups}, {*tickets.ids})
                    found.read(["display_name", "ticket_id"])

    def test_clocks_of_other_tickets_are_closed(self):
        for user, tickets in self.expected:
            hidden = self.tickets - tickets
            for name in ("slm.clock", "slm.ticket.event"):
                records = self.env[name].search([("ticket_id", "in", hidden.ids)])
                for record in records:
                    with self.subTest(user=user.login, model=name):
                        with self.assertRaises(AccessError):
                            record.with_user(user).read([])
                        with self.assertRaises(AccessError):
                            record.with_user(user).mapped("display_name")

    def test_clocks_of_archived_tickets(self):
        self.tickets.action_archive()
        for user, tickets in self.expected:
            with self.subTest(user=user.login):
                clocks = self.env["slm.clock"].with_user(user)
                found = clocks.search([("ticket_id", "in", self.tickets.ids)])
                self.assertEqual(
                    found.sudo().with_context(active_test=False).ticket_id, tickets
                )
                found.read([])

    def test_administrators_read_clocks_of_all(self):
        """Also where the helpdesk itself would not show them the ticket."""
        clocks = self.ticket_other.slm_clock_ids.with_user(self.administrator)
        self.assertEqual(len(clocks.read(["deadline"])), 3)

    def test_clocks_of_another_company(self):
        other = self._create_company(name="Other Company")
        calendar = self.create_calendar("Other", (8, 12), company_id=other.id)
        self.create_agreement(company_id=other.id, calendar_id=calendar.id)
        foreign = self.create_ticket(company_id=other.id)
        self.assertTrue(foreign.slm_clock_ids)
        for user in (self.agent, self.administrator, self.manager):
            with self.subTest(user=user.login):
                for name in ("slm.clock", "slm.ticket.event"):
                    records = self.env[name].with_user(user)
                    self.assertFalse(records.search([("ticket_id", "=", foreign.id)]))
                for record in (foreign.slm_agreement_id, foreign.slm_clock_ids[0]):
                    with self.assertRaises(AccessError):
                        record.with_user(user).read([])

    def test_fields_of_a_ticket(self):
        ticket = self.ticket_own.with_user(self.own)
        self.assertEqual(ticket.slm_status, "on_track")
        self.assertEqual(ticket.slm_agreement_id.name, "Office SLA")
        self.assertEqual(
            ticket.slm_current_clock_ids.mapped("metric"),
            [
                "response",
                "completion",
                "closure",
            ],
        )
        self.assertEqual(ticket.slm_timezone, "Europe/Berlin")
        self.assertTrue(ticket.slm_event_ids.description)

    def test_nobody_writes_clocks(self):
        clock = self.ticket_own.slm_clock_ids[0]
        for user in (self.own, self.agent, self.administrator, self.manager):
            mine = clock.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    mine.write({"outcome": "met"})
                with self.assertRaises(AccessError):
                    mine.unlink()
                with self.assertRaises(AccessError):
                    mine.copy()

    def test_explanation_of_a_foreign_clock(self):
        """The wizard is no way around: neither the story nor its related fields."""
        clock = self.ticket_other.slm_clock_ids[0]
        with self.assertRaises(AccessError):
            clock.with_user(self.own).action_explain()
        wizards = self.env["slm.explanation"].with_user(self.own)
        with self.assertRaises(AccessError):
            wizard = wizards.create({"clock_id": clock.id})
            wizard.invalidate_recordset()
            wizard.read(["deadline"])
        with self.assertRaises(AccessError):
            wizard = wizards.create({"clock_id": clock.id})
            wizard.invalidate_recordset()
            wizard.read(["agreement_id", "ticket_id", "state"])
        with self.assertRaises(AccessError):
            wizards.new({"clock_id": clock.id}).mapped("story")

    def test_start_and_rebuild_need_write_access(self):
        ticket = self.ticket_other.with_user(self.own)
        for action in ("action_slm_start", "action_slm_rebuild"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(ticket, action)()


class TestEvents(SlmCommon):
    """History is append-only, for everybody."""

    def test_events_are_not_changed(self):
        ticket = self.create_ticket()
        event = ticket.slm_event_ids
        users = (self.agent, self.administrator, self.manager, self.env.user)
        for user in users:
            mine = event.with_user(user)
            for record in (mine, mine.sudo()):
                with self.subTest(user=user.login, su=record.env.su):
                    for vals in ({"at": moment("mon 10:00")}, {"after": {}}):
                        with self.assertRaises(UserError):
                            record.write(vals)
                    with self.assertRaises(UserError):
                        record.unlink()

    def test_events_are_not_written_through_the_ticket(self):
        ticket = self.create_ticket()
        event = ticket.slm_event_ids
        for command in (
            fields.Command.update(event.id, {"kind": "note"}),
            fields.Command.delete(event.id),
            fields.Command.unlink(event.id),
            fields.Command.clear(),
        ):
            with self.subTest(command=command), self.assertRaises(UserError):
                ticket.with_user(self.manager).write({"slm_event_ids": [command]})
                self.env.flush_all()

    def test_events_are_not_invented(self):
        ticket = self.create_ticket()
        for user in (self.agent, self.administrator, self.manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["slm.ticket.event"].with_user(user).create(
                    {"ticket_id": ticket.id, "at": moment("mon 08:00"), "kind": "note"}
                )

    def test_user_that_is_gone(self):
        """History names who did it, and outlives them."""
        user = self.create_user("gone", "helpdesk_mgmt.group_helpdesk_user")
        ticket = self.create_ticket()
        ticket.with_user(user).priority = "3"
        self.assertEqual(self.get_events(ticket, "priority").user_id, user)
        user.action_archive()
        event = self.get_events(ticket, "priority").with_user(self.agent)
        self.assertEqual(event.user_id.name, user.name)


class TestRoles(SlmCommon):
    """An administrator writes drafts; what is in force is the manager's."""

    def create_as(self, user, **vals):
        return (
            self.env["slm.agreement"]
            .with_user(user)
            .create(
                {
                    "name": "By " + user.login,
                    "calendar_id": self.office.id,
                    "target_ids": [fields.Command.create({"completion_minutes": 60})],
                    "publication_ids": [
                        fields.Command.create({"partner_id": self.organisation.id})
                    ],
                }
                | vals
            )
        )

    def test_agent_reads(self):
        agreement = self.agreement.with_user(self.agent)
        self.assertEqual(agreement.target_ids[0].completion_minutes, 240)
        self.assertEqual(agreement.publication_ids.partner_id, self.organisation)
        draft = self.create_as(self.administrator)
        for record in (self.agreement, draft, draft.target_ids, draft.publication_ids):
            with self.subTest(record=record), self.assertRaises(AccessError):
                record.with_user(self.agent).write({"sequence": 3})
        with self.assertRaises(AccessError):
            self.create_as(self.agent)
        with self.assertRaises(AccessError):
            self.service.with_user(self.agent).name = "Mine"

    def test_administrator_writes_drafts(self):
        draft = self.create_as(self.administrator)
        draft.name = "Another name"
        draft.target_ids.completion_minutes = 90
        draft.publication_ids.partner_id = self.department
        draft.state = "review"
        draft.target_ids = [
            fields.Command.clear(),
            fields.Command.create({"response_minutes": 10}),
        ]
        self.assertEqual(draft.target_ids.response_minutes, 10)

    def test_administrator_does_not_approve(self):
        draft = self.create_as(self.administrator)
        with self.assertRaises(AccessError):
            draft.action_activate()
        with self.assertRaises(AccessError):
            draft.state = "expired"
        with self.assertRaises(AccessError):
            self.create_as(self.administrator, state="active")

    def test_administrator_leaves_what_is_in_force(self):
        records = (
            self.agreement,
            self.agreement.target_ids,
            self.agreement.publication_ids,
        )
        for record in records:
            with self.subTest(record=record):
                mine = record.with_user(self.administrator)
                self.assertTrue(mine.read([]))
                with self.assertRaises(AccessError):
                    mine.write({"sequence": 3})
                with self.assertRaises(AccessError):
                    mine.unlink()
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.administrator).action_draft()

    def test_administrator_moves_nothing_to_what_is_in_force(self):
        draft = self.create_as(self.administrator)
        draft.target_ids.priority = "2"
        for line in (draft.target_ids, draft.publication_ids):
            with self.subTest(line=line):
                with self.assertRaises(AccessError):
                    line.agreement_id = self.agreement
                with self.assertRaises(AccessError):
                    line.copy({"agreement_id": self.agreement.id})
        level = self.env.ref("slm_management.service_level_urgent")
        wizard = (
            self.env["slm.load.levels"]
            .with_user(self.administrator)
            .create({"agreement_id": self.agreement.id, "level_ids": level.ids})
        )
        with self.assertRaises(AccessError):
            wizard.action_load()

    def test_administrator_puts_nothing_before_what_is_in_force(self):
        """A draft with the same code would be its version before."""
        agreement = self.agreement.with_user(self.administrator)
        for version in (0, -1):
            with (
                self.subTest(version=version),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                agreement.copy({"code": agreement.code, "version": version})
        later = self.create_agreement(version=2, code="LATER")
        with self.assertRaises(AccessError):
            agreement.copy({"code": "LATER"})
        self.assertFalse((self.agreement | later).previous_version_id)

    def test_administrator_maintains_the_rest(self):
        user = self.administrator
        self.env["slm.service"].with_user(user).create({"name": "New"})
        self.service.with_user(user).name = "Mail and calendar"
        level = self.env.ref("slm_management.service_level_urgent").with_user(user)
        level.line_ids.response = "20m"
        calendar = (
            self.env["resource.calendar"]
            .with_user(user)
            .create({"name": "Mine", "company_id": self.company.id})
        )
        calendar.attendance_ids[0].hour_from = 7
        holiday = (
            self.env["resource.calendar.leaves"]
            .with_user(user)
            .create(
                {
                    "name": "Closed",
                    "calendar_id": calendar.id,
                    "date_from": moment("mon 00:00"),
                    "date_to": moment("mon 23:00"),
                }
            )
        )
        holiday.date_to = moment("tue 23:00")
        holiday.unlink()

    def test_manager_does_all(self):
        agreement = self.create_as(self.manager)
        agreement.target_ids.completion_minutes = 90
        agreement.action_activate()
        agreement.publication_ids.partner_id = False
        draft = agreement.browse(agreement.action_new_version()["res_id"])
        draft.unlink()
        agreement.action_terminate()

    def test_groups_imply_each_other(self):
        self.assertTrue(self.manager.has_group("slm_management.group_slm_agent"))
        self.assertFalse(self.agent.has_group("slm_management.group_slm_administrator"))
        self.assertFalse(
            self.administrator.has_group("slm_management.group_slm_manager")
        )
