# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .slm_process_kind import PROCESS_KINDS
from .slm_published_mixin import AGENT

#: groups of those to whom something is published, unless they work at the desk
REQUESTERS = ("base.group_portal", "base.group_user")
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
        "slm.version.mixin",
        "slm.naming.mixin",
        "slm.code.mixin",
        "slm.revision.mixin",
        "slm.summary.mixin",
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
    _content = frozenset(
        {
            "code",
            "name",
            "kind",
            "description",
            "service_ids",
            "version",
            "previous_version_id",
            "company_id",
        }
    )
    _revised_through = {
        "provider_ids": "publication_ids",
        "consumer_ids": "publication_ids",
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
    provider_ids = fields.One2many(
        "slm.publication",
        "process_id",
        string="Provided by",
        domain=[("role", "=", "provider")],
        context={"default_role": "provider"},
        help="The teams that carry the process out. If it is one team, it gets the "
        "tickets.",
    )
    consumer_ids = fields.One2many(
        "slm.publication",
        "process_id",
        string="Published to",
        domain=[("role", "=", "consumer")],
        context={"default_role": "consumer"},
        help="Who may ask for it: organisations, departments or persons, each with "
        "everyone below.",
    )
    provider_names = fields.Char(
        string="Provider Teams", compute="_compute_publication_names"
    )
    consumer_names = fields.Char(
        string="Consumers", compute="_compute_publication_names"
    )
    active = fields.Boolean(default=True)
    covered_partner_id = fields.Many2one(
        "res.partner",
        string="Contact Who Is Covered",
        compute="_compute_covered_partner_id",
        search="_search_covered_partner_id",
        help="To look for what is published to a contact: by name, through an "
        "organisation or department, or to everybody.",
    )
    ticket_count = fields.Integer(
        string="Number of Tickets", compute="_compute_ticket_count"
    )

    _code_uniq = models.UniqueIndex(
        "(code, version, company_id)",
        "The code and version of a process must be unique in its company.",
    )
    # Whoever publishes or drafts at the same time is stopped by these.
    _published_uniq = models.UniqueIndex(
        "(code, company_id) WHERE state = 'published'",
        "Another version of this process is published already. Reload the page, and "
        "make a new version of that one.",
    )
    _draft_uniq = models.UniqueIndex(
        "(code, company_id) WHERE state = 'draft'",
        "Another version of this process is being drafted already. Open that one "
        "and go on with it.",
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
        self.publication_ids._check_team_company()
        for process in self.sudo().with_context(active_test=False):
            if process.service_ids.company_id - process.company_id:
                raise ValidationError(
                    self.env._(
                        "%(process)s can only be linked to services of its own "
                        "company.",
                        process=process.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends(
        "publication_ids.role", "publication_ids.team_id", "publication_ids.partner_id"
    )
    @api.depends_context("lang")
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

    def _compute_covered_partner_id(self):
        self.covered_partner_id = False

    @api.model
    def _search_covered_partner_id(self, operator, value):
        if operator == "any":
            value = self.env["res.partner"].search(value)._ids
        elif operator != "in":
            return NotImplemented
        chains = self.env["slm.matcher"]._get_chains(set(value) - {False})
        above = {contact for chain in chains.values() for contact in chain}
        return self._get_covering_domain(above)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # An import may bring a version that is published already.
        company = self.env.company.id
        self._retire_published(
            {
                (vals.get("code"), vals.get("company_id") or company)
                for vals in vals_list
                if vals.get("state") == "published"
            }
        )
        return super().create(vals_list)

    def write(self, vals):
        # first, as the errors below name the process
        self.check_access("write")
        if "state" in vals:
            self._check_next_state(vals["state"])
        if vals.get("state") == "published":
            drafts = self.filtered(lambda process: process.state == "draft")
            drafts._retire_published({(p.code, p.company_id.id) for p in drafts})
        res = super().write(vals)
        if "state" in vals:
            # The unique indexes look at rows, and another version may come next.
            self.flush_recordset(["state"])
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named(self):
        """An agreement that names no process any more would be for all of them."""
        agreements = self.env["slm.agreement"].sudo().with_context(active_test=False)
        for process in self:
            if count := agreements.search_count([("process_ids", "in", process.ids)]):
                raise UserError(
                    self.env._(
                        "%(process)s can not be deleted, as it is named by agreements "
                        "(%(count)s). Archive it instead, then nobody can choose it "
                        "any more.",
                        process=process.display_name,
                        count=count,
                    )
                )

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
        # Saved, so that the screen loads the users page by page.
        preview = self.env["slm.publish"].create({"process_id": self.id})
        draft = self.state == "draft"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Publish") if draft else self.env._("Who Sees It"),
            "res_model": preview._name,
            "res_id": preview.id,
            "view_mode": "form",
            "target": "new",
        }

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
        return (
            Domain("active", "=", True)
            & Domain("state", "=", "published")
            & Domain("company_id", "in", user.company_ids.ids)
            & self._get_covering_domain(above)
        )

    @api.model
    def _get_covering_domain(self, partner_ids):
        """Processes with a consumer line for one of some contacts, or for everybody."""
        covering = Domain("role", "=", "consumer") & Domain(
            "partner_id", "in", [False, *partner_ids]
        )
        # Ids, as this is nested in further subqueries: PostgreSQL has been seen to walk
        # through all lines for each process of each service of each type.
        lines = self.env["slm.publication"].sudo()
        found = lines._read_group(
            covering & Domain("process_id", "!=", False), ["process_id"]
        )
        return Domain("id", "in", [process.id for [process] in found])

    def _get_audience_domain(self):
        """The domain of the users who see the process, if it is published: requesters
        of its company whom a consumer line covers. The desk sees it anyway."""
        self.ensure_one()
        lines = self.sudo().publication_ids.filtered(lambda x: x.role == "consumer")
        if not lines or not self.active or self.state == "retired":
            return Domain.FALSE
        users = self.env["res.users"].sudo().with_context(active_test=False)
        # A subquery: “not in” of groups asks for users with any other group.
        desk = users._search([("all_group_ids", "in", self._get_group_ids(AGENT))])
        requesters = Domain(
            [
                ("active", "=", True),
                ("company_ids", "in", self.company_id.ids),
                ("all_group_ids", "in", self._get_group_ids(*REQUESTERS)),
                ("id", "not in", desk),
            ]
        )
        if not all(line.partner_id for line in lines):
            return requesters
        return requesters & Domain("partner_id", "in", lines._get_covered())

    @api.model
    def _get_group_ids(self, *xmlids):
        return [self.env["ir.model.data"]._xmlid_to_res_id(xmlid) for xmlid in xmlids]

    def _get_frozen_message(self):
        return self.env._(
            "%(process)s was published, so it does not change any more and can not be "
            "deleted. Make a new version, or retire it.",
            process=self.display_name,
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

    def _retire_published(self, keys):
        """Make room: one version of a process is published at a time.

        :param keys: pairs of code and id of the company
        """
        codes = [code for code, _company in keys if code]
        if not codes:
            return
        domain = [("code", "in", codes), ("state", "=", "published")]
        published = self.with_context(active_test=False).search(domain)
        published = published.filtered(lambda p: (p.code, p.company_id.id) in keys)
        published.action_retire()

    def _get_team(self):
        """The team that takes what is asked for, if there is exactly one."""
        self.ensure_one()
        teams = self.sudo().publication_ids.team_id.filtered("active")
        return teams if len(teams) == 1 else teams.browse()
