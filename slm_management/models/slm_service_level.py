# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SlmServiceLevel(models.Model):
    """A named, reusable set of targets to load into agreements.

    A level keeps days as days: what a day is, is known only where it is loaded, by the
    service hours of that agreement.
    """

    _name = "slm.service.level"
    _description = "Service Level"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True)
    sequence = fields.Integer(default=10)
    line_ids = fields.One2many(
        "slm.service.level.line", "level_id", string="Targets", copy=True
    )
    company_id = fields.Many2one(
        "res.company", help="Empty: the level is shared by all companies."
    )
    active = fields.Boolean(default=True)
    summary = fields.Char(compute="_compute_summary")

    @api.depends("line_ids.response", "line_ids.completion", "line_ids.closure")
    def _compute_summary(self):
        for level in self:
            level.summary = "; ".join(level.line_ids.mapped("display_name"))

    @api.depends("name", "summary")
    @api.depends_context("slm_show_summary")
    def _compute_display_name(self):
        more = self.env.context.get("slm_show_summary")
        for level in self:
            name = level.name or ""
            level.display_name = f"{name}: {level.summary}" if more else name

    def _prepare_target_vals_list(self, day_minutes):
        """Values of ``slm.target`` for these levels.

        :param day_minutes: what a day is where they are loaded, in minutes
        """
        return [line._prepare_target_vals(day_minutes) for line in self.line_ids]
