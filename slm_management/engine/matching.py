# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which agreement holds: one list of rules, for the choice and for its explanation.

An agreement that may hold for a ticket is an :class:`Offer`, what a ticket asks for a
:class:`Need`. ``RULES`` stands once: :func:`choose_offer` takes the first offer that
fails none of them, :func:`verdicts` tells of each agreement the first rule that it
failed. So the two can not disagree.
"""

from datetime import date
from itertools import islice
from typing import NamedTuple


class Need(NamedTuple):
    """What matching has to know of a ticket: ids, or False where it has none.

    :param day: the ticket's creation day in the time zone of its company
    """

    partner: int
    service: int
    process_kind: str
    company: int
    day: date
    process: int = False
    team: int = False
    supplier: int = False


class Offer(NamedTuple):
    """What may fit: a consumer line of an SLA, or an OLA, or a UC.

    Sorts by what wins first. ``partner`` is who is offered it: a contact, False for
    everybody, the team of an OLA, the supplier of a UC; None: nobody. ``date_end`` is
    the last day on which it is valid, or False.
    """

    sequence: int
    line_sequence: int
    newest: tuple
    agreement: int
    partner: int
    company: int
    services: frozenset
    process_kinds: frozenset
    processes: frozenset
    date_start: date
    date_end: date
    state: str = "active"
    active: bool = True


class Verdict(NamedTuple):
    """What becomes of one agreement.

    :param rule: the first rule that it failed, one of ``RULES``; ``closer``, ``order``
        or ``newer``: it fits, but another wins by that; ``holds``: it is the one
    :param offer: its :class:`Offer` that came furthest
    :param expired: whether it is the one that would hold if it had not ended
    """

    agreement: int
    rule: str
    offer: Offer
    expired: bool = False


def _is_not_over(need, chain, offer):
    return not offer.date_end or offer.date_end >= need.day


def _covers_process(need, chain, offer):
    """Kinds and processes are one list: who is in either of them is covered."""
    if not (offer.process_kinds or offer.processes):
        return True
    by_kind = need.process_kind in offer.process_kinds
    return by_kind or need.process in offer.processes


#: What must be true of an offer, in this order. ``holder``: whom it is offered, or the
#: team or supplier who promises it, is concerned.
RULES = {
    "archived": lambda need, chain, offer: offer.active,
    "unapproved": lambda need, chain, offer: offer.state not in ("draft", "review"),
    "terminated": lambda need, chain, offer: offer.state != "terminated",
    "later": lambda need, chain, offer: offer.date_start <= need.day,
    "ended": _is_not_over,
    "holder": lambda need, chain, offer: offer.partner in chain,
    "service": lambda need, chain, offer: (
        not offer.services or need.service in offer.services
    ),
    "process": _covers_process,
}
#: all verdicts, the worst first
VERDICTS = (*RULES, "closer", "order", "newer", "holds")


def failures(need, chain, offer):
    """The rules that an offer fails, in order.

    >>> from datetime import date
    >>> need = Need(5, 1, "incident", 1, date(2024, 1, 8))
    >>> offer = Offer(10, 10, (), 7, 6, 1, frozenset([2]), frozenset(), frozenset(),
    ...               date(2023, 1, 1), date(2023, 12, 31))
    >>> list(failures(need, [5, False], offer))
    ['ended', 'holder', 'service']
    """
    return (rule for rule, holds in RULES.items() if not holds(need, chain, offer))


def choose_offer(need, chain, offers):
    """The agreement in force for a need, and the expired one if none is.

    :param chain: whose offers count, closest first: the requester and everybody above,
        or the team, or the supplier and whom he belongs to
    :param offers: ``{who is offered it: [Offer, …]}``, the winning one first
    :return: ``(agreement id or False, expired id or False)``

    >>> from datetime import date
    >>> need = Need(5, 1, "incident", 1, date(2024, 1, 8))
    >>> mine = Offer(10, 10, (), 7, 5, 1, frozenset(), frozenset(), frozenset(),
    ...              date(2023, 1, 1), date(2023, 12, 31))
    >>> choose_offer(need, [5, False], {5: [mine]})
    (False, 7)
    >>> everybody = mine._replace(agreement=8, partner=False, date_end=False)
    >>> choose_offer(need, [5, False], {5: [mine], False: [everybody]})
    (8, False)
    """
    expired = False
    for holder in chain:
        over = []
        for offer in offers.get(holder, ()):
            if offer.company != need.company:
                continue
            failed = list(islice(failures(need, chain, offer), 2))
            if not failed:
                return offer.agreement, False
            if failed == ["ended"]:
                over.append(offer)
        if over and not expired:
            expired = max(over, key=lambda offer: offer.date_end).agreement
    return False, expired


def verdicts(need, chain, offers):
    """What becomes of each agreement of the need's company.

    :param chain: see :func:`choose_offer`
    :param offers: iterable of :class:`Offer`; of an SLA with several consumer lines one
        for each, of an agreement that is offered to nobody one for ``None``
    :return: list of :class:`Verdict`: what holds first, or would if it had not ended,
        then by how far they came

    >>> from datetime import date
    >>> need = Need(5, 1, "incident", 1, date(2024, 1, 8))
    >>> mine = Offer(10, 10, (), 7, 5, 1, frozenset(), frozenset(), frozenset(),
    ...              date(2023, 1, 1), False)
    >>> everybody = mine._replace(agreement=8, partner=False)
    >>> old = mine._replace(agreement=6, state="terminated")
    >>> [(v.agreement, v.rule) for v in verdicts(need, [5, False],
    ...                                          [old, everybody, mine])]
    [(7, 'holds'), (8, 'closer'), (6, 'terminated')]
    """
    holders, furthest = {}, {}
    for offer in sorted(offers):
        if offer.company == need.company:
            holders.setdefault(offer.partner, []).append(offer)
            rank = _rank(need, chain, offer)
            known = furthest.setdefault(offer.agreement, (rank, offer))
            if rank < known[0]:
                furthest[offer.agreement] = (rank, offer)
    chosen, expired = choose_offer(need, chain, holders)
    winner = furthest[chosen][1] if chosen else None
    found = [
        Verdict(
            agreement, _judge(need, chain, offer, winner), offer, agreement == expired
        )
        for agreement, (_rank, offer) in furthest.items()
    ]
    return sorted(found, key=lambda verdict: _order(need, chain, verdict))


def _rank(need, chain, offer):
    """How far an offer comes; the smallest is the best."""
    failed = next(failures(need, chain, offer), None)
    came = -VERDICTS.index(failed) if failed else -len(VERDICTS)
    return came, _distance(chain, offer), offer


def _distance(chain, offer):
    """How close the holder of an offer is; whoever is not in the chain comes last."""
    return chain.index(offer.partner) if offer.partner in chain else len(chain)


def _judge(need, chain, offer, winner):
    """The first rule that an offer fails, or by what another one wins."""
    failed = next(failures(need, chain, offer), None)
    if failed or offer == winner:
        return failed or "holds"
    if _distance(chain, offer) != _distance(chain, winner):
        return "closer"
    mine, its = offer[:2], winner[:2]
    return "order" if mine != its else "newer"


def _order(need, chain, verdict):
    """What holds first, or would if it had not ended, then what came furthest; equals
    as they would win."""
    came = -VERDICTS.index(verdict.rule)
    return not verdict.expired, came, _rank(need, chain, verdict.offer)
