# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A week of service hours for quick reading."""


def week_grid(spans):
    """A week as 7 rows (Monday first) of 24 cells, each the share of that hour worked.

    :param spans: triples ``(weekday, hour_from, hour_to)``; weekday 0 is Monday, hours
        are floats of local time from 0 to 24. Spans that overlap count once.
    :return: list of 7 lists of 24 floats from 0.0 to 1.0

    >>> grid = week_grid([(0, 8.0, 12.0), (0, 13.0, 16.5), (0, 11.0, 12.0)])
    >>> grid[0][7:18]
    [0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.5, 0.0]
    >>> sum(map(sum, grid))
    7.5
    """
    minutes = [[0] * 1440 for _day in range(7)]
    for weekday, hour_from, hour_to in spans:
        first, last = round(hour_from * 60), min(round(hour_to * 60), 1440)
        minutes[weekday][first:last] = [1] * max(0, last - first)
    return [
        [sum(day[hour * 60 : hour * 60 + 60]) / 60 for hour in range(24)]
        for day in minutes
    ]
