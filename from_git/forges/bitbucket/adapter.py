"""Bitbucket Cloud: workspaces, through REST 2.0."""

from from_git.askers import Asker
from from_git.calls.account import Account
from from_git.calls.fetchgroup import FetchGroup
from from_git.fanout import Pool
from from_git.forges.bitbucket.access import PAGE_SIZE, BitbucketAccess
from from_git.forges.bitbucket.counts import Counts
from from_git.forges.bitbucket.fetch import BitbucketFetch
from from_git.upstream import DIRECT, Upstream, Way


class Bitbucket:
    """The Bitbucket adapter.

    Args: see `Forge` and `BitbucketAccess`; and
        url: the API's base, ending in /2.0.
        authorization: value of the Authorization header, or nothing for anonymous calls.
    """

    def __init__(
        self,
        url: str,
        authorization: str,
        credentials: str,
        pool: Pool,
        watchers_pool: Pool,
        timeout: float,
        account: Account,
        learns_limit: bool,
        counts: Counts,
        way: Way = DIRECT,
        page_size: int = PAGE_SIZE,
    ) -> None:
        self.has_credentials = credentials != "none"
        self.account = account
        self.pool = pool
        self.watchers_pool = watchers_pool
        self.width = pool.size + watchers_pool.size
        self.pace = None
        headers = {"Authorization": authorization} if authorization else {}
        self._upstream = Upstream(url, "BITBUCKET_API_URL", headers, self.width, timeout, way)
        self.access = BitbucketAccess(
            self._upstream, pool, watchers_pool, account, credentials, learns_limit, counts, page_size
        )

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        self.account.foresee(asker, profiles, profiles, seconds)

    def fetch(self, owner: str, group: FetchGroup) -> BitbucketFetch:
        """See `Forge.fetch`."""
        fetch = BitbucketFetch(self.access, owner, group)
        fetch.ask()
        return fetch

    def close(self) -> None:
        """See `Forge.close`."""
        self.pool.close()
        self.watchers_pool.close()
        self._upstream.close()
