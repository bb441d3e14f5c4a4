# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .slm_process_kind import PROCESS_KINDS

#: what a published process promises to its requesters; it changes by a new version
CONTENT = {"code", "name", "kind", "description", "service_ids", "version"}
#: which state may follow which
STATES_AFTER = {"draft": {"published"}, "published": {"retired"}, "retired": set()}


class SlmProcess(models.Model):
    """How a kind of request on services is run, in one version.

    A published process does not change: a new version is drafted, and when that one is
    published the old one retires. Tickets keep the version that they were opened under.
    Whom it is published to may change at any time.
    """

    _name = "slm.process"
    _description = "Process"
    _inherit = [
        "slm.naming.mixin",
        "slm.code.mixin",
        "slm.revision.mixin",
        "slm.desk.thread",
    ]
    _order = "code, version desc, id"
    _rec_names_search = ["code", "name"]
    _requester_fields = frozenset(
        {"name", "code", "kind", "description", "version", "state", "active"}
    )
    _revised = {
        "code": None,
        "name": None,
        "kind": None,
        "description": None,
        "service_ids": "process_ids",
        "version": None,
        "state": None,
        "publication_ids": None,
        "active": None,
    }

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(PROCESS_KINDS, required=True, default="request")
    description = fields.Html(
        translate=True,
        help="What happens after somebody has asked, in words that users understand.",
    )
    service_ids = fields.Many2many(
        "slm.service",
        "slm_process_service_rel",
        "process_id",
        "service_id",
        string="Services",
        domain="[('company_id', '=', company_id)]",
        help="The services on which users may ask for this. Who is covered by the "
        "publication sees these services in the catalogue.",
    )
    version = fields.Integer(default=1, readonly=True, copy=False)
    previous_version_id = fields.Many2one(
        "slm.process",
        string="Previous Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    next_version_ids = fields.One2many(
        "slm.process", "previous_version_id", string="Next Version"
    )
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
        required=True,
        default="draft",
        copy=False,
        index=True,
    )
    publication_ids = fields.One2many(
        "slm.publication", "process_id", string="Publication", copy=True
    )
    provider_names = fields.Char(
        string="Provider Teams", compute="_compute_publication_names"
    )
    consumer_names = fields.Char(
        string="Consumers", compute="_compute_publication_names"
    )
    active = fields.Boolean(default=True)
    ticket_count = fields.Integer(compute="_compute_ticket_count")
    version_count = fields.Integer(compute="_compute_version_count")

    _code_uniq = models.UniqueIndex(
        "(code, version, company_id)",
        "The code and version of a process must be unique in its company.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("state", "service_ids")
    def _check_service_ids(self):
        for process in self:
            if process.state == "published" and not process.sudo().service_ids:
                raise ValidationError(
                    self.env._(
                        "%(process)s names no service, so nobody could ask for it. Add "
                        "at least one before it is published.",
                        process=process.display_name,
                    )
                )

    @api.constrains("service_ids", "company_id")
    def _check_companies(self):
        for process in self.sudo().with_context(active_test=False):
            if process.service_ids.company_id - process.company_id:
                raise ValidationError(
                    self.env._(
                        "%(process)s can only be linked to services of its own company.",
                        process=process.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("version")
    def _compute_display_name(self):
        super()._compute_display_name()
        if self.env.context.get("import_compat"):
            return
        for process in self:
            if process.version > 1:
                process.display_name = f"{process.display_name} (v{process.version})"

    @api.depends(
        "publication_ids.role", "publication_ids.team_id", "publication_ids.partner_id"
    )
    def _compute_publication_names(self):
        for process in self:
            for role, name in (
                ("provider", "provider_names"),
                ("consumer", "consumer_names"),
            ):
                lines = process.publication_ids.filtered(lambda x, r=role: x.role == r)
                process[name] = ", ".join(lines.mapped("display_name"))

    def _compute_ticket_count(self):
        counts = dict(
            self.env["helpdesk.ticket"]._read_group(
                [("slm_process_id", "in", self.ids)], ["slm_process_id"], ["__count"]
            )
        )
        for process in self:
            process.ticket_count = counts.get(process, 0)

    def _compute_version_count(self):
        for process in self:
            process.version_count = len(process._get_versions())

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        if "state" in vals:
            self._check_next_state(vals["state"])
        if CONTENT & vals.keys():
            self._check_draft()
        published = vals.get("state") == "published"
        res = super().write(vals)
        if published:
            self._retire_previous()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        self._check_draft()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_publish(self):
        """Publish drafts; the versions before them retire."""
        self.write({"state": "published"})

    def action_retire(self):
        self.write({"state": "retired"})

    def action_preview(self):
        """Show who will see it, and ask before a draft is published."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Will See It"),
            "res_model": "slm.publish",
            "view_mode": "form",
            "target": "new",
            "context": {"default_process_id": self.id},
        }

    def action_new_version(self):
        """Draft the next version, or open the one that is being drafted."""
        self.ensure_one()
        drafts = self._get_versions().filtered(lambda p: p.state == "draft")
        draft = drafts[:1] or self._create_next_version()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "view_mode": "form",
        }

    def action_view_versions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_process_action"
        )
        versions = self._get_versions()
        context = {"active_test": False}
        return dict(action, domain=[("id", "in", versions.ids)], context=context)

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.helpdesk_ticket_action_all"
        )
        return dict(action, domain=[("slm_process_id", "in", self.ids)])

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_published_domain(self, user):
        """A published process with a consumer line for the user's contact, for
        somebody above it, or for everybody."""
        partner = user.partner_id.id
        above = self.env["slm.matcher"]._get_chains([partner]).get(partner, [])
        covering = Domain("role", "=", "consumer") & Domain(
            "partner_id", "in", [False, *above]
        )
        return (
            Domain("active", "=", True)
            & Domain("state", "=", "published")
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("publication_ids", "any!", covering)
        )

    @api.model
    def _get_line_name(self, line):
        name = super()._get_line_name(line)
        if line._name != "slm.publication":
            return name
        roles = dict(line._fields["role"]._description_selection(self.env))
        return f"{roles[line.role]}: {name}"

    def _get_versions(self):
        """All versions of the process, the newest first."""
        self.ensure_one()
        return self.with_context(active_test=False).search(
            [("code", "=", self.code), ("company_id", "=", self.company_id.id)],
            order="version desc",
        )

    def _check_draft(self):
        for process in self.sudo():
            if process.state != "draft":
                raise UserError(
                    self.env._(
                        "%(process)s was published, so it does not change any more and "
                        "can not be deleted. Make a new version, or retire it.",
                        process=process.display_name,
                    )
                )

    def _check_next_state(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for process in self:
            if state != process.state and state not in STATES_AFTER[process.state]:
                raise UserError(
                    self.env._(
                        "%(process)s is %(before)s, so it can not become %(after)s. "
                        "Make a new version.",
                        process=process.display_name,
                        before=labels[process.state],
                        after=labels.get(state, state),
                    )
                )

    def _retire_previous(self):
        """One version of a process is published at a time."""
        for process in self:
            others = process._get_versions() - process
            others.filtered(lambda p: p.state == "published").action_retire()

    def _create_next_version(self):
        newest = self._get_versions()[0]
        vals = newest._prepare_next_version_vals()
        return newest.copy(vals)

    def _prepare_next_version_vals(self):
        return {
            "code": self.code,
            "version": self.version + 1,
            "previous_version_id": self.id,
        }

    def _get_team(self):
        """The team that takes what is asked for, if there is exactly one."""
        self.ensure_one()
        teams = self.sudo().publication_ids.team_id.filtered("active")
        return teams if len(teams) == 1 else teams.browse()
