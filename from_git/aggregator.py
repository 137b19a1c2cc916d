"""The story of a request: profiles in; merged stats and missing profiles out, or one error."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from queue import Empty, SimpleQueue
from typing import Any

from structlog.contextvars import bind_contextvars

from from_git import forges
from from_git.cache import Fetched, Flight
from from_git.errors import BudgetError, DeadlineError, UpstreamError
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


def aggregate(
    profiles: Sequence[Profile],
    seconds: float,
    setting: str,
    on_progress: Callable[[Sequence[Progress]], None] | None = None,
) -> Answer:
    """Fetch all `profiles` (distinct) at the same time and merge them.

    Args:
        seconds: for the whole answer; `setting` is the name of where that number came from, for the message.
        on_progress: called on this thread, at most each TICK, with the progress of each profile in the order asked.

    Raises:
        UpstreamError: the first failure of any profile, naming it; the other fetches are cancelled.
        DeadlineError: the time is over; names the first profile that is not done.
    """
    waiter: SimpleQueue[Flight] = SimpleQueue()
    deadline = time.monotonic() + seconds
    flights: dict[Profile, Flight] = {}
    outcomes: dict[Profile, Fetched] = {}
    shown = time.monotonic()
    try:
        _foresee(profiles, waiter, seconds)
        for profile in profiles:
            flights[profile] = Flight(profile, waiter, deadline)
        while len(outcomes) < len(flights):
            flight = _next(waiter, deadline, TICK if on_progress else None)
            if flight is not None:
                try:
                    outcomes[flight.profile] = _outcome(flight)
                except DeadlineError as error:
                    raise _too_late(flights, outcomes, seconds, setting) from error
            elif time.monotonic() >= deadline:
                raise _too_late(flights, outcomes, seconds, setting)
            if on_progress and time.monotonic() - shown >= TICK:
                shown = time.monotonic()
                on_progress([one.progress() for one in flights.values()])
        if on_progress:
            on_progress([one.progress() for one in flights.values()])
    finally:
        for flight in flights.values():
            flight.leave(waiter)
        _bind_facts(flights, profiles, outcomes)
    found = {profile: one for profile in flights if (one := outcomes[profile].found) is not None}
    return Answer(
        fetched={profile: outcomes[profile] for profile in flights},
        found=found,
        missing=tuple(profile for profile in flights if profile not in found),
        stats=merge(one.stats for one in found.values()),
    )


def _bind_facts(
    flights: Mapping[Profile, Flight], profiles: Sequence[Profile], outcomes: Mapping[Profile, Fetched]
) -> None:
    """What was asked, and what the flights cost at each forge, for the request's line in the log."""
    facts: dict[str, Any] = {
        "profiles": len(profiles),
        "asked": [f"{profile.forge}/{profile.owner}" for profile in profiles[:_SHOWN]],
        "missing": sum(outcome.found is None for outcome in outcomes.values()),
        "cache_hits": 0,
    }
    for forge in sorted({profile.forge for profile in flights}):
        own = [flight for profile, flight in flights.items() if profile.forge == forge]
        cost = sum((flight.cost() for flight in own), Cost())
        facts |= {f"{forge}_{name}": round(value, 3) for name, value in asdict(cost).items()}
        if own[0].pace:
            logger.debug("%s takes %s", forge, own[0].pace)
    bind_contextvars(**facts)


def _foresee(profiles: Sequence[Profile], request: object, seconds: float) -> None:
    """Refuse before the first call what no budget can pay."""
    for name in sorted({profile.forge for profile in profiles}):
        own = [profile for profile in profiles if profile.forge == name]
        try:
            forges.forge(name).foresee(request, len(own), seconds)
        except BudgetError as error:
            raise error.about(own[0]) from error


def _next(waiter: "SimpleQueue[Flight]", deadline: float, tick: float | None) -> Flight | None:
    """The next flight that ends, None when the deadline or a tick passes first."""
    left = max(0.0, deadline - time.monotonic())
    try:
        return waiter.get(timeout=left if tick is None else min(left, tick))
    except Empty:
        return None


def _outcome(flight: Flight) -> Fetched:
    try:
        return flight.outcome()
    except UpstreamError as error:
        raise error.about(flight.profile, flight.secrets) from error


def _too_late(
    flights: Mapping[Profile, Flight], outcomes: Mapping[Profile, Fetched], seconds: float, setting: str
) -> DeadlineError:
    late = next(profile for profile in flights if profile not in outcomes)
    progress = flights[late].progress()
    watchers = (
        f" and {progress.watchers} of {progress.watchers_known} watcher counts" if progress.watchers_known else ""
    )
    return DeadlineError(
        f"the whole answer was not there within {seconds:g} s ({setting}); of this profile {progress.pages} of"
        f" {progress.pages_known} pages{watchers} were. Ask for fewer profiles at once, or allow more time."
        f"{f' The last trouble: {progress.note}' if progress.note else ''}"
    ).about(late)
