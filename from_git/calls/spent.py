"""What was spent when: in this process or in all that share a cache, by all clients together and by each of them."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.shares import Outlook
from from_git.memory import SharedMemory

SLOTS = 60
"""Slots of a window; an amount leaves with the end of its slot, at most 1/60 of a window late, never early."""
_LONGEST_CALL = 15.0  # seconds; a forge ends a query after ten
_MOST_CLIENTS = 1_000  # remembered before those that have spent nothing in the window are forgotten
_UNIT = 1_000  # a cache counts in whole numbers; seconds are kept to the millisecond
Amount = tuple[int, float]
"""A slot, and what is counted there."""


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

    def add(self, *amounts: Amount, also: "Ledger | None" = None) -> None:
        """Add amounts to their slots, here and in another ledger; a negative one takes away."""
        with self._lock:
            for slot, amount in amounts:
                self._slots[slot] = self._slots.get(slot, 0.0) + amount
        if also:
            also.add(*amounts)

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
        memory: of a `SharedCache`.
        window: seconds for which an amount counts.
    """

    shared = True

    def __init__(self, memory: SharedMemory, key: str, window: float, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._memory = memory
        self._key = f"from-git:spent:{key}"
        self._keep = int(2 * window) + 1
        self._own = LocalLedger(now)

    def add(self, *amounts: Amount, also: "Ledger | None" = None) -> None:
        """See `LocalLedger.add`; it asks the cache once."""
        units: Counter[str] = Counter()
        for one in (self, also):
            if isinstance(one, SharedLedger):
                one._own.add(*amounts)
                for slot, amount in amounts:
                    units[f"{one._key}:{slot}"] += round(amount * _UNIT)
        self._memory.ask(lambda cache: cache.increase(units, self._keep), None)

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


@dataclass(eq=False)
class Reservation:
    """The expected cost of one call, counted as spent until its true cost is known."""

    amount: float
    slot: int
    begun: float
    group: FetchGroup
    client: str | None
    """The client that it counts for; None: for no client in particular."""


class Spent:
    """Ledgers over a window of so many seconds. Its owner holds a lock.

    Args:
        ledger: makes the ledger of a client from its name, or that of all together from None.
        clients: whether each client has a ledger of its own.
        part: the largest part of the window that one client may use (CLIENT_SHARE).
    """

    def __init__(
        self, window: float, ledger: Callable[[str | None], Ledger], clients: bool = True, part: float = 1.0
    ) -> None:
        self.window = window
        self.width = window / SLOTS
        self.clients = clients
        self._part = part if clients else 1.0
        self._make = ledger
        self._all = ledger(None)
        self._own: dict[str, Ledger] = {}
        self._joined: tuple[Spent, ...] = ()

    def join(self, other: "Spent") -> None:
        """From now on count what `other` has counted, and still counts, as well."""
        self._joined = (*self._joined, other)

    def now(self) -> float:
        """Seconds on the ledgers' clock."""
        return self._all.now()

    def slot(self, now: float) -> int:
        """The number of the slot that `now` lies in."""
        return math.floor(now / self.width)

    def add(self, client: str | None, *amounts: Amount) -> None:
        """Count amounts for all, and for their client if there is one; a negative amount is given back."""
        self._all.add(*amounts, also=self._of(client) if self.clients and client is not None else None)

    def sum(self, now: float) -> float:
        """What all have spent in the window that ends now."""
        return sum(self._slots(self._all, None, now).values())

    def own(self, client: str, now: float) -> float:
        """What one client has spent in the window that ends now."""
        return sum(self._slots(self._of(client), client, now).values()) if self.clients else 0.0

    def most(self, limit: float) -> float:
        """What one client may spend of a limit."""
        return limit * self._part

    def largest(self, now: float) -> float:
        """The largest amount that one client of this process has spent in the window."""
        return max((self.own(client, now) for client in list(self._own)), default=0.0)

    def young(self, now: float) -> float:
        """What processes with the same ledger may have reserved for calls that are still under way."""
        if not self._all.shared:
            return 0.0
        own = sum(self._all.slots(self.slot(now - _LONGEST_CALL), self.slot(now)).values())
        return own + sum(other.young(now) for other in self._joined)

    def outlook(
        self,
        now: float,
        client: str | None,
        limit: float,
        besides: Reservation | None = None,
        overdue: float = 0.0,
        kept: float = 0.0,
    ) -> Outlook:
        """What is spent now and later by all and by one client (None: by no client), without one reservation."""
        every = self._slots(self._all, None, now)
        own = self._slots(self._of(client), client, now) if self.clients and client is not None else {}
        if besides:
            every[besides.slot] = every.get(besides.slot, 0.0) - besides.amount
            if own:
                own[besides.slot] = own.get(besides.slot, 0.0) - besides.amount
        most, width = self.most(limit), self.width
        return Outlook(limit, most, lambda slot: (slot + 1 + SLOTS) * width - now, every, own, overdue, kept)

    def _range(self, now: float) -> tuple[int, int]:
        """The first and the last slot of the window."""
        return self.slot(now) - SLOTS, self.slot(now)

    def _slots(self, ledger: Ledger | None, client: str | None, now: float) -> dict[int, float]:
        """The amounts of the window in a ledger of ours, and in those of all that have joined."""
        slots = ledger.slots(*self._range(now)) if ledger else {}
        for other in self._joined:
            # only what is there: the locks are not the same
            theirs = other._all if client is None else other._own.get(client)
            for slot, amount in other._slots(theirs, client, now).items():
                slots[slot] = slots.get(slot, 0.0) + amount
        return slots

    def _of(self, client: str) -> Ledger:
        ledger = self._own.get(client)
        if ledger is None:
            if len(self._own) >= _MOST_CLIENTS:
                there = self._range(self.now())
                self._own = {name: one for name, one in self._own.items() if any(one.slots(*there).values())}
            ledger = self._own[client] = self._make(client)
        return ledger
