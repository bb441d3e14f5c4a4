# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine.scoring import suggest_score, weighted_score
from .engine_cases import examples

weights = st.one_of(st.integers(0, 100), st.sampled_from([0, 0.5, 33.3]))
scores = st.lists(st.tuples(st.integers(0, 5), weights), max_size=8)
counts = st.one_of(st.integers(0, 40), st.integers(0, 10**6))


class TestScoring(BaseCase):
    """Scores of suppliers."""

    @examples(300)
    @given(scores)
    def test_mean(self, given_scores):
        """As on paper: each score as often as its weight says."""
        counted = [(s, Fraction(w)) for s, w in given_scores if s]
        total = sum(weight for _score, weight in counted)
        expected = sum(s * w for s, w in counted) / total if total else 0
        found = weighted_score(given_scores)
        self.assertAlmostEqual(found, float(expected), delta=0.0051)
        self.assertEqual(found, round(found, 2))
        if total:
            self.assertGreaterEqual(found, min(s for s, w in counted if w))
            self.assertLessEqual(found, max(s for s, w in counted if w))

    @examples(100)
    @given(scores, st.integers(2, 9))
    def test_weights_are_relative(self, given_scores, factor):
        heavier = [(score, weight * factor) for score, weight in given_scores]
        self.assertAlmostEqual(
            weighted_score(given_scores), weighted_score(heavier), delta=0.011
        )

    @examples(300)
    @given(counts, counts)
    def test_suggestion(self, met, missed):
        found = suggest_score(met, missed)
        if not met + missed:
            self.assertIsNone(found)
            return
        share = Fraction(100 * met, met + missed)
        limits = [limit for limit in (80, 90, 95, 98) if share >= limit]
        self.assertEqual(found, 1 + len(limits))

    @examples(100)
    @given(counts, counts)
    def test_one_more_kept_is_not_worse(self, met, missed):
        self.assertLessEqual(
            suggest_score(met, missed) or 1, suggest_score(met + 1, missed)
        )
