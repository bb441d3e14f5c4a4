# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .slm_figures import FIRST_CONTACT, STRETCHES, TICKETS_BY

DAY_SECONDS = 24 * 60 * 60
#: a ticket was completed for the first time when its stretch ended
COMPLETED = SQL("ticket.completes")


class SlmTicketStatistics(models.Model):
    """A row for each stretch in which a ticket was open: most have one.

    What counts is said by ``slm.figures``; days and hours are those of the company. The
    average of ``first_contact_share`` is the share of first contact.
    """

    _name = "slm.ticket.statistics"
    _description = "Statistics of Tickets"
    _inherit = ["slm.ticket.access.mixin"]
    _auto = False
    _order = "opened_at desc, id desc"
    _rec_name = "ticket_id"
    _depends = {
        "helpdesk.ticket": [
            "active",
            "closed_date",
            "company_id",
            "duplicate_id",
            "partner_id",
            "priority",
            "slm_agreement_id",
            "slm_ended_at",
            "slm_opened_at",
            "slm_process_kind",
            "slm_service_id",
            "slm_stretches",
            "stage_id",
            "team_id",
            "user_id",
        ],
        "helpdesk.ticket.stage": ["closed"],
        "res.company": ["partner_id", "resource_calendar_id"],
        "res.partner": ["commercial_partner_id", "tz"],
        "resource.calendar": ["tz"],
    }

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    agreement_id = fields.Many2one("slm.agreement", readonly=True)
    service_id = fields.Many2one("slm.service", readonly=True)
    process_kind = fields.Selection(
        selection=lambda self: self._get_selection(
            "helpdesk.ticket", "slm_process_kind"
        ),
        readonly=True,
    )
    priority = fields.Selection(
        selection=lambda self: self._get_selection("helpdesk.ticket", "priority"),
        string="Ticket Priority",
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", string="Requester", readonly=True)
    customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    team_id = fields.Many2one("helpdesk.ticket.team", string="Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Assigned to", readonly=True)
    opened_at = fields.Datetime(string="Opened", readonly=True)
    ended_at = fields.Datetime(string="Ended", readonly=True)
    opened_on = fields.Date(readonly=True, help="The day in the company's time zone.")
    ended_on = fields.Date(readonly=True, help="The day in the company's time zone.")
    weekday = fields.Selection(
        selection=lambda self: self._get_selection(
            "resource.calendar.attendance", "dayofweek"
        ),
        readonly=True,
        help="When it was opened, in the company's time zone.",
    )
    hour = fields.Selection(
        selection=lambda self: [(f"{h:02}", f"{h:02}:00") for h in range(24)],
        string="Hour of the Day",
        readonly=True,
        help="When it was opened, in the company's time zone.",
    )
    is_open = fields.Boolean(string="Open", readonly=True)
    how = fields.Selection(
        [
            ("completed", "Completed"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
            ("archived", "Archived"),
        ],
        string="How It Ended",
        readonly=True,
        help="Empty: it is open, or older than this module.",
    )
    opened_count = fields.Integer(string="Tickets Opened", readonly=True)
    reopened_count = fields.Integer(string="Re-Opened", readonly=True)
    closed_count = fields.Integer(string="Tickets Closed", readonly=True)
    open_count = fields.Integer(string="Tickets Open", readonly=True)
    age_days = fields.Float(
        string="Age (days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Calendar time since the creation of those that are open, on the average.",
    )
    lead_days = fields.Float(
        string="Lead Time (days)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Calendar time from when it was opened, or opened again, until it ended, "
        "on the average.",
    )
    completed_count = fields.Integer(
        string="Completed First",
        readonly=True,
        help="Tickets that were completed or closed for the first time.",
    )
    first_contact_count = fields.Integer(
        string="First Contact",
        readonly=True,
        help="Tickets that were completed without waiting for anybody, without being "
        "handed over, and have not been opened again.",
    )
    first_contact_share = fields.Float(
        string="First Contact (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Of the tickets that were completed or closed for the first time.",
    )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_ticket(self):
        self.ensure_one()
        return self.ticket_id.get_formview_action()

    # ------------------------------------------------------------------
    # Query
    # ------------------------------------------------------------------

    @property
    def _table_query(self):
        """A query and no view of the database, as days begin where a company is."""
        figures = self.env["slm.figures"]
        opened_at = figures._get_local_sql("ticket", "opened_at")
        return SQL(
            """
            SELECT ticket.id::bigint * 1000 + ticket.number AS id,
                   ticket.id AS ticket_id, ticket.company_id,
                   %(agreement)s AS agreement_id, %(service)s AS service_id,
                   %(process_kind)s AS process_kind, %(priority)s AS priority,
                   ticket.partner_id, %(customer)s AS customer_id, %(team)s AS team_id,
                   ticket.user_id, ticket.opened_at, ticket.ended_at,
                   %(opened_at)s::date AS opened_on, %(ended_on)s AS ended_on,
                   (EXTRACT(ISODOW FROM %(opened_at)s)::int - 1)::varchar AS weekday,
                   TO_CHAR(%(opened_at)s, 'HH24') AS hour, %(measures)s
              FROM %(stretches)s
            """,
            **TICKETS_BY,
            opened_at=opened_at,
            ended_on=figures._get_day_sql("ticket", "ended_at"),
            measures=self._get_measures_sql(),
            stretches=STRETCHES,
        )

    def _get_measures_sql(self):
        return SQL(
            """
            ticket.ended_at IS NULL AS is_open,
            CASE WHEN ticket.ended_at IS NOT NULL THEN ticket.how END AS how,
            (ticket.number = 1)::int AS opened_count,
            (ticket.number > 1)::int AS reopened_count,
            (ticket.ended_at IS NOT NULL)::int AS closed_count,
            (ticket.ended_at IS NULL)::int AS open_count,
            CASE WHEN ticket.ended_at IS NULL
                 THEN EXTRACT(EPOCH FROM %(now)s - ticket.born_at) / %(day)s END
                AS age_days,
            EXTRACT(EPOCH FROM ticket.ended_at - ticket.opened_at) / %(day)s
                AS lead_days,
            %(completed)s::int AS completed_count,
            (%(completed)s AND %(first)s)::int AS first_contact_count,
            CASE WHEN %(completed)s THEN 100.0 * (%(first)s)::int END
                AS first_contact_share
            """,
            now=fields.Datetime.now(),
            day=DAY_SECONDS,
            completed=COMPLETED,
            first=FIRST_CONTACT,
        )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _refuse(self):
        raise AccessError(
            self.env._(
                "Statistics are counted whenever they are read, and not written."
            )
        )

    def _get_selection(self, model, name):
        """What a field of another model offers, in the words of that model."""
        return self.env[model]._fields[name]._description_selection(self.env)
