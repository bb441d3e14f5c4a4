# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of papers and spreadsheets build upon."""

import json
from io import BytesIO
from unicodedata import normalize
from unittest import SkipTest
from urllib.parse import urlencode

from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from .holders_case import HoldersCase

TODO = "mail.mail_activity_data_todo"


class PaperReader:
    """Reads papers as people do."""

    #: xmlid of the report that is read
    report = None

    def render(self, records, user=None, **context):
        """The words of the paper, with one blank between them."""
        page = self.render_page(records, user, **context)
        for node in page.xpath("//style | //script"):
            node.drop_tree()
        return " ".join(" ".join(page.itertext()).split())

    def render_page(self, records, user=None, **context):
        reports = self.env["ir.actions.report"].with_context(**context)
        reports = reports.with_user(user or self.agent)
        return html.fromstring(
            reports._render_qweb_html(self.report, records.ids)[0],
        )

    def render_pdf(self, records, user=None):
        """The pages of the PDF, as texts."""
        reports = self.env["ir.actions.report"].with_user(user or self.agent)
        if reports.get_wkhtmltopdf_state() in ("install", "broken"):
            raise SkipTest("wkhtmltopdf is not there")
        reports = reports.with_context(force_report_rendering=True)
        content, kind = reports._render_qweb_pdf(self.report, records.ids)
        self.assertEqual(kind, "pdf")
        pages = PdfFileReader(BytesIO(content)).pages
        # fonts have signs of their own for what looks the same
        texts = [normalize("NFKC", page.extract_text()) for page in pages]
        return [" ".join(text.split()) for text in texts]

    def assertSays(self, text, *parts):
        for part in parts:
            self.assertIn(part, text)

    def assertConceals(self, text, *parts):
        for part in parts:
            self.assertNotIn(part, text)


class PaperCase(PaperReader, HoldersCase):
    """A supplier with a contract, of which everything is known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.lang = "en_US"
        cls.vendor.write(
            {
                "street": "Kai 12",
                "slm_is_supplier": True,
                "slm_supplier_status": "approved",
                "slm_account_manager_id": cls.manager.id,
            }
        )
        cls.contract = cls.create_contract()
        cls.initial, cls.final, cls.partial = cls.contract.acceptance_ids
        cls.open_point = cls.final.activity_schedule(
            TODO,
            date_deadline="2024-01-05",
            summary="Missing manual",
            user_id=cls.manager.id,
        )
        cls.employee = cls.create_user("colleague", "base.group_user")
        cls.vendor_user = cls.create_user("vendor", "base.group_portal")
        cls.vendor_user.partner_id.parent_id = cls.vendor
        cls.outsiders = (
            cls.portal_user | cls.employee | cls.helpdesk_user | cls.vendor_user
        )

    @classmethod
    def create_contract(cls, **vals):
        vals = {
            "name": "Hardware Care",
            "external_number": "HW-77",
            "summary": "Servers are repaired",
            "partner_id": cls.vendor.id,
            "signatory": "Anna Alt",
            "signing_department": "Purchasing",
            "manager_id": cls.manager.id,
            "effective_date": "2023-01-01",
            "warranty_months": 24,
            "end_date": "2024-12-31",
            "renewal": "tacit",
            "renewal_months": 12,
            "notice_period": 3,
            "amount": 12000.5,
            "currency_id": cls.env.ref("base.EUR").id,
            "agreement_ids": [Command.set(cls.vendor_uc.ids)],
            "service_ids": [Command.set(cls.service.ids)],
            "acceptance_ids": [Command.create(v) for v in cls.prepare_acceptances()],
        } | vals
        return cls.env["slm.contract"].create(vals)

    @classmethod
    def prepare_acceptances(cls):
        initial = {
            "kind": "initial",
            "name": "Racks",
            "planned_date": "2023-02-01",
            "actual_date": "2023-02-02",
            "result": "accepted",
            "signed_by": "Anna and Otto",
        }
        final = {
            "kind": "final",
            "name": "Servers",
            "planned_date": "2023-06-01",
            "actual_date": "2023-06-05",
            "result": "reservations",
            "remarks": "One fan is loud",
        }
        partial = {
            "kind": "partial",
            "name": "Spare Parts",
            "planned_date": "2024-02-01",
        }
        return [
            dict(line, sequence=sequence)
            for sequence, line in enumerate((initial, final, partial))
        ]

    @classmethod
    def create_other_company(cls):
        """Another company, and a contract that the agent must not see."""
        other = cls._create_company(name="Other Ltd")
        contract = cls.env["slm.contract"].create(
            {"name": "Foreign", "partner_id": cls.vendor.id, "company_id": other.id}
        )
        return other, contract

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.http")
    def assertClosed(self, converter, records, *secrets):
        """Nobody but agents gets the report, neither by its address nor by download."""
        report = self.env.ref(self.report)
        ids = ",".join(map(str, records.ids))
        url = f"/report/{converter}/{report.report_name}/{ids}"
        data = json.dumps([url, report.report_type])
        for user in self.outsiders:
            self.authenticate(user.login, user.login)
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.go_inside(user, records)
            query = urlencode({"data": data, "context": "{}"})
            for road in (url, f"/report/download?{query}"):
                with mute_logger(
                    "odoo.addons.web.controllers.report",
                    "odoo.addons.report_xlsx.controllers.main",
                ):
                    answer = self.url_open(road, timeout=60)
                self.assertNotIn(b"PK", answer.content[:4])
                self.assertConceals(answer.text, *secrets)

    def go_inside(self, user, records):
        """The report without its address."""
        return self.render(records, user)
