"""Profiles that are kept, and what a cache may do to them."""

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from redis import Redis

from from_git.kept.codec import encoded
from from_git.kept.store import key_of
from from_git.tests.kit.finds import head_of, with_head
from from_git.tests.kit.flying import (
    FOUND,
    MFEM,
    SPACK,
    Between,
    CacheTestCase,
    Client,
    InMemory,
    InRedis,
    broken,
    fetched,
)
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.servers import needs_redis
from from_git.values.credential import Credential
from from_git.values.found import Found
from from_git.values.progress import Progress
from from_git.values.repository import Repository
from from_git.values.rows import Rows

A, B = "a" * 32, "b" * 32
NONSENSE: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1.5, 2**62, "", "garbage", "f" * 32, [], {}, [[]], {"kind": "Organization"}),
    {"error": "UpstreamError"},
    {"error": ["x"], "reason": "x"},
    {"error": "Exception", "reason": "x"},
    {"error": "LimitError", "reason": "x", "wait": -1},
    {"error": "LimitError", "reason": "x", "wait": 1e300},
    {"error": "LimitError", "reason": "x", "wait": True},
    {"error": "LimitError", "reason": 7, "wait": 1},
    {**vars(Progress()), "pages": -1},
    {**vars(Progress()), "pages": 1e300},
    {**vars(Progress()), "note": 5, "wait": "x"},
    {"pages": 1},
)


def places(name: str, *values: Any) -> list[dict[str, Any]]:
    """One place of an outcome with each of these in it."""
    return [{name: value} for value in values]


def spoilt(at: float) -> list[Any]:
    """What would be an outcome but for one place in it."""
    good = encoded(fetched(at))
    assert isinstance(good, bytes)
    head = head_of(good)
    bad = [
        *places("format", None, "rows-0", 1),
        *places("at", None, "now", 0, -5.0, 2**50, [], at + 3_600),
        *places("oldest", None, "now", 2**50),
        *places("kind", None, 5, [], True),
        *places("not_told", None, "langs", ["langs", "langs"], ["stars"], ["topics", "langs"], {"langs": 1}),
        *places("lengths", None, [], [1, 2], [-1], [float(*head["lengths"])], [True], {}),
    ]
    without = [{name: value for name, value in head.items() if name != gone} for gone in head]
    missing = encoded(fetched(at, None))
    assert isinstance(missing, dict)
    older = {"identity": None, "missing": [], "counts": [1, 0, 0, 0], "langs": [], "topics": []}
    return [
        *(with_head(good, {**head, **place}) for place in bad),
        *(with_head(good, one) for one in without),
        *({**missing, **place} for place in places("at", None, "now", 0, -5.0, 2**50, [], at + 3_600)),
        *({**missing, **place} for place in places("oldest", None, "now", 2**50)),
        {**missing, "kind": "User", **older},
        *(good[:-1], good + b"x", good.decode("latin-1")),
    ]


