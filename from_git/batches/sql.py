"""What PostgreSQL and SQLite call differently, transactions, and what becomes of a database that is away."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction as django_transaction

from from_git.errors import DatabaseAway

logger = logging.getLogger(__name__)
_NO_TABLE = "42P01", "42703"  # PostgreSQL's codes for a table and for a column that is not there
_GAP = 0.1  # seconds for which an SQLite is left to others between two parts of long work
_GROUP = 10_000  # rows that are given to the database together, where there is no COPY


def is_postgres() -> bool:
    """Whether the database is PostgreSQL; else it is SQLite."""
    return connection.vendor == "postgresql"


def now() -> str:
    """SQL for this moment by the database's clock, the same for a whole statement; the text is to be sent with
    parameters."""
    return "statement_timestamp()" if is_postgres() else "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"


def after() -> str:
    """SQL for the moment so many seconds from now, with one parameter: the seconds, which may be less than nothing."""
    if is_postgres():
        return "statement_timestamp() + %s * interval '1 second'"
    return "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', printf('%%.3f seconds', %s))"


def until(moment: str) -> str:
    """SQL for the seconds from now until a moment, which is SQL too; less than nothing if it has passed."""
    if is_postgres():
        return f"extract(epoch from {moment} - statement_timestamp())::float8"
    return f"(julianday({moment}) - julianday('now')) * 86400.0"


def locked(skip: bool = False) -> str:
    """SQL at the end of a SELECT that locks its rows for this transaction.

    Args:
        skip: whether rows are left out that are locked by others; else they are waited for.
    """
    return f"FOR UPDATE{' SKIP LOCKED' if skip else ''}" if is_postgres() else ""  # SQLite has one writer


def settled() -> str:
    """SQL for whether the database has run for so many seconds, which are its one parameter.

    Nobody could renew a lease while it was down.
    """
    if is_postgres():
        return "pg_postmaster_start_time() < statement_timestamp() - %s * interval '1 second'"
    return "0 <= %s"


def places(values: Sequence[object]) -> str:
    """SQL for so many parameters in a list."""
    return ", ".join(["%s"] * len(values))


def among(chosen: str) -> str:
    """SQL behind a column for whether it is one of those that a SELECT finds, which is run once.

    PostgreSQL may run the SELECT of an `IN` for each row of a small table, and then it locks more rows than its LIMIT.
    """
    return f"= ANY(ARRAY({chosen}))" if is_postgres() else f"IN ({chosen})"


def one_by_one(cursor: Any, name: str) -> None:
    """Let no other transaction pass here with the same name until this one ends."""
    if is_postgres():  # transactions that write are one after the other on SQLite anyway
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def in_parts(part: Callable[[], int], size: int) -> None:
    """Do something in transactions until one of them changes less than `size` rows.

    Args:
        part: one transaction; how many rows it has changed.
    """
    while True:
        begun = time.monotonic()
        if part() < size:
            return
        if not is_postgres():  # whose writers have no turns: who waits looks ten times a second whether it is free
            time.sleep(max(_GAP, time.monotonic() - begun))


def insert(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert many rows; of columns that are not named, the defaults of the database."""
    names = ", ".join(columns)
    if is_postgres():
        with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    rest = iter(rows)
    while group := list(islice(rest, _GROUP)):  # Django's cursor holds all that it was given until its end
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places(columns)})", group)


@contextmanager
def reached() -> Iterator[None]:
    """What asks the database in here finds it, or ends with the error that clients see.

    A connection that broke is closed, so that the next question opens another one.

    Raises:
        DatabaseAway: the database is away, full or not migrated.
    """
    try:
        yield
    except DatabaseError as error:
        known = _away(error)
        if known is None:
            raise
        logger.warning("The database cannot be used: %s", error)
        _close()
        raise known from error
    except InterfaceError as error:  # is no DatabaseError
        logger.warning("The database cannot be used: %s", error)
        _close()
        raise DatabaseAway from error


@contextmanager
def reading() -> Iterator[Any]:
    """A cursor for questions alone: on SQLite a transaction would wait for whoever writes.

    Raises:
        DatabaseAway: see `reached`.
    """
    with reached(), connection.cursor() as cursor:
        yield cursor


@contextmanager
def transaction() -> Iterator[Any]:
    """A transaction, or a part of the one under way; gives its cursor.

    Raises:
        DatabaseAway: see `reached`; nothing of it has happened then.
    """
    with reached(), django_transaction.atomic(savepoint=False), connection.cursor() as cursor:
        yield cursor


def _away(error: DatabaseError) -> DatabaseAway | None:
    """The error that clients see of it; None: our own SQL or data is wrong."""
    code = getattr(error.__cause__, "sqlstate", None)
    if code in _NO_TABLE or (isinstance(error, OperationalError) and "no such " in str(error)):
        return DatabaseAway(migrated=False)
    return DatabaseAway() if isinstance(error, OperationalError) else None


def _close() -> None:
    if not connection.in_atomic_block:
        connection.close()
