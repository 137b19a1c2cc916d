"""The sum over the profiles of a question, in which each repository counts once."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from from_git.errors import UpstreamError
from from_git.memory import Remembered
from from_git.values.found import Fetched, Found
from from_git.values.profile import Profile
from from_git.values.rows import hashed
from from_git.values.stats import Stats, SumTooLarge, merge, summed

_MOST = 50_000  # profiles and names of the sums that are remembered: some 10 MB at most
_QUESTIONS = 64  # of which sums are remembered: each new fetch makes another one of every question with its profile
_sums: Remembered[Stats] = Remembered(_MOST, _QUESTIONS)


def merged(found: Mapping[Profile, Found], fetched: Mapping[Profile, Fetched]) -> Stats:
    """The sum over these profiles, each given under one name; remembered, for the same question in another form.

    A repository that several of them have, because it has moved or belongs to a group and to a part of it, counts as
    the latest of their fetches has found it; of fetches that ended in the same moment, as that of the last owner by
    name.

    Raises:
        UpstreamError: it is too large to be told exactly.
    """
    key = frozenset((one, fetched[one].at, fetched[one].oldest) for one in found)
    stats = _sums.get(key)
    if stats is None:
        try:
            stats = merge(_parts(found, _elsewhere(found, fetched)))
        except SumTooLarge as error:
            raise UpstreamError(f"The {error}.", advice="Ask for fewer profiles at once.") from None
        _sums.put(key, stats, len(key) + len(stats.langs) + len(stats.topics))
    return stats


def _parts(found: Mapping[Profile, Found], elsewhere: Mapping[Profile, set[str]]) -> Iterator[Stats]:
    for profile, one in found.items():
        gone = elsewhere.get(profile)
        yield summed([row for row in one.rows if row.id not in gone]) if gone else one.stats


def _elsewhere(found: Mapping[Profile, Found], fetched: Mapping[Profile, Fetched]) -> dict[Profile, set[str]]:
    """The ids of repositories that count with another profile."""
    hosts = defaultdict(list)
    for profile in found:
        hosts[profile.host].append(profile)
    gone: dict[Profile, set[str]] = {}
    for profiles in hosts.values():
        shared = _shared([found[one] for one in profiles])
        if shared:
            profiles.sort(key=lambda one: (fetched[one].at, one.key), reverse=True)
            gone |= _after_the_first({one: found[one] for one in profiles}, shared)
    return gone


def _shared(found: Sequence[Found]) -> set[int]:
    """The hashes of ids that several of these may have; they tell without a look at the rows that there are none."""
    ids = [one.rows.sums.ids for one in found]
    if len(ids) < 2 or len(set().union(*ids)) == sum(map(len, ids)):
        return set()
    seen, shared = set[int](), set[int]()
    for some in ids:
        shared |= seen.intersection(some)
        seen.update(some)
    return shared


def _after_the_first(found: Mapping[Profile, Found], shared: set[int]) -> dict[Profile, set[str]]:
    """For each profile the ids that a profile before it has too."""
    seen = set[str]()
    gone: dict[Profile, set[str]] = {}
    for profile, one in found.items():
        if not shared.isdisjoint(one.rows.sums.ids):
            ids = {row.id for row in one.rows if hashed(row.id) in shared}
            gone[profile] = ids & seen
            seen |= ids
    return gone


def _after_fork() -> None:
    global _sums  # its lock may have been held by a thread that is not here
    _sums = Remembered(_MOST, _QUESTIONS)


os.register_at_fork(after_in_child=_after_fork)
