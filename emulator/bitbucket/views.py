"""A workspace as the API shows it: its repositories in their shape, filtered and sorted lists kept."""

from __future__ import annotations

from typing import Any

from emulator.bitbucket import bbql
from emulator.bitbucket.errors import Refusal
from emulator.bitbucket.shapes import Json, repository, repository_uuid, workspace_uuid
from emulator.bitbucket.traits import BITBUCKET
from emulator.model import Owner, Repository
from emulator.owners import Owners

ROLES = ("admin", "contributor", "member", "owner")

_KEPT_LISTS = 64


def _paths(value: Any, prefix: str = "") -> set[str]:
    """All dotted names in an object."""
    if not isinstance(value, dict):
        return set()
    own = {f"{prefix}{key}" for key in value}
    return own.union(*(_paths(item, f"{prefix}{key}.") for key, item in value.items()))


# the fields that `q` and `sort` may name: all that a fork has
FIELDS = frozenset(
    _paths(repository(Owner(BITBUCKET, "any", "Workspace"), Repository("any", is_fork=True), "https://example"))
)


class WorkspaceView:
    """One workspace under one base address, because links repeat the address."""

    def __init__(self, owner: Owner, base: str) -> None:
        self.owner = owner
        self.base = base
        self._shapes: dict[int, Json] = {}
        self._lists: dict[Any, list[Repository]] = {}
        self._by_name = {one.name.lower(): one for one in owner.repositories}
        self._by_uuid: dict[str, Repository] = {}

    def shape(self, one: Repository) -> Json:
        """The repository's object."""
        if one.id not in self._shapes:
            self._shapes[one.id] = repository(self.owner, one, self.base)
        return self._shapes[one.id]

    def find(self, name: str) -> Repository | None:
        """The repository with that slug or {uuid}, or None."""
        if not name.startswith("{"):
            return self._by_name.get(name.lower())
        if not self._by_uuid:
            self._by_uuid = {repository_uuid(self.owner, one): one for one in self.owner.repositories}
        return self._by_uuid.get(name.lower())

    def select(self, query: dict[str, str], member: bool) -> list[Repository]:
        """The repositories that the query asks for, in its order; by creation where it names none.

        Args:
            member: whether the caller may see private repositories.

        Raises:
            Refusal: 400, `q` is not a query, or `sort` or `role` is unknown.
        """
        key = (query.get("q", ""), query.get("sort") or "created_on", query.get("role"), member)
        if key not in self._lists:
            if len(self._lists) >= _KEPT_LISTS:
                self._lists.clear()
            self._lists[key] = self._sorted(self._filtered(*key), key[1])
        return self._lists[key]

    def _filtered(self, q: str, _sort: str, role: str | None, member: bool) -> list[Repository]:
        if role is not None and role not in ROLES:
            raise Refusal(400, f"Invalid role '{role}'")
        if role is not None and not member:
            return []
        seen = [one for one in self.owner.repositories if member or not one.is_private]
        if not q:
            return seen
        try:
            test = bbql.parse(q, FIELDS)
        except bbql.BadQuery as error:
            raise Refusal(400, f"Invalid query: {error}") from error
        return [one for one in seen if test(self.shape(one))]

    def _sorted(self, found: list[Repository], sort: str) -> list[Repository]:
        field = sort.removeprefix("-")
        if field not in FIELDS:
            raise Refusal(400, f"Invalid sort field '{field}'")

        def place(one: Repository) -> tuple[bool, Any, str]:
            shape = self.shape(one)
            value = bbql.look_up(shape, field)
            comparable = value if isinstance(value, str | int) else str(value or "")
            return value is not None, comparable, shape["uuid"]

        return sorted(found, key=place, reverse=sort.startswith("-"))


class Views:
    """The views of workspaces, each kept until its owner is replaced. For the server's thread only."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._views: dict[tuple[str, str], WorkspaceView] = {}

    def workspace(self, name: str, base: str) -> WorkspaceView | None:
        """The workspace with that slug or {uuid} as it is now, or None."""
        owner = self._by_uuid(name) if name.startswith("{") else self._owners.owner(BITBUCKET, name)
        if owner is None:
            return None
        key = owner.login.lower(), base
        view = self._views.get(key)
        if view is None or view.owner is not owner:
            view = self._views[key] = WorkspaceView(owner, base)
        return view

    def _by_uuid(self, text: str) -> Owner | None:
        held = (owner for owner in self._owners.owners() if owner.forge == BITBUCKET)
        return next((owner for owner in held if workspace_uuid(owner.login) == text.lower()), None)
