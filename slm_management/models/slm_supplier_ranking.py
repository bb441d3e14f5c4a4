# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import SQL

from .slm_figures import COUNTS, ENDED


class SlmSupplierRanking(models.Model):
    """Suppliers of a category in order of their last confirmed evaluations.

    One row for each company and supplier who is not retired; a supplier of all
    companies has one in each of them. Clocks are those of the last twelve months, see
    :class:`.slm_supplier_figures.SlmSupplierFigures`.
    """

    _name = "slm.supplier.ranking"
    _description = "Ranking of Suppliers"
    _auto = False
    _order = "category_id, rank, partner_id, id"
    _rec_name = "partner_id"
    _depends = {
        "res.partner": [
            "active",
            "parent_id",
            "commercial_partner_id",
            "company_id",
            "slm_is_supplier",
            "slm_supplier_category_id",
            "slm_supplier_status",
            "slm_account_manager_id",
        ],
        "slm.agreement": ["partner_id", "company_id"],
        "slm.clock": ["state", "outcome", "stopped_at", "breached_at"],
        "slm.supplier.evaluation": [
            "partner_id",
            "company_id",
            "state",
            "total",
            "date_to",
            "confirmed_on",
            "is_merged",
        ],
    }

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Supplier", readonly=True)
    category_id = fields.Many2one("slm.supplier.category", readonly=True)
    status = fields.Selection(
        selection=lambda self: (
            self.env["res.partner"]
            ._fields["slm_supplier_status"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    account_manager_id = fields.Many2one(
        "res.users", string="Our Account Manager", readonly=True
    )
    rank = fields.Integer(
        readonly=True,
        aggregator=None,
        help="The place within the category, by the total of the last evaluation. 0: "
        "there is none yet.",
    )
    evaluation_id = fields.Many2one(
        "slm.supplier.evaluation", string="Last Evaluation", readonly=True
    )
    total = fields.Float(
        string="Total Score", digits=(3, 2), readonly=True, aggregator="avg"
    )
    previous_total = fields.Float(digits=(3, 2), readonly=True, aggregator=None)
    trend = fields.Selection(
        [("better", "Better"), ("same", "Unchanged"), ("worse", "Worse")],
        readonly=True,
        help="The total of the last evaluation, compared with the one before.",
    )
    confirmed_on = fields.Date(string="Evaluated on", readonly=True)
    clock_count = fields.Integer(
        string="Clocks",
        readonly=True,
        help="How many clocks of the supplier's UCs stopped in the last twelve months.",
    )
    share_met = fields.Float(
        string="Met (%)",
        digits=(4, 1),
        readonly=True,
        aggregator="avg",
        help="How many of them stopped in time, in percent.",
    )
    breach_count = fields.Integer(
        string="Breaches",
        readonly=True,
        help="How many targets were used up in the last twelve months.",
    )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_supplier(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    # ------------------------------------------------------------------
    # Query
    # ------------------------------------------------------------------

    @property
    def _table_query(self):
        """A query and no view of the database, as days begin where a company is."""
        figures = self.env["slm.supplier.figures"]
        return SQL(
            """
            WITH RECURSIVE %(family)s,
            span (company_id, span_start, span_end) AS (VALUES %(spans)s),
            own AS (%(own)s),
            judged AS (%(judged)s)
            SELECT (company.id::bigint << 32) + partner.id AS id,
                   company.id AS company_id,
                   partner.id AS partner_id,
                   partner.slm_supplier_category_id AS category_id,
                   partner.slm_supplier_status AS status,
                   partner.slm_account_manager_id AS account_manager_id,
                   judged.id AS evaluation_id,
                   judged.total,
                   judged.previous_total,
                   judged.confirmed_on,
                   CASE WHEN judged.total > judged.previous_total THEN 'better'
                        WHEN judged.total < judged.previous_total THEN 'worse'
                        WHEN judged.total = judged.previous_total THEN 'same'
                    END AS trend,
                   CASE WHEN judged.id IS NOT NULL THEN RANK() OVER (
                       PARTITION BY company.id, partner.slm_supplier_category_id
                       ORDER BY judged.total DESC NULLS LAST
                   ) END::int AS rank,
                   COALESCE(own.ended, 0)::int AS clock_count,
                   100.0 * own.met / NULLIF(own.ended, 0) AS share_met,
                   COALESCE(own.breaches, 0)::int AS breach_count
              FROM res_partner partner
              JOIN res_company company
                ON company.id = COALESCE(partner.company_id, company.id)
               AND company.active
              LEFT JOIN judged
                ON judged.partner_id = partner.id AND judged.company_id = company.id
              LEFT JOIN own
                ON own.supplier_id = partner.id AND own.company_id = company.id
             WHERE partner.slm_is_supplier AND partner.active
               AND partner.slm_supplier_status IS DISTINCT FROM 'retired'
            """,
            family=figures._get_family_sql(SQL("slm_is_supplier AND active")),
            spans=self._get_spans_sql(),
            own=self._get_own_sql(),
            judged=self._get_judged_sql(),
        )

    def _get_spans_sql(self):
        """The last twelve months of each company, as instants."""
        figures = self.env["slm.figures"]
        rows = []
        for company, today in self.env["slm.contract"]._get_every_today().items():
            since = today - relativedelta(months=12)
            span = figures._get_span(since, today, company)
            rows.append(
                SQL("(%s, %s::timestamp, %s::timestamp)", company.id, *span[1:])
            )
        return SQL(", ").join(rows)

    def _get_own_sql(self):
        """What the clocks say of each supplier in each company."""
        ended = SQL("%s AND clock.stopped_at >= span_start", ENDED)
        return SQL(
            """
            SELECT family.supplier_id, agreement.company_id,
                   COUNT(*) FILTER (WHERE %(ended)s) AS ended,
                   COUNT(*) FILTER (WHERE %(ended)s AND clock.outcome = 'met') AS met,
                   COUNT(*) FILTER (
                       WHERE clock.breached_at >= span_start
                   ) AS breaches
              FROM family
              JOIN slm_agreement agreement ON agreement.partner_id = family.id
              JOIN span ON span.company_id = agreement.company_id
              JOIN slm_clock clock ON clock.agreement_id = agreement.id
             WHERE clock.kind = 'uc'
               AND %(counts)s
               AND clock.outcome != 'excluded'
             GROUP BY family.supplier_id, agreement.company_id
            """,
            ended=ended,
            counts=COUNTS,
        )

    def _get_judged_sql(self):
        """The last confirmed evaluation of each supplier in each company, beside the
        previous one: as on its form, one of a period before, not one that ends with
        it. Of merged suppliers, only those that count."""
        return SQL(
            """
            SELECT last.*, before.total AS previous_total
              FROM (
                SELECT DISTINCT ON (partner_id, company_id)
                       id, partner_id, company_id, total, confirmed_on, date_to
                  FROM slm_supplier_evaluation
                 WHERE state = 'confirmed' AND is_merged IS NOT TRUE
                 ORDER BY partner_id, company_id, date_to DESC, id DESC
              ) last
              LEFT JOIN LATERAL (
                SELECT total
                  FROM slm_supplier_evaluation earlier
                 WHERE earlier.partner_id = last.partner_id
                   AND earlier.company_id = last.company_id
                   AND earlier.date_to < last.date_to
                   AND state = 'confirmed' AND is_merged IS NOT TRUE
                 ORDER BY date_to DESC, id DESC
                 LIMIT 1
              ) before ON TRUE
            """
        )
