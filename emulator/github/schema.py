"""The executable schema: `schema.graphql` with its resolvers attached."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_schema

from emulator.copying import plain_fields
from emulator.github import resolvers

SDL = Path(__file__).parent / "schema.graphql"

_OWNER = {
    "avatarUrl": resolvers.avatar_url,
    "repositories": resolvers.repositories,
    "repository": resolvers.repository,
}

RESOLVERS: dict[str, dict[str, Any]] = {
    "Query": {
        "node": resolvers.node,
        "nodes": resolvers.nodes,
        "organization": resolvers.organization,
        "rateLimit": resolvers.rate_limit,
        "relay": lambda source, info: source or {},
        "repository": resolvers.repository,
        "repositoryOwner": resolvers.repository_owner,
        "user": resolvers.user,
        "viewer": resolvers.viewer,
    },
    "Organization": _OWNER,
    "User": _OWNER,
    "Repository": {
        "languages": resolvers.languages,
        "owner": resolvers.owner,
        "parent": resolvers.parent,
        "repositoryTopics": resolvers.topics,
        "stargazers": resolvers.stargazers,
        "watchers": resolvers.watchers,
    },
}


# arguments of RepositoryOwner.repositories, by the schemas of Enterprise Server that github/docs publishes
_LACKING = {"3.10": ("hasIssuesEnabled", "isArchived", "visibility"), "3.11": ("visibility",), "3.12": ("visibility",)}
VERSIONS = ("", *_LACKING)
"""Of the schema: github.com's, and those of Enterprise Server."""


def sdl(version: str = "") -> str:
    """The text of the schema, in which an older version lacks what came later."""
    text = SDL.read_text(encoding="utf-8")
    for argument in _LACKING.get(version, ()):
        text = re.sub(rf"^    {argument}: \w+\n", "", text, flags=re.MULTILINE)
    return text


@cache
def schema(version: str = "") -> GraphQLSchema:
    """The schema of a version, built once per process."""
    built = build_schema(sdl(version))
    for type_name, fields in RESOLVERS.items():
        kind = built.type_map[type_name]
        assert isinstance(kind, GraphQLObjectType)  # noqa: S101 - tells mypy what the SDL says
        for field_name, resolve in fields.items():
            kind.fields[field_name].resolve = resolve
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLInterfaceType):
            kind.resolve_type = lambda source, info, of: str(source["__typename"])
    built.extensions["plain"] = plain_fields(built)
    return built
