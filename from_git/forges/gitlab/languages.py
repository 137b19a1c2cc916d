"""GitLab: languages that are asked for again, since a project that was never looked at is first told to have none."""

import threading
from collections.abc import Callable, Collection, Mapping
from functools import partial

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.forges.gitlab.access import GitLabAccess

_ROUNDS = 2
_BATCH = 100
_WAITS = 2.0, 8.0  # times the first wait of a call: GitLab's job has to run meanwhile

Ask = Callable[[Mapping[str, str]], Mapping[str, list[str]]]
"""Asks for the languages of projects, by id with their full paths; those that are gone are left out of the answer."""


class Languages:
    """The languages of projects that were told to have none. Safe from any thread.

    Args:
        known: those of which none are to be expected.
        ask: for the `ask` of a call.
    """

    def __init__(
        self, access: GitLabAccess, calls: Calls, group: FetchGroup, known: Callable[[], Collection[str]], ask: Ask
    ) -> None:
        self._access, self._calls, self._group, self._known, self._ask = access, calls, group, known, ask
        self._lock = threading.Lock()
        self._waiting: dict[str, str] = {}
        self._noted: set[str] = set()
        self.found: dict[str, list[str]] = {}
        """Of those that have some, by id."""
        self.none: set[str] = set()
        """Ids of those that have none, the `known` ones among them."""
        self._pending = 0

    @property
    def pending(self) -> int:
        """Projects that are still to be asked for."""
        return self._pending

    def note(self, projects: Mapping[str, str]) -> None:
        """Have these asked for, each once: by id, with their full paths. The last ones wait for `flush`."""
        known = self._known() if projects else ()
        batch: dict[str, str] = {}
        with self._lock:  # both ends of a list may bring the same ones at the same moment
            fresh = projects.keys() - self._noted
            self._noted |= fresh
            self.none |= fresh.intersection(known)
            asked = {one: path for one, path in projects.items() if one in fresh and one not in known}
            self._waiting |= asked
            self._pending += len(asked)
            if len(self._waiting) >= _BATCH:
                batch, self._waiting = self._waiting, {}
        self._begin(batch, 0)

    def flush(self) -> None:
        """Have those asked for that wait for others."""
        with self._lock:
            batch, self._waiting = self._waiting, {}
        self._begin(batch, 0)

    def _begin(self, projects: Mapping[str, str], rounds: int) -> None:
        items = list(projects.items())
        for start in range(0, len(items), _BATCH):
            wait = self._access.tempo.first_wait * _WAITS[rounds]
            self._group.start(self._access.pool, self._start, dict(items[start : start + _BATCH]), rounds, delay=wait)

    def _start(self, projects: Mapping[str, str], rounds: int) -> None:
        self._calls.start(self._access.pool, partial(self._ask, projects), partial(self._take, projects, rounds))

    def _take(self, projects: Mapping[str, str], rounds: int, found: Mapping[str, list[str]]) -> None:
        left = {one: path for one, path in projects.items() if not found.get(one)}
        last = rounds + 1 == _ROUNDS
        with self._lock:
            self.found.update({one: found[one] for one in projects if one not in left})
            self._pending -= len(projects) if last else len(projects) - len(left)
            if last:
                self.none.update(left)
        if not last:
            self._begin(left, rounds + 1)
