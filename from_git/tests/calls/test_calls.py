"""Calls that are made again: outages, sizes, and how much they cost."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from emulator import Fault, Latency, Repository, preset
from emulator.tests.helpers import settled
from from_git.errors import TransientError
from from_git.tests.kit.github import GitHubTestCase
from from_git.values.tempo import USUAL

BITBUCKET = "https://bitbucket.org/team-130"


class Outages(GitHubTestCase):
    """A forge that is away."""

    def test_an_outage_that_ends_within_the_deadline_is_not_seen(self) -> None:
        for path, owner in [("/graphql", ("github", "org-130")), ("/2.0/*", ("bitbucket", "team-130"))]:
            for kind in ("reset", "status", "truncate", "body"):
                with self.subTest(path, kind=kind):
                    self.emulator.faults.clear()
                    times = TransientError.attempts - 1
                    self.emulator.faults.add(Fault(kind, path=path, times=times, status=503))
                    self.assert_exact(owner)

    def test_calls_that_fail_now_and_then_are_not_seen(self) -> None:
        for seed in range(3):
            with self.subTest(seed):
                self.emulator.faults.clear()
                self.emulator.faults.add(Fault("status", status=500, chance=0.3, seed=seed))
                self.assert_exact(("github", "org-130"), ("bitbucket", "team-130"))

    def test_a_retry_after_of_a_forge_that_is_away_is_obeyed(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=503, headers={"Retry-After": "1"}, times=1))
        self.assert_exact(("github", "org-5"))

        self.emulator.faults.add(Fault("status", path="/graphql", status=503, headers={"Retry-After": "100"}, times=1))
        self.assertIn("503", self.failure(502, "https://github.com/org-5")["message"])

    def test_a_wait_that_the_forge_asks_for_at_one_call_holds_the_others_of_its_fetch(self) -> None:
        headers = {"Retry-After": "1"}
        self.emulator.faults.add(Fault("status", path="*/watchers", status=503, headers=headers, for_seconds=0.7))

        self.assert_exact(("bitbucket", "team-130"))

        self.assertLess(self.emulator.meter.snapshot()["watchers"].calls, 130 + 64)

    def test_a_forge_that_is_down_is_asked_now_and_then_and_not_for_each_repository(self) -> None:
        self.emulator.faults.add(Fault("status", path="*/watchers", status=500))

        message = self.failure(502, "https://bitbucket.org/team-1000")["message"]

        self.assertIn("500 Internal Server Error", message)
        self.assertLess(self.emulator.meter.snapshot()["watchers"].calls, 300)

    def test_owners_that_fail_all_the_time_keep_no_healthy_one_waiting(self) -> None:
        self.settings_for_test(TEMPO=USUAL)
        self.settings_for_test(REQUEST_DEADLINE=4.0)
        for number in range(5):
            self.emulator.faults.add(Fault("status", path="/graphql", contains=f"user-{number + 20}", status=503))
        stopped, failing = threading.Event(), [f"https://github.com/user-{number + 20}" for number in range(5)]

        def fail(url: str) -> None:
            while not stopped.is_set():
                self.ask(url)

        with ThreadPoolExecutor(5) as pool:
            for url in failing:
                pool.submit(fail, url)
            self.addCleanup(stopped.set)
            self.assertTrue(settled(lambda: self.emulator.meter.snapshot()["github"].calls >= 20, True))
            for size in (40, 50, 60):
                self.assert_exact(("github", f"org-{size}"))
            stopped.set()

    def test_how_often_it_was_asked_is_said(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=500))

        self.assertIn(f"asked {TransientError.attempts} times", self.failure(502, self.url)["message"])
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, TransientError.attempts)

    def test_waits_of_our_own_become_shorter_towards_the_deadline_and_the_failure_is_told_before_it(self) -> None:
        self.tempo_for_test(first_wait=10.0, longest_wait=10.0)
        self.settings_for_test(REQUEST_DEADLINE=1.0)
        self.emulator.faults.add(Fault("status", path="/graphql", status=500))

        self.failure(502, self.url)

        self.assertIn(self.emulator.meter.snapshot()["github"].calls, (3, 4, 5))

    def test_when_the_time_is_over_the_last_trouble_is_told(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=0.85, UPSTREAM_TIMEOUT=0.3)
        self.emulator.faults.add(Fault("hang", path="/graphql"))

        message = self.failure(504, self.url)["message"]

        self.assertIn("within 0.85 s (REQUEST_DEADLINE)", message)
        self.assertIn("The last trouble: it did not answer within 0.3 s (UPSTREAM_TIMEOUT)", message)


class Sizes(GitHubTestCase):
    """Queries that are too much."""

    def setUp(self) -> None:
        """An owner of some pages, and a record of what is asked."""
        super().setUp()
        self.add(*(Repository(f"r{n}", watchers=n, languages={"C": 1}) for n in range(150)))
        self.bodies: list[str] = []
        self.emulator.before_call(lambda upstream, path, body: self.bodies.append(body))
        self.addCleanup(self.emulator.before_call, None)
        self.addCleanup(setattr, self.emulator, "latency", self.emulator.latency)

    def heavy(self) -> list[tuple[str, int]]:
        """The queries for details: what they say, and for how many."""
        asked = []
        for body in self.bodies:
            variables: dict[str, Any] = json.loads(body)["variables"]
            weight = len(variables.get("ids", [])) or variables.get("first", 0)
            asked.append((body, weight))
        return asked

    def test_an_upstream_that_dies_above_twelve_repositories_gives_the_exact_answer(self) -> None:
        for threads in (1, 8):
            with self.subTest(threads):
                self.settings_for_test(NUM_THREADS_GITHUB=threads)
                self.bodies.clear()
                self.emulator.latency = Latency(max_weight=12)

                self.assert_exact(("github", "tiny"))

                twice = [weight for (_, weight), times in Counter(self.heavy()).items() if times > 1]
                self.assertEqual([weight for weight in twice if weight > 5], [])

    def test_the_size_that_worked_is_remembered_for_all_owners(self) -> None:
        self.emulator.latency = Latency(max_weight=12)
        self.assert_exact(("github", "tiny"))
        self.bodies.clear()
        self.emulator.meter.reset()

        self.assert_exact(("github", "org-130"))

        self.assertLessEqual(max(weight for _, weight in self.heavy()), 12)
        self.assertEqual(dict(self.emulator.meter.snapshot()["github"].statuses), {200: len(self.bodies)})

    def test_any_weight_gives_the_exact_answer(self) -> None:
        for weight in (1, 2, 3, 5, 7, 17, 29, 39):
            with self.subTest(weight):
                self.settings_for_test()
                self.emulator.latency = Latency(max_weight=weight)
                self.assert_exact(("github", "tiny"))

    def test_queries_that_wait_are_cut_before_they_are_sent(self) -> None:
        self.settings_for_test(NUM_THREADS_GITHUB=1)
        self.emulator.faults.add(preset("timeout_502", contains="query Details", times=1))

        self.assert_exact(("github", "tiny"))

        weights = [weight for body, weight in self.heavy() if "query Details" in body]
        self.assertGreater(weights[0], 20)
        self.assertLessEqual(max(weights[1:]), 20)

    def test_a_connection_that_breaks_twice_under_a_heavy_query_halves_it(self) -> None:
        self.emulator.faults.add(Fault("reset", path="/graphql", contains="query Details", times=16))

        self.assert_exact(("github", "tiny"))

        asked = Counter(self.heavy())
        self.assertLessEqual(max(times for (_, weight), times in asked.items() if weight > 5), 3)

    def test_names_that_are_too_much_are_asked_for_in_halves(self) -> None:
        self.add(*(Repository(f"r{n}", languages={f"L{n}-{i}": 1 for i in range(50)}) for n in range(30)))
        self.emulator.faults.add(preset("something_went_wrong", contains="query Names", times=3))

        self.assert_exact(("github", "tiny"))

        weights = sorted(weight for body, weight in self.heavy() if "query Names" in body)
        self.assertLess(weights[0], weights[-1])

    def test_a_single_failure_of_a_light_query_is_asked_again_as_it_was(self) -> None:
        self.add(*(Repository(f"r{n}") for n in range(250)))
        self.emulator.faults.add(preset("timeout_502", contains="query Repositories", times=2))

        self.assert_exact(("github", "tiny"))

        self.assertEqual(sum("query Repositories" in body for body in self.bodies), 3)
