# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import sql_db
from odoo.fields import Command

from .common import week
from .portal_case import PortalCase

#: services, each with a process, lines on these, and portal users
MANY = """
    WITH service AS (
        INSERT INTO slm_service
            (name, code, icon, active, company_id, type_id, description)
        SELECT jsonb_build_object('en_US', 'Many ' || n), 'MANY' || n,
               'fa-cube', true, %(company)s, %(type)s,
               jsonb_build_object('en_US', '<p>Text ' || n || '</p>')
          FROM generate_series(1, %(services)s) n RETURNING id
    ), process AS (
        INSERT INTO slm_process
            (name, code, kind, version, state, active, company_id)
        SELECT jsonb_build_object('en_US', 'Ask ' || id), 'ASK' || id,
               'request', 1, 'published', true, %(company)s
          FROM service RETURNING id, code
    ), relation AS (
        INSERT INTO slm_process_service_rel (process_id, service_id)
        SELECT process.id, service.id FROM process
          JOIN service ON process.code = 'ASK' || service.id
    ), partner AS (
        INSERT INTO res_partner
            (name, complete_name, active, type, parent_id,
             commercial_partner_id)
        SELECT 'Many ' || n, 'Many ' || n, true, 'contact', %(parent)s,
               %(parent)s
          FROM generate_series(1, %(users)s) n RETURNING id
    ), users AS (
        INSERT INTO res_users
            (login, active, company_id, partner_id, share, notification_type)
        SELECT 'many' || id, true, %(company)s, id, true, 'email'
          FROM partner RETURNING id
    ), companies AS (
        INSERT INTO res_company_users_rel (cid, user_id)
        SELECT %(company)s, id FROM users
    ), portal AS (
        INSERT INTO res_groups_users_rel (gid, uid)
        SELECT %(portal)s, id FROM users
    ), numbered AS (
        SELECT id, row_number() OVER () - 1 AS n, count(*) OVER () AS count
          FROM process
    )
    INSERT INTO slm_publication
        (process_id, role, partner_id, sequence, company_id)
    SELECT numbered.id, 'consumer', %(parent)s, 10, %(company)s
      FROM generate_series(0, %(lines)s - 1) line
      JOIN numbered ON numbered.n = line %% numbered.count
"""


