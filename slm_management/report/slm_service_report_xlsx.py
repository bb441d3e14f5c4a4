# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo import api, models

from .slm_period_xlsx import Column, Sheet

#: kinds of columns by the units of key figures
UNITS = {"count": "count", "percent": "percent", "seconds": "hours"}
#: keys of figures by the kind of their columns
COUNTS = ("ended", "met", "missed", "excluded", "breached", "breached_running")
SECONDS = ("median_seconds", "p90_seconds")
FLOW = ("opened", "closed", "reopened", "open_at_end")


class SlmServiceReportXlsx(models.AbstractModel):
    """A service report as a spreadsheet: what ``slm.service.report.teller`` tells."""

    _name = "report.slm_management.report_slm_service_report_xlsx"
    _description = "Service Report as a Spreadsheet"
    _inherit = ["slm.period.xlsx"]
    _paper_model = "slm.service.report"

    @api.model
    def _iter_sheets(self, report, document):
        yield self._prepare_head_sheet(document)
        if document["is_empty"]:
            return
        yield self._prepare_summary(document)
        yield self._prepare_compliance(document)
        yield self._prepare_groups(document, "services")
        yield self._prepare_groups(document, "priorities")
        yield self._prepare_trend(document)
        yield self._prepare_causes(document)
        yield from self._iter_row_sheets(report, document)
        if document["expiring"]:
            yield self._prepare_expiring(document)

    # ------------------------------------------------------------------
    # The summary
    # ------------------------------------------------------------------

    @api.model
    def _prepare_head_sheet(self, document):
        """What the report is about, and what it says in words."""
        paper = self.env["report.slm_management.report_slm_service_report"]
        labels = {
            self.env._("Title"): document["title"],
            self.env._("Number"): document["code"],
            self.env._("Version"): (document["version"], "count"),
            self.env._("State"): document["state_text"],
        }
        said = [*document.get("notices", ()), *document.get("sentences", ())]
        label = self.env._("Summary")
        rows = [*labels.items(), *paper._get_facts(document)]
        rows += [(label, sentence) for sentence in said]
        columns = [
            Column(self.env._("What"), "text", 24),
            Column(self.env._("Text"), "text", 90),
        ]
        return Sheet(document["label"], columns, rows)

    @api.model
    def _prepare_summary(self, document):
        units = {"count": "", "percent": "%", "seconds": self.env._("hours")}
        columns = [
            Column(self.env._("Figure"), "text", 40),
            Column(self.env._("This Period"), "count", 16),
            Column(self.env._("Period Before"), "count", 16),
            Column(self.env._("Difference"), "count", 16),
            Column(self.env._("Unit"), "text", 12),
        ]
        rows = [
            [
                figure["label"],
                (figure["value"], kind := UNITS[figure["unit"]]),
                (figure["previous"], kind),
                # a difference of shares is in points
                (figure["change"], "number" if kind == "percent" else kind),
                units[figure["unit"]],
            ]
            for figure in document["key_figures"]
        ]
        return Sheet(self.env._("Summary"), columns, rows)

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    @api.model
    def _get_labels(self):
        """Of figures, by their keys."""
        return {
            "ended": self.env._("Ended"),
            "met": self.env._("Met"),
            "missed": self.env._("Missed"),
            "excluded": self.env._("Excluded"),
            "breached": self.env._("Breached"),
            "breached_running": self.env._("Late and Running"),
            "median_seconds": self.env._("Median (h)"),
            "p90_seconds": self.env._("90 % Within (h)"),
            "mean_seconds": self.env._("Mean (h)"),
            "opened": self.env._("Opened"),
            "closed": self.env._("Closed"),
            "reopened": self.env._("Re-opened"),
            "open_at_end": self.env._("Open at the End"),
        }

    @api.model
    def _prepare_figure_columns(self, keys):
        labels = self._get_labels()
        return [
            Column(labels[key], "hours" if key.endswith("seconds") else "count", 13)
            for key in keys
        ]

    @api.model
    def _prepare_compliance(self, document):
        seconds = (*SECONDS, "mean_seconds")
        columns = [
            Column(self.env._("Kind"), "text", 26),
            Column(self.env._("Agreement"), "text", 36),
            Column(self.env._("Metric"), "text", 14),
            Column(self.env._("Promised Share"), "percent"),
            Column(self.env._("Share Kept"), "percent"),
            Column(self.env._("Share before"), "percent"),
            Column(self.env._("Reached"), "text", 16),
            *self._prepare_figure_columns((*COUNTS, *seconds)),
        ]
        keys = ("agreement", "metric_text", "target", "share", "previous_share")
        keys += ("reached_text", *COUNTS, *seconds)
        rows = [
            [group["label"], *(row[key] for key in keys)]
            for group in document["compliance"]
            for row in group["rows"]
        ]
        return Sheet(self.env._("Compliance"), columns, rows)

    @api.model
    def _prepare_groups(self, document, name):
        """Tickets and clocks by service or by priority."""
        titles = {
            "services": (self.env._("Services"), self.env._("Service")),
            "priorities": (
                self.env._("Ticket Priorities"),
                self.env._("Ticket Priority"),
            ),
        }
        title, first = titles[name]
        keys = (*FLOW, *COUNTS, *SECONDS)
        columns = [
            Column(first, "text", 36),
            Column(self.env._("Share Kept"), "percent"),
            *self._prepare_figure_columns(keys),
        ]
        rows = [
            [row["name"], row["share"], *(row[key] for key in keys)]
            for row in document[name]
        ]
        return Sheet(title, columns, rows)

    @api.model
    def _prepare_trend(self, document):
        """A row for each period, the last one is the report's own."""
        trend = document["trend"]
        columns = [
            Column(self.env._("Period"), "text", 26),
            Column(self.env._("From"), "day", 12),
            Column(self.env._("To"), "day", 12),
            *(Column(line["label"], "count") for line in trend["tickets"]),
        ]
        series = [line["values"] for line in trend["tickets"]]
        labels = self._get_labels()
        for line in trend["shares"]:
            columns.append(Column(line["label"], "percent", 18))
            for key in ("ended", "missed"):
                columns.append(Column(f"{line['label']}: {labels[key]}", "count", 18))
            series += [line["values"], line["ended"], line["missed"]]
        rows = [
            [period["text"], *self._get_days(period), *values]
            for period, *values in zip(trend["periods"], *series, strict=True)
        ]
        return Sheet(self.env._("Trend"), columns, rows)

    @api.model
    def _get_days(self, period):
        return [date.fromisoformat(period[key]) for key in ("from", "to")]

    @api.model
    def _prepare_causes(self, document):
        columns = [
            Column(self.env._("Kind"), "text", 26),
            Column(self.env._("Cause"), "text", 26),
            Column(self.env._("Breaches"), "count"),
            Column(self.env._("Share of Breaches"), "percent"),
        ]
        rows = [
            [group["label"], row["label"], row["count"], row["share"]]
            for group in document["causes"]
            for row in group["rows"]
        ]
        return Sheet(self.env._("Causes"), columns, rows)

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    @api.model
    def _iter_row_sheets(self, report, document):
        """Clocks that were missed, that are late and still run, that are excluded."""
        names = {
            "missed": self.env._("Breaches"),
            "running": self.env._("Late and Running"),
            "excluded": self.env._("Exclusions"),
        }
        is_provider = document["audience"] == "provider"
        for outcome, name in names.items():
            found = self._prepare_row_columns(outcome, is_provider)
            keys = [key for key, *_column in found]
            columns = [Column(*column) for _key, *column in found]
            yield Sheet(name, columns, self._iter_values(report, outcome, keys))

    @api.model
    def _iter_values(self, report, outcome, keys):
        section = "excluded" if outcome == "excluded" else "late"
        for batch in report._iter_rows(section):
            for row in batch:
                if row["outcome"] == outcome:
                    yield [row[key] for key in keys]

    @api.model
    def _prepare_row_columns(self, outcome, is_provider):
        """Keys of a row, each with what a :class:`Column` is made of."""
        last = self._prepare_cause_columns()
        if outcome == "excluded":
            last = self._prepare_reason_columns()
        inside = self._prepare_inside_columns() if is_provider else []
        return [
            ("ticket_number", self.env._("Number"), "text", 14),
            ("ticket_name", self.env._("Ticket"), "text", 40),
            ("service", self.env._("Service"), "text", 28),
            ("priority_text", self.env._("Ticket Priority"), "text", 14),
            *inside,
            ("metric_text", self.env._("Metric"), "text", 14),
            ("agreement", self.env._("Agreement"), "text", 36),
            *self._prepare_time_columns(),
            *last,
        ]

    @api.model
    def _prepare_inside_columns(self):
        return [
            ("customer", self.env._("Customer"), "text", 28),
            ("team", self.env._("Team"), "text", 24),
            ("kind_text", self.env._("Kind"), "text", 12),
        ]

    @api.model
    def _prepare_time_columns(self):
        return [
            ("target_seconds", self.env._("Promised (h)"), "hours", 12),
            ("used_seconds", self.env._("Used (h)"), "hours", 12),
            ("late_seconds", self.env._("Late by (h)"), "hours", 12),
            ("started_at", self.env._("Started"), "moment", 18),
            ("breached_at", self.env._("Breached at"), "moment", 18),
            ("stopped_at", self.env._("Ended at"), "moment", 18),
        ]

    @api.model
    def _prepare_cause_columns(self):
        return [
            ("cause_text", self.env._("Cause"), "text", 18),
            ("escalations", self.env._("Escalations"), "count", 12),
            ("remark", self.env._("What Was Done"), "text", 40),
        ]

    @api.model
    def _prepare_reason_columns(self):
        return [
            ("reason", self.env._("Reason"), "text", 30),
            ("note", self.env._("Note"), "text", 40),
        ]

    # ------------------------------------------------------------------
    # What ends soon
    # ------------------------------------------------------------------

    @api.model
    def _prepare_expiring(self, document):
        expiring = document["expiring"]
        columns = [
            Column(self.env._("Date"), "day", 12),
            Column(self.env._("What Ends"), "text", 24),
            Column(self.env._("Agreement or Contract"), "text", 44),
            Column(self.env._("With"), "text", 32),
        ]
        tables = {
            "agreements": ("kind_text", "agreement"),
            "contracts": ("event_text", "contract"),
        }
        rows = [
            [date.fromisoformat(row["date"]), row[what], row[name], row["party"]]
            for key, (what, name) in tables.items()
            for row in expiring[key]
        ]
        return Sheet(self.env._("Expiring"), columns, rows)
