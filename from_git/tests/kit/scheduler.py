"""A scheduler with a seed: threads of which one runs at a time, and the seed says which, at any instruction.

The code under test keeps its threads, pools and groups; what it takes from `threading` is replaced: its locks are the
scheduler's, its executors start the scheduler's threads. Time is a `FakeClock` that moves when nobody can run, and now
and then a little before. A seed gives the same run each time.
"""

import random
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType, ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from from_git.fanout import pool
from from_git.tests.kit.time import FakeClock

_HANG = 30.0  # seconds of real time after which a run is given up; none takes one
_SLICES = (2.0, 3.0, 4.0)  # a thread goes on for 1 to so many instructions, in powers of ten; each seed has one of them
_STALL = 1.5  # seconds that a thread may stand still in the middle of something, at most
_STALLS = (0, 12)  # how often that may happen; each seed has one of them
_STALLED = 0.01  # of all changes are such
_LOCK = 25  # instructions that a lock counts for
_SOON = 1.0  # seconds; what is due so soon may come before everybody waits
_LATE = 1e-6  # seconds that an alarm comes late, so that sums of floats cannot make it come early


class Stuck(AssertionError):
    """Threads wait for each other, or never end."""


class _Thread:
    """One of the scheduler's threads: it runs while it holds the baton."""

    def __init__(self, rank: float) -> None:
        self.baton = threading.Semaphore(0)
        self.rank = rank


class Lock:
    """What `threading.Lock` gives to the code under test."""

    def __init__(self, scheduler: "Scheduler") -> None:
        self._scheduler = scheduler
        self._held = False
        self._waiting: list[_Thread] = []

    def __enter__(self) -> None:
        self._scheduler.step(_LOCK)
        while self._held:
            self._scheduler.block(self._waiting)
        self._held = True

    def __exit__(self, *_: object) -> None:
        self._held = False
        self._scheduler.unblock(self._waiting)
        self._scheduler.step(_LOCK)


class _Executor:
    """What `ThreadPoolExecutor` gives to the code under test: `Pool` never submits more than it has threads."""

    def __init__(self, scheduler: "Scheduler", size: int, thread_name_prefix: str = "") -> None:
        self._scheduler = scheduler

    def submit(self, function: Callable[..., object]) -> None:
        self._scheduler.spawn(function)

    def shutdown(self, wait: bool) -> None:
        pass


class _Clock(FakeClock):
    """A clock whose alarms are threads of the scheduler's."""

    def __init__(self, scheduler: "Scheduler") -> None:
        super().__init__()
        self._scheduler = scheduler

    def call_later(self, delay: float, function: Callable[[], object]) -> None:
        """See `Clock.call_later`."""
        super().call_later(delay, partial(self._scheduler.spawn, function))

    def wake_later(self, delay: float, function: Callable[[], object]) -> None:
        """Call `function` then and there; it must not take a lock."""
        super().call_later(delay, function)


class Scheduler:
    """One run.

    Attributes:
        random: for all that a run leaves to chance.
        clock: the time of the run.
        errors: what threads ended with.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a schedule, not a secret
        self.clock = _Clock(self)
        self.errors: list[BaseException] = []
        self._slice = self.random.choice(_SLICES)
        self._stalls = self.random.choice(_STALLS)
        self._ranked = self.random.random() < 0.5
        self._lowest = 0
        self._left = 1
        self._kept = False
        self._ready: list[_Thread] = []
        self._blocked: set[_Thread] = set()
        self._running: _Thread | None = None
        self._over = threading.Semaphore(0)
        self._watched: frozenset[str] = frozenset()

    @contextmanager
    def installed(self, modules: Collection[ModuleType]) -> Iterator[None]:
        """Let these modules run under the scheduler; those with locks must take them as `threading.Lock()`."""
        own = {"Event": threading.Event, "Condition": threading.Condition, "local": threading.local}
        stub = SimpleNamespace(Lock=partial(Lock, self), **own)
        self._watched = frozenset(str(module.__file__) for module in modules)
        with patch.object(pool, "ThreadPoolExecutor", partial(_Executor, self)):
            patches = [patch.object(one, "threading", stub) for one in modules if hasattr(one, "threading")]
            for one in patches:
                one.start()
            try:
                yield
            finally:
                for one in patches:
                    one.stop()

    def run(self, function: Callable[[], object]) -> None:
        """Run it, and all that it starts, to the end.

        Raises:
            Stuck: some thread cannot end.
            BaseException: what a thread ended with.
        """
        self.spawn(function)
        self._pass_on()
        ended = self._over.acquire(timeout=_HANG)
        self._running = None
        if self.errors:
            raise self.errors[0]
        if not ended:
            raise Stuck(f"a thread waits for something real, or goes on for ever; now {self.clock.now():.1f}")
        if self._blocked:
            raise Stuck(f"{len(self._blocked)} threads wait for each other's locks")

    def spawn(self, function: Callable[..., object]) -> None:
        """Have a new thread run it, in its turn."""
        thread = _Thread(self.random.random())
        self._ready.append(thread)
        threading.Thread(target=self._live, args=(thread, function), daemon=True, name="scheduled").start()

    def step(self, instructions: int = 1) -> None:
        """Count so many instructions; another thread may be let on."""
        self._left -= 0 if self._kept else instructions
        if self._left <= 0:
            # even in its logarithm: one thread stops within a line, and the next goes on for a while
            self._left = 1 + int(10 ** (self._slice * self.random.random()))
            if self._running and self._stalls and self.random.random() < _STALLED:
                self._stalls -= 1
                self.sleep(_STALL * self.random.random())
            elif self._running:
                self._lowest -= 1
                self._running.rank = self._lowest
                self.point()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let nobody else on inside the block: how many instructions it takes is not the seed's."""
        self._kept = True
        try:
            yield
        finally:
            self._kept = False

    def point(self) -> None:
        """Let any thread on."""
        if me := self._running:
            self._pass_on()
            me.baton.acquire()

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        waiting: list[_Thread] = []
        self.clock.wake_later(seconds, lambda: self.unblock(waiting))
        self.block(waiting)

    def block(self, waiting: list[_Thread]) -> None:
        """Let others on until somebody calls `unblock` with this list."""
        me = self._running
        if me is None:
            raise Stuck("the end has left a lock held")
        self._ready.remove(me)
        self._blocked.add(me)
        waiting.append(me)
        self._pass_on()
        me.baton.acquire()

    def unblock(self, waiting: list[_Thread]) -> None:
        """Let those on the list run again."""
        self._blocked.difference_update(waiting)
        self._ready += waiting
        waiting.clear()

    def _live(self, thread: _Thread, function: Callable[..., object]) -> None:
        thread.baton.acquire()
        sys.settrace(self._trace)
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - `run` raises it
            self.errors.append(error)
        finally:
            sys.settrace(None)
        self._ready.remove(thread)
        self._pass_on()

    def _pass_on(self) -> None:
        """Give the baton to whom chance wants; the end of the run when there is nobody, nor an alarm to wait for."""
        while (delay := self.clock.next_delay) is not None and (
            not self._ready or (delay <= _SOON and self.random.random() < 0.1)
        ):
            self.clock.move(delay + _LATE)
        if self._ready:
            # the same thread as long as it can, or anyone: each finds what the other does not
            by_rank = max(self._ready, key=lambda one: one.rank)
            self._running = following = by_rank if self._ranked else self.random.choice(self._ready)
            following.baton.release()
        else:
            self._running = None
            self._over.release()

    def _trace(self, frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename not in self._watched:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._instruction

    def _instruction(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "opcode":
            self.step()
        return self._instruction
