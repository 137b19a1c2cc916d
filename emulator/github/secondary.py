"""GitHub's secondary limits: server time, calls at the same time, and calls in a minute.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api: 60 seconds of CPU time in
60 seconds, "roughly" the sum of the response times; 100 calls under way; 2,000 calls a minute, each worth one.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """The secondary limits of one account; None switches one off, as Enterprise Server does.

    Attributes:
        seconds: server time in a window: of calls that ended in the last window, and of those under way so far.
        together: calls under way at the same time.
        calls: calls in a window.
        minute: seconds of a window.
    """

    seconds: float | None = 60.0
    together: int | None = 100
    calls: int | None = 2000
    minute: float = 60.0


class Secondary:
    """The calls that are let in. For the server's thread only.

    A call that is refused opens a penalty of one window, and every call within it opens it again: the documents say
    that going on while limited may ban, so a client that does not wait never gets out.
    """

    def __init__(self, bounds: Bounds, now: Callable[[], float]) -> None:
        self._bounds = bounds
        self._now = now
        self._under_way: dict[int, float] = {}
        self._ended: deque[tuple[float, float]] = deque()
        self._arrived: deque[float] = deque()
        self._penalty = 0.0
        self._number = 0

    def begin(self) -> int | None:
        """A call came in: its number, for `end`; None where it is refused."""
        now = self._now()
        if now < self._penalty or self._is_over(now):
            self._penalty = now + self._bounds.minute
            return None
        self._number += 1
        self._under_way[self._number] = now
        if self._bounds.calls is not None:
            self._arrived.append(now)
        return self._number

    def end(self, number: int) -> None:
        """The call with that number is over, answered or not: its time counts for one window from now."""
        now = self._now()
        took = now - self._under_way.pop(number)
        if self._bounds.seconds is not None:
            self._ended.append((now, took))

    def retry_after(self) -> int:
        """Seconds until a call is taken again, rounded up: once they are over, a call is taken."""
        return max(1, math.ceil(self._penalty - self._now()))

    def _is_over(self, now: float) -> bool:
        bounds = self._bounds
        while self._ended and self._ended[0][0] <= now - bounds.minute:
            self._ended.popleft()
        while self._arrived and self._arrived[0] <= now - bounds.minute:
            self._arrived.popleft()
        spent = sum(took for _, took in self._ended) + sum(now - began for began in self._under_way.values())
        return (
            (bounds.seconds is not None and spent >= bounds.seconds)
            or (bounds.together is not None and len(self._under_way) >= bounds.together)
            or (bounds.calls is not None and len(self._arrived) >= bounds.calls)
        )
