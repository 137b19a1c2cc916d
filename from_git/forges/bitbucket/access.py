"""Bitbucket: what all its fetches share, and the watcher counts that outlive them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from from_git.calls.accounts import Accounts
from from_git.calls.sending import Calls
from from_git.fanout import Pool
from from_git.memory import Memory
from from_git.upstream import Response, Upstream

NONE, API_TOKEN, ACCESS_TOKEN = "none", "API token", "access token"
"""Sorts of credentials."""
Count = tuple[int, float]
"""Watchers of a repository, and when they were counted, in seconds since the epoch."""


class Counts:
    """The watcher counts of whole workspaces, in a memory that may forget them or hold nonsense.

    They are kept for longer than the lists, since each of them costs a call of the hour.

    Args:
        key: of the host; see `Host.key`.
        seconds: for which a count is kept; 0: none is.
    """

    def __init__(self, memory: Memory, key: str, seconds: float, now: Callable[[], float] = time.time) -> None:
        self._memory = memory
        self._prefix = f"from-git:watchers:{key}"
        self.kept = seconds > 0
        """Whether any are."""
        self._seconds = seconds
        self._now = now

    def of(self, workspace: str) -> dict[str, Count]:
        """The counts that are still good, by the repository's uuid."""
        found = self._memory.get(f"{self._prefix}:{workspace}") if self.kept else None
        if not isinstance(found, dict):
            return {}
        oldest = self._now() - self._seconds
        counts = {}
        for uuid, value in found.items():
            match value:
                case [int(count), float(at) | int(at)] if count >= 0 and oldest < at <= self._now():
                    counts[uuid] = count, float(at)
        return counts

    def keep(self, workspace: str, counts: Mapping[str, Count]) -> None:
        """Keep these, and no others of the workspace."""
        if self.kept:
            value = {uuid: list(count) for uuid, count in counts.items()}
            self._memory.set(f"{self._prefix}:{workspace}", value, timeout=self._seconds + 1.0)


@dataclass
class BitbucketAccess:
    """The way to Bitbucket, and what is known of it; shared by all fetches."""

    upstream: Upstream
    pool: Pool
    watchers_pool: Pool
    accounts: Accounts
    """Of which each has a `sort` of credential: none, API token or access token."""
    learns_limits: bool
    """Whether a budget's limit is what Bitbucket says it is, where it does."""
    counts: Counts
    """Watcher counts of earlier fetches."""
    page_size: int = 100
    """Repositories of one page of a list; the most that Bitbucket gives."""
    pagelen: int = 0
    """Of a page of watchers: 0 asks for their number alone; 1, once that was refused."""

    def get(self, calls: Calls, url: str) -> Response:
        """The answer to a GET.

        Raises:
            UpstreamError, DeadlineError, Cancelled: see `Upstream.call`.
        """
        answer = self.upstream.call(calls, "GET", url)
        # with access tokens only it says what the limit is (2026-04)
        limit = answer.headers.get("x-ratelimit-limit", "")
        account = calls.account
        learns = self.learns_limits and account.authorization.sort == ACCESS_TOKEN
        if learns and limit.isdecimal() and len(limit) < 10 and int(limit):
            account.budget.told(float(limit))
        return answer
