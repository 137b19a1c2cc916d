"""The forges: one adapter each, one line each in the registry."""

import base64
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

from django.core.signals import setting_changed

from from_git.conf import settings
from from_git.fanout import Pool
from from_git.forges.base import Fetch, Forge, Found, Progress
from from_git.forges.bitbucket import Bitbucket
from from_git.forges.cost import Cost
from from_git.forges.github import GitHub

__all__ = ["REGISTRY", "Cost", "Fetch", "Forge", "Found", "Progress", "close", "forge", "hosts"]


def _github(conf: Any) -> Forge:
    pool = Pool("github", conf.NUM_THREADS_GITHUB)
    return GitHub(conf.GITHUB_GRAPHQL_URL, conf.GITHUB_API_TOKEN, pool, conf.UPSTREAM_TIMEOUT)


def _bitbucket(conf: Any) -> Forge:
    authorization, credentials = "", "none"
    secrets: tuple[str, ...] = ()
    if conf.BITBUCKET_ACCESS_TOKEN:
        secrets = (conf.BITBUCKET_ACCESS_TOKEN,)
        authorization, credentials = f"Bearer {conf.BITBUCKET_ACCESS_TOKEN}", "access token"
    elif conf.BITBUCKET_API_TOKEN:
        pair = base64.b64encode(f"{conf.BITBUCKET_USERNAME}:{conf.BITBUCKET_API_TOKEN}".encode()).decode()
        secrets = (conf.BITBUCKET_API_TOKEN, pair)
        authorization, credentials = f"Basic {pair}", "API token"
    return Bitbucket(
        conf.BITBUCKET_API_URL,
        authorization,
        secrets,
        credentials,
        Pool("bitbucket", conf.NUM_THREADS_BITBUCKET),
        Pool("bitbucket-watchers", conf.NUM_THREADS_BITBUCKET_WATCHERS),
        conf.UPSTREAM_TIMEOUT,
    )


REGISTRY: Mapping[str, Callable[[Any], Forge]] = {"github": _github, "bitbucket": _bitbucket}
"""Name of a forge (a key of `profiles.LABELS`) to what makes its adapter, with its pools, from the settings."""

_lock = threading.Lock()
_open: dict[str, Forge] = {}


def forge(name: str) -> Forge:
    """This process's adapter for `name`, made with its pools and connections on first use, after any fork."""
    with _lock:
        if name not in _open:
            _open[name] = REGISTRY[name](settings)
        return _open[name]


def hosts() -> dict[str, str]:
    """Host of profile URLs to forge."""
    return {settings.GITHUB_HOST: "github", "bitbucket.org": "bitbucket"}


def close(**_: object) -> None:
    """Let go of all threads and connections; the next use makes new ones, from the settings of that moment."""
    with _lock:
        adapters = list(_open.values())
        _open.clear()
    for adapter in adapters:
        adapter.close()


def _after_fork() -> None:
    # threads do not survive a fork, and a lock may have been held by one
    global _lock
    _lock = threading.Lock()
    _open.clear()


os.register_at_fork(after_in_child=_after_fork)
setting_changed.connect(close)  # override_settings in tests
