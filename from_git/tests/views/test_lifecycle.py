"""What becomes of threads, connections and memory when a request ends in another way than with its answer."""

import socket
import threading
import time
from typing import Any
from unittest.mock import patch

from emulator import Fault
from emulator.tests.helpers import settled
from from_git import flights, forges
from from_git.fanout import Pool
from from_git.flights.awaited import Waiter
from from_git.forges.gitlab.fetch import GitLabFetch
from from_git.forges.registry import KINDS
from from_git.logfacts import facts_of
from from_git.profiles import parse_profiles
from from_git.tests.kit.hosts import adapter
from from_git.tests.kit.leftovers import FETCHES, objects
from from_git.tests.kit.service import ServiceTestCase

GITHUB, BITBUCKET = "https://github.com/spack", "https://bitbucket.org/mailchimp"
BOTH = (("github", "spack"), ("bitbucket", "mailchimp"))
ALL = (*BOTH, ("gitlab", "group-12"), ("gitea", "org-12"))
URLS = [KINDS[forge].url(login) for forge, login in ALL]


PATHS = (
    *("/graphql", "/2.0/repositories/mailchimp", "*/watchers"),
    *("/gitlab/api/graphql", "/gitlab/api/v4/*", "/gitea/api/v1/users/*", "*/languages"),
)


class LifecycleTestCase(ServiceTestCase):
    """Questions about what is left."""

    def upstream_settings(self) -> dict[str, Any]:
        """As everywhere; languages are asked for each time."""
        return {**super().upstream_settings(), "LANGUAGES_CACHE_SECONDS": 0.0}

    def assert_nothing_left(self) -> None:
        """No group, flight, fetch or call is held by anybody, while the forges are open."""
        self.assertEqual(settled(objects, {}), {})

    def assert_idle(self) -> None:
        """No thread of a pool has anything to do."""
        held = [one for name in KINDS for one in vars(adapter(name).access).values()]  # type: ignore[attr-defined]
        pools = [one for one in held if isinstance(one, Pool)]
        self.assertEqual(len(pools), 6)
        self.assertEqual(settled(lambda: [pool for pool in pools if pool.width != pool.idle], []), [])

    def single(self, **more: Any) -> None:
        """Have one thread in each pool."""
        threads = [option.name for kind in KINDS.values() for option in kind.options.threads]
        entries = [{**entry, "threads": 1} for entry in self.upstream_settings()["FORGES"]]
        self.settings_for_test(FORGES=entries, **dict.fromkeys(threads, 1), **more)

    def public(self, forge: str, login: str) -> int:
        """How many public repositories the owner has."""
        total = self.world.sum([(forge, login)])
        return int(total["originalRepos"] + total["forkedRepos"])


class OwnFault(LifecycleTestCase):
    """A task that raises what no forge can be blamed for."""

    def test_it_is_a_500_once_and_the_pools_go_on(self) -> None:
        for fetch in FETCHES:
            with self.subTest(fetch):
                begins = "_take_total" if fetch is GitLabFetch else "_begin"
                with (
                    patch.object(fetch, begins, side_effect=ValueError("a secret of ours")),
                    self.assertLogs("from_git", "ERROR") as logs,
                ):
                    failure = self.failure(500, *URLS, "https://bitbucket.org/team-300")
                self.assertEqual((list(failure), failure["error"]), (["error", "message", "advice"], "ERRX"))
                self.assertNotIn("secret", failure["message"])
                self.assertEqual(len([line for line in logs.output if "Traceback" in line]), 1)
                self.assert_exact(*ALL)
                self.assert_idle()
                del logs
                self.assert_nothing_left()


class SinglePools(LifecycleTestCase):
    """One thread in each pool."""

    def test_mixed_requests_are_answered_side_by_side_though_calls_fail_and_come_again(self) -> None:
        self.single()
        self.emulator.faults.add(Fault("reset", chance=0.1, seed=1))
        self.emulator.faults.add(Fault("status", status=503, chance=0.1, seed=2))
        asked = [BOTH, (("github", "org-130"),), (("bitbucket", "team-120"),), (("github", "user-3"), *ALL)]
        failures: list[object] = []

        def ask(owners: tuple[tuple[str, str], ...]) -> None:
            try:
                self.assert_exact(*owners)
            except AssertionError as error:
                failures.append(error)

        clients = [threading.Thread(target=ask, args=(owners,)) for owners in asked * 3]
        for client in clients:
            client.start()
        for client in clients:
            client.join()

        self.assertEqual(failures, [])
        self.assert_idle()
        self.assert_nothing_left()


