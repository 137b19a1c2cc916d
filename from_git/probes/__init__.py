"""Probes: `/livez`, `/readyz` and `/metrics`, for orchestrators and Prometheus.

These ask by address and without TLS, every few seconds, and also when the service is full. So the routes here are
answered for any Host, take no place, and wait for nothing.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.core.cache import caches
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve

from from_git import admission, forges, metrics as counted
from from_git.background import BackgroundCheck
from from_git.calls.status import AccountStatus, statuses_of
from from_git.conf import settings
from from_git.errors import quoted, when
from from_git.memory import cache_words, redis_py
from from_git.metrics import Allowance
from from_git.probes import queue
from from_git.responses import unsafe_response
from from_git.values.host import Host, metric_labels

logger = logging.getLogger(__name__)
PATHS = ("/livez", "/readyz", "/metrics")

_NO_STORE = {"Cache-Control": "no-store"}
_KEPT = 1.0  # seconds; the shared cache is asked no more often, however many ask us
_PATIENCE = 0.6  # seconds; the cache's own timeout and a little, and less than the one that kubelet waits by default
_PUBLISHED = 2.0  # seconds between what processes with parts of a budget say of themselves
_CACHE = "so limits, budgets and what is kept are each process's own: look at CACHE_URL and its server."
_CACHE_LOST = f"The shared cache does not answer, {_CACHE}"
_NEARLY = 0.9  # of what may be spent; what is left then is for small answers
_PING = 60  # seconds for which what a probe writes stays
_state = "running"
_publishing = False


def answered(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer PATHS here, before the middleware that checks Host and redirects to https; GET and HEAD only."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info not in PATHS:
            return get_response(request)
        match = request.resolver_match = resolve(request.path_info)
        if request.method in ("GET", "HEAD"):
            response: HttpResponse = match.func(request)
            return response
        return unsafe_response(request.method or "")

    return middleware


def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; it looks at nothing."""
    return JsonResponse({"status": "ok"}, headers=_NO_STORE)


def readyz(request: HttpRequest) -> HttpResponse:
    """200 with a sentence for each part that is degraded; 503 where no question can be answered.

    `status` is `ready` or `degraded` with 200; `starting`, `stopping`, or `unable` (no forge can be asked within
    REQUEST_DEADLINE) with 503.
    """
    reasons, able = _look()
    status = _state if _state != "running" else "unable" if not able else "degraded" if reasons else "ready"
    code = 200 if status in ("ready", "degraded") else 503
    return JsonResponse({"status": status, "degraded": reasons}, status=code, headers=_NO_STORE)


def metrics(request: HttpRequest) -> HttpResponse:
    """The counters of all processes of this server, for Prometheus."""
    publish()
    queue.publish()
    return HttpResponse(counted.exposed(), content_type=counted.content_type(), headers=_NO_STORE)


def starting() -> None:
    """Let `/readyz` say `starting` until `started` is called."""
    _set("starting")


def started() -> None:
    """Let `/readyz` say `ready`; to be called in each process of the server when the application is loaded.

    Where each process has its part of the limits, it begins to publish its spending.
    """
    global _publishing
    _set("running")
    if counted.SEVERAL and not forges.shared() and not _publishing:
        _publishing = True
        threading.Thread(target=_publish_for_ever, name="metrics", daemon=True).start()


def stopping() -> None:
    """Let `/readyz` say `stopping` from now on. Safe in a signal handler."""
    _set("stopping")


def publish() -> None:
    """Set the gauges that change with time to their values now."""
    admission.publish()
    shared = forges.shared()
    seen = _check.look() if shared else None
    for host, statuses in ((seen.statuses if seen else {}) if shared else _statuses()).items():
        for one in statuses:
            counted.account(metric_labels(host), one.place, one.blocked, one.set_aside, one.allowances, shared)


def _set(state: str) -> None:
    global _state
    _state = state


def _publish_for_ever() -> None:
    while True:
        try:
            publish()
        except Exception:  # the next try may do
            logger.exception("What was spent could not be published")
        time.sleep(_PUBLISHED)


