# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .common import SlmCommon


@tagged("post_install", "-at_install")
class TestServiceReport(SlmCommon):
    """What service reports say, and how they come about."""

    @classmethod
    def create_report(cls, **vals):
        vals = {"partner_id": cls.organisation.id, "period": "week"} | vals
        vals = {"date_from": "2024-01-08", "date_to": "2024-01-14"} | vals
        return cls.env["slm.service.report"].create(vals)

    def test_first(self):
        self.at("mon 09:00")
        ticket = self.create_ticket(slm_service_id=self.service.id)
        self.move(ticket, "closed", "tue 17:00")
        self.create_ticket()
        self.at("mon+1 09:00")
        for vals in ({}, {"audience": "provider", "partner_id": False}):
            report = self.create_report(**vals)
            document = report._get_document("en_US")
            self.assertFalse(document["is_empty"])
            for batch in report._iter_rows("late"):
                self.assertTrue(batch)
        report.action_publish()
        report.action_new_version()
