"""Which client goes first when something of a window becomes free, on a clock that only the test moves."""

from from_git.askers import Asker
from from_git.calls.budget import Full
from from_git.calls.fetchgroup import FetchGroup
from from_git.calls.line import Line
from from_git.calls.spent import SLOTS, Reservation
from from_git.tests.calls.test_budget import MINUTE
from from_git.tests.calls.test_shares import SharesTestCase


class Turns(SharesTestCase):
    """Who goes first when something becomes free."""

    def setUp(self) -> None:
        """A client has had its half."""
        super().setUp()
        self.all = self.budget()
        first = self.of("a")
        self.all.plans.foresee(first.asker, 0.0, MINUTE, likely=3_000.0)
        self.takes(self.all, first)
        first.cancel()

    def served(self, *groups: FetchGroup) -> list[int]:
        """How many calls each gets of the next half, when they ask in this order again and again."""
        self.clock.move(MINUTE - 0.1)
        for group in groups:
            self.all.plans.foresee(group.asker, 0.0, MINUTE, likely=3_000.0)
            self.assertIsInstance(self.all.reserve(1.0, group), Full)
        self.clock.move(MINUTE / SLOTS + 0.1)
        taken = [0] * len(groups)
        for _ in range(200):
            for number, group in enumerate(groups):
                taken[number] += self.takes(self.all, group, 1)
        return taken

    def test_requests_of_a_client_are_served_in_turn_however_many_fetches_they_have(self) -> None:
        many = Asker("a")
        taken = self.served(*(self.of(many) for _ in range(7)), self.of("a"))

        self.assertEqual(sum(taken), 80)
        self.assertAlmostEqual(taken[-1], 40, delta=4)
        self.assertLessEqual(max(taken[:-1]) - min(taken[:-1]), 2)

    def test_clients_that_wait_for_room_are_served_in_turn_whoever_asks_more_often(self) -> None:
        budget, often, seldom = self.budget(), self.of("often"), self.of("seldom")
        for client in "abcdefgh":  # each has 20, which leaves a slot at a time
            self.spend(budget, 20.0, self.of(client))
            self.clock.move(MINUTE / SLOTS)
        self.assertIsInstance(budget.reserve(1.0, often), Full)
        self.assertIsInstance(budget.reserve(1.0, seldom), Full)
        self.clock.move(MINUTE - 8 * MINUTE / SLOTS + MINUTE / SLOTS)

        hurried = list[str]()
        seldom.hurry = lambda: hurried.append("seldom")

        taken = [self.takes(budget, often), self.takes(budget, seldom, 1)]

        self.assertEqual((taken, hurried), ([1, 1], ["seldom"]))

    def test_what_nobody_waits_for_comes_last(self) -> None:
        wanted, unwanted = self.of("a"), self.of("a")
        unwanted.set_aside()

        taken = self.served(unwanted, wanted)

        self.assertLessEqual(taken[0], 1)
        self.assertGreaterEqual(taken[1], 79)

    def test_one_that_does_not_come_back_keeps_nobody_waiting(self) -> None:
        gone, here = self.of("a"), self.of("a")
        self.clock.move(MINUTE - 0.1)
        for group in (gone, here):
            self.all.plans.foresee(group.asker, 0.0, MINUTE, likely=3_000.0)
            self.assertIsInstance(self.all.reserve(1.0, group), Full)
        gone.cancel()
        self.clock.move(MINUTE / SLOTS + 0.1)

        self.assertEqual(self.takes(self.all, here), 80)

    def test_one_that_comes_too_late_has_lost_its_place(self) -> None:
        late, here = self.of("a"), self.of("a")
        self.clock.move(MINUTE - 0.1)
        for group in (late, here):
            self.all.plans.foresee(group.asker, 0.0, MINUTE, likely=3_000.0)
            self.assertIsInstance(self.all.reserve(1.0, group), Full)
        self.clock.move(MINUTE / SLOTS + 2.0)

        self.assertEqual(self.takes(self.all, here), 80)

    def test_nobody_yields_to_one_that_cannot_go(self) -> None:
        budget, large, small = self.budget(), self.of("large"), self.of("small")
        for client in "abcdef":
            self.spend(budget, 20.0, self.of(client))
        self.spend(budget, 1.0, small)
        self.assertIsInstance(budget.reserve(50.0, large), Full)

        self.assertIsInstance(budget.reserve(1.0, small), Reservation)

    def test_turns_go_by_what_was_served_and_the_first_is_told(self) -> None:
        line, large, small, none = Line(), self.of("a"), self.of("b"), self.of("c")
        line.serve(large, 10.0, 0.0)
        for _ in range(5):
            line.serve(small, 1.0, 0.0)
        for group in (small, none, large):
            line.wait(group, 1.0, 0.0, for_room=True)

        self.assertEqual([place.group for place in line.first(large, 0.0)], [none])
        none.cancel()
        self.assertEqual([place.group for place in line.first(large, 0.0)], [small])
        self.assertEqual(line.first(small, 0.0), [])

    def test_of_any_number_of_clients_those_are_remembered_that_are_there_or_ahead(self) -> None:
        line, here = Line(), self.of("here")
        line.serve(here, 1.0, 0.0)
        line.serve(self.of("ahead"), 1e6, 0.0)
        for number in range(3_000):
            client = self.of(f"client {number}")
            line.serve(client, 1.0, 0.0)
            line.serve(client, 1.0, 0.0)

        self.assertLess(max(len(line._requests), len(line._clients.tags)), 1_100)
        self.assertIn("here", line._requests)
        self.assertIn("ahead", line._clients.tags)

    def test_who_comes_new_has_saved_up_nothing(self) -> None:
        line, old, new = Line(), self.of("a"), self.of("b")
        for _ in range(10):
            line.serve(old, 1.0, 0.0)
        line.wait(old, 1.0, 0.0, for_room=True)
        self.assertEqual(line.first(new, 0.0), [])

        for _ in range(2):
            line.serve(new, 1.0, 0.0)

        self.assertEqual([place.group for place in line.first(new, 0.0)], [old])
