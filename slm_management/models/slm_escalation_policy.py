# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SlmEscalationPolicy(models.Model):
    """A ladder: what is done as a target is used up. Reusable by agreements."""

    _name = "slm.escalation.policy"
    _description = "Escalation Policy"
    _inherit = ["slm.naming.mixin", "slm.code.mixin"]
    _check_company_auto = True
    _order = "name, id"
    _rec_names_search = ["code", "name"]

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        required=False,
        default=False,
        help="Empty: agreements of all companies may use it.",
    )
    step_ids = fields.One2many(
        "slm.escalation.step", "policy_id", string="Steps", copy=True
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code, (COALESCE(company_id, 0)))",
        "The code of an escalation policy must be unique in its company.",
    )
