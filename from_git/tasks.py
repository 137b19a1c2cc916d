"""What Celery's workers are asked to do; each task takes arguments that a newer version may add.

Any of these may come twice, late or never: what is to be done stands in rows, and `tick` looks at them.
"""

import functools
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from celery import shared_task

from from_git.batches import TICK, broker, ending, engine, housekeeping, leases, snapshots, waiting
from from_git.batches.worker import worker
from from_git.conf import settings
from from_git.errors import DatabaseAway

DRAIN_SECONDS = 20.0
"""The longest that one wake-up is worked on; far less than the time after which a Redis sends it again."""
_TICK_REST = TICK / 2  # seconds; messages of two beats, or those that piled up while there was no worker, are one tick
_lock = threading.Lock()
_served: set[str] = set()
_ticked = -math.inf


def _patient(work: Callable[..., None]) -> Callable[..., None]:
    """The same where the database is away, which the log has a line of: the next tick finds what was left."""

    @functools.wraps(work)
    def patient(*args: object, **newer: object) -> None:
        with suppress(DatabaseAway):
            work(*args, **newer)

    return patient


@shared_task(name=broker.DRAIN)
@_patient
def drain(host: object, **newer: object) -> None:
    """Work on items of a host until none is due or DRAIN_SECONDS have passed; at once where this process does it."""
    if not isinstance(host, str):  # somebody else's message: the database would refuse it again and again
        return
    with _lock:
        if host in _served:
            return
        _served.add(host)
    try:
        if host in waiting.waiting_hosts():
            worker().loop.serve(host, DRAIN_SECONDS)
    finally:
        with _lock:
            _served.discard(host)
    if not worker().ending and waiting.waiting_hosts().get(host, 1.0) <= 0:
        engine.wake([host])


@shared_task
@_patient
def tick(**newer: object) -> None:
    """Wake workers for hosts at which something is due, and end batches that a worker left so; two do no harm."""
    global _ticked
    with _lock:
        if time.monotonic() - _ticked < _TICK_REST:
            return
        _ticked = time.monotonic()
    leases.reap()
    # the last item of a batch may have failed just now, or its worker died before it ended the batch
    ending.told(housekeeping.end_batches())
    engine.wake(host for host, seconds in waiting.waiting_hosts().items() if seconds <= 0)


@shared_task
@_patient
def housekeep(**newer: object) -> None:
    """Delete batches older than BATCH_KEEP_DAYS, and end those that a dead worker left; two at once do no harm."""
    ending.told(housekeeping.tidy(settings.BATCH_KEEP_DAYS))


@shared_task
@_patient
def snapshot(**newer: object) -> None:
    """Have all watched profiles fetched, for a snapshot of each; of two at once the second finds the first's batch."""
    snapshots.snapshot()
