# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import METRICS, share_met

#: periods of the trend, the report's own included
TRAIL = 12
KINDS = ("sla", "ola", "uc")
#: the key of services that are not told by name
OTHERS = "others"
#: what counts of clocks can be added up
ADDED = ("ended", "met", "missed", "excluded", "breached", "breached_running")
#: dates of contracts that are told before they come
CONTRACT_DATES = ("notice", "term", "warranty")


class SlmServiceReportContent(models.AbstractModel):
    """What a service report says, taken once from the figures and kept since.

    It is a dict of plain values without ids. What has a name in several languages has
    it as ``{language: text}`` for all that are installed, so that the report reads in
    each of them as it was; ``slm.service.report.teller`` makes a document of it. Clocks
    that are late or excluded are rows of ``slm.service.report.line``.
    """

    _name = "slm.service.report.content"
    _description = "Content of a Service Report"

    # ------------------------------------------------------------------
    # Whose figures
    # ------------------------------------------------------------------

    def _get_kinds(self):
        """Of agreements: what the provider agreed with others is no customer's."""
        return KINDS if self.audience == "provider" else KINDS[:1]

    def _get_report_scope(self):
        self.ensure_one()
        narrowed = {"kinds": self._get_kinds(), "services": self.service_ids or None}
        if self.audience == "customer":
            narrowed["customers"] = self.partner_id
        else:
            narrowed["customers"] = self.customer_ids or None
            narrowed["teams"] = self.team_ids or None
        return self.env["slm.figures"]._get_scope(self.company_id, **narrowed)

    def _get_report_span(self):
        return self.env["slm.figures"]._get_span(
            self.date_from, self.date_to, self.company_id
        )

    # ------------------------------------------------------------------
    # The content
    # ------------------------------------------------------------------

    def _take_content(self):
        """All that the report says beside its rows; their rows are taken before."""
        self.ensure_one()
        figures, scope = self.env["slm.figures"], self._get_report_scope()
        spans = figures._get_spans(self._get_trail(TRAIL), self.company_id)
        promised = scope._replace(kinds=KINDS[:1])
        return {
            **self._take_head(),
            "trend": self._take_trend(scope, spans),
            "compliance": self._take_compliance(scope, spans[-2:]),
            "services": self._take_table(promised, spans[-1], "service"),
            "priorities": self._take_table(promised, spans[-1], "priority"),
            "causes": self._take_causes(scope, spans[-1]),
            "reasons": self._take_reasons(),
            "expiring": self._take_expiring(),
        }

    def _take_head(self):
        """Whose report of when it is; the names as they are now."""
        return {
            "company": self.company_id.name,
            "timezone": self.env["slm.figures"]._get_timezone(self.company_id),
            "customer": self.partner_id.display_name or "",
            "audience": self.audience,
            "kinds": list(self._get_kinds()),
            "length": self.period,
            "start": self.company_id._slm_get_first_month(),
            "from": fields.Date.to_string(self.date_from),
            "to": fields.Date.to_string(self.date_to),
            "over": self._is_period_over(),
            "filters": self._take_filters(),
        }

    def _take_filters(self):
        services = self._take_names(self._get_told_services(self.service_ids))
        filters = {"services": list(services.values())}
        if self.audience == "provider":
            teams = self._take_names(self.team_ids)
            filters["customers"] = self.customer_ids.mapped("display_name")
            filters["teams"] = [teams[id_] for id_ in self.team_ids.ids]
        return filters

    def _take_trend(self, scope, spans):
        """For each period figures of tickets, and of clocks by kind and metric.

        What was completed at first contact is told of the last two periods only.
        """
        figures = self.env["slm.figures"]
        tickets = figures._get_ticket_figures(scope, spans, first_contact=False)
        tickets |= figures._get_ticket_figures(scope, spans[-2:])
        clocks = figures._get_clock_figures(scope, spans, by=("kind", "metric"))
        nothing = figures._prepare_ticket_figures()
        return [
            {
                "from": fields.Date.to_string(days[0]),
                "to": fields.Date.to_string(days[1]),
                "tickets": tickets.get((span.key,), nothing),
                "clocks": {
                    kind: {
                        metric: clocks[span.key, kind, metric]
                        for metric in METRICS
                        if (span.key, kind, metric) in clocks
                    }
                    for kind in scope.kinds
                },
            }
            for span, days in zip(spans, self._get_trail(TRAIL), strict=True)
        ]

    def _take_compliance(self, scope, spans):
        """For each agreement and metric of which there is something in the period."""
        found = self.env["slm.figures"]._get_clock_figures(
            scope, spans, by=("agreement", "metric")
        )
        before, now = (span.key for span in spans)
        agreements = self.env["slm.agreement"].browse(
            {agreement for key, agreement, _metric in found if key == now}
        )
        names = self._take_names(agreements)
        ranked = agreements.sudo().sorted(
            lambda a: (KINDS.index(a.kind), a.code or "", a.version, a.id)
        )
        return [
            {
                "code": agreement.code,
                "name": names[agreement.id],
                "version": agreement.version,
                "kind": agreement.kind,
                "metric": metric,
                "target": agreement.attainment_target or None,
                "previous_share": found.get((before, agreement.id, metric), {}).get(
                    "share"
                ),
                **found[now, agreement.id, metric],
            }
            for agreement in ranked
            for metric in METRICS
            if (now, agreement.id, metric) in found
        ]

    def _take_table(self, scope, span, by):
        """Tickets, and the clocks of their SLAs, by service or by priority."""
        found = self._count_by(scope, span, (by,))
        if by == "priority":
            rows = [{by: key, **figures} for key, figures in found.items()]
            return sorted(rows, key=lambda row: row["priority"] or "", reverse=True)
        names = self._hide_services(found, scope, span)
        rows = [{by: names.get(key), **figures} for key, figures in found.items()]
        return sorted(rows, key=lambda row: (-row["opened"], str(row["service"])))

    def _count_by(self, scope, span, by=()):
        """``{key: figures of tickets and clocks}``; of all together, the key is None.

        :param by: one thing to group by, or none
        """
        figures = self.env["slm.figures"]
        tickets = figures._get_ticket_figures(scope, [span], by=by)
        clocks = figures._get_clock_figures(scope, [span], by=by)
        return {
            next(iter(key[1:]), None): {
                **tickets.get(key, figures._prepare_ticket_figures()),
                **clocks.get(key, figures._prepare_clock_figures()),
            }
            for key in {*tickets, *clocks}
        }

    def _hide_services(self, found, scope, span):
        """``{key: names}`` of services; all that are not told become one, counted anew.

        :param found: what was counted by service; it is changed
        """
        services = self.env["slm.service"].browse(found.keys() - {None})
        told = self._get_told_services(services)
        names, hidden = self._take_names(told), services - told
        if hidden:
            for service in hidden.ids:
                del found[service]
            others = scope._replace(services=hidden.ids)
            found |= {OTHERS: self._count_by(others, span)[None]}
            names[OTHERS] = self._take_text(lambda env: env._("Other services"))
        return names

    def _get_told_services(self, services):
        """Those whose names the report tells.

        A customer is told what is published to him, to somebody above or below him, or
        to everybody.
        """
        if self.audience == "provider" or not services:
            return services
        published = self.env["slm.process"].sudo()._get_covering_domain(
            self._get_contacts_around()
        ) & Domain("state", "=", "published")
        told = services.sudo().with_context(active_test=False)
        return services & told.search(
            Domain("id", "in", services.ids) & Domain("process_ids", "any", published)
        ).with_env(services.env)

    def _get_contacts_around(self):
        """Ids of the customer, of all above and of all below him."""
        partner = self.partner_id
        below = self.env["res.partner"].sudo().with_context(active_test=False)
        above = self.env["slm.matcher"]._get_chains(partner.ids).get(partner.id, [])
        return [*above, *below._search([("id", "child_of", partner.ids)])]

    def _take_causes(self, scope, span):
        """How many of the rows that are late have which cause, by kind."""
        found = self.env["slm.figures"]._get_clock_figures(
            scope, [span], by=("kind", "cause")
        )
        rows = [
            {
                "kind": kind,
                "cause": cause,
                "count": row["missed"] + row["breached_running"],
            }
            for (_span, kind, cause), row in found.items()
            if row["missed"] + row["breached_running"]
        ]
        return sorted(
            rows,
            key=lambda row: (
                KINDS.index(row["kind"]),
                -row["count"],
                row["cause"] or "",
            ),
        )

    def _take_reasons(self):
        """How many rows were excluded for which reason."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT reason_name AS name, COUNT(*) AS count
                  FROM slm_service_report_line
                 WHERE report_id = %s AND outcome = 'excluded'
                 GROUP BY reason_name
                 ORDER BY count DESC, reason_name
                """,
                self.id,
            )
        )

    # ------------------------------------------------------------------
    # What ends soon
    # ------------------------------------------------------------------

    def _take_expiring(self):
        """Agreements and contracts of the company that end after the period, within the
        days that the report looks ahead; None: it is not told."""
        if self.audience != "provider" or not self.expiring_days:
            return None
        last = self.date_to + timedelta(days=self.expiring_days)
        return {
            "days": self.expiring_days,
            "agreements": self._take_agreements(last),
            "contracts": self._take_contracts(last),
        }

    def _take_agreements(self, last):
        agreements = self.env["slm.agreement"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", ["active", "expired"]),
                ("is_replaced", "=", False),
                ("date_end", ">", self.date_to),
                ("date_end", "<=", last),
            ],
            order="date_end, code, id",
        )
        names = self._take_names(agreements)
        return [
            {
                "code": agreement.code,
                "name": names[agreement.id],
                "version": agreement.version,
                "kind": agreement.kind,
                "party": agreement.partner_id.display_name or "",
                "date": fields.Date.to_string(agreement.date_end),
            }
            for agreement in agreements
        ]

    def _take_contracts(self, last):
        milestones = self.env["slm.contract.milestone"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("kind", "in", CONTRACT_DATES),
                ("is_live", "=", True),
                ("date", ">", self.date_to),
                ("date", "<=", last),
            ],
            order="date, id",
        )
        names = self._take_names(milestones.contract_id)
        return [
            {
                "code": milestone.contract_id.code,
                "name": names[milestone.contract_id.id],
                "event": milestone.kind,
                "party": milestone.partner_id.display_name or "",
                "date": fields.Date.to_string(milestone.date),
            }
            for milestone in milestones
        ]

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _take_names(self, records):
        """``{id: {language: name}}`` in all installed languages."""
        records = records.sudo().with_context(active_test=False)
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        names = {id_: {} for id_ in records.ids}
        for lang in langs:
            for record in records.with_context(lang=lang):
                names[record.id][lang] = record.name
        return names

    def _take_text(self, tell):
        """``{language: text}`` in all installed languages.

        :param tell: makes the text in an environment
        """
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        return {lang: tell(self.with_context(lang=lang).env) for lang in langs}

    def _add_up(self, metrics):
        """Figures of the clocks of several metrics in one; None has no share."""
        total = {name: sum(row[name] for row in metrics.values()) for name in ADDED}
        return dict(total, share=share_met(total["met"], total["missed"]))
