# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Durations as people write them."""

import re

_UNITS = {
    "m": "m",
    "min": "m",
    "mins": "m",
    "minute": "m",
    "minutes": "m",
    "分": "m",
    "分钟": "m",
    "h": "h",
    "hr": "h",
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "小时": "h",
    "d": "d",
    "day": "d",
    "days": "d",
    "天": "d",
    "工作日": "d",
}
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]*)[\s,，、]*")


class DurationError(ValueError):
    """The text is not a duration."""


def parse_duration(text, day_minutes):
    """Minutes of service time that a written duration means.

    :param text: parts of a number and a unit: minutes, hours or days, in English or
        Chinese, each unit once at most. A number alone means minutes. Nothing at all
        means 0.
    :param day_minutes: what a day is, in minutes; it depends on the service hours.
        0: nobody knows, so days are no duration
    :return: int, minutes, at least 0
    :raise DurationError: anything else, or a result that is not whole minutes

    >>> parse_duration("1h 30m", 480)
    90
    >>> parse_duration("2d", 480), parse_duration("2d", 1440)
    (960, 2880)
    >>> parse_duration("1.5h", 480), parse_duration("45", 480), parse_duration("", 480)
    (90, 45, 0)
    >>> parse_duration("2 天 4 小时", 480)
    1200
    >>> parse_duration("soon", 480)
    Traceback (most recent call last):
    ...
    slm_management.engine.duration.DurationError: soon
    """
    rest = (text or "").strip().lower()
    if not rest:
        return 0
    sizes = {"m": 1, "h": 60, "d": day_minutes}
    total, seen = 0.0, set()
    while rest:
        match = _PART.match(rest)
        unit = match and _UNITS.get(match[2] or "m")
        if not unit or unit in seen or not sizes[unit]:
            raise DurationError(text)
        seen.add(unit)
        total += float(match[1].replace(",", ".")) * sizes[unit]
        rest = rest[match.end() :]
    if abs(total - round(total)) > 1e-6:
        raise DurationError(text)
    return round(total)


def format_duration(minutes, day_minutes):
    """Minutes of service time as text.

    If they are not negative, :func:`parse_duration` reads the text back.

    :param minutes: int
    :param day_minutes: what a day is, in minutes; 0: do not use days

    >>> format_duration(90, 480), format_duration(960, 480), format_duration(0, 480)
    ('1h 30m', '2d', '0m')
    >>> format_duration(2160, 480), format_duration(-90, 480)
    ('4d 4h', '-1h 30m')
    """
    sign, rest = ("-", -minutes) if minutes < 0 else ("", minutes)
    days, rest = divmod(rest, day_minutes) if day_minutes else (0, rest)
    hours, rest = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (rest, "m")]
    return sign + (" ".join(f"{n}{unit}" for n, unit in parts if n) or "0m")
