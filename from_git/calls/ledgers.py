"""Ledgers: what was spent when, in this process, or in all processes that share a cache."""

import threading
import time
from collections.abc import Callable
from typing import Any

from from_git.memory import SharedMemory

_UNIT = 1_000  # a cache counts in whole numbers; seconds are kept to the millisecond


class LocalLedger:
    """Amounts by slot (time divided by the width of a slot), of this process alone. Safe from any thread.

    Attributes:
        shared: whether other processes add to it.
        now: seconds on its clock.
    """

    shared = False

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._lock = threading.Lock()
        self._slots: dict[int, float] = {}

    def add(self, amount: float, slot: int) -> None:
        """Add to a slot; a negative amount takes away."""
        with self._lock:
            self._slots[slot] = self._slots.get(slot, 0.0) + amount

    def slots(self, first: int, last: int) -> dict[int, float]:
        """The amounts of the slots from `first` to `last`; older ones are forgotten."""
        with self._lock:
            for slot in [slot for slot in self._slots if slot < first]:
                del self._slots[slot]
            return {slot: amount for slot, amount in self._slots.items() if slot <= last}


class SharedLedger:
    """As `LocalLedger`, of all processes that share the cache behind `memory`, under one `key`.

    The amounts of this process are kept here as well, and are what counts while the cache is away. An entry leaves the
    cache by itself, so that a process that dies leaves nothing behind for longer than two windows.

    Args:
        window: seconds for which an amount counts.
    """

    shared = True

    def __init__(self, memory: SharedMemory, key: str, window: float, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._memory = memory
        self._key = f"from-git:spent:{key}"
        self._keep = int(2 * window) + 1
        self._own = LocalLedger(now)

    def add(self, amount: float, slot: int) -> None:
        """See `LocalLedger.add`."""
        self._own.add(amount, slot)
        key, units = f"{self._key}:{slot}", round(amount * _UNIT)

        def count(cache: Any) -> None:
            cache.add(key, 0, timeout=self._keep)
            cache.incr(key, units)

        self._memory.ask(count, None)

    def slots(self, first: int, last: int) -> dict[int, float]:
        """See `LocalLedger.slots`."""
        own = self._own.slots(first, last)
        keys = {f"{self._key}:{slot}": slot for slot in range(first, last + 1)}
        found = self._memory.ask(lambda cache: cache.get_many(keys), None)
        if found is None:
            return own
        slots = {keys[key]: units / _UNIT for key, units in found.items() if isinstance(units, int)}
        # the larger: the cache lacks what was counted while it was away
        return {slot: max(slots.get(slot, 0.0), own.get(slot, 0.0)) for slot in {*slots, *own}}


Ledger = LocalLedger | SharedLedger
