# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Command

from odoo.addons.slm_management import hooks

from .common import SlmCommon, tell


class TestInstall(SlmCommon):
    """The module comes into a desk that has been working for long."""

    @classmethod
    def default_env_context(cls):
        """Stages are tracked, as on a real desk."""
        return {"no_reset_password": True}

    def make_old(self, tickets):
        """The tickets are as the module found them when it was installed."""
        self.env.flush_all()
        ids = tuple(tickets.ids)
        for query in (
            "DELETE FROM slm_clock WHERE ticket_id IN %s",
            "DELETE FROM slm_time_share WHERE ticket_id IN %s",
            "DELETE FROM slm_ticket_event WHERE ticket_id IN %s",
            "UPDATE helpdesk_ticket SET slm_facts = NULL, slm_agreement_id = NULL, "
            "slm_status = 'none', slm_deadline = NULL, slm_response_deadline = NULL, "
            "slm_completion_deadline = NULL, slm_closure_deadline = NULL "
            "WHERE id IN %s",
        ):
            self.env.cr.execute(query, [ids])
        self.env.invalidate_all()

    def test_phases_of_shipped_stages(self):
        expected = {
            "new": "waiting",
            "in_progress": "working",
            "awaiting": "wait_customer",
            "done": "closed",
            "cancelled": "cancelled",
            "rejected": "cancelled",
        }
        stages = {
            name: self.env.ref(f"helpdesk_mgmt.helpdesk_ticket_stage_{name}")
            for name in expected
        }
        for stage in stages.values():
            stage.slm_phase = "completed"
        hooks.post_init_hook(self.env)
        shown = {name: stage.slm_phase for name, stage in stages.items()}
        self.assertEqual(shown, expected)

    def test_shipped_stages_may_be_gone(self):
        self.env["helpdesk.ticket"].search([]).unlink()
        self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_rejected").unlink()
        hooks.post_init_hook(self.env)

    def test_shipped_service_hours(self):
        """In the time zone of the company, and without its holidays."""
        self.company.resource_calendar_id = self.office
        self.create_holiday("mon", "mon")
        hooks.post_init_hook(self.env)
        days = {"5x8": 8 * 5, "5x9": 9 * 5, "7x24": 24 * 7}
        for name, hours in days.items():
            with self.subTest(calendar=name):
                calendar = self.env.ref(f"slm_management.calendar_{name}")
                self.assertEqual(calendar.tz, "Europe/Berlin")
                self.assertFalse(calendar.company_id)
                lines = calendar.attendance_ids
                self.assertEqual(
                    sum(line.hour_to - line.hour_from for line in lines), hours
                )
                self.assertFalse(calendar.global_leave_ids)

    def test_old_tickets_stay_as_they_are(self):
        ticket = self.create_ticket()
        self.make_old(ticket)
        self.at("tue 09:00")
        ticket.write({"priority": "3", "stage_id": self.stages["working"].id})
        ticket.with_user(self.agent).message_post(
            body="x", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.run_cron()
        self.run_cron("replan")
        ticket.invalidate_recordset()
        self.assertFalse(ticket.slm_is_tracked)
        self.assertFalse(ticket.slm_event_ids)
        self.assertFalse(ticket.slm_clock_ids)
        self.assertFalse(ticket.slm_agreement_id)
        self.assertEqual(ticket.slm_status, "none")
        self.assertEqual(ticket._slm_rebuild(), [])

    def test_old_ticket_is_started_when_asked(self):
        """Its clocks begin at its creation, with the stages that were tracked."""
        ticket = self.create_ticket()
        self.env.flush_all()
        self.cr.flush()
        for phase, text in (
            ("working", "mon 08:20"),
            ("wait_customer", "mon 10:00"),
            ("working", "mon 14:00"),
        ):
            self.move(ticket, phase, text)
            self.env.flush_all()
            self.cr.flush()
        self.make_old(ticket)
        self.at("mon 15:00")
        ticket.with_user(self.agent).action_slm_start()
        ticket.invalidate_recordset()
        self.assertTrue(ticket.slm_is_tracked)
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        self.assertClock(ticket, "response", stopped="mon 08:20", outcome="met")
        self.assertClock(ticket, started="mon 08:00", used=180, deadline="mon 16:00")
        self.assertEqual(tell(ticket.write_date), "mon 14:00")
        self.assertHealthy(ticket)
        creator = self.get_events(ticket, "created").user_id
        self.assertEqual(creator, self.env.user, "Not who started the clocks")
        events = len(ticket.slm_event_ids)
        ticket.action_slm_start()
        self.assertEqual(len(ticket.slm_event_ids), events, "Only once")
        self.move(ticket, "closed")
        self.assertClock(ticket, outcome="met", used=180)

    def test_old_ticket_that_was_late(self):
        """What was missed long ago is known, but nobody is alarmed."""
        ticket = self.create_ticket()
        self.make_old(ticket)
        self.at("mon+1 08:00")
        ticket.action_slm_start()
        self.assertEqual(ticket.slm_status, "breached")
        self.assertClock(ticket, "response", breached="mon 09:00")
        self.assertFalse(self.get_breach_notes(ticket))
        self.run_cron()
        self.assertFalse(self.get_breach_notes(ticket))

    def test_uninstall_hook(self):
        """Nothing of ours holds back what Odoo deletes when the module goes."""
        holding = self._hold_all()
        ticket = self.create_ticket(slm_process_id=holding.id)
        self.env.flush_all()
        hooks.uninstall_hook(self.env)
        for name in (
            "slm.clock",
            "slm.ticket.event",
            "slm.agreement",
            "slm.target",
            "slm.process",
            "slm.configuration.item",
            "slm.service",
            "slm.service.type",
            "slm.revision",
            "slm.contract",
            "slm.contract.acceptance",
            "slm.contract.milestone",
            "slm.supplier.interaction",
            "slm.supplier.evaluation",
            "slm.supplier.evaluation.line",
            "slm.supplier.criterion",
        ):
            with self.subTest(model=name):
                records = self.env[name].with_context(active_test=False)
                self.assertFalse(records.search([]))
        self.assertTrue(ticket.exists())
        self.office.unlink()
        self.always.unlink()
        self.category.unlink()
        self.stranger.unlink()
        self.administrator.unlink()
        self.tampered = True

    def _hold_all(self):
        """Use the catalogue so that its foreign keys hold versions, types, contacts and
        users; a process in its second version."""
        branch = self.env["slm.service.type"].create({"name": "Branch"})
        branch.child_ids = [Command.create({"name": "Twig"})]
        process = (
            self.env["slm.process"]
            .with_user(self.administrator)
            .create(
                {"name": "Order", "service_ids": [Command.set(self.service.ids)]},
            )
        )
        self.env["slm.configuration.item"].create(
            {"name": "Server", "owner_id": self.stranger.id}
        )
        self._hold_supplier()
        process.action_publish()
        newer = process.browse(process.action_new_version()["res_id"])
        newer.action_publish()
        return newer.sudo()

    def _hold_supplier(self):
        """The stranger is a supplier, with a contract and a sealed evaluation."""
        self.category = self.env["slm.supplier.category"].create({"name": "Lines"})
        self.stranger.write(
            {
                "slm_is_supplier": True,
                "slm_supplier_category_id": self.category.id,
                "slm_contact_calendar_id": self.always.id,
            }
        )
        partner = {"partner_id": self.stranger.id}
        self.env["slm.contract"].create(
            partner
            | {
                "name": "Lines",
                "manager_id": self.administrator.id,
                "effective_date": "2024-01-01",
                "calendar_id": self.office.id,
                "acceptance_ids": [
                    Command.create({"name": "All", "planned_date": "2024-02-01"})
                ],
            }
        )
        self.env["slm.supplier.interaction"].create(partner | {"name": "Call"})
        evaluation = self.env["slm.supplier.evaluation"].create(
            partner | {"date_from": "2023-10-01", "date_to": "2023-12-31"}
        )
        evaluation.line_ids.score = "3"
        evaluation.action_confirm()

    def test_new_company(self):
        company = self._create_company(name="New Company")
        self.assertEqual(company.slm_risk_percent, 80)
        agreement = (
            self.env["slm.agreement"].with_company(company).create({"name": "First"})
        )
        self.assertEqual(agreement.company_id, company)
        self.assertEqual(agreement.calendar_id, company.resource_calendar_id)
