"""GitHub's primary rate limit: so many points an hour, counted in a fixed window that the first call opens."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any


class Points:
    """The points of one account.

    Args:
        limit: points in a window.
        window: seconds of a window; an hour at GitHub.
    """

    def __init__(self, limit: int, window: float) -> None:
        self.limit = limit
        self.used = 0
        self._window = window
        self._reset = 0.0

    @property
    def reset(self) -> int:
        """The end of the window in seconds of the epoch; a window that is over is replaced first."""
        now = time.time()
        if now >= self._reset:
            self._reset, self.used = now + self._window, 0
        # rounded up: at the second that is told, the window has really ended
        return int(self._reset) + 1

    @property
    def remaining(self) -> int:
        """Points left; a query that costs more still runs, as at GitHub (5,002 of 5,000 used were recorded)."""
        _ = self.reset
        return max(0, self.limit - self.used)

    def spend(self, points: int) -> None:
        """Take points away."""
        _ = self.reset
        self.used += points

    def headers(self) -> dict[str, str]:
        """The five headers of every answer."""
        reset = self.reset
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(reset),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Resource": "graphql",
        }

    def fields(self, cost: int, nodes: int) -> dict[str, Any]:
        """The `RateLimit` object for a query of that cost that asks for so many nodes."""
        reset = datetime.fromtimestamp(self.reset, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "__typename": "RateLimit",
            "cost": cost,
            "limit": self.limit,
            "nodeCount": nodes,
            "remaining": self.remaining,
            "resetAt": reset,
            "used": self.used,
        }
