"""The adapter of Bitbucket, and how it is made for a host."""

import base64
from typing import Any

from from_git.askers import Asker
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.opening import Bound
from from_git.fanout import Pool
from from_git.forges.bitbucket.access import BitbucketAccess, Counts
from from_git.forges.bitbucket.fetch import BitbucketFetch
from from_git.forges.opening import opening, way
from from_git.upstream import Upstream
from from_git.values.host import Host


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


def opened(host: Host, conf: Any) -> Bitbucket:
    """The adapter with its pools, which live until it is closed."""
    authorization, credentials, limit = "", "none", 60
    for token, user in host.credentials[:1]:
        if user:
            pair = base64.b64encode(f"{user}:{token}".encode()).decode()
            authorization, credentials, limit = f"Basic {pair}", "API token", 1_000
        else:
            authorization, credentials, limit = f"Bearer {token}", "access token", 0
    bound = host.bounds["BITBUCKET_CALLS_PER_HOUR"]
    auto, make = bound == "auto", opening(host, conf)
    limit = limit if auto else bound
    setting = host.setting("BITBUCKET_CALLS_PER_HOUR")
    account = make.account(host.api, authorization, Bound(limit or None, make.tempo.hour, "calls", setting))
    pool = Pool(host.pool, host.threads["NUM_THREADS_BITBUCKET"])
    watchers_pool = Pool(f"{host.pool}-watchers", host.threads["NUM_THREADS_BITBUCKET_WATCHERS"])
    headers = {"Authorization": authorization} if authorization else {}
    connections = pool.size + watchers_pool.size
    access = BitbucketAccess(
        Upstream(host.api, host.setting("api"), headers, connections, conf.UPSTREAM_TIMEOUT, way(host)),
        pool,
        watchers_pool,
        account,
        credentials,
        learns_limit=auto and credentials == "access token",
        counts=Counts(make.memory, host.key, conf.WATCHERS_CACHE_SECONDS),
    )
    return Bitbucket(access)
