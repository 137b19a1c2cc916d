"""Fetched profiles, kept in Django's cache.

The cache may be away, full or hold nonsense at any time: an answer that it cannot give is unknown, and nothing here
raises. While it is away, this process keeps for itself the profiles that it fetches.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.cache.backends.locmem import LocMemCache

from from_git.conf import settings
from from_git.kept.codec import decoded, encoded, remember
from from_git.memory import Remembered, SharedMemory
from from_git.values.found import Fetched
from from_git.values.profile import Profile
from from_git.values.rows import Sums

ANEW_SECONDS = 10
"""Within this time a profile is fetched anew at most once, however often clients say `no-cache`."""
MISSING = 0.2
"""The part of PROFILE_CACHE_SECONDS for which a missing profile is kept: somebody may create it at any moment."""
FUTURE = 60.0
"""Seconds by which the clocks of two machines may differ; what was fetched later than that is nonsense."""
_OWN_MOST = 500  # profiles kept in this process while the cache is away
_SUMS_MOST = 100_000  # names in the sums that are remembered: some 20 MB
_UNKNOWN = object()


def seconds_kept(fetched: Fetched) -> float:
    """For how many seconds after its fetch a profile may be answered from the cache."""
    seconds: float = settings.PROFILE_CACHE_SECONDS
    return seconds if fetched.found else seconds * MISSING


def key_of(what: str, profile: Profile) -> str:
    """The key in the cache for a thing of a profile: whoever asks, public numbers are the same."""
    return f"from-git:{what}:{profile.host.key}:{profile.key}"


class Store:
    """The profiles that are kept. Safe from any thread.

    Args:
        memory: the cache.
        now: seconds since the epoch.
    """

    def __init__(self, memory: SharedMemory, now: Callable[[], float] = time.time) -> None:
        self._memory = memory
        self._own = LocMemCache("from-git-own", {"OPTIONS": {"MAX_ENTRIES": _OWN_MOST}})
        self._own.clear()
        self._sums: Remembered[Sums] = Remembered(_SUMS_MOST)  # of the rows that were kept or read here
        self._now = now
        self.version = object()
        """A token that changes with each `keep`."""

    def kept(self, profiles: Iterable[Profile]) -> dict[Profile, Fetched]:
        """The profiles among these that are kept and fresh."""
        if settings.PROFILE_CACHE_SECONDS <= 0:
            return {}
        # by the time of the fetch too: the setting may be shorter now, and a wrong clock must not keep it for ever
        kept = self._all(profiles).items()
        return {one: fetched for one, fetched in kept if -FUTURE < self._age(fetched) < seconds_kept(fetched)}

    def last_good(self, profiles: Iterable[Profile]) -> dict[Profile, Fetched]:
        """The profiles among these that existed at most LAST_GOOD_SECONDS ago, and have not been missing since."""
        longest = settings.LAST_GOOD_SECONDS
        kept = self._all(profiles).items() if longest > 0 else ()
        return {one: fetched for one, fetched in kept if fetched.found and -FUTURE < self._age(fetched) < longest}

    def _all(self, profiles: Iterable[Profile]) -> dict[Profile, Fetched]:
        """The last outcome of each profile, however old."""
        keys = {key_of("profile", one): one for one in profiles}
        found: dict[Profile, Fetched] = {}
        # this process keeps what the cache did not take; a full cache answers, but takes nothing
        for values in (self._own.get_many(keys), self._memory.ask(lambda cache: cache.get_many(keys), {})):
            for key, value in values.items():
                one, before = decoded(value, self._sums), found.get(keys[key])
                if isinstance(one, Fetched) and (before is None or before.at <= one.at):
                    found[keys[key]] = one
        return found

    def keep(self, profile: Profile, fetched: Fetched, anew: bool = False, shown: bool = True) -> None:
        """Keep a fetched profile for as long as it may be shown, as fresh or as last good numbers.

        Args:
            shown: whether a request of this process shows it, and others soon may; else its sums are not remembered.
            anew: whether a client wanted it fetched anew; ANEW_SECONDS count from the end of the fetch, else a client
                that asks again and again for a profile that takes longer would never see it.
        """
        # a missing profile as long as numbers: else older numbers would count again. Rounded up, since Redis takes a
        # part of a second for none
        whole = math.ceil(max(seconds_kept(fetched), settings.LAST_GOOD_SECONDS))
        if whole:
            key, value = key_of("profile", profile), encoded(fetched)
            if fetched.found and shown:
                remember(fetched.found.rows, self._sums)
            # an older outcome must not be all that is left when one of the two caches cannot be asked
            if self._memory.ask(lambda cache: cache.set(key, value, timeout=whole), _UNKNOWN) is _UNKNOWN:
                self._own.set(key, value, timeout=whole)
                self._memory.ask(lambda cache: cache.delete(key), None)  # a full cache can do that
            else:
                self._own.delete(key)
        if anew:
            self._asked_anew([key_of("anew", profile)])
        self.version = object()  # last, so that a reader of the new token finds the profile

    def anew(self, kept: Mapping[Profile, Fetched]) -> dict[Profile, Fetched]:
        """The profiles in `kept` that a `no-cache` request may still get: each is fetched anew once in ANEW_SECONDS."""
        keys = {key_of("anew", one): one for one in kept}
        if not keys:
            return {}
        asked = {**self._own.get_many(keys), **self._memory.ask(lambda cache: cache.get_many(keys), dict[str, Any]())}
        self._asked_anew([key for key in keys if key not in asked])
        return {keys[key]: kept[keys[key]] for key in keys if key in asked}

    def _asked_anew(self, keys: Iterable[str]) -> None:
        marks = dict.fromkeys(keys, 1)
        if marks and self._memory.ask(lambda cache: cache.set_many(marks, timeout=ANEW_SECONDS), None) is None:
            self._own.set_many(marks, timeout=ANEW_SECONDS)

    def _age(self, fetched: Fetched) -> float:
        return self._now() - fetched.at
