"""The query language of `q`."""

from __future__ import annotations

import unittest

from emulator.bitbucket.bbql import BadQuery, parse
from emulator.bitbucket.views import FIELDS

ONE = {
    "name": 'Say "hi"',
    "slug": "say",
    "is_private": False,
    "size": 1500,
    "language": "",
    "created_on": "2020-05-06T07:08:09.123456+00:00",
    "project": {"key": "PROJ"},
}


class TestQueries(unittest.TestCase):
    """Every form of comparison against one repository."""

    def assert_true(self, *queries: str) -> None:
        """Each query finds the repository."""
        for query in queries:
            self.assertTrue(parse(query, FIELDS)(ONE), query)

    def assert_false(self, *queries: str) -> None:
        """No query finds the repository."""
        for query in queries:
            self.assertFalse(parse(query, FIELDS)(ONE), query)

    def test_equality_of_every_kind_of_value(self) -> None:
        self.assert_true('slug = "say"', 'slug="say"', "size = 1500", "is_private = false", 'name = "Say \\"hi\\""')
        self.assert_false('slug = "SAY"', "size = 1501", "is_private = true", "is_private = null")

    def test_inequality(self) -> None:
        self.assert_true('slug != "other"', "is_private != true", "size != 1")
        self.assert_false('slug != "say"')

    def test_null_is_what_is_missing(self) -> None:
        self.assert_true("parent = null", "slug != null", "parent.uuid = null")
        self.assert_false("parent != null", "language = null")

    def test_order_of_numbers_and_dates(self) -> None:
        self.assert_true("size > 1499", "size >= 1500", "size <= 1500.0", "created_on > 2020-05-06", "size < 2000")
        self.assert_true("created_on < 2020-05-06T08:00:00+00:00", 'slug > "a"')
        self.assert_false("size < 1500", "created_on > 2021-01-01", "language > 3")

    def test_tilde_finds_text_in_any_letter_case(self) -> None:
        self.assert_true('name ~ "say"', 'name !~ "bye"')
        self.assert_false('name ~ "bye"', 'parent.name ~ "x"')

    def test_dotted_names_reach_inside(self) -> None:
        self.assert_true('project.key = "PROJ"')

    def test_and_binds_closer_than_or(self) -> None:
        self.assert_true('slug = "say" OR slug = "x" AND size = 0')
        self.assert_false('(slug = "say" OR slug = "x") AND size = 0', 'slug = "x" AND size = 1500')

    def test_keywords_have_no_letter_case_and_parentheses_nest(self) -> None:
        self.assert_true('((slug = "x") or (slug = "say" and (size > 1)))', "is_private = FALSE")

    def test_what_is_no_query_is_refused(self) -> None:
        for query in (
            "", "slug", "slug =", "= 3", "slug = say", 'slug = "say', "slug == 3", "(slug = null", "slug = null)",
            "slug = null AND", "nosuch = 1", "slug ~ 3", "size > null", "slug = null slug = null", "slug ? 3",
        ):  # fmt: skip
            with self.assertRaises(BadQuery, msg=query):
                parse(query, FIELDS)
