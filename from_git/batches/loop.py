"""The loop of a process that works on batches: one thread that claims items, has them fetched and writes outcomes."""

import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from from_git.batches import LEASE, RENEW, ending, housekeeping, leases
from from_git.batches.air import Air, Held, Landed
from from_git.batches.claiming import Claiming
from from_git.batches.leases import Finished, GivenBack
from from_git.errors import DatabaseAway
from from_git.history import keeping
from from_git.models import Purpose
from from_git.values.found import Fetched
from from_git.values.profile import Profile

logger = logging.getLogger(__name__)
_TOGETHER = 0.2  # seconds for which outcomes wait for others, to be written in one transaction
_MOST = 32  # outcomes in one transaction
_REST = 1.0  # seconds until a database that was away is asked again
_IDLE = 30.0  # seconds without work after which the thread ends
_CLOSING = 5.0  # seconds in which all is given back; else its leases end it
Keep = Callable[[Mapping[Profile, Fetched]], object]
"""Keeps what was found of watched profiles; called within the transaction that finishes their items."""


@dataclass(eq=False)
class Job:
    """Work on the items of a host for some time, which somebody waits for."""

    host: str
    batch: str | None
    until: float
    """The end of the time, on the monotonic clock."""
    fresh: bool = True
    """Whether nothing was claimed for it yet."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set when none is due or in the air any more, or when the time is over."""

    def extend(self, seconds: float) -> None:
        """Let the time end so many seconds from now."""
        self.until = time.monotonic() + seconds


