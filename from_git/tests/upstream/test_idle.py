"""Connections that lay idle and were forgotten on the way: proved with a middle man that swallows bytes silently."""

import socket
import threading
import time
from contextlib import ExitStack
from typing import Any
from unittest import TestCase
from urllib.parse import urlsplit

from django.core.cache import caches

from from_git.conf import settings
from from_git.errors import TooHeavyError
from from_git.logfacts import facts_of
from from_git.memory import SharedMemory
from from_git.tests.flights.test_flights_redis import redis_settings
from from_git.tests.kit.exposition import sample
from from_git.tests.kit.hosts import adapter
from from_git.tests.kit.middleman import Middleman
from from_git.tests.kit.raw import RawServer, keeping, read_request, silent
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.kit.service import ServiceTestCase
from from_git.tests.kit.system import idle_for
from from_git.tests.upstream.test_upstream import OK, Waiting
from from_git.upstream import Upstream, idle
from from_git.upstream.redispool import IdleAwarePool
from from_git.upstream.sending import Sending, Silent


def pause() -> None:
    """Let connections lie idle until they are doubted."""
    time.sleep(idle.DOUBTED + 0.2)  # the kernel's clock says how long a connection lay idle, and Redis has its own


class Silence(TestCase):
    """Single calls through a middle man, or to a server that is slow."""

    def world(self, script: Any, timeout: float, connections: int = 4) -> tuple[RawServer, Middleman, Upstream]:
        """The server, the middle man before it and the upstream that leads through him."""
        server = self.enterContext(RawServer(script))
        middleman = self.enterContext(Middleman(urlsplit(server.url).port or 0))
        upstream = Upstream(middleman.instead_of(server.url), "SOME_URL", connections, timeout)
        self.addCleanup(upstream.close)
        return server, middleman, upstream

    def together(self, upstream: Upstream, calls: int) -> None:
        """So many calls at the same time, each on a connection of its own."""
        with ExitStack() as stack:
            for _ in range(calls):
                thread = threading.Thread(target=upstream.call, args=(Waiting(), "GET", upstream.base_url))
                thread.start()
                stack.callback(thread.join)

    def test_a_call_on_a_forgotten_connection_is_sent_once_more_on_a_new_one(self) -> None:
        _, middleman, upstream = self.world(keeping(OK, 9), timeout=9.0)
        upstream.call(Waiting(), "GET", upstream.base_url)
        middleman.forget()
        pause()

        caller = Waiting()
        answer = upstream.call(caller, "POST", upstream.base_url, {"a": 1})

        self.assertEqual((answer.json(), caller.sent_again, middleman.connections), ({}, 1, 2))
        # what was lost is at least the patience, a third of the timeout; the call itself took less
        self.assertGreaterEqual(caller.lost, 3.0)
        self.assertLess(answer.seconds, 3.0)

    def test_one_that_is_silent_takes_all_that_lay_idle_as_long_with_it(self) -> None:
        arrived, met = threading.Barrier(3, timeout=10), threading.Event()

        def script(connection: socket.socket, stopped: threading.Event) -> None:
            if not met.is_set():
                arrived.wait()  # so that each call has a connection of its own
            keeping(OK, 9)(connection, stopped)

        _, middleman, upstream = self.world(script, timeout=3.0)
        self.together(upstream, 3)
        self.assertEqual(middleman.connections, 3)
        middleman.forget()
        pause()
        met.set()
        callers = [Waiting() for _ in range(4)]

        for caller in callers:
            upstream.call(caller, "GET", upstream.base_url)

        self.assertEqual([caller.sent_again for caller in callers], [1, 0, 0, 0])
        self.assertEqual((middleman.swallowed, middleman.connections), (1, 4))

    def test_a_forge_that_is_slow_is_waited_for_twice_as_long_as_it_took(self) -> None:
        def script(connection: socket.socket, stopped: threading.Event) -> None:
            for _ in range(3):
                stopped.wait(1.2)
                connection.sendall(OK)
                read_request(connection)

        server, _, upstream = self.world(script, timeout=3.0)
        caller = Waiting()
        for _ in range(2):
            upstream.call(caller, "GET", upstream.base_url)
            pause()

        self.assertEqual((caller.sent_again, len(server.requests)), (0, 1))

    def test_the_second_try_has_the_whole_timeout_and_is_the_last(self) -> None:
        def script(connection: socket.socket, stopped: threading.Event) -> None:
            connection.sendall(OK)
            read_request(connection)
            stopped.wait()

        _, middleman, upstream = self.world(script, timeout=1.5)
        upstream.call(Waiting(), "GET", upstream.base_url)
        middleman.forget()
        pause()
        middleman.target = self.enterContext(RawServer(silent)).port
        caller, begun = Waiting(), time.monotonic()
        with self.assertRaises(TooHeavyError):
            upstream.call(caller, "GET", upstream.base_url)

        self.assertEqual((caller.sent_again, middleman.connections), (1, 2))
        self.assertGreaterEqual(time.monotonic() - begun, 2.0)

    def test_what_lay_idle_for_about_a_minute_is_not_used_again(self) -> None:
        server, middleman, upstream = self.world(keeping(OK, 9), timeout=9.0)
        upstream.call(Waiting(), "GET", upstream.base_url)
        middleman.forget()

        caller = Waiting()
        with idle_for(3600.0):
            upstream.call(caller, "GET", upstream.base_url)

        self.assertEqual((caller.sent_again, middleman.swallowed, len(server.requests)), (0, 0, 2))

    def test_closed_ones_that_lay_idle_as_long_cost_one_call_more_in_all(self) -> None:
        arrived, met = threading.Barrier(3, timeout=10), threading.Event()

        def script(connection: socket.socket, stopped: threading.Event) -> None:
            if not met.is_set():
                arrived.wait()
            keeping(OK, 1)(connection, stopped)

        _, _, upstream = self.world(script, timeout=3.0)
        self.together(upstream, 3)
        pause()
        met.set()
        caller = Waiting()

        upstream.call(caller, "GET", upstream.base_url)

        self.assertEqual(caller.sent_again, 1)

    def test_the_kernel_probes_idle_connections(self) -> None:
        _, _, upstream = self.world(keeping(OK, 9), timeout=5.0, connections=1)
        upstream.call(Waiting(), "GET", upstream.base_url)

        [connection] = upstream._adapter._pool.pool.queue
        options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
        options += [(socket.IPPROTO_TCP, option, value) for option, value in idle.KEEPALIVE.items()]
        self.assertEqual(
            [connection.sock.getsockopt(level, name) for level, name, _ in options], [one[2] for one in options]
        )

    def test_only_the_first_byte_after_a_pause_is_waited_for_less_long(self) -> None:
        call = Sending(Waiting(9.0), 9.0, idle.Patience(0.0))
        call.begin(True, idle.DOUBTED)
        self.assertRaises(Silent, call.next_read)
        call.received = 1
        self.assertGreater(call.next_read(), 0.0)

        for reused, seconds in ((True, idle.DOUBTED / 2), (False, 0.0)):
            call.begin(reused, seconds)
            self.assertGreater(call.next_read(), 0.0)


