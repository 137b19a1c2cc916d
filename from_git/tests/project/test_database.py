"""Tests of the database that DATABASE_URL names."""

import warnings
from unittest import TestCase

from coding_challenge.database import configured


class Configured(TestCase):
    """Addresses."""

    def test_without_an_address_it_is_a_file_beside_the_settings(self) -> None:
        found = configured("", "/opt/from-git")
        assert found is not None
        self.assertEqual((found["ENGINE"], found["NAME"]), ("django.db.backends.sqlite3", "/opt/from-git/db.sqlite3"))
        self.assertEqual(found["OPTIONS"]["transaction_mode"], "IMMEDIATE")

    def test_a_file_may_lie_anywhere(self) -> None:
        found = configured("sqlite:////var/lib/from-git/db.sqlite3?timeout=5", "/opt")
        assert found is not None
        self.assertEqual((found["NAME"], found["OPTIONS"]["timeout"]), ("/var/lib/from-git/db.sqlite3", 5))
        self.assertIn("WAL", found["OPTIONS"]["init_command"])

    def test_a_postgresql_that_is_gone_is_noticed_in_seconds(self) -> None:
        found = configured("postgres://me:a%2Fb@db.example:5433/batches?sslmode=require&connect_timeout=9", "/opt")
        assert found is not None
        self.assertEqual(
            (found["ENGINE"], found["HOST"], found["PORT"], found["NAME"], found["USER"], found["PASSWORD"]),
            ("django.db.backends.postgresql", "db.example", 5433, "batches", "me", "a/b"),
        )
        options = found["OPTIONS"]
        self.assertEqual((options["sslmode"], options["connect_timeout"]), ("require", 9))
        noticed = options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"]
        self.assertLessEqual(max(noticed, options["tcp_user_timeout"] / 1_000), 30)

    def test_no_warning_shows_the_password(self) -> None:
        with warnings.catch_warnings(record=True) as shown:
            warnings.simplefilter("always")
            for url in ("//me:secret@host/name", "sqlite://me:secret@host/name"):
                configured(url, "/opt")
        self.assertEqual([str(one.message) for one in shown], [])

    def test_other_databases_and_nonsense_are_none(self) -> None:
        for url in ("mysql://me@host/name", "oracle://me@host/name", "nonsense", "http://host/", "postgres", "://"):
            with self.subTest(url):
                self.assertIsNone(configured(url, "/opt"))
