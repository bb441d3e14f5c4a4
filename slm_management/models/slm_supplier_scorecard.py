# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

import babel.dates
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, formatLang
from odoo.tools.misc import babel_locale_parse, get_lang

from ..controllers.words import tell_duration
from ..engine import METRICS

#: confirmed evaluations that are shown
EVALUATIONS = 8
#: months of figures, the current one included
MONTHS = 12
#: dates to come of a contract that are told
NEXT_DATES = 3
#: rows of a list; of more, the number is told
TOLD = 40
#: the best score
BEST = 5


class SlmSupplierScorecard(models.AbstractModel):
    """All that the desk knows of a supplier at a glance, as plain values.

    The screen and the paper show the same dict, numbers as texts in the language of
    the context beside the values that pictures are drawn from. It is for one company,
    the current one. Of contracts, contact records and tickets those of the supplier
    count and of all below and above him in his commercial entity, as with the figures
    of his UCs; evaluations are his own ones.
    """

    _name = "slm.supplier.scorecard"
    _description = "Supplier Scorecard"

    @api.model
    @api.readonly
    def get_scorecard(self, partner_id):
        """The scorecard of a supplier, for agents only.

        :param int partner_id: id of the contact
        :return: ``supplier``, ``score``, ``evaluations``, ``compliance``,
            ``contracts``, ``follow_ups`` and ``tickets``, each a dict
        """
        partner = self.env["res.partner"].browse(partner_id)
        self.env["slm.paper"]._check_reader(partner)
        partner.ensure_one()
        family = self._get_family(partner)
        evaluations = self._find_evaluations(partner)
        return {
            "supplier": self._get_supplier(partner),
            "score": self._get_score(evaluations),
            "evaluations": self._get_evaluations(evaluations),
            "compliance": self._get_compliance(partner, family),
            "contracts": self._get_contracts(family),
            "follow_ups": self._get_follow_ups(family),
            "tickets": self._get_tickets(family),
        }

    # ------------------------------------------------------------------
    # Who, and how good
    # ------------------------------------------------------------------

    @api.model
    def _get_supplier(self, partner):
        statuses = partner._fields["slm_supplier_status"]._description_selection(
            self.env
        )
        return {
            "id": partner.id,
            "name": partner.display_name,
            "category": partner.slm_supplier_category_id.name or "",
            "status": dict(statuses).get(partner.slm_supplier_status, ""),
            "manager": partner.slm_account_manager_id.name or "",
            "company": self.env.company.name,
            "day": format_date(self.env, self._get_today()),
        }

    @api.model
    def _find_evaluations(self, partner):
        """The last confirmed ones, the oldest of them first."""
        found = self.env["slm.supplier.evaluation"].search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "confirmed"),
                ("is_merged", "=", False),
            ],
            order="date_to desc, id desc",
            limit=EVALUATIONS,
        )
        return found[::-1]

    @api.model
    def _get_score(self, evaluations):
        """The last total, and how it compares to the previous one, as on its form."""
        last = evaluations[-1:]
        before = last.previous_id
        change = last.total - before.total if before else 0.0
        return {
            "id": last.id,
            "total": last.total if last else None,
            "text": self._tell_score(last.total) if last else "–",
            "best": BEST,
            "period": self._tell_period(last) if last else "",
            "change": change if before else None,
            "change_text": self._tell_change(change) if before else "",
        }

    @api.model
    def _get_evaluations(self, evaluations):
        """``criteria``, and for each evaluation in ``rows`` a score by each of them."""
        criteria = evaluations.line_ids.criterion_id.sorted(
            lambda c: (c.sequence, c.id)
        )
        return {
            "criteria": [{"id": c.id, "name": c.name} for c in criteria],
            "rows": [self._prepare_evaluation(e, criteria) for e in evaluations],
        }

    @api.model
    def _prepare_evaluation(self, evaluation, criteria):
        scores = {li.criterion_id: int(li.score or 0) for li in evaluation.line_ids}
        return {
            "id": evaluation.id,
            "period": self._tell_period(evaluation),
            "short": self._tell_month(evaluation.date_to),
            "scores": [scores.get(criterion) or None for criterion in criteria],
            "total": evaluation.total,
            "text": self._tell_score(evaluation.total),
        }

    # ------------------------------------------------------------------
    # How he keeps his UCs
    # ------------------------------------------------------------------

    @api.model
    def _get_compliance(self, partner, family):
        """``months``, and for each of the ``metrics`` figures by month and in all.

        ``domain`` and the instants of a month say which clocks these are.
        """
        company, today = self.env.company, self._get_today()
        first = today.replace(day=1) - relativedelta(months=MONTHS - 1)
        days = [first + relativedelta(months=number) for number in range(MONTHS)]
        figures = self.env["slm.supplier.figures"]
        monthly = figures._get_monthly_compliance(partner, company, first, today)
        in_all = figures._get_compliance_batch(partner, company, first, today)[partner]
        metrics = dict(
            self.env["slm.clock"]._fields["metric"]._description_selection(self.env)
        )
        return {
            "from": self._tell_month(first),
            "months": [self._prepare_month(day, today) for day in days],
            "metrics": [
                {
                    "metric": metric,
                    "label": metrics[metric],
                    "months": [self._tell_figures(monthly[d, metric]) for d in days],
                    "total": self._tell_figures(in_all[metric]),
                }
                for metric in METRICS
            ],
            "domain": self._get_clock_domain(family),
        }

    @api.model
    def _get_clock_domain(self, family):
        return [
            ("kind", "=", "uc"),
            ("agreement_id.partner_id", "in", family.ids),
            ("agreement_id.company_id", "=", self.env.company.id),
            ("state", "=", "stopped"),
            ("outcome", "in", ["met", "missed"]),
        ]

    @api.model
    def _prepare_month(self, first, today):
        """Its name, and from which instant until before which one it lasts."""
        after = first + relativedelta(months=1)
        over = min(after, today + timedelta(days=1))
        start, end = (
            self.env["slm.matcher"]._get_midnight(day, self.env.company)
            for day in (first, over)
        )
        return {
            "label": self._tell_month(first),
            "month": self._tell_part(first, "LLL"),
            "year": self._tell_part(first, "y"),
            "start": fields.Datetime.to_string(start),
            "end": fields.Datetime.to_string(end),
        }

    @api.model
    def _tell_figures(self, figures):
        """The figures, and as texts what of them is no whole number."""
        share, median = figures["share"], figures["median_seconds"]
        return {
            **figures,
            "share_text": "–" if share is None else self._tell_percent(share),
            "median_text": "–" if median is None else self._tell_seconds(median),
        }

    # ------------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------------

    @api.model
    def _get_contracts(self, family):
        """Those in force, the one of which a date comes first at the top."""
        contracts = self.env["slm.contract"].search(
            [
                ("partner_id", "in", family.ids),
                ("partner_role", "=", "supplier"),
                ("company_id", "=", self.env.company.id),
                ("is_binding", "=", True),
            ]
        )
        upcoming = self._find_next_dates(contracts)
        contracts = contracts.sorted(
            lambda c: (upcoming[c][0].date if c in upcoming else date.max, c.id)
        )
        states = dict(contracts._fields["state"]._description_selection(self.env))
        rows = [
            {
                "id": contract.id,
                "name": contract.display_name,
                "state": states[contract.state],
                "dates": [self._tell_date(row) for row in upcoming.get(contract, ())],
            }
            for contract in contracts[:TOLD]
        ]
        return {"count": len(contracts), "rows": rows, "ids": contracts.ids}

    @api.model
    def _find_next_dates(self, contracts):
        """``{contract: its next dates}``, without what has been announced only."""
        milestones = self.env["slm.contract.milestone"].search(
            [
                ("contract_id", "in", contracts.ids),
                ("kind", "!=", "renewed"),
                ("is_live", "=", True),
                ("date", ">=", self._get_today()),
            ],
            order="date, id",
        )
        return {
            contract: rows[:NEXT_DATES]
            for contract, rows in milestones.grouped("contract_id").items()
        }

    @api.model
    def _tell_date(self, milestone):
        kinds = milestone._fields["kind"]._description_selection(self.env)
        return {
            "label": milestone.acceptance_id.name or dict(kinds)[milestone.kind],
            "text": format_date(self.env, milestone.date),
        }

    @api.model
    def _get_follow_ups(self, family):
        """Activities of contact records, evaluations and acceptances, by due date.

        Who may read a document may read what is to follow; core finds activities of
        others only for who may write it.
        """
        documents = {
            (document._name, document.id): document
            for documents in self._find_documents(family)
            for document in documents
        }
        activities = self.env["mail.activity"].sudo()
        if documents:
            domain = self._get_activity_domain(documents)
            activities = activities.search(domain, order="date_deadline, id")
        today = self._get_today()
        rows = [
            {
                **self._prepare_follow_up(activity, today),
                "document": documents[activity.res_model, activity.res_id].display_name,
            }
            for activity in activities[:TOLD]
        ]
        return {"count": len(activities), "rows": rows}

    @api.model
    def _find_documents(self, family):
        """What follow-ups hang on, as far as the reader may read it."""
        company = Domain("company_id", "=", self.env.company.id)
        own = company & Domain("partner_id", "in", family.ids)
        for_contract = company & Domain("contract_id.partner_id", "in", family.ids)
        return [
            self.env["slm.supplier.interaction"].search(own),
            self.env["slm.supplier.evaluation"].search(own),
            self.env["slm.contract.acceptance"].search(for_contract),
        ]

    @api.model
    def _get_activity_domain(self, documents):
        ids = {}
        for model, res_id in documents:
            ids.setdefault(model, []).append(res_id)
        return Domain.OR(
            Domain("res_model", "=", model) & Domain("res_id", "in", found)
            for model, found in ids.items()
        )

    @api.model
    def _prepare_follow_up(self, activity, today):
        return {
            "id": activity.id,
            "model": activity.res_model,
            "res_id": activity.res_id,
            "summary": activity.summary or activity.activity_type_id.name or "–",
            "owner": activity.user_id.name or "–",
            "due": format_date(self.env, activity.date_deadline),
            "is_late": activity.date_deadline < today,
        }

    @api.model
    def _get_tickets(self, family):
        """Those that wait for him now, of those that the reader may see; the one that
        has waited longest first."""
        domain = [
            ("slm_supplier_id", "in", family.ids),
            ("company_id", "=", self.env.company.id),
            ("stage_id.slm_phase", "=", "wait_supplier"),
        ]
        tickets = self.env["helpdesk.ticket"]
        found = tickets.search(domain, order="last_stage_update, id", limit=TOLD)
        rows = [
            {
                "id": ticket.id,
                "number": ticket.number,
                "name": ticket.name,
                "owner": ticket.user_id.name or ticket.team_id.name or "–",
                "since": format_date(self.env, ticket.last_stage_update),
            }
            for ticket in found
        ]
        return {"count": tickets.search_count(domain), "rows": rows, "domain": domain}

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_family(self, partner):
        """The supplier, and all below and above him in his commercial entity, also
        archived ones: what they signed is binding all the same."""
        member = partner.sudo().with_context(active_test=False)
        entity = member.commercial_partner_id
        family = member.search(
            [
                ("id", "child_of", member.id),
                ("commercial_partner_id", "=", entity.id),
            ]
        )
        while member != entity:
            member = member.parent_id
            family |= member
        return family.sorted("id")

    @api.model
    def _get_today(self):
        moment = fields.Datetime.now()
        return self.env["slm.matcher"]._get_day(moment, self.env.company)

    @api.model
    def _tell_period(self, evaluation):
        begin, end = (
            format_date(self.env, day)
            for day in (evaluation.date_from, evaluation.date_to)
        )
        return f"{begin} – {end}"

    @api.model
    def _tell_month(self, day):
        locale = babel_locale_parse(get_lang(self.env).code)
        return babel.dates.format_skeleton("yMMM", day, locale=locale)

    @api.model
    def _tell_part(self, day, pattern):
        """The month or the year alone, where there is little room."""
        locale = babel_locale_parse(get_lang(self.env).code)
        return babel.dates.format_date(day, pattern, locale=locale)

    @api.model
    def _tell_score(self, score):
        return formatLang(self.env, score, digits=2)

    @api.model
    def _tell_change(self, change):
        if not round(change, 2):
            return "±0"
        sign = "+" if change > 0 else "−"
        return f"{sign}{self._tell_score(abs(change))}"

    @api.model
    def _tell_percent(self, share):
        return f"{formatLang(self.env, share, digits=1)} %"

    @api.model
    def _tell_seconds(self, seconds):
        return tell_duration(self.env, round(seconds / 60))
