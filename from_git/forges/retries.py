"""What is worth another try: one decision, from a failure to what follows, without any state."""

from dataclasses import dataclass

from from_git.errors import TooHeavyError, UpstreamError

FIRST_WAIT = 0.25
"""Seconds before the second try; each further wait is twice as long."""
LONGEST_WAIT = 8.0
"""Seconds; a forge that is away for a minute is found again soon after."""
_SMALL = 5  # repositories; what fails with so few is not too heavy, at least not at first


@dataclass(frozen=True)
class Again:
    """Another try."""

    seconds: float
    """Before it."""
    smaller: bool = False
    """Whether it must ask for half as much: to ask the same would meet the same, and GitHub charges for it."""


def decide(error: UpstreamError, attempt: int, left: float, weight: int = 0, jitter: float = 1.0) -> Again | None:
    """What to do about a call that failed; None: the error stands.

    Args:
        attempt: how often the call has been sent, from 1.
        left: seconds until the deadline.
        weight: repositories that it asks for in detail; 0 if it cannot be made smaller.
        jitter: from 0.5 to 1, so that calls that failed together do not come back together.
    """
    if attempt >= error.attempts:
        return None
    if isinstance(error, TooHeavyError) and (weight > _SMALL or (weight > 1 and attempt > 1)):
        return Again(0.0, smaller=True)
    seconds = max(backoff(attempt) * jitter, error.wait or 0.0)
    return Again(seconds) if fits(seconds, left) else None


def backoff(failures: int) -> float:
    """Seconds to wait after so many failures, from 1; never more than LONGEST_WAIT."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 32))


def fits(seconds: float, left: float) -> bool:
    """Whether a wait leaves time to ask afterwards."""
    return seconds <= 0.9 * left
