"""`manage.py batch`, as a process of its own: piped, and in a terminal."""

import csv
import io
import json
import pty
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest import skipUnless

from django.db import connection

from emulator import Fault
from emulator.tests.helpers import settled
from from_git.batches.lone import OnlyOne
from from_git.models import Batch, BatchItem, BatchState, ItemState, Purpose
from from_git.tests.kit.databases import OnPostgres, OnSQLite, in_threads
from from_git.tests.kit.project import project_copy, ran_in_bytes
from from_git.tests.kit.terminals import plain, run_in_terminal
from from_git.tests.kit.workbook import pages
from from_git.tests.management.test_aggregate import AggregateTestCase

MANAGE = [sys.executable, "manage.py", "batch"]
OWNERS = [
    *(("github", f"user-{number}") for number in range(1, 25)),
    *(("bitbucket", f"team-{n}") for n in range(1, 4)),
]
FORGES = {"github": "https://github.com", "bitbucket": "https://bitbucket.org"}
URLS = [f"{FORGES[forge]}/{owner}" for forge, owner in OWNERS]


class BatchTestCase(OnSQLite, AggregateTestCase):
    """Forges, a database with all tables, and a list of profiles."""

    def setUp(self) -> None:
        """Point at all of them."""
        super().setUp()
        self.environment |= {
            "DATABASE_URL": self.database_url,
            "GITHUB_SECONDS_PER_MINUTE": "0",
            "PROFILES_IN_FLIGHT": "4",
        }
        self.list = self.listed(*URLS)

    def listed(self, *lines: str) -> str:
        """The name of a file with these lines."""
        path = Path(self.enterContext(tempfile.TemporaryDirectory()), "list.txt")
        path.write_text("\n".join(lines), encoding="utf-8")
        return str(path)

    def run_piped(self, *arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """Run it with pipes for its output."""
        return ran_in_bytes(*MANAGE, *arguments, folder=project_copy(self), env=self.environment, stdin=stdin)

    def started(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Begin it, with pipes."""
        process = subprocess.Popen(
            [*MANAGE, *arguments],
            cwd=project_copy(self),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            self.addCleanup(stream.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def some_done(self, *_: object) -> None:
        """Wait until some profiles are done, and some are not."""
        self.assertTrue(settled(lambda: BatchItem.objects.filter(state=ItemState.DONE).count() >= 3, True))

    def slow(self, seconds: float = 1.0) -> None:
        """Let each call of GitHub take its time."""
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=seconds))

    def assert_whole(self, result: "subprocess.CompletedProcess[bytes]") -> None:
        """It printed the sum of all owners, each counted once."""
        self.assertEqual(result.returncode, 0, result.stderr)
        body = json.loads(result.stdout)
        self.assertEqual(list(body), ["error", "data", "missing", "failed"])
        self.assertEqual(body["data"], self.emulator.world.sum(OWNERS))
        self.assertEqual((body["missing"], body["failed"]), ([], []))
        self.assertEqual(set(BatchItem.objects.values_list("state", flat=True)), {ItemState.DONE})


class Piped(BatchTestCase):
    """The answer on stdout, and nothing else there."""

    def test_it_prints_the_answer_and_again_without_a_call_when_it_is_done(self) -> None:
        first = self.run_piped(self.list)
        self.assert_whole(first)
        self.assertEqual(first.stderr, b"")
        self.emulator.meter.reset()

        again = self.run_piped("-", stdin="\n".join(f"  {url.upper()}/ # again" for url in URLS).encode())

        self.assertEqual(again.stdout, first.stdout)
        self.assertIn(b"This batch was done on ", again.stderr)
        self.assertEqual(sum(one.calls for one in self.emulator.meter.snapshot().values()), 0)
        self.assertEqual(Batch.objects.count(), 1)
        self.assert_whole(self.run_piped(self.list, "--anew"))
        self.assertEqual(Batch.objects.filter(purpose=Purpose.COMMAND, state=BatchState.DONE).count(), 2)

    def test_killed_and_run_again_it_goes_on_and_nothing_is_done_twice(self) -> None:
        self.slow()
        process = self.started(self.list)
        self.some_done()
        process.kill()
        process.wait()
        done = dict(BatchItem.objects.filter(state=ItemState.DONE).values_list("position", "finished"))
        self.assertLess(len(done), len(URLS))
        self.emulator.faults.clear()

        result = self.run_piped(self.list)

        self.assert_whole(result)
        self.assertIn(b"This batch goes on where it was", result.stderr)
        after = dict(BatchItem.objects.values_list("position", "finished"))
        self.assertEqual({position: after[position] for position in done}, done)

    def test_sigterm_gives_back_what_is_in_the_air(self) -> None:
        self.slow()
        process = self.started(self.list)
        self.some_done()
        process.send_signal(signal.SIGTERM)
        out, said = process.communicate(timeout=30)

        self.assertEqual((process.returncode, out), (143, b""), said)
        self.assertRegex(said.decode(), r"Stopped: \d+ profiles of 27 done. The same command goes on from there.")
        self.assertNotIn(b"Traceback", said)
        self.assertFalse(BatchItem.objects.filter(state=ItemState.RUNNING).exists())
        self.assertEqual([*Batch.objects.values_list("worker", "lease")], [("", None)])
        self.assertFalse(BatchItem.objects.filter(suspect=True).exists())

    def test_a_second_process_is_refused_and_says_why(self) -> None:
        self.slow()
        self.environment["PROFILES_IN_FLIGHT"] = "1"  # fewer than hosts
        first = self.started(self.list)
        self.some_done()

        second = self.run_piped(self.list)

        self.assertEqual((second.returncode, second.stdout), (1, b""))
        self.assertIn(b"Another process works on batches already", second.stderr)
        self.emulator.faults.clear()
        out, _ = first.communicate(timeout=60)
        self.assertEqual(json.loads(out)["data"], self.emulator.world.sum(OWNERS))
        with OnlyOne():  # the right is free again
            pass

    def test_what_failed_is_listed_and_the_status_says_so(self) -> None:
        self.emulator.faults.add(Fault("status", path="*/team-2*", status=403))

        result = self.run_piped(self.list, "--json")

        self.assertEqual(result.returncode, 1)
        body = json.loads(result.stdout)
        self.assertEqual(
            [(one["url"], one["error"]) for one in body["failed"]], [(f"{FORGES['bitbucket']}/team-2", "ERR2")]
        )
        self.assertEqual(body["data"], self.emulator.world.sum([one for one in OWNERS if one[1] != "team-2"]))
        self.assertIn(b"1 profile of 27 failed", result.stderr)

    def test_cancelled_it_ends_and_the_next_one_begins_anew(self) -> None:
        self.slow()
        process = self.started(self.list)
        self.some_done()
        from from_git.batches import states

        states.cancel(Batch.objects.get().pk)
        _, said = process.communicate(timeout=30)

        self.assertEqual(process.returncode, 1)
        self.assertIn(b"The batch was cancelled", said)
        self.emulator.faults.clear()
        self.assertEqual(self.run_piped(self.list).returncode, 0)
        self.assertEqual(Batch.objects.count(), 2)

    def test_wrong_input_is_2_and_a_database_without_tables_says_what_to_run(self) -> None:
        missing = str(Path(self.list).with_name("missing.txt"))
        for arguments in ((self.listed("https://bitucket.org/x"),), (self.listed("#"),), (missing,)):
            with self.subTest(arguments):
                result = self.run_piped(*arguments)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertEqual(json.loads(result.stdout)["error"], "ERR3")
        self.environment.pop("DATABASE_URL")

        result = self.run_piped(self.list)

        self.assertEqual(result.returncode, 1)
        self.assertIn(b"Run `manage.py migrate`", result.stderr)

    def test_a_database_whose_folder_is_not_there_or_not_to_be_written_is_said_to_be_away(self) -> None:
        self.environment["DATABASE_URL"] = f"sqlite:///{Path(self.list).parent}/none/db.sqlite3"
        result = self.run_piped(self.list)

        self.assertEqual(result.returncode, 1)
        self.assertIn(b"ERR2: The database cannot be used", result.stderr)
        self.assertIn(b"none/db.sqlite3.worker", result.stderr)
        self.assertEqual(json.loads(result.stdout)["error"], "ERR2")

    def test_csv_and_workbook_have_a_row_for_each_profile(self) -> None:
        path = Path(self.list).with_name("all.xlsx")

        result = self.run_piped(self.listed(*URLS[-3:], "bitbucket.org/nobody"), "--csv", "--xlsx", str(path))

        self.assertEqual(result.returncode, 0, result.stderr)
        rows = list(csv.DictReader(io.StringIO(result.stdout.decode())))
        self.assertEqual([(row["url"], row["kind"]) for row in rows][-1], ("bitbucket.org/nobody", "missing"))
        self.assertEqual(len(rows), 4)
        with path.open("rb") as file:
            book = pages(file)
        self.assertEqual((list(book), len(book["Profiles"].records())), (["Batch", "Profiles"], 4))

    def test_readers_beside_it_meet_no_lock(self) -> None:
        self.slow(0.3)
        process = self.started(self.list)
        self.some_done()

        def read(_: int) -> int:
            number = 0
            while process.poll() is None:
                [total] = Batch.objects.values_list("total", flat=True)
                BatchItem.objects.filter(state=ItemState.DONE).count()
                number += total == len(URLS)
            return number

        self.assertTrue(all(in_threads(8, read)))
        connection.close()
        self.assertEqual(process.wait(), 0)


class PipedOnPostgres(OnPostgres, Piped):
    """The same on PostgreSQL."""


@skipUnless(hasattr(pty, "openpty"), "no pseudo-terminals on this system")
class InATerminal(BatchTestCase):
    """Bars, and the numbers at the end."""

    def test_it_draws_bars_and_a_table_and_lists_what_is_missing(self) -> None:
        self.emulator.faults.add(Fault("slow", path="*/watchers", seconds=0.3))
        name = self.listed(*URLS, "bitbucket.org/nobody")

        status, written = run_in_terminal(self, "batch", name, env=self.environment)

        self.assertEqual(status, 0, written)
        text = plain(written)
        for words in ("/28", "github.com", "27 profiles", "Watchers", "Missing: 1", "bitbucket.org/nobody"):
            with self.subTest(words):
                self.assertIn(words, text)
        self.assertIn(f"{self.emulator.world.sum(OWNERS)['watchers']:,}", text)

    def test_a_limit_is_told_with_its_end(self) -> None:
        self.emulator.faults.add(Fault("status", path="/graphql", status=429, headers={"Retry-After": "600"}))
        self.environment["PROFILES_IN_FLIGHT"] = "32"

        def seen(written: Callable[[], str]) -> None:
            self.assertTrue(settled(lambda: "goes on at" in plain(written()), True))

        status, written = run_in_terminal(self, "batch", self.list, env=self.environment, stop=seen)

        self.assertEqual(status, 130, written)
        self.assertRegex(plain(written), r"github\.com: .*; goes on at \d\d:\d\d UTC")

    def test_ctrl_c_gives_back_and_says_how_to_go_on(self) -> None:
        self.slow()

        status, written = run_in_terminal(self, "batch", self.list, env=self.environment, stop=self.some_done)

        self.assertEqual(status, 130, written)
        self.assertRegex(plain(written), r"Stopped: \d+ profiles of 27 done. The same command goes on from there.")
        self.assertNotIn("Traceback", written)
        self.assertFalse(BatchItem.objects.filter(state=ItemState.RUNNING).exists())
