"""The folder in which worker processes keep their metrics."""

import os
import signal
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.test import SimpleTestCase

from emulator import Emulator
from from_git.server import master
from from_git.tests.kit.workers import Gunicorn


class Metrics(SimpleTestCase):
    """The folder that PROMETHEUS_MULTIPROC_DIR names."""

    def setUp(self) -> None:
        """A folder as a killed run leaves it."""
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.environ = {master.METRICS: str(self.folder)}
        self.own = f"counter_{os.getpid()}.db"
        for name in ("counter_1.db", "gauge_liveall_1.db", self.own, "notes.txt"):
            (self.folder / name).touch()

    def left(self) -> set[str]:
        """The files that are there."""
        return {path.name for path in self.folder.iterdir()}

    def test_a_start_empties_it(self) -> None:
        master.on_starting(None, environ=self.environ)

        self.assertEqual(self.left(), {self.own, "notes.txt"})

    def test_a_second_master_beside_one_that_serves_does_not(self) -> None:
        master.on_starting(None, environ={**self.environ, "GUNICORN_PID": "1"})

        self.assertIn("counter_1.db", self.left())

    def test_the_gauges_of_a_worker_that_is_gone_go_and_its_counters_stay(self) -> None:
        master.child_exit(None, SimpleNamespace(pid=1), environ=self.environ)

        self.assertEqual(self.left(), {"counter_1.db", self.own, "notes.txt"})

    def test_one_that_is_named_is_taken_and_made(self) -> None:
        wanted = self.folder / "deep" / "down"
        self.environ[master.METRICS] = str(wanted)

        master.make_metrics_folder(self.environ)

        self.assertEqual(self.environ, {master.METRICS: str(wanted)})
        self.assertTrue(wanted.is_dir())

    def test_the_folder_of_another_master_is_not_taken(self) -> None:
        self.environ[master.METRICS] = str(self.folder / f"from-git-{os.getpid() + 1}-abc")
        at_exit: list[tuple[Any, ...]] = []

        master.make_metrics_folder(self.environ, str(self.folder), lambda *what: at_exit.append(what))

        self.assertRegex(self.environ[master.METRICS], rf"/from-git-{os.getpid()}-\w+$")
        [(remove, *arguments)] = at_exit
        remove(arguments[0], os.getpid() + 1)  # a worker ends
        self.assertTrue(Path(arguments[0]).exists())
        remove(*arguments)
        self.assertFalse(Path(arguments[0]).exists())

    def test_a_fresh_one_lasts_as_long_as_the_master_through_reloads_and_killed_workers(self) -> None:
        emulator = self.enterContext(Emulator(limits=False))
        gunicorn = Gunicorn(self, emulator, 1, **{master.METRICS: "", "TMPDIR": str(self.folder)})
        [made] = self.folder.glob("from-git-*")

        [worker] = gunicorn.workers()
        gunicorn.process.send_signal(signal.SIGHUP)
        [second] = gunicorn.workers(without=worker.pid)
        second.kill()
        gunicorn.workers(without=second.pid)
        self.assertEqual(list(self.folder.glob("from-git-*")), [made])
        gunicorn.process.terminate()

        self.assertEqual(gunicorn.process.wait(timeout=30), 0, gunicorn.said)
        self.assertEqual(list(self.folder.glob("from-git-*")), [])
