"""The numbers of watched profiles over time."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from from_git.history.stored import COLUMNS
from from_git.history.watching import parts
from from_git.models import Profile as Row, Snapshot
from from_git.values.keys import KEYS
from from_git.values.profile import Profile

MOST = 5_000
"""Points that are given at once."""
_COLUMNS = "at", "id", "profile_id", "kind", "not_told", *COLUMNS.values()


class Span(NamedTuple):
    """A time, its ends included; None: without a beginning, or until now."""

    since: datetime | None = None
    until: datetime | None = None


ALWAYS = Span()


class Place(NamedTuple):
    """The place of a point among all: they come by time, those of one moment in the order in which they were kept."""

    at: datetime
    id: int


class Point(NamedTuple):
    """The numbers of a profile at one moment."""

    place: Place
    profile: Profile
    kind: str
    """Empty: there was no such profile."""
    numbers: Mapping[str, int | None]
    """By the key of an answer; None is what the forge did not tell."""


def points(
    known: Mapping[Profile, Row], span: Span = ALWAYS, after: Place | None = None, most: int = MOST
) -> list[Point]:
    """The first points of these profiles in a time, in the order of their places.

    Args:
        after: only those behind this place.
    """
    profiles = {row.id: profile for profile, row in known.items()}
    found: list[tuple[object, ...]] = []
    for query in _queries(profiles, span):
        wanted = query.filter(Q(at__gt=after.at) | Q(at=after.at, id__gt=after.id)) if after else query
        if len(found) == most:
            wanted = wanted.filter(at__lte=found[-1][0])
        found = sorted([*found, *wanted[:most]])[:most]
    return [_point(row, profiles) for row in found]


def all_points(known: Mapping[Profile, Row], span: Span = ALWAYS) -> Iterator[Point]:
    """All points of these profiles in a time, in the order of their places, read as they are asked for."""
    profiles = {row.id: profile for profile, row in known.items()}
    for row in heapq.merge(*(query.iterator(chunk_size=MOST) for query in _queries(profiles, span))):
        yield _point(row, profiles)


def sums(known: Mapping[Profile, Row], span: Span = ALWAYS) -> Iterator[tuple[datetime, Mapping[str, int | None]]]:
    """The sum over these profiles at each moment of a time at which one of them has a point.

    It begins when each of them has one, so that no sum lacks a profile. A profile that does not exist adds nothing, and
    so does what a forge does not tell; None where no forge tells it, and where there is no profile at all.
    """
    names = {(one.host, row.identity or one.key): one for one, row in reversed(list(known.items()))}
    known = {one: known[one] for one in names.values()}  # two names of one profile count once
    last: dict[Profile, Point] = {}
    total, moment = _Total(), None
    for one in all_points(known, span):
        if moment is not None and one.place.at > moment and len(last) == len(known):
            yield moment, total.numbers()
        if before := last.get(one.profile):
            total.add(before, -1)
        total.add(one)
        last[one.profile], moment = one, one.place.at
    if moment is not None and len(last) == len(known):
        yield moment, total.numbers()


class _Total:
    """A sum over points that come and go; adding all up at each moment would take the square of their number."""

    def __init__(self) -> None:
        self._sums = dict.fromkeys(COLUMNS, 0)
        self._tellers = dict.fromkeys(COLUMNS, 0)

    def add(self, point: Point, times: int = 1) -> None:
        for key, number in point.numbers.items() if point.kind else ():
            if number is not None:
                self._sums[key] += times * number
                self._tellers[key] += times

    def numbers(self) -> dict[str, int | None]:
        return {key: value if self._tellers[key] else None for key, value in self._sums.items()}


def _queries(ids: Iterable[int], span: Span) -> Iterator["QuerySet[Snapshot, tuple[object, ...]]"]:
    for some in parts(ids):
        query = Snapshot.objects.filter(profile__in=some).order_by("at", "id")
        if span.since is not None:
            query = query.filter(at__gte=span.since)
        if span.until is not None:
            query = query.filter(at__lte=span.until)
        yield query.values_list(*_COLUMNS)


def _point(row: Sequence[object], profiles: Mapping[int, Profile]) -> Point:
    at, identity, number, kind, untold, *numbers = row
    profile = profiles[number]  # type: ignore[index]
    silent = {*profile.kind.tells.not_told, *str(untold).split()} if kind else set(KEYS)
    told = {key: None if key in silent else value for key, value in zip(COLUMNS, numbers, strict=True)}
    return Point(Place(at, identity), profile, str(kind), told)  # type: ignore[arg-type]
