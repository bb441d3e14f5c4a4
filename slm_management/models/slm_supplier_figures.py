# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.date_utils import date_range, start_of

from ..engine import METRICS, share_met

#: a stretch of time from one naive UTC instant to another, and the day it is known by
Span = namedtuple("Span", "key, start, end")
#: days that somebody mistyped are not beyond what can be calculated with
EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)
#: by what clocks are counted together
METRIC = SQL("clock.metric")
TOPIC = SQL("CASE clock.metric WHEN 'response' THEN 'response' ELSE 'quality' END")


class SlmSupplierFigures(models.AbstractModel):
    """How suppliers kept their UCs, counted from the clocks, in one query a call.

    Whose clocks are a supplier's: those of the UCs that were concluded with him, or
    with somebody below or above him in his commercial entity. Days are those of the
    company; what was cancelled or excluded counts nowhere. Figures of one metric:

    * ``ended``: clocks that stopped in the period; ``met`` and ``missed`` of them
    * ``share``: how many of these were met, in percent; None if there were none
    * ``median_seconds``: the service time that these used; None if there were none
    * ``breaches``: clocks whose target was used up in the period, also those that have
      not stopped since

    Nobody's access is asked for here: that is up to whoever shows it.
    """

    _name = "slm.supplier.figures"
    _description = "Figures of Suppliers"

    @api.model
    def _get_compliance_batch(self, partners, company, date_from, date_to):
        """``{partner: {metric: figures}}``, for all partners and all metrics.

        :param date_from: the first day of the period, ``date_to``: its last one
        """
        spans = [self._get_span(date_from, date_to, company)]
        found = self._count(partners, company, spans)
        return self._pick(found, partners, date_from, METRICS)

    @api.model
    def _get_topics_batch(self, partners, company, date_from, date_to):
        """``{partner: {topic: figures}}`` by what criteria may be suggested from.

        The topic ``response`` is the metric, ``quality`` completion and closure.
        """
        spans = [self._get_span(date_from, date_to, company)]
        found = self._count(partners, company, spans, TOPIC)
        return self._pick(found, partners, date_from, ("response", "quality"))

    @api.model
    def _get_monthly_compliance(self, partner, company, date_from, date_to):
        """``{(first day of the month, metric): figures}``, for all months and metrics.

        Of the first and the last month only what lies in the period counts.
        """
        partner.ensure_one()
        spans = []
        for first in date_range(start_of(date_from, "month"), date_to):
            last = start_of(first + timedelta(days=31), "month") - timedelta(days=1)
            span = self._get_span(max(first, date_from), min(last, date_to), company)
            spans.append(span._replace(key=first))
        found = self._count(partner, company, spans)
        return {
            (span.key, metric): found.get((partner._origin.id, span.key, metric))
            or self._prepare_figures()
            for span in spans
            for metric in METRICS
        }

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_span(self, date_from, date_to, company):
        """Days of a company, both included, as instants: from one to before another."""
        matcher = self.env["slm.matcher"]
        days = (date_from, date_to + timedelta(days=1) if date_to < LATEST else LATEST)
        days = (min(max(day, EARLIEST), LATEST) for day in days)
        return Span(date_from, *(matcher._get_midnight(day, company) for day in days))

    @api.model
    def _pick(self, found, partners, key, names):
        return {
            partner: {
                name: found.get((partner._origin.id, key, name))
                or self._prepare_figures()
                for name in names
            }
            for partner in partners
        }

    @api.model
    def _prepare_figures(self, met=0, missed=0, median=None, breaches=0):
        return {
            "ended": met + missed,
            "met": met,
            "missed": missed,
            "share": share_met(met, missed),
            "median_seconds": median,
            "breaches": breaches,
        }

    @api.model
    def _count(self, partners, company, spans, what=METRIC):
        """``{(id of the partner, key of the span, metric or topic): figures}``"""
        ids = tuple(partners._origin.ids)
        if not (ids and spans):
            return {}
        self.env["slm.clock"].flush_model()
        self.env["slm.agreement"].flush_model(["partner_id", "company_id"])
        self.env["res.partner"].flush_model(["parent_id", "commercial_partner_id"])
        rows = self.env.execute_query(self._get_query(ids, company, spans, what))
        return {
            (partner, key, name): self._prepare_figures(*counted)
            for partner, key, name, *counted in rows
        }

    @api.model
    def _get_query(self, partner_ids, company, spans, what):
        return SQL(
            """
            WITH RECURSIVE %(family)s,
            span (key, span_start, span_end) AS (VALUES %(spans)s),
            own AS (
                SELECT family.supplier_id, clock.*, %(what)s AS name
                  FROM family
                  JOIN slm_agreement agreement ON agreement.partner_id = family.id
                  JOIN slm_clock clock ON clock.agreement_id = agreement.id
                 WHERE agreement.company_id = %(company)s
                   AND clock.kind = 'uc'
                   AND clock.state != 'cancelled'
                   AND clock.outcome != 'excluded'
            ),
            happened (supplier_id, name, at, outcome, seconds, breach) AS (
                SELECT supplier_id, name, stopped_at, outcome, elapsed_seconds, 0
                  FROM own
                 WHERE state = 'stopped' AND outcome IN ('met', 'missed')
             UNION ALL
                SELECT supplier_id, name, breached_at, NULL, NULL, 1
                  FROM own
            )
            SELECT happened.supplier_id, span.key, happened.name,
                   COUNT(*) FILTER (WHERE outcome = 'met'),
                   COUNT(*) FILTER (WHERE outcome = 'missed'),
                   PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY seconds),
                   SUM(breach)
              FROM happened
              JOIN span ON happened.at >= span.span_start
               AND happened.at < span.span_end
             GROUP BY happened.supplier_id, span.key, happened.name
            """,
            what=what,
            family=self._get_family_sql(SQL("id IN %s", partner_ids)),
            spans=SQL(", ").join(
                SQL("(%s::date, %s::timestamp, %s::timestamp)", *span) for span in spans
            ),
            company=company.id,
        )

    @api.model
    def _get_family_sql(self, condition):
        """Table expressions of ``family``: each supplier, and all below and above him
        in his commercial entity.

        :param condition: which rows of ``res_partner`` are the suppliers
        """
        return SQL(
            """
            below (supplier_id, id, entity_id) AS (
                SELECT id, id, commercial_partner_id
                  FROM res_partner WHERE %(condition)s
                 UNION
                SELECT below.supplier_id, partner.id, below.entity_id
                  FROM below JOIN res_partner partner ON partner.parent_id = below.id
                 WHERE partner.commercial_partner_id = below.entity_id
            ),
            above (supplier_id, id, parent_id, entity_id) AS (
                SELECT id, id, parent_id, commercial_partner_id
                  FROM res_partner WHERE %(condition)s
                 UNION
                SELECT above.supplier_id, partner.id, partner.parent_id, above.entity_id
                  FROM above JOIN res_partner partner ON partner.id = above.parent_id
                 WHERE partner.commercial_partner_id = above.entity_id
            ),
            family (supplier_id, id) AS (
                SELECT supplier_id, id FROM below
                 UNION
                SELECT supplier_id, id FROM above
            )
            """,
            condition=condition,
        )
