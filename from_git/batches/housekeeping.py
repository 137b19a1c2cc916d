"""What is done now and then, by whoever has the time: old batches go, and what a process left half done is ended."""

from functools import partial

from from_git.batches import sql
from from_git.batches.states import PART, cancel_items
from from_git.batches.waiting import OPEN_ITEM, ended

_DAY = 86_400.0  # seconds


def tidy(days: float) -> list[str]:
    """Do all of it: `delete_old(days)`, and `end_batches`; the batches that have ended by that.

    Raises:
        DatabaseAway: the database cannot be used; what was done until then stays done.
    """
    over = end_batches()
    delete_old(days)
    return over


def end_batches() -> list[str]:
    """End the batches whose last item was finished by a process that died before it said so; which they are.

    What is left of a batch that was being cancelled is cancelled too.
    """
    with sql.reading() as cursor:
        cursor.execute("SELECT id FROM from_git_batch WHERE state = 'running' ORDER BY id")
        running = [one for (one,) in cursor.fetchall()]
        cursor.execute(
            f"""
            SELECT id FROM from_git_batch WHERE state = 'cancelled' AND {OPEN_ITEM} IS NOT NULL ORDER BY id"""
        )
        left = [one for (one,) in cursor.fetchall()]
    for one in left:
        cancel_items(one)
    return ended(running)


def delete_old(days: float) -> int:
    """Delete the batches that ended so many days ago, their items first and in parts; how many batches they were.

    Those that were made for snapshots go a day after their end: there may be one each hour, and nobody asks for them.
    """
    with sql.reading() as cursor:
        cursor.execute(
            f"""
            SELECT id FROM from_git_batch
            WHERE finished < {sql.after()} OR (purpose = 'snapshot' AND finished < {sql.after()})
            ORDER BY finished, id""",
            [-days * _DAY, -_DAY],
        )
        old = [one for (one,) in cursor.fetchall()]
    for one in old:
        sql.in_parts(partial(_deleted_items, one), PART)
        with sql.transaction() as cursor:
            cursor.execute("DELETE FROM from_git_batch WHERE id = %s", [one])
    return len(old)


def _deleted_items(batch_id: str) -> int:
    chosen = f"SELECT id FROM from_git_batchitem WHERE batch_id = %s ORDER BY position LIMIT {PART} {sql.locked()}"
    with sql.transaction() as cursor:
        cursor.execute(f"DELETE FROM from_git_batchitem WHERE id {sql.among(chosen)}", [batch_id])
        return int(cursor.rowcount)
