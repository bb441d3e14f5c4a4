# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of statistics build upon: months of a desk at random, always the same
ones."""

import random
from datetime import datetime, timedelta

from odoo.fields import Command

from .holders_case import HoldersCase

FIRST = datetime(2023, 11, 20, 7)
#: naive UTC; the last day that the tests know
NOW = datetime(2024, 1, 31, 14)


class StatisticsCase(HoldersCase):
    """Tickets of two services, three customers and three teams, from November to
    January, as they come and go, wait, are handed over, completed and opened again."""

    #: how many tickets there are
    told = 30

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["slm.agreement"].search([("kind", "!=", "sla")]).attainment_target = 50
        cls.agreement.attainment_target = 80
        cls.other_agreement = cls.create_agreement(
            name="Other SLA",
            consumers=[cls.stranger],
            targets=[{"response": 120, "completion": 600, "closure": 900}],
        )
        cls.own_agent = cls.create_user(
            "own", "slm_management.group_slm_agent,base.group_allow_export"
        )
        cls.own_agent.helpdesk_team_ids = [Command.link(cls.desk.id)]
        cls.random = random.Random(6)
        cls.tickets = cls.env["helpdesk.ticket"]
        todo = [
            (FIRST + timedelta(minutes=cls.random.randrange(72 * 24 * 60)), -1 - number)
            for number in range(cls.told)
        ]
        cls._play(todo)
        missed = cls.env["slm.clock"].search([("outcome", "=", "missed")], order="id")
        for clock in missed[::3]:
            cls.env["slm.clockwork"]._exclude(clock, True, "Force majeure")

    def setUp(self):
        super().setUp()
        self.at(NOW)

    @classmethod
    def _play(cls, todo):
        """Do one thing after the other; each ticket says what comes next to it."""
        while todo:
            moment, ticket_id = min(todo)
            todo.remove((moment, ticket_id))
            if moment >= NOW:
                continue
            cls.env.flush_all()
            cls.frozen.move_to(moment)
            cls.env.cr._now = moment
            if due := cls.env["slm.clock"]._get_due():
                due._act()
            ticket = cls._act_on(cls.env["helpdesk.ticket"].browse(ticket_id))
            if cls.random.random() < 0.85:
                hours = cls.random.choice((1, 2, 5, 30, 200))
                todo.append((moment + timedelta(hours=hours), ticket.id))

    @classmethod
    def _act_on(cls, ticket):
        if ticket.id < 0:
            return cls._create_random_ticket()
        phase = cls.random.choice((*cls.stages, "completed", "hand_over", "archive"))
        if phase == "hand_over":
            ticket.team_id = cls.random.choice(cls.desk | cls.field | cls.spare)
        elif phase == "archive":
            ticket.active = not ticket.active
        else:
            vendor = cls.vendor.id if phase == "wait_supplier" else False
            stage = cls.stages[phase].id
            ticket.write({"stage_id": stage, "slm_supplier_id": vendor})
        return ticket

    @classmethod
    def _create_random_ticket(cls):
        services = (cls.service, cls.other_service, cls.service.browse())
        people = (cls.person, cls.person, cls.department, cls.stranger)
        ticket = cls.create_ticket(
            slm_service_id=cls.random.choice(services).id,
            partner_id=cls.random.choice(people).id,
            team_id=cls.random.choice(cls.desk | cls.field | cls.spare).id,
            priority=cls.random.choice("0123"),
        )
        cls.tickets |= ticket
        return ticket
