"""What tells the time and wakes."""

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
    """What tells the time and wakes; an argument, so that tests wait for nothing."""

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    def call_later(self, delay: float, function: Callable[[], object]) -> None:
        """Call `function`, which must be short and raise nothing, after `delay` seconds, on any thread."""
        ...


class RealTime:
    """The monotonic clock, with one thread for all delays of the process, begun with the first of them."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything: after a fork the delays are the parent's, and its lock may be held for ever."""
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
