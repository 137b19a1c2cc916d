"""GitHub: how a list is walked while it changes."""

import itertools
import time
from dataclasses import replace
from typing import Any

from emulator import Repository
from emulator.github.opaque import node_id
from from_git.calls.fetchgroup import FetchGroup
from from_git.forges.github.details import Details
from from_git.forges.github.nodes import repository_in
from from_git.forges.github.opening import GitHub
from from_git.forges.github.queries import SIZES, Queries
from from_git.tests.kit.github import GitHubTestCase, ids_in
from from_git.tests.kit.hosts import adapter


class Changes(GitHubTestCase):
    """A list that changes while it is read: nothing counts twice, nothing that stands throughout is lost."""

    size = 250

    def setUp(self) -> None:
        """Give each repository watchers that make every sum of some of them another number."""
        super().setUp()
        self.before = tuple(
            Repository(
                f"r{n:03}", watchers=1000 + 2 * n, stars=n, created_at=f"2020-01-01T{n // 60:02}:{n % 60:02}:00Z"
            )
            for n in range(self.size)
        )

    def changed(self) -> dict[str, tuple[Repository, ...]]:
        """What may happen to the list at once."""
        one, rest = self.before[5], self.before[6:]
        old = Repository("old", watchers=1, created_at="2020-01-01T00:02:30Z")
        new = Repository("new", watchers=1, created_at="2021-01-01T00:00:00Z")
        return {
            "created among the old": (*self.before, old),
            "created last": (*self.before, new),
            "an early one deleted": (*self.before[:5], *rest),
            "a late one deleted": self.before[:-3] + self.before[-2:],
            "one deleted and one created": (*self.before[:5], *rest, new),
            "one renamed": (*self.before[:5], replace(one, name="renamed"), *rest),
            "one archived": (*self.before[:5], replace(one, is_archived=True), *rest),
            "one made private": (*self.before[:5], replace(one, is_private=True), *rest),
            "a late one made private": (*self.before[:-1], replace(self.before[-1], is_private=True)),
            "an early one deleted and an old one published": (*self.before[:5], *rest, old),
            "a late one deleted and an old one published": (*self.before[:-3], *self.before[-2:], old),
            "one published": (*self.before, Repository("p", watchers=1, created_at="2020-01-01T00:10:30Z")),
        }

    def sums(self, *states: tuple[Repository, ...]) -> list[Any]:
        """The answers that belong to these states of the list."""
        answers = []
        for state in states:
            self.add(*state)
            answers.append(self.world.sum([("github", "tiny")]))
        return answers

    def test_one_change_at_any_moment_gives_the_numbers_before_it_or_after_it(self) -> None:
        for threads in (1, 8):
            self.settings_for_test(NUM_THREADS_GITHUB=threads)
            for what, after in self.changed().items():
                expected = self.sums(self.before, after)
                for moment in (2, 3, 5, 8, 12):
                    with self.subTest(what, threads=threads, moment=moment):
                        self.add(*self.before)
                        self.change(after, lambda call, _, at=moment: call == at)  # type: ignore[misc]
                        self.assertIn(self.answer(self.url)["data"], expected)

    def test_a_change_before_the_list_has_ended_is_seen_without_reading_details_again(self) -> None:
        cases = itertools.product((1, 8), ("created last", "an early one deleted", "one made private"))
        for threads, what in cases:
            with self.subTest(what, threads=threads):
                self.settings_for_test(NUM_THREADS_GITHUB=threads)
                after = self.changed()[what]
                self.add(*self.before)
                bodies = self.change(after, lambda call, _: call == 2)

                answer = self.answer(self.url)["data"]

                self.assertEqual(answer, self.sums(after)[0])
                asked = [one for body in bodies for one in ids_in(body)]
                self.assertEqual(len(asked), len(set(asked)), "a repository was asked for twice")

    def test_a_repository_deleted_before_its_details_are_read_does_not_count(self) -> None:
        for query, languages in (("query Details", 3), ("query Names", 50)):
            with self.subTest(query):
                late = Repository("late", watchers=9, languages={f"L{n}": 1 for n in range(languages)})
                others = [Repository(f"r{n}", created_at="2000-01-01T00:00:00Z") for n in range(SIZES.first)]
                self.add(*others, late)
                self.change(others, lambda _, body, query=query: query in body)  # type: ignore[misc]

                self.assertEqual(self.answer(self.url)["data"]["originalRepos"], SIZES.first)

    def test_a_repository_that_github_loses_for_a_moment_counts(self) -> None:
        self.add(*(Repository(f"r{n}", watchers=1) for n in range(2 * SIZES.first)))

        def lose(body: Any) -> Any:
            body["data"]["nodes"][0] = None
            return {**body, "errors": [{"type": "NOT_FOUND", "message": "gone", "path": ["nodes", 0]}]}

        self.fault("edit", contains="query Details", edit=lose, times=1)

        self.assert_exact(("github", "tiny"))

    def test_a_repository_that_is_listed_and_never_found_by_its_id_does_not_count(self) -> None:
        self.add(*(Repository(f"r{n}", watchers=1) for n in range(SIZES.first + 1)))

        def lose(body: Any) -> Any:
            errors = [{"type": "NOT_FOUND", "message": "gone", "path": ["nodes", 0]}]
            return {"data": {"nodes": [None]}, "errors": errors}

        self.fault("edit", contains="query Details", edit=lose)

        self.assertEqual(self.answer(self.url)["data"]["watchers"], SIZES.first)
        # first page, details; list, details again
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 4)

    def test_a_list_with_another_vanished_repository_in_each_reading_is_an_error_after_three(self) -> None:
        stand = [Repository(f"r{n}", created_at="2000-01-01T00:00:00Z") for n in range(SIZES.first)]
        calls: list[str] = []

        def come_and_go(upstream: str, path: str, body: str) -> None:
            calls.append(body)
            ghosts = [] if "query Details" in body else [Repository(f"ghost{len(calls)}")]
            self.add(*stand, *ghosts)

        self.add(*stand)
        self.emulator.before_call(come_and_go)
        self.addCleanup(self.emulator.before_call, None)

        self.assertIn("in each of 3 readings", self.failure(502, self.url)["message"])
        self.assertEqual(len(calls), 6)

    def test_a_repository_made_private_before_its_names_are_read_shows_none_of_them(self) -> None:
        public = Repository("a", watchers=9, languages={f"L{n}": 1 for n in range(50)})
        private = Repository("a", watchers=9, languages={f"Secret{n}": 1 for n in range(50)}, is_private=True)
        self.add(public)
        self.change([private], lambda _, body: "query Names" in body)

        data = self.answer(self.url)["data"]

        self.assertEqual((data["watchers"], data["langs"]), (0, []))

    def test_a_page_that_is_overtaken_by_the_last_one_leaves_nothing_behind(self) -> None:
        forge = adapter("github")
        assert isinstance(forge, GitHub)
        self.add(Repository("a", watchers=1), Repository("b", watchers=2))
        owner = self.world.owner("github", "tiny")
        assert owner is not None
        names = {node_id("R", "tiny", one.id): f"tiny/{one.name}" for one in owner.repositories}
        first, last = ({identity: names[identity]} for identity in names)
        group = FetchGroup(time.monotonic() + 30)
        details = Details(Queries(forge.access, group)).once

        for page, more in ((last, False), (first, True)):
            details.note(page, more)
            details.start()

        self.assertTrue(group.wait())
        known = [row for one in names if isinstance(row := details.known[one], bytes)]
        self.assertEqual([repository_in(one, "", "", {}).watchers for one in known], [1, 2])

    def test_a_repository_made_private_before_its_details_are_read_does_not_count(self) -> None:
        others = [Repository(f"r{n}", created_at="2000-01-01T00:00:00Z") for n in range(SIZES.first)]
        self.add(*others, Repository("late", watchers=9))
        private = Repository("late", watchers=9, is_private=True)
        self.change([*others, private], lambda _, body: "query Details" in body)

        self.assertEqual(self.answer(self.url)["data"]["watchers"], 0)
