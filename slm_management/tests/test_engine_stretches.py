# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hypothesis import given

from odoo.tests import BaseCase

from ..engine import Event, shares, stretches
from .engine_cases import COVER, at, compiled, examples, histories, to_events, travels

OPEN = ("waiting", "working", "wait_customer", "wait_supplier")
MINUTE = at(1) - at(0)


def is_open(facts):
    """Whether a ticket is anybody's, as people say it."""
    return facts["phase"] in OPEN and facts.get("active") is not False


class TestEngineStretches(BaseCase):
    """When a ticket was open."""

    def tell(self, *history):
        """``[(opened, ended, how)]`` in hours, of hours and facts."""
        events = [Event(at(60 * hour), "x", facts) for hour, facts in history]
        return [
            (
                (one.opened_at - at(0)) // (60 * MINUTE),
                one.ended_at and (one.ended_at - at(0)) // (60 * MINUTE),
                one.how,
            )
            for one in stretches(events)
        ]

    # ------------------------------------------------------------------
    # Any history
    # ------------------------------------------------------------------

    @examples(400)
    @given(travels())
    def test_in_order_and_apart(self, history):
        found = stretches(to_events(history))
        self.assertEqual(found[0].opened_at, at(history[0][0]), "its creation")
        for one in found[:-1]:
            self.assertIsNotNone(one.ended_at, "only the last one may go on")
        for one in found:
            self.assertEqual(one.ended_at is None, one.how is None)
            self.assertLessEqual(one.opened_at, one.ended_at or at(COVER))
        for before, after in zip(found, found[1:], strict=False):
            self.assertLessEqual(before.ended_at, after.opened_at)

    @examples(400)
    @given(histories())
    def test_minute_by_minute(self, history):
        """At each minute it is in a stretch if and only if it is open then."""
        found = stretches(to_events(history))
        facts, coming = {}, list(history)
        for minute in range(history[0][0], history[-1][0] + 2):
            while coming and coming[0][0] == minute:
                facts = facts | coming.pop(0)[1]
            inside = [
                one
                for one in found
                if one.opened_at <= at(minute)
                and (one.ended_at is None or at(minute) < one.ended_at)
            ]
            self.assertEqual(len(inside), int(is_open(facts)))

    @examples(300)
    @given(travels())
    def test_together_they_are_what_is_shared(self, history):
        """Over hours without a break, the shares add up to the stretches."""
        events, always = to_events(history), compiled([(0, COVER)])
        used = sum(share.seconds for share in shares(events, always, at(COVER)))
        length = sum(
            ((one.ended_at or at(COVER)) - one.opened_at).total_seconds()
            for one in stretches(events)
        )
        self.assertEqual(used, length)

    @examples(300)
    @given(travels())
    def test_how_often(self, history):
        """One for the creation, and one for each time it becomes open again."""
        facts, was_open, times = {}, True, 1
        for _minute, changed in history:
            facts = facts | changed
            times += is_open(facts) and not was_open
            was_open = is_open(facts)
        self.assertEqual(len(stretches(to_events(history))), times)

    # ------------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------------

    def test_open(self):
        found = self.tell((1, {"phase": "waiting"}), (2, {"phase": "wait_customer"}))
        self.assertEqual(found, [(1, None, None)])

    def test_created_when_all_had_been_done(self):
        self.assertEqual(self.tell((1, {"phase": "closed"})), [(1, 1, "closed")])

    def test_ends_as_it_ended_first(self):
        """Completed, closed, archived, cancelled: it had been completed."""
        found = self.tell(
            (1, {"phase": "working"}),
            (2, {"phase": "completed"}),
            (3, {"phase": "closed"}),
            (4, {"active": False}),
            (5, {"phase": "cancelled"}),
        )
        self.assertEqual(found, [(1, 2, "completed")])

    def test_archived_while_open(self):
        found = self.tell(
            (1, {"phase": "working"}), (2, {"active": False}), (4, {"active": True})
        )
        self.assertEqual(found, [(1, 2, "archived"), (4, None, None)])

    def test_archived_with_its_completion(self):
        found = self.tell(
            (1, {"phase": "working"}), (2, {"active": False, "phase": "closed"})
        )
        self.assertEqual(found, [(1, 2, "archived")])

    def test_opened_in_the_archive(self):
        """Who moves an archived ticket does not open it."""
        found = self.tell(
            (1, {"phase": "working"}),
            (2, {"phase": "closed"}),
            (3, {"active": False}),
            (4, {"phase": "working"}),
            (5, {"active": True}),
        )
        self.assertEqual(found, [(1, 2, "closed"), (5, None, None)])

    def test_ended_and_opened_at_once(self):
        found = self.tell(
            (1, {"phase": "working"}),
            (2, {"phase": "closed"}),
            (2, {"phase": "working"}),
        )
        self.assertEqual(found, [(1, 2, "closed"), (2, None, None)])
