# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import format_date, formatLang

from ..controllers.words import tell_hours

#: the dates of a contract, as they follow each other
DATES = (
    "effective_date",
    "initial_acceptance_date",
    "final_acceptance_date",
    "warranty_date",
    "notice_date",
    "end_date",
    "notice_given_date",
    "terminated_date",
)


class SlmContractReport(models.AbstractModel):
    """All about one contract on paper, for the desk: in the language of who prints it.

    It stays in the house: it says what is still open, and who is reminded of what.
    """

    _name = "report.slm_management.report_slm_contract"
    _description = "Contract Sheet"
    _inherit = ["slm.paper"]
    _paper_model = "slm.contract"

    @api.model
    def _prepare_document(self, contract):
        """All that the sheet of one contract says."""
        lang = self._get_reader_lang()
        contract = contract.with_context(lang=lang, active_test=False)
        writer = self.with_context(lang=lang)
        return {
            **writer._prepare_margins(contract, contract.company_id),
            "title": writer.env._("Contract Sheet"),
            "name": contract.name,
            "number": writer._get_number(contract),
            "state": writer._tell_choice(contract, "state"),
            "printed": writer._get_printed(contract),
            "parties": writer._get_parties(contract),
            "summary": contract.summary or "",
            "facts": writer._get_facts(contract),
            "bar": contract.timeline,
            "dates": writer._get_dates(contract),
            "term": writer._get_term(contract),
            "hours": writer._get_hours(contract),
            "acceptances": writer._get_acceptances(contract),
            "open_points": writer._get_open_points(contract),
            "carried": writer._get_carried(contract),
            "files": writer._get_files(contract),
            "reminders": writer._get_reminders(contract),
        }

    # ------------------------------------------------------------------
    # What it is, and between whom
    # ------------------------------------------------------------------

    @api.model
    def _get_number(self, contract):
        if not contract.external_number:
            return contract.code
        return self.env._(
            "%(code)s, number of the partner: %(number)s",
            code=contract.code,
            number=contract.external_number,
        )

    @api.model
    def _get_printed(self, contract):
        """The state is that of a day, which is said."""
        return self.env._(
            "As of %(date)s", date=format_date(self.env, contract._get_today())
        )

    @api.model
    def _get_parties(self, contract):
        company = self._prepare_party(contract.company_id.partner_id)
        signed = filter(None, [contract.signatory, contract.signing_department])
        if by := ", ".join(signed):
            company["lines"].append(self.env._("Signed by: %s", by))
        partner = self._prepare_party(contract.partner_id)
        if contract.partner_role == "supplier":
            return [
                {"role": self.env._("Supplier"), **partner},
                {"role": self.env._("Client"), **company},
            ]
        return [
            {"role": self.env._("Provider"), **company},
            {"role": self.env._("Customer"), **partner},
        ]

    @api.model
    def _get_facts(self, contract):
        """Pairs of what and how much; what is not known is left out."""
        amount = contract.amount and formatLang(
            self.env, contract.amount, currency_obj=contract.currency_id
        )
        facts = {
            "manager_id": contract.manager_id.name,
            "amount": amount,
        }
        return [(self._get_label(contract, name), v) for name, v in facts.items() if v]

    # ------------------------------------------------------------------
    # When
    # ------------------------------------------------------------------

    @api.model
    def _get_dates(self, contract):
        """Pairs of a label and a date; those that are not known are left out."""
        return [
            (self._get_label(contract, name), format_date(self.env, contract[name]))
            for name in DATES
            if contract[name]
        ]

    @api.model
    def _get_term(self, contract):
        """Sentences on term, renewal, notice, warranty and end."""
        told = [
            self._tell_term(contract),
            *self._tell_renewal(contract),
            *self._tell_notice(contract),
            self._tell_warranty(contract),
            self._tell_termination(contract),
        ]
        return [sentence for sentence in told if sentence]

    @api.model
    def _tell_term(self, contract):
        start = format_date(self.env, contract.effective_date)
        if not contract.effective_date:
            return self.env._("It is not said yet from when on it is effective.")
        if not contract.end_date:
            return self.env._(
                "It is effective from %(start)s until further notice.", start=start
            )
        return self.env._(
            "It is effective from %(start)s, and its term ends on %(end)s.",
            start=start,
            end=format_date(self.env, contract.end_date),
        )

    @api.model
    def _tell_renewal(self, contract):
        if not contract.end_date:
            return
        if contract.renewal == "none":
            yield self.env._("It is not renewed.")
        elif contract.renewal == "agreement":
            yield self.env._("It is renewed only if both parties agree.")
        else:
            yield self.env._(
                "Unless notice is given in time, it is renewed tacitly, each time for "
                "a number of months: %(months)s.",
                months=contract.renewal_months,
            )
        if contract.renewal_count:
            yield self.env._(
                "Tacit renewals so far: %(count)s. The first term ended on %(date)s.",
                count=contract.renewal_count,
                date=format_date(self.env, contract.renewal_anchor_date),
            )

    @api.model
    def _tell_notice(self, contract):
        if contract.notice_period:
            periods = {
                "days": self.env._("Period of notice in days: %(count)s."),
                "weeks": self.env._("Period of notice in weeks: %(count)s."),
                "months": self.env._("Period of notice in months: %(count)s."),
            }
            period = periods[contract.notice_unit]
            yield period % {"count": contract.notice_period}
        if contract.notice_date:
            yield self.env._(
                "The last day to give notice is %(date)s.",
                date=format_date(self.env, contract.notice_date),
            )
        if contract.notice_given_date:
            yield self.env._(
                "Notice was given on %(date)s.",
                date=format_date(self.env, contract.notice_given_date),
            )

    @api.model
    def _tell_warranty(self, contract):
        if not contract.warranty_date:
            months = contract.warranty_months
            return months and self.env._(
                "Months of warranty, from the final acceptance on: %(months)s.",
                months=months,
            )
        return self.env._(
            "The warranty ends on %(date)s.",
            date=format_date(self.env, contract.warranty_date),
        )

    @api.model
    def _tell_termination(self, contract):
        if not contract.terminated_date:
            return ""
        day = format_date(self.env, contract.terminated_date)
        if not contract.termination_reason:
            return self.env._("It was terminated on %(date)s.", date=day)
        return self.env._(
            "It was terminated on %(date)s: %(reason)s",
            date=day,
            reason=contract.termination_reason,
        )

    @api.model
    def _get_reminders(self, contract):
        """Rows of texts: of what, its date, from when on, and what became of it."""
        kinds = dict(
            contract.milestone_ids._fields["kind"]._description_selection(self.env)
        )
        return [
            [
                row.acceptance_id.name or kinds[row.kind],
                format_date(self.env, row.date),
                format_date(self.env, row.remind_date),
                self._tell_reminder(row),
            ]
            for row in contract.milestone_ids.sorted(lambda r: (r.date, r.id))
            if row.remind_date
        ]

    @api.model
    def _tell_reminder(self, row):
        if row.reminded_on:
            day = format_date(self.env, row.reminded_on)
            return self.env._(
                "%(who)s, on %(date)s",
                who=row.reminded_user_id.name or "–",
                date=day,
            )
        return self.env._("to come") if row.is_pending else "–"

    # ------------------------------------------------------------------
    # What for
    # ------------------------------------------------------------------

    @api.model
    def _get_hours(self, contract):
        """The support hours in words; those of its UCs, if it has none of its own."""
        calendars = contract.calendar_id or contract.agreement_ids.calendar_id
        return [
            {"name": calendar.name, **tell_hours(self.env, calendar, paper=True)}
            for calendar in calendars
        ]

    @api.model
    def _get_acceptances(self, contract):
        return [
            {
                "kind": self._tell_choice(line, "kind"),
                "name": line.name,
                "planned": format_date(self.env, line.planned_date) or "–",
                "done": format_date(self.env, line.actual_date) or "–",
                "result": self._tell_choice(line, "result") or "–",
                "signed": line.signed_by or "",
                "remarks": line.remarks or "",
            }
            for line in contract.acceptance_ids
        ]

    @api.model
    def _get_open_points(self, contract):
        """Rows of texts: of what, what, by whom, until when.

        Who may read an acceptance may read what is open; core finds activities of
        others only for who may write it.
        """
        names = {line.id: line.name for line in contract.acceptance_ids}
        points = contract.acceptance_ids.sudo().activity_ids.sorted("date_deadline")
        return [
            [
                names[point.res_id],
                point.summary or point.activity_type_id.name or "–",
                point.user_id.name or "–",
                format_date(self.env, point.date_deadline),
            ]
            for point in points
        ]

    @api.model
    def _get_carried(self, contract):
        """Pairs of a label and the names of what it carries or covers."""
        fields = ("agreement_ids", "service_ids", "configuration_item_ids")
        carried = [
            (self._get_label(contract, name), contract[name].mapped("display_name"))
            for name in fields
        ]
        return [(label, names) for label, names in carried if names]

    @api.model
    def _get_files(self, contract):
        """Pairs of a label and the names of files that the reader may open."""
        files = [
            (self._get_label(contract, name), contract[name]._filtered_access("read"))
            for name in ("text_ids", "annex_ids")
        ]
        return [(label, found.mapped("name")) for label, found in files if found]

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _get_label(self, record, name):
        return record._fields[name]._description_string(self.env)

    @api.model
    def _tell_choice(self, record, name):
        """The label of a value of a selection; of none, nothing."""
        labels = dict(record._fields[name]._description_selection(self.env))
        return labels.get(record[name], "")
