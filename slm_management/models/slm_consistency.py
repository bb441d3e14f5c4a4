# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import METRICS, Need, WorkTime, longest
from .slm_process_kind import PROCESS_KINDS


class Conflict(NamedTuple):
    """A promise that can not be kept: ids, seconds, and of which tickets it is.

    ``process_kind`` is False if it is the same for all kinds that the SLA covers.
    """

    agreement: int
    service: int
    process_kind: str
    priority: str
    metric: str
    target: int
    promised: int
    needed: int
    targets: tuple

    def get_key(self):
        """What it is about; there is one conflict about it at most."""
        return self[:5]


class Support:
    """The OLAs and UCs of a company, and which of them a ticket may need.

    Everything is read once, for all SLAs that are checked together.
    """

    def __init__(self, company):
        self.env, self.company = company.env, company
        self.today = self.env["slm.matcher"]._get_day(fields.Datetime.now(), company)
        mine = Domain("company_id", "=", company.id) & Domain("active", "=", True)
        self.agreements = self.env["slm.agreement"].search(
            mine & Domain("kind", "in", ("ola", "uc")) & Domain("state", "=", "active")
        )
        self.services = self.env["slm.service"].search(mine)
        self.matched, self.needs, self.holders = {}, {}, {}

    def match(self, wanted):
        """Find out which OLA of each team and which UC of each supplier holds.

        :param wanted: arguments of :meth:`get_needs`
        """
        needs = [self.get_needs(*arguments) for arguments in wanted]
        for name in ("ola", "uc"):
            one_kind = {need for part in needs for need in part[name]}
            found = self.env["slm.matcher"]._match_batch(one_kind, name)
            self.matched |= {(name, need): pair[0] for need, pair in found.items()}

    def get_needs(self, service, kind, process, day):
        """``{"ola": [Need, …], "uc": […]}``: one for each team and supplier."""
        key = service, kind, process, day
        if key not in self.needs:
            teams, suppliers = self.get_holders(service)
            need = Need(
                partner=False,
                service=service.id,
                process_kind=kind,
                company=self.company.id,
                day=day,
                process=process.id,
            )
            self.needs[key] = {
                "ola": [need._replace(team=team.id) for team in teams],
                "uc": [need._replace(supplier=partner.id) for partner in suppliers],
            }
        return self.needs[key]

    def get_holders(self, service):
        """The teams and the suppliers that a service may wait for."""
        if service not in self.holders:
            self.holders[service] = self._find_holders(service)
        return self.holders[service]

    def _find_holders(self, service):
        naming = self.agreements.filtered(lambda a: service in a.service_ids)
        items = service.configuration_item_ids.filtered(
            lambda item: item.active and item.status != "retired"
        )
        signed = naming.filtered(lambda a: a.kind == "uc").partner_id
        teams = naming.filtered(lambda a: a.kind == "ola").team_id
        return service.team_ids | teams, items.supplier_id | signed

    def get_groups(self, wanted, names):
        """Sets of agreements that a ticket may need one after the other.

        :param wanted: arguments of :meth:`get_needs`, for each case of its own
        :param names: of ``ola`` and ``uc``, those that count
        """
        groups = set()
        for arguments in wanted:
            needs = self.get_needs(*arguments)
            ids = {self.matched[name, need] for name in names for need in needs[name]}
            groups.add(frozenset(ids - {False}))
        return [self.agreements.browse(sorted(ids)) for ids in groups]


class TermsMemo:
    """What agreements promise, asked once where it is the same."""

    def __init__(self):
        self._named, self._terms = {}, {}

    def get_named(self, agreement):
        """The services and priorities that its targets name, and whether it tells
        process kinds apart."""
        if agreement not in self._named:
            targets = agreement.target_ids
            kinds = agreement.process_kind_ids or agreement.process_ids
            self._named[agreement] = (
                set(targets.service_id.ids),
                bool(kinds or any(targets.mapped("process_kind"))),
                set(targets.mapped("priority")),
            )
        return self._named[agreement]

    def get(self, agreement, service, kind, priority):
        """``{metric: [target id, seconds]}``"""
        services, kinds, priorities = self.get_named(agreement)
        wanted = (
            service.id if service.id in services else False,
            kind if kinds else False,
            priority if priority in priorities else False,
        )
        key = agreement, *wanted
        if key not in self._terms:
            self._terms[key] = agreement._get_terms(*wanted).targets
        return self._terms[key]


