"""Django's cache in Redis, with one client for each server, and with sums that are added to in one turn."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class _Client(RedisCacheClient):
    """One client of redis-py for each pool; Django makes one for each command, which takes longer than the command."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._client = cache(self._client)  # type: ignore[has-type]

    def increase(self, amounts: Mapping[str, int], timeout: int) -> None:
        turn = self.get_client(write=True).pipeline(transaction=False)
        for key, amount in amounts.items():
            turn.incrby(key, amount)
            turn.expire(key, timeout)
        turn.execute()


class SharedCache(RedisCache):
    """A BACKEND of Django's CACHES for a Redis, with all options of Django's own. Safe from any thread."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client

    def validate_key(self, key: str) -> None:
        """Let every key pass: Redis has none of the bounds that Django looks for, letter by letter."""

    def increase(self, amounts: Mapping[str, int], timeout: int) -> None:
        """Add to whole numbers, in one turn to the server; each is then kept for `timeout` seconds.

        A key without a value counts from 0.

        Raises:
            redis.ResponseError: a value is no whole number; the others were added to.
        """
        client: Any = self._cache
        client.increase({self.make_key(key): amount for key, amount in amounts.items()}, timeout)
