"""The statements of those who work on batches; each function is one transaction, or a part of the one under way.

All raise DatabaseAway where the database cannot be used; nothing of that function has happened then.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from from_git.batches import LEASE, sql
from from_git.batches.waiting import (
    DUE,
    FREE,
    cancelled,
    ended as ended,
    suspects_due as suspects_due,
    waiting,
    waiting_hosts as waiting_hosts,
)
from from_git.errors import OwnFault
from from_git.models import BatchState, ItemState

logger = logging.getLogger(__name__)
DEATHS = 3
"""Workers that may die of an item while they hold nothing else."""
DIED = "Its worker died three times while it held nothing else."
_PART = 100  # items that are reaped in one transaction
_OURS = "worker = %s AND state = 'running'"


@dataclass(frozen=True, slots=True)
class Claimed:
    """An item that this worker holds, by a lease that ends LEASE seconds after it was last renewed."""

    id: int
    batch_id: str
    position: int
    host: str
    url: str
    attempts: int
    """The number of this claim, which is to be said with all that becomes of it."""
    tries: int
    """How often its forge has failed."""
    alone: bool
    """Whether it was claimed as the only one that its worker holds."""
    client: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a claimed item."""

    id: int
    attempts: int
    state: ItemState
    """DONE, MISSING or FAILED."""
    result: bytes | None = None
    """See `from_git.kept.stored`; only of what is DONE."""
    error: str = ""
    """The code of the error."""
    reason: str = ""
    """The message of the error."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A claimed item that is to be claimed again."""

    id: int
    attempts: int
    seconds: float
    """From now; it is not claimed earlier."""
    reason: str = ""
    failed: bool = False
    """Whether its forge failed, which adds 1 to `tries`; else the claim counts as none."""


def claim(worker: str, host: str, most: int, alone: bool = False, batch: str | None = None) -> list[Claimed]:
    """Items of a host that may be worked on now, in the order of their ranks, from now on held by this worker.

    Args:
        most: so many at most.
        alone: whether the items are wanted whose workers died; a worker takes one, and only while it holds nothing.
        batch: only items of this one.
    """
    which, own = waiting(batch)
    # of few; or in the order of an index, to walk along it
    order = "deaths, id" if alone else "host, rank" if batch else "host, rank, id"
    chosen = f"""
        SELECT id FROM from_git_batchitem
        WHERE {which} AND host = %s AND {"" if alone else "NOT "}suspect AND {DUE.format(now=sql.now())}
        ORDER BY {order} LIMIT %s {sql.locked(skip=True)}"""
    of_batch = "(SELECT {} FROM from_git_batch WHERE id = batch_id)"
    with sql.transaction() as cursor:
        cursor.execute(
            f"""
            UPDATE from_git_batchitem
            SET state = 'running', attempts = attempts + 1, worker = %s, lease = {sql.after()}, alone = %s, reason = ''
            WHERE id {sql.among(chosen)}
            RETURNING rank, id, batch_id, position, host, url, attempts, tries, alone,
                {of_batch.format("client")}, {of_batch.format("purpose")}, {of_batch.format("state")}""",
            [worker, LEASE, alone, *own, host, 1 if alone else most],
        )
        found = sorted(cursor.fetchall())
        # those of a batch that is just being cancelled, which takes a while
        if void := [fields[1] for fields in found if fields[-1] != BatchState.RUNNING]:
            cursor.execute(f"UPDATE from_git_batchitem SET {cancelled()} WHERE id IN ({sql.places(void)})", void)
    return [Claimed(*fields[1:-1]) for fields in found if fields[-1] == BatchState.RUNNING]


def renew(worker: str, held: Sequence[tuple[int, int]]) -> set[int]:
    """Hold these items for LEASE seconds from now.

    Args:
        held: the id of each, and the number of its claim.

    Returns:
        the ids of those that are still held; the others were cancelled, or given to another worker.
    """
    if not held:
        return set()
    chosen = f"""
        SELECT id FROM from_git_batchitem WHERE id IN ({sql.places(held)}) AND {_OURS} ORDER BY id {sql.locked()}"""
    with sql.transaction() as cursor:
        cursor.execute(
            f"""
            UPDATE from_git_batchitem SET lease = {sql.after()} WHERE id {sql.among(chosen)}
            RETURNING id, attempts""",
            [LEASE, *(one for one, _ in held), worker],
        )
        return {one for one, _ in set(cursor.fetchall()) & set(held)}


def finish(worker: str, done: Sequence[Finished]) -> None:
    """Note what became of claimed items; what was given to another worker or cancelled meanwhile is left as it is."""
    rows = [
        (one.state, one.result, one.error, _text(one.reason), one.id, one.attempts, worker)
        for one in sorted(done, key=lambda one: one.id)
    ]
    statement = f"""
        UPDATE from_git_batchitem
        SET state = %s, result = %s, error = %s, reason = %s, finished = {sql.now()}, {FREE}, not_before = NULL
        WHERE id = %s AND attempts = %s AND {_OURS}"""
    _each(statement, rows)


def give_back(worker: str, given: Sequence[GivenBack]) -> None:
    """Let claimed items wait again; what was given to another worker or cancelled meanwhile is left as it is."""
    rows = [
        (one.seconds, _text(one.reason), int(one.failed), int(not one.failed), one.id, one.attempts, worker)
        for one in sorted(given, key=lambda one: one.id)
    ]
    statement = f"""
        UPDATE from_git_batchitem
        SET state = 'waiting', not_before = {sql.after()}, reason = %s, tries = tries + %s, attempts = attempts - %s,
            {FREE}
        WHERE id = %s AND attempts = %s AND {_OURS}"""
    _each(statement, rows)


def reap(settled: float = LEASE) -> int:
    """Let items wait again whose leases have passed, and fail those of which DEATHS workers died; how many they are.

    Args:
        settled: seconds for which the database must have run; while it was away nobody could renew a lease.
    """
    reaped = some = _reaped(settled)
    while some == _PART:
        reaped += (some := _reaped(settled))
    return reaped


def _reaped(settled: float) -> int:
    dead = f"alone AND deaths >= {DEATHS - 1}"
    # in the order of the index of leases, to follow it
    chosen = f"""
        SELECT id FROM from_git_batchitem WHERE lease < {sql.now()} AND {sql.settled()}
        ORDER BY lease LIMIT {_PART} {sql.locked(skip=True)}"""
    with sql.transaction() as cursor:
        cursor.execute(
            f"""
            UPDATE from_git_batchitem
            SET deaths = deaths + CASE WHEN alone THEN 1 ELSE 0 END,
                state = CASE WHEN {dead} THEN 'failed' ELSE 'waiting' END,
                error = CASE WHEN {dead} THEN '{OwnFault.code}' ELSE '' END,
                reason = CASE WHEN {dead} THEN '{DIED}' ELSE 'Its worker died.' END,
                finished = CASE WHEN {dead} THEN {sql.now()} END,
                suspect = TRUE, not_before = NULL, {FREE}
            WHERE id {sql.among(chosen)}""",
            [settled],
        )
        return int(cursor.rowcount)


def _each(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    rows = list(rows)
    if not rows:
        return
    with sql.transaction() as cursor:
        cursor.executemany(statement, rows)
        if cursor.rowcount != len(rows):
            logger.debug("%d of %d outcomes came too late", len(rows) - cursor.rowcount, len(rows))


def _text(words: str) -> str:
    """The same as a database takes it."""
    return words.encode(errors="replace").decode().replace("\0", "")
