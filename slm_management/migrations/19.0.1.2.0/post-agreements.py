# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Agreements that were in force have been approved: the chatter knows by whom, and
    when, as it tracked the state until this version. Who is not told about there has
    been approved with its creation.

    What has ended since gets the state of its dates, and nobody is told of that now.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    agreements = env["slm.agreement"].with_context(active_test=False)
    agreements.search([("state", "=", "active")])._follow_terms()
    env.flush_all()
    cr.execute(
        """
        UPDATE slm_agreement agreement
           SET approved_on = COALESCE(tracked.date, agreement.create_date)::date,
               approved_by_id = COALESCE(tracked.user_id, agreement.create_uid)
          FROM slm_agreement untracked
     LEFT JOIN LATERAL (
                SELECT message.date, value.create_uid AS user_id
                  FROM mail_message message
                  JOIN mail_tracking_value value ON value.mail_message_id = message.id
                  JOIN ir_model_fields field ON field.id = value.field_id
                 WHERE message.model = 'slm.agreement'
                   AND message.res_id = untracked.id AND field.name = 'state'
              ORDER BY message.date DESC, value.id DESC
                 LIMIT 1
               ) tracked ON TRUE
         WHERE agreement.id = untracked.id AND agreement.approved_on IS NULL
           AND agreement.state NOT IN ('draft', 'review')
        """
    )
    env.invalidate_all()
