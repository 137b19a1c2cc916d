"""The forges: this process's adapters, one for each host that the settings name."""

import os
import threading
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

from django.core.signals import setting_changed

from from_git.conf import settings
from from_git.forges.hosts import hosts_of, values_in
from from_git.forges.registry import KINDS
from from_git.values.host import Host
from from_git.values.kind import Kind

if TYPE_CHECKING:  # the registry is read before Django is set up, and a door is opened before its rooms
    from from_git.forges.contract import Forge

_lock = threading.Lock()
_open: "dict[Host, Forge]" = {}
_hosts: dict[tuple[Kind, ...], dict[str, Host]] = {}  # of the settings as they are


def forge(host: Host) -> "Forge":
    """This process's adapter for that host, made with its pools on first use, after any fork."""
    with _lock:
        if host not in _open:
            # as the settings say it now: one who asks since before a change would bring the old one back for all
            now = hosts().get(host.name, host)
            _open[host] = import_module(now.kind.opening).opened(now, settings)
        return _open[host]


def hosts() -> dict[str, Host]:
    """The hosts by their names, which profile URLs carry; in the order in which lists name them."""
    kinds = tuple(KINDS.values())
    if kinds not in _hosts:
        _hosts[kinds] = hosts_of(values_in(settings))
    return _hosts[kinds]


def labels_of(some: Iterable[Host]) -> list[str]:
    """The names that people know these hosts by, each once, in the order of `hosts`."""
    places = {host: place for place, host in enumerate(hosts().values())}
    ordered = sorted(dict.fromkeys(some), key=lambda host: places.get(host, len(places)))
    return list(dict.fromkeys(host.label for host in ordered))


def shared() -> bool:
    """Whether processes share a cache, and with it limits and budgets."""
    return not settings.CACHE_URL.startswith("locmem:")


def close(**_: object) -> None:
    """Let go of all threads and connections; the next use makes new ones, from the settings of that moment."""
    with _lock:
        adapters = list(_open.values())
        _open.clear()
        _hosts.clear()
    for adapter in adapters:
        adapter.close()


def _after_fork() -> None:
    # threads do not survive a fork, and a lock may have been held by one
    global _lock
    _lock = threading.Lock()
    _open.clear()


os.register_at_fork(after_in_child=_after_fork)
setting_changed.connect(close)  # override_settings in tests