class Hung(LifecycleTestCase):
    """A forge that says nothing, or nearly nothing, while every call may take longer than the whole answer."""

    kinds = ("hang", "drip", "drip_head")

    def test_the_threads_of_a_missed_deadline_are_free_for_the_next_request(self) -> None:
        # the second request could not wait for the first one's calls: they may take longer than it has
        self.single(UPSTREAM_TIMEOUT=60.0)
        for kind in self.kinds:
            for path in PATHS:
                with self.subTest(kind=kind, path=path):
                    self.emulator.faults.add(Fault(kind, path=path, seconds=0.5))
                    self.settings_kept(REQUEST_DEADLINE=0.3)
                    self.failure(504, *URLS)
                    self.emulator.faults.clear()
                    self.settings_kept(REQUEST_DEADLINE=20.0)
                    self.assert_exact(*ALL)
        self.assert_idle()
        self.assert_nothing_left()

    def test_the_threads_of_a_cancelled_request_are_free_long_before_its_deadline(self) -> None:
        self.single(UPSTREAM_TIMEOUT=60.0, REQUEST_DEADLINE=60.0)
        for kind in self.kinds:
            with self.subTest(kind):
                self.settings_kept(REQUEST_DEADLINE=60.0)
                # the other forge fails when this one hangs for sure
                self.emulator.faults.add(Fault(kind, path="/graphql", seconds=0.5, times=1))
                self.emulator.faults.add(Fault("slow", path="/2.0/repositories/team-5", seconds=0.1))
                self.emulator.faults.add(Fault("status", path="*team-5*/watchers", status=403))
                self.failure(502, GITHUB, "https://bitbucket.org/team-5")
                self.emulator.faults.clear()
                self.settings_kept(REQUEST_DEADLINE=20.0)
                self.assert_exact(*BOTH)
        self.assert_idle()
        self.assert_nothing_left()


class ClientGone(LifecycleTestCase):
    """A client that does not wait: no WSGI server tells, so that its work goes on, at most to the deadline."""

    def send_and_leave(self, *urls: str) -> None:
        """Ask, and close the connection at once."""
        host, port = self.base.removeprefix("http://").split(":")
        query = "&".join(f"url={url}" for url in urls)
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(f"GET /health-check?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())

    def test_its_work_ends_with_the_deadline_and_leaves_nothing(self) -> None:
        self.settings_for_test(UPSTREAM_TIMEOUT=60.0, REQUEST_DEADLINE=0.5)
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        self.emulator.faults.add(Fault("slow", path="*team-2000*/watchers", seconds=0.05))

        with self.assertLogs("from_git", "WARNING") as logs:
            self.send_and_leave(GITHUB, "https://bitbucket.org/team-2000")
            self.assertEqual(settled(lambda: len(logs.records), 1), 1)

        self.assertEqual(facts_of(logs.records[0])["status"], 504)
        self.assert_idle()
        self.assertLess(self.emulator.meter.snapshot()["watchers"].calls, 2_000)
        self.emulator.faults.clear()
        paths: list[str] = []
        self.emulator.before_call(lambda upstream, path, body: paths.append(path))
        self.addCleanup(self.emulator.before_call, None)
        self.settings_kept(REQUEST_DEADLINE=20.0)
        self.assert_exact(*BOTH)
        # by workspace: a call that was on its way when its client left may arrive late
        asked = [path for path in paths if path.endswith("/watchers") and f"/{BOTH[1][1]}/" in path]
        self.assertEqual(len(asked), self.public(*BOTH[1]))
        self.assert_nothing_left()

    def test_its_work_ends_with_the_answer_where_that_comes_first(self) -> None:
        self.send_and_leave(GITHUB, BITBUCKET)

        calls = self.public(*BOTH[1])
        self.assertEqual(settled(lambda: self.emulator.meter.snapshot()["watchers"].calls, calls), calls)
        self.assert_idle()
        self.assert_nothing_left()


class Memory(LifecycleTestCase):
    """Nobody holds on to a request that has ended."""

    def test_nothing_is_left_of_answered_failed_and_cancelled_requests(self) -> None:
        self.answer(*URLS, "https://bitbucket.org/team-300", "https://github.com/org-130")
        self.assert_nothing_left()
        self.emulator.faults.add(Fault("status", path="*/watchers", status=403, after=20))
        self.failure(502, GITHUB, "https://bitbucket.org/team-300")
        self.assert_nothing_left()

    def cancel_while_all_waits(self) -> None:
        """Two fetches of which nothing but delayed calls is left, and nobody waits for either."""
        waiter = Waiter()
        profiles, *_ = parse_profiles([GITHUB, BITBUCKET], forges.hosts())
        joined = [flights.current().join(profile, waiter, time.monotonic() + 3_600) for profile in profiles]
        self.assertTrue(settled(lambda: all(flight.progress().note for flight in joined), True))
        self.assert_idle()
        for flight in joined:
            flight.leave(waiter)

    def test_nothing_is_left_of_a_cancelled_request_whose_calls_were_to_come_again_much_later(self) -> None:
        wait = {"Retry-After": "1000"}
        self.emulator.faults.add(Fault("status", path="/graphql", status=503, headers=wait))
        self.emulator.faults.add(Fault("status", path="*/watchers", status=429, headers=wait))

        self.cancel_while_all_waits()

        self.assert_nothing_left()
