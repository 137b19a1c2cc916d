"""Connections that page wrongly, as a fault asks for: `early_end`, `repeat_page`, `self_next`, `empty_page`."""

from __future__ import annotations

from typing import Any

from emulator.github.opaque import moved

EARLY_END = "early_end"
REPEAT_PAGE = "repeat_page"
SELF_NEXT = "self_next"
EMPTY_PAGE = "empty_page"

Fields = dict[str, Any]


def without_cursors(arguments: Fields) -> Fields:
    """The arguments of a connection's first page (or its last one, for `last`)."""
    return {name: value for name, value in arguments.items() if name not in ("after", "before")}


def spoiled(quirk: str, page: Fields, arguments: Fields) -> Fields:
    """The page with a wrong `pageInfo`; the page as it is where it has none, or where the quirk does not touch it."""
    if quirk == EMPTY_PAGE and "pageInfo" in page and arguments.get("after"):
        # another text for the same place: the cursor moves, and the next page is the true page
        cursor = moved(str(arguments["after"]))
        info = {**page["pageInfo"], "hasNextPage": True, "endCursor": cursor}
        return {**page, "edges": [], "nodes": [], "pageInfo": info}
    if quirk not in (EARLY_END, SELF_NEXT) or "pageInfo" not in page:
        return page
    backwards = arguments.get("last") is not None
    more, end, bound = (
        ("hasPreviousPage", "startCursor", "before") if backwards else ("hasNextPage", "endCursor", "after")
    )
    if quirk == EARLY_END:
        return {**page, "pageInfo": {**page["pageInfo"], more: False}}
    # a client that asks for the next page gets this one, for ever; no cursor leads to a first page, so it is left once
    cursor = arguments.get(bound) or page["pageInfo"][end]
    return {**page, "pageInfo": {**page["pageInfo"], more: True, end: cursor}}
