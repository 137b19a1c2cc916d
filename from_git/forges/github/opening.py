"""The adapter of GitHub, and how it is made for a host."""

from typing import Any

from from_git.askers import Asker
from from_git.calls.authorization import Authorization
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.opening import Bound
from from_git.calls.pace import Pace
from from_git.errors import CredentialsError
from from_git.forges.github import HINT
from from_git.forges.github.fetch import GitHubFetch
from from_git.forges.github.graphql import GraphqlOverUpstream
from from_git.forges.github.queries import GitHubAccess
from from_git.forges.github.texts import texts
from from_git.forges.opening import Pools, opening, way
from from_git.upstream import Upstream
from from_git.values.credential import Credential
from from_git.values.host import Host, counts_internal

# 2,000 a minute, each query one of them ("Rate limits and query limits"); GITHUB_SECONDS_PER_MINUTE = 0 says that there
# are no such limits
_CALLS_PER_MINUTE = 1_900.0
# 100 at the same time (the same page); some are left for other programs with the token, and for calls that we, but not
# GitHub, have given up
_TOGETHER = 90
_START = 16
_NOBODY = (Credential(""),)


class GitHub:
    """The GitHub adapter; see `Forge`. Without credentials every fetch fails at once."""

    def __init__(self, access: GitHubAccess, has_credentials: bool) -> None:
        self.access = access
        self.accounts = access.accounts
        self.has_credentials = has_credentials
        self.pace = access.pace

    @property
    def width(self) -> int:
        """See `Forge.width`."""
        return self.access.pool.width

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        expected, _ = self.pace.expected(profiles, 0)
        self.accounts.foresee(asker, profiles, expected, seconds, likely=profiles * self.pace.likely())

    def fetch(self, owner: str, group: FetchGroup) -> GitHubFetch:
        """See `Forge.fetch`."""
        fetch, pool = GitHubFetch(self.access, owner, group), self.access.pool
        if not self.has_credentials:
            group.start(pool, _refuse)
        elif self.access.client.client:
            fetch.begin()
        else:  # on a thread of the pool, while other forges are asked, and before the clock of a call runs
            group.start(pool, self._load_and_begin, fetch)
        return fetch

    def _load_and_begin(self, fetch: GitHubFetch) -> None:
        self.access.client.load()
        fetch.begin()

    def close(self) -> None:
        """See `Forge.close`."""
        self.access.pool.close()
        self.access.client.upstream.close()


def _refuse() -> None:
    raise CredentialsError(
        "GITHUB_API_TOKEN is not set, and GitHub's GraphQL API answers nobody without a token.",
        advice=HINT,
    )


def opened(host: Host, conf: Any) -> GitHub:
    """The adapter with its pool, which live until it is closed."""
    make, spending = opening(host, conf), host.setting("GITHUB_SECONDS_PER_MINUTE")
    limit = host.bounds["GITHUB_SECONDS_PER_MINUTE"] or None
    bound = Bound(limit, make.tempo.minute, "seconds of its time", spending, timed=True)
    more = f"set {spending} = 0 if your GitHub has no such limit"
    rate = Bound(_CALLS_PER_MINUTE, make.tempo.minute, "calls", f"{spending} = 0 lifts it", more=more)
    accounts = [
        make.account(token, Authorization(f"bearer {token}", user), bound, [rate] if limit else [], "points")
        for token, user in host.credentials or _NOBODY
    ]
    pools = Pools(host, make, conf, _START, _TOGETHER if limit else None)
    calls = pools.pool("NUM_THREADS_GITHUB")
    upstream = Upstream(host.api, host.setting("api"), calls.most, conf.UPSTREAM_TIMEOUT, way(host))
    access = GitHubAccess(
        GraphqlOverUpstream(upstream),
        calls,
        make.accounts(accounts, pools.narrowed.refresh, asks=True),
        Pace(),
        texts(counts_internal(host)),
    )
    return GitHub(access, bool(host.credentials))
