"""What may be spent at a forge in any stretch of time, so that its limit is never met by surprise."""

import math
import threading
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from from_git.errors import BudgetError
from from_git.fanout import TaskGroup
from from_git.forges.ledgers import Ledger

SLOTS = 60
"""Slots of a window; what was spent leaves with the end of its slot, so at most 1/60 of a window late, never early."""
_NOTHING = 1e-9  # what additions and subtractions may leave of zero
_LONGEST_CALL = 15.0  # seconds; GitHub ends a query after ten
POLL = 0.25
"""Seconds between looks while calls under way may give back a part of what was reserved for them."""


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


class Plans:
    """What groups are still going to spend; forgotten with them. For its owner's lock."""

    def __init__(self) -> None:
        self._rest: WeakKeyDictionary[TaskGroup, float] = WeakKeyDictionary()

    def of(self, group: TaskGroup) -> float:
        """What the group has planned and not spent, 0 if it has no plan."""
        return self._rest.get(group, 0.0)

    def set(self, group: TaskGroup, amount: float) -> None:
        """Plan so much, in place of what was planned."""
        self._rest[group] = amount

    def spend(self, group: TaskGroup, amount: float) -> None:
        """Take away what was planned and is spent; below 0 it is given back."""
        if group in self._rest:
            self._rest[group] -= amount

    def total(self, besides: TaskGroup | None = None) -> float:
        """What all groups that have not ended, but for one, have planned and not spent."""
        return sum(max(0.0, rest) for one, rest in self._rest.items() if not (one.ended or one is besides))


