"""The forges: one adapter each, one line each in the registry."""

import base64
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.core.cache import caches
from django.core.signals import setting_changed

from from_git.calls.account import Account, account_key
from from_git.calls.budget import Budget
from from_git.calls.ledgers import Ledger, LocalLedger, SharedLedger
from from_git.calls.reported import ReportedLimit
from from_git.calls.spent import Spent
from from_git.calls.status import AccountStatus, status_of
from from_git.calls.terms import Terms
from from_git.clock import REAL_TIME
from from_git.conf import settings
from from_git.fanout import Pool
from from_git.forges.bitbucket.adapter import Bitbucket
from from_git.forges.bitbucket.counts import Counts
from from_git.forges.contract import Fetch, Forge
from from_git.forges.github.adapter import GitHub
from from_git.memory import SharedMemory
from from_git.upstream import Way
from from_git.values.found import Found
from from_git.values.progress import Cost, Progress

__all__ = [
    "REGISTRY",
    "AccountStatus",
    "Cost",
    "Fetch",
    "Forge",
    "Found",
    "Progress",
    "close",
    "forge",
    "hosts",
    "shared",
    "site",
    "statuses",
]


_CALLS_PER_MINUTE = 1_900.0
_LIFT = "set GITHUB_SECONDS_PER_MINUTE = 0 if your GitHub has no such limit"


def _github(conf: Any) -> Forge:
    pool = Pool("github", conf.NUM_THREADS_GITHUB)
    url, token = conf.GITHUB_GRAPHQL_URL, conf.GITHUB_API_TOKEN
    limit = conf.GITHUB_SECONDS_PER_MINUTE or None
    minute, hour = conf.TEMPO.minute, conf.TEMPO.hour
    bound = _Bound(limit, minute, "GitHub", "seconds of its time", "GITHUB_SECONDS_PER_MINUTE", timed=True)
    # 2,000 a minute, each query one of them ("Rate limits and query limits"); 0 says that there are no such limits
    rate = _Bound(_CALLS_PER_MINUTE, minute, "GitHub", "calls", "GITHUB_SECONDS_PER_MINUTE = 0 lifts it", more=_LIFT)
    account = _account("github", url, token, bound, [rate] if limit else [])
    points = ReportedLimit(Terms("GitHub", "points", hour, ""), _spent(f"{account.key}:points", hour))
    return GitHub(url, token, pool, conf.UPSTREAM_TIMEOUT, account, points, way=_way(conf))


def _bitbucket(conf: Any) -> Forge:
    authorization, credentials, limit = "", "none", 60
    secrets: tuple[str, ...] = ()
    if conf.BITBUCKET_ACCESS_TOKEN:
        secrets = (conf.BITBUCKET_ACCESS_TOKEN,)
        authorization, credentials, limit = f"Bearer {conf.BITBUCKET_ACCESS_TOKEN}", "access token", 0
    elif conf.BITBUCKET_API_TOKEN:
        pair = base64.b64encode(f"{conf.BITBUCKET_USERNAME}:{conf.BITBUCKET_API_TOKEN}".encode()).decode()
        secrets = (conf.BITBUCKET_API_TOKEN, pair)
        authorization, credentials, limit = f"Basic {pair}", "API token", 1_000
    auto = conf.BITBUCKET_CALLS_PER_HOUR == "auto"
    limit = limit if auto else conf.BITBUCKET_CALLS_PER_HOUR
    bound = _Bound(limit or None, conf.TEMPO.hour, "Bitbucket", "calls", "BITBUCKET_CALLS_PER_HOUR")
    account, way = _account("bitbucket", conf.BITBUCKET_API_URL, authorization, bound), _way(conf)
    return Bitbucket(
        conf.BITBUCKET_API_URL,
        authorization,
        (*secrets, *way.secrets),
        credentials,
        Pool("bitbucket", conf.NUM_THREADS_BITBUCKET),
        Pool("bitbucket-watchers", conf.NUM_THREADS_BITBUCKET_WATCHERS),
        conf.UPSTREAM_TIMEOUT,
        account,
        learns_limit=auto and credentials == "access token",
        counts=Counts(SharedMemory(caches["default"]), account.key, conf.WATCHERS_CACHE_SECONDS),
        way=way,
    )


def _way(conf: Any) -> Way:
    """How upstreams are reached."""
    return Way(conf.UPSTREAM_CA_FILE, conf.UPSTREAM_PROXY)


class _Bound(NamedTuple):
    """What a budget is made of; see `Budget` and `Terms`."""

    limit: float | None
    window: float
    forge: str
    unit: str
    setting: str
    timed: bool = False
    more: str = ""


def _account(name: str, url: str, secret: str, bound: _Bound, each: Iterable[_Bound] = ()) -> Account:
    """The account of a credential at the forge of that name."""
    memory, key = SharedMemory(caches["default"]), account_key(url, secret)
    # what bounds single calls has no clients: nobody comes near it who keeps within the budget
    budgets = [_budget(f"{key}:{number}", one, clients=False) for number, one in enumerate(each)]
    return Account(key, _budget(key, bound), memory, each=budgets, forge=name, tempo=settings.TEMPO)


def _budget(key: str, bound: _Bound, clients: bool = True) -> Budget:
    """With a cache that processes share, all of them keep one budget; else each has its part of the limit."""
    share = 1.0 if shared() else 1.0 / _workers()
    terms = Terms(bound.forge, bound.unit, bound.window, bound.setting, is_part=share < 1.0, more=bound.more)
    return Budget(bound.limit, _spent(key, bound.window, clients), terms, bound.timed, share)


def _spent(key: str, window: float, clients: bool = True) -> Spent:
    """What all processes that share a cache have spent, or what this one has."""
    memory = SharedMemory(caches["default"])

    def ledger(client: str | None) -> Ledger:
        if not shared():
            return LocalLedger(REAL_TIME.now)
        # a client's address is nobody's business
        own = "" if client is None else f":{hashlib.sha256(client.encode()).hexdigest()[:16]}"
        return SharedLedger(memory, f"{key}{own}", window)

    return Spent(window, ledger, clients, settings.CLIENT_SHARE)


def shared() -> bool:
    """Whether processes share a cache, and with it limits and budgets."""
    return not settings.CACHE_URL.startswith("locmem:")


def _workers() -> int:
    """The worker processes of the server, by the environment variable that gunicorn and others take it from."""
    number = os.environ.get("WEB_CONCURRENCY", "")
    return max(1, int(number)) if number.isdecimal() and len(number) < 5 else 1


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


def statuses() -> list[AccountStatus]:
    """How we stand with each forge, in the order of the registry; asks no forge, but may ask a shared cache."""
    return [status_of(name, forge(name).account) for name in REGISTRY]


def hosts() -> dict[str, str]:
    """Host of profile URLs to forge."""
    return {settings.GITHUB_HOST: "github", "bitbucket.org": "bitbucket"}


def site(name: str) -> str:
    """The address below which the forge's profiles and repositories lie, without a slash at the end."""
    return next(f"https://{host}" for host, forge in hosts().items() if forge == name)


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
