"""Tests of the way from one version's tables to the next one's."""

from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from from_git.tests.kit.databases import TABLES, OnPostgres, OnSQLite


def tables() -> set[str]:
    """Those of ours that there are."""
    return set(TABLES) & set(connection.introspection.table_names())


class Migrations(OnSQLite):
    """Forwards and backwards."""

    def test_they_make_and_remove_all_tables(self) -> None:
        self.addCleanup(call_command, "migrate", "from_git", verbosity=0)
        call_command("migrate", "from_git", "zero", verbosity=0)
        self.assertEqual(tables(), set())
        call_command("migrate", "from_git", verbosity=0)
        self.assertEqual(tables(), set(TABLES))

    def test_they_say_all_that_the_models_say(self) -> None:
        said = StringIO()
        call_command("makemigrations", "--check", "--dry-run", stdout=said)
        self.assertIn("No changes detected", said.getvalue())

    def test_there_is_one_way_and_one_last_one(self) -> None:
        loader = MigrationLoader(connection)
        self.assertEqual(len(loader.graph.leaf_nodes("from_git")), 1)
        self.assertEqual(loader.detect_conflicts(), {})


class MigrationsOnPostgres(OnPostgres, Migrations):
    """The same on PostgreSQL."""
