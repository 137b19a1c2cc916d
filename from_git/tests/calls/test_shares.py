"""How much of a window one client may have, on a clock that only the test moves."""

from typing import Any

from from_git.askers import Asker
from from_git.calls.budget import POLL, Budget, Full
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.spent import SLOTS, LocalLedger, Reservation, Spent
from from_git.errors import BudgetError
from from_git.tests.calls.test_budget import MINUTE, BudgetTestCase
from from_git.tests.kit.budgets import budget_of, reported_limit


class SharesTestCase(BudgetTestCase):
    """A budget of 160 in a minute, and clients with requests."""

    def budget(self, limit: float | None = 160.0, timed: bool = False, client_share: float = 1.0) -> Budget:
        """The budget."""
        ledger = LocalLedger(self.clock.now)
        return budget_of(limit, MINUTE, ledger, "calls", "SETTING", timed, client_share=client_share)

    def of(self, client: str | Asker) -> FetchGroup:
        """A group of a request of that client; of a new one where only its name is given."""
        asker = Asker(client) if isinstance(client, str) else client
        return FetchGroup(self.clock.now() + 9_000.0, clock=self.clock, asker=asker)

    def takes(self, budget: Budget, group: FetchGroup, calls: int = 1_000) -> int:
        """How many calls of one the group gets, of so many that it wants."""
        for number in range(calls):
            found = budget.reserve(1.0, group)
            if isinstance(found, Full):
                return number
            budget.settle(found)
        return calls


class Halves(SharesTestCase):
    """Requests that need more than the window has."""

    def test_a_client_gets_half_of_what_the_others_have_left_and_a_newcomer_is_served_at_once(self) -> None:
        budget = self.budget()
        for client, calls in [("a", 80), ("b", 40), ("c", 20), ("d", 10)]:
            with self.subTest(client):
                group = self.of(client)
                budget.plans.foresee(group.asker, 0.0, MINUTE, likely=3_000.0)
                self.assertEqual(self.takes(budget, group), calls)

    def test_clients_that_want_more_than_there_is_end_with_equal_parts_and_leave_one(self) -> None:
        budget = self.budget()
        groups = [self.of(client) for client in "abc"]
        for group in groups:
            budget.plans.foresee(group.asker, 0.0, MINUTE, likely=3_000.0)
        taken = [0, 0, 0]
        for _ in range(10 * SLOTS):  # ten windows
            for number, group in enumerate(groups):
                taken[number] += self.takes(budget, group, 3)
            self.clock.move(MINUTE / SLOTS)

        self.assertLessEqual(max(taken) - min(taken), 160 * 10 / 20)
        self.assertLessEqual(sum(taken), 160 * 10 * 3 / 4 + 160)
        self.assertGreater(sum(taken), 160 * 10 / 2)

    def test_the_wait_is_until_enough_of_its_own_has_left(self) -> None:
        budget, group = self.budget(), self.of("a")
        budget.plans.foresee(group.asker, 0.0, MINUTE, likely=3_000.0)
        self.takes(budget, group)

        found = budget.reserve(1.0, group)

        assert isinstance(found, Full)
        self.assertEqual((found.seconds, found.settled), (MINUTE + MINUTE / SLOTS, True))
        self.clock.move(found.seconds)
        self.assertEqual(self.takes(budget, group), 80)

    def test_a_first_call_passes_however_large_it_is_where_there_is_room(self) -> None:
        budget = self.budget()
        self.assertIsInstance(budget.reserve(150.0, self.of("a")), Reservation)
        self.assertIsInstance(budget.reserve(9.0, self.of("b")), Reservation)


class Whole(SharesTestCase):
    """Answers that fit into what is left."""

    def test_one_that_fits_is_served_whole(self) -> None:
        budget, group = self.budget(), self.of("a")
        self.take(budget, 1.0, group)

        budget.plans.plan(group, 159.0, 10.0)

        self.assertEqual(self.takes(budget, group), 159)

    def test_a_small_one_of_a_client_that_has_had_its_half_is_served_at_once(self) -> None:
        budget, large, small = self.budget(), self.of("a"), self.of("a")
        budget.plans.foresee(large.asker, 0.0, MINUTE, likely=3_000.0)
        self.takes(budget, large)

        budget.plans.foresee(small.asker, 4.0, 10.0, likely=4.0)

        self.assertEqual(self.takes(budget, small, 4), 4)

    def test_a_client_that_asks_again_and_again_leaves_a_sixteenth(self) -> None:
        budget = self.budget()
        taken = sum(self.takes(budget, self.of("a"), 10) for _ in range(40))

        self.assertEqual(taken, 150)
        self.assertEqual(self.takes(budget, self.of("b"), 5), 5)

    def test_what_others_have_been_promised_is_not_there(self) -> None:
        budget, other, group = self.budget(), self.of("a"), self.of("b")
        budget.plans.plan(other, 100.0, 10.0)
        with self.assertRaises(BudgetError):
            budget.plans.plan(group, 61.0, 10.0)

        budget.plans.plan(group, 60.0, 10.0)
        self.assertEqual([self.takes(budget, one, calls) for one, calls in ((group, 60), (other, 100))], [60, 100])

    def test_what_others_have_been_promised_is_not_there_for_calls_beyond_the_half(self) -> None:
        budget, large, other = self.budget(), self.of("a"), self.of("b")
        budget.plans.foresee(large.asker, 0.0, MINUTE, likely=3_000.0)
        self.takes(budget, large)
        budget.plans.plan(other, 60.0, 10.0)

        self.assertIsInstance(budget.reserve(40.0, self.of("a")), Full)
        self.assertIsInstance(budget.reserve(10.0, self.of("a")), Reservation)
        self.assertEqual(self.takes(budget, other, 60), 60)

    def test_what_calls_under_way_may_give_back_is_waited_for(self) -> None:
        budget, group = self.budget(timed=True), self.of("a")
        budget.plans.foresee(group.asker, 0.0, MINUTE, likely=3_000.0)
        self.take(budget, 80.0, group)

        full = budget.reserve(1.0, group)

        assert isinstance(full, Full)
        self.assertEqual((full.settled, full.seconds), (False, POLL))

    def test_an_answer_of_several_windows_has_half_of_each(self) -> None:
        budget, asker = self.budget(), Asker("a")
        budget.plans.foresee(asker, 240.0, 2 * MINUTE)
        with self.assertRaises(BudgetError):
            budget.plans.foresee(asker, 241.0, 2 * MINUTE)

    def test_an_answer_of_which_more_is_planned_than_a_window_has_gets_half_of_this_one(self) -> None:
        budget, group = self.budget(), self.of("a")
        budget.plans.plan(group, 200.0, 2 * MINUTE)

        self.assertEqual(self.takes(budget, group), 80)

    def test_what_leaves_in_time_can_be_spent_again(self) -> None:
        budget = self.budget()
        self.spend(budget, 100.0, self.of("other"))
        self.clock.move(MINUTE - 20.0)

        budget.plans.foresee(Asker("a"), 80.0, 30.0)
        with self.assertRaises(BudgetError):
            budget.plans.foresee(Asker("a"), 80.0, 10.0)

    def test_the_time_to_ask_again_is_when_the_clients_part_suffices_too(self) -> None:
        budget = self.budget()
        for _ in range(2):
            self.spend(budget, 40.0, self.of("a"))
            self.clock.move(10.0)

        with self.assertRaises(BudgetError) as caught:
            budget.plans.foresee(Asker("a"), 115.0, 10.0)

        # after 41 seconds there is room, but with the 40 that are left it would be more than the client may have
        self.assertEqual(caught.exception.retry_after, 51)


