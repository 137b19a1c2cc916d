"""The values of a world: repositories and their owners. No I/O, no clock, nothing of any forge's wire format."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import EllipsisType

_EPOCH = datetime(2011, 1, 1, tzinfo=UTC).timestamp()
_FOURTEEN_YEARS = 14 * 365 * 24 * 3600
_LARGEST_ID = 2**31 - 1  # GraphQL's Int, in which forges tell ids, holds no more
_LATEST_PUSH = datetime(2026, 11, 1, tzinfo=UTC)
# a quarter without one, as many with the most usual one; the last stands for a text that the forge did not recognise
_LICENSES = (
    *(None,) * 5,
    *("MIT",) * 5,
    *("Apache-2.0",) * 3,
    *("GPL-3.0", "GPL-3.0", "BSD-3-Clause", "BSD-2-Clause", "LGPL-2.1", "MPL-2.0", "NOASSERTION"),
)


MARKS: Mapping[str, str] = {
    "internal": "everybody with an account sees it, and nobody else",
    "deleting": "it waits for its deletion, and is still shown",
    "hidden-parent": "a fork whose parent nobody may see, because it is private or gone",
    "mirror": "a mirror of a repository elsewhere",
    "no-code": "its code is switched off, or for its members only",
    "empty": "nothing was ever pushed to it",
    "null": "the forge cannot load it, and has null in its place",
}
"""What a repository can be besides; forges without such a thing ignore it."""
_NOT_PUBLIC = frozenset({"internal", "deleting"})


def canonical_time(value: str | datetime) -> str:
    """The time as `YYYY-MM-DDTHH:MM:SS[.ffffff]Z` in UTC; without an offset the time is taken as UTC.

    Raises:
        ValueError: the text is not an ISO 8601 time.
    """
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat().removesuffix("+00:00") + "Z"


def invented_time(name: str) -> str:
    """A creation time between 2011 and 2024 that depends on the name alone, in whole seconds."""
    seconds = _EPOCH + zlib.crc32(name.encode()) % _FOURTEEN_YEARS
    return canonical_time(datetime.fromtimestamp(seconds, UTC))


def invented_push(name: str, created_at: str) -> str:
    """A time of the last push between the creation and November 2026 that depends on these two, in whole seconds."""
    created = datetime.fromisoformat(canonical_time(created_at))
    created += timedelta(microseconds=-created.microsecond % 1_000_000)
    span = max(0, int((_LATEST_PUSH - created).total_seconds()))
    part = zlib.crc32(f"{name} is pushed".encode()) / 2**32
    return canonical_time(created + timedelta(seconds=int(span * part)))


def invented_license(name: str) -> str | None:
    """An SPDX id or None, a quarter of all, that depends on the name alone."""
    return _LICENSES[zlib.crc32(f"{name} is licensed".encode()) % len(_LICENSES)]


def is_empty(name: str) -> bool:
    """Whether a repository without languages was never pushed to: half of them, by the name alone."""
    return zlib.crc32(f"{name} is empty".encode()) % 2 == 0


def _marks(given: Collection[str]) -> frozenset[str]:
    if strange := sorted(set(given) - MARKS.keys()):
        raise ValueError(f"no mark {strange[0]!r}; there are: {', '.join(MARKS)}")
    return frozenset(given)


@dataclass(frozen=True, init=False)
class Repository:
    """One repository as a forge stores it.

    Attributes:
        name: its name at the forge; a slug is the same in lower case.
        stars: number of stargazers; forges without stars ignore it.
        watchers: number of accounts that watch it.
        languages: (name, bytes) pairs in the forge's order, given as pairs or as a mapping. A name may come twice
            (recorded). A forge that tells one language tells the first.
        topics: in the forge's order; forges without topics ignore them.
        created_at: canonical text (see `canonical_time`); a time that depends on the name where none is given.
        id: a number that stays through renames (`dataclasses.replace(repository, name=...)` keeps it); made from the
            first name where none is given. Unique within an owner.
        license: the SPDX id of its licence, "NOASSERTION" for a text that the forge did not recognise, None = none;
            forges that do not look for licences ignore it.
        pushed_at: canonical text, None = never pushed to; a time after the creation that depends on the name where none
            is given. Forges that do not tell it ignore it.
        born: (login, id) of its first owner where it was transferred, else empty: the forges' ids stay.
        marks: names in MARKS.
        folder: the path of its subgroup below its owner, as `tools/old`; empty = none, and at forges without subgroups.

    Raises:
        ValueError: an unknown mark.
    """

    name: str
    is_fork: bool
    is_private: bool
    is_archived: bool
    stars: int
    watchers: int
    languages: tuple[tuple[str, int], ...]
    topics: tuple[str, ...]
    created_at: str
    id: int
    license: str | None
    pushed_at: str | None
    born: tuple[str, int] | tuple[()]
    marks: frozenset[str]
    folder: str

    def __init__(
        self,
        name: str,
        is_fork: bool = False,
        is_private: bool = False,
        is_archived: bool = False,
        stars: int = 0,
        watchers: int = 0,
        languages: Mapping[str, int] | Iterable[tuple[str, int]] = (),
        topics: Iterable[str] = (),
        created_at: str | datetime | None = None,
        id: int = 0,
        license: str | None = None,
        pushed_at: str | datetime | EllipsisType | None = ...,
        born: tuple[str, int] | tuple[()] = (),
        marks: Collection[str] = (),
        folder: str = "",
    ) -> None:
        marked = _marks(marks)
        pairs = languages.items() if isinstance(languages, Mapping) else languages
        created = invented_time(name) if created_at is None else canonical_time(created_at)
        pushed = invented_push(name, created) if pushed_at is ... else pushed_at
        # a frozen dataclass has no setter, and its generated __init__ could not convert its arguments
        self.__dict__.update(
            name=name,
            is_fork=is_fork,
            is_private=is_private,
            is_archived=is_archived,
            stars=stars,
            watchers=watchers,
            languages=tuple((language, size) for language, size in pairs),
            topics=tuple(topics),
            created_at=created,
            id=id or 1 + zlib.crc32(name.encode()) % _LARGEST_ID,
            license=license,
            pushed_at=None if pushed is None else canonical_time(pushed),
            born=born,
            marks=marked,
            folder=folder,
        )

    @property
    def counts(self) -> bool:
        """Whether it is public for everybody, and stays."""
        return not self.is_private and self.marks.isdisjoint(_NOT_PUBLIC)

    @property
    def is_internal(self) -> bool:
        """Whether everybody with an account sees it, and nobody else."""
        return not self.is_private and self.marks & _NOT_PUBLIC == {"internal"}

    @property
    def path(self) -> str:
        """Its name with the subgroup in front."""
        return f"{self.folder}/{self.name}" if self.folder else self.name

    def identity(self, login: str) -> tuple[str, int]:
        """The parts of a forge's own id of this repository of that owner: lower-case login and number."""
        return self.born or (login.lower(), self.id)


