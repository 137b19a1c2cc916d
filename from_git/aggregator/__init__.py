"""One request: profiles in; merged stats and missing profiles out, or one error."""

import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from from_git import forges
from from_git.aggregator.asking import Asking
from from_git.aggregator.fetches import Fetches
from from_git.aggregator.kept import look_up
from from_git.aggregator.merging import Elsewhere, distinct, merged, missing_urls
from from_git.aggregator.overview import Overview, overview
from from_git.errors import UpstreamError
from from_git.flights.awaited import Waiter
from from_git.logfacts import bind_facts
from from_git.values.filters import ALL, Filter
from from_git.values.found import Fetched, Found
from from_git.values.host import counts_internal
from from_git.values.profile import Profile
from from_git.values.repository import Repository
from from_git.values.stats import Stats
from from_git.values.tempo import USUAL
from from_git.values.words import WITH_INTERNAL, subtitled

__all__ = ["Answer", "Asking", "Overview", "aggregate", "asked_facts", "distinct", "watched"]

_SHOWN = 20  # profiles in the log


@dataclass(frozen=True)
class Answer:
    """The answer to one question."""

    fetched: Mapping[Profile, Fetched]
    """Every profile that was asked for, in the order asked."""
    found: Mapping[Profile, Found]
    """The profiles that exist, in the order asked; a profile that was asked for under two names once, by the first.
    Each has those of its repositories that the filter lets through."""
    missing: tuple[Profile, ...]
    """The profiles that do not exist, in the order asked."""
    stats: Stats
    """The sum over `found`, in which each repository counts once."""
    old: Mapping[Profile, UpstreamError] = field(default_factory=dict)
    """The profiles that are shown with their last good numbers, and why there are no new ones."""
    missing_repositories: tuple[str, ...] = ()
    """URLs of repositories that their forge lists and cannot find, in the order of `found`, then by URL; they are not
    in `stats`."""
    filter: Filter = ALL
    """The filter that chose the repositories."""
    elsewhere: Elsewhere = field(default_factory=dict, repr=False)
    """For some of `found` the ids of those of their repositories that count with another one."""
    moment: float | None = None
    """In seconds since the epoch: the moment in the past at which this was the answer, by what was kept of it, which
    are no repositories; None: it is of now."""

    @property
    def counted(self) -> int:
        """How many repositories count."""
        return self.stats.original_repos + self.stats.forked_repos

    @property
    def subtitle(self) -> str:
        """What was counted, for people; see `subtitled`."""
        names = forges.labels_of(profile.host for profile in self.found)
        return subtitled(self.counted, len(self.found), names, self.filter.words, self.which)

    @property
    def which(self) -> str:
        """Which repositories count beside all public ones, and which do not, in words: `with internal repositories, no
        forks`; nothing where just the public ones do."""
        internal = any(counts_internal(profile.host) for profile in self.found)
        return ", ".join(filter(None, [WITH_INTERNAL if internal else "", self.filter.words]))

    def repositories(self) -> Iterator[tuple[Profile, Repository]]:
        """Each repository that counts, once, with the profile with which it counts; read as they are asked for.

        They come in the order of `found`, then by name and by id.
        """
        for profile, one in self.found.items():
            gone = self.elsewhere.get(profile, frozenset())
            yield from ((profile, row) for row in one.rows if row.id not in gone)

    def fingerprint(self) -> bytes:
        """16 bytes that are the same for the same repositories in the same order, in any process, without reading them.

        As time goes on, `active` lets fewer and fewer of the same repositories through, so that beside them their
        number tells which these are.
        """
        told = hashlib.blake2b(repr(self.filter.facts()).encode(), digest_size=16)
        for profile, one in self.found.items():
            told.update(repr((profile.url, len(one.rows), sorted(self.elsewhere.get(profile, ())))).encode())
            for chunk in one.rows.chunks:
                told.update(hashlib.blake2b(chunk).digest())
        return told.digest()


def aggregate(
    profiles: Sequence[Profile], asking: Asking, wanted: Filter = ALL, waiter: Waiter | None = None
) -> Answer:
    """What `watched` returns at its end.

    Raises:
        UpstreamError: see `watched`.
    """
    watch = watched(profiles, asking, wanted, waiter, None)
    while True:
        try:
            next(watch)
        except StopIteration as end:
            answer: Answer = end.value
            return answer


def watched(
    profiles: Sequence[Profile],
    asking: Asking,
    wanted: Filter = ALL,
    waiter: Waiter | None = None,
    tick: float | None = USUAL.tick,
) -> Generator[Callable[[], Overview], None, Answer]:
    """Fetch all `profiles` (distinct) that are not kept side by side, merge them, and report progress meanwhile.

    Yields a function that gives the progress at any time, also after the end: once at the start, whenever the size of a
    profile becomes known, and each `tick`. Closing the generator before its end leaves the fetches, which end unless
    another request waits for them.

    Args:
        wanted: the filter that chooses the repositories which count; all of them are fetched.
        waiter: gets the news of the flights; None: a new one.
        tick: seconds between two reports; None for no reports.

    Raises:
        UpstreamError: the first failure of any profile, naming it; the other fetches end, unless another request waits
            for them.
        UnfinishedError: the time is over, or will be, and asking again finds more; names the first unfinished profile.
        DeadlineError: the time is over; names the first unfinished profile that makes no progress.
    """
    waiter = waiter or Waiter(asking.client)
    kept = look_up(profiles, asking, waiter)
    fetches = Fetches([one for one in profiles if one not in kept], asking, waiter)
    look = partial(overview, kept, fetches, len(profiles), asking.begun)
    try:
        yield look
        for _ in fetches.all(tick):
            yield look
    finally:
        fetches.leave()
        bind_facts(**asked_facts(profiles), cache_hits=len(kept), **fetches.tally.facts())
    return _answer(profiles, {**kept, **fetches.outcomes}, fetches.old, wanted)


def _answer(
    profiles: Sequence[Profile],
    fetched: Mapping[Profile, Fetched],
    old: Mapping[Profile, UpstreamError],
    wanted: Filter = ALL,
) -> Answer:
    found = distinct({profile: one for profile in profiles if (one := fetched[profile].found) is not None})
    missing = tuple(profile for profile in profiles if fetched[profile].found is None)
    lost = tuple(url for profile, one in found.items() for url in missing_urls(profile, one))
    bind_facts(missing=len(missing), missing_repositories=len(lost))
    counted, stats, elsewhere = merged(found, fetched, wanted)
    return Answer(
        fetched={profile: fetched[profile] for profile in profiles},
        found=counted,
        missing=missing,
        stats=stats,
        old={profile: old[profile] for profile in profiles if profile in old},
        missing_repositories=lost,
        filter=wanted,
        elsewhere=elsewhere,
    )


def asked_facts(profiles: Sequence[Profile]) -> dict[str, Any]:
    """The profiles asked for, for the request's line in the log."""
    return {
        "profiles": len(profiles),
        "asked": [profile.logged for profile in profiles[:_SHOWN]],
    }
