"""What is told of batches and their items: members of JSON, and rows of tables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from from_git.aggregator.merging import identity, missing_urls
from from_git.batches import items, sql
from from_git.batches.items import Item
from from_git.errors import NoSuchBatch
from from_git.models import Batch, BatchState, ItemState
from from_git.serializers import COLUMNS, missing_row, moment, printable, profile_row
from from_git.values.profile import Profile

PAGE = 1_000
"""Items of one page."""
_ID = re.compile(r"[0-9a-f]{32}")
_WITHOUT_NUMBERS = frozenset(map(str, (ItemState.MISSING, ItemState.FAILED)))


def batch_of(batch_id: str) -> Batch:
    """The batch with this id, without its answer.

    Raises:
        NoSuchBatch: there is none.
        DatabaseAway: the database is away.
    """
    with sql.reached():
        found = Batch.objects.defer("answer").filter(id=batch_id).first() if _ID.fullmatch(batch_id) else None
    if found is None:
        raise NoSuchBatch
    return found


def state_members(batch: Batch, counts: Mapping[str, int], address: str) -> dict[str, Any]:
    """What a batch is at this moment; `complete` says whether its forges have answered for each of its profiles.

    Args:
        counts: how many items it has in each state; 0 where a state is left out.
        address: where it is.
    """
    by_state = {str(state): counts.get(state, 0) for state in ItemState}
    whole = by_state[ItemState.DONE] + by_state[ItemState.MISSING] == batch.total
    # while it runs its numbers may be older than the counts
    return {
        "id": batch.id,
        "url": address,
        "state": batch.state,
        "total": batch.total,
        "counts": by_state,
        "complete": whole and batch.state != BatchState.RUNNING,
        "createdAt": _moment(batch.created),
        "finishedAt": _moment(batch.finished),
    }


def items_page(batch_id: str, state: str | None, after: int) -> tuple[list[Item], bool]:
    """The items of one page behind a position, by position, and whether there are more.

    Args:
        state: the only one that is wanted; None: all.

    Raises:
        DatabaseAway: the database is away.
    """
    found = items.page(batch_id, state, after, PAGE + 1)
    return found[:PAGE], len(found) > PAGE


def item_members(some: Sequence[Item]) -> list[dict[str, Any]]:
    """What has become of each of these items; None is what it does not have."""
    rows = {
        item.position: profile_row(profile, found, fetched) for item, profile, fetched, found in items.found_of(some)
    }
    return [_members(item, rows.get(item.position)) for item in some]


def _members(item: Item, row: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "position": item.position,
        "url": item.url,
        "state": item.state,
        "attempts": item.attempts,
        "error": item.error or None,
        "message": printable(item.reason) if item.reason else None,
        "notBefore": _moment(item.not_before),
        "profile": row,
    }


def table_rows(batch_id: str) -> Iterator[dict[str, Any]]:
    """The rows of a table as `serializers.table_rows` has them: profiles that are done, missing or failed by position,
    then missing repositories; failed ones have `error` and `message`.

    Raises:
        NoSuchBatch, DatabaseAway: while they are read, see `items.of`.
    """
    seen: set[int] = set()  # hashes of 64 bits, which take a tenth of the names
    lost: list[tuple[Profile, list[str]]] = []
    for some in items.of(batch_id):
        done = {item.position: (fetched, found) for item, _, fetched, found in items.found_of(some)}
        for item, profile in zip(some, items.profiles_of(some), strict=True):
            if item.state in _WITHOUT_NUMBERS:
                error = {"error": item.error, "message": printable(item.reason)} if item.error else {}
                yield {**missing_row(profile, item.url, item.state), **error}
            elif item.position in done:
                fetched, found = done[item.position]
                mark = hash((item.host, identity(profile, found)))
                if mark in seen:  # another name of a profile has no row of its own
                    continue
                seen.add(mark)
                row = profile_row(profile, found, fetched)
                yield {name: row[name] for name in (*COLUMNS, "host") if name not in row["notTold"]}
                if found.missing:
                    lost.append((profile, missing_urls(profile, found)))
    for profile, urls in lost:
        yield from (missing_row(profile, url, "missing repository") for url in urls)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else moment(int(at.timestamp()))
