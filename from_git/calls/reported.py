"""Limits that the forge counts itself, and reports with each answer."""

import math
import threading
import time
from collections.abc import Callable

from from_git.calls.budget import POLL, Full
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.needs import Needs
from from_git.calls.shares import Window, lent
from from_git.calls.spent import Reservation, Spent
from from_git.calls.terms import Terms
from from_git.errors import BudgetError

_SAME_WINDOW = 5.0  # seconds by which two answers may tell the same end of a window apart


class ReportedLimit:
    """A limit that the forge counts itself, and of which it reports with each answer how much is left.

    Calls reserve one each, as with a `Budget`, and one client may have as large a part of it. Safe from any thread.

    Args:
        terms: what is counted.
        spent: what each client has spent in the window, as far as we know.
    """

    def __init__(self, terms: Terms, spent: Spent, now: Callable[[], float] = time.monotonic) -> None:
        self._terms = terms
        self._spent = spent
        self._now = now
        self._lock = threading.Lock()
        self._left = 0
        self._most_left = 0  # that was told of this window
        self._until = 0.0  # nothing is known after it
        self._under_way = 0
        self._needs = Needs()

    def tell(self, left: int, seconds: float) -> None:
        """Take in what an answer reports: how much is left, for so many seconds. Answers may overtake each other."""
        until = self._now() + seconds
        with self._lock:
            same_window = abs(until - self._until) < _SAME_WINDOW
            self._left = min(left, self._left) if same_window else left
            self._most_left = max(left, self._most_left) if same_window else left
            self._until = until

    def reserve(self, amount: float, group: FetchGroup) -> Reservation | Full:
        """See `Budget.reserve`."""
        with self._lock:
            now, client = self._now(), group.asker.client
            if now < self._until:
                kept = self._kept(group)
                window = self._window(client, kept)
                whole = self._needs.whole(group, amount)
                room = self._left - self._under_way - kept >= amount
                if not room or not window.allows(amount, whole):
                    seconds, settled = self._until - now, room or not self._under_way
                    return Full(seconds if settled else min(seconds, POLL), settled, window if room else None)
            self._under_way += 1
            self._needs.spend(group, amount)
            slot = self._spent.slot(self._spent.now())
            self._spent.add(client, (slot, amount))
            return Reservation(amount, slot, now, group, client)

    def settle(self, one: Reservation, left_alone: bool = False) -> None:
        """See `Budget.settle`; the answer has reported what is left."""
        with self._lock:
            self._under_way -= 1

    def withdraw(self, one: Reservation) -> None:
        """See `Budget.withdraw`."""
        with self._lock:
            self._under_way -= 1
            self._spent.add(one.client, (one.slot, -one.amount))
            self._needs.spend(one.group, -one.amount)

    def used_up(self, full: Full) -> BudgetError:
        """See `Budget.used_up`."""
        return BudgetError(self._terms.left(self._left, full.window), full.seconds)

    def plan(self, group: FetchGroup, amount: float, seconds: float) -> None:
        """Set aside `amount` for what `group` is still going to spend within `seconds`.

        Raises:
            BudgetError: less is left, and the window does not end in time.
        """
        with self._lock:
            left, wait = self._rest(group)
            if amount > left and wait > seconds:
                raise self.lacking(amount, left, wait)
            self._needs.plan(group, amount)

    def rest(self, group: FetchGroup) -> tuple[int, float]:
        """What is left for `group` beside what others have planned, and the seconds after which it is more."""
        with self._lock:
            return self._rest(group)

    def set_aside(self, group: FetchGroup, amount: float) -> None:
        """As `plan`, without a look at what is left."""
        with self._lock:
            self._needs.plan(group, amount)

    def lacking(self, amount: float, left: int, wait: float, accounts: int = 1) -> BudgetError:
        """The error for a fetch that needs more than is left for so many accounts."""
        return BudgetError(self._terms.needs(amount, left, accounts), wait)

    def join(self, other: "ReportedLimit") -> None:
        """Take over from `other`, of which it turned out that the forge counts both as one; see `Budget.join`."""
        with self._lock, other._lock:
            self._spent.join(other._spent)
            self._needs.take(other._needs)

    def _rest(self, group: FetchGroup) -> tuple[int, float]:
        promised = int(self._needs.of_others(group.asker) + self._needs.of_request(group.asker, besides=group))
        return max(0, self._left - promised - math.ceil(self._kept(group))), self._until - self._now()

    def _kept(self, group: FetchGroup) -> float:
        """What is left to requests, where nobody waits for `group`."""
        return self._most_left - lent(self._most_left) if group.is_background else 0.0

    def _window(self, client: str, kept: float) -> Window:
        """The rest of the limit as a client sees it: what others have spent is gone already; the lock is held."""
        own = self._spent.own(client, self._spent.now())
        limit = self._left - self._under_way + own - kept
        return Window(limit, max(self._spent.most(limit), 1.0), own, own)
