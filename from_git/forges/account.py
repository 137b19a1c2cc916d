"""Our standing with a forge: what may be spent there, and until when it refuses us."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from from_git.errors import Cancelled, DeadlineError, LimitError
from from_git.fanout import TaskGroup
from from_git.forges.budget import Budget, Full, Reservation
from from_git.forges.retries import fits

LONGEST_BLOCK = 86_400.0
"""Seconds; no forge is left alone for longer, whatever it says."""
_LEAST_GUESS = 60.0  # seconds: "at least one minute" (GitHub's docs); Bitbucket sends nothing either
_HALVED = 300.0  # seconds
_MOST_GUESS = 3600.0  # seconds; the windows of both forges


class Memory(Protocol):
    """Numbers that outlive this process and may be shared with others, or forgotten; Django's caches are such."""

    def get(self, key: str) -> Any:
        """The value, None without one."""
        ...

    def set(self, key: str, value: Any, timeout: float) -> Any:
        """Keep a value for so many seconds."""
        ...


def account_key(url: str, secret: str) -> str:
    """A name for the account that `secret` opens at `url`, from which neither can be read."""
    return hashlib.sha256(f"{url} {secret}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Permit:
    """One call may be sent."""

    reservations: tuple[tuple[Budget, Reservation], ...]

    @contextmanager
    def used(self) -> Iterator[None]:
        """The call; what it has cost is settled at its end, however it ends."""
        left_alone = False
        try:
            yield
        except (Cancelled, DeadlineError):
            left_alone = True
            raise
        finally:
            for budget, reservation in self.reservations:
                budget.settle(reservation, left_alone)


class Account:
    """One credential at one forge, as all fetches use it. Safe from any thread.

    A limit that the forge speaks of is remembered, here and in `memory`, and until it has passed no call is sent.

    Args:
        key: what tells this account from others; see `account_key`.
        budget: what its calls are counted against.
        rate: against which each call counts one besides; None: there is no such bound.
    """

    def __init__(
        self,
        key: str,
        budget: Budget,
        memory: Memory,
        now: Callable[[], float] = time.time,
        rate: Budget | None = None,
    ) -> None:
        self.budget = budget
        self._rate = rate
        self._key = f"from-git:limit:{key}"
        self._memory = memory
        self._now = now
        self._lock = threading.Lock()  # around everything below
        self._blocked_until = 0.0  # since the epoch, which other processes share
        self._reason = "its rate limit is used up."
        self._guesses = 0

    def refresh(self) -> None:
        """Learn what other processes have met; to be called for each fetch, since it may ask a server."""
        until = self._memory.get(self._key)
        now = self._now()
        if isinstance(until, int | float) and now < until <= now + LONGEST_BLOCK:
            with self._lock:
                self._blocked_until = max(self._blocked_until, until)

    def permit(self, amount: float, group: TaskGroup) -> Permit | float:
        """The permission for one call, or the seconds after which to ask again.

        Raises:
            LimitError: neither a limit nor the budget gives way in time for `group`.
        """
        left, blocked = group.time_left(), self.blocked()
        if blocked and not fits(blocked, left):
            raise LimitError(self._reason, blocked)
        if blocked:
            return blocked
        reservations: list[tuple[Budget, Reservation]] = []
        for budget, share in ((self._rate, 1.0), (self.budget, amount)):
            found = budget.reserve(share, group) if budget else None
            if budget and isinstance(found, Full):
                for other, reservation in reservations:
                    other.withdraw(reservation)
                if found.settled and not fits(found.seconds, left):
                    raise budget.used_up(found.seconds)
                return found.seconds
            if budget and isinstance(found, Reservation):
                reservations.append((budget, found))
        return Permit(tuple(reservations))

    def unforeseen(self) -> None:
        """Count a call that nobody reserved for, because it was sent again at once."""
        for budget in (self._rate, self.budget):
            if budget:
                budget.count()

    def succeeded(self) -> None:
        """The forge has answered."""
        if self._guesses:
            with self._lock:
                if self._blocked_until < self._now():
                    self._guesses = 0

    def block(self, seconds: float, reason: str) -> None:
        """Send nothing for so many seconds, because of `reason`."""
        seconds = min(seconds, LONGEST_BLOCK)
        with self._lock:
            self._blocked_until = max(self._blocked_until, self._now() + seconds)
            self._reason = reason
            until = self._blocked_until
        self._memory.set(self._key, until, timeout=until - self._now())

    def waits_for(self) -> str:
        """What keeps the next call, in words."""
        with self._lock:
            return self._reason if self._blocked_until > self._now() else f"{self.budget.setting}."

    def blocked(self) -> float:
        """Seconds until the forge serves us again; 0 when it does."""
        with self._lock:
            return max(0.0, self._blocked_until - self._now())

    def limited(self, error: LimitError, group: TaskGroup) -> float:
        """Remember a limit that a call of `group` has met, and return after how many seconds `group` may go on.

        A wait that is our guess is a minute, and longer each time when it turns out to have been too short. Where calls
        are what is counted it lasts at least until the oldest of ours leaves the window, and for `group` until enough
        of them have left for what it has planned.
        """
        if self.budget.timed:
            self.budget.halve(_HALVED)  # other programs with this token spend as well
        self.budget.count(-1.0)
        if not error.guessed:
            self.block(error.wait or 0.0, error.reason)
            return self.blocked()
        with self._lock:
            still = self._blocked_until > self._now()  # a call that was under way when the limit was met
            if not still:
                self._guesses += 1
            seconds = _LEAST_GUESS * 2.0 ** min(self._guesses - 1, 10)
        if not still:
            oldest = 0.0 if self.budget.timed else self.budget.until_gone(1.0)
            self.block(min(_MOST_GUESS, max(seconds, oldest)), error.reason)
        return max(self.blocked(), 0.0 if self.budget.timed else self.budget.until_affordable(group))
