"""Requests that wait for flights."""

from queue import SimpleQueue
from typing import Any

from from_git.askers import Asker


class Waiter(Asker):
    """A request that waits for flights, each of which puts itself on the waiter's queue when there is news of it."""

    def __init__(self, client: str = "") -> None:
        super().__init__(client)
        self.news: SimpleQueue[Any] = SimpleQueue()  # of flights
        self.put, self.get = self.news.put, self.news.get


class Waiters:
    """The waiters of one flight, with their deadlines. To be used under the flight's lock."""

    def __init__(self) -> None:
        self._deadlines: dict[Waiter, float] = {}

    def add(self, waiter: Waiter, deadline: float) -> None:
        """Add a waiter until `deadline` on the monotonic clock."""
        self._deadlines[waiter] = deadline

    def remove(self, waiter: Waiter) -> float:
        """Remove a waiter; returns its deadline, 0 if it was not there."""
        return self._deadlines.pop(waiter, 0.0)

    def latest(self, otherwise: float) -> float:
        """The latest deadline; `otherwise` where there is no waiter."""
        return max(self._deadlines.values(), default=otherwise)

    def all(self) -> list[Waiter]:
        """The waiters, in the order in which they came."""
        return list(self._deadlines)

    def __len__(self) -> int:
        return len(self._deadlines)
