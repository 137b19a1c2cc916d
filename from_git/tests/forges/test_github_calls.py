"""GitHub: how many calls an owner costs, of which sizes, and what is said of that."""

import itertools
import re
from typing import Any

from emulator import Latency, Repository
from from_git.aggregator import Asking, watched
from from_git.forges.github.queries import SIZES
from from_git.logfacts import facts_of
from from_git.question import profiles_asked
from from_git.tests.kit.github import GitHubTestCase, ids_in
from from_git.tests.kit.hosts import adapter


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

    def test_a_list_costs_a_call_for_each_two_hundred_and_one_more_where_both_ends_only_touch(self) -> None:
        for size, calls in ((31, 1), (100, 1), (101, 1), (199, 1), (200, 2), (201, 2), (399, 2), (400, 3), (500, 3)):
            with self.subTest(size):
                self.settings_for_test()  # the owner is not known to be large
                bodies = self.change((), lambda *_: False)

                self.calls(size)

                asked = [name for body in bodies for name in ("Owner", "Repositories") if f"query {name}(" in body]
                self.assertEqual(asked, ["Owner", *["Repositories"] * (calls - 1)])

    def test_an_owner_that_had_many_is_not_asked_for_details_first(self) -> None:
        for before, size, begins in ((2 * SIZES.first, 0, "Owner"), (2 * SIZES.first + 1, 5, "Repositories")):
            with self.subTest(before):
                self.settings_for_test()
                self.calls(before)
                bodies = self.change((), lambda *_: False)

                self.calls(size)
                self.assert_exact(("github", "tiny"))

                self.assertIn(f"query {begins}(", bodies[0])
                self.assertIn("query Owner(", bodies[-1], "it has few by now")

    def test_an_owner_that_had_many_and_is_gone_is_missing(self) -> None:
        self.calls(2 * SIZES.first + 1)
        self.world.remove("github", "tiny")

        self.assertEqual(self.answer(self.url)["missing"], [self.url])

    def test_queries_that_took_little_longer_for_more_ask_for_more(self) -> None:
        few = range(SIZES.batch + 1)
        for each, sizes in ((0.0, (SIZES.largest,)), (0.01, few), (0.09, few)):
            with self.subTest(each):
                self.settings_for_test()
                pace = adapter("github").pace
                assert pace is not None
                for repositories in (0, 30) * 50:
                    pace.learn(repositories, 0.1 + each * repositories, 1)
                bodies = self.change((), lambda *_: False)

                self.calls(400)

                largest = max(len(ids_in(body)) for body in bodies)
                self.assertIn(largest, sizes)

    def test_a_list_that_says_too_little_of_its_length_is_not_asked_for_one_by_one(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(400)))
        self.fault("edit", contains="query Owner(", edit=self.short_total)

        self.assertEqual(self.answer(self.url)["data"]["originalRepos"], 400)
        self.assertLess(self.emulator.meter.snapshot()["github"].calls, 20)

    @staticmethod
    def short_total(body: Any) -> Any:
        """The first page, with a total that is one more than what it gives in detail."""
        body["data"]["repositoryOwner"]["repositories"]["totalCount"] = SIZES.first + 1
        return body

    def test_points_are_at_most_two_and_a_fifth_times_those_of_pages_of_a_hundred(self) -> None:
        for size, _ in itertools.product((100, 300, 1000), range(2)):
            with self.subTest(size):
                self.emulator.meter.reset()
                self.answer(f"https://github.com/org-{size}")
                counts = self.emulator.meter.snapshot()["github"]
                self.assertLessEqual(counts.points, 2.2 * 2 * -(-size // 100))

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
        self.assertEqual((last.pages, last.pages_known, last.watchers, last.watchers_known), (2, 2, 250, 250))

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
        self.emulator.latency = Latency(base=0.1)  # beside which what a busy machine adds to long answers is little
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
