"""The one worker there may be where processes share no cache: two would spend each forge's limit twice."""

import fcntl
import logging
import os
import secrets
import socket
from types import TracebackType
from typing import Any, Self

from django.db import DatabaseError, InterfaceError, OperationalError, connections

from from_git import forges

logger = logging.getLogger(__name__)
_LOCK = 0x66726F6D2D676974  # "from-git" in ASCII: the number of PostgreSQL's lock, which is the database's own
_REASON = (
    "Another process works on batches already, and without a shared cache there may be one: each would spend the"
    " forges' limits as if it were alone. Set CACHE_URL to a Redis, or end the other one."
)


def new_name() -> str:
    """A name for a process that works on batches, which no other one has: machine, process and a random part."""
    return f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(4)}"


class AnotherWorker(Exception):
    """Another process works on batches already, and the two share no cache; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(_REASON)


class OnlyOne:
    """The right to work on batches, which one process at a time has where there is no shared cache.

    The database knows who has it: a PostgreSQL by a lock of a session, a SQLite by a lock on a file beside it. Both are
    free as soon as the process is gone, however it ended. With a shared cache every process has the right. Any thread
    of the process may take and release it.
    """

    def __init__(self) -> None:
        self._file: int | None = None
        self._connection: Any = None

    def take(self) -> None:
        """Take the right, or make sure that this object still has it: a database that was restarted forgets.

        Raises:
            AnotherWorker: another process has it.
            DatabaseError: the database does not answer.
        """
        vendor = connections["default"].vendor
        if forges.shared():
            return
        if vendor == "postgresql":
            self._take_session()
        elif vendor == "sqlite" and self._file is None:
            self._take_file(str(connections["default"].settings_dict["NAME"]))

    def release(self) -> None:
        """Let another process have it."""
        file, self._file = self._file, None
        connection, self._connection = self._connection, None
        if file is not None:
            os.close(file)
        if connection is not None:
            connection.close()

    def _take_session(self) -> None:
        if self._connection is not None:
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except (DatabaseError, InterfaceError):
                self.release()
            else:
                return
        # one of its own: Django closes those of its threads, and the lock would go with it
        connection = connections.create_connection("default")
        connection.inc_thread_sharing()  # else Django refuses it to all threads but this one
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
                if not cursor.fetchone()[0]:
                    raise AnotherWorker
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _take_file(self, database: str) -> None:
        if ":memory:" in database or "mode=memory" in database:
            return  # no other process sees it
        try:
            file = os.open(f"{database}.worker", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:  # as of the database itself, whose folder it is
            logger.warning("The lock beside the database cannot be had: %s", error)
            raise OperationalError(str(error)) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise AnotherWorker from None
        self._file = file

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
