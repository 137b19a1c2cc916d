"""Flights over a real Redis, which may hang or be gone."""

import os
import signal
from typing import Any, ClassVar

import psutil
from redis import Redis

from from_git import flights
from from_git.tests.flights.test_flights_service import ANEW, SLOW, SPACK, TEAM, Contract, KeptTestCase
from from_git.tests.kit.servers import needs_redis, start_redis


def redis_settings(address: str, **more: Any) -> dict[str, Any]:
    """What CACHE_URL makes of an address while Django starts; `more` are other options."""
    options: dict[str, Any] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, **more}
    options["serializer"] = "coding_challenge.serializer.JsonSerializer"
    backend = "from_git.upstream.rediscache.SharedCache"
    return {"CACHE_URL": address, "CACHES": {"default": {"BACKEND": backend, "LOCATION": address, "OPTIONS": options}}}


@needs_redis
class InRedis(Contract, KeptTestCase):
    """CACHE_URL."""

    redis: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start it."""
        super().setUpClass()
        cls.redis = start_redis(cls)

    def cache_settings(self) -> dict[str, Any]:
        """Redis."""
        return redis_settings(self.redis)

    def test_two_hundred_profiles_are_asked_for_in_one_question(self) -> None:
        urls = [f"https://github.com/user-{number}" for number in range(200)]
        self.answer(urls[0])
        store = flights.current().store
        [found] = store.kept([self.profile(urls[0])]).values()
        for url in urls:
            store.keep(self.profile(url), found)
        with Redis.from_url(self.redis) as redis:
            before = redis.info("stats")["total_commands_processed"]
            self.answer(*urls)
            after = redis.info("stats")["total_commands_processed"]
        self.assertLess(after - before, 10)

    def test_whatever_stands_in_it_the_answer_is_exact(self) -> None:
        with Redis.from_url(self.redis) as redis:
            for spoil in (
                lambda key: redis.set(key, b"\xff\x00nonsense", keepttl=True),
                lambda key: redis.set(key, b'{"kind": "User", "at": 1e300}'),
                lambda key: redis.set(key, b'"' + b"f" * 32 + b'"', px=1_000),
                lambda key: (redis.delete(key), redis.rpush(key, "x")),
            ):
                self.assert_exact(("github", "spack"), ("bitbucket", "team-7"))
                for key in redis.keys("*"):
                    spoil(key)
                self.assert_exact(("github", "spack"), ("bitbucket", "team-7"))
                redis.flushall()
                self.emulator.faults.add(SLOW)
                with self.meanwhile(TEAM) as first:
                    for key in redis.keys("*"):
                        spoil(key)
                    self.assert_exact(("bitbucket", "team-30"))
                self.assertEqual(first.result().json()["data"], self.world.sum([("bitbucket", "team-30")]))
                self.emulator.faults.clear()
                redis.flushall()

    def test_a_full_one_costs_calls_and_no_answer(self) -> None:
        with Redis.from_url(self.redis) as redis:
            redis.config_set("maxmemory-policy", "noeviction")
            redis.config_set("maxmemory", "1mb")
            self.addCleanup(self.empty)
            self.assert_exact(("github", "spack"), ("bitbucket", "team-7"))
            self.assertEqual(self.calls_of(lambda: self.assert_exact(("github", "spack"))), 0)

    def empty(self) -> None:
        """Let it have room again."""
        with Redis.from_url(self.redis) as redis:
            redis.config_set("maxmemory", "0")


@needs_redis
class Away(KeptTestCase):
    """A Redis that hangs or is gone."""

    killed: psutil.Process

    def cache_settings(self) -> dict[str, Any]:
        """One for each test."""
        before = set(psutil.Process().children())
        address = start_redis(type(self))
        [self.killed] = set(psutil.Process().children()) - before
        return redis_settings(address)

    def check(self, number: int) -> None:
        """Exact answers, of which the second costs nothing, nor does one that is wanted anew within ten seconds."""
        with self.meanwhile(TEAM) as first:
            os.kill(self.killed.pid, number)
            self.assert_exact(("bitbucket", "team-30"))
        self.assertEqual(first.result().json()["data"], self.world.sum([("bitbucket", "team-30")]))
        self.assert_exact(("github", "spack"))
        self.assertEqual(self.calls_of(lambda: self.assert_exact(("github", "spack"))), 0)
        self.assertGreater(self.calls_of(lambda: self.ask(SPACK, headers=ANEW)), 0)
        self.assertEqual(self.calls_of(lambda: self.ask(SPACK, headers=ANEW)), 0)

    def test_one_that_is_killed_costs_no_answer(self) -> None:
        self.emulator.faults.add(SLOW)
        self.check(signal.SIGKILL)

    def test_one_that_hangs_costs_no_answer(self) -> None:
        self.emulator.faults.add(SLOW)
        self.check(signal.SIGSTOP)
