"""GitHub: how a list is walked while it changes, and what that costs."""

import itertools
import re
import time
from dataclasses import replace
from typing import Any

from emulator import Latency, Repository
from emulator.github.opaque import node_id
from from_git.aggregator import Asking, watched
from from_git.calls.fetchgroup import FetchGroup
from from_git.forges.github.details import Details
from from_git.forges.github.nodes import repository_in
from from_git.forges.github.opening import GitHub
from from_git.forges.github.queries import SIZES, Queries
from from_git.logfacts import facts_of
from from_git.question import profiles_asked
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


class Calls(GitHubTestCase):
    """What it costs."""

    alone = True

    def calls(self, size: int) -> int:
        """Calls for an owner of so many repositories."""
        self.add(*(Repository(f"r{n}") for n in range(size)))
        self.emulator.meter.reset()
        self.answer(self.url)
        return self.emulator.meter.snapshot()["github"].calls

    def test_an_owner_of_one_page_costs_one_call_and_one_point(self) -> None:
        for size in (0, 1, SIZES.first):
            with self.subTest(size):
                self.assertEqual(self.calls(size), 1)
                self.assertEqual(self.emulator.meter.snapshot()["github"].points, 1)

    def test_with_one_thread_a_list_costs_a_call_for_each_hundred_and_batches_for_the_details(self) -> None:
        self.settings_for_test(NUM_THREADS_GITHUB=1)

        for size, pages, batches in [(31, 1, 1), (70, 1, 1), (100, 1, 2), (101, 2, 2), (500, 5, 12)]:
            with self.subTest(size):
                self.assertEqual(self.calls(size), pages + batches)

    def test_with_eight_threads_batches_fill_rounds_of_eight(self) -> None:
        self.settings_for_test(NUM_THREADS_GITHUB=8, POOL_WIDTH="fixed")
        for size, pages, batches in [(50, 1, 2), (100, 1, 4), (300, 3, 8), (500, 5, 16)]:
            with self.subTest(size):
                self.assertEqual(self.calls(size), pages + batches)

    def test_a_list_that_says_too_little_of_its_length_is_not_asked_for_one_by_one(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(400)))
        self.fault("edit", contains="query Owner(", edit=self.short_total)

        self.assertEqual(self.answer(self.url)["data"]["originalRepos"], 400)
        self.assertLess(self.emulator.meter.snapshot()["github"].calls, 16)

    @staticmethod
    def short_total(body: Any) -> Any:
        """The first page, with a total that is one more than what it gives in detail."""
        body["data"]["repositoryOwner"]["repositories"]["totalCount"] = SIZES.first + 1
        return body

    def test_with_the_default_pool_points_are_at_most_three_times_those_of_pages_of_a_hundred(self) -> None:
        for size in (50, 100, 300, 1000):
            with self.subTest(size):
                self.emulator.meter.reset()
                self.answer(f"https://github.com/org-{size}")
                counts = self.emulator.meter.snapshot()["github"]
                self.assertLessEqual(counts.points, 3 * 2 * -(-size // 100))

    def test_the_rest_of_a_list_is_asked_for_by_all_threads_at_once(self) -> None:
        self.settings_for_test(NUM_THREADS_GITHUB=8, POOL_WIDTH="fixed")
        self.emulator.latency = Latency(base=0.02, per_repository=0.003)
        self.addCleanup(setattr, self.emulator, "latency", Latency())

        self.answer("https://github.com/org-500")

        self.assertEqual(self.emulator.meter.snapshot()["github"].peak, 8)

    def test_where_no_thread_is_idle_batches_are_not_split(self) -> None:
        self.settings_for_test(NUM_THREADS_GITHUB=8, POOL_WIDTH="fixed")
        self.emulator.latency = Latency(base=0.02)
        self.addCleanup(setattr, self.emulator, "latency", Latency())
        owners = [f"https://github.com/{kind}-{size}" for kind in ("org", "user") for size in range(50, 60)]

        self.answer(*owners)

        # one for the first page and one for the rest of each; a few more if this machine is slow to start them
        self.assertLess(self.emulator.meter.snapshot()["github"].calls, 50)

    def test_at_the_end_all_pages_and_repositories_are_done(self) -> None:
        self.add(*(Repository(f"r{n}", languages={f"L{k}": 1 for k in range(50 * (n < 5))}) for n in range(250)))

        *_, look = watched(profiles_asked([self.url]), Asking(30, "a test"))

        last = look()
        self.assertEqual((last.pages, last.pages_known, last.watchers, last.watchers_known), (3, 3, 250, 250))

    def test_connections_are_kept_alive_and_as_few_as_threads(self) -> None:
        self.settings_for_test(NUM_THREADS_GITHUB=8)
        owners = [f"https://github.com/org-{n}" for n in range(40, 70)]

        self.answer(*owners)
        self.answer(*owners)

        snapshot = self.emulator.meter.snapshot()
        self.assertGreater(snapshot["github"].calls, 100)
        self.assertLessEqual(snapshot["github"].connections, 8)
        self.assertLessEqual(snapshot["github"].peak, 8)

    def test_a_github_so_slow_that_queries_would_die_is_asked_for_fewer_at_once(self) -> None:
        pace = adapter("github").pace
        assert pace is not None
        for repositories in (0, 30) * 3:
            pace.learn(repositories, 0.3 + 1.0 * repositories, 1)

        # the first 18, and 12; the first 18, and three batches of 18 for the rest
        self.assertEqual(self.calls(SIZES.first), 2)
        self.assertEqual(self.calls(70), 4)

    def test_what_it_cost_is_counted_as_the_forge_counts_it_and_logged(self) -> None:
        self.emulator.latency = Latency(base=0.02)
        self.addCleanup(setattr, self.emulator, "latency", Latency())
        with self.assertLogs("from_git", "DEBUG") as logs:
            self.answer("https://github.com/org-150", "https://github.com/user-3", "https://bitbucket.org/team-20")

        counts = self.emulator.meter.snapshot()
        lines: list[Any] = [facts_of(record) for record in logs.records if record.name == "from_git.middleware"]
        [facts] = lines
        self.assertEqual(facts["bitbucket_calls"], counts["bitbucket"].calls)
        self.assertEqual(
            (facts["github_calls"], facts["github_points"]), (counts["github"].calls, counts["github"].points)
        )
        self.assertGreaterEqual(facts["github_seconds"] + 0.01, counts["github"].seconds)
        [pace] = [record.getMessage() for record in logs.records if record.name == "from_git.aggregator.tally"]
        found = re.search(
            r"github\.com takes (.*) s and 1\.00 points a query, .* s and 0\.000 points a repository",
            pace,
        )
        assert found, pace
        self.assertGreaterEqual(float(found[1]), 0.02)
