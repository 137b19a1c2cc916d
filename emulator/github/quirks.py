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
    """The page with the wrong `pageInfo`; the page itself where it has none or nothing is wrong with that part."""
    if quirk == EMPTY_PAGE and "pageInfo" in page and arguments.get("after"):
        # another text for the same place, so the cursor moves and the next page is the one that should have come
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
    # whoever asks for what follows gets the same page for ever; a first page has no cursor of its own that leads to it
    cursor = arguments.get(bound) or page["pageInfo"][end]
    return {**page, "pageInfo": {**page["pageInfo"], more: True, end: cursor}}
