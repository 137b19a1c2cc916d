"""The thread of a process of the service that works on batches, where there is no broker.

Each process has one, which looks now and then for batches that nobody works on, takes their leases and has this
process's loop work on them. When the process dies, that of another one takes over after the lease.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

from django.core.signals import setting_changed
from django.db import connection

from from_git.batches import LEASE, ending, housekeeping, leases, snapshots, states, waiting
from from_git.batches.lone import AnotherWorker, OnlyOne, new_name
from from_git.batches.loop import Job, Loop
from from_git.conf import settings
from from_git.errors import DatabaseAway

logger = logging.getLogger(__name__)
_IDLE, _AT_WORK, _AWAY = 5.0, 1.0, 30.0  # seconds between two looks
_TIDY = 3600.0  # seconds between two times at which what is old is deleted
_WORK = LEASE / 2  # seconds for which the loop works on after a look; others may have the batch after its lease
_lock = threading.Lock()
_resident: "Resident | None" = None


class Resident:
    """Looks for batches from its making on, until `close`. Safe from any thread.

    Args:
        loop: makes the loop of a process of that name.
    """

    def __init__(self, loop: Callable[[str], Loop] = Loop) -> None:
        self.name = new_name()
        self._loop = loop(self.name)
        self._right = OnlyOne()
        self._jobs: dict[tuple[str, str], Job] = {}
        self._woken, self._closed, self._tidied = threading.Event(), False, time.monotonic()
        self._thread = threading.Thread(target=self._run, name="batches-resident", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look at once."""
        self._woken.set()

    def close(self) -> None:
        """Give back all that is held, and look no more."""
        self._closed = True
        self._woken.set()
        self._loop.close()
        if self._thread is not threading.current_thread():
            self._thread.join(_IDLE)

    def _run(self) -> None:
        try:
            while not self._closed:
                self._woken.clear()
                self._woken.wait(self._looked())
            self._leave()
        finally:
            connection.close()

    def _looked(self) -> float:
        """Seconds until the next look."""
        try:
            return _AT_WORK if self._look() else _IDLE
        except DatabaseAway:
            return _AWAY  # which the log has a line of
        except Exception:  # a later look may find the cause gone
            logger.exception("The look for batches has failed, and comes again")
            connection.close()
            return _AWAY

    def _look(self) -> bool:
        """Take leases and have the loop work; whether this process works on a batch."""
        if time.monotonic() - self._tidied >= _TIDY:
            self._tidied = time.monotonic()
            # on a thread of its own: to delete much takes longer than a lease
            threading.Thread(target=_tidy, name="batches-tidy", daemon=True).start()
        if not self._jobs and not states.any_to_take():
            self._right.release()
            return False
        try:
            self._right.take()
        except AnotherWorker:
            return False
        batches = states.take_batches(self.name)
        # what a dead process held waits for nobody's look but this one where nothing else of its batch is open
        leases.reap()
        ending.told(waiting.ended(batches))
        for batch in batches:
            for host, seconds in waiting.waiting_hosts(batch).items():
                self._serve(host, batch, seconds)
        self._jobs = {key: job for key, job in self._jobs.items() if not job.over.is_set()}
        return True

    def _serve(self, host: str, batch: str, seconds: float) -> None:
        job = self._jobs.get((host, batch))
        if job and not job.over.is_set():
            job.extend(_WORK)
        elif seconds <= 0:
            self._jobs[host, batch] = self._loop.begin(host, _WORK, batch)

    def _leave(self) -> None:
        try:
            states.leave_batches(self.name)
        except Exception:
            logger.debug("Batches were not left", exc_info=True)
        self._right.release()


def _tidy() -> None:
    try:
        ending.told(housekeeping.tidy(settings.BATCH_KEEP_DAYS))
        snapshots.forget_old()
    except DatabaseAway:
        pass  # an hour later it may be there
    except Exception:
        logger.exception("What is old was not deleted")
    finally:
        connection.close()


def start() -> None:
    """Have this process work on batches from now on, where the settings want it; to be called after any fork."""
    global _resident
    if not settings.BATCHES or settings.CELERY_BROKER_URL:
        return
    with _lock:
        if _resident is None:
            _resident = Resident()


def wake() -> None:
    """Let this process look for batches at once, if it is one that works on them."""
    start()
    with _lock:
        if _resident:
            _resident.wake()


def close(**_: object) -> None:
    """Give back all that this process holds, and look no more until `start`."""
    global _resident
    with _lock:
        closed, _resident = _resident, None
    if closed:
        closed.close()


def _after_fork() -> None:
    global _lock, _resident
    _lock, _resident = threading.Lock(), None


os.register_at_fork(after_in_child=_after_fork)
setting_changed.connect(close)  # override_settings in tests
