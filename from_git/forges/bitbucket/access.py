"""Bitbucket: what all its fetches share."""

from dataclasses import dataclass

from from_git.calls.account import Account
from from_git.fanout import Pool
from from_git.forges.bitbucket.counts import Counts
from from_git.upstream import Caller, Response, Upstream


@dataclass
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
    page_size: int = 100
    """Repositories of one page of a list; the most that Bitbucket gives."""
    pagelen: int = 0
    """Of a page of watchers: 0 asks for their number alone; 1, once that was refused."""

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
