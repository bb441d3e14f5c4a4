# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .slm_figures import CAUSE, CAUSES, CLOCKS, CLOCKS_BY, COUNTS, ENDED, TEAM

#: how a clock that has not been recorded as ended stands
OPEN_RESULT = SQL(
    "CASE WHEN clock.outcome = 'excluded' THEN 'excluded' "
    "WHEN clock.breached_at IS NOT NULL THEN 'late' ELSE 'running' END"
)


class SlmClockStatistics(models.Model):
    """A row for each clock that counts, with what figures are grouped by.

    What counts, and as what, is said by ``slm.figures``; days are those of the company.
    The average of ``share_met`` is the share met, that of ``used_hours`` the mean.
    """

    _name = "slm.clock.statistics"
    _description = "Statistics of Clocks"
    _inherit = ["slm.ticket.access.mixin"]
    _auto = False
    _order = "stopped_at desc, id desc"
    _rec_name = "ticket_id"
    _depends = {
        "slm.agreement": ["team_id"],
        "helpdesk.ticket": [
            "partner_id",
            "priority",
            "slm_process_kind",
            "slm_service_id",
            "team_id",
            "user_id",
        ],
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
    kind = fields.Selection(
        [("sla", "SLA"), ("ola", "OLA"), ("uc", "UC")],
        string="Kind of Agreement",
        readonly=True,
    )
    metric = fields.Selection(
        selection=lambda self: self._get_selection("slm.clock", "metric"),
        readonly=True,
    )
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
    team_id = fields.Many2one(
        "helpdesk.ticket.team",
        string="Team",
        readonly=True,
        help="The team of an OLA; else the one that has the ticket now.",
    )
    user_id = fields.Many2one("res.users", string="Assigned to", readonly=True)
    started_at = fields.Datetime(string="Started", readonly=True)
    deadline = fields.Datetime(string="Due", readonly=True)
    stopped_at = fields.Datetime(string="Ended", readonly=True)
    breached_at = fields.Datetime(string="Breached", readonly=True)
    date = fields.Date(
        string="Ended on", readonly=True, help="The day in the company's time zone."
    )
    breached_on = fields.Date(readonly=True, help="The day in the company's time zone.")
    result = fields.Selection(
        [
            ("met", "Met"),
            ("missed", "Missed"),
            ("excluded", "Excluded"),
            ("late", "Breached and Still Running"),
            ("running", "Running"),
        ],
        readonly=True,
        help="Excluded: it was missed, and a manager left it out with a reason.",
    )
    cause = fields.Selection(
        CAUSES,
        string="Cause of the Breach",
        readonly=True,
        help="Who used most of the service time of the ticket.",
    )
    met_count = fields.Integer(string="Clocks Met", readonly=True)
    missed_count = fields.Integer(string="Clocks Missed", readonly=True)
    excluded_count = fields.Integer(string="Clocks Excluded", readonly=True)
    late_count = fields.Integer(string="Late and Running", readonly=True)
    share_met = fields.Float(
        string="Share Met (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Of those that were met or missed.",
    )
    target_hours = fields.Float(
        string="Target (hours)",
        readonly=True,
        aggregator="avg",
        help="Service time that is promised, on the average.",
    )
    used_hours = fields.Float(
        string="Used (hours)",
        readonly=True,
        aggregator="avg",
        help="Service time of those that were met or missed, on the average.",
    )
    over_hours = fields.Float(
        string="Over Target (hours)",
        readonly=True,
        aggregator="avg",
        help="Service time that those that were missed used beyond their target, on "
        "the average.",
    )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_ticket(self):
        self.ensure_one()
        return self.ticket_id.get_formview_action()

    def action_explain(self):
        """Open the story of the clock's deadline."""
        self.ensure_one()
        return self.env["slm.clock"].browse(self.id).action_explain()

    # ------------------------------------------------------------------
    # Query
    # ------------------------------------------------------------------

    @property
    def _table_query(self):
        """A query and no view of the database, as days begin where a company is."""
        figures = self.env["slm.figures"]
        return SQL(
            """
            SELECT clock.id, clock.ticket_id, clock.company_id, clock.agreement_id,
                   clock.kind, clock.metric, %(service)s AS service_id,
                   %(process_kind)s AS process_kind, %(priority)s AS priority,
                   ticket.partner_id, %(customer)s AS customer_id, %(team)s AS team_id,
                   ticket.user_id, clock.started_at, clock.deadline, clock.stopped_at,
                   clock.breached_at, %(day)s AS date, %(breached_on)s AS breached_on,
                   result.name AS result, %(cause)s AS cause, %(measures)s
              FROM %(clocks)s,
           LATERAL (SELECT CASE WHEN %(ended)s THEN clock.outcome
                                ELSE %(open)s END AS name) result
             WHERE %(counts)s
            """,
            day=figures._get_day_sql("clock", "stopped_at"),
            breached_on=figures._get_day_sql("clock", "breached_at"),
            **{name: CLOCKS_BY[name] for name in ("service", "process_kind")},
            **{name: CLOCKS_BY[name] for name in ("priority", "customer")},
            team=TEAM,
            cause=CAUSE,
            measures=self._get_measures_sql(),
            clocks=CLOCKS,
            ended=ENDED,
            open=OPEN_RESULT,
            counts=COUNTS,
        )

    def _get_measures_sql(self):
        return SQL(
            """
            (result.name = 'met')::int AS met_count,
            (result.name = 'missed')::int AS missed_count,
            (result.name = 'excluded' AND %s)::int AS excluded_count,
            (result.name = 'late')::int AS late_count,
            CASE result.name WHEN 'met' THEN 100.0 WHEN 'missed' THEN 0.0 END
                AS share_met,
            clock.target_seconds / 3600.0 AS target_hours,
            CASE WHEN result.name IN ('met', 'missed')
                 THEN clock.elapsed_seconds / 3600.0 END AS used_hours,
            CASE WHEN result.name = 'missed'
                 THEN (clock.elapsed_seconds - clock.target_seconds) / 3600.0 END
                AS over_hours
            """,
            ENDED,
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
