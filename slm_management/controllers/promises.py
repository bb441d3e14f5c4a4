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
    kinds = _get_agreements(env, service, processes)
    offered = len(set(processes.mapped("kind")))
    promises = []
    for agreement in dict.fromkeys(kinds.values()):
        members = [kind for kind in kinds if kinds[kind] == agreement]
        promises.append(_tell_agreement(env, agreement, service, members, offered))
    return promises


def _get_agreements(env, service, processes):
    """``{process kind: agreement}`` of the kinds that an agreement covers."""
    matcher, company = env["slm.matcher"], service.company_id
    day = matcher._get_day(fields.Datetime.now(), company)
    needs = {
        kind: Need(env.user.partner_id.id, service.id, kind, company.id, day)
        for kind in dict.fromkeys(processes.mapped("kind"))
    }
    found = matcher._match_batch(needs.values())
    agreements = env["slm.agreement"].sudo()
    return {
        kind: agreements.browse(found[need][0])
        for kind, need in needs.items()
        if found[need][0]
    }


def _tell_agreement(env, agreement, service, kinds, offered):
    """What an agreement promises on a service.

    Kinds of processes are named unless the same holds for all that are offered: nobody
    takes the times for incidents for those of his order.

    :param kinds: those for which it would hold
    :param offered: how many kinds the user may ask for
    """
    groups = {}
    for kind in kinds:
        groups.setdefault(_get_times(agreement, service, kind), []).append(kind)
    return {
        "id": agreement.id,
        "name": agreement.name,
        "validity": tell_validity(env, agreement),
        "hours": tell_hours(env, agreement.calendar_id),
        "partial": len(kinds) < offered,
        "note": tell_note(env, agreement),
        "groups": [
            {
                "kinds": _tell_kinds(env, members) if len(members) < offered else "",
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


def _tell_kinds(env, kinds):
    names = dict(env["slm.process"]._fields["kind"]._description_selection(env))
    return ", ".join(names[kind] for kind in kinds)


def tell_note(env, agreement):
    """What is meant by a time, and by a day in it."""
    if agreement.day_minutes >= 24 * 60:
        return env._("All times are service time.")
    return env._(
        "All times are service time, which runs only within the service hours; a day "
        "of it has %(duration)s.",
        duration=tell_duration(env, agreement.day_minutes),
    )
