"""Limits that a forge speaks of, on a clock that only the test moves, and what processes share of them."""

import time
from typing import ClassVar, cast
from unittest import TestCase

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis import Redis

from from_git.askers import Asker
from from_git.calls.account import Account, account_key
from from_git.calls.budget import Budget, Full
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.ledgers import Ledger, LocalLedger, SharedLedger
from from_git.calls.permits import Permit
from from_git.calls.ratelimit import LONGEST_BLOCK
from from_git.calls.spent import Reservation, Spent
from from_git.calls.terms import Terms
from from_git.errors import BudgetError, Cancelled, DeadlineError, LimitError, TooHeavyError
from from_git.memory import SharedMemory, Warnings
from from_git.tests.kit.budgets import budget_of
from from_git.tests.kit.servers import needs_redis, start_redis
from from_git.tests.kit.time import FakeClock

KEY = account_key("https://forge.example/2.0", "Bearer s3cret")


class AccountTestCase(TestCase):
    """An account of ten calls in a minute."""

    def setUp(self) -> None:
        """A clock, a cache and a group with a minute."""
        self.clock = FakeClock(1_800_000_000.0)
        self.cache = LocMemCache("test", {})
        self.cache.clear()
        self.account = self.new_account()

    def new_account(self) -> Account:
        """As another process would make it."""
        budget = budget_of(10.0, 60.0, LocalLedger(self.clock.now), "calls", "SETTING")
        return Account(KEY, budget, SharedMemory(self.cache, self.clock.now), self.clock.now)

    def group(self, seconds: float = 60.0) -> FetchGroup:
        """A group with so much time."""
        return FetchGroup(self.clock.now() + seconds, clock=self.clock)


