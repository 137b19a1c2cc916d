"""Faults at places of the answer: wrong values, and nulls with errors."""

from __future__ import annotations

import json
import math
from typing import Any

from emulator import Fault, Repository
from emulator.tests.helpers import EmulatorCase, Json, workspace

QUERY = """{ a: repositoryOwner(login: "org-3") { repositories(first: 3) { nodes { name watchers { totalCount } } } }
rateLimit { cost } }"""


class TestPlaces(EmulatorCase):
    """Both kinds, and the language of places."""

    def setUp(self) -> None:
        """A workspace of two repositories."""
        super().setUp()
        self.world.add(workspace(Repository("a", created_at="2020-01-01"), Repository("b", created_at="2020-01-02")))

    def strike(self, kind: str, at: str, **options: Any) -> None:
        """Switch a fault on, in place of any other."""
        self.emulator.faults.clear()
        self.emulator.faults.add(Fault(kind, at=at, **options))

    def list(self) -> bytes:
        """The list of the workspace."""
        return self.client.get("/repositories/acme", fields="size,values.slug").content

    def test_kind_wrong_type(self) -> None:
        self.strike("wrong_type", "values.1.slug", value={"any": ["json", 1]})

        self.assertEqual(json.loads(self.list())["values"], [{"slug": "a"}, {"slug": {"any": ["json", 1]}}])

    def test_special_values_are_what_json_cannot_say(self) -> None:
        for name, value in (
            ("@infinity", math.inf),
            ("@1e999", math.inf),
            ("@huge", int("9" * 400)),
            ("@huge:30", int("9" * 30)),
            ("@nested:2", [[]]),
        ):
            self.strike("wrong_type", "size", value=name)

            self.assertEqual(json.loads(self.list())["size"], value, name)

        self.strike("wrong_type", "size", value="@nan")
        self.assertIn(b'"size": NaN', self.list())
        self.strike("wrong_type", "size", value="@1e999")
        self.assertIn(b'"size": 1e999', self.list())
        self.strike("wrong_type", "size", value="@missing")
        self.assertNotIn("size", json.loads(self.list()))
        self.strike("wrong_type", "size", value="@nested")
        self.assertIn(b"[" * 100_000 + b"]" * 100_000, self.list())
        self.strike("wrong_type", "size", value="@invalid_utf8")
        with self.assertRaises(UnicodeDecodeError):
            self.list().decode()

    def test_places_are_found_by_patterns(self) -> None:
        for at, most, slugs in (
            ("values.*.slug", None, [0, 0]),
            ("**.slug", None, [0, 0]),
            ("**.slug", 1, [0, "b"]),
            ("values.{}.slug", None, [0, 0]),
            ("values.0.{}", None, ["a", "b"]),
        ):
            self.strike("wrong_type", at, most=most, value=0)

            self.assertEqual([one["slug"] for one in json.loads(self.list())["values"]], slugs, at)

    def test_a_fault_that_finds_no_place_says_so(self) -> None:
        true = self.list()
        self.strike("wrong_type", "values.7.slug", value=0)

        answer = self.client.get("/repositories/acme", fields="size,values.slug")

        self.assertEqual((answer.content, answer.headers["X-Emulator-Missed"]), (true, "values.7.slug"))

    def graphql(self) -> Json:
        """The answer to the query."""
        return self.client.graphql(QUERY)

    def test_kind_nulls(self) -> None:
        self.strike("nulls", "data.**.watchers", message="no", type="FORBIDDEN", extensions={"x": 1}, most=2)

        answer = self.graphql()

        nodes = answer["data"]["a"]["repositories"]["nodes"]
        self.assertEqual([node["watchers"] is None for node in nodes], [True, True, False])
        path = ["a", "repositories", "nodes", 1, "watchers"]
        self.assertEqual(
            answer["errors"][1], {"type": "FORBIDDEN", "path": path, "extensions": {"x": 1}, "message": "no"}
        )
        self.assertEqual(len(answer["errors"]), 2)

    def test_nulls_come_without_errors_or_with_untyped_ones(self) -> None:
        self.strike("nulls", "data.{}")
        without = self.graphql()
        self.strike("nulls", "data.{}", message="odd")
        untyped = self.graphql()

        # rateLimit is an object too, and no owner
        self.assertEqual(without, {"data": {"a": None, "rateLimit": {"cost": 1}}})
        self.assertEqual(untyped["errors"], [{"path": ["a"], "message": "odd"}])
