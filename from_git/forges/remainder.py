"""What is left of a limit that the forge counts itself."""

import math
import threading
import time
from collections.abc import Callable

from from_git.errors import BudgetError
from from_git.fanout import TaskGroup
from from_git.forges.budget import POLL, Full, Plans, Reservation

_SAME_WINDOW = 5.0  # seconds by which two answers may tell the same end of a window apart


class Remainder:
    """What is left of a limit that the forge counts itself and tells with each answer. Safe from any thread.

    Its calls reserve one each, as those of a `Budget`.

    Args:
        unit: what is counted, for messages.
    """

    def __init__(self, unit: str, now: Callable[[], float] = time.monotonic) -> None:
        self._unit = unit
        self._now = now
        self._lock = threading.Lock()
        self._left = 0
        self._until = 0.0  # nothing is known after it
        self._under_way = 0
        self._plans = Plans()

    def tell(self, left: int, seconds: float) -> None:
        """Take in what an answer says: how much is left, for so many seconds. Answers may overtake each other."""
        until = self._now() + seconds
        with self._lock:
            same_window = abs(until - self._until) < _SAME_WINDOW
            self._left = min(left, self._left) if same_window else left
            self._until = until

    def reserve(self, amount: float, group: TaskGroup) -> Reservation | Full:
        """See `Budget.reserve`."""
        with self._lock:
            now = self._now()
            if now < self._until and self._left - self._under_way < amount:
                seconds = self._until - now
                return Full(seconds, True) if not self._under_way else Full(min(seconds, POLL), False)
            self._under_way += 1
            self._plans.spend(group, amount)
            return Reservation(amount, 0, now, group)

    def settle(self, one: Reservation, left_alone: bool = False) -> None:
        """See `Budget.settle`; the answer has told what is left."""
        with self._lock:
            self._under_way -= 1

    def withdraw(self, one: Reservation) -> None:
        """See `Budget.withdraw`."""
        with self._lock:
            self._under_way -= 1
            self._plans.spend(one.group, -one.amount)

    def used_up(self, seconds: float) -> BudgetError:
        """See `Budget.used_up`."""
        return BudgetError(f"{self._left:,} {self._unit} are left until its limit begins anew.", seconds)

    def plan(self, group: TaskGroup, amount: float, seconds: float) -> None:
        """Set aside what `group` is still going to spend within `seconds`.

        Raises:
            BudgetError: less is left.
        """
        with self._lock:
            others = int(self._plans.total(besides=group))
            left, wait = max(0, self._left - others), self._until - self._now()
            if amount > left and wait > seconds:
                figures = f"this answer needs about {math.ceil(amount):,} more {self._unit}; {left:,} are left"
                raise BudgetError(f"{figures} until its limit begins anew.", wait)
            self._plans.set(group, amount)
