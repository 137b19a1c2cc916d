"""Budgets: what may be spent at a forge within a window of time, so that its limit is never met by surprise."""

import threading
from dataclasses import dataclass

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.line import Line
from from_git.calls.needs import Needs
from from_git.calls.plans import Plans
from from_git.calls.shares import NOTHING, Outlook, Window, lent
from from_git.calls.spent import Reservation, Spent
from from_git.calls.terms import Terms
from from_git.errors import BudgetError

POLL = 0.25
"""Seconds between looks while calls under way may give back a part of what was reserved for them."""
_ON_ITS_WAY = 1 / 240  # of the window: a quarter of a second of a minute
_TURN = 0.02  # seconds within which a group whose turn it is takes it


@dataclass(frozen=True)
class Full:
    """The answer of a bound that has no room for a call now."""

    seconds: float
    """Until the next look is worth it."""
    settled: bool
    """Whether there will be no room before; False while calls under way may turn out cheaper."""
    window: Window | None = None
    """As the client sees it, where there would be room for other clients."""
    kept: float = 0.0
    """What is left to requests, where nobody waits for this one."""


class Budget:
    """At most `limit` in any window of time; None: no bound, counted all the same. Safe from any thread.

    Each call reserves its expected amount before it is sent and settles its true amount afterwards, so that calls
    under way at the same time cannot overrun the limit together. A settled amount leaves the window as long after the
    end of its call as the window is wide, which is after the forge forgets it. `shares.Window` says how much of it one
    client may have; groups that wait are served in turn (`line.Line`).

    Args:
        spent: the ledgers of the window.
        terms: what is counted and where `limit` comes from.
        timed: whether amounts are seconds, so that a call under way has cost at least the time since it began.
        share: the part of the limit that is this budget's; the rest is that of other processes.
    """

    def __init__(
        self, limit: float | None, spent: Spent, terms: Terms, timed: bool = False, share: float = 1.0
    ) -> None:
        self._share = share
        self.limit = limit and limit * share
        self.terms = terms
        self.timed = timed
        self._ledgers = spent
        self._lock = threading.Lock()
        self._under_way: set[Reservation] = set()
        self._halved_until = 0.0
        self._needs = Needs()
        self._line = Line()
        self.plans = Plans(self._lock, self._needs, self._foreseen, spent, terms)
        self._joined: tuple[Budget, ...] = ()
        self._into: Budget | None = None

    def reserve(self, amount: float, group: FetchGroup) -> Reservation | Full:
        """Count `amount` as spent for a call of `group`, if there is room, which there is where nothing is spent."""
        with self._lock:
            if self._into is None:
                return self._reserve(amount, group)
        return self._into.reserve(amount, group)

    def leave(self, group: FetchGroup) -> None:
        """Keep no place in the line for a group that was served elsewhere."""
        if self._line:
            with self._lock:
                self._line.leave(group)

    def join(self, other: "Budget") -> None:
        """Count what `other` has counted as well; from now on what is asked of it is asked of this one.

        They are two views of what the forge counts as one. Calls under way end where they began. To be called by one
        thread at a time, and for two budgets in one direction only.
        """
        with self._lock, other._lock:
            self._joined = (*self._joined, other)
            self._ledgers.join(other._ledgers)
            self._needs.take(other._needs)
            other._into = self

    def settle(self, one: Reservation, left_alone: bool = False) -> None:
        """Count the true amount of a call that has ended in place of the reserved one.

        Args:
            left_alone: whether we gave up before its answer came, so that the forge may have worked on it for as long
                as was expected.
        """
        with self._lock:
            if self._into and one not in self._under_way:
                self._into.settle(one, left_alone)
                return
            self._under_way.discard(one)
            now = self._ledgers.now()
            actual = max(0.0, now - one.begun) if self.timed else one.amount
            if left_alone:
                actual = max(actual, one.amount)
            if (one.amount, one.slot) != (actual, self._ledgers.slot(now)):
                self._ledgers.add(one.client, (one.slot, -one.amount), (self._ledgers.slot(now), actual))
            self._needs.spend(one.group, actual - one.amount)

    def withdraw(self, one: Reservation) -> None:
        """Give back the amount of a call that is not sent, or does not count."""
        with self._lock:
            if self._into and one not in self._under_way:
                self._into.withdraw(one)
                return
            self._under_way.discard(one)
            self._ledgers.add(one.client, (one.slot, -one.amount))
            self._needs.spend(one.group, -one.amount)

    def told(self, limit: float) -> None:
        """Take in the limit that the forge names."""
        self.limit = max(1.0, limit * self._share)

    def halve(self, seconds: float) -> None:
        """Keep to half of the limit for so many seconds: the forge refused a call although there was room."""
        with self._lock:
            self._halved_until = self._ledgers.now() + seconds

    def spent(self) -> float:
        """The amount that counts against the limit now."""
        with self._lock:
            return self._spent(self._ledgers.now())

    def largest(self) -> float:
        """The largest amount that one client of this process has spent in the window."""
        with self._lock:
            return self._ledgers.largest(self._ledgers.now())

    def until_gone(self, amount: float) -> float:
        """Seconds until `amount` of what is spent has left the window, or all of it where less is spent."""
        with self._lock:
            now = self._ledgers.now()
            outlook = self._outlook(now)
            most = max(0.0, outlook.at().spent - amount) + NOTHING
            return outlook.when(lambda window: window.spent <= most) or self._ledgers.width

    def used_up(self, full: Full) -> BudgetError:
        """The error for a call for which there is no room in time."""
        reason = self.terms.used_up(self.limit or 0.0, self.spent(), full.window, full.kept)
        return BudgetError(reason, full.seconds)

    def _reserve(self, amount: float, group: FetchGroup) -> Reservation | Full:
        now = self._ledgers.now()
        # without a bound there are no parts of clients
        client = None if self.limit is None else group.asker.client
        one = Reservation(amount, self._ledgers.slot(now), now, group, client)
        # added before it is compared, so that of two processes with one ledger not both find room
        self._ledgers.add(one.client, (one.slot, amount))
        full = self._full(one, now)
        if full:
            self._ledgers.add(one.client, (one.slot, -amount))
            self._line.wait(group, amount, now + full.seconds, for_room=full.window is None)
            return full
        self._under_way.add(one)
        if self._line:
            self._line.serve(group, amount, now)
        self._needs.spend(group, amount)
        return one

    def _full(self, one: Reservation, now: float) -> Full | None:
        """Why a call that is counted already must wait; None where it need not. The lock is held."""
        limit, amount = self._limit(now), one.amount
        if limit is None:
            return None
        every = limit
        if one.group.is_background:
            limit = lent(limit) - self._needs.of_wanted()
        if not self._line and self._spent(now) <= min(limit / 2, self._ledgers.most(limit)):
            return None  # no group waits, and no client has more than its half
        outlook = self._ledgers.outlook(now, one.client, limit, one, self._overdue(now), every - limit)
        window, whole = outlook.at(), self._needs.whole(one.group, amount)
        if window.allows(amount, whole):
            return Full(_TURN, settled=False) if self._yields(one.group, window, now) else None
        seconds = outlook.when(lambda later: later.allows(amount, whole))
        seconds = self._ledgers.width if seconds is None else seconds  # calls under way are what fills it
        if window.has_room(amount):
            settled = not (self.timed and self._under_way)
        else:
            young = self._ledgers.young(now) - amount if self.timed else 0.0
            settled = not self._under_way and window.spent - young > max(0.0, limit - amount)
        seconds = seconds if settled else min(seconds, POLL)
        return Full(seconds, settled, window if window.has_room(amount) else None, every - limit)

    def _yields(self, group: FetchGroup, window: Window, now: float) -> bool:
        """Whether it is the turn of another group, which can go now and is told to; the lock is held."""
        for place in self._line.first(group, now):
            if place.group.asker.client == group.asker.client:
                can_go = window.allows(place.amount, self._needs.whole(place.group, place.amount))
            else:
                can_go = window.has_room(place.amount)
            if can_go:
                self._line.call(place, now)
                return True
        return False

    def _foreseen(self, client: str, background: bool) -> Outlook | None:
        """What is spent by all and by one client; None without a bound."""
        return None if self.limit is None else self._outlook(self._ledgers.now(), client, background)

    def _outlook(self, now: float, client: str | None = None, background: bool = False) -> Outlook:
        every = self._limit(now) or 0.0
        limit = lent(every) if background else every
        return self._ledgers.outlook(now, client, limit, None, self._overdue(now), every - limit)

    def _limit(self, now: float) -> float | None:
        return self.limit / 2 if self.limit and now < self._halved_until else self.limit

    def _spent(self, now: float) -> float:
        return self._ledgers.sum(now) + self._overdue(now)

    def _overdue(self, now: float) -> float:
        """Seconds that calls under way will have taken beyond those reserved for them when a call sent now arrives."""
        if not self.timed:
            return 0.0
        then = now + self._ledgers.window * _ON_ITS_WAY
        over = sum(max(0.0, then - one.begun - one.amount) for one in tuple(self._under_way))
        for other in self._joined:
            over += other._overdue(now)
        return over
