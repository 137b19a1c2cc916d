"""What each host's adapter is made with."""

import os
from typing import Any

from django.core.cache import caches

from from_git.calls.narrowed import Narrowed
from from_git.calls.opening import Opening
from from_git.fanout import Pool, Width
from from_git.forges import shared
from from_git.memory import SharedMemory
from from_git.upstream import Way
from from_git.values.host import Host, is_first

FIXED = "fixed"
"""The POOL_WIDTH with which pools are always as wide as they can be."""


def opening(host: Host, conf: Any) -> Opening:
    """What makes the accounts of a host."""
    memory = SharedMemory(caches["default"])
    return Opening(host, memory, shared(), _workers(), conf.CLIENT_SHARE, conf.TEMPO)


class Pools:
    """The pools of one host, which are as wide as it allows; see `Width`.

    Args:
        start: the width with which they begin, unless POOL_WIDTH is fixed.
        together: calls that the host takes from all processes at the same time; None: no bound is known.
    """

    def __init__(self, host: Host, make: Opening, conf: Any, start: int, together: int | None = None) -> None:
        self._host = host
        fixed, most = conf.POOL_WIDTH == FIXED, max(host.threads.values())
        if together and not fixed:
            most = min(most, max(1, together // make.workers))
        self._width = Width(most, None if fixed else start)
        self.narrowed = Narrowed(self._width, host.key, make.memory)

    def pool(self, setting: str, part: str = "") -> Pool:
        """One for a part of the host's calls, or for all; `setting` tells how many threads it has at most.

        The pools of the first host of a kind are named by the kind alone.
        """
        kind = self._host.kind.name
        name = f"{kind}-{part}" if part else kind
        full = name if is_first(self._host) else f"{name}@{self._host.name}"
        most = min(self._host.threads[setting], self._width.most)
        return Pool(full, most, self._host.name, self._width)


def way(host: Host) -> Way:
    """How its API is reached."""
    return Way(host.ca_file, host.proxy)


def _workers() -> int:
    """The worker processes of the server, by the environment variable that gunicorn and others take it from."""
    number = os.environ.get("WEB_CONCURRENCY", "")
    return max(1, int(number)) if number.isdecimal() and len(number) < 5 else 1
