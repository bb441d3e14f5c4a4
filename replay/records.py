"""The policy as records of a database: what a person would set up by hand.

A database may hold several policies, each in a company of its own: the first in the
main company if that has no agreements yet. So one log can be replayed under two
policies, and nothing that somebody has set up gets in the way.
"""

from datetime import datetime, time, timedelta

import pytz

from tools.console import Failure

from .log import PRIORITIES

PARAMETER = "slm_replay.policy"
WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
#: nothing is mailed, noted or followed while records are made
SILENT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
    "slm_silent": True,
    "lang": "en_US",
    "tz": "UTC",
}
FINISHED = ("closed", "cancelled")


class Records:
    """Finds or makes the records that incidents need, by their names in the log.

    :param env: environment of the superuser
    :param policy: a :class:`~.policy.Policy`
    :param title: what to call a new company by
    """

    def __init__(self, env, policy, title):
        self.policy = policy
        env = env(context=dict(env.context, **SILENT))
        company = self._get_company(env, title)
        self.company = company
        self.env = env(context=dict(env.context, allowed_company_ids=company.ids))
        self.teams, self.users, self.partners, self.services = {}, {}, {}, {}
        self.suppliers = {}

    # ------------------------------------------------------------------
    # Company
    # ------------------------------------------------------------------

    def _get_company(self, env, title):
        """The company of the policy."""
        parameters = env["ir.config_parameter"]
        known = parameters.search([("key", "=like", f"{PARAMETER}.%")])
        for parameter in known:
            if parameter.value == self.policy.digest:
                return env["res.company"].browse(int(parameter.key.split(".")[-1]))
        company = env.ref("base.main_company")
        agreements = env["slm.agreement"].with_context(active_test=False)
        if agreements.search_count([("company_id", "=", company.id)], limit=1):
            company = self._make_company(env, title)
        parameters.set_param(f"{PARAMETER}.{company.id}", self.policy.digest)
        return company

    def _make_company(self, env, title):
        """A company that all internal users may look into."""
        name = f"{title} ({self.policy.digest})"
        company = env["res.company"].create({"name": name})
        people = env["res.users"].search([("share", "=", False)])
        people.write({"company_ids": [(4, company.id)]})
        return company

    # ------------------------------------------------------------------
    # Policy
    # ------------------------------------------------------------------

    def prepare(self, incidents):
        """Make all records that the policy and the incidents need."""
        self._refuse_foreign_holidays()
        wanted = {incident.category for incident in incidents} - {""}
        for agreement in self.policy.agreements:
            wanted.update(agreement.categories or ())
        self._make_services(sorted(wanted))
        self._make_stages()
        self._make_partners(incidents)
        self._make_users(incidents)
        self._make_teams(incidents)
        self._make_suppliers(incidents)
        self._make_agreements(min(incident.opened_at for incident in incidents))

    def _refuse_foreign_holidays(self):
        """Time off for all calendars of a company would be no part of the policy."""
        leave = self.env["resource.calendar.leaves"].search(
            [
                ("calendar_id", "=", False),
                ("resource_id", "=", False),
                ("company_id", "in", [False, self.company.id]),
            ],
            limit=1,
        )
        if leave:
            raise Failure(
                f"{leave.name or 'a time off'} closes all calendars of this database, "
                "but the policy does not know it",
                "replay into another database: --database NAME",
            )

    def _make_services(self, categories):
        self.services = self._find_or_make(
            "slm.service", "name", [category or "?" for category in categories]
        )
        self.services = {
            "" if name == "?" else name: service
            for name, service in self.services.items()
        }

    def _make_agreements(self, first):
        """The agreements, in force before the first incident."""
        day = first.date() - timedelta(days=1)
        model = self.env["slm.agreement"].with_context(active_test=False)
        domain = [("code", "in", [a.code for a in self.policy.agreements])]
        domain.append(("company_id", "=", self.company.id))
        known = {agreement.code: agreement for agreement in model.search(domain)}
        calendars = {}
        # Of two OLAs that fit equally well the newest wins: the first is made last.
        for rank, agreement in reversed([*enumerate(self.policy.agreements)]):
            if record := known.get(agreement.code):
                if record.date_start > day:
                    record.date_start = day
                continue
            if agreement.calendar not in calendars:
                wanted = self.policy.calendars[agreement.calendar]
                calendars[agreement.calendar] = self._make_calendar(wanted)
            values = self._prepare_agreement(agreement, rank, day)
            values["calendar_id"] = calendars[agreement.calendar].id
            model.create(values).action_activate()
        self.env.flush_all()

    def _prepare_agreement(self, agreement, rank, day):
        """Values of an agreement.

        Without categories it holds for nothing, so it is published to nobody. Of two
        with the same sequence the first in the file wins, hence the rank of the line.
        """
        everybody = (0, 0, {"role": "consumer", "sequence": rank})
        holds = agreement.kind == "sla" and agreement.categories != ()
        services = [self.services[name].id for name in agreement.categories or ()]
        return {
            "code": agreement.code,
            "name": agreement.name,
            **self._prepare_kind(agreement),
            "sequence": agreement.sequence,
            "company_id": self.company.id,
            "date_start": day,
            "service_ids": [(6, 0, services)],
            "publication_ids": [everybody] if holds else [],
            "target_ids": [
                (0, 0, self._prepare_target(priority, minutes))
                for priority, minutes in agreement.targets.items()
            ],
        }

    def _prepare_kind(self, agreement):
        """Whose promise it is, and what pauses it."""
        teams, suppliers = self.teams, self.suppliers
        team = teams[agreement.holder].id if agreement.kind == "ola" else False
        supplier = suppliers[agreement.holder].id if agreement.kind == "uc" else False
        return {
            "kind": agreement.kind,
            "team_id": team,
            "partner_id": supplier,
            "pause_supplier": agreement.pause_supplier,
            # An OLA or UC without categories would hold for all.
            "active": agreement.kind == "sla" or agreement.categories != (),
        }

    def _prepare_target(self, priority, minutes):
        durations = {f"{metric}_minutes": value for metric, value in minutes.items()}
        return {"priority": PRIORITIES[priority], **durations}

    def _make_calendar(self, calendar):
        """Service hours; what Odoo copies from the company's calendar is removed."""
        record = self.env["resource.calendar"].create(
            {
                "name": f"{calendar.name} ({self.policy.timezone})",
                "company_id": self.company.id,
                "tz": self.policy.timezone,
                "schedule_type": "fully_fixed",
                "two_weeks_calendar": False,
                "attendance_ids": [(5, 0, 0), *self._prepare_hours(calendar)],
                "global_leave_ids": [(5, 0, 0)],
            }
        )
        record.leave_ids.unlink()
        days = self.policy.holidays if calendar.holidays else ()
        self.env["resource.calendar.leaves"].create(
            [self._prepare_holiday(record, day) for day in days]
        )
        self._verify_calendar(record, calendar)
        return record

    def _prepare_hours(self, calendar):
        return [
            (
                0,
                0,
                {
                    "name": WEEKDAYS[day],
                    "dayofweek": str(day),
                    "hour_from": start / 60,
                    "hour_to": end / 60,
                    "day_period": "morning" if start < 12 * 60 else "afternoon",
                },
            )
            for day in calendar.days
            for start, end in calendar.hours
        ]

    def _prepare_holiday(self, calendar, day):
        """A day off, from midnight to midnight in the calendar's time zone."""
        return {
            "name": day.isoformat(),
            "calendar_id": calendar.id,
            "company_id": self.company.id,
            "date_from": midnight(day, calendar.tz),
            "date_to": midnight(day + timedelta(days=1), calendar.tz),
        }

    def _verify_calendar(self, record, calendar):
        """Odoo has ideas of its own about new calendars; see that it has none here."""
        hours = {
            (int(line.dayofweek), round(line.hour_from * 60), round(line.hour_to * 60))
            for line in record.attendance_ids
        }
        wanted = {(day, *span) for day in calendar.days for span in calendar.hours}
        days = len(self.policy.holidays) if calendar.holidays else 0
        if (hours, record.tz) != (wanted, self.policy.timezone):
            raise Failure(f"the hours of {record.name} can not be set up in Odoo")
        if len(record.leave_ids) != days:
            raise Failure(f"the holidays of {record.name} can not be set up in Odoo")

    # ------------------------------------------------------------------
    # Desk
    # ------------------------------------------------------------------

    def _make_stages(self):
        """A stage for each state; one of that name and phase is taken as it is."""
        model = self.env["helpdesk.ticket.stage"]
        domain = [("company_id", "in", [False, self.company.id])]
        domain.append(("team_ids", "=", False))
        known = {(stage.name, stage.slm_phase): stage for stage in model.search(domain)}
        self.stages = {}
        for rank, (state, phase) in enumerate(self.policy.states.items()):
            stage = known.get((state, phase))
            self.stages[state] = stage or model.create(
                {
                    "name": state,
                    "slm_phase": phase,
                    "sequence": 10 + rank,
                    "unattended": phase == "waiting",
                    "closed": phase in FINISHED,
                    "fold": phase in FINISHED,
                    "company_id": self.company.id,
                }
            )
        self.first_stage = self._get_first_stage(known)

    def _get_first_stage(self, known):
        """The stage in which tickets are created."""
        stages = [*self.stages.values(), *known.values()]
        for stage in stages:
            if stage.slm_phase == "waiting":
                return stage
        values = {"name": "New", "slm_phase": "waiting", "unattended": True}
        values["company_id"] = self.company.id
        return self.env["helpdesk.ticket.stage"].create(values)

    def _make_partners(self, incidents):
        callers = {incident.caller for incident in incidents} - {""}
        extra = {"company_id": self.company.id}
        self.partners = self._find_or_make("res.partner", "ref", callers, extra, "name")

    def _make_users(self, incidents):
        """Agents without a password, so nobody can log in as one of them."""
        names = {line.assignee for i in incidents for line in i.lines} - {""}
        logins = {name: f"replay:{name.lower()}" for name in names}
        model = self.env["res.users"].with_context(active_test=False)
        domain = [("login", "in", list(logins.values()))]
        known = {user.login: user for user in model.search(domain)}
        for user in known.values():
            user.company_ids |= self.company
        group = self.env.ref("slm_management.group_slm_agent").id
        new = [
            {
                "name": name,
                "login": login,
                "group_ids": [(6, 0, [group])],
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "notification_type": "inbox",
            }
            for name, login in sorted(logins.items())
            if login not in known
        ]
        known.update({user.login: user for user in model.create(new)})
        self.users = {name: known[login] for name, login in logins.items()}

    def _make_teams(self, incidents):
        """A team for each group, with everybody whom the log shows working in it."""
        members = {agreement.holder: set() for agreement in self.policy.get("ola")}
        for incident in incidents:
            for line in incident.lines:
                if line.team:
                    team = members.setdefault(line.team, set())
                    team.update({self.users[line.assignee].id} if line.assignee else ())
        self.teams = self._find_or_make("helpdesk.ticket.team", "name", members)
        for name, team in self.teams.items():
            if new := members[name] - set(team.user_ids.ids):
                team.user_ids = [(4, user) for user in sorted(new)]

    def _make_suppliers(self, incidents):
        """A company for each vendor; who is a caller, too, is another contact."""
        names = {line.vendor for incident in incidents for line in incident.lines}
        names |= {agreement.holder for agreement in self.policy.get("uc")}
        refs = {f"supplier: {name}": name for name in sorted(names - {""})}
        extra = {"company_id": self.company.id, "is_company": True}
        made = self._find_or_make("res.partner", "ref", refs, extra, "name")
        for ref, name in refs.items():
            self.suppliers[name] = made[ref]
            if made[ref].name != name:
                made[ref].name = name

    def _find_or_make(self, model_name, key, names, extra=None, label=None):
        """``{name: record}`` of the company; what is not there is created."""
        model = self.env[model_name].with_context(active_test=False)
        domain = [(key, "in", list(names)), ("company_id", "=", self.company.id)]
        known = {record[key]: record for record in model.search(domain)}
        new = [name for name in sorted(names) if name not in known]
        values = [
            {
                key: name,
                "company_id": self.company.id,
                **({label: name} if label else {}),
            }
            | (extra or {})
            for name in new
        ]
        known.update(zip(new, model.create(values), strict=True))
        return known


def midnight(day, tz):
    """The naive UTC instant at which a day begins.

    Where clocks jump over midnight the day begins at the jump; where midnight happens
    twice, at the first one.

    >>> from datetime import date
    >>> midnight(date(2016, 3, 25), "Europe/Berlin")
    datetime.datetime(2016, 3, 24, 23, 0)
    """
    zone = pytz.timezone(tz)
    naive = datetime.combine(day, time.min)
    try:
        moment = zone.localize(naive, is_dst=None)
    except pytz.NonExistentTimeError:
        moment = zone.localize(naive, is_dst=False)
    except pytz.AmbiguousTimeError:
        moment = zone.localize(naive, is_dst=True)
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
