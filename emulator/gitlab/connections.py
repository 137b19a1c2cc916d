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

    All projects are counted and paged; those that the caller may not see are taken out of the page afterwards. So it
    may have fewer rows than were asked for, or none, while there is a next one. The cursors of the page are those of
    the rows that are left: none where none is.

    Args:
        projects: by id, the oldest first.

    Raises:
        GraphQLError: `first` and `last` both given, or a cursor that is none.
    """
    first, last, after, before = (arguments.get(name) for name in ("first", "last", "after", "before"))
    if first is not None and last is not None:
        raise GraphQLError("Can only provide either `first` or `last`, not both")
    chosen = list(_between(projects, after, before))[::-1]
    size = min([LARGEST_PAGE, *(max(0, one) for one in (first, last) if one is not None)])
    more = len(chosen) > size
    # as GitLab's: a next page is looked for only where `first` alone bounds the page, and one before likewise
    has_next = before is not None or (last is None and more)
    has_previous = after is not None or (last is not None and more)
    chosen = chosen[:size] if last is None else chosen[len(chosen) - min(size, len(chosen)) :]
    edges = [{"cursor": cursor(one), "node": shape(one)} for one in chosen if seen(one)]
    return {
        "count": len(projects),
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
            "hasNextPage": has_next,
            "hasPreviousPage": has_previous,
        },
    }


def _between(projects: Sequence[Project], after: str | None, before: str | None) -> Sequence[Project]:
    """The projects between the two cursors; as the newest come first, `after` bounds from above."""
    high = len(projects) if after is None else bisect_left(projects, _place(after), key=_id)
    low = 0 if before is None else bisect_right(projects, _place(before), key=_id)
    return projects[low : max(low, high)]


def _id(project: Project) -> int:
    return project.number
