# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of tickets that go from hand to hand build upon."""

from .common import SlmCommon, tell

#: minutes promised by the desk, by the field team and by the supplier
DESK = {"response": 30, "completion": 120, "closure": 240}
FIELD = {"response": 60, "completion": 180, "closure": 360}
SUPPLIER = {"response": 60, "completion": 240, "closure": 480}


class HoldersCase(SlmCommon):
    """Two teams with an OLA each, one without, two suppliers with a contract each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk, cls.field, cls.spare = cls.env["helpdesk.ticket.team"].create(
            [
                {"name": name, "company_id": cls.company.id, "user_ids": cls.agent.ids}
                for name in ("Desk", "Field", "Spare")
            ]
        )
        cls.desk_ola = cls.create_ola(cls.desk, DESK)
        cls.field_ola = cls.create_ola(cls.field, FIELD)
        cls.vendor, cls.carrier = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Vendor", "Carrier")]
        )
        cls.vendor_uc = cls.create_uc(cls.vendor, SUPPLIER)
        cls.carrier_uc = cls.create_uc(cls.carrier, SUPPLIER)

    @classmethod
    def create_ola(cls, team, targets, **vals):
        """An OLA of a team in force; ``targets``: minutes by metric."""
        vals = {"name": f"OLA {team.name}", "kind": "ola", "team_id": team.id} | vals
        return cls.create_agreement(consumers=[], targets=[targets], **vals)

    @classmethod
    def create_uc(cls, supplier, targets, **vals):
        """A contract of a supplier in force."""
        vals = {"name": f"UC {supplier.name}", "kind": "uc"} | vals
        vals.setdefault("partner_id", supplier.id)
        return cls.create_agreement(consumers=[], targets=[targets], **vals)

    def hand_over(self, ticket, team, text=None, **vals):
        """Give a ticket to another team, at a time."""
        if text:
            self.at(text)
        ticket.write({"team_id": team.id} | vals)

    def wait_for(self, ticket, supplier, text=None):
        """A ticket waits for a supplier from a time on."""
        if text:
            self.at(text)
        stage = self.stages["wait_supplier"]
        ticket.write({"stage_id": stage.id, "slm_supplier_id": supplier.id})

    def answer(self, ticket, text=None):
        """The agent answers in public."""
        if text:
            self.at(text)
        ticket.with_user(self.agent).message_post(
            body="We are looking into it",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def get_cycles(self, ticket, agreement, metric="completion"):
        """``[(cycle, started, stopped, minutes used, outcome)]`` in order."""
        self.env.flush_all()
        ticket.invalidate_recordset(["slm_clock_ids"])
        clocks = ticket.slm_clock_ids.filtered(
            lambda clock: (clock.metric, clock.agreement_id) == (metric, agreement)
        ).sorted("cycle")
        return [
            (
                clock.cycle,
                tell(clock.started_at),
                tell(clock.stopped_at),
                clock.elapsed_seconds / 60,
                clock.outcome,
            )
            for clock in clocks
        ]

    def get_clock(self, ticket, metric="completion", agreement=None):
        """The clock of the cycle that began last."""
        clocks = super().get_clock(ticket, metric, agreement)
        return clocks.sorted("cycle")[-1:]

    def get_used(self, ticket):
        """Minutes by who used them, as the ticket shows them now."""
        self.env.flush_all()
        ticket.invalidate_recordset(["slm_time_used"])
        return {line["name"]: line["seconds"] / 60 for line in ticket.slm_time_used}

    def get_stored(self, ticket):
        """Minutes by who used them, as they are stored."""
        self.env.flush_all()
        ticket.invalidate_recordset(["slm_time_share_ids"])
        return {
            share.team_id.name or share.partner_id.name or share.party: share.seconds
            / 60
            for share in ticket.slm_time_share_ids
        }
