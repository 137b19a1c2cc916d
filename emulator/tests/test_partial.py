"""Partial responses."""

from __future__ import annotations

import unittest

from emulator.bitbucket.partial import select

PAGE = {"size": 2, "next": "n", "values": [{"a": 1, "b": {"c": 2, "d": 3}}, {"a": 4}]}


class TestSelect(unittest.TestCase):
    """The fields that are kept of a page."""

    def test_named_fields_alone_are_kept(self) -> None:
        self.assertEqual(select(PAGE, "size"), {"size": 2})
        self.assertEqual(select(PAGE, "next,values.a"), {"next": "n", "values": [{"a": 1}, {"a": 4}]})

    def test_a_dotted_name_reaches_through_lists_and_objects(self) -> None:
        self.assertEqual(select(PAGE, "values.b.c"), {"values": [{"b": {"c": 2}}, {}]})

    def test_a_name_keeps_all_that_is_below(self) -> None:
        self.assertEqual(select(PAGE, "values.b"), {"values": [{"b": {"c": 2, "d": 3}}, {}]})
        self.assertEqual(select(PAGE, "values"), {"values": PAGE["values"]})

    def test_unknown_names_are_ignored(self) -> None:
        self.assertEqual(select(PAGE, "nosuch,size.x"), {"size": 2})
        self.assertEqual(select(PAGE, "nosuch"), {})

    def test_minus_leaves_out(self) -> None:
        self.assertEqual(select(PAGE, "-values.b.d,-next"), {"size": 2, "values": [{"a": 1, "b": {"c": 2}}, {"a": 4}]})

    def test_plus_adds_to_the_rest(self) -> None:
        self.assertEqual(select(PAGE, "+values.b"), PAGE)
        self.assertEqual(select(PAGE, "size,+next"), {"size": 2, "next": "n"})

    def test_plus_and_minus_work_beside_names(self) -> None:
        self.assertEqual(select(PAGE, "values.b,-values.b.c"), {"values": [{"b": {"d": 3}}, {}]})

    def test_a_star_is_any_name(self) -> None:
        self.assertEqual(select(PAGE, "values.b.*"), {"values": [{"b": {"c": 2, "d": 3}}, {}]})

    def test_an_empty_mask_changes_nothing(self) -> None:
        self.assertEqual(select(PAGE, ""), PAGE)
