"""The progress of a fetch, as it is seen from time to time."""

import math
import time

from from_git.conf import settings
from from_git.values.progress import Progress


class ProgressTracker:
    """The progress that was seen of one fetch. Not safe from threads.

    Args:
        begun: when the fetch began, on the monotonic clock; None for another process's, which may be half done.
    """

    def __init__(self, begun: float | None = None) -> None:
        self.seen = Progress()
        """The progress that was seen last."""
        # pages and repositories that were done when the fetch was first seen
        self._first = None if begun is None else (0, begun)
        self._moved = -math.inf

    def look(self, progress: Progress) -> float:
        """Note the progress; returns the seconds since it last grew, infinite if it never did."""
        now, done = time.monotonic(), progress.done[0]
        if self._first is None and progress is not self.seen:
            self._first = done, now
        if done != self.seen.done[0]:
            self._moved = now
        self.seen = progress
        return now - self._moved

    def gets_on(self, progress: Progress, is_late: bool) -> bool:
        """Whether the fetch has read something and goes on reading, or waits for a limit that will pass.

        Args:
            is_late: whether its first page has told that it must wait beyond its deadline.
        """
        moves = self.look(progress) <= settings.UPSTREAM_TIMEOUT
        return is_late or (progress.done[0] > 0 and (moves or progress.wait > 0))

    def seconds_left(self, progress: Progress) -> float:
        """Seconds that the rest is expected to take, by the pace seen so far; at least 1."""
        self.look(progress)
        done, known = progress.done
        before, since = self._first or (done, time.monotonic())
        left = (time.monotonic() - since) * (known - done) / max(1, done - before)
        # no fetch takes longer than FLIGHT_SECONDS
        longest: float = settings.FLIGHT_SECONDS
        return max(1.0, min(left, longest), progress.wait)
