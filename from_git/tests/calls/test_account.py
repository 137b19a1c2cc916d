"""Limits that a forge speaks of, on a clock that only the test moves."""

from unittest import TestCase

from django.core.cache.backends.locmem import LocMemCache

from from_git.calls.account import Account, Permit, account_key
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.ratelimit import LONGEST_BLOCK
from from_git.calls.spent import LocalLedger
from from_git.errors import LimitError
from from_git.memory import SharedMemory
from from_git.tests.kit.budgets import budget_of
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
        budget.plans.plan(group, 10.0, 9_000.0)
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
