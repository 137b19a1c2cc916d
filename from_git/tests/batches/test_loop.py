"""The loop that works on batches, over real sockets and databases."""

from from_git.kept import stored
from from_git.models import ItemState
from from_git.tests.kit.databases import OnPostgres
from from_git.tests.kit.loops import LoopTestCase

GITHUB, BITBUCKET = "github.com", "bitbucket.org"


def orgs(number: int, size: int = 3) -> list[str]:
    """Profiles at GitHub of so many repositories each."""
    return [f"https://github.com/org-{size}-{one}" for one in range(1, number + 1)]


class Work(LoopTestCase):
    """What is done, and what is not."""

    def test_every_profile_of_a_batch_is_fetched_once(self) -> None:
        urls = [
            *orgs(90),
            *(f"https://bitbucket.org/team-3-{one}" for one in range(1, 41)),
            "https://github.com/no-body-x",
        ]
        batch, loop = self.batch(urls), self.loop()

        self.work(loop, GITHUB, BITBUCKET)

        self.assertEqual(self.states(batch), {"done": 130, "missing": 1})
        self.assertEqual(self.ended, [batch.id])
        sizes = [
            len(found.rows) if (found := stored.unpack(bytes(one.result or b"")).found) else None
            for one in self.items(batch)
            if one.state == ItemState.DONE
        ]
        self.assertEqual(sum(size or 0 for size in sizes), 390)
        self.assertTrue(loop.idle)


class WorkOnPostgres(OnPostgres, Work):
    """The same on PostgreSQL."""
