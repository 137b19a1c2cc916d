"""Without a shared cache one process works on batches, whatever becomes of the others."""

import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import ClassVar
from unittest import TestCase

from from_git.tests.kit import postgres
from from_git.tests.kit.databases import created
from from_git.tests.kit.project import environment, project_copy
from from_git.tests.kit.servers import needs_redis, start_redis

_HOLD = """
import sys
import threading
import django
django.setup()
from from_git.batches.lone import OnlyOne
right = OnlyOne()
def do(name):
    try:
        getattr(right, name)()
        print("done", flush=True)
    except Exception as error:
        print(error, flush=True)
do(input().strip())
for line in sys.stdin:
    thread = threading.Thread(target=do, args=(line.strip(),))
    thread.start()
    thread.join()
"""


class Holder:
    """A process that takes the right and lets it go as it is told, first on its main thread, then on others."""

    def __init__(self, case: TestCase, folder: Path, **settings: str) -> None:
        self.process: subprocess.Popen[str] = case.enterContext(
            subprocess.Popen(
                [sys.executable, "-c", _HOLD],
                cwd=folder,
                env=environment(DJANGO_SETTINGS_MODULE="coding_challenge.settings", **settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )

    def says(self, told: str) -> str:
        """What it says to `take` or `release`."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{told}\n")
        self.process.stdin.flush()
        line: str = self.process.stdout.readline()
        return line.strip()


class OnSqlite(TestCase):
    """A file beside the database."""

    settings: ClassVar[dict[str, str]] = {}

    def setUp(self) -> None:
        """A database that is nobody else's."""
        super().setUp()
        self.folder = project_copy(self)
        self.database = self.new_database()

    def new_database(self) -> str:
        """Its address."""
        return f"sqlite:///{self.enterContext(tempfile.TemporaryDirectory())}/own.sqlite3"

    def holder(self, **settings: str) -> Holder:
        """A process with this database."""
        return Holder(self, self.folder, **{"DATABASE_URL": self.database, **self.settings, **settings})

    def test_a_second_process_is_refused_with_the_reason_until_the_first_lets_go(self) -> None:
        first, second = self.holder(), self.holder()

        self.assertEqual([first.says("take"), first.says("take")], ["done", "done"])
        refused = second.says("take")
        self.assertIn("Another process works on batches already", refused)
        self.assertIn("Set CACHE_URL to a Redis", refused)
        self.assertEqual([first.says("release"), second.says("take")], ["done", "done"])
        self.assertEqual(first.says("take"), refused)

    def test_one_that_is_killed_holds_nothing(self) -> None:
        first, second = self.holder(), self.holder()
        self.assertEqual(first.says("take"), "done")

        first.process.kill()
        first.process.wait()

        self.assertEqual(second.says("take"), "done")


@postgres.needs_postgres
class OnPostgres(OnSqlite):
    """A lock of a session."""

    def new_database(self) -> str:
        """On the server of the run."""
        return created(postgres.address(), f"lone_{secrets.token_hex(8)}")

    def test_a_database_that_forgets_gives_it_to_whoever_asks_first(self) -> None:
        first, second = self.holder(), self.holder()
        self.assertEqual(first.says("take"), "done")

        self.end_sessions()
        self.assertEqual(first.says("take"), "done")
        self.assertIn("Another process", second.says("take"))

        self.end_sessions()
        self.assertEqual(second.says("take"), "done")
        self.assertIn("Another process", first.says("take"))

    def end_sessions(self) -> None:
        """As a restart of the database does."""
        import psycopg

        ending = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()"
        with psycopg.connect(self.database, autocommit=True) as there:
            there.execute(f"{ending} AND pid <> pg_backend_pid()")


@needs_redis
class WithSharedCache(TestCase):
    """Any number."""

    def test_nobody_is_refused(self) -> None:
        folder = project_copy(self)
        redis = start_redis(type(self))
        held = [Holder(self, folder, CACHE_URL=redis).says("take") for _ in range(3)]

        self.assertEqual(held, ["done"] * 3)
