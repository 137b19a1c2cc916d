"""GitLab: the texts of its GraphQL queries, and what is known of what a server takes.

Sources: docs.gitlab.com/api/graphql (types Group and Project, "Limits") and GitLab's own types of 16 to 18.
"""

import math
import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Literal

MOST = 100
"""Projects of one page; the most that GitLab gives."""
_PROJECT = "id fullPath visibility archived starCount topics languages { name }"
# the last three since 17, 18.1 and 16.10: what a server does not have is left out, or asked for by REST
CREATED, FORK, DELETION, DELETION_ON = "createdAt", "isForked", "markedForDeletion", "markedForDeletionOn"
_GROUP = ("id", "fullPath", "visibility")
_OPTIONAL = (CREATED, FORK, DELETION, DELETION_ON, *(f"Group.{one}" for one in _GROUP))
_KEPT = 3600.0  # seconds for which a server is taken to be as old as it was
Size = Literal["page", "aliases", "names"]
"""Sorts of queries: pages of a group, projects by their paths, and those of which the languages alone are asked for."""
_SIZES: Mapping[Size, int] = {"page": MOST, "aliases": 15, "names": 36}  # 13 and 5 of complexity each, of 200
_SMALLEST = 5  # projects of one page


class Schema:
    """What one server is known to take, learned from its refusals of the last hour. Safe from any thread: two may learn
    the same from a refusal each."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._unknown: dict[str, float] = {}
        self._sizes: dict[Size, tuple[int, float]] = {}
        self.usual = dict(_SIZES)
        """Projects of one query at most, where none was refused."""

    def size(self, of: Size) -> int:
        """Projects of one query of a sort at most."""
        size, at = self._sizes.get(of, (0, -math.inf))
        return size if self._now() - at < _KEPT else self.usual[of]

    @property
    def page(self) -> int:
        """Projects of one page of a group."""
        return self.size("page")

    def lacks(self, field: str) -> bool:
        """Whether the server has refused this field of a project lately."""
        return self._now() - self._unknown.get(field, -math.inf) < _KEPT

    def refuse(self, fields: Collection[str]) -> bool:
        """Take in that the server does not know these fields; whether there is something to ask without them."""
        known = {one for one in fields if one in _OPTIONAL}
        with self._lock:
            self._unknown.update(dict.fromkeys(known, self._now()))
        return bool(fields) and len(known) == len(fields)

    def shrink(self, of: Size, asked: int, part: float) -> bool:
        """Ask for a part of what was `asked` for and was too much; whether less can be asked for."""
        least = _SMALLEST if of == "page" else 1
        if asked <= least:
            return False
        with self._lock:
            self._sizes[of] = max(least, min(self.size(of), int(asked * part), asked - 1)), self._now()
        return True

    def group(self) -> str:
        """The fields of a group."""
        return " ".join(one for one in _GROUP if not self.lacks(f"Group.{one}"))

    def project(self) -> str:
        """The fields of a project."""
        deletion = DELETION_ON if self.lacks(DELETION) else DELETION
        asked = [one for one in (CREATED, FORK, deletion) if not self.lacks(one)]
        return " ".join((_PROJECT, *asked))


def group_page(group: str, fields: str, newest: bool, begins: bool) -> str:
    """The query of one page of a group's list, from its newest or from its oldest end.

    Args:
        group: the fields of the group; `fields`: those of each project.
        begins: whether it is the first from there; others have a cursor.
    """
    size, cursor = ("first", "after") if newest else ("last", "before")
    declared, given = ("", "") if begins else (", $cursor: String!", f", {cursor}: $cursor")
    more, edge = ("hasNextPage", "endCursor") if newest else ("hasPreviousPage", "startCursor")
    return f"""query Group($path: ID!, $size: Int!{declared}) {{
  group(fullPath: $path) {{
    {group}
    projects(includeSubgroups: true, {size}: $size{given}) {{
      count
      pageInfo {{ more: {more} edge: {edge} }}
      nodes {{ {fields} }}
    }}
  }}
}}"""


def by_ids(fields: str) -> str:
    """The query of some projects of a group."""
    return f"""query Projects($path: ID!, $ids: [ID!]!, $size: Int!) {{
  group(fullPath: $path) {{
    projects(includeSubgroups: true, ids: $ids, first: $size) {{
      nodes {{ {fields} }}
    }}
  }}
}}"""


NAMES = "id languages { name }"
"""The fields of a project whose languages alone are asked for."""


def by_paths(fields: str, paths: Collection[str]) -> tuple[str, Mapping[str, str]]:
    """The query of projects by their full paths, as `p0`, `p1` …, and its variables."""
    variables = {f"v{place}": path for place, path in enumerate(paths)}
    declared = ", ".join(f"${name}: ID!" for name in variables)
    asked = "\n".join(f"  p{place}: project(fullPath: ${name}) {{ {fields} }}" for place, name in enumerate(variables))
    return f"query Projects({declared}) {{\n{asked}\n}}", variables
