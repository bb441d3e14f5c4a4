# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError
from odoo.fields import Command

from .common import tell
from .holders_case import HoldersCase


class TestTimeShare(HoldersCase):
    """Who used the time: what is stored, and what the ticket shows now."""

    def create_travelled(self):
        """A ticket that has been with everybody, on Monday from 8:00 to 16:00."""
        ticket = self.create_ticket(team_id=self.desk.id)
        self.move(ticket, "working", "mon 08:30")
        self.hand_over(ticket, self.field, "mon 09:00")
        self.move(ticket, "wait_customer", "mon 10:00")
        self.wait_for(ticket, self.vendor, "mon 11:00")
        self.wait_for(ticket, self.carrier, "mon 13:30")
        self.move(ticket, "working", "mon 14:00")
        self.hand_over(ticket, self.desk, "mon 15:00")
        self.move(ticket, "completed", "mon 16:00")
        return ticket

    travelled = {
        "Desk": 120,
        "Field": 120,
        "customer": 60,
        "Vendor": 90,
        "Carrier": 30,
    }

    def test_everybody_has_a_share(self):
        ticket = self.create_travelled()
        self.assertEqual(self.get_stored(ticket), self.travelled)
        used = self.get_used(ticket)
        self.assertEqual(used.pop("Customer"), 60)
        self.assertEqual(used, {k: v for k, v in self.travelled.items() if k in used})
        self.assertEqual(sum(self.travelled.values()), 420)

    def test_teams_and_suppliers_are_what_the_sla_counts(self):
        ticket = self.create_travelled()
        stored = self.get_stored(ticket)
        self.assertClock(ticket, used=sum(stored.values()) - stored["customer"])

    def test_shares_are_what_the_clocks_of_the_holders_count(self):
        """On the same hours, and where nothing but the hand-over ends a clock."""
        ticket = self.create_travelled()
        for agreement, name in (
            (self.vendor_uc, "Vendor"),
            (self.carrier_uc, "Carrier"),
            (self.desk_ola, "Desk"),
        ):
            used = sum(line[3] for line in self.get_cycles(ticket, agreement))
            self.assertEqual(used, self.travelled[name], name)

    def test_percent(self):
        ticket = self.create_travelled()
        shown = ticket.slm_time_used
        self.assertAlmostEqual(sum(line["percent"] for line in shown), 100, delta=0.3)
        self.assertEqual(shown[0]["party"], "team")
        self.assertEqual(shown[0]["percent"], 28.6)

    def test_goes_on_until_now(self):
        """Stored is the time until the last event; the ticket shows it until now."""
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.at("mon 09:00")
        self.assertEqual(self.get_stored(ticket), {})
        self.assertEqual(self.get_used(ticket), {"Desk": 60})
        self.hand_over(ticket, self.field)
        self.at("mon 11:00")
        self.assertEqual(self.get_stored(ticket), {"Desk": 60})
        self.assertEqual(self.get_used(ticket), {"Desk": 60, "Field": 120})

    def test_service_time_only(self):
        ticket = self.create_ticket(team_id=self.desk.id)
        self.hand_over(ticket, self.field, "mon 20:00")
        self.move(ticket, "closed", "tue 07:00")
        self.assertEqual(self.get_stored(ticket), {"Desk": 480})

    def test_completed_is_nobodys(self):
        ticket = self.create_ticket(team_id=self.desk.id)
        self.move(ticket, "completed", "mon 09:00")
        self.hand_over(ticket, self.field, "mon 10:00")
        self.at("mon 11:00")
        self.assertEqual(self.get_used(ticket), {"Desk": 60})
        self.move(ticket, "working", "mon 12:00")
        self.move(ticket, "closed", "mon 14:00")
        self.assertEqual(self.get_stored(ticket), {"Desk": 60, "Field": 60})

    def test_cancelled_and_archived_is_nobodys(self):
        ticket = self.create_ticket(team_id=self.desk.id)
        self.move(ticket, "cancelled", "mon 09:00")
        self.move(ticket, "working", "mon 10:00")
        self.at("mon 10:30")
        ticket.action_archive()
        self.at("mon 11:00")
        self.assertEqual(self.get_stored(ticket), {"Desk": 90})
        self.assertEqual(self.get_used(ticket), {"Desk": 90})

    def test_nobody_named(self):
        ticket = self.create_ticket()
        self.move(ticket, "wait_supplier", "mon 09:00")
        self.move(ticket, "closed", "mon 11:00")
        self.assertEqual(self.get_stored(ticket), {"team": 60, "supplier": 120})
        self.assertEqual(
            self.get_used(ticket), {"No team": 60, "Unnamed supplier": 120}
        )

    def test_hours_of_the_company_without_an_sla(self):
        self.company.resource_calendar_id = self.always
        ticket = self.create_ticket(partner_id=self.stranger.id, team_id=self.desk.id)
        self.hand_over(ticket, self.spare, "mon 20:00")
        self.assertEqual(self.get_stored(ticket), {"Desk": 720})
        self.assertEqual(ticket.slm_time_share_ids.calendar_id, self.always)

    def test_sla_comes_later(self):
        """Shares are counted over its hours from the ticket's creation on."""
        self.company.resource_calendar_id = self.always
        ticket = self.create_ticket(partner_id=False, team_id=self.desk.id)
        self.hand_over(ticket, self.spare, "mon 20:00")
        self.at("tue 09:00")
        ticket.partner_id = self.person
        self.assertEqual(self.get_stored(ticket), {"Desk": 480, "Spare": 60})

    def test_holiday_is_made_good(self):
        ticket = self.create_ticket(team_id=self.desk.id, phase="working")
        self.hand_over(ticket, self.field, "mon 10:00")
        self.create_holiday("mon", "mon")
        self.run_cron("replan")
        self.assertEqual(self.get_stored(ticket), {"Desk": 0})
        self.move(ticket, "closed", "tue 09:00")
        self.assertEqual(self.get_stored(ticket), {"Desk": 0, "Field": 60})

    def test_finished_ticket_keeps_its_shares(self):
        """Whatever becomes of the service hours, and whatever is noted on it."""
        ticket = self.create_travelled()
        self.create_holiday("mon", "mon")
        self.run_cron("replan")
        self.move(ticket, "closed", "tue 10:00")
        self.assertEqual(self.get_stored(ticket), self.travelled)
        self.assertEqual(sum(self.get_used(ticket).values()), 420)

    def test_finished_by_somebody_who_used_no_time(self):
        """Handed over and completed at once: it has no share, and the rest stays."""
        ticket = self.create_ticket(team_id=self.desk.id)
        stage = self.stages["working"]
        self.hand_over(ticket, self.field, "mon 09:00", stage_id=stage.id)
        self.move(ticket, "completed")
        self.create_holiday("mon", "mon")
        self.move(ticket, "closed", "tue 09:00")
        self.assertEqual(self.get_stored(ticket), {"Desk": 60})
        self.assertEqual(self.get_used(ticket), {"Desk": 60})

    def test_hours_of_the_company_can_not_be_used_any_more(self):
        """A finished ticket keeps its shares, and can be written as before."""
        self.company.slm_calendar_id = self.always.copy({"name": "Company"})
        ticket = self.create_ticket(partner_id=self.stranger.id, team_id=self.desk.id)
        self.move(ticket, "closed", "mon 09:00")
        before = self.get_stored(ticket)
        self.assertEqual(before, {"Desk": 60})
        self.company.slm_calendar_id.attendance_ids = [Command.clear()]
        self.at("mon 10:00")
        ticket.priority = "3"
        self.assertEqual(self.get_stored(ticket), before)

    def test_reopened_after_an_edit_of_hours(self):
        """It is open again, so it is counted again, as its clocks are."""
        ticket = self.create_ticket(team_id=self.desk.id)
        self.move(ticket, "completed", "mon 09:00")
        self.create_holiday("mon", "mon")
        self.move(ticket, "working", "tue 09:00")
        self.move(ticket, "closed", "tue 10:00")
        self.assertClock(ticket, used=60)
        self.assertEqual(self.get_stored(ticket), {"Desk": 60})

    # ------------------------------------------------------------------
    # Who is no more
    # ------------------------------------------------------------------

    def test_deleted_team(self):
        """The time that it used stays in the sum, without a name."""
        ticket = self.create_ticket(team_id=self.spare.id)
        self.hand_over(ticket, self.desk, "mon 09:00")
        self.hand_over(ticket, self.spare, "mon 10:00")
        self.hand_over(ticket, self.desk, "mon 11:00")
        self.spare.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.get_used(ticket), {"No team": 120, "Desk": 60})
        self.move(ticket, "closed", "mon 13:30")
        self.assertEqual(self.get_stored(ticket), {"team": 120, "Desk": 150})
        self.move(ticket, "working", "mon 14:00")
        self.move(ticket, "closed", "mon 15:00")
        self.assertEqual(self.get_stored(ticket), {"team": 120, "Desk": 210})

    def test_deleted_team_of_a_finished_ticket(self):
        ticket = self.create_ticket(team_id=self.spare.id)
        self.hand_over(ticket, self.desk, "mon 09:00")
        self.move(ticket, "closed", "mon 10:00")
        self.spare.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.get_used(ticket), {"No team": 60, "Desk": 60})

    def test_deleted_and_merged_supplier(self):
        """Two suppliers become one: the ticket can be worked on as before."""
        first, second = self.env["res.partner"].create(
            [{"name": "First"}, {"name": "Second"}]
        )
        ticket = self.create_ticket(team_id=self.desk.id)
        self.wait_for(ticket, first, "mon 08:30")
        self.wait_for(ticket, second, "mon 09:00")
        self.move(ticket, "working", "mon 10:00")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((first | second).ids, dst_partner=second)
        self.env.invalidate_all()
        self.assertFalse(first.exists())
        self.move(ticket, "closed", "mon 11:00")
        self.assertEqual(
            self.get_stored(ticket), {"supplier": 30, "Second": 60, "Desk": 90}
        )
        second.unlink()
        self.env.invalidate_all()
        self.assertEqual(sum(self.get_used(ticket).values()), 180)
        self.move(ticket, "working", "mon 13:00")
        self.assertEqual(self.get_stored(ticket), {"Desk": 90, "supplier": 90})

    # ------------------------------------------------------------------
    # Whose they are
    # ------------------------------------------------------------------

    def test_nobody_writes_shares(self):
        share = self.create_travelled().slm_time_share_ids[:1]
        for user in (self.agent, self.manager):
            with self.assertRaises(AccessError):
                share.with_user(user).seconds = 1
            with self.assertRaises(AccessError):
                share.with_user(user).unlink()

    def test_ticket_is_not_written(self):
        ticket = self.create_ticket(team_id=self.desk.id)
        self.at("mon 09:31")
        self.run_cron()
        self.assertEqual(tell(ticket.write_date), "mon 08:00")
        self.assertEqual(self.get_stored(ticket), {"Desk": 91})

    def test_batch_costs_the_same(self):
        """What is shown for many tickets takes as many queries as for a few."""
        tickets = self.env["helpdesk.ticket"]
        for _number in range(12):
            tickets |= self.create_travelled()
            self.at("mon 08:00")
        self.at("tue 08:00")
        counted = []
        for some in (tickets[:2], tickets[2:], tickets[:2], tickets[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["slm.clockwork"]._get_shares(some)
            counted.append(self.cr.sql_log_count - before)
        self.assertEqual(counted[2], counted[3])
        self.assertLessEqual(counted[3], 12)
