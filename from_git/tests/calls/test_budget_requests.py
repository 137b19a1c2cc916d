"""What the fetches of one request share of a budget."""

from from_git.askers import Asker
from from_git.calls.fetchgroup import FetchGroup
from from_git.errors import BudgetError
from from_git.tests.calls.test_budget import BudgetTestCase


class Requests(BudgetTestCase):
    """Groups of one request."""

    def setUp(self) -> None:
        """Two groups of one request."""
        super().setUp()
        self.request = Asker("client")
        self.one, self.two = (
            FetchGroup(self.clock.now() + 9_000.0, clock=self.clock, asker=self.request) for _ in range(2)
        )

    def test_what_a_request_needs_in_all_is_what_is_compared(self) -> None:
        budget = self.budget()
        budget.plans.plan(self.one, 6.0, 10.0)

        with self.assertRaisesRegex(BudgetError, "about 11 more, and 10 are left") as caught:
            budget.plans.plan(self.two, 5.0, 10.0)
        self.assertIsNone(caught.exception.retry_after)
        budget.plans.plan(self.two, 4.0, 10.0)

    def test_asking_again_costs_again_what_was_spent_before_the_refusal(self) -> None:
        budget = self.budget()
        self.spend(budget, 1.0)
        self.spend(budget, 1.0, self.one)

        for amount, seconds in [(9.0, 61), (10.0, None)]:
            with self.subTest(amount), self.assertRaises(BudgetError) as caught:
                budget.plans.plan(self.one, amount, 10.0)
            self.assertEqual(caught.exception.retry_after, seconds)

    def test_calls_under_way_are_a_part_of_what_asking_again_costs(self) -> None:
        budget = self.budget()
        self.take(budget, 6.0, self.one)

        with self.assertRaises(BudgetError) as caught:
            budget.plans.plan(self.two, 5.0, 10.0)
        self.assertIsNone(caught.exception.retry_after)

    def test_what_is_withdrawn_was_neither_spent_nor_taken_from_the_plan(self) -> None:
        budget = self.budget()
        budget.plans.plan(self.one, 6.0, 10.0)
        for _ in range(10):
            budget.withdraw(self.take(budget, 1.0, self.one))

        self.assertEqual(budget.spent(), 0.0)
        with self.assertRaises(BudgetError):
            budget.plans.plan(self.group, 5.0, 10.0)

    def test_what_it_needs_at_least_is_refused_before_the_first_call(self) -> None:
        budget = self.budget()
        budget.plans.foresee(self.request, 10.0, 10.0)
        with self.assertRaisesRegex(BudgetError, "about 11 more"):
            budget.plans.foresee(self.request, 11.0, 10.0)