class TestPortalCatalogue(PortalCase):
    """What requesters find in the catalogue, and what they do not."""

    # ------------------------------------------------------------------
    # The list
    # ------------------------------------------------------------------

    def test_only_what_is_published_to_me(self):
        other = self.env["slm.service"].create({"name": "Draft Only"})
        self.create_process("Draft", services=other, publish=False)
        retired = self.env["slm.service"].create({"name": "Retired Only"})
        self.create_process("Retired", services=retired).action_retire()
        strange = self.env["slm.service"].create({"name": "For Strangers"})
        self.create_process("Strange", services=strange, consumers=[self.stranger])
        nobody = self.env["slm.service"].create({"name": "For Nobody"})
        self.create_process("Nobody", services=nobody, consumers=[])
        self.create_service("Archived").active = False
        everybody = self.env["slm.service"].create({"name": "For Everybody"})
        self.create_process("Everybody", services=everybody, consumers=[False])
        self.log_in()
        self.visit("/my/services")
        self.assertEqual(self.find_cards(), ["For Everybody", "Mail"])

    def test_service_of_another_company(self):
        company = self._create_company(name="Elsewhere")
        service = self.env["slm.service"].create(
            {"name": "Abroad", "company_id": company.id}
        )
        self.create_process(
            "Abroad", services=service, consumers=[False], company_id=company.id
        )
        self.log_in()
        self.visit("/my/services")
        self.assertEqual(self.find_cards(), ["Mail"])

    def test_the_desk_finds_only_what_is_published_to_it(self):
        """They read all services; this page is about what they may ask for."""
        self.log_in(self.manager)
        response = self.visit("/my/services")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.find_cards(), [])
        response = self.visit(f"/my/services/{self.service.id}")
        self.assertIn("gone=1", response.url)
        self.create_process("For All", consumers=[False])
        self.visit("/my/services")
        self.assertEqual(self.find_cards(), ["Mail"])

    def test_public(self):
        for url in ("/my/services", f"/my/services/{self.service.id}"):
            self.assertIn("/web/login", self.visit(url).url)

    def test_card(self):
        kind = self.env["slm.service.type"].create({"name": "Communication"})
        below = self.env["slm.service.type"].create(
            {"name": "Text", "parent_id": kind.id}
        )
        self.service.write(
            {
                "type_id": below.id,
                "icon": "fa-envelope",
                "description": f"<p>Send <b>mail</b> &amp; read it</p>{'long ' * 50}",
            }
        )
        self.log_in()
        response = self.visit("/my/services")
        [card] = self.page.xpath("//a[contains(@class,'o_slm_card')]")
        self.assertEqual(card.get("href"), f"/my/services/{self.service.id}")
        self.assertTrue(card.xpath(".//i[contains(@class,'fa-envelope')]"))
        text = card.text_content()
        self.assertIn("Communication / Text", text)
        self.assertIn("Send mail & read it long", text)
        self.assertIn("long…", text)
        self.assertNotIn("<b>", response.text)

    def test_search(self):
        """All words have to be found: in the name, the description or the code."""
        description = "<p>The town's post &amp; office</p>"
        self.service.write({"code": "MAIL-7", "description": description})
        self.create_service("Mail Archive")
        self.create_service("Print")
        self.log_in()
        for search, names in {
            "mail": ["Mail", "Mail Archive"],
            "archive MAIL": ["Mail Archive"],
            "mail-7": ["Mail"],
            "post office": ["Mail"],
            "post & office": ["Mail"],
            "town's": ["Mail"],
            "><": [],
            "arch\0ive": ["Mail Archive"],
            "  ": ["Mail", "Mail Archive", "Print"],
        }.items():
            with self.subTest(search):
                self.visit("/my/services", params={"search": search})
                self.assertEqual(self.find_cards(), names)

    def test_search_does_not_probe(self):
        """What is not for requesters is not searched, nor is what is hidden."""
        self.service.manager_id = self.manager
        self.create_service("Hidden Service", offered=False)
        self.log_in()
        for search in ("Hidden", "manager", "Secret", "x" * 5000, "%')--"):
            response = self.visit("/my/services", params={"search": search})
            self.assertEqual(response.status_code, 200)
            self.assertEqual(self.find_cards(), [])

    def test_nothing(self):
        self.log_in()
        self.visit("/my/services?search=nonsense")
        self.assertTrue(self.find("slm_nothing_found"))
        self.assertFalse(self.find("slm_nothing_offered"))
        self.process.action_retire()
        self.visit("/my/services")
        self.assertTrue(self.find("slm_nothing_offered"))
        self.assertFalse(self.page.xpath("//form[@role='search']"))

    def test_gone_and_nothing_else(self):
        """Nobody is told to choose where there is nothing to choose."""
        self.log_in()
        self.visit("/my/services?gone=1")
        self.assertTrue(self.find("slm_gone"))
        self.process.action_retire()
        self.visit("/my/services?gone=1")
        self.assertFalse(self.find("slm_gone"))
        self.assertTrue(self.find("slm_nothing_offered"))

    def test_types(self):
        """A type finds what is below it; others' types are neither told nor taken."""
        types = self.env["slm.service.type"]
        building = types.create({"name": "Building"})
        top = types.create({"name": "Office", "parent_id": building.id})
        below = types.create({"name": "Paper", "parent_id": top.id})
        hidden = types.create({"name": "Secret Type"})
        self.service.type_id = top
        self.create_service("Print", type_id=below.id)
        self.create_service("Phone")
        self.create_service("Hidden", offered=False, type_id=hidden.id)
        self.log_in()
        response = self.visit("/my/services")
        self.assertNotIn("Secret Type", response.text)
        options = self.page.xpath("//select[@name='filterby']/option/text()")
        tree = ["Building", "Building / Office", "Building / Office / Paper"]
        self.assertEqual(options, ["All types", *tree])
        for filterby, names in {
            building.id: ["Mail", "Print"],
            top.id: ["Mail", "Print"],
            below.id: ["Print"],
            hidden.id: ["Mail", "Print", "Phone"],
            "x": ["Mail", "Print", "Phone"],
        }.items():
            with self.subTest(filterby):
                self.visit("/my/services", params={"filterby": filterby})
                self.assertEqual(self.find_cards(), names)

    def test_sort(self):
        types = self.env["slm.service.type"].create([{"name": "A"}, {"name": "B"}])
        self.service.type_id = types[1]
        self.create_service("Print", type_id=types[0].id)
        self.log_in()
        for sortby, names in {
            "type": ["Print", "Mail"],
            "name": ["Mail", "Print"],
            "nonsense": ["Print", "Mail"],
        }.items():
            self.visit("/my/services", params={"sortby": sortby})
            self.assertEqual(self.find_cards(), names)

    def test_pages(self):
        for number in range(30):
            self.create_service(f"Service {number:02}")
        self.log_in()
        self.visit("/my/services?search=service&sortby=name")
        first = self.find_cards()
        self.assertEqual(len(first), 24)
        [link] = self.page.xpath(
            "//ul[contains(@class,'pagination')]//a[text()='2']/@href"
        )
        self.assertIn("search=service", link)
        self.visit(link)
        second = self.find_cards()
        self.assertEqual(len(second), 6)
        self.assertEqual(first + second, [f"Service {n:02}" for n in range(30)])
        self.visit(f"/my/services/page/{10**20}?search=service&sortby=name")
        self.assertEqual(self.find_cards(), second)

    def test_home(self):
        self.create_service("Hidden", offered=False)
        self.log_in()
        self.visit("/my")
        [entry] = self.page.xpath("//a[@href='/my/services']")
        self.assertTrue(entry.xpath(".//*[@data-placeholder_count='service_count']"))
        counters = {"counters": ["service_count"]}
        self.env.flush_all()
        found = self.make_jsonrpc_request("/my/counters", counters)
        self.assertEqual(found, {"service_count": 1})

    # ------------------------------------------------------------------
    # A service
    # ------------------------------------------------------------------

    def open(self, service=None, user=None):
        self.log_in(user)
        return self.visit(f"/my/services/{(service or self.service).id}")

    def test_service(self):
        self.service.write(
            {"description": "<p>All about <i>mail</i></p>", "manager_id": self.agent.id}
        )
        self.agent.name = "Ada Responsible"
        incident = self.create_process("Mail is Broken", kind="incident")
        self.open()
        self.assertEqual(self.find("slm_description"), ["All about mail"])
        self.assertEqual(self.find("slm_manager"), ["Responsible Ada Responsible"])
        [text] = self.find("slm_processes")
        for part in ("Get a Mailbox", "Takes a day.", "Business Request", "Incident"):
            self.assertIn(part, text)
        links = {
            a.get("href"): a.text_content()
            for a in self.page.xpath("//*[@name='slm_processes']//a")
        }
        base = f"/my/services/{self.service.id}/request"
        self.assertEqual(
            links,
            {
                f"{base}/{self.process.id}": "Request this service",
                f"{base}/{incident.id}": "Report an incident",
            },
        )
        crumbs = self.page.xpath("//ol[contains(@class,'breadcrumb')]//text()")
        crumbs = [text.strip() for text in crumbs if text.strip()]
        self.assertEqual(crumbs, ["Services", "Mail"])

    def test_service_tells_only_my_processes(self):
        self.create_process("Draft Way", publish=False)
        self.create_process("Way of Strangers", consumers=[self.stranger])
        self.create_process("Old Way").action_retire()
        self.create_process("Other Way", services=self.other_service)
        text = self.open().text
        for name in ("Draft Way", "Way of Strangers", "Old Way", "Other Way"):
            self.assertNotIn(name, text)

    def test_service_tells_nothing_internal(self):
        """No team, CI, customer, code, mail address, nor what it depends on."""
        needed = self.create_service("Secret Storage", offered=False)
        secret = self.env["slm.configuration.item"].create(
            {"name": "Secret Server", "service_ids": [Command.link(self.service.id)]}
        )
        self.service.write(
            {
                "dependency_ids": [Command.link(needed.id)],
                "manager_id": self.agent.id,
                "team_ids": [Command.link(self.team.id)],
            }
        )
        self.process.publication_ids = [
            Command.create({"role": "consumer", "partner_id": self.stranger.id})
        ]
        self.other = self.create_agreement("Secret Deal", consumers=[self.stranger])
        text = self.open().text
        for word in (
            *("Secret", "Stranger", self.agent.email, self.organisation.name),
            *(secret.code or "Secret", self.agreement.code, self.other.code),
            *(self.process.code, self.service.code),
        ):
            self.assertNotIn(word, text)

    def test_hidden_is_as_missing(self):
        """Existing, archived, draft or missing: not the least difference."""
        hidden = self.create_service("Hidden", offered=False)
        archived = self.create_service("Archived")
        archived.active = False
        self.log_in()
        answers = set()
        for number in (hidden.id, archived.id, 99999999, 10**30):
            self.env.flush_all()
            response = self.url_open(f"/my/services/{number}", allow_redirects=False)
            answers.add((response.status_code, response.headers["Location"]))
        [(code, location)] = answers
        self.assertEqual(code, 303)
        self.visit(location)
        self.assertTrue(self.find("slm_gone"))

    # ------------------------------------------------------------------
    # The promise
    # ------------------------------------------------------------------

    def get_tables(self):
        """Rows of the targets as lists of text, the head first."""
        return [
            [
                [cell.text_content().strip() for cell in row.xpath("./th|./td")]
                for row in table.xpath(".//tr")
            ]
            for table in self.page.xpath("//*[@name='slm_promise']//table")
        ]

    def test_promise(self):
        self.agreement.write({"name": "Gold", "date_end": "2024-12-31"})
        self.open()
        [promise] = self.find("slm_promise")
        self.assertIn("Gold Valid from 01/01/2023 until 12/31/2024", promise)
        self.assertIn("a day of it has 8 h", promise)
        head = ["Ticket Priority", "We answer within", "We complete it within"]
        self.assertEqual(
            self.get_tables(),
            [
                [
                    [*head, "We close it within"],
                    ["Very High", "30 min", "2 h", "4 h"],
                    ["High, Medium, Low", "1 h", "4 h", "1 d"],
                ]
            ],
        )
        self.assertEqual(
            self.find("slm_hours"),
            [
                "Service hours Mon – Fri 08:00 AM – 12:00 PM, 01:00 PM – 05:00 PM "
                "Europe/Berlin"
            ],
        )

    def test_promise_is_that_of_this_service(self):
        """The targets of other services and kinds are not told."""
        self.agreement.target_ids = [
            Command.clear(),
            Command.create(
                {"service_id": self.other_service.id, "response_minutes": 7}
            ),
            Command.create({"process_kind": "incident", "response_minutes": 9}),
            Command.create({"completion_minutes": 90}),
        ]
        self.open()
        head = ["Ticket Priority", "We complete it within"]
        self.assertEqual(self.get_tables(), [[head, ["Any priority", "1 h 30 min"]]])

    def test_promise_is_what_a_ticket_gets(self):
        """Told and given come from the same line, whatever else the agreement has."""
        mail, other = self.service.id, self.other_service.id
        lines = [
            {"response_minutes": 10},
            {"priority": "3", "response_minutes": 11},
            {"priority": "2", "process_kind": "request", "response_minutes": 12},
            {"process_kind": "request", "completion_minutes": 13},
            {"priority": "1", "service_id": other, "response_minutes": 14},
            {"priority": "0", "service_id": mail, "response_minutes": 15},
        ]
        self.agreement.target_ids = [Command.clear(), *map(Command.create, lines)]
        self.open()
        [[_head, *rows]] = self.get_tables()
        told = {name: times for names, *times in rows for name in names.split(", ")}
        priorities = dict(self.agreement.target_ids._selection_priority())
        self.assertEqual(told.keys(), set(priorities.values()))
        for priority, name in priorities.items():
            ticket = self.create_ticket(
                slm_service_id=mail, slm_process_id=self.process.id, priority=priority
            )
            given = {
                clock.metric: f"{clock.target_seconds // 60} min"
                for clock in ticket.slm_clock_ids
            }
            times = [given.get(metric, "–") for metric in ("response", "completion")]
            self.assertEqual(told[name], times)

    def test_promise_by_kind(self):
        self.create_process("Broken", kind="incident")
        self.agreement.target_ids = [
            Command.clear(),
            Command.create({"process_kind": "incident", "response_minutes": 9}),
            Command.create({"completion_minutes": 90}),
        ]
        self.open()
        self.assertEqual(len(self.get_tables()), 2)
        [promise] = self.find("slm_promise")
        self.assertLess(promise.index("Business Request"), promise.index("1 h 30 min"))
        self.assertLess(promise.index("Incident"), promise.index("9 min"))

    def test_promise_for_some_kinds(self):
        """Nobody takes the times for incidents for those of his order."""
        self.create_process("Broken", kind="incident")
        incident = self.env["slm.process.kind"].search([("code", "=", "incident")])
        self.agreement.process_kind_ids = incident
        self.open()
        [promise] = self.find("slm_promise")
        self.assertLess(promise.index("Incident"), promise.index("30 min"))
        self.assertNotIn("Business Request", promise)
        [hours] = self.find("slm_hours")
        self.assertIn(self.agreement.name, hours)
        self.agreement.process_kind_ids = False
        self.open()
        [promise] = self.find("slm_promise")
        self.assertNotIn("Incident", promise)

    def test_promise_for_a_single_process(self):
        """Other processes of the same kind get nothing of it."""
        ordered = self.create_process("Order a phone", kind="request")
        self.agreement.process_ids = ordered
        self.open()
        [promise] = self.find("slm_promise")
        self.assertLess(promise.index("Order a phone"), promise.index("30 min"))
        self.assertNotIn("Business Request", promise)

    def test_two_agreements(self):
        self.create_process("Broken", kind="incident")
        incident = self.env["slm.process.kind"].search([("code", "=", "incident")])
        self.create_agreement(
            "Around the Clock",
            consumers=[self.person],
            calendar_id=self.always.id,
            process_kind_ids=[Command.set(incident.ids)],
        )
        self.open()
        promises = self.find("slm_promise")
        self.assertEqual(len(promises), 2)
        self.assertEqual(["Incident" in promise for promise in promises], [False, True])
        self.assertIn("Business Request", promises[0])
        hours = self.find("slm_hours")
        self.assertIn("Service hours Office SLA Mon – Fri", hours[1] + hours[0])
        self.assertIn("Every day around the clock", hours[0] + hours[1])

    def test_no_promise(self):
        """Of strangers, over, not begun, draft: it does not cover the user."""
        for vals in (
            {"publication_ids": [Command.clear()]},
            {"date_end": "2023-12-31"},
            {"date_start": "2024-02-01"},
            {"state": "draft"},
        ):
            with self.subTest(vals), self.env.cr.savepoint() as savepoint:
                self.agreement.write(vals)
                self.open()
                self.assertFalse(self.find("slm_promise"))
                self.assertFalse(self.find("slm_hours"))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_promise_is_kept_back(self):
        self.company.slm_portal_deadlines = False
        self.open()
        self.assertFalse(self.find("slm_promise"))

    def test_usual_hours(self):
        """Without an agreement the hours are those of the company, if it has any."""
        self.agreement.action_terminate()
        self.company.slm_calendar_id = self.office
        self.open()
        [hours] = self.find("slm_hours")
        self.assertIn("Mon – Fri 08:00", hours)

    def test_hours_of_two_weeks(self):
        self.office.attendance_ids = week((8, 12), (12, 16), days=(0, 1, 3))
        self.office.switch_calendar_type()
        lines = self.office.attendance_ids
        lines.filtered(lambda x: x.week_type == "1" and x.dayofweek == "0").unlink()
        day = "08:00 AM – 04:00 PM"
        weeks = [f"Mon – Tue {day} Thu {day}", f"Tue {day} Thu {day}"]
        # in Berlin it is Monday an hour before it is in UTC
        for now in ("mon 08:00", "sun 23:59", "mon+1 00:00", "mon+2 00:00"):
            today = self.at(now) + timedelta(hours=1)
            this = lines.get_week_type(today.date())
            with self.subTest(now):
                self.open()
                [hours] = self.find("slm_hours")
                told = f"This week {weeks[this]} Next week {weeks[1 - this]}"
                self.assertIn(told, hours)

    # ------------------------------------------------------------------
    # Scale
    # ------------------------------------------------------------------

    def count_queries(self, url):
        """Of a page that was opened before."""
        self.visit(url)
        before = sql_db.sql_counter
        response = self.visit(url)
        self.assertEqual(response.status_code, 200)
        return sql_db.sql_counter - before

    def create_many(self, services, lines, users):
        """Services, each with a process, lines on these, and portal users; in SQL."""
        self.env["slm.process"].flush_model()
        self.env.cr.execute(
            MANY,
            {
                "services": services,
                "lines": lines,
                "users": users,
                "company": self.company.id,
                "type": self.service.type_id.id,
                "parent": self.department.id,
                "portal": self.env.ref("base.group_portal").id,
            },
        )
        self.env.invalidate_all()

    def test_queries_do_not_follow_numbers(self):
        """30 services or 300, 50 lines or 2,000, 20 portal users or 5,000.

        Nor does their cost explode where PostgreSQL believes that there is nothing, as
        it does after an import: the pages come in time.
        """
        self.env.cr.execute(
            "ANALYZE slm_service, slm_process, slm_publication, slm_service_type"
        )
        self.service.type_id = self.env["slm.service.type"].create({"name": "Many"})
        urls = (
            "/my/services",
            "/my/services?search=many&sortby=name",
            f"/my/services?filterby={self.service.type_id.id}",
            f"/my/services/{self.service.id}",
        )
        self.create_many(services=29, lines=50, users=20)
        self.log_in()
        few = [self.count_queries(url) for url in urls]
        self.create_many_more()
        many = [self.count_queries(url) for url in urls]
        self.assertEqual(many, few)
        self.assertLess(max(many), 40)
        self.visit("/my/services/page/13")
        self.assertEqual(len(self.find_cards()), 300 - 12 * 24)

    def create_many_more(self):
        self.env.cr.execute("UPDATE slm_service SET code = 'OLD' || code")
        self.create_many(services=270, lines=1950, users=4980)
