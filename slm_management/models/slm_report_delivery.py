# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .slm_report_recipients import ADMINISTRATOR, Terms

#: what the state of an e-mail means for a delivery
MAIL_STATES = {
    "outgoing": "waiting",
    "sent": "sent",
    "received": "sent",
    "exception": "failed",
    "cancel": "failed",
}


class SlmReportDelivery(models.Model):
    """A published report on its way to one recipient.

    It follows its e-mail: whatever sends that, or fails to, is seen here. What the
    recipient may not have any more is held back; see ``slm.report.delivery.post``.
    """

    _name = "slm.report.delivery"
    _description = "Delivery of a Report"
    _inherit = ["slm.report.recipients", "slm.report.delivery.post"]
    _order = "id desc"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    schedule_id = fields.Many2one(
        "slm.report.schedule", readonly=True, index=True, ondelete="cascade"
    )
    report_id = fields.Many2one(
        "slm.service.report",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Recipient",
        required=True,
        readonly=True,
        index=True,
        context={"active_test": False},
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Failed")],
        required=True,
        compute="_compute_state",
        store=True,
        precompute=True,
        index=True,
        help="Sent: the mail server took it, or it is to be seen on the portal only.",
    )
    reason = fields.Text(
        string="Why It Failed",
        compute="_compute_state",
        store=True,
        precompute=True,
    )
    sent_on = fields.Datetime(compute="_compute_state", store=True, precompute=True)
    by_email = fields.Boolean(string="By E-Mail", readonly=True)
    on_portal = fields.Boolean(string="Notice on the Portal", readonly=True)
    seen_on = fields.Datetime(
        string="Seen on the Portal",
        readonly=True,
        help="When the recipient first opened the report there.",
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        readonly=True,
    )
    email = fields.Char(
        string="E-Mail Address",
        readonly=True,
        help="As it was when the e-mail was written.",
    )
    mail_id = fields.Many2one(
        "mail.mail",
        string="E-Mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    written_on = fields.Datetime(
        readonly=True, help="When its e-mail was put into the queue."
    )
    objection = fields.Text(
        readonly=True, help="Why the recipient may not have it any more."
    )
    tries = fields.Integer(
        string="Repetitions", readonly=True, help="How often it was sent again."
    )
    retry_at = fields.Datetime(
        string="Repeated at", readonly=True, index="btree_not_null"
    )
    is_told = fields.Boolean(
        string="Failure Told",
        readonly=True,
        help="The responsible person has been told that it failed.",
    )
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    user_id = fields.Many2one(related="schedule_id.user_id")

    _recipient_uniq = models.UniqueIndex(
        "(report_id, partner_id)", "A report goes to each recipient once."
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends(
        "by_email",
        "objection",
        "written_on",
        "mail_id.state",
        "mail_id.failure_reason",
    )
    def _compute_state(self):
        """What has been sent stays sent, also when its e-mail is cleared away."""
        for delivery in self:
            state = delivery.state == "sent" and "sent" or delivery._find_state()
            failed = state == "failed"
            delivery.reason = failed and delivery._find_reason()
            if state == "sent" and not delivery.sent_on:
                delivery.sent_on = fields.Datetime.now()
            else:
                delivery.sent_on = delivery.sent_on
            delivery.state = state

    def _find_state(self):
        if self.objection:
            return "failed"
        if not self.by_email:
            return "sent"
        if self.mail_id:
            return MAIL_STATES[self.mail_id.state or "outgoing"]
        return "failed" if self.written_on else "waiting"

    def _find_reason(self):
        if self.objection:
            return self.objection
        if not self.mail_id:
            return self.env._("Somebody has deleted its e-mail.")
        told = " ".join((self.mail_id.failure_reason or "").split())
        return told or self.env._("Somebody has cancelled its e-mail.")

    @api.depends("report_id", "partner_id")
    def _compute_display_name(self):
        for delivery in self:
            report, partner = delivery.report_id, delivery.partner_id
            delivery.display_name = f"{report.display_name} → {partner.name or ''}"

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_send_again(self):
        """Try those that failed once more, now. What was sent is not sent twice."""
        if not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(
                self.env._("Only administrators of service levels send reports again.")
            )
        self.check_access("read")
        failed = self.sudo().filtered(lambda delivery: delivery.state == "failed")
        if not failed:
            raise UserError(
                self.env._(
                    "Only what has failed can be sent again: these were sent, or are "
                    "about to be."
                )
            )
        failed.lock_for_update()
        refused = failed._send_again()
        if refused and refused == failed:
            raise UserError("\n".join(refused.mapped("objection")))
        return True

    def action_view_report(self):
        self.ensure_one()
        return self.report_id.get_formview_action()

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _mark_seen(self):
        """The recipient looks at the report on the portal."""
        unseen = self.sudo().filtered(lambda delivery: not delivery.seen_on)
        unseen.seen_on = fields.Datetime.now()

    def _get_terms(self):
        self.ensure_one()
        return self._get_terms_of(self.report_id, self.by_email, self.on_portal)

    @api.model
    def _get_terms_of(self, report, by_email, on_portal):
        is_customers = report.audience == "customer"
        return Terms(
            report.company_id,
            report.partner_id if is_customers else report.partner_id.browse(),
            by_email,
            # what is the provider's own is never on the portal
            on_portal and is_customers,
        )
