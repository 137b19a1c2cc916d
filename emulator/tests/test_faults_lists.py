"""Faults of lists, one test a kind, on both forges."""

from __future__ import annotations

from typing import Any

from emulator import Fault, Repository
from emulator.tests.helpers import EmulatorCase, Json, organization, workspace

LIST = "/repositories/acme"
PAGE = "nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


class TestLists(EmulatorCase):
    """Five repositories, two a page."""

    def setUp(self) -> None:
        """The same ones at both forges."""
        super().setUp()
        five = [Repository(name, created_at=f"2020-01-0{day}") for day, name in enumerate("abcde", 1)]
        self.world.add(organization(*five))
        self.world.add(workspace(*five))

    def strike(self, kind: str, **options: Any) -> None:
        """Switch a fault on."""
        self.emulator.faults.add(Fault(kind, **options))

    def page(self, **query: Any) -> Json:
        """A page of Bitbucket's."""
        return self.client.get(LIST, pagelen=2, **query).json()

    def slugs(self, page: Json) -> list[str]:
        """The names on it."""
        return [one["slug"] for one in page["values"]]

    def test_kind_early_end(self) -> None:
        self.strike("early_end")

        first, last = self.client.repositories("first: 2", PAGE), self.client.repositories("last: 2", PAGE)
        bitbucket = self.page()

        self.assertEqual((len(first["nodes"]), first["pageInfo"]["hasNextPage"]), (2, False))
        self.assertEqual((len(last["nodes"]), last["pageInfo"]["hasPreviousPage"]), (2, False))
        self.assertEqual((self.slugs(bitbucket), bitbucket["size"], "next" in bitbucket), (["a", "b"], 5, False))

    def test_kind_repeat_page(self) -> None:
        first = self.client.repositories("first: 2", PAGE)
        second = first["pageInfo"]["endCursor"]
        self.strike("repeat_page")

        again = self.client.repositories(f'first: 2, after: "{second}"', PAGE)
        pages = [self.page(page=number) for number in (1, 2, 3)]

        self.assertEqual(again, first)
        self.assertEqual([self.slugs(page) for page in pages], [["a", "b"], ["a", "b"], ["c", "d"]])
        self.assertEqual([page["page"] for page in pages], [1, 2, 3])
        self.assertIn("page=3", pages[1]["next"])

    def test_kind_self_next(self) -> None:
        start = self.client.repositories("first: 4", PAGE)["pageInfo"]["endCursor"]
        self.strike("self_next")

        last = self.client.repositories(f'first: 4, after: "{start}"', PAGE)
        bitbucket = self.page(page=3)

        self.assertEqual([node["name"] for node in last["nodes"]], ["e"])
        self.assertEqual((last["pageInfo"]["hasNextPage"], last["pageInfo"]["endCursor"]), (True, start))
        self.assertEqual(self.slugs(bitbucket), ["e"])
        self.assertEqual(self.client.session.get(bitbucket["next"], timeout=5).json(), bitbucket)

    def test_kind_empty_page(self) -> None:
        start = self.client.repositories("first: 2", PAGE)["pageInfo"]["endCursor"]
        self.strike("empty_page", times=2)

        empty = self.client.repositories(f'first: 2, after: "{start}"', PAGE)
        bitbucket = self.page(page=2)
        self.emulator.faults.clear()

        info = empty["pageInfo"]
        self.assertEqual((empty["nodes"], info["hasNextPage"], info["endCursor"] == start), ([], True, False))
        then = self.client.repositories(f'first: 2, after: "{info["endCursor"]}"', PAGE)
        self.assertEqual([node["name"] for node in then["nodes"]], ["c", "d"])
        self.assertEqual((bitbucket["values"], bitbucket["size"]), ([], 5))
        self.assertEqual(self.slugs(self.client.session.get(bitbucket["next"], timeout=5).json()), ["c", "d"])

    def test_kind_broken_next(self) -> None:
        self.strike("broken_next")

        self.assertIn("/repositories/acme&pagelen=2", self.page()["next"])
        self.assertNotIn("next", self.page(page=3))

    def test_kind_foreign_next(self) -> None:
        self.strike("foreign_next", url="http://example.org/steal")

        self.assertEqual(self.page()["next"], "http://example.org/steal")
        self.assertEqual(self.page(page=3)["next"], "http://example.org/steal")

    def test_kind_foreign_href(self) -> None:
        self.strike("foreign_href", url="http://example.org/steal")

        links = [one["links"] for one in self.page()["values"]]

        self.assertEqual([one["watchers"]["href"] for one in links], ["http://example.org/steal"] * 2)
        self.assertIn("127.0.0.1", links[0]["self"]["href"])

    def test_what_is_no_list_is_answered_truly_and_says_so(self) -> None:
        paths = ("/workspaces/acme", "/repositories/nobody")
        true = [self.client.get(path).content for path in paths]
        for kind in (
            "early_end",
            "repeat_page",
            "self_next",
            "empty_page",
            "broken_next",
            "foreign_next",
            "foreign_href",
        ):
            self.emulator.faults.clear()
            self.strike(kind, url="http://example.org")

            struck = [self.client.get(path) for path in paths]

            self.assertEqual([answer.content for answer in struck], true, kind)
            self.assertTrue(all("X-Emulator-Missed" in answer.headers for answer in struck), kind)
