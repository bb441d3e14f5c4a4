# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import find_cycle, neighbourhood

#: pictures of a service on its card: classes of Font Awesome, as Odoo ships it
ICONS = [
    ("fa-cube", "Cube"),
    ("fa-envelope", "E-mail"),
    ("fa-phone", "Telephone"),
    ("fa-desktop", "Workplace"),
    ("fa-laptop", "Laptop"),
    ("fa-mobile", "Mobile Device"),
    ("fa-print", "Printing"),
    ("fa-wifi", "Wireless Network"),
    ("fa-sitemap", "Network"),
    ("fa-server", "Server"),
    ("fa-database", "Database"),
    ("fa-cloud", "Cloud"),
    ("fa-globe", "Web"),
    ("fa-lock", "Security"),
    ("fa-users", "People"),
    ("fa-shopping-cart", "Shop"),
    ("fa-truck", "Logistics"),
    ("fa-line-chart", "Reports"),
    ("fa-cogs", "Application"),
    ("fa-graduation-cap", "Training"),
]
#: what names services and keeps them from being deleted, and by which field
NAMING = {
    "helpdesk.ticket": "slm_service_id",
    "slm.agreement": "service_ids",
    "slm.target": "service_id",
    "slm.process": "service_ids",
}
#: how far the picture of dependencies reaches, each way
PICTURE_DEPTH = 2


