"""A clock that only tests move."""

import heapq
import itertools
import threading
from collections.abc import Callable


class FakeClock:
    """A `fanout.Clock` that stands still until `move` is called, which calls what is due, in its order."""

    def __init__(self, now: float = 1_000.0) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._due: list[tuple[float, int, Callable[[], object]]] = []

    def now(self) -> float:
        """See `Clock.now`."""
        return self._now

    def call_later(self, delay: float, function: Callable[[], object]) -> None:
        """See `Clock.call_later`."""
        with self._lock:
            heapq.heappush(self._due, (self._now + delay, next(self._numbers), function))

    @property
    def next_delay(self) -> float | None:
        """Seconds until the next thing that waits, None when nothing does."""
        return self._due[0][0] - self._now if self._due else None

    def move(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self._now + seconds
        while self._due and self._due[0][0] <= end:
            with self._lock:
                self._now, _, function = heapq.heappop(self._due)
            function()
        self._now = end
