"""What is kept of profiles, and what processes tell each other of their fetches, in Django's cache.

The cache may be away, full or hold nonsense at any time: what it cannot say is unknown, and nothing here raises. While
it is away, this process keeps for itself what it fetches.
"""

import math
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache.backends.locmem import LocMemCache

from from_git.conf import settings
from from_git.errors import UpstreamError
from from_git.kept.codec import decoded, encoded
from from_git.memory import SharedMemory
from from_git.values.found import Fetched
from from_git.values.profile import Profile
from from_git.values.progress import Progress

CLAIM_SECONDS = 5
"""How long a fetch stays claimed by a process that no longer says so: one that was killed, or hangs."""
LOOK = 0.1
"""Seconds between looks at fetches of other processes."""
ANEW_SECONDS = 10
"""In which a profile is asked for anew at most once, however often clients say `no-cache`."""
_PUBLISHED = 30  # seconds for which those who wait can take an outcome; they look several times a second
MISSING = 0.2
"""Of PROFILE_CACHE_SECONDS, how long it is kept that a profile is missing: it may be made any moment."""
_FUTURE = 60.0  # seconds by which clocks of machines may differ
_OWN_MOST = 500  # profiles kept in this process while the cache is away
_ID = re.compile(r"[0-9a-f]{32}")
_SECONDS = 2**31  # more is nonsense
_UNKNOWN = object()


