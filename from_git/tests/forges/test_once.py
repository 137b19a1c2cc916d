"""`Once` by itself: what is asked for when, and what is known in the end."""

from unittest import TestCase

from from_git.forges.once import Gone, Once


class OnceTestCase(TestCase):
    """Something to ask, which notes what it was asked for."""

    def once(self, size: int = 1, at_once: int | None = None) -> Once[str, int]:
        """One whose batches are noted in `asked`."""
        self.asked: list[list[str]] = []
        self.settled: list[tuple[int, int]] = []
        once: Once[str, int] = Once(self.asked.append, at_once)
        once.size = size
        # what is called without a lock held may take it
        once.on_settled = lambda: self.settled.append(once.counts())
        return once

    def note(self, once: Once[str, int], names: str, more: bool = False) -> None:
        """Note things that are called by one letter each, and start."""
        once.note({name: name.upper() for name in names}, more)
        once.start()


class Asked(OnceTestCase):
    """When things are asked for."""

    def test_each_is_asked_for_once_whether_pending_or_known(self) -> None:
        once = self.once()

        self.note(once, "ab")
        self.note(once, "abc")
        once.settle({"a": 1})
        self.note(once, "abcd")

        self.assertEqual(self.asked, [["a"], ["b"], ["c"], ["d"]])

    def test_no_more_batches_are_under_way_than_there_may_be(self) -> None:
        once = self.once(at_once=2)

        self.note(once, "abcde")
        self.assertEqual((self.asked, once.open), ([["a"], ["b"]], 2))
        once.settle({"b": 1})
        self.assertEqual((self.asked[2:], once.open), ([["c"]], 2))
        for name in "acde":
            once.settle({name: 1})

        self.assertEqual((self.asked, once.open), ([[name] for name in "abcde"], 0))

    def test_a_batch_waits_until_it_is_full_as_long_as_more_are_to_come(self) -> None:
        once = self.once(size=3)

        self.note(once, "ab", more=True)
        self.assertEqual(self.asked, [])
        self.note(once, "cdefg", more=True)
        self.assertEqual(self.asked, [["a", "b", "c"], ["d", "e", "f"]])
        self.note(once, "h")

        self.assertEqual(self.asked[2:], [["g", "h"]])

    def test_things_that_the_last_ones_overtook_are_asked_for_too(self) -> None:
        once = self.once(size=3)

        self.note(once, "a", more=False)
        self.note(once, "b", more=True)

        self.assertEqual(self.asked, [["a"], ["b"]])

    def test_what_asking_needs_is_there_until_the_answer_is(self) -> None:
        once = self.once()
        self.note(once, "a")
        self.assertEqual(once.pending, {"a": "A"})
        once.settle({"a": 1})
        self.assertEqual((once.pending, once.known), ({}, {"a": 1}))

    def test_what_is_held_is_pending_and_not_asked_for(self) -> None:
        once = self.once()

        once.hold({"a": "A"})
        self.note(once, "ab")
        self.assertEqual((self.asked, once.counts()), ([["b"]], (0, 2)))
        once.settle({"a": 1}, ended=False)

        self.assertEqual((once.open, once.counts()), (1, (1, 2)))

    def test_a_batch_in_two_parts_ends_with_the_second(self) -> None:
        once = self.once(size=4, at_once=1)
        self.note(once, "abcdefgh")

        once.split()
        once.settle({"a": 1, "b": 1})
        self.assertEqual(len(self.asked), 1)
        once.settle({"c": 1, "d": 1})

        self.assertEqual(self.asked[1:], [list("efgh")])


class Settled(OnceTestCase):
    """When all is known, and what is done about things that are gone."""

    def test_it_is_said_when_nothing_is_pending_and_not_before(self) -> None:
        once = self.once()
        self.note(once, "ab")
        once.settle({"a": 1})
        self.assertEqual(self.settled, [])

        once.settle({"b": 2})
        self.assertEqual(self.settled, [(2, 2)])
        self.note(once, "ab")

        self.assertEqual(self.settled, [(2, 2)] * 2)

    def test_what_is_gone_is_forgotten_once_where_it_is_listed(self) -> None:
        for why in Gone:
            with self.subTest(why):
                once = self.once()
                self.note(once, "abc")
                once.settle({"a": 1})
                for name in "bc":
                    once.settle({name: why})

                self.assertFalse(once.forget_gone("a"))
                self.assertTrue(once.forget_gone("ab"))
                self.assertEqual(once.known, {"a": 1, "c": why})
                self.note(once, "ab")
                self.assertEqual(self.asked[3:], [["b"]])
                once.settle({"b": why})
                self.assertFalse(once.forget_gone("ab"))
                self.assertTrue(once.forget_gone("abc"))

                self.assertEqual(once.known, {"a": 1, "b": why})
