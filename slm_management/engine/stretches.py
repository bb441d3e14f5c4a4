# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When a ticket was open: from its creation until it ended, and again each time."""

from datetime import datetime
from typing import NamedTuple

from .shares import get_party


class Stretch(NamedTuple):
    """Time in which a ticket was open.

    :param opened_at: naive UTC: its creation, or when it was opened again
    :param ended_at: naive UTC: when it was completed, closed, cancelled or archived;
        None while it is open
    :param how: the phase in which it ended, or ``archived``; None while it is open
    """

    opened_at: datetime
    ended_at: datetime | None = None
    how: str | None = None


def stretches(events):
    """All stretches of a ticket in order; together they are when its time shares run.

    A ticket that was created when all had been done was open for no time at all. What
    becomes of an ended ticket without opening it again does not matter: how a stretch
    ended is how it ended first.

    :param events: the ticket's history in order, see :mod:`rules`

    >>> from .rules import Event
    >>> def at(h):
    ...     return datetime(2024, 1, 1, h)
    >>> history = [
    ...     Event(at(9), "created", {"phase": "waiting"}),
    ...     Event(at(11), "phase", {"phase": "completed"}),
    ...     Event(at(12), "phase", {"phase": "closed"}),
    ...     Event(at(14), "phase", {"phase": "working"})]
    >>> for stretch in stretches(history):
    ...     print(stretch.opened_at.hour, stretch.ended_at, stretch.how)
    9 2024-01-01 11:00:00 completed
    14 None None
    """
    facts, found = {}, []
    for event in events:
        facts.update(event.after)
        is_open = bool(get_party(facts))
        if not found or (is_open and found[-1].ended_at):
            found.append(Stretch(event.at))
        if not is_open and not found[-1].ended_at:
            gone = facts.get("active") is False
            how = "archived" if gone else facts["phase"]
            found[-1] = found[-1]._replace(ended_at=event.at, how=how)
    return found
