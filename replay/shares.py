"""Who used the time of replayed tickets, and whether it adds up."""

from collections import Counter

from tools.console import Failure

#: phases in which the time of a ticket is somebody's
OPEN = ("waiting", "working", "wait_customer", "wait_supplier")
PARTIES = ("team", "supplier", "customer")


def read_shares(env, tickets):
    """One dict for each ticket and party, in the order of the tickets.

    Within a ticket, in the order in which they had it; ``name`` is None for a customer
    and where the log names nobody.

    :param tickets: ``{number: ticket}``
    """
    from odoo.tools import SQL

    env.flush_all()
    rows = env.execute_query_dict(
        SQL(
            """
            SELECT t.number AS ticket, s.party, s.team_id AS team,
                   p.name AS supplier, s.seconds
              FROM slm_time_share s
              JOIN helpdesk_ticket t ON t.id = s.ticket_id
         LEFT JOIN res_partner p ON p.id = s.partner_id
             WHERE s.ticket_id IN %s AND s.seconds > 0
          ORDER BY s.id
            """,
            tuple(ticket.id for ticket in tickets.values()),
        )
    )
    order = {number: rank for rank, number in enumerate(tickets)}
    rows.sort(key=lambda row: order[row["ticket"]])
    teams = env["helpdesk.ticket.team"].browse({row["team"] for row in rows} - {None})
    names = {team.id: team.name for team in teams}
    return [
        {
            "ticket": row["ticket"],
            "party": row["party"],
            "name": names.get(row["team"]) or row["supplier"],
            "seconds": row["seconds"],
        }
        for row in rows
    ]


def check_shares(env, policy, incidents, tickets, rows):
    """All shares of a ticket must be the service time in which the log has it open.

    :param incidents: those that were imported just now
    """
    shared = Counter()
    for row in rows:
        shared[row["ticket"]] += row["seconds"]
    wrong = [
        incident.number
        for incident in incidents
        if shared[incident.number] != _count(env, policy, incident, tickets)
    ]
    if wrong:
        raise Failure(
            f"who used the time does not add up for {len(wrong)} tickets: "
            + ", ".join(wrong[:10]),
            "nothing was imported; this is a mistake of the program, please report it",
        )


def _count(env, policy, incident, tickets):
    """Service seconds in which an incident is open, until its last event."""
    ticket = tickets[incident.number]
    calendar = ticket.slm_time_share_ids[:1].calendar_id
    if not calendar:
        return 0
    calendar = calendar.with_company(ticket.company_id)
    since, phase, total = incident.opened_at, "waiting", 0
    for line in incident.lines:
        until = max(line.at, incident.opened_at)
        if phase in OPEN:
            total += calendar._slm_elapsed(since, until)
        since, phase = until, policy.states[line.state]
    return total


def table(rows):
    """How much time whom it took, as lines of text.

    >>> for line in table([{"party": "team", "seconds": 5400},
    ...                    {"party": "customer", "seconds": 1800}]):
    ...     print(line)
    time used by       hours        %
    ------------  ----------  -------
    team                 1.5     75.0
    customer             0.5     25.0
    total                2.0    100.0
    """
    used = Counter()
    for row in rows:
        used[row["party"]] += row["seconds"]
    total = sum(used.values())
    lines = [f"{'time used by':<12}  {'hours':>10}  {'%':>7}"]
    lines.append(f"{'-' * 12}  {'-' * 10}  {'-' * 7}")
    for party, seconds in [*((p, used[p]) for p in PARTIES), ("total", total)]:
        if seconds:
            share = 100 * seconds / total
            lines.append(f"{party:<12}  {seconds / 3600:>10,.1f}  {share:>7.1f}")
    return lines
