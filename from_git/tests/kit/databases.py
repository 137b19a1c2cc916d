"""Databases of their own for classes of tests, with all tables; those of a class are emptied before each test."""

import functools
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from django.core.management import call_command
from django.db import connection, connections
from django.test import SimpleTestCase

from coding_challenge.database import configured
from from_git.models import Batch, BatchItem, Profile, Snapshot
from from_git.tests.kit import postgres

TABLES = [one._meta.db_table for one in (Snapshot, Profile, BatchItem, Batch)]


class OnSQLite(SimpleTestCase):
    """Tests whose default database is an SQLite file with all tables, which are empty when a test begins.

    To run the same tests on PostgreSQL: `class MyTestsOnPostgres(OnPostgres, MyTests): ...`.
    """

    databases = {"default"}  # noqa: RUF012 - as Django's
    database_url: ClassVar[str]
    """What DATABASE_URL is for this database, for processes that a test starts."""

    @classmethod
    def setUpClass(cls) -> None:
        """Have the database, from here on and in threads that begin later."""
        super().setUpClass()
        cls.database_url = cls._new_database()
        before = connections.settings["default"]
        cls.addClassCleanup(_use, before)
        _use(settings_of(cls.database_url))

    def setUp(self) -> None:
        """Empty its tables."""
        super().setUp()
        self.addCleanup(connection.close)
        empty()

    @classmethod
    def _new_database(cls) -> str:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        file = Path(folder, "db.sqlite3")
        file.write_bytes(_sqlite_template())
        return f"sqlite:///{file}"


@postgres.needs_postgres
class OnPostgres(OnSQLite):
    """The same on a database of the run's PostgreSQL."""

    @classmethod
    def _new_database(cls) -> str:
        return _own_postgres()


class OnKilledPostgres(OnPostgres):
    """The same on a PostgreSQL of the class alone, which its tests kill and start again."""

    database: ClassVar[postgres.Server]

    @classmethod
    def _new_database(cls) -> str:
        cls.database = postgres.Server()
        cls.addClassCleanup(cls.database.remove)
        cls.database.start()
        url = created(cls.database.url, "killed")
        migrated(url)
        return url


def settings_of(url: str) -> dict[str, Any]:
    """Django's settings for that database, as the service's own settings make them."""
    found = configured(url, "")
    assert found is not None
    settings: dict[str, Any] = connections.configure_settings({"default": found})["default"]
    return settings


def empty() -> None:
    """Remove all rows."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET lock_timeout = '20s'")  # a thread that a test left behind is to be an error
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY")
            cursor.execute("RESET lock_timeout")
        else:
            for table in (*TABLES, "sqlite_sequence"):
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own


def in_threads(number: int, task: Callable[[int], Any]) -> list[Any]:
    """What `task` gives in so many threads, which begin at the same moment; each is given its number."""
    found: list[Any] = [None] * number
    errors: list[BaseException] = []
    begin = threading.Barrier(number)

    def run(one: int) -> None:
        try:
            begin.wait(30)
            found[one] = task(one)
        except BaseException as error:  # noqa: BLE001 - for the thread that waits
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,), daemon=True) for one in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    if errors:
        raise errors[0]
    return found


def waits() -> bool:
    """Whether another connection to this PostgreSQL waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
        return bool(cursor.fetchone()[0])


@contextmanager
def pointed_at(url: str) -> Iterator[None]:
    """Another default database, for this thread and for those that begin meanwhile."""
    before = connections.settings["default"]
    _use(settings_of(url))
    try:
        yield
    finally:
        _use(before)


def migrated(url: str) -> None:
    """Give that database all tables."""
    with pointed_at(url):
        call_command("migrate", verbosity=0)


def created(server: str, name: str, template: str = "template0") -> str:
    """A new database on that PostgreSQL; its address."""
    import psycopg  # not there where PostgreSQL is not

    with closing(psycopg.connect(f"{server}/postgres", autocommit=True)) as there:
        there.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server}/{name}"


def _use(settings: dict[str, Any]) -> None:
    connection.close()
    if connections.all(initialized_only=True):
        del connections["default"]
    connections.settings["default"] = settings


@functools.lru_cache(maxsize=1)
def _sqlite_template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "template.sqlite3")
        migrated(f"sqlite:///{file}")
        return file.read_bytes()


@functools.lru_cache(maxsize=1)
def _own_postgres() -> str:
    """A database for this process, one class after the other."""
    url = created(postgres.address(), f"tests_{os.getpid()}")
    migrated(url)
    return url
