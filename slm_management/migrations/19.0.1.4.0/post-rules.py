# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api

#: whose discussions are for the desk
DOCUMENTS = (
    '"slm.service", "slm.process", "slm.configuration.item", "slm.agreement", '
    '"slm.contract", "slm.contract.acceptance", "slm.supplier.interaction", '
    '"slm.supplier.evaluation", "slm.service.report", "slm.gap.analysis", '
    '"slm.report.schedule"'
)


def migrate(cr, version):
    """Record rules are not updated by themselves. There are reports now, so this one
    keeps the notifications about these, too."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref(
        "slm_management.mail_notification_rule_catalogue", raise_if_not_found=False
    )
    if rule:
        rule.domain_force = (
            '["|", ("res_partner_id", "=", user.partner_id.id), ("mail_message_id", '
            f'"not any", [("model", "in", [{DOCUMENTS}])])] '
            'if not user.has_group("slm_management.group_slm_agent") else '
            '[(1, "=", 1)]'
        )
