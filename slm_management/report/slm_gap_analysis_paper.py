# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

SMALL = "o_slm_small"


class SlmGapAnalysisPaper(models.AbstractModel):
    """A gap analysis on paper: what ``slm.gap.analysis.content`` tells of it."""

    _name = "report.slm_management.report_slm_gap_analysis"
    _description = "Gap Analysis on Paper"
    _inherit = ["slm.period.paper"]
    _paper_model = "slm.gap.analysis"

    @api.model
    def _prepare_head(self, analysis, document):
        is_draft = document["state"] != "closed"
        return {
            **super()._prepare_head(analysis, document),
            "title": document["heading"],
            "name": document["title"],
            "number": " · ".join(
                filter(None, (document["number"], document["period"]))
            ),
            "state": document["state_label"] if is_draft else "",
            "is_draft": is_draft,
        }

    @api.model
    def _prepare_content(self, document):
        return {"document": document, "facts": self._get_facts(document)}

    @api.model
    def _get_facts(self, document):
        """Pairs of what and how it is; what is not known is left out."""
        facts = {
            self.env._("Company"): document["company"],
            self.env._("Period"): document["period"],
            self.env._("From – Until"): document["days"],
            self.env._("Service level manager"): document["manager"],
            self.env._("Figures of"): document["computed_at_text"],
            self.env._("Reviewed"): self._tell_step(document, "reviewed"),
            self.env._("Closed"): self._tell_step(document, "closed"),
        }
        if document["days"] == document["period"]:
            del facts[self.env._("From – Until")]
        return [(label, text) for label, text in facts.items() if text]

    @api.model
    def _tell_step(self, document, what):
        """Who did it and when, or nothing."""
        told = [document[f"{what}_on"], document[f"{what}_by"]]
        return ", ".join(text for text in told if text)

    # ------------------------------------------------------------------
    # The promises
    # ------------------------------------------------------------------

    @api.model
    def _iter_tables(self, analysis, document):
        labels = document["labels"]
        headings = {
            labels["agreement"]: "20%",
            self.env._("Service and Metric"): "16%",
            labels["promise_text"]: "9%",
            self.env._("Measured"): "11%",
            labels["gap_text"]: "9%",
            labels["trend_text"]: "10%",
            labels["cause_label"]: "9%",
            labels["measure"]: "16%",
        }
        table = {
            "title": self.env._("Promises"),
            "empty": self.env._("No agreement was active in this period."),
            "columns": [self._prepare_column(*item) for item in headings.items()],
        }
        yield table, self._iter_cells(analysis)

    @api.model
    def _iter_cells(self, analysis):
        for batch in analysis._iter_rows():
            for row in batch:
                yield self._prepare_cells(row)

    @api.model
    def _prepare_cells(self, row):
        strong = "o_slm_late" if row["is_below"] else "fw-bold"
        mark = " ▼" if row["is_below"] else ""
        ended = self.env._("Ended: %(count)s", count=row["ended"])
        used = self.env._("90 %% within %(time)s", time=row["p90_text"])
        cells = [
            (row["agreement"], (row["kind_label"], SMALL)),
            (
                row["service"],
                (row["priority_label"], SMALL),
                (row["metric_label"], "fw-bold"),
            ),
            (row["promise_text"], row["attainment_text"]),
            (
                (f"{row['share_text']}{mark}", strong),
                (used if row["p90_seconds"] is not None else "", SMALL),
                (ended, SMALL),
            ),
            ((row["gap_text"], strong), (row["gap_seconds_text"], SMALL)),
            (
                row["share_change_text"],
                ([period["share"] for period in row["trend"]], "o_slm_bars"),
            ),
            (row["cause_label"],),
            self._tell_measure(row),
        ]
        return [self._prepare_cell(*lines) for lines in cells]

    @api.model
    def _tell_measure(self, row):
        """What is done against it, by whom and until when."""
        if not row["measure"]:
            return ("–",)
        day = row["measure_date_text"] if row["measure_date"] else ""
        return (
            row["measure"],
            (", ".join(text for text in (row["owner"], day) if text), SMALL),
            (row["is_done_text"] if row["is_done"] else "", "fw-bold"),
        )
