"""Two values, key by key, and the table of checks."""

from __future__ import annotations

import unittest
from typing import Any

from conformance.comparing import Check, differences
from conformance.table import table


class TestDifferences(unittest.TestCase):
    """What differs, and where."""

    def found(self, theirs: Any, ours: Any, *free: str) -> list[str]:
        """The differences; the values of these keys are free."""
        return list(differences(theirs, ours, lambda path: bool(path) and path[-1] in free))

    def test_equal_values_have_none(self) -> None:
        value = {"a": [1, "x", None, {"b": True}], "c": 1.5}

        self.assertEqual(self.found(value, dict(value)), [])

    def test_keys_types_values_and_lengths_are_told_with_their_place(self) -> None:
        for theirs, ours, said in (
            ({"a": 1}, {}, "a: only there"),
            ({}, {"a": 1}, "a: only here"),
            ({"a": {"b": 1}}, {"a": {"b": "1"}}, "a.b: number there, text here"),
            ({"a": None}, {"a": []}, "a: null there, array here"),
            ({"a": True}, {"a": 1}, "a: bool there, number here"),
            ({"a": 1}, {"a": 2}, "a: 1 there, 2 here"),
            ([{"a": 1}], [{"a": 2}], "0.a: 1 there, 2 here"),
            ([1, 2], [1], "the answer: 2 there, 1 here"),
        ):
            with self.subTest(said):
                self.assertEqual(self.found(theirs, ours), [said])

    def test_a_free_value_may_differ_and_its_type_not(self) -> None:
        self.assertEqual(self.found({"id": 1}, {"id": 2}, "id"), [])
        self.assertEqual(self.found({"id": 1}, {"id": "2"}, "id"), ["id: number there, text here"])


class TestTable(unittest.TestCase):
    """What is printed."""

    def test_groups_have_a_line_and_what_differs_is_told_below(self) -> None:
        wrong = Check("lists", "/orgs/x/repos", tuple(f"row {number}" for number in range(7)))
        told = table([Check("owners", "/orgs/x"), Check("lists", "/orgs/y/repos"), wrong], ["a rename"]).splitlines()

        self.assertEqual(told[0], "owners     1 of    1  agree")
        self.assertEqual(told[1:4], ["lists      1 of    2", "    /orgs/x/repos", "      row 0"])
        self.assertIn("      and 2 more", told)
        self.assertEqual(told[-2:], ["not done: a rename", "2 of 3 checks agree"])