class Loop:
    """The one loop of a process. Safe from any thread.

    A thread owns all that is in the air, PROFILES_IN_FLIGHT items at most over all hosts. It begins with the first job
    and ends some time after the last one. An error of the database ends nothing: the loop keeps what it holds and asks
    again each second, until its leases are over.

    Args:
        worker: the name of the process.
        store: the statements; see `leases`.
        keep: see `Keep`.
        ended: called with the ids of batches that have ended, by the loop's thread, which must not wait for long.
    """

    def __init__(
        self,
        worker: str,
        store: Any = leases,
        keep: Keep = keeping.keep,
        ended: Callable[[list[str]], object] = ending.told,
    ) -> None:
        self.worker = worker
        self._store, self._keep, self._ended = store, keep, ended
        self._air = Air()
        self._claiming = Claiming(worker, store, self._air)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._jobs: list[Job] = []
        self._closed = False
        # of the thread alone
        self._landed: dict[int, Landed] = {}
        self._since, self._renewed, self._rests = 0.0, -math.inf, 0.0
        self._worked = time.monotonic()

    @property
    def idle(self) -> bool:
        """Whether there is nothing that it works on."""
        return not (self._jobs or len(self._air) or self._landed)

    def serve(self, host: str, seconds: float, batch: str | None = None) -> None:
        """Have items of a host worked on; returns when none is due or in the air, or when the time is over.

        What is in the air then goes on.

        Args:
            batch: only items of this one.
        """
        self.begin(host, seconds, batch).over.wait(seconds + _REST)

    def begin(self, host: str, seconds: float, batch: str | None = None) -> Job:
        """As `serve`, which waits for the job that this returns."""
        job = Job(host, batch, time.monotonic() + seconds)
        with self._lock:
            if self._closed:
                job.over.set()
                return job
            self._jobs.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="batches", daemon=True)
                self._thread.start()
        self._air.news.put(None)
        return job

    def close(self) -> None:
        """Give back at once what is in the air, and work on nothing any more; a second call does nothing."""
        with self._lock:
            self._closed, thread = True, self._thread
        self._air.news.put(None)
        if thread and thread is not threading.current_thread():
            thread.join(_CLOSING + _REST)

    def _run(self) -> None:
        timeout = 0.0
        try:
            while not self._leaves():
                for landed in self._air.landed(timeout):
                    self._land(landed)
                timeout = self._safely(self._step)
            if self._closed:
                self._give_all_back()
        finally:
            connection.close()

    def _leaves(self) -> bool:
        """Whether the thread ends: the loop is closed, or nothing was to be done for some time."""
        with self._lock:
            if not self.idle:
                self._worked = time.monotonic()
            over = self._closed or time.monotonic() - self._worked > _IDLE
            if over:
                self._thread = None
                jobs, self._jobs = self._jobs, []
        for job in jobs if over else ():
            job.over.set()
        return over

    def _safely(self, step: Callable[[], float]) -> float:
        """The seconds until there is something to do without news; never raises."""
        now = time.monotonic()
        for held in [one for one in self._all() if now > one.until]:
            self._drop(held)  # by now others may have it
        if now < self._rests:
            return self._rests - now
        try:
            return step()
        except DatabaseAway:
            pass  # which the log has a line of
        except Exception:  # the one thread for all must not end with one of them
            logger.exception("The loop of batches has failed, and goes on")
            connection.close()
        self._rests = time.monotonic() + _REST
        return _REST

    def _step(self) -> float:
        now = time.monotonic()
        if now - self._renewed >= RENEW:
            self._look()
        urgent = self._claiming.wants_all_landed and not len(self._air)
        if self._landed and (urgent or len(self._landed) >= _MOST or now - self._since >= _TOGETHER):
            self._write()
        with self._lock:
            jobs = list(self._jobs)
        for held in self._claiming.claim(jobs, busy=bool(self._landed)):
            if landed := self._air.begin(held):
                self._land(landed)
        self._end_jobs(jobs)
        now = time.monotonic()
        ends = [self._renewed + RENEW if self._all() or jobs else now + _IDLE, *(job.until for job in jobs)]
        if self._landed:
            ends.append(self._since + _TOGETHER)
        return max(0.0, min([*ends, self._claiming.again]) - now)

    def _land(self, landed: Landed) -> None:
        if not self._landed:
            self._since = time.monotonic()
        self._landed[landed.held.item.id] = landed

    def _look(self) -> None:
        """Renew all leases, leave what is not ours any more, and see what others have left behind."""
        begun = time.monotonic()
        held = self._all()
        if held:
            ours = self._store.renew(self.worker, [(one.item.id, one.item.attempts) for one in held])
            for one in held:
                if one.item.id in ours:
                    one.until = begun + LEASE
                else:
                    self._drop(one)
        for landed in self._air.overdue():
            self._land(landed)
        if self._store.reap() and (ended := housekeeping.end_batches()):
            self._ended(ended)
        self._claiming.look()
        self._renewed = begun

    def _write(self) -> None:
        """Write what has landed."""
        landed = list(self._landed.values())[:_MOST]
        done = [one for one in landed if isinstance(one.outcome, Finished)]
        given = [one.outcome for one in landed if isinstance(one.outcome, GivenBack)]
        watched = {
            one.held.profile: one.fetched
            for one in done
            if one.held.item.purpose == Purpose.SNAPSHOT and one.fetched and one.held.profile
        }
        with transaction.atomic(savepoint=False):
            self._store.finish(self.worker, [one.outcome for one in done])
            if watched:
                self._keep(watched)
        self._store.give_back(self.worker, given)
        for one in landed:
            del self._landed[one.held.item.id]
        self._since = time.monotonic()
        if done and (ended := self._store.ended({one.held.item.batch_id for one in done})):
            self._ended(ended)

    def _all(self) -> list[Held]:
        return [*self._air, *(one.held for one in self._landed.values())]

    def _drop(self, held: Held) -> None:
        self._air.leave(held)
        self._landed.pop(held.item.id, None)

    def _end_jobs(self, jobs: list[Job]) -> None:
        now = time.monotonic()
        for job in jobs:
            if now >= job.until or not (self._claiming.may_claim(job) or self._holds(job)):
                with self._lock:
                    self._jobs.remove(job)
                job.over.set()

    def _holds(self, job: Job) -> bool:
        return any(one.item.host == job.host and job.batch in (None, one.item.batch_id) for one in self._all())

    def _give_all_back(self) -> None:
        for held in list(self._air):
            self._air.leave(held)
            self._land(Landed(held, GivenBack(held.item.id, held.item.attempts, 0.0)))
        until = time.monotonic() + _CLOSING
        while self._landed and time.monotonic() < until:
            if rest := self._safely(self._written):
                time.sleep(min(rest, _REST / 4))

    def _written(self) -> float:
        self._write()
        return 0.0
