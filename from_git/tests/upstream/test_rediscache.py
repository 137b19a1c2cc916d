"""Django's cache in Redis, as this project has it."""

import warnings
from typing import Any, ClassVar
from unittest import TestCase

from redis import Connection, Redis, ResponseError

from from_git.calls.spent import SharedLedger, Spent
from from_git.memory import SharedMemory
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.upstream.rediscache import SharedCache


class Counting(Connection):
    """Counts what it sends."""

    turns = 0

    def send_packed_command(self, *arguments: Any, **options: Any) -> None:
        """As the base class."""
        Counting.turns += 1
        super().send_packed_command(*arguments, **options)  # type: ignore[no-untyped-call]


@needs_redis
class Cache(TestCase):
    """`SharedCache`."""

    address: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start a Redis."""
        super().setUpClass()
        cls.address = start_redis(cls)

    def setUp(self) -> None:
        """Begin with an empty cache."""
        self.cache = SharedCache(self.address, {"OPTIONS": {"connection_class": Counting}})
        self.cache.clear()

    def turns(self, work: Any) -> int:
        """How often something was sent to Redis meanwhile."""
        before = Counting.turns
        work()
        return Counting.turns - before

    def test_one_client_serves_all_commands(self) -> None:
        client: Any = self.cache._cache
        self.assertIs(client.get_client("a"), client.get_client("b", write=True))
        self.assertEqual(self.turns(lambda: self.cache.get("a")), 1)

    def test_it_adds_to_all_keys_in_one_turn_and_keeps_them_for_a_while(self) -> None:
        self.cache.set("a", 5)
        self.assertEqual(self.turns(lambda: self.cache.increase({"a": 2, "b": -3}, 60)), 1)

        self.assertEqual(self.cache.get_many(["a", "b"]), {"a": 7, "b": -3})
        with Redis.from_url(self.address) as redis:
            self.assertEqual({redis.ttl(":1:a") > 50, redis.ttl(":1:b") > 50}, {True})

    def test_what_is_no_number_is_an_error_and_stops_no_other(self) -> None:
        self.cache.set("a", "x")
        with self.assertRaises(ResponseError):
            self.cache.increase({"a": 1, "b": 1}, 60)

        self.assertEqual((self.cache.get("a"), self.cache.get("b")), ("x", 1))

    def test_keys_of_any_letters_are_told_apart_without_a_warning(self) -> None:
        keys = ["a b", "a\tb", "é🙂", "x" * 300]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for number, key in enumerate(keys):
                self.cache.set(key, number)

        self.assertEqual([self.cache.get(key) for key in keys], [0, 1, 2, 3])

    def test_what_a_call_spends_is_told_for_all_and_for_its_client_in_one_turn(self) -> None:
        memory = SharedMemory(self.cache)
        spent = Spent(60.0, lambda client: SharedLedger(memory, f"key:{client}", 60.0))
        now = spent.now()
        slot = spent.slot(now)
        self.assertEqual(self.turns(lambda: spent.add("me", (slot, 2.0))), 1)
        self.assertEqual(self.turns(lambda: spent.add("me", (slot, -2.0), (slot - 1, 0.5))), 1)

        other = Spent(60.0, lambda client: SharedLedger(SharedMemory(self.cache), f"key:{client}", 60.0))
        self.assertEqual((other.sum(now), other.own("me", now), other.own("you", now)), (0.5, 0.5, 0.0))
