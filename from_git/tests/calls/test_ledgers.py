"""What processes share of budgets and limits."""

import time
from typing import ClassVar
from unittest import TestCase

from redis import Redis

from from_git.askers import Asker
from from_git.calls.account import Account
from from_git.calls.budget import Budget, Full
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.spent import Ledger, LocalLedger, Reservation, SharedLedger, Spent
from from_git.calls.terms import Terms
from from_git.errors import BudgetError
from from_git.memory import SharedMemory, Warnings
from from_git.tests.calls.test_account import KEY
from from_git.tests.kit.budgets import budget_of
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.kit.time import FakeClock
from from_git.upstream.rediscache import SharedCache


class LedgerContract:
    """What every ledger owes; asked of each kind."""

    def ledger(self) -> Ledger:
        """A ledger, new or of another process."""
        raise NotImplementedError

    def test_amounts_add_up_by_slot_and_old_slots_are_not_given(self) -> None:
        assert isinstance(self, TestCase)
        ledger = self.ledger()
        first = int(ledger.now())
        for slot, amount in [(0, 1.0), (1, 2.5), (1, -0.5), (2, 3.0)]:
            ledger.add((first + slot, amount))

        self.assertEqual(ledger.slots(first + 1, first + 9), {first + 1: 2.0, first + 2: 3.0})


class Local(LedgerContract, TestCase):
    """Of this process alone."""

    def ledger(self) -> Ledger:
        """See the contract."""
        return LocalLedger(time.time)


@needs_redis
class Shared(LedgerContract, TestCase):
    """Of all processes with one Redis."""

    address: ClassVar[str]
    cache: ClassVar[SharedCache]

    @classmethod
    def setUpClass(cls) -> None:
        """Start a Redis."""
        super().setUpClass()
        cls.address = start_redis(cls)
        cls.cache = SharedCache(cls.address, {})

    def setUp(self) -> None:
        """Begin with an empty cache."""
        self.cache.clear()

    def ledger(self) -> Ledger:
        """See the contract."""
        return SharedLedger(SharedMemory(self.cache, warnings=Warnings()), "key", 60.0)

    def test_what_one_client_has_used_in_any_process_counts_for_it_in_all(self) -> None:
        def process() -> Budget:
            memory = SharedMemory(self.cache)
            spent = Spent(60.0, lambda client: SharedLedger(memory, f"clients:{client}", 60.0))
            return Budget(10.0, spent, Terms("Forge", "calls", 60.0, "SETTING"))

        def taken(budget: Budget, client: str) -> int:
            group = FetchGroup(time.monotonic() + 60.0, asker=Asker(client))
            budget.plans.foresee(group.asker, 0.0, 60.0, likely=100.0)
            return sum(isinstance(budget.reserve(1.0, group), Reservation) for _ in range(10))

        self.assertEqual(taken(process(), "a"), 5)
        self.assertEqual(taken(process(), "a"), 0)
        self.assertEqual(taken(process(), "b"), 2)

    def test_a_slot_leaves_the_cache_by_itself(self) -> None:
        ledger = self.ledger()
        ledger.add((int(time.time()), 1.0))

        with Redis.from_url(self.address) as redis:
            ages = [redis.ttl(key) for key in redis.keys("*spent*")]
        self.assertTrue(ages)
        self.assertTrue(all(0 < age <= 121 for age in ages), ages)

    def test_two_processes_cannot_spend_more_than_the_limit_together(self) -> None:
        group = FetchGroup(time.monotonic() + 60.0)
        first, second = (budget_of(10.0, 3_600.0, self.ledger(), "calls", "SETTING") for _ in range(2))
        found = [budget.reserve(1.0, group) for _ in range(8) for budget in (first, second)]

        self.assertEqual(len([one for one in found if isinstance(one, Reservation)]), 10)

    def test_what_others_have_reserved_may_come_back_and_what_is_old_does_not(self) -> None:
        group, clock = FetchGroup(time.monotonic() + 60.0), FakeClock(1_800_000_000.0)
        ledgers = [SharedLedger(SharedMemory(self.cache), "timed", 60.0, clock.now) for _ in range(2)]
        first, second = (budget_of(10.0, 60.0, ledger, "seconds", "SETTING", timed=True) for ledger in ledgers)
        found = first.reserve(9.0, group)
        assert isinstance(found, Reservation)

        self.assertEqual(second.reserve(5.0, group), Full(0.25, settled=False))
        clock.move(9.0)
        first.settle(found)
        clock.move(20.0)
        full = second.reserve(5.0, group)
        assert isinstance(full, Full)
        self.assertTrue(full.settled)

    def test_what_others_spend_is_seen_by_one_that_has_spent_nothing(self) -> None:
        group = FetchGroup(time.monotonic() + 60.0)
        first, second = (budget_of(10.0, 3_600.0, self.ledger(), "calls", "SETTING") for _ in range(2))
        first.reserve(8.0, group)

        self.assertEqual(second.spent(), 8.0)
        with self.assertRaises(BudgetError):
            second.plans.plan(group, 3.0, 60.0)

    def test_what_was_counted_while_the_cache_was_away_counts(self) -> None:
        ledger, first = self.ledger(), int(time.time())
        ledger.add((first, 3.0))
        self.cache.clear()
        ledger.add((first + 1, 1.0))

        self.assertEqual(ledger.slots(first, first + 9), {first: 3.0, first + 1: 1.0})

    def test_nonsense_in_the_cache_does_not_count(self) -> None:
        ledger, first = self.ledger(), int(time.time())
        ledger.add((first, 3.0))
        self.cache.set(f"from-git:spent:key:{first}", "x")

        with self.assertLogs("from_git", "WARNING"):
            ledger.add((first, 1.0))

        self.assertEqual(ledger.slots(first, first + 9), {first: 4.0})

    def test_a_limit_that_one_process_met_is_known_to_another(self) -> None:
        accounts = [
            Account(KEY, budget_of(None, 60.0, self.ledger(), "", ""), SharedMemory(self.cache)) for _ in range(2)
        ]
        accounts[0].limit.block(500.0, "it is used up.")

        accounts[1].limit.refresh()

        self.assertGreater(accounts[1].limit.blocked(), 490.0)
