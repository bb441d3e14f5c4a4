# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from .portal_case import PortalCase


class TestPortalClose(PortalCase):
    """Who closes a ticket on the portal, with which stage, and how."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.stages["closed"]
        cls.ticket = cls.create_ticket()
        cls.open_stage = cls.ticket.stage_id
        cls.employee = cls.create_user("employee", "base.group_user")
        cls.colleague = cls.create_user("colleague", "base.group_portal")
        cls.colleague.partner_id.parent_id = cls.organisation
        cls.outsider = cls.create_user("outsider", "base.group_portal")

    def close(self, ticket=None, stage=None, method="POST", **kwargs):
        """Send what the page sends; numbers may be anything."""
        data = {
            "ticket_id": getattr(ticket or self.ticket, "id", ticket),
            "stage_id": getattr(stage or self.done, "id", stage),
        }
        if method == "POST":
            return self.post("/ticket/close", **data, **kwargs)
        self.env.flush_all()
        response = self.url_open(
            "/ticket/close", params=data, method=method, allow_redirects=False
        )
        self.env.invalidate_all()
        return response

    def assertLeadsTo(self, response, url):
        self.assertEqual(response.status_code, 302)
        self.assertTrue(response.headers["Location"].endswith(url), response.headers)

    def assertClosed(self, by):
        self.assertEqual(self.ticket.stage_id, self.done)
        self.assertEqual(self.get_events(self.ticket, "phase").user_id, by)

    def assertOpen(self, ticket=None):
        self.assertEqual((ticket or self.ticket).stage_id, self.open_stage)

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_owner(self):
        self.log_in()
        response = self.close()
        self.assertLeadsTo(response, f"/my/ticket/{self.ticket.id}")
        self.assertClosed(self.portal_user)

    def test_owner_by_an_old_link(self):
        self.log_in()
        self.close(method="GET")
        self.assertClosed(self.portal_user)

    def test_colleague(self):
        """By the form of the page; a link he may have been led to."""
        self.log_in(self.colleague)
        response = self.close(method="GET")
        self.assertLeadsTo(response, f"/my/ticket/{self.ticket.id}")
        self.assertOpen()
        self.close()
        self.assertClosed(self.colleague)

    def test_stranger(self):
        self.log_in(self.outsider)
        for method in ("POST", "GET"):
            self.assertLeadsTo(self.close(method=method), "/my")
        self.assertOpen()

    def test_follower_of_another_organisation(self):
        """He reads it, so he is told nothing new; and it is not his to end."""
        self.ticket.message_subscribe(self.outsider.partner_id.ids)
        self.log_in(self.outsider)
        self.assertEqual(self.visit(f"/my/ticket/{self.ticket.id}").status_code, 200)
        self.assertFalse(self.get_buttons())
        for method in ("POST", "GET"):
            response = self.close(method=method)
            self.assertLeadsTo(response, f"/my/ticket/{self.ticket.id}")
        self.assertOpen()

    def test_internal_user_without_rights(self):
        self.log_in(self.employee)
        self.assertLeadsTo(self.close(), "/my")
        self.ticket.message_subscribe(self.employee.partner_id.ids)
        self.assertLeadsTo(self.close(), f"/my/ticket/{self.ticket.id}")
        self.assertOpen()

    def test_internal_requester(self):
        self.ticket.partner_id = self.employee.partner_id
        self.log_in(self.employee)
        self.close()
        self.assertClosed(self.employee)

    def test_agent(self):
        """Whoever may write the ticket may close it, by the form."""
        self.log_in(self.agent)
        self.close(method="GET")
        self.assertOpen()
        self.close()
        self.assertClosed(self.agent)

    def test_desk_user_who_may_not_write_it(self):
        """His own tickets only: this one is not there for him."""
        other = self.create_user("own", "helpdesk_mgmt.group_helpdesk_user_own")
        self.ticket.user_id = self.agent
        self.log_in(other)
        self.assertLeadsTo(self.close(), "/my")
        self.assertOpen()

    def test_ticket_of_nobody(self):
        """Two without an organisation are not of one side."""
        self.ticket.partner_id = False
        self.ticket.message_subscribe(self.outsider.partner_id.ids)
        self.log_in(self.outsider)
        self.close()
        self.assertOpen()

    def test_public(self):
        self.authenticate(None, None)
        for method in ("GET", "HEAD"):
            self.close(method=method)
        self.close(token=True)
        self.assertOpen()

    # ------------------------------------------------------------------
    # How
    # ------------------------------------------------------------------

    def test_token_is_missing(self):
        self.log_in()
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.close(token=False).status_code, 400)
            self.assertEqual(self.close(token=False, csrf_token="x").status_code, 400)
        self.assertOpen()

    def test_other_methods(self):
        """What only looks changes nothing."""
        self.log_in()
        self.close(method="HEAD")
        self.assertOpen()

    def test_bad_ids(self):
        """Foreign, missing or nonsense: one answer, and nothing happens."""
        foreign = self.create_ticket(partner_id=self.stranger.id)
        self.log_in()
        answers = set()
        for number in (foreign.id, 99999999, 10**30, -1, "abc", "", "1 or 1", "١"):
            for method in ("POST", "GET"):
                response = self.close(ticket=str(number) or " ", method=method)
                answers.add((response.status_code, response.headers["Location"]))
        response = self.post("/ticket/close")
        answers.add((response.status_code, response.headers["Location"]))
        self.assertEqual(len(answers), 1)
        self.assertLeadsTo(response, "/my")
        self.assertOpen(foreign)

    def test_archived(self):
        self.ticket.active = False
        self.log_in()
        self.assertLeadsTo(self.close(), "/my")
        self.assertOpen()

    # ------------------------------------------------------------------
    # With which stage
    # ------------------------------------------------------------------

    def get_buttons(self):
        return [
            element.get("value")
            for element in self.page.xpath(
                "//form[@action='/ticket/close']/input[@name='stage_id']"
            )
        ]

    def test_page(self):
        """It posts, with a token, the stages that are then taken."""
        self.log_in()
        self.visit(f"/my/ticket/{self.ticket.id}")
        forms = self.page.xpath("//form[@action='/ticket/close']")
        self.assertEqual({form.get("method") for form in forms}, {"POST"})
        for form in forms:
            self.assertTrue(form.xpath("./input[@name='csrf_token']/@value")[0])
        offered = self.env["helpdesk.ticket.stage"].search(
            [("close_from_portal", "=", True), ("team_ids", "=", False)]
        )
        self.assertEqual(self.get_buttons(), [str(stage.id) for stage in offered])
        form = {field.get("name"): field.get("value") for field in forms[0][:3]}
        self.env.flush_all()
        self.url_open("/ticket/close", data=form)
        self.env.invalidate_all()
        self.assertEqual(self.ticket.stage_id, offered[0])

    def test_stage_that_is_not_offered(self):
        company = self._create_company(name="Elsewhere")
        team = self.env["helpdesk.ticket.team"].create({"name": "Other Team"})
        vals = {"name": "Foreign", "closed": True, "close_from_portal": True}
        stages = self.env["helpdesk.ticket.stage"].create(
            [
                vals | {"company_id": company.id},
                vals | {"team_ids": team.ids},
                vals | {"active": False},
                vals | {"close_from_portal": False},
            ]
        )
        self.log_in()
        for stage in (*stages, self.stages["working"], "abc", 10**30, " "):
            for method in ("POST", "GET"):
                response = self.close(stage=stage, method=method)
                self.assertLeadsTo(response, f"/my/ticket/{self.ticket.id}")
                self.assertOpen()

    def test_stage_of_the_team(self):
        stage = self.env["helpdesk.ticket.stage"].create(
            {
                "name": "Ours",
                "closed": True,
                "close_from_portal": True,
                "company_id": self.company.id,
                "team_ids": self.team.ids,
            }
        )
        self.ticket.team_id = self.team
        self.log_in()
        self.visit(f"/my/ticket/{self.ticket.id}")
        self.assertIn(str(stage.id), self.get_buttons())
        self.close(stage=stage)
        self.assertEqual(self.ticket.stage_id, stage)

    def test_closed_already(self):
        """It is not closed once more, with another stage or at another time."""
        cancelled = self.stages["cancelled"]
        cancelled.close_from_portal = True
        self.log_in()
        self.close()
        self.at("mon 12:00")
        self.close(stage=cancelled)
        self.close(stage=cancelled, method="GET")
        self.assertClosed(self.portal_user)
        self.assertEqual(len(self.get_events(self.ticket, "phase")), 1)

    # ------------------------------------------------------------------
    # The page by its token
    # ------------------------------------------------------------------

    def test_wrong_token_of_the_page(self):
        url = f"/my/ticket/{self.ticket.id}"
        token = self.ticket._portal_ensure_token()
        self.log_in(self.outsider)
        for wrong in ("", "/wrong", f"/{token[:-1]}"):
            response = self.visit(f"{url}{wrong}")
            self.assertTrue(response.url.endswith("/my"), response.url)
        response = self.visit(f"{url}/{token}")
        self.assertIn(self.ticket.name, response.text)
        # who has the address may look, no more
        self.assertFalse(self.get_buttons())
        self.assertLeadsTo(self.close(), "/my")
        self.assertOpen()
