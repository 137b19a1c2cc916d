"""Claims on fetches, and the words that processes exchange about them, in a cache that they share.

The cache may be away, full or hold nonsense at any time: an answer that it cannot give is unknown, and nothing here
raises.
"""

import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from from_git.errors import UpstreamError
from from_git.kept.codec import decoded, encoded
from from_git.kept.store import FUTURE, key_of
from from_git.memory import SharedMemory
from from_git.values.found import Fetched
from from_git.values.profile import Profile
from from_git.values.progress import Progress

CLAIM_SECONDS = 5
"""Seconds for which a claim outlives its last renewal: its process was killed, or hangs."""
LOOK = 0.1
"""Seconds between looks at fetches of other processes."""
_PUBLISHED = 30  # seconds for which those who wait can take an outcome; they look several times a second
_WANT_AGAIN = 2.0  # seconds; a holder that hears nothing for CLAIM_SECONDS thinks that nobody waits here
_ID = re.compile(r"[0-9a-f]{32}")
_SECONDS = 2**31  # more is nonsense


@dataclass(frozen=True)
class News:
    """The cache's words about a fetch of another process."""

    holder: str | None
    """The id of the flight that holds the claim now; None: no flight holds it."""
    outcome: Fetched | UpstreamError | None
    progress: Progress | None


class Claims:
    """Which flight fetches each profile, over all processes with this cache. Safe from any thread.

    The flight with the claim keeps the fetched profile, publishes the outcome under its own id and then gives the claim
    back. A flight in another process follows this holder, and fetches itself as soon as the claim is gone without an
    outcome, or the holder has been silent for CLAIM_SECONDS. No thread of a pool waits for any of that.

    Args:
        memory: the cache.
        shared: whether other processes see the same cache; else every claim is granted and nobody else waits.
    """

    def __init__(self, memory: SharedMemory, shared: bool, now: Callable[[], float] = time.time) -> None:
        self._memory = memory
        self.shared = shared
        self._now = now

    def claim(self, profile: Profile, own: str, instead_of: str = "") -> str:
        """The id of the flight that fetches this profile: `own` if there is no other claim, or the cache is away.

        Args:
            instead_of: a holder whose claim does not count any more.
        """
        if not self.shared:
            return own
        key = _key(profile)

        def ask(cache: Any) -> str:
            for _ in range(2):  # it may expire between the two questions, and is ours at the second try
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
        """Renew claims and publish the progress of their fetches, with one call to the cache for each and two for all.

        Args:
            flights: the id and the progress of each of our own fetches.

        Returns:
            For how many seconds other processes wait, for each profile that others wait for; below 0 where they wait in
            the background.
        """
        if not self.shared:
            return {}
        claims = {_key(one): own for one, (own, _) in flights.items()}
        wishes = {f"{_of(own)}:wanted": one for one, (own, _) in flights.items()}
        said = {f"{_of(own)}:progress": vars(progress) for own, progress in flights.values()}

        def ask(cache: Any) -> Mapping[str, Any]:
            found: Mapping[str, Any] = cache.get_many([*claims, *wishes])
            cache.set_many(said, timeout=CLAIM_SECONDS)
            for key, own in claims.items():
                # neither revives a claim that was given back meanwhile, nor takes it from another holder
                if found.get(key) == own:
                    cache.touch(key, CLAIM_SECONDS)
                elif key not in found:
                    cache.add(key, own, timeout=CLAIM_SECONDS)
            return found

        found: Mapping[str, Any] = self._memory.ask(ask, dict[str, Any]())
        return {one: seconds for key, one in wishes.items() if (seconds := _seconds(found.get(key)))}

    def want(self, holder: str, seconds: float, keep: float) -> None:
        """Let the holder know that a request here waits for so many seconds; this stays known for `keep` seconds.

        As a duration, since the clocks of two machines differ; below 0 where the request waits in the background.
        """
        self._memory.ask(lambda cache: cache.set(f"{_of(holder)}:wanted", seconds, timeout=math.ceil(keep)), None)

    def wanted(self, own: str) -> bool:
        """Whether a request in another process waits for our fetch."""
        return self.shared and self._memory.ask(lambda cache: cache.get(f"{_of(own)}:wanted"), None) is not None

    def publish(self, profile: Profile, own: str, outcome: Fetched | UpstreamError | None) -> None:
        """Hand an outcome to other processes, and give the claim back; None: another process must fetch."""
        if not self.shared:
            return
        key = _key(profile)

        def tell(cache: Any) -> None:
            if outcome is not None:
                cache.set(f"{_of(own)}:outcome", encoded(outcome), timeout=_PUBLISHED)
            if cache.get(key) == own:
                cache.delete(key)

        self._memory.ask(tell, None)

    def news(self, followed: Mapping[Profile, str]) -> dict[Profile, News] | None:
        """The news of fetches of other processes, given their holders; None: the cache is away."""
        claims = {one: _key(one) for one in followed}
        names = [f"{_of(holder)}:{what}" for holder in followed.values() for what in ("outcome", "progress")]
        found = self._memory.ask(lambda cache: cache.get_many([*claims.values(), *names]), None)
        if found is None:
            return None
        news = {}
        for one, holder in followed.items():
            claimed, outcome = found.get(claims[one]), decoded(found.get(f"{_of(holder)}:outcome"))
            news[one] = News(
                str(claimed) if _is_id(claimed) else None,
                None if isinstance(outcome, Fetched) and self._now() - outcome.at <= -FUTURE else outcome,
                _progress(found.get(f"{_of(holder)}:progress")),
            )
        return news


class Following:
    """The holder of a claim that is not ours, and the times of the words exchanged with it. Not safe from threads."""

    def __init__(self) -> None:
        self.holder = ""
        """The id of the other process's flight; empty where no other process is followed."""
        self._heard = time.monotonic()  # when the holder last said something
        self._told = 0.0  # when the holder was last told that somebody waits here

    def follow(self, holder: str) -> bool:
        """Follow this holder; whether it must be told now, or once more, that somebody waits here."""
        now = time.monotonic()
        again = holder != self.holder or now - self._told > _WANT_AGAIN
        self.holder, self._told = holder, now if again else self._told
        return again

    def tell_again(self) -> None:
        """Let the holder be told at the next look, though it was told just now."""
        self._told = 0.0

    def is_silent(self, news: News) -> bool:
        """Whether the holder, by these news too, has said nothing for CLAIM_SECONDS."""
        now = time.monotonic()
        if news.progress or news.holder != self.holder:
            self._heard = now
        return now - self._heard > CLAIM_SECONDS


def _key(profile: Profile) -> str:
    return key_of("flight", profile)


def _of(flight: str) -> str:
    return f"from-git:flight:{flight}"


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < _SECONDS else 0.0


def _progress(value: object) -> Progress | None:
    usual = vars(Progress())
    if not isinstance(value, dict) or value.keys() != usual.keys():
        return None
    for name, one in value.items():
        kinds = (int, float) if name == "wait" else (type(usual[name]),)
        if type(one) not in kinds or (kinds != (str,) and not 0 <= one < _SECONDS):
            return None
    return Progress(**value)
