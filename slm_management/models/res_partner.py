# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

AGENT = "slm_management.group_slm_agent"
ADMINISTRATOR = "slm_management.group_slm_administrator"
#: what administrators of service levels write on contacts
WRITTEN = {
    "slm_is_supplier",
    "slm_supplier_category_id",
    "slm_supplier_status",
    "slm_account_manager_id",
    "slm_contact_role",
    "slm_contact_calendar_id",
    "slm_evaluation_interval",
}


class ResPartner(models.Model):
    """A contact may be a supplier, with a file that the desk keeps on him.

    All fields of this module are for its own groups only.
    """

    _inherit = "res.partner"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    slm_is_supplier = fields.Boolean(
        string="Supplier of Services",
        index="btree_not_null",
        copy=False,
        groups=AGENT,
        help="A supplier file is kept on this contact.",
    )
    slm_supplier_category_id = fields.Many2one(
        "slm.supplier.category",
        string="Supplier Category",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        groups=AGENT,
    )
    slm_supplier_status = fields.Selection(
        [
            ("candidate", "Candidate"),
            ("approved", "Approved"),
            ("watch", "On Watch"),
            ("retired", "Retired"),
        ],
        string="Supplier Status",
        copy=False,
        groups=AGENT,
        help="On watch: the supplier is kept an eye on. Retired: nothing new is "
        "ordered there.",
    )
    slm_account_manager_id = fields.Many2one(
        "res.users",
        string="Our Account Manager",
        copy=False,
        groups=AGENT,
        domain=[("share", "=", False)],
        help="Who looks after this supplier on our side, and is asked to evaluate it.",
    )
    slm_contact_role = fields.Char(
        string="Role in Service",
        copy=False,
        groups=AGENT,
        help="What this person of a supplier is there for, such as “Hotline” or "
        "“Escalations”.",
    )
    slm_contact_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Can Be Reached",
        ondelete="restrict",
        copy=False,
        groups=AGENT,
        help="The hours in which this contact of a supplier can be reached.",
    )
    slm_evaluation_interval = fields.Selection(
        [
            ("3", "Every Quarter"),
            ("6", "Every Half-Year"),
            ("12", "Every Year"),
        ],
        string="Evaluate",
        copy=False,
        groups=AGENT,
        help="How often an evaluation is drafted by itself, at the end of a period. "
        "Empty: never.",
    )
    slm_contract_ids = fields.One2many(
        "slm.contract", "partner_id", string="Service Contracts", groups=AGENT
    )
    slm_interaction_ids = fields.One2many(
        "slm.supplier.interaction",
        "partner_id",
        string="Contact Records",
        groups=AGENT,
    )
    slm_evaluation_ids = fields.One2many(
        "slm.supplier.evaluation", "partner_id", string="Evaluations", groups=AGENT
    )
    slm_supplied_item_ids = fields.One2many(
        "slm.configuration.item",
        "supplier_id",
        string="Supplied Items",
        groups=AGENT,
    )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        # also what came by defaults of a context
        kept = partners.sudo().filtered(lambda p: any(p[name] for name in WRITTEN))
        if kept:
            self._slm_check_administrator()
            kept._slm_open_files()
        return partners

    def write(self, vals):
        if vals.keys() & WRITTEN:
            self._slm_check_administrator()
        res = super().write(vals)
        if vals.get("slm_is_supplier"):
            self.sudo()._slm_open_files()
        return res

    @api.ondelete(at_uninstall=False)
    def _slm_unlink_publications(self):
        """Lines of a deleted contact go with it, and the history says so."""
        lines = self.env["slm.publication"].sudo()
        lines.search([("partner_id", "in", self.ids)]).unlink()

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _slm_check_administrator(self):
        """Who may write contacts does not keep supplier files by that."""
        if not (self.env.su or self.env.user.has_group(ADMINISTRATOR)):
            raise AccessError(
                self.env._(
                    "Only administrators of service levels keep the files of suppliers."
                )
            )

    def _slm_open_files(self):
        """A new supplier is a candidate."""
        new = self.filtered(lambda p: p.slm_is_supplier and not p.slm_supplier_status)
        if new:
            new.slm_supplier_status = "candidate"
