"""Which failed calls are worth another try, after how long, and when many failures in a row make all calls pause."""

from collections.abc import Callable
from dataclasses import dataclass

from from_git.calls.pace import SMALL
from from_git.errors import (
    BrokenError,
    CredentialsError,
    LimitError,
    MalformedAnswer,
    TooHeavyError,
    TransientError,
    UpstreamError,
)
from from_git.values.tempo import USUAL, Tempo

NO_TIME = 0.1
"""Seconds that are not worth another try."""
_IN_A_ROW = 8  # failures that no longer look like bad luck


@dataclass(frozen=True)
class Again:
    """Another try of a failed call."""

    seconds: float
    """To wait before it."""
    smaller: bool = False
    """Whether it must ask for half as much: the same would fail again, and a forge may charge for that."""


def decide(
    error: UpstreamError,
    attempt: int,
    left: float,
    weight: int = 0,
    jitter: float = 1.0,
    good: bool = False,
    tempo: Tempo = USUAL,
) -> Again | None:
    """How a call that failed is tried again; None: the error stands.

    Args:
        attempt: number of times that the call was sent, from 1.
        left: seconds until the deadline.
        weight: repositories that the call asks for in detail; 0 if it cannot be made smaller.
        jitter: from 0.5 to 1, so that calls that failed together do not come back together.
        good: whether the forge has accepted the credential in the last minutes.
        tempo: how long own waits are, and how many tries a call has at most.
    """
    attempts = max(2, error.attempts) if good and error.doubtful else error.attempts
    if attempt >= min(attempts, tempo.most_tries) or left < NO_TIME:
        return None
    # a heavy query whose answer broke off twice is taken for too heavy
    large, again = weight > SMALL, attempt > 1
    too_much = (large or again) if isinstance(error, TooHeavyError) else (large and again)
    if isinstance(error, TooHeavyError | BrokenError) and weight > 1 and too_much:
        return Again(0.0, smaller=True)
    # a wait of our own leaves half of the time, so that a forge that is back just in time is found
    own = min(backoff(attempt, tempo) * jitter, left / 2)
    if isinstance(error, LimitError):
        own = 0.0  # the account sees to it that no call is sent too soon
    if error.wait is not None and not fits(error.wait, left):
        return None
    return Again(max(own, error.wait or 0.0))


def backoff(failures: int, tempo: Tempo = USUAL) -> float:
    """Seconds to wait after so many failures, from 1; never more than the longest wait."""
    return min(tempo.longest_wait, tempo.first_wait * 2.0 ** min(failures - 1, 32))


def usable(left: float) -> float:
    """Seconds, of those that are left, that may be waited or planned for; the rest is for the last calls."""
    return 0.9 * left


def fits(seconds: float, left: float) -> bool:
    """Whether a wait leaves time to ask the forge afterwards."""
    return seconds <= usable(left)


class Pause:
    """Failures in a row, and the pause that many of them bring. Safe from any thread, but for harmless miscounts.

    Args:
        askers: number of fetches that must have failed; one bad owner is no reason to delay others.
    """

    def __init__(self, now: Callable[[], float], askers: int = 1, tempo: Tempo = USUAL) -> None:
        self._now = now
        self._tempo = tempo
        self._askers = askers
        self._failed: set[int] = set()
        self._failures = 0
        self._until = 0.0

    def failed(self, asker: int, jitter: float) -> None:
        """Count a failure of the fetch `asker`."""
        self._failures += 1
        self._failed.add(asker)
        if self._failures >= _IN_A_ROW and len(self._failed) >= self._askers:
            self.extend(backoff(self._failures - _IN_A_ROW + 1, self._tempo) * jitter)

    def extend(self, seconds: float) -> None:
        """Pause for at least so many seconds from now."""
        self._until = max(self._until, self._now() + seconds)

    def succeeded(self) -> None:
        """End the row, and the pause."""
        if self._failures:
            self._failures, self._until = 0, 0.0
            self._failed.clear()

    def wait(self, asker: int) -> float:
        """Seconds that the fetch `asker` should wait; 0 without a pause, and where it has not failed itself."""
        return max(0.0, self._until - self._now()) if asker in self._failed else 0.0


class FetchPauses:
    """The pauses that the calls of one fetch keep: its own, and that of its account, which other fetches share."""

    def __init__(self, own: Pause, shared: Pause) -> None:
        self._own = own
        self._shared = shared
        self._last: UpstreamError | None = None

    def wait(self, left: float) -> float | None:
        """Seconds to wait until the end of a pause, but at most half of those that are left; None without a pause.

        Raises:
            UpstreamError: no time is left; it is the failure that the pause followed.
        """
        pause = max(self._own.wait(id(self)), self._shared.wait(id(self)))
        if not pause:
            return None
        if left < NO_TIME and self._last:
            raise self._last.bare()
        return min(pause, left / 2)

    def failed(self, error: UpstreamError, weight: int, seconds: float, jitter: float) -> None:
        """Pause the calls that would meet the same failure; the failed one is sent again after `seconds`."""
        if isinstance(error, CredentialsError):  # the call that is sent again decides
            self._own.failed(id(self), jitter)
            self._own.extend(seconds)
        about_size = isinstance(error, TooHeavyError) and weight > 1
        if isinstance(error, TransientError | MalformedAnswer) and not about_size:
            self._last = error.bare()
            for pause in (self._own, self._shared):
                pause.failed(id(self), jitter)
            self._own.extend(error.wait or 0.0)

    def succeeded(self) -> None:
        """End both pauses: a call was answered."""
        self._own.succeeded()
        self._shared.succeeded()
