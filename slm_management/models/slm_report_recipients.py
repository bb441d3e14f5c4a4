# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple

from odoo import api, models
from odoo.tools import email_normalize

ADMINISTRATOR = "slm_management.group_slm_administrator"

#: What a report is about, and by which ways it goes; ``customer`` is an empty record
#: for the provider's own reports.
Terms = namedtuple("Terms", "company customer by_email on_portal")


class SlmReportRecipients(models.AbstractModel):
    """Whom a report may reach.

    What is about a customer goes to that customer, to whoever has the same commercial
    entity, and to all below it. Besides, and for what is the provider's own, only to
    users of the company who may read reports anyway. Nobody else, ever: this is asked
    when a schedule is saved, when a report is delivered, and when an e-mail leaves.
    """

    _name = "slm.report.recipients"
    _description = "Recipients of Reports"

    @api.model
    def _get_objection(self, partner, terms):
        """Why a report may not go to a contact, in the language of the context; empty
        if it may."""
        partner = partner.sudo()
        names = {"recipient": partner.display_name or "–"}
        if not partner.active:
            return self.env._("%(recipient)s is archived.", **names)
        if not self._is_entitled(partner, terms):
            return self._tell_stranger(terms, names)
        if terms.by_email and not email_normalize(partner.email):
            return self.env._("%(recipient)s has no valid e-mail address.", **names)
        by_portal = terms.on_portal and not terms.by_email
        if by_portal and not self._sees_on_portal(partner, terms):
            return self.env._(
                "%(recipient)s can not see it on the portal: that takes a portal user, "
                "and for what is not about himself the right to Service Reports.",
                **names,
            )
        return ""

    @api.model
    def _tell_stranger(self, terms, names):
        if not terms.customer:
            return self.env._(
                "%(recipient)s is no administrator or manager of service levels in "
                "this company: nobody else reads what is about several customers.",
                **names,
            )
        return self.env._(
            "%(recipient)s belongs neither to %(customer)s nor to the administrators "
            "and managers of service levels.",
            customer=terms.customer.sudo().display_name,
            **names,
        )

    @api.model
    def _is_entitled(self, partner, terms):
        return self._is_reader(partner, terms.company) or bool(
            terms.customer and self._belongs(partner, terms.customer.sudo())
        )

    @api.model
    def _is_reader(self, partner, company):
        """Whether a contact is a user who may read every report of a company."""
        return any(
            user.active
            and not user.share
            and company in user.company_ids
            and user.has_group(ADMINISTRATOR)
            for user in partner.user_ids
        )

    @api.model
    def _belongs(self, partner, customer):
        if partner.commercial_partner_id == customer.commercial_partner_id:
            return True
        return self._is_below(partner, customer)

    @api.model
    def _is_below(self, partner, other):
        """Whether a contact is another one, or somewhere below it."""
        while partner and partner != other:
            partner = partner.parent_id
        return bool(partner)

    @api.model
    def _sees_on_portal(self, partner, terms):
        """Whether a contact has a user who finds such a report on the portal."""
        if not (terms.customer and partner.user_ids.filtered("active")):
            return False
        if partner == terms.customer:
            return True
        entity = partner.commercial_partner_id
        return partner.slm_service_reports and self._is_below(terms.customer, entity)
