"""What is kept of profiles, and what processes tell each other of their fetches, in Django's cache.

The cache may be away, full or hold nonsense at any time: what it cannot say is unknown, and nothing here raises. While
it is away, this process keeps for itself what it fetches.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache.backends.locmem import LocMemCache

from from_git.cache.codec import decoded, encoded
from from_git.cache.fetched import Fetched
from from_git.conf import settings
from from_git.errors import UpstreamError
from from_git.forges import Progress
from from_git.forges.ledgers import SharedMemory
from from_git.profiles import Profile

CLAIM_SECONDS = 5
"""How long a fetch stays claimed by a process that no longer says so: one that was killed, or hangs."""
ANEW_SECONDS = 10
"""In which a profile is asked for anew at most once, however often clients say `no-cache`."""
_PUBLISHED = 30  # seconds for which those who wait can take an outcome; they look several times a second
_MISSING = 0.2  # of PROFILE_CACHE_SECONDS: who is missing may be made any moment, and asking costs one call
_FUTURE = 60.0  # seconds by which clocks of machines may differ
_OWN_MOST = 500  # profiles kept in this process while the cache is away
_UNKNOWN = object()


def seconds_kept(fetched: Fetched) -> float:
    """For how many seconds after its fetch an outcome may be shown."""
    seconds: float = settings.PROFILE_CACHE_SECONDS
    return seconds if fetched.found else seconds * _MISSING


@dataclass(frozen=True)
class News:
    """What the cache says about a fetch of another process."""

    holder: str | None
    """Whose the fetch is now; None: nobody's."""
    outcome: Fetched | UpstreamError | None
    progress: Progress | None


class Store:
    """One door to the cache; safe from any thread.

    Args:
        cache: one of Django's.
        accounts: gives, for a forge, what its answers depend on besides the owner (see `Account.key`).
        shared: whether other processes see the same cache.
    """

    def __init__(
        self, cache: Any, accounts: Callable[[str], str], shared: bool, now: Callable[[], float] = time.time
    ) -> None:
        self._memory = SharedMemory(cache)
        self._own = LocMemCache("from-git-own", {"OPTIONS": {"MAX_ENTRIES": _OWN_MOST}})
        self._own.clear()
        self._accounts = accounts
        self._shared = shared
        self._now = now
        self.version = object()
        """Another one after each `keep`."""

    def kept(self, profiles: Iterable[Profile]) -> dict[Profile, Fetched]:
        """Those whose numbers may still be shown."""
        if settings.PROFILE_CACHE_SECONDS <= 0:
            return {}
        keys = {self._key("profile", one): one for one in profiles}
        values = self._memory.ask(lambda cache: cache.get_many(keys), None)
        if values is None:
            values = self._own.get_many(keys)
        found = {}
        for key, value in values.items():
            one = decoded(value)
            if isinstance(one, Fetched) and self._fresh(one):
                found[keys[key]] = one
        return found

    def keep(self, profile: Profile, fetched: Fetched) -> None:
        """Keep what was fetched for as long as it may be shown."""
        key, value, seconds = self._key("profile", profile), encoded(fetched), seconds_kept(fetched)
        whole = math.ceil(seconds)  # Redis would take a part of a second for none
        if seconds > 0 and self._memory.ask(lambda cache: cache.set(key, value, timeout=whole), _UNKNOWN) is _UNKNOWN:
            self._own.set(key, value, timeout=whole)
        self.version = object()  # now, so that who has seen this one and then looks finds what was kept

    def may_ask_anew(self, profile: Profile) -> bool:
        """Whether it is the first time in ANEW_SECONDS that somebody wants this profile anew."""
        key = self._key("anew", profile)
        return bool(self._memory.ask(lambda cache: cache.add(key, 1, timeout=ANEW_SECONDS), True))

    def claim(self, profile: Profile, own: str) -> str:
        """Whose the fetch of this profile is: `own` if nobody has claimed it, or if nobody can know."""
        if not self._shared:
            return own
        key = self._key("flight", profile)

        def ask(cache: Any) -> Any:
            # expired between the two: nobody's, so ours at the second try
            return next((one for _ in range(2) if (one := self._claimed(cache, key, own))), own)

        holder = self._memory.ask(ask, own)
        return holder if isinstance(holder, str) else own

    def _claimed(self, cache: Any, key: str, own: str) -> Any:
        return own if cache.add(key, own, timeout=CLAIM_SECONDS) else cache.get(key)

    def renew(self, profile: Profile, own: str, progress: Progress) -> float:
        """Hold on to a claim, say how far the fetch is, and learn until when others want it (since the epoch)."""
        if not self._shared:
            return 0.0
        key = self._key("flight", profile)

        def ask(cache: Any) -> Any:
            if cache.get(key) in (own, None):
                cache.set(key, own, timeout=CLAIM_SECONDS)
            cache.set(f"{_of(own)}:progress", vars(progress), timeout=CLAIM_SECONDS)
            return cache.get(f"{_of(own)}:wanted")

        until = self._memory.ask(ask, None)
        return float(until) if isinstance(until, int | float) else 0.0

    def want(self, holder: str, until: float, seconds: float) -> None:
        """Let the holder know that somebody here waits until `until`; it need not be said again for `seconds`."""
        self._memory.ask(lambda cache: cache.set(f"{_of(holder)}:wanted", until, timeout=math.ceil(seconds)), None)

    def wanted(self, own: str) -> bool:
        """Whether somebody in another process waits for our fetch."""
        return self._shared and self._memory.ask(lambda cache: cache.get(f"{_of(own)}:wanted"), None) is not None

    def publish(self, profile: Profile, own: str, outcome: Fetched | UpstreamError | None) -> None:
        """Hand an outcome to those who wait, and give the claim back; None: there is none, somebody else must fetch."""
        if not self._shared:
            return
        key = self._key("flight", profile)

        def tell(cache: Any) -> None:
            if outcome is not None:
                cache.set(f"{_of(own)}:outcome", encoded(outcome), timeout=_PUBLISHED)
            if cache.get(key) == own:
                cache.delete(key)

        self._memory.ask(tell, None)

    def news(self, followed: Mapping[Profile, str]) -> dict[Profile, News] | None:
        """What there is to know of fetches of other processes, given their holders; None: the cache is away."""
        claims = {one: self._key("flight", one) for one in followed}
        names = [f"{_of(holder)}:{what}" for holder in followed.values() for what in ("outcome", "progress")]
        found = self._memory.ask(lambda cache: cache.get_many([*claims.values(), *names]), None)
        if found is None:
            return None
        news = {}
        for one, holder in followed.items():
            claimed = found.get(claims[one])
            news[one] = News(
                claimed if isinstance(claimed, str) else None,
                decoded(found.get(f"{_of(holder)}:outcome")),
                _progress(found.get(f"{_of(holder)}:progress")),
            )
        return news

    def _fresh(self, fetched: Fetched) -> bool:
        # by its own time too: the setting may have become shorter, and a wrong clock must not keep it for ever
        age = self._now() - fetched.at
        return -_FUTURE < age < seconds_kept(fetched)

    def _key(self, what: str, profile: Profile) -> str:
        return f"from-git:{what}:{self._accounts(profile.forge)}:{profile.forge}:{profile.key}"


def _of(flight: str) -> str:
    return f"from-git:flight:{flight}"


def _progress(value: object) -> Progress | None:
    if not isinstance(value, dict) or value.keys() != vars(Progress()).keys():
        return None
    right = all(isinstance(one, str if name == "note" else int | float) for name, one in value.items())
    return Progress(**value) if right else None
