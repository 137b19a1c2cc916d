"""The executable schema of a version: `schema.graphql` without what came later, and its resolvers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    StringValueNode,
    Visitor,
    build_ast_schema,
    parse,
    visit,
)

from emulator.copying import plain_fields
from emulator.gitlab import resolvers
from emulator.gitlab.versions import Version

SDL = Path(__file__).parent / "schema.graphql"

RESOLVERS: dict[str, dict[str, Any]] = {
    "Query": {
        "currentUser": resolvers.nothing,
        "echo": resolvers.echo,
        "group": resolvers.group,
        "metadata": resolvers.metadata,
        "namespace": resolvers.namespace,
        "project": resolvers.project,
        "projects": resolvers.projects,
    },
    "Group": {"parent": resolvers.parent, "projects": resolvers.group_projects},
    "Namespace": {"projects": resolvers.group_projects},
    "Project": {
        "group": resolvers.project_group,
        "languages": resolvers.languages,
        "namespace": resolvers.project_namespace,
    },
}


class _Older(Visitor):
    """Takes out what is marked with a later version."""

    def __init__(self, version: Version) -> None:
        super().__init__()
        self._version = version

    def enter(self, node: Node, *_: Any) -> Any:
        for directive in getattr(node, "directives", None) or ():
            value = directive.arguments[0].value if directive.arguments else None
            if isinstance(value, StringValueNode) and self._version < Version.of(value.value):
                return REMOVE
        return None


@cache
def schema(version: Version) -> GraphQLSchema:
    """The schema of that version, built once per process."""
    document: DocumentNode = visit(parse(SDL.read_text(encoding="utf-8")), _Older(version))
    built = build_ast_schema(document)
    for type_name, fields in RESOLVERS.items():
        kind = built.type_map[type_name]
        assert isinstance(kind, GraphQLObjectType)  # noqa: S101 - tells mypy what the SDL says
        for field_name, resolve in fields.items():
            kind.fields[field_name].resolve = resolve
    built.extensions["plain"] = plain_fields(built)
    return built
