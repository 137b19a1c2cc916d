"""Resolvers of the fields that take arguments or lead to other objects; all others are read from dictionaries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import graphql
from graphql import GraphQLError

from emulator.gitlab import shapes
from emulator.gitlab.connections import Fields, page
from emulator.gitlab.quirks import REPEAT_PAGE, spoiled, without_cursors
from emulator.gitlab.scene import Scene
from emulator.gitlab.views import Namespace, Project

MOST_PATHS = 50

GraphQLResolveInfo = graphql.GraphQLResolveInfo[Any]


class Visit(Scene):
    """The context of one execution."""

    def project(self, one: Project) -> Fields:
        """The fields of a project."""
        repository = one.repository
        return {
            "archived": repository.is_archived,
            "createdAt": _seconds(repository.created_at),
            "description": None,
            "forksCount": shapes.forks(one),
            "fullPath": one.full_path,
            "id": f"gid://gitlab/Project/{one.number}",
            "importStatus": "finished" if one.has("mirror") else "none",
            "isForked": repository.is_fork,
            "lastActivityAt": _seconds(shapes.last_activity(one)),
            "markedForDeletion": one.has("deleting"),
            "markedForDeletionOn": _seconds(shapes.last_activity(one)) if one.has("deleting") else None,
            # set on every project: for one that does not wait it is a day in a month's time
            "permanentDeletionDate": "2026-12-31",
            "name": repository.name,
            "nameWithNamespace": one.full_path.replace("/", " / "),
            "path": repository.name,
            "starCount": repository.stars,
            "topics": list(repository.topics),
            "visibility": one.visibility,
            "webUrl": f"{self.url}/{one.full_path}",
            "project": one,
        }

    def group(self, one: Namespace) -> Fields:
        """The fields of a group."""
        return {
            "id": f"gid://gitlab/Group/{one.number}",
            "name": one.path,
            "path": one.path,
            "fullName": one.full_path.replace("/", " / "),
            "fullPath": one.full_path,
            "description": "",
            "visibility": one.visibility,
            "webUrl": f"{self.url}/groups/{one.full_path}",
            "createdAt": "2011-01-01T00:00:00Z",
            "namespace": one,
        }

    def found_group(self, full_path: str) -> Fields | None:
        """The group at that path; None for a user's, and for one that the caller may not see."""
        found = self.views.namespace(full_path)
        return self.group(found) if found and found.is_group and found.is_seen(self.sees) else None

    def page(self, projects: Iterable[Project], arguments: dict[str, Any]) -> Fields:
        """The page of a connection of projects."""
        ordered = sorted(projects, key=lambda one: one.number)
        asked = without_cursors(arguments) if self.quirk == REPEAT_PAGE else arguments
        return spoiled(self.quirk, page(ordered, asked, lambda one: one.is_seen(self.sees), self.project), arguments)


def nothing(_source: Any, _info: GraphQLResolveInfo, **_: Any) -> None:
    """Null."""
    return


def echo(_source: Any, info: GraphQLResolveInfo, text: str) -> str:
    """Query.echo: the text after the caller."""
    return f'"emulator" says: {text}' if info.context.member else f"nil says: {text}"


def metadata(_source: Any, info: GraphQLResolveInfo) -> Fields | None:
    """Query.metadata: null without a token."""
    version = info.context.version
    text = f"{version.major}.{version.minor}.0"
    return {"version": text, "revision": "3b95b4c0792", "enterprise": False} if info.context.member else None


def group(_source: Any, info: GraphQLResolveInfo, fullPath: str) -> Fields | None:  # noqa: N803 - GraphQL's name
    """Query.group: null where there is none, for a user, and for one that the caller may not see."""
    found: Fields | None = info.context.found_group(fullPath)
    return found


namespace = group


def project(_source: Any, info: GraphQLResolveInfo, fullPath: str) -> Fields | None:  # noqa: N803 - GraphQL's name
    """Query.project: null where there is none, or none that the caller may see."""
    visit: Visit = info.context
    found = visit.views.project(fullPath)
    return visit.project(found) if visit.is_found(found) else None


