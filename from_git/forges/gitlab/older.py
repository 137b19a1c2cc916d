"""GitLab: what GraphQL of an older server does not tell of a group's projects, and REST does."""

import threading
from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from from_git.calls.sending import Calls
from from_git.errors import MalformedAnswer, UpstreamError
from from_git.forges.gitlab.access import GROUP_LISTS, GitLabAccess, group_path
from from_git.forges.gitlab.queries import MOST
from from_git.forges.reading import get, maybe

_READINGS = 3
_LIST = {
    "visibility": "public",
    "include_subgroups": "true",
    "with_shared": "false",
    "order_by": "id",
    "sort": "asc",
    "per_page": MOST,
}


class Told(NamedTuple):
    """What REST tells of a project."""

    is_fork: bool
    """Whether it is a fork of one that everybody may see."""
    deleting: bool
    """Whether it waits for its deletion; a server that does not tell it deletes at once."""


class OlderList:
    """The list of a group by REST, where each of some projects is looked up. Safe from any thread.

    Args:
        name: of the group, or its id.
        wanted: the ids.
    """

    def __init__(self, access: GitLabAccess, calls: Calls, name: str, wanted: Collection[str]) -> None:
        self._access, self._calls, self._name, self._wanted = access, calls, name, set(wanted)
        self._lock = threading.Lock()
        self.told: dict[str, Told] = {}
        """By id."""
        self._readings = self._left = 0

    def begin(self) -> None:
        """Have it read, as far as the number of wanted projects tells how long it is."""
        self._readings += 1
        pages = -(-len(self._wanted) // MOST)
        self._left = pages
        for page in range(1, pages + 1):
            amount = self._access.amount(GROUP_LISTS)
            self._calls.start(self._access.pool, partial(self._read, page), self._take, amount=amount)

    def _read(self, page: int) -> dict[str, Told]:
        answer = self._access.get(self._calls, group_path(self._name), {**_LIST, "page": page})
        found = get(self._access.answers.rest(answer, self._access.now()), kind=list)
        return {str(get(one, "id", kind=int)): _told(one) for one in found}

    def _take(self, found: dict[str, Told]) -> None:
        with self._lock:
            self.told |= found
            self._left -= 1
            ended = not self._left
            whole = self._wanted <= self.told.keys()
        if ended and not whole and self._readings < _READINGS:
            self.begin()
        elif ended and not whole:
            raise UpstreamError(
                f"its list by REST has not all projects that its list by GraphQL has, after {self._readings} readings.",
                advice="Ask again.",
            )


def _told(one: object) -> Told:
    if not isinstance(one, dict):
        raise MalformedAnswer("a project is not an object")
    deleting = maybe(one, "marked_for_deletion_on", kind=str) or maybe(one, "marked_for_deletion_at", kind=str)
    return Told(maybe(one, "forked_from_project", kind=dict) is not None, deleting is not None)
