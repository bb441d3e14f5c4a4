# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date, format_datetime
from odoo.tools.sql import column_exists, create_column

from ..engine import METRICS, Need
from .helpdesk_ticket_stage import PHASES
from .slm_contract_finder import Subject
from .slm_process_kind import PROCESS_KINDS

AGENT = "slm_management.group_slm_agent"

STATUSES = [
    ("none", "No Clock"),
    ("on_track", "On Track"),
    ("at_risk", "At Risk"),
    ("paused", "Paused"),
    ("breached", "Breached"),
    ("met", "Met"),
]


#: what decides which SLA holds
MATCHED_FIELDS = (
    "partner_id",
    "company_id",
    "slm_service_id",
    "slm_process_id",
    "slm_process_kind",
)
#: what decides which contracts concern a ticket
CONTRACT_FIELDS = (
    "company_id",
    "partner_id",
    "slm_configuration_item_ids",
    "slm_service_id",
    "slm_supplier_id",
)
#: what ``slm.clockwork`` alone writes, in SQL; read-only is for screens, not for RPC
DERIVED = {
    "slm_expired_agreement_id",
    "slm_expired_shown_id",
    "slm_expired_on",
    "slm_response_deadline",
    "slm_completion_deadline",
    "slm_closure_deadline",
    "slm_deadline",
    "slm_status",
    "slm_current_clock_ids",
    "slm_alongside_clock_ids",
    "slm_time_used",
    "slm_opened_at",
    "slm_ended_at",
}


class Copied:
    """What goes along with a copy, whoever copies.

    It travels in the context, and a client may send any context. An object of this
    class can not come from outside, so what it holds may be written as superuser.
    """

    def __init__(self, original, default):
        service, process = original.slm_service_id, original.slm_process_id
        self.company = (service or process).company_id
        self.vals = {
            "slm_service_id": service.id,
            "slm_process_id": process.state == "published" and process.id,
            "slm_process_kind": original.slm_process_kind,
        }
        self.vals = {k: v for k, v in self.vals.items() if k not in default}

    def apply(self, ticket):
        """Write on the copy; service and process stay in their company, and the kind is
        that of the copy's process, if it has one."""
        vals = dict(self.vals)
        if self.company != ticket.company_id:
            vals.pop("slm_service_id", None)
            vals.pop("slm_process_id", None)
        if vals.get("slm_process_id", ticket.sudo().slm_process_id.id):
            vals.pop("slm_process_kind", None)
        ticket.sudo().write(vals)


