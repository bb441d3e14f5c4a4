# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

#: tickets whose histories are read at once
BATCH_SIZE = 2000


def migrate(cr, version):
    """Tickets now keep when they were open: told by the events that are there.

    Those that were finished before there were time shares get theirs, as figures tell
    by them whose fault a breach was.
    """
    clockwork = api.Environment(cr, SUPERUSER_ID, {})["slm.clockwork"]
    for tickets in _get_batches(clockwork, "ticket.slm_facts IS NOT NULL"):
        clockwork._store_stretches(tickets)
    for tickets in _get_batches(
        clockwork,
        """
        ticket.slm_ended_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM slm_time_share share WHERE share.ticket_id = ticket.id)
        """,
    ):
        clockwork._store_missing_shares(tickets)


def _get_batches(clockwork, condition):
    """Tickets of which a condition is true, some at a time."""
    cr = clockwork.env.cr
    cr.execute(
        f"SELECT ticket.id FROM helpdesk_ticket ticket WHERE {condition} ORDER BY id"
    )
    for batch in split_every(BATCH_SIZE, [ticket for [ticket] in cr.fetchall()]):
        yield clockwork.env["helpdesk.ticket"].browse(batch)
        clockwork.env.invalidate_all()
