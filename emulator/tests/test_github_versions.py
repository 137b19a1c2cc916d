"""GitHub as Enterprise Server: schema, ids, limits and headers of a version, and internal repositories."""

from __future__ import annotations

import unittest
from typing import Any

import requests

from emulator import Emulator, Owner, Repository, World
from emulator.github.schema import VERSIONS
from emulator.world import Choice

LIST = (
    'query { repositoryOwner(login: "octo") { repositories(first: 9%s) { totalCount nodes { id name visibility } } } }'
)
OCTO = Owner(
    "github",
    "octo",
    "Organization",
    [Repository("open"), Repository("inner", marks=["internal"]), Repository("secret", is_private=True)],
)


class VersionCase(unittest.TestCase):
    """Emulators of one owner."""

    def emulator(self, **options: Any) -> Emulator:
        """One with these options of GitHub."""
        world = World(recorded=False, generated=False)
        world.add(OCTO)
        return self.enterContext(Emulator(world, github=options))

    def ask(self, emulator: Emulator, query: str, **variables: Any) -> requests.Response:
        """The answer to a query."""
        forge = emulator["github"]
        headers = {"Authorization": f"bearer {forge.credentials['token']}"}
        return requests.post(forge.url, json={"query": query, "variables": variables}, headers=headers, timeout=30)

    def names(self, emulator: Emulator, argument: str) -> list[str]:
        """The repositories that a list with that argument has."""
        found = self.ask(emulator, LIST % f", {argument}" if argument else LIST % "").json()
        return [node["name"] for node in found["data"]["repositoryOwner"]["repositories"]["nodes"]]


class TestInternal(VersionCase):
    """Internal repositories, which are private ones by the older argument."""

    def test_lists_show_them_by_visibility_and_by_privacy(self) -> None:
        emulator = self.emulator()
        for argument, names in (
            ("", ["inner", "open", "secret"]),
            ("privacy: PUBLIC", ["open"]),
            ("privacy: PRIVATE", ["inner", "secret"]),
            ("visibility: INTERNAL", ["inner"]),
            ("visibility: PRIVATE", ["secret"]),
            ("visibility: PUBLIC", ["open"]),
        ):
            with self.subTest(argument):
                self.assertEqual(sorted(self.names(emulator, argument)), names)

    def test_the_sum_has_them_where_they_are_chosen(self) -> None:
        world = self.emulator().world
        profiles = [("github", "octo")]
        self.assertEqual([row["name"] for row in world.rows(profiles)], ["open"])
        self.assertEqual([row["name"] for row in world.rows(profiles, Choice(internal=True))], ["inner", "open"])


class TestVersions(VersionCase):
    """What differs from github.com."""

    def test_a_version_lacks_the_arguments_that_came_later(self) -> None:
        for version, lacking in (
            ("3.10", {"visibility: PUBLIC", "isArchived: true", "hasIssuesEnabled: true"}),
            ("3.11", {"visibility: PUBLIC"}),
            ("3.12", {"visibility: PUBLIC"}),
            ("", set()),
        ):
            emulator = self.emulator(version=version)
            for argument in ("visibility: PUBLIC", "isArchived: true", "hasIssuesEnabled: true", "privacy: PUBLIC"):
                with self.subTest(version, argument=argument):
                    body = self.ask(emulator, LIST % f", {argument}").json()
                    self.assertEqual("errors" in body, argument in lacking)
                    if argument in lacking:
                        name = argument.partition(":")[0]
                        words = f"Field 'repositories' doesn't accept argument '{name}'"
                        self.assertEqual(body["errors"][0]["message"], words)

    def test_it_has_no_limit_and_tells_its_version(self) -> None:
        emulator = self.emulator(version="3.10", points=1)
        for _ in range(3):
            answer = self.ask(emulator, "query { rateLimit { cost } viewer { login } }")
            self.assertEqual(answer.json()["data"]["rateLimit"], None)
            self.assertFalse([name for name in answer.headers if name.lower().startswith("x-ratelimit")])
            self.assertEqual(answer.headers["X-GitHub-Enterprise-Version"], "enterprise-server@3.10.0")

    def test_ids_have_their_old_form_and_bring_warnings(self) -> None:
        emulator = self.emulator(version="3.11")
        nodes = self.ask(emulator, LIST % "").json()["data"]["repositoryOwner"]["repositories"]["nodes"]
        ids = [node["id"] for node in nodes]
        self.assertTrue(all(one.startswith("MDEwOlJlcG9zaXRvcn") for one in ids), ids)

        query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Repository { name } } }"
        body = self.ask(emulator, query, ids=ids).json()

        self.assertEqual([one["name"] for one in body["data"]["nodes"]], [one["name"] for one in nodes])
        self.assertEqual([one["id"] for one in body["data"]["nodes"]], ids)
        [warning] = body["extensions"]["warnings"]
        self.assertEqual((warning["type"], warning["data"]["legacy_global_id"]), ("DEPRECATION", ids[0]))
        unknown = self.ask(emulator, query, ids=["nonsense", "bm9uc2Vuc2U="]).json()
        self.assertEqual(unknown["data"]["nodes"], [None, None])

    def test_a_version_that_is_not_known_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "no version '2.22'; there are: 3.10, 3.11, 3.12"):
            self.emulator(version="2.22")
        self.assertEqual(VERSIONS[0], "")
