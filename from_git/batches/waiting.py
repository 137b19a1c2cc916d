"""What waits and what has ended, each found by a few steps in an index, however many items there are.

The databases may know little of what stands in a table that was filled a moment ago. So each statement is written such
that the index is what it has to follow: by order and a limit, not by the smallest of all.
"""

from collections.abc import Collection, Iterable

from from_git.batches import sql

DUE = "(not_before IS NULL OR not_before <= {now})"
"""SQL for whether an item may be claimed at `now`."""
OPEN = "state IN ('waiting', 'running')"
"""SQL for whether an item is open, as the index of a batch's open items has it; SQLite wants the very same words."""

OPEN_ITEM = (
    f"(SELECT id FROM from_git_batchitem WHERE batch_id = from_git_batch.id AND {OPEN} ORDER BY host, rank LIMIT 1)"
)
"""SQL for the id of an open item of a batch, or NULL."""
FREE = "worker = '', lease = NULL, alone = FALSE"
"""SQL for an item that nobody holds any more."""


def cancelled() -> str:
    """SQL for an item that is cancelled now."""
    return f"state = 'cancelled', finished = {sql.now()}, {FREE}"


def waiting(batch: str | None) -> tuple[str, list[str]]:
    """SQL for whether an item waits, and its parameters.

    Args:
        batch: only items of this one.
    """
    if batch is None:
        return "state = 'waiting'", []
    # said such that the index of all that waits, with the items of other batches, is none that could be followed
    return f"{OPEN} AND state <> 'running' AND batch_id = %s", [batch]


def waiting_hosts(batch: str | None = None) -> dict[str, float]:
    """The hosts with items that wait, by name, and the seconds until the next one of each may be claimed; 0: now.

    Args:
        batch: only items of this one.

    Raises:
        DatabaseAway: the database cannot be used.
    """
    which, own = waiting(batch)
    item = f"FROM from_git_batchitem AS item WHERE {which}"
    with sql.reading() as cursor:
        # each step finds the next host, and there the first item that may be claimed
        cursor.execute(
            f"""
            WITH RECURSIVE hosts(host) AS (
                SELECT * FROM (SELECT host {item} ORDER BY host, rank LIMIT 1) AS first
                UNION ALL
                SELECT (SELECT host {item} AND item.host > hosts.host ORDER BY host, rank LIMIT 1)
                FROM hosts WHERE host IS NOT NULL)
            SELECT host, (SELECT 0 {item} AND item.host = hosts.host AND {DUE.format(now=sql.now())}
                ORDER BY host, rank LIMIT 1)
            FROM hosts WHERE host IS NOT NULL ORDER BY host""",
            own * 3,
        )
        found: dict[str, float | None] = dict(cursor.fetchall())
        # not in the same statement: PostgreSQL thinks it dear, and compiles all of it, for 0.2 s
        if late := [host for host, due in found.items() if due is None]:
            cursor.execute(
                f"SELECT host, {sql.until('min(not_before)')} {item} AND host IN ({sql.places(late)}) GROUP BY host",
                [*own, *late],
            )
            found |= dict(cursor.fetchall())
    # what was claimed or cancelled between the two is looked for once more
    return {host: max(0.0, float(seconds or 0)) for host, seconds in found.items()}


def suspects_due(hosts: Collection[str], batch: str | None = None) -> set[str]:
    """Those of these hosts that have items whose workers died and that may be claimed now.

    Args:
        batch: only items of this one.

    Raises:
        DatabaseAway: the database cannot be used.
    """
    which, own = waiting(batch)
    with sql.reading() as cursor:
        cursor.execute(
            f"SELECT DISTINCT host FROM from_git_batchitem WHERE suspect AND {which} AND {DUE.format(now=sql.now())}",
            own,
        )
        return {host for (host,) in cursor.fetchall()} & set(hosts)


def ended(batch_ids: Iterable[str]) -> list[str]:
    """Mark those of these batches as done that have no open item; which they are, each told to one caller only.

    To be called after the transaction in which the last items were finished.

    Raises:
        DatabaseAway: the database cannot be used; nothing is marked then.
    """
    ids = sorted(set(batch_ids))
    if not ids:
        return []
    # a look that locks nothing comes first: nearly always there is an open item
    which = f"id IN ({sql.places(ids)}) AND state = 'running' AND {OPEN_ITEM} IS NULL"
    with sql.reading() as cursor:
        cursor.execute(f"SELECT id FROM from_git_batch WHERE {which} ORDER BY id", ids)
        over = [one for (one,) in cursor.fetchall()]
    if not over:
        return []
    with sql.transaction() as cursor:
        cursor.execute(
            f"""
            UPDATE from_git_batch SET state = 'done', finished = {sql.now()}
            WHERE id IN ({sql.places(over)}) AND state = 'running'
            RETURNING id""",
            over,
        )
        return sorted(one for (one,) in cursor.fetchall())
