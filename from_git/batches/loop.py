"""The loop of a process that works on batches: one thread that claims items, has them fetched and writes outcomes."""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from from_git.batches import LEASE, RENEW, ending, housekeeping, leases
from from_git.batches.air import Air, Held, Landed
from from_git.batches.claiming import Claiming
from from_git.batches.landings import Keep, Landings
from from_git.batches.leases import GivenBack
from from_git.errors import DatabaseAway
from from_git.history import keeping

logger = logging.getLogger(__name__)
_REST = 1.0  # seconds until a database that was away is asked again
_IDLE = 30.0  # seconds without work after which the thread ends
_AWHILE = 5.0  # seconds until what made room for another host is claimed again
_CLOSING = 5.0  # seconds in which all is given back; else its leases end it


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
        keep, ended: see `Landings`; called by the loop's thread.
    """

    def __init__(
        self,
        worker: str,
        store: Any = leases,
        keep: Keep = keeping.keep,
        ended: Callable[[list[str]], object] = ending.told,
    ) -> None:
        self.worker = worker
        self._store, self._ended = store, ended
        self._air = Air()
        self._landings = Landings(worker, store, keep, ended)
        self._claiming = Claiming(worker, store, self._air)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._jobs: list[Job] = []
        self._closed = False
        self._renewed, self._rests, self._worked = -math.inf, 0.0, time.monotonic()  # of the thread alone

    @property
    def idle(self) -> bool:
        """Whether there is nothing that it works on."""
        return not (self._jobs or len(self._air) or len(self._landings))

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
                try:
                    self._hear(timeout)
                except Exception:  # what is lost by that is claimed again after its lease
                    logger.exception("The loop of batches has lost news of a fetch, and goes on")
                timeout = self._safely(self._step)
            if self._closed:
                self._give_all_back()
        finally:
            connection.close()

    def _hear(self, timeout: float) -> None:
        """Wait so long for news of fetches, and take it in."""
        for landed in self._air.landed(timeout):
            self._landings.add(landed)
            outcome = landed.outcome
            if isinstance(outcome, GivenBack) and not outcome.failed:
                self._claiming.refused(landed.held.item.host, outcome.seconds)

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
        self._end_jobs(lambda job: now >= job.until)
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
        while len(self._landings) and (urgent or now >= self._landings.due):
            self._landings.write()
        with self._lock:
            jobs = list(self._jobs)
        for held in self._claiming.claim(jobs, busy=bool(len(self._landings))):
            if landed := self._air.begin(held):
                self._landings.add(landed)
        for held in self._claiming.late:
            self._give_back(held, _AWHILE)
        self._end_jobs(lambda job: job in jobs and not (self._claiming.may_claim(job) or self._holds(job)))
        now = time.monotonic()
        ends = [self._renewed + RENEW if self._all() or jobs else now + _IDLE, *(job.until for job in jobs)]
        if len(self._landings):
            ends.append(self._landings.due)
        return max(0.0, min([*ends, self._claiming.again]) - now)

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
            self._landings.add(landed)
        if self._store.reap() and (ended := housekeeping.end_batches()):
            self._ended(ended)
        self._claiming.look()
        self._renewed = begun

    def _all(self) -> list[Held]:
        return [*self._air, *(one.held for one in self._landings)]

    def _drop(self, held: Held) -> None:
        self._air.leave(held)
        self._landings.drop(held.item.id)

    def _end_jobs(self, test: Callable[[Job], bool]) -> None:
        with self._lock:
            over = [job for job in self._jobs if test(job)]
            self._jobs = [job for job in self._jobs if job not in over]
        for job in over:
            job.over.set()

    def _holds(self, job: Job) -> bool:
        return any(one.item.host == job.host and job.batch in (None, one.item.batch_id) for one in self._all())

    def _give_back(self, held: Held, seconds: float) -> None:
        self._air.leave(held)
        self._landings.add(Landed(held, GivenBack(held.item.id, held.item.attempts, seconds)))

    def _give_all_back(self) -> None:
        for held in list(self._air):
            self._give_back(held, 0.0)
        until = time.monotonic() + _CLOSING
        while len(self._landings) and time.monotonic() < until:
            if rest := self._safely(self._written):
                time.sleep(min(rest, _REST / 4))

    def _written(self) -> float:
        self._landings.write()
        return 0.0
