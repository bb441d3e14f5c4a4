# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

from .slm_figures import STRETCHES, TICKETS_BY


class SlmTicketStatistics(models.Model):
    """A row for each stretch in which a ticket was open: most have one.

    What counts is said by ``slm.figures``; days are those of the company.
    """

    _name = "slm.ticket.statistics"
    _description = "Statistics of Tickets"
    _inherit = ["slm.ticket.access.mixin"]
    _auto = False
    _order = "opened_at desc, id desc"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    agreement_id = fields.Many2one("slm.agreement", readonly=True)
    service_id = fields.Many2one("slm.service", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Requester", readonly=True)
    customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    team_id = fields.Many2one("helpdesk.ticket.team", string="Team", readonly=True)
    opened_at = fields.Datetime(string="Opened", readonly=True)
    ended_at = fields.Datetime(string="Ended", readonly=True)
    opened_on = fields.Date(readonly=True, help="The day in the company's time zone.")
    ended_on = fields.Date(readonly=True, help="The day in the company's time zone.")
    opened_count = fields.Integer(string="Tickets Opened", readonly=True)
    reopened_count = fields.Integer(string="Re-Opened", readonly=True)
    closed_count = fields.Integer(string="Tickets Closed", readonly=True)

    # ------------------------------------------------------------------
    # Query
    # ------------------------------------------------------------------

    @property
    def _table_query(self):
        """A query and no view of the database, as days begin where a company is."""
        figures = self.env["slm.figures"]
        return SQL(
            """
            SELECT ticket.id::bigint * 1000 + ticket.number AS id,
                   ticket.id AS ticket_id, ticket.company_id,
                   %(agreement)s AS agreement_id, %(service)s AS service_id,
                   ticket.partner_id, %(customer)s AS customer_id, %(team)s AS team_id,
                   ticket.opened_at, ticket.ended_at,
                   %(opened_on)s AS opened_on, %(ended_on)s AS ended_on,
                   (ticket.number = 1)::int AS opened_count,
                   (ticket.number > 1)::int AS reopened_count,
                   (ticket.ended_at IS NOT NULL)::int AS closed_count
              FROM %(stretches)s
            """,
            **{name: TICKETS_BY[name] for name in ("agreement", "service")},
            **{name: TICKETS_BY[name] for name in ("customer", "team")},
            opened_on=figures._get_day_sql("ticket", "opened_at"),
            ended_on=figures._get_day_sql("ticket", "ended_at"),
            stretches=STRETCHES,
        )
