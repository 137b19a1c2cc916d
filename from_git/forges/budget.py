"""What may be spent at a forge in any stretch of time, so that its limit is never met by surprise."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from from_git.errors import BudgetError
from from_git.fanout import TaskGroup
from from_git.forges.ledgers import Ledger

SLOTS = 60
"""Slots of a window; what was spent leaves with the end of its slot, so at most 1/60 of a window late, never early."""
_NOTHING = 1e-9  # what additions and subtractions may leave of zero
_SAME_WINDOW = 5.0  # seconds by which two answers may tell the same end of a window apart
_POLL = 0.25  # seconds between looks while calls under way may give back a part of what was reserved for them


@dataclass(eq=False)
class Reservation:
    """What one call may cost, counted as spent until it is known."""

    amount: float
    slot: int
    begun: float
    group: TaskGroup


@dataclass(frozen=True)
class Full:
    """Nothing can be reserved now."""

    seconds: float
    """Until it is worth another look."""
    settled: bool
    """Whether that is certain; no while calls under way may turn out cheaper."""


class Budget:
    """At most `limit` in any `window` seconds; None = no bound, counted all the same. Safe from any thread.

    Each call reserves its expected amount before it is sent and settles what it really was afterwards, so that calls
    under way at the same time cannot overrun the limit together. What is settled leaves the window `window` seconds
    after the end of its call, which is after the forge forgets it.

    Args:
        unit: what is counted, for messages.
        setting: where `limit` comes from, for messages.
        timed: whether amounts are seconds, so that a call under way has cost at least the time since it began.
        share: the part of the limit that is this budget's; the rest is other processes'.
    """

    def __init__(
        self,
        limit: float | None,
        window: float,
        ledger: Ledger,
        unit: str,
        setting: str,
        timed: bool = False,
        share: float = 1.0,
    ) -> None:
        self._share = share
        self.limit = limit and limit * share
        self.window = window
        self.unit = unit
        self.setting = setting
        self.timed = timed
        self._ledger = ledger
        self._width = window / SLOTS
        self._lock = threading.Lock()
        self._under_way: set[Reservation] = set()
        self._halved_until = 0.0
        self._plans: WeakKeyDictionary[TaskGroup, float] = WeakKeyDictionary()  # what each is still going to spend

    def reserve(self, amount: float, group: TaskGroup) -> Reservation | Full:
        """For a call of `group`: count `amount` as spent, if there is room, which there is where nothing is spent."""
        with self._lock:
            now = self._ledger.now()
            one = Reservation(amount, self._slot(now), now, group)
            # added before it is compared, so that of two processes with one ledger not both find room
            self._ledger.add(amount, one.slot)
            spent = self._spent(now)
            limit = self._limit(now)
            if limit is None or spent <= limit or spent <= amount + _NOTHING:
                self._under_way.add(one)
                self._planned(group, -amount)
                return one
            self._ledger.add(-amount, one.slot)
            seconds = self._wait(limit - amount, now)
            if not self._under_way:
                return Full(seconds, settled=True)
            return Full(min(seconds, _POLL), settled=False)

    def settle(self, one: Reservation, left_alone: bool = False) -> None:
        """The call has ended: count what it really was in place of what was reserved.

        Args:
            left_alone: we have gone away before its answer came, so that the forge may have gone on for as long as was
                expected.
        """
        with self._lock:
            self._under_way.discard(one)
            now = self._ledger.now()
            actual = now - one.begun if self.timed else one.amount
            if left_alone:
                actual = max(actual, one.amount)
            if (one.amount, one.slot) != (actual, self._slot(now)):
                self._ledger.add(-one.amount, one.slot)
                self._ledger.add(actual, self._slot(now))
            self._planned(one.group, one.amount - actual)

    def withdraw(self, one: Reservation) -> None:
        """There will be no such call."""
        with self._lock:
            self._under_way.discard(one)
            self._ledger.add(-one.amount, one.slot)
            self._planned(one.group, one.amount)

    def told(self, limit: float) -> None:
        """The forge says what its limit is."""
        self.limit = max(1.0, limit * self._share)

    def halve(self, seconds: float) -> None:
        """Keep to half of the limit for so long: the forge has refused us all the same."""
        with self._lock:
            self._halved_until = self._ledger.now() + seconds

    def count(self, calls: float = 1.0) -> None:
        """Count calls that were not reserved; below 0 those that the forge refused, and so did not count.

        Where time is counted this does nothing: it is in the reservation of the call that was repeated.
        """
        if not self.timed:
            self._ledger.add(calls, self._slot(self._ledger.now()))

    def spent(self) -> float:
        """What counts against the limit now."""
        with self._lock:
            return self._spent(self._ledger.now())

    def plan(self, group: TaskGroup, amount: float, seconds: float) -> None:
        """Set aside what the group is going to spend within the next `seconds`.

        Raises:
            BudgetError: what the others have set aside leaves less; with a time to ask again, if that helps.
        """
        with self._lock:
            if self.limit is None:
                return
            now = self._ledger.now()
            others = sum(max(0.0, rest) for one, rest in self._plans.items() if not (one.ended or one is group))
            room = max(0.0, self._room(seconds, now) - others)
            if amount > room:
                raise self._refusal(amount, room, others, now)
            self._plans[group] = amount

    def until_gone(self, amount: float) -> float:
        """Seconds until so much of what is spent has left the window, or all of it."""
        with self._lock:
            now = self._ledger.now()
            return self._wait(max(0.0, self._spent(now) - amount), now)

    def until_affordable(self, group: TaskGroup) -> float:
        """Seconds until so much has left the window as `group` has planned to spend."""
        with self._lock:
            planned = self._plans.get(group, 0.0)
        return self.until_gone(max(1.0, planned))

    def used_up(self, seconds: float) -> BudgetError:
        """The error for a call for which there is no room in time."""
        return BudgetError(f"{self.spent():,.0f} {self.unit} were spent, {self._bound()}", seconds)

    def _bound(self) -> str:
        return f"of {self.limit or 0.0:,.0f} that may be in {_words(self.window)} ({self.setting})."

    def _refusal(self, amount: float, room: float, others: float, now: float) -> BudgetError:
        limit = self._limit(now) or 0.0
        wait = None
        if amount <= limit:
            wait = self.window if others + amount > limit else self._wait(limit - others - amount, now)
        reason = (
            f"this answer needs about {math.ceil(amount):,} more {self.unit}, and {math.floor(room):,} can be spent"
        )
        reason += f" in time, {self._bound()}"
        if wait is None:
            reason += " Allow more time (`manage.py aggregate --deadline`, REQUEST_DEADLINE)"
            reason += f", or raise {self.setting} if the forge allows you more."
        return BudgetError(reason, wait)

    def _limit(self, now: float) -> float | None:
        return self.limit / 2 if self.limit and now < self._halved_until else self.limit

    def _planned(self, group: TaskGroup, amount: float) -> None:
        if group in self._plans:
            self._plans[group] += amount

    def _slot(self, now: float) -> int:
        return math.floor(now / self._width)

    def _slots(self, now: float) -> dict[int, float]:
        return self._ledger.slots(self._slot(now) - SLOTS, self._slot(now))

    def _spent(self, now: float) -> float:
        overdue = sum(max(0.0, now - one.begun - one.amount) for one in self._under_way) if self.timed else 0.0
        return sum(self._slots(now).values()) + overdue

    def _wait(self, most: float, now: float) -> float:
        """Seconds until at most `most` is spent, if nothing more is."""
        slots = {slot: amount for slot, amount in self._slots(now).items() if amount > _NOTHING}
        spent = sum(slots.values())
        for slot in sorted(slots):
            spent -= slots[slot]
            if spent <= most + _NOTHING:
                return (slot + 1 + SLOTS) * self._width - now
        return self._width  # calls under way are what fills it

    def _room(self, seconds: float, now: float) -> float:
        """What can be spent within so many seconds: what is free now, and what becomes free."""
        limit = self._limit(now) or 0.0
        windows, rest = divmod(seconds, self.window)
        slots = self._slots(now)
        staying = sum(amount for slot, amount in slots.items() if (slot + 1 + SLOTS) * self._width - now > rest)
        return windows * limit + max(0.0, limit - staying)


def _words(seconds: float) -> str:
    return {60.0: "a minute", 3600.0: "an hour"}.get(seconds, f"{seconds:g} s")


class Remainder:
    """What is left of a limit that the forge counts itself and tells with each answer. Safe from any thread.

    Args:
        unit: what is counted, for messages.
    """

    def __init__(self, unit: str, now: Callable[[], float] = time.monotonic) -> None:
        self._unit = unit
        self._now = now
        self._lock = threading.Lock()
        self._left = 0
        self._until = 0.0  # nothing is known after it

    def tell(self, left: int, seconds: float) -> None:
        """Take in what an answer says: how much is left, for so many seconds. Answers may overtake each other."""
        until = self._now() + seconds
        with self._lock:
            same_window = abs(until - self._until) < _SAME_WINDOW
            self._left = min(left, self._left) if same_window else left
            self._until = until

    def plan(self, amount: float, seconds: float) -> None:
        """Compare with what an answer is still going to cost within `seconds`.

        Raises:
            BudgetError: less is left.
        """
        with self._lock:
            left, wait = self._left, self._until - self._now()
        if amount > left and wait > seconds:
            figures = f"this answer needs about {math.ceil(amount):,} more {self._unit}; {left:,} are left"
            raise BudgetError(f"{figures} until its limit begins anew.", wait)
