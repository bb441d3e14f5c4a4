"""Incidents as tickets: each line of the log is one write at its own time.

Nothing here knows of clocks. A ticket is created and written to through the ORM, as
the form does; the context says at which instant (``slm_at``) and what the history shall
note (``slm_note``).
"""

import json
from dataclasses import dataclass

from odoo.tools import SQL
from odoo.tools.mail import plaintext2html

from tools.console import Failure

from .log import PRIORITIES
from .records import Records

DETAILS = {
    "contact_type": "Contact",
    "location": "Location",
    "category": "Category",
    "subcategory": "Subcategory",
    "u_symptom": "Symptom",
    "cmdb_ci": "Configuration item",
    "impact": "Impact",
    "urgency": "Urgency",
    "closed_code": "Closed with",
}


@dataclass
class Count:
    """How much an import did."""

    imported: int = 0
    known: int = 0
    events: int = 0


class Importer:
    """Imports incidents into a database, once.

    :param env: environment of the superuser; committing is the caller's
    :param policy: a :class:`~.policy.Policy`
    :param title: what to call a new company by
    """

    def __init__(self, env, policy, title):
        self.records = Records(env, policy, title)
        self.policy = policy
        self.env = self.records.env
        self.count = Count()
        #: the incidents of which tickets were made
        self.imported = []

    def run(self, incidents, progress):
        """Import what is not there yet; ``{number: ticket}`` of all incidents."""
        tickets = self.find(incidents)
        self.refuse_different(incidents, tickets)
        new = [incident for incident in incidents if incident.number not in tickets]
        self.count.known = len(tickets)
        if new:
            self.records.prepare(new)
        # In order of time: the hours are compiled once, and the cron is woken once.
        in_order = sorted(new, key=lambda incident: incident.opened_at)
        total = sum(len(incident.lines) for incident in new)
        for incident in in_order:
            tickets[incident.number] = self.replay(incident)
            self.count.imported += 1
            self.count.events += len(incident.lines)
            progress(self.count.events, total)
        self.set_dates(new, tickets)
        self.verify(new, tickets)
        self.imported = new
        return {i.number: tickets[i.number] for i in incidents}

    # ------------------------------------------------------------------
    # What is there already
    # ------------------------------------------------------------------

    def find(self, incidents):
        """``{number: ticket}`` of those that the company has."""
        model = self.env["helpdesk.ticket"].with_context(active_test=False)
        numbers = [incident.number for incident in incidents]
        domain = [("number", "in", numbers)]
        domain.append(("company_id", "=", self.records.company.id))
        return {ticket.number: ticket for ticket in model.search(domain)}

    def refuse_different(self, incidents, tickets):
        """A ticket with this number and another history can not be the same."""
        if not tickets:
            return
        stored = self.read_histories(tickets.values())
        different = [
            incident.number
            for incident in incidents
            if incident.number in tickets
            and stored.get(tickets[incident.number].id) != incident.history()
        ]
        if different:
            shown = ", ".join(different[:10]) + (" …" if len(different) > 10 else "")
            raise Failure(
                f"{len(different)} incidents are in the database already, with another "
                f"history: {shown}",
                "nothing was imported; replay into another database: --database NAME",
            )

    def read_histories(self, tickets):
        """``{ticket id: [(instant, note), …]}`` as earlier imports left it."""
        ids = tuple(ticket.id for ticket in tickets)
        rows = self.env.execute_query(
            SQL(
                "SELECT ticket_id, at, note FROM slm_ticket_event "
                "WHERE ticket_id IN %s AND note LIKE %s ORDER BY ticket_id, at, id",
                ids,
                "Log %",
            )
        )
        histories = {}
        for ticket, at, note in rows:
            histories.setdefault(ticket, []).append((at, note))
        return histories

    # ------------------------------------------------------------------
    # One incident
    # ------------------------------------------------------------------

    def replay(self, incident):
        """The ticket of an incident, with its whole history."""
        at = incident.opened_at
        model = self.env["helpdesk.ticket"].with_context(slm_at=at)
        ticket = model.create(self.prepare_ticket(incident))
        for line in incident.lines:
            context = {"slm_at": max(line.at, at), "slm_note": line.note}
            values = self.prepare_write(line, incident.category)
            ticket.with_context(**context).write(values)
        return ticket

    def prepare_ticket(self, incident):
        """Values of the ticket as it was opened: nobody has looked at it yet."""
        records, details = self.records, incident.details
        subject = [details.get("subcategory"), details.get("u_symptom")]
        partner = records.partners.get(incident.caller)
        service = records.services.get(incident.category)
        return {
            "number": incident.number,
            "name": ", ".join(filter(None, subject)) or incident.number,
            "description": self.describe(details),
            "company_id": records.company.id,
            "partner_id": partner and partner.id,
            "partner_name": partner and partner.name,
            "slm_service_id": service and service.id,
            "slm_process_kind": "incident",
            "priority": PRIORITIES[incident.priority],
            "stage_id": records.first_stage.id,
            "team_id": False,
            "user_id": False,
        }

    def describe(self, details):
        """What the log says of an incident, as HTML."""
        return plaintext2html(
            "\n".join(
                f"{label}: {details[column]}"
                for column, label in DETAILS.items()
                if details.get(column)
            )
        )

    def prepare_write(self, line, category):
        """Values of one event."""
        records = self.records
        supplier = line.vendor
        if not supplier and self.policy.states[line.state] == "wait_supplier":
            supplier = self.policy.guess_supplier(category)
        return {
            "stage_id": records.stages[line.state].id,
            "priority": PRIORITIES[line.priority],
            "team_id": line.team and records.teams[line.team].id or False,
            "user_id": line.assignee and records.users[line.assignee].id or False,
            "slm_supplier_id": supplier and records.suppliers[supplier].id or False,
        }

    # ------------------------------------------------------------------
    # Afterwards
    # ------------------------------------------------------------------

    def set_dates(self, incidents, tickets):
        """Give the tickets the log's dates where helpdesk has noted today's."""
        rows = [
            self.prepare_dates(incident) | {"id": tickets[incident.number].id}
            for incident in incidents
        ]
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE helpdesk_ticket t
                   SET create_date = v.create_date, closed_date = v.closed_date,
                       last_stage_update = v.last_stage_update,
                       assigned_date = v.assigned_date
                  FROM json_populate_recordset(NULL::helpdesk_ticket, %s) v
                 WHERE t.id = v.id RETURNING t.id
                """,
                json.dumps(rows, default=str),
            )
        )
        self.env.invalidate_all()

    def prepare_dates(self, incident):
        """Dates of a ticket as helpdesk would have noted them at the time."""
        dates = dict.fromkeys(("closed_date", "assigned_date"))
        dates["create_date"] = dates["last_stage_update"] = incident.opened_at
        stage, assignee = self.records.first_stage, ""
        for line in incident.lines:
            at = max(line.at, incident.opened_at)
            if self.records.stages[line.state] != stage:
                stage = self.records.stages[line.state]
                dates["last_stage_update"] = at
                if stage.closed:
                    dates["closed_date"] = at
            if line.assignee not in ("", assignee):
                dates["assigned_date"] = at
            assignee = line.assignee
        return dates

    def verify(self, incidents, tickets):
        """The database must have found the agreement that the policy names."""
        for incident in incidents:
            wanted = self.policy.find(incident.category)
            found = tickets[incident.number].slm_agreement_id.code or None
            if found != (wanted and wanted.code):
                raise Failure(
                    f"{incident.number} got the agreement {found}, but the policy "
                    f"says {wanted and wanted.code}",
                    "another agreement of this database covers it; replay into "
                    "another database: --database NAME",
                )
