# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

#: how a contract may concern a ticket, the closest way first
WAYS = ("item", "service", "supplier")


class Subject(NamedTuple):
    """What contracts are looked for.

    :param company: id; those of other companies never concern it
    :param items: ids of configuration items, as a frozenset
    :param service: id of a service, or False
    :param supplier: id of a contact, or False
    :param requester: id of the contact for whom it is done, or False
    """

    company: int
    items: frozenset = frozenset()
    service: int | bool = False
    supplier: int | bool = False
    requester: int | bool = False


class SlmContractFinder(models.AbstractModel):
    """Which contracts concern the work on a ticket, and why.

    A contract does if it covers one of the configuration items or the service, or if it
    was concluded with the supplier whom the ticket waits for: with himself, with whom
    he belongs to, as clocks of a UC are found, or with a person of one of these. A
    contract with a customer concerns only tickets of that customer. All of them are in
    force today in their company, see ``is_binding``, and not archived.
    """

    _name = "slm.contract.finder"
    _description = "Finding Contracts"

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_contracts_batch(self, subjects):
        """The contracts in force for each subject, as far as the user may read them.

        A bounded number of queries, however many subjects and contracts there are.

        :param subjects: iterable of :class:`Subject`
        :return: ``{subject: {contract: [(way, id), …]}}``; ways as in :data:`WAYS` with
            the id of the item, service or supplier; what is closest comes first
        """
        subjects = set(subjects)
        links = self._get_links(subjects)
        partners = {s.supplier for s in subjects} | {s.requester for s in subjects}
        chains = self.env["slm.matcher"]._get_chains(partners - {False})
        contracts = self._search_contracts(subjects, links, chains)
        return {
            subject: self._find(subject, contracts, links, chains)
            for subject in subjects
        }

    @api.model
    def _get_briefs_batch(self, subjects):
        """The same as plain values, see ``slm.contract.brief``.

        :return: ``{subject: [brief, …]}``; a brief has its ``ways``, too, as
            ``{"kind": way, "name": of what is covered, or empty}``
        """
        found = self._get_contracts_batch(subjects)
        contracts = self.env["slm.contract"].union(
            *(contract for concerned in found.values() for contract in concerned)
        )
        briefs = {brief["id"]: brief for brief in contracts._get_briefs()}
        names = self._get_way_names(found.values())
        return {
            subject: [
                briefs[contract.id]
                | {
                    "ways": [
                        {"kind": way[0], "name": names.get(way, "")} for way in ways
                    ]
                }
                for contract, ways in concerned.items()
            ]
            for subject, concerned in found.items()
        }

    @api.model
    def _get_way_names(self, concerned):
        """``{(way, id): name}`` of what contracts cover that the user may read. A
        supplier has none, as whoever edits a ticket may try the ids of others."""
        ways = {way for found in concerned for ways in found.values() for way in ways}
        models_by_way = {"item": "slm.configuration.item", "service": "slm.service"}
        names = {}
        for kind, model in models_by_way.items():
            records = self.env[model].sudo().browse(id_ for k, id_ in ways if k == kind)
            names |= {(kind, record.id): record.display_name for record in records}
        return names

    @api.model
    def _get_links(self, subjects):
        """``{(way, id): ids of contracts}`` of what subjects are about."""
        contracts = self.env["slm.contract"]
        asked = {
            "configuration_item_ids": {id_ for s in subjects for id_ in s.items},
            "service_ids": {s.service for s in subjects} - {False},
        }
        queries = [
            SQL(
                "SELECT %s, %s, contract_id FROM %s WHERE %s IN %s",
                way,
                SQL.identifier(contracts._fields[name].column2),
                SQL.identifier(contracts._fields[name].relation),
                SQL.identifier(contracts._fields[name].column2),
                tuple(ids),
                to_flush=contracts._fields[name],
            )
            for way, (name, ids) in zip(WAYS, asked.items(), strict=False)
            if ids
        ]
        links = {}
        if queries:
            for way, id_, contract in self.env.execute_query(
                SQL(" UNION ALL ").join(queries)
            ):
                links.setdefault((way, id_), set()).add(contract)
        return links

    @api.model
    def _search_contracts(self, subjects, links, chains):
        """Contracts in force that may concern some of the subjects."""
        covering = {contract for ids in links.values() for contract in ids}
        with_whom = {id_ for s in subjects for id_ in chains.get(s.supplier, ())}
        contracts = self.env["slm.contract"].with_context(active_test=True)
        if not (covering or with_whom):
            return contracts
        supplied = Domain("partner_role", "=", "supplier") & (
            Domain("partner_id", "in", with_whom)
            | Domain("partner_id.commercial_partner_id", "in", with_whom)
        )
        return contracts.search(
            Domain("company_id", "in", {s.company for s in subjects})
            & Domain("is_binding", "=", True)
            & (Domain("id", "in", covering) | supplied)
        )

    @api.model
    def _find(self, subject, contracts, links, chains):
        found = []
        for contract in contracts:
            if ways := self._get_ways(subject, contract, links, chains):
                found.append((contract, ways))
        found.sort(key=lambda pair: WAYS.index(pair[1][0][0]))
        return dict(found)

    @api.model
    def _get_ways(self, subject, contract, links, chains):
        """How a contract concerns a subject, the closest way first, if it does."""
        supplies = contract.partner_role == "supplier"
        if contract.company_id.id != subject.company or not (
            supplies or self._is_with(contract, chains.get(subject.requester, ()))
        ):
            return []
        asked = [("item", id_) for id_ in sorted(subject.items)]
        asked.append(("service", subject.service))
        ways = [way for way in asked if contract.id in links.get(way, ())]
        if supplies and self._is_with(contract, chains.get(subject.supplier, ())):
            ways.append(("supplier", subject.supplier))
        return ways

    @api.model
    def _is_with(self, contract, chain):
        """Whether it was concluded with somebody of a chain, or a person of his."""
        partner = contract.sudo().partner_id
        return partner.id in chain or partner.commercial_partner_id.id in chain