class Forges(ServiceTestCase):
    """Both forges behind a middle man."""

    def setUp(self) -> None:
        """Ask both through him."""
        super().setUp()
        self.middleman = self.enterContext(Middleman(self.emulator.port))
        self.settings_for_test(
            GITHUB_GRAPHQL_URL=self.middleman.instead_of(self.emulator["github"].url),
            BITBUCKET_API_URL=self.middleman.instead_of(self.emulator["bitbucket"].url),
            UPSTREAM_TIMEOUT=9.0,
        )

    def forget(self, *owners: tuple[str, str]) -> None:
        """Ask for owners, and have the connections forgotten."""
        for owner in owners:
            self.assert_exact(owner)
        self.middleman.forget()
        pause()
        self.emulator.meter.reset()

    def test_an_owner_of_each_is_exact_and_no_question_is_made_smaller(self) -> None:
        owners = [("github", "org-60"), ("bitbucket", "team-120")]
        self.forget(*owners)

        for owner in owners:
            self.assert_exact(owner)

        self.assertEqual(self.middleman.swallowed, 2)
        # two list pages, read twice, and the watchers
        self.assertEqual(self.emulator.meter.snapshot()["bitbucket"].calls, 4 + 120)
        pace = adapter("github").pace
        assert pace
        self.assertEqual(pace.most(40), 40)

    def test_the_silence_is_not_counted_as_the_forges_time(self) -> None:
        self.forget(("github", "user-3"), ("bitbucket", "team-3"))
        budgets = [adapter(name).accounts.all[0].budget for name in ("github", "bitbucket")]
        before = [budget.spent() for budget in budgets]
        measured = sample("upstream_call_seconds_sum", "github")

        with self.assertLogs("from_git.middleware", "INFO") as logs:
            self.assert_exact(("github", "user-3"), ("bitbucket", "team-3"))

        # of at least 3 s, a third of the timeout
        seconds, calls = (budget.spent() - one for budget, one in zip(budgets, before, strict=True))
        self.assertLess(seconds, 3.0)
        self.assertEqual(calls, 1 + 4)
        facts: Any = facts_of(logs.records[0])
        self.assertLess(facts["github_seconds"], 3.0)
        self.assertLess(sample("upstream_call_seconds_sum", "github") - measured, 3.0)


