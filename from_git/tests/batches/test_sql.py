"""Tests of what the databases are asked with, and of databases that are away."""

import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from django.db import ProgrammingError, connection

from from_git.batches import leases, sql, states
from from_git.errors import DatabaseAway
from from_git.models import Batch, BatchItem
from from_git.tests.kit import databases, postgres
from from_git.tests.kit.databases import OnKilledPostgres, OnPostgres, OnSQLite, in_threads, pointed_at
from from_git.tests.kit.filled import HOST, done, filled


class Sql(OnSQLite):
    """What each database calls otherwise."""

    def test_moments_are_those_of_the_database(self) -> None:
        with sql.reading() as cursor:
            cursor.execute(f"SELECT {sql.until(sql.after())}, {sql.until(sql.after())}", [90.25, -1_000_000.0])
            later, earlier = cursor.fetchone()
        self.assertAlmostEqual(float(later), 90.25, places=2)
        self.assertAlmostEqual(float(earlier), -1_000_000.0, places=1)
        batch = filled(1)
        with sql.transaction() as cursor:
            cursor.execute(f"UPDATE from_git_batch SET lease = {sql.now()}, finished = {sql.after()}", [0.5])
        row = Batch.objects.get(id=batch.id)
        assert row.lease and row.finished
        self.assertAlmostEqual((row.finished - row.lease).total_seconds(), 0.5, places=2)
        self.assertLess(abs((row.lease - row.created).total_seconds()), 60.0)

    def test_moments_are_ordered_whoever_wrote_them(self) -> None:
        filled(1)
        for seconds, passed in ((-0.5, True), (0.5, False), (-86_400.0, True), (86_400.0, False)):
            with self.subTest(seconds), sql.transaction() as cursor:
                cursor.execute(f"UPDATE from_git_batch SET lease = {sql.after()}", [seconds])
                written = Batch.objects.get().lease
                Batch.objects.update(lease=written)  # as Django writes it
                cursor.execute(f"SELECT count(*) FROM from_git_batch WHERE lease < {sql.now()}", [])
                self.assertEqual(cursor.fetchone(), (int(passed),))

    def test_an_error_inside_undoes_the_whole_transaction(self) -> None:
        with self.assertRaises(KeyError), sql.transaction():
            filled(3)
            states.cancel(Batch.objects.get().id)
            raise KeyError
        with sql.transaction():
            filled(3)
            with suppress(KeyError), sql.transaction():
                raise KeyError
        self.assertEqual(Batch.objects.count() + BatchItem.objects.count(), 0)

    def test_no_reader_waits_for_a_writer_and_nothing_is_locked(self) -> None:
        batch, over = filled(400), threading.Event()

        def work(number: int) -> int:
            if number >= 8:
                try:
                    while items := leases.claim(f"worker-{number}", HOST, 8):
                        leases.finish(f"worker-{number}", done(*items))
                        leases.ended([batch.id])
                finally:
                    over.set()
                return 0
            reads = 0
            while not over.is_set() or not reads:
                self.assertEqual(sum(states.counts(batch.id).values()), 400)
                leases.waiting_hosts()
                reads += 1
            return reads

        self.assertTrue(all(in_threads(10, work)[:8]))
        self.assertEqual(states.counts(batch.id), {"done": 400})


class SqlOnPostgres(OnPostgres, Sql):
    """The same on PostgreSQL."""

    def test_wrong_sql_of_ours_is_no_database_that_is_away(self) -> None:
        with self.assertRaises(ProgrammingError), sql.reading() as cursor:
            cursor.execute("SELEKT 1")
        self.assertEqual(Batch.objects.count(), 0)


