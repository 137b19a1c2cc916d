"""Which failed calls are worth another try, and after how long."""

from dataclasses import dataclass

from from_git.calls.pace import SMALL
from from_git.errors import BrokenError, LimitError, TooHeavyError, UpstreamError
from from_git.values.tempo import USUAL, Tempo

NO_TIME = 0.1
"""Seconds that are not worth another try."""


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
