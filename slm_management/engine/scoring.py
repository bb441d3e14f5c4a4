# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Scores of suppliers, from 1, the worst, to 5, the best."""

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
