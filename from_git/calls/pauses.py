"""Pauses after many failures in a row: calls that wait would meet the same failure, and cost their price."""

from collections.abc import Callable

from from_git.calls.retries import NO_TIME, backoff
from from_git.errors import CredentialsError, MalformedAnswer, TooHeavyError, TransientError, UpstreamError
from from_git.values.tempo import USUAL, Tempo

_IN_A_ROW = 8  # failures that no longer look like bad luck


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
        """End the fetch's own pause: a call was answered."""
        self._own.succeeded()
