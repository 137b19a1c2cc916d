"""Task groups: who may start tasks, when a group is over, which error is raised."""

import itertools
import threading
import weakref
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from from_git.askers import Asker
from from_git.clock import REAL_TIME, Clock
from from_git.errors import Cancelled
from from_git.fanout.pool import Pool

Task = tuple[Callable[..., object], tuple[Any, ...]]


class TaskGroup:
    """Tasks that run on pools and may start more tasks.

    Rules, in the order of `tests/fanout/test_fanout.py`:

    1. `start` may be called by the owner and by running tasks. It counts the task before it returns, so a parent's
       children are counted before the parent ends; the group ends when every counted task has ended. The owner
       counts as a task until it calls `seal` or `wait`, so it may start as many as it likes.
    2. No task waits for another task. One that finds more work starts more tasks; a pool of one thread works.
    3. No pool thread sleeps. A task that must wait starts its continuation with a `delay` and ends.
    4. The first error ends the group at once: `wait` raises it, tasks not begun never run, `time_left` raises
       `Cancelled` in running ones, whatever they return or raise is dropped, `start` does nothing.
       `cancel` does the same without an error, and makes `wait` raise `Cancelled`.
    5. `deadline` (on `clock`) bounds everything: `time_left` says how much is left, `wait` returns False when none is.
       It may be moved while the group runs. The owner decides what a missed deadline means.
    6. Each pool takes one task in turn over clients, then requests (`asker`), then groups (see `Pool`). A group that
       no request waits for any more (`set_aside`) comes after all others, until one does again (`wanted_by`).
    7. `on_end` is called once, by the thread that ended the group, without a lock held.

    `start`, `cancel`, `time_left`, `set_aside` and `wanted_by` are safe from any thread; `wait` is for the owner, which
    is never a pool thread.
    """

    def __init__(
        self,
        deadline: float,
        on_end: Callable[[], object] = lambda: None,
        clock: Clock | None = None,
        asker: Asker | None = None,
    ) -> None:
        self.deadline = deadline
        self.clock = clock or REAL_TIME
        self.asker = asker or Asker()
        """The request whose work this is at the moment: pools serve its client in turn, budgets count it for it."""
        self.wanted = not self.asker.background
        """Whether a request waits for the group; one that comes from the background has none at first."""
        self._on_end = on_end
        self._lock = threading.Lock()
        self._waiting: dict[Pool, deque[Task]] = {}
        self._delayed: dict[int, tuple[Pool, Task]] = {}
        self._numbers = itertools.count()
        self._open = 1  # tasks that were started and have not ended, and the owner
        self._sealed = False
        self._error: BaseException | None = None
        self._cancelled = False
        self._ended = threading.Event()

    def set_aside(self) -> None:
        """Let the group come after all others: no request waits for it any more."""
        self.wanted = False

    def wanted_by(self, asker: Asker) -> None:
        """Make the group the work of the request `asker` from now on."""
        self.asker = asker
        if not self.wanted:
            self.wanted = True
            with self._lock:
                pools = list(self._waiting)
            for pool in pools:
                pool.recall(self)

    def start(self, pool: Pool, function: Callable[..., object], *args: Any, delay: float = 0.0) -> int:
        """Run `function(*args)` on `pool`, after at least `delay` seconds; returns the task's number for `awake`."""
        task = (function, args)
        with self._lock:
            self._open += 1
            number = next(self._numbers)
            if delay > 0 and not self._ended.is_set():
                self._delayed[number] = pool, task
        if delay > 0:
            # the clock must not keep a group that has ended: its delay may be an hour
            self.clock.call_later(delay, partial(_awake, weakref.ref(self), number))
        else:
            self._enqueue(pool, task)
        return number

    def seal(self) -> None:
        """Declare that the owner starts nothing more, so that the group can end; a second call does nothing."""
        with self._lock:
            if self._sealed:
                return
            self._sealed = True
        self._one_less()

    def cancel(self) -> None:
        """End the group before its tasks have ended; does nothing where it has ended already."""
        self._end(None, cancelled=True)

    def time_left(self) -> float:
        """Seconds until the deadline, negative after it.

        Raises:
            Cancelled: the group has ended; the task should end too.
        """
        if self._ended.is_set():
            raise Cancelled
        return self.deadline - self.clock.now()

    @property
    def ended(self) -> bool:
        """Whether all tasks have ended, one has failed, or the group was cancelled."""
        return self._ended.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Seal the group; returns whether it has ended within `timeout` seconds (None: by the deadline).

        Raises:
            BaseException: the first error of a task, as that task raised it.
            Cancelled: the group was cancelled.
        """
        self.seal()
        limit = max(0.0, self.deadline - self.clock.now()) if timeout is None else timeout
        ended = self._ended.wait(limit)
        if self._error is not None:
            raise self._error
        if self._cancelled:
            raise Cancelled
        return ended

    def take(self, pool: Pool) -> tuple[Task | None, bool]:
        """The next task for `pool`, and whether more of them wait; for `Pool` only."""
        with self._lock:
            queue = self._waiting.get(pool)
            if not queue:
                return None, False
            pool.gauges.queued.dec()
            return queue.popleft(), bool(queue)

    def run(self, task: Task) -> None:
        """Run a task from `take`; for `Pool` only. Raises nothing: an error of the task ends the group."""
        function, args = task
        try:
            if not self._ended.is_set():
                function(*args)
        except Cancelled:
            pass
        except BaseException as error:  # noqa: BLE001 - the owner raises it
            self._end(error)
        self._one_less()

    def _one_less(self) -> None:
        with self._lock:
            self._open -= 1
            last = self._open == 0
        if last:
            self._end(None)

    def awake(self, number: int) -> None:
        """End the delay of the task with that number; does nothing where it is over already."""
        with self._lock:
            delayed = self._delayed.pop(number, None)
        if delayed:
            self._enqueue(*delayed)

    def _enqueue(self, pool: Pool, task: Task) -> None:
        with self._lock:
            if self._ended.is_set():
                return
            queue = self._waiting.setdefault(pool, deque())
            queue.append(task)
            pool.gauges.queued.inc()
            first = len(queue) == 1
        if first:
            pool.announce(self)

    def _end(self, error: BaseException | None, cancelled: bool = False) -> None:
        with self._lock:
            if self._ended.is_set():
                return
            self._error, self._cancelled = error, cancelled
            for pool, queue in self._waiting.items():
                pool.gauges.queued.dec(len(queue))
            self._waiting.clear()
            self._delayed.clear()
            self._ended.set()
        self._on_end()


def _awake(reference: "weakref.ref[TaskGroup]", number: int) -> None:
    group = reference()
    if group:
        group.awake(number)
