"""The items of a batch as they are read, some at a time, so that a batch of any length takes little memory."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from from_git import forges
from from_git.batches import sql
from from_git.errors import NoSuchBatch
from from_git.kept.stored import unpack
from from_git.models import Batch, BatchItem
from from_git.profiles import parse_profiles
from from_git.values.found import Fetched
from from_git.values.host import Host
from from_git.values.profile import Profile

SOME = 500
"""Items that are read at a time."""
_COLUMNS = "position", "host", "url", "state", "attempts", "not_before", "error", "reason", "result"


class Item(NamedTuple):
    """One profile of a batch, with the columns of its row."""

    position: int
    host: str
    url: str
    state: str
    attempts: int
    not_before: datetime | None
    error: str
    reason: str
    result: Any

    def profile(self) -> Profile:
        """The profile as it was asked; one at a host that is no longer declared is known by its URL."""
        found = parse_profiles([self.url], forges.hosts()).profiles
        if found and found[0].host.name == self.host:
            return found[0]
        kind = next(iter(forges.hosts().values())).kind
        owner = self.url.rstrip("/").rpartition("/")[2]
        return Profile(Host(kind, self.host, "", label=self.host), self.url.lower(), owner, self.url)

    def found(self) -> tuple[Profile, Fetched]:
        """The profile, and what was found, where it is done."""
        return self.profile(), unpack(self.result)


def of(batch_id: str, states: Collection[str], after: int = -1) -> Iterator[list[Item]]:
    """The items of a batch, behind a position, that are in one of these states, some at a time, by position.

    Raises:
        NoSuchBatch: the batch is deleted meanwhile.
        DatabaseAway: the database is away.
    """
    with sql.reached():
        total = Batch.objects.filter(id=batch_id).values_list("total", flat=True).first()
    if total is None:
        raise NoSuchBatch
    for begin in range(after + 1, total, SOME):
        rows = _rows(batch_id, position__gte=begin, position__lt=begin + SOME)
        if len(rows) < min(SOME, total - begin):
            raise NoSuchBatch
        yield [row for row in rows if row.state in states]


def at(batch_id: str, positions: Sequence[int]) -> Iterator[list[Item]]:
    """The items at these positions, some at a time, in their order.

    Raises:
        NoSuchBatch, DatabaseAway: see `of`.
    """
    for begin in range(0, len(positions), SOME):
        some = positions[begin : begin + SOME]
        rows = _rows(batch_id, position__in=some)
        if len(rows) < len(some):
            raise NoSuchBatch
        yield rows


def page(batch_id: str, state: str | None, after: int, most: int) -> list[Item]:
    """So many items at most behind a position, by position, of one state or of all.

    Raises:
        DatabaseAway: the database is away.
    """
    return _rows(batch_id, most, position__gt=after, **({"state": state} if state else {}))


def _rows(batch_id: str, most: int | None = None, **which: Any) -> list[Item]:
    with sql.reached():
        rows = BatchItem.objects.filter(batch=batch_id, **which).order_by("position")
        return [Item(*row) for row in rows.values_list(*_COLUMNS)[:most]]
