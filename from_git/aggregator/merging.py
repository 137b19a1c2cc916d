"""The sum over the profiles of a question, in which each repository counts once."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple
from urllib.parse import quote

from from_git.errors import UpstreamError
from from_git.memory import Remembered
from from_git.values.filters import ALL, Filter
from from_git.values.found import Fetched, Found
from from_git.values.host import Host
from from_git.values.profile import Profile
from from_git.values.rows import Sums, hashed
from from_git.values.stats import Stats, SumTooLarge, merge, summed

_MOST = 50_000  # profiles and names of the sums that are remembered: some 10 MB at most
_QUESTIONS = 64  # of which sums are remembered: each new fetch makes another one of every question with its profile
Elsewhere = Mapping[Profile, frozenset[str]]
"""For some profiles the ids of those of their repositories that count with another profile."""
_sums: Remembered[tuple[Stats, Elsewhere]] = Remembered(_MOST, _QUESTIONS)
_sums_chosen: Remembered[Sums] = Remembered(_MOST)  # of profiles with a filter


class Merged(NamedTuple):
    """What a question's profiles are together."""

    found: Mapping[Profile, Found]
    """The same profiles, each with those of its repositories that the filter lets through."""
    stats: Stats
    """The sum, in which each repository counts once."""
    elsewhere: Elsewhere


def merged(found: Mapping[Profile, Found], fetched: Mapping[Profile, Fetched], wanted: Filter = ALL) -> Merged:
    """The sum over these profiles, each given under one name, as far as a filter lets their repositories through.

    A repository that several of them have, because it has moved, counts as the latest of their fetches has found it; of
    fetches that ended in the same moment, as that of the last owner by name. One of a group and of its part counts as
    the part has found it, whichever fetch ended first. A filter chooses among the repositories as they count. The sum
    is remembered, for the same question in another form.

    Raises:
        UpstreamError: the sum is too large to be told exactly.
    """
    counted = _chosen(found, fetched, wanted) if wanted else found
    key = frozenset((one, *_times(fetched[one])) for one in found), wanted
    known = _sums.get(key)
    if known is None:
        elsewhere = _elsewhere(found, fetched)
        try:
            known = merge(_parts(counted, elsewhere)), elsewhere
        except SumTooLarge as error:
            raise UpstreamError(f"The {error}.", advice="Ask for fewer profiles at once.") from None
        names = len(known[0].langs) + len(known[0].topics)
        _sums.put(key, known, len(found) + names + sum(map(len, elsewhere.values())))
    return Merged(counted, *known)


def distinct(found: Mapping[Profile, Found]) -> dict[Profile, Found]:
    """Each profile once, under the first of its names."""
    first: dict[tuple[Host, str], Profile] = {}
    for profile, one in found.items():
        first.setdefault((profile.host, identity(profile, one)), profile)
    return {profile: found[profile] for profile in first.values()}


def identity(profile: Profile, found: Found) -> str:
    """What is the same for one profile of a host under all of its names."""
    return profile.key if found.identity is None else found.identity


def missing_urls(profile: Profile, found: Found) -> list[str]:
    """The URLs of its repositories that the forge lists and cannot find, sorted."""
    return sorted(f"{profile.host.site}/{quote(name)}" for name in found.missing)


def counted_once(found: Mapping[Profile, Found], fetched: Mapping[Profile, Fetched]) -> Iterator[Stats]:
    """The sums of these profiles, each given under one name, in which a repository counts with one of them; see
    `merged`, which adds them up.

    Raises:
        SumTooLarge: while they are read: one of them is too large to be told exactly.
    """
    return _parts(found, _elsewhere(found, fetched))


def _chosen(found: Mapping[Profile, Found], fetched: Mapping[Profile, Fetched], wanted: Filter) -> dict[Profile, Found]:
    chosen = {}
    for profile, one in found.items():
        key = profile, *_times(fetched[profile]), wanted
        sums = _sums_chosen.get(key)
        chosen[profile] = one.chosen(wanted, sums)
        if sums is None:
            worked_out = chosen[profile].rows.sums
            _sums_chosen.put(key, worked_out, worked_out.weight)
    return chosen


def _times(fetched: Fetched) -> tuple[float, float]:
    return fetched.at, fetched.oldest


def _parts(found: Mapping[Profile, Found], elsewhere: Elsewhere) -> Iterator[Stats]:
    for profile, one in found.items():
        gone = elsewhere.get(profile)
        yield summed([row for row in one.rows if row.id not in gone]) if gone else one.stats


def _elsewhere(found: Mapping[Profile, Found], fetched: Mapping[Profile, Fetched]) -> dict[Profile, frozenset[str]]:
    hosts = defaultdict(list)
    for profile in found:
        hosts[profile.host].append(profile)
    gone: dict[Profile, frozenset[str]] = {}
    for profiles in hosts.values():
        shared = _shared([found[one] for one in profiles])
        if shared:
            times = {one.key: fetched[one].at for one in profiles}
            profiles.sort(key=lambda one: (_latest(one.key, times), one.key), reverse=True)
            gone |= _after_the_first({one: found[one] for one in profiles}, shared)
    return gone


def _latest(key: str, times: Mapping[str, float]) -> float:
    """When an owner, or one that it is a part of, was fetched last, so that a part comes before its whole always."""
    return max(times.get(name, 0.0) for name in accumulate(key.split("/"), "{}/{}".format))


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


def _after_the_first(found: Mapping[Profile, Found], shared: set[int]) -> dict[Profile, frozenset[str]]:
    """For each profile the ids that a profile before it has too."""
    seen = set[str]()
    gone: dict[Profile, frozenset[str]] = {}
    for profile, one in found.items():
        if not shared.isdisjoint(one.rows.sums.ids):
            ids = {row.id for row in one.rows if hashed(row.id) in shared}
            gone[profile] = frozenset(ids & seen)
            seen |= ids
    return gone


def _after_fork() -> None:
    global _sums, _sums_chosen  # their locks may have been held by a thread that is not here
    _sums, _sums_chosen = Remembered(_MOST, _QUESTIONS), Remembered(_MOST)


os.register_at_fork(after_in_child=_after_fork)
