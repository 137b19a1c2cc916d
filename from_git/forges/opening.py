"""What each kind's adapter is made with, from the settings."""

import os
from typing import Any

from django.core.cache import caches

from from_git.calls.opening import Opening
from from_git.forges import shared
from from_git.memory import SharedMemory
from from_git.upstream import Way
from from_git.values.kind import Kind


def opening(kind: Kind, conf: Any) -> Opening:
    """What makes the accounts of a forge of this kind."""
    memory = SharedMemory(caches["default"])
    return Opening(kind, memory, shared(), _workers(), conf.CLIENT_SHARE, conf.TEMPO)


def way(conf: Any) -> Way:
    """How upstreams are reached."""
    return Way(conf.UPSTREAM_CA_FILE, conf.UPSTREAM_PROXY)


def _workers() -> int:
    """The worker processes of the server, by the environment variable that gunicorn and others take it from."""
    number = os.environ.get("WEB_CONCURRENCY", "")
    return max(1, int(number)) if number.isdecimal() and len(number) < 5 else 1
