"""A thing that requests wait for: it ends once, with an outcome, and tells its waiters."""

import threading
import time
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Any

from from_git.askers import Asker
from from_git.errors import Cancelled, UpstreamError
from from_git.fanout import TaskGroup
from from_git.flights.tracker import ProgressTracker
from from_git.forges.contract import Fetch
from from_git.values.found import Fetched
from from_git.values.profile import Profile
from from_git.values.progress import Progress

OnEnd = Callable[[Any], object]
"""Called with what has ended."""
Secrets = Callable[[], Iterable[str]]
"""Gives the strings that no error shows."""


class Waiter(Asker):
    """A request that waits for flights, each of which puts itself on the waiter's queue when there is news of it.

    Args:
        background: see `Asker`.
        news: the queue, where several waiters of one thread share it; None: one of its own.
    """

    def __init__(self, client: str = "", background: bool = False, news: SimpleQueue[Any] | None = None) -> None:
        super().__init__(client, background)
        self.news: SimpleQueue[Any] = SimpleQueue() if news is None else news  # of flights
        self.put, self.get = self.news.put, self.news.get


class Awaited:
    """The part of a flight that its waiters see: its progress and its end. Safe from any thread.

    Args:
        profile: the profile that is fetched.
        secrets: the strings that no error shows.
        on_end: called with this, once, at the end.
    """

    def __init__(self, profile: Profile, secrets: Secrets, on_end: OnEnd) -> None:
        self.profile = profile
        self._secrets = secrets
        self._on_end = on_end
        self._lock = threading.Lock()  # around a flight's state; never around a call to its fetch, which has its own
        self._waiters: dict[Waiter, float] = {}  # with their deadlines on the monotonic clock
        self._fetch: Fetch | None = None  # None before it has begun here
        self._tracker = ProgressTracker()
        self.ended = False
        """Whether there is an outcome."""
        self._closed = False  # whether no waiter may board any more
        self._outcome: Fetched | BaseException | None = None

    def outcome(self) -> Fetched:
        """The outcome; to be asked after the flight has ended.

        Raises:
            UpstreamError: the fetch's error, without a profile and without any secret.
            Cancelled: all waiters had left.
        """
        found = self._outcome
        if isinstance(found, Fetched):
            return found
        raise found.without(self._secrets()) if isinstance(found, UpstreamError) else found or Cancelled

    def progress(self) -> Progress:
        """The progress of the fetch."""
        return self._fetch.progress() if self._fetch else self._tracker.seen

    def seconds_left(self) -> float:
        """Seconds that the rest of the fetch is expected to take, by its pace until now."""
        progress = self.progress()
        with self._lock:
            return self._tracker.seconds_left(progress)

    @property
    def _asker(self) -> Waiter | None:
        """The first request among the waiters; where there is none, the first waiter."""
        waiters = self._waiters
        return next((one for one in waiters if not one.background), next(iter(waiters), None))

    def _latest(self, otherwise: float) -> float:
        return max(self._waiters.values(), default=otherwise)

    def _land(self, outcome: Fetched | BaseException | None) -> None:
        """End with this outcome; None: all waiters have left. Nothing happens the second time."""
        with self._lock:
            if self.ended:
                return
            self._closed, self.ended, self._outcome = True, True, outcome
        self._on_end(self)
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            waiters = list(self._waiters)
        for waiter in waiters:
            waiter.put(self)


def outcome_of(group: TaskGroup | None, fetch: Fetch | None) -> Fetched | BaseException | None:
    """The outcome, or the error, of a fetch whose group has ended; None if it was cancelled."""
    try:
        if group is None or not group.wait(0) or fetch is None:
            return None
        found, now = fetch.outcome(), time.time()
        return Fetched(found, now, found.oldest if found and found.oldest is not None else now)
    except Cancelled:
        return None
    except BaseException as error:  # noqa: BLE001 - the waiters raise it
        return error
