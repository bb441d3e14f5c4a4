# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..engine import find_cycle

RELATION_KINDS = [
    ("depends_on", "Depends on"),
    ("runs_on", "Runs on"),
    ("connected_to", "Connected to"),
    ("part_of", "Part of"),
]
#: the same relations, told by the other item
REVERSE_KINDS = [
    ("depends_on", "Needed by"),
    ("runs_on", "Carries"),
    ("connected_to", "Connects"),
    ("part_of", "Consists of"),
]
#: kinds in which going on and on never leads back
ACYCLIC_KINDS = ("runs_on", "part_of")


class SlmConfigurationItemRelation(models.Model):
    """How one configuration item stands to another one: *source* runs on *target*.

    A failure of the target touches the source. A part is the other way round: its
    failure touches the whole. Items that depend on each other, or are connected in both
    directions, have a relation each; nothing is part of itself or runs on itself, not
    even through others.
    """

    _name = "slm.configuration.item.relation"
    _description = "Relation of Configuration Items"
    _inherit = ["slm.naming.mixin"]
    _order = "source_id, kind, id"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    source_id = fields.Many2one(
        "slm.configuration.item",
        string="Item",
        required=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        RELATION_KINDS,
        string="Relation",
        required=True,
        default="depends_on",
        help="A failure of the other item touches this one; if this one is part of the "
        "other, it is the other way round.",
    )
    target_id = fields.Many2one(
        "slm.configuration.item",
        string="Other Item",
        required=True,
        index=True,
        ondelete="cascade",
    )
    reverse_kind = fields.Selection(
        REVERSE_KINDS,
        string="Relation, Seen from the Other Item",
        compute="_compute_reverse_kind",
        readonly=False,
    )
    company_id = fields.Many2one(
        related="source_id.company_id", store=True, string="Company"
    )

    _uniq = models.UniqueIndex(
        "(source_id, target_id, kind)",
        "These two configuration items are related in this way already. Choose another "
        "relation or another item.",
    )
    _not_itself = models.Constraint(
        "CHECK(source_id <> target_id)",
        "A configuration item can not be related to itself. Choose another item.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("source_id", "target_id")
    def _check_companies(self):
        for relation in self.sudo():
            if relation.source_id.company_id != relation.target_id.company_id:
                raise ValidationError(
                    self.env._(
                        "A configuration item can only be related to items of its own "
                        "company. Choose another item."
                    )
                )

    @api.constrains("source_id", "target_id", "kind")
    def _check_cycle(self):
        for kind in ACYCLIC_KINDS:
            sources = self.filtered(lambda r, kind=kind: r.kind == kind).source_id
            graph = sources and self._get_graph(kind, sources)
            for source in sources:
                if cycle := find_cycle(graph, source.id):
                    self._refuse_cycle(kind, cycle)

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("kind")
    def _compute_reverse_kind(self):
        for relation in self:
            relation.reverse_kind = relation.kind

    @api.depends("kind", "source_id.display_name", "target_id.display_name")
    def _compute_display_name(self):
        for relation in self:
            source = relation.source_id.display_name
            target = relation.target_id.display_name
            sentences = self._get_sentences(source, target)
            relation.display_name = sentences.get(relation.kind)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._prepare_kind(vals) for vals in vals_list]
        with self._watching(self.browse(), vals_list):
            return super().create(vals_list)

    def write(self, vals):
        vals = self._prepare_kind(vals)
        with self._watching(self, [vals]):
            return super().write(vals)

    def unlink(self):
        with self._watching(self, []):
            return super().unlink()

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _prepare_kind(self, vals):
        """Who enters a relation on the side of the other item says its reverse kind."""
        reverse_kind = vals.get("reverse_kind")
        vals = {name: value for name, value in vals.items() if name != "reverse_kind"}
        return {"kind": reverse_kind, **vals} if reverse_kind else vals

    @api.model
    def _watching(self, relations, vals_list):
        """Both items' history tells of a relation that comes, changes or goes."""
        ids = {
            vals.get(end) for vals in vals_list for end in ("source_id", "target_id")
        }
        items = self.env["slm.configuration.item"].browse(ids - {None, False})
        items |= (relations.source_id | relations.target_id).with_env(self.env)
        return items._revising({"relation_ids", "reverse_relation_ids"})

    @api.model
    def _get_sentences(self, source, target):
        """A relation of two names as a sentence, by kind."""
        env, names = self.env, {"item": source, "other": target}
        return {
            "depends_on": env._("%(item)s depends on %(other)s", **names),
            "runs_on": env._("%(item)s runs on %(other)s", **names),
            "connected_to": env._("%(item)s is connected to %(other)s", **names),
            "part_of": env._("%(item)s is part of %(other)s", **names),
        }

    @api.model
    def _get_graph(self, kind, sources):
        """``{item id: [ids of others]}``: where relations of a kind lead, from some
        items on; one query, whose cost follows what is reached."""
        self.flush_model(["source_id", "target_id", "kind"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE reached AS (
                    SELECT source_id, target_id
                      FROM slm_configuration_item_relation
                     WHERE kind = %(kind)s AND source_id = ANY(%(sources)s)
                     UNION
                    SELECT r.source_id, r.target_id
                      FROM slm_configuration_item_relation r
                      JOIN reached ON reached.target_id = r.source_id
                     WHERE r.kind = %(kind)s
                )
                SELECT source_id, target_id FROM reached ORDER BY source_id, target_id
                """,
                kind=kind,
                sources=sources.ids,
            )
        )
        graph = {}
        for source, target in rows:
            graph.setdefault(source, []).append(target)
        return graph

    def _refuse_cycle(self, kind, cycle):
        names = self.source_id.sudo().browse(cycle).mapped("display_name")
        circle = " → ".join(names)
        if kind == "part_of":
            message = self.env._(
                "A configuration item can not be part of itself, not even through "
                "others: %(circle)s. Take away one of these relations.",
                circle=circle,
            )
        else:
            message = self.env._(
                "A configuration item can not run on itself, not even through others: "
                "%(circle)s. Take away one of these relations.",
                circle=circle,
            )
        raise ValidationError(message)
