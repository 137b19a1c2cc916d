"""A request that waits for flights."""

from queue import SimpleQueue
from typing import Any

from from_git.askers import Asker


class Waiter(Asker):
    """A request that waits for flights, each of which puts itself on the waiter's queue when there is news of it."""

    def __init__(self, client: str = "") -> None:
        super().__init__(client)
        self.news: SimpleQueue[Any] = SimpleQueue()  # of flights
        self.put, self.get = self.news.put, self.news.get
