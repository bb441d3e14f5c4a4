# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Record rules are not updated by themselves. Requesters read agreements and their
    targets now, so this one closes the files of these, too."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref(
        "slm_management.ir_attachment_rule_catalogue", raise_if_not_found=False
    )
    if rule:
        rule.domain_force = (
            '["|", ("public", "=", True), ("res_model", "not in", ["slm.service", '
            '"slm.process", "slm.service.type", "slm.agreement", "slm.target"])] '
            'if not user.has_group("slm_management.group_slm_agent") else '
            '[(1, "=", 1)]'
        )
