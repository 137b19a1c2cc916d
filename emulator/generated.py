"""Owners that exist by their name: `org-N` and `user-N` on GitHub, `team-N` on Bitbucket, N from 0 to 20,000.

`org-300` has exactly 300 public repositories and about a tenth more private ones, always the same: everything comes
from a seed made of the name, and only `Random.random` is used, whose numbers are the same in every Python version.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from random import Random

from emulator.model import BITBUCKET, GITHUB, Owner, Repository, canonical_time

LARGEST = 20_000

_NAME = re.compile(r"(org|user|team)-(0|[1-9][0-9]{0,4})")
_KINDS = {"org": (GITHUB, "Organization"), "user": (GITHUB, "User"), "team": (BITBUCKET, "Workspace")}

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


def generate(forge: str, login: str) -> Owner | None:
    """The generated owner of that name, or None where the name is not of the generated kind or too large.

    Names are case-insensitive; the owner's login is in lower case.
    """
    match = _NAME.fullmatch(login.lower())
    if not match:
        return None
    owner_forge, kind = _KINDS[match[1]]
    count = int(match[2])
    if owner_forge != forge or count > LARGEST:
        return None
    # a few GitHub owners list repositories of somebody else, as collaborators do
    helps = (("user-3", f"{_FIRST[0]}-{_SECOND[0]}-0"), ("user-3", f"{_FIRST[1]}-{_SECOND[1]}-1"))
    return Owner(
        forge,
        login.lower(),
        kind,
        _repositories(Random(f"{forge}:{login.lower()}"), count),  # noqa: S311 - reproducible, not secret
        collaborations=helps if forge == GITHUB and count and count % 4 == 0 else (),
        source="generated",
    )


def _repositories(random: Random, public: int) -> tuple[Repository, ...]:
    made: list[Repository] = []
    created = datetime(2012, 3, 1, 9, 30, tzinfo=UTC)
    left = public
    while left:
        index = len(made)
        # the third is private, so that even small owners have one; later about one in eleven, a tenth of the public
        is_private = index == 2 or (index > 2 and random.random() < 1 / 11)
        if index % 20 != 7:  # one in twenty is created in the same second as the one before it
            created += timedelta(seconds=60 + int(random.random() * 400_000_000 / (public + 1)))
        made.append(_repository(random, index, is_private, canonical_time(created)))
        left -= not is_private
    return tuple(made)


def _repository(random: Random, index: int, is_private: bool, created_at: str) -> Repository:
    stars = int(10 ** (random.random() * 3.5)) - 1
    return Repository(
        # the first two names are fixed, because collaborations point at them
        f"{_FIRST[index % 16]}-{_SECOND[(index + index // 16) % 16]}-{index}",
        is_fork=random.random() < 0.3,
        is_private=is_private,
        is_archived=random.random() < 0.1,
        stars=stars,
        watchers=int(stars * random.random() * 0.2 + random.random() * 4),
        languages=_languages(random),
        topics=_topics(random),
        created_at=created_at,
        id=index + 1,
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
