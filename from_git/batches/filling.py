"""Batches as they begin."""

import secrets
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from from_git.batches import LEASE, sql
from from_git.conf import settings
from from_git.errors import TooManyBatches, TooManyUrls
from from_git.models import Batch, BatchState, Purpose
from from_git.values.profile import Profile

_COLUMNS = "batch_id", "position", "host", "url", "rank"


def fill(profiles: Sequence[Profile], client: str, purpose: Purpose, content: str = "", worker: str = "") -> Batch:
    """A new batch with all its items, in one transaction.

    Args:
        profiles: each once.
        client: a keyed hash of the client's address, or the name of a command.
        content: tells batches of the same profiles, see `resume`.
        worker: the process that works on it, where one alone does.

    Raises:
        TooManyBatches: the client has BATCHES_PER_CLIENT under way; only of what came by POST, as the next one.
        TooManyUrls: there are more profiles than BATCH_MAX_URLS.
        DatabaseAway: the database is away; nothing is stored then.
    """
    if purpose == Purpose.ASKED and len(profiles) > settings.BATCH_MAX_URLS:
        raise TooManyUrls(settings.BATCH_MAX_URLS, len(profiles))
    identity = secrets.token_hex(16)
    with sql.transaction() as cursor:
        if purpose == Purpose.ASKED:
            sql.one_by_one(cursor, f"from_git batches of {client}")
            if open_of(client) >= settings.BATCHES_PER_CLIENT:
                raise TooManyBatches(settings.BATCHES_PER_CLIENT)
        batch = Batch(id=identity, purpose=purpose, total=len(profiles), content=content, client=client)
        batch.save(force_insert=True)
        if worker:
            hold(cursor, identity, worker)
        ranks = {host: count(_base(cursor, host)) for host in {one.host.name for one in profiles}}
        sql.insert(cursor, "from_git_batchitem", _COLUMNS, _rows(identity, profiles, ranks))
    with sql.reached():
        batch.refresh_from_db()
    return batch


def open_of(client: str) -> int:
    """How many batches of this client that came by POST are under way."""
    with sql.reached():
        return Batch.objects.filter(client=client, purpose=Purpose.ASKED, state=BatchState.RUNNING).count()


class Held(Exception):
    """Another process works on the batch, or was killed so lately that its lease has not passed."""


def resume(content: str, worker: str, alone: bool) -> Batch | None:
    """The last batch of the command with this content that is under way or done, now worked on by this process.

    Args:
        alone: whether no other process can be at work, so that whoever holds the batch or an item of it has died.

    Raises:
        Held: another process has it.
        DatabaseAway: the database is away.
    """
    with sql.transaction() as cursor:
        known = Batch.objects.filter(content=content, purpose=Purpose.COMMAND).exclude(state=BatchState.CANCELLED)
        batch = known.order_by("-created", "id").first()
        if batch and batch.state == BatchState.RUNNING:
            free = "TRUE" if alone else f"(worker = '' OR lease IS NULL OR lease < {sql.now()})"
            hold(cursor, batch.id, worker, free)
            if not cursor.rowcount:
                raise Held
            if alone:  # the next look finds them
                items = "WHERE batch_id = %s AND state = 'running'"
                cursor.execute(f"UPDATE from_git_batchitem SET lease = {sql.after()} {items}", [-1, batch.id])
            batch.refresh_from_db()
        return batch


def hold(cursor: Any, batch_id: str, worker: str, free: str = "TRUE") -> None:
    """Let a batch be worked on by this process alone, where `free`, which is SQL, says so."""
    cursor.execute(
        f"UPDATE from_git_batch SET worker = %s, lease = {sql.after()} WHERE id = %s AND {free}",
        [worker, LEASE, batch_id],
    )


def _base(cursor: Any, host: str) -> int:
    """The rank of the item of this host that is claimed next, so that a new batch is served in turn with the others.

    Without one that may be claimed now, the smallest of those that wait; without these, of those that run.
    """
    tests = (
        f"state = 'waiting' AND NOT suspect AND (not_before IS NULL OR not_before <= {sql.now()})",
        "state = 'waiting'",
        "state = 'running'",
    )
    for test in tests:
        order = "ORDER BY rank, id LIMIT 1"
        cursor.execute(f"SELECT rank FROM from_git_batchitem WHERE host = %s AND {test} {order}", [host])
        if found := cursor.fetchone():
            return int(found[0])
    return 0


def _rows(
    identity: str, profiles: Sequence[Profile], ranks: dict[str, Any]
) -> Iterator[tuple[str, int, str, str, int]]:
    for position, one in enumerate(profiles):
        name = one.host.name
        yield identity, position, name, one.url, next(ranks[name])
