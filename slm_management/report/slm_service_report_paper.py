# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

SMALL = "o_slm_small"


class SlmServiceReportPaper(models.AbstractModel):
    """A service report on paper: what ``slm.service.report.teller`` tells of it."""

    _name = "report.slm_management.report_slm_service_report"
    _description = "Service Report on Paper"
    _inherit = ["slm.period.paper"]
    _paper_model = "slm.service.report"

    @api.model
    def _prepare_head(self, report, document):
        return {
            **super()._prepare_head(report, document),
            "title": document["label"],
            "name": document["title"],
            "number": self.env._(
                "%(code)s, version %(version)s",
                code=document["code"],
                version=document["version"],
            ),
            "state": document["state_text"] if document["state"] == "draft" else "",
            "is_draft": document["state"] == "draft",
        }

    @api.model
    def _prepare_content(self, document):
        content = {"facts": self._get_facts(document), "document": document}
        if not document["is_empty"]:
            content["volume"] = self._draw_volume(document["trend"])
        return content

    @api.model
    def _get_facts(self, document):
        """Pairs of what and how it is; what is not known is left out."""
        facts = {
            self.env._("Customer"): document["customer"],
            self.env._("Provider"): document["company"],
            self.env._("Period"): document["period_text"],
            self.env._("From – Until"): document["days_text"],
            self.env._("Time zone"): document["timezone"],
            self.env._("Figures of"): document["computed_text"],
            self.env._("Published"): document["published_text"],
        }
        if facts[self.env._("From – Until")] == facts[self.env._("Period")]:
            del facts[self.env._("From – Until")]
        facts |= {item["label"]: item["text"] for item in document["filters"]}
        return [(label, text) for label, text in facts.items() if text]

    @api.model
    def _draw_volume(self, trend):
        """Heights in percent of what was opened and closed in each period."""
        series = {line["name"]: line["values"] for line in trend["tickets"]}
        drawn = [series["opened"], series["closed"]]
        most = max(max(values, default=0) for values in drawn) or 1
        return [
            [round(100 * value / most) for value in pair]
            for pair in zip(*drawn, strict=True)
        ]

    # ------------------------------------------------------------------
    # Long tables
    # ------------------------------------------------------------------

    @api.model
    def _iter_tables(self, report, document):
        if document["is_empty"]:
            return
        yield self._prepare_late(), self._iter_cells(report, "late")
        yield self._prepare_excluded(), self._iter_cells(report, "excluded")

    @api.model
    def _iter_cells(self, report, section):
        last = {"late": self._tell_cause, "excluded": self._tell_reason}[section]
        for batch in report._iter_rows(section):
            for row in batch:
                yield [*self._prepare_cells(row), last(row)]

    @api.model
    def _prepare_late(self):
        return {
            "title": self.env._("Breaches"),
            "empty": self.env._("No promised time was missed in this period."),
            "columns": self._prepare_columns(self.env._("Cause and What Was Done")),
        }

    @api.model
    def _prepare_excluded(self):
        return {
            "title": self.env._("Exclusions"),
            "empty": self.env._("Nothing was excluded."),
            "columns": self._prepare_columns(self.env._("Reason")),
        }

    @api.model
    def _prepare_columns(self, last):
        labels = {
            self.env._("Ticket"): "27%",
            self.env._("Service"): "15%",
            self.env._("Promise"): "17%",
            self.env._("Late by"): "12%",
            self.env._("Breached at"): "13%",
            last: "16%",
        }
        return [self._prepare_column(label, width) for label, width in labels.items()]

    @api.model
    def _prepare_cells(self, row):
        used = self.env._(
            "%(used)s used of %(promised)s",
            used=row["used_text"],
            promised=row["target_text"],
        )
        cells = [
            (
                (row["ticket_number"], "fw-bold"),
                row["ticket_name"],
                (", ".join(filter(None, (row["customer"], row["team"]))), SMALL),
            ),
            (row["service"], (row["priority_text"], SMALL)),
            (row["metric_text"], (row["agreement"], SMALL)),
            ((row["late_text"], "fw-bold"), (used, SMALL)),
            (row["breached_text"] if row["breached_at"] else "–",),
        ]
        return [self._prepare_cell(*lines) for lines in cells]

    @api.model
    def _tell_cause(self, row):
        outcome = row["outcome_text"] if row["outcome"] == "running" else ""
        return self._prepare_cell(
            (outcome, "fw-bold"), row["cause_text"], row["remark"]
        )

    @api.model
    def _tell_reason(self, row):
        return self._prepare_cell(row["reason"], (row["note"], SMALL))
