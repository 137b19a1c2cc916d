"""How far batches are, in numbers; nothing here locks or changes a row, and DatabaseAway is raised as elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from from_git.batches import sql
from from_git.batches.leases import DEATHS
from from_git.conf import settings
from from_git.models import ItemState


@dataclass(frozen=True)
class Figures:
    """Of all batches together."""

    batches: int
    """Batches under way."""
    waiting: Mapping[str, int]
    """Items that wait, by the name of their host."""
    due: int
    """Hosts at which an item waits that may be claimed now."""
    running: int
    """Items that workers hold."""
    dead: int
    """Items that failed because their workers died."""
    oldest: float
    """Seconds since the oldest batch under way began; 0 without one."""
    workers: int
    """Processes that hold items or batches by a lease that has not passed."""


@dataclass
class HostFigures:
    """The items of one batch at one host."""

    total: int = 0
    done: int = 0
    """Those that were found, and those whose forge says that they do not exist."""
    failed: int = 0
    cancelled: int = 0
    wait: float = 0.0
    """Seconds until the next item that waits may be claimed; 0: now, or none waits."""
    reason: str = ""
    """Why it waits, where it does."""

    @property
    def open(self) -> int:
        """Items that are still to be done."""
        return self.total - self.done - self.failed - self.cancelled


def of_all() -> Figures:
    """The figures of all batches; without a broker those of `manage.py batch` are its own affair, and do not count."""
    own = "" if settings.CELERY_BROKER_URL else "AND purpose <> 'command'"
    batches = f"FROM from_git_batch WHERE state = 'running' {own}"
    waits = f"FROM from_git_batchitem WHERE state = 'waiting' AND batch_id IN (SELECT id {batches})"
    with sql.reading() as cursor:
        cursor.execute(f"SELECT host, count(*) {waits} GROUP BY host ORDER BY host")
        waiting = dict(cursor.fetchall())
        cursor.execute(
            f"""
            SELECT
                (SELECT count(*) {batches}),
                (SELECT count(DISTINCT host) {waits} AND (not_before IS NULL OR not_before <= {sql.now()})),
                (SELECT count(*) FROM from_git_batchitem WHERE state = 'running'),
                (SELECT count(*) FROM from_git_batchitem WHERE suspect AND state = 'failed' AND deaths >= {DEATHS}),
                (SELECT -({sql.until("min(created)")}) {batches}),
                (SELECT count(*) FROM (
                    SELECT worker FROM from_git_batchitem WHERE state = 'running' AND lease >= {sql.now()}
                    UNION
                    SELECT worker FROM from_git_batch WHERE state = 'running' AND lease >= {sql.now()}) AS seen)""",
            [],
        )
        batches, due, running, dead, oldest, workers = cursor.fetchone()
    return Figures(batches, waiting, due, running, dead, max(0.0, float(oldest or 0.0)), workers)


def of_batch(batch_id: str) -> dict[str, HostFigures]:
    """The figures of one batch by the names of its hosts, in their order."""
    found: dict[str, HostFigures] = {}
    with sql.reading() as cursor:
        which = "FROM from_git_batchitem WHERE batch_id = %s"
        cursor.execute(f"SELECT host, state, count(*) {which} GROUP BY host, state ORDER BY host", [batch_id])
        for host, state, number in cursor.fetchall():
            one = found.setdefault(host, HostFigures())
            one.total += number
            one.done += number * (state in (ItemState.DONE, ItemState.MISSING))
            one.failed += number * (state == ItemState.FAILED)
            one.cancelled += number * (state == ItemState.CANCELLED)
        cursor.execute(
            f"""
            SELECT host, {sql.until("min(not_before)")}, min(reason), count(*) {which} AND state = 'waiting'
            GROUP BY host HAVING count(*) = count(not_before)""",
            [batch_id],
        )
        for host, wait, reason, _ in cursor.fetchall():
            found[host].wait, found[host].reason = max(0.0, float(wait)), reason
    return found
