# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

#: tickets whose histories are read at once
BATCH_SIZE = 2000


def migrate(cr, version):
    """Tickets now keep when they were open: told by the events that are there."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("SELECT id FROM helpdesk_ticket WHERE slm_facts IS NOT NULL ORDER BY id")
    ids = [ticket for [ticket] in cr.fetchall()]
    for batch in split_every(BATCH_SIZE, ids):
        env["slm.clockwork"]._store_stretches(env["helpdesk.ticket"].browse(batch))
