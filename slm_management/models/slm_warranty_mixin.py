# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: states of contracts that do not tell how long a warranty lasts: it has not begun, it
#: never will, or nobody can claim it any more
SILENT = ("preparation", "ended", "terminated")
#: columns of contracts that decide where they stand
CONTRACT_COLUMNS = (
    "active",
    "company_id",
    "effective_date",
    "initial_acceptance_date",
    "final_acceptance_date",
    "warranty_date",
    "end_date",
    "terminated_date",
)
#: a badge of this colour is red
RED = 1


class SlmWarrantyMixin(models.AbstractModel):
    """Until when something is in warranty: as it says, else as its contracts say.

    For records with ``warranty_date``, ``status``, ``contract_ids`` and ``company_id``.
    Nothing is stored, so that it is right at midnight, and when a contract changes;
    lists are searched, sorted and grouped by the same rule in SQL. A day is that of the
    company.
    """

    _name = "slm.warranty.mixin"
    _description = "Warranty"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    warranty_end = fields.Date(
        string="End of Warranty",
        compute="_compute_warranty_end",
        search="_search_warranty_end",
        help="The last day of its warranty: the one that is entered here, else the "
        "latest one of its contracts. Contracts in preparation, terminated or archived "
        "ones do not count, nor those whose term ended before a final acceptance.",
    )
    warranty_expired = fields.Boolean(
        string="Out of Warranty",
        compute="_compute_warranty_end",
        search="_search_warranty_expired",
        help="The end of its warranty has passed. Of what has no warranty, and of what "
        "is retired, it is not said.",
    )
    warranty_color = fields.Integer(
        string="Colour of the Warranty",
        compute="_compute_warranty_end",
        help="Red if it is out of warranty.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    # Not of the dates of contracts: each write on one would look for its items.
    @api.depends("warranty_date", "status", "contract_ids", "company_id")
    def _compute_warranty_end(self):
        todays = self.env["slm.contract"]._get_todays(self.company_id)
        for record in self:
            ends = record.warranty_date or record._get_contract_warranty()
            today = todays.get(record.company_id) or fields.Date.today()
            expired = bool(ends and ends < today and record.status != "retired")
            record.warranty_end = ends
            record.warranty_expired = expired
            record.warranty_color = RED if expired else 0

    def _get_contract_warranty(self):
        """The last day of warranty by its contracts, or False."""
        contracts = self.sudo().contract_ids.filtered(
            lambda contract: contract.active and contract.state not in SILENT
        )
        return max(filter(None, contracts.mapped("warranty_date")), default=False)

    def _search_warranty_end(self, operator, value):
        compare = {"<": SQL("<"), "<=": SQL("<="), ">": SQL(">"), ">=": SQL(">=")}
        if operator in compare:
            return Domain.custom(
                to_sql=lambda model, alias, _query: SQL(
                    "%s %s %s", model._get_warranty_sql(alias), compare[operator], value
                )
            )
        if operator != "in":
            return NotImplemented
        days = tuple(day for day in value if day) or (None,)
        found = Domain.custom(
            to_sql=lambda model, alias, _query: SQL(
                "%s IN %s", model._get_warranty_sql(alias), days
            )
        )
        return found | self._get_endless_domain() if False in value else found

    @api.model
    def _get_endless_domain(self):
        return Domain.custom(
            to_sql=lambda model, alias, _query: SQL(
                "%s IS NULL", model._get_warranty_sql(alias)
            )
        )

    def _search_warranty_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        contracts = self.env["slm.contract"]
        # COALESCE: what has no warranty is not out of it
        over = Domain.custom(
            to_sql=lambda model, alias, _query: SQL(
                "COALESCE(%s < %s, FALSE)",
                model._get_warranty_sql(alias),
                contracts._get_today_sql(alias),
            )
        )
        expired = over & Domain("status", "!=", "retired")
        return expired if True in value else ~expired

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_warranty_sql(self, alias):
        """The same as :meth:`_compute_warranty_end`, for rows of the table."""
        contracts, link = self.env["slm.contract"], self._fields["contract_ids"]
        return SQL(
            """COALESCE(%(own)s, (
                SELECT max(paper.warranty_date)
                  FROM %(link)s AS paper_link
                  JOIN slm_contract paper ON paper.id = paper_link.%(paper)s
                 WHERE paper_link.%(record)s = %(id)s
                   AND paper.active
                   AND paper.company_id = %(company)s
                   AND %(state)s NOT IN %(silent)s))""",
            # the state reads columns by their names, so they are written first
            to_flush=[contracts._fields[name] for name in CONTRACT_COLUMNS],
            own=self._field_to_sql(alias, "warranty_date"),
            id=SQL.identifier(alias, "id"),
            company=self._field_to_sql(alias, "company_id"),
            link=SQL.identifier(link.relation),
            record=SQL.identifier(link.column1),
            paper=SQL.identifier(link.column2),
            state=contracts._get_state_sql("paper"),
            silent=SILENT,
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Lists are grouped and sorted by it, although it is not stored."""
        if field_expr == "warranty_end":
            self._check_field_access(self._fields["warranty_end"], "read")
            return self._get_warranty_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)
