# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Roads of people who work with reports, to what is none of their business."""

from functools import partial

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .report_case import ReportCase
from .test_report_delivery import DeliveryCase

SECRET = "Secret Xq7"


class TestReportsOfAnotherCompany(ReportCase):
    """A manager reads and changes nothing of a company that is not his."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls._create_company(name=f"Elsewhere {SECRET}")
        cls.rival = cls.create_user(
            "rival",
            "slm_management.group_slm_manager",
            company_id=cls.elsewhere.id,
            company_ids=[Command.set(cls.elsewhere.ids)],
        )
        cls.boss = cls.create_user(
            "boss",
            "slm_management.group_slm_manager",
            company_ids=[Command.set((cls.company | cls.elsewhere).ids)],
        )

    def setUp(self):
        super().setUp()
        self.live()

    def create_schedule(self, **vals):
        vals = {
            "name": f"Schedule {SECRET}",
            "partner_id": self.organisation.id,
            "user_id": self.manager.id,
            "recipient_ids": self.person.ids,
        } | vals
        return self.env["slm.report.schedule"].create(vals)

    def create_analysis(self):
        return self.env["slm.gap.analysis"].create(
            {"name": SECRET, "date_from": "2023-12-01", "date_to": "2023-12-31"}
        )

    def assertClosed(self, go, *args):
        """Refused, and nothing of it is named."""
        with self.assertRaises(UserError) as caught:
            with self.env.cr.savepoint():
                go(*args)
                self.env.flush_all()
        self.assertNotIn(SECRET, str(caught.exception))

    def test_actions(self):
        draft = self.create_report(name=SECRET)
        report = self.create_report(name=SECRET)
        report.action_publish()
        schedule, analysis = self.create_schedule(), self.create_analysis()
        self.exclude(self.late)
        exclusion = self.env["slm.exclusion"].search([], limit=1)
        found = {
            draft: ("action_compute", "action_publish", "action_new_version"),
            report: ("action_new_version", "action_view_versions"),
            schedule: ("copy", "unlink"),
            analysis: ("action_compute", "action_review", "action_view_lines"),
            exclusion: ("action_approve", "action_reject", "action_withdraw"),
            self.get_clock(self.late): ("action_exclude",),
        }
        for record, actions in found.items():
            theirs = record.with_user(self.rival)
            for action in (*actions, "get_metadata", "export_data"):
                args = [["id"]] if action == "export_data" else []
                with self.subTest(model=record._name, action=action):
                    if action == "get_metadata" and not record._log_access:
                        continue
                    self.assertClosed(getattr(theirs, action), *args)
            with self.subTest(model=record._name):
                self.assertClosed(theirs.read, ["display_name"])
                self.assertFalse(theirs.search([("id", "=", record.id)]))

    def test_moved_there(self):
        """What is written is not moved to where one may not write."""
        moved = {"company_id": self.elsewhere.id}
        records = (self.create_report(), self.create_analysis())
        for record in records:
            with self.subTest(model=record._name):
                self.assertClosed(record.with_user(self.manager).write, moved)

    def test_schedule_moved_there(self):
        """It would send what another company has to say to whom one likes."""
        schedule = self.create_schedule()
        vals = {"company_id": self.elsewhere.id, "user_id": self.boss.id}
        self.assertClosed(lambda: schedule.with_user(self.manager).write(vals))

    def test_created_there(self):
        vals = {"company_id": self.elsewhere.id, "user_id": self.boss.id}
        schedules = self.env["slm.report.schedule"].with_user(self.manager)
        full = vals | {
            "name": "x",
            "partner_id": self.organisation.id,
            "recipient_ids": self.person.ids,
        }
        self.assertClosed(lambda: schedules.create(full))
        context = {f"default_{name}": value for name, value in full.items()}
        self.assertClosed(schedules.with_context(**context).create, {})
        for model in ("slm.service.report", "slm.gap.analysis"):
            context = {
                "default_company_id": self.elsewhere.id,
                "default_partner_id": self.organisation.id,
            }
            records = self.env[model].with_user(self.manager)
            with self.subTest(model=model):
                self.assertClosed(records.with_context(**context).create, {})

    def test_narrowed_to_what_is_theirs(self):
        """Ids that one guesses tell no names."""
        company = {"company_id": self.elsewhere.id}
        partner = self.env["res.partner"].create(
            {"name": SECRET, "email": "x@example.com"} | company
        )
        team = self.env["helpdesk.ticket.team"].create({"name": SECRET} | company)
        service = self.env["slm.service"].create({"name": SECRET} | company)
        provider = {"audience": "provider", "partner_id": False}
        for vals in (
            provider | {"team_ids": team.ids},
            provider | {"customer_ids": partner.ids},
            {"service_ids": service.ids},
            {"partner_id": partner.id},
        ):
            with self.subTest(vals=vals):
                self.assertClosed(partial(self.create_report, self.manager, **vals))
        schedules = self.env["slm.report.schedule"].with_user(self.manager)
        base = {"name": "Mine", "recipient_ids": self.manager.partner_id.ids}
        for vals in (
            provider | {"team_ids": team.ids},
            provider | {"customer_ids": partner.ids},
            provider | {"recipient_ids": partner.ids},
            {"partner_id": self.organisation.id, "recipient_ids": partner.ids},
            {"partner_id": self.organisation.id, "service_ids": service.ids},
            {"partner_id": partner.id},
        ):
            with self.subTest(schedule=vals):
                self.assertClosed(schedules.create, base | vals)

    def test_owner_of_a_measure(self):
        analysis = self.create_analysis()
        line = analysis.line_ids[:1].with_user(self.manager)
        self.assertTrue(line)
        self.assertClosed(lambda: line.write({"owner_id": self.rival.id}))

    def test_lines_of_others(self):
        """The other end of a relation is no way around."""
        draft = self.create_report(user=self.manager)
        other = self.create_report(name=SECRET)
        self.env.cr.execute(
            "UPDATE slm_service_report SET company_id = %s WHERE id = %s",
            [self.elsewhere.id, other.id],
        )
        self.env.invalidate_all()
        line = other.line_ids[:1]
        self.assertTrue(line)
        for command in (
            Command.update(line.id, {"remark": "x"}),
            Command.link(line.id),
            Command.delete(line.id),
        ):
            with self.subTest(command=command):
                self.assertClosed(draft.write, {"late_ids": [command]})
        for name in ("next_version_ids", "delivery_ids"):
            with self.subTest(name=name):
                self.assertClosed(draft.write, {name: [Command.link(other.id)]})


class TestAgentOfOwnTickets(ReportCase):
    """An agent without the rights of the helpdesk on all tickets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.create_user(
            "own", "slm_management.group_slm_agent,base.group_allow_export"
        )

    def setUp(self):
        super().setUp()
        self.live()
        self.service.name = SECRET
        self.late.name = SECRET
        self.env.flush_all()

    def test_dashboard(self):
        dashboard = self.env["slm.dashboard"].with_user(self.own)
        told = dashboard.get_dashboard()
        self.assertTrue(told["is_empty"])
        self.assertNotIn(SECRET, str(told))
        for filters in (
            {"services": self.service.ids},
            {"customers": self.organisation.ids},
            {"services": [-1, 0, 10**30]},
            {"teams": [str(self.desk.id)]},
        ):
            with self.subTest(filters=filters):
                told = dashboard.get_dashboard(filters)
                self.assertTrue(told["is_empty"])
                self.assertNotIn(SECRET, str(told))

    def test_dialog(self):
        """Of clocks that he may not read nothing is told, not even that they are
        excluded."""
        self.exclude(self.late)
        clock = self.get_clock(self.late)
        exclusion = clock.exclusion_ids
        for model, name, record in (
            ("slm.exclude", "clock_ids", clock),
            ("slm.exclusion.decision", "exclusion_ids", exclusion),
        ):
            wizard = self.env[model].with_user(self.own)
            fields = {field: {} for field in record._fields}
            for values in ([Command.set(record.ids)], [Command.link(record.id)]):
                for field in fields:
                    spec = {name: {"fields": {field: {}}}}
                    with self.subTest(model=model, field=field):
                        self._assertUntold(wizard, name, values, spec, record, field)

    def _assertUntold(self, wizard, name, commands, spec, record, field):
        by_default = wizard.with_context(**{f"default_{name}": commands})
        by_selection = wizard.with_context(
            active_model=record._name, active_ids=record.ids
        )
        for form, *args in (
            (wizard, {name: commands}, [name], spec),
            (by_default, {}, [], spec),
            (by_selection, {}, [], spec),
        ):
            try:
                with self.env.cr.savepoint():
                    told = form.onchange(*args)["value"].get(name)
            except UserError as error:
                self.assertNotIn(SECRET, str(error))
                continue
            for _command, _id, *rest in told or ():
                values = rest[0] if rest and isinstance(rest[0], dict) else {}
                known = {k: v for k, v in values.items() if k != "id" and v}
                self.assertFalse(known, field)

    def test_statistics(self):
        for model in ("slm.clock.statistics", "slm.ticket.statistics"):
            theirs = self.env[model].with_user(self.own)
            row = self.env[model].search([("ticket_id", "=", self.late.id)], limit=1)
            self.assertTrue(row)
            mine = row.with_user(self.own)
            with self.subTest(model=model):
                self.assertFalse(theirs.search([]))
                self.assertFalse(theirs.name_search(""))
                self.assertFalse(
                    theirs.formatted_read_group([], ["service_id"], ["__count"])
                )
                self.assertFalse(theirs.web_read_group([], ["service_id"])["groups"])
                for go, *args in (
                    (mine.read, ["service_id"]),
                    (mine.web_read, {"service_id": {}}),
                    (mine.export_data, ["service_id"]),
                    (mine.action_view_ticket,),
                ):
                    with self.assertRaises(AccessError):
                        go(*args)


