"""What a tick of Celery's beat does by itself."""

from emulator.tests.helpers import settled
from from_git import tasks
from from_git.models import Batch, BatchItem, BatchState, ItemState
from from_git.tests.kit.databases import OnSQLite
from from_git.tests.kit.filled import filled


class Tick(OnSQLite):
    """Rows that nobody works on."""

    def test_it_ends_a_batch_whose_worker_died_before_it_did(self) -> None:
        batch = filled(2)
        BatchItem.objects.filter(batch=batch).update(state=ItemState.FAILED, error="ERRX")

        tasks.tick()

        batch.refresh_from_db()
        self.assertEqual(batch.state, BatchState.DONE)
        self.assertTrue(settled(lambda: bool(Batch.objects.get(id=batch.id).answer), True))
