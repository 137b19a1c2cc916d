"""The world: its values, its owners and the straight sum."""

from __future__ import annotations

import unittest
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from emulator import Choice, Owner, Repository, World
from emulator.tests.helpers import organization, workspace


class TestValues(unittest.TestCase):
    """Repository and Owner."""

    def test_languages_are_pairs_in_their_order_however_given(self) -> None:
        self.assertEqual(Repository("a", languages={"B": 2, "A": 1}).languages, (("B", 2), ("A", 1)))
        self.assertEqual(Repository("a", languages=[("A", 1), ("A", 2)]).languages, (("A", 1), ("A", 2)))

    def test_times_become_utc(self) -> None:
        east = datetime(2020, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))

        self.assertEqual(Repository("a", created_at=east).created_at, "2020-01-01T00:00:00Z")
        self.assertEqual(Repository("a", created_at="2020-01-01").created_at, "2020-01-01T00:00:00Z")
        self.assertEqual(
            Repository("a", created_at=datetime(2020, 1, 1, tzinfo=UTC)).created_at, "2020-01-01T00:00:00Z"
        )

    def test_a_repository_without_time_gets_one_of_its_name(self) -> None:
        self.assertEqual(Repository("a").created_at, Repository("a").created_at)
        self.assertNotEqual(Repository("a").created_at, Repository("b").created_at)

    def test_a_repository_without_a_time_of_the_last_push_gets_one_after_its_creation(self) -> None:
        for created in ("2012-05-06T07:08:09.5Z", "2026-10-31T23:59:59Z", "2030-01-01T00:00:00Z"):
            made = Repository("a", created_at=created)

            self.assertEqual(made.pushed_at, Repository("a", created_at=created).pushed_at)
            self.assertGreaterEqual(made.pushed_at or "", made.created_at)
        self.assertIsNone(Repository("a", pushed_at=None).pushed_at)
        self.assertEqual(Repository("a", pushed_at="2020-01-01").pushed_at, "2020-01-01T00:00:00Z")

    def test_a_rename_keeps_the_id_and_the_time_of_the_last_push(self) -> None:
        self.assertEqual(replace(Repository("a"), name="b").pushed_at, Repository("a").pushed_at)
        self.assertEqual(replace(Repository("a"), name="b").id, Repository("a").id)

    def test_values_compare_and_do_not_change(self) -> None:
        self.assertEqual(Repository("a", stars=1), Repository("a", stars=1))
        with self.assertRaises(AttributeError):
            Repository("a").stars = 2  # type: ignore[misc]

    def test_an_impossible_owner_is_refused(self) -> None:
        for forge, kind in (("nosuch", "User"), ("github", "Workspace"), ("bitbucket", "User")):
            with self.assertRaises(ValueError):
                World().add(Owner(forge, "x", kind, ()))
        with self.assertRaisesRegex(ValueError, "two repositories with the name 'a'"):
            organization(Repository("a"), Repository("A"))
        with self.assertRaisesRegex(ValueError, "two repositories with the id"):
            organization(Repository("a"), replace(Repository("a"), name="b"))


class TestOwners(unittest.TestCase):
    """Which owners a world holds."""

    def test_names_have_no_letter_case_and_forges_are_apart(self) -> None:
        world = World()

        spack = world.owner("github", "SPACK")

        self.assertIsNotNone(spack)
        self.assertIs(world.owner("github", "spack"), spack)
        self.assertIsNone(world.owner("bitbucket", "mfem"))
        self.assertIsNone(world.owner("github", "nobody-here"))

    def test_an_added_owner_replaces_any_other_of_its_name(self) -> None:
        world = World()

        world.add(organization(Repository("a"), login="Spack"))

        self.assertEqual(world.sum([("github", "spack")])["originalRepos"], 1)

    def test_a_removed_owner_is_unknown_recorded_or_not(self) -> None:
        world = World()
        world.add(organization())

        world.remove("github", "SPACK")
        world.remove("github", "acme")

        self.assertIsNone(world.owner("github", "spack"))
        self.assertIsNone(world.owner("github", "acme"))

    def test_a_world_can_be_empty(self) -> None:
        world = World(recorded=False, generated=False)

        self.assertIsNone(world.owner("github", "spack"))
        self.assertIsNone(world.owner("github", "org-3"))
        self.assertEqual(world.owners(), [])


