"""Widths: how many tasks the pools of a host may run at the same time, by how its calls are answered."""

import math
import threading
import time
from collections.abc import Callable, Hashable

_ROUND = 16  # calls at least over which latency is averaged: that of single ones says nothing
_RISEN = 2.0  # times the lowest average
_OURS = 0.1  # seconds more that are not the forge's: threads with answers that come together wait for each other
_FADES = 1 / 200  # of the way to each higher average: neither a lucky round nor a quicker past is the measure for ever
QUIET = 300.0
"""Seconds after a halving in which a width grows slowly, and other processes are told of it."""


class Width:
    """How many tasks each pool of a host may run at the same time, if it has as many threads. Safe from any thread.

    It begins at a modest `start` and grows by one for each good answer while at least half of it is used, so that it
    doubles in a round trip. It is halved at once when the forge refuses a call for a limit, and when calls take more
    than twice as long as they did. For calls that were sent before the last halving there is none. After one it grows
    by one a round trip. Latency never makes it narrower than it began.

    What is asked differs: calls are compared with those of the same `sort`, of which there should be few.

    Args:
        most: its end; it is always there where there is no `start`.
        start: where it begins.
        now: seconds of the clock by which calls begin and end.
    """

    def __init__(self, most: int, start: int | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.fixed = start is None
        self.on_halved: Callable[[int], object] = lambda width: None
        """Called with the new width by the thread that has halved it for a limit, without a lock held."""
        self._start = most if start is None else min(start, most)
        self._clock = now
        self._lock = threading.Lock()  # around changes of everything below
        self._now = self._start
        self._halved = -math.inf
        self._good = 0  # answers since it last grew, while it grows slowly
        self._latencies: dict[Hashable, _Latency] = {}  # of each sort

    @property
    def now(self) -> int:
        """The tasks that one pool may run at the same time at this moment."""
        return self._now

    def answered(self, sort: Hashable, begun: float, seconds: float, under_way: int) -> None:
        """Take in a good answer.

        Args:
            sort: of what was asked for.
            begun: when the call was sent.
            seconds: that it took.
            under_way: tasks that its pool runs.
        """
        if self.fixed:
            return
        with self._lock:
            if begun < self._halved:
                return
            if self._latencies.setdefault(sort, _Latency()).rises(seconds, self._now):
                self._halve(max(self._start, self._now // 2))
            else:
                self._grow(under_way)

    def limited(self, begun: float) -> None:
        """Take in that the forge has refused a call, which was sent at `begun`, for a limit."""
        if self.fixed:
            return
        with self._lock:
            if begun < self._halved:
                return
            self._halve(max(1, self._now // 2))
            now = self._now
        self.on_halved(now)

    def narrow(self, width: int) -> None:
        """Be no wider than `width`, and grow slowly: another process has met a limit."""
        if self.fixed:
            return
        with self._lock:
            self._halve(max(1, min(width, self._now)))

    def _halve(self, width: int) -> None:
        self._now, self._halved, self._good = width, self._clock(), 0
        for latency in self._latencies.values():
            latency.begin()

    def _grow(self, under_way: int) -> None:
        if self._now >= self.most:
            return
        if self._clock() - self._halved >= QUIET:
            self._now += 2 * under_way >= self._now
            return
        self._good += under_way >= self._now
        if self._good >= self._now:
            self._now, self._good = self._now + 1, 0


class _Latency:
    """The average seconds of calls of one sort, round by round; not safe from threads."""

    def __init__(self) -> None:
        self._lowest = math.inf
        self.begin()

    def begin(self) -> None:
        """Begin a round, and forget the last one."""
        self._before = 0.0  # the average of the round before
        self._calls = self._left = 0  # of this round
        self._seconds = 0.0

    def rises(self, seconds: float, width: int) -> bool:
        """Count a call; whether it ends the second round in a row that took much longer than others before.

        One round may be the machine's: what stalls it delays all that is under way.
        """
        if not self._left:
            self._calls, self._seconds = max(_ROUND, width), 0.0
            self._left = self._calls
        self._left -= 1
        self._seconds += seconds
        if self._left:
            return False
        average, before = self._seconds / self._calls, self._before
        self._before = average
        if min(average, before) > _RISEN * self._lowest + _OURS:
            return True
        higher = average - self._lowest
        self._lowest = average if higher < 0.0 or self._lowest == math.inf else self._lowest + _FADES * higher
        return False
