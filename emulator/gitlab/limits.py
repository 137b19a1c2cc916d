"""The limits of gitlab.com: by user and by address for everything, and by endpoint for each of them.

https://docs.gitlab.com/user/gitlab_com/: all are counted in minutes that begin by the clock. A self-managed site has
those of the endpoints by default and not the others.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate

from emulator.exchange import Answer
from emulator.gitlab.errors import TOO_MANY

ANONYMOUS, USER, ADDRESS = "anonymous", "user", "address"

FORGE: Mapping[str, int] = {ANONYMOUS: 500, USER: 2000, ADDRESS: 2000}
"""Calls in a minute: of an address without a token, of a user, of an address whatever its tokens."""

ENDPOINTS: Mapping[str, int] = {
    r"groups/[^/]+/projects": 600,
    r"users/[^/]+/projects": 300,
    r"projects/[^/]+": 400,
    r"groups/[^/]+": 400,
    r"groups": 200,
}
"""Calls in a minute of each user, or each address without a token: pattern of the path below the API → number."""

_NAMES = {
    ANONYMOUS: "throttle_unauthenticated_api",
    USER: "throttle_authenticated_api",
    ADDRESS: "throttle_unauthenticated_api",
}


@dataclass
class Limits:
    """The calls of the present minute.

    Args:
        overall: by sort of caller, see `FORGE`; a sort that is missing has no limit.
        endpoints: see `ENDPOINTS`.
        now: the clock, in seconds.
        minute: seconds of a minute.
    """

    overall: Mapping[str, int]
    endpoints: Mapping[str, int]
    now: Callable[[], float]
    minute: float
    _started: int = -1
    _calls: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, address: str, user: str, path: str) -> tuple[dict[str, str], Answer | None]:
        """Count a call; its headers, and the refusal where it is one too many.

        Args:
            user: the account of a token that is taken, else empty.
            path: the path below the API.
        """
        minute = int(self.now() // self.minute)
        if minute != self._started:
            self._started = minute
            self._calls.clear()
        headers: dict[str, str] = {}
        for sort, who in ((ADDRESS, address), (USER, user) if user else (ANONYMOUS, address)):
            if sort not in self.overall:
                continue
            self._calls[sort, who] += 1
            headers = self._told(sort, self._calls[sort, who])
            if self._calls[sort, who] > self.overall[sort]:
                return headers, self._later(headers)
        return headers, self._endpoint(user or address, path, headers)

    def _endpoint(self, who: str, path: str, headers: dict[str, str]) -> Answer | None:
        """The refusal of an endpoint, which says neither how long nor how many."""
        for pattern, most in self.endpoints.items():
            if re.fullmatch(pattern, path):
                self._calls[pattern, who] += 1
                if self._calls[pattern, who] > most:
                    return Answer(429, TOO_MANY, headers, "application/json", refused=True)
        return None

    def _left(self) -> int:
        """Whole seconds to the end of the minute, at least 1."""
        return max(1, math.ceil(self.minute - self.now() % self.minute))

    def _told(self, sort: str, calls: int) -> dict[str, str]:
        most = self.overall[sort]
        return {
            "RateLimit-Limit": str(most),
            "RateLimit-Name": _NAMES[sort],
            "RateLimit-Observed": str(calls),
            "RateLimit-Remaining": str(max(0, most - calls)),
            "RateLimit-Reset": str(int(time.time()) + self._left()),
        }

    def _later(self, headers: dict[str, str]) -> Answer:
        left = self._left()
        more = {"RateLimit-ResetTime": formatdate(time.time() + left, usegmt=True), "Retry-After": str(left)}
        return Answer(429, b"Retry later\n", {**headers, **more}, "text/plain", refused=True)
