# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Moments, durations and service hours as requesters read them, in their language."""

import re
from datetime import time

import babel.dates
import pytz

from odoo import fields
from odoo.tools import format_datetime
from odoo.tools.misc import babel_locale_parse, get_lang, posix_to_ldml

from ..engine import format_duration

WEEK = range(7)
#: in minutes
DAY = 24 * 60


def tell_duration(env, minutes, day_minutes=0):
    """Minutes of service time as text.

    :param day_minutes: what a day is, in minutes; 0: do not use days
    """
    units = {
        "d": env._("%(count)s d"),
        "h": env._("%(count)s h"),
        "m": env._("%(count)s min"),
    }
    parts = format_duration(minutes, day_minutes).split()
    return " ".join(units[part[-1]] % {"count": part[:-1]} for part in parts)


def tell_moment(env, moment, timezone):
    """A naive UTC moment: weekday and time if it is within a week, else its date.

    :param timezone: name of the time zone in which it is told
    """
    away = _get_day(moment, timezone) - _get_day(fields.Datetime.now(), timezone)
    lang = get_lang(env)
    day = "EEE"
    if abs(away.days) >= len(WEEK):
        day = posix_to_ldml(lang.date_format, locale=babel_locale_parse(lang.code))
    pattern = f"{day} {_get_time_pattern(lang)}"
    return format_datetime(env, moment, tz=timezone, dt_format=pattern)


def tell_instant(env, moment, timezone):
    """A naive UTC moment, as date and time; an empty text if there is none."""
    if not moment:
        return ""
    lang = get_lang(env)
    day = posix_to_ldml(lang.date_format, locale=babel_locale_parse(lang.code))
    pattern = f"{day} {_get_time_pattern(lang)}"
    return format_datetime(env, moment, tz=timezone, dt_format=pattern)


def tell_hours(env, calendar, paper=False):
    """The week of service hours: ``{"timezone": …, "weeks": [week]}``.

    A week is ``{"name": …, "rows": [(days, hours), …]}``; there are two of them, with
    names, if they differ, this one first. A day that is not named is closed.

    :param paper: they are the first and the second one, whenever it is read
    """
    calendar = calendar.sudo()
    lines = _get_attendances(calendar)
    weeks = [
        {"name": name, "rows": _tell_week(env, _get_lines(lines, number))}
        for number, name in _get_week_names(env, calendar, paper).items()
    ]
    return {"timezone": calendar.tz, "weeks": weeks}


def draw_hours(env, calendar, paper=False):
    """The same weeks, hour by hour: ``[{"name": …, "days": [day]}]``.

    A day is ``{"name": …, "short": …, "cells": [cell], "total": …}`` with 24 cells
    ``{"state": …, "percent": …}``. An hour is ``full``, ``part`` or ``none``.
    """
    calendar = calendar.sudo()
    lines = _get_attendances(calendar)
    return [
        {"name": name, "days": _draw_week(env, _get_lines(lines, number))}
        for number, name in _get_week_names(env, calendar, paper).items()
    ]


def _draw_week(env, lines):
    locale = babel_locale_parse(get_lang(env).code)
    rows = env["resource.calendar"]._slm_get_rows(lines)
    return [
        {
            "name": babel.dates.get_day_names("wide", locale=locale)[day],
            "short": babel.dates.get_day_names("abbreviated", locale=locale)[day],
            "cells": [_draw_hour(share) for share in row],
            "total": tell_duration(env, round(sum(row) * 60)) if any(row) else "–",
        }
        for day, row in enumerate(rows)
    ]


def _draw_hour(share):
    state = "full" if share >= 1 else "part" if share else "none"
    return {"state": state, "percent": round(share * 100)}


def _get_attendances(calendar):
    return calendar.attendance_ids.filtered(
        lambda line: not line.display_type and line.day_period != "lunch"
    )


def _get_week_names(env, calendar, paper):
    """``{number: name}``: two weeks if they differ, this one first."""
    if not calendar.two_weeks_calendar:
        return {"": ""}
    if paper:
        return {"0": env._("First week"), "1": env._("Second week")}
    now = pytz.utc.localize(fields.Datetime.now())
    today = now.astimezone(pytz.timezone(calendar.tz)).date()
    this = calendar.attendance_ids.get_week_type(today)
    return {str(this): env._("This week"), str(1 - this): env._("Next week")}


def _get_lines(lines, week):
    """Those of one of two weeks; all of them if the weeks are the same."""
    return lines.filtered(lambda line: not week or line.week_type == week)


def _tell_week(env, lines):
    """Neighbouring days with the same hours are told together."""
    spans = {day: _get_spans(lines, day) for day in WEEK}
    if all(spans[day] == [(0, 24)] for day in WEEK):
        return [(env._("Every day"), env._("around the clock"))]
    groups = []
    for day in WEEK:
        if groups and spans[day] == spans[day - 1]:
            groups[-1].append(day)
        else:
            groups.append([day])
    lang = get_lang(env)
    return [
        (_tell_days(lang, days), _tell_spans(lang, spans[days[0]]))
        for days in groups
        if spans[days[0]]
    ]


def _get_spans(lines, day):
    """Hours of a weekday as pairs of floats, in order; what adjoins is one."""
    spans = []
    for line in lines.filtered(lambda x: x.dayofweek == str(day)).sorted("hour_from"):
        if spans and line.hour_from <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], line.hour_to))
        else:
            spans.append((line.hour_from, line.hour_to))
    return spans


def _tell_days(lang, days):
    locale = babel_locale_parse(lang.code)
    names = babel.dates.get_day_names("abbreviated", locale=locale)
    first, last = names[days[0]], names[days[-1]]
    return first if first == last else f"{first} – {last}"


def _tell_spans(lang, spans):
    return ", ".join(
        f"{_tell_hour(lang, start)} – {_tell_hour(lang, end)}" for start, end in spans
    )


def _tell_hour(lang, hour):
    minutes, pattern = round(hour * 60), _get_time_pattern(lang)
    if minutes == DAY and "a" not in pattern:
        return "24:00"
    return babel.dates.format_time(
        time(*divmod(minutes % DAY, 60)),
        format=pattern,
        locale=babel_locale_parse(lang.code),
    )


def _get_time_pattern(lang):
    """The time format of the language, without seconds."""
    pattern = re.sub(r"\W?%S", "", lang.time_format)
    return posix_to_ldml(pattern, locale=babel_locale_parse(lang.code))


def _get_day(moment, timezone):
    return pytz.utc.localize(moment).astimezone(pytz.timezone(timezone)).date()
