# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine import disorder, notice_day, warranty_end
from ..engine.papers import UNITS
from .slm_contract_acceptance import ACCEPTED_FIELDS
from .slm_contract_life import DATE_FIELDS

#: the longest that anybody can mean: 100 years
LONGEST = {
    "warranty_months": 1200,
    "renewal_months": 1200,
    "notice_period": 36525,
    "acceptance_lead_days": 36525,
    "term_lead_days": 36525,
    "notice_lead_days": 36525,
    "warranty_lead_days": 36525,
}
DATES_OF_LINES = {*ACCEPTED_FIELDS.values()}
#: what the milestones of a contract follow from
MILESTONE_FIELDS = {
    *DATE_FIELDS.values(),
    "warranty_months",
    "notice_period",
    "notice_unit",
    "notice_given_date",
    "acceptance_lead_days",
    "term_lead_days",
    "notice_lead_days",
    "warranty_lead_days",
    "renewal",
    "renewal_months",
    "acceptance_ids",
    "active",
    "company_id",
}


class SlmContract(models.Model):
    """The legal paper behind agreements, services and configuration items.

    For the desk only, never for requesters. Administrators keep it; who terminates it
    is a service level manager.
    """

    _name = "slm.contract"
    _description = "Contract"
    _inherit = [
        "slm.contract.life",
        "slm.contract.overview",
        "slm.contract.brief",
        "slm.attachment.mixin",
        "slm.naming.mixin",
        "slm.code.mixin",
        "slm.revision.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "effective_date desc, id desc"
    _rec_names_search = ["code", "external_number", "name"]
    _file_fields = ("text_ids", "annex_ids")
    _revised = dict.fromkeys(
        (
            "code",
            "external_number",
            "name",
            "partner_role",
            "partner_id",
            "signatory",
            "signing_department",
            "manager_id",
            "effective_date",
            "initial_acceptance_date",
            "final_acceptance_date",
            "warranty_months",
            "warranty_date",
            "end_date",
            "renewal",
            "renewal_months",
            "notice_period",
            "notice_unit",
            "notice_given_date",
            "terminated_date",
            "termination_reason",
            "amount",
            "currency_id",
            "calendar_id",
            "text_ids",
            "annex_ids",
            "acceptance_ids",
            "active",
        )
    ) | dict.fromkeys(
        ("agreement_ids", "service_ids", "configuration_item_ids"), "contract_ids"
    )

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(required=True)
    code = fields.Char(string="Internal Number")
    external_number = fields.Char(
        index="btree_not_null",
        copy=False,
        help="The number that the partner knows it by.",
    )
    summary = fields.Text(help="What it is about, in a few sentences.")
    partner_role = fields.Selection(
        [("supplier", "Supplier"), ("customer", "Customer")],
        required=True,
        default="supplier",
        help="What the partner is to us in this contract.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Partner",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        help="Supplier or customer with whom it was concluded.",
    )
    signatory = fields.Char(help="Who signed it on our side.")
    signing_department = fields.Char(help="The department that signed it on our side.")
    manager_id = fields.Many2one(
        "res.users",
        string="Contract Manager",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Who looks after it, and is reminded of its dates.",
    )
    effective_date = fields.Date(
        string="Effective on",
        copy=False,
        help="The day on which it comes into force. Empty: it is in preparation.",
    )
    initial_acceptance_date = fields.Date(
        string="Initial Acceptance",
        compute="_compute_initial_acceptance_date",
        store=True,
        readonly=False,
        copy=False,
        help="It follows from the initial acceptance below, if there is one.",
    )
    final_acceptance_date = fields.Date(
        string="Final Acceptance",
        compute="_compute_final_acceptance_date",
        store=True,
        readonly=False,
        copy=False,
        help="It follows from the final acceptance below, if there is one.",
    )
    warranty_months = fields.Integer(
        string="Months of Warranty",
        help="Counted from the final acceptance. 0: the end of the warranty is entered "
        "by hand.",
    )
    warranty_date = fields.Date(
        string="Warranty until",
        compute="_compute_warranty_date",
        store=True,
        readonly=False,
        copy=False,
        help="The last day of the warranty.",
    )
    end_date = fields.Date(
        string="End of Term",
        copy=False,
        help="The last day of the term. Empty: until further notice.",
    )
    renewal = fields.Selection(
        [
            ("none", "None"),
            ("tacit", "Tacit"),
            ("agreement", "By Agreement"),
        ],
        required=True,
        default="none",
        help="Tacit: at its end the term goes on by itself, unless notice has been "
        "given in time.",
    )
    renewal_months = fields.Integer(
        string="Renewed for (months)", help="The length of each further term."
    )
    notice_period = fields.Integer(
        string="Period of Notice", help="0: notice can be given until the end."
    )
    notice_unit = fields.Selection(
        [("days", "Days"), ("weeks", "Weeks"), ("months", "Months")],
        string="Unit of the Period of Notice",
        required=True,
        default="months",
    )
    notice_date = fields.Date(
        string="Notice until",
        compute="_compute_notice_date",
        store=True,
        help="The last day to give notice, so that it ends with its term.",
    )
    notice_given_date = fields.Date(
        string="Notice Given on",
        copy=False,
        help="If notice was given in time, the term does not go on tacitly.",
    )
    acceptance_lead_days = fields.Integer(
        string="Remind before Planned Acceptances (days)", default=14
    )
    term_lead_days = fields.Integer(
        string="Remind before the End of Term (days)", default=60
    )
    notice_lead_days = fields.Integer(
        string="Remind before the Last Day of Notice (days)", default=30
    )
    warranty_lead_days = fields.Integer(
        string="Remind before the End of Warranty (days)", default=60
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    amount = fields.Monetary(string="Value", aggregator=None)
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Support Hours",
        ondelete="restrict",
        check_company=True,
        domain="[('company_id', 'in', [False, company_id])]",
        help="When support can be reached under it. Empty: the service hours of its "
        "UCs.",
    )
    text_ids = fields.Many2many(
        "ir.attachment",
        "slm_contract_text_rel",
        string="Contract Text",
        bypass_search_access=True,
        copy=False,
    )
    annex_ids = fields.Many2many(
        "ir.attachment",
        "slm_contract_annex_rel",
        string="Annexes",
        bypass_search_access=True,
        copy=False,
    )
    agreement_ids = fields.Many2many(
        "slm.agreement",
        "slm_agreement_contract_rel",
        "contract_id",
        "agreement_id",
        string="Agreements",
        check_company=True,
        domain="[('company_id', '=', company_id), "
        "('kind', '=', 'uc' if partner_role == 'supplier' else 'sla')]",
        help="The UCs or SLAs that it carries.",
    )
    service_ids = fields.Many2many(
        "slm.service",
        "slm_contract_service_rel",
        "contract_id",
        "service_id",
        string="Services",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="The services that it covers.",
    )
    configuration_item_ids = fields.Many2many(
        "slm.configuration.item",
        "slm_configuration_item_contract_rel",
        "contract_id",
        "configuration_item_id",
        string="Configuration Items",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="The items that it covers.",
    )
    acceptance_ids = fields.One2many(
        "slm.contract.acceptance", "contract_id", string="Acceptances"
    )
    milestone_ids = fields.One2many(
        "slm.contract.milestone", "contract_id", string="Dates", readonly=True
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code, company_id)",
        "The internal number of a contract must be unique in its company.",
    )
    _lead_days_not_negative = models.Constraint(
        "CHECK(acceptance_lead_days >= 0 AND term_lead_days >= 0 "
        "AND notice_lead_days >= 0 AND warranty_lead_days >= 0)",
        "The lead time of a reminder can not be negative.",
    )
    _periods_not_negative = models.Constraint(
        "CHECK(warranty_months >= 0 AND renewal_months >= 0 AND notice_period >= 0 "
        "AND amount >= 0)",
        "Periods of warranty, renewal and notice, and the value, can not be negative.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains(*DATE_FIELDS.values(), "notice_given_date")
    def _check_dates(self):
        for contract in self:
            for first, second in disorder(contract._get_paper_dates()):
                contract._refuse_dates(DATE_FIELDS[first], DATE_FIELDS[second])
            given, begun = contract.notice_given_date, contract.effective_date
            if given and begun and given < begun:
                contract._refuse_dates("effective_date", "notice_given_date")

    def _refuse_dates(self, first, second):
        raise ValidationError(
            self.env._(
                "The dates of %(contract)s are in an impossible order: “%(first)s” is "
                "%(day)s, after “%(second)s” on %(before)s. Correct one of them.",
                contract=self.display_name,
                first=self._fields[first]._description_string(self.env),
                day=format_date(self.env, self[first]),
                second=self._fields[second]._description_string(self.env),
                before=format_date(self.env, self[second]),
            )
        )

    @api.constrains("effective_date")
    def _check_effective_date(self):
        self.acceptance_ids._check_actual_date()

    @api.constrains("warranty_months", "warranty_date", "final_acceptance_date")
    def _check_warranty_date(self):
        """A date that months tell is not told otherwise."""
        for contract in self:
            if contract.warranty_months > 0 and contract.warranty_date != (
                contract._get_warranty_end()
            ):
                raise ValidationError(
                    self.env._(
                        "The end of the warranty of %(contract)s follows from its "
                        "final acceptance and %(months)s months of warranty. Correct "
                        "these, or enter 0 months and the date.",
                        contract=contract.display_name,
                        months=contract.warranty_months,
                    )
                )

    @api.constrains("terminated_date")
    def _check_terminated_date(self):
        for contract in self:
            ended = contract.terminated_date
            if ended and ended > contract._get_today():
                raise ValidationError(
                    self.env._(
                        "%(contract)s can not be terminated on %(date)s, which is yet "
                        "to come. Enter when notice was given, and its end of term.",
                        contract=contract.display_name,
                        date=format_date(self.env, ended),
                    )
                )

    @api.constrains("notice_given_date")
    def _check_notice_given_date(self):
        """A slip of the year would keep its reminders silent, and let it go on."""
        for contract in self:
            given = contract.notice_given_date
            if given and given > contract._get_today():
                raise ValidationError(
                    self.env._(
                        "Notice of %(contract)s can not have been given on %(date)s, "
                        "which is yet to come. Enter the day when it has been given.",
                        contract=contract.display_name,
                        date=format_date(self.env, given),
                    )
                )

    @api.constrains("renewal", "renewal_months", "end_date", "effective_date")
    def _check_renewal(self):
        """What is in preparation may have no end yet."""
        for contract in self.filtered(lambda c: c.renewal == "tacit"):
            ends = contract.end_date or not contract.effective_date
            if not (contract.renewal_months and ends):
                raise ValidationError(
                    self.env._(
                        "%(contract)s is to be renewed tacitly: enter its end of term, "
                        "and for how many months it is renewed.",
                        contract=contract.display_name,
                    )
                )

    @api.constrains("agreement_ids", "partner_role")
    def _check_agreement_kinds(self):
        for contract in self.sudo():
            kind = "uc" if contract.partner_role == "supplier" else "sla"
            wrong = contract.agreement_ids.filtered(lambda a, kind=kind: a.kind != kind)
            if wrong:
                raise ValidationError(
                    self.env._(
                        "%(contract)s can not carry %(agreement)s: a contract with a "
                        "supplier carries UCs, one with a customer SLAs. Choose "
                        "another agreement, or correct what the partner is.",
                        contract=contract.display_name,
                        agreement=wrong[0].display_name,
                    )
                )

    @api.constrains("initial_acceptance_date", "final_acceptance_date")
    def _check_acceptance_dates(self):
        """A date that lines tell is not told otherwise."""
        for contract in self:
            for kind, name in ACCEPTED_FIELDS.items():
                lines = contract._get_acceptances(kind)
                if lines and contract[name] != lines._get_accepted_date():
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of %(contract)s follows from its acceptances. "
                            "Enter the date there: %(lines)s.",
                            field=self._fields[name]._description_string(self.env),
                            contract=contract.display_name,
                            lines=", ".join(lines.mapped("display_name")),
                        )
                    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    # A field each: what is entered by hand does not keep the other one from following.
    @api.depends(
        "acceptance_ids.kind",
        "acceptance_ids.actual_date",
        "acceptance_ids.result",
    )
    def _compute_initial_acceptance_date(self):
        self._follow_acceptances("initial")

    @api.depends(
        "acceptance_ids.kind",
        "acceptance_ids.actual_date",
        "acceptance_ids.result",
    )
    def _compute_final_acceptance_date(self):
        self._follow_acceptances("final")

    def _follow_acceptances(self, kind):
        name = ACCEPTED_FIELDS[kind]
        for contract in self:
            lines = contract._get_acceptances(kind)
            # what followed from a line that is deleted on a form goes with it
            if lines or contract._origin._get_acceptances(kind):
                contract[name] = lines._get_accepted_date()
            elif not contract[name]:
                contract[name] = False

    @api.depends("warranty_months", "final_acceptance_date")
    def _compute_warranty_date(self):
        for contract in self:
            if contract.warranty_months > 0:
                contract.warranty_date = contract._get_warranty_end()
            elif not contract.warranty_date:
                contract.warranty_date = False

    @api.depends("end_date", "notice_period", "notice_unit")
    def _compute_notice_date(self):
        for contract in self:
            count, unit = contract.notice_period, contract.notice_unit
            counts = contract.end_date and count > 0 and unit in UNITS
            contract.notice_date = counts and notice_day(contract.end_date, count, unit)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_lengths(vals)
        contracts = super().create(vals_list)
        contracts._follow_dates()
        return contracts

    def write(self, vals):
        self._check_lengths(vals)
        # A line may take its date along, so dates come after lines.
        typed = vals.keys() & DATES_OF_LINES if "acceptance_ids" in vals else set()
        res = super().write({name: vals[name] for name in vals if name not in typed})
        if typed:
            super().write({name: vals[name] for name in typed})
        if vals.keys() & MILESTONE_FIELDS:
            self._follow_dates()
        if "manager_id" in vals:
            self.env["slm.contract.milestone"]._hand_over(self)
        return res

    def unlink(self):
        """Its acceptances go in the database, and what hangs on them here."""
        lines = self.sudo().with_context(active_test=False).acceptance_ids
        owned = [("res_model", "=", lines._name), ("res_id", "in", lines.ids)]
        files = self.env["ir.attachment"].sudo().search(owned)
        hanging = [lines.activity_ids, lines.message_ids, files]
        res = super().unlink()
        for records in hanging:
            records.exists().unlink()
        return res

    def _check_lengths(self, vals):
        """First, as the database would refuse what is far too long in its own words."""
        for name, longest in LONGEST.items():
            value = vals.get(name)
            if isinstance(value, (int, float)) and not abs(value) <= longest:
                raise ValidationError(
                    self.env._(
                        "“%(field)s” of %(contract)s is %(value)s. Nobody waits that "
                        "long: enter %(longest)s at most.",
                        field=self._fields[name]._description_string(self.env),
                        contract=self[:1].display_name or vals.get("name") or "",
                        value=value,
                        longest=longest,
                    )
                )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _get_acceptances(self, kind):
        return self.acceptance_ids.filtered(lambda line: line.kind == kind)

    def _get_warranty_end(self):
        """The end of the warranty, as it follows from its months."""
        accepted = self.final_acceptance_date
        return accepted and warranty_end(accepted, self.warranty_months)

    @api.model
    def _get_line_name(self, line):
        if line._name != "slm.contract.acceptance":
            return super()._get_line_name(line)
        return line._tell()

    def _follow_dates(self):
        """Let the milestones agree with the dates, and the job know when it is due."""
        milestones = self.env["slm.contract.milestone"]
        if contracts := milestones._get_followed(self):
            milestones._sync(contracts)
            milestones._wake_cron(contracts.company_id)
