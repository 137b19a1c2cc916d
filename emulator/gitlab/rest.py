"""The resources of GitLab's REST API v4: groups, users, their projects, languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from emulator.exchange import Call
from emulator.gitlab import shapes
from emulator.gitlab.errors import Refusal, forbidden, invalid, no_route, not_found, unauthorized
from emulator.gitlab.lists import Page, keyset, number_of, switch
from emulator.gitlab.scene import Scene
from emulator.gitlab.views import INTERNAL, PRIVATE, PUBLIC, Namespace, Project

API = "/api/v4"
MOST_EMBEDDED = 100

_ORDERS: dict[str, Callable[[Project], Any]] = {
    "id": lambda one: one.number,
    "name": lambda one: one.repository.name.lower(),
    "path": lambda one: one.repository.name.lower(),
    "created_at": lambda one: one.repository.created_at,
    "updated_at": shapes.last_activity,
    "last_activity_at": shapes.last_activity,
    "star_count": lambda one: one.repository.stars,
}
_GROUP_DEFAULTS = {
    "include_subgroups": "false",
    "order_by": "created_at",
    "owned": "false",
    "simple": "false",
    "sort": "desc",
    "starred": "false",
    "with_custom_attributes": "false",
    "with_issues_enabled": "false",
    "with_merge_requests_enabled": "false",
    "with_security_reports": "false",
    "with_shared": "true",
}
_USER_DEFAULTS = {
    key: value for key, value in _GROUP_DEFAULTS.items() if key not in ("include_subgroups", "with_shared")
}
_USERS_DEFAULTS = {"active": "false", "admins": "false", "blocked": "false", "external": "false"}


@dataclass(frozen=True)
class Reply:
    """A value and the headers that go with it."""

    value: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Rest:
    """One call.

    Attributes:
        root: the path of the site.
    """

    call: Call
    root: str
    scene: Scene

    @property
    def _url(self) -> str:
        return f"{self.call.origin}{self.call.path}"

    @cached_property
    def query(self) -> dict[str, str]:
        """The parameters; of one that comes twice the last."""
        return dict(self.call.query)

    def reply(self) -> Reply:
        """The answer.

        Raises:
            Refusal: any other than 200.
        """
        parts = [unquote(part) for part in self.call.path.removeprefix(f"{self.root}{API}/").split("/")]
        if self.call.method not in ("GET", "HEAD"):
            raise Refusal(405, {"error": "405 Not Allowed"})
        match parts:
            case ["groups", name]:
                return self._one_group(self._group(name))
            case ["groups", name, "projects"]:
                return self._group_projects(self._group(name))
            case ["users"]:
                return self._users()
            case ["users", name, "projects"]:
                return self._user_projects(self._user(name))
            case ["projects", name]:
                return Reply(self._shape(self._project(name)))
            case ["projects", name, "languages"]:
                project = self._project(name)
                return Reply(shapes.shares(project) if self.scene.languages.known(project.number) else {})
            case ["version"] | ["metadata"]:
                return self._version()
        raise no_route()

    def _version(self) -> Reply:
        if not self.scene.member:
            raise unauthorized()
        text = f"{self.scene.version.major}.{self.scene.version.minor}.0"
        return Reply({"version": text, "revision": "3b95b4c0792", "kas": {"enabled": False}, "enterprise": False})

    def _group(self, name: str) -> Namespace:
        found = self.scene.views.numbered(int(name)) if name.isdecimal() else self.scene.views.namespace(name)
        if found is None or not found.is_group or not found.is_seen(self.scene.sees):
            raise not_found("Group")
        return found

    def _one_group(self, group: Namespace) -> Reply:
        value = shapes.group(group, self.scene.url)
        if switch(self.query, "with_projects", True):
            lists = {"projects": group.direct(), "shared_projects": self.scene.views.shared(group.owner)}
            for name, rows in lists.items():
                seen = [one for one in rows if one.is_seen(self.scene.sees)][:MOST_EMBEDDED]
                value[name] = [shapes.full(one, self.scene.version, self.scene.url) for one in seen]
        return Reply(value)

    def _user(self, name: str) -> Namespace:
        found = self.scene.views.numbered(int(name)) if name.isdecimal() else self.scene.views.namespace(name)
        if found is None or found.is_group or not found.is_seen(self.scene.sees):
            raise not_found("User")
        return found

    def _project(self, name: str) -> Project:
        found = self.scene.views.project_numbered(int(name)) if name.isdecimal() else self.scene.views.project(name)
        if found is None and (moved := self.scene.views.moved(name)) and moved.is_seen(self.scene.sees):
            to = f"{self.scene.url}{API}/projects/{moved.number}"
            raise Refusal(301, {"message": f"This resource has been moved permanently to {to}"}, Location=to)
        if not self.scene.is_found(found):
            raise not_found("Project")
        return found

    def _users(self) -> Reply:
        name = self.query.get("username")
        if not self.scene.member and (not name or PUBLIC not in self.scene.sees):
            raise forbidden("/api/v4/users")
        found = self.scene.views.namespace(name) if name else None
        ours = [found] if found and not found.is_group and found.is_seen(self.scene.sees) else []
        return self._page(ours, lambda one: shapes.user(one, self.scene.url), _USERS_DEFAULTS)

    def _shape(self, project: Project) -> shapes.Json:
        """What this caller is told of a project outside a group's list."""
        if self.scene.member and not switch(self.query, "simple", False):
            return shapes.full(project, self.scene.version, self.scene.url)
        return shapes.basic(project, self.scene.version, self.scene.url)

    def _group_projects(self, group: Namespace) -> Reply:
        rows = list(group.projects if switch(self.query, "include_subgroups", False) else group.direct())
        if switch(self.query, "with_shared", True) and not group.folder:
            rows += self.scene.views.shared(group.owner)
        simple = switch(self.query, "simple", False)
        shape = shapes.basic if simple else shapes.full
        defaults = {"id": str(group.number), **_GROUP_DEFAULTS}
        return self._page(self._chosen(rows), lambda one: shape(one, self.scene.version, self.scene.url), defaults)

    def _user_projects(self, user: Namespace) -> Reply:
        rows = self._chosen(user.projects)
        low, high = number_of(self.query, "id_after", 0), number_of(self.query, "id_before", 0)
        rows = [one for one in rows if one.number > low and (not high or one.number < high)]
        defaults = {"user_id": user.full_path, **_USER_DEFAULTS}
        if self.query.get("pagination") != "keyset":
            return self._page(rows, self._shape, defaults)
        shown, headers = keyset(rows, self.query, self._url, {**defaults, **self.query})
        return Reply([self._shape(one) for one in shown], headers)

    def _chosen(self, rows: Sequence[Project]) -> list[Project]:
        """The rows that the query asks for and the caller may see, in the order that it asks for."""
        visibility, order = self.query.get("visibility"), self.query.get("order_by") or "created_at"
        direction, archived = self.query.get("sort") or "desc", switch(self.query, "archived", None)
        if visibility not in (None, PUBLIC, INTERNAL, PRIVATE):
            raise invalid("visibility")
        if order not in _ORDERS:
            raise invalid("order_by")
        if direction not in ("asc", "desc"):
            raise invalid("sort")
        search = self.query.get("search", "").lower()
        found = [
            one
            for one in rows
            if one.is_seen(self.scene.sees)
            and visibility in (None, one.visibility)
            and archived in (None, one.repository.is_archived)
            and search in one.repository.name.lower()
        ]
        key = _ORDERS[order]
        return sorted(found, key=lambda one: (key(one), one.number), reverse=direction == "desc")

    def _page(self, rows: Sequence[Any], shape: Callable[[Any], shapes.Json], defaults: dict[str, str]) -> Reply:
        page = Page.of(self.query)
        headers = page.headers(len(rows), self._url, {**defaults, **self.query})
        return Reply([shape(one) for one in page.cut(rows)], headers)
