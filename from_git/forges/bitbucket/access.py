"""Bitbucket: what all its fetches share."""

from dataclasses import dataclass, field

from from_git.calls.account import Account
from from_git.fanout import Pool
from from_git.forges.bitbucket.counts import Counts
from from_git.upstream import Caller, Response, Upstream

PAGE_SIZE = 100
"""Repositories of one page of a list; the most that Bitbucket gives."""


@dataclass
class Dialect:
    """How the API is asked, as far as it has been found out."""

    pagelen: int = 0
    """0 asks for the size of watchers alone; 1, once that was refused."""


@dataclass(frozen=True)
class BitbucketAccess:
    """The way to Bitbucket, and what is known of it; shared by all fetches."""

    upstream: Upstream
    pool: Pool
    watchers_pool: Pool
    account: Account
    credentials: str
    """What kind we have: none, API token or access token."""
    learns_limit: bool
    """Whether the budget's limit is what Bitbucket says it is."""
    counts: Counts
    """Watcher counts of earlier fetches."""
    page_size: int = PAGE_SIZE
    dialect: Dialect = field(default_factory=Dialect)

    def get(self, caller: Caller, url: str) -> Response:
        """The answer to a GET.

        Raises:
            UpstreamError, DeadlineError, Cancelled: see `Upstream.call`.
        """
        answer = self.upstream.call(caller, "GET", url)
        # with access tokens only it says what the limit is (2026-04)
        limit = answer.headers.get("x-ratelimit-limit", "")
        if self.learns_limit and limit.isdecimal() and len(limit) < 10 and int(limit):
            self.account.budget.told(float(limit))
        return answer
