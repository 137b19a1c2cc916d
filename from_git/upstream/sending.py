"""One request under way: the time that it has, and what is known of its connection."""

import math
import time
from typing import Protocol

from from_git.upstream import idle

SLICE = 0.25
"""Seconds; how soon a call that waits for bytes learns that it was cancelled."""


class Silent(OSError):
    """No byte of an answer came in time on a connection that had lain idle."""


class Caller(Protocol):
    """The side that waits for a call; `calls.sending.Calls` is one."""

    @property
    def authorization(self) -> str:
        """The value of the header Authorization; empty for none."""
        ...

    def time_left(self) -> float:
        """Seconds that the caller can still wait.

        Raises:
            Cancelled: the caller waits no longer.
        """
        ...

    def resent(self, lost: float) -> None:
        """Called before the request is sent once more, over another connection.

        Args:
            lost: seconds in which the upstream most probably knew nothing of the request.

        Raises:
            UpstreamError: it must not be sent once more.
        """
        ...


class Sending:
    """One request under way. For the thread of its call.

    Args:
        timeout: seconds for the call.
        patience: says how long to wait for the first byte on a connection that had lain idle.

    Attributes:
        asked: whether it was sent, over a connection that was complete, TLS included.
        reused: whether its connection has served a call before.
        received: bytes of its answer so far.
        idle: seconds for which its connection had lain idle.
        silent: whether it was given up because no byte came on a connection that had lain idle.
        fresh: whether it must have a new connection.
    """

    __slots__ = (
        "_begun",
        "_patience",
        "_timeout",
        "_until",
        "asked",
        "caller",
        "fresh",
        "idle",
        "received",
        "reused",
        "silent",
    )

    def __init__(self, caller: Caller, timeout: float, patience: idle.Patience) -> None:
        self.caller = caller
        self._timeout = timeout
        self._patience = patience
        self._begun = time.monotonic()
        self.silent = self.fresh = False
        self.forget()

    @property
    def seconds(self) -> float:
        """Seconds since it was sent last."""
        return time.monotonic() - self._begun

    def left(self) -> float:
        """Seconds for the next step of the call, above 0.

        Raises:
            TimeoutError: none are left.
            Cancelled: the caller waits no longer.
        """
        seconds = min(self._timeout - (time.monotonic() - self._begun), self.caller.time_left())
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def forget(self) -> None:
        """Note that nothing is sent yet."""
        self.asked, self.reused, self.received, self.idle = False, False, 0, 0.0
        self._until = math.inf

    def begin(self, reused: bool, idle_seconds: float) -> None:
        """Note that the request is sent now, over a connection that has lain idle for so many seconds."""
        self.asked, self.reused, self.received, self.idle = True, reused, 0, idle_seconds
        doubted = reused and idle_seconds >= idle.DOUBTED
        self._until = time.monotonic() + self._patience.seconds if doubted else math.inf

    def next_read(self) -> float:
        """Seconds for the next read, above 0.

        Raises:
            Silent: none are left for the first byte.
            TimeoutError: none are left for the call.
            Cancelled: the caller waits no longer.
        """
        seconds = min(self.left(), SLICE)
        if self.received or self._until == math.inf:
            return seconds
        rest = self._until - time.monotonic()
        if rest <= 0:
            self.silent = True
            raise Silent
        return min(seconds, rest)

    def again(self) -> None:
        """Tell the caller that it is sent once more; the time on a silent connection is not that of the call."""
        lost = self.seconds if self.silent else 0.0
        self._begun += lost
        self.caller.resent(lost)
        self.fresh = self.silent
