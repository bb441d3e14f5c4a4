# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

import babel.dates

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse, get_lang

from ..engine import period_of, period_over, trail

PERIODS = [
    ("week", "Week"),
    ("month", "Month"),
    ("quarter", "Quarter"),
    ("half_year", "Half-Year"),
    ("year", "Year"),
]
#: what no calendar knows
CUSTOM = ("custom", "Other Period")
#: days that somebody mistyped: there would be none before them to compare with
EARLIEST, LONGEST = date(1970, 1, 1), timedelta(days=100 * 366)


class SlmPeriodMixin(models.AbstractModel):
    """Something about a period: its first and its last day, in the company's days.

    Quarters, half-years and years are those of the company's fiscal year, which is the
    calendar year unless its settings say otherwise. The model that uses the mixin has
    ``company_id``.
    """

    _name = "slm.period.mixin"
    _description = "Something about a Period"

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    period = fields.Selection(
        [*PERIODS, CUSTOM],
        string="Length",
        required=True,
        default="month",
        help="Weeks begin on Mondays; quarters, half-years and years follow the fiscal "
        "year of the company.",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self._get_default_days()[0],
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: self._get_default_days()[1],
        help="The last day that counts.",
    )

    _days_in_order = models.Constraint(
        "CHECK(date_to >= date_from)",
        "A period can not end before it begins. Correct its first or its last day.",
    )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("date_from", "date_to")
    def _check_days(self):
        for record in self:
            days = record.date_to - record.date_from
            if record.date_from < EARLIEST or days > LONGEST:
                raise ValidationError(
                    self.env._(
                        "%(name)s: nothing is known of %(from)s to %(to)s. Choose days "
                        "from %(first)s on, and not more than 100 years.",
                        **{
                            "name": record.display_name or "–",
                            "from": format_date(self.env, record.date_from),
                            "to": format_date(self.env, record.date_to),
                            "first": format_date(self.env, EARLIEST),
                        },
                    )
                )

    @api.constrains("period", "date_from", "date_to", "company_id")
    def _check_period(self):
        for record in self.filtered(lambda record: record.period != CUSTOM[0]):
            days = (record.date_from, record.date_to)
            expected = record._get_period(record.date_from)
            if days != expected:
                raise ValidationError(
                    self.env._(
                        "%(name)s: %(from)s to %(to)s is not a whole period of the "
                        "chosen length, which would be %(first)s to %(last)s. Choose "
                        "these days, or another length.",
                        **{
                            "name": record.display_name or "–",
                            "from": format_date(self.env, days[0]),
                            "to": format_date(self.env, days[1]),
                            "first": format_date(self.env, expected[0]),
                            "last": format_date(self.env, expected[1]),
                        },
                    )
                )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.onchange("period")
    def _onchange_period(self):
        """The period of that length that was over last."""
        if self.period != CUSTOM[0]:
            days = self._get_last_period(self.period, self.company_id)
            self.date_from, self.date_to = days

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and self.period != CUSTOM[0]:
            self.date_from, self.date_to = self._get_period(self.date_from)

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _get_default_days(self):
        """Of what is created without days: the last whole period of the default."""
        length = self.env.context.get("default_period") or "month"
        length = length if length in dict(PERIODS) else "month"
        return self._get_last_period(length, self.env.company)

    @api.model
    def _get_last_period(self, length, company):
        """First and last day of what was over last when today began in a company."""
        company = company or self.env.company
        today = self.env["slm.matcher"]._get_day(fields.Datetime.now(), company)
        return period_over(today, length, company._slm_get_first_month())

    def _get_period(self, day):
        """First and last day of the record's length in which a day lies."""
        return period_of(day, self.period, self.company_id._slm_get_first_month())

    def _get_trail(self, count):
        """So many periods as pairs of days, the last of which is the record's own."""
        self.ensure_one()
        start = self.company_id._slm_get_first_month()
        return trail(self.date_from, self.date_to, self.period, count, start)

    @api.model
    def _tell_period(self, date_from, date_to, length, start=1):
        """A period as people call it, in the language of the context.

        :param length: one of ``PERIODS``; another one is told by its days
        :param start: the month in which the fiscal year begins
        """
        if length == "month":
            return self._tell_part(date_from, "y MMMM")
        if length == "year" and start == 1:
            return self._tell_part(date_from, "y")
        if length == "quarter" and start == 1:
            return self._tell_part(date_from, "y QQQ")
        days = {
            "from": format_date(self.env, date_from),
            "to": format_date(self.env, date_to),
        }
        return self.env._("%(from)s – %(to)s", **days)

    @api.model
    def _tell_part(self, day, skeleton):
        """Parts of a date, in the order in which the language has them."""
        locale = babel_locale_parse(get_lang(self.env).code)
        return babel.dates.format_skeleton(
            skeleton.replace(" ", ""), day, locale=locale
        )
