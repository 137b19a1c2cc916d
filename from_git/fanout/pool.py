"""Pools: threads that serve task groups in turn."""

import math
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from from_git import metrics
from from_git.askers import RoundRobin
from from_git.fanout.width import Width

if TYPE_CHECKING:
    from from_git.fanout.group import TaskGroup

_LATELY = 1.0  # seconds since a request last had a task
_ALIKE = 8  # calls whose weights differ by less take about as long


class Pool:
    """Threads, named after the pool, that serve task groups in turn over clients, then requests, then groups.

    A group keeps its waiting tasks itself and only announces that it has some; a free thread takes one task of the
    next group. So a group of 5,000 tasks delays a group of one by about one task, and so does a request or a client
    with thousands of groups. Groups that no request waits for come after all others, and while there are others have
    half of the threads, so that a request need not wait for the end of their tasks. Safe from any thread.

    Args:
        most: threads at most.
        host: name of the host that its tasks ask, for the metrics.
        width: how many of the threads may serve; it is shared by the pools of a host. None: always all.
    """

    def __init__(self, name: str, most: int, host: str = "", width: Width | None = None) -> None:
        self.name = name
        self.most = most
        self._width = width or Width(most)
        self._executor = ThreadPoolExecutor(most, thread_name_prefix=name)
        self._lock = threading.Lock()
        # a group stands in one of these, once, while it has waiting tasks
        self._wanted: RoundRobin[TaskGroup] = RoundRobin()
        self._unwanted: deque[TaskGroup] = deque()
        self._serving = self._aside = 0  # threads, and those of them that serve what no request waits for
        self._asked = -math.inf  # when a group that a request waits for had its last task
        self._closed = False
        self.gauges = metrics.PoolGauges(name, most, self.width, host)

    @property
    def width(self) -> int:
        """Tasks that may run at the same time at this moment."""
        return min(self.most, self._width.now)

    @property
    def idle(self) -> int:
        """Tasks that could begin at this moment."""
        return max(0, self.width - self._serving)

    def answered(self, weight: int, begun: float, seconds: float) -> None:
        """Take in that a task has had a good answer of the host; see `Width.answered`.

        Args:
            weight: repositories that were given in detail.
        """
        self._width.answered((self.name, weight // _ALIKE), begun, seconds, self._serving)

    def limited(self, begun: float) -> None:
        """Take in that the host has refused a task's call, sent at `begun`, for a limit."""
        self._width.limited(begun)

    def announce(self, group: "TaskGroup") -> None:
        """Give `group`, which must not be announced already, a place in the turns; a closed pool cancels it."""
        with self._lock:
            closed = self._closed
            if not closed:
                if group.wanted:
                    self._wanted.add(group.asker, group)
                else:
                    self._unwanted.append(group)
                self._serve_more()
        if closed:
            group.cancel()

    def recall(self, group: "TaskGroup") -> None:
        """Give `group` a place among the others again: a request waits for it again."""
        with self._lock:
            if group in self._unwanted:
                self._unwanted.remove(group)
                self._wanted.add(group.asker, group)

    def close(self) -> None:
        """Cancel the groups that have tasks waiting here, now or later; each thread ends with its task."""
        with self._lock:
            self._closed = True
            self.gauges.closed()
            groups = [*self._wanted.clear(), *self._unwanted]
            self._unwanted.clear()
            self._executor.shutdown(wait=False)
        for group in groups:
            group.cancel()

    def _serve(self) -> None:
        with self.gauges.busy.track_inprogress():
            aside = False
            while True:
                with self._lock:
                    self._aside -= aside
                    group = self._next() if self._serving <= self._look() else None
                    if group is None:
                        self._serving -= 1
                        return
                    aside = not group.wanted
                    self._aside += aside
                    if self._wanted or self._unwanted:
                        self._serve_more()  # it has become wider
                task, more = group.take(self)
                if more:
                    self.announce(group)
                if task is not None:
                    group.run(task)

    def _serve_more(self) -> None:
        """Have one more thread serve, if one may; the lock is held."""
        if self._serving < self._look() and not self._closed:
            self._serving += 1
            self._executor.submit(self._serve)

    def _look(self) -> int:
        """The width, which is counted when it has changed; the lock is held."""
        width = self.width
        self.gauges.wide(width)
        return width

    def _next(self) -> "TaskGroup | None":
        """The group whose turn it is; the lock is held."""
        while group := self._wanted.take():
            if group.wanted:
                self._asked = time.monotonic()
                return group
            self._unwanted.append(group)  # its last request has left since it was announced
        most = self.width if time.monotonic() - self._asked > _LATELY else max(1, self.width // 2)
        return self._unwanted.popleft() if self._unwanted and self._aside < most else None
