# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from ..engine import METRICS, format_duration
from .slm_consistency import Conflict
from .slm_process_kind import PROCESS_KINDS

AGENT = "slm_management.group_slm_agent"

#: what is to be looked at again, in the data of the cursor's hooks
MARKED = "slm_management.agreement_conflict"
#: lines of a banner that are told; of more, the number
TOLD = 8


class SlmAgreementConflict(models.Model):
    """A promise of an SLA that the OLAs and UCs behind it can not keep together.

    What ``slm.consistency`` finds. Whatever changes one of the promises marks the SLAs
    that it may matter to; they are looked at once, when somebody asks for conflicts or
    the transaction ends. Conflicts that stay as they are keep their records.
    """

    _name = "slm.agreement.conflict"
    _description = "Inconsistent Promise"
    _inherit = ["slm.naming.mixin"]
    _order = "agreement_id, service_id, priority desc, id"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    agreement_id = fields.Many2one(
        "slm.agreement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    service_id = fields.Many2one(
        "slm.service", required=True, readonly=True, index=True, ondelete="cascade"
    )
    process_kind = fields.Selection(
        PROCESS_KINDS,
        readonly=True,
        help="Empty: it is the same for all kinds that the agreement covers.",
    )
    priority = fields.Selection(
        selection="_selection_priority",
        string="Ticket Priority",
        required=True,
        readonly=True,
    )
    metric = fields.Selection(
        [(metric, metric.capitalize()) for metric in METRICS],
        required=True,
        readonly=True,
    )
    target_id = fields.Many2one(
        "slm.target",
        string="Promise",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
        help="The line of the agreement that can not be kept.",
    )
    target_ids = fields.Many2many(
        "slm.target",
        string="Supporting Promises",
        readonly=True,
        help="The lines of the OLAs and UCs that a ticket may need, one after the "
        "other.",
    )
    promised_seconds = fields.Integer(string="Promised", readonly=True)
    needed_seconds = fields.Integer(
        string="Needed",
        readonly=True,
        help="What the supporting promises take together at worst, in the service "
        "hours of the agreement.",
    )
    excess_seconds = fields.Integer(
        string="Too Long by", readonly=True, help="By how much the promise is missed."
    )
    support = fields.Char(
        string="Promised behind It",
        compute="_compute_support",
        compute_sudo=True,
        help="Who has promised what, each in his own service hours.",
    )
    day_minutes = fields.Integer(related="agreement_id.day_minutes")
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("target_ids", "metric")
    @api.depends_context("lang")
    def _compute_support(self):
        for conflict in self:
            parts = map(conflict._tell_support, conflict.target_ids)
            conflict.support = " + ".join(parts)

    @api.depends("service_id", "process_kind", "priority", "metric")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for conflict in self:
            conflict.display_name = conflict._tell_scope(conflict)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Whoever looks for conflicts finds those of what he has just saved."""
        self._refresh_marked()
        return super()._search(domain, *args, **kwargs)

    # ------------------------------------------------------------------
    # Keeping them up to date
    # ------------------------------------------------------------------

    @api.model
    def _mark(self, agreements, companies):
        """Look again, once, at single SLAs, and at all SLAs of companies."""
        if not (agreements or companies):
            return
        hooks = self.env.cr.precommit
        if MARKED not in hooks.data:
            hooks.data[MARKED] = {"agreements": set(), "companies": set(), "by": set()}
            hooks.add(self._refresh_marked)
        marked = hooks.data[MARKED]
        marked["agreements"].update(agreements.ids)
        marked["companies"].update(companies.ids)
        marked["by"].add(self.env.uid)
        names = [n for n in agreements._fields if n.startswith("conflict_")]
        agreements.invalidate_model(names, flush=False)

    @api.model
    def _refresh_marked(self):
        """Look at the SLAs that are marked, and tell whoever has saved something that
        they can not be kept."""
        marked = self.env.cr.precommit.data.pop(MARKED, None)
        if not marked:
            return
        # Whatever the context of who comes first, all are looked at alike.
        conflicts = self.with_env(self.env(su=True, context={}))
        agreements = conflicts.env["slm.agreement"].with_context(active_test=False)
        known = agreements.browse(marked["agreements"]).exists()
        of_companies = agreements.search(
            Domain("kind", "=", "sla")
            & Domain("company_id", "in", list(marked["companies"]))
        )
        fresh = conflicts._refresh_batch(known | of_companies)
        fresh._notify(conflicts.env["res.users"].browse(marked["by"]))

    @api.model
    def _refresh_batch(self, agreements):
        """Make the stored conflicts of agreements those that there are now.

        A bounded number of queries, however many agreements there are.

        :return: the conflicts about what there was none about before
        """
        conflicts = self.sudo()
        mine = [("agreement_id", "in", agreements.ids)]
        stored = conflicts.search(mine, order="id")
        known = {row._to_conflict(): row.id for row in stored}
        found = set(self.env["slm.consistency"]._get_conflicts(agreements))
        missing = sorted(found - known.keys(), key=self._get_sort_key)
        gone = stored.browse(sorted(known[c] for c in known.keys() - found))
        self._lock({*gone.agreement_id.ids, *(c.agreement for c in missing)})
        gone.unlink()
        created = conflicts.create([self._prepare(conflict) for conflict in missing])
        keys = {conflict.get_key() for conflict in known}
        pairs = zip(created, missing, strict=True)
        return created.browse([r.id for r, c in pairs if c.get_key() not in keys])

    @api.model
    def _lock(self, agreement_ids):
        """Who refreshes the same agreement at the same time has to begin anew.

        He sees neither these rows nor what they follow from; so he meets them at the
        row of the agreement, which is written as it is.
        """
        if agreement_ids:
            query = "UPDATE slm_agreement SET sequence = sequence WHERE id IN %s"
            # That they meet is no error: Odoo lets him begin anew.
            self.env.cr.execute(query, [tuple(agreement_ids)], log_exceptions=False)

    @api.model
    def _cron_refresh(self):
        """Once a day: agreements begin and end without anybody saving them."""
        agreements = self.env["slm.agreement"].with_context(active_test=False)
        slas = Domain("kind", "=", "sla")
        groups = agreements._read_group(slas, ["company_id"], ["id:recordset"])
        for done, (_company, mine) in enumerate(groups, 1):
            self._refresh_batch(mine)
            self.env["ir.cron"]._commit_progress(1, remaining=len(groups) - done)

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def _notify(self, users):
        """Warn users of new conflicts, each in his language; nothing is blocked."""
        for user in users if self else ():
            if user.id == SUPERUSER_ID or not user.has_group(AGENT):
                continue
            env = self.with_user(user).with_context(lang=user.lang)
            if conflicts := env._filtered_access("read"):
                user._bus_send("simple_notification", conflicts._prepare_warning())

    def _prepare_warning(self):
        return {
            "type": "warning",
            "title": self.env._("Promises That Can Not Be Kept"),
            "message": self.env._(
                "The OLAs and UCs behind %(agreements)s together take too long for "
                "what is promised there. Promises concerned: %(count)s.",
                agreements=", ".join(self.agreement_id.mapped("display_name")),
                count=len(self),
            ),
        }

    def _get_notice(self):
        """The conflicts of an agreement as HTML: equal ones of several priorities in
        one line."""
        lines = {}
        for row in self:
            key = (row.service_id, row.process_kind, row.metric, row.support)
            key += (row.promised_seconds, row.needed_seconds)
            lines[key] = lines.get(key, self.browse()) | row
        told = [
            Markup("<li>%s</li>") % rows._tell() for rows in list(lines.values())[:TOLD]
        ]
        if len(lines) > TOLD:
            more = self.env._("and %(count)s more", count=len(lines) - TOLD)
            told.append(Markup("<li>%s</li>") % more)
        return Markup("<ul class='mb-0'>%s</ul>") % Markup().join(told)

    def _tell(self):
        """What can not be kept, by how much, and who has promised what."""
        row = self[:1]
        return self.env._(
            "%(scope)s: %(promised)s promised, up to %(needed)s needed, %(excess)s too "
            "long (%(support)s)",
            scope=row._tell_scope(self),
            promised=row._format(row.promised_seconds),
            needed=row._format(row.needed_seconds),
            excess=row._format(row.excess_seconds),
            support=row.support,
        )

    def _tell_scope(self, rows):
        """What it is about; ``rows`` are the same, of these priorities."""
        codes = set(rows.mapped("priority"))
        kinds = dict(self._fields["process_kind"]._description_selection(self.env))
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        labels = dict(self._selection_priority())
        named = [label for code, label in labels.items() if code in codes]
        parts = [
            self.service_id.display_name,
            kinds.get(self.process_kind),
            " / ".join(named) if len(named) < len(labels) else "",
            metrics.get(self.metric),
        ]
        return ", ".join(filter(None, parts))

    def _tell_support(self, target):
        """Who promises what, as ``OLA0001 2nd Level 3h``."""
        agreement = target.agreement_id
        holder = agreement.team_id if agreement.kind == "ola" else agreement.partner_id
        minutes = target[f"{self.metric}_minutes"]
        duration = format_duration(minutes, agreement.day_minutes)
        return " ".join(filter(None, (agreement.code, holder.display_name, duration)))

    def _format(self, seconds):
        minutes = -(-seconds // 60)
        return format_duration(minutes, self.day_minutes)

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _selection_priority(self):
        return self.env["slm.target"]._selection_priority()

    def _to_conflict(self):
        self.ensure_one()
        return Conflict(
            agreement=self.agreement_id.id,
            service=self.service_id.id,
            process_kind=self.process_kind,
            priority=self.priority,
            metric=self.metric,
            target=self.target_id.id,
            promised=self.promised_seconds,
            needed=self.needed_seconds,
            targets=tuple(sorted(self.target_ids.ids)),
        )

    @api.model
    def _get_sort_key(self, conflict):
        """The order in which conflicts of a service and priority are listed."""
        return METRICS.index(conflict.metric), conflict.process_kind or ""

    @api.model
    def _prepare(self, conflict):
        """Values of the record of a :class:`Conflict`."""
        return {
            "agreement_id": conflict.agreement,
            "service_id": conflict.service,
            "process_kind": conflict.process_kind,
            "priority": conflict.priority,
            "metric": conflict.metric,
            "target_id": conflict.target,
            "promised_seconds": conflict.promised,
            "needed_seconds": conflict.needed,
            "excess_seconds": conflict.needed - conflict.promised,
            "target_ids": [fields.Command.set(conflict.targets)],
        }
