"""The group of a fetch: how far its deadline may be moved, and calls that are told to ask a budget again."""

from queue import SimpleQueue
from unittest import TestCase

from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.sending import Calls
from from_git.calls.spent import LocalLedger
from from_git.errors import BudgetError, Cancelled
from from_git.fanout import Pool
from from_git.tests.kit.budgets import accounts_of, budget_of
from from_git.tests.kit.time import FakeClock

LONG = 30.0


class FetchGroups(TestCase):
    """What a fetch's group has besides that of every group."""

    def setUp(self) -> None:
        """A clock that only the test moves."""
        self.clock = FakeClock(100.0)

    def test_without_a_horizon_it_goes_on_until_its_deadline_and_with_one_until_then(self) -> None:
        for horizon, left in ((None, 60.0), (120.0, 60.0), (400.0, 300.0)):
            with self.subTest(horizon):
                group = FetchGroup(160.0, clock=self.clock, horizon=horizon)

                self.assertEqual((group.time_left(), group.horizon_left()), (60.0, left))
                group.cancel()
                self.assertRaises(Cancelled, group.horizon_left)

    def test_what_cannot_be_paid_by_the_deadline_is_late_and_by_the_horizon_refused(self) -> None:
        late = SimpleQueue[BudgetError]()
        for horizon, is_late in ((1_000.0, True), (None, False)):
            with self.subTest(horizon):
                group = FetchGroup(110.0, clock=self.clock, horizon=horizon, late=late.put)
                budget = budget_of(5.0, 60.0, LocalLedger(self.clock.now), "calls", "SETTING")
                calls = Calls(group, accounts_of(budget, self.clock.now))
                if is_late:
                    calls.plan(8.0)
                    self.assertIn("this answer needs about 8 more", late.get_nowait().reason)
                else:
                    self.assertRaises(BudgetError, calls.plan, 8.0)
                    self.assertTrue(late.empty())

    def test_calls_that_wait_for_a_budget_ask_at_once_when_they_are_hurried(self) -> None:
        ledger = LocalLedger(self.clock.now)
        budget = budget_of(1.0, 60.0, ledger, "calls", "SETTING")
        group = FetchGroup(900.0, clock=self.clock)
        calls, pool = Calls(group, accounts_of(budget, self.clock.now)), Pool("pool", 1)
        self.addCleanup(pool.close)
        done = SimpleQueue[int]()
        for number in range(2):
            calls.start(pool, lambda number=number: number, done.put)  # type: ignore[misc]
        self.assertEqual(done.get(timeout=LONG), 0)
        while not calls.wait:  # until the second call has met the full budget
            witness = FetchGroup(900.0, clock=self.clock)
            witness.start(pool, lambda: None)
            witness.wait(LONG)

        budget.limit = 9.0
        group.hurry()

        self.assertEqual(done.get(timeout=LONG), 1)
        self.assertTrue(group.wait(LONG))
