"""Tests of the room as a whole."""

import subprocess
import sys
from pathlib import Path
from unittest import TestCase

from from_git import batches
from from_git.batches import LEASE, RENEW
from from_git.tests.kit.project import ROOT, environment


class Batches(TestCase):
    """What holds everywhere in it."""

    def test_a_worker_that_lives_is_heard_of_many_times_before_its_lease_passes(self) -> None:
        self.assertGreaterEqual(LEASE / RENEW, 5)

    def test_no_module_of_it_asks_this_machine_what_time_it_is(self) -> None:
        modules = sorted(Path(batches.__file__).parent.glob("*.py"))
        self.assertGreater(len(modules), 10)
        for path in modules:
            with self.subTest(path.name):
                self.assertNotRegex(path.read_text(encoding="utf-8"), r"time\.time\(|\bnow\(UTC\)|timezone\.now|utcnow")

    def test_the_service_without_batches_loads_no_engine(self) -> None:
        # a driver is loaded by REST framework, where it is installed
        code = (
            "import sys, coding_challenge.wsgi, from_git.urls, from_git.batches.leases\n"
            "print(*sorted({'celery', 'kombu'} & {one.partition('.')[0] for one in sys.modules}))"
        )
        env = environment(DATABASE_URL="sqlite:////nowhere.sqlite3")
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        )
        self.assertEqual(done.stdout, "\n")