@dataclass(frozen=True)
class Owner:
    """A profile of one forge with all its repositories, private ones too.

    Attributes:
        forge: the name of the kind of forge.
        login: the name in the forge's spelling; names are looked up without regard to case.
        kind: one of the forge's kinds of owners, for example "Organization".
        collaborations: (login, repository name) of repositories of others in which this account is a collaborator;
            some forges list them too.
        spam: the forge has marked the owner as spam.
        filled: the recorded keys that were not recorded and were filled in by rule (see DATA.md).
        source: where the data come from; "made up" and "generated" are not recorded data.
        visibility: "public", "limited" (to everybody with an account) or "private"; forges without it ignore it.
        former: logins that it had before.

    Raises:
        ValueError: two repositories of one name or one id, or another visibility.
    """

    forge: str
    login: str
    kind: str
    repositories: Sequence[Repository] = ()
    collaborations: tuple[tuple[str, str], ...] = ()
    spam: bool = False
    filled: tuple[str, ...] = ()
    source: str = field(default="added", compare=False)
    visibility: str = "public"
    former: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.visibility not in ("public", "limited", "private"):
            raise ValueError(f"no visibility {self.visibility!r}")
        object.__setattr__(self, "repositories", tuple(self.repositories))
        self._refuse_twins("name", [repository.path.lower() for repository in self.repositories])
        self._refuse_twins("id", [str(repository.id) for repository in self.repositories])

    def _refuse_twins(self, what: str, keys: list[str]) -> None:
        if len(set(keys)) != len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"{self.forge}/{self.login} has two repositories with the {what} {twice!r}")

    @property
    def key(self) -> tuple[str, str]:
        """The owner's identity: forge and lower-case login."""
        return self.forge, self.login.lower()

    def part(self, folder: str) -> Owner | None:
        """The subgroup at that path, in any letter case, with the subgroups below it; None where there is none."""
        wanted = folder.lower().split("/")
        inside = [one for one in self.repositories if one.folder.lower().split("/")[: len(wanted)] == wanted]
        if not inside:
            return None
        spelled = inside[0].folder.split("/")[: len(wanted)]
        depth = len(wanted)
        rows = [
            replace(one, folder="/".join(one.folder.split("/")[depth:]), born=one.identity(self.login))
            for one in inside
        ]
        return replace(self, login="/".join([self.login, *spelled]), repositories=rows)
