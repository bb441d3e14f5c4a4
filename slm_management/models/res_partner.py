# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

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
    "slm_next_evaluation_date",
    "slm_service_reports",
}
#: what of that is a supplier's file, and goes with it
FILE = WRITTEN - {
    "slm_contact_role",
    "slm_contact_calendar_id",
    "slm_service_reports",
}
#: what stands on a supplier's file: a model, the field that names him, a domain
FILED = {
    "slm_file_contract_ids": ("slm.contract", "partner_id", []),
    "slm_file_uc_ids": ("slm.agreement", "partner_id", [("kind", "=", "uc")]),
    "slm_file_item_ids": ("slm.configuration.item", "supplier_id", []),
    "slm_waiting_ticket_ids": (
        "helpdesk.ticket",
        "slm_supplier_id",
        [("stage_id.slm_phase", "=", "wait_supplier")],
    ),
}
#: what keeps a contact from being deleted, and by which field
KEEPING = {
    "slm.contract": "partner_id",
    "slm.supplier.interaction": "partner_id",
    "slm.supplier.evaluation": "partner_id",
    "slm.configuration.item": "supplier_id",
}


class ResPartner(models.Model):
    """A contact may be a supplier, with a file that the desk keeps on him.

    All fields of this module are for its own groups only. None of them is tracked, and
    nothing of the file is posted: whoever reads a contact reads its chatter.

    A file is kept on the company, not on each of its people: whoever belongs to the
    same commercial entity counts there.
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
    slm_next_evaluation_date = fields.Date(
        string="Next Evaluation on",
        copy=False,
        groups=AGENT,
        help="From this day on the last whole period is evaluated. It moves on by "
        "itself.",
    )
    slm_service_reports = fields.Boolean(
        string="Service Reports",
        index="btree_not_null",
        copy=False,
        groups=AGENT,
        help="This person sees the statistics and the published service reports of the "
        "whole organisation on the portal; all others see what is about themselves. "
        "It is taken away when the contact moves to another organisation.",
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
    slm_file_id = fields.Many2one(
        "res.partner",
        string="Supplier File",
        compute="_compute_slm_file_id",
        groups=AGENT,
        help="The supplier to whom this contact belongs.",
    )
    slm_keeps_files = fields.Boolean(
        string="May Keep Supplier Files",
        compute="_compute_slm_keeps_files",
        groups=AGENT,
    )
    slm_file_contract_ids = fields.Many2many(
        "slm.contract",
        string="Contracts on File",
        compute="_compute_slm_filed",
        groups=AGENT,
        help="Contracts with the supplier or with one of its contacts.",
    )
    slm_file_uc_ids = fields.Many2many(
        "slm.agreement",
        string="UCs on File",
        compute="_compute_slm_filed",
        groups=AGENT,
        help="What the supplier has promised: service hours and targets.",
    )
    slm_file_item_ids = fields.Many2many(
        "slm.configuration.item",
        string="Items on File",
        compute="_compute_slm_filed",
        groups=AGENT,
        help="Configuration items that the supplier delivered.",
    )
    slm_waiting_ticket_ids = fields.Many2many(
        "helpdesk.ticket",
        string="Waiting Tickets",
        compute="_compute_slm_filed",
        groups=AGENT,
        help="Tickets that wait for the supplier now.",
    )
    slm_follow_up_ids = fields.Many2many(
        "mail.activity",
        string="Open Follow-ups",
        compute="_compute_slm_follow_up_ids",
        groups=AGENT,
        help="What is left to do after contacts with the supplier.",
    )
    slm_contract_count = fields.Integer(
        string="Number of Contracts", compute="_compute_slm_filed_counts", groups=AGENT
    )
    slm_uc_count = fields.Integer(
        string="Number of UCs", compute="_compute_slm_filed_counts", groups=AGENT
    )
    slm_item_count = fields.Integer(
        string="Number of Items", compute="_compute_slm_filed_counts", groups=AGENT
    )
    slm_waiting_ticket_count = fields.Integer(
        string="Tickets Waiting", compute="_compute_slm_filed_counts", groups=AGENT
    )
    slm_interaction_count = fields.Integer(
        string="Number of Contact Records",
        compute="_compute_slm_record_counts",
        groups=AGENT,
    )
    slm_evaluation_count = fields.Integer(
        string="Number of Evaluations",
        compute="_compute_slm_record_counts",
        groups=AGENT,
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("slm_is_supplier")
    def _check_slm_is_supplier(self):
        """What is on file needs its file."""
        closed = self.sudo().filtered(lambda partner: not partner.slm_is_supplier)
        for model in ("slm.supplier.interaction", "slm.supplier.evaluation"):
            if named := closed._slm_find_naming(model, "partner_id").partner_id:
                raise ValidationError(
                    self.env._(
                        "%(supplier)s has contact records or evaluations and stays a "
                        "supplier. Set its status to “Retired” instead.",
                        supplier=named.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("slm_is_supplier", "parent_id")
    def _compute_slm_file_id(self):
        for partner in self:
            supplier = partner.sudo()
            while supplier and not supplier.slm_is_supplier:
                supplier = supplier.parent_id
            supplier = supplier._origin.with_env(self.env)
            partner.slm_file_id = supplier._filtered_access("read")

    @api.depends_context("uid")
    def _compute_slm_keeps_files(self):
        self.slm_keeps_files = self._slm_is_administrator()

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_slm_filed(self):
        """What names the supplier or somebody of his, if the user may read it."""
        members = self._slm_get_members()
        for name, source in FILED.items():
            filed = self._slm_get_filed_batch(members, *source)
            for partner in self:
                partner[name] = filed[partner._origin.commercial_partner_id.id]

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_slm_filed_counts(self):
        """As many, without the documents: a list of suppliers needs no more."""
        members = self._slm_get_members()
        for name, source in FILED.items():
            count = name.replace("_file", "").replace("_ids", "_count")
            filed = self._slm_get_filed_batch(members, *source)
            for partner in self:
                partner[count] = len(filed[partner._origin.commercial_partner_id.id])

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_slm_record_counts(self):
        for name, model in (
            ("slm_interaction_count", "slm.supplier.interaction"),
            ("slm_evaluation_count", "slm.supplier.evaluation"),
        ):
            domain = [("partner_id", "in", self._origin.ids)]
            groups = self.env[model]._read_group(domain, ["partner_id"], ["__count"])
            counts = dict(groups)
            for partner in self:
                partner[name] = counts.get(partner._origin, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_slm_follow_up_ids(self):
        activities = self._slm_get_follow_ups()
        for partner in self:
            partner.slm_follow_up_ids = activities[partner._origin.id]

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
            planned = kept.filtered(
                lambda p: p.slm_evaluation_interval and not p.slm_next_evaluation_date
            )
            self.env["slm.supplier.evaluation"]._plan_first(planned)
        return partners

    def write(self, vals):
        if names := vals.keys() & WRITTEN:
            self._slm_check_written({name: vals[name] for name in names})
        if vals.get("name"):
            self._slm_rename_bank_accounts(vals["name"])
        entitled = self._slm_get_entitled(vals)
        res = super().write(vals)
        self._slm_disentitle(entitled)
        if vals.keys() & {"slm_is_supplier", "slm_supplier_status"}:
            self.sudo()._slm_open_files()
        self._slm_plan_evaluations(vals)
        return res

    @api.ondelete(at_uninstall=False)
    def _slm_unlink_except_named(self):
        """Said before the database says it; what names him, to the desk only."""
        for model, field_name in KEEPING.items():
            if found := self._slm_find_naming(model, field_name):
                kind = self.env._("documents of the service desk")
                if self.env[model].has_access("read"):
                    kind = self.env["ir.model"]._get(model).name
                raise UserError(
                    self.env._(
                        "%(contact)s can not be deleted, as there is more about it: "
                        "%(kind)s. Archive the contact instead.",
                        contact=found[field_name].sudo(False).display_name,
                        kind=kind,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _slm_unlink_publications(self):
        """Lines of a deleted contact go with it, and the history says so."""
        lines = self.env["slm.publication"].sudo()
        lines.search([("partner_id", "in", self.ids)]).unlink()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_slm_make_supplier(self):
        """Open files on contacts; of somebody's contact person, on his company."""
        self._slm_check_administrator()
        suppliers = self.commercial_partner_id
        suppliers.check_access("write")
        suppliers.slm_is_supplier = True
        if len(suppliers) == 1:
            return suppliers.action_slm_open_file()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.res_partner_action_supplier"
        )

    def action_slm_close_file(self):
        """The contact is no supplier any more; refused once there is a history."""
        self._slm_check_administrator()
        self.write(dict.fromkeys(FILE, False))

    def action_slm_open_file(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Supplier"),
            "res_model": self._name,
            "res_id": self.slm_file_id.id or self.id,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref("slm_management.res_partner_view_form_supplier").id,
                    "form",
                )
            ],
        }

    def action_slm_view_contracts(self):
        domain = [("id", "in", self.slm_file_contract_ids.ids)]
        return self._slm_open("slm_contract_action", domain, default_partner_id=self.id)

    def action_slm_view_ucs(self):
        domain = [("id", "in", self.slm_file_uc_ids.ids)]
        return self._slm_open(
            "slm_agreement_action_uc",
            domain,
            default_kind="uc",
            default_partner_id=self.id,
        )

    def action_slm_view_items(self):
        domain = [("id", "in", self.slm_file_item_ids.ids)]
        return self._slm_open(
            "slm_configuration_item_action", domain, default_supplier_id=self.id
        )

    def action_slm_view_waiting_tickets(self):
        domain = [("id", "in", self.slm_waiting_ticket_ids.ids)]
        return self._slm_open("helpdesk_ticket_action_all", domain, create=False)

    def action_slm_view_interactions(self):
        domain = [("partner_id", "=", self.id)]
        return self._slm_open(
            "slm_supplier_interaction_action", domain, default_partner_id=self.id
        )

    def action_slm_view_evaluations(self):
        domain = [("partner_id", "=", self.id)]
        return self._slm_open(
            "slm_supplier_evaluation_action", domain, default_partner_id=self.id
        )

    def action_slm_log_interaction(self):
        """A new contact record with the supplier."""
        self.ensure_one()
        return self.env["slm.supplier.interaction"]._prepare_new(partner=self)

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _slm_is_administrator(self):
        return self.env.su or self.env.user.has_group(ADMINISTRATOR)

    @api.model
    def _slm_check_administrator(self):
        """Who may write contacts does not keep supplier files by that."""
        if not self._slm_is_administrator():
            raise AccessError(
                self.env._(
                    "Only administrators of service levels keep the files of suppliers "
                    "and open service reports to contacts."
                )
            )

    def _slm_check_written(self, vals):
        """Values of a file are to be written.

        An agent may send along what stands there already, as a form or a list for
        import does. Nobody else may: what is not refused would tell what stands there.
        """
        if self.env.su:
            return
        if not self.env.user.has_group(AGENT) or self._slm_differs(vals):
            self._slm_check_administrator()

    def _slm_differs(self, vals):
        """Whether one of the contacts has another value."""
        for name, value in vals.items():
            field = self._fields[name]
            for partner in self.sudo():
                stands = field.convert_to_cache(partner[name], partner)
                if stands != field.convert_to_cache(value, partner):
                    return True
        return False

    def _slm_get_entitled(self, vals):
        """``{contact: its organisation}`` of those who see service reports of theirs,
        and who may come to belong to another one by what is written."""
        if not {"parent_id", "is_company"} & vals.keys():
            return {}
        # who gets it anew, gets it for where he is then
        given = self if vals.get("slm_service_reports") else self.browse()
        return self._slm_find_entitled() | dict.fromkeys(given.sudo(), None)

    def _slm_find_entitled(self):
        """``{contact: its organisation}`` of those of them, and below them, who see
        service reports of theirs."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        entitled = partners.search(
            [("slm_service_reports", "=", True), ("id", "child_of", self.ids)]
        )
        return {partner: partner.commercial_partner_id for partner in entitled}

    @api.model
    def _slm_disentitle(self, entitled):
        """The right was given for one organisation, and not for whichever comes."""
        for partner, organisation in entitled.items():
            if organisation and partner.commercial_partner_id != organisation:
                partner.slm_service_reports = False

    def _slm_rename_bank_accounts(self, name):
        """Whoever may rename a contact renames the holder of its accounts, as core
        does, also without rights on bank accounts."""
        if self.env["res.partner.bank"].has_access("write"):
            return
        for partner in self.with_context(active_test=False):
            partner.check_access("write")
            accounts = partner.sudo().bank_ids.filtered(
                lambda bank, partner=partner: bank.acc_holder_name == partner.name
            )
            accounts.acc_holder_name = name

    def _slm_open_files(self):
        """A new supplier is a candidate."""
        new = self.filtered(lambda p: p.slm_is_supplier and not p.slm_supplier_status)
        if new:
            new.slm_supplier_status = "candidate"

    def _slm_plan_evaluations(self, vals):
        """Another interval begins anew; who is evaluated has a day for that."""
        planned = {"slm_evaluation_interval", "slm_next_evaluation_date"} & vals.keys()
        suppliers = self if planned == {"slm_evaluation_interval"} else self.browse()
        if "slm_next_evaluation_date" in planned:
            suppliers = self.sudo().filtered(
                lambda p: p.slm_evaluation_interval and not p.slm_next_evaluation_date
            )
        if suppliers:
            self.env["slm.supplier.evaluation"]._plan_first(suppliers)

    def _slm_find_naming(self, model, field_name):
        """Up to one document of a model that names one of the contacts."""
        records = self.env[model].sudo().with_context(active_test=False)
        return records.search([(field_name, "in", self.ids)], limit=1)

    def _slm_get_members(self):
        """The suppliers and everybody of theirs, archived ones too, as superuser."""
        everybody = self.env["res.partner"].sudo().with_context(active_test=False)
        families = self._origin.commercial_partner_id
        return everybody.search_fetch(
            [("commercial_partner_id", "in", families.ids)], ["commercial_partner_id"]
        )

    @api.model
    def _slm_get_filed_batch(self, members, model, field_name, domain):
        """``{id of a commercial entity: what the user sees of it}``, in one query."""
        filed = defaultdict(self.env[model].browse)
        groups = self.env[model]._read_group(
            [(field_name, "in", members.ids), *domain], [field_name], ["id:recordset"]
        )
        for partner, records in groups:
            filed[partner.sudo().commercial_partner_id.id] |= records
        return filed

    def _slm_get_follow_ups(self):
        """``{id of a supplier: open activities on records of contacts with him}``"""
        records = self.env["slm.supplier.interaction"].search(
            [("partner_id", "in", self._origin.ids)]
        )
        suppliers = {record.id: record.partner_id.id for record in records}
        # who may read a record may read what is to follow; core finds it for writers
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [("res_model", "=", records._name), ("res_id", "in", records.ids)],
                order="date_deadline, id",
            )
        )
        found = defaultdict(self.env["mail.activity"].browse)
        for activity in activities:
            found[suppliers[activity.res_id]] |= activity.with_env(self.env)
        return found

    def _slm_open(self, xmlid, domain, **context):
        """An action of this module, for what belongs to the supplier."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"slm_management.{xmlid}"
        )
        return dict(action, domain=domain, context=context)
