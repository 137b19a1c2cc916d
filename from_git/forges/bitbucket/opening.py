"""The adapter of Bitbucket, from the settings."""

import base64
from typing import Any

from from_git.calls.opening import Bound
from from_git.fanout import Pool
from from_git.forges.bitbucket import KIND
from from_git.forges.bitbucket.adapter import Bitbucket
from from_git.forges.bitbucket.counts import Counts
from from_git.forges.opening import opening, way


def opened(conf: Any) -> Bitbucket:
    """The adapter with its pools, which live until it is closed."""
    authorization, credentials, limit = "", "none", 60
    if conf.BITBUCKET_ACCESS_TOKEN:
        authorization, credentials, limit = f"Bearer {conf.BITBUCKET_ACCESS_TOKEN}", "access token", 0
    elif conf.BITBUCKET_API_TOKEN:
        pair = base64.b64encode(f"{conf.BITBUCKET_USERNAME}:{conf.BITBUCKET_API_TOKEN}".encode()).decode()
        authorization, credentials, limit = f"Basic {pair}", "API token", 1_000
    auto, make = conf.BITBUCKET_CALLS_PER_HOUR == "auto", opening(KIND, conf)
    limit = limit if auto else conf.BITBUCKET_CALLS_PER_HOUR
    bound = Bound(limit or None, make.tempo.hour, "calls", "BITBUCKET_CALLS_PER_HOUR")
    account = make.account(conf.BITBUCKET_API_URL, authorization, bound)
    return Bitbucket(
        conf.BITBUCKET_API_URL,
        authorization,
        credentials,
        Pool(KIND.name, conf.NUM_THREADS_BITBUCKET),
        Pool(f"{KIND.name}-watchers", conf.NUM_THREADS_BITBUCKET_WATCHERS),
        conf.UPSTREAM_TIMEOUT,
        account,
        learns_limit=auto and credentials == "access token",
        counts=Counts(make.memory, account.key, conf.WATCHERS_CACHE_SECONDS),
        way=way(conf),
    )
