# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form

from .common import SlmCommon, moment

#: what a ticket calls what the preview asks for
ON_TICKET = {
    "service_id": "slm_service_id",
    "process_id": "slm_process_id",
    "process_kind": "slm_process_kind",
    "supplier_id": "slm_supplier_id",
}
METRICS = ("response", "completion", "closure")
#: of what a preview must leave nothing behind
UNTOUCHED = (
    "helpdesk.ticket",
    "slm.ticket.event",
    "slm.clock",
    "slm.time.share",
    "mail.message",
    "slm.revision",
)


class PreviewCase(SlmCommon):
    """Previews, read as the agent sees them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "First Level", "company_id": cls.company.id}
        )
        cls.supplier = cls.env["res.partner"].create(
            {"name": "Carrier", "is_company": True}
        )

    @classmethod
    def create_ola(cls, team=None, **vals):
        team = team or cls.team
        return cls.create_agreement(kind="ola", team_id=team.id, consumers=[], **vals)

    @classmethod
    def create_uc(cls, supplier=None, **vals):
        supplier = supplier or cls.supplier
        return cls.create_agreement(
            kind="uc", partner_id=supplier.id, consumers=[], **vals
        )

    def why(self, ticket, user=None):
        """Press the button; the preview that opens."""
        action = ticket.with_user(user or self.agent).action_slm_why_agreement()
        self.assertEqual(action["res_model"], "slm.match.preview")
        previews = self.env["slm.match.preview"].with_user(user or self.agent)
        return previews.browse(action["res_id"])

    def try_it(self, **vals):
        """A preview of a ticket of the customer's person, as the agent makes it."""
        vals = {"partner_id": self.person.id} | vals
        vals = {k: getattr(v, "id", v) for k, v in vals.items()}
        return self.env["slm.match.preview"].with_user(self.agent).create(vals)

    def read_rows(self, preview, kind="sla"):
        """``[(name, rule, label, sentence), …]`` of the candidates of a kind."""
        page = html.fromstring(preview.candidates)
        return [
            (cells[0], row.get("data-rule"), *cells[2:])
            for row in page.xpath(f"//table[@data-kind='{kind}']/tbody/tr")
            if (cells := [" ".join(cell.text_content().split()) for cell in row])
        ]

    def read_rules(self, preview, kind="sla"):
        return [rule for _name, rule, *_rest in self.read_rows(preview, kind)]

    def read_card(self, preview, kind="sla"):
        """What the card of a kind says, without its table; "": there is none."""
        page = html.fromstring(preview.answer)
        cards = page.xpath(f"//*[@data-kind='{kind}']")
        texts = [
            text
            for card in cards
            for text in card.xpath(".//text()[not(ancestor::table)]")
        ]
        return " ".join(" ".join(texts).split())

    def read_deadlines(self, preview, kind="sla"):
        """``[(target, deadline), …]`` for response, completion and closure."""
        page = html.fromstring(preview.answer)
        return [
            (row[1].text_content().strip(), row[2][0].text_content().strip())
            for row in page.xpath(f"//*[@data-kind='{kind}']//table/tbody/tr")
        ]

    def assertSentence(self, preview, agreement, rule, text, kind="sla"):
        """The row of an agreement says why it does not hold, or why it does."""
        [found] = [
            row for row in self.read_rows(preview, kind) if agreement.name in row[0]
        ]
        self.assertEqual((found[1], found[3]), (rule, text))


