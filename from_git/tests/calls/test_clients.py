"""What one client asks for, beside what another one does: over real sockets, with budgets that are short."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import requests

from emulator import Emulator, Fault, Latency, World
from emulator.tests.helpers import settled
from from_git import flights
from from_git.tests.kit.hosts import adapter
from from_git.tests.kit.looks import CACHES, CountingCache
from from_git.tests.kit.service import ServiceTestCase

ABSENT = [f"https://github.com/absent-{number}" for number in range(3_000)]


class ClientsTestCase(ServiceTestCase):
    """Clients that a proxy tells apart."""

    alone = True

    def setUp(self) -> None:
        """Trust one proxy."""
        super().setUp()
        self.settings_for_test(NUM_PROXIES=1)

    def ask_as(self, client: str, *urls: str, **options: Any) -> requests.Response:
        """GET /health-check for `urls` from that address."""
        return self.ask(*urls, headers={"X-Forwarded-For": client}, **options)

    @contextmanager
    def under_way(self, client: str, urls: list[str]) -> Iterator[requests.Response]:
        """A question of thousands of profiles, while its stream is open; the client leaves at the end."""
        head = {"X-Forwarded-For": client}
        lines = {"url": "\n".join(urls)}
        with requests.get(
            f"{self.base}/from-git/stream", params=lines, headers=head, stream=True, timeout=60
        ) as response:
            self.assertEqual(response.status_code, 200)
            next(response.iter_content(64))
            yield response

    def calls(self) -> int:
        """Calls that the forges have met."""
        seen = self.emulator.meter.snapshot()
        return seen["github"].calls + seen["bitbucket"].calls


class Beside(ClientsTestCase):
    """One client wants more than a minute has, another one little."""

    def setUp(self) -> None:
        """Twelve seconds in a minute, of which a query takes a fiftieth."""
        super().setUp()
        self.slow = self.enterContext(Emulator(World(), latency=Latency(0.02), limits=False))
        self.settings_for_test(
            GITHUB_GRAPHQL_URL=self.slow["github"].url, GITHUB_SECONDS_PER_MINUTE=2.0, REQUEST_DEADLINE=20.0
        )

    def test_the_small_requests_of_another_client_are_answered_at_once_while_a_large_one_is_under_way(self) -> None:
        self.assertEqual(self.ask_as("192.0.2.1", "https://github.com/user-3").status_code, 200)
        with self.under_way("192.0.2.7", ABSENT):
            self.assertTrue(settled(lambda: bool(self.budget()._line), True), "it has not had its half")
            for number in range(10):
                answer = self.ask_as("192.0.2.1", f"https://github.com/user-{number}")
                self.assertEqual(answer.status_code, 200, answer.text)

    def test_a_small_request_of_the_same_client_is_answered_too(self) -> None:
        self.assertEqual(self.ask_as("192.0.2.7", "https://github.com/user-3").status_code, 200)
        with self.under_way("192.0.2.7", ABSENT):
            self.assertTrue(settled(lambda: bool(self.budget()._line), True), "it has not had its half")
            answer = self.ask_as("192.0.2.7", "https://github.com/user-2")
            self.assertEqual(answer.status_code, 200, answer.text)

    def test_a_wait_that_is_known_to_pass_the_deadline_is_a_503_at_once_with_the_time(self) -> None:
        first = self.ask_as("192.0.2.7", "https://github.com/user-3")
        self.assertEqual(first.status_code, 200, first.text)

        begun = time.monotonic()
        answer = requests.post(
            f"{self.base}/health-check", data={"url": ABSENT}, headers={"X-Forwarded-For": "192.0.2.7"}, timeout=60
        )

        self.assertLess(time.monotonic() - begun, 19.0)
        body = answer.json()
        self.assertEqual(answer.status_code, 503, body)
        self.assertIn("one client may use half of what others leave", body["message"])
        self.assertGreater(body["retryAfter"], 20)

    def budget(self) -> Any:
        """GitHub's time."""
        return adapter("github").accounts.all[0].budget


class Left(ClientsTestCase):
    """What nobody waits for."""

    def test_no_call_is_begun_for_a_profile_of_which_nothing_was_read_when_its_last_waiter_left(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0)
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=1.0))
        with self.under_way("192.0.2.7", ABSENT):
            self.assertTrue(settled(lambda: self.calls() >= 8, True))
        self.assertTrue(settled(lambda: len(flights.current()._flights), 0) == 0)
        threading.Event().wait(0.5)  # what was being sent in that moment arrives
        begun = self.calls()

        threading.Event().wait(2.5)  # two more rounds of calls would have begun

        self.assertEqual(self.calls(), begun)

    def test_a_fetch_that_has_read_something_goes_on(self) -> None:
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0, REQUEST_DEADLINE=1.0, NUM_THREADS_BITBUCKET_WATCHERS=16)
        self.emulator.faults.add(Fault("slow", path="*/watchers", seconds=0.3))
        url = "https://bitbucket.org/team-100"
        body = self.failure(503, url)
        self.assertGreaterEqual(body["retryAfter"], 1)
        calls = self.calls()

        self.assertTrue(settled(lambda: self.ask(url).status_code, 200) == 200)

        self.assertGreater(self.calls(), calls)

    def test_who_joins_a_fetch_in_the_moment_in_which_it_ends_has_it_fetched_anew(self) -> None:
        self.emulator.faults.add(Fault("hang", path="/graphql", times=1))
        url = "https://github.com/user-3"
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(self.ask, url)
            self.assertTrue(settled(lambda: self.calls() == 1, True))
            for flight in list(flights.current()._flights.values()):
                if flight._group:
                    flight._group.cancel()  # as one ends that nobody waits for and that has read nothing

            self.assertEqual(answer.result().status_code, 200, answer.result().text)


