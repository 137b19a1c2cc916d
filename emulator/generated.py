"""Owners that exist by their name, such as `org-N`, `user-N` and `team-N`, N from 0 to 20,000.

`org-300` has exactly 300 public repositories and about a tenth more that do not count, always the same: all comes
from a seed made of the name, and only `Random.random` is used, whose numbers are the same in every Python version. The
beginnings of such names are a trait of each kind of forge. `org-300-1`, `org-300-2` and so on are others of the same
size.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from emulator.model import Owner, Repository, canonical_time, invented_license, invented_push, is_empty
from emulator.traits import Traits

LARGEST = 20_000

_NAME = re.compile(r"([a-z]+)-(0|[1-9][0-9]{0,4})(?:-[1-9][0-9]{0,4})?")

_FIRST = "atlas beacon canvas delta ember forge grove harbor island jade kernel lumen maple nova orbit prism".split()
_SECOND = "api app bench cli client core data docs driver engine infra lib parser service tools worker".split()
_LANGUAGES = (
    "Python JavaScript TypeScript Java C C++ Go Rust Ruby PHP Shell HTML CSS Makefile Dockerfile CMake Perl Scala "
    "Kotlin Swift Objective-C C# F# Haskell Elixir Erlang Lua R Julia Fortran MATLAB Assembly Vue Svelte SCSS Less "
    "TeX Batchfile PowerShell Groovy Clojure OCaml Dart Zig Nix HCL Cython Cuda M4 Roff Starlark Smarty XSLT Awk sed"
).split()
_TOPICS = (
    "api cli data docs http json linux maps math parser physics security simulation testing tooling web hpc mesh mpi "
    "graphs email finance health open-data machine-learning visualization workflow science education embedded"
).split()


FIRST_NAMES = (f"{_FIRST[0]}-{_SECOND[0]}-0", f"{_FIRST[1]}-{_SECOND[1]}-1")
"""The names of the first two repositories of every generated owner that has so many."""


def generate(forge: Traits, login: str) -> Owner | None:
    """The generated owner of that name, or None where the forge generates no such owner or N is too large.

    Names are case-insensitive; the owner's login is in lower case.
    """
    match = _NAME.fullmatch(login.lower())
    if not match or match[1] not in forge.generated or int(match[2]) > LARGEST:
        return None
    count, kind = int(match[2]), forge.generated[match[1]]
    random = Random(f"{forge.name}:{login.lower()}")  # noqa: S311 - reproducible, not secret
    return Owner(
        forge.name,
        login.lower(),
        kind,
        _repositories(random, count, forge.marks, kind in forge.subgroups),
        collaborations=forge.collaborations if count and count % 4 == 0 else (),
        source="generated",
    )


def _repositories(random: Random, public: int, marks: tuple[str, ...], subgroups: bool) -> tuple[Repository, ...]:
    made: list[Repository] = []
    created = datetime(2012, 3, 1, 9, 30, tzinfo=UTC)
    left = public
    while left:
        index = len(made)
        # the third is private, so that even small owners have one; later about one in eleven, a tenth of the public
        is_private = index == 2 or (index > 2 and random.random() < 1 / 11)
        if index % 20 != 7:  # one in twenty is created in the same second as the one before it
            created += timedelta(seconds=60 + int(random.random() * 400_000_000 / (public + 1)))
        one = _marked(_repository(random, index, is_private, canonical_time(created)), index, marks)
        made.append(replace(one, folder=_folder(index)) if subgroups else one)
        left -= one.counts
    return tuple(made)


def _marked(one: Repository, index: int, marks: tuple[str, ...]) -> Repository:
    """The repository with one of the marks, which every ninth gets in turn."""
    if not marks or index % 9 != 4:
        return one
    mark = marks[index // 9 % len(marks)]
    if mark == "empty":
        one = replace(one, languages=(), pushed_at=None)
    return replace(one, is_fork=one.is_fork or mark == "hidden-parent", marks=frozenset({mark}))


def _folder(index: int) -> str:
    """The subgroup of the repository at that place: every seventh is in one, every third of these in one below it."""
    return ("sub/deep" if index % 21 == 10 else "sub") if index % 7 == 3 else ""


def _repository(random: Random, index: int, is_private: bool, created_at: str) -> Repository:
    # the first two names are fixed, because collaborations point at them
    name = f"{_FIRST[index % 16]}-{_SECOND[(index + index // 16) % 16]}-{index}"
    stars = int(10 ** (random.random() * 3.5)) - 1
    is_fork, is_archived = random.random() < 0.3, random.random() < 0.1
    watchers = int(stars * random.random() * 0.2 + random.random() * 4)
    languages = _languages(random)
    never = not languages and not is_fork and is_empty(name)
    return Repository(
        name,
        is_fork=is_fork,
        is_private=is_private,
        is_archived=is_archived,
        stars=stars,
        watchers=watchers,
        languages=languages,
        topics=_topics(random),
        created_at=created_at,
        id=index + 1,
        license=invented_license(name),
        pushed_at=None if never else invented_push(name, created_at),
    )


def _languages(random: Random) -> tuple[tuple[str, int], ...]:
    draw = random.random()
    # 27 to 56 languages in one repository are normal in the recorded data
    count = 0 if draw < 0.1 else 30 if draw > 0.975 else 1 + int(random.random() * 6)
    start, size, pairs = int(random.random() ** 2 * len(_LANGUAGES)), 1_000_000 * (0.1 + random.random()), []
    for step in range(count):
        pairs.append((_LANGUAGES[(start + step * 7) % len(_LANGUAGES)], int(size)))
        size = size * (0.3 + 0.5 * random.random()) + 1
    return tuple(pairs)


def _topics(random: Random) -> tuple[str, ...]:
    draw = random.random()
    count = 0 if draw < 0.4 else 20 if draw > 0.98 else 1 + int(random.random() * 6)
    start = int(random.random() * len(_TOPICS))
    return tuple(_TOPICS[(start + step * 7) % len(_TOPICS)] for step in range(count))
