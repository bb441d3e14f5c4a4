# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmServiceReport(models.Model):
    """What was delivered in a period, for the provider or for one customer."""

    _name = "slm.service.report"
    _description = "Service Report"
    _inherit = [
        "slm.period.mixin",
        "slm.report.file.mixin",
        "slm.code.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "date_to desc, id desc"
    _rec_names_search = ["code", "name"]

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(string="Title", required=True)
    audience = fields.Selection(
        [("provider", "Provider"), ("customer", "Customer")],
        required=True,
        default="customer",
        help="Customer: only tickets and agreements of that customer, and nothing of "
        "what is internal.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="restrict",
        help="An organisation, a department or a person; all below are included.",
    )
    service_ids = fields.Many2many(
        "slm.service", string="Services", help="Empty: all services."
    )
    customer_ids = fields.Many2many(
        "res.partner",
        "slm_service_report_customer_rel",
        string="Customers",
        help="Of whom the provider reports. Empty: of all.",
    )
    team_ids = fields.Many2many(
        "helpdesk.ticket.team", string="Teams", help="Empty: all teams."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
    )
    version = fields.Integer(readonly=True, copy=False, default=1)
    previous_version_id = fields.Many2one(
        "slm.service.report",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    content = fields.Json(readonly=True, copy=False)
    computed_at = fields.Datetime(string="Figures of", readonly=True, copy=False)
    published_on = fields.Datetime(readonly=True, copy=False)
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    schedule_id = fields.Many2one(
        "slm.report.schedule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    line_ids = fields.One2many(
        "slm.service.report.line", "report_id", string="Breaches", readonly=True
    )

    _code_uniq = models.UniqueIndex(
        "(code, company_id)", "The code of a report must be unique in its company."
    )