class TestWhy(PreviewCase):
    """“Why this agreement?”: every candidate, and the first rule that it fails."""

    # ------------------------------------------------------------------
    # Sentences
    # ------------------------------------------------------------------

    def test_holds(self):
        preview = self.why(self.create_ticket())
        self.assertEqual(preview.agreement_id, self.agreement)
        self.assertSentence(
            preview, self.agreement, "holds", "It is published to Customer."
        )
        self.assertIn("It was found by the rules.", self.read_card(preview))
        self.assertIn("Service hours: Office (Europe/Berlin)", self.read_card(preview))
        self.assertFalse(self.read_deadlines(preview))

    def test_published_to_everybody(self):
        self.agreement.publication_ids.partner_id = False
        self.assertSentence(
            self.why(self.create_ticket()),
            self.agreement,
            "holds",
            "It is published to everybody.",
        )

    def test_archived(self):
        old = self.create_agreement(name="Old")
        old.action_archive()
        preview = self.why(self.create_ticket())
        self.assertSentence(preview, old, "archived", "It is archived.")

    def test_unapproved(self):
        draft = self.create_agreement(name="Draft", activate=False)
        review = self.create_agreement(name="Review", activate=False)
        review.state = "review"
        preview = self.why(self.create_ticket())
        text = "It is a draft and not approved yet."
        self.assertSentence(preview, draft, "unapproved", text)
        text = "It is in review and not approved yet."
        self.assertSentence(preview, review, "unapproved", text)

    def test_terminated(self):
        old = self.create_agreement(name="Old")
        old.action_terminate()
        preview = self.why(self.create_ticket())
        self.assertSentence(preview, old, "terminated", "It is terminated.")

    def test_later(self):
        later = self.create_agreement(name="Later", date_start="2024-01-09")
        ticket = self.create_ticket()
        self.at("wed 09:00")
        text = "It starts on 01/09/2024, after the day on which the ticket was created."
        self.assertSentence(self.why(ticket), later, "later", text)

    def test_ended(self):
        old = self.create_agreement(name="Old", date_end="2024-01-05")
        preview = self.why(self.create_ticket())
        self.assertSentence(preview, old, "ended", "It ended on 01/05/2024.")

    def test_expired(self):
        """The one that would hold comes first, and says so."""
        self.agreement.date_end = "2024-01-05"
        foreign = self.create_agreement(name="Foreign", consumers=[self.stranger])
        preview = self.why(self.create_ticket())
        self.assertFalse(preview.agreement_id)
        self.assertEqual(preview.expired_agreement_id, self.agreement)
        self.assertSentence(
            preview,
            self.agreement,
            "ended",
            "It ended on 01/05/2024. It would hold otherwise.",
        )
        self.assertEqual(
            [row[2] for row in self.read_rows(preview)], ["Expired", "Does not fit"]
        )
        self.assertIn(foreign.name, self.read_rows(preview)[1][0])
        self.assertIn(
            f"Nothing is in force: {self.agreement.display_name} ended on 01/05/2024. "
            "The ticket works, without deadlines.",
            self.read_card(preview),
        )

    def test_expired_before_its_last_day(self):
        self.agreement.write({"date_end": "2024-12-31", "state": "expired"})
        preview = self.why(self.create_ticket())
        self.assertSentence(
            preview,
            self.agreement,
            "ended",
            "It had expired when the ticket was created. It would hold otherwise.",
        )
        self.assertIn(
            f"{self.agreement.display_name} has expired.", self.read_card(preview)
        )

    def test_requester(self):
        foreign = self.create_agreement(name="Foreign", consumers=[self.stranger])
        nobody = self.create_agreement(name="Nobody", consumers=[])
        preview = self.why(self.create_ticket())
        text = f"It does not cover {self.person.display_name}."
        self.assertSentence(preview, foreign, "holder", text)
        text = "It is published to nobody."
        self.assertSentence(preview, nobody, "holder", text)
        preview = self.why(self.create_ticket(partner_id=False))
        text = "It is not published to everybody."
        self.assertSentence(preview, foreign, "holder", text)

    def test_service(self):
        mail = self.create_agreement(name="Mail", service_ids=self.service.ids)
        printing = self.create_ticket(slm_service_id=self.other_service.id)
        text = f"It does not cover the service {self.other_service.display_name}."
        self.assertSentence(self.why(printing), mail, "service", text)
        text = "It is for certain services, and none is chosen."
        self.assertSentence(self.why(self.create_ticket()), mail, "service", text)

    def test_archived_service(self):
        """What is only for a service that was archived is not for all of them."""
        mail = self.create_agreement(
            name="Mail", service_ids=self.service.ids, sequence=1
        )
        self.service.active = False
        preview = self.why(self.create_ticket())
        self.assertEqual(preview.agreement_id, self.agreement)
        text = "It is for certain services, and none is chosen."
        self.assertSentence(preview, mail, "service", text)

    def test_process(self):
        incident = self.env.ref("slm_management.process_kind_incident")
        process = self.env["slm.process"].create(
            {"name": "Order", "service_ids": self.service.ids}
        )
        process.action_publish()
        offer = self.create_agreement(name="Faults", process_kind_ids=incident.ids)
        order = self.create_ticket(slm_process_id=process.id)
        change = self.create_ticket(slm_process_kind="change")
        text = f"It covers neither the process {process.display_name} nor its kind."
        self.assertSentence(self.why(order), offer, "process", text)
        text = "It does not cover the process kind Change."
        self.assertSentence(self.why(change), offer, "process", text)
        text = "It is for certain processes, and none is chosen."
        self.assertSentence(self.why(self.create_ticket()), offer, "process", text)

    def test_closer(self):
        own = self.create_agreement(name="Own", consumers=[self.person])
        preview = self.why(self.create_ticket())
        text = f"{own.display_name} is published to a closer consumer."
        self.assertSentence(preview, self.agreement, "closer", text)
        self.assertEqual(self.read_rules(preview), ["holds", "closer"])
        self.assertEqual(self.read_rows(preview)[1][2], "Fits, too")

    def test_order(self):
        first = self.create_agreement(name="First", sequence=5)
        text = f"{first.display_name} comes first in the order of the agreements."
        preview = self.why(self.create_ticket())
        self.assertSentence(preview, self.agreement, "order", text)

    def test_newer(self):
        new = self.create_agreement(name="New", date_start="2024-01-02")
        preview = self.why(self.create_ticket())
        text = f"{new.display_name} is newer."
        self.assertSentence(preview, self.agreement, "newer", text)

    def test_first_rule(self):
        """Of several rules that it fails, the first one is told."""
        offer = self.create_agreement(
            name="Worst",
            consumers=[self.stranger],
            date_end="2024-01-05",
            service_ids=self.service.ids,
        )
        ticket = self.create_ticket()
        self.assertSentence(self.why(ticket), offer, "ended", "It ended on 01/05/2024.")
        offer.action_terminate()
        self.assertSentence(self.why(ticket), offer, "terminated", "It is terminated.")
        offer.action_archive()
        self.assertSentence(self.why(ticket), offer, "archived", "It is archived.")

    def test_order_of_the_rows(self):
        """The winner, then by how far they came."""
        self.create_agreement(name="Draft", activate=False)
        self.create_agreement(name="Mail", service_ids=self.service.ids)
        self.create_agreement(name="Foreign", consumers=[self.stranger])
        self.create_agreement(name="New", date_start="2024-01-02")
        self.create_agreement(name="Old", date_end="2024-01-05")
        preview = self.why(self.create_ticket())
        self.assertEqual(
            self.read_rules(preview),
            ["holds", "newer", "service", "holder", "ended", "unapproved"],
        )

    # ------------------------------------------------------------------
    # OLA and UC
    # ------------------------------------------------------------------

    def test_ola(self):
        ola = self.create_ola(name="First OLA")
        second = self.env["helpdesk.ticket.team"].create({"name": "Second Level"})
        other = self.create_ola(second, name="Second OLA")
        preview = self.why(self.create_ticket(team_id=self.team.id))
        self.assertEqual(preview.ola_id, ola)
        text = "It is of the team First Level."
        self.assertSentence(preview, ola, "holds", text, "ola")
        text = "It is of another team: Second Level."
        self.assertSentence(preview, other, "holder", text, "ola")
        self.assertEqual(self.read_rules(preview, "sla"), ["holds"])

    def test_uc(self):
        uc = self.create_uc(name="Carrier UC")
        dealer = self.env["res.partner"].create({"name": "Dealer"})
        other = self.create_uc(dealer, name="Dealer UC")
        technician = self.env["res.partner"].create(
            {"name": "Technician", "parent_id": self.supplier.id}
        )
        preview = self.why(self.create_ticket(slm_supplier_id=technician.id))
        self.assertEqual(preview.uc_id, uc)
        text = "It is with Carrier."
        self.assertSentence(preview, uc, "holds", text, "uc")
        text = "It is with another supplier: Dealer."
        self.assertSentence(preview, other, "holder", text, "uc")
        closer = self.create_uc(technician, name="Own UC")
        preview = self.why(self.create_ticket(slm_supplier_id=technician.id))
        text = (
            f"{closer.display_name} is with a contact that is closer to the supplier."
        )
        self.assertSentence(preview, uc, "closer", text, "uc")

    def test_neither_team_nor_supplier(self):
        """Then nothing is told of OLAs and UCs."""
        self.create_ola(name="OLA")
        preview = self.why(self.create_ticket())
        self.assertEqual(self.read_card(preview, "ola"), "")
        self.assertFalse(self.read_rows(preview, "ola"))

    def test_team_without_ola(self):
        preview = self.why(self.create_ticket(team_id=self.team.id))
        self.assertIn(
            "The team has no OLA that covers this.", self.read_card(preview, "ola")
        )
        self.assertIn("There is no agreement of this kind yet.", preview.candidates)

    def test_supplier_without_uc(self):
        preview = self.why(self.create_ticket(slm_supplier_id=self.supplier.id))
        text = "No contract with the supplier covers this."
        self.assertIn(text, self.read_card(preview, "uc"))

    # ------------------------------------------------------------------
    # By hand, by an earlier match
    # ------------------------------------------------------------------

    def test_by_hand(self):
        chosen = self.create_agreement(name="Chosen", consumers=[])
        ticket = self.create_ticket()
        self.at("mon 10:00")
        ticket.with_user(self.agent).slm_agreement_id = chosen
        card = self.read_card(self.why(ticket))
        self.assertIn(chosen.display_name, card)
        self.assertIn(
            f"It was chosen by {self.agent.name} on Mon 01/08/2024 10:00", card
        )
        rows = self.read_rows(self.why(ticket))
        self.assertEqual([row[1] for row in rows], ["holds", "holder"])
        self.assertEqual(rows[1][0], f"{chosen.display_name} On the ticket")
        self.assertNotIn("On the ticket", rows[0][0])

    def test_removed_by_hand(self):
        ticket = self.create_ticket()
        ticket.with_user(self.agent).slm_agreement_id = False
        card = self.read_card(self.why(ticket))
        self.assertIn(f"It was removed by {self.agent.name}", card)

    def test_by_hand_and_by_rule(self):
        """Whoever chooses what the rules would choose has chosen it."""
        ticket = self.create_ticket()
        ticket.slm_agreement_id = False
        ticket.with_user(self.agent).slm_agreement_id = self.agreement
        card = self.read_card(self.why(ticket))
        self.assertIn(f"It was chosen by {self.agent.name}", card)

    def test_by_rule_again(self):
        """A change of the service finds it anew: nobody's choice any more."""
        chosen = self.create_agreement(name="Chosen", consumers=[])
        ticket = self.create_ticket()
        ticket.slm_agreement_id = chosen
        ticket.slm_service_id = self.service
        card = self.read_card(self.why(ticket))
        self.assertIn("It was found by the rules.", card)

    def test_new_targets_are_no_choice(self):
        """An event that only tells of new terms does not make it chosen by hand."""
        ticket = self.create_ticket()
        ticket.priority = "3"
        card = self.read_card(self.why(ticket))
        self.assertIn("It was found by the rules.", card)

    def test_by_an_earlier_match(self):
        """A newer one would hold today; the ticket keeps what it was promised."""
        ticket = self.create_ticket()
        self.at("mon 10:00")
        new = self.create_agreement(name="New", date_start="2024-01-02")
        preview = self.why(ticket)
        self.assertEqual(preview.agreement_id, self.agreement)
        self.assertIn(
            "It has been so since Mon 01/08/2024 08:00 AM: by the agreements as they "
            "were then, or chosen by hand. By the rules of today "
            f"{new.display_name} would hold.",
            self.read_card(preview),
        )
        new.action_terminate()
        self.agreement.action_terminate()
        self.assertIn(
            "By the rules of today none would hold.", self.read_card(self.why(ticket))
        )

    def test_day_of_creation(self):
        """By the day on which the ticket came, whenever somebody looks."""
        ticket = self.create_ticket()
        self.agreement.date_end = "2024-01-08"
        self.create_agreement(name="Next", date_start="2024-01-09")
        self.at("wed 09:00")
        preview = self.why(ticket)
        self.assertEqual(self.read_rules(preview), ["holds", "later"])
        self.assertIn("It was found by the rules.", self.read_card(preview))

    def test_ticket_that_is_older_than_this(self):
        """Without a history: what the rules would say, by the day of its creation."""
        ticket = self.create_ticket()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM slm_clock WHERE ticket_id = %s", [ticket.id])
        self.env.cr.execute(
            "DELETE FROM slm_ticket_event WHERE ticket_id = %s", [ticket.id]
        )
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET slm_facts = NULL, slm_agreement_id = NULL "
            "WHERE id = %s",
            [ticket.id],
        )
        self.env.invalidate_all()
        self.at("wed 09:00")
        self.create_agreement(name="Later", date_start="2024-01-09")
        preview = self.why(ticket)
        self.assertFalse(preview.agreement_id)
        self.assertEqual(self.read_rules(preview), ["holds", "later"])
        self.assertIn("would hold.", self.read_card(preview))

    def test_links(self):
        page = html.fromstring(self.why(self.create_ticket()).candidates)
        self.assertEqual(
            page.xpath("//tbody//a/@href"), [f"/odoo/slm.agreement/{self.agreement.id}"]
        )

    def test_only_agents(self):
        ticket = self.create_ticket()
        for user in (self.helpdesk_user, self.portal_user):
            with self.assertRaises(AccessError):
                self.why(ticket, user)

    def test_ticket_of_somebody_else(self):
        """Who may not read the ticket learns nothing by its id."""
        own = "helpdesk_mgmt.group_helpdesk_user_own"
        agent = self.create_user("own", f"{own},slm_management.group_slm_agent")
        ticket = self.create_ticket(team_id=self.team.id, user_id=False)
        previews = self.env["slm.match.preview"].with_user(agent)
        with self.assertRaises(AccessError):
            self.why(ticket, agent)
        with self.assertRaises(AccessError):
            previews.create({"ticket_id": ticket.id})
        with self.assertRaises(AccessError):
            previews.new({"ticket_id": ticket.id}).answer  # noqa: B018


