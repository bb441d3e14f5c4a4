# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .slm_period_xlsx import Column, Sheet

#: columns of the promises by the keys of their labels: key of the value, kind and width
COLUMNS = {
    "kind_label": ("kind_label", "text", 10),
    "agreement": ("agreement", "text", 36),
    "service": ("service", "text", 28),
    "priority_label": ("priority_label", "text", 14),
    "metric_label": ("metric_label", "text", 14),
    "promise_text": ("promise_seconds", "hours", 14),
    "attainment_text": ("attainment", "percent", 14),
    "ended": ("ended", "count", 10),
    "met": ("met", "count", 10),
    "missed": ("missed", "count", 10),
    "excluded": ("excluded", "count", 10),
    "breached_running": ("breached_running", "count", 12),
    "share_text": ("share", "percent", 12),
    "gap_text": ("gap", "number", 10),
    "median_text": ("median_seconds", "hours", 12),
    "p90_text": ("p90_seconds", "hours", 14),
    "gap_seconds_text": ("gap_seconds", "hours", 12),
    "previous_share_text": ("previous_share", "percent", 14),
    "share_change_text": ("share_change", "number", 12),
    "cause_label": ("cause_label", "text", 18),
    "cause_count": ("cause_count", "count", 12),
    "measure": ("measure", "text", 40),
    "owner": ("owner", "text", 22),
    "measure_date_text": ("measure_date", "day", 12),
    "is_done_text": ("is_done_text", "text", 10),
}


class SlmGapAnalysisXlsx(models.AbstractModel):
    """A gap analysis as a spreadsheet: what it is about, its summary, the promises and
    their trend."""

    _name = "report.slm_management.report_slm_gap_analysis_xlsx"
    _description = "Gap Analysis as a Spreadsheet"
    _inherit = ["slm.period.xlsx"]
    _paper_model = "slm.gap.analysis"

    @api.model
    def _iter_sheets(self, analysis, document):
        yield self._prepare_head_sheet(document)
        yield self._prepare_summary(document)
        yield Sheet(
            self.env._("Promises"),
            self._prepare_columns(document["labels"]),
            self._iter_values(analysis),
        )
        yield self._prepare_trend(analysis, document["labels"])

    @api.model
    def _prepare_head_sheet(self, document):
        paper = self.env["report.slm_management.report_slm_gap_analysis"]
        facts = [
            (document["heading"], document["title"]),
            (self.env._("Number"), document["number"]),
            (self.env._("State"), document["state_label"]),
            *paper._get_facts(document),
        ]
        columns = [Column(self.env._("What"), "text", 28)]
        columns.append(Column(self.env._("Text"), "text", 90))
        label = self.env._("Summary")
        rows = [*facts, *((label, text) for text in document["summary"])]
        return Sheet(document["heading"], columns, rows)

    @api.model
    def _prepare_summary(self, document):
        labels = document["labels"]
        names = {"ended": 10, "met": 10, "missed": 10, "excluded": 10}
        columns = [
            Column(labels["kind_label"], "text", 12),
            Column(self.env._("Promises"), "count", 12),
            *(Column(labels[name], "count", w) for name, w in names.items()),
            Column(labels["share_text"], "percent", 12),
            Column(self.env._("Below Attainment"), "count", 16),
        ]
        keys = ("label", "promises", *names, "share", "below")
        rows = [[kind[key] for key in keys] for kind in document["kinds"]]
        return Sheet(self.env._("Summary"), columns, rows)

    # ------------------------------------------------------------------
    # Promises
    # ------------------------------------------------------------------

    @api.model
    def _prepare_columns(self, labels):
        """Durations are in hours, which is said."""
        return [
            Column(self._get_label(labels[name], kind), kind, width)
            for name, (_key, kind, width) in COLUMNS.items()
        ]

    @api.model
    def _get_label(self, label, kind):
        return self.env._("%(label)s (h)", label=label) if kind == "hours" else label

    @api.model
    def _iter_values(self, analysis):
        keys = [key for key, _kind, _width in COLUMNS.values()]
        for batch in analysis._iter_rows():
            for row in batch:
                yield [row[key] for key in keys]

    @api.model
    def _prepare_trend(self, analysis, labels):
        """Shares of the last periods, a column for each."""
        first = next(iter(analysis._iter_rows(1)), [])
        periods = [period["label"] for row in first for period in row["trend"]]
        columns = [
            Column(labels["agreement"], "text", 36),
            Column(labels["service"], "text", 28),
            Column(labels["priority_label"], "text", 14),
            Column(labels["metric_label"], "text", 14),
            *(Column(period, "percent", 14) for period in periods),
        ]
        return Sheet(labels["trend_text"], columns, self._iter_trend(analysis))

    @api.model
    def _iter_trend(self, analysis):
        keys = ("agreement", "service", "priority_label", "metric_label")
        for batch in analysis._iter_rows():
            for row in batch:
                shares = (period["share"] for period in row["trend"])
                yield [*(row[key] for key in keys), *shares]