class _Purse:
    """What one request has spent, and what its groups are still going to spend."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.plans = Plans()


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
        self._purses: WeakKeyDictionary[object, _Purse] = WeakKeyDictionary()  # by request

    def reserve(self, amount: float, group: TaskGroup) -> Reservation | Full:
        """For a call of `group`: count `amount` as spent, if there is room, which there is where nothing is spent."""
        with self._lock:
            now = self._ledger.now()
            one = Reservation(amount, self._slot(now), now, group)
            # added before it is compared, so that of two processes with one ledger not both find room
            self._ledger.add(amount, one.slot)
            limit = self._limit(now)
            spent = 0.0 if limit is None else self._spent(now)
            if limit is None or spent <= max(limit, amount + _NOTHING):
                self._under_way.add(one)
                self._spend(group, amount)
                return one
            self._ledger.add(-amount, one.slot)
            seconds = self._wait(max(0.0, limit - amount), now)
            if self._under_way or spent - amount - self._young(now) <= max(0.0, limit - amount):
                return Full(min(seconds, POLL), settled=False)
            return Full(seconds, settled=True)

    def settle(self, one: Reservation, left_alone: bool = False) -> None:
        """The call has ended: count what it really was in place of what was reserved.

        Args:
            left_alone: we have gone away before its answer came, so that the forge may have gone on for as long as was
                expected.
        """
        with self._lock:
            self._under_way.discard(one)
            now = self._ledger.now()
            actual = max(0.0, now - one.begun) if self.timed else one.amount
            if left_alone:
                actual = max(actual, one.amount)
            if (one.amount, one.slot) != (actual, self._slot(now)):
                self._ledger.add(-one.amount, one.slot)
                self._ledger.add(actual, self._slot(now))
            self._spend(one.group, actual - one.amount)

    def withdraw(self, one: Reservation) -> None:
        """There will be no such call."""
        with self._lock:
            self._under_way.discard(one)
            self._ledger.add(-one.amount, one.slot)
            self._spend(one.group, -one.amount)

    def told(self, limit: float) -> None:
        """The forge says what its limit is."""
        self.limit = max(1.0, limit * self._share)

    def halve(self, seconds: float) -> None:
        """Keep to half of the limit for so long: the forge has refused us all the same."""
        with self._lock:
            self._halved_until = self._ledger.now() + seconds

    def count(self, calls: float) -> None:
        """Count calls that were not reserved; below 0 those that the forge refused, and so did not count.

        Where time is counted this does nothing.
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
            BudgetError: with the rest of its request it is more than others have left; with a time to ask again, if
                asking for all of it again would fit then.
        """
        with self._lock:
            purse = self._purse(group.request)
            self._afford(purse, amount + purse.plans.total(besides=group), seconds)
            if self.limit is not None:
                purse.plans.set(group, amount)

    def foresee(self, request: object, amount: float, seconds: float) -> None:
        """As `plan`, before the first call: what a request needs at least; nothing is set aside."""
        with self._lock:
            self._afford(self._purse(request), amount, seconds)

    def _afford(self, purse: _Purse, amount: float, seconds: float) -> None:
        if self.limit is None:
            return
        now = self._ledger.now()
        others = sum(one.plans.total() for one in self._purses.values() if one is not purse)
        room = max(0.0, self._room(seconds, now) - others)
        if amount > room + _NOTHING:
            raise self._refusal(amount, room, others, amount + purse.spent, now)

    def _purse(self, request: object) -> _Purse:
        purse = self._purses.get(request)
        if purse is None:
            purse = self._purses[request] = _Purse()
        return purse

    def until_gone(self, amount: float) -> float:
        """Seconds until so much of what is spent has left the window, or all of it."""
        with self._lock:
            now = self._ledger.now()
            return self._wait(max(0.0, self._spent(now) - amount), now)

    def until_affordable(self, group: TaskGroup) -> float:
        """Seconds until so much has left the window as `group` has planned to spend."""
        with self._lock:
            planned = self._purse(group.request).plans.of(group)
        return self.until_gone(max(1.0, planned))

    def used_up(self, seconds: float) -> BudgetError:
        """The error for a call for which there is no room in time."""
        return BudgetError(f"{_number(self.spent())} {self.unit} were spent, {self._bound()}", seconds)

    def _bound(self) -> str:
        whose = self.setting if self._share == 1.0 else f"a part of {self.setting} for each worker"
        return f"of {_number(self.limit or 0.0)} that may be in {_words(self.window)} ({whose})."

    def _refusal(self, amount: float, room: float, others: float, again: float, now: float) -> BudgetError:
        """The error for `amount` where there is only `room`; to ask again would cost `again` in all."""
        limit, wait = self._limit(now) or 0.0, None
        if again <= limit:
            wait = self.window if others + again > limit else self._wait(limit - others - again, now)
        figures = f"this answer needs about {_number(amount)} more {self.unit}, and {_number(room)} can be spent"
        figures += f" in time, {self._bound()}"
        advice = "Allow more time (`manage.py aggregate --deadline`, FLIGHT_SECONDS), ask for less at once, or raise"
        advice += f" {self.setting} if the forge allows you more."
        return BudgetError(figures, wait, "" if wait is not None else advice)

    def _limit(self, now: float) -> float | None:
        return self.limit / 2 if self.limit and now < self._halved_until else self.limit

    def _spend(self, group: TaskGroup, amount: float) -> None:
        """Note it in the purse of the group's request, where it was planned or not."""
        purse = self._purse(group.request)
        purse.spent += amount
        purse.plans.spend(group, amount)

    def _young(self, now: float) -> float:
        """What other processes with the same ledger may have reserved for calls that are still under way."""
        if not (self.timed and self._ledger.shared):
            return 0.0
        begun = self._slot(now - _LONGEST_CALL)
        return sum(amount for slot, amount in self._slots(now).items() if slot >= begun)

    def _slot(self, now: float) -> int:
        return math.floor(now / self._width)

    def _leaves(self, slot: int) -> float:
        """When what stands in the slot leaves the window."""
        return (slot + 1 + SLOTS) * self._width

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
                return self._leaves(slot) - now
        return self._width  # calls under way are what fills it

    def _room(self, seconds: float, now: float) -> float:
        """What can be spent within so many seconds: what is free now, and what becomes free."""
        limit = self._limit(now) or 0.0
        windows, rest = divmod(seconds, self.window)
        slots = self._slots(now)
        staying = sum(amount for slot, amount in slots.items() if self._leaves(slot) - now > rest)
        return windows * limit + max(0.0, limit - staying)


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 10 or amount == int(amount) else f"{amount:.2g}"


def _words(seconds: float) -> str:
    return {60.0: "a minute", 3600.0: "an hour"}.get(seconds, f"{seconds:g} s")
