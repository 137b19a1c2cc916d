"""The story of a request: profiles in; merged stats and missing profiles out, or one error."""

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any

from structlog.contextvars import bind_contextvars

from from_git import cache, forges, metrics
from from_git.cache import Fetched, Flight, Waiter
from from_git.errors import BudgetError, DeadlineError, UnfinishedError, UpstreamError
from from_git.forges import Cost, Found, Progress
from from_git.profiles import Profile
from from_git.stats import Stats, merge

logger = logging.getLogger(__name__)
TICK = 0.1
"""Seconds between two looks at the progress, where somebody wants to see it."""

_SHOWN = 20  # profiles in the log


@dataclass(frozen=True)
class Answer:
    """What the profiles look like together."""

    fetched: Mapping[Profile, Fetched]
    """All that were asked for, in the order asked."""
    found: Mapping[Profile, Found]
    """Those of them that exist, in the order asked."""
    missing: tuple[Profile, ...]
    """The others, in the order asked."""
    stats: Stats
    """The sum over `found`."""
    old: Mapping[Profile, UpstreamError] = field(default_factory=dict)
    """Those of `fetched` that are their last good numbers, and why there are no new ones."""


def aggregate(
    profiles: Sequence[Profile],
    seconds: float,
    setting: str,
    on_progress: Callable[[Sequence[Progress]], None] | None = None,
    longest: float | None = None,
    anew: bool = False,
) -> Answer:
    """Fetch all `profiles` (distinct) that are not kept at the same time, and merge them.

    Args:
        seconds: for the whole answer; `setting` is the name of where that number came from, for the message.
        on_progress: called on this thread, at most each TICK, with the progress of each fetch in the order asked.
        longest: seconds that the fetch of one profile may take in all, while it makes progress; None: it ends then.
        anew: whether nothing that is kept will do; see `cache.kept`.

    Raises:
        UpstreamError: the first failure of any profile, naming it; the other fetches end, unless others wait for them.
        UnfinishedError: the time is over, or will be, and the fetches go on; names the first profile that is not done.
        DeadlineError: the time is over; names the first profile that is not done and makes no progress.
    """
    kept = cache.kept(profiles, anew)
    for profile in kept:
        metrics.cache("hit", profile.forge)
    fetches = _Fetches([one for one in profiles if one not in kept], seconds, setting, longest)
    try:
        fetched = {**kept, **fetches.all(anew, on_progress)}
    finally:
        fetches.leave()
        fetches.bind_facts(profiles, kept)
    found = {profile: one for profile in profiles if (one := fetched[profile].found) is not None}
    missing = tuple(profile for profile in profiles if profile not in found)
    bind_contextvars(missing=len(missing))
    parts = frozenset(_Part(one, fetched[one].at, fetched[one].oldest, found[one].stats) for one in found)
    return Answer(
        fetched={profile: fetched[profile] for profile in profiles},
        found=found,
        missing=missing,
        stats=_merged(parts),
    )


@dataclass(frozen=True)
class _Part:
    """What one fetch has counted; the same as another when profile and times are."""

    profile: Profile
    at: float
    oldest: float
    stats: Stats = field(compare=False)


@lru_cache(maxsize=64)
def _merged(parts: frozenset[_Part]) -> Stats:
    """The sum; kept, so that the same question in another order or form is not added up again."""
    return merge(part.stats for part in parts)


def asked_facts(profiles: Sequence[Profile]) -> dict[str, Any]:
    """What was asked, for the request's line in the log."""
    return {
        "profiles": len(profiles),
        "asked": [f"{profile.forge}/{profile.owner}" for profile in profiles[:_SHOWN]],
    }


