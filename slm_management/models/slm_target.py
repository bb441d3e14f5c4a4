# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..engine import METRICS, format_duration
from .slm_process_kind import PROCESS_KINDS


class SlmTarget(models.Model):
    """How much service time each metric may take, for what the line names.

    An empty service, process kind or priority fits all. Of several lines that fit a
    ticket the most specific one holds: the service counts first, then the process kind,
    then the priority.
    """

    _name = "slm.target"
    _description = "Service Target"
    _inherit = ["slm.consistency.mixin", "slm.naming.mixin", "slm.published.mixin"]
    _order = "sequence, id"
    _requester_fields = frozenset(
        {
            "agreement_id",
            "sequence",
            "service_id",
            "process_kind",
            "priority",
            "response_minutes",
            "completion_minutes",
            "closure_minutes",
            "day_minutes",
        }
    )
    _decisive = frozenset(
        {
            "agreement_id",
            "service_id",
            "process_kind",
            "priority",
            "response_minutes",
            "completion_minutes",
            "closure_minutes",
        }
    )

    agreement_id = fields.Many2one(
        "slm.agreement", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    service_id = fields.Many2one(
        "slm.service", ondelete="restrict", help="Empty: all services."
    )
    process_kind = fields.Selection(PROCESS_KINDS, help="Empty: all kinds.")
    # not just “Priority”: that is the name of a service level, and one msgid
    priority = fields.Selection(
        selection="_selection_priority",
        string="Ticket Priority",
        help="Empty: all priorities.",
    )
    response_minutes = fields.Integer(
        string="Response",
        help="Service minutes until the first answer. 0: no target.",
    )
    completion_minutes = fields.Integer(
        string="Completion",
        help="Service minutes until the ticket is completed. 0: no target.",
    )
    closure_minutes = fields.Integer(
        string="Closure",
        help="Service minutes until the ticket is closed. 0: no target.",
    )
    day_minutes = fields.Integer(
        related="agreement_id.day_minutes",
        help="What a day is in the service hours of the agreement, in minutes.",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)

    _minutes_not_negative = models.Constraint(
        "CHECK(response_minutes >= 0 AND completion_minutes >= 0 "
        "AND closure_minutes >= 0)",
        "A target can not be negative.",
    )

    @api.constrains(
        "agreement_id", "response_minutes", "completion_minutes", "closure_minutes"
    )
    def _check_not_empty(self):
        for target in self:
            if not any(target[f"{metric}_minutes"] for metric in METRICS):
                raise ValidationError(
                    self.env._(
                        "The target “%(target)s” of %(agreement)s promises nothing. "
                        "Enter a response, completion or closure time, or remove "
                        "the line.",
                        target=target._scope(),
                        agreement=target.agreement_id.display_name,
                    )
                )

    @api.constrains("agreement_id", "service_id", "process_kind", "priority")
    def _check_overlap(self):
        groups = self._read_group(
            [("agreement_id", "in", self.agreement_id.ids)],
            ["agreement_id", "service_id", "process_kind", "priority"],
            ["id:recordset"],
            having=[("__count", ">", 1)],
        )
        for agreement, *_key, targets in groups:
            raise ValidationError(
                self.env._(
                    "Two targets of %(agreement)s overlap: both are for “%(scope)s”. "
                    "Remove one, or make it more specific.",
                    agreement=agreement.display_name,
                    scope=targets[0]._scope(),
                )
            )

    @api.constrains("service_id", "agreement_id")
    def _check_service(self):
        for target in self:
            services = target.agreement_id.service_ids
            if target.service_id and services and target.service_id not in services:
                raise ValidationError(
                    self.env._(
                        "The service %(service)s of a target is not among the "
                        "services of %(agreement)s. Add it there first.",
                        service=target.service_id.display_name,
                        agreement=target.agreement_id.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        clocks = self.env["slm.clock"].sudo()
        used = clocks.search([("target_id", "in", self.ids)], limit=1).target_id
        if used:
            raise UserError(
                self.env._(
                    "The target “%(target)s” of %(agreement)s can not be removed: "
                    "tickets have been promised it. Make a new agreement instead.",
                    target=used._scope(),
                    agreement=used.agreement_id.display_name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        default = self.default_get(["agreement_id"]).get("agreement_id")
        ids = {vals.get("agreement_id", default) for vals in vals_list} - {None, False}
        with self.agreement_id.browse(ids)._revising({"target_ids"}):
            targets = super().create(vals_list)
        targets.agreement_id._check_changeable()
        return targets

    def write(self, vals):
        self.check_access("write")
        agreements = self.agreement_id
        agreements._check_changeable()
        agreements |= agreements.browse(vals.get("agreement_id") or [])
        with agreements._revising({"target_ids"}):
            res = super().write(vals)
        # Who may write drafts only can not move a line to what is in force.
        self.check_access("write")
        self.agreement_id._check_changeable()
        return res

    def unlink(self):
        self.check_access("unlink")
        agreements = self.agreement_id
        agreements._check_changeable()
        with agreements._revising({"target_ids"}):
            res = super().unlink()
        if not self.env.context.get("slm_agreement_written"):
            agreements.exists()._check_target_ids()
        return res

    @api.depends(
        "service_id",
        "process_kind",
        "priority",
        "day_minutes",
        *(f"{metric}_minutes" for metric in METRICS),
    )
    @api.depends_context("lang")
    def _compute_display_name(self):
        for target in self:
            durations = [
                format_duration(target[f"{metric}_minutes"], target.day_minutes)
                for metric in METRICS
            ]
            target.display_name = f"{target._scope()}: {' / '.join(durations)}"

    @api.model
    def _get_published_domain(self, user):
        """Lines of agreements that are published to the user, without those for a
        service that he must not know of."""
        agreements = self.env["slm.agreement"].sudo()._get_published_domain(user)
        services = self.env["slm.service"].sudo()._get_published_domain(user)
        return Domain("agreement_id", "any!", agreements) & (
            Domain("service_id", "=", False) | Domain("service_id", "any!", services)
        )

    def _get_rechecked(self):
        return self.agreement_id._get_rechecked()

    def _selection_priority(self):
        return (
            self.env["helpdesk.ticket"]
            ._fields["priority"]
            ._description_selection(self.env)
        )

    def _scope(self):
        """What the target is for, as text."""
        self.ensure_one()
        kind = dict(self._fields["process_kind"]._description_selection(self.env))
        priority = dict(self._selection_priority())
        parts = [
            self.service_id.display_name or self.env._("all services"),
            kind.get(self.process_kind) or self.env._("all kinds"),
            priority.get(self.priority) or self.env._("all priorities"),
        ]
        return ", ".join(parts)

    def _seconds_by_metric(self):
        """``{metric: [target id, seconds]}`` for the metrics that promise something."""
        self.ensure_one()
        minutes = {metric: self[f"{metric}_minutes"] for metric in METRICS}
        return {m: [self.id, value * 60] for m, value in minutes.items() if value}
