# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tools import file_path

from .access_world import SECRET, AccessWorld

HIDDEN = ("OLA", "UC ", "target", "breach", "Supplier", SECRET)


class TestAgreementsOfRequesters(AccessWorld):
    """Requesters read the SLAs that cover them, and learn nothing of what stands
    behind these."""

    def find(self, user, name="slm.agreement"):
        return self.env[name].with_user(user).search([]).with_env(self.env)

    # ------------------------------------------------------------------
    # Which ones
    # ------------------------------------------------------------------

    def test_day_is_the_company_s(self):
        """Whatever time zone a client pretends to live in."""
        self.agreement_for_everybody.date_end = "2024-01-08"
        agreements = self.env["slm.agreement"].with_user(self.portal_user)
        for text, visible in (("mon 23:59", True), ("tue 00:00", False)):
            self.at(text)
            for tz in ("Pacific/Kiritimati", "Pacific/Midway"):
                with self.subTest(at=text, tz=tz):
                    found = agreements.with_context(tz=tz).search([])
                    self.assertEqual(self.agreement_for_everybody in found, visible)

    def test_life(self):
        """A new version takes the place of the old one on its day; an end closes it."""
        self.assertIn(self.agreement, self.find(self.portal_user))
        self.agreement.action_terminate()
        self.assertNotIn(self.agreement, self.find(self.portal_user))
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.portal_user).read(["name"])
        self.assertFalse(
            self.find(self.portal_user, "slm.target").filtered(
                lambda line: line.agreement_id == self.agreement
            )
        )

    def test_companies(self):
        """One of a company that the user is not in, or has switched off."""
        foreign = self.hidden_agreements.filtered(
            lambda agreement: agreement.company_id == self.other_company
        )
        self.assertNotIn(foreign, self.find(self.employee))
        self.employee.company_ids += self.other_company
        agreements = self.env["slm.agreement"].with_user(self.employee)
        for company, seen in (
            (self.company, self.agreement),
            (self.other_company, foreign),
        ):
            context = {"allowed_company_ids": company.ids}
            found = agreements.with_context(**context).search([]).with_env(self.env)
            with self.subTest(company=company.name):
                self.assertIn(seen, found)
                self.assertEqual(found.company_id, company)

    def test_service_comes_and_goes(self):
        """A line for a service is there as long as the service is offered to him."""
        lines = self.find(self.portal_user, "slm.target")
        self.assertNotIn(self.hidden_target, lines)
        self.create_process(
            "New",
            self.organisation,
            service_ids=[Command.set(self.hidden_target.service_id.ids)],
        )
        self.assertIn(self.hidden_target, self.find(self.portal_user, "slm.target"))

    # ------------------------------------------------------------------
    # The desk
    # ------------------------------------------------------------------

    def test_desk_sees_all(self):
        foreign = self.hidden_agreements.filtered(
            lambda agreement: agreement.company_id == self.other_company
        )
        known = (self.hidden_agreements - foreign).filtered("active")
        for user in (self.agent, self.administrator, self.manager):
            with self.subTest(user=user.login):
                found = self.find(user)
                self.assertFalse(known - found)
                self.assertNotIn(foreign, found)
                self.assertIn(self.hidden_target, self.find(user, "slm.target"))

    def test_published_is_not_written(self):
        """That one covers an administrator does not let him write what is in force."""
        for record in (
            self.agreement_for_everybody,
            self.agreement_for_everybody.target_ids[0],
        ):
            mine = record.with_user(self.administrator)
            with (
                self.subTest(record=record),
                self.assertRaises(UserError),
            ):
                mine.write({"sequence": 99})
            self.assertFalse(mine._filtered_access("write"))
            self.assertFalse(mine._filtered_access("unlink"))

    # ------------------------------------------------------------------
    # Tickets
    # ------------------------------------------------------------------

    def read_messages(self, user, ticket):
        """What a user may read of the discussion on a ticket."""
        messages = (
            self.env["mail.message"]
            .with_user(user)
            .search([("model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)])
        )
        return [
            f"{m['subject']} {m['body']} {m['record_name']}"
            for m in messages.read(["subject", "body", "record_name"])
        ]

    def test_something_has_happened(self):
        """The OLA was missed and escalated, the UC has run, time was shared."""
        clocks = self.ticket.slm_alongside_clock_ids
        self.assertEqual({*clocks.mapped("kind")}, {"ola", "uc"})
        self.assertIn("missed", clocks.mapped("outcome"))
        self.assertEqual(self.ticket.slm_escalation_ids.mapped("kind")[:1], ["ola"])
        parties = self.ticket.slm_time_share_ids.mapped("party")
        self.assertEqual({*parties}, {"team", "supplier"})

    def test_discussion_tells_nothing_of_olas(self):
        """Neither a note of a breach nor what a step of a ladder sent to the desk."""
        for user in (self.portal_user, self.employee, self.desk_manager):
            for text in self.read_messages(user, self.ticket):
                for word in HIDDEN:
                    with self.subTest(user=user.login, word=word):
                        self.assertNotIn(word, text)

    def test_follower_gets_no_notification_of_an_ola(self):
        followers = self.ticket.message_partner_ids
        self.assertIn(self.employee.partner_id, followers)
        notifications = self.env["mail.notification"].search(
            [
                ("mail_message_id.model", "=", "helpdesk.ticket"),
                ("mail_message_id.res_id", "=", self.ticket.id),
                ("res_partner_id", "in", (followers | self.person).ids),
            ]
        )
        told = notifications.filtered(
            lambda n: "%" in (n.mail_message_id.subject or "")
        )
        self.assertFalse(told)

    def test_colleague_without_our_groups_works_on_an_ola(self):
        """Its ladder tells him of the time that is used, and not of the OLA."""
        self.team.user_ids |= self.agent
        for user, told in ((self.helpdesk_user, False), (self.agent, True)):
            self.at("mon 09:00")
            ticket = self.create_ticket(team_id=self.team.id, user_id=user.id)
            self.at("mon 09:40")
            self.env["slm.clock"]._get_due()._act()
            subjects = (
                self.env["mail.message"]
                .search(
                    [
                        ("model", "=", "helpdesk.ticket"),
                        ("res_id", "=", ticket.id),
                        ("partner_ids", "in", user.partner_id.ids),
                    ]
                )
                .mapped("subject")
            )
            with self.subTest(user=user.login):
                self.assertIn("% of the target", str(subjects))
                self.assertEqual("OLA" in str(subjects), told)

    def test_ola_is_no_sla_of_a_ticket(self):
        """By RPC, too: the page of the ticket would tell its deadlines."""
        for agreement in (self.ola, self.uc):
            with self.subTest(agreement=agreement.kind), self.assertRaises(UserError):
                self.ticket.with_user(self.agent).slm_agreement_id = agreement

    # ------------------------------------------------------------------
    # Upgrades
    # ------------------------------------------------------------------

    def test_migration_of_rules(self):
        """After an upgrade the rules are those of a new installation."""
        rule = self.env.ref("slm_management.ir_attachment_rule_catalogue")
        shipped = rule.domain_force
        rule.domain_force = "[(1, '=', 1)]"
        path = file_path("slm_management/migrations/19.0.1.2.0/post-rules.py")
        load_script(path, "post_rules").migrate(self.env.cr, "19.0.1.1.0")
        rule.invalidate_recordset()
        self.assertEqual(rule.domain_force, shipped)
