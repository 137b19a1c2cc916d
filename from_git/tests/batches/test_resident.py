"""The thread of the service that works on batches where there is no broker."""

import threading
from datetime import UTC, datetime, timedelta

from django.db import connection

from emulator import Fault
from from_git.batches import engine, resident, states
from from_git.batches.lone import AnotherWorker, OnlyOne
from from_git.batches.resident import Resident
from from_git.models import Batch, BatchItem, Purpose
from from_git.tests.kit.databases import OnPostgres
from from_git.tests.kit.loops import LoopTestCase, orgs, teams
from from_git.tests.kit.workers import Gunicorn


class Residents(LoopTestCase):
    """Who works on what."""

    def setUp(self) -> None:
        """Batches are on."""
        super().setUp()
        self.settings_for_test(BATCHES=True)
        self.addCleanup(resident.close)

    def resident(self) -> Resident:
        """The thread of a process of its own."""
        one = Resident()
        self.addCleanup(one.close)
        return one

    def test_a_batch_is_worked_on_as_soon_as_the_process_is_woken(self) -> None:
        batch = self.batch([*orgs(20), *teams(20)])

        engine.wake(["github.com", "bitbucket.org"])

        self.until(lambda: self.reread(batch).state == "done")
        self.assertEqual(self.states(batch), {"done": 40})

    def test_batches_of_a_command_and_cancelled_ones_are_left_alone(self) -> None:
        command, cancelled = self.batch(orgs(2), purpose=Purpose.COMMAND), self.batch(orgs(2))
        states.cancel(cancelled.id)
        batch = self.batch(teams(2), purpose=Purpose.SNAPSHOT)

        self.resident()

        self.until(lambda: self.reread(batch).state == "done")
        self.assertEqual(self.states(command), {"waiting": 2})
        self.assertEqual(self.calls(), 0)

    def test_at_its_end_a_process_gives_back_items_and_batches(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=5.0))
        batch, one = self.batch(orgs(20)), self.resident()
        self.until(lambda: self.states(batch).get("running"))

        one.close()

        self.assertEqual(self.states(batch), {"waiting": 20})
        self.assertEqual(set(BatchItem.objects.values_list("attempts", "worker")), {(0, "")})
        self.assertEqual(list(Batch.objects.values_list("worker", "lease")), [("", None)])

    def test_without_a_shared_cache_one_process_works_and_the_others_wait_for_its_end(self) -> None:
        batch, other = self.batch(orgs(20)), OnlyOne()
        other.take()
        self.addCleanup(other.release)

        with self.assertNoLogs("from_git.batches.resident"):
            one = self.resident()
            self.until(lambda: not one._woken.is_set())
        self.assertEqual(self.states(batch), {"waiting": 20})
        other.release()
        one.wake()

        self.until(lambda: self.states(batch) == {"done": 20})

    def test_the_batch_of_a_process_that_died_is_taken_over_after_its_lease(self) -> None:
        batch, now = self.batch(orgs(5)), datetime.now(UTC)
        Batch.objects.update(worker="gone", lease=now + timedelta(hours=1))
        one = self.resident()
        self.until(lambda: not one._woken.is_set())
        self.assertEqual(self.states(batch), {"waiting": 5})

        Batch.objects.update(lease=now - timedelta(hours=1))
        one.wake()

        self.until(lambda: self.states(batch) == {"done": 5})
        self.assertEqual(self.reread(batch).worker, one.name)

    def test_the_last_items_of_a_batch_whose_process_died_are_done_and_the_batch_ends(self) -> None:
        held, ended, now = self.batch(orgs(2)), self.batch(teams(2)), datetime.now(UTC)
        dead = {"worker": "gone", "lease": now - timedelta(hours=1)}
        BatchItem.objects.filter(batch=held).update(state="running", attempts=1, **dead)
        BatchItem.objects.filter(batch=ended).update(state="missing")
        Batch.objects.update(**dead)

        self.resident()

        self.until(lambda: [self.reread(one).state for one in (held, ended)] == ["done", "done"], 60.0)
        self.assertEqual(self.states(held), {"done": 2})

    def test_where_batches_are_off_or_workers_of_a_broker_are_there_no_thread_begins(self) -> None:
        off, broker = {"BATCHES": False}, {"BATCHES": True, "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
        for changes, begins in ((off, False), (broker, False), ({"BATCHES": True, "CELERY_BROKER_URL": ""}, True)):
            with self.subTest(**changes):
                self.settings_for_test(**changes)
                resident.start()
                self.assertEqual("batches-resident" in [one.name for one in threading.enumerate()], begins)

    def test_a_process_without_work_keeps_no_other_from_it(self) -> None:
        batch, one = self.batch(orgs(2)), self.resident()
        self.until(lambda: self.reread(batch).state == "done")

        def may_work() -> bool:
            one.wake()
            try:
                with OnlyOne():
                    return True
            except AnotherWorker:
                return False

        self.until(may_work)

    def test_gunicorns_workers_work_and_give_back_what_they_hold_when_they_are_told_to_end(self) -> None:
        self.emulator.faults.add(Fault("slow", path="/graphql", seconds=0.2))
        batch = self.batch(orgs(400))
        changes = {"DATABASE_URL": self.database_url, "BATCHES": "on", "GITHUB_SECONDS_PER_MINUTE": "0"}
        service = Gunicorn(self, self.emulator, 1, **changes)
        self.until(lambda: self.states(batch).get("done", 0) > 10)

        service.process.terminate()
        service.process.wait(30)

        found = self.states(batch)
        self.assertEqual(found["done"] + found["waiting"], 400)
        self.assertFalse(BatchItem.objects.filter(state="waiting", attempts__gt=0).exists())
        self.assertLessEqual(self.calls() - found["done"], 32)
        self.resident()
        self.until(lambda: self.states(batch) == {"done": 400}, 60.0)
        connection.close()


class ResidentsOnPostgres(OnPostgres, Residents):
    """The same on PostgreSQL."""
