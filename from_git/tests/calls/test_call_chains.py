"""`Calls` whose threads take turns in many orders: no call is lost, none is answered twice; see `scheduler.py`."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from types import ModuleType

from from_git.calls.accounts import Accounts
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.calls.spent import LocalLedger
from from_git.errors import LimitError, TransientError
from from_git.fanout import Pool
from from_git.tests.kit.budgets import accounts_of, budget_of
from from_git.tests.kit.scheduler import Scheduler
from from_git.tests.kit.seeds import SeededTestCase
from from_git.tests.kit.simulation import MODULES

CHAINS, LINKS = 3, 12


class Run:
    """Chains of calls, each of which starts the next: what waits for a pool is one call, or none."""

    modules: Sequence[ModuleType] = MODULES

    def __init__(self, seed: int, limit: float | None = None, trouble: float = 0.0) -> None:
        self.scheduler = Scheduler(seed)
        self.clock = self.scheduler.clock
        self.trouble = trouble
        self.answered: list[tuple[int, int]] = []
        self.sent: list[float] = []
        self.refused: list[float] = []
        with self.scheduler.installed(self.modules):
            self.scheduler.run(partial(self._own, 1 + seed % 4, limit))

    def _own(self, threads: int, limit: float | None) -> None:
        # here, so that their locks are the scheduler's
        self.accounts = self.made(limit)
        self.pool = Pool("pool", threads)
        self.group = FetchGroup(self.clock.now() + 1e6, clock=self.clock)
        self.calls = Calls(self.group, self.accounts, jitter=lambda: self.scheduler.random.uniform(0.5, 1.0))
        for chain in range(CHAINS):
            self._link(chain, LINKS)
        self.group.seal()

    def made(self, limit: float | None) -> Accounts:
        """The accounts that calls go through."""
        return accounts_of(budget_of(limit, 60.0, LocalLedger(self.clock.now), "calls", "THE_LIMIT"), self.clock.now)

    def _link(self, chain: int, left: int) -> None:
        self.calls.start(self.pool, self.ask, partial(self._then, chain, left))

    def ask(self) -> None:
        begun = self.clock.now()
        self.sent.append(begun)
        if self.scheduler.random.random() < 0.5:
            self.scheduler.sleep(self.scheduler.random.random())
        fate = self.scheduler.random.random()
        if fate < self.trouble / 4:
            self.refused.append(begun)
            raise LimitError("its limit", 60.0)
        if fate < self.trouble:
            raise TransientError("a hiccup")

    def _then(self, chain: int, left: int, _: None) -> None:
        self.answered.append((chain, left))
        if left > 1:
            self._link(chain, left - 1)


class ChainsTestCase(SeededTestCase):
    """What holds for each run."""

    def assert_whole(self, run: Run) -> None:
        """Each link was answered, in the order of its chain, and nothing is left."""
        self.assertTrue(run.group.wait(0), "it never ends")
        for chain in range(CHAINS):
            self.assertEqual([left for one, left in run.answered if one == chain], list(range(LINKS, 0, -1)))
        self.assertFalse([account for account in run.accounts.all if account.budget._under_way])
        self.assertFalse(any(run.calls._queues._waiting.values()))
        self.assertEqual(run.pool.idle, run.pool.most)
        self.assertEqual(run.calls.spending.cost().calls, len(run.sent))


class Chains(ChainsTestCase):
    """Calls through one account."""

    def test_every_call_is_answered_once(self) -> None:
        self.for_seeds(lambda seed: self.assert_whole(Run(seed)), 40)

    def test_calls_that_fail_and_wait_are_answered_once(self) -> None:
        # no more trouble: one that fails seven times while others are answered is taken for one that always fails
        self.for_seeds(lambda seed: self.assert_whole(Run(seed, trouble=0.1)), 40)

    def test_no_window_has_more_calls_than_the_budget(self) -> None:
        def check(seed: int) -> None:
            run = Run(seed, limit=5.0, trouble=0.1)

            self.assert_whole(run)
            counted = Counter(run.sent) - Counter(run.refused)  # a forge does not count what it refuses
            for begun in counted:
                self.assertLessEqual(sum(begun <= one < begun + 60.0 for one in counted.elements()), 5)

        self.for_seeds(check, 40)
