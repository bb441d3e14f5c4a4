# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

PROCESS_KINDS = [
    ("incident", "Incident"),
    ("request", "Business Request"),
    ("problem", "Problem"),
    ("complaint", "Complaint"),
    ("change", "Change"),
]


class SlmProcessKind(models.Model):
    """The kinds of process, so that an agreement can name several of them.

    Everywhere else a kind is the plain selection ``PROCESS_KINDS``.
    """

    _name = "slm.process.kind"
    _description = "Process Kind"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(PROCESS_KINDS, required=True)
    sequence = fields.Integer(default=10)

    _code_uniq = models.UniqueIndex("(code)", "Each process kind exists once.")
