"""A connection: a sorted list, and the page of it that `first`, `last`, `after` and `before` ask for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any

from emulator.github.errors import Typed
from emulator.github.opaque import Mark, cursor, mark

LARGEST_PAGE = 100

Entry = dict[str, Any]


class Listing:
    """Entries in ascending order of (sort key, id), as edges of a connection.

    Args:
        entries: a mark and an edge (a dict with `node`) each, in any order; the edge gets its `cursor`.
        totals: further fields of the connection, such as `totalSize`.
        descending: whether pages run from the highest mark to the lowest.
    """

    def __init__(
        self, entries: Iterable[tuple[Mark, Entry]], totals: dict[str, Any] | None = None, descending: bool = False
    ) -> None:
        ordered = sorted(entries, key=lambda entry: entry[0])
        self.marks = [place for place, _ in ordered]
        self.edges = [edge for _, edge in ordered]
        self.totals = {"totalCount": len(ordered), **(totals or {})}
        self.descending = descending
        for place, edge in ordered:
            edge["cursor"] = cursor(place)

    def page(self, field: str, bounded: bool, arguments: dict[str, Any]) -> Entry:
        """The connection's value for these arguments.

        Args:
            field: the connection's field, for messages.
            bounded: whether the query asks for more than totals, so that `first` or `last` must be given.

        Raises:
            Typed: arguments that GitHub refuses.
        """
        bound = check_bounds(field, bounded, arguments)
        if bound is None:
            return self.totals
        name, count = bound
        low, high = self._window(arguments.get("after"), arguments.get("before"))
        # `first` takes from the beginning, which is the high end of a descending list
        if (name == "first") != self.descending:
            high = min(high, low + count)
        else:
            low = max(low, high - count)
        edges, below, above = self.edges[low:high], low > 0, high < len(self.edges)
        if self.descending:
            edges.reverse()
            below, above = above, below
        nodes = [edge["node"] for edge in edges]
        return {**self.totals, "edges": edges, "nodes": nodes, "pageInfo": _page_info(edges, above, below)}

    def _window(self, after: str | None, before: str | None) -> tuple[int, int]:
        """The part of the list between the two cursors, as indexes."""
        low, high = 0, len(self.marks)
        lower, upper = (before, after) if self.descending else (after, before)
        if lower is not None:
            low = self._find(lower, bisect_right)
        if upper is not None:
            high = self._find(upper, bisect_left)
        return low, max(low, high)

    def _find(self, text: str, bisect: Any) -> int:
        place = mark(text)
        if place is not None and (not self.marks or type(place[0]) is type(self.marks[0][0])):
            return int(bisect(self.marks, place))
        raise Typed("INVALID_CURSOR_ARGUMENTS", f"`{text}` does not appear to be a valid cursor.")


def check_bounds(field: str, bounded: bool, arguments: dict[str, Any]) -> tuple[str, int] | None:
    """The bound that is given, "first" or "last" with its number; None where none is given and none is needed.

    Raises:
        Typed: both given, none given where one is needed, or one outside 1 to 100. GitHub's wording of the first two
            and of "more than 100" is recorded in public threads; the type of the first and the wording of "less than
            1" are not.
    """
    given = {name: arguments[name] for name in ("first", "last") if arguments.get(name) is not None}
    if len(given) == 2:
        raise Typed(
            "UNPROCESSABLE",
            f"Passing both `first` and `last` values to paginate the `{field}` connection is not supported.",
        )
    for name, count in given.items():
        if count > LARGEST_PAGE:
            raise Typed(
                "EXCESSIVE_PAGINATION",
                f"Requesting {count} records on the `{field}` connection exceeds the `{name}` limit of "
                f"{LARGEST_PAGE} records.",
            )
        if count < 1:
            raise Typed("UNPROCESSABLE", f"`{name}` on the `{field}` connection cannot be less than one.")
        return name, count
    if bounded:
        raise Typed(
            "MISSING_PAGINATION_BOUNDARIES",
            f"You must provide a `first` or `last` value to properly paginate the `{field}` connection.",
        )
    return None


def _page_info(edges: list[Entry], has_next: bool, has_previous: bool) -> Entry:
    return {
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
        "hasNextPage": has_next,
        "hasPreviousPage": has_previous,
    }
