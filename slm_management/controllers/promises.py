# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The service levels that cover whoever asks, as plain values for a page."""

from odoo import fields
from odoo.tools import format_date

from ..engine import METRICS
from ..models.slm_matcher import Need
from .words import tell_duration, tell_hours


def tell_promises(env, service, processes):
    """The agreements that would hold for the user's requests on a service.

    :param processes: those by which he may ask
    :return: list of dicts, see :func:`_tell_agreement`
    """
    found = _get_agreements(env, service, processes)
    promises = []
    for agreement in dict.fromkeys(found.values()):
        members = processes.filtered(
            lambda process, agreement=agreement: found.get(process) == agreement
        )
        promises.append(_tell_agreement(env, agreement, service, members, processes))
    return promises


def _get_agreements(env, service, processes):
    """``{process: agreement}`` of the processes that an agreement covers."""
    matcher, company = env["slm.matcher"], service.company_id
    day = matcher._get_day(fields.Datetime.now(), company)
    partner = env.user.partner_id.id
    needs = {
        process: Need(
            partner, service.id, process.kind, company.id, day, process=process.id
        )
        for process in processes
    }
    found = matcher._match_batch(needs.values())
    agreements = env["slm.agreement"].sudo()
    return {
        process: agreements.browse(found[need][0])
        for process, need in needs.items()
        if found[need][0]
    }


def _tell_agreement(env, agreement, service, processes, offered):
    """What an agreement promises on a service.

    What it is for is named unless the same holds for all that is offered: nobody takes
    the times for incidents for those of his order.

    :param processes: those for which it would hold
    :param offered: all by which the user may ask
    """
    groups = {}
    for process in processes:
        times = _get_times(agreement, service, process.kind)
        groups[times] = groups.get(times, processes.browse()) | process
    return {
        "id": agreement.id,
        "name": agreement.name,
        "validity": tell_validity(env, agreement),
        "hours": tell_hours(env, agreement.calendar_id),
        "partial": processes != offered,
        "note": tell_note(env, agreement),
        "groups": [
            {
                "kinds": members != offered and _tell_kinds(env, members, offered),
                **_tell_times(env, times, agreement.day_minutes),
            }
            for times, members in groups.items()
        ],
    }


def tell_validity(env, agreement):
    start = format_date(env, agreement.date_start)
    if not agreement.date_end:
        return env._("Valid from %(start)s until further notice", start=start)
    end = format_date(env, agreement.date_end)
    return env._("Valid from %(start)s until %(end)s", start=start, end=end)


def _get_times(agreement, service, kind):
    """Pairs of the seconds by metric and the priorities for which they hold.

    The most urgent come first; 0 seconds: nothing is promised.
    """
    rows = {}
    for priority, _name in reversed(agreement.target_ids._selection_priority()):
        targets = agreement._get_terms(service.id, kind, priority).targets
        times = tuple(targets.get(metric, (0, 0))[1] for metric in METRICS)
        rows.setdefault(times, []).append(priority)
    return tuple((times, tuple(members)) for times, members in rows.items())


def _tell_times(env, times, day_minutes):
    """A table: its columns, and rows of a scope and a duration for each column."""
    heads = get_heads(env)
    shown = [
        column
        for column in range(len(METRICS))
        if any(seconds[column] for seconds, _priorities in times)
    ]
    rows = [
        (
            _tell_priorities(env, priorities),
            [
                seconds[column]
                and tell_duration(env, seconds[column] // 60, day_minutes)
                for column in shown
            ],
        )
        for seconds, priorities in times
    ]
    return {"columns": [heads[column] for column in shown], "rows": rows}


def get_heads(env):
    """What the columns of a table of times are called, in the order of the metrics."""
    return (
        env._("We answer within"),
        env._("We complete it within"),
        env._("We close it within"),
    )


def _tell_priorities(env, priorities):
    names = dict(env["slm.target"]._selection_priority())
    if len(priorities) == len(names):
        return env._("Any priority")
    return ", ".join(names[priority] for priority in priorities)


def _tell_kinds(env, processes, offered):
    """The kinds of processes; where only some of a kind are meant, their names."""
    names = dict(env["slm.process"]._fields["kind"]._description_selection(env))
    told = {}
    for process in processes:
        others = offered.filtered(lambda p, kind=process.kind: p.kind == kind)
        whole = others <= processes
        told[names[process.kind] if whole else process.name] = True
    return ", ".join(told)


def tell_note(env, agreement):
    """What is meant by a time, and by a day in it."""
    if agreement.day_minutes >= 24 * 60:
        return env._("All times are service time.")
    return env._(
        "All times are service time, which runs only within the service hours; a day "
        "of it has %(duration)s.",
        duration=tell_duration(env, agreement.day_minutes),
    )
