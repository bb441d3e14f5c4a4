# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime
from io import BytesIO

from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .paper_case import PaperCase

#: queries for a batch of contracts, and what comes on top once
BATCH = 45


class ContractXlsxCase(PaperCase):
    report = "slm_management.action_report_slm_contract_xlsx"

    def export(self, records, user=None, **context):
        """The sheet, as a spreadsheet program reads it."""
        reports = self.env["ir.actions.report"].with_user(user or self.agent)
        reports = reports.with_context(**context)
        content, kind = reports._render_xlsx(self.report, records.ids, {})
        self.assertEqual(kind, "xlsx")
        return load_workbook(BytesIO(content)).active

    def read_rows(self, records, user=None, **context):
        """Rows as dicts by the titles of the columns."""
        header, *rows = self.export(records, user, **context).iter_rows()
        titles = [cell.value for cell in header]
        return [dict(zip(titles, row, strict=True)) for row in rows]

    def go_inside(self, user, records):
        return self.export(records, user)


class TestContractXlsx(ContractXlsxCase):
    def test_days_and_numbers_are_none_of_text(self):
        (row,) = self.read_rows(self.contract)
        self.assertEqual(row["End of Term"].value, datetime(2024, 12, 31))
        self.assertTrue(row["End of Term"].is_date)
        self.assertEqual(row["Value"].value, 12000.5)
        self.assertEqual(row["Value"].number_format, "#,##0.00 [$EUR]")
        self.assertEqual(row["Currency"].value, "EUR")
        self.assertEqual(row["Renewed for (months)"].value, 12)
        self.assertEqual(row["Internal Number"].value, self.contract.code)

    def test_labels_and_names(self):
        (row,) = self.read_rows(self.contract)
        texts = {title: cell.value for title, cell in row.items()}
        self.assertEqual(texts["State on 01/08/2024"], "In Warranty")
        self.assertEqual(texts["Renewal"], "Tacit")
        self.assertEqual(texts["Partner"], "Vendor")
        self.assertEqual(texts["Agreements"], self.vendor_uc.display_name)
        self.assertIsNone(texts["Terminated on"])

    def test_state_is_that_of_the_day(self):
        self.at("mon+80 09:00")
        (row,) = self.read_rows(self.contract)
        self.assertEqual(row["State on 07/21/2025"].value, "Out of Warranty")

    def test_currency_without_decimals(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.contract.write({"currency_id": yen.id, "amount": 5000})
        (row,) = self.read_rows(self.contract)
        self.assertEqual(row["Value"].number_format, "#,##0 [$JPY]")

    def test_text_is_no_formula(self):
        for number, text in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", "http://x")):
            self.contract.write({"name": text, "external_number": str(number)})
            (row,) = self.read_rows(self.contract)
            cell = row["Name"]
            self.assertEqual((cell.value, cell.data_type), (text, "s"))
            self.assertEqual(row["External Number"].value, str(number))
            self.assertIsNone(cell.hyperlink)

    def test_head_stays_and_filters(self):
        sheet = self.export(self.contract)
        self.assertEqual(sheet.freeze_panes, "A2")
        self.assertTrue(sheet.auto_filter.ref.startswith("A1:"))
        self.assertTrue(sheet.auto_filter.ref.endswith("2"))
        self.assertEqual(sheet.title, "Contracts")
        self.assertGreater(sheet.column_dimensions["C"].width, 30)

    def test_a_day_that_spreadsheets_do_not_know(self):
        self.contract.write({"effective_date": "1850-01-01"})
        (row,) = self.read_rows(self.contract)
        self.assertEqual(row["Effective on"].value, "01/01/1850")

    def test_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.service.with_context(lang="fr_FR").name = "Courrier"
        self.agent.lang = "fr_FR"
        (row,) = self.read_rows(self.contract)
        self.assertIn("Courrier", row["Services"].value)

    def test_order_of_the_selection_and_all_without_one(self):
        second = self.create_contract(name="Second", effective_date="2023-02-01")
        selected = self.contract | second
        for records in (selected, selected[::-1]):
            rows = self.read_rows(records)
            self.assertEqual(
                [row["Name"].value for row in rows], records.mapped("name")
            )
        everything = self.read_rows(self.contract.browse())
        self.assertLessEqual(
            {"Second", "Hardware Care"}, {row["Name"].value for row in everything}
        )

    def test_other_company(self):
        _company, foreign = self.create_other_company()
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.addons.base.models.ir_rule"),
        ):
            self.export(self.contract | foreign)
        names = {r["Name"].value for r in self.read_rows(foreign.browse())}
        self.assertNotIn("Foreign", names)

    def test_other_models_are_not_exported(self):
        """The context of a request names no other model."""
        model = self.env["report.slm_management.report_slm_contract_xlsx"]
        model = model.with_user(self.agent).with_context(active_model="res.users")
        content, _kind = model.create_xlsx_report(self.contract.ids, {})
        sheet = load_workbook(BytesIO(content)).active
        self.assertEqual(sheet["C2"].value, "Hardware Care")

    def test_queries_do_not_grow_with_the_rows(self):
        few = self._create_many(5)
        many = self._create_many(60)
        self.export(few)
        counts = [self._count_queries(records) for records in (few, many)]
        self.assertLessEqual(counts[1], BATCH)
        self.assertLessEqual(counts[1] - counts[0], 3)

    def _create_many(self, count):
        partners = self.env["res.partner"].create(
            [{"name": f"Supplier {number}"} for number in range(count)]
        )
        return self.env["slm.contract"].create(
            [
                {
                    "name": f"Contract {number}",
                    "partner_id": partner.id,
                    "effective_date": "2023-01-01",
                    "service_ids": [Command.set(self.service.ids)],
                }
                for number, partner in enumerate(partners)
            ]
        )

    def _count_queries(self, records):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.export(records)
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestContractXlsxRoads(ContractXlsxCase, HttpCase):
    def test_only_agents(self):
        self.assertClosed("xlsx", self.contract, "Hardware Care", "HW-77")

    def test_only_agents_by_the_model(self):
        """Its methods are public, as those of all such reports are."""
        model = self.env["report.slm_management.report_slm_contract_xlsx"]
        for user in self.outsiders:
            own = model.with_user(user).with_context(active_model="slm.contract")
            for ids in (self.contract.ids, []):
                with self.assertRaises(AccessError):
                    own.create_xlsx_report(ids, {})
            with self.assertRaises(AccessError):
                own.generate_xlsx_report(None, {}, self.contract)

    def test_agent_by_address(self):
        self.authenticate(self.agent.login, self.agent.login)
        report = self.env.ref(self.report)
        url = f"/report/xlsx/{report.report_name}/{self.contract.id}"
        sheet = load_workbook(BytesIO(self.url_open(url).content)).active
        self.assertEqual(sheet["C2"].value, "Hardware Care")
