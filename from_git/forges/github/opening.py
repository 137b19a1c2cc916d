"""The adapter of GitHub, from the settings."""

from typing import Any

from from_git.calls.opening import Bound
from from_git.fanout import Pool
from from_git.forges.github import KIND
from from_git.forges.github.adapter import GitHub
from from_git.forges.opening import opening, way

# 2,000 a minute, each query one of them ("Rate limits and query limits"); GITHUB_SECONDS_PER_MINUTE = 0 says that there
# are no such limits
_CALLS_PER_MINUTE = 1_900.0
_LIFT = "set GITHUB_SECONDS_PER_MINUTE = 0 if your GitHub has no such limit"


def opened(conf: Any) -> GitHub:
    """The adapter with its pool, which live until it is closed."""
    make, url, token = opening(KIND, conf), conf.GITHUB_GRAPHQL_URL, conf.GITHUB_API_TOKEN
    limit = conf.GITHUB_SECONDS_PER_MINUTE or None
    bound = Bound(limit, make.tempo.minute, "seconds of its time", "GITHUB_SECONDS_PER_MINUTE", timed=True)
    rate = Bound(_CALLS_PER_MINUTE, make.tempo.minute, "calls", "GITHUB_SECONDS_PER_MINUTE = 0 lifts it", more=_LIFT)
    account = make.account(url, token, bound, [rate] if limit else [])
    pool, points = Pool(KIND.name, conf.NUM_THREADS_GITHUB), make.reported(account, "points", make.tempo.hour)
    return GitHub(url, token, pool, conf.UPSTREAM_TIMEOUT, account, points, way=way(conf))
