# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hashlib import md5

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import Ladder


class SlmEscalationPolicy(models.Model):
    """A ladder: what is done as a target is used up. Reusable by agreements.

    What is edited holds for running clocks from then on, too. A clock that is past a
    step when it gets the ladder raises one alarm, as one that is late when attached.
    """

    _name = "slm.escalation.policy"
    _description = "Escalation Policy"
    _inherit = ["slm.naming.mixin", "slm.code.mixin"]
    _check_company_auto = True
    _order = "name, id"
    _rec_names_search = ["code", "name"]

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        required=False,
        default=False,
        help="Empty: agreements of all companies may use it.",
    )
    description = fields.Text(
        translate=True, help="When this ladder is meant to be used."
    )
    step_ids = fields.One2many(
        "slm.escalation.step", "policy_id", string="Steps", copy=True
    )
    step_count = fields.Integer(string="Number of Steps", compute="_compute_step_count")
    agreement_ids = fields.One2many(
        "slm.agreement", "escalation_policy_id", string="Agreements"
    )
    agreement_count = fields.Integer(
        string="Number of Agreements", compute="_compute_agreement_count"
    )
    active = fields.Boolean(
        default=True,
        help="Archived: it is no longer offered; agreements that have it keep it.",
    )

    _code_uniq = models.UniqueIndex(
        "(code, (COALESCE(company_id, 0)))",
        "The code of an escalation policy must be unique in its company.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("company_id")
    def _check_agreements(self):
        """A ladder does not move away from under its agreements."""
        for policy in self.sudo().with_context(active_test=False):
            strangers = policy.agreement_ids.filtered(
                lambda agreement, company=policy.company_id: (
                    company and agreement.company_id != company
                )
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(policy)s can not be only for %(company)s: agreements of "
                        "other companies use it. Give them another escalation policy "
                        "first.",
                        policy=policy.display_name,
                        company=policy.company_id.name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("step_ids")
    def _compute_step_count(self):
        for policy in self:
            policy.step_count = len(policy.step_ids)

    def _compute_agreement_count(self):
        counts = dict(
            self.env["slm.agreement"]._read_group(
                [("escalation_policy_id", "in", self.ids)],
                ["escalation_policy_id"],
                ["__count"],
            )
        )
        for policy in self:
            policy.agreement_count = counts.get(policy, 0)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def copy_data(self, default=None):
        default = default or {}
        vals_list = super().copy_data(default)
        if "name" not in default:
            for policy, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", policy.name)
        return vals_list

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_agreements(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_agreement_action"
        )
        return dict(action, domain=[("escalation_policy_id", "=", self.id)], context={})

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _get_ladder(self):
        """The :class:`~..engine.Ladder` of the policy; of none, one without rungs.

        Its key tells clocks that were folded under other rungs.
        """
        rungs = tuple(step._prepare_rung() for step in self.step_ids)
        if not rungs:
            return Ladder()
        text = repr((self.id, rungs)).encode()
        return Ladder(md5(text, usedforsecurity=False).hexdigest(), rungs)

    @api.model
    def _replan_later(self):
        """Clocks find out when their next step is due, soon and not in this
        transaction."""
        self.env["resource.calendar"]._slm_replan_later()
