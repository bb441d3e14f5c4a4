# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..engine import METRICS
from .slm_figures import CAUSES

#: what people write; everything else is taken from the clock
REMARK = {"remark"}
#: clocks that still ran are counted on in Python, so many at once
BATCH_SIZE = 500
LATE = ("missed", "running")


class SlmServiceReportLine(models.Model):
    """A clock that a report answers for, as it was when the report was made.

    The rows are taken in SQL, see :meth:`_take_lines`, and hold all that is told of
    them: what happens to the ticket later changes nothing. Only what was done is
    written, and only while the report is a draft.
    """

    _name = "slm.service.report.line"
    _description = "Breach in a Service Report"
    _order = "report_id, late_seconds desc, id"
    _rec_name = "ticket_number"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    report_id = fields.Many2one(
        "slm.service.report",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="report_id.company_id")
    state = fields.Selection(related="report_id.state", string="State of the Report")
    clock_id = fields.Many2one(
        "slm.clock", readonly=True, index="btree_not_null", ondelete="set null"
    )
    ticket_id = fields.Many2one(related="clock_id.ticket_id")
    ticket_number = fields.Char(string="Number", readonly=True)
    ticket_name = fields.Char(string="Ticket Title", readonly=True)
    service_name = fields.Char(string="Service", readonly=True, translate=True)
    priority = fields.Selection(
        selection=lambda self: (
            self.env["helpdesk.ticket"]
            ._fields["priority"]
            ._description_selection(self.env)
        ),
        string="Ticket Priority",
        readonly=True,
    )
    customer_name = fields.Char(
        string="Customer", readonly=True, help="In the provider's view only."
    )
    team_name = fields.Char(
        string="Team",
        readonly=True,
        translate=True,
        help="In the provider's view only.",
    )
    agreement_code = fields.Char(readonly=True)
    agreement_name = fields.Char(string="Agreement", readonly=True, translate=True)
    agreement_version = fields.Integer(readonly=True)
    kind = fields.Selection(
        [("sla", "SLA"), ("ola", "OLA"), ("uc", "UC")], readonly=True
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS], readonly=True
    )
    target_seconds = fields.Integer(
        string="Promised", readonly=True, aggregator=None, help="Service time."
    )
    used_seconds = fields.Integer(
        string="Used",
        readonly=True,
        aggregator=None,
        help="Service time; of what still ran, until the figures were taken.",
    )
    late_seconds = fields.Integer(
        string="Too Late by",
        readonly=True,
        aggregator="max",
        help="Service time that was used beyond what was promised.",
    )
    started_at = fields.Datetime(string="Started", readonly=True)
    breached_at = fields.Datetime(string="Breached", readonly=True)
    stopped_at = fields.Datetime(string="Ended", readonly=True)
    outcome = fields.Selection(
        [
            ("missed", "Ended Too Late"),
            ("running", "Still Running"),
            ("excluded", "Excluded"),
        ],
        readonly=True,
        help="Still running: when the period was over.",
    )
    cause = fields.Selection(
        CAUSES, readonly=True, help="Who used most of the service time of the ticket."
    )
    escalation_count = fields.Integer(
        string="Escalations",
        readonly=True,
        aggregator=None,
        help="How many steps of the escalation were taken for it.",
    )
    reason_name = fields.Char(
        string="Reason of Exclusion", readonly=True, translate=True
    )
    note = fields.Text(string="Note on the Exclusion", readonly=True)
    remark = fields.Text(
        string="What Was Done",
        help="What was done about it, and what keeps it from coming again. It is "
        "written while the report is a draft; whoever gets the report reads it.",
    )

    _report_idx = models.Index("(report_id, outcome, late_seconds DESC, id)")

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        self.check_access("write")
        if vals.keys() - REMARK:
            self._refuse()
        self.report_id._check_changeable()
        self.report_id._lock()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        self._refuse()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse()

    def _update_field_translations(self, *args, **kwargs):
        """The road of the translation dialog: the names are those that were taken."""
        self._refuse()

    def _refuse(self):
        raise UserError(
            self.env._(
                "Rows of a report are taken from the clocks: what was done is all that "
                "people write there. Compute the report again to take them again."
            )
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_ticket(self):
        self.ensure_one()
        self.check_access("read")
        if not self.ticket_id:
            raise UserError(
                self.env._(
                    "The ticket %(number)s has been deleted since.",
                    number=self.ticket_number,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": self.ticket_id.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------
    # Taking
    # ------------------------------------------------------------------

    @api.model
    def _take_lines(self, report):
        """Take the rows of a report again, with the remarks that stood on them.

        On a new version, those of the version before.
        """
        self.flush_model()
        self.env["slm.exclusion"].flush_model()
        self.env.cr.execute(self._get_insert_sql(report))
        self.invalidate_model()
        report.invalidate_recordset(["line_ids", "late_ids", "excluded_ids"])
        self._count_on(report)

    @api.model
    def _get_remarks_of(self, report):
        """The id of the report whose remarks are kept."""
        own = self.search_count([("report_id", "=", report.id)], limit=1)
        source = report if own else report.previous_version_id
        # What was said among ourselves is not for a customer.
        said_to = (source.content or {}).get("audience")
        return source.id if said_to == report.audience else 0

    @api.model
    def _get_told_services(self, report, late):
        """Ids of the services of the rows that the report tells by name."""
        query = SQL("SELECT DISTINCT late.service_id FROM (%s) late", late)
        ids = [service for [service] in self.env.execute_query(query) if service]
        return report._get_told_services(self.env["slm.service"].browse(ids)).ids

    @api.model
    def _get_insert_sql(self, report):
        figures = self.env["slm.figures"]
        figures._flush()
        late = figures._get_late_sql(
            report._get_report_scope(), report._get_report_span()
        )
        return SQL(
            """
            WITH kept AS (
                SELECT clock_id, remark FROM slm_service_report_line
                 WHERE report_id = %(kept)s AND clock_id IS NOT NULL
                   AND remark IS NOT NULL
            ), gone AS (
                DELETE FROM slm_service_report_line WHERE report_id = %(report)s
            )
            INSERT INTO slm_service_report_line (
                   report_id, clock_id, ticket_number, ticket_name,
                   service_name, priority, customer_name, team_name, agreement_code,
                   agreement_name, agreement_version, kind, metric, target_seconds,
                   used_seconds, late_seconds, started_at, breached_at, stopped_at,
                   outcome, cause, escalation_count, reason_name, note, remark,
                   create_uid, create_date, write_uid, write_date)
            SELECT %(report)s, late.clock_id, ticket.number,
                   ticket.name,
                   CASE WHEN service.id = ANY(%(told)s::int[]) THEN service.name END,
                   late.priority,
                   CASE WHEN %(internal)s THEN
                        COALESCE(customer.name, requester.name) END,
                   CASE WHEN %(internal)s THEN team.name END, agreement.code,
                   agreement.name, agreement.version, late.kind, late.metric,
                   late.target_seconds, late.elapsed_seconds,
                   GREATEST(late.elapsed_seconds - late.target_seconds, 0),
                   late.started_at, late.breached_at,
                   CASE WHEN late.outcome != 'running' THEN late.stopped_at END,
                   late.outcome, late.cause, (SELECT COUNT(*) FROM slm_escalation step
                     WHERE step.clock_id = late.clock_id AND step.state != 'skipped'),
                   reason.name, exclusion.note, kept.remark,
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM (%(late)s) late
              JOIN helpdesk_ticket ticket ON ticket.id = late.ticket_id
              JOIN slm_agreement agreement ON agreement.id = late.agreement_id
         LEFT JOIN slm_service service ON service.id = late.service_id
         LEFT JOIN helpdesk_ticket_team team ON team.id = late.team_id
         LEFT JOIN res_partner requester ON requester.id = late.partner_id
         LEFT JOIN res_partner customer
                ON customer.id = requester.commercial_partner_id
         LEFT JOIN slm_exclusion exclusion
                ON exclusion.clock_id = late.clock_id
               AND exclusion.state = 'approved' AND late.outcome = 'excluded'
         LEFT JOIN slm_exclusion_reason reason ON reason.id = exclusion.reason_id
         LEFT JOIN kept ON kept.clock_id = late.clock_id
            """,
            report=report.id,
            kept=self._get_remarks_of(report),
            internal=report.audience == "provider",
            told=self._get_told_services(report, late),
            late=late,
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )

    @api.model
    def _count_on(self, report):
        """What still ran has used more than when its ticket changed last."""
        domain = [("report_id", "=", report.id), ("outcome", "=", "running")]
        found = self.sudo().search(domain, order="id")
        for lines in map(self.browse, split_every(BATCH_SIZE, found.ids)):
            rows = [
                SQL("(%s, %s)", line.id, line.clock_id.used_seconds)
                for line in lines.sudo()
            ]
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE slm_service_report_line line
                       SET used_seconds = counted.used,
                           late_seconds =
                               GREATEST(counted.used - line.target_seconds, 0)
                      FROM (VALUES %s) AS counted (id, used)
                     WHERE line.id = counted.id
                    """,
                    SQL(", ").join(rows),
                )
            )
            self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    @api.model
    def _get_section_domain(self, section):
        outcomes = {"late": list(LATE), "excluded": ["excluded"]}[section]
        return [("outcome", "in", outcomes)]

    def _tell_rows(self, timezone):
        """The rows as plain values and texts, in the language of the context."""
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("priority", "kind", "metric", "outcome", "cause")
        }
        return [line._tell_line(labels, timezone) for line in self]

    def _tell_line(self, labels, timezone):
        teller = self.report_id
        told = {name: self[name] or "" for name in labels}
        told |= {f"{name}_text": labels[name].get(self[name], "") for name in labels}
        for name in ("target", "used", "late"):
            seconds = self[f"{name}_seconds"]
            told[f"{name}_seconds"] = seconds
            told[f"{name}_text"] = teller._tell_seconds(seconds)
        for name in ("started", "breached", "stopped"):
            moment = self[f"{name}_at"]
            told[f"{name}_at"] = teller._get_local(moment, timezone)
            told[f"{name}_text"] = teller._tell_moment(moment, timezone=timezone)
        return told | self._tell_names()

    def _tell_names(self):
        row = {
            "code": self.agreement_code,
            "name": self.agreement_name,
            "version": self.agreement_version,
        }
        return {
            "ticket_number": self.ticket_number or "",
            "ticket_name": self.ticket_name or "",
            "service": self.service_name or "",
            "customer": self.customer_name or "",
            "team": self.team_name or "",
            "agreement": self.report_id._tell_agreement(row),
            "escalations": self.escalation_count,
            "reason": self.reason_name or "",
            "note": self.note or "",
            "remark": self.remark or "",
        }
