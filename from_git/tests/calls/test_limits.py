"""Limits that are never met by surprise: on emulators that keep them, with windows of a second or two."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import requests
from django.core.cache import caches

from emulator import Emulator, Fault, Latency, World, preset
from from_git import forges
from from_git.tests.kit.forges import environment_for
from from_git.tests.kit.hosts import adapter
from from_git.tests.kit.project import environment, project_copy, ran
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.system import environment_with

Ask = tuple[tuple[str, str], ...]


class LimitsTestCase(ServiceTestCase):
    """Windows that are short on both sides."""

    alone = True

    def bounded(self, window: str, seconds: float, **bounds: Any) -> Emulator:
        """An emulator with these bounds, and a service that points at it and knows the window."""
        emulator = self.enterContext(Emulator(World(), **{"limits": False, **bounds}))
        self.tempo_for_test(**{window: seconds})
        self.settings_for_test(
            GITHUB_GRAPHQL_URL=emulator["github"].url,
            BITBUCKET_API_URL=emulator["bitbucket"].url,
            REQUEST_DEADLINE=60.0,
        )
        return emulator

    def together(self, *questions: str) -> list[requests.Response]:
        """The answers to questions that are asked at the same time."""
        with ThreadPoolExecutor(len(questions)) as pool:
            return list(pool.map(self.ask, questions))

    def assert_all_exact(self, emulator: Emulator, forge: str, names: list[str], ask: Callable[..., Any]) -> None:
        """Ask for each owner; all answers must be the straight sum."""
        host = "github.com" if forge == "github" else "bitbucket.org"
        for name, response in zip(names, ask(*(f"https://{host}/{name}" for name in names)), strict=True):
            self.assertEqual(response.status_code, 200, response.text)
            self.assertEqual(response.json()["data"], emulator.world.sum([(forge, name)]))

    def one_by_one(self, *questions: str) -> list[requests.Response]:
        """The answers to questions that are asked one after the other."""
        return [self.ask(question) for question in questions]


class GitHubTime(LimitsTestCase):
    """A second of its time in each second; a query takes 20 ms, and 2 ms for a repository."""

    def setUp(self) -> None:
        """Begin with an empty window."""
        super().setUp()
        times = Latency(base=0.02, per_repository=0.002)
        self.forge = self.bounded("minute", 1.0, github={"seconds": 1.0}, minute=1.0, latency=times)
        self.settings_for_test(GITHUB_SECONDS_PER_MINUTE=0.9)

    def refused(self) -> int:
        """Calls that met the limit."""
        return self.forge.meter.snapshot()["github"].refused

    def test_no_request_of_any_size_alone_or_together_meets_the_limit(self) -> None:
        names = ["org-1", "org-50", "org-130", "org-7", "org-300", "org-31"]

        self.assert_all_exact(self.forge, "github", names, self.one_by_one)
        self.assert_all_exact(self.forge, "github", names, self.together)

        self.assertEqual(self.refused(), 0)

    def test_requests_that_fail_or_go_away_do_not_lead_to_it(self) -> None:
        # what is given up goes on at the forge for a moment, of which a minute of a second has no room for many
        self.settings_for_test(GITHUB_SECONDS_PER_MINUTE=0.75)
        self.forge.faults.add(Fault("status", path="/graphql", status=500, chance=0.2))
        self.settings_kept(REQUEST_DEADLINE=0.5)
        for response in self.together(*(f"https://github.com/org-{size}" for size in (40, 90, 130, 140, 200, 300))):
            self.assertIn(response.status_code, (200, 502, 503, 504))
        self.settings_kept(REQUEST_DEADLINE=60.0)
        self.forge.faults.clear()

        self.assert_all_exact(self.forge, "github", ["org-50", "org-130"], self.together)

        self.assertEqual(self.refused(), 0)

    def test_an_owner_of_two_windows_is_spread_over_them(self) -> None:
        self.ask("https://github.com/org-50")
        self.forge.meter.reset()

        self.assert_all_exact(self.forge, "github", ["org-600"], self.one_by_one)

        github = self.forge.meter.snapshot()["github"]
        self.assertGreater(github.seconds, 1.5)
        self.assertEqual(github.refused, 0)

    def test_what_cannot_be_paid_in_time_is_refused_after_the_first_page_with_both_figures(self) -> None:
        self.ask("https://github.com/org-50")
        self.settings_kept(REQUEST_DEADLINE=0.9)
        self.forge.meter.reset()

        body = self.failure(503, "https://github.com/org-1000")

        self.assertRegex(
            body["message"],
            r"GitHub allows [\d.]+ seconds of its time in 1 s \(GITHUB_SECONDS_PER_MINUTE\); this answer needs about"
            r" [\d.]+ more, and [\d.]+ (are left|can be spent in time).",
        )
        self.assertIn("--deadline", body["advice"])
        self.assertNotIn("retryAfter", body)
        self.assertEqual(self.forge.meter.snapshot()["github"].calls, 1)

    def test_points_that_do_not_suffice_are_a_refusal_with_both_figures(self) -> None:
        emulator = self.enterContext(Emulator(World(), limits=False, github={"points": 12}))
        self.settings_for_test(GITHUB_GRAPHQL_URL=emulator["github"].url)

        body = self.failure(503, "https://github.com/org-1000")

        self.assertRegex(body["message"], r"needs about \d+ more points, and \d+ are left")
        self.assertGreater(body["retryAfter"], 3_000)
        self.assertEqual(emulator.meter.snapshot()["github"].calls, 1)


class BitbucketHour(LimitsTestCase):
    """Sixty calls in each two seconds."""

    def setUp(self) -> None:
        """Begin with an empty hour."""
        super().setUp()
        self.forge = self.bounded("hour", 2.0, bitbucket={"calls_per_hour": 60}, hour=2.0)
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR="auto")

    def test_no_request_of_any_size_alone_or_together_meets_the_limit(self) -> None:
        names = ["team-1", "team-30", "team-58", "team-7"]

        self.assert_all_exact(self.forge, "bitbucket", names, self.one_by_one)
        self.assert_all_exact(self.forge, "bitbucket", [*names, "team-110"], self.together)

        self.assertEqual(self.forge.meter.snapshot()["bitbucket"].refused, 0)

    def test_what_cannot_be_paid_in_time_is_refused_after_the_first_page_with_both_figures(self) -> None:
        self.settings_kept(REQUEST_DEADLINE=1.0)
        for name, helps in [("team-50", True), ("team-90", False)]:
            with self.subTest(name):
                self.ask("https://bitbucket.org/team-20")
                self.forge.meter.reset()
                body = self.failure(503, f"https://bitbucket.org/{name}")
                self.assertRegex(body["message"], r"about \d+ more, and \d+ (are left|can be spent in time)")
                self.assertIn("Bitbucket allows 60 calls", body["message"])
                self.assertEqual("retryAfter" in body, helps)
                self.assertEqual(self.forge.meter.snapshot()["bitbucket"].calls, 1)

    def test_calls_that_are_sent_again_count(self) -> None:
        self.forge.faults.add(Fault("status", path="*/watchers", status=500, chance=0.3))

        self.assert_all_exact(self.forge, "bitbucket", ["team-30", "team-40"], self.together)

        self.assertEqual(self.forge.meter.snapshot()["bitbucket"].refused, 0)

    def test_with_an_access_token_the_limit_is_what_bitbucket_says(self) -> None:
        emulator = self.bounded("hour", 2.0, bitbucket={"calls_per_hour": 25}, hour=2.0)
        token = emulator["bitbucket"].credentials["access_token"]
        self.settings_for_test(BITBUCKET_ACCESS_TOKEN=token, REQUEST_DEADLINE=0.9)

        body = self.failure(503, "https://bitbucket.org/team-40")

        self.assertIn("Bitbucket allows 25 calls", body["message"])
        self.assertEqual(emulator.meter.snapshot()["bitbucket"].refused, 0)


class Remembered(ServiceTestCase):
    """Limits that a forge has named."""

    def test_a_limit_costs_the_next_requests_no_call_until_it_has_passed(self) -> None:
        for name, forge, owner in [
            ("secondary_403_retry_after", "github", "https://github.com/spack"),
            ("primary_200_rate_limit", "github", "https://github.com/spack"),
            ("bitbucket_429", "bitbucket", "https://bitbucket.org/mailchimp"),
        ]:
            with self.subTest(name):
                self.settings_for_test(REQUEST_DEADLINE=1.0)
                self.emulator.faults.add(preset(name, times=1))
                first = self.failure(503, owner)
                self.emulator.meter.reset()
                second = self.failure(503, owner)
                self.assertEqual(self.emulator.meter.snapshot()[forge].calls, 0)
                self.assertLessEqual(second["retryAfter"], first["retryAfter"])
                self.assertGreaterEqual(second["retryAfter"], 55)
                forges.close()  # another process, with the same cache
                self.failure(503, owner)
                self.assertEqual(self.emulator.meter.snapshot()[forge].calls, 0)
                caches["default"].clear()
                self.settings_for_test(REQUEST_DEADLINE=60.0)
                self.answer(owner)

    def test_a_limit_that_ends_in_time_is_waited_for(self) -> None:
        for path, owner in [("/graphql", ("github", "org-130")), ("/2.0/*", ("bitbucket", "team-130"))]:
            with self.subTest(path):
                headers = {"Retry-After": "1"}
                self.emulator.faults.add(Fault("status", path=path, status=429, headers=headers, times=1, after=2))
                self.assert_exact(owner)

    def test_points_that_end_with_a_good_answer_are_a_limit_for_the_next_query(self) -> None:
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "@now+600"}
        self.emulator.faults.add(Fault("headers", path="/graphql", headers=headers, times=1))

        self.assert_exact(("github", "org-5"))
        self.emulator.meter.reset()
        body = self.failure(503, "https://github.com/org-6")

        self.assertAlmostEqual(body["retryAfter"], 600, delta=3)
        self.assertEqual(self.emulator.meter.snapshot()["github"].calls, 0)
        self.assert_exact(("bitbucket", "team-5"))


@needs_redis
class BetweenProcesses(ServiceTestCase):
    """With CACHE_URL, what one process has spent or met counts for all."""

    redis: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start a Redis."""
        super().setUpClass()
        cls.redis = start_redis(cls)

    def aggregate(self, emulator: Emulator, url: str, deadline: str) -> subprocess.CompletedProcess[str]:
        """`manage.py aggregate` in a process of its own."""
        command = (sys.executable, "manage.py", "aggregate", url, "--json", "--deadline", deadline)
        given = environment(**environment_for(emulator), CACHE_URL=self.redis)
        return ran(*command, folder=project_copy(self), env=given)

    def test_what_processes_spend_one_after_the_other_stays_within_the_hour(self) -> None:
        with Emulator(World()) as emulator:
            for name, status in [("team-30", 0), ("team-20", 0), ("team-15", 1)]:
                with self.subTest(name):
                    result = self.aggregate(emulator, f"https://bitbucket.org/{name}", "5")
                    self.assertEqual(result.returncode, status, result.stderr)
            self.assertRegex(result.stderr, r"allows 60 calls an hour .* needs about 15 more, and \d are left")
            self.assertEqual(emulator.meter.snapshot()["bitbucket"].refused, 0)

    def test_a_limit_that_one_process_has_met_costs_the_next_no_call(self) -> None:
        with Emulator(World()) as emulator:
            emulator.faults.add(preset("secondary_403_retry_after", times=1))
            for _ in range(2):
                result = self.aggregate(emulator, "https://github.com/spack", "5")
                self.assertIn("Ask again in", result.stderr)
            self.assertEqual(emulator.meter.snapshot()["github"].calls, 1)


class Workers(ServiceTestCase):
    """Without a shared cache, worker processes divide what may be spent."""

    def test_each_worker_has_an_equal_part(self) -> None:
        self.settings_for_test(GITHUB_SECONDS_PER_MINUTE=56.0, BITBUCKET_CALLS_PER_HOUR=100)
        for workers, seconds, calls in [("", 56.0, 100.0), ("1", 56.0, 100.0), ("4", 14.0, 25.0), ("x", 56.0, 100.0)]:
            with self.subTest(workers), environment_with(WEB_CONCURRENCY=workers):
                forges.close()
                github, bitbucket = adapter("github"), adapter("bitbucket")
                self.assertEqual(github.accounts.all[0].budget.limit, seconds)
                self.assertEqual(bitbucket.accounts.all[0].budget.limit, calls)

    def test_zero_is_no_bound(self) -> None:
        self.settings_for_test(GITHUB_SECONDS_PER_MINUTE=0.0, BITBUCKET_CALLS_PER_HOUR=0)
        for name in ("github", "bitbucket"):
            self.assertIsNone(adapter(name).accounts.all[0].budget.limit)
