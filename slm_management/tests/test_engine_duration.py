# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import DurationError, format_duration, parse_duration
from .engine_cases import examples

days = st.one_of(st.sampled_from([480, 540, 1440, 456]), st.integers(1, 1440))


class TestEngineDuration(BaseCase):
    @examples(300)
    @given(st.integers(0, 10**6), days)
    def test_round_trip(self, minutes, day):
        self.assertEqual(parse_duration(format_duration(minutes, day), day), minutes)

    @examples(100)
    @given(st.integers(0, 10**6))
    def test_round_trip_without_days(self, minutes):
        text = format_duration(minutes, 0)
        self.assertNotIn("d", text)
        self.assertEqual(parse_duration(text, 0), minutes)

    @examples(100)
    @given(st.integers(1, 10**6), days)
    def test_negative_is_the_same_with_a_sign(self, minutes, day):
        self.assertEqual(
            format_duration(-minutes, day), "-" + format_duration(minutes, day)
        )

    def test_ways_of_writing(self):
        cases = {
            "90": 90,
            "90m": 90,
            "1h30m": 90,
            "1h30": 90,
            "1 h 30 min": 90,
            "1 hour, 30 minutes": 90,
            "30m 1h": 90,
            "1.5h": 90,
            "1,5 h": 90,
            " 1H 30M ": 90,
            "1小时30分钟": 90,
            "1 小时，30 分": 90,
            "2天": 960,
            "1 工作日": 480,
            "0.5d": 240,
            "1h\N{NO-BREAK SPACE}30m": 90,
            "0": 0,
            "0m": 0,
            "": 0,
            "   ": 0,
        }
        for text, minutes in cases.items():
            with self.subTest(text=text):
                self.assertEqual(parse_duration(text, 480), minutes)
        self.assertEqual(parse_duration(None, 480), 0)
        self.assertEqual(parse_duration(False, 480), 0)

    def test_what_is_no_duration(self):
        for text in (
            "soon",
            "h",
            "-5m",
            "1h -5m",
            "1h 2h",
            "30 30",
            "1w",
            "1.5m",
            "0.001h",
            "1h30m!",
            "1..5h",
            "1e3",
            ", 1h",
            "1:30",
            "½h",
        ):
            with self.subTest(text=text), self.assertRaises(DurationError):
                parse_duration(text, 480)

    def test_days_where_nobody_knows_what_a_day_is(self):
        with self.assertRaises(DurationError):
            parse_duration("2d", 0)
        self.assertEqual(parse_duration("2h", 0), 120)