class HelpdeskTicket(models.Model):
    """A ticket with its service levels.

    All fields of this module are for its own groups only, so nothing changes for
    anybody else who works with tickets.
    """

    _inherit = "helpdesk.ticket"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    slm_service_id = fields.Many2one(
        "slm.service",
        string="Service",
        index="btree_not_null",
        copy=False,
        groups=AGENT,
        domain="[('company_id', '=', company_id)]",
    )
    slm_process_id = fields.Many2one(
        "slm.process",
        string="Process",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        groups=AGENT,
        domain="[('company_id', '=', company_id), ('state', '=', 'published')] "
        "+ ([('service_ids', 'in', slm_service_id)] if slm_service_id else [])",
        help="The process by which the request is handled, in the version under which "
        "the ticket was opened.",
    )
    slm_process_kind = fields.Selection(
        PROCESS_KINDS,
        string="Process Kind",
        compute="_compute_slm_process_kind",
        store=True,
        readonly=False,
        copy=False,
        groups=AGENT,
        help="It follows from the process; without a process it may be chosen.",
    )
    slm_configuration_item_ids = fields.Many2many(
        "slm.configuration.item",
        "slm_configuration_item_ticket_rel",
        "ticket_id",
        "configuration_item_id",
        string="Configuration Items",
        copy=False,
        groups=AGENT,
        domain="[('company_id', '=', company_id), ('status', '!=', 'retired')]",
        help="What the ticket is about, among the components of services.",
    )
    slm_agreement_id = fields.Many2one(
        "slm.agreement",
        string="Agreement",
        index="btree_not_null",
        copy=False,
        groups=AGENT,
        domain="[('kind', '=', 'sla'), ('state', 'in', ('active', 'expired')), "
        "('company_id', '=', company_id)]",
        help="The SLA in force. It is found by requester, service and process kind; "
        "one that is chosen by hand stays until one of these changes.",
    )
    slm_expired_agreement_id = fields.Many2one(
        "slm.agreement",
        string="Expired Agreement",
        copy=False,
        readonly=True,
        groups=AGENT,
        help="Nothing is in force, but this agreement was until it expired.",
    )
    slm_phase = fields.Selection(
        PHASES, string="Phase", compute="_compute_slm_phase", groups=AGENT
    )
    slm_supplier_id = fields.Many2one(
        "res.partner",
        string="Supplier",
        index="btree_not_null",
        copy=False,
        groups=AGENT,
        help="Whom the ticket waits for while its phase is “waiting for a supplier”. "
        "Clocks of the contract with him (UC) run meanwhile.",
    )
    slm_clock_ids = fields.One2many(
        "slm.clock", "ticket_id", string="Clocks", readonly=True, groups=AGENT
    )
    slm_event_ids = fields.One2many(
        "slm.ticket.event", "ticket_id", string="Events", readonly=True, groups=AGENT
    )
    slm_current_clock_ids = fields.Many2many(
        "slm.clock",
        string="Clocks in Force",
        compute="_compute_slm_current_clock_ids",
        groups=AGENT,
    )
    slm_alongside_clock_ids = fields.Many2many(
        "slm.clock",
        string="Internal and Supplier Clocks",
        compute="_compute_slm_current_clock_ids",
        groups=AGENT,
        help="Clocks of OLAs with teams and of contracts with suppliers, all cycles.",
    )
    slm_time_share_ids = fields.One2many(
        "slm.time.share", "ticket_id", string="Time Shares", readonly=True, groups=AGENT
    )
    slm_escalation_ids = fields.One2many(
        "slm.escalation", "ticket_id", string="Escalations", readonly=True, groups=AGENT
    )
    slm_time_used = fields.Json(
        string="Who Used the Time", compute="_compute_slm_time_used", groups=AGENT
    )
    slm_response_deadline = fields.Datetime(
        string="Response Deadline", readonly=True, copy=False, groups=AGENT
    )
    slm_completion_deadline = fields.Datetime(
        string="Completion Deadline", readonly=True, copy=False, groups=AGENT
    )
    slm_closure_deadline = fields.Datetime(
        string="Closure Deadline", readonly=True, copy=False, groups=AGENT
    )
    slm_deadline = fields.Datetime(
        string="Next Deadline",
        readonly=True,
        copy=False,
        groups=AGENT,
        help="The deadline that is due next.",
    )
    slm_status = fields.Selection(
        STATUSES,
        string="Service Level",
        readonly=True,
        copy=False,
        groups=AGENT,
        default="none",
    )
    slm_countdown = fields.Json(
        string="Time Left", compute="_compute_slm_countdown", groups=AGENT
    )
    # Not related: by a related field anybody may sort and group, whatever its groups.
    slm_expired_shown_id = fields.Many2one(
        "slm.agreement",
        string="Expired Agreement to Tell",
        compute="_compute_slm_expired_shown_id",
        groups=AGENT,
        help="The expired agreement, also on a form that is not saved yet.",
    )
    slm_expired_on = fields.Date(
        string="Expired on",
        compute="_compute_slm_expired_shown_id",
        groups=AGENT,
        help="Its last day. Empty: it was ended before that.",
    )
    slm_contract_ids = fields.Many2many(
        "slm.contract",
        string="Contracts in Force",
        compute="_compute_slm_contract_ids",
        groups=AGENT,
        help="Contracts that cover its configuration items or its service, or were "
        "concluded with its supplier. Contracts with other customers are left out.",
    )
    slm_contract_briefs = fields.Json(
        string="Contracts in Brief",
        compute="_compute_slm_contract_briefs",
        groups=AGENT,
        help="What one has to know of its contracts in force.",
    )
    slm_warranty_notice = fields.Char(
        string="Items out of Warranty",
        compute="_compute_slm_warranty_notice",
        groups=AGENT,
        help="Its items that are out of warranty, and the last day of the warranty.",
    )
    slm_timezone = fields.Selection(
        selection="_selection_slm_timezone",
        string="Time Zone of the Service Hours",
        compute="_compute_slm_timezone",
        groups=AGENT,
    )
    slm_interaction_count = fields.Integer(
        string="Supplier Contacts",
        compute="_compute_slm_interaction_count",
        groups=AGENT,
    )
    slm_facts = fields.Json(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="The facts as the last event left them. Empty: the ticket has no clocks "
        "and no history, as it is older than this module.",
    )
    slm_opened_at = fields.Datetime(
        string="Opened on",
        readonly=True,
        copy=False,
        groups=AGENT,
        help="When its history begins. Empty: it is older than this module and has "
        "none.",
    )
    slm_ended_at = fields.Datetime(
        string="Ended on",
        readonly=True,
        copy=False,
        groups=AGENT,
        help="When it was completed, closed, cancelled or archived. Empty: it is open.",
    )
    slm_stretches = fields.Json(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="When it was open, and how each of these stretches ended. Empty: it is "
        "open or was completed for the first time.",
    )
    slm_is_tracked = fields.Boolean(
        compute="_compute_slm_is_tracked", compute_sudo=True, groups=AGENT
    )

    # what the figures of a period are counted by, see ``slm.figures``
    _slm_opened_at_idx = models.Index(
        "(company_id, slm_opened_at) WHERE slm_opened_at IS NOT NULL"
    )
    _slm_ended_at_idx = models.Index(
        "(company_id, slm_ended_at) WHERE slm_opened_at IS NOT NULL"
    )
    _slm_stretches_idx = models.Index("(company_id) WHERE slm_stretches IS NOT NULL")
    _slm_untracked_idx = models.Index(
        "(company_id, create_date) WHERE slm_opened_at IS NULL"
    )
    _slm_deadline_idx = models.Index("(slm_deadline) WHERE slm_deadline IS NOT NULL")
    _slm_status_idx = models.Index("(slm_status) WHERE slm_status <> 'none'")

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("slm_agreement_id")
    def _check_slm_agreement_id(self):
        """Chosen by hand, too, a promise must be one; whose it is, is not told."""
        for ticket in self:
            agreement = ticket.sudo().slm_agreement_id
            if agreement and (
                agreement.kind != "sla"
                or agreement.company_id != ticket.company_id
                or agreement.state not in ("active", "expired")
            ):
                raise ValidationError(
                    self.env._(
                        "This agreement can not hold for the ticket: it is no SLA, has "
                        "never been in force, is terminated, or is of another company. "
                        "Choose another one."
                    )
                )

    @api.constrains("slm_service_id", "company_id")
    def _check_slm_service_id(self):
        for ticket in self:
            service = ticket.sudo().slm_service_id
            if service and service.company_id != ticket.company_id:
                raise ValidationError(
                    self.env._(
                        "This service is of another company than the ticket. Choose "
                        "another one."
                    )
                )

    @api.constrains("slm_supplier_id", "company_id")
    def _check_slm_supplier_id(self):
        """A name of another company is told to nobody who has guessed its id."""
        for ticket in self.sudo():
            company = ticket.slm_supplier_id.company_id
            if company and company not in ticket.company_id.parent_ids:
                raise ValidationError(
                    self.env._(
                        "This supplier is of another company than the ticket. Choose "
                        "another one."
                    )
                )

    @api.constrains("slm_process_id", "company_id")
    def _check_slm_process_id(self):
        for ticket in self:
            process = ticket.sudo().slm_process_id
            if process and (
                process.company_id != ticket.company_id or process.state == "draft"
            ):
                raise ValidationError(
                    self.env._(
                        "This process is a draft or of another company than the "
                        "ticket. Choose a published one."
                    )
                )

    @api.constrains("slm_process_id", "slm_process_kind")
    def _check_slm_process_kind(self):
        for ticket in self:
            process = ticket.sudo().slm_process_id
            if process and process.kind != ticket.slm_process_kind:
                raise ValidationError(
                    self.env._(
                        "The process kind of ticket %(ticket)s follows from its "
                        "process. Choose another process, or none to choose the kind "
                        "freely.",
                        ticket=ticket.number,
                    )
                )

    @api.constrains("slm_configuration_item_ids", "company_id")
    def _check_slm_configuration_item_ids(self):
        for ticket in self.sudo().with_context(active_test=False):
            items = ticket.slm_configuration_item_ids
            if items.company_id - ticket.company_id:
                raise ValidationError(
                    self.env._(
                        "A configuration item of ticket %(ticket)s is of another "
                        "company than the ticket. Choose another one.",
                        ticket=ticket.number,
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("slm_process_id")
    def _compute_slm_process_kind(self):
        for ticket in self:
            if ticket.slm_process_id:
                ticket.slm_process_kind = ticket.slm_process_id.kind

    @api.depends("stage_id.slm_phase")
    def _compute_slm_phase(self):
        for ticket in self:
            ticket.slm_phase = ticket.stage_id.slm_phase

    @api.depends("slm_clock_ids", "slm_agreement_id")
    def _compute_slm_current_clock_ids(self):
        order = {metric: rank for rank, metric in enumerate(METRICS)}
        for ticket in self:
            ticket.slm_current_clock_ids = ticket.slm_clock_ids.filtered(
                lambda clock, agreement=ticket.slm_agreement_id: (
                    clock.agreement_id == agreement
                )
            ).sorted(lambda clock: order[clock.metric])
            ticket.slm_alongside_clock_ids = ticket.slm_clock_ids.filtered(
                lambda clock: clock.kind != "sla"
            ).sorted(lambda clock: (clock.started_at, clock.id))

    @api.depends("slm_event_ids")
    def _compute_slm_time_used(self):
        """Lists of dicts, one for each party in order: ``party``, ``name``,
        ``seconds`` of service time, ``percent`` of all."""
        shared = self.env["slm.clockwork"]._get_shares(self._origin)
        for ticket in self:
            shares = shared.get(ticket._origin.id, [])
            ticket.slm_time_used = ticket._slm_tell_shares(shares)

    @api.depends("slm_current_clock_ids")
    def _compute_slm_countdown(self):
        """The countdown of the clock that is due next, see ``slm.clock.countdown``."""
        for ticket in self:
            ticket.slm_countdown = (
                ticket.slm_current_clock_ids._get_next_due().countdown
            )

    @api.depends(
        *MATCHED_FIELDS,
        "slm_agreement_id",
        "slm_expired_agreement_id.date_end",
        "slm_expired_agreement_id.state",
    )
    def _compute_slm_expired_shown_id(self):
        today = fields.Date.today()
        for ticket in self:
            expired = ticket._slm_get_expired()
            last = expired.date_end
            ticket.slm_expired_shown_id = expired
            ticket.slm_expired_on = last and last <= today and last

    @api.depends(*CONTRACT_FIELDS)
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_slm_contract_ids(self):
        subjects = {ticket: ticket._slm_get_contract_subject() for ticket in self}
        found = self.env["slm.contract.finder"]._get_contracts_batch(subjects.values())
        for ticket, subject in subjects.items():
            ticket.slm_contract_ids = self.env["slm.contract"].union(*found[subject])

    @api.depends(*CONTRACT_FIELDS)
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_slm_contract_briefs(self):
        """List of dicts, see ``_get_briefs_batch`` of ``slm.contract.finder``."""
        subjects = {ticket: ticket._slm_get_contract_subject() for ticket in self}
        briefs = self.env["slm.contract.finder"]._get_briefs_batch(subjects.values())
        for ticket, subject in subjects.items():
            ticket.slm_contract_briefs = briefs[subject]

    @api.depends("slm_configuration_item_ids")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_slm_warranty_notice(self):
        for ticket in self:
            items = ticket.slm_configuration_item_ids._origin._filtered_access("read")
            ticket.slm_warranty_notice = ", ".join(
                self.env._(
                    "%(item)s (until %(date)s)",
                    item=item.display_name,
                    date=format_date(self.env, item.warranty_end),
                )
                for item in items
                if item.warranty_expired
            )

    @api.depends("slm_agreement_id.calendar_id.tz")
    def _compute_slm_timezone(self):
        for ticket in self:
            ticket.slm_timezone = ticket.slm_agreement_id.calendar_id.tz

    @api.depends("slm_facts")
    def _compute_slm_is_tracked(self):
        for ticket in self:
            ticket.slm_is_tracked = bool(ticket.slm_facts)

    def _compute_slm_interaction_count(self):
        groups = self.env["slm.supplier.interaction"]._read_group(
            [("ticket_id", "in", self._origin.ids)], ["ticket_id"], ["__count"]
        )
        counts = dict(groups)
        for ticket in self:
            ticket.slm_interaction_count = counts.get(ticket._origin, 0)

    @api.onchange("slm_service_id")
    def _onchange_slm_service_id(self):
        """A process that is not one of the service's does not stay."""
        services = self.slm_process_id.service_ids._origin
        if self.slm_service_id and self.slm_service_id._origin not in services:
            self.slm_process_id = False

    @api.onchange("slm_process_id")
    def _onchange_slm_process_id(self):
        """A process on exactly one service says which."""
        services = self.slm_process_id.service_ids
        if not self.slm_service_id and len(services) == 1:
            self.slm_service_id = services

    @api.onchange("slm_configuration_item_ids")
    def _onchange_slm_configuration_item_ids(self):
        """Items that share exactly one service say which, if the process allows it."""
        if self.slm_service_id or not self.slm_configuration_item_ids:
            return
        services = self._slm_get_shared_services()
        if self.slm_process_id:
            services &= self.slm_process_id.service_ids._origin
        if len(services) == 1:
            self.slm_service_id = services

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def _auto_init(self):
        # Else an installation would compute it for years of tickets, which have none.
        if not column_exists(self.env.cr, self._table, "slm_process_kind"):
            create_column(self.env.cr, self._table, "slm_process_kind", "varchar")
        return super()._auto_init()

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        copied = self.env.context.get("slm_copied")
        if isinstance(copied, Copied):
            for ticket in tickets:
                copied.apply(ticket)
        self.env["slm.clockwork"]._start(tickets)
        return tickets

    def copy(self, default=None):
        """Service and process go along, also if who copies does not see them."""
        this = self.with_context(slm_copied=Copied(self.sudo(), default or {}))
        return super(HelpdeskTicket, this).copy(default).with_env(self.env)

    def write(self, vals):
        """An import notes in its context, as ``slm_note``, what it writes: there is one
        event then even if no fact changes, as the clocks are looked at all the same."""
        self._slm_check_derived(vals)
        self._slm_check_interactions(vals)
        res = super().write(vals)
        self._slm_sync(note=self.env["slm.clockwork"]._get_import("slm_note"))
        return res

    def _message_post_after_hook(self, message, msg_values):
        res = super()._message_post_after_hook(message, msg_values)
        if self._slm_is_answer(message):
            self.env["slm.clockwork"]._sync(self, {"answered": True})
        return res

    def _web_push_send_notification(self, devices, *args, payload=None, **kwargs):
        """What an escalation pushes is queued: core would send it there and then."""
        if not self.env.context.get("slm_queue_push"):
            send = super()._web_push_send_notification
            return send(devices, *args, payload=payload, **kwargs)
        text = json.dumps(payload)
        rows = [{"mail_push_device_id": d.id, "payload": text} for d in devices]
        self.env["mail.push"].sudo().create(rows)
        return self.env.ref("mail.ir_cron_web_push_notification").sudo()._trigger()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_slm_start(self):
        """Begin clocks of tickets that are older than this module."""
        self._slm_check_agent()
        self.check_access("write")
        self.env["slm.clockwork"]._adopt(self)

    def action_slm_why_agreement(self):
        """Show every agreement that was a candidate, and why this one holds."""
        self.ensure_one()
        self._slm_check_agent()
        self.check_access("read")
        # What the ticket is about may be named to whoever reads it.
        preview = self.env["slm.match.preview"].sudo().create(self._slm_get_subject())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why this agreement?"),
            "res_model": preview._name,
            "res_id": preview.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_slm_log_interaction(self):
        """A new record of a contact with the supplier that the ticket waits for."""
        self.ensure_one()
        self._slm_check_agent()
        self.check_access("read")
        return self.env["slm.supplier.interaction"]._prepare_new(ticket=self)

    def action_slm_view_interactions(self):
        self.ensure_one()
        self._slm_check_agent()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "slm_management.slm_supplier_interaction_action"
        )
        defaults = {
            "default_ticket_id": self.id,
            "default_company_id": self.company_id.id,
        }
        return dict(action, domain=[("ticket_id", "=", self.id)], context=defaults)

    def action_slm_rebuild(self):
        """Fold the clocks of the tickets again from their events, and report."""
        self._slm_check_agent()
        self.check_access("write")
        differences = self._slm_rebuild()
        if differences:
            message = self.env._(
                "%(count)s differences were found and mended: %(numbers)s",
                count=len(differences),
                numbers=", ".join(self._slm_name_different(differences)),
            )
        else:
            message = self.env._(
                "%(count)s tickets were folded again: no difference.", count=len(self)
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Rebuild of Clocks"),
                "message": message,
                "type": "warning" if differences else "success",
                "sticky": bool(differences),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _selection_slm_timezone(self):
        calendar = self.env["resource.calendar"]
        return calendar._fields["tz"]._description_selection(self.env)

    def _slm_get_subject(self):
        """What matching looks at, as values of ``slm.match.preview``."""
        ticket = self.sudo()
        return {
            "ticket_id": ticket.id,
            "company_id": ticket.company_id.id,
            "partner_id": ticket.partner_id.id,
            "service_id": ticket.slm_service_id.id,
            "process_id": ticket.slm_process_id.id,
            "process_kind": ticket.slm_process_kind,
            "priority": ticket.priority,
            "at": ticket.create_date.replace(microsecond=0),
            "team_id": ticket.team_id.id,
            "supplier_id": ticket.slm_supplier_id.id,
        }

    def _slm_get_contract_subject(self):
        """Whose contracts concern it, also of a form that is not saved yet."""
        return Subject(
            company=self.company_id._origin.id,
            items=frozenset(self.slm_configuration_item_ids._origin.ids),
            service=self.slm_service_id._origin.id,
            supplier=self.slm_supplier_id._origin.id,
            requester=self.partner_id._origin.id,
        )

    def _slm_get_expired(self):
        """The expired agreement to tell of.

        On a form that is not saved yet it is the one that saving will find.
        """
        chosen, known = self.slm_agreement_id._origin, self._origin.slm_agreement_id
        if not self._slm_asks_for_match():
            return chosen.browse() if chosen else self.slm_expired_agreement_id
        if chosen and chosen != known:
            return chosen.browse()
        need = self._slm_get_need()
        expired = self.env["slm.matcher"]._match_batch([need])[need][1]
        return chosen.browse(expired or [])._filtered_access("read")

    def _slm_asks_for_match(self):
        """Whether to save the form will find the agreement anew."""
        if self.id:
            return False
        origin = self._origin
        return not origin or self._slm_get_need() != origin._slm_get_need()

    def _slm_get_need(self):
        """What matching an SLA looks at, also of a form that is not saved yet."""
        company = self.company_id._origin
        moment = self._origin.create_date or fields.Datetime.now()
        return Need(
            partner=self.partner_id._origin.id,
            service=self.slm_service_id._origin.id,
            process_kind=self.slm_process_kind,
            company=company.id,
            day=self.env["slm.matcher"]._get_day(moment, company),
            process=self.slm_process_id._origin.id,
        )

    def _slm_get_shared_services(self):
        """The active services that use all configuration items of the ticket."""
        self.ensure_one()
        items = self.slm_configuration_item_ids._origin
        services = items[:1].service_ids
        for item in items[1:]:
            services &= item.service_ids
        return services

    @api.model
    def _slm_tell_shares(self, shares):
        total = sum(seconds for _party, _holder, seconds in shares)
        return [
            {
                "party": party,
                "name": self._slm_name_party(party, holder),
                "seconds": seconds,
                "percent": round(100 * seconds / total, 1),
            }
            for party, holder, seconds in shares
        ]

    @api.model
    def _slm_name_party(self, party, holder):
        if party == "customer":
            return self.env._("Customer")
        if party == "team":
            team = self.env["helpdesk.ticket.team"].sudo().browse(holder or [])
            return team.display_name or self.env._("No team")
        supplier = self.env["res.partner"].sudo().browse(holder or [])
        return supplier.display_name or self.env._("Unnamed supplier")

    def _slm_check_agent(self):
        """Actions can be called by whoever may write the ticket; these are ours."""
        if not (self.env.su or self.env.user.has_group(AGENT)):
            raise AccessError(
                self.env._(
                    "Only agents of service levels can start, fold or explain clocks."
                )
            )

    def _slm_check_derived(self, vals):
        """Nobody writes by hand what follows from the clocks."""
        if not self.env.su and (names := DERIVED & vals.keys()):
            raise AccessError(
                self.env._(
                    "%(fields)s can not be written: they follow from the clocks.",
                    fields=", ".join(sorted(names)),
                )
            )

    def _slm_check_interactions(self, vals):
        """Records of contacts with suppliers stay in the company of their ticket."""
        if "company_id" not in vals:
            return
        # first: that there are records is not for whoever may not move a ticket
        self.check_access("write")
        moved = self.filtered(lambda ticket: ticket.company_id.id != vals["company_id"])
        records = self.env["slm.supplier.interaction"].sudo()
        records = records.with_context(active_test=False)
        if record := records.search([("ticket_id", "in", moved.ids)], limit=1):
            raise ValidationError(
                self.env._(
                    "Ticket %(ticket)s can not move to another company: documents of "
                    "the service desk in its present one are about it. Open a new "
                    "ticket there.",
                    ticket=record.ticket_id.number,
                )
            )

    def _slm_sync(self, extra=None, note=None):
        """Write down what has changed on the tickets and bring their clocks up to date.

        Runs after every write, whoever wrote; see ``slm.clockwork``.

        :param note: text of an event that is written even if nothing has changed
        """
        self.env["slm.clockwork"]._sync(self, extra, note)

    def _slm_rebuild(self):
        """Fold the clocks again from the tickets' events, and store them.

        :return: list of dicts, one for each difference between what was stored and what
            the events say: ``ticket_id``, ``clock_id`` (None: a clock is missing or it
            is about the ticket), ``field``, ``stored``, ``folded``. Empty on healthy
            data. Clocks that stopped over service hours that were edited later are
            frozen and are left out.
        """
        return self.env["slm.clockwork"]._rebuild(self)

    def _slm_name_different(self, differences):
        tickets = self.browse(sorted({d["ticket_id"] for d in differences}))
        return tickets.mapped("number")

    def _slm_is_answer(self, message):
        """Whether a message is a public answer of an internal user to the requester."""
        author = message.author_id.sudo()
        return (
            len(self) == 1
            and message.message_type in ("comment", "email", "email_outgoing")
            and not message.is_internal
            and not message.subtype_id.internal
            and message.subtype_id
            and author != self.sudo().partner_id
            and any(self._slm_can_answer(user) for user in author.user_ids)
        )

    def _slm_can_answer(self, user):
        """Whether a user stands on the desk's side of the ticket.

        An internal user does, but a colleague of the requester only if he works with
        tickets: in an in-house desk everybody is internal.
        """
        if user.share:
            return False
        organisation = self.sudo().partner_id.commercial_partner_id
        colleague = user.partner_id.commercial_partner_id == organisation
        return not colleague or user.has_group("helpdesk_mgmt.group_helpdesk_user_own")

    def _slm_breach_message(self, breached):
        """The note, in the company's language, that clocks of a ticket are found late.

        It names no agreement: a colleague of the requester who follows the ticket reads
        internal notes, too.

        :param breached: list of ``(agreement id, metric, naive UTC instant)``
        """
        self.ensure_one()
        # the cron, which finds most of them, has no language of its own
        lang = self.sudo().company_id.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        metrics = dict(env["slm.clock"]._fields["metric"]._description_selection(env))
        lines = []
        for agreement_id, metric, at in breached:
            tz = env["slm.agreement"].browse(agreement_id).calendar_id.tz
            text = env._(
                "The %(metric)s target was used up on %(at)s (%(tz)s).",
                metric=metrics[metric],
                at=format_datetime(env, at, tz=tz),
                tz=tz,
            )
            lines.append(Markup("<li>%s</li>") % text)
        title = env._("Service level breached")
        return Markup("<p><strong>%s</strong></p><ul>%s</ul>") % (
            title,
            Markup("").join(lines),
        )

    def _slm_expired_message(self, agreement_id):
        """The note, in the company's language, that what would hold has expired.

        It names no agreement, see :meth:`_slm_breach_message`.
        """
        self.ensure_one()
        lang = self.sudo().company_id.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        last = env["slm.agreement"].sudo().browse(agreement_id).date_end
        text = env._("The one that covers this ticket has expired.")
        if last and last <= fields.Date.today():
            text = env._(
                "The one that covers this ticket ended on %(date)s.",
                date=format_date(env, last),
            )
        return Markup("<p><strong>%s</strong></p><p>%s %s</p>") % (
            env._("No service level agreement is in force"),
            text,
            env._(
                "No deadlines are promised. It is named at the top of the ticket: "
                "renew it, or choose another one."
            ),
        )
