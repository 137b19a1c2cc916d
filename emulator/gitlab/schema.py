"""The executable schema of a version: `schema/16.0.graphql`, what later versions added, and the resolvers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    extend_schema,
    parse,
)

from emulator.gitlab import resolvers
from emulator.gitlab.versions import Version

FOLDER = Path(__file__).parent / "schema"

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


@cache
def schema(version: Version) -> GraphQLSchema:
    """The schema of that version, built once per process."""
    files = sorted((Version.of(path.stem), path) for path in FOLDER.glob("*.graphql"))
    base, *later = files
    built = build_schema(base[1].read_text(encoding="utf-8"))
    for since, path in later:
        if since <= version:
            built = extend_schema(built, parse(path.read_text(encoding="utf-8")))
    for type_name, fields in RESOLVERS.items():
        kind = built.type_map[type_name]
        assert isinstance(kind, GraphQLObjectType)  # noqa: S101 - tells mypy what the SDL says
        for field_name, resolve in fields.items():
            kind.fields[field_name].resolve = resolve
    return built