class TestReportFollowers(ReportCase):
    """Chatter, activities and files of reports are those of who may read them."""

    def setUp(self):
        super().setUp()
        self.live()
        self.report = self.create_report(name=SECRET)
        self.report.action_publish()

    def test_agent(self):
        self.report.message_subscribe(self.agent.partner_id.ids)
        note = self.report.message_post(body=SECRET)
        file = self.env["ir.attachment"].create(
            {
                "name": SECRET,
                "raw": b"x",
                "res_model": self.report._name,
                "res_id": self.report.id,
            }
        )
        for record in (note, file, self.report):
            with self.subTest(model=record._name):
                with self.assertRaises(AccessError):
                    record.with_user(self.agent).read(["display_name"])
        for model, name in (
            ("mail.activity", "res_model"),
            ("mail.message", "model"),
            ("ir.attachment", "res_model"),
            ("mail.followers", "res_model"),
        ):
            domain = [(name, "=", self.report._name)]
            with self.subTest(model=model):
                try:
                    found = self.env[model].with_user(self.agent).search(domain)
                except AccessError:
                    continue
                if model == "mail.followers":
                    # that he is one himself
                    found = found.filtered(
                        lambda row: row.partner_id != self.agent.partner_id
                    )
                self.assertFalse(found)

    def test_print_by_other_doors(self):
        """Papers of one kind do not print another, nor for an agent."""
        printer = self.env["ir.actions.report"].with_user(self.agent)
        for kind in ("service_report", "gap_analysis"):
            name = f"slm_management.report_slm_{kind}"
            paper = self.env[f"report.{name}"].with_user(self.agent)
            sheet = self.env[f"report.{name}_xlsx"].with_user(self.agent)
            context = {"active_ids": self.report.ids, "active_model": "res.users"}
            ids, selected = self.report.ids, paper.with_context(**context)
            for go, *args in (
                (printer._render_qweb_html, name, ids),
                (printer._render_qweb_pdf, name, ids),
                (printer._render_xlsx, f"{name}_xlsx", ids, {}),
                (paper._get_report_values, ids),
                (selected._get_report_values, None),
                (sheet.create_xlsx_report, ids, {}),
                (sheet.with_context(**context).create_xlsx_report, None, {}),
                (sheet.generate_xlsx_report, None, {}, ids),
            ):
                with self.subTest(kind=kind), self.assertRaises(AccessError):
                    go(*args)


