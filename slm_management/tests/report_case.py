# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.fields import Command

from .holders_case import HoldersCase


class ReportCase(HoldersCase):
    """A week with tickets of two customers, of which reports are made a week later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.service.with_context(lang="zh_CN").name = "邮件"
        cls.agreement.with_context(lang="zh_CN").name = "办公"
        cls.agreement.attainment_target = 75
        cls.other = cls.env["res.partner"].create(
            {"name": "Other Customer", "is_company": True}
        )
        cls.other_agreement = cls.create_agreement("Other SLA", [cls.other])
        cls.reports = cls.env["slm.service.report"]
        cls.publish(cls.service | cls.other_service, cls.organisation)

    @classmethod
    def publish(cls, services, consumer):
        """A process by which a contact may ask for services."""
        process = cls.env["slm.process"].create(
            {
                "name": "Ask for it",
                "service_ids": [Command.set(services.ids)],
                "publication_ids": [
                    Command.create({"role": "consumer", "partner_id": consumer.id})
                ],
            }
        )
        process.action_publish()
        return process

    @classmethod
    def create_report(cls, user=None, **vals):
        """A report of the week for the customer."""
        if vals.get("audience") != "provider":
            vals = {"partner_id": cls.organisation.id} | vals
        vals = {"period": "week", "date_from": "2024-01-08"} | vals
        vals = {"date_to": "2024-01-14"} | vals
        reports = cls.reports.with_user(user) if user else cls.reports
        return reports.create(vals)

    def live(self, until="mon+1 09:00"):
        """One that is in time, one that is late, one that still runs, and a stranger's.

        :param until: the time at which the story ends
        """
        self.in_time = self.create_ticket(
            name="In time", slm_service_id=self.service.id, team_id=self.desk.id
        )
        self.late = self.create_ticket(
            name="Too late", slm_service_id=self.service.id, team_id=self.desk.id
        )
        self.open = self.create_ticket(
            name="Still open", priority="3", slm_service_id=self.other_service.id
        )
        self.foreign = self.create_ticket(name="Foreign", partner_id=self.other.id)
        self.move(self.in_time, "closed", "mon 08:30")
        self.move(self.late, "closed", "tue 12:00")
        self.move(self.foreign, "closed", "wed 12:00")
        self.run_cron_now()
        self.at(until)

    def run_cron_now(self):
        """Breaches are stored as the job stores them, once the week is over."""
        self.at("sun 23:00")
        self.run_cron()

    def exclude(self, ticket, metric="completion", note="Wrong plug"):
        clock = self.get_clock(ticket, metric)
        reason = self.env.ref("slm_management.slm_exclusion_reason_user")
        exclusions = self.env["slm.exclusion"].with_user(self.manager)
        exclusions._propose(clock.with_user(self.manager), reason, note)
        self.env.flush_all()
        self.assertEqual(clock.outcome, "excluded")
        return reason

    def get_rows(self, report, section="late"):
        """``{(number, metric): row}`` of the SLA."""
        return {
            (row["ticket_number"], row["metric"]): row
            for batch in report._iter_rows(section)
            for row in batch
            if row["kind"] == "sla"
        }

    def get_figures(self, document):
        return {row["name"]: row["text"] for row in document["key_figures"]}

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------
