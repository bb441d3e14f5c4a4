# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Command

from .portal_case import PortalCase

TYPED = {"subject": "One for me", "description": "Please & thank you"}


class TestPortalRequest(PortalCase):
    """Asking for a service: what the form may say, and what it may not."""

    def ask(self, process=None, service=None):
        """Press the button of a process; the token in the form that opens, if any."""
        service, process = service or self.service, process or self.process
        self.visit(f"/my/services/{service.id}/request/{process.id}")
        tokens = self.page.xpath("//input[@name='slm_request']/@value")
        return tokens[0] if tokens else ""

    def submit(self, **data):
        """Send the form; the ticket that comes of it."""
        before = self.env["helpdesk.ticket"].search([])
        self.response = self.post("/submitted/ticket", **TYPED | data)
        return self.env["helpdesk.ticket"].search([]) - before

    def assertRefusedKept(self, ticket, response=None):
        """No ticket, one message, and what was typed is in a form for a plain one."""
        response = response or self.response
        self.assertFalse(ticket)
        self.assertEqual(response.status_code, 400)
        self.page = self.parse(response)
        [message] = self.find("slm_refused")
        self.assertIn("is not offered", message)
        self.assertEqual(
            self.page.xpath("//input[@name='subject']/@value"), [TYPED["subject"]]
        )
        [text] = self.page.xpath("//textarea[@name='description']/text()")
        self.assertEqual(text.strip(), TYPED["description"])
        self.assertFalse(self.page.xpath("//input[starts-with(@name,'slm_')]"))

    # ------------------------------------------------------------------
    # The story
    # ------------------------------------------------------------------

    def test_request(self):
        self.log_in()
        token = self.ask()
        self.assertTrue(token)
        self.assertEqual(
            self.find("slm_request")[0], "Get a Mailbox Mail Choose something else"
        )
        ticket = self.submit(slm_request=token)
        self.assertEqual(self.response.status_code, 302)
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.name, TYPED["subject"])
        self.assertEqual(ticket.partner_id, self.person)
        self.assertEqual(ticket.slm_service_id, self.service)
        self.assertEqual(ticket.slm_process_id, self.process)
        self.assertEqual(ticket.slm_process_kind, "request")
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        self.assertEqual(ticket.company_id, self.company)
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.stage_id, self.team._get_applicable_stages()[:1])
        self.assertEqual(len(ticket.slm_clock_ids), 3)
        self.visit(self.response.headers["Location"])
        self.assertEqual(self.find("slm_service"), ["Service: Mail"])
        self.assertEqual(self.find("slm_process"), ["Process: Get a Mailbox"])

    def test_form_names_no_ids(self):
        self.log_in()
        token = self.ask()
        names = set(self.page.xpath("//form[@action='/submitted/ticket']//@name"))
        self.assertFalse(
            names
            - {"csrf_token", "slm_request", "subject", "description", "attachment"}
            - {"category", "team"}
        )
        self.assertGreaterEqual(len(token), 20)

    def test_several_tabs(self):
        """Each form keeps what it was opened for; the same one twice is no matter."""
        other = self.create_process("Broken", kind="incident")
        self.log_in()
        first, second, third = self.ask(), self.ask(other), self.ask()
        self.assertNotEqual(first, second)
        self.assertEqual(first, third)
        self.assertEqual(self.submit(slm_request=first).slm_process_id, self.process)
        self.assertEqual(self.submit(slm_request=second).slm_process_id, other)

    def test_cap(self):
        """The oldest of too many forms is refused; the session does not grow."""
        processes = [self.create_process(f"Way {n}") for n in range(20)]
        self.log_in()
        first = self.ask()
        tokens = [self.ask(process) for process in processes]
        self.assertRefusedKept(self.submit(slm_request=first))
        ticket = self.submit(slm_request=tokens[0])
        self.assertEqual(ticket.slm_process_id, processes[0])

    def test_plain_ticket(self):
        """Without a process it is as helpdesk_mgmt makes it."""
        self.log_in()
        response = self.visit("/new/ticket")
        self.assertEqual(response.status_code, 200)
        self.assertFalse(self.find("slm_request"))
        self.assertTrue(self.page.xpath("//textarea[@name='description']"))
        ticket = self.submit()
        self.assertEqual(self.response.status_code, 302)
        self.assertFalse(ticket.slm_service_id)
        self.assertFalse(ticket.slm_process_id)
        self.assertFalse(ticket.team_id)
        self.ask()
        self.assertFalse(self.submit().slm_process_id)

    def test_internal_requester(self):
        employee = self.create_user("employee", "base.group_user")
        employee.partner_id.parent_id = self.department
        self.log_in(employee)
        ticket = self.submit(slm_request=self.ask())
        self.assertEqual(ticket.slm_process_id, self.process)
        self.assertEqual(ticket.partner_id, employee.partner_id)

    # ------------------------------------------------------------------
    # What is refused
    # ------------------------------------------------------------------

    def test_forged_token(self):
        self.log_in()
        for token in ("", "0", "nonsense", f"{self.service.id},{self.process.id}"):
            with self.subTest(token):
                self.assertRefusedKept(self.submit(slm_request=token))

    def test_forged_ids(self):
        """Nobody says by id what a ticket is about, with a good token or without."""
        hidden = self.create_process("Hidden", consumers=[self.stranger])
        self.log_in()
        token = self.ask()
        for forged in (
            {"slm_process_id": hidden.id},
            {"slm_service_id": self.service.id, "slm_process_id": self.process.id},
            {"slm_agreement_id": self.agreement.id},
            {"slm_process_id": hidden.id, "slm_request": token},
        ):
            with self.subTest(forged):
                self.assertRefusedKept(self.submit(**forged))

    def test_forged_ids_in_the_address(self):
        self.log_in()
        for query in (
            f"slm_process_id={self.process.id}",
            "slm_request=nonsense",
            f"slm_service_id={self.service.id}&slm_request={self.ask()}",
        ):
            response = self.visit(f"/new/ticket?{query}")
            self.assertEqual(response.status_code, 400)
            self.assertTrue(self.find("slm_refused"))
            self.assertFalse(self.find("slm_request"))
        before = self.env["helpdesk.ticket"].search([])
        response = self.post(
            f"/submitted/ticket?slm_process_id={self.process.id}", **TYPED
        )
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self.env["helpdesk.ticket"].search([]), before)

    def test_what_is_said_without_a_text(self):
        """Of a text that is kept is only spoken where one was typed."""
        self.log_in()
        self.visit("/new/ticket?slm_request=nonsense")
        self.assertNotIn("your text", self.find("slm_refused")[0])
        self.assertRefusedKept(self.submit(slm_request="nonsense"))
        self.assertIn("your text is kept", self.find("slm_refused")[0])

    def test_token_of_somebody_else(self):
        colleague = self.create_user("colleague", "base.group_portal")
        colleague.partner_id.parent_id = self.organisation
        self.log_in()
        token = self.ask()
        self.log_in(colleague)
        self.assertRefusedKept(self.submit(slm_request=token))

    def test_retired_meanwhile(self):
        """The form lies open while the process, the service or the coverage goes."""
        self.log_in()
        token = self.ask()
        for take_away in (
            lambda: self.process.action_retire(),
            lambda: self.service.write({"active": False}),
            lambda: self.process.publication_ids.unlink(),
            lambda: self.person.write({"parent_id": self.stranger.id}),
            lambda: self.process.write({"active": False}),
        ):
            with self.env.cr.savepoint() as savepoint:
                take_away()
                self.assertRefusedKept(self.submit(slm_request=token))
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertTrue(self.submit(slm_request=token))

    def test_button_for_what_is_not_offered(self):
        """Hidden, of another service, missing: the same answer."""
        hidden = self.create_process("Hidden", consumers=[self.stranger])
        other = self.create_process("Other", services=self.other_service)
        self.log_in()
        answers = set()
        for service, process in (
            (self.service.id, hidden.id),
            (self.service.id, other.id),
            (self.service.id, 99999999),
            (99999999, self.process.id),
            (10**30, 10**30),
        ):
            self.env.flush_all()
            response = self.url_open(
                f"/my/services/{service}/request/{process}", allow_redirects=False
            )
            answers.add((response.status_code, response.headers["Location"]))
        self.assertEqual(len(answers), 1)
        self.assertIn("/my/services?gone=1", answers.pop()[1])

    def test_public(self):
        response = self.visit(
            f"/my/services/{self.service.id}/request/{self.process.id}"
        )
        self.assertIn("/web/login", response.url)

    def test_typed_choices_are_kept(self):
        """Also the team and the category that were chosen."""
        self.company.helpdesk_mgmt_portal_select_team = True
        self.company.helpdesk_mgmt_portal_select_category = True
        chosen = {}
        for name in ("team", "category"):
            chosen[name] = self.env[f"helpdesk.ticket.{name}"].create(
                [
                    {
                        "name": f"{name} {number}",
                        "show_in_portal": True,
                        "company_id": self.company.id,
                    }
                    for number in range(2)
                ]
            )[1]
        self.log_in()
        self.assertRefusedKept(
            self.submit(
                slm_request="forged",
                team=chosen["team"].id,
                category=chosen["category"].id,
            )
        )
        selected = self.page.xpath("//option[@selected]/@value")
        self.assertEqual(selected, [str(chosen["team"].id), str(chosen["category"].id)])

    # ------------------------------------------------------------------
    # Team and company
    # ------------------------------------------------------------------

    def show_teams(self, **vals):
        self.company.helpdesk_mgmt_portal_select_team = True
        self.company.helpdesk_mgmt_portal_team_id_required = True
        return self.env["helpdesk.ticket.team"].create(
            {"name": "Shown", "show_in_portal": True, "company_id": self.company.id}
            | vals
        )

    def test_team_of_the_process(self):
        """Nobody is asked for a team if the process has one; who sends one gets it."""
        shown = self.show_teams()
        self.log_in()
        token = self.ask()
        self.assertFalse(self.page.xpath("//select[@name='team']"))
        self.assertEqual(self.submit(slm_request=token).team_id, self.team)
        ticket = self.submit(slm_request=token, team=shown.id)
        self.assertEqual(ticket.team_id, shown)

    def test_no_single_team(self):
        """Of two teams nobody knows which: the requester chooses, or the desk."""
        shown = self.show_teams()
        second = self.env["helpdesk.ticket.team"].create({"name": "Second"})
        process = self.create_process("Ask Two", providers=[self.team, second])
        self.log_in()
        token = self.ask(process)
        self.assertTrue(self.page.xpath("//select[@name='team']"))
        self.assertFalse(self.submit(slm_request=token).team_id)
        ticket = self.submit(slm_request=token, team=shown.id)
        self.assertEqual(ticket.team_id, shown)
        self.assertEqual(ticket.slm_process_id, process)

    def test_stage_of_the_team(self):
        """The first one of those that the team uses."""
        stage = self.env["helpdesk.ticket.stage"].create(
            {
                "name": "Mail In",
                "sequence": -5,
                "company_id": self.company.id,
                "team_ids": [Command.set(self.team.ids)],
            }
        )
        self.log_in()
        self.assertEqual(self.submit(slm_request=self.ask()).stage_id, stage)
        self.assertNotEqual(self.submit().stage_id, stage)

    def test_company_of_the_process(self):
        """A user of two companies asks for something of the one he is not in."""
        company = self._create_company(name="Second Desk")
        self.portal_user.company_ids = [Command.link(company.id)]
        service = self.env["slm.service"].create(
            {"name": "Abroad", "company_id": company.id}
        )
        self.team.company_id = False
        process = self.create_process(
            "Ask Abroad",
            services=service,
            consumers=[False],
            providers=[self.team],
            company_id=company.id,
        )
        # refused when it is published, but a team may move later
        self.team.company_id = self.company
        category = self.env["helpdesk.ticket.category"].create(
            {
                "name": "Home",
                "company_id": self.company.id,
                "show_in_portal": True,
            }
        )
        self.log_in()
        token = self.ask(process, service)
        ticket = self.submit(slm_request=token, category=category.id)
        self.assertEqual(ticket.company_id, company)
        self.assertEqual(ticket.slm_process_id, process)
        # team and category are of the other company
        self.assertFalse(ticket.team_id)
        self.assertFalse(ticket.category_id)
        self.assertIn(ticket.stage_id.company_id, (company, company.browse()))
