# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError


class SlmDeskThread(models.AbstractModel):
    """A chatter for the desk on records that requesters may read, too.

    Who may read a document reads its chatter, and may follow it; on these documents
    that is kept to the groups of this module. A requester whom somebody of the desk
    addresses still gets that message.
    """

    _name = "slm.desk.thread"
    _description = "Chatter of the Desk"
    _inherit = ["slm.published.mixin", "mail.thread", "mail.activity.mixin"]

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Requesters read a message only if it was sent to them."""
        operations = super()._mail_get_operation_for_mail_message_operation(
            message_operation
        )
        # also where core asks as superuser for somebody
        if self.env.user.has_group("slm_management.group_slm_agent"):
            return operations
        return dict.fromkeys(operations, "write")

    @api.model
    def _get_thread_with_access(self, thread_id, *args, **kwargs):
        """The door of all routes of the chatter."""
        if self.sudo(False)._is_requester():
            return self.browse()
        return super()._get_thread_with_access(thread_id, *args, **kwargs)

    def message_post(self, **kwargs):
        self._check_desk()
        return super().message_post(**kwargs)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        self._check_desk()
        return super().message_subscribe(partner_ids, subtype_ids)

    def message_unsubscribe(self, partner_ids=None):
        self._check_desk()
        return super().message_unsubscribe(partner_ids)

    @api.model
    def _check_desk(self):
        if self._is_requester():
            raise AccessError(
                self.env._("This discussion is for the service desk only.")
            )
