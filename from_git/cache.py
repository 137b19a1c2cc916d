"""Flights: the fetch of one profile, as the unit of work that requests wait for."""

import threading
import time
from dataclasses import dataclass
from queue import SimpleQueue

from from_git import forges
from from_git.fanout import TaskGroup
from from_git.forges import Cost, Found, Progress
from from_git.profiles import Profile


@dataclass(frozen=True)
class Fetched:
    """What a fetch has brought, and when; times in seconds since the epoch."""

    found: Found | None
    """None: there is no such profile."""
    at: float
    """When the fetch ended."""
    oldest: float
    """When the oldest number in it was counted."""


class Flight:
    """One profile's fetch under way.

    A waiter is a queue; the flight puts itself on it once, when it has ended. It ends when the fetch has ended or its
    last waiter leaves; its deadline is the latest of its waiters'. An error or departure of one waiter never ends a
    flight that others wait for, and the flight's error goes to all who wait then. Safe from any thread.
    """

    def __init__(self, profile: Profile, waiter: "SimpleQueue[Flight]", deadline: float) -> None:
        """Start the fetch at once. `deadline`: on the monotonic clock."""
        self.profile = profile
        self._lock = threading.Lock()
        self._waiters = [waiter]
        self._group = TaskGroup(deadline, on_end=self._land, request=waiter)
        forge = forges.forge(profile.forge)
        self.secrets = forge.secrets
        self.pace = forge.pace
        self._fetch = forge.fetch(profile.owner, self._group)
        self._group.seal()

    def leave(self, waiter: "SimpleQueue[Flight]") -> None:
        """Wait no longer; cancels the fetch when nobody else does."""
        with self._lock:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            alone = not self._waiters
        if alone:
            self._group.cancel()

    def outcome(self) -> Fetched:
        """What was found; to be asked after the flight has ended.

        Raises:
            UpstreamError: the fetch's error, without a profile.
        """
        self._group.wait(0)
        now = time.time()
        return Fetched(self._fetch.outcome(), now, now)

    def progress(self) -> Progress:
        """How far the fetch is."""
        return self._fetch.progress()

    def cost(self) -> Cost:
        """What the fetch has cost so far."""
        return self._fetch.cost()

    def _land(self) -> None:
        with self._lock:
            waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.put(self)