@lru_cache(maxsize=256)
def _share(intervals, start, end):
    """One :class:`WorkTime` for all calendars of equal hours."""
    return WorkTime(intervals, start, end)


@lru_cache(maxsize=8192)
def _longest(promised, stretches, weeks):
    """What :func:`longest` finds; of this process, as hours hardly ever change.

    :param stretches: frozenset of pairs of a stretch and how often it is there
    """
    parts = [part for part, count in stretches for _time in range(count)]
    return longest(promised, parts, timedelta(weeks=weeks))


class HoursMemo:
    """How long promises take at worst, worked out once where it is the same."""

    def __init__(self):
        self._hours, self._found = {}, {}

    def get_hours(self, calendar):
        """Normal hours in winter and in summer; calendars of equal hours share them."""
        if calendar not in self._hours:
            self._hours[calendar] = [
                _share(tuple(h.intervals(h.start, h.end)), h.start, h.end)
                for h in calendar._slm_get_normal_hours()
            ]
        return self._hours[calendar]

    def get_longest(self, calendar, stretches):
        """Seconds that pass at worst, see :func:`~..engine.longest`.

        :param calendar: of the promise
        :param stretches: tuple of pairs of calendar and seconds
        """
        key = calendar, stretches
        if key not in self._found:
            self._found[key] = self._find_longest(calendar, stretches)
        return self._found[key]

    def _find_longest(self, calendar, stretches):
        calendars = calendar.union(*(used for used, _seconds in stretches))
        weeks = 2 if any(calendars.mapped("two_weeks_calendar")) else 1
        # In one time zone, summer is like winter.
        seasons = (0, 1) if len(set(calendars.mapped("tz"))) > 1 else (0,)
        worst = 0
        for season in seasons:
            parts = Counter((self.get_hours(used)[season], s) for used, s in stretches)
            promised = self.get_hours(calendar)[season]
            worst = max(worst, _longest(promised, frozenset(parts.items()), weeks))
        return worst


