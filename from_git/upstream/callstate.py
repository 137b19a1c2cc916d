"""The call to an upstream that a thread is making: the time that it has, and what is known of its connection."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from from_git.upstream import idle

SLICE = 0.25
"""Seconds; how soon a call that waits for bytes learns that it was cancelled."""


class Silent(OSError):
    """No byte of an answer came in time on a connection that had lain idle."""


def _over() -> float:
    raise TimeoutError


class CallState(threading.local):
    """The call that a thread is making; each thread sees its own values."""

    left: Callable[[], float] = staticmethod(_over)
    """Seconds for its next step, above 0; raises TimeoutError when none are left, Cancelled for a cancelled call."""
    reused = False
    """Whether its connection has served a call before."""
    received = 0
    """Bytes of its answer so far."""
    idle = 0.0
    """Seconds for which its connection had lain idle."""
    silent = False
    """Whether it was given up because no byte came on a connection that had lain idle."""
    fresh = False
    """Whether it must have a new connection."""
    patience = math.inf
    """Seconds to wait for the first byte on a connection that had lain idle."""
    asked = False
    """Whether the request was sent, over a connection that was complete, TLS included."""
    _until = math.inf

    def forget(self) -> None:
        """Note that nothing is sent yet."""
        self.asked, self.reused, self.received, self.idle = False, False, 0, 0.0
        self._until = math.inf

    def begin(self, reused: bool, idle_seconds: float) -> None:
        """Note that the request is sent now, over a connection that has lain idle for so many seconds."""
        self.asked, self.reused, self.received, self.idle = True, reused, 0, idle_seconds
        doubted = reused and idle_seconds >= idle.DOUBTED
        self._until = time.monotonic() + self.patience if doubted else math.inf

    def next_read(self) -> float:
        """Seconds for the next read, above 0.

        Raises:
            Silent: none are left for the first byte.
            TimeoutError: none are left for the call.
            Cancelled: the call was cancelled.
        """
        seconds = min(self.left(), SLICE)
        if self.received or self._until == math.inf:
            return seconds
        rest = self._until - time.monotonic()
        if rest <= 0:
            self.silent = True
            raise Silent
        return min(seconds, rest)


call = CallState()
"""The state of the call that the current thread is making."""


@contextmanager
def bounded(left: Callable[[], float], patience: float = math.inf) -> Iterator[None]:
    """Bound every step of the call that is made in the block; see `CallState.left` and `CallState.patience`."""
    call.left, call.patience = left, patience
    call.silent = call.fresh = False
    call.forget()
    try:
        yield
    finally:
        call.left = _over  # the callback would otherwise keep the whole fetch in memory while the thread is idle