class TestReportOfHolding(ReportCase):
    """The right goes downwards, and no further than the own organisation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holding = cls.env["res.partner"].create(
            {"name": "Holding", "is_company": True}
        )
        cls.organisation.parent_id = cls.holding
        cls.head = cls.create_user("head", "base.group_portal")
        cls.head.partner_id.parent_id = cls.holding
        cls.loner = cls.create_user("loner", "base.group_portal")
        people = cls.head.partner_id | cls.loner.partner_id | cls.person
        people.slm_service_reports = True

    def finds(self, user, report):
        statistics = self.env["slm.portal.statistics"].with_user(user)
        return bool(statistics._find_report(report.id))

    def test_who_finds_what(self):
        self.live()
        by_partner = {
            partner: self.create_report(partner_id=partner.id)
            for partner in (self.holding, self.organisation, self.other)
        }
        self.reports.union(*by_partner.values()).action_publish()
        found = {
            user: [p for p, report in by_partner.items() if self.finds(user, report)]
            for user in (self.head, self.portal_user, self.loner)
        }
        self.assertEqual(found[self.head], [self.holding, self.organisation])
        self.assertEqual(found[self.portal_user], [self.organisation])
        self.assertFalse(found[self.loner])


class TestReportOfMergedContacts(ReportCase):
    """The right to an organisation's reports does not come by a merge."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.env["res.partner"].create(
            {"name": "Petra", "email": "petra@example.com", "parent_id": cls.other.id}
        )
        cls.person.slm_service_reports = True
        # somebody who uses the portal is not merged away by core
        cls.twin = cls.env["res.partner"].create(
            {
                "name": "Petra",
                "email": "petra@example.com",
                "parent_id": cls.department.id,
                "slm_service_reports": True,
            }
        )

    def merge(self, source, target):
        wizards = self.env["base.partner.merge.automatic.wizard"]
        wizards._merge((source | target).ids, target)
        self.env.invalidate_all()

    def test_into_a_contact_of_another_organisation(self):
        self.merge(self.twin, self.theirs)
        self.assertEqual(self.theirs.commercial_partner_id, self.other)
        self.assertFalse(self.theirs.slm_service_reports)

    def test_into_a_contact_of_the_same(self):
        target = self.env["res.partner"].create(
            {"name": "Petra", "parent_id": self.department.id}
        )
        self.merge(self.twin, target)
        self.assertTrue(target.slm_service_reports)

    def test_organisation_that_becomes_another_one(self):
        """Contacts come over in SQL."""
        self.merge(self.organisation, self.other)
        self.assertEqual(self.person.commercial_partner_id, self.other)
        self.assertFalse(self.person.slm_service_reports)

    def test_somebody_else_becomes_who_has_it(self):
        """By who keeps contacts only."""
        stranger = self.create_user("guest", "base.group_portal").partner_id
        stranger.email = self.twin.email
        contacts = self.create_user(
            "contacts", "base.group_user,base.group_partner_manager"
        )
        wizards = self.env["base.partner.merge.automatic.wizard"].with_user(contacts)
        wizards._merge((stranger | self.twin).ids, self.twin.with_user(contacts))
        self.env.invalidate_all()
        self.assertTrue(self.twin.user_ids)
        self.assertFalse(self.twin.slm_service_reports)

    def test_contacts_of_the_target_keep_it(self):
        self.merge(self.other, self.organisation)
        self.assertEqual(self.person.commercial_partner_id, self.organisation)
        self.assertTrue(self.person.slm_service_reports)

    def test_moved_with_a_department(self):
        """Who gives the right to the head of a department does not move it for all."""
        self.department.write({"parent_id": self.other.id, "slm_service_reports": True})
        self.assertEqual(self.person.commercial_partner_id, self.other)
        self.assertTrue(self.department.slm_service_reports)
        self.assertFalse(self.person.slm_service_reports)


class TestReportHeldBack(DeliveryCase):
    """What was held back stays so, whoever puts it into the queue again."""

    def test_retried_by_the_administrator_of_odoo(self):
        self.person.parent_id = self.stranger
        self.assertFalse(self.send_queue())
        self.assertTrue(self.delivery.objection)
        self.mail.mark_outgoing()
        self.assertFalse(self.send_queue())
        self.assertEqual(self.delivery.state, "failed")
