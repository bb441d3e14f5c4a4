# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Record rules are not updated by themselves; this one learned of processes."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref(
        "slm_management.slm_publication_rule_administrator", raise_if_not_found=False
    )
    if rule:
        rule.domain_force = (
            '["|", ("process_id", "!=", False), '
            '("agreement_id.state", "in", ("draft", "review"))]'
        )
