"""Limits that a forge counts itself and reports."""

from from_git.calls.budget import Full
from from_git.calls.spent import Reservation
from from_git.errors import BudgetError
from from_git.tests.calls.test_budget import BudgetTestCase
from from_git.tests.kit.budgets import reported_limit


class ReportedLimits(BudgetTestCase):
    """What the forge counts itself."""

    def test_a_plan_beyond_what_is_left_is_refused_until_the_window_begins_anew(self) -> None:
        left = reported_limit("points", self.clock.now)
        left.plan(self.group, 1e9, 60.0)  # nothing is known

        left.tell(40, 1_000.0)
        left.plan(self.group, 40.0, 60.0)
        with self.assertRaisesRegex(BudgetError, "needs about 41 more points, and 40 are left") as caught:
            left.plan(self.group, 41.0, 60.0)
        self.assertEqual(caught.exception.retry_after, 1_000)
        left.plan(self.group, 41.0, 1_001.0)
        self.clock.move(1_001.0)
        left.plan(self.group, 41.0, 60.0)

    def test_an_answer_that_was_overtaken_does_not_give_points_back_but_a_new_window_does(self) -> None:
        left = reported_limit("points", self.clock.now)
        left.tell(40, 1_000.0)
        left.tell(50, 1_001.0)
        with self.assertRaises(BudgetError):
            left.plan(self.group, 45.0, 60.0)

        left.tell(5_000, 3_600.0)
        left.plan(self.group, 4_500.0, 60.0)

    def test_what_is_withdrawn_stays_planned(self) -> None:
        left = reported_limit("points", self.clock.now)
        left.tell(100, 1_000.0)
        left.plan(self.group, 60.0, 60.0)
        for _ in range(60):
            found = left.reserve(1.0, self.group)
            assert isinstance(found, Reservation)
            left.withdraw(found)

        with self.assertRaisesRegex(BudgetError, "40 are left"):
            left.plan(self.new_group(), 50.0, 60.0)
        self.assertIsInstance(left.reserve(100.0, self.new_group()), Reservation)

    def test_calls_that_were_made_are_no_longer_planned(self) -> None:
        left = reported_limit("points", self.clock.now)
        left.tell(100, 1_000.0)
        left.plan(self.group, 10.0, 60.0)
        for _ in range(10):
            found = left.reserve(1.0, self.group)
            assert isinstance(found, Reservation)
            left.settle(found)

        left.plan(self.new_group(), 100.0, 60.0)

    def test_calls_under_way_and_plans_of_others_are_not_left(self) -> None:
        left, other = reported_limit("points", self.clock.now), self.new_group()
        left.tell(2, 1_000.0)
        found = [left.reserve(1.0, self.group) for _ in range(3)]
        self.assertEqual([type(one) for one in found], [Reservation, Reservation, Full])
        assert isinstance(found[0], Reservation)
        assert isinstance(found[2], Full)
        self.assertFalse(found[2].settled)

        left.settle(found[0])
        left.tell(1, 1_000.0)
        self.assertIsInstance(left.reserve(1.0, self.group), Full)
        left.tell(100, 3_600.0)
        left.plan(other, 70.0, 60.0)
        with self.assertRaisesRegex(BudgetError, "30 are left"):
            left.plan(self.group, 40.0, 60.0)
        other.cancel()
        left.plan(self.group, 40.0, 60.0)
