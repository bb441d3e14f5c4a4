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

    _slm_risk_percent_range = models.Constraint(
        "CHECK(slm_risk_percent BETWEEN 1 AND 100)",
        "The share from which a ticket is at risk lies between 1 and 100 percent.",
    )