class Check:
    """SLAs of a company against what supports them."""

    def __init__(self, company, slas):
        self.slas, self.support = slas, Support(company)
        self.terms, self.hours = TermsMemo(), HoursMemo()
        priority = company.env["helpdesk.ticket"]._fields["priority"]
        self.priorities = priority.get_values(company.env)

    def get_conflicts(self):
        """List of :class:`Conflict`."""
        if not self.support.agreements:
            return []
        # All of them at once, not one SLA after the other.
        (self.support.agreements | self.slas).target_ids.mapped("priority")
        cases = {sla: self.get_cases(sla) for sla in self.slas}
        self.support.match(
            wanted
            for sla, by_kind in cases.items()
            for service in self.get_services(sla)
            for kind in by_kind
            for wanted in self.get_wanted(sla, service, kind, by_kind[kind])
        )
        return [conflict for sla in self.slas for conflict in self.check(sla, cases)]

    def check(self, sla, cases):
        found = {}
        for service in self.get_services(sla):
            for kind, processes in cases[sla].items():
                for conflict in self.check_kind(sla, service, kind, processes):
                    by_kind = found.setdefault(conflict.get_key(), {})
                    by_kind[kind] = conflict
        for by_kind in found.values():
            yield from self.merge(by_kind, cases[sla])

    def merge(self, by_kind, cases):
        """One conflict if it is the same for all kinds, else one for each of them."""
        one = set(by_kind.values())
        if len(by_kind) == len(cases) and len(one) == 1:
            return one
        return [c._replace(process_kind=kind) for kind, c in by_kind.items()]

    def check_kind(self, sla, service, kind, processes):
        """The conflicts about tickets of one kind; the kind is not filled in."""
        names = ("ola",) if sla.pause_supplier else ("ola", "uc")
        wanted = self.get_wanted(sla, service, kind, processes)
        groups = self.support.get_groups(wanted, names)
        for priority in self.priorities:
            promised = self.terms.get(sla, service, kind, priority)
            for metric in METRICS:
                if metric not in promised:
                    continue
                target, seconds = promised[metric]
                case = metric, service, kind, priority
                needs = [self.get_need(sla, group, *case) for group in groups]
                needed, used = max(needs, default=(0, ()))
                if needed > seconds:
                    about = sla.id, service.id, False, priority, metric
                    yield Conflict(*about, target, seconds, needed, tuple(used))

    def get_need(self, sla, group, metric, service, kind, priority):
        """What supporting agreements need together, and their targets in order."""
        used, stretches = set(), []
        for support in group:
            promised = self.terms.get(support, service, kind, priority)
            # In hours that never open nothing is promised: there is no deadline.
            if metric in promised and all(self.hours.get_hours(support.calendar_id)):
                target, seconds = promised[metric]
                used.add(target)
                stretches.append((support.calendar_id, seconds))
        return self.hours.get_longest(sla.calendar_id, tuple(stretches)), sorted(used)

    def get_services(self, sla):
        services = self.support.services
        return sla.service_ids & services if sla.service_ids else services

    def get_wanted(self, sla, service, kind, processes):
        """Arguments of :meth:`Support.get_needs`, for each case of its own.

        An SLA that begins later is checked as of its first day.
        """
        day = max(self.support.today, sla.date_start)
        for process in processes:
            if not process.service_ids or service in process.service_ids:
                yield service, kind, process, day

    def get_cases(self, sla):
        """``{process kind: [process or none, …]}`` that matter.

        A process is a case of its own if an agreement names it. If no agreement tells
        kinds apart, any kind stands for all of them.
        """
        codes = sla.process_kind_ids.mapped("code")
        if not codes and not sla.process_ids:
            codes = [code for code, _label in PROCESS_KINDS]
        cases = {code: [sla.process_ids.browse()] for code in codes}
        for process in sla.process_ids:
            if process.kind not in codes:
                cases.setdefault(process.kind, []).append(process)
        for process in self.support.agreements.process_ids:
            if process.kind in codes:
                cases[process.kind].append(process)
        if any(self.terms.get_named(a)[1] for a in self.support.agreements | sla):
            return cases
        return {codes[0]: cases[codes[0]]}


class SlmConsistency(models.AbstractModel):
    """Whether the OLAs and UCs behind an SLA can keep its promises together.

    A ticket may need each team that serves its service and each supplier of its
    components, one after the other. A team serves a service if the service or an OLA of
    the team says so; a supplier does if it is that of a configuration item, or has a UC
    that names the service. What each of them has promised for such a ticket adds up, in
    the hours of the SLA; where the hours differ, at worst. Holidays do not count, as
    nobody's promise depends on the day on which it is looked at.
    """

    _name = "slm.consistency"
    _description = "Consistency of Agreements"

    @api.model
    def _get_conflicts(self, agreements):
        """The promises of SLAs that can not be kept, as a list of :class:`Conflict`.

        Agreements that promise nothing to anybody, now or later, have none. A bounded
        number of queries, however many they are.
        """
        agreements = agreements.sudo().with_context(active_test=False)
        conflicts = []
        for company, slas in agreements.grouped("company_id").items():
            today = self.env["slm.matcher"]._get_day(fields.Datetime.now(), company)
            slas = slas.filtered(lambda sla, day=today: self._is_promising(sla, day))
            if slas:
                conflicts += Check(company, slas).get_conflicts()
        return conflicts

    @api.model
    def _is_promising(self, sla, day):
        return (
            sla.kind == "sla"
            and sla.active
            and sla.state in ("draft", "review", "active")
            and not (sla.date_end and sla.date_end < day)
        )
