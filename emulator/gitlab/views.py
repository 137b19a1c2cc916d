"""Groups, users and projects as GitLab knows them: numbers, full paths, and who may see them. Made once and kept."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from emulator.gitlab.traits import GITLAB
from emulator.model import Owner, Repository
from emulator.owners import Owners

PUBLIC, INTERNAL, PRIVATE = "public", "internal", "private"

Sight = frozenset[str]
"""The visibilities that a caller may see."""

_ALL = (PUBLIC, INTERNAL, PRIVATE)
_OF_OWNER = {"public": PUBLIC, "limited": INTERNAL, "private": PRIVATE}
# ids of rows grow with their creation; below so many are those of one second
_OF_A_SECOND = 2**20
_START = datetime.fromisoformat("2010-01-01T00:00:00+00:00").timestamp()


@dataclass(frozen=True)
class Project:
    """A project.

    Attributes:
        owner: the group or user at the top of its path.
        number: its id: larger than those of all projects created before it, and kept when it moves.
        visibility: "public", "internal" or "private", and never wider than that of its owner.
    """

    owner: Owner
    repository: Repository
    number: int
    visibility: str

    @property
    def namespace(self) -> str:
        """The full path of the group or user that it is in."""
        return f"{self.owner.login}/{self.repository.folder}".rstrip("/")

    @property
    def full_path(self) -> str:
        """Its path from the top."""
        return f"{self.owner.login}/{self.repository.path}"

    def is_seen(self, sees: Sight) -> bool:
        """Whether a caller may see it."""
        return self.visibility in sees

    def has(self, mark: str) -> bool:
        """Whether it has that mark, see `MARKS` in `model`."""
        return mark in self.repository.marks


@dataclass(frozen=True)
class Namespace:
    """A group, a subgroup or a user.

    Attributes:
        owner: the group or user at the top of its path.
        folder: the path below that; empty = the owner itself.
        projects: its projects with those of all its subgroups.
    """

    owner: Owner
    folder: str
    projects: tuple[Project, ...] = field(repr=False)

    @property
    def full_path(self) -> str:
        """Its path from the top."""
        return f"{self.owner.login}/{self.folder}".rstrip("/")

    @property
    def path(self) -> str:
        """The last part of its path."""
        return self.full_path.rpartition("/")[2]

    @property
    def number(self) -> int:
        """Its id, which stays when its owner is renamed."""
        return namespace_number(self.owner, self.folder)

    @property
    def parent(self) -> int | None:
        """The id of the group that it is in."""
        return namespace_number(self.owner, self.folder.rpartition("/")[0]) if self.folder else None

    @property
    def visibility(self) -> str:
        """That of its owner: subgroups have none of their own here."""
        return _OF_OWNER[self.owner.visibility]

    @property
    def is_group(self) -> bool:
        """Whether it is no user's."""
        return self.owner.kind == "Group"

    def is_seen(self, sees: Sight) -> bool:
        """Whether a caller may see it."""
        return self.visibility in sees

    def direct(self) -> Iterator[Project]:
        """Its own projects, without those of its subgroups."""
        return (one for one in self.projects if one.repository.folder.lower() == self.folder.lower())


def namespace_number(owner: Owner, folder: str = "") -> int:
    """The id of a group, a subgroup or a user."""
    first = owner.former[0] if owner.former else owner.login
    return 1 + zlib.crc32(f"{first}/{folder}".lower().encode()) % (2**31 - 1)


def project_number(owner: Owner, one: Repository) -> int:
    """The id of a project, see `Project`."""
    login, number = one.identity(owner.login)
    seconds = int(datetime.fromisoformat(one.created_at).timestamp() - _START)
    return seconds * _OF_A_SECOND + (zlib.crc32(login.encode()) * 7919 + number) % _OF_A_SECOND


def _visibility(owner: Owner, one: Repository) -> str:
    own = PRIVATE if one.is_private else INTERNAL if "internal" in one.marks else PUBLIC
    return max(own, _OF_OWNER[owner.visibility], key=_ALL.index)


class OwnerView:
    """A group or user at the top of its path, with everything below it."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        projects = (
            Project(owner, one, project_number(owner, one), _visibility(owner, one)) for one in owner.repositories
        )
        self.projects = tuple(projects)
        self.by_number = {one.number: one for one in self.projects}
        self.by_path = {one.full_path.lower(): one for one in self.projects}
        self.namespaces = {"": Namespace(owner, "", self.projects)}
        below: dict[str, list[Project]] = {}
        spelled: dict[str, str] = {}
        for one in self.projects:
            steps = one.repository.folder.split("/") if one.repository.folder else []
            for depth in range(1, len(steps) + 1):
                folder = "/".join(steps[:depth])
                spelled.setdefault(folder.lower(), folder)
                below.setdefault(folder.lower(), []).append(one)
        for key, found in below.items():
            self.namespaces[key] = Namespace(owner, spelled[key], tuple(found))


class Views:
    """The views of owners, each kept until its owner is replaced. For the server's thread only."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._views: dict[str, OwnerView] = {}
        self._homes: dict[int, str] = {}

    def namespace(self, full_path: str) -> Namespace | None:
        """The group, subgroup or user at that path as it is now, in any letter case; None where there is none."""
        login, _, folder = full_path.partition("/")
        view = self._owner(login)
        return view.namespaces.get(folder.lower()) if view else None

    def numbered(self, number: int) -> Namespace | None:
        """The group, subgroup or user with that id."""
        found = (one for view in self._held() for one in view.namespaces.values() if one.number == number)
        return next(found, None)

    def project(self, full_path: str) -> Project | None:
        """The project at that path, in any letter case."""
        view = self._owner(full_path.partition("/")[0])
        return view.by_path.get(full_path.lower()) if view else None

    def project_numbered(self, number: int) -> Project | None:
        """The project with that id."""
        view = self._owner(self._homes[number]) if number in self._homes else None
        if view and number in view.by_number:
            return view.by_number[number]
        found = (view.by_number[number] for view in self._held() if number in view.by_number)
        return next(found, None)

    def moved(self, full_path: str) -> Project | None:
        """The project whose owner had another name before, at that path."""
        login, _, rest = full_path.partition("/")
        heir = self._owners.heir(GITLAB, login)
        return self.project(f"{heir.login}/{rest}") if heir else None

    def shared(self, owner: Owner) -> list[Project]:
        """The projects of others that are shared with a group."""
        found = (self.project(f"{login}/{name}") for login, name in owner.collaborations)
        return [one for one in found if one]

    def _held(self) -> Iterator[OwnerView]:
        for owner in self._owners.held():
            if owner.forge == GITLAB and (view := self._owner(owner.login)):
                yield view

    def _owner(self, login: str) -> OwnerView | None:
        owner = self._owners.owner(GITLAB, login)
        if owner is None:
            return None
        view = self._views.get(login.lower())
        if view is None or view.owner is not owner:
            view = self._views[login.lower()] = OwnerView(owner)
            self._homes.update(dict.fromkeys(view.by_number, login.lower()))
        return view
