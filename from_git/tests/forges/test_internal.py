"""Hosts of GitHub at which internal repositories count: what is read of them, and what never is."""

from dataclasses import replace
from typing import Any

import orjson
import requests

from emulator import Fault, Owner, Repository
from emulator.github.opaque import node_id
from emulator.world import Choice
from from_git.tests.kit.forges import entry_for
from from_git.tests.kit.github import ids_in
from from_git.tests.kit.service import ServiceTestCase

PUBLIC, INTERNAL = "https://github.com/tiny", "https://octocorp.ghe.com/tiny"
WITH_INTERNAL = Choice(internal=True)


def mixed(number: int) -> list[Repository]:
    """So many repositories of each visibility, turn by turn by their dates."""
    made = []
    for one in range(number):
        common = {"languages": [(f"L{one % 7}", 9 + one)], "topics": (f"t{one % 5}",), "stars": one, "watchers": 1}
        dates = [f"2020-01-{1 + one % 28:02}T{hour:02}:00:{one % 60:02}Z" for hour in range(3)]
        made += [
            Repository(f"public-{one}", created_at=dates[0], **common),  # type: ignore[arg-type]
            Repository(f"internal-{one}", created_at=dates[1], marks=["internal"], **common),  # type: ignore[arg-type]
            Repository(f"private-{one}", created_at=dates[2], is_private=True, **common),  # type: ignore[arg-type]
        ]
    return made


class Internal(ServiceTestCase):
    """One owner with repositories of each visibility, at github.com and at a GHE.com of the same emulator."""

    def upstream_settings(self) -> dict[str, Any]:
        """As everywhere, and the other host."""
        ours = super().upstream_settings()
        entry = entry_for(self.emulator, "github", "octocorp.ghe.com", count=["public", "internal"])
        return {**ours, "FORGES": [*ours["FORGES"], entry]}

    def add(self, *repositories: Repository) -> None:
        """Let the owner have these."""
        self.world.add(Owner("github", "tiny", "Organization", repositories))

    def bodies(self) -> list[str]:
        """Those of all calls from now on, as they come."""
        found: list[str] = []
        self.emulator.before_call(lambda forge, path, body: found.append(body))
        self.addCleanup(self.emulator.before_call, None)
        return found

    def asked(self, url: str = INTERNAL, **more: str) -> Any:
        """The body of the answer."""
        return requests.get(f"{self.base}/health-check", params={"url": url, **more}, timeout=60).json()

    def test_they_count_there_and_nowhere_else(self) -> None:
        for number in (0, 1, 12, 90, 240):
            with self.subTest(number):
                self.add(*mixed(number))
                both = self.asked(expand="repositories")
                self.assertEqual(both["data"], self.world.sum([("github", "tiny")], WITH_INTERNAL))
                names = {row["name"].partition("-")[0] for row in both["repositories"]}
                self.assertEqual(names, {"public", "internal"} if number else set())
                self.assertEqual((len(both["repositories"]), both["missing"]), (2 * number, []))
                self.assertEqual(self.asked(PUBLIC)["data"], self.world.sum([("github", "tiny")]))

    def test_nothing_of_a_private_one_is_asked_for_by_its_id_and_a_list_is_read_once(self) -> None:
        repositories = mixed(150)
        self.add(*repositories)
        bodies = self.bodies()

        data = self.asked()["data"]

        self.assertEqual(data["originalRepos"], 300)
        asked = [one for body in bodies for one in ids_in(body)]
        private = {node_id("R", *one.identity("tiny")) for one in repositories if one.is_private}
        self.assertEqual(len(asked), len(set(asked)))
        self.assertGreater(len(asked), 250)
        self.assertTrue(private.isdisjoint(asked))
        self.assertLessEqual(len([body for body in bodies if '"login"' in body]), 4)
        self.assertFalse([body for body in bodies if "privacy" in body])

    def test_one_that_becomes_private_while_it_is_read_does_not_count(self) -> None:
        repositories = mixed(90)
        self.add(*repositories)
        turned: list[str] = []

        def act(forge: str, path: str, body: str) -> None:
            if ids_in(body) and not turned:
                turned.append(body)
                self.add(*[replace(one, is_private=True) if one.name == "internal-80" else one for one in repositories])

        self.emulator.before_call(act)
        self.addCleanup(self.emulator.before_call, None)

        found = self.asked(expand="repositories")

        self.assertTrue(turned)
        self.assertEqual(found["data"], self.world.sum([("github", "tiny")], WITH_INTERNAL))
        self.assertNotIn("internal-80", [row["name"] for row in found["repositories"]])
        self.assertEqual(found["missing"], [])

    def test_one_that_turns_from_internal_to_public_counts_once(self) -> None:
        repositories = mixed(90)
        self.add(*repositories)
        calls: list[str] = []

        def act(forge: str, path: str, body: str) -> None:
            calls.append(body)
            if len(calls) == 2:
                self.add(*[replace(one, marks=frozenset()) for one in repositories])

        self.emulator.before_call(act)
        self.addCleanup(self.emulator.before_call, None)

        self.assertEqual(self.asked()["data"]["originalRepos"], 180)
        self.assertGreater(len(calls), 2)

    def test_a_visibility_that_there_is_not_is_an_error_and_no_guess(self) -> None:
        self.add(*mixed(3))
        values: list[Any] = ["SECRET", None, 1, [], ...]
        for value in values:

            def edit(body: Any, value: Any = value) -> Any:
                for node in body["data"]["repositoryOwner"]["detailed"]["nodes"]:
                    node.pop("visibility") if value is ... else node.update(visibility=value)
                return body

            with self.subTest(value):
                self.emulator.faults.clear()
                self.emulator.faults.add(Fault("edit", path="/graphql", contains="query Owner(", edit=edit))
                body = self.asked()
                self.assertEqual((body["error"], body["upstream"]), ("ERR2", "github"), body)
                self.assertRegex(body["message"], "visibility|isPrivate")

    def test_rows_and_the_cache_tell_the_two_hosts_apart(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.add(*mixed(2))
        rows = [self.asked(url, expand="profiles")["profiles"][0] for url in (PUBLIC, INTERNAL, PUBLIC, INTERNAL)]

        self.assertEqual([row["originalRepos"] for row in rows], [2, 4, 2, 4])
        self.assertEqual([row.get("counted") for row in rows], [None, ["public", "internal"]] * 2)
        self.assertEqual(list(rows[1])[-1], "counted")

    def test_the_same_host_with_another_count_does_not_get_what_was_kept(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.add(*mixed(2))
        before = self.asked()["data"]["originalRepos"]
        [*others, entry] = self.upstream_settings()["FORGES"]

        self.settings_for_test(FORGES=[*others, {**entry, "count": ["public"]}])

        self.assertEqual((before, self.asked()["data"]["originalRepos"]), (4, 2))

    def test_both_hosts_in_one_question_add_up(self) -> None:
        self.add(*mixed(5))
        params = {"url": [PUBLIC, INTERNAL]}
        answer = requests.get(f"{self.base}/health-check", params=params, timeout=30)
        self.assertEqual(orjson.loads(answer.content)["data"]["originalRepos"], 15)
