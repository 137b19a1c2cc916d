"""What a caller sees of an owner, kept until the owner is replaced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from emulator.gitea import shapes
from emulator.gitea.traits import GITEA
from emulator.gitea.version import Version
from emulator.model import Owner, Repository
from emulator.owners import Owners


@dataclass(frozen=True)
class Caller:
    """Who calls.

    Attributes:
        signed_in: whether with a token.
        admin: whether the token's user administers the site.
        counts_private: whether totals of lists count private repositories, seen or not.
    """

    signed_in: bool = False
    admin: bool = False
    counts_private: bool = False

    def sees(self, owner: Owner) -> bool:
        """Whether it may see an owner."""
        return self.admin or owner.visibility == "public" or (self.signed_in and owner.visibility == "limited")

    def reads(self, owner: Owner, one: Repository) -> bool:
        """Whether it may see a repository."""
        return self.admin or (self.sees(owner) and not shapes.is_private(one))


class OwnerView:
    """An owner as callers see it, its repositories by number, the oldest first."""

    def __init__(self, owner: Owner, version: Version) -> None:
        self.owner = owner
        self._version = version
        self._ordered = sorted(owner.repositories, key=lambda one: shapes.repository_number(owner, one))
        self._by_name = {one.name.lower(): one for one in owner.repositories}
        self._shapes: dict[int, Any] = {}
        self._lists: dict[bool, list[Repository]] = {}

    def find(self, name: str) -> Repository | None:
        """The repository of that name, in any letter case."""
        return self._by_name.get(name.lower())

    def counted(self, caller: Caller) -> list[Repository]:
        """Those that a list counts and cuts into pages, before it is looked at who may see them.

        With a token the private ones are among them.
        """
        every = caller.counts_private
        if every not in self._lists:
            self._lists[every] = [one for one in self._ordered if every or not shapes.is_private(one)]
        return self._lists[every]

    def shown(self, caller: Caller, rows: Iterable[Repository]) -> list[Any]:
        """The rows of a page, without those that the caller may not see."""
        return [self.shape(one) for one in rows if self._is_shown(caller, one)]

    def _is_shown(self, caller: Caller, one: Repository) -> bool:
        older = "no-code" in one.marks and not self._version.listed_without_code
        return caller.reads(self.owner, one) and (caller.admin or not older)

    def searched(self, caller: Caller) -> list[Any]:
        """The rows of a search for this owner's, all that the caller may see, by name, capitals first."""
        # older ones ask whose the repositories are of organizations alone
        told = caller.signed_in and self._version.keyed and self.owner.kind == "User"
        found = [one for one in self._ordered if caller.reads(self.owner, one) or (told and not shapes.is_private(one))]
        return [self.shape(one) for one in sorted(found, key=lambda one: one.name)]

    def shape(self, one: Repository) -> Any:
        """A row; null where the site cannot load it."""
        if "null" in one.marks:
            return None
        key = id(one)
        if key not in self._shapes:
            self._shapes[key] = shapes.repository(self.owner, one, self._version)
        return self._shapes[key]


@dataclass
class Views:
    """The views of owners. For the server's thread only."""

    owners: Owners
    version: Version
    _views: dict[str, OwnerView] = field(default_factory=dict)

    def owner(self, name: str) -> OwnerView | None:
        """The owner of that name as it is now, or None."""
        found = None if "/" in name else self.owners.owner(GITEA, name)
        return None if found is None else self._of(found)

    def heir(self, name: str) -> Owner | None:
        """The owner that had that name before, or None."""
        return self.owners.heir(GITEA, name)

    def numbered(self, number: str) -> OwnerView | None:
        """The owner of that id, of those that were asked for by name before, or None."""
        held = (owner for owner in self.owners.held() if owner.forge == GITEA)
        return next((self._of(one) for one in held if str(shapes.owner_number(one.login)) == number), None)

    def _of(self, owner: Owner) -> OwnerView:
        key = owner.login.lower()
        view = self._views.get(key)
        if view is None or view.owner is not owner:
            view = self._views[key] = OwnerView(owner, self.version)
        return view
