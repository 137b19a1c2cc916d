"""Faults of one repository."""

from __future__ import annotations

from typing import Any

from emulator import Fault, Repository
from emulator.github.opaque import node_id
from emulator.tests.helpers import EmulatorCase, organization, workspace

IDS = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { id isFork } } }"
LIST = '{ repositoryOwner(login: "acme") { repositories(first: 9) { totalCount nodes { id nameWithOwner } } } }'


class TestRepositories(EmulatorCase):
    """Both kinds at both forges; the list shows the repository as ever."""

    def setUp(self) -> None:
        """An owner of two repositories at each forge."""
        super().setUp()
        self.both = [Repository("a", created_at="2020-01-01"), Repository("b", created_at="2020-01-02")]
        self.world.add(workspace(*self.both))
        self.world.add(organization(*self.both))

    def strike(self, kind: str) -> None:
        """Let `b` have that fault at both forges."""
        self.emulator.faults.clear()
        self.emulator.faults.add(Fault(kind, owner="acme", repository="b"))

    def nodes(self) -> Any:
        """Both repositories by their ids."""
        ids = [node_id("R", "acme", one.id) for one in self.both]
        return self.client.post({"query": IDS, "variables": {"ids": ids}})

    def test_kind_lost(self) -> None:
        self.strike("lost")

        body = self.nodes().json()

        self.assertEqual((body["data"]["nodes"][0]["isFork"], body["data"]["nodes"][1]), (False, None))
        self.assertEqual([(one["type"], one["path"]) for one in body["errors"]], [("NOT_FOUND", ["nodes", 1])])
        self.assertEqual(self.client.get("/repositories/acme/b/watchers").status_code, 404)
        self.assert_listed()

    def test_kind_rotten(self) -> None:
        self.strike("rotten")

        self.assertEqual(sorted(self.nodes().status_code for _ in range(2)), [200, 502])
        self.assertEqual(self.client.get("/repositories/acme/b/watchers").status_code, 500)
        self.assert_listed()

    def assert_listed(self) -> None:
        """Lists show both, and the other one is well."""
        listed = self.client.graphql(LIST)["data"]["repositoryOwner"]["repositories"]
        self.assertEqual([one["nameWithOwner"] for one in listed["nodes"]], ["acme/a", "acme/b"])
        self.assertEqual(self.client.get("/repositories/acme").json()["size"], 2)
        self.assertEqual(self.client.get("/repositories/acme/a/watchers").status_code, 200)
