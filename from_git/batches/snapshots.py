"""Batches that are made to keep snapshots of all that is watched."""

import logging

from from_git.batches import engine, sql
from from_git.batches.filling import fill
from from_git.conf import settings
from from_git.history import keeping, watching
from from_git.models import Batch, BatchState, Purpose

logger = logging.getLogger(__name__)
CLIENT = "snapshot"
"""The name of the client for which budgets count the calls."""


def snapshot() -> Batch | None:
    """Have all watched profiles fetched and snapshots of them kept, by whoever works on batches; None: none is watched.

    Snapshots older than SNAPSHOT_KEEP_DAYS are deleted.

    Raises:
        DatabaseAway: the database is away; nothing is stored then.
    """
    batch, _ = begun()
    if batch:
        engine.wake(hosts_of(batch))
    forget_old()
    return batch


def begun() -> tuple[Batch | None, list[str]]:
    """The batch of all watched profiles that is under way, or a new one; and watched URLs that no host has any more.

    There is one at a time, so that an hour that takes two is no pile. None: nothing is watched.

    Raises:
        DatabaseAway: the database is away; nothing is stored then.
    """
    with sql.transaction() as cursor:
        sql.one_by_one(cursor, "from_git snapshots")
        running = Batch.objects.filter(purpose=Purpose.SNAPSHOT, state=BatchState.RUNNING).order_by("created").first()
        profiles, gone = watching.profiles()
        if gone:
            logger.warning("%d watched profiles are at hosts that the settings do not have", len(gone))
        if running or not profiles:
            return running, gone
        return fill(profiles, CLIENT, Purpose.SNAPSHOT), gone


def hosts_of(batch: Batch) -> list[str]:
    """The names of the hosts of its items.

    Raises:
        DatabaseAway: the database is away.
    """
    with sql.reached():
        return list(batch.items.values_list("host", flat=True).distinct().order_by("host"))


def forget_old() -> int:
    """Delete snapshots older than SNAPSHOT_KEEP_DAYS; how many there were.

    Raises:
        DatabaseAway: the database is away.
    """
    days: int = settings.SNAPSHOT_KEEP_DAYS
    with sql.reached():
        return keeping.forget_old(days) if days else 0