class Contract(CacheTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds over every cache. No test case itself, so none is skipped."""

    def test_what_is_kept_comes_back_as_it_was(self) -> None:
        store, other = self.store(), self.store()
        bare = Found("User", Rows.of([Repository("R", "r", watchers=2**53)]))
        for found in (FOUND, bare, None):
            with self.subTest(found):
                store.keep(SPACK, fetched(self.now - 1.5, found))
                self.assertEqual(other.kept([SPACK, MFEM]), {SPACK: fetched(self.now - 1.5, found)})

    def test_it_is_kept_for_so_long_and_who_is_missing_for_a_fifth(self) -> None:
        store = self.store()
        for found, seconds in ((FOUND, 300.0), (None, 60.0)):
            store.keep(SPACK, fetched(self.now, found))
            begun: float = self.now
            for later, there in ((0.0, True), (seconds - 0.1, True), (seconds, False), (1e9, False)):
                with self.subTest(found=found, later=later):
                    self.set_clock(begun + later)
                    self.assertEqual(bool(store.kept([SPACK])), there)
            self.set_clock(begun)

    def test_the_cache_too_forgets_it_by_itself(self) -> None:
        self.enterContext(self.settings(LAST_GOOD_SECONDS=0.0))
        store = self.store()
        store.keep(SPACK, fetched(self.now))
        store.keep(MFEM, fetched(self.now, None))
        self.assertTrue(290 < self.seconds_to_live(SPACK) <= 300)
        self.assertTrue(50 < self.seconds_to_live(MFEM) <= 60)
        with self.settings(PROFILE_CACHE_SECONDS=0.3):
            store.keep(MFEM, fetched(self.now, None))
            self.assertEqual(set(store.kept([MFEM])), {MFEM})

    def test_a_shorter_setting_holds_at_once_and_zero_keeps_nothing(self) -> None:
        self.enterContext(self.settings(LAST_GOOD_SECONDS=0.0))
        store = self.store()
        store.keep(SPACK, fetched(self.now - 5.0))
        for seconds, there in ((6.0, True), (4.0, False), (0.0, False)):
            with self.settings(PROFILE_CACHE_SECONDS=seconds):
                self.assertEqual(bool(store.kept([SPACK])), there)
        self.cache.clear()
        with self.settings(PROFILE_CACHE_SECONDS=0.0):
            store.keep(SPACK, fetched(self.now))
        self.assertEqual(store.kept([SPACK]), {})

    def test_clocks_may_differ_by_a_minute_and_a_wrong_one_keeps_nothing_for_ever(self) -> None:
        store = self.store()
        for ahead, there in ((50.0, True), (70.0, False), (1e9, False)):
            store.keep(SPACK, fetched(self.now + ahead))
            self.assertEqual(bool(store.kept([SPACK])), there)

    def test_last_good_numbers_are_there_for_so_long_whatever_else_is_kept(self) -> None:
        for kept in (0.0, 300.0, 9_999.0):
            with self.settings(PROFILE_CACHE_SECONDS=kept, LAST_GOOD_SECONDS=1_000.0):
                store, other = self.store(), self.store()
                store.keep(SPACK, fetched(self.now))
                begun: float = self.now
                for later, there in ((-59.0, True), (-61.0, False), (0.0, True), (999.9, True), (1_000.0, False)):
                    with self.subTest(kept=kept, later=later):
                        self.set_clock(begun + later)
                        wanted = {SPACK: fetched(begun)} if there else {}
                        self.assertEqual(other.last_good([SPACK, MFEM]), wanted)
                self.set_clock(begun)
                self.assertTrue(990 < self.seconds_to_live(SPACK) - max(0.0, kept - 1_000.0) <= 1_000)

    def test_without_the_setting_there_are_no_last_good_numbers(self) -> None:
        store = self.store()
        for ahead in (0.0, 1.0):  # of a machine whose clock is
            store.keep(SPACK, fetched(self.now + ahead))
            with self.settings(LAST_GOOD_SECONDS=0.0):
                self.assertEqual(store.last_good([SPACK]), {})

    def test_who_has_been_missing_has_no_last_good_numbers_until_there_are_new_ones(self) -> None:
        with self.settings(PROFILE_CACHE_SECONDS=300.0, LAST_GOOD_SECONDS=1_000.0):
            store, other = self.store(), self.store()
            store.keep(SPACK, fetched(self.now))
            other.keep(SPACK, fetched(self.now + 1.0, None))
            begun: float = self.now
            for later in (1.0, 100.0, 999.0):
                self.set_clock(begun + later)
                self.assertEqual((store.last_good([SPACK]), other.last_good([SPACK])), ({}, {}))
            self.assertTrue(990 < self.seconds_to_live(SPACK) <= 1_000)
            self.set_clock(begun)
            store.keep(SPACK, fetched(self.now + 2.0))
            self.assertEqual(set(other.last_good([SPACK])), {SPACK})

    def test_another_host_and_another_api_of_one_host_have_their_own(self) -> None:
        self.store().keep(SPACK, fetched(self.now))
        for host in (host_of("github", "ghe.example"), host_of("github", api="https://elsewhere.example/graphql")):
            self.assertEqual(self.store().kept([replace(SPACK, host=host)]), {})
        self.assertTrue(self.store().kept([replace(SPACK, host=replace(SPACK.host, credentials=(Credential("x"),)))]))

    def test_it_is_had_anew_once_in_ten_seconds(self) -> None:
        one, two = self.store(), self.store()
        kept = {SPACK: fetched(self.now - 11.0), MFEM: fetched(self.now - 9.0)}
        two.keep(MFEM, kept[MFEM], anew=True)

        self.assertEqual(set(one.anew(kept)), {MFEM})
        self.assertEqual(set(two.anew(kept)), {SPACK, MFEM})
        self.assertEqual(one.anew({}), {})
        self.assertTrue(5 < self.seconds_to_live(SPACK, "anew") <= 10)

    def test_what_others_have_found_since_the_cache_is_back_counts(self) -> None:
        cache = Between(self.cache, set=broken)
        store = self.store(cache=cache)
        store.keep(SPACK, fetched(self.now - 9.0, None))
        cache.instead.clear()
        self.assertEqual(store.kept([SPACK]), {SPACK: fetched(self.now - 9.0, None)})
        store.keep(SPACK, fetched(self.now - 1.0))
        self.assertEqual(store.kept([SPACK]), {SPACK: fetched(self.now - 1.0)})

    def test_nonsense_under_any_key_is_as_if_there_were_nothing(self) -> None:
        for value in [*NONSENSE, *spoilt(self.now)]:
            with self.subTest(value):
                self.cache.clear()
                one, other = self.process(), self.process()
                first, second = Client(one), Client(other)
                keys = [key_of(what, SPACK) for what in ("profile", "flight", "anew")]
                keys += [f"from-git:flight:{first.flight.id}:{what}" for what in ("outcome", "progress", "wanted")]
                self.cache.set_many(dict.fromkeys(keys, value), timeout=60)

                self.assertEqual(one.store.kept([SPACK]), {})
                self.look(one, other)
                third = Client(other)
                self.assertEqual([one.flight.ended for one in (first, second, third)], [False] * 3)
                for fetch in self.forge.fetches:
                    fetch.end(FOUND)
                self.look(one, other)
                self.assertEqual(first.outcome, FOUND)
                self.assertIn(second.outcome, (FOUND, ...))  # a claim by an id may be somebody's
                self.forge.fetches.clear()


class InOneProcess(Contract, InMemory, CacheTestCase):
    """LocMem."""

    def test_without_other_processes_there_is_nobody_to_tell(self) -> None:
        claims = self.claims(shared=False)
        self.assertEqual([claims.claim(SPACK, own) for own in (A, B)], [A, B])
        claims.want(A, 5.0, 5.0)
        self.assertFalse(claims.wanted(A))
        self.assertEqual(claims.renew({SPACK: (A, Progress())}), {})


@needs_redis
class BetweenProcesses(Contract, InRedis, CacheTestCase):
    """Redis."""

    def past_django(self) -> Redis:
        """A client of its own."""
        client = Redis.from_url(self.address)
        self.addCleanup(client.close)
        return client

    def test_bytes_and_types_that_nobody_wrote_are_as_if_there_were_nothing(self) -> None:
        redis = self.past_django()
        seed = random.Random(1)  # noqa: S311 - the same bytes each time

        def spoil(key: Any, kind: int) -> None:
            redis.delete(key)
            if kind == 0:
                redis.set(key, seed.randbytes(40))
            elif kind == 1:
                redis.rpush(key, "a", "b")
            elif kind == 2:
                redis.hset(key, "a", "b")
            elif kind == 3:
                redis.set(key, b"\x80\x04}q\x00.")  # a pickle
            else:
                redis.set(key, b"[" * 5_000)

        for kind in range(5):
            with self.subTest(kind):
                self.cache.clear()
                one, other = self.process(), self.process()
                one.store.keep(SPACK, fetched(self.now))
                one.store.anew({SPACK: fetched(self.now - 20.0)})
                first, second = Client(one, MFEM), Client(other, MFEM)
                self.look(one, other)
                keys = redis.keys("*")
                self.assertEqual(len(keys), 5)
                for key in keys:
                    spoil(key, kind)

                self.assertEqual(one.store.kept([SPACK]), {})
                self.assertEqual(set(one.store.anew({SPACK: fetched(self.now - 20.0)})) - {SPACK}, set())
                self.look(one, other)
                for fetch in self.forge.fetches:
                    fetch.end(FOUND)
                self.look(one, other)
                self.assertEqual([first.outcome, second.outcome], [FOUND, FOUND])
                self.forge.fetches.clear()

    def test_a_full_one_leaves_each_process_what_it_fetched_itself(self) -> None:
        redis = self.past_django()
        self.addCleanup(redis.config_set, "maxmemory", "0")
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("maxmemory", "1")
        one, other = self.process(), self.process()

        first, second = Client(one), Client(other)
        self.look(one, other)
        for fetch in self.forge.fetches:
            fetch.end(FOUND)

        self.assertEqual([first.outcome, second.outcome], [FOUND, FOUND])
        self.assertEqual(one.store.kept([SPACK])[SPACK].found, FOUND)

    def test_a_full_one_does_not_go_on_showing_numbers_of_who_is_missing(self) -> None:
        store = self.store()
        store.keep(SPACK, fetched(self.now - 5.0))
        redis = self.past_django()
        self.addCleanup(redis.config_set, "maxmemory", "0")
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("maxmemory", "1")

        store.keep(SPACK, fetched(self.now, None))

        self.assertEqual(store.last_good([SPACK]), {})
        self.assertEqual(self.store().last_good([SPACK]), {})  # nor does another process, which knows only the cache
