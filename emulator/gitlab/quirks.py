"""Mistakes that a fault asks the server to make itself: pages of GraphQL that are wrong, and projects that are lost."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

EARLY_END = "early_end"
REPEAT_PAGE = "repeat_page"
SELF_NEXT = "self_next"
EMPTY_PAGE = "empty_page"
LOST = "lost "  # and the full path of the project

Fields = dict[str, Any]


def without_cursors(arguments: Mapping[str, Any]) -> Fields:
    """The arguments of a connection's first page (or its last one, for `last`)."""
    return {name: value for name, value in arguments.items() if name not in ("after", "before")}


def _moved(cursor: str) -> str:
    """Another text for the place of that cursor."""
    plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return base64.urlsafe_b64encode(plain + b" ").decode().rstrip("=")


def spoiled(quirk: str, page: Fields, arguments: Mapping[str, Any]) -> Fields:
    """The page with a wrong `pageInfo`; the page as it is where the quirk does not touch it."""
    more, end, bound = "hasNextPage", "endCursor", "after"
    if arguments.get("last") is not None:
        more, end, bound = "hasPreviousPage", "startCursor", "before"
    info, given = page["pageInfo"], arguments.get(bound)
    if quirk == EARLY_END:
        return {**page, "pageInfo": {**info, more: False}}
    if quirk == SELF_NEXT:
        # no cursor leads to a first page, so that one is left once
        return {**page, "pageInfo": {**info, more: True, end: given or info[end]}}
    if quirk == EMPTY_PAGE and given:
        # another text for the same place: the cursor moves, and the next page is the true page
        return {**page, "edges": [], "nodes": [], "pageInfo": {**info, more: True, end: _moved(str(given))}}
    return page
