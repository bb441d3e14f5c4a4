# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who used the time of a ticket."""

from typing import NamedTuple

#: whose time passes in which phase; in the others a ticket is nobody's
PARTIES = {
    "waiting": "team",
    "working": "team",
    "wait_customer": "customer",
    "wait_supplier": "supplier",
}


class Share(NamedTuple):
    """Service time that one party used.

    :param party: ``team``, ``supplier`` or ``customer``
    :param holder: id of the team or of the supplier; None if nobody was named, and for
        the customer
    :param seconds: of service time
    :param ticking: whether its time goes on
    """

    party: str
    holder: int | None
    seconds: int
    ticking: bool


def get_party(facts):
    """``(party, holder)`` whose time passes under these facts, or None.

    >>> get_party({"phase": "working", "team": 3})
    ('team', 3)
    >>> get_party({"phase": "wait_customer", "team": 3})
    ('customer', None)
    >>> get_party({"phase": "closed", "team": 3})
    """
    party = PARTIES.get(facts["phase"])
    if not party or facts.get("active") is False:
        return None
    holder = None if party == "customer" else facts.get(party)
    return party, holder or None


def shares(events, worktime, now, gone=()):
    """The shares of all who used time of a ticket, in the order in which they came.

    Time passes from the creation of the ticket until it is completed, and again after
    it is re-opened; what it stood completed, closed, cancelled or archived is
    nobody's. So the shares add up to the service time of all open stretches: what teams
    and suppliers used is what a completion clock counts that does not pause for
    suppliers.

    :param events: the ticket's history in order, see :mod:`rules`
    :param worktime: :class:`~.worktime.WorkTime` that covers the history and ``now``
    :param now: naive UTC; an instant before the last event counts as that event's
    :param gone: ``(party, holder)`` of holders that have no name any more
    :return: list of :class:`Share`

    >>> from datetime import datetime
    >>> from .rules import Event
    >>> from .worktime import WorkTime
    >>> def at(h):
    ...     return datetime(2024, 1, 1, h)
    >>> office = WorkTime([(at(8), at(12)), (at(13), at(17))], at(0), at(23))
    >>> history = [
    ...     Event(at(9), "created", {"phase": "waiting", "team": 3}),
    ...     Event(at(11), "assignment", {"phase": "working", "team": 4}),
    ...     Event(at(14), "phase", {"phase": "wait_customer"}),
    ...     Event(at(15), "phase", {"phase": "completed"})]
    >>> for share in shares(history, office, at(20)):
    ...     print(share.party, share.holder, share.seconds // 3600)
    team 3 2
    team 4 2
    customer None 1
    """
    facts, used, since, party = {}, {}, None, None
    for event in events:
        if party:
            used[party] += worktime.elapsed(since, event.at)
        facts.update(event.after)
        party, since = get_party(facts), event.at
        party = (party[0], None) if party in gone else party
        if party:
            used.setdefault(party, 0)
    if party and now > since:
        used[party] += worktime.elapsed(since, now)
    return [Share(*key, int(seconds), key == party) for key, seconds in used.items()]
