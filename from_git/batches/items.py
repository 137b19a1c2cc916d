"""The items of a batch as they are read, some at a time, so that a batch of any length takes little memory."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from from_git import forges
from from_git.batches import sql
from from_git.errors import NoSuchBatch
from from_git.forges.registry import KINDS
from from_git.kept.stored import unpack
from from_git.models import Batch, BatchItem, ItemState
from from_git.profiles import parse_profiles
from from_git.values.found import Fetched, Found
from from_git.values.host import Host
from from_git.values.profile import Profile

SOME = 500
"""Items that are read at a time."""
_DONE = str(ItemState.DONE)  # a look at a member of an enum takes longer than all else about a row
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


def profiles_of(some: Sequence[Item]) -> list[Profile]:
    """The profile of each of these items, as it was asked; one at a host that is no longer declared is known by its
    URL."""
    read = {one.url: one for one in parse_profiles([item.url for item in some], forges.hosts()).profiles}
    return [one if (one := read.get(item.url)) and one.host.name == item.host else _at_no_host(item) for item in some]


def _at_no_host(item: Item) -> Profile:
    kind = next(iter(KINDS.values()))
    owner = item.url.rstrip("/").rpartition("/")[2]
    return Profile(Host(kind, item.host, "", label=item.host), item.url.lower(), owner, item.url)


def found_of(some: Sequence[Item]) -> Iterator[tuple[Item, Profile, Fetched, Found]]:
    """Those of these items that are done, with their profiles and what was found."""
    done = [item for item in some if item.state == _DONE]
    for item, profile in zip(done, profiles_of(done), strict=True):
        fetched = unpack(item.result)
        if fetched.found:
            yield item, profile, fetched, fetched.found


def of(batch_id: str) -> Iterator[list[Item]]:
    """The items of a batch, some at a time, by position.

    Raises:
        NoSuchBatch: the batch is deleted meanwhile.
        DatabaseAway: the database is away.
    """
    with sql.reached():
        total = Batch.objects.filter(id=batch_id).values_list("total", flat=True).first()
    if total is None:
        raise NoSuchBatch
    for begin in range(0, total, SOME):
        rows = _rows(batch_id, position__gte=begin, position__lt=begin + SOME)
        if len(rows) < min(SOME, total - begin):
            raise NoSuchBatch
        yield rows


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
