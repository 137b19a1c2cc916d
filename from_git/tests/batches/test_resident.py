"""The thread of the service that works on batches where there is no broker."""

from from_git.batches import engine, resident
from from_git.tests.kit.databases import OnPostgres
from from_git.tests.kit.loops import LoopTestCase, orgs


class Residents(LoopTestCase):
    """Who works on what."""

    def setUp(self) -> None:
        """Batches are on."""
        super().setUp()
        self.settings_for_test(BATCHES=True)
        self.addCleanup(resident.close)

    def test_a_batch_is_worked_on_as_soon_as_the_process_is_woken(self) -> None:
        batch = self.batch(orgs(20))

        engine.wake(["github.com"])

        self.until(lambda: self.states(batch) == {"done": 20})
        self.until(lambda: self.reread(batch).state == "done")


class ResidentsOnPostgres(OnPostgres, Residents):
    """The same on PostgreSQL."""
