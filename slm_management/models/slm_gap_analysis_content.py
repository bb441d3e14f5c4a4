# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter

from odoo import fields, models
from odoo.tools import format_date, format_datetime, formatLang
from odoo.tools.misc import split_every

from ..controllers.words import tell_duration
from ..engine import share_met
from .slm_figures import CAUSES

#: what is missing
NOTHING = "–"
#: gaps that the document tells of at its beginning
WORST = 10


class SlmGapAnalysisContent(models.AbstractModel):
    """What a gap analysis says, as plain values and as texts in a language.

    The screen, the paper and the spreadsheet tell the same. Nobody's access is asked
    for here: that is up to whoever shows it.
    """

    _name = "slm.gap.analysis.content"
    _description = "Content of a Gap Analysis"

    # ------------------------------------------------------------------
    # The document
    # ------------------------------------------------------------------

    def _get_document(self, lang=None):
        """The analysis without its lines, a dict of plain values and texts.

        :param lang: code of a language; without, that of the context
        :return: dict of

            * ``lang``: code of the language of the texts
            * ``heading``: "Gap Analysis"; ``title``: its own title; ``number``: its
              code; ``company``, ``manager``: names, or an empty text
            * ``period``: as people call it; ``days``: "01/01/2024 – 01/31/2024";
              ``date_from``, ``date_to``: dates; ``is_period_over``: bool
            * ``state``: ``draft``, ``reviewed`` or ``closed``; ``state_label``: text
            * ``computed_at``: naive UTC datetime or None; ``computed_at_text``: text,
              in the time zone of the company; ``reviewed_by``, ``reviewed_on``,
              ``closed_by``, ``closed_on``: texts, empty before
            * ``summary``: list of sentences
            * ``counts``: ``promises`` (lines), ``agreements``, ``measured`` (lines of
              which something was met or missed), ``compared`` (those of them with a
              promised attainment), ``below`` (those of them that fell short),
              ``ended``, ``met``, ``missed``, ``excluded``, ``breached_running``,
              ``measures``, ``measures_open``: whole numbers
            * ``share``: met in percent of met and missed, float or None;
              ``share_text``
            * ``figures``: list of ``{"key", "label", "value", "text"}``: what a reader
              wants to know first, ``key`` one of ``counts`` or ``share``
            * ``kinds``: list of ``{"kind", "label", "promises", "ended", "met",
              "missed", "excluded", "share", "share_text", "below"}`` for ``sla``,
              ``ola`` and ``uc``, also where there is nothing
            * ``causes``: list of ``{"cause", "label", "count"}``, how many clocks that
              were missed, or are late and running, were late by it; none of 0
            * ``worst``: list of rows as of :meth:`_iter_rows`: those that fell short
              furthest of the promised attainment, at most 10
            * ``labels``: ``{key of a row: heading of its column}`` for the columns of a
              table, in their order
        """
        self.ensure_one()
        if lang:
            self = self.with_context(lang=lang)
        kinds, counts = self._count_kinds(), self._count()
        share = share_met(counts["met"], counts["missed"])
        causes = self._count_causes()
        return {
            "lang": self.env.lang or "en_US",
            **self._prepare_head(),
            "summary": self._tell_summary(counts, share, causes),
            "counts": counts,
            "share": share,
            "share_text": self._tell_percent(share),
            "figures": self._prepare_figures(counts, share),
            "kinds": kinds,
            "causes": causes,
            "worst": [line._prepare_row() for line in self._get_worst()],
            "labels": self._get_labels(),
        }

    def _iter_rows(self, size=500):
        """The lines in batches, in the language of the context.

        A row is a dict; what ends in ``_text`` or ``_label`` is a text, ``–`` if there
        is nothing to say:

        * ``id``; ``kind`` (``sla``, ``ola``, ``uc``), ``kind_label``
        * ``agreement``: "[SLA0001] Office (v2)"; ``agreement_code``,
          ``agreement_name``, ``agreement_version`` (int): as they were
        * ``service``: its name as it was, or "All Services" of a promise that no ticket
          has asked for, or "Without a Service"
        * ``priority``: key or None; ``priority_label``
        * ``metric``, ``metric_label``
        * ``promise_seconds``, ``promise_text``: service time
        * ``attainment``: float or None, ``attainment_text``: what share was promised
        * ``ended``, ``met``, ``missed``, ``excluded``, ``breached``,
          ``breached_running``: whole numbers
        * ``share``: percent, float or None; ``share_text``
        * ``median_seconds``, ``p90_seconds``: int or None; ``median_text``,
          ``p90_text``
        * ``gap``: points, float or None; ``gap_text``: "−2.5"
        * ``gap_seconds``: 90th percentile less the promise, int or None;
          ``gap_seconds_text``: "−1 h 10 min"
        * ``previous_share``, ``share_change``: float or None; ``previous_share_text``,
          ``share_change_text``
        * ``trend``: list of ``{"label", "share" (float or None), "text", "ended"}`` of
          the last periods, this one last; ``trend_text``: "92.0 → – → 95.5"
        * ``cause``: key or None, ``cause_label``; ``cause_count``: int
        * ``measure``: text, may be empty; ``owner``: name, may be empty;
          ``measure_date``: date or None, ``measure_date_text``; ``is_done``: bool,
          ``is_done_text``
        * ``is_below``: bool, the promised attainment was not reached

        :param size: rows of a batch; one batch is in memory at a time
        :return: iterator of lists of dicts
        """
        self.ensure_one()
        lines = self.env["slm.gap.analysis.line"]
        found = lines.search([("analysis_id", "=", self.id)])
        for batch in split_every(size, found.ids, lines.browse):
            yield [line._prepare_row() for line in batch]
            batch.invalidate_recordset()

    # ------------------------------------------------------------------
    # Parts
    # ------------------------------------------------------------------

    def _prepare_head(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "heading": self.env._("Gap Analysis"),
            "title": self.name or "",
            "number": self.code or "",
            "company": self._get_settings()["company"],
            "manager": self.manager_id.sudo().name or "",
            "period": self._tell_own_period(),
            "days": self._tell_period(self.date_from, self.date_to, None),
            "date_from": self.date_from,
            "date_to": self.date_to,
            "is_period_over": self.is_period_over,
            "state": self.state,
            "state_label": states[self.state],
            "computed_at": self.computed_at or None,
            "computed_at_text": self._tell_moment(self.computed_at),
            **{
                f"{what}_{part}": text
                for what in ("reviewed", "closed")
                for part, text in self._prepare_step(what).items()
            },
        }

    def _prepare_step(self, what):
        """Who reviewed or closed it, and when."""
        day = self[f"{what}_on"]
        return {
            "by": self[f"{what}_by_id"].sudo().name or "",
            "on": format_date(self.env, day) if day else "",
        }

    def _count(self):
        lines = self.line_ids
        compared = lines.filtered("has_gap")
        measures = lines.filtered("has_measure")
        names = ("ended", "met", "missed", "excluded", "breached_running")
        return {
            "promises": len(lines),
            "agreements": len(lines.agreement_id),
            "measured": len(lines.filtered("is_measured")),
            "compared": len(compared),
            "below": len(compared.filtered("is_below")),
            **{name: sum(lines.mapped(name)) for name in names},
            "measures": len(measures),
            "measures_open": len(measures.filtered(lambda li: not li.measure_done)),
        }

    def _count_kinds(self):
        lines = self.line_ids
        kinds = lines._fields["kind"]._description_selection(self.env)
        by_kind = lines.grouped("kind")
        return [
            {"kind": kind, "label": label}
            | self._count_kind(by_kind.get(kind, lines.browse()))
            for kind, label in kinds
        ]

    def _count_kind(self, lines):
        names = ("ended", "met", "missed", "excluded")
        counts = {name: sum(lines.mapped(name)) for name in names}
        share = share_met(counts["met"], counts["missed"])
        return counts | {
            "promises": len(lines),
            "share": share,
            "share_text": self._tell_percent(share),
            "below": len(lines.filtered("is_below")),
        }

    def _count_causes(self):
        labels = dict(self.line_ids._fields["cause"]._description_selection(self.env))
        counts = Counter()
        for causes in self.line_ids.mapped("causes"):
            counts.update(causes or {})
        return [
            {"cause": cause, "label": labels[cause], "count": counts[cause]}
            for cause, _label in CAUSES
            if counts[cause]
        ]

    def _get_worst(self):
        below = self.line_ids.filtered("is_below")
        return below.sorted(lambda line: (line.gap, line.sequence, line.id))[:WORST]

    def _prepare_figures(self, counts, share):
        labels = {
            "promises": self.env._("Promises"),
            "ended": self.env._("Clocks That Ended"),
            "share": self.env._("Share Met"),
            "below": self.env._("Below Attainment"),
            "breached_running": self.env._("Late and Running"),
            "measures_open": self.env._("Open Measures"),
        }
        texts = {"share": self._tell_percent(share)}
        values = dict(counts, share=share)
        return [
            {
                "key": key,
                "label": label,
                "value": values[key],
                "text": texts.get(key) or formatLang(self.env, values[key], digits=0),
            }
            for key, label in labels.items()
        ]

    def _get_labels(self):
        """Headings of a table: those of the fields."""
        told = self.env["slm.gap.analysis.line"]._fields
        columns = {
            "kind_label": "kind",
            "agreement": "agreement_id",
            "service": "service_id",
            "priority_label": "priority",
            "metric_label": "metric",
            "promise_text": "target_seconds",
            "attainment_text": "attainment_target",
            "ended": "ended",
            "met": "met",
            "missed": "missed",
            "excluded": "excluded",
            "breached_running": "breached_running",
            "share_text": "share",
            "gap_text": "gap",
            "median_text": "median_seconds",
            "p90_text": "p90_seconds",
            "gap_seconds_text": "gap_seconds",
            "previous_share_text": "previous_share",
            "share_change_text": "share_change",
            "trend_text": "trend",
            "cause_label": "cause",
            "cause_count": "cause_count",
            "measure": "measure",
            "owner": "owner_id",
            "measure_date_text": "measure_date",
            "is_done_text": "measure_done",
        }
        return {k: told[n]._description_string(self.env) for k, n in columns.items()}

    # ------------------------------------------------------------------
    # Sentences
    # ------------------------------------------------------------------

    def _tell_summary(self, counts, share, causes):
        told = [
            self.env._(
                "%(period)s: promises of %(agreements)s agreements: %(promises)s; "
                "something was met or missed of %(measured)s of them.",
                period=self._tell_own_period(),
                **{name: counts[name] for name in ("agreements", "promises")},
                measured=counts["measured"],
            ),
            self.env._(
                "Clocks that ended: %(ended)s, of which %(met)s were met, %(missed)s "
                "missed and %(excluded)s excluded: %(share)s met.",
                share=self._tell_percent(share),
                **{n: counts[n] for n in ("ended", "met", "missed", "excluded")},
            ),
        ]
        return told + self._tell_gaps(counts, causes)

    def _tell_gaps(self, counts, causes):
        told = []
        if counts["below"]:
            text = self.env._(
                "Promised attainments that were not reached: %(below)s of "
                "%(compared)s.",
                below=counts["below"],
                compared=counts["compared"],
            )
            told.append(text)
        elif counts["compared"]:
            told.append(self.env._("All promised attainments were reached."))
        if causes:
            main = max(causes, key=lambda cause: cause["count"])
            text = self.env._("Most frequent cause: %(cause)s.", cause=main["label"])
            told.append(text)
        if counts["measures"]:
            text = self.env._(
                "Measures: %(measures)s, of which %(open)s are open.",
                measures=counts["measures"],
                open=counts["measures_open"],
            )
            told.append(text)
        return told

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _tell_own_period(self):
        start = self._get_settings()["start"]
        return self._tell_period(self.date_from, self.date_to, self.period, start)

    def _get_settings(self):
        """By what it tells days, and of whom; as it was when it was closed."""
        return self.closed_settings or self._get_live_settings()

    def _get_live_settings(self):
        company = self.company_id.sudo()
        return {
            "start": company._slm_get_first_month(),
            "timezone": self.env["slm.matcher"]._get_timezone(company),
            "company": company.name,
        }

    def _tell_moment(self, moment):
        if not moment:
            return NOTHING
        timezone = self._get_settings()["timezone"]
        return format_datetime(self.env, moment, tz=timezone, dt_format="short")

    def _tell_percent(self, share):
        if share is None:
            return NOTHING
        return f"{formatLang(self.env, share, digits=1)} %"

    def _tell_points(self, points):
        """Percentage points with a sign."""
        if points is None:
            return NOTHING
        if not round(points, 1):
            return "±0"
        sign = "+" if points > 0 else "−"
        return f"{sign}{formatLang(self.env, abs(points), digits=1)}"

    def _tell_seconds(self, seconds, day_minutes=0, signed=False):
        if seconds is None:
            return NOTHING
        minutes = round(seconds / 60)
        text = tell_duration(self.env, abs(minutes), day_minutes)
        sign = "−" if minutes < 0 else "+" if signed and minutes else ""
        return f"{sign}{text}"

    def _tell_day(self, day):
        return format_date(self.env, day) if day else NOTHING

    def _is_over(self, now=None):
        """Whether the last day of the period is over, where the company is."""
        company = (self.company_id or self.env.company).sudo()
        now = now or fields.Datetime.now()
        today = self.env["slm.matcher"]._get_day(now, company)
        return not self.date_to or self.date_to < today