class _Fetches:
    """What one request waits for; for the request's own thread."""

    def __init__(self, profiles: Sequence[Profile], seconds: float, setting: str, longest: float | None) -> None:
        self._profiles = profiles
        self._seconds = seconds
        self._setting = setting
        self._longest = longest
        self._deadline = time.monotonic() + seconds
        self._waiter: Waiter = SimpleQueue()
        self._flights: dict[Profile, Flight] = {}
        self._own: dict[Flight, Profile] = {}  # others may have spelt it otherwise, with what is theirs in it
        self._outcomes: dict[Profile, Fetched] = {}

    def all(self, anew: bool, on_progress: Callable[[Sequence[Progress]], None] | None) -> Mapping[Profile, Fetched]:
        """Every outcome, or the first error."""
        flights = cache.flights()
        self._foresee([one for one in self._profiles if not flights.under_way(one)])
        for profile in self._profiles:
            flight = flights.join(profile, self._waiter, self._deadline, self._longest, anew)
            self._flights[profile], self._own[flight] = flight, profile
            metrics.cache("miss" if flight.begun_for(self._waiter) else "join", profile.forge)
        shown = time.monotonic()
        while len(self._outcomes) < len(self._flights):
            self._take_next(TICK if on_progress else None)
            if on_progress and time.monotonic() - shown >= TICK:
                shown = time.monotonic()
                on_progress([one.progress() for one in self._flights.values()])
        if on_progress:
            on_progress([one.progress() for one in self._flights.values()])
        return self._outcomes

    def leave(self) -> None:
        """Wait no longer for any of them."""
        for flight in self._flights.values():
            flight.leave(self._waiter)

    def bind_facts(self, profiles: Sequence[Profile], kept: Collection[Profile]) -> None:
        """What was asked, and what its fetches cost at each forge, for the request's line in the log."""
        own = [flight for flight in self._flights.values() if flight.begun_for(self._waiter)]
        facts: dict[str, Any] = {
            **asked_facts(profiles),
            "cache_hits": len(kept),
            "joined": len(self._flights) - len(own),
        }
        for forge in sorted({flight.profile.forge for flight in own}):
            cost = sum((flight.cost() for flight in own if flight.profile.forge == forge), Cost())
            facts |= {f"{forge}_{name}": round(value, 3) for name, value in asdict(cost).items()}
            if pace := forges.forge(forge).pace:
                logger.debug("%s takes %s", forge, pace)
        bind_contextvars(**facts)

    def _foresee(self, profiles: Sequence[Profile]) -> None:
        """Refuse before the first call what no budget can pay."""
        for name in sorted({profile.forge for profile in profiles}):
            own = [profile for profile in profiles if profile.forge == name]
            try:
                forges.forge(name).foresee(self._waiter, len(own), self._seconds)
            except BudgetError as error:
                raise error.about(own[0]) from error

    def _take_next(self, tick: float | None) -> None:
        """Wait for the next flight that ends, or for a tick; raises its error, or that the time is over."""
        left = max(0.0, self._deadline - time.monotonic())
        try:
            flight = self._waiter.get(timeout=left if tick is None else min(left, tick))
        except Empty:
            if time.monotonic() >= self._deadline:
                raise self._too_late() from None
            return
        if not flight.ended:
            if flight.late is not None:
                raise self._too_late(flight)
            return
        try:
            self._outcomes[flight.profile] = flight.outcome()
        except DeadlineError as error:
            raise self._too_late() from error
        except UpstreamError as error:
            raise error.about(self._own[flight], flight.secrets) from error

    def _too_late(self, known: Flight | None = None) -> UpstreamError:
        """Leave those that are not done, and say how far they are.

        Args:
            known: the flight of which it is known before the deadline.
        """
        late = [flight for profile, flight in self._flights.items() if profile not in self._outcomes]
        going_on = [flight for flight in late if flight.leave(self._waiter, late=True)]
        stuck = next((flight for flight in late if flight not in going_on), None)
        # before the deadline, those of which nothing is there yet are not stuck
        if going_on and (stuck is None or known in going_on):
            first = known or late[0]
            text = f"{self._how_far(first)} It goes on being read.{_trouble(first)}"
            wait = max(flight.seconds_left() for flight in going_on)
            return UnfinishedError(text, wait).about(self._own[first])
        first = stuck or late[0]
        text = f"{self._how_far(first)} Ask for fewer profiles at once, or allow more time.{_trouble(first)}"
        return DeadlineError(text).about(self._own[first])

    def _how_far(self, flight: Flight) -> str:
        progress = flight.progress()
        repositories = f" and {progress.watchers} of {progress.watchers_known} repositories"
        far = f"{progress.pages} of {progress.pages_known} pages{repositories if progress.watchers_known else ''}"
        within = f"within {self._seconds:g} s ({self._setting})"
        if flight.late:
            return f"the whole answer cannot be there {within}: {flight.late.figures} Of this profile {far} are read."
        return f"the whole answer was not there {within}; of this profile {far} were read."


def _trouble(flight: Flight) -> str:
    note = flight.progress().note
    return f" The last trouble: {note}" if note else ""
