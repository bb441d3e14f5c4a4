# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import split_every

#: columns from left to right, and how wide they are in characters
COLUMNS = {
    "code": 16,
    "external_number": 20,
    "name": 40,
    "partner_role": 12,
    "partner_id": 32,
    "state": 20,
    "manager_id": 24,
    "signatory": 24,
    "signing_department": 24,
    "effective_date": 14,
    "initial_acceptance_date": 14,
    "final_acceptance_date": 14,
    "warranty_date": 14,
    "end_date": 14,
    "renewal": 16,
    "renewal_months": 12,
    "notice_date": 14,
    "notice_given_date": 14,
    "terminated_date": 14,
    "amount": 18,
    "currency_id": 10,
    "calendar_id": 24,
    "agreement_ids": 40,
    "service_ids": 40,
    "configuration_item_ids": 40,
    "company_id": 24,
}
#: contracts that are in memory at a time
BATCH_SIZE = 1000
#: spreadsheets know no day before this year
FIRST_YEAR = 1900
#: number format of a day which each program shows as its user writes days
DAY_FORMAT = 14


class SlmContractXlsx(models.AbstractModel):
    """A list of contracts as a spreadsheet, one row for each, with days and numbers
    that can be sorted and summed; in the language of who exports it.

    Without a selection, all contracts that the reader sees.
    """

    _name = "report.slm_management.report_slm_contract_xlsx"
    _description = "List of Contracts"
    _inherit = ["slm.paper", "report.report_xlsx.abstract"]
    _paper_model = "slm.contract"

    def get_workbook_options(self):
        """Rows go to the disk as they are written, and text is never taken for a
        formula, a number or a link."""
        return {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }

    def create_xlsx_report(self, docids, data):
        # on all roads, and before anything else
        self._check_reader(self.env[self._paper_model])
        lang = self._get_reader_lang()
        return super(SlmContractXlsx, self.with_context(lang=lang)).create_xlsx_report(
            docids, data
        )

    def generate_xlsx_report(self, workbook, data, contracts):
        self._check_reader(contracts)
        sheet = workbook.add_worksheet(self.env._("Contracts"))
        styles = self._prepare_styles(workbook)
        self._write_header(sheet, styles)
        last = 0
        for last, contract in enumerate(self._read_batches(contracts), 1):
            self._write_row(sheet, last, contract, styles)
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)

    # ------------------------------------------------------------------
    # What is exported
    # ------------------------------------------------------------------

    def _get_objs_for_report(self, docids, data):
        """The selected contracts in their order; of no other model, whatever the
        context of the request says."""
        contracts = self.env[self._paper_model]
        context = (data or {}).get("context") or self.env.context
        if ids := docids or context.get("active_ids"):
            contracts = contracts.browse(ids).exists()
        else:
            companies = self.env.companies
            contracts = contracts.search([("company_id", "in", companies.ids)])
        self._check_reader(contracts)
        return contracts

    @api.model
    def _read_batches(self, contracts):
        """One after the other, read together, and forgotten when they are written."""
        for batch in split_every(BATCH_SIZE, contracts.ids, contracts.browse):
            yield from batch
            batch.invalidate_recordset()

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    @api.model
    def _prepare_styles(self, workbook):
        """Formats by name, and those of currencies as they come."""
        return {
            "book": workbook,
            "header": workbook.add_format(
                {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
            ),
            "date": workbook.add_format({"num_format": DAY_FORMAT, "align": "left"}),
        }

    @api.model
    def _write_header(self, sheet, styles):
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        for column, (name, width) in enumerate(COLUMNS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, self._get_title(name), styles["header"])

    @api.model
    def _get_title(self, name):
        """The label of a field; the state is that of a day, which is said."""
        field = self.env[self._paper_model]._fields[name]
        label = field._description_string(self.env)
        if name != "state":
            return label
        moment = fields.Datetime.now()
        today = self.env["slm.matcher"]._get_day(moment, self.env.company)
        return self.env._(
            "%(state)s on %(date)s", state=label, date=format_date(self.env, today)
        )

    @api.model
    def _write_row(self, sheet, row, contract, styles):
        for column, name in enumerate(COLUMNS):
            value, kind = contract[name], contract._fields[name].type
            if not value:
                continue
            if kind == "date" and value.year >= FIRST_YEAR:
                sheet.write_datetime(row, column, value, styles["date"])
            elif kind == "monetary":
                style = self._get_money_style(styles, contract.currency_id)
                sheet.write_number(row, column, value, style)
            elif kind == "integer":
                sheet.write_number(row, column, value)
            else:
                sheet.write_string(row, column, self._tell(contract, name))

    @api.model
    def _get_money_style(self, styles, currency):
        """Its code stands beside the number, which stays a number."""
        if currency not in styles:
            decimals = "." + "0" * currency.decimal_places
            pattern = f"#,##0{decimals.rstrip('.')} [${currency.name}]"
            styles[currency] = styles["book"].add_format({"num_format": pattern})
        return styles[currency]

    @api.model
    def _tell(self, contract, name):
        """A value as text."""
        field, value = contract._fields[name], contract[name]
        if field.type == "selection":
            return dict(field._description_selection(self.env))[value]
        if field.type == "date":
            return format_date(self.env, value)
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        return str(value)
