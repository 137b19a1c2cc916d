"""The first rules of `TaskGroup`, in the order of its docstring; each runs on pools of one thread and of four."""

import os
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any
from unittest import TestCase

from from_git.errors import Cancelled
from from_git.fanout import Pool, TaskGroup
from from_git.tests.kit.time import FakeClock

LONG = 30.0  # seconds that nothing here ever takes


class Failure(Exception):
    """An error of a task."""


class FanoutTestCase(TestCase):
    """Pools that end with the test."""

    def pool(self, size: int, name: str = "pool") -> Pool:
        """A pool of `size` threads."""
        pool = Pool(name, size)
        self.addCleanup(pool.close)
        return pool

    def group(self, seconds: float = LONG, **options: Any) -> TaskGroup:
        """A group whose deadline is `seconds` away."""
        return TaskGroup(time.monotonic() + seconds, **options)

    def for_sizes(self, check: Callable[[Pool], None]) -> None:
        """Run `check` with a pool of one thread and with one of four."""
        for size in (1, 4):
            with self.subTest(threads=size):
                check(self.pool(size))


class Counting(FanoutTestCase):
    """Rule 1."""

    def test_wait_returns_when_children_of_children_are_done(self) -> None:
        def check(pool: Pool) -> None:
            group, done = self.group(), SimpleQueue[int]()

            def task(depth: int) -> None:
                if depth:
                    group.start(pool, task, depth - 1)
                    group.start(pool, task, depth - 1)
                done.put(depth)

            group.start(pool, task, 6)

            self.assertTrue(group.wait())
            self.assertEqual(done.qsize(), 2**7 - 1)

        self.for_sizes(check)

    def test_group_does_not_end_between_parent_and_child_on_another_pool(self) -> None:
        for _ in range(200):
            first, second = self.pool(1, "first"), self.pool(1, "second")
            group, done = self.group(), SimpleQueue[str]()

            group.start(first, lambda g=group, s=second, d=done: g.start(s, d.put, "child"))

            self.assertTrue(group.wait())
            self.assertEqual(done.qsize(), 1)

    def test_the_owner_may_start_a_second_task_after_the_first_has_ended(self) -> None:
        pool, group, done = self.pool(1), self.group(), SimpleQueue[str]()
        group.start(pool, done.put, "first")
        done.get(timeout=LONG)

        group.start(pool, done.put, "second")

        self.assertTrue(group.wait())
        self.assertEqual(done.get(timeout=LONG), "second")

    def test_a_sealed_group_without_tasks_has_ended(self) -> None:
        self.assertTrue(self.group().wait(0))

    def test_a_finished_group_takes_no_more_work(self) -> None:
        pool, group = self.pool(1), self.group()
        group.start(pool, lambda: None)
        group.wait()

        group.start(pool, self.fail, "ran after the end")

        self.assertTrue(group.wait(0))


class NoWaiting(FanoutTestCase):
    """Rules 2 and 3."""

    def test_a_pool_of_one_thread_runs_ten_thousand_tasks_that_start_each_other(self) -> None:
        pool, group, done = self.pool(1), self.group(), SimpleQueue[int]()

        def task(number: int) -> None:
            done.put(number)
            if number:
                group.start(pool, task, number - 1)

        group.start(pool, task, 10_000)

        self.assertTrue(group.wait())
        self.assertEqual(done.qsize(), 10_001)

    def test_a_delayed_task_leaves_its_thread_to_others_and_runs_later(self) -> None:
        pool, order = self.pool(1), SimpleQueue[str]()
        waiting, other = self.group(), self.group()

        begun = time.monotonic()
        waiting.start(pool, order.put, "delayed", delay=0.2)
        other.start(pool, order.put, "other")

        self.assertTrue(waiting.wait())
        self.assertGreaterEqual(time.monotonic() - begun, 0.2)
        self.assertEqual([order.get(), order.get()], ["other", "delayed"])

    def test_a_delayed_task_of_a_cancelled_group_never_runs(self) -> None:
        pool, group, witness = self.pool(1), self.group(), self.group()
        group.start(pool, self.fail, "ran after the cancel", delay=0.05)

        group.cancel()
        witness.start(pool, lambda: None, delay=0.1)

        self.assertTrue(witness.wait())


