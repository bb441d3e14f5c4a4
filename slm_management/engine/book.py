# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""All that is known of one ticket while its clocks are being worked on."""

from dataclasses import dataclass, field
from datetime import datetime

from .cycles import cycles
from .rules import Event, Terms, course
from .shares import get_party

#: states in which a clock is not over yet
OPEN_STATES = ("running", "paused")


@dataclass
class Book:
    """All about one ticket that its clocks are made of.

    >>> at = datetime(2024, 1, 1, 8)
    >>> book = Book(ticket=5, company=1, created_at=at, created_by=None, actual={},
    ...             facts={}, agreement=None, expired=None)
    >>> book.append(at, "created", {"phase": "waiting"}, note="by e-mail")
    >>> book.last_at == at, book.new_events[0]["note"], book.recorded_agreement
    (True, 'by e-mail', None)
    """

    ticket: int
    company: int
    created_at: datetime
    created_by: int | None
    #: facts as they are now; those that no field holds are missing
    actual: dict
    #: facts as the last event left them
    facts: dict
    agreement: int | None
    expired: int | None
    #: when the history begins, if the creation is not happening now
    begins_at: datetime | None = None
    history: list = field(default_factory=list)
    #: the OLA and the UC to be in force, by kind: ids or None
    alongside: dict = field(default_factory=dict)
    #: clocks, :class:`~.rules.Key` to their columns
    clocks: dict = field(default_factory=dict)
    #: the same as they are stored, by id
    stored: dict = field(default_factory=dict, repr=False)
    new_events: list = field(default_factory=list)
    #: time shares as they are stored, ``(party, holder)`` to their columns
    shares: dict = field(default_factory=dict, repr=False)
    #: ``(party, holder)`` of teams and suppliers that were deleted since
    gone: set = field(default_factory=set, repr=False)
    #: breaches of the SLA found now: ``(agreement, metric, instant)``
    breached: list = field(default_factory=list)
    #: the expired agreement that was found now and that nobody has been told of
    newly_expired: int | None = None
    #: cycles of kinds and courses of agreements, each with the length of the history
    #: that it was made of
    courses: dict = field(default_factory=dict, repr=False)
    #: facts as they are stored
    stored_facts: dict = field(default_factory=dict, repr=False)
    #: when it was open, as it is stored
    stretches: dict = field(default_factory=dict, repr=False)
    #: whether stored clocks are what their events say; a rebuild does not believe it
    trusted: bool = True
    #: :class:`~.fold.ClockState` of the clocks that were folded
    states: dict = field(default_factory=dict, repr=False)
    #: steps of ladders that were taken: ids of clocks to ids of steps to
    #: :class:`~.ladder.Taken`
    taken: dict = field(default_factory=dict)
    #: pairs of clock and step that are armed again
    rearmed: list = field(default_factory=list)
    #: an import or an adoption: what was due until this instant is not escalated
    quiet_until: datetime | None = None
    #: ladders of agreements; shared by all books that are open together
    ladders: dict = field(default_factory=dict, repr=False)
    #: what ``_get_calendar`` has found; shared by all books that are open together
    calendars: dict = field(default_factory=dict, repr=False)

    @property
    def recorded_agreement(self):
        return self.get_recorded("sla")

    def get_terms(self, kind):
        """The :class:`~.rules.Terms` that the last event left in force, or None."""
        return Terms.of(self.facts.get(kind))

    def get_recorded(self, kind):
        """The id of the agreement of a kind that the last event left in force."""
        fact = self.facts.get(kind)
        return fact["agreement"] if fact else None

    def get_cycles(self, kind):
        """All :func:`~.cycles.cycles` of the ticket; found once."""
        length = len(self.history)
        if self.courses.get(kind, (0,))[0] != length:
            self.courses[kind] = (length, cycles(self.history, kind))
        return self.courses[kind][1]

    def get_cycle(self, kind):
        """The :class:`~.cycles.Cycle` that goes on, or None."""
        last = self.get_cycles(kind)[-1:]
        return last[0] if last and last[0].last is None else None

    def is_current(self, key):
        """Whether a clock belongs to what is in force now."""
        if key.agreement != self.get_recorded(key.kind):
            return False
        cycle = key.kind != "sla" and self.get_cycle(key.kind)
        return key.kind == "sla" or bool(
            cycle and cycle.numbers.get(key.agreement) == key.cycle
        )

    def get_course(self, agreement, kind, cycle):
        """The :class:`~.rules.Course` of an agreement; made once for all its clocks."""
        key, length = (agreement, kind, cycle), len(self.history)
        if self.courses.get(key, (0,))[0] != length:
            made = course(self.history, agreement, kind, cycle)
            self.courses[key] = (length, made)
        return self.courses[key][1]

    @property
    def was_finished(self):
        """Whether the time of the ticket was nobody's before the new events, too."""
        facts = {}
        for event in self.history[: len(self.history) - len(self.new_events)]:
            facts.update(event.after)
        return not get_party(facts) if facts else False

    @property
    def last_at(self):
        return max(event.at for event in self.history)

    def append(self, at, kind, after, **row):
        """Add an event to the history and to what will be stored."""
        self.history.append(Event(at, kind, after))
        values = {"ticket_id": self.ticket, "at": at, "kind": kind, "after": after}
        self.new_events.append(
            {"before": None, "user_id": None, "note": None} | values | row
        )
