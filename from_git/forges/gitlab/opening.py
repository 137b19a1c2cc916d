"""The adapter of GitLab, and how it is made for a host."""

from typing import Any

from from_git.askers import Asker
from from_git.calls.authorization import ANONYMOUS, Authorization
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.opening import Bound, Opening
from from_git.forges.gitlab.access import GitLabAccess, Wordless
from from_git.forges.gitlab.fetch import GitLabFetch
from from_git.forges.gitlab.options import BOUND, THREADS
from from_git.forges.opening import Pools, opening, way
from from_git.upstream import Upstream
from from_git.values.host import Host

_START = 8
# docs.gitlab.com, user/gitlab_com, "Rate limits on GitLab.com": 500 a minute for an address, 2,000 for a user; other
# sites have no such limit by default, but those of single lists
_STRANGERS, _USUAL = 500, 2_000


class GitLab:
    """The GitLab adapter; see `Forge`."""

    pace = None

    def __init__(self, access: GitLabAccess, has_credentials: bool) -> None:
        self.access, self.accounts, self.has_credentials = access, access.accounts, has_credentials

    @property
    def width(self) -> int:
        """See `Forge.width`."""
        return self.access.pool.width

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        self.accounts.foresee(asker, profiles, profiles, seconds)

    def fetch(self, owner: str, group: FetchGroup) -> GitLabFetch:
        """See `Forge.fetch`."""
        fetch = GitLabFetch(self.access, owner, group)
        fetch.begin()
        return fetch

    def close(self) -> None:
        """See `Forge.close`."""
        self.access.pool.close()
        self.access.upstream.close()


def opened(host: Host, conf: Any) -> GitLab:
    """The adapter with its pool, which live until it is closed."""
    make = opening(host, conf)
    pools = Pools(host, make, conf, _START)
    pool, bound = pools.pool(THREADS), _bound(host, make)
    carried = [Authorization(f"Bearer {one.token}", one.username) for one in host.credentials] or [ANONYMOUS]
    accounts = make.accounts([make.account(one.header, one, bound) for one in carried], pools.narrowed.refresh)
    upstream = Upstream(host.api, host.setting("api"), pool.most, conf.UPSTREAM_TIMEOUT, way(host))
    wordless = Wordless(make.memory, host.key, conf.LANGUAGES_CACHE_SECONDS)
    access = GitLabAccess(host, upstream, pool, accounts, wordless, bound.limit, make.tempo)
    return GitLab(access, bool(host.credentials))


def _bound(host: Host, make: Opening) -> Bound:
    """What may be spent, of which `auto` takes what is known of the host."""
    limit = host.bounds[BOUND]
    if limit == "auto":
        limit = _STRANGERS if host.name == "gitlab.com" and not host.credentials else _USUAL
    return Bound(limit or None, make.tempo.minute, "calls", host.setting(BOUND))
