"""GitHub: organizations and users, through GraphQL v4."""

import time
from collections.abc import Callable

from from_git.askers import Asker
from from_git.calls.account import Account
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.pace import Pace
from from_git.calls.reported import ReportedLimit
from from_git.errors import CredentialsError
from from_git.fanout import Pool
from from_git.forges.github import HINT
from from_git.forges.github.fetch import GitHubFetch
from from_git.forges.github.graphql import GraphqlOverUpstream
from from_git.forges.github.queries import SIZES, GitHubAccess, Sizes
from from_git.upstream import DIRECT, Upstream, Way


class GitHub:
    """The GitHub adapter; without a token every fetch fails at once."""

    def __init__(
        self,
        url: str,
        token: str,
        pool: Pool,
        timeout: float,
        account: Account,
        points: ReportedLimit,
        now: Callable[[], float] = time.monotonic,
        way: Way = DIRECT,
        sizes: Sizes = SIZES,
        epoch: Callable[[], float] = time.time,
    ) -> None:
        self._token = token
        self.has_credentials = bool(token)
        headers = {"Authorization": f"bearer {token}"}
        self._upstream = Upstream(url, "GITHUB_GRAPHQL_URL", headers, pool.size, timeout, way)
        self.pool = pool
        self.width = pool.size
        self.pace = Pace(now)
        self.account = account
        account.count_against(points)
        self.access = GitHubAccess(GraphqlOverUpstream(self._upstream, epoch), pool, account, self.pace, points, sizes)

    def foresee(self, asker: Asker, profiles: int, seconds: float) -> None:
        """See `Forge.foresee`."""
        expected, _ = self.pace.expected(profiles, 0)
        self.account.foresee(asker, profiles, expected, seconds, likely=profiles * self.pace.likely())

    def fetch(self, owner: str, group: FetchGroup) -> GitHubFetch:
        """See `Forge.fetch`."""
        fetch = GitHubFetch(self.access, owner, group)
        if self._token:
            fetch.ask_first_page(self.access.sizes.first)
        else:
            group.start(self.pool, _refuse)
        return fetch

    def close(self) -> None:
        """See `Forge.close`."""
        self.pool.close()
        self._upstream.close()


def _refuse() -> None:
    raise CredentialsError(
        "GITHUB_API_TOKEN is not set, and GitHub's GraphQL API answers nobody without a token.",
        advice=HINT,
    )
