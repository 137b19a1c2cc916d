"""GitHub's GraphQL errors: the typed ones that resolvers raise, and the shape in which all of them are sent."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError


class Typed(GraphQLError):
    """An error with GitHub's `type` beside its message; raised in a resolver it gets the field's path.

    Attributes:
        type: for example "NOT_FOUND".
    """

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type


def not_found(message: str) -> Typed:
    """NOT_FOUND in GitHub's words."""
    return Typed("NOT_FOUND", message)


def forbidden() -> Typed:
    """The error of reading names of stargazers or watchers, since July 2026 (star-history/star-history#539)."""
    return Typed("FORBIDDEN", "Resource not accessible by personal access token")


def as_json(error: GraphQLError) -> dict[str, Any]:
    """The error as GitHub sends it: type, path, extensions, locations, message, those that there are, in this order."""
    typed = error if isinstance(error, Typed) else error.original_error
    value: dict[str, Any] = {}
    if isinstance(typed, Typed):
        value["type"] = typed.type
    if error.path:
        value["path"] = error.path
    if error.extensions:
        value["extensions"] = error.extensions
    if error.locations:
        value["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    value["message"] = error.message
    return value
