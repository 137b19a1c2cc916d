"""Things that are asked for once each, singly or in batches; of no forge in particular."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Generic, TypeVar

Want = TypeVar("Want")
Value = TypeVar("Value")


class Gone(Enum):
    """Why a listed thing does not count."""

    ABSENT = 1
    """The forge does not find it."""
    PRIVATE = 2


class Once(Generic[Want, Value]):
    """What is known of listed things, by their ids; each is asked for once. Safe from any thread.

    Things wait until `size` of them make a batch; once all are noted, the last batch may be smaller. What is gone is
    asked for a second time where `forget_gone` is called and the thing is noted again.

    Args:
        ask: starts the call for a batch of ids; its answer goes to `settle`.
        at_once: batches under way at most, the others are no more than what was noted of them; None: no bound.

    Attributes:
        known: what was found of each thing; to be read only, as the next two.
        pending: things that wait or are being asked for, with what was noted of each.
        open: batches under way.
        size: things of each batch that is asked for from now on.
        on_settled: called without a lock held whenever nothing is pending, by the thread that saw to it, and now and
            then once too often; more may be noted then.
    """

    def __init__(self, ask: Callable[[list[str]], object], at_once: int | None = None) -> None:
        self.size = 1
        self.on_settled: Callable[[], object] = lambda: None
        self._ask = ask
        self._at_once = at_once
        self._lock = threading.Lock()  # around changes of everything below
        self.known: dict[str, Value | Gone] = {}
        self.pending: dict[str, Want] = {}
        self.open = 0
        self._waiting: deque[str] = deque()
        self._all_noted = False
        self._asked_again: set[str] = set()

    @property
    def waiting(self) -> int:
        """Things that are noted and not asked for."""
        return len(self._waiting)

    def counts(self) -> tuple[int, int]:
        """Things that are known, and those that are known or pending."""
        with self._lock:
            return len(self.known), len(self.known) + len(self.pending)

    def note(self, things: Mapping[str, Want], more: bool = False) -> None:
        """Let these be pending, unless they are already or known; `start` has them asked for.

        Args:
            things: what asking for each needs, by id.
            more: whether others are still to be noted.
        """
        with self._lock:
            fresh = [one for one in things if one not in self.known and one not in self.pending]
            self.pending.update((one, things[one]) for one in fresh)
            self._waiting.extend(fresh)
            self._all_noted |= not more  # for good: the last page of a list may overtake another one here

    def hold(self, things: Mapping[str, Want]) -> None:
        """Let these be pending, though `ask` is not called for them; `settle` ends that."""
        with self._lock:
            self.pending.update(things)

    def start(self) -> None:
        """Have as many batches asked for as there are and may be."""
        while batch := self._batch():
            self._ask(batch)
        if not self.pending:
            self.on_settled()

    def _batch(self) -> list[str]:
        with self._lock:
            count = min(self.size, len(self._waiting))
            full = self._at_once is not None and self.open >= self._at_once
            if full or not count or (count < self.size and not self._all_noted):
                return []
            self.open += 1
            return [self._waiting.popleft() for _ in range(count)]

    def split(self) -> None:
        """Note that one batch under way has become two."""
        with self._lock:
            self.open += 1

    def settle(self, found: Mapping[str, Value | Gone], ended: bool = True) -> None:
        """Take in what was found of these, and go on; `ended`: a batch that `ask` was called for is answered."""
        with self._lock:
            self.known.update(found)
            for one in found:
                self.pending.pop(one, None)
            self.open -= ended
        self.start()

    def forget_gone(self, ids: Iterable[str]) -> bool:
        """Whether some of `ids` are gone for the first time; they are forgotten, so that they can be noted again."""
        with self._lock:
            doubtful = {one for one in ids if isinstance(self.known.get(one), Gone)} - self._asked_again
            self._asked_again |= doubtful
            for one in doubtful:
                del self.known[one]
            return bool(doubtful)
