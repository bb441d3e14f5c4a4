# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..engine import PaperDates, is_binding, later_end, renewals, standing
from ..engine.papers import BINDING

AGENT = "slm_management.group_slm_agent"
MANAGER = "slm_management.group_slm_manager"
STATES = [
    ("preparation", "In Preparation"),
    ("in_force", "In Force"),
    ("initially_accepted", "Initially Accepted"),
    ("finally_accepted", "Finally Accepted"),
    ("in_warranty", "In Warranty"),
    ("out_of_warranty", "Out of Warranty"),
    ("ended", "Term Ended"),
    ("terminated", "Terminated"),
]
#: which field holds which date of :class:`~..engine.papers.PaperDates`
DATE_FIELDS = {
    "effective": "effective_date",
    "initial": "initial_acceptance_date",
    "final": "final_acceptance_date",
    "warranty": "warranty_date",
    "end": "end_date",
    "terminated": "terminated_date",
}
#: what only a service level manager writes
ENDING = {"terminated_date", "termination_reason"}
#: what nobody writes: it is counted
COUNTED = {"renewal_anchor_date", "renewal_count"}


class SlmContractLife(models.AbstractModel):
    """Where a contract stands, which follows from its dates and the day; its renewal
    and its end.

    The state is not stored: it is right at midnight without anybody doing anything.
    What Python says of one contract is said by :mod:`..engine.papers`; lists are
    searched and grouped by the same rules in SQL, see :meth:`_get_state_sql`.
    """

    _name = "slm.contract.life"
    _description = "Life of a Contract"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    state = fields.Selection(
        STATES,
        compute="_compute_state",
        search="_search_state",
        help="It follows from the dates: nobody has to set it.",
    )
    is_binding = fields.Boolean(
        string="In Force",
        compute="_compute_state",
        search="_search_is_binding",
        help="It has come into force and is not over: its term or its warranty runs.",
    )
    is_expiring = fields.Boolean(
        string="Expiring",
        compute="_compute_is_expiring",
        search="_search_is_expiring",
        help="Its term or its warranty ends within the lead time of the reminder.",
    )
    terminated_date = fields.Date(
        string="Terminated on",
        copy=False,
        help="The first day on which it is not in force any more, as a service level "
        "manager ended it before its time.",
    )
    termination_reason = fields.Char(copy=False)
    renewal_anchor_date = fields.Date(
        string="First End of Term",
        readonly=True,
        copy=False,
        help="The end of term as somebody entered it; tacit renewals are counted from "
        "there.",
    )
    renewal_count = fields.Integer(
        string="Tacit Renewals",
        readonly=True,
        copy=False,
        help="How many times the term has gone on by itself.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends(
        "effective_date",
        "initial_acceptance_date",
        "final_acceptance_date",
        "warranty_date",
        "end_date",
        "terminated_date",
        "company_id",
    )
    def _compute_state(self):
        todays = self._get_todays(self.company_id)
        for contract in self:
            today = todays.get(contract.company_id) or fields.Date.today()
            dates = contract._get_paper_dates()
            contract.state = standing(dates, today)
            contract.is_binding = is_binding(dates, today)

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = tuple(state for state in value if state in dict(STATES))
        if not states:
            return Domain.FALSE
        return Domain.custom(
            to_sql=lambda model, alias, _query: SQL(
                "%s IN %s", model._get_state_sql(alias), states
            )
        )

    def _search_is_binding(self, operator, value):
        if operator != "in":
            return NotImplemented
        term_runs = Domain.custom(
            to_sql=lambda model, alias, _query: SQL(
                # never NULL, as it may be negated
                "COALESCE(%s >= %s, FALSE)",
                model._field_to_sql(alias, "end_date"),
                model._get_today_sql(alias),
            )
        )
        over_warranty = Domain("state", "=", "out_of_warranty") & term_runs
        binding = Domain("state", "in", list(BINDING)) | over_warranty
        return self._get_either(binding, value)

    @api.depends(
        "milestone_ids.date", "milestone_ids.remind_date", "milestone_ids.is_live"
    )
    def _compute_is_expiring(self):
        expiring = self.filtered_domain(self._get_expiring_domain())
        for contract in self:
            contract.is_expiring = contract in expiring

    def _search_is_expiring(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_either(self._get_expiring_domain(), value)

    @api.model
    def _get_either(self, domain, values):
        """Those of which it is one of some values whether they are in a domain."""
        either = {True: domain, False: ~domain}
        return Domain.OR(either[bool(value)] for value in values)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create([self._count_from_end(vals) for vals in vals_list])
        # afterwards, as there are defaults of a context and of users, too
        if any(contract[name] for contract in contracts for name in ENDING):
            self._check_manager()
        return contracts

    def write(self, vals):
        if vals.keys() & ENDING:
            # first, as the error names them
            self.check_access("write")
            self._check_manager()
        self._check_counted(vals)
        moved = self._get_moved_terms(vals)
        res = super().write(vals)
        for end, contracts in moved.grouped("end_date").items():
            counted = {"renewal_anchor_date": end, "renewal_count": 0}
            super(SlmContractLife, contracts).write(counted)
        return res

    @api.model
    def _count_from_end(self, vals):
        """Values of a new contract, whose renewals are yet to come."""
        self._check_counted(vals)
        first = {"renewal_anchor_date": vals.get("end_date"), "renewal_count": 0}
        return first | vals

    def _get_moved_terms(self, vals):
        """Contracts that get another end of term, or terms of another length: their
        renewals are counted from the present end then."""
        names = vals.keys() & {"end_date", "renewal_months"}
        if not names or vals.keys() & COUNTED:
            return self.browse()
        wanted = self.new({name: vals[name] for name in names})
        return self.filtered(lambda c: any(c[name] != wanted[name] for name in names))

    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._("Only a service level manager terminates contracts.")
            )

    @api.model
    def _check_counted(self, vals):
        if vals.keys() & COUNTED and not self.env.su:
            raise AccessError(
                self.env._(
                    "Tacit renewals are counted from the end of term by themselves. "
                    "Enter the end of term instead."
                )
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_terminate(self):
        """End contracts before their time, today; nobody is reminded of them."""
        for contract in self:
            if contract.state == "terminated":
                raise UserError(
                    self.env._(
                        "%(contract)s has been terminated on %(date)s already.",
                        contract=contract.display_name,
                        date=format_date(self.env, contract.terminated_date),
                    )
                )
        for today, contracts in self.grouped(lambda c: c._get_today()).items():
            contracts.write({"terminated_date": today})

    def action_reinstate(self):
        """Take a termination back."""
        self.write({"terminated_date": False, "termination_reason": False})

    # ------------------------------------------------------------------
    # Renewal
    # ------------------------------------------------------------------

    @api.model
    def _get_renewable_domain(self, todays):
        """Contracts whose term is over and goes on by itself.

        :param todays: ``{company: day}``
        """
        over = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("end_date", "<", today)
            for company, today in todays.items()
        )
        return over & self._get_tacit_domain()

    @api.model
    def _get_tacit_domain(self):
        """Contracts whose term goes on by itself at its end, as nobody has given notice
        in time."""
        not_in_time = Domain.custom(
            to_sql=lambda model, alias, _query: SQL(
                "(%(given)s IS NULL OR %(given)s > COALESCE(%(notice)s, %(end)s))",
                given=model._field_to_sql(alias, "notice_given_date"),
                notice=model._field_to_sql(alias, "notice_date"),
                end=model._field_to_sql(alias, "end_date"),
            )
        )
        return (
            Domain("renewal", "=", "tacit")
            & Domain("renewal_months", ">", 0)
            & Domain("active", "=", True)
            & Domain("effective_date", "!=", False)
            & Domain("terminated_date", "=", False)
            & not_in_time
        )

    def _renew(self):
        """Let terms that are over go on, and announce it; in one go, as it may be many.

        :return: those that were renewed; not where notice was given in time
        """
        due = {contract: contract._count_renewals() for contract in self}
        renewed = self.filtered(lambda c: due[c] > c.renewal_count)
        formers = {contract: contract.end_date for contract in renewed}
        milestones = self.env["slm.contract.milestone"]
        with renewed._revising({"end_date"}), milestones._waiting(renewed):
            for contract in renewed:
                contract._renew_times(due[contract])
        milestones._announce_renewals(formers)
        renewed._message_log_batch(
            {
                contract.id: contract._tell_renewal(formers[contract])
                for contract in renewed
            }
        )
        return renewed

    def _count_renewals(self):
        self.ensure_one()
        return renewals(
            self.renewal_anchor_date or self.end_date,
            self.renewal_months,
            self._get_today(),
            self.notice_given_date or None,
            self.notice_period,
            self.notice_unit,
        )

    def _renew_times(self, times):
        anchor = self.renewal_anchor_date or self.end_date
        self.write(
            {
                "end_date": later_end(anchor, self.renewal_months, times),
                "renewal_anchor_date": anchor,
                "renewal_count": times,
            }
        )

    def _tell_renewal(self, former):
        """The note, in the company's language: the job has no language of its own."""
        lang = self.company_id.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        return env._(
            "The term ended on %(former)s and was tacitly renewed until %(end)s.",
            former=format_date(env, former),
            end=format_date(env, self.end_date),
        )

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _get_paper_dates(self):
        """What :mod:`..engine.papers` reads."""
        self.ensure_one()
        return PaperDates(
            self.effective_date or None,
            self.initial_acceptance_date or None,
            self.final_acceptance_date or None,
            self.warranty_date or None,
            self.end_date or None,
            self.terminated_date or None,
        )

    @api.model
    def _get_todays(self, companies):
        """``{company: the day that it is now where it is}``"""
        matcher, now = self.env["slm.matcher"], fields.Datetime.now()
        return {company: matcher._get_day(now, company.sudo()) for company in companies}

    def _get_today(self):
        self.ensure_one()
        return self._get_todays(self.company_id)[self.company_id]

    @api.model
    def _get_every_today(self):
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        [[companies]] = companies._read_group([], [], ["id:recordset"])
        return self._get_todays(companies)

    def _get_reminder_user(self):
        """Who is reminded: its manager, else who entered it, else a service level
        manager; of the desk of its company, as what is told is not for anybody else."""
        self.ensure_one()
        contract = self.sudo()
        for user in contract.manager_id + contract.create_uid:
            if self._may_know(user):
                return user
        # looked up only where it is needed, as it takes a query
        managers = self.env.ref(MANAGER).sudo().all_user_ids
        return managers.sorted("id").filtered(self._may_know)[:1]

    def _may_know(self, user):
        user = user.sudo()
        company = self.sudo().company_id
        return (
            user.active
            and user._is_internal()
            and user.has_group(AGENT)
            and company in user.company_ids
        )

    @api.model
    def _get_expiring_domain(self):
        within = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("remind_date", "<=", today)
            & Domain("date", ">=", today)
            for company, today in self._get_every_today().items()
        )
        ends = Domain("kind", "in", ["term", "warranty"]) & Domain("is_live", "=", True)
        return Domain("milestone_ids", "any", ends & within)

    @api.model
    def _get_today_sql(self, alias):
        """The day that it is now in the company of a row."""
        groups = {}
        for company, today in self._get_every_today().items():
            groups.setdefault(today, []).append(company.id)
        if len(groups) == 1:
            return SQL("%s::date", next(iter(groups)))
        cases = SQL(" ").join(
            SQL("WHEN %s IN %s THEN %s::date", column, tuple(ids), today)
            for column in [self._field_to_sql(alias, "company_id")]
            for today, ids in groups.items()
        )
        return SQL("(CASE %s END)", cases)

    @api.model
    def _get_state_sql(self, alias):
        """The same as :func:`..engine.papers.standing`, for rows of the table."""
        column = {
            name: self._field_to_sql(alias, name)
            for name in (
                "effective_date",
                "initial_acceptance_date",
                "final_acceptance_date",
                "warranty_date",
                "end_date",
                "terminated_date",
            )
        }
        return SQL(
            """(CASE
                WHEN %(terminated_date)s <= %(today)s THEN 'terminated'
                WHEN %(effective_date)s IS NULL OR %(effective_date)s > %(today)s
                THEN 'preparation'
                WHEN %(warranty_date)s < %(today)s THEN 'out_of_warranty'
                WHEN %(warranty_date)s IS NOT NULL
                 AND %(final_acceptance_date)s <= %(today)s THEN 'in_warranty'
                WHEN %(end_date)s < %(today)s THEN 'ended'
                WHEN %(final_acceptance_date)s <= %(today)s THEN 'finally_accepted'
                WHEN %(initial_acceptance_date)s <= %(today)s
                THEN 'initially_accepted'
                ELSE 'in_force' END)""",
            today=self._get_today_sql(alias),
            **column,
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Lists are grouped and sorted by the state, although it is not stored."""
        if field_expr == "state":
            self._check_field_access(self._fields["state"], "read")
            return self._get_state_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)
