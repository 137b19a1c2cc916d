"""The units of batches, installed and run as docs/deploy.md says."""

import shutil
import signal
from unittest import skipUnless

from from_git.tests.kit.machine import until
from from_git.tests.server.test_deploy import Installed, steps, unit

UNITS = ("from-git-migrate", "from-git-worker", "from-git-beat")
SECTION = "Batches on one machine and on several"
_INSTALL = 4
"""The place of the block that installs units in that section."""


class Units(Installed):
    """systemd's part is played by the test."""

    def setUp(self) -> None:
        """Install them."""
        super().setUp()
        self.succeed(self.machine.run(["sh", "-e", "-c", steps(SECTION, _INSTALL)]))

    @skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd_finds_nothing_to_say(self) -> None:
        for name in UNITS:
            self.assert_systemd_has_nothing_to_say(name)

    def test_they_are_bound_as_the_service_is(self) -> None:
        bound = {name: values for name, values in unit().items() if name.startswith(("Protect", "Restrict", "Private"))}
        for name in UNITS:
            found = unit(name)
            self.assertEqual({one: found[one] for one in bound if one != "RestartSec"}, bound)
            for one in ("User", "Group", "WorkingDirectory", "EnvironmentFile", "NoNewPrivileges", "SystemCallFilter"):
                self.assertEqual(found[one], unit()[one])

    @skipUnless(shutil.which("redis-server"), "redis-server is not installed")
    def test_migrate_worker_and_beat_run_as_their_user_and_end_well(self) -> None:
        redis = ["redis-server", "--save", "", "--appendonly", "no"]
        self.machine.start(redis, "/tmp")  # noqa: S108 - a copy of it
        until(lambda: not self.machine.run(["redis-cli", "ping"]).returncode)
        self.environment |= {
            "CELERY_BROKER_URL": "redis://127.0.0.1:6379/1",
            "CACHE_URL": "redis://127.0.0.1:6379/0",
            "DATABASE_URL": "sqlite:////tmp/from-git.sqlite3",
        }
        running = {}
        for name in UNITS:
            self.unit = unit(name)
            for command in self.as_service("ExecStartPre") if "ExecStartPre" in self.unit else ():
                self.succeed(self.machine.run(command, **self.place()))
            [command] = self.as_service("ExecStart")
            running[name] = self.machine.start(command, **self.place())
            if name == "from-git-migrate":
                self.assertEqual(running.pop(name).process.wait(timeout=60), 0)
        worker, beat = running["from-git-worker"], running["from-git-beat"]
        until(lambda: "This worker is called" in worker.said and "This beat has" in beat.said)
        self.assertNotEqual(worker.main.uids().real, 0)

        for one in (worker, beat):
            one.main.send_signal(signal.SIGTERM)
            self.assertEqual(one.process.wait(timeout=60), 0, one.said)
            self.assertNotIn("Traceback", one.said)
