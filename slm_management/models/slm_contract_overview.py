# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine import course, edges, extent, scale, stagger
from .slm_contract_life import DATE_FIELDS

#: how wide a label of the bar is, in percent of its length
LABEL_WIDTH = 20


class SlmContractOverview(models.AbstractModel):
    """What screens show around a contract: its bar of dates, what comes next, its open
    points, and what an agent wants to know of it while he works on a ticket."""

    _name = "slm.contract.overview"
    _description = "What Stands around a Contract"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    timeline = fields.Json(
        compute="_compute_timeline",
        help="Its dates as a bar, to scale.",
    )
    attention = fields.Text(
        string="What Is Near",
        compute="_compute_attention",
        help="Its dates that are within the lead time of their reminder, and "
        "acceptances that were planned for a day that is past.",
    )
    next_date = fields.Date(
        compute="_compute_next",
        help="The next of its dates, from today on.",
    )
    next_kind = fields.Selection(
        "_get_next_kinds",
        string="What Comes Next",
        compute="_compute_next",
    )
    is_notice_near = fields.Boolean(
        string="Notice Is Near",
        compute="_compute_is_notice_near",
        search="_search_is_notice_near",
        help="The last day to give notice is within the lead time of its reminder.",
    )
    open_activity_ids = fields.Many2many(
        "mail.activity",
        string="Open Points",
        compute="_compute_open_activity_ids",
        compute_sudo=True,
        help="What is left to do after its acceptances.",
    )
    has_initial_acceptance = fields.Boolean(compute="_compute_has_acceptances")
    has_final_acceptance = fields.Boolean(compute="_compute_has_acceptances")
    agreement_count = fields.Integer(
        string="Number of Agreements", compute="_compute_counts"
    )
    service_count = fields.Integer(
        string="Number of Services", compute="_compute_counts"
    )
    configuration_item_count = fields.Integer(
        string="Number of Configuration Items", compute="_compute_counts"
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends(
        "effective_date",
        "initial_acceptance_date",
        "final_acceptance_date",
        "warranty_date",
        "end_date",
        "terminated_date",
        "company_id",
    )
    @api.depends_context("lang")
    def _compute_timeline(self):
        todays = self._get_todays(self.company_id)
        for contract in self:
            today = todays.get(contract.company_id) or fields.Date.today()
            contract.timeline = contract._prepare_timeline(today)

    @api.depends(
        "milestone_ids.date", "milestone_ids.remind_date", "milestone_ids.is_live"
    )
    @api.depends_context("lang")
    def _compute_attention(self):
        todays = self._get_todays(self.company_id)
        for contract in self:
            today = todays.get(contract.company_id)
            near = contract.milestone_ids.filtered(
                lambda row, today=today: self._is_near(row, today)
            )
            lines = [row._tell_short() for row in near.sorted("date")]
            contract.attention = "\n".join(lines) or False

    @api.model
    def _is_near(self, milestone, today):
        """Whether a date is within its lead time, or an acceptance is late."""
        if not (today and milestone.is_live and milestone.remind_date):
            return False
        late = milestone.kind == "acceptance" and milestone.date < today
        return late or milestone.remind_date <= today <= milestone.date

    @api.depends("milestone_ids.date", "milestone_ids.is_live", "milestone_ids.kind")
    def _compute_next(self):
        todays = self._get_todays(self.company_id)
        for contract in self:
            today = todays.get(contract.company_id)
            to_come = contract.milestone_ids.filtered(
                lambda row, today=today: (
                    row.is_live
                    and today
                    and row.date >= today
                    and row.kind != "renewed"
                )
            )
            following = to_come.sorted("date")[:1]
            contract.next_date = following.date
            contract.next_kind = following.kind

    @api.model
    def _get_next_kinds(self):
        kinds = self.env["slm.contract.milestone"]._fields["kind"]
        return kinds._description_selection(self.env)

    @api.depends("milestone_ids.date", "milestone_ids.is_live", "milestone_ids.kind")
    def _compute_is_notice_near(self):
        todays = self._get_todays(self.company_id)
        for contract in self:
            today = todays.get(contract.company_id)
            contract.is_notice_near = any(
                row.kind == "notice" and self._is_near(row, today)
                for row in contract.milestone_ids
            )

    def _search_is_notice_near(self, operator, value):
        if operator != "in":
            return NotImplemented
        within = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("remind_date", "<=", today)
            & Domain("date", ">=", today)
            for company, today in self._get_every_today().items()
        )
        notice = Domain("kind", "=", "notice") & Domain("is_live", "=", True)
        near = Domain("milestone_ids", "any", notice & within)
        return near if True in value else ~near

    def _compute_open_activity_ids(self):
        for contract in self:
            contract.open_activity_ids = contract.acceptance_ids.activity_ids

    @api.depends("acceptance_ids.kind")
    def _compute_has_acceptances(self):
        for contract in self:
            kinds = {*contract.acceptance_ids.mapped("kind")}
            contract.has_initial_acceptance = "initial" in kinds
            contract.has_final_acceptance = "final" in kinds

    @api.depends("agreement_ids", "service_ids", "configuration_item_ids")
    def _compute_counts(self):
        for contract in self:
            contract.agreement_count = len(contract.agreement_ids)
            contract.service_count = len(contract.service_ids)
            contract.configuration_item_count = len(contract.configuration_item_ids)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_ask_termination(self):
        """The dialog that asks why; :meth:`action_terminate` is its button."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Terminate"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (self.env.ref("slm_management.slm_contract_view_form_end").id, "form")
            ],
            "target": "new",
        }

    def action_view_agreements(self):
        self.ensure_one()
        return self._prepare_view("slm_agreement_action", self.agreement_ids)

    def action_view_services(self):
        self.ensure_one()
        return self._prepare_view("slm_service_action", self.service_ids)

    def action_view_configuration_items(self):
        self.ensure_one()
        return self._prepare_view(
            "slm_configuration_item_action", self.configuration_item_ids
        )

    def _prepare_view(self, name, records):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"slm_management.{name}")
        return dict(action, domain=[("id", "in", records.ids)], context={})

    # ------------------------------------------------------------------
    # The bar
    # ------------------------------------------------------------------

    def _prepare_timeline(self, today):
        """The dates as a bar, in plain values; False if there are none.

        Places are in percent of the length of the bar, days as ISO texts::

            {"first": day, "last": day, "is_open": whether it runs on at its end,
             "spans": [{"kind": a state, "label", "from": day, "to": its last day,
                        "start": place, "end": place}],
             "marks": [{"kind": a name in PaperDates, "labels": texts, "date": day,
                        "text": the day as people read it, "at": place, "row": int}],
             "today": {"label", "date", "text", "at": place,
                       "side": "before" or "after" if it is not on the bar, or ""},
             "rows": number of rows of labels,
             "label_width": of a label, in percent}

        Labels are written to the right of their place, row 0 next to the bar.
        """
        self.ensure_one()
        dates = self._get_paper_dates()
        reach = extent(dates, today)
        if not reach:
            return False
        marks = self._prepare_marks(dates, reach)
        return {
            "first": reach.first.isoformat(),
            "last": reach.last.isoformat(),
            "is_open": reach.is_open,
            "spans": self._prepare_spans(dates, reach),
            "marks": marks,
            "today": self._prepare_today(today, reach),
            "rows": max(mark["row"] for mark in marks) + 1,
            "label_width": LABEL_WIDTH,
        }

    def _prepare_spans(self, dates, reach):
        states = dict(self._fields["state"]._description_selection(self.env))
        spans = course(dates, reach.first, reach.last)
        return [
            {
                "kind": kind,
                "label": states[kind],
                "from": begun.isoformat(),
                "to": fields.Date.subtract(over, days=1).isoformat(),
                "start": self._place(begun, reach),
                "end": self._place(over, reach),
            }
            for kind, begun, over in spans
        ]

    def _prepare_marks(self, dates, reach):
        """Dates at one place have one mark, with a label each."""
        marks = {}
        for kind, edge in edges(dates).items():
            day = getattr(dates, kind)
            mark = marks.setdefault(
                (edge, day),
                {
                    "kind": kind,
                    "labels": [],
                    "date": day.isoformat(),
                    "text": format_date(self.env, day),
                    "at": self._place(edge, reach),
                },
            )
            mark["labels"].append(self._get_date_label(kind))
        marks = [*marks.values()]
        rows = stagger([mark["at"] for mark in marks], LABEL_WIDTH)
        return [dict(mark, row=row) for mark, row in zip(marks, rows, strict=True)]

    def _prepare_today(self, today, reach):
        on_it = min(max(today, reach.first), reach.last)
        side = "before" if today < reach.first else "after"
        return {
            "label": self.env._("Today"),
            "date": today.isoformat(),
            "text": format_date(self.env, today),
            "at": self._place(on_it, reach),
            "side": "" if today == on_it else side,
        }

    def _get_date_label(self, kind):
        name = DATE_FIELDS[kind]
        return self._fields[name]._description_string(self.env)

    @api.model
    def _place(self, day, reach):
        return scale([reach.first, day, reach.last])[1]