class SlmService(models.Model):
    """A service that IT delivers: one line of the service catalogue."""

    _name = "slm.service"
    _description = "Service"
    _inherit = [
        "slm.consistency.mixin",
        "slm.naming.mixin",
        "slm.code.mixin",
        "slm.revision.mixin",
        "slm.summary.mixin",
        "slm.proposal.mixin",
        "slm.desk.thread",
    ]
    _check_company_auto = True
    _order = "type_id, code, id"
    _rec_names_search = ["code", "name"]
    _proposed_by = {"slm_picked_items": "configuration_item_ids"}
    _decisive = frozenset(
        {"team_ids", "configuration_item_ids", "agreement_ids", "active", "company_id"}
    )
    _requester_fields = frozenset(
        {"name", "code", "type_id", "description", "icon", "active"}
    )
    _revised = {
        "code": None,
        "name": None,
        "type_id": None,
        "description": None,
        "manager_id": None,
        "team_ids": None,
        "dependency_ids": "dependent_ids",
        "dependent_ids": "dependency_ids",
        "configuration_item_ids": "service_ids",
        "process_ids": "service_ids",
        "agreement_ids": "service_ids",
        "contract_ids": "service_ids",
        "active": None,
    }

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    name = fields.Char(required=True, translate=True)
    type_id = fields.Many2one(
        "slm.service.type",
        string="Service Type",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    icon = fields.Selection(
        ICONS,
        string="Picture",
        required=True,
        default="fa-cube",
        help="The picture on the card of the service.",
    )
    description = fields.Html(
        translate=True, help="What users get, in words that they understand."
    )
    manager_id = fields.Many2one(
        "res.users", string="Service Manager", domain=[("share", "=", False)]
    )
    team_ids = fields.Many2many(
        "helpdesk.ticket.team",
        string="Delivering Teams",
        check_company=True,
        help="The teams that deliver this service.",
    )
    dependency_ids = fields.Many2many(
        "slm.service",
        "slm_service_dependency_rel",
        "service_id",
        "dependency_id",
        string="Depends on",
        copy=False,
        domain="[('company_id', '=', company_id), ('id', '!=', id)]",
        help="The services without which this one does not work.",
    )
    dependent_ids = fields.Many2many(
        "slm.service",
        "slm_service_dependency_rel",
        "dependency_id",
        "service_id",
        string="Needed by",
        copy=False,
        domain="[('company_id', '=', company_id), ('id', '!=', id)]",
        help="The services that do not work without this one.",
    )
    configuration_item_ids = fields.Many2many(
        "slm.configuration.item",
        "slm_configuration_item_service_rel",
        "service_id",
        "configuration_item_id",
        string="Configuration Items",
        copy=False,
        domain="[('company_id', '=', company_id)]",
    )
    process_ids = fields.Many2many(
        "slm.process",
        "slm_process_service_rel",
        "service_id",
        "process_id",
        string="Processes",
        copy=False,
        domain="[('company_id', '=', company_id)]",
    )
    agreement_ids = fields.Many2many("slm.agreement", string="Agreements", copy=False)
    contract_ids = fields.Many2many(
        "slm.contract",
        "slm_contract_service_rel",
        "service_id",
        "contract_id",
        string="Contracts",
        copy=False,
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="The contracts that cover it.",
    )
    active = fields.Boolean(default=True)
    contract_count = fields.Integer(compute="_compute_contract_count")
    agreement_count = fields.Integer(compute="_compute_agreement_count")
    process_count = fields.Integer(compute="_compute_process_count")
    configuration_item_count = fields.Integer(
        compute="_compute_configuration_item_count"
    )
    open_ticket_count = fields.Integer(compute="_compute_open_ticket_count")
    dependency_picture = fields.Json(
        string="Dependencies", compute="_compute_dependency_picture"
    )

    _code_uniq = models.UniqueIndex(
        "(code, company_id)", "The code of a service must be unique in its company."
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("dependency_ids", "dependent_ids")
    def _check_dependency_ids(self):
        graph = self._get_dependencies(self.company_id)
        for service in self:
            if cycle := find_cycle(graph, service.id):
                names = self.sudo().browse(cycle).mapped(lambda s: s.display_name)
                raise ValidationError(
                    self.env._(
                        "Services can not depend on each other in a circle: %(cycle)s. "
                        "Take away one of these dependencies.",
                        cycle=" → ".join(names),
                    )
                )

    @api.constrains("type_id", "active")
    def _check_type_id(self):
        for service in self:
            if service.active and service.type_id and not service.type_id.active:
                raise ValidationError(
                    self.env._(
                        "%(service)s is active, its type %(type)s is archived. Restore "
                        "the type or choose another one.",
                        service=service.display_name,
                        type=service.type_id.display_name,
                    )
                )

    @api.constrains(
        "dependency_ids",
        "dependent_ids",
        "process_ids",
        "configuration_item_ids",
        "company_id",
    )
    def _check_companies(self):
        for service in self.sudo().with_context(active_test=False):
            companies = (
                service.dependency_ids.company_id
                | service.dependent_ids.company_id
                | service.process_ids.company_id
                | service.configuration_item_ids.company_id
            )
            if companies - service.company_id:
                raise ValidationError(
                    self.env._(
                        "%(service)s can only be linked to services, processes and "
                        "configuration items of its own company.",
                        service=service.display_name,
                    )
                )

    @api.constrains("company_id")
    def _check_named_companies(self):
        """What names a service stays where it is, so the service does, too."""
        for company, services in self.grouped("company_id").items():
            for model, path in NAMING.items():
                records = self.env[model].sudo().with_context(active_test=False)
                domain = [(path, "in", services.ids), ("company_id", "!=", company.id)]
                if other := records.search(domain, limit=1):
                    service = (services & other.mapped(path))[:1]
                    raise ValidationError(
                        self.env._(
                            "%(service)s can not move to another company: it is named "
                            "by %(named)s. Make a new service there.",
                            service=service.display_name,
                            named=", ".join(service._count_named()),
                        )
                    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("contract_ids")
    def _compute_contract_count(self):
        for service in self:
            service.contract_count = len(service.contract_ids)

    @api.depends("agreement_ids")
    def _compute_agreement_count(self):
        for service in self:
            service.agreement_count = len(service.agreement_ids)

    @api.depends("process_ids")
    def _compute_process_count(self):
        for service in self:
            service.process_count = len(service.process_ids)

    @api.depends("configuration_item_ids")
    def _compute_configuration_item_count(self):
        for service in self:
            service.configuration_item_count = len(service.configuration_item_ids)

    def _compute_open_ticket_count(self):
        counts = dict(
            self.env["helpdesk.ticket"]._read_group(
                [("slm_service_id", "in", self.ids), ("closed", "=", False)],
                ["slm_service_id"],
                ["__count"],
            )
        )
        for service in self:
            service.open_ticket_count = counts.get(service, 0)

    @api.depends("dependency_ids", "dependent_ids", "name", "code")
    def _compute_dependency_picture(self):
        """Who depends on what, two levels each way: ``{nodes: […], edges: […]}``.

        A node has ``id``, ``name``, ``code``, ``icon``, ``active`` and ``level``:
        negative for what the service needs, positive for what needs it. An edge is a
        pair of ids, who needs first. A service that is not saved yet has no picture.
        """
        needs = self._get_dependencies(self.company_id)
        for service in self:
            start = service._origin.id
            levels = neighbourhood(needs, start, PICTURE_DEPTH) if start else {}
            service.dependency_picture = service._prepare_picture(levels, needs)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        services = super().create(vals_list)
        services._get_all_agreements()._check_changeable()
        services.with_context(active_test=False).process_ids._check_changeable()
        return services

    def write(self, vals):
        # A relation asks nobody: who may write drafts only can not add a service to
        # what is in force, nor take one away.
        watched = {"agreement_ids", "process_ids"} & vals.keys()
        before = {name: self._get_governed(name) for name in watched}
        res = super().write(vals)
        for name, then in before.items():
            now = self._get_governed(name)
            changed = [(then[s] | now[s]) - (then[s] & now[s]) for s in self]
            for records in changed:
                records.exists()._check_changeable()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_named(self):
        """What tickets, agreements or processes are about stays, also archived ones."""
        for service in self:
            if named := service._count_named():
                raise UserError(
                    self.env._(
                        "%(service)s can not be deleted, as it is named by: %(named)s. "
                        "Archive it instead, then nobody can choose it any more.",
                        service=service.display_name,
                        named=", ".join(named),
                    )
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_archive(self):
        """Archive services. If something that is in force needs any of them, nothing
        is archived yet: the action that is returned says what, and asks."""
        self.check_access("write")
        active = self.filtered("active")
        if not active._get_needing():
            return super().action_archive()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Services in Use"),
            "res_model": "slm.archive.service",
            # the client calls it as any method: nothing is filled in on the way
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_service_ids": active.ids},
        }

    def action_view_agreements(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_agreement_action"
        )
        return dict(action, domain=[("service_ids", "in", self.ids)], context={})

    def action_view_contracts(self):
        """The contracts that cover the service."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_contract_action"
        )
        return dict(action, domain=[("service_ids", "in", self.ids)], context={})

    def action_view_processes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_process_action"
        )
        return dict(action, domain=[("service_ids", "in", self.ids)], context={})

    def action_view_configuration_items(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_configuration_item_action"
        )
        return dict(action, domain=[("service_ids", "in", self.ids)], context={})

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.helpdesk_ticket_action_all"
        )
        context = {"search_default_open": 1, "default_slm_service_id": self.id}
        return dict(
            action, domain=[("slm_service_id", "in", self.ids)], context=context
        )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_published_domain(self, user):
        """An active service of which at least one process is published to the user."""
        processes = self.env["slm.process"].sudo()._get_published_domain(user)
        return Domain("active", "=", True) & Domain("process_ids", "any!", processes)

    def _get_governed(self, name):
        """``{service: records}``: what a service stands in, whoever sees that."""
        if name == "agreement_ids":
            return {service: service._get_all_agreements() for service in self}
        services = self.sudo().with_context(active_test=False)
        return {service: service[name].with_env(self.env) for service in services}

    def _get_all_agreements(self):
        """Also archived ones, and those that the user does not see."""
        agreements = self.env["slm.agreement"].sudo().with_context(active_test=False)
        found = agreements.search([("service_ids", "in", self.ids)])
        return found.with_env(self.env)

    def _get_needing(self):
        """What needs these services now, as superuser.

        :return: ``{service: [records]}``: active agreements and published processes
            that name it, and active services that depend on it and are not among these
        """
        found = {}
        for model, path, domain in (
            ("slm.agreement", "service_ids", [("state", "=", "active")]),
            (
                "slm.agreement",
                "target_ids.service_id",
                [("state", "=", "active"), ("service_ids", "=", False)],
            ),
            ("slm.process", "service_ids", [("state", "=", "published")]),
            ("slm.service", "dependency_ids", [("id", "not in", self.ids)]),
        ):
            records = self.env[model].sudo().with_context(active_test=True)
            for record in records.search(Domain(path, "in", self.ids) & Domain(domain)):
                for service in self & record.mapped(path):
                    found.setdefault(service, []).append(record)
        return found

    def _count_named(self):
        """How many records of each kind name the service, in words; whoever sees them,
        and whether they are archived or not."""
        self.ensure_one()
        labels = {
            "helpdesk.ticket": self.env._("tickets"),
            "slm.agreement": self.env._("agreements"),
            "slm.target": self.env._("targets of agreements"),
            "slm.process": self.env._("processes"),
        }
        named = []
        for model, path in NAMING.items():
            records = self.env[model].sudo().with_context(active_test=False)
            if count := records.search_count([(path, "=", self.id)]):
                named.append(f"{labels[model]} ({count})")
        return named

    @api.model
    def _get_dependencies(self, companies):
        """``{service id: [ids of those it needs]}`` of companies; one query."""
        self.flush_model(["company_id", "dependency_ids", "dependent_ids"])
        needs = {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT relation.service_id, relation.dependency_id
                FROM slm_service_dependency_rel AS relation
                JOIN slm_service AS service ON service.id = relation.service_id
                WHERE service.company_id = ANY(%s)
                ORDER BY relation.service_id, relation.dependency_id
                """,
                companies.ids,
            )
        )
        for service, needed in rows:
            needs.setdefault(service, []).append(needed)
        return needs

    def _prepare_picture(self, levels, needs):
        """Values of ``dependency_picture``; only of services that the user may read."""
        services = self.browse(levels)._filtered_access("read")
        nodes = [
            {
                "id": service.id,
                "name": service.name,
                "code": service.code,
                "icon": service.icon,
                "active": service.active,
                "level": levels[service.id],
            }
            for service in services
        ]
        edges = [
            (service.id, needed)
            for service in services
            for needed in needs.get(service.id, ())
            if needed in services._ids
        ]
        return {"nodes": nodes, "edges": edges}