@cache
def _cache() -> Any:
    """A cache of our own: Django's are one for each thread, and each look would make a new connection."""
    return caches.create_connection("default")


def _statuses() -> dict[Host, list[AccountStatus]]:
    """The status of our accounts at each host; asks no forge, maybe a shared cache."""
    return {host: statuses_of(forges.forge(host).accounts) for host in forges.hosts().values()}


class _Seen(NamedTuple):
    statuses: dict[Host, list[AccountStatus]]
    words: str
    """The words of the cache's server, where it answers and refuses."""


def _ask_shared() -> _Seen:
    words = ""
    try:
        # a write: a replica, or a server without memory or permission, reads well. Raises where the rest would go on
        _cache().set("from-git:ping", 1, timeout=_PING)
    except redis_py().RedisError as error:
        words = cache_words(error)
        if not words:
            raise
    return _Seen(_statuses(), words)


_check: BackgroundCheck[_Seen] = BackgroundCheck(_ask_shared, _KEPT, _PATIENCE)


def _forget(**_: object) -> None:
    _cache.cache_clear()
    _check.forget()
    queue.forget()


setting_changed.connect(_forget)  # override_settings in tests


def _look() -> tuple[list[str], bool]:
    """The sentences of `degraded`, and whether any host can be asked."""
    seen = _check.look() if forges.shared() else _Seen(_statuses(), "")
    reasons = []
    if seen is None:
        reasons.append(_CACHE_LOST)
    elif seen.words:
        reasons.append(f"The shared cache refuses what it is asked{quoted(seen.words)}, {_CACHE}")
    known = seen.statuses if seen else {}
    able = False
    for host in forges.hosts().values():
        ours, host_able = _about(host, known.get(host) or statuses_of(forges.forge(host).accounts, look=False))
        reasons += ours
        able = able or host_able
    return reasons + queue.degraded(), able


def _about(host: Host, accounts: Sequence[AccountStatus]) -> tuple[list[str], bool]:
    """The sentences about one host, and whether it can be asked all the same."""
    reasons, able = [], True
    if not forges.forge(host).has_credentials:
        without = host.kind.without
        able = without.served
        reasons += [f"{host.label} has no credentials, and {host.words(without.words)}"] if without.words else []
    for one in accounts:
        reasons += _about_account(host, one, f"account {one.place} of {len(accounts)}" if len(accounts) > 1 else "")
    spending = {one.place: max([one.blocked, *(budget.wait for budget in one.allowances)]) for one in accounts}
    wait = min(max(one.set_aside, spending[one.counted_at]) for one in accounts)
    # a shorter wait is part of an answer's time
    return reasons, able and wait < settings.REQUEST_DEADLINE


def _about_account(host: Host, one: AccountStatus, name: str) -> list[str]:
    """The sentences about one account; `name` is empty where there is no other."""
    reasons = []
    if one.set_aside:
        mend = f"mend it in {host.setting('accounts')}; it is tried again {when(one.set_aside)}"
        reasons.append(f"{host.label} has refused {name} (status 401): {mend}.")
    if one.counted_at != one.place:
        return reasons
    if one.blocked:
        whose = f"{host.label}'s limit{name and f' for {name}'}"
        reasons.append(f"{whose} is used up; it serves us again {when(one.blocked)}.")
    for budget in one.allowances:
        reasons += _about_budget(f"{host.label}{name and f' with {name}'}", budget)
    return reasons


def _about_budget(label: str, budget: Allowance) -> list[str]:
    limit = budget.limit or 0.0
    figures = f"{budget.spent:,.0f} of {limit:,.0f} {budget.unit}, {budget.setting}"
    if budget.wait:
        return [f"What may be spent at {label} is used up ({figures}); a call can be sent {when(budget.wait)}."]
    if not limit or budget.spent < _NEARLY * limit:
        return []
    one = f"one client has used {budget.largest:,.0f}, which CLIENT_SHARE bounds"
    return [f"What may be spent at {label} is nearly used up ({figures}; {one}): larger answers must wait."]
