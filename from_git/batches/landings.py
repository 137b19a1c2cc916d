"""The outcomes of items that are known and not yet written, which go into the database in groups."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from from_git.batches import outcomes, sql
from from_git.batches.air import Landed
from from_git.batches.leases import Finished, GivenBack
from from_git.errors import DatabaseAway
from from_git.models import Purpose
from from_git.values.found import Fetched
from from_git.values.profile import Profile

_TOGETHER = 0.1  # seconds for which outcomes wait for others, to be written in one transaction
_MOST = 16  # outcomes in one transaction; what is fetched and not written is fetched again where a worker dies
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
        self._since, self._apart = 0.0, 0
        self._touched: set[str] = set()  # batches of which items were finished since it was seen whether they ended

    def __len__(self) -> int:
        """What is still to be written."""
        return len(self._landed) + len(self._touched)

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
        """Write some of them, the first ones; one that cannot be written fails as a fault of our own.

        Raises:
            DatabaseAway: the database is away; they are kept.
        """
        landed = list(self._landed.values())[: 1 if self._apart else _MOST]
        try:
            if landed:
                self._write(landed)
        except DatabaseAway:
            raise
        except Exception as error:
            if len(landed) > 1:
                self._apart = len(landed)  # one of them is the cause
                return
            (one,) = landed
            if one.apart:
                raise
            outcome = outcomes.own_fault(one.held.item, error)
            self._landed[one.held.item.id] = Landed(one.held, outcome, apart=True)
            return
        self._apart = max(0, self._apart - 1)
        for one in landed:
            del self._landed[one.held.item.id]
        self._since = time.monotonic()
        self._touched |= {one.held.item.batch_id for one in landed if isinstance(one.outcome, Finished)}
        if ended := self._store.ended(self._touched):
            self._ended(ended)
        self._touched.clear()

    def _write(self, landed: Sequence[Landed]) -> None:
        done = [one for one in landed if isinstance(one.outcome, Finished)]
        watched = {
            one.held.profile: one.fetched
            for one in done
            if one.held.item.purpose == Purpose.SNAPSHOT and one.fetched and one.held.profile
        }
        with sql.transaction():
            self._store.finish(self._worker, [one.outcome for one in done])
            if watched:
                self._keep(watched)
        self._store.give_back(self._worker, [one.outcome for one in landed if isinstance(one.outcome, GivenBack)])
