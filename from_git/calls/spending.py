"""The cost of one fetch, counted while it goes on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from from_git.values.progress import Cost


class Spending:
    """The cost of one fetch so far. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cost = Cost()

    def add(self, cost: Cost) -> None:
        """Count `cost`."""
        with self._lock:
            self._cost += cost

    @contextmanager
    def call(self) -> Iterator[None]:
        """Count the block as a call and its seconds as the forge's, with and without an error."""
        self.add(Cost(calls=1))  # at its start, so that calls under way when a request fails are counted
        begun = time.monotonic()
        try:
            yield
        finally:
            self.add(Cost(seconds=time.monotonic() - begun))

    def cost(self) -> Cost:
        """The cost so far."""
        return self._cost
