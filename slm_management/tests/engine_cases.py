# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of the engine share: settings, and random calendars and histories.

Random here means: drawn anew from the same seed in each run, so a failure can be
repeated without a database of examples. Much is drawn on full hours, because the
mistakes are where things coincide: an event at the end of the service hours, a stop
exactly at the target.
"""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from ..engine import METRICS, PHASES, Event, Terms, WorkTime

#: A Monday. Minutes of the random cases are counted from here.
START = datetime(2024, 1, 1)
MINUTE = timedelta(minutes=1)
#: Minutes that the random calendars cover: five days.
COVER = 5 * 1440
AGREEMENT, OTHER_AGREEMENT = 7, 8

OFFICE = [
    (day * 1440 + hour * 60, day * 1440 + hour * 60 + 240)
    for day in range(5)
    for hour in (8, 13)
]


def examples(count):
    """The profile of all property tests here, with ``count`` examples."""
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def at(minute):
    """The instant of a minute of the random cases."""
    return None if minute is None else START + minute * MINUTE


def compiled(spans, cover=COVER):
    """WorkTime of pairs of minutes."""
    return WorkTime([(at(a), at(b)) for a, b in spans], START, at(cover))


def painted(spans, cover=COVER):
    """The same calendar as one flag a minute."""
    flags = bytearray(cover + 1)
    for first, last in spans:
        for minute in range(first, min(last, cover)):
            flags[minute] = 1
    return flags


full_hours = st.integers(0, 10).map(lambda hour: hour * 60)
lengths = st.one_of(full_hours, st.integers(0, 600))


@st.composite
def scattered_spans(draw):
    """Spans of open minutes; some touch, some overlap, in any order."""
    gaps = st.one_of(lengths, st.integers(-40, 0))
    spans, cursor = [], draw(lengths)
    for gap, length in draw(st.lists(st.tuples(gaps, lengths), max_size=12)):
        first = max(0, cursor + gap)
        last = min(first + length, COVER)
        if first <= last:
            spans.append((first, last))
        cursor = last
    return draw(st.permutations(spans))


spans_of_a_calendar = st.one_of(
    scattered_spans(), st.just(OFFICE), st.sampled_from([OFFICE, [(0, COVER)], []])
)

promise = st.one_of(
    full_hours.map(lambda minutes: [1, minutes * 60]),
    st.integers(0, 120).map(lambda five_minutes: [2, five_minutes * 300]),
)
promises = st.one_of(
    st.fixed_dictionaries({metric: promise for metric in METRICS}),
    st.fixed_dictionaries({}, optional={metric: promise for metric in METRICS}),
)


@st.composite
def terms(draw):
    """The fact ``sla``, ``ola`` or ``uc``: nothing, or terms of one of two agreements.

    Whether it fits the team or the supplier is not for the engine to ask.
    """
    agreement = draw(st.sampled_from([AGREEMENT, AGREEMENT, OTHER_AGREEMENT, None]))
    if agreement is None:
        return None
    return Terms(
        agreement,
        draw(promises),
        draw(st.booleans()),
        draw(st.sampled_from([20, 40, 60, 80, 100])),
    ).to_fact()


changes_of_facts = st.fixed_dictionaries(
    {},
    optional={
        "phase": st.sampled_from([*PHASES[:4], *PHASES[:5], *PHASES]),
        "sla": terms(),
        "answered": st.sampled_from([False, False, False, False, True]),
        "active": st.sampled_from([True, True, True, False]),
        "user": st.integers(1, 3),
    },
)
#: Terms that promise something for each metric.
full_terms = st.builds(
    lambda minutes, pause_supplier: Terms(
        AGREEMENT,
        {metric: [1, minutes * 60] for metric in METRICS},
        pause_supplier,
    ).to_fact(),
    st.sampled_from([0, 20, 60, 60, 120, 240, 400]),
    st.booleans(),
)
terms_of_holders = st.one_of(full_terms, full_terms, full_terms, terms())
#: The same for tickets that go from hand to hand; mostly nobody answers.
holders = {"team": st.sampled_from([1, 1, 2]), "supplier": st.sampled_from([5, 5, 6])}
travel_phases = st.sampled_from(
    [*PHASES[:2], *["wait_supplier"] * 4, *PHASES[:4], *PHASES]
)
changes_of_holders = st.fixed_dictionaries(
    {},
    optional={
        "phase": travel_phases,
        **holders,
        "ola": terms_of_holders,
        "uc": terms_of_holders,
        "team_answered": st.sampled_from([*[False] * 7, True]),
        "active": st.sampled_from([*[True] * 5, False]),
        "user": st.sampled_from([None, None, 1]),
    },
)
waits = st.one_of(full_hours, st.sampled_from([0, 0, 1]), st.integers(0, 900))


@st.composite
def histories(draw, max_events=7, changes=changes_of_facts, first_facts=None):
    """``[(minute, facts)]``: a ticket that gets anything at any time."""
    minute = draw(st.one_of(full_hours, st.integers(0, 1000)))
    first = draw(changes)
    first.setdefault("phase", "waiting")
    for name, facts in (first_facts or {"sla": terms()}).items():
        first.setdefault(name, draw(facts))
    history = [(minute, first)]
    for wait, changed in draw(st.lists(st.tuples(waits, changes), max_size=max_events)):
        minute = min(minute + wait, COVER)
        history.append((minute, changed))
    return history


def travels(max_events=9):
    """Histories of tickets that go from hand to hand."""
    first_facts = holders | {"phase": travel_phases}
    first_facts |= {"ola": terms_of_holders, "uc": terms_of_holders}
    return histories(max_events, changes_of_holders, first_facts)


def to_events(history):
    """A random history as the engine reads it."""
    return [Event(at(minute), "x", changed) for minute, changed in history]
