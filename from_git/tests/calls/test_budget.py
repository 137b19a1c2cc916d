"""What may be spent in any stretch of time, on a clock that only the test moves."""

from unittest import TestCase

from from_git.calls.budget import Budget, Full
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.spent import SLOTS, LocalLedger, Reservation
from from_git.errors import BudgetError
from from_git.tests.kit.budgets import budget_of
from from_git.tests.kit.time import FakeClock

MINUTE = 60.0
SLOT = MINUTE / SLOTS


class BudgetTestCase(TestCase):
    """A budget of ten in a minute, and a group that spends."""

    def setUp(self) -> None:
        """Begin at the beginning of a slot."""
        self.clock = FakeClock(6_000.0)
        self.group = self.new_group()

    def new_group(self) -> FetchGroup:
        """A group with much time."""
        return FetchGroup(self.clock.now() + 9_000.0, clock=self.clock)

    def budget(self, limit: float | None = 10.0, timed: bool = False) -> Budget:
        """The budget."""
        return budget_of(limit, MINUTE, LocalLedger(self.clock.now), "calls", "SETTING", timed)

    def take(self, budget: Budget, amount: float = 1.0, group: FetchGroup | None = None) -> Reservation:
        """A reservation that must be possible."""
        found = budget.reserve(amount, group or self.group)
        assert isinstance(found, Reservation), found
        return found

    def spend(self, budget: Budget, amount: float = 1.0, group: FetchGroup | None = None) -> None:
        """A call from its beginning to its end."""
        budget.settle(self.take(budget, amount, group))


class Windows(BudgetTestCase):
    """Any stretch of a window's length."""

    def test_what_was_spent_leaves_a_window_after_the_end_of_its_call_and_not_before(self) -> None:
        budget = self.budget()
        one = self.take(budget, 10.0)
        self.clock.move(5.0)
        budget.settle(one)

        self.clock.move(MINUTE)
        self.assertIsInstance(budget.reserve(1.0, self.group), Full)
        self.clock.move(SLOT)
        self.take(budget)

    def test_no_stretch_of_a_window_ever_holds_more_than_the_limit(self) -> None:
        budget, spent = self.budget(), list[float]()
        for _ in range(400):
            if isinstance(one := budget.reserve(1.0, self.group), Reservation):
                self.clock.move(0.3)
                budget.settle(one)
                spent.append(self.clock.now())
            self.clock.move(0.7)
        for moment in spent:
            self.assertLessEqual(len([one for one in spent if moment - MINUTE < one <= moment]), 10)
        self.assertGreaterEqual(len(spent), 50)

    def test_the_wait_is_until_enough_of_the_oldest_has_left(self) -> None:
        budget = self.budget()
        self.spend(budget, 4.0)
        self.clock.move(20.0)
        self.spend(budget, 6.0)

        for amount, seconds in [(1.0, 41.0), (4.0, 41.0), (5.0, 61.0)]:
            with self.subTest(amount):
                self.assertEqual(budget.reserve(amount, self.group), Full(seconds, settled=True))
        self.assertEqual(budget.until_gone(4.0), 41.0)
        self.assertEqual(budget.until_gone(1_000.0), 61.0)

    def test_calls_under_way_count_with_what_they_reserved_and_may_give_it_back(self) -> None:
        budget = self.budget()
        calls = [self.take(budget, 3.0) for _ in range(3)]

        found = budget.reserve(3.0, self.group)

        assert isinstance(found, Full)
        self.assertEqual((found.settled, found.seconds <= 0.25), (False, True))
        budget.settle(calls[0])
        self.assertIsInstance(budget.reserve(3.0, self.group), Full)  # what it took stays

    def test_seconds_are_settled_by_the_time_that_passed_and_grow_while_a_call_is_under_way(self) -> None:
        budget = self.budget(timed=True)
        late = self.take(budget, 2.0)
        self.clock.move(9.5)
        # a call that is sent now arrives a moment later, when this one has taken longer
        self.assertEqual(budget.spent(), 9.5 + budget._ledgers.window / 240)
        self.assertIsInstance(budget.reserve(1.0, self.group), Full)

        budget.settle(late)
        quick = self.take(budget, 0.5)
        self.clock.move(0.1)
        budget.settle(quick)

        self.assertAlmostEqual(budget.spent(), 9.6)

    def test_seconds_of_calls_that_have_ended_are_certain(self) -> None:
        budget = self.budget(timed=True)
        one = self.take(budget, 5.0)
        self.clock.move(10.0)
        budget.settle(one)

        full = budget.reserve(1.0, self.group)

        assert isinstance(full, Full)
        self.assertEqual((full.settled, full.seconds), (True, MINUTE + SLOT))

    def test_of_a_limit_that_the_forge_tells_each_process_has_its_part(self) -> None:
        ledger = LocalLedger(self.clock.now)
        budget = budget_of(60.0, MINUTE, ledger, "calls", "SETTING", share=0.25)
        self.assertEqual(budget.limit, 15.0)

        budget.told(1_000.0)

        self.assertEqual(budget.limit, 250.0)

    def test_a_call_that_was_left_alone_costs_at_least_what_was_reserved(self) -> None:
        budget = self.budget(timed=True)
        one = self.take(budget, 5.0)
        self.clock.move(1.0)

        budget.settle(one, left_alone=True)

        self.assertEqual(budget.spent(), 5.0)

    def test_what_is_larger_than_the_limit_waits_until_nothing_is_spent(self) -> None:
        budget = self.budget(2.0)
        self.spend(budget, 1.0)

        self.assertEqual(budget.reserve(3.0, self.group), Full(61.0, settled=True))

    def test_what_is_larger_than_the_limit_passes_when_nothing_else_is_spent(self) -> None:
        budget = self.budget(2.0)
        self.spend(budget, 3.0)
        self.assertIsInstance(budget.reserve(3.0, self.group), Full)

    def test_a_budget_that_did_not_suffice_is_half_as_large_for_a_while(self) -> None:
        budget = self.budget()
        self.spend(budget, 5.0)
        budget.halve(100.0)

        self.assertIsInstance(budget.reserve(1.0, self.group), Full)
        with self.assertRaises(BudgetError):
            budget.plans.plan(self.group, 1.0, 10.0)
        self.clock.move(100.0)
        self.take(budget, 10.0)

    def test_without_a_limit_everything_passes_and_is_counted(self) -> None:
        budget = self.budget(None)
        for _ in range(50):
            self.spend(budget)
        budget.plans.plan(self.group, 1e9, 1.0)

        self.assertEqual(budget.spent(), 50.0)


