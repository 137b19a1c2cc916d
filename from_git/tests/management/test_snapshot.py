"""`manage.py snapshot`, as a process of its own."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from emulator import Fault
from from_git.batches import snapshots
from from_git.models import Batch, BatchState, Purpose, Snapshot
from from_git.tests.kit.databases import OnPostgres, OnSQLite, in_threads
from from_git.tests.kit.past import age, found, put, watch
from from_git.tests.kit.project import project_copy, ran
from from_git.tests.management.test_aggregate import AggregateTestCase

USER, TEAM, NOBODY = "https://github.com/user-3", "https://bitbucket.org/team-2", "https://bitbucket.org/nobody"


class SnapshotCommand(OnSQLite, AggregateTestCase):
    """The command and what it leaves."""

    def setUp(self) -> None:
        """Point at the forges and the database."""
        super().setUp()
        self.environment |= {"DATABASE_URL": self.database_url, "GITHUB_SECONDS_PER_MINUTE": "0"}

    def run_snapshot(self, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run it to its end."""
        command = (sys.executable, "manage.py", "snapshot")
        return ran(*command, folder=project_copy(self), env={**self.environment, **variables}, timeout=120)

    def test_each_watched_profile_gets_one_and_the_same_again_none(self) -> None:
        watch(USER, TEAM, NOBODY)
        done = self.run_snapshot()
        self.assertEqual(
            (done.returncode, done.stdout), (0, "3 snapshots kept of 3 profiles, 1 missing.\n"), done.stderr
        )
        numbers = {one.profile.url: one for one in Snapshot.objects.select_related("profile")}
        for url, owner in ((USER, ("github", "user-3")), (TEAM, ("bitbucket", "team-2"))):
            data = self.emulator.world.sum([owner])
            one = numbers[url]
            self.assertEqual((one.original_repos, one.forked_repos), (data["originalRepos"], data["forkedRepos"]))
            self.assertEqual((one.watchers, one.followers), (data["watchers"], data["followers"]))
            self.assertEqual((one.langs_num, one.topics_num), (data["langsNum"], data["topicsNum"]))
        self.assertEqual(numbers[NOBODY].kind, "")
        begin = datetime.now(UTC).date()
        done = self.run_snapshot()
        if datetime.now(UTC).date() == begin:
            self.assertEqual((done.returncode, done.stdout), (0, "0 snapshots kept of 3 profiles, 1 missing.\n"))
        age(hours=24)
        self.assertIn("3 snapshots kept", self.run_snapshot().stdout)
        self.assertEqual(Batch.objects.filter(purpose=Purpose.SNAPSHOT, state=BatchState.DONE).count(), 3)

    def test_what_fails_is_named_and_the_others_are_kept(self) -> None:
        watch(USER, TEAM)
        self.emulator.faults.add(Fault("status", path="/2.0/repositories/team-2*", status=403))
        done = self.run_snapshot()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("1 snapshot kept of 1 profile.", done.stdout)
        self.assertIn(f"{TEAM}: ", done.stderr)
        self.assertIn("1 profile failed", done.stderr)
        self.assertEqual([one.profile.url for one in Snapshot.objects.all()], [USER])

    def test_where_nothing_is_watched_nothing_is_done(self) -> None:
        done = self.run_snapshot()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("manage.py watch add", done.stdout)
        self.assertFalse(Batch.objects.exists())

    def test_a_batch_that_is_under_way_is_gone_on_with(self) -> None:
        watch(USER, TEAM)
        batch, _ = snapshots.begun()
        assert batch is not None
        watch(NOBODY)
        self.assertEqual(self.run_snapshot().stdout, "2 snapshots kept of 2 profiles.\n")
        batch.refresh_from_db()
        self.assertEqual((batch.state, Batch.objects.count()), (BatchState.DONE, 1))

    def test_of_many_that_begin_at_once_one_does(self) -> None:
        watch(USER, TEAM)
        in_threads(8, lambda number: snapshots.begun())
        self.assertEqual(Batch.objects.count(), 1)

    def test_old_ones_are_deleted_where_a_setting_says_so(self) -> None:
        put(USER, datetime.now(UTC) - timedelta(days=9), found(1))
        self.assertIn("1 old snapshot deleted.", self.run_snapshot(SNAPSHOT_KEEP_DAYS="7").stdout)
        self.assertEqual(Snapshot.objects.count(), 1)

    def test_batches_of_long_ago_are_deleted(self) -> None:
        watch(TEAM)
        for _ in range(2):
            self.run_snapshot()
            Batch.objects.update(finished=datetime.now(UTC) - timedelta(days=31))
        self.assertEqual(Batch.objects.count(), 1)

    def test_two_at_once_keep_each_once(self) -> None:
        watch(USER, TEAM)
        command = [sys.executable, "manage.py", "snapshot"]
        processes = [
            subprocess.Popen(
                command, cwd=project_copy(self), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            for _ in range(2)
        ]
        said = [process.communicate(timeout=120)[0] for process in processes]
        self.assertEqual([process.returncode for process in processes], [0, 0], said)
        days = {one.at.date() for one in Snapshot.objects.all()}
        self.assertEqual(Snapshot.objects.count(), 2 * len(days))

    def test_with_a_broker_it_leaves_the_work_to_the_workers(self) -> None:
        watch(USER)
        done = self.run_snapshot(CELERY_BROKER_URL="redis://127.0.0.1:1/0")
        self.assertEqual((done.returncode, done.stdout), (0, "1 profile for the workers.\n"), done.stderr)
        self.assertEqual(Batch.objects.get().state, BatchState.RUNNING)


class SnapshotCommandOnPostgres(OnPostgres, SnapshotCommand):
    """The same on PostgreSQL."""
