"""The adapter of Bitbucket, and how it is made from the settings."""

import base64
from typing import Any

from from_git.askers import Asker
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.opening import Bound
from from_git.fanout import Pool
from from_git.forges.bitbucket import KIND
from from_git.forges.bitbucket.access import BitbucketAccess, Counts
from from_git.forges.bitbucket.fetch import BitbucketFetch
from from_git.forges.opening import opening, way
from from_git.upstream import Upstream


class Bitbucket:
    """The Bitbucket adapter; see `Forge`."""

    pace = None

    def __init__(self, access: BitbucketAccess) -> None:
        self.access = access
        self.account = access.account
        self.has_credentials = access.credentials != "none"
        self.width = access.pool.size + access.watchers_pool.size

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
        self.access.pool.close()
        self.access.watchers_pool.close()
        self.access.upstream.close()


def opened(conf: Any) -> Bitbucket:
    """The adapter with its pools, which live until it is closed."""
    authorization, credentials, limit = "", "none", 60
    if conf.BITBUCKET_ACCESS_TOKEN:
        authorization, credentials, limit = f"Bearer {conf.BITBUCKET_ACCESS_TOKEN}", "access token", 0
    elif conf.BITBUCKET_API_TOKEN:
        pair = base64.b64encode(f"{conf.BITBUCKET_USERNAME}:{conf.BITBUCKET_API_TOKEN}".encode()).decode()
        authorization, credentials, limit = f"Basic {pair}", "API token", 1_000
    auto, make, url = conf.BITBUCKET_CALLS_PER_HOUR == "auto", opening(KIND, conf), conf.BITBUCKET_API_URL
    limit = limit if auto else conf.BITBUCKET_CALLS_PER_HOUR
    account = make.account(
        url, authorization, Bound(limit or None, make.tempo.hour, "calls", "BITBUCKET_CALLS_PER_HOUR")
    )
    pool = Pool(KIND.name, conf.NUM_THREADS_BITBUCKET)
    watchers_pool = Pool(f"{KIND.name}-watchers", conf.NUM_THREADS_BITBUCKET_WATCHERS)
    headers = {"Authorization": authorization} if authorization else {}
    connections = pool.size + watchers_pool.size
    access = BitbucketAccess(
        Upstream(url, "BITBUCKET_API_URL", headers, connections, conf.UPSTREAM_TIMEOUT, way(conf)),
        pool,
        watchers_pool,
        account,
        credentials,
        learns_limit=auto and credentials == "access token",
        counts=Counts(make.memory, account.key, conf.WATCHERS_CACHE_SECONDS),
    )
    return Bitbucket(access)
