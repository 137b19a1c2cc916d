"""The later rules of `TaskGroup`: turns, delays and its end."""

import threading
import time
import weakref
from collections.abc import Callable
from queue import SimpleQueue

from emulator.tests.helpers import settled
from from_git.askers import Asker
from from_git.fanout import Pool, TaskGroup
from from_git.tests.fanout.test_fanout import LONG, Failure, FanoutTestCase
from from_git.tests.kit.exposition import sample
from from_git.tests.kit.time import FakeClock


class Delays(FanoutTestCase):
    """Rule 3, on the clock."""

    def test_a_cancelled_group_lets_go_of_what_was_delayed(self) -> None:
        class Thing:
            def run(self) -> None:
                raise AssertionError

        group, thing = self.group(), Thing()
        group.start(self.pool(1), thing.run, delay=600.0)
        reference = weakref.ref(thing)
        del thing
        self.assertIsNotNone(reference())

        group.cancel()

        self.assertIsNone(reference())

    def test_a_task_that_is_awoken_early_runs_once(self) -> None:
        clock, done, pool = FakeClock(), SimpleQueue[str](), self.pool(1)
        group = TaskGroup(clock.now() + LONG, clock=clock)
        number = group.start(pool, done.put, "delayed", delay=5.0)

        group.awake(number)
        group.awake(number)
        clock.move(10.0)
        group.start(pool, done.put, "last")

        self.assertEqual([done.get(timeout=LONG), done.get(timeout=LONG)], ["delayed", "last"])
        self.assertTrue(group.wait(LONG))


