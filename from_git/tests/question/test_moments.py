"""Moments as questions name them."""

from datetime import UTC, datetime
from unittest import TestCase

from from_git.question.moments import moment


class Moment(TestCase):
    """`moment`."""

    def test_today_is_now_and_a_day_before_it_is_its_end(self) -> None:
        now = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
        self.assertEqual(moment("2026-01-05", now.timestamp()), now)
        self.assertEqual(moment("2026-01-04", now.timestamp()), datetime(2026, 1, 4, 23, 59, 59, 999_999, UTC))
        with self.assertRaisesRegex(ValueError, "is in the future"):
            moment("2026-01-06", now.timestamp())
