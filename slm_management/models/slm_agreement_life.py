# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date
from odoo.tools.misc import split_every

MANAGER = "slm_management.group_slm_manager"
#: the states in which it is or was in force, as long as nobody ended it by hand
BY_DATES = ("active", "expired")
#: which state people may let follow which; from active to expired and back is time's
STATES_AFTER = {
    "draft": {"review", "active"},
    "review": {"draft", "active"},
    "active": {"terminated"},
    "expired": {"terminated"},
    "terminated": set(),
}
#: what an approval writes down
SEAL = ("approved_by_id", "approved_on", "is_replaced", "reminded_for")
#: tickets that get a new version at once
BATCH_SIZE = 500
#: phases in which nobody works for a ticket any more
DONE = ("completed", "closed", "cancelled")


class SlmAgreementLife(models.AbstractModel):
    """From the draft over its approval to its end, and on to the next version.

    Who approves, ends or replaces agreements is a service level manager, on every road.
    The superuser is not asked: he migrates, loads data, and acts for time.
    """

    _name = "slm.agreement.life"
    _description = "Life of an Agreement"
    _term_fields = ("date_end", "active", "state", "is_replaced")
    _reminder_template = "slm_management.mail_template_agreement_reminder"
    _end_template = "slm_management.mail_template_agreement_end"

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "In Review"),
            ("active", "Active"),
            ("expired", "Expired"),
            ("terminated", "Terminated"),
        ],
        required=True,
        default="draft",
        copy=False,
        index=True,
    )
    approved_by_id = fields.Many2one(
        "res.users",
        string="Approved by",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    approved_on = fields.Date(readonly=True, copy=False)
    is_replaced = fields.Boolean(
        string="Replaced",
        readonly=True,
        copy=False,
        help="A later version has been approved.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("state", "kind", "team_id", "partner_id")
    def _check_parties(self):
        for agreement in self:
            if message := agreement._get_party_problem():
                raise ValidationError(message)

    def _get_party_problem(self):
        self.ensure_one()
        values = {"agreement": self.display_name}
        if self.team_id and self.kind != "ola":
            return self.env._(
                "%(agreement)s is no OLA, so it names no team. Remove the team, or "
                "make it an OLA.",
                **values,
            )
        if self.state not in BY_DATES:
            return None
        if self.kind == "ola" and not self.team_id:
            return self.env._(
                "%(agreement)s is an OLA and names no team, so nobody promises it. "
                "Choose the team before it is approved.",
                **values,
            )
        if self.kind == "uc" and not self.partner_id:
            return self.env._(
                "%(agreement)s is a UC and names no supplier, so nobody promises it. "
                "Choose the partner before it is approved.",
                **values,
            )
        return None

    @api.constrains("date_start", "date_end")
    def _check_next_start(self):
        """Only one version is valid on a day."""
        for agreement in self.sudo().filtered("is_replaced"):
            after = agreement._get_versions().filtered(
                lambda v, old=agreement: v.version > old.version and v.state in BY_DATES
            )[-1:]
            if not after or agreement.state not in BY_DATES:
                continue
            if not agreement.date_end or agreement.date_end >= after.date_start:
                raise ValidationError(
                    self.env._(
                        "%(agreement)s has to end before %(start)s, when %(next)s "
                        "starts, which replaces it. Choose an earlier end.",
                        agreement=agreement.display_name,
                        start=format_date(self.env, after.date_start),
                        next=after.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [vals | dict.fromkeys(SEAL, False) for vals in vals_list]
        agreements = super().create(vals_list)
        if agreements._get_joining():
            agreements._check_manager()
        agreements.filtered(lambda a: a.state not in a._drafting)._seal()
        agreements._settle_versions()
        return agreements

    def write(self, vals):
        # first, as the errors below name the agreement
        self.check_access("write")
        if not self.env.su:
            self._check_written(vals)
        drafts = self.filtered(lambda agreement: agreement.state in self._drafting)
        res = super().write(vals)
        if "state" in vals:
            # The unique index looks at rows, and another version may come next.
            self.flush_recordset(["state"])
        if vals.get("state", "draft") not in self._drafting:
            drafts._seal()
            drafts._settle_versions()
        if vals.get("state") == "terminated":
            self._forget_reminder()
        if vals.get("state") in self._drafting and (self - drafts):
            self.sudo().write(dict.fromkeys(SEAL[:2], False))
        return res

    def _check_written(self, vals):
        if vals.keys() & {*SEAL, "version", "previous_version_id"}:
            raise AccessError(
                self.env._(
                    "Versions and approvals of %(agreements)s come about by new "
                    "versions and by approving them; they are not written.",
                    agreements=", ".join(self.mapped("display_name")),
                )
            )
        if "state" in vals:
            self._check_next_state(vals["state"])

    def _check_next_state(self, state):
        if state not in self._drafting:
            self._check_manager()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for agreement in self:
            before = agreement.state
            if state != before and state not in STATES_AFTER[before]:
                raise UserError(
                    self.env._(
                        "%(agreement)s is in the state “%(before)s”, and from there it "
                        "can not come to “%(after)s”. %(remedy)s",
                        agreement=agreement.display_name,
                        before=labels[before],
                        after=labels.get(state, state),
                        remedy=agreement._get_remedy(state),
                    )
                )

    def _get_remedy(self, state):
        if self.state in self._drafting:
            return self.env._("Nobody has approved it yet: approve or delete it.")
        if self.state in BY_DATES and state in BY_DATES:
            return self.env._("This follows its dates: change the end.")
        return self.env._("Make a new version.")

    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            # first, as the error names them
            self.check_access("read")
            raise AccessError(
                self.env._(
                    "Only a service level manager approves, ends or replaces "
                    "agreements: %(agreements)s.",
                    agreements=", ".join(self.sudo().mapped("display_name")),
                )
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_submit(self):
        """Ask a service level manager to approve drafts."""
        self.write({"state": "review"})

    def action_approve(self):
        """Put agreements in force; tickets created from now on get them.

        The version before ends the day before this one starts.
        """
        self.write({"state": "active"})

    def action_activate(self):
        """The former name of :meth:`action_approve`."""
        return self.action_approve()

    def action_draft(self):
        """Take agreements back from their review."""
        self.write({"state": "draft"})

    def action_terminate(self):
        """End agreements before their time; nobody is reminded of them any more."""
        self.write({"state": "terminated"})

    def action_apply_to_tickets(self):
        """Let this version take over on the running tickets of those before it."""
        self.ensure_one()
        self._check_manager()
        self.check_access("write")
        tickets = self._get_tickets_before()
        for batch in split_every(BATCH_SIZE, tickets.ids, tickets.browse):
            if self.kind == "sla":
                batch.slm_agreement_id = self
            else:
                self.env["slm.clockwork"]._apply(batch, self.sudo())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.display_name,
                "message": self.env._(
                    "Running tickets that got this version: %(count)s.",
                    count=len(tickets),
                ),
            },
        }

    # ------------------------------------------------------------------
    # Versions
    # ------------------------------------------------------------------

    def _get_frozen(self):
        """What is sealed. While an agreement is being approved its targets may still
        come, in the same save."""
        if self.env.su:
            return self.browse()
        return super()._get_frozen().filtered("approved_on")

    def _get_frozen_message(self):
        return self.env._(
            "%(agreement)s has been approved: what it promises does not change any "
            "more, and it can not be deleted. Make a new version, or terminate it.",
            agreement=self.display_name,
        )

    def _create_next_version(self):
        self._check_manager()
        return super()._create_next_version()

    def _prepare_next_version_vals(self):
        """It starts today, or as soon as it can; a term that is over does not go on."""
        today = self._get_today()
        start = max(today, self.date_start + timedelta(days=1))
        ends = self.date_end and self.date_end >= start
        return super()._prepare_next_version_vals() | {
            "date_start": start,
            "date_end": ends and self.date_end,
            # the papers that carry it carry it in each version
            "contract_ids": [Command.set(self.contract_ids.ids)],
        }

    def _get_joining(self):
        """Those that are a version of an agreement that is there, or a later one."""
        everything = self.sudo()._get_all_versions()
        keys = {(a.code, a.company_id) for a in everything - self.sudo()}
        return self.sudo().filtered(
            lambda a: a.version > 1 or (a.code, a.company_id) in keys
        )

    def _seal(self):
        """Write down who approved it, and when."""
        for agreement in self.sudo().filtered(lambda a: not a.approved_on):
            vals = {"approved_on": agreement._get_today()}
            if not agreement.approved_by_id:
                vals["approved_by_id"] = self.env.uid
            agreement.write(vals)

    def _settle_versions(self):
        """Let versions follow each other, in whatever order they came."""
        everything = self.sudo()._get_all_versions().sorted("version")
        for versions in everything.grouped(lambda v: (v.code, v.company_id)).values():
            for older, newer in pairwise(versions):
                if not newer.previous_version_id:
                    newer.previous_version_id = older
            versions._replace_approved()

    def _replace_approved(self):
        """Of the versions of one agreement, from the first to the last, each that was
        approved ends before the next one starts."""
        approved = self.filtered(lambda v: v.state not in v._drafting)
        # first, as nobody is told of their end
        replaced = approved[:-1].filtered(lambda v: not v.is_replaced)
        replaced.is_replaced = True
        replaced._forget_reminder()
        in_force = approved.filtered(lambda v: v.state in BY_DATES)
        for older, newer in pairwise(in_force):
            older._check_starts_before(newer)
            last = newer.date_start - timedelta(days=1)
            if not older.date_end or older.date_end > last:
                older.date_end = last

    def _check_starts_before(self, newer):
        if newer.date_start <= self.date_start:
            raise UserError(
                self.env._(
                    "%(newer)s starts on %(start)s, but %(older)s, which it replaces, "
                    "only on %(before)s. Let the new version start later.",
                    newer=newer.display_name,
                    older=self.display_name,
                    start=format_date(self.env, newer.date_start),
                    before=format_date(self.env, self.date_start),
                )
            )

    # ------------------------------------------------------------------
    # Term
    # ------------------------------------------------------------------

    def _is_term_running(self):
        return self.state == "active"

    def _is_term_awaited(self):
        return super()._is_term_awaited() and not self.is_replaced

    def _get_reminder_users(self):
        return self.manager_id | self.approved_by_id

    @api.model
    def _get_due_domain(self, today):
        over = Domain("state", "=", "active") & Domain("date_end", "<", today)
        again = Domain("state", "=", "expired") & Domain("date_end", ">=", today)
        return super()._get_due_domain(today) | over | again

    def _is_followed(self, vals):
        """Who writes the state itself means it: an import, for example."""
        return (
            vals.keys() & {"date_end", "state", "company_id"}
            and vals.get("state", "active") == "active"
        )

    def _follow_term(self, today):
        end = self.date_end
        if self.state == "active" and end and end < today:
            # What was over when it was approved is no news.
            awaited = self._is_term_awaited() and self.approved_on
            self.sudo().state = "expired"
            if awaited:
                self._tell(self._end_template)
        elif self.state == "expired" and (not end or end >= today):
            self.sudo().state = "active"

    # ------------------------------------------------------------------
    # Tickets
    # ------------------------------------------------------------------

    def _get_tickets_before(self):
        """Running tickets on which an older version of it is in force, as superuser."""
        older = self._get_versions().filtered(lambda v: v.version < self.version)
        if self.state != "active" or not older:
            raise UserError(
                self.env._(
                    "%(agreement)s can not take over from another version: there is "
                    "none before it, or it is not in force itself. Approve it first.",
                    agreement=self.display_name,
                )
            )
        tickets = self.env["helpdesk.ticket"].sudo()
        domain = Domain("stage_id", "=", False) | Domain(
            "stage_id.slm_phase", "not in", DONE
        )
        if self.kind == "sla":
            return tickets.search(domain & Domain("slm_agreement_id", "in", older.ids))
        return tickets.search(domain & self._get_recorded_domain(older))

    def _get_recorded_domain(self, agreements):
        """Tickets whose recorded terms of this kind are those of some agreements."""
        self.env["helpdesk.ticket"].flush_model(["slm_facts"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM helpdesk_ticket "
                "WHERE (slm_facts -> %s ->> 'agreement')::int = ANY(%s)",
                self.kind,
                agreements.ids,
            )
        )
        return Domain("id", "in", [id_ for [id_] in rows])
