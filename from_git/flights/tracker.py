"""How a fetch gets on, from looks at its progress."""

import math
import time

from from_git.conf import settings
from from_git.values.progress import Progress


class ProgressTracker:
    """What was seen of a fetch; not safe from threads.

    Args:
        begun: when it began, on the monotonic clock; None: it is another process's, which may be in the middle of it.
    """

    def __init__(self, begun: float | None = None) -> None:
        self.seen = Progress()
        """The last that was seen."""
        self._first = None if begun is None else (0, begun)  # what had been done when it was first seen
        self._moved = -math.inf

    def look(self, progress: Progress) -> float:
        """See how far it is; the seconds since something was done, infinite when nothing ever was."""
        now, done = time.monotonic(), progress.done[0]
        if self._first is None and progress is not self.seen:
            self._first = done, now
        if done != self.seen.done[0]:
            self._moved = now
        self.seen = progress
        return now - self._moved

    def gets_on(self, progress: Progress, is_late: bool) -> bool:
        """Whether it has read something and goes on reading, or waits for what is known to come.

        Args:
            is_late: whether it is known that it waits beyond its deadline, which its first page has told.
        """
        moves = self.look(progress) <= settings.UPSTREAM_TIMEOUT
        return is_late or (progress.done[0] > 0 and (moves or progress.wait > 0))

    def seconds_left(self, progress: Progress) -> float:
        """Seconds that the rest is expected to take, by its pace while it was seen; at least 1."""
        self.look(progress)
        done, known = progress.done
        before, since = self._first or (done, time.monotonic())
        left = (time.monotonic() - since) * (known - done) / max(1, done - before)
        # there is nothing to be had after the longest that a fetch may take
        longest: float = settings.FLIGHT_SECONDS
        return max(1.0, min(left, longest), progress.wait)
