"""The real clock and its delays; what a fork does to them is told in `fanout.test_fanout`."""

import threading
import time
from queue import SimpleQueue
from unittest import TestCase

from from_git.clock import RealTime


class Delays(TestCase):
    """Functions that are called later."""

    def test_each_comes_in_its_turn_and_not_before_its_time(self) -> None:
        clock = RealTime()
        called: SimpleQueue[tuple[str, float]] = SimpleQueue()
        begun = clock.now()
        for name, delay in (("last", 0.06), ("first", 0.0), ("middle", 0.03)):
            clock.call_later(delay, lambda name=name: called.put((name, clock.now() - begun)))  # type: ignore[misc]

        seen = [called.get(timeout=10) for _ in range(3)]

        self.assertEqual([name for name, _ in seen], ["first", "middle", "last"])
        for (_, at), delay in zip(seen, (0.0, 0.03, 0.06), strict=True):
            self.assertGreaterEqual(at, delay)

    def test_equal_delays_come_in_the_order_in_which_they_were_asked_for(self) -> None:
        clock = RealTime()
        called: SimpleQueue[int] = SimpleQueue()
        for number in range(20):
            clock.call_later(0.01, lambda number=number: called.put(number))  # type: ignore[misc]
        self.assertEqual([called.get(timeout=10) for _ in range(20)], list(range(20)))

    def test_all_have_one_thread_that_calls_nothing_on_the_askers(self) -> None:
        clock = RealTime()
        threads: SimpleQueue[int] = SimpleQueue()
        for _ in range(3):
            clock.call_later(0.0, lambda: threads.put(threading.get_ident()))
        seen = {threads.get(timeout=10) for _ in range(3)}
        self.assertEqual(len(seen - {threading.get_ident()}), 1)

    def test_a_delay_that_fails_does_not_end_the_others(self) -> None:
        clock, done = RealTime(), threading.Event()

        def fail() -> None:
            raise RuntimeError("no more threads")

        with self.assertLogs("from_git.clock", "ERROR"):
            clock.call_later(0.0, fail)
            clock.call_later(0.01, done.set)
            self.assertTrue(done.wait(10))

    def test_it_is_the_monotonic_clock(self) -> None:
        before = time.monotonic()
        self.assertTrue(before <= RealTime().now() <= time.monotonic())
