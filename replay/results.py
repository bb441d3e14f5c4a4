"""What the clocks of replayed tickets show."""

import json
from collections import Counter

from .policy import METRICS

OUTCOMES = ("met", "missed", "pending", "excluded")


def read_results(env, tickets):
    """One dict for each clock, in the order of the tickets and of the metrics.

    Clocks of OLAs and UCs come behind those of the SLA, cycle by cycle, and they alone
    say their ``kind`` and ``cycle``: lines of SLAs are the same with and without them.

    :param tickets: ``{number: ticket}``
    """
    from odoo.tools import SQL

    env.flush_all()
    rows = env.execute_query_dict(
        SQL(
            """
            SELECT t.number AS ticket, a.code AS agreement, c.metric,
                   c.target_seconds, c.elapsed_seconds, c.stopped_at, c.breached_at,
                   c.outcome, c.kind, c.cycle, c.started_at
              FROM slm_clock c
              JOIN helpdesk_ticket t ON t.id = c.ticket_id
              JOIN slm_agreement a ON a.id = c.agreement_id
             WHERE c.ticket_id IN %s
          ORDER BY c.agreement_id
            """,
            tuple(ticket.id for ticket in tickets.values()),
        )
    )
    order = {number: rank for rank, number in enumerate(tickets)}
    rows.sort(key=lambda row: (order[row["ticket"]], *_place(row)))
    for row in rows:
        for name in ("stopped_at", "breached_at"):
            row[name] = row[name] and row[name].strftime("%Y-%m-%dT%H:%M:%SZ")
        del row["started_at"]
        if row["kind"] == "sla":
            del row["kind"], row["cycle"]
    return rows


def _place(row):
    """The place of a clock among those of its ticket."""
    metric = METRICS.index(row["metric"])
    if row["kind"] == "sla":
        return 0, metric
    when = row["started_at"], row["agreement"], row["cycle"]
    return 1 + ("ola", "uc").index(row["kind"]), *when, metric


def write_results(path, rows):
    """One JSON line each; the file appears at once, and whole."""
    part = path.with_name(path.name + ".part")
    part.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    part.replace(path)


def table(rows):
    """How many clocks of each agreement and metric ended how, as lines of text.

    >>> row = {"agreement": "GOLD", "metric": "closure", "outcome": "met"}
    >>> print("\\n".join(table([row, row])))
    agreement  metric          met   missed  pending excluded    total
    ---------  ----------  -------  -------  ------- --------  -------
    GOLD       closure           2        0        0        0        2
    """
    counts = Counter((r["agreement"], r["metric"], r["outcome"]) for r in rows)
    codes = sorted({row["agreement"] for row in rows})
    width = max([len("agreement"), *map(len, codes)])
    lines = [_line(width, "agreement", "metric", [*OUTCOMES, "total"])]
    lines.append(
        _line(width, "-" * width, "-" * 10, ["-" * 7] * 3 + ["-" * 8, "-" * 7])
    )
    for code in codes:
        for metric in METRICS:
            numbers = [counts[code, metric, outcome] for outcome in OUTCOMES]
            if any(numbers):
                lines.append(_line(width, code, metric, [*numbers, sum(numbers)]))
    return lines


def _line(width, code, metric, cells):
    met, missed, pending, excluded, total = cells
    return (
        f"{code:<{width}}  {metric:<10}  {met:>7}  {missed:>7}  {pending:>7} "
        f"{excluded:>8}  {total:>7}"
    )
