"""The rate limit of one credential, as far as the forge tells of it."""

import threading
from collections.abc import Callable

from from_git.calls.budget import POLL
from from_git.calls.retries import fits
from from_git.errors import LimitError
from from_git.memory import Memory

LONGEST_BLOCK = 3_660.0
"""Seconds; the longest window of a limit and a minute. No forge is left alone for longer, whatever it says."""
_FIRST = 3.0  # seconds for which all others wait for the call that goes first; then another one goes
_LEAST_GUESS = 60.0  # seconds: "at least one minute", as one forge asks for; another says nothing


class RateLimit:
    """Until when a forge refuses one credential. Safe from any thread.

    A limit that the forge has told of is remembered, here and in `memory`, and until its end no call is sent. After
    its end one call goes first, to see whether the forge answers again, and the others wait for that call.

    Args:
        key: tells this credential from others; see `account_key`.
        now: seconds since the epoch, which the processes that share `memory` have in common.
    """

    def __init__(self, key: str, memory: Memory, now: Callable[[], float]) -> None:
        self._key = f"from-git:limit:{key}"
        self._memory = memory
        self._now = now
        self._lock = threading.Lock()  # around changes of what follows that must not be lost
        self._until = 0.0
        self._reason = "its rate limit is used up."
        self.met = False
        """Whether a limit was met, and the forge has answered no call since."""
        self._first_until = 0.0  # when the call that goes first is given up
        self._guesses = 0

    @property
    def words(self) -> str:
        """Why the next call must wait; empty where it need not."""
        with self._lock:
            if self._until > self._now():
                return self._reason
            return "after a limit one call goes first." if self.met else ""

    def blocked(self) -> float:
        """Seconds until the end of the limit; 0 where there is none."""
        return max(0.0, self._until - self._now())

    def blocked_within(self, seconds: float) -> float:
        """As `blocked`, where the limit ends early enough within `seconds`.

        Raises:
            LimitError: it does not.
        """
        blocked = self.blocked()
        if blocked and not fits(blocked, seconds):
            raise LimitError(self._reason, blocked)
        return blocked

    def block(self, seconds: float, reason: str) -> None:
        """Send no call for so many seconds, but at most LONGEST_BLOCK; `reason` is the end of a message."""
        seconds = min(seconds, LONGEST_BLOCK)
        with self._lock:
            self._until = max(self._until, self._now() + seconds)
            self.met, self._reason = True, reason
            until = self._until
        self._memory.set(self._key, until, timeout=until - self._now())

    def refresh(self) -> None:
        """Learn of the limits that other processes have met; it may ask a shared cache."""
        until = self._memory.get(self._key)
        now = self._now()
        if isinstance(until, int | float) and now < until <= now + LONGEST_BLOCK:
            with self._lock:
                self._until, self.met = max(self._until, until), True

    def next_guess(self) -> float:
        """Seconds to wait where the forge names none: a minute, twice as long after each wait that was too short.

        0 while a limit holds already: then the call was under way when that limit was met.
        """
        with self._lock:
            if self._until > self._now():
                return 0.0
            self._guesses += 1
            return _LEAST_GUESS * 2.0 ** min(self._guesses - 1, 10)

    def wait_for_first(self) -> float:
        """0 for the call that goes first after a limit, and for every call without a limit; else seconds to wait."""
        if not self.met:
            return 0.0
        with self._lock:
            if self._now() < self._first_until:
                return POLL
            self._first_until = self._now() + _FIRST
        return 0.0

    def first_is_over(self) -> None:
        """Let another call go first, unless the forge has answered."""
        self._first_until = 0.0

    def answered(self) -> None:
        """Forget the limit, if it has ended: the forge has answered a call."""
        if self.met:
            with self._lock:
                if self._until <= self._now():
                    self.met, self._guesses = False, 0
