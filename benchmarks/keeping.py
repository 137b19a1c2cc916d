"""The process that `benchmarks.kept` measures: the same profiles in a cache as rows and as sums, asked for in turn."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import django
from django.core.cache import caches

from emulator.world import World
from from_git import forges
from from_git.aggregator import merging
from from_git.kept.codec import encoded
from from_git.kept.store import Store, key_of
from from_git.memory import Remembered, SharedMemory
from from_git.options import loading
from from_git.values.found import Fetched, Found
from from_git.values.profile import Profile
from from_git.values.repository import Repository
from from_git.values.rows import Rows
from from_git.values.stats import LARGEST, Language, Stats, merge


@dataclass(frozen=True)
class Job:
    """What is asked for."""

    profiles: int
    repositories: int
    """Of each profile."""
    rounds: int
    times: int
    """Questions of a round, of which the fastest counts."""


@dataclass(frozen=True)
class Round:
    """Seconds from a cache to a sum over all profiles, and the bytes that are kept of them."""

    rows: float
    sums: float
    first: float
    """With rows, of the first question of a process."""
    again: float
    """With rows, of a question whose sum is remembered."""
    bytes: int


class Both:
    """The profiles, in both forms.

    Args:
        repositories: of each.
    """

    def __init__(self, profiles: int, repositories: int) -> None:
        self._cache = caches["default"]
        parts = [Rows.of(part) for part in _parts(profiles, repositories)]
        host, now = next(iter(forges.hosts().values())), time.time()
        names = [f"owner-{number}" for number in range(profiles)]
        self._profiles = [Profile(host, name, name, f"{host.site}/{name}") for name in names]
        kept = [Fetched(Found("User", part), now, now) for part in parts]
        self.bytes = sum(len(encoded(one)) for one in kept)
        self._store = self._new_store()
        for profile, one, part in zip(self._profiles, kept, parts, strict=True):
            self._store.keep(profile, one)
            self._cache.set(key_of("sums", profile), _plain(part.stats, now), timeout=3_600)

    def of_rows(self, remembered: bool = False, first: bool = False) -> Stats:
        """The sum by rows.

        Args:
            remembered: whether the sum over all may be, beside those of the profiles.
            first: whether this process has not yet read them.
        """
        if not remembered:
            merging._sums = Remembered(merging._MOST)
        fetched = (self._new_store() if first else self._store).kept(self._profiles)
        return merging.merged({profile: one.found for profile, one in fetched.items() if one.found}, fetched).stats

    def of_sums(self) -> Stats:
        """The sum by sums, each of which is read anew."""
        keys = {key_of("sums", one): one for one in self._profiles}
        found, now = self._cache.get_many(keys), time.time()
        ages = {keys[key]: (_read(value), now - value["at"]) for key, value in found.items()}
        return merge(stats for stats, age in ages.values() if age < 3_600)

    def _new_store(self) -> Store:
        return Store(SharedMemory(self._cache))


def main() -> None:
    """Do the job."""
    # a developer's own settings are not measured
    loading.local_settings = lambda folder: {}
    os.environ["DJANGO_SETTINGS_MODULE"] = "coding_challenge.settings"
    django.setup()
    job = Job(**json.load(sys.stdin))
    both = Both(job.profiles, job.repositories)
    if not both.of_rows(first=True) == both.of_rows() == both.of_sums():
        raise AssertionError("the sums differ")
    json.dump([asdict(_round(both, job.times)) for _ in range(job.rounds)], sys.stdout)


def _round(both: Both, times: int) -> Round:
    ways: dict[str, Callable[[], object]] = {
        "rows": both.of_rows,
        "sums": both.of_sums,
        "first": lambda: both.of_rows(first=True),
        "again": lambda: both.of_rows(remembered=True),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(times):
        for name, way in ways.items():  # in turn, since the machine is not always as fast
            begun = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - begun)
    return Round(**best, bytes=both.bytes)


def _parts(profiles: int, repositories: int) -> Iterable[list[Repository]]:
    """Generated repositories, so many for each profile, no two of them the same."""
    owner = World(recorded=False).owner("github", f"org-{profiles * repositories}")
    rows = [
        Repository(
            *(f"R_kgDO{one.id:x}", one.name, one.is_fork, one.is_archived, one.stars, one.watchers, one.languages),
            *(one.topics, one.license, 1_300_000_000 + one.id % 400_000_000, 1_700_000_000 + one.id % 80_000_000),
        )
        for one in (owner.repositories if owner else ())
        if not one.is_private
    ]
    return [rows[begin : begin + repositories] for begin in range(0, len(rows), repositories)]


def _plain(stats: Stats, at: float) -> dict[str, Any]:
    """What the cache had of a profile before it kept repositories."""
    return {
        "kind": "User",
        "at": at,
        "counts": [stats.original_repos, stats.forked_repos, stats.watchers, stats.followers],
        "langs": [[name, one.repos, one.bytes] for name, one in stats.langs.items()],
        "topics": [[name, repos] for name, repos in stats.topics.items()],
    }


def _read(value: Any) -> Stats:
    """Its sums, of which nothing was believed."""
    langs = {
        _name(name): Language(_count(repos), None if size is None else _count(size))
        for name, repos, size in value["langs"]
    }
    topics = {_name(name): _count(repos) for name, repos in value["topics"]}
    if list(langs) != sorted(langs) or list(topics) != sorted(topics):
        raise ValueError("not in order")
    original, forked, watchers, followers = map(_count, value["counts"])
    return Stats(original, forked, watchers, followers, langs, topics)


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise TypeError("not a count")
    return value


def _name(value: object) -> str:
    if type(value) is not str:
        raise TypeError("not a name")
    return value


if __name__ == "__main__":
    main()
