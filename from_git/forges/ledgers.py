"""What was spent when: in this process, or in all that share a cache; without one each knows its own part."""

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from redis.connection import parse_url
from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError

from from_git.conf import settings
from from_git.errors import quoted, struck

logger = logging.getLogger(__name__)
T = TypeVar("T")
_REST = 5.0  # seconds for which a cache that failed is not asked again
_WARNED = 60.0  # seconds between two lines of the log about failures of one kind
_UNIT = 1_000  # a cache counts in whole numbers; seconds are kept to the millisecond


class Ledger(Protocol):
    """Amounts by slot (time divided by the slot's width) over the last window. Safe from any thread."""

    shared: bool
    """Whether other processes add to it."""

    def now(self) -> float:
        """Seconds on the ledger's clock."""
        ...

    def add(self, amount: float, slot: int) -> None:
        """Add to a slot; a negative amount takes away."""
        ...

    def slots(self, first: int, last: int) -> dict[int, float]:
        """The amounts of these slots; older ones may be forgotten."""
        ...


class LocalLedger:
    """A ledger of this process alone."""

    shared = False

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._lock = threading.Lock()
        self._slots: dict[int, float] = {}

    def add(self, amount: float, slot: int) -> None:
        """See `Ledger.add`."""
        with self._lock:
            self._slots[slot] = self._slots.get(slot, 0.0) + amount

    def slots(self, first: int, last: int) -> dict[int, float]:
        """See `Ledger.slots`."""
        with self._lock:
            for slot in [slot for slot in self._slots if slot < first]:
                del self._slots[slot]
            return {slot: amount for slot, amount in self._slots.items() if slot <= last}


class _Warnings:
    """Lines of the log about a cache that fails, few however often it does. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: dict[str, float] = {}

    def write(self, error: Exception, consequence: str) -> None:
        """Warn, unless this process has written of a failure of this kind within the last minute."""
        kind, now = type(error).__name__, time.monotonic()
        with self._lock:
            if now - self._written.get(kind, -math.inf) < _WARNED:
                return
            self._written[kind] = now
        logger.warning("The cache failed (%s%s); %s", kind, quoted(cache_words(error)), consequence)


_warnings = _Warnings()


def cache_words(error: Exception) -> str:
    """What a cache's server says itself of a failure, without CACHE_URL's password; empty where it says nothing.

    A Redis before version 6 does not know HELLO and repeats its arguments, of which one is the password.
    """
    if not isinstance(error, RedisError) or not (isinstance(error, ResponseError) or error.status_code):
        return ""
    try:
        address: dict[str, Any] = parse_url(settings.CACHE_URL)  # type: ignore[no-untyped-call]
    except ValueError:
        return ""
    words = "".join(filter(str.isprintable, str(error)))
    return struck(words, address["password"]) if address.get("password") else words


class SharedMemory:
    """A cache that may fail: what it cannot say is unknown, and nobody waits for it twice in a row.

    Args:
        cache: one of Django's; its own timeouts bound each question.
    """

    def __init__(self, cache: Any, now: Callable[[], float] = time.monotonic) -> None:
        self._cache = cache
        self._now = now
        self._rests_until = 0.0

    def get(self, key: str) -> Any:
        """The value, None without one."""
        return self.ask(lambda cache: cache.get(key), None)

    def set(self, key: str, value: Any, timeout: float) -> None:
        """Keep a value for so many seconds."""
        self.ask(lambda cache: cache.set(key, value, timeout=max(1, int(timeout))), None)

    def ask(self, question: Callable[[Any], T], otherwise: T) -> T:
        """The cache's answer; `otherwise` when it fails, or has just been away."""
        if self._now() < self._rests_until:
            return otherwise
        try:
            return question(self._cache)
        except (OSError, ConnectionError, TimeoutError) as error:
            self._rests_until = self._now() + _REST
            _warnings.write(error, "this process goes by what it knows itself.")
            return otherwise
        except Exception as error:  # noqa: BLE001 - full, or a value of another kind: one question without an answer
            _warnings.write(error, "what it was asked or told is lost.")
            return otherwise


class SharedLedger:
    """A ledger that all processes with this cache and this `key` keep together; see `Ledger`.

    What this process does is kept here as well, which is what counts while the cache is away. An entry leaves the cache
    by itself, so that a process that dies leaves nothing behind for longer than the window.
    """

    shared = True

    def __init__(self, memory: SharedMemory, key: str, window: float, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._memory = memory
        self._key = f"from-git:spent:{key}"
        self._keep = int(2 * window) + 1
        self._own = LocalLedger(now)

    def add(self, amount: float, slot: int) -> None:
        """See `Ledger.add`."""
        self._own.add(amount, slot)
        key, units = f"{self._key}:{slot}", round(amount * _UNIT)

        def count(cache: Any) -> None:
            cache.add(key, 0, timeout=self._keep)
            cache.incr(key, units)

        self._memory.ask(count, None)

    def slots(self, first: int, last: int) -> dict[int, float]:
        """See `Ledger.slots`."""
        own = self._own.slots(first, last)
        keys = {f"{self._key}:{slot}": slot for slot in range(first, last + 1)}
        found = self._memory.ask(lambda cache: cache.get_many(keys), None)
        if found is None:
            return own
        slots = {keys[key]: units / _UNIT for key, units in found.items() if isinstance(units, int)}
        # what was counted while the cache was away
        return {slot: max(slots.get(slot, 0.0), own.get(slot, 0.0)) for slot in {*slots, *own}}
