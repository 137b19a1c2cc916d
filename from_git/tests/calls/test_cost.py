"""What fetching costs: counted and learned."""

from unittest import TestCase

from from_git.calls.pace import Pace
from from_git.calls.spending import Spending
from from_git.tests.kit.time import FakeClock
from from_git.values.progress import Cost


class Counting(TestCase):
    """Spending."""

    def test_a_call_counts_however_it_ends(self) -> None:
        spending = Spending()

        with spending.call():
            pass
        with self.assertRaises(ValueError), spending.call():
            raise ValueError
        spending.add(Cost(points=3))

        cost = spending.cost()
        self.assertEqual((cost.calls, cost.points), (2, 3))
        self.assertGreater(cost.seconds, 0)

    def test_costs_add_up(self) -> None:
        self.assertEqual(Cost(1, 0.5, 2) + Cost(2, 0.25, 3), Cost(3, 0.75, 5))


class Learning(TestCase):
    """Pace."""

    def learned(self, *answers: tuple[int, float, int]) -> Pace:
        """A pace that has seen these (repositories, seconds, points)."""
        pace = Pace()
        for repositories, seconds, points in answers:
            pace.learn(repositories, seconds, points)
        return pace

    def test_what_a_query_and_a_repository_take_is_told_apart(self) -> None:
        pace = self.learned((0, 0.1, 1), (40, 0.5, 1), (20, 0.3, 1), (0, 0.1, 1))

        self.assertEqual(str(pace), "0.100 s and 1.00 points a query, 0.0100 s and 0.000 points a repository")
        self.assertEqual(pace.repositories(2.115), 201)

    def test_before_the_first_answer_and_while_sizes_are_alike_any_number_is_possible(self) -> None:
        for pace in (Pace(), self.learned((1, 1.0, 1)), self.learned((1, 0.1, 1), (2, 3.0, 1), (3, 6.0, 1))):
            with self.subTest(str(pace)):
                self.assertGreater(pace.repositories(5.0), 1000)

    def test_a_forge_that_has_become_slow_is_found_out_and_forgiven_again(self) -> None:
        quick, slow = [(0, 0.1, 1), (40, 0.5, 1)], [(0, 0.1, 1), (40, 12.1, 1)]

        self.assertGreater(self.learned(*quick * 9).repositories(5.0), 400)
        self.assertLess(self.learned(*quick * 50, *slow * 50).repositories(5.0), 25)
        self.assertGreater(self.learned(*slow * 9, *quick * 200).repositories(5.0), 300)

    def test_larger_queries_that_took_less_do_not_make_a_repository_cost_less_than_nothing(self) -> None:
        pace = self.learned((0, 1.0, 1), (40, 0.5, 1))

        self.assertIn(", 0.0000 s and 0.000 points a repository", str(pace))
        self.assertGreater(pace.repositories(5.0), 1000)
        self.assertEqual(pace.repositories(0.1), 0)

    def test_a_line_that_falls_below_zero_does_not_make_a_query_cost_less_than_nothing(self) -> None:
        self.assertTrue(str(self.learned((10, 0.1, 1), (40, 9.0, 1))).startswith("0.000 s and"))


class Expecting(TestCase):
    """What is to be reserved and planned."""

    def setUp(self) -> None:
        """A pace on a clock that only the test moves."""
        self.clock = FakeClock()
        self.pace = Pace(self.clock.now)

    def learn(self, *answers: tuple[int, float]) -> None:
        """Take in answers of so many repositories and seconds."""
        for repositories, seconds in answers:
            self.pace.learn(repositories, seconds, 1)

    def test_before_the_first_answer_a_tenth_of_a_second_a_repository_is_reserved_and_nothing_is_expected(self) -> None:
        self.assertAlmostEqual(self.pace.reserve(40), 4.1)
        self.assertEqual(self.pace.expected(10, 400)[0], 0.0)

    def test_what_was_learned_and_half_as_much_again_is_reserved(self) -> None:
        self.learn((0, 0.1), (40, 0.5), (20, 0.3))

        self.assertAlmostEqual(self.pace.reserve(40), 0.75)
        self.assertAlmostEqual(self.pace.expected(10, 400)[0], 5.0)

    def test_one_slow_answer_is_not_believed_beyond_a_tenth_of_a_second_a_repository(self) -> None:
        self.learn((30, 12.0))
        self.assertAlmostEqual(self.pace.expected(7, 270)[0], 27.0)

        self.learn((30, 12.0), (30, 12.0))
        self.assertAlmostEqual(self.pace.expected(7, 270)[0], 108.0)

    def test_what_was_learned_long_ago_is_no_reason_to_refuse(self) -> None:
        self.learn(*[(0, 3.0), (40, 8.0)] * 20)
        self.assertGreater(self.pace.expected(80, 0)[0], 200.0)

        for _ in range(100):
            self.clock.move(600.0)
            self.assertEqual(self.pace.expected(80, 0)[0], 0.0)
        self.assertGreater(self.pace.reserve(40), 1.0)

    def test_a_size_that_was_too_much_is_halved_for_ten_minutes_and_five_or_fewer_say_nothing(self) -> None:
        self.assertEqual(self.pace.most(40), 40)
        for failed, left in [(5, 40), (1, 40), (40, 20), (40, 20), (12, 6), (20, 6), (6, 5), (5, 5), (1, 5)]:
            self.pace.too_heavy(failed)
            self.assertEqual(self.pace.most(40), left)
        self.clock.move(601.0)
        self.assertEqual(self.pace.most(40), 40)

    def test_each_minute_a_good_answer_of_the_largest_size_doubles_it(self) -> None:
        self.pace.too_heavy(20)
        self.learn((10, 0.5))
        self.assertEqual(self.pace.most(40), 10)
        for size in (20, 40, 40):
            self.clock.move(60.0)
            self.learn((3, 0.5))
            self.assertLess(self.pace.most(80), 80)
            self.learn((size // 2, 0.5))
            self.assertEqual(self.pace.most(40), size)
