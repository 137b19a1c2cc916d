"""What batches are in, and what is asked of them as a whole; raises DatabaseAway where the database is away."""

from functools import partial

from from_git.batches import LEASE, sql
from from_git.batches.waiting import OPEN, cancelled

PART = 1_000
"""Items that are cancelled or deleted in one transaction."""


def counts(batch_id: str) -> dict[str, int]:
    """How many items a batch has in each state; those in which it has none are left out."""
    with sql.reading() as cursor:
        cursor.execute("SELECT state, count(*) FROM from_git_batchitem WHERE batch_id = %s GROUP BY state", [batch_id])
        return dict(cursor.fetchall())


def cancel(batch_id: str) -> bool:
    """Cancel a batch; whether it was running.

    Its open items are cancelled in parts, those that run first: some ten thousand a second.
    """
    was_running = mark_cancelled(batch_id)
    cancel_items(batch_id)
    return was_running


def mark_cancelled(batch_id: str) -> bool:
    """Mark a batch as cancelled, so that no item of it is claimed from now on; whether it was running.

    `cancel_items` is due then; `housekeeping.tidy` does it too.
    """
    with sql.transaction() as cursor:
        cursor.execute(
            f"""
            UPDATE from_git_batch SET state = 'cancelled', finished = {sql.now()}
            WHERE id = %s AND state = 'running'""",
            [batch_id],
        )
        return bool(cursor.rowcount)


def cancel_items(batch_id: str) -> None:
    """Cancel the open items of a batch."""
    for which in ("state = 'running'", "state = 'waiting'", OPEN):
        # those that others are writing to are left to the last turn, which waits for them
        sql.in_parts(partial(_cancelled, batch_id, which, skip=which != OPEN), PART)


def _cancelled(batch_id: str, which: str, skip: bool) -> int:
    """How many open items of a batch, PART at most, are cancelled now."""
    chosen = f"""
        SELECT id FROM from_git_batchitem WHERE batch_id = %s AND {OPEN} AND {which}
        ORDER BY {"host, rank" if skip else "id"} LIMIT {PART} {sql.locked(skip)}"""
    with sql.transaction() as cursor:
        cursor.execute(f"UPDATE from_git_batchitem SET {cancelled()} WHERE id {sql.among(chosen)}", [batch_id])
        return int(cursor.rowcount)


def any_to_take() -> bool:
    """Whether a batch is running that `take_batches` may take."""
    with sql.reading() as cursor:
        cursor.execute("SELECT 1 FROM from_git_batch WHERE state = 'running' AND purpose <> 'command' LIMIT 1")
        return cursor.fetchone() is not None


def take_batches(worker: str) -> list[str]:
    """The running batches that this process works on for LEASE seconds from now, those without another one included.

    Batches of `manage.py batch` are left to it.
    """
    with sql.transaction() as cursor:
        cursor.execute(
            f"""
            UPDATE from_git_batch SET worker = %s, lease = {sql.after()}
            WHERE state = 'running' AND purpose <> 'command'
                AND (worker = %s OR lease IS NULL OR lease < {sql.now()})
            RETURNING id""",
            [worker, LEASE, worker],
        )
        return sorted(one for (one,) in cursor.fetchall())


def leave_batches(worker: str) -> None:
    """Let others work on the batches that this process holds."""
    with sql.transaction() as cursor:
        cursor.execute("UPDATE from_git_batch SET worker = '', lease = NULL WHERE worker = %s", [worker])


def renew_batch(worker: str, batch_id: str) -> bool:
    """Hold a batch for LEASE seconds from now; whether it is running."""
    with sql.transaction() as cursor:
        cursor.execute(
            f"UPDATE from_git_batch SET worker = %s, lease = {sql.after()} WHERE id = %s AND state = 'running'",
            [worker, LEASE, batch_id],
        )
        return bool(cursor.rowcount)
