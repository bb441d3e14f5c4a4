# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who holds a ticket when: the cycles in which clocks of an agreement run.

An SLA looks at the whole life of a ticket. An OLA looks at the time in which its team
holds the ticket, a UC at the time in which the ticket waits for its supplier; each
return is a cycle of its own, with clocks of its own.
"""

from typing import NamedTuple

KINDS_OF_AGREEMENT = ("sla", "ola", "uc")


class Cycle(NamedTuple):
    """A stretch of a history in which one party holds the ticket.

    :param holder: id of the team or of the supplier; True for the whole life
    :param first: place in the history of the event by which it began
    :param last: place of the event by which it ended; None: it goes on
    :param numbers: for each agreement in force meanwhile, which cycle of it this is;
        the first one is 1
    """

    kind: str
    holder: int
    first: int
    last: int | None
    numbers: dict


def get_holder(facts, kind):
    """Who holds a ticket in the sense of a kind of agreement, by its facts, or None.

    >>> facts = {"phase": "wait_supplier", "team": 3, "supplier": 8}
    >>> [get_holder(facts, kind) for kind in KINDS_OF_AGREEMENT]
    [True, 3, 8]
    >>> get_holder(facts | {"phase": "working"}, "uc")
    """
    if kind == "sla":
        return True
    if kind == "ola":
        return facts.get("team") or None
    waits = facts.get("phase") == "wait_supplier"
    return facts.get("supplier") or None if waits else None


def cycles(events, kind):
    """The cycles of a history, in order.

    :param events: list of :class:`~.rules.Event` in order
    :param kind: ``sla``, ``ola`` or ``uc``
    :return: list of :class:`Cycle`

    An agreement that takes over in the middle of a cycle is in force in that cycle; the
    number of a cycle never changes, whatever is appended to the history.

    >>> from datetime import datetime
    >>> from .rules import Event, Terms
    >>> t, ola = datetime(2024, 1, 1), Terms(7, {"completion": [1, 60]}).to_fact()
    >>> history = [
    ...     Event(t, "created", {"phase": "waiting", "team": 3, "ola": ola}),
    ...     Event(t, "assignment", {"team": 4, "ola": None}),
    ...     Event(t, "assignment", {"team": 3, "ola": ola})]
    >>> [(c.holder, c.first, c.last, c.numbers) for c in cycles(history, "ola")]
    [(3, 0, 1, {7: 1}), (4, 1, 2, {}), (3, 2, None, {7: 2})]
    """
    facts, found, counts = {}, [], {}
    for place, event in enumerate(events):
        facts.update(event.after)
        holder = get_holder(facts, kind)
        current = found[-1] if found and found[-1].last is None else None
        if current and current.holder != holder:
            found[-1] = current._replace(last=place)
            current = None
        if holder and not current:
            current = Cycle(kind, holder, place, None, {})
            found.append(current)
        agreement = (facts.get(kind) or {}).get("agreement")
        if current and agreement and agreement not in current.numbers:
            counts[agreement] = counts.get(agreement, 0) + 1
            current.numbers[agreement] = counts[agreement]
    return found


def cut(events, kind, agreement, cycle):
    """The part of a history in which a clock runs.

    :param cycle: number of the cycle of the agreement
    :return: pair of the events in it, the first with all facts as they were then, and
        of the event that ended it, or None. ``([], None)``: there is no such cycle

    >>> from datetime import datetime
    >>> from .rules import Event, Terms
    >>> t, uc = datetime(2024, 1, 1), Terms(7, {"completion": [1, 60]}).to_fact()
    >>> history = [
    ...     Event(t, "created", {"phase": "waiting", "supplier": 8, "uc": uc}),
    ...     Event(t, "phase", {"phase": "wait_supplier"}),
    ...     Event(t, "phase", {"phase": "working"})]
    >>> inside, ending = cut(history, "uc", 7, 1)
    >>> [event.after["phase"] for event in inside], ending.after["phase"]
    (['wait_supplier'], 'working')
    """
    if kind == "sla":
        return list(events), None
    events = list(events)
    for found in cycles(events, kind):
        if found.numbers.get(agreement) == cycle:
            facts = {}
            for event in events[: found.first + 1]:
                facts.update(event.after)
            facts.pop("breach", None)
            facts.pop("exclusion", None)
            first = events[found.first]._replace(after=facts)
            inside = [first, *events[found.first + 1 : found.last]]
            ending = events[found.last] if found.last is not None else None
            return inside, ending
    return [], None
