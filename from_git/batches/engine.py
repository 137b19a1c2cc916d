"""How whoever works on batches is woken: workers of Celery through a broker, or a thread of this process.

A wake-up says that something waits at a host, and no more: a lost one costs seconds, a doubled one nothing. So nothing
here raises, and nobody waits for it. Celery is loaded with the first wake-up, and only where there is a broker.
"""

import logging
import secrets
import time
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.core.cache import caches

from from_git import forges
from from_git.background import Errands
from from_git.conf import settings

logger = logging.getLogger(__name__)
SEEN = 15
"""Seconds for which a worker is believed to live after it was last seen."""
_MOST = 64  # workers that are told apart
_WARNED = 60.0  # seconds between two lines of the log about a broker that is away
_warned: dict[str, float] = {}  # by the broker's address, which a test changes


def wake(hosts: Iterable[str]) -> None:
    """Let workers know that something waits at hosts of these names; returns at once, and never raises.

    Without a broker that answers, Celery's beat does it when there is one again.
    """
    if not settings.CELERY_BROKER_URL:
        from from_git.batches import resident

        resident.wake()
        return
    _errands.give(hosts)


def workers_seen() -> int | None:
    """Number of Celery's workers that were seen within the last SEEN seconds; None without a shared cache that answers.

    It asks the cache once.
    """
    if not forges.shared():
        return None
    try:
        return len(_cache(settings.CACHE_URL).get_many([_place(number) for number in range(_MOST)]))
    except Exception:  # noqa: BLE001 - of whatever library the cache is
        return None


class Presence:
    """What a worker has the shared cache say of it, so that others can count workers. Not thread-safe.

    Args:
        worker: the name of the process.
    """

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._number = secrets.randbelow(_MOST)

    def renew(self) -> None:
        """Be seen for SEEN seconds more; a cache that fails is asked again the next time."""
        if not forges.shared():
            return
        shared = _cache(settings.CACHE_URL)
        try:
            for number in (self._number, *range(_MOST)):
                # an entry that vanished is made anew, that of another worker is left alone
                if shared.get_or_set(_place(number), self._worker, timeout=SEEN) == self._worker:
                    shared.touch(_place(number), SEEN)
                    self._number = number
                    return
        except Exception:
            logger.debug("The cache does not take that this worker lives", exc_info=True)

    def end(self) -> None:
        """Be seen no more."""
        if forges.shared():
            try:
                _cache(settings.CACHE_URL).delete(_place(self._number))
            except Exception:
                logger.debug("The cache does not forget this worker", exc_info=True)


@cache
def _cache(address: str) -> Any:
    """A cache of our own: Django's are one for each thread, and each thread here would make a new connection."""
    return caches.create_connection("default")


def _place(number: int) -> str:
    return f"from-git:worker:{number}"


def _send(hosts: Sequence[str]) -> None:
    try:
        from from_git.batches import broker

        broker.send(hosts, workers_seen() or 1)
    except Exception as error:  # noqa: BLE001 - of whatever library the broker is
        address, now = settings.CELERY_BROKER_URL, time.monotonic()
        if now - _warned.get(address, -_WARNED) >= _WARNED:
            _warned[address] = now
            logger.warning("Workers were not woken (%s): beat does it when the broker is back", type(error).__name__)


_errands = Errands("wake-workers", _send)
