"""Merging, and its laws."""

from unittest import TestCase

from django.test import SimpleTestCase

from emulator import Owner, Repository
from from_git.aggregator import _answer
from from_git.forges.registry import KINDS
from from_git.profiles import parse_profiles
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.found import Fetched
from from_git.values.profile import Profile
from from_git.values.repository import Repository as Row
from from_git.values.stats import Language, Stats, SumTooLarge, Tally, merge


class Merge(TestCase):
    """The sum of stats."""

    def test_sums_every_number_and_unites_names(self) -> None:
        a = Stats(1, 2, 3, 4, {"c": Language(1, 10), "go": Language(2, None)}, {"api": 1})
        b = Stats(10, 20, 30, 40, {"c": Language(1, None)}, {"api": 2, "web": 1})

        self.assertEqual(
            merge([a, b]),
            Stats(11, 22, 33, 44, {"c": Language(2, 10), "go": Language(2, None)}, {"api": 3, "web": 1}),
        )

    def test_names_come_out_sorted_whatever_came_in_first(self) -> None:
        a, b = Stats(langs={"z": Language(1, 1)}, topics={"z": 1}), Stats(langs={"a": Language(1, 1)}, topics={"a": 1})

        self.assertEqual(list(merge([a, b]).langs), ["a", "z"])
        self.assertEqual(list(merge([a, b]).topics), ["a", "z"])


class Bounds(TestCase):
    """No sum is larger than what JSON keeps exactly."""

    def test_each_sum_is_bounded_over_repositories_and_profiles(self) -> None:
        half, one = 2**52, 1
        for name, whole, more in (
            ("watchers", Stats(watchers=2 * half), Stats(watchers=one)),
            ("stars", Stats(followers=2 * half), Stats(followers=one)),
            (
                "bytes of the language “c”",
                Stats(langs={"c": Language(1, 2 * half)}),
                Stats(langs={"c": Language(1, 1)}),
            ),
        ):
            with self.subTest(name):
                self.assertEqual(merge([whole, Stats()]), whole)
                with self.assertRaisesRegex(SumTooLarge, f"^{name} add up to more than 9,007,199,254,740,992, "):
                    merge([whole, more])


class BoundsOfAnswers(ServiceTestCase):
    """What is too large is an error that says so."""

    def add(self, forge: str, login: str, *counts: int) -> str:
        """An owner of repositories with so many watchers, stars and bytes each; its URL."""
        repositories = [
            Repository(f"r{n}", watchers=count, stars=count if forge == "github" else 0, languages={"C": count})
            for n, count in enumerate(counts)
        ]
        kind = "Organization" if forge == "github" else "Workspace"
        self.world.add(Owner(forge, login, kind, repositories))
        return f"https://{'github.com' if forge == 'github' else 'bitbucket.org'}/{login}"

    def test_over_repositories(self) -> None:
        for forge in ("github", "bitbucket"):
            with self.subTest(forge):
                url = self.add(forge, "tiny", 2**52, 2**52, 2**52)

                body = self.failure(502, url)

                self.assertIn(f"for {url}: its watchers add up to more than 9,007,199,254,740,992", body["message"])
                self.add(forge, "tiny", 2**52, 2**52)
                self.assert_exact((forge, "tiny"))

    def test_over_profiles(self) -> None:
        urls = [self.add("github", "one", 2**53), self.add("bitbucket", "two", 1)]

        body = self.failure(502, *urls)

        self.assertRegex(body["message"], r"^The watchers add up to more than 9,007,199,254,740,992")
        self.assertIn("fewer profiles", body["advice"])


class Counting(TestCase):
    """One repository after the other."""

    def test_forks_and_originals_are_counted_apart(self) -> None:
        tally = Tally()
        tally.add_repositories([Row("1", "a", False, watchers=3, stars=5)])
        tally.add_repositories([Row("2", "b", True, watchers=1)])

        self.assertEqual(tally.stats(), Stats(1, 1, 4, 5))

    def test_a_language_twice_in_one_repository_is_one_repository_with_both_sizes(self) -> None:
        tally = Tally()
        tally.add_repositories([Row("1", "a", langs=(("Python", 3), ("C", 1), ("Python", 4)))])

        self.assertEqual(tally.stats().langs, {"c": Language(1, 1), "python": Language(1, 7)})

    def test_a_language_without_a_size_has_none_and_one_of_zero_bytes_has_zero(self) -> None:
        tally = Tally()
        tally.add_repositories([Row("1", "a", langs=(("Go", None), ("Roff", 0)))])

        self.assertEqual(tally.stats().langs, {"go": Language(1, None), "roff": Language(1, 0)})


class Answers(SimpleTestCase):
    """What the profiles of one question look like together."""

    GITHUB, BITBUCKET, BY_UUID = parse_profiles(
        ["github.com/one", "bitbucket.org/one", "bitbucket.org/{3fa85f64-5717-4562-b3fc-2c963f66afa6}"],
        {kind.host: host_of(kind) for kind in KINDS.values()},
    )[0]

    def watchers(self, fetched: dict[Profile, Fetched]) -> int:
        """Of all of them."""
        return _answer(list(fetched), fetched, {}).stats.watchers

    def test_a_profile_counts_once_under_all_its_names_and_beside_those_of_other_forges(self) -> None:
        workspace = Fetched(found_with(Stats(watchers=4), "Workspace", identity="one"), 1.0, 1.0)
        owner = Fetched(found_with(Stats(watchers=2)), 1.0, 1.0)
        fetched = {self.GITHUB: owner, self.BITBUCKET: workspace, self.BY_UUID: workspace}

        self.assertEqual(self.watchers(fetched), 6)

    def test_what_is_fetched_anew_is_added_up_anew(self) -> None:
        for number, (at, oldest) in enumerate([(1.0, 1.0), (2.0, 1.0), (2.0, 2.0)]):
            fetched = Fetched(found_with(Stats(watchers=number)), at, oldest)
            self.assertEqual(self.watchers({self.GITHUB: fetched}), number)

    def test_repositories_that_are_missing_are_told_by_address_and_in_order(self) -> None:
        workspace = found_with(Stats(), "Workspace", missing=("one/a", "one/ä b"))

        answer = _answer([self.BITBUCKET], {self.BITBUCKET: Fetched(workspace, 1.0, 1.0)}, {})

        site = "https://bitbucket.org/one"
        self.assertEqual(answer.missing_repositories, (f"{site}/%C3%A4%20b", f"{site}/a"))
