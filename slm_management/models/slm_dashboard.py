# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date, formatLang

from ..controllers.words import tell_duration
from ..engine import METRICS, share_met
from ..engine.periods import period_of, trail

#: what figures are counted from, by the name that a figure gives it
MODELS = {
    "clocks": "slm.clock.statistics",
    "tickets": "slm.ticket.statistics",
    "shares": "slm.time.share",
    "agreements": "slm.agreement",
}
FILTERS = ("services", "customers", "teams")
KINDS = ("sla", "ola", "uc")
#: months of the trend and of the arrivals, the current one included
MONTHS = 12
#: rows of a list; those that matter most come first
TOLD = 8
#: figures of tickets in the trend
TREND = ("opened", "closed", "open_at_end")
#: colours of the arrivals
STEPS = 5
DAY_MINUTES = 24 * 60
DECIDED = ("result", "in", ["met", "missed"])


class SlmDashboard(models.AbstractModel):
    """What the dashboard "Service Levels" shows, as plain values.

    All is counted by ``slm.figures``, for the current company, of tickets that the
    reader may read. Today and this month are those of the company. A figure is a dict:
    ``text`` as it is told, ``count`` and the ``domain`` of what is behind it, ``of`` as
    a key of ``models``, and the ``name`` of the list; to the domain comes the one of
    ``domains``, which is that of the filters. For time that was used, ``count`` is the
    sum of its seconds.

    The attainment of a month is told in two ways: the share met of all clocks together,
    and how many agreements reached what they promise, each metric for itself. An
    agreement counts there if it promises a share and a clock was met or missed.
    """

    _name = "slm.dashboard"
    _description = "Dashboard of Service Levels"

    @api.model
    @api.readonly
    def get_dashboard(self, filters=None):
        """All figures of the dashboard, for agents only.

        :param dict filters: lists of ids of ``services``, ``customers`` (all below them
            are meant, too) and ``teams``; what is empty does not narrow
        :return: ``today``, ``compliance``, ``volume``, ``trend``, ``services``,
            ``time`` and ``arrivals``, each a dict, besides ``models``, ``domains``,
            ``company``, ``day`` and ``is_empty``
        """
        self._check_reader()
        ids = self._get_ids(filters or {})
        return self.sudo(False)._prepare_dashboard(ids)

    @api.model
    def _check_reader(self):
        """Also not as superuser for somebody else: who asks is what counts."""
        if not self.env.user.has_group("slm_management.group_slm_agent"):
            raise AccessError(
                self.env._(
                    "The dashboard is only for agents of service levels: ask one of "
                    "them."
                )
            )

    @api.model
    def _get_ids(self, filters):
        return {name: [int(i) for i in filters.get(name) or ()] for name in FILTERS}

    @api.model
    def _prepare_dashboard(self, ids):
        figures, company = self.env["slm.figures"], self.env.company
        tickets = figures._get_reader_tickets()
        narrowed = {name: found or None for name, found in ids.items()}
        scope = figures._get_scope(company, tickets=tickets, **narrowed)
        today = self.env["slm.matcher"]._get_day(fields.Datetime.now(), company)
        months = trail(*period_of(today, "month"), "month", MONTHS)
        spans = figures._get_spans(months, company)
        volume = figures._get_ticket_figures(scope, spans, first_contact=False)
        volume |= figures._get_ticket_figures(scope, spans[-2:])
        return {
            "company": company.name,
            "day": format_date(self.env, today),
            "models": MODELS,
            "domains": self._get_domains(ids),
            "is_empty": not volume,
            "today": self._get_today(scope, figures._get_span(today, today, company)),
            "compliance": self._get_compliance(scope, spans[-2:]),
            "volume": self._get_volume(volume, spans[-2:]),
            "trend": self._get_trend(scope, spans, volume),
            "services": self._get_services(scope, spans[-1]),
            "time": self._get_time(scope, spans[-1]),
            "arrivals": self._get_arrivals(scope, spans),
        }

    # ------------------------------------------------------------------
    # Today
    # ------------------------------------------------------------------

    @api.model
    def _get_today(self, scope, span):
        """Clocks that are due or late now, and those that were breached today."""
        figures = self.env["slm.figures"]
        found = figures._get_open_figures(scope, span)
        clocks = figures._get_clock_figures(scope, [span])
        breached = clocks.get((span.key,), figures._prepare_clock_figures())["breached"]
        due = [("result", "=", "running"), ("breached_at", "=", False)]
        due += self._get_in(span, "deadline")
        return {
            "due": {
                **self._prepare_figure("clocks", found["due"], due),
                "name": self.env._("Due Today"),
                "note": self._tell_tickets(found["due_tickets"]),
                "is_open": True,
            },
            "late": {
                **self._prepare_figure(
                    "clocks", found["late"], [("result", "=", "late")]
                ),
                "name": self.env._("Overdue Now"),
                "note": self._tell_tickets(found["late_tickets"]),
                "is_open": True,
            },
            "breached": {
                **self._prepare_figure("clocks", breached, self._get_breached(span)),
                "name": self.env._("Breached Today"),
                "note": self.env._("also those that have ended since"),
            },
        }

    @api.model
    def _tell_tickets(self, count):
        if count == 1:
            return self.env._("on one ticket")
        return self.env._("on %(count)s tickets", count=count)

    @api.model
    def _get_breached(self, span):
        return [("result", "!=", "excluded"), *self._get_in(span, "breached_at")]

    # ------------------------------------------------------------------
    # Compliance
    # ------------------------------------------------------------------

    @api.model
    def _get_compliance(self, scope, spans):
        """This month (``now``) beside the last one, a row for each kind and metric of
        which there is anything; ``total`` is of SLAs."""
        found = self.env["slm.figures"]._get_clock_figures(
            scope, spans, by=("kind", "metric", "agreement")
        )
        labels = self._get_labels()
        rows = [
            self._prepare_compliance(found, spans, kind, [metric], labels)
            for kind in KINDS
            for metric in METRICS
            if any(key[1:3] == (kind, metric) for key in found)
        ]
        return {
            "now": self._tell_month(spans[1].key),
            "before": self._tell_month(spans[0].key),
            "total": self._prepare_compliance(found, spans, "sla", METRICS, labels),
            "rows": rows,
        }

    @api.model
    def _get_labels(self):
        """What kinds and metrics are called, by their keys."""
        statistics = self.env["slm.clock.statistics"]._fields
        return {
            key: label
            for name in ("kind", "metric")
            for key, label in statistics[name]._description_selection(self.env)
        }

    @api.model
    def _prepare_compliance(self, found, spans, kind, metrics, labels):
        names = [labels[kind], *(labels[m] for m in metrics if len(metrics) == 1)]
        before, now = (
            self._add_up(
                found,
                span,
                kind,
                metrics,
                f"{' '.join(names)}, {self._tell_month(span.key)}",
            )
            for span in spans
        )
        shares = [cell["share"]["value"] for cell in (before, now)]
        return {
            "kind": kind,
            "kind_text": names[0],
            "metric": metrics[0] if len(metrics) == 1 else "",
            "text": names[-1],
            "now": now,
            "before": before,
            "change": None if None in shares else shares[1] - shares[0],
            "change_text": "" if None in shares else self._tell_change(*shares),
        }

    @api.model
    def _add_up(self, found, span, kind, metrics, name):
        """Figures of some metrics of a kind of agreement in a month."""
        cells = {
            key[2:]: figures
            for key, figures in found.items()
            if key[:2] == (span.key, kind) and key[2] in metrics
        }
        base = [("kind", "=", kind), ("metric", "in", list(metrics))]
        ended = [*base, *self._get_in(span, "stopped_at")]
        breached = [*base, *self._get_breached(span), *self._get_not_ended_in(span)]
        count = {
            part: sum(figures[part] for figures in cells.values())
            for part in ("met", "missed", "excluded", "breached_running")
        }
        told = {
            part: self._prepare_figure(
                "clocks", count[part], [*ended, ("result", "=", part)], name
            )
            for part in ("met", "missed", "excluded")
        }
        return {
            **told,
            "share": self._prepare_share(count["met"], count["missed"], ended, name),
            "late": self._prepare_figure(
                "clocks", count["breached_running"], breached, name
            ),
            "reached": self._prepare_reached(cells, name),
        }

    @api.model
    def _prepare_reached(self, cells, name):
        """How many agreements reached what they promise, of those that can say so."""
        ids = {agreement for _metric, agreement in cells}
        targets = {
            agreement.id: agreement.attainment_target
            for agreement in self.env["slm.agreement"].sudo().browse(ids)
        }
        judged = [
            (agreement, figures["share"] >= targets[agreement])
            for (_metric, agreement), figures in cells.items()
            if targets[agreement] and figures["share"] is not None
        ]
        text = self.env._(
            "%(count)s of %(total)s",
            count=sum(reached for _agreement, reached in judged),
            total=len(judged),
        )
        agreements = sorted({agreement for agreement, _reached in judged})
        return {
            **self._prepare_figure(
                "agreements", len(agreements), [("id", "in", agreements)], name
            ),
            "text": text if judged else "–",
            "is_short": not all(reached for _agreement, reached in judged),
        }

    # ------------------------------------------------------------------
    # Volume
    # ------------------------------------------------------------------

    @api.model
    def _get_volume(self, found, spans):
        """Tickets this month (``now``) beside the last one."""
        nothing = self.env["slm.figures"]._prepare_ticket_figures()
        before, now = (found.get((span.key,), nothing) for span in spans)
        labels = self._get_volume_labels()
        rows = [
            {
                "part": part,
                "label": label,
                "before": self._prepare_volume(part, before, spans[0], label),
                "now": self._prepare_volume(part, now, spans[1], label),
            }
            for part, label in labels.items()
        ]
        return {
            "now": self._tell_month(spans[1].key),
            "before": self._tell_month(spans[0].key),
            "open": self._prepare_volume(
                "open_at_end", now, spans[1], self.env._("Open Tickets")
            ),
            "age": self._tell_age(now["age_median_seconds"]),
            "rows": rows,
        }

    @api.model
    def _get_volume_labels(self):
        return {
            "opened": self.env._("Opened"),
            "reopened": self.env._("Re-opened"),
            "closed": self.env._("Closed"),
            "open_at_end": self.env._("Open at the end, or now"),
            "age_median_seconds": self.env._("Median age of those open"),
            "first_contact_share": self.env._("Completed at first contact"),
        }

    @api.model
    def _prepare_volume(self, part, found, span, name):
        domain = self._get_volume_domain(part, span)
        if part == "age_median_seconds":
            told = self._prepare_figure("tickets", found["open_at_end"], domain, name)
            text = self._tell_age(found[part])
        elif part == "first_contact_share":
            told = self._prepare_figure("tickets", found["completed"], domain, name)
            text = self._tell_percent(found[part])
        else:
            told = self._prepare_figure("tickets", found[part], domain, name)
            text = told["text"]
        is_open = part in ("open_at_end", "age_median_seconds")
        return {**told, "text": text, "is_open": is_open}

    @api.model
    def _get_volume_domain(self, part, span):
        opened, ended = (self._get_in(span, name) for name in ("opened_at", "ended_at"))
        return {
            "opened": [("opened_count", "=", 1), *opened],
            "reopened": [("reopened_count", "=", 1), *opened],
            "closed": ended,
            "first_contact_share": [("completed_count", "=", 1), *ended],
        }.get(part) or [opened[1], *self._get_not_ended_in(span, "ended_at")]

    # ------------------------------------------------------------------
    # Trend
    # ------------------------------------------------------------------

    @api.model
    def _get_trend(self, scope, spans, volume):
        """Volume, and the share met of SLAs by metric, month by month."""
        figures, labels = self.env["slm.figures"], self._get_labels()
        found = figures._get_clock_figures(
            scope._replace(kinds=KINDS[:1]), spans, by=("metric",)
        )
        metrics = [m for m in METRICS if any(key[1] == m for key in found)]
        parts = self._get_volume_labels()
        return {
            "metrics": [
                {
                    "metric": metric,
                    "label": labels[metric],
                    "cells": [
                        self._prepare_month_share(found, span, metric, labels[metric])
                        for span in spans
                    ],
                }
                for metric in metrics
            ],
            "months": [self._prepare_month(span.key) for span in spans],
            "volume": [
                {
                    "part": part,
                    "label": parts[part],
                    "cells": [
                        self._prepare_month_volume(volume, span, part, parts[part])
                        for span in spans
                    ],
                }
                for part in TREND
            ],
        }

    @api.model
    def _prepare_month(self, day):
        teller = self.env["slm.supplier.scorecard"]
        return {
            "label": self._tell_month(day),
            "month": teller._tell_part(day, "LLL"),
            "year": teller._tell_part(day, "y"),
        }

    @api.model
    def _prepare_month_share(self, found, span, metric, name):
        nothing = self.env["slm.figures"]._prepare_clock_figures()
        figures = found.get((span.key, metric), nothing)
        ended = [("kind", "=", "sla"), ("metric", "=", metric)]
        ended += self._get_in(span, "stopped_at")
        name = f"{name}, {self._tell_month(span.key)}"
        return self._prepare_share(figures["met"], figures["missed"], ended, name)

    @api.model
    def _prepare_month_volume(self, volume, span, part, name):
        nothing = self.env["slm.figures"]._prepare_ticket_figures()
        found = volume.get((span.key,), nothing)
        name = f"{name}, {self._tell_month(span.key)}"
        return self._prepare_volume(part, found, span, name)

    # ------------------------------------------------------------------
    # Worst services, who used the time, arrivals
    # ------------------------------------------------------------------

    @api.model
    def _get_services(self, scope, span):
        """Services by their share met of SLAs this month, the worst first."""
        found = self.env["slm.figures"]._get_clock_figures(
            scope._replace(kinds=KINDS[:1]), [span], by=("service",)
        )
        ranked = sorted(
            (figures["share"], -figures["missed"], service or 0)
            for (_key, service), figures in found.items()
            if figures["share"] is not None
        )
        services = [service for _share, _missed, service in ranked[:TOLD]]
        names = self._get_names("slm.service", services)
        rows = [
            self._prepare_service(span, found[span.key, service or None], service, name)
            for service, name in zip(services, names, strict=True)
        ]
        return {"rows": rows, "more": max(len(ranked) - TOLD, 0)}

    @api.model
    def _get_names(self, model, ids):
        """Display names, also of what the reader is not in the company of."""
        records = self.env[model].sudo().browse(ids)
        return [record.display_name if record.id else "" for record in records]

    @api.model
    def _prepare_service(self, span, figures, service, name):
        name = name or self.env._("No service")
        ended = [("kind", "=", "sla"), ("service_id", "=", service or False)]
        ended += self._get_in(span, "stopped_at")
        return {
            "id": service,
            "name": name,
            "share": self._prepare_share(
                figures["met"], figures["missed"], ended, name
            ),
            "missed": self._prepare_figure(
                "clocks", figures["missed"], [*ended, ("result", "=", "missed")], name
            ),
            "decided": figures["met"] + figures["missed"],
        }

    @api.model
    def _get_time(self, scope, span):
        """Who used the service time of tickets that ended this month, the most first;
        ``total`` is of all of them."""
        used = self.env["slm.figures"]._get_time_used(scope, span)
        total = sum(used.values())
        ranked = sorted(used, key=lambda key: (-used[key], key[0], key[1] or 0))
        ended = self._get_in(span, "ended_at")
        name = self.env._("Who Used the Time")
        return {
            "rows": [
                self._prepare_holder(key, used[key], total, ended)
                for key in ranked[:TOLD]
            ],
            "more": max(len(ranked) - TOLD, 0),
            "total": {
                **self._prepare_figure("shares", total, ended, name),
                "text": self._tell_seconds(total),
            },
        }

    @api.model
    def _prepare_holder(self, key, seconds, total, ended):
        party, holder = key
        field, model = {
            "team": ("team_id", "helpdesk.ticket.team"),
            "supplier": ("partner_id", "res.partner"),
        }.get(party, (None, None))
        parties = self.env["slm.time.share"]._fields["party"]
        label = dict(parties._description_selection(self.env))[party]
        name = label
        domain = [("party", "=", party), *ended]
        if field:
            domain.append((field, "=", holder or False))
            [name] = self._get_names(model, [holder]) if holder else ["–"]
        return {
            "party": party,
            "label": label,
            "name": name,
            "percent": self._tell_percent(share_met(seconds, total - seconds)),
            "width": round(100 * seconds / total, 1),
            "used": {
                **self._prepare_figure("shares", seconds, domain, name),
                "text": self._tell_seconds(seconds),
            },
        }

    @api.model
    def _get_arrivals(self, scope, spans):
        """Tickets opened in the months of the trend by weekday and hour.

        ``rows`` have a count for each hour; ``steps`` are the least count of each
        colour.
        """
        span = spans[0]._replace(end=spans[-1].end)
        found = self.env["slm.figures"]._get_arrivals(scope, span)
        most = max(found.values(), default=0)
        weekdays = dict(
            self.env["slm.ticket.statistics"]
            ._fields["weekday"]
            ._description_selection(self.env)
        )
        return {
            "since": self._tell_month(spans[0].key),
            "count": sum(found.values()),
            "steps": sorted({1 + most * step // STEPS for step in range(STEPS)}),
            "domain": [("opened_count", "=", 1), *self._get_in(span, "opened_at")],
            "rows": [
                {
                    "weekday": str(day),
                    "label": weekdays[str(day)],
                    "counts": [found.get((day + 1, hour), 0) for hour in range(24)],
                }
                for day in range(7)
            ],
        }

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    @api.model
    def _prepare_figure(self, of, count, domain, name=""):
        text = formatLang(self.env, count, digits=0)
        return {"of": of, "count": count, "text": text, "domain": domain, "name": name}

    @api.model
    def _prepare_share(self, met, missed, ended, name):
        share = share_met(met, missed)
        figure = self._prepare_figure("clocks", met + missed, [*ended, DECIDED], name)
        return {**figure, "value": share, "text": self._tell_percent(share)}

    # ------------------------------------------------------------------
    # Domains
    # ------------------------------------------------------------------

    @api.model
    def _get_domains(self, ids):
        """What the filters say, for each of the models of figures."""
        return {
            "clocks": self._get_filter_domain(ids),
            "tickets": self._get_filter_domain(ids),
            "shares": self._get_filter_domain(
                ids, partner="requester_id", team="ticket_team_id"
            ),
            "agreements": [],
        }

    @api.model
    def _get_filter_domain(self, ids, partner="partner_id", team="team_id"):
        conditions = (
            ("service_id", "in", ids["services"]),
            (partner, "child_of", ids["customers"]),
            (team, "in", ids["teams"]),
        )
        company = ("company_id", "=", self.env.company.id)
        return [company, *(condition for condition in conditions if condition[2])]

    @api.model
    def _get_in(self, span, name):
        start, end = map(fields.Datetime.to_string, span[1:])
        return [(name, ">=", start), (name, "<", end)]

    @api.model
    def _get_not_ended_in(self, span, name="stopped_at"):
        """It ended after the span, if at all."""
        end = fields.Datetime.to_string(span.end)
        return ["|", (name, "=", False), (name, ">=", end)]

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _tell_month(self, day):
        return self.env["slm.supplier.scorecard"]._tell_month(day)

    @api.model
    def _tell_percent(self, share):
        if share is None:
            return "–"
        return self.env["slm.supplier.scorecard"]._tell_percent(share)

    @api.model
    def _tell_change(self, before, now):
        """Percentage points, with a sign."""
        change = round(now - before, 1)
        if not change:
            return "±0"
        sign = "+" if change > 0 else "−"
        return f"{sign}{formatLang(self.env, abs(change), digits=1)}"

    @api.model
    def _tell_seconds(self, seconds):
        return tell_duration(self.env, round(seconds / 60))

    @api.model
    def _tell_age(self, seconds):
        """Calendar time; of days no minutes are told."""
        if seconds is None:
            return "–"
        minutes = round(seconds / 60)
        if minutes >= DAY_MINUTES:
            minutes = round(minutes / 60) * 60
        return tell_duration(self.env, minutes, DAY_MINUTES)
