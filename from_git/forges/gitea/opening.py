"""The adapter of Gitea and Forgejo, and how it is made for a host."""

from typing import Any

from from_git.askers import Asker
from from_git.calls.authorization import ANONYMOUS, Authorization
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.opening import Bound, Opening
from from_git.forges.contract import Fetch
from from_git.forges.gitea.options import BOUND, LANGUAGES, LISTS
from from_git.forges.opening import Pools, opening, way
from from_git.upstream import Upstream
from from_git.values.host import Host

_START = 8
# of the configuration of its proxy in August 2025 (luanti-org/contentdb#607); no other host publishes a number
_KNOWN = {"codeberg.org": 4_000}


class Gitea:
    """The Gitea adapter; see `Forge`."""

    pace = None

    def __init__(self, host: Host, conf: Any) -> None:
        make = opening(host, conf)
        pools = Pools(host, make, conf, _START)
        self.lists, self.languages = pools.pool(LISTS), pools.pool(LANGUAGES, "languages")
        bound = _bound(host, make)
        carried = [Authorization(f"Bearer {one.token}", one.username) for one in host.credentials] or [ANONYMOUS]
        accounts = [make.account(one.header, one, bound) for one in carried]
        self.accounts = make.accounts(accounts, pools.narrowed.refresh)
        self.has_credentials = bool(host.credentials)
        connections = self.lists.most + self.languages.most
        self.upstream = Upstream(host.api, host.setting("api"), connections, conf.UPSTREAM_TIMEOUT, way(host))

    @property
    def width(self) -> int:
        """See `Forge.width`."""
        return self.lists.width + self.languages.width

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        self.accounts.foresee(asker, profiles, profiles, seconds)

    def fetch(self, owner: str, group: FetchGroup) -> Fetch:
        """See `Forge.fetch`."""
        raise NotImplementedError

    def close(self) -> None:
        """See `Forge.close`."""
        self.lists.close()
        self.languages.close()
        self.upstream.close()


def opened(host: Host, conf: Any) -> Gitea:
    """The adapter with its pools, which live until it is closed."""
    return Gitea(host, conf)


def _bound(host: Host, make: Opening) -> Bound:
    """What may be spent, of which `auto` takes what is known of the host."""
    limit = host.bounds[BOUND]
    limit = _KNOWN.get(host.name, 0) if limit == "auto" else limit
    return Bound(limit or None, make.tempo.hour / 2, "calls", host.setting(BOUND))
