# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import week_grid
from .engine_cases import examples

minutes_of_day = st.integers(0, 1440)
lines = st.tuples(st.integers(0, 6), minutes_of_day, minutes_of_day)


class TestEngineWeekgrid(BaseCase):
    @examples(150)
    @given(st.lists(lines, max_size=12))
    def test_grid_shows_each_open_minute_once(self, spans):
        grid = week_grid((day, first / 60, last / 60) for day, first, last in spans)
        self.assertEqual([len(row) for row in grid], [24] * 7)
        for day, row in enumerate(grid):
            open_minutes = set()
            for weekday, first, last in spans:
                if weekday == day:
                    open_minutes |= set(range(first, last))
            for hour, share in enumerate(row):
                inside = open_minutes & set(range(hour * 60, hour * 60 + 60))
                self.assertEqual(share, len(inside) / 60)

    def test_whole_week(self):
        self.assertEqual(
            week_grid((day, 0.0, 24.0) for day in range(7)), [[1.0] * 24] * 7
        )

    def test_empty_week(self):
        self.assertEqual(week_grid([]), [[0.0] * 24] * 7)

    def test_hours_beyond_midnight_are_cut(self):
        grid = week_grid([(6, 22.0, 25.0)])
        self.assertEqual(sum(map(sum, grid)), 2.0)
        self.assertEqual([len(row) for row in grid], [24] * 7)
