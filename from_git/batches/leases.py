"""The statements of those who work on batches; each function is one transaction, or a part of the one under way.

All raise DatabaseAway where the database cannot be used; nothing of that function has happened then.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from from_git.batches import LEASE, sql
from from_git.errors import OwnFault
from from_git.models import ItemState

logger = logging.getLogger(__name__)
DEATHS = 3
"""Workers that may die of an item while they hold nothing else."""
DIED = "Its worker died three times while it held nothing else."
_OURS = "worker = %s AND state = 'running'"
_DUE = "(not_before IS NULL OR not_before <= {now})"
_OPEN = "SELECT 1 FROM from_git_batchitem WHERE batch_id = from_git_batch.id AND state IN ('waiting', 'running')"
_FREE = "worker = '', lease = NULL, alone = FALSE"


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
    with sql.transaction() as cursor:
        # "host" in the order lets both databases walk along the index of what waits
        chosen = f"""
            SELECT id FROM from_git_batchitem
            WHERE state = 'waiting' AND host = %s AND {"" if alone else "NOT "}suspect
                AND {_DUE.format(now=sql.now())} {"AND batch_id = %s" if batch else ""}
            ORDER BY host, rank, id LIMIT %s {sql.locked(skip=True)}"""
        cursor.execute(
            f"""
            UPDATE from_git_batchitem
            SET state = 'running', attempts = attempts + 1, worker = %s, lease = {sql.after()}, alone = %s, reason = ''
            WHERE id IN ({chosen})
            RETURNING rank, id, batch_id, position, host, url, attempts, tries, alone,
                (SELECT client FROM from_git_batch WHERE id = batch_id),
                (SELECT purpose FROM from_git_batch WHERE id = batch_id)""",
            [worker, LEASE, alone, host, *([batch] if batch else []), most],
        )
        return [Claimed(*fields) for _, *fields in sorted(cursor.fetchall())]


def suspects_due(hosts: Collection[str], batch: str | None = None) -> set[str]:
    """Those of these hosts that have items whose workers died and that may be worked on now."""
    with sql.reading() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT host FROM from_git_batchitem
            WHERE suspect AND state = 'waiting' AND {_DUE.format(now=sql.now())}
                {"AND batch_id = %s" if batch else ""}""",
            [batch] if batch else [],
        )
        return {host for (host,) in cursor.fetchall()} & set(hosts)


def renew(worker: str, held: Sequence[tuple[int, int]]) -> set[int]:
    """Hold these items for LEASE seconds from now.

    Args:
        held: the id of each, and the number of its claim.

    Returns:
        the ids of those that are still held; the others were cancelled, or given to another worker.
    """
    if not held:
        return set()
    places = ", ".join(["%s"] * len(held))
    with sql.transaction() as cursor:
        cursor.execute(
            f"""
            UPDATE from_git_batchitem SET lease = {sql.after()} WHERE id IN (
                SELECT id FROM from_git_batchitem WHERE id IN ({places}) AND {_OURS} ORDER BY id {sql.locked()})
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
        SET state = %s, result = %s, error = %s, reason = %s, finished = {sql.now()}, {_FREE}, not_before = NULL
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
            {_FREE}
        WHERE id = %s AND attempts = %s AND {_OURS}"""
    _each(statement, rows)


def reap() -> int:
    """Let items wait again whose leases have passed, and fail those of which DEATHS workers died; how many they are.

    None where the database itself began less than LEASE seconds ago, since nobody could renew a lease before.
    """
    with sql.transaction() as cursor:
        cursor.execute(
            f"""
            UPDATE from_git_batchitem
            SET deaths = deaths + CASE WHEN alone THEN 1 ELSE 0 END,
                state = CASE WHEN alone AND deaths >= {DEATHS - 1} THEN 'failed' ELSE 'waiting' END,
                error = CASE WHEN alone AND deaths >= {DEATHS - 1} THEN '{OwnFault.code}' ELSE '' END,
                reason = CASE WHEN alone AND deaths >= {DEATHS - 1} THEN '{DIED}' ELSE 'Its worker died.' END,
                finished = CASE WHEN alone AND deaths >= {DEATHS - 1} THEN {sql.now()} END,
                suspect = TRUE, not_before = NULL, {_FREE}
            WHERE id IN (
                SELECT id FROM from_git_batchitem
                WHERE state = 'running' AND lease < {sql.now()} AND {sql.settled()} {sql.locked(skip=True)})""",
            [LEASE],
        )
        return int(cursor.rowcount)


def ended(batch_ids: Iterable[str]) -> list[str]:
    """Mark those of these batches as done that have no open item; which they are, each told to one caller only.

    To be called after the transaction in which the last items were finished.
    """
    ids = sorted(set(batch_ids))
    if not ids:
        return []
    with sql.transaction() as cursor:
        cursor.execute(
            f"""
            UPDATE from_git_batch SET state = 'done', finished = {sql.now()}
            WHERE id IN ({", ".join(["%s"] * len(ids))}) AND state = 'running' AND NOT EXISTS ({_OPEN})
            RETURNING id""",
            ids,
        )
        return [one for (one,) in cursor.fetchall()]


def waiting_hosts(batch: str | None = None) -> dict[str, float]:
    """The hosts with items that wait, by name, and the seconds until the next one of each may be claimed; 0: now."""
    which = "state = 'waiting'" + (" AND batch_id = %s" if batch else "")
    due = _DUE.format(now=sql.now())
    with sql.reading() as cursor:
        # each look finds the next host in the index: one step a host, however many items there are
        cursor.execute(
            f"""
            WITH RECURSIVE hosts(host) AS (
                SELECT min(host) FROM from_git_batchitem WHERE {which}
                UNION ALL
                SELECT (SELECT min(host) FROM from_git_batchitem WHERE {which} AND host > hosts.host)
                FROM hosts WHERE host IS NOT NULL)
            SELECT host, CASE
                WHEN EXISTS (
                    SELECT 1 FROM from_git_batchitem AS item WHERE {which} AND item.host = hosts.host AND {due}
                    ORDER BY item.host, rank, id LIMIT 1) THEN 0
                ELSE (SELECT {sql.until("min(not_before)")} FROM from_git_batchitem AS item
                    WHERE {which} AND item.host = hosts.host) END
            FROM hosts WHERE host IS NOT NULL""",
            [batch] * 4 if batch else [],
        )
        # one may be worked on or cancelled between two looks
        return {host: max(0.0, float(seconds or 0)) for host, seconds in cursor.fetchall()}


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
