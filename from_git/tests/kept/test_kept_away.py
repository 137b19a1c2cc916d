"""Caches that go away, for ever or for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from redis import Redis

from from_git.kept.codec import encoded
from from_git.kept.store import key_of
from from_git.tests.kit.flying import (
    FOUND,
    SPACK,
    Between,
    CacheTestCase,
    Client,
    broken,
    fetched,
)
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.upstream.rediscache import SharedCache


@needs_redis
class Away(CacheTestCase):
    """A Redis that goes away in the middle."""

    def make_cache(self) -> Any:
        """One of its own, since it is killed."""
        self.address = start_redis(type(self))
        return SharedCache(self.address, {"OPTIONS": {"serializer": "coding_challenge.serializer.JsonSerializer"}})

    def test_each_process_then_fetches_for_itself_and_keeps_it(self) -> None:
        one, other = self.process(), self.process()
        first, second = Client(one), Client(other)
        self.look(one, other)
        with Redis.from_url(self.address) as redis:
            redis.shutdown(nosave=True)

        self.look(one, other)
        self.assertEqual(len(self.forge.fetches), 2)
        for fetch in self.forge.fetches:
            fetch.end(FOUND)

        self.assertEqual([first.outcome, second.outcome], [FOUND, FOUND])
        self.assertEqual(other.store.kept([SPACK])[SPACK].found, FOUND)
        self.assertEqual(other.store.anew(other.store.kept([SPACK])), {})
        self.assertEqual(set(other.store.anew(other.store.kept([SPACK]))), {SPACK})


class AwayForAWhile(CacheTestCase):
    """A cache that goes and comes."""

    def make_cache(self) -> Any:
        """One whose questions fail when the test says so."""
        return Between(LocMemCache("away-for-a-while", {}))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Answer nothing inside the block."""
        self.cache.instead.update(dict.fromkeys(("get", "get_many", "set", "set_many", "delete"), broken))
        yield
        self.cache.instead.clear()

    def test_what_a_process_kept_meanwhile_does_not_outlive_what_it_learns_later(self) -> None:
        store = self.store()
        with self.away():
            store.keep(SPACK, fetched(self.now - 5.0))
            self.assertEqual(set(store.last_good([SPACK])), {SPACK})

        store.keep(SPACK, fetched(self.now, None))

        with self.away():
            self.assertEqual(store.last_good([SPACK]), {})

    def test_of_two_outcomes_the_later_one_counts(self) -> None:
        store = self.store()
        with self.away():
            store.keep(SPACK, fetched(self.now - 5.0))
        for missing_since, there in ((self.now - 1.0, False), (self.now - 9.0, True)):
            self.cache.set(key_of("profile", SPACK), encoded(fetched(missing_since, None)))
            self.assertEqual(bool(store.last_good([SPACK])), there)