class Plans(BudgetTestCase):
    """What an answer is still going to need."""

    def test_a_plan_that_fits_in_time_passes_and_one_that_does_not_is_refused_with_both_figures(self) -> None:
        budget = self.budget()
        self.spend(budget, 4.0)

        budget.plans.plan(self.group, 6.0, 10.0)
        budget.plans.plan(self.group, 10.0, MINUTE + SLOT)
        with self.assertRaisesRegex(
            BudgetError, r"allows 10 calls a minute \(SETTING\); this answer needs about 7 more, and 6 are left."
        ):
            budget.plans.plan(self.group, 7.0, 10.0)

    def test_the_time_to_ask_again_is_when_it_would_fit(self) -> None:
        budget = self.budget()
        self.spend(budget, 4.0, self.new_group())
        self.clock.move(30.0)

        with self.assertRaises(BudgetError) as caught:
            budget.plans.plan(self.group, 7.0, 10.0)
        self.assertEqual(caught.exception.retry_after, 31)

    def test_where_no_time_to_ask_again_helps_there_is_none_and_the_text_says_what_would(self) -> None:
        with self.assertRaises(BudgetError) as caught:
            self.budget().plans.plan(self.group, 11.0, 50.0)

        self.assertIsNone(caught.exception.retry_after)
        self.assertEqual(caught.exception.facts(), {})
        self.assertIn("--deadline", caught.exception.advice)
        self.assertIn("SETTING", caught.exception.advice)
        self.assertNotIn("Ask again", caught.exception.advice)

    def test_an_answer_of_several_windows_passes_where_there_is_time_for_them(self) -> None:
        self.budget().plans.plan(self.group, 25.0, 2 * MINUTE + 50.0)
        with self.assertRaises(BudgetError):
            self.budget().plans.plan(self.group, 31.0, 2 * MINUTE + 50.0)

    def test_what_others_have_planned_is_not_there_until_they_have_spent_it_or_ended(self) -> None:
        budget, other = self.budget(), self.new_group()
        budget.plans.plan(other, 8.0, 10.0)
        with self.assertRaises(BudgetError) as caught:
            budget.plans.plan(self.group, 3.0, 10.0)
        self.assertEqual(caught.exception.retry_after, 60)

        for _ in range(8):
            self.spend(budget, 1.0, other)
        budget.plans.plan(self.group, 2.0, 10.0)
        with self.assertRaises(BudgetError):
            budget.plans.plan(self.group, 3.0, 10.0)

        budget, other = self.budget(), self.new_group()
        budget.plans.plan(other, 8.0, 10.0)
        other.cancel()
        budget.plans.plan(self.group, 10.0, 10.0)

    def test_what_was_reserved_and_settled_is_taken_from_the_plan(self) -> None:
        budget, other = self.budget(), self.new_group()
        budget.plans.plan(self.group, 8.0, 10.0)
        one = self.take(budget, 5.0)
        budget.settle(one)
        self.spend(budget, 1.0, other)

        budget.plans.plan(other, 1.0, 10.0)  # 6 spent, 3 still planned
        with self.assertRaises(BudgetError):
            budget.plans.plan(other, 2.0, 10.0)

    def test_a_clock_that_goes_back_gives_nothing_back(self) -> None:
        budget = self.budget(timed=True)
        one = self.take(budget, 1.0)
        self.clock.move(-30.0)

        budget.settle(one)

        self.assertEqual(budget.spent(), 0.0)

    def test_what_a_call_did_not_take_of_its_reservation_stays_planned(self) -> None:
        budget, other = self.budget(60.0, timed=True), self.new_group()
        budget.plans.plan(self.group, 30.0, MINUTE / 2)
        one = self.take(budget, 10.0)
        self.clock.move(4.0)
        budget.settle(one)

        with self.assertRaises(BudgetError):
            budget.plans.plan(other, 31.0, MINUTE / 2)
        budget.plans.plan(other, 30.0, MINUTE / 2)

    def test_a_plan_is_forgotten_with_its_group(self) -> None:
        budget = self.budget()
        budget.plans.plan(self.new_group(), 8.0, 10.0)
        budget.plans.plan(self.group, 10.0, 10.0)
