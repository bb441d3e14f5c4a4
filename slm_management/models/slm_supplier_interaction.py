# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models


class SlmSupplierInteraction(models.Model):
    """A contact with a supplier: who met whom, about what, and what is to follow.

    What is to follow are activities, each with its owner and due date.
    """

    _name = "slm.supplier.interaction"
    _description = "Supplier Contact Record"
    _inherit = [
        "slm.attachment.mixin",
        "slm.naming.mixin",
        "slm.code.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _check_company_auto = True
    _order = "date desc, id desc"
    _rec_names_search = ["code", "name"]
    _file_fields = ("attachment_ids",)

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(string="Subject", required=True)
    date = fields.Datetime(required=True, index=True, default=fields.Datetime.now)
    duration_minutes = fields.Integer(string="Duration (minutes)")
    date_stop = fields.Datetime(
        string="Until", compute="_compute_date_stop", store=True
    )
    kind = fields.Selection(
        [
            ("visit", "Visit"),
            ("call", "Call"),
            ("meeting", "Meeting"),
            ("email", "E-mail"),
            ("letter", "Letter"),
        ],
        required=True,
        default="call",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('slm_is_supplier', '=', True)]",
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket",
        string="Ticket",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The ticket that it was about.",
    )
    user_ids = fields.Many2many(
        "res.users",
        "slm_supplier_interaction_user_rel",
        string="Our People",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    contact_ids = fields.Many2many(
        "res.partner",
        "slm_supplier_interaction_contact_rel",
        string="Their People",
        check_company=True,
        domain="[('id', 'child_of', partner_id)]",
    )
    notes = fields.Html(string="Minutes", help="What was said and agreed.")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "slm_supplier_interaction_attachment_rel",
        string="Files",
        bypass_search_access=True,
        copy=False,
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code, company_id)",
        "The code of a contact record must be unique in its company.",
    )
    _duration_not_negative = models.Constraint(
        "CHECK(duration_minutes >= 0)", "A duration can not be negative."
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("date", "duration_minutes")
    def _compute_date_stop(self):
        for record in self:
            length = timedelta(minutes=record.duration_minutes or 0)
            record.date_stop = record.date and record.date + length

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_plan_follow_up(self):
        """Core's own dialog for an activity: what, by whom, until when."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Follow-up"),
            "res_model": "mail.activity.schedule",
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_model": self._name,
                "active_ids": self.ids,
                "active_id": self.id,
                "default_summary": self.name,
            },
        }