def _numbers(ids: Iterable[str]) -> set[int]:
    numbers = set()
    for text in ids:
        match = re.fullmatch(r"gid://gitlab/(\w+)/(\d+)", text)
        if not match:
            raise GraphQLError(f'"{text}" is not a valid GitLab ID.')
        if match[1] != "Project":
            raise GraphQLError(f'"{text}" does not represent an instance of Project')
        numbers.add(int(match[2]))
    return numbers


def group_projects(source: Fields, info: GraphQLResolveInfo, **arguments: Any) -> Fields:
    """Group.projects and Namespace.projects: no shared ones, and none filtered by what the caller may see."""
    visit: Visit = info.context
    group: Namespace = source["namespace"]
    rows = list(group.projects if arguments.get("includeSubgroups") else group.direct())
    if arguments.get("ids") is not None:
        wanted = _numbers(arguments["ids"])
        rows = [one for one in rows if one.number in wanted and one.full_path.lower() != visit.lost]
    return visit.page(_filtered(rows, arguments), arguments)


def _filtered(rows: Iterable[Project], arguments: dict[str, Any]) -> Iterable[Project]:
    search = (arguments.get("search") or "").lower()
    return (
        one
        for one in rows
        if search in one.repository.name.lower()
        and (arguments.get("includeArchived", True) or not one.repository.is_archived)
        and not (arguments.get("notAimedForDeletion") and one.has("deleting"))
    )


def projects(_source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Fields:
    """Query.projects: those of the ids, paths or namespace asked for that the caller may see.

    The emulator lists no whole site, so one of these must be given.
    """
    visit: Visit = info.context
    found: list[Project | None] = [visit.views.project_numbered(one) for one in _numbers(arguments.get("ids") or ())]
    paths = arguments.get("fullPaths") or ()
    if len(paths) > MOST_PATHS:
        raise GraphQLError(f"You cannot provide more than {MOST_PATHS} full_paths")
    found += [visit.views.project(one) for one in paths]
    if arguments.get("namespacePath") and (space := visit.views.namespace(arguments["namespacePath"])):
        found += space.direct()
    rows = [one for one in found if visit.is_found(one)]
    usual = "EXCLUDE" if visit.version.root_archived else "INCLUDE"
    return visit.page(_chosen(_filtered(rows, arguments), {"archived": usual, **arguments}), arguments)


def _chosen(rows: Iterable[Project], arguments: dict[str, Any]) -> Iterable[Project]:
    """The rows that the arguments of the root's list leave."""
    archived = {"INCLUDE": None, "ONLY": True}.get(arguments["archived"], False)
    if arguments.get("active") is not None:
        archived = not arguments["active"]
    return (
        one
        for one in rows
        if archived in (None, one.repository.is_archived)
        and arguments.get("visibilityLevel") in (None, one.visibility)
        and not (arguments.get("aimedForDeletion") and not one.has("deleting"))
        and not (arguments.get("personal") and one.owner.kind != "User")
    )


def languages(source: Fields, info: GraphQLResolveInfo) -> list[Fields]:
    """Project.languages: none at the first question, where they are not known yet."""
    one: Project = source["project"]
    if not info.context.languages.known(one.number):
        return []
    return [{"name": name, "share": share, "color": None} for name, share in shapes.shares(one).items()]


def parent(source: Fields, info: GraphQLResolveInfo) -> Fields | None:
    """Group.parent: null at the top."""
    one: Namespace = source["namespace"]
    found: Fields | None = info.context.found_group(one.full_path.rpartition("/")[0]) if one.folder else None
    return found


def project_group(source: Fields, info: GraphQLResolveInfo) -> Fields | None:
    """Project.group: null for a user's project."""
    found: Fields | None = info.context.found_group(source["project"].namespace)
    return found


project_namespace = project_group


def _seconds(time: str) -> str:
    """GraphQL's Time: whole seconds, UTC."""
    return time[:19] + "Z"
