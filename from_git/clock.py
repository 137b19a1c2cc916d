"""Time and delayed calls."""

import heapq
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Protocol

logger = logging.getLogger(__name__)


class Clock(Protocol):
    """A clock with delayed calls; an argument, so that no test waits."""

    def now(self) -> float:
        """Seconds since a fixed moment; never goes back."""
        ...

    def call_later(self, delay: float, function: Callable[[], object]) -> None:
        """Call `function`, which must be short and should raise nothing, after `delay` seconds, on any thread."""
        ...


class RealTime:
    """The monotonic clock, with one thread for all delays of the process, which starts with the first delay."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all delays: after a fork they are the parent's, and the lock may be held by a thread that is gone."""
        self._condition = threading.Condition()
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()  # keeps the heap from comparing functions
        self._thread: threading.Thread | None = None

    def now(self) -> float:
        """See `Clock.now`."""
        return time.monotonic()

    def call_later(self, delay: float, function: Callable[[], object]) -> None:
        """See `Clock.call_later`."""
        with self._condition:
            heapq.heappush(self._heap, (time.monotonic() + delay, next(self._numbers), function))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="fanout-alarm", daemon=True)
                self._thread.start()
            self._condition.notify()

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._heap or (wait := self._heap[0][0] - time.monotonic()) > 0:
                    self._condition.wait(wait if self._heap else None)
                function = heapq.heappop(self._heap)[2]
            try:
                function()
            except Exception:  # the one thread for all delays must not end with one of them
                logger.exception("A delay could not be ended")


REAL_TIME = RealTime()
os.register_at_fork(after_in_child=REAL_TIME.reset)
