# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import formatLang

from ..controllers.offers import MINE, to_id
from ..controllers.words import DAY, tell_duration
from ..engine import METRICS, period_of, period_over, share_met, trail
from .slm_period_mixin import PERIODS

#: how many periods of a length there are to choose from
OFFERED = {"week": 53, "month": 25, "quarter": 13, "half_year": 9, "year": 6}
#: nobody has asked for help before
EARLIEST = date(1990, 1, 1)
#: how many periods a trend has
TREND = 12
#: counts of a ticket in the order of the page
COUNTS = ("opened", "closed", "reopened", "open_at_end")
#: what is counted of clocks
ENDS = ("ended", "met", "missed", "excluded", "breached_running")


class SlmPortalStatistics(models.AbstractModel):
    """What a requester sees of service levels on the portal, as plain values.

    Everybody sees what is about himself: tickets of his own contact and reports about
    it. Whom an administrator has given ``slm_service_reports`` sees what is about his
    commercial entity and all below it. The same holds for everybody: an agent finds
    here what he finds as a requester. All figures are from ``slm.figures``; of clocks
    only those of SLAs count. What is not published to him is not named.
    """

    _name = "slm.portal.statistics"
    _description = "Statistics on the Portal"

    # ------------------------------------------------------------------
    # Who may see what
    # ------------------------------------------------------------------

    @api.model
    def _sees_organisation(self):
        return self.env.user.partner_id.sudo().slm_service_reports

    @api.model
    def _get_reach(self, wide):
        """Whose tickets, as ``slm.figures`` takes it for a scope.

        :param wide: those of the organisation, if he may see them
        """
        partner = self.env.user.partner_id
        if wide and self._sees_organisation():
            return {"customers": partner.commercial_partner_id.ids}
        return {"persons": partner.ids}

    @api.model
    def _get_report_domain(self):
        """Published reports about him, or about his organisation."""
        partner = self.env.user.partner_id
        about = Domain("partner_id", "=", partner.id)
        if self._sees_organisation():
            organisation = partner.commercial_partner_id.id
            about |= Domain("partner_id", "child_of", organisation)
        published = Domain("state", "=", "published")
        return published & Domain("audience", "=", "customer") & about

    @api.model
    def _find_report(self, report_id):
        """The report, as superuser, if he may see it, else none."""
        reports = self.env["slm.service.report"].sudo()
        domain = Domain("id", "=", to_id(report_id))
        return reports.search(self._get_report_domain() & domain)

    @api.model
    def _find_news(self, reports=None):
        """Deliveries to him, as superuser, that he has not looked at.

        :param reports: of these, also what he was given no notice of on the portal
        """
        domain = Domain("partner_id", "=", self.env.user.partner_id.id)
        domain &= Domain("seen_on", "=", False)
        domain &= Domain("report_id", "any", self._get_report_domain())
        if reports is None:
            domain &= Domain("on_portal", "=", True)
        else:
            domain &= Domain("report_id", "in", reports.ids)
        return self.env["slm.report.delivery"].sudo().search(domain)

    # ------------------------------------------------------------------
    # What is asked for
    # ------------------------------------------------------------------

    @api.model
    def _choose(self, length=None, day=None, scope=None, company=None):
        """What somebody asks for, by texts of an address; what is unknown or not for
        him is as if he had not said it.

        :param length: of the period; by default a month
        :param day: any day of the period; by default the last whole one is meant
        :param scope: ``own`` or ``organisation``, which is the default if he may
        :param company: id of the company that had the tickets
        """
        wide = self._sees_organisation() and scope != "own"
        companies = self._get_companies(wide)
        known = {found.id: found for found in companies}
        chosen = {
            "length": length if length in OFFERED else "month",
            "wide": bool(wide),
            "companies": companies,
            "company": known.get(to_id(company)) or companies[:1],
        }
        return chosen | self._choose_days(chosen, self._to_day(day))

    @api.model
    def _get_companies(self, wide):
        """Companies that have tickets of those who are meant, as superuser; his own is
        the first, and the only one if there is none."""
        reach = self._get_reach(wide)
        domain = Domain("partner_id", "in", reach.get("persons", []))
        if "customers" in reach:
            domain = Domain("partner_id", "child_of", reach["customers"])
        tickets = self.env["helpdesk.ticket"].sudo().with_context(active_test=False)
        groups = tickets._read_group(domain, ["company_id"])
        found = {company.id for (company,) in groups}
        companies, own = self.env["res.company"].sudo(), self.env.user.company_id
        ids = sorted(found or own.ids, key=lambda id_: (id_ != own.id, id_))
        return companies.browse(ids)

    @api.model
    def _to_day(self, text):
        """The day that a visitor has sent, None if it is none that makes sense."""
        try:
            day = date.fromisoformat(str(text))
        except ValueError:
            return None
        return day if day >= EARLIEST else None

    @api.model
    def _choose_days(self, chosen, day):
        length, start = chosen["length"], chosen["company"]._slm_get_first_month()
        now = fields.Datetime.now()
        today = self.env["slm.matcher"]._get_day(now, chosen["company"])
        days = period_over(today, length, start)
        if day:
            days = period_of(min(day, today), length, start)
        return {
            "days": days,
            "current": period_of(today, length, start),
            "trail": trail(*days, length, TREND, start),
        }

    # ------------------------------------------------------------------
    # What can be asked for
    # ------------------------------------------------------------------

    @api.model
    def _get_choices(self, chosen):
        """What a page offers beside what is chosen: lists of values and labels."""
        length, days = chosen["length"], chosen["days"]
        start = chosen["company"]._slm_get_first_month()
        offered = trail(*chosen["current"], length, OFFERED[length], start)[::-1]
        if days not in offered:
            offered.append(days)
        before = period_over(days[0], length, start)
        after = period_of(days[1] + timedelta(days=1), length, start)
        is_last = days == chosen["current"]
        return {
            "lengths": self._get_lengths(),
            "periods": [self._tell_choice(period, chosen) for period in offered],
            "before": before[0].isoformat() if before[0] >= EARLIEST else "",
            "after": "" if is_last else after[0].isoformat(),
            "companies": [(found.id, found.name) for found in chosen["companies"]],
        }

    @api.model
    def _get_lengths(self):
        """Lengths of a period and how they are called."""
        field = self.env["slm.report.schedule"]._fields["period"]
        labels = dict(field._description_selection(self.env))
        return [(length, labels[length]) for length, _label in PERIODS]

    @api.model
    def _tell_choice(self, days, chosen):
        told = self._tell_days(days, chosen)
        if days == chosen["current"]:
            told = self.env._("%(period)s (so far)", period=told)
        return days[0].isoformat(), told

    @api.model
    def _tell_days(self, days, chosen):
        start = chosen["company"]._slm_get_first_month()
        periods = self.env["slm.period.mixin"]
        return periods._tell_period(*days, chosen["length"], start)

    # ------------------------------------------------------------------
    # Statistics
    # ------------------------------------------------------------------

    @api.model
    def _get_statistics(self, chosen):
        """All that the page tells of a period, see :meth:`_choose`.

        ``tickets``, ``metrics``, ``services`` and ``agreements`` are of the period,
        ``trend`` of twelve. Numbers are numbers, and a text stands beside each that is
        shown otherwise. A company that keeps its promises back tells of tickets only.
        """
        scope, spans = self._get_scope(chosen), self._get_spans(chosen)
        figures, told = self.env["slm.figures"], chosen["company"].slm_portal_deadlines
        tickets = figures._get_ticket_figures(scope, spans)
        clocks = figures._get_clock_figures(scope, spans, ["metric"]) if told else {}
        key = chosen["days"][0]
        shown = self._get_shown(clocks)
        values = {
            "tickets": self._tell_tickets(tickets.get((key,))),
            "metrics": [self._tell_metric(m, clocks.get((key, m))) for m in shown],
            "promises": told,
            "trend": self._tell_trend(chosen, tickets, clocks, shown),
            "services": self._tell_services(scope, spans[-1:], told),
            "agreements": self._tell_agreements(scope, spans[-1:]) if told else [],
        }
        nothing = not tickets and not clocks
        return values | {"nothing": nothing, "heads": self._get_metrics()}

    @api.model
    def _get_scope(self, chosen):
        return self.env["slm.figures"]._get_scope(
            chosen["company"], kinds=["sla"], **self._get_reach(chosen["wide"])
        )

    @api.model
    def _get_spans(self, chosen):
        figures = self.env["slm.figures"]
        return figures._get_spans(chosen["trail"], chosen["company"])

    @api.model
    def _get_metrics(self):
        """``{metric: label}`` in their order."""
        field = self.env["slm.clock"]._fields["metric"]
        labels = dict(field._description_selection(self.env))
        return {metric: labels[metric] for metric in METRICS}

    @api.model
    def _get_shown(self, clocks):
        """Metrics of which there is anything in twelve periods."""
        found = {metric for _key, metric in clocks}
        return [metric for metric in METRICS if metric in found]

    @api.model
    def _tell_tickets(self, figures=None):
        figures = figures or self.env["slm.figures"]._prepare_ticket_figures()
        return figures | {
            "age_median": self._tell_age(figures["age_median_seconds"]),
            "age_max": self._tell_age(figures["age_max_seconds"]),
            "first_contact_text": self._tell_share(figures["first_contact_share"]),
        }

    @api.model
    def _tell_metric(self, metric, figures=None):
        figures = figures or self.env["slm.figures"]._prepare_clock_figures()
        used = {
            name: self._tell_used(figures[f"{name}_seconds"])
            for name in ("median", "p90", "mean")
        }
        label = self._get_metrics()[metric]
        share = self._tell_share(figures["share"])
        return figures | used | {"metric": metric, "label": label, "share_text": share}

    # ------------------------------------------------------------------
    # Trend
    # ------------------------------------------------------------------

    @api.model
    def _tell_trend(self, chosen, tickets, clocks, metrics):
        """Rows of the tables, and the pictures of the same."""
        rows = []
        for days in chosen["trail"]:
            row = self._tell_tickets(tickets.get((days[0],)))
            row["metrics"] = [
                self._tell_metric(metric, clocks.get((days[0], metric)))
                for metric in metrics
            ]
            row["label"] = self._tell_choice(days, chosen)[1]
            row["short"] = self._tell_short(days, chosen)
            rows.append(row)
        pictures = {"volume": self._draw_volume(rows)}
        if clocks:
            pictures["compliance"] = self._draw_compliance(rows, metrics)
        return {"rows": rows, **pictures}

    @api.model
    def _tell_short(self, days, chosen):
        """A period where there is little room."""
        periods = self.env["slm.period.mixin"]
        if chosen["length"] == "week":
            return periods._tell_part(days[0], "MMMd")
        if chosen["length"] == "month":
            return periods._tell_part(days[0], "yMMM")
        if chosen["length"] == "half_year":
            return "–".join(periods._tell_part(day, "yMMM") for day in days)
        return self._tell_days(days, chosen)

    @api.model
    def _draw_volume(self, rows):
        labels = self._get_count_labels()
        kinds = {"opened": "bar", "closed": "bar", "open_at_end": "line"}
        series = [
            {"label": labels[n], "kind": kind, "data": [row[n] for row in rows]}
            for n, kind in kinds.items()
        ]
        return {"labels": [row["short"] for row in rows], "series": series}

    @api.model
    def _draw_compliance(self, rows, metrics):
        labels = self._get_metrics()
        series = [
            {
                "label": labels[metric],
                "kind": "line",
                "data": [row["metrics"][rank]["share"] for row in rows],
            }
            for rank, metric in enumerate(metrics)
        ]
        labels = [row["short"] for row in rows]
        return {"labels": labels, "series": series, "max": 100}

    @api.model
    def _get_count_labels(self):
        return {
            "opened": self.env._("Opened"),
            "closed": self.env._("Closed"),
            "reopened": self.env._("Opened again"),
            "open_at_end": self.env._("Open at the end"),
        }

    # ------------------------------------------------------------------
    # By service and by agreement
    # ------------------------------------------------------------------

    @api.model
    def _tell_services(self, scope, spans, told):
        """A row for each service that is published to him, and one for all others."""
        figures = self.env["slm.figures"]
        tickets = figures._get_ticket_figures(
            scope, spans, ["service"], first_contact=False
        )
        clocks = {}
        if told:
            clocks = figures._get_clock_figures(scope, spans, ["service", "metric"])
        found = {key[1] for key in (*tickets, *clocks)}
        names = self._get_names("slm.service", found, "sequence, name, id")
        return self._fold_rows(names, tickets, clocks, self.env._("Other services"))

    @api.model
    def _tell_agreements(self, scope, spans):
        """A row for each agreement that is published to him, and one for all others."""
        by = ["agreement", "metric"]
        clocks = self.env["slm.figures"]._get_clock_figures(scope, spans, by)
        names = self._get_names("slm.agreement", {key[1] for key in clocks}, "name, id")
        rows = self._fold_rows(names, {}, clocks, self.env._("Other agreements"))
        agreements = self.env["slm.agreement"].sudo()
        for row in rows:
            target = agreements.browse(row["id"]).attainment_target
            row["target"] = self._tell_share(target) if target else "–"
        return rows

    @api.model
    def _get_names(self, model, ids, order):
        """``{id: name}`` of those that are published to him, in their order."""
        records = self.env[model].sudo()
        order = order if "sequence" in records._fields else "name, id"
        found = records.search(
            MINE & Domain("id", "in", list(ids - {None})), order=order
        )
        return {record.id: record.name for record in found}

    @api.model
    def _fold_rows(self, names, tickets, clocks, others):
        """Figures by record and metric as rows; what has no name is one row."""
        rows = {
            id_: self._prepare_row(id_, name)
            for id_, name in (*names.items(), (False, others))
        }
        for key, figures in (*tickets.items(), *clocks.items()):
            row = rows[key[1] if key[1] in names else False]
            row["any"] = True
            cell = row["metrics"][key[2]] if len(key) > 2 else row
            for name in ENDS if len(key) > 2 else COUNTS:
                cell[name] += figures[name]
        shown = [row for row in rows.values() if row["any"]]
        for cell in (cell for row in shown for cell in row["metrics"].values()):
            cell["share"] = share_met(cell["met"], cell["missed"])
            cell["share_text"] = self._tell_share(cell["share"])
        return shown

    @api.model
    def _prepare_row(self, id_, name):
        return {
            "id": id_,
            "name": name,
            "any": False,
            "metrics": {metric: dict.fromkeys(ENDS, 0) for metric in METRICS},
            **dict.fromkeys(COUNTS, 0),
        }

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _tell_share(self, share):
        return "–" if share is None else f"{formatLang(self.env, share, digits=1)} %"

    @api.model
    def _tell_used(self, seconds):
        """Service time."""
        if seconds is None:
            return "–"
        return tell_duration(self.env, round(seconds / 60))

    @api.model
    def _tell_age(self, seconds):
        """Calendar time; of more than a day, hours are exact enough."""
        if seconds is None:
            return "–"
        minutes = round(seconds / 60)
        if minutes > DAY:
            minutes = round(minutes / 60) * 60
        return tell_duration(self.env, minutes, DAY)
