"""A call that goes on failing beside others that do not: is the forge away, or can it not answer for one thing?"""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

_TRIES = 5  # failures after which a call is compared with others
_SELDOM = 20  # answers for each that came after a failure: fewer, and the forge fails now and then for everything


@dataclass(frozen=True, slots=True)
class Count:
    """Answers so far: at the first try, and after a failure."""

    at_once: int = 0
    after_failures: int = 0


NOTHING = Count()
"""No answer yet."""


class Peers:
    """What the calls of one fetch say about each other. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = NOTHING
        self._good: dict[Hashable, tuple[int, Callable[[], Any]]] = {}

    @property
    def count(self) -> Count:
        """The answers so far."""
        return self._count

    def answered(self, kind: Hashable, weight: int, attempt: int, ask: Callable[[], Any]) -> None:
        """A call was answered at its attempt of that number, from 1; the lightest of a kind is remembered."""
        with self._lock:
            once, later = self._count.at_once, self._count.after_failures
            self._count = Count(once + (attempt == 1), later + (attempt > 1))
            if kind not in self._good or weight < self._good[kind][0]:
                self._good[kind] = weight, ask

    def good(self, kind: Hashable, attempt: int, since: Count) -> Callable[[], Any] | None:
        """What was answered before and can be asked again, to see whether the forge is there; None: do not ask.

        Args:
            kind: of the call that fails.
            attempt: how often it has failed.
            since: the answers that there were at its first failure.
        """
        now = self._count
        recovered, answered = now.after_failures - since.after_failures, now.at_once - since.at_once
        if attempt < _TRIES or recovered * _SELDOM > answered:
            return None
        found = self._good.get(kind)
        return found and found[1]
