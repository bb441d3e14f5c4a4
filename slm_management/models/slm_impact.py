# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import steps_from

#: The nodes that a failure of node ``r`` touches at once: items, and services. Nothing
#: that is retired or archived works, so it can not fail, nor pass a failure on. That is
#: asked of ``r``, by its key: so the plan is good on tables without statistics, too.
TOUCHED = SQL(
    """
    SELECT 'item' AS kind, l.source_id AS id
      FROM slm_configuration_item i
      JOIN slm_configuration_item_relation l ON l.target_id = i.id
     WHERE r.kind = 'item' AND i.id = r.id AND i.active AND i.status <> 'retired'
       AND l.kind <> 'part_of'
     UNION ALL
    SELECT 'item' AS kind, l.target_id AS id
      FROM slm_configuration_item i
      JOIN slm_configuration_item_relation l ON l.source_id = i.id
     WHERE r.kind = 'item' AND i.id = r.id AND i.active AND i.status <> 'retired'
       AND l.kind = 'part_of'
     UNION ALL
    SELECT 'service' AS kind, u.service_id AS id
      FROM slm_configuration_item i
      JOIN slm_configuration_item_service_rel u ON u.configuration_item_id = i.id
     WHERE r.kind = 'item' AND i.id = r.id AND i.active AND i.status <> 'retired'
     UNION ALL
    SELECT 'service' AS kind, d.service_id AS id
      FROM slm_service s
      JOIN slm_service_dependency_rel d ON d.dependency_id = s.id
     WHERE r.kind = 'service' AND s.id = r.id AND s.active
    """
)
#: what can be touched, by kind
WORKING = {
    "item": Domain("active", "=", True) & Domain("status", "!=", "retired"),
    "service": Domain("active", "=", True),
}


@dataclass
class Impact:
    """What a failure of one item touches: recordsets, the closest first."""

    #: other items
    items: models.BaseModel
    services: models.BaseModel
    #: SLAs in force
    agreements: models.BaseModel
    #: customers and consumers of these agreements
    partners: models.BaseModel
    #: whether one of these agreements is published to everybody
    everybody: bool
    #: ``{item or service: number of steps from the failure}``
    distances: dict


class TouchedOffer(NamedTuple):
    """An SLA in force, with the ids of what it names."""

    agreement: models.BaseModel
    #: empty: all services of its company
    services: set
    #: None among them: everybody
    partners: set


