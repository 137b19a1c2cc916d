"""How far a request is, summed up for whoever watches."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from from_git.aggregator.fetches import Fetches
from from_git.cache import Fetched
from from_git.errors import when
from from_git.forges import Cost, Progress
from from_git.profiles import LABELS, Profile

_SAID = 5  # profiles whose waits are told


@dataclass(frozen=True)
class Overview:
    """How far it was when it was asked; what is known may grow."""

    profiles: int
    """Asked for."""
    done: int
    """Of them, those whose outcome is there."""
    found: int
    """Those that exist and whose size is known, done or not."""
    kept: int
    """Those of `done` for which no forge had to be asked."""
    pages: int
    """Of the lists of repositories, read; so are the next three over all profiles that are not kept."""
    pages_known: int
    watchers: int
    """Repositories whose watchers, and all else, are counted."""
    watchers_known: int
    retries: int
    """Calls that were sent again."""
    waits: tuple[str, ...]
    """What profiles that are not done wait for, or have tried again because of: a sentence for each of a few."""
    cost: Mapping[str, Cost]
    """By forge, of the fetches that were begun for this request."""
    seconds: float = field(compare=False)
    """Since it began."""


def overview(kept: Mapping[Profile, Fetched], fetches: Fetches, asked: int, begun: float) -> Overview:
    """The overview at this moment; `begun` on the monotonic clock."""
    outcomes, every = {**kept, **fetches.outcomes}, fetches.progress()
    on_the_way = {profile: one for profile, one in every.items() if profile not in outcomes}
    found = sum(one.found is not None for one in outcomes.values()) + sum(one.found for one in on_the_way.values())
    troubled = [(profile, one) for profile, one in on_the_way.items() if one.note]
    return Overview(
        profiles=asked,
        done=len(outcomes),
        found=found,
        kept=len(kept),
        pages=sum(one.pages for one in every.values()),
        pages_known=sum(one.pages_known for one in every.values()),
        watchers=sum(one.watchers for one in every.values()),
        watchers_known=sum(one.watchers_known for one in every.values()),
        retries=sum(one.retries for one in every.values()),
        waits=tuple(_wait(profile, one) for profile, one in troubled[:_SAID]),
        cost=fetches.cost(),
        seconds=time.monotonic() - begun,
    )


def _wait(profile: Profile, progress: Progress) -> str:
    more = f" It goes on {when(progress.wait)}." if progress.wait > 0 else ""
    return f"{LABELS[profile.forge]} for {profile.url}: {progress.note}{more}"
