"""Our standing with a forge: what may be spent there, and until when it refuses us."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from from_git.askers import Asker
from from_git.calls.budget import POLL, Budget, Full
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.retries import Pause, fits
from from_git.calls.spent import Reservation
from from_git.errors import Cancelled, DeadlineError, LimitError, TooHeavyError
from from_git.memory import Memory
from from_git.values.tempo import USUAL, Tempo

LONGEST_BLOCK = 3_660.0
"""Seconds; the windows of both forges and a minute. No forge is left alone for longer, whatever it says."""
_SHORTEST_BLOCK = 1.0  # seconds; a Retry-After of 0 is no invitation to ask a hundred times a second
_FIRST = 3.0  # seconds for which all others wait for the call that goes first; then another one goes
_ASKERS = 3  # fetches that must fail before others wait
_LEAST_GUESS = 60.0  # seconds: "at least one minute" (GitHub's docs); Bitbucket sends nothing either
_HALVED = 300.0  # seconds
_GOOD = 600.0  # seconds for which a credential that was taken is thought to be good
_MOST_GUESS = 3600.0  # seconds; the windows of both forges


def account_key(url: str, secret: str) -> str:
    """A name for the account that `secret` opens at `url`, from which neither can be read."""
    return hashlib.sha256(f"{url} {secret}".encode()).hexdigest()[:32]


class Bound(Protocol):
    """What a call is counted against: a `Budget`, or a `ReportedLimit`."""

    def reserve(self, amount: float, group: FetchGroup) -> Reservation | Full:
        """See `Budget.reserve`."""
        ...

    def settle(self, one: Reservation, left_alone: bool = False) -> None:
        """See `Budget.settle`."""
        ...

    def withdraw(self, one: Reservation) -> None:
        """See `Budget.withdraw`."""
        ...

    def used_up(self, full: Full) -> LimitError:
        """See `Budget.used_up`."""
        ...


@dataclass(frozen=True)
class Permit:
    """One call may be sent."""

    reservations: tuple[tuple[Bound, Reservation], ...]
    over: Callable[[], object]
    """To be called at the end."""
    refunded: Bound | None = None
    """Against which a call does not count that the forge has refused for its limit."""

    def forgive(self, seconds: float) -> None:
        """So much of the call's time was not the forge's: it was sent on a connection that was dead."""
        for _, reservation in self.reservations:
            reservation.begun += seconds

    @contextmanager
    def used(self) -> Iterator[None]:
        """The call; what it has cost is settled at its end, however it ends."""
        left_alone, refused = False, False
        try:
            yield
        except (Cancelled, DeadlineError, TooHeavyError):
            left_alone = True
            raise
        except LimitError:
            refused = True
            raise
        finally:
            for bound, reservation in self.reservations:
                if refused and bound is self.refunded:
                    bound.withdraw(reservation)
                else:
                    bound.settle(reservation, left_alone)
            self.over()


class Account:
    """One credential at one forge, as all fetches use it. Safe from any thread.

    A limit that the forge speaks of is remembered, here and in `memory`, and until it has passed no call is sent; after
    it one call goes first, to see whether it has.

    Args:
        key: what tells this account from others; see `account_key`.
        budget: what its calls are counted against.
        each: bounds against which each call counts one besides.
        forge: whose it is, for the metrics.
        tempo: how long the waits before further tries of its calls are.
    """

    def __init__(
        self,
        key: str,
        budget: Budget,
        memory: Memory,
        now: Callable[[], float] = time.time,
        each: Iterable[Bound] = (),
        forge: str = "",
        tempo: Tempo = USUAL,
    ) -> None:
        self.key = key
        self.budget = budget
        self.forge = forge
        self.tempo = tempo
        self.pause = Pause(now, _ASKERS, tempo)
        """Of the fetches that have failed, when several have; others may try."""
        self._each = list(each)
        self._limit_key = f"from-git:limit:{key}"
        self._memory = memory
        self._now = now
        self._lock = threading.Lock()  # around changes of what follows that must not be lost
        self._blocked_until = 0.0  # since the epoch, which other processes share
        self._limited = False  # whether a limit was met, and no answer came since
        self._first_until = 0.0  # when the call that goes first is given up
        self._reason = "its rate limit is used up."
        self._guesses = 0
        self._good_until = 0.0

    def count_against(self, bound: Bound) -> None:
        """Let each call count one against `bound` too."""
        self._each.append(bound)

    @property
    def budgets(self) -> list[Budget]:
        """What we count ourselves of what its calls are counted against."""
        return [self.budget, *(one for one in self._each if isinstance(one, Budget))]

    def refresh(self) -> None:
        """Learn what other processes have met; it may ask a server."""
        until = self._memory.get(self._limit_key)
        now = self._now()
        if isinstance(until, int | float) and now < until <= now + LONGEST_BLOCK:
            with self._lock:
                self._blocked_until, self._limited = max(self._blocked_until, until), True

    def foresee(self, asker: Asker, calls: int, amount: float, seconds: float, likely: float = 0.0) -> None:
        """Look whether a request can be paid within `seconds` at all, before its first call; it may ask a server.

        Args:
            calls: that it needs at least.
            amount: of the budget that it needs at least.
            likely: see `Budget.foresee`.

        Raises:
            BudgetError: it cannot.
        """
        self.refresh()
        for bound in self._each:
            if isinstance(bound, Budget):
                bound.foresee(asker, calls, seconds)
        self.budget.foresee(asker, amount, seconds, likely)

    def refuse_blocked(self, seconds: float) -> None:
        """Look whether a limit that is known ends within `seconds`.

        Raises:
            LimitError: it does not.
        """
        blocked = self.blocked()
        if blocked and not fits(blocked, seconds):
            raise LimitError(self._reason, blocked)

    def permit(self, amount: float, group: FetchGroup, goes_on: bool = False) -> Permit | float:
        """The permission for one call, or the seconds after which to ask again.

        Args:
            goes_on: whether `group` may wait for the budget beyond its deadline, up to its horizon.

        Raises:
            LimitError: neither a limit nor the budget gives way in time for `group`.
        """
        left, blocked = group.time_left(), self.blocked()
        longest = group.horizon_left() if goes_on else left
        self.refuse_blocked(left)
        first = self._limited
        if wait := blocked or self._wait_for_first():
            return wait
        reservations: list[tuple[Bound, Reservation]] = []
        for bound, share in (*((one, 1.0) for one in self._each), (self.budget, amount)):
            found = bound.reserve(share, group)
            if isinstance(found, Full):
                for other, reservation in reservations:
                    other.withdraw(reservation)
                if first:
                    self._first_is_over()
                # what we bound ourselves leaves by itself, so a large answer that has begun goes on later
                if found.settled and not fits(found.seconds, longest if bound is self.budget else left):
                    raise bound.used_up(found)
                return found.seconds
            reservations.append((bound, found))
        refunded = None if self.budget.timed else self.budget
        return Permit(tuple(reservations), self._first_is_over if first else lambda: None, refunded)

    def once_more(self, group: FetchGroup) -> bool:
        """Whether a call may be sent again at once, which costs another one."""
        bounds = (*self._each, *(() if self.budget.timed else (self.budget,)))
        for bound in bounds:
            found = bound.reserve(1.0, group)
            if isinstance(found, Full):
                return False
            bound.settle(found)
        return True

    def succeeded(self) -> None:
        """The forge has answered."""
        self.pause.succeeded()
        self._good_until = self._now() + _GOOD
        if self._limited:
            with self._lock:
                if self._blocked_until <= self._now():
                    self._limited, self._guesses = False, 0

    @property
    def was_good(self) -> bool:
        """Whether the forge has taken the credential in the last minutes."""
        return self._now() < self._good_until

    def _wait_for_first(self) -> float:
        """0 for the call that goes first after a limit, and for all when none was met; else seconds to wait."""
        if not self._limited:
            return 0.0
        with self._lock:
            if self._now() < self._first_until:
                return POLL
            self._first_until = self._now() + _FIRST
        return 0.0

    def _first_is_over(self) -> None:
        self._first_until = 0.0

    def block(self, seconds: float, reason: str) -> None:
        """Send nothing for so many seconds, because of `reason`."""
        seconds = min(seconds, LONGEST_BLOCK)
        with self._lock:
            self._blocked_until = max(self._blocked_until, self._now() + seconds)
            self._limited, self._reason = True, reason
            until = self._blocked_until
        self._memory.set(self._limit_key, until, timeout=until - self._now())

    def waits_for(self) -> str:
        """What keeps the next call, in words."""
        with self._lock:
            if self._blocked_until > self._now():
                return self._reason
            return "after a limit one call goes first." if self._limited else f"{self.budget.terms.setting}."

    def blocked(self) -> float:
        """Seconds until the forge serves us again; 0 when it does."""
        with self._lock:
            return max(0.0, self._blocked_until - self._now())

    def limited(self, error: LimitError, group: FetchGroup) -> float:
        """Remember a limit that a call of `group` has met, and return after how many seconds `group` may go on.

        A wait that is our guess is a minute, and longer each time when it turns out to have been too short. Where calls
        are what is counted it lasts at least until the oldest of ours leaves the window, and for `group` until enough
        of them have left for what it has planned.
        """
        if self.budget.timed:
            self.budget.halve(_HALVED)  # other programs with this token spend as well
        if not error.guessed:
            self.block(max(_SHORTEST_BLOCK, error.wait or 0.0), error.reason)
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
