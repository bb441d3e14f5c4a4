# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SlmSupplierInteraction(models.Model):
    """A contact with a supplier: who met whom, about what, and what is to follow.

    What is to follow are activities, each with its owner and due date.
    """

    _name = "slm.supplier.interaction"
    _description = "Supplier Contact Record"
    _inherit = [
        "slm.attachment.mixin",
        "slm.supplier.mixin",
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
        help="The supplier's people who took part.",
    )
    notes = fields.Html(string="Minutes Taken", help="What was said and agreed.")
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
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("partner_id", "contact_ids")
    def _check_contact_ids(self):
        for record in self.sudo().with_context(active_test=False):
            others = record.contact_ids - record._get_people()
            if others:
                raise ValidationError(
                    self.env._(
                        "%(contact)s does not belong to %(supplier)s. Choose people of "
                        "this supplier, or enter them among its contacts first.",
                        contact=others[0].display_name,
                        supplier=record.partner_id.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("date", "duration_minutes")
    def _compute_date_stop(self):
        for record in self:
            length = timedelta(minutes=record.duration_minutes or 0)
            record.date_stop = record.date and record.date + length

    @api.depends("name")
    def _compute_display_name(self):
        """Without its code, which would fill the calendar."""
        res = super()._compute_display_name()
        for record in self:
            if not self.env.context.get("import_compat"):
                record.display_name = record.name or ""
        return res

    @api.onchange("ticket_id")
    def _onchange_ticket_id(self):
        """A ticket says whom it waits for, and of which company it is."""
        if self.ticket_id:
            self.company_id = self.ticket_id.company_id
            self.partner_id = (
                self.partner_id or self.ticket_id.slm_supplier_id.slm_file_id
            )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Nobody of another supplier stays."""
        self.contact_ids = self.contact_ids._origin & self._get_people()

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

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _get_people(self):
        """The supplier and everybody below, archived ones too."""
        people = self.env["res.partner"].with_context(active_test=False)
        return people.search([("id", "child_of", self.partner_id._origin.ids)])

    @api.model
    def _prepare_new(self, partner=None, ticket=None):
        """The form of a new record, with what a ticket or a supplier tells of it."""
        self.check_access("create")
        company = (ticket or partner).company_id
        context = {"default_company_id": company.id} if company else {}
        if ticket:
            context |= {"default_ticket_id": ticket.id, "default_name": ticket.name}
            partner = ticket.slm_supplier_id.slm_file_id
            people = ticket.slm_supplier_id - partner if partner else partner
            context["default_contact_ids"] = people.ids
        if partner:
            context["default_partner_id"] = partner.id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contact with a Supplier"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": context,
        }
