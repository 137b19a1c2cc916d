"""Turns: over clients, then over a client's requests, then in the order of coming."""

from collections.abc import Sequence
from unittest import TestCase

from from_git.askers import Asker, RoundRobin


class Turns(TestCase):
    """Things that wait."""

    def taken(self, *things: tuple[Asker, str]) -> str:
        """The things in the order of their turns."""
        waiting: RoundRobin[str] = RoundRobin()
        for asker, thing in things:
            waiting.add(asker, thing)
        order = []
        while waiting:
            order.append(waiting.take() or "")
        return "".join(order)

    def test_the_order_is_that_of_the_table(self) -> None:
        one, again, other, third = Asker("a"), Asker("a"), Asker("b"), Asker("c")
        table: Sequence[tuple[str, list[tuple[Asker, str]]]] = [
            ("", []),
            ("123", [(one, "1"), (one, "2"), (one, "3")]),
            ("1x2", [(one, "1"), (one, "2"), (other, "x")]),
            ("1x2y3", [(one, "1"), (one, "2"), (one, "3"), (other, "x"), (other, "y")]),
            ("1A23", [(one, "1"), (one, "2"), (one, "3"), (again, "A")]),
            ("1x!A2", [(one, "1"), (one, "2"), (again, "A"), (other, "x"), (third, "!")]),
        ]
        for order, things in table:
            with self.subTest(order):
                self.assertEqual(self.taken(*things), order)

    def test_a_client_with_thousands_delays_another_by_one(self) -> None:
        many, few = Asker("many"), Asker("few")
        order = self.taken(*[(many, "m")] * 5_000, (few, "f"))
        self.assertEqual((order.index("f"), len(order)), (1, 5_001))

    def test_without_any_there_is_none_and_clear_gives_them_all(self) -> None:
        waiting: RoundRobin[int] = RoundRobin()
        self.assertIsNone(waiting.take())
        for number in range(6):
            waiting.add(Asker(f"client-{number % 2}"), number)
        self.assertEqual(sorted(waiting.clear()), [0, 1, 2, 3, 4, 5])
        self.assertFalse(waiting)
        self.assertIsNone(waiting.take())

    def test_requests_are_equal_to_themselves_alone(self) -> None:
        self.assertNotEqual(Asker("a"), Asker("a"))
