"""What a call of an account costs its budget, and when it may be sent."""

from typing import cast

from from_git.askers import Asker
from from_git.calls.account import Account, Permit
from from_git.calls.accounts import Accounts
from from_git.calls.budget import Full
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.spent import LocalLedger, Reservation
from from_git.errors import BudgetError, Cancelled, DeadlineError, LimitError, TooHeavyError
from from_git.memory import SharedMemory
from from_git.tests.calls.test_account import KEY, AccountTestCase
from from_git.tests.kit.budgets import budget_of


class Permits(AccountTestCase):
    """Calls and what they are counted against."""

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
        account = Account(KEY, self.account.budget, SharedMemory(self.cache), self.clock.now, each=[other])
        other.settle(cast(Reservation, other.reserve(1.0, self.group())))
        self.assertRaises(BudgetError, account.permit, 1.0, group, goes_on=True)

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
        memory = SharedMemory(self.cache)
        accounts = Accounts([Account(KEY, budget, memory, self.clock.now, each=[calls])], memory, self.clock.now)

        accounts.foresee(Asker(), 10, 100.0, 10.0)
        self.assertRaises(BudgetError, accounts.foresee, Asker(), 11, 1.0, 10.0)
        self.assertRaises(BudgetError, accounts.foresee, Asker(), 1, 1_001.0, 10.0)

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
