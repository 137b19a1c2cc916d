"""What may be spent at a forge in any stretch of time, so that its limit is never met by surprise."""

import threading
from dataclasses import dataclass

from from_git.askers import Asker
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.line import Line
from from_git.calls.needs import Needs
from from_git.calls.shares import Outlook, Whole, Window
from from_git.calls.spent import Reservation, Spent
from from_git.calls.terms import Terms
from from_git.errors import BudgetError

_NOTHING = 1e-9  # what additions and subtractions may leave of zero
POLL = 0.25
"""Seconds between looks while calls under way may give back a part of what was reserved for them."""
_TURN = 0.02  # seconds in which one whose turn it is takes it


@dataclass(frozen=True)
class Full:
    """Nothing can be reserved now."""

    seconds: float
    """Until it is worth another look."""
    settled: bool
    """Whether that is certain; no while calls under way may turn out cheaper."""
    window: Window | None = None
    """What the client has spent, where there would be room for others."""


class Budget:
    """At most `limit` in any `window` seconds; None = no bound, counted all the same. Safe from any thread.

    Each call reserves its expected amount before it is sent and settles what it really was afterwards, so that calls
    under way at the same time cannot overrun the limit together. What is settled leaves the window `window` seconds
    after the end of its call, which is after the forge forgets it. How much of it one client may have says
    `shares.Window`; those who wait are served in turn (`line.Line`).

    Args:
        spent: where it is counted.
        terms: what is counted and where `limit` comes from.
        timed: whether amounts are seconds, so that a call under way has cost at least the time since it began.
        share: the part of the limit that is this budget's; the rest is other processes'.
    """

    def __init__(
        self, limit: float | None, spent: Spent, terms: Terms, timed: bool = False, share: float = 1.0
    ) -> None:
        self._share = share
        self.limit = limit and limit * share
        self.window = spent.window
        self.terms = terms
        self.timed = timed
        self._ledgers = spent
        self._lock = threading.Lock()
        self._under_way: set[Reservation] = set()
        self._halved_until = 0.0
        self._needs = Needs()
        self._line = Line()

    def reserve(self, amount: float, group: FetchGroup) -> Reservation | Full:
        """For a call of `group`: count `amount` as spent, if there is room, which there is where nothing is spent."""
        with self._lock:
            now = self._ledgers.now()
            # without a bound nobody's part of it is asked for
            client = None if self.limit is None else group.asker.client
            one = Reservation(amount, self._ledgers.slot(now), now, group, client)
            # added before it is compared, so that of two processes with one ledger not both find room
            self._ledgers.add(one.client, amount, one.slot)
            full = self._full(one, now)
            if full:
                self._ledgers.add(one.client, -amount, one.slot)
                self._line.wait(group, amount, now + full.seconds, for_room=full.window is None)
                return full
            self._under_way.add(one)
            if self._line:
                self._line.serve(group, amount, now)
            self._needs.spend(group, amount)
            return one

    def settle(self, one: Reservation, left_alone: bool = False) -> None:
        """The call has ended: count what it really was in place of what was reserved.

        Args:
            left_alone: we have gone away before its answer came, so that the forge may have gone on for as long as was
                expected.
        """
        with self._lock:
            self._under_way.discard(one)
            now = self._ledgers.now()
            actual = max(0.0, now - one.begun) if self.timed else one.amount
            if left_alone:
                actual = max(actual, one.amount)
            if (one.amount, one.slot) != (actual, self._ledgers.slot(now)):
                self._ledgers.add(one.client, -one.amount, one.slot)
                self._ledgers.add(one.client, actual, self._ledgers.slot(now))
            self._needs.spend(one.group, actual - one.amount)

    def withdraw(self, one: Reservation) -> None:
        """There will be no such call."""
        with self._lock:
            self._under_way.discard(one)
            self._ledgers.add(one.client, -one.amount, one.slot)
            self._needs.spend(one.group, -one.amount)

    def told(self, limit: float) -> None:
        """The forge says what its limit is."""
        self.limit = max(1.0, limit * self._share)

    def halve(self, seconds: float) -> None:
        """Keep to half of the limit for so long: the forge has refused us all the same."""
        with self._lock:
            self._halved_until = self._ledgers.now() + seconds

    def spent(self) -> float:
        """What counts against the limit now."""
        with self._lock:
            return self._spent(self._ledgers.now())

    def largest(self) -> float:
        """The most that one client has spent in the window, of those that this process has served."""
        with self._lock:
            return self._ledgers.largest(self._ledgers.now())

    def plan(self, group: FetchGroup, amount: float, seconds: float) -> None:
        """Set aside what the group is going to spend within the next `seconds`.

        Raises:
            BudgetError: with the rest of its request it is more than others have left; with a time to ask again, if
                asking for all of it again would fit then.
        """
        with self._lock:
            self._afford(group.asker, amount + self._needs.of_request(group.asker, besides=group), seconds)
            if self.limit is not None:
                self._needs.plan(group, amount)

    def foresee(self, asker: Asker, amount: float, seconds: float, likely: float = 0.0) -> None:
        """As `plan`, before the first call; nothing is set aside.

        Args:
            amount: what a request needs at least.
            likely: what it is going to need, as far as that can be guessed.
        """
        with self._lock:
            self._afford(asker, amount, seconds)
            self._needs.purse(asker).foreseen = max(amount, likely)

    def until_gone(self, amount: float) -> float:
        """Seconds until so much of what is spent has left the window, or all of it."""
        with self._lock:
            now = self._ledgers.now()
            outlook = self._outlook(now)
            most = max(0.0, outlook.at().spent - amount) + _NOTHING
            return outlook.when(lambda window: window.spent <= most) or self._ledgers.width

    def until_affordable(self, group: FetchGroup) -> float:
        """Seconds until so much has left the window as `group` has planned to spend."""
        with self._lock:
            planned = self._needs.planned(group)
        return self.until_gone(max(1.0, planned))

    def used_up(self, full: Full) -> BudgetError:
        """The error for a call for which there is no room in time."""
        return BudgetError(self.terms.used_up(self.limit or 0.0, self.spent(), full.window), full.seconds)

    def _full(self, one: Reservation, now: float) -> Full | None:
        """Why a call that is counted already must wait; None: it need not. The lock is held."""
        limit, amount = self._limit(now), one.amount
        if limit is None:
            return None
        if not self._line and self._spent(now) <= min(limit / 2, self._ledgers.most(limit)):
            return None  # nobody waits, and no client has more than its half
        outlook = self._outlook(now, one.client, one)
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
        return Full(seconds, settled, window if window.has_room(amount) else None)

    def _yields(self, group: FetchGroup, window: Window, now: float) -> bool:
        """Whether it is somebody else's turn, who can go now and is told to; the lock is held."""
        for place in self._line.first(group, now):
            if place.group.asker.client == group.asker.client:
                can_go = window.allows(place.amount, self._needs.whole(place.group, place.amount))
            else:
                can_go = window.has_room(place.amount)
            if can_go:
                self._line.call(place, now)
                return True
        return False

    def _afford(self, asker: Asker, amount: float, seconds: float) -> None:
        """Raise BudgetError where a request cannot spend so much more in time; the lock is held."""
        if self.limit is None:
            return
        now, purse, promised = self._ledgers.now(), self._needs.purse(asker), self._needs.of_others(asker)
        windows, rest = divmod(seconds, self.window)
        outlook = self._outlook(now, asker.client)
        window, present = outlook.at(rest), outlook.at()
        room = max(0.0, windows * window.limit + max(0.0, window.limit - window.spent) - promised)
        mine = windows * window.most + max(0.0, window.most - window.own)
        if self._ledgers.clients and not present.fits(Whole(amount + purse.spent, purse.spent, promised)):
            mine = min(mine, windows * window.limit / 2 + max(0.0, window.half - window.own))
        if amount <= min(room, mine) + _NOTHING:
            return
        again = amount + purse.spent
        never = min(present.limit, window.limit) >= again > present.most  # it is the client's part that forbids it
        is_of_client = never or amount <= room + _NOTHING
        left = min(mine, room) if never else mine if is_of_client else room
        wait = self._until_asked_again(outlook, again, promised)
        in_time = left > max(0.0, window.limit - present.spent - promised) + _NOTHING
        reason, advice = self.terms.refusal(window, is_of_client, amount, left, in_time, wait is not None)
        raise BudgetError(reason, wait, advice)

    def _until_asked_again(self, outlook: Outlook, again: float, promised: float) -> float | None:
        """Seconds after which all of it could be asked for again; None: no time helps."""
        present = outlook.at()
        if again > min(present.limit, present.most):
            return None
        if again + promised > present.limit:
            return self.window
        whole = Whole(again, 0.0, promised)

        def suffices(window: Window) -> bool:
            mine = window.own <= _NOTHING or window.own + again <= window.half or window.fits(whole)
            return mine and window.spent + again + promised <= window.limit + _NOTHING

        return outlook.when(suffices) or self.window

    def _outlook(self, now: float, client: str | None = None, besides: Reservation | None = None) -> Outlook:
        """What is spent by all and by one client, but for one reservation."""
        limit = self._limit(now) or 0.0
        return self._ledgers.outlook(now, client, limit, besides, self._overdue(now))

    def _limit(self, now: float) -> float | None:
        return self.limit / 2 if self.limit and now < self._halved_until else self.limit

    def _spent(self, now: float) -> float:
        return self._ledgers.sum(now) + self._overdue(now)

    def _overdue(self, now: float) -> float:
        """What calls under way have taken beyond what was reserved for them."""
        return sum(max(0.0, now - one.begun - one.amount) for one in self._under_way) if self.timed else 0.0
