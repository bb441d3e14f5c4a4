# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import SlmCommon, moment
from .report_case import ReportCase

HOUR = 3600


class TestServiceReport(ReportCase):
    """What service reports say."""

    def test_compliance(self):
        self.live()
        document = self.create_report()._get_document("en_US")
        [group] = document["compliance"]
        self.assertEqual(group["kind"], "sla")
        names = ("metric", "target", "ended", "met", "missed", "share", "reached")
        self.assertEqual(
            [tuple(row[name] for name in names) for row in group["rows"]],
            [
                (metric, 75, 2, 1, 1, 50, "no")
                for metric in ("response", "completion", "closure")
            ],
        )
        row = group["rows"][0]
        agreement = f"[{self.agreement.code}] Office SLA"
        self.assertEqual(row["agreement"], agreement)
        texts = ("target_text", "share_text", "median_text", "p90_text", "mean_text")
        self.assertEqual(
            [row[name] for name in texts],
            ["75.0 %", "50.0 %", "6 h 15 min", "10 h 51 min", "6 h 15 min"],
        )
        self.assertEqual(row["breached_running"], 1)

    def test_reached(self):
        self.live()
        for target, expected in ((50, "yes"), (50.1, "no"), (0, "no_target")):
            self.agreement.attainment_target = target
            document = self.create_report()._get_document()
            rows = document["compliance"][0]["rows"]
            self.assertEqual({row["reached"] for row in rows}, {expected})

    def test_nothing_ended(self):
        """A breach that still runs is answered for, too."""
        self.create_ticket(priority="3")
        self.run_cron_now()
        self.at("mon+1 09:00")
        document = self.create_report()._get_document("en_US")
        rows = document["compliance"][0]["rows"]
        self.assertEqual({row["reached"] for row in rows}, {"nothing"})
        self.assertEqual({row["share_text"] for row in rows}, {"–"})
        self.assertIn("SLA: no promised time ended.", document["sentences"])

    def test_key_figures_compare(self):
        self.live()
        self.at("mon+2 09:00")
        report = self.create_report(date_from="2024-01-15", date_to="2024-01-21")
        document = report._get_document("en_US")
        figures = {row["name"]: row for row in document["key_figures"]}
        opened, share = figures["opened"], figures["share_sla"]
        self.assertEqual(
            (opened["value"], opened["previous"], opened["change_text"]), (0, 3, "−3")
        )
        self.assertEqual((share["text"], share["previous_text"]), ("–", "50.0 %"))
        self.assertIsNone(share["change"])
        self.assertEqual(figures["missed"]["verdict"], "good")
        self.assertEqual(document["previous_period_text"], "01/08/2024 – 01/14/2024")
        rows = self.create_report(
            date_from="2024-01-08", date_to="2024-01-21", period="custom"
        )._get_document()["trend"]["periods"]
        self.assertEqual(
            (rows[-2]["from"], rows[-2]["to"]), ("2023-12-25", "2024-01-07")
        )

    def test_tables(self):
        self.live()
        document = self.create_report()._get_document("en_US")
        names = ("name", "opened", "closed", "open_at_end", "met", "missed", "share")
        self.assertEqual(
            [tuple(row[name] for name in names) for row in document["services"]],
            [("Mail", 2, 2, 0, 3, 3, 50), ("Print", 1, 0, 1, 0, 0, None)],
        )
        self.assertEqual(
            [tuple(row[name] for name in names) for row in document["priorities"]],
            [("Very High", 1, 0, 1, 0, 0, None), ("Medium", 2, 2, 0, 3, 3, 50)],
        )

    def test_services_of_others_have_no_name(self):
        """A customer is told of services that are published to him, by name."""
        self.env["slm.process"].search([]).action_retire()
        self.publish(self.service, self.organisation)
        secret = self.env["slm.service"].create({"name": "Secret"})
        self.live()
        self.late.slm_service_id = self.other_service
        self.open.slm_service_id = secret
        names = ("name", "opened", "closed", "open_at_end", "met", "missed")
        own = [("Mail", 1, 1, 0, 3, 0), ("Other services", 2, 1, 1, 0, 3)]
        customer = self.create_report()
        provider = self.create_report(audience="provider")
        for report, expected in (
            (customer, own),
            (customer.with_context(lang="zh_CN"), None),
        ):
            document = report._get_document()
            rows = [tuple(row[name] for name in names) for row in document["services"]]
            self.assertCountEqual(rows, expected or rows)
            self.assertNotIn("Secret", str(document))
        self.assertNotIn("Print", str(list(customer._iter_rows("late"))))
        self.assertNotIn("Print", str(customer.content))
        told = [row["name"] for row in provider._get_document("en_US")["services"]]
        self.assertLessEqual({"Mail", "Print", "Secret"}, set(told))
        self.assertIn("Print", str(list(provider._iter_rows("late"))))

    def test_service_of_a_department(self):
        """What is published to somebody below the customer is his, too."""
        self.env["slm.process"].search([]).action_retire()
        self.publish(self.service, self.person)
        self.live()
        document = self.create_report()._get_document("en_US")
        names = {row["name"] for row in document["services"]}
        self.assertEqual(names, {"Mail", "Other services"})

    def test_remarks_among_ourselves(self):
        """What was written for the provider does not go to a customer."""
        self.live()
        report = self.create_report(audience="provider")
        report.late_ids.write({"remark": "They are always late"})
        report.write({"audience": "customer", "partner_id": self.organisation.id})
        self.assertFalse(any(report.late_ids.mapped("remark")))
        self.assertTrue(report.late_ids)

    def test_trend(self):
        self.live()
        trend = self.create_report()._get_document("en_US")["trend"]
        self.assertEqual(len(trend["periods"]), 12)
        self.assertEqual(trend["periods"][-1]["from"], "2024-01-08")
        nothing = [0] * 11
        self.assertEqual(
            {row["name"]: row["values"] for row in trend["tickets"]},
            {
                "opened": [*nothing, 3],
                "closed": [*nothing, 2],
                "reopened": [*nothing, 0],
                "open_at_end": [*nothing, 1],
            },
        )
        shares = {row["label"]: row["values"] for row in trend["shares"]}
        self.assertEqual(shares["Response"], [None] * 11 + [50])
        self.assertEqual(list(shares), ["Response", "Completion", "Closure"])

    def test_late_rows(self):
        self.live()
        report = self.create_report()
        rows = self.get_rows(report)
        self.assertEqual(len(rows), 6)
        row = rows[self.late.number, "completion"]
        expected = {
            "ticket_name": "Too late",
            "service": "Mail",
            "priority_text": "Medium",
            "target_seconds": 4 * HOUR,
            "used_seconds": 12 * HOUR,
            "late_seconds": 8 * HOUR,
            "late_text": "8 h",
            "outcome": "missed",
            "cause_text": "Our Team",
            "started_at": "2024-01-08 08:00:00",
            "breached_at": "2024-01-08 12:00:00",
            "stopped_at": "2024-01-09 12:00:00",
        }
        told = {name: row[name] for name in expected}
        for name in ("started_at", "breached_at", "stopped_at"):
            told[name] = str(row[name])
        self.assertEqual(told, expected)
        late = [line["late_seconds"] for line in next(report._iter_rows("late"))]
        self.assertEqual(late, sorted(late, reverse=True))
        breaches = report._get_document()["breaches"]
        self.assertEqual(
            [breaches[k] for k in ("count", "missed", "running")], [6, 3, 3]
        )
        self.assertEqual(breaches["worst"], next(report._iter_rows("late")))

    def test_still_running(self):
        """It is told apart, with what was used when the figures were taken."""
        self.live()
        row = self.get_rows(self.create_report())[self.open.number, "closure"]
        self.assertEqual((row["outcome"], row["stopped_at"]), ("running", None))
        self.assertEqual(row["used_seconds"], 41 * HOUR)
        self.assertEqual(row["late_seconds"], 37 * HOUR)

    def test_rows_in_batches(self):
        self.live()
        report = self.create_report()
        batches = list(report._iter_rows("late", size=4))
        self.assertEqual([len(batch) for batch in batches], [4, 2])
        self.assertEqual(sum(batches, []), next(report._iter_rows("late")))

    def test_causes(self):
        self.live()
        [group] = self.create_report()._get_document("en_US")["causes"]
        rows = [(row["label"], row["count"], row["share"]) for row in group["rows"]]
        self.assertEqual(rows, [("Our Team", 6, 100)])

    def test_causes_by_kind(self):
        """Their shares are those of the late promises of a kind."""
        self.live()
        groups = self.create_report(audience="provider")._get_document()["causes"]
        self.assertEqual([group["kind"] for group in groups], ["sla", "ola"])
        for group in groups:
            total = sum(row["share"] for row in group["rows"])
            self.assertAlmostEqual(total, 100)

    def test_escalations_are_counted(self):
        self.live()
        self.env.cr.execute(
            """
            INSERT INTO slm_escalation (ticket_id, clock_id, state)
            VALUES (%(ticket)s, %(clock)s, 'fired'), (%(ticket)s, %(clock)s, 'failed'),
                   (%(ticket)s, %(clock)s, 'skipped')
            """,
            {"ticket": self.late.id, "clock": self.get_clock(self.late).id},
        )
        row = self.get_rows(self.create_report())[self.late.number, "completion"]
        self.assertEqual(row["escalations"], 2)

    def test_excluded(self):
        self.live()
        self.exclude(self.late)
        report = self.create_report()
        document = report._get_document("en_US")
        [row] = self.get_rows(report, "excluded").values()
        self.assertEqual((row["reason"], row["note"]), ("User Error", "Wrong plug"))
        self.assertEqual(row["ticket_number"], self.late.number)
        self.assertNotIn((self.late.number, "completion"), self.get_rows(report))
        reasons = [{"label": "User Error", "count": 1}]
        self.assertEqual(document["exclusions"], {"count": 1, "reasons": reasons})
        rows = document["compliance"][0]["rows"]
        self.assertEqual([row["share"] for row in rows], [50, 100, 50])
        self.assertEqual(self.get_figures(document)["excluded"], "1")

    def test_excluded_after_another_proposal(self):
        """What was turned down or taken back before is not told."""
        self.live()
        clock = self.get_clock(self.late, "completion")
        exclusions = self.env["slm.exclusion"]
        reason = self.env.ref("slm_management.slm_exclusion_reason_force_majeure")
        exclusions.with_user(self.agent)._propose(
            clock.with_user(self.agent), reason, "Flood"
        ).with_user(self.manager).action_reject()
        self.exclude(self.late)
        clock.exclusion_ids[:1].with_user(self.manager).action_withdraw()
        self.exclude(self.late)
        report = self.create_report()
        [batch] = report._iter_rows("excluded")
        [row] = batch
        self.assertEqual(row["note"], "Wrong plug")
        self.assertEqual(report._get_document()["exclusions"]["count"], 1)

    def test_backlog_and_first_contact(self):
        self.live()
        document = self.create_report()._get_document("en_US")
        self.assertEqual(document["backlog"]["open_at_end"], 1)
        # until midnight
        self.assertEqual(document["backlog"]["age_max_text"], "6 d 16 h")
        first = document["first_contact"]
        self.assertEqual((first["first_contact"], first["completed"]), (2, 2))

    def test_sentences(self):
        self.live()
        self.exclude(self.late)
        document = self.create_report()._get_document("en_US")
        code = self.agreement.code
        self.assertEqual(
            document["sentences"],
            [
                "01/08/2024 – 01/14/2024: tickets opened: 3, closed: 2, open at the "
                "end: 1.",
                "SLA: promised times kept: 3 of 5, that is 60.0 %.",
                f"Promised shares not reached: 2 of 3 ({code} Response, {code} "
                "Closure).",
                "Late: 2 ended too late, 3 more still ran when the period was over; "
                "the most frequent cause: Our Team.",
                "Left out of the shares, for reasons that are listed: 1.",
            ],
        )

    def test_empty_period(self):
        self.at("mon 09:00")
        report = self.create_report(date_from="2024-01-01", date_to="2024-01-07")
        document = report._get_document("en_US")
        self.assertIn("Nothing was late.", document["sentences"])
        self.assertEqual((document["compliance"], document["services"]), ([], []))
        self.assertFalse(list(report._iter_rows("late")))

    def test_plain_values(self):
        """The document goes over the wire as it is, and names nobody's id."""
        self.live()
        document = self.create_report(audience="provider")._get_document()
        for row in document["breaches"].pop("worst"):
            self.assertFalse({name for name in row if name.endswith("_id")})
        self.assertTrue(json.loads(json.dumps(document)))

    def test_language(self):
        self.live()
        document = self.create_report()._get_document("zh_CN")
        self.assertEqual(document["lang"], "zh_CN")
        self.assertEqual(document["services"][0]["name"], "邮件")
        self.assertIn("办公", document["compliance"][0]["rows"][0]["agreement"])
        report = self.create_report().with_context(lang="zh_CN")
        row = self.get_rows(report)[self.late.number, "completion"]
        self.assertEqual(row["service"], "邮件")

    # ------------------------------------------------------------------
    # Whose
    # ------------------------------------------------------------------

    def test_customer_sees_nothing_internal(self):
        """Of the team, the OLA and other customers there is no word in it."""
        self.late = self.create_ticket(team_id=self.desk.id)
        self.wait_for(self.late, self.vendor, "mon 09:00")
        self.move(self.late, "closed", "wed 09:00")
        self.live()
        report = self.create_report()
        said = json.dumps([report.content, report._get_document("en_US")], default=str)
        said += str(list(report._iter_rows("late")))
        for word in ("Desk SLA", "OLA Desk", "Vendor", "UC ", "Other", "Foreign"):
            self.assertNotIn(word, said)
        self.assertNotIn("'Desk'", said)
        self.assertIsNone(report._get_document()["expiring"])
        self.assertEqual(report.content["kinds"], ["sla"])
        self.assertFalse(any(report.line_ids.mapped("team_name")))
        self.assertFalse(any(report.line_ids.mapped("customer_name")))

    def test_department_and_person(self):
        self.live()
        for partner, count in ((self.department, 3), (self.person, 3), (self.other, 1)):
            report = self.create_report(partner_id=partner.id)
            opened = report.content["trend"][-1]["tickets"]["opened"]
            self.assertEqual(opened, count, partner.name)

    def test_provider_sees_all_kinds(self):
        self.live()
        report = self.create_report(audience="provider")
        document = report._get_document("en_US")
        kinds = [group["kind"] for group in document["compliance"]]
        self.assertEqual(kinds, ["sla", "ola"])
        [batch] = report._iter_rows("late")
        self.assertEqual(
            {row["customer"] for row in batch}, {"Customer", "Other Customer"}
        )
        self.assertIn("Desk", {row["team"] for row in batch})
        self.assertEqual(self.get_figures(document)["opened"], "4")
        figures = self.get_figures(document)
        # nine promised times of SLAs ended, three of them in time
        self.assertEqual(figures["share_sla"], "33.3 %")

    def test_tables_are_of_slas(self):
        """What the provider agreed with others is not added to what customers get."""
        self.live()
        found = self.create_report(audience="provider")._get_document("en_US")
        by_kind = {
            group["kind"]: sum(row["ended"] for row in group["rows"])
            for group in found["compliance"]
        }
        self.assertTrue(by_kind["ola"])
        for name in ("services", "priorities"):
            total = sum(row["ended"] for row in found[name])
            self.assertEqual(total, by_kind["sla"])

    def test_provider_narrows(self):
        self.live()
        for name, records, opened in (
            ("service_ids", self.other_service, 1),
            ("customer_ids", self.other, 1),
            ("team_ids", self.desk, 2),
        ):
            vals = {"audience": "provider", name: [Command.set(records.ids)]}
            report = self.create_report(**vals)
            figures = report.content["trend"][-1]["tickets"]
            self.assertEqual(figures["opened"], opened, name)
            [told] = report._get_document()["filters"]
            self.assertEqual(told["text"], records.name)

    def test_narrowed_to_what_is_archived(self):
        """It stays what it is about, also in a copy and in the next version."""
        self.live()
        for name, records, opened in (
            ("service_ids", self.other_service, 1),
            ("customer_ids", self.other, 1),
            ("team_ids", self.desk, 2),
        ):
            vals = {"audience": "provider", name: [Command.set(records.ids)]}
            report = self.create_report(**vals)
            records.flush_recordset()
            records.active = False
            report.invalidate_recordset()
            report.action_compute()
            report.with_user(self.manager).action_publish()
            report.with_user(self.manager).action_new_version()
            for other in report + report.next_version_ids + report.copy():
                figures = other.content["trend"][-1]["tickets"]
                self.assertEqual(figures["opened"], opened, name)
                self.assertEqual(len(other._get_document()["filters"]), 1, name)
            records.active = True

    def test_expiring(self):
        """Until so many days after the period, in the provider's view."""
        self.agreement.date_end = "2024-04-13"
        self.desk_ola.date_end = "2024-01-14"
        self.field_ola.date_end = "2024-04-14"
        contract = self.env["slm.contract"].create(
            {
                "name": "Lines",
                "partner_id": self.vendor.id,
                "partner_role": "supplier",
                "effective_date": "2023-01-01",
                "end_date": "2024-03-31",
            }
        )
        self.env.flush_all()
        self.at("mon+1 09:00")
        report = self.create_report(audience="provider")
        expiring = report._get_document("en_US")["expiring"]
        codes = [row["agreement"] for row in expiring["agreements"]]
        self.assertEqual(codes, [f"[{self.agreement.code}] Office SLA"])
        [row] = expiring["contracts"]
        self.assertEqual(row["contract"], f"[{contract.code}] Lines")
        self.assertEqual((row["party"], row["date"]), ("Vendor", "2024-03-31"))
        report.expiring_days = 0
        self.assertIsNone(report._get_document()["expiring"])

    def test_other_company(self):
        """Figures are those of the company of the report, whoever takes them."""
        self.live()
        company = self._create_company(name="Elsewhere")
        vals = {"audience": "provider", "company_id": company.id}
        report = self.create_report(**vals)
        self.assertEqual(report.content["trend"][-1]["tickets"]["opened"], 0)
        self.assertFalse(report.line_ids)
        hidden = self.reports.with_user(self.manager).search([])
        self.assertNotIn(report, hidden)
        with self.assertRaises(AccessError):
            report.with_user(self.manager).read(["content"])

    def test_companies_do_not_mix(self):
        company = self._create_company(name="Elsewhere")
        service = self.env["slm.service"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        with self.assertRefused("Theirs", UserError):
            self.create_report(service_ids=[Command.set(service.ids)])

    # ------------------------------------------------------------------
    # Speed
    # ------------------------------------------------------------------

    def count_queries(self, report):
        """Of computing it again, and of telling it."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        report.action_compute()
        self.env.flush_all()
        report._get_document()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow(self):
        """As many for many clocks and services as for a few."""
        self.live()
        report = self.create_report(audience="provider")
        self.count_queries(report)
        few = self.count_queries(report)
        self.at("mon 08:00")
        names = [{"name": f"Service {number}"} for number in range(10)]
        for service in self.env["slm.service"].create(names):
            self.create_ticket(slm_service_id=service.id, team_id=self.desk.id)
        self.live()
        self.assertLessEqual(self.count_queries(report), few + 2)
        self.assertGreater(len(report.line_ids), 60)
        self.assertLess(few, 75)


class TestServiceReportLife(ReportCase):
    """From the draft to what does not change any more, and who does what."""

    def test_title(self):
        report = self.create_report()
        self.assertEqual(
            report.display_name, f"[{report.code}] Customer, 01/08/2024 – 01/14/2024"
        )
        self.organisation.name = "Renamed"
        self.assertEqual(
            report._get_document()["title"], "Customer, 01/08/2024 – 01/14/2024"
        )
        report.name = "First week"
        self.assertEqual(report._get_document()["title"], "First week")

    def test_computed_at_once_and_by_parameters(self):
        self.live()
        report = self.create_report()
        self.assertEqual(report.computed_at, moment("mon+1 09:00"))
        self.at("mon+1 10:00")
        report.name = "Title"
        self.assertEqual(report.computed_at, moment("mon+1 09:00"))
        report.service_ids = self.other_service
        self.assertEqual(report.computed_at, moment("mon+1 10:00"))
        self.assertEqual(report.content["trend"][-1]["tickets"]["opened"], 1)
        self.assertEqual(len(report.line_ids), 3)

    def test_remarks_stay(self):
        """Computing again keeps what was written, and so does a new version."""
        self.live()
        report = self.create_report(self.administrator)
        line = report.late_ids.filtered(lambda li: li.metric == "completion")[0]
        clock = line.clock_id
        line.remark = "Spare part stocked"
        report.action_compute()
        rows = report.sudo().line_ids.filtered("remark")
        self.assertEqual((rows.clock_id, rows.remark), (clock, "Spare part stocked"))
        report.sudo().action_publish()
        draft = self.reports.browse(report.action_new_version()["res_id"])
        rows = draft.line_ids.filtered("remark")
        self.assertEqual((rows.clock_id, rows.remark), (clock, "Spare part stocked"))
        rows.remark = False
        draft.action_compute()
        self.assertFalse(draft.line_ids.filtered("remark"))

    def test_days_that_were_mistyped(self):
        for first, last in (
            ("0024-01-08", "0024-01-14"),
            ("0202-01-08", "2024-01-14"),
            ("2024-01-08", "9999-12-31"),
        ):
            with self.assertRefused("nothing is known of", ValidationError):
                self.create_report(period="custom", date_from=first, date_to=last)

    def test_one_day(self):
        """It is compared with the day before."""
        self.live()
        report = self.create_report(
            period="custom", date_from="2024-01-09", date_to="2024-01-09"
        )
        figures = self.get_figures(report._get_document("en_US"))
        self.assertEqual((figures["opened"], figures["closed"]), ("0", "1"))
        periods = report._get_document("en_US")["trend"]["periods"]
        self.assertEqual(periods[-2]["from"], "2024-01-08")
        self.assertEqual(periods[-2]["to"], "2024-01-08")
        self.assertEqual(len(periods), 12)

    def test_days_to_come(self):
        """Nothing has happened yet; what is open now is told."""
        self.live()
        report = self.create_report(date_from="2024-02-05", date_to="2024-02-11")
        document = report._get_document("en_US")
        figures = self.get_figures(document)
        self.assertEqual((figures["opened"], figures["open_at_end"]), ("0", "1"))
        self.assertIn("The period was not over", document["notices"][0])

    def test_fiscal_year(self):
        """From April on, compared with the year before."""
        self.company.slm_fiscal_month = "4"
        self.live("mon+52 09:00")
        vals = {"period": "year", "date_from": "2023-04-01", "date_to": "2024-03-31"}
        document = self.create_report(**vals)._get_document("en_US")
        self.assertEqual(document["period_text"], "04/01/2023 – 03/31/2024")
        self.assertEqual(document["previous_period_text"], "04/01/2022 – 03/31/2023")
        self.assertEqual(self.get_figures(document)["opened"], "3")

    def test_customer_is_needed(self):
        with self.assertRefused("names none"):
            self.create_report(partner_id=False)

    def test_form(self):
        self.live()
        with Form(self.reports.with_user(self.administrator)) as form:
            form.period = "week"
            form.partner_id = self.organisation
        report = form.record
        self.assertEqual(str(report.date_from), "2024-01-08")
        self.assertEqual(report.document["state"], "draft")
        with Form(report) as form:
            form.audience = "provider"
            self.assertFalse(form.partner_id)
        self.assertEqual(report.content["audience"], "provider")

    # ------------------------------------------------------------------
    # Publishing
    # ------------------------------------------------------------------

    def test_manager_publishes(self):
        self.live()
        report = self.create_report(self.administrator)
        with self.assertRefused("Only a service level manager", AccessError):
            report.action_publish()
        report.with_user(self.manager).action_publish()
        self.assertEqual(report.state, "published")
        self.assertEqual(report.published_on, moment("mon+1 09:00"))
        self.assertEqual(report.published_by_id, self.manager)

    def test_not_before_the_period_is_over(self):
        self.at("sun 23:59")
        report = self.create_report(self.manager)
        self.assertIn("was not over", report._get_document("en_US")["notices"][0])
        with self.assertRefused("01/14/2024", UserError):
            report.action_publish()
        # midnight in Berlin: the figures of what went on are taken again
        self.create_ticket()
        self.at("mon+1 00:00")
        report.action_publish()
        self.assertEqual(report.content["trend"][-1]["tickets"]["opened"], 1)
        self.assertFalse(report._get_document()["notices"])

    def test_figures_of_the_whole_period_are_published(self):
        """Whoever drafted it early does not have to think of it."""
        self.at("tue 09:00")
        report = self.create_report()
        self.assertIn("was not over", report._get_document("en_US")["notices"][0])
        self.live()
        report.with_user(self.manager).action_publish()
        self.assertFalse(report._get_document()["notices"])
        self.assertEqual(report.content["trend"][-1]["tickets"]["opened"], 3)

    def test_published_is_sealed_for_all(self):
        self.live()
        report = self.create_report()
        report.action_publish()
        line = report.line_ids[0]
        for user in (self.administrator, self.manager, self.env.user):
            mine = report.with_user(user)
            for vals in (
                {"name": "New"},
                {"content": {}},
                {"state": "draft"},
                {"partner_id": self.other.id},
                {"expiring_days": 3},
                {"late_ids": [Command.update(line.id, {"remark": "x"})]},
            ):
                with self.assertRefused("has been published", UserError):
                    mine.write(vals)
            for method in (mine.unlink, mine.action_compute, mine.action_publish):
                with self.assertRaises(UserError):
                    method()
            with self.assertRefused("has been published", UserError):
                line.with_user(user).remark = "New"
        self.assertTrue(report.exists())
        self.assertEqual(report.state, "published")

    def test_chatter_goes_on(self):
        self.live()
        report = self.create_report()
        report.action_publish()
        message = report.with_user(self.manager).message_post(body="Discussed")
        self.assertIn(message, report.message_ids)
        report.activity_schedule(user_id=self.manager.id, summary="Talk")
        self.assertEqual(report.activity_ids.summary, "Talk")

    def test_rows_are_not_written(self):
        self.live()
        report = self.create_report()
        line = report.line_ids[0].with_user(self.administrator)
        for action in (
            lambda: line.write({"late_seconds": 0}),
            lambda: line.write({"service_name": "Other"}),
            lambda: line.update_field_translations("service_name", {"zh_CN": "别的"}),
            line.sudo().unlink,
            lambda: line.sudo().create({"report_id": report.id}),
        ):
            with self.assertRefused("taken from the clocks", UserError):
                action()
        with self.assertRaises(AccessError):
            line.unlink()

    def test_sealed_fields_are_not_written(self):
        report = self.create_report(self.manager)
        for vals in ({"state": "published"}, {"content": {"x": 1}}, {"version": 3}):
            with self.assertRefused("are not written", AccessError):
                report.write(vals)

    def test_sealed_fields_are_not_created(self):
        sealed = {"state": "published", "version": 7, "content": {"x": 1}}
        report = self.create_report(self.administrator, **sealed)
        self.assertEqual((report.state, report.version), ("draft", 1))
        self.assertNotIn("x", report.content)
        context = {f"default_{name}": value for name, value in sealed.items()}
        report = (
            self.reports.with_user(self.administrator)
            .with_context(**context)
            .create({"partner_id": self.organisation.id})
        )
        self.assertEqual((report.state, report.version), ("draft", 1))

    # ------------------------------------------------------------------
    # Versions
    # ------------------------------------------------------------------

    def test_new_version(self):
        self.live()
        report = self.create_report(self.administrator, name="Week")
        report.service_ids = self.service
        report.sudo().action_publish()
        self.exclude(self.late)
        context = {"default_state": "published"}
        action = report.with_context(**context).action_new_version()
        draft = self.reports.browse(action["res_id"])
        self.assertRecordValues(
            draft,
            [
                {
                    "code": report.code,
                    "version": 2,
                    "state": "draft",
                    "name": "Week",
                    "previous_version_id": report.id,
                    "partner_id": self.organisation.id,
                    "service_ids": self.service.ids,
                    "published_on": False,
                }
            ],
        )
        self.assertTrue(draft.display_name.endswith("(v2)"))
        self.assertEqual(draft._get_document()["exclusions"]["count"], 1)
        self.assertEqual(report._get_document()["exclusions"]["count"], 0)
        # the one that is drafted is opened
        self.assertEqual(report.action_new_version()["res_id"], draft.id)
        self.assertEqual(draft.version_count, 2)

    def test_code_is_unique(self):
        self.create_report(code="X")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.create_report(code="X")

    def test_copy_is_a_report_of_its_own(self):
        self.live()
        report = self.create_report(self.administrator)
        report.sudo().action_publish()
        copy = report.copy()
        self.assertEqual((copy.version, copy.state, copy.name), (1, "draft", False))
        self.assertNotEqual(copy.code, report.code)

    def test_draft_is_deleted(self):
        self.live()
        report = self.create_report(self.administrator)
        lines = report.line_ids
        report.unlink()
        self.assertFalse(lines.exists())


class TestServiceReportAccess(SlmCommon):
    """Agents and requesters have no business with reports, on no road."""

    def test_nobody_else(self):
        self.at("mon+1 09:00")
        vals = {
            "partner_id": self.organisation.id,
            "period": "week",
            "date_from": "2024-01-08",
            "date_to": "2024-01-14",
        }
        ticket = self.create_ticket()
        report = self.env["slm.service.report"].create(vals)
        self.assertTrue(ticket)
        for user in (self.agent, self.portal_user, self.helpdesk_user):
            mine = report.with_user(user)
            for road in (
                lambda mine=mine: mine.read(["name", "content", "document"]),
                lambda mine=mine: mine.search([]),
                lambda mine=mine: mine.create(vals),
                lambda mine=mine: mine.write({"name": "x"}),
                mine.unlink,
                mine.action_compute,
                mine.action_publish,
                mine.action_new_version,
                mine.action_view_versions,
            ):
                with self.assertRaises(AccessError):
                    road()

    def test_lines(self):
        lines = self.env["slm.service.report.line"]
        for user in (self.agent, self.portal_user, self.helpdesk_user):
            with self.assertRaises(AccessError):
                lines.with_user(user).search([])