class Points(SharesTestCase):
    """Clients and what is left of a limit that the forge counts itself."""

    def test_a_client_that_asks_again_and_again_leaves_a_sixteenth(self) -> None:
        points, left = reported_limit("points", self.clock.now), 100

        def takes(client: str) -> bool:
            points.tell(left, 3_000.0)
            one = points.reserve(1.0, self.of(client))
            if isinstance(one, Full):
                return False
            points.settle(one)
            return True

        while takes("a"):
            left -= 1

        self.assertEqual(left, 6)
        self.assertTrue(takes("b"))


class Counted(SharesTestCase):
    """Where it is counted."""

    def spent(self, **options: Any) -> Spent:
        """Ledgers of a minute."""
        return Spent(MINUTE, lambda client: LocalLedger(self.clock.now), **options)

    def test_what_has_no_clients_has_no_part_of_a_client(self) -> None:
        self.assertEqual(self.spent(part=0.25).most(100.0), 25.0)
        self.assertEqual(self.spent(part=0.25, clients=False).most(100.0), 100.0)

    def test_of_any_number_of_clients_those_are_remembered_that_have_spent_something_lately(self) -> None:
        spent = self.spent()
        for number in range(1_500):
            spent.add(f"client {number}", (spent.slot(self.clock.now()), 1.0))
        self.assertEqual(len(spent._own), 1_500)
        self.clock.move(2 * MINUTE)
        spent.add("one", (spent.slot(self.clock.now()), 5.0))
        spent.add("other", (spent.slot(self.clock.now()), 1.0))

        self.assertEqual(len(spent._own), 2)
        self.assertEqual(spent.largest(self.clock.now()), 5.0)


class Bound(SharesTestCase):
    """CLIENT_SHARE."""

    def test_nobody_gets_more_and_the_error_says_so_with_the_time(self) -> None:
        budget, group = self.budget(client_share=0.25), self.of("a")
        with self.assertRaisesRegex(
            BudgetError, r"of which one client may use 40 \(CLIENT_SHARE\); .* about 41 more, and 40 are left for this"
        ) as caught:
            budget.plans.plan(group, 41.0, 10.0)
        self.assertEqual((caught.exception.retry_after, "CLIENT_SHARE" in caught.exception.advice), (None, True))

        budget.plans.plan(group, 30.0, 10.0)
        self.assertEqual(self.takes(budget, group, 30), 30)
        with self.assertRaises(BudgetError) as caught:
            budget.plans.plan(self.of("a"), 20.0, 10.0)
        self.assertEqual(caught.exception.retry_after, 61)
        self.assertEqual(self.takes(budget, self.of("a")), 10)
        self.assertEqual(self.takes(budget, self.of("b"), 40), 40)

    def test_what_it_never_allows_is_said_of_it_whatever_others_have_used(self) -> None:
        budget = self.budget(client_share=0.25)
        for other in "bcd":
            self.takes(budget, self.of(other), 30)

        with self.assertRaisesRegex(BudgetError, r"\(CLIENT_SHARE\); .* about 100 more, and 35 are left for") as caught:
            budget.plans.plan(self.of("a"), 100.0, 10.0)

        self.assertIsNone(caught.exception.retry_after)
        self.assertIn("raise CLIENT_SHARE", caught.exception.advice)

    def test_a_call_beyond_it_says_how_much_the_client_has_used(self) -> None:
        budget = self.budget(client_share=0.25)
        self.takes(budget, self.of("a"))

        full = budget.reserve(1.0, self.of("a"))

        assert isinstance(full, Full)
        self.assertTrue(full.settled)
        self.assertRegex(
            str(budget.used_up(full)), r"one client may use 40 \(CLIENT_SHARE\), and this client has used 40"
        )
        self.assertEqual(budget.largest(), 40.0)
