"""The adapter of Gitea and Forgejo, and how it is made for a host."""

from collections.abc import Sequence
from typing import Any

from from_git.askers import Asker
from from_git.calls.accounts import Accounts
from from_git.calls.authorization import ANONYMOUS, Authorization
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.opening import Bound, Opening
from from_git.forges.gitea.access import GiteaAccess, KeptLanguages
from from_git.forges.gitea.fetch import GiteaFetch
from from_git.forges.gitea.options import BOUND, LANGUAGES, LISTS
from from_git.forges.opening import Pools, opening, way
from from_git.upstream import Upstream
from from_git.values.host import Host

_START = 16
# of the configuration of its proxy in August 2025 (luanti-org/contentdb#607); no other host publishes a number
_KNOWN = {"codeberg.org": 4_000}


class Gitea:
    """The Gitea adapter; see `Forge`."""

    pace = None

    def __init__(self, access: GiteaAccess) -> None:
        self.access = access
        self.has_credentials = access.given is not None

    @property
    def accounts(self) -> Accounts:
        """See `Forge.accounts`: those of the settings only where the site wants one, else everybody's."""
        return self.access.accounts

    @property
    def width(self) -> int:
        """See `Forge.width`."""
        return self.access.lists.width + self.access.languages.width

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        self.accounts.foresee(asker, 2 * profiles, 2 * profiles, seconds)

    def fetch(self, owner: str, group: FetchGroup) -> GiteaFetch:
        """See `Forge.fetch`."""
        fetch = GiteaFetch(self.access, owner, group)
        fetch.start()
        return fetch

    def close(self) -> None:
        """See `Forge.close`."""
        self.access.lists.close()
        self.access.languages.close()
        self.access.upstream.close()


def opened(host: Host, conf: Any) -> Gitea:
    """The adapter with its pools, which live until it is closed."""
    make = opening(host, conf)
    pools = Pools(host, make, conf, _START)
    lists, languages = pools.pool(LISTS), pools.pool(LANGUAGES, "languages")
    bound, connections = _bound(host, make), lists.most + languages.most
    carried = [Authorization(f"Bearer {one.token}", one.username) for one in host.credentials]

    def accounts(all_: Sequence[Authorization]) -> Accounts:
        return make.accounts([make.account(one.header, one, bound) for one in all_], pools.narrowed.refresh)

    everybody, given = accounts([ANONYMOUS]), accounts(carried) if carried else None
    for one in given.all if given else ():
        one.follow(everybody.all[0])  # the limit is a proxy's, which knows addresses and no accounts

    return Gitea(
        GiteaAccess(
            host,
            Upstream(host.api, host.setting("api"), connections, conf.UPSTREAM_TIMEOUT, way(host)),
            lists,
            languages,
            everybody,
            given,
            KeptLanguages(make.memory, host.key, conf.LANGUAGES_CACHE_SECONDS),
        )
    )


def _bound(host: Host, make: Opening) -> Bound:
    """What may be spent, of which `auto` takes what is known of the host."""
    limit = host.bounds[BOUND]
    limit = _KNOWN.get(host.name, 0) if limit == "auto" else limit
    return Bound(limit or None, make.tempo.hour / 2, "calls", host.setting(BOUND))
