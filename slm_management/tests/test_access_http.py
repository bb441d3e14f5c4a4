# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import HttpCase, JsonRpcException
from odoo.tools import mute_logger

from .access_world import SECRET, AccessWorld


class AccessHttp(AccessWorld, HttpCase):
    """Clients that come by HTTP, in transactions and caches of their own."""

    def log_in(self, user):
        login = user.login if user else None
        self.authenticate(login, login)

    def assertTellsNothing(self, response):
        self.assertNotIn(SECRET, response.text)


class TestJson2(AccessHttp):
    """``/json/2/<model>/<method>`` with an API key."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = {
            user: cls.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "test", None)
            for user in (cls.portal_user, cls.employee, cls.agent)
        }

    def call(self, user, model, method, **arguments):
        with mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2"):
            return self.url_open(
                f"/json/2/{model}/{method}",
                json={"context": {}, **arguments},
                headers={"Authorization": f"bearer {self.keys[user]}"},
            )

    def assertNotServed(self, user, model, method, **arguments):
        with self.subTest(user=user.login, road=f"{model}.{method}", **arguments):
            response = self.call(user, model, method, **arguments)
            self.assertGreaterEqual(response.status_code, 400)
            # not because of a slip in the call; "any!" is not even taken as a domain
            self.assertRegex(response.text, "AccessError|UserError|Domain.. invalid")
            self.assertTellsNothing(response)

    def test_rows(self):
        for user in (self.portal_user, self.employee):
            for name, visible in self.visible[user].items():
                response = self.call(user, name, "search_read", domain=[])
                with self.subTest(user=user.login, model=name):
                    self.assertEqual(
                        {row["id"] for row in response.json()}, {*visible.ids}
                    )
                    self.assertTellsNothing(response)
                response = self.call(user, name, "search_count", domain=[])
                self.assertEqual(response.json(), len(visible))

    def test_closed_models(self):
        for user in (self.portal_user, self.employee):
            for model in (
                "slm.configuration.item",
                "slm.publication",
                "slm.revision",
                "slm.agreement.conflict",
                "slm.escalation",
                "slm.escalation.policy",
                "slm.time.share",
                "slm.clock",
            ):
                self.assertNotServed(user, model, "search_read", domain=[])
                self.assertNotServed(user, model, "name_search", name="")
            item = self.item.ids
            spec = {"display_name": {}}
            for method, more in (
                ("read", {"fields": ["display_name"]}),
                ("web_read", {"specification": spec}),
                ("get_external_id", {}),
                ("get_metadata", {}),
                ("copy_data", {}),
            ):
                self.assertNotServed(
                    user, "slm.configuration.item", method, ids=item, **more
                )

    def test_hidden_fields(self):
        domains = (
            [["publication_ids", "!=", False]],
            [["publication_ids.partner_id", "=", self.rival.id]],
            [["publication_ids", "any", [["role", "=", "consumer"]]]],
            [["publication_ids", "any!", [["role", "=", "consumer"]]]],
            [["message_partner_ids", "in", self.manager.partner_id.ids]],
            [["service_ids.configuration_item_ids", "!=", False]],
        )
        for user in (self.portal_user, self.employee):
            for domain in domains:
                self.assertNotServed(user, "slm.process", "search", domain=domain)
            service = {"ids": self.mixed_service.ids}
            for method, more in (
                ("read", {"fields": ["manager_id"]}),
                ("web_read", {"specification": {"team_ids": {"fields": {"name": {}}}}}),
                ("export_data", {"fields_to_export": ["team_ids/name"]}),
                ("message_post", {"body": "x"}),
                ("write", {"vals": {"name": "x"}}),
            ):
                self.assertNotServed(user, "slm.service", method, **service, **more)
            for method in ("formatted_read_group", "web_read_group"):
                self.assertNotServed(
                    user, "slm.service", method, domain=[], groupby=["team_ids"]
                )

    def test_agreements(self):
        """Ids of others, and conditions on what is not for them."""
        domains = (
            [["publication_ids.partner_id", "=", self.rival.id]],
            [["partner_id", "!=", False]],
            [["team_id", "!=", False]],
            [["calendar_id.name", "ilike", SECRET]],
            [["target_ids.response_minutes", "=", 6666]],
            [["service_ids", "in", self.hidden_services.ids]],
            [["escalation_policy_id", "any", [["name", "!=", False]]]],
        )
        for user in (self.portal_user, self.employee):
            for domain in domains:
                self.assertNotServed(user, "slm.agreement", "search", domain=domain)
            for agreement in self.hidden_agreements:
                ids = {"ids": agreement.ids}
                for method, more in (
                    ("read", {"fields": ["display_name"]}),
                    ("get_metadata", {}),
                    ("get_external_id", {}),
                ):
                    self.assertNotServed(user, "slm.agreement", method, **ids, **more)
            target = {"ids": self.hidden_target.ids}
            self.assertNotServed(
                user, "slm.target", "read", fields=["response_minutes"], **target
            )

    def test_tickets(self):
        for user in (self.portal_user, self.employee):
            self.assertNotServed(
                user,
                "helpdesk.ticket",
                "read",
                ids=self.ticket.ids,
                fields=["slm_process_id"],
            )
            fields = self.call(user, "helpdesk.ticket", "fields_get")
            self.assertEqual(fields.status_code, 200, fields.text)
            self.assertNotIn("slm_", fields.text)

    def test_names_of_what_is_not_saved(self):
        for user in (self.portal_user, self.employee):
            response = self.call(
                user,
                "mail.message",
                "onchange",
                values={"model": "slm.configuration.item", "res_id": self.item.id},
                field_names=["model", "res_id"],
                fields_spec={"record_name": {}},
            )
            self.assertTellsNothing(response)

    def test_agent(self):
        """The keys work, and what is refused is refused to requesters."""
        response = self.call(
            self.agent, "slm.configuration.item", "read", ids=self.item.ids
        )
        self.assertIn(SECRET, response.text)
        self.assertNotServed(
            self.agent,
            "slm.revision",
            "unlink",
            ids=self.env["slm.revision"].search([], limit=1).ids,
        )


class TestRoutes(AccessHttp):
    """Routes of core and of the portal."""

    def call(self, route, **params):
        with mute_logger("odoo.http"):
            return str(self.make_jsonrpc_request(route, params))

    def each_requester(self):
        for user in (self.portal_user, self.employee):
            self.log_in(user)
            for record in self.threads:
                with self.subTest(user=user.login, record=record.name):
                    yield record

    def test_discussions(self):
        for record in self.each_requester():
            thread = {"thread_model": record._name, "thread_id": record.id}
            routes = {
                "/mail/thread/messages": thread,
                "/mail/thread/recipients": thread,
                "/mail/chatter_fetch": thread,
                "/portal/chatter_init": thread,
                "/mail/data": {
                    "fetch_params": [
                        [
                            "mail.thread",
                            thread
                            | {
                                "request_list": [
                                    "followers",
                                    "attachments",
                                    "activities",
                                    "suggestedRecipients",
                                ]
                            },
                        ]
                    ]
                },
                "/mail/read_subscription_data": {
                    "follower_id": record.message_follower_ids[:1].id
                },
                "/mail/message/post": thread | {"post_data": {"body": "x"}},
                "/mail/thread/subscribe": {
                    "res_model": record._name,
                    "res_id": record.id,
                    "partner_ids": [self.person.id],
                },
            }
            messages = record.message_ids
            for route, params in routes.items():
                with self.subTest(route=route):
                    try:
                        result = self.call(route, **params)
                    except JsonRpcException as error:
                        result = str(error)
                    self.assertNotIn(SECRET, result)
                    self.assertNotIn("Bob", result)
                    for message in messages:
                        self.assertNotIn(f"'messages': [{message.id}", result)
            record.invalidate_recordset()
            self.assertEqual(record.message_ids, messages)
            self.assertNotIn(self.person, record.message_partner_ids)

    def test_files(self):
        for record in self.each_requester():
            files = self.env["ir.attachment"].search(
                [("res_model", "=", record._name), ("res_id", "=", record.id)]
            )
            self.assertTrue(files)
            for url in (
                f"/web/content/{files.id}",
                f"/web/image/{files.id}",
                f"/web/content/{files.id}?access_token=wrong",
                f"/web/content/{record._name}/{record.id}/description",
                f"/web/content/{record._name}/{record.id}/message_ids",
                f"/web/content/slm.configuration.item/{self.item.id}/name",
            ):
                with self.subTest(url=url):
                    self.assertTellsNothing(self.url_open(url))
        self.log_in(self.agent)
        self.assertIn(SECRET, self.url_open(f"/web/content/{files.id}").text)

    def test_picture_in_a_description(self):
        """The editor gives it a token: who may read the text sees the picture."""
        for record in self.each_requester():
            picture = self.env["ir.attachment"].create(
                {
                    "name": "Picture",
                    "raw": SECRET.encode(),
                    "res_model": record._name,
                    "res_id": record.id,
                }
            )
            [token] = picture.generate_access_token()
            page = self.url_open(f"/web/content/{picture.id}?access_token={token}")
            self.assertEqual(page.text, SECRET)

    def test_calls(self):
        """What the web client calls, with a session."""
        for record in self.each_requester():
            for model, method, args in (
                (record._name, "read", [record.ids, ["message_ids"]]),
                (record._name, "read", [record.ids, ["create_uid"]]),
                (record._name, "_get_published_domain", [[]]),
                ("slm.matcher", "_get_chains", [[self.person.id]]),
                ("slm.revision", "search_read", [[]]),
            ):
                with self.subTest(method=f"{model}.{method}"):
                    with self.assertRaises(JsonRpcException):
                        self.call(
                            f"/web/dataset/call_kw/{model}/{method}",
                            model=model,
                            method=method,
                            args=args,
                            kwargs={},
                        )

    # ------------------------------------------------------------------
    # Portal
    # ------------------------------------------------------------------

    def test_catalogue(self):
        """His services and no other, by list and by guessed ids."""
        self.log_in(self.portal_user)
        page = self.url_open("/my/services")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Mixed", page.text)
        self.assertTellsNothing(page)
        for query in ("search=zec", f"type_id={self.hidden_type.id}", "type=x&page=9"):
            with self.subTest(query=query):
                page = self.url_open(f"/my/services?{query}")
                self.assertEqual(page.status_code, 200)
                self.assertNotIn(f"of {SECRET}", page.text)
        page = self.url_open(f"/my/services/{self.mixed_service.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("For the organisation", page.text)
        self.assertTellsNothing(page)

    def test_services_of_others(self):
        self.log_in(self.portal_user)
        nowhere = self.url_open("/my/services/999999").status_code
        for service in self.hidden_services:
            with self.subTest(service=service.name):
                page = self.url_open(f"/my/services/{service.id}?access_token=x")
                self.assertEqual(page.status_code, nowhere)
                self.assertTellsNothing(page)
        for process in self.hidden_processes:
            for service in self.mixed_service | process.service_ids[:1]:
                with self.subTest(process=process.name, service=service.name):
                    page = self.url_open(
                        f"/my/services/{service.id}/request/{process.id}"
                    )
                    self.assertTellsNothing(page)

    def test_agreements(self):
        """His agreements and no other, by list and by guessed ids."""
        for user in (self.portal_user, self.employee):
            self.log_in(user)
            page = self.url_open("/my/agreements")
            self.assertIn(self.agreement.name, page.text)
            self.assertTellsNothing(page)
            for agreement in self.visible[user]["slm.agreement"]:
                page = self.url_open(f"/my/agreements/{agreement.id}")
                self.assertIn(agreement.name, page.text)
                self.assertTellsNothing(page)

    def test_agreements_of_others(self):
        for user in (self.portal_user, self.employee):
            self.log_in(user)
            for agreement in self.hidden_agreements:
                for url in (
                    f"/my/agreements/{agreement.id}",
                    f"/my/agreements/{agreement.id}?access_token=x",
                    f"/my/agreements/{agreement.id}/document",
                    f"/mail/view?model=slm.agreement&res_id={agreement.id}",
                ):
                    with self.subTest(user=user.login, url=url):
                        self.assertTellsNothing(self.url_open(url))

    def test_reports(self):
        """The routes of core print for the desk only, also what covers him."""
        report = "slm_management.report_slm_agreement"
        for user in (self.portal_user, self.employee, self.helpdesk_user):
            self.log_in(user)
            for agreement in self.agreement | self.ola | self.rival_agreement:
                for kind in ("html", "text", "pdf"):
                    url = f"/report/{kind}/{report}/{agreement.id}"
                    with (
                        self.subTest(user=user.login, url=url),
                        mute_logger("odoo.http"),
                    ):
                        page = self.url_open(url)
                        self.assertGreaterEqual(page.status_code, 400)
                        self.assertTellsNothing(page)

    def test_public(self):
        """Whoever is not logged in is sent to the login page."""
        self.log_in(None)
        for url in ("/my/services", f"/my/services/{self.mixed_service.id}"):
            with self.subTest(url=url):
                page = self.url_open(url)
                self.assertIn("/web/login", page.url)
                self.assertNotIn("Mixed", page.text)

    def test_ticket(self):
        """The page of a ticket names no process that is not published to him."""
        self.log_in(self.portal_user)
        page = self.url_open(f"/my/ticket/{self.ticket.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.ticket.number, page.text)
        self.assertIn(self.agreement.name, page.text)
        for record in (self.item, self.supplier, self.ola, self.uc, self.policy):
            self.assertNotIn(record.name, page.text)

    def test_wrong_tokens(self):
        stranger = self.create_user("somebody", "base.group_portal")
        token = self.ticket._portal_ensure_token()
        for user in (stranger, None):
            self.log_in(user)
            for path in ("", "/wrong", "?access_token=wrong"):
                with self.subTest(user=user and user.login, path=path):
                    page = self.url_open(f"/my/ticket/{self.ticket.id}{path}")
                    self.assertNotIn(self.ticket.number, page.text)
                    self.assertTellsNothing(page)
            page = self.url_open(f"/my/ticket/{self.ticket.id}/{token}")
            self.assertNotIn(self.item.name, page.text)
