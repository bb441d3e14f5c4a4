# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.date_utils import date_range, start_of

from ..engine import METRICS

#: by what clocks are counted together
METRIC = SQL("clock.metric")
TOPIC = SQL("CASE clock.metric WHEN 'response' THEN 'response' ELSE 'quality' END")


class SlmSupplierFigures(models.AbstractModel):
    """How suppliers kept their UCs, in one query a call.

    They are figures of ``slm.figures``, by supplier.

    Whose clocks are a supplier's: those of the UCs that were concluded with him, or
    with somebody below or above him in his commercial entity. What was excluded counts
    nowhere. Figures of one metric:

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
        spans = [self.env["slm.figures"]._get_span(date_from, date_to, company)]
        found = self._count(partners, company, spans)
        return self._pick(found, partners, date_from, METRICS)

    @api.model
    def _get_topics_batch(self, partners, company, date_from, date_to):
        """``{partner: {topic: figures}}`` by what criteria may be suggested from.

        The topic ``response`` is the metric, ``quality`` completion and closure.
        """
        spans = [self.env["slm.figures"]._get_span(date_from, date_to, company)]
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
            days = max(first, date_from), min(last, date_to)
            span = self.env["slm.figures"]._get_span(*days, company)
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
    def _prepare_figures(self, figures=None):
        """What is told of a supplier of the figures of all."""
        figures = figures or self.env["slm.figures"]._prepare_clock_figures()
        names = ("ended", "met", "missed", "share", "median_seconds")
        told = {name: figures[name] for name in names}
        return told | {
            "ended": figures["met"] + figures["missed"],
            "breaches": figures["breached"],
        }

    @api.model
    def _count(self, partners, company, spans, what=METRIC):
        """``{(id of the partner, key of the span, metric or topic): figures}``"""
        ids = tuple(partners._origin.ids)
        if not ids:
            return {}
        family = self._get_family_sql(SQL("id IN %s", ids))
        found = self.env["slm.figures"]._count_clocks(
            spans,
            {"supplier": SQL("family.supplier_id"), "name": what},
            SQL("agreement.company_id = %s AND clock.kind = 'uc'", company.id),
            ctes=SQL("%s,", family),
            joins=SQL("JOIN family ON family.id = agreement.partner_id"),
        )
        return {
            (partner, key, name): self._prepare_figures(figures)
            for (key, partner, name), figures in found.items()
        }

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
