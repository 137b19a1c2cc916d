"""Memory: a cache that outlives a process and may fail, so that a failing one delays no request; a process's own."""

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

from django.core.signals import setting_changed

from from_git.conf import settings
from from_git.errors import quoted, struck

logger = logging.getLogger(__name__)
T = TypeVar("T")
_REST = 5.0  # seconds for which a cache that failed is not asked again
_WARNED = 60.0  # seconds between two lines of the log about failures of one kind


class Memory(Protocol):
    """Values that outlive this process and may be shared with others, or forgotten; each of Django's caches is one."""

    def get(self, key: str) -> Any:
        """The value of a key; None without one."""
        ...

    def set(self, key: str, value: Any, timeout: float) -> Any:
        """Keep a value for `timeout` seconds."""
        ...


class Warnings:
    """Lines of the log about a cache that fails, few of them however often it does. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: dict[str, float] = {}

    def forget(self, **_: object) -> None:
        """Begin anew: other settings may name another cache."""
        with self._lock:
            self._written.clear()

    def write(self, error: Exception, consequence: str) -> None:
        """Warn, unless this process has warned of an error of this class within the last minute."""
        kind, now = type(error).__name__, time.monotonic()
        with self._lock:
            if now - self._written.get(kind, -math.inf) < _WARNED:
                return
            self._written[kind] = now
        logger.warning("The cache failed (%s%s); %s", kind, quoted(cache_words(error)), consequence)


WARNINGS = Warnings()
"""The warnings of this process."""
setting_changed.connect(WARNINGS.forget)  # override_settings in tests


@cache
def redis_py() -> Any:
    """The module `redis`, to be asked for where a cache has failed: it takes 65 ms and 6 MB, and most do without."""
    import redis

    return redis


def cache_words(error: Exception) -> str:
    """The words of the cache's server about a failure, without CACHE_URL's password; empty without such words.

    A Redis before version 6 does not know HELLO and repeats its arguments, one of which is the password.
    """
    redis = redis_py()
    if not isinstance(error, redis.RedisError) or not (isinstance(error, redis.ResponseError) or error.status_code):
        return ""
    try:
        address: dict[str, Any] = redis.connection.parse_url(settings.CACHE_URL)
    except ValueError:
        return ""
    words = "".join(filter(str.isprintable, str(error)))
    return struck(words, address["password"]) if address.get("password") else words


def _away() -> tuple[type[Exception], ...]:
    """The errors of a cache that cannot be reached."""
    return OSError, redis_py().ConnectionError, redis_py().TimeoutError


class SharedMemory:
    """A cache that may fail: then its values are unknown, and for some seconds it is not asked again.

    Args:
        cache: one of Django's; its own timeouts bound each question.
    """

    def __init__(self, cache: Any, now: Callable[[], float] = time.monotonic, warnings: Warnings = WARNINGS) -> None:
        self._warnings = warnings
        self._cache = cache
        self._now = now
        self._rests_until = 0.0

    def get(self, key: str) -> Any:
        """The value of a key; None without one."""
        return self.ask(lambda cache: cache.get(key), None)

    def set(self, key: str, value: Any, timeout: float) -> None:
        """Keep a value for `timeout` seconds."""
        self.ask(lambda cache: cache.set(key, value, timeout=max(1, int(timeout))), None)

    def ask(self, question: Callable[[Any], T], otherwise: T) -> T:
        """The cache's answer to `question`; `otherwise` where it fails, or has failed within the last seconds."""
        if self._now() < self._rests_until:
            return otherwise
        try:
            return question(self._cache)
        except _away() as error:
            self._rests_until = self._now() + _REST
            self._warnings.write(error, "this process goes by what it knows itself.")
            return otherwise
        except Exception as error:  # noqa: BLE001 - full, or a value of another kind: one question without an answer
            self._warnings.write(error, "what it was asked or told is lost.")
            return otherwise


class Remembered(Generic[T]):
    """What this process has worked out and may need again: the things last used, up to a weight. Safe from any thread.

    Args:
        most: the weight of all together, in a unit that its user chooses.
        things: how many there are at most; None: no bound but the weight.
    """

    def __init__(self, most: int, things: int | None = None) -> None:
        self._most = most
        self._most_things = things
        self._lock = threading.Lock()
        self._things: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self.weight = 0
        """Of all that is remembered."""
        self.hits = 0
        """How often something was remembered."""

    def get(self, key: Hashable) -> T | None:
        """What is remembered under a key; None without such a thing."""
        with self._lock:
            found = self._things.get(key)
            if found is None:
                return None
            self._things.move_to_end(key)
            self.hits += 1
            return found[0]

    def put(self, key: Hashable, thing: T, weight: int) -> None:
        """Remember a thing, and forget those that were not used for longest where all weigh too much."""
        with self._lock:
            before = self._things.pop(key, None)
            self._things[key] = thing, weight
            self.weight += weight - (before[1] if before else 0)
            while self.weight > self._most or (self._most_things and len(self._things) > self._most_things):
                _, (_, gone) = self._things.popitem(last=False)
                self.weight -= gone
