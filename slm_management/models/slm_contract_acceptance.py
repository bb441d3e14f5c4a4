# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

#: results by which something has been accepted
ACCEPTED = ("accepted", "reservations")
#: which date of the contract follows from acceptances of a kind
ACCEPTED_FIELDS = {
    "initial": "initial_acceptance_date",
    "final": "final_acceptance_date",
}


class SlmContractAcceptance(models.Model):
    """One acceptance of what a contract delivers: planned, then done with a result.

    What is still open after it are activities, each with its owner and due date.
    """

    _name = "slm.contract.acceptance"
    _description = "Acceptance"
    _inherit = [
        "slm.attachment.mixin",
        "slm.naming.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "contract_id, sequence, planned_date, id"
    _file_fields = ("attachment_ids",)

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    contract_id = fields.Many2one(
        "slm.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("initial", "Initial"), ("partial", "Partial"), ("final", "Final")],
        required=True,
        default="initial",
    )
    name = fields.Char(
        string="What Is Accepted",
        required=True,
        help="The deliveries or services that are accepted.",
    )
    planned_date = fields.Date(string="Planned on")
    actual_date = fields.Date(string="Done on", copy=False)
    result = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("reservations", "Accepted with Reservations"),
            ("rejected", "Rejected"),
        ],
        copy=False,
        help="Empty: it is yet to come.",
    )
    remarks = fields.Text(copy=False)
    signed_by = fields.Char(copy=False, help="Who signed the record, on both sides.")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "slm_contract_acceptance_attachment_rel",
        string="Files",
        bypass_search_access=True,
    )
    is_late = fields.Boolean(
        string="Late",
        compute="_compute_is_late",
        search="_search_is_late",
        help="It was planned for a day that is past, and has no result yet.",
    )
    # The search of activities asks who may write on the document; agents only read.
    open_activity_ids = fields.Many2many(
        "mail.activity",
        string="What Is Left to Do",
        compute="_compute_open_points",
        compute_sudo=True,
    )
    open_point_count = fields.Integer(
        string="Open Points", compute="_compute_open_points", compute_sudo=True
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("actual_date", "result", "contract_id")
    def _check_result(self):
        for line in self:
            if bool(line.result) != bool(line.actual_date):
                raise ValidationError(
                    self.env._(
                        "Acceptance “%(name)s” of %(contract)s needs both the day on "
                        "which it was done and its result, or neither while it is "
                        "planned.",
                        name=line.name,
                        contract=line.contract_id.display_name,
                    )
                )

    @api.constrains("actual_date", "contract_id")
    def _check_actual_date(self):
        for line in self:
            day, begun = line.actual_date, line.contract_id.effective_date
            if day and not begun:
                raise ValidationError(
                    self.env._(
                        "Acceptance “%(name)s” on %(day)s needs a contract in force. "
                        "Enter from when on %(contract)s is effective.",
                        name=line.name,
                        day=format_date(self.env, day),
                        contract=line.contract_id.display_name,
                    )
                )
            if day and day < begun:
                raise ValidationError(
                    self.env._(
                        "Acceptance “%(name)s” on %(day)s would be before %(contract)s "
                        "comes into force on %(begun)s. Correct one of the dates.",
                        name=line.name,
                        day=format_date(self.env, day),
                        contract=line.contract_id.display_name,
                        begun=format_date(self.env, begun),
                    )
                )
            if day and day > line.contract_id._get_today():
                raise ValidationError(
                    self.env._(
                        "Acceptance “%(name)s” of %(contract)s can not have been done "
                        "on %(day)s, which is yet to come. Enter that day as planned.",
                        name=line.name,
                        day=format_date(self.env, day),
                        contract=line.contract_id.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("planned_date", "result", "company_id")
    def _compute_is_late(self):
        late = self.filtered_domain(self._get_late_domain())
        for line in self:
            line.is_late = line in late

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        contracts = self.env["slm.contract"]
        return contracts._get_either(self._get_late_domain(), value)

    @api.depends("activity_ids")
    def _compute_open_points(self):
        for line in self:
            line.open_activity_ids = line.activity_ids
            line.open_point_count = len(line.activity_ids)

    @api.depends("name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            line.display_name = f"{kinds.get(line.kind, '')}: {line.name or ''}"

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        contracts = {vals.get("contract_id") for vals in vals_list}
        contracts = self.env["slm.contract"].browse(filter(None, contracts))
        with contracts._revising({"acceptance_ids"}):
            lines = super().create(vals_list)
        lines.contract_id._follow_dates()
        return lines

    def write(self, vals):
        contracts = self.contract_id
        if vals.get("contract_id"):
            contracts |= contracts.browse(vals["contract_id"])
        with contracts._revising({"acceptance_ids"}), self._taking_dates_along():
            res = super().write(vals)
        contracts._follow_dates()
        return res

    def unlink(self):
        # read together also when the lines are gone
        contracts = self.contract_id.with_prefetch()
        self.env["slm.contract.milestone"]._forget(self)
        with contracts._revising({"acceptance_ids"}), self._taking_dates_along():
            res = super().unlink()
        contracts.exists()._follow_dates()
        return res

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_add_open_point(self):
        """Core's own dialog for an activity: what, by whom, until when."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open Point"),
            "res_model": "mail.activity.schedule",
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_model": self._name,
                "active_ids": self.ids,
                "active_id": self.id,
                "default_summary": self.env._("Open point of the acceptance"),
            },
        }

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_late_domain(self):
        todays = self.env["slm.contract"]._get_every_today()
        past = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("planned_date", "<", today)
            for company, today in todays.items()
        )
        return past & Domain("result", "=", False)

    @contextmanager
    def _taking_dates_along(self):
        """A date of a contract that followed from lines goes with the last of them."""
        of_kind = {
            kind: lines.contract_id.with_prefetch()
            for kind, lines in self.grouped("kind").items()
            if kind in ACCEPTED_FIELDS
        }
        yield
        for kind, contracts in of_kind.items():
            left = contracts.filtered(
                lambda contract, kind=kind: not contract._get_acceptances(kind)
            )
            if left:
                left.write({ACCEPTED_FIELDS[kind]: False})

    def _tell(self):
        """What the history of the contract says of it."""
        done = dict(self._fields["result"]._description_selection(self.env))
        told = done.get(self.result) or self.env._("planned")
        day = self.actual_date or self.planned_date
        day = f" {day}" if day else ""
        return f"{self.display_name} ({told}{day})"

    def _get_accepted_date(self):
        """The day on which the last of some lines was accepted, or False."""
        done = self.filtered(lambda line: line.result in ACCEPTED and line.actual_date)
        return max(done.mapped("actual_date"), default=False)
