"""Accounts: one credential at one forge, with its budgets, its rate limit, and the permissions for single calls."""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from from_git.calls.aside import Aside
from from_git.calls.authorization import ANONYMOUS, Authorization
from from_git.calls.budget import POLL, Budget, Full
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.ratelimit import RateLimit
from from_git.calls.reported import ReportedLimit
from from_git.calls.retries import fits
from from_git.calls.spent import Reservation
from from_git.errors import Cancelled, DeadlineError, LimitError, TooHeavyError
from from_git.memory import Memory
from from_git.values.tempo import USUAL

_SHORTEST_BLOCK = 1.0  # seconds; a Retry-After of 0 is no invitation to ask a hundred times a second
_HALVED = 300.0  # seconds
_GOOD = 600.0  # seconds for which a credential that the forge has accepted is taken for a good one
_MOST_GUESS = 3600.0  # seconds; the longest window of a limit
_SELDOM = 1.0  # seconds
_LEFT_ALONE = Cancelled, DeadlineError, TooHeavyError  # the forge may go on with such a call
Limiter = Budget | ReportedLimit
"""The side that a call is counted against, and that may have no room for it."""


@dataclass(frozen=True)
class Permit:
    """One call may be sent."""

    reservations: tuple[tuple[Limiter, Reservation], ...]
    over: Callable[[], object]
    """Called when the call has ended."""
    account: "Account"
    """Whose it is."""
    refunded: Limiter | None = None
    """The bound that does not count a call which the forge refuses for its limit."""

    def forgive(self, seconds: float) -> None:
        """Leave out so many seconds of the call: it was sent on a dead connection, of which the forge knew nothing."""
        for _, reservation in self.reservations:
            reservation.begun += seconds

    def used(self) -> Self:
        """For a `with` around the call, at whose end its cost is settled, with and without an error."""
        return self

    def __enter__(self) -> None:
        """See `used`; not by `contextmanager`, which takes longer than all that is done here."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        left_alone, refused = isinstance(error, _LEFT_ALONE), isinstance(error, LimitError)
        for bound, reservation in self.reservations:
            if refused and bound is self.refunded:
                bound.withdraw(reservation)
            else:
                bound.settle(reservation, left_alone)
        self.over()


def account_key(url: str, secret: str) -> str:
    """A name for the account that `secret` opens at `url`, from which neither can be read."""
    return hashlib.sha256(f"{url} {secret}".encode()).hexdigest()[:32]


class Account:
    """One credential at one forge, as all fetches use it. Safe from any thread.

    Args:
        key: tells this account from others; see `account_key`.
        budget: what its calls are counted against.
        now: seconds since the epoch.
        each: bounds against which each call counts one besides.
        aside: seconds for which it is set aside when the forge refuses it.
        authorization: what its calls carry.
        reported: what the forge counts itself.
    """

    def __init__(
        self,
        key: str,
        budget: Budget,
        memory: Memory,
        now: Callable[[], float] = time.time,
        each: Iterable[Limiter] = (),
        aside: float = USUAL.aside,
        authorization: Authorization = ANONYMOUS,
        reported: ReportedLimit | None = None,
    ) -> None:
        self.key = key
        self.authorization = authorization
        self.budget = budget
        self.limit = RateLimit(key, memory, now)
        self.aside = Aside(key, memory, now, aside)
        self.reported = reported
        self._each: list[Limiter] = [*each, *([reported] if reported else [])]
        self._now = now
        self._good_until = 0.0

    @property
    def budgets(self) -> list[Budget]:
        """The budgets that its calls are counted against; limits that the forge reports are none."""
        return [self.budget, *(one for one in self._each if isinstance(one, Budget))]

    def share(self, other: "Account") -> None:
        """Let what was spent here count at `other`, and a limit that was met here hold there; before `follow`.

        The forge counts both credentials as one user.
        """
        for mine, theirs in zip(self.budgets, other.budgets, strict=True):
            theirs.join(mine)
        if self.reported and other.reported:
            other.reported.join(self.reported)
        if blocked := self.limit.blocked():
            other.limit.block(blocked, self.limit.words)

    def follow(self, other: "Account") -> None:
        """Have what `other` has from now on."""
        self.budget, self.limit, self.reported, self._each = other.budget, other.limit, other.reported, other._each

    def leave(self, group: FetchGroup) -> None:
        """Keep no place in the lines of its budgets for a group that another account has served."""
        for one in self.budgets:
            one.leave(group)

    def permit(self, amount: float, group: FetchGroup, goes_on: bool = False) -> Permit | float:
        """The permission for one call, or the seconds after which to ask again.

        Args:
            goes_on: whether `group` may wait for the budget beyond its deadline, up to its horizon.

        Raises:
            LimitError: neither a limit nor the budget gives way in time for `group`.
            Cancelled: the group has ended.
        """
        left = group.time_left()
        limit, patient = self.limit, group.patient(left)
        longest, soon = (group.horizon_left(), left) if goes_on else (patient, patient)
        blocked = limit.blocked_within(patient)
        first = limit.met
        if wait := blocked or limit.wait_for_first():
            return wait
        reservations: list[tuple[Limiter, Reservation]] = []
        budget = self.budget  # which may become that of another account meanwhile
        for bound, share in (*((one, 1.0) for one in self._each), (budget, amount)):
            found = bound.reserve(share, group)
            if isinstance(found, Full):
                for other, reservation in reservations:
                    other.withdraw(reservation)
                if first:
                    limit.first_is_over()
                # what we bound ourselves leaves by itself, so a large answer that has begun goes on later
                fit = not found.settled or fits(found.seconds, longest if bound is budget else soon)
                if not fit or (group.is_tired and not goes_on):
                    raise bound.used_up(found)
                # many fetches of a batch may wait, and each look may ask a shared cache
                return max(found.seconds, _SELDOM) if group.is_background and found.seconds >= POLL else found.seconds
            reservations.append((bound, found))
        refunded = None if budget.timed else budget
        over = limit.first_is_over if first else lambda: None
        return Permit(tuple(reservations), over, self, refunded)

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
        """Take in that the forge has answered a call."""
        self.aside.end()
        self._good_until = self._now() + _GOOD
        self.limit.answered()

    @property
    def was_good(self) -> bool:
        """Whether the forge has accepted the credential in the last minutes."""
        return self._now() < self._good_until

    def limited(self, error: LimitError, group: FetchGroup) -> float:
        """Remember a limit that a call of `group` has met; the seconds after which `group` may go on.

        A wait that is our guess is a minute, and longer each time when it turns out to have been too short. Where calls
        are counted, it lasts at least until the oldest of ours leaves the window, and for `group` until enough of them
        have left for what it has planned.
        """
        timed = self.budget.timed
        if timed:
            self.budget.halve(_HALVED)  # other programs with this token spend as well
        if not error.guessed:
            self.limit.block(max(_SHORTEST_BLOCK, error.wait or 0.0), error.reason)
            return self.limit.blocked()
        if guess := self.limit.next_guess():
            oldest = 0.0 if timed else self.budget.until_gone(1.0)
            self.limit.block(min(_MOST_GUESS, max(guess, oldest)), error.reason)
        planned = self.budget.plans.planned(group)
        return max(self.limit.blocked(), 0.0 if timed else self.budget.until_gone(max(1.0, planned)))
