"""Changes of an owner's repositories while a client reads them, from created and hidden to transferred."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from emulator.model import Owner, Repository, canonical_time

# name → meaning; several changes at once are done in this order
CHANGES = {
    "create": "so many public repositories more, newer than all others",
    "delete": "the newest so many public ones are gone",
    "delete_oldest": "the oldest so many public ones are gone",
    "publish": "the oldest so many private ones become public",
    "private": "the newest so many public ones become private",
    "rename": "the newest so many public ones get another name",
    "archive": "the newest so many public ones become archived",
    "license": "the newest public one gets this licence, an SPDX id; empty: none",
    "push": "the newest public one was last pushed to at this time; empty: never",
    "transfer": "the newest public one goes to this login",
    "vanish": "true: the owner is gone",
}


_TOLD = {"license": "license", "push": "pushed_at"}


@dataclass(frozen=True)
class Changed:
    """The owners as they are afterwards, and the identities of the repositories that moved."""

    owners: tuple[Owner, ...]
    moved: tuple[tuple[str, int], ...] = ()


def check(changes: Mapping[str, Any]) -> None:
    """Check the arguments of a change.

    Raises:
        ValueError: a change that does not exist, a value of the wrong type or below 0, or a time that is none.
    """
    for name, value in changes.items():
        if name not in CHANGES:
            raise ValueError(f"no change {name!r}; there are: {', '.join(CHANGES)}")
        kind: type = {"transfer": str, "license": str, "push": str, "vanish": bool}.get(name, int)
        if not isinstance(value, kind) or (isinstance(value, int) and value < 0):
            raise ValueError(f"the change {name!r} needs a value of the type {kind.__name__}, and none below 0")
        if name == "push" and value:
            canonical_time(str(value))


def change(owner: Owner, other: Owner | None, changes: Mapping[str, Any], serial: Iterator[int]) -> Changed:
    """Do the changes.

    Args:
        other: the owner that `transfer` names; None where there is no such owner yet.
        changes: see `CHANGES`.
        serial: ids for new repositories: a forge never gives one again, even if the newest repository is deleted.

    Raises:
        ValueError: a change that does not exist, or a value of the wrong type or below 0.
    """
    check(changes)
    repositories = [*owner.repositories, *_created(owner, changes.get("create", 0), serial)]
    for one in [
        *_newest(repositories, changes.get("delete", 0)),
        *_oldest(repositories, changes.get("delete_oldest", 0)),
    ]:
        if one in repositories:
            repositories.remove(one)
    for one in _sorted(repositories, private=True)[: changes.get("publish", 0)]:
        repositories[repositories.index(one)] = replace(one, is_private=False)
    for one in _newest(repositories, changes.get("private", 0)):
        repositories[repositories.index(one)] = replace(one, is_private=True)
    for one in _newest(repositories, changes.get("rename", 0)):
        repositories[repositories.index(one)] = replace(one, name=_free(repositories, f"{one.name}-renamed"))
    for one in _newest(repositories, changes.get("archive", 0)):
        repositories[repositories.index(one)] = replace(one, is_archived=True)
    for one in _newest(repositories, 1):
        told: dict[str, Any] = {member: changes[name] or None for name, member in _TOLD.items() if name in changes}
        repositories[repositories.index(one)] = replace(one, **told)
    gone = _newest(repositories, 1) if changes.get("transfer") else []
    left = replace(owner, repositories=[one for one in repositories if one not in gone])
    if not gone:
        return Changed((left,))
    theirs = other or Owner(owner.forge, changes["transfer"], owner.kind)
    got = [_taken_over(one, owner.login, theirs, next(serial)) for one in gone]
    return Changed(
        (left, replace(theirs, repositories=[*theirs.repositories, *got])),
        tuple(one.identity(owner.login) for one in gone),
    )


def _sorted(repositories: list[Repository], private: bool = False) -> list[Repository]:
    """The public or the private ones, the oldest first."""
    chosen = (one for one in repositories if one.is_private == private)
    return sorted(chosen, key=lambda one: (one.created_at, one.id))


def _newest(repositories: list[Repository], count: int) -> list[Repository]:
    return _sorted(repositories)[::-1][:count]


def _oldest(repositories: list[Repository], count: int) -> list[Repository]:
    return _sorted(repositories)[:count]


def _created(owner: Owner, count: int, serial: Iterator[int]) -> list[Repository]:
    made: list[Repository] = []
    latest = max((one.created_at for one in owner.repositories), default="2024-01-01T00:00:00Z")
    for number in range(1, count + 1):
        have = [*owner.repositories, *made]
        made.append(
            Repository(
                _free(have, "created"),
                stars=1,
                watchers=1,
                languages={"Python": 1000},
                topics=["created"],
                created_at=canonical_time(datetime.fromisoformat(latest) + timedelta(seconds=number)),
                id=next(serial),
            )
        )
    return made


def _taken_over(one: Repository, login: str, theirs: Owner, number: int) -> Repository:
    name = _free(theirs.repositories, one.name)
    return replace(one, name=name, id=number, born=one.identity(login), folder="")


def _free(repositories: Any, wanted: str) -> str:
    """The wanted name, with a number behind it where a repository has that name already."""
    taken = {one.name.lower() for one in repositories}
    number = 1
    name = wanted
    while name.lower() in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