class FirstError(FanoutTestCase):
    """Rule 4."""

    def test_wait_raises_the_first_error_while_siblings_still_run(self) -> None:
        pool, group = self.pool(2), self.group()
        release = threading.Event()
        self.addCleanup(release.set)

        def fail() -> None:
            raise Failure("first")

        group.start(pool, release.wait, LONG)
        group.start(pool, fail)

        with self.assertRaisesRegex(Failure, "first"):
            group.wait()
        self.assertFalse(release.is_set())

    def test_tasks_not_begun_never_run(self) -> None:
        pool, group, ran = self.pool(1), self.group(), SimpleQueue[int]()

        def fail() -> None:
            for number in range(100):
                group.start(pool, ran.put, number)
            raise Failure

        group.start(pool, fail)
        self.assertRaises(Failure, group.wait)
        self.drain(pool)

        self.assertEqual(ran.qsize(), 0)

    def test_a_running_task_is_told_at_its_next_look_at_the_clock(self) -> None:
        pool, group, seen = self.pool(2), self.group(), SimpleQueue[str]()
        begun, cancelled = threading.Event(), threading.Event()

        def long() -> None:
            begun.set()
            cancelled.wait(LONG)
            try:
                group.time_left()
            except Cancelled:
                seen.put("cancelled")

        group.start(pool, long)
        begun.wait(LONG)
        group.cancel()
        cancelled.set()

        self.assertEqual(seen.get(timeout=LONG), "cancelled")

    def test_late_errors_and_late_work_of_a_cancelled_group_are_dropped(self) -> None:
        pool, group = self.pool(1), self.group()
        begun, cancelled = threading.Event(), threading.Event()

        def late() -> None:
            begun.set()
            cancelled.wait(LONG)
            group.start(pool, self.fail, "ran after the cancel")
            raise Failure("late")

        group.start(pool, late)
        begun.wait(LONG)
        group.cancel()
        cancelled.set()
        self.drain(pool)

        self.assertRaises(Cancelled, group.wait, 0)

    def test_the_pool_serves_others_after_a_thousand_errors(self) -> None:
        def check(pool: Pool) -> None:
            def fail() -> None:
                raise Failure

            for _ in range(1_000):
                group = self.group()
                group.start(pool, fail)
                self.assertRaises(Failure, group.wait)

            self.drain(pool)

        self.for_sizes(check)

    def drain(self, pool: Pool) -> None:
        """Wait until the pool has served what was announced before."""
        group = self.group()
        group.start(pool, lambda: None)
        self.assertTrue(group.wait())

    def test_wait_tells_a_cancelled_group_from_one_that_is_done(self) -> None:
        group = self.group()

        group.cancel()

        self.assertRaises(Cancelled, group.wait)

    def test_a_closed_pool_cancels_the_groups_that_wait_for_it_and_those_that_come(self) -> None:
        pool, busy, waiting, late = self.pool(1), self.group(), self.group(), self.group()
        aside = self.group()
        aside.set_aside()
        begun, opened = threading.Event(), threading.Event()
        busy.start(pool, lambda: begun.set() or opened.wait(LONG))  # type: ignore[func-returns-value]
        begun.wait(LONG)
        waiting.start(pool, self.fail, "ran on a closed pool")
        aside.start(pool, self.fail, "ran on a closed pool")

        pool.close()
        late.start(pool, self.fail, "ran on a closed pool", delay=0.01)

        self.assertRaises(Cancelled, waiting.wait)
        self.assertRaises(Cancelled, aside.wait)
        self.assertRaises(Cancelled, late.wait)
        opened.set()
        self.assertTrue(busy.wait())

    def test_a_fork_inherits_no_delayed_tasks_and_can_delay_its_own(self) -> None:
        ours, theirs = os.pipe()
        self.addCleanup(os.close, ours)
        pool, group = self.pool(1), self.group()
        group.start(pool, os.write, theirs, b"parent ", delay=0.3)

        child = os.fork()
        if not child:  # pragma: no cover - in the child, where nothing may raise
            pool, group = Pool("child", 1), self.group()
            group.start(pool, os.write, theirs, b"child ", delay=0.6)
            os._exit(0 if group.wait() else 1)

        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertTrue(group.wait())
        os.close(theirs)
        self.assertEqual(os.read(ours, 100), b"parent child ")


class Deadline(FanoutTestCase):
    """Rule 5."""

    def test_wait_gives_up_at_the_deadline_and_leaves_the_verdict_to_the_owner(self) -> None:
        pool, group, release = self.pool(1), self.group(0.05), threading.Event()
        self.addCleanup(release.set)
        group.start(pool, release.wait, LONG)

        self.assertFalse(group.wait())

        self.assertFalse(group.ended)

    def test_the_deadline_counts_on_the_clock_given_and_can_be_moved(self) -> None:
        clock = FakeClock(100.0)
        group = TaskGroup(160.0, clock=clock)

        clock.move(50.0)

        self.assertEqual(group.time_left(), 10.0)
        group.deadline = 200.0
        self.assertEqual(group.time_left(), 50.0)
        clock.move(51.0)
        self.assertEqual(group.time_left(), -1.0)