class Options(OnSQLite):
    """The one that a file is opened with."""

    def test_readers_never_wait_for_a_writer(self) -> None:
        with sql.reading() as cursor:
            for pragma, value in (("journal_mode", "wal"), ("synchronous", 1), ("busy_timeout", 20_000)):
                cursor.execute(f"PRAGMA {pragma}")
                self.assertEqual(cursor.fetchone(), (value,))

    def test_a_transaction_writes_from_its_beginning(self) -> None:
        filled(1)
        begun, go_on = threading.Event(), threading.Event()

        def holds() -> None:
            with sql.transaction():
                begun.set()
                go_on.wait(30)
            connection.close()

        other = threading.Thread(target=holds)
        other.start()
        begun.wait(30)
        connection.ensure_connection()
        connection.connection.execute("PRAGMA busy_timeout = 0")
        with self.assertRaises(DatabaseAway), self.assertLogs("from_git.batches.sql", "WARNING"), sql.transaction():
            pass
        with sql.reading() as cursor:
            cursor.execute("SELECT count(*) FROM from_git_batch")
        go_on.set()
        other.join(30)


class Away(OnSQLite):
    """Databases that cannot be used."""

    def test_without_tables_the_advice_is_to_migrate(self) -> None:
        for url in self.without_tables():
            with self.subTest(url), pointed_at(url), self.assertLogs("from_git.batches.sql", "WARNING"):
                for ask in (leases.waiting_hosts, lambda: filled(1), lambda: leases.claim("one", HOST, 1)):
                    with self.assertRaises(DatabaseAway) as away:
                        ask()
                    self.assertIn("manage.py migrate", away.exception.advice)

    def without_tables(self) -> list[str]:
        """Databases that nobody migrated."""
        return [f"sqlite:///{self.enterContext(tempfile.TemporaryDirectory())}/new.sqlite3"]

    def test_a_database_that_is_not_there_is_a_503(self) -> None:
        for url in ("sqlite:////nowhere/at/all.sqlite3", *self.not_there()):
            with self.subTest(url), pointed_at(url), self.assertLogs("from_git.batches.sql", "WARNING"):
                with self.assertRaises(DatabaseAway) as away:
                    filled(1)
                self.assertEqual((away.exception.status, away.exception.code), (503, "ERR2"))
                self.assertNotIn("nowhere", away.exception.message + away.exception.advice)

    def not_there(self) -> list[str]:
        """Addresses where nobody answers."""
        return []


class AwayOnPostgres(OnPostgres, Away):
    """The same on PostgreSQL."""

    def without_tables(self) -> list[str]:
        """Databases that nobody migrated."""
        return [databases.created(postgres.address(), f"empty_{time.monotonic_ns()}")]

    def not_there(self) -> list[str]:
        """Addresses where nobody answers."""
        return ["postgres://nowhere@127.0.0.1:1/nowhere", f"{postgres.address()}/nowhere"]


class Restarted(OnKilledPostgres):
    """A PostgreSQL that is killed and comes back."""

    def test_a_thread_goes_on_with_a_new_connection(self) -> None:
        batch = filled(3)
        (one,) = leases.claim("one", HOST, 1)
        self.database.kill()
        with self.assertLogs("from_git.batches.sql", "WARNING"):
            for _ in range(2):
                with self.assertRaises(DatabaseAway):
                    leases.finish("one", done(one))
        self.database.start()
        leases.finish("one", done(one))
        self.assertEqual(states.counts(batch.id), {"done": 1, "waiting": 2})

    def test_a_reader_goes_on_as_well(self) -> None:
        batch = filled(1)
        self.assertEqual(states.counts(batch.id), {"waiting": 1})
        self.database.kill()
        with self.assertLogs("from_git.batches.sql", "WARNING"), self.assertRaises(DatabaseAway):
            states.counts(batch.id)
        self.database.start()
        self.assertEqual(states.counts(batch.id), {"waiting": 1})

    def test_a_transaction_that_it_dies_in_has_not_happened(self) -> None:
        with self.assertRaises(DatabaseAway), self.assertLogs("from_git.batches.sql", "WARNING"), sql.transaction():
            filled(3)
            self.database.kill()
            leases.claim("one", HOST, 1)
        self.database.start()
        self.assertEqual(Batch.objects.count(), 0)


class File(OnSQLite):
    """A file that many open at once, as the first ones."""

    def test_nobody_finds_it_locked(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        with pointed_at(f"sqlite:///{Path(folder, 'new.sqlite3')}"):

            def look(number: int) -> str:
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA journal_mode")
                    return str(cursor.fetchone()[0])

            self.assertEqual(in_threads(16, look), ["wal"] * 16)
