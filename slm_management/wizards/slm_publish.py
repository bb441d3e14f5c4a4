# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SlmPublish(models.TransientModel):
    """Who sees a process, or will once it is published."""

    _name = "slm.publish"
    _description = "Publish a Process"
    _inherit = ["slm.naming.mixin"]

    process_id = fields.Many2one("slm.process", required=True, ondelete="cascade")
    state = fields.Selection(related="process_id.state", related_sudo=False)
    has_services = fields.Boolean(compute="_compute_problems")
    has_consumers = fields.Boolean(compute="_compute_problems")
    replaced_id = fields.Many2one(
        "slm.process",
        string="Replaced Version",
        compute="_compute_problems",
        help="The version that is published now and retires.",
    )
    portal_user_ids = fields.Many2many(
        "res.users", string="Portal Users", compute="_compute_users"
    )
    internal_user_ids = fields.Many2many(
        "res.users", string="Internal Users", compute="_compute_users"
    )
    portal_count = fields.Integer(
        string="Number of Portal Users", compute="_compute_users"
    )
    internal_count = fields.Integer(
        string="Number of Internal Users", compute="_compute_users"
    )

    @api.depends("process_id")
    def _compute_problems(self):
        for wizard in self:
            process = wizard.process_id
            published = process and process._get_versions().filtered(
                lambda version: version.state == "published"
            )
            wizard.has_services = bool(process.service_ids)
            wizard.has_consumers = bool(process.consumer_ids)
            wizard.replaced_id = process.state == "draft" and published

    @api.depends("process_id")
    def _compute_users(self):
        for wizard in self:
            users = self.env["res.users"].with_context(active_test=False)
            if wizard.process_id:
                domain = wizard.process_id._get_audience_domain()
                users = users.sudo().search(domain, order="name, id").sudo(False)
            wizard.portal_user_ids = users.filtered("share")
            wizard.internal_user_ids = users - wizard.portal_user_ids
            wizard.portal_count = len(wizard.portal_user_ids)
            wizard.internal_count = len(wizard.internal_user_ids)

    def action_publish(self):
        self.ensure_one()
        self.process_id.action_publish()
        return {"type": "ir.actions.act_window_close"}
