"""What is worth another try: one decision, from a failure to what follows; and the pause that many failures bring."""

from collections.abc import Callable
from dataclasses import dataclass

from from_git.calls.pace import SMALL
from from_git.errors import BrokenError, LimitError, TooHeavyError, UpstreamError
from from_git.values.tempo import USUAL, Tempo

_IN_A_ROW = 8  # failures that no longer look like bad luck
NO_TIME = 0.1
"""Seconds that are not worth another try."""


@dataclass(frozen=True)
class Again:
    """Another try."""

    seconds: float
    """Before it."""
    smaller: bool = False
    """Whether it must ask for half as much: to ask the same would meet the same, and may be charged for."""


def decide(
    error: UpstreamError,
    attempt: int,
    left: float,
    weight: int = 0,
    jitter: float = 1.0,
    good: bool = False,
    tempo: Tempo = USUAL,
) -> Again | None:
    """What to do about a call that failed; None: the error stands.

    Args:
        attempt: how often the call has been sent, from 1.
        left: seconds until the deadline.
        weight: repositories that it asks for in detail; 0 if it cannot be made smaller.
        jitter: from 0.5 to 1, so that calls that failed together do not come back together.
        good: whether the forge has taken the credential a moment ago.
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
        own = 0.0  # the account sees to it that nobody is asked too soon
    if error.wait is not None and not fits(error.wait, left):
        return None
    return Again(max(own, error.wait or 0.0))


def backoff(failures: int, tempo: Tempo = USUAL) -> float:
    """Seconds to wait after so many failures, from 1; never more than the longest wait."""
    return min(tempo.longest_wait, tempo.first_wait * 2.0 ** min(failures - 1, 32))


def usable(left: float) -> float:
    """How many of the seconds that are left may be waited or planned for: the rest is for the last calls."""
    return 0.9 * left


def fits(seconds: float, left: float) -> bool:
    """Whether a wait that the forge asks for leaves time to ask afterwards."""
    return seconds <= usable(left)


class Pause:
    """Failures in a row, and the pause that many of them bring: all that wait would fail as well, and cost calls.

    Safe from any thread, but for a miscount that nobody minds.

    Args:
        askers: how many different ones must have failed; one bad owner is no reason to keep others waiting.
    """

    def __init__(self, now: Callable[[], float], askers: int = 1, tempo: Tempo = USUAL) -> None:
        self._now = now
        self._tempo = tempo
        self._askers = askers
        self._failed: set[int] = set()
        self._failures = 0
        self._until = 0.0

    def failed(self, asker: int, jitter: float) -> None:
        """One more."""
        self._failures += 1
        self._failed.add(asker)
        if self._failures >= _IN_A_ROW and len(self._failed) >= self._askers:
            self.extend(backoff(self._failures - _IN_A_ROW + 1, self._tempo) * jitter)

    def extend(self, seconds: float) -> None:
        """Pause for at least so long."""
        self._until = max(self._until, self._now() + seconds)

    def succeeded(self) -> None:
        """The end of the row."""
        if self._failures:
            self._failures, self._until = 0, 0.0
            self._failed.clear()

    def wait(self, asker: int) -> float:
        """Seconds that `asker` should wait, 0 for none and for one that has not failed itself."""
        return max(0.0, self._until - self._now()) if asker in self._failed else 0.0
