# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import METRICS
from .slm_figures import CAUSES
from .slm_gap_analysis_figures import Promise


class SlmGapAnalysisLine(models.Model):
    """One promise of an agreement, how it was kept, and what is done about it.

    What was promised, and to whom, is written down as it was: an agreement that is
    edited, or a service that is renamed, changes nothing here. The figures are those of
    ``slm.figures``, by agreement, service, ticket priority, metric and promise:

    * ``gap``: share met less the promised attainment, in points; nothing where no
      attainment is promised, or nothing was met or missed
    * ``gap_seconds``: 90th percentile of the used service time less the promise
    * ``share_change``: share met less that of the period before, in points
    * ``cause``: of the clocks that were missed, or are late and running, what most were
      late by; of several the first in the order of causes
    """

    _name = "slm.gap.analysis.line"
    _description = "Gap"
    _inherit = ["slm.gap.analysis.measure", "slm.naming.mixin"]
    _order = "analysis_id, sequence, id"
    _rec_name = "agreement_code"

    # ------------------------------------------------------------------
    # Fields: what was promised
    # ------------------------------------------------------------------

    analysis_id = fields.Many2one(
        "slm.gap.analysis", required=True, readonly=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    company_id = fields.Many2one(related="analysis_id.company_id", store=True)
    date_to = fields.Date(
        related="analysis_id.date_to", string="End of Period", store=True
    )
    state = fields.Selection(
        related="analysis_id.state", string="State of the Analysis"
    )
    agreement_id = fields.Many2one(
        "slm.agreement", readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [("sla", "SLA"), ("ola", "OLA"), ("uc", "UC")],
        string="Kind of Agreement",
        readonly=True,
    )
    agreement_code = fields.Char(string="Code at the Time", readonly=True)
    agreement_name = fields.Char(
        string="Name at the Time", translate=True, readonly=True
    )
    agreement_version = fields.Integer(
        string="Version at the Time", readonly=True, aggregator=None
    )
    agreement_told = fields.Char(
        string="Agreement at the Time", compute="_compute_told"
    )
    service_id = fields.Many2one(
        "slm.service", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    service_name = fields.Char(
        string="Service at the Time", translate=True, readonly=True
    )
    service_told = fields.Char(string="For Service", compute="_compute_told")
    priority = fields.Selection(
        selection=lambda self: (
            self.env["helpdesk.ticket"]
            ._fields["priority"]
            ._description_selection(self.env)
        ),
        string="Ticket Priority",
        readonly=True,
        help="Empty: all priorities.",
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS], readonly=True
    )
    is_bare = fields.Boolean(
        string="Nothing Counted",
        readonly=True,
        help="No clock of this promise ended or was breached in the period.",
    )
    target_seconds = fields.Integer(
        string="Promise",
        readonly=True,
        aggregator=None,
        help="Service time that is promised.",
    )
    day_minutes = fields.Integer(
        string="Minutes of a Day", readonly=True, aggregator=None
    )
    attainment_target = fields.Float(
        string="Attainment (%)",
        digits=(6, 3),
        readonly=True,
        aggregator=None,
        help="Share of the clocks that were to be met. 0: nothing was promised.",
    )

    # ------------------------------------------------------------------
    # Fields: what was measured
    # ------------------------------------------------------------------

    ended = fields.Integer(
        string="Clocks That Ended", readonly=True, help="In the period."
    )
    met = fields.Integer(readonly=True)
    missed = fields.Integer(readonly=True)
    excluded = fields.Integer(
        readonly=True, help="Missed, and left out by a manager with a reason."
    )
    breached = fields.Integer(
        readonly=True, help="Clocks whose target was used up in the period."
    )
    breached_running = fields.Integer(
        string="Late and Running",
        readonly=True,
        help="Breached in the period, and not ended when it was over.",
    )
    is_measured = fields.Boolean(
        string="Measured", readonly=True, help="Something was met or missed."
    )
    share = fields.Float(
        string="Share Met (%)",
        readonly=True,
        aggregator="avg",
        help="Of those that were met or missed. Of several lines each clock counts the "
        "same.",
    )
    median_seconds = fields.Integer(
        string="Median",
        readonly=True,
        aggregator=None,
        help="Service time that half of those met or missed have used at most.",
    )
    p90_seconds = fields.Integer(
        string="90th Percentile",
        readonly=True,
        aggregator=None,
        help="Service time that nine of ten of those met or missed have used at most.",
    )
    has_gap = fields.Boolean(
        string="Compared",
        readonly=True,
        help="An attainment was promised, and something was met or missed.",
    )
    gap = fields.Float(
        string="Gap (points)",
        readonly=True,
        aggregator="avg",
        help="Share met less the promised attainment. Negative: it was not reached. Of "
        "several lines each clock counts the same.",
    )
    is_below = fields.Boolean(
        string="Below Attainment",
        readonly=True,
        help="The promised attainment was not reached.",
    )
    gap_seconds = fields.Integer(
        string="Time Gap",
        readonly=True,
        aggregator=None,
        help="90th percentile less the promise. Negative: nine of ten had time to "
        "spare.",
    )
    has_previous = fields.Boolean(
        string="Measured Before",
        readonly=True,
        help="Something was met or missed in the period before, too.",
    )
    previous_share = fields.Float(
        string="Previous Share (%)",
        readonly=True,
        aggregator=None,
        help="Share met in the period before, by all versions of the agreement.",
    )
    share_change = fields.Float(
        string="Since Then (points)",
        readonly=True,
        aggregator=None,
        help="Share met less that of the period before.",
    )
    trend = fields.Json(
        readonly=True, help="Shares met in the last periods, this one last."
    )
    trend_picture = fields.Json(
        string="Picture of the Trend",
        compute="_compute_trend_picture",
        help="The trend in words, to be drawn.",
    )
    causes = fields.Json(readonly=True, help="How many were late by each cause.")
    cause = fields.Selection(CAUSES, string="Main Cause", readonly=True)
    cause_count = fields.Integer(
        string="By the Main Cause",
        readonly=True,
        help="How many were missed, or are late and running, by it.",
    )

    _promise_uniq = models.UniqueIndex(
        "(analysis_id, agreement_id, COALESCE(service_id, 0), "
        "COALESCE(priority, ''), metric, target_seconds, is_bare)",
        "Somebody else is taking the figures of this analysis. Try again in a moment.",
    )
    _company_date_idx = models.Index("(company_id, date_to)")

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("agreement_code", "agreement_name", "metric", "service_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        for line in self:
            parts = (line.agreement_told, line.service_name, metrics.get(line.metric))
            line.display_name = ", ".join(filter(None, parts))

    @api.depends(
        "agreement_code", "agreement_name", "agreement_version", "service_name"
    )
    @api.depends_context("lang")
    def _compute_told(self):
        for line in self:
            version = line.agreement_version
            told = f"[{line.agreement_code or ''}] {line.agreement_name or ''}"
            line.agreement_told = f"{told} (v{version})" if version > 1 else told
            line.service_told = line.service_name or line._tell_no_service()

    @api.depends("trend", "has_gap", "attainment_target")
    @api.depends_context("lang")
    def _compute_trend_picture(self):
        for line in self:
            line.trend_picture = {
                "target": line.attainment_target,
                "points": line._tell_trend(),
            }

    # ------------------------------------------------------------------
    # Reading groups
    # ------------------------------------------------------------------

    def _read_group_select(self, aggregate_spec, query):
        """Of several lines each clock counts the same, not each line."""
        if aggregate_spec not in ("share:avg", "gap:avg"):
            return super()._read_group_select(aggregate_spec, query)
        value, known = aggregate_spec[:-4], {"share": "is_measured", "gap": "has_gap"}
        return SQL(
            "SUM(%(value)s * (%(met)s + %(missed)s)) FILTER (WHERE %(known)s) "
            "/ SUM(%(met)s + %(missed)s) FILTER (WHERE %(known)s)",
            value=self._field_to_sql(self._table, value, query),
            known=self._field_to_sql(self._table, known[value], query),
            met=self._field_to_sql(self._table, "met", query),
            missed=self._field_to_sql(self._table, "missed", query),
        )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_superuser()
        lines = super().create(vals_list)
        lines.analysis_id._check_open()
        return lines

    def write(self, vals):
        self.check_access("write")
        if vals.keys() - self._measure_fields:
            self._check_superuser()
        self.analysis_id._check_open()
        return super().write(vals)

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        """The road of the translation dialog."""
        self.check_access("write")
        self._check_superuser()
        self.analysis_id._check_open()
        return super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )

    def unlink(self):
        self.check_access("unlink")
        self.analysis_id._check_open()
        return super().unlink()

    @api.model
    def _check_superuser(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "What was promised and measured follows from agreements and "
                    "clocks. Take the figures again by the button of the gap analysis; "
                    "only measures are entered."
                )
            )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _get_promise(self):
        """What tells the line from others of its analysis."""
        self.ensure_one()
        return Promise(
            self.agreement_id.id,
            self.service_id.id,
            self.priority,
            self.metric,
            self.target_seconds,
            self.is_bare,
        )

    def _copy_names(self):
        """Write down how agreements and services are called, in every language."""
        self.env["slm.agreement"].flush_model(["name"])
        self.env["slm.service"].flush_model(["name"])
        self.flush_recordset()
        if not self:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE slm_gap_analysis_line line
                   SET agreement_name = agreement.name, service_name = (
                       SELECT name FROM slm_service WHERE id = line.service_id)
                  FROM slm_agreement agreement
                 WHERE agreement.id = line.agreement_id AND line.id IN %s
                """,
                self._ids,
            )
        )
        self.invalidate_recordset(["agreement_name", "service_name"], flush=False)

    def _tell_no_service(self):
        if self.is_bare:
            return self.env._("All Services")
        return self.env._("Without a Service")

    def _tell_trend(self):
        """``[{"label", "share", "text", "ended"}]``, in the language of the context."""
        self.ensure_one()
        analysis = self.analysis_id
        start = analysis._get_settings()["start"]
        return [
            {
                "label": analysis._tell_period(
                    fields.Date.to_date(point["from"]),
                    fields.Date.to_date(point["to"]),
                    analysis.period,
                    start,
                ),
                "share": point["share"],
                "text": analysis._tell_percent(point["share"]),
                "ended": point["ended"],
            }
            for point in self.trend or ()
        ]

    # ------------------------------------------------------------------
    # Rows of the document
    # ------------------------------------------------------------------

    def _prepare_row(self):
        """See ``slm.gap.analysis._iter_rows``."""
        self.ensure_one()
        return {
            "id": self.id,
            **self._prepare_promise(),
            **self._prepare_shares(),
            **self._prepare_times(),
            **self._prepare_trend(),
            **self._prepare_measure(),
        }

    def _get_label(self, name, missing="–"):
        labels = dict(self._fields[name]._description_selection(self.env))
        return labels.get(self[name], missing)

    def _prepare_promise(self):
        attainment = self.attainment_target or None
        return {
            "kind": self.kind,
            "kind_label": self._get_label("kind"),
            "agreement": self.agreement_told,
            "agreement_code": self.agreement_code or "",
            "agreement_name": self.agreement_name or "",
            "agreement_version": self.agreement_version,
            "service": self.service_told,
            "priority": self.priority or None,
            "priority_label": self._get_label("priority", self.env._("All Priorities")),
            "metric": self.metric,
            "metric_label": self._get_label("metric"),
            "promise_seconds": self.target_seconds,
            "promise_text": self._tell_time("target_seconds"),
            "attainment": attainment,
            "attainment_text": self.analysis_id._tell_percent(attainment),
        }

    def _prepare_shares(self):
        tell = self.analysis_id
        share = self.share if self.is_measured else None
        gap = self.gap if self.has_gap else None
        names = ("ended", "met", "missed", "excluded", "breached", "breached_running")
        return {
            **{name: self[name] for name in names},
            "share": share,
            "share_text": tell._tell_percent(share),
            "gap": gap,
            "gap_text": tell._tell_points(gap),
            "is_below": self.is_below,
            "cause": self.cause or None,
            "cause_label": self._get_label("cause"),
            "cause_count": self.cause_count,
        }

    def _prepare_times(self):
        names = ("median", "p90", "gap")
        seconds = {
            f"{name}_seconds": self[f"{name}_seconds"] if self.is_measured else None
            for name in names
        }
        return seconds | {
            "median_text": self._tell_time("median_seconds"),
            "p90_text": self._tell_time("p90_seconds"),
            "gap_seconds_text": self._tell_time("gap_seconds", signed=True),
        }

    def _tell_time(self, name, signed=False):
        known = self.is_measured or name == "target_seconds"
        seconds = self[name] if known else None
        return self.analysis_id._tell_seconds(seconds, self.day_minutes, signed)

    def _prepare_trend(self):
        tell, trend = self.analysis_id, self._tell_trend()
        before = self.previous_share if self.has_previous else None
        compared = self.has_previous and self.is_measured
        change = self.share_change if compared else None
        return {
            "previous_share": before,
            "previous_share_text": tell._tell_percent(before),
            "share_change": change,
            "share_change_text": tell._tell_points(change),
            "trend": trend,
            "trend_text": " → ".join(
                point["text"].removesuffix(" %") for point in trend
            ),
        }

    def _prepare_measure(self):
        return {
            "measure": self.measure or "",
            "owner": self.owner_id.sudo().name or "",
            "measure_date": self.measure_date or None,
            "measure_date_text": self.analysis_id._tell_day(self.measure_date),
            "is_done": self.measure_done,
            "is_done_text": self.env._("Done") if self.measure_done else "–",
        }
