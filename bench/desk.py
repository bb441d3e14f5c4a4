"""The same service desk in every database: teams, requesters, promises, tickets.

All functions run in a peer and get its environment.
"""

from datetime import datetime, timedelta

#: on each ticket: three of the SLA, one of the OLA with the team
CLOCKS = 4
STAGE = "helpdesk_mgmt.helpdesk_ticket_stage_"


def prepare(env):
    """A team and fifty requesters of ten organisations."""
    team = env["helpdesk.ticket.team"].create({"name": "Bench", "alias_name": "bench"})
    contacts = env["res.partner"].create(
        [{"name": f"Organisation {i}", "is_company": True} for i in range(10)]
    )
    env["res.partner"].create(
        [
            {
                "name": f"Requester {i}",
                "email": f"requester{i}@example.com",
                "parent_id": contacts[i % 10].id,
            }
            for i in range(50)
        ]
    )
    env.cr.commit()
    return team.id


def promise_theirs(env):
    """Three policies of helpdesk_mgmt_sla: what we promise, as far as it can.

    They stand for completion and closure of the SLA and for the completion that the
    team promises in its OLA; there is no first answer that it could measure. All are
    for the stage Done, with which our clocks stop as well, and on hold while the ticket
    awaits the requester. A policy for In Progress in place of one of them would be
    accomplished by the first change to a later stage and cost nothing afterwards, while
    ours fold their clocks on every change: that comparison comes out lower.
    """
    team = _team(env)
    calendar = env.company.resource_calendar_id
    team.write({"use_sla": True, "resource_calendar_id": calendar.id})
    env["helpdesk.sla"].create(
        [
            {
                "name": name,
                "team_ids": [(4, team.id)],
                "stage_id": env.ref(STAGE + "done").id,
                "ignore_stage_ids": [(4, env.ref(STAGE + "awaiting").id)],
                "hours": hours,
            }
            for name, hours in (("Completion", 16), ("Closure", 32), ("Team", 12))
        ]
    )
    env.cr.commit()


def promise_ours(env, calendar=None):
    """An SLA for everybody, and an OLA with the team.

    The SLA promises response, completion and closure by priority, the OLA
    completion.
    """
    calendar_id = env.ref(calendar).id if calendar else None
    calendar_id = calendar_id or env.company.resource_calendar_id.id
    metrics = {"response": 60, "completion": 240, "closure": 480}
    publication = {"publication_ids": [(0, 0, {"role": "consumer"})]}
    _agreement(env, calendar_id, metrics, publication)
    metrics = {"completion": 180}
    _agreement(env, calendar_id, metrics, {"kind": "ola", "team_id": _team(env).id})
    env.cr.commit()


def _agreement(env, calendar_id, metrics, vals):
    """:param metrics: minutes for each of the 8 to 5 hours of a priority"""
    targets = [
        {f"{metric}_minutes": minutes * (8 - i) for metric, minutes in metrics.items()}
        for i in range(4)
    ]
    agreement = env["slm.agreement"].create(
        {
            "name": "Bench",
            "calendar_id": calendar_id,
            "date_start": ago(365 * 24 * 60).date(),
            "target_ids": [
                (0, 0, {"priority": str(i), **minutes})
                for i, minutes in enumerate(targets)
            ],
            **vals,
        }
    )
    agreement.action_activate()


def _team(env):
    return env["helpdesk.ticket.team"].search([("name", "=", "Bench")])


def ticket_values(env, count):
    """What tickets are created with."""
    team = _team(env)
    requesters = env["res.partner"].search([("name", "=like", "Requester %")])
    return [
        {
            "name": f"Ticket {i}",
            "description": "<p>It does not work.</p>",
            "team_id": team.id,
            "partner_id": requesters[i % len(requesters)].id,
            "priority": str(i % 4),
        }
        for i in range(count)
    ]


def add_tickets(env, count, minutes_ago=0):
    """Tickets that stay, created so long ago for our clocks; their ids."""
    tickets = import_at(env, minutes_ago).with_context(tracking_disable=True)
    tickets = tickets.create(ticket_values(env, count))
    env.cr.commit()
    return tickets.ids


def import_at(env, minutes_ago):
    """Tickets as an import sees them, which says when things happened."""
    tickets = env["helpdesk.ticket"].with_user(env.ref("base.user_root"))
    return tickets.with_context(slm_at=ago(minutes_ago))


def ago(minutes):
    """The instant so many minutes ago, naive UTC."""
    return datetime.utcnow().replace(microsecond=0) - timedelta(minutes=minutes)


def multiply(env, ticket_id, copies, spread=1):
    """Real copies of a ticket with its events and clocks, made in SQL; their ids.

    :param spread: all instants of a copy lie up to so many seconds earlier. In service
        hours of 7×24 its clocks then stand as those of the original.
    """
    env.flush_all()
    env.cr.execute(
        """
        CREATE TEMP TABLE bench_copy ON COMMIT DROP AS
        SELECT nextval('helpdesk_ticket_id_seq')::int AS id,
               make_interval(secs => n %% %s) AS shift
          FROM generate_series(1, %s) n
        """,
        [spread, copies],
    )
    for table, key in (
        ("helpdesk_ticket", "id"),
        ("slm_ticket_event", "ticket_id"),
        ("slm_clock", "ticket_id"),
    ):
        _copy_rows(env, table, key, ticket_id)
    env.cr.execute("SELECT id FROM bench_copy")
    ids = [ticket for (ticket,) in env.cr.fetchall()]
    env.cr.execute("DROP TABLE bench_copy")
    env.invalidate_all()
    return ids


def _copy_rows(env, table, key, ticket_id):
    """Copy what a table holds of the ticket, for each line of ``bench_copy``."""
    env.cr.execute(
        """
        SELECT column_name, data_type LIKE 'timestamp%%'
          FROM information_schema.columns
         WHERE table_name = %s AND column_name NOT IN ('id', 'number', %s)
        """,
        [table, key],
    )
    columns = {
        name: f't."{name}" - c.shift' if is_instant else f't."{name}"'
        for name, is_instant in env.cr.fetchall()
    }
    columns[key] = "c.id"
    if table == "helpdesk_ticket":
        columns["number"] = "'BENCH' || c.id"
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} "
        f"FROM {table} t CROSS JOIN bench_copy c WHERE t.{key} = %s",
        [ticket_id],
    )


def forget(env, ticket_ids):
    """Delete tickets with all that hangs on them."""
    ids = tuple(ticket_ids)
    env.cr.execute(
        "DELETE FROM mail_message WHERE model = 'helpdesk.ticket' AND res_id IN %s",
        [ids],
    )
    env.cr.execute("DELETE FROM helpdesk_ticket WHERE id IN %s", [ids])
    env.cr.commit()


def count_running(env):
    """How many clocks run."""
    env.cr.execute("SELECT count(*) FROM slm_clock WHERE state = 'running'")
    return env.cr.fetchone()[0]
