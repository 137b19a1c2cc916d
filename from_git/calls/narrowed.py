"""What the processes of a service tell each other of the widths of their pools."""

import time
from collections.abc import Callable

from from_git.calls.budget import POLL
from from_git.fanout import Width
from from_git.fanout.width import QUIET
from from_git.memory import Memory


class Narrowed:
    """The halvings of one host's width: told to other processes, and heard of from them, for some minutes.

    Args:
        key: of the host; see `Host.key`.
        memory: what processes share.
        now: seconds since the epoch.
    """

    def __init__(self, width: Width, key: str, memory: Memory, now: Callable[[], float] = time.time) -> None:
        self._width = width
        self._key = f"from-git:width:{key}"
        self._memory = memory
        self._now = now
        self._last = self._looked = 0.0
        width.on_halved = self._tell

    def refresh(self) -> None:
        """Be as narrow as the last process that has met a limit; it may ask a shared cache."""
        now = self._now()
        if self._width.fixed or now - self._looked < POLL:
            return
        self._looked = now
        match self._memory.get(self._key):
            case [int(width), float(at)] if width > 0 and max(self._last, now - QUIET) < at <= now + QUIET:
                self._last = at
                self._width.narrow(width)

    def _tell(self, width: int) -> None:
        self._last = self._now()
        self._memory.set(self._key, [width, self._last], timeout=QUIET)
