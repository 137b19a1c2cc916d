"""The memory that kept repositories take, by the recorded owners."""

import sys
from typing import TYPE_CHECKING

from redis import Redis

from emulator import World
from from_git.kept.store import key_of
from from_git.tests.kit import oracle
from from_git.tests.kit.flying import CacheTestCase, InMemory, InRedis, fetched
from from_git.tests.kit.hosts import host_of
from from_git.tests.kit.servers import needs_redis
from from_git.values.found import Found
from from_git.values.profile import Profile
from from_git.values.rows import Rows

_MOST = 60  # bytes of a repository with all that is around it
_ENTRY = 250  # bytes of an entry of LocMem beside its key and its value: two places in dicts, a time, a pickled frame


class Contract(CacheTestCase if TYPE_CHECKING else object):  # type: ignore[misc]
    """What holds over every cache. No test case itself, so none is skipped."""

    def taken(self, key: str) -> int:
        """Bytes that the cache takes for a key and its value."""
        raise NotImplementedError

    def test_a_repository_takes_so_many_bytes_with_all_its_fields(self) -> None:
        owners = [owner for owner in World().owners() if owner.forge == "github" and owner.source != "generated"]
        store, host = self.store(), host_of("github")
        keys, number = [], 0
        for owner in owners:
            rows = oracle.rows(owner)
            profile = Profile(host, owner.login.lower(), owner.login, f"https://github.com/{owner.login}")
            store.keep(profile, fetched(self.now, Found(owner.kind, Rows.of(rows))))
            keys.append(key_of("profile", profile))
            number += len(rows)

        self.assertGreater(number, 2_500)
        self.assertLess(sum(map(self.taken, keys)), _MOST * number)


class InOneProcess(Contract, InMemory, CacheTestCase):
    """LocMem."""

    def taken(self, key: str) -> int:
        """See `Contract.taken`."""
        made = self.cache.make_key(key)
        return sys.getsizeof(made) + sys.getsizeof(self.cache._cache[made]) + _ENTRY


@needs_redis
class BetweenProcesses(Contract, InRedis, CacheTestCase):
    """Redis."""

    def taken(self, key: str) -> int:
        """See `Contract.taken`."""
        with Redis.from_url(self.address) as redis:
            return int(redis.memory_usage(self.cache.make_key(key)) or 0)
