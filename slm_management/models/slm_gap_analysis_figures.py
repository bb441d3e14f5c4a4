# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import METRICS, share_met
from .slm_figures import CAUSES, TEAM

#: what tells one line of an analysis from another; ids and keys, False for none.
#: ``is_bare``: it is a promise of which nothing was counted
Promise = namedtuple(
    "Promise", "agreement service priority metric seconds is_bare", defaults=[False]
)
#: how figures are grouped, in the order of :class:`Promise`
BY = ("agreement", "service", "priority", "metric", "promise")
#: periods of a trend, the one of the analysis included
TREND = 6
KINDS = ("sla", "ola", "uc")
#: what is counted, as it is called in ``slm.figures`` and on the lines
COUNTS = ("ended", "met", "missed", "excluded", "breached", "breached_running")


class SlmGapAnalysisFigures(models.AbstractModel):
    """What an analysis compares: a line for each promise.

    What was measured is what ``slm.figures`` counts in the period in the company, of
    whatever agreement: the lines together are what every other report says. Beside it
    stands each target of an agreement that was in force on some day of the period and
    of which nothing was counted, so that no promise is forgotten.
    """

    _name = "slm.gap.analysis.figures"
    _description = "Figures of a Gap Analysis"

    # ------------------------------------------------------------------
    # All of it
    # ------------------------------------------------------------------

    def _get_wanted(self):
        """``{Promise: values of its line}``, in the order of the document.

        A bounded number of queries, however many agreements there are.
        """
        self.ensure_one()
        counted = self._count_promises()
        causes = self._count_late()
        in_force = self._get_agreements_in_force()
        agreements = in_force | in_force.browse({p.agreement for p, _day in counted})
        agreements = {agreement.id: agreement for agreement in agreements}
        history = self._sum_versions(counted, agreements)
        wanted = {
            promise: self._prepare_measured(
                promise, figures, agreements[promise.agreement], history
            )
            | self._prepare_causes(causes.get(promise, {}))
            for (promise, day), figures in counted.items()
            if day == self.date_from
        }
        wanted |= self._get_bare_promises(in_force)
        return self._sort(wanted, agreements)

    def _sort(self, wanted, agreements):
        """By agreement, service, metric and priority, the highest first, what nothing
        was counted of at the end; the same in every language."""
        services = self.env["slm.service"].sudo()
        services = services.browse({promise.service for promise in wanted} - {False})
        codes = {service.id: service.code or "" for service in services}

        def order(promise):
            agreement = agreements[promise.agreement]
            return (
                KINDS.index(agreement.kind),
                agreement.code or "",
                agreement.version,
                promise.is_bare,
                codes.get(promise.service, ""),
                METRICS.index(promise.metric),
                *(-ord(char) for char in promise.priority or ""),
                promise.seconds,
            )

        common = {i: self._prepare_agreement(a) for i, a in agreements.items()}
        return {
            promise: wanted[promise] | common[promise.agreement] | {"sequence": number}
            for number, promise in enumerate(sorted(wanted, key=order), 1)
        }

    @api.model
    def _prepare_agreement(self, agreement):
        """What is written down of an agreement."""
        return {
            "kind": agreement.kind,
            "agreement_code": agreement.code,
            "agreement_version": agreement.version,
            "attainment_target": agreement.attainment_target,
            "day_minutes": agreement.day_minutes,
        }

    # ------------------------------------------------------------------
    # What was measured
    # ------------------------------------------------------------------

    def _get_scope(self):
        return self.env["slm.figures"]._get_scope(self.company_id.sudo())

    def _get_spans(self, count):
        """Of so many periods, its own the last one; the key is the first day."""
        trail = self._get_trail(count)
        return self.env["slm.figures"]._get_spans(trail, self.company_id.sudo())

    def _count_promises(self):
        """``{(Promise, first day of a period): figures}`` of the last periods."""
        found = self.env["slm.figures"]._get_clock_figures(
            self._get_scope(), self._get_spans(TREND), BY
        )
        return {
            (self._to_promise(values), day): figures
            for (day, *values), figures in found.items()
        }

    def _count_late(self):
        """``{Promise: {cause: clocks that were missed, or are late and running}}``"""
        found = self.env["slm.figures"]._get_clock_figures(
            self._get_scope(), self._get_spans(1), (*BY, "cause")
        )
        late = {}
        for (_day, *values, cause), figures in found.items():
            count = figures["missed"] + figures["breached_running"]
            if cause and count:
                late.setdefault(self._to_promise(values), {})[cause] = count
        return late

    def _count_targets(self):
        """``{(first day of a period, id of a target, metric): figures}``"""
        figures, scope = self.env["slm.figures"], self._get_scope()
        names = {"target": SQL("clock.target_id"), "metric": SQL("clock.metric")}
        condition = figures._get_condition(scope, TEAM, SQL("clock"))
        return figures._count_clocks(self._get_spans(TREND), names, condition)

    @api.model
    def _to_promise(self, values):
        return Promise(*(value or False for value in values))

    def _sum_versions(self, counted, agreements):
        """``{(code of the agreement, *what goes on in its next version, first day):
        (met, missed, ended)}``

        A promise that has changed from one version to the next is another one.
        """
        sums = {}
        for (promise, day), figures in counted.items():
            code = agreements[promise.agreement].code
            key = (promise._replace(agreement=code), day)
            pairs = zip(sums.get(key, (0, 0, 0)), self._get_sum(figures), strict=True)
            sums[key] = tuple(map(sum, pairs))
        return sums

    @api.model
    def _get_sum(self, figures):
        return tuple(figures[name] for name in ("met", "missed", "ended"))

    def _prepare_measured(self, promise, figures, agreement, history):
        """The line of a promise of which something was counted."""
        series = promise._replace(agreement=agreement.code)
        found = {day: history.get((series, day)) for day, _d in self._get_trail(TREND)}
        found[self.date_from] = self._get_sum(figures)
        return {
            **self._prepare_line(promise, found),
            **{name: figures[name] for name in COUNTS},
            **self._prepare_times(promise, figures),
            **self._prepare_gap(figures["share"], agreement.attainment_target),
        }

    @api.model
    def _prepare_times(self, promise, figures):
        median, p90 = (figures[f"{name}_seconds"] for name in ("median", "p90"))
        return {
            "median_seconds": round(median or 0),
            "p90_seconds": round(p90 or 0),
            "gap_seconds": 0 if p90 is None else round(p90) - promise.seconds,
        }

    @api.model
    def _prepare_gap(self, share, attainment):
        """:param attainment: the share that was promised; 0: none"""
        compared = share is not None and attainment > 0
        gap = share - attainment if compared else 0.0
        # attainments have three digits
        return {
            "is_measured": share is not None,
            "share": share or 0.0,
            "has_gap": compared,
            "gap": gap,
            "is_below": compared and round(gap, 6) < 0,
        }

    @api.model
    def _prepare_causes(self, causes):
        """:param causes: ``{cause: how many}``; of several the first one is the main"""
        order = [cause for cause, _label in CAUSES if cause in causes]
        main = max(order, key=causes.get, default=False)
        return {
            "causes": causes or False,
            "cause": main,
            "cause_count": causes.get(main, 0),
        }

    # ------------------------------------------------------------------
    # Trend
    # ------------------------------------------------------------------

    def _prepare_line(self, promise, found):
        """What all lines have.

        :param found: ``{first day of a period: (met, missed, ended) or None}``
        """
        trend = self._prepare_trend(found)
        share, before = trend[-1]["share"], trend[-2]["share"]
        compared = share is not None and before is not None
        return {
            "agreement_id": promise.agreement,
            "service_id": promise.service,
            "priority": promise.priority,
            "metric": promise.metric,
            "target_seconds": promise.seconds,
            "is_bare": promise.is_bare,
            "trend": trend,
            "has_previous": before is not None,
            "previous_share": before or 0.0,
            "share_change": share - before if compared else 0.0,
        }

    def _prepare_trend(self, found):
        trend = []
        for first, last in self._get_trail(TREND):
            met, missed, ended = found.get(first) or (0, 0, 0)
            days = {"from": str(first), "to": str(last)}
            trend.append(days | {"share": share_met(met, missed), "ended": ended})
        return trend

    # ------------------------------------------------------------------
    # What was promised
    # ------------------------------------------------------------------

    def _get_agreements_in_force(self):
        """Those that were approved and in force on some day of the period."""
        agreements = (
            self.env["slm.agreement"]
            .sudo()
            .with_context(active_test=False)
            .search(
                Domain("company_id", "=", self.company_id.id)
                # what is over may be archived since
                & Domain("state", "in", ("active", "expired", "terminated"))
                & (Domain("active", "=", True) | Domain("state", "!=", "active"))
                & Domain("date_start", "<=", self.date_to)
                & (
                    Domain("date_end", "=", False)
                    | Domain("date_end", ">=", self.date_from)
                )
            )
        )
        return agreements - self._get_terminated_before(agreements)

    def _get_terminated_before(self, agreements):
        """Those that somebody ended before the period; only their history knows it."""
        ended = agreements.filtered(lambda agreement: agreement.state == "terminated")
        groups = (
            self.env["slm.revision"]
            .sudo()
            ._read_group(
                [
                    ("res_model", "=", "slm.agreement"),
                    ("res_id", "in", ended.ids),
                    ("field_name", "=", "state"),
                ],
                ["res_id"],
                ["at:max"],
            )
        )
        matcher, company = self.env["slm.matcher"], self.company_id.sudo()
        return agreements.browse(
            id_
            for id_, moment in groups
            if matcher._get_day(moment, company) < self.date_from
        )

    def _get_bare_promises(self, agreements):
        """``{Promise: values}`` of the targets of which nothing was counted."""
        counted, wanted = self._count_targets(), {}
        for target in agreements.target_ids:
            for metric, (_id, seconds) in target._seconds_by_metric().items():
                if (self.date_from, target.id, metric) not in counted:
                    promise = self._to_promise(
                        (
                            target.agreement_id.id,
                            target.service_id.id,
                            target.priority,
                            metric,
                            seconds,
                            True,
                        )
                    )
                    vals = self._prepare_bare(promise, target, counted)
                    wanted.setdefault(promise, vals)
        return wanted

    def _prepare_bare(self, promise, target, counted):
        found = {}
        for first, _last in self._get_trail(TREND):
            if figures := counted.get((first, target.id, promise.metric)):
                found[first] = self._get_sum(figures)
        return self._prepare_line(promise, found) | self._prepare_nothing()

    @api.model
    def _prepare_nothing(self):
        """Of what nothing was counted."""
        figures = self.env["slm.figures"]._prepare_clock_figures()
        return {
            **{name: figures[name] for name in COUNTS},
            **dict.fromkeys(("median_seconds", "p90_seconds", "gap_seconds"), 0),
            **self._prepare_gap(None, 0),
            **self._prepare_causes({}),
        }

    # ------------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------------

    def _take_figures(self):
        """Let the lines say what promises and clocks say now.

        Lines of the same promise keep their measures; one with a measure stays when its
        promise is not found any more, with nothing counted.
        """
        for analysis in self.sudo()._without_default_context():
            held = {line._get_promise(): line for line in analysis.line_ids}
            wanted = analysis._get_wanted()
            analysis._drop_lines(held, wanted)
            analysis._write_lines(held, wanted)
            analysis.computed_at = fields.Datetime.now()
            analysis.invalidate_recordset()

    def _drop_lines(self, held, wanted):
        gone = [line for promise, line in held.items() if promise not in wanted]
        gone = self.line_ids.browse().union(*gone)
        kept = gone.filtered("has_measure")
        (gone - kept).unlink()
        nothing = self._prepare_nothing() | {
            "trend": False,
            "has_previous": False,
            "previous_share": 0.0,
            "share_change": 0.0,
        }
        if kept:
            kept.write(nothing)

    def _write_lines(self, held, wanted):
        lines = self.line_ids.browse()
        for promise, vals in wanted.items():
            if line := held.get(promise):
                line.write(vals)
                lines |= line
        lines += lines.create(
            [
                vals | {"analysis_id": self.id}
                for promise, vals in wanted.items()
                if promise not in held
            ]
        )
        lines._copy_names()

    def _without_default_context(self):
        """Records whose context says nothing of what others are made with."""
        context = {
            name: value
            for name, value in self.env.context.items()
            if not name.startswith("default_")
        }
        return self.with_context(context)  # pylint: disable=context-overridden
