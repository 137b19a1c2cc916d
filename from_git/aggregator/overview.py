"""The progress of a whole request."""

import time
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

from from_git.aggregator.fetches import Fetches
from from_git.aggregator.tally import together
from from_git.errors import when
from from_git.values.found import Fetched
from from_git.values.profile import Profile
from from_git.values.progress import Cost, Progress

_SAID = 5  # profiles whose waits are told


@dataclass(frozen=True)
class Overview:
    """The progress at one moment; the `known` numbers may grow."""

    profiles: int
    """Asked for."""
    done: int
    """Of them, those whose outcome is there."""
    found: int
    """Profiles that exist and whose size is known, done or not."""
    kept: int
    """Profiles among `done` for which no forge had to be asked."""
    pages: int
    """List pages read so far. This and the next three fields leave out profiles that are kept."""
    pages_known: int
    watchers: int
    """Repositories whose watchers, and all else, are counted."""
    watchers_known: int
    retries: int
    """Calls that were sent again."""
    waits: tuple[str, ...]
    """Why unfinished profiles wait or were asked again: a sentence for each of a few."""
    cost: Mapping[str, Cost]
    """The cost by forge, of the fetches that were begun for this request."""
    seconds: float = field(compare=False)
    """The time since the request came."""
    finished: Mapping[Profile, Fetched] = field(default_factory=dict, compare=False, repr=False)
    """The outcomes of the profiles that are done, which grow."""


def overview(kept: dict[Profile, Fetched], fetches: Fetches, asked: int, begun: float) -> Overview:
    """The overview at this moment; `begun` on the monotonic clock."""
    under_way, tally = fetches.progress(), fetches.tally
    read = reduce(together, under_way.values(), tally.progress)
    found = sum(one.found is not None for one in kept.values()) + tally.found
    troubled = [(profile, one) for profile, one in under_way.items() if one.note]
    return Overview(
        profiles=asked,
        done=len(kept) + len(fetches.outcomes),
        found=found + sum(one.found for one in under_way.values()),
        kept=len(kept),
        pages=read.pages,
        pages_known=read.pages_known,
        watchers=read.watchers,
        watchers_known=read.watchers_known,
        retries=read.retries,
        waits=tuple(_wait(profile, one) for profile, one in troubled[:_SAID]),
        cost=fetches.costs(),
        seconds=time.monotonic() - begun,
        finished=ChainMap(fetches.outcomes, kept),
    )


def _wait(profile: Profile, progress: Progress) -> str:
    more = f" It goes on {when(progress.wait)}." if progress.wait > 0 else ""
    return f"{profile.host.label} for {profile.url}: {profile.host.words(progress.note)}{more}"
