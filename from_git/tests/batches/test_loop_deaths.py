"""Processes with a loop that are killed, on both databases."""

import math
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

from emulator import Fault
from from_git.batches import housekeeping, leases
from from_git.batches.leases import DIED
from from_git.models import BatchItem
from from_git.options import without_ours
from from_git.tests.kit.databases import OnPostgres
from from_git.tests.kit.forges import environment_for
from from_git.tests.kit.loops import LoopTestCase, orgs, teams

GITHUB, BITBUCKET = "github.com", "bitbucket.org"
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Deaths(LoopTestCase):
    """What becomes of items whose worker dies."""

    def drone(self, name: str, **more: str) -> "subprocess.Popen[str]":
        """A process that works, and that has begun to."""
        environ = {
            **without_ours(os.environ),
            **environment_for(self.emulator),
            "DATABASE_URL": self.database_url,
            "GITHUB_SECONDS_PER_MINUTE": "0",
            "PROFILES_IN_FLIGHT": "8",
            **more,
        }
        command = [sys.executable, "-m", "from_git.tests.kit.drone", name, GITHUB]
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.kill)
        assert process.stdout
        self.addCleanup(process.stdout.close)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def leases_pass(self) -> None:
        """Let so much time pass that all leases are over."""
        BatchItem.objects.filter(state="running").update(lease=_LONG_AGO)
        leases.reap(settled=0.0)  # as a worker does, but at a database that runs for some time

    def test_nothing_is_lost_and_nothing_written_twice_when_a_worker_is_killed(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.02))
        batch = self.batch(orgs(400))
        first = self.drone("first")
        self.until(lambda: self.states(batch).get("done", 0) > 100)

        first.kill()
        first.wait(30)
        before = {one.id: (one.finished, one.attempts) for one in self.items(batch) if one.state == "done"}
        self.leases_pass()
        self.work(self.loop(), GITHUB)

        self.assertEqual(self.states(batch), {"done": 400})
        self.assertEqual(self.ended, [batch.id])
        after = {one.id: (one.finished, one.attempts) for one in self.items(batch) if one.id in before}
        self.assertEqual(after, before)
        self.assertLessEqual(self.calls(), math.floor(1.1 * 400))

    def test_a_profile_that_kills_its_worker_fails_after_three_deaths_and_all_others_are_done(self) -> None:
        batch = self.batch(orgs(60))

        deaths = 0
        while self.states(batch).get("waiting"):
            code = self.drone(f"drone-{deaths}", POISON="org-3-17").wait(60)
            if code != -signal.SIGKILL:
                break
            deaths += 1
            self.leases_pass()

        self.assertEqual(self.states(batch), {"done": 59, "failed": 1})
        (poisoned,) = [one for one in self.items(batch) if one.state == "failed"]
        self.assertEqual((poisoned.url, poisoned.error, poisoned.reason), (orgs(17)[-1], "ERRX", DIED))
        self.assertEqual((poisoned.deaths, deaths), (3, 4))
        housekeeping.end_batches()
        self.assertEqual(self.reread(batch).state, "done")

    def test_what_a_dead_worker_held_does_not_stop_others_where_its_forge_hangs(self) -> None:
        self.emulator.faults.add(Fault("hang", path="/graphql"))
        batch = self.batch([*orgs(1), *teams(3)])
        BatchItem.objects.filter(host=GITHUB).update(suspect=True)
        loop = self.loop()
        loop.begin(GITHUB, 60.0)
        self.until(lambda: self.states(batch).get("running"))

        self.work(loop, BITBUCKET)

        self.assertEqual([one.state for one in self.items(batch)][1:], ["done"] * 3)


class DeathsOnPostgres(OnPostgres, Deaths):
    """The same on PostgreSQL."""
