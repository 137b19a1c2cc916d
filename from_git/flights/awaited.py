"""A thing that requests wait for: it ends once, with an outcome, and tells its waiters."""

import threading
from collections.abc import Callable
from typing import Any

from from_git.errors import Cancelled, UpstreamError
from from_git.flights.waiter import Waiters
from from_git.values.found import Fetched
from from_git.values.profile import Profile


class Awaited:
    """The part of a flight that its waiters see: its end. Safe from any thread.

    Args:
        profile: the profile that is fetched.
        secrets: of its forge, which no error shows.
        on_end: called with this, once, at the end.
    """

    def __init__(self, profile: Profile, secrets: tuple[str, ...], on_end: Callable[[Any], object]) -> None:
        self.profile = profile
        self._secrets = secrets
        self._on_end = on_end
        self._lock = threading.Lock()  # around a flight's state; never around a call to its fetch, which has its own
        self._waiters = Waiters()
        self._closed = self._ended = False  # closed: no waiter may board any more
        self._outcome: Fetched | BaseException | None = None

    @property
    def ended(self) -> bool:
        """Whether there is an outcome."""
        return self._ended

    def outcome(self) -> Fetched:
        """The outcome; to be asked after the flight has ended.

        Raises:
            UpstreamError: the fetch's error, without a profile and without any of the forge's secrets.
            Cancelled: all waiters had left.
        """
        found = self._outcome
        if isinstance(found, Fetched):
            return found
        raise found.without(self._secrets) if isinstance(found, UpstreamError) else found or Cancelled

    def _land(self, outcome: Fetched | BaseException | None) -> None:
        """End with this outcome; None: all waiters have left. Nothing happens the second time."""
        with self._lock:
            if self._ended:
                return
            self._closed, self._ended, self._outcome = True, True, outcome
        self._on_end(self)
        self._tell()

    def _tell(self) -> None:
        """Have the waiters take a look."""
        with self._lock:
            waiters = self._waiters.all()
        for waiter in waiters:
            waiter.put(self)
