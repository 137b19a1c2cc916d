"""The forges: this process's adapters, one for each kind that the registry has."""

import os
import threading
from importlib import import_module
from typing import TYPE_CHECKING

from django.core.signals import setting_changed

from from_git.conf import settings
from from_git.forges.registry import KINDS
from from_git.values.kind import Kind

if TYPE_CHECKING:  # the registry is read before Django is set up, and a door is opened before its rooms
    from from_git.forges.contract import Forge

_lock = threading.Lock()
_open: "dict[str, Forge]" = {}


def forge(name: str) -> "Forge":
    """This process's adapter for the kind of that name, made with its pools on first use, after any fork."""
    with _lock:
        if name not in _open:
            _open[name] = import_module(KINDS[name].opening).opened(settings)
        return _open[name]


def hosts() -> dict[str, Kind]:
    """Host of profile URLs to kind."""
    return {getattr(settings, kind.options.host) if kind.options.host else kind.host: kind for kind in KINDS.values()}


def site(kind: Kind) -> str:
    """The address below which the forge's profiles and repositories lie, without a slash at the end."""
    return next(f"https://{host}" for host, one in hosts().items() if one is kind)


def shared() -> bool:
    """Whether processes share a cache, and with it limits and budgets."""
    return not settings.CACHE_URL.startswith("locmem:")


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
