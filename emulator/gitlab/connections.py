"""Connections of projects: the page that `first`, `last`, `after` and `before` ask for, by id, the newest first."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from emulator.gitlab.views import Project

LARGEST_PAGE = 100

Fields = dict[str, Any]


def cursor(project: Project) -> str:
    """A cursor for the place of that project: a condition on its id, so that changes of the list shift nothing."""
    return base64.urlsafe_b64encode(json.dumps({"id": str(project.number)}).encode()).decode().rstrip("=")


def _place(text: str) -> int:
    try:
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return int(value["id"])
    except (binascii.Error, ValueError, TypeError, KeyError) as error:
        raise GraphQLError("Please provide a valid cursor") from error


def page(
    projects: Sequence[Project],
    arguments: Mapping[str, Any],
    seen: Callable[[Project], bool],
    shape: Callable[[Project], Fields],
) -> Fields:
    """The connection's value.

    All projects are counted and paged; those that the caller may not see are taken out of the page afterwards, so that
    it may have fewer rows than were asked for, or none, while there is a next one.

    Args:
        projects: by id, the oldest first.

    Raises:
        GraphQLError: `first` and `last` both given, or a cursor that is none.
    """
    low, high = _window([one.number for one in projects], arguments)
    chosen = list(projects[low:high])[::-1]
    edges = [{"cursor": cursor(one), "node": shape(one)} for one in chosen if seen(one)]
    return {
        "count": len(projects),
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "startCursor": cursor(chosen[0]) if chosen else None,
            "endCursor": cursor(chosen[-1]) if chosen else None,
            "hasNextPage": low > 0,
            "hasPreviousPage": high < len(projects),
        },
    }


def _window(numbers: Sequence[int], arguments: Mapping[str, Any]) -> tuple[int, int]:
    """The part of the ids, which ascend, that the arguments ask for, as indexes."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise GraphQLError("Can only provide either `first` or `last`, not both")
    low, high = 0, len(numbers)
    # the newest come first, so `after` bounds from above
    if arguments.get("after") is not None:
        high = bisect_left(numbers, _place(arguments["after"]))
    if arguments.get("before") is not None:
        low = bisect_right(numbers, _place(arguments["before"]))
    high = max(low, high)
    size = LARGEST_PAGE if first is None and last is None else max(0, first or last or 0)
    if last is not None:
        return low, min(high, low + min(size, LARGEST_PAGE))
    return max(low, high - min(size, LARGEST_PAGE)), high