@needs_redis
class Redis(ServiceTestCase):
    """A Redis behind a middle man."""

    def test_forgotten_connections_are_made_anew_and_the_cache_does_not_count_as_away(self) -> None:
        middleman, memory = self.through_middleman()
        for cache_number in range(3):  # a connection each
            memory.set(f"key-{cache_number}", cache_number, 60.0)
        middleman.forget()
        pause()

        self.assertEqual([memory.get(f"key-{number}") for number in range(3)], [0, 1, 2])

        self.assertEqual(middleman.swallowed, 1)

    def test_one_that_is_silent_takes_all_that_lay_idle_as_long_with_it(self) -> None:
        middleman, _ = self.through_middleman()
        pool = IdleAwarePool.from_url(settings.CACHE_URL, socket_timeout=0.5)
        self.addCleanup(pool.close)
        taken = [pool.get_connection() for _ in range(3)]
        for connection in taken:
            pool.release(connection)
        middleman.forget()
        pause()

        for connection in [pool.get_connection() for _ in range(3)]:
            connection.send_command("PING")
            self.assertEqual(connection.read_response(), b"PONG")

        self.assertEqual((middleman.swallowed, middleman.connections), (1, 6))

    def test_what_lay_idle_for_about_a_minute_is_not_used_again(self) -> None:
        middleman, memory = self.through_middleman()
        memory.set("key", 1, 60.0)
        middleman.forget()

        with idle_for(3600.0):
            self.assertEqual(memory.get("key"), 1)

        self.assertEqual(middleman.swallowed, 0)

    def test_a_kept_answer_after_a_pause_costs_no_call(self) -> None:
        middleman, _ = self.through_middleman()
        self.settings_kept(PROFILE_CACHE_SECONDS=300.0)
        self.assert_exact(("bitbucket", "team-120"))
        middleman.forget()
        pause()
        self.emulator.meter.reset()

        self.assert_exact(("bitbucket", "team-120"))

        self.assertEqual(self.emulator.meter.snapshot()["bitbucket"].calls, 0)

    def through_middleman(self) -> tuple[Middleman, SharedMemory]:
        """The middle man before a Redis that the service uses as its settings have it, and its door."""
        address = start_redis(type(self))
        middleman = self.enterContext(Middleman(urlsplit(address).port or 0))
        url = middleman.instead_of(address)
        self.settings_for_test(**redis_settings(url, pool_class="from_git.upstream.redispool.IdleAwarePool"))
        return middleman, SharedMemory(caches["default"])
