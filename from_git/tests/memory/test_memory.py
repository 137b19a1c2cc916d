"""A cache that may fail, as what outlives a process."""

from functools import partial
from typing import Any
from unittest import TestCase

from django.core.cache import caches
from django.test import SimpleTestCase, override_settings
from redis.exceptions import ConnectionError, ResponseError, TimeoutError

from from_git.memory import Remembered, SharedMemory, Warnings, cache_words
from from_git.tests.kit.time import FakeClock


class Failing(TestCase):
    """Caches that answer with an error."""

    def setUp(self) -> None:
        """A clock, and a memory that has warned of nothing yet."""
        self.clock = FakeClock()
        self.asked: list[str] = []

    def memory(self, error: Exception) -> SharedMemory:
        """One whose cache raises this."""
        asked = self.asked

        class Broken:
            def get(self, key: str) -> None:
                asked.append(key)
                raise error

        return SharedMemory(Broken(), self.clock.now, Warnings())

    def test_a_cache_that_fails_is_not_asked_again_for_a_while_and_takes_nothing_with_it(self) -> None:
        for error in (ConnectionError("redis is down"), TimeoutError("it hangs"), OSError("no route")):
            with self.subTest(type(error)):
                self.asked.clear()
                memory = self.memory(error)
                with self.assertLogs("from_git", "WARNING"):
                    self.assertIsNone(memory.get("a"))
                    self.assertIsNone(memory.get("b"))
                    self.clock.move(6.0)
                    self.assertIsNone(memory.get("c"))
                self.assertEqual(self.asked, ["a", "c"])

    def test_one_that_refuses_a_question_is_asked_the_next(self) -> None:
        def ask(key: str, cache: Any) -> Any:
            return cache.get(key)

        memory = self.memory(ValueError("no number"))
        with self.assertLogs("from_git", "WARNING"):
            self.assertEqual([memory.ask(partial(ask, key), 5) for key in "ab"], [5, 5])
        self.assertEqual(self.asked, ["a", "b"])

    def test_of_each_kind_of_failure_one_line_a_minute_is_written(self) -> None:
        memory = self.memory(ValueError("no number"))
        with self.assertLogs("from_git", "WARNING") as logs:
            for key in "abc":
                memory.get(key)
        self.assertEqual(len(logs.output), 1)
        self.assertIn("The cache failed (ValueError); what it was asked or told is lost.", logs.output[0])


class Words(SimpleTestCase):
    """What a cache's server says of itself."""

    @override_settings(CACHE_URL="redis://:s3cret@127.0.0.1:6379/0")
    def test_they_are_a_servers_own_without_password_and_controls(self) -> None:
        cases: list[tuple[Exception, str]] = [
            (ResponseError("unknown command 'HELLO', with args '3' 's3cret'"), "unknown command 'HELLO'"),
            (ResponseError("OOM\n\x1b[2J"), "OOM[2J"),
            (ConnectionError("Error 111 connecting"), ""),
            (ValueError("s3cret"), ""),
        ]
        for error, words in cases:
            with self.subTest(error):
                self.assertTrue(cache_words(error).startswith(words))
                self.assertNotIn("s3cret", cache_words(error))
                self.assertEqual(bool(cache_words(error)), bool(words))


class DefaultCache(TestCase):
    """What Django's settings give."""

    def test_the_memory_works_with_djangos_default_cache(self) -> None:
        memory = SharedMemory(caches["default"])
        memory.set("from-git:test", 5.0, timeout=10.0)
        self.assertEqual(memory.get("from-git:test"), 5.0)

    def test_what_it_keeps_lasts_for_a_second_at_least(self) -> None:
        kept: list[tuple[Any, ...]] = []

        class Cache:
            def set(self, key: str, value: Any, timeout: float) -> None:
                kept.append((key, value, timeout))

        memory = SharedMemory(Cache())
        for seconds in (0.2, 1.9, 60.0):
            memory.set("a", 1, seconds)
        self.assertEqual(kept, [("a", 1, 1), ("a", 1, 1), ("a", 1, 60)])


class ByWeight(TestCase):
    """What a process remembers for itself."""

    def test_those_not_used_for_longest_go_when_all_weigh_too_much(self) -> None:
        memory: Remembered[str] = Remembered(10)
        for key in "abc":
            memory.put(key, key.upper(), 3)
        self.assertEqual(memory.get("a"), "A")

        memory.put("d", "D", 4)

        self.assertEqual([memory.get(key) for key in "abcd"], ["A", None, "C", "D"])
        self.assertEqual((memory.weight, memory.hits), (10, 4))

    def test_the_same_again_weighs_what_it_weighs_now_and_too_heavy_a_thing_is_not_remembered(self) -> None:
        memory: Remembered[str] = Remembered(10)
        for weight in (9, 2):
            memory.put("a", f"{weight}", weight)
        self.assertEqual((memory.get("a"), memory.weight), ("2", 2))

        memory.put("b", "B", 11)

        self.assertEqual((memory.get("b"), memory.weight), (None, 0))

    def test_light_things_are_bounded_in_number_too(self) -> None:
        memory: Remembered[str] = Remembered(1_000, things=2)
        for key in "abc":
            memory.put(key, key.upper(), 1)

        self.assertEqual([memory.get(key) for key in "abc"], [None, "B", "C"])
        self.assertEqual(memory.weight, 2)