def seconds_kept(fetched: Fetched) -> float:
    """For how many seconds after its fetch an outcome may be shown."""
    seconds: float = settings.PROFILE_CACHE_SECONDS
    return seconds if fetched.found else seconds * MISSING


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
        return {one: fetched for one, fetched in self._all(profiles).items() if self._fresh(fetched)}

    def last_good(self, profiles: Iterable[Profile]) -> dict[Profile, Fetched]:
        """Those that had numbers at most LAST_GOOD_SECONDS ago, and have not been missing since."""
        longest = settings.LAST_GOOD_SECONDS
        kept = self._all(profiles).items() if longest > 0 else ()
        return {one: fetched for one, fetched in kept if fetched.found and -_FUTURE < self._age(fetched) < longest}

    def _all(self, profiles: Iterable[Profile]) -> dict[Profile, Fetched]:
        """The last outcome of each, however old."""
        keys = {self._key("profile", one): one for one in profiles}
        found: dict[Profile, Fetched] = {}
        # ours are what the cache did not take; a full one answers, but keeps nothing
        for values in (self._own.get_many(keys), self._memory.ask(lambda cache: cache.get_many(keys), {})):
            for key, value in values.items():
                one, before = decoded(value), found.get(keys[key])
                if isinstance(one, Fetched) and (before is None or before.at <= one.at):
                    found[keys[key]] = one
        return found

    def keep(self, profile: Profile, fetched: Fetched, anew: bool = False) -> None:
        """Keep what was fetched for as long as it may be shown, as new or as old.

        Args:
            anew: whether somebody wanted it so; the ten seconds count from now, else who asks again and again for what
                takes longer would never see it.
        """
        # that it is missing as long as its numbers: nobody else may be left who knows that those do not count any more.
        # Redis would take a part of a second for none
        whole = math.ceil(max(seconds_kept(fetched), settings.LAST_GOOD_SECONDS))
        if whole:
            key, value = self._key("profile", profile), encoded(fetched)
            # what is older must not be all that is there when one of the two cannot be asked
            if self._memory.ask(lambda cache: cache.set(key, value, timeout=whole), _UNKNOWN) is _UNKNOWN:
                self._own.set(key, value, timeout=whole)
                self._memory.ask(lambda cache: cache.delete(key), None)  # a full one can do that
            else:
                self._own.delete(key)
        if anew:
            self._asked_anew([self._key("anew", profile)])
        self.version = object()  # now, so that who has seen this one and then looks finds what was kept

    def anew(self, kept: Mapping[Profile, Fetched]) -> dict[Profile, Fetched]:
        """What of `kept` will do for somebody who wants it anew: each profile is asked again once in ANEW_SECONDS."""
        keys = {self._key("anew", one): one for one in kept}
        if not keys:
            return {}
        asked = {**self._own.get_many(keys), **self._memory.ask(lambda cache: cache.get_many(keys), dict[str, Any]())}
        self._asked_anew([key for key in keys if key not in asked])
        return {keys[key]: kept[keys[key]] for key in keys if key in asked}

    def _asked_anew(self, keys: Iterable[str]) -> None:
        marks = dict.fromkeys(keys, 1)
        if marks and self._memory.ask(lambda cache: cache.set_many(marks, timeout=ANEW_SECONDS), None) is None:
            self._own.set_many(marks, timeout=ANEW_SECONDS)

    def claim(self, profile: Profile, own: str, instead_of: str = "") -> str:
        """Whose the fetch of this profile is: `own` if nobody has claimed it, or if nobody can know.

        Args:
            instead_of: a holder whose claim does not count any more.
        """
        if not self._shared:
            return own
        key = self._key("flight", profile)

        def ask(cache: Any) -> str:
            for _ in range(2):  # expired between the two questions: nobody's, so ours at the second try
                if cache.add(key, own, timeout=CLAIM_SECONDS):
                    return own
                holder = cache.get(key)
                if holder is not None:
                    break
            if _is_id(holder) and holder != instead_of:
                return str(holder)
            cache.set(key, own, timeout=CLAIM_SECONDS)
            return own

        return self._memory.ask(ask, own)

    def renew(self, flights: Mapping[Profile, tuple[str, Progress]]) -> dict[Profile, float]:
        """Hold on to claims and say how far their fetches are, with one question for each and two for all.

        Args:
            flights: the ids of our own fetches, and how far they are.

        Returns:
            For how many seconds others wait, for those where others do.
        """
        if not self._shared:
            return {}
        claims = {self._key("flight", one): own for one, (own, _) in flights.items()}
        wishes = {f"{_of(own)}:wanted": one for one, (own, _) in flights.items()}
        said = {f"{_of(own)}:progress": vars(progress) for own, progress in flights.values()}

        def ask(cache: Any) -> Mapping[str, Any]:
            found: Mapping[str, Any] = cache.get_many([*claims, *wishes])
            cache.set_many(said, timeout=CLAIM_SECONDS)
            for key, own in claims.items():
                # neither brings a claim back that was given back meanwhile, nor takes it from who has it now
                if found.get(key) == own:
                    cache.touch(key, CLAIM_SECONDS)
                elif key not in found:
                    cache.add(key, own, timeout=CLAIM_SECONDS)
            return found

        found: Mapping[str, Any] = self._memory.ask(ask, dict[str, Any]())
        return {one: seconds for key, one in wishes.items() if (seconds := _seconds(found.get(key)))}

    def want(self, holder: str, seconds: float, keep: float) -> None:
        """Let the holder know that somebody here waits for so many seconds; it need not be said again for `keep`.

        As a duration, since the clocks of two machines differ.
        """
        self._memory.ask(lambda cache: cache.set(f"{_of(holder)}:wanted", seconds, timeout=math.ceil(keep)), None)

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
            claimed, outcome = found.get(claims[one]), decoded(found.get(f"{_of(holder)}:outcome"))
            news[one] = News(
                str(claimed) if _is_id(claimed) else None,
                None if isinstance(outcome, Fetched) and self._age(outcome) <= -_FUTURE else outcome,
                _progress(found.get(f"{_of(holder)}:progress")),
            )
        return news

    def _fresh(self, fetched: Fetched) -> bool:
        # by its own time too: the setting may have become shorter, and a wrong clock must not keep it for ever
        return -_FUTURE < self._age(fetched) < seconds_kept(fetched)

    def _age(self, fetched: Fetched) -> float:
        return self._now() - fetched.at

    def _key(self, what: str, profile: Profile) -> str:
        return f"from-git:{what}:{self._accounts(profile.forge)}:{profile.forge}:{profile.key}"


def _of(flight: str) -> str:
    return f"from-git:flight:{flight}"


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _seconds(value: object) -> float:
    """A duration, 0 for anything else."""
    return float(value) if isinstance(value, int | float) and 0 < value < _SECONDS else 0.0


def _progress(value: object) -> Progress | None:
    usual = vars(Progress())
    if not isinstance(value, dict) or value.keys() != usual.keys():
        return None
    for name, one in value.items():
        kinds = (int, float) if name == "wait" else (type(usual[name]),)
        if type(one) not in kinds or (kinds != (str,) and not 0 <= one < _SECONDS):
            return None
    return Progress(**value)
