# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The arithmetic of service levels, in pure Python.

Nothing in this package imports Odoo, reads a database or asks what time it is:
everything it needs comes in as an argument, so every result can be repeated.

========================  ====================================================
:mod:`worktime`           service time as a function: plan, elapsed, intervals
:mod:`rules`              which event starts, pauses or stops which clock
:mod:`cycles`             who holds a ticket when: teams, suppliers
:mod:`facts`              what is recorded of a ticket, and changes of it
:mod:`fold`               the state of a clock after its events
:mod:`matching`           which agreement holds, and why the others do not
:mod:`book`               all about one ticket while it is worked on
:mod:`shares`             who used the time
:mod:`stretches`          when a ticket was open
:mod:`periods`            weeks, months … of reports
:mod:`consistency`        what promises that support another one need at worst
:mod:`story`              the same fold, told line by line
:mod:`ladder`             which steps of an escalation are due, and which are taken
:mod:`papers`             what the dates of a contract mean
:mod:`paperbar`           the same as a bar, to scale
:mod:`scoring`            scores of suppliers
:mod:`graph`              who needs whom: cycles and neighbourhoods
:mod:`duration`           durations as people write them: ``30m``, ``2d``
:mod:`weekgrid`           a week of service hours as 7 rows of 24 cells
========================  ====================================================

Instants are naive datetimes in UTC and durations are seconds, unless a docstring
says otherwise.
"""

from .book import OPEN_STATES, Book
from .consistency import longest
from .cycles import KINDS_OF_AGREEMENT, Cycle, cycles
from .duration import DurationError, format_duration, parse_duration
from .facts import MATCHED_BY, changes, kind_of, most_specific
from .fold import ClockState, fold, fold_course
from .graph import find_cycle, neighbourhood, steps_from
from .ladder import Ladder, Rung, Taken, due_at, is_rearmed, open_rungs, pick
from .matching import VERDICTS, Need, Offer, Verdict, choose_offer, verdicts
from .paperbar import course, edges, extent, stagger
from .papers import (
    STANDINGS,
    PaperDates,
    disorder,
    is_binding,
    later_end,
    notice_day,
    renewals,
    scale,
    standing,
    warranty_end,
)
from .periods import (
    LENGTHS,
    calendar_period,
    last_period,
    period_months,
    period_of,
    period_over,
    periods_since,
    trail,
)
from .rules import (
    METRICS,
    PHASES,
    Event,
    Key,
    Move,
    Terms,
    breach_mark,
    breaches,
    excluded,
    exclusion_mark,
    moves,
)
from .scoring import share_met, suggest_score, weighted_score
from .shares import Share, shares
from .story import StoryLine, explain
from .stretches import Stretch, stretches
from .weekgrid import week_grid
from .worktime import OutsideCoverageError, WorkTime

__all__ = [
    "KINDS_OF_AGREEMENT",
    "LENGTHS",
    "MATCHED_BY",
    "METRICS",
    "OPEN_STATES",
    "PHASES",
    "STANDINGS",
    "VERDICTS",
    "Book",
    "ClockState",
    "Cycle",
    "DurationError",
    "Event",
    "Key",
    "Ladder",
    "Move",
    "Need",
    "Offer",
    "OutsideCoverageError",
    "PaperDates",
    "Rung",
    "Share",
    "StoryLine",
    "Stretch",
    "Taken",
    "Terms",
    "Verdict",
    "WorkTime",
    "breach_mark",
    "breaches",
    "calendar_period",
    "changes",
    "choose_offer",
    "course",
    "cycles",
    "disorder",
    "due_at",
    "edges",
    "excluded",
    "exclusion_mark",
    "explain",
    "extent",
    "find_cycle",
    "fold",
    "fold_course",
    "format_duration",
    "is_binding",
    "is_rearmed",
    "kind_of",
    "last_period",
    "later_end",
    "longest",
    "most_specific",
    "moves",
    "neighbourhood",
    "notice_day",
    "open_rungs",
    "parse_duration",
    "period_months",
    "period_of",
    "period_over",
    "periods_since",
    "pick",
    "renewals",
    "scale",
    "share_met",
    "shares",
    "stagger",
    "standing",
    "steps_from",
    "stretches",
    "suggest_score",
    "trail",
    "verdicts",
    "warranty_end",
    "week_grid",
    "weighted_score",
]
