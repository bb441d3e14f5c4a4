# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

#: whoever works with service levels, and who sets up the system
READERS = "slm_management.group_slm_agent,base.group_system"


class ResCompany(models.Model):
    _inherit = "res.company"

    slm_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Default Service Hours",
        groups=READERS,
        domain="[('company_id', 'in', [False, id]), ('flexible_hours', '=', False)]",
        help="The service hours of a new agreement. Empty: the working hours of the "
        "company.",
    )
    slm_risk_percent = fields.Integer(
        string="At risk from (%)",
        default=80,
        groups=READERS,
        help="Share of a target from which a ticket is shown as at risk, for new "
        "agreements.",
    )
    slm_portal_deadlines = fields.Boolean(
        string="Deadlines on the Portal",
        default=True,
        groups=READERS,
        help="Show requesters the agreement and the deadlines of their tickets.",
    )

    slm_fiscal_month = fields.Selection(
        [
            ("1", "January"),
            ("2", "February"),
            ("3", "March"),
            ("4", "April"),
            ("5", "May"),
            ("6", "June"),
            ("7", "July"),
            ("8", "August"),
            ("9", "September"),
            ("10", "October"),
            ("11", "November"),
            ("12", "December"),
        ],
        string="Fiscal Year Begins in",
        required=True,
        default="1",
        groups=READERS,
        help="Quarters, half-years and years of reports follow it.",
    )
    slm_gap_period = fields.Selection(
        [
            ("none", "Never"),
            ("month", "Every Month"),
            ("quarter", "Every Quarter"),
            ("half_year", "Every Half-Year"),
            ("year", "Every Year"),
        ],
        string="Gap Analysis",
        required=True,
        default="month",
        groups=READERS,
        help="How often promises are compared to what was measured. The analysis is "
        "made by itself when such a period is over.",
    )

    slm_gap_done_until = fields.Date(
        string="Gap Analyses Made until",
        groups=fields.NO_ACCESS,
        copy=False,
        help="The last day of the last period that was analysed by itself.",
    )

    _slm_risk_percent_range = models.Constraint(
        "CHECK(slm_risk_percent BETWEEN 1 AND 100)",
        "The share from which a ticket is at risk lies between 1 and 100 percent.",
    )

    def write(self, vals):
        """Another length of gap analyses begins anew, with the last period."""
        if length := vals.get("slm_gap_period"):
            changed = self.sudo().filtered(lambda c: c.slm_gap_period != length)
            changed.slm_gap_done_until = False
        res = super().write(vals)
        if vals.keys() & {"slm_gap_period", "slm_fiscal_month"}:
            self.env["slm.gap.analysis"]._wake_cron()
        return res

    def _slm_get_first_month(self):
        """The month, from 1 to 12, in which the fiscal year begins."""
        self.ensure_one()
        return int(self.sudo().slm_fiscal_month or 1)
