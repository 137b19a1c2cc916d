"""The outcomes of items that are known and not yet written, which go into the database in groups."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import transaction

from from_git.batches.air import Landed
from from_git.batches.leases import Finished, GivenBack
from from_git.models import Purpose
from from_git.values.found import Fetched
from from_git.values.profile import Profile

_TOGETHER = 0.2  # seconds for which outcomes wait for others, to be written in one transaction
_MOST = 32  # outcomes in one transaction
Keep = Callable[[Mapping[Profile, Fetched]], object]
"""Keeps what was found of watched profiles; called within the transaction that finishes their items."""


class Landings:
    """What has landed in one process. Not safe from threads.

    Args:
        worker: the name of the process.
        store: the statements; see `leases`.
        keep: see `Keep`.
        ended: called with the ids of batches that have ended; must not wait for long.
    """

    def __init__(self, worker: str, store: Any, keep: Keep, ended: Callable[[list[str]], object]) -> None:
        self._worker, self._store, self._keep, self._ended = worker, store, keep, ended
        self._landed: dict[int, Landed] = {}
        self._since = 0.0

    def __len__(self) -> int:
        """Outcomes that are not written."""
        return len(self._landed)

    def __iter__(self) -> Iterator[Landed]:
        """The outcomes that are not written."""
        return iter(list(self._landed.values()))

    @property
    def due(self) -> float:
        """When they are to be written, on the monotonic clock; 0: now."""
        return 0.0 if len(self._landed) >= _MOST else self._since + _TOGETHER

    def add(self, landed: Landed) -> None:
        """Have an outcome written."""
        if not self._landed:
            self._since = time.monotonic()
        self._landed[landed.held.item.id] = landed

    def drop(self, item: int) -> None:
        """Have the outcome of an item not written, if there is one."""
        self._landed.pop(item, None)

    def write(self) -> None:
        """Write some of them, the first ones.

        Raises:
            DatabaseAway: the database is away; they are kept.
        """
        landed = list(self._landed.values())[:_MOST]
        done = [one for one in landed if isinstance(one.outcome, Finished)]
        watched = {
            one.held.profile: one.fetched
            for one in done
            if one.held.item.purpose == Purpose.SNAPSHOT and one.fetched and one.held.profile
        }
        with transaction.atomic(savepoint=False):
            self._store.finish(self._worker, [one.outcome for one in done])
            if watched:
                self._keep(watched)
        self._store.give_back(self._worker, [one.outcome for one in landed if isinstance(one.outcome, GivenBack)])
        for one in landed:
            del self._landed[one.held.item.id]
        self._since = time.monotonic()
        if done and (ended := self._store.ended({one.held.item.batch_id for one in done})):
            self._ended(ended)
