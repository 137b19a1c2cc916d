"""Profiles that are kept and fetches that are shared, as a client sees it, over memory and over a real Redis."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import requests
from django.core.cache import cache as django_cache

from emulator import Emulator, Fault, World
from emulator.tests.helpers import settled
from from_git import aggregator, flights, forges
from from_git.aggregator import Asking
from from_git.errors import DeadlineError
from from_git.flights.awaited import Waiter
from from_git.flights.flight import Flight
from from_git.kept.store import key_of
from from_git.logfacts import facts_of
from from_git.profiles import parse_profiles
from from_git.tests.kit.leftovers import objects, threads
from from_git.tests.kit.service import ServiceTestCase
from from_git.values.profile import Profile

SPACK, MAILCHIMP, NOBODY = "https://github.com/spack", "https://bitbucket.org/mailchimp", "https://github.com/nobody"
TEAM, OTHER_TEAM = "https://bitbucket.org/team-30", "https://bitbucket.org/team-7"
ANEW = {"Cache-Control": "no-cache"}
SLOW = Fault("slow", path="/2.0/*", seconds=0.07)


class KeptTestCase(ServiceTestCase):
    """Profiles are kept."""

    def setUp(self) -> None:
        """Begin with nothing kept."""
        super().setUp()
        self.settings_for_test(PROFILE_CACHE_SECONDS=300.0, **self.cache_settings())
        flights.current().store._memory.ask(lambda one: one.clear(), None)

    def cache_settings(self) -> dict[str, Any]:
        """Which cache."""
        return {}

    def calls(self) -> int:
        """Calls to both forges."""
        meter = self.emulator.meter.snapshot()
        return meter["github"].calls + meter["bitbucket"].calls

    def calls_of(self, ask: Callable[[], Any]) -> int:
        """Calls that it costs."""
        before = self.calls()
        ask()
        return self.calls() - before

    def profile(self, url: str) -> Profile:
        """What the URL means."""
        return parse_profiles([url], forges.hosts())[0][0]

    def age(self, url: str, seconds: float) -> None:
        """Let what is kept of it be older."""
        profile, store = self.profile(url), flights.current().store
        kept = store.kept([profile])[profile]
        store.keep(profile, replace(kept, at=kept.at - seconds))

    def together(self, *asks: Callable[[], requests.Response]) -> list[requests.Response]:
        """The answers to what is asked at the same time."""
        with ThreadPoolExecutor(len(asks)) as pool:
            return [future.result() for future in [pool.submit(ask) for ask in asks]]

    @contextmanager
    def meanwhile(self, *urls: str) -> Iterator[Future[requests.Response]]:
        """The answer for `urls`, whose first calls are on their way inside the block."""
        with ThreadPoolExecutor(1) as pool:
            before = self.calls()
            answer = pool.submit(self.ask, *urls)
            self.assertTrue(settled(lambda: self.calls() > before, True))
            yield answer

    def facts(self) -> Callable[[], list[Any]]:
        """Gives the facts in the log lines of the requests from now on."""
        lines = self.enterContext(self.assertLogs("from_git.middleware", "INFO"))
        return lambda: [facts_of(one) for one in lines.records]


class Interrupted(Waiter):
    """One whom Ctrl-C takes from the queue."""

    def __init__(self) -> None:
        super().__init__()
        self.get = self.interrupt

    def interrupt(self, block: bool = True, timeout: float | None = None) -> Flight:
        """Be interrupted."""
        raise KeyboardInterrupt


class Contract(KeptTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds over every cache. No test case itself, so none is skipped."""

    def test_what_was_fetched_is_shown_again_without_a_call(self) -> None:
        first = self.answer(SPACK, MAILCHIMP, NOBODY)
        self.assertEqual(first["data"], self.world.sum([("github", "spack"), ("bitbucket", "mailchimp")]))
        facts = self.facts()

        self.assertEqual(self.calls_of(lambda: self.assertEqual(self.answer(SPACK, MAILCHIMP, NOBODY), first)), 0)
        [line] = facts()
        self.assertEqual((line["cache_hits"], line["joined"], line["missing"]), (3, 0, 1))

    def test_overlapping_questions_share_what_they_have_in_common(self) -> None:
        alone = self.calls_of(lambda: self.answer(TEAM))
        self.answer(SPACK)

        self.assertEqual(self.calls_of(lambda: self.assert_exact(("github", "spack"), ("bitbucket", "team-7"))), 8)
        self.assertEqual(self.calls_of(lambda: self.assert_exact(("bitbucket", "team-30"), ("github", "spack"))), 0)
        self.assertGreater(alone, 30)

    def test_who_asks_for_it_otherwise_spelt_sees_their_own_spelling(self) -> None:
        self.answer(NOBODY)
        asked = "http://www.github.com/NoBody/"
        self.assertEqual(self.calls_of(lambda: self.assertEqual(self.answer(asked)["missing"], [asked])), 0)

    def test_many_at_once_cost_one_fetch(self) -> None:
        alone = self.calls_of(lambda: self.answer(TEAM))
        flights.current().store._memory.ask(lambda one: one.clear(), None)
        self.emulator.faults.add(SLOW)
        before = self.calls()

        facts = self.facts()
        with self.meanwhile(TEAM) as first:
            answers = self.together(*[lambda: self.ask(TEAM)] * 7)

        for answer in (first.result(), *answers):
            self.assertEqual(answer.json()["data"], self.world.sum([("bitbucket", "team-30")]))
        self.assertEqual(self.calls() - before, alone)
        lines = [one for one in facts() if "joined" in one]
        self.assertEqual(sorted(one["joined"] for one in lines), [0, *[1] * 7])
        self.assertEqual([one["bitbucket_calls"] for one in lines if "bitbucket_calls" in one], [alone])

    def test_an_error_goes_to_all_who_wait_in_their_own_spelling_and_to_nobody_later(self) -> None:
        self.emulator.faults.add(Fault("slow", path="*/team-30", seconds=0.7, times=1))
        self.emulator.faults.add(Fault("status", path="*/watchers", status=403))
        facts = self.facts()
        with self.meanwhile(TEAM) as first:
            other = self.ask("https://bitbucket.org/Team-30?token=x")

        self.assertEqual(sorted(one["joined"] for one in facts() if "joined" in one), [0, 1])
        self.assertEqual([first.result().status_code, other.status_code], [502, 502])
        self.assertEqual(first.result().json()["profile"], TEAM)
        self.assertEqual(other.json()["profile"], "https://bitbucket.org/Team-30?token=x")
        self.emulator.faults.clear()
        self.assert_exact(("bitbucket", "team-30"))

    def test_a_request_that_fails_does_not_end_what_others_wait_for(self) -> None:
        self.emulator.faults.add(Fault("slow", path="*team-30*/watchers", seconds=0.1))
        self.emulator.faults.add(Fault("status", path="*team-7*/watchers", status=403))
        with self.meanwhile(TEAM) as first:
            self.failure(502, TEAM, OTHER_TEAM)
        self.assertEqual(first.result().json()["data"], self.world.sum([("bitbucket", "team-30")]))
        self.emulator.faults.clear()
        self.emulator.meter.reset()
        self.assertEqual(self.calls_of(lambda: self.answer(TEAM)), 0)

    def test_a_slow_one_is_answered_by_asking_again(self) -> None:
        alone = self.calls_of(lambda: self.answer(TEAM))
        flights.current().store._memory.ask(lambda one: one.clear(), None)
        self.settings_for_test(REQUEST_DEADLINE=0.6, NUM_THREADS_BITBUCKET_WATCHERS=4)
        self.emulator.faults.add(Fault("slow", path="/2.0/*", seconds=0.15))
        before, refused = self.calls(), 0

        while (answer := self.ask(TEAM)).status_code == 503:
            refused += 1
            body = answer.json()
            self.assertEqual(list(body), ["error", "message", "advice", "upstream", "profile", "retryAfter", "host"])
            self.assertRegex(body["message"], r"\d of 1 pages and \d+ of 30 repositories were read. It goes on")
            self.assertEqual(answer.headers["Retry-After"], str(body["retryAfter"]))

        self.assertGreater(refused, 0)
        self.assertEqual(answer.json()["data"], self.world.sum([("bitbucket", "team-30")]))
        self.assertEqual(self.calls() - before, alone)

    def test_one_that_gets_nowhere_is_a_504_and_ends(self) -> None:
        self.settings_for_test(REQUEST_DEADLINE=0.3)
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        self.failure(504, SPACK)
        self.assertEqual(settled(objects, {}), {})

    def test_who_is_interrupted_leaves(self) -> None:
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        asking = Asking(30.0, "REQUEST_DEADLINE", longest=900.0)
        with self.assertRaises(KeyboardInterrupt):
            aggregator.aggregate([self.profile(SPACK)], asking, waiter=Interrupted())
        self.assertEqual(settled(objects, {}), {})

    def test_a_request_without_a_horizon_lets_nothing_go_on(self) -> None:
        self.emulator.faults.add(SLOW)
        with self.assertRaises(DeadlineError):
            aggregator.aggregate([self.profile("https://bitbucket.org/team-300")], Asking(0.5, "--deadline"))
        self.assertEqual(settled(objects, {}), {})

    def test_a_budget_that_pays_only_later_is_a_503_at_once_and_goes_on(self) -> None:
        bounds: dict[str, Any] = {"limits": False, "bitbucket": {"calls_per_hour": 60}, "hour": 4.0}
        emulator = self.enterContext(Emulator(World(), **bounds))
        self.tempo_for_test(hour=4.0)
        self.settings_for_test(
            BITBUCKET_API_URL=emulator["bitbucket"].url, BITBUCKET_CALLS_PER_HOUR=60, REQUEST_DEADLINE=1.2
        )
        self.emulator.faults.add(Fault("hang", path="/graphql"))  # nothing is known of this one by then

        body = self.failure(503, SPACK, "https://bitbucket.org/team-90")

        self.assertIn("the whole answer cannot be there within 1.2 s", body["message"])
        self.assertRegex(body["message"], r"about \d+ more, and \d+ (are left|can be spent in time)")
        self.assertEqual(body["profile"], "https://bitbucket.org/team-90")
        while (answer := self.ask("https://bitbucket.org/team-90")).status_code == 503:
            self.assertGreater(answer.json()["retryAfter"], 0)
        self.assertEqual(answer.json()["data"], emulator.world.sum([("bitbucket", "team-90")]))
        self.assertEqual(emulator.meter.snapshot()["bitbucket"].refused, 0)

    def test_no_cache_asks_anew_once_in_ten_seconds(self) -> None:
        alone = self.calls_of(lambda: self.answer(TEAM))
        self.assertEqual(self.calls_of(lambda: self.answer(TEAM)), 0)

        self.assertEqual(self.calls_of(lambda: self.ask(TEAM, headers=ANEW)), alone)
        self.assertEqual(self.calls_of(lambda: self.ask(TEAM, headers=ANEW)), 0)
        django_cache.delete(key_of("anew", self.profile(TEAM)))  # ten seconds later
        self.assertEqual(self.calls_of(lambda: self.ask(TEAM, headers=ANEW)), alone)

    def test_the_ten_seconds_count_from_the_end_of_the_fetch(self) -> None:
        self.ask(SPACK, headers=ANEW)
        self.assertEqual(self.calls_of(lambda: self.ask(SPACK, headers=ANEW)), 0)

    def test_two_clients_that_want_it_anew_at_once_cost_one_fetch(self) -> None:
        alone = self.calls_of(lambda: self.answer(TEAM))
        self.age(TEAM, 11.0)
        self.emulator.faults.add(SLOW)
        before = self.calls()
        self.together(*[lambda: self.ask(TEAM, headers={"Cache-Control": "max-age=0, No-Cache"})] * 3)
        self.assertEqual(self.calls() - before, alone)

    def test_no_thread_waits_and_nothing_is_left(self) -> None:
        self.answer(SPACK)
        self.emulator.faults.add(SLOW)
        with self.meanwhile(TEAM) as first:
            before = self.threads()
            with self.meanwhile_joined(5):
                self.assertEqual(self.threads(), before)
        self.assertEqual(first.result().status_code, 200)
        self.assertEqual(settled(objects, {}), {})
        self.assertEqual(flights.current()._flights, {})

    def threads(self) -> list[str]:
        """All but the server's, of which each client has one, the clients', and those of pools and connections, which
        begin as needed."""
        others = ("github_", "bitbucket", "look-up")
        return [one for one in threads() if "process_request" not in one and not one.startswith(others)]

    @contextmanager
    def meanwhile_joined(self, number: int) -> Iterator[None]:
        """So many more wait for the flight under way."""
        [flight] = flights.current()._flights.values()
        with ThreadPoolExecutor(number, thread_name_prefix="process_request client") as pool:
            for _ in range(number):
                pool.submit(self.ask, TEAM)
            self.assertEqual(settled(lambda: len(flight._waiters), number + 1), number + 1)
            yield


class InMemory(Contract, KeptTestCase):
    """Django's LocMem, as by default."""
