# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

from ..engine import METRICS
from .slm_figures import CAUSE, CAUSES, CLOCKS, CLOCKS_BY, COUNTS, ENDED, TEAM


class SlmClockStatistics(models.Model):
    """A row for each clock that counts, with what figures are grouped by.

    What counts, and as what, is said by ``slm.figures``; days are those of the company.
    """

    _name = "slm.clock.statistics"
    _description = "Statistics of Clocks"
    _inherit = ["slm.ticket.access.mixin"]
    _auto = False
    _order = "stopped_at desc, id desc"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    agreement_id = fields.Many2one("slm.agreement", readonly=True)
    kind = fields.Selection(
        [("sla", "SLA"), ("ola", "OLA"), ("uc", "UC")], readonly=True
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS], readonly=True
    )
    service_id = fields.Many2one("slm.service", readonly=True)
    process_kind = fields.Selection(
        selection=lambda self: (
            self.env["helpdesk.ticket"]
            ._fields["slm_process_kind"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    priority = fields.Selection(
        selection=lambda self: (
            self.env["helpdesk.ticket"]
            ._fields["priority"]
            ._description_selection(self.env)
        ),
        string="Ticket Priority",
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", string="Requester", readonly=True)
    customer_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    team_id = fields.Many2one("helpdesk.ticket.team", string="Team", readonly=True)
    started_at = fields.Datetime(string="Started", readonly=True)
    stopped_at = fields.Datetime(string="Ended", readonly=True)
    breached_at = fields.Datetime(string="Breached", readonly=True)
    date = fields.Date(
        string="Ended on", readonly=True, help="The day in the company's time zone."
    )
    result = fields.Selection(
        [
            ("met", "Met"),
            ("missed", "Missed"),
            ("excluded", "Excluded"),
            ("late", "Breached and Still Running"),
            ("running", "Running"),
        ],
        readonly=True,
    )
    cause = fields.Selection(CAUSES, string="Cause of the Breach", readonly=True)
    met_count = fields.Integer(string="Met", readonly=True)
    missed_count = fields.Integer(string="Missed", readonly=True)
    excluded_count = fields.Integer(string="Excluded", readonly=True)
    late_count = fields.Integer(string="Late and Running", readonly=True)
    share_met = fields.Float(
        string="Share Met (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Of those that were met or missed.",
    )
    used_hours = fields.Float(
        string="Used (hours)",
        readonly=True,
        aggregator="avg",
        help="Service time of those that were met or missed, on the average.",
    )

    # ------------------------------------------------------------------
    # Query
    # ------------------------------------------------------------------

    @property
    def _table_query(self):
        """A query and no view of the database, as days begin where a company is."""
        return SQL(
            """
            SELECT clock.id, clock.ticket_id, clock.company_id, clock.agreement_id,
                   clock.kind, clock.metric, %(service)s AS service_id,
                   %(process_kind)s AS process_kind, %(priority)s AS priority,
                   ticket.partner_id, %(customer)s AS customer_id, %(team)s AS team_id,
                   clock.started_at, clock.stopped_at, clock.breached_at,
                   %(day)s AS date, result.name AS result, %(cause)s AS cause,
                   (result.name = 'met')::int AS met_count,
                   (result.name = 'missed')::int AS missed_count,
                   (result.name = 'excluded')::int AS excluded_count,
                   (result.name = 'late')::int AS late_count,
                   CASE result.name WHEN 'met' THEN 100.0 WHEN 'missed' THEN 0.0 END
                       AS share_met,
                   CASE WHEN result.name IN ('met', 'missed')
                        THEN clock.elapsed_seconds / 3600.0 END AS used_hours
              FROM %(clocks)s,
           LATERAL (SELECT CASE WHEN %(ended)s THEN clock.outcome
                                WHEN clock.breached_at IS NOT NULL THEN 'late'
                                ELSE 'running' END AS name) result
             WHERE %(counts)s
            """,
            day=self.env["slm.figures"]._get_day_sql("clock", "stopped_at"),
            **{name: CLOCKS_BY[name] for name in ("service", "process_kind")},
            **{name: CLOCKS_BY[name] for name in ("priority", "customer")},
            team=TEAM,
            cause=CAUSE,
            clocks=CLOCKS,
            ended=ENDED,
            counts=COUNTS,
        )