class Turns(FanoutTestCase):
    """Rule 6."""

    def test_a_group_of_one_task_waits_for_about_one_task_of_a_group_of_thousands(self) -> None:
        pool, order = self.pool(1), SimpleQueue[str]()
        large, small, opened = self.group(), self.group(), threading.Event()
        large.start(pool, opened.wait, LONG)
        for _ in range(5_000):
            large.start(pool, order.put, "large")
        small.start(pool, order.put, "small")

        opened.set()

        self.assertTrue(small.wait())
        before = 0
        while order.get(timeout=LONG) != "small":
            before += 1
        self.assertLessEqual(before, 1)

    def test_groups_take_turns_and_each_keeps_its_own_order(self) -> None:
        pool, order, opened = self.pool(1), SimpleQueue[str](), threading.Event()
        gate, a, b = self.group(), self.group(), self.group()
        gate.start(pool, opened.wait, LONG)
        for number in range(3):
            a.start(pool, order.put, f"a{number}")
            b.start(pool, order.put, f"b{number}")

        opened.set()

        self.assertTrue(a.wait() and b.wait())
        self.assertEqual([order.get(timeout=LONG) for _ in range(6)], ["a0", "b0", "a1", "b1", "a2", "b2"])

    def order_of(self, *groups: TaskGroup, then: Callable[[], object] = lambda: None) -> list[int]:
        """The turns of groups of three tasks each that wait when the only thread becomes free, by their place here."""
        pool, order, opened, gate = self.pool(1), SimpleQueue[int](), threading.Event(), self.group()
        gate.start(pool, opened.wait, LONG)
        for number, group in enumerate(groups):
            for _ in range(3):
                group.start(pool, order.put, number)
        then()
        opened.set()
        return [order.get(timeout=LONG) for _ in range(3 * len(groups))]

    def asked(self, asker: Asker) -> TaskGroup:
        """A group of that request."""
        return TaskGroup(time.monotonic() + LONG, asker=asker)

    def test_clients_take_turns_however_many_requests_and_groups_they_have(self) -> None:
        requests = [Asker("a"), Asker("a"), Asker("b")]
        groups = [self.asked(requests[number]) for number in (0, 0, 0, 1, 2)]

        order = self.order_of(*groups)

        # every other turn is b's while it has tasks; of a's turns every other one is that of its second request
        self.assertEqual(order[:6], [0, 4, 3, 4, 1, 4])
        self.assertEqual(order[6:9], [3, 2, 3])

    def test_what_nobody_waits_for_comes_last_whenever_everybody_has_left(self) -> None:
        before, after, wanted = (self.asked(Asker(name)) for name in "abc")
        before.set_aside()

        order = self.order_of(before, after, wanted, then=after.set_aside)

        self.assertEqual(order[:3], [2, 2, 2])

    def test_what_somebody_waits_for_again_takes_turns_again(self) -> None:
        left, wanted = self.asked(Asker("a")), self.asked(Asker("b"))
        left.set_aside()
        joined = Asker("c")

        order = self.order_of(left, wanted, then=lambda: left.wanted_by(joined))

        self.assertIs(left.asker, joined)
        self.assertEqual(sorted(order[:2]), [0, 1])

    def test_a_pool_uses_all_its_threads_for_one_group_and_no_more(self) -> None:
        pool, group = self.pool(4), self.group()
        together = threading.Barrier(4)
        names = SimpleQueue[str]()

        def task() -> None:
            together.wait(LONG)
            names.put(threading.current_thread().name)

        for _ in range(40):
            group.start(pool, task)

        self.assertTrue(group.wait())
        self.assertEqual(len({names.get(timeout=LONG) for _ in range(40)}), 4)

    def test_threads_with_nothing_to_do_are_idle(self) -> None:
        pool, group = self.pool(3), self.group()
        begun, go = threading.Semaphore(0), threading.Event()

        def task() -> None:
            begun.release()
            go.wait(LONG)

        self.assertEqual(pool.idle, 3)
        for busy in (1, 2, 3):
            group.start(pool, task)
            begun.acquire(timeout=LONG)
            self.assertEqual(pool.idle, 3 - busy)
        group.start(pool, task)
        self.assertEqual(pool.idle, 0)
        go.set()
        self.assertTrue(group.wait())

    def test_tasks_that_wait_and_threads_that_serve_are_counted(self) -> None:
        pool, group, other = self.pool(2, "counted"), self.group(), self.group()
        begun, go = threading.Semaphore(0), threading.Event()

        def task() -> None:
            begun.release()
            go.wait(LONG)

        self.assertEqual(self.counted(), {"threads": 2, "threads_busy": 0, "tasks_queued": 0})
        for _ in range(5):
            group.start(pool, task)
        for _ in range(2):
            begun.acquire(timeout=LONG)
        other.start(pool, task)
        other.start(pool, task, delay=LONG)
        self.assertEqual(self.counted(), {"threads": 2, "threads_busy": 2, "tasks_queued": 4})

        group.cancel()
        group.start(pool, task)
        self.assertEqual(self.counted(), {"threads": 2, "threads_busy": 2, "tasks_queued": 1})
        pool.close()
        pool.close()
        self.assertEqual(self.counted(), {"threads": 0, "threads_busy": 2, "tasks_queued": 0})
        other.start(pool, task)
        go.set()

        nothing = {"threads": 0, "threads_busy": 0, "tasks_queued": 0}
        self.assertEqual(settled(self.counted, nothing), nothing)

    def test_errors_and_thousands_of_tasks_leave_nothing_counted(self) -> None:
        def check(pool: Pool) -> None:
            def task(depth: int) -> None:
                if depth == 7:
                    raise Failure
                for _ in range(2):
                    group.start(pool, task, depth + 1)

            before = {**self.counted("pool"), "threads_busy": 0, "tasks_queued": 0}
            for _ in range(50):
                group = self.group()
                group.start(pool, task, 0)
                self.assertRaises(Failure, group.wait)
            self.assertEqual(settled(lambda: self.counted("pool"), before), before)

        self.for_sizes(check)

    def counted(self, pool: str = "counted") -> dict[str, float]:
        """The gauges of the pools of that name, which ask no host."""
        return {name: sample(f"pool_{name}", "", pool) for name in ("threads", "threads_busy", "tasks_queued")}

    def test_threads_are_named_after_their_pool(self) -> None:
        pool, group, names = self.pool(1, "bitbucket-watchers"), self.group(), SimpleQueue[str]()

        group.start(pool, lambda: names.put(threading.current_thread().name))

        self.assertTrue(names.get(timeout=LONG).startswith("bitbucket-watchers"))


class End(FanoutTestCase):
    """Rule 7."""

    def test_on_end_is_called_once_however_the_group_ends(self) -> None:
        def fail() -> None:
            raise Failure

        for task in (lambda: None, fail):
            with self.subTest(task=task):
                ends = SimpleQueue[str]()
                group = self.group(on_end=lambda ends=ends: ends.put("end"))

                group.start(self.pool(1), task)
                group.seal()

                self.assertEqual(ends.get(timeout=LONG), "end")
                group.cancel()
                self.assertTrue(ends.empty())

    def test_on_end_may_use_the_group(self) -> None:
        ends = SimpleQueue[bool]()
        group: TaskGroup = self.group(on_end=lambda: ends.put(group.ended))

        group.start(self.pool(1), lambda: None)
        group.seal()

        self.assertTrue(ends.get(timeout=LONG))
