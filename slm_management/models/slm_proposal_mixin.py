# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain


class SlmProposalMixin(models.AbstractModel):
    """Where a record is picked, what probably fits comes first.

    A screen says in its context which records are picked already, one or several; the
    model that uses the mixin says in ``_proposed_by`` which of its fields leads to
    them. First come those that lead to all of them, then those that lead to some, then
    all others. Whoever picks finds what he may read, whatever the order.
    """

    _name = "slm.proposal.mixin"
    _description = "What Probably Fits Comes First"

    #: ``{key of the context: field}``
    _proposed_by = {}

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        found = []
        others = Domain(domain or Domain.TRUE)
        for proposed in [*self._get_proposals(), Domain.TRUE]:
            left = limit and limit - len(found)
            if limit and not left:
                break
            found += super().name_search(name, others & proposed, operator, left)
            others &= ~proposed
        return found

    @api.model
    def _get_proposals(self):
        """Domains of what is proposed, the best one first."""
        proposals = []
        for key, field_name in self._proposed_by.items():
            if ids := self._get_picked_ids(key):
                to_all = Domain.AND([Domain(field_name, "in", [id_]) for id_ in ids])
                to_some = Domain(field_name, "in", ids)
                proposals += [to_all, to_some] if len(ids) > 1 else [to_all]
        return proposals

    @api.model
    def _get_picked_ids(self, key):
        """The ids in a context; what is not saved yet has none."""
        ids = self.env.context.get(key) or []
        ids = ids if isinstance(ids, list | tuple) else [ids]
        return [id_ for id_ in ids if isinstance(id_, int)]
