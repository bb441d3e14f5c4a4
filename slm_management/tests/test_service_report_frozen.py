# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError

from .report_case import ReportCase


class TestServiceReportFrozen(ReportCase):
    """What happens after a report was published changes nothing of it."""

    def setUp(self):
        super().setUp()
        self.live()
        self.exclude(self.late, "response")
        self.published = self.create_report() + self.create_report(audience="provider")
        self.published.action_publish()
        self.said = self.tell()

    def tell(self):
        """All that the reports say, in all languages."""
        self.env.flush_all()
        self.env.invalidate_all()
        said = []
        for lang in ("en_US", "zh_CN"):
            for report in self.published.with_context(lang=lang):
                said.append(report._get_document())
                for section in ("late", "excluded"):
                    said += [row for rows in report._iter_rows(section) for row in rows]
        return said

    def assertUnchanged(self):
        self.assertEqual(self.tell(), self.said)

    def test_names(self):
        """Whatever is renamed, in whatever language."""
        for record in (self.service, self.other_service, self.desk, self.agreement):
            record.name = "Renamed"
            record.with_context(lang="zh_CN").name = "新名"
        reason = self.env.ref("slm_management.slm_exclusion_reason_user")
        for record in (self.late, self.organisation, self.other, self.company, reason):
            record.name = "Renamed"
        self.late.number = "HT-RENAMED"
        self.assertUnchanged()

    def test_tickets(self):
        """Re-opened, handed over, of another priority, service and requester."""
        self.at("tue+1 09:00")
        self.move(self.in_time, "working")
        self.late.write(
            {
                "priority": "3",
                "team_id": self.field.id,
                "slm_service_id": self.other_service.id,
                "partner_id": self.other.id,
            }
        )
        self.move(self.open, "closed")
        self.assertUnchanged()

    def test_exclusions(self):
        self.exclude(self.late, "completion")
        self.env["slm.exclusion"].search([("metric", "=", "response")]).with_user(
            self.manager
        ).action_withdraw()
        self.assertUnchanged()

    def test_agreements(self):
        self.agreement.action_terminate()
        self.assertUnchanged()

    def test_deleted_tickets(self):
        (self.late + self.open + self.foreign).unlink()
        self.assertUnchanged()
        self.assertFalse(self.published.line_ids.ticket_id)

    def test_settings(self):
        """Another time zone, another fiscal year."""
        self.tampered = True
        self.company.partner_id.tz = "Asia/Tokyo"
        self.company.slm_fiscal_month = "4"
        self.assertUnchanged()

    def test_merged_customers(self):
        """Core's wizard moves the report to the contact that is left."""
        kept = self.env["res.partner"].create({"name": "Kept", "is_company": True})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.organisation + kept).ids, kept, extra_checks=False)
        self.assertUnchanged()
        self.assertEqual(self.published[0].partner_id, kept)

    def test_merged_lists(self):
        """Who stood on a list beside the one who is left stands there once; reports
        that only one of them got were got by the one who is left."""
        kept = self.env["res.partner"].create({"name": "Kept", "email": "k@e.test"})
        gone = self.env["res.partner"].create({"name": "Gone", "email": "g@e.test"})
        partners = kept + gone
        report = self.create_report(
            audience="provider", customer_ids=[(6, 0, partners.ids)]
        )
        both, one = self.published
        deliveries = self.env["slm.report.delivery"].create(
            [
                {"report_id": found.id, "partner_id": partner.id}
                for found, partner in ((both, kept), (both, gone), (one, gone))
            ]
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, kept, extra_checks=False)
        self.assertFalse(gone.exists())
        self.assertEqual(report.customer_ids, kept)
        left = deliveries.exists()
        self.assertEqual(left.mapped("partner_id"), kept)
        self.assertEqual(left.report_id, both + one)
        self.assertEqual(len(left), 2)
        self.assertUnchanged()

    def test_archived(self):
        """Whatever is archived, and whatever moves to another company's department."""
        records = (self.service, self.other_service, self.desk, self.organisation)
        for record in records:
            record.active = False
        self.person.parent_id = self.other
        self.assertUnchanged()

    def test_gone_language(self):
        """It is told in a language that is left."""
        self.env["res.lang"].search([("code", "=", "zh_CN")]).active = False
        self.env.registry.clear_cache()
        document = self.published[0]._get_document("en_US")
        self.assertEqual(document, self.said[0])

    def test_parameters(self):
        """Not by any road, with whatever rights."""
        for vals in (
            {"content": {}},
            {"service_ids": [(6, 0, self.service.ids)]},
            {"late_ids": [(5, 0, 0)]},
            {"name": "Another"},
        ):
            with self.assertRaises(UserError):
                self.published[0].sudo().write(vals)
        with self.assertRaises(UserError):
            self.published[0].line_ids[0].sudo().remark = "Late words"
        self.assertUnchanged()

    def test_later_language(self):
        """A language that comes later reads what there was."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.service.with_context(lang="fr_FR").name = "Courrier"
        document = self.published[0]._get_document("fr_FR")
        self.assertEqual(document["services"][0]["name"], "Mail")
        rows = self.get_rows(self.published[0].with_context(lang="fr_FR"))
        self.assertEqual(rows[self.late.number, "completion"]["service"], "Mail")
