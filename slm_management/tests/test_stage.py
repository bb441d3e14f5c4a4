# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import ValidationError
from odoo.tests import Form

from .common import SlmCommon


class TestStage(SlmCommon):
    """What a stage means to clocks."""

    def test_first_guess(self):
        cases = (
            ("waiting", {"unattended": True}),
            ("working", {}),
            ("closed", {"closed": True}),
            ("closed", {"closed": True, "unattended": True}),
            ("wait_customer", {"slm_phase": "wait_customer"}),
            ("cancelled", {"closed": True, "slm_phase": "cancelled"}),
        )
        for phase, vals in cases:
            with self.subTest(vals=vals):
                stage = self.env["helpdesk.ticket.stage"].create({"name": "S"} | vals)
                self.assertEqual(stage.slm_phase, phase)

    def test_choice_stays(self):
        stage = self.stages["wait_supplier"]
        stage.write({"unattended": True, "closed": True})
        stage.flush_recordset()
        stage.invalidate_recordset()
        self.assertEqual(stage.slm_phase, "wait_supplier")

    def test_manager_of_the_desk_makes_a_stage(self):
        """Without any of our groups: the phase is guessed."""
        user = self.create_user("desk", "helpdesk_mgmt.group_helpdesk_manager")
        form = Form(self.env["helpdesk.ticket.stage"].with_user(user))
        form.name = "By the desk"
        stage = form.save()
        self.assertEqual(stage.sudo().slm_phase, "working")
        stage.name = "Another name"
        ticket = self.create_ticket()
        ticket.with_user(user).stage_id = stage
        self.assertClock(ticket, "response", state="stopped")

    def test_other_phase_moves_its_tickets(self):
        """Tickets in the stage follow at once, archived ones as well."""
        stage = self.stages["wait_supplier"]
        ticket = self.create_ticket(phase="wait_supplier")
        archived = self.create_ticket(phase="wait_supplier")
        other = self.create_ticket(phase="working")
        archived.active = False
        self.at("mon 09:00")
        stage.with_user(self.create_stage_editor()).slm_phase = "wait_customer"
        self.assertClock(ticket, state="paused", used=60)
        self.assertEqual(self.get_events(archived, "phase").at, self.at("mon 09:00"))
        self.assertClock(other, state="running")
        self.at("mon 11:00")
        stage.slm_phase = "working"
        self.assertClock(ticket, state="running", used=60, deadline="mon 15:00")

    def test_no_edit_of_a_stage_reopens_tickets(self):
        """What has ended does not run again because a stage gets another phase."""
        stage = self.env["helpdesk.ticket.stage"].create({"name": "E", "closed": True})
        stage.slm_phase = "working"
        stage.slm_phase = "closed"
        ticket = self.create_ticket()
        self.at("mon 09:00")
        ticket.stage_id = stage
        with self.assertRaisesRegex(ValidationError, "ended in the stage “E”"):
            stage.slm_phase = "working"
        stage.slm_phase = "cancelled"
        self.assertClock(ticket, state="stopped", used=60)

    def create_stage_editor(self):
        return self.create_user(
            "editor",
            "helpdesk_mgmt.group_helpdesk_manager,slm_management.group_slm_agent",
        )

    def test_stage_of_the_same_phase(self):
        """A step that means the same to clocks is history all the same."""
        stage = self.env["helpdesk.ticket.stage"].create({"name": "Next step"})
        ticket = self.create_ticket(phase="working")
        self.at("mon 09:00")
        ticket.stage_id = stage
        self.assertClock(ticket, state="running", deadline="mon 12:00")
        self.assertEqual(self.get_events(ticket, "phase").after, {"stage": stage.id})

    def test_ticket_without_stage(self):
        ticket = self.create_ticket()
        ticket.stage_id = False
        self.assertClock(ticket, "response", state="running", deadline="mon 09:00")

    def test_archived_stage(self):
        ticket = self.create_ticket(phase="wait_supplier")
        self.stages["wait_supplier"].action_archive()
        ticket.priority = "3"
        self.assertClock(ticket, state="running", deadline="mon 10:00")
