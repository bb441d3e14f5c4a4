# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hypothesis import given

from odoo.tests import BaseCase

from ..engine import Event, Terms, fold, shares
from .engine_cases import (
    AGREEMENT,
    COVER,
    at,
    compiled,
    examples,
    painted,
    spans_of_a_calendar,
    to_events,
    travels,
    waits,
)
from .slow_model import slow_shares

OPEN = ("waiting", "working", "wait_customer", "wait_supplier")


class TestEngineShares(BaseCase):
    """Who used the time: every second is somebody's, and nobody's twice."""

    def shared(self, history, spans, now):
        return shares(to_events(history), compiled(spans), at(now))

    @examples(300)
    @given(spans_of_a_calendar, travels(), waits)
    def test_shares_equal_slow_model(self, spans, history, wait):
        now = min(history[-1][0] + wait, COVER)
        found = {
            (s.party, s.holder): s.seconds for s in self.shared(history, spans, now)
        }
        slow = slow_shares(history, painted(spans).__getitem__, now)
        self.assertEqual(
            {key: seconds for key, seconds in found.items() if seconds},
            {key: minutes * 60 for key, minutes in slow.items()},
        )

    @examples(300)
    @given(spans_of_a_calendar, travels(), waits)
    def test_shares_add_up_to_the_open_time(self, spans, history, wait):
        now = min(history[-1][0] + wait, COVER)
        worktime, facts, total = compiled(spans), {}, 0
        ends = [minute for minute, _changed in history[1:]] + [now]
        for (minute, changed), end in zip(history, ends, strict=True):
            facts |= changed
            if facts["phase"] in OPEN and facts.get("active") is not False:
                total += worktime.elapsed(at(minute), at(end))
        shared = self.shared(history, spans, now)
        self.assertEqual(sum(share.seconds for share in shared), total)
        keys = [(share.party, share.holder) for share in shared]
        self.assertEqual(len(keys), len(set(keys)), "Each party has one share")
        self.assertLessEqual(sum(share.ticking for share in shared), 1)

    @examples(300)
    @given(spans_of_a_calendar, travels(), waits)
    def test_teams_and_suppliers_are_the_completion_clock(self, spans, history, wait):
        """That is, of an SLA on the same hours that does not pause for suppliers."""
        now = min(history[-1][0] + wait, COVER)
        sla = Terms(AGREEMENT, {"completion": [1, 3600]}).to_fact()
        (minute, first), *rest = history
        told = [(minute, first | {"sla": sla}), *rest]
        args = (to_events(told), AGREEMENT, "completion", compiled(spans), at(now))
        used = sum(
            share.seconds
            for share in self.shared(history, spans, now)
            if share.party != "customer"
        )
        self.assertEqual(used, fold(*args).elapsed)

    @examples(200)
    @given(spans_of_a_calendar, travels())
    def test_time_alone_only_adds_to_who_is_ticking(self, spans, history):
        last = history[-1][0]
        before = self.shared(history, spans, last)
        after = self.shared(history, spans, COVER)
        self.assertEqual([s[:2] for s in before], [s[:2] for s in after])
        for then, now in zip(before, after, strict=True):
            if now.ticking:
                self.assertGreaterEqual(now.seconds, then.seconds)
            else:
                self.assertEqual(then, now)

    @examples(200)
    @given(spans_of_a_calendar, travels(), waits)
    def test_what_is_no_change_changes_nothing(self, spans, history, wait):
        """Notes, breaches and edited terms between the events move no share."""
        now = min(history[-1][0] + wait, COVER)
        events = to_events(history)
        noted = [
            line
            for event in events
            for line in (event, Event(event.at, "note", {"priority": "2"}))
        ]
        worktime = compiled(spans)
        self.assertEqual(
            shares(noted, worktime, at(now)), shares(events, worktime, at(now))
        )
