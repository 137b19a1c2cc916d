"""A call that keeps failing: is the forge away, or can it not answer for one repository while it answers others?"""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

_TRIES = 5  # failures after which a call is compared with others
_SELDOM = 20  # answers for each that came after a failure: fewer, and the forge fails now and then for everything

ADVICE_ALONE = (
    "Everything else is answered, so asking again will hardly help: look at it in a browser, and if it fails there too,"
    " tell the forge's support."
)
"""The advice where a call keeps failing while others are answered."""


@dataclass(frozen=True, slots=True)
class Count:
    """Number of calls that were answered: at the first try, and after a failure."""

    at_once: int = 0
    after_failures: int = 0


NO_ANSWER = Count()
"""No answer yet."""


class Peers:
    """The answered calls of one fetch, for comparison with a call that fails. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = NO_ANSWER
        self._good: dict[Hashable, tuple[int, Callable[[], Any]]] = {}

    @property
    def count(self) -> Count:
        """The answers so far."""
        return self._count

    def answered(self, kind: Hashable, weight: int, attempt: int, ask: Callable[[], Any]) -> None:
        """Count a call that was answered at its attempt of that number, from 1; the lightest of a kind is kept."""
        with self._lock:
            once, later = self._count.at_once, self._count.after_failures
            self._count = Count(once + (attempt == 1), later + (attempt > 1))
            if kind not in self._good or weight < self._good[kind][0]:
                self._good[kind] = weight, ask

    def good(self, kind: Hashable, attempt: int, since: Count) -> Callable[[], Any] | None:
        """A call that was answered before, to send again to see whether the forge is there; None: send nothing.

        Args:
            kind: of the call that fails.
            attempt: how often it has failed.
            since: the answers up to its first failure.
        """
        now = self._count
        recovered, answered = now.after_failures - since.after_failures, now.at_once - since.at_once
        if attempt < _TRIES or recovered * _SELDOM > answered:
            return None
        found = self._good.get(kind)
        return found and found[1]