class TestTryIt(PreviewCase):
    """“Try It” shows what a ticket would get, without there being one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ola = cls.create_ola(
            name="First OLA",
            calendar_id=cls.always.id,
            targets=[{"response": 15, "completion": 90}],
        )
        cls.uc = cls.create_uc(name="Carrier UC", targets=[{"completion": 300}])
        cls.process = cls.env["slm.process"].create(
            {"name": "Fault", "kind": "incident", "service_ids": cls.service.ids}
        )
        cls.process.action_publish()

    def assertLikeTicket(self, text, **vals):
        """A ticket that is created at that time gets just what was shown before."""
        self.at("mon 07:00")
        preview = self.try_it(at=moment(text), **vals)
        shown = {
            kind: self.read_deadlines(preview, kind) for kind in ("sla", "ola", "uc")
        }
        agreements = (preview.agreement_id, preview.expired_agreement_id)
        self.at(text)
        vals = {ON_TICKET.get(k, k): getattr(v, "id", v) for k, v in vals.items()}
        ticket = self.create_ticket(**vals)
        waiting = self.create_ticket(phase="wait_supplier", **vals)
        self.assertEqual(
            (ticket.slm_agreement_id, ticket.slm_expired_agreement_id), agreements
        )
        for kind, of in (("sla", ticket), ("ola", ticket), ("uc", waiting)):
            clocks = of.slm_clock_ids.filtered(lambda c, kind=kind: c.kind == kind)
            agreement = preview[self.shown_by(kind)]
            recorded = (of.slm_facts.get(kind) or {}).get("agreement", False)
            self.assertEqual(agreement.id, recorded, kind)
            told = self.tell(preview, clocks, agreement)
            self.assertEqual(shown[kind], told, (kind, text))
        return ticket

    def shown_by(self, kind):
        return {"sla": "agreement_id", "ola": "ola_id", "uc": "uc_id"}[kind]

    def tell(self, preview, clocks, agreement):
        """Clocks of a ticket as the preview tells them."""
        if not agreement:
            return []
        by_metric = {clock.metric: clock for clock in clocks}
        told = []
        for metric in METRICS:
            clock = by_metric.get(metric)
            text = "nothing is promised"
            if clock:
                text = "no deadline: the service hours end before"
            if clock and clock.deadline:
                text = preview._tell_moment(clock.deadline, "Europe/Berlin")
            target = clock and clock.target_seconds // 60
            hours, minutes = divmod(target or 0, 60)
            days, hours = divmod(
                hours, clock.agreement_id.day_minutes // 60 if clock else 8
            )
            parts = ((days, "d"), (hours, "h"), (minutes, "m"))
            told.append((" ".join(f"{n}{u}" for n, u in parts if n), text))
        return told

    # ------------------------------------------------------------------
    # Like a ticket
    # ------------------------------------------------------------------

    def test_like_a_ticket(self):
        """At all hours of the week, with all that may be chosen."""
        chosen = {
            "service_id": self.service,
            "team_id": self.team,
            "supplier_id": self.supplier,
        }
        for text in (
            "mon 07:00",
            "mon 11:30",
            "mon 16:59:59",
            "fri 16:00",
            "sun 12:00",
        ):
            for priority in ("1", "3"):
                with self.subTest(text, priority=priority):
                    self.assertLikeTicket(text, priority=priority, **chosen)

    def test_calendars(self):
        """Nights, weekends, holidays, another time zone."""
        self.create_holiday("tue", "wed")
        calendars = (
            self.always,
            self.office,
            self.create_calendar("Night", (20, 24), (0, 6)),
            self.create_calendar("Weekend", (9, 12), days=(5, 6)),
            self.create_calendar("Shanghai", (9, 17), tz="Asia/Shanghai"),
        )
        for calendar in calendars:
            self.agreement.calendar_id = calendar
            with self.subTest(calendar.name):
                self.assertLikeTicket("mon 15:30")

    def test_no_deadline(self):
        """Hours that end give none, and what was promised is still told."""
        self.agreement.calendar_id.attendance_ids.unlink()
        self.assertLikeTicket("mon 09:00")
        preview = self.try_it()
        self.assertIn("no deadline: the service hours end before", preview.answer)

    def test_nothing_is_promised(self):
        """For one metric, and for a priority."""
        self.agreement.target_ids = [
            Command.clear(),
            Command.create({"response_minutes": 30, "priority": "3"}),
        ]
        self.assertLikeTicket("mon 09:00", priority="3")
        self.assertLikeTicket("mon 09:00", priority="1")
        self.assertEqual(
            self.read_deadlines(self.try_it(priority="1")),
            [("", "nothing is promised")] * 3,
        )

    def test_target_beyond_the_years_that_are_compiled(self):
        self.agreement.target_ids.closure_minutes = 60 * 8 * 250 * 10
        self.assertLikeTicket("mon 09:00")

    def test_process_and_kind(self):
        incident = self.env.ref("slm_management.process_kind_incident")
        self.agreement.process_kind_ids = incident
        ticket = self.assertLikeTicket("mon 09:00", process_id=self.process)
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        ticket = self.assertLikeTicket("mon 09:00", process_kind="incident")
        self.assertEqual(ticket.slm_agreement_id, self.agreement)
        ticket = self.assertLikeTicket("mon 09:00", process_kind="change")
        self.assertFalse(ticket.slm_agreement_id)

    def test_expired(self):
        self.agreement.date_end = "2024-01-09"
        self.assertLikeTicket("tue 23:00")
        ticket = self.assertLikeTicket("wed 01:00")
        self.assertEqual(ticket.slm_expired_agreement_id, self.agreement)

    def test_nobody_and_stranger(self):
        everybody = self.create_agreement(name="Everybody", consumers=[False])
        for partner in (self.stranger, self.env["res.partner"]):
            ticket = self.assertLikeTicket(
                "mon 09:00", partner_id=partner, service_id=self.service
            )
            self.assertEqual(ticket.slm_agreement_id, everybody)

    def test_stage_of_the_team(self):
        """Where tickets of a team begin in work, nobody has to respond any more."""
        self.env["helpdesk.ticket.stage"].create(
            {
                "name": "Taken",
                "sequence": -5,
                "slm_phase": "working",
                "team_ids": [Command.set(self.team.ids)],
            }
        )
        ticket = self.assertLikeTicket("mon 09:00", team_id=self.team)
        self.assertEqual(ticket.stage_id.slm_phase, "working")

    # ------------------------------------------------------------------
    # The form
    # ------------------------------------------------------------------

    def test_live(self):
        """It follows each input, before anything is saved."""
        form = Form(self.env["slm.match.preview"].with_user(self.agent))
        self.assertIn("Nothing to show yet", form.answer)
        self.assertFalse(form.candidates.strip())
        form.at = moment("mon 09:00")
        form.partner_id = self.person
        self.assertIn(self.agreement.name, form.answer)
        self.assertIn("Mon 01/08/2024 10:00", form.answer)
        form.priority = "3"
        self.assertIn("Mon 01/08/2024 09:30", form.answer)
        form.at = moment("mon 16:45")
        self.assertIn("Tue 01/09/2024 08:15", form.answer)
        self.assertNotIn(self.ola.name, form.answer)
        form.team_id = self.team
        self.assertIn(self.ola.name, form.answer)
        form.supplier_id = self.supplier
        self.assertIn(self.uc.name, form.answer)
        form.partner_id = self.stranger
        self.assertIn("No SLA covers this: there are no deadlines.", form.answer)

    def test_process_says_kind_and_service(self):
        form = Form(self.env["slm.match.preview"].with_user(self.agent))
        form.process_id = self.process
        self.assertEqual(form.process_kind, "incident")
        self.assertEqual(form.service_id, self.service)
        form.service_id = self.other_service
        self.assertFalse(form.process_id)

    def test_time_zone_of_the_hours(self):
        """Who lives elsewhere reads both."""
        self.agent.tz = "Asia/Shanghai"
        preview = self.try_it(at=moment("mon 09:00"))
        self.assertIn("Mon 01/08/2024 05:00 PM", preview.answer)
        self.assertIn("Mon 01/08/2024 10:00 AM (Europe/Berlin)", preview.answer)
        self.agent.tz = "Europe/Berlin"
        preview = self.try_it(at=moment("mon 09:00"))
        self.assertNotIn("AM (Europe/Berlin)", preview.answer)

    def test_explanation(self):
        """It comes with the same candidates as on a ticket."""
        foreign = self.create_agreement(name="Foreign", consumers=[self.stranger])
        preview = self.try_it()
        self.assertEqual(self.read_rules(preview), ["holds", "holder"])
        text = f"It does not cover {self.person.display_name}."
        self.assertSentence(preview, foreign, "holder", text)

    def test_default_time(self):
        self.at("mon 14:00")
        self.assertEqual(self.try_it().at, moment("mon 14:00"))

    # ------------------------------------------------------------------
    # Nothing stays
    # ------------------------------------------------------------------

    def count_traces(self):
        sequences = self.env["ir.sequence"].search([])
        sequences.invalidate_recordset()
        counts = {name: self.env[name].search_count([]) for name in UNTOUCHED}
        return counts | {s.code: s.number_next_actual for s in sequences}

    def test_nothing_is_created(self):
        self.agreement.date_end = "2024-01-09"
        before = self.count_traces()
        for text in ("mon 09:00", "wed 09:00"):
            preview = self.try_it(
                at=moment(text), team_id=self.team, supplier_id=self.supplier
            )
            self.assertTrue(preview.answer)
            self.assertTrue(preview.candidates)
        form = Form(self.env["slm.match.preview"].with_user(self.agent))
        form.partner_id = self.person
        self.env.flush_all()
        self.assertEqual(self.count_traces(), before)

    # ------------------------------------------------------------------
    # Access
    # ------------------------------------------------------------------

    def test_only_agents(self):
        for user in (self.helpdesk_user, self.portal_user):
            previews = self.env["slm.match.preview"].with_user(user)
            with self.assertRaises(AccessError):
                previews.create({"partner_id": user.partner_id.id})
            with self.assertRaises(AccessError):
                previews.onchange({}, [], {"answer": {}})
            with self.assertRaises(AccessError):
                previews.new({"service_id": self.service.id}).answer  # noqa: B018

    def test_another_company(self):
        """Neither its agreements nor any name of it, saved or not."""
        company = self._create_company(name="Elsewhere")
        hidden = {
            "company_id": company,
            "service_id": self.env["slm.service"].create(
                {"name": "Hidden", "company_id": company.id}
            ),
            "team_id": self.env["helpdesk.ticket.team"].create(
                {"name": "Hidden", "company_id": company.id}
            ),
        }
        self.create_agreement(
            name="Hidden",
            consumers=[False],
            company_id=company.id,
            calendar_id=self.create_calendar("x", (8, 9), company_id=company.id).id,
        )
        previews = self.env["slm.match.preview"].with_user(self.agent)
        for name, record in hidden.items():
            vals = {"partner_id": self.person.id, name: record.id}
            with self.subTest(name), self.assertRaises(AccessError):
                previews.create(vals)
            with self.subTest(name), self.assertRaises(AccessError):
                previews.new(vals).answer  # noqa: B018
        self.assertNotIn("Hidden", self.try_it().candidates)

    def test_of_somebody_else(self):
        """It may name whom the other may not see."""
        preview = self.try_it()
        other = self.create_user("agent2", "slm_management.group_slm_agent")
        with self.assertRaises(AccessError):
            preview.with_user(other).read(["answer"])

    def test_menu_and_action(self):
        action = self.env.ref("slm_management.slm_match_preview_action")
        self.assertEqual(
            action.group_ids, self.env.ref("slm_management.group_slm_agent")
        )
        menu = self.env.ref("slm_management.slm_match_preview_menu")
        self.assertEqual(menu.action, action)
