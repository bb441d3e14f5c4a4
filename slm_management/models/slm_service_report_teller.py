# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

import pytz

from odoo import fields, models
from odoo.tools import format_date, formatLang

from ..controllers.words import tell_duration, tell_instant
from ..engine import METRICS
from .slm_figures import CAUSES
from .slm_service_report_content import CONTRACT_DATES

NONE = "–"
DAY_MINUTES = 24 * 60
#: rows of the worst cases
WORST = 10


class SlmServiceReportTeller(models.AbstractModel):
    """Tells what a service report says, in a language.

    The screen, the PDF, the XLSX and the portal show what these two methods give, and
    count nothing themselves: :meth:`_get_document` and :meth:`_iter_rows`. Neither asks
    whether somebody may read the report: that is up to whoever shows it.

    The keys of the document:

    ``code``, ``version``, ``title`` (without them), ``label`` ("Service Report"),
    ``state`` (draft | published) and ``state_text``, ``audience`` (provider |
    customer) and ``audience_text``, ``lang``, ``company``, ``customer`` (empty in
    the provider's view), ``timezone`` (of all times), ``period_text`` ("January
    2024"), ``days_text``, ``from`` and ``to``, ``previous_period_text``,
    ``computed_text``, ``published_text`` (empty in drafts), ``is_empty``
        the head
    ``filters``: ``[{"label": "Services", "text": "Mail, Print"}]``
        what the report was narrowed to
    ``notices``: ``[text]``
        what a reader has to know first, as that the period still goes on
    ``sentences``: ``[text]``
        the summary in words
    ``key_figures``: ``[{"name", "label", "value", "text", "unit", "previous",
    "previous_text", "change", "change_text", "verdict"}]``
        the summary in figures; ``unit`` is count, percent or seconds, ``verdict``
        (of the change) good, bad or empty
    ``compliance``: ``[{"kind", "label", "rows": [row]}]``
        one for each kind (sla, ola, uc) of which there is something, rows in order:
        ``code``, ``name``, ``version``, ``agreement`` ("[AGR1] Office (v2)"),
        ``metric``, ``metric_text``, ``target``, ``target_text``, ``ended``,
        ``met``, ``missed``, ``excluded``, ``breached``, ``breached_running``,
        ``share``, ``previous_share``, ``median_seconds``, ``p90_seconds``,
        ``mean_seconds``, each with ``…_text`` (``median_text``, ``p90_text``,
        ``mean_text``), ``change`` (of the share, in points), ``change_text``, and
        ``reached`` (yes | no | no_target | nothing) with ``reached_text``
    ``services``, ``priorities``: ``[row]``
        tickets, and the clocks of their SLAs: ``name`` (text; a row of priorities also
        has ``priority``, ``0`` … ``3``), ``opened``,
        ``closed``, ``reopened``, ``open_at_end``, ``ended``, ``met``, ``missed``,
        ``excluded``, ``breached``, ``breached_running``, ``share``, ``share_text``,
        ``median_seconds``, ``median_text``, ``p90_seconds``, ``p90_text``
    ``trend``: ``{"periods", "tickets", "shares"}``
        ``periods``: ``[{"text", "short", "from", "to"}]``, 12, the last one is the
        report's own; ``tickets``: ``[{"name", "label", "values": [12 numbers]}]``
        for opened, closed, reopened, open_at_end; ``shares``: ``[{"kind", "metric",
        "label", "values": [12 shares or None], "texts", "ended": [12 numbers],
        "missed": [12 numbers]}]``
    ``breaches``: ``{"count", "missed", "running", "worst": [row]}``
        how many rows :meth:`_iter_rows` gives for ``late``, and the first of them
    ``causes``: ``[{"kind", "label", "rows": [{"cause", "label", "count", "share",
    "share_text"}]}]``
        of the late rows, by kind
    ``exclusions``: ``{"count", "reasons": [{"label", "count"}]}``
        how many rows :meth:`_iter_rows` gives for ``excluded``, and why
    ``backlog``: ``{"open_at_end", "age_median_seconds", "age_median_text",
    "age_max_seconds", "age_max_text"}``
        calendar time
    ``first_contact``: ``{"completed", "first_contact", "share", "share_text"}``
    ``expiring``: None (customer's view), or ``{"days", "label", "agreements":
    [{"agreement", "kind", "kind_text", "party", "date", "date_text"}], "contracts":
    [{"contract", "event", "event_text", "party", "date", "date_text"}]}``
    """

    _name = "slm.service.report.teller"
    _description = "Teller of Service Reports"

    # ------------------------------------------------------------------
    # The document
    # ------------------------------------------------------------------

    def _get_document(self, lang=None):
        """All that the report says beside its rows: a dict of plain values and texts.

        Whatever is a number has its text beside it, ``share``, ``share_text``; shares
        are percents from 0 to 100, durations are seconds; what there is none of is None
        and its text is "–". Days are ISO texts (``2024-01-31``) with a text beside.
        Texts are plain, not HTML, and there are no ids. A draft that was
        never computed has the head only (``is_empty``).

        Its keys are listed in the docstring of the class.

        :param lang: code of a language; None: that of the context
        """
        self.ensure_one()
        report = self.with_context(lang=lang or self.env.lang or "en_US")
        document = report._tell_head()
        if document["is_empty"]:
            return document
        content = report.content
        document.update(
            compliance=report._tell_compliance(content),
            services=[report._tell_row(row) for row in content["services"]],
            priorities=[report._tell_row(row) for row in content["priorities"]],
            trend=report._tell_trend(content),
            breaches=report._tell_breaches(content),
            causes=report._tell_causes(content),
            exclusions=report._tell_exclusions(content),
            backlog=report._tell_backlog(content),
            first_contact=report._tell_first_contact(content),
            expiring=report._tell_expiring(content),
        )
        document["key_figures"] = report._tell_key_figures(content)
        document["sentences"] = report._tell_sentences(content, document)
        return document

    def _iter_rows(self, section, size=500):
        """Batches (lists) of rows, read one after the other with constant memory.

        A row is a clock: ``ticket_number``, ``ticket_name``, ``service``, ``priority``
        (``0`` … ``3``) and ``priority_text``, ``customer`` and ``team`` (empty in the
        customer's view), ``agreement`` ("[AGR1] Office (v2)"), ``kind``, ``kind_text``,
        ``metric``, ``metric_text``; ``target_seconds``, ``used_seconds`` and
        ``late_seconds`` (service time) with ``target_text``, ``used_text`` and
        ``late_text``; ``started_at``, ``breached_at``, ``stopped_at`` (naive datetimes
        **in the time zone of the company**, or None) with ``started_text`` …;
        ``outcome`` (missed | running | excluded) and ``outcome_text``; ``cause``,
        ``cause_text``; ``escalations`` (steps taken); ``reason`` and ``note`` (of an
        exclusion); ``remark`` ("What was done"). Example::

            for batch in report._iter_rows("late"):
                for row in batch:
                    write(row["ticket_number"], row["late_seconds"] / 3600)

        What has used most beyond its target comes first. Of what still ran when the
        period was over, used is what was used when the figures were taken.

        :param section: late (missed, or breached and running) or excluded
        :param size: rows of a batch
        """
        self.ensure_one()
        lines = self.env["slm.service.report.line"]
        domain = [("report_id", "=", self.id), *lines._get_section_domain(section)]
        offset = 0
        while batch := lines.search(domain, offset=offset, limit=size):
            yield batch._tell_rows(self._get_timezone_name())
            batch.invalidate_recordset()
            offset += size

    # ------------------------------------------------------------------
    # Head
    # ------------------------------------------------------------------

    def _tell_head(self):
        content = self.content or {}
        customer = self.audience == "customer"
        return {
            "code": self.code,
            "version": self.version,
            "title": self._get_title(),
            "label": self.env._("Service Report"),
            "state": self.state,
            "state_text": self._tell_selection("state", self.state),
            "audience": self.audience,
            "audience_text": self._tell_selection("audience", self.audience),
            "lang": self.env.lang,
            "company": content.get("company") or self.company_id.name,
            "customer": self._get_customer_name() if customer else "",
            "timezone": self._get_timezone_name(),
            "from": fields.Date.to_string(self.date_from),
            "to": fields.Date.to_string(self.date_to),
            "period_text": self._tell_report_period(),
            "days_text": self._tell_days(self.date_from, self.date_to),
            "previous_period_text": self._tell_previous_period(content),
            "computed_text": self._tell_moment(self.computed_at),
            "published_text": self._tell_moment(self.published_on, ""),
            "is_empty": not content,
            "filters": self._tell_filters(content),
            "notices": self._tell_notices(content),
        }

    def _tell_filters(self, content):
        labels = {
            "services": self.env._("Services"),
            "customers": self.env._("Customers"),
            "teams": self.env._("Teams"),
        }
        return [
            {"label": labels[name], "text": ", ".join(map(self._tell_name, values))}
            for name, values in content.get("filters", {}).items()
            if values
        ]

    def _tell_notices(self, content):
        notices = []
        if content and not content["over"]:
            notices.append(
                self.env._(
                    "The period was not over when the figures were taken: they are "
                    "those until then."
                )
            )
        if content and self.state == "draft":
            notices.append(self.env._("This is a draft, which may still change."))
        return notices

    def _get_title(self):
        """The title that somebody gave it, else who and when it is about."""
        if self.name:
            return self.name
        names = {
            "customer": self._get_customer_name(),
            "period": self._tell_report_period(),
        }
        if self.audience == "provider":
            return self.env._("All Service Levels, %(period)s", **names)
        if not names["customer"]:  # while somebody makes it up
            return names["period"]
        return self.env._("%(customer)s, %(period)s", **names)

    def _get_customer_name(self):
        """As it was when the figures were taken."""
        content = self.content or {}
        return content.get("customer") or self.sudo().partner_id.display_name or ""

    def _get_timezone_name(self):
        known = (self.content or {}).get("timezone")
        return known or self.env["slm.figures"]._get_timezone(self.company_id)

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def _tell_compliance(self, content):
        rows = [self._tell_promise(row) for row in content["compliance"]]
        return self._by_kind(content, rows)

    def _tell_promise(self, row):
        """An agreement and a metric: what was promised, and whether it was kept."""
        reached, reached_text = self._tell_reached(row)
        change = self._get_change(row["share"], row["previous_share"])
        return {
            **self._tell_row(row),
            "agreement": self._tell_agreement(row),
            "metric_text": self._tell_metric(row["metric"]),
            "target_text": self._tell_target(row["target"]),
            "mean_text": self._tell_seconds(row["mean_seconds"]),
            "previous_share_text": self._tell_percent(row["previous_share"]),
            "change": change,
            "change_text": self._tell_points(change),
            "reached": reached,
            "reached_text": reached_text,
        }

    def _tell_reached(self, row):
        if row["share"] is None:
            return "nothing", self.env._("Nothing ended")
        if not row["target"]:
            return "no_target", self.env._("Nothing promised")
        if row["share"] >= row["target"]:
            return "yes", self.env._("Reached")
        return "no", self.env._("Not reached")

    def _tell_row(self, row):
        """Figures with their texts, and the name of what they are of."""
        told = dict(row, name=self._tell_row_name(row))
        told["share_text"] = self._tell_percent(row["share"])
        told["median_text"] = self._tell_seconds(row["median_seconds"])
        told["p90_text"] = self._tell_seconds(row["p90_seconds"])
        return told

    def _tell_row_name(self, row):
        if "priority" in row:
            return self._tell_priority(row["priority"])
        if "service" in row:
            return self._tell_name(row["service"]) or self.env._("Without a service")
        return self._tell_name(row["name"])

    def _tell_trend(self, content):
        periods = content["trend"]
        labels = {
            "opened": self.env._("Opened"),
            "closed": self.env._("Closed"),
            "reopened": self.env._("Opened again"),
            "open_at_end": self.env._("Open at the end"),
        }
        return {
            "periods": [self._tell_trend_period(content, row) for row in periods],
            "tickets": [
                {
                    "name": name,
                    "label": label,
                    "values": [row["tickets"][name] for row in periods],
                }
                for name, label in labels.items()
            ],
            "shares": [
                self._tell_shares(periods, kind, metric, len(content["kinds"]) > 1)
                for kind in content["kinds"]
                for metric in METRICS
                if any(metric in row["clocks"].get(kind, {}) for row in periods)
            ],
        }

    def _tell_trend_period(self, content, row):
        days = [fields.Date.to_date(row[name]) for name in ("from", "to")]
        return {
            "text": self._tell_period(*days, content["length"], content["start"]),
            "short": self._tell_short_period(*days, content["length"]),
            "from": row["from"],
            "to": row["to"],
        }

    def _tell_short_period(self, first, last, length):
        if length in ("month", "quarter", "half_year"):
            return self._tell_part(last if length != "month" else first, "MMM y")
        if length == "year":
            return self._tell_part(last, "y")
        return format_date(self.env, first)

    def _tell_shares(self, periods, kind, metric, with_kind):
        cells = [row["clocks"].get(kind, {}).get(metric, {}) for row in periods]
        label = self._tell_metric(metric)
        if with_kind:
            label = f"{self._tell_kind(kind)}: {label}"
        return {
            "kind": kind,
            "metric": metric,
            "label": label,
            "values": [cell.get("share") for cell in cells],
            "texts": [self._tell_percent(cell.get("share")) for cell in cells],
            "ended": [cell.get("ended", 0) for cell in cells],
            "missed": [cell.get("missed", 0) for cell in cells],
        }

    def _tell_backlog(self, content):
        row = content["trend"][-1]["tickets"]
        names = ("open_at_end", "age_median_seconds", "age_max_seconds")
        return {
            **{name: row[name] for name in names},
            "age_median_text": self._tell_age(row["age_median_seconds"]),
            "age_max_text": self._tell_age(row["age_max_seconds"]),
        }

    def _tell_first_contact(self, content):
        row = content["trend"][-1]["tickets"]
        share = row["first_contact_share"]
        return {
            "completed": row["completed"],
            "first_contact": row["first_contact"],
            "share": share,
            "share_text": self._tell_percent(share),
        }

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def _tell_breaches(self, content):
        now = self._get_totals(content)[-1]
        running = sum(total["breached_running"] for total in now.values())
        missed = sum(total["missed"] for total in now.values())
        worst = next(self._iter_rows("late", WORST), []) if missed + running else []
        return {
            "count": missed + running,
            "missed": missed,
            "running": running,
            "worst": worst,
        }

    def _tell_causes(self, content):
        labels = self._get_cause_labels()
        rows = []
        for row in content["causes"]:
            kind = [
                other for other in content["causes"] if other["kind"] == row["kind"]
            ]
            share = 100 * row["count"] / sum(other["count"] for other in kind)
            rows.append(
                {
                    **row,
                    "label": labels.get(row["cause"]) or self.env._("Not known"),
                    "share": share,
                    "share_text": self._tell_percent(share),
                }
            )
        return self._by_kind(content, rows)

    def _tell_exclusions(self, content):
        reasons = [
            {
                "label": self._tell_name(row["name"]) or self.env._("No reason given"),
                "count": row["count"],
            }
            for row in content["reasons"]
        ]
        return {"count": sum(row["count"] for row in reasons), "reasons": reasons}

    def _tell_expiring(self, content):
        if not (expiring := content["expiring"]):
            return None
        last = fields.Date.to_date(content["to"]) + timedelta(days=expiring["days"])
        return {
            "days": expiring["days"],
            "label": self.env._("Until %(day)s", day=format_date(self.env, last)),
            "agreements": [
                {
                    "agreement": self._tell_agreement(row),
                    "kind": row["kind"],
                    "kind_text": self._tell_kind(row["kind"]),
                    **self._tell_end(row),
                }
                for row in expiring["agreements"]
            ],
            "contracts": [
                {
                    "contract": f"[{row['code']}] {self._tell_name(row['name'])}",
                    "event": row["event"],
                    "event_text": self._tell_contract_date(row["event"]),
                    **self._tell_end(row),
                }
                for row in expiring["contracts"]
            ],
        }

    def _tell_end(self, row):
        day = fields.Date.to_date(row["date"])
        return {
            "party": row["party"],
            "date": row["date"],
            "date_text": format_date(self.env, day),
        }

    # ------------------------------------------------------------------
    # Summary
    # ------------------------------------------------------------------

    def _get_totals(self, content):
        """``{kind: figures of all metrics}`` of the period before and of this one."""
        return [
            {kind: self._add_up(metrics) for kind, metrics in row["clocks"].items()}
            for row in content["trend"][-2:]
        ]

    def _tell_key_figures(self, content):
        before, now = (row["tickets"] for row in content["trend"][-2:])
        old, new = self._get_totals(content)
        counts = {
            "opened": self.env._("Tickets opened"),
            "closed": self.env._("Tickets closed"),
            "open_at_end": self.env._("Open at the end"),
            "reopened": self.env._("Opened again"),
        }
        figures = [
            self._tell_figure(name, label, "count", now[name], before[name])
            for name, label in counts.items()
        ]
        for kind in content["kinds"]:
            if new[kind]["ended"] or old[kind]["ended"]:
                label = self.env._("%(kind)s: share met", kind=self._tell_kind(kind))
                values = (new[kind]["share"], old[kind]["share"])
                name = f"share_{kind}"
                figures.append(self._tell_figure(name, label, "percent", *values))
        labels = {
            "missed": self.env._("Missed"),
            "breached_running": self.env._("Breached, still running"),
            "excluded": self.env._("Excluded"),
        }
        for name, label in labels.items():
            values = (sum(row[name] for row in rows.values()) for rows in (new, old))
            figures.append(self._tell_figure(name, label, "count", *values))
        first, age = "first_contact_share", "age_median_seconds"
        label = self.env._("Done at first contact")
        values = (now[first], before[first])
        figures.append(self._tell_figure(first, label, "percent", *values))
        label = self.env._("Median age of what is open")
        values = (now[age], before[age])
        figures.append(self._tell_figure(age, label, "seconds", *values))
        return figures

    def _tell_figure(self, name, label, unit, value, previous):
        tell = {
            "count": lambda number: self._tell_count(number),
            "percent": self._tell_percent,
            "seconds": self._tell_age,
        }[unit]
        change = self._get_change(value, previous)
        return {
            "name": name,
            "label": label,
            "unit": unit,
            "value": value,
            "text": tell(value),
            "previous": previous,
            "previous_text": tell(previous),
            "change": change,
            "change_text": self._tell_change(change, unit),
            "verdict": self._get_verdict(name, unit, change),
        }

    def _get_verdict(self, name, unit, change):
        if not change or name in ("opened", "closed", "excluded"):
            return ""
        return "good" if (change > 0) == (unit == "percent") else "bad"

    def _tell_sentences(self, content, document):
        tickets = content["trend"][-1]["tickets"]
        sentences = [
            self.env._(
                "%(period)s: tickets opened: %(opened)s, closed: %(closed)s, open at "
                "the end: %(open)s.",
                period=document["period_text"],
                opened=tickets["opened"],
                closed=tickets["closed"],
                open=tickets["open_at_end"],
            ),
            *self._tell_share_sentences(content),
        ]
        for tell in (
            self._tell_target_sentence,
            self._tell_breach_sentence,
            self._tell_exclusion_sentence,
        ):
            if sentence := tell(document):
                sentences.append(sentence)
        return sentences

    def _tell_share_sentences(self, content):
        old, new = self._get_totals(content)
        found = []
        for kind in content["kinds"]:
            values = {
                "kind": self._tell_kind(kind),
                "met": new[kind]["met"],
                "count": new[kind]["met"] + new[kind]["missed"],
                "share": self._tell_percent(new[kind]["share"]),
                "previous": self._tell_percent(old[kind]["share"]),
            }
            if not values["count"] and kind != content["kinds"][0]:
                continue
            if not values["count"]:
                text = self.env._("%(kind)s: no promised time ended.", **values)
            elif old[kind]["share"] is None:
                text = self.env._(
                    "%(kind)s: promised times kept: %(met)s of %(count)s, that is "
                    "%(share)s.",
                    **values,
                )
            else:
                text = self.env._(
                    "%(kind)s: promised times kept: %(met)s of %(count)s, that is "
                    "%(share)s (in the period before: %(previous)s).",
                    **values,
                )
            found.append(text)
        return found

    def _tell_target_sentence(self, document):
        rows = [row for group in document["compliance"] for row in group["rows"]]
        asked = [row for row in rows if row["reached"] in ("yes", "no")]
        missed = [row for row in asked if row["reached"] == "no"]
        if not asked:
            return ""
        if not missed:
            return self.env._("All promised shares were reached.")
        return self.env._(
            "Promised shares not reached: %(missed)s of %(count)s (%(names)s).",
            missed=len(missed),
            count=len(asked),
            names=", ".join(
                f"{row['code']} {row['metric_text']}" for row in missed[:WORST]
            ),
        )

    def _tell_breach_sentence(self, document):
        breaches = document["breaches"]
        if not breaches["count"]:
            return self.env._("Nothing was late.")
        causes = [row for group in document["causes"] for row in group["rows"]]
        by_label = {}
        for row in causes:
            by_label[row["label"]] = by_label.get(row["label"], 0) + row["count"]
        return self.env._(
            "Late: %(missed)s ended too late, %(running)s more still ran when the "
            "period was over; the most frequent cause: %(cause)s.",
            missed=breaches["missed"],
            running=breaches["running"],
            cause=max(by_label, key=by_label.get),
        )

    def _tell_exclusion_sentence(self, document):
        if not (count := document["exclusions"]["count"]):
            return ""
        return self.env._(
            "Left out of the shares, for reasons that are listed: %(count)s.",
            count=count,
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _by_kind(self, content, rows):
        return [
            {
                "kind": kind,
                "label": self._tell_kind_name(kind),
                "rows": [row for row in rows if row["kind"] == kind],
            }
            for kind in content["kinds"]
            if any(row["kind"] == kind for row in rows)
        ]

    def _tell_kind(self, kind):
        kinds = self.env["slm.agreement"]._fields["kind"]
        return dict(kinds._description_selection(self.env))[kind]

    def _tell_kind_name(self, kind):
        return {
            "sla": self.env._("Service level agreements (SLA)"),
            "ola": self.env._("Operational level agreements with teams (OLA)"),
            "uc": self.env._("Underpinning contracts with suppliers (UC)"),
        }[kind]

    def _tell_metric(self, metric):
        metrics = self.env["slm.clock"]._fields["metric"]
        return dict(metrics._description_selection(self.env))[metric]

    def _tell_priority(self, priority):
        priorities = self.env["helpdesk.ticket"]._fields["priority"]
        return dict(priorities._description_selection(self.env)).get(priority, NONE)

    def _tell_contract_date(self, event):
        if event not in CONTRACT_DATES:
            return event
        kinds = self.env["slm.contract.milestone"]._fields["kind"]
        return dict(kinds._description_selection(self.env))[event]

    def _get_cause_labels(self):
        causes = self.env["slm.service.report.line"]._fields["cause"]
        return dict(causes._description_selection(self.env)) or dict(CAUSES)

    def _tell_selection(self, name, value):
        return dict(self._fields[name]._description_selection(self.env)).get(value, "")

    def _tell_name(self, names):
        """A name in the language of the context, or in the one that there is."""
        if not names or isinstance(names, str):
            return names or ""
        lang = self.env.lang or "en_US"
        return names.get(lang) or names.get("en_US") or next(iter(names.values()))

    def _tell_agreement(self, row):
        version = f" (v{row['version']})" if row["version"] > 1 else ""
        return f"[{row['code']}] {self._tell_name(row['name'])}{version}"

    def _tell_report_period(self):
        start = (self.content or {}).get("start")
        start = start or self.company_id._slm_get_first_month()
        return self._tell_period(self.date_from, self.date_to, self.period, start)

    def _tell_previous_period(self, content):
        if not content:
            return ""
        return self._tell_trend_period(content, content["trend"][-2])["text"]

    def _tell_days(self, first, last):
        return f"{format_date(self.env, first)} – {format_date(self.env, last)}"

    def _tell_moment(self, moment, none=NONE, timezone=None):
        timezone = timezone or self._get_timezone_name()
        return tell_instant(self.env, moment, timezone) or none

    def _get_local(self, moment, timezone):
        """A naive UTC instant as a naive one in a time zone."""
        if not moment:
            return None
        local = pytz.utc.localize(moment).astimezone(pytz.timezone(timezone))
        return local.replace(tzinfo=None, microsecond=0)

    def _tell_count(self, number):
        return formatLang(self.env, number, digits=0)

    def _tell_percent(self, share):
        return NONE if share is None else f"{formatLang(self.env, share, digits=1)} %"

    def _tell_target(self, share):
        """A share that was promised has the digits that it was promised with."""
        if not share:
            return NONE
        digits = next(n for n in range(1, 4) if n == 3 or round(share, n) == share)
        return f"{formatLang(self.env, share, digits=digits)} %"

    def _tell_seconds(self, seconds):
        """Service time."""
        if seconds is None:
            return NONE
        if 0 < seconds < 30:
            return self.env._("< 1 min")
        return tell_duration(self.env, round(seconds / 60))

    def _tell_age(self, seconds):
        """Calendar time."""
        if seconds is None:
            return NONE
        return tell_duration(self.env, round(seconds / 60), DAY_MINUTES)

    def _get_change(self, value, previous):
        return None if value is None or previous is None else value - previous

    def _tell_points(self, change):
        """The difference of two shares."""
        if change is None:
            return NONE
        return self._tell_signed(change, formatLang(self.env, abs(change), digits=1))

    def _tell_change(self, change, unit):
        if change is None:
            return NONE
        if unit == "percent":
            return self._tell_points(change)
        tell = self._tell_count if unit == "count" else self._tell_age
        return self._tell_signed(change, tell(abs(change)))

    def _tell_signed(self, change, text):
        if not round(change, 1):
            return "±0"
        return f"+{text}" if change > 0 else f"−{text}"
