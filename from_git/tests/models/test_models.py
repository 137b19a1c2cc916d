"""Tests of the tables."""

from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from from_git.models import OPEN, Batch, BatchItem, BatchState, ItemState, Profile, Purpose, Snapshot
from from_git.tests.kit.databases import TABLES, OnPostgres, OnSQLite

AT = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
ALL = Batch, BatchItem, Profile, Snapshot


class Models(OnSQLite):
    """Rows."""

    def test_tables_have_the_names_that_django_gives(self) -> None:
        self.assertEqual(
            sorted(TABLES),
            ["from_git_batch", "from_git_batchitem", "from_git_profile", "from_git_snapshot"],
        )
        self.assertLessEqual(set(TABLES), set(connection.introspection.table_names()))

    def test_a_row_tells_what_it_is(self) -> None:
        batch = Batch.objects.create(id="a" * 32, total=2)
        item = BatchItem.objects.create(batch=batch, position=0, host="github.com", url="https://github.com/acme")
        profile = Profile.objects.create(host="github.com", key="acme", url="https://github.com/Acme")
        snapshot = Snapshot.objects.create(profile=profile, at=AT)
        for row in (batch, item):
            row.refresh_from_db()
        self.assertEqual((str(batch), str(item)), ("2 profiles, running", "https://github.com/acme, waiting"))
        self.assertEqual((str(profile), str(snapshot)), ("https://github.com/Acme", f"{profile.id}, 2026-11-29 12:30"))
        self.assertNotIn(batch.id, str(batch))

    def test_an_older_version_that_knows_fewer_columns_may_insert(self) -> None:
        least: dict[str, dict[str, Any]] = {
            "from_git_batch": {"id": "a" * 32},
            "from_git_batchitem": {"batch_id": "a" * 32, "position": 0, "host": "github.com", "url": "https://x"},
            "from_git_profile": {"host": "github.com", "key": "acme", "url": "https://x"},
            "from_git_snapshot": {"profile_id": 1, "at": AT},
        }
        for table, columns in least.items():
            with self.subTest(table), connection.cursor() as cursor:
                places = ", ".join(["%s"] * len(columns))
                statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our own names
                cursor.execute(statement, list(columns.values()))
        batch, item = Batch.objects.get(), BatchItem.objects.get()
        self.assertEqual((batch.state, batch.purpose, batch.total), (BatchState.RUNNING, Purpose.ASKED, 0))
        self.assertLess(abs((datetime.now(UTC) - batch.created).total_seconds()), 3600)
        self.assertEqual((item.state, item.rank, item.attempts, item.suspect), (ItemState.WAITING, 0, 0, False))
        self.assertEqual((item.worker, item.reason, item.result), ("", "", None))
        self.assertTrue(Profile.objects.get().watched)
        self.assertEqual(Snapshot.objects.get().watchers, 0)

    def test_every_column_that_may_come_later_has_a_default_in_the_database(self) -> None:
        given = {"id", "batch", "position", "host", "url", "key", "profile", "at"}
        for model in ALL:
            for field in model._meta.concrete_fields:
                with self.subTest(field):
                    self.assertTrue(field.name in given or field.null or field.db_default is not models.NOT_PROVIDED)

    def test_a_position_of_a_batch_a_profile_and_a_moment_are_there_once(self) -> None:
        batch = Batch.objects.create(id="a" * 32)
        profile = Profile.objects.create(host="github.com", key="acme")
        for model, values in (
            (BatchItem, {"batch": batch, "position": 0}),
            (Profile, {"host": "github.com", "key": "other"}),
            (Snapshot, {"profile": profile, "at": AT}),
        ):
            with self.subTest(model):
                model.objects.create(**values)
                with self.assertRaises(IntegrityError), transaction.atomic():
                    model.objects.create(**values)

    def test_open_items_are_those_that_wait_or_run(self) -> None:
        self.assertEqual(set(OPEN), {ItemState.WAITING, ItemState.RUNNING})


class ModelsOnPostgres(OnPostgres, Models):
    """The same on PostgreSQL."""
