"""The adapter of Bitbucket, and how it is made for a host."""

import base64
from typing import Any

from from_git.askers import Asker
from from_git.calls.authorization import Authorization
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.opening import Bound, Opening
from from_git.forges.bitbucket.access import ACCESS_TOKEN, API_TOKEN, NONE, BitbucketAccess, Counts
from from_git.forges.bitbucket.fetch import BitbucketFetch
from from_git.forges.opening import Pools, opening, way
from from_git.upstream import Upstream
from from_git.values.credential import Credential
from from_git.values.host import Host

_BOUND = "BITBUCKET_CALLS_PER_HOUR"
_START = 16


class Bitbucket:
    """The Bitbucket adapter; see `Forge`."""

    pace = None

    def __init__(self, access: BitbucketAccess, has_credentials: bool) -> None:
        self.access = access
        self.accounts = access.accounts
        self.has_credentials = has_credentials

    @property
    def width(self) -> int:
        """See `Forge.width`."""
        return self.access.pool.width + self.access.watchers_pool.width

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        self.accounts.foresee(asker, profiles, profiles, seconds)

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
    make = opening(host, conf)
    carried = [_authorization(one) for one in host.credentials] or [Authorization(sort=NONE)]
    pools = Pools(host, make, conf, _START)
    lists = pools.pool("NUM_THREADS_BITBUCKET")
    watchers = pools.pool("NUM_THREADS_BITBUCKET_WATCHERS", "watchers")
    connections = lists.most + watchers.most
    accounts = [make.account(one.header, one, _bound(host, one, make)) for one in carried]
    access = BitbucketAccess(
        Upstream(host.api, host.setting("api"), connections, conf.UPSTREAM_TIMEOUT, way(host)),
        lists,
        watchers,
        make.accounts(accounts, pools.narrowed.refresh),
        learns_limits=host.bounds[_BOUND] == "auto",
        counts=Counts(make.memory, host.key, conf.WATCHERS_CACHE_SECONDS),
    )
    return Bitbucket(access, bool(host.credentials))


def _authorization(one: Credential) -> Authorization:
    if not one.username:
        return Authorization(f"Bearer {one.token}", sort=ACCESS_TOKEN)
    pair = base64.b64encode(f"{one.username}:{one.token}".encode()).decode()
    return Authorization(f"Basic {pair}", one.username, API_TOKEN)


def _bound(host: Host, one: Authorization, make: Opening) -> Bound:
    """What may be spent with a credential, of which `auto` takes Bitbucket's word."""
    limit = host.bounds[_BOUND]
    if limit == "auto":
        limit = {NONE: 60, API_TOKEN: 1_000, ACCESS_TOKEN: 0}[one.sort]  # 0: it tells
    return Bound(limit or None, make.tempo.hour, "calls", host.setting(_BOUND))
