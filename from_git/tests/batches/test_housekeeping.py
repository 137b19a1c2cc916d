"""Tests of what is done now and then."""

from datetime import timedelta

from django.db.models.functions import Now

from from_git.batches import housekeeping, leases, states
from from_git.models import Batch, BatchItem, Purpose
from from_git.tests.kit.databases import OnPostgres, OnSQLite, in_threads
from from_git.tests.kit.filled import HOST, done, filled


def ended_before(batch: Batch, **since: float) -> None:
    """Let a batch have ended so long ago."""
    Batch.objects.filter(id=batch.id).update(finished=Now() - timedelta(**since))


class Housekeeping(OnSQLite):
    """Old batches, and half done ones."""

    def test_batches_are_deleted_so_many_days_after_their_end(self) -> None:
        old, young, running = filled(states.PART + 3), filled(2), filled(2, client="you")
        for batch in (old, young):
            states.cancel(batch.id)
        ended_before(old, days=30, minutes=1)
        ended_before(young, days=29, hours=23)
        Batch.objects.filter(id=running.id).update(created=Now() - timedelta(days=99))
        self.assertEqual(housekeeping.delete_old(30), 1)
        self.assertEqual(set(Batch.objects.values_list("id", flat=True)), {young.id, running.id})
        self.assertEqual(BatchItem.objects.count(), 4)
        self.assertEqual(housekeeping.delete_old(30), 0)

    def test_batches_for_snapshots_are_deleted_after_a_day(self) -> None:
        old, young, asked = filled(2, purpose=Purpose.SNAPSHOT), filled(2, purpose=Purpose.SNAPSHOT), filled(2)
        for batch, hours in ((old, 25), (young, 23), (asked, 25)):
            states.cancel(batch.id)
            ended_before(batch, hours=hours)
        self.assertEqual(housekeeping.delete_old(30), 1)
        self.assertEqual(set(Batch.objects.values_list("id", flat=True)), {young.id, asked.id})

    def test_a_batch_whose_last_worker_died_before_it_said_so_is_done(self) -> None:
        batch, other = filled(2), filled(1)
        leases.finish("one", done(*leases.claim("one", HOST, 2, batch=batch.id)))
        self.assertEqual(housekeeping.tidy(30), [batch.id])
        self.assertEqual(housekeeping.tidy(30), [])
        self.assertEqual(Batch.objects.get(id=other.id).state, "running")

    def test_a_batch_that_was_being_cancelled_is_cancelled_whole(self) -> None:
        batch = filled(3)
        Batch.objects.filter(id=batch.id).update(state="cancelled", finished=Now())
        self.assertEqual(housekeeping.end_batches(), [])
        self.assertEqual(states.counts(batch.id), {"cancelled": 3})

    def test_others_write_while_a_large_batch_is_cancelled(self) -> None:
        batch = filled(8 * states.PART)
        written: list[int] = []

        def work(number: int) -> None:
            if number:
                states.cancel(batch.id)
                return
            while states.counts(batch.id).get("waiting"):
                Batch.objects.filter(id=batch.id).update(content=str(len(written)))
                written.append(states.counts(batch.id).get("waiting", 0))

        in_threads(2, work)
        # the first may have come before the cancellation, the last after it
        self.assertGreaterEqual(len(set(written[1:-1])), 3)

    def test_two_at_once_do_not_disturb_each_other(self) -> None:
        for number in range(4):
            batch = filled(states.PART + 1, client=str(number))
            states.cancel(batch.id)
            ended_before(batch, days=40)
        in_threads(3, lambda number: housekeeping.tidy(30))
        self.assertEqual((Batch.objects.count(), BatchItem.objects.count()), (0, 0))


class HousekeepingOnPostgres(OnPostgres, Housekeeping):
    """The same on PostgreSQL."""
