"""How many threads of a pool serve what no request waits for."""

import math
import threading
import time
from unittest import TestCase

from emulator.tests.helpers import settled
from from_git.askers import Asker
from from_git.fanout import Pool, TaskGroup


class Background(TestCase):
    """A pool of four threads."""

    def setUp(self) -> None:
        """Tasks that last until they are let go."""
        self.pool = Pool("background", 4)
        self.go, self.running = threading.Event(), threading.Semaphore(0)
        self.addCleanup(self.pool.close)
        self.addCleanup(self.go.set)

    def begun(self, group: TaskGroup, tasks: int) -> int:
        """How many of so many tasks run at the same time."""
        for _ in range(tasks):
            group.start(self.pool, self._run)
        found = 0
        while self.running.acquire(timeout=0.3):
            found += 1
        return found

    def _run(self) -> None:
        self.running.release()
        self.go.wait(30.0)

    def group(self, background: bool) -> TaskGroup:
        """A group of tasks."""
        return TaskGroup(time.monotonic() + 60.0, asker=Asker("a", background))

    def test_without_requests_it_has_all_threads(self) -> None:
        self.assertEqual(self.begun(self.group(background=True), 8), 4)

    def test_beside_requests_it_has_half_of_them_and_each_of_its_tasks_runs_in_the_end(self) -> None:
        self.pool._asked = math.inf  # a request has tasks all the time
        batch = self.group(background=True)

        self.assertEqual(self.begun(batch, 8), 2)
        self.assertEqual(self.begun(self.group(background=False), 8), 2)

        self.go.set()
        batch.seal()
        self.assertTrue(settled(lambda: batch.ended, True))

    def test_a_pool_of_one_thread_serves_both(self) -> None:
        self.pool = Pool("single", 1)
        self.addCleanup(self.pool.close)
        self.pool._asked = math.inf
        self.go.set()
        groups = [self.group(background) for background in (True, False)]
        for group in groups:
            group.start(self.pool, self._run)
            group.seal()

        self.assertTrue(settled(lambda: all(group.ended for group in groups), True))