class TestSum(unittest.TestCase):
    """The straight sum, by hand."""

    def setUp(self) -> None:
        """An organization and a workspace."""
        self.world = World(recorded=False, generated=False)
        self.world.add(
            organization(
                Repository("a", stars=3, watchers=2, languages={"Python": 1, "C": 1}, topics=("web", "api")),
                Repository("b", is_fork=True, is_archived=True, stars=1, watchers=1, languages={"python": 1}),
                Repository("c", is_private=True, stars=100, watchers=100, languages={"COBOL": 1}, topics=("secret",)),
                collaborations=(("other", "x"),),
            )
        )
        self.world.add(Owner("github", "other", "User", (Repository("x", stars=50),)))
        self.world.add(
            workspace(
                Repository("d", stars=9, watchers=4, languages={"Go": 1, "Rust": 1}, topics=("t",)), Repository("e")
            )
        )

    def test_github_counts_all_languages_topics_and_stars_of_public_repositories(self) -> None:
        self.assertEqual(
            self.world.sum([("github", "acme")]),
            {
                "originalRepos": 1,
                "forkedRepos": 1,
                "watchers": 3,
                "followers": 4,
                "langs": ["c", "python"],
                "langsNum": 2,
                "topics": ["api", "web"],
                "topicsNum": 2,
            },
        )

    def test_bitbucket_counts_the_first_language_and_no_stars(self) -> None:
        total = self.world.sum([("bitbucket", "acme")])

        self.assertEqual((total["originalRepos"], total["watchers"], total["followers"]), (2, 4, 0))
        self.assertEqual((total["langs"], total["topics"]), (["go"], []))

    def test_owners_count_once_and_unknown_ones_nothing(self) -> None:
        both = [("github", "acme"), ("bitbucket", "acme"), ("github", "ACME"), ("github", "nobody")]

        total = self.world.sum(both)

        self.assertEqual((total["originalRepos"], total["watchers"], total["langsNum"]), (3, 7, 3))

    def test_rows_have_what_each_forge_tells(self) -> None:
        plain = Repository("Leaf", True, False, True, 3, 2, {"C": 2, "Go": 1}, ["web", "api"], "2020-02-03T04:05:06.7Z")
        told = replace(plain, license="MIT", pushed_at="2021-01-01")
        self.world.add(organization(told, Repository("quiet", pushed_at=None), Repository("own", is_private=True)))
        self.world.add(workspace(told))

        slug, leaf, quiet = self.world.rows([("github", "acme"), ("github", "ACME"), ("bitbucket", "acme")])

        self.assertEqual(
            leaf,
            {
                "forge": "github",
                "owner": "acme",
                "name": "Leaf",
                "isFork": True,
                "isArchived": True,
                "watchers": 2,
                "stars": 3,
                "langs": ["c", "go"],
                "topics": ["api", "web"],
                "license": "MIT",
                "createdAt": "2020-02-03T04:05:06Z",
                "pushedAt": "2021-01-01T00:00:00Z",
            },
        )
        untold = dict.fromkeys(["isArchived", "stars", "topics", "license", "pushedAt"])
        self.assertEqual(slug, {**leaf, "forge": "bitbucket", "name": "leaf", "langs": ["c"], **untold})
        self.assertEqual((quiet["name"], quiet["pushedAt"]), ("quiet", None))

    def test_a_choice_takes_what_all_its_members_take(self) -> None:
        fork, old = Repository("fork", is_fork=True, pushed_at="2024-01-01"), Repository("old", pushed_at="2020-01-01")
        dead = Repository("dead", is_archived=True, pushed_at="2024-01-01T00:00:00.5Z")
        self.world.add(organization(fork, old, dead, Repository("never", pushed_at=None)))
        self.world.add(workspace(dead))
        both = [("github", "acme"), ("bitbucket", "acme")]

        for choice, names in (
            (Choice(), ["dead", "dead", "fork", "never", "old"]),
            (Choice(forks="no"), ["dead", "dead", "never", "old"]),
            (Choice(forks="only"), ["fork"]),
            # Bitbucket does not tell which are archived, and when they were pushed to
            (Choice(archived="no"), ["dead", "fork", "never", "old"]),
            (Choice(archived="only"), ["dead"]),
            (Choice(pushed_since="2024-01-01"), ["dead", "fork"]),
            (Choice(pushed_since="2024-01-01T00:00:01Z"), []),
            (Choice("no", "no", "2019-01-01"), ["old"]),
        ):
            with self.subTest(choice):
                self.assertEqual(sorted(row["name"] for row in self.world.rows(both, choice)), names)
                total = self.world.sum(both, choice)
                self.assertEqual(total["originalRepos"] + total["forkedRepos"], len(names))
        for wrong in (("yes", "", ""), ("", "yes", ""), ("", "", "now")):
            with self.assertRaises(ValueError):
                Choice(*wrong)

    def test_details_count_repositories_and_bytes_of_github_alone(self) -> None:
        more = Repository("f", watchers=1, languages=[("C", 2**31), ("Go", 5), ("C", 7)], topics=("api",))
        self.world.add(Owner("github", "more", "User", (more,)))

        self.assertEqual(
            self.world.details(
                [
                    ("github", "acme"),
                    ("github", "MORE"),
                    ("github", "more"),
                    ("bitbucket", "acme"),
                    ("github", "nobody"),
                ]
            ),
            {
                "langsDetail": [
                    {"name": "c", "repos": 2, "bytes": 2**31 + 8},
                    {"name": "go", "repos": 2, "bytes": 5},
                    {"name": "python", "repos": 2, "bytes": 2},
                ],
                "topicsDetail": [{"name": "api", "repos": 2}, {"name": "web", "repos": 1}],
            },
        )
        self.assertEqual(
            self.world.details([("bitbucket", "acme")]),
            {"langsDetail": [{"name": "go", "repos": 1, "bytes": None}], "topicsDetail": []},
        )
