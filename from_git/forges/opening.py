"""What each host's adapter is made with."""

import os
from typing import Any

from django.core.cache import caches

from from_git.calls.opening import Opening
from from_git.fanout import Pool
from from_git.forges import shared
from from_git.memory import SharedMemory
from from_git.upstream import Way
from from_git.values.host import Host, is_first


def opening(host: Host, conf: Any) -> Opening:
    """What makes the accounts of a host."""
    memory = SharedMemory(caches["default"])
    return Opening(host, memory, shared(), _workers(), conf.CLIENT_SHARE, conf.TEMPO)


def pool(host: Host, setting: str, part: str = "") -> Pool:
    """A pool for a part of a host's calls, or for all; `setting` tells its size.

    The pools of the first host of a kind are named by the kind alone.
    """
    name = f"{host.kind.name}-{part}" if part else host.kind.name
    full = name if is_first(host) else f"{name}@{host.name}"
    return Pool(full, host.threads[setting], host.name)


def way(host: Host) -> Way:
    """How its API is reached."""
    return Way(host.ca_file, host.proxy)


def _workers() -> int:
    """The worker processes of the server, by the environment variable that gunicorn and others take it from."""
    number = os.environ.get("WEB_CONCURRENCY", "")
    return max(1, int(number)) if number.isdecimal() and len(number) < 5 else 1
