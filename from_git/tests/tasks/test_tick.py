"""What a tick of Celery's beat does by itself."""

from emulator.tests.helpers import settled
from from_git import tasks
from from_git.batches import leases
from from_git.batches.worker import worker
from from_git.models import Batch, BatchItem, BatchState, ItemState
from from_git.tests.kit.databases import OnSQLite
from from_git.tests.kit.filled import HOST, filled


class Tick(OnSQLite):
    """Rows that nobody works on."""

    def test_it_ends_a_batch_whose_worker_died_before_it_did(self) -> None:
        batch = filled(2)
        BatchItem.objects.filter(batch=batch).update(state=ItemState.FAILED, error="ERRX")

        def ticked() -> str:
            tasks.tick()  # nothing where another test of this process has just done it
            return Batch.objects.get(id=batch.id).state

        self.assertEqual(settled(ticked, BatchState.DONE), BatchState.DONE)
        self.assertTrue(settled(lambda: bool(Batch.objects.get(id=batch.id).answer), True))

    def test_it_lets_what_a_dead_worker_held_wait_again(self) -> None:
        filled(2)
        leases.claim("dead", HOST, 1)
        BatchItem.objects.filter(worker="dead").update(lease="2020-01-01T00:00:00Z")

        def waiting() -> int:
            tasks.tick()  # as above
            return BatchItem.objects.filter(state=ItemState.WAITING).count()

        self.assertEqual(settled(waiting, 2), 2)

    def test_a_message_that_names_no_host_at_which_something_waits_is_nothing_to_do(self) -> None:
        filled(2)
        for host in (5, None, ["github.com"], {"github.com": 1}, "a\0b", "\ud800", "elsewhere.example"):
            with self.subTest(host), self.assertNoLogs("from_git"):
                tasks.drain(host)
        self.assertTrue(worker().loop.idle)
