"""Snapshots of the past, for tests that cannot wait for days."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from from_git import forges
from from_git.history import keeping, stored, watching
from from_git.models import Profile as Row, Snapshot
from from_git.profiles import parse_profiles
from from_git.tests.kit.finds import found_with
from from_git.values.found import Fetched, Found
from from_git.values.profile import Profile
from from_git.values.stats import Language, Stats

SPACK, MFEM, NOBODY = "https://github.com/spack", "https://github.com/mfem", "https://bitbucket.org/nobody"


def profiles(*urls: str) -> list[Profile]:
    """The profiles of these URLs."""
    return parse_profiles(urls, forges.hosts()).profiles


def day(number: int, hour: int = 12) -> datetime:
    """An hour of a day in January 2026."""
    return datetime(2026, 1, number, hour, tzinfo=UTC)


def found(stars: int = 0, langs: str = "", topics: str = "", repos: int = 1, **more: Any) -> Found:
    """A profile with so many stars, and languages and topics with blanks between them."""
    languages = {name: Language(1, 100) for name in sorted(langs.split())}
    stats = Stats(repos, 0, 7, stars, languages, dict.fromkeys(sorted(topics.split()), 1))
    return found_with(stats, **more)


def watch(*urls: str) -> list[Row]:
    """Watch these profiles; their rows."""
    watching.watch(profiles(*urls))
    return list(watching.rows(profiles(*urls)).values())


def put(url: str, at: datetime, one: Found | None) -> Snapshot:
    """A snapshot of a watched profile at a moment, whatever there is before and after it; with all its names."""
    [row] = watch(url)
    made = stored.snapshot(row, at, one)
    made.save()
    return made


def keep(url: str, one: Found | None) -> int:
    """Keep what a fetch has just found, as a batch does; how many snapshots that made."""
    now = time.time()
    with transaction.atomic():
        return keeping.keep({profiles(url)[0]: Fetched(one, now, now)})


def age(**ago: float) -> None:
    """Put all snapshots back in time."""
    for one in Snapshot.objects.order_by("at"):
        Snapshot.objects.filter(id=one.id).update(at=one.at - timedelta(**ago))
