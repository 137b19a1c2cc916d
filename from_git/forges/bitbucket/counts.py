"""Bitbucket: watcher counts that are kept for longer than the lists, since each of them costs a call of the hour."""

import time
from collections.abc import Callable, Mapping

from from_git.memory import Memory

Count = tuple[int, float]
"""Watchers of a repository, and when they were counted, in seconds since the epoch."""


class Counts:
    """The counts of whole workspaces, in a memory that may forget them or hold nonsense.

    Args:
        key: what tells the account that has counted from others; see `account_key`.
        seconds: for which a count is kept; 0: none is.
    """

    def __init__(self, memory: Memory, key: str, seconds: float, now: Callable[[], float] = time.time) -> None:
        self._memory = memory
        self._prefix = f"from-git:watchers:{key}"
        self._seconds = seconds
        self._now = now

    @property
    def kept(self) -> bool:
        """Whether any are."""
        return self._seconds > 0

    def of(self, workspace: str) -> dict[str, Count]:
        """The counts that are still good, by the repository's uuid."""
        found = self._memory.get(f"{self._prefix}:{workspace}") if self.kept else None
        if not isinstance(found, dict):
            return {}
        oldest = self._now() - self._seconds
        counts = {}
        for uuid, value in found.items():
            match value:
                case [int(count), float(at) | int(at)] if count >= 0 and oldest < at <= self._now():
                    counts[uuid] = count, float(at)
        return counts

    def keep(self, workspace: str, counts: Mapping[str, Count]) -> None:
        """Keep these, and no others of the workspace."""
        if self.kept:
            value = {uuid: list(count) for uuid, count in counts.items()}
            self._memory.set(f"{self._prefix}:{workspace}", value, timeout=self._seconds + 1.0)
