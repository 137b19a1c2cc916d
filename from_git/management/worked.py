"""A batch that this process works on, from where an earlier process has left it until nothing of it is open."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from django.db import DatabaseError, InterfaceError, connection

from from_git import forges
from from_git.batches import LEASE, RENEW, figures, filling, housekeeping, leases, states
from from_git.batches.figures import HostFigures
from from_git.batches.lone import OnlyOne
from from_git.batches.loop import Loop
from from_git.conf import settings
from from_git.errors import DatabaseAway, FromGitError
from from_git.models import Batch, BatchState, Purpose
from from_git.values.profile import Profile

Seen = Callable[[Mapping[str, HostFigures]], object]
"""Is shown the figures of each host, by its name."""
_SHORTEST, _LONGEST = 0.3, 5.0  # seconds between two looks at the figures
_PART = 9  # the figures of a large batch are looked at for one of so many parts of the time
_TURN = 10.0  # seconds for which a host is served at a time
_REST = 1.0  # seconds until a host is served again at which nothing was due
_PATIENCE = 60.0  # seconds for which a database may be away


class HeldElsewhere(Exception):
    """Another process works on the batch; the message says so."""

    def __init__(self) -> None:
        super().__init__("Another process works on this batch already. End it, or wait for it.")


def content_of(profiles: Iterable[Profile]) -> str:
    """Tells lists of profiles apart, however their URLs are spelt: a hash of the profiles in their order."""
    digest = hashlib.sha256()
    for one in profiles:
        digest.update(f"{one.host.name}/{one.key}\n".encode())
    return digest.hexdigest()


class Work:
    """A batch of `manage.py batch`, for one process at a time.

    Within a `with` block this process has the right to work on it; at its end what is in the air is given back.

    Args:
        worker: the name of this process.
    """

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._right = OnlyOne()
        self._over, self._closed = threading.Event(), threading.Event()
        self._loop = Loop(worker, ended=lambda ids: self._over.set())

    def take(self, profiles: Sequence[Profile], client: str, anew: bool) -> tuple[Batch, bool]:
        """The last batch of these profiles, or a new one, and whether it was there.

        One whose process was killed with a shared cache may be taken when its lease has passed, which is waited for.

        Args:
            client: the name for which forges' budgets count it.
            anew: whether a new one is made in any case.

        Raises:
            HeldElsewhere: another process works on it.
            DatabaseAway: the database is away.
        """
        content = content_of(profiles)
        found = None if anew else self._resumed(content)
        return found or filling.fill(profiles, client, Purpose.COMMAND, content, self._worker), found is not None

    def run(self, batch: Batch, seen: Seen) -> None:
        """Work on it until it is done or cancelled, and delete batches older than BATCH_KEEP_DAYS then.

        Raises:
            DatabaseAway: the database is away for long.
            HeldElsewhere: another process has taken the right to work on it.
        """
        threads, reached = dict[str, threading.Thread](), time.monotonic()
        renewed, found = time.monotonic(), dict[str, HostFigures]()
        while batch.state == BatchState.RUNNING:
            begun = time.monotonic()
            try:
                found = figures.of_batch(batch.id)
                if begun - renewed > RENEW or self._over.is_set():
                    renewed = begun
                    self._renew(batch)
                if not any(one.open for one in found.values()):
                    leases.ended([batch.id])
                    batch.refresh_from_db(fields=("state", "finished"))
                reached = time.monotonic()
            except (DatabaseAway, DatabaseError, InterfaceError) as error:
                connection.close()
                if time.monotonic() - reached > _PATIENCE:
                    raise DatabaseAway from error
            seen(found)
            for host in found.keys() - threads.keys():
                threads[host] = threading.Thread(target=self._serve, args=(host, batch.id), daemon=True)
                threads[host].start()
            if batch.state == BatchState.RUNNING:
                pause = min(_LONGEST, max(_SHORTEST, _PART * (time.monotonic() - begun)))
                self._over.wait(pause)
                self._over.clear()
        if threads:  # no process of the service may be there to do it; a batch that was done already stays to be shown
            with suppress(DatabaseAway):
                housekeeping.delete_old(settings.BATCH_KEEP_DAYS)

    def close(self) -> None:
        """Give back what is in the air, and the batch; a second call does nothing."""
        self._closed.set()
        self._loop.close()
        with suppress(FromGitError, DatabaseError, InterfaceError):
            connection.close()  # whatever interrupted this thread may have left half a question on it
            states.leave_batches(self._worker)
        self._right.release()

    def _resumed(self, content: str) -> Batch | None:
        until = time.monotonic() + LEASE + RENEW
        while True:
            try:
                # who has the right alone knows that no other process lives
                return filling.resume(content, self._worker, alone=not forges.shared())
            except filling.Held:
                if time.monotonic() > until:
                    raise HeldElsewhere from None
                time.sleep(RENEW)  # it was killed, or renews its lease

    def _renew(self, batch: Batch) -> None:
        self._right.take()  # a database that was restarted has forgotten it
        if not states.renew_batch(self._worker, batch.id):
            batch.refresh_from_db(fields=("state", "finished"))

    def _serve(self, host: str, identity: str) -> None:
        while not self._closed.is_set():
            self._loop.serve(host, _TURN, identity)
            self._closed.wait(_REST)  # nothing is due there at the moment

    def __enter__(self) -> Self:
        self._right.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
