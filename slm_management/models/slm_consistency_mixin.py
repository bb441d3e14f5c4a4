# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class SlmConsistencyMixin(models.AbstractModel):
    """Records that decide on whether the promises of an SLA can be kept.

    When one comes, goes, or changes in a field of ``_decisive``, the SLAs that it may
    matter to are looked at again, once, when the transaction ends. See
    ``slm.agreement.conflict``.
    """

    _name = "slm.consistency.mixin"
    _description = "What Promises Depend on"

    #: the fields that decide
    _decisive = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._recheck_promises()
        return records

    def write(self, vals):
        if not self._decisive & vals.keys():
            return super().write(vals)
        self.check_access("write")
        # It may have mattered to others than it will.
        before = self.sudo()._get_rechecked()
        res = super().write(vals)
        self._recheck_promises(before)
        self._recheck_promises()
        return res

    def unlink(self):
        self.check_access("unlink")
        before = self.sudo()._get_rechecked()
        res = super().unlink()
        self._recheck_promises(before)
        return res

    def _recheck_promises(self, rechecked=None):
        """Look again, later in this transaction, at the SLAs that these matter to.

        :param rechecked: those that they mattered to, see :meth:`_get_rechecked`
        """
        rechecked = rechecked or self.sudo()._get_rechecked()
        self.env["slm.agreement.conflict"]._mark(*rechecked)

    def _get_rechecked(self):
        """Single SLAs, and companies of which all SLAs are to be looked at again."""
        return self.env["slm.agreement"], self.company_id
