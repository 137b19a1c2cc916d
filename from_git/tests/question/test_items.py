"""Tests of what is asked of the items of a batch."""

from unittest import TestCase

from from_git.errors import RequestError
from from_git.question.items import items_asked


class Items(TestCase):
    """`state` and `after`."""

    def test_a_position_is_written_in_one_way(self) -> None:
        self.assertEqual(items_asked({"after": ["0"]}), (None, 0))
        self.assertEqual(items_asked({"after": ["999999999"], "state": ["done"]}), ("done", 999_999_999))
        for wrong in ("", "01", "-1", "+1", " 1", "1_0", "1000000000", "\u0661"):
            with self.subTest(wrong), self.assertRaisesRegex(RequestError, "takes the position of an item"):
                items_asked({"after": [wrong]})
