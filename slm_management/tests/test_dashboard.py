# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from .common import SlmCommon

CARDS = ("Service Level Breached", "Due within an Hour")


class TestDashboard(SlmCommon):
    """The cards that the dashboard of the helpdesk gets."""

    def get_cards(self, user):
        teams = self.env["helpdesk.ticket.team"].with_user(user)
        return {card["name"]: card["value"] for card in teams.retrieve_dashboard()}

    def test_cards_are_for_agents(self):
        ours = set(CARDS)
        for user in (self.agent, self.administrator, self.manager):
            with self.subTest(user=user.login):
                self.assertLessEqual(ours, set(self.get_cards(user)))
        desk_manager = self.create_user(
            "desk_manager", "helpdesk_mgmt.group_helpdesk_manager"
        )
        for user in (self.helpdesk_user, desk_manager):
            with self.subTest(user=user.login):
                self.assertFalse(ours & set(self.get_cards(user)))

    def test_what_they_count(self):
        before = self.get_cards(self.agent)
        self.create_ticket()
        self.create_ticket(partner_id=False)
        paused = self.create_ticket()
        self.move(paused, "wait_customer")
        self.at("mon 09:30")
        self.run_cron()
        self.create_ticket(priority="3")
        closed = self.create_ticket()
        self.move(closed, "closed", "tue 09:00")
        self.at("mon 09:30")
        counted = {
            name: value - before[name]
            for name, value in self.get_cards(self.agent).items()
        }
        self.assertEqual([counted[name] for name in CARDS], [1, 1])

    def test_actions_of_the_cards(self):
        """Each card opens the very tickets that it counts."""
        self.create_ticket()
        self.at("mon 09:30")
        self.run_cron()
        self.create_ticket(priority="3")
        teams = self.env["helpdesk.ticket.team"].with_user(self.agent)
        for card in teams.retrieve_dashboard():
            if card["name"] not in CARDS:
                continue
            with self.subTest(card=card["name"]):
                action = self.env.ref(card["action"], raise_if_not_found=False)
                self.assertTrue(action, card["action"])
                self.assertEqual(action.res_model, "helpdesk.ticket")

    def test_tickets_of_others_are_not_counted(self):
        agent = self.create_user("own", "slm_management.group_slm_agent")
        before = self.get_cards(agent)
        self.create_ticket()
        self.at("mon 10:00")
        self.run_cron()
        self.assertEqual(self.get_cards(agent), before)
