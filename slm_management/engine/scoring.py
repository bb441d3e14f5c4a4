# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Scores of suppliers, from 1, the worst, to 5, the best, and their periods."""

from calendar import monthrange
from datetime import date, timedelta

#: the share of promises kept, in percent, from which a score is suggested
SUGGESTED = ((98, 5), (95, 4), (90, 3), (80, 2))
WORST = 1


def weighted_score(scores):
    """The mean of scores, each counted by its weight, to two digits.

    :param scores: pairs of a score and its weight; a score of 0 is none
    :return: 0.0 if nothing counts

    >>> weighted_score([(5, 30), (2, 10), (0, 60)])
    4.25
    >>> weighted_score([(5, 0)])
    0.0
    """
    counted = [(score, weight) for score, weight in scores if score and weight]
    weights = sum(weight for _score, weight in counted)
    return round(sum(score * weight for score, weight in counted) / (weights or 1), 2)


def share_met(met, missed):
    """How many promises were kept, in percent.

    >>> share_met(3, 1)
    75.0
    >>> share_met(0, 0)
    """
    return 100 * met / (met + missed) if met + missed else None


def suggest_score(met, missed):
    """The score for promises of which so many were kept and so many were broken.

    :return: None if there were none

    >>> [suggest_score(met, 100 - met) for met in (100, 98, 97, 94, 80, 79)]
    [5, 5, 4, 3, 2, 1]
    >>> suggest_score(0, 0)
    """
    share = share_met(met, missed)
    if share is None:
        return None
    return next((score for least, score in SUGGESTED if share >= least), WORST)


def calendar_period(day, months):
    """The calendar period in which a day lies, as its first and its last day.

    :param months: its length; a divisor of 12

    >>> [str(day) for day in calendar_period(date(2024, 2, 29), 3)]
    ['2024-01-01', '2024-03-31']
    >>> [str(day) for day in calendar_period(date(2024, 12, 31), 6)]
    ['2024-07-01', '2024-12-31']
    >>> [str(day) for day in calendar_period(date(2024, 1, 1), 12)]
    ['2024-01-01', '2024-12-31']
    """
    first = (day.month - 1) // months * months
    last = first + months
    ends = date(day.year, last, monthrange(day.year, last)[1])
    return date(day.year, first + 1, 1), ends


def last_period(day, months):
    """The calendar period that was over last when a day began.

    >>> [str(day) for day in last_period(date(2024, 1, 8), 3)]
    ['2023-10-01', '2023-12-31']
    >>> [str(day) for day in last_period(date(2024, 3, 31), 12)]
    ['2023-01-01', '2023-12-31']
    """
    return calendar_period(calendar_period(day, months)[0] - timedelta(days=1), months)


def period_months(first, last):
    """How many months a calendar period of the usual lengths has; 0 if it is none.

    >>> [period_months(date(2024, 1, 1), date(2024, m, 30)) for m in (6, 9)]
    [6, 0]
    """
    return next(
        (m for m in (3, 6, 12) if calendar_period(first, m) == (first, last)), 0
    )