class Limits(AccountTestCase):
    """What is remembered."""

    def test_until_a_limit_has_passed_calls_wait_or_fail_without_being_sent(self) -> None:
        self.account.limited(LimitError("it is used up.", 30.0), self.group())

        self.assertEqual(self.account.permit(1.0, self.group()), 30.0)
        with self.assertRaisesRegex(LimitError, "it is used up.") as caught:
            self.account.permit(1.0, self.group(20.0))
        self.assertEqual(caught.exception.retry_after, 30)
        self.clock.move(30.0)
        self.assertIsInstance(self.account.permit(1.0, self.group()), Permit)

    def test_other_processes_learn_of_it_and_so_does_one_that_starts_later(self) -> None:
        other = self.new_account()
        self.account.limited(LimitError("it is used up.", 1_000.0), self.group())
        self.clock.move(100.0)

        for account in (other, self.new_account()):
            self.assertEqual(account.limit.blocked(), 0.0)
            account.limit.refresh()
            self.assertEqual(account.limit.blocked(), 900.0)

    def test_the_longer_of_two_limits_holds_whoever_told_it(self) -> None:
        self.account.limit.block(500.0, "long.")
        self.account.limit.block(5.0, "short.")
        self.assertEqual(self.account.limit.blocked(), 500.0)

        self.cache.set(f"from-git:limit:{KEY}", self.clock.now() + 9.0)
        self.account.limit.refresh()
        self.assertEqual(self.account.limit.blocked(), 500.0)

    def test_after_a_limit_that_another_process_met_one_call_goes_first_as_well(self) -> None:
        other = self.new_account()
        self.account.limit.block(10.0, "it is used up.")
        other.limit.refresh()
        self.clock.move(10.0)

        self.assertIsInstance(other.permit(1.0, self.group()), Permit)
        self.assertEqual(other.permit(1.0, self.group()), 0.25)

    def test_a_success_of_a_call_that_was_under_way_does_not_end_a_limit(self) -> None:
        self.account.limited(LimitError("it is used up.", 9.0), self.group())
        self.account.succeeded()
        self.clock.move(9.0)

        self.assertIsInstance(self.account.permit(1.0, self.group()), Permit)
        self.assertEqual(self.account.permit(1.0, self.group()), 0.25)

    def test_a_call_that_may_not_go_first_for_want_of_budget_keeps_nobody_waiting(self) -> None:
        found = self.account.permit(10.0, self.group())
        self.account.limited(LimitError("it is used up.", 1.0), self.group())
        self.clock.move(1.0)
        waits = self.account.permit(2.0, self.group())
        self.assertEqual(waits, 0.25)  # the budget is full, and may give way

        assert isinstance(found, Permit)
        with self.assertRaises(LimitError), found.used():
            raise LimitError("it is used up.", 1.0)  # which costs nothing
        self.assertIsInstance(self.account.permit(1.0, self.group()), Permit)

    def test_a_call_that_is_sent_again_at_once_costs_another_one_and_nothing_stays_under_way(self) -> None:
        self.assertTrue(all(self.account.once_more(self.group()) for _ in range(10)))
        self.assertFalse(self.account.once_more(self.group()))

        full = self.account.budget.reserve(1.0, self.group())
        assert isinstance(full, Full)
        self.assertTrue(full.settled)

    def test_a_call_that_timed_out_costs_at_least_what_was_reserved(self) -> None:
        budget = budget_of(100.0, 60.0, LocalLedger(self.clock.now), "seconds", "SETTING", timed=True)
        account = Account(KEY, budget, SharedMemory(self.cache), self.clock.now)
        for error in (TooHeavyError("late"), Cancelled(), DeadlineError("late")):
            before = budget.spent()
            found = account.permit(3.0, self.group())
            assert isinstance(found, Permit)
            with self.assertRaises(type(error)), found.used():
                raise error
            self.assertEqual(budget.spent() - before, 3.0)

    def test_another_credential_has_its_own_limit_and_the_secret_is_not_in_the_key(self) -> None:
        self.account.limited(LimitError("it is used up.", 1_000.0), self.group())
        other = Account(account_key("https://forge.example/2.0", "x"), self.account.budget, SharedMemory(self.cache))

        other.limit.refresh()

        self.assertEqual(other.limit.blocked(), 0.0)
        self.assertNotIn("s3cret", KEY)

    def test_a_wait_that_is_a_guess_doubles_each_time_it_was_too_short_and_begins_anew_after_a_success(self) -> None:
        for seconds in (60.0, 120.0, 240.0):
            self.account.limited(LimitError("again.", 0.0, guessed=True), self.group())
            self.assertEqual(self.account.limit.blocked(), seconds)
            self.clock.move(seconds + 1.0)
        self.account.succeeded()
        self.account.limited(LimitError("again.", 0.0, guessed=True), self.group())
        self.assertEqual(self.account.limit.blocked(), 60.0)

    def test_where_none_of_our_calls_were_counted_a_guess_is_a_minute(self) -> None:
        budget = budget_of(None, 3_600.0, LocalLedger(self.clock.now), "calls", "SETTING")
        account = Account(KEY, budget, SharedMemory(self.cache, self.clock.now), self.clock.now)
        found = account.permit(1.0, self.group())
        assert isinstance(found, Permit)
        with self.assertRaises(LimitError), found.used():
            raise LimitError("again.", 0.0, guessed=True)

        self.assertEqual(account.limited(LimitError("again.", 0.0, guessed=True), self.group()), 60.0)
        self.assertEqual(budget.spent(), 0.0)

    def test_where_calls_are_counted_a_guess_lasts_until_the_oldest_has_left(self) -> None:
        budget = budget_of(None, 3_600.0, LocalLedger(self.clock.now), "calls", "SETTING")
        account = Account(KEY, budget, SharedMemory(self.cache, self.clock.now), self.clock.now)
        group = self.group(9_000.0)
        for _ in range(30):
            found = account.permit(1.0, group)
            assert isinstance(found, Permit)
            with found.used():
                self.clock.move(60.0)

        seconds = account.limited(LimitError("again.", 0.0, guessed=True), group)

        self.assertAlmostEqual(seconds, 3_600.0 - 29 * 60.0, delta=60.0)
        self.assertEqual(account.limit.blocked(), seconds)
        budget.limit = 100.0
        budget.plan(group, 10.0, 9_000.0)
        self.assertAlmostEqual(account.limited(LimitError("again.", 0.0, guessed=True), group), seconds + 540.0)
        self.assertEqual(account.limit.blocked(), seconds)

    def test_calls_that_were_under_way_when_a_limit_was_met_do_not_make_it_longer(self) -> None:
        for _ in range(8):
            self.account.limited(LimitError("again.", 0.0, guessed=True), self.group())
        self.assertEqual(self.account.limit.blocked(), 60.0)

        self.clock.move(60.0)
        self.account.limited(LimitError("again.", 0.0, guessed=True), self.group())
        self.assertEqual(self.account.limit.blocked(), 120.0)

    def test_after_a_limit_one_call_goes_first_and_the_others_follow_its_answer(self) -> None:
        self.account.limited(LimitError("it is used up.", 0.0), self.group())
        self.assertEqual(self.account.limit.blocked(), 1.0)  # 0 is no invitation
        self.clock.move(1.0)

        first = self.account.permit(1.0, self.group())
        assert isinstance(first, Permit)
        self.assertEqual([self.account.permit(1.0, self.group()) for _ in range(3)], [0.25] * 3)
        with first.used():
            pass
        self.account.succeeded()
        for _ in range(3):
            self.assertIsInstance(self.account.permit(1.0, self.group()), Permit)

    def test_if_the_call_that_goes_first_is_lost_another_one_does(self) -> None:
        self.account.limited(LimitError("it is used up.", 1.0), self.group())
        self.clock.move(1.0)
        first = self.account.permit(1.0, self.group())
        assert isinstance(first, Permit)
        with self.assertRaises(ZeroDivisionError), first.used():
            _ = 1 / 0

        self.assertIsInstance(self.account.permit(1.0, self.group()), Permit)
        self.assertEqual(self.account.permit(1.0, self.group()), 0.25)
        self.clock.move(3.1)  # one that hangs does not hold up the others
        self.assertIsInstance(self.account.permit(1.0, self.group()), Permit)

    def test_a_call_that_began_before_the_limit_does_not_end_the_turn_of_the_one_that_goes_first(self) -> None:
        before = self.account.permit(1.0, self.group())
        assert isinstance(before, Permit)
        self.account.limited(LimitError("it is used up.", 1.0), self.group())
        self.clock.move(1.0)
        self.assertIsInstance(self.account.permit(1.0, self.group()), Permit)
        with before.used():
            pass

        self.assertEqual(self.account.permit(1.0, self.group()), 0.25)

    def test_a_guess_is_never_longer_than_an_hour_and_nothing_is_much_longer(self) -> None:
        for _ in range(20):
            self.account.limited(LimitError("again.", 0.0, guessed=True), self.group())
            self.assertLessEqual(self.account.limit.blocked(), 3_600.0)
            self.clock.move(3_601.0)
        self.account.limit.block(1e9, "for ever.")
        self.assertEqual(self.account.limit.blocked(), LONGEST_BLOCK)

    def test_nonsense_in_the_cache_is_no_limit(self) -> None:
        for value in ("soon", None, -1, 1e300, float("nan"), float("inf"), [9], self.clock.now() + 1e6):
            with self.subTest(value):
                self.cache.set(f"from-git:limit:{KEY}", value)
                self.account.limit.refresh()
                self.assertEqual(self.account.limit.blocked(), 0.0)

    def test_a_budget_that_gives_way_in_time_is_waited_for_and_another_is_an_error(self) -> None:
        for _ in range(10):
            found = self.account.permit(1.0, self.group())
            assert isinstance(found, Permit)
            with found.used():
                self.clock.move(1.0)

        waits = self.account.permit(1.0, self.group(100.0))
        assert isinstance(waits, float)
        self.assertGreater(waits, 50.0)
        with self.assertRaisesRegex(BudgetError, r"allows 10 calls a minute \(SETTING\), and 10 are spent") as caught:
            self.account.permit(1.0, self.group(50.0))
        self.assertEqual(caught.exception.retry_after, 52)

    def test_what_has_begun_may_wait_for_the_budget_beyond_its_deadline_and_for_nothing_else(self) -> None:
        group = FetchGroup(self.clock.now() + 20.0, clock=self.clock, horizon=self.clock.now() + 200.0)
        for _ in range(10):
            found = self.account.permit(1.0, self.group())
            assert isinstance(found, Permit)
            with found.used():
                pass

        wait = self.account.permit(1.0, group, goes_on=True)
        assert isinstance(wait, float)
        self.assertGreater(wait, 20.0)
        self.assertRaises(BudgetError, self.account.permit, 1.0, group)
        other = budget_of(1.0, 60.0, LocalLedger(self.clock.now), "calls", "OTHER")
        self.account.count_against(other)
        other.settle(cast(Reservation, other.reserve(1.0, self.group())))
        self.assertRaises(BudgetError, self.account.permit, 1.0, group, goes_on=True)

    def test_a_refusal_costs_no_call_of_the_budget_but_its_time_and_one_of_each_other_bound(self) -> None:
        for timed, cost in ((False, 0.0), (True, 2.0)):
            budget = budget_of(10.0, 60.0, LocalLedger(self.clock.now), "calls", "SETTING", timed)
            calls = budget_of(10.0, 60.0, LocalLedger(self.clock.now), "calls", "OTHER")
            account = Account(KEY, budget, SharedMemory(self.cache), self.clock.now, each=[calls])
            found = account.permit(1.0, self.group())
            assert isinstance(found, Permit)
            with self.assertRaises(LimitError), found.used():
                self.clock.move(2.0)
                raise LimitError("it is used up.", 1.0)

            self.assertEqual((budget.spent(), calls.spent()), (cost, 1.0))

    def test_time_on_a_dead_connection_is_not_the_forges(self) -> None:
        budget = budget_of(10.0, 60.0, LocalLedger(self.clock.now), "seconds", "SETTING", timed=True)
        found = Account(KEY, budget, SharedMemory(self.cache), self.clock.now).permit(1.0, self.group())
        assert isinstance(found, Permit)
        with found.used():
            self.clock.move(7.0)
            found.forgive(5.0)

        self.assertEqual(budget.spent(), 2.0)

    def test_before_the_first_call_calls_are_compared_with_the_bound_of_calls(self) -> None:
        budget = budget_of(1_000.0, 60.0, LocalLedger(self.clock.now), "seconds", "SETTING", timed=True)
        calls = budget_of(10.0, 60.0, LocalLedger(self.clock.now), "calls", "OTHER")
        account = Account(KEY, budget, SharedMemory(self.cache), self.clock.now, each=[calls])

        account.foresee(Asker(), 10, 100.0, 10.0)
        self.assertRaises(BudgetError, account.foresee, Asker(), 11, 1.0, 10.0)
        self.assertRaises(BudgetError, account.foresee, Asker(), 1, 1_001.0, 10.0)

    def test_a_call_that_fails_or_is_cancelled_settles_its_reservation(self) -> None:
        found = self.account.permit(10.0, self.group())
        assert isinstance(found, Permit)
        with self.assertRaises(ZeroDivisionError), found.used():
            _ = 1 / 0

        full = self.account.budget.reserve(1.0, self.group())
        assert isinstance(full, Full)
        self.assertTrue(full.settled)

    def test_a_bound_of_calls_besides_the_budget_holds_and_leaves_the_budget_alone(self) -> None:
        rate = budget_of(2.0, 60.0, LocalLedger(self.clock.now), "calls", "SETTING")
        account = Account(KEY, self.account.budget, SharedMemory(self.cache), self.clock.now, [rate])
        for _ in range(2):
            found = account.permit(3.0, self.group())
            assert isinstance(found, Permit)
            with found.used():
                pass

        self.assertEqual(account.permit(3.0, self.group(100.0)), 61.0)
        self.clock.move(61.0)
        self.assertIsInstance(account.permit(8.0, self.group()), Permit)
        waits = account.permit(3.0, self.group())
        self.assertNotIsInstance(waits, Permit)
        self.assertEqual((rate.spent(), account.budget.spent()), (1.0, 8.0))

    def test_a_cache_that_fails_is_not_asked_again_for_a_while_and_takes_nothing_with_it(self) -> None:
        asked: list[str] = []

        class Broken:
            def get(self, key: str) -> None:
                asked.append(key)
                raise ConnectionError("redis is down")

        memory = SharedMemory(Broken(), self.clock.now, Warnings())
        with self.assertLogs("from_git", "WARNING"):
            self.assertIsNone(memory.get("a"))
            self.assertIsNone(memory.get("b"))
            self.clock.move(6.0)
            self.assertIsNone(memory.get("c"))

        self.assertEqual(asked, ["a", "c"])


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
            ledger.add(amount, first + slot)

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
    cache: ClassVar[RedisCache]

    @classmethod
    def setUpClass(cls) -> None:
        """Start a Redis."""
        super().setUpClass()
        cls.address = start_redis(cls)
        cls.cache = RedisCache(cls.address, {})

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
            budget.foresee(group.asker, 0.0, 60.0, likely=100.0)
            return sum(isinstance(budget.reserve(1.0, group), Reservation) for _ in range(10))

        self.assertEqual(taken(process(), "a"), 5)
        self.assertEqual(taken(process(), "a"), 0)
        self.assertEqual(taken(process(), "b"), 2)

    def test_a_slot_leaves_the_cache_by_itself(self) -> None:
        ledger = self.ledger()
        ledger.add(1.0, int(time.time()))

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
            second.plan(group, 3.0, 60.0)

    def test_what_was_counted_while_the_cache_was_away_counts(self) -> None:
        ledger, first = self.ledger(), int(time.time())
        ledger.add(3.0, first)
        self.cache.clear()
        ledger.add(1.0, first + 1)

        self.assertEqual(ledger.slots(first, first + 9), {first: 3.0, first + 1: 1.0})

    def test_nonsense_in_the_cache_does_not_count(self) -> None:
        ledger, first = self.ledger(), int(time.time())
        ledger.add(3.0, first)
        self.cache.set(f"from-git:spent:key:{first}", "x")

        with self.assertLogs("from_git", "WARNING"):
            ledger.add(1.0, first)

        self.assertEqual(ledger.slots(first, first + 9), {first: 4.0})

    def test_a_limit_that_one_process_met_is_known_to_another(self) -> None:
        accounts = [
            Account(KEY, budget_of(None, 60.0, self.ledger(), "", ""), SharedMemory(self.cache)) for _ in range(2)
        ]
        accounts[0].limit.block(500.0, "it is used up.")

        accounts[1].limit.refresh()

        self.assertGreater(accounts[1].limit.blocked(), 490.0)


class DefaultCache(TestCase):
    """What Django's settings give."""

    def test_the_memory_works_with_djangos_default_cache(self) -> None:
        memory = SharedMemory(caches["default"])
        memory.set("from-git:test", 5.0, timeout=10.0)
        self.assertEqual(memory.get("from-git:test"), 5.0)