class SlmImpact(models.AbstractModel):
    """What a failure of configuration items touches.

    A failure goes from an item to those that depend on it, run on it or are connected
    to it, and from a part to its whole; from an item to the services that use it; from
    a service to those that depend on it. Cycles do no harm. What is retired or archived
    neither fails nor is touched, and passes nothing on: if it stands in the middle of a
    chain, the chain ends there.

    A touched service touches the SLAs in force that name it, or name no service and so
    cover all of its company; these touch their customers, and the consumers to whom
    they are published.

    Whoever asks gets of all this what he may read. The number of queries is the same
    for any number of items, and their cost follows what is touched.
    """

    _name = "slm.impact"
    _description = "Impact of a Failure"

    @api.model
    def _get_impact_batch(self, items):
        """``{item: Impact}``, as it is stored; of one that is not yet, nothing."""
        steps = {False: {}, **self._get_steps(items._origin)}
        nodes = set().union(*steps.values())
        others = self._search_nodes("slm.configuration.item", "item", nodes)
        services = self._search_nodes("slm.service", "service", nodes)
        offers = self._get_offers(services)
        ids = {id_ for offer in offers for id_ in offer.partners} - {None, False}
        partners = self.env["res.partner"].search([("id", "in", ids)])
        impacts = {}
        for item in items:
            impact = self._prepare_impact(steps[item._origin.id], others, services)
            self._add_offers(impact, offers, partners)
            impacts[item] = impact
        return impacts

    @api.model
    def _tell(self, impact):
        """The impact as one line: how many of each."""
        if not impact.items and not impact.services:
            return self.env._("A failure of this item touches nothing else.")
        return self.env._(
            "A failure of this item touches other items (%(items)s), services "
            "(%(services)s), agreements (%(agreements)s) and customers "
            "(%(customers)s).",
            items=len(impact.items),
            services=len(impact.services),
            agreements=len(impact.agreements),
            customers=len(impact.partners),
        )

    # ------------------------------------------------------------------
    # Items and services
    # ------------------------------------------------------------------

    @api.model
    def _get_steps(self, items):
        """``{item id: {(kind, id): distance}}`` of what is touched, itself left out."""
        graph = {}
        for *node, kind, id_ in self._query_edges(items):
            graph.setdefault(tuple(node), []).append((kind, id_))
        steps = {id_: steps_from(graph, ("item", id_)) for id_ in items.ids}
        for id_, found in steps.items():
            del found["item", id_]
        return steps

    @api.model
    def _query_edges(self, items):
        """Who touches whom, as far as failures of the items go; one query.

        What is touched may be retired or archived, where the failure ends.

        :return: list of ``(kind, id, touched kind, touched id)``
        """
        self.env["slm.configuration.item"].flush_model(["active", "status"])
        self.env["slm.configuration.item.relation"].flush_model()
        self.env["slm.service"].flush_model(["active"])
        return self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE reached(kind, id) AS (
                    SELECT 'item', UNNEST(%(ids)s::int[])
                     UNION
                    SELECT touched.kind, touched.id
                      FROM reached r CROSS JOIN LATERAL (%(touched)s) AS touched
                )
                SELECT r.kind, r.id, touched.kind, touched.id
                  FROM reached r CROSS JOIN LATERAL (%(touched)s) AS touched
                """,
                ids=items.ids,
                touched=TOUCHED,
            )
        )

    @api.model
    def _search_nodes(self, model, kind, nodes):
        """The working records among the nodes that the user may read."""
        ids = [id_ for node_kind, id_ in nodes if node_kind == kind]
        domain = WORKING[kind] & Domain("id", "in", ids)
        return self.env[model].search_fetch(domain, ["company_id"])

    # ------------------------------------------------------------------
    # Agreements and customers
    # ------------------------------------------------------------------

    @api.model
    def _prepare_impact(self, steps, items, services):
        """The impact on items and services, among those that the user may read."""
        distances = {
            record: steps[kind, record.id]
            for kind, records in (("item", items), ("service", services))
            for record in records
            if (kind, record.id) in steps
        }
        return Impact(
            items=items.filtered(distances.__contains__).sorted(distances.get),
            services=services.filtered(distances.__contains__).sorted(distances.get),
            agreements=self.env["slm.agreement"],
            partners=self.env["res.partner"],
            everybody=False,
            distances=distances,
        )

    # ------------------------------------------------------------------
    # Agreements and customers
    # ------------------------------------------------------------------

    @api.model
    def _add_offers(self, impact, offers, partners):
        """Add the agreements on touched services, and their customers."""
        services, companies = set(impact.services.ids), impact.services.company_id
        touched = [
            offer
            for offer in offers
            if (
                services & offer.services
                if offer.services
                else offer.agreement.company_id in companies
            )
        ]
        ids = {id_ for offer in touched for id_ in offer.partners}
        impact.agreements = impact.agreements.union(*(o.agreement for o in touched))
        impact.partners = partners.filtered(lambda partner: partner.id in ids)
        impact.everybody = None in ids

    @api.model
    def _get_offers(self, services):
        """The SLAs in force on services, a list of ``TouchedOffer``."""
        agreements = self.env["slm.agreement"].search_fetch(
            self._get_agreement_domain(services), ["company_id", "partner_id"]
        )
        covered = self._get_covered(agreements)
        consumers = self._get_consumers(agreements)
        return [
            TouchedOffer(
                agreement=agreement,
                services=covered.get(agreement.id, set()),
                partners=consumers.get(agreement.id, set()) | {agreement.partner_id.id},
            )
            for agreement in agreements
        ]

    @api.model
    def _get_agreement_domain(self, services):
        return Domain(
            [
                ("kind", "=", "sla"),
                ("state", "=", "active"),
                ("date_start", "<=", fields.Date.context_today(self)),
                ("company_id", "in", services.company_id.ids),
            ]
        ) & (
            Domain("service_ids", "in", services.ids)
            | Domain("service_ids", "=", False)
        )

    @api.model
    def _get_covered(self, agreements):
        """``{agreement id: ids of its services}``, also of archived ones: an agreement
        that names nothing else is not one on all services."""
        services = self.env["slm.service"].sudo().with_context(active_test=False)
        groups = services._read_group(
            [("agreement_ids", "in", agreements.ids)],
            ["agreement_ids"],
            ["id:array_agg"],
        )
        return {agreement.id: set(ids) for agreement, ids in groups}

    @api.model
    def _get_consumers(self, agreements):
        """``{agreement id: ids of contacts}``, None among them: to everybody."""
        groups = (
            self.env["slm.publication"]
            .sudo()
            ._read_group(
                [("agreement_id", "in", agreements.ids), ("role", "=", "consumer")],
                ["agreement_id"],
                ["partner_id:array_agg"],
            )
        )
        return {agreement.id: set(ids) for agreement, ids in groups}
