# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from .common import SlmCommon, moment, tell


class TestReplaySemantics(SlmCommon):
    """What an import of old tickets relies on: ``slm_at`` and ``slm_note``."""

    def create_old(self, text="mon 08:00", **vals):
        """A ticket that was created at another time than now."""
        context = {"slm_at": moment(text), "slm_silent": True}
        model = self.env["helpdesk.ticket"].with_context(**context)
        vals = {
            "name": "Old",
            "description": "Old",
            "partner_id": self.person.id,
        } | vals
        return model.create(vals)

    def note(self, ticket, text, note, **vals):
        """One line of a log."""
        context = {"slm_at": moment(text), "slm_note": note}
        ticket.with_context(**context).write(vals)

    def get_history(self, ticket):
        self.env.flush_all()
        ticket.invalidate_recordset(["slm_event_ids"])
        events = ticket.slm_event_ids.sorted(lambda event: (event.at, event.id))
        return [(tell(event.at), event.kind, event.note) for event in events]

    def test_write_with_a_note_is_one_event(self):
        """With a note there is one event, whether facts change or not."""
        self.at("fri 12:00")
        ticket = self.create_old()
        working, closed = self.stages["working"], self.stages["closed"]
        self.note(ticket, "mon 08:30", "first", stage_id=working.id, priority="2")
        self.note(ticket, "mon 08:40", "second", stage_id=working.id)
        self.note(ticket, "mon 08:40", "third", stage_id=closed.id)
        self.assertEqual(
            self.get_history(ticket),
            [
                ("mon 08:00", "created", False),
                ("mon 08:30", "phase", "first"),
                ("mon 08:40", "note", "second"),
                ("mon 08:40", "phase", "third"),
            ],
        )
        self.assertClock(ticket, "response", stopped="mon 08:30", used=30)
        self.assertClock(ticket, "closure", stopped="mon 08:40", used=40)

    def test_write_without_a_note(self):
        """Without a note, a write that changes no fact leaves no event."""
        ticket = self.create_ticket()
        ticket.write({"name": "Other words"})
        self.assertEqual(len(ticket.slm_event_ids), 1)

    def test_note_before_the_last_event(self):
        """A history goes forward: an earlier line counts from the last event on."""
        self.at("fri 12:00")
        ticket = self.create_old("mon 09:00")
        self.note(ticket, "mon 08:00", "early", stage_id=self.stages["working"].id)
        self.assertEqual(
            self.get_history(ticket),
            [("mon 09:00", "created", False), ("mon 09:00", "phase", "early")],
        )
        self.assertClock(ticket, "response", stopped="mon 09:00", used=0)

    def test_a_look_moves_the_breach(self):
        """A clock that is exactly full is late once more is used, see the engine."""
        self.at("fri 12:00")
        ticket = self.create_old("mon 11:00")
        self.note(ticket, "mon 12:30", "looked at while the hours were over")
        self.note(ticket, "mon 14:00", "moved", stage_id=self.stages["working"].id)
        self.assertClock(
            ticket, "response", used=120, breached="mon 12:30", outcome="missed"
        )

    def test_stopped_clock_keeps_its_target_line(self):
        """Another line that promises the same does not take a stopped clock over."""
        line = self.prepare_target({"priority": "2", "response": 60})
        self.agreement.target_ids = [(0, 0, line)]
        ticket = self.create_ticket()
        target = self.get_clock(ticket, "response").target_id
        self.move(ticket, "working", "mon 08:10")
        ticket.priority = "2"
        self.move(ticket, "closed", "mon 08:20")
        self.env.flush_all()
        self.assertEqual(ticket._slm_rebuild(), [])
        self.assertEqual(self.get_clock(ticket, "response").target_id, target)
