# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class SlmUnwrittenMixin(models.AbstractModel):
    """Records that nobody writes through the ORM, whatever his rights.

    Not the superuser either: defaults of a mail alias, say, are written as such. The
    model that uses the mixin has a road of its own on which its records come into
    being, and says in :meth:`_refuse` why there is no other.
    """

    _name = "slm.unwritten.mixin"
    _description = "Records That Nobody Writes"

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        self._refuse()

    def write(self, vals):  # pylint: disable=method-required-super
        self._refuse()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._refuse()

    def _refuse(self):
        """Raise an error that says why nobody writes these records."""
        raise NotImplementedError
