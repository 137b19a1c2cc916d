"""Repositories under fetch in few bytes: which nodes are taken for one, that it comes back, and what it takes."""

import copy
import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any
from unittest import TestCase

import orjson

from from_git.errors import MalformedAnswer
from from_git.forges.bitbucket.rest import Kept, kept_in
from from_git.forges.github.nodes import detailed_of, repository_in
from from_git.forges.once import Gone
from from_git.values.repository import Repository
from from_git.values.stats import LARGEST

LANGS = [("Python", 812_345), ("HTML", 43_210), ("Shell", 987), ("Dockerfile", 321), ("Makefile", 0)]
TOPICS = ["simulation", "hpc", "radiuss"]
NODE = {
    "id": "R_kgDOABCDEF",
    "isFork": False,
    "isArchived": True,
    "isPrivate": False,
    "stargazerCount": 12,
    "createdAt": "2020-01-01T00:00:00Z",
    "pushedAt": "2021-01-01T00:00:00Z",
    "licenseInfo": {"spdxId": "MIT"},
    "watchers": {"totalCount": 3},
    "languages": {"totalCount": 5, "edges": [{"size": size, "node": {"name": name}} for name, size in LANGS]},
    "repositoryTopics": {"totalCount": 3, "nodes": [{"topic": {"name": name}} for name in TOPICS]},
}
ROW = Repository(
    *("R_kgDOABCDEF", "a", False, True, 12, 3, tuple(LANGS), tuple(TOPICS), "MIT", 1_577_836_800, 1_609_459_200)
)
VALUES: tuple[Any, ...] = (..., None, False, True, -1, 1.5, LARGEST + 1, "", "x", [], {}, [[]], ["x"], [None])
"""What is put in the place of a member; an ellipsis: nothing."""
TAKEN = {
    *(("pushedAt", "None"), ("licenseInfo", "None"), ("spdxId", "None")),
    *((text, value) for text in ("id", "name", "spdxId") for value in ("", "x")),
    *((flag, value) for flag in ("isFork", "isArchived") for value in ("True", "False")),
    *(("isPrivate", "True"), ("isPrivate", "False")),
    # fewer than the total says: the others are asked for
    *(("item", "Ellipsis"), ("edges", "[]"), ("nodes", "[]")),
}
"""Members that may have such a value."""


class Nodes(TestCase):
    """A node is taken whole or not at all."""

    def read(self, node: Any) -> Repository | None:
        """The repository; None for a private one."""
        found = detailed_of(node, {"R_kgDOABCDEF": "tiny/a"}.get)
        return None if isinstance(found.repository, Gone) else repository_in(found.repository, found.id, "a", {})

    def test_one_as_the_schema_has_it_comes_back_whole(self) -> None:
        self.assertEqual(self.read(NODE), ROW)

    def test_any_member_of_another_type_is_an_error_that_names_its_place(self) -> None:
        taken: set[tuple[str, str]] = set()
        for path, value in itertools.product(_places(NODE), VALUES):
            node = copy.deepcopy(NODE)
            _put(node, path, value)
            place = ".".join(map(str, path))
            with self.subTest(place, value=value):
                try:
                    self.read(node)
                except MalformedAnswer as error:
                    self.assertNotIn("not as the schema has it", error.reason)
                    self.assertEqual("tiny/a" in error.reason, path[0] != "id")
                else:
                    taken.add((path[-1] if isinstance(path[-1], str) else "item", str(value)))

        self.assertEqual(taken, TAKEN)

    def test_null_stands_for_an_empty_list_where_there_are_none(self) -> None:
        none: dict[str, dict[str, Any]] = {
            "languages": {"totalCount": 0, "edges": None},
            "repositoryTopics": {"totalCount": 0, "nodes": None},
        }
        self.assertEqual(self.read({**NODE, **none}), ROW._replace(langs=(), topics=()))
        for key, page in none.items():
            for total, words in ((1, "is not a list"), (False, "is not a whole number")):
                with self.assertRaisesRegex(MalformedAnswer, words):
                    self.read({**NODE, key: {**page, "totalCount": total}})

    def test_nothing_but_the_id_is_looked_at_of_a_private_one(self) -> None:
        self.assertIsNone(self.read({"id": "R_kgDOABCDEF", "isPrivate": True}))


class Small(TestCase):
    """What thousands of them take, beside their ids and names."""

    def taken(self, make: Callable[[int], object]) -> float:
        """Bytes of memory for each of 2,000 things."""
        tracemalloc.start(1)
        self.addCleanup(tracemalloc.stop)
        before = tracemalloc.get_traced_memory()[0]
        kept = [make(number) for number in range(2_000)]
        return (tracemalloc.get_traced_memory()[0] - before) / len(kept)

    def test_one_of_github_takes_less_than_250_bytes(self) -> None:
        body = orjson.dumps(NODE)

        self.assertLess(self.taken(lambda _: detailed_of(orjson.loads(body), str).repository), 250)

    def test_one_of_bitbucket_takes_less_than_150_bytes_with_its_name(self) -> None:
        def make(number: int) -> bytes:
            return Kept(f"some-workspace/some-repository-{number}", "", False, "python", 1_577_836_800).dumped()

        self.assertLess(self.taken(make), 150)
        self.assertEqual(kept_in(make(7)).path, "some-workspace/some-repository-7")


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(one, (*path, key))


def _put(node: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put the value at the path; an ellipsis: leave it out."""
    *above, last = path
    for key in above:
        node = node[key]
    if value is ...:
        del node[last]
    else:
        node[last] = value
