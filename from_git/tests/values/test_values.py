"""What all values are: frozen, and equal by what they hold."""

import copy
import dataclasses
import pickle
import pkgutil
from dataclasses import replace
from importlib import import_module
from unittest import TestCase

from from_git import values
from from_git.forges.registry import KINDS
from from_git.tests.kit.finds import found_with
from from_git.tests.kit.hosts import host_of
from from_git.values.credential import Credential
from from_git.values.found import Fetched, Found
from from_git.values.keys import described
from from_git.values.profile import Profile
from from_git.values.progress import Cost, Progress
from from_git.values.stats import Stats
from from_git.values.tempo import USUAL, Tempo
from from_git.values.words import listed, subtitled, titled

MODULES = [import_module(f"{values.__name__}.{one.name}") for one in pkgutil.iter_modules(values.__path__)]


class All(TestCase):
    """Every dataclass of the room."""

    def test_they_are_frozen(self) -> None:
        classes = [
            one
            for module in MODULES
            for one in vars(module).values()
            if dataclasses.is_dataclass(one) and isinstance(one, type) and one.__module__ == module.__name__
        ]
        self.assertIn(Found, classes)
        for one in classes:
            with self.subTest(one.__qualname__):
                self.assertTrue(one.__dataclass_params__.frozen)  # type: ignore[attr-defined]


class Each(TestCase):
    """By what they hold."""

    def test_profiles_are_equal_by_forge_and_folded_owner_whatever_was_written(self) -> None:
        one, other = (host_of(kind) for kind in list(KINDS.values())[:2])
        profile = Profile(one, "owner", "Owner", "https://forge.example/Owner")
        self.assertEqual(profile, Profile(one, "owner", "OWNER", "http://forge.example/OWNER/"))
        self.assertNotEqual(profile, Profile(other, "owner", "Owner", profile.url))
        self.assertEqual(len({profile, Profile(one, "owner", "o", "x")}), 1)

    def test_hosts_are_equal_by_their_names_and_have_other_keys_in_caches_for_other_apis(self) -> None:
        one = host_of("github", "ghe.example", "https://ghe.example/api/graphql")
        same, other = replace(one, credentials=(Credential("x"),)), replace(one, api="https://ghe.example/graphql")

        self.assertEqual(({one, same, other}, one.key), ({one}, same.key))
        self.assertNotEqual(one.key, other.key)
        self.assertNotEqual(one, replace(one, name="ghe.example/x"))
        self.assertEqual(one.site, "https://ghe.example")

    def test_no_text_of_a_host_shows_what_is_secret(self) -> None:
        host = replace(host_of("github"), credentials=(Credential("s3cret", "me"),), proxy="http://me:s3cret@proxy")
        self.assertNotIn("s3cret", f"{host} {host!r} {host.credentials} {host.credentials[0]}")

    def test_a_copy_of_a_kind_is_the_kind_in_another_process_too(self) -> None:
        for kind in KINDS.values():
            self.assertIs(copy.deepcopy(kind), kind)
            self.assertIs(pickle.loads(pickle.dumps(kind)), kind)  # noqa: S301 - our own bytes

    def test_outcomes_are_equal_by_all_that_they_hold(self) -> None:
        self.assertEqual(Fetched(found_with(Stats(1)), 5.0, 4.0), Fetched(found_with(Stats(1)), 5.0, 4.0))
        self.assertNotEqual(Fetched(None, 5.0, 4.0), Fetched(None, 5.0, 5.0))

    def test_costs_add_up(self) -> None:
        self.assertEqual(Cost(1, 0.5, 2, 3) + Cost(10, 0.25, 20, 30), Cost(11, 0.75, 22, 33))
        self.assertEqual(Cost() + Cost(4, 1.0), Cost(4, 1.0))

    def test_progress_is_pages_and_repositories_together(self) -> None:
        self.assertEqual(Progress(pages=2, pages_known=3, watchers=40, watchers_known=50).done, (42, 53))

    def test_the_usual_seconds_are_those_of_the_service(self) -> None:
        self.assertEqual(USUAL, Tempo())
        self.assertLess(USUAL.first_wait, USUAL.longest_wait)
        self.assertLess(USUAL.tick, USUAL.heartbeat)

    def test_a_key_is_described_with_the_kinds_that_tell_it(self) -> None:
        keys = described([KINDS["github"], KINDS["bitbucket"]])
        self.assertEqual(keys["followers"].counts, "GitHub's stars, added up over all repositories.")
        self.assertTrue(keys["followers"].leaves_out.startswith("Bitbucket tells no stars; "))

    def test_names_in_a_sentence(self) -> None:
        for names, words in [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]:
            with self.subTest(words):
                self.assertEqual(listed(names), words)
        self.assertEqual(listed(["a", "b"], "or"), "a or b")

    def test_an_answer_is_titled_by_its_owners(self) -> None:
        for owners, title in {
            (): "",
            ("Acme", "acme"): "Acme",
            ("b", "a", "c"): "b, a and c",
            ("a", "b", "c", "d"): "a, b and 2 more",
            tuple(f"owner-{number}" for number in range(2_000)): "owner-0, owner-1 and 1,998 more",
        }.items():
            with self.subTest(title):
                self.assertEqual(titled(owners), title)

    def test_below_the_title_stands_what_was_counted(self) -> None:
        for asked, words in {
            (14, 2, ("GitHub", "Bitbucket")): "14 public repositories of 2 profiles on GitHub and Bitbucket",
            (14, 6, tuple("ABCDE")): "14 public repositories of 6 profiles on A, B, C, D and E",
            (14, 7, tuple("ABCDEFG")): "14 public repositories of 7 profiles on A, B, C, D, E and 2 more",
            (1, 1, ("GitHub",), "no forks", "no forks"): "1 public repository of 1 profile on GitHub, no forks",
            (0, 0, ()): "0 public repositories of 0 profiles",
            (0, 1, ("GitHub",), "forks only"): "No repository passes the filter (forks only).",
        }.items():
            with self.subTest(words):
                self.assertEqual(subtitled(*asked), words)  # type: ignore[arg-type]