class Share(ClientsTestCase):
    """CLIENT_SHARE."""

    def test_one_client_gets_so_much_of_a_window_and_another_one_as_well(self) -> None:
        self.settings_for_test(CLIENT_SHARE=0.5, BITBUCKET_CALLS_PER_HOUR=60)
        body = self.ask_as("192.0.2.7", "https://bitbucket.org/team-40").json()
        self.assertIn("one client may use 30 (CLIENT_SHARE)", body["message"])
        self.assertIn("CLIENT_SHARE", body["advice"])

        self.assertEqual(self.ask_as("192.0.2.7", "https://bitbucket.org/team-20").status_code, 200)
        late = self.ask_as("192.0.2.7", "https://bitbucket.org/team-20")
        other = self.ask_as("192.0.2.8", "https://bitbucket.org/team-20")

        self.assertEqual((late.status_code, other.status_code), (503, 200), late.text)
        self.assertIn("CLIENT_SHARE", late.json()["message"])
        self.assertGreater(late.json()["retryAfter"], 3_000)
        self.assertRegex(late.json()["advice"], r"Ask again at \d\d:\d\d UTC.*, in 6\d minutes")


class Many(ClientsTestCase):
    """Any number of profiles."""

    def post(self, urls: list[str]) -> requests.Response:
        """POST them."""
        return requests.post(f"{self.base}/health-check", json={"url": urls}, timeout=60)

    def test_what_no_budget_can_pay_is_refused_before_the_first_call(self) -> None:
        self.settings_for_test(BITBUCKET_CALLS_PER_HOUR=60, GITHUB_SECONDS_PER_MINUTE=55.0)
        for host, number, words in (
            ("bitbucket.org", 61, "Bitbucket allows 60 calls an hour"),
            ("bitbucket.org", 20_000, "needs about 20,000 more"),
            ("github.com", 100_000, "GitHub allows"),
        ):
            with self.subTest(host, number=number):
                response = self.post([f"{host}/a{one}" for one in range(number)])
                self.assertEqual(response.status_code, 503, response.text)
                self.assertIn(words, response.json()["message"])
                setting = "GITHUB_SECONDS_PER_MINUTE = 0" if "GitHub" in words else "BITBUCKET_CALLS_PER_HOUR"
                self.assertRegex(response.json()["advice"], rf", or (set|raise) {setting} if [a-zA-Z ]+\.$")
        self.assertEqual(self.calls(), 0)

    def test_a_limit_that_is_known_is_said_before_all_are_looked_up(self) -> None:
        self.settings_for_test(GITHUB_SECONDS_PER_MINUTE=0.0, PROFILE_CACHE_SECONDS=300.0, CACHES=CACHES)
        adapter("github").accounts.all[0].limit.block(3_000.0, "its rate limit is used up.")
        before = CountingCache.looks
        response = self.post([f"github.com/a{one}" for one in range(50_000)])

        self.assertEqual(response.status_code, 503, response.text)
        self.assertGreater(response.json()["retryAfter"], 2_900)
        self.assertIn(CountingCache.looks - before, range(1, 10))

    def test_the_advice_of_a_deadline_is_that_of_the_last_trouble(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=1.0, PROFILE_CACHE_SECONDS=300.0)
        self.tempo_for_test(first_wait=0.4, longest_wait=0.4)
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.settings_for_test(UPSTREAM_PROXY=f"http://127.0.0.1:{port}")

        body = self.failure(504, "https://github.com/user-3")

        self.assertIn("UPSTREAM_PROXY", body["advice"])

    def test_a_bounded_number_of_flights_is_in_the_air(self) -> None:
        most, seen = 0, threading.Event()

        def watch() -> None:
            nonlocal most
            while not seen.wait(0.005):
                most = max(most, len(flights.current()._flights))

        watcher = threading.Thread(target=watch)
        watcher.start()
        urls = [f"github.com/absent-{number}" for number in range(400)]
        urls += [f"bitbucket.org/absent-{number}" for number in range(400)]
        response = self.post([*urls, "github.com/user-5", "bitbucket.org/team-5"])
        seen.set()
        watcher.join()

        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.json()["data"], self.world.sum([("github", "user-5"), ("bitbucket", "team-5")]))
        self.assertEqual(response.json()["missing"], urls)
        self.assertLessEqual(most, 2 * (32 + 64 + 64))
        self.assertGreater(most, 8)

    def test_a_question_that_is_too_long_for_its_time_ends_with_it_and_asking_again_finds_more(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=2.0, PROFILE_CACHE_SECONDS=300.0, NUM_THREADS_GITHUB=8)
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.1))
        urls = [f"github.com/absent-{number}" for number in range(399)]
        begun = time.monotonic()

        response = self.post(urls)

        self.assertLess(time.monotonic() - begun, 30.0)
        self.assertEqual(response.status_code, 503, response.text)
        self.assertRegex(response.json()["message"], r"[1-9]\d* of 399 profiles that had to be asked for are counted")
        self.emulator.faults.clear()
        self.settings_kept(REQUEST_DEADLINE=60.0)
        calls = self.calls()
        self.assertEqual(self.post(urls).status_code, 200)
        self.assertLess(self.calls() - calls, 399)
